/* merge: sorted files into one, row groups cut where the first sort column changes. */
#include "inlay/merge.h"

#if INLAY_WRITE && INLAY_MERGE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/inputs.h"
#include "cli/json.h"
#include "cli/merge_files.h"
#include "cli/merge_plan.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/rewrite.h"

struct merge_settings {
    struct files_settings files;
    struct rewrite_choices choices;
    const char *output, *sort, *scratch, *layout, *oversize, *group_size, *target_size, *on_equal;
    uint64_t row_group_rows, memory_mib, threads, outputs;
    bool quiet, json, dry_run, keep_kv, resort, widen;
};

struct merge_job {
    const struct merge_settings *settings;
    struct inputs in;
    struct merge_files out;
    struct progress progress;
    inlay_merge_report report;
    inlay_column_options *columns;
    int configured; /* exit code of configuring, reported */
};

static void merge_outputs_json(struct json *j, const struct merge_files *out)
{
    if (!out->several) {
        json_text(j, "output", out->name);
        return;
    }
    json_open(j, "outputs", '[');
    for (size_t i = 0; i < out->n; i++) {
        json_open(j, NULL, '{');
        json_text(j, "output", out->list[i].path);
        json_uint(j, "rows", out->list[i].told.n_rows);
        json_uint(j, "row_groups", out->list[i].told.n_row_groups);
        json_uint(j, "bytes", out->list[i].told.bytes);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void merge_json(struct out *o, const struct merge_job *job)
{
    struct json json = {o, false}, *j = &json;
    const inlay_merge_report *r = &job->report;
    json_open(j, NULL, '{');
    merge_outputs_json(j, &job->out);
    json_uint(j, "inputs", job->in.n);
    json_uint(j, "input_bytes", inputs_bytes(&job->in));
    json_uint(j, "rows", r->n_rows);
    json_uint(j, "dropped_rows", r->n_dropped);
    json_uint(j, "row_groups", r->n_row_groups);
    json_text(j, "row_group_column", r->row_group_column);
    json_uint(j, "columns", r->n_columns);
    json_uint(j, "runs", r->n_runs);
    json_uint(j, "plan_bytes", r->plan_bytes);
    json_uint(j, "inputs_resorted", r->n_resorted);
    json_uint(j, "output_bytes", r->output_bytes);
    json_uint(j, "moved_bytes", r->moved_bytes);
    json_uint(j, "peak_memory_bytes", job->in.env.peak_bytes);
    json_seconds(j, "seconds", progress_seconds(&job->progress));
    json_close(j, '}');
    json_line(j);
}

static void merge_text(struct out *o, const struct merge_job *job)
{
    const inlay_merge_report *r = &job->report;
    out_text(o, "merged ");
    print_counted(o, job->in.n, "file (", "files (");
    print_size(o, inputs_bytes(&job->in));
    out_text(o, ") into ");
    print_safe_text(o, job->out.list[0].path);
    if (job->out.n > 1) {
        out_text(o, " .. ");
        print_safe_text(o, job->out.list[job->out.n - 1].path);
        out_text(o, " (");
        print_counted(o, job->out.n, "file)", "files)");
    }
    out_text(o, ": ");
    print_counted(o, r->n_rows, "row", "rows");
    if (r->n_dropped) {
        out_text(o, " (");
        print_counted(o, r->n_dropped, "row of an equal key dropped)", "rows of equal keys dropped)");
    }
    out_text(o, ", ");
    print_counted(o, r->n_columns, "column, ", "columns, ");
    print_counted(o, r->n_row_groups, "row group", "row groups");
    if (r->row_group_column[0]) {
        out_text(o, " cut at ");
        print_safe_text(o, r->row_group_column);
    }
    out_text(o, ", ");
    print_size(o, r->output_bytes);
    out_format(o, ", in %.2f s with ", progress_seconds(&job->progress));
    print_size(o, job->in.env.peak_bytes);
    out_text(o, " of memory\n");
}

/* What to say behind "two rows have the same key". */
static const char *merge_other_row(const struct inputs *in, const inlay_merge_row *row, char *text, size_t capacity)
{
    char safe[512];
    const char *path = in->files[row->input].path;
    report_safe(safe, sizeof safe, (inlay_bytes){(const uint8_t *)path, strlen(path)});
    if (row->row < 0)
        snprintf(text, capacity, "the other one is in %s", safe);
    else
        snprintf(text, capacity, "the other one is row %lld of row group %ld of %s", (long long)row->row,
                 (long)row->row_group, safe);
    return text;
}

/* Rows out of order, and inputs that contradict each other, are no damage. */
static const char *merge_advice(const inlay_error *e)
{
    if (e->status == INLAY_CORRUPT && strcmp(e->what, "input is not sorted by the key") == 0)
        return "--resort sorts it first; or name the order that it has with --sort; without --sort the "
               "order in the files' own footers counts";
    if (e->status == INLAY_CORRUPT && strcmp(e->what, "type conflict between inputs") == 0)
        return "--widen unites types of which one holds all values";
    if (e->status == INLAY_CORRUPT && e->at < 0 && e->page < 0)
        return NULL;
    return report_advice(e->status);
}

/* What to aim for: half of --max-memory, or of the address space, where that is less than the default. */
static uint64_t merge_memory(const struct inputs *in, const struct merge_settings *s)
{
    uint64_t limit = in->env.limits.memory_bytes, usual = (uint64_t)256 << 20;
    struct rlimit space;
    if (s->memory_mib > 0)
        return s->memory_mib << 20;
    if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY && space.rlim_cur / 2 < usual)
        usual = space.rlim_cur / 2;
    return limit && limit / 2 < usual ? limit / 2 : usual;
}

/* Columns of one input after the other are opened and closed. What they leave stays with the process, since the kernel
 * clears every page that it gives out again; where memory is scarce it goes back. */
static void merge_keep_memory(const struct inputs *in)
{
#ifdef __GLIBC__
    enum { MERGE_KEPT_BYTES = 8 << 20, MERGE_MAPPED_BYTES = 2 << 20, MERGE_SCARCE_BYTES = 64 << 20 };
    uint64_t limit = in->env.limits.memory_bytes;
    struct rlimit space;
    bool scarce = getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY;
    if (!scarce && (!limit || limit >= MERGE_SCARCE_BYTES)) {
        (void)mallopt(M_TRIM_THRESHOLD, MERGE_KEPT_BYTES);
        (void)mallopt(M_MMAP_THRESHOLD, MERGE_MAPPED_BYTES);
    }
#else
    (void)in;
#endif
}

/* By name; -1 = no such one. */
static int merge_on_equal(const char *name)
{
    static const char *const names[] = {
        [INLAY_EQUAL_KEEP] = "keep",
        [INLAY_EQUAL_FIRST] = "first",
        [INLAY_EQUAL_LAST] = "last",
        [INLAY_EQUAL_ERROR] = "error",
    };
    for (size_t i = 0; name && i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return (int)i;
    return name ? -1 : INLAY_EQUAL_KEEP;
}

/* As many as there are processors, but each with 64 MiB at least of what there is to use. */
static uint32_t merge_threads(const struct inputs *in, const struct merge_settings *s)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t most = merge_memory(in, s) / ((uint64_t)64 << 20);
    uint64_t n = s->threads ? s->threads : processors > 0 ? (uint64_t)processors : 1;
    if (!s->threads && n > most)
        n = most ? most : 1;
    return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

/* ---- options ---- */

static int merge_size(const char *name, const char *text, uint64_t *bytes)
{
    if (text && (!options_size(text, bytes) || *bytes == 0))
        return report_usage("merge: --%s wants a size such as 64M or 1G, not '%s'", name, text);
    return REPORT_DONE;
}

static int merge_layout(const struct merge_settings *s, inlay_merge_options *o)
{
    static const char per_value[] = "per-value";
    const size_t n = sizeof per_value - 1;
    uint64_t columns = 1;
    if (s->oversize && strcmp(s->oversize, "keep") != 0 && strcmp(s->oversize, "split") != 0)
        return report_usage("merge: --oversize wants keep or split, not '%s'", s->oversize);
    o->split_oversize = s->oversize && s->oversize[0] == 's';
    if (!s->layout || strcmp(s->layout, "pack") == 0)
        return REPORT_DONE;
    if (strcmp(s->layout, "none") == 0) {
        o->layout = INLAY_MERGE_NONE;
        return REPORT_DONE;
    }
    if (strncmp(s->layout, per_value, n) != 0 ||
        (s->layout[n] &&
         (s->layout[n] != ':' || !options_number(s->layout + n + 1, strlen(s->layout + n + 1), &columns))) ||
        columns == 0 || columns > UINT32_MAX)
        return report_usage("merge: --layout wants pack, per-value:N or none, not '%s'", s->layout);
    o->layout = INLAY_MERGE_PER_VALUE;
    o->layout_columns = (uint32_t)columns;
    return REPORT_DONE;
}

static int merge_check(const struct merge_settings *s, inlay_merge_options *o)
{
    int code = rewrite_check(&s->choices, "merge");
    if (merge_on_equal(s->on_equal) < 0)
        return report_usage("merge: --on-equal is keep, first, last or error, not '%s'", s->on_equal);
    o->on_equal = (inlay_on_equal)merge_on_equal(s->on_equal);
    if (code == REPORT_DONE && s->memory_mib > UINT64_MAX >> 20)
        code = report_usage("merge: --memory is beyond all memory");
    if (code == REPORT_DONE)
        code = merge_layout(s, o);
    if (code == REPORT_DONE)
        code = merge_size("row-group-bytes", s->group_size, &o->row_group_bytes);
    if (code == REPORT_DONE)
        code = merge_size("target-bytes", s->target_size, &o->output_bytes);
    if (code == REPORT_DONE && s->outputs && o->output_bytes)
        code = report_usage("merge: --outputs and --target-bytes exclude each other");
    if (code == REPORT_DONE && s->outputs > UINT32_MAX)
        code = report_usage("merge: --outputs is a number below 2^32");
    return code;
}

/* The columns of the output are known: what is said about them by name. */
static int merge_configure(void *ctx, const inlay_schema *schema, inlay_write_options *write)
{
    struct merge_job *job = ctx;
    const char *path = job->settings->output ? job->settings->output : "the output";
    job->columns = calloc(inlay_schema_leaves(schema) + 1u, sizeof *job->columns);
    job->configured = !job->columns ? report_memory()
                                    : rewrite_columns(&job->settings->choices, schema, path, job->columns, write);
    return job->configured;
}

/* ---- the work ---- */

static int merge_failed(const struct merge_job *job)
{
    if (job->configured != REPORT_DONE)
        return job->configured;
    if (job->out.code != REPORT_DONE)
        return job->out.code;
    char other[640];
    const inlay_merge_row *equal = &job->report.equal;
    return inputs_failed(&job->in, job->settings->output,
                         equal->input >= 0 ? merge_other_row(&job->in, equal, other, sizeof other)
                                           : merge_advice(&job->in.env.error));
}

static int merge_into(struct merge_job *job, const inlay_merge_options *options)
{
    const struct merge_settings *s = job->settings;
    progress_start(&job->progress, "merging", s->quiet);
    inlay_status status = inlay_merge(&job->in.env, job->in.readers, job->in.n, NULL, options, &job->report);
    progress_end(&job->progress);
    if (status != INLAY_OK)
        return merge_failed(job);
    int code = merge_files_commit(&job->out);
    struct out o;
    if (code != REPORT_DONE || (s->quiet && !s->json))
        return code;
    if (!out_open(&o, STDOUT_FILENO))
        return report_memory();
    (s->json ? merge_json : merge_text)(&o, job);
    return out_finish(&o, code);
}

static int merge_dry(struct merge_job *job, inlay_merge_options *options)
{
    struct merge_plan plan;
    struct out o;
    if (!out_open(&o, STDOUT_FILENO))
        return report_memory();
    merge_plan_begin(&plan, &o, job->settings->json);
    options->row_group = merge_plan_row_group;
    options->row_group_ctx = &plan;
    inlay_status status = inlay_merge(&job->in.env, job->in.readers, job->in.n, NULL, options, &job->report);
    if (status == INLAY_OK)
        merge_plan_end(&plan, &job->in, &job->report);
    else if (!out_failed(&o)) {
        out_close(&o);
        return merge_failed(job);
    }
    return out_finish(&o, REPORT_DONE);
}

static int merge_command(const void *settings, char **paths, int n)
{
    const struct merge_settings *s = settings;
    struct merge_job job = {.settings = s, .report.equal.input = -1};
    inlay_merge_options options = {.sort = s->sort,
                                   .row_group_rows = s->row_group_rows,
                                   .outputs = (uint32_t)s->outputs,
                                   .next_output = merge_files_next,
                                   .end_output = merge_files_end,
                                   .output_ctx = &job.out,
                                   .configure = merge_configure,
                                   .configure_ctx = &job,
                                   .scratch_folder = s->scratch,
                                   .keep_key_values = s->keep_kv,
                                   .resort = s->resort,
                                   .widen = s->widen,
                                   .dry_run = s->dry_run,
                                   .progress = progress_update,
                                   .progress_ctx = &job.progress};
    int code = merge_check(s, &options);
    job.out = (struct merge_files){.env = &job.in.env,
                                   .name = s->output,
                                   .several = s->outputs || s->target_size,
                                   .inputs = paths,
                                   .n_inputs = n};
    if (code == REPORT_DONE && !s->dry_run)
        code = merge_files_name(&job.out);
    if (code == REPORT_DONE)
        code = inputs_open(&job.in, paths, n, &s->files);
    merge_keep_memory(&job.in);
    if (code == REPORT_DONE && !s->dry_run)
        code = merge_files_first(&job.out);
    options.memory_bytes = merge_memory(&job.in, s);
    options.threads = merge_threads(&job.in, s);
    if (code == REPORT_DONE)
        code = s->dry_run ? merge_dry(&job, &options) : merge_into(&job, &options);
    merge_files_close(&job.out);
    inputs_close(&job.in);
    free(job.columns);
    return code;
}

static const struct options_row merge_options[] = {
    {"output", 'o', OPTIONS_TEXT, offsetof(struct merge_settings, output), "FILE",
     "where the result goes; it appears when it is whole"},
    {"sort", 's', OPTIONS_TEXT, offsetof(struct merge_settings, sort), "COLUMNS",
     "the inputs' order: 'metric_name|-timestamp_secs', a minus\n"
     "sign is descending, 'timestamp' too unless +timestamp; without\n"
     "it the files' qh.sort_fields"},
    {"on-equal", 0, OPTIONS_TEXT, offsetof(struct merge_settings, on_equal), "WHAT",
     "rows whose keys are equal: keep (all of them), first, last (one\n"
     "stays), error"},
    {"row-group-rows", 'g', OPTIONS_UINT, offsetof(struct merge_settings, row_group_rows), "N",
     "most rows of a row group of several values (131072)"},
    {"row-group-bytes", 0, OPTIONS_TEXT, offsetof(struct merge_settings, group_size), "SIZE",
     "the same in bytes that the rows take in the inputs"},
    {"layout", 'l', OPTIONS_TEXT, offsetof(struct merge_settings, layout), "LAYOUT",
     "row groups: pack (the default), per-value:N (one for every\n"
     "combination of the first N sort columns), none (the cap, if\n"
     "one is given)"},
    {"oversize", 0, OPTIONS_TEXT, offsetof(struct merge_settings, oversize), "WHAT",
     "a value with more rows than the cap: keep (the default) it\n"
     "whole, or split it"},
    {"outputs", 'k', OPTIONS_UINT, offsetof(struct merge_settings, outputs), "K",
     "K files, or one a series if there are fewer: FILE is out.parquet\n"
     "for out-0000.parquet ..., or has %d or %04d in it"},
    {"target-bytes", 0, OPTIONS_TEXT, offsetof(struct merge_settings, target_size), "SIZE",
     "or: a new file at the next series when this many bytes of\n"
     "the inputs went into one"},
    {"dry-run", 'n', OPTIONS_FLAG, offsetof(struct merge_settings, dry_run), NULL,
     "print runs, row groups, outputs and the share of bytes that\nwould move as they are"},
    {"keep-kv", 0, OPTIONS_FLAG, offsetof(struct merge_settings, keep_kv), NULL,
     "other footer keys of the inputs stay, each with its first value"},
    REWRITE_OPTIONS(struct merge_settings, choices, "zstd:3"),
    {"memory", 'm', OPTIONS_UINT, offsetof(struct merge_settings, memory_mib), "MIB",
     "memory to aim for (256 MiB, or half of a limit below 512)"},
    {"threads", 0, OPTIONS_UINT, offsetof(struct merge_settings, threads), "N",
     "threads that make row groups (as many as there are\n"
     "processors and memory for); the output is the same for any N"},
    {"scratch", 0, OPTIONS_TEXT, offsetof(struct merge_settings, scratch), "FOLDER",
     "where the plan goes when it outgrows memory, and sorted runs"},
    {"resort", 0, OPTIONS_FLAG, offsetof(struct merge_settings, resort), NULL,
     "sort inputs that are not in that order first, through scratch\nfiles"},
    {"widen", 0, OPTIONS_FLAG, offsetof(struct merge_settings, widen), NULL,
     "unite columns that differ in type where one type holds all\n"
     "values: more bits, DOUBLE, finer units; nothing is lost"},
    {"json", 'j', OPTIONS_FLAG, offsetof(struct merge_settings, json), NULL,
     "the summary as a JSON object"},
    {"quiet", 'q', OPTIONS_FLAG, offsetof(struct merge_settings, quiet), NULL,
     "no progress, no summary"},
    FILES_OPTIONS(struct merge_settings, files),
    {0},
};

const struct command command_merge = {
    .name = "merge",
    .summary = "merge sorted files into one",
    .operands = "FILE... -o FILE",
    .help = "Merges files that are sorted alike, in bounded memory. Columns are united by name;\n"
            "every row is kept unless --on-equal says otherwise; equal keys keep the order of the\n"
            "inputs. Row groups are cut where the first sort column changes, so that every metric\n"
            "lies in row groups of its own; --layout has other ways. Several outputs are cut between\n"
            "series.\n"
            "\n"
            "Examples:\n"
            "  inlay merge host-*.parquet -o all.parquet\n"
            "  inlay merge a.parquet b.parquet -o c.parquet --sort 'metric_name|-timestamp_secs'\n"
            "  inlay merge host-*.parquet -o 'part-%d.parquet' --target-bytes 256M\n"
            "  inlay merge host-*.parquet --layout per-value:2 --dry-run\n"
            "  inlay merge host-*.parquet -o all.parquet --bloom metric_name --codec value=zstd:9\n"
            "  inlay merge replica-*.parquet -o one.parquet --on-equal first\n",
    .options = merge_options,
    .settings_bytes = sizeof(struct merge_settings),
    .min_operands = 1,
    .run = merge_command,
};

#else
typedef int merge_is_not_in_this_build;
#endif
