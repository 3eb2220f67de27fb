/* Wide recordings to one long table.
 *
 * An input is read in blocks of at most 65,536 rows that stay within a row group: first the block's
 * times, then one column after the other, so that memory does not grow with the file: the times of
 * a block, 8 bytes a column, the open column, and the long table (see inlay_long).
 */
#include "inlay/recording.h"

#include <string.h>

#include "recording/long.h"
#include "recording/wide.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

enum { MELT_BLOCK_ROWS = 65536, MELT_PIECE = 1024 };
#define MELT_NO_TIME   UINT64_MAX
#define MELT_NO_SERIES UINT32_MAX

struct melt_state { /* of one column, between blocks */
    uint32_t series;
    bool skipped; /* reported as left out */
    bool has_rows;
};

struct melt {
    inlay_env *env;
    const inlay_melt_options *options;
    inlay_long *table;
    inlay_melt_report *report;
    uint64_t done, total; /* cells, for the progress */
    /* the input at hand: */
    inlay_reader *reader;
    size_t input;
    struct wide wide;
    struct melt_state *states; /* [n_states] by top-level column */
    uint32_t n_states;
    bool untimed; /* rows without a time were met */
    /* the block: */
    uint64_t *times; /* seconds, or MELT_NO_TIME */
    int64_t first_row;
    size_t n_rows;
    uint32_t *buckets; /* series by bucket of one histogram */
    size_t buckets_capacity, n_buckets;
};

static void melt_leave_out(struct melt *m, uint32_t field, const char *why)
{
    m->states[field].skipped = true;
    m->report->n_left_out++;
    if (m->options->left_out)
        m->options->left_out(m->options->left_out_ctx, m->input, wide_field_name(&m->wide, field),
                             why);
}

static void melt_progress(struct melt *m, uint64_t cells)
{
    m->done += cells;
    if (m->options->progress)
        m->options->progress(m->options->progress_ctx, m->done, m->total);
}

/* ---- reading ---- */

/* A column that stands before the block. */
static inlay_status melt_open_column(struct melt *m, uint32_t leaf, inlay_column **column)
{
    TRY(inlay_column_open(m->reader, leaf, 0, column));
    inlay_status status = m->first_row ? inlay_column_seek(*column, m->first_row) : INLAY_OK;
    if (status != INLAY_OK) {
        inlay_column_close(*column);
        *column = NULL;
    }
    return status;
}

static inlay_status melt_short(struct melt *m)
{
    return err_set(m->env, INLAY_CORRUPT, ERR("a column has fewer rows than its file"));
}

/* Seconds of a time as it stands in the file. */
static uint64_t melt_seconds(struct melt *m, uint64_t time)
{
    if (m->wide.time_signed && time > INT64_MAX)
        return MELT_NO_TIME;
    if (m->wide.time_per_second == 0)
        m->wide.time_per_second = 1000000000 / inlay_time_unit(m->wide.time_node, m->wide.time_unit, time);
    return time / m->wide.time_per_second;
}

static void melt_take_times(struct melt *m, const inlay_batch *batch, size_t at)
{
    const uint64_t *values = batch->values; /* signed or not, the bits are the same */
    size_t next = 0;
    for (size_t i = 0; i < batch->n_levels; i++) {
        bool present = !batch->def || batch->def[i];
        m->times[at + i] = present ? melt_seconds(m, values[next++]) : MELT_NO_TIME;
        m->untimed = m->untimed || m->times[at + i] == MELT_NO_TIME;
    }
}

static inlay_status melt_read_times(struct melt *m)
{
    inlay_column *column;
    TRY(melt_open_column(m, m->wide.time_leaf, &column));
    inlay_status status = INLAY_OK;
    for (size_t at = 0; at < m->n_rows && status == INLAY_OK;) {
        inlay_batch batch;
        status = inlay_column_read(column, m->n_rows - at, &batch);
        if (status == INLAY_END)
            status = melt_short(m);
        if (status != INLAY_OK)
            break;
        melt_take_times(m, &batch, at);
        at += batch.n_levels;
    }
    inlay_column_close(column);
    return status;
}

