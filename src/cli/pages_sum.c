/* Where the bytes of a file go: sums a column, and the gaps that nothing lies in; see pages.h. */
#include <stdlib.h>

#include "cli/pages.h"
#include "cli/types.h"

enum { PAGES_COLUMNS = 20 /* columns that the summary names, the largest first */ };

/* ---- the map ---- */

/* Pages follow each other, and so do indexes: a stretch is mostly the last one grown. */
void pages_map_add(struct pages_map *map, uint64_t from, uint64_t bytes)
{
    if (bytes > UINT64_MAX - from || map->failed)
        return;
    if (map->n > 0 && map->items[map->n - 1].to == from) {
        map->items[map->n - 1].to = from + bytes;
        return;
    }
    if (map->n == map->capacity) {
        size_t capacity = map->capacity + map->capacity / 2 + 64;
        struct pages_stretch *items = realloc(map->items, capacity * sizeof *items);
        if (!items) {
            map->failed = true;
            return;
        }
        map->items = items;
        map->capacity = capacity;
    }
    map->items[map->n++] = (struct pages_stretch){from, from + bytes};
}

static int pages_by_place(const void *a, const void *b)
{
    const struct pages_stretch *x = a, *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

/* Bytes of the file outside all stretches. */
static uint64_t pages_gaps(struct pages_map *map, uint64_t file_bytes)
{
    uint64_t gaps = 0, at = 0;
    if (map->n > 0)
        qsort(map->items, map->n, sizeof *map->items, pages_by_place);
    for (size_t i = 0; i < map->n && at < file_bytes; i++) {
        if (map->items[i].from > at)
            gaps += (map->items[i].from < file_bytes ? map->items[i].from : file_bytes) - at;
        if (map->items[i].to > at)
            at = map->items[i].to;
    }
    return at < file_bytes ? gaps + (file_bytes - at) : gaps;
}

/* ---- sums ---- */

static uint64_t pages_packed(const struct pages_bytes *b)
{
    return b->dictionary + b->data + b->other + b->headers;
}

static uint64_t pages_all(const struct pages_bytes *b)
{
    return pages_packed(b) + b->column_index + b->offset_index + b->bloom;
}

static void pages_total(const struct pages_job *job, struct pages_bytes *sum)
{
    uint32_t n = inlay_schema_leaves(job->schema);
    *sum = (struct pages_bytes){0};
    for (uint32_t i = 0; i < n; i++) {
        const struct pages_bytes *c = &job->columns[i];
        sum->dictionary += c->dictionary;
        sum->data += c->data;
        sum->other += c->other;
        sum->headers += c->headers;
        sum->levels += c->levels;
        sum->raw += c->raw;
        sum->column_index += c->column_index;
        sum->offset_index += c->offset_index;
        sum->bloom += c->bloom;
        sum->pages += c->pages;
    }
}

/* Footer, its length, and both magics. */
static uint64_t pages_frame(struct pages_job *job)
{
    uint64_t footer = inlay_reader_footer_bytes(job->in->reader) + 8, size = job->in->source.size_bytes;
    pages_map_add(&job->map, 0, 4);
    pages_map_add(&job->map, size - footer, footer);
    return footer + 4;
}

static bool pages_whole_file(const struct pages_job *job)
{
    return !job->wanted && job->row_group < 0;
}

/* ---- for people ---- */

static void pages_share(struct out *o, const char *name, uint64_t bytes, uint64_t all)
{
    out_format(o, "  %-24s %15llu", name, (unsigned long long)bytes);
    if (all > 0)
        out_format(o, "  %5.1f %%", 100.0 * (double)bytes / (double)all);
    out_char(o, '\n');
}

static void pages_some(struct out *o, const char *name, uint64_t bytes, uint64_t all)
{
    if (bytes > 0)
        pages_share(o, name, bytes, all);
}

struct pages_rank {
    uint64_t bytes;
    uint32_t leaf;
};

static int pages_by_size(const void *a, const void *b)
{
    const struct pages_rank *x = a, *y = b;
    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    return x->leaf > y->leaf ? 1 : -1;
}

static void pages_print_column(struct pages_job *job, uint32_t leaf, uint64_t all)
{
    struct out *o = job->out;
    const struct pages_bytes *b = &job->columns[leaf];
    out_format(o, "  %15llu", (unsigned long long)pages_all(b));
    out_format(o, "  %5.1f %%", all > 0 ? 100.0 * (double)pages_all(b) / (double)all : 0.0);
    out_format(o, " %8llu %s", (unsigned long long)b->pages, b->pages == 1 ? "page " : "pages");
    if (pages_packed(b) > 0)
        out_format(o, " %8.2f ratio  ",
                   (double)(b->raw + b->headers) / (double)pages_packed(b));
    else
        out_format(o, " %8s        ", "");
    types_path(o, job->schema, inlay_schema_leaf_node(job->schema, leaf), PRINT_TABLE);
    out_char(o, '\n');
}

static void pages_print_columns(struct pages_job *job, uint64_t all)
{
    uint32_t n = inlay_schema_leaves(job->schema), shown = 0, chosen = 0;
    struct pages_rank *ranks = calloc((size_t)n + 1, sizeof *ranks);
    if (!ranks)
        return;
    for (uint32_t i = 0; i < n; i++)
        if (!job->wanted || job->wanted[i])
            ranks[chosen++] = (struct pages_rank){pages_all(&job->columns[i]), i};
    qsort(ranks, chosen, sizeof *ranks, pages_by_size);
    for (; shown < chosen && shown < PAGES_COLUMNS; shown++)
        pages_print_column(job, ranks[shown].leaf, all);
    if (shown < chosen)
        out_format(job->out, "  and %lu smaller columns\n", (unsigned long)(chosen - shown));
    free(ranks);
}

void pages_print_summary(struct pages_job *job)
{
    struct out *o = job->out;
    struct pages_bytes sum;
    pages_total(job, &sum);
    bool whole = pages_whole_file(job);
    uint64_t frame = whole ? pages_frame(job) : 0;
    uint64_t all = whole ? job->in->source.size_bytes : pages_all(&sum);
    if (!job->settings->summary)
        out_char(o, '\n');
    print_safe_text(o, job->in->path);
    out_text(o, whole ? ": where the bytes go\n" : ": where the bytes of this part go\n");
    pages_some(o, "data pages", sum.data, all);
    pages_some(o, "  of which v2 levels", sum.levels, all);
    pages_some(o, "dictionary pages", sum.dictionary, all);
    pages_some(o, "other pages", sum.other, all);
    pages_some(o, "page headers", sum.headers, all);
    pages_some(o, "column index", sum.column_index, all);
    pages_some(o, "offset index", sum.offset_index, all);
    pages_some(o, "bloom filters", sum.bloom, all);
    if (whole) {
        pages_share(o, "footer and magic", frame, all);
        pages_some(o, "gaps", pages_gaps(&job->map, all), all);
    }
    pages_share(o, "all", all, 0);
    pages_print_columns(job, all);
}

/* ---- JSON ---- */

static void pages_json_bytes(struct json *j, const struct pages_bytes *b)
{
    json_uint(j, "bytes", pages_all(b));
    json_uint(j, "pages", b->pages);
    json_uint(j, "data", b->data);
    json_uint(j, "v2_levels", b->levels);
    json_uint(j, "dictionary", b->dictionary);
    json_uint(j, "other_pages", b->other);
    json_uint(j, "page_headers", b->headers);
    json_uint(j, "raw", b->raw);
    json_uint(j, "column_index", b->column_index);
    json_uint(j, "offset_index", b->offset_index);
    json_uint(j, "bloom_filters", b->bloom);
}

void pages_json_summary(struct pages_job *job)
{
    struct json *j = &job->json;
    struct pages_bytes sum;
    uint32_t n = inlay_schema_leaves(job->schema);
    pages_total(job, &sum);
    json_open(j, NULL, '{');
    json_text(j, "file", job->in->path);
    json_uint(j, "file_bytes", job->in->source.size_bytes);
    if (pages_whole_file(job)) {
        json_uint(j, "footer", pages_frame(job));
        json_uint(j, "gaps", pages_gaps(&job->map, job->in->source.size_bytes));
    }
    json_open(j, "total", '{');
    pages_json_bytes(j, &sum);
    json_close(j, '}');
    json_open(j, "columns", '[');
    for (uint32_t i = 0; i < n && !out_failed(j->out); i++) {
        if (job->wanted && !job->wanted[i])
            continue;
        json_open(j, NULL, '{');
        json_uint(j, "leaf", i);
        json_next(j, "column");
        types_path(j->out, job->schema, inlay_schema_leaf_node(job->schema, i), PRINT_JSON);
        pages_json_bytes(j, &job->columns[i]);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_close(j, '}');
    json_line(j);
}
