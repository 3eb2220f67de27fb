/* What the columns are, and what to call them; see web.h.
 *
 * In a recording a column's metric, unit and labels are its field's metadata in ARROW:schema; without them its name is
 * "metric/label". UINT_64 is a counter, a list of UINT_64 with grouping_power and max_value_power a histogram, other
 * numbers are gauges. In other files every number is a gauge of its own. Source: metriken-query, parquet.rs.
 */
#include "cli/web.h"

#include <stdlib.h>

#include "inlay/annotate.h"

#include "cli/report.h"
#include "cli/types.h"

enum { WEB_MOST_GROUPING = 16, WEB_LABEL_CHARS = 48 };

/* ---- field metadata ---- */

int web_fields_open(struct web *w)
{
    uint32_t n = inlay_schema_node(w->schema, 0)->n_children, node = 1;
    w->fields = calloc((size_t)n + 1, sizeof *w->fields);
    if (!w->fields)
        return report_memory();
    for (uint32_t i = 0; i < n; i++, node = inlay_schema_node(w->schema, node)->end)
        w->fields[i] = node;
    return REPORT_DONE;
}

const inlay_node *web_field(const struct web *w, uint32_t field)
{
    return inlay_schema_node(w->schema, w->fields[field]);
}

static uint32_t web_pairs(const struct web *w, uint32_t field)
{
    if (!w->arrow || field >= inlay_arrow_schema_fields(w->arrow) ||
        inlay_arrow_schema_fields(w->arrow) != inlay_schema_node(w->schema, 0)->n_children)
        return 0;
    inlay_arrow_field f = inlay_arrow_schema_field(w->arrow, field);
    const inlay_node *node = web_field(w, field);
    return web_compare(f.name, node->name) == 0 ? f.n_metadata : 0;
}

inlay_bytes web_metadata(const struct web *w, uint32_t field, const char *key)
{
    uint32_t n = web_pairs(w, field);
    for (uint32_t i = 0; i < n; i++) {
        inlay_key_value pair = inlay_arrow_schema_metadata(w->arrow, field, i);
        if (pair.has_value && web_is(pair.key, key))
            return pair.value;
    }
    return (inlay_bytes){NULL, 0};
}

/* ---- descriptions ---- */

#if INLAY_RECORDING

static inlay_bytes web_key(const struct web *w, const char *key)
{
    const inlay_key_value *kv = inlay_reader_find_key(w->in.reader, key);
    return kv && kv->has_value ? kv->value : (inlay_bytes){NULL, 0};
}

/* Of a metric in the footer: under its source in a combined recording, else for all. A text that cannot be read is one
 * less to show. */
static void web_footer_description(struct web *w, const struct web_column *column, const inlay_sink *sink)
{
    inlay_bytes source = web_metadata(w, column->field, "source");
    const inlay_bytes path[] = {source, {(const uint8_t *)"descriptions", 12}, column->metric};
    inlay_error error = w->env.error;
    inlay_status status = INLAY_END;
    if (source.len)
        status = inlay_json_text(&w->env, web_key(w, "per_source_metadata"), path, 3, sink);
    if (status != INLAY_OK)
        status = inlay_json_text(&w->env, web_key(w, "descriptions"), path + 2, 1, sink);
    if (status != INLAY_OK)
        w->env.error = error;
}

#else

static void web_footer_description(struct web *w, const struct web_column *column, const inlay_sink *sink)
{
    (void)w;
    (void)column;
    (void)sink;
}

#endif

void web_description(struct web *w, const struct web_column *column)
{
    enum { WEB_DESCRIPTION = 600 };
    struct out *o = &w->page;
    inlay_bytes text = web_metadata(w, column->field, "description");
    inlay_memory_sink footer;
    inlay_sink sink = inlay_sink_memory(&footer, &w->env);
    if (!text.len) {
        web_footer_description(w, column, &sink);
        text = (inlay_bytes){footer.data, footer.bytes};
    }
    if (text.len) {
        out_text(o, "<p class=d title=\"");
        web_escape(o, text, WEB_DESCRIPTION);
        out_text(o, "\">");
        web_escape(o, text, WEB_DESCRIPTION);
        out_text(o, "</p>");
    }
    inlay_sink_memory_free(&footer);
}

/* ---- one column ---- */

static int web_power(inlay_bytes text)
{
    int v = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || i > 1)
            return -1;
        v = v * 10 + (text.data[i] - '0');
    }
    return text.len && v <= 64 ? v : -1;
}

