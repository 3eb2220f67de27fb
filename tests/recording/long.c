/* Long tables: layout, order, runs. */
#include "table.h"

#define LONG_SORT "metric_name|host|timeseries_id|timestamp_secs/V2"

static void long_open(inlay_long **table, size_t buffer_rows)
{
    inlay_long_options options = {.sort = LONG_SORT, .buffer_rows = buffer_rows};
    CHECK_INT(inlay_long_open(test_env(), &options, table), INLAY_OK);
}

static uint32_t long_series(inlay_long *table, const char *name, const char *key, const char *value)
{
    uint32_t series;
    inlay_label label = {table_text(key ? key : ""), table_text(value ? value : "")};
    CHECK_INT(inlay_long_series(table, table_text(name), 1, &label, key ? 1 : 0, &series),
              INLAY_OK);
    return series;
}

static uint32_t long_finish(inlay_long *table, struct table *t)
{
    uint32_t n_row_groups;
    *t = (struct table){.reader = NULL};
    t->sink = inlay_sink_memory(&t->memory, test_env());
    CHECK_INT(inlay_long_finish(table, &t->sink, &n_row_groups), INLAY_OK);
    inlay_long_close(table);
    table_open(t);
    CHECK_INT(inlay_reader_row_groups(t->reader), n_row_groups);
    return n_row_groups;
}

static void long_empty(void)
{
    inlay_long *table;
    struct table t;
    long_open(&table, 0);
    long_series(table, "m", "host", "a"); /* declared, never sampled */
    CHECK_INT(long_finish(table, &t), 0);
    CHECK_INT(inlay_reader_rows(t.reader), 0);
    table_check_names(&t,
                      "metric_name timeseries_id timestamp_secs sorted_series metric_type value ");
    table_check_key(&t, "qh.sort_fields", LONG_SORT);
    table_close(&t);
}

/* host is in the sort schema; alpha and zone stand among the others by name. */
static void long_columns(void)
{
    inlay_long *table;
    struct table t;
    uint32_t series;
    inlay_label labels[] = {{table_text("zone"), table_text("z")},
                            {table_text("host"), table_text("h")},
                            {table_text("alpha"), table_text("a")}};
    long_open(&table, 0);
    CHECK_INT(inlay_long_series(table, table_text("m"), 2, labels, 3, &series), INLAY_OK);
    CHECK_INT(inlay_long_add(table, series, 7, 0.5), INLAY_OK);
    CHECK_INT(long_finish(table, &t), 1);
    table_check_names(&t, "metric_name host timeseries_id timestamp_secs sorted_series alpha "
                          "metric_type value zone ");
    table_check(&t, "metric_type", "2 ");
    table_check(&t, "value", "0.5 ");
    table_check(&t, "zone", "z ");
    table_close(&t);
}

static void long_types(void)
{
    static const struct {
        const char *name;
        uint8_t type, repetition, kind, bits;
    } want[] = {{"metric_name", INLAY_BYTE_ARRAY, INLAY_REQUIRED, INLAY_STRING, 0},
                {"host", INLAY_BYTE_ARRAY, INLAY_OPTIONAL, INLAY_STRING, 0},
                {"timeseries_id", INLAY_INT64, INLAY_REQUIRED, INLAY_LOGICAL_NONE, 0},
                {"timestamp_secs", INLAY_INT64, INLAY_REQUIRED, INLAY_INTEGER, 64},
                {"sorted_series", INLAY_BYTE_ARRAY, INLAY_REQUIRED, INLAY_LOGICAL_NONE, 0},
                {"metric_type", INLAY_INT32, INLAY_REQUIRED, INLAY_INTEGER, 8},
                {"value", INLAY_DOUBLE, INLAY_REQUIRED, INLAY_LOGICAL_NONE, 0}};
    inlay_long *table;
    struct table t;
    long_open(&table, 0);
    CHECK_INT(inlay_long_add(table, long_series(table, "m", "host", "h"), 7, 1), INLAY_OK);
    long_finish(table, &t);
    const inlay_schema *schema = inlay_reader_schema(t.reader);
    CHECK_INT(inlay_schema_leaves(schema), 7);
    for (uint32_t i = 0; i < 7; i++) {
        const inlay_node *node = inlay_schema_leaf(schema, i);
        CHECK_BYTES(node->name.data, node->name.len, want[i].name, strlen(want[i].name));
        CHECK_INT(node->type, want[i].type);
        CHECK_INT(node->repetition, want[i].repetition);
        CHECK_INT(node->logical.kind, want[i].kind);
        CHECK_INT(node->logical.bits, want[i].bits);
        CHECK(!node->logical.is_signed);
    }
    table_close(&t);
}

