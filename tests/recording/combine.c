/* combine: recordings of a few rows by hand. Names of Rezolus' own tests stand where the fact is the same. */
#include "recorded.h"

#define COMBINE_TIME(...) {"timestamp", "metric_type=timestamp,unit=nanoseconds", NULL, {__VA_ARGS__}, false, false, NULL}
#define COMBINE_COUNTER(name, metadata, def, ...) {name, metadata, def, {__VA_ARGS__}, false, false, NULL}
#define COMBINE_KEYS(...) ((const char *const[]){"sampling_interval_ms", "1000", __VA_ARGS__, NULL})
#define COMBINE_MAKE(table, rows, keys_of, ...)                                                             \
    do {                                                                                                    \
        static const struct recorded_column combine_columns[] = {__VA_ARGS__};                              \
        struct recording combine_recording = {.n_rows = (rows),                                             \
                                              .n_columns = sizeof combine_columns / sizeof *combine_columns, \
                                              .columns = combine_columns,                                   \
                                              .keys = (keys_of)};                                           \
        recorded((table), &combine_recording);                                                              \
    } while (0)

enum { COMBINE_MOST = 4 };

struct combine_run {
    struct table in[COMBINE_MOST], out;
    const char *names[COMBINE_MOST];
    size_t n;
    inlay_combine_options options;
    inlay_combine_report report;
    char notes[512];
};

static void combine_note(void *ctx, int32_t input, const char *what)
{
    struct combine_run *run = ctx;
    sprintf(run->notes + strlen(run->notes), "%d %s\n", (int)input, what);
}

static inlay_status combine_try(struct combine_run *run)
{
    inlay_combine_input inputs[COMBINE_MOST];
    for (size_t i = 0; i < run->n; i++)
        inputs[i] = (inlay_combine_input){run->in[i].reader, run->names[i]};
    run->options.note = combine_note;
    run->options.note_ctx = run;
    run->out = (struct table){.reader = NULL};
    run->out.sink = inlay_sink_memory(&run->out.memory, test_env());
    return inlay_combine(test_env(), inputs, run->n, &run->out.sink, &run->options, &run->report);
}

static void combine_do(struct combine_run *run)
{
    inlay_status status = combine_try(run);
    if (status != INLAY_OK)
        test_fail(__FILE__, __LINE__, "%s: %s", test_env()->error.column, test_env()->error.what);
    table_open(&run->out);
}

static void combine_end(struct combine_run *run)
{
    table_close(&run->out);
    for (size_t i = 0; i < run->n; i++)
        table_close(&run->in[i]);
}

static void combine_refused(struct combine_run *run, int32_t input, const char *what)
{
    CHECK_INT(combine_try(run), INLAY_CORRUPT);
    const inlay_error *e = &test_env()->error;
    if (INLAY_ERROR_TEXT && strstr(e->what, what) == NULL)
        test_fail(__FILE__, __LINE__, "error is \"%s\", want \"%s\"", e->what, what);
    CHECK_INT(e->input, input);
    combine_end(run);
}

/* Two recordings of rezolus: 1, 2, 3 s with 1, 2, 3 and 2, 3, 4 s with 3, 4, 5. */
static void combine_two(struct combine_run *run, const char *const *first, const char *const *second)
{
    *run = (struct combine_run){.n = 2, .names = {"one", "two"}};
    COMBINE_MAKE(&run->in[0], 3, first, COMBINE_TIME(RECORDED_S(1), RECORDED_S(2), RECORDED_S(3)),
                 COMBINE_COUNTER("duration", "unit=nanoseconds", "101", 7, 9),
                 COMBINE_COUNTER("cpu", "metric=cpu,metric_type=counter", "111", 1, 2, 3));
    COMBINE_MAKE(&run->in[1], 3, second, COMBINE_TIME(RECORDED_S(2), RECORDED_S(3), RECORDED_S(4)),
                 COMBINE_COUNTER("duration", "unit=nanoseconds", "111", 4, 5, 6),
                 COMBINE_COUNTER("cpu", "metric=cpu,metric_type=counter", "111", 3, 4, 5));
}

static void combine_nodes(struct combine_run *run)
{
    combine_two(run, COMBINE_KEYS("source", "rezolus", "node", "web01"),
                COMBINE_KEYS("source", "rezolus", "node", "web02"));
}

static void combine_services(struct combine_run *run, const char *a, const char *b)
{
    combine_two(run, a ? COMBINE_KEYS("source", "vllm", "instance", a) : COMBINE_KEYS("source", "vllm"),
                b ? COMBINE_KEYS("source", "vllm", "instance", b) : COMBINE_KEYS("source", "vllm"));
}

