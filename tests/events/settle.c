/* Facts about order, equal ids, merging, and ids that are made. */
#include "list.h"

#if INLAY_EVENTS

static void set_normalise(const char *from, const char *descriptions, size_t dropped)
{
    inlay_events *events = list_from(from);
    size_t got = 99;
    CHECK_INT(inlay_events_normalise(events, &got), INLAY_OK);
    list_check(events, descriptions);
    CHECK_INT(got, dropped);
    CHECK_INT(inlay_events_normalise(events, &got), INLAY_OK);
    list_check(events, descriptions);
    CHECK_INT(got, 0);
    inlay_events_close(events);
}

static void set_sorts_and_dedupes(void)
{
    set_normalise("[{\"timestamp\":30,\"description\":\"second\",\"id\":\"a\"},"
                  "{\"timestamp\":10,\"description\":\"first\",\"id\":\"a\"},"
                  "{\"timestamp\":20,\"description\":\"no id, kept\"}]",
                  "first,no id, kept", 1);
}

static void set_keeps_without_ids(void)
{
    set_normalise("[{\"timestamp\":3,\"description\":\"3\",\"id\":\"\"},{\"timestamp\":1,\"description\":\"1\"},"
                  "{\"timestamp\":2,\"description\":\"2\",\"id\":\"\"}]",
                  "1,2,3", 0);
}

static void set_equal_times(void) /* without id first, then ids as bytes; equals in their order */
{
    set_normalise("[{\"timestamp\":1,\"description\":\"z\",\"id\":\"\xC3\xA9\"},"
                  "{\"timestamp\":1,\"description\":\"b\",\"id\":\"Z\"},{\"timestamp\":1,\"description\":\"c\",\"id\":\"a\"},"
                  "{\"timestamp\":1,\"description\":\"n1\"},{\"timestamp\":1,\"description\":\"d\",\"id\":\"aa\"},"
                  "{\"timestamp\":1,\"description\":\"n2\",\"id\":\"\"},{\"timestamp\":1,\"description\":\"n3\"}]",
                  "n1,n2,n3,b,c,d,z", 0);
}

static void set_first_of_equals(void)
{
    set_normalise("[{\"timestamp\":1,\"description\":\"a\",\"id\":\"x\"},{\"timestamp\":1,\"description\":\"b\",\"id\":"
                  "\"x\"},{\"timestamp\":0,\"description\":\"c\",\"id\":\"y\"},{\"timestamp\":1,\"description\":\"a\","
                  "\"id\":\"x\"}]",
                  "c,a", 2);
}

static void set_many(void) /* against the definition, taken literally */
{
    enum { SET_MANY = 300 };
    inlay_events *events = list_from(NULL), *copy = list_from(NULL);
    for (int i = 0; i < SET_MANY; i++) {
        char id[8], description[16];
        snprintf(id, sizeof id, "%.*s", (int)test_random_below(3), test_random_below(2) ? "ab" : "ba");
        snprintf(description, sizeof description, "%d", i);
        inlay_event e = {.timestamp_ns = test_random_below(40), .description = list_bytes(description),
                         .id = list_bytes(id)};
        CHECK_INT(inlay_events_add(events, &e), INLAY_OK);
        CHECK_INT(inlay_events_add(copy, &e), INLAY_OK);
    }
    CHECK_INT(inlay_events_normalise(events, NULL), INLAY_OK);
    size_t at = 0;
    char seen[8][8];
    size_t n_seen = 0;
    for (uint64_t t = 0; t < 40; t++) {
        static const char *const ids[] = {"", "a", "ab", "b", "ba"};
        for (size_t k = 0; k < 5; k++)
            for (size_t i = 0; i < SET_MANY; i++) {
                const inlay_event *e = inlay_events_at(copy, i);
                bool before = false;
                for (size_t s = 0; s < n_seen; s++)
                    before = before || strcmp(seen[s], ids[k]) == 0;
                if (e->timestamp_ns != t || !list_is(e->id, ids[k]) || before)
                    continue;
                const inlay_event *got = inlay_events_at(events, at++);
                CHECK(got && got->timestamp_ns == t);
                CHECK_BYTES(got->description.data, got->description.len, e->description.data, e->description.len);
                if (k)
                    strcpy(seen[n_seen++], ids[k]);
            }
    }
    CHECK_INT(at, inlay_events_count(events));
    inlay_events_close(events);
    inlay_events_close(copy);
}

/* ---- merge ---- */

