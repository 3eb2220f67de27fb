/* merge: sorted files into one, row groups cut where the first sort column changes. */
#include "inlay/merge.h"

#if INLAY_WRITE && INLAY_MERGE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/inputs.h"
#include "cli/json.h"
#include "cli/progress.h"
#include "cli/report.h"

struct merge_settings {
    struct files_settings files;
    const char *output, *sort, *codec, *scratch, *on_equal;
    uint64_t row_group_rows, memory_mib, threads;
    bool quiet, json;
};

static void merge_json(struct out *o, const struct inputs *in, const inlay_merge_report *r,
                       const char *output, double seconds)
{
    struct json json = {o, false}, *j = &json;
    json_open(j, NULL, '{');
    json_text(j, "output", output);
    json_uint(j, "inputs", in->n);
    json_uint(j, "input_bytes", inputs_bytes(in));
    json_uint(j, "rows", r->n_rows);
    json_uint(j, "dropped_rows", r->n_dropped);
    json_uint(j, "row_groups", r->n_row_groups);
    json_text(j, "row_group_column", r->row_group_column);
    json_uint(j, "columns", r->n_columns);
    json_uint(j, "runs", r->n_runs);
    json_uint(j, "plan_bytes", r->plan_bytes);
    json_uint(j, "output_bytes", r->output_bytes);
    json_uint(j, "moved_bytes", r->moved_bytes);
    json_uint(j, "peak_memory_bytes", in->env.peak_bytes);
    json_seconds(j, "seconds", seconds);
    json_close(j, '}');
    json_line(j);
}

static void merge_text(struct out *o, const struct inputs *in, const inlay_merge_report *r,
                       const char *output, double seconds)
{
    out_text(o, "merged ");
    print_counted(o, in->n, "file (", "files (");
    print_size(o, inputs_bytes(in));
    out_text(o, ") into ");
    print_safe_text(o, output);
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
    out_format(o, ", in %.2f s with ", seconds);
    print_size(o, in->env.peak_bytes);
    out_text(o, " of memory\n");
}

/* What to say behind "two rows have the same key". */
static const char *merge_other_row(const struct inputs *in, const inlay_merge_row *row, char *text, size_t capacity)
{
    char safe[512];
    const char *path = in->files[row->input].path;
    report_safe(safe, sizeof safe, (inlay_bytes){(const uint8_t *)path, strlen(path)});
    snprintf(text, capacity, "the other one is row %lld of row group %ld of %s", (long long)row->row,
             (long)row->row_group, safe);
    return text;
}

/* A row number means a row out of order, which is no damage. */
static const char *merge_advice(const inlay_error *e)
{
    if (e->status == INLAY_CORRUPT && e->row >= 0)
        return "sort that file first, or name the order that it has with --sort; without --sort the "
               "order in the files' own footers counts";
    if (e->status == INLAY_CORRUPT && e->at < 0 && e->page < 0)
        return NULL; /* the inputs contradict each other */
    return report_advice(e->status);
}

/* What to aim for: half of --max-memory where that is less than the default. */
static uint64_t merge_memory(const struct inputs *in, const struct merge_settings *s)
{
    uint64_t limit = in->env.limits.memory_bytes, usual = (uint64_t)256 << 20;
    if (s->memory_mib > 0)
        return s->memory_mib << 20;
    return limit && limit / 2 < usual ? limit / 2 : usual;
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

static int merge_into(struct inputs *in, const struct merge_settings *s, struct files_output *out)
{
    struct progress progress;
    char other[640];
    inlay_merge_report report = {.equal = {-1, -1, -1}};
    inlay_merge_options options = {.sort = s->sort,
                                   .on_equal = (inlay_on_equal)merge_on_equal(s->on_equal),
                                   .row_group_rows = s->row_group_rows,
                                   .memory_bytes = merge_memory(in, s),
                                   .scratch_folder = s->scratch,
                                   .threads = merge_threads(in, s),
                                   .write = {.codec = s->codec},
                                   .progress = progress_update,
                                   .progress_ctx = &progress};
    progress_start(&progress, "merging", s->quiet);
    inlay_status status = inlay_merge(&in->env, in->readers, in->n, &out->sink, &options, &report);
    progress_end(&progress);
    if (status != INLAY_OK)
        return inputs_failed(in, s->output,
                             report.equal.input >= 0 ? merge_other_row(in, &report.equal, other, sizeof other)
                                                     : merge_advice(&in->env.error));
    int code = files_commit(out);
    struct out o;
    if (code != REPORT_DONE || (s->quiet && !s->json))
        return code;
    if (!out_open(&o, STDOUT_FILENO))
        return report_memory();
    (s->json ? merge_json : merge_text)(&o, in, &report, s->output, progress_seconds(&progress));
    return out_finish(&o, code);
}

static int merge_command(const void *settings, char **paths, int n)
{
    const struct merge_settings *s = settings;
    struct inputs in;
    struct files_output out = {0};
    if (merge_on_equal(s->on_equal) < 0)
        return report_usage("merge: --on-equal is keep, first, last or error, not '%s'", s->on_equal);
    if (s->memory_mib > UINT64_MAX >> 20)
        return report_usage("merge: --memory is beyond all memory");
    if (!s->output)
        return report_usage("merge: no output named: give -o FILE");
    int code = inputs_open(&in, paths, n, &s->files);
    if (code == REPORT_DONE)
        code = files_create(&out, &in.env, s->output, paths, n);
    if (code == REPORT_DONE)
        code = merge_into(&in, s, &out);
    files_abort(&out);
    inputs_close(&in);
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
    {"codec", 0, OPTIONS_TEXT, offsetof(struct merge_settings, codec), "CODEC",
     "zstd:3 (the default), snappy, gzip:6, lz4_raw, brotli:5,\nnone"},
    {"memory", 'm', OPTIONS_UINT, offsetof(struct merge_settings, memory_mib), "MIB",
     "memory to aim for (256 MiB)"},
    {"threads", 0, OPTIONS_UINT, offsetof(struct merge_settings, threads), "N",
     "threads that make row groups (as many as there are\n"
     "processors and memory for); the output is the same for any N"},
    {"scratch", 0, OPTIONS_TEXT, offsetof(struct merge_settings, scratch), "FOLDER",
     "where the plan goes when it outgrows memory"},
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
            "lies in row groups of its own.\n"
            "\n"
            "Examples:\n"
            "  inlay merge host-*.parquet -o all.parquet\n"
            "  inlay merge a.parquet b.parquet -o c.parquet --sort 'metric_name|-timestamp_secs'\n"
            "  inlay merge replica-*.parquet -o one.parquet --on-equal first\n",
    .options = merge_options,
    .settings_bytes = sizeof(struct merge_settings),
    .min_operands = 1,
    .run = merge_command,
};

#else
typedef int merge_is_not_in_this_build;
#endif
