/* Facts about events as key=value pairs, the grammar taken line by line. */
#include "list.h"

#if INLAY_EVENTS

static const inlay_event *in_read(inlay_events *events, const char *text)
{
    if (inlay_events_add_inline(events, list_bytes(text), NULL) != INLAY_OK)
        test_fail(__FILE__, __LINE__, "%s: %s", text, test_env()->error.what);
    return inlay_events_at(events, inlay_events_count(events) - 1);
}

/* The one event that the text makes, as JSON. */
static void in_check(const char *text, const char *json)
{
    inlay_events *events = list_from(NULL);
    in_read(events, text);
    list_check_as(events, INLAY_EVENTS_LINES, json);
    inlay_events_close(events);
}

static void in_minimal(void)
{
    in_check("time=1700000000000000000,description=restart",
             "{\"timestamp\":1700000000000000000,\"description\":\"restart\"}\n");
}

static void in_rfc3339(void)
{
    in_check("time=2026-05-12T15:23:00Z,kind=restart,description=\"vllm restart\"",
             "{\"timestamp\":1778599380000000000,\"description\":\"vllm restart\",\"kind\":\"restart\"}\n");
}

static void in_quoted_comma(void)
{
    in_check("time=1,description=\"hello, world\"", "{\"timestamp\":1,\"description\":\"hello, world\"}\n");
}

static void in_labels(void)
{
    in_check("time=1,description=d,label.reason=OOM,label.deployer=ci",
             "{\"timestamp\":1,\"description\":\"d\",\"labels\":{\"deployer\":\"ci\",\"reason\":\"OOM\"}}\n");
}

static void in_every_key(void)
{
    in_check("timestamp=1,desc=d,kind=k,details=t,source=s,node=n,instance=i,id=x,duration_ns=5,label.=e",
             "{\"timestamp\":1,\"description\":\"d\",\"kind\":\"k\",\"details\":\"t\",\"source\":\"s\",\"node\":\"n\","
             "\"instance\":\"i\",\"labels\":{\"\":\"e\"},\"duration_ns\":5,\"id\":\"x\"}\n");
}

static void in_grammar(void)
{
    static const struct {
        const char *text, *description;
    } facts[] = {
        {" , ,time=1, desc = a b ,,", "a b"},              /* blanks and commas before a key, a value is trimmed */
        {"time=1,desc=a=b\"c", "a=b\"c"},                  /* signs and quotes inside a raw value */
        {"time=1,desc=\"  a  \"", "a"},                    /* trimmed even in quotes */
        {"time=1,desc=\"a\\\"b\\\\c\\nd\"", "a\"b\\cnd"},  /* a backslash takes the next as it is */
        {"time=1,desc= \"a\"", "\"a\""},                   /* a blank before the quote: none */
        {"desc=\"a\"time=1", "a"},                         /* behind the quote a key begins */
        {"time=1,desc=a,desc=b", "b"},                     /* the last counts */
        {"time=1,time=2,desc=", ""},                       /* empty, but there */
        {"time=1,description=\"\"", ""},
        {"time=1,desc=\"caf\xC3\xA9, \\\xE2\x82\xAC\"", "caf\xC3\xA9, \xE2\x82\xAC"},
        {"\xC2\xA0time\xC2\xA0= 1 ,desc=\xE3\x80\x80x", "x"}, /* Unicode's blanks */
    };
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        inlay_events *events = list_from(NULL);
        const inlay_event *e = in_read(events, facts[i].text);
        if (!list_is(e->description, facts[i].description))
            test_fail(__FILE__, __LINE__, "%s: %.*s", facts[i].text, (int)e->description.len,
                      (const char *)e->description.data);
        inlay_events_close(events);
    }
}

