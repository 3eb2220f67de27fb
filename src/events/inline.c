/* Events as key=value pairs, for command lines.
 *
 *   time=2026-05-12T15:23:00Z,kind=restart,description="vllm restart, again",label.reason=OOM
 *
 * The grammar is that of Rezolus' --event (its split_kv_pairs), taken at its word: blanks and commas before a key are
 * passed over; a key ends at = or a comma; a value is quoted only where the quote follows the = at once; what
 * stands behind the closing quote begins the next key; keys and values are trimmed, quoted ones, too.
 */
#include "events/event.h"

#if INLAY_EVENTS

#include <string.h>

#include "base/text.h"

struct inline_reader {
    inlay_events *events;
    const inlay_event_clock *clock;
    inlay_bytes text;
    size_t at;
    bool edit;
    inlay_event_label *labels; /* in the order of the text */
    size_t n_labels, capacity;
    bool has_time, has_description;
};

struct inline_pair {
    inlay_bytes key, value; /* value: kept, trimmed */
    size_t key_at, value_at;
    bool quoted;
};

static inlay_status inline_fail(const struct inline_reader *r, const char *what, size_t at, inlay_bytes about)
{
    return event_fail(r->events->env, what, at, -1, about);
}

/* A value in quotes; r->at stands behind the opening one. */
static inlay_status inline_quoted(struct inline_reader *r, struct inline_pair *pair)
{
    size_t from = r->at, n = 0;
    void *block = NULL;
    for (; r->at < r->text.len && r->text.data[r->at] != '"'; r->at++)
        if (r->text.data[r->at] == '\\' && ++r->at == r->text.len)
            return inline_fail(r, ERR("a backslash at the end of a value"), r->at - 1, pair->key);
    if (r->at == r->text.len)
        return inline_fail(r, ERR("a quote that is not closed"), pair->value_at, pair->key);
    TRY(mem_pool_take(&r->events->pool, r->at - from, &block));
    uint8_t *out = block;
    for (; from < r->at; from++) {
        from += r->text.data[from] == '\\';
        out[n++] = r->text.data[from];
    }
    r->at++;
    pair->quoted = true;
    pair->value = timetext_trim((inlay_bytes){out, n});
    return INLAY_OK;
}

/* The next pair; END behind the last. */
static inlay_status inline_next(struct inline_reader *r, struct inline_pair *pair)
{
    const uint8_t *p = r->text.data;
    size_t n = r->text.len, step;
    while (r->at < n && ((step = timetext_space(p + r->at, n - r->at)) > 0 || p[r->at] == ','))
        r->at += step ? step : 1;
    if (r->at == n)
        return INLAY_END;
    *pair = (struct inline_pair){.key_at = r->at};
    while (r->at < n && p[r->at] != '=' && p[r->at] != ',')
        r->at++;
    pair->key = timetext_trim((inlay_bytes){p + pair->key_at, r->at - pair->key_at});
    if (!pair->key.len)
        return inline_fail(r, ERR("an empty key"), pair->key_at, pair->key);
    if (r->at == n || p[r->at] != '=')
        return inline_fail(r, ERR("a key without ="), pair->key_at, pair->key);
    pair->value_at = ++r->at;
    if (r->at < n && p[r->at] == '"') {
        r->at++;
        return inline_quoted(r, pair);
    }
    while (r->at < n && p[r->at] != ',')
        r->at++;
    return event_keep(r->events, timetext_trim((inlay_bytes){p + pair->value_at, r->at - pair->value_at}),
                      &pair->value);
}

static bool inline_is(inlay_bytes key, const char *name)
{
    return key.len == strlen(name) && memcmp(key.data, name, key.len) == 0;
}

static inlay_status inline_label(struct inline_reader *r, const struct inline_pair *pair, bool gone)
{
    inlay_bytes name = {pair->key.data + 6, pair->key.len - 6};
    void *block = r->labels;
    TRY(mem_grow(r->events->env, &block, &r->capacity, r->n_labels + 1, sizeof *r->labels));
    r->labels = block;
    inlay_event_label *label = &r->labels[r->n_labels];
    TRY(event_keep(r->events, name, &label->name));
    label->value = gone ? (inlay_bytes){0} : pair->value;
    r->n_labels++;
    return INLAY_OK;
}

