/* meta --json: what the library makes of a file's metadata, and below it the footer as it stands. */
#include "cli/meta.h"
#include "cli/schema_text.h"
#include "cli/types.h"

static void meta_json_base64(struct json *j, const char *key, inlay_bytes data)
{
    json_next(j, key);
    out_char(j->out, '"');
    print_base64(j->out, data);
    out_char(j->out, '"');
}

static void meta_json_key_value(struct json *j, const inlay_key_value *kv)
{
    json_open(j, NULL, '{');
    json_bytes(j, "key", kv->key);
    if (!kv->has_value) {
        json_null(j, "value");
    } else {
        json_bytes(j, "value", kv->value);
        if (!print_is_utf8(kv->value)) {
            meta_json_base64(j, "value_base64", kv->value);
        }
    }
    json_close(j, '}');
}

static void meta_json_path(struct meta_job *job, const char *key, uint32_t node)
{
    json_next(&job->json, key);
    types_path(job->out, job->schema, node, PRINT_JSON);
}

/* A bound as its column's values are printed; the raw bytes where that would lose something. */
static void meta_json_bound(struct json *j, const char *key, const char *raw_key,
                            const inlay_node *node, inlay_bytes bound)
{
    bool text = node->logical.kind == INLAY_STRING || node->logical.kind == INLAY_ENUM ||
                node->logical.kind == INLAY_JSON;
    json_next(j, key);
    bool printed = print_bound(j->out, node, bound, PRINT_JSON);
    if (!printed)
        out_text(j->out, "null");
    if (!printed || (text && !print_is_utf8(bound)))
        meta_json_base64(j, raw_key, bound);
}

static void meta_json_exact(struct json *j, const char *key, int8_t exact)
{
    if (exact >= 0)
        json_bool(j, key, exact != 0);
}

static void meta_json_statistics(struct json *j, const inlay_node *node, const inlay_statistics *s)
{
    json_open(j, "statistics", '{');
    if (s->has_min)
        meta_json_bound(j, "min", "min_base64", node, s->min);
    if (s->has_max)
        meta_json_bound(j, "max", "max_base64", node, s->max);
    if (s->has_min)
        meta_json_exact(j, "min_exact", s->min_exact);
    if (s->has_max)
        meta_json_exact(j, "max_exact", s->max_exact);
    if (s->has_min || s->has_max)
        json_bool(j, "usable", s->usable);
    if ((s->has_min || s->has_max) && !s->usable)
        json_text(j, "why", s->why);
    if (s->has_null_count)
        json_int(j, "null_count", s->null_count);
    if (s->has_distinct_count)
        json_int(j, "distinct_count", s->distinct_count);
    if (s->has_nan_count)
        json_int(j, "nan_count", s->nan_count);
    json_close(j, '}');
}

static void meta_json_place(struct json *j, const char *key, int64_t at, int32_t bytes)
{
    if (at < 0) {
        json_null(j, key);
        return;
    }
    json_open(j, key, '{');
    json_int(j, "at", at);
    json_at(j, "bytes", bytes);
    json_close(j, '}');
}

static void meta_json_numbers(struct json *j, const char *key, const int64_t *numbers, uint32_t n)
{
    if (!numbers)
        return;
    json_open(j, key, '[');
    for (uint32_t i = 0; i < n; i++)
        json_int(j, NULL, numbers[i]);
    json_close(j, ']');
}

static void meta_json_sizes(struct json *j, const inlay_size_statistics *s)
{
    if (!s->present)
        return;
    json_open(j, "size_statistics", '{');
    if (s->unencoded_bytes >= 0)
        json_int(j, "unencoded_bytes", s->unencoded_bytes);
    meta_json_numbers(j, "rep_histogram", s->rep, s->n_rep);
    meta_json_numbers(j, "def_histogram", s->def, s->n_def);
    json_close(j, '}');
}

static void meta_json_range(struct json *j, const char *key, double min, double max)
{
    json_open(j, key, '[');
    json_real(j, NULL, min);
    json_real(j, NULL, max);
    json_close(j, ']');
}

static void meta_json_geospatial(struct json *j, const inlay_geospatial *g)
{
    if (!g->present)
        return;
    json_open(j, "geospatial_statistics", '{');
    if (g->has_box) {
        meta_json_range(j, "x", g->x_min, g->x_max);
        meta_json_range(j, "y", g->y_min, g->y_max);
    }
    if (g->has_z)
        meta_json_range(j, "z", g->z_min, g->z_max);
    if (g->has_m)
        meta_json_range(j, "m", g->m_min, g->m_max);
    json_open(j, "types", '[');
    for (uint32_t i = 0; i < g->n_types; i++)
        json_int(j, NULL, g->types[i]);
    json_close(j, ']');
    json_close(j, '}');
}

static void meta_json_details(struct meta_job *job, uint32_t row_group, uint32_t leaf)
{
    struct json *j = &job->json;
    inlay_chunk_details details;
    if (inlay_reader_chunk_details(job->in->reader, row_group, leaf, &details) != INLAY_OK) {
        meta_failed(job);
        return;
    }
    json_open(j, "encoding_stats", '[');
    for (uint32_t i = 0; i < details.n_encoding_counts; i++) {
        const inlay_encoding_count *c = &details.encoding_counts[i];
        json_open(j, NULL, '{');
        json_text(j, "page_type", inlay_page_type_name(c->page_type));
        json_text(j, "encoding", inlay_encoding_name(c->encoding));
        json_int(j, "count", c->count);
        json_close(j, '}');
    }
    json_close(j, ']');
    meta_json_sizes(j, &details.sizes);
    meta_json_geospatial(j, &details.geospatial);
}

