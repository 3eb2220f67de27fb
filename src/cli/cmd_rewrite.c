/* rewrite: decode a file and encode it anew, with other codecs, encodings, pages and row groups. */
#include "cli/rewrite.h"

#if INLAY_WRITE

#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include "inlay/copy.h"

#include "cli/commands.h"
#include "cli/json.h"
#include "cli/progress.h"
#include "cli/report.h"

struct rewrite_job {
    const struct rewrite_settings *settings;
    inlay_env env;
    struct files_input in;
    struct files_output out;
    inlay_writer *writer;
    inlay_schema *schema;      /* of the result */
    inlay_column **columns;    /* [n] open over the whole file */
    uint32_t n;
    uint8_t int96_unit;        /* 0 = INT96 stays */
    bool modern;               /* the schema changed */
    int64_t *times;            /* INT96 of a batch as INT64 */
    size_t n_times;
    struct progress progress;
    uint64_t done, all;        /* rows x columns */
    bool writing;              /* the last failure was the output's */
};

/* ---- INT96 ---- */

/* A point in time as units since 1970, exact or not at all. */
static bool rewrite_time(const uint8_t *int96, uint8_t unit, int64_t *out)
{
    static const int64_t per_day[] = {0, 86400000, 86400000000, 86400000000000};
    static const int64_t nanos_per[] = {1, 1000000, 1000, 1};
    uint64_t raw = 0;
    uint32_t day = 0;
    for (int i = 7; i >= 0; i--)
        raw = raw << 8 | int96[i];
    for (int i = 11; i >= 8; i--)
        day = day << 8 | int96[i];
    int64_t nanos = (int64_t)raw, days = (int64_t)(int32_t)day - 2440588;
    if (nanos % nanos_per[unit] != 0)
        return false; /* finer than the unit */
    nanos /= nanos_per[unit];
    int64_t most = INT64_MAX / per_day[unit];
    if (days > most || days < -most - 1)
        return false;
    /* sum in the direction that cannot overflow on the way */
    if (days < 0 && nanos > 0) {
        days++;
        nanos -= per_day[unit];
    }
    if (days < -most)
        return false; /* midnight of a day that only partly fits */
    int64_t whole = days * per_day[unit];
    if (nanos > 0 ? whole > INT64_MAX - nanos : whole < INT64_MIN - nanos)
        return false;
    *out = whole + nanos;
    return true;
}

static int rewrite_times(struct rewrite_job *job, uint32_t leaf, int64_t row, inlay_batch *batch)
{
    const uint8_t *from = batch->values;
    if (batch->n_values > job->n_times) {
        int64_t *more = realloc(job->times, batch->n_values * sizeof *more);
        if (!more)
            return report_memory();
        job->times = more;
        job->n_times = batch->n_values;
    }
    for (size_t i = 0; i < batch->n_values; i++)
        if (!rewrite_time(from + 12 * i, job->int96_unit, &job->times[i])) {
            inlay_error e = {.status = INLAY_UNSUPPORTED, .at = -1, .input = -1, .row_group = -1, .page = -1,
                             .row = row, .what = "an INT96 time at or after this row does not fit the unit"};
            const inlay_schema *schema = inlay_reader_schema(job->in.reader);
            inlay_schema_path(schema, inlay_schema_leaf_node(schema, leaf), e.column, sizeof e.column);
            return report_failure_with(job->in.path, &e, "try --int96 us, or --keep-int96");
        }
    batch->values = job->times;
    return REPORT_DONE;
}

/* ---- rows ---- */

static int rewrite_failed(const struct rewrite_job *job)
{
    return report_failure(job->writing ? job->settings->output : job->in.path, &job->env.error);
}

static int rewrite_batch(struct rewrite_job *job, uint32_t leaf, int64_t row, inlay_batch *batch)
{
    const inlay_node *node = inlay_schema_leaf(inlay_reader_schema(job->in.reader), leaf);
    if (node->type == INLAY_INT96 && job->int96_unit) {
        int code = rewrite_times(job, leaf, row, batch);
        if (code != REPORT_DONE)
            return code;
    }
    job->writing = true;
    inlay_status status = inlay_writer_write(job->writer, leaf, batch);
    job->writing = status != INLAY_OK;
    if (status == INLAY_ARG && job->settings->strict) { /* a value of the input, by its row there */
        job->env.error.status = INLAY_CORRUPT;
        if (job->env.error.row >= 0)
            job->env.error.row += inlay_writer_rows(job->writer);
        return report_failure_with(job->in.path, &job->env.error, "without --strict it is kept as it is");
    }
    return status == INLAY_OK ? REPORT_DONE : rewrite_failed(job);
}