/* One column beside the time, n rows at these stamps. */
static void combine_add(struct combine_run *run, const char *const *keys, size_t n_rows, const int64_t *stamps)
{
    struct recorded_column columns[2] = {COMBINE_TIME(0), COMBINE_COUNTER("x", NULL, NULL, 0)};
    struct recording r = {.n_rows = n_rows, .n_columns = 2, .columns = columns, .keys = keys};
    for (size_t i = 0; i < n_rows; i++) {
        columns[0].values[i] = stamps[i];
        columns[1].values[i] = 10 * (int64_t)run->n + (int64_t)i;
    }
    run->names[run->n] = run->n ? "b" : "a";
    recorded(&run->in[run->n++], &r);
}

#define COMBINE_ADD(run, keys, ...)                                                              \
    combine_add(run, keys, sizeof((const int64_t[]){__VA_ARGS__}) / 8, (const int64_t[]){__VA_ARGS__})

/* ---- rows ---- */

static void combine_trims(void)
{
    struct combine_run run;
    combine_nodes(&run);
    combine_do(&run);
    table_check(&run.out, "timestamp", "2000000000 3000000000 ");
    table_check(&run.out, "duration", "- 9 ");
    table_check(&run.out, "web01::cpu", "2 3 ");
    table_check(&run.out, "web02::cpu", "3 4 ");
    combine_end(&run);
}

static void combine_end_to_end(void)
{
    struct combine_run run;
    combine_two(&run, COMBINE_KEYS("source", "rezolus"), COMBINE_KEYS("source", "vllm"));
    combine_do(&run);
    table_check_names(&run.out, "timestamp duration one::cpu 0::cpu ");
    table_check_key(&run.out, "source", "[\"rezolus\",\"vllm\"]");
    table_check_key(&run.out, "sampling_interval_ms", "1000");
    CHECK_INT(run.report.n_rows, 2);
    CHECK_INT(run.report.n_columns, 4);
    combine_end(&run);
}

static void combine_empty(void)
{
    struct combine_run run = {.n = 0};
    COMBINE_ADD(&run, COMBINE_KEYS("source", "rezolus"), RECORDED_S(1), RECORDED_S(3));
    COMBINE_ADD(&run, COMBINE_KEYS("source", "vllm"), RECORDED_S(2), RECORDED_S(2), RECORDED_S(4));
    combine_refused(&run, -1, "no common timestamps");
}

static void combine_fuzzy(void)
{
    struct combine_run run = {.n = 0};
    const int64_t ms = 1000000;
    COMBINE_ADD(&run, COMBINE_KEYS("source", "rezolus"), RECORDED_S(1), RECORDED_S(2), RECORDED_S(3));
    COMBINE_ADD(&run, COMBINE_KEYS("source", "vllm"), RECORDED_S(1) + 5 * ms, RECORDED_S(2) - 5 * ms, RECORDED_S(3) + 5 * ms);
    combine_do(&run);
    table_check(&run.out, "timestamp", "1000000000 2000000000 3000000000 ");
    CHECK_INT(run.report.n_aligned, 3);
    combine_end(&run);
}

static void combine_apart(struct combine_run *run)
{
    const int64_t ms = 1000000;
    *run = (struct combine_run){.n = 0};
    COMBINE_ADD(run, COMBINE_KEYS("source", "rezolus"), RECORDED_S(1), RECORDED_S(2), RECORDED_S(3));
    COMBINE_ADD(run, COMBINE_KEYS("source", "vllm"), RECORDED_S(1) + 150 * ms, RECORDED_S(2) + 150 * ms,
                RECORDED_S(3) + 150 * ms);
}

static void combine_poor(void)
{
    struct combine_run run;
    combine_apart(&run);
    combine_refused(&run, -1, "alignment too poor");
}

static void combine_bypassed(void)
{
    struct combine_run run;
    combine_apart(&run);
    run.options.bypass_time_check = true;
    combine_do(&run);
    CHECK_INT(run.report.n_rows, 3);
    CHECK_INT(run.report.n_compared, 3);
    CHECK_INT(run.report.n_aligned, 0);
    combine_end(&run);
}

/* 1.5 s counts for 2 s, 1 ns less for 1 s; 0.4999.. s for 0. */
static void combine_quantize(void)
{
    struct combine_run run = {.n = 0};
    const int64_t stamps[] = {499999999, 1499999999, 1500000001, 2500000000};
    const char *const *keys = COMBINE_KEYS("source", "rezolus", "node", "x");
    combine_add(&run, keys, 4, stamps);
    combine_add(&run, COMBINE_KEYS("source", "vllm"), 4, stamps);
    combine_do(&run);
    table_check(&run.out, "timestamp", "0 1000000000 2000000000 3000000000 ");
    combine_end(&run);
}

/* 0.9, 1.1 and 1.05 s are of one bucket: the last is closest; of 1.9 and 2.1 the first stays. */
static void combine_closest(void)
{
    struct combine_run run = {.n = 0};
    const int64_t ms = 1000000;
    run.options.bypass_time_check = true;
    COMBINE_ADD(&run, COMBINE_KEYS("source", "rezolus"), 900 * ms, 1100 * ms, 1050 * ms, 1900 * ms, 2100 * ms);
    COMBINE_ADD(&run, COMBINE_KEYS("source", "vllm"), RECORDED_S(1), RECORDED_S(2));
    combine_do(&run);
    table_check(&run.out, "a::x", "2 3 ");
    table_check(&run.out, "0::x", "10 11 ");
    combine_end(&run);
}

