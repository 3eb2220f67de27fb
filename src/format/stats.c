/* Statistics while writing; see stats.h. */
#include "format/stats.h"

#include <string.h>

#include "base/short.h"

void stats_init(struct stats *s, inlay_env *env, const inlay_node *leaf, bool new_orders)
{
    *s = (struct stats){.order = type_order_of(leaf),
                        .type = leaf->type,
                        .width = (uint32_t)inlay_node_width(leaf),
                        .text = leaf->logical.kind == INLAY_STRING ||
                                leaf->logical.kind == INLAY_ENUM || leaf->logical.kind == INLAY_JSON};
    s->total = new_orders && type_order_is_float(s->order);
    if (new_orders && leaf->type == INLAY_INT96 && !leaf->ignored_annotation)
        s->order = TYPE_ORDER_INT96;
    buf_init(&s->min, env);
    buf_init(&s->max, env);
}

void stats_free(struct stats *s)
{
    buf_free(&s->min);
    buf_free(&s->max);
}

void stats_clear(struct stats *s)
{
    s->has = s->only_nans = false;
    s->nulls = s->nans = 0;
    buf_clear(&s->min);
    buf_clear(&s->max);
}

inlay_status stats_status(const struct stats *s)
{
    return s->min.status != INLAY_OK ? s->min.status : s->max.status;
}

bool stats_counts_nans(const struct stats *s)
{
    return type_order_is_float(s->order);
}

bool stats_takes_numbers(const struct stats *s)
{
    return s->order >= TYPE_ORDER_BOOL && s->order <= TYPE_ORDER_F64 && !s->total;
}

/* ---- taking values ---- */

/* The first bytes of a binary value as a number in the column's order. Where two are different, they decide. */
static uint64_t stats_head(const struct stats *s, const void *value)
{
    const inlay_bytes *b = value;
    if (s->type == INLAY_BYTE_ARRAY)
        return short_head(b->data, b->len);
    return short_head(value, s->width) ^ (uint64_t)(s->order == TYPE_ORDER_DECIMAL_FIXED) << 63;
}
static bool stats_has_heads(const struct stats *s)
{
    return s->order == TYPE_ORDER_BYTES || s->order == TYPE_ORDER_FIXED || s->order == TYPE_ORDER_DECIMAL_FIXED;
}

static int stats_compare(const struct stats *s, const void *value, const struct buf *bound)
{
    inlay_bytes held = {bound->data, bound->bytes};
    return type_compare(s->order, s->width, value,
                        s->type == INLAY_BYTE_ARRAY ? (const void *)&held : bound->data);
}

static void stats_hold(const struct stats *s, struct buf *bound, const void *value)
{
    const inlay_bytes *b = value;
    buf_clear(bound);
    if (s->type == INLAY_BYTE_ARRAY)
        buf_append(bound, b->data, b->len);
    else
        buf_append(bound, value, s->width);
}

static void stats_fold(struct stats *s, const void *min, const void *max)
{
    if (stats_status(s) != INLAY_OK)
        return; /* no memory: the owner will see it */
    bool heads = stats_has_heads(s);
    if (!s->has || stats_compare(s, min, &s->min) < 0) {
        stats_hold(s, &s->min, min);
        s->min_head = heads ? stats_head(s, min) : 0;
    }
    if (!s->has || stats_compare(s, max, &s->max) > 0) {
        stats_hold(s, &s->max, max);
        s->max_head = heads ? stats_head(s, max) : 0;
    }
    s->has = stats_status(s) == INLAY_OK;
}

