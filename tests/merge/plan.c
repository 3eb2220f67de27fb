#include "merge/table.h"

#include "merge/layout.h"

enum { PLAN_TEST_INPUTS = 8, PLAN_TEST_KEYS = 4 };

static struct table tables[PLAN_TEST_INPUTS];
static struct plan plan;
static struct slice slice;
static int64_t leaves[PLAN_TEST_KEYS][PLAN_TEST_INPUTS];
static struct keyrows_key keys[PLAN_TEST_KEYS];
static struct keyrows_keys key_set;
static uint32_t n_tables;

/* Plan a merge of the tables; keys are "name" or "-name", found in any of them. */
static inlay_status plan_tables(uint32_t n, const char *sort, uint64_t cap, uint64_t memory_bytes)
{
    inlay_reader *readers[PLAN_TEST_INPUTS];
    struct sortkey_schema *schema = calloc(1, sizeof *schema);
    CHECK(!sortkey_parse_any(table_bytes(sort), schema));
    key_set = (struct keyrows_keys){keys, schema->n_columns, schema->n_columns};
    n_tables = n;
    for (uint32_t k = 0; k < schema->n_columns; k++)
        for (uint32_t i = 0; i < n; i++) {
            char name[64];
            snprintf(name, sizeof name, "%.*s", (int)schema->columns[k].name.len,
                     (const char *)schema->columns[k].name.data);
            const inlay_schema *s = inlay_reader_schema(tables[i].reader);
            uint32_t node = inlay_schema_find(s, name, 0);
            leaves[k][i] = KEYROWS_NO_LEAF;
            readers[i] = tables[i].reader;
            if (!node)
                continue;
            const inlay_node *leaf = inlay_schema_node(s, node);
            leaves[k][i] = leaf->leaf;
            keys[k] = (struct keyrows_key){.order = sortkey_order_of(leaf),
                                           .name = leaf->name,
                                           .width = inlay_node_width(leaf),
                                           .type = leaf->type,
                                           .descending = schema->columns[k].descending,
                                           .marks = k == 0 ? SLICE_CUT : 0,
                                           .leaf = leaves[k]};
        }
    free(schema);
    slice = (struct slice){.env = test_env()};
    CHECK_INT(plan_init(&plan, test_env(), &key_set, n, NULL), INLAY_OK);
    TRY(plan_build(&plan, readers, memory_bytes));
    return layout_build(&slice, &(struct slice_options){.cap_rows = cap}, &plan, readers, false);
}

/* The stretches as "input*rows ...", row groups with "|" between them. */
static const char *plan_text(void)
{
    static char text[4096];
    struct plan_walk *walk = calloc(1, sizeof *walk);
    size_t n = 0;
    text[0] = 0;
    for (size_t g = 0; g < slice.n_groups; g++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "%s", g ? " |" : "");
        CHECK_INT(plan_walk_start(walk, &plan, &slice.groups[g]), INLAY_OK);
        for (uint64_t left = slice.groups[g].rows, rows; left; left -= rows) {
            uint32_t input;
            CHECK_INT(plan_walk_next(walk, left, &input, &rows), INLAY_OK);
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%u*%llu", n ? " " : "", input,
                                  (unsigned long long)rows);
        }
    }
    free(walk);
    return text;
}

static void plan_done(void)
{
    plan_free(&plan);
    slice_free(&slice);
    while (n_tables)
        table_close(&tables[--n_tables]);
}

static void planned(uint32_t n, const char *sort, uint64_t cap, const char *want)
{
    table_ok(plan_tables(n, sort, cap, UINT64_MAX), "plan");
    CHECK_TEXT(plan_text(), want);
    plan_done();
}

static void disjoint_inputs_are_one_stretch_each(void)
{
    table_make(&tables[0], "a:i", "4\n5\n6\n", NULL);
    table_make(&tables[1], "a:i", "1\n2\n3\n", NULL);
    planned(2, "a", 100, "1*3 0*3");
}

static void interleaved_inputs(void)
{
    table_make(&tables[0], "a:i", "1\n3\n5\n", NULL);
    table_make(&tables[1], "a:i", "2\n4\n6\n", NULL);
    planned(2, "a", 100, "0*1 1*1 0*1 1*1 0*1 1*1");
}