static enum event_key inline_key(inlay_bytes name)
{
    static const uint8_t keys[] = {EVENT_DESCRIPTION, EVENT_KIND, EVENT_DETAILS, EVENT_SOURCE,
                                   EVENT_NODE,        EVENT_INSTANCE, EVENT_ID,  EVENT_TIMESTAMP,
                                   EVENT_DURATION};
    if (inline_is(name, "time"))
        return EVENT_TIMESTAMP;
    if (inline_is(name, "desc"))
        return EVENT_DESCRIPTION;
    if (inline_is(name, "duration"))
        return EVENT_DURATION;
    if (name.len >= 6 && memcmp(name.data, "label.", 6) == 0)
        return EVENT_LABELS;
    for (size_t i = 0; i < sizeof keys; i++)
        if (inline_is(name, event_names[keys[i]]))
            return (enum event_key)keys[i];
    return EVENT_KEYS;
}

static inlay_status inline_set(struct inline_reader *r, const struct inline_pair *pair, inlay_event *event)
{
    enum event_key key = inline_key(pair->key);
    bool gone = r->edit && !pair->quoted && !pair->value.len;
    const char *why = NULL;
    if (key == EVENT_KEYS)
        return inline_fail(r, ERR("a key that events do not have"), pair->key_at, pair->key);
    if (key == EVENT_LABELS)
        return inline_label(r, pair, gone);
    if (gone && (key == EVENT_TIMESTAMP || key == EVENT_DESCRIPTION))
        return inline_fail(r, ERR("a member that every event has cannot be taken away"), pair->key_at,
                           pair->key);
    if (key == EVENT_TIMESTAMP) {
        why = timetext_point(pair->value, r->clock, &event->timestamp_ns);
        r->has_time = true;
    } else if (key == EVENT_DURATION) {
        why = gone ? NULL : timetext_duration(pair->value, &event->duration_ns);
        event->has_duration = !gone;
    } else {
        *event_text(event, key) = gone ? (inlay_bytes){0} : pair->value;
        r->has_description = r->has_description || key == EVENT_DESCRIPTION;
    }
    return why ? inline_fail(r, why, pair->value_at, pair->key) : INLAY_OK;
}

static inlay_status inline_read(struct inline_reader *r, inlay_event *event)
{
    struct inline_pair pair;
    inlay_status status;
    inlay_bytes none = {0};
    size_t good = r->text.len ? text_utf8_span(r->text.data, r->text.len) : 0;
    if (good < r->text.len)
        return inline_fail(r, ERR("not UTF-8"), good, none);
    while ((status = inline_next(r, &pair)) == INLAY_OK)
        TRY(inline_set(r, &pair, event));
    if (status != INLAY_END)
        return status;
    if (!r->edit && !r->has_time)
        return inline_fail(r, ERR("an event without time="), r->text.len, none);
    if (!r->edit && !r->has_description)
        return inline_fail(r, ERR("an event without description="), r->text.len, none);
    return event_labels(r->events, r->labels, r->n_labels, event);
}

inlay_status inlay_events_add_inline(inlay_events *events, inlay_bytes text, const inlay_event_clock *clock)
{
    struct inline_reader r = {.events = events, .clock = clock, .text = text};
    inlay_event event = {0};
    inlay_status status = inline_read(&r, &event);
    if (status == INLAY_OK)
        status = event_push(events, &event);
    mem_free(events->env, r.labels, r.capacity * sizeof *r.labels);
    return status;
}

inlay_status inlay_events_edit(inlay_events *events, size_t i, inlay_bytes text, const inlay_event_clock *clock)
{
    struct inline_reader r = {.events = events, .clock = clock, .text = text, .edit = true};
    if (i >= events->n)
        return err_set(events->env, INLAY_ARG, ERR("no such event"));
    inlay_event event = events->items[i];
    void *block = NULL;
    inlay_status status = mem_grow(events->env, &block, &r.capacity, event.n_labels + 1, sizeof *r.labels);
    r.labels = block;
    if (status == INLAY_OK && event.n_labels)
        memcpy(r.labels, event.labels, event.n_labels * sizeof *r.labels);
    r.n_labels = event.n_labels;
    if (status == INLAY_OK)
        status = inline_read(&r, &event);
    if (status == INLAY_OK)
        events->items[i] = event;
    mem_free(events->env, r.labels, r.capacity * sizeof *r.labels);
    return status;
}

#endif
