#include "merge/table.h"

enum { RESORT_TEST_INPUTS = 4, RESORT_LITTLE = 1 };

static struct table in[RESORT_TEST_INPUTS], out;
static inlay_merge_report report;

static inlay_status resort(uint32_t n, const char *sort, uint64_t memory_bytes)
{
    inlay_reader *readers[RESORT_TEST_INPUTS];
    inlay_sink sink = inlay_sink_memory(&out.memory, test_env());
    for (uint32_t i = 0; i < n; i++)
        readers[i] = in[i].reader;
    inlay_merge_options options = {.sort = sort, .memory_bytes = memory_bytes, .resort = true};
    return inlay_merge(test_env(), readers, n, &sink, &options, &report);
}

static void close_inputs(uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        table_close(&in[i]);
}

/* Merge, check the rows and how many inputs were not sorted. */
static void becomes(uint32_t n, const char *sort, uint32_t n_resorted, const char *rows)
{
    table_ok(resort(n, sort, 0), "merge");
    table_open(&out);
    char *got = table_rows(out.reader);
    CHECK_TEXT(got, rows);
    CHECK_INT(report.n_resorted, n_resorted);
    free(got);
    table_close(&out);
    close_inputs(n);
}

static void fails(uint32_t n, const char *sort, inlay_status status, const char *what, int input)
{
    CHECK_INT(resort(n, sort, 0), status);
    CHECK_TEXT(test_env()->error.what, what);
    CHECK_INT(test_env()->error.input, input);
    close_inputs(n);
    inlay_sink_memory_free(&out.memory);
}

static void unsorted_input_comes_out_sorted(void)
{
    table_make(&in[0], "name:s v:i", "mem 1\ncpu 2\nnet 3\ncpu 4\nmem 5\n", NULL);
    becomes(1, "name", 1, "cpu 2\ncpu 4\nmem 1\nmem 5\nnet 3\n");
}

static void several_keys_and_directions(void)
{
    table_make(&in[0], "a:w b:s c:i", "1 x 0\n2 x 1\n1 y 2\n2 z 3\n1 z 4\n", NULL);
    becomes(1, "a|-b", 1, "1 z 4\n1 y 2\n1 x 0\n2 z 3\n2 x 1\n");
}

/* The first eight bytes are the same, so the strings themselves are compared. */
static void long_strings_are_compared_whole(void)
{
    table_make(&in[0], "a:s v:i", "metric.cpu.b 0\nmetric.cpu.aa 1\nmetric.cpu 2\nmetric.cpu.a 3\n", NULL);
    becomes(1, "a", 1, "metric.cpu 2\nmetric.cpu.a 3\nmetric.cpu.aa 1\nmetric.cpu.b 0\n");
    table_make(&in[0], "a:s v:i", "metric.cpu.a 0\nmetric.cpu.b 1\nmetric.cpu.aa 2\nmetric.cpu.b 3\n",
               &(struct table_options){.write = {.encoding = "plain"}});
    becomes(1, "-a", 1, "metric.cpu.b 1\nmetric.cpu.b 3\nmetric.cpu.aa 2\nmetric.cpu.a 0\n");
}

static void nulls_are_last_in_both_directions(void)
{
    table_make(&in[0], "a:i b:i", "- 0\n3 1\n- 2\n5 3\n", NULL);
    becomes(1, "a", 1, "3 1\n5 3\n- 0\n- 2\n");
    table_make(&in[0], "a:i b:i", "- 0\n3 1\n- 2\n5 3\n", NULL);
    becomes(1, "-a", 1, "5 3\n3 1\n- 0\n- 2\n");
}

static void floats_go_by_value(void)
{
    table_make(&in[0], "a:d b:i", "nan 0\n1 1\n0 2\n-0 3\n0 4\n-1 5\n", NULL);
    becomes(1, "a", 1, "-1 5\n0 2\n-0 3\n0 4\n1 1\nnan 0\n");
}

static void all_columns_follow_their_rows(void)
{
    table_make(&in[0], "k:w s:s y:y u:u d:d b:b l:l n:n",
               "3 - q 1 0.5 1 [1,2] [a,-]\n"
               "1 x - 2 - 0 [] -\n"
               "2 y r - 1.5 - - [b]\n"
               "1 z s 3 2.5 1 [-,7] []\n",
               NULL);
    becomes(1, "k", 1,
            "1 x - 2 - 0 [] -\n"
            "1 z s 3 2.5 1 [-,7] []\n"
            "2 y r - 1.5 - - [b]\n"
            "3 - q 1 0.5 1 [1,2] [a,-]\n");
}

