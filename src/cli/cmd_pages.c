/* pages: every page of column chunks, from page headers and page index, and where the bytes of a file go. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inlay/visit.h"

#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/pages.h"
#include "cli/report.h"

/* The first failure of a file is reported; what can be read behind it still is. */
static void pages_failed(struct pages_job *job)
{
    out_flush(job->out);
    if (job->code == REPORT_DONE)
        job->code = report_failure(job->in->path, &job->in->env->error);
}

/* ---- one page ---- */

static bool pages_is_data(const inlay_page *page)
{
    return page->type == 0 || page->type == 3; /* DATA_PAGE, DATA_PAGE_V2 */
}

/* The bounds must outlive a read of the body: they are copied first. */
static void pages_check(struct pages_job *job, inlay_pages *pages, struct pages_page *page)
{
    inlay_bytes body;
    struct out *s = &job->scratch;
    size_t min_len = page->has_min ? page->min.len : 0, max_len = page->has_max ? page->max.len : 0;
    s->used = 0;
    out_bytes(s, page->min.data, min_len);
    out_bytes(s, page->max.data, max_len);
    page->has_min = page->has_min && s->os_error == 0;
    page->has_max = page->has_max && s->os_error == 0;
    page->min = (inlay_bytes){(const uint8_t *)s->data, min_len};
    page->max = (inlay_bytes){(const uint8_t *)s->data + min_len, max_len};
    if (inlay_pages_body(pages, &body) != INLAY_OK) {
        pages_failed(job);
        return;
    }
    bool same = inlay_crc32(0, body.data, body.len) == page->header->crc;
    page->crc = same ? PAGES_CRC_OK : PAGES_CRC_WRONG;
    job->wrong += !same;
}

static void pages_bounds(struct pages_page *page, const inlay_page_index *index)
{
    const inlay_statistics *s = &page->header->statistics;
    if (s->has_min || s->has_max) {
        page->has_min = s->has_min;
        page->has_max = s->has_max;
        page->min = s->min;
        page->max = s->max;
        page->bounds_usable = s->usable;
        page->bounds_from = "page header";
    } else if (index && index->bounds && page->number >= 0 && page->number < index->n_pages &&
               !index->bounds[page->number].null_page) {
        page->has_min = page->has_max = true;
        page->min = index->bounds[page->number].min;
        page->max = index->bounds[page->number].max;
        page->bounds_usable = index->usable;
        page->bounds_from = "column index";
    }
}

/* Rows and nulls: the header's own, else those of the index, else what follows from the levels. */
static void pages_counts(struct pages_page *page, const inlay_page_index *index,
                         const inlay_node *node, int64_t group_rows)
{
    const inlay_page *h = page->header;
    const inlay_page_location *at = NULL;
    if (index && index->locations && page->number < index->n_pages &&
        index->locations[page->number].at == h->at)
        at = &index->locations[page->number];
    if (at) {
        bool last = page->number + 1 == index->n_pages;
        page->first_row = at->first_row;
        page->rows = (last ? group_rows : at[1].first_row) - at->first_row;
    }
    if (h->n_rows >= 0)
        page->rows = h->n_rows;
    else if (node->max_rep == 0)
        page->rows = h->n_levels;
    if (h->n_nulls >= 0)
        page->nulls = h->n_nulls;
    else if (h->statistics.has_null_count)
        page->nulls = h->statistics.null_count;
    else if (at && index->bounds)
        page->nulls = index->bounds[page->number].null_count;
    else if (node->max_def == 0)
        page->nulls = 0;
}

static void pages_add(struct pages_bytes *sum, const inlay_page *page)
{
    uint64_t packed = (uint64_t)page->packed_bytes;
    sum->pages++;
    sum->headers += page->header_bytes;
    sum->raw += (uint64_t)page->raw_bytes;
    if (pages_is_data(page))
        sum->data += packed;
    else if (page->type == 2)
        sum->dictionary += packed;
    else
        sum->other += packed;
    if (page->def_bytes > 0 && (uint64_t)page->def_bytes <= packed)
        sum->levels += (uint64_t)page->def_bytes;
    if (page->rep_bytes > 0 && (uint64_t)page->rep_bytes <= packed)
        sum->levels += (uint64_t)page->rep_bytes;
}

/* ---- one column chunk ---- */

struct pages_chunk {
    uint32_t row_group, leaf;
    int64_t group_rows;
    const inlay_node *node;
    inlay_page_index *index;
    int64_t next_number, next_row; /* next_row -1: not known */
};