static void combine_backwards(void)
{
    struct combine_run run = {.n = 0};
    COMBINE_ADD(&run, COMBINE_KEYS("source", "rezolus"), RECORDED_S(3), RECORDED_S(1), RECORDED_S(2), RECORDED_S(1));
    COMBINE_ADD(&run, COMBINE_KEYS("source", "vllm"), RECORDED_S(1), RECORDED_S(2), RECORDED_S(3));
    combine_do(&run);
    table_check(&run.out, "timestamp", "1000000000 2000000000 3000000000 ");
    table_check(&run.out, "a::x", "1 2 0 ");
    table_check(&run.out, "0::x", "10 11 12 ");
    CHECK_TEXT(run.notes, "0 timestamps go back in it: its rows were brought into order\n");
    combine_end(&run);
}

static void combine_outer(void)
{
    struct combine_run run;
    combine_nodes(&run);
    run.options.join = INLAY_JOIN_OUTER;
    combine_do(&run);
    table_check(&run.out, "timestamp", "1000000000 2000000000 3000000000 4000000000 ");
    table_check(&run.out, "duration", "7 - 9 - ");
    table_check(&run.out, "web01::cpu", "1 2 3 - ");
    table_check(&run.out, "web02::cpu", "- 3 4 5 ");
    combine_end(&run);
}

/* A column that cannot be null becomes one that can, in the schema and in ARROW:schema, only where rows are missing. */
static void combine_widens(void)
{
    struct combine_run run = {.n = 0};
    inlay_arrow_schema *schema;
    run.options.join = INLAY_JOIN_OUTER;
    COMBINE_ADD(&run, COMBINE_KEYS("source", "rezolus"), RECORDED_S(1), RECORDED_S(2), RECORDED_S(3));
    COMBINE_ADD(&run, COMBINE_KEYS("source", "vllm"), RECORDED_S(2));
    combine_do(&run);
    table_check(&run.out, "a::x", "0 1 2 ");
    table_check(&run.out, "0::x", "- 10 - ");
    CHECK_INT(inlay_schema_leaf(inlay_reader_schema(run.out.reader), 1)->repetition, INLAY_REQUIRED);
    CHECK_INT(inlay_schema_leaf(inlay_reader_schema(run.out.reader), 2)->repetition, INLAY_OPTIONAL);
    CHECK_INT(inlay_arrow_schema_open(test_env(), run.out.reader, &schema), INLAY_OK);
    CHECK(!inlay_arrow_schema_field(schema, 1).nullable);
    CHECK(inlay_arrow_schema_field(schema, 2).nullable);
    inlay_arrow_schema_close(schema);
    combine_end(&run);
}

static void combine_raw(void)
{
    struct combine_run run = {.n = 0};
    run.options.join = INLAY_JOIN_OUTER;
    run.options.keep_raw_timestamps = true;
    COMBINE_ADD(&run, COMBINE_KEYS("source", "vllm"), RECORDED_S(1) + 1, RECORDED_S(2) + 2, RECORDED_S(3) + 3);
    COMBINE_ADD(&run, COMBINE_KEYS("source", "rezolus"), RECORDED_S(2) + 7, RECORDED_S(3) + 8, RECORDED_S(4) + 9);
    combine_do(&run);
    table_check(&run.out, "timestamp", "1000000001 2000000007 3000000008 4000000009 ");
    combine_end(&run);
}

/* ---- column chunks ---- */

/* Three row groups of two rows against one of all six: the first input's are copied, time and duration too. */
static void combine_copies(void)
{
    static const struct recorded_column columns[] = {
        COMBINE_TIME(RECORDED_S(1), RECORDED_S(2), RECORDED_S(3), RECORDED_S(4), RECORDED_S(5), RECORDED_S(6)),
        COMBINE_COUNTER("cpu", NULL, "111111", 1, 2, 3, 4, 5, 6),
        {"h:buckets", "grouping_power=0", "330333013", {1, 2, 3, 4, 5, 6}, false, true, "010000000"}};
    struct recording r = {.n_rows = 6, .n_columns = 2, .columns = columns, .group_rows = 2,
                          .keys = COMBINE_KEYS("source", "rezolus")};
    struct combine_run run = {.n = 2, .names = {"a", "b"}};
    recorded(&run.in[0], &r);
    r.group_rows = 0;
    r.keys = COMBINE_KEYS("source", "rezolus", "node", "c");
    recorded(&run.in[1], &r);
    combine_do(&run);
    CHECK_INT(run.report.n_row_groups, 3);
    CHECK_INT(run.report.n_chunks, 9);
    CHECK_INT(run.report.n_copied, 6);
    table_check(&run.out, "a::cpu", "1 2 3 4 5 6 ");
    table_check(&run.out, "c::cpu", "1 2 3 4 5 6 ");
    combine_end(&run);
}