/* Smallest and largest of n >= 1 integers, without a branch a value, in four lanes that do not wait for each other. */
#define STATS_INTEGERS(ctype)                                      \
    do {                                                           \
        const ctype *v = values;                                   \
        ctype lo[4] = {v[0], v[0], v[0], v[0]};                    \
        ctype hi[4] = {v[0], v[0], v[0], v[0]};                    \
        size_t i = 0;                                              \
        for (; i + 4 <= n; i += 4)                                 \
            for (int k = 0; k < 4; k++) {                          \
                lo[k] = v[i + (size_t)k] < lo[k] ? v[i + (size_t)k] : lo[k]; \
                hi[k] = v[i + (size_t)k] > hi[k] ? v[i + (size_t)k] : hi[k]; \
            }                                                      \
        for (; i < n; i++) {                                       \
            lo[0] = v[i] < lo[0] ? v[i] : lo[0];                   \
            hi[0] = v[i] > hi[0] ? v[i] : hi[0];                   \
        }                                                          \
        for (int k = 1; k < 4; k++) {                              \
            lo[0] = lo[k] < lo[0] ? lo[k] : lo[0];                 \
            hi[0] = hi[k] > hi[0] ? hi[k] : hi[0];                 \
        }                                                          \
        stats_fold(s, &lo[0], &hi[0]);                             \
    } while (0)

/* The same for floats; comparisons with NaN are false, so NaN never becomes a bound. */
#define STATS_FLOATS(ctype)                                        \
    do {                                                           \
        const ctype *v = values;                                   \
        size_t i = 0;                                              \
        while (i < n && v[i] != v[i])                              \
            i++;                                                   \
        s->nans += (int64_t)i;                                     \
        if (i == n)                                                \
            return;                                                \
        ctype lo[4] = {v[i], v[i], v[i], v[i]};                    \
        ctype hi[4] = {v[i], v[i], v[i], v[i]};                    \
        int64_t nans[4] = {0};                                     \
        for (; i + 4 <= n; i += 4)                                 \
            for (int k = 0; k < 4; k++) {                          \
                ctype x = v[i + (size_t)k];                        \
                nans[k] += x != x;                                 \
                lo[k] = x < lo[k] ? x : lo[k];                     \
                hi[k] = x > hi[k] ? x : hi[k];                     \
            }                                                      \
        for (; i < n; i++) {                                       \
            nans[0] += v[i] != v[i];                               \
            lo[0] = v[i] < lo[0] ? v[i] : lo[0];                   \
            hi[0] = v[i] > hi[0] ? v[i] : hi[0];                   \
        }                                                          \
        for (int k = 0; k < 4; k++) {                              \
            s->nans += nans[k];                                    \
            lo[0] = lo[k] < lo[0] ? lo[k] : lo[0];                 \
            hi[0] = hi[k] > hi[0] ? hi[k] : hi[0];                 \
        }                                                          \
        stats_fold(s, &lo[0], &hi[0]);                             \
    } while (0)

/* Binary values: most lie between the bounds by their first bytes alone. */
static void stats_binary(struct stats *s, const uint8_t *values, size_t n)
{
    for (size_t i = 0; i < n; i++, values += s->width) {
        uint64_t head = stats_head(s, values);
        if (INLAY_LIKELY(s->has && head > s->min_head && head < s->max_head))
            continue;
        stats_fold(s, values, values);
    }
}

static bool stats_is_nan(const struct stats *s, const uint8_t *value)
{
    uint32_t f32;
    uint64_t f64;
    if (s->order == TYPE_ORDER_F16)
        return (load_le16(value) & 0x7FFF) > 0x7C00;
    if (s->order == TYPE_ORDER_F32) {
        memcpy(&f32, value, sizeof f32);
        return (f32 & 0x7FFFFFFF) > 0x7F800000;
    }
    memcpy(&f64, value, sizeof f64);
    return (f64 & ~((uint64_t)1 << 63)) > (uint64_t)0x7FF << 52;
}

/* IEEE 754 order: NaNs are counted, and are bounds as long as there is nothing else. */
static void stats_total(struct stats *s, const uint8_t *values, size_t n)
{
    for (size_t i = 0; i < n; i++, values += s->width) {
        bool nan = stats_is_nan(s, values);
        s->nans += nan;
        if (nan && s->has && !s->only_nans)
            continue;
        if (!nan && s->only_nans)
            s->has = s->only_nans = false;
        s->only_nans = nan;
        stats_fold(s, values, values);
    }
}