static void in_refused(void)
{
    static const struct {
        const char *text, *what, *about;
        int64_t at;
    } facts[] = {
        {"time=1,description=d,whoops=x", "key that events do not have", "whoops", 21},
        {"time=1", "without description=", "", 6},
        {"description=d", "without time=", "", 13},
        {"", "without time=", "", 0},
        {"time=1,=x", "empty key", "", 7},
        {"time=1,desc,kind=x", "without =", "desc", 7},
        {"time=1,desc", "without =", "desc", 7},
        {"time=1,desc=\"a", "not closed", "desc", 12},
        {"time=1,desc=\"a\\", "backslash", "desc", 14},
        {"time=1,desc=\"a\"b", "without =", "b", 15},
        {"time=soon,desc=a", "neither RFC 3339", "time", 5},
        {"time=-5,desc=a", "neither RFC 3339", "time", 5},
        {"time=,desc=a", "neither RFC 3339", "time", 5},
        {"time=1,desc=a,duration=long", "number", "duration", 23},
        {"time=1,desc=a,duration=", "empty", "duration", 23},
        {"time=1,desc=a,chart_id=c", "key that events do not have", "chart_id", 14},
        {"time=1,Desc=a", "key that events do not have", "Desc", 7},
        {"time=1,desc=a\xFF", "not UTF-8", "", 13},
        {"time=1969-12-31T23:59Z,desc=a", "before 1970", "time", 5},
    };
    inlay_events *events = list_from(NULL);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        inlay_status status = inlay_events_add_inline(events, list_bytes(facts[i].text), NULL);
        const inlay_error *e = &test_env()->error;
        if (status != INLAY_ARG || !strstr(e->what, facts[i].what) || strcmp(e->column, facts[i].about) != 0 ||
            e->at != facts[i].at)
            test_fail(__FILE__, __LINE__, "%s: %s (%s) at %d", facts[i].text, e->what, e->column, (int)e->at);
    }
    CHECK_INT(inlay_events_count(events), 0);
    inlay_events_close(events);
}

static void in_relative(void)
{
    const inlay_event_clock clock = {.has_start = true, .start_ns = 5000000000};
    inlay_events *events = list_from(NULL);
    CHECK_INT(inlay_events_add_inline(events, list_bytes("time=start+90s,desc=a"), &clock), INLAY_OK);
    CHECK_INT(inlay_events_at(events, 0)->timestamp_ns, 95000000000);
    inlay_events_close(events);
}

static void in_edit(void)
{
    inlay_events *events = list_from(NULL);
    in_read(events, "time=1,desc=a,kind=k,node=n,id=x,duration=5,label.a=1,label.b=2");
    CHECK_INT(inlay_events_edit(events, 0, list_bytes("time=7,kind=,node=\"\",duration=,label.a=,label.c=3"), NULL),
              INLAY_OK);
    list_check_as(events, INLAY_EVENTS_LINES,
                  "{\"timestamp\":7,\"description\":\"a\",\"node\":\"\",\"labels\":{\"b\":\"2\",\"c\":\"3\"},"
                  "\"id\":\"x\"}\n");
    inlay_events_close(events);
}

static void in_edit_refused(void)
{
    static const char *const texts[] = {"time=", "desc=", "node=m,whoops=1", "time=never", "label.a"};
    inlay_events *events = list_from(NULL);
    in_read(events, "time=1,desc=a,node=n");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        CHECK_INT(inlay_events_edit(events, 0, list_bytes(texts[i]), NULL), INLAY_ARG);
        CHECK(list_is(inlay_events_at(events, 0)->node, "n"));
    }
    CHECK_INT(inlay_events_edit(events, 1, list_bytes("node=m"), NULL), INLAY_ARG);
    inlay_events_close(events);
}

/* Every value used to want room for the rest of the text. */
static void in_many_quotes(void)
{
    enum { IN_LABELS = 4000 };
    static char text[IN_LABELS * 12 + 32];
    inlay_events *events = list_from(NULL);
    size_t n = (size_t)snprintf(text, sizeof text, "time=1,desc=a");
    for (int i = 0; i < IN_LABELS; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, ",label.=\"x\"");
    const inlay_event *e = in_read(events, text);
    CHECK_INT(e->n_labels, 1);
    CHECK(test_env()->peak_bytes < 40 * sizeof text);
    inlay_events_close(events);
}

TEST_SUITE(events_inline) = {
    {"parses inline event minimal", in_minimal},
    {"parses inline event rfc3339", in_rfc3339},
    {"parses inline event quoted description with comma", in_quoted_comma},
    {"parses inline event with labels", in_labels},
    {"inline: every key", in_every_key},
    {"inline: the grammar's corners", in_grammar},
    {"rejects unknown inline key, inline without description, and what else is wrong", in_refused},
    {"inline: relative times", in_relative},
    {"edit: sets, empties and takes away", in_edit},
    {"edit: a failure changes nothing", in_edit_refused},
    {"inline: memory stays in proportion to the text", in_many_quotes},
    {0},
};

#else
TEST_SUITE(events_inline) = {{0}};
#endif
