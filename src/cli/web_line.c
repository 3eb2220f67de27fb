/* Charts of counters (as rates) and gauges; see web.h.
 *
 * A line keeps the lowest and the highest value of each of WEB_BINS slices of time, so that no peak is lost and a day
 * takes no more room than a minute; where slices hold many rows the mean stands before the range. A null, a counter
 * that went back, or a time without rows between two slices is a gap; a value alone is a dot.
 */
#include "cli/web.h"

#include <stdlib.h>

#include "cli/report.h"

struct web_bin {
    double low, high, sum;
    uint32_t n;
    bool filled, gap; /* gap: none to the filled slice before it */
};

struct web_series {
    struct web_bin bins[WEB_BINS + 1];
    double low, high;
    uint64_t n;
};

static void web_series_add(struct web_series *s, double at, double x, bool gap)
{
    struct web_bin *b = &s->bins[(size_t)(at * WEB_BINS + 0.5)];
    if (!b->filled)
        *b = (struct web_bin){.low = x, .high = x, .filled = true, .gap = gap};
    b->sum += x;
    b->n++;
    b->low = x < b->low ? x : b->low;
    b->high = x > b->high ? x : b->high;
    s->low = s->n && s->low < x ? s->low : x;
    s->high = s->n && s->high > x ? s->high : x;
    s->n++;
}

/* What the row before left behind. */
struct web_before {
    bool known, gap;
    uint64_t time, bits;
};

static void web_series_row(struct web *w, const struct web_column *c, struct web_series *s, struct web_before *before,
                           uint64_t time, uint64_t bits)
{
    double x = web_number(c, bits);
    bool far = before->known && web_is_gap(&w->clock, before->time, time);
    if (c->kind == WEB_COUNTER) {
        bool back = before->known && bits < before->bits;
        if (!before->known || back || time == before->time) {
            before->gap |= !before->known || back;
        } else {
            x = (double)(bits - before->bits) * 1e9 / (double)(time - before->time);
            web_series_add(s, web_place(&w->clock, time), x, before->gap || far);
            before->gap = false;
        }
    } else if (web_drawable(x)) {
        web_series_add(s, web_place(&w->clock, time), x, before->gap || far);
        before->gap = false;
    } else {
        before->gap = true;
    }
    before->known = true;
    before->time = time;
    before->bits = bits;
}

static int web_series_read(struct web *w, const struct web_column *c, struct web_series *s)
{
    struct web_walk walk = {0};
    struct web_ticks ticks;
    struct web_before before = {0};
    bool has_time = false, present = false;
    uint64_t time = 0, bits = 0;
    inlay_status status = INLAY_OK;
    memset(s, 0, sizeof *s);
    int code = web_ticks_open(w, &ticks);
    if (code == REPORT_DONE)
        code = web_walk_open(w, c->leaf, &walk);
    while (code == REPORT_DONE) {
        status = web_ticks_next(&ticks, &has_time, &time);
        if (status == INLAY_OK)
            status = web_walk_next(&walk, &present, &bits);
        if (status != INLAY_OK)
            break;
        if (present && has_time)
            web_series_row(w, c, s, &before, time, bits);
        else if (!present && before.known && c->kind == WEB_COUNTER)
            before = (struct web_before){.gap = true};
        else
            before.gap = true;
    }
    if (status != INLAY_OK && status != INLAY_END)
        code = report_failure(w->in.path, &w->env.error);
    web_walk_close(&walk);
    web_ticks_close(&ticks);
    return code;
}

/* ---- the drawing ---- */

static int web_y(const struct web_axis *axis, double x)
{
    double y = (axis->to - x) / (axis->to - axis->from) * WEB_HEIGHT;
    return y < 0 ? 0 : y > WEB_HEIGHT ? WEB_HEIGHT : (int)(y + 0.5);
}

/* SVG path: M to the first slice of a stretch, then l to the next one's nearer end and v to its other end; or, for the
 * means of slices that hold many rows, l alone. A value that stands alone goes to `dots`. */
