/* import: rows of CSV or JSON lines into a Parquet file. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "cli/rewrite.h"

#if INLAY_WRITE && INLAY_IMPORT

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inlay/import.h"

#include "cli/commands.h"
#include "cli/json.h"
#include "cli/progress.h"
#include "cli/report.h"

struct import_settings {
    struct files_settings files;
    struct rewrite_choices choices;
    struct options_list types, nulls;
    const char *output, *format, *schema, *delimiter, *header, *rejects;
    uint64_t sample_rows, row_bytes, max_rejects, row_group_rows, row_group_bytes;
    bool ignore_unknown, decimals, quiet, json;
};

enum { IMPORT_SCHEMA_BYTES = 16 << 20 };

struct import_job {
    const struct import_settings *settings;
    const char *path; /* "-" = standard input */
    inlay_env env;
    int fd;
    uint64_t all_bytes; /* 0 = not known */
    bool read_failed;
    inlay_schema *schema;
    inlay_import_options options;
    inlay_import_type *types;
    inlay_import *import;
    struct files_output out;
    inlay_writer *writer;
    int rejects_fd;
    struct out rejects;
    inlay_sink rejects_sink;
    struct progress progress;
};

/* ---- what comes in, and what goes aside ---- */

static int import_read(void *ctx, void *dst, size_t bytes, size_t *n)
{
    struct import_job *job = ctx;
    ssize_t got;
    do {
        got = read(job->fd, dst, bytes);
    } while (got < 0 && errno == EINTR);
    *n = got > 0 ? (size_t)got : 0;
    job->read_failed = got < 0;
    return got < 0 ? errno : 0;
}

