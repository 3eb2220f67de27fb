/* Parquet types as Arrow types: a table, and what ARROW:schema adds.
 * Source: Arrow "C data interface", "Data type description -- format strings"; LogicalTypes.md. */
#include "arrow/convert.h"
#include "arrow/plan.h"
#include "base/bytes.h"

enum { ARROW_ANY = 255, ARROW_DIGITS_128 = 38, ARROW_DIGITS_256 = 76 };

/* One row a type that needs no more than a constant format. `bits` is the width of INTEGER, the unit of
 * TIME. The first row that fits is used. */
static const struct arrow_type_row {
    uint8_t type, logical, bits;
    bool is_signed;
    uint8_t kind, width;
    const char *format;
    arrow_convert *convert;
} arrow_type_rows[] = {
    {ARROW_ANY, INLAY_NULL, 0, false, ARROW_KIND_NULL, 0, "n", NULL},
    {INLAY_BOOLEAN, ARROW_ANY, 0, false, ARROW_KIND_BITS, 0, "b", NULL},
    {INLAY_INT32, INLAY_INTEGER, 8, true, ARROW_KIND_FIXED, 1, "c", arrow_convert_8},
    {INLAY_INT32, INLAY_INTEGER, 8, false, ARROW_KIND_FIXED, 1, "C", arrow_convert_8},
    {INLAY_INT32, INLAY_INTEGER, 16, true, ARROW_KIND_FIXED, 2, "s", arrow_convert_16},
    {INLAY_INT32, INLAY_INTEGER, 16, false, ARROW_KIND_FIXED, 2, "S", arrow_convert_16},
    {INLAY_INT32, INLAY_INTEGER, 32, false, ARROW_KIND_FIXED, 4, "I", NULL},
    {INLAY_INT32, INLAY_DATE, 0, false, ARROW_KIND_FIXED, 4, "tdD", NULL},
    {INLAY_INT32, INLAY_TIME, INLAY_MILLIS, false, ARROW_KIND_FIXED, 4, "ttm", NULL},
    {INLAY_INT32, ARROW_ANY, 0, true, ARROW_KIND_FIXED, 4, "i", NULL},
    {INLAY_INT64, INLAY_INTEGER, 64, false, ARROW_KIND_FIXED, 8, "L", NULL},
    {INLAY_INT64, INLAY_TIME, INLAY_MICROS, false, ARROW_KIND_FIXED, 8, "ttu", NULL},
    {INLAY_INT64, INLAY_TIME, INLAY_NANOS, false, ARROW_KIND_FIXED, 8, "ttn", NULL},
    {INLAY_INT64, ARROW_ANY, 0, true, ARROW_KIND_FIXED, 8, "l", NULL},
    {INLAY_FLOAT, ARROW_ANY, 0, false, ARROW_KIND_FIXED, 4, "f", NULL},
    {INLAY_DOUBLE, ARROW_ANY, 0, false, ARROW_KIND_FIXED, 8, "g", NULL},
    {INLAY_FIXED_LEN_BYTE_ARRAY, INLAY_FLOAT16, 0, false, ARROW_KIND_FIXED, 2, "e",
     arrow_convert_half},
    {INLAY_BYTE_ARRAY, INLAY_STRING, 0, false, ARROW_KIND_BYTES, 0, "u", NULL},
    {INLAY_BYTE_ARRAY, INLAY_ENUM, 0, false, ARROW_KIND_BYTES, 0, "u", NULL},
    {INLAY_BYTE_ARRAY, INLAY_JSON, 0, false, ARROW_KIND_BYTES, 0, "u", NULL},
    {INLAY_BYTE_ARRAY, ARROW_ANY, 0, false, ARROW_KIND_BYTES, 0, "z", NULL},
};
enum { ARROW_N_TYPE_ROWS = sizeof arrow_type_rows / sizeof arrow_type_rows[0] };

static bool arrow_type_row_fits(const struct arrow_type_row *row, const inlay_node *leaf)
{
    const inlay_logical *l = &leaf->logical;
    if ((row->type != ARROW_ANY && row->type != leaf->type) ||
        (row->logical != ARROW_ANY && row->logical != l->kind))
        return false;
    if (row->logical == INLAY_INTEGER)
        return row->bits == l->bits && row->is_signed == l->is_signed;
    return row->logical != INLAY_TIME || row->bits == l->unit;
}

/* ---- formats with parameters ---- */

struct arrow_text {
    char text[64];
    size_t n;
};

static void arrow_put(struct arrow_text *t, const char *s)
{
    while (*s && t->n + 1 < sizeof t->text)
        t->text[t->n++] = *s++;
    t->text[t->n] = 0;
}