static void long_newest_first(void)
{
    inlay_long *table;
    struct table t;
    long_open(&table, 0);
    uint32_t b = long_series(table, "b", NULL, NULL), a = long_series(table, "a", NULL, NULL);
    for (uint64_t i = 0; i < 6; i++) {
        CHECK_INT(inlay_long_add(table, b, 100 + i / 2, (double)i), INLAY_OK);
        CHECK_INT(inlay_long_add(table, a, 100 + i, 10 + (double)i), INLAY_OK);
    }
    CHECK_INT(inlay_long_rows(table), 12);
    long_finish(table, &t);
    table_check(&t, "metric_name", "a a a a a a b b b b b b ");
    table_check(&t, "timestamp_secs", "105 104 103 102 101 100 102 102 101 101 100 100 ");
    table_check(&t, "value", "15 14 13 12 11 10 4 5 2 3 0 1 ");
    table_close(&t);
}

/* "sum" neither sorts nor identifies: both series share timeseries_id and sorted_series. */
static void long_one_key_two_series(void)
{
    inlay_long *table;
    struct table t;
    long_open(&table, 3);
    uint32_t x = long_series(table, "m", "sum", "x"), y = long_series(table, "m", "sum", "y");
    for (uint64_t i = 0; i < 4; i++) {
        CHECK_INT(inlay_long_add(table, x, i, 0), INLAY_OK);
        CHECK_INT(inlay_long_add(table, y, i, 0), INLAY_OK);
    }
    long_finish(table, &t);
    table_check(&t, "timestamp_secs", "3 3 2 2 1 1 0 0 ");
    table_check(&t, "sum", "x y x y x y x y ");
    table_close(&t);
}

static void long_key_of_series(void)
{
    inlay_long *table;
    struct table t;
    long_open(&table, 0);
    CHECK_INT(inlay_long_add(table, long_series(table, "m", "host", "h"), 1, 0), INLAY_OK);
    CHECK_INT(inlay_long_add(table, long_series(table, "m", NULL, NULL), 1, 0), INLAY_OK);
    long_finish(table, &t);
    char want[80], ids[80];
    inlay_label host = {table_text("host"), table_text("h")};
    int64_t with = inlay_timeseries_id(table_text("m"), 1, &host, 1);
    int64_t without = inlay_timeseries_id(table_text("m"), 1, NULL, 0);
    sprintf(ids, "%lld %lld ", (long long)with, (long long)without);
    table_check(&t, "timeseries_id", ids);
    sprintf(want, "006d0001680002%016llx 006d0002%016llx ",
            (unsigned long long)with ^ 0x8000000000000000u,
            (unsigned long long)without ^ 0x8000000000000000u);
    table_check(&t, "sorted_series", want);
    table_check(&t, "host", "h - ");
    table_close(&t);
}

static void long_row_groups(void)
{
    inlay_long *table;
    struct table t;
    inlay_long_options options = {.sort = LONG_SORT, .buffer_rows = 16, .row_group_rows = 10};
    CHECK_INT(inlay_long_open(test_env(), &options, &table), INLAY_OK);
    static const int rows[] = {4, 6, 3, 12, 5}; /* of the metrics a to e */
    for (int m = 0; m < 5; m++) {
        char name[2] = {(char)('a' + m), 0};
        uint32_t series = long_series(table, name, NULL, NULL);
        for (int i = 0; i < rows[m]; i++)
            CHECK_INT(inlay_long_add(table, series, (uint64_t)i, i), INLAY_OK);
    }
    CHECK_INT(long_finish(table, &t), 4); /* a b, c, d alone though too large, e */
    static const int want[] = {10, 3, 12, 5};
    for (uint32_t i = 0; i < 4; i++) {
        inlay_row_group group;
        CHECK_INT(inlay_reader_row_group(t.reader, i, &group), INLAY_OK);
        CHECK_INT(group.n_rows, want[i]);
    }
    table_close(&t);
}

static void long_footer(void)
{
    inlay_long *table;
    struct table t;
    inlay_key_value kv[] = {{table_text("unit"), table_text("ticks"), true},
                            {table_text("bare"), {NULL, 0}, false}};
    for (int with_rows = 0; with_rows < 2; with_rows++) {
        inlay_long_options options = {.key_values = kv, .n_key_values = 2};
        CHECK_INT(inlay_long_open(test_env(), &options, &table), INLAY_OK);
        if (with_rows)
            CHECK_INT(inlay_long_add(table, long_series(table, "m", NULL, NULL), 1, 0), INLAY_OK);
        long_finish(table, &t);
        table_check_key(&t, "qh.sort_fields", INLAY_METRICS_SORT);
        table_check_key(&t, "unit", "ticks");
        const inlay_key_value *bare = inlay_reader_find_key(t.reader, "bare");
        CHECK(bare && !bare->has_value);
        CHECK(inlay_reader_find_key(t.reader, "qh.window_start") == NULL);
        table_close(&t);
    }
}

