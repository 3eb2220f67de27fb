/* meta: everything that a file's footer says, for people or as JSON. */
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/json.h"
#include "cli/report.h"
#include "cli/types.h"

struct meta_settings {
    struct files_settings files;
    bool json;
};

enum { META_ENCODINGS = 32, META_VALUE = 72 /* bytes of a value for people */ };

/* One file's report. The first failure inside is reported; the rest goes on. */
struct meta_job {
    struct out *out;
    struct files_input *in;
    const inlay_schema *schema;
    struct json json;
    int code;
};

static void meta_failed(struct meta_job *job)
{
    if (job->code == REPORT_DONE)
        job->code = report_failure(job->in->path, &job->in->env->error);
}

/* JSON. */

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

static void meta_json_logical(struct json *j, const inlay_logical *l)
{
    static const char *const units[] = {"?", "MILLIS", "MICROS", "NANOS"};
    if (l->kind == INLAY_LOGICAL_NONE) {
        json_null(j, "logical");
        return;
    }
    json_open(j, "logical", '{');
    json_text(j, "kind", inlay_logical_name(l->kind));
    if (l->kind == INLAY_DECIMAL) {
        json_int(j, "precision", l->precision);
        json_int(j, "scale", l->scale);
    } else if (l->kind == INLAY_TIME || l->kind == INLAY_TIMESTAMP) {
        json_text(j, "unit", units[l->unit <= INLAY_NANOS ? l->unit : 0]);
        json_bool(j, "utc", l->utc);
    } else if (l->kind == INLAY_INTEGER) {
        json_int(j, "bits", l->bits);
        json_bool(j, "signed", l->is_signed);
    } else if (l->kind == INLAY_VARIANT) {
        json_int(j, "version", l->version);
    } else if (l->kind == INLAY_GEOMETRY || l->kind == INLAY_GEOGRAPHY) {
        json_bytes(j, "crs", l->crs);
        if (l->kind == INLAY_GEOGRAPHY && l->edges >= 0)
            json_text(j, "edges", types_edges(l->edges));
    }
    json_close(j, '}');
}

static void meta_json_path(struct meta_job *job, const char *key, uint32_t node)
{
    json_next(&job->json, key);
    types_path(job->out, job->schema, node, PRINT_JSON);
}

static void meta_json_node(struct meta_job *job, uint32_t i)
{
    struct json *j = &job->json;
    const inlay_node *node = inlay_schema_node(job->schema, i);
    json_open(j, NULL, '{');
    json_uint(j, "node", i);
    json_uint(j, "parent", node->parent);
    json_bytes(j, "name", node->name);
    meta_json_path(job, "path", i);
    json_text(j, "repetition", inlay_repetition_name(node->repetition));
    if (node->type == INLAY_GROUP)
        json_null(j, "type");
    else
        json_text(j, "type", inlay_type_name(node->type));
    if (node->type == INLAY_FIXED_LEN_BYTE_ARRAY)
        json_int(j, "type_length", node->type_length);
    meta_json_logical(j, &node->logical);
    if (node->has_field_id)
        json_int(j, "field_id", node->field_id);
    json_uint(j, "children", node->n_children);
    json_at(j, "leaf", node->leaf);
    json_uint(j, "max_def", node->max_def);
    json_uint(j, "max_rep", node->max_rep);
    json_close(j, '}');
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
    meta_json_statistics(j, inlay_schema_leaf(job->schema, leaf), &chunk.statistics);
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

static void meta_json(struct meta_job *job)
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
        meta_json_node(job, i);
    json_close(j, ']');
    json_open(j, "row_groups", '[');
    uint32_t groups = inlay_reader_row_groups(reader);
    for (uint32_t i = 0; i < groups && !out_failed(job->out); i++)
        meta_json_row_group(job, i);
    json_close(j, ']');
    json_close(j, '}');
    json_line(j);
}

/* For people. */

