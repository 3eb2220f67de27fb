#include <math.h>

#include "test.h"

#include "merge/sortkey.h"

static inlay_bytes text(const char *s)
{
    return (inlay_bytes){(const uint8_t *)s, strlen(s)};
}

static struct sortkey_schema parsed, parsed_other;

static const char *parse(const char *s)
{
    return sortkey_parse(text(s), &parsed);
}

static void accepted(const char *s)
{
    const char *bad = parse(s);
    if (bad)
        test_fail(__FILE__, __LINE__, "\"%s\" is refused: %s", s, bad);
}

static void refused(const char *s, const char *why)
{
    const char *bad = parse(s);
    if (!bad)
        test_fail(__FILE__, __LINE__, "\"%s\" is accepted", s);
    if (!strstr(bad, why))
        test_fail(__FILE__, __LINE__, "\"%s\" is refused with \"%s\", want \"%s\"", s, bad, why);
}

static void column_is(uint32_t i, const char *name, int type, bool descending)
{
    CHECK(i < parsed.n_columns);
    CHECK_BYTES(parsed.columns[i].name.data, parsed.columns[i].name.len, name, strlen(name));
    CHECK_INT(parsed.columns[i].type, type);
    CHECK_INT(parsed.columns[i].descending, descending);
}

/* ---- text: the vectors of quickwit's sort_fields/tests.rs ---- */

static void two_columns(void)
{
    accepted("metric_name|-timestamp_secs/V2");
    CHECK_INT(parsed.n_columns, 2);
    CHECK_INT(parsed.version, 2);
    CHECK_INT(parsed.cutoff, 0);
    column_is(0, "metric_name", SORTKEY_STRING, false);
    column_is(1, "timestamp_secs", SORTKEY_INT64, true);
}

static void default_metrics_schema(void)
{
    accepted(INLAY_METRICS_SORT);
    CHECK_INT(parsed.n_columns, 8);
    column_is(1, "service", SORTKEY_STRING, false);
    column_is(6, "timeseries_id", SORTKEY_INT64, false);
    column_is(7, "timestamp_secs", SORTKEY_INT64, true);
}

static void default_log_and_trace_schemas(void)
{
    accepted("service_name|level|host|timestamp_secs/V2");
    accepted("service_name|operation_name|trace_id|timestamp_secs/V2");
}

static void directions(void)
{
    accepted("metric_name|-service|timeseries_id|timestamp_secs/V2");
    column_is(1, "service", SORTKEY_STRING, true);
    accepted("+a|b-|c+|timestamp/V2");
    column_is(0, "a", SORTKEY_STRING, false);
    column_is(1, "b", SORTKEY_STRING, true);
    column_is(2, "c", SORTKEY_STRING, false);
    column_is(3, "timestamp", SORTKEY_INT64, true);
    accepted("service__s|timestamp-/V2");
    accepted("service:-|timestamp:-/V2");
    column_is(0, "service", SORTKEY_STRING, true);
    accepted("a-b|timestamp/V2");
    column_is(0, "a-b", SORTKEY_STRING, false);
}

