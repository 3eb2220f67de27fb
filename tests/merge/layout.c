/* Facts about row groups, outputs and dry runs of a merge. */
#include "merge/table.h"

#include "inlay/inspect.h"

#define LAYOUT_METRICS "metric_name|host|-timestamp_secs/V2"
#define LAYOUT_COLUMNS "metric_name:s host:s timestamp_secs:u value:d"
#define LAYOUT_CLAIM "qh.rg_partition_prefix_len"

enum { LAYOUT_INPUTS = 8, LAYOUT_OUTPUTS = 8 };

static struct table in[LAYOUT_INPUTS], out[LAYOUT_OUTPUTS];
static uint32_t n_in, n_out, n_ended;
static inlay_merge_report report;
static char text[64 * 1024];

static int layout_next(void *ctx, uint32_t number, inlay_sink *sink)
{
    CHECK(ctx == &n_out && number == n_out && n_ended == n_out);
    *sink = inlay_sink_memory(&out[n_out++].memory, test_env());
    return 0;
}

static int layout_end(void *ctx, const inlay_merge_output *output)
{
    CHECK(ctx == &n_out && output->number == n_ended);
    CHECK_INT(output->bytes, out[n_ended].memory.bytes);
    n_ended++;
    return 0;
}

static inlay_status layout_try(const inlay_merge_options *options)
{
    inlay_reader *readers[LAYOUT_INPUTS];
    inlay_merge_options o = *options;
    n_out = n_ended = 0;
    if (!o.next_output) {
        o.next_output = layout_next;
        o.end_output = layout_end;
        o.output_ctx = &n_out;
    }
    for (uint32_t i = 0; i < n_in; i++)
        readers[i] = in[i].reader;
    return inlay_merge(test_env(), readers, n_in, NULL, &o, &report);
}

static void layout_close_inputs(void)
{
    while (n_in)
        table_close(&in[--n_in]);
}

/* Merge all inputs made, and open the outputs. */
static void layout_merge(const inlay_merge_options *options)
{
    table_ok(layout_try(options), "merge");
    CHECK_INT(n_ended, n_out);
    for (uint32_t i = 0; i < n_out; i++)
        table_open(&out[i]);
    layout_close_inputs();
}

static void layout_close(void)
{
    while (n_out)
        table_close(&out[--n_out]);
}

static void layout_input(const char *columns, const char *rows, const struct table_options *options)
{
    table_make(&in[n_in++], columns, rows, options);
}

static void layout_metrics(const char *rows)
{
    layout_input(LAYOUT_COLUMNS, rows,
                 &(struct table_options){.sort_fields = LAYOUT_METRICS,
                                         .keys = "qh.window_start=900 qh.window_duration_secs=900 mine=x"});
}

/* Row groups of all outputs: "3 2 / 4". */
static const char *layout_groups(void)
{
    static char all[512];
    size_t n = 0;
    for (uint32_t i = 0; i < n_out; i++)
        n += (size_t)snprintf(all + n, sizeof all - n, "%s%s", i ? " / " : "", table_groups(out[i].reader));
    return all;
}

static void three_metrics(void)
{
    layout_metrics("a x 3 1\na x 2 1\na y 3 1\nb x 9 1\n");
    layout_metrics("a y 2 1\nb x 8 1\nc x 1 1\nc y 1 1\nc z 1 1\n");
}

static void a_row_group_for_every_value(void)
{
    three_metrics();
    layout_merge(&(inlay_merge_options){.layout = INLAY_MERGE_PER_VALUE});
    CHECK_TEXT(layout_groups(), "4 2 3");
    CHECK_TEXT(table_key(out[0].reader, LAYOUT_CLAIM), "1");
    CHECK_TEXT(report.row_group_column, "metric_name");
    layout_close();
}

static void a_row_group_for_every_combination(void)
{
    three_metrics();
    layout_merge(&(inlay_merge_options){.layout = INLAY_MERGE_PER_VALUE, .layout_columns = 2});
    CHECK_TEXT(layout_groups(), "2 2 2 1 1 1");
    CHECK_TEXT(table_key(out[0].reader, LAYOUT_CLAIM), "2");
    layout_close();
}

