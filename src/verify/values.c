/* What the values of a column chunk must be, by its annotation and its statistics: DECIMALs within their precision,
 * as many distinct ones as distinct_count says. */
#include "verify/chunk.h"

#if INLAY_VERIFY

#include <string.h>

enum {
    VALUES_DIGITS = 1200, /* of a DECIMAL; 10^1200 takes 499 bytes. What has more is not checked */
    VALUES_BYTES = 1024
};

/* ---- DECIMAL ---- */

/* 10^digits - 1, or its negative, as n bytes of big-endian two's complement. */
static void values_limit(uint8_t *to, size_t n, int32_t digits, bool negative)
{
    memset(to, 0, n);
    to[n - 1] = 1;
    for (int32_t i = 0; i < digits; i++) {
        unsigned carry = 0;
        for (size_t k = n; k-- > 0; carry >>= 8) {
            carry += 10u * to[k];
            to[k] = (uint8_t)carry;
        }
    }
    for (size_t k = n; k-- > 0;) /* less one, borrowing */
        if (to[k]-- != 0)
            break;
    unsigned carry = 1;
    for (size_t k = n; negative && k-- > 0; carry >>= 8) {
        carry += (uint8_t)~to[k];
        to[k] = (uint8_t)carry;
    }
}

/* A limit in memory form: a pointer to `room` or to `bytes`. */
static const void *values_bound(const inlay_node *leaf, bool negative, uint8_t *bytes, inlay_value *room)
{
    size_t n = leaf->type == INLAY_BYTE_ARRAY ? VALUES_BYTES : inlay_node_width(leaf);
    int64_t v = 0;
    values_limit(bytes, n, leaf->logical.precision, negative);
    if (leaf->type == INLAY_FIXED_LEN_BYTE_ARRAY)
        return bytes;
    if (leaf->type == INLAY_BYTE_ARRAY) {
        room->bytes = (inlay_bytes){bytes, n};
        return room;
    }
    for (size_t i = 0; i < n; i++)
        v = (int64_t)((uint64_t)v << 8 | bytes[i]);
    if (leaf->type == INLAY_INT32)
        room->i32 = (int32_t)(uint32_t)(uint64_t)v;
    else
        room->i64 = v;
    return room;
}

/* The extremes of the chunk lie within the precision, or something does not. */
static void values_decimal(struct chunk_check *k)
{
    const struct tally *t = &k->all;
    const inlay_logical *l = &k->node->logical;
    uint8_t bytes[VALUES_BYTES];
    inlay_value room;
    if (l->kind != INLAY_DECIMAL || !t->ordered || !t->has || l->precision > VALUES_DIGITS ||
        t->width > VALUES_BYTES)
        return;
    const struct buf *outside = NULL;
    if (tally_compare(t, values_bound(k->node, true, bytes, &room), &t->min) > 0)
        outside = &t->min;
    else if (tally_compare(t, values_bound(k->node, false, bytes, &room), &t->max) < 0)
        outside = &t->max;
    if (outside)
        rule_values(k->v, RULE_VALUE_PRECISION, (inlay_bytes){NULL, 0}, (inlay_bytes){outside->data, outside->bytes});
}

/* ---- distinct_count ---- */

static int values_order(const inlay_node *leaf, size_t width, const uint8_t *a, const uint8_t *b)
{
    inlay_bytes x = {a, width}, y = {b, width};
    if (leaf->type == INLAY_BYTE_ARRAY) {
        memcpy(&x, a, sizeof x);
        memcpy(&y, b, sizeof y);
    }
    if (x.len != y.len)
        return x.len < y.len ? -1 : 1;
    return x.len ? memcmp(x.data, y.data, x.len) : 0;
}

/* Sink entry `at` of a heap of dictionary codes (greatest value on top). */
static void values_sift(const struct chunk_check *k, const uint8_t *values, uint32_t *heap, size_t at, size_t n)
{
    size_t width = k->all.width;
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n &&
            values_order(k->node, width, values + heap[child + 1] * width, values + heap[child] * width) > 0)
            child++;
        if (values_order(k->node, width, values + heap[at] * width, values + heap[child] * width) >= 0)
            return;
        uint32_t swap = heap[at];
        heap[at] = heap[child];
        heap[child] = swap;
    }
}

/* Is no entry of the dictionary there twice? Heap sort of their codes. (Floating point: nobody says whether zeros of
 * either sign and NaNs are one.) */
inlay_status values_unique(struct chunk_check *k, const inlay_dictionary *d)
{
    const uint8_t *values = d->values;
    size_t n = d->n_values, width = k->all.width;
    struct buf order;
    k->unique = false;
    if (k->all.floats || !k->chunk.statistics.has_distinct_count)
        return INLAY_OK;
    buf_init(&order, k->v->env);
    uint32_t *heap = (uint32_t *)(void *)buf_reserve(&order, n * sizeof *heap + 1);
    if (!heap)
        return order.status;
    for (size_t i = 0; i < n; i++)
        heap[i] = (uint32_t)i;
    for (size_t i = n / 2; i-- > 0;)
        values_sift(k, values, heap, i, n);
    k->unique = true;
    for (size_t i = n; i-- > 1 && k->unique;) {
        uint32_t greatest = heap[0];
        heap[0] = heap[i];
        values_sift(k, values, heap, 0, i);
        k->unique = values_order(k->node, width, values + greatest * width, values + heap[0] * width) != 0;
    }
    buf_free(&order);
    return INLAY_OK;
}

/* Where every value is a code, distinct ones are counted; else distinct_count is held against what it cannot be: more
 * than there are values (or codes in use), less than the bounds show. */
static void values_distinct(struct chunk_check *k)
{
    const inlay_statistics *s = &k->chunk.statistics;
    const struct tally *t = &k->all;
    inlay_bytes room = {t->max.data, t->max.bytes};
    const void *max = k->node->type == INLAY_BYTE_ARRAY ? (const void *)&room : t->max.data;
    int64_t most = k->coded && !t->floats ? (int64_t)k->distinct : t->values;
    int64_t least = t->values == 0 ? 0 : t->has && tally_compare(t, max, &t->min) != 0 ? 2 : 1;
    if (k->coded && k->unique)
        least = most;
    if (!s->has_distinct_count || !k->v->options->deep)
        return;
    if (s->distinct_count > most || s->distinct_count < least)
        rule_numbers(k->v, RULE_STAT_DISTINCT, s->distinct_count, s->distinct_count > most ? most : least);
}

void values_check(struct chunk_check *k)
{
    values_decimal(k);
    values_distinct(k);
}

#endif