static void direction_given_twice(void)
{
    static const char *const bad[] = {"+a+|timestamp/V2",  "-a-|timestamp/V2",  "+a-|timestamp/V2",
                                      "+a:+|timestamp/V2", "a-:-|timestamp/V2", "--a|timestamp/V2"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        refused(bad[i], "sort direction specified multiple times");
}

static void named_schema_with_cutoff(void)
{
    accepted("logs=service__s|&env__s|timestamp:-/V2");
    CHECK_BYTES(parsed.name.data, parsed.name.len, "logs", 4);
    CHECK_INT(parsed.cutoff, 1);
    column_is(0, "service", SORTKEY_STRING, false);
    column_is(1, "env", SORTKEY_STRING, false);
    column_is(2, "timestamp", SORTKEY_INT64, true);
}

static void cutoff_places(void)
{
    accepted("a|b|&timestamp/V2");
    CHECK_INT(parsed.cutoff, 2);
    accepted("service__s|&+env__s|timestamp/V2");
    accepted("service__s|&env__s-|timestamp/V2");
    column_is(1, "env", SORTKEY_STRING, true);
    accepted("a|&b:dense-string:-|timestamp/V2");
    CHECK_INT(parsed.cutoff, 1);
}

static void cutoff_refused(void)
{
    refused("&a|b|timestamp/V2", "'&' before the first sort column");
    refused("&timestamp/V2", "'&' before the first sort column");
    refused("a|&b|&c|timestamp/V2", "more than one '&'");
    refused("a|&&b|timestamp/V2", "more than one '&'");
    refused("a|&|timestamp/V2", "empty sort column name");
    refused("a|env&__s|timestamp/V2", "'&' inside");
    refused("timestamp&service/V2", "'&' inside");
}

static void type_suffixes(void)
{
    accepted("a__s|b__i|c__nf|d__sk|e__cpcsk|f__isk|timestamp/V2");
    column_is(0, "a", SORTKEY_STRING, false);
    column_is(1, "b", SORTKEY_INT64, false);
    column_is(2, "c", SORTKEY_FLOAT64, false);
    column_is(3, "d", SORTKEY_SKETCH, false);
    column_is(4, "e", SORTKEY_CPC_SKETCH, false);
    column_is(5, "f", SORTKEY_ITEM_SKETCH, false);
}

static void type_numbers(void) /* column_type.rs */
{
    CHECK_INT(SORTKEY_INT64, 2);
    CHECK_INT(SORTKEY_FLOAT64, 10);
    CHECK_INT(SORTKEY_STRING, 14);
    CHECK_INT(SORTKEY_SKETCH, 17);
    CHECK_INT(SORTKEY_CPC_SKETCH, 20);
    CHECK_INT(SORTKEY_ITEM_SKETCH, 22);
}

static void bare_name_types(void)
{
    accepted("value|metric_value|host|timeseries_id|timestamp|tiebreaker/V2");
    column_is(4, "timestamp", SORTKEY_INT64, true);
    column_is(0, "value", SORTKEY_FLOAT64, false);
    column_is(1, "metric_value", SORTKEY_FLOAT64, false);
    column_is(2, "host", SORTKEY_STRING, false);
    column_is(3, "timeseries_id", SORTKEY_INT64, false);
    column_is(5, "tiebreaker", SORTKEY_INT64, false);
}

static void suffix_overrides_the_name(void)
{
    accepted("value__s|timestamp__i/V2");
    column_is(0, "value", SORTKEY_STRING, false);
    column_is(1, "timestamp", SORTKEY_INT64, true);
}

static void unknown_suffix_is_part_of_the_name(void)
{
    accepted("name__x:+|timestamp/V2");
    column_is(0, "name__x", SORTKEY_STRING, false);
}

static void three_parts(void)
{
    accepted(
        "testSchema=columnA:dense-string:+|columnB__i:dense-int64:-|timestamp:dense-int64:-/V2");
    column_is(0, "columnA", SORTKEY_STRING, false);
    column_is(1, "columnB", SORTKEY_INT64, true);
    column_is(2, "timestamp", SORTKEY_INT64, true);
    accepted("a__sk:dense-sketch:+|b__cpcsk:dense-cpc-sketch:+|c__isk:dense-item-sketch:+|"
             "d__nf:dense-float64:+|timestamp/V2");
}

static void malformed_columns(void)
{
    refused("name:dense-int64:+:x/V2", "more than three parts");
    refused("name__i:dense-string:+|timestamp/V2", "does not match");
    refused("name__i:bad|timestamp/V2", "bad sort direction");
    refused("name__i:nonsense:+|timestamp/V2", "unknown sort column type");
    refused("name__i:dense-int64:*|timestamp/V2", "bad sort direction");
    refused("a||timestamp/V2", "empty sort column name");
    refused("__s|timestamp/V2", "empty sort column name");
    refused("/V2", "empty sort column name");
    refused("", "unsupported sort version");
}

static void versions(void)
{
    refused("timestamp", "unsupported sort version, minimum is 2");
    refused("timestamp/V0", "unsupported sort version, minimum is 2");
    refused("timestamp/V1", "unsupported sort version, minimum is 2");
    accepted("timestamp/V2");
    accepted("timestamp/V3");
    CHECK_INT(parsed.version, 3);
    refused("timestamp/X", "bad sort version");
    refused("timestamp/VX", "bad sort version");
    refused("timestamp/V", "bad sort version");
    refused("timestamp/V2/V2", "more than one '/'");
    refused("timestamp/V99999999999", "bad sort version");
    refused("timestamp/V2147483648", "bad sort version");
    accepted("timestamp/V2147483647");
    CHECK_INT(parsed.version, 2147483647);
    refused("timestamp/V-2", "unsupported sort version, minimum is 2");
    refused("timestamp/V+", "bad sort version");
    accepted("timestamp/V+02"); /* Rust reads it as an int32 */
    CHECK_INT(parsed.version, 2);
}

static void one_equals_sign(void)
{
    refused("a=b=c/V2", "more than one '='");
    accepted("x=timestamp/V2");
    accepted("x/y=timestamp/V2"); /* the version is looked for behind it */
}

static void timestamp_rules(void)
{
    refused("name__i:dense-int64:+/V2", "no timestamp column");
    refused("a|b/V2", "no timestamp column");
    accepted("defaultSkipBuilderSchema=a|b/V2");
    refused("a|+timestamp/V2", "must be descending");
    refused("a|timestamp+/V2", "must be descending");
    accepted("defaultMsgIDsSchema=a|+timestamp/V2");
    refused("a|timestamp__s/V2", "must be an int64");
    refused("a|timestamp|b/V2", "only tiebreaker may follow the timestamp");
    refused("a|timestamp|timestamp_secs/V2", "only tiebreaker may follow the timestamp");
    accepted("a|timestamp|tiebreaker/V2");
    accepted("a|timeseries_id|timestamp|tiebreaker/V2");
    accepted("defaultMsgIDsSchema=a|timestamp|b/V2");
}

static void tiebreaker_follows_the_timestamp(void)
{
    refused("a|tiebreaker|timestamp/V2", "must come before tiebreaker");
    refused("a|timeseries_id|tiebreaker|timestamp/V2", "must come before tiebreaker");
    refused("defaultSkipBuilderSchema=a|tiebreaker/V2", "must come before tiebreaker");
}

static void timeseries_id_rules(void)
{
    accepted("metric_name|timeseries_id|timestamp_secs/V2");
    accepted("metric_name|timestamp_secs/V2");
    refused("metric_name|timeseries_id|extra_tag|timestamp_secs/V2", "may follow timeseries_id");
}

static void duplicate_columns(void)
{
    refused("a|a|timestamp/V2", "duplicate sort column");
    refused("a__s|a__i|timestamp/V2", "duplicate sort column");
}

static void many_columns(void)
{
    char buffer[2048] = "";
    size_t n = 0;
    for (int i = 0; i < 254; i++)
        n += (size_t)snprintf(buffer + n, sizeof buffer - n, "c%d|", i);
    snprintf(buffer + n, sizeof buffer - n, "timestamp/V2");
    accepted(buffer);
    CHECK_INT(parsed.n_columns, 255);
    snprintf(buffer + n, sizeof buffer - n, "c|timestamp/V2");
    refused(buffer, "more than 255 sort columns");
}

static bool equivalent(const char *a, const char *b)
{
    CHECK(!sortkey_parse(text(a), &parsed));
    CHECK(!sortkey_parse(text(b), &parsed_other));
    return sortkey_equivalent(&parsed, &parsed_other);
}

static void equivalence(void)
{
    CHECK(equivalent("a|timestamp/V2", "a|timestamp/V2"));
    CHECK(equivalent("x=a__s|timestamp/V2", "y=a:dense-string:+|-timestamp/V2"));
    CHECK(equivalent("a|&b|timestamp/V2", "a|b|timestamp/V2"));
    CHECK(equivalent("a|&b|timestamp/V2", "a|b|&timestamp/V2"));
    CHECK(!equivalent("a|timestamp/V2", "a|timestamp/V3"));
    CHECK(!equivalent("a|b|timestamp/V2", "b|a|timestamp/V2"));
    CHECK(!equivalent("a|b|timestamp/V2", "a|timestamp/V2"));
    CHECK(!equivalent("a|timestamp/V2", "-a|timestamp/V2"));
    CHECK(!equivalent("a|timestamp/V2", "a__i|timestamp/V2"));
}

static void plain_list(void)
{
    CHECK(!sortkey_parse_any(text("metric_name|-timestamp_secs"), &parsed));
    CHECK_INT(parsed.version, 0);
    CHECK_INT(parsed.n_columns, 2);
    column_is(0, "metric_name", SORTKEY_STRING, false);
    column_is(1, "timestamp_secs", SORTKEY_INT64, true);
    CHECK(!sortkey_parse_any(text("+timestamp|cpu/0:x__i"), &parsed));
    column_is(0, "timestamp", SORTKEY_INT64, false);
    column_is(1, "cpu/0:x__i", SORTKEY_STRING, false);
}

static void plain_list_refused(void)
{
    CHECK_TEXT(sortkey_parse_any(text(""), &parsed), "empty sort column name");
    CHECK_TEXT(sortkey_parse_any(text("a||b"), &parsed), "empty sort column name");
    CHECK_TEXT(sortkey_parse_any(text("a|a"), &parsed), "duplicate sort column");
    CHECK_TEXT(sortkey_parse_any(text("-a-"), &parsed), "sort direction specified multiple times");
}

static void version_asks_for_all_rules(void)
{
    CHECK_TEXT(sortkey_parse_any(text("a|b/V2"), &parsed),
               "the sort schema has no timestamp column");
    CHECK(!sortkey_parse_any(text("a__i|timestamp/V2"), &parsed));
    column_is(0, "a", SORTKEY_INT64, false);
}

/* ---- order ---- */

static int order_of(const inlay_node *node, const void *a, const void *b, size_t width)
{
    const struct sortkey_order *order = sortkey_order_of(node);
    uint64_t x, y;
    order->prefix(a, 1, width, &x);
    order->prefix(b, 1, width, &y);
    if (x != y)
        return x < y ? -1 : 1;
    if (!order->compare)
        return 0;
    int c = order->compare(a, b, width);
    return (c > 0) - (c < 0);
}

/* Each element is less than the next. */
static void rises(const inlay_node *node, const void *values, size_t n, size_t width)
{
    const uint8_t *v = values;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            CHECK_INT(order_of(node, v + i * width, v + k * width, width), (i > k) - (i < k));
}

static void integers_signed(void)
{
    static const int32_t small[] = {INT32_MIN, -1, 0, 1, INT32_MAX};
    static const int64_t large[] = {INT64_MIN, -1, 0, 1, INT64_MAX};
    rises(&(inlay_node){.type = INLAY_INT32}, small, 5, 4);
    rises(&(inlay_node){.type = INLAY_INT64}, large, 5, 8);
    rises(&(inlay_node){.type = INLAY_INT64, .logical = {.kind = INLAY_TIMESTAMP}}, large, 5, 8);
    rises(&(inlay_node){.type = INLAY_INT32,
                        .logical = {.kind = INLAY_INTEGER, .bits = 8, .is_signed = true}},
          small, 5, 4);
    rises(&(inlay_node){.type = INLAY_INT64, .logical = {.kind = INLAY_DECIMAL, .precision = 18}},
          large, 5, 8);
}

static void integers_unsigned(void)
{
    static const int32_t small[] = {0, 1, INT32_MAX, INT32_MIN, -1};
    static const int64_t large[] = {0, 1, INT64_MAX, INT64_MIN, -1};
    rises(&(inlay_node){.type = INLAY_INT32, .logical = {.kind = INLAY_INTEGER, .bits = 32}}, small,
          5, 4);
    rises(&(inlay_node){.type = INLAY_INT64, .logical = {.kind = INLAY_INTEGER, .bits = 64}}, large,
          5, 8);
}

static void booleans(void)
{
    static const uint8_t values[] = {0, 1};
    rises(&(inlay_node){.type = INLAY_BOOLEAN}, values, 2, 1);
}

static void floats_rise_to_nan(void)
{
    const float small[] = {-INFINITY, -1.5f, -1e-45f, 0.0f, 1e-45f, 1.5f, INFINITY, NAN};
    const double large[] = {-INFINITY, -1.5, -5e-324, 0.0, 5e-324, 1.5, INFINITY, NAN};
    rises(&(inlay_node){.type = INLAY_FLOAT}, small, 8, 4);
    rises(&(inlay_node){.type = INLAY_DOUBLE}, large, 8, 8);
}

static void zeros_and_nans_are_equal(void)
{
    const double zeros[] = {0.0, -0.0}, nans[] = {NAN, -NAN};
    const inlay_node node = {.type = INLAY_DOUBLE};
    CHECK_INT(order_of(&node, &zeros[0], &zeros[1], 8), 0);
    CHECK_INT(order_of(&node, &nans[0], &nans[1], 8), 0);
}

static void halves(void)
{
    /* -inf, -1, -2^-24, 0, 2^-24, 1, inf, nan */
    static const uint8_t values[] = {0x00, 0xFC, 0x00, 0xBC, 0x01, 0x80, 0x00, 0x00,
                                     0x01, 0x00, 0x00, 0x3C, 0x00, 0x7C, 0x01, 0x7C};
    rises(&(inlay_node){.type = INLAY_FIXED_LEN_BYTE_ARRAY,
                        .type_length = 2,
                        .logical = {.kind = INLAY_FLOAT16}},
          values, 8, 2);
}

static void bytes_unsigned_shorter_first(void)
{
    inlay_bytes values[] = {text(""),         text("\x01"),      text("a"),
                            text("aaaaaaaa"), text("aaaaaaaab"), text("aaaaaaaac"),
                            text("b"),        text("\x80"),      text("\xFF")};
    rises(&(inlay_node){.type = INLAY_BYTE_ARRAY}, values, 9, sizeof values[0]);
    inlay_bytes zeros[] = {{(const uint8_t *)"", 0},
                           {(const uint8_t *)"\0", 1},
                           {(const uint8_t *)"\0\0\0\0\0\0\0\0\0", 9}};
    rises(&(inlay_node){.type = INLAY_BYTE_ARRAY, .logical = {.kind = INLAY_STRING}}, zeros, 3,
          sizeof zeros[0]);
}

static void fixed_bytes(void)
{
    rises(&(inlay_node){.type = INLAY_FIXED_LEN_BYTE_ARRAY, .type_length = 3}, "aaaaab\x80zz", 3,
          3);
    rises(&(inlay_node){.type = INLAY_FIXED_LEN_BYTE_ARRAY, .type_length = 10},
          "aaaaaaaaaa"
          "aaaaaaaaab"
          "aaaaaaaaba",
          3, 10);
}

static void decimals_in_bytes(void)
{
    /* -2^64, -2^63, -129, -1, 0, 1, 255, 2^63 - 1, 2^63, 2^64: as short as two's complement allows
     */
    static const struct {
        uint8_t bytes[10];
        size_t len;
    } v[] = {{{0xFF, 0, 0, 0, 0, 0, 0, 0, 0}, 9},
             {{0x80, 0, 0, 0, 0, 0, 0, 0}, 8},
             {{0xFF, 0x7F}, 2},
             {{0xFF}, 1},
             {{0}, 1},
             {{1}, 1},
             {{0, 0xFF}, 2},
             {{0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, 8},
             {{0, 0x80, 0, 0, 0, 0, 0, 0, 0}, 9},
             {{1, 0, 0, 0, 0, 0, 0, 0, 0}, 9}};
    inlay_bytes values[10];
    for (size_t i = 0; i < 10; i++)
        values[i] = (inlay_bytes){v[i].bytes, v[i].len};
    rises(&(inlay_node){.type = INLAY_BYTE_ARRAY, .logical = {.kind = INLAY_DECIMAL}}, values, 10,
          sizeof values[0]);
}

static void decimals_of_unequal_length(void)
{
    inlay_node node = {.type = INLAY_BYTE_ARRAY, .logical = {.kind = INLAY_DECIMAL}};
    static const uint8_t minus_one[] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    static const uint8_t zero[12] = {0};
    inlay_bytes a = {minus_one, 10}, b = {minus_one, 1}, c = {zero, 12}, d = {zero, 0};
    CHECK_INT(order_of(&node, &a, &b, sizeof a), 0);
    CHECK_INT(order_of(&node, &c, &d, sizeof a), 0);
    CHECK_INT(order_of(&node, &a, &c, sizeof a), -1);
}

static void decimals_in_fixed_bytes(void)
{
    inlay_node node = {
        .type = INLAY_FIXED_LEN_BYTE_ARRAY, .type_length = 2, .logical = {.kind = INLAY_DECIMAL}};
    static const uint8_t values[] = {0x80, 0x00, 0xFF, 0xFF, 0x00, 0x00, 0x7F, 0xFF};
    rises(&node, values, 4, 2);
}

static void int96_by_day_then_nanoseconds(void)
{
    /* 8 bytes of nanoseconds, 4 of the day, little-endian: (-1, 5), (0, 0), (0, 1), (1, -1), (1, 0)
     */
    static const uint8_t values[5][12] = {
        {5, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF},
        {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
        {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
        {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0},
        {0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0},
    };
    rises(&(inlay_node){.type = INLAY_INT96}, values, 5, 12);
}

TEST_SUITE(merge_sortkey) = {
    {"sortkey: two columns and a version", two_columns},
    {"sortkey: the default metrics schema", default_metrics_schema},
    {"sortkey: the default schemas of logs and traces", default_log_and_trace_schemas},
    {"sortkey: a sign before or behind the name, or after a colon", directions},
    {"sortkey: a direction given twice is refused", direction_given_twice},
    {"sortkey: a named schema with a cutoff", named_schema_with_cutoff},
    {"sortkey: where the cutoff may stand", cutoff_places},
    {"sortkey: where the cutoff may not stand", cutoff_refused},
    {"sortkey: type suffixes leave the name", type_suffixes},
    {"sortkey: types have their numbers", type_numbers},
    {"sortkey: types of bare names", bare_name_types},
    {"sortkey: a suffix goes before the bare name's type", suffix_overrides_the_name},
    {"sortkey: an unknown suffix is part of the name", unknown_suffix_is_part_of_the_name},
    {"sortkey: name, type and direction", three_parts},
    {"sortkey: malformed columns are refused", malformed_columns},
    {"sortkey: versions from 2 on", versions},
    {"sortkey: one equals sign", one_equals_sign},
    {"sortkey: a descending timestamp ends the list", timestamp_rules},
    {"sortkey: tiebreaker comes behind the timestamp", tiebreaker_follows_the_timestamp},
    {"sortkey: only time follows timeseries_id", timeseries_id_rules},
    {"sortkey: a column twice is refused", duplicate_columns},
    {"sortkey: 255 columns, not 256", many_columns},
    {"sortkey: equivalence ignores names and cutoffs", equivalence},
    {"sortkey: a plain list of columns", plain_list},
    {"sortkey: a plain list has its own mistakes", plain_list_refused},
    {"sortkey: with a version all rules apply", version_asks_for_all_rules},
    {"order: signed integers", integers_signed},
    {"order: unsigned integers", integers_unsigned},
    {"order: false before true", booleans},
    {"order: floats rise to NaN", floats_rise_to_nan},
    {"order: both zeros are equal, all NaNs are", zeros_and_nans_are_equal},
    {"order: half floats", halves},
    {"order: bytes are unsigned, the shorter first", bytes_unsigned_shorter_first},
    {"order: bytes of fixed length", fixed_bytes},
    {"order: decimals of any length in bytes", decimals_in_bytes},
    {"order: a decimal's length does not count", decimals_of_unequal_length},
    {"order: decimals in fixed bytes", decimals_in_fixed_bytes},
    {"order: INT96 by day, then nanoseconds", int96_by_day_then_nanoseconds},
    {0},
};
