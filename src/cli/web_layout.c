/* Where the bytes of the file are: a bar a row group, a stretch a column chunk, as wide as it has bytes and coloured
 * by how its values are encoded; the columns that take most; and what is not data; see web.h. */
#include "cli/web.h"

#include <stdlib.h>

#include "inlay/inspect.h"

#include "cli/print.h"
#include "cli/report.h"
#include "cli/types.h"

enum {
    WEB_BARS = 24,
    WEB_BAR_WIDTH = 1000,
    WEB_TITLE_WIDTH = 25, /* chunks that are told by name */
    WEB_TOP_COLUMNS = 12,
    WEB_CODECS = 16
};

/* Encodings that look alike on the map; the numbers are parquet.thrift's. */
static const struct web_encoding {
    uint32_t mask;
    const char *name;
} web_encodings[] = {{1u << 8 | 1u << 2, "dictionary"},
                     {1u << 0, "plain"},
                     {1u << 5 | 1u << 6 | 1u << 7, "delta"},
                     {1u << 9 | 1u << 10, "split or ALP"},
                     {1u << 3 | 1u << 4, "run lengths"},
                     {0, "other"}};
enum { WEB_ENCODINGS = sizeof web_encodings / sizeof *web_encodings };

struct web_total {
    uint64_t packed, raw;
    uint32_t leaf;
    uint8_t encoding;
    int8_t codec;
};

struct web_map {
    struct web_total *columns; /* by leaf */
    uint64_t packed, raw, indexes, blooms;
    uint64_t by_encoding[WEB_ENCODINGS], by_codec[WEB_CODECS];
    uint64_t most_bar; /* bytes of the largest bar */
    uint32_t n_groups, per_bar, n_leaves, bars;
};

static uint64_t web_positive(int64_t n)
{
    return n > 0 ? (uint64_t)n : 0;
}

/* What most data pages have; the footer's list says less, as it names what levels and dictionaries have, too. */
static uint8_t web_encoding_of(struct web *w, uint32_t group, uint32_t leaf, uint32_t listed)
{
    inlay_chunk_details details;
    int32_t most = 0;
    if (inlay_reader_chunk_details(w->in.reader, group, leaf, &details) == INLAY_OK)
        for (uint32_t i = 0; i < details.n_encoding_counts; i++) {
            const inlay_encoding_count *c = &details.encoding_counts[i];
            if ((c->page_type != 0 && c->page_type != 3) || c->count <= most || c->encoding < 0 || c->encoding > 31)
                continue;
            most = c->count;
            listed = 1u << c->encoding;
        }
    const inlay_node *node = inlay_schema_leaf(w->schema, leaf);
    if (node->type != INLAY_BOOLEAN && (listed & ~(1u << 3 | 1u << 4)))
        listed &= ~(1u << 3 | 1u << 4); /* of the levels */
    static const uint8_t order[] = {0, 2, 3, 4, 1};
    for (size_t i = 0; i < sizeof order; i++)
        if (listed & web_encodings[order[i]].mask)
            return order[i];
    return WEB_ENCODINGS - 1;
}

static int web_map_chunk(struct web *w, struct web_map *m, uint32_t group, uint32_t leaf, uint64_t *packed)
{
    inlay_chunk chunk;
    if (inlay_reader_chunk(w->in.reader, group, leaf, &chunk) != INLAY_OK)
        return report_failure(w->in.path, &w->env.error);
    struct web_total *t = &m->columns[leaf];
    *packed = web_positive(chunk.compressed_bytes);
    t->leaf = leaf;
    t->packed += *packed;
    t->raw += web_positive(chunk.uncompressed_bytes);
    t->codec = chunk.codec >= 0 && chunk.codec < WEB_CODECS ? (int8_t)chunk.codec : WEB_CODECS - 1;
    m->packed += *packed;
    m->raw += web_positive(chunk.uncompressed_bytes);
    m->indexes += (chunk.column_index_at >= 0 ? web_positive(chunk.column_index_bytes) : 0) +
                  (chunk.offset_index_at >= 0 ? web_positive(chunk.offset_index_bytes) : 0);
    m->blooms += chunk.bloom_at >= 0 ? web_positive(chunk.bloom_bytes) : 0;
    m->by_codec[t->codec] += *packed;
    t->encoding = web_encoding_of(w, group, leaf, chunk.encodings);
    m->by_encoding[t->encoding] += *packed;
    return REPORT_DONE;
}

