/* Events of the footer: marks and bands, drawn once and used in every plot, and their list; see web.h. */
#include "cli/web.h"

#include "cli/report.h"

#if INLAY_EVENTS

#include <stdlib.h>

#include "inlay/events.h"

enum { WEB_MOST_EVENTS = 500, WEB_MOST_FLAGS = 60 };

struct web_event {
    const inlay_event *event;
    size_t place;      /* in the file's list: the order of equals */
    double from, to;   /* 0 to 1 */
    bool inside, band;
    bool scoped;       /* not in all charts */
    unsigned colour;
};

static int web_event_order(const void *left, const void *right)
{
    const struct web_event *a = left, *b = right;
    if (a->event->timestamp_ns != b->event->timestamp_ns)
        return a->event->timestamp_ns > b->event->timestamp_ns ? 1 : -1;
    return (a->place > b->place) - (a->place < b->place);
}

/* 0 harm, 1 change, 2 everything else. */
static unsigned web_event_colour(inlay_bytes kind)
{
    static const char *const harm[] = {"restart", "incident", "anomaly", "crash", "error", "outage"};
    static const char *const change[] = {"deploy", "config_change", "rollback", "upgrade"};
    for (size_t i = 0; i < sizeof harm / sizeof *harm; i++)
        if (web_is(kind, harm[i]))
            return 0;
    for (size_t i = 0; i < sizeof change / sizeof *change; i++)
        if (web_is(kind, change[i]))
            return 1;
    return 2;
}

static void web_event_place(const struct web_clock *clock, const inlay_event *e, struct web_event *out)
{
    uint64_t end = e->timestamp_ns;
    out->event = e;
    out->band = e->has_duration && e->duration_ns > 0;
    if (out->band)
        end = e->duration_ns > UINT64_MAX - end ? UINT64_MAX : end + e->duration_ns;
    out->inside = clock->timed && e->timestamp_ns <= clock->to && end >= clock->from;
    out->from = web_place(clock, e->timestamp_ns);
    out->to = web_place(clock, end);
    out->colour = web_event_colour(e->kind);
    out->scoped = e->chart_id.len || e->source.len || e->node.len || e->instance.len;
}

/* ---- which charts an event is in ---- */

static bool web_event_names(const struct web *w, const inlay_event *e, const struct web_chart *chart)
{
    if (web_compare(e->chart_id, w->columns[chart->first].metric) == 0) /* of a struct's member that is its path */
        return true;
    for (size_t i = chart->first; i < chart->first + chart->n; i++) {
        uint32_t field = w->columns[i].field;
        if (field != UINT32_MAX && web_compare(e->chart_id, web_field(w, field)->name) == 0)
            return true;
    }
    return false;
}

bool web_is_tied(const struct web *w, const struct web_chart *chart)
{
    for (size_t i = 0; i < w->n_events; i++)
        if (w->events[i].event->chart_id.len && web_event_names(w, w->events[i].event, chart))
            return true;
    return false;
}

/* What only one of both says is no difference. A line's word is its field's, else the file's, unless that is a list. */
static bool web_event_agrees(const struct web *w, inlay_bytes value, const struct web_column *line, const char *key)
{
    inlay_bytes have = web_metadata(w, line->field, key);
    const inlay_key_value *kv = have.len ? NULL : inlay_reader_find_key(w->in.reader, key);
    if (kv && kv->has_value && kv->value.len && kv->value.data[0] != '[')
        have = kv->value;
    return !value.len || !have.len || web_compare(value, have) == 0;
}

static bool web_event_fits(const struct web *w, const struct web_event *e, const struct web_chart *chart,
                           const struct web_column *const *lines, unsigned n)
{
    if (!e->inside || (chart && e->event->chart_id.len && !web_event_names(w, e->event, chart)))
        return false;
    for (unsigned i = 0; i < n && e->scoped; i++)
        if (web_event_agrees(w, e->event->source, lines[i], "source") &&
            web_event_agrees(w, e->event->node, lines[i], "node") &&
            web_event_agrees(w, e->event->instance, lines[i], "instance"))
            return true;
    return !chart || !e->scoped;
}

/* ---- drawing ---- */

static void web_event_title(struct out *o, const struct web_event *e, size_t number)
{
    out_format(o, "<title>%zu: ", number);
    web_escape(o, e->event->description, 120);
    out_text(o, "</title>");
}

