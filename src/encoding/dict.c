/* Dictionary: codes to values, and a dictionary being built.
 *
 * Distinct values get codes in order of appearance. Values are compared bit by bit, so NaN payloads and
 * the sign of zero survive. Open addressing, at most half full, one uint32_t a slot (code + 1).
 * Source: Encodings.md "Dictionary Encoding".
 */
#include "base/buf.h"
#include "base/hash.h"
#include "encoding/encoding.h"

bool dict_check(const uint32_t *codes, size_t n, size_t n_dictionary)
{
    uint32_t most = 0;
    for (size_t i = 0; i < n; i++)
        most = codes[i] > most ? codes[i] : most;
    return n == 0 || most < n_dictionary;
}

/* A copy of constant size is one load and one store; by width, not by type. */
#define DICT_GATHER(bytes)                                                           \
    case bytes:                                                                      \
        for (size_t i = 0; i < n; i++)                                               \
            memcpy(to + i * (bytes), from + (size_t)codes[i] * (bytes), bytes);      \
        return true

bool dict_gather(const void *dictionary, size_t n_dictionary, uint32_t width, const uint32_t *codes,
                 size_t n, void *out)
{
    const uint8_t *from = dictionary;
    uint8_t *to = out;
    if (!dict_check(codes, n, n_dictionary))
        return false;
    switch (width) {
        DICT_GATHER(4);
        DICT_GATHER(8);
        DICT_GATHER(12);
        DICT_GATHER(16);
    default:
        for (size_t i = 0; i < n; i++)
            memcpy(to + i * width, from + (size_t)codes[i] * width, width);
        return true;
    }
}

/* n copies of one value: a block that doubles. */
static void dict_fill(uint8_t *to, const uint8_t *value, size_t width, size_t n)
{
    memcpy(to, value, width);
    for (size_t done = 1; done < n;) {
        size_t more = done < n - done ? done : n - done;
        memcpy(to + done * width, to, more * width);
        done += more;
    }
}

bool dict_read(const void *dictionary, size_t n_dictionary, uint32_t width, struct rle *codes,
               size_t n, void *out)
{
    enum { DICT_PIECE = 1024, DICT_RUN = 8 };
    uint32_t piece[DICT_PIECE];
    uint8_t *to = out;
    for (size_t take; n; n -= take, to += take * width) {
        uint32_t code = 0;
        take = rle_peek_run(codes, n, &code);
        if (take >= DICT_RUN && code < n_dictionary) {
            dict_fill(to, (const uint8_t *)dictionary + (size_t)code * width, width, take);
            (void)rle_skip(codes, take);
            continue;
        }
        if (take == 0) /* packed, or the end */
            take = codes->packed_left && codes->packed_left < n ? (size_t)codes->packed_left : n;
        take = take < DICT_PIECE ? take : DICT_PIECE;
        if (!rle_read_u32(codes, piece, take))
            return false;
        if (!dict_gather(dictionary, n_dictionary, width, piece, take, to)) {
            codes->what = ERR("dictionary code beyond the dictionary");
            return false;
        }
    }
    return true;
}

/* ---- building ---- */

enum { DICT_SLAB = 64 * 1024, DICT_SLOTS_FIRST = 256 };

struct dict_builder {
    inlay_env *env;
    uint8_t type;
    uint32_t width;
    struct buf values;    /* [count] in memory form */
    struct mem_pool heap; /* bytes of BYTE_ARRAY values */
    uint32_t *slots;      /* [n_slots] code + 1, 0 = free */
    size_t n_slots, count;
    uint64_t plain_bytes;
};

inlay_status dict_builder_new(inlay_env *env, uint8_t type, uint32_t width,
                              struct dict_builder **builder)
{
    void *block = NULL;
    *builder = NULL;
    TRY(mem_new(env, sizeof **builder, &block));
    struct dict_builder *b = block;
    b->env = env;
    b->type = type;
    b->width = width;
    buf_init(&b->values, env);
    mem_pool_init(&b->heap, env);
    *builder = b;
    return INLAY_OK;
}

void dict_builder_free(struct dict_builder *b)
{
    if (!b)
        return;
    buf_free(&b->values);
    mem_pool_free(&b->heap);
    mem_free(b->env, b->slots, b->n_slots * sizeof *b->slots);
    mem_free(b->env, b, sizeof *b);
}

void dict_builder_clear(struct dict_builder *b)
{
    buf_clear(&b->values);
    mem_pool_reset(&b->heap);
    if (b->slots && b->count)
        memset(b->slots, 0, b->n_slots * sizeof *b->slots);
    b->count = 0;
    b->plain_bytes = 0;
}

size_t dict_builder_count(const struct dict_builder *b)
{
    return b->count;
}
size_t dict_builder_plain_bytes(const struct dict_builder *b)
{
    return (size_t)b->plain_bytes;
}
const void *dict_builder_values(const struct dict_builder *b)
{
    return b->values.data;
}

static uint64_t dict_hash(const struct dict_builder *b, const void *value)
{
    if (b->type == INLAY_BYTE_ARRAY) {
        const inlay_bytes *s = value;
        return hash_xxh64(s->data, s->len, 0);
    }
    if (b->width > 8)
        return hash_xxh64(value, b->width, 0);
    uint64_t v = 0;
    memcpy(&v, value, b->width);
    v ^= v >> 32;
    v *= 0x9E3779B97F4A7C15u;
    return v ^ v >> 29;
}

