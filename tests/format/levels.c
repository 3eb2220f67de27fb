/* Facts about levels, and about reading rows of repeated columns to their end. */
#include "format/levels.h"

#include "test.h"

static void equal_levels_are_counted(void)
{
    uint8_t levels[100];
    for (int round = 0; round < 200; round++) {
        size_t n = test_random_below(101), want = 0;
        unsigned step = round % 2 ? 1 : 85; /* 0 1 2 3, or 0 85 170 255 */
        uint8_t level = (uint8_t)(test_random_below(4) * step);
        for (size_t i = 0; i < n; i++) {
            levels[i] = (uint8_t)(test_random_below(4) * step);
            want += levels[i] == level;
        }
        CHECK_INT(levels_equal(levels, n, level), want);
    }
}

static void levels_are_tallied_and_kept_within(void)
{
    uint8_t levels[100];
    for (unsigned max = 0; max <= 255; max++)
        for (size_t n = 0; n < 40; n += 1 + n / 3) {
            int64_t counts[256] = {0}, want[256] = {0};
            for (size_t i = 0; i < n; i++) {
                levels[i] = (uint8_t)test_random_below(max + 1);
                want[levels[i]]++;
            }
            CHECK(levels_within(levels, n, (uint8_t)max));
            levels_tally(levels, n, (uint8_t)max, counts);
            CHECK_BYTES(counts, sizeof counts, want, sizeof want);
            if (n == 0 || max == 255)
                continue;
            levels[test_random_below(n)] = (uint8_t)(max + 1 + test_random_below(255 - max));
            CHECK(!levels_within(levels, n, (uint8_t)max));
        }
}

/* Width 2 holds 3, which is above a maximum of 2; a maximum of 3 allows it. */
static void levels_above_the_maximum_fail(void)
{
    static const uint8_t group[] = {3, 0xE4, 0x1B}; /* 0 1 2 3 3 2 1 0 */
    uint8_t out[8];
    struct levels l;
    levels_open(&l, 3, ENCODING_RLE, group, sizeof group, 8);
    CHECK(levels_read(&l, out, 8));
    CHECK_INT(out[3], 3);
    levels_open(&l, 2, ENCODING_RLE, group, sizeof group, 8);
    CHECK(!levels_read(&l, out, 8));
}

/* ---- the rest of a row ---- */

enum { LEVELS_LONG = 40000 };

/* Row groups of: a row of 40,000 elements, a row of one. */
static void levels_long_rows(inlay_memory_sink *memory)
{
    static uint8_t def[LEVELS_LONG], rep[LEVELS_LONG];
    static int32_t v[LEVELS_LONG];
    inlay_sink sink = inlay_sink_memory(memory, test_env());
    inlay_schema *schema = NULL;
    inlay_writer *w = NULL;
    inlay_node node = {.name = {(const uint8_t *)"r", 1}, .type = INLAY_INT32, .repetition = INLAY_REPEATED};
    inlay_batch b = {.n_levels = LEVELS_LONG, .n_values = LEVELS_LONG, .def = def, .rep = rep, .values = v};
    memset(def, 1, sizeof def);
    memset(rep, 1, sizeof rep);
    rep[0] = 0;
    CHECK_INT(inlay_schema_new(test_env(), &schema), INLAY_OK);
    CHECK_INT(inlay_schema_add(schema, 0, &node, NULL), INLAY_OK);
    CHECK_INT(inlay_writer_open(test_env(), &sink, schema, NULL, &w), INLAY_OK);
    for (int group = 0; group < 2; group++) {
        b.n_levels = b.n_values = LEVELS_LONG;
        CHECK_INT(inlay_writer_write(w, 0, &b), INLAY_OK);
        b.n_levels = b.n_values = 1;
        CHECK_INT(inlay_writer_write(w, 0, &b), INLAY_OK);
        CHECK_INT(inlay_writer_end_row_group(w), INLAY_OK);
    }
    CHECK_INT(inlay_writer_finish(w), INLAY_OK);
    inlay_writer_close(w);
    inlay_schema_close(schema);
}

static void the_rest_of_a_row_ends_before_the_next(void)
{
    inlay_memory_sink memory;
    inlay_reader *reader = NULL;
    inlay_column *column = NULL;
    inlay_batch b;
    levels_long_rows(&memory);
    inlay_source source = inlay_source_memory(memory.data, memory.bytes);
    CHECK_INT(inlay_reader_open(test_env(), &source, NULL, &reader), INLAY_OK);
    CHECK_INT(inlay_column_open(reader, 0, 0, &column), INLAY_OK);
    CHECK_INT(inlay_column_read_rest(column, &b), INLAY_END); /* no row was begun */
    for (uint32_t group = 0; group < 2; group++) {
        size_t levels = 0;
        CHECK_INT(inlay_column_read(column, 1, &b), INLAY_OK);
        CHECK_INT(b.n_rows, 1);
        for (levels = b.n_levels; inlay_column_read_rest(column, &b) == INLAY_OK; levels += b.n_levels)
            CHECK_INT(b.n_rows, 0);
        CHECK_INT(levels, LEVELS_LONG);
        CHECK_INT(inlay_column_read_rest(column, &b), INLAY_END);
        inlay_column_park(column); /* at a row's beginning */
        CHECK_INT(inlay_column_read_rest(column, &b), INLAY_END);
        CHECK_INT(inlay_column_read(column, 0, &b), INLAY_OK);
        CHECK_INT(b.n_rows, 1);
        CHECK_INT(b.n_levels, 1);
        CHECK_INT(inlay_column_row_group(column), group);
        CHECK_INT(inlay_column_read_rest(column, &b), INLAY_END); /* the row group ends */
    }
    CHECK_INT(inlay_column_read(column, 0, &b), INLAY_END);
    inlay_column_close(column);
    inlay_reader_close(reader);
    inlay_sink_memory_free(&memory);
}

TEST_SUITE(format_levels) = {
    {"levels: equal ones are counted, at any length", equal_levels_are_counted},
    {"levels: tallied, and one above the maximum found at any place", levels_are_tallied_and_kept_within},
    {"levels: one above the maximum fails", levels_above_the_maximum_fail},
    {"reader: the rest of a row ends before the next row and the next row group",
     the_rest_of_a_row_ends_before_the_next},
    {0}};
