/* concat: row groups of several files in one, copied byte for byte. */
#include "inlay/copy.h"

#if INLAY_WRITE

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/json.h"
#include "cli/progress.h"
#include "cli/report.h"

struct concat_settings {
    struct files_settings files;
    const char *output;
    bool quiet, json;
};

struct concat_job {
    const struct concat_settings *settings;
    inlay_env env;
    inlay_writer *writer;
    struct files_output out;
    struct progress progress;
    const char *first; /* the file whose schema and key-values are kept */
    const inlay_key_value **kept; /* [n_kept] that file's, in order */
    size_t n_kept;
    uint64_t input_bytes, differing; /* key-values of other files that are not the first's */
};

/* ---- key-values ---- */

static int concat_order_bytes(inlay_bytes a, inlay_bytes b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int c = n ? memcmp(a.data, b.data, n) : 0;
    return c ? c : (a.len > b.len) - (a.len < b.len);
}

/* For qsort over pointers to key-values. */
static int concat_order(const void *a, const void *b)
{
    const inlay_key_value *const *x = a, *const *y = b;
    int c = concat_order_bytes((*x)->key, (*y)->key);
    if (c == 0)
        c = (int)(*x)->has_value - (int)(*y)->has_value;
    return c ? c : concat_order_bytes((*x)->value, (*y)->value);
}

static inlay_status concat_key_values(struct concat_job *job, inlay_reader *reader)
{
    for (uint32_t i = 0; i < inlay_reader_key_values(reader); i++) {
        const inlay_key_value *kv = inlay_reader_key_value(reader, i);
        inlay_status status = inlay_writer_key_value(job->writer, kv->key, kv->has_value ? &kv->value : NULL);
        if (status != INLAY_OK)
            return status;
    }
    return INLAY_OK;
}

/* The first file's key-values in order, for looking up: there may be a million. */
static int concat_sort(struct concat_job *job, inlay_reader *first)
{
    uint32_t n = inlay_reader_key_values(first);
    job->kept = malloc((n + (size_t)1) * sizeof *job->kept);
    if (!job->kept)
        return report_memory();
    for (job->n_kept = 0; job->n_kept < n; job->n_kept++)
        job->kept[job->n_kept] = inlay_reader_key_value(first, (uint32_t)job->n_kept);
    qsort(job->kept, job->n_kept, sizeof *job->kept, concat_order);
    return REPORT_DONE;
}

/* Key-values that the first file does not have like this: they are not in the result. */
static void concat_compare(struct concat_job *job, inlay_reader *reader)
{
    for (uint32_t i = 0; i < inlay_reader_key_values(reader); i++) {
        const inlay_key_value *kv = inlay_reader_key_value(reader, i);
        job->differing += !bsearch(&kv, job->kept, job->n_kept, sizeof *job->kept, concat_order);
    }
}

/* ---- one file ---- */

static int concat_differs(const struct concat_job *job, const struct files_input *first,
                          const struct files_input *in)
{
    const inlay_schema *a = inlay_reader_schema(first->reader), *b = inlay_reader_schema(in->reader);
    char path[200], safe[240];
    uint32_t node = 0;
    const char *what = "";
    if (inlay_schema_same(a, b, &node, &what))
        return REPORT_DONE;
    size_t n = inlay_schema_path(b, node, path, sizeof path);
    n = n < sizeof path ? n : sizeof path - 1;
    report_note("%s: its schema is not that of %s: %s%s%s (merge unites schemas)", in->path, job->first,
                n ? report_safe(safe, sizeof safe, (inlay_bytes){(const uint8_t *)path, n}) : "", n ? ": " : "",
                what);
    return REPORT_BAD;
}

static int concat_groups(struct concat_job *job, const struct files_input *in)
{
    uint32_t n = inlay_reader_row_groups(in->reader);
    for (uint32_t i = 0; i < n; i++) {
        if (inlay_writer_copy_row_group(job->writer, in->reader, i) != INLAY_OK)
            return report_failure(job->env.error.status == INLAY_IO && job->env.error.at < 0 ? job->settings->output
                                                                                            : in->path,
                                  &job->env.error);
        progress_update(&job->progress, i + 1, n);
    }
    return REPORT_DONE;
}

