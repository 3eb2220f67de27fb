/* Bloom filters being built: split blocks of 256 bits, eight 32-bit words each (see bloom.c).
 *
 * A filter begins at its largest size and is folded when its chunk ends: a block's number is the upper part of
 * the hash times the number of blocks, so that halving the filter is OR-ing neighbours. It is folded as long as
 * the share of false positives, counted from its bits, stays at what was asked for. So the number of distinct values
 * need not be known before, and memory is the largest size.
 */
#ifndef INLAY_FORMAT_BLOOM_H
#define INLAY_FORMAT_BLOOM_H

#include "inlay/schema.h"

#include "base/buf.h"

enum { BLOOM_BLOCK = 32, BLOOM_BYTES_MOST = 128 << 20 };

/* Bit of `hash` in word i (0..7) of its block; number of its block. */
uint32_t bloom_bit(uint64_t hash, int i);
uint64_t bloom_block(uint64_t hash, uint64_t blocks);
/* Header and bitset as they stand in the file. */
struct inlay_bloom;
uint64_t bloom_stored_bytes(const struct inlay_bloom *bloom);
/* XXH64 of a value's PLAIN bytes, without the length of a BYTE_ARRAY. */
uint64_t bloom_hash(const inlay_node *leaf, const void *value);

struct bloom_builder {
    inlay_env *env;
    uint8_t *bits;
    size_t bytes; /* a power of two; 0 = no filter is wanted */
    double fpp;
    bool any;     /* a value was added */
};

/* `most_bytes` is rounded up to a power of two of at least one block. */
INLAY_CHECKED inlay_status bloom_builder_init(struct bloom_builder *b, inlay_env *env, double fpp,
                                              size_t most_bytes);
void bloom_builder_free(struct bloom_builder *b);
void bloom_builder_clear(struct bloom_builder *b);
void bloom_builder_add(struct bloom_builder *b, const inlay_node *leaf, const void *values, size_t n);
/* Append header and folded bitset. */
INLAY_CHECKED inlay_status bloom_builder_write(struct bloom_builder *b, struct buf *out);

#endif
