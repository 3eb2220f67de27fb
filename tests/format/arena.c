/* Facts about writing over a fixed buffer: no malloc at all. */
#include "format/file.h"

enum {
    ARENA_BYTES = 64 * 1024,
    ARENA_COLUMNS = 8,
    ARENA_BATCH = 512,
    ARENA_GROUPS = 8,
    ARENA_GROUP = 400 * ARENA_BATCH /* rows */
};

struct arena_sink {
    uint64_t bytes;
    uint8_t head[4], tail[4];
};

static int arena_append(void *ctx, const void *data, size_t bytes)
{
    struct arena_sink *s = ctx;
    const uint8_t *p = data;
    for (size_t i = 0; i < bytes && s->bytes + i < 4; i++)
        s->head[s->bytes + i] = p[i];
    for (size_t i = bytes > 4 ? bytes - 4 : 0; i < bytes; i++) {
        memmove(s->tail, s->tail + 1, 3);
        s->tail[3] = p[i];
    }
    s->bytes += bytes;
    return 0;
}

static inlay_schema *arena_schema(inlay_env *env)
{
    inlay_schema *schema = NULL;
    char name[] = "c0";
    CHECK_INT(inlay_schema_new(env, &schema), INLAY_OK);
    for (int i = 0; i < ARENA_COLUMNS; i++, name[1]++) {
        inlay_node node = {.name = {(const uint8_t *)name, 2}, .type = i % 2 ? INLAY_DOUBLE : INLAY_INT64,
                           .repetition = i % 3 ? INLAY_REQUIRED : INLAY_OPTIONAL};
        CHECK_INT(inlay_schema_add(schema, 0, &node, NULL), INLAY_OK);
    }
    return schema;
}

/* A row group, column after column. */
static void arena_group(inlay_writer *w, uint64_t rows)
{
    static int64_t values[ARENA_BATCH];
    for (uint32_t leaf = 0; leaf < ARENA_COLUMNS; leaf++) {
        for (uint64_t row = 0; row < rows; row += ARENA_BATCH) {
            inlay_batch batch = {.n_levels = ARENA_BATCH, .n_values = ARENA_BATCH, .values = values};
            for (size_t i = 0; i < ARENA_BATCH; i++)
                values[i] = (int64_t)((row + i) * 0x9E3779B97F4A7C15u >> 2);
            CHECK_INT(inlay_writer_write(w, leaf, &batch), INLAY_OK);
        }
        CHECK_INT(inlay_writer_end_column(w, leaf), INLAY_OK);
    }
    CHECK_INT(inlay_writer_end_row_group(w), INLAY_OK);
}

static const inlay_write_options arena_options = {
    .codec = "none", .encoding = "plain", .page_bytes = 4096, .page_rows = 512,
    .flags = INLAY_WRITE_IN_ORDER | INLAY_WRITE_NO_PAGE_INDEX};

/* A hundred megabytes over a buffer of so many bytes; the peak. */
static uint64_t arena_file(uint8_t *buffer, size_t bytes)
{
    inlay_arena arena;
    inlay_env env = {.allocator = inlay_arena_allocator(&arena, buffer, bytes)};
    struct arena_sink out = {0};
    inlay_sink sink = {&out, arena_append};
    inlay_writer *w = NULL;
    inlay_schema *schema = arena_schema(&env);
    CHECK_INT(inlay_writer_open(&env, &sink, schema, &arena_options, &w), INLAY_OK);
    inlay_schema_close(schema);
    for (int group = 0; group < ARENA_GROUPS; group++)
        arena_group(w, ARENA_GROUP);
    CHECK_INT(inlay_writer_finish(w), INLAY_OK);
    CHECK_INT(inlay_writer_rows(w), ARENA_GROUPS * ARENA_GROUP);
    CHECK(out.bytes > 100u << 20 && out.bytes == inlay_writer_bytes(w));
    CHECK(memcmp(out.head, "PAR1", 4) == 0 && memcmp(out.tail, "PAR1", 4) == 0);
    inlay_writer_close(w);
    CHECK_INT(env.used_bytes, 0);
    printf("  peak %llu of %zu bytes for a file of %llu\n", (unsigned long long)env.peak_bytes, bytes,
           (unsigned long long)out.bytes);
    return env.peak_bytes;
}

static void arena_hundred_megabytes(void)
{
    static uint8_t buffer[ARENA_BYTES];
    arena_file(buffer, sizeof buffer);
}

static void arena_of_the_stated_size(void)
{
    static uint8_t buffer[ARENA_BYTES];
    inlay_env *env = test_env();
    inlay_writer_load load = {.rows = ARENA_GROUPS * ARENA_GROUP, .row_group_rows = ARENA_GROUP};
    uint64_t stated = 0;
    inlay_schema *schema = arena_schema(env);
    CHECK_INT(inlay_writer_memory(env, schema, &arena_options, &load, &stated), INLAY_OK);
    inlay_schema_close(schema);
    CHECK(stated < ARENA_BYTES);
    printf("  stated %llu\n", (unsigned long long)stated);
    CHECK(arena_file(buffer, (size_t)stated) <= stated);
}

TEST_SUITE(format_arena) = {
    {"arena: a hundred megabytes of eight columns through 64 KiB", arena_hundred_megabytes},
    {"arena: the file is written over a buffer of the size that is stated before", arena_of_the_stated_size},
    {0}};