static void ties_go_to_the_earlier_input(void)
{
    table_make(&tables[0], "a:i", "2\n2\n3\n", NULL);
    table_make(&tables[1], "a:i", "1\n2\n2\n", NULL);
    table_make(&tables[2], "a:i", "2\n3\n3\n", NULL);
    planned(3, "a", 100, "1*1 0*2 1*2 2*1 0*1 2*2");
}

static void nulls_come_last_in_both_directions(void)
{
    table_make(&tables[0], "a:i", "1\n-\n", NULL);
    table_make(&tables[1], "a:i", "2\n-\n", NULL);
    planned(2, "a", 100, "0*1 1*1 0*1 1*1");
    table_make(&tables[0], "a:i", "1\n-\n", NULL);
    table_make(&tables[1], "a:i", "2\n-\n", NULL);
    planned(2, "-a", 100, "1*1 0*2 1*1");
}

static void second_key_decides(void)
{
    table_make(&tables[0], "a:s t:u", "x 9\nx 5\ny 9\n", NULL);
    table_make(&tables[1], "a:s t:u", "x 7\ny 10\n", NULL);
    planned(2, "a|-t", 100, "0*1 1*1 0*1 1*1 0*1");
}

static void unsigned_above_2_63(void)
{
    table_make(&tables[0], "a:u", "1\n18446744073709551615\n", NULL);
    table_make(&tables[1], "a:u", "9223372036854775808\n", NULL);
    planned(2, "a", 100, "0*1 1*1 0*1");
}

static void long_strings_that_share_a_beginning(void)
{
    table_make(&tables[0], "a:s", "cpu.usage.a\ncpu.usage.c\n", NULL);
    table_make(&tables[1], "a:s", "cpu.usage\ncpu.usage.b\ncpu.usage.bb\n", NULL);
    planned(2, "a", 100, "1*1 0*1 1*2 0*1");
}

static void row_groups_and_pages_of_the_inputs_do_not_show(void)
{
    struct table_options o = {.group_rows = 2, .write = {.page_rows = 1}};
    table_make(&tables[0], "a:s", "a\na\na\na\nb\n", &o);
    table_make(&tables[1], "a:s", "a\nb\nb\n", NULL);
    planned(2, "a", 5, "0*4 1*1 | 0*1 1*2");
}

static void a_missing_key_column_is_null(void)
{
    table_make(&tables[0], "b:i", "1\n2\n", NULL);
    table_make(&tables[1], "a:i b:i", "1 5\n- 0\n- 3\n", NULL);
    planned(2, "a|b", 100, "1*2 0*2 1*1");
}

static void an_input_without_any_key_column(void)
{
    table_make(&tables[0], "x:i", "1\n2\n3\n", NULL);
    table_make(&tables[1], "a:i", "1\n-\n", NULL);
    planned(2, "a", 1, "1*1 | 0*3 1*1");
}

static void cuts_inside_a_stretch(void)
{
    table_make(&tables[0], "a:s", "a\na\nb\nb\nc\n", NULL);
    table_make(&tables[1], "a:s", "c\nd\n", NULL);
    planned(2, "a", 3, "0*2 | 0*2 | 0*1 1*2");
}

static void rows_behind_the_last_cut_are_not_lost(void)
{
    table_make(&tables[0], "a:s", "a\nb\nb\nb\nb\n", NULL);
    planned(1, "a", 2, "0*1 | 0*4");
}

static void empty_inputs(void)
{
    table_make(&tables[0], "a:i", "", NULL);
    table_make(&tables[1], "a:i", "1\n", NULL);
    planned(2, "a", 100, "1*1");
    table_make(&tables[0], "a:i", "", NULL);
    table_make(&tables[1], "a:i", "", NULL);
    planned(2, "a", 100, "");
}

