/* Series: identities pinned by quickwit-parquet-engine/src/timeseries_id.rs, numbers, order. */
#include "recording/series.h"

#include "test.h"

static inlay_bytes series_text(const char *text)
{
    return (inlay_bytes){(const uint8_t *)text, strlen(text)};
}

static inlay_label series_pair(const char *key, const char *value)
{
    return (inlay_label){series_text(key), series_text(value)};
}

static void series_pinned_ids(void)
{
    inlay_label tags[] = {series_pair("env", "prod"), series_pair("host", "node-1"),
                          series_pair("service", "api")};
    inlay_label web = series_pair("service", "web");
    CHECK_INT(inlay_timeseries_id(series_text("cpu.usage"), 0, NULL, 0), 8585688161913568022);
    CHECK_INT(inlay_timeseries_id(series_text("cpu.usage"), 0, tags, 3), -1249054409005369755);
    CHECK_INT(inlay_timeseries_id(series_text("http.requests"), 1, &web, 1), -2615727422124831097);
}

static void series_ids_without_times(void)
{
    inlay_label tags[] = {series_pair("env", "prod"),
                          series_pair("host", "node-1"),
                          series_pair("service", "api"),
                          series_pair("start_timestamp_secs", "1"),
                          series_pair("sum", "2"),
                          series_pair("timestamp", "3"),
                          series_pair("timestamp_secs", "4"),
                          series_pair("value", "5")};
    CHECK_INT(inlay_timeseries_id(series_text("cpu.usage"), 0, tags, 8), -1249054409005369755);
}

static void series_open(struct series_table *t, struct sortspec *spec)
{
    CHECK(sortspec_parse(series_text(INLAY_METRICS_SORT), spec) == NULL);
    series_init(t, test_env(), spec);
}

static void series_same_number(void)
{
    struct sortspec spec;
    struct series_table t;
    uint32_t a, b, c, d;
    inlay_label one[] = {series_pair("a", "1"), series_pair("b", "2")};
    inlay_label turned[] = {series_pair("b", "2"), series_pair("a", "1")};
    series_open(&t, &spec);
    CHECK_INT(series_declare(&t, series_text("m"), 1, one, 2, &a), INLAY_OK);
    CHECK_INT(series_declare(&t, series_text("m"), 1, turned, 2, &b), INLAY_OK);
    CHECK_INT(series_declare(&t, series_text("m"), 0, one, 2, &c), INLAY_OK);
    CHECK_INT(series_declare(&t, series_text("m"), 1, one, 1, &d), INLAY_OK);
    CHECK_INT(a, 0);
    CHECK_INT(b, 0);
    CHECK_INT(c, 1);
    CHECK_INT(d, 2);
    CHECK_INT(t.n, 3);
    series_free(&t);
}

static void series_many(void)
{
    enum { MANY = 5000 };
    struct sortspec spec;
    struct series_table t;
    char text[16];
    series_open(&t, &spec);
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < MANY; i++) {
            uint32_t number;
            sprintf(text, "%u", i);
            inlay_label label = series_pair("id", text);
            CHECK_INT(series_declare(&t, series_text("m"), 1, &label, 1, &number), INLAY_OK);
            CHECK_INT(number, i);
        }
    CHECK_INT(t.n, MANY);
    CHECK_INT(t.texts.n, MANY + 1); /* the name, and each value once */
    CHECK_INT(t.key_texts.n, 1);
    series_free(&t);
}

static void series_refused(void)
{
    struct sortspec spec;
    struct series_table t;
    uint32_t number;
    inlay_label fixed = series_pair("metric_name", "x"), empty = series_pair("", "x");
    inlay_label twice[] = {series_pair("a", "1"), series_pair("b", "2"), series_pair("a", "1")};
    inlay_label not_text = series_pair("a", "\xC0\x80"), fine = series_pair("a", "");
    series_open(&t, &spec);
    CHECK_INT(series_declare(&t, series_text("m"), 0, &fixed, 1, &number), INLAY_ARG);
    CHECK_INT(series_declare(&t, series_text("m"), 0, &empty, 1, &number), INLAY_ARG);
    CHECK_INT(series_declare(&t, series_text("m"), 0, twice, 3, &number), INLAY_ARG);
    CHECK_INT(series_declare(&t, series_text("m"), 0, &not_text, 1, &number), INLAY_ARG);
    CHECK_INT(series_declare(&t, series_text("\xFF"), 0, NULL, 0, &number), INLAY_ARG);
    CHECK_INT(series_declare(&t, series_text("m"), 0, &fine, 1, &number), INLAY_OK);
    CHECK_INT(t.n, 1);
    series_free(&t);
}

/* Labels outside the sort schema and outside timeseries_id: two series with one key. */
static void series_shared_rank(void)
{
    struct sortspec spec;
    struct series_table t;
    uint32_t a, b, c, d;
    inlay_label one = series_pair("sum", "1"), two = series_pair("sum", "2");
    inlay_label host = series_pair("host", "h");
    series_open(&t, &spec);
    CHECK_INT(series_declare(&t, series_text("z"), 0, NULL, 0, &a), INLAY_OK);
    CHECK_INT(series_declare(&t, series_text("m"), 0, &one, 1, &b), INLAY_OK);
    CHECK_INT(series_order(&t), INLAY_OK);
    CHECK_INT(t.n_ranks, 2);
    CHECK_INT(series_declare(&t, series_text("m"), 0, &two, 1, &c), INLAY_OK);
    CHECK_INT(series_declare(&t, series_text("m"), 0, &host, 1, &d), INLAY_OK);
    CHECK_INT(series_order(&t), INLAY_OK);
    CHECK_INT(t.n_ranks, 3);
    CHECK_INT(t.entries[d].rank, 0); /* a host comes before no host */
    CHECK_INT(t.entries[b].rank, 1);
    CHECK_INT(t.entries[c].rank, 1);
    CHECK_INT(t.entries[a].rank, 2);
    series_free(&t);
}

TEST_SUITE(recording_series) = {
    {"timeseries_id: three pinned values", series_pinned_ids},
    {"timeseries_id: labels about time, sum and value do not count", series_ids_without_times},
    {"series: the same labels in another order are the same series", series_same_number},
    {"series: thousands keep their numbers, texts are kept once", series_many},
    {"series: keys that are fixed, empty, double or not UTF-8 are refused", series_refused},
    {"series: equal sorted_series keys share a rank", series_shared_rank},
    {0}};
