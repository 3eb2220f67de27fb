/* sorted_series of rows: the facts of quickwit-parquet-engine/src/sorted_series/tests.rs, bytes by storekey's rules.
 */
#include "test.h"

#include "base/serieskey.h"
#include "merge/seriesrow.h"

static struct sortkey_schema schema;
static struct buf left, right;

static inlay_bytes text_of(const char *s)
{
    return (inlay_bytes){(const uint8_t *)s, strlen(s)};
}

/* Cells by schema: "-" is null, texts before timeseries_id, then its number, then a time. */
static void cells_of(const char *const *texts, int64_t id, struct cell *cells)
{
    bool tags = true;
    for (uint32_t i = 0; i < schema.n_columns; i++) {
        tags = tags && !sortkey_bytes_are(schema.columns[i].name, "timeseries_id");
        cells[i] = (struct cell){.kind = CELL_INT, .integer = id};
        if (!tags)
            continue;
        cells[i].kind = strcmp(texts[i], "-") == 0 ? CELL_NULL : CELL_BYTES;
        cells[i].bytes = text_of(texts[i]);
    }
}

static void key_of(struct buf *key, const char *sort, const char *const *texts, int64_t id)
{
    struct cell cells[16];
    CHECK(!sortkey_parse(text_of(sort), &schema));
    cells_of(texts, id, cells);
    buf_init(key, test_env());
    CHECK(seriesrow_key(&schema, cells, key) == NULL);
    CHECK_INT(key->status, INLAY_OK);
    CHECK(seriesrow_bad(&schema, (inlay_bytes){key->data, key->bytes}) == NULL);
}

static int order_of(const char *sort, const char *const *a, int64_t a_id, const char *const *b,
                    int64_t b_id)
{
    key_of(&left, sort, a, a_id);
    key_of(&right, sort, b, b_id);
    int order = sortkey_bytes_compare((inlay_bytes){left.data, left.bytes},
                                      (inlay_bytes){right.data, right.bytes});
    buf_free(&left);
    buf_free(&right);
    return (order > 0) - (order < 0);
}

#define ROW(...) \
    (const char *const[]) \
    { \
        __VA_ARGS__ \
    }
static const char *const metrics = INLAY_METRICS_SORT; /* six tags, timeseries_id, timestamp_secs */

static void golden_bytes(void)
{
    static const uint8_t want[] = {0x00, 0x63, 0x70, 0x75, 0x2e, 0x75, 0x73, 0x61, 0x67,
                                   0x65, 0x00, 0x01, 0x61, 0x70, 0x69, 0x00, 0x06, 0x7b,
                                   0xe5, 0x96, 0xac, 0xcd, 0xe4, 0x26, 0x69};
    key_of(&left, metrics, ROW("cpu.usage", "api", "-", "-", "-", "-"), -295664531590076823);
    CHECK_BYTES(left.data, left.bytes, want, sizeof want);
    buf_free(&left);
}

static void without_tags(void)
{
    static const uint8_t want[] = {0, 'm', 0, 6, 0x80, 0, 0, 0, 0, 0, 0, 7};
    key_of(&left, metrics, ROW("m", "-", "-", "-", "-", "-"), 7);
    CHECK_BYTES(left.data, left.bytes, want, sizeof want);
    buf_free(&left);
}

static void same_series_same_key(void) /* whatever time and value */
{
    CHECK_INT(order_of(metrics, ROW("m", "api", "-", "-", "-", "h"), 42,
                       ROW("m", "api", "-", "-", "-", "h"), 42),
              0);
}

static void each_part_counts(void)
{
    CHECK_INT(order_of(metrics, ROW("a", "x", "-", "-", "-", "-"), 1,
                       ROW("b", "x", "-", "-", "-", "-"), 1),
              -1);
    CHECK_INT(order_of(metrics, ROW("m", "alpha", "-", "-", "-", "-"), 1,
                       ROW("m", "beta", "-", "-", "-", "-"), 1),
              -1);
    CHECK_INT(order_of(metrics, ROW("m", "api", "-", "-", "-", "node-1"), 1,
                       ROW("m", "api", "-", "-", "-", "node-2"), 1),
              -1);
    CHECK_INT(order_of(metrics, ROW("m", "-", "-", "-", "-", "-"), -1,
                       ROW("m", "-", "-", "-", "-", "-"), 1),
              -1);
    CHECK_INT(order_of(metrics, ROW("m", "x", "-", "-", "-", "-"), 1,
                       ROW("m", "-", "x", "-", "-", "-"), 1),
              -1); /* the same text in another column */
}

static void a_prefix_comes_first(void)
{
    CHECK_INT(order_of(metrics, ROW("cpu", "z", "-", "-", "-", "-"), 1,
                       ROW("cpu.usage", "a", "-", "-", "-", "-"), 1),
              -1);
    CHECK_INT(order_of(metrics, ROW("", "z", "-", "-", "-", "-"), 1,
                       ROW("\x01", "a", "-", "-", "-", "-"), 1),
              -1);
}

static void nulls_last(void)
{
    CHECK_INT(order_of(metrics, ROW("m", "zzz", "-", "-", "-", "-"), 1,
                       ROW("m", "-", "-", "-", "-", "-"), 1),
              -1);
    CHECK_INT(order_of(metrics, ROW("m", "\xFF", "-", "-", "-", "-"), 1,
                       ROW("m", "-", "a", "-", "-", "-"), 1),
              -1);
}

static const char *const descending = "metric_name|-service|timeseries_id|timestamp_secs/V2";

static void descending_columns(void)
{
    CHECK_INT(order_of(descending, ROW("m", "b"), 1, ROW("m", "a"), 1), -1);
    CHECK_INT(order_of(descending, ROW("m", "ab"), 1, ROW("m", "a"), 1), -1);
    CHECK_INT(order_of(descending, ROW("a", "a"), 1, ROW("b", "b"), 1), -1); /* only that column */
}