static void long_sorting_columns(void)
{
    inlay_long *table;
    struct table t;
    long_open(&table, 0);
    CHECK_INT(inlay_long_add(table, long_series(table, "m", "host", "h"), 1, 0), INLAY_OK);
    long_finish(table, &t);
    inlay_row_group group;
    CHECK_INT(inlay_reader_row_group(t.reader, 0, &group), INLAY_OK);
    CHECK_INT(group.n_sorting, 4);
    for (uint32_t i = 0; i < 4; i++) {
        inlay_sorting sorting;
        CHECK_INT(inlay_reader_sorting(t.reader, 0, i, &sorting), INLAY_OK);
        CHECK_INT(sorting.leaf, i);
        CHECK_INT(sorting.descending, i == 3);
        CHECK_INT(sorting.nulls_first, 0);
    }
    table_close(&t);
}

/* ---- against a plain sort ---- */

enum { LONG_METRICS = 5, LONG_HOSTS = 4, LONG_ROWS = 9000 };

struct long_row {
    unsigned metric, host; /* host LONG_HOSTS - 1: no label, which sorts last */
    uint64_t time, arrival;
};

static int long_by_order(const void *a, const void *b)
{
    const struct long_row *x = a, *y = b;
    if (x->metric != y->metric)
        return x->metric < y->metric ? -1 : 1;
    if (x->host != y->host)
        return x->host < y->host ? -1 : 1;
    if (x->time != y->time)
        return x->time > y->time ? -1 : 1;
    return x->arrival < y->arrival ? -1 : 1;
}

static void long_check_rows(const struct table *t, const struct long_row *rows, size_t n)
{
    static const char *const names[] = {"metric_name", "host", "timestamp_secs", "value"};
    char *got[4], *at[4], want[4][32];
    for (int c = 0; c < 4; c++)
        at[c] = got[c] = table_column(t, names[c]);
    for (size_t i = 0; i < n; i++) {
        sprintf(want[0], "m%u", rows[i].metric);
        sprintf(want[1], "h%u", rows[i].host);
        if (rows[i].host == LONG_HOSTS - 1)
            sprintf(want[1], "-");
        sprintf(want[2], "%llu", (unsigned long long)rows[i].time);
        sprintf(want[3], "%llu", (unsigned long long)rows[i].arrival);
        for (int c = 0; c < 4; c++) {
            size_t len = strcspn(at[c], " ");
            at[c][len] = '\0';
            if (strcmp(at[c], want[c]) != 0)
                test_fail(__FILE__, __LINE__, "row %zu: %s is %s, want %s", i, names[c], at[c],
                          want[c]);
            at[c] += len + 1;
        }
    }
    for (int c = 0; c < 4; c++)
        free(got[c]);
}

/* Buffers of 13 rows: 693 runs, hence 43 of the next level, and 2 of the one above. */
static void long_many_runs(void)
{
    struct long_row *rows = calloc(LONG_ROWS, sizeof *rows);
    inlay_long *table;
    struct table t;
    long_open(&table, 13);
    for (size_t i = 0; i < LONG_ROWS; i++) {
        rows[i] =
            (struct long_row){(unsigned)test_random_below(LONG_METRICS),
                              (unsigned)test_random_below(LONG_HOSTS), test_random_below(400), i};
        char name[24], host[24];
        sprintf(name, "m%u", rows[i].metric);
        sprintf(host, "h%u", rows[i].host);
        bool labelled = rows[i].host < LONG_HOSTS - 1;
        uint32_t series = long_series(table, name, labelled ? "host" : NULL, host);
        CHECK_INT(inlay_long_add(table, series, rows[i].time, (double)i), INLAY_OK);
    }
    long_finish(table, &t);
    CHECK_INT(inlay_reader_rows(t.reader), LONG_ROWS);
    qsort(rows, LONG_ROWS, sizeof *rows, long_by_order);
    long_check_rows(&t, rows, LONG_ROWS);
    table_close(&t);
    free(rows);
}

/* Every third metric has the label in no sample of some runs: their files lack the column. */
static void long_labels_by_run(void)
{
    inlay_long *table;
    struct table t;
    long_open(&table, 2);
    uint32_t plain = long_series(table, "b", NULL, NULL), other = long_series(table, "c", "x", "1");
    uint32_t host = long_series(table, "a", "host", "h");
    for (uint64_t i = 0; i < 4; i++)
        CHECK_INT(inlay_long_add(table, plain, i, 0), INLAY_OK);
    CHECK_INT(inlay_long_add(table, other, 0, 0), INLAY_OK);
    CHECK_INT(inlay_long_add(table, other, 1, 0), INLAY_OK);
    CHECK_INT(inlay_long_add(table, host, 0, 0), INLAY_OK);
    long_finish(table, &t);
    table_check(&t, "metric_name", "a b b b b c c ");
    table_check(&t, "host", "h - - - - - - ");
    table_check(&t, "x", "- - - - - 1 1 ");
    table_close(&t);
}

