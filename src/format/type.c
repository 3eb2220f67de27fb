/* Widths, orders and names of types. */
#include "format/type.h"

#include "base/bytes.h"

/* One row a physical type; index: Type of parquet.thrift. */
static const struct type_row {
    const char *name;
    uint8_t memory_bytes; /* 0: type_length */
    uint8_t plain_bytes;  /* 0: varies, or type_length */
    uint8_t order;        /* without a logical type */
} type_rows[] = {
    [INLAY_BOOLEAN] = {"BOOLEAN", 1, 0, TYPE_ORDER_BOOL},
    [INLAY_INT32] = {"INT32", 4, 4, TYPE_ORDER_I32},
    [INLAY_INT64] = {"INT64", 8, 8, TYPE_ORDER_I64},
    [INLAY_INT96] = {"INT96", 12, 12, TYPE_ORDER_NONE},
    [INLAY_FLOAT] = {"FLOAT", 4, 4, TYPE_ORDER_F32},
    [INLAY_DOUBLE] = {"DOUBLE", 8, 8, TYPE_ORDER_F64},
    [INLAY_BYTE_ARRAY] = {"BYTE_ARRAY", sizeof(inlay_bytes), 0, TYPE_ORDER_BYTES},
    [INLAY_FIXED_LEN_BYTE_ARRAY] = {"FIXED_LEN_BYTE_ARRAY", 0, 0, TYPE_ORDER_FIXED},
};

size_t type_width(uint8_t type, int32_t type_length)
{
    if (type == INLAY_FIXED_LEN_BYTE_ARRAY)
        return type_length > 0 ? (size_t)type_length : 0;
    return type < INLAY_GROUP ? type_rows[type].memory_bytes : 0;
}

size_t type_plain_bytes(uint8_t type, int32_t type_length)
{
    if (type == INLAY_FIXED_LEN_BYTE_ARRAY)
        return type_width(type, type_length);
    return type < INLAY_GROUP ? type_rows[type].plain_bytes : 0;
}

size_t inlay_node_width(const inlay_node *node)
{
    return type_width(node->type, node->type_length);
}

/* ---- logical types ---- */

/* What may carry an annotation. `types`: bits of inlay_type; bit INLAY_GROUP = groups. `order`: how
 * values compare, TYPE_ORDER_NONE with `undefined`, else 0 = as the physical type does. */
static const struct type_logical_row {
    const char *name;
    uint16_t types;
    int32_t fixed_bytes; /* length that FIXED must have; 0 = any */
    bool undefined;      /* no order */
} type_logical_rows[] = {
    [INLAY_LOGICAL_NONE] = {"NONE", 0x1FF, 0, false},
    [INLAY_STRING] = {"STRING", 1 << INLAY_BYTE_ARRAY, 0, false},
    [INLAY_MAP] = {"MAP", 1 << INLAY_GROUP, 0, true},
    [INLAY_LIST] = {"LIST", 1 << INLAY_GROUP, 0, true},
    [INLAY_ENUM] = {"ENUM", 1 << INLAY_BYTE_ARRAY, 0, false},
    [INLAY_DECIMAL] = {"DECIMAL",
                       1 << INLAY_INT32 | 1 << INLAY_INT64 | 1 << INLAY_BYTE_ARRAY |
                           1 << INLAY_FIXED_LEN_BYTE_ARRAY,
                       0, false},
    [INLAY_DATE] = {"DATE", 1 << INLAY_INT32, 0, false},
    [INLAY_TIME] = {"TIME", 1 << INLAY_INT32 | 1 << INLAY_INT64, 0, false},
    [INLAY_TIMESTAMP] = {"TIMESTAMP", 1 << INLAY_INT64 | 1 << INLAY_FIXED_LEN_BYTE_ARRAY, 12, false},
    [INLAY_INTERVAL] = {"INTERVAL", 1 << INLAY_FIXED_LEN_BYTE_ARRAY, 12, true},
    [INLAY_INTEGER] = {"INTEGER", 1 << INLAY_INT32 | 1 << INLAY_INT64, 0, false},
    [INLAY_NULL] = {"UNKNOWN", 0xFF, 0, false},
    [INLAY_JSON] = {"JSON", 1 << INLAY_BYTE_ARRAY, 0, false},
    [INLAY_BSON] = {"BSON", 1 << INLAY_BYTE_ARRAY, 0, false},
    [INLAY_UUID] = {"UUID", 1 << INLAY_FIXED_LEN_BYTE_ARRAY, 16, false},
    [INLAY_FLOAT16] = {"FLOAT16", 1 << INLAY_FIXED_LEN_BYTE_ARRAY, 2, false},
    [INLAY_VARIANT] = {"VARIANT", 1 << INLAY_GROUP, 0, true},
    [INLAY_GEOMETRY] = {"GEOMETRY", 1 << INLAY_BYTE_ARRAY, 0, true},
    [INLAY_GEOGRAPHY] = {"GEOGRAPHY", 1 << INLAY_BYTE_ARRAY, 0, true},
    [INLAY_FILE_REFERENCE] = {"FILE", 1 << INLAY_GROUP, 0, true},
};
enum { TYPE_N_LOGICAL = sizeof type_logical_rows / sizeof type_logical_rows[0] };

