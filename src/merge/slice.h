/* Row groups and outputs: the rows of a merge, cut.
 *
 * The rows of the output come as segments, with what changes before each of them: the value of the cut columns, the
 * series. Segments of equal cut values are a run. How runs become row groups:
 *
 *   pack       a run is appended to the open row group; where both together would exceed the cap, the row group is
 *              closed first. So every border is a change of the cut columns, small runs share a row group, and a run
 *              above the cap is a row group of its own. (Quickwit PR 6410, pack_into_metric_aligned_rgs.)
 *   per value  every run is a row group of its own
 *   none       rows up to the cap, whatever they are; without a cap all rows of an output
 *
 * With `split` a run above the cap is cut at the cap. An output ends where a series does: exactly
 * min(series, n_outputs) of them (rule: Quickwit merge/merge_order.rs, compute_output_boundaries), or each as soon as it
 * has output_bytes.
 */
#ifndef INLAY_MERGE_SLICE_H
#define INLAY_MERGE_SLICE_H

#include "base/mem.h"

struct slice_group {
    uint64_t rows, bytes; /* bytes: an estimate, where sizes are looked at */
    uint64_t plan_at;     /* byte of the plan where its first stretch begins */
    uint64_t skip;        /* rows of that stretch that belong to the row group before */
    uint32_t output;
};

enum slice_layout { SLICE_PACK, SLICE_PER_VALUE, SLICE_NONE };
enum { SLICE_CUT = 1, SLICE_SERIES = 2 }; /* what changes before a segment */

struct slice_options {
    enum slice_layout layout;
    uint64_t cap_rows, cap_bytes; /* 0 = no cap */
    bool split;
    uint64_t n_outputs;    /* wanted; 0 and 1 = one */
    uint64_t output_bytes; /* 0 = no matter */
    uint64_t n_rows, n_series; /* of all of them; for n_outputs */
};

struct slice {
    inlay_env *env;
    struct slice_options options;
    struct slice_group *groups;
    size_t n_groups, capacity;
    uint32_t n_outputs;
    bool one_run_each; /* every row group is a single run, and no run of an output is in two */
    bool aligned;      /* no row group ends inside a run, unless its output does */
    /* while it is made: */
    struct slice_group open, run;
    uint64_t open_runs, series;
    uint64_t output_rows, output_bytes; /* of the open output */
};

void slice_init(struct slice *slice, inlay_env *env, const struct slice_options *options);
void slice_free(struct slice *slice);
/* Append a segment. plan_at and skip of the row groups are left at 0. */
INLAY_CHECKED inlay_status slice_add(struct slice *slice, uint64_t rows, uint64_t bytes, unsigned changes);
INLAY_CHECKED inlay_status slice_end(struct slice *slice);

#endif