static void small_row_groups_and_pages(void)
{
    table_make(&in[0], "k:i l:l s:s", "5 [1] a\n4 [2,3] b\n3 - b\n2 [] a\n1 [4,5,6] c\n",
               &(struct table_options){.group_rows = 2, .write = {.page_rows = 1}});
    becomes(1, "k", 1, "1 [4,5,6] c\n2 [] a\n3 - b\n4 [2,3] b\n5 [1] a\n");
}

static void equal_keys_keep_input_and_row_order(void)
{
    table_make(&in[0], "k:i v:i", "1 0\n2 1\n", NULL);
    table_make(&in[1], "k:i v:i", "2 10\n1 11\n2 12\n1 13\n", NULL);
    table_make(&in[2], "k:i v:i", "1 20\n2 21\n", NULL);
    becomes(3, "k", 1, "1 0\n1 11\n1 13\n1 20\n2 1\n2 10\n2 12\n2 21\n");
}

static void sorted_inputs_are_left_alone(void)
{
    table_make(&in[0], "k:i v:i", "1 0\n1 1\n2 2\n", NULL);
    table_make(&in[1], "k:i v:i", "", NULL);
    becomes(2, "k", 0, "1 0\n1 1\n2 2\n");
}

static void an_input_without_the_key(void)
{
    table_make(&in[0], "v:i", "7\n6\n", NULL);
    table_make(&in[1], "k:i v:i", "2 0\n1 1\n", NULL);
    becomes(2, "k", 1, "1 1\n0 2\n7 -\n6 -\n");
}

static void the_files_own_sort_key(void)
{
    struct table_options o = {.sort_fields = "metric_name|-timestamp_secs/V2"};
    table_make(&in[0], "metric_name:s timestamp_secs:i", "b 1\na 1\na 2\n", &o);
    table_make(&in[1], "metric_name:s timestamp_secs:i", "a 3\nb 2\n", &o);
    becomes(2, NULL, 1, "a 3\na 2\na 1\nb 2\nb 1\n");
}

static void a_null_sorted_series_stays_an_error(void)
{
    struct table_options o = {.sort_fields = "metric_name|-timestamp_secs/V2"};
    table_make(&in[0], "metric_name:s timestamp_secs:i sorted_series:y", "a 1 x\n", &o);
    table_make(&in[1], "metric_name:s timestamp_secs:i sorted_series:y", "b 1 z\na 1 x\na 2 -\n", &o);
    fails(2, NULL, INLAY_CORRUPT, "null in a key column that must not have any", 1);
}

/* ---- more rows than fit ---- */

enum { RESORT_ROWS = 200000 };

/* k:i n:S v:d t:l, in an order that has nothing of the key's. `at` numbers the rows. */
static void make_large(uint32_t i, uint32_t rows)
{
    static int64_t keys[RESORT_ROWS], lists[RESORT_ROWS];
    static inlay_bytes names[RESORT_ROWS];
    static char texts[RESORT_ROWS][24];
    static uint8_t levels[RESORT_ROWS];
    inlay_sink sink = inlay_sink_memory(&in[i].memory, test_env());
    inlay_writer *writer;
    table_parse_columns(&in[i], "k:I n:S at:I l:l");
    inlay_schema *schema = table_schema(&in[i]);
    table_ok(inlay_writer_open(test_env(), &sink, schema, NULL, &writer), "writer");
    for (uint32_t r = 0; r < rows; r++) {
        keys[r] = (int64_t)((r * UINT64_C(7919)) % 1009);
        lists[r] = r;
        snprintf(texts[r], sizeof texts[r], "text %u", (unsigned)(r * 2654435761u));
        names[r] = table_bytes(texts[r]);
        levels[r] = 3;
    }
    table_ok(inlay_writer_write(writer, 0, &(inlay_batch){.n_levels = rows, .n_values = rows, .values = keys}), "k");
    table_ok(inlay_writer_write(writer, 1, &(inlay_batch){.n_levels = rows, .n_values = rows, .values = names}), "n");
    table_ok(inlay_writer_write(writer, 2, &(inlay_batch){.n_levels = rows, .n_values = rows, .values = lists}), "at");
    table_ok(inlay_writer_write(writer, 3,
                                &(inlay_batch){.n_levels = rows, .n_values = rows, .def = levels, .values = lists}),
             "l");
    table_ok(inlay_writer_finish(writer), "finish");
    inlay_writer_close(writer);
    inlay_schema_close(schema);
    table_open(&in[i]);
}