/* Most decimal digits that always fit n bytes of two's complement: floor(log10(2^(8n-1) - 1)). log10(2)
 * is between 30102/100000 and 30103/100000; no power of ten lies so near a power of two below 2^8000
 * that the rounding matters. */
static int32_t type_decimal_digits(int32_t bytes)
{
    if (bytes <= 0)
        return 0;
    if (bytes > 1000)
        return INT32_MAX;
    return (8 * bytes - 1) * 30103 / 100000;
}

static bool type_may_be_decimal(uint8_t type, int32_t type_length, const inlay_logical *logical)
{
    if (logical->precision < 1 || logical->scale < 0 || logical->scale > logical->precision)
        return false;
    switch (type) {
    case INLAY_INT32:
        return logical->precision <= 9;
    case INLAY_INT64:
        return logical->precision <= 18;
    case INLAY_FIXED_LEN_BYTE_ARRAY:
        return logical->precision <= type_decimal_digits(type_length);
    default:
        return true;
    }
}

bool type_may_carry(uint8_t type, int32_t type_length, const inlay_logical *logical)
{
    if (logical->kind >= TYPE_N_LOGICAL || type > INLAY_GROUP)
        return false;
    const struct type_logical_row *row = &type_logical_rows[logical->kind];
    if (!(row->types >> type & 1))
        return false;
    if (type == INLAY_FIXED_LEN_BYTE_ARRAY && row->fixed_bytes && type_length != row->fixed_bytes)
        return false;
    switch (logical->kind) {
    case INLAY_DECIMAL:
        return type_may_be_decimal(type, type_length, logical);
    case INLAY_TIME:
        return logical->unit == INLAY_MILLIS
                   ? type == INLAY_INT32
                   : type == INLAY_INT64 &&
                         (logical->unit == INLAY_MICROS || logical->unit == INLAY_NANOS);
    case INLAY_TIMESTAMP:
        return logical->unit >= INLAY_MILLIS && logical->unit <= INLAY_NANOS;
    case INLAY_INTEGER:
        return logical->bits == 64 ? type == INLAY_INT64
                                   : type == INLAY_INT32 && (logical->bits == 8 ||
                                                             logical->bits == 16 ||
                                                             logical->bits == 32);
    default:
        return true;
    }
}