static void web_path(struct out *o, const struct web_series *s, const struct web_axis *axis, bool means, bool dots)
{
    int x = 0, y = 0;
    bool drawn = false;
    for (int i = 0; i <= WEB_BINS; i++) {
        const struct web_bin *b = &s->bins[i];
        if (!b->filled)
            continue;
        int next = i + 1;
        while (next <= WEB_BINS && !s->bins[next].filled)
            next++;
        int top = web_y(axis, means ? b->sum / b->n : b->high), ground = web_y(axis, means ? b->sum / b->n : b->low);
        bool up = abs(y - top) > abs(y - ground), begins = !drawn || b->gap;
        int near = up ? ground : top, far = up ? top : ground;
        bool alone = begins && near == far && (next > WEB_BINS || s->bins[next].gap);
        drawn = true;
        if (alone && dots)
            out_format(o, "M%d %dh0", i, near);
        if (alone || dots)
            continue;
        if (begins)
            out_format(o, "M%d %d", i, near);
        else
            out_format(o, near < y ? "l%d%d" : "l%d %d", i - x, near - y);
        if (near != far)
            out_format(o, "v%d", far - near);
        x = i;
        y = far;
    }
}

/* The range of each slice, and where slices hold many rows their means before it. */
static void web_series_draw(struct out *o, const struct web_series *s, const struct web_axis *axis, unsigned colour)
{
    size_t before;
    bool dense = s->n > 4 * WEB_BINS;
    if (dense) {
        out_format(o, "<path class=\"e s%u\" d=\"", colour);
        web_path(o, s, axis, false, false);
        out_text(o, "\"/>");
    }
    out_format(o, "<path class=\"s s%u\" d=\"", colour);
    web_path(o, s, axis, dense, false);
    out_text(o, "\"/>");
    before = o->used;
    out_format(o, "<path class=\"o1 s%u\" d=\"", colour);
    size_t empty = o->used;
    web_path(o, s, axis, dense, true);
    if (o->used == empty)
        o->used = before;
    else
        out_text(o, "\"/>");
}

static void web_axis_labels(struct out *o, const struct web_axis *axis)
{
    out_text(o, "<div class=y>");
    for (double v = axis->first; v <= axis->to + axis->step / 100; v += axis->step) {
        out_format(o, "<i style=\"top:%.4g%%\">", 100 * (axis->to - v) / (axis->to - axis->from));
        web_axis_value(o, axis, v);
        out_text(o, "</i>");
    }
    out_text(o, "</div>");
}

static void web_grid(struct out *o, const struct web_axis *axis)
{
    out_text(o, "<path class=g d=\"");
    for (double v = axis->first; v <= axis->to + axis->step / 100; v += axis->step)
        if (v > axis->from)
            out_format(o, "M0 %.4gh%d", WEB_HEIGHT * (axis->to - v) / (axis->to - axis->from), WEB_BINS);
    out_text(o, "\"/>");
}

static void web_caption(struct web *w, const struct web_chart *chart, unsigned n_lines)
{
    const struct web_column *c = &w->columns[chart->first];
    struct out *o = &w->page;
    out_text(o, "<figcaption><h3>");
    web_escape(o, c->metric, 120);
    out_text(o, "</h3><p>");
    if (c->unit.len)
        web_escape(o, c->unit, 40);
    if (c->kind == WEB_COUNTER)
        out_text(o, c->unit.len ? " per second" : "per second");
    if (chart->n > n_lines)
        out_format(o, "%s%u of %zu series, those that vary most", c->unit.len || c->kind == WEB_COUNTER ? " · " : "",
                   n_lines, chart->n);
    out_text(o, "</p>");
    web_description(w, c);
    out_text(o, "</figcaption>");
}

static void web_legend(struct web *w, const struct web_series *series, const struct web_column *const *lines,
                       unsigned n, struct web_unit unit)
{
    struct out *o = &w->page;
    out_text(o, "<ul class=l>");
    for (unsigned i = 0; i < n; i++) {
        out_format(o, "<li class=s%u><span>", i);
        web_labels(w, lines[i], lines, n);
        out_text(o, "</span>");
        if (series[i].n) {
            out_text(o, series[i].high > series[i].low ? " <em>max\xC2\xA0" : " <em>always\xC2\xA0");
            web_value(o, unit, series[i].high);
            out_text(o, "</em>");
        } else {
            out_text(o, " <em>no values</em>");
        }
        out_text(o, "</li>");
    }
    out_text(o, "</ul>");
}

