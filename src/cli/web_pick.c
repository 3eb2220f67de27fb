/* Which columns are shown: those that vary most, unless they were named; see web.h.
 *
 * The score of a column is a product of three shares: how often it changes (a tenth of the rows is half as good as all
 * of them); how far, against its mean; and how much of its range it uses, so that a single peak does not come first.
 * Counters are judged by their differences. Histograms, which are long to read, by the bytes that they take: one that
 * stays as it is takes next to none. Metrics, not columns, compete: a chart shows the lines of one metric; and those
 * whose names begin alike stand back behind each other.
 */
#include "cli/web.h"

#include <stdlib.h>

#include "cli/report.h"

struct web_score {
    double before, low, high, mean, squares; /* squares of distances from the mean: Welford */
    uint64_t n, changes;
};

static void web_score_add(struct web_score *s, double x)
{
    double from_mean = x - s->mean;
    if (s->n && (x > s->before || x < s->before))
        s->changes++;
    s->before = x;
    s->low = s->n && s->low < x ? s->low : x;
    s->high = s->n && s->high > x ? s->high : x;
    s->n++;
    s->mean += from_mean / (double)s->n;
    s->squares += from_mean * (x - s->mean);
}

static double web_score_of(const struct web_score *s, int64_t rows)
{
    if (s->n == 0)
        return -1;
    if (s->n < 2 || s->changes == 0)
        return 0;
    double variance = s->squares / (double)s->n, mean = s->mean * s->mean, range = s->high - s->low;
    double often = (double)s->changes / (double)rows;
    return often / (often + 0.1) * (variance / (variance + mean)) * (4 * variance / (range * range));
}

/* Bounds that are one and the same in all row groups: constant, and not worth reading. */
static int web_is_constant(struct web *w, uint32_t leaf, bool *constant)
{
    uint32_t n = inlay_reader_row_groups(w->in.reader);
    inlay_bytes first = {NULL, 0};
    uint8_t kept[8];
    inlay_chunk chunk;
    *constant = false;
    for (uint32_t i = 0; i < n; i++) {
        if (inlay_reader_chunk(w->in.reader, i, leaf, &chunk) != INLAY_OK)
            return report_failure(w->in.path, &w->env.error);
        const inlay_statistics *s = &chunk.statistics;
        if (!s->usable || !s->has_min || !s->has_max || s->min.len > sizeof kept || web_compare(s->min, s->max) != 0 ||
            (first.data && web_compare(first, s->min) != 0))
            return REPORT_DONE;
        if (!first.data && s->min.len) {
            memcpy(kept, s->min.data, s->min.len);
            first = (inlay_bytes){kept, s->min.len};
        }
    }
    *constant = n > 0;
    return REPORT_DONE;
}

static int web_score_histogram(struct web *w, struct web_column *c)
{
    uint32_t n = inlay_reader_row_groups(w->in.reader);
    inlay_chunk chunk;
    c->score = 0;
    for (uint32_t i = 0; i < n && w->clock.rows > 1; i++) {
        if (inlay_reader_chunk(w->in.reader, i, c->leaf, &chunk) != INLAY_OK)
            return report_failure(w->in.path, &w->env.error);
        c->score += chunk.compressed_bytes > 0 ? (double)chunk.compressed_bytes : 0;
    }
    return REPORT_DONE;
}

static int web_score_number(struct web *w, struct web_column *c)
{
    struct web_score score = {0};
    struct web_walk walk;
    bool present = false, known = false;
    uint64_t bits = 0, before = 0;
    inlay_status status = INLAY_OK;
    int code = web_walk_open(w, c->leaf, &walk);
    while (code == REPORT_DONE && (status = web_walk_next(&walk, &present, &bits)) == INLAY_OK) {
        double x = present ? web_number(c, bits) : 0;
        if (!present || !web_drawable(x))
            continue;
        if (c->kind != WEB_COUNTER)
            web_score_add(&score, x);
        else if (known && bits >= before)
            web_score_add(&score, (double)(bits - before));
        before = bits;
        known = true;
    }
    if (status != INLAY_OK && status != INLAY_END)
        code = report_failure(w->in.path, &w->env.error);
    web_walk_close(&walk);
    c->score = web_score_of(&score, w->clock.rows);
    return code;
}

static int web_score(struct web *w, struct web_column *c)
{
    bool constant = false;
    if (c->kind == WEB_HISTOGRAM)
        return web_score_histogram(w, c);
    if (c->kind == WEB_COUNTER && w->clock.rows < 2) {
        c->score = -1; /* no rate of one row */
        return REPORT_DONE;
    }
    int code = web_is_constant(w, c->leaf, &constant);
    return code != REPORT_DONE || constant ? code : web_score_number(w, c);
}

