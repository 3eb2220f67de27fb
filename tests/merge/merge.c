#include "merge/table.h"

#define METRICS "metric_name|-timestamp_secs/V2"

enum { MERGE_TEST_INPUTS = 64 };

static struct table in[MERGE_TEST_INPUTS], out;
static inlay_merge_report report;

static inlay_status merge_tables(uint32_t n, const inlay_merge_options *options)
{
    inlay_reader *readers[MERGE_TEST_INPUTS];
    inlay_sink sink = inlay_sink_memory(&out.memory, test_env());
    for (uint32_t i = 0; i < n; i++)
        readers[i] = in[i].reader;
    return inlay_merge(test_env(), readers, n, &sink, options, &report);
}

static void close_inputs(uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        table_close(&in[i]);
}

static void merge_with(uint32_t n, const inlay_merge_options *options)
{
    table_ok(merge_tables(n, options), "merge");
    table_open(&out);
    close_inputs(n);
}

static void merge_ok(uint32_t n, const char *sort, uint64_t row_group_rows)
{
    merge_with(n, &(inlay_merge_options){.sort = sort, .row_group_rows = row_group_rows});
}

/* Check rows and row groups of the output, and close it. */
static void output_is(const char *groups, const char *rows)
{
    char *got = table_rows(out.reader);
    CHECK_TEXT(table_groups(out.reader), groups);
    CHECK_TEXT(got, rows);
    free(got);
    table_close(&out);
}

static void fails(uint32_t n, const char *sort, inlay_status status, const char *what, int input,
                  const char *column)
{
    CHECK_INT(merge_tables(n, &(inlay_merge_options){.sort = sort}), status);
    CHECK_TEXT(test_env()->error.what, what);
    CHECK_INT(test_env()->error.input, input);
    CHECK_TEXT(test_env()->error.column, column);
    close_inputs(n);
    inlay_sink_memory_free(&out.memory);
}

/* `n` rows "NAME i", one metric. */
static char *append_metric(char *text, const char *name, int n)
{
    for (int i = 0; i < n; i++)
        text += sprintf(text, "%s %d\n", name, i);
    return text;
}

static char buffer[4 * 1024 * 1024];

static void make_metric(uint32_t i, const char *name, int n)
{
    append_metric(buffer, name, n);
    table_make(&in[i], "metric_name:s v:i", n ? buffer : "", NULL);
}

static void each_row_group_has_one_metric(void)
{
    for (uint32_t g = 0; g < inlay_reader_row_groups(out.reader); g++) {
        inlay_chunk chunk;
        CHECK_INT(inlay_reader_chunk(out.reader, g, 0, &chunk), INLAY_OK);
        CHECK(chunk.statistics.has_min && chunk.statistics.has_max);
        CHECK_BYTES(chunk.statistics.min.data, chunk.statistics.min.len, chunk.statistics.max.data,
                    chunk.statistics.max.len);
    }
}

/* ---- row groups: the six tests that came with the layout ---- */

static void several_row_groups_at_metric_name_boundaries(void)
{
    make_metric(0, "a", 40);
    make_metric(1, "c", 45);
    make_metric(2, "b", 50);
    merge_ok(3, "metric_name", 50);
    CHECK_TEXT(table_groups(out.reader), "40 50 45");
    each_row_group_has_one_metric();
    CHECK_TEXT(report.row_group_column, "metric_name");
    table_close(&out);
}

static void runs_packed_into_one_row_group(void)
{
    make_metric(0, "a", 10);
    make_metric(1, "b", 20);
    make_metric(2, "c", 30);
    merge_ok(3, "metric_name", 100);
    CHECK_TEXT(table_groups(out.reader), "60");
    table_close(&out);
}

static void runs_pack_then_roll(void)
{
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    for (uint32_t i = 0; i < 5; i++)
        make_metric(i, names[i], 40);
    merge_ok(5, "metric_name", 100);
    CHECK_TEXT(table_groups(out.reader), "80 80 40");
    table_close(&out);
}

static void a_run_larger_than_the_cap_stays_one_row_group(void)
{
    make_metric(0, "a", 250);
    merge_ok(1, "metric_name", 50);
    CHECK_TEXT(table_groups(out.reader), "250");
    table_close(&out);
}

static void rows_are_kept_over_row_groups(void)
{
    make_metric(0, "a", 30);
    make_metric(1, "b", 200);
    make_metric(2, "c", 100);
    make_metric(3, "d", 5);
    merge_ok(4, "metric_name", 100);
    CHECK_TEXT(table_groups(out.reader), "30 200 100 5");
    CHECK_INT(inlay_reader_rows(out.reader), 335);
    CHECK_INT(report.n_rows, 335);
    CHECK_INT(report.n_row_groups, 4);
    table_close(&out);
}

static void each_row_group_reads_back(void)
{
    make_metric(0, "a", 60);
    make_metric(1, "b", 70);
    merge_ok(2, "metric_name", 64);
    append_metric(append_metric(buffer, "a", 60), "b", 70);
    output_is("60 70", buffer);
}

/* ---- order ---- */

static void interleaved_inputs(void)
{
    table_make(&in[0], "k:i v:s", "1 a\n3 c\n5 e\n", NULL);
    table_make(&in[1], "k:i v:s", "2 b\n4 d\n6 f\n", NULL);
    merge_ok(2, "k", 0);
    CHECK_INT(report.n_runs, 6);
    output_is("6", "1 a\n2 b\n3 c\n4 d\n5 e\n6 f\n");
}

