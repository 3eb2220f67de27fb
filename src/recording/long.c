/* A long table: buffer, sorted runs, one merged file. See long.h. */
#include "recording/long.h"

#include <string.h>

#include "inlay/merge.h"

#include "recording/restamp.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

/* ---- open ---- */

static inlay_status long_set_options(inlay_long *t, const inlay_long_options *options)
{
    if (options)
        t->options = *options;
    const char *sort = t->options.sort ? t->options.sort : INLAY_METRICS_SORT;
    size_t bytes = strlen(sort) + 1;
    if (bytes > sizeof t->sort)
        return err_set(t->env, INLAY_ARG, ERR("the sort schema is too long"));
    memcpy(t->sort, sort, bytes);
    t->options.sort = t->sort;
    if (t->options.buffer_rows == 0)
        t->options.buffer_rows = LONG_BUFFER_ROWS;
    if (t->options.buffer_rows > LONG_MOST_ROWS)
        t->options.buffer_rows = LONG_MOST_ROWS;
    const char *bad = sortspec_parse((inlay_bytes){(const uint8_t *)t->sort, bytes - 1}, &t->spec);
    return bad ? err_set(t->env, INLAY_ARG, bad) : INLAY_OK;
}

inlay_status inlay_long_open(inlay_env *env, const inlay_long_options *options, inlay_long **table)
{
    void *block;
    *table = NULL;
    TRY(mem_new(env, sizeof **table, &block));
    inlay_long *t = block;
    t->env = env;
    inlay_status status = long_set_options(t, options);
    if (status != INLAY_OK) {
        mem_free(env, t, sizeof *t);
        return status;
    }
    series_init(&t->series, env, &t->spec);
    *table = t;
    return INLAY_OK;
}

static void long_free_run(inlay_long *t, struct long_run *run)
{
    if (!run)
        return;
    io_scratch_free(&run->scratch);
    mem_free(t->env, run, sizeof *run);
}

static void long_free_buffer(inlay_long *t)
{
    mem_free(t->env, t->samples, t->capacity * sizeof *t->samples);
    t->samples = NULL;
    t->n = t->capacity = 0;
}

void inlay_long_close(inlay_long *table)
{
    if (!table)
        return;
    inlay_env *env = table->env;
    for (size_t i = 0; i < table->n_runs; i++)
        long_free_run(table, table->runs[i]);
    mem_free(env, table->runs, table->runs_capacity * sizeof *table->runs);
    long_free_buffer(table);
    series_free(&table->series);
    mem_free(env, table, sizeof *table);
}

uint64_t inlay_long_rows(const inlay_long *table)
{
    return table->n_rows;
}

/* ---- runs ---- */

static inlay_status long_new_run(inlay_long *t, uint32_t level, struct long_run **run)
{
    void *block;
    TRY(mem_new(t->env, sizeof **run, &block));
    *run = block;
    (*run)->level = level;
    io_scratch_init(&(*run)->scratch, t->env, t->options.scratch_folder, LONG_RUN_MEMORY_BYTES);
    return INLAY_OK;
}

/* Merge the runs from `first` to the last one into the sink. */
static inlay_status long_merge(inlay_long *t, size_t first, const inlay_sink *sink, bool final,
                               inlay_merge_report *report)
{
    inlay_reader *readers[LONG_MERGE_RUNS] = {NULL};
    inlay_merge_options options = {.memory_bytes = t->env->used_bytes + LONG_MERGE_MEMORY_BYTES,
                                   .scratch_folder = t->options.scratch_folder,
                                   .write = t->options.write};
    options.row_group_rows = final ? t->options.row_group_rows : 0;
    size_t n = 0;
    inlay_status status = INLAY_OK;
    for (; first + n < t->n_runs && status == INLAY_OK; n++) {
        inlay_source source = io_scratch_source(&t->runs[first + n]->scratch);
        status = inlay_reader_open(t->env, &source, NULL, &readers[n]);
    }
    if (status == INLAY_OK)
        status = inlay_merge(t->env, readers, n, sink, &options, report);
    for (size_t i = 0; i < n; i++)
        inlay_reader_close(readers[i]);
    return status;
}