enum type_order type_order_of(const inlay_node *leaf)
{
    const inlay_logical *l = &leaf->logical;
    if (leaf->type >= INLAY_GROUP || leaf->ignored_annotation || l->kind >= TYPE_N_LOGICAL ||
        type_logical_rows[l->kind].undefined)
        return TYPE_ORDER_NONE;
    if (l->kind == INLAY_INTEGER && !l->is_signed)
        return l->bits == 64 ? TYPE_ORDER_U64 : TYPE_ORDER_U32;
    if (l->kind == INLAY_FLOAT16)
        return TYPE_ORDER_F16;
    if (l->kind == INLAY_DECIMAL && leaf->type == INLAY_BYTE_ARRAY)
        return TYPE_ORDER_DECIMAL_BYTES;
    if (l->kind == INLAY_DECIMAL && leaf->type == INLAY_FIXED_LEN_BYTE_ARRAY)
        return TYPE_ORDER_DECIMAL_FIXED;
    if (l->kind == INLAY_TIMESTAMP && leaf->type == INLAY_FIXED_LEN_BYTE_ARRAY)
        return TYPE_ORDER_TIME96;
    return (enum type_order)type_rows[leaf->type].order;
}

bool type_order_is_float(enum type_order order)
{
    return order == TYPE_ORDER_F32 || order == TYPE_ORDER_F64 || order == TYPE_ORDER_F16;
}

bool type_order_is_signed(enum type_order order)
{
    return order == TYPE_ORDER_BOOL || order == TYPE_ORDER_I32 || order == TYPE_ORDER_I64 ||
           order == TYPE_ORDER_F32 || order == TYPE_ORDER_F64;
}

/* ---- comparing ---- */

#define TYPE_SIGN(a, b) (((a) > (b)) - ((a) < (b)))

static int type_compare_bytes(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    size_t n = a_len < b_len ? a_len : b_len;
    int c = n ? memcmp(a, b, n) : 0;
    return c ? c : TYPE_SIGN(a_len, b_len);
}

/* Big-endian two's complement of any two lengths; an empty one is 0. The shorter one is extended with
 * its sign. */
static int type_compare_decimal(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    uint8_t a_fill = a_len && a[0] & 0x80 ? 0xFF : 0, b_fill = b_len && b[0] & 0x80 ? 0xFF : 0;
    if (a_fill != b_fill)
        return a_fill ? -1 : 1;
    while (a_len > b_len) {
        if (*a != b_fill)
            return *a < b_fill ? -1 : 1;
        a++;
        a_len--;
    }
    while (b_len > a_len) {
        if (*b != a_fill)
            return a_fill < *b ? -1 : 1;
        b++;
        b_len--;
    }
    return a_len ? memcmp(a, b, a_len) : 0;
}

/* IEEE 754 totalOrder: flip the magnitude bits of negatives, then compare as signed integers. */
static int64_t type_total_order(uint64_t raw, unsigned bits)
{
    int64_t v = (int64_t)(raw << (64 - bits)) >> (64 - bits);
    return v < 0 ? v ^ (int64_t)(((uint64_t)1 << (bits - 1)) - 1) : v;
}

/* 12 bytes: the high 4 signed, then the low 8 unsigned. */
static int type_compare_time96(const uint8_t *a, const uint8_t *b)
{
    int32_t a_high = (int32_t)load_le32(a + 8), b_high = (int32_t)load_le32(b + 8);
    uint64_t a_low = load_le64(a), b_low = load_le64(b);
    return a_high != b_high ? TYPE_SIGN(a_high, b_high) : TYPE_SIGN(a_low, b_low);
}

/* 12 bytes: Julian day in the last 4, nanoseconds of the day in the first 8, both signed. */
static int type_compare_int96(const uint8_t *a, const uint8_t *b)
{
    int32_t a_day = (int32_t)load_le32(a + 8), b_day = (int32_t)load_le32(b + 8);
    int64_t a_nanos = (int64_t)load_le64(a), b_nanos = (int64_t)load_le64(b);
    return a_day != b_day ? TYPE_SIGN(a_day, b_day) : TYPE_SIGN(a_nanos, b_nanos);
}

