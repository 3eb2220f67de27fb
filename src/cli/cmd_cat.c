/* cat, head, tail: rows as text. They differ only in the rows that they take when none are named.
 * */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/filter.h"
#include "cli/format.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/salvage.h"

struct cat_settings {
    struct files_settings files;
    struct options_list columns;
    const char *rows, *count, *format, *where;
    bool quiet, skip_bad_pages, explain;
};

enum { CAT_FILTER_BATCH = 1024 /* rows read at once where --where leaves gaps */ };

/* Rows [from, to) of all files, one after another; from the end where `_back`. */
struct cat_range {
    uint64_t from, to;
    bool from_back, to_back;
};

static const struct cat_range cat_all = {0, 0, false, true};

/* One side of A:B: digits, or a minus sign and digits. */
static bool cat_bound(const char *text, size_t len, uint64_t *value, bool *back)
{
    *back = len > 0 && text[0] == '-';
    return options_number(text + *back, len - *back, value);
}

/* "A:B", "A:", ":B", ":", or one row "A". */
static bool cat_parse_range(const char *text, struct cat_range *range)
{
    const char *colon = strchr(text, ':');
    size_t len = colon ? (size_t)(colon - text) : strlen(text);
    *range = cat_all;
    if ((len > 0 || !colon) && !cat_bound(text, len, &range->from, &range->from_back))
        return false;
    if (!colon) {
        *range = (struct cat_range){range->from, range->from + 1, range->from_back, false};
        if (range->from_back) {
            range->to = range->from > 0 ? range->from - 1 : 0;
            range->to_back = true;
        }
        return range->from < UINT64_MAX;
    }
    return !colon[1] || cat_bound(colon + 1, strlen(colon + 1), &range->to, &range->to_back);
}

static uint64_t cat_position(uint64_t value, bool back, uint64_t total)
{
    if (value > total)
        value = total;
    return back ? total - value : value;
}

struct cat_job {
    const struct cat_settings *settings;
    const struct format *format;
    struct format_run run;
    struct out out;
    uint64_t from, to; /* of all rows */
    uint64_t at;       /* first row of the file at hand */
    struct progress progress;
};

/* A value that has no text: a bound of the tool, not of the file. */
static int cat_fault(const struct files_input *in, const char *fault, int64_t row)
{
    inlay_error error = {.status = INLAY_UNSUPPORTED,
                         .what = fault,
                         .at = -1,
                         .input = -1,
                         .row_group = -1,
                         .row = row,
                         .page = -1};
    return report_failure(in->path, &error);
}

/* Rows [first, end). `stopped` (may be NULL): a failure of the file is left in the env and not reported,
 * and *stopped is the row that could not be printed. */
static int cat_print(struct cat_job *job, const struct files_input *in, struct rows *rows,
                     int64_t first, int64_t end, int64_t *stopped)
{
    struct out *o = &job->out;
    for (int64_t row = first; row < end; row++) {
        if ((row & 1023) == 0)
            progress_update(&job->progress, (uint64_t)(row - first), (uint64_t)(end - first));
        uint64_t flushed = o->flushed;
        size_t used = o->used;
        bool printed = job->format->row(&job->run, rows);
        const char *fault = o->fault ? o->fault : job->run.scratch.fault;
        if (job->run.scratch.os_error != 0)
            o->os_error = job->run.scratch.os_error;
        if (o->os_error != 0)
            return REPORT_DONE; /* out_finish says otherwise where it must */
        if (printed && !fault)
            continue;
        bool whole = o->flushed == flushed; /* no half rows */
        if (whole)
            o->used = used;
        if (stopped && whole && !fault && report_code(in->env->error.status) == REPORT_BAD) {
            *stopped = row;
            return REPORT_BAD;
        }
        out_flush(o);
        progress_end(&job->progress);
        return fault ? cat_fault(in, fault, row) : report_failure(in->path, &in->env->error);
    }
    return REPORT_DONE;
}

/* Of the rows that fulfil --where, those that --rows or -n ask for; job->at counts through all files. */
static int cat_filter(struct cat_job *job, const struct files_input *in, struct rows *rows)
{
    struct filter f;
    int64_t first = 0, n = 0, stand = -1;
    int code = filter_open(&f, in, job->settings->where, job->settings->explain);
    if (rows->batch_rows > CAT_FILTER_BATCH)
        rows->batch_rows = CAT_FILTER_BATCH;
    while (code == REPORT_DONE && job->at < job->to && !out_failed(&job->out)) {
        code = filter_next(&f, &first, &n);
        if (code != REPORT_DONE || n == 0)
            break;
        uint64_t skip = job->from > job->at ? job->from - job->at : 0, left = job->to - job->at;
        job->at += (uint64_t)n < left ? (uint64_t)n : left;
        if (skip >= (uint64_t)n)
            continue;
        int64_t from = first + (int64_t)skip, end = (uint64_t)n < left ? first + n : first + (int64_t)left;
        inlay_status status = stand < 0 ? rows_seek(rows, from) : rows_forward(rows, stand, from);
        code = status == INLAY_OK ? cat_print(job, in, rows, from, end, NULL)
                                  : report_failure(in->path, &in->env->error);
        stand = end;
    }
    filter_close(&f);
    return code;
}

