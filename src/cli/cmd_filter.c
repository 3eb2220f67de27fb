/* filter: some columns of a recording, copied byte for byte. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "inlay/recording.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/json.h"
#include "cli/progress.h"
#include "cli/report.h"

enum { NARROW_MOST = 64 << 20 /* bytes of a file of queries */ };

struct narrow_settings {
    struct files_settings files;
    const char *output, *queries;
    struct options_list keep, metrics;
    bool quiet, json;
};

struct narrow_job {
    const struct narrow_settings *settings;
    inlay_env env;
    struct files_input in;
    struct files_output out;
    char *queries, *lists; /* the file; the lists of metrics with their commas as ends */
    const char **metrics;
    inlay_filter_options options;
    struct progress progress;
    inlay_filter_report report;
};

/* ---- what to keep ---- */

/* "a,b" and "c" as a, b, c. */
static int narrow_metrics(struct narrow_job *job)
{
    size_t bytes = 0, n = 0, at = 0;
    const struct options_list *list = &job->settings->metrics;
    for (size_t i = 0; i < list->n; i++)
        bytes += strlen(list->items[i]) + 1;
    job->lists = malloc(bytes + 1);
    job->metrics = calloc(bytes + 1, sizeof *job->metrics);
    if (!job->lists || !job->metrics)
        return report_memory();
    for (size_t i = 0; i < list->n; i++)
        for (const char *c = list->items[i]; *c;) {
            size_t len = strcspn(c, ",");
            if (len) {
                memcpy(job->lists + at, c, len);
                job->lists[at + len] = 0;
                job->metrics[n++] = job->lists + at;
                at += len + 1;
            }
            c += len + (c[len] == ',');
        }
    job->options.metrics = job->metrics;
    job->options.n_metrics = n;
    return REPORT_DONE;
}

/* A whole file, or standard input for "-". */
static int narrow_read(struct narrow_job *job, const char *path)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    size_t n = 0, capacity = 64 << 10;
    if (!f)
        return report_system(path, "cannot open", errno);
    int code = REPORT_DONE;
    for (;;) {
        char *more = realloc(job->queries, capacity);
        if (!more) {
            code = report_memory();
            break;
        }
        job->queries = more;
        n += fread(job->queries + n, 1, capacity - n, f);
        if (n < capacity)
            break;
        if (capacity >= NARROW_MOST) {
            code = report_usage("filter: %s: more than 64 MiB of queries", path);
            break;
        }
        capacity *= 2;
    }
    if (code == REPORT_DONE && ferror(f))
        code = report_system(path, "cannot read", errno);
    if (f != stdin)
        fclose(f);
    job->options.queries = (inlay_bytes){(const uint8_t *)job->queries, n};
    return code;
}

static int narrow_choose(struct narrow_job *job)
{
    const struct narrow_settings *s = job->settings;
    job->options.globs = s->keep.items;
    job->options.n_globs = s->keep.n;
    int code = narrow_metrics(job);
    if (code == REPORT_DONE && s->queries)
        code = narrow_read(job, s->queries);
    return code;
}

/* ---- the result ---- */

static void narrow_json(struct out *o, const void *ctx)
{
    const struct narrow_job *job = ctx;
    const inlay_filter_report *r = &job->report;
    struct json json = {o, false}, *j = &json;
    json_open(j, NULL, '{');
    json_text(j, "output", job->settings->output);
    json_uint(j, "input_bytes", job->in.source.size_bytes);
    json_uint(j, "rows", r->n_rows);
    json_uint(j, "row_groups", r->n_row_groups);
    json_uint(j, "columns", r->n_columns);
    json_uint(j, "columns_kept", r->n_kept);
    json_uint(j, "peak_memory_bytes", job->env.peak_bytes);
    json_seconds(j, "seconds", progress_seconds(&job->progress));
    json_close(j, '}');
    json_line(j);
}

static void narrow_text(struct out *o, const void *ctx)
{
    const struct narrow_job *job = ctx;
    const inlay_filter_report *r = &job->report;
    out_text(o, "kept ");
    print_count(o, r->n_kept);
    out_text(o, " of ");
    print_counted(o, r->n_columns, "column in ", "columns in ");
    print_safe_text(o, job->settings->output);
    out_text(o, ": ");
    print_counted(o, r->n_rows, "row, ", "rows, ");
    print_counted(o, r->n_row_groups, "row group\n", "row groups\n");
}

