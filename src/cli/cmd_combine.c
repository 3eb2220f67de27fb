/* combine: recordings of several machines or services in one, joined on time. */
#include "inlay/recording.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/inputs.h"
#include "cli/json.h"
#include "cli/progress.h"
#include "cli/report.h"

struct combine_settings {
    struct files_settings files;
    const char *output, *join, *pinned, *codec;
    uint64_t row_group_rows;
    bool raw, bypass, prefix, quiet, json;
};

struct combine_job {
    const struct combine_settings *settings;
    struct inputs in;
    inlay_combine_input *inputs; /* [in.n] */
    char **names;                /* [in.n] */
    struct progress progress;
    inlay_combine_report report;
};

/* "logs/web01.parquet" is web01. */
static char *combine_stem(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    return strndup(name, dot && dot > name ? (size_t)(dot - name) : strlen(name));
}

static int combine_names(struct combine_job *job)
{
    job->inputs = calloc(job->in.n + 1, sizeof *job->inputs);
    job->names = calloc(job->in.n + 1, sizeof *job->names);
    if (!job->inputs || !job->names)
        return report_memory();
    for (size_t i = 0; i < job->in.n; i++) {
        job->names[i] = combine_stem(job->in.files[i].path);
        if (!job->names[i])
            return report_memory();
        job->inputs[i] = (inlay_combine_input){job->in.readers[i], job->names[i]};
    }
    return REPORT_DONE;
}

static void combine_close(struct combine_job *job)
{
    for (size_t i = 0; job->names && i < job->in.n; i++)
        free(job->names[i]);
    free(job->names);
    free(job->inputs);
    inputs_close(&job->in);
}

static void combine_note(void *ctx, int32_t input, const char *what)
{
    struct combine_job *job = ctx;
    if (job->settings->quiet)
        return;
    progress_end(&job->progress);
    if (input >= 0 && (size_t)input < job->in.n)
        report_note("%s: %s", job->in.files[input].path, what);
    else
        report_note("%s", what);
}

/* ---- the result ---- */

static void combine_json(struct out *o, const void *ctx)
{
    const struct combine_job *job = ctx;
    const inlay_combine_report *r = &job->report;
    struct json json = {o, false}, *j = &json;
    inputs_json_open(j, &job->in, job->settings->output);
    json_uint(j, "rows", r->n_rows);
    json_uint(j, "row_groups", r->n_row_groups);
    json_uint(j, "columns", r->n_columns);
    json_uint(j, "chunks", r->n_chunks);
    json_uint(j, "chunks_copied", r->n_copied);
    json_uint(j, "rows_compared", r->n_compared);
    json_uint(j, "rows_aligned", r->n_aligned);
    json_uint(j, "events", r->n_events);
    inputs_json_close(j, &job->in, &job->progress);
}

static void combine_text(struct out *o, const void *ctx)
{
    const struct combine_job *job = ctx;
    const inlay_combine_report *r = &job->report;
    out_text(o, "combined ");
    print_counted(o, job->in.n, "recording into ", "recordings into ");
    print_safe_text(o, job->settings->output);
    out_text(o, ": ");
    print_counted(o, r->n_rows, "row, ", "rows, ");
    print_counted(o, r->n_columns, "column, ", "columns, ");
    print_counted(o, r->n_row_groups, "row group; ", "row groups; ");
    print_count(o, r->n_copied);
    out_text(o, " of ");
    print_counted(o, r->n_chunks, "chunk copied", "chunks copied");
    if (r->n_events) {
        out_text(o, ", ");
        print_counted(o, r->n_events, "event", "events");
    }
    out_format(o, ", in %.2f s with ", progress_seconds(&job->progress));
    print_size(o, job->in.env.peak_bytes);
    out_text(o, " of memory\n");
}

/* Nothing here is damage unless it has a place in the file. */
static const char *combine_advice(const struct combine_settings *s, const inlay_error *e)
{
    static const struct {
        const char *begins, *advice;
    } advices[] = {
        {"two columns", "--prefix puts the source before the label"},
        {"timestamp alignment", "--bypass-time-check takes them as they are"},
        {"timestamp ranges", "--join outer keeps the rows of all"},
        {"no common timestamps", "--join outer keeps the rows of all"},
        {"duplicate node", "give one another with annotate --node"},
        {"duplicate instance", "give one another footer key instance"},
    };
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++)
        if (strncmp(e->what, advices[i].begins, strlen(advices[i].begins)) == 0 && (i > 0 || !s->prefix))
            return advices[i].advice;
    return e->status == INLAY_CORRUPT && e->at < 0 && e->page < 0 ? NULL : report_advice(e->status);
}