static int cat_salvage_rows(struct cat_job *job, struct salvage *s, int64_t first, int64_t end,
                            int64_t *stopped)
{
    if (s->rows->batch_rows > (uint64_t)(end - first))
        s->rows->batch_rows = (size_t)(end - first);
    if (rows_seek(s->rows, first) != INLAY_OK)
        return report_failure(s->in->path, &s->in->env->error);
    return cat_print(job, s->in, s->rows, first, end, stopped);
}

/* Rows [first, end) of one row group, those that can be had. */
static int cat_salvage_group(struct cat_job *job, struct salvage *s, uint32_t group, int64_t first,
                             int64_t end)
{
    size_t batch_rows = s->rows->batch_rows;
    int code = salvage_scan(s, group, first, end);
    for (size_t i = 0; i <= s->n_lost && code == REPORT_DONE; i++) {
        int64_t to = i < s->n_lost ? s->lost[i].from : end;
        int64_t stopped = -1;
        s->rows->batch_rows = batch_rows;
        s->rows->fence = to;
        if (first < to && !out_failed(&job->out))
            code = cat_salvage_rows(job, s, first, to, &stopped);
        if (code == REPORT_BAD && stopped >= 0) /* columns contradict each other, sound page by page */
            code = salvage_lose(s, stopped, to);
        if (i < s->n_lost)
            first = s->lost[i].to;
    }
    s->rows->batch_rows = batch_rows;
    return code;
}

static int cat_all_rows(struct cat_job *job, const struct files_input *in, struct rows *rows,
                        int64_t first, int64_t end)
{
    if (rows->batch_rows > (uint64_t)(end - first))
        rows->batch_rows = (size_t)(end - first);
    if (rows_seek(rows, first) != INLAY_OK)
        return report_failure(in->path, &in->env->error);
    return cat_print(job, in, rows, first, end, NULL);
}

static int cat_salvage(struct cat_job *job, const struct files_input *in, struct rows *rows,
                       int64_t first, int64_t end)
{
    struct salvage s;
    uint32_t groups = inlay_reader_row_groups(in->reader);
    int code = REPORT_DONE;
    salvage_open(&s, in, rows);
    for (uint32_t g = 0; g < groups && code == REPORT_DONE && !out_failed(&job->out); g++) {
        inlay_row_group group;
        if (inlay_reader_row_group(in->reader, g, &group) != INLAY_OK) {
            code = report_failure(in->path, &in->env->error);
            break;
        }
        int64_t to = group.first_row + group.n_rows;
        int64_t from = group.first_row > first ? group.first_row : first;
        if (from < (to < end ? to : end))
            code = cat_salvage_group(job, &s, g, from, to < end ? to : end);
    }
    progress_end(&job->progress);
    out_flush(&job->out);
    if (code == REPORT_DONE)
        code = salvage_finish(&s);
    salvage_close(&s);
    return code;
}

static int cat_rows(struct cat_job *job, const struct files_input *in, const bool *wanted)
{
    struct rows rows;
    int64_t rows_in_file = inlay_reader_rows(in->reader);
    uint64_t n = rows_in_file > 0 ? (uint64_t)rows_in_file : 0;
    uint64_t first = job->from > job->at ? job->from - job->at : 0;
    uint64_t end = job->to > job->at ? job->to - job->at : 0;
    if (rows_open(&rows, in->env, in->reader, wanted, job->format->flavour) != INLAY_OK)
        return report_failure(in->path, &in->env->error);
    int code = REPORT_DONE;
    const char *refused = job->format->begin(&job->run, &rows);
    if (refused)
        code = report_usage("%s: %s", in->path, refused);
    if (end > n)
        end = n;
    if (job->settings->where) {
        code = code == REPORT_DONE ? cat_filter(job, in, &rows) : code;
        rows_close(&rows);
        return code;
    }
    if (code == REPORT_DONE && first < end)
        code = job->settings->skip_bad_pages
                   ? cat_salvage(job, in, &rows, (int64_t)first, (int64_t)end)
                   : cat_all_rows(job, in, &rows, (int64_t)first, (int64_t)end);
    rows_close(&rows);
    job->at += n;
    return code;
}

