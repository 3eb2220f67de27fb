/* Events as a table; see events_table.h. All cells are made first, since widths come from all of them. */
#include "cli/events_table.h"

#if INLAY_EVENTS

#include <stdlib.h>
#include <string.h>

#include "cli/print.h"
#include "cli/utf8.h"

enum { EVENTS_TABLE_TIME, EVENTS_TABLE_DURATION, EVENTS_TABLE_KIND, EVENTS_TABLE_ID, EVENTS_TABLE_WHERE,
       EVENTS_TABLE_TEXT, EVENTS_TABLE_COLUMNS };
static const char *const events_table_names[EVENTS_TABLE_COLUMNS] = {"time", "duration", "kind", "id", "where",
                                                                     "description"};

struct events_table_job {
    struct out *out;
    struct out cells; /* their texts, one behind the other */
    size_t *ends;     /* of each cell, row by row */
    size_t n;
    uint64_t widths[EVENTS_TABLE_COLUMNS];
};

static void events_table_duration(struct out *o, uint64_t ns)
{
    char digits[10];
    size_t n = 9;
    out_format(o, "%llu", (unsigned long long)(ns / 1000000000u));
    uint64_t rest = ns % 1000000000u;
    for (size_t i = 9; i-- > 0; rest /= 10)
        digits[i] = (char)('0' + rest % 10);
    while (n > 0 && digits[n - 1] == '0')
        n--;
    if (n) {
        out_char(o, '.');
        out_bytes(o, digits, n);
    }
    out_char(o, 's');
}

static void events_table_where(struct out *o, const inlay_event *e)
{
    const inlay_bytes parts[] = {e->source, e->node, e->instance};
    bool more = false;
    for (size_t i = 0; i < 3; i++) {
        if (!parts[i].len)
            continue;
        if (more)
            out_char(o, '/');
        print_safe(o, parts[i]);
        more = true;
    }
}

static void events_table_text(struct out *o, const inlay_event *e)
{
    print_safe(o, e->description);
    if (e->n_labels)
        out_text(o, " [");
    for (size_t i = 0; i < e->n_labels; i++) {
        out_text(o, i ? ", " : "");
        print_safe(o, e->labels[i].name);
        out_char(o, '=');
        print_safe(o, e->labels[i].value);
    }
    if (e->n_labels)
        out_char(o, ']');
    if (e->details.len) {
        out_text(o, ": ");
        print_safe(o, e->details);
    }
}

static void events_table_cell(struct out *o, int column, const inlay_event *e)
{
    char time[INLAY_EVENT_TIME_TEXT];
    if (column == EVENTS_TABLE_TIME)
        out_bytes(o, time, inlay_event_time_text(e->timestamp_ns, time));
    else if (column == EVENTS_TABLE_DURATION && e->has_duration)
        events_table_duration(o, e->duration_ns);
    else if (column == EVENTS_TABLE_KIND)
        print_safe(o, e->kind);
    else if (column == EVENTS_TABLE_ID)
        print_safe(o, e->id);
    else if (column == EVENTS_TABLE_WHERE)
        events_table_where(o, e);
    else if (column == EVENTS_TABLE_TEXT)
        events_table_text(o, e);
}

static uint64_t events_table_width(const char *text, size_t n)
{
    const uint8_t *p = (const uint8_t *)text;
    uint64_t width = 0;
    for (size_t i = 0; i < n;) {
        size_t step = utf8_step(p + i, n - i);
        width += step ? utf8_columns(p + i, step) : 1;
        i += step ? step : 1;
    }
    return width;
}

/* `text` NULL: spaces only. */
static void events_table_put(struct events_table_job *j, int column, const char *text, size_t n)
{
    if (!j->widths[column])
        return;
    out_bytes(j->out, text, n);
    if (column + 1 == EVENTS_TABLE_COLUMNS)
        out_char(j->out, '\n');
    else
        out_repeat(j->out, ' ', (size_t)(j->widths[column] - events_table_width(text, n)) + 2);
}

static void events_table_cells(struct events_table_job *j, const inlay_events *events,
                               const inlay_event_filter *filter)
{
    size_t from = 0;
    for (size_t i = 0; i < inlay_events_count(events); i++) {
        const inlay_event *e = inlay_events_at(events, i);
        if (!inlay_event_matches(e, filter))
            continue;
        for (int c = 0; c < EVENTS_TABLE_COLUMNS; c++) {
            events_table_cell(&j->cells, c, e);
            uint64_t width = events_table_width(j->cells.data + from, j->cells.used - from);
            j->widths[c] = width > j->widths[c] ? width : j->widths[c];
            j->ends[j->n++] = from = j->cells.used;
        }
    }
}

bool events_table(struct out *o, const inlay_events *events, const inlay_event_filter *filter)
{
    struct events_table_job j = {.out = o};
    size_t n = inlay_events_count(events);
    if (!out_open(&j.cells, -1))
        return false;
    j.ends = n <= SIZE_MAX / EVENTS_TABLE_COLUMNS / sizeof *j.ends
                 ? malloc((n * EVENTS_TABLE_COLUMNS + 1) * sizeof *j.ends)
                 : NULL;
    if (j.ends)
        events_table_cells(&j, events, filter);
    bool good = j.ends && !out_failed(&j.cells);
    for (int c = 0; good && j.n && c < EVENTS_TABLE_COLUMNS; c++) {
        uint64_t width = strlen(events_table_names[c]);
        if (c == EVENTS_TABLE_TEXT || (j.widths[c] && j.widths[c] < width))
            j.widths[c] = j.widths[c] > width ? j.widths[c] : width;
        events_table_put(&j, c, events_table_names[c], (size_t)width);
    }
    for (size_t i = 0, from = 0; good && i < j.n; from = j.ends[i++])
        events_table_put(&j, (int)(i % EVENTS_TABLE_COLUMNS), j.cells.data + from, j.ends[i] - from);
    free(j.ends);
    out_close(&j.cells);
    return good;
}

#endif
