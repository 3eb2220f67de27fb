#include "test.h"

#include "merge/slice.h"

static struct slice slice;

/* Runs of these sizes (0 ends the list), packed; the row groups' sizes as text. */
static const char *packed(uint64_t cap, const uint64_t *runs)
{
    static char text[512];
    size_t n = 0;
    uint64_t at = 0;
    text[0] = 0;
    slice_init(&slice, test_env(), cap);
    for (size_t i = 0; runs[i]; i++) {
        CHECK_INT(slice_run(&slice, runs[i], at, 0), INLAY_OK);
        at += runs[i];
    }
    CHECK_INT(slice_end(&slice), INLAY_OK);
    uint64_t first = 0;
    for (size_t i = 0; i < slice.n_groups; i++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%llu", i ? " " : "",
                              (unsigned long long)slice.groups[i].rows);
        CHECK_INT(slice.groups[i].plan_at, first); /* the "plan" of this test has one byte a row */
        first += slice.groups[i].rows;
    }
    slice_free(&slice);
    return text;
}

static void several_row_groups_at_metric_name_boundaries(void)
{
    CHECK_TEXT(packed(50, (const uint64_t[]){50, 50, 50, 0}), "50 50 50");
    CHECK_TEXT(packed(50, (const uint64_t[]){30, 30, 30, 0}), "30 30 30");
}

static void small_runs_share_a_row_group(void)
{
    CHECK_TEXT(packed(100, (const uint64_t[]){10, 20, 30, 0}), "60");
    CHECK_TEXT(packed(60, (const uint64_t[]){10, 20, 30, 0}), "60");
}

static void pack_then_roll(void)
{
    CHECK_TEXT(packed(100, (const uint64_t[]){40, 40, 40, 40, 40, 0}), "80 80 40");
    CHECK_TEXT(packed(100, (const uint64_t[]){99, 1, 1, 0}), "100 1");
}

static void oversize_run_stays_whole(void)
{
    CHECK_TEXT(packed(50, (const uint64_t[]){250, 0}), "250");
    CHECK_TEXT(packed(50, (const uint64_t[]){10, 250, 10, 10, 0}), "10 250 20");
}

static void total_is_kept(void)
{
    CHECK_TEXT(packed(100, (const uint64_t[]){30, 200, 100, 5, 0}), "30 200 100 5");
    CHECK_TEXT(packed(1, (const uint64_t[]){1, 2, 1, 0}), "1 2 1");
}

static void nothing_gives_nothing(void)
{
    CHECK_TEXT(packed(10, (const uint64_t[]){0}), "");
}

static void exact_fill_is_no_overflow(void)
{
    CHECK_TEXT(packed(UINT64_MAX, (const uint64_t[]){1, INT64_MAX, INT64_MAX, 0}),
               "18446744073709551615");
}

static void ten_thousand_metrics_of_a_hundred_rows(void)
{
    slice_init(&slice, test_env(), 131072);
    for (int i = 0; i < 10000; i++)
        CHECK_INT(slice_run(&slice, 100, (uint64_t)i, 0), INLAY_OK);
    CHECK_INT(slice_end(&slice), INLAY_OK);
    CHECK_INT(slice.n_groups, 8);
    for (size_t i = 0; i < 7; i++)
        CHECK_INT(slice.groups[i].rows, 131000); /* 1,310 metrics */
    CHECK_INT(slice.groups[7].rows, 83000);
    CHECK(!slice.one_run_each);
    slice_free(&slice);
}

static void single_runs_are_noticed(void)
{
    packed(50, (const uint64_t[]){30, 250, 40, 0});
    CHECK(slice.one_run_each);
    packed(50, (const uint64_t[]){30, 250, 20, 20, 0});
    CHECK(!slice.one_run_each);
}

TEST_SUITE(merge_slice) = {
    {"slice: row groups end where the value changes", several_row_groups_at_metric_name_boundaries},
    {"slice: small runs share a row group", small_runs_share_a_row_group},
    {"slice: packed until the next run would exceed the cap", pack_then_roll},
    {"slice: a run larger than the cap stays one row group", oversize_run_stays_whole},
    {"slice: no row is lost", total_is_kept},
    {"slice: no rows, no row groups", nothing_gives_nothing},
    {"slice: a row group may be exactly full", exact_fill_is_no_overflow},
    {"slice: 10,000 metrics of 100 rows make 8 row groups", ten_thousand_metrics_of_a_hundred_rows},
    {"slice: row groups of one run each are noticed", single_runs_are_noticed},
    {0},
};
