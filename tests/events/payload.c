/* Facts about events as JSON: the footer's value, and the forms that are handed over. */
#include "list.h"

#if INLAY_EVENTS

static const char *const pay_full =
    "{\"events\":[{\"timestamp\":18446744073709551615,\"description\":\"d\",\"kind\":\"k\",\"details\":\"t\","
    "\"source\":\"s\",\"node\":\"n\",\"instance\":\"i\",\"labels\":{\"a\":\"1\",\"b\":\"2\"},\"duration_ns\":0,"
    "\"id\":\"\",\"chart_id\":\"c\"}]}";

/* A payload that comes back byte for byte. */
static void pay_round(const char *text)
{
    inlay_events *events = list_from(NULL);
    if (inlay_events_add_payload(events, list_bytes(text)) != INLAY_OK)
        test_fail(__FILE__, __LINE__, "%s: %s", text, test_env()->error.what);
    list_check_as(events, INLAY_EVENTS_PAYLOAD, text);
    inlay_events_close(events);
}

static void pay_minimal(void)
{
    pay_round("{\"events\":[{\"timestamp\":1,\"description\":\"a\"}]}");
    pay_round("{\"events\":[]}");
}

static void pay_all_members(void)
{
    pay_round(pay_full);
    inlay_events *events = list_from(pay_full);
    const inlay_event *e = inlay_events_at(events, 0);
    CHECK(e->timestamp_ns == UINT64_MAX && e->has_duration && e->duration_ns == 0 && e->n_labels == 2);
    CHECK(list_is(e->description, "d") && list_is(e->kind, "k") && list_is(e->details, "t"));
    CHECK(list_is(e->source, "s") && list_is(e->node, "n") && list_is(e->instance, "i"));
    CHECK(list_is(e->id, "") && list_is(e->chart_id, "c") && list_is(e->labels[1].value, "2"));
    inlay_events_close(events);
}

static void pay_chart_set(void)
{
    pay_round("{\"events\":[{\"timestamp\":1,\"description\":\"a\",\"chart_id\":\"cpu\"}]}");
}

static void pay_chart_unset(void)
{
    inlay_events *events = list_from("[{\"timestamp\":1,\"description\":\"a\"}]");
    const inlay_event *e = inlay_events_at(events, 0);
    CHECK(!e->chart_id.data && !e->id.data && !e->kind.data && !e->has_duration && !e->n_labels);
    inlay_events_close(events);
}

static void pay_order(void) /* any order in, the one order out; null is absent; labels by name */
{
    inlay_events *events = list_from(NULL);
    CHECK_INT(inlay_events_add_payload(
                  events, list_bytes(" { \"events\" : [ {\"id\":\"x\", \"labels\":{\"b\":\"2\",\"a\":\"1\",\"b\":\"3\"}, "
                                     "\"kind\":null,\"duration_ns\":null,\"description\":\"a\",\"timestamp\":7} ] } ")),
              INLAY_OK);
    list_check_as(events, INLAY_EVENTS_PAYLOAD,
                  "{\"events\":[{\"timestamp\":7,\"description\":\"a\",\"labels\":{\"a\":\"1\",\"b\":\"3\"},"
                  "\"id\":\"x\"}]}");
    inlay_events_close(events);
}

static void pay_escapes(void)
{
    inlay_events *events = list_from("[{\"timestamp\":1,\"description\":\"\\u00e9\\/\\u0001\\b\\f\\n\\r\\t\\\"\\\\\\u007f"
                                     "\\ud83d\\ude00\\u0000\"}]");
    CHECK_BYTES(inlay_events_at(events, 0)->description.data, inlay_events_at(events, 0)->description.len,
                "\xC3\xA9/\x01\b\f\n\r\t\"\\\x7F\xF0\x9F\x98\x80\0", 17);
    list_check_as(events, INLAY_EVENTS_LINES,
                  "{\"timestamp\":1,\"description\":\"\xC3\xA9/\\u0001\\b\\f\\n\\r\\t\\\"\\\\\x7F\xF0\x9F\x98\x80\\u0000\"}\n");
    inlay_events_close(events);
}

static void pay_further(void)
{
    static const char text[] = "{\"events\":[{\"timestamp\":1,\"description\":\"a\",\"color\":\"#f00\",\"n\":[1.50,{\"x y\":"
                               "\"a \\\" b\"}],\"duration\":\"5s\"}],\"version\":2,\"by\":{\"who\":null}}";
    pay_round(text);
    inlay_events *events = list_from("[{\"color\" : \"#f00\" ,\n\"n\" : [ 1.50 ,\n {\"x y\":\"a  b\"} ],\"timestamp\":1,"
                                     "\"description\":\"a\"}]");
    list_check_as(events, INLAY_EVENTS_LINES,
                  "{\"timestamp\":1,\"description\":\"a\",\"color\":\"#f00\",\"n\":[1.50,{\"x y\":\"a  b\"}]}\n");
    inlay_events_close(events);
}

