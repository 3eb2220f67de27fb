/* Comparing values of a column: one function a kind of value. */
#include "where/tree.h"

#if INLAY_WHERE

#include <string.h>

#include "base/bytes.h"

#define COMPARE_BIT(a, b) ((uint8_t)((a) < (b) ? TREE_LESS : (a) > (b) ? TREE_MORE : TREE_EQUAL))
#define COMPARE_KIND(name, ctype)                                                       \
    static uint8_t compare_##name(const inlay_node *leaf, const void *a, const void *b) \
    {                                                                                   \
        ctype x, y;                                                                     \
        (void)leaf;                                                                     \
        memcpy(&x, a, sizeof x);                                                        \
        memcpy(&y, b, sizeof y);                                                        \
        return COMPARE_BIT(x, y);                                                       \
    }
COMPARE_KIND(bool, uint8_t)
COMPARE_KIND(i32, int32_t)
COMPARE_KIND(u32, uint32_t)
COMPARE_KIND(i64, int64_t)
COMPARE_KIND(u64, uint64_t)

/* NaN lies above everything and equals itself. */
static uint8_t compare_reals(double x, double y)
{
    if (x != x || y != y)
        return COMPARE_BIT(x != x, y != y);
    return COMPARE_BIT(x, y);
}

static uint8_t compare_f32(const inlay_node *leaf, const void *a, const void *b)
{
    float x, y;
    (void)leaf;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return compare_reals((double)x, (double)y);
}

static uint8_t compare_f64(const inlay_node *leaf, const void *a, const void *b)
{
    double x, y;
    (void)leaf;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return compare_reals(x, y);
}

/* Halves as ordered integers: magnitude with its sign, every NaN as one. */
static int32_t compare_half(const uint8_t *p)
{
    int32_t raw = load_le16(p), magnitude = raw & 0x7FFF;
    return magnitude > 0x7C00 ? 0x8000 : raw & 0x8000 ? -magnitude : magnitude;
}

static uint8_t compare_f16(const inlay_node *leaf, const void *a, const void *b)
{
    int32_t x = compare_half(a), y = compare_half(b);
    (void)leaf;
    return COMPARE_BIT(x, y);
}

static uint8_t compare_ordered(const inlay_node *leaf, const void *a, const void *b)
{
    int c = inlay_value_compare(leaf, a, b);
    return COMPARE_BIT(c, 0);
}

/* Bytes of any length, for columns without an order too (only equality is asked of those). */
static uint8_t compare_bytes(const inlay_node *leaf, const void *a, const void *b)
{
    inlay_bytes x, y;
    (void)leaf;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    size_t n = x.len < y.len ? x.len : y.len;
    int c = n ? memcmp(x.data, y.data, n) : 0;
    return c ? COMPARE_BIT(c, 0) : COMPARE_BIT(x.len, y.len);
}

static uint8_t compare_fixed(const inlay_node *leaf, const void *a, const void *b)
{
    int c = memcmp(a, b, inlay_node_width(leaf));
    return COMPARE_BIT(c, 0);
}

compare_values *compare_for(const inlay_node *leaf)
{
    static compare_values *const kinds[] = {
        [INLAY_BOOLEAN] = compare_bool,     [INLAY_INT32] = compare_i32,
        [INLAY_INT64] = compare_i64,        [INLAY_INT96] = compare_ordered,
        [INLAY_FLOAT] = compare_f32,        [INLAY_DOUBLE] = compare_f64,
        [INLAY_BYTE_ARRAY] = compare_bytes, [INLAY_FIXED_LEN_BYTE_ARRAY] = compare_fixed};
    const inlay_logical *l = &leaf->logical;
    if (l->kind == INLAY_INTEGER && !l->is_signed)
        return leaf->type == INLAY_INT64 ? compare_u64 : compare_u32;
    if (l->kind == INLAY_FLOAT16)
        return compare_f16;
    if ((l->kind == INLAY_DECIMAL && leaf->type >= INLAY_BYTE_ARRAY) ||
        (l->kind == INLAY_TIMESTAMP && leaf->type == INLAY_FIXED_LEN_BYTE_ARRAY))
        return compare_ordered;
    if (leaf->type == INLAY_INT96 && !inlay_leaf_ordered(leaf))
        return compare_fixed;
    return kinds[leaf->type];
}

uint8_t compare_literal(compare_values *compare, const inlay_node *leaf, const void *value,
                        const struct tree_value *literal)
{
    uint8_t c = compare(leaf, value, literal->value);
    return c != TREE_EQUAL || literal->beside == 0 ? c : literal->beside > 0 ? TREE_LESS : TREE_MORE;
}

#endif