static void arrow_put_number(struct arrow_text *t, int64_t v)
{
    char digits[24];
    size_t at = sizeof digits - 1;
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    digits[at] = 0;
    do
        digits[--at] = (char)('0' + u % 10);
    while (u /= 10);
    if (v < 0)
        digits[--at] = '-';
    arrow_put(t, digits + at);
}

/* A copy in the pool; a zero byte in `tail` ends it. */
static inlay_status arrow_put_into(struct mem_pool *pool, const char *head, inlay_bytes tail,
                                   const char **out)
{
    void *block = NULL;
    size_t n = strlen(head);
    TRY(mem_pool_take(pool, n + tail.len + 1, &block));
    memcpy(block, head, n);
    if (tail.len)
        memcpy((char *)block + n, tail.data, tail.len);
    *out = block;
    return INLAY_OK;
}

static inlay_status arrow_type_decimal(struct mem_pool *pool, int32_t precision, int32_t scale,
                                       bool wide, struct arrow_node *node)
{
    struct arrow_text t = {.n = 0};
    wide = wide || precision > ARROW_DIGITS_128;
    arrow_put(&t, "d:");
    arrow_put_number(&t, precision);
    arrow_put(&t, ",");
    arrow_put_number(&t, scale);
    if (wide)
        arrow_put(&t, ",256");
    node->kind = ARROW_KIND_FIXED;
    node->width = wide ? 32 : 16;
    return arrow_put_into(pool, t.text, (inlay_bytes){NULL, 0}, &node->format);
}

static arrow_convert *const arrow_decimal_by_type[] = {
    [INLAY_INT32] = arrow_convert_decimal_i32,
    [INLAY_INT64] = arrow_convert_decimal_i64,
    [INLAY_BYTE_ARRAY] = arrow_convert_decimal_bytes,
    [INLAY_FIXED_LEN_BYTE_ARRAY] = arrow_convert_decimal_fixed,
};

static inlay_status arrow_type_fixed(struct mem_pool *pool, struct arrow_node *node)
{
    struct arrow_text t = {.n = 0};
    arrow_put(&t, "w:");
    arrow_put_number(&t, node->in_width);
    node->kind = ARROW_KIND_FIXED;
    node->width = node->in_width;
    return arrow_put_into(pool, t.text, (inlay_bytes){NULL, 0}, &node->format);
}

/* Timestamps: the letter of the unit, then the time zone. */
static inlay_status arrow_type_timestamp(struct mem_pool *pool, uint8_t unit, inlay_bytes zone,
                                         struct arrow_node *node)
{
    static const char *const heads[] = {"tsn:", "tsm:", "tsu:", "tsn:"}; /* inlay_unit */
    node->kind = ARROW_KIND_FIXED;
    node->width = 8;
    return arrow_put_into(pool, heads[unit <= INLAY_NANOS ? unit : 0], zone, &node->format);
}

inlay_status arrow_type_leaf(struct mem_pool *pool, const inlay_node *leaf,
                             const inlay_arrow_options *options, struct arrow_node *node)
{
    static const uint8_t utc[] = "UTC";
    const inlay_logical *l = &leaf->logical;
    node->in_width = (uint32_t)inlay_node_width(leaf);
    node->convert = NULL;
    if (l->kind == INLAY_DECIMAL && l->precision <= ARROW_DIGITS_256) {
        node->convert = arrow_decimal_by_type[leaf->type];
        return arrow_type_decimal(pool, l->precision, l->scale, false, node);
    }
    if (leaf->type == INLAY_INT96 && l->kind != INLAY_NULL) {
        node->convert = arrow_convert_int96;
        node->unit = options->int96_unit ? options->int96_unit : INLAY_NANOS;
        return arrow_type_timestamp(pool, node->unit, (inlay_bytes){NULL, 0}, node);
    }
    if (l->kind == INLAY_TIMESTAMP) {
        if (leaf->type == INLAY_FIXED_LEN_BYTE_ARRAY)
            node->convert = arrow_convert_time96;
        inlay_bytes zone = {utc, l->utc ? sizeof utc - 1 : 0};
        return arrow_type_timestamp(pool, l->unit, zone, node);
    }
    for (size_t i = 0; i < ARROW_N_TYPE_ROWS; i++) {
        const struct arrow_type_row *row = &arrow_type_rows[i];
        if (!arrow_type_row_fits(row, leaf))
            continue;
        node->kind = row->kind;
        node->width = row->width;
        node->format = row->format;
        node->convert = row->convert;
        return INLAY_OK;
    }
    return arrow_type_fixed(pool, node);
}

/* ---- ARROW:schema ---- */

