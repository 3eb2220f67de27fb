/* filter: which columns stay, and what becomes of the footer. Names of Rezolus' own tests stand where the fact is the
 * same. */
#include "recorded.h"

#include "recording/choice.h"

/* ---- queries ---- */

/* The names that a query gives: "a b ". */
static void keep_check_names(const char *query, const char *want)
{
    struct choice choice;
    char got[256] = "";
    choice_init(&choice, test_env());
    CHECK_INT(choice_promql(&choice, table_text(query)), INLAY_OK);
    for (uint32_t i = 0; i < choice.names.n; i++)
        sprintf(got + strlen(got), "%.*s ", (int)choice.names.texts[i].len, (const char *)choice.names.texts[i].data);
    choice_free(&choice);
    CHECK_TEXT(got, want);
}

static void keep_names_basic(void)
{
    keep_check_names("sum(rate(tokens[5m])) / requests", "tokens requests ");
    keep_check_names("histogram_quantile (0.99, ttft)", "ttft ");
    keep_check_names("2e3 * 5m", "");
    keep_check_names("", "");
}

static void keep_names_labels(void)
{
    keep_check_names("rate(tokens{direction=\"output\"}[1m])", "tokens ");
    keep_check_names("a{x=\"}\",y='b'} + b{", "a b ");
}

static void keep_names_once(void)
{
    keep_check_names("tokens{a=\"b\"} / (tokens + tokens)", "tokens ");
}