/* A list column loses its first row on both sides, and gets a null row in an outer join. */
static void combine_lists(void)
{
    static const struct recorded_column a[] = {
        COMBINE_TIME(RECORDED_S(1), RECORDED_S(2), RECORDED_S(3)),
        {"h:buckets", "grouping_power=0", "33033", {1, 2, 3, 4}, false, true, "01001"}};
    static const struct recorded_column b[] = {
        COMBINE_TIME(RECORDED_S(2), RECORDED_S(3), RECORDED_S(4)),
        {"h:buckets", "grouping_power=0", "31332", {5, 6, 7}, false, true, "00011"}};
    struct recording r = {.n_rows = 3, .n_columns = 2, .columns = a, .keys = COMBINE_KEYS("source", "rezolus")};
    struct combine_run run = {.n = 2, .names = {"a", "b"}};
    recorded(&run.in[0], &r);
    r.columns = b;
    recorded(&run.in[1], &r);
    combine_do(&run);
    recorded_check_list(&run.out, 1, "-[3 4]");
    recorded_check_list(&run.out, 2, "[5][]");
    table_close(&run.out);
    run.options.join = INLAY_JOIN_OUTER;
    combine_do(&run);
    recorded_check_list(&run.out, 1, "[1 2]-[3 4]-");
    recorded_check_list(&run.out, 2, "-[5][][6 7 null]");
    combine_end(&run);
}

static void combine_groups(void)
{
    struct combine_run run;
    combine_nodes(&run);
    run.options.row_group_rows = 1;
    combine_do(&run);
    CHECK_INT(run.report.n_row_groups, 2);
    table_check(&run.out, "web02::cpu", "3 4 ");
    combine_end(&run);
}

/* ---- what does not fit together ---- */

static void combine_interval(void)
{
    struct combine_run run = {.n = 0};
    COMBINE_ADD(&run, COMBINE_KEYS("source", "rezolus"), RECORDED_S(1));
    COMBINE_ADD(&run, ((const char *const[]){"source", "vllm", "sampling_interval_ms", "500", NULL}), RECORDED_S(1));
    combine_refused(&run, 1, "sampling_interval_ms differs");
}

static void combine_no_interval(void)
{
    struct combine_run run = {.n = 0};
    const char *const keys[] = {"source", "vllm", NULL};
    COMBINE_ADD(&run, keys, RECORDED_S(1));
    COMBINE_ADD(&run, keys, RECORDED_S(1));
    combine_refused(&run, 0, "no sampling_interval_ms");
}

static void combine_zero_interval(void)
{
    struct combine_run run = {.n = 0};
    const char *const keys[] = {"source", "vllm", "sampling_interval_ms", "0", NULL};
    COMBINE_ADD(&run, keys, RECORDED_S(1));
    COMBINE_ADD(&run, keys, RECORDED_S(1));
    combine_refused(&run, 0, "no number of milliseconds");
}

static void combine_no_source(void)
{
    struct combine_run run = {.n = 0};
    COMBINE_ADD(&run, COMBINE_KEYS("source", "vllm"), RECORDED_S(1));
    COMBINE_ADD(&run, COMBINE_KEYS("node", "vllm"), RECORDED_S(1));
    combine_refused(&run, 1, "missing 'source' metadata");
}

static void combine_no_overlap(void)
{
    struct combine_run run = {.n = 0};
    COMBINE_ADD(&run, COMBINE_KEYS("source", "rezolus"), RECORDED_S(1), RECORDED_S(2));
    COMBINE_ADD(&run, COMBINE_KEYS("source", "vllm"), RECORDED_S(5), RECORDED_S(6));
    combine_refused(&run, 1, "do not overlap");
}

static void combine_partial_overlap(void)
{
    struct combine_run run = {.n = 0};
    COMBINE_ADD(&run, COMBINE_KEYS("source", "rezolus"), RECORDED_S(1), RECORDED_S(2));
    COMBINE_ADD(&run, COMBINE_KEYS("source", "vllm"), RECORDED_S(2), RECORDED_S(3));
    combine_do(&run);
    CHECK_INT(run.report.n_rows, 1);
    combine_end(&run);
}

static void combine_no_rows(void)
{
    struct combine_run run = {.n = 0};
    COMBINE_ADD(&run, COMBINE_KEYS("source", "rezolus"), RECORDED_S(1));
    combine_add(&run, COMBINE_KEYS("source", "vllm"), 0, NULL);
    combine_refused(&run, 1, "no rows");
}

static void combine_one(void)
{
    struct combine_run run = {.n = 0};
    COMBINE_ADD(&run, COMBINE_KEYS("source", "rezolus"), RECORDED_S(1));
    CHECK_INT(combine_try(&run), INLAY_ARG);
    combine_end(&run);
}

