/* Bloom filters, read: split blocks of 256 bits, eight 32-bit words each.
 *
 *   BloomFilterHeader (Thrift) | bitset: blocks of 32 bytes
 *   block = ((hash >> 32) * blocks) >> 32;  word i has bit ((low 32 bits * salt[i]) >> 27) set
 *
 * Source: parquet-format BloomFilter.md.
 */
#include "inlay/inspect.h"

#include <string.h>

#include "base/hash.h"
#include "base/io.h"
#include "format/bloom.h"
#include "format/reader.h"
#include "format/type.h"

enum { BLOOM_HEADER_MOST = 1024 };

static const uint32_t bloom_salt[8] = {0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d,
                                       0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31};

struct inlay_bloom {
    struct buf buffer;
    const uint8_t *bits; /* `buffer`, or a view of the source */
    uint64_t bytes;      /* a multiple of BLOOM_BLOCK, at least one */
    size_t header_bytes;
};

static bool bloom_known(const struct meta_bloom_choice *choice)
{
    return choice && META_HAS(choice, 0);
}

static inlay_status bloom_read(inlay_bloom *b, inlay_reader *r, uint64_t at)
{
    struct meta_bloom_header h;
    struct mem_pool pool;
    const uint8_t *data = NULL;
    size_t used = 0, left;
    if (at < 4 || at >= r->footer.at)
        return err_set_at(r->env, INLAY_CORRUPT, ERR("the bloom filter lies outside the file's data"), at);
    left = r->footer.at - at < BLOOM_HEADER_MOST ? (size_t)(r->footer.at - at) : BLOOM_HEADER_MOST;
    TRY(io_read(r->env, &r->source, at, left, &b->buffer, &data));
    mem_pool_init(&pool, r->env);
    inlay_status status = meta_read(r->env, &pool, &meta_bloom_header_table, data, left, at, &h, &used);
    bool known = status == INLAY_OK && bloom_known(h.algorithm) && bloom_known(h.hash) &&
                 bloom_known(h.compression);
    mem_pool_free(&pool);
    TRY(status);
    if (!known)
        return err_set_at(r->env, INLAY_UNSUPPORTED, ERR("a bloom filter of an unknown kind"), at);
    if (h.bytes < BLOOM_BLOCK || h.bytes % BLOOM_BLOCK || (uint64_t)h.bytes > r->footer.at - at - used)
        return err_set_at(r->env, INLAY_CORRUPT, ERR("bloom filter of an impossible size"), at);
    if (h.bytes > BLOOM_BYTES_MOST)
        return err_set_at(r->env, INLAY_LIMIT, ERR("bloom filter larger than 128 MiB"), at);
    b->bytes = (uint64_t)h.bytes;
    b->header_bytes = used;
    return io_read(r->env, &r->source, at + used, (size_t)h.bytes, &b->buffer, &b->bits);
}

inlay_status inlay_bloom_open(inlay_reader *reader, uint32_t row_group, uint32_t leaf,
                              inlay_bloom **bloom)
{
    void *block = NULL;
    inlay_chunk chunk;
    *bloom = NULL;
    TRY(inlay_reader_chunk(reader, row_group, leaf, &chunk));
    if (chunk.bloom_at < 0)
        return INLAY_END;
    TRY(mem_new(reader->env, sizeof **bloom, &block));
    inlay_bloom *b = block;
    buf_init(&b->buffer, reader->env);
    inlay_status status = bloom_read(b, reader, (uint64_t)chunk.bloom_at);
    if (status != INLAY_OK) {
        inlay_error error = reader->env->error;
        inlay_bloom_close(reader->env, b);
        reader->env->error = error;
        reader->env->error.row_group = (int32_t)row_group;
        schema_error_column(reader->env, reader->schema, leaf);
        return status;
    }
    *bloom = b;
    return INLAY_OK;
}

void inlay_bloom_close(inlay_env *env, inlay_bloom *bloom)
{
    if (!bloom)
        return;
    buf_free(&bloom->buffer);
    mem_free(env, bloom, sizeof *bloom);
}

uint64_t inlay_bloom_bytes(const inlay_bloom *bloom)
{
    return bloom->bytes;
}

uint64_t bloom_stored_bytes(const inlay_bloom *bloom)
{
    return bloom->header_bytes + bloom->bytes;
}

uint32_t bloom_bit(uint64_t hash, int i)
{
    return (uint32_t)hash * bloom_salt[i] >> 27;
}

uint64_t bloom_block(uint64_t hash, uint64_t blocks)
{
    return ((hash >> 32) * blocks) >> 32;
}

uint64_t bloom_hash(const inlay_node *leaf, const void *value)
{
    uint8_t plain[8];
    size_t width = inlay_node_width(leaf);
    if (leaf->type == INLAY_BYTE_ARRAY) {
        const inlay_bytes *b = value;
        return hash_xxh64(b->data, b->len, 0);
    }
    if (leaf->type == INLAY_INT32 || leaf->type == INLAY_FLOAT) {
        uint32_t v;
        memcpy(&v, value, sizeof v);
        store_le32(plain, v);
        value = plain;
    } else if (leaf->type == INLAY_INT64 || leaf->type == INLAY_DOUBLE) {
        uint64_t v;
        memcpy(&v, value, sizeof v);
        store_le64(plain, v);
        value = plain;
    }
    return hash_xxh64(value, width, 0);
}

bool inlay_bloom_may_hold(const inlay_bloom *bloom, const inlay_node *leaf, const void *value)
{
    uint64_t h = bloom_hash(leaf, value);
    const uint8_t *words = bloom->bits + bloom_block(h, bloom->bytes / BLOOM_BLOCK) * BLOOM_BLOCK;
    for (int i = 0; i < 8; i++)
        if (!(load_le32(words + 4 * i) >> bloom_bit(h, i) & 1))
            return false;
    return true;
}
