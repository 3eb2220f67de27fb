/* Building bloom filters; see bloom.h. Source: parquet-format BloomFilter.md. */
#include "format/bloom.h"

#if INLAY_WRITE

#include <string.h>

#include "base/bytes.h"
#include "format/meta.h"
#include "format/type.h"

inlay_status bloom_builder_init(struct bloom_builder *b, inlay_env *env, double fpp, size_t most_bytes)
{
    void *block = NULL;
    size_t bytes = BLOOM_BLOCK;
    *b = (struct bloom_builder){.env = env, .fpp = fpp};
    while (bytes < most_bytes && bytes < BLOOM_BYTES_MOST)
        bytes *= 2;
    TRY(mem_new(env, bytes, &block));
    b->bits = block;
    b->bytes = bytes;
    return INLAY_OK;
}

void bloom_builder_free(struct bloom_builder *b)
{
    if (b->bits)
        mem_free(b->env, b->bits, b->bytes);
    b->bits = NULL;
}

void bloom_builder_clear(struct bloom_builder *b)
{
    if (b->any)
        memset(b->bits, 0, b->bytes);
    b->any = false;
}

void bloom_builder_add(struct bloom_builder *b, const inlay_node *leaf, const void *values, size_t n)
{
    const uint8_t *at = values;
    size_t width = inlay_node_width(leaf);
    for (size_t i = 0; i < n; i++, at += width) {
        uint64_t hash = bloom_hash(leaf, at);
        uint8_t *words = b->bits + bloom_block(hash, b->bytes / BLOOM_BLOCK) * BLOOM_BLOCK;
        for (int k = 0; k < 8; k++)
            store_le32(words + 4 * k, load_le32(words + 4 * k) | (uint32_t)1 << bloom_bit(hash, k));
    }
    b->any = b->any || n > 0;
}

static unsigned bloom_ones(uint32_t v)
{
    unsigned n = 0;
    for (; v; v &= v - 1)
        n++;
    return n;
}

/* Share of values not added that the filter, folded once more to `bytes`, would hold: of each block the
 * product over its words of the share of bits set, averaged over the blocks. */
static double bloom_share(const struct bloom_builder *b, size_t from, size_t bytes)
{
    double sum = 0;
    size_t step = from / bytes;
    for (size_t at = 0; at < from; at += step * BLOOM_BLOCK) {
        double share = 1;
        for (size_t k = 0; k < 8; k++) {
            uint32_t word = 0;
            for (size_t i = 0; i < step; i++)
                word |= load_le32(b->bits + at + i * BLOOM_BLOCK + 4 * k);
            share *= (double)bloom_ones(word) / 32;
        }
        sum += share;
    }
    return sum / (double)(bytes / BLOOM_BLOCK);
}

/* Fold to half: block i takes in blocks 2i and 2i + 1. */
static void bloom_fold(uint8_t *bits, size_t bytes)
{
    for (size_t i = 0; i < bytes / 2 / BLOOM_BLOCK; i++)
        for (size_t k = 0; k < BLOOM_BLOCK; k++)
            bits[i * BLOOM_BLOCK + k] = (uint8_t)(bits[2 * i * BLOOM_BLOCK + k] |
                                                  bits[(2 * i + 1) * BLOOM_BLOCK + k]);
}

inlay_status bloom_builder_write(struct bloom_builder *b, struct buf *out)
{
    struct meta_bloom_choice known = {.has = 1};
    struct meta_bloom_header h = {.has = 15, .algorithm = &known, .hash = &known, .compression = &known};
    size_t bytes = b->bytes;
    while (bytes > BLOOM_BLOCK && bloom_share(b, bytes, bytes / 2) <= b->fpp) {
        bloom_fold(b->bits, bytes);
        bytes /= 2;
    }
    h.bytes = (int32_t)bytes;
    thrift_write(out, &meta_bloom_header_table, &h);
    buf_append(out, b->bits, bytes);
    return out->status;
}

#endif
