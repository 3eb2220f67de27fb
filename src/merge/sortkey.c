/* Sort-schema text:
 *
 *   schema = [ name "=" ] column *( "|" column ) "/V" int
 *   column = ["&"] ( [+|-] ident [+|-]  |  ident ":" (+|-)  |  ident ":" type ":" (+|-) )
 *
 * and the order of values by type. Source: see sortkey.h.
 */
#include "merge/sortkey.h"

#include "base/bytes.h"
#include "base/mem.h"

#if INLAY_WRITE && INLAY_MERGE

/* ---- pieces of text ---- */

bool sortkey_bytes_equal(inlay_bytes a, inlay_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool sortkey_bytes_are(inlay_bytes a, const char *text)
{
    return sortkey_bytes_equal(a, (inlay_bytes){(const uint8_t *)text, strlen(text)});
}

int sortkey_bytes_compare(inlay_bytes a, inlay_bytes b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n ? memcmp(a.data, b.data, n) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static bool sortkey_ends_with(inlay_bytes a, const char *end)
{
    size_t n = strlen(end);
    return a.len >= n && memcmp(a.data + (a.len - n), end, n) == 0;
}

static bool sortkey_has(inlay_bytes a, char c)
{
    return a.len && memchr(a.data, c, a.len) != NULL;
}

static inlay_bytes sortkey_skip(inlay_bytes a, size_t n)
{
    return (inlay_bytes){a.len ? a.data + n : a.data, a.len - n};
}

/* Cut `rest` at the first c: the piece before it is returned, `rest` is what follows. False: no c,
 * the piece is all of it. */
static bool sortkey_cut(inlay_bytes *rest, char c, inlay_bytes *piece)
{
    const uint8_t *at = rest->len ? memchr(rest->data, c, rest->len) : NULL;
    *piece = *rest;
    if (!at)
        return false;
    piece->len = (size_t)(at - rest->data);
    *rest = sortkey_skip(*rest, piece->len + 1);
    return true;
}

/* ---- types ---- */

static const struct {
    const char *suffix; /* longest first where one ends with another */
    const char *name;
    uint8_t type;
} sortkey_types[] = {
    {"__cpcsk", "dense-cpc-sketch", SORTKEY_CPC_SKETCH},
    {"__isk", "dense-item-sketch", SORTKEY_ITEM_SKETCH},
    {"__sk", "dense-sketch", SORTKEY_SKETCH},
    {"__nf", "dense-float64", SORTKEY_FLOAT64},
    {"__i", "dense-int64", SORTKEY_INT64},
    {"__s", "dense-string", SORTKEY_STRING},
};
enum { SORTKEY_N_TYPES = sizeof sortkey_types / sizeof sortkey_types[0] };

bool sortkey_is_timestamp(inlay_bytes name)
{
    return sortkey_bytes_are(name, "timestamp") || sortkey_bytes_are(name, "timestamp_secs");
}

uint8_t sortkey_default_type(inlay_bytes name)
{
    if (sortkey_is_timestamp(name) || sortkey_bytes_are(name, "tiebreaker") ||
        sortkey_bytes_are(name, "timeseries_id"))
        return SORTKEY_INT64;
    if (sortkey_bytes_are(name, "metric_value") || sortkey_bytes_are(name, "value"))
        return SORTKEY_FLOAT64;
    return SORTKEY_STRING;
}

/* Row of the table whose suffix the name has; SORTKEY_N_TYPES = none. */
static size_t sortkey_suffixed(inlay_bytes name)
{
    size_t i = 0;
    while (i < SORTKEY_N_TYPES && !sortkey_ends_with(name, sortkey_types[i].suffix))
        i++;
    return i;
}

/* Type from the suffix, which leaves the name, or from the bare name. */
static void sortkey_type_of(struct sortkey_column *column)
{
    size_t i = sortkey_suffixed(column->name);
    if (i == SORTKEY_N_TYPES) {
        column->type = sortkey_default_type(column->name);
        return;
    }
    column->name.len -= strlen(sortkey_types[i].suffix);
    column->type = sortkey_types[i].type;
}

const char *sortkey_type_name(uint8_t type)
{
    size_t i = 0;
    while (sortkey_types[i].type != type)
        i++;
    return sortkey_types[i].name;
}

static bool sortkey_sign(uint8_t c)
{
    return c == '+' || c == '-';
}

/* Not needed when the bare name says the same: "a-__s" is the column "a-", and "a-" alone the column a, descending. */
const char *sortkey_suffix(const struct sortkey_column *column)
{
    size_t i = 0;
    inlay_bytes name = column->name;
    bool signed_end = name.len && sortkey_sign(name.data[name.len - 1]);
    if (column->type == sortkey_default_type(name) && sortkey_suffixed(name) == SORTKEY_N_TYPES && !signed_end)
        return "";
    while (sortkey_types[i].type != column->type)
        i++;
    return sortkey_types[i].suffix;
}

/* ---- columns ---- */

/* Take a sign off the front and the back of `ident`. `sign` is 0 on input, or one met before. */
static const char *sortkey_direction(inlay_bytes *ident, uint8_t *sign)
{
    for (int back = 0; back < 2; back++) {
        while (ident->len && sortkey_sign(ident->data[back ? ident->len - 1 : 0])) {
            if (*sign)
                return ERR("sort direction specified multiple times");
            *sign = ident->data[back ? ident->len - 1 : 0];
            *ident = back ? (inlay_bytes){ident->data, ident->len - 1} : sortkey_skip(*ident, 1);
        }
    }
    return NULL;
}

static const char *sortkey_finish(struct sortkey_column *column, uint8_t sign)
{
    if (column->name.len == 0)
        return ERR("empty sort column name");
    column->descending = sign ? sign == '-' : sortkey_is_timestamp(column->name);
    return NULL;
}

/* One column of a versioned text, without '&'. */
static const char *sortkey_column_parse(inlay_bytes text, struct sortkey_column *column)
{
    inlay_bytes parts[3];
    size_t n = 0;
    bool more = true;
    while (more) {
        if (n == 3)
            return ERR("sort column has more than three parts");
        more = sortkey_cut(&text, ':', &parts[n++]);
    }
    uint8_t sign = 0;
    if (n > 1) {
        inlay_bytes last = parts[n - 1];
        if (last.len != 1 || !sortkey_sign(last.data[0]))
            return ERR("bad sort direction");
        sign = last.data[0];
    }
    column->name = parts[0];
    const char *bad = sortkey_direction(&column->name, &sign);
    if (bad)
        return bad;
    sortkey_type_of(column);
    if (n == 3) {
        size_t i = 0;
        while (i < SORTKEY_N_TYPES && !sortkey_bytes_are(parts[1], sortkey_types[i].name))
            i++;
        if (i == SORTKEY_N_TYPES)
            return ERR("unknown sort column type");
        if (sortkey_types[i].type != column->type)
            return ERR("sort column type does not match its name");
    }
    return sortkey_finish(column, sign);
}

/* ---- the rules of a versioned text ---- */

/* One timestamp column, an int64, descending; nothing but tiebreaker behind it. In "defaultMsgIDsSchema" it
 * may ascend and others may follow. */
static const char *sortkey_validate_time(const struct sortkey_schema *schema, uint32_t timestamp)
{
    bool messages = sortkey_bytes_are(schema->name, "defaultMsgIDsSchema");
    if (schema->columns[timestamp].type != SORTKEY_INT64)
        return ERR("the timestamp sort column must be an int64");
    if (!schema->columns[timestamp].descending && !messages)
        return ERR("the timestamp sort column must be descending");
    for (uint32_t i = timestamp + 1; i < schema->n_columns; i++)
        if (sortkey_is_timestamp(schema->columns[i].name) ||
            (!messages && !sortkey_bytes_are(schema->columns[i].name, "tiebreaker")))
            return ERR("only tiebreaker may follow the timestamp column");
    return NULL;
}

/* validation.rs. At most 255 columns, so that comparing each with each is cheap. */
static const char *sortkey_validate(const struct sortkey_schema *schema)
{
    bool timestamp = false, series = false;
    for (uint32_t i = 0; i < schema->n_columns; i++) {
        inlay_bytes name = schema->columns[i].name;
        bool tiebreaker = sortkey_bytes_are(name, "tiebreaker"), time = sortkey_is_timestamp(name);
        for (uint32_t k = 0; k < i; k++)
            if (sortkey_bytes_equal(schema->columns[k].name, name))
                return ERR("duplicate sort column");
        if (tiebreaker && !timestamp)
            return ERR("the timestamp column must come before tiebreaker");
        if (series && !time && !tiebreaker)
            return ERR("only timestamp and tiebreaker may follow timeseries_id");
        const char *bad = time ? sortkey_validate_time(schema, i) : NULL;
        if (bad)
            return bad;
        timestamp = timestamp || time;
        series = series || sortkey_bytes_are(name, "timeseries_id");
    }
    if (!timestamp && !sortkey_bytes_are(schema->name, "defaultSkipBuilderSchema"))
        return ERR("the sort schema has no timestamp column");
    return NULL;
}

/* Names one column of the list; '&' before it is the cutoff. */
static const char *sortkey_marker(inlay_bytes *text, struct sortkey_schema *schema)
{
    if (text->len == 0 || text->data[0] != '&')
        return sortkey_has(*text, '&') ? ERR("'&' inside a sort column name") : NULL;
    *text = sortkey_skip(*text, 1);
    if (schema->cutoff)
        return ERR("more than one '&' in the sort schema");
    if (schema->n_columns == 0)
        return ERR("'&' before the first sort column");
    if (sortkey_has(*text, '&'))
        return ERR("more than one '&' in the sort schema");
    schema->cutoff = schema->n_columns;
    return NULL;
}

/* A decimal int32 as Rust reads it: a sign, leading zeros. */
static bool sortkey_int32(inlay_bytes text, int64_t *number)
{
    bool negative = text.len && text.data[0] == '-';
    size_t i = text.len && sortkey_sign(text.data[0]) ? 1 : 0;
    if (i == text.len)
        return false;
    for (*number = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        *number = *number * 10 + (text.data[i] - '0');
        if (*number > (int64_t)INT32_MAX + negative)
            return false;
    }
    *number = negative ? -*number : *number;
    return true;
}

/* "/V2" at the end of `rest`, which is cut before it. */
static const char *sortkey_version(inlay_bytes *rest, uint32_t *version)
{
    inlay_bytes columns, digits = *rest;
    int64_t number;
    if (!sortkey_cut(&digits, '/', &columns))
        return ERR("unsupported sort version, minimum is 2");
    if (sortkey_has(digits, '/'))
        return ERR("more than one '/' in the sort schema");
    if (digits.len == 0 || digits.data[0] != 'V' ||
        !sortkey_int32(sortkey_skip(digits, 1), &number))
        return ERR("bad sort version");
    if (number < 2)
        return ERR("unsupported sort version, minimum is 2");
    *version = (uint32_t)number;
    *rest = columns;
    return NULL;
}

const char *sortkey_parse(inlay_bytes text, struct sortkey_schema *schema)
{
    inlay_bytes rest = text, piece;
    schema->name = (inlay_bytes){NULL, 0};
    schema->version = schema->cutoff = schema->n_columns = 0;
    if (sortkey_cut(&rest, '=', &piece))
        schema->name = piece;
    if (sortkey_has(rest, '='))
        return ERR("more than one '=' in the sort schema");
    const char *bad = sortkey_version(&rest, &schema->version);
    bool more = true;
    while (!bad && more) {
        more = sortkey_cut(&rest, '|', &piece);
        if (schema->n_columns == SORTKEY_MOST_COLUMNS)
            return ERR("more than 255 sort columns");
        bad = sortkey_marker(&piece, schema);
        if (!bad)
            bad = sortkey_column_parse(piece, &schema->columns[schema->n_columns++]);
    }
    return bad ? bad : sortkey_validate(schema);
}

/* ---- a plain list ---- */

static bool sortkey_versioned(inlay_bytes text)
{
    size_t n = text.len;
    while (n && text.data[n - 1] >= '0' && text.data[n - 1] <= '9')
        n--;
    return n < text.len && n >= 2 && text.data[n - 1] == 'V' && text.data[n - 2] == '/';
}

const char *sortkey_parse_any(inlay_bytes text, struct sortkey_schema *schema)
{
    if (sortkey_versioned(text))
        return sortkey_parse(text, schema);
    inlay_bytes rest = text, piece;
    schema->name = (inlay_bytes){NULL, 0};
    schema->version = schema->cutoff = schema->n_columns = 0;
    bool more = true;
    while (more) {
        more = sortkey_cut(&rest, '|', &piece);
        if (schema->n_columns == SORTKEY_MOST_COLUMNS)
            return ERR("more than 255 sort columns");
        struct sortkey_column *column = &schema->columns[schema->n_columns];
        uint8_t sign = 0;
        const char *bad = sortkey_direction(&piece, &sign);
        *column = (struct sortkey_column){.name = piece, .type = sortkey_default_type(piece)};
        if (!bad)
            bad = sortkey_finish(column, sign);
        if (bad)
            return bad;
        for (uint32_t i = 0; i < schema->n_columns; i++)
            if (sortkey_bytes_equal(schema->columns[i].name, column->name))
                return ERR("duplicate sort column");
        schema->n_columns++;
    }
    return NULL;
}

bool sortkey_equivalent(const struct sortkey_schema *a, const struct sortkey_schema *b)
{
    if (a->version != b->version || a->n_columns != b->n_columns)
        return false;
    for (uint32_t i = 0; i < a->n_columns; i++) {
        const struct sortkey_column *x = &a->columns[i], *y = &b->columns[i];
        if (x->type != y->type || x->descending != y->descending ||
            !sortkey_bytes_equal(x->name, y->name))
            return false;
    }
    return true;
}

/* ---- order ---- */

static const uint64_t SORTKEY_TOP = (uint64_t)1 << 63;

static void sortkey_prefix_bool(const void *values, size_t n, size_t width, uint64_t *prefixes)
{
    const uint8_t *v = values;
    (void)width;
    for (size_t i = 0; i < n; i++)
        prefixes[i] = v[i];
}
static void sortkey_prefix_i32(const void *values, size_t n, size_t width, uint64_t *prefixes)
{
    const int32_t *v = values;
    (void)width;
    for (size_t i = 0; i < n; i++)
        prefixes[i] = (uint64_t)(int64_t)v[i] ^ SORTKEY_TOP;
}
static void sortkey_prefix_u32(const void *values, size_t n, size_t width, uint64_t *prefixes)
{
    const int32_t *v = values;
    (void)width;
    for (size_t i = 0; i < n; i++)
        prefixes[i] = (uint32_t)v[i];
}
static void sortkey_prefix_i64(const void *values, size_t n, size_t width, uint64_t *prefixes)
{
    const int64_t *v = values;
    (void)width;
    for (size_t i = 0; i < n; i++)
        prefixes[i] = (uint64_t)v[i] ^ SORTKEY_TOP;
}
static void sortkey_prefix_u64(const void *values, size_t n, size_t width, uint64_t *prefixes)
{
    const int64_t *v = values;
    (void)width;
    for (size_t i = 0; i < n; i++)
        prefixes[i] = (uint64_t)v[i];
}

/* Sign and magnitude to an unsigned order: magnitudes count down below zero. `magnitude` has
 * `nan_above` as the last pattern that is a number. */
INLAY_INLINE uint64_t sortkey_float(bool negative, uint64_t magnitude, uint64_t nan_above)
{
    if (magnitude > nan_above)
        return UINT64_MAX;
    return negative ? SORTKEY_TOP - magnitude : SORTKEY_TOP + magnitude;
}
static void sortkey_prefix_float(const void *values, size_t n, size_t width, uint64_t *prefixes)
{
    (void)width;
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, (const uint8_t *)values + 4 * i, sizeof bits);
        prefixes[i] = sortkey_float(bits >> 31, bits & 0x7FFFFFFF, 0x7F800000);
    }
}
static void sortkey_prefix_double(const void *values, size_t n, size_t width, uint64_t *prefixes)
{
    (void)width;
    for (size_t i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, (const uint8_t *)values + 8 * i, sizeof bits);
        prefixes[i] = sortkey_float(bits >> 63, bits & ~SORTKEY_TOP, (uint64_t)0x7FF << 52);
    }
}
static void sortkey_prefix_float16(const void *values, size_t n, size_t width, uint64_t *prefixes)
{
    (void)width;
    for (size_t i = 0; i < n; i++) {
        uint16_t bits = load_le16((const uint8_t *)values + 2 * i);
        prefixes[i] = sortkey_float(bits >> 15, bits & 0x7FFF, 0x7C00);
    }
}