/* ---- a plain metric ---- */

static inlay_status melt_take_values(struct melt *m, const struct wide_column *column,
                                     struct melt_state *state, const inlay_batch *batch, size_t at)
{
    double piece[MELT_PIECE];
    size_t width = inlay_node_width(inlay_schema_leaf(m->wide.schema, column->leaf));
    size_t level = 0;
    for (size_t value = 0; value < batch->n_values;) {
        size_t left = batch->n_values - value, n = left < MELT_PIECE ? left : MELT_PIECE;
        column->convert((const uint8_t *)batch->values + value * width, n, piece);
        value += n;
        for (size_t i = 0; i < n; level++) {
            if (batch->def && !batch->def[level])
                continue;
            uint64_t time = m->times[at + level];
            if (time != MELT_NO_TIME) {
                TRY(inlay_long_add(m->table, state->series, time, piece[i]));
                state->has_rows = true;
            }
            i++;
        }
    }
    return INLAY_OK;
}

static inlay_status melt_read_values(struct melt *m, const struct wide_column *column,
                                     struct melt_state *state)
{
    inlay_column *in;
    TRY(melt_open_column(m, column->leaf, &in));
    inlay_status status = INLAY_OK;
    for (size_t at = 0; at < m->n_rows && status == INLAY_OK;) {
        inlay_batch batch;
        status = inlay_column_read(in, m->n_rows - at, &batch);
        if (status == INLAY_END)
            status = melt_short(m);
        if (status != INLAY_OK)
            break;
        status = melt_take_values(m, column, state, &batch, at);
        at += batch.n_levels;
    }
    inlay_column_close(in);
    return status;
}

/* ---- a histogram ---- */

static size_t melt_decimal(uint64_t v, char text[20])
{
    char reversed[20];
    size_t n = 0, k = 0;
    do
        reversed[n++] = (char)('0' + v % 10);
    while (v /= 10);
    while (n)
        text[k++] = reversed[--n];
    return k;
}

/* The series of bucket i of the column whose name and labels stand in m->wide. */
static inlay_status melt_declare_bucket(struct melt *m, const struct wide_column *column,
                                        uint64_t i, uint32_t *series)
{
    static const uint8_t lower_key[] = "bucket_lower", upper_key[] = "bucket_upper";
    char lower_text[20], upper_text[20];
    uint64_t lower, upper;
    wide_bucket(column->grouping_power, i, &lower, &upper);
    inlay_label *labels = m->wide.labels + m->wide.n_labels;
    labels[0] = (inlay_label){{lower_key, sizeof lower_key - 1},
                              {(const uint8_t *)lower_text, melt_decimal(lower, lower_text)}};
    labels[1] = (inlay_label){{upper_key, sizeof upper_key - 1},
                              {(const uint8_t *)upper_text, melt_decimal(upper, upper_text)}};
    return inlay_long_series(m->table, m->wide.name, column->metric_type, m->wide.labels,
                             m->wide.n_labels + 2, series);
}

static inlay_status melt_bucket_series(struct melt *m, const struct wide_column *column, uint64_t i,
                                       uint32_t *series)
{
    if (i >= wide_buckets(column->grouping_power, column->max_value_power))
        return err_set(m->env, INLAY_CORRUPT,
                       ERR("a histogram has more buckets than its powers allow"));
    void *block = m->buckets;
    TRY(mem_grow(m->env, &block, &m->buckets_capacity, (size_t)i + 1, sizeof *m->buckets));
    m->buckets = block;
    while (m->n_buckets <= i)
        m->buckets[m->n_buckets++] = MELT_NO_SERIES;
    if (m->buckets[i] == MELT_NO_SERIES)
        TRY(melt_declare_bucket(m, column, i, &m->buckets[i]));
    *series = m->buckets[i];
    return INLAY_OK;
}

struct melt_place {  /* in a column of lists */
    size_t rows;     /* begun so far */
    uint64_t bucket; /* next one in the row at hand */
};

