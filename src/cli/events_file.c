/* The events of a recording, and its clock; see events_file.h. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "cli/events_file.h"

#if INLAY_EVENTS

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "inlay/arrow.h"

#include "cli/report.h"

/* ---- the clock ---- */

/* The stamp of one row. What cannot be read is not known: the events can be without it. */
static bool events_file_stamp(inlay_column *column, int64_t row, uint64_t *value)
{
    inlay_batch batch;
    if (inlay_column_seek(column, row) != INLAY_OK || inlay_column_read(column, 1, &batch) != INLAY_OK ||
        batch.n_values != 1)
        return false;
    memcpy(value, batch.values, sizeof *value);
    return true;
}

/* The metadata of a field of the file is half of a wide recording's footer, so it is looked at only where it may say
 * something else than the stamp itself: one that is nanoseconds by its size is beyond the year 5138 in any other unit. */
static uint64_t events_file_unit(struct events_file *f, const inlay_node *node, uint64_t first)
{
    static const inlay_bytes none = {NULL, 0};
    inlay_arrow_schema *fields = NULL;
    uint64_t unit = inlay_time_unit(node, none, first);
    if (unit <= 1 || node->logical.kind == INLAY_TIMESTAMP ||
        inlay_arrow_schema_open(&f->env, f->in.reader, &fields) != INLAY_OK)
        return unit;
    for (uint32_t i = 0; i < inlay_arrow_schema_fields(fields); i++) {
        inlay_arrow_field field = inlay_arrow_schema_field(fields, i);
        bool named = field.name.len == node->name.len && memcmp(field.name.data, node->name.data, node->name.len) == 0;
        for (uint32_t k = 0; named && k < field.n_metadata; k++) {
            inlay_key_value pair = inlay_arrow_schema_metadata(fields, i, k);
            if (pair.has_value && pair.key.len == 4 && memcmp(pair.key.data, "unit", 4) == 0)
                unit = inlay_time_unit(node, pair.value, first);
        }
    }
    inlay_arrow_schema_close(fields);
    return unit;
}

static void events_file_range(struct events_file *f, const inlay_node *node)
{
    int64_t rows = inlay_reader_rows(f->in.reader);
    uint64_t first = 0, last = 0;
    inlay_column *column = NULL;
    if (rows < 1 || inlay_column_open(f->in.reader, (uint32_t)node->leaf, 0, &column) != INLAY_OK)
        return;
    bool has_first = events_file_stamp(column, 0, &first), has_last = events_file_stamp(column, rows - 1, &last);
    inlay_column_close(column);
    uint64_t unit = events_file_unit(f, node, has_first ? first : last);
    bool is_signed = node->logical.kind != INLAY_INTEGER || node->logical.is_signed;
    uint64_t most = (is_signed ? INT64_MAX : UINT64_MAX) / unit; /* what is above it is before 1970, or too much */
    f->clock.has_start = has_first && first <= most;
    f->clock.has_end = has_last && last <= most;
    f->clock.start_ns = first * unit;
    f->clock.end_ns = last * unit;
}

static void events_file_clock(struct events_file *f)
{
    struct timespec now;
    const inlay_schema *schema = inlay_reader_schema(f->in.reader);
    uint32_t node = inlay_schema_find(schema, "timestamp", 0);
    const inlay_node *stamp = node ? inlay_schema_node(schema, node) : NULL;
    if (clock_gettime(CLOCK_REALTIME, &now) == 0 && now.tv_sec >= 0) {
        f->clock.has_now = true;
        f->clock.now_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    }
    if (stamp && inlay_time_unit(stamp, (inlay_bytes){NULL, 0}, 0))
        events_file_range(f, stamp);
}

/* ---- open and close ---- */

int events_file_open(struct events_file *f, const char *path, const struct files_settings *settings)
{
    *f = (struct events_file){.env = files_env(settings)};
    int code = files_open(&f->in, &f->env, path, settings, 0);
    return code == REPORT_DONE ? events_file_read(f, true) : code;
}

int events_file_read(struct events_file *f, bool parse)
{
    const char *path = f->in.path;
    events_file_clock(f);
    if (inlay_events_open(&f->env, &f->events) != INLAY_OK)
        return report_failure(path, &f->env.error);
    const inlay_key_value *kv = parse ? inlay_reader_find_key(f->in.reader, INLAY_EVENTS_KEY) : NULL;
    if (!kv || !kv->has_value || inlay_events_add_payload(f->events, kv->value) == INLAY_OK)
        return REPORT_DONE;
    if (f->env.error.status != INLAY_ARG)
        return report_failure(path, &f->env.error);
    events_file_fault(path, "key \"" INLAY_EVENTS_KEY "\"", kv->value, &f->env.error);
    return REPORT_BAD;
}

