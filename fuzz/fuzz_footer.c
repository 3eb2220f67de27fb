/* A footer that always has its length and magic: schema, row groups, chunks, page indexes, bloom filters, page
 * headers, key-values, Arrow schema.
 *
 *   input = data pages and indexes | FileMetaData | u16 LE bytes of the first part
 */
#include "inlay/inlay.h"
#include "input.h"

enum { FUZZ_GROUPS = 4, FUZZ_LEAVES = 32, FUZZ_PAGES = 64 };

static void fuzz_bounds(const inlay_node *leaf, const inlay_statistics *s)
{
    inlay_value a, b;
    const void *min = s->has_min ? inlay_bound_value(leaf, s->min, &a) : NULL;
    const void *max = s->has_max ? inlay_bound_value(leaf, s->max, &b) : NULL;
    if (min && max) {
        FUZZ_FACT(inlay_value_compare(leaf, min, min) == 0);
        int order = inlay_value_compare(leaf, min, max), back = inlay_value_compare(leaf, max, min);
        FUZZ_FACT((order < 0) == (back > 0) && (order > 0) == (back < 0));
    }
}

static void fuzz_chunk(inlay_env *env, inlay_reader *reader, uint32_t group, uint32_t leaf)
{
    inlay_chunk chunk;
    inlay_chunk_details details;
    inlay_page_index *index = NULL;
    inlay_bloom *bloom = NULL;
    inlay_pages *pages = NULL;
    inlay_page page;
    inlay_key_value kv;
    const inlay_node *node = inlay_schema_leaf(inlay_reader_schema(reader), leaf);
    if (inlay_reader_chunk(reader, group, leaf, &chunk) != INLAY_OK)
        return;
    fuzz_bounds(node, &chunk.statistics);
    (void)!inlay_reader_chunk_key_value(reader, group, leaf, 0, &kv);
    (void)!inlay_reader_chunk_details(reader, group, leaf, &details);
    if (inlay_reader_page_index(reader, group, leaf, &index) == INLAY_OK)
        inlay_page_index_close(env, index);
    if (inlay_bloom_open(reader, group, leaf, &bloom) == INLAY_OK) {
        inlay_value value = {.bytes = {(const uint8_t *)"x", 1}};
        if (node->type != INLAY_FIXED_LEN_BYTE_ARRAY && node->type != INLAY_INT96)
            (void)inlay_bloom_may_hold(bloom, node, &value);
        inlay_bloom_close(env, bloom);
    }
    if (inlay_pages_open(reader, group, leaf, &pages) != INLAY_OK)
        return;
    for (int i = 0; i < FUZZ_PAGES && inlay_pages_next(pages, &page) == INLAY_OK; i++) {
        inlay_bytes body;
        if (page.has_statistics)
            fuzz_bounds(node, &page.statistics);
        if (inlay_pages_body(pages, &body) == INLAY_OK)
            (void)inlay_crc32(0, body.data, body.len);
    }
    inlay_pages_close(pages);
}

static void fuzz_metadata(inlay_env *env, inlay_reader *reader)
{
    inlay_arrow_schema *arrow = NULL;
    inlay_row_group group;
    inlay_sorting sorting;
    uint32_t leaves = inlay_schema_leaves(inlay_reader_schema(reader));
    if (inlay_arrow_schema_open(env, reader, &arrow) == INLAY_OK)
        inlay_arrow_schema_close(arrow);
    (void)inlay_reader_rows(reader);
    (void)inlay_reader_find_key(reader, "x");
    for (uint32_t g = 0; g < inlay_reader_row_groups(reader) && g < FUZZ_GROUPS; g++) {
        if (inlay_reader_row_group(reader, g, &group) != INLAY_OK)
            continue;
        for (uint32_t i = 0; i < group.n_sorting && i < FUZZ_LEAVES; i++)
            (void)!inlay_reader_sorting(reader, g, i, &sorting);
        for (uint32_t leaf = 0; leaf < leaves && leaf < FUZZ_LEAVES; leaf++)
            fuzz_chunk(env, reader, g, leaf);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    size_t first = fuzz_u16(&input);
    inlay_env env = {.limits = {.memory_bytes = 64u << 20}};
    inlay_reader *reader = NULL;
    if (first > input.size)
        first = input.size;
    size_t footer = input.size - first;
    uint8_t *file = malloc(input.size + 12);
    if (!file)
        return 0;
    memcpy(file, "PAR1", 4);
    if (input.size)
        memcpy(file + 4, input.data, input.size);
    store_le32(file + 4 + input.size, (uint32_t)footer);
    memcpy(file + 8 + input.size, "PAR1", 4);
    inlay_source source = inlay_source_memory(file, input.size + 12);
    if (inlay_reader_open(&env, &source, NULL, &reader) == INLAY_OK)
        fuzz_metadata(&env, reader);
    inlay_reader_close(reader);
    free(file);
    FUZZ_FACT(env.used_bytes == 0);
    return 0;
}