inlay_status arrow_type_hint(struct mem_pool *pool, const inlay_node *parquet,
                             const struct arrow_entry *entry, struct arrow_node *node)
{
    static const char *const durations[] = {"tDs", "tDm", "tDu", "tDn"};
    bool text = node->format[0] == 'u', binary = node->format[0] == 'z';
    switch (entry->type) {
    case ARROW_TYPE_LARGE_LIST:
        node->large = node->large || (node->kind == ARROW_KIND_LIST && node->format[1] == 'l');
        return INLAY_OK;
    case ARROW_TYPE_LARGE_UTF8:
        node->large = node->large || (text && !entry->dictionary);
        return INLAY_OK;
    case ARROW_TYPE_LARGE_BINARY:
        node->large = node->large || (binary && !entry->dictionary);
        return INLAY_OK;
    case ARROW_TYPE_DURATION:
        if (node->format[0] == 'l' && entry->a >= 0 && entry->a < 4)
            node->format = durations[entry->a];
        return INLAY_OK;
    case ARROW_TYPE_TIMESTAMP:
        if (parquet->logical.kind == INLAY_TIMESTAMP && parquet->logical.utc && entry->timezone.len)
            return arrow_type_timestamp(pool, parquet->logical.unit, entry->timezone, node);
        return INLAY_OK;
    case ARROW_TYPE_DECIMAL:
        if (parquet->logical.kind == INLAY_DECIMAL && node->width == 16 && entry->c == 256)
            return arrow_type_decimal(pool, parquet->logical.precision, parquet->logical.scale, true,
                                      node);
        return INLAY_OK;
    default:
        return INLAY_OK;
    }
}

/* The format of a type without children; "" for those that we never make. */
static void arrow_type_format(const struct arrow_entry *e, struct arrow_text *t)
{
    static const char *const by_type[] = {
        [ARROW_TYPE_NULL] = "n",         [ARROW_TYPE_BINARY] = "z",
        [ARROW_TYPE_UTF8] = "u",         [ARROW_TYPE_BOOL] = "b",
        [ARROW_TYPE_LARGE_BINARY] = "Z", [ARROW_TYPE_LARGE_UTF8] = "U",
        [ARROW_TYPE_LIST] = "+l",        [ARROW_TYPE_LARGE_LIST] = "+L",
        [ARROW_TYPE_STRUCT] = "+s",      [ARROW_TYPE_MAP] = "+m"};
    static const char *const halves[] = {"e", "f", "g"};
    static const char *const units[] = {"s", "m", "u", "n"};
    const char *unit = e->a >= 0 && e->a < 4 ? units[e->a] : "?";
    static const char *const integers[] = {"C", "c", "S", "s", "I", "i", "L", "l"};
    *t = (struct arrow_text){.n = 0};
    if (e->type == ARROW_TYPE_INT) {
        int log = e->a == 8 ? 0 : e->a == 16 ? 1 : e->a == 32 ? 2 : 3;
        arrow_put(t, integers[2 * log + (e->b != 0)]);
    } else if (e->type == ARROW_TYPE_FLOAT) {
        arrow_put(t, e->a >= 0 && e->a < 3 ? halves[e->a] : "?");
    } else if (e->type == ARROW_TYPE_DECIMAL) {
        arrow_put(t, "d:");
        arrow_put_number(t, e->a);
        arrow_put(t, ",");
        arrow_put_number(t, e->b);
        if (e->c != 128)
            arrow_put(t, e->c == 256 ? ",256" : "?");
    } else if (e->type == ARROW_TYPE_FIXED_BINARY) {
        arrow_put(t, "w:");
        arrow_put_number(t, e->a);
    } else if (e->type == ARROW_TYPE_DATE) {
        arrow_put(t, e->a == 0 ? "tdD" : "tdm");
    } else if (e->type == ARROW_TYPE_TIME || e->type == ARROW_TYPE_DURATION ||
               e->type == ARROW_TYPE_TIMESTAMP) {
        arrow_put(t, e->type == ARROW_TYPE_TIME ? "tt" : e->type == ARROW_TYPE_DURATION ? "tD" : "ts");
        arrow_put(t, unit);
    } else if (e->type < sizeof by_type / sizeof by_type[0] && by_type[e->type]) {
        arrow_put(t, by_type[e->type]);
    }
}

bool arrow_type_is(const struct arrow_node *node, const struct arrow_entry *entry)
{
    struct arrow_text t;
    if (node->dictionary != entry->dictionary)
        return false;
    arrow_type_format(entry, &t);
    size_t n = strlen(node->format);
    if (entry->type != ARROW_TYPE_TIMESTAMP)
        return n == t.n && memcmp(node->format, t.text, n) == 0;
    inlay_bytes zone = entry->timezone;
    return n == 4 + zone.len && memcmp(node->format, t.text, 3) == 0 &&
           (zone.len == 0 || memcmp(node->format + 4, zone.data, zone.len) == 0);
}