static void pages_tell(struct pages_job *job, struct pages_chunk *c, inlay_pages *pages,
                       const inlay_page *header)
{
    struct pages_page page = {.header = header, .number = -1, .rows = -1, .first_row = -1,
                              .nulls = -1, .bounds_from = ""};
    pages_add(&job->columns[c->leaf], header);
    pages_map_add(&job->map, (uint64_t)header->at,
                  header->header_bytes + (uint64_t)header->packed_bytes);
    if (pages_is_data(header)) {
        page.number = c->next_number++;
        page.first_row = c->next_row;
        pages_counts(&page, c->index, c->node, c->group_rows);
        bool known = page.first_row >= 0 && page.rows >= 0 && page.rows <= INT64_MAX - page.first_row;
        c->next_row = known ? page.first_row + page.rows : -1;
    }
    pages_bounds(&page, c->index);
    page.crc = header->has_crc ? PAGES_CRC_STORED : PAGES_CRC_NONE;
    if (header->has_crc && job->settings->check)
        pages_check(job, pages, &page);
    if (job->settings->summary)
        return;
    if (job->settings->json)
        pages_json_page(job, c->row_group, c->leaf, &page);
    else
        pages_print_page(job, c->node, &page);
}

static bool pages_bloom_size(void *ctx, const inlay_visited *field, int64_t value, const char *label)
{
    (void)label;
    if (field->id == 1 && value > 0) /* numBytes */
        *(uint64_t *)ctx = (uint64_t)value;
    return true;
}

/* The bloom filter's length, from its own header where the footer does not say. */
static uint64_t pages_bloom_bytes(struct pages_job *job, const inlay_chunk *chunk)
{
    uint8_t head[64];
    uint64_t bitset = 0;
    size_t used = 0, n = sizeof head;
    const inlay_source *source = &job->in->source;
    const inlay_visitor visitor = {.ctx = &bitset, .integer = pages_bloom_size};
    if (chunk->bloom_at < 0)
        return 0;
    if (chunk->bloom_bytes > 0)
        return (uint64_t)chunk->bloom_bytes;
    if ((uint64_t)chunk->bloom_at >= source->size_bytes)
        return 0;
    if (source->size_bytes - (uint64_t)chunk->bloom_at < n)
        n = (size_t)(source->size_bytes - (uint64_t)chunk->bloom_at);
    if (source->read_at(source->ctx, (uint64_t)chunk->bloom_at, head, n) != 0 ||
        inlay_metadata_visit(job->in->env, INLAY_RECORD_BLOOM_HEADER, (inlay_bytes){head, n},
                             &visitor, &used) != INLAY_OK)
        return 0;
    return used + bitset;
}

static void pages_indexes(struct pages_job *job, struct pages_chunk *c, const inlay_chunk *chunk)
{
    struct pages_bytes *sum = &job->columns[c->leaf];
    uint64_t bloom = pages_bloom_bytes(job, chunk);
    if (chunk->column_index_at >= 0 && chunk->column_index_bytes > 0) {
        sum->column_index += (uint64_t)chunk->column_index_bytes;
        pages_map_add(&job->map, (uint64_t)chunk->column_index_at,
                      (uint64_t)chunk->column_index_bytes);
    }
    if (chunk->offset_index_at >= 0 && chunk->offset_index_bytes > 0) {
        sum->offset_index += (uint64_t)chunk->offset_index_bytes;
        pages_map_add(&job->map, (uint64_t)chunk->offset_index_at,
                      (uint64_t)chunk->offset_index_bytes);
    }
    if (bloom > 0) {
        sum->bloom += bloom;
        pages_map_add(&job->map, (uint64_t)chunk->bloom_at, bloom);
    }
}

static void pages_walk(struct pages_job *job, struct pages_chunk *c)
{
    inlay_pages *pages = NULL;
    inlay_page header;
    inlay_status status = inlay_pages_open(job->in->reader, c->row_group, c->leaf, &pages);
    while (status == INLAY_OK && !out_failed(job->out)) {
        status = inlay_pages_next(pages, &header);
        if (status == INLAY_OK)
            pages_tell(job, c, pages, &header);
    }
    if (status != INLAY_OK && status != INLAY_END)
        pages_failed(job);
    inlay_pages_close(pages);
}

static void pages_chunk(struct pages_job *job, uint32_t row_group, uint32_t leaf, int64_t rows)
{
    struct pages_chunk c = {.row_group = row_group, .leaf = leaf, .group_rows = rows,
                            .node = inlay_schema_leaf(job->schema, leaf)};
    inlay_chunk chunk;
    if (inlay_reader_chunk(job->in->reader, row_group, leaf, &chunk) != INLAY_OK) {
        pages_failed(job);
        return;
    }
    inlay_status status = inlay_reader_page_index(job->in->reader, row_group, leaf, &c.index);
    if (status != INLAY_OK && status != INLAY_END) {
        pages_failed(job); /* the pages are told without it */
        c.index = NULL;
    }
    pages_indexes(job, &c, &chunk);
    if (!job->settings->summary && !job->settings->json)
        pages_print_chunk(job, row_group, leaf, &chunk);
    pages_walk(job, &c);
    inlay_page_index_close(job->in->env, c.index);
}

/* ---- one file ---- */

