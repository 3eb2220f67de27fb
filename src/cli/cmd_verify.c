/* verify: read everything a file has, and compare it with what the file says about itself.
 *
 * Footer, row groups and column chunks are decoded; every page of every column is checked against
 * its checksum, decompressed and decoded; rows, levels and null counts are compared with the
 * footer. A bad column does not hide the next one.
 */
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/json.h"
#include "cli/progress.h"
#include "cli/report.h"

struct verify_settings {
    struct files_settings files;
    bool json, quiet;
};

enum { VERIFY_FAULTS = 20 /* faults of one file that are told one by one */ };

struct verify_job {
    const struct verify_settings *settings;
    struct out *out;
    struct files_input in;
    inlay_env env;
    const char *path;
    struct json json;
    struct progress *progress;
    uint64_t done_bytes, all_bytes;
    uint64_t values, pages, faults;
    bool unreadable; /* the input itself failed: exit code 3 */
};

static void verify_name(struct verify_job *job)
{
    print_safe_text(job->out, job->path);
    out_text(job->out, ": ");
}

/* Tell the failure that the env holds. */
static void verify_fault(struct verify_job *job)
{
    const inlay_error *error = &job->env.error;
    char text[1400];
    if (report_code(error->status) == REPORT_IO)
        job->unreadable = true;
    if (job->faults++ >= VERIFY_FAULTS)
        return;
    if (job->settings->json) {
        json_error(&job->json, NULL, error);
        return;
    }
    progress_end(job->progress);
    if (report_code(error->status) == REPORT_IO) { /* says nothing about the file */
        out_flush(job->out);
        report_failure(job->path, error);
        return;
    }
    bool beyond = error->status == INLAY_UNSUPPORTED || error->status == INLAY_LIMIT;
    verify_name(job);
    out_text(job->out, beyond ? "not checked: " : "bad: ");
    report_text(text, sizeof text, NULL, error, report_advice(error->status));
    out_text(job->out, text);
    out_char(job->out, '\n');
}

/* A contradiction that the library has no reason to look for. */
static void verify_contradiction(struct verify_job *job, uint32_t row_group, int64_t leaf,
                                 const char *what)
{
    inlay_error *e = &job->env.error;
    *e = (inlay_error){.status = INLAY_CORRUPT,
                       .what = what,
                       .at = -1,
                       .input = -1,
                       .row_group = row_group == UINT32_MAX ? -1 : (int32_t)row_group,
                       .row = -1,
                       .page = -1};
    const inlay_schema *schema = inlay_reader_schema(job->in.reader);
    if (leaf >= 0)
        inlay_schema_path(schema, inlay_schema_leaf_node(schema, (uint32_t)leaf), e->column,
                          sizeof e->column);
    verify_fault(job);
}

/* Metadata of all row groups and chunks; whether their pages may be read. */
static bool verify_metadata(struct verify_job *job)
{
    inlay_reader *reader = job->in.reader;
    uint32_t groups = inlay_reader_row_groups(reader);
    uint32_t leaves = inlay_schema_leaves(inlay_reader_schema(reader));
    uint64_t rows = 0, faults = job->faults;
    for (uint32_t i = 0; i < groups; i++) {
        inlay_row_group group;
        if (inlay_reader_row_group(reader, i, &group) != INLAY_OK) {
            verify_fault(job);
            continue;
        }
        rows += (uint64_t)group.n_rows;
        for (uint32_t leaf = 0; leaf < leaves; leaf++) {
            inlay_chunk chunk;
            if (inlay_reader_chunk(reader, i, leaf, &chunk) != INLAY_OK)
                verify_fault(job);
            else
                job->all_bytes += (uint64_t)chunk.compressed_bytes;
        }
    }
    bool readable = job->faults == faults;
    if (readable && rows != (uint64_t)inlay_reader_footer_rows(reader))
        verify_contradiction(job, UINT32_MAX, -1,
                             "the footer's number of rows is not the sum of its row groups");
    return readable;
}

/* What one column chunk turned out to hold. */
struct verify_count {
    uint64_t rows, levels, values, pages;
};

static void verify_chunk(struct verify_job *job, uint32_t row_group, uint32_t leaf,
                         const struct verify_count *count)
{
    inlay_row_group group;
    inlay_chunk chunk;
    if (inlay_reader_row_group(job->in.reader, row_group, &group) != INLAY_OK ||
        inlay_reader_chunk(job->in.reader, row_group, leaf, &chunk) != INLAY_OK)
        return; /* was told before */
    const inlay_node *node = inlay_schema_leaf(inlay_reader_schema(job->in.reader), leaf);
    const inlay_statistics *s = &chunk.statistics;
    job->values += count->values;
    job->pages += count->pages;
    job->done_bytes += (uint64_t)chunk.compressed_bytes;
    progress_update(job->progress, job->done_bytes, job->all_bytes);
    if (count->rows != (uint64_t)group.n_rows)
        verify_contradiction(job, row_group, leaf, "the column's rows are not the row group's");
    else if (count->levels != (uint64_t)chunk.n_levels)
        verify_contradiction(job, row_group, leaf,
                             "the column has another number of values than the footer says");
    else if (s->has_null_count && node->max_rep == 0 &&
             (uint64_t)s->null_count != count->levels - count->values)
        verify_contradiction(job, row_group, leaf,
                             "the column has another number of nulls than its statistics say");
}

