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
}

/* ---- drawing ---- */

static void web_event_title(struct out *o, const struct web_event *e, size_t number)
{
    out_format(o, "<title>%zu: ", number);
    web_escape(o, e->event->description, 120);
    out_text(o, "</title>");
}

static void web_event_marks(struct web *w, const struct web_event *events, size_t n)
{
    struct out *o = &w->page;
    out_text(o, "<svg class=defs aria-hidden=true><defs><g id=ev>");
    for (size_t i = 0; i < n; i++) {
        const struct web_event *e = &events[i];
        double x = e->from * WEB_BINS, width = (e->to - e->from) * WEB_BINS;
        if (!e->inside)
            continue;
        if (e->band)
            out_format(o, "<rect class=\"b k%u\" x=\"%.2f\" width=\"%.2f\" height=\"%d\">", e->colour, x,
                       width < 0.5 ? 0.5 : width, WEB_HEIGHT);
        else
            out_format(o, "<path class=\"m k%u\" d=\"M%.2f 0v%d\">", e->colour, x, WEB_HEIGHT);
        web_event_title(o, e, i + 1);
        out_text(o, e->band ? "</rect>" : "</path>");
    }
    out_text(o, "</g></defs></svg>\n");
}

/* Numbers above the plots, as far as they do not stand on each other. */
static int web_event_flags(struct web *w, const struct web_event *events, size_t n)
{
    double last = -1;
    unsigned flags = 0;
    if (!out_open(&w->flags, -1))
        return report_memory();
    out_text(&w->flags, "<div class=n>");
    for (size_t i = 0; i < n && flags < WEB_MOST_FLAGS; i++) {
        if (!events[i].inside || events[i].from < last + 0.055)
            continue;
        last = events[i].from;
        out_format(&w->flags, "<b class=k%u style=\"left:%.2f%%\">%zu</b>", events[i].colour, 100 * last, i + 1);
        flags++;
    }
    out_text(&w->flags, "</div>");
    return REPORT_DONE;
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
    out_bytes(o, w->flags.data, w->flags.used);
    out_format(o,
               "<div class=a><svg viewBox=\"0 0 %d %d\" preserveAspectRatio=none role=img "
               "aria-label=\"events over time\"><use href=\"#ev\"/></svg></div>",
               WEB_BINS, WEB_HEIGHT);
    web_x_labels(o, &w->marks);
    out_text(o, "</div>");
}

static int web_events_draw(struct web *w, const struct web_event *events, size_t n, size_t all)
{
    struct out *o = &w->page;
    size_t inside = 0;
    for (size_t i = 0; i < n; i++)
        inside += events[i].inside;
    w->n_events = inside;
    web_event_marks(w, events, n);
    if (inside && web_event_flags(w, events, n) != REPORT_DONE)
        return REPORT_IO;
    out_format(o, "<section class=events><h2>Events <small>%zu</small></h2>", all);
    if (inside)
        web_event_strip(w);
    out_text(o, "<ol>\n");
    for (size_t i = 0; i < n; i++) {
        web_event_item(w, &events[i], i + 1);
        if (web_flush(w) != REPORT_DONE)
            return REPORT_IO;
    }
    out_text(o, "</ol>");
    if (all > n)
        out_format(o, "<p class=empty>and %zu more: inlay events list has them all</p>", all - n);
    out_text(o, "</section>\n");
    return web_flush(w);
}

static int web_events_list(struct web *w, inlay_events *list)
{
    size_t all = inlay_events_count(list), n = all < WEB_MOST_EVENTS ? all : WEB_MOST_EVENTS;
    if (all == 0)
        return REPORT_DONE;
    struct web_event *events = calloc(all, sizeof *events);
    if (!events)
        return report_memory();
    for (size_t i = 0; i < all; i++) {
        web_event_place(&w->clock, inlay_events_at(list, i), &events[i]);
        events[i].place = i;
    }
    qsort(events, all, sizeof *events, web_event_order);
    int code = web_events_draw(w, events, n, all);
    free(events);
    return code;
}

int web_events(struct web *w)
{
    inlay_events *list = NULL;
    int code = REPORT_DONE;
    const inlay_key_value *kv = inlay_reader_find_key(w->in.reader, INLAY_EVENTS_KEY);
    if (!kv || !kv->has_value)
        return code;
    if (inlay_events_open(&w->env, &list) != INLAY_OK)
        return report_failure(w->in.path, &w->env.error);
    if (inlay_events_add_payload(list, kv->value) == INLAY_OK) {
        code = web_events_list(w, list);
    } else if (w->env.error.status == INLAY_ARG) { /* the rest of the file is still worth a look */
        report_note("%s: events left out: key \"" INLAY_EVENTS_KEY "\": %s", w->in.path, w->env.error.what);
        out_text(&w->page, "<section><h2>Events</h2><p class=empty>The footer\xE2\x80\x99s events cannot be read: ");
        web_escape_text(&w->page, w->env.error.what);
        out_text(&w->page, "</p></section>\n");
    } else {
        code = report_failure(w->in.path, &w->env.error);
    }
    inlay_events_close(list);
    return code;
}

#else

int web_events(struct web *w)
{
    (void)w;
    return REPORT_DONE;
}

#endif
