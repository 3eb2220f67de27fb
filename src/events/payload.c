/* Events as JSON: the value of the footer key, and what people hand over; see inlay/events.h.
 *
 * The footer's value is read strictly, as Rezolus does through serde. In other texts times and durations may be
 * texts, and the forms that Rezolus' documentation names are all read: it refuses a single object, takes
 * {"events":[ with a line end behind it for lines, and fails at a comment in the second line.
 */
#include "events/event.h"

#if INLAY_EVENTS

#include <string.h>

#include "base/json.h"

/* Other names in texts that are handed over, for members that are absent. */
enum { PAYLOAD_TIME, PAYLOAD_DESC, PAYLOAD_DURATION, PAYLOAD_ALIASES };
static const char *const payload_alias_names[PAYLOAD_ALIASES] = {"time", "desc", "duration"};
static const uint8_t payload_alias_keys[PAYLOAD_ALIASES] = {EVENT_TIMESTAMP, EVENT_DESCRIPTION, EVENT_DURATION};

struct payload_reader {
    inlay_events *events;
    const inlay_event_clock *clock;
    bool strict;
    struct json_reader json;
    size_t base;         /* of the JSON in the whole text */
    int64_t row;         /* event in the text */
    inlay_status failed; /* of what is not JSON's own; the env has the error */
    struct buf labels;   /* inlay_event_label, as they come */
    struct buf further;
};

struct payload_member {
    struct json_value value;
    size_t at;           /* of the value in the JSON */
    const char *name;
};

/* ---- failing ---- */

static void payload_stop(struct payload_reader *r, inlay_status status)
{
    if (r->failed == INLAY_OK)
        r->failed = status;
    json_fail(&r->json, "");
}

static void payload_fail(struct payload_reader *r, const char *what, size_t at, const char *about)
{
    inlay_bytes name = {(const uint8_t *)about, about ? strlen(about) : 0};
    if (r->failed == INLAY_OK && !r->json.failed)
        payload_stop(r, event_fail(r->events->env, what, r->base + at, r->row, name));
}

/* What the reader's failure is, if it has one. */
static inlay_status payload_status(struct payload_reader *r)
{
    inlay_bytes none = {0};
    if (r->failed != INLAY_OK || !r->json.failed)
        return r->failed;
    return event_fail(r->events->env, r->json.failed, r->base + r->json.failed_at, r->row, none);
}

/* ---- values ---- */

