/* Arrow types as Parquet types, and the kernels that turn values of one into the other.
 * Source: LogicalTypes.md; Arrow "C data interface"; Arrow Columnar Format, "Canonical extension types". */
#include "arrow/in.h"
#include "base/bytes.h"
#include "format/type.h"

#if INLAY_WRITE

/* ---- kernels; Arrow buffers need not be aligned ---- */

#define ARROW_IN_WIDEN(name, from, to)                                                               \
    static const char *name(const struct arrow_in_node *node, const uint8_t *raw, size_t n, uint8_t *out) \
    {                                                                                                \
        (void)node;                                                                                  \
        for (size_t i = 0; i < n; i++) {                                                             \
            from v;                                                                                  \
            memcpy(&v, raw + i * sizeof v, sizeof v);                                                \
            to w = v;                                                                                \
            memcpy(out + i * sizeof w, &w, sizeof w);                                                \
        }                                                                                            \
        return NULL;                                                                                 \
    }
ARROW_IN_WIDEN(arrow_in_i8, int8_t, int32_t)
ARROW_IN_WIDEN(arrow_in_u8, uint8_t, int32_t)
ARROW_IN_WIDEN(arrow_in_i16, int16_t, int32_t)
ARROW_IN_WIDEN(arrow_in_u16, uint16_t, int32_t)

/* Halves are little-endian in Parquet. */
static const char *arrow_in_half(const struct arrow_in_node *node, const uint8_t *raw, size_t n, uint8_t *out)
{
    (void)node;
    for (size_t i = 0; i < n; i++) {
        uint16_t v;
        memcpy(&v, raw + 2 * i, sizeof v);
        out[2 * i] = (uint8_t)v;
        out[2 * i + 1] = (uint8_t)(v >> 8);
    }
    return NULL;
}

/* Seconds, which Parquet has not, as milliseconds. */
static const char *arrow_in_seconds32(const struct arrow_in_node *node, const uint8_t *raw, size_t n, uint8_t *out)
{
    (void)node;
    for (size_t i = 0; i < n; i++) {
        int32_t v;
        memcpy(&v, raw + 4 * i, sizeof v);
        if (v > INT32_MAX / 1000 || v < INT32_MIN / 1000)
            return ERR("a time in seconds does not fit 32 bits of milliseconds");
        v *= 1000;
        memcpy(out + 4 * i, &v, sizeof v);
    }
    return NULL;
}

static const char *arrow_in_seconds64(const struct arrow_in_node *node, const uint8_t *raw, size_t n, uint8_t *out)
{
    (void)node;
    for (size_t i = 0; i < n; i++) {
        int64_t v;
        memcpy(&v, raw + 8 * i, sizeof v);
        if (v > INT64_MAX / 1000 || v < INT64_MIN / 1000)
            return ERR("a timestamp in seconds does not fit 64 bits of milliseconds");
        v *= 1000;
        memcpy(out + 8 * i, &v, sizeof v);
    }
    return NULL;
}

static const char *arrow_in_date64(const struct arrow_in_node *node, const uint8_t *raw, size_t n, uint8_t *out)
{
    enum { DAY_MS = 86400000 };
    (void)node;
    for (size_t i = 0; i < n; i++) {
        int64_t v;
        memcpy(&v, raw + 8 * i, sizeof v);
        int64_t day = v / DAY_MS;
        if (v % DAY_MS || day > INT32_MAX || day < INT32_MIN)
            return ERR("a date in milliseconds is not a whole day of 32 bits");
        int32_t w = (int32_t)day;
        memcpy(out + 4 * i, &w, sizeof w);
    }
    return NULL;
}

/* ---- decimals ---- */

/* A value of `bytes` bytes in the machine's order as four words, least significant first, sign extended. */
static void arrow_in_words(const uint8_t *raw, uint32_t bytes, uint64_t words[4])
{
    uint8_t wide[32];
#if INLAY_BIG_ENDIAN
    memset(wide, raw[0] & 0x80 ? 0xFF : 0, sizeof wide);
    for (uint32_t i = 0; i < bytes; i++)
        wide[i] = raw[bytes - 1 - i];
#else
    memset(wide, raw[bytes - 1] & 0x80 ? 0xFF : 0, sizeof wide);
    memcpy(wide, raw, bytes);
#endif
    for (unsigned i = 0; i < 4; i++)
        words[i] = load_le64(wide + 8 * i);
}

/* |words| < bound? */
static bool arrow_in_below(const uint64_t words[4], const uint64_t bound[4])
{
    bool minus = words[3] >> 63;
    uint64_t carry = minus, magnitude[4];
    for (unsigned i = 0; i < 4; i++) {
        magnitude[i] = (minus ? ~words[i] : words[i]) + carry;
        carry = carry && magnitude[i] == 0;
    }
    for (unsigned i = 4; i-- > 0;)
        if (magnitude[i] != bound[i])
            return magnitude[i] < bound[i];
    return false;
}

