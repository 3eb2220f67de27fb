/* Sort schemas of long tables, and sorted_series keys: goldens derived from the rules in
 * quickwit-parquet-engine/src/sorted_series/mod.rs. */
#include "recording/sortspec.h"

#include "test.h"

static inlay_bytes sortspec_text(const char *text)
{
    return (inlay_bytes){(const uint8_t *)text, strlen(text)};
}

static void sortspec_check_column(const struct sortspec *spec, uint32_t i, const char *name,
                                  bool descending)
{
    inlay_bytes want = sortspec_text(name), got = spec->columns[i].name;
    CHECK_BYTES(got.data, got.len, want.data, want.len);
    CHECK_INT(spec->columns[i].descending, descending);
}

static void sortspec_default(void)
{
    struct sortspec spec;
    CHECK(sortspec_parse(sortspec_text(INLAY_METRICS_SORT), &spec) == NULL);
    CHECK_INT(spec.n_columns, 6);
    sortspec_check_column(&spec, 0, "metric_name", false);
    sortspec_check_column(&spec, 5, "host", false);
}

static void sortspec_forms(void)
{
    struct sortspec spec;
    CHECK(sortspec_parse(sortspec_text("x=metric_name|-service|&env__s-|host:dense-string:-|"
                                       "rack:+|timeseries_id|timestamp/V2"),
                         &spec) == NULL);
    CHECK_INT(spec.n_columns, 5);
    sortspec_check_column(&spec, 1, "service", true);
    sortspec_check_column(&spec, 2, "env", true);
    sortspec_check_column(&spec, 3, "host", true);
    sortspec_check_column(&spec, 4, "rack", false);
    CHECK(sortspec_parse(sortspec_text("timeseries_id|-timestamp_secs/V3"), &spec) == NULL);
    CHECK_INT(spec.n_columns, 0);
}

static void sortspec_refused(void)
{
    static const char *const bad[] = {
        "",
        "metric_name|timestamp_secs/V2",            /* no timeseries_id */
        "metric_name|timeseries_id/V2",             /* no timestamp */
        "metric_name|timeseries_id|timestamp_secs", /* no version */
        "metric_name|timeseries_id|timestamp_secs/V1",
        "metric_name|timeseries_id|timestamp_secs/V2x",
        "metric_name|timeseries_id|+timestamp_secs/V2", /* ascending time */
        "metric_name|-timeseries_id|timestamp_secs/V2", /* always ascending */
        "metric_name|timeseries_id|host|timestamp_secs/V2",
        "metric_name|timeseries_id|timestamp_secs|tiebreaker/V2",
        "metric_name|metric_name|timeseries_id|timestamp_secs/V2",
        "metric_name|value|timeseries_id|timestamp_secs/V2",
        "metric_name|id__i|timeseries_id|timestamp_secs/V2",
        "metric_name|id:dense-int64:+|timeseries_id|timestamp_secs/V2",
        "+metric_name-|timeseries_id|timestamp_secs/V2",
        "metric_name||timeseries_id|timestamp_secs/V2",
        "-|timeseries_id|timestamp_secs/V2",
        "a:x|timeseries_id|timestamp_secs/V2",
        "metric_name|timeseries_id|timestamp_secs:/V2"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct sortspec spec;
        if (!sortspec_parse(sortspec_text(bad[i]), &spec))
            test_fail(__FILE__, __LINE__, "accepted: %s", bad[i]);
    }
}

static void sortspec_many_columns(void)
{
    char text[4096];
    for (int n = 254; n <= 255; n++) {
        size_t len = 0;
        for (int i = 0; i < n; i++)
            len += (size_t)sprintf(text + len, "c%d|", i);
        sprintf(text + len, "timeseries_id|timestamp_secs/V2");
        struct sortspec spec;
        CHECK((sortspec_parse(sortspec_text(text), &spec) == NULL) == (n == 254));
    }
}

