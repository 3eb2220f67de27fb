/* Facts about the JSON reader. Cases by hand from RFC 8259. */
#include "base/json.h"

#include "../test.h"

static void js_start(struct json_reader *r, const char *text)
{
    json_start(r, text, strlen(text));
}

/* Is the whole text one JSON value? */
static bool js_good(const char *text)
{
    struct json_reader r;
    js_start(&r, text);
    json_skip(&r);
    return json_finish(&r);
}

static int64_t js_failed_at(const char *text)
{
    struct json_reader r;
    js_start(&r, text);
    json_skip(&r);
    return json_finish(&r) ? -1 : (int64_t)r.failed_at;
}

static void js_all_kinds(void)
{
    static const struct {
        const char *text;
        enum json_kind kind;
    } cases[] = {{"null", JSON_NULL},   {" true", JSON_TRUE}, {"false\n", JSON_FALSE}, {"0", JSON_NUMBER},
                 {"\"\"", JSON_STRING}, {"\t{}", JSON_OBJECT}, {"[]\r", JSON_ARRAY}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct json_reader r;
        struct json_value v;
        js_start(&r, cases[i].text);
        CHECK_INT(json_read(&r, &v), cases[i].kind);
        CHECK(js_good(cases[i].text));
    }
}

static void js_members_in_order(void)
{
    struct json_reader r;
    struct json_value key, v;
    js_start(&r, " { \"a\" : 1 , \"b\":[true, {\"c\":null}],\"a\":\"x\" } ");
    CHECK_INT(json_read(&r, &v), JSON_OBJECT);
    CHECK(json_member(&r, &key) && json_is(&key, "a"));
    CHECK_INT(json_read(&r, &v), JSON_NUMBER);
    CHECK_BYTES(v.text.data, v.text.len, "1", 1);
    CHECK(json_member(&r, &key) && json_is(&key, "b"));
    CHECK_INT(json_read(&r, &v), JSON_ARRAY);
    CHECK(json_element(&r));
    CHECK_INT(json_read(&r, &v), JSON_TRUE);
    CHECK(json_element(&r));
    CHECK_INT(json_read(&r, &v), JSON_OBJECT);
    CHECK(json_member(&r, &key) && json_is(&key, "c"));
    CHECK_INT(json_read(&r, &v), JSON_NULL);
    CHECK(!json_member(&r, &key));
    CHECK(!json_element(&r));
    CHECK(json_member(&r, &key) && json_is(&key, "a"));
    CHECK_INT(json_read(&r, &v), JSON_STRING);
    CHECK(!json_member(&r, &key));
    CHECK(json_finish(&r));
}

static void js_skip_and_span(void)
{
    struct json_reader r;
    struct json_value key, v;
    js_start(&r, "{\"a\": {\"x\":[1,[2]]} ,\"b\": [ 1, \"]\" ]}");
    json_read(&r, &v);
    CHECK(json_member(&r, &key));
    json_skip(&r);
    CHECK(json_member(&r, &key) && json_is(&key, "b"));
    inlay_bytes span = json_span(&r);
    CHECK_BYTES(span.data, span.len, "[ 1, \"]\" ]", 10);
    CHECK(!json_member(&r, &key) && json_finish(&r));
}

static void js_leave_closes_the_innermost(void)
{
    struct json_reader r;
    struct json_value v;
    js_start(&r, "[[1,2,{\"a\":3}],4]");
    json_read(&r, &v);
    CHECK(json_element(&r));
    json_read(&r, &v);
    CHECK(json_element(&r));
    json_read(&r, &v);
    json_leave(&r);
    CHECK(json_element(&r));
    CHECK_INT(json_read(&r, &v), JSON_NUMBER);
    CHECK_BYTES(v.text.data, v.text.len, "4", 1);
    CHECK(!json_element(&r) && json_finish(&r));
}