static void stats_each(struct stats *s, const uint8_t *values, size_t n)
{
    for (size_t i = 0; i < n; i++, values += s->width) {
        if (s->order == TYPE_ORDER_F16 && (load_le16(values) & 0x7FFF) > 0x7C00)
            s->nans++;
        else
            stats_fold(s, values, values);
    }
}

void stats_add(struct stats *s, const void *values, size_t n)
{
    if (n == 0)
        return;
    if (s->total) {
        stats_total(s, values, n);
        return;
    }
    switch (s->order) {
    case TYPE_ORDER_NONE:
        return;
    case TYPE_ORDER_BOOL:
        STATS_INTEGERS(uint8_t);
        return;
    case TYPE_ORDER_I32:
        STATS_INTEGERS(int32_t);
        return;
    case TYPE_ORDER_U32:
        STATS_INTEGERS(uint32_t);
        return;
    case TYPE_ORDER_I64:
        STATS_INTEGERS(int64_t);
        return;
    case TYPE_ORDER_U64:
        STATS_INTEGERS(uint64_t);
        return;
    case TYPE_ORDER_F32:
        STATS_FLOATS(float);
        return;
    case TYPE_ORDER_F64:
        STATS_FLOATS(double);
        return;
    case TYPE_ORDER_BYTES:
    case TYPE_ORDER_FIXED:
    case TYPE_ORDER_DECIMAL_FIXED:
        stats_binary(s, values, n);
        return;
    default:
        stats_each(s, values, n);
    }
}

#define STATS_WITHIN(ctype)                           \
    do {                                              \
        const ctype *v = values;                      \
        ctype lo, hi;                                 \
        memcpy(&lo, s->min.data, sizeof lo);          \
        memcpy(&hi, s->max.data, sizeof hi);          \
        while (i < n && v[i] >= lo && v[i] <= hi)     \
            i++;                                      \
        return i;                                     \
    } while (0)

size_t stats_within(const struct stats *s, const void *values, size_t n)
{
    size_t i = 0;
    if (!s->has || !stats_takes_numbers(s))
        return 0;
    switch (s->order) {
    case TYPE_ORDER_I32:
        STATS_WITHIN(int32_t);
    case TYPE_ORDER_U32:
        STATS_WITHIN(uint32_t);
    case TYPE_ORDER_I64:
        STATS_WITHIN(int64_t);
    case TYPE_ORDER_U64:
        STATS_WITHIN(uint64_t);
    case TYPE_ORDER_F32:
        STATS_WITHIN(float);
    case TYPE_ORDER_F64:
        STATS_WITHIN(double);
    default: /* BOOL */
        STATS_WITHIN(uint8_t);
    }
}

void stats_merge(struct stats *into, const struct stats *from)
{
    into->nulls += from->nulls;
    into->nans += from->nans;
    if (!from->has || (from->only_nans && into->has && !into->only_nans))
        return;
    if (into->only_nans && !from->only_nans)
        into->has = false;
    into->only_nans = from->only_nans;
    inlay_bytes min = {from->min.data, from->min.bytes}, max = {from->max.data, from->max.bytes};
    bool strings = into->type == INLAY_BYTE_ARRAY;
    stats_fold(into, strings ? (const void *)&min : from->min.data,
               strings ? (const void *)&max : from->max.data);
}

/* ---- giving bounds ---- */

/* Length of the longest prefix of at most `most` bytes that ends between code points. Bytes that are
 * no UTF-8 are cut anywhere. */
static size_t stats_prefix(const uint8_t *data, size_t most, bool text)
{
    if (!text)
        return most;
    size_t n = most;
    while (n > 0 && most - n < 4 && (data[n] & 0xC0) == 0x80)
        n--;
    return n > 0 && (data[n] & 0xC0) != 0x80 ? n : most;
}

/* Raise a byte prefix to the smallest one above all that begin with it: the last byte that is not FF
 * plus one. False = all FF. */
static bool stats_raise_bytes(struct buf *b)
{
    while (b->bytes && b->data[b->bytes - 1] == 0xFF)
        b->bytes--;
    if (b->bytes == 0)
        return false;
    b->data[b->bytes - 1]++;
    return true;
}