static int cat_file(struct cat_job *job, const char *path)
{
    struct files_input in;
    inlay_env env = files_env(&job->settings->files);
    int code = files_open(&in, &env, path, &job->settings->files, 0);
    if (code != REPORT_DONE)
        return code;
    const struct options_list *columns = &job->settings->columns;
    bool *wanted = NULL;
    if (columns->n > 0) {
        wanted = calloc(inlay_schema_leaves(inlay_reader_schema(in.reader)) + 1u, sizeof *wanted);
        if (!wanted)
            code = report_memory();
        for (size_t i = 0; i < columns->n && code == REPORT_DONE; i++)
            code = columns_want(&in, columns->items[i], wanted);
    }
    if (code == REPORT_DONE)
        code = cat_rows(job, &in, wanted);
    free(wanted);
    files_close(&in);
    return code;
}

/* Rows of a file that count: all, or those that fulfil --where. */
static int cat_count(const struct cat_settings *settings, const struct files_input *in, uint64_t *total)
{
    struct filter f;
    int64_t first = 0, n = 0;
    if (!settings->where) {
        *total += (uint64_t)inlay_reader_rows(in->reader);
        return REPORT_DONE;
    }
    int code = filter_open(&f, in, settings->where, false);
    while (code == REPORT_DONE && (code = filter_next(&f, &first, &n)) == REPORT_DONE && n > 0)
        *total += (uint64_t)n;
    filter_close(&f);
    return code;
}

/* Positions from the end need the sum of all rows before the first is printed. */
static int cat_resolve(struct cat_job *job, const struct cat_range *range, char **paths, int n)
{
    uint64_t total = 0;
    if (!range->from_back && (!range->to_back || range->to == 0)) {
        job->from = range->from;
        job->to = range->to_back ? UINT64_MAX : range->to;
        return REPORT_DONE;
    }
    for (int i = 0; i < n; i++) {
        struct files_input in;
        inlay_env env = files_env(&job->settings->files);
        int code = files_open(&in, &env, paths[i], &job->settings->files, 0);
        if (code != REPORT_DONE)
            return code;
        code = cat_count(job->settings, &in, &total);
        files_close(&in);
        if (code != REPORT_DONE)
            return code;
    }
    job->from = cat_position(range->from, range->from_back, total);
    job->to = cat_position(range->to, range->to_back, total);
    return REPORT_DONE;
}

/* Rows that go to a terminal or a pager show for themselves; a file does not. */
static bool cat_into_file(void)
{
    struct stat st;
    return fstat(STDOUT_FILENO, &st) == 0 && S_ISREG(st.st_mode);
}

