/* Events of a recording: what happened while it was made, kept as JSON under the footer key "events".
 *
 *   payload   {"events":[{"timestamp":1778599380000000000,"description":"restart","kind":"deploy"}, ...]}
 *   member    timestamp (ns since 1970, the only number besides duration_ns), description; optional: kind,
 *             details, source, node, instance, labels (texts by name), duration_ns (a band, else a point), id,
 *             chart_id; written in this order, absent ones left out
 *
 * Members that this list does not name are kept as they stand and written behind the others, those of an event as
 * well as those beside "events". (Rezolus, whose format this is, drops them; it reads what is written here.)
 *
 * Lists are kept in memory: about 250 bytes an event besides its texts.
 *
 * Errors of texts are ARG. inlay_error.at is then the byte in the text that was given (inlay_text_place makes
 * line and column of it), inlay_error.row the event in that text, counted from 0 (-1 = none), and
 * inlay_error.column the member, key or id that it is about.
 */
#ifndef INLAY_EVENTS_H
#define INLAY_EVENTS_H

#include "inlay/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#if INLAY_EVENTS

#define INLAY_EVENTS_KEY "events" /* of the footer */

typedef struct inlay_event_label {
    inlay_bytes name, value;
} inlay_event_label;

/* Texts are UTF-8. `data` NULL = absent; an empty text is one that is there. */
typedef struct inlay_event {
    uint64_t timestamp_ns;
    inlay_bytes description; /* never absent */
    inlay_bytes kind, details, source, node, instance;
    const inlay_event_label *labels; /* by name, each once */
    size_t n_labels;
    bool has_duration;
    uint64_t duration_ns;
    inlay_bytes id, chart_id;
    inlay_bytes further; /* other members as JSON on one line, without braces: "a":1,"b":[2] */
} inlay_event;

/* ---- times ---- */

/* What relative times count from. The library has no clock; the caller says. NULL = nothing is known. */
typedef struct inlay_event_clock {
    bool has_now, has_start, has_end;
    uint64_t now_ns;
    uint64_t start_ns, end_ns; /* first and last stamp of the recording */
} inlay_event_clock;

/* A point in time:
 *   1778599380000000000, +5               nanoseconds
 *   2026-05-12T15:23:00.5Z, +02:00, ...   RFC 3339 (t, z and a blank for T are fine; digits beyond nine are dropped;
 *                                         second 60 is the next one)
 *   2026-05-12T15:23Z, 2026-05-12T15:23+02:00, 2026-05-12T15:23:00, 2026-05-12T15:23   UTC where no zone is named
 *   1778599380s, 1778599380.25s, ms, us, ns
 *   now, start, end; each with +DURATION or -DURATION; -DURATION and +DURATION alone count from now
 * Errors: ARG: none of these; before 1970; beyond 2262-04-11 (dates) or 64 bits; relative to what is not known. */
INLAY_API INLAY_CHECKED inlay_status inlay_event_time(inlay_env *env, inlay_bytes text,
                                                      const inlay_event_clock *clock, uint64_t *ns);
/* A length of time: nanoseconds as digits, or numbers with units, which add up: "30s", "1m30s", "1h 1.5m". Units:
 * ns us ms s m h d w M (30.44 d) y (365.25 d) and their longer names, as humantime has them; a fraction must be
 * whole in nanoseconds (from hours on in seconds). Errors: ARG. */
INLAY_API INLAY_CHECKED inlay_status inlay_event_duration(inlay_env *env, inlay_bytes text,
                                                          uint64_t *ns);
/* "2026-05-12T15:23:00.5Z", zero-terminated; returns its length. */
enum { INLAY_EVENT_TIME_TEXT = 32 };
INLAY_API size_t inlay_event_time_text(uint64_t ns, char text[INLAY_EVENT_TIME_TEXT]);

/* Line and column of a byte, both from 1; columns count characters. */
INLAY_API void inlay_text_place(inlay_bytes text, uint64_t at, uint64_t *line, uint64_t *column);

/* ---- lists ---- */

typedef struct inlay_events inlay_events;

INLAY_API INLAY_CHECKED inlay_status inlay_events_open(inlay_env *env, inlay_events **events);
INLAY_API void inlay_events_close(inlay_events *events); /* NULL is fine */
INLAY_API size_t inlay_events_count(const inlay_events *events);
/* The i-th; its texts are valid until close, itself until the list changes. */
INLAY_API const inlay_event *inlay_events_at(const inlay_events *events, size_t i);
/* The first with that id (not empty), or inlay_events_count. */
INLAY_API size_t inlay_events_find(const inlay_events *events, inlay_bytes id);

/* What follows appends, behind what is there. After a failure the list is as it was. Errors: ARG, NOMEM.
 *
 * add: one event, copied. ARG: a text that is not UTF-8, or `further` that is not JSON members of other names.
 *
 * payload: the value of the footer key, read strictly: times and durations are numbers.
 *
 * text: what people and programs hand over: {"events":[...]}, an array of events, one event, or an event a line
 * (empty lines and lines that begin with # are passed over). Times and durations are numbers or texts as above;
 * "time", "desc" and "duration" stand for "timestamp", "description" and "duration_ns" where these are absent. A
 * byte order mark is passed over. Nothing at all is no event and no failure.
 *
 * inline: key=value pairs behind commas, one event. Keys: time or timestamp, description or desc, kind, details,
 * source, node, instance, id, duration or duration_ns, label.NAME. A value is trimmed; "in quotes" it may hold
 * commas, and a backslash makes the next character an ordinary one. The last of equal keys counts. */