/* Rows [from, to) of one column, whole. */
static int rewrite_column(struct rewrite_job *job, uint32_t leaf, int64_t from, int64_t to)
{
    inlay_column *column = job->columns[leaf];
    inlay_batch batch;
    int64_t row = from;
    int code = REPORT_DONE;
    while (row < to && code == REPORT_DONE) {
        if (inlay_column_read(column, (size_t)(to - row), &batch) != INLAY_OK)
            return rewrite_failed(job);
        code = rewrite_batch(job, leaf, row, &batch);
        row += (int64_t)batch.n_rows;
    }
    while (code == REPORT_DONE) { /* the last row of a list may go on */
        inlay_status status = inlay_column_read_rest(column, &batch);
        if (status == INLAY_END)
            break;
        code = status == INLAY_OK ? rewrite_batch(job, leaf, row, &batch) : rewrite_failed(job);
    }
    inlay_column_park(column);
    if (code == REPORT_DONE && inlay_writer_end_column(job->writer, leaf) != INLAY_OK) {
        job->writing = true;
        code = rewrite_failed(job);
    }
    job->done += (uint64_t)(to - from);
    progress_update(&job->progress, job->done, job->all);
    return code;
}

/* Claims of the input's row group go along where the row group stays what it is; the writer checks them. */
static inlay_status rewrite_sorting(struct rewrite_job *job, uint32_t row_group, uint32_t n)
{
    inlay_sorting *columns = calloc(n + 1u, sizeof *columns);
    inlay_status status = columns ? INLAY_OK : INLAY_NOMEM;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n && status == INLAY_OK; i++) {
        if (inlay_reader_sorting(job->in.reader, row_group, i, &columns[kept]) != INLAY_OK ||
            inlay_schema_leaf(job->schema, columns[kept].leaf)->max_rep > 0)
            break; /* a claim about nothing that can be checked */
        kept++;
    }
    if (status == INLAY_OK)
        status = inlay_writer_sorting(job->writer, columns, kept);
    free(columns);
    return status;
}

/* The input says of itself what is not so: its fault, and named as that. */
static int rewrite_unsorted(struct rewrite_job *job, uint32_t row_group)
{
    inlay_error e = job->env.error;
    e.status = INLAY_CORRUPT;
    e.row_group = (int32_t)row_group;
    return report_failure_with(job->in.path, &e, "-g N cuts row groups anew and drops the claim");
}

/* `claims`: the input's row group whose sorting columns go along; -1 = none do. */
static int rewrite_group(struct rewrite_job *job, int64_t from, int64_t to, int64_t claims)
{
    int code = REPORT_DONE;
    for (uint32_t leaf = 0; leaf < job->n && code == REPORT_DONE; leaf++)
        code = rewrite_column(job, leaf, from, to);
    inlay_status status = code == REPORT_DONE ? inlay_writer_end_row_group(job->writer) : INLAY_OK;
    if (status == INLAY_ARG && claims >= 0)
        return rewrite_unsorted(job, (uint32_t)claims);
    if (status != INLAY_OK) {
        job->writing = true;
        code = rewrite_failed(job);
    }
    return code;
}

static int rewrite_rows(struct rewrite_job *job)
{
    int64_t rows = inlay_reader_rows(job->in.reader), most = (int64_t)job->settings->row_group_rows;
    int code = REPORT_DONE;
    job->all = (uint64_t)rows * job->n;
    if (most > 0) {
        for (int64_t from = 0; from < rows && code == REPORT_DONE; from += most)
            code = rewrite_group(job, from, rows - from < most ? rows : from + most, -1);
        return code;
    }
    for (uint32_t i = 0; i < inlay_reader_row_groups(job->in.reader) && code == REPORT_DONE; i++) {
        inlay_row_group group;
        if (inlay_reader_row_group(job->in.reader, i, &group) != INLAY_OK ||
            rewrite_sorting(job, i, group.n_sorting) != INLAY_OK)
            return rewrite_failed(job);
        if (group.n_rows > 0)
            code = rewrite_group(job, group.first_row, group.first_row + group.n_rows, i);
    }
    return code;
}

/* ---- the file ---- */

static bool rewrite_is_arrow(const inlay_key_value *kv)
{
    static const char name[] = "ARROW:schema";
    return kv->key.len == sizeof name - 1 && memcmp(kv->key.data, name, sizeof name - 1) == 0;
}

/* All key-values as they are, but ARROW:schema where it would describe other columns. */
static inlay_status rewrite_key_values(struct rewrite_job *job)
{
    for (uint32_t i = 0; i < inlay_reader_key_values(job->in.reader); i++) {
        const inlay_key_value *kv = inlay_reader_key_value(job->in.reader, i);
        if (job->modern && rewrite_is_arrow(kv))
            continue;
        inlay_status status = inlay_writer_key_value(job->writer, kv->key, kv->has_value ? &kv->value : NULL);
        if (status != INLAY_OK)
            return status;
    }
    return INLAY_OK;
}

