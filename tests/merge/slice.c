#include "test.h"

#include "merge/slice.h"

static struct slice slice;

/* The row groups' sizes as text, with "/" where another output begins. */
static const char *groups(void)
{
    static char text[512];
    size_t n = 0;
    text[0] = 0;
    for (size_t i = 0; i < slice.n_groups; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%llu",
                              !i ? "" : slice.groups[i].output != slice.groups[i - 1].output ? " / " : " ",
                              (unsigned long long)slice.groups[i].rows);
    slice_free(&slice);
    return text;
}

/* Runs of these sizes (0 ends the list), each a series of `bytes` bytes a row. */
static const char *sliced(const struct slice_options *options, const uint64_t *runs, uint64_t bytes)
{
    struct slice_options o = *options;
    for (size_t i = 0; runs[i]; i++) {
        o.n_rows += runs[i];
        o.n_series++;
    }
    slice_init(&slice, test_env(), &o);
    for (size_t i = 0; runs[i]; i++)
        CHECK_INT(slice_add(&slice, runs[i], runs[i] * bytes, SLICE_CUT | SLICE_SERIES), INLAY_OK);
    CHECK_INT(slice_end(&slice), INLAY_OK);
    return groups();
}

static const char *packed(uint64_t cap, const uint64_t *runs)
{
    return sliced(&(struct slice_options){.cap_rows = cap}, runs, 0);
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
    CHECK(slice.aligned);
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
    slice_init(&slice, test_env(), &(struct slice_options){.cap_rows = 131072});
    for (int i = 0; i < 10000; i++)
        CHECK_INT(slice_add(&slice, 100, 0, SLICE_CUT), INLAY_OK);
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

static void a_cap_in_bytes(void)
{
    struct slice_options o = {.cap_rows = 100, .cap_bytes = 500};
    CHECK_TEXT(sliced(&o, (const uint64_t[]){20, 20, 20, 90, 20, 0}, 10), "40 20 90 20");
    CHECK_TEXT(sliced(&o, (const uint64_t[]){20, 20, 20, 90, 20, 0}, 1), "60 90 20");
}

static void oversize_run_cut_at_the_cap(void)
{
    struct slice_options o = {.cap_rows = 50, .split = true};
    CHECK_TEXT(sliced(&o, (const uint64_t[]){10, 120, 10, 40, 0}, 0), "10 50 50 30 40");
    CHECK(!slice.aligned && !slice.one_run_each);
    CHECK_TEXT(sliced(&o, (const uint64_t[]){50, 50, 0}, 0), "50 50");
    CHECK(slice.aligned);
}

static void oversize_bytes_cut_into_equal_pieces(void)
{
    struct slice_options o = {.cap_bytes = 500, .split = true};
    CHECK_TEXT(sliced(&o, (const uint64_t[]){120, 0}, 10), "40 40 40"); /* 1,200 bytes: three pieces */
}

static void each_value_alone(void)
{
    struct slice_options o = {.layout = SLICE_PER_VALUE};
    CHECK_TEXT(sliced(&o, (const uint64_t[]){1, 200000, 3, 0}, 0), "1 200000 3");
    CHECK(slice.one_run_each);
    o = (struct slice_options){.layout = SLICE_PER_VALUE, .cap_rows = 2, .split = true};
    CHECK_TEXT(sliced(&o, (const uint64_t[]){1, 5, 1, 0}, 0), "1 2 2 1 1");
    CHECK(!slice.one_run_each);
}

static void no_layout_is_one_row_group(void)
{
    struct slice_options o = {.layout = SLICE_NONE};
    CHECK_TEXT(sliced(&o, (const uint64_t[]){1, 200000, 3, 0}, 0), "200004");
    o.cap_rows = 10;
    CHECK_TEXT(sliced(&o, (const uint64_t[]){8, 25, 3, 0}, 0), "10 10 10 6");
    CHECK(!slice.one_run_each);
    o = (struct slice_options){.layout = SLICE_NONE, .cap_bytes = 100};
    CHECK_TEXT(sliced(&o, (const uint64_t[]){8, 25, 3, 0}, 10), "10 10 10 6");
}

static void as_many_outputs_as_wanted(void)
{
    struct slice_options o = {.cap_rows = 100, .n_outputs = 3};
    CHECK_TEXT(sliced(&o, (const uint64_t[]){6, 1, 1, 0}, 0), "6 / 1 / 1"); /* merge_split_after_oversized_series */
    CHECK_TEXT(sliced(&o, (const uint64_t[]){1, 1, 6, 0}, 0), "1 / 1 / 6");
    CHECK_TEXT(sliced(&o, (const uint64_t[]){2, 2, 2, 0}, 0), "2 / 2 / 2");
    o.n_outputs = 2;
    CHECK_TEXT(sliced(&o, (const uint64_t[]){1, 1, 1, 1, 1, 1, 1, 0}, 0), "3 / 4"); /* the in-memory engine's 3|4 */
}

static void not_more_outputs_than_series(void)
{
    struct slice_options o = {.cap_rows = 100, .n_outputs = 9};
    CHECK_TEXT(sliced(&o, (const uint64_t[]){5, 1, 0}, 0), "5 / 1");
    CHECK_INT(slice.n_outputs, 2);
    CHECK_TEXT(sliced(&o, (const uint64_t[]){5, 0}, 0), "5");
    CHECK_INT(slice.n_outputs, 1);
    CHECK_TEXT(sliced(&o, (const uint64_t[]){0}, 0), "");
    CHECK_INT(slice.n_outputs, 1);
}

static void outputs_end_inside_a_metric(void)
{
    struct slice_options o = {.cap_rows = 100, .n_outputs = 2, .n_rows = 40, .n_series = 4};
    slice_init(&slice, test_env(), &o); /* one metric of four series */
    for (int i = 0; i < 4; i++)
        CHECK_INT(slice_add(&slice, 10, 0, i ? SLICE_SERIES : SLICE_CUT | SLICE_SERIES), INLAY_OK);
    CHECK_INT(slice_end(&slice), INLAY_OK);
    CHECK_TEXT(groups(), "20 / 20");
    CHECK(slice.one_run_each && slice.aligned);
}

static void outputs_by_bytes(void)
{
    struct slice_options o = {.cap_rows = 100, .output_bytes = 250};
    CHECK_TEXT(sliced(&o, (const uint64_t[]){20, 20, 5, 30, 0}, 10), "40 / 35"); /* 400 bytes are enough; then 50 + 300 */
    CHECK_TEXT(sliced(&o, (const uint64_t[]){20, 5, 30, 1, 0}, 10), "25 / 30 / 1");
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
    {"slice: a cap in bytes", a_cap_in_bytes},
    {"slice: a run larger than the cap, cut at the cap", oversize_run_cut_at_the_cap},
    {"slice: a run of too many bytes, cut into equal pieces", oversize_bytes_cut_into_equal_pieces},
    {"slice: a row group for every value", each_value_alone},
    {"slice: without a layout the cap alone cuts", no_layout_is_one_row_group},
    {"slice: exactly as many outputs as wanted", as_many_outputs_as_wanted},
    {"slice: not more outputs than series", not_more_outputs_than_series},
    {"slice: an output may end inside a metric", outputs_end_inside_a_metric},
    {"slice: an output ends at the next series once it has its bytes", outputs_by_bytes},
    {0},
};
