/* A whole file: open, look at all metadata, read every column in both forms, seek about.
 *
 *   input = file; its first bytes are always taken for the magic number, its end stays as it is
 */
#include "inlay/inlay.h"
#include "input.h"

enum { FUZZ_LEAVES = 32, FUZZ_GROUPS = 4, FUZZ_BATCHES = 64 };

static void fuzz_touch(const inlay_node *leaf, const inlay_batch *batch)
{
    volatile uint8_t sink = 0; /* what was promised can be read */
    for (size_t i = 0; batch->def && i < batch->n_levels; i++)
        sink = (uint8_t)(sink + batch->def[i]);
    for (size_t i = 0; batch->rep && i < batch->n_levels; i++)
        sink = (uint8_t)(sink + batch->rep[i]);
    if (!batch->values)
        return;
    const uint8_t *bytes = batch->values;
    const inlay_bytes *v = batch->values;
    size_t width = inlay_node_width(leaf);
    for (size_t i = 0; i < batch->n_values * width; i++)
        sink = (uint8_t)(sink + bytes[i]);
    for (size_t i = 0; leaf->type == INLAY_BYTE_ARRAY && i < batch->n_values; i++)
        if (v[i].len)
            sink = (uint8_t)(sink + v[i].data[0] + v[i].data[v[i].len - 1]);
}

static void fuzz_column(inlay_reader *reader, uint32_t leaf, uint32_t flags)
{
    const inlay_node *node = inlay_schema_leaf(inlay_reader_schema(reader), leaf);
    inlay_column *column = NULL;
    inlay_batch batch;
    bool all = false;
    if (inlay_column_open(reader, leaf, flags, &column) != INLAY_OK)
        return;
    (void)!inlay_column_load_dictionary(column, &all);
    for (int i = 0; i < FUZZ_BATCHES && inlay_column_read(column, 0, &batch) == INLAY_OK; i++)
        fuzz_touch(node, &batch);
    int64_t rows = inlay_reader_rows(reader);
    if (inlay_column_seek(column, rows / 2) == INLAY_OK && inlay_column_read(column, 3, &batch) == INLAY_OK)
        fuzz_touch(node, &batch);
    inlay_column_park(column);
    (void)!inlay_column_read(column, 1, &batch);
    inlay_column_close(column);
}

static void fuzz_pages(inlay_env *env, inlay_reader *reader, uint32_t group, uint32_t leaf)
{
    inlay_chunk chunk;
    inlay_page_index *index = NULL;
    inlay_bloom *bloom = NULL;
    inlay_pages *pages = NULL;
    inlay_page page;
    inlay_bytes bytes;
    (void)!inlay_reader_chunk(reader, group, leaf, &chunk);
    if (inlay_reader_page_index(reader, group, leaf, &index) == INLAY_OK)
        inlay_page_index_close(env, index);
    if (inlay_bloom_open(reader, group, leaf, &bloom) == INLAY_OK)
        inlay_bloom_close(env, bloom);
    if (inlay_pages_open(reader, group, leaf, &pages) != INLAY_OK)
        return;
    for (int i = 0; i < FUZZ_BATCHES && inlay_pages_next(pages, &page) == INLAY_OK; i++)
        if (inlay_pages_header(pages, &bytes) != INLAY_OK || inlay_pages_body(pages, &bytes) != INLAY_OK)
            break;
    inlay_pages_close(pages);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    inlay_env env = {.limits = {.memory_bytes = 256u << 20}};
    inlay_reader *reader = NULL;
    inlay_arrow_schema *arrow = NULL;
    uint8_t *file = fuzz_copy(data, size);
    if (!file || size < 12) {
        free(file);
        return 0;
    }
    memcpy(file, "PAR1", 4);
    inlay_source source = inlay_source_memory(file, size);
    const inlay_read_options options = {.no_crc = size % 4 != 0}; /* few bodies survive with theirs */
    if (size & 1)
        source.view = NULL;
    if (inlay_reader_open(&env, &source, &options, &reader) == INLAY_OK) {
        uint32_t leaves = inlay_schema_leaves(inlay_reader_schema(reader));
        if (inlay_arrow_schema_open(&env, reader, &arrow) == INLAY_OK)
            inlay_arrow_schema_close(arrow);
        for (uint32_t leaf = 0; leaf < leaves && leaf < FUZZ_LEAVES; leaf++) {
            for (uint32_t g = 0; g < inlay_reader_row_groups(reader) && g < FUZZ_GROUPS; g++)
                fuzz_pages(&env, reader, g, leaf);
            fuzz_column(reader, leaf, 0);
            fuzz_column(reader, leaf, INLAY_COLUMN_CODES);
        }
    }
    inlay_reader_close(reader);
    free(file);
    FUZZ_FACT(env.used_bytes == 0);
    return 0;
}