static const char *arrow_in_decimal_text(void)
{
    return ERR("a decimal has more digits than its precision");
}

/* To INT32 or INT64, by out_bytes. */
static const char *arrow_in_decimal_small(const struct arrow_in_node *node, const uint8_t *raw, size_t n,
                                          uint8_t *out)
{
    for (size_t i = 0; i < n; i++, raw += node->raw_bytes, out += node->out_bytes) {
        uint64_t words[4];
        arrow_in_words(raw, node->raw_bytes, words);
        if (!arrow_in_below(words, node->bound))
            return arrow_in_decimal_text();
        int64_t wide = (int64_t)words[0];
        int32_t narrow = (int32_t)wide;
        memcpy(out, node->out_bytes == 4 ? (const void *)&narrow : (const void *)&wide, node->out_bytes);
    }
    return NULL;
}

/* To big-endian bytes. */
static const char *arrow_in_decimal_large(const struct arrow_in_node *node, const uint8_t *raw, size_t n,
                                          uint8_t *out)
{
    for (size_t i = 0; i < n; i++, raw += node->raw_bytes, out += node->out_bytes) {
        uint64_t words[4];
        arrow_in_words(raw, node->raw_bytes, words);
        if (!arrow_in_below(words, node->bound))
            return arrow_in_decimal_text();
        for (uint32_t k = 0; k < node->out_bytes; k++)
            out[node->out_bytes - 1 - k] = (uint8_t)(words[k / 8] >> 8 * (k % 8));
    }
    return NULL;
}

/* 10^digits; 76 digits fit 253 bits. */
static void arrow_in_power(int32_t digits, uint64_t words[4])
{
    memset(words, 0, 4 * sizeof *words);
    words[0] = 1;
    while (digits--) {
        uint64_t carry = 0;
        for (unsigned i = 0; i < 4; i++) {
            uint64_t low = (words[i] & UINT32_MAX) * 10 + carry, high = (words[i] >> 32) * 10 + (low >> 32);
            words[i] = (low & UINT32_MAX) | high << 32;
            carry = high >> 32;
        }
    }
}

/* The smallest physical type that holds the precision. */
static const char *arrow_in_decimal(const struct arrow_entry *entry, struct arrow_in_node *node, inlay_node *spec)
{
    enum { MOST_DIGITS = 76 };
    spec->logical = (inlay_logical){.kind = INLAY_DECIMAL, .precision = entry->a, .scale = entry->b};
    node->raw_bytes = (uint32_t)entry->c / 8;
    if (entry->b < 0 || entry->b > entry->a || entry->a > MOST_DIGITS)
        return ERR("an Arrow decimal whose scale is negative or beyond its precision");
    arrow_in_power(entry->a, node->bound);
    spec->type = entry->a <= 9 ? INLAY_INT32 : entry->a <= 18 ? INLAY_INT64 : INLAY_FIXED_LEN_BYTE_ARRAY;
    node->convert = spec->type == INLAY_FIXED_LEN_BYTE_ARRAY ? arrow_in_decimal_large : arrow_in_decimal_small;
    if (spec->type == INLAY_FIXED_LEN_BYTE_ARRAY)
        for (spec->type_length = 1; !type_may_carry(spec->type, spec->type_length, &spec->logical);)
            spec->type_length++;
    return NULL;
}

/* ---- types ---- */