static void equal_keys_keep_input_and_row_order(void)
{
    table_make(&in[0], "k:i v:s", "1 a\n1 b\n2 c\n", NULL);
    table_make(&in[1], "k:i v:s", "1 d\n1 e\n2 f\n", NULL);
    merge_ok(2, "k", 0);
    output_is("6", "1 a\n1 b\n1 d\n1 e\n2 c\n2 f\n");
}

static void duplicates_are_all_kept(void)
{
    for (uint32_t i = 0; i < 4; i++)
        table_make(&in[i], "k:i v:s", "7 x\n", NULL);
    merge_ok(4, "k", 0);
    output_is("4", "7 x\n7 x\n7 x\n7 x\n");
}

static void descending_with_nulls_last(void)
{
    table_make(&in[0], "k:i v:s", "9 a\n5 b\n- c\n", NULL);
    table_make(&in[1], "k:i v:s", "7 d\n- e\n- f\n", NULL);
    merge_ok(2, "-k", 0);
    output_is("6", "9 a\n7 d\n5 b\n- c\n- e\n- f\n");
}

static void null_metric_name_is_one_more_value(void)
{
    table_make(&in[0], "metric_name:s v:i", "a 1\n- 2\n", NULL);
    table_make(&in[1], "metric_name:s v:i", "a 3\n- 4\n", NULL);
    merge_ok(2, "metric_name", 2);
    output_is("2 2", "a 1\na 3\n- 2\n- 4\n");
}

static void many_row_groups_and_small_pages(void)
{
    struct table_options o = {.group_rows = 2, .write = {.page_rows = 1, .page_version = 2}};
    table_make(&in[0], "k:i v:s", "1 a\n3 b\n5 c\n7 d\n9 e\n", &o);
    o.group_rows = 3;
    table_make(&in[1], "k:i v:s", "2 f\n4 g\n6 h\n8 -\n", &o);
    merge_ok(2, "k", 3);
    output_is("3 3 3", "1 a\n2 f\n3 b\n4 g\n5 c\n6 h\n7 d\n8 -\n9 e\n");
}

/* ---- schemas ---- */

static void a_column_missing_in_one_input(void)
{
    table_make(&in[0], "k:I a:S", "1 x\n3 y\n", NULL);
    table_make(&in[1], "k:I b:D", "2 0.5\n4 1.5\n", NULL);
    merge_ok(2, "k", 0);
    CHECK_TEXT(table_columns(out.reader), "k:I a:s b:d");
    output_is("4", "1 x -\n2 - 0.5\n3 y -\n4 - 1.5\n");
}

static void required_and_optional_make_optional(void)
{
    table_make(&in[0], "k:i v:S", "1 x\n3 y\n", NULL);
    table_make(&in[1], "k:I v:s", "2 -\n4 z\n", NULL);
    merge_ok(2, "k", 0);
    CHECK_TEXT(table_columns(out.reader), "k:i v:s");
    output_is("4", "1 x\n2 -\n3 y\n4 z\n");
}

static void required_everywhere_stays_required(void)
{
    table_make(&in[0], "k:I v:D", "1 1\n", NULL);
    table_make(&in[1], "k:I v:D", "2 2\n", NULL);
    merge_ok(2, "k", 0);
    CHECK_TEXT(table_columns(out.reader), "k:I v:D");
    output_is("2", "1 1\n2 2\n");
}

static void lists_follow_their_rows(void)
{
    struct table_options o = {.write = {.page_rows = 2}};
    table_make(&in[0], "k:i l:l", "1 [1,2]\n3 []\n5 -\n7 [-,8]\n", &o);
    table_make(&in[1], "k:i l:l", "2 [3]\n4 [4,5,6]\n6 [-]\n", &o);
    merge_ok(2, "k", 4);
    output_is("4 3", "1 [1,2]\n2 [3]\n3 []\n4 [4,5,6]\n5 -\n6 [-]\n7 [-,8]\n");
}

static void required_lists_become_optional(void)
{
    table_make(&in[0], "k:i l:L", "1 [1,2]\n3 []\n5 [-,7]\n", NULL);
    table_make(&in[1], "k:i l:l", "2 -\n4 [3]\n", NULL);
    table_make(&in[2], "k:i", "0\n6\n", NULL);
    merge_ok(3, "k", 0);
    CHECK_TEXT(table_columns(out.reader), "k:i l:l");
    output_is("7", "0 -\n1 [1,2]\n2 -\n3 []\n4 [3]\n5 [-,7]\n6 -\n");
}

static void lists_of_strings(void)
{
    struct table_options o = {.group_rows = 2};
    table_make(&in[0], "k:i l:n", "1 [a,b]\n2 [a]\n5 [c,a,-]\n", &o);
    o.write.encoding = "plain";
    table_make(&in[1], "k:i l:n", "1 [b]\n3 -\n4 [b,b]\n", &o);
    merge_ok(2, "k", 0);
    output_is("6", "1 [a,b]\n1 [b]\n2 [a]\n3 -\n4 [b,b]\n5 [c,a,-]\n");
}