static void keep_json(void)
{
    static const struct {
        const char *json;
        inlay_status status;
        uint32_t found, names;
    } cases[] = {
        {"{\"kpis\":[{\"query\":\"a\"},{\"query\":\"b + c\",\"title\":\"d\"}],\"slo\":{\"query\":\"no\"}}", INLAY_OK, 2, 3},
        {"{\"kpis\":[{\"query\":\"a\\u0062\"}]}", INLAY_OK, 1, 1},
        {"{\"kpis\":[{\"query\":5},7,null,[1],{\"query\":[1]}]}", INLAY_OK, 0, 0},
        {"{\"kpis\":{\"query\":\"a\"}}", INLAY_OK, 0, 0},
        {"{}", INLAY_OK, 0, 0},
        {"[]", INLAY_ARG, 0, 0},
        {"{\"kpis\":[", INLAY_ARG, 0, 0},
        {"", INLAY_ARG, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct choice choice;
        uint32_t found = 0;
        choice_init(&choice, test_env());
        CHECK_INT(choice_queries(&choice, table_text(cases[i].json), &found), cases[i].status);
        CHECK_INT(found, cases[i].found);
        CHECK_INT(choice.names.n, cases[i].names);
        choice_free(&choice);
    }
}

static void keep_globs(void)
{
    static const struct {
        const char *glob, *text;
        bool matches;
    } cases[] = {
        {"*", "", true},      {"*", "abc", true},     {"a*c", "abc", true},   {"a*c", "abcd", false},
        {"a?c", "abc", true}, {"a?c", "ac", false},   {"?", "\xC3\xA4", true}, {"*b*b*", "abab", true},
        {"", "", true},       {"", "a", false},       {"a**", "a", true},      {"*a?", "aaab", true},
        {"a*b*c*d", "a1b2c3", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_INT(choice_glob(cases[i].glob, table_text(cases[i].text)), cases[i].matches);
}

/* ---- files ---- */

static const struct recorded_column keep_columns[] = {
    {"timestamp", "unit=nanoseconds", NULL, {RECORDED_S(1), RECORDED_S(2), RECORDED_S(3)}, false, false, NULL},
    {"duration", NULL, "101", {7, 9}, false, false, NULL},
    {"1", "metric=cpu,source=rezolus", "111", {1, 2, 3}, false, false, NULL},
    {"n::tcp:buckets", "grouping_power=0", "33033", {1, 2, 3, 4}, false, true, "01001"},
    {"0::ttft", "metric=ttft,source=vllm", "111", {4, 5, 6}, true, false, NULL},
};

static void keep_make(struct table *t, const char *const *keys)
{
    const struct recording r = {.n_rows = 3, .n_columns = 5, .group_rows = 2, .columns = keep_columns, .keys = keys};
    recorded(t, &r);
}

#define KEEP_KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})

static inlay_status keep_try(const struct table *in, const char *metric, const char *glob, const char *queries,
                             struct table *out, inlay_filter_report *report)
{
    const inlay_filter_options options = {.globs = &glob,
                                          .n_globs = glob != NULL,
                                          .metrics = &metric,
                                          .n_metrics = metric != NULL,
                                          .queries = queries ? table_text(queries) : (inlay_bytes){NULL, 0}};
    *out = (struct table){.reader = NULL};
    out->sink = inlay_sink_memory(&out->memory, test_env());
    return inlay_filter(test_env(), in->reader, &out->sink, &options, report);
}

static void keep_check(const char *const *keys, const char *metric, const char *glob, const char *queries, const char *want)
{
    struct table in, out;
    inlay_filter_report report;
    keep_make(&in, keys);
    CHECK_INT(keep_try(&in, metric, glob, queries, &out, &report), INLAY_OK);
    table_open(&out);
    table_check_names(&out, want);
    CHECK_INT(report.n_columns, 5);
    CHECK_INT(report.n_row_groups, 2);
    CHECK_INT(report.n_rows, 3);
    table_check(&out, "timestamp", "1000000000 2000000000 3000000000 ");
    table_close(&out);
    table_close(&in);
}

static void keep_by_name(void)
{
    const char *const *keys = KEEP_KEYS("source", "rezolus");
    keep_check(keys, "cpu", NULL, NULL, "timestamp duration 1 ");
    keep_check(keys, "1", NULL, NULL, "timestamp duration 1 ");
    keep_check(keys, "tcp", NULL, NULL, "timestamp duration item ");
    keep_check(keys, "n::tcp:buckets", NULL, NULL, "timestamp duration item ");
    keep_check(keys, "tcp:buckets", NULL, NULL, "timestamp duration item ");
    keep_check(keys, NULL, "t*", NULL, "timestamp duration item 0::ttft ");
    keep_check(keys, NULL, "0::*", NULL, "timestamp duration 0::ttft ");
    keep_check(keys, "cpu", "tt?t", NULL, "timestamp duration 1 0::ttft ");
}

static void keep_by_queries(void)
{
    static const char ttft[] = "{\"kpis\":[{\"query\":\"rate(ttft{a=\\\"b\\\"}[1m])\"}]}";
    keep_check(KEEP_KEYS("a", "b"), NULL, NULL, ttft, "timestamp duration 1 0::ttft ");
    keep_check(KEEP_KEYS("service_queries", ttft), NULL, NULL, NULL, "timestamp duration 1 0::ttft ");
    keep_check(KEEP_KEYS("service_queries", "damaged", "per_source_metadata",
                         "{\"vllm\":{\"0\":{\"service_queries\":{\"kpis\":[{\"query\":\"ttft\"}]}}}}"),
               NULL, NULL, NULL, "timestamp duration 1 0::ttft ");
    keep_check(KEEP_KEYS("per_source_metadata", "{\"vllm\":{\"service_queries\":{\"kpis\":[{\"query\":\"tcp\"}]}}}"), NULL,
               NULL, NULL, "timestamp duration 1 item ");
}

static void keep_refused(const char *const *keys, const char *metric, const char *queries, const char *what)
{
    struct table in, out;
    keep_make(&in, keys);
    CHECK_INT(keep_try(&in, metric, NULL, queries, &out, NULL), INLAY_ARG);
    if (INLAY_ERROR_TEXT)
        CHECK(strstr(test_env()->error.what, what) != NULL);
    inlay_sink_memory_free(&out.memory);
    table_close(&in);
}

static void keep_nothing(void)
{
    keep_refused(KEEP_KEYS("a", "b"), "nope", NULL, "nothing matched");
    keep_refused(KEEP_KEYS("a", "b"), "timestamp", NULL, "nothing matched");
    keep_refused(KEEP_KEYS("a", "b"), NULL, "{\"kpis\":[{\"query\":\"nope\"}]}", "nothing matched");
    keep_refused(KEEP_KEYS("a", "b"), NULL, "{\"kpis\":[]}", "no query");
    keep_refused(KEEP_KEYS("a", "b"), NULL, NULL, "no queries of its own");
}

/* Fields, texts of metrics, and every other key. */
static void keep_footer(void)
{
    struct table in, out;
    keep_make(&in, KEEP_KEYS("source", "rezolus", "descriptions", "{\"cpu\":\"C\",\"ttft\":\"T\",\"tcp\":\"P\",\"old\":\"O\"}",
                             "user", "key", "per_source_metadata",
                             "{\"vllm\":{\"descriptions\":{\"ttft\":\"T\"},\"0\":{\"ttft\":1}}}", "selection", "{not json"));
    CHECK_INT(keep_try(&in, "cpu", NULL, NULL, &out, NULL), INLAY_OK);
    table_open(&out);
    recorded_check_field(&out, 2, "1", "metric=cpu,source=rezolus");
    table_check_key(&out, "descriptions", "{\"cpu\":\"C\",\"old\":\"O\"}");
    table_check_key(&out, "per_source_metadata", "{\"vllm\":{\"descriptions\":{},\"0\":{\"ttft\":1}}}");
    table_check_key(&out, "user", "key");
    table_check_key(&out, "selection", "{not json");
    CHECK_INT(inlay_reader_key_values(out.reader), 6);
    table_close(&out);
    table_close(&in);
}

/* Pages as they are, in every row group: bytes from the first page to the chunk's end. */
static void keep_bytes(void)
{
    static const uint32_t from[] = {0, 1, 3, 4};
    struct table in, out;
    keep_make(&in, KEEP_KEYS("source", "rezolus"));
    CHECK_INT(keep_try(&in, NULL, "t*", NULL, &out, NULL), INLAY_OK);
    table_open(&out);
    for (uint32_t group = 0; group < 2; group++)
        for (uint32_t leaf = 0; leaf < 4; leaf++) {
            inlay_chunk a, b;
            CHECK_INT(inlay_reader_chunk(in.reader, group, from[leaf], &a), INLAY_OK);
            CHECK_INT(inlay_reader_chunk(out.reader, group, leaf, &b), INLAY_OK);
            CHECK_BYTES(out.memory.data + b.start_at, (size_t)b.compressed_bytes, in.memory.data + a.start_at,
                        (size_t)a.compressed_bytes);
            CHECK(b.offset_index_at > 0);
        }
    table_close(&out);
    table_close(&in);
}

TEST_SUITE(recording_keep) = {
    {"filter: extract column names: basic", keep_names_basic},
    {"filter: extract column names: strips labels", keep_names_labels},
    {"filter: extract column names: deduplicates", keep_names_once},
    {"filter: queries as JSON, and what is none", keep_json},
    {"filter: globs", keep_globs},
    {"filter: names match with and without node, buckets and metric", keep_by_name},
    {"filter: queries given, of the file, of a source, of an instance; rezolus stays", keep_by_queries},
    {"filter: nothing matched is an error", keep_nothing},
    {"filter: fields and texts follow the columns, other keys stay", keep_footer},
    {"filter: chunks are the source's bytes", keep_bytes},
    {0},
};
