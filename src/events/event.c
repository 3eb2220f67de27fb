/* A list of events in memory: its texts, its order, its members; see inlay/events.h. */
#include "events/event.h"

#if INLAY_EVENTS

#include <string.h>

#include "base/json.h"
#include "base/text.h"

const char *const event_names[EVENT_KEYS] = {
    "timestamp", "description", "kind", "details", "source", "node", "instance", "labels", "duration_ns",
    "id",        "chart_id"};

inlay_bytes *event_text(inlay_event *event, enum event_key key)
{
    switch (key) {
    case EVENT_DESCRIPTION:
        return &event->description;
    case EVENT_KIND:
        return &event->kind;
    case EVENT_DETAILS:
        return &event->details;
    case EVENT_SOURCE:
        return &event->source;
    case EVENT_NODE:
        return &event->node;
    case EVENT_INSTANCE:
        return &event->instance;
    case EVENT_ID:
        return &event->id;
    case EVENT_CHART:
        return &event->chart_id;
    default:
        return NULL;
    }
}

inlay_status event_fail(inlay_env *env, const char *what, uint64_t at, int64_t row, inlay_bytes about)
{
    err_set_at(env, INLAY_ARG, what, at);
    env->error.row = row;
    size_t n = about.len < sizeof env->error.column ? about.len : sizeof env->error.column - 1;
    if (n)
        memcpy(env->error.column, about.data, n);
    env->error.column[n] = '\0';
    return INLAY_ARG;
}

/* ---- open and close ---- */

inlay_status inlay_events_open(inlay_env *env, inlay_events **events)
{
    void *block = NULL;
    *events = NULL;
    TRY(mem_new(env, sizeof **events, &block));
    *events = block;
    (*events)->env = env;
    mem_pool_init(&(*events)->pool, env);
    return INLAY_OK;
}

void inlay_events_close(inlay_events *events)
{
    if (!events)
        return;
    mem_free(events->env, events->items, events->capacity * sizeof *events->items);
    mem_pool_free(&events->pool);
    mem_free(events->env, events, sizeof *events);
}

size_t inlay_events_count(const inlay_events *events)
{
    return events->n;
}

const inlay_event *inlay_events_at(const inlay_events *events, size_t i)
{
    return i < events->n ? &events->items[i] : NULL;
}

size_t inlay_events_find(const inlay_events *events, inlay_bytes id)
{
    size_t i = 0;
    while (i < events->n && (id.len == 0 || event_compare(events->items[i].id, id) != 0))
        i++;
    return i;
}

/* ---- keeping ---- */

inlay_status event_keep(inlay_events *events, inlay_bytes text, inlay_bytes *copy)
{
    void *block = NULL;
    TRY(mem_pool_take(&events->pool, text.len, &block));
    if (text.len)
        memcpy(block, text.data, text.len);
    *copy = (inlay_bytes){block, text.len};
    return INLAY_OK;
}

inlay_status event_push(inlay_events *events, const inlay_event *event)
{
    void *block = events->items;
    TRY(mem_grow(events->env, &block, &events->capacity, events->n + 1, sizeof *events->items));
    events->items = block;
    events->items[events->n++] = *event;
    return INLAY_OK;
}

static inlay_status event_copy_labels(inlay_events *events, const inlay_event *from, inlay_event *to)
{
    void *block = NULL;
    to->labels = NULL;
    if (!from->n_labels)
        return INLAY_OK;
    if (from->n_labels > SIZE_MAX / sizeof *from->labels)
        return err_set(events->env, INLAY_NOMEM, ERR("out of memory"));
    TRY(mem_pool_take(&events->pool, from->n_labels * sizeof *from->labels, &block));
    inlay_event_label *labels = block;
    to->labels = labels;
    for (size_t i = 0; i < from->n_labels; i++) {
        TRY(event_keep(events, from->labels[i].name, &labels[i].name));
        TRY(event_keep(events, from->labels[i].value, &labels[i].value));
    }
    return INLAY_OK;
}

inlay_status event_copy(inlay_events *events, const inlay_event *from, inlay_event *to)
{
    *to = *from;
    for (int key = 0; key < EVENT_KEYS; key++) {
        inlay_bytes *text = event_text(to, (enum event_key)key);
        if (text && (text->data || key == EVENT_DESCRIPTION))
            TRY(event_keep(events, *text, text));
    }
    if (to->further.len)
        TRY(event_keep(events, to->further, &to->further));
    return event_copy_labels(events, from, to);
}

/* ---- order ---- */

int event_compare(inlay_bytes a, inlay_bytes b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int c = n ? memcmp(a.data, b.data, n) : 0;
    return c ? c : (a.len > b.len) - (a.len < b.len);
}

bool event_equal(inlay_bytes a, inlay_bytes b)
{
    return !a.data == !b.data && event_compare(a, b) == 0;
}