static void descending_nulls_last(void)
{
    CHECK_INT(order_of(descending, ROW("m", ""), 1, ROW("m", "-"), 1), -1);
    CHECK_INT(order_of(descending, ROW("m", "z"), 1, ROW("m", "-"), 1), -1);
}

static void descending_bytes(void)
{
    static const uint8_t want[] = {0, 'm', 0, 1, 0x9E, 0xFF, 2, 0x80, 0, 0, 0, 0, 0, 0, 0};
    key_of(&left, descending, ROW("m", "a"), 0);
    CHECK_BYTES(left.data, left.bytes, want, sizeof want);
    buf_free(&left);
}

/* Ascending timeseries_id even where the schema says otherwise: it is a hash, not an order. */
static void timeseries_id_always_ascends(void)
{
    CHECK_INT(order_of("metric_name|-timeseries_id|timestamp_secs/V2", ROW("m"), 1, ROW("m"), 2), -1);
}

static void refused(void)
{
    struct cell cells[4] = {{.kind = CELL_BYTES, .bytes = text_of("m")}, {.kind = CELL_INT}};
    buf_init(&left, test_env());
    CHECK(!sortkey_parse(text_of("metric_name|timestamp_secs/V2"), &schema));
    CHECK_TEXT(seriesrow_key(&schema, cells, &left), "sort schema does not contain timeseries_id");
    CHECK(!sortkey_parse(text_of("a|b|timeseries_id|timestamp_secs/V2"), &schema));
    CHECK_TEXT(seriesrow_key(&schema, cells, &left),
               "a sort column before timeseries_id is not text");
    CHECK(!sortkey_parse(text_of("a|timeseries_id|timestamp_secs/V2"), &schema));
    cells[1].kind = CELL_NULL;
    CHECK_TEXT(seriesrow_key(&schema, cells, &left), "timeseries_id is null or not an int64");
    buf_free(&left);
}

static const char *bad_key(const char *bytes, size_t n)
{
    return seriesrow_bad(&schema, (inlay_bytes){(const uint8_t *)bytes, n});
}

static void bad_keys(void)
{
    static const char *const order = "sorted_series has a column out of order";
    static const char *const text = "sorted_series has a text without an end";
    static const char *const id = "sorted_series does not end with timeseries_id";
    CHECK(!sortkey_parse(text_of("a|-b|timeseries_id|timestamp_secs/V2"), &schema));
    CHECK(bad_key("\0a\0\1\x9E\xFF\2........", 15) == NULL);
    CHECK(bad_key("\0\1\1\0\2........", 13) == NULL);
    CHECK(bad_key("\2........", 9) == NULL);
    CHECK_TEXT(bad_key("", 0), id);
    CHECK_TEXT(bad_key("\0a\0", 3), id);
    CHECK_TEXT(bad_key("\2.......", 8), id);
    CHECK_TEXT(bad_key("\2.........", 10), id);
    CHECK_TEXT(bad_key("\3........", 9), order);
    CHECK_TEXT(bad_key("\0a\0\0b\0\2........", 15), order);
    CHECK_TEXT(bad_key("\1\x9E\xFF\0a\0\2........", 15), order);
    CHECK_TEXT(bad_key("\0abc", 4), text);
    CHECK_TEXT(bad_key("\0a\1", 3), text);
    CHECK_TEXT(bad_key("\0a\1\2\0\2........", 14), text);
}

static void random_tag(char *out)
{
    size_t n = test_random_below(4);
    for (size_t i = 0; i < n; i++)
        out[i] = "\1\2ab\xFF"[test_random_below(5)];
    out[n] = 0;
    if (test_random_below(4) == 0)
        strcpy(out, "-");
}

/* Keys compare as the columns do, one by one, nulls last. */
static void random_order(void)
{
    for (int i = 0; i < 3000; i++) {
        char a[2][8], b[2][8];
        int want = 0;
        for (int k = 0; k < 2; k++) {
            random_tag(a[k]);
            random_tag(b[k]);
        }
        for (int k = 0; k < 2 && !want; k++) {
            bool a_null = strcmp(a[k], "-") == 0, b_null = strcmp(b[k], "-") == 0;
            want = sortkey_bytes_compare(text_of(a[k]), text_of(b[k])) * (k == 1 ? -1 : 1);
            if (a_null || b_null)
                want = (int)a_null - (int)b_null;
        }
        want = (want > 0) - (want < 0);
        CHECK_INT(order_of(descending, ROW(a[0], a[1]), 5, ROW(b[0], b[1]), 5), want);
    }
}

TEST_SUITE(merge_seriesrow) = {
    {"seriesrow: golden bytes", golden_bytes},
    {"seriesrow: without tags the name and timeseries_id are left", without_tags},
    {"seriesrow: the same series, the same key", same_series_same_key},
    {"seriesrow: name, service, host and timeseries_id order, in that order", each_part_counts},
    {"seriesrow: a text comes before those that begin with it", a_prefix_comes_first},
    {"seriesrow: null comes behind every text", nulls_last},
    {"seriesrow: a descending column turns its order around, and only its own", descending_columns},
    {"seriesrow: null comes last in a descending column too", descending_nulls_last},
    {"seriesrow: the ordinal of a descending column is not inverted", descending_bytes},
    {"seriesrow: timeseries_id always ascends", timeseries_id_always_ascends},
    {"seriesrow: no timeseries_id, tags that are not text, are refused", refused},
    {"seriesrow: keys that the schema cannot make are found", bad_keys},
    {"seriesrow: keys compare as the columns do", random_order},
    {0},
};