static unsigned cat_terminal_columns(void)
{
    struct winsize size;
    if (isatty(STDOUT_FILENO) != 1)
        return 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

static int cat_all_files(struct cat_job *job, const struct cat_range *range, char **paths, int n)
{
    int code = cat_resolve(job, range, paths, n), worst = code;
    int last = code;
    for (int i = 0; i < n && last == REPORT_DONE && (i == 0 || job->at < job->to); i++) {
        progress_start(&job->progress, paths[i], job->settings->quiet || !cat_into_file());
        code = cat_file(job, paths[i]);
        progress_end(&job->progress);
        last = code == REPORT_BAD && job->settings->skip_bad_pages ? REPORT_DONE : code;
        worst = code > worst ? code : worst;
    }
    job->format->end(&job->run);
    return worst;
}

static int cat_run(const struct cat_settings *settings, const struct cat_range *range, char **paths,
                   int n)
{
    struct cat_job job = {.settings = settings};
    job.format = format_by_name(settings->format ? settings->format : "jsonl");
    if (!job.format)
        return report_usage("no format '%s': jsonl, csv or table", settings->format);
    job.run.out = &job.out;
    job.run.terminal_columns = cat_terminal_columns();
    int code = report_code(INLAY_NOMEM);
    if (!out_open(&job.out, STDOUT_FILENO))
        return report_memory();
    if (out_open(&job.run.header, -1) && out_open(&job.run.scratch, -1))
        code = cat_all_files(&job, range, paths, n);
    else
        report_memory();
    out_close(&job.run.header);
    out_close(&job.run.scratch);
    return out_finish(&job.out, code);
}

static int cat_with(const struct cat_settings *settings, const struct cat_range *usual,
                    const char *command, char **paths, int n)
{
    struct cat_range range = *usual;
    uint64_t count;
    if (settings->rows && settings->count)
        return report_usage("%s: give either --rows or -n", command);
    if (settings->where && settings->skip_bad_pages)
        return report_usage("%s: give either --where or --skip-bad-pages", command);
    if (settings->explain && !settings->where)
        return report_usage("%s: --explain is about --where", command);
    if (settings->rows && !cat_parse_range(settings->rows, &range))
        return report_usage("%s: --rows wants A:B, row numbers from 0 (from the end with a minus "
                            "sign), not '%s'",
                            command, settings->rows);
    if (settings->count) {
        if (!options_number(settings->count, strlen(settings->count), &count))
            return report_usage("%s: -n wants a number of rows, not '%s'", command,
                                settings->count);
        if (range.from_back)
            range.from = count;
        else
            range = (struct cat_range){0, count, false, false};
    }
    return cat_run(settings, &range, paths, n);
}

static int cat_command(const void *settings, char **paths, int n)
{
    return cat_with(settings, &cat_all, "cat", paths, n);
}

static int head_command(const void *settings, char **paths, int n)
{
    static const struct cat_range first_ten = {0, 10, false, false};
    return cat_with(settings, &first_ten, "head", paths, n);
}

static int tail_command(const void *settings, char **paths, int n)
{
    static const struct cat_range last_ten = {10, 0, true, true};
    return cat_with(settings, &last_ten, "tail", paths, n);
}

static const struct options_row cat_options[] = {
    {"columns", 'c', OPTIONS_LIST, offsetof(struct cat_settings, columns), "A,B.C",
     "only these columns: names, or dotted paths of\nparts; in the file's order"},
    {"rows", 'r', OPTIONS_TEXT, offsetof(struct cat_settings, rows), "A:B",
     "rows from A up to before B, counted from 0;\n-A and -B count from the end"},
    {"format", 'f', OPTIONS_TEXT, offsetof(struct cat_settings, format), "NAME",
     "jsonl (the default), csv or table"},
    {"count", 'n', OPTIONS_TEXT, offsetof(struct cat_settings, count), "N", "N rows"},
    {"where", 'w', OPTIONS_TEXT, offsetof(struct cat_settings, where), "TEXT",
     "only rows that fulfil a predicate: comparisons, IN,\nBETWEEN, IS NULL, LIKE 'x%', AND, OR, NOT; --rows\nand -n then count those"},
    {"explain", 0, OPTIONS_FLAG, offsetof(struct cat_settings, explain), NULL,
     "tell what --where skipped, and why"},
    {"quiet", 'q', OPTIONS_FLAG, offsetof(struct cat_settings, quiet), NULL,
     "no progress; it is shown only when writing to a file"},
    {"skip-bad-pages", 0, OPTIONS_FLAG, offsetof(struct cat_settings, skip_bad_pages), NULL,
     "leave out rows of damaged pages, tell which, and\nread on; exit code 1"},
    FILES_OPTIONS(struct cat_settings, files),
    {0},
};

const struct command command_cat = {
    .name = "cat",
    .summary = "print rows as JSON lines, CSV or a table",
    .operands = "FILE...",
    .help = "Prints the rows of all files, one after another. JSON lines keep every type and\n"
            "nesting; 'man inlay' has the exact mapping. Row numbers count through all files.\n"
            "\n"
            "Examples:\n"
            "  inlay cat metrics.parquet | jq .value\n"
            "  inlay cat --columns metric_name,value --rows 100:200 metrics.parquet\n"
            "  inlay cat --format csv day-*.parquet > days.csv\n"
            "  inlay cat --where \"service = 'web' AND value > 0.5\" --explain metrics.parquet\n"
            "  inlay cat --skip-bad-pages damaged.parquet > saved.jsonl\n",
    .options = cat_options,
    .settings_bytes = sizeof(struct cat_settings),
    .min_operands = 1,
    .run = cat_command,
};

const struct command command_head = {
    .name = "head",
    .summary = "print the first rows",
    .operands = "FILE...",
    .help = "Prints the first 10 rows of all files together, or as many as -n says.\n"
            "\n"
            "Example:\n"
            "  inlay head -n 3 --format table metrics.parquet\n",
    .options = cat_options,
    .settings_bytes = sizeof(struct cat_settings),
    .min_operands = 1,
    .run = head_command,
};

const struct command command_tail = {
    .name = "tail",
    .summary = "print the last rows",
    .operands = "FILE...",
    .help = "Prints the last 10 rows of all files together, or as many as -n says.\n"
            "\n"
            "Example:\n"
            "  inlay tail -n 1 --columns timestamp_secs metrics.parquet\n",
    .options = cat_options,
    .settings_bytes = sizeof(struct cat_settings),
    .min_operands = 1,
    .run = tail_command,
};