/* Types without parameters of their own; the first row whose a and b fit (-1 = any). */
static const struct arrow_in_row {
    uint8_t type;
    int8_t a, b;
    uint8_t form, raw_bytes, parquet;
    inlay_logical logical;
    arrow_in_convert *convert;
} arrow_in_rows_of_types[] = {
    {ARROW_TYPE_NULL, -1, -1, ARROW_IN_NOTHING, 0, INLAY_INT32, {.kind = INLAY_NULL}, NULL},
    {ARROW_TYPE_BOOL, -1, -1, ARROW_IN_BITS, 0, INLAY_BOOLEAN, {0}, NULL},
    {ARROW_TYPE_INT, 8, 1, ARROW_IN_FIXED, 1, INLAY_INT32,
     {.kind = INLAY_INTEGER, .bits = 8, .is_signed = true}, arrow_in_i8},
    {ARROW_TYPE_INT, 8, 0, ARROW_IN_FIXED, 1, INLAY_INT32, {.kind = INLAY_INTEGER, .bits = 8}, arrow_in_u8},
    {ARROW_TYPE_INT, 16, 1, ARROW_IN_FIXED, 2, INLAY_INT32,
     {.kind = INLAY_INTEGER, .bits = 16, .is_signed = true}, arrow_in_i16},
    {ARROW_TYPE_INT, 16, 0, ARROW_IN_FIXED, 2, INLAY_INT32, {.kind = INLAY_INTEGER, .bits = 16}, arrow_in_u16},
    {ARROW_TYPE_INT, 32, 1, ARROW_IN_FIXED, 4, INLAY_INT32, {0}, NULL},
    {ARROW_TYPE_INT, 32, 0, ARROW_IN_FIXED, 4, INLAY_INT32, {.kind = INLAY_INTEGER, .bits = 32}, NULL},
    {ARROW_TYPE_INT, 64, 1, ARROW_IN_FIXED, 8, INLAY_INT64, {0}, NULL},
    {ARROW_TYPE_INT, 64, 0, ARROW_IN_FIXED, 8, INLAY_INT64, {.kind = INLAY_INTEGER, .bits = 64}, NULL},
    {ARROW_TYPE_FLOAT, 0, -1, ARROW_IN_FIXED, 2, INLAY_FIXED_LEN_BYTE_ARRAY, {.kind = INLAY_FLOAT16}, arrow_in_half},
    {ARROW_TYPE_FLOAT, 1, -1, ARROW_IN_FIXED, 4, INLAY_FLOAT, {0}, NULL},
    {ARROW_TYPE_FLOAT, 2, -1, ARROW_IN_FIXED, 8, INLAY_DOUBLE, {0}, NULL},
    {ARROW_TYPE_UTF8, -1, -1, ARROW_IN_OFFSETS, 4, INLAY_BYTE_ARRAY, {.kind = INLAY_STRING}, NULL},
    {ARROW_TYPE_LARGE_UTF8, -1, -1, ARROW_IN_OFFSETS, 8, INLAY_BYTE_ARRAY, {.kind = INLAY_STRING}, NULL},
    {ARROW_TYPE_UTF8_VIEW, -1, -1, ARROW_IN_VIEWS, 16, INLAY_BYTE_ARRAY, {.kind = INLAY_STRING}, NULL},
    {ARROW_TYPE_BINARY, -1, -1, ARROW_IN_OFFSETS, 4, INLAY_BYTE_ARRAY, {0}, NULL},
    {ARROW_TYPE_LARGE_BINARY, -1, -1, ARROW_IN_OFFSETS, 8, INLAY_BYTE_ARRAY, {0}, NULL},
    {ARROW_TYPE_BINARY_VIEW, -1, -1, ARROW_IN_VIEWS, 16, INLAY_BYTE_ARRAY, {0}, NULL},
    {ARROW_TYPE_DATE, 0, -1, ARROW_IN_FIXED, 4, INLAY_INT32, {.kind = INLAY_DATE}, NULL},
    {ARROW_TYPE_DATE, 1, -1, ARROW_IN_FIXED, 8, INLAY_INT32, {.kind = INLAY_DATE}, arrow_in_date64},
    {ARROW_TYPE_TIME, 0, -1, ARROW_IN_FIXED, 4, INLAY_INT32,
     {.kind = INLAY_TIME, .unit = INLAY_MILLIS}, arrow_in_seconds32},
    {ARROW_TYPE_TIME, 1, -1, ARROW_IN_FIXED, 4, INLAY_INT32, {.kind = INLAY_TIME, .unit = INLAY_MILLIS}, NULL},
    {ARROW_TYPE_TIME, 2, -1, ARROW_IN_FIXED, 8, INLAY_INT64, {.kind = INLAY_TIME, .unit = INLAY_MICROS}, NULL},
    {ARROW_TYPE_TIME, 3, -1, ARROW_IN_FIXED, 8, INLAY_INT64, {.kind = INLAY_TIME, .unit = INLAY_NANOS}, NULL},
    {ARROW_TYPE_TIMESTAMP, 0, -1, ARROW_IN_FIXED, 8, INLAY_INT64,
     {.kind = INLAY_TIMESTAMP, .unit = INLAY_MILLIS}, arrow_in_seconds64},
    {ARROW_TYPE_TIMESTAMP, 1, -1, ARROW_IN_FIXED, 8, INLAY_INT64,
     {.kind = INLAY_TIMESTAMP, .unit = INLAY_MILLIS}, NULL},
    {ARROW_TYPE_TIMESTAMP, 2, -1, ARROW_IN_FIXED, 8, INLAY_INT64,
     {.kind = INLAY_TIMESTAMP, .unit = INLAY_MICROS}, NULL},
    {ARROW_TYPE_TIMESTAMP, 3, -1, ARROW_IN_FIXED, 8, INLAY_INT64,
     {.kind = INLAY_TIMESTAMP, .unit = INLAY_NANOS}, NULL},
    {ARROW_TYPE_DURATION, -1, -1, ARROW_IN_FIXED, 8, INLAY_INT64, {0}, NULL},
};
enum { ARROW_IN_N_ROWS = sizeof arrow_in_rows_of_types / sizeof arrow_in_rows_of_types[0] };