/* Two names that agree in their first 200 bytes, where truncated statistics are the same. */
static void long_names_are_told_apart(void)
{
    char name[201], *at = text;
    memset(name, 'n', 200);
    name[200] = 0;
    for (int i = 0; i < 6; i++)
        at += sprintf(at, "%s%d h %d 1\n", name, i / 3, 9 - i % 3);
    layout_metrics(text);
    layout_metrics(text);
    layout_merge(&(inlay_merge_options){.layout = INLAY_MERGE_PER_VALUE});
    CHECK_TEXT(layout_groups(), "6 6");
    CHECK_TEXT(table_key(out[0].reader, LAYOUT_CLAIM), "1");
    layout_close();
}

static void packed_row_groups_claim_nothing(void)
{
    three_metrics();
    layout_merge(&(inlay_merge_options){.row_group_rows = 6});
    CHECK_TEXT(layout_groups(), "6 3");
    CHECK_TEXT(table_key(out[0].reader, LAYOUT_CLAIM), "");
    layout_close();
}

static void split_runs_claim_nothing(void)
{
    three_metrics();
    layout_merge(&(inlay_merge_options){.layout = INLAY_MERGE_PER_VALUE, .row_group_rows = 2, .split_oversize = true});
    CHECK_TEXT(layout_groups(), "2 2 2 2 1");
    CHECK_TEXT(table_key(out[0].reader, LAYOUT_CLAIM), "");
    CHECK_TEXT(report.row_group_column, "");
    layout_close();
}

/* sorted_series orders; the metric that cuts comes back. */
static void values_that_come_back_claim_nothing(void)
{
    layout_input("metric_name:s sorted_series:Y timestamp_secs:u", "x s1 9\ny s2 9\nx s3 9\n",
                 &(struct table_options){.sort_fields = "metric_name|timestamp_secs/V2"});
    layout_merge(&(inlay_merge_options){.layout = INLAY_MERGE_PER_VALUE});
    CHECK_TEXT(layout_groups(), "1 1 1");
    CHECK_TEXT(table_key(out[0].reader, LAYOUT_CLAIM), "");
    layout_close();
}

static void floats_are_cut_but_not_claimed(void)
{
    layout_input("metric_value:d timestamp_secs:u", "0.5 9\n0.5 8\n1 9\n",
                 &(struct table_options){.sort_fields = "metric_value|timestamp_secs/V2"});
    layout_merge(&(inlay_merge_options){.layout = INLAY_MERGE_PER_VALUE});
    CHECK_TEXT(layout_groups(), "2 1");
    CHECK_TEXT(table_key(out[0].reader, LAYOUT_CLAIM), "");
    layout_close();
}

static void null_is_one_more_value(void)
{
    layout_metrics("a x 3 1\n- x 2 1\n- y 3 1\n");
    layout_merge(&(inlay_merge_options){.layout = INLAY_MERGE_PER_VALUE});
    CHECK_TEXT(layout_groups(), "1 2");
    CHECK_TEXT(table_key(out[0].reader, LAYOUT_CLAIM), "1");
    layout_close();
}

static void without_a_layout(void)
{
    three_metrics();
    layout_merge(&(inlay_merge_options){.layout = INLAY_MERGE_NONE});
    CHECK_TEXT(layout_groups(), "9");
    CHECK_TEXT(report.row_group_column, "");
    layout_close();
    three_metrics();
    layout_merge(&(inlay_merge_options){.layout = INLAY_MERGE_NONE, .row_group_rows = 4});
    CHECK_TEXT(layout_groups(), "4 4 1");
    layout_close();
}