static void unsorted_input_is_located(void)
{
    struct table_options o = {.group_rows = 3};
    table_make(&tables[0], "a:i", "1\n2\n3\n", NULL);
    table_make(&tables[1], "a:i b:i", "1 1\n2 1\n3 9\n3 9\n3 8\n4 1\n", &o);
    CHECK_INT(plan_tables(2, "a|b", 100, UINT64_MAX), INLAY_CORRUPT);
    CHECK_TEXT(test_env()->error.what, "input is not sorted by the key");
    CHECK_INT(test_env()->error.input, 1);
    CHECK_INT(test_env()->error.row_group, 1);
    CHECK_INT(test_env()->error.row, 1);
    CHECK_TEXT(test_env()->error.column, "b");
    plan_done();
}

/* 3,000 rows of two integer keys: the first stays for `stay` rows, the second ascends within it, but for one row. */
static void windows_make(int stay, int odd, int by)
{
    static char text[64 * 1024];
    char *at = text;
    for (int i = 0; i < 3000; i++)
        at += sprintf(at, "%d %d\n", i / stay, 2 * i + (i == odd ? by : 0));
    table_make(&tables[0], "a:i b:i", text, NULL);
}

/* Windows of keys have 1,024 rows. */
static void windows_are_looked_at_row_by_row(void)
{
    static const int rows[] = {1, 2, 511, 1022, 1023, 1024, 1025, 1026, 2047, 2048, 2049, 2999};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        windows_make(3000, rows[i], -2); /* equal to the row before: in order */
        planned(1, "a|b", 5000, "0*3000");
        windows_make(3000, rows[i], -3);
        CHECK_INT(plan_tables(1, "a|b", 5000, UINT64_MAX), INLAY_CORRUPT);
        CHECK_TEXT(test_env()->error.what, "input is not sorted by the key");
        CHECK_INT(test_env()->error.row, rows[i]);
        CHECK_TEXT(test_env()->error.column, "b");
        plan_done();
    }
}

static void windows_of_one_value_are_cut_where_it_changes(void)
{
    windows_make(1024, -1, 0);
    planned(1, "a|b", 1, "0*1024 | 0*1024 | 0*952");
    windows_make(1000, -1, 0);
    planned(1, "a|b", 1, "0*1000 | 0*1000 | 0*1000");
    windows_make(1, -1, 0); /* the first key alone makes the order: the second may do what it likes */
    planned(1, "a|-b", 5000, "0*3000");
    windows_make(2, -1, 0);
    CHECK_INT(plan_tables(1, "a|-b", 5000, UINT64_MAX), INLAY_CORRUPT);
    CHECK_INT(test_env()->error.row, 1);
    plan_done();
}

static void unsorted_across_row_groups(void)
{
    struct table_options o = {.group_rows = 2};
    table_make(&tables[0], "a:s", "a\nb\na\nc\n", &o);
    CHECK_INT(plan_tables(1, "a", 100, UINT64_MAX), INLAY_CORRUPT);
    CHECK_INT(test_env()->error.row_group, 1);
    CHECK_INT(test_env()->error.row, 0);
    plan_done();
}

static void null_before_a_value_is_unsorted(void)
{
    table_make(&tables[0], "a:i", "1\n-\n2\n", NULL);
    CHECK_INT(plan_tables(1, "-a", 100, UINT64_MAX), INLAY_CORRUPT);
    CHECK_INT(test_env()->error.row, 2);
    plan_done();
}

/* Without memory for pages batches are copied and columns parked; the plan is the same. */
static void no_memory_to_hold_pages(void)
{
    char *rows = calloc(1, 200000);
    struct table_options o = {.group_rows = 4000};
    size_t n = 0;
    for (int i = 0; i < 8000; i++)
        n += (size_t)snprintf(rows + n, 200000 - n, "metric-number-%04d\n", i / 3);
    table_make(&tables[0], "a:s", rows, &o);
    table_make(&tables[1], "a:s", rows, NULL);
    o.write.encoding = "plain";
    table_make(&tables[2], "a:s", rows, &o);
    free(rows);
    table_ok(plan_tables(3, "a", UINT64_MAX, 0), "plan");
    CHECK_INT(plan.n_rows, 24000);
    CHECK_INT(plan.n_stretches, 8001); /* 2,667 metrics: 0 1 2, 0 1 2, ... */
    plan_done();
}