static bool web_is_histogram(const struct web *w, uint32_t field, struct web_column *c)
{
    uint32_t node = w->fields[field];
    inlay_shape shape = inlay_schema_shape(w->schema, node, false);
    int grouping = web_power(web_metadata(w, field, "grouping_power"));
    int most = web_power(web_metadata(w, field, "max_value_power"));
    if (shape.kind != INLAY_SHAPE_LIST || grouping < 0 || most <= grouping || grouping > WEB_MOST_GROUPING)
        return false;
    const inlay_node *element = inlay_schema_node(w->schema, shape.element);
    if (element->leaf < 0 || element->max_rep != 1 || !web_number_kind(element, &c->number) || c->number != WEB_U64)
        return false;
    c->kind = WEB_HISTOGRAM;
    c->leaf = (uint32_t)element->leaf;
    c->max_def = element->max_def;
    c->entry_def = inlay_schema_node(w->schema, shape.repeated)->max_def;
    c->grouping_power = (uint8_t)grouping;
    c->max_value_power = (uint8_t)most;
    return true;
}

/* "metric/label:buckets" of old recordings, where no metadata says more. */
static inlay_bytes web_metric_of_name(inlay_bytes name)
{
    static const char tail[] = ":buckets";
    size_t n = sizeof tail - 1;
    if (name.len > n && memcmp(name.data + name.len - n, tail, n) == 0)
        name.len -= n;
    const uint8_t *slash = name.len ? memchr(name.data, '/', name.len) : NULL;
    if (slash && slash != name.data)
        name.len = (size_t)(slash - name.data);
    return name;
}

static bool web_is_snapshot(const struct web *w, uint32_t field, inlay_bytes name)
{
    inlay_bytes type = web_metadata(w, field, "metric_type");
    return web_is(type, "timestamp") || web_is(type, "duration") ||
           (web_is(name, "duration") && !web_metadata(w, field, "metric").data);
}

/* A top-level column; false = nothing to draw. */
static bool web_column_of_field(const struct web *w, uint32_t field, struct web_column *c)
{
    const inlay_node *node = web_field(w, field);
    *c = (struct web_column){.field = field, .kind = WEB_GAUGE};
    if (node->leaf >= 0 && node->max_rep == 0) {
        if ((w->recording && (uint32_t)node->leaf == w->clock.leaf) || !web_number_kind(node, &c->number))
            return false;
        c->leaf = (uint32_t)node->leaf;
        c->max_def = node->max_def;
        if (w->recording && w->clock.timed && c->number == WEB_U64)
            c->kind = WEB_COUNTER;
    } else if (!web_is_histogram(w, field, c)) {
        return false;
    }
    if (w->recording && web_is_snapshot(w, field, node->name))
        return false;
    c->metric = web_metadata(w, field, "metric");
    if (!c->metric.data)
        c->metric = w->recording ? web_metric_of_name(node->name) : node->name;
    c->unit = web_metadata(w, field, "unit");
    return true;
}

/* A member of a struct. */
static int web_column_of_leaf(const struct web *w, uint32_t leaf, struct web_column *c, bool *ok)
{
    const inlay_node *node = inlay_schema_leaf(w->schema, leaf);
    uint32_t number = inlay_schema_leaf_node(w->schema, leaf);
    *c = (struct web_column){.field = UINT32_MAX, .kind = WEB_GAUGE, .leaf = leaf, .max_def = node->max_def};
    *ok = node->parent != 0 && node->max_rep == 0 && web_number_kind(node, &c->number);
    if (!*ok)
        return REPORT_DONE;
    size_t len = inlay_schema_path(w->schema, number, NULL, 0);
    c->own = malloc(len + 1);
    if (!c->own)
        return report_memory();
    inlay_schema_path(w->schema, number, c->own, len + 1);
    c->metric = (inlay_bytes){(const uint8_t *)c->own, len};
    return REPORT_DONE;
}

/* ---- all columns ---- */

static int web_order(const void *left, const void *right)
{
    const struct web_column *a = left, *b = right;
    int order = web_compare(a->metric, b->metric);
    if (!order)
        order = (a->kind > b->kind) - (a->kind < b->kind);
    if (!order)
        order = web_compare(a->unit, b->unit);
    return order ? order : (a->leaf > b->leaf) - (a->leaf < b->leaf);
}

static bool web_together(const struct web *w, const struct web_column *a, const struct web_column *b)
{
    return w->recording && a->kind == b->kind && web_compare(a->metric, b->metric) == 0 &&
           web_compare(a->unit, b->unit) == 0;
}

static int web_charts_make(struct web *w)
{
    if (w->n_columns)
        qsort(w->columns, w->n_columns, sizeof *w->columns, web_order);
    w->charts = calloc(w->n_columns + 1, sizeof *w->charts);
    if (!w->charts)
        return report_memory();
    for (size_t i = 0; i < w->n_columns; i++) {
        struct web_chart *last = w->n_charts ? &w->charts[w->n_charts - 1] : NULL;
        if (last && web_together(w, &w->columns[last->first], &w->columns[i]))
            last->n++;
        else
            w->charts[w->n_charts++] = (struct web_chart){.first = i, .n = 1};
    }
    return REPORT_DONE;
}

