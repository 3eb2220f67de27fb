#include "merge/table.h"

#include "inlay/merge.h"

enum { REDUCE_INPUTS = 4 };

static struct table in[REDUCE_INPUTS], out;
static inlay_merge_report report;
static char buffer[2 * 1024 * 1024], expected[1024 * 1024];

struct reduce_state { /* INT64 columns: sums; "n": how many rows */
    int64_t out[8192], sum, rows;
    uint8_t def[8192];
    bool any;
    size_t calls, most_levels;
    inlay_status status; /* to return */
    int extra;           /* levels too many */
};

static bool reduce_is(const inlay_schema *schema, uint32_t leaf, const char *name)
{
    inlay_bytes n = inlay_schema_leaf(schema, leaf)->name;
    return n.len == strlen(name) && memcmp(n.data, name, n.len) == 0;
}

static inlay_status reduce_sum(void *ctx, const inlay_reduce_batch *b, inlay_batch *to)
{
    struct reduce_state *s = ctx;
    const inlay_node *leaf = inlay_schema_leaf(b->schema, b->leaf);
    bool count = reduce_is(b->schema, b->leaf, "n");
    size_t level = 0, value = 0;
    s->calls++;
    s->most_levels = b->in.n_levels > s->most_levels ? b->in.n_levels : s->most_levels;
    *to = (inlay_batch){.values = s->out, .def = leaf->max_def ? s->def : NULL};
    for (size_t g = 0; g < b->n_groups; g++) {
        s->rows += b->group_rows[g];
        for (uint32_t i = 0; i < b->group_rows[g]; i++, level++) {
            if (b->in.def && b->in.def[level] < leaf->max_def)
                continue;
            s->sum += ((const int64_t *)b->in.values)[value++];
            s->any = true;
        }
        if (g + 1 == b->n_groups && b->goes_on)
            break;
        s->def[to->n_levels++] = s->any || count;
        if (s->any || count)
            s->out[to->n_values++] = count ? s->rows : s->sum;
        s->any = false;
        s->sum = s->rows = 0;
    }
    CHECK_INT(level, b->in.n_levels);
    CHECK_INT(value, b->in.n_values);
    to->n_levels += (size_t)s->extra;
    return s->status;
}

static bool reduce_wants_ints(void *ctx, const inlay_schema *schema, uint32_t leaf)
{
    (void)ctx;
    return inlay_schema_leaf(schema, leaf)->type == INLAY_INT64;
}

static struct reduce_state state;

static inlay_status reduce_tables(uint32_t n, const char *sort, uint64_t group_rows)
{
    inlay_reader *readers[REDUCE_INPUTS];
    inlay_sink sink = inlay_sink_memory(&out.memory, test_env());
    inlay_merge_options o = {.sort = sort,
                             .row_group_rows = group_rows,
                             .reducer = {reduce_wants_ints, reduce_sum, &state}};
    for (uint32_t i = 0; i < n; i++)
        readers[i] = in[i].reader;
    return inlay_merge(test_env(), readers, n, &sink, &o, &report);
}

static void gives(uint32_t n, const char *sort, uint64_t cap, const char *groups, const char *rows)
{
    state = (struct reduce_state){0};
    table_ok(reduce_tables(n, sort, cap), "merge");
    table_open(&out);
    char *got = table_rows(out.reader);
    CHECK_TEXT(table_groups(out.reader), groups);
    CHECK_TEXT(got, rows);
    free(got);
    table_close(&out);
    for (uint32_t i = 0; i < n; i++)
        table_close(&in[i]);
}

static void sums_and_counts_over_inputs(void)
{
    table_make(&in[0], "a:s v:i n:i", "x 1 0\nx 2 0\ny 3 0\n", NULL);
    table_make(&in[1], "a:s v:i n:i", "x 10 0\nz 20 0\n", NULL);
    table_make(&in[2], "a:s v:i n:i", "w 5 0\nx 100 0\nz 7 0\n", NULL);
    gives(3, "a", 100, "4", "w 5 1\nx 113 4\ny 3 1\nz 27 2\n");
    CHECK_INT(report.n_rows, 4);
    CHECK_INT(report.n_dropped, 4);
}

static void nulls_stay_out_of_values(void)
{
    table_make(&in[0], "a:i v:i n:i", "1 - 0\n1 - 0\n2 4 0\n2 - 0\n- 8 0\n", NULL);
    table_make(&in[1], "a:i v:i", "2 5\n- 1\n", NULL);
    gives(2, "a", 100, "3", "1 - 2\n2 9 3\n- 9 2\n");
}

static void a_missing_column_is_null(void)
{
    table_make(&in[0], "a:i n:i", "1 0\n2 0\n", NULL);
    table_make(&in[1], "a:i v:i n:i", "1 6 0\n", NULL);
    gives(2, "a", 100, "2", "1 2 6\n2 1 -\n"); /* columns: a n v */
}

