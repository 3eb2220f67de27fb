/* An ArrowSchema as entries: format strings to the types of Schema.fbs.
 *
 * The structure comes from a producer in the same process: its pointers are believed, its counts and formats
 * are checked. Fields are taken level by level, as those of a message.
 * Source: Arrow "C data interface", "Data type description -- format strings".
 */
#include "arrow/schema.h"

#include "base/bytes.h"
#include "base/mem.h"

/* Formats without parameters. */
static const struct arrow_format_row {
    const char *format;
    uint8_t type;
    int32_t a, b, c;
} arrow_format_rows[] = {
    {"n", ARROW_TYPE_NULL, 0, 0, 0},          {"b", ARROW_TYPE_BOOL, 0, 0, 0},
    {"c", ARROW_TYPE_INT, 8, 1, 0},           {"C", ARROW_TYPE_INT, 8, 0, 0},
    {"s", ARROW_TYPE_INT, 16, 1, 0},          {"S", ARROW_TYPE_INT, 16, 0, 0},
    {"i", ARROW_TYPE_INT, 32, 1, 0},          {"I", ARROW_TYPE_INT, 32, 0, 0},
    {"l", ARROW_TYPE_INT, 64, 1, 0},          {"L", ARROW_TYPE_INT, 64, 0, 0},
    {"e", ARROW_TYPE_FLOAT, 0, 0, 0},         {"f", ARROW_TYPE_FLOAT, 1, 0, 0},
    {"g", ARROW_TYPE_FLOAT, 2, 0, 0},         {"z", ARROW_TYPE_BINARY, 0, 0, 0},
    {"Z", ARROW_TYPE_LARGE_BINARY, 0, 0, 0},  {"vz", ARROW_TYPE_BINARY_VIEW, 0, 0, 0},
    {"u", ARROW_TYPE_UTF8, 0, 0, 0},          {"U", ARROW_TYPE_LARGE_UTF8, 0, 0, 0},
    {"vu", ARROW_TYPE_UTF8_VIEW, 0, 0, 0},    {"tdD", ARROW_TYPE_DATE, 0, 0, 0},
    {"tdm", ARROW_TYPE_DATE, 1, 0, 0},        {"tts", ARROW_TYPE_TIME, 0, 32, 0},
    {"ttm", ARROW_TYPE_TIME, 1, 32, 0},       {"ttu", ARROW_TYPE_TIME, 2, 64, 0},
    {"ttn", ARROW_TYPE_TIME, 3, 64, 0},       {"tDs", ARROW_TYPE_DURATION, 0, 0, 0},
    {"tDm", ARROW_TYPE_DURATION, 1, 0, 0},    {"tDu", ARROW_TYPE_DURATION, 2, 0, 0},
    {"tDn", ARROW_TYPE_DURATION, 3, 0, 0},    {"tiM", ARROW_TYPE_INTERVAL, 0, 0, 0},
    {"tiD", ARROW_TYPE_INTERVAL, 1, 0, 0},    {"tin", ARROW_TYPE_INTERVAL, 2, 0, 0},
    {"+l", ARROW_TYPE_LIST, 0, 0, 0},         {"+L", ARROW_TYPE_LARGE_LIST, 0, 0, 0},
    {"+vl", ARROW_TYPE_LIST_VIEW, 0, 0, 0},   {"+vL", ARROW_TYPE_LARGE_LIST_VIEW, 0, 0, 0},
    {"+s", ARROW_TYPE_STRUCT, 0, 0, 0},       {"+m", ARROW_TYPE_MAP, 0, 0, 0},
    {"+r", ARROW_TYPE_RUN_END, 0, 0, 0},
};
enum { ARROW_N_FORMAT_ROWS = sizeof arrow_format_rows / sizeof arrow_format_rows[0] };

/* What of `text` stands behind `prefix`; NULL = it begins otherwise. */
static const char *arrow_format_after(const char *text, const char *prefix)
{
    while (*prefix)
        if (*text++ != *prefix++)
            return NULL;
    return text;
}

