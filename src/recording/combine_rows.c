/* Column chunks of a combination: copied where a row group of an input lies whole in one of the result, else decoded
 * and written, one column at a time; see combine.h. */
#include "recording/combine.h"

#include <string.h>

#include "inlay/copy.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

enum {
    CROWS_LEAST = 1800,  /* rows of a row group, as recordings have them */
    CROWS_MOST = 65536,  /* where no row group is copied */
    CROWS_NEAR = 4096,   /* rows that are read over rather than sought */
    CROWS_PIECE = 16384  /* null rows at once */
};

/* One column of one row group of the result. */
struct crows {
    struct combine *c;
    const struct combine_column *column;
    struct combine_input *in;
    uint32_t leaf, from; /* of the result, of the input */
    inlay_column *open;
    int64_t next;        /* the row at which `open` stands */
    struct buf *levels;
};

/* ---- row groups ---- */

static inlay_status crows_groups(struct combine *c, uint32_t i)
{
    struct combine_input *in = &c->inputs[i];
    void *block = NULL;
    in->n_groups = inlay_reader_row_groups(in->reader);
    TRY(mem_pool_take(&c->pool, ((size_t)in->n_groups + 1) * sizeof *in->first_rows, &block));
    in->first_rows = block;
    for (uint32_t g = 0; g < in->n_groups; g++) {
        inlay_row_group group;
        TRY(inlay_reader_row_group(in->reader, g, &group));
        in->first_rows[g + 1] = in->first_rows[g] + group.n_rows;
    }
    return INLAY_OK;
}

/* Do rows from `row` of the result on hold a whole row group of the input? Its number and its rows. */
static bool crows_whole(const struct combine *c, const struct combine_input *in, size_t row, uint32_t *group,
                        size_t *n_rows)
{
    int64_t first = in->rows[row];
    uint32_t low = 0, high = in->n_groups;
    if (first < 0 || !in->copies)
        return false;
    while (high - low > 1) { /* the last row group that begins at or before it: one with rows */
        uint32_t mid = low + (high - low) / 2;
        if (in->first_rows[mid] <= first)
            low = mid;
        else
            high = mid;
    }
    if (in->n_groups == 0 || in->first_rows[low] != first)
        return false;
    uint64_t n = (uint64_t)(in->first_rows[low + 1] - first);
    if (n == 0 || n > c->n_rows - row)
        return false;
    for (size_t i = 1; i < n; i++)
        if (in->rows[row + i] != first + (int64_t)i)
            return false;
    *group = low;
    *n_rows = (size_t)n;
    return true;
}

/* Values that would be copied if row groups were cut as this input's. */
static uint64_t crows_gain(struct combine *c, uint32_t i)
{
    const struct combine_input *in = &c->inputs[i];
    uint64_t gain = 0;
    for (size_t row = 0; row < c->n_rows;) {
        inlay_row_group group;
        uint32_t number = 0;
        size_t n = 1;
        if (crows_whole(c, in, row, &number, &n) && inlay_reader_row_group(in->reader, number, &group) == INLAY_OK &&
            group.total_bytes > 0)
            gain += (uint64_t)group.total_bytes;
        row += n;
    }
    return gain;
}

static uint32_t crows_lead(struct combine *c, size_t *most_rows)
{
    uint64_t best = 0;
    uint32_t lead = 0;
    *most_rows = CROWS_LEAST;
    for (uint32_t i = 0; i < c->n; i++) {
        const struct combine_input *in = &c->inputs[i];
        uint64_t gain = crows_gain(c, i);
        if (gain > best) {
            best = gain;
            lead = i;
        }
        for (uint32_t g = 0; g < in->n_groups; g++)
            if (in->first_rows[g + 1] - in->first_rows[g] > (int64_t)*most_rows)
                *most_rows = (size_t)(in->first_rows[g + 1] - in->first_rows[g]);
    }
    *most_rows = *most_rows < CROWS_MOST ? *most_rows : CROWS_MOST;
    return lead;
}

/* Where the row group that begins at `row` ends. */
static size_t crows_end(const struct combine *c, uint32_t lead, size_t most_rows, size_t row)
{
    uint64_t wanted = c->options->row_group_rows;
    size_t left = c->n_rows - row, n = 0;
    uint32_t group;
    if (wanted)
        return wanted < left ? row + (size_t)wanted : c->n_rows;
    if (crows_whole(c, &c->inputs[lead], row, &group, &n))
        return row + n;
    size_t end = row + 1;
    while (end < c->n_rows && end - row < most_rows && !crows_whole(c, &c->inputs[lead], end, &group, &n))
        end++;
    return end;
}

/* ---- decoded ---- */

static inlay_status crows_input_failed(struct crows *r, inlay_status status)
{
    if (status != INLAY_OK)
        r->c->env->error.input = (int32_t)r->column->input;
    return status;
}

/* Definition levels one higher: 0 is now the row that is not there. */
static inlay_status crows_widen(struct crows *r, inlay_batch *batch)
{
    if (!r->column->widened || !batch->def)
        return INLAY_OK;
    buf_clear(r->levels);
    uint8_t *def = buf_reserve(r->levels, batch->n_levels + 1);
    if (!def)
        return r->levels->status;
    for (size_t i = 0; i < batch->n_levels; i++)
        def[i] = (uint8_t)(batch->def[i] + 1);
    batch->def = def;
    return INLAY_OK;
}

static inlay_status crows_put(struct crows *r, inlay_batch *batch)
{
    TRY(crows_widen(r, batch));
    return inlay_writer_write(r->c->writer, r->leaf, batch);
}