static void pay_deep(void) /* what is taken can be written and read again */
{
    char text[400];
    for (size_t depth = 95; depth < 127; depth++) {
        inlay_events *events = list_from(NULL), *again = list_from(NULL);
        inlay_memory_sink memory;
        inlay_sink sink = inlay_sink_memory(&memory, test_env());
        size_t n = (size_t)snprintf(text, sizeof text, "{\"timestamp\":1,\"description\":\"a\",\"x\":");
        memset(text + n, '[', depth);
        memset(text + n + depth, ']', depth);
        snprintf(text + n + 2 * depth, 2, "}");
        inlay_status status = inlay_events_add_text(events, list_bytes(text), INLAY_EVENTS_LINES, NULL);
        CHECK_INT(status, depth <= 100 ? INLAY_OK : INLAY_ARG);
        CHECK_INT(inlay_events_write(events, INLAY_EVENTS_PAYLOAD, NULL, &sink), INLAY_OK);
        CHECK_INT(inlay_events_add_payload(again, (inlay_bytes){memory.data, memory.bytes}), INLAY_OK);
        CHECK_INT(inlay_events_count(again), inlay_events_count(events));
        inlay_sink_memory_free(&memory);
        inlay_events_close(events);
        inlay_events_close(again);
    }
}

static void pay_forms(void)
{
    static const struct {
        const char *text, *descriptions;
    } facts[] = {
        {"{\"events\":[{\"timestamp\":1,\"description\":\"a\"}]}", "a"},
        {"[{\"timestamp\":1,\"description\":\"a\"},{\"timestamp\":2,\"description\":\"b\"}]", "a,b"},
        {"{\"timestamp\":1,\"description\":\"a\"}\n{\"timestamp\":2,\"description\":\"b\"}", "a,b"},
        {"{\"timestamp\":1,\"description\":\"a\"}", "a"},                        /* one object */
        {"{\"timestamp\":1,\n \"description\":\n\"a\"}\n\n", "a"},               /* on several lines */
        {"{\"events\":[\n{\"timestamp\":1,\"description\":\"a\"}\n]}", "a"},     /* no lines of events */
        {"{\n\"events\":[\n{\"timestamp\":1,\"description\":\"a\"}]}", "a"},
        {"{\"timestamp\":1,\"description\":\"a\"}\n# note\n\n{\"timestamp\":2,\"description\":\"b\"}\r\n", "a,b"},
        {"# note\n{\"timestamp\":1,\"description\":\"a\"}", "a"},
        {"\xEF\xBB\xBF{\"timestamp\":1,\"description\":\"a\"}", "a"},            /* a byte order mark */
        {"\xEF\xBB\xBF[{\"timestamp\":1,\"description\":\"a\"}]", "a"},
        {"{\"time\":\"2026-05-12T15:23Z\",\"desc\":\"a\"}", "a"},                /* the short names */
        {"", ""},
        {" \n\t", ""},
        {"# nothing\n", ""},
        {"\xEF\xBB\xBF", ""},
        {"[]", ""},
        {"{\"events\":[]}", ""},
    };
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        inlay_events *events = list_from(facts[i].text);
        list_check(events, facts[i].descriptions);
        inlay_events_close(events);
    }
}

static void pay_forced_lines(void)
{
    inlay_events *events = list_from(NULL);
    inlay_bytes text = list_bytes("{\"timestamp\":1,\"description\":\"a\"}\n{\"timestamp\":2,\"description\":\"b\"}");
    CHECK_INT(inlay_events_add_text(events, text, INLAY_EVENTS_LINES, NULL), INLAY_OK);
    list_check(events, "a,b");
    CHECK_INT(inlay_events_add_text(events, list_bytes("{\"events\":[]}"), INLAY_EVENTS_LINES, NULL), INLAY_ARG);
    CHECK_INT(inlay_events_add_text(events, text, INLAY_EVENTS_PAYLOAD, NULL), INLAY_ARG);
    CHECK_INT(inlay_events_add_text(events, text, INLAY_EVENTS_CSV, NULL), INLAY_ARG);
    list_check(events, "a,b");
    inlay_events_close(events);
}

