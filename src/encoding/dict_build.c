/* A dictionary being built: values to codes, in order of appearance.
 *
 * Values are compared bit by bit, so NaN payloads and the sign of zero survive. Open addressing with steps of one;
 * at most a quarter of a small table is taken, half of a large one.
 *
 *   up to 8 bytes        slot = uint32_t code + 1            the value is looked at
 *   strings, wide ones   slot = uint64_t hash | code + 1     32 bits each; bytes are looked at where hashes are equal
 *
 * A value that ends a walk over DICT_STEPS slots ends the dictionary, as a full one does: so values chosen to collide
 * cost no more than others. Source: Encodings.md "Dictionary Encoding".
 */
#include "base/buf.h"
#include "base/short.h"
#include "encoding/encoding.h"

enum { DICT_BITS_FIRST = 6, DICT_BITS_SPARSE = 16, DICT_STEPS = 1024 };

struct dict_builder {
    inlay_env *env;
    uint8_t type;
    uint32_t width, bits; /* of a value; of a slot's number, 0 = no slots yet */
    struct buf values;    /* [count] in memory form */
    const void *lent;     /* instead of them; NULL = they are its own */
    struct mem_pool heap; /* bytes of BYTE_ARRAY values */
    void *slots;          /* [1 << bits], 0 = free */
    size_t count;
    uint64_t plain_bytes;
    uint64_t even; /* PLAIN bytes of the first value; 0 = another has others */
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

static bool dict_narrow(const struct dict_builder *b)
{
    return b->type != INLAY_BYTE_ARRAY && b->width <= 8;
}

static size_t dict_slots_bytes(const struct dict_builder *b)
{
    return b->bits ? (dict_narrow(b) ? sizeof(uint32_t) : sizeof(uint64_t)) << b->bits : 0;
}

void dict_builder_free(struct dict_builder *b)
{
    if (!b)
        return;
    buf_free(&b->values);
    mem_pool_free(&b->heap);
    mem_free(b->env, b->slots, dict_slots_bytes(b));
    mem_free(b->env, b, sizeof *b);
}

void dict_builder_clear(struct dict_builder *b)
{
    buf_clear(&b->values);
    mem_pool_reset(&b->heap);
    if (b->slots && b->count)
        memset(b->slots, 0, dict_slots_bytes(b));
    b->lent = NULL;
    b->count = 0;
    b->plain_bytes = 0;
}

void dict_builder_lend(struct dict_builder *b, const void *values, size_t n, uint64_t plain_bytes)
{
    b->lent = values;
    b->count = n;
    b->plain_bytes = plain_bytes;
    b->even = 0;
}

size_t dict_builder_count(const struct dict_builder *b)
{
    return b->count;
}
size_t dict_builder_plain_bytes(const struct dict_builder *b)
{
    return (size_t)b->plain_bytes;
}
size_t dict_builder_even(const struct dict_builder *b)
{
    return b->count ? (size_t)b->even : 0;
}
const void *dict_builder_values(const struct dict_builder *b)
{
    return b->lent ? b->lent : b->values.data;
}

/* A value of up to 8 bytes as a number; different values give different numbers. */
INLAY_INLINE uint64_t dict_key(const uint8_t *v, uint32_t width)
{
    if (width == 8)
        return load_le64(v);
    if (width >= 4)
        return load_le32(v) | (uint64_t)load_le32(v + width - 4) << 32;
    return width == 0 ? 0 : v[0] | (uint64_t)v[width / 2] << 8 | (uint64_t)v[width - 1] << 16;
}

/* The upper bits of the product are the ones that all bits of the value have a say in. */
INLAY_INLINE size_t dict_slot(uint64_t key, uint32_t bits)
{
    return (size_t)((key ^ key >> 32) * 0x9E3779B97F4A7C15u >> (64 - bits));
}

static void dict_refill(struct dict_builder *b, const void *old, size_t n_old)
{
    size_t mask = ((size_t)1 << b->bits) - 1;
    if (dict_narrow(b)) {
        uint32_t *slots = b->slots;
        for (size_t i = 0; i < b->count; i++) {
            size_t at = dict_slot(dict_key(b->values.data + i * b->width, b->width), b->bits);
            while (slots[at])
                at = (at + 1) & mask;
            slots[at] = (uint32_t)i + 1;
        }
        return;
    }
    const uint64_t *from = old;
    uint64_t *slots = b->slots;
    for (size_t i = 0; i < n_old; i++) {
        size_t at = (size_t)(from[i] >> (64 - b->bits));
        while (from[i] && slots[at])
            at = (at + 1) & mask;
        if (from[i])
            slots[at] = from[i];
    }
}

/* Make room for one more value. */
static inlay_status dict_room(struct dict_builder *b)
{
    uint32_t sparse = b->bits < DICT_BITS_SPARSE ? 2 : 1;
    if (b->bits && b->count << sparse < (size_t)1 << b->bits)
        return INLAY_OK;
    void *old = b->slots, *block = NULL;
    size_t old_bytes = dict_slots_bytes(b), n_old = b->bits ? (size_t)1 << b->bits : 0;
    uint32_t bits = b->bits ? b->bits + 1 : DICT_BITS_FIRST;
    TRY(mem_new(b->env, (dict_narrow(b) ? sizeof(uint32_t) : sizeof(uint64_t)) << bits, &block));
    b->slots = block;
    b->bits = bits;
    dict_refill(b, old, n_old);
    mem_free(b->env, old, old_bytes);
    return INLAY_OK;
}

/* Append a value that is not there yet; *full where it does not fit. */
static inlay_status dict_append(struct dict_builder *b, inlay_bytes value, size_t max_bytes, bool *full)
{
    bool string = b->type == INLAY_BYTE_ARRAY;
    uint64_t bytes = (string ? 4 : 0) + (uint64_t)value.len;
    *full = bytes > max_bytes || b->plain_bytes > max_bytes - bytes || b->count >= INT32_MAX;
    if (*full)
        return INLAY_OK;
    if (string) {
        void *block = NULL;
        TRY(mem_pool_take(&b->heap, value.len + 1, &block));
        if (value.len)
            memcpy(block, value.data, value.len);
        value.data = block;
        buf_append(&b->values, &value, sizeof value);
    } else {
        buf_append(&b->values, value.data, value.len);
    }
    TRY(b->values.status);
    b->even = b->count == 0 || b->even == bytes ? bytes : 0;
    b->plain_bytes += bytes;
    b->count++;
    return INLAY_OK;
}

/* Values of up to 8 bytes; `width` is a constant where this is inlined. */
INLAY_INLINE inlay_status dict_add_narrow(struct dict_builder *b, const uint8_t *v, size_t n, size_t max_bytes,
                                          uint32_t *codes, size_t *done, uint32_t width)
{
    uint64_t last = n ? ~dict_key(v, width) : 0; /* telemetry repeats itself */
    uint32_t code = 0;
    size_t i = 0;
    for (; i < n; i++, v += width) {
        uint64_t key = dict_key(v, width);
        if (key != last) {
            const uint32_t *slots = b->slots;
            const uint8_t *values = b->values.data;
            size_t mask = ((size_t)1 << b->bits) - 1, at = dict_slot(key, b->bits), steps = 0;
            while (slots[at] && dict_key(values + (size_t)(slots[at] - 1) * width, width) != key) {
                at = (at + 1) & mask;
                steps++;
            }
            if (INLAY_UNLIKELY(!slots[at])) {
                bool full = steps > DICT_STEPS && max_bytes < SIZE_MAX;
                if (!full)
                    TRY(dict_append(b, (inlay_bytes){v, width}, max_bytes, &full));
                if (full)
                    break;
                code = ((uint32_t *)b->slots)[at] = (uint32_t)b->count;
                TRY(dict_room(b));
            } else {
                code = slots[at];
            }
            last = key;
        }
        codes[i] = code - 1;
    }
    *done = i;
    return INLAY_OK;
}

INLAY_INLINE inlay_bytes dict_bytes(const void *values, size_t i, uint32_t width, bool string)
{
    return string ? ((const inlay_bytes *)values)[i] : (inlay_bytes){(const uint8_t *)values + i * width, width};
}
INLAY_INLINE bool dict_same(inlay_bytes a, inlay_bytes c)
{
    return a.len == c.len && (a.data == c.data || short_equal(a.data, c.data, a.len));
}

INLAY_INLINE inlay_status dict_add_wide(struct dict_builder *b, const void *from, size_t n, size_t max_bytes,
                                        uint32_t *codes, size_t *done, uint32_t width, bool string)
{
    inlay_bytes last = {NULL, SIZE_MAX};
    uint32_t code = 0;
    size_t i = 0;
    for (; i < n; i++) {
        inlay_bytes v = dict_bytes(from, i, width, string);
        if (!dict_same(v, last)) {
            const uint64_t *slots = b->slots;
            uint64_t hash = short_hash(v.data, v.len) & ~(uint64_t)UINT32_MAX;
            size_t mask = ((size_t)1 << b->bits) - 1, at = (size_t)(hash >> (64 - b->bits)), steps = 0;
            while (slots[at] && ((slots[at] ^ hash) >> 32 ||
                                 !dict_same(v, dict_bytes(b->values.data, (uint32_t)slots[at] - 1, width, string)))) {
                at = (at + 1) & mask;
                steps++;
            }
            if (INLAY_UNLIKELY(!slots[at])) {
                bool full = steps > DICT_STEPS && max_bytes < SIZE_MAX;
                if (!full)
                    TRY(dict_append(b, v, max_bytes, &full));
                if (full)
                    break;
                ((uint64_t *)b->slots)[at] = hash | (uint32_t)b->count;
                code = (uint32_t)b->count;
                TRY(dict_room(b));
            } else {
                code = (uint32_t)slots[at];
            }
            last = v;
        }
        codes[i] = code - 1;
    }
    *done = i;
    return INLAY_OK;
}

inlay_status dict_builder_add(struct dict_builder *b, const void *values, size_t n, size_t max_bytes,
                              uint32_t *codes, size_t *done)
{
    *done = 0;
    TRY(dict_room(b));
    if (b->type == INLAY_BYTE_ARRAY)
        return dict_add_wide(b, values, n, max_bytes, codes, done, sizeof(inlay_bytes), true);
    if (b->width > 8)
        return dict_add_wide(b, values, n, max_bytes, codes, done, b->width, false);
    if (b->width == 8)
        return dict_add_narrow(b, values, n, max_bytes, codes, done, 8);
    if (b->width == 4)
        return dict_add_narrow(b, values, n, max_bytes, codes, done, 4);
    return dict_add_narrow(b, values, n, max_bytes, codes, done, b->width);
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
    uint64_t entries = dict_builder_most_entries(type, width, n, plain_bytes);
    uint64_t sum = mem_plus(sizeof(struct dict_builder), mem_grown(mem_times(entries, width)));
    if (type == INLAY_BYTE_ARRAY) { /* the heap: a byte more than the length, rounded up to 8 */
        uint64_t own = mem_times(n, mem_plus(longest, 8)), all = mem_plus(plain_bytes, mem_times(entries, 4));
        sum = mem_plus(sum, mem_pool_most_again(own < all ? own : all, mem_plus(longest, 1)));
    }
    bool narrow = type != INLAY_BYTE_ARRAY && width <= 8;
    uint32_t bits = DICT_BITS_FIRST;
    while (bits < 60 && mem_times(entries, bits < DICT_BITS_SPARSE ? 4 : 2) >= (uint64_t)1 << bits)
        bits++;
    /* the old slots stand beside them for a moment, half as many */
    return mem_plus(sum, mem_times((uint64_t)1 << bits, (narrow ? sizeof(uint32_t) : sizeof(uint64_t)) * 3 / 2));
}
