/* Events as text: the footer's value, lines, CSV; see inlay/events.h.
 *
 * Members stand in the order of Rezolus' Event, absent ones are left out, so that its reader gives the same bytes
 * back; members that it does not know come last.
 */
#include "events/event.h"

#if INLAY_EVENTS

#include "base/io.h"
#include "base/json_write.h"

enum { EMIT_PIECE = 32 * 1024 };

static void emit_constant(struct buf *b, const char *text)
{
    for (; *text; text++)
        buf_u8(b, (uint8_t)*text);
}

static void emit_name(struct buf *b, const char *name)
{
    if (b->bytes && b->data[b->bytes - 1] != '{')
        buf_u8(b, ',');
    buf_u8(b, '"');
    emit_constant(b, name);
    buf_append(b, "\":", 2);
}

static void emit_labels(struct buf *b, const inlay_event *event)
{
    buf_u8(b, '{');
    for (size_t i = 0; i < event->n_labels; i++) {
        if (i)
            buf_u8(b, ',');
        json_write_text(b, event->labels[i].name);
        buf_u8(b, ':');
        json_write_text(b, event->labels[i].value);
    }
    buf_u8(b, '}');
}

static void emit_json(struct buf *b, const inlay_event *source)
{
    inlay_event event = *source; /* event_text wants it writable */
    buf_u8(b, '{');
    for (int key = 0; key < EVENT_KEYS; key++) {
        const inlay_bytes *text = event_text(&event, (enum event_key)key);
        if (text ? text->data != NULL || key == EVENT_DESCRIPTION
                 : key == EVENT_TIMESTAMP || (key == EVENT_DURATION && event.has_duration) ||
                       (key == EVENT_LABELS && event.n_labels)) {
            emit_name(b, event_names[key]);
            if (text)
                json_write_text(b, *text);
            else if (key == EVENT_LABELS)
                emit_labels(b, &event);
            else
                json_write_uint(b, key == EVENT_TIMESTAMP ? event.timestamp_ns : event.duration_ns);
        }
    }
    if (event.further.len) {
        buf_u8(b, ',');
        buf_append(b, event.further.data, event.further.len);
    }
    buf_u8(b, '}');
}

/* ---- CSV ---- */

/* RFC 4180: quoted where it is empty but there, or holds a comma, a quote or a line end. */
static void emit_field(struct buf *b, inlay_bytes text)
{
    bool quote = text.data && !text.len;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        quote = quote || c == ',' || c == '"' || c == '\n' || c == '\r';
    }
    if (quote)
        buf_u8(b, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '"')
            buf_u8(b, '"');
        buf_u8(b, text.data[i]);
    }
    if (quote)
        buf_u8(b, '"');
}

/* What emit_labels or the braces make, as a field: built behind what is there, then moved. */
static void emit_json_field(struct buf *b, const inlay_event *event, bool labels)
{
    struct buf json;
    buf_init(&json, b->env);
    if (labels) {
        emit_labels(&json, event);
    } else {
        buf_u8(&json, '{');
        buf_append(&json, event->further.data, event->further.len);
        buf_u8(&json, '}');
    }
    if (json.status == INLAY_OK)
        emit_field(b, (inlay_bytes){json.data, json.bytes});
    else
        b->status = json.status;
    buf_free(&json);
}

static void emit_csv(struct buf *b, const inlay_event *source)
{
    char time[INLAY_EVENT_TIME_TEXT];
    inlay_event event = *source;
    json_write_uint(b, event.timestamp_ns);
    buf_u8(b, ',');
    buf_append(b, time, inlay_event_time_text(event.timestamp_ns, time));
    for (int key = EVENT_DESCRIPTION; key < EVENT_KEYS; key++) {
        const inlay_bytes *text = event_text(&event, (enum event_key)key);
        buf_u8(b, ',');
        if (text)
            emit_field(b, *text);
        else if (key == EVENT_LABELS && event.n_labels)
            emit_json_field(b, &event, true);
        else if (key == EVENT_DURATION && event.has_duration)
            json_write_uint(b, event.duration_ns);
    }
    buf_u8(b, ',');
    if (event.further.len)
        emit_json_field(b, &event, false);
    buf_u8(b, '\n');
}

/* ---- the list ---- */

static inlay_status emit_out(struct buf *b, const inlay_sink *sink)
{
    TRY(b->status);
    TRY(io_append(b->env, sink, b->data, b->bytes));
    buf_clear(b);
    return INLAY_OK;
}

static inlay_status emit_all(const inlay_events *events, enum inlay_events_form form,
                             const inlay_event_filter *filter, struct buf *b, const inlay_sink *sink)
{
    bool more = false, lines = form == INLAY_EVENTS_LINES, csv = form == INLAY_EVENTS_CSV;
    if (csv)
        emit_constant(b, "timestamp,time,description,kind,details,source,node,instance,labels,duration_ns,id,"
                         "chart_id,further\n");
    else if (!lines)
        emit_constant(b, "{\"" INLAY_EVENTS_KEY "\":[");
    for (size_t i = 0; i < events->n; i++) {
        const inlay_event *event = &events->items[i];
        if (filter && !inlay_event_matches(event, filter))
            continue;
        if (more && !lines && !csv)
            buf_u8(b, ',');
        more = true;
        if (csv)
            emit_csv(b, event);
        else
            emit_json(b, event);
        if (lines)
            buf_u8(b, '\n');
        if (b->bytes >= EMIT_PIECE)
            TRY(emit_out(b, sink));
    }
    if (!csv && !lines) {
        buf_u8(b, ']');
        if (events->further.len) {
            buf_u8(b, ',');
            buf_append(b, events->further.data, events->further.len);
        }
        buf_u8(b, '}');
    }
    return emit_out(b, sink);
}

inlay_status inlay_events_write(const inlay_events *events, enum inlay_events_form form,
                                const inlay_event_filter *filter, const inlay_sink *sink)
{
    struct buf b;
    buf_init(&b, events->env);
    inlay_status status = emit_all(events, form, filter, &b, sink);
    buf_free(&b);
    return status;
}

#endif