/* The same for text, whose result must stay UTF-8: the last code point plus one in as many bytes, over
 * the surrogates; a code point at the end of its length is dropped and the one before it raised. */
static bool stats_raise_text(struct buf *b)
{
    while (b->bytes) {
        size_t at = b->bytes - 1;
        while (at > 0 && (b->data[at] & 0xC0) == 0x80 && b->bytes - at < 4)
            at--;
        uint8_t *p = b->data + at;
        size_t n = b->bytes - at;
        size_t want = p[0] < 0x80 ? 1 : p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
        if (n != want || (p[0] & 0xC0) == 0x80)
            return false; /* not UTF-8: say nothing rather than something wrong */
        if (n == 1 && p[0] < 0x7F) {
            p[0]++;
            return true;
        }
        for (size_t i = n; n > 1 && i-- > 0;) {
            uint8_t top = i > 0 ? 0xBF : n == 2 ? 0xDF : n == 3 ? 0xEF : 0xF4;
            if (p[i] < top) {
                p[i]++;
                for (size_t k = i + 1; k < n; k++)
                    p[k] = 0x80;
                if (n == 3 && p[0] == 0xED && p[1] >= 0xA0) { /* surrogates: go on at U+E000 */
                    p[0] = 0xEE;
                    p[1] = p[2] = 0x80;
                }
                if (n == 4 && p[0] == 0xF4 && p[1] >= 0x90)
                    break; /* beyond U+10FFFF */
                return true;
            }
        }
        b->bytes = at;
    }
    return false;
}

static void stats_store(const struct stats *s, const struct buf *value, struct buf *out)
{
    uint8_t le[8];
    size_t most = s->order == TYPE_ORDER_BYTES ? STATS_CUT_BYTES + 1 : SIZE_MAX; /* one more shows that it is cut */
    if (s->type == INLAY_INT32 || s->type == INLAY_FLOAT) {
        uint32_t v = 0;
        memcpy(&v, value->data, 4);
        store_le32(le, v);
        buf_append(out, le, 4);
    } else if (s->type == INLAY_INT64 || s->type == INLAY_DOUBLE) {
        uint64_t v = 0;
        memcpy(&v, value->data, 8);
        store_le64(le, v);
        buf_append(out, le, 8);
    } else {
        buf_append(out, value->data, value->bytes < most ? value->bytes : most);
    }
}

/* Zero rules of TYPE_ORDER: min -0.0, max +0.0. Works on the stored little-endian bytes. */
static void stats_zero(const struct stats *s, struct buf *b, bool min)
{
    uint8_t any = 0;
    size_t n = b->bytes;
    if (!stats_counts_nans(s) || s->total || n == 0)
        return;
    for (size_t i = 0; i + 1 < n; i++)
        any |= b->data[i];
    if (any == 0 && (b->data[n - 1] & 0x7F) == 0)
        b->data[n - 1] = min ? 0x80 : 0;
}

bool stats_bounds(const struct stats *s, struct stats_bound *min, struct stats_bound *max)
{
    if (!s->has || s->order == TYPE_ORDER_NONE)
        return false;
    stats_store(s, &s->min, &min->bytes);
    stats_store(s, &s->max, &max->bytes);
    if (min->bytes.status != INLAY_OK || max->bytes.status != INLAY_OK)
        return false;
    stats_zero(s, &min->bytes, true);
    stats_zero(s, &max->bytes, false);
    min->exact = max->exact = true;
    if (s->order != TYPE_ORDER_BYTES)
        return true;
    if (min->bytes.bytes > STATS_CUT_BYTES) {
        min->bytes.bytes = stats_prefix(min->bytes.data, STATS_CUT_BYTES, s->text);
        min->exact = false;
    }
    if (max->bytes.bytes > STATS_CUT_BYTES) {
        max->bytes.bytes = stats_prefix(max->bytes.data, STATS_CUT_BYTES, s->text);
        max->exact = false;
        return s->text ? stats_raise_text(&max->bytes) : stats_raise_bytes(&max->bytes);
    }
    return true;
}
