/* Facts about choosing encodings by trying. */
#include "format/file.h"

#include "base/buf.h"
#include "format/choose.h"

enum { CHOOSE_PAGE = 20000, CHOOSE_VALUES = 5000 };

static int choose_of(const char *profile, uint8_t type, uint32_t width, const void *values, const uint32_t *codes,
                     const void *entries, size_t n_entries, bool *dictionary)
{
    inlay_env *env = test_env();
    const struct codec *parsed = NULL;
    const struct encoding *encoding = NULL;
    const char *what = NULL;
    struct codec_context codec = {0};
    struct buf encoded, packed;
    int level = 0;
    struct choose_page page = {.values = values, .n = CHOOSE_VALUES, .type = type, .width = width, .codes = codes,
                               .entries = entries, .n_entries = n_entries};
    const struct choose_row *row = choose_profile(profile);
    CHECK(row != NULL);
    CHECK_INT(codec_parse("snappy", &parsed, &level, &what), INLAY_OK);
    CHECK_INT(codec_open_compress(&codec, env, parsed, level), INLAY_OK);
    buf_init(&encoded, env);
    buf_init(&packed, env);
    CHECK_INT(choose_encoding(&page, row->encodings, &codec, &encoded, &packed, &encoding, dictionary), INLAY_OK);
    buf_free(&encoded);
    buf_free(&packed);
    codec_close(&codec);
    return encoding->id;
}

static void choose_numbers(void)
{
    static int64_t rising[CHOOSE_VALUES], noise[CHOOSE_VALUES];
    static double smooth[CHOOSE_VALUES];
    bool dictionary = true;
    for (int i = 0; i < CHOOSE_VALUES; i++) {
        rising[i] = 1700000000000000000 + (int64_t)i * 1000000007;
        noise[i] = (int64_t)test_random();
        smooth[i] = 20 + (double)(i % 977) / 977;
    }
    CHECK_INT(choose_of("balanced", INLAY_INT64, 8, rising, NULL, NULL, 0, &dictionary), ENCODING_DELTA_BINARY_PACKED);
    CHECK(!dictionary);
    CHECK_INT(choose_of("compat", INLAY_INT64, 8, rising, NULL, NULL, 0, &dictionary), ENCODING_PLAIN);
    CHECK_INT(choose_of("smallest", INLAY_DOUBLE, 8, smooth, NULL, NULL, 0, &dictionary), ENCODING_BYTE_STREAM_SPLIT);
    CHECK_INT(choose_of("smallest", INLAY_INT64, 8, noise, NULL, NULL, 0, &dictionary), ENCODING_PLAIN);
}

static void choose_strings(void)
{
    static inlay_bytes few[CHOOSE_VALUES], paths[CHOOSE_VALUES];
    static char text[CHOOSE_VALUES][48];
    static uint32_t codes[CHOOSE_VALUES];
    inlay_bytes entries[] = {{(const uint8_t *)"alpha", 5}, {(const uint8_t *)"beta", 4}};
    bool dictionary = false;
    for (int i = 0; i < CHOOSE_VALUES; i++) {
        codes[i] = (uint32_t)(i * 7919 % 13 > 5);
        few[i] = entries[codes[i]];
        paths[i] = (inlay_bytes){(const uint8_t *)text[i],
                                 (size_t)snprintf(text[i], sizeof text[i], "/var/lib/metrics/host-17/cpu/%08d", i)};
    }
    (void)choose_of("smallest", INLAY_BYTE_ARRAY, sizeof(inlay_bytes), few, codes, entries, 2, &dictionary);
    CHECK(dictionary);
    CHECK_INT(choose_of("smallest", INLAY_BYTE_ARRAY, sizeof(inlay_bytes), paths, NULL, NULL, 0, &dictionary),
              ENCODING_DELTA_BYTE_ARRAY);
    CHECK(choose_of("balanced", INLAY_BYTE_ARRAY, sizeof(inlay_bytes), paths, NULL, NULL, 0, &dictionary) !=
          ENCODING_DELTA_BYTE_ARRAY); /* sequential: not for everybody */
}

