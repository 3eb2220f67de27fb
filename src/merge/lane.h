/* Many short stretches of flat rows, from many inputs into one column of the output.
 *
 * A lane is what an input has at hand of the column: a batch, a place in it, and, where the output is kept as codes,
 * the output's codes of the rows that are wanted of it. So the loop over stretches copies and nothing else.
 */
#ifndef INLAY_MERGE_LANE_H
#define INLAY_MERGE_LANE_H

#include "merge/feed.h"

struct lane_run { /* a stretch of the plan */
    uint32_t input, rows; /* at most PLAN_MOST_ROWS; LANE_DROPPED among them: they do not come into the output */
};
#define LANE_DROPPED ((uint32_t)1 << 31)

INLAY_INLINE bool lane_dropped(struct lane_run run)
{
    return run.rows & LANE_DROPPED;
}

INLAY_INLINE uint32_t lane_run_rows(struct lane_run run)
{
    return run.rows & ~LANE_DROPPED;
}

/* The next value or code while no nulls are among them, and their end; apart from the rest, so that many lie close
 * together. Both NULL: there are none. */
struct lane_head {
    const uint8_t *next, *end;
};

struct lane {
    struct lane_head *head;
    struct feed *feed;     /* NULL: the input does not have the column, all its rows are null */
    const uint8_t *def;    /* of the batch; NULL = no nulls */
    const uint8_t *ready;  /* values, or the output's codes where it is kept as codes */
    size_t ready_from;     /* value of the batch that the first of them is */
    size_t level, value, n_levels;
    uint8_t max_def, shift;
    const uint8_t *armed;  /* where the head stood when the lane was armed, as `level` and `value` do */
    size_t bytes;          /* of a value or code */
};

/* Where rows go: a block of the output column. */
struct lane_out {
    uint8_t *def;          /* [room]; filled when `nulls` */
    uint8_t *values;       /* [room] of `width` bytes, or of 4: codes */
    size_t width, n_levels, n_values, room;
    uint8_t max_def;
    bool coded;
    bool nulls;            /* definition levels are kept; else all rows so far are present */
};

/* After any change of the fields above `armed`: make the lane ready for a block of that kind. */
void lane_arm(struct lane *l, const struct lane_out *out);
/* Bring `level` and `value` to where the lane stands. */
void lane_settle(struct lane *l);
/* The lanes' heads are an array as well, heads[i] that of lane i. Take rows of runs[*at], runs[*at + 1] ... (of the first one, *taken rows are taken already) until the block is full,
 * the runs end, rows are to be dropped, or a lane has nothing at hand any more: then *at, *taken stand at the rows that
 * follow. */
void lane_scatter(struct lane *lanes, struct lane_head *heads, const struct lane_run *runs, size_t n_runs, size_t *at, uint32_t *taken,
                  struct lane_out *out);

#endif
