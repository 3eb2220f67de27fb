/* Schemas from the text of parquet's message format, as inlay schema and parquet-java print it:
 *
 *   message NAME { field... }
 *   field      = repetition group NAME [(ANNOTATION)] [= id] { field... }
 *              / repetition type NAME [(ANNOTATION)] [= id] ;
 *   type       = boolean / int32 / int64 / int96 / float / double / binary / fixed_len_byte_array(n)
 *   annotation = STRING / DECIMAL(p,s) / TIMESTAMP(MICROS,true) / INTEGER(8,false) / ... / UTF8 / INT_8 / ...
 *
 * Keywords in any case; a name ends before ";", "{", " (" or " =", so it may hold spaces; "#" begins a comment
 * at the start of a line. Source: parquet-java MessageTypeParser; LogicalTypes.md.
 */
#include "inlay/schema.h"

#include "base/mem.h"

#if INLAY_WRITE

#include <string.h>

enum { SCHEMA_TEXT_DEPTH = 256 };

struct schema_text {
    inlay_env *env;
    const char *text;
    size_t at, bytes;
};

static inlay_status schema_text_fail(struct schema_text *t, size_t at, const char *what)
{
    return err_set_at(t->env, INLAY_ARG, what, at);
}

static bool schema_text_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* White space and comments. */
static void schema_text_blank(struct schema_text *t)
{
    for (; t->at < t->bytes; t->at++) {
        char c = t->text[t->at];
        bool first = t->at == 0 || t->text[t->at - 1] == '\n';
        if (c == '#' && first) {
            const char *feed = memchr(t->text + t->at, '\n', t->bytes - t->at);
            t->at = feed ? (size_t)(feed - t->text) : t->bytes - 1;
        } else if (!schema_text_space(c)) {
            return;
        }
    }
}

static bool schema_text_char(struct schema_text *t, char c)
{
    schema_text_blank(t);
    if (t->at >= t->bytes || t->text[t->at] != c)
        return false;
    t->at++;
    return true;
}