/* Does a column chunk whose first page is this one go on with codes? */
static bool choose_goes_on(const int64_t *values, uint64_t limit, bool last)
{
    static uint32_t codes[CHOOSE_PAGE];
    inlay_env *env = test_env();
    const struct codec *parsed = NULL;
    const char *what = NULL;
    struct codec_context codec = {0};
    struct dict_builder *b = NULL;
    struct buf encoded, packed;
    size_t done = 0;
    int level = 0;
    bool pays = false;
    CHECK_INT(dict_builder_new(env, INLAY_INT64, 8, &b), INLAY_OK);
    CHECK_INT(dict_builder_add(b, values, CHOOSE_PAGE, SIZE_MAX, codes, &done), INLAY_OK);
    struct choose_page page = {.values = values, .n = CHOOSE_PAGE, .type = INLAY_INT64, .width = 8, .codes = codes,
                               .entries = dict_builder_values(b), .n_entries = dict_builder_count(b),
                               .plain_bytes = 8 * CHOOSE_PAGE, .entry_bytes = dict_builder_plain_bytes(b)};
    enum choose_verdict verdict = choose_glance(&page, limit, last);
    CHECK_INT(codec_parse("snappy", &parsed, &level, &what), INLAY_OK);
    CHECK_INT(codec_open_compress(&codec, env, parsed, level), INLAY_OK);
    buf_init(&encoded, env);
    buf_init(&packed, env);
    if (verdict == CHOOSE_WEIGH)
        CHECK_INT(choose_weigh(&page, limit, last, &codec, &encoded, &packed, &pays), INLAY_OK);
    buf_free(&encoded);
    buf_free(&packed);
    codec_close(&codec);
    dict_builder_free(b);
    return verdict == CHOOSE_CODES || pays;
}

static void choose_goes_on_where_values_come_back(void)
{
    enum { MIB = 1 << 20 };
    static int64_t few[CHOOSE_PAGE], drawn[CHOOSE_PAGE], keys[CHOOSE_PAGE], noise[CHOOSE_PAGE], blocks[CHOOSE_PAGE];
    for (int i = 0; i < CHOOSE_PAGE; i++) {
        few[i] = (int64_t)test_random_below(300) << 40;
        drawn[i] = (int64_t)test_random_below(200000);
        keys[i] = 1000000 + i / 3; /* each three times, and then no more */
        noise[i] = (int64_t)test_random();
        blocks[i] = i / 1000 % 2 ? 5 : (int64_t)test_random(); /* half of them come once */
    }
    CHECK(choose_goes_on(few, MIB, false));
    CHECK(choose_goes_on(few, MIB, true));
    CHECK(choose_goes_on(drawn, 2 * MIB, false)); /* 200,000 of 8 bytes: 1.6 MB */
    CHECK(!choose_goes_on(drawn, MIB, false));    /* too many for the dictionary */
    CHECK(!choose_goes_on(drawn, 2 * MIB, true)); /* most have come once, and no more come */
    CHECK(!choose_goes_on(keys, MIB, false));
    CHECK(!choose_goes_on(noise, MIB, false));
    CHECK(!choose_goes_on(blocks, 16 * MIB, false));
}

static void choose_names(void)
{
    inlay_env *env = test_env();
    inlay_memory_sink memory;
    inlay_sink sink = inlay_sink_memory(&memory, env);
    inlay_write_options o = {.profile = "tiny"};
    CHECK_INT(file_write(env, &sink, &o, 10, 10, 5, 7), INLAY_ARG);
    CHECK(strstr(env->error.what, "unknown profile") != NULL);
    CHECK(choose_profile("small") == NULL && choose_profile("") == NULL);
    inlay_sink_memory_free(&memory);
}