static void web_event_mark(struct out *o, const struct web_event *e, size_t number)
{
    double x = e->from * WEB_BINS, width = (e->to - e->from) * WEB_BINS;
    if (e->band)
        out_format(o, "<rect class=\"b k%u\" x=\"%.2f\" width=\"%.2f\" height=\"%d\">", e->colour, x,
                   width < 0.5 ? 0.5 : width, WEB_HEIGHT);
    else
        out_format(o, "<path class=\"m k%u\" d=\"M%.2f 0v%d\">", e->colour, x, WEB_HEIGHT);
    web_event_title(o, e, number);
    out_text(o, e->band ? "</rect>" : "</path>");
}

/* Those of all charts together, others each by itself. */
static void web_event_marks(struct web *w)
{
    struct out *o = &w->page;
    out_text(o, "<svg class=defs aria-hidden=true><defs><g id=ev>");
    for (size_t i = 0; i < w->n_events; i++)
        if (w->events[i].inside && !w->events[i].scoped)
            web_event_mark(o, &w->events[i], i + 1);
    out_text(o, "</g>");
    for (size_t i = 0; i < w->n_events; i++) {
        if (!w->events[i].inside || !w->events[i].scoped)
            continue;
        out_format(o, "<g id=e%zu>", i + 1);
        web_event_mark(o, &w->events[i], i + 1);
        out_text(o, "</g>");
    }
    out_text(o, "</defs></svg>\n");
}

/* Numbers above the plot, as far as they do not stand on each other. */
void web_event_flags(struct web *w, const struct web_chart *chart, const struct web_column *const *lines, unsigned n)
{
    struct out *o = &w->page;
    double last = -1;
    unsigned flags = 0;
    for (size_t i = 0; i < w->n_events && flags < WEB_MOST_FLAGS; i++) {
        const struct web_event *e = &w->events[i];
        if (e->from < last + 0.055 || !web_event_fits(w, e, chart, lines, n))
            continue;
        last = e->from;
        out_text(o, flags++ ? "" : "<div class=n>");
        out_format(o, "<b class=k%u style=\"left:%.2f%%\">%zu</b>", e->colour, 100 * last, i + 1);
    }
    out_text(o, flags ? "</div>" : "");
}

void web_event_uses(struct web *w, const struct web_chart *chart, const struct web_column *const *lines, unsigned n)
{
    bool common = false;
    for (size_t i = 0; i < w->n_events; i++)
        common |= w->events[i].inside && !w->events[i].scoped;
    out_text(&w->page, common ? "<use href=\"#ev\"/>" : "");
    for (size_t i = 0; i < w->n_events; i++)
        if (w->events[i].scoped && web_event_fits(w, &w->events[i], chart, lines, n))
            out_format(&w->page, "<use href=\"#e%zu\"/>", i + 1);
}

/* ---- the list ---- */

static void web_event_detail(struct out *o, const char *name, inlay_bytes value)
{
    if (!value.len)
        return;
    out_text(o, " <span>");
    out_text(o, name);
    out_text(o, "=");
    web_escape(o, value, 80);
    out_text(o, "</span>");
}

static bool web_event_is_shown(const struct web *w, const inlay_event *e)
{
    for (size_t i = 0; i < w->n_charts; i++)
        if (w->charts[i].chosen && web_event_names(w, e, &w->charts[i]))
            return true;
    return false;
}

static void web_event_item(struct web *w, const struct web_event *e, size_t number)
{
    struct out *o = &w->page;
    const inlay_event *v = e->event;
    out_format(o, "<li><b class=k%u>%zu</b><div><p><time>", e->colour, number);
    if (v->timestamp_ns <= INT64_MAX)
        web_time(o, v->timestamp_ns);
    else
        out_format(o, "%llu ns", (unsigned long long)v->timestamp_ns);
    out_text(o, "</time>");
    if (v->kind.len) {
        out_format(o, " <i class=k%u>", e->colour);
        web_escape(o, v->kind, 60);
        out_text(o, "</i>");
    }
    if (v->has_duration) {
        out_text(o, " <span>for ");
        web_length(o, v->duration_ns);
        out_text(o, "</span>");
    }
    if (!e->inside && w->clock.timed)
        out_text(o, " <span>outside the recording</span>");
    out_text(o, "</p><p class=what>");
    web_escape(o, v->description, 1000);
    out_text(o, "</p>");
    if (v->details.len) {
        out_text(o, "<p class=d>");
        web_escape(o, v->details, 4000);
        out_text(o, "</p>");
    }
    out_text(o, "<p class=w>");
    web_event_detail(o, "source", v->source);
    web_event_detail(o, "node", v->node);
    web_event_detail(o, "instance", v->instance);
    web_event_detail(o, "chart", v->chart_id);
    if (v->chart_id.len && !web_event_is_shown(w, v))
        out_text(o, " <span>(not on this page)</span>");
    for (size_t i = 0; i < v->n_labels && i < 12; i++) {
        out_text(o, " <span>");
        web_escape(o, v->labels[i].name, 40);
        out_text(o, "=");
        web_escape(o, v->labels[i].value, 80);
        out_text(o, "</span>");
    }
    out_text(o, "</p></div></li>\n");
}