static void web_line_draw(struct web *w, const struct web_chart *chart, const struct web_series *series,
                          const struct web_column *const *lines, unsigned n)
{
    struct out *o = &w->page;
    struct web_axis axis;
    double low = 0, high = 0;
    bool any = false;
    for (unsigned i = 0; i < n; i++) {
        if (!series[i].n)
            continue;
        low = any && low < series[i].low ? low : series[i].low;
        high = any && high > series[i].high ? high : series[i].high;
        any = true;
    }
    struct web_unit unit = web_unit_of(lines[0]->unit, lines[0]->kind == WEB_COUNTER);
    web_axis_make(&axis, low, high, unit);
    out_format(o, "<figure class=c data-a=\"%.17g %.17g %.17g %u\" data-u=\"%s\">", axis.from, axis.to, axis.factor,
               axis.decimals + 1, axis.suffix);
    web_caption(w, chart, n);
    out_text(o, "<div class=p>");
    web_axis_labels(o, &axis);
    web_event_flags(w, chart, lines, n);
    out_format(o, "<div class=a><svg viewBox=\"0 0 %d %d\" preserveAspectRatio=none role=img aria-label=\"", WEB_BINS,
               WEB_HEIGHT);
    web_escape(o, lines[0]->metric, 120);
    out_text(o, " over time\">");
    web_grid(o, &axis);
    web_event_uses(w, chart, lines, n);
    for (unsigned i = n; i-- > 0;)
        web_series_draw(o, &series[i], &axis, i);
    out_text(o, any ? "</svg></div>" : "</svg><p class=none>no values</p></div>");
    web_x_labels(o, &w->marks);
    out_text(o, "</div>");
    web_legend(w, series, lines, n, unit);
    out_text(o, "</figure>\n");
}

int web_line(struct web *w, const struct web_chart *chart)
{
    const struct web_column *lines[WEB_MOST_LINES];
    unsigned n = 0, most = (unsigned)w->settings->lines;
    int code = REPORT_DONE;
    for (size_t i = chart->first; i < chart->first + chart->n; i++) { /* by score, the most of them */
        unsigned at = n < most ? n++ : most;
        for (; at > 0 && w->columns[i].score > lines[at - 1]->score; at--)
            if (at < most)
                lines[at] = lines[at - 1];
        if (at < most)
            lines[at] = &w->columns[i];
    }
    struct web_series *series = calloc(n, sizeof *series);
    if (!series)
        return report_memory();
    for (unsigned i = 0; i < n && code == REPORT_DONE; i++)
        code = web_series_read(w, lines[i], &series[i]);
    if (code == REPORT_DONE)
        web_line_draw(w, chart, series, lines, n);
    free(series);
    return code == REPORT_DONE ? web_flush(w) : code;
}

/* ---- all charts ---- */

static int web_charts_of(struct web *w, bool heat, const char *title, const char *note)
{
    struct out *o = &w->page;
    int code = REPORT_DONE;
    out_format(o, "<section><h2>%s</h2>%s<div class=charts>\n", title, note);
    for (size_t i = 0; i < w->n_charts && code == REPORT_DONE; i++) {
        const struct web_chart *c = &w->charts[i];
        if (c->chosen && (w->columns[c->first].kind == WEB_HISTOGRAM) == heat)
            code = (heat ? web_heat : web_line)(w, c);
    }
    out_text(o, "</div></section>\n");
    return code;
}

int web_charts(struct web *w)
{
    int code = REPORT_DONE;
    if (w->n_lines_shown + w->n_heats_shown == 0) {
        out_text(&w->page, "<section><h2>Metrics</h2><p class=empty>");
        out_text(&w->page, w->clock.rows == 0  ? "The file has no rows."
                           : w->n_columns == 0 ? "No column holds plain numbers."
                                               : "No column has values to draw.");
        out_text(&w->page, "</p></section>\n");
        return web_flush(w);
    }
    if (w->n_lines_shown)
        code = web_charts_of(w, false, w->recording ? "Metrics" : "Columns", "");
    if (code == REPORT_DONE && w->n_heats_shown)
        code = web_charts_of(w, true, "Distributions",
                             "<p class=key>observations: fewer <svg class=ramp viewBox=\"0 0 7 1\" "
                             "preserveAspectRatio=none aria-hidden=true>"
                             "<path class=h1 d=\"M0 .5h1\"/><path class=h2 d=\"M1 .5h1\"/>"
                             "<path class=h3 d=\"M2 .5h1\"/><path class=h4 d=\"M3 .5h1\"/>"
                             "<path class=h5 d=\"M4 .5h1\"/><path class=h6 d=\"M5 .5h1\"/>"
                             "<path class=h7 d=\"M6 .5h1\"/></svg> more (logarithmic)</p>");
    return code;
}
