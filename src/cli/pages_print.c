/* Pages for people and as JSON; see pages.h. */
#include "cli/pages.h"
#include "cli/types.h"

enum { PAGES_BOUND = 40 /* bytes of a bound for people */ };

/* ---- for people ---- */

void pages_print_chunk(struct pages_job *job, uint32_t row_group, uint32_t leaf,
                       const inlay_chunk *chunk)
{
    struct out *o = job->out;
    out_format(o, "row group %lu, column %lu ", (unsigned long)row_group, (unsigned long)leaf);
    types_path(o, job->schema, inlay_schema_leaf_node(job->schema, leaf), PRINT_TABLE);
    out_text(o, ": ");
    types_physical(o, inlay_schema_leaf(job->schema, leaf));
    out_format(o, " %s, ", inlay_codec_name(chunk->codec));
    print_counted(o, (uint64_t)chunk->n_levels, "level", "levels");
    out_text(o, ", ");
    print_counted(o, (uint64_t)chunk->compressed_bytes, "byte", "bytes");
    out_format(o,
               "\n  %4s %-15s %-23s %12s %6s %10s %10s %7s %9s %9s %9s  %-8s  %s\n", "page", "type",
               "encoding", "at", "header", "packed", "raw", "ratio", "levels", "rows", "nulls", "crc",
               "bounds");
}

static void pages_number(struct out *o, int64_t value, int width)
{
    if (value < 0)
        out_format(o, " %*s", width, "-");
    else
        out_format(o, " %*lld", width, (long long)value);
}

static void pages_bound(struct pages_job *job, const inlay_node *node, inlay_bytes bound)
{
    struct out *o = job->out;
    inlay_bytes shown = bound;
    bool cut = bound.len > PAGES_BOUND && node->type == INLAY_BYTE_ARRAY &&
               node->logical.kind != INLAY_DECIMAL;
    if (cut)
        shown.len = PAGES_BOUND;
    while (cut && shown.len > 0 && (bound.data[shown.len] & 0xC0) == 0x80)
        shown.len--; /* not through a character */
    if (!print_bound(o, node, shown, PRINT_TABLE))
        out_format(o, "(%lu bytes)", (unsigned long)bound.len);
    else if (cut)
        out_text(o, "..");
}

/* `more`: bounds follow in the line. */
static void pages_crc(struct out *o, const struct pages_page *page, bool more)
{
    static const char *const words[] = {[PAGES_CRC_NONE] = "-", [PAGES_CRC_OK] = "ok",
                                        [PAGES_CRC_WRONG] = "WRONG"};
    if (page->crc == PAGES_CRC_STORED)
        out_format(o, "  %08lx", (unsigned long)page->header->crc);
    else
        out_format(o, "  %-*s", more ? 8 : 0, words[page->crc]);
}

/* "DATA_PAGE", and the number where there is no name. */
static void pages_name(struct out *o, const char *name, int32_t number, int width)
{
    if (number < 0)
        out_format(o, " %-*s", width, "-");
    else if (name[0] == '?')
        out_format(o, " %-*ld", width, (long)number);
    else
        out_format(o, " %-*s", width, name);
}

void pages_print_page(struct pages_job *job, const inlay_node *node, const struct pages_page *page)
{
    struct out *o = job->out;
    const inlay_page *h = page->header;
    if (page->number >= 0)
        out_format(o, "  %4lld", (long long)page->number);
    else
        out_format(o, "  %4s", h->type == 2 ? "dict" : "-");
    pages_name(o, inlay_page_type_name(h->type), h->type, 15);
    pages_name(o, inlay_encoding_name(h->encoding), h->encoding, 23);
    out_format(o, " %12lld %6lu %10lld %10lld", (long long)h->at, (unsigned long)h->header_bytes,
               (long long)h->packed_bytes, (long long)h->raw_bytes);
    if (h->packed_bytes > 0)
        out_format(o, " %7.2f", (double)h->raw_bytes / (double)h->packed_bytes);
    else
        out_format(o, " %7s", "-");
    pages_number(o, h->n_levels, 9);
    pages_number(o, page->rows, 9);
    pages_number(o, page->nulls, 9);
    pages_crc(o, page, page->has_min || page->has_max);
    if (page->has_min || page->has_max) {
        out_text(o, "  ");
        if (page->has_min)
            pages_bound(job, node, page->min);
        out_text(o, " .. ");
        if (page->has_max)
            pages_bound(job, node, page->max);
        if (!page->bounds_usable)
            out_text(o, " (not usable)");
    }
    out_char(o, '\n');
}

