/* meta: everything that a file's footer says, for people or as JSON. */
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/meta.h"
#include "cli/report.h"
#include "cli/types.h"

struct meta_settings {
    struct files_settings files;
    bool json;
};

enum { META_VALUE = 72, META_NUMBERS = 16 /* bytes of a value, levels of a histogram for people */ };

void meta_failed(struct meta_job *job)
{
    if (job->code == REPORT_DONE)
        job->code = report_failure(job->in->path, &job->in->env->error);
}

const char *meta_order_name(inlay_order order)
{
    static const char *const names[] = {[INLAY_ORDER_NONE] = "none",
                                        [INLAY_ORDER_TYPE] = "TYPE_ORDER",
                                        [INLAY_ORDER_IEEE_754] = "IEEE_754_TOTAL_ORDER",
                                        [INLAY_ORDER_INT96] = "INT96_TIMESTAMP_ORDER",
                                        [INLAY_ORDER_UNKNOWN] = "unknown"};
    return (size_t)order < sizeof names / sizeof *names ? names[order] : "unknown";
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

static void meta_text_numbers(struct out *o, const char *name, const int64_t *numbers, uint32_t n)
{
    if (!numbers)
        return;
    out_text(o, name);
    for (uint32_t i = 0; i < n && i < META_NUMBERS; i++)
        out_format(o, i ? " %lld" : "%lld", (long long)numbers[i]);
    if (n > META_NUMBERS)
        out_text(o, " ..");
}

static void meta_text_geospatial(struct out *o, const inlay_geospatial *g)
{
    if (g->has_box)
        out_format(o, ", x %g to %g, y %g to %g", g->x_min, g->x_max, g->y_min, g->y_max);
    if (g->has_z)
        out_format(o, ", z %g to %g", g->z_min, g->z_max);
    if (g->has_m)
        out_format(o, ", m %g to %g", g->m_min, g->m_max);
    for (uint32_t i = 0; i < g->n_types; i++)
        out_format(o, i ? " %ld" : ", WKB types %ld", (long)g->types[i]);
}

/* Pages by encoding, sizes, places in space; nothing where the file says nothing. */
static void meta_text_details(struct meta_job *job, uint32_t row_group, uint32_t leaf)
{
    struct out *o = job->out;
    inlay_chunk_details d;
    if (inlay_reader_chunk_details(job->in->reader, row_group, leaf, &d) != INLAY_OK) {
        meta_failed(job);
        return;
    }
    for (uint32_t i = 0; i < d.n_encoding_counts; i++) {
        const inlay_encoding_count *c = &d.encoding_counts[i];
        out_format(o, "%s%ld %s", i ? ", " : "      pages ", (long)c->count,
                   inlay_page_type_name(c->page_type));
        out_format(o, " %s", inlay_encoding_name(c->encoding));
    }
    if (d.n_encoding_counts > 0)
        out_char(o, '\n');
    const inlay_size_statistics *s = &d.sizes;
    if (s->unencoded_bytes >= 0 || s->rep || s->def) {
        out_text(o, "      sizes");
        if (s->unencoded_bytes >= 0)
            out_format(o, " %lld bytes unencoded", (long long)s->unencoded_bytes);
        meta_text_numbers(o, ", repetition levels ", s->rep, s->n_rep);
        meta_text_numbers(o, ", definition levels ", s->def, s->n_def);
        out_char(o, '\n');
    }
    if (d.geospatial.present) {
        out_text(o, "      space");
        meta_text_geospatial(o, &d.geospatial);
        out_char(o, '\n');
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
        out_format(o, " (not usable: %s)", s->why);
    if (chunk.dictionary_page_at >= 0)
        out_text(o, ", dictionary");
    if (chunk.column_index_at >= 0)
        out_text(o, ", column index");
    if (chunk.offset_index_at >= 0)
        out_text(o, ", offset index");
    if (chunk.bloom_at >= 0)
        out_text(o, ", bloom filter");
    out_char(o, '\n');
    meta_text_details(job, row_group, leaf);
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
            "With --json, \"footer\" holds every field as it stands in the file, named as in\n"
            "parquet.thrift, also fields that nobody knows; beside it stands what they mean.\n"
            "\n"
            "Examples:\n"
            "  inlay meta metrics.parquet\n"
            "  inlay meta --json metrics.parquet | jq '.row_groups[].rows'\n"
            "  inlay meta --json metrics.parquet | jq '.footer.schema[].logicalType'\n",
    .options = meta_options,
    .settings_bytes = sizeof(struct meta_settings),
    .min_operands = 1,
    .run = meta_command,
};
