/* Charts of histograms: time across, value upwards, colour by how many observations; see web.h.
 *
 * A recording keeps counts since the start, so a cell gets the differences between rows. H2 buckets (grouping power g:
 * exact below 2^(g+1), then 2^g to a power of two) are first brought to at most g = 3, 496 of them, each of which is a
 * whole number of finer ones, then to WEB_HEAT_ROWS rows by joining neighbours.
 * Source: rezolus recordings; H2 histogram.
 */
#include "cli/web.h"

#include <stdlib.h>

#include "cli/report.h"

enum { WEB_HEAT_SLICES = 100, WEB_HEAT_ROWS = 28, WEB_COARSE_POWER = 3, WEB_COARSE = (64 - 3 + 1) << 3 };

struct web_heat {
    const struct web_column *column;
    uint32_t n_buckets; /* of the column */
    unsigned coarse;    /* grouping power */
    unsigned slices;
    uint16_t *map;      /* [n_buckets] to coarse ones */
    uint64_t now[WEB_COARSE], before[WEB_COARSE];
    bool known;
    double cells[WEB_HEAT_SLICES][WEB_COARSE];
    double total[WEB_COARSE];
};

/* ---- buckets ---- */

static uint64_t web_bucket_lower(unsigned grouping, uint64_t i)
{
    if (i < (uint64_t)2 << grouping)
        return i;
    unsigned power = grouping + (unsigned)(i >> grouping) - 1;
    return ((uint64_t)1 << power) + ((i & (((uint64_t)1 << grouping) - 1)) << (power - grouping));
}

static uint64_t web_bucket_of(unsigned grouping, uint64_t value)
{
    unsigned power = 0;
    if (value < (uint64_t)2 << grouping)
        return value;
    for (uint64_t v = value; v >>= 1;)
        power++;
    return ((uint64_t)(power - grouping + 1) << grouping) + ((value >> (power - grouping)) - ((uint64_t)1 << grouping));
}

static bool web_heat_map(struct web_heat *h)
{
    const struct web_column *c = h->column;
    h->coarse = c->grouping_power < WEB_COARSE_POWER ? c->grouping_power : WEB_COARSE_POWER;
    h->n_buckets = (uint32_t)(c->max_value_power - c->grouping_power + 1) << c->grouping_power;
    h->map = calloc(h->n_buckets, sizeof *h->map);
    for (uint32_t i = 0; h->map && i < h->n_buckets; i++)
        h->map[i] = (uint16_t)web_bucket_of(h->coarse, web_bucket_lower(c->grouping_power, i));
    return h->map != NULL;
}

/* ---- rows ---- */

/* A whole row is in `now`: what came since the row before goes into its slice. */
static void web_heat_row(struct web_heat *h, double at)
{
    size_t slice = h->slices > 1 ? (size_t)(at * (h->slices - 1) + 0.5) : 0;
    bool back = !h->known;
    for (size_t i = 0; i < WEB_COARSE; i++)
        back |= h->now[i] < h->before[i];
    for (size_t i = 0; i < WEB_COARSE && !back; i++) {
        double more = (double)(h->now[i] - h->before[i]);
        h->cells[slice][i] += more;
        h->total[i] += more;
    }
    memcpy(h->before, h->now, sizeof h->before);
    h->known = true;
}

struct web_heat_walk {
    inlay_column *column;
    inlay_batch batch;
    size_t level, value;
};

/* The next row's buckets into `now`; *present false for a null or an empty list. */
static inlay_status web_heat_next(struct web_heat *h, struct web_heat_walk *k, bool *present)
{
    uint32_t bucket = 0;
    const struct web_column *c = h->column;
    memset(h->now, 0, sizeof h->now);
    *present = false;
    for (bool begun = false;; k->level++) {
        while (k->level == k->batch.n_levels) {
            inlay_status status = inlay_column_read(k->column, 0, &k->batch);
            k->level = k->value = 0;
            if (status != INLAY_OK) {
                k->batch.n_levels = 0;
                return status == INLAY_END && begun ? INLAY_OK : status;
            }
        }
        if ((!k->batch.rep || k->batch.rep[k->level] == 0) && begun)
            return INLAY_OK;
        begun = true;
        uint8_t def = k->batch.def ? k->batch.def[k->level] : c->max_def;
        uint64_t count = 0;
        if (def == c->max_def)
            memcpy(&count, (const char *)k->batch.values + k->value++ * sizeof count, sizeof count);
        if (def >= c->entry_def && bucket < h->n_buckets) {
            h->now[h->map[bucket++]] += count;
            *present = true;
        }
    }
}

