/* Series of metrics: identities pinned by, and properties of, quickwit-parquet-engine/src/timeseries_id.rs; bytes of
 * sorted_series by storekey's rules. */
#include "base/serieskey.h"

#include "../test.h"

static inlay_bytes serieskey_bytes(const char *text)
{
    return (inlay_bytes){(const uint8_t *)text, strlen(text)};
}

/* "key=value key=value": labels in the order of their keys. */
static int64_t serieskey_id(const char *name, uint8_t type, const char *labels)
{
    struct serieskey_id id;
    serieskey_id_begin(&id, serieskey_bytes(name), type);
    while (*labels) {
        size_t len = strcspn(labels, " "), key = strcspn(labels, "=");
        inlay_bytes k = {(const uint8_t *)labels, key};
        inlay_bytes v = {(const uint8_t *)labels + key + 1, len - key - 1};
        serieskey_id_label(&id, k, v);
        labels += len + (labels[len] == ' ');
    }
    return serieskey_id_end(&id);
}

static void serieskey_pinned(void)
{
    CHECK_INT(serieskey_id("cpu.usage", 0, ""), 8585688161913568022);
    CHECK_INT(serieskey_id("cpu.usage", 0, "env=prod host=node-1 service=api"),
              -1249054409005369755);
    CHECK_INT(serieskey_id("http.requests", 1, "service=web"), -2615727422124831097);
}

static void serieskey_deterministic(void)
{
    CHECK_INT(serieskey_id("cpu.usage", 0, "env=prod service=api"),
              serieskey_id("cpu.usage", 0, "env=prod service=api"));
}

static void serieskey_name_counts(void)
{
    CHECK(serieskey_id("cpu.usage", 0, "service=api") != serieskey_id("mem.usage", 0, "service=api"));
}

static void serieskey_type_counts(void)
{
    CHECK(serieskey_id("requests", 0, "service=api") != serieskey_id("requests", 1, "service=api"));
    CHECK(serieskey_id("requests", 1, "") != serieskey_id("requests", 4, "")); /* a sketch */
}

static void serieskey_labels_count(void)
{
    int64_t api = serieskey_id("cpu.usage", 0, "service=api");
    CHECK(api != serieskey_id("cpu.usage", 0, "service=web"));
    CHECK(api != serieskey_id("cpu.usage", 0, "env=prod service=api"));
    CHECK(api != serieskey_id("cpu.usage", 0, ""));
}

static void serieskey_key_is_not_value(void)
{
    CHECK(serieskey_id("m", 0, "key=value2") != serieskey_id("m", 0, "value2=key"));
}

static void serieskey_where_key_ends(void)
{
    CHECK(serieskey_id("m", 0, "ab=c") != serieskey_id("m", 0, "a=bc"));
    CHECK(serieskey_id("ma", 0, "b=c") != serieskey_id("m", 0, "ab=c"));
}

static void serieskey_times_are_passed_over(void)
{
    CHECK_INT(serieskey_id("cpu.usage", 0,
                           "env=prod host=node-1 service=api start_timestamp_secs=1 sum=2 timestamp=3 "
                           "timestamp_secs=4 value=5"),
              -1249054409005369755);
    CHECK_INT(serieskey_id("m", 0, "start_timestamp_secs=9 sum=8 value=7"),
              serieskey_id("m", 0, "start_timestamp_secs=1 sum=2 value=3"));
}

static void serieskey_sketch_labels_count(void) /* SKETCHES_EXCLUDED_TAGS is not applied */
{
    CHECK(serieskey_id("m", 4, "count=1") != serieskey_id("m", 4, "count=2"));
    CHECK(serieskey_id("m", 4, "keys=1") != serieskey_id("m", 4, ""));
}

static void serieskey_empty_texts(void)
{
    int64_t none = serieskey_id("m", 0, ""), empty = serieskey_id("m", 0, "=");
    CHECK(none != empty);
    CHECK(serieskey_id("m", 0, "a=") != empty);
    CHECK(serieskey_id("m", 0, "=a") != serieskey_id("m", 0, "a="));
    CHECK(serieskey_id("", 0, "") != none);
}

static void serieskey_other_scripts(void)
{
    CHECK(serieskey_id("m", 0, "\xE6\x97\xA5=\xE6\x9C\xAC") != serieskey_id("m", 0, "\xE6\x97\xA5="));
}

