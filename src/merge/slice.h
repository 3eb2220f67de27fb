/* Row-group layout: runs of equal values, packed.
 *
 * The rows of the output come as runs of equal values of one column. A run is appended to the open
 * row group; where both together would exceed the cap, the row group is closed first. So every
 * boundary is a transition of that column, small runs share a row group, and a run above the cap is
 * a row group of its own. (Quickwit PR 6410, pack_into_metric_aligned_rgs.)
 */
#ifndef INLAY_MERGE_SLICE_H
#define INLAY_MERGE_SLICE_H

#include "base/mem.h"

struct slice_group {
    uint64_t rows;
    uint64_t plan_at; /* byte of the plan where its first stretch begins */
    uint64_t skip;    /* rows of that stretch that belong to the row group before */
};

struct slice {
    inlay_env *env;
    uint64_t cap;
    struct slice_group *groups;
    size_t n_groups, capacity;
    struct slice_group open;
    uint64_t open_runs;
    bool one_run_each; /* every closed row group is a single run */
};

void slice_init(struct slice *slice, inlay_env *env, uint64_t cap_rows);
void slice_free(struct slice *slice);
/* Append a run of `rows` that begins at that place of the plan. */
INLAY_CHECKED inlay_status slice_run(struct slice *slice, uint64_t rows, uint64_t plan_at,
                                     uint64_t skip);
INLAY_CHECKED inlay_status slice_end(struct slice *slice);

#endif
