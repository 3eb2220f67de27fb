/* Facts about lists: adding, finding, choosing, removing; what is odd about an event; places in texts. */
#include "list.h"

#if INLAY_EVENTS

static const char *const ev_some =
    "[{\"timestamp\":10,\"description\":\"Restart of VLLM\",\"kind\":\"restart\",\"node\":\"web01\",\"id\":\"a\"},"
    "{\"timestamp\":20,\"description\":\"band\",\"duration_ns\":10,\"source\":\"vllm\",\"instance\":\"0\"},"
    "{\"timestamp\":40,\"description\":\"x\",\"details\":\"why: OOM\",\"labels\":{\"reason\":\"OOM\",\"by\":\"ci\"}},"
    "{\"timestamp\":50,\"description\":\"late\",\"duration_ns\":18446744073709551615,\"kind\":\"\",\"id\":\"b\"}]";

/* Times of the events that the filter lets through. */
static void ev_check(const inlay_event_filter *filter, const char *want)
{
    inlay_events *events = list_from(ev_some);
    char text[64] = "";
    size_t used = 0;
    for (size_t i = 0; i < inlay_events_count(events); i++)
        if (inlay_event_matches(inlay_events_at(events, i), filter))
            used += (size_t)snprintf(text + used, sizeof text - used, "%d ",
                                     (int)inlay_events_at(events, i)->timestamp_ns);
    CHECK_TEXT(text, want);
    inlay_events_close(events);
}

static void ev_filter_times(void)
{
    ev_check(&(inlay_event_filter){0}, "10 20 40 50 ");
    ev_check(&(inlay_event_filter){.has_from = true, .from_ns = 40}, "40 50 ");
    ev_check(&(inlay_event_filter){.has_from = true, .from_ns = 30}, "20 40 50 "); /* the band reaches into it */
    ev_check(&(inlay_event_filter){.has_from = true, .from_ns = 31}, "40 50 ");
    ev_check(&(inlay_event_filter){.has_to = true, .to_ns = 20}, "10 20 ");
    ev_check(&(inlay_event_filter){.has_from = true, .from_ns = UINT64_MAX}, "50 "); /* a band beyond the end */
    ev_check(&(inlay_event_filter){.has_from = true, .from_ns = 11, .has_to = true, .to_ns = 19}, "");
}

static void ev_filter_texts(void)
{
    ev_check(&(inlay_event_filter){.kind = list_bytes("restart")}, "10 ");
    ev_check(&(inlay_event_filter){.kind = list_bytes("")}, "50 "); /* empty, not absent */
    ev_check(&(inlay_event_filter){.node = list_bytes("web01")}, "10 ");
    ev_check(&(inlay_event_filter){.node = list_bytes("web")}, "");
    ev_check(&(inlay_event_filter){.source = list_bytes("vllm")}, "20 ");
    ev_check(&(inlay_event_filter){.instance = list_bytes("0")}, "20 ");
    ev_check(&(inlay_event_filter){.id = list_bytes("b")}, "50 ");
}

static void ev_filter_match(void)
{
    ev_check(&(inlay_event_filter){.match = list_bytes("vllm")}, "10 "); /* not in source */
    ev_check(&(inlay_event_filter){.match = list_bytes("WHY")}, "40 ");
    ev_check(&(inlay_event_filter){.match = list_bytes("reason=oom")}, "40 ");
    ev_check(&(inlay_event_filter){.match = list_bytes("son=O")}, "40 ");
    ev_check(&(inlay_event_filter){.match = list_bytes("by=OOM")}, "");
    ev_check(&(inlay_event_filter){.match = list_bytes("ci")}, "40 ");
    ev_check(&(inlay_event_filter){.match = list_bytes("")}, "10 20 40 50 ");
}

static void ev_remove(void)
{
    inlay_events *events = list_from(ev_some);
    CHECK_INT(inlay_events_find(events, list_bytes("b")), 3);
    CHECK_INT(inlay_events_find(events, list_bytes("c")), 4);
    CHECK_INT(inlay_events_find(events, list_bytes("")), 4);
    inlay_events_remove(events, 1);
    inlay_events_remove(events, 9);
    list_check(events, "Restart of VLLM,x,late");
    CHECK_INT(inlay_events_remove_matching(events, &(inlay_event_filter){.has_to = true, .to_ns = 45}), 2);
    list_check(events, "late");
    CHECK_INT(inlay_events_remove_matching(events, &(inlay_event_filter){0}), 1);
    CHECK_INT(inlay_events_count(events), 0);
    CHECK(inlay_events_at(events, 0) == NULL);
    inlay_events_close(events);
}

static void ev_add(void)
{
    inlay_events *events = list_from(NULL);
    char text[] = "gone";
    const inlay_event_label labels[] = {{list_bytes("b"), list_bytes("2")}, {list_bytes("a"), list_bytes("1")}};
    inlay_event e = {.timestamp_ns = 1, .description = list_bytes(text), .labels = labels, .n_labels = 2,
                     .further = list_bytes("\"x\":[1]")};
    CHECK_INT(inlay_events_add(events, &e), INLAY_OK);
    memset(text, 'z', 4);
    list_check_as(events, INLAY_EVENTS_LINES,
                  "{\"timestamp\":1,\"description\":\"gone\",\"labels\":{\"a\":\"1\",\"b\":\"2\"},\"x\":[1]}\n");
    inlay_events_close(events);
}