static void all_flat_types(void)
{
    const char *columns = "k:i s:s y:y u:u w:w d:d b:b";
    table_make(&in[0], columns, "1 x bytes 18446744073709551615 -5 0.25 1\n3 - - - - - -\n", NULL);
    table_make(&in[1], columns, "2 x y 0 7 -inf 0\n4 z z 1 2 nan 1\n", NULL);
    merge_ok(2, "k", 0);
    CHECK_TEXT(table_columns(out.reader), columns);
    output_is("4", "1 x bytes 18446744073709551615 -5 0.25 1\n2 x y 0 7 -inf 0\n3 - - - - - -\n"
                   "4 z z 1 2 nan 1\n");
}

static void columns_stand_by_appearance(void)
{
    table_make(&in[0], "b:i k:i a:i", "1 1 1\n", NULL);
    table_make(&in[1], "z:i a:i k:i b:i y:i", "2 2 2 2 2\n", NULL);
    merge_ok(2, "k", 0);
    CHECK_TEXT(table_columns(out.reader), "b:i k:i a:i z:i y:i");
    output_is("2", "1 1 1 - -\n2 2 2 2 2\n");
}

static void quickwit_files_stand_in_husky_order(void)
{
    struct table_options o = {.sort_fields = "metric_name|-host|timestamp_secs/V2"};
    table_make(&in[0], "value:d zone:s timestamp_secs:u sorted_series:Y metric_name:s Az:s",
               "1 z 5 a m x\n", &o);
    table_make(&in[1], "host:s timestamp_secs:u sorted_series:Y metric_name:s", "h 5 b m\n", &o);
    merge_ok(2, NULL, 0);
    CHECK_TEXT(table_columns(out.reader),
               "metric_name:s host:s timestamp_secs:u sorted_series:Y Az:s value:d zone:s");
    output_is("2", "m - 5 a x 1 z\nm h 5 b - - -\n");
}

static void columns_of_the_same_name_go_by_occurrence(void)
{
    table_make(&in[0], "k:i x:i x:s", "1 10 a\n3 30 c\n", NULL);
    table_make(&in[1], "x:i k:i x:s x:d", "20 2 b 0.5\n", NULL);
    merge_ok(2, "k", 0);
    CHECK_TEXT(table_columns(out.reader), "k:i x:i x:s x:d");
    output_is("3", "1 10 a -\n2 20 b 0.5\n3 30 c -\n");
}

static void type_conflicts(void)
{
    table_make(&in[0], "k:i v:i", "1 1\n", NULL);
    table_make(&in[1], "k:i v:d", "1 1\n", NULL);
    fails(2, "k", INLAY_CORRUPT, "type conflict between inputs", 1, "v");
    table_make(&in[0], "k:i v:s", "1 1\n", NULL);
    table_make(&in[1], "k:i v:y", "1 1\n", NULL);
    fails(2, "k", INLAY_CORRUPT, "type conflict between inputs", 1, "v");
    table_make(&in[0], "k:i v:l", "1 [1]\n", NULL);
    table_make(&in[1], "k:i v:i", "1 1\n", NULL);
    fails(2, "k", INLAY_CORRUPT, "type conflict between inputs", 1, "v");
    table_make(&in[0], "k:i v:u", "1 1\n", NULL);
    table_make(&in[1], "k:i v:i", "1 1\n", NULL);
    fails(2, "k", INLAY_CORRUPT, "type conflict between inputs", 1, "v");
}

/* ---- keys and footers ---- */

static void no_inputs(void)
{
    fails(0, "k", INLAY_ARG, "merge requires at least one input", -1, "");
}

static void bad_sort_texts(void)
{
    table_make(&in[0], "k:i l:l", "1 [1]\n", NULL);
    CHECK_INT(merge_tables(1, &(inlay_merge_options){.sort = "a||b"}), INLAY_ARG);
    CHECK_TEXT(test_env()->error.what, "empty sort column name");
    CHECK_INT(merge_tables(1, &(inlay_merge_options){.sort = "nothing"}), INLAY_ARG);
    CHECK_TEXT(test_env()->error.what, "no input has the sort column");
    CHECK_TEXT(test_env()->error.column, "nothing");
    CHECK_INT(merge_tables(1, &(inlay_merge_options){.sort = "l"}), INLAY_ARG);
    CHECK_TEXT(test_env()->error.what, "sort column is nested");
    CHECK_TEXT(test_env()->error.column, "l");
    CHECK_INT(merge_tables(1, NULL), INLAY_ARG);
    CHECK_TEXT(test_env()->error.what, "input is missing qh.sort_fields metadata");
    CHECK_INT(test_env()->error.input, 0);
    close_inputs(1);
}

static const char *const metric_columns = "metric_name:s timestamp_secs:u value:d";

static void make_metrics(uint32_t i, const char *rows, const char *sort_fields, const char *keys)
{
    struct table_options o = {.sort_fields = sort_fields, .keys = keys};
    table_make(&in[i], metric_columns, rows, &o);
}

