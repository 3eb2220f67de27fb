/* One Thrift struct: the last byte chooses which of parquet.thrift. What is read must come back from its own
 * bytes unchanged, and passing over a struct ends where reading it does.
 *
 *   input = struct | u8 table
 */
#include "format/meta.h"
#include "input.h"

static const struct thrift_table *const fuzz_tables[] = {
    &meta_file_table,         &meta_row_group_table,    &meta_chunk_table,       &meta_page_header_table,
    &meta_offset_index_table, &meta_column_index_table, &meta_bloom_header_table};

static const struct thrift_limits fuzz_limits = {.elements = 10000, .bytes = 1 << 20, .depth = 32};

/* Read, write, read, write: the two outputs are equal. */
static void fuzz_again(inlay_env *env, const struct thrift_table *table, const void *record)
{
    struct buf first, second;
    struct mem_pool pool;
    void *again = calloc(1, table->bytes);
    buf_init(&first, env);
    buf_init(&second, env);
    mem_pool_init(&pool, env);
    thrift_write(&first, table, record);
    if (again && first.status == INLAY_OK) {
        struct cursor in = cursor_over(first.data, first.bytes);
        FUZZ_FACT(thrift_read(&in, table, &fuzz_limits, &pool, again) == INLAY_OK);
        FUZZ_FACT(cursor_left(&in) == 0);
        thrift_write(&second, table, again);
        FUZZ_FACT(second.bytes == first.bytes && memcmp(first.data, second.data, first.bytes) == 0);
    }
    buf_free(&first);
    buf_free(&second);
    mem_pool_free(&pool);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    const struct thrift_table *table =
        fuzz_tables[fuzz_u8(&input) % (sizeof fuzz_tables / sizeof fuzz_tables[0])];
    inlay_env env = {.limits = {.memory_bytes = 64u << 20}};
    struct mem_pool pool;
    uint8_t *bytes = fuzz_copy(input.data, input.size);
    void *record = calloc(1, table->bytes);
    mem_pool_init(&pool, &env);
    if (bytes && record) {
        struct cursor in = cursor_over(bytes, input.size), pass = in;
        if (thrift_read(&in, table, &fuzz_limits, &pool, record) == INLAY_OK) {
            FUZZ_FACT(thrift_skip_struct(&pass, &fuzz_limits) == INLAY_OK && pass.at == in.at);
            fuzz_again(&env, table, record);
        }
    }
    mem_pool_free(&pool);
    free(record);
    free(bytes);
    FUZZ_FACT(env.used_bytes == 0);
    return 0;
}