/* A decimal number; what stands behind it. NULL = none, or beyond 32 bits. */
static const char *arrow_format_number(const char *text, int32_t *out)
{
    int64_t v = 0;
    bool minus = *text == '-';
    const char *at = text + minus;
    if (*at < '0' || *at > '9')
        return NULL;
    for (; *at >= '0' && *at <= '9'; at++) {
        v = v * 10 + (*at - '0');
        if (v > INT32_MAX)
            return NULL;
    }
    *out = (int32_t)(minus ? -v : v);
    return at;
}

/* d:precision,scale[,bits] */
static bool arrow_format_decimal(const char *text, struct arrow_entry *entry)
{
    const char *at = arrow_format_number(text, &entry->a);
    at = at && *at == ',' ? arrow_format_number(at + 1, &entry->b) : NULL;
    entry->type = ARROW_TYPE_DECIMAL;
    entry->c = 128;
    if (at && *at == ',')
        at = arrow_format_number(at + 1, &entry->c);
    bool known = entry->c == 32 || entry->c == 64 || entry->c == 128 || entry->c == 256;
    return at && !*at && known && entry->a > 0;
}

static bool arrow_format_sized(const char *text, uint8_t type, struct arrow_entry *entry)
{
    const char *at = arrow_format_number(text, &entry->a);
    entry->type = type;
    return at && !*at && entry->a >= 0;
}

/* ts and the unit's letter, a colon, the time zone. */
static bool arrow_format_timestamp(const char *text, struct arrow_entry *entry)
{
    static const char units[] = "smun";
    for (int32_t unit = 0; unit < 4; unit++)
        if (text[0] == units[unit] && text[1] == ':') {
            entry->type = ARROW_TYPE_TIMESTAMP;
            entry->a = unit;
            entry->timezone = (inlay_bytes){(const uint8_t *)text + 2, strlen(text + 2)};
            return true;
        }
    return false;
}

static bool arrow_format_parse(const char *format, struct arrow_entry *entry)
{
    const char *rest;
    for (size_t i = 0; i < ARROW_N_FORMAT_ROWS; i++) {
        const struct arrow_format_row *row = &arrow_format_rows[i];
        rest = arrow_format_after(format, row->format);
        if (rest && !*rest) {
            entry->type = row->type;
            entry->a = row->a;
            entry->b = row->b;
            entry->c = row->c;
            return true;
        }
    }
    if ((rest = arrow_format_after(format, "d:")))
        return arrow_format_decimal(rest, entry);
    if ((rest = arrow_format_after(format, "w:")))
        return arrow_format_sized(rest, ARROW_TYPE_FIXED_BINARY, entry);
    if ((rest = arrow_format_after(format, "+w:")))
        return arrow_format_sized(rest, ARROW_TYPE_FIXED_LIST, entry);
    if ((rest = arrow_format_after(format, "ts")))
        return arrow_format_timestamp(rest, entry);
    if (arrow_format_after(format, "+ud:") || arrow_format_after(format, "+us:")) {
        entry->type = ARROW_TYPE_UNION;
        return true;
    }
    return false;
}

/* ---- one field ---- */

/* As many children as the type has, and all of them there. */
static bool arrow_entry_children_fit(const struct ArrowSchema *type, const struct arrow_entry *entry)
{
    static const uint8_t lists[] = {ARROW_TYPE_LIST,       ARROW_TYPE_LARGE_LIST, ARROW_TYPE_FIXED_LIST,
                                    ARROW_TYPE_LIST_VIEW,  ARROW_TYPE_MAP,        ARROW_TYPE_LARGE_LIST_VIEW};
    int64_t want = entry->type == ARROW_TYPE_RUN_END ? 2 : 0;
    for (size_t i = 0; i < sizeof lists; i++)
        want = entry->type == lists[i] ? 1 : want;
    if (entry->type == ARROW_TYPE_STRUCT || entry->type == ARROW_TYPE_UNION)
        want = type->n_children;
    if (want != type->n_children || want < 0 || want > INT32_MAX || (want && !type->children))
        return false;
    for (int64_t i = 0; i < want; i++)
        if (!type->children[i] || !type->children[i]->format)
            return false;
    return true;
}

static inlay_status arrow_entry_fault(inlay_env *env, inlay_status status, const char *what, const char *name)
{
    err_set(env, status, what);
    size_t n = name ? strlen(name) : 0;
    if (n > sizeof env->error.column - 1)
        n = sizeof env->error.column - 1;
    if (n)
        memcpy(env->error.column, name, n);
    env->error.column[n] = 0;
    return status;
}

