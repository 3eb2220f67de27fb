/* The distinct values of a column: a hash table over one growing block; see distinct.h.
 *
 * Inputs that have the same values have them in the same order more often than not (times, names): whoever asked for
 * one asks for the next one then, which needs no hash. */
#include "merge/distinct.h"

#include "base/bytes.h"
#include "base/hash.h"

#if INLAY_WRITE && INLAY_MERGE

enum { DISTINCT_FIRST_SLOTS = 256, DISTINCT_MOST_BYTES = 1 << 30 };

void distinct_init(struct distinct *d, inlay_env *env)
{
    *d = (struct distinct){.env = env};
    buf_init(&d->bytes, env);
    buf_init(&d->ends, env);
    buf_init(&d->views, env);
}

void distinct_free(struct distinct *d)
{
    if (!d->env)
        return;
    buf_free(&d->bytes);
    buf_free(&d->ends);
    buf_free(&d->views);
    mem_free(d->env, d->slots, d->capacity * sizeof *d->slots);
    d->slots = NULL;
    d->capacity = 0;
}

/* Have `n` cleared slots, a power of two. The block is kept, so that small columns stay cheap to
 * clear after a large one. */
static inlay_status distinct_slots(struct distinct *d, size_t n)
{
    if (n > d->capacity) {
        void *block = d->slots;
        TRY(mem_resize(d->env, &block, d->capacity * sizeof *d->slots, n * sizeof *d->slots));
        d->slots = block;
        d->capacity = n;
    }
    memset(d->slots, 0, n * sizeof *d->slots);
    d->mask = n - 1;
    return INLAY_OK;
}

inlay_status distinct_reset(struct distinct *d, uint8_t type, size_t width, size_t most_bytes)
{
    d->type = type;
    d->width = width;
    d->most_bytes = most_bytes < DISTINCT_MOST_BYTES ? most_bytes : DISTINCT_MOST_BYTES;
    d->plain_bytes = 0;
    d->n = d->guess = 0;
    buf_clear(&d->bytes);
    buf_clear(&d->ends);
    if (!buf_reserve(&d->bytes, 1)) /* so that an empty value has an address */
        return d->bytes.status;
    return distinct_slots(d, DISTINCT_FIRST_SLOTS);
}

static inlay_bytes distinct_at(const struct distinct *d, uint32_t number)
{
    if (d->type != INLAY_BYTE_ARRAY)
        return (inlay_bytes){d->bytes.data + number * d->width, d->width};
    const uint32_t *ends = (const uint32_t *)(const void *)d->ends.data;
    size_t from = number ? ends[number - 1] : 0;
    return (inlay_bytes){d->bytes.data + from, ends[number] - from};
}

static size_t distinct_hash(inlay_bytes v)
{
    if (v.len != 8)
        return (size_t)hash_xxh64(v.data, v.len, 0);
    uint64_t bits; /* the commonest width without a call: multiply, fold */
    memcpy(&bits, v.data, 8);
    bits *= 0x9E3779B97F4A7C15u;
    return (size_t)(bits ^ bits >> 32);
}

/* The commonest width without a call. */
INLAY_INLINE bool distinct_same(inlay_bytes a, inlay_bytes b)
{
    uint64_t x, y;
    if (a.len != 8 || b.len != 8)
        return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
    memcpy(&x, a.data, 8);
    memcpy(&y, b.data, 8);
    return x == y;
}

static size_t distinct_slot(const struct distinct *d, inlay_bytes value)
{
    size_t at = distinct_hash(value) & d->mask;
    while (d->slots[at] && !distinct_same(distinct_at(d, d->slots[at] - 1), value))
        at = (at + 1) & d->mask;
    return at;
}

/* Numbers again for all values, which are distinct, in the slots of a larger table. */
static void distinct_refill(struct distinct *d)
{
    for (uint32_t i = 0; i < d->n; i++) {
        size_t at = distinct_hash(distinct_at(d, i)) & d->mask;
        while (d->slots[at])
            at = (at + 1) & d->mask;
        d->slots[at] = i + 1;
    }
}

static inlay_status distinct_add(struct distinct *d, inlay_bytes value, size_t slot, uint32_t *number)
{
    size_t head = d->type == INLAY_BYTE_ARRAY ? 4 : 0;
    if (value.len > d->most_bytes || value.len + head > d->most_bytes - d->plain_bytes)
        return INLAY_END;
    buf_append(&d->bytes, value.data, value.len);
    if (d->bytes.status != INLAY_OK)
        return d->bytes.status;
    if (d->type == INLAY_BYTE_ARRAY) {
        uint32_t end = (uint32_t)d->bytes.bytes;
        buf_append(&d->ends, &end, sizeof end);
        if (d->ends.status != INLAY_OK)
            return d->ends.status;
    }
    d->plain_bytes += value.len + head;
    *number = d->n++;
    if (2 * (size_t)d->n > d->mask) {
        TRY(distinct_slots(d, 2 * (d->mask + 1)));
        distinct_refill(d);
    } else {
        d->slots[slot] = d->n;
    }
    return INLAY_OK;
}

inlay_status distinct_number(struct distinct *d, const void *value, uint32_t *number)
{
    inlay_bytes v = {value, d->width};
    if (d->type == INLAY_BYTE_ARRAY)
        memcpy(&v, value, sizeof v);
    if (d->guess < d->n && distinct_same(distinct_at(d, d->guess), v)) {
        *number = d->guess++;
        return INLAY_OK;
    }
    size_t slot = distinct_slot(d, v);
    uint32_t known = d->slots[slot];
    if (known == 0)
        TRY(distinct_add(d, v, slot, number));
    else
        *number = known - 1;
    d->guess = *number + 1;
    return INLAY_OK;
}

inlay_status distinct_values(struct distinct *d, const void **values)
{
    *values = d->bytes.data;
    if (d->type != INLAY_BYTE_ARRAY)
        return INLAY_OK;
    buf_clear(&d->views);
    for (uint32_t i = 0; i < d->n; i++) {
        inlay_bytes v = distinct_at(d, i);
        buf_append(&d->views, &v, sizeof v);
    }
    *values = d->views.data;
    return d->views.status;
}

#endif