/* ---- misuse and failure ---- */

static void long_misuse(void)
{
    inlay_long *table;
    struct table t = {.reader = NULL};
    uint32_t n;
    inlay_long_options options = {.sort = "metric_name|timestamp_secs/V2"};
    CHECK_INT(inlay_long_open(test_env(), &options, &table), INLAY_ARG);
    CHECK(table == NULL);
    long_open(&table, 0);
    CHECK_INT(inlay_long_add(table, 0, 1, 1), INLAY_ARG);
    uint32_t series = long_series(table, "m", NULL, NULL);
    t.sink = inlay_sink_memory(&t.memory, test_env());
    CHECK_INT(inlay_long_finish(table, &t.sink, &n), INLAY_OK);
    CHECK_INT(inlay_long_finish(table, &t.sink, &n), INLAY_ARG);
    CHECK_INT(inlay_long_add(table, series, 1, 1), INLAY_ARG);
    CHECK_INT(inlay_long_series(table, table_text("m"), 1, NULL, 0, &n), INLAY_ARG);
    inlay_long_close(table);
    inlay_long_close(NULL);
    table_close(&t);
}

static int long_full_disk(void *ctx, const void *data, size_t bytes)
{
    size_t *left = ctx;
    (void)data;
    if (bytes > *left)
        return 28;
    *left -= bytes;
    return 0;
}

static void long_sink_fails(void)
{
    for (size_t room = 0; room < 2000; room += 97) {
        inlay_long *table;
        uint32_t n;
        size_t left = room;
        inlay_sink sink = {&left, long_full_disk};
        long_open(&table, 20);
        uint32_t series = long_series(table, "m", "host", "h");
        for (uint64_t i = 0; i < 100; i++)
            CHECK_INT(inlay_long_add(table, series, i, (double)test_random()), INLAY_OK);
        inlay_status status = inlay_long_finish(table, &sink, &n);
        CHECK(status == INLAY_OK || status == INLAY_IO);
        CHECK(room > 1000 || status == INLAY_IO);
        inlay_long_close(table);
    }
}

/* Whatever memory allows, it ends well or with NOMEM, and nothing is left behind. */
static void long_no_memory(void)
{
    for (uint64_t limit = 1000; limit < 4000000; limit += limit / 4) {
        inlay_long *table = NULL;
        struct table t = {.reader = NULL};
        uint32_t series, n;
        inlay_label host = {table_text("host"), table_text("h")};
        inlay_long_options options = {.sort = LONG_SORT, .buffer_rows = 30};
        t.sink = inlay_sink_memory(&t.memory, test_env());
        test_env()->limits.memory_bytes = limit;
        inlay_status status = inlay_long_open(test_env(), &options, &table);
        if (status == INLAY_OK)
            status = inlay_long_series(table, table_text("m"), 0, &host, 1, &series);
        for (uint64_t i = 0; i < 100 && status == INLAY_OK; i++)
            status = inlay_long_add(table, series, i, 0);
        if (status == INLAY_OK)
            status = inlay_long_finish(table, &t.sink, &n);
        CHECK(status == INLAY_OK || status == INLAY_NOMEM || status == INLAY_IO);
        inlay_long_close(table);
        inlay_sink_memory_free(&t.memory);
        CHECK_INT(test_env()->used_bytes, 0);
    }
}

TEST_SUITE(recording_long) = {
    {"long: no samples, a file without row groups", long_empty},
    {"long: sort columns, sorted_series, then the others by name", long_columns},
    {"long: types of the columns; only labels are nullable", long_types},
    {"long: newest first, same seconds in order of arrival", long_newest_first},
    {"long: two series under one key are ordered by time together", long_one_key_two_series},
    {"long: timeseries_id and sorted_series of a series", long_key_of_series},
    {"long: row groups are cut where the metric changes", long_row_groups},
    {"long: footer keys, ours and the caller's", long_footer},
    {"long: sorting columns are announced, time descending", long_sorting_columns},
    {"long: 693 runs, merged twice, equal a plain sort", long_many_runs},
    {"long: a label that some runs lack is null there", long_labels_by_run},
    {"long: calls out of place are refused", long_misuse},
    {"long: a sink that fails ends it with IO", long_sink_fails},
    {"long: any memory limit ends well or with NOMEM", long_no_memory},
    {0}};
