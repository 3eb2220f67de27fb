/* The list of events as its rooms see it. */
#ifndef INLAY_EVENTS_EVENT_H
#define INLAY_EVENTS_EVENT_H

#include "inlay/events.h"

#include "base/buf.h"
#include "events/timetext.h"

#if INLAY_EVENTS

struct inlay_events {
    inlay_env *env;
    struct mem_pool pool; /* all texts and labels; what is replaced stays until close */
    inlay_event *items;
    size_t n, capacity;
    inlay_bytes further; /* members beside "events", without braces */
};

/* Members in the order in which they are written. */
enum event_key {
    EVENT_TIMESTAMP,
    EVENT_DESCRIPTION,
    EVENT_KIND,
    EVENT_DETAILS,
    EVENT_SOURCE,
    EVENT_NODE,
    EVENT_INSTANCE,
    EVENT_LABELS,
    EVENT_DURATION,
    EVENT_ID,
    EVENT_CHART,
    EVENT_KEYS
};
extern const char *const event_names[EVENT_KEYS];
/* The text of a member; NULL for those that are no text. */
inlay_bytes *event_text(inlay_event *event, enum event_key key);

/* Set the env's error: where in the text, which event in it (-1 = none), and what it is about. */
inlay_status event_fail(inlay_env *env, const char *what, uint64_t at, int64_t row, inlay_bytes about);

/* Into the list's memory; `data` of the copy is never NULL. */
INLAY_CHECKED inlay_status event_keep(inlay_events *events, inlay_bytes text, inlay_bytes *copy);
/* Append an event whose texts are kept already. */
INLAY_CHECKED inlay_status event_push(inlay_events *events, const inlay_event *event);
/* The same with texts of another owner. */
INLAY_CHECKED inlay_status event_copy(inlay_events *events, const inlay_event *from, inlay_event *to);
/* Sorted labels, of equal names the last; those whose value is absent are left out. Texts are kept already. */
INLAY_CHECKED inlay_status event_labels(inlay_events *events, const inlay_event_label *labels, size_t n,
                                        inlay_event *event);

/* Do further members stay within EVENT_DEPTH arrays and objects in each other, so that what is written, a level or
 * two deeper, can be read again? */
enum { EVENT_DEPTH = 100 };
bool event_shallow(inlay_bytes json);

int event_compare(inlay_bytes a, inlay_bytes b); /* as bytes, the shorter one first */
bool event_equal(inlay_bytes a, inlay_bytes b);  /* absent is not empty */
bool event_same(const inlay_event *a, const inlay_event *b);

/* 0 .. n - 1 sorted by `compare`, which never says 0 for two of them. Freed by the caller: n * sizeof **order. */
typedef int event_compare_items(const void *ctx, size_t a, size_t b);
INLAY_CHECKED inlay_status event_order(inlay_env *env, size_t n, event_compare_items *compare,
                                       const void *ctx, size_t **order);

#endif

#endif