int web_columns_open(struct web *w)
{
    uint32_t n_fields = inlay_schema_node(w->schema, 0)->n_children, n_leaves = inlay_schema_leaves(w->schema);
    int code = REPORT_DONE;
    w->columns = calloc((size_t)n_leaves + 1, sizeof *w->columns);
    if (!w->columns)
        return report_memory();
    for (uint32_t i = 0; i < n_fields; i++)
        if (w->n_columns < n_leaves && web_column_of_field(w, i, &w->columns[w->n_columns]))
            w->n_columns++;
    for (uint32_t i = 0; i < n_leaves && code == REPORT_DONE && w->n_columns < n_leaves; i++) {
        bool ok = false;
        code = web_column_of_leaf(w, i, &w->columns[w->n_columns], &ok);
        w->n_columns += ok;
    }
    return code == REPORT_DONE ? web_charts_make(w) : code;
}

void web_columns_close(struct web *w)
{
    for (size_t i = 0; i < w->n_columns; i++)
        free(w->columns[i].own);
    free(w->columns);
    free(w->fields);
    free(w->charts);
}

/* ---- what to call a line ---- */

static bool web_is_label(inlay_bytes key)
{
    static const char *const others[] = {"metric",         "metric_type",     "unit",    "grouping_power",
                                         "max_value_power", "description",     "help",    "sampler"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (web_is(key, others[i]))
            return false;
    return true;
}

/* Who recorded it says little about a line that stands alone. */
static bool web_is_origin(inlay_bytes key)
{
    return web_is(key, "source") || web_is(key, "endpoint") || web_is(key, "node") || web_is(key, "instance");
}

static bool web_field_has(const struct web *w, uint32_t field, inlay_key_value pair)
{
    uint32_t n = web_pairs(w, field);
    for (uint32_t i = 0; i < n; i++) {
        inlay_key_value other = inlay_arrow_schema_metadata(w->arrow, field, i);
        if (web_compare(other.key, pair.key) == 0)
            return web_compare(other.value, pair.value) == 0;
    }
    return false;
}

static bool web_tells_apart(const struct web *w, inlay_key_value pair, const struct web_column *const *lines,
                            unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (!web_field_has(w, lines[i]->field, pair))
            return true;
    return n == 1 && !web_is_origin(pair.key);
}

void web_column_name(struct web *w, uint32_t leaf, size_t most)
{
    char path[512];
    inlay_schema_path(w->schema, inlay_schema_leaf_node(w->schema, leaf), path, sizeof path);
    web_escape(&w->page, (inlay_bytes){(const uint8_t *)path, strlen(path)}, most);
}

/* The label that tells this line apart whose name comes next after `last`; false: there is none. Files have labels in
 * any order, and lines of one chart should not. */
static bool web_label_after(const struct web *w, const struct web_column *c, const struct web_column *const *lines,
                            unsigned n, const inlay_bytes *last, inlay_key_value *next)
{
    uint32_t n_pairs = web_pairs(w, c->field);
    bool found = false;
    for (uint32_t i = 0; i < n_pairs; i++) {
        inlay_key_value pair = inlay_arrow_schema_metadata(w->arrow, c->field, i);
        if (!pair.has_value || (last && web_compare(pair.key, *last) <= 0) ||
            (found && web_compare(pair.key, next->key) >= 0) || !web_is_label(pair.key) ||
            !web_tells_apart(w, pair, lines, n))
            continue;
        *next = pair;
        found = true;
    }
    return found;
}

unsigned web_labels(struct web *w, const struct web_column *c, const struct web_column *const *lines, unsigned n)
{
    enum { WEB_LABELS = 4 };
    inlay_key_value pair = {.has_value = false};
    unsigned told = 0;
    for (inlay_bytes last = pair.key; told < WEB_LABELS && web_label_after(w, c, lines, n, told ? &last : NULL, &pair);) {
        out_text(&w->page, told++ ? ", " : "");
        web_escape(&w->page, pair.key, WEB_LABEL_CHARS);
        out_text(&w->page, "=");
        web_escape(&w->page, pair.value, WEB_LABEL_CHARS);
        last = pair.key;
    }
    if (told == 0 && n == 1 && c->kind != WEB_HISTOGRAM)
        web_escape(&w->page, c->metric, WEB_LABEL_CHARS);
    else if (told == 0 && n > 1)
        web_column_name(w, c->leaf, WEB_LABEL_CHARS);
    return told;
}