enum inlay_events_form {
    INLAY_EVENTS_GUESS = 0, /* by what stands there */
    INLAY_EVENTS_PAYLOAD,   /* one JSON document */
    INLAY_EVENTS_LINES,     /* an event a line: what .jsonl and .ndjson files have */
    INLAY_EVENTS_CSV        /* only written */
};
INLAY_API INLAY_CHECKED inlay_status inlay_events_add(inlay_events *events, const inlay_event *event);
INLAY_API INLAY_CHECKED inlay_status inlay_events_add_payload(inlay_events *events, inlay_bytes text);
INLAY_API INLAY_CHECKED inlay_status inlay_events_add_text(inlay_events *events, inlay_bytes text,
                                                           enum inlay_events_form form,
                                                           const inlay_event_clock *clock);
INLAY_API INLAY_CHECKED inlay_status inlay_events_add_inline(inlay_events *events, inlay_bytes text,
                                                             const inlay_event_clock *clock);

/* Change the i-th event by key=value pairs as above. A key without a value takes the member away (key="" makes it
 * empty); time and description cannot be. Errors: ARG, NOMEM; the event is then as it was. */
INLAY_API INLAY_CHECKED inlay_status inlay_events_edit(inlay_events *events, size_t i, inlay_bytes text,
                                                       const inlay_event_clock *clock);
INLAY_API void inlay_events_remove(inlay_events *events, size_t i); /* no such event: nothing happens */

/* Which events. Absent texts (data NULL) and times accept all. */
typedef struct inlay_event_filter {
    bool has_from, has_to;
    uint64_t from_ns, to_ns; /* both included; a band that reaches into them counts */
    inlay_bytes id, kind, source, node, instance; /* equal */
    inlay_bytes match; /* in description, details, or a label as name=value; ASCII letters of either case */
} inlay_event_filter;
INLAY_API bool inlay_event_matches(const inlay_event *event, const inlay_event_filter *filter);
/* Returns how many went. */
INLAY_API size_t inlay_events_remove_matching(inlay_events *events, const inlay_event_filter *filter);

/* Events without an id (or with an empty one) get one: 16 hexadecimal digits, XXH64 of timestamp, description,
 * source, node and instance, so that the same event gets the same id whenever it is made. */
INLAY_API INLAY_CHECKED inlay_status inlay_events_auto_id(inlay_events *events);

/* Sort by timestamp, then by id as bytes (none is as an empty one), keeping the order of equals; of events with the
 * same id only the first then stays. Events without an id all stay. *dropped (may be NULL): how many went. */
INLAY_API INLAY_CHECKED inlay_status inlay_events_normalise(inlay_events *events, size_t *dropped);

/* What is odd about an event, as bits. */
enum {
    INLAY_EVENT_BEFORE_START = 1, /* ends before the recording's first stamp */
    INLAY_EVENT_AFTER_END = 2,    /* begins after its last */
    INLAY_EVENT_LIKE_SECONDS = 4, /* the timestamp has the digits of seconds: 10, */
    INLAY_EVENT_LIKE_MILLIS = 8,  /* of milliseconds: 13, */
    INLAY_EVENT_LIKE_MICROS = 16  /* of microseconds: 16 */
};
INLAY_API unsigned inlay_event_doubts(const inlay_event *event, const inlay_event_clock *clock);

/* Put the events of another list into this one, and normalise.
 *
 * Of new events with the same id the earliest counts. Where the id is there already: KEEP leaves what is there,
 * whatever the times say; REPLACE takes the new one; ERROR fails where the two differ, with nothing changed
 * (inlay_error.row: the event of the other list, inlay_error.column: the id).
 *   met   told of every new event whose id was met and that differs; before anything changes. May be NULL.
 * Errors: ARG (ERROR above), NOMEM. */
typedef enum inlay_event_conflict {
    INLAY_EVENT_KEEP = 0,
    INLAY_EVENT_REPLACE,
    INLAY_EVENT_ERROR
} inlay_event_conflict;
typedef struct inlay_event_merge_options {
    inlay_event_conflict on_conflict;
    void (*met)(void *ctx, const inlay_event *stays, const inlay_event *goes);
    void *ctx;
} inlay_event_merge_options;
typedef struct inlay_event_merge_counts {
    size_t added, replaced; /* new events that are now in the list */
    size_t same;            /* new events that were there already, equal in all */
    size_t kept;            /* new events that another one with the same id stood against */
} inlay_event_merge_counts;
INLAY_API INLAY_CHECKED inlay_status inlay_events_merge(inlay_events *events, const inlay_events *other,
                                                        const inlay_event_merge_options *options,
                                                        inlay_event_merge_counts *counts);

/* The list as text, in its order. PAYLOAD (and GUESS): the footer's value, compact. LINES: an event a line. CSV: a
 * heading and a line an event by RFC 4180 with line feeds; "time" is the timestamp as RFC 3339, labels and further
 * members are JSON. `filter` (may be NULL) chooses events. Errors: IO, NOMEM.
 * An empty list is written, too; in a footer its key should rather go. */
INLAY_API INLAY_CHECKED inlay_status inlay_events_write(const inlay_events *events,
                                                        enum inlay_events_form form,
                                                        const inlay_event_filter *filter,
                                                        const inlay_sink *sink);

#endif

#ifdef __cplusplus
}
#endif
#endif
