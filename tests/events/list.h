/* Lists of events for tests: from JSON, and back to it. */
#ifndef INLAY_TESTS_EVENTS_LIST_H
#define INLAY_TESTS_EVENTS_LIST_H

#include "../test.h"

static inline inlay_bytes list_bytes(const char *text)
{
    return (inlay_bytes){(const uint8_t *)text, strlen(text)};
}

/* A list from a text in one of the forms that are handed over; NULL = empty. */
static inline inlay_events *list_from(const char *text)
{
    inlay_events *events = NULL;
    CHECK_INT(inlay_events_open(test_env(), &events), INLAY_OK);
    if (text && inlay_events_add_text(events, list_bytes(text), INLAY_EVENTS_GUESS, NULL) != INLAY_OK)
        test_fail(__FILE__, __LINE__, "%s: %s at %d", text, test_env()->error.what, (int)test_env()->error.at);
    return events;
}

/* The list in a form, compared with a text. */
static inline void list_check_as(const inlay_events *events, enum inlay_events_form form, const char *want)
{
    inlay_memory_sink memory;
    inlay_sink sink = inlay_sink_memory(&memory, test_env());
    CHECK_INT(inlay_events_write(events, form, NULL, &sink), INLAY_OK);
    CHECK_BYTES(memory.data, memory.bytes, want, strlen(want));
    inlay_sink_memory_free(&memory);
}

/* Descriptions joined by commas. */
static inline void list_check(const inlay_events *events, const char *want)
{
    char text[256];
    size_t used = 0;
    for (size_t i = 0; i < inlay_events_count(events); i++) {
        inlay_bytes d = inlay_events_at(events, i)->description;
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%.*s", i ? "," : "", (int)d.len,
                                 (const char *)d.data);
    }
    text[used] = '\0';
    CHECK_TEXT(text, want);
}

static inline bool list_is(inlay_bytes got, const char *want)
{
    return want ? got.data && got.len == strlen(want) && memcmp(got.data, want, got.len) == 0 : !got.data;
}

#endif
