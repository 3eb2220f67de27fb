/* info: what files are, in a few lines: rows, row groups, sizes, codecs, key-values, and where a
 * column metric_name leads the order, which metrics each row group holds. */
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/json.h"
#include "cli/report.h"

struct info_settings {
    struct files_settings files;
    bool json, all;
};

enum { INFO_CODECS = 8, INFO_KEYS = 8, INFO_GROUPS = 12 /* row groups shown without --all */ };

struct info_job {
    const struct info_settings *settings;
    struct out *out;
    struct files_input *in;
    const inlay_schema *schema;
    uint32_t codecs; /* bit i: codec i is used */
    int64_t compressed_bytes, uncompressed_bytes;
    int32_t metric; /* leaf of metric_name; -1 = none */
    int code;
};

struct info_totals {
    int files;
    uint64_t rows, bytes, row_groups;
};

static int32_t info_metric_leaf(const inlay_schema *schema)
{
    uint32_t node = inlay_schema_find(schema, "metric_name", 0);
    const inlay_node *n = node != 0 ? inlay_schema_node(schema, node) : NULL;
    return n && n->type == INLAY_BYTE_ARRAY && n->max_rep == 0 ? n->leaf : -1;
}

/* Sums over all chunks. The first damaged one is reported and ends it. */
static void info_gather(struct info_job *job)
{
    inlay_reader *reader = job->in->reader;
    uint32_t groups = inlay_reader_row_groups(reader), leaves = inlay_schema_leaves(job->schema);
    for (uint32_t i = 0; i < groups; i++) {
        for (uint32_t leaf = 0; leaf < leaves; leaf++) {
            inlay_chunk chunk;
            if (inlay_reader_chunk(reader, i, leaf, &chunk) != INLAY_OK) {
                job->code = report_failure(job->in->path, &job->in->env->error);
                return;
            }
            if (chunk.codec >= 0 && chunk.codec < INFO_CODECS)
                job->codecs |= 1u << chunk.codec;
            /* sums of untrusted numbers: unsigned, so that they wrap and not trap */
            job->compressed_bytes =
                (int64_t)((uint64_t)job->compressed_bytes + (uint64_t)chunk.compressed_bytes);
            job->uncompressed_bytes =
                (int64_t)((uint64_t)job->uncompressed_bytes + (uint64_t)chunk.uncompressed_bytes);
        }
    }
}

static bool info_range(struct info_job *job, uint32_t row_group, inlay_statistics *range)
{
    inlay_chunk chunk;
    if (job->metric < 0 ||
        inlay_reader_chunk(job->in->reader, row_group, (uint32_t)job->metric, &chunk) != INLAY_OK)
        return false;
    *range = chunk.statistics;
    return range->has_min && range->has_max && range->usable;
}

static void info_json(struct info_job *job)
{
    struct json json = {job->out, false}, *j = &json;
    inlay_reader *reader = job->in->reader;
    uint32_t groups = inlay_reader_row_groups(reader);
    json_open(j, NULL, '{');
    json_text(j, "file", job->in->path);
    json_uint(j, "bytes", job->in->source.size_bytes);
    json_int(j, "rows", inlay_reader_rows(reader));
    json_uint(j, "row_groups", groups);
    json_uint(j, "columns", inlay_schema_node(job->schema, 0)->n_children);
    json_uint(j, "leaves", inlay_schema_leaves(job->schema));
    json_uint(j, "footer_bytes", inlay_reader_footer_bytes(reader));
    json_int(j, "compressed_bytes", job->compressed_bytes);
    json_int(j, "uncompressed_bytes", job->uncompressed_bytes);
    json_open(j, "codecs", '[');
    for (int i = 0; i < INFO_CODECS; i++)
        if (job->codecs >> i & 1)
            json_text(j, NULL, inlay_codec_name(i));
    json_close(j, ']');
    json_bytes(j, "created_by", inlay_reader_created_by(reader));
    json_open(j, "keys", '[');
    for (uint32_t i = 0; i < inlay_reader_key_values(reader); i++)
        json_bytes(j, NULL, inlay_reader_key_value(reader, i)->key);
    json_close(j, ']');
    if (job->metric >= 0) {
        json_open(j, "metrics", '[');
        for (uint32_t i = 0; i < groups; i++) {
            inlay_row_group group;
            inlay_statistics range;
            if (!info_range(job, i, &range) ||
                inlay_reader_row_group(reader, i, &group) != INLAY_OK)
                continue;
            json_open(j, NULL, '{');
            json_uint(j, "row_group", i);
            json_int(j, "rows", group.n_rows);
            json_bytes(j, "min", range.min);
            json_bytes(j, "max", range.max);
            json_close(j, '}');
        }
        json_close(j, ']');
    }
    json_close(j, '}');
    json_line(j);
}

static void info_keys(struct info_job *job)
{
    struct out *o = job->out;
    uint32_t n = inlay_reader_key_values(job->in->reader);
    if (n == 0)
        return;
    out_text(o, "  key-values   ");
    for (uint32_t i = 0; i < n && (i < INFO_KEYS || job->settings->all); i++) {
        out_text(o, i > 0 ? ", " : "");
        print_safe(o, inlay_reader_key_value(job->in->reader, i)->key);
    }
    if (n > INFO_KEYS && !job->settings->all) {
        out_text(o, " and ");
        print_counted(o, n - INFO_KEYS, "more", "more");
    }
    out_char(o, '\n');
}