static void columns_that_are_not_reduced_have_the_first_row(void)
{
    table_make(&in[0], "a:i s:s l:l v:i", "1 p [1] 1\n3 q - 2\n", NULL);
    table_make(&in[1], "a:i s:s l:l v:i", "1 r [2,3] 3\n2 s [4,5] 4\n2 t [] 5\n3 u [6] 6\n", NULL);
    gives(2, "a", 100, "3", "1 p [1] 4\n2 s [4,5] 9\n3 q - 8\n");
}

/* Groups of 1, 2, 3 ... rows, so that they lie over pages, blocks and row groups of the inputs. */
static void groups_over_every_border(void)
{
    static const struct table_options layouts[] = {{.group_rows = 700}, {.write = {.page_rows = 90}}};
    for (int i = 0; i < 2; i++) {
        char *at = buffer;
        for (int g = 1; g <= 80; g++)
            for (int k = 0; k < g; k++)
                at += sprintf(at, "%d %d x%d 1\n", g, k + i, k);
        table_make(&in[i], "a:i v:i s:s n:i", buffer, &layouts[i]);
    }
    char *at = expected;
    for (int g = 1; g <= 80; g++) /* sum of k and of k + 1, k < g; columns in the order of the first input */
        at += sprintf(at, "%d %d x0 %d\n", g, g * (g - 1) + g, 2 * g);
    gives(2, "a", 30, "30 30 20", expected);
    CHECK(state.most_levels <= 4096);
}

static void row_groups_end_behind_the_rows_that_were_joined(void)
{
    table_make(&in[0], "a:s t:i v:i l:l", "x 1 1 [1]\ny 1 2 [2]\ny 2 4 [3]\n", NULL);
    table_make(&in[1], "a:s t:i v:i l:l", "x 1 8 [4]\ny 2 16 -\ny 2 32 [5]\nz 1 64 [6]\n", NULL);
    gives(2, "a|t", 1, "1 2 1", "x 1 9 [1]\ny 1 2 [2]\ny 2 52 [3]\nz 1 64 [6]\n");
}

static void one_group_of_many_rows_comes_in_pieces(void)
{
    char *at = buffer;
    for (int i = 0; i < 4096; i++)
        at += sprintf(at, "7 %d 0\n", i);
    for (int i = 0; i < 3; i++)
        table_make(&in[i], "a:i v:i n:i", buffer, NULL);
    gives(3, "a", 100, "1", "7 25159680 12288\n"); /* 3 * 4095 * 4096 / 2 */
    CHECK_INT(state.calls, 6);
    CHECK_INT(state.most_levels, 4096);
}

static void nothing_to_reduce(void)
{
    table_make(&in[0], "a:i v:i", "", NULL);
    gives(1, "a", 100, "", "");
    CHECK_INT(state.calls, 0);
}

static void fails(inlay_status status, const char *what)
{
    table_make(&in[0], "a:i v:I", "1 2\n", NULL);
    CHECK_INT(reduce_tables(1, "a", 100), status);
    CHECK_TEXT(test_env()->error.what, what);
    table_close(&in[0]);
    inlay_sink_memory_free(&out.memory);
}

static void a_reducer_that_fails_ends_the_merge(void)
{
    state = (struct reduce_state){.status = INLAY_LIMIT};
    fails(INLAY_LIMIT, "the reducer failed");
}

static void values_that_do_not_fit_the_groups(void)
{
    state = (struct reduce_state){.extra = 1};
    fails(INLAY_ARG, "the reducer's values do not fit the groups or the column");
}

static void not_together_with_on_equal(void)
{
    inlay_sink sink = inlay_sink_memory(&out.memory, test_env());
    inlay_merge_options o = {.sort = "a", .on_equal = INLAY_EQUAL_LAST, .reducer = {NULL, reduce_sum, &state}};
    table_make(&in[0], "a:i v:i", "1 2\n", NULL);
    CHECK_INT(inlay_merge(test_env(), &in[0].reader, 1, &sink, &o, &report), INLAY_ARG);
    table_close(&in[0]);
    inlay_sink_memory_free(&out.memory);
}

TEST_SUITE(merge_reduce) = {
    {"reducer: sums and counts over inputs", sums_and_counts_over_inputs},
    {"reducer: nulls are levels without a value", nulls_stay_out_of_values},
    {"reducer: a column that an input does not have is null there", a_missing_column_is_null},
    {"reducer: other columns have the first row's values", columns_that_are_not_reduced_have_the_first_row},
    {"reducer: groups over the borders of pages, blocks and row groups", groups_over_every_border},
    {"reducer: a row group ends behind the rows joined to its last one", row_groups_end_behind_the_rows_that_were_joined},
    {"reducer: a group of many rows comes in pieces", one_group_of_many_rows_comes_in_pieces},
    {"reducer: nothing to reduce", nothing_to_reduce},
    {"reducer: one that fails ends the merge", a_reducer_that_fails_ends_the_merge},
    {"reducer: values that do not fit the groups are refused", values_that_do_not_fit_the_groups},
    {"reducer: not together with on_equal", not_together_with_on_equal},
    {0},
};