static void serieskey_many_labels(void)
{
    char labels[2048];
    size_t n = 0;
    for (int i = 0; i < 100; i++)
        n += (size_t)snprintf(labels + n, sizeof labels - n, "tag_%03d=value_%03d ", i, i);
    labels[n - 1] = 0;
    int64_t hundred = serieskey_id("m", 0, labels);
    labels[n - 2] = 'x';
    CHECK(serieskey_id("m", 0, labels) != hundred);
}

/* ---- sorted_series ---- */

static void serieskey_golden(void)
{
    static const uint8_t want[] = {0x00, 0x63, 0x70, 0x75, 0x2e, 0x75, 0x73, 0x61, 0x67,
                                   0x65, 0x00, 0x01, 0x61, 0x70, 0x69, 0x00, 0x06, 0x7b,
                                   0xe5, 0x96, 0xac, 0xcd, 0xe4, 0x26, 0x69};
    struct buf key;
    buf_init(&key, test_env());
    serieskey_text(&key, 0, serieskey_bytes("cpu.usage"), false);
    serieskey_text(&key, 1, serieskey_bytes("api"), false);
    serieskey_end(&key, 6, -295664531590076823);
    CHECK_BYTES(key.data, key.bytes, want, sizeof want);
    CHECK_INT(serieskey_id("cpu.usage", 0, "service=api"), -295664531590076823);
    buf_free(&key);
}

static void serieskey_escapes(void)
{
    static const uint8_t value[] = {'a', 0, 1, 2, 0xFF};
    static const uint8_t up[] = {3, 'a', 1, 0, 1, 1, 2, 0xFF, 0};
    static const uint8_t down[] = {3, 0x9E, 0xFE, 0xFF, 0xFE, 0xFE, 0xFD, 0, 0xFF};
    struct buf key;
    buf_init(&key, test_env());
    serieskey_text(&key, 3, (inlay_bytes){value, sizeof value}, false);
    CHECK_BYTES(key.data, key.bytes, up, sizeof up);
    buf_clear(&key);
    serieskey_text(&key, 3, (inlay_bytes){value, sizeof value}, true);
    CHECK_BYTES(key.data, key.bytes, down, sizeof down);
    buf_free(&key);
}

static void serieskey_numbers_rise(void)
{
    static const int64_t ids[] = {INT64_MIN, -1, 0, 1, INT64_MAX};
    struct buf a, b;
    buf_init(&a, test_env());
    buf_init(&b, test_env());
    for (size_t i = 0; i + 1 < sizeof ids / sizeof ids[0]; i++) {
        buf_clear(&a);
        buf_clear(&b);
        serieskey_end(&a, 0, ids[i]);
        serieskey_end(&b, 0, ids[i + 1]);
        CHECK_INT(a.bytes, 9);
        CHECK(memcmp(a.data, b.data, 9) < 0);
    }
    buf_free(&b);
    buf_free(&a);
}

TEST_SUITE(base_serieskey) = {
    {"timeseries_id: three pinned values", serieskey_pinned},
    {"timeseries_id: the same input, the same number", serieskey_deterministic},
    {"timeseries_id: another name, another number", serieskey_name_counts},
    {"timeseries_id: another metric type, another number", serieskey_type_counts},
    {"timeseries_id: another value, one label more or less, another number", serieskey_labels_count},
    {"timeseries_id: key and value are not interchangeable", serieskey_key_is_not_value},
    {"timeseries_id: where a key ends counts", serieskey_where_key_ends},
    {"timeseries_id: times, sum and value do not count", serieskey_times_are_passed_over},
    {"timeseries_id: a sketch's labels count like others", serieskey_sketch_labels_count},
    {"timeseries_id: empty names, keys and values count", serieskey_empty_texts},
    {"timeseries_id: texts of other scripts", serieskey_other_scripts},
    {"timeseries_id: a hundred labels, each counts", serieskey_many_labels},
    {"sorted_series: golden bytes of a series with one tag", serieskey_golden},
    {"sorted_series: 00 and 01 are escaped, a descending text is inverted", serieskey_escapes},
    {"sorted_series: timeseries_id rises with its value", serieskey_numbers_rise},
    {0}};
