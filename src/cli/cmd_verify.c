/* verify: read everything a file has, and compare it with what the file says about itself.
 *
 * The examining is the library's (inlay/verify.h); here its findings become lines or JSON.
 */
#include <string.h>
#include <unistd.h>

#include "inlay/verify.h"

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/json.h"
#include "cli/progress.h"
#include "cli/report.h"

struct verify_settings {
    struct files_settings files;
    bool deep, json, quiet;
};

enum { VERIFY_LINES = 20 /* findings of one file that are told one by one, unless as JSON */ };

struct verify_job {
    const struct verify_settings *settings;
    struct out *out;
    struct files_input in;
    inlay_env env;
    const char *path;
    struct json json;
    struct progress *progress;
    inlay_verify_counts counts;
    uint64_t faults;
    bool unreadable; /* the input itself failed: exit code 3 */
};

static void verify_name(struct verify_job *job)
{
    print_safe_text(job->out, job->path);
    out_text(job->out, ": ");
}

/* Up to here the file could be read; this failure ends its examination. */
static void verify_failure(struct verify_job *job)
{
    const inlay_error *error = &job->env.error;
    char text[1400];
    job->faults++;
    if (report_code(error->status) == REPORT_IO)
        job->unreadable = true;
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

/* ---- findings ---- */

static inlay_error verify_place(const struct verify_job *job, const inlay_finding *f)
{
    inlay_error e = {.status = f->status, .what = f->what, .at = f->at, .input = -1,
                     .row_group = f->row_group, .row = f->row, .page = f->page};
    const inlay_schema *schema = inlay_reader_schema(job->in.reader);
    if (f->leaf >= 0)
        inlay_schema_path(schema, inlay_schema_leaf_node(schema, (uint32_t)f->leaf), e.column,
                          sizeof e.column);
    return e;
}

static void verify_value(struct out *o, const inlay_node *leaf, inlay_bytes value,
                         enum print_flavour how)
{
    enum { VERIFY_VALUE = 120 };
    inlay_bytes shown = {value.data, value.len < VERIFY_VALUE ? value.len : VERIFY_VALUE};
    if (leaf->type != INLAY_BYTE_ARRAY)
        shown = value;
    if (!print_bound(o, leaf, shown, how))
        out_text(o, how == PRINT_JSON ? "null" : "?");
}

static void verify_json(struct verify_job *job, const inlay_finding *f)
{
    struct json *j = &job->json;
    inlay_error e = verify_place(job, f);
    json_open(j, NULL, '{');
    json_text(j, "rule", f->rule);
    json_text(j, "section", f->section);
    json_error(j, "error", &e);
    if (f->has_numbers) {
        json_int(j, "stated", f->stated);
        json_int(j, "found", f->found);
    }
    const inlay_node *leaf =
        f->leaf >= 0 ? inlay_schema_leaf(inlay_reader_schema(job->in.reader), (uint32_t)f->leaf) : NULL;
    if (f->has_values && leaf) {
        if (f->stated_value.data) {
            json_next(j, "stated");
            verify_value(j->out, leaf, f->stated_value, PRINT_JSON);
        }
        json_next(j, "found");
        verify_value(j->out, leaf, f->found_value, PRINT_JSON);
    }
    json_close(j, '}');
}

static void verify_text(struct verify_job *job, const inlay_finding *f)
{
    struct out *o = job->out;
    char text[1400];
    inlay_error e = verify_place(job, f);
    bool beyond = f->status == INLAY_UNSUPPORTED || f->status == INLAY_LIMIT;
    progress_end(job->progress);
    verify_name(job);
    out_text(o, beyond ? "not checked: " : "bad: ");
    report_text(text, sizeof text, NULL, &e, NULL);
    out_text(o, text);
    if (f->has_numbers)
        out_format(o, ": stated %lld, found %lld", (long long)f->stated, (long long)f->found);
    const inlay_node *leaf =
        f->leaf >= 0 ? inlay_schema_leaf(inlay_reader_schema(job->in.reader), (uint32_t)f->leaf) : NULL;
    if (f->has_values && leaf) {
        out_text(o, f->stated_value.data ? ": stated " : ": ");
        if (f->stated_value.data) {
            verify_value(o, leaf, f->stated_value, PRINT_TABLE);
            out_text(o, ", found ");
        }
        verify_value(o, leaf, f->found_value, PRINT_TABLE);
    }
    out_format(o, " [%s; %s]\n", f->rule, f->section);
}

static int verify_finding(void *ctx, const inlay_finding *finding)
{
    struct verify_job *job = ctx;
    job->faults++;
    if (job->settings->json)
        verify_json(job, finding);
    else if (job->faults <= VERIFY_LINES)
        verify_text(job, finding);
    return out_failed(job->out);
}

static int verify_step(void *ctx, uint64_t done, uint64_t all)
{
    struct verify_job *job = ctx;
    progress_update(job->progress, done, all);
    return 0;
}

/* ---- the file ---- */

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
    print_counted(o, job->counts.pages, "page, ", "pages, ");
    print_counted(o, job->counts.values, "value\n", "values\n");
}