static bool schema_text_wordy(char c)
{
    char lower = (char)(c | 0x20);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* Letters, digits and underscores. */
static inlay_bytes schema_text_word(struct schema_text *t)
{
    schema_text_blank(t);
    size_t from = t->at;
    while (t->at < t->bytes && schema_text_wordy(t->text[t->at]))
        t->at++;
    return (inlay_bytes){(const uint8_t *)t->text + from, t->at - from};
}

static bool schema_text_is(inlay_bytes word, const char *name)
{
    if (word.len != strlen(name))
        return false;
    for (size_t i = 0; i < word.len; i++) {
        char a = (char)word.data[i], b = name[i];
        if (a >= 'A' && a <= 'Z')
            a = (char)(a | 0x20);
        if (b >= 'A' && b <= 'Z')
            b = (char)(b | 0x20);
        if (a != b)
            return false;
    }
    return true;
}

static bool schema_text_number(struct schema_text *t, int32_t *out)
{
    int64_t v = 0;
    schema_text_blank(t);
    bool minus = t->at < t->bytes && t->text[t->at] == '-';
    t->at += minus;
    size_t from = t->at;
    for (; t->at < t->bytes && t->text[t->at] >= '0' && t->text[t->at] <= '9' && v <= INT32_MAX; t->at++)
        v = v * 10 + (t->text[t->at] - '0');
    *out = (int32_t)(minus ? -v : v);
    return t->at > from && v <= INT32_MAX;
}

static bool schema_text_bool(struct schema_text *t, bool *out)
{
    inlay_bytes word = schema_text_word(t);
    *out = schema_text_is(word, "true");
    return *out || schema_text_is(word, "false");
}

/* ---- annotations ---- */

/* Names of ConvertedType that are no LogicalType's. */
static const struct schema_text_old {
    const char *name;
    inlay_logical logical;
} schema_text_olds[] = {
    {"UTF8", {.kind = INLAY_STRING}},
    {"MAP_KEY_VALUE", {.kind = INLAY_LOGICAL_NONE}},
    {"TIME_MILLIS", {.kind = INLAY_TIME, .unit = INLAY_MILLIS, .utc = true}},
    {"TIME_MICROS", {.kind = INLAY_TIME, .unit = INLAY_MICROS, .utc = true}},
    {"TIMESTAMP_MILLIS", {.kind = INLAY_TIMESTAMP, .unit = INLAY_MILLIS, .utc = true}},
    {"TIMESTAMP_MICROS", {.kind = INLAY_TIMESTAMP, .unit = INLAY_MICROS, .utc = true}},
    {"UINT_8", {.kind = INLAY_INTEGER, .bits = 8}},
    {"UINT_16", {.kind = INLAY_INTEGER, .bits = 16}},
    {"UINT_32", {.kind = INLAY_INTEGER, .bits = 32}},
    {"UINT_64", {.kind = INLAY_INTEGER, .bits = 64}},
    {"INT_8", {.kind = INLAY_INTEGER, .bits = 8, .is_signed = true}},
    {"INT_16", {.kind = INLAY_INTEGER, .bits = 16, .is_signed = true}},
    {"INT_32", {.kind = INLAY_INTEGER, .bits = 32, .is_signed = true}},
    {"INT_64", {.kind = INLAY_INTEGER, .bits = 64, .is_signed = true}},
};

static bool schema_text_kind(inlay_bytes word, inlay_logical *l)
{
    for (size_t i = 0; i < sizeof schema_text_olds / sizeof *schema_text_olds; i++)
        if (schema_text_is(word, schema_text_olds[i].name)) {
            *l = schema_text_olds[i].logical;
            return true;
        }
    for (uint8_t kind = INLAY_STRING; kind <= INLAY_FILE_REFERENCE; kind++)
        if (schema_text_is(word, kind == INLAY_NULL ? "UNKNOWN" : inlay_logical_name(kind))) {
            *l = (inlay_logical){.kind = kind, .edges = kind == INLAY_GEOGRAPHY ? -1 : 0};
            return true;
        }
    return false;
}

static bool schema_text_unit(struct schema_text *t, uint8_t *unit)
{
    static const char *const units[] = {[INLAY_MILLIS] = "MILLIS", [INLAY_MICROS] = "MICROS", [INLAY_NANOS] = "NANOS"};
    inlay_bytes word = schema_text_word(t);
    for (*unit = INLAY_MILLIS; *unit <= INLAY_NANOS; ++*unit)
        if (schema_text_is(word, units[*unit]))
            return true;
    return false;
}

/* "crs", "crs,EDGES": the crs is whatever stands before the last comma, or the closing parenthesis. */
static bool schema_text_crs(struct schema_text *t, inlay_logical *l)
{
    static const char *const edges[] = {"SPHERICAL", "VINCENTY", "THOMAS", "ANDOYER", "KARNEY"};
    schema_text_blank(t);
    size_t from = t->at;
    const char *close = memchr(t->text + from, ')', t->bytes - from);
    if (!close)
        return false;
    t->at = (size_t)(close - t->text);
    l->crs = (inlay_bytes){(const uint8_t *)t->text + from, t->at - from};
    for (size_t i = 0; i < l->crs.len && l->kind == INLAY_GEOGRAPHY; i++)
        for (int8_t e = 0; l->crs.data[i] == ',' && e < 5; e++)
            if (schema_text_is((inlay_bytes){l->crs.data + i + 1, l->crs.len - i - 1}, edges[e])) {
                l->edges = e;
                l->crs.len = i;
            }
    return true;
}

static bool schema_text_arguments(struct schema_text *t, inlay_logical *l)
{
    int32_t n = 0;
    switch (l->kind) {
    case INLAY_DECIMAL:
        return schema_text_number(t, &l->precision) &&
               (!schema_text_char(t, ',') || schema_text_number(t, &l->scale));
    case INLAY_TIME:
    case INLAY_TIMESTAMP:
        return schema_text_unit(t, &l->unit) && schema_text_char(t, ',') && schema_text_bool(t, &l->utc);
    case INLAY_INTEGER:
        if (!schema_text_number(t, &n) || (n != 8 && n != 16 && n != 32 && n != 64))
            return false;
        l->bits = (uint8_t)n;
        return schema_text_char(t, ',') && schema_text_bool(t, &l->is_signed);
    case INLAY_VARIANT:
        if (!schema_text_number(t, &n) || n < 0 || n > 127)
            return false;
        l->version = (int8_t)n;
        return true;
    case INLAY_GEOMETRY:
    case INLAY_GEOGRAPHY:
        return schema_text_crs(t, l);
    default:
        return false;
    }
}

static inlay_status schema_text_annotation(struct schema_text *t, inlay_node *node)
{
    schema_text_blank(t);
    size_t at = t->at;
    inlay_bytes word = schema_text_word(t);
    bool old = false;
    if (schema_text_is(word, "INT") || !schema_text_kind(word, &node->logical))
        return schema_text_fail(t, at, ERR("no such annotation"));
    for (size_t i = 0; i < sizeof schema_text_olds / sizeof *schema_text_olds; i++)
        old = old || schema_text_is(word, schema_text_olds[i].name);
    bool wants = !old && (node->logical.kind == INLAY_DECIMAL || node->logical.kind == INLAY_TIME ||
                          node->logical.kind == INLAY_TIMESTAMP || node->logical.kind == INLAY_INTEGER);
    if (schema_text_char(t, '(')) {
        if (old || !schema_text_arguments(t, &node->logical) || !schema_text_char(t, ')'))
            return schema_text_fail(t, t->at, ERR("not an argument of this annotation"));
    } else if (wants) {
        return schema_text_fail(t, t->at, ERR("this annotation wants arguments, DECIMAL(p,s) or TIMESTAMP(MICROS,true)"));
    }
    return schema_text_char(t, ')') ? INLAY_OK : schema_text_fail(t, t->at, ERR("a closing parenthesis is missing"));
}

/* ---- fields ---- */

static inlay_status schema_text_type(struct schema_text *t, inlay_node *node)
{
    schema_text_blank(t);
    size_t at = t->at;
    inlay_bytes word = schema_text_word(t);
    int found = schema_text_is(word, "group") ? INLAY_GROUP : schema_text_is(word, "binary") ? INLAY_BYTE_ARRAY : -1;
    for (int type = INLAY_BOOLEAN; type <= INLAY_FIXED_LEN_BYTE_ARRAY && found < 0; type++)
        if (type != INLAY_BYTE_ARRAY && schema_text_is(word, inlay_type_name(type)))
            found = type;
    if (found < 0)
        return schema_text_fail(t, at, ERR("no such type"));
    node->type = (uint8_t)found;
    if (found == INLAY_FIXED_LEN_BYTE_ARRAY &&
        !(schema_text_char(t, '(') && schema_text_number(t, &node->type_length) && schema_text_char(t, ')')))
        return schema_text_fail(t, t->at, ERR("fixed_len_byte_array wants its length in parentheses"));
    return INLAY_OK;
}

static inlay_status schema_text_name(struct schema_text *t, inlay_bytes *name)
{
    schema_text_blank(t);
    size_t from = t->at, end;
    for (; t->at < t->bytes; t->at++) {
        char c = t->text[t->at];
        bool behind_space = t->at > from && schema_text_space(t->text[t->at - 1]);
        if (c == ';' || c == '{' || c == '\n' || (behind_space && (c == '(' || c == '=' || c == '}')))
            break;
    }
    for (end = t->at; end > from && schema_text_space(t->text[end - 1]);)
        end--;
    *name = (inlay_bytes){(const uint8_t *)t->text + from, end - from};
    return end > from ? INLAY_OK : schema_text_fail(t, from, ERR("a name is missing"));
}

/* Everything up to ";" or "{". */
static inlay_status schema_text_field(struct schema_text *t, inlay_node *node)
{
    schema_text_blank(t);
    size_t at = t->at;
    inlay_bytes word = schema_text_word(t);
    int found = -1;
    for (int i = INLAY_REQUIRED; i <= INLAY_REPEATED; i++)
        if (schema_text_is(word, inlay_repetition_name(i)))
            found = i;
    if (found < 0)
        return schema_text_fail(t, at, ERR("required, optional or repeated is wanted, or a closing brace"));
    *node = (inlay_node){.repetition = (uint8_t)found};
    TRY(schema_text_type(t, node));
    TRY(schema_text_name(t, &node->name));
    if (schema_text_char(t, '('))
        TRY(schema_text_annotation(t, node));
    if (schema_text_char(t, '=')) {
        node->has_field_id = true;
        if (!schema_text_number(t, &node->field_id))
            return schema_text_fail(t, t->at, ERR("a field id is a number of 32 bits"));
    }
    if (!schema_text_char(t, node->type == INLAY_GROUP ? '{' : ';'))
        return schema_text_fail(t, t->at, node->type == INLAY_GROUP ? ERR("an opening brace is missing")
                                                                   : ERR("a semicolon is missing"));
    return INLAY_OK;
}

static inlay_status schema_text_fields(struct schema_text *t, inlay_schema *schema)
{
    uint32_t parents[SCHEMA_TEXT_DEPTH] = {0}, index = 0;
    size_t depth = 0; /* of open groups below the root */
    for (;;) {
        schema_text_blank(t);
        size_t at = t->at;
        if (schema_text_char(t, '}')) {
            if (depth == 0)
                return INLAY_OK;
            depth--;
            continue;
        }
        inlay_node node;
        TRY(schema_text_field(t, &node));
        inlay_status status = inlay_schema_add(schema, parents[depth], &node, &index);
        if (status != INLAY_OK) {
            t->env->error.at = (int64_t)at;
            return status;
        }
        if (node.type != INLAY_GROUP)
            continue;
        if (depth + 1 == SCHEMA_TEXT_DEPTH)
            return schema_text_fail(t, at, ERR("groups nest too deep"));
        parents[++depth] = index;
    }
}

inlay_status inlay_schema_parse(inlay_env *env, const char *text, size_t bytes, inlay_schema **schema)
{
    struct schema_text t = {.env = env, .text = text, .bytes = bytes};
    inlay_bytes name;
    *schema = NULL;
    if (!schema_text_is(schema_text_word(&t), "message"))
        return schema_text_fail(&t, t.at, ERR("a schema begins with 'message NAME {'"));
    TRY(schema_text_name(&t, &name));
    if (!schema_text_char(&t, '{'))
        return schema_text_fail(&t, t.at, ERR("an opening brace is missing"));
    TRY(inlay_schema_new(env, schema));
    inlay_status status = schema_text_fields(&t, *schema);
    schema_text_blank(&t);
    if (status == INLAY_OK && t.at < t.bytes)
        status = schema_text_fail(&t, t.at, ERR("something follows the schema"));
    if (status == INLAY_OK && inlay_schema_leaves(*schema) == 0)
        status = schema_text_fail(&t, t.at, ERR("the schema has no columns"));
    if (status != INLAY_OK) {
        inlay_schema_close(*schema);
        *schema = NULL;
    }
    return status;
}

#endif