static void footers_must_agree(void)
{
    static const struct {
        const char *sort, *keys, *what;
    } bad[] = {
        {"metric_name|value|timestamp_secs/V2", "", "sort schema mismatch"},
        {METRICS, "qh.window_start=1", "window_start mismatch"},
        {METRICS, "", "window_start mismatch"},
        {METRICS, "qh.window_start=60 qh.window_duration_secs=900",
         "window_duration_secs mismatch"},
        {METRICS, "qh.window_start=60 qh.rg_partition_prefix_len=1",
         "rg_partition_prefix_len mismatch"},
        {METRICS, "qh.window_start=sixty", "parsing qh.window_start"},
        {METRICS, "qh.window_start=60 qh.num_merge_ops=-1", "parsing qh.num_merge_ops"},
        {"metric_name/V2", "", "the sort schema has no timestamp column"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        make_metrics(0, "a 1 1\n", METRICS, "qh.window_start=60");
        make_metrics(1, "a 1 1\n", bad[i].sort, bad[i].keys);
        fails(2, NULL, INLAY_CORRUPT, bad[i].what, 1, "");
    }
}

static void footer_keys_are_passed_on(void)
{
    make_metrics(
        0, "a 9 1\nb 9 2\n", METRICS,
        "qh.window_start=1700000100 qh.window_duration_secs=900 qh.num_merge_ops=1 other=x");
    make_metrics(1, "a 8 3\nb 9 4\n", "metric_name|timestamp_secs/V2",
                 "qh.window_start=1700000100 qh.window_duration_secs=900 qh.num_merge_ops=3");
    merge_ok(2, NULL, 0);
    CHECK_TEXT(table_key(out.reader, "qh.sort_fields"), METRICS);
    CHECK_TEXT(table_key(out.reader, "qh.window_start"), "1700000100");
    CHECK_TEXT(table_key(out.reader, "qh.window_duration_secs"), "900");
    CHECK_TEXT(table_key(out.reader, "qh.num_merge_ops"), "4");
    CHECK_TEXT(table_key(out.reader, "qh.rg_partition_prefix_len"), "");
    CHECK_TEXT(table_key(out.reader, "other"), "");
    output_is("4", "a 9 1\na 8 3\nb 9 2\nb 9 4\n");
}

static void merge_ops_count_from_none(void)
{
    make_metrics(0, "a 9 1\n", METRICS, "qh.window_start=-60");
    merge_ok(1, NULL, 0);
    CHECK_TEXT(table_key(out.reader, "qh.num_merge_ops"), "1");
    CHECK_TEXT(table_key(out.reader, "qh.window_start"), "-60");
    CHECK_TEXT(table_key(out.reader, "qh.window_duration_secs"), "");
    table_close(&out);
}

static void sorting_columns_are_written(void)
{
    make_metrics(0, "a 9 1\nb 9 2\n", METRICS, NULL);
    merge_ok(1, NULL, 1);
    for (uint32_t g = 0; g < 2; g++) {
        inlay_row_group group;
        inlay_sorting sorting;
        CHECK_INT(inlay_reader_row_group(out.reader, g, &group), INLAY_OK);
        CHECK_INT(group.n_sorting, 2);
        CHECK_INT(inlay_reader_sorting(out.reader, g, 0, &sorting), INLAY_OK);
        CHECK(sorting.leaf == 0 && !sorting.descending && !sorting.nulls_first);
        CHECK_INT(inlay_reader_sorting(out.reader, g, 1, &sorting), INLAY_OK);
        CHECK(sorting.leaf == 1 && sorting.descending && !sorting.nulls_first);
    }
    table_close(&out);
}

static void partition_claim_only_where_it_holds(void)
{
    make_metrics(0, "a 9 1\nb 9 2\n", METRICS, "qh.rg_partition_prefix_len=1");
    merge_ok(1, NULL, 1);
    CHECK_TEXT(table_groups(out.reader), "1 1");
    CHECK_TEXT(table_key(out.reader, "qh.rg_partition_prefix_len"), "1");
    table_close(&out);
    make_metrics(0, "a 9 1\nb 9 2\n", METRICS, "qh.rg_partition_prefix_len=1");
    merge_ok(1, NULL, 10);
    CHECK_TEXT(table_groups(out.reader), "2");
    CHECK_TEXT(table_key(out.reader, "qh.rg_partition_prefix_len"), "");
    table_close(&out);
}

static void sorted_series_makes_the_order(void)
{
    struct table_options o = {.sort_fields = INLAY_METRICS_SORT};
    const char *columns = "metric_name:s timestamp_secs:u sorted_series:Y value:d";
    table_make(&in[0], columns, "m 9 aaaaaaaaaa1 1\nm 7 aaaaaaaaaa1 2\nm 9 aaaaaaaaaa3 3\n", &o);
    table_make(&in[1], columns, "m 8 aaaaaaaaaa1 4\nm 9 aaaaaaaaaa2 5\nn 1 b 6\n", &o);
    merge_ok(2, NULL, 5);
    CHECK_TEXT(report.row_group_column, "metric_name");
    output_is("5 1", "m 9 aaaaaaaaaa1 1\nm 8 aaaaaaaaaa1 4\nm 7 aaaaaaaaaa1 2\nm 9 aaaaaaaaaa2 5\n"
                     "m 9 aaaaaaaaaa3 3\nn 1 b 6\n");
}

static void null_sorted_series_is_an_error(void)
{
    struct table_options o = {.sort_fields = METRICS};
    table_make(&in[0], "metric_name:s timestamp_secs:u sorted_series:y", "m 9 a\nm 8 -\n", &o);
    CHECK_INT(merge_tables(1, NULL), INLAY_CORRUPT);
    CHECK_TEXT(test_env()->error.column, "sorted_series");
    CHECK_INT(test_env()->error.row, 1);
    close_inputs(1);
    inlay_sink_memory_free(&out.memory);
}

static void columns_decide_where_an_input_has_no_sorted_series(void)
{
    struct table_options o = {.sort_fields = METRICS};
    table_make(&in[0], "metric_name:s timestamp_secs:u sorted_series:Y", "a 9 z\nc 9 a\n", &o);
    table_make(&in[1], "metric_name:s timestamp_secs:u", "b 9\n", &o);
    merge_ok(2, NULL, 0);
    output_is("3", "a 9 z\nb 9 -\nc 9 a\n");
}

static void timestamp_is_an_alias(void)
{
    make_metrics(0, "a 9 1\na 7 2\n", "metric_name|timestamp/V2", NULL);
    make_metrics(1, "a 8 3\n", "metric_name|timestamp/V2", NULL);
    merge_ok(2, NULL, 0);
    output_is("3", "a 9 1\na 8 3\na 7 2\n");
}

static void missing_timestamp(void)
{
    struct table_options o = {.sort_fields = METRICS};
    table_make(&in[0], "metric_name:s", "a\n", &o);
    fails(1, NULL, INLAY_CORRUPT, "no input contains a timestamp column", -1, "timestamp_secs");
}

static void the_callers_sort_goes_before_the_files(void)
{
    make_metrics(0, "a 9 1\nb 9 2\n", METRICS, "qh.window_start=60");
    make_metrics(1, "c 1 1.5\n", "value|timestamp_secs/V2", "qh.window_start=120");
    merge_ok(2, "value", 0);
    CHECK_TEXT(table_key(out.reader, "qh.sort_fields"), "");
    CHECK_TEXT(table_key(out.reader, "qh.window_start"), "");
    output_is("3", "a 9 1\nc 1 1.5\nb 9 2\n");
}

static void unsorted_input_writes_nothing(void)
{
    make_metrics(0, "a 9 1\nb 9 2\na 9 3\n", METRICS, NULL);
    CHECK_INT(merge_tables(1, NULL), INLAY_CORRUPT);
    CHECK_TEXT(test_env()->error.what, "input is not sorted by the key");
    CHECK_TEXT(test_env()->error.column, "metric_name");
    CHECK_INT(test_env()->error.input, 0);
    CHECK_INT(test_env()->error.row_group, 0);
    CHECK_INT(test_env()->error.row, 2);
    CHECK_INT(out.memory.bytes, 0);
    close_inputs(1);
}

static void empty_inputs(void)
{
    make_metrics(0, "", METRICS, NULL);
    make_metrics(1, "a 9 1\n", METRICS, NULL);
    make_metrics(2, "", METRICS, NULL);
    merge_ok(3, NULL, 0);
    output_is("1", "a 9 1\n");
}

static void all_inputs_empty(void)
{
    make_metrics(0, "", METRICS, "qh.num_merge_ops=2");
    struct table_options o = {.sort_fields = METRICS};
    table_make(&in[1], "metric_name:s timestamp_secs:u extra:s", "", &o);
    merge_ok(2, NULL, 0);
    CHECK_TEXT(table_columns(out.reader), "metric_name:s timestamp_secs:u extra:s value:d");
    CHECK_TEXT(table_key(out.reader, "qh.num_merge_ops"), "3");
    output_is("", "");
}

/* ---- dictionaries ---- */

static bool dictionary_coded(uint32_t group, uint32_t leaf)
{
    inlay_chunk chunk;
    CHECK_INT(inlay_reader_chunk(out.reader, group, leaf, &chunk), INLAY_OK);
    return chunk.encodings >> 8 & 1; /* RLE_DICTIONARY */
}

static void make_rows(uint32_t input, int from, int n, int step, const char *format,
                      const struct table_options *options)
{
    char *at = buffer;
    for (int i = 0; i < n; i++) {
        at += sprintf(at, "%d ", from + i * step);
        at += sprintf(at, format, i % 5, i);
        at += sprintf(at, "\n");
    }
    table_make(&in[input], "k:i v:s", buffer, options);
}

static void repeated_strings_stay_dictionary_coded(void)
{
    struct table_options o = {.group_rows = 300}, plain = {.write = {.encoding = "plain"}};
    make_rows(0, 0, 1000, 2, "value-%d", &o);
    make_rows(1, 1, 1000, 2, "value-%d", NULL);
    merge_ok(2, "k", 500);
    CHECK(dictionary_coded(0, 1));
    CHECK(dictionary_coded(3, 1));
    CHECK(!dictionary_coded(0, 0)); /* each key once */
    char *got = table_rows(out.reader);
    table_close(&out);
    make_rows(0, 0, 1000, 2, "value-%d", &plain);
    make_rows(1, 1, 1000, 2, "value-%d", &plain);
    merge_ok(2, "k", 500);
    CHECK(dictionary_coded(0, 1));
    output_is("500 500 500 500", got);
    free(got);
}

static void distinct_strings_are_written_plain(void)
{
    make_rows(0, 0, 1000, 1, "value-%d-%d", NULL);
    merge_ok(1, "k", 500);
    CHECK(!dictionary_coded(0, 1));
    make_rows(0, 0, 1000, 1, "value-%d-%d", NULL);
    table_close(&in[0]);
    output_is("500 500", buffer);
}

static void a_dictionary_that_grows_too_large_is_given_up(void)
{
    inlay_merge_options o = {.sort = "k", .write = {.dictionary_bytes = 40}};
    make_rows(0, 0, 900, 1, "value-%d", NULL);
    merge_with(1, &o);
    CHECK(!dictionary_coded(0, 1));
    make_rows(0, 0, 900, 1, "value-%d", NULL);
    table_close(&in[0]);
    output_is("900", buffer);
}

static void plain_output_on_request(void)
{
    make_rows(0, 0, 900, 1, "value-%d", NULL);
    merge_with(1, &(inlay_merge_options){.sort = "k", .write = {.encoding = "plain"}});
    CHECK(!dictionary_coded(0, 1));
    make_rows(0, 0, 900, 1, "value-%d", NULL);
    table_close(&in[0]);
    output_is("900", buffer);
}

/* ---- bounds ---- */

static void without_memory_to_hold_pages(void)
{
    struct table_options o = {.group_rows = 700, .write = {.page_rows = 100}};
    for (uint32_t i = 0; i < 3; i++)
        make_rows(i, (int)i, 2000, 3, i == 2 ? "value-%d-%d" : "value-%d", &o);
    merge_with(3, &(inlay_merge_options){.sort = "k", .memory_bytes = 1, .row_group_rows = 900});
    char *tight = table_rows(out.reader);
    table_close(&out);
    for (uint32_t i = 0; i < 3; i++)
        make_rows(i, (int)i, 2000, 3, i == 2 ? "value-%d-%d" : "value-%d", &o);
    merge_ok(3, "k", 900);
    output_is("900 900 900 900 900 900 600", tight);
    free(tight);
}

static uint64_t told_done, told_total, told_calls;

static void told(void *ctx, uint64_t done, uint64_t total)
{
    CHECK(ctx == &told_calls && done > told_done && done <= total);
    told_done = done;
    told_total = total;
    told_calls++;
}

static void progress_counts_values(void)
{
    make_rows(0, 0, 2000, 1, "value-%d", NULL);
    told_done = told_calls = 0;
    merge_with(1,
               &(inlay_merge_options){.sort = "k", .progress = told, .progress_ctx = &told_calls});
    CHECK_INT(told_done, 4000);
    CHECK_INT(told_total, 4000);
    table_close(&out);
}

/* Single rows in turn: when the second input goes on to 1, the null that it had beaten comes up before the greatest value
 * of the third. */
static void the_greatest_value_comes_before_null(void)
{
    table_make(&in[0], "k:i n:i", "0 -\n", NULL);
    table_make(&in[1], "k:i n:i", "0 1\n0 3\n1 0\n", NULL);
    table_make(&in[2], "k:i n:i", "0 9223372036854775807\n", NULL);
    table_make(&in[3], "k:i n:i", "0 2\n1 1\n", NULL);
    merge_ok(4, "k|n", 0);
    output_is("7", "0 1\n0 2\n0 3\n0 9223372036854775807\n0 -\n1 0\n1 1\n");
}

static void no_memory_leaves_no_leaks(void)
{
    for (uint64_t limit = 1024; limit < 4 * 1024 * 1024; limit += limit / 2) {
        make_rows(0, 0, 500, 2, "value-%d", NULL);
        make_rows(1, 1, 500, 2, "value-%d-%d", NULL);
        test_env()->limits.memory_bytes = test_env()->used_bytes + limit;
        inlay_status status = merge_tables(2, &(inlay_merge_options){.sort = "k"});
        CHECK(status == INLAY_OK || status == INLAY_NOMEM || status == INLAY_IO);
        test_env()->limits.memory_bytes = 0;
        close_inputs(2);
        inlay_sink_memory_free(&out.memory);
    }
}

static void ten_thousand_metrics_of_a_hundred_rows(void)
{
    enum { METRICS_PER_FILE = 10000, HALF = 50 };
    inlay_schema *schema;
    uint32_t node;
    inlay_node name = table_leaf("metric_name", 's', INLAY_OPTIONAL);
    inlay_node value = table_leaf("value", 'i', INLAY_REQUIRED);
    table_ok(inlay_schema_new(test_env(), &schema), "schema");
    table_ok(inlay_schema_add(schema, 0, &name, &node), "schema");
    table_ok(inlay_schema_add(schema, 0, &value, &node), "schema");
    for (uint32_t i = 0; i < 2; i++) {
        inlay_sink sink = inlay_sink_memory(&in[i].memory, test_env());
        inlay_writer *writer;
        table_ok(inlay_writer_open(test_env(), &sink, schema, NULL, &writer), "writer");
        for (int64_t m = 0; m < METRICS_PER_FILE; m++) {
            char text[16];
            snprintf(text, sizeof text, "metric%05d", (int)m);
            inlay_bytes bytes = table_bytes(text);
            table_ok(inlay_writer_repeat(writer, 0, HALF, &bytes), "write");
            table_ok(inlay_writer_repeat(writer, 1, HALF, &m), "write");
        }
        table_ok(inlay_writer_finish(writer), "finish");
        inlay_writer_close(writer);
        table_open(&in[i]);
    }
    inlay_schema_close(schema);
    merge_ok(2, "metric_name", 0);
    CHECK_TEXT(table_groups(out.reader), "131000 131000 131000 131000 131000 131000 131000 83000");
    CHECK_INT(report.n_runs, 20000);
    table_close(&out);
}

/* ---- against a plain stable sort ---- */

enum { ROW_CELLS = 6, RANDOM_ROWS = 4000 };

struct random_row {
    char cells[ROW_CELLS][24];
};
static struct random_row random_rows[RANDOM_ROWS];
static size_t n_random;

/* k1 is a short string, k2 an unsigned integer; either may be null. */
static int random_compare(const struct random_row *a, const struct random_row *b, bool descending)
{
    bool x = a->cells[0][0] == '-', y = b->cells[0][0] == '-';
    int c = x || y ? (int)x - (int)y : strcmp(a->cells[0], b->cells[0]);
    if (c)
        return c;
    x = a->cells[1][0] == '-';
    y = b->cells[1][0] == '-';
    if (x || y)
        return (int)x - (int)y;
    uint64_t p = strtoull(a->cells[1], NULL, 10), q = strtoull(b->cells[1], NULL, 10);
    c = p < q ? -1 : p > q;
    return descending ? -c : c;
}

static void random_sort(struct random_row *rows, size_t n, bool descending) /* insertion: stable */
{
    for (size_t i = 1; i < n; i++) {
        struct random_row row = rows[i];
        size_t k = i;
        for (; k && random_compare(&rows[k - 1], &row, descending) > 0; k--)
            rows[k] = rows[k - 1];
        rows[k] = row;
    }
}

static void random_cell(char *cell, size_t capacity, int kind, bool null)
{
    static const char *const names[] = {"cpu", "cpu.usage.user", "cpu.usage.system", "mem", ""};
    unsigned r = (unsigned)test_random_below(5);
    if (null && test_random_below(5) == 0)
        snprintf(cell, capacity, "-");
    else if (kind == 0)
        snprintf(cell, capacity, "%s%u", names[r], (unsigned)test_random_below(2));
    else if (kind == 1)
        snprintf(cell, capacity, "%llu",
                 (unsigned long long)(test_random() >> (test_random_below(2) ? 61 : 0)));
    else if (kind == 2)
        snprintf(cell, capacity, "label-%u",
                 (unsigned)test_random_below(1 + test_random_below(40)));
    else if (kind == 3)
        snprintf(cell, capacity, "%g", (double)test_random_below(1000) / 8);
    else
        snprintf(cell, capacity,
                 r == 0   ? "[]"
                 : r == 1 ? "[%u]"
                          : "[%u,-,%u]",
                 (unsigned)test_random_below(9), (unsigned)test_random_below(9));
}

/* One input with some of the columns; its rows, sorted, are also appended to random_rows with "-"
 * for what it lacks. */
static void random_input(uint32_t input, bool descending)
{
    static const char *const names[ROW_CELLS] = {"k1", "k2", "label", "value", "list", "other"};
    static const char types[] = "suSDls", optional_types[] = "susdls";
    bool present[ROW_CELLS], null[ROW_CELLS];
    size_t n = (size_t)test_random_below(120), used = 0;
    char columns[256] = "", *at = buffer;
    for (int c = 0; c < ROW_CELLS; c++) {
        present[c] = c == 4 || test_random_below(8) != 0;
        null[c] = test_random_below(3) != 0 || (types[c] >= 'a');
        if (present[c])
            used +=
                (size_t)snprintf(columns + used, sizeof columns - used, "%s%s:%c", used ? " " : "",
                                 names[c], null[c] ? optional_types[c] : types[c]);
    }
    struct random_row *rows = random_rows + n_random;
    CHECK(n_random + n <= RANDOM_ROWS);
    for (size_t i = 0; i < n; i++)
        for (int c = 0; c < ROW_CELLS; c++) {
            snprintf(rows[i].cells[c], sizeof rows[i].cells[c], "-");
            if (present[c])
                random_cell(rows[i].cells[c], sizeof rows[i].cells[c], c == 5 ? 2 : c, null[c]);
        }
    random_sort(rows, n, descending);
    for (size_t i = 0; i < n; i++) {
        for (int c = 0; c < ROW_CELLS; c++)
            if (present[c])
                at += sprintf(at, "%s ", rows[i].cells[c]);
        at += sprintf(at, "\n");
    }
    *at = 0;
    n_random += n;
    static const char *const codecs[] = {"none", "snappy", "zstd:1"};
    struct table_options o = {.group_rows = (size_t)test_random_below(60)};
    o.write.page_rows = (size_t)test_random_below(30);
    o.write.page_version = 1 + (uint32_t)test_random_below(2);
    o.write.codec = codecs[test_random_below(3)];
    o.write.encoding = test_random_below(3) ? NULL : "plain";
    table_make(&in[input], columns, buffer, &o);
}

/* The output's cells in the order of random_rows. */
static void random_check(const char *sort, bool descending)
{
    static const char *const names[ROW_CELLS] = {"k1", "k2", "label", "value", "list", "other"};
    const inlay_schema *schema = inlay_reader_schema(out.reader);
    CHECK_INT(inlay_reader_rows(out.reader), n_random);
    random_sort(random_rows, n_random, descending);
    for (int c = 0; c < ROW_CELLS; c++) {
        uint32_t node = 0, leaf = 0;
        for (uint32_t i = 1; i < inlay_schema_nodes(schema); i = inlay_schema_node(schema, i)->end)
            if (strlen(names[c]) == inlay_schema_node(schema, i)->name.len &&
                memcmp(names[c], inlay_schema_node(schema, i)->name.data, strlen(names[c])) == 0)
                node = i;
        while (node && inlay_schema_node(schema, node)->leaf < 0)
            node++;
        if (!node) {
            for (size_t i = 0; i < n_random; i++)
                CHECK_TEXT(random_rows[i].cells[c], "-");
            continue;
        }
        leaf = (uint32_t)inlay_schema_node(schema, node)->leaf;
        struct table_text *cells = calloc(n_random + 1, sizeof *cells);
        CHECK(cells != NULL);
        table_read_leaf(out.reader, leaf, cells);
        for (size_t i = 0; i < n_random; i++) {
            if (strcmp(cells[i].data ? cells[i].data : "", random_rows[i].cells[c]) != 0)
                test_fail(__FILE__, __LINE__, "row %zu, %s: \"%s\", want \"%s\" (sort %s)", i,
                          names[c], cells[i].data, random_rows[i].cells[c], sort);
            free(cells[i].data);
        }
        free(cells);
    }
}

static void random_cases(void)
{
    for (int i = 0; i < 60; i++) {
        bool descending = test_random_below(2) != 0;
        uint32_t n = 1 + (uint32_t)test_random_below(8);
        uint64_t rows = 1 + test_random_below(200);
        n_random = 0;
        for (uint32_t k = 0; k < n; k++)
            random_input(k, descending);
        inlay_merge_options o = {.sort = descending ? "k1|-k2" : "k1|k2", .row_group_rows = rows};
        o.memory_bytes = test_random_below(3) ? 0 : 1;
        inlay_status status = merge_tables(n, &o);
        if (status == INLAY_ARG) { /* no input happened to have the key */
            CHECK_TEXT(test_env()->error.what, "no input has the sort column");
            close_inputs(n);
            inlay_sink_memory_free(&out.memory);
            continue;
        }
        table_ok(status, "merge");
        close_inputs(n);
        table_open(&out);
        random_check(o.sort, descending);
        table_close(&out);
    }
}

TEST_SUITE(merge_merge) = {
    {"merge: row groups at metric_name boundaries", several_row_groups_at_metric_name_boundaries},
    {"merge: small runs packed into one row group", runs_packed_into_one_row_group},
    {"merge: runs pack, then roll", runs_pack_then_roll},
    {"merge: a run larger than the cap stays one row group",
     a_run_larger_than_the_cap_stays_one_row_group},
    {"merge: all rows are kept over several row groups", rows_are_kept_over_row_groups},
    {"merge: each row group reads back", each_row_group_reads_back},
    {"merge: interleaved inputs", interleaved_inputs},
    {"merge: equal keys keep the order of inputs and rows", equal_keys_keep_input_and_row_order},
    {"merge: duplicates are all kept", duplicates_are_all_kept},
    {"merge: descending, nulls last", descending_with_nulls_last},
    {"merge: a null metric_name is one more value, the last", null_metric_name_is_one_more_value},
    {"merge: inputs of many row groups and small pages", many_row_groups_and_small_pages},
    {"merge: a column missing in one input is null there", a_column_missing_in_one_input},
    {"merge: REQUIRED and OPTIONAL make OPTIONAL", required_and_optional_make_optional},
    {"merge: REQUIRED everywhere stays REQUIRED", required_everywhere_stays_required},
    {"merge: lists follow their rows", lists_follow_their_rows},
    {"merge: REQUIRED lists become OPTIONAL, and null where missing",
     required_lists_become_optional},
    {"merge: lists of strings, dictionary and plain", lists_of_strings},
    {"merge: all flat types with nulls", all_flat_types},
    {"merge: columns stand by appearance", columns_stand_by_appearance},
    {"merge: columns of Quickwit's files stand in Husky order",
     quickwit_files_stand_in_husky_order},
    {"merge: columns of the same name go by occurrence", columns_of_the_same_name_go_by_occurrence},
    {"merge: type conflicts name input and column", type_conflicts},
    {"merge: at least one input", no_inputs},
    {"merge: sort texts that do not fit the files", bad_sort_texts},
    {"merge: footers must agree", footers_must_agree},
    {"merge: footer keys are passed on", footer_keys_are_passed_on},
    {"merge: the first merge counts one", merge_ops_count_from_none},
    {"merge: sorting_columns in every row group", sorting_columns_are_written},
    {"merge: the partition claim only where it holds", partition_claim_only_where_it_holds},
    {"merge: sorted_series and timestamp make the order", sorted_series_makes_the_order},
    {"merge: a null sorted_series is an error", null_sorted_series_is_an_error},
    {"merge: listed columns where an input has no sorted_series",
     columns_decide_where_an_input_has_no_sorted_series},
    {"merge: timestamp means timestamp_secs", timestamp_is_an_alias},
    {"merge: a missing timestamp column", missing_timestamp},
    {"merge: the caller's sort goes before the files' own", the_callers_sort_goes_before_the_files},
    {"merge: unsorted input is located, and nothing is written", unsorted_input_writes_nothing},
    {"merge: empty inputs among others", empty_inputs},
    {"merge: only empty inputs give an empty file", all_inputs_empty},
    {"merge: repeated strings stay dictionary-coded", repeated_strings_stay_dictionary_coded},
    {"merge: distinct strings are written plain", distinct_strings_are_written_plain},
    {"merge: a dictionary that grows too large is given up",
     a_dictionary_that_grows_too_large_is_given_up},
    {"merge: plain output on request", plain_output_on_request},
    {"merge: without memory to hold pages it is the same", without_memory_to_hold_pages},
    {"merge: progress counts values", progress_counts_values},
    {"merge: the greatest value comes before null, also where single rows take turns", the_greatest_value_comes_before_null},
    {"merge: when memory ends nothing leaks", no_memory_leaves_no_leaks},
    {"merge: 10,000 metrics of 100 rows make 8 row groups", ten_thousand_metrics_of_a_hundred_rows},
    {"merge: random cases equal a stable sort", random_cases},
    {0},
};