static int web_map_read(struct web *w, struct web_map *m)
{
    uint64_t bar = 0, packed = 0;
    for (uint32_t g = 0; g < m->n_groups; g++) {
        if (g % m->per_bar == 0)
            bar = 0;
        for (uint32_t leaf = 0; leaf < m->n_leaves; leaf++) {
            int code = web_map_chunk(w, m, g, leaf, &packed);
            if (code != REPORT_DONE)
                return code;
            bar += packed;
        }
        m->most_bar = bar > m->most_bar ? bar : m->most_bar;
    }
    return REPORT_DONE;
}

/* ---- the map ---- */

/* What is being drawn: one chunk, or neighbours of one encoding that are too narrow to be told apart. */
struct web_stretch {
    double from, to;
    uint8_t encoding;
    bool shade; /* chunks side by side take turns */
};

static void web_stretch_draw(struct web *w, struct web_stretch *s, uint32_t bar, const struct web_total *alone)
{
    struct out *o = &w->page;
    if (s->to - s->from >= 0.005) {
        out_format(o, "<path class=\"t s%u%s\" d=\"M%.2f %u.5h%.2f\"", s->encoding, s->shade ? " o" : "", s->from, bar,
                   s->to - s->from);
        s->shade = !s->shade;
        if (alone && s->to - s->from >= WEB_TITLE_WIDTH) {
            out_text(o, "><title>");
            web_column_name(w, alone->leaf, 80);
            out_format(o, ": %s, ", web_encodings[alone->encoding].name);
            print_size(o, alone->packed);
            out_text(o, " in all</title></path>");
        } else {
            out_text(o, "/>");
        }
    }
    s->from = s->to;
}

static void web_map_chunk_draw(struct web *w, struct web_map *m, struct web_stretch *s, uint32_t bar, uint32_t leaf,
                               double to)
{
    uint8_t encoding = m->columns[leaf].encoding;
    double wide = to - s->to;
    if (wide >= 2 + m->bars / 2) {
        web_stretch_draw(w, s, bar, NULL);
        s->to = to;
        s->encoding = encoding;
        web_stretch_draw(w, s, bar, &m->columns[leaf]);
    } else if (encoding != s->encoding && wide >= 0.5) { /* what is narrower still joins its neighbour */
        web_stretch_draw(w, s, bar, NULL);
        s->encoding = encoding;
    }
    s->to = to;
}

/* Of each row group of a bar, the chunks in column order. */
static int web_map_bar(struct web *w, struct web_map *m, uint32_t bar)
{
    double scale = m->most_bar ? (double)WEB_BAR_WIDTH / (double)m->most_bar : 0;
    struct web_stretch s = {0};
    uint64_t at = 0;
    for (uint32_t g = bar * m->per_bar; g < m->n_groups && g < (bar + 1) * m->per_bar; g++)
        for (uint32_t leaf = 0; leaf < m->n_leaves; leaf++) {
            inlay_chunk chunk;
            if (inlay_reader_chunk(w->in.reader, g, leaf, &chunk) != INLAY_OK)
                return report_failure(w->in.path, &w->env.error);
            at += web_positive(chunk.compressed_bytes);
            web_map_chunk_draw(w, m, &s, bar, leaf, (double)at * scale);
        }
    web_stretch_draw(w, &s, bar, NULL);
    return REPORT_DONE;
}