struct set_met {
    unsigned n;
    char stays[8], goes[8];
};

static void set_met(void *ctx, const inlay_event *stays, const inlay_event *goes)
{
    struct set_met *met = ctx;
    met->n++;
    snprintf(met->stays, sizeof met->stays, "%.*s", (int)stays->description.len, (const char *)stays->description.data);
    snprintf(met->goes, sizeof met->goes, "%.*s", (int)goes->description.len, (const char *)goes->description.data);
}

static const char *const set_old = "[{\"timestamp\":5,\"description\":\"old\",\"id\":\"x\"},"
                                   "{\"timestamp\":9,\"description\":\"same\",\"id\":\"s\"}]";
static const char *const set_new = "[{\"timestamp\":2,\"description\":\"new\",\"id\":\"x\"},"
                                   "{\"timestamp\":9,\"description\":\"same\",\"id\":\"s\"},"
                                   "{\"timestamp\":7,\"description\":\"more\"}]";

static void set_merge(inlay_event_conflict how, const char *descriptions, inlay_event_merge_counts want)
{
    struct set_met met = {0};
    inlay_event_merge_options o = {how, set_met, &met};
    inlay_event_merge_counts got = {0};
    inlay_events *events = list_from(set_old), *other = list_from(set_new);
    CHECK_INT(inlay_events_merge(events, other, &o, &got), INLAY_OK);
    inlay_events_close(other); /* nothing of it is needed any more */
    list_check(events, descriptions);
    CHECK_INT(got.added, want.added);
    CHECK_INT(got.replaced, want.replaced);
    CHECK_INT(got.same, want.same);
    CHECK_INT(got.kept, want.kept);
    CHECK_INT(met.n, 1);
    CHECK_TEXT(met.stays, how == INLAY_EVENT_REPLACE ? "new" : "old");
    CHECK_TEXT(met.goes, how == INLAY_EVENT_REPLACE ? "old" : "new");
    inlay_events_close(events);
}

static void set_keep(void)
{
    set_merge(INLAY_EVENT_KEEP, "old,more,same", (inlay_event_merge_counts){.added = 1, .same = 1, .kept = 1});
}

static void set_replace(void)
{
    set_merge(INLAY_EVENT_REPLACE, "new,more,same", (inlay_event_merge_counts){.added = 1, .replaced = 1, .same = 1});
}

static void set_error(void)
{
    inlay_event_merge_options o = {.on_conflict = INLAY_EVENT_ERROR};
    inlay_events *events = list_from(set_old), *other = list_from(set_new);
    CHECK_INT(inlay_events_merge(events, other, &o, NULL), INLAY_ARG);
    CHECK_INT(test_env()->error.row, 0);
    CHECK_TEXT(test_env()->error.column, "x");
    list_check(events, "old,same");
    inlay_events_close(other);
    other = list_from("[{\"timestamp\":9,\"description\":\"same\",\"id\":\"s\"}]");
    CHECK_INT(inlay_events_merge(events, other, &o, NULL), INLAY_OK);
    list_check(events, "old,same");
    inlay_events_close(other);
    inlay_events_close(events);
}

static void set_dedupes_keeping_earlier(void)
{
    inlay_events *events = list_from("[{\"timestamp\":1,\"description\":\"orig\",\"id\":\"dup\"}]");
    inlay_events *other = list_from("[{\"timestamp\":2,\"description\":\"new\",\"id\":\"dup\"}]");
    CHECK_INT(inlay_events_merge(events, other, NULL, NULL), INLAY_OK);
    list_check(events, "orig");
    inlay_events_close(other);
    inlay_events_close(events);
}

static void set_new_among_themselves(void)
{
    inlay_event_merge_counts got = {0};
    inlay_events *events = list_from(NULL);
    inlay_events *other = list_from("[{\"timestamp\":2,\"description\":\"late\",\"id\":\"a\"},"
                                    "{\"timestamp\":1,\"description\":\"early\",\"id\":\"a\"},"
                                    "{\"timestamp\":1,\"description\":\"early\",\"id\":\"a\"}]");
    CHECK_INT(inlay_events_merge(events, other, NULL, &got), INLAY_OK);
    list_check(events, "early");
    CHECK_INT(got.added, 1);
    CHECK_INT(got.kept, 1);
    CHECK_INT(got.same, 1);
    inlay_events_close(other);
    inlay_events_close(events);
}