static void options_that_contradict(void)
{
    three_metrics();
    CHECK_INT(layout_try(&(inlay_merge_options){.layout = INLAY_MERGE_PER_VALUE, .layout_columns = 4}), INLAY_ARG);
    CHECK_TEXT(test_env()->error.what, "the layout names more columns than the sort key has");
    CHECK_INT(layout_try(&(inlay_merge_options){.layout = 3}), INLAY_ARG);
    CHECK_INT(layout_try(&(inlay_merge_options){.outputs = 2, .output_bytes = 5}), INLAY_ARG);
    inlay_reader *reader = in[0].reader;
    inlay_sink sink = inlay_sink_memory(&out[0].memory, test_env());
    CHECK_INT(inlay_merge(test_env(), &reader, 1, &sink, &(inlay_merge_options){.outputs = 2}, NULL), INLAY_ARG);
    CHECK_TEXT(test_env()->error.what, "several outputs want next_output");
    CHECK_INT(out[0].memory.bytes, 0);
    layout_close_inputs();
}

/* ---- outputs ---- */

static void outputs_end_between_series(void)
{
    three_metrics(); /* series of 2 2 2 1 1 1 rows */
    layout_merge(&(inlay_merge_options){.outputs = 3});
    CHECK_TEXT(layout_groups(), "4 / 3 / 2"); /* 9 / 3 = 3 rows are enough */
    CHECK_INT(report.n_outputs, 3);
    CHECK_INT(report.n_rows, 9);
    CHECK_INT(report.n_row_groups, 3);
    CHECK_INT(report.output_bytes, out[0].memory.bytes + out[1].memory.bytes + out[2].memory.bytes);
    char *rows = table_rows(out[1].reader);
    CHECK_TEXT(rows, "b x 9 1\nb x 8 1\nc x 1 1\n");
    free(rows);
    layout_close();
}

static void split_after_oversized_series(void)
{
    layout_metrics("a x 6 1\na x 5 1\na x 4 1\na x 3 1\na x 2 1\na x 1 1\nb x 1 1\nc x 1 1\n");
    layout_merge(&(inlay_merge_options){.outputs = 3});
    CHECK_TEXT(layout_groups(), "6 / 1 / 1");
    layout_close();
}

static void not_more_files_than_series(void)
{
    layout_metrics("a x 6 1\na x 5 1\na y 4 1\n");
    layout_merge(&(inlay_merge_options){.outputs = 7});
    CHECK_TEXT(layout_groups(), "2 / 1");
    layout_close();
    layout_metrics("");
    layout_merge(&(inlay_merge_options){.outputs = 7});
    CHECK_INT(n_out, 1);
    CHECK_INT(inlay_reader_rows(out[0].reader), 0);
    layout_close();
}

static void sorted_series_makes_series(void)
{
    layout_input("metric_name:s host:s sorted_series:Y timestamp_secs:u",
                 "a x s1 9\na y s1 8\na y s2 9\na y s2 8\na y s3 9\n",
                 &(struct table_options){.sort_fields = LAYOUT_METRICS});
    layout_merge(&(inlay_merge_options){.outputs = 9});
    CHECK_TEXT(layout_groups(), "2 / 2 / 1");
    layout_close();
}

static void without_a_timestamp_all_but_the_last_column(void)
{
    layout_input("a:i b:i c:i", "1 1 1\n1 1 2\n1 2 1\n2 1 1\n2 1 2\n", NULL);
    layout_merge(&(inlay_merge_options){.sort = "a|b|c", .outputs = 9});
    CHECK_TEXT(layout_groups(), "2 / 1 / 2");
    layout_close();
    layout_input("a:i", "1\n1\n2\n", NULL);
    layout_merge(&(inlay_merge_options){.sort = "a", .outputs = 9});
    CHECK_TEXT(layout_groups(), "2 / 1");
    layout_close();
}

static void every_output_has_its_footer(void)
{
    three_metrics();
    layout_merge(&(inlay_merge_options){.outputs = 3, .layout = INLAY_MERGE_PER_VALUE, .keep_key_values = true});
    CHECK_TEXT(layout_groups(), "4 / 2 1 / 2"); /* metric c is in two files, and once in each */
    for (uint32_t i = 0; i < 3; i++) {
        inlay_sorting sorting;
        CHECK_TEXT(table_key(out[i].reader, "qh.sort_fields"), LAYOUT_METRICS);
        CHECK_TEXT(table_key(out[i].reader, "qh.window_start"), "900");
        CHECK_TEXT(table_key(out[i].reader, "qh.window_duration_secs"), "900");
        CHECK_TEXT(table_key(out[i].reader, "qh.num_merge_ops"), "1");
        CHECK_TEXT(table_key(out[i].reader, LAYOUT_CLAIM), "1");
        CHECK_TEXT(table_key(out[i].reader, "mine"), "x");
        CHECK_INT(inlay_reader_sorting(out[i].reader, 0, 2, &sorting), INLAY_OK);
        CHECK(sorting.leaf == 2 && sorting.descending);
    }
    layout_close();
}