/* END: the batch goes on behind the block. */
static inlay_status melt_take_buckets(struct melt *m, const struct wide_column *column,
                                      struct melt_state *state, const inlay_batch *batch,
                                      struct melt_place *place)
{
    uint8_t max_def = inlay_schema_leaf(m->wide.schema, column->leaf)->max_def;
    const uint64_t *counts = batch->values;
    size_t next = 0;
    for (size_t i = 0; i < batch->n_levels; i++) {
        if (!batch->rep || batch->rep[i] == 0) {
            if (place->rows == m->n_rows)
                return INLAY_END;
            place->rows++;
            place->bucket = 0;
        }
        if (place->rows == 0)
            return err_set(m->env, INLAY_CORRUPT, ERR("a list goes on before it begins"));
        uint8_t def = batch->def ? batch->def[i] : max_def;
        if (def < column->entry_def)
            continue; /* no list, or an empty one */
        uint64_t bucket = place->bucket++, count = def == max_def ? counts[next++] : 0;
        uint64_t time = m->times[place->rows - 1];
        if (count == 0 || time == MELT_NO_TIME)
            continue;
        uint32_t series = 0;
        TRY(melt_bucket_series(m, column, bucket, &series));
        TRY(inlay_long_add(m->table, series, time, (double)count));
        state->has_rows = true;
    }
    return INLAY_OK;
}

static inlay_status melt_read_histogram(struct melt *m, const struct wide_column *column,
                                        struct melt_state *state)
{
    inlay_column *in;
    struct melt_place place = {0};
    m->n_buckets = 0;
    TRY(melt_open_column(m, column->leaf, &in));
    inlay_status status = INLAY_OK;
    while (status == INLAY_OK) {
        inlay_batch batch;
        /* one row more than wanted: the last row's end shows only where the next one begins */
        status = inlay_column_read(in, m->n_rows - place.rows + 1, &batch);
        if (status == INLAY_OK)
            status = melt_take_buckets(m, column, state, &batch, &place);
    }
    inlay_column_close(in);
    if (status == INLAY_END)
        status = place.rows == m->n_rows ? INLAY_OK : melt_short(m);
    return status;
}

/* ---- columns, blocks, inputs ---- */

/* Name the column's series; a name or label that a long table cannot hold leaves the column out. */
static inlay_status melt_declare(struct melt *m, uint32_t field, const struct wide_column *column)
{
    struct melt_state *state = &m->states[field];
    bool histogram = column->convert == NULL;
    uint32_t series = 0;
    if (state->series != MELT_NO_SERIES && !histogram)
        return INLAY_OK;
    TRY(wide_labels(&m->wide, field, histogram));
    if (m->wide.name.len == 0) {
        melt_leave_out(m, field, ERR("it has no name"));
        return INLAY_OK;
    }
    inlay_status status = histogram ? melt_declare_bucket(m, column, 0, &series)
                                    : inlay_long_series(m->table, m->wide.name, column->metric_type,
                                                        m->wide.labels, m->wide.n_labels, &series);
    if (status == INLAY_ARG) {
        melt_leave_out(m, field, m->env->error.what);
        return INLAY_OK;
    }
    state->series = series;
    return status;
}

static inlay_status melt_column(struct melt *m, uint32_t field)
{
    struct melt_state *state = &m->states[field];
    if (state->skipped)
        return INLAY_OK;
    struct wide_column column = wide_classify(&m->wide, field, m->options->histograms);
    if (column.why) {
        melt_leave_out(m, field, column.why);
        return INLAY_OK;
    }
    TRY(melt_declare(m, field, &column));
    if (state->skipped)
        return INLAY_OK;
    return column.convert ? melt_read_values(m, &column, state)
                          : melt_read_histogram(m, &column, state);
}

static inlay_status melt_block(struct melt *m, int64_t first_row, size_t n_rows)
{
    m->first_row = first_row;
    m->n_rows = n_rows;
    TRY(melt_read_times(m));
    for (uint32_t field = 0; field < m->n_states; field++) {
        if (field != m->wide.time_field)
            TRY(melt_column(m, field));
        melt_progress(m, n_rows);
    }
    return INLAY_OK;
}