/* ---- JSON ---- */

static void pages_json_bound(struct json *j, const char *key, const inlay_node *node,
                             inlay_bytes bound)
{
    json_next(j, key);
    if (!print_bound(j->out, node, bound, PRINT_JSON))
        out_text(j->out, "null");
}

static void pages_json_name(struct json *j, const char *key, const char *name, int32_t number)
{
    if (number < 0)
        json_null(j, key);
    else if (name[0] == '?')
        json_int(j, key, number);
    else
        json_text(j, key, name);
}

static void pages_json_header(struct json *j, const inlay_page *h)
{
    pages_json_name(j, "type", inlay_page_type_name(h->type), h->type);
    pages_json_name(j, "encoding", inlay_encoding_name(h->encoding), h->encoding);
    if (h->def_encoding >= 0)
        pages_json_name(j, "def_encoding", inlay_encoding_name(h->def_encoding), h->def_encoding);
    if (h->rep_encoding >= 0)
        pages_json_name(j, "rep_encoding", inlay_encoding_name(h->rep_encoding), h->rep_encoding);
    json_int(j, "at", h->at);
    json_uint(j, "header_bytes", h->header_bytes);
    json_int(j, "packed_bytes", h->packed_bytes);
    json_int(j, "raw_bytes", h->raw_bytes);
    json_at(j, "levels", h->n_levels);
    if (h->def_bytes >= 0)
        json_int(j, "def_bytes", h->def_bytes);
    if (h->rep_bytes >= 0)
        json_int(j, "rep_bytes", h->rep_bytes);
    if (h->is_compressed >= 0)
        json_bool(j, "is_compressed", h->is_compressed != 0);
    if (h->is_sorted >= 0)
        json_bool(j, "is_sorted", h->is_sorted != 0);
}

void pages_json_page(struct pages_job *job, uint32_t row_group, uint32_t leaf,
                     const struct pages_page *page)
{
    struct json *j = &job->json;
    const inlay_page *h = page->header;
    const inlay_node *node = inlay_schema_leaf(job->schema, leaf);
    json_open(j, NULL, '{');
    json_text(j, "file", job->in->path);
    json_uint(j, "row_group", row_group);
    json_uint(j, "leaf", leaf);
    json_next(j, "column");
    types_path(j->out, job->schema, inlay_schema_leaf_node(job->schema, leaf), PRINT_JSON);
    json_at(j, "page", page->number);
    pages_json_header(j, h);
    json_at(j, "first_row", page->first_row);
    json_at(j, "rows", page->rows);
    json_at(j, "nulls", page->nulls);
    if (h->has_crc)
        json_uint(j, "crc", h->crc);
    else
        json_null(j, "crc");
    if (page->crc == PAGES_CRC_OK || page->crc == PAGES_CRC_WRONG)
        json_bool(j, "crc_ok", page->crc == PAGES_CRC_OK);
    if (page->has_min)
        pages_json_bound(j, "min", node, page->min);
    if (page->has_max)
        pages_json_bound(j, "max", node, page->max);
    if (page->has_min || page->has_max) {
        json_text(j, "bounds_from", page->bounds_from);
        json_bool(j, "bounds_usable", page->bounds_usable);
    }
    json_close(j, '}');
    json_line(j);
}