static int concat_files(struct concat_job *job, char **paths, int n)
{
    struct files_input first, in;
    int code = files_open(&first, &job->env, paths[0], &job->settings->files, 0);
    if (code != REPORT_DONE)
        return code;
    const inlay_write_options options = {.flags = INLAY_WRITE_INT96};
    inlay_status status = inlay_writer_open(&job->env, &job->out.sink, inlay_reader_schema(first.reader), &options,
                                            &job->writer);
    if (status == INLAY_OK)
        status = concat_key_values(job, first.reader);
    if (status != INLAY_OK)
        code = report_failure(job->settings->output, &job->env.error);
    if (code == REPORT_DONE)
        code = concat_sort(job, first.reader);
    for (int i = 0; i < n && code == REPORT_DONE; i++) {
        if (i > 0)
            code = files_open(&in, &job->env, paths[i], &job->settings->files, 0);
        const struct files_input *at = i > 0 ? &in : &first;
        if (code == REPORT_DONE) {
            job->input_bytes += at->source.size_bytes;
            code = concat_differs(job, &first, at);
        }
        if (code == REPORT_DONE && i > 0)
            concat_compare(job, in.reader);
        if (code == REPORT_DONE)
            code = concat_groups(job, at);
        if (i > 0)
            files_close(&in);
    }
    if (code == REPORT_DONE && inlay_writer_finish(job->writer) != INLAY_OK)
        code = report_failure(job->settings->output, &job->env.error);
    free(job->kept);
    files_close(&first);
    return code;
}

/* ---- the result ---- */

static int concat_report(struct concat_job *job, int n)
{
    struct out o;
    uint64_t rows = (uint64_t)inlay_writer_rows(job->writer), bytes = inlay_writer_bytes(job->writer);
    if (job->settings->quiet && !job->settings->json)
        return REPORT_DONE;
    if (!out_open(&o, STDOUT_FILENO))
        return report_memory();
    if (job->settings->json) {
        struct json json = {&o, false}, *j = &json;
        json_open(j, NULL, '{');
        json_text(j, "output", job->settings->output);
        json_int(j, "inputs", n);
        json_uint(j, "input_bytes", job->input_bytes);
        json_uint(j, "rows", rows);
        json_uint(j, "row_groups", inlay_writer_row_groups(job->writer));
        json_uint(j, "output_bytes", bytes);
        json_uint(j, "key_values_left_out", job->differing);
        json_seconds(j, "seconds", progress_seconds(&job->progress));
        json_close(j, '}');
        json_line(j);
    } else {
        out_text(&o, "copied ");
        print_counted(&o, inlay_writer_row_groups(job->writer), "row group of ", "row groups of ");
        print_counted(&o, (uint64_t)n, "file into ", "files into ");
        print_safe_text(&o, job->settings->output);
        out_text(&o, ": ");
        print_counted(&o, rows, "row, ", "rows, ");
        print_size(&o, bytes);
        if (job->differing) {
            out_text(&o, "; left out ");
            print_counted(&o, job->differing, "key-value", "key-values");
            out_text(&o, " that the first file has not");
        }
        out_char(&o, '\n');
    }
    return out_finish(&o, REPORT_DONE);
}

static int concat_command(const void *settings, char **paths, int n)
{
    const struct concat_settings *s = settings;
    struct concat_job job = {.settings = s, .env = files_env(&s->files), .first = paths[0]};
    if (!s->output)
        return report_usage("concat: no output named: give -o FILE");
    int code = files_create(&job.out, &job.env, s->output, paths, n);
    if (code == REPORT_DONE) {
        progress_start(&job.progress, "copying", s->quiet);
        code = concat_files(&job, paths, n);
        progress_end(&job.progress);
    }
    if (code == REPORT_DONE)
        code = files_commit(&job.out);
    files_abort(&job.out);
    if (code == REPORT_DONE)
        code = concat_report(&job, n);
    inlay_writer_close(job.writer);
    return code;
}

static const struct options_row concat_options[] = {
    {"output", 'o', OPTIONS_TEXT, offsetof(struct concat_settings, output), "FILE",
     "where the result goes; it appears when it is whole"},
    {"json", 'j', OPTIONS_FLAG, offsetof(struct concat_settings, json), NULL,
     "the summary as a JSON object"},
    {"quiet", 'q', OPTIONS_FLAG, offsetof(struct concat_settings, quiet), NULL, "no progress, no summary"},
    FILES_OPTIONS(struct concat_settings, files),
    {0},
};

const struct command command_concat = {
    .name = "concat",
    .summary = "put the row groups of several files into one, without decoding",
    .operands = "FILE... -o FILE",
    .help = "Copies pages byte for byte, so that it is as fast as copying the files, and nothing is\n"
            "checked in them. Statistics, page indexes, bloom filters and sorting columns go along.\n"
            "The schemas must be the same; key-values are the first file's.\n"
            "\n"
            "Examples:\n"
            "  inlay concat hour-*.parquet -o day.parquet\n"
            "  inlay concat a.parquet b.parquet -o ab.parquet && inlay verify --deep ab.parquet\n",
    .options = concat_options,
    .settings_bytes = sizeof(struct concat_settings),
    .min_operands = 1,
    .run = concat_command,
};

#endif
