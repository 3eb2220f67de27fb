/* Row groups and outputs; see slice.h. */
#include "merge/slice.h"

#if INLAY_WRITE && INLAY_MERGE

void slice_init(struct slice *slice, inlay_env *env, const struct slice_options *options)
{
    *slice = (struct slice){.env = env,
                            .options = *options,
                            .n_outputs = 1,
                            .aligned = true,
                            .one_run_each = options->layout != SLICE_NONE};
    struct slice_options *o = &slice->options;
    if (o->n_outputs > o->n_series)
        o->n_outputs = o->n_series;
    if (!o->cap_rows)
        o->cap_rows = UINT64_MAX;
    if (!o->cap_bytes)
        o->cap_bytes = UINT64_MAX;
}

void slice_free(struct slice *slice)
{
    if (slice->groups)
        mem_free(slice->env, slice->groups, slice->capacity * sizeof *slice->groups);
    slice->groups = NULL;
    slice->n_groups = slice->capacity = 0;
}

static inlay_status slice_end_group(struct slice *slice)
{
    if (slice->open.rows == 0)
        return INLAY_OK;
    void *block = slice->groups;
    TRY(mem_grow(slice->env, &block, &slice->capacity, slice->n_groups + 1, sizeof slice->open));
    slice->groups = block;
    slice->open.output = slice->n_outputs - 1;
    slice->groups[slice->n_groups++] = slice->open;
    slice->one_run_each = slice->one_run_each && slice->open_runs == 1;
    slice->open = (struct slice_group){0};
    slice->open_runs = 0;
    return INLAY_OK;
}

static bool slice_fits(const struct slice_options *o, uint64_t rows, uint64_t bytes)
{
    return rows <= o->cap_rows && bytes <= o->cap_bytes;
}

static void slice_put(struct slice *slice, uint64_t rows, uint64_t bytes)
{
    slice->open.rows += rows;
    slice->open.bytes += bytes;
    slice->open_runs++;
}

/* A run above the cap, in pieces: of cap_rows, or of as many rows as give equal pieces below cap_bytes. */
static inlay_status slice_pieces(struct slice *slice)
{
    const struct slice_options *o = &slice->options;
    struct slice_group left = slice->run;
    uint64_t pieces = o->cap_bytes == UINT64_MAX ? 1 : left.bytes / o->cap_bytes + (left.bytes % o->cap_bytes != 0);
    uint64_t most = pieces > 1 ? (left.rows - 1) / pieces + 1 : left.rows;
    most = most < o->cap_rows ? most : o->cap_rows;
    uint64_t bytes = left.bytes / ((left.rows - 1) / most + 1);
    slice->aligned = slice->one_run_each = false;
    while (left.rows > most) {
        slice_put(slice, most, bytes);
        TRY(slice_end_group(slice));
        left.rows -= most;
        left.bytes -= bytes;
    }
    slice_put(slice, left.rows, left.bytes);
    return INLAY_OK;
}

/* Without alignment: the open row group is filled up to the cap, again and again. */
static inlay_status slice_fill(struct slice *slice)
{
    const struct slice_options *o = &slice->options;
    struct slice_group left = slice->run;
    while (!slice_fits(o, slice->open.rows + left.rows, slice->open.bytes + left.bytes)) {
        uint64_t rows = o->cap_rows - slice->open.rows, each = left.bytes / left.rows;
        uint64_t room = o->cap_bytes > slice->open.bytes ? o->cap_bytes - slice->open.bytes : 0;
        if (each && o->cap_bytes != UINT64_MAX && room / each < rows)
            rows = room / each;
        rows = rows > left.rows ? left.rows : rows;
        if (rows == 0 && slice->open.rows == 0)
            rows = 1;
        if (rows)
            slice_put(slice, rows, each * rows);
        left.rows -= rows;
        left.bytes -= each * rows;
        if (left.rows == 0)
            return INLAY_OK;
        TRY(slice_end_group(slice));
        slice->aligned = false;
    }
    slice_put(slice, left.rows, left.bytes);
    return INLAY_OK;
}

static inlay_status slice_end_run(struct slice *slice)
{
    const struct slice_options *o = &slice->options;
    const struct slice_group run = slice->run;
    inlay_status status = INLAY_OK;
    if (run.rows == 0)
        return INLAY_OK;
    if (o->layout == SLICE_NONE) {
        status = slice_fill(slice);
    } else {
        if (o->layout == SLICE_PER_VALUE ||
            (slice->open.rows &&
             (run.rows > UINT64_MAX - slice->open.rows || run.bytes > UINT64_MAX - slice->open.bytes ||
              !slice_fits(o, slice->open.rows + run.rows, slice->open.bytes + run.bytes))))
            TRY(slice_end_group(slice));
        if (o->split && !slice_fits(o, run.rows, run.bytes))
            status = slice_pieces(slice);
        else
            slice_put(slice, run.rows, run.bytes);
    }
    slice->run = (struct slice_group){0};
    return status;
}

/* Before a change of series: does the open output end here? With n outputs: when it has its share of the rows, or when
 * every series that is left is needed for an output of its own. */
static bool slice_output_ends(const struct slice *slice)
{
    const struct slice_options *o = &slice->options;
    if (slice->output_rows == 0)
        return false;
    if (o->output_bytes && slice->output_bytes >= o->output_bytes)
        return true;
    if (o->n_outputs <= slice->n_outputs)
        return false;
    return slice->output_rows >= o->n_rows / o->n_outputs ||
           o->n_series - slice->series <= o->n_outputs - slice->n_outputs;
}

inlay_status slice_add(struct slice *slice, uint64_t rows, uint64_t bytes, unsigned changes)
{
    bool ends = (changes & SLICE_SERIES) && slice_output_ends(slice);
    if (rows == 0)
        return INLAY_OK;
    if (ends || (changes & SLICE_CUT))
        TRY(slice_end_run(slice));
    if (ends) {
        TRY(slice_end_group(slice));
        if (slice->n_outputs == UINT32_MAX)
            return err_set(slice->env, INLAY_LIMIT, ERR("too many outputs"));
        slice->n_outputs++;
        slice->output_rows = slice->output_bytes = 0;
    }
    if ((changes & SLICE_SERIES) || slice->series == 0)
        slice->series++;
    slice->run.rows += rows;
    slice->run.bytes += bytes;
    slice->output_rows += rows;
    slice->output_bytes += bytes;
    return INLAY_OK;
}

inlay_status slice_end(struct slice *slice)
{
    TRY(slice_end_run(slice));
    return slice_end_group(slice);
}

#endif