static void verify_end(struct verify_job *job)
{
    struct json *j = &job->json;
    bool ok = job->faults == 0;
    if (job->settings->json) {
        json_close(j, ']');
        json_bool(j, "ok", ok);
        json_uint(j, "fault_count", job->faults);
        if (job->in.reader) {
            json_int(j, "rows", inlay_reader_rows(job->in.reader));
            json_uint(j, "row_groups", inlay_reader_row_groups(job->in.reader));
            json_uint(j, "columns", inlay_schema_leaves(inlay_reader_schema(job->in.reader)));
            json_uint(j, "pages", job->counts.pages);
            json_uint(j, "values", job->counts.values);
        }
        json_close(j, '}');
        json_line(j);
    } else if (job->faults > VERIFY_LINES) {
        verify_name(job);
        out_text(job->out, "bad: ");
        print_count(job->out, job->faults - VERIFY_LINES);
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
    struct files_settings files = s->files;
    inlay_verify_options options = {
        .deep = s->deep, .finding = verify_finding, .progress = verify_step, .ctx = &job};
    files.no_crc = files.no_crc || s->deep; /* a deep look compares checksums itself, and goes on */
    if (s->json) {
        json_open(&job.json, NULL, '{');
        json_text(&job.json, "file", path);
        json_open(&job.json, "faults", '[');
    }
    inlay_status status = INLAY_OK;
    if (files_open(&job.in, &job.env, path, &files, FILES_QUIET) != REPORT_DONE)
        status = job.env.error.status;
    else
        status = inlay_verify(&job.env, job.in.reader, &options, &job.counts);
    if (status != INLAY_OK && status != INLAY_END)
        verify_failure(&job);
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
    {"deep", 'd', OPTIONS_FLAG, offsetof(struct verify_settings, deep), NULL,
     "recompute statistics, indexes, bloom filters, sizes and sorting, too"},
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
            "rows, values and nulls with the footer. With --deep everything that a file claims\n"
            "is recomputed from its values: statistics of pages and column chunks, page index,\n"
            "size statistics, bloom filters, encodings, sizes, offsets, sorting columns; each\n"
            "broken rule is told with the section of the specification that it is from.\n"
            "One line for a good file, one line a fault for a bad one; all files are checked.\n"
            "Exit code 1 if any is bad.\n"
            "\n"
            "Examples:\n"
            "  inlay verify --quiet archive/*.parquet || echo 'something is damaged'\n"
            "  inlay verify --deep --json new.parquet | jq -r '.faults[].rule'\n",
    .options = verify_options,
    .settings_bytes = sizeof(struct verify_settings),
    .min_operands = 1,
    .run = verify_command,
};