static inlay_status arrow_entry_take(inlay_env *env, const struct ArrowSchema *field, uint32_t depth,
                                     struct arrow_entry *entry)
{
    const struct ArrowSchema *type = field->dictionary ? field->dictionary : field;
    entry->from = field;
    entry->depth = depth;
    entry->name.data = (const uint8_t *)(field->name ? field->name : "");
    entry->name.len = strlen((const char *)entry->name.data);
    entry->nullable = field->flags & ARROW_FLAG_NULLABLE;
    entry->pairs = field->metadata;
    entry->n_metadata = arrow_pairs_count(field->metadata);
    if (field->dictionary) {
        struct arrow_entry index = {.type = 0};
        if (!arrow_format_parse(field->format, &index) || index.type != ARROW_TYPE_INT)
            return arrow_entry_fault(env, INLAY_ARG, ERR("dictionary indices are not integers"), field->name);
        entry->dictionary = true;
        entry->ordered = field->flags & ARROW_FLAG_DICTIONARY_ORDERED;
        entry->index_bits = (uint8_t)index.a;
        entry->index_signed = index.b;
        if (!type->format || type->dictionary)
            return arrow_entry_fault(env, INLAY_UNSUPPORTED, ERR("an Arrow dictionary of dictionaries"),
                                     field->name);
    }
    if (!arrow_format_parse(type->format, entry))
        return arrow_entry_fault(env, INLAY_UNSUPPORTED, ERR("an Arrow type that is not known"), field->name);
    if (!arrow_entry_children_fit(type, entry))
        return arrow_entry_fault(env, INLAY_ARG, ERR("an ArrowSchema has not the children of its type"),
                                 field->name);
    entry->n_children = (uint32_t)type->n_children;
    entry->a = entry->type == ARROW_TYPE_MAP ? (type->flags & ARROW_FLAG_MAP_KEYS_SORTED) != 0 : entry->a;
    return INLAY_OK;
}

/* ---- all of them ---- */

/* Entries for the children of `type`. */
static inlay_status arrow_entry_take_children(inlay_arrow_schema *s, const struct ArrowSchema *type, uint32_t depth)
{
    size_t first = s->n_entries;
    if (depth > arrow_most_depth(s->env))
        return err_set(s->env, INLAY_LIMIT, ERR("an ArrowSchema deeper than limits.schema_depth"));
    TRY(arrow_more_entries(s, (uint32_t)type->n_children));
    for (int64_t i = 0; i < type->n_children; i++)
        TRY(arrow_entry_take(s->env, type->children[i], depth, &s->entries[first + (size_t)i]));
    return INLAY_OK;
}

static inlay_status arrow_entry_take_all(inlay_arrow_schema *s, const struct ArrowSchema *root)
{
    if (!root->format || !root->release)
        return err_set(s->env, INLAY_ARG, ERR("an ArrowSchema that is released"));
    TRY(arrow_entry_take(s->env, root, 0, &s->itself));
    if (s->itself.type != ARROW_TYPE_STRUCT || s->itself.dictionary)
        return err_set(s->env, INLAY_ARG, ERR("an ArrowSchema of rows is a struct"));
    TRY(arrow_entry_take_children(s, root, 1));
    s->n_top = (uint32_t)s->n_entries;
    for (size_t i = 0; i < s->n_entries; i++) {
        const struct ArrowSchema *type = s->entries[i].from;
        type = type->dictionary ? type->dictionary : type;
        s->entries[i].first_child = (uint32_t)s->n_entries;
        TRY(arrow_entry_take_children(s, type, s->entries[i].depth + 1));
    }
    return INLAY_OK;
}

inlay_status inlay_arrow_schema_import(inlay_env *env, const struct ArrowSchema *fields,
                                       inlay_arrow_schema **schema)
{
    void *block;
    *schema = NULL;
    TRY(mem_new(env, sizeof **schema, &block));
    inlay_arrow_schema *s = block;
    s->env = env;
    inlay_status status = arrow_entry_take_all(s, fields);
    if (status != INLAY_OK) {
        inlay_arrow_schema_close(s);
        return status;
    }
    *schema = s;
    return INLAY_OK;
}
