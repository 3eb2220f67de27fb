/* Facts about several threads in one merge. */
#include "merge/crew.h"

#include "merge/table.h"

#if INLAY_THREADS

enum { CREW_INPUTS = 5 };

static struct table crew_in[CREW_INPUTS];

/* Five inputs of 3,000 rows, keys that interleave, a column that only some have. */
static void crew_make(void)
{
    static char text[200000];
    for (int i = 0; i < CREW_INPUTS; i++) {
        struct table_options o = {.group_rows = 700};
        char *at = text;
        for (int row = 0; row < 3000; row++)
            at += sprintf(at, i % 2 ? "%d v%d\n" : "%d v%d %d\n", row / 7 * 5 + i % 3, row % 9, row);
        table_make(&crew_in[i], i % 2 ? "k:i v:s" : "k:i v:s n:i", text, &o);
    }
}

static void crew_merge(uint32_t threads, inlay_memory_sink *out, inlay_status want)
{
    inlay_reader *readers[CREW_INPUTS];
    inlay_merge_options o = {.sort = "k", .row_group_rows = 900, .threads = threads, .memory_bytes = (uint64_t)8 << 30};
    inlay_merge_report report;
    inlay_sink sink = inlay_sink_memory(out, test_env());
    for (int i = 0; i < CREW_INPUTS; i++)
        readers[i] = crew_in[i].reader;
    CHECK_INT(inlay_merge(test_env(), readers, CREW_INPUTS, &sink, &o, &report), want);
}

static void crew_same_bytes(void)
{
    inlay_memory_sink one = {0};
    crew_make();
    crew_merge(1, &one, INLAY_OK);
    CHECK(one.bytes > 1000);
    for (uint32_t threads = 2; threads <= 40; threads = threads * 2 + 1) {
        inlay_memory_sink more = {0};
        crew_merge(threads, &more, INLAY_OK);
        CHECK_BYTES(more.data, more.bytes, one.data, one.bytes);
        inlay_sink_memory_free(&more);
    }
    inlay_sink_memory_free(&one);
    for (int i = 0; i < CREW_INPUTS; i++)
        table_close(&crew_in[i]);
}

static int crew_full(void *ctx, const void *data, size_t bytes)
{
    uint64_t *room = ctx;
    (void)data;
    if (bytes > *room)
        return 28; /* ENOSPC */
    *room -= bytes;
    return 0;
}

static void crew_failing_sink(void)
{
    inlay_reader *readers[CREW_INPUTS];
    crew_make();
    for (int i = 0; i < CREW_INPUTS; i++)
        readers[i] = crew_in[i].reader;
    for (uint64_t room = 0; room < 20000; room += 3000) {
        uint64_t left = room;
        inlay_sink sink = {&left, crew_full};
        inlay_merge_options o = {.sort = "k", .row_group_rows = 900, .threads = 3};
        inlay_merge_report report;
        CHECK_INT(inlay_merge(test_env(), readers, CREW_INPUTS, &sink, &o, &report), INLAY_IO);
        CHECK_INT(test_env()->error.os_error, 28);
    }
    for (int i = 0; i < CREW_INPUTS; i++)
        table_close(&crew_in[i]);
}

/* How many workers, and whether columns are dealt, for a plan of so many stretches of 15,000 rows in one row group. */
static void crew_dealt(uint64_t stretches, uint32_t n, bool columns)
{
    inlay_reader *readers[CREW_INPUTS];
    struct slice_group group = {.rows = 15000};
    struct slice slice = {.groups = &group, .n_groups = 1};
    struct union_schema schema = {0};
    struct plan *plan = calloc(1, sizeof *plan);
    uint32_t owner[4] = {0}, size = 0;
    crew_make();
    for (uint32_t i = 0; i < CREW_INPUTS; i++)
        readers[i] = crew_in[i].reader;
    CHECK_INT(union_init(&schema, test_env(), readers, CREW_INPUTS, NULL, false), INLAY_OK);
    plan->n_rows = 15000;
    plan->n_stretches = stretches;
    struct body body = {.env = test_env(), .inputs = readers, .schema = &schema, .plan = plan, .slice = &slice,
                        .memory_bytes = (uint64_t)8 << 30};
    CHECK_INT(crew_size(&body, n, owner, &size), INLAY_OK);
    CHECK_INT(owner[0] != CREW_NOBODY, columns);
    CHECK_INT(size, columns ? n : 1);
    free(plan);
    union_free(&schema);
    for (int i = 0; i < CREW_INPUTS; i++)
        table_close(&crew_in[i]);
}

/* Three columns of about the same weight; a single row group is enough for three. */
static void crew_deals_columns(void)
{
    crew_dealt(10000, 3, true);
    crew_dealt(20, 3, false);    /* long stretches: pages move, or are one row group's */
    crew_dealt(10000, 4, false); /* more than there are columns */
}

/* The error is that of one thread, whoever meets it. */
static void crew_damaged_page(void)
{
    inlay_error one = {0};
    for (uint32_t threads = 1; threads <= 3; threads++) {
        inlay_memory_sink out = {0};
        inlay_chunk chunk;
        crew_make();
        CHECK_INT(inlay_reader_chunk(crew_in[2].reader, 1, 1, &chunk), INLAY_OK);
        crew_in[2].memory.data[chunk.data_page_at + chunk.compressed_bytes / 2] ^= 1;
        CHECK_INT(inlay_reader_chunk(crew_in[4].reader, 1, 2, &chunk), INLAY_OK);
        crew_in[4].memory.data[chunk.data_page_at + chunk.compressed_bytes / 2] ^= 1;
        crew_merge(threads, &out, INLAY_CORRUPT);
        if (threads == 1)
            one = test_env()->error;
        CHECK_INT(test_env()->error.input, one.input);
        CHECK_INT(test_env()->error.row_group, one.row_group);
        CHECK_TEXT(test_env()->error.column, one.column);
        CHECK_TEXT(test_env()->error.what, one.what);
        inlay_sink_memory_free(&out);
        for (int i = 0; i < CREW_INPUTS; i++)
            table_close(&crew_in[i]);
    }
}

TEST_SUITE(merge_crew) = {
    {"crew: the same bytes for any number of threads", crew_same_bytes},
    {"crew: columns are dealt where rows interleave", crew_deals_columns},
    {"crew: a damaged page is told as by one thread", crew_damaged_page},
    {"crew: a sink that fails ends all threads", crew_failing_sink},
    {0}};
#else
TEST_SUITE(merge_crew) = {{0}};
#endif