static void info_metrics(struct info_job *job)
{
    struct out *o = job->out;
    uint32_t groups = inlay_reader_row_groups(job->in->reader), shown = 0, left = 0;
    for (uint32_t i = 0; i < groups; i++) {
        inlay_row_group group;
        inlay_statistics range;
        if (!info_range(job, i, &range) ||
            inlay_reader_row_group(job->in->reader, i, &group) != INLAY_OK)
            continue;
        if (shown == INFO_GROUPS && !job->settings->all) {
            left++;
            continue;
        }
        if (shown++ == 0)
            out_text(o, "  metrics\n");
        out_format(o, "    row group %lu: ", (unsigned long)i);
        print_counted(o, (uint64_t)group.n_rows, "row", "rows");
        out_text(o, ", ");
        print_safe(o, range.min);
        if (range.min.len != range.max.len ||
            memcmp(range.min.data, range.max.data, range.min.len) != 0) {
            out_text(o, " .. ");
            print_safe(o, range.max);
        }
        out_char(o, '\n');
    }
    if (left > 0) {
        out_text(o, "    and ");
        print_counted(o, left, "row group more", "row groups more");
        out_text(o, " (--all shows them)\n");
    }
}

static void info_text(struct info_job *job)
{
    struct out *o = job->out;
    inlay_reader *reader = job->in->reader;
    uint32_t columns = inlay_schema_node(job->schema, 0)->n_children;
    uint32_t leaves = inlay_schema_leaves(job->schema);
    print_safe_text(o, job->in->path);
    out_text(o, "\n  rows         ");
    print_counted(o, (uint64_t)inlay_reader_rows(reader), "row in ", "rows in ");
    print_counted(o, inlay_reader_row_groups(reader), "row group", "row groups");
    out_text(o, "\n  columns      ");
    print_count(o, columns);
    if (leaves != columns) {
        out_text(o, " (");
        print_counted(o, leaves, "leaf)", "leaves)");
    }
    out_text(o, "\n  size         ");
    print_size(o, job->in->source.size_bytes);
    out_text(o, ", footer ");
    print_size(o, inlay_reader_footer_bytes(reader));
    if (job->compressed_bytes > 0 && job->uncompressed_bytes > 0) {
        out_text(o, ", data ");
        print_size(o, (uint64_t)job->uncompressed_bytes);
        out_text(o, " in ");
        print_size(o, (uint64_t)job->compressed_bytes);
    }
    for (int i = 0, first = 1; i < INFO_CODECS; i++) {
        if (!(job->codecs >> i & 1))
            continue;
        out_text(o, first ? "\n  codec        " : ", ");
        out_text(o, inlay_codec_name(i));
        first = 0;
    }
    if (inlay_reader_created_by(reader).len > 0) {
        out_text(o, "\n  created by   ");
        print_safe(o, inlay_reader_created_by(reader));
    }
    out_char(o, '\n');
    info_keys(job);
    info_metrics(job);
}

static int info_file(const struct info_settings *s, struct out *o, const char *path,
                     struct info_totals *totals)
{
    struct files_input in;
    inlay_env env = files_env(&s->files);
    int code = files_open(&in, &env, path, &s->files, 0);
    if (code != REPORT_DONE)
        return code;
    struct info_job job = {
        .settings = s, .out = o, .in = &in, .schema = inlay_reader_schema(in.reader)};
    job.metric = info_metric_leaf(job.schema);
    info_gather(&job);
    (s->json ? info_json : info_text)(&job);
    totals->files++;
    totals->rows += (uint64_t)inlay_reader_rows(in.reader);
    totals->bytes += in.source.size_bytes;
    totals->row_groups += inlay_reader_row_groups(in.reader);
    files_close(&in);
    return job.code;
}

static int info_command(const void *settings, char **paths, int n)
{
    const struct info_settings *s = settings;
    struct info_totals totals = {0};
    struct out o;
    int worst = REPORT_DONE;
    if (!out_open(&o, STDOUT_FILENO))
        return report_memory();
    for (int i = 0; i < n && !out_failed(&o); i++) {
        int code = info_file(s, &o, paths[i], &totals);
        if (code > worst)
            worst = code;
    }
    if (totals.files > 1 && !s->json) {
        out_format(&o, "%d files: ", totals.files);
        print_counted(&o, totals.rows, "row, ", "rows, ");
        print_counted(&o, totals.row_groups, "row group, ", "row groups, ");
        print_size(&o, totals.bytes);
        out_char(&o, '\n');
    }
    return out_finish(&o, worst);
}

static const struct options_row info_options[] = {
    {"json", 'j', OPTIONS_FLAG, offsetof(struct info_settings, json), NULL,
     "one JSON object a file and line"},
    {"all", 'a', OPTIONS_FLAG, offsetof(struct info_settings, all), NULL,
     "all key-values and row groups, however many"},
    FILES_OPTIONS(struct info_settings, files),
    {0},
};

const struct command command_info = {
    .name = "info",
    .summary = "say what files are: rows, row groups, size, metrics",
    .operands = "FILE...",
    .help = "Prints a short summary of each file. For files with a column metric_name it also\n"
            "lists which metrics each row group holds.\n"
            "\n"
            "Examples:\n"
            "  inlay info *.parquet\n"
            "  inlay info --json merged.parquet | jq .metrics\n",
    .options = info_options,
    .settings_bytes = sizeof(struct info_settings),
    .min_operands = 1,
    .run = info_command,
};