/* The writer's name for a codec of parquet.thrift: LZ4 of Hadoop becomes lz4_raw, LZO cannot be read anyway. */
static const char *rewrite_codec(int32_t id)
{
    static const char *const names[] = {"none", "snappy", "gzip", "zstd", "brotli", "lz4_raw", "zstd", "lz4_raw"};
    return id >= 0 && (size_t)id < sizeof names / sizeof *names ? names[id] : "zstd";
}

/* Without a codec or a profile each column keeps what its first row group has. */
static void rewrite_keep_codecs(const struct rewrite_job *job, inlay_column_options *columns)
{
    inlay_chunk chunk;
    for (uint32_t i = 0; i < job->n && !job->settings->choices.profile; i++)
        if (inlay_reader_row_groups(job->in.reader) > 0 &&
            inlay_reader_chunk(job->in.reader, 0, i, &chunk) == INLAY_OK)
            columns[i].codec = rewrite_codec(chunk.codec);
}

static int rewrite_open(struct rewrite_job *job)
{
    const struct rewrite_settings *s = job->settings;
    const inlay_schema *from = inlay_reader_schema(job->in.reader);
    job->n = inlay_schema_leaves(from);
    job->columns = calloc(job->n + 1u, sizeof(inlay_column *));
    inlay_column_options *columns = calloc(job->n + 1u, sizeof *columns);
    inlay_write_options options;
    int code = columns && job->columns ? REPORT_DONE : report_memory();
    if (code == REPORT_DONE) {
        rewrite_keep_codecs(job, columns);
        code = rewrite_columns(&s->choices, from, job->in.path, columns, &options);
        options.flags = INLAY_WRITE_IN_ORDER | INLAY_WRITE_HOLD_COLUMN | INLAY_WRITE_INT96 |
                        (s->strict ? INLAY_WRITE_STRICT : INLAY_WRITE_AS_IS);
    }
    if (code == REPORT_DONE) {
        inlay_status status = inlay_schema_modern(&job->env, from, job->int96_unit, &job->schema);
        job->modern = status == INLAY_OK && !inlay_schema_same(from, job->schema, NULL, NULL);
        for (uint32_t i = 0; i < job->n && status == INLAY_OK; i++)
            status = inlay_column_open(job->in.reader, i, 0, &job->columns[i]);
        if (status == INLAY_OK)
            status = inlay_writer_open(&job->env, &job->out.sink, job->schema, &options, &job->writer);
        if (status == INLAY_OK)
            status = rewrite_key_values(job);
        if (status == INLAY_ARG)
            code = report_failure_with(job->in.path, &job->env.error, "see --codec, --encoding and --bloom");
        else if (status != INLAY_OK)
            code = rewrite_failed(job);
    }
    free(columns);
    return code;
}

static int rewrite_report(struct rewrite_job *job)
{
    struct out o;
    const struct rewrite_settings *s = job->settings;
    uint64_t before = job->in.source.size_bytes, after = inlay_writer_bytes(job->writer);
    if (s->quiet && !s->json)
        return REPORT_DONE;
    if (!out_open(&o, STDOUT_FILENO))
        return report_memory();
    if (s->json) {
        struct json json = {&o, false}, *j = &json;
        json_open(j, NULL, '{');
        json_text(j, "output", s->output);
        json_uint(j, "input_bytes", before);
        json_uint(j, "output_bytes", after);
        json_int(j, "rows", inlay_writer_rows(job->writer));
        json_uint(j, "row_groups", inlay_writer_row_groups(job->writer));
        json_bool(j, "schema_changed", job->modern);
        json_seconds(j, "seconds", progress_seconds(&job->progress));
        json_close(j, '}');
        json_line(j);
    } else {
        out_text(&o, "rewrote ");
        print_counted(&o, (uint64_t)inlay_writer_rows(job->writer), "row", "rows");
        out_text(&o, " into ");
        print_safe_text(&o, s->output);
        out_text(&o, ": ");
        print_size(&o, before);
        out_text(&o, " before, ");
        print_size(&o, after);
        out_text(&o, job->modern ? " now, with a modern schema\n" : " now\n");
    }
    return out_finish(&o, REPORT_DONE);
}

static void rewrite_close(struct rewrite_job *job)
{
    for (uint32_t i = 0; job->columns && i < job->n; i++)
        inlay_column_close(job->columns[i]);
    free(job->columns);
    free(job->times);
    inlay_writer_close(job->writer);
    inlay_schema_close(job->schema);
    files_abort(&job->out);
    files_close(&job->in);
}