static int narrow_failed(struct narrow_job *job)
{
    const inlay_error *e = &job->env.error;
    const char *path = job->in.path, *advice = report_advice(e->status);
    if (e->status == INLAY_IO && e->at < 0)
        path = job->settings->output;
    else if (e->status == INLAY_ARG && strncmp(e->what, "nothing", 7) == 0)
        advice = "inlay schema lists the columns";
    else if (e->status == INLAY_ARG && strncmp(e->what, "the recording", 13) == 0)
        advice = "say --keep, --metrics or --queries";
    else if (e->status == INLAY_ARG && job->settings->queries)
        path = job->settings->queries;
    else if (e->status == INLAY_UNSUPPORTED)
        advice = "inlay rewrite makes a file that can be copied";
    return report_failure_with(path, e, advice);
}

static int narrow_into(struct narrow_job *job)
{
    const struct narrow_settings *s = job->settings;
    job->options.progress = progress_update;
    job->options.progress_ctx = &job->progress;
    progress_start(&job->progress, "filtering", s->quiet);
    inlay_status status = inlay_filter(&job->env, job->in.reader, &job->out.sink, &job->options, &job->report);
    progress_end(&job->progress);
    if (status != INLAY_OK)
        return narrow_failed(job);
    int code = files_commit(&job->out);
    return code == REPORT_DONE ? out_summary(s->quiet, s->json, narrow_text, narrow_json, job) : code;
}

static int narrow_command(const void *settings, char **paths, int n)
{
    const struct narrow_settings *s = settings;
    struct narrow_job job = {.settings = s, .env = files_env(&s->files)};
    if (!s->output)
        return report_usage("filter: no output named: give -o FILE");
    int code = narrow_choose(&job);
    if (code == REPORT_DONE)
        code = files_open(&job.in, &job.env, paths[0], &s->files, 0);
    if (code == REPORT_DONE)
        code = files_create(&job.out, &job.env, s->output, paths, n);
    if (code == REPORT_DONE)
        code = narrow_into(&job);
    files_abort(&job.out);
    files_close(&job.in);
    free(job.queries);
    free(job.lists);
    free(job.metrics);
    return code;
}

static const struct options_row narrow_options[] = {
    {"output", 'o', OPTIONS_TEXT, offsetof(struct narrow_settings, output), "FILE",
     "where the result goes; it appears when it is whole"},
    {"keep", 'k', OPTIONS_LIST, offsetof(struct narrow_settings, keep), "GLOB",
     "columns whose name or metric matches: * and ?"},
    {"metrics", 'm', OPTIONS_LIST, offsetof(struct narrow_settings, metrics), "A,B",
     "columns of these metrics, or of these names"},
    {"queries", 0, OPTIONS_TEXT, offsetof(struct narrow_settings, queries), "FILE",
     "columns that the queries of a service extension (JSON)\nname, and all of rezolus; - is standard input"},
    {"json", 'j', OPTIONS_FLAG, offsetof(struct narrow_settings, json), NULL,
     "the summary as a JSON object"},
    {"quiet", 'q', OPTIONS_FLAG, offsetof(struct narrow_settings, quiet), NULL, "no progress, no summary"},
    FILES_OPTIONS(struct narrow_settings, files),
    {0},
};

const struct command command_filter = {
    .name = "filter",
    .summary = "keep some columns of a recording, without decoding",
    .operands = "FILE -o FILE",
    .help = "Copies the columns that match and the time, byte for byte. A name matches with and\n"
            "without its node (web01::) and :buckets. ARROW:schema and descriptions follow, other\n"
            "metadata stay. Without --keep, --metrics and --queries the recording's own queries\n"
            "(service_queries) decide. It is an error if nothing matches.\n"
            "\n"
            "Examples:\n"
            "  inlay filter web.parquet -o cpu.parquet --keep 'cpu_*' --keep 'web01::*'\n"
            "  inlay filter web.parquet -o small.parquet --metrics tcp_bytes,tcp_srtt\n"
            "  inlay filter vllm.parquet -o kpis.parquet --queries vllm.json\n",
    .options = narrow_options,
    .settings_bytes = sizeof(struct narrow_settings),
    .min_operands = 1,
    .max_operands = 1,
    .run = narrow_command,
};

#else
typedef int narrow_is_not_in_this_build;
#endif