/* INT96: 8 bytes of nanoseconds, 4 of the Julian day, both little-endian and signed
 * (parquet.thrift, INT96_TIMESTAMP_ORDER). */
static void sortkey_prefix_int96(const void *values, size_t n, size_t width, uint64_t *prefixes)
{
    (void)width;
    for (size_t i = 0; i < n; i++)
        prefixes[i] = load_le32((const uint8_t *)values + 12 * i + 8) ^ (uint32_t)1 << 31;
}
static int sortkey_compare_int96(const void *a, const void *b, size_t width)
{
    uint64_t x = load_le64(a) ^ SORTKEY_TOP, y = load_le64(b) ^ SORTKEY_TOP;
    (void)width;
    return x < y ? -1 : x > y;
}

/* The first eight bytes, big-endian, zeros beyond the end. */
INLAY_INLINE uint64_t sortkey_first_bytes(const uint8_t *p, size_t len)
{
    if (len >= 8)
        return (uint64_t)load_be32(p) << 32 | load_be32(p + 4);
    uint64_t v = 0;
    for (size_t i = 0; i < len; i++)
        v |= (uint64_t)p[i] << (56 - 8 * i);
    return v;
}
static void sortkey_prefix_bytes(const void *values, size_t n, size_t width, uint64_t *prefixes)
{
    const inlay_bytes *v = values;
    (void)width;
    for (size_t i = 0; i < n; i++)
        prefixes[i] = sortkey_first_bytes(v[i].data, v[i].len);
}
static int sortkey_compare_bytes(const void *a, const void *b, size_t width)
{
    (void)width;
    return sortkey_bytes_compare(*(const inlay_bytes *)a, *(const inlay_bytes *)b);
}
static void sortkey_prefix_fixed(const void *values, size_t n, size_t width, uint64_t *prefixes)
{
    for (size_t i = 0; i < n; i++)
        prefixes[i] = sortkey_first_bytes((const uint8_t *)values + i * width, width);
}
static int sortkey_compare_fixed(const void *a, const void *b, size_t width)
{
    return memcmp(a, b, width);
}