/* The plan through plan_walk_many, in pieces of `n` stretches, as plan_text has it. */
static void walked_in_pieces(size_t n, const char *want)
{
    static char text[4096];
    struct lane_run runs[64];
    struct plan_walk *walk = calloc(1, sizeof *walk);
    size_t used = 0, got = 0;
    text[0] = 0;
    for (size_t g = 0; g < slice.n_groups; g++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%s", g ? " |" : "");
        CHECK_INT(plan_walk_start(walk, &plan, &slice.groups[g]), INLAY_OK);
        for (uint64_t left = slice.groups[g].rows; left;) {
            CHECK_INT(plan_walk_many(walk, &left, runs, n, &got), INLAY_OK);
            CHECK(got > 0 && got <= n);
            for (size_t i = 0; i < got; i++)
                used += (size_t)snprintf(text + used, sizeof text - used, "%s%u*%u", used ? " " : "", runs[i].input,
                                         runs[i].rows);
        }
    }
    free(walk);
    CHECK_TEXT(text, want);
}

/* Stretches of 1 to 300 rows, so of one byte and of two, cut into row groups. */
static void many_stretches_are_the_same_as_one_by_one(void)
{
    char want[4096];
    struct table_options o = {.group_rows = 500};
    for (uint64_t cap = 70; cap <= 5000; cap *= 4) {
        for (int i = 0; i < 3; i++) {
            char *rows = malloc(20000), *at = rows;
            for (int row = 0; row < 500; row++)
                at += sprintf(at, "%d %d\n", row / 250, row % 250 < 60 ? row % 250 * 3 + i : 1000 * (i + 1) + row);
            table_make(&tables[i], "a:i b:i", rows, &o);
            free(rows);
        }
        table_ok(plan_tables(3, "a|b", cap, UINT64_MAX), "plan");
        snprintf(want, sizeof want, "%s", plan_text());
        for (size_t n = 1; n <= 64; n += 9)
            walked_in_pieces(n, want);
        plan_done();
    }
}

/* Inputs that end early, late, or have nothing: whoever is left goes on in order. */
static void inputs_that_end_leave_the_others(void)
{
    table_make(&tables[0], "a:i", "", NULL);
    table_make(&tables[1], "a:i", "1\n4\n", NULL);
    table_make(&tables[2], "a:i", "2\n", NULL);
    table_make(&tables[3], "a:i", "", NULL);
    table_make(&tables[4], "a:i", "1\n3\n9223372036854775807\n-\n", NULL);
    planned(5, "a", 100, "1*1 4*1 2*1 4*1 1*1 4*2");
}

/* The highest prefix is that of null and of a value; ties there go by what they are, then by input. */
static void the_highest_value_comes_before_null(void)
{
    table_make(&tables[0], "a:i t:u", "1 5\n1 -\n2 18446744073709551615\n", NULL);
    table_make(&tables[1], "a:i t:u", "1 18446744073709551615\n1 -\n- 1\n", NULL);
    table_make(&tables[2], "a:i t:u", "1 18446744073709551615\n2 7\n- 0\n", NULL);
    planned(3, "a|t", 100, "0*1 1*1 2*1 0*1 1*1 2*1 0*1 2*1 1*1");
}

/* One byte a stretch of one row for up to 128 inputs; the plan outgrows its memory and is read
 * back. */
static void plan_beyond_its_memory(void)
{
    enum { ROWS = PLAN_MEMORY_BYTES + 100000 };
    struct keyrows_keys set = {0};
    struct plan_walk *walk = calloc(1, sizeof *walk);
    uint8_t *pattern = malloc(4096);
    uint64_t rows;
    uint32_t input;
    slice = (struct slice){.env = test_env()};
    CHECK_INT(plan_init(&plan, test_env(), &set, 2, NULL), INLAY_OK);
    for (size_t i = 0; i < 4096; i++)
        pattern[i] = (uint8_t)(i & 1); /* input i mod 2, one row */
    for (size_t i = 0; i < ROWS; i += 4096)
        CHECK_INT(io_scratch_append(&plan.stretches, pattern, 4096), INLAY_OK);
    free(pattern);
    struct slice_group group = {.rows = ROWS, .plan_at = 1, .skip = 0};
    CHECK_INT(plan_walk_start(walk, &plan, &group), INLAY_OK);
    for (size_t i = 0; i < ROWS; i++) {
        CHECK_INT(plan_walk_next(walk, UINT64_MAX, &input, &rows), INLAY_OK);
        CHECK_INT(input, (i + 1) & 1);
        CHECK_INT(rows, 1);
    }
    CHECK(test_env()->peak_bytes < 2 * (uint64_t)PLAN_MEMORY_BYTES);
    free(walk);
    plan_done();
}