/* Does the field's metadata name this extension? */
static bool arrow_in_extension(const inlay_arrow_schema *fields, const struct arrow_entry *entry, const char *name)
{
    static const char key[] = "ARROW:extension:name";
    size_t n = strlen(name);
    for (uint32_t i = 0; i < entry->n_metadata; i++) {
        inlay_key_value pair = arrow_entry_metadata(fields, entry, i);
        if (pair.key.len == sizeof key - 1 && memcmp(pair.key.data, key, sizeof key - 1) == 0)
            return pair.value.len == n && memcmp(pair.value.data, name, n) == 0;
    }
    return false;
}

static const char *arrow_in_fixed(const inlay_arrow_schema *fields, const struct arrow_entry *entry,
                                  struct arrow_in_node *node, inlay_node *spec)
{
    node->raw_bytes = (uint32_t)entry->a;
    spec->type = INLAY_FIXED_LEN_BYTE_ARRAY;
    spec->type_length = entry->a;
    if (entry->a == 16 && arrow_in_extension(fields, entry, "arrow.uuid"))
        spec->logical.kind = INLAY_UUID;
    return entry->a > 0 ? NULL : ERR("Arrow fixed_size_binary of no bytes");
}

static const char *arrow_in_type_row(const inlay_arrow_schema *fields, const struct arrow_entry *entry,
                                     struct arrow_in_node *node, inlay_node *spec)
{
    for (size_t i = 0; i < ARROW_IN_N_ROWS; i++) {
        const struct arrow_in_row *row = &arrow_in_rows_of_types[i];
        if (row->type != entry->type || (row->a >= 0 && row->a != entry->a) || (row->b >= 0 && row->b != entry->b))
            continue;
        node->form = row->form;
        node->raw_bytes = row->raw_bytes;
        node->large = row->form == ARROW_IN_OFFSETS && row->raw_bytes == 8;
        node->convert = row->convert;
        spec->type = row->parquet;
        spec->logical = row->logical;
        spec->type_length = row->parquet == INLAY_FIXED_LEN_BYTE_ARRAY ? row->raw_bytes : 0;
        if (row->logical.kind == INLAY_TIMESTAMP)
            spec->logical.utc = entry->timezone.len != 0;
        if (row->logical.kind == INLAY_STRING && arrow_in_extension(fields, entry, "arrow.json"))
            spec->logical.kind = INLAY_JSON;
        return NULL;
    }
    return entry->type == ARROW_TYPE_INTERVAL ? ERR("Arrow intervals") : ERR("an Arrow type that Parquet lacks");
}

inlay_status arrow_in_type(inlay_env *env, const inlay_arrow_schema *fields, const struct arrow_entry *entry,
                           struct arrow_in_node *node, inlay_node *spec)
{
    const char *what;
    node->form = ARROW_IN_FIXED;
    if (entry->type == ARROW_TYPE_DECIMAL)
        what = arrow_in_decimal(entry, node, spec);
    else if (entry->type == ARROW_TYPE_FIXED_BINARY)
        what = arrow_in_fixed(fields, entry, node, spec);
    else
        what = arrow_in_type_row(fields, entry, node, spec);
    node->out_bytes = (uint32_t)inlay_node_width(spec);
    return what ? err_set(env, INLAY_UNSUPPORTED, what) : INLAY_OK;
}

/* ---- PARQUET:field_id ---- */

void arrow_in_field_id(const inlay_arrow_schema *fields, const struct arrow_entry *entry, inlay_node *spec)
{
    static const char key[] = "PARQUET:field_id";
    for (uint32_t i = 0; i < entry->n_metadata; i++) {
        inlay_key_value pair = arrow_entry_metadata(fields, entry, i);
        if (pair.key.len != sizeof key - 1 || memcmp(pair.key.data, key, sizeof key - 1) != 0)
            continue;
        size_t at = pair.value.len && pair.value.data[0] == '-';
        int64_t v = 0;
        bool good = pair.value.len > at && pair.value.len - at <= 10;
        for (size_t k = at; good && k < pair.value.len; k++) {
            good = pair.value.data[k] >= '0' && pair.value.data[k] <= '9';
            v = v * 10 + (pair.value.data[k] - '0');
        }
        v = at ? -v : v;
        spec->has_field_id = good && v >= INT32_MIN && v <= INT32_MAX;
        spec->field_id = spec->has_field_id ? (int32_t)v : 0;
        return;
    }
}

#endif