static void meta_json_chunk(struct meta_job *job, uint32_t row_group, uint32_t leaf)
{
    struct json *j = &job->json;
    inlay_chunk chunk;
    json_open(j, NULL, '{');
    json_uint(j, "leaf", leaf);
    meta_json_path(job, "column", inlay_schema_leaf_node(job->schema, leaf));
    if (inlay_reader_chunk(job->in->reader, row_group, leaf, &chunk) != INLAY_OK) {
        json_error(j, "error", &job->in->env->error);
        json_close(j, '}');
        meta_failed(job);
        return;
    }
    json_text(j, "codec", inlay_codec_name(chunk.codec));
    json_open(j, "encodings", '[');
    for (int i = 0; i < META_ENCODINGS; i++)
        if (chunk.encodings >> i & 1)
            json_text(j, NULL, inlay_encoding_name(i));
    json_close(j, ']');
    json_int(j, "levels", chunk.n_levels);
    json_int(j, "compressed_bytes", chunk.compressed_bytes);
    json_int(j, "uncompressed_bytes", chunk.uncompressed_bytes);
    json_int(j, "start_at", chunk.start_at);
    json_int(j, "data_page_at", chunk.data_page_at);
    json_at(j, "dictionary_page_at", chunk.dictionary_page_at);
    meta_json_place(j, "column_index", chunk.column_index_at, chunk.column_index_bytes);
    meta_json_place(j, "offset_index", chunk.offset_index_at, chunk.offset_index_bytes);
    meta_json_place(j, "bloom_filter", chunk.bloom_at, chunk.bloom_bytes);
    json_text(j, "order", meta_order_name(inlay_reader_order(job->in->reader, leaf)));
    meta_json_statistics(j, inlay_schema_leaf(job->schema, leaf), &chunk.statistics);
    meta_json_details(job, row_group, leaf);
    json_open(j, "key_values", '[');
    for (uint32_t i = 0; i < chunk.n_key_values; i++) {
        inlay_key_value kv;
        if (inlay_reader_chunk_key_value(job->in->reader, row_group, leaf, i, &kv) == INLAY_OK)
            meta_json_key_value(j, &kv);
        else
            meta_failed(job);
    }
    json_close(j, ']');
    json_close(j, '}');
}

static void meta_json_row_group(struct meta_job *job, uint32_t i)
{
    struct json *j = &job->json;
    inlay_row_group group;
    json_open(j, NULL, '{');
    if (inlay_reader_row_group(job->in->reader, i, &group) != INLAY_OK) {
        json_error(j, "error", &job->in->env->error);
        json_close(j, '}');
        meta_failed(job);
        return;
    }
    json_int(j, "rows", group.n_rows);
    json_int(j, "first_row", group.first_row);
    json_int(j, "total_bytes", group.total_bytes);
    json_open(j, "sorting", '[');
    for (uint32_t k = 0; k < group.n_sorting; k++) {
        inlay_sorting sorting;
        if (inlay_reader_sorting(job->in->reader, i, k, &sorting) != INLAY_OK) {
            meta_failed(job);
            continue;
        }
        json_open(j, NULL, '{');
        json_uint(j, "leaf", sorting.leaf);
        meta_json_path(job, "column", inlay_schema_leaf_node(job->schema, sorting.leaf));
        json_bool(j, "descending", sorting.descending);
        json_bool(j, "nulls_first", sorting.nulls_first);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_open(j, "columns", '[');
    uint32_t n = inlay_schema_leaves(job->schema);
    for (uint32_t leaf = 0; leaf < n && !out_failed(job->out); leaf++)
        meta_json_chunk(job, i, leaf);
    json_close(j, ']');
    json_close(j, '}');
}

void meta_json(struct meta_job *job)
{
    struct json *j = &job->json;
    inlay_reader *reader = job->in->reader;
    json_open(j, NULL, '{');
    json_text(j, "file", job->in->path);
    json_uint(j, "bytes", job->in->source.size_bytes);
    json_uint(j, "footer_bytes", inlay_reader_footer_bytes(reader));
    json_int(j, "version", inlay_reader_version(reader));
    json_bytes(j, "created_by", inlay_reader_created_by(reader));
    json_int(j, "rows", inlay_reader_rows(reader));
    json_int(j, "footer_rows", inlay_reader_footer_rows(reader));
    json_open(j, "key_values", '[');
    for (uint32_t i = 0; i < inlay_reader_key_values(reader); i++)
        meta_json_key_value(j, inlay_reader_key_value(reader, i));
    json_close(j, ']');
    json_open(j, "schema", '[');
    uint32_t nodes = inlay_schema_nodes(job->schema);
    for (uint32_t i = 0; i < nodes && !out_failed(job->out); i++)
        schema_json_node(j, job->schema, i);
    json_close(j, ']');
    json_open(j, "row_groups", '[');
    uint32_t groups = inlay_reader_row_groups(reader);
    for (uint32_t i = 0; i < groups && !out_failed(job->out); i++)
        meta_json_row_group(job, i);
    json_close(j, ']');
    meta_footer_json(job);
    json_close(j, '}');
    json_line(j);
}