bool event_same(const inlay_event *a, const inlay_event *b)
{
    inlay_event left = *a, right = *b; /* shallow: event_text wants them writable */
    if (a->timestamp_ns != b->timestamp_ns || a->has_duration != b->has_duration ||
        (a->has_duration && a->duration_ns != b->duration_ns) || a->n_labels != b->n_labels ||
        event_compare(a->further, b->further) != 0 || event_compare(a->description, b->description) != 0)
        return false;
    for (int key = EVENT_KIND; key < EVENT_KEYS; key++) {
        const inlay_bytes *text = event_text(&left, (enum event_key)key);
        if (text && !event_equal(*text, *event_text(&right, (enum event_key)key)))
            return false;
    }
    for (size_t i = 0; i < a->n_labels; i++)
        if (event_compare(a->labels[i].name, b->labels[i].name) != 0 ||
            event_compare(a->labels[i].value, b->labels[i].value) != 0)
            return false;
    return true;
}

/* Merge sort from runs of one: no recursion, and no bad case. */
inlay_status event_order(inlay_env *env, size_t n, event_compare_items *compare, const void *ctx,
                         size_t **order)
{
    void *block = NULL, *spare = NULL;
    *order = NULL;
    if (n > SIZE_MAX / sizeof **order)
        return err_set(env, INLAY_NOMEM, ERR("out of memory"));
    TRY(mem_new(env, n * sizeof **order, &block));
    inlay_status status = mem_new(env, n * sizeof **order, &spare);
    if (status != INLAY_OK) {
        mem_free(env, block, n * sizeof **order);
        return status;
    }
    size_t *from = block, *to = spare;
    for (size_t i = 0; i < n; i++)
        from[i] = i;
    for (size_t run = 1; run < n; run *= 2) {
        for (size_t at = 0; at < n; at += 2 * run) {
            size_t a = at, a_end = n - at < run ? n : at + run, b = a_end, out = at;
            size_t b_end = n - a_end < run ? n : a_end + run;
            while (a < a_end || b < b_end) {
                bool left = b == b_end || (a < a_end && compare(ctx, from[a], from[b]) < 0);
                to[out++] = left ? from[a++] : from[b++];
            }
        }
        size_t *swap = from;
        from = to;
        to = swap;
    }
    mem_free(env, to, n * sizeof **order);
    *order = from;
    return INLAY_OK;
}

static int event_compare_labels(const void *ctx, size_t a, size_t b)
{
    const inlay_event_label *labels = ctx;
    int c = event_compare(labels[a].name, labels[b].name);
    return c ? c : a < b ? -1 : 1;
}

inlay_status event_labels(inlay_events *events, const inlay_event_label *labels, size_t n, inlay_event *event)
{
    size_t *order = NULL;
    void *block = NULL;
    event->labels = NULL;
    event->n_labels = 0;
    if (!n)
        return INLAY_OK;
    TRY(event_order(events->env, n, event_compare_labels, labels, &order));
    inlay_status status = mem_pool_take(&events->pool, n * sizeof *labels, &block);
    if (status == INLAY_OK) {
        inlay_event_label *kept = block;
        event->labels = kept;
        for (size_t i = 0; i < n; i++) {
            const inlay_event_label *label = &labels[order[i]];
            bool last = i + 1 == n || event_compare(label->name, labels[order[i + 1]].name) != 0;
            if (last && label->value.data)
                kept[event->n_labels++] = *label;
        }
    }
    mem_free(events->env, order, n * sizeof *order);
    return status;
}

/* ---- adding, removing, choosing ---- */

bool event_shallow(inlay_bytes json)
{
    bool string = false;
    int depth = 0;
    for (size_t i = 0; i < json.len && depth <= EVENT_DEPTH; i++) {
        uint8_t c = json.data[i];
        if (c == '"')
            string = !string;
        else if (string)
            i += c == '\\';
        else
            depth += (c == '[' || c == '{') - (c == ']' || c == '}');
    }
    return depth <= EVENT_DEPTH;
}

/* `further` must be members of other names: it is written between others. */
static inlay_status event_check_further(inlay_events *events, inlay_bytes further)
{
    struct buf text;
    struct json_reader r;
    struct json_value v;
    for (size_t i = 0; i < further.len; i++)
        if (further.data[i] < 0x20)
            return err_set(events->env, INLAY_ARG, ERR("further members must stand on one line"));
    if (!further.len)
        return INLAY_OK;
    buf_init(&text, events->env);
    buf_u8(&text, '{');
    buf_append(&text, further.data, further.len);
    buf_u8(&text, '}');
    inlay_status status = text.status;
    if (status == INLAY_OK) {
        json_start(&r, text.data, text.bytes);
        json_read(&r, &v);
        while (json_member(&r, &v)) {
            for (int key = 0; key < EVENT_KEYS; key++)
                if (json_is(&v, event_names[key]))
                    json_fail(&r, ERR("a further member with a name of its own"));
            json_skip(&r);
        }
        if (!event_shallow(further))
            json_fail(&r, ERR("arrays and objects nest too deep"));
        if (!json_finish(&r))
            status = err_set(events->env, INLAY_ARG, r.failed);
    }
    buf_free(&text);
    return status;
}