/* At most META_VALUE bytes of a value, and how many there are. */
static void meta_short(struct out *o, inlay_bytes value)
{
    inlay_bytes shown = value;
    if (shown.len > META_VALUE)
        shown.len = META_VALUE;
    while (shown.len < value.len && shown.len > 0 && (value.data[shown.len] & 0xC0) == 0x80)
        shown.len--; /* not through a character */
    print_safe(o, shown);
    if (shown.len < value.len) {
        out_text(o, ".. (");
        print_count(o, value.len);
        out_text(o, " bytes)");
    }
}

static void meta_text_key_value(struct out *o, const char *indent, const inlay_key_value *kv)
{
    out_text(o, indent);
    print_safe(o, kv->key);
    if (kv->has_value) {
        out_text(o, " = ");
        meta_short(o, kv->value);
    }
    out_char(o, '\n');
}

static void meta_text_bound(struct out *o, const char *name, const inlay_node *node,
                            inlay_bytes bound)
{
    out_text(o, name);
    if (node->type == INLAY_BYTE_ARRAY && bound.len > META_VALUE) {
        meta_short(o, bound);
    } else if (!print_bound(o, node, bound, PRINT_TABLE)) {
        out_text(o, "0x");
        for (size_t i = 0; i < bound.len && i < META_VALUE / 2; i++)
            out_format(o, "%02x", bound.data[i]);
    }
}

static void meta_text_chunk(struct meta_job *job, uint32_t row_group, uint32_t leaf)
{
    struct out *o = job->out;
    inlay_chunk chunk;
    const inlay_node *node = inlay_schema_leaf(job->schema, leaf);
    out_format(o, "    %lu ", (unsigned long)leaf);
    types_path(o, job->schema, inlay_schema_leaf_node(job->schema, leaf), PRINT_TABLE);
    if (inlay_reader_chunk(job->in->reader, row_group, leaf, &chunk) != INLAY_OK) {
        out_text(o, ": bad\n");
        meta_failed(job);
        return;
    }
    out_text(o, ": ");
    types_physical(o, node);
    out_char(o, ' ');
    out_text(o, inlay_codec_name(chunk.codec));
    for (int i = 0, first = 1; i < META_ENCODINGS; i++) {
        if (!(chunk.encodings >> i & 1))
            continue;
        out_char(o, first ? ' ' : ',');
        out_text(o, inlay_encoding_name(i));
        first = 0;
    }
    out_format(o, ", %lld levels, %lld bytes (%lld raw) at %lld", (long long)chunk.n_levels,
               (long long)chunk.compressed_bytes, (long long)chunk.uncompressed_bytes,
               (long long)chunk.start_at);
    const inlay_statistics *s = &chunk.statistics;
    if (s->has_null_count)
        out_format(o, ", %lld nulls", (long long)s->null_count);
    if (s->has_distinct_count)
        out_format(o, ", %lld distinct", (long long)s->distinct_count);
    if (s->has_nan_count)
        out_format(o, ", %lld NaN", (long long)s->nan_count);
    if (s->has_min)
        meta_text_bound(o, ", min ", node, s->min);
    if (s->has_max)
        meta_text_bound(o, ", max ", node, s->max);
    if ((s->has_min || s->has_max) && !s->usable)
        out_text(o, " (bounds not usable)");
    if (chunk.dictionary_page_at >= 0)
        out_text(o, ", dictionary");
    if (chunk.column_index_at >= 0)
        out_text(o, ", column index");
    if (chunk.offset_index_at >= 0)
        out_text(o, ", offset index");
    if (chunk.bloom_at >= 0)
        out_text(o, ", bloom filter");
    out_char(o, '\n');
    for (uint32_t i = 0; i < chunk.n_key_values; i++) {
        inlay_key_value kv;
        if (inlay_reader_chunk_key_value(job->in->reader, row_group, leaf, i, &kv) == INLAY_OK)
            meta_text_key_value(o, "      ", &kv);
        else
            meta_failed(job);
    }
}