/* ---- labels ---- */

static void combine_node_named(void)
{
    struct combine_run run;
    combine_nodes(&run);
    combine_do(&run);
    table_check_names(&run.out, "timestamp duration web01::cpu web02::cpu ");
    recorded_check_field(&run.out, 0, "timestamp", "metric_type=timestamp,unit=nanoseconds");
    recorded_check_field(&run.out, 2, "web01::cpu", "metric=cpu,metric_type=counter,node=web01,source=rezolus");
    recorded_check_field(&run.out, 3, "web02::cpu", "metric=cpu,metric_type=counter,node=web02,source=rezolus");
    combine_end(&run);
}

static void combine_node_of_file(void)
{
    struct combine_run run;
    combine_two(&run, COMBINE_KEYS("source", "rezolus"), COMBINE_KEYS("source", "rezolus"));
    combine_do(&run);
    table_check_names(&run.out, "timestamp duration one::cpu two::cpu ");
    combine_end(&run);
}

static void combine_instance_named(void)
{
    struct combine_run run;
    combine_services(&run, "primary", "secondary");
    combine_do(&run);
    table_check_names(&run.out, "timestamp duration primary::cpu secondary::cpu ");
    recorded_check_field(&run.out, 2, "primary::cpu", "instance=primary,metric=cpu,metric_type=counter,source=vllm");
    combine_end(&run);
}

static void combine_instances_numbered(void)
{
    struct combine_run run;
    combine_services(&run, NULL, NULL);
    combine_do(&run);
    table_check_names(&run.out, "timestamp duration 0::cpu 1::cpu ");
    combine_end(&run);
}

static void combine_mixed_instances(void)
{
    struct combine_run run;
    combine_services(&run, "primary", NULL);
    combine_refused(&run, 1, "mixed");
}

static void combine_same_instances(void)
{
    struct combine_run run;
    combine_services(&run, "x", "x");
    combine_refused(&run, 1, "duplicate instance");
}

static void combine_same_nodes(void)
{
    struct combine_run run;
    combine_two(&run, COMBINE_KEYS("source", "rezolus", "node", "web01"),
                COMBINE_KEYS("source", "rezolus", "node", "web01"));
    combine_refused(&run, 1, "duplicate node");
}

static void combine_field_source(void)
{
    struct combine_run run = {.n = 2, .names = {"a", "b"}};
    for (size_t i = 0; i < 2; i++)
        COMBINE_MAKE(&run.in[i], 1, i ? COMBINE_KEYS("source", "vllm") : COMBINE_KEYS("source", "rezolus"),
                     COMBINE_TIME(RECORDED_S(1)), COMBINE_COUNTER("x", "node=old,source=own", "1", 5));
    combine_do(&run);
    recorded_check_field(&run.out, 1, "a::x", "node=a,source=own");
    recorded_check_field(&run.out, 2, "0::x", "instance=0,node=old,source=own");
    combine_end(&run);
}

/* Two services without an instance are both "0": an error, unless names tell the source. */
static void combine_collides(void)
{
    struct combine_run run;
    combine_two(&run, COMBINE_KEYS("source", "vllm"), COMBINE_KEYS("source", "llm-perf"));
    CHECK_INT(combine_try(&run), INLAY_CORRUPT);
    CHECK_TEXT(test_env()->error.column, "0::cpu");
    CHECK_INT(test_env()->error.input, 1);
    inlay_sink_memory_free(&run.out.memory);
    run.options.prefix = true;
    combine_do(&run);
    table_check_names(&run.out, "timestamp duration vllm.0::cpu llm-perf.0::cpu ");
    combine_end(&run);
}

static void combine_pinned(void)
{
    struct combine_run run;
    combine_nodes(&run);
    run.options.pinned = "web02";
    combine_do(&run);
    table_check_key(&run.out, "pinned_node", "web02");
    table_close(&run.out);
    run.options.pinned = "web03";
    CHECK_INT(combine_try(&run), INLAY_ARG);
    CHECK_TEXT(test_env()->error.column, "web03");
    combine_end(&run);
}

/* The primary is the first of rezolus, wherever it stands; timestamp comes first, wherever it stood. */
static void combine_primary(void)
{
    struct combine_run run = {.n = 2, .names = {"a", "b"}};
    COMBINE_MAKE(&run.in[0], 1, COMBINE_KEYS("source", "vllm"), COMBINE_TIME(RECORDED_S(1)),
                 COMBINE_COUNTER("duration", NULL, "1", 5), COMBINE_COUNTER("x", NULL, "1", 1));
    COMBINE_MAKE(&run.in[1], 1, COMBINE_KEYS("source", "rezolus", "selection", "mine"),
                 COMBINE_COUNTER("duration", NULL, "1", 6), COMBINE_COUNTER("y", NULL, "1", 2), COMBINE_TIME(RECORDED_S(1)));
    combine_do(&run);
    table_check_names(&run.out, "timestamp duration 0::x b::y ");
    table_check(&run.out, "duration", "6 ");
    table_check_key(&run.out, "selection", "mine");
    combine_end(&run);
}

