/* Row-group layout; see slice.h. */
#include "merge/slice.h"

#if INLAY_WRITE && INLAY_MERGE

void slice_init(struct slice *slice, inlay_env *env, uint64_t cap_rows)
{
    *slice = (struct slice){.env = env, .cap = cap_rows, .one_run_each = true};
}

void slice_free(struct slice *slice)
{
    if (slice->groups)
        mem_free(slice->env, slice->groups, slice->capacity * sizeof *slice->groups);
    slice->groups = NULL;
    slice->n_groups = slice->capacity = 0;
}

inlay_status slice_end(struct slice *slice)
{
    if (slice->open.rows == 0)
        return INLAY_OK;
    void *block = slice->groups;
    TRY(mem_grow(slice->env, &block, &slice->capacity, slice->n_groups + 1, sizeof slice->open));
    slice->groups = block;
    slice->groups[slice->n_groups++] = slice->open;
    slice->one_run_each = slice->one_run_each && slice->open_runs == 1;
    slice->open = (struct slice_group){0};
    slice->open_runs = 0;
    return INLAY_OK;
}

inlay_status slice_run(struct slice *slice, uint64_t rows, uint64_t plan_at, uint64_t skip)
{
    if (rows == 0)
        return INLAY_OK;
    if (slice->open.rows && (slice->open.rows > slice->cap || rows > slice->cap - slice->open.rows))
        TRY(slice_end(slice));
    if (slice->open.rows == 0)
        slice->open = (struct slice_group){0, plan_at, skip};
    slice->open.rows += rows;
    slice->open_runs++;
    return INLAY_OK;
}

#endif
