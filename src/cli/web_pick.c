/* Which columns are shown: those that vary most, unless they were named; see web.h.
 *
 * The score of a column is how often it changes times how far, each 0 to 1, so that neither a constant nor a single
 * jump nor a steady count comes first. Counters are judged by their differences. Histograms, which are long to read,
 * by the bytes that they take: one that stays as it is takes next to none. Metrics, not columns, compete: a chart
 * shows the lines of one metric.
 */
#include "cli/web.h"

#include <math.h>
#include <stdlib.h>

#include "cli/report.h"

struct web_score {
    double before, mean, squares; /* squares of distances from the mean: Welford */
    uint64_t n, changes;
};

static void web_score_add(struct web_score *s, double x)
{
    double from_mean = x - s->mean;
    if (s->n && (x > s->before || x < s->before))
        s->changes++;
    s->before = x;
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
    /* (sd / mean)^2 / (1 + that), which needs no root */
    double variance = s->squares / (double)s->n, mean = s->mean * s->mean;
    return (double)s->changes / (double)rows * (variance / (variance + mean));
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
    for (uint32_t i = 0; i < n; i++) {
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
        if (!present || !isfinite(x))
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

/* Of one sort, mark the `most` of highest score. */
static size_t web_choose(struct web *w, bool heat, size_t most)
{
    size_t chosen = 0;
    for (; chosen < most; chosen++) {
        struct web_chart *best = NULL;
        for (size_t i = 0; i < w->n_charts; i++) {
            struct web_chart *c = &w->charts[i];
            bool wanted = w->settings->metrics.n ? c->named : c->score > 0;
            if (!c->chosen && wanted && (w->columns[c->first].kind == WEB_HISTOGRAM) == heat &&
                (!best || c->score > best->score))
                best = c;
        }
        if (!best)
            break;
        best->chosen = true;
    }
    return chosen;
}

static void web_choose_charts(struct web *w)
{
    size_t most = w->settings->charts, named_heats = 0;
    for (size_t i = 0; i < w->n_charts; i++)
        named_heats += w->charts[i].named && w->columns[w->charts[i].first].kind == WEB_HISTOGRAM;
    size_t heats = w->settings->metrics.n ? named_heats : (most + 3) / 4;
    w->n_heats_shown = web_choose(w, true, heats < most ? heats : most);
    w->n_lines_shown = web_choose(w, false, most - w->n_heats_shown);
}

int web_pick(struct web *w)
{
    int code = web_name_charts(w);
    for (size_t i = 0; i < w->n_charts && code == REPORT_DONE; i++) {
        struct web_chart *chart = &w->charts[i];
        chart->score = -1;
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