void events_file_close(struct events_file *f)
{
    inlay_events_close(f->events);
    f->events = NULL;
    files_close(&f->in);
}

int events_file_fault(const char *path, const char *part, inlay_bytes text, const inlay_error *error)
{
    char where[400], name[200];
    uint64_t line = 1, column = 1;
    size_t used = 0;
    if (error->status != INLAY_ARG)
        return report_failure(path, error);
    if (part)
        used += (size_t)snprintf(where, sizeof where, "%.200s: ", part);
    if (error->at >= 0) {
        inlay_text_place(text, (uint64_t)error->at, &line, &column);
        used += (size_t)snprintf(where + used, sizeof where - used, "line %llu, column %llu",
                                 (unsigned long long)line, (unsigned long long)column);
    }
    if (error->row >= 0)
        used += (size_t)snprintf(where + used, sizeof where - used, ", event %lld", (long long)error->row);
    if (error->column[0])
        used += (size_t)snprintf(where + used, sizeof where - used, ", %s",
                                 report_safe(name, sizeof name, (inlay_bytes){(const uint8_t *)error->column,
                                                                             strlen(error->column)}));
    where[used < sizeof where ? used : sizeof where - 1] = '\0';
    return report_usage("%s%s%s%s%s", path ? path : "", path ? ": " : "", where, used ? ": " : "", error->what);
}

/* ---- what is odd ---- */

void events_file_doubts(const char *path, const inlay_events *events, const inlay_event_clock *clock,
                        const inlay_event_filter *filter)
{
    static const struct {
        unsigned doubt;
        const char *one, *many;
    } doubts[] = {
        {INLAY_EVENT_BEFORE_START, "event lies before the recording", "events lie before the recording"},
        {INLAY_EVENT_AFTER_END, "event lies behind the recording", "events lie behind the recording"},
        {INLAY_EVENT_LIKE_SECONDS, "time looks like seconds, not nanoseconds",
         "times look like seconds, not nanoseconds"},
        {INLAY_EVENT_LIKE_MILLIS, "time looks like milliseconds, not nanoseconds",
         "times look like milliseconds, not nanoseconds"},
        {INLAY_EVENT_LIKE_MICROS, "time looks like microseconds, not nanoseconds",
         "times look like microseconds, not nanoseconds"},
    };
    for (size_t d = 0; d < sizeof doubts / sizeof *doubts; d++) {
        unsigned long n = 0;
        for (size_t i = 0; i < inlay_events_count(events); i++) {
            const inlay_event *e = inlay_events_at(events, i);
            n += inlay_event_matches(e, filter) && (inlay_event_doubts(e, clock) & doubts[d].doubt);
        }
        if (n)
            report_note("%s: %lu %s", path, n, n == 1 ? doubts[d].one : doubts[d].many);
    }
}

/* ---- which events ---- */

static inlay_bytes events_file_bytes(const char *text)
{
    return (inlay_bytes){(const uint8_t *)text, text ? strlen(text) : 0};
}

static int events_file_time(const struct events_file *f, const char *option, const char *text, bool *has,
                            uint64_t *ns)
{
    inlay_env env = {0};
    *has = text != NULL;
    if (!text || inlay_event_time(&env, events_file_bytes(text), &f->clock, ns) == INLAY_OK)
        return REPORT_DONE;
    return report_usage("events: --%s '%s': %s", option, text, env.error.what);
}

int events_file_filter(const struct events_file *f, const struct events_choice *choice, inlay_event_filter *filter)
{
    *filter = (inlay_event_filter){.id = events_file_bytes(choice->id),
                                   .kind = events_file_bytes(choice->kind),
                                   .source = events_file_bytes(choice->source),
                                   .node = events_file_bytes(choice->node),
                                   .instance = events_file_bytes(choice->instance),
                                   .match = events_file_bytes(choice->match)};
    int code = events_file_time(f, "from", choice->from, &filter->has_from, &filter->from_ns);
    if (code == REPORT_DONE)
        code = events_file_time(f, "to", choice->to, &filter->has_to, &filter->to_ns);
    return code;
}

#endif