static void combine_no_arrow(void)
{
    static const struct recorded_column columns[] = {COMBINE_TIME(RECORDED_S(1)), COMBINE_COUNTER("x", NULL, "1", 1)};
    struct recording r = {.n_rows = 1, .n_columns = 2, .columns = columns, .bare = true,
                          .keys = COMBINE_KEYS("source", "rezolus")};
    struct combine_run run = {.n = 2, .names = {"a", "b"}};
    recorded(&run.in[0], &r);
    recorded(&run.in[1], &r);
    combine_do(&run);
    recorded_check_field(&run.out, 2, "b::x", "node=b,source=rezolus");
    combine_end(&run);
}

/* ---- metadata ---- */

static void combine_psm_nodes(void)
{
    struct combine_run run;
    combine_two(&run,
                COMBINE_KEYS("source", "rezolus", "node", "web01", "version", "5.1", "systeminfo", "{\"os\":1}\n"),
                COMBINE_KEYS("source", "rezolus", "node", "web02", "version", "5.2", "systeminfo", "no json"));
    combine_do(&run);
    table_check_key(&run.out, "source", "[\"rezolus\"]");
    table_check_key(&run.out, "systeminfo", "{\"os\":1}\n");
    table_check_key(&run.out, "per_source_metadata",
                    "{\"rezolus\":{\"web01\":{\"node\":\"web01\",\"systeminfo\":{\"os\":1},\"version\":\"5.1\"},"
                    "\"web02\":{\"node\":\"web02\",\"systeminfo\":\"no json\",\"version\":\"5.2\"}}}");
    CHECK(inlay_reader_find_key(run.out.reader, "version") == NULL);
    combine_end(&run);
}

static void combine_psm_service(void)
{
    struct combine_run run;
    combine_two(&run, COMBINE_KEYS("source", "rezolus"), COMBINE_KEYS("source", "vllm", "node", "gpu01"));
    combine_do(&run);
    table_check_key(&run.out, "per_source_metadata",
                    "{\"rezolus\":{\"one\":{\"node\":\"one\"}},\"vllm\":{\"0\":{\"instance\":\"0\",\"node\":\"gpu01\"}}}");
    combine_end(&run);
}

/* What recorders write beside the source goes under the node, too; samples beside it span all nodes. */
static void combine_psm_flat(void)
{
    struct combine_run run;
    combine_two(&run,
                COMBINE_KEYS("source", "rezolus", "node", "web01", "per_source_metadata",
                             "{\"rezolus\":{\"first_sample_ns\":5,\"last_sample_ns\":9,\"role\":\"a\"}}"),
                COMBINE_KEYS("source", "rezolus", "node", "web02", "per_source_metadata",
                             "{\"rezolus\":{\"first_sample_ns\":4,\"last_sample_ns\":8,\"role\":\"b\"},\"odd\":7}"));
    combine_do(&run);
    table_check_key(&run.out, "per_source_metadata",
                    "{\"rezolus\":{\"first_sample_ns\":4,\"last_sample_ns\":9,\"role\":\"a\","
                    "\"web01\":{\"first_sample_ns\":5,\"last_sample_ns\":9,\"node\":\"web01\",\"role\":\"a\"},"
                    "\"web02\":{\"first_sample_ns\":4,\"last_sample_ns\":8,\"node\":\"web02\",\"role\":\"b\"}}}");
    combine_end(&run);
}

static void combine_source_list(void)
{
    struct combine_run run;
    combine_two(&run, COMBINE_KEYS("source", "[\"vllm\",\"b\",\"vllm\"]", "version", "1", "node", "n", "instance", "i"),
                COMBINE_KEYS("source", "rezolus"));
    combine_do(&run);
    table_check_key(&run.out, "source", "[\"b\",\"rezolus\",\"vllm\"]");
    table_check_key(&run.out, "per_source_metadata",
                    "{\"b\":{\"i\":{\"instance\":\"i\",\"node\":\"n\",\"version\":\"1\"}},"
                    "\"rezolus\":{\"two\":{\"node\":\"two\"}},"
                    "\"vllm\":{\"i\":{\"instance\":\"i\",\"node\":\"n\",\"version\":\"1\"}}}");
    combine_end(&run);
}