static void ev_add_refused(void)
{
    static const char *const further[] = {"x", "\"kind\":1", "\"a\":1},{\"b\":2", "\"a\":1,", "\"a\":\n1", "}"};
    inlay_events *events = list_from(NULL);
    inlay_event e = {.description = list_bytes("a\xFF")};
    CHECK_INT(inlay_events_add(events, &e), INLAY_ARG);
    for (size_t i = 0; i < sizeof further / sizeof *further; i++) {
        e = (inlay_event){.description = list_bytes("a"), .further = list_bytes(further[i])};
        CHECK_INT(inlay_events_add(events, &e), INLAY_ARG);
    }
    CHECK_INT(inlay_events_count(events), 0);
    inlay_events_close(events);
}

static void ev_doubts(void)
{
    const inlay_event_clock clock = {.has_start = true, .has_end = true, .start_ns = 1778599380000000000,
                                     .end_ns = 1778599980000000000};
    static const struct {
        uint64_t timestamp, duration;
        unsigned doubts;
    } facts[] = {
        {1778599380000000000, 0, 0},
        {1778599980000000000, 0, 0},
        {1778599379999999999, 0, INLAY_EVENT_BEFORE_START},
        {1778599379999999999, 1, 0}, /* a band that reaches in */
        {1778599980000000001, 0, INLAY_EVENT_AFTER_END},
        {1778599380, 0, INLAY_EVENT_BEFORE_START | INLAY_EVENT_LIKE_SECONDS},
        {1778599380000, 0, INLAY_EVENT_BEFORE_START | INLAY_EVENT_LIKE_MILLIS},
        {1778599380000000, 0, INLAY_EVENT_BEFORE_START | INLAY_EVENT_LIKE_MICROS},
        {1778599380, UINT64_MAX, INLAY_EVENT_LIKE_SECONDS},
    };
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        inlay_event e = {.timestamp_ns = facts[i].timestamp, .has_duration = facts[i].duration != 0,
                         .duration_ns = facts[i].duration};
        CHECK_INT(inlay_event_doubts(&e, &clock), facts[i].doubts);
    }
    CHECK_INT(inlay_event_doubts(&(inlay_event){.timestamp_ns = 5}, NULL), 0);
}

static void ev_place(void)
{
    static const struct {
        const char *text;
        uint64_t at, line, column;
    } facts[] = {{"abc", 0, 1, 1}, {"abc", 2, 1, 3}, {"a\nbc", 2, 2, 1}, {"a\n\xC3\xA9z", 4, 2, 2},
                 {"a\n", 2, 2, 1}, {"\xEF\xBB\xBFx", 3, 1, 1}, {"abc", 99, 1, 4}, {"", 0, 1, 1}};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        uint64_t line = 0, column = 0;
        inlay_text_place(list_bytes(facts[i].text), facts[i].at, &line, &column);
        CHECK_INT(line, facts[i].line);
        CHECK_INT(column, facts[i].column);
    }
}

static void ev_csv(void)
{
    inlay_events *events = list_from("[{\"timestamp\":1778599380500000000,\"description\":\"a, \\\"b\\\"\\nc\",\"kind\":\"\","
                                     "\"labels\":{\"x\":\"1\"},\"duration_ns\":5,\"color\":\"red\"},"
                                     "{\"timestamp\":0,\"description\":\"d\",\"id\":\"i\"}]");
    list_check_as(events, INLAY_EVENTS_CSV,
                  "timestamp,time,description,kind,details,source,node,instance,labels,duration_ns,id,chart_id,further\n"
                  "1778599380500000000,2026-05-12T15:23:00.5Z,\"a, \"\"b\"\"\nc\",\"\",,,,,\"{\"\"x\"\":\"\"1\"\"}\",5,,,"
                  "\"{\"\"color\"\":\"\"red\"\"}\"\n"
                  "0,1970-01-01T00:00:00Z,d,,,,,,,,i,,\n");
    inlay_events_close(events);
}

static void ev_write_filtered(void)
{
    inlay_events *events = list_from(ev_some);
    inlay_memory_sink memory;
    inlay_sink sink = inlay_sink_memory(&memory, test_env());
    static const char want[] = "{\"events\":[{\"timestamp\":10,\"description\":\"Restart of VLLM\",\"kind\":\"restart\","
                               "\"node\":\"web01\",\"id\":\"a\"}]}";
    CHECK_INT(inlay_events_write(events, INLAY_EVENTS_PAYLOAD, &(inlay_event_filter){.node = list_bytes("web01")}, &sink),
              INLAY_OK);
    CHECK_BYTES(memory.data, memory.bytes, want, sizeof want - 1);
    inlay_sink_memory_free(&memory);
    inlay_events_close(events);
}

TEST_SUITE(events_event) = {
    {"filter: times, both ends included, bands by reach", ev_filter_times},
    {"filter: kind, node, source, instance, id", ev_filter_texts},
    {"filter: a part of description, details or label", ev_filter_match},
    {"lists: find and remove", ev_remove},
    {"lists: an event is copied, its labels sorted", ev_add},
    {"lists: texts that are none are refused", ev_add_refused},
    {"doubts: outside the recording, or of another unit", ev_doubts},
    {"places: lines and columns of characters", ev_place},
    {"csv: quoted where it must be", ev_csv},
    {"writing: only what the filter lets through", ev_write_filtered},
    {0},
};

#else
TEST_SUITE(events_event) = {{0}};
#endif