/* The last n runs become one of the next level. */
static inlay_status long_fold(inlay_long *t, size_t n, bool final, inlay_merge_report *report)
{
    struct long_run *run;
    size_t first = t->n_runs - n;
    TRY(long_new_run(t, t->runs[first]->level + 1, &run));
    inlay_sink sink = io_scratch_sink(&run->scratch);
    inlay_status status = long_merge(t, first, &sink, final, report);
    if (status != INLAY_OK) {
        long_free_run(t, run);
        return status;
    }
    while (t->n_runs > first)
        long_free_run(t, t->runs[--t->n_runs]);
    t->runs[t->n_runs++] = run;
    return INLAY_OK;
}

static inlay_status long_fold_full_levels(inlay_long *t)
{
    inlay_merge_report report;
    while (t->n_runs >= LONG_MERGE_RUNS &&
           t->runs[t->n_runs - LONG_MERGE_RUNS]->level == t->runs[t->n_runs - 1]->level)
        TRY(long_fold(t, LONG_MERGE_RUNS, false, &report));
    return INLAY_OK;
}

/* ---- the buffer becomes a run ---- */

static int long_compare_times(const void *ctx, uint32_t a, uint32_t b)
{
    const struct run_sample *samples = ctx;
    if (samples[a].timestamp_secs != samples[b].timestamp_secs)
        return samples[a].timestamp_secs > samples[b].timestamp_secs ? -1 : 1;
    return a < b ? -1 : 1; /* the order of arrival */
}

/* Numbers of the samples by (rank, time descending, arrival): counting by rank, then each rank by
 * itself. Samples mostly arrive in the order of time, so a rank is turned around first, which
 * leaves the sort little to do. */
static inlay_status long_sort(inlay_long *t)
{
    void *block;
    TRY(series_order(&t->series));
    if (t->n == 0)
        return INLAY_OK;
    size_t n_ranks = t->series.n_ranks, bytes = (n_ranks + 1) * sizeof(uint32_t);
    TRY(mem_new(t->env, bytes, &block));
    uint32_t *end = block; /* first where the ranks begin, then where they end */
    for (size_t i = 0; i < t->n; i++)
        end[t->series.entries[t->samples[i].series].rank + 1]++;
    for (size_t r = 1; r <= n_ranks; r++)
        end[r] += end[r - 1];
    for (size_t i = 0; i < t->n; i++)
        t->order[end[t->series.entries[t->samples[i].series].rank]++] = (uint32_t)i;
    for (size_t r = 0, first = 0; r < n_ranks; first = end[r++]) {
        uint32_t *a = t->order + first;
        size_t n = end[r] - first;
        for (size_t i = 0; i < n / 2; i++) {
            uint32_t swap = a[i];
            a[i] = a[n - 1 - i];
            a[n - 1 - i] = swap;
        }
        sort_numbers(a, t->order + t->n, n, long_compare_times, t->samples);
    }
    mem_free(t->env, end, bytes);
    return INLAY_OK;
}

/* Write the buffer, which is emptied. */
static inlay_status long_write(inlay_long *t, const inlay_sink *sink)
{
    void *block;
    size_t bytes = t->n * 2 * sizeof *t->order;
    TRY(mem_new(t->env, bytes, &block));
    t->order = block;
    inlay_status status = long_sort(t);
    if (status == INLAY_OK) {
        struct run_rows rows = {t->samples, t->order, t->n};
        struct run_file file = {t->sort, &t->options.write, t->options.key_values,
                                t->options.n_key_values};
        status = run_write(&t->series, &rows, &file, sink);
    }
    mem_free(t->env, t->order, bytes);
    t->order = NULL;
    if (status == INLAY_OK)
        t->n = 0;
    return status;
}