static void other_keys_stay_only_on_request(void)
{
    three_metrics();
    layout_merge(&(inlay_merge_options){0});
    CHECK_TEXT(table_key(out[0].reader, "mine"), "");
    layout_close();
}

static void outputs_by_bytes(void)
{
    three_metrics();
    layout_merge(&(inlay_merge_options){.output_bytes = 1}); /* a file a series */
    CHECK_TEXT(layout_groups(), "2 / 2 / 2 / 1 / 1 / 1");
    layout_close();
    three_metrics();
    layout_merge(&(inlay_merge_options){.output_bytes = UINT64_MAX});
    CHECK_TEXT(layout_groups(), "9");
    layout_close();
}

static int layout_full(void *ctx, uint32_t number, inlay_sink *sink)
{
    (void)ctx;
    if (number == 0)
        *sink = inlay_sink_memory(&out[0].memory, test_env());
    return number == 1 ? 28 : 0; /* ENOSPC */
}

static void an_output_that_cannot_be_made(void)
{
    three_metrics();
    CHECK_INT(layout_try(&(inlay_merge_options){.outputs = 3, .next_output = layout_full}), INLAY_IO);
    CHECK_TEXT(test_env()->error.what, "an output cannot be made");
    CHECK_INT(test_env()->error.os_error, 28);
    inlay_sink_memory_free(&out[0].memory);
    layout_close_inputs();
}

/* Long enough for pages that move: 3 inputs of 4 row groups. */
static void layout_long_inputs(void)
{
    for (int i = 0; i < 3; i++) {
        char *at = text;
        for (int row = 0; row < 2000; row++)
            at += sprintf(at, "m%03d h%d %d %d\n", i < 2 ? row / 100 + 30 * i : row / 90,
                          i < 2 ? row % 100 / 50 : row % 90 / 45, 5000 - row, row % 7);
        layout_input(LAYOUT_COLUMNS, text,
                     &(struct table_options){.sort_fields = LAYOUT_METRICS, .group_rows = 1000, .write.page_rows = 300});
    }
}

static void outputs_are_the_same_for_any_number_of_threads(void)
{
    inlay_merge_options o = {.outputs = 5, .row_group_rows = 300, .threads = 1, .memory_bytes = (uint64_t)8 << 30};
    struct table first[LAYOUT_OUTPUTS];
    layout_long_inputs();
    table_ok(layout_try(&o), "merge");
    CHECK_INT(n_out, 5);
    memcpy(first, out, sizeof first);
    memset(out, 0, sizeof out);
    o.threads = 3;
    layout_merge(&o);
    CHECK_INT(n_out, 5);
    for (uint32_t i = 0; i < n_out; i++) {
        CHECK_INT(out[i].memory.bytes, first[i].memory.bytes);
        CHECK(memcmp(out[i].memory.data, first[i].memory.data, first[i].memory.bytes) == 0);
        inlay_sink_memory_free(&first[i].memory);
    }
    layout_close();
}

/* ---- a dry run ---- */

static int layout_told(void *ctx, const inlay_merge_row_group *group)
{
    char **at = ctx;
    *at += sprintf(*at, "%u.%u: %llu", (unsigned)group->output, (unsigned)group->row_group,
                   (unsigned long long)group->n_rows);
    for (int last = 0; last < 2; last++)
        for (size_t i = 0; i < group->n_keys; i++) {
            const void *value = last ? group->keys[i].last : group->keys[i].first;
            *at += sprintf(*at, "%s", i ? "|" : last ? " .. " : " ");
            if (!value)
                *at += sprintf(*at, "null");
            else if (group->keys[i].leaf->type == INLAY_BYTE_ARRAY)
                *at += sprintf(*at, "%.*s", (int)((const inlay_bytes *)value)->len,
                               (const char *)((const inlay_bytes *)value)->data);
            else
                *at += sprintf(*at, "%lld", (long long)*(const int64_t *)value);
        }
    *at += sprintf(*at, "\n");
    return 0;
}