static void web_event_strip(struct web *w)
{
    struct out *o = &w->page;
    out_text(o, "<div class=\"p strip\">");
    web_event_flags(w, NULL, NULL, 0);
    out_format(o, "<div class=a><svg viewBox=\"0 0 %d %d\" preserveAspectRatio=none role=img "
                  "aria-label=\"events over time\">", WEB_BINS, WEB_HEIGHT);
    web_event_uses(w, NULL, NULL, 0);
    out_text(o, "</svg></div>");
    web_x_labels(o, &w->marks);
    out_text(o, "</div>");
}

int web_events(struct web *w)
{
    struct out *o = &w->page;
    size_t all = w->list ? inlay_events_count(w->list) : 0, inside = 0;
    if (w->events_fault) {
        out_text(o, "<section><h2>Events</h2><p class=empty>The footer\xE2\x80\x99s events cannot be read: ");
        web_escape_text(o, w->events_fault);
        out_text(o, "</p></section>\n");
    }
    if (all == 0)
        return REPORT_DONE;
    for (size_t i = 0; i < w->n_events; i++)
        inside += w->events[i].inside;
    web_event_marks(w);
    out_format(o, "<section class=events><h2>Events <small>%zu</small></h2>", all);
    if (inside)
        web_event_strip(w);
    out_text(o, "<ol>\n");
    for (size_t i = 0; i < w->n_events; i++) {
        web_event_item(w, &w->events[i], i + 1);
        int code = web_flush(w);
        if (code != REPORT_DONE)
            return code;
    }
    out_text(o, "</ol>");
    if (all > w->n_events)
        out_format(o, "<p class=empty>and %zu more: inlay events list has them all</p>", all - w->n_events);
    out_text(o, "</section>\n");
    return web_flush(w);
}

/* ---- reading ---- */

static int web_events_place(struct web *w)
{
    size_t all = inlay_events_count(w->list);
    if (all == 0)
        return REPORT_DONE;
    w->events = calloc(all, sizeof *w->events);
    if (!w->events)
        return report_memory();
    for (size_t i = 0; i < all; i++) {
        web_event_place(&w->clock, inlay_events_at(w->list, i), &w->events[i]);
        w->events[i].place = i;
    }
    qsort(w->events, all, sizeof *w->events, web_event_order);
    w->n_events = all < WEB_MOST_EVENTS ? all : WEB_MOST_EVENTS;
    return REPORT_DONE;
}

int web_events_open(struct web *w)
{
    const inlay_key_value *kv = inlay_reader_find_key(w->in.reader, INLAY_EVENTS_KEY);
    if (!kv || !kv->has_value)
        return REPORT_DONE;
    if (inlay_events_open(&w->env, &w->list) != INLAY_OK)
        return report_failure(w->in.path, &w->env.error);
    if (inlay_events_add_payload(w->list, kv->value) == INLAY_OK)
        return web_events_place(w);
    if (w->env.error.status != INLAY_ARG)
        return report_failure(w->in.path, &w->env.error);
    report_note("%s: events left out: key \"" INLAY_EVENTS_KEY "\": %s", w->in.path, w->env.error.what);
    w->events_fault = w->env.error.what; /* the rest of the file is still worth a look */
    return REPORT_DONE;
}

void web_events_close(struct web *w)
{
    free(w->events);
    inlay_events_close(w->list);
}

#else

int web_events_open(struct web *w)
{
    (void)w;
    return REPORT_DONE;
}

void web_events_close(struct web *w)
{
    (void)w;
}

bool web_is_tied(const struct web *w, const struct web_chart *chart)
{
    (void)w;
    (void)chart;
    return false;
}

void web_event_flags(struct web *w, const struct web_chart *chart, const struct web_column *const *lines, unsigned n)
{
    (void)w;
    (void)chart;
    (void)lines;
    (void)n;
}

void web_event_uses(struct web *w, const struct web_chart *chart, const struct web_column *const *lines, unsigned n)
{
    web_event_flags(w, chart, lines, n);
}

int web_events(struct web *w)
{
    (void)w;
    return REPORT_DONE;
}

#endif