static void combine_descriptions(void)
{
    struct combine_run run;
    combine_two(&run, COMBINE_KEYS("source", "rezolus", "descriptions", "{\"cpu\":\"of one\"}"),
                COMBINE_KEYS("source", "vllm", "descriptions", "{\"cpu\": \"of two\", \"x\":\"y\"}"));
    combine_do(&run);
    CHECK(inlay_reader_find_key(run.out.reader, "descriptions") == NULL);
    table_check_key(&run.out, "per_source_metadata",
                    "{\"rezolus\":{\"descriptions\":{\"cpu\":\"of one\"},\"one\":{\"node\":\"one\"}},"
                    "\"vllm\":{\"0\":{\"instance\":\"0\"},\"descriptions\":{\"cpu\":\"of two\",\"x\":\"y\"}}}");
    combine_end(&run);
}

static void combine_queries(void)
{
    struct combine_run run;
    combine_two(&run, COMBINE_KEYS("source", "rezolus"), COMBINE_KEYS("source", "vllm", "service_queries", "{\"kpis\":[]}"));
    combine_do(&run);
    CHECK(inlay_reader_find_key(run.out.reader, "service_queries") == NULL);
    table_check_key(&run.out, "per_source_metadata",
                    "{\"rezolus\":{\"one\":{\"node\":\"one\"}},"
                    "\"vllm\":{\"0\":{\"instance\":\"0\",\"service_queries\":{\"kpis\":[]}}}}");
    combine_end(&run);
}

/* A key that all say alike stands once; else the primary's counts and each one's own stands with its node. */
static void combine_user_keys(void)
{
    struct combine_run run;
    combine_two(&run, COMBINE_KEYS("source", "vllm", "team", "a", "site", "here"),
                COMBINE_KEYS("source", "rezolus", "team", "b", "site", "here"));
    combine_do(&run);
    table_check_key(&run.out, "site", "here");
    table_check_key(&run.out, "team", "b");
    table_check_key(&run.out, "per_source_metadata",
                    "{\"rezolus\":{\"two\":{\"node\":\"two\",\"team\":\"b\"}},"
                    "\"vllm\":{\"0\":{\"instance\":\"0\",\"team\":\"a\"}}}");
    combine_end(&run);
}

static void combine_damaged_json(void)
{
    struct combine_run run;
    combine_two(&run, COMBINE_KEYS("source", "rezolus", "per_source_metadata", "[1", "descriptions", "{\"a\"}"),
                COMBINE_KEYS("source", "vllm", "events", "{"));
    combine_do(&run);
    table_check_key(&run.out, "per_source_metadata",
                    "{\"rezolus\":{\"one\":{\"node\":\"one\"}},\"vllm\":{\"0\":{\"instance\":\"0\"}}}");
    CHECK_TEXT(run.notes, "0 its per_source_metadata is no JSON object and was left out\n"
                          "0 its descriptions are no JSON object and were left out\n"
                          "1 its events are malformed and were left out\n");
    combine_end(&run);
}

static void combine_events(void)
{
    struct combine_run run;
    combine_two(&run,
                COMBINE_KEYS("source", "rezolus", "events",
                             "{\"events\":[{\"timestamp\":5,\"description\":\"b\",\"id\":\"x\"}]}"),
                COMBINE_KEYS("source", "vllm", "events",
                             "{\"events\":[{\"timestamp\":4,\"description\":\"a\"},"
                             "{\"timestamp\":6,\"description\":\"c\",\"id\":\"x\"}]}"));
    combine_do(&run);
    table_check_key(&run.out, "events",
                    "{\"events\":[{\"timestamp\":4,\"description\":\"a\"},"
                    "{\"timestamp\":5,\"description\":\"b\",\"id\":\"x\"}]}");
    CHECK_INT(run.report.n_events, 2);
    combine_end(&run);
}

/* A combination keeps its names and field metadata when it is combined again. */
static void combine_again(void)
{
    struct combine_run run, next = {.n = 2, .names = {"first", "three"}};
    combine_nodes(&run);
    combine_do(&run);
    next.in[0] = run.out;
    COMBINE_MAKE(&next.in[1], 2, COMBINE_KEYS("source", "rezolus"), COMBINE_TIME(RECORDED_S(2), RECORDED_S(3)),
                 COMBINE_COUNTER("cpu", NULL, "11", 8, 9));
    combine_do(&next);
    table_check_names(&next.out, "timestamp duration web01::cpu web02::cpu three::cpu ");
    recorded_check_field(&next.out, 2, "web01::cpu", "metric=cpu,metric_type=counter,node=web01,source=rezolus");
    table_check(&next.out, "web02::cpu", "3 4 ");
    table_check(&next.out, "three::cpu", "8 9 ");
    table_check_key(&next.out, "per_source_metadata",
                    "{\"rezolus\":{\"three\":{\"node\":\"three\"},\"web01\":{\"node\":\"web01\"},"
                    "\"web02\":{\"node\":\"web02\"}}}");
    table_close(&next.out);
    next.options.prefix = true;
    combine_do(&next);
    table_check_names(&next.out,
                      "timestamp duration rezolus.web01::cpu rezolus.web02::cpu rezolus.three::cpu ");
    combine_end(&next);
    table_close(&run.in[0]);
    table_close(&run.in[1]);
}