static void a_dry_run_tells_row_groups(void)
{
    char *at = text;
    layout_metrics("a x 3 1\na x 2 1\na - 3 1\nb x 9 1\n");
    layout_metrics("a y 2 1\nb x 8 1\nc x 1 1\nc y 1 1\nc z 1 1\n");
    table_ok(layout_try(&(inlay_merge_options){
                 .dry_run = true, .row_group_rows = 6, .outputs = 2, .row_group = layout_told, .row_group_ctx = &at}),
             "dry run");
    CHECK_TEXT(text, "0.0: 4 a|x|3 .. a|null|3\n1.0: 5 b|x|9 .. c|z|1\n");
    CHECK_INT(n_out, 0);
    CHECK_INT(report.n_rows, 9);
    CHECK_INT(report.n_row_groups, 2);
    CHECK_INT(report.n_outputs, 2);
    CHECK_INT(report.output_bytes, 0);
    at = text;
    table_ok(layout_try(&(inlay_merge_options){.dry_run = true,
                                               .layout = INLAY_MERGE_PER_VALUE,
                                               .layout_columns = 2,
                                               .row_group = layout_told,
                                               .row_group_ctx = &at}),
             "dry run");
    CHECK_TEXT(text, "0.0: 2 a|x|3 .. a|x|2\n0.1: 1 a|y|2 .. a|y|2\n0.2: 1 a|null|3 .. a|null|3\n"
                     "0.3: 2 b|x|9 .. b|x|8\n0.4: 1 c|x|1 .. c|x|1\n0.5: 1 c|y|1 .. c|y|1\n0.6: 1 c|z|1 .. c|z|1\n");
    layout_close_inputs();
}

static int layout_stops(void *ctx, const inlay_merge_row_group *group)
{
    (void)ctx, (void)group;
    return 1;
}

static void a_dry_run_can_be_stopped(void)
{
    three_metrics();
    CHECK_INT(layout_try(&(inlay_merge_options){.dry_run = true, .row_group = layout_stops}), INLAY_ARG);
    CHECK_TEXT(test_env()->error.what, "stopped by the caller");
    layout_close_inputs();
}

/* A dry run knows what moves: the same bytes as are then moved. */
static void a_dry_run_knows_what_moves(void)
{
    static const inlay_merge_options cases[] = {{.layout = INLAY_MERGE_PACK},
                                                {.layout = INLAY_MERGE_PACK, .row_group_rows = 1000},
                                                {.layout = INLAY_MERGE_NONE},
                                                {.layout = INLAY_MERGE_PACK, .write.codec = "snappy"}};
    uint64_t most = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        inlay_merge_options o = cases[i];
        layout_long_inputs();
        table_close(&in[--n_in]); /* the two that do not interleave */
        o.dry_run = true;
        table_ok(layout_try(&o), "dry run");
        uint64_t moved = report.moved_bytes;
        o.dry_run = false;
        layout_merge(&o);
        CHECK_INT(moved, report.moved_bytes);
        most = moved > most ? moved : most;
        if (o.write.codec)
            CHECK_INT(moved, 0);
        layout_close();
    }
    CHECK(most > 0);
}

/* ---- rows of equal keys ---- */

static void equal_rows(void)
{
    layout_metrics("a x 3 1\na x 2 1\na y 3 1\nb x 9 1\n");
    layout_metrics("a x 2 2\na y 3 2\na y 2 2\nb x 9 2\nc x 1 2\n");
}