/* All pages of one column. Row groups without rows have no pages to count. */
static void verify_column(struct verify_job *job, uint32_t leaf)
{
    inlay_column *column;
    inlay_batch batch;
    struct verify_count count = {0};
    uint32_t group = UINT32_MAX, page = UINT32_MAX;
    inlay_status status = inlay_column_open(job->in.reader, leaf, 0, &column);
    if (status != INLAY_OK) {
        verify_fault(job);
        return;
    }
    while ((status = inlay_column_read(column, 0, &batch)) == INLAY_OK) {
        if (inlay_column_row_group(column) != group) {
            if (group != UINT32_MAX)
                verify_chunk(job, group, leaf, &count);
            group = inlay_column_row_group(column);
            page = UINT32_MAX;
            count = (struct verify_count){0};
        }
        if (inlay_column_page(column) != page) {
            page = inlay_column_page(column);
            count.pages++;
        }
        count.rows += batch.n_rows;
        count.levels += batch.n_levels;
        count.values += batch.n_values;
    }
    if (status != INLAY_END)
        verify_fault(job);
    else if (group != UINT32_MAX)
        verify_chunk(job, group, leaf, &count);
    inlay_column_close(column);
}

static void verify_summary(struct verify_job *job)
{
    struct out *o = job->out;
    inlay_reader *reader = job->in.reader;
    uint32_t leaves = inlay_schema_leaves(inlay_reader_schema(reader));
    verify_name(job);
    out_text(o, "ok, ");
    print_counted(o, (uint64_t)inlay_reader_rows(reader), "row, ", "rows, ");
    print_counted(o, inlay_reader_row_groups(reader), "row group, ", "row groups, ");
    print_counted(o, leaves, "column, ", "columns, ");
    print_counted(o, job->pages, "page, ", "pages, ");
    print_counted(o, job->values, "value\n", "values\n");
}

static void verify_end(struct verify_job *job)
{
    struct json *j = &job->json;
    bool ok = job->faults == 0;
    if (job->settings->json) {
        json_close(j, ']');
        json_bool(j, "ok", ok);
        json_uint(j, "fault_count", job->faults);
        if (ok) {
            json_int(j, "rows", inlay_reader_rows(job->in.reader));
            json_uint(j, "row_groups", inlay_reader_row_groups(job->in.reader));
            json_uint(j, "columns", inlay_schema_leaves(inlay_reader_schema(job->in.reader)));
            json_uint(j, "pages", job->pages);
            json_uint(j, "values", job->values);
        }
        json_close(j, '}');
        json_line(j);
    } else if (job->faults > VERIFY_FAULTS) {
        verify_name(job);
        out_text(job->out, "bad: ");
        print_count(job->out, job->faults - VERIFY_FAULTS);
        out_text(job->out, " more faults\n");
    } else if (ok && !job->settings->quiet) {
        verify_summary(job);
    }
}

static int verify_file(const struct verify_settings *s, struct out *o, struct progress *progress,
                       const char *path)
{
    struct verify_job job = {.settings = s,
                             .out = o,
                             .path = path,
                             .env = files_env(&s->files),
                             .json = {o, false},
                             .progress = progress};
    if (s->json) {
        json_open(&job.json, NULL, '{');
        json_text(&job.json, "file", path);
        json_open(&job.json, "faults", '[');
    }
    if (files_open(&job.in, &job.env, path, &s->files, FILES_QUIET) != REPORT_DONE) {
        verify_fault(&job);
    } else if (verify_metadata(&job)) {
        uint32_t leaves = inlay_schema_leaves(inlay_reader_schema(job.in.reader));
        for (uint32_t leaf = 0; leaf < leaves && !out_failed(o); leaf++)
            verify_column(&job, leaf);
    }
    progress_end(progress);
    verify_end(&job);
    files_close(&job.in);
    if (job.unreadable)
        return REPORT_IO;
    return job.faults > 0 ? REPORT_BAD : REPORT_DONE;
}

static int verify_command(const void *settings, char **paths, int n)
{
    const struct verify_settings *s = settings;
    struct out o;
    int worst = REPORT_DONE;
    if (!out_open(&o, STDOUT_FILENO))
        return report_memory();
    for (int i = 0; i < n && !out_failed(&o); i++) {
        struct progress progress;
        progress_start(&progress, paths[i], s->quiet);
        int code = verify_file(s, &o, &progress, paths[i]);
        if (code > worst)
            worst = code;
        out_flush(&o);
    }
    return out_finish(&o, worst);
}

static const struct options_row verify_options[] = {
    {"json", 'j', OPTIONS_FLAG, offsetof(struct verify_settings, json), NULL,
     "one JSON object a file and line"},
    {"quiet", 'q', OPTIONS_FLAG, offsetof(struct verify_settings, quiet), NULL,
     "no progress, no line for good files"},
    FILES_OPTIONS(struct verify_settings, files),
    {0},
};

const struct command command_verify = {
    .name = "verify",
    .summary = "read everything and check it against what the file says",
    .operands = "FILE...",
    .help = "Decodes every page of every column, with its checksum, and compares the counts of\n"
            "rows, values and nulls with the footer. One line for a good file, one line a fault\n"
            "for a bad one; all files are checked. Exit code 1 if any is bad.\n"
            "\n"
            "Example:\n"
            "  inlay verify --quiet archive/*.parquet || echo 'something is damaged'\n",
    .options = verify_options,
    .settings_bytes = sizeof(struct verify_settings),
    .min_operands = 1,
    .run = verify_command,
};