/* ---- choice ---- */

static bool web_is_named(const struct web *w, const struct web_chart *chart, const char *glob)
{
    char path[512];
    if (web_glob(glob, w->columns[chart->first].metric))
        return true;
    for (size_t i = 0; i < chart->n; i++) {
        uint32_t node = inlay_schema_leaf_node(w->schema, w->columns[chart->first + i].leaf);
        size_t len = inlay_schema_path(w->schema, node, path, sizeof path);
        if (web_glob(glob, (inlay_bytes){(const uint8_t *)path, len < sizeof path ? len : sizeof path - 1}))
            return true;
    }
    return false;
}

static int web_name_charts(struct web *w)
{
    const struct options_list *globs = &w->settings->metrics;
    for (size_t g = 0; g < globs->n; g++) {
        bool found = false;
        for (size_t i = 0; i < w->n_charts; i++) {
            bool named = web_is_named(w, &w->charts[i], globs->items[g]);
            w->charts[i].named |= named;
            found |= named;
        }
        if (!found)
            return report_usage("report: no metric of %s is like '%s'; 'inlay info --all' lists them", w->in.path,
                                globs->items[g]);
    }
    return REPORT_DONE;
}

/* "cpu" of cpu_usage and cpu_cycles, "vllm" of vllm:requests. */
static inlay_bytes web_family_name(inlay_bytes metric)
{
    size_t n = 0;
    while (n < metric.len && !strchr("_:/.-", metric.data[n]))
        n++;
    return (inlay_bytes){metric.data, n};
}

/* Charts are in order of their names, so that families lie together. */
static void web_families(struct web *w)
{
    for (size_t i = 1; i < w->n_charts; i++) {
        size_t family = w->charts[i - 1].family;
        inlay_bytes first = web_family_name(w->columns[w->charts[family].first].metric);
        inlay_bytes own = web_family_name(w->columns[w->charts[i].first].metric);
        w->charts[i].family = web_compare(first, own) == 0 ? family : i;
    }
}

/* A metric counts less the more of its family are there already: twenty charts of one thing say less than of ten. What an
 * event is about comes first, however still it is. */
static double web_worth(const struct web *w, const struct web_chart *c)
{
    if (c->tied)
        return 1e300;
    double taken = 1 + (double)w->charts[c->family].taken;
    return c->score > 0 ? c->score / (taken * taken) : c->score;
}

/* Of one sort, mark the `most` of highest score; `still`: also what never changes. */
static size_t web_choose(struct web *w, bool heat, size_t most, bool still)
{
    size_t chosen = 0;
    for (; chosen < most; chosen++) {
        struct web_chart *best = NULL;
        for (size_t i = 0; i < w->n_charts; i++) {
            struct web_chart *c = &w->charts[i];
            bool wanted = w->settings->metrics.n ? c->named : c->score > (still || c->tied ? -0.5 : 0);
            if (!c->chosen && wanted && (w->columns[c->first].kind == WEB_HISTOGRAM) == heat &&
                (!best || web_worth(w, c) > web_worth(w, best)))
                best = c;
        }
        if (!best)
            break;
        best->chosen = true;
        w->charts[best->family].taken++;
    }
    return chosen;
}

static void web_choose_charts(struct web *w)
{
    size_t most = w->settings->charts, named_heats = 0;
    web_families(w);
    for (size_t i = 0; i < w->n_charts; i++)
        named_heats += w->charts[i].named && w->columns[w->charts[i].first].kind == WEB_HISTOGRAM;
    size_t heats = w->settings->metrics.n ? named_heats : (most + 3) / 4;
    w->n_heats_shown = web_choose(w, true, heats < most ? heats : most, false);
    w->n_lines_shown = web_choose(w, false, most - w->n_heats_shown, false);
    if (w->n_heats_shown + w->n_lines_shown == 0)
        w->n_lines_shown = web_choose(w, false, most, true);
}

int web_pick(struct web *w)
{
    int code = web_name_charts(w);
    for (size_t i = 0; i < w->n_charts && code == REPORT_DONE; i++) {
        struct web_chart *chart = &w->charts[i];
        chart->score = -1;
        chart->tied = web_is_tied(w, chart);
        if (w->settings->metrics.n && !chart->named)
            continue;
        for (size_t k = chart->first; k < chart->first + chart->n && code == REPORT_DONE; k++) {
            code = web_score(w, &w->columns[k]);
            if (w->columns[k].score > chart->score)
                chart->score = w->columns[k].score;
        }
    }
    if (code == REPORT_DONE)
        web_choose_charts(w);
    return code;
}