static int rewrite_unit(const struct rewrite_settings *s, uint8_t *unit)
{
    *unit = s->keep_int96 ? 0 : INLAY_NANOS;
    if (!s->int96)
        return REPORT_DONE;
    if (strcmp(s->int96, "ms") != 0 && strcmp(s->int96, "us") != 0 && strcmp(s->int96, "ns") != 0)
        return report_usage("rewrite: --int96 wants ms, us or ns, not '%s'", s->int96);
    *unit = s->int96[0] == 'm' ? INLAY_MILLIS : s->int96[0] == 'u' ? INLAY_MICROS : INLAY_NANOS;
    return REPORT_DONE;
}

static int rewrite_command(const void *settings, char **paths, int n)
{
    const struct rewrite_settings *s = settings;
    struct rewrite_job job = {.settings = s, .env = files_env(&s->files)};
    if (n != 1)
        return report_usage("rewrite: one file at a time");
    if (!s->output)
        return report_usage("rewrite: no output named: give -o FILE");
    if (s->row_group_rows > INT64_MAX)
        return report_usage("rewrite: row groups have less than 2^63 rows");
    int code = rewrite_check(&s->choices, "rewrite");
    if (code == REPORT_DONE)
        code = rewrite_unit(s, &job.int96_unit);
    if (code == REPORT_DONE)
        code = files_open(&job.in, &job.env, paths[0], &s->files, 0);
    if (code == REPORT_DONE)
        code = files_create(&job.out, &job.env, s->output, NULL, 0);
    if (code == REPORT_DONE) {
        progress_start(&job.progress, "rewriting", s->quiet);
        code = rewrite_open(&job);
        if (code == REPORT_DONE)
            code = rewrite_rows(&job);
        progress_end(&job.progress);
    }
    if (code == REPORT_DONE && inlay_writer_finish(job.writer) != INLAY_OK)
        code = report_failure(s->output, &job.env.error);
    if (code == REPORT_DONE)
        code = files_commit(&job.out);
    if (code == REPORT_DONE)
        code = rewrite_report(&job);
    rewrite_close(&job);
    return code;
}

static const struct options_row rewrite_options[] = {
    {"output", 'o', OPTIONS_TEXT, offsetof(struct rewrite_settings, output), "FILE",
     "where the result goes; may be the input itself, which\nstays what it was until the result is whole"},
    REWRITE_OPTIONS(struct rewrite_settings, choices, "each column keeps its own"),
    {"row-group-rows", 'g', OPTIONS_UINT, offsetof(struct rewrite_settings, row_group_rows), "N",
     "cut row groups anew; sorting columns are then dropped"},
    {"int96", 0, OPTIONS_TEXT, offsetof(struct rewrite_settings, int96), "UNIT",
     "INT96 becomes TIMESTAMP of ns (the default), us or ms"},
    {"keep-int96", 0, OPTIONS_FLAG, offsetof(struct rewrite_settings, keep_int96), NULL, "INT96 stays INT96"},
    {"strict", 0, OPTIONS_FLAG, offsetof(struct rewrite_settings, strict), NULL,
     "values that break their column's type are errors: text that\n"
     "is not UTF-8, decimals and integers out of range"},
    {"json", 'j', OPTIONS_FLAG, offsetof(struct rewrite_settings, json), NULL, "the summary as a JSON object"},
    {"quiet", 'q', OPTIONS_FLAG, offsetof(struct rewrite_settings, quiet), NULL, "no progress, no summary"},
    FILES_OPTIONS(struct rewrite_settings, files),
    {0},
};

const struct command command_rewrite = {
    .name = "rewrite",
    .summary = "decode a file and encode it anew: codecs, encodings, pages, filters",
    .operands = "FILE -o FILE",
    .help = "Every value stays what it is. The result has statistics, page index, checksums and\n"
            "size statistics; legacy lists and maps get their standard three levels, INT96 becomes\n"
            "TIMESTAMP, LZ4 becomes lz4_raw. Key-values stay as they are (ARROW:schema goes where the\n"
            "schema changed). Memory: one column chunk, packed.\n"
            "\n"
            "Examples:\n"
            "  inlay rewrite old.parquet -o new.parquet --codec zstd:9 --bloom tag\n"
            "  inlay rewrite big.parquet -o small.parquet --profile smallest\n"
            "  inlay rewrite a.parquet -o a.parquet --encoding value=byte_stream_split -g 1000000\n",
    .options = rewrite_options,
    .settings_bytes = sizeof(struct rewrite_settings),
    .min_operands = 1,
    .run = rewrite_command,
};

#endif