static bool event_utf8(inlay_bytes text)
{
    return text.len == 0 || text_utf8_span(text.data, text.len) == text.len;
}

inlay_status inlay_events_add(inlay_events *events, const inlay_event *event)
{
    inlay_event fresh = *event;
    bool good = true;
    for (int key = 0; key < EVENT_KEYS; key++) {
        const inlay_bytes *text = event_text(&fresh, (enum event_key)key);
        good = good && (!text || event_utf8(*text));
    }
    for (size_t i = 0; i < event->n_labels; i++)
        good = good && event_utf8(event->labels[i].name) && event_utf8(event->labels[i].value);
    if (!good)
        return err_set(events->env, INLAY_ARG, ERR("a text of the event is not UTF-8"));
    TRY(event_check_further(events, event->further));
    TRY(event_copy(events, event, &fresh));
    TRY(event_labels(events, fresh.labels, fresh.n_labels, &fresh));
    return event_push(events, &fresh);
}

void inlay_events_remove(inlay_events *events, size_t i)
{
    if (i >= events->n)
        return;
    events->n--;
    memmove(events->items + i, events->items + i + 1, (events->n - i) * sizeof *events->items);
}

static uint8_t event_lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool event_contains(inlay_bytes text, inlay_bytes part)
{
    if (part.len > text.len)
        return false;
    for (size_t at = 0; at <= text.len - part.len; at++) {
        size_t i = 0;
        while (i < part.len && event_lower(text.data[at + i]) == event_lower(part.data[i]))
            i++;
        if (i == part.len)
            return true;
    }
    return false;
}

/* In "name=value", without building it: wholly in one of the two, or across the sign. */
static bool event_label_contains(const inlay_event_label *label, inlay_bytes part)
{
    if (event_contains(label->name, part) || event_contains(label->value, part))
        return true;
    for (size_t sign = 0; sign < part.len; sign++) {
        inlay_bytes left = {part.data, sign}, right = {part.data + sign + 1, part.len - sign - 1};
        if (part.data[sign] != '=' || left.len > label->name.len || right.len > label->value.len)
            continue;
        inlay_bytes name = {label->name.data + label->name.len - left.len, left.len};
        inlay_bytes value = {label->value.data, right.len};
        if (event_contains(name, left) && event_contains(value, right))
            return true;
    }
    return false;
}

bool inlay_event_matches(const inlay_event *event, const inlay_event_filter *f)
{
    uint64_t end = event->has_duration ? event->timestamp_ns + event->duration_ns : event->timestamp_ns;
    if (end < event->timestamp_ns)
        end = UINT64_MAX;
    if ((f->has_from && end < f->from_ns) || (f->has_to && event->timestamp_ns > f->to_ns))
        return false;
    if ((f->id.data && !event_equal(event->id, f->id)) || (f->kind.data && !event_equal(event->kind, f->kind)) ||
        (f->source.data && !event_equal(event->source, f->source)) ||
        (f->node.data && !event_equal(event->node, f->node)) ||
        (f->instance.data && !event_equal(event->instance, f->instance)))
        return false;
    bool found = !f->match.data || event_contains(event->description, f->match) ||
                 (event->details.data && event_contains(event->details, f->match));
    for (size_t i = 0; i < event->n_labels && !found; i++)
        found = event_label_contains(&event->labels[i], f->match);
    return found;
}

size_t inlay_events_remove_matching(inlay_events *events, const inlay_event_filter *filter)
{
    size_t kept = 0, gone;
    for (size_t i = 0; i < events->n; i++)
        if (!inlay_event_matches(&events->items[i], filter))
            events->items[kept++] = events->items[i];
    gone = events->n - kept;
    events->n = kept;
    return gone;
}

unsigned inlay_event_doubts(const inlay_event *event, const inlay_event_clock *clock)
{
    uint64_t t = event->timestamp_ns, end = event->has_duration ? t + event->duration_ns : t;
    unsigned digits = 0, doubts = 0;
    for (uint64_t v = t; v; v /= 10)
        digits++;
    if (end < t)
        end = UINT64_MAX;
    if (clock && clock->has_start && end < clock->start_ns)
        doubts |= INLAY_EVENT_BEFORE_START;
    if (clock && clock->has_end && t > clock->end_ns)
        doubts |= INLAY_EVENT_AFTER_END;
    return doubts | (digits == 10 ? INLAY_EVENT_LIKE_SECONDS : 0u) |
           (digits == 13 ? INLAY_EVENT_LIKE_MILLIS : 0u) | (digits == 16 ? INLAY_EVENT_LIKE_MICROS : 0u);
}

void inlay_text_place(inlay_bytes text, uint64_t at, uint64_t *line, uint64_t *column)
{
    size_t from = text.len >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0; /* byte order mark */
    *line = *column = 1;
    for (size_t i = from; i < text.len && i < at; i++) {
        if (text.data[i] == '\n') {
            ++*line;
            *column = 1;
        } else {
            *column += (text.data[i] & 0xC0) != 0x80;
        }
    }
}

#endif
