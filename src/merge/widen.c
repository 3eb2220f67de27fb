/* Values of one type as values of a wider one; see widen.h. */
#include "merge/widen.h"

#include "base/bytes.h"
#include "merge/sortkey.h"

#if INLAY_WRITE && INLAY_MERGE

enum widen_kind {
    WIDEN_OTHER,
    WIDEN_S8,
    WIDEN_S16,
    WIDEN_S32,
    WIDEN_S64,
    WIDEN_U8,
    WIDEN_U16,
    WIDEN_U32,
    WIDEN_U64,
    WIDEN_F16,
    WIDEN_F32,
    WIDEN_F64,
    WIDEN_DECIMAL,
    WIDEN_TIME,
    WIDEN_TIMESTAMP,
    WIDEN_STRING,
    WIDEN_TEXT /* ENUM, JSON */
};

static enum widen_kind widen_integer(const inlay_node *leaf)
{
    unsigned bits = leaf->type == INLAY_INT64 ? 64 : 32;
    bool is_signed = true;
    if (leaf->logical.kind == INLAY_INTEGER) {
        bits = leaf->logical.bits;
        is_signed = leaf->logical.is_signed;
    }
    unsigned step = bits == 8 ? 0 : bits == 16 ? 1 : bits == 32 ? 2 : 3;
    return (enum widen_kind)((is_signed ? WIDEN_S8 : WIDEN_U8) + (int)step);
}

static enum widen_kind widen_kind_of(const inlay_node *leaf)
{
    static const uint8_t plain[] = {[INLAY_FLOAT] = WIDEN_F32, [INLAY_DOUBLE] = WIDEN_F64};
    bool integer = leaf->type == INLAY_INT32 || leaf->type == INLAY_INT64;
    switch (leaf->logical.kind) {
    case INLAY_LOGICAL_NONE:
        if (integer)
            return widen_integer(leaf);
        return leaf->type < sizeof plain ? (enum widen_kind)plain[leaf->type] : WIDEN_OTHER;
    case INLAY_INTEGER:
        return integer ? widen_integer(leaf) : WIDEN_OTHER;
    case INLAY_FLOAT16:
        return leaf->type_length == 2 ? WIDEN_F16 : WIDEN_OTHER;
    case INLAY_DECIMAL:
        return WIDEN_DECIMAL;
    case INLAY_TIME:
        return integer ? WIDEN_TIME : WIDEN_OTHER;
    case INLAY_TIMESTAMP:
        return leaf->type == INLAY_INT64 ? WIDEN_TIMESTAMP : WIDEN_OTHER;
    case INLAY_STRING:
        return leaf->type == INLAY_BYTE_ARRAY ? WIDEN_STRING : WIDEN_OTHER;
    case INLAY_ENUM:
    case INLAY_JSON:
        return leaf->type == INLAY_BYTE_ARRAY ? WIDEN_TEXT : WIDEN_OTHER;
    default:
        return WIDEN_OTHER;
    }
}

/* ---- numbers ---- */

static size_t widen_i32_i64(const struct widen *w, const void *from, size_t n, void *to)
{
    const int32_t *in = from;
    int64_t *out = to;
    (void)w;
    for (size_t i = 0; i < n; i++)
        out[i] = in[i];
    return n;
}
static size_t widen_u32_u64(const struct widen *w, const void *from, size_t n, void *to)
{
    const int32_t *in = from;
    int64_t *out = to;
    (void)w;
    for (size_t i = 0; i < n; i++)
        out[i] = (int64_t)(uint32_t)in[i];
    return n;
}
static size_t widen_i32_f64(const struct widen *w, const void *from, size_t n, void *to)
{
    const int32_t *in = from;
    double *out = to;
    (void)w;
    for (size_t i = 0; i < n; i++)
        out[i] = in[i];
    return n;
}
static size_t widen_u32_f64(const struct widen *w, const void *from, size_t n, void *to)
{
    const int32_t *in = from;
    double *out = to;
    (void)w;
    for (size_t i = 0; i < n; i++)
        out[i] = (uint32_t)in[i];
    return n;
}

/* The bits of a FLOAT of the same value: sign, 5 bits of exponent (bias 15), 10 of fraction. */
static uint32_t widen_half(uint32_t half)
{
    uint32_t sign = half >> 15 << 31, exponent = half >> 10 & 31, fraction = half & 1023;
    if (exponent == 31)
        return sign | UINT32_C(255) << 23 | fraction << 13;
    if (exponent == 0) {
        if (fraction == 0)
            return sign;
        for (exponent = 1; !(fraction & 1024); exponent--)
            fraction <<= 1; /* below 0 it wraps, and the bias brings it back */
        fraction &= 1023;
    }
    return sign | (exponent + 127 - 15) << 23 | fraction << 13;
}
static size_t widen_f16_f32(const struct widen *w, const void *from, size_t n, void *to)
{
    (void)w;
    for (size_t i = 0; i < n; i++) {
        uint32_t bits = widen_half(load_le16((const uint8_t *)from + 2 * i));
        memcpy((uint8_t *)to + 4 * i, &bits, sizeof bits);
    }
    return n;
}
static size_t widen_f32_f64(const struct widen *w, const void *from, size_t n, void *to)
{
    const float *in = from;
    double *out = to;
    (void)w;
    for (size_t i = 0; i < n; i++)
        out[i] = (double)in[i];
    return n;
}
static size_t widen_f16_f64(const struct widen *w, const void *from, size_t n, void *to)
{
    double *out = to;
    for (size_t i = 0; i < n; i++) {
        float value;
        widen_f16_f32(w, (const uint8_t *)from + 2 * i, 1, &value);
        out[i] = (double)value;
    }
    return n;
}

