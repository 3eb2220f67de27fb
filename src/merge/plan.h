/* The plan of a merge: which input the next rows come from.
 *
 * A k-way merge over the key columns alone. The rows of an input are always taken in order, so
 * the plan is just a list of stretches (input, rows), written as one varint each:
 *
 *   input | (rows - 1) << bits        bits: as many as n_inputs - 1 needs
 *
 * Where rows with equal keys are dropped (equal.h), one more bit between input and rows says so: the input
 * goes on behind them, and the stretch behind it is the input's next one that stays. With a reducer dropped rows stand
 * where they come in the order of all rows.
 *
 * Up to 8 MiB of it stay in memory, the rest goes to a scratch file. Beside it the segments are written, for layout.h:
 * rows that stay, and what changes before them, (rows << 2 | changes) as a varint.
 */
#ifndef INLAY_MERGE_PLAN_H
#define INLAY_MERGE_PLAN_H

#include "base/io.h"
#include "merge/equal.h"
#include "merge/keyrows.h"
#include "merge/lane.h"
#include "merge/slice.h"

enum {
    PLAN_MEMORY_BYTES = 8 * 1024 * 1024,
    PLAN_PIECE_BYTES = 4096,
    PLAN_FIRST = SLICE_CUT | SLICE_SERIES, /* what changes before the first row */
    PLAN_MOST_ROWS = KEYROWS_BLANK_WINDOW /* of one stretch: keeps its varint within 64 bits */
};

struct plan_node { /* an input's current row, by its first two keys */
    uint64_t first, second;
    uint32_t input; /* PLAN_NO_INPUT: it has no more rows */
};
#define PLAN_NO_INPUT UINT32_MAX

struct plan {
    inlay_env *env;
    const struct keyrows_keys *keys;
    uint32_t n_inputs, input_bits, head_bits; /* of a stretch: its input; what comes before its rows */
    uint32_t drop_mask; /* of the bit that says dropped; 0 = there is none */
    bool joined;        /* dropped rows stand in their place, behind the row that they are equal to */
    struct io_scratch stretches, segments;
    uint64_t n_rows, n_stretches, n_dropped; /* rows that stay, and that do not */
    uint64_t n_segments, n_series; /* series: where they are marked */
    bool cut_in_order; /* values of the cut columns never come back, nor go down */
    /* while it is built: */
    struct keyrows *rows; /* [n_inputs] */
    struct plan_node *tree; /* [n_inputs] the first row, and from 1 on those that lost a match to it or to another */
    uint32_t n_open;        /* inputs that still have rows */
    struct equal equal;
    bool first_exact, final; /* the first key, and the two together, say everything unless a null is among them */
    int32_t only_mark;       /* the one key with marks, if there is just one and it is exact; else -1 */
    bool no_marks;
    bool singles;             /* rows that come one by one are taken by plan_singles */
    uint32_t input;           /* of the open stretch */
    uint64_t open_rows;       /* in it; 0 = none is open */
    struct keyrows_saved *saved; /* [n_keys] values of the open segment, of keys with marks */
    uint64_t segment_rows;
    unsigned changes; /* before the open segment */
    size_t n_piece, n_segment_piece;
    uint8_t piece[PLAN_PIECE_BYTES]; /* not yet in `stretches` */
    uint8_t segment_piece[PLAN_PIECE_BYTES];
};

INLAY_CHECKED inlay_status plan_init(struct plan *plan, inlay_env *env,
                                     const struct keyrows_keys *keys, uint32_t n_inputs,
                                     const char *scratch_folder);
/* Read the inputs' keys, verify their order, write the plan and its segments (plan_build.c). */
INLAY_CHECKED inlay_status plan_build(struct plan *plan, inlay_reader *const *inputs,
                                      uint64_t memory_bytes);
void plan_free(struct plan *plan);
/* Before it is built: what becomes of rows with equal keys. */
INLAY_CHECKED inlay_status plan_on_equal(struct plan *plan, int mode);

/* Steps of the building, for plan_build.c and equal.c: take rows [k->at, k->at + n) of an input's window. */
INLAY_CHECKED inlay_status plan_take(struct plan *plan, struct keyrows *k, size_t n);
INLAY_CHECKED inlay_status plan_end_stretch(struct plan *plan);
INLAY_CHECKED inlay_status plan_put_dropped(struct plan *plan, uint32_t input, uint64_t rows);
/* Behind the last row; and what only the building needs is given back. */
INLAY_CHECKED inlay_status plan_end(struct plan *plan);
void plan_free_building(struct plan *plan);
/* A row whose keys are asked for: of the window of an input, or kept. */
struct plan_row {
    const struct keyrows *k;           /* NULL: `saved` has them */
    size_t row;
    const struct keyrows_saved *saved; /* [n_keys] */
};
/* What changes before a row that does not go on from the row before; PLAN_FIRST before the first. */
unsigned plan_changes_at(const struct plan *plan, const struct plan_row *row);
/* Something changes before the next row to be added, which is this one. */
INLAY_CHECKED inlay_status plan_begin_segment(struct plan *plan, const struct plan_row *row, unsigned changes);

/* A walk over a stretch of the plan. */
struct plan_walk {
    struct plan *plan;
    uint64_t next_at; /* in the plan, behind what is loaded */
    size_t at, loaded;
    uint32_t input;
    uint64_t left; /* rows of the current stretch */
    uint64_t stretch_at, stretch_rows; /* where it stands in the plan, all its rows */
    bool dropped;  /* they do not come into the output */
    uint8_t piece[PLAN_PIECE_BYTES];
};
INLAY_CHECKED inlay_status plan_walk_start(struct plan_walk *walk, struct plan *plan,
                                           const struct slice_group *group);
/* The next rows, at most `most` (not 0), all from one input; or dropped ones, however many (walk->dropped). */
INLAY_CHECKED inlay_status plan_walk_next(struct plan_walk *walk, uint64_t most, uint32_t *input,
                                          uint64_t *rows);
/* The next stretches, at most n and no more than *left rows, which they go off; *got says how many. Only for plans that
 * drop no rows. */
INLAY_CHECKED inlay_status plan_walk_many(struct plan_walk *walk, uint64_t *left, struct lane_run *runs, size_t n,
                                          size_t *got);
/* The place where a walk stands, as a row group that begins there has it. */
void plan_walk_place(const struct plan_walk *walk, struct slice_group *group);

/* Behind the last row of a row group: those that were joined to it; END when there are no more. */
INLAY_CHECKED inlay_status plan_walk_joined(struct plan_walk *walk, uint32_t *input, uint64_t *rows);
/* The next rows of a row group, of which *left that stay are still to come; END behind the last ones. */
INLAY_CHECKED INLAY_INLINE inlay_status plan_walk_group(struct plan_walk *walk, uint64_t *left, uint32_t *input,
                                                        uint64_t *rows)
{
    if (*left == 0)
        return plan_walk_joined(walk, input, rows);
    TRY(plan_walk_next(walk, *left < PLAN_MOST_ROWS ? *left : PLAN_MOST_ROWS, input, rows));
    if (!walk->dropped)
        *left -= *rows;
    return INLAY_OK;
}

#endif