static void pages_groups(struct pages_job *job)
{
    inlay_reader *reader = job->in->reader;
    uint32_t groups = inlay_reader_row_groups(reader), leaves = inlay_schema_leaves(job->schema);
    for (uint32_t g = 0; g < groups && !out_failed(job->out); g++) {
        inlay_row_group group;
        if (job->row_group >= 0 && g != job->row_group)
            continue;
        if (inlay_reader_row_group(reader, g, &group) != INLAY_OK) {
            pages_failed(job);
            continue;
        }
        for (uint32_t leaf = 0; leaf < leaves && !out_failed(job->out); leaf++)
            if (!job->wanted || job->wanted[leaf])
                pages_chunk(job, g, leaf, group.n_rows);
    }
}

static int pages_choose(struct pages_job *job, bool *wanted)
{
    const struct pages_settings *s = job->settings;
    uint64_t group = 0;
    uint32_t groups = inlay_reader_row_groups(job->in->reader);
    job->row_group = -1;
    for (size_t i = 0; i < s->columns.n; i++) {
        int code = columns_want(job->in, s->columns.items[i], wanted);
        if (code != REPORT_DONE)
            return code;
    }
    if (s->columns.n > 0)
        job->wanted = wanted;
    if (!s->row_group)
        return REPORT_DONE;
    if (!options_number(s->row_group, strlen(s->row_group), &group) || group >= groups)
        return report_usage("%s: no row group '%s': there are %lu, numbered from 0", job->in->path,
                            s->row_group, (unsigned long)groups);
    job->row_group = (int64_t)group;
    return REPORT_DONE;
}

static int pages_file(struct pages_job *job)
{
    uint32_t leaves = inlay_schema_leaves(job->schema);
    bool *wanted = calloc((size_t)leaves + 1, sizeof *wanted);
    job->columns = calloc((size_t)leaves + 1, sizeof *job->columns);
    if (!wanted || !job->columns || !out_open(&job->scratch, -1))
        job->code = report_memory();
    else
        job->code = pages_choose(job, wanted);
    if (job->code == REPORT_DONE) {
        pages_groups(job);
        if (job->map.failed)
            job->code = report_memory();
        else if (job->settings->summary && job->settings->json)
            pages_json_summary(job);
        else if (!job->settings->json)
            pages_print_summary(job);
    }
    if (job->wrong > 0) {
        out_flush(job->out);
        report_note("%s: pages with a wrong checksum: %llu", job->in->path,
                    (unsigned long long)job->wrong);
        job->code = job->code > REPORT_BAD ? job->code : REPORT_BAD;
    }
    free(wanted);
    free(job->columns);
    free(job->map.items);
    out_close(&job->scratch);
    return job->code;
}

static int pages_command(const void *settings, char **paths, int n)
{
    const struct pages_settings *s = settings;
    struct out o;
    int worst = REPORT_DONE;
    if (!out_open(&o, STDOUT_FILENO))
        return report_memory();
    for (int i = 0; i < n && !out_failed(&o); i++) {
        struct files_input in;
        inlay_env env = files_env(&s->files);
        int code = files_open(&in, &env, paths[i], &s->files, 0);
        if (code == REPORT_DONE) {
            struct pages_job job = {.settings = s, .out = &o, .in = &in, .json = {&o, false},
                                    .schema = inlay_reader_schema(in.reader)};
            code = pages_file(&job);
            files_close(&in);
        }
        worst = code > worst ? code : worst;
    }
    return out_finish(&o, worst);
}

static const struct options_row pages_options[] = {
    {"columns", 'c', OPTIONS_LIST, offsetof(struct pages_settings, columns), "A,B.C",
     "only these columns: names, or dotted paths of\nparts"},
    {"column", 0, OPTIONS_LIST, offsetof(struct pages_settings, columns), "A",
     "the same"},
    {"row-group", 'g', OPTIONS_TEXT, offsetof(struct pages_settings, row_group), "N",
     "only this row group, counted from 0"},
    {"check", 0, OPTIONS_FLAG, offsetof(struct pages_settings, check), NULL,
     "read the pages and compare their checksums"},
    {"summary", 's', OPTIONS_FLAG, offsetof(struct pages_settings, summary), NULL,
     "only where the bytes go"},
    {"json", 'j', OPTIONS_FLAG, offsetof(struct pages_settings, json), NULL,
     "one JSON object a page and line; with --summary\none a file"},
    FILES_OPTIONS(struct pages_settings, files),
    {0},
};

const struct command command_pages = {
    .name = "pages",
    .summary = "print every page, and where the bytes of a file go",
    .operands = "FILE...",
    .help = "Prints each column chunk page by page: type, encoding, place, sizes, rows, nulls,\n"
            "bounds and checksum, from the page headers and, where they do not say, from the\n"
            "page index; \"-\" stands for what neither says. Then a summary of where the bytes\n"
            "go: data, dictionaries, headers, indexes, bloom filters, footer, gaps.\n"
            "\n"
            "Examples:\n"
            "  inlay pages --column value --row-group 0 metrics.parquet\n"
            "  inlay pages --summary metrics.parquet\n"
            "  inlay pages --json metrics.parquet | jq -s 'map(.packed_bytes) | add'\n",
    .options = pages_options,
    .settings_bytes = sizeof(struct pages_settings),
    .min_operands = 1,
    .run = pages_command,
};