static const struct {
    uint8_t from, to;
    widen_convert *convert;
} widen_numbers[] = {
    {WIDEN_S8, WIDEN_S16, NULL},           {WIDEN_S8, WIDEN_S32, NULL},
    {WIDEN_S16, WIDEN_S32, NULL},          {WIDEN_S8, WIDEN_S64, widen_i32_i64},
    {WIDEN_S16, WIDEN_S64, widen_i32_i64}, {WIDEN_S32, WIDEN_S64, widen_i32_i64},
    {WIDEN_S8, WIDEN_F64, widen_i32_f64},  {WIDEN_S16, WIDEN_F64, widen_i32_f64},
    {WIDEN_S32, WIDEN_F64, widen_i32_f64}, {WIDEN_U8, WIDEN_U16, NULL},
    {WIDEN_U8, WIDEN_U32, NULL},           {WIDEN_U16, WIDEN_U32, NULL},
    {WIDEN_U8, WIDEN_U64, widen_u32_u64},  {WIDEN_U16, WIDEN_U64, widen_u32_u64},
    {WIDEN_U32, WIDEN_U64, widen_u32_u64}, {WIDEN_U8, WIDEN_F64, widen_u32_f64},
    {WIDEN_U16, WIDEN_F64, widen_u32_f64}, {WIDEN_U32, WIDEN_F64, widen_u32_f64},
    {WIDEN_F16, WIDEN_F32, widen_f16_f32}, {WIDEN_F16, WIDEN_F64, widen_f16_f64},
    {WIDEN_F32, WIDEN_F64, widen_f32_f64}, {WIDEN_TEXT, WIDEN_STRING, NULL},
};

/* ---- time ---- */

static size_t widen_time_i32(const struct widen *w, const void *from, size_t n, void *to)
{
    const int32_t *in = from;
    int64_t *out = to;
    for (size_t i = 0; i < n; i++)
        out[i] = in[i] * w->factor; /* at most 10^6 times 2^31 */
    return n;
}
static size_t widen_time_i64(const struct widen *w, const void *from, size_t n, void *to)
{
    const int64_t *in = from;
    int64_t *out = to, most = INT64_MAX / w->factor;
    for (size_t i = 0; i < n; i++) {
        if (in[i] > most || in[i] < -most)
            return i;
        out[i] = in[i] * w->factor;
    }
    return n;
}

static bool widen_time(const inlay_node *from, const inlay_node *to, struct widen *w)
{
    if (from->logical.utc != to->logical.utc || from->logical.unit > to->logical.unit)
        return false;
    w->factor = 1;
    for (unsigned unit = from->logical.unit; unit < to->logical.unit; unit++)
        w->factor *= 1000;
    w->convert = from->type == INLAY_INT32 ? widen_time_i32 : widen_time_i64;
    return to->type == INLAY_INT64;
}

/* ---- DECIMAL ---- */

/* Two's complement, big-endian, as many bytes as `to` has (LogicalTypes.md, DECIMAL). */
static void widen_put_fixed(int64_t value, uint8_t *to, size_t width)
{
    for (size_t i = width; i-- > 0;) {
        to[i] = (uint8_t)value;
        value = value < 0 ? -1 - (-1 - value) / 256 : value / 256;
    }
}
static size_t widen_i32_fixed(const struct widen *w, const void *from, size_t n, void *to)
{
    for (size_t i = 0; i < n; i++)
        widen_put_fixed(((const int32_t *)from)[i], (uint8_t *)to + i * w->to_width, w->to_width);
    return n;
}
static size_t widen_i64_fixed(const struct widen *w, const void *from, size_t n, void *to)
{
    for (size_t i = 0; i < n; i++)
        widen_put_fixed(((const int64_t *)from)[i], (uint8_t *)to + i * w->to_width, w->to_width);
    return n;
}
static size_t widen_fixed_fixed(const struct widen *w, const void *from, size_t n, void *to)
{
    size_t more = w->to_width - w->from_width;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *in = (const uint8_t *)from + i * w->from_width;
        uint8_t *out = (uint8_t *)to + i * w->to_width;
        memset(out, in[0] >> 7 ? 0xFF : 0, more);
        memcpy(out + more, in, w->from_width);
    }
    return n;
}
static size_t widen_fixed_i64(const struct widen *w, const void *from, size_t n, void *to)
{
    int64_t *out = to;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *in = (const uint8_t *)from + i * w->from_width;
        uint64_t bits = in[0] >> 7 ? UINT64_MAX : 0;
        for (size_t k = 0; k < w->from_width; k++)
            bits = bits << 8 | in[k];
        memcpy(&out[i], &bits, sizeof bits);
    }
    return n;
}