static int web_map_bars(struct web *w, struct web_map *m)
{
    struct out *o = &w->page;
    int code = REPORT_DONE;
    uint32_t step = (m->bars + 7) / 8;
    out_format(o, "<div class=\"p map\" style=\"--n:%u\"><div class=y>", m->bars);
    for (uint32_t i = 0; i < m->bars; i += step)
        out_format(o, "<i style=\"top:%.4g%%\">%u</i>", 100.0 * (i + 0.5) / m->bars, i * m->per_bar);
    out_format(o, "</div><div class=a><svg viewBox=\"0 0 %d %u\" preserveAspectRatio=none role=img "
                  "aria-label=\"row groups and columns by bytes\">",
               WEB_BAR_WIDTH, m->bars);
    for (uint32_t i = 0; i < m->bars && code == REPORT_DONE; i++) {
        code = web_map_bar(w, m, i);
        if (code == REPORT_DONE)
            code = web_flush(w);
    }
    out_text(o, "</svg></div></div>");
    return code;
}

static void web_percent(struct out *o, uint64_t part, uint64_t whole)
{
    double share = whole ? 100.0 * (double)part / (double)whole : 0;
    out_format(o, share >= 10 || part == 0 ? "%.0f %%" : share >= 0.1 ? "%.1f %%" : "< 0.1 %%", share);
}

static void web_map_legend(struct out *o, const struct web_map *m)
{
    out_text(o, "<ul class=l>");
    for (size_t i = 0; i < WEB_ENCODINGS; i++) {
        if (!m->by_encoding[i])
            continue;
        out_format(o, "<li class=s%zu><span>%s</span> <em>", i, web_encodings[i].name);
        web_percent(o, m->by_encoding[i], m->packed);
        out_text(o, "</em></li>");
    }
    for (size_t i = 0; i < WEB_CODECS; i++) {
        if (!m->by_codec[i])
            continue;
        out_format(o, "<li class=plainli><span>%s</span> <em>", inlay_codec_name((int)i));
        web_percent(o, m->by_codec[i], m->packed);
        out_text(o, "</em></li>");
    }
    out_text(o, "</ul>");
}

/* ---- the whole file, and its largest columns ---- */

static void web_file_bar(struct web *w, const struct web_map *m)
{
    struct out *o = &w->page;
    uint64_t size = w->in.source.size_bytes, footer = inlay_reader_footer_bytes(w->in.reader) + 8;
    uint64_t known = m->packed + m->indexes + m->blooms + footer;
    const struct {
        const char *name;
        uint64_t bytes;
        unsigned colour;
    } parts[] = {{"column chunks", m->packed, 0}, {"page indexes", m->indexes, 2}, {"bloom filters", m->blooms, 3},
                 {"footer", footer, 1},           {"else", size > known ? size - known : 0, 5}};
    double at = 0;
    out_text(o, "<div class=\"p bar\"><div class=a><svg viewBox=\"0 0 1000 1\" preserveAspectRatio=none role=img "
                "aria-label=\"parts of the file\">");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        double width = size ? 1000.0 * (double)parts[i].bytes / (double)size : 0;
        if (width > 0 && at < 1000)
            out_format(o, "<path class=\"t s%u\" d=\"M%.2f .5h%.2f\"/>", parts[i].colour, at, width);
        at += width;
    }
    out_text(o, "</svg></div></div><ul class=l>");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!parts[i].bytes || (i == 4 && parts[i].bytes < 64))
            continue;
        out_format(o, "<li class=s%u><span>%s</span> <em>", parts[i].colour, parts[i].name);
        print_size(o, parts[i].bytes);
        out_text(o, ", ");
        web_percent(o, parts[i].bytes, size);
        out_text(o, "</em></li>");
    }
    out_text(o, "</ul>");
}