static void layouts_count_the_rows_that_stay(void)
{
    static const char *const rows[] = {
        [INLAY_EQUAL_FIRST] = "a x 3 1\na x 2 1\na y 3 1\na y 2 2\nb x 9 1\nc x 1 2\n",
        [INLAY_EQUAL_LAST] = "a x 3 1\na x 2 2\na y 3 2\na y 2 2\nb x 9 2\nc x 1 2\n",
    };
    for (int on_equal = INLAY_EQUAL_FIRST; on_equal <= INLAY_EQUAL_LAST; on_equal++) {
        inlay_merge_options o = {.layout = INLAY_MERGE_PER_VALUE, .layout_columns = 2, .on_equal = (inlay_on_equal)on_equal};
        equal_rows();
        layout_merge(&o);
        CHECK_TEXT(layout_groups(), "2 2 1 1");
        CHECK_TEXT(table_key(out[0].reader, LAYOUT_CLAIM), "2");
        char *got = table_rows(out[0].reader);
        CHECK_TEXT(got, rows[on_equal]);
        free(got);
        layout_close();
        equal_rows();
        o.outputs = 3; /* 6 / 3 = 2 rows are enough */
        o.layout = INLAY_MERGE_PACK;
        layout_merge(&o);
        CHECK_TEXT(layout_groups(), "2 / 2 / 2");
        layout_close();
        equal_rows();
        o.outputs = 0;
        o.layout = INLAY_MERGE_NONE;
        o.row_group_rows = 1;
        layout_merge(&o);
        CHECK_TEXT(layout_groups(), "1 1 1 1 1 1");
        layout_close();
    }
}

/* Behind rows that were dropped from its input: the last output's only row is its first one. */
static void row_keys_are_of_rows_that_stay(void)
{
    equal_rows();
    layout_merge(&(inlay_merge_options){.outputs = 4, .on_equal = INLAY_EQUAL_FIRST});
    CHECK_TEXT(layout_groups(), "2 / 2 / 1 / 1");
    for (uint32_t i = 2; i < 4; i++) {
        const char *keys = table_key(out[i].reader, "qh.row_keys_json");
        CHECK(strstr(keys, i == 2 ? "[98]" : "[99]") && !strstr(keys, i == 2 ? "[99]" : "[98]")); /* "b", "c" */
    }
    layout_close();
}

static void a_dry_run_tells_the_rows_that_stay(void)
{
    for (int on_equal = INLAY_EQUAL_FIRST; on_equal <= INLAY_EQUAL_LAST; on_equal++) {
        char *at = text;
        equal_rows();
        table_ok(layout_try(&(inlay_merge_options){.dry_run = true,
                                                   .layout = INLAY_MERGE_PER_VALUE,
                                                   .on_equal = (inlay_on_equal)on_equal,
                                                   .row_group = layout_told,
                                                   .row_group_ctx = &at}),
                 "dry run");
        CHECK_TEXT(text, "0.0: 4 a|x|3 .. a|y|2\n0.1: 1 b|x|9 .. b|x|9\n0.2: 1 c|x|1 .. c|x|1\n");
        CHECK_INT(report.n_dropped, 3);
        layout_close_inputs();
    }
}

/* ---- columns ---- */

static int layout_configure(void *ctx, const inlay_schema *schema, inlay_write_options *write)
{
    static inlay_column_options columns[2];
    CHECK_INT(inlay_schema_leaves(schema), 4);
    columns[0] = (inlay_column_options){.leaf = 0, .bloom_fpp = 0.01};
    columns[1] = (inlay_column_options){.leaf = 2, .codec = "snappy", .bloom_fpp = 0.01};
    write->columns = columns;
    write->n_columns = 2;
    return *(int *)ctx;
}

static void columns_are_configured_by_the_output(void)
{
    int stop = 0;
    inlay_chunk chunk;
    layout_long_inputs();
    layout_merge(&(inlay_merge_options){.configure = layout_configure, .configure_ctx = &stop});
    CHECK_INT(inlay_reader_chunk(out[0].reader, 0, 2, &chunk), INLAY_OK);
    CHECK_INT(chunk.codec, 1); /* SNAPPY */
    CHECK_INT(inlay_reader_chunk(out[0].reader, 0, 3, &chunk), INLAY_OK);
    CHECK(chunk.codec == 6 && chunk.bloom_at < 0); /* ZSTD */
    layout_close();
    stop = 1;
    layout_long_inputs();
    CHECK_INT(layout_try(&(inlay_merge_options){.configure = layout_configure, .configure_ctx = &stop}), INLAY_ARG);
    layout_close_inputs();
}

