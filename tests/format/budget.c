/* Facts about row and byte budgets: what a file states is refused before it is decoded. */
#include "format/file.h"

static inlay_status budget_read(inlay_env *env, const inlay_memory_sink *memory)
{
    inlay_source source = inlay_source_memory(memory->data, memory->bytes);
    inlay_reader *reader = NULL;
    inlay_column *column = NULL;
    inlay_batch batch;
    CHECK_INT(inlay_reader_open(env, &source, NULL, &reader), INLAY_OK);
    CHECK_INT(inlay_column_open(reader, 0, 0, &column), INLAY_OK);
    inlay_status status;
    do {
        status = inlay_column_read(column, 0, &batch);
    } while (status == INLAY_OK);
    inlay_column_close(column);
    inlay_reader_close(reader);
    return status;
}

/* One INT64 column, `rows` times the same number, in one row group and one page. */
static void budget_same(inlay_env *env, inlay_memory_sink *memory, uint64_t rows)
{
    inlay_sink sink = inlay_sink_memory(memory, env);
    inlay_write_options o = {.page_rows = SIZE_MAX, .page_bytes = SIZE_MAX};
    inlay_node node = {.name = {(const uint8_t *)"x", 1}, .type = INLAY_INT64};
    inlay_schema *schema = NULL;
    inlay_writer *writer = NULL;
    int64_t seven = 7;
    CHECK_INT(inlay_schema_new(env, &schema), INLAY_OK);
    CHECK_INT(inlay_schema_add(schema, 0, &node, NULL), INLAY_OK);
    CHECK_INT(inlay_writer_open(env, &sink, schema, &o, &writer), INLAY_OK);
    for (uint64_t i = 0; i < rows; i += 1 << 20)
        CHECK_INT(inlay_writer_repeat(writer, 0, 1 << 20, &seven), INLAY_OK);
    CHECK_INT(inlay_writer_finish(writer), INLAY_OK);
    inlay_writer_close(writer);
    inlay_schema_close(schema);
}

static void budget_small(void)
{
    inlay_env *env = test_env();
    inlay_memory_sink memory;
    budget_same(env, &memory, 1 << 20);
    CHECK_INT(budget_read(env, &memory), INLAY_END);
    env->limits.decoded_bytes = 8 << 20;
    CHECK_INT(budget_read(env, &memory), INLAY_END);
    env->limits.decoded_bytes = (8 << 20) - 1;
    CHECK_INT(budget_read(env, &memory), INLAY_LIMIT);
    CHECK(strstr(env->error.what, "larger than limits") != NULL);
    env->limits.decoded_bytes = 0;
    env->limits.rows = (1 << 20) - 1;
    CHECK_INT(budget_read(env, &memory), INLAY_LIMIT);
    CHECK(strstr(env->error.what, "more rows") != NULL);
    inlay_sink_memory_free(&memory);
}

static void budget_bomb(void)
{
    inlay_env *env = test_env();
    inlay_memory_sink memory;
    budget_same(env, &memory, (uint64_t)160 << 20); /* 1.25 GiB of values */
    CHECK(memory.bytes < 8192);
    CHECK_INT(budget_read(env, &memory), INLAY_LIMIT);
    CHECK(strstr(env->error.what, "bomb") != NULL);
    env->limits.chunk_ratio = UINT64_MAX;
    CHECK_INT(budget_read(env, &memory), INLAY_END);
    inlay_sink_memory_free(&memory);
}

TEST_SUITE(format_budget) = {
    {"budget: rows and bytes of values as the limits say", budget_small},
    {"budget: a gigabyte of one value in a hundred bytes is refused unless allowed", budget_bomb},
    {0}};