static size_t payload_here(struct payload_reader *r)
{
    const uint8_t *p = r->json.at;
    while (p < r->json.end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
        p++;
    return (size_t)(p - r->json.start);
}

static void payload_text(struct payload_reader *r, const struct json_value *v, inlay_bytes *out)
{
    void *block = NULL;
    inlay_status status = mem_pool_take(&r->events->pool, v->text.len, &block);
    if (status != INLAY_OK)
        payload_stop(r, status);
    else
        *out = (inlay_bytes){block, json_decode(v, block)};
}

/* A number of nanoseconds, or, where the document is not the footer's, a text that means one. */
static void payload_ns(struct payload_reader *r, const struct payload_member *m, bool point, uint64_t *ns)
{
    inlay_bytes text;
    const char *why = NULL;
    if (m->value.kind == JSON_STRING && !r->strict) {
        payload_text(r, &m->value, &text);
        if (!r->json.failed)
            why = point ? timetext_point(text, r->clock, ns) : timetext_duration(text, ns);
    } else if (m->value.kind != JSON_NUMBER) {
        why = r->strict ? ERR("a number of nanoseconds is expected")
                        : ERR("a number of nanoseconds or a text is expected");
    } else if (m->value.text.data[0] == '-' || !json_uint64(&m->value, ns)) {
        why = ERR("not a whole number of nanoseconds from 0 to 18446744073709551615");
    }
    if (why)
        payload_fail(r, why, m->at, m->name);
}

static void payload_labels(struct payload_reader *r, inlay_event *event)
{
    struct json_value key, value;
    buf_clear(&r->labels);
    while (json_member(&r->json, &key)) {
        inlay_event_label label = {{0}, {0}};
        size_t at = payload_here(r);
        json_read(&r->json, &value);
        payload_text(r, &key, &label.name);
        if (value.kind == JSON_STRING)
            payload_text(r, &value, &label.value);
        else
            payload_fail(r, ERR("a label's value must be a text"), at, event_names[EVENT_LABELS]);
        buf_append(&r->labels, &label, sizeof label);
    }
    inlay_status status = r->labels.status;
    if (status == INLAY_OK && !r->json.failed)
        status = event_labels(r->events, (const inlay_event_label *)(const void *)r->labels.data,
                              r->labels.bytes / sizeof(inlay_event_label), event);
    if (status != INLAY_OK)
        payload_stop(r, status);
}

/* White space outside of strings goes, so that a line stays a line. */
static void payload_compact(struct buf *b, inlay_bytes json)
{
    bool string = false;
    for (size_t i = 0; i < json.len; i++) {
        uint8_t c = json.data[i];
        if (c == '"')
            string = !string;
        else if (!string && (c == ' ' || c == '\t' || c == '\n' || c == '\r'))
            continue;
        buf_u8(b, c);
        if (string && c == '\\' && i + 1 < json.len)
            buf_u8(b, json.data[++i]);
    }
}

static void payload_further(struct payload_reader *r, const struct json_value *key)
{
    size_t at = payload_here(r);
    inlay_bytes span = json_span(&r->json);
    if (!event_shallow(span))
        payload_fail(r, ERR("arrays and objects nest too deep"), at, NULL);
    if (r->further.bytes)
        buf_u8(&r->further, ',');
    buf_u8(&r->further, '"');
    buf_append(&r->further, key->text.data, key->text.len);
    buf_append(&r->further, "\":", 2);
    payload_compact(&r->further, span);
    if (r->further.status != INLAY_OK)
        payload_stop(r, r->further.status);
}

/* ---- one event ---- */

static void payload_set(struct payload_reader *r, enum event_key key, const struct payload_member *m,
                        inlay_event *event)
{
    uint8_t kind = m->value.kind;
    if (key == EVENT_TIMESTAMP) {
        payload_ns(r, m, true, &event->timestamp_ns);
    } else if (key == EVENT_DURATION) {
        event->has_duration = kind != JSON_NULL;
        if (event->has_duration)
            payload_ns(r, m, false, &event->duration_ns);
    } else if (key == EVENT_LABELS) {
        if (kind == JSON_OBJECT)
            payload_labels(r, event);
        else
            payload_fail(r, ERR("labels must be an object of texts"), m->at, m->name);
    } else if (kind == JSON_STRING) {
        payload_text(r, &m->value, event_text(event, key));
    } else if (kind == JSON_NULL && key != EVENT_DESCRIPTION) {
        *event_text(event, key) = (inlay_bytes){0};
    } else {
        payload_fail(r, ERR("a text is expected"), m->at, m->name);
    }
}

static int payload_find(const struct json_value *key, const char *const *names, int n)
{
    int i = 0;
    while (i < n && !json_is(key, names[i]))
        i++;
    return i;
}

/* The value that follows; of arrays and objects only labels are read on, by payload_set. */
static void payload_value(struct payload_reader *r, struct payload_member *m, const char *name)
{
    m->name = name;
    m->at = payload_here(r);
    json_read(&r->json, &m->value);
    if (m->value.kind == JSON_ARRAY || (m->value.kind == JSON_OBJECT && name != event_names[EVENT_LABELS]))
        json_leave(&r->json);
}

/* The members of an object that was opened at `at`. */
static void payload_members(struct payload_reader *r, size_t at, inlay_event *event)
{
    struct payload_member m, aliases[PAYLOAD_ALIASES] = {{.at = 0}};
    struct json_value key;
    unsigned seen = 0;
    buf_clear(&r->further);
    while (json_member(&r->json, &key)) {
        int k = payload_find(&key, event_names, EVENT_KEYS);
        int a = r->strict ? PAYLOAD_ALIASES : payload_find(&key, payload_alias_names, PAYLOAD_ALIASES);
        if (k < EVENT_KEYS) {
            payload_value(r, &m, event_names[k]);
            if (r->strict && seen >> k & 1)
                payload_fail(r, ERR("a member stands twice"), m.at, m.name);
            if (!r->json.failed)
                payload_set(r, (enum event_key)k, &m, event);
            seen |= 1u << k;
        } else if (a < PAYLOAD_ALIASES) {
            payload_value(r, &aliases[a], payload_alias_names[a]);
        } else {
            payload_further(r, &key);
        }
    }
    for (int a = 0; a < PAYLOAD_ALIASES && !r->json.failed; a++)
        if (aliases[a].name && !(seen >> payload_alias_keys[a] & 1)) {
            payload_set(r, (enum event_key)payload_alias_keys[a], &aliases[a], event);
            seen |= 1u << payload_alias_keys[a];
        }
    if (!(seen >> EVENT_TIMESTAMP & 1))
        payload_fail(r, ERR("an event without timestamp"), at, NULL);
    if (!(seen >> EVENT_DESCRIPTION & 1))
        payload_fail(r, ERR("an event without description"), at, NULL);
}

static void payload_event(struct payload_reader *r)
{
    struct json_value v;
    inlay_event event = {0};
    inlay_status status = INLAY_OK;
    size_t at = payload_here(r);
    if (json_read(&r->json, &v) == JSON_OBJECT)
        payload_members(r, at, &event);
    else
        payload_fail(r, ERR("an event must be an object"), at, NULL);
    if (!r->json.failed && r->further.bytes)
        status = event_keep(r->events, (inlay_bytes){r->further.data, r->further.bytes}, &event.further);
    if (status == INLAY_OK && !r->json.failed)
        status = event_push(r->events, &event);
    if (status != INLAY_OK)
        payload_stop(r, status);
    r->failed = payload_status(r); /* while the row is known */
    r->row++;
}

static void payload_array(struct payload_reader *r)
{
    r->row = 0;
    while (json_element(&r->json))
        payload_event(r);
    r->row = -1;
}

/* ---- documents ---- */

/* An object with a member "events", which is open; other members are kept in the footer's own value. */
static void payload_wrapper(struct payload_reader *r)
{
    struct json_value key, v;
    struct buf further; /* of the document; the reader's is the event's */
    bool seen = false;
    buf_init(&further, r->events->env);
    while (json_member(&r->json, &key)) {
        size_t at = payload_here(r);
        if (json_is(&key, INLAY_EVENTS_KEY)) {
            if (seen)
                payload_fail(r, ERR("a member stands twice"), at, INLAY_EVENTS_KEY);
            seen = true;
            if (json_read(&r->json, &v) == JSON_ARRAY)
                payload_array(r);
            else
                payload_fail(r, ERR("events must be an array"), at, INLAY_EVENTS_KEY);
            continue;
        }
        struct buf own = r->further;
        r->further = further;
        payload_further(r, &key);
        further = r->further;
        r->further = own;
    }
    if (!r->json.failed && r->strict && further.bytes && !r->events->further.len) {
        inlay_status status =
            event_keep(r->events, (inlay_bytes){further.data, further.bytes}, &r->events->further);
        if (status != INLAY_OK)
            payload_stop(r, status);
    }
    buf_free(&further);
}

/* One document from `base` on: an object with events, an array of events, or one event. */
static void payload_document(struct payload_reader *r, inlay_bytes text, size_t base, bool one)
{
    struct json_value v;
    json_start(&r->json, text.data, text.len);
    r->base = base;
    r->row = -1;
    size_t at = payload_here(r);
    if (one) {
        r->row = 0;
        payload_event(r);
        r->row = -1;
    } else if (json_read(&r->json, &v) == JSON_OBJECT) {
        payload_wrapper(r);
    } else if (v.kind == JSON_ARRAY) {
        payload_array(r);
    } else {
        payload_fail(r, ERR("an object or an array of events is expected"), at, NULL);
    }
    (void)json_finish(&r->json);
}

static inlay_status payload_lines(struct payload_reader *r, inlay_bytes text, size_t base)
{
    int64_t row = 0;
    for (size_t at = 0; at < text.len;) {
        const uint8_t *from = text.data + at, *end = memchr(from, '\n', text.len - at);
        size_t n = end ? (size_t)(end - from) : text.len - at;
        inlay_bytes line = timetext_trim((inlay_bytes){from, n});
        if (line.len && line.data[0] != '#') {
            json_start(&r->json, line.data, line.len);
            r->base = base + (size_t)(line.data - text.data);
            r->row = row++;
            payload_event(r);
            r->row = row - 1; /* of what may follow on the line, too */
            (void)json_finish(&r->json);
            TRY(payload_status(r));
        }
        at += n + 1;
    }
    return INLAY_OK;
}

/* What a text that begins with { or [ is: a document, one event, or lines. */
enum payload_form { PAYLOAD_DOCUMENT, PAYLOAD_ONE, PAYLOAD_LINES, PAYLOAD_NOTHING };

static enum payload_form payload_guess(inlay_bytes text)
{
    struct json_reader json;
    struct json_value v;
    bool wrapper = false, event = false;
    json_start(&json, text.data, text.len);
    if (json_read(&json, &v) != JSON_OBJECT)
        return PAYLOAD_DOCUMENT;
    while (json_member(&json, &v)) {
        wrapper = wrapper || json_is(&v, INLAY_EVENTS_KEY);
        event = event || payload_find(&v, event_names, EVENT_KEYS) < EVENT_KEYS ||
                payload_find(&v, payload_alias_names, PAYLOAD_ALIASES) < PAYLOAD_ALIASES;
        json_skip(&json);
    }
    if (wrapper)
        return PAYLOAD_DOCUMENT;
    if (json.failed || json_finish(&json)) /* a fault within the first object is told as the object's */
        return event || json.failed ? PAYLOAD_ONE : PAYLOAD_NOTHING;
    return PAYLOAD_LINES;
}

static inlay_status payload_run(struct payload_reader *r, inlay_bytes text, enum inlay_events_form form)
{
    size_t skip = text.len >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    text = (inlay_bytes){text.data ? text.data + skip : NULL, text.len - skip};
    inlay_bytes seen = timetext_trim(text);
    enum payload_form guess = PAYLOAD_LINES;
    if (!seen.len && !r->strict)
        return INLAY_OK;
    if (r->strict || form == INLAY_EVENTS_PAYLOAD)
        guess = PAYLOAD_DOCUMENT;
    else if (form == INLAY_EVENTS_GUESS && (seen.data[0] == '{' || seen.data[0] == '['))
        guess = payload_guess(text);
    if (!r->strict && form == INLAY_EVENTS_PAYLOAD && seen.data[0] == '{' && payload_guess(text) == PAYLOAD_ONE)
        guess = PAYLOAD_ONE;
    if (guess == PAYLOAD_LINES)
        return payload_lines(r, text, skip);
    r->base = skip;
    if (guess == PAYLOAD_NOTHING)
        payload_fail(r, ERR("neither an event nor an object with an array \"events\""),
                     (size_t)(seen.data - text.data), NULL);
    else
        payload_document(r, text, skip, guess == PAYLOAD_ONE);
    return payload_status(r);
}

static inlay_status payload_add(inlay_events *events, inlay_bytes text, enum inlay_events_form form, bool strict,
                                const inlay_event_clock *clock)
{
    struct payload_reader r = {.events = events, .clock = clock, .strict = strict, .row = -1};
    size_t n = events->n;
    inlay_bytes further = events->further;
    buf_init(&r.labels, events->env);
    buf_init(&r.further, events->env);
    inlay_status status = payload_run(&r, text, form);
    buf_free(&r.labels);
    buf_free(&r.further);
    if (status != INLAY_OK) {
        events->n = n;
        events->further = further;
    }
    return status;
}

inlay_status inlay_events_add_payload(inlay_events *events, inlay_bytes text)
{
    return payload_add(events, text, INLAY_EVENTS_PAYLOAD, true, NULL);
}

inlay_status inlay_events_add_text(inlay_events *events, inlay_bytes text, enum inlay_events_form form,
                                   const inlay_event_clock *clock)
{
    if (form == INLAY_EVENTS_CSV)
        return err_set(events->env, INLAY_ARG, ERR("events are not read from CSV"));
    return payload_add(events, text, form, false, clock);
}

#endif