static inlay_status long_spill(inlay_long *t)
{
    struct long_run *run;
    void *block = t->runs;
    TRY(mem_grow(t->env, &block, &t->runs_capacity, t->n_runs + 1, sizeof *t->runs));
    t->runs = block;
    TRY(long_new_run(t, 0, &run));
    inlay_sink sink = io_scratch_sink(&run->scratch);
    inlay_status status = long_write(t, &sink);
    if (status != INLAY_OK) {
        long_free_run(t, run);
        return status;
    }
    t->runs[t->n_runs++] = run;
    return long_fold_full_levels(t);
}

/* ---- series and samples ---- */

inlay_status inlay_long_series(inlay_long *table, inlay_bytes name, uint8_t metric_type,
                               const inlay_label *labels, size_t n_labels, uint32_t *series)
{
    if (table->finished)
        return err_set(table->env, INLAY_ARG, ERR("the table is finished"));
    return series_declare(&table->series, name, metric_type, labels, n_labels, series);
}

/* Room for more samples: the buffer doubles up to buffer_rows. */
static inlay_status long_room(inlay_long *t)
{
    void *block = t->samples;
    size_t most = t->options.buffer_rows, want = t->capacity < 128 ? 256 : t->capacity * 2;
    if (want > most)
        want = most;
    TRY(mem_resize(t->env, &block, t->capacity * sizeof *t->samples, want * sizeof *t->samples));
    t->samples = block;
    t->capacity = want;
    return INLAY_OK;
}

inlay_status inlay_long_add(inlay_long *table, uint32_t series, uint64_t timestamp_secs,
                            double value)
{
    inlay_long *t = table;
    if (t->finished || series >= t->series.n)
        return err_set(t->env, INLAY_ARG,
                       t->finished ? ERR("the table is finished") : ERR("no such series"));
    if (t->n == t->options.buffer_rows)
        TRY(long_spill(t));
    if (t->n == t->capacity)
        TRY(long_room(t));
    t->samples[t->n++] = (struct run_sample){timestamp_secs, value, series};
    t->n_rows++;
    t->n_used += !t->series.entries[series].used;
    t->series.entries[series].used = true;
    return INLAY_OK;
}

/* ---- finish ---- */

/* Copy the only run into the sink, under the footer of a fresh table. */
static inlay_status long_stamp(inlay_long *t, const inlay_sink *sink)
{
    static const uint8_t key[] = "qh.sort_fields";
    size_t n = t->options.n_key_values, bytes = (n + 1) * sizeof(inlay_key_value);
    inlay_reader *reader = NULL;
    void *block;
    TRY(mem_new(t->env, bytes, &block));
    inlay_key_value *pairs = block;
    pairs[0] =
        (inlay_key_value){{key, sizeof key - 1}, {(const uint8_t *)t->sort, strlen(t->sort)}, true};
    for (size_t i = 0; i < n; i++)
        pairs[i + 1] = t->options.key_values[i];
    inlay_source source = io_scratch_source(&t->runs[0]->scratch);
    inlay_status status = inlay_reader_open(t->env, &source, NULL, &reader);
    if (status == INLAY_OK)
        status = restamp(t->env, reader, sink, &t->options.write, pairs, n + 1);
    inlay_reader_close(reader);
    mem_free(t->env, pairs, bytes);
    return status;
}

inlay_status inlay_long_finish(inlay_long *table, const inlay_sink *sink, uint32_t *n_row_groups)
{
    inlay_long *t = table;
    inlay_merge_report report = {.n_row_groups = 0};
    *n_row_groups = 0;
    if (t->finished)
        return err_set(t->env, INLAY_ARG, ERR("the table is finished"));
    t->finished = true;
    if (t->n_rows == 0)
        return long_write(t, sink); /* a file without row groups */
    if (t->n)
        TRY(long_spill(t));
    long_free_buffer(t);
    while (t->n_runs > LONG_MERGE_RUNS) {
        size_t too_many = t->n_runs - LONG_MERGE_RUNS + 1;
        TRY(long_fold(t, too_many < LONG_MERGE_RUNS ? too_many : LONG_MERGE_RUNS, false, &report));
    }
    TRY(long_fold(t, t->n_runs, true, &report));
    TRY(long_stamp(t, sink));
    *n_row_groups = report.n_row_groups;
    return INLAY_OK;
}

#endif