/* What a profile writes is read back, in every row group, by every page version. */
static void choose_files(void)
{
    static const char *const profiles[] = {"compat", "balanced", "smallest", "newest"};
    for (int p = 0; p < 4; p++)
        for (uint32_t flags = 0; flags <= INLAY_WRITE_IN_ORDER; flags++) {
            inlay_env *env = test_env();
            inlay_memory_sink memory;
            inlay_sink sink = inlay_sink_memory(&memory, env);
            inlay_write_options o = {.profile = profiles[p], .page_rows = 500, .flags = flags};
            CHECK_INT(file_write(env, &sink, &o, 3000, 1500, 100, p % 2 ? 5000 : 7), INLAY_OK);
            inlay_source source = inlay_source_memory(memory.data, memory.bytes);
            inlay_reader *reader = NULL;
            CHECK_INT(inlay_reader_open(env, &source, NULL, &reader), INLAY_OK);
            for (uint32_t leaf = 0; leaf < FILE_LEAVES; leaf++) {
                inlay_column *column = NULL;
                CHECK_INT(inlay_column_open(reader, leaf, 0, &column), INLAY_OK);
                CHECK_INT(file_check(column, leaf, 0, p % 2 ? 5000 : 7, 300), 3000);
                inlay_column_close(column);
            }
            inlay_reader_close(reader);
            inlay_sink_memory_free(&memory);
        }
}

/* The choice is made on the first page with values; pages of nulls that went out before are PLAIN, and listed so. */
static void choose_after_nulls(void)
{
    inlay_env *env = test_env();
    inlay_schema *schema = NULL;
    inlay_writer *writer = NULL;
    inlay_reader *reader = NULL;
    inlay_memory_sink memory;
    inlay_chunk chunk;
    inlay_sink sink = inlay_sink_memory(&memory, env);
    inlay_node x = {.name = {(const uint8_t *)"x", 1}, .type = INLAY_INT64, .repetition = INLAY_OPTIONAL};
    inlay_write_options o = {.profile = "balanced", .page_rows = 500, .flags = INLAY_WRITE_IN_ORDER};
    static int64_t rising[CHOOSE_VALUES];
    for (int i = 0; i < CHOOSE_VALUES; i++)
        rising[i] = 1700000000000000000 + (int64_t)i * 1000000007;
    inlay_batch batch = {.n_levels = CHOOSE_VALUES, .n_values = CHOOSE_VALUES, .values = rising};
    CHECK_INT(inlay_schema_new(env, &schema), INLAY_OK);
    CHECK_INT(inlay_schema_add(schema, 0, &x, &(uint32_t){0}), INLAY_OK);
    CHECK_INT(inlay_writer_open(env, &sink, schema, &o, &writer), INLAY_OK);
    CHECK_INT(inlay_writer_repeat(writer, 0, 500, NULL), INLAY_OK);
    CHECK_INT(inlay_writer_write(writer, 0, &batch), INLAY_OK);
    CHECK_INT(inlay_writer_end_column(writer, 0), INLAY_OK);
    CHECK_INT(inlay_writer_finish(writer), INLAY_OK);
    inlay_source source = inlay_source_memory(memory.data, memory.bytes);
    CHECK_INT(inlay_reader_open(env, &source, NULL, &reader), INLAY_OK);
    CHECK_INT(inlay_reader_chunk(reader, 0, 0, &chunk), INLAY_OK);
    CHECK_INT(chunk.encodings, 1 << ENCODING_PLAIN | 1 << ENCODING_RLE | 1 << ENCODING_DELTA_BINARY_PACKED);
    inlay_reader_close(reader);
    inlay_writer_close(writer);
    inlay_schema_close(schema);
    inlay_sink_memory_free(&memory);
}

TEST_SUITE(format_choose) = {
    {"choose: rising integers, smooth doubles, noise", choose_numbers},
    {"choose: few strings by code, paths by their prefixes", choose_strings},
    {"choose: codes go on where values come back", choose_goes_on_where_values_come_back},
    {"choose: profiles by name", choose_names},
    {"choose: a page of nulls before the choice is listed as it is", choose_after_nulls},
    {"choose: what every profile writes is read back", choose_files},
    {0}};