#define TYPE_COMPARE_AS(ctype)        \
    do {                              \
        ctype x, y;                   \
        memcpy(&x, a, sizeof x);      \
        memcpy(&y, b, sizeof y);      \
        return TYPE_SIGN(x, y);       \
    } while (0)
#define TYPE_COMPARE_FLOAT(ctype, bits)                                          \
    do {                                                                         \
        ctype x, y;                                                              \
        memcpy(&x, a, sizeof x);                                                 \
        memcpy(&y, b, sizeof y);                                                 \
        int64_t p = type_total_order(x, bits), q = type_total_order(y, bits);    \
        return TYPE_SIGN(p, q);                                                  \
    } while (0)

int type_compare(enum type_order order, uint32_t width, const void *a, const void *b)
{
    const inlay_bytes *as = a, *bs = b;
    switch (order) {
    case TYPE_ORDER_BOOL:
        TYPE_COMPARE_AS(uint8_t);
    case TYPE_ORDER_I32:
        TYPE_COMPARE_AS(int32_t);
    case TYPE_ORDER_U32:
        TYPE_COMPARE_AS(uint32_t);
    case TYPE_ORDER_I64:
        TYPE_COMPARE_AS(int64_t);
    case TYPE_ORDER_U64:
        TYPE_COMPARE_AS(uint64_t);
    case TYPE_ORDER_F32:
        TYPE_COMPARE_FLOAT(uint32_t, 32);
    case TYPE_ORDER_F64:
        TYPE_COMPARE_FLOAT(uint64_t, 64);
    case TYPE_ORDER_F16: {
        int64_t p = type_total_order(load_le16(a), 16), q = type_total_order(load_le16(b), 16);
        return TYPE_SIGN(p, q);
    }
    case TYPE_ORDER_BYTES:
        return type_compare_bytes(as->data, as->len, bs->data, bs->len);
    case TYPE_ORDER_FIXED:
        return width ? memcmp(a, b, width) : 0;
    case TYPE_ORDER_DECIMAL_BYTES:
        return type_compare_decimal(as->data, as->len, bs->data, bs->len);
    case TYPE_ORDER_DECIMAL_FIXED:
        return type_compare_decimal(a, width, b, width);
    case TYPE_ORDER_TIME96:
        return type_compare_time96(a, b);
    case TYPE_ORDER_INT96:
        return type_compare_int96(a, b);
    case TYPE_ORDER_NONE:
        break;
    }
    return 0;
}

/* ---- names ---- */

const char *inlay_type_name(int type)
{
    return type >= 0 && type < INLAY_GROUP ? type_rows[type].name : "?";
}
const char *inlay_logical_name(int kind)
{
    return kind >= 0 && kind < TYPE_N_LOGICAL ? type_logical_rows[kind].name : "?";
}
const char *inlay_repetition_name(int repetition)
{
    static const char *const names[] = {"REQUIRED", "OPTIONAL", "REPEATED"};
    return repetition >= 0 && repetition < 3 ? names[repetition] : "?";
}
const char *inlay_codec_name(int codec)
{
    static const char *const names[] = {"UNCOMPRESSED", "SNAPPY", "GZIP", "LZO",
                                        "BROTLI",       "LZ4",    "ZSTD", "LZ4_RAW"};
    return codec >= 0 && codec < 8 ? names[codec] : "?";
}
const char *inlay_encoding_name(int encoding)
{
    static const char *const names[] = {
        "PLAIN",          "GROUP_VAR_INT",     "PLAIN_DICTIONARY",    "RLE",
        "BIT_PACKED",     "DELTA_BINARY_PACKED", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY",
        "RLE_DICTIONARY", "BYTE_STREAM_SPLIT", "ALP"};
    return encoding >= 0 && encoding < 11 ? names[encoding] : "?";
}
const char *inlay_page_type_name(int type)
{
    static const char *const names[] = {"DATA_PAGE", "INDEX_PAGE", "DICTIONARY_PAGE", "DATA_PAGE_V2"};
    return type >= 0 && type < 4 ? names[type] : "?";
}