/* DECIMAL in bytes: big-endian two's complement of any length, empty = 0 (LogicalTypes.md). The
 * prefix is the value itself, held at the ends of 64 bits where it is longer. */
static uint64_t sortkey_decimal(inlay_bytes v)
{
    bool negative = v.len && v.data[0] >> 7;
    uint8_t fill = negative ? 0xFF : 0;
    while (v.len > 8 && v.data[0] == fill)
        v = sortkey_skip(v, 1);
    if (v.len > 8 || (v.len == 8 && (v.data[0] >> 7) != negative))
        return negative ? 0 : UINT64_MAX;
    uint64_t bits = negative ? UINT64_MAX : 0;
    for (size_t i = 0; i < v.len; i++)
        bits = bits << 8 | v.data[i];
    return bits ^ SORTKEY_TOP;
}
static int sortkey_compare_decimals(inlay_bytes x, inlay_bytes y)
{
    bool below = x.len && x.data[0] >> 7, other = y.len && y.data[0] >> 7;
    if (below != other)
        return below ? -1 : 1;
    uint8_t fill = below ? 0xFF : 0;
    size_t n = x.len > y.len ? x.len : y.len;
    for (size_t i = 0; i < n; i++) { /* sign-extended to the same length */
        uint8_t a = i < n - x.len ? fill : x.data[i - (n - x.len)];
        uint8_t b = i < n - y.len ? fill : y.data[i - (n - y.len)];
        if (a != b)
            return a < b ? -1 : 1;
    }
    return 0;
}
static void sortkey_prefix_decimal(const void *values, size_t n, size_t width, uint64_t *prefixes)
{
    (void)width;
    for (size_t i = 0; i < n; i++)
        prefixes[i] = sortkey_decimal(((const inlay_bytes *)values)[i]);
}
static int sortkey_compare_decimal(const void *a, const void *b, size_t width)
{
    (void)width;
    return sortkey_compare_decimals(*(const inlay_bytes *)a, *(const inlay_bytes *)b);
}
static void sortkey_prefix_fixed_decimal(const void *values, size_t n, size_t width,
                                         uint64_t *prefixes)
{
    for (size_t i = 0; i < n; i++)
        prefixes[i] = sortkey_decimal((inlay_bytes){(const uint8_t *)values + i * width, width});
}
static int sortkey_compare_fixed_decimal(const void *a, const void *b, size_t width)
{
    return sortkey_compare_decimals((inlay_bytes){a, width}, (inlay_bytes){b, width});
}