static void pay_values(void)
{
    static const struct {
        const char *members;
        uint64_t timestamp, duration;
        bool has_duration;
    } facts[] = {
        {"\"timestamp\":18446744073709551615", UINT64_MAX, 0, false},
        {"\"timestamp\":\"2026-05-12T15:23:00Z\"", 1778599380000000000, 0, false},
        {"\"timestamp\":\"123\"", 123, 0, false},
        {"\"timestamp\":1,\"duration\":\"30s\"", 1, 30000000000, true},
        {"\"timestamp\":1,\"duration_ns\":42", 1, 42, true},
        {"\"timestamp\":1,\"duration_ns\":\"42\"", 1, 42, true},
        {"\"timestamp\":1,\"duration_ns\":\"1m\"", 1, 60000000000, true},
        {"\"timestamp\":1,\"duration\":7", 1, 7, true},
        {"\"timestamp\":1,\"duration\":null", 1, 0, false},
        {"\"timestamp\":1,\"duration\":\"nonsense\",\"duration_ns\":5", 1, 5, true}, /* not even looked at */
        {"\"timestamp\":1,\"duration\":[],\"duration_ns\":null", 1, 0, false},
        {"\"timestamp\":1,\"timestamp\":2", 2, 0, false}, /* the last, as serde_json::Value has it */
        {"\"time\":\"nonsense\",\"timestamp\":2", 2, 0, false},
    };
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        char text[200];
        snprintf(text, sizeof text, "[{%s,\"description\":\"a\"}]", facts[i].members);
        inlay_events *events = list_from(text);
        const inlay_event *e = inlay_events_at(events, 0);
        if (e->timestamp_ns != facts[i].timestamp || e->has_duration != facts[i].has_duration ||
            (e->has_duration && e->duration_ns != facts[i].duration))
            test_fail(__FILE__, __LINE__, "%s", text);
        inlay_events_close(events);
    }
}

static void pay_refused(void)
{
    static const struct {
        const char *text, *what, *about;
        int64_t at, row;
        int line, column;
    } facts[] = {
        {"[{\"timestamp\":1}]", "without description", "", 1, 0, 1, 2},
        {"[{\"description\":\"a\"}]", "without timestamp", "", 1, 0, 1, 2},
        {"[\n{\"timestamp\":1,\"description\":\"a\"},\n  {\"timestamp\":1.5,\"description\":\"a\"}]", "whole number",
         "timestamp", 52, 1, 3, 16},
        {"[{\"timestamp\":-1,\"description\":\"a\"}]", "whole number", "timestamp", 14, 0, 1, 15},
        {"[{\"timestamp\":-0,\"description\":\"a\"}]", "whole number", "timestamp", 14, 0, 1, 15},
        {"[{\"timestamp\":18446744073709551616,\"description\":\"a\"}]", "whole number", "timestamp", 14, 0, 1, 15},
        {"[{\"timestamp\":null,\"description\":\"a\"}]", "number of nanoseconds or a text", "timestamp", 14, 0, 1, 15},
        {"[{\"timestamp\":[1],\"description\":\"a\"}]", "number of nanoseconds or a text", "timestamp", 14, 0, 1, 15},
        {"[{\"timestamp\":\"soon\",\"description\":\"a\"}]", "neither RFC 3339", "timestamp", 14, 0, 1, 15},
        {"[{\"timestamp\":1,\"description\":null}]", "text is expected", "description", 30, 0, 1, 31},
        {"[{\"timestamp\":1,\"description\":5}]", "text is expected", "description", 30, 0, 1, 31},
        {"[{\"timestamp\":1,\"description\":\"a\",\"duration\":true}]", "number of nanoseconds or a text", "duration", 45,
         0, 1, 46},
        {"[{\"timestamp\":1,\"description\":\"a\",\"labels\":null}]", "object of texts", "labels", 43, 0, 1, 44},
        {"[{\"timestamp\":1,\"description\":\"a\",\"labels\":{\"x\":5}}]", "label's value", "labels", 48, 0, 1, 49},
        {"[1]", "must be an object", "", 1, 0, 1, 2},
        {"{\"version\":1}", "neither an event nor", "", 0, -1, 1, 1},
        {"{\"events\":5}", "must be an array", "events", 10, -1, 1, 11},
        {"[{\"timestamp\":1,\"description\":\"a\"}", "without its end", "", 34, -1, 1, 35},
        {"[] []", "something follows", "", 3, -1, 1, 4},
        {"{\"timestamp\":1,\"description\":\"a\"}\n\n{\"timestamp\":1,\"description\":\"\xC3\xA9\",x}", "name", "", 69, 1,
         3, 34},
        {"\xEF\xBB\xBF{\"timestamp\":1,\"description\":7}", "text is expected", "description", 32, 0, 1, 30},
        {"hello", "not a JSON value", "", 0, 0, 1, 1},
        {"{\"timestamp\":1,\"description\":\"\xFF\"}", "UTF-8", "", 30, 0, 1, 31},
    };
    inlay_events *events = list_from("[{\"timestamp\":1,\"description\":\"here\"}]");
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        inlay_bytes text = list_bytes(facts[i].text);
        uint64_t line = 0, column = 0;
        inlay_status status = inlay_events_add_text(events, text, INLAY_EVENTS_GUESS, NULL);
        const inlay_error *e = &test_env()->error;
        inlay_text_place(text, (uint64_t)e->at, &line, &column);
        if (status != INLAY_ARG || !strstr(e->what, facts[i].what) || strcmp(e->column, facts[i].about) != 0 ||
            e->at != facts[i].at || e->row != facts[i].row || line != (uint64_t)facts[i].line ||
            column != (uint64_t)facts[i].column)
            test_fail(__FILE__, __LINE__, "%s: %s (%s) at %d, event %d, %d:%d", facts[i].text, e->what, e->column,
                      (int)e->at, (int)e->row, (int)line, (int)column);
        list_check(events, "here");
    }
    inlay_events_close(events);
}