static int combine_into(struct combine_job *job, struct files_output *out, inlay_join join)
{
    const struct combine_settings *s = job->settings;
    inlay_combine_options options = {.join = join,
                                     .keep_raw_timestamps = s->raw,
                                     .bypass_time_check = s->bypass,
                                     .prefix = s->prefix,
                                     .pinned = s->pinned,
                                     .row_group_rows = s->row_group_rows,
                                     .write = {.codec = s->codec},
                                     .note = combine_note,
                                     .note_ctx = job,
                                     .progress = progress_update,
                                     .progress_ctx = &job->progress};
    if (s->bypass && !s->quiet)
        report_note("the time check is bypassed: rows may be made of stamps that are not of the same time");
    progress_start(&job->progress, "combining", s->quiet);
    inlay_status status = inlay_combine(&job->in.env, job->inputs, job->in.n, &out->sink, &options, &job->report);
    progress_end(&job->progress);
    if (status != INLAY_OK)
        return inputs_failed(&job->in, s->output, combine_advice(s, &job->in.env.error));
    int code = files_commit(out);
    return code == REPORT_DONE ? out_summary(s->quiet, s->json, combine_text, combine_json, job) : code;
}

static int combine_command(const void *settings, char **paths, int n)
{
    const struct combine_settings *s = settings;
    struct combine_job job = {.settings = s};
    struct files_output out = {0};
    bool outer = s->join && strcmp(s->join, "outer") == 0;
    if (!s->output)
        return report_usage("combine: no output named: give -o FILE");
    if (s->join && !outer && strcmp(s->join, "inner") != 0)
        return report_usage("combine: --join is inner or outer, not '%s'", s->join);
    int code = inputs_open(&job.in, paths, n, &s->files);
    if (code == REPORT_DONE)
        code = combine_names(&job);
    if (code == REPORT_DONE)
        code = files_create(&out, &job.in.env, s->output, paths, n);
    if (code == REPORT_DONE)
        code = combine_into(&job, &out, outer ? INLAY_JOIN_OUTER : INLAY_JOIN_INNER);
    files_abort(&out);
    combine_close(&job);
    return code;
}

static const struct options_row combine_options[] = {
    {"output", 'o', OPTIONS_TEXT, offsetof(struct combine_settings, output), "FILE",
     "where the result goes; it appears when it is whole"},
    {"join", 0, OPTIONS_TEXT, offsetof(struct combine_settings, join), "KIND",
     "inner (the default): rows that all have; outer: rows that\nany has, null where a recording has none"},
    {"keep-raw-timestamps", 0, OPTIONS_FLAG, offsetof(struct combine_settings, raw), NULL,
     "the primary's own stamps instead of multiples of the\ninterval"},
    {"bypass-time-check", 0, OPTIONS_FLAG, offsetof(struct combine_settings, bypass), NULL,
     "join however badly the stamps are aligned"},
    {"prefix", 0, OPTIONS_FLAG, offsetof(struct combine_settings, prefix), NULL,
     "name columns SOURCE.LABEL::NAME, so that labels of\ndifferent sources may be the same"},
    {"pinned", 0, OPTIONS_TEXT, offsetof(struct combine_settings, pinned), "NODE",
     "the node that viewers show first"},
    {"row-group-rows", 'g', OPTIONS_UINT, offsetof(struct combine_settings, row_group_rows), "N",
     "rows of a row group (as the recordings have them)"},
    {"codec", 0, OPTIONS_TEXT, offsetof(struct combine_settings, codec), "CODEC",
     "of what is not copied: zstd:3 (the default), snappy,\ngzip:6, lz4_raw, brotli:5, none"},
    {"json", 'j', OPTIONS_FLAG, offsetof(struct combine_settings, json), NULL,
     "the summary as a JSON object"},
    {"quiet", 'q', OPTIONS_FLAG, offsetof(struct combine_settings, quiet), NULL,
     "no progress, no notes, no summary"},
    FILES_OPTIONS(struct combine_settings, files),
    {0},
};

const struct command command_combine = {
    .name = "combine",
    .summary = "join recordings of several machines or services on time",
    .operands = "FILE FILE... -o FILE",
    .help = "Rows of recordings that are of the same time, to the nearest multiple of their\n"
            "sampling_interval_ms, become one row; columns become NODE::NAME or INSTANCE::NAME.\n"
            "Nodes are named by the footer key node (annotate --node), else by the file. Metadata\n"
            "of every recording goes along, events are merged, combined recordings may be combined\n"
            "again. Columns whose rows stay together are copied without decoding.\n"
            "\n"
            "Examples:\n"
            "  inlay combine web01.parquet web02.parquet -o web.parquet\n"
            "  inlay combine --join outer rezolus.parquet vllm.parquet -o all.parquet\n"
            "  inlay combine --prefix --pinned web01 web.parquet vllm.parquet -o all.parquet\n",
    .options = combine_options,
    .settings_bytes = sizeof(struct combine_settings),
    .min_operands = 2,
    .run = combine_command,
};

#else
typedef int combine_is_not_in_this_build;
#endif