static const struct {
    uint8_t from, to;
    widen_convert *convert;
} widen_decimals[] = {
    {INLAY_INT32, INLAY_INT64, widen_i32_i64},
    {INLAY_INT32, INLAY_FIXED_LEN_BYTE_ARRAY, widen_i32_fixed},
    {INLAY_INT64, INLAY_FIXED_LEN_BYTE_ARRAY, widen_i64_fixed},
    {INLAY_FIXED_LEN_BYTE_ARRAY, INLAY_FIXED_LEN_BYTE_ARRAY, widen_fixed_fixed},
    {INLAY_FIXED_LEN_BYTE_ARRAY, INLAY_INT64, widen_fixed_i64},
};

/* All values that `from` has bits for must fit, not only those that its precision allows. */
static bool widen_decimal(const inlay_node *from, const inlay_node *to, struct widen *w)
{
    if (from->logical.scale != to->logical.scale || from->logical.precision > to->logical.precision)
        return false;
    if (from->type == to->type && w->from_width == w->to_width)
        return true; /* also BYTE_ARRAY, whose values have any length */
    if (w->from_width == 0 || w->from_width > w->to_width)
        return false;
    for (size_t i = 0; i < sizeof widen_decimals / sizeof *widen_decimals; i++)
        if (widen_decimals[i].from == from->type && widen_decimals[i].to == to->type) {
            w->convert = widen_decimals[i].convert;
            return true;
        }
    return false;
}

/* ---- any ---- */

/* INT(32, signed) on INT32 and INT(64, signed) on INT64 say nothing (LogicalTypes.md). */
static inlay_logical widen_normal(const inlay_node *node)
{
    unsigned bits = node->type == INLAY_INT32 ? 32 : node->type == INLAY_INT64 ? 64 : 0;
    if (node->logical.kind == INLAY_INTEGER && node->logical.is_signed && node->logical.bits == bits)
        return (inlay_logical){0};
    return node->logical;
}

bool widen_same_logical(const inlay_node *x, const inlay_node *y)
{
    inlay_logical a = widen_normal(x), b = widen_normal(y);
    return a.kind == b.kind && a.unit == b.unit && a.utc == b.utc && a.bits == b.bits &&
           a.is_signed == b.is_signed && a.version == b.version && a.edges == b.edges &&
           a.precision == b.precision && a.scale == b.scale && sortkey_bytes_equal(a.crs, b.crs);
}

bool widen_same(const inlay_node *a, const inlay_node *b)
{
    return a->type == b->type && widen_same_logical(a, b) &&
           (a->type != INLAY_FIXED_LEN_BYTE_ARRAY || a->type_length == b->type_length);
}

bool widen_find(const inlay_node *from, const inlay_node *to, struct widen *w)
{
    enum widen_kind a = widen_kind_of(from), b = widen_kind_of(to);
    *w = (struct widen){.from_width = inlay_node_width(from), .to_width = inlay_node_width(to)};
    if (widen_same(from, to))
        return true;
    if (a == b && (a == WIDEN_TIME || a == WIDEN_TIMESTAMP))
        return widen_time(from, to, w);
    if (a == b && a == WIDEN_DECIMAL)
        return widen_decimal(from, to, w);
    for (size_t i = 0; i < sizeof widen_numbers / sizeof *widen_numbers; i++)
        if (widen_numbers[i].from == a && widen_numbers[i].to == b) {
            w->convert = widen_numbers[i].convert;
            return true;
        }
    return false;
}

/* Both are held by a type that neither of them is. */
static void widen_join_above(inlay_node *type, const inlay_node *other)
{
    static const inlay_node real = {.type = INLAY_DOUBLE};
    static const inlay_node text = {.type = INLAY_BYTE_ARRAY, .logical = {.kind = INLAY_STRING}};
    const inlay_node *const above[] = {&real, &text};
    struct widen w;
    bool integers = widen_kind_of(type) <= WIDEN_U64 && widen_kind_of(other) <= WIDEN_U64;
    for (size_t i = 0; i < sizeof above / sizeof *above; i++) {
        if (integers || !widen_find(type, above[i], &w) || !widen_find(other, above[i], &w))
            continue;
        type->type = above[i]->type;
        type->type_length = 0;
        type->logical = above[i]->logical;
        return;
    }
}

void widen_join(inlay_node *type, const inlay_node *other)
{
    struct widen w;
    if (widen_find(other, type, &w))
        return;
    if (!widen_find(type, other, &w)) {
        widen_join_above(type, other);
        return;
    }
    type->type = other->type;
    type->type_length = other->type_length;
    type->logical = other->logical;
}

#endif