/* Of three inputs two bits say which; a fourth is not among them, wherever it stands. */
static void an_input_that_there_is_not_fails(void)
{
    struct keyrows_keys set = {0};
    struct plan_walk *walk = calloc(1, sizeof *walk);
    for (size_t bad = 0; bad < 40; bad++) {
        struct lane_run runs[64];
        struct slice_group group = {.rows = 40};
        uint8_t bytes[40];
        uint64_t left = 1 << 20;
        size_t got = 0;
        slice = (struct slice){.env = test_env()};
        CHECK_INT(plan_init(&plan, test_env(), &set, 3, NULL), INLAY_OK);
        for (size_t i = 0; i < 40; i++)
            bytes[i] = i == bad ? 3 : (uint8_t)(i % 3);
        CHECK_INT(io_scratch_append(&plan.stretches, bytes, sizeof bytes), INLAY_OK);
        CHECK_INT(plan_walk_start(walk, &plan, &group), INLAY_OK);
        CHECK_INT(plan_walk_many(walk, &left, runs, 64, &got), INLAY_IO);
        CHECK_INT(got, bad);
        plan_done();
    }
    free(walk);
}

static void cut_values_in_order_are_noticed(void)
{
    table_make(&tables[0], "a:s", "a\nb\n-\n", NULL);
    table_ok(plan_tables(1, "a", 1, UINT64_MAX), "plan");
    CHECK(plan.cut_in_order && slice.one_run_each);
    plan_done();
}

TEST_SUITE(merge_plan) = {
    {"plan: disjoint inputs are one stretch each", disjoint_inputs_are_one_stretch_each},
    {"plan: interleaved inputs", interleaved_inputs},
    {"plan: ties go to the earlier input, with all their rows", ties_go_to_the_earlier_input},
    {"plan: nulls come last in both directions", nulls_come_last_in_both_directions},
    {"plan: the second key decides, descending", second_key_decides},
    {"plan: unsigned integers above 2^63", unsigned_above_2_63},
    {"plan: strings that share their first eight bytes", long_strings_that_share_a_beginning},
    {"plan: the inputs' row groups and pages do not show",
     row_groups_and_pages_of_the_inputs_do_not_show},
    {"plan: a missing key column is null", a_missing_key_column_is_null},
    {"plan: an input without any key column", an_input_without_any_key_column},
    {"plan: row groups are cut inside a stretch", cuts_inside_a_stretch},
    {"plan: rows behind the last cut", rows_behind_the_last_cut_are_not_lost},
    {"plan: empty inputs", empty_inputs},
    {"plan: an unsorted row is located by row group and row", unsorted_input_is_located},
    {"plan: one row out of order is found anywhere in a window", windows_are_looked_at_row_by_row},
    {"plan: windows of one value are cut where it changes", windows_of_one_value_are_cut_where_it_changes},
    {"plan: order is verified across row groups", unsorted_across_row_groups},
    {"plan: a null before a value is out of order", null_before_a_value_is_unsorted},
    {"plan: without memory for pages it is the same", no_memory_to_hold_pages},
    {"plan: many stretches at once are the same as one by one", many_stretches_are_the_same_as_one_by_one},
    {"plan: inputs that end leave the others", inputs_that_end_leave_the_others},
    {"plan: the highest value comes before null", the_highest_value_comes_before_null},
    {"plan: beyond its memory it is read from the scratch file", plan_beyond_its_memory},
    {"plan: an input that there is not fails", an_input_that_there_is_not_fails},
    {"plan: values of row groups in order are noticed", cut_values_in_order_are_noticed},
    {0},
};