static void meta_text_row_group(struct meta_job *job, uint32_t i)
{
    struct out *o = job->out;
    inlay_row_group group;
    out_format(o, "  row group %lu: ", (unsigned long)i);
    if (inlay_reader_row_group(job->in->reader, i, &group) != INLAY_OK) {
        out_text(o, "bad\n");
        meta_failed(job);
        return;
    }
    print_count(o, (uint64_t)group.n_rows);
    out_text(o, group.n_rows == 1 ? " row from " : " rows from ");
    print_count(o, (uint64_t)group.first_row);
    out_format(o, ", %lld bytes raw", (long long)group.total_bytes);
    for (uint32_t k = 0; k < group.n_sorting; k++) {
        inlay_sorting sorting;
        if (inlay_reader_sorting(job->in->reader, i, k, &sorting) != INLAY_OK) {
            meta_failed(job);
            continue;
        }
        out_text(o, k == 0 ? ", sorted by " : ", ");
        types_path(o, job->schema, inlay_schema_leaf_node(job->schema, sorting.leaf), PRINT_TABLE);
        out_text(o, sorting.descending ? " descending" : "");
        out_text(o, sorting.nulls_first ? " nulls first" : "");
    }
    out_char(o, '\n');
    uint32_t n = inlay_schema_leaves(job->schema);
    for (uint32_t leaf = 0; leaf < n && !out_failed(o); leaf++)
        meta_text_chunk(job, i, leaf);
}

static void meta_text(struct meta_job *job)
{
    struct out *o = job->out;
    inlay_reader *reader = job->in->reader;
    print_safe_text(o, job->in->path);
    out_text(o, "\n  ");
    print_count(o, job->in->source.size_bytes);
    out_text(o, " bytes, of which footer ");
    print_count(o, inlay_reader_footer_bytes(reader));
    out_format(o, "\n  version %ld", (long)inlay_reader_version(reader));
    if (inlay_reader_created_by(reader).len > 0) {
        out_text(o, ", created by ");
        print_safe(o, inlay_reader_created_by(reader));
    }
    out_text(o, "\n  ");
    print_count(o, (uint64_t)inlay_reader_rows(reader));
    out_format(o, " rows, %lu row groups, %lu columns\n",
               (unsigned long)inlay_reader_row_groups(reader),
               (unsigned long)inlay_schema_leaves(job->schema));
    uint32_t n = inlay_reader_key_values(reader);
    if (n > 0)
        out_text(o, "  key-values\n");
    for (uint32_t i = 0; i < n; i++)
        meta_text_key_value(o, "    ", inlay_reader_key_value(reader, i));
    uint32_t groups = inlay_reader_row_groups(reader);
    for (uint32_t i = 0; i < groups && !out_failed(o); i++)
        meta_text_row_group(job, i);
}

static int meta_command(const void *settings, char **paths, int n)
{
    const struct meta_settings *s = settings;
    struct out o;
    int worst = REPORT_DONE;
    if (!out_open(&o, STDOUT_FILENO))
        return report_memory();
    for (int i = 0; i < n && !out_failed(&o); i++) {
        struct files_input in;
        inlay_env env = files_env(&s->files);
        int code = files_open(&in, &env, paths[i], &s->files, 0);
        if (code == REPORT_DONE) {
            struct meta_job job = {&o, &in, inlay_reader_schema(in.reader), {&o, false}, 0};
            (s->json ? meta_json : meta_text)(&job);
            code = job.code;
            files_close(&in);
        }
        if (code > worst)
            worst = code;
    }
    return out_finish(&o, worst);
}

static const struct options_row meta_options[] = {
    {"json", 'j', OPTIONS_FLAG, offsetof(struct meta_settings, json), NULL,
     "one JSON object a file and line, with every field"},
    FILES_OPTIONS(struct meta_settings, files),
    {0},
};

const struct command command_meta = {
    .name = "meta",
    .summary = "print all metadata: footer, row groups, columns, statistics",
    .operands = "FILE...",
    .help = "Prints what the footer says: key-values, row groups with their sorting, and for\n"
            "each column chunk its type, codec, encodings, sizes, places and statistics.\n"
            "Statistics marked \"not usable\" must not be used to skip data.\n"
            "\n"
            "Examples:\n"
            "  inlay meta metrics.parquet\n"
            "  inlay meta --json metrics.parquet | jq '.row_groups[].rows'\n",
    .options = meta_options,
    .settings_bytes = sizeof(struct meta_settings),
    .min_operands = 1,
    .run = meta_command,
};
