#include "merge/table.h"

#include "inlay/merge.h"

enum { ON_EQUAL_INPUTS = 8 };

static struct table in[ON_EQUAL_INPUTS], out;
static inlay_merge_report report;
static char buffer[2 * 1024 * 1024], expected[2 * 1024 * 1024];

static inlay_status merge_tables(uint32_t n, const inlay_merge_options *options)
{
    inlay_reader *readers[ON_EQUAL_INPUTS];
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

/* Merge, leave the inputs open, and compare the output's rows. */
static void gives_with(uint32_t n, const inlay_merge_options *options, const char *rows)
{
    table_ok(merge_tables(n, options), "merge");
    table_open(&out);
    char *got = table_rows(out.reader);
    CHECK_TEXT(got, rows);
    CHECK_INT(report.n_rows, inlay_reader_rows(out.reader));
    CHECK_INT(report.equal.input, -1);
    free(got);
    table_close(&out);
}

static void gives(uint32_t n, const char *sort, inlay_on_equal mode, const char *rows)
{
    gives_with(n, &(inlay_merge_options){.sort = sort, .on_equal = mode}, rows);
}

static void fails_at(uint32_t n, const char *sort, inlay_merge_row first, inlay_merge_row second)
{
    const inlay_error *e = &test_env()->error;
    inlay_merge_options o = {.sort = sort, .on_equal = INLAY_EQUAL_ERROR};
    CHECK_INT(merge_tables(n, &o), INLAY_CORRUPT);
    CHECK_TEXT(e->what, "two rows have the same key");
    CHECK_INT(report.equal.input, first.input);
    CHECK_INT(report.equal.row_group, first.row_group);
    CHECK_INT(report.equal.row, first.row);
    CHECK_INT(e->input, second.input);
    CHECK_INT(e->row_group, second.row_group);
    CHECK_INT(e->row, second.row);
    inlay_sink_memory_free(&out.memory);
}

static void of_one_input(void)
{
    table_make(&in[0], "a:i v:s", "1 a\n1 b\n2 c\n3 d\n3 e\n3 f\n", NULL);
    gives(1, "a", INLAY_EQUAL_KEEP, "1 a\n1 b\n2 c\n3 d\n3 e\n3 f\n");
    CHECK_INT(report.n_dropped, 0);
    gives(1, "a", INLAY_EQUAL_FIRST, "1 a\n2 c\n3 d\n");
    CHECK_INT(report.n_dropped, 3);
    gives(1, "a", INLAY_EQUAL_LAST, "1 b\n2 c\n3 f\n");
    CHECK_INT(report.n_dropped, 3);
    close_inputs(1);
}

static void of_several_inputs(void)
{
    table_make(&in[0], "a:i v:s", "1 a\n2 b\n4 c\n", NULL);
    table_make(&in[1], "a:i v:s", "2 d\n3 e\n4 f\n4 g\n", NULL);
    table_make(&in[2], "a:i v:s", "0 h\n2 i\n", NULL);
    gives(3, "a", INLAY_EQUAL_FIRST, "0 h\n1 a\n2 b\n3 e\n4 c\n");
    gives(3, "a", INLAY_EQUAL_LAST, "0 h\n1 a\n2 i\n3 e\n4 g\n");
    CHECK_INT(report.n_dropped, 4);
    close_inputs(3);
}

static void in_descending_order(void)
{
    table_make(&in[0], "a:s v:s", "zz a\nzz b\ny c\n", NULL);
    table_make(&in[1], "a:s v:s", "zz d\nx e\nx f\n", NULL);
    gives(2, "-a", INLAY_EQUAL_FIRST, "zz a\ny c\nx e\n");
    gives(2, "-a", INLAY_EQUAL_LAST, "zz d\ny c\nx f\n");
    close_inputs(2);
}

static void null_equals_null(void)
{
    table_make(&in[0], "a:i b:s v:s", "1 - a\n1 - b\n- x c\n- - d\n", NULL);
    table_make(&in[1], "a:i b:s v:s", "1 - e\n- - f\n- - g\n", NULL);
    gives(2, "a|b", INLAY_EQUAL_FIRST, "1 - a\n- x c\n- - d\n");
    gives(2, "a|b", INLAY_EQUAL_LAST, "1 - e\n- x c\n- - g\n");
    close_inputs(2);
}

static void a_missing_key_column_equals_null(void)
{
    table_make(&in[0], "a:i v:s", "1 a\n- b\n", NULL);
    table_make(&in[1], "v:s", "c\nd\n", NULL);
    gives(2, "a", INLAY_EQUAL_FIRST, "1 a\n- b\n");
    gives(2, "a", INLAY_EQUAL_LAST, "1 a\n- d\n");
    close_inputs(2);
}

static void all_key_columns_count(void)
{
    table_make(&in[0], "a:s t:i v:s", "x 1 a\nx 2 b\ny 2 c\n", NULL);
    table_make(&in[1], "a:s t:i v:s", "x 2 d\ny 1 e\ny 2 f\n", NULL);
    gives(2, "a|t", INLAY_EQUAL_FIRST, "x 1 a\nx 2 b\ny 1 e\ny 2 c\n");
    gives(2, "a|t", INLAY_EQUAL_LAST, "x 1 a\nx 2 d\ny 1 e\ny 2 f\n");
    close_inputs(2);
}

static void strings_that_share_their_first_eight_bytes(void)
{
    struct table_options plain = {.write = {.encoding = "plain"}};
    table_make(&in[0], "a:s v:i", "cpu.usage.a 1\ncpu.usage.b 2\n", &plain);
    table_make(&in[1], "a:s v:i", "cpu.usage.b 3\ncpu.usage.c 4\n", NULL);
    gives(2, "a", INLAY_EQUAL_FIRST, "cpu.usage.a 1\ncpu.usage.b 2\ncpu.usage.c 4\n");
    gives(2, "a", INLAY_EQUAL_LAST, "cpu.usage.a 1\ncpu.usage.b 3\ncpu.usage.c 4\n");
    close_inputs(2);
}

static void zeros_of_either_sign_and_nans_are_equal(void)
{
    table_make(&in[0], "a:d v:s", "-0 a\n0 b\n1 c\nnan d\n", NULL);
    table_make(&in[1], "a:d v:s", "0 e\n-nan f\n", NULL);
    gives(2, "a", INLAY_EQUAL_FIRST, "-0 a\n1 c\nnan d\n");
    close_inputs(2);
}

/* `n` rows "i/each NAME"; the i-th begins with `first`. */
static void print_rows(char *text, int first, int n, int each, const char *name)
{
    *text = 0;
    for (int i = 0; i < n; i++)
        text += sprintf(text, "%d %s%d\n", first + i / each, name, i);
}

/* Windows of the planner are 1,024 rows. */
static void groups_over_window_borders(void)
{
    char *at = expected;
    print_rows(buffer, 0, 4000, 1000, "x");
    table_make(&in[0], "a:i v:s", buffer, NULL);
    gives(1, "a", INLAY_EQUAL_FIRST, "0 x0\n1 x1000\n2 x2000\n3 x3000\n");
    gives(1, "a", INLAY_EQUAL_LAST, "0 x999\n1 x1999\n2 x2999\n3 x3999\n");
    table_close(&in[0]);
    print_rows(buffer, 0, 4000, 3, "x"); /* 1,024 = 3 * 341 + 1: the border lies in a group */
    table_make(&in[0], "a:i v:s", buffer, NULL);
    for (int i = 0; i < 4000; i += 3)
        at += sprintf(at, "%d x%d\n", i / 3, i);
    gives(1, "a", INLAY_EQUAL_FIRST, expected);
    at = expected;
    for (int i = 2; i < 4002; i += 3)
        at += sprintf(at, "%d x%d\n", i / 3, i < 4000 ? i : 3999);
    gives(1, "a", INLAY_EQUAL_LAST, expected);
    close_inputs(1);
}

/* Row groups count the rows that stay: a, b, c with two each, at most four in a row group. */
static void row_groups_are_cut_by_rows_that_stay(void)
{
    inlay_merge_options o = {.sort = "a|t", .row_group_rows = 4};
    table_make(&in[0], "a:s t:i v:i", "a 1 1\na 1 2\na 2 3\nb 1 4\nb 2 5\nb 2 6\nc 1 7\nc 1 8\nc 1 9\nc 2 10\n", NULL);
    table_make(&in[1], "a:s t:i v:i", "a 2 11\nb 1 12\nb 2 13\nc 2 14\nc 2 15\n", NULL);
    for (int last = 0; last < 2; last++) {
        o.on_equal = last ? INLAY_EQUAL_LAST : INLAY_EQUAL_FIRST;
        table_ok(merge_tables(2, &o), "merge");
        table_open(&out);
        char *got = table_rows(out.reader);
        CHECK_TEXT(table_groups(out.reader), "4 2");
        CHECK_TEXT(got, last ? "a 1 2\na 2 11\nb 1 12\nb 2 13\nc 1 9\nc 2 15\n"
                             : "a 1 1\na 2 3\nb 1 4\nb 2 5\nc 1 7\nc 2 10\n");
        free(got);
        table_close(&out);
    }
    close_inputs(2);
}

static void lists_and_nulls(void)
{
    static const char columns[] = "a:i l:l n:n v:i b:b";
    table_make(&in[0], columns, "1 [1,2] [x] - 1\n1 [3] - 7 -\n2 [] [y,-,z] 8 0\n2 - [] - -\n3 [4,5,6] [w] 9 1\n", NULL);
    table_make(&in[1], columns, "0 [9,8] [u,v] 1 1\n1 - [] 2 0\n3 [7] - - -\n4 [1] [t] 3 1\n", NULL);
    gives(2, "a", INLAY_EQUAL_FIRST,
          "0 [9,8] [u,v] 1 1\n1 [1,2] [x] - 1\n2 [] [y,-,z] 8 0\n3 [4,5,6] [w] 9 1\n4 [1] [t] 3 1\n");
    gives(2, "a", INLAY_EQUAL_LAST, "0 [9,8] [u,v] 1 1\n1 - [] 2 0\n2 - [] - -\n3 [7] - - -\n4 [1] [t] 3 1\n");
    close_inputs(2);
}

/* Pages of 300 rows. The dropped row is number 700 of the first input, within its third page. */
static void a_dropped_row_inside_a_page_that_would_move(void)
{
    struct table_options o = {.write = {.page_rows = 300, .encoding = "plain"}};
    uint64_t whole;
    char *at = buffer, *to = expected;
    for (int i = 0; i < 1500; i++)
        at += sprintf(at, "%d %d\n", i < 700 ? i : i - 1, i * 7);
    table_make(&in[0], "a:i v:i", buffer, &o);
    gives(1, "a", INLAY_EQUAL_KEEP, buffer);
    whole = report.moved_bytes;
    for (int i = 0; i < 1500; i++)
        to += i == 700 ? 0 : sprintf(to, "%d %d\n", i < 700 ? i : i - 1, i * 7);
    gives(1, "a", INLAY_EQUAL_FIRST, expected);
    CHECK(report.moved_bytes > whole / 2);
    CHECK(report.moved_bytes < whole);
    to = expected;
    for (int i = 0; i < 1500; i++)
        to += i == 699 ? 0 : sprintf(to, "%d %d\n", i < 700 ? i : i - 1, i * 7);
    gives(1, "a", INLAY_EQUAL_LAST, expected);
    CHECK_INT(report.n_dropped, 1);
    close_inputs(1);
}

static void of_two_copies_one_moves_whole(void)
{
    print_rows(buffer, 0, 3000, 1, "x");
    for (uint32_t i = 0; i < 2; i++)
        table_make(&in[i], "a:i v:s", buffer, NULL);
    table_ok(merge_tables(1, &(inlay_merge_options){.sort = "a"}), "merge");
    uint64_t whole = report.moved_bytes;
    inlay_sink_memory_free(&out.memory);
    gives(2, "a", INLAY_EQUAL_FIRST, buffer);
    CHECK_INT(report.n_runs, 1);
    CHECK_INT(report.moved_bytes, whole);
    gives(2, "a", INLAY_EQUAL_LAST, buffer);
    CHECK_INT(report.n_runs, 1);
    CHECK_INT(report.moved_bytes, whole);
    close_inputs(2);
}

/* Value b is only in a row that goes. */
static void values_of_dropped_rows_are_not_in_the_dictionary(void)
{
    char *at = buffer;
    for (int i = 0; i < 400; i++)
        at += sprintf(at, "%d %s\n%d %s\n", i, i % 2 ? "aaaaaaaaaaaa" : "cccccccccccc", i, "bbbbbbbbbbbb");
    table_make(&in[0], "a:i v:s", buffer, NULL);
    inlay_merge_options o = {.sort = "a", .on_equal = INLAY_EQUAL_FIRST, .write = {.codec = "none"}};
    inlay_column *column;
    bool all;
    table_ok(merge_tables(1, &o), "merge");
    table_open(&out);
    table_ok(inlay_column_open(out.reader, 1, INLAY_COLUMN_CODES, &column), "column");
    table_ok(inlay_column_load_dictionary(column, &all), "dictionary");
    CHECK_INT(inlay_column_dictionary(column).n_values, 2);
    inlay_column_close(column);
    table_close(&out);
    close_inputs(1);
}

static void without_memory_it_is_the_same(void)
{
    inlay_merge_options o = {.sort = "a", .memory_bytes = 1};
    char *at = expected;
    print_rows(buffer, 0, 3000, 2, "x");
    table_make(&in[0], "a:i v:s", buffer, NULL);
    print_rows(buffer, 500, 3000, 3, "y");
    table_make(&in[1], "a:i v:s", buffer, &(struct table_options){.group_rows = 700});
    for (int a = 0; a < 1500; a++)
        at += sprintf(at, "%d x%d\n", a, 2 * a);
    o.on_equal = INLAY_EQUAL_FIRST;
    gives_with(2, &o, expected);
    at = expected;
    for (int a = 0; a < 1500; a++)
        at += a < 500 ? sprintf(at, "%d x%d\n", a, 2 * a + 1) : sprintf(at, "%d y%d\n", a, 3 * (a - 500) + 2);
    o.on_equal = INLAY_EQUAL_LAST;
    gives_with(2, &o, expected);
    close_inputs(2);
}

static void error_names_both_rows(void)
{
    struct table_options o = {.group_rows = 2};
    table_make(&in[0], "a:i", "1\n3\n5\n5\n", &o);
    table_make(&in[1], "a:i", "2\n4\n", &o);
    table_make(&in[2], "a:i", "0\n2\n9\n", NULL);
    fails_at(3, "a", (inlay_merge_row){1, 0, 0}, (inlay_merge_row){2, 0, 1});
    fails_at(2, "a", (inlay_merge_row){0, 1, 0}, (inlay_merge_row){0, 1, 1});
    close_inputs(3);
}

static void error_with_nothing_equal_is_a_merge(void)
{
    table_make(&in[0], "a:i v:s", "1 a\n3 b\n- c\n", NULL);
    table_make(&in[1], "a:i v:s", "2 d\n4 e\n", NULL);
    gives(2, "a", INLAY_EQUAL_ERROR, "1 a\n2 d\n3 b\n4 e\n- c\n");
    CHECK_INT(report.n_dropped, 0);
    close_inputs(2);
}

static void error_across_an_input_that_has_ended(void)
{
    table_make(&in[0], "a:s", "x\ny\n", NULL);
    table_make(&in[1], "a:s", "y\nz\n", NULL);
    fails_at(2, "a", (inlay_merge_row){0, 0, 1}, (inlay_merge_row){1, 0, 0});
    close_inputs(2);
}

/* At most two rows in a row group, wherever that cuts: within stretches, before and behind dropped rows. */
static void row_groups_cut_anywhere(void)
{
    inlay_merge_options o = {.sort = "a", .row_group_rows = 2, .layout = INLAY_MERGE_NONE};
    table_make(&in[0], "a:i v:i l:l", "1 1 [1]\n1 2 [2]\n2 3 -\n3 4 [4]\n4 5 [5]\n5 6 [6]\n5 7 [7]\n", NULL);
    table_make(&in[1], "a:i v:i l:l", "0 8 [8]\n2 9 [9]\n2 10 []\n5 11 [11]\n6 12 [12]\n", NULL);
    for (int last = 0; last < 2; last++) {
        o.on_equal = last ? INLAY_EQUAL_LAST : INLAY_EQUAL_FIRST;
        table_ok(merge_tables(2, &o), "merge");
        table_open(&out);
        char *got = table_rows(out.reader);
        CHECK_TEXT(table_groups(out.reader), "2 2 2 1");
        CHECK_TEXT(got, last ? "0 8 [8]\n1 2 [2]\n2 10 []\n3 4 [4]\n4 5 [5]\n5 11 [11]\n6 12 [12]\n"
                             : "0 8 [8]\n1 1 [1]\n2 3 -\n3 4 [4]\n4 5 [5]\n5 6 [6]\n6 12 [12]\n");
        free(got);
        table_close(&out);
    }
    close_inputs(2);
}

static int tell_row_group(void *ctx, const inlay_merge_row_group *group)
{
    char *text = ctx;
    const int64_t *a = group->keys[0].first, *b = group->keys[0].last;
    sprintf(text + strlen(text), "%d:%d..%d ", (int)group->n_rows, (int)*a, (int)*b);
    return 0;
}

static void a_dry_run_tells_of_rows_that_stay(void)
{
    char text[200] = "";
    inlay_merge_options o = {.sort = "a", .row_group_rows = 2, .layout = INLAY_MERGE_NONE, .dry_run = true,
                             .row_group = tell_row_group, .row_group_ctx = text, .on_equal = INLAY_EQUAL_LAST};
    table_make(&in[0], "a:i v:i", "1 1\n1 2\n2 3\n4 5\n", NULL);
    table_make(&in[1], "a:i v:i", "2 9\n2 10\n3 11\n5 12\n5 13\n", NULL);
    table_ok(merge_tables(2, &o), "dry run");
    CHECK_TEXT(text, "2:1..2 2:3..4 1:5..5 ");
    CHECK_INT(report.n_dropped, 4);
    close_inputs(2);
    inlay_sink_memory_free(&out.memory);
}

/* Rows of a sorted run are not those of the file. */
static void an_error_in_inputs_that_were_sorted(void)
{
    inlay_merge_options o = {.sort = "a", .on_equal = INLAY_EQUAL_ERROR, .resort = true};
    table_make(&in[0], "a:i", "1\n2\n7\n", NULL);
    table_make(&in[1], "a:i", "9\n8\n7\n", NULL);
    CHECK_INT(merge_tables(2, &o), INLAY_CORRUPT);
    CHECK_INT(report.equal.input, 0);
    CHECK_INT(report.equal.row_group, 0);
    CHECK_INT(report.equal.row, 2);
    CHECK_INT(test_env()->error.input, 1);
    CHECK_INT(test_env()->error.row_group, -1);
    CHECK_INT(test_env()->error.row, -1);
    close_inputs(2);
    inlay_sink_memory_free(&out.memory);
}

static void no_such_mode(void)
{
    table_make(&in[0], "a:i", "1\n", NULL);
    CHECK_INT(merge_tables(1, &(inlay_merge_options){.sort = "a", .on_equal = (inlay_on_equal)4}), INLAY_ARG);
    close_inputs(1);
    inlay_sink_memory_free(&out.memory);
}

TEST_SUITE(merge_on_equal) = {
    {"equal keys: of one input", of_one_input},
    {"equal keys: of several inputs, by input order, then row order", of_several_inputs},
    {"equal keys: in descending order", in_descending_order},
    {"equal keys: null equals null", null_equals_null},
    {"equal keys: a missing key column equals null", a_missing_key_column_equals_null},
    {"equal keys: all key columns count", all_key_columns_count},
    {"equal keys: strings that share their first eight bytes", strings_that_share_their_first_eight_bytes},
    {"equal keys: zeros of either sign are equal, and so are NaNs", zeros_of_either_sign_and_nans_are_equal},
    {"equal keys: groups over the borders of the planner's windows", groups_over_window_borders},
    {"equal keys: row groups are cut by the rows that stay", row_groups_are_cut_by_rows_that_stay},
    {"equal keys: lists and nulls of dropped rows", lists_and_nulls},
    {"equal keys: a dropped row inside a page that would move", a_dropped_row_inside_a_page_that_would_move},
    {"equal keys: of two copies one moves whole", of_two_copies_one_moves_whole},
    {"equal keys: values of dropped rows are not in the dictionary", values_of_dropped_rows_are_not_in_the_dictionary},
    {"equal keys: without memory it is the same", without_memory_it_is_the_same},
    {"equal keys: an error names both rows", error_names_both_rows},
    {"equal keys: an error where nothing is equal", error_with_nothing_equal_is_a_merge},
    {"equal keys: an error across an input that has ended", error_across_an_input_that_has_ended},
    {"equal keys: row groups cut anywhere", row_groups_cut_anywhere},
    {"equal keys: a dry run tells of rows that stay", a_dry_run_tells_of_rows_that_stay},
    {"equal keys: an error in inputs that were sorted", an_error_in_inputs_that_were_sorted},
    {"equal keys: no such way to treat them", no_such_mode},
    {0},
};