static void sortspec_check_key(const char *sort, const char *const *values, int64_t id,
                               const void *want, size_t want_len)
{
    struct sortspec spec;
    struct buf key;
    inlay_bytes texts[SORTSPEC_MOST_COLUMNS];
    CHECK(sortspec_parse(sortspec_text(sort), &spec) == NULL);
    for (uint32_t i = 0; i < spec.n_columns; i++)
        texts[i] = values[i] ? sortspec_text(values[i]) : (inlay_bytes){NULL, 0};
    buf_init(&key, test_env());
    sortspec_key(&spec, texts, id, &key);
    CHECK_INT(key.status, INLAY_OK);
    CHECK_BYTES(key.data, key.bytes, want, want_len);
    buf_free(&key);
}

/* 00 "cpu.usage" 00, 01 "api" 00, 06 and the id: -295664531590076823 = fbe596accde42669 before the
 * top bit is flipped. */
static void sortspec_key_golden(void)
{
    static const char *const values[6] = {"cpu.usage", "api"};
    static const uint8_t want[] = {0x00, 0x63, 0x70, 0x75, 0x2e, 0x75, 0x73, 0x61, 0x67,
                                   0x65, 0x00, 0x01, 0x61, 0x70, 0x69, 0x00, 0x06, 0x7b,
                                   0xe5, 0x96, 0xac, 0xcd, 0xe4, 0x26, 0x69};
    sortspec_check_key(INLAY_METRICS_SORT, values, -295664531590076823, want, sizeof want);
}

static void sortspec_key_nulls(void)
{
    static const char *const values[6] = {"m"};
    static const uint8_t want[] = {0, 'm', 0, 6, 0x80, 0, 0, 0, 0, 0, 0, 5};
    sortspec_check_key(INLAY_METRICS_SORT, values, 5, want, sizeof want);
}

static void sortspec_key_escapes(void)
{
    struct sortspec spec;
    struct buf key;
    static const uint8_t name[] = {'a', 0, 'b', 1};
    static const uint8_t want[] = {0, 'a', 1, 0, 'b', 1, 1, 0, 1, 0x80, 0, 0, 0, 0, 0, 0, 0};
    inlay_bytes value = {name, sizeof name};
    CHECK(sortspec_parse(sortspec_text("metric_name|timeseries_id|timestamp_secs/V2"), &spec) ==
          NULL);
    buf_init(&key, test_env());
    sortspec_key(&spec, &value, 0, &key);
    CHECK_BYTES(key.data, key.bytes, want, sizeof want);
    buf_free(&key);
}

/* Inverted: value, escapes and terminator; not the ordinal, nor timeseries_id. */
static void sortspec_key_descending(void)
{
    static const char *const values[] = {"\x01z", "b"};
    static const uint8_t want[] = {0,    0xFE, 0xFE, 0x85, 0xFF, 1, 'b', 0, 2,
                                   0x80, 0,    0,    0,    0,    0, 0,   0};
    sortspec_check_key("-metric_name|host|timeseries_id|timestamp_secs/V2", values, 0, want,
                       sizeof want);
}

static void sortspec_fixed_names(void)
{
    CHECK(sortspec_is_fixed(sortspec_text("value")));
    CHECK(sortspec_is_fixed(sortspec_text("timestamp")));
    CHECK(!sortspec_is_fixed(sortspec_text("name")));
    CHECK(!sortspec_is_fixed(sortspec_text("")));
}

TEST_SUITE(recording_sortspec) = {
    {"sort schema: Quickwit's default for metrics", sortspec_default},
    {"sort schema: signs, types, cutoff, name", sortspec_forms},
    {"sort schema: what a long table cannot be sorted by is refused", sortspec_refused},
    {"sort schema: an ordinal for timeseries_id remains, or it is refused", sortspec_many_columns},
    {"sorted_series: a name, a tag, four nulls", sortspec_key_golden},
    {"sorted_series: nulls leave no byte", sortspec_key_nulls},
    {"sorted_series: 00 and 01 are escaped by 01", sortspec_key_escapes},
    {"sorted_series: a descending column is inverted", sortspec_key_descending},
    {"long layout: names that labels must not have", sortspec_fixed_names},
    {0}};