static void js_numbers_by_the_grammar(void)
{
    static const char *const good[] = {"0",    "-0",  "10",     "-1.5",   "0.25", "1e5",
                                       "1E+5", "1e-05", "-0.0e0", "1234567890123456789012345"};
    static const char *const bad[] = {"01", "-", "+1", ".5", "1.", "1.e5", "1e", "1e+", "0x10", "-01", "1_0", "NaN",
                                      "Infinity", "-Infinity", "--1", "1.5.2", "1 2"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        CHECK(js_good(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!js_good(bad[i]));
}

static struct json_value js_value(const char *text)
{
    struct json_reader r;
    struct json_value v;
    js_start(&r, text);
    json_read(&r, &v);
    return v;
}

static void js_whole_numbers_are_exact(void)
{
    int64_t i = 1;
    uint64_t u = 1;
    struct json_value v = js_value("-9223372036854775808");
    CHECK(json_int64(&v, &i) && i == INT64_MIN && !json_uint64(&v, &u));
    v = js_value("9223372036854775807");
    CHECK(json_int64(&v, &i) && i == INT64_MAX);
    v = js_value("9223372036854775808");
    CHECK(!json_int64(&v, &i) && json_uint64(&v, &u) && u == (uint64_t)1 << 63);
    v = js_value("-9223372036854775809");
    CHECK(!json_int64(&v, &i));
    v = js_value("18446744073709551615");
    CHECK(json_uint64(&v, &u) && u == UINT64_MAX);
    v = js_value("18446744073709551616");
    CHECK(!json_uint64(&v, &u));
    v = js_value("1.0");
    CHECK(!json_int64(&v, &i) && !v.whole);
    v = js_value("-0");
    CHECK(json_int64(&v, &i) && i == 0 && json_uint64(&v, &u) && u == 0);
    v = js_value("\"1\"");
    CHECK(!json_int64(&v, &i));
}

static void js_escapes(void)
{
    struct json_value v = js_value("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\\uD834\\uDD1E.\\u0000\"");
    uint8_t out[128];
    static const char want[] = "\"\\/\b\f\n\r\tA\xC3\xA9\xE2\x82\xAC\xF0\x9D\x84\x9E.";
    CHECK(v.kind == JSON_STRING && v.escapes && v.text.len <= sizeof out);
    CHECK_BYTES(out, json_decode(&v, out), want, sizeof want);
    v = js_value("\"plain\"");
    CHECK(!v.escapes);
    CHECK_BYTES(out, json_decode(&v, out), "plain", 5);
}

static void js_decode_in_place(void)
{
    char text[] = "\"a\\u00e9\\n\\ud83d\\ude00z\"";
    struct json_reader r;
    struct json_value v;
    json_start(&r, text, sizeof text - 1);
    CHECK_INT(json_read(&r, &v), JSON_STRING);
    CHECK_BYTES(text + 1, json_decode(&v, (uint8_t *)text + 1), "a\xC3\xA9\n\xF0\x9F\x98\x80z", 9);
}

static void js_names_with_escapes_compare(void)
{
    struct json_value v = js_value("\"\\u0074s\\n\"");
    CHECK(json_is(&v, "ts\n") && !json_is(&v, "ts") && !json_is(&v, "ts\nx") && !json_is(&v, "xs\n"));
    v = js_value("\"ts\"");
    CHECK(json_is(&v, "ts") && !json_is(&v, "t") && !json_is(&v, "tsx"));
}

static void js_bad_strings(void)
{
    static const char *const bad[] = {
        "\"",              "\"a",           "\"\\\"",         "\"\\x\"",         "\"\\u12\"",
        "\"\\u12G4\"",     "\"\\uD834\"",   "\"\\uD834x\"",   "\"\\uD834\\n\"",  "\"\\uDD1E\"",
        "\"\\uD834\\u0041\"", "\"a\nb\"",   "\"a\tb\"",       "\"\x1F\"",        "\"\xC3\"",
        "\"\xC0\xAF\"",    "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"", "\"\xFF\"", "\"\x80\"", "'a'"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!js_good(bad[i]));
    CHECK(js_good("\"\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\""));
}

static void js_specials_at_every_place(void)
{
    for (size_t at = 0; at < 24; at++) { /* the eight-byte scan must see each of them */
        char text[28];
        memset(text, 'x', sizeof text);
        text[0] = text[25] = '"';
        text[26] = '\0';
        CHECK(js_good(text));
        text[at + 1] = '\x1F';
        CHECK(!js_good(text));
        text[at + 1] = '"';
        CHECK(!js_good(text));
        text[at + 1] = '\x80';
        CHECK(!js_good(text));
        text[at + 1] = '\\'; /* "\x", or the closing quote escaped */
        CHECK(!js_good(text));
    }
}

static void js_bad_structure(void)
{
    static const char *const bad[] = {"",       " ",      "[",      "{",        "[1",      "[1,",   "[1,]",   "[,1]",
                                      "[1 2]",  "{\"a\"", "{\"a\":", "{\"a\":1,}", "{,}",  "{a:1}", "{1:2}",  "{\"a\" 1}",
                                      "[1}",    "{\"a\":1]", "]",   "}",        "1,2",     "[]]",   "nul",    "nullx",
                                      "True",   "// x\n1", "[1,/**/2]", "\xEF\xBB\xBF" "1", "[\x0C]", "{\"a\":1 \"b\":2}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!js_good(bad[i]));
}

static void js_a_nul_byte_is_no_end(void)
{
    struct json_reader r;
    json_start(&r, "1\0", 2);
    json_skip(&r);
    CHECK(!json_finish(&r));
}

static void js_failures_say_where(void)
{
    CHECK_INT(js_failed_at("[1, tru]"), 4);
    CHECK_INT(js_failed_at("{\"a\":\"x\\q\"}"), 7);
    CHECK_INT(js_failed_at("[1 2]"), 3);
    CHECK_INT(js_failed_at("[1"), 2);
    CHECK_INT(js_failed_at("1 x"), 2);
}

static void js_nothing_after_a_failure(void)
{
    struct json_reader r;
    struct json_value v;
    js_start(&r, "[1,?,2]");
    json_read(&r, &v);
    CHECK(json_element(&r));
    json_read(&r, &v);
    CHECK(json_element(&r));
    CHECK_INT(json_read(&r, &v), JSON_NONE);
    const char *first = r.failed;
    CHECK(!json_element(&r) && !json_member(&r, &v) && json_read(&r, &v) == JSON_NONE);
    json_fail(&r, "another");
    CHECK(r.failed == first && r.failed_at == 3 && !json_finish(&r));
}

static void js_depth_is_bounded(void)
{
    char text[2 * JSON_DEPTH + 3];
    memset(text, '[', JSON_DEPTH);
    memset(text + JSON_DEPTH, ']', JSON_DEPTH);
    text[2 * JSON_DEPTH] = '\0';
    CHECK(js_good(text));
    memset(text, '[', JSON_DEPTH + 1);
    memset(text + JSON_DEPTH + 1, ']', JSON_DEPTH + 1);
    text[2 * JSON_DEPTH + 2] = '\0';
    CHECK_INT(js_failed_at(text), JSON_DEPTH);
}

static void js_members_only_in_objects(void)
{
    struct json_reader r;
    struct json_value v;
    js_start(&r, "[1]");
    json_read(&r, &v);
    CHECK(!json_member(&r, &v) && r.failed);
    js_start(&r, "{\"a\":1}");
    json_read(&r, &v);
    CHECK(!json_element(&r) && r.failed);
}

TEST_SUITE(base_json) = {
    {"json: every kind of value, with white space around it", js_all_kinds},
    {"json: members in order, equal names too", js_members_in_order},
    {"json: a skipped value leaves the reader behind it", js_skip_and_span},
    {"json: leaving closes the innermost array", js_leave_closes_the_innermost},
    {"json: numbers by the grammar and no others", js_numbers_by_the_grammar},
    {"json: whole numbers are exact to 64 bits or refused", js_whole_numbers_are_exact},
    {"json: every escape, surrogates in pairs", js_escapes},
    {"json: a string is decoded in place", js_decode_in_place},
    {"json: names compare with escapes resolved", js_names_with_escapes_compare},
    {"json: strings with control characters, bad escapes or no UTF-8 fail", js_bad_strings},
    {"json: quotes, controls and backslashes are seen at every place of a word", js_specials_at_every_place},
    {"json: brackets, commas and colons where they belong", js_bad_structure},
    {"json: a NUL byte is no end", js_a_nul_byte_is_no_end},
    {"json: a failure says at which byte", js_failures_say_where},
    {"json: after a failure nothing is given", js_nothing_after_a_failure},
    {"json: arrays nest 128 deep and no deeper", js_depth_is_bounded},
    {"json: members only in objects, elements only in arrays", js_members_only_in_objects},
    {0}};