static bool dict_equal(const struct dict_builder *b, const void *a, const void *c)
{
    if (b->type != INLAY_BYTE_ARRAY)
        return memcmp(a, c, b->width) == 0;
    const inlay_bytes *x = a, *y = c;
    return x->len == y->len && (x->len == 0 || memcmp(x->data, y->data, x->len) == 0);
}

static inlay_status dict_more_slots(struct dict_builder *b)
{
    size_t n = b->n_slots ? b->n_slots * 2 : DICT_SLOTS_FIRST;
    void *block = NULL;
    TRY(mem_new(b->env, n * sizeof *b->slots, &block));
    uint32_t *slots = block;
    for (size_t i = 0; i < b->count; i++) {
        size_t at = dict_hash(b, b->values.data + i * b->width) & (n - 1);
        while (slots[at])
            at = (at + 1) & (n - 1);
        slots[at] = (uint32_t)i + 1;
    }
    mem_free(b->env, b->slots, b->n_slots * sizeof *b->slots);
    b->slots = slots;
    b->n_slots = n;
    return INLAY_OK;
}

/* Append a value that is not there yet. */
static inlay_status dict_append(struct dict_builder *b, const void *value)
{
    if (b->type == INLAY_BYTE_ARRAY) {
        inlay_bytes copy = *(const inlay_bytes *)value;
        void *block = NULL;
        TRY(mem_pool_take(&b->heap, copy.len + 1, &block));
        if (copy.len)
            memcpy(block, copy.data, copy.len);
        copy.data = block;
        buf_append(&b->values, &copy, sizeof copy);
    } else {
        buf_append(&b->values, value, b->width);
    }
    TRY(b->values.status);
    b->count++;
    return INLAY_OK;
}

inlay_status dict_builder_add(struct dict_builder *b, const void *values, size_t n, size_t max_bytes,
                              uint32_t *codes, size_t *done)
{
    const uint8_t *v = values;
    uint32_t last = 0; /* code + 1 of the value before: telemetry repeats itself */
    for (*done = 0; *done < n; (*done)++, v += b->width) {
        if (last && dict_equal(b, v, b->values.data + (size_t)(last - 1) * b->width)) {
            codes[*done] = last - 1;
            continue;
        }
        if (b->count * 2 >= b->n_slots)
            TRY(dict_more_slots(b));
        size_t at = dict_hash(b, v) & (b->n_slots - 1);
        while (b->slots[at] && !dict_equal(b, v, b->values.data + (size_t)(b->slots[at] - 1) * b->width))
            at = (at + 1) & (b->n_slots - 1);
        if (!b->slots[at]) {
            uint64_t bytes = b->type == INLAY_BYTE_ARRAY
                                 ? 4 + (uint64_t)((const inlay_bytes *)(const void *)v)->len
                                 : b->width;
            if (bytes > max_bytes || b->plain_bytes > max_bytes - bytes || b->count >= INT32_MAX)
                return INLAY_OK;
            TRY(dict_append(b, v));
            b->plain_bytes += bytes;
            b->slots[at] = (uint32_t)b->count;
        }
        last = b->slots[at];
        codes[*done] = last - 1;
    }
    return INLAY_OK;
}

/* ---- how large one can be ---- */

uint64_t dict_builder_most_entries(uint8_t type, uint32_t width, uint64_t n, uint64_t plain_bytes)
{
    uint64_t entries = 0, kinds = 1; /* 256^len: so many values of that length are distinct */
    for (uint64_t len = 0; len < 8 && type == INLAY_BYTE_ARRAY; len++, kinds = mem_times(kinds, 256)) {
        uint64_t fit = plain_bytes / (4 + len);
        fit = fit < kinds || len == 7 ? fit : kinds;
        entries = mem_plus(entries, fit);
        plain_bytes -= fit * (4 + len);
    }
    if (type != INLAY_BYTE_ARRAY) {
        entries = plain_bytes / (width ? width : 1);
        if (width < 4 && entries > (uint64_t)1 << 8 * width)
            entries = (uint64_t)1 << 8 * width;
    }
    return n < entries ? n : entries;
}

uint64_t dict_builder_most(uint8_t type, uint32_t width, uint64_t n, uint64_t plain_bytes, uint64_t longest)
{
    uint64_t entries = dict_builder_most_entries(type, width, n, plain_bytes), slots = DICT_SLOTS_FIRST;
    uint64_t sum = mem_plus(sizeof(struct dict_builder), mem_grown(mem_times(entries, width)));
    if (type == INLAY_BYTE_ARRAY) { /* the heap: a byte more than the length, rounded up to 8 */
        uint64_t own = mem_times(n, mem_plus(longest, 8)), all = mem_plus(plain_bytes, mem_times(entries, 4));
        sum = mem_plus(sum, mem_pool_most_again(own < all ? own : all, mem_plus(longest, 1)));
    }
    while (slots <= mem_times(entries, 2) && slots < UINT64_MAX / 2)
        slots *= 2;
    return mem_plus(sum, mem_times(slots, sizeof(uint32_t) * 3 / 2)); /* and the old ones beside them, half as many */
}