static void pay_strict(void)
{
    static const struct {
        const char *text, *what;
    } facts[] = {
        {"", "missing"},
        {"5", "object or an array"},
        {"{\"events\":null}", "must be an array"},
        {"{\"events\":[],\"events\":[]}", "twice"},
        {"{\"events\":[{\"timestamp\":\"5\",\"description\":\"a\"}]}", "number of nanoseconds"},
        {"{\"events\":[{\"timestamp\":5,\"description\":\"a\",\"duration_ns\":\"5s\"}]}", "number of nanoseconds"},
        {"{\"events\":[{\"timestamp\":5,\"timestamp\":5,\"description\":\"a\"}]}", "twice"},
        {"{\"events\":[{\"time\":5,\"desc\":\"a\"}]}", "without timestamp"},
        {"{\"timestamp\":5,\"description\":\"a\"}\n{", "something follows"},
    };
    inlay_events *events = list_from(NULL);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        inlay_status status = inlay_events_add_payload(events, list_bytes(facts[i].text));
        if (status != INLAY_ARG || !strstr(test_env()->error.what, facts[i].what))
            test_fail(__FILE__, __LINE__, "%s: %d, %s", facts[i].text, (int)status, test_env()->error.what);
        CHECK_INT(inlay_events_count(events), 0);
    }
    CHECK_INT(inlay_events_add_payload(events, list_bytes("{\"version\":1}")), INLAY_OK); /* no member: no events */
    CHECK_INT(inlay_events_count(events), 0);
    list_check_as(events, INLAY_EVENTS_PAYLOAD, "{\"events\":[],\"version\":1}");
    inlay_events_close(events);
}

static void pay_out_of_memory(void)
{
    inlay_env env = {0};
    for (uint64_t limit = 64; limit < 20000; limit += 97) {
        inlay_events *events = NULL;
        env.limits.memory_bytes = limit;
        inlay_status status = inlay_events_open(&env, &events);
        if (status == INLAY_OK)
            status = inlay_events_add_payload(events, list_bytes(pay_full));
        if (status == INLAY_OK)
            status = inlay_events_normalise(events, NULL);
        CHECK(status == INLAY_OK || status == INLAY_NOMEM);
        CHECK(status != INLAY_OK || inlay_events_count(events) == 1);
        inlay_events_close(events);
        CHECK_INT(env.used_bytes, 0);
        if (limit > 19000)
            CHECK_INT(status, INLAY_OK);
    }
}

TEST_SUITE(events_payload) = {
    {"round trips minimal event", pay_minimal},
    {"round trips full event", pay_all_members},
    {"chart id round trips when set", pay_chart_set},
    {"chart id absent when unset", pay_chart_unset},
    {"payload: members are written in one order", pay_order},
    {"payload: escapes are read, and written as serde_json does", pay_escapes},
    {"payload: unknown members are kept", pay_further},
    {"payload: unknown members nest a hundred deep and no deeper", pay_deep},
    {"parses object payload, bare array payload, jsonl payload; detects jsonl without extension", pay_forms},
    {"parses jsonl payload (forced), and nothing else then", pay_forced_lines},
    {"parses rfc3339 timestamp, humantime duration, duration ns int", pay_values},
    {"rejects missing required fields, and what else is wrong, with line and column", pay_refused},
    {"payload: the footer's value is read strictly", pay_strict},
    {"payload: memory that ends anywhere is given back", pay_out_of_memory},
    {0},
};

#else
TEST_SUITE(events_payload) = {{0}};
#endif