static int import_open_input(struct import_job *job)
{
    struct stat st;
    job->fd = strcmp(job->path, "-") == 0 ? STDIN_FILENO : open(job->path, O_RDONLY | O_CLOEXEC);
    if (job->fd < 0)
        return report_system(job->path, "cannot open", errno);
    if (fstat(job->fd, &st) == 0 && S_ISDIR(st.st_mode))
        return report_system(job->path, "cannot read", EISDIR);
    if (fstat(job->fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
        job->all_bytes = (uint64_t)st.st_size;
    return REPORT_DONE;
}

static int import_append(void *ctx, const void *data, size_t bytes)
{
    struct out *o = ctx;
    out_bytes(o, data, bytes);
    return o->os_error;
}

static int import_open_rejects(struct import_job *job)
{
    const struct import_settings *s = job->settings;
    if (!s->rejects && s->max_rejects > 0)
        return report_usage("import: --max-rejects wants --rejects FILE");
    if (!s->rejects)
        return REPORT_DONE;
    if (files_same(s->rejects, job->path) || files_same(s->rejects, s->output) || strcmp(s->rejects, s->output) == 0)
        return report_usage("import: the rejects want a file of their own");
    job->rejects_fd = open(s->rejects, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (job->rejects_fd < 0)
        return report_system(s->rejects, "cannot open", errno);
    if (!out_open(&job->rejects, job->rejects_fd))
        return report_memory();
    job->rejects_sink = (inlay_sink){&job->rejects, import_append};
    job->options.rejects = &job->rejects_sink;
    job->options.max_rejects = s->max_rejects;
    return REPORT_DONE;
}

/* ---- options ---- */

static bool import_ends(const char *path, const char *end)
{
    size_t n = strlen(path), m = strlen(end);
    return n >= m && strcmp(path + n - m, end) == 0;
}

static int import_format(struct import_job *job)
{
    const struct import_settings *s = job->settings;
    const char *format = s->format, *delimiter = s->delimiter;
    bool lines = import_ends(job->path, ".jsonl") || import_ends(job->path, ".ndjson") || import_ends(job->path, ".json");
    if (!format)
        format = lines ? "jsonl" : "csv";
    if (!delimiter && !s->format && import_ends(job->path, ".tsv"))
        delimiter = "tab";
    if (strcmp(format, "csv") != 0 && strcmp(format, "jsonl") != 0)
        return report_usage("import: no format '%s': csv or jsonl", format);
    if (s->header && strcmp(s->header, "yes") != 0 && strcmp(s->header, "no") != 0)
        return report_usage("import: --header wants yes or no, not '%s'", s->header);
    if (delimiter && (strcmp(delimiter, "tab") == 0 || strcmp(delimiter, "\\t") == 0))
        delimiter = "\t";
    if (delimiter && (strlen(delimiter) != 1 || strchr("\"\r\n", delimiter[0])))
        return report_usage("import: --delimiter wants one character, or tab, not '%s'", delimiter);
    job->options.format = strcmp(format, "csv") == 0 ? INLAY_IMPORT_CSV : INLAY_IMPORT_JSONL;
    job->options.no_header = s->header && s->header[0] == 'n';
    job->options.delimiter = delimiter ? delimiter[0] : ',';
    job->options.ignore_unknown = s->ignore_unknown;
    job->options.decimals = s->decimals;
    job->options.sample_rows = (size_t)s->sample_rows;
    job->options.row_bytes = (size_t)s->row_bytes;
    job->options.nulls = s->nulls.items;
    job->options.n_nulls = s->nulls.n;
    return REPORT_DONE;
}

/* "NAME=TYPE", split at the last =. */
static int import_types(struct import_job *job)
{
    const struct options_list *list = &job->settings->types;
    job->types = calloc(list->n + 1, sizeof *job->types);
    if (!job->types)
        return report_memory();
    for (size_t i = 0; i < list->n; i++) {
        const char *equals = strrchr(list->items[i], '=');
        if (!equals || equals == list->items[i])
            return report_usage("import: --type wants NAME=TYPE, not '%s'", list->items[i]);
        size_t n = (size_t)(equals - list->items[i]);
        char *name = malloc(n + 1);
        if (!name)
            return report_memory();
        memcpy(name, list->items[i], n);
        name[n] = '\0';
        job->types[i] = (inlay_import_type){name, equals + 1};
    }
    job->options.types = job->types;
    job->options.n_types = list->n;
    return REPORT_DONE;
}

/* A failure at a byte of the schema's text, with line and column. */
static int import_schema_bad(const struct import_job *job, const char *text)
{
    const inlay_error *e = &job->env.error;
    int64_t line = 1, column = 1;
    for (int64_t i = 0; i < e->at; i++, column++)
        if (text[i] == '\n') {
            line++;
            column = 0;
        }
    report_note("%s: line %lld, byte %lld: %s", job->settings->schema, (long long)line, (long long)column,
                e->what && e->what[0] ? e->what : inlay_status_name(e->status));
    return REPORT_USAGE;
}

static int import_schema(struct import_job *job)
{
    const char *path = job->settings->schema;
    if (!path)
        return REPORT_DONE;
    if (job->settings->types.n > 0)
        return report_usage("import: --schema has all types already, without --type");
    int fd = open(path, O_RDONLY | O_CLOEXEC), code = REPORT_DONE;
    char *text = malloc(IMPORT_SCHEMA_BYTES + 1);
    size_t used = 0;
    ssize_t got = fd < 0 || !text ? -1 : 1;
    while (got > 0 && used <= IMPORT_SCHEMA_BYTES) {
        got = read(fd, text + used, IMPORT_SCHEMA_BYTES + 1 - used);
        used += got > 0 ? (size_t)got : 0;
    }
    if (!text)
        code = report_memory();
    else if (got < 0)
        code = report_system(path, fd < 0 ? "cannot open" : "cannot read", errno);
    else if (used > IMPORT_SCHEMA_BYTES)
        code = report_usage("%s: a schema has at most 16 MiB", path);
    else if (inlay_schema_parse(&job->env, text, used, &job->schema) != INLAY_OK)
        code = import_schema_bad(job, text);
    job->options.schema = job->schema;
    free(text);
    if (fd >= 0)
        close(fd);
    return code;
}

/* ---- failures ---- */

/* "x.csv: line 17, byte 5, column b: not a whole number: 'abc' (what to do)" */
static int import_bad_row(struct import_job *job)
{
    inlay_import_bad bad = inlay_import_last(job->import);
    char name[160], text[200];
    const char *advice = bad.type ? "name a type with --type, or put bad rows aside with --rejects FILE"
                                  : "put bad rows aside with --rejects FILE";
    if (job->settings->schema && bad.type)
        advice = "put bad rows aside with --rejects FILE, or widen the schema";
    if (job->settings->rejects)
        advice = "more bad rows than --max-rejects allows";
    report_safe(name, sizeof name, bad.name);
    report_safe(text, sizeof text, bad.text);
    report_note("%s: line %lld, byte %llu%s%s: %s%s%s%s (%s)", job->path, (long long)bad.line,
                (unsigned long long)bad.column, bad.name.len ? ", column " : "", name, bad.what,
                bad.text.len ? ": '" : "", text, bad.text.len ? "'" : "", advice);
    return REPORT_BAD;
}

static int import_failed(struct import_job *job, inlay_status status)
{
    progress_end(&job->progress);
    if (status == INLAY_CORRUPT && job->import && inlay_import_last(job->import).what)
        return import_bad_row(job);
    if (status == INLAY_CORRUPT)
        return report_failure_with(job->path, &job->env.error, NULL);
    if (status == INLAY_LIMIT)
        return report_failure_with(job->path, &job->env.error, "raise it with --row-bytes, or look for an open quote");
    if (status == INLAY_IO && job->rejects.os_error)
        return report_failure(job->settings->rejects, &job->env.error);
    return report_failure(status == INLAY_IO && !job->read_failed ? job->settings->output : job->path,
                          &job->env.error);
}

/* ---- the file ---- */

static int import_open(struct import_job *job)
{
    inlay_stream stream = {job, import_read};
    inlay_write_options options;
    inlay_status status = inlay_import_open(&job->env, &stream, &job->options, &job->import);
    if (status != INLAY_OK)
        return import_failed(job, status);
    const inlay_schema *schema = inlay_import_schema(job->import);
    inlay_column_options *columns = calloc(inlay_schema_leaves(schema) + 1u, sizeof *columns);
    int code = columns ? rewrite_columns(&job->settings->choices, schema, job->path, columns, &options)
                       : report_memory();
    if (code == REPORT_DONE) {
        options.flags = INLAY_WRITE_AS_IS; /* what is written was read by its type */
        options.row_group_rows = job->settings->row_group_rows;
        options.row_group_bytes = job->settings->row_group_bytes;
        if (options.row_group_bytes == 0 && job->settings->files.max_memory > 0)
            options.row_group_bytes = job->settings->files.max_memory / 8; /* the rest: pages, dictionaries, the sample */
        status = inlay_writer_open(&job->env, &job->out.sink, schema, &options, &job->writer);
        if (status == INLAY_ARG)
            code = report_failure_with(job->path, &job->env.error, "see --codec, --encoding and --bloom");
        else if (status != INLAY_OK)
            code = report_failure(job->settings->output, &job->env.error);
    }
    free(columns);
    return code;
}

static int import_rows(struct import_job *job)
{
    inlay_status status;
    while ((status = inlay_import_rows(job->import, job->writer, 0)) == INLAY_OK) {
        inlay_import_counts counts = inlay_import_counted(job->import);
        progress_update(&job->progress, job->all_bytes ? counts.bytes : counts.rows, job->all_bytes);
    }
    if (status != INLAY_END)
        return import_failed(job, status);
    if (inlay_writer_finish(job->writer) == INLAY_OK)
        return REPORT_DONE;
    progress_end(&job->progress);
    return report_failure(job->settings->output, &job->env.error);
}

static int import_report(struct import_job *job)
{
    struct out o;
    const struct import_settings *s = job->settings;
    inlay_import_counts counts = inlay_import_counted(job->import);
    if (!s->json && (s->quiet || isatty(STDOUT_FILENO) != 1))
        return REPORT_DONE;
    if (!out_open(&o, STDOUT_FILENO))
        return report_memory();
    if (s->json) {
        struct json json = {&o, false}, *j = &json;
        json_open(j, NULL, '{');
        json_text(j, "output", s->output);
        json_uint(j, "rows_read", counts.rows + counts.rejected);
        json_uint(j, "rows", counts.rows);
        json_uint(j, "rows_rejected", counts.rejected);
        json_uint(j, "input_bytes", counts.bytes);
        json_uint(j, "output_bytes", inlay_writer_bytes(job->writer));
        json_uint(j, "row_groups", inlay_writer_row_groups(job->writer));
        json_seconds(j, "seconds", progress_seconds(&job->progress));
        json_close(j, '}');
        json_line(j);
    } else {
        out_text(&o, "imported ");
        print_counted(&o, counts.rows, "row", "rows");
        out_text(&o, " into ");
        print_safe_text(&o, s->output);
        out_text(&o, ": ");
        print_size(&o, counts.bytes);
        out_text(&o, " of text, ");
        print_size(&o, inlay_writer_bytes(job->writer));
        out_text(&o, counts.rejected ? " now; " : " now");
        if (counts.rejected) {
            print_counted(&o, counts.rejected, "row", "rows");
            out_text(&o, " rejected");
        }
        out_char(&o, '\n');
    }
    return out_finish(&o, REPORT_DONE);
}

static int import_end_rejects(struct import_job *job, int code)
{
    if (job->rejects_fd < 0)
        return code;
    out_flush(&job->rejects);
    int os_error = job->rejects.os_error;
    if (close(job->rejects_fd) != 0 && os_error == 0)
        os_error = errno;
    job->rejects_fd = -1;
    return os_error && code == REPORT_DONE ? report_system(job->settings->rejects, "cannot write", os_error) : code;
}

static void import_close(struct import_job *job)
{
    inlay_writer_close(job->writer);
    inlay_import_close(job->import);
    inlay_schema_close(job->schema);
    files_abort(&job->out);
    out_close(&job->rejects);
    for (size_t i = 0; job->types && i < job->settings->types.n; i++)
        free((char *)(uintptr_t)job->types[i].column);
    free(job->types);
    if (job->fd > STDIN_FILENO)
        close(job->fd);
}

static int import_command(const void *settings, char **paths, int n)
{
    const struct import_settings *s = settings;
    struct import_job job = {.settings = s, .env = files_env(&s->files), .fd = -1, .rejects_fd = -1};
    if (n != 1)
        return report_usage("import: one file at a time");
    if (!s->output)
        return report_usage("import: no output named: give -o FILE");
    job.path = paths[0];
    int code = rewrite_check(&s->choices, "import");
    if (code == REPORT_DONE)
        code = import_format(&job);
    if (code == REPORT_DONE)
        code = import_types(&job);
    if (code == REPORT_DONE)
        code = import_schema(&job);
    if (code == REPORT_DONE)
        code = import_open_input(&job);
    if (code == REPORT_DONE)
        code = files_create(&job.out, &job.env, s->output, paths, 1);
    if (code == REPORT_DONE)
        code = import_open_rejects(&job);
    if (code == REPORT_DONE) {
        progress_start(&job.progress, "importing", s->quiet);
        code = import_open(&job);
        if (code == REPORT_DONE)
            code = import_rows(&job);
        progress_end(&job.progress);
    }
    code = import_end_rejects(&job, code);
    if (code == REPORT_DONE)
        code = files_commit(&job.out);
    if (code == REPORT_DONE)
        code = import_report(&job);
    import_close(&job);
    return code;
}

static const struct options_row import_options[] = {
    {"output", 'o', OPTIONS_TEXT, offsetof(struct import_settings, output), "FILE", "where the rows go"},
    {"format", 'f', OPTIONS_TEXT, offsetof(struct import_settings, format), "NAME",
     "csv or jsonl; without it by the file's name, else csv"},
    {"schema", 's', OPTIONS_TEXT, offsetof(struct import_settings, schema), "FILE",
     "the columns, as 'inlay schema' prints them"},
    {"type", 't', OPTIONS_LIST, offsetof(struct import_settings, types), "NAME=TYPE",
     "the type of one column: boolean, int8 .. int64,\nuint8 .. uint64, float16, float, double, string, enum,\n"
     "json, binary, uuid, date, time(us), timestamp(us),\ntimestamp(ns,utc), decimal(p,s)"},
    {"decimals", 0, OPTIONS_FLAG, offsetof(struct import_settings, decimals), NULL,
     "numbers with a point become decimals, not doubles"},
    {"sample-rows", 0, OPTIONS_UINT, offsetof(struct import_settings, sample_rows), "N",
     "rows that types are inferred from (10000)"},
    {"delimiter", 'd', OPTIONS_TEXT, offsetof(struct import_settings, delimiter), "CHARACTER",
     "between fields; a comma, in .tsv files a tab"},
    {"header", 0, OPTIONS_TEXT, offsetof(struct import_settings, header), "yes|no",
     "does the first line name the columns? (yes)"},
    {"null", 0, OPTIONS_LIST, offsetof(struct import_settings, nulls), "TEXT",
     "an unquoted field that is null (the empty one)"},
    {"ignore-unknown", 0, OPTIONS_FLAG, offsetof(struct import_settings, ignore_unknown), NULL,
     "pass over what the schema has not"},
    {"rejects", 0, OPTIONS_TEXT, offsetof(struct import_settings, rejects), "FILE",
     "bad rows go there as they are, instead of ending it"},
    {"max-rejects", 0, OPTIONS_UINT, offsetof(struct import_settings, max_rejects), "N",
     "more than that end it all the same (no limit)"},
    {"row-bytes", 0, OPTIONS_UINT, offsetof(struct import_settings, row_bytes), "N",
     "bytes of the longest row (64 MiB)"},
    REWRITE_OPTIONS(struct import_settings, choices, "zstd:3"),
    {"row-group-rows", 'g', OPTIONS_UINT, offsetof(struct import_settings, row_group_rows), "N",
     "most rows of a row group (1048576)"},
    {"row-group-bytes", 0, OPTIONS_UINT, offsetof(struct import_settings, row_group_bytes), "N",
     "packed bytes that end a row group (128 MiB, or an eighth\nof --max-memory)"},
    {"json", 'j', OPTIONS_FLAG, offsetof(struct import_settings, json), NULL, "the summary as a JSON object"},
    {"quiet", 'q', OPTIONS_FLAG, offsetof(struct import_settings, quiet), NULL, "no progress, no summary"},
    {"no-limits", 0, OPTIONS_FLAG, offsetof(struct import_settings, files.no_limits), NULL,
     "no bounds on memory"},
    {"max-memory", 0, OPTIONS_SIZE, offsetof(struct import_settings, files.max_memory), "SIZE",
     "most memory to take, 8M or more (4G)"},
    {0},
};

const struct command command_import = {
    .name = "import",
    .summary = "rows of CSV or JSON lines into a file",
    .operands = "FILE|- -o FILE",
    .help = "Reads CSV (RFC 4180) or JSON lines, from a file or standard input, and writes Parquet.\n"
            "Types come from the first rows and never lose anything: '007' stays a string, integers\n"
            "of 64 bits and decimals are exact. A value further down that its column cannot hold is\n"
            "an error with line and byte, unless --rejects takes such rows aside. In CSV an empty\n"
            "field is null and \"\" an empty string. The output appears whole or not at all.\n"
            "\n"
            "Examples:\n"
            "  inlay import metrics.csv -o metrics.parquet\n"
            "  inlay import events.jsonl -o events.parquet --codec zstd:9 --bloom trace_id\n"
            "  inlay import bank.csv -o bank.parquet -t 'amount=decimal(18,2)' --rejects bad.csv\n"
            "  inlay schema old.parquet > columns && inlay import - -o new.parquet -s columns < rows.csv\n",
    .options = import_options,
    .settings_bytes = sizeof(struct import_settings),
    .min_operands = 1,
    .run = import_command,
};

#endif
