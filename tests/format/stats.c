/* Facts about bounds in the orders that came with format 2.13 and 2.14. */
#include <stdlib.h>

#include "inlay/inspect.h"

#include "format/file.h"

/* One column of n values, written by a profile, and what its chunk then says. */
struct stats_file {
    inlay_env *env;
    inlay_memory_sink memory;
    inlay_reader *reader;
    inlay_chunk chunk;
};

static int stats_no_findings(void *ctx, const inlay_finding *finding)
{
    (void)ctx;
    test_fail(__FILE__, __LINE__, "%s: %s", finding->rule, finding->what);
    return 0;
}

static void stats_write(struct stats_file *f, uint8_t type, const char *profile, const void *values, size_t n, size_t page)
{
    *f = (struct stats_file){.env = test_env()};
    inlay_sink sink = inlay_sink_memory(&f->memory, f->env);
    inlay_schema *schema = NULL;
    inlay_writer *w = NULL;
    inlay_node node = {.name = {(const uint8_t *)"v", 1}, .type = type, .repetition = INLAY_REQUIRED};
    inlay_write_options o = {.profile = profile, .page_rows = page, .flags = INLAY_WRITE_INT96};
    inlay_batch batch = {.n_levels = n, .n_values = n, .values = values};
    CHECK_INT(inlay_schema_new(f->env, &schema), INLAY_OK);
    CHECK_INT(inlay_schema_add(schema, 0, &node, NULL), INLAY_OK);
    CHECK_INT(inlay_writer_open(f->env, &sink, schema, &o, &w), INLAY_OK);
    CHECK_INT(inlay_writer_write(w, 0, &batch), INLAY_OK);
    CHECK_INT(inlay_writer_finish(w), INLAY_OK);
    inlay_writer_close(w);
    inlay_schema_close(schema);
    inlay_source source = inlay_source_memory(f->memory.data, f->memory.bytes);
    inlay_verify_options verify = {.deep = true, .finding = stats_no_findings};
    inlay_verify_counts counts;
    CHECK_INT(inlay_reader_open(f->env, &source, NULL, &f->reader), INLAY_OK);
    CHECK_INT(inlay_verify(f->env, f->reader, &verify, &counts), INLAY_OK);
    CHECK_INT(inlay_reader_chunk(f->reader, 0, 0, &f->chunk), INLAY_OK);
}

static void stats_bounds_are(struct stats_file *f, const void *min, const void *max, size_t bytes)
{
    CHECK(f->chunk.statistics.has_min && f->chunk.statistics.has_max);
    CHECK_BYTES(f->chunk.statistics.min.data, f->chunk.statistics.min.len, min, bytes);
    CHECK_BYTES(f->chunk.statistics.max.data, f->chunk.statistics.max.len, max, bytes);
}

static void stats_end(struct stats_file *f)
{
    inlay_reader_close(f->reader);
    inlay_sink_memory_free(&f->memory);
}

static void total_order(void)
{
    const double nan = strtod("nan", NULL), minus = -0.0, five = 5;
    const double values[] = {nan, five, 0.0, minus, nan};
    struct stats_file f;
    stats_write(&f, INLAY_DOUBLE, "newest", values, 5, 2);
    CHECK_INT(inlay_reader_order(f.reader, 0), INLAY_ORDER_IEEE_754);
    stats_bounds_are(&f, &minus, &five, 8);
    CHECK_INT(f.chunk.statistics.nan_count, 2);
    CHECK(f.chunk.column_index_at >= 0); /* the last page is only NaN, and has bounds all the same */
    stats_end(&f);
    const double zero = 0.0, zeros[] = {0.0, 0.0};
    stats_write(&f, INLAY_DOUBLE, "newest", zeros, 2, 2);
    stats_bounds_are(&f, &zero, &zero, 8); /* no -0.0 where there is none */
    stats_end(&f);
}

static void total_order_of_nans(void)
{
    static const uint32_t nans[] = {0x7FC00001, 0x7F800001, 0xFFC00000};
    struct stats_file f;
    stats_write(&f, INLAY_FLOAT, "newest", nans, 3, 2);
    stats_bounds_are(&f, &nans[2], &nans[0], 4); /* the negative one comes first of all */
    stats_end(&f);
    stats_write(&f, INLAY_FLOAT, "compat", nans, 3, 2);
    CHECK_INT(inlay_reader_order(f.reader, 0), INLAY_ORDER_TYPE);
    CHECK(!f.chunk.statistics.has_min);
    stats_end(&f);
}

static void int96_order(void)
{
    /* nanoseconds of the day, then the day: day 2 begins after the end of day 1 */
    static const uint8_t late[12] = {0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0}, next[12] = {0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0};
    uint8_t both[24];
    struct stats_file f;
    memcpy(both, next, 12);
    memcpy(both + 12, late, 12);
    stats_write(&f, INLAY_INT96, "newest", both, 2, 2);
    CHECK_INT(inlay_reader_order(f.reader, 0), INLAY_ORDER_INT96);
    stats_bounds_are(&f, late, next, 12);
    stats_end(&f);
    stats_write(&f, INLAY_INT96, "compat", both, 2, 2);
    CHECK(!f.chunk.statistics.has_min);
    stats_end(&f);
}

static void int96_on_request(void)
{
    inlay_memory_sink memory = {0};
    inlay_sink sink = inlay_sink_memory(&memory, test_env());
    inlay_node node = {.name = {(const uint8_t *)"t", 1}, .type = INLAY_INT96, .repetition = INLAY_REQUIRED};
    inlay_schema *schema = NULL;
    inlay_writer *w = NULL;
    CHECK_INT(inlay_schema_new(test_env(), &schema), INLAY_OK);
    CHECK_INT(inlay_schema_add(schema, 0, &node, NULL), INLAY_OK);
    CHECK_INT(inlay_writer_open(test_env(), &sink, schema, NULL, &w), INLAY_ARG);
    CHECK_TEXT(test_env()->error.column, "t");
    inlay_schema_close(schema);
    inlay_sink_memory_free(&memory);
}

TEST_SUITE(format_stats) = {
    {"stats: IEEE 754 order tells zeros apart and leaves NaN out", total_order},
    {"stats: where all are NaN, IEEE 754 order has NaN bounds", total_order_of_nans},
    {"stats: INT96 as timestamps where the profile is newest", int96_order},
    {"writer: INT96 on request only", int96_on_request},
    {0}};