static int web_total_order(const void *left, const void *right)
{
    const struct web_total *a = left, *b = right;
    if (a->packed != b->packed)
        return a->packed < b->packed ? 1 : -1;
    return (a->leaf > b->leaf) - (a->leaf < b->leaf);
}

static void web_top_row(struct web *w, const struct web_total *t, uint64_t most, uint64_t all)
{
    struct out *o = &w->page;
    const inlay_node *node = inlay_schema_leaf(w->schema, t->leaf);
    uint32_t top = inlay_schema_leaf_node(w->schema, t->leaf), field = 0;
    while (inlay_schema_node(w->schema, top)->parent != 0)
        top = inlay_schema_node(w->schema, top)->parent;
    while (w->fields[field] != top)
        field++;
    inlay_bytes metric = web_metadata(w, field, "metric");
    out_text(o, "<tr><td class=name>");
    web_column_name(w, t->leaf, 60);
    if (metric.len) {
        out_text(o, "<small>");
        web_escape(o, metric, 60);
        out_text(o, "</small>");
    }
    out_format(o, "<td>%s", inlay_type_name(node->type));
    out_format(o, "<td>%s<td>%s", web_encodings[t->encoding].name, inlay_codec_name(t->codec));
    out_text(o, "<td class=num>");
    print_size(o, t->packed);
    out_format(o, "<td class=num>%.1f×<td class=share><s style=\"--w:%.3f\"></s><span>",
               t->packed ? (double)t->raw / (double)t->packed : 1, most ? (double)t->packed / (double)most : 0);
    web_percent(o, t->packed, all);
    out_text(o, "</span>\n");
}

static void web_top(struct web *w, struct web_map *m)
{
    struct out *o = &w->page;
    qsort(m->columns, m->n_leaves, sizeof *m->columns, web_total_order);
    out_text(o, "<h3>Largest columns</h3><div class=scroll><table><thead><tr><th>column<th>type<th>encoding<th>codec"
                "<th class=num>bytes<th class=num>ratio<th>share</thead><tbody>\n");
    for (uint32_t i = 0; i < m->n_leaves && i < WEB_TOP_COLUMNS; i++)
        web_top_row(w, &m->columns[i], m->columns[0].packed, m->packed);
    out_text(o, "</tbody></table></div>");
}

static int web_layout_draw(struct web *w, struct web_map *m)
{
    struct out *o = &w->page;
    int code = REPORT_DONE;
    out_text(o, "<section class=layout><h2>Layout</h2><h3>The file</h3>");
    web_file_bar(w, m);
    if (m->n_groups && m->packed) {
        out_text(o, "<h3>Row groups by columns</h3><p class=key>");
        print_counted(o, m->n_groups, "row group", "row groups");
        out_text(o, " × ");
        print_counted(o, m->n_leaves, "column", "columns");
        if (m->per_bar > 1)
            out_format(o, ", %u row groups a bar", m->per_bar);
        out_text(o, "; width is bytes, colour the encoding</p>");
        code = web_map_bars(w, m);
        web_map_legend(o, m);
        web_top(w, m);
    }
    out_text(o, "</section>\n");
    return code == REPORT_DONE ? web_flush(w) : code;
}

int web_layout(struct web *w)
{
    struct web_map m = {.n_groups = inlay_reader_row_groups(w->in.reader), .n_leaves = inlay_schema_leaves(w->schema)};
    m.per_bar = (m.n_groups + WEB_BARS - 1) / WEB_BARS;
    m.per_bar = m.per_bar ? m.per_bar : 1;
    m.bars = (m.n_groups + m.per_bar - 1) / m.per_bar;
    m.columns = calloc((size_t)m.n_leaves + 1, sizeof *m.columns);
    if (!m.columns)
        return report_memory();
    int code = web_map_read(w, &m);
    if (code == REPORT_DONE)
        code = web_layout_draw(w, &m);
    free(m.columns);
    return code;
}