static void combine_again_same_node(void)
{
    struct combine_run run, next = {.n = 2, .names = {"first", "web02"}};
    combine_nodes(&run);
    combine_do(&run);
    next.in[0] = run.out;
    COMBINE_MAKE(&next.in[1], 1, COMBINE_KEYS("source", "rezolus"), COMBINE_TIME(RECORDED_S(2)),
                 COMBINE_COUNTER("other", NULL, "1", 8));
    combine_refused(&next, 1, "duplicate node");
    table_close(&run.in[0]);
    table_close(&run.in[1]);
}

/* ---- memory ---- */

/* Whatever the limit, the call ends and gives everything back; from some limit on it succeeds. */
static void combine_budget(void)
{
    struct combine_run run;
    combine_nodes(&run);
    combine_do(&run); /* readers keep what they have met */
    table_close(&run.out);
    uint64_t before = test_env()->used_bytes;
    inlay_status status = INLAY_NOMEM;
    for (uint64_t limit = 0; status != INLAY_OK; limit += 997) {
        test_env()->limits.memory_bytes = before + limit + 1;
        status = combine_try(&run);
        test_env()->limits.memory_bytes = 0;
        CHECK(status == INLAY_OK || status == INLAY_NOMEM || status == INLAY_IO); /* IO: the sink is in memory, too */
        inlay_sink_memory_free(&run.out.memory);
        CHECK_INT(test_env()->used_bytes, before);
        CHECK(limit < 64 << 20);
    }
    for (size_t i = 0; i < 2; i++)
        table_close(&run.in[i]);
}

TEST_SUITE(recording_combine) = {
    {"combine: trims to overlap", combine_trims},
    {"combine: end to end: columns, source list, interval", combine_end_to_end},
    {"combine: empty intersection is an error", combine_empty},
    {"combine: fuzzy timestamp matching, 5 ms on 1 s", combine_fuzzy},
    {"combine: rejects poor alignment, 150 ms on 1 s", combine_poor},
    {"combine: poor alignment is taken when the check is bypassed", combine_bypassed},
    {"combine: quantize rounds to nearest, the midpoint up", combine_quantize},
    {"combine: of rows in a bucket the closest stays, of equals the first", combine_closest},
    {"combine: rows whose time goes back are brought into order", combine_backwards},
    {"combine: an outer join has null rows", combine_outer},
    {"combine: a REQUIRED column becomes OPTIONAL where rows are missing", combine_widens},
    {"combine: raw stamps are the primary's, else the first input's", combine_raw},
    {"combine: chunks of whole row groups are copied", combine_copies},
    {"combine: lists that are cut and lists that are absent", combine_lists},
    {"combine: row groups as small as asked for", combine_groups},
    {"combine: validate sampling interval mismatch", combine_interval},
    {"combine: no sampling interval at all", combine_no_interval},
    {"combine: a sampling interval of 0", combine_zero_interval},
    {"combine: an input without a source", combine_no_source},
    {"combine: validate time overlap: none", combine_no_overlap},
    {"combine: validate time overlap: partial", combine_partial_overlap},
    {"combine: an input without rows", combine_no_rows},
    {"combine: one input is none", combine_one},
    {"combine: two rezolus nodes: names, order, field metadata (resolve node from metadata, allows different nodes)",
     combine_node_named},
    {"combine: resolve node: fallback to filename", combine_node_of_file},
    {"combine: two service instances (resolve instance from metadata)", combine_instance_named},
    {"combine: resolve instance: none when absent, auto-assigns 0 and 1", combine_instances_numbered},
    {"combine: validate labels rejects mixed instance metadata", combine_mixed_instances},
    {"combine: validate labels rejects duplicate instances", combine_same_instances},
    {"combine: validate labels rejects duplicate nodes", combine_same_nodes},
    {"combine: preserves existing field source metadata", combine_field_source},
    {"combine: names that collide are an error, with --prefix they do not", combine_collides},
    {"combine: the pinned node must be one", combine_pinned},
    {"combine: the primary gives time, duration and selection", combine_primary},
    {"combine: inputs without ARROW:schema get fields", combine_no_arrow},
    {"combine: merge metadata includes nodes", combine_psm_nodes},
    {"combine: merge metadata includes service node", combine_psm_service},
    {"combine: flat per_source_metadata of two nodes is not lost", combine_psm_flat},
    {"combine: merge metadata flattens and expands a source array", combine_source_list},
    {"combine: nests descriptions per source, no collision", combine_descriptions},
    {"combine: service queries go to their source and instance", combine_queries},
    {"combine: keys of the user survive, also where they differ", combine_user_keys},
    {"combine: damaged JSON is left out with a note", combine_damaged_json},
    {"combine: events of all, normalised", combine_events},
    {"combine: a combination combined again", combine_again},
    {"combine: a node of a combination cannot come again", combine_again_same_node},
    {"combine: any memory limit ends it cleanly", combine_budget},
    {0},
};