/* Is every value of a column in the filters of its row groups? */
static void layout_blooms_hold(inlay_reader *reader, uint32_t leaf)
{
    const inlay_node *node = inlay_schema_leaf(inlay_reader_schema(reader), leaf);
    inlay_column *column;
    inlay_batch b;
    uint32_t loaded = UINT32_MAX;
    inlay_bloom *bloom = NULL;
    table_ok(inlay_column_open(reader, leaf, 0, &column), "column");
    while (inlay_column_read(column, 0, &b) == INLAY_OK) {
        if (inlay_column_row_group(column) != loaded) {
            inlay_bloom_close(test_env(), bloom);
            loaded = inlay_column_row_group(column);
            table_ok(inlay_bloom_open(reader, loaded, leaf, &bloom), "bloom filter");
        }
        for (size_t i = 0; i < b.n_values; i++)
            CHECK(inlay_bloom_may_hold(bloom, node, (const uint8_t *)b.values + i * inlay_node_width(node)));
    }
    inlay_bloom_close(test_env(), bloom);
    inlay_column_close(column);
}

static void blooms_have_the_values_of_moved_pages(void)
{
    int stop = 0;
    for (uint32_t threads = 1; threads <= 3; threads += 2) {
        layout_long_inputs();
        table_close(&in[--n_in]);
        layout_merge(&(inlay_merge_options){.configure = layout_configure,
                                            .configure_ctx = &stop,
                                            .row_group_rows = 1500,
                                            .threads = threads,
                                            .memory_bytes = (uint64_t)8 << 30});
        CHECK(report.moved_bytes > 0);
        layout_blooms_hold(out[0].reader, 0);
        layout_blooms_hold(out[0].reader, 2);
        layout_close();
    }
}

TEST_SUITE(merge_layout) = {
    {"layout: a row group for every value", a_row_group_for_every_value},
    {"layout: a row group for every combination of two columns", a_row_group_for_every_combination},
    {"layout: names of 201 bytes are told apart by their last one", long_names_are_told_apart},
    {"layout: packed row groups claim nothing", packed_row_groups_claim_nothing},
    {"layout: split runs claim nothing", split_runs_claim_nothing},
    {"layout: values that come back claim nothing", values_that_come_back_claim_nothing},
    {"layout: floats are cut but not claimed", floats_are_cut_but_not_claimed},
    {"layout: null is one more value", null_is_one_more_value},
    {"layout: without one, the cap alone cuts", without_a_layout},
    {"layout: options that contradict each other", options_that_contradict},
    {"outputs: they end between series", outputs_end_between_series},
    {"outputs: split after oversized series", split_after_oversized_series},
    {"outputs: not more files than series", not_more_files_than_series},
    {"outputs: sorted_series makes series", sorted_series_makes_series},
    {"outputs: without a timestamp all columns but the last make series", without_a_timestamp_all_but_the_last_column},
    {"outputs: every one has its footer", every_output_has_its_footer},
    {"outputs: other keys stay only on request", other_keys_stay_only_on_request},
    {"outputs: by the bytes that went in", outputs_by_bytes},
    {"outputs: one that cannot be made", an_output_that_cannot_be_made},
    {"outputs: the same for any number of threads", outputs_are_the_same_for_any_number_of_threads},
    {"dry run: row groups with their first and last keys", a_dry_run_tells_row_groups},
    {"dry run: can be stopped", a_dry_run_can_be_stopped},
    {"dry run: knows what moves", a_dry_run_knows_what_moves},
    {"layout: counts the rows that stay", layouts_count_the_rows_that_stay},
    {"outputs: row keys are of rows that stay", row_keys_are_of_rows_that_stay},
    {"dry run: tells the rows that stay", a_dry_run_tells_the_rows_that_stay},
    {"columns: configured by the output's schema", columns_are_configured_by_the_output},
    {"columns: bloom filters have the values of moved pages", blooms_have_the_values_of_moved_pages},
    {0},
};