static int web_heat_read(struct web *w, struct web_heat *h)
{
    struct web_ticks ticks;
    struct web_heat_walk walk = {0};
    bool has_time = false, present = false;
    uint64_t time = 0;
    inlay_status status = INLAY_OK;
    int code = web_ticks_open(w, &ticks);
    if (code == REPORT_DONE && inlay_column_open(w->in.reader, h->column->leaf, 0, &walk.column) != INLAY_OK)
        code = report_failure(w->in.path, &w->env.error);
    while (code == REPORT_DONE) {
        status = web_ticks_next(&ticks, &has_time, &time);
        if (status == INLAY_OK)
            status = web_heat_next(h, &walk, &present);
        if (status != INLAY_OK)
            break;
        if (has_time && present)
            web_heat_row(h, web_place(&w->clock, time));
        else
            h->known = false;
    }
    if (status != INLAY_OK && status != INLAY_END)
        code = report_failure(w->in.path, &w->env.error);
    inlay_column_close(walk.column);
    web_ticks_close(&ticks);
    return code;
}

/* ---- the drawing ---- */

/* Rows of the picture: `join` coarse buckets each, from `first` on. */
struct web_heat_rows {
    unsigned first, join, n;
    double most; /* of a cell */
};

static double web_heat_cell(const struct web_heat *h, const struct web_heat_rows *r, unsigned slice, unsigned row)
{
    double sum = 0;
    for (unsigned i = r->first + row * r->join; i < r->first + (row + 1) * r->join && i < WEB_COARSE; i++)
        sum += h->cells[slice][i];
    return sum;
}

static struct web_heat_rows web_heat_rows(const struct web_heat *h)
{
    unsigned first = WEB_COARSE, last = 0;
    for (unsigned i = 0; i < WEB_COARSE; i++) {
        if (h->total[i] <= 0)
            continue;
        first = first == WEB_COARSE ? i : first;
        last = i;
    }
    struct web_heat_rows r = {.first = first, .join = 1};
    if (first == WEB_COARSE)
        return r;
    r.join = (last - first) / WEB_HEAT_ROWS + 1;
    r.n = (last - first) / r.join + 1;
    for (unsigned s = 0; s < h->slices; s++)
        for (unsigned i = 0; i < r.n; i++) {
            double cell = web_heat_cell(h, &r, s, i);
            r.most = cell > r.most ? cell : r.most;
        }
    return r;
}

static unsigned web_heat_level(double cell, double most)
{
    if (cell <= 0)
        return 0;
    double share = most > 1 && cell > 1 ? web_log2(cell) / web_log2(most) : most > 1 ? 0 : 1;
    unsigned level = 1 + (unsigned)(share * (WEB_HEAT_LEVELS - 1) + 0.5);
    return level > WEB_HEAT_LEVELS ? WEB_HEAT_LEVELS : level;
}

/* A path a colour; a stretch of equal cells is one stroke, one unit wide. */
static void web_heat_paths(struct out *o, const struct web_heat *h, const struct web_heat_rows *r)
{
    for (unsigned level = 1; level <= WEB_HEAT_LEVELS; level++) {
        bool any = false;
        for (unsigned row = 0; row < r->n; row++) {
            for (unsigned s = 0, end; s < h->slices; s = end + 1) {
                for (end = s; end < h->slices && web_heat_level(web_heat_cell(h, r, end, row), r->most) == level;)
                    end++;
                if (end == s)
                    continue;
                out_format(o, any ? "M%u %u.5h%u" : "<path class=h%u d=\"M%u %u.5h%u", any ? s : level,
                           any ? r->n - 1 - row : s, any ? end - s : r->n - 1 - row, end - s);
                any = true;
            }
        }
        out_text(o, any ? "\"/>" : "");
    }
}

