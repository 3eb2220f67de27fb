/* Counting what is there; see tally.h. */
#include "verify/tally.h"

#if INLAY_VERIFY

#include <string.h>

#include "base/bytes.h"

void tally_init(struct tally *t, inlay_env *env, const inlay_node *leaf)
{
    memset(t, 0, sizeof *t);
    t->leaf = leaf;
    t->width = inlay_node_width(leaf);
    t->ordered = inlay_leaf_ordered(leaf);
    t->floats = leaf->type == INLAY_FLOAT || leaf->type == INLAY_DOUBLE ||
                leaf->logical.kind == INLAY_FLOAT16;
    buf_init(&t->min, env);
    buf_init(&t->max, env);
}

void tally_free(struct tally *t)
{
    buf_free(&t->min);
    buf_free(&t->max);
}

void tally_clear(struct tally *t)
{
    t->rows = t->levels = t->values = t->nans = t->unencoded = 0;
    t->first_rep = 0;
    t->has = false;
    buf_clear(&t->min);
    buf_clear(&t->max);
    memset(t->rep, 0, sizeof t->rep);
    memset(t->def, 0, sizeof t->def);
}

inlay_status tally_status(const struct tally *t)
{
    return t->min.status != INLAY_OK ? t->min.status : t->max.status;
}

/* ---- levels ---- */

static void tally_histogram(int64_t *counts, const uint8_t *levels, size_t n, uint8_t constant)
{
    if (!levels)
        counts[constant] += (int64_t)n;
    for (size_t i = 0; levels && i < n; i++)
        counts[levels[i]]++;
}

void tally_levels(struct tally *t, const inlay_batch *batch)
{
    if (t->levels == 0 && batch->n_levels)
        t->first_rep = batch->rep ? batch->rep[0] : 0;
    t->rows += (int64_t)batch->n_rows;
    t->levels += (int64_t)batch->n_levels;
    t->values += (int64_t)batch->n_values;
    tally_histogram(t->rep, batch->rep, batch->n_levels, 0);
    tally_histogram(t->def, batch->def, batch->n_levels, t->leaf->max_def);
}

/* ---- values ---- */

bool tally_is_nan(const inlay_node *leaf, const void *value)
{
    uint32_t narrow;
    uint64_t wide;
    if (leaf->type == INLAY_FLOAT) {
        memcpy(&narrow, value, sizeof narrow);
        return (narrow & 0x7FFFFFFF) > 0x7F800000;
    }
    if (leaf->type == INLAY_DOUBLE) {
        memcpy(&wide, value, sizeof wide);
        return (wide & INT64_MAX) > 0x7FF0000000000000;
    }
    return leaf->logical.kind == INLAY_FLOAT16 && (load_le16(value) & 0x7FFF) > 0x7C00;
}

bool tally_is_zero(const inlay_node *leaf, const void *value)
{
    uint32_t narrow;
    uint64_t wide;
    if (leaf->type == INLAY_FLOAT) {
        memcpy(&narrow, value, sizeof narrow);
        return (narrow & 0x7FFFFFFF) == 0;
    }
    if (leaf->type == INLAY_DOUBLE) {
        memcpy(&wide, value, sizeof wide);
        return (wide & INT64_MAX) == 0;
    }
    return leaf->logical.kind == INLAY_FLOAT16 && (load_le16(value) & 0x7FFF) == 0;
}

/* A held value as a value in memory form. */
static const void *tally_held(const struct tally *t, const struct buf *held, inlay_bytes *room)
{
    *room = (inlay_bytes){held->data, held->bytes};
    return t->leaf->type == INLAY_BYTE_ARRAY ? (const void *)room : held->data;
}

int tally_compare(const struct tally *t, const void *bound, const struct buf *held)
{
    inlay_bytes room;
    const void *value = tally_held(t, held, &room);
    if (t->floats && tally_is_zero(t->leaf, bound) && tally_is_zero(t->leaf, value))
        return 0;
    return inlay_value_compare(t->leaf, bound, value);
}

static void tally_hold(struct tally *t, struct buf *held, const void *value)
{
    inlay_bytes b = {value, t->width};
    if (t->leaf->type == INLAY_BYTE_ARRAY)
        memcpy(&b, value, sizeof b);
    buf_clear(held);
    buf_append(held, b.data, b.len);
}

void tally_bound(struct tally *t, const void *value)
{
    inlay_bytes room;
    if (!t->ordered || tally_status(t) != INLAY_OK || (t->floats && tally_is_nan(t->leaf, value)))
        return;
    if (!t->has || inlay_value_compare(t->leaf, value, tally_held(t, &t->min, &room)) < 0)
        tally_hold(t, &t->min, value);
    if (!t->has || inlay_value_compare(t->leaf, value, tally_held(t, &t->max, &room)) > 0)
        tally_hold(t, &t->max, value);
    t->has = true;
}

void tally_count(struct tally *t, const void *value)
{
    if (t->leaf->type == INLAY_BYTE_ARRAY)
        t->unencoded += (int64_t)((const inlay_bytes *)value)->len;
    else if (t->floats)
        t->nans += tally_is_nan(t->leaf, value);
}

/* Smallest and largest of n >= 1 integers in plain signed order. */
#define TALLY_INTEGERS(ctype)                       \
    do {                                            \
        const ctype *v = values;                    \
        ctype lo = v[0], hi = v[0];                 \
        for (size_t i = 1; i < n; i++) {            \
            lo = v[i] < lo ? v[i] : lo;             \
            hi = v[i] > hi ? v[i] : hi;             \
        }                                           \
        tally_bound(t, &lo);                        \
        tally_bound(t, &hi);                        \
    } while (0)

void tally_values(struct tally *t, const void *values, size_t n)
{
    const uint8_t *at = values;
    bool is_unsigned = t->leaf->logical.kind == INLAY_INTEGER && !t->leaf->logical.is_signed;
    if (n == 0)
        return;
    if (t->leaf->type == INLAY_INT64 && !is_unsigned) {
        TALLY_INTEGERS(int64_t);
        return;
    }
    if (t->leaf->type == INLAY_INT32 && !is_unsigned) {
        TALLY_INTEGERS(int32_t);
        return;
    }
    for (size_t i = 0; i < n; i++, at += t->width) {
        tally_count(t, at);
        tally_bound(t, at);
    }
}

void tally_merge(struct tally *into, const struct tally *from)
{
    inlay_bytes room;
    into->rows += from->rows;
    into->levels += from->levels;
    into->values += from->values;
    into->nans += from->nans;
    into->unencoded += from->unencoded;
    for (size_t i = 0; i <= into->leaf->max_rep; i++)
        into->rep[i] += from->rep[i];
    for (size_t i = 0; i <= into->leaf->max_def; i++)
        into->def[i] += from->def[i];
    if (!from->has)
        return;
    tally_bound(into, tally_held(from, &from->min, &room));
    tally_bound(into, tally_held(from, &from->max, &room));
}

#endif