/* All rows of an INT64 column. */
static int64_t *read_ints(uint32_t leaf, int64_t *to)
{
    inlay_column *column;
    inlay_batch b;
    size_t n = 0;
    table_ok(inlay_column_open(out.reader, leaf, 0, &column), "column");
    while (inlay_column_read(column, 0, &b) == INLAY_OK) {
        memcpy(to + n, b.values, b.n_values * sizeof *to);
        n += b.n_values;
    }
    inlay_column_close(column);
    return to;
}

/* Equal keys come by input, then by row; the list has the row's own number. */
static void large_is_sorted(uint32_t n_inputs)
{
    static int64_t keys[2 * RESORT_ROWS], at[2 * RESORT_ROWS], lists[2 * RESORT_ROWS];
    size_t n = (size_t)inlay_reader_rows(out.reader), again = 0;
    CHECK_INT(n, n_inputs * RESORT_ROWS);
    read_ints(0, keys);
    read_ints(2, at);
    read_ints(3, lists);
    for (size_t i = 0; i < n; i++) {
        bool begins = i == 0 || keys[i] != keys[i - 1];
        CHECK_INT(keys[i], (at[i] * 7919) % 1009);
        CHECK_INT(lists[i], at[i]);
        CHECK(begins || i == 0 || keys[i] >= keys[i - 1]);
        again = begins ? 0 : again + (at[i] <= at[i - 1]);
        CHECK(again < n_inputs);
    }
}

static void an_input_of_many_runs_keeps_its_rank(void)
{
    make_large(0, RESORT_ROWS);
    make_large(1, RESORT_ROWS);
    table_ok(resort(2, "k", RESORT_LITTLE), "merge");
    CHECK_INT(report.n_resorted, 2);
    table_open(&out);
    large_is_sorted(2);
    table_close(&out);
    close_inputs(2);
}

/* The rows take 14 MB, the widest column alone 5. */
static void memory_is_bounded(void)
{
    make_large(0, RESORT_ROWS);
    uint64_t before = test_env()->used_bytes;
    inlay_sink sink = inlay_sink_memory(&out.memory, test_env());
    inlay_merge_options options = {.sort = "k", .memory_bytes = before + 3000000, .resort = true};
    test_env()->peak_bytes = before;
    table_ok(inlay_merge(test_env(), &in[0].reader, 1, &sink, &options, &report), "merge");
    uint64_t peak = test_env()->peak_bytes - before - out.memory.capacity;
    CHECK(peak < 9000000);
    table_open(&out);
    large_is_sorted(1);
    table_close(&out);
    close_inputs(1);
}

static void when_memory_ends_nothing_leaks(void)
{
    static const char rows[] = "metric.b [1] 1\nmetric.a - 2\nmetric.c [2,3] 3\nmetric.a [4] 1\n";
    uint64_t limit = 1000;
    for (inlay_status status = INLAY_NOMEM; status != INLAY_OK; limit += 20000) {
        table_make(&in[0], "a:s l:l v:i", rows, NULL);
        test_env()->limits.memory_bytes = test_env()->used_bytes + limit;
        status = resort(1, "a|v", 0);
        test_env()->limits.memory_bytes = 0;
        CHECK(status == INLAY_OK || status == INLAY_NOMEM || status == INLAY_IO);
        inlay_sink_memory_free(&out.memory);
        close_inputs(1);
    }
    CHECK(limit > 100000);
}

TEST_SUITE(merge_resort) = {
    {"resort: an unsorted input comes out sorted", unsorted_input_comes_out_sorted},
    {"resort: several keys, each in its direction", several_keys_and_directions},
    {"resort: strings with the same first bytes are compared whole", long_strings_are_compared_whole},
    {"resort: nulls are last in both directions", nulls_are_last_in_both_directions},
    {"resort: floats go by value, NaN last", floats_go_by_value},
    {"resort: columns of all types follow their rows", all_columns_follow_their_rows},
    {"resort: small row groups and pages", small_row_groups_and_pages},
    {"resort: equal keys keep the order of inputs and rows", equal_keys_keep_input_and_row_order},
    {"resort: sorted inputs are left alone", sorted_inputs_are_left_alone},
    {"resort: an input without the key is all null there, and sorted", an_input_without_the_key},
    {"resort: the files' own sort key", the_files_own_sort_key},
    {"resort: a null sorted_series stays an error", a_null_sorted_series_stays_an_error},
    {"resort: an input of many runs keeps its rank", an_input_of_many_runs_keeps_its_rank},
    {"resort: memory is bounded, whatever the rows", memory_is_bounded},
    {"resort: when memory ends nothing leaks", when_memory_ends_nothing_leaks},
    {0},
};