static inlay_status melt_row_groups(struct melt *m)
{
    uint32_t n = inlay_reader_row_groups(m->reader);
    for (uint32_t i = 0; i < n; i++) {
        inlay_row_group group;
        TRY(inlay_reader_row_group(m->reader, i, &group));
        for (int64_t at = 0; at < group.n_rows;) {
            int64_t left = group.n_rows - at;
            size_t rows = left < MELT_BLOCK_ROWS ? (size_t)left : MELT_BLOCK_ROWS;
            TRY(melt_block(m, group.first_row + at, rows));
            at += (int64_t)rows;
        }
    }
    return INLAY_OK;
}

/* Columns that were read and gave nothing, and all of them in a file without rows. */
static void melt_report_silent(struct melt *m)
{
    for (uint32_t i = 0; i < m->n_states; i++)
        if (i != m->wide.time_field && !m->states[i].has_rows && !m->states[i].skipped)
            melt_leave_out(m, i, ERR("it has no values"));
    if (m->untimed)
        melt_leave_out(m, m->wide.time_field, ERR("rows without a time since 1970 give nothing"));
}

static inlay_status melt_input(struct melt *m)
{
    void *block;
    inlay_status status = wide_open(&m->wide, m->env, m->reader);
    size_t bytes = m->wide.n_fields * sizeof *m->states;
    m->untimed = false;
    if (status == INLAY_OK && (status = mem_new(m->env, bytes, &block)) == INLAY_OK) {
        m->states = block;
        m->n_states = m->wide.n_fields;
        for (uint32_t i = 0; i < m->n_states; i++)
            m->states[i].series = MELT_NO_SERIES;
        status = melt_row_groups(m);
        if (status == INLAY_OK)
            melt_report_silent(m);
        mem_free(m->env, m->states, bytes);
    }
    wide_close(&m->wide);
    return status;
}

static inlay_status melt_all(struct melt *m, inlay_reader *const *inputs, size_t n_inputs,
                             const inlay_sink *sink)
{
    for (size_t i = 0; i < n_inputs; i++) {
        const inlay_schema *schema = inlay_reader_schema(inputs[i]);
        uint64_t rows = (uint64_t)inlay_reader_rows(inputs[i]);
        m->total += rows * inlay_schema_node(schema, 0)->n_children;
    }
    for (size_t i = 0; i < n_inputs; i++) {
        m->reader = inputs[i];
        m->input = i;
        inlay_status status = melt_input(m);
        if (status != INLAY_OK) {
            m->env->error.input = (int32_t)i;
            return status;
        }
    }
    m->report->n_rows = inlay_long_rows(m->table);
    m->report->n_series = m->table->n_used;
    return inlay_long_finish(m->table, sink, &m->report->n_row_groups);
}

inlay_status inlay_melt(inlay_env *env, inlay_reader *const *inputs, size_t n_inputs,
                        const inlay_sink *sink, const inlay_melt_options *options,
                        inlay_melt_report *report)
{
    static const inlay_melt_options no_options = {.histograms = false};
    struct melt m = {.env = env, .options = options ? options : &no_options, .report = report};
    void *block;
    *report = (inlay_melt_report){.n_rows = 0};
    if (n_inputs == 0)
        return err_set(env, INLAY_ARG, ERR("melt needs at least one input"));
    TRY(inlay_long_open(env, &m.options->table, &m.table));
    inlay_status status = mem_resize(env, &block, 0, MELT_BLOCK_ROWS * sizeof *m.times);
    if (status == INLAY_OK) {
        m.times = block;
        status = melt_all(&m, inputs, n_inputs, sink);
    }
    mem_free(env, m.times, MELT_BLOCK_ROWS * sizeof *m.times);
    mem_free(env, m.buckets, m.buckets_capacity * sizeof *m.buckets);
    inlay_long_close(m.table);
    return status;
}

#endif