static void web_heat_labels(struct out *o, const struct web_heat *h, const struct web_heat_rows *r,
                            struct web_unit unit)
{
    unsigned step = (r->n + 4) / 5;
    out_text(o, "<div class=y>");
    for (unsigned row = 0; row <= r->n; row += step) {
        unsigned bucket = r->first + row * r->join;
        if (r->n == 0 || bucket >= WEB_COARSE)
            break;
        out_format(o, "<i style=\"top:%.4g%%\">", 100.0 * (r->n - row) / r->n);
        web_value(o, unit, (double)web_bucket_lower(h->coarse, bucket));
        out_text(o, "</i>");
    }
    out_text(o, "</div>");
}

/* Quantiles of all observations: the highest value that the bucket may hold. */
static void web_heat_quantiles(struct out *o, const struct web_heat *h, struct web_unit unit)
{
    static const struct {
        const char *name;
        double share;
    } quantiles[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}};
    double all = 0;
    for (unsigned i = 0; i < WEB_COARSE; i++)
        all += h->total[i];
    out_text(o, "<ul class=l>");
    for (size_t q = 0; q < sizeof quantiles / sizeof *quantiles && all > 0; q++) {
        double seen = 0;
        unsigned i = 0;
        while (i + 1 < WEB_COARSE && (seen += h->total[i]) < quantiles[q].share * all)
            i++;
        out_format(o, "<li><em>%s ≤\xC2\xA0", quantiles[q].name);
        web_value(o, unit, (double)(i + 1 < WEB_COARSE ? web_bucket_lower(h->coarse, i + 1) - 1 : UINT64_MAX));
        out_text(o, "</em></li>");
    }
    out_text(o, "</ul>");
}

static void web_heat_caption(struct web *w, const struct web_column *c, size_t n)
{
    struct out *o = &w->page;
    size_t before;
    out_text(o, "<figcaption><h3>");
    web_escape(o, c->metric, 120);
    out_text(o, "</h3><p>");
    web_escape(o, c->unit, 40);
    before = o->used;
    out_text(o, c->unit.len ? " · " : "");
    if (web_labels(w, c, &c, 1) == 0 && o->used > before)
        o->used = before;
    if (n > 1)
        out_format(o, " · 1 of %zu series", n);
    out_text(o, "</p>");
    web_description(w, c);
    out_text(o, "</figcaption>");
}

static void web_heat_draw(struct web *w, const struct web_chart *chart, const struct web_heat *h)
{
    struct out *o = &w->page;
    const struct web_column *c = h->column;
    struct web_heat_rows r = web_heat_rows(h);
    struct web_unit unit = web_unit_of(c->unit, false);
    out_text(o, "<figure class=\"c heat\">");
    web_heat_caption(w, c, chart->n);
    out_text(o, "<div class=p>");
    web_heat_labels(o, h, &r, unit);
    web_event_flags(w, chart, &c, 1);
    out_format(o, "<div class=a><svg viewBox=\"0 0 %u %u\" preserveAspectRatio=none role=img aria-label=\"", h->slices,
               r.n ? r.n : 1);
    web_escape(o, c->metric, 120);
    out_text(o, ", heat map over time\">");
    web_heat_paths(o, h, &r);
    out_text(o, "</svg>");
    if (w->n_events) {
        out_format(o, "<svg class=over viewBox=\"0 0 %d %d\" preserveAspectRatio=none>", WEB_BINS, WEB_HEIGHT);
        web_event_uses(w, chart, &c, 1);
        out_text(o, "</svg>");
    }
    out_text(o, r.n ? "</div>" : "<p class=none>no observations</p></div>");
    web_x_labels(o, &w->marks);
    out_text(o, "</div>");
    web_heat_quantiles(o, h, unit);
    out_text(o, "</figure>\n");
}

int web_heat(struct web *w, const struct web_chart *chart)
{
    struct web_heat *h = calloc(1, sizeof *h);
    if (!h)
        return report_memory();
    h->column = &w->columns[chart->first];
    for (size_t i = chart->first; i < chart->first + chart->n; i++)
        if (w->columns[i].score > h->column->score)
            h->column = &w->columns[i];
    h->slices = w->clock.rows < WEB_HEAT_SLICES ? (unsigned)w->clock.rows : WEB_HEAT_SLICES;
    if (h->slices == 0)
        h->slices = 1;
    int code = web_heat_map(h) ? web_heat_read(w, h) : report_memory();
    if (code == REPORT_DONE)
        web_heat_draw(w, chart, h);
    free(h->map);
    free(h);
    return code == REPORT_DONE ? web_flush(w) : code;
}
