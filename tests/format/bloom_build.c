/* Facts about bloom filters as they are written. (Others' filters: tests/format/inspect.c.) */
#include "format/file.h"

static inlay_status bloom_file(inlay_env *env, inlay_memory_sink *memory, const inlay_column_options *columns,
                               size_t n, uint64_t rows, uint64_t distinct, uint32_t flags)
{
    inlay_sink sink = inlay_sink_memory(memory, env);
    inlay_write_options o = {.columns = columns, .n_columns = n, .flags = flags};
    return file_write(env, &sink, &o, rows, rows / 2, 100, distinct);
}

static inlay_reader *bloom_reader(inlay_env *env, const inlay_memory_sink *memory)
{
    inlay_source source = inlay_source_memory(memory->data, memory->bytes);
    inlay_reader *reader = NULL;
    CHECK_INT(inlay_reader_open(env, &source, NULL, &reader), INLAY_OK);
    return reader;
}

/* How many of "text" from .. to the filter says it may hold. */
static int bloom_texts(const inlay_bloom *bloom, const inlay_node *leaf, int from, int to)
{
    int n = 0;
    for (int i = from; i < to; i++) {
        char text[24];
        inlay_bytes v = {(const uint8_t *)text, (size_t)snprintf(text, sizeof text, "text%d", i)};
        n += inlay_bloom_may_hold(bloom, leaf, &v);
    }
    return n;
}

static void bloom_members(void)
{
    for (uint32_t flags = 0; flags <= INLAY_WRITE_IN_ORDER; flags++) {
        inlay_env *env = test_env();
        inlay_memory_sink memory;
        inlay_column_options columns[] = {{.leaf = FILE_TEXT, .bloom_fpp = 0.01},
                                          {.leaf = FILE_ID, .bloom_fpp = 0.01}};
        inlay_bloom *bloom = NULL;
        CHECK_INT(bloom_file(env, &memory, columns, 2, 4000, 501, flags), INLAY_OK);
        inlay_reader *reader = bloom_reader(env, &memory);
        const inlay_schema *schema = inlay_reader_schema(reader);
        for (uint32_t group = 0; group < 2; group++) {
            CHECK_INT(inlay_bloom_open(reader, group, FILE_TEXT, &bloom), INLAY_OK);
            const inlay_node *leaf = inlay_schema_leaf(schema, FILE_TEXT);
            CHECK_INT(bloom_texts(bloom, leaf, 0, 501), 501);
            CHECK(bloom_texts(bloom, leaf, 501, 20501) < 400); /* 2 %, asked for 1 % */
            CHECK(inlay_bloom_bytes(bloom) <= 2048);
            inlay_bloom_close(env, bloom);
            CHECK_INT(inlay_bloom_open(reader, group, FILE_ID, &bloom), INLAY_OK);
            leaf = inlay_schema_leaf(schema, FILE_ID);
            int wrong = 0;
            for (int64_t id = 0; id < 12000; id++) { /* id = 3 row, 2,000 rows a group */
                bool there = id % 3 == 0 && id / 6000 == (int64_t)group;
                bool may = inlay_bloom_may_hold(bloom, leaf, &id);
                CHECK(may || !there);
                wrong += may && !there;
            }
            CHECK(wrong < 200);
            inlay_bloom_close(env, bloom);
        }
        CHECK_INT(inlay_bloom_open(reader, 0, FILE_X, &bloom), INLAY_END);
        inlay_reader_close(reader);
        inlay_sink_memory_free(&memory);
    }
}

static void bloom_small(void)
{
    inlay_env *env = test_env();
    inlay_memory_sink memory;
    inlay_column_options column = {.leaf = FILE_TEXT, .bloom_fpp = 0.01, .bloom_bytes = 64};
    inlay_bloom *bloom = NULL;
    CHECK_INT(bloom_file(env, &memory, &column, 1, 4000, 501, 0), INLAY_OK);
    inlay_reader *reader = bloom_reader(env, &memory);
    CHECK_INT(inlay_bloom_open(reader, 0, FILE_TEXT, &bloom), INLAY_OK);
    CHECK_INT(inlay_bloom_bytes(bloom), 64); /* too small for its values: all are said to be there */
    CHECK_INT(bloom_texts(bloom, inlay_schema_leaf(inlay_reader_schema(reader), FILE_TEXT), 0, 501), 501);
    inlay_bloom_close(env, bloom);
    inlay_reader_close(reader);
    inlay_sink_memory_free(&memory);
}

static void bloom_refused(void)
{
    inlay_env *env = test_env();
    inlay_memory_sink memory;
    static const double wrong[] = {-0.1, 1, 2};
    for (size_t i = 0; i < 3; i++) {
        inlay_column_options column = {.leaf = FILE_ID, .bloom_fpp = wrong[i]};
        CHECK_INT(bloom_file(env, &memory, &column, 1, 10, 5, 0), INLAY_ARG);
        inlay_sink_memory_free(&memory);
    }
}

TEST_SUITE(format_bloom_build) = {
    {"bloom: every value is held, few others are, and the filter is as small as that allows", bloom_members},
    {"bloom: a filter held small by its owner", bloom_small},
    {"bloom: shares that are none", bloom_refused},
    {0}};