static void set_appends(void)
{
    inlay_events *events = list_from("[{\"timestamp\":1,\"description\":\"a\"}]");
    inlay_events *other = list_from("[{\"timestamp\":2,\"description\":\"b\"}]");
    CHECK_INT(inlay_events_merge(events, other, NULL, NULL), INLAY_OK);
    list_check(events, "a,b");
    inlay_events_close(other);
    inlay_events_close(events);
}

static void set_file_and_inline(void)
{
    inlay_events *events = list_from(NULL), *other = list_from(NULL);
    CHECK_INT(inlay_events_add_inline(other, list_bytes("time=2,description=inline-event"), NULL), INLAY_OK);
    CHECK_INT(inlay_events_add_text(other, list_bytes("[{\"timestamp\":1,\"description\":\"file-event\"}]"),
                                    INLAY_EVENTS_GUESS, NULL),
              INLAY_OK);
    CHECK_INT(inlay_events_merge(events, other, NULL, NULL), INLAY_OK);
    list_check(events, "file-event,inline-event");
    inlay_events_close(other);
    inlay_events_close(events);
}

static void set_further(void)
{
    inlay_events *events = list_from(NULL), *other = list_from(NULL);
    CHECK_INT(inlay_events_add_payload(other, list_bytes("{\"events\":[],\"version\":1}")), INLAY_OK);
    CHECK_INT(inlay_events_merge(events, other, NULL, NULL), INLAY_OK);
    CHECK_INT(inlay_events_add_payload(events, list_bytes("{\"events\":[],\"version\":2}")), INLAY_OK);
    inlay_events_close(other);
    list_check_as(events, INLAY_EVENTS_PAYLOAD, "{\"events\":[],\"version\":1}");
    inlay_events_close(events);
}

/* ---- ids ---- */

/* Values by the definition in settle.c, computed with another implementation of XXH64. */
static void set_auto_id(void)
{
    inlay_events *events = list_from("[{\"timestamp\":1778599380000000000,\"description\":\"restart\"},"
                                     "{\"timestamp\":1778599380000000000,\"description\":\"restart\",\"node\":\"web01\","
                                     "\"kind\":\"k\",\"id\":\"\"},"
                                     "{\"timestamp\":1,\"description\":\"d\",\"id\":\"mine\"}]");
    CHECK_INT(inlay_events_auto_id(events), INLAY_OK);
    CHECK(list_is(inlay_events_at(events, 0)->id, "628efbff9b419ead"));
    CHECK(list_is(inlay_events_at(events, 1)->id, "74771ac7534f008c"));
    CHECK(list_is(inlay_events_at(events, 2)->id, "mine"));
    inlay_events_close(events);
}

static void set_imports_again(void)
{
    inlay_events *events = list_from(NULL);
    inlay_event_merge_counts got = {0};
    for (int i = 0; i < 2; i++) {
        inlay_events *other = list_from("[{\"timestamp\":1,\"description\":\"a\"},{\"timestamp\":2,\"description\":\"a\"}]");
        CHECK_INT(inlay_events_auto_id(other), INLAY_OK);
        CHECK_INT(inlay_events_merge(events, other, NULL, &got), INLAY_OK);
        CHECK_INT(got.added, i ? 0 : 2);
        CHECK_INT(got.same, i ? 2 : 0);
        inlay_events_close(other);
    }
    list_check(events, "a,a");
    inlay_events_close(events);
}

TEST_SUITE(events_settle) = {
    {"normalize sorts and dedupes by id", set_sorts_and_dedupes},
    {"normalize keeps all when ids missing or empty", set_keeps_without_ids},
    {"normalize: equal times by id as bytes, then as they came", set_equal_times},
    {"normalize: of equal times and ids the first", set_first_of_equals},
    {"normalize: random lists as the definition has it", set_many},
    {"merge: keep leaves what is there, though the new one is earlier", set_keep},
    {"merge: replace takes the new one", set_replace},
    {"merge: error names event and id, and changes nothing; equal ones are no conflict", set_error},
    {"run dedupes by id keeping earlier", set_dedupes_keeping_earlier},
    {"merge: of new ones with the same id the earliest", set_new_among_themselves},
    {"run appends to existing events", set_appends},
    {"run inline events merge with file", set_file_and_inline},
    {"merge: members beside the events, of the first that has any", set_further},
    {"ids: made from time, text and place, where there is none", set_auto_id},
    {"ids: the same import twice adds nothing", set_imports_again},
    {0},
};

#else
TEST_SUITE(events_settle) = {{0}};
#endif
