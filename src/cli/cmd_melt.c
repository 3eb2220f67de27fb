/* melt: wide recordings (one column a metric) to one long table (one row a sample). */
#include "inlay/recording.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

#include <string.h>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/inputs.h"
#include "cli/json.h"
#include "cli/progress.h"
#include "cli/report.h"

struct melt_settings {
    struct files_settings files;
    const char *output, *sort, *codec, *scratch;
    uint64_t row_group_rows;
    bool histograms, quiet, json, verbose;
};

/* Columns left out for one reason. */
struct melt_reason {
    const char *why, *path;
    uint64_t n;
    char first[96];
};
enum { MELT_REASONS = 8 /* more kinds than there are; others join the last */ };

struct melt_job {
    const struct melt_settings *settings;
    struct inputs in;
    struct progress progress;
    struct melt_reason reasons[MELT_REASONS];
    size_t n_reasons;
    inlay_melt_report report;
};

static void melt_left_out(void *ctx, size_t input, inlay_bytes column, const char *why)
{
    struct melt_job *job = ctx;
    char name[96];
    const char *path = input < job->in.n ? job->in.files[input].path : "?";
    report_safe(name, sizeof name, column);
    if (job->settings->verbose && !job->settings->quiet) {
        progress_end(&job->progress);
        report_note("%s: left out %s: %s", path, name, why);
        return;
    }
    size_t i = 0;
    while (i < job->n_reasons && i + 1 < MELT_REASONS && strcmp(job->reasons[i].why, why) != 0)
        i++;
    struct melt_reason *reason = &job->reasons[i];
    if (i == job->n_reasons) {
        *reason = (struct melt_reason){.why = why, .path = path};
        memcpy(reason->first, name, sizeof reason->first);
        job->n_reasons++;
    }
    reason->n++;
}

/* One line a reason. */
static void melt_tell_left_out(const struct melt_job *job)
{
    for (size_t i = 0; i < job->n_reasons && !job->settings->quiet; i++) {
        const struct melt_reason *r = &job->reasons[i];
        report_note("left out %llu %s (%s): %s in %s%s", (unsigned long long)r->n,
                    r->n == 1 ? "column" : "columns", r->why, r->first, r->path,
                    r->n == 1 ? "" : " and others; --verbose lists them");
    }
}

static void melt_json(struct out *o, const void *ctx)
{
    const struct melt_job *job = ctx;
    const inlay_melt_report *r = &job->report;
    struct json json = {o, false}, *j = &json;
    inputs_json_open(j, &job->in, job->settings->output);
    json_uint(j, "rows", r->n_rows);
    json_uint(j, "series", r->n_series);
    json_uint(j, "row_groups", r->n_row_groups);
    json_uint(j, "left_out", r->n_left_out);
    inputs_json_close(j, &job->in, &job->progress);
}

static void melt_text(struct out *o, const void *ctx)
{
    const struct melt_job *job = ctx;
    const inlay_melt_report *r = &job->report;
    out_text(o, "melted ");
    print_counted(o, job->in.n, "recording into ", "recordings into ");
    print_safe_text(o, job->settings->output);
    out_text(o, ": ");
    print_counted(o, r->n_rows, "row of ", "rows of ");
    print_counted(o, r->n_series, "series in ", "series in ");
    print_counted(o, r->n_row_groups, "row group", "row groups");
    if (r->n_left_out > 0) {
        out_text(o, ", ");
        print_counted(o, r->n_left_out, "column left out", "columns left out");
    }
    out_format(o, ", in %.2f s\n", progress_seconds(&job->progress));
}

static int melt_into(struct melt_job *job, struct files_output *out)
{
    const struct melt_settings *s = job->settings;
    inlay_melt_options options = {.histograms = s->histograms,
                                  .table = {.sort = s->sort,
                                            .row_group_rows = s->row_group_rows,
                                            .scratch_folder = s->scratch,
                                            .write = {.codec = s->codec}},
                                  .left_out = melt_left_out,
                                  .left_out_ctx = job,
                                  .progress = progress_update,
                                  .progress_ctx = &job->progress};
    progress_start(&job->progress, "melting", s->quiet);
    inlay_status status =
        inlay_melt(&job->in.env, job->in.readers, job->in.n, &out->sink, &options, &job->report);
    progress_end(&job->progress);
    if (status != INLAY_OK)
        return inputs_failed(&job->in, s->output, report_advice(job->in.env.error.status));
    melt_tell_left_out(job);
    int code = files_commit(out);
    return code == REPORT_DONE ? out_summary(s->quiet, s->json, melt_text, melt_json, job) : code;
}

static int melt_command(const void *settings, char **paths, int n)
{
    const struct melt_settings *s = settings;
    struct melt_job job = {.settings = s};
    struct files_output out = {0};
    if (!s->output)
        return report_usage("melt: no output named: give -o FILE");
    int code = inputs_open(&job.in, paths, n, &s->files);
    if (code == REPORT_DONE)
        code = files_create(&out, &job.in.env, s->output, paths, n);
    if (code == REPORT_DONE)
        code = melt_into(&job, &out);
    files_abort(&out);
    inputs_close(&job.in);
    return code;
}

static const struct options_row melt_options[] = {
    {"output", 'o', OPTIONS_TEXT, offsetof(struct melt_settings, output), "FILE",
     "where the result goes; it appears when it is whole"},
    {"histograms", 0, OPTIONS_FLAG, offsetof(struct melt_settings, histograms), NULL,
     "one row per non-empty bucket instead of leaving them out"},
    {"sort", 's', OPTIONS_TEXT, offsetof(struct melt_settings, sort), "COLUMNS",
     "order of the result; without it metric_name, labels,\ntimeseries_id, timestamp_secs"},
    {"row-group-rows", 'g', OPTIONS_UINT, offsetof(struct melt_settings, row_group_rows), "N",
     "most rows of a row group of several metrics (131072)"},
    {"codec", 0, OPTIONS_TEXT, offsetof(struct melt_settings, codec), "CODEC",
     "zstd:3 (the default), snappy, gzip:6, lz4_raw, brotli:5,\nnone"},
    {"scratch", 0, OPTIONS_TEXT, offsetof(struct melt_settings, scratch), "FOLDER",
     "where sorted runs go when they outgrow memory"},
    {"verbose", 'v', OPTIONS_FLAG, offsetof(struct melt_settings, verbose), NULL,
     "name every column that is left out"},
    {"json", 'j', OPTIONS_FLAG, offsetof(struct melt_settings, json), NULL,
     "the summary as a JSON object"},
    {"quiet", 'q', OPTIONS_FLAG, offsetof(struct melt_settings, quiet), NULL,
     "no progress, no notes, no summary"},
    FILES_OPTIONS(struct melt_settings, files),
    {0},
};

const struct command command_melt = {
    .name = "melt",
    .summary = "turn wide recordings into one long, sorted table",
    .operands = "FILE... -o FILE",
    .help = "Reads recordings with one column a metric and writes one row a sample: metric name,\n"
            "type, timestamp, value, and one column a label. Names and labels come from the\n"
            "columns' own metadata where the file has it, else from the column's name. The result\n"
            "is sorted and ready for merge.\n"
            "\n"
            "Examples:\n"
            "  inlay melt recording.parquet -o metrics.parquet\n"
            "  inlay melt --histograms node-*.parquet -o all.parquet\n",
    .options = melt_options,
    .settings_bytes = sizeof(struct melt_settings),
    .min_operands = 1,
    .run = melt_command,
};

#else
typedef int melt_is_not_in_this_build;
#endif