static const struct sortkey_order sortkey_orders[] = {
    /* index: physical type, parquet.thrift */
    [INLAY_BOOLEAN] = {sortkey_prefix_bool, NULL},
    [INLAY_INT32] = {sortkey_prefix_i32, NULL},
    [INLAY_INT64] = {sortkey_prefix_i64, NULL},
    [INLAY_INT96] = {sortkey_prefix_int96, sortkey_compare_int96},
    [INLAY_FLOAT] = {sortkey_prefix_float, NULL},
    [INLAY_DOUBLE] = {sortkey_prefix_double, NULL},
    [INLAY_BYTE_ARRAY] = {sortkey_prefix_bytes, sortkey_compare_bytes},
    [INLAY_FIXED_LEN_BYTE_ARRAY] = {sortkey_prefix_fixed, sortkey_compare_fixed},
};

static const struct { /* types whose annotation changes the order */
    uint8_t type, logical;
    bool is_signed; /* INTEGER only */
    struct sortkey_order order;
} sortkey_annotated[] = {
    {INLAY_INT32, INLAY_INTEGER, false, {sortkey_prefix_u32, NULL}},
    {INLAY_INT64, INLAY_INTEGER, false, {sortkey_prefix_u64, NULL}},
    {INLAY_FIXED_LEN_BYTE_ARRAY, INLAY_FLOAT16, false, {sortkey_prefix_float16, NULL}},
    {INLAY_BYTE_ARRAY, INLAY_DECIMAL, false, {sortkey_prefix_decimal, sortkey_compare_decimal}},
    {INLAY_FIXED_LEN_BYTE_ARRAY,
     INLAY_DECIMAL,
     false,
     {sortkey_prefix_fixed_decimal, sortkey_compare_fixed_decimal}},
};

const struct sortkey_order *sortkey_order_of(const inlay_node *leaf)
{
    for (size_t i = 0; i < sizeof sortkey_annotated / sizeof sortkey_annotated[0]; i++)
        if (sortkey_annotated[i].type == leaf->type &&
            sortkey_annotated[i].logical == leaf->logical.kind &&
            sortkey_annotated[i].is_signed == leaf->logical.is_signed &&
            (leaf->logical.kind != INLAY_FLOAT16 || leaf->type_length == 2))
            return &sortkey_annotated[i].order;
    return leaf->type < sizeof sortkey_orders / sizeof sortkey_orders[0]
               ? &sortkey_orders[leaf->type]
               : NULL;
}

#endif