/* Read n rows, each with all its values; `put`: and write them. */
static inlay_status crows_read(struct crows *r, uint64_t n, bool put)
{
    inlay_batch batch;
    inlay_status status;
    r->next += (int64_t)n;
    while (n) {
        status = inlay_column_read(r->open, n < SIZE_MAX ? (size_t)n : SIZE_MAX, &batch);
        if (status == INLAY_END)
            status = err_set(r->c->env, INLAY_CORRUPT, ERR("a column has fewer rows than its file"));
        TRY(crows_input_failed(r, status));
        n -= batch.n_rows;
        if (put)
            TRY(crows_put(r, &batch));
    }
    while ((status = inlay_column_read_rest(r->open, &batch)) == INLAY_OK)
        if (put)
            TRY(crows_put(r, &batch));
    return status == INLAY_END ? INLAY_OK : crows_input_failed(r, status);
}

static inlay_status crows_run(struct crows *r, int64_t row, size_t n)
{
    if (!r->open)
        TRY(crows_input_failed(r, inlay_column_open(r->in->reader, r->from, 0, &r->open)));
    if (row > r->next && r->next > 0 && row - r->next <= CROWS_NEAR)
        TRY(crows_read(r, (uint64_t)(row - r->next), false));
    if (row != r->next)
        TRY(crows_input_failed(r, inlay_column_seek(r->open, row)));
    r->next = row;
    return crows_read(r, n, true);
}

static inlay_status crows_nulls(struct crows *r, size_t n)
{
    const inlay_node *node = inlay_schema_leaf(r->c->schema, r->leaf);
    if (node->max_rep == 0)
        return inlay_writer_repeat(r->c->writer, r->leaf, n, NULL);
    while (n) {
        size_t take = n < CROWS_PIECE ? n : CROWS_PIECE;
        buf_clear(r->levels);
        uint8_t *def = buf_reserve(r->levels, take);
        if (!def)
            return r->levels->status;
        memset(def, 0, take);
        const inlay_batch batch = {.n_rows = take, .n_levels = take, .def = def};
        TRY(inlay_writer_write(r->c->writer, r->leaf, &batch));
        n -= take;
    }
    return INLAY_OK;
}

/* Rows [from, to) of the result: stretches of rows that follow each other in the input, or are absent. */
static inlay_status crows_stretches(struct crows *r, size_t from, size_t to)
{
    const int64_t *rows = r->in->rows;
    inlay_status status = INLAY_OK;
    for (size_t at = from; at < to && status == INLAY_OK;) {
        size_t n = 1;
        while (at + n < to && rows[at + n] == (rows[at] < 0 ? -1 : rows[at] + (int64_t)n))
            n++;
        status = rows[at] < 0 ? crows_nulls(r, n) : crows_run(r, rows[at], n);
        at += n;
    }
    inlay_column_close(r->open);
    r->open = NULL;
    return status;
}

static inlay_status crows_stamps(struct crows *r, size_t from, size_t to)
{
    const inlay_batch batch = {
        .n_rows = to - from, .n_levels = to - from, .n_values = to - from, .values = r->c->stamps + from};
    return inlay_writer_write(r->c->writer, r->leaf, &batch);
}

/* ---- copied, where that is possible ---- */

static bool crows_copies(const struct crows *r, size_t from, size_t to, uint32_t *group)
{
    size_t n = 0;
    if (r->column->widened || inlay_schema_leaf(r->in->schema, r->from)->ignored_annotation ||
        !crows_whole(r->c, r->in, from, group, &n) || n != to - from)
        return false;
    return !r->column->time || memchr(r->c->restamped + from, 1, n) == NULL;
}

static inlay_status crows_chunk(struct crows *r, size_t from, size_t to)
{
    struct combine *c = r->c;
    uint32_t group = 0;
    c->report->n_chunks++;
    if (crows_copies(r, from, to, &group)) {
        c->report->n_copied++;
        inlay_status status = inlay_writer_copy_chunk(c->writer, r->leaf, r->in->reader, group, r->from);
        if (status == INLAY_IO && c->env->error.at < 0)
            return status; /* the sink's */
        return crows_input_failed(r, status);
    }
    TRY(r->column->time ? crows_stamps(r, from, to) : crows_stretches(r, from, to));
    return inlay_writer_end_column(c->writer, r->leaf);
}

static inlay_status crows_group(struct combine *c, struct buf *levels, size_t from, size_t to)
{
    uint32_t leaf = 0;
    for (uint32_t i = 0; i < c->n_columns; i++)
        for (uint32_t k = 0; k < c->columns[i].n_leaves; k++, leaf++) {
            struct crows r = {.c = c,
                              .column = &c->columns[i],
                              .in = &c->inputs[c->columns[i].input],
                              .leaf = leaf,
                              .from = c->columns[i].first_leaf + k,
                              .levels = levels};
            TRY(crows_chunk(&r, from, to));
            c->done += to - from;
            if (c->options->progress)
                c->options->progress(c->options->progress_ctx, c->done, c->total);
        }
    c->report->n_row_groups++;
    return inlay_writer_end_row_group(c->writer);
}

inlay_status combine_rows(struct combine *c)
{
    struct buf levels;
    size_t most_rows = 0;
    inlay_status status = INLAY_OK;
    for (uint32_t i = 0; i < c->n && status == INLAY_OK; i++) {
        status = crows_groups(c, i);
        if (status != INLAY_OK)
            c->env->error.input = (int32_t)i;
    }
    TRY(status);
    uint32_t lead = crows_lead(c, &most_rows);
    buf_init(&levels, c->env);
    c->total = (uint64_t)c->n_rows * inlay_schema_leaves(c->schema);
    for (size_t row = 0; row < c->n_rows && status == INLAY_OK;) {
        size_t end = crows_end(c, lead, most_rows, row);
        status = crows_group(c, &levels, row, end);
        row = end;
    }
    buf_free(&levels);
    return status;
}

#endif
