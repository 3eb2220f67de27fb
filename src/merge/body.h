/* The body of a merge: every output column, row group by row group, follows the plan.
 *
 * One feed an input and column. It stays open from one row group to the next while the memory bound
 * allows, since the columns come round in a circle; else it is opened again at its row.
 */
#ifndef INLAY_MERGE_BODY_H
#define INLAY_MERGE_BODY_H

#include "inlay/merge.h"

#include "merge/lane.h"
#include "merge/move.h"
#include "merge/plan.h"
#include "merge/reduce.h"
#include "merge/stage.h"
#include "merge/union.h"

#if INLAY_WRITE && INLAY_MERGE

enum { /* what a column's options say */
    BODY_NO_MOVE = 1,  /* its pages are to be made in a certain way */
    BODY_NO_CHUNK = 2, /* something is to be said of the chunk that the input's does not say */
    BODY_NO_CODES = 4, /* no dictionary */
    BODY_BLOOM = 8
};

struct body_chunk { /* what is known of an input's column chunk */
    uint32_t row_group; /* + 1; 0 = nothing */
    bool mixed;         /* a dictionary that was given up: most values are distinct */
};

struct body_drop { /* rows of an input that do not come into the output */
    uint64_t row;  /* behind them, in the input */
    uint64_t kept; /* rows from there up to the next ones that are dropped, as far as `runs` know */
};

struct body_need { /* of memory, for columns of all inputs, as far as footers tell */
    uint64_t all;    /* pages and dictionaries */
    uint64_t extra;  /* what a column takes beside that while it is written; the most of any */
    uint64_t widest; /* both, of the column with the most */
};

struct body {
    inlay_env *env;
    inlay_reader *const *inputs;
    const struct union_schema *schema;
    struct plan *plan;
    const struct slice *slice;
    inlay_writer *writer;
    uint64_t memory_bytes;
    struct body_need need; /* body_reckon; all 0 = little */
    uint64_t hold_bytes;  /* in use, up to which feeds stay open between row groups */
    uint64_t tight_bytes; /* in use, from which on they read no more than a row group wants, and keep no batches */
    bool dictionaries;   /* wanted in the output; by `how` of the column being written */
    const uint8_t *how;  /* [n_leaves] */
    const uint32_t *owner; /* [n_leaves] who writes the column; NULL = this body all of them */
    uint32_t number;       /* it writes those that it owns */
    uint32_t leaf;         /* being written, of that row group */
    size_t group;
    inlay_status (*turn)(void *ctx, uint32_t output, inlay_writer **writer); /* the next output begins */
    void *turn_ctx;
    void (*progress)(void *ctx, uint64_t done, uint64_t total);
    void *progress_ctx;
    const uint8_t *reduced; /* [n_leaves] columns that the reducer makes; NULL = none */
    const inlay_reducer *reducer;
    struct reduce reduce;
    uint64_t done, told;    /* values written, of which the caller knows */
    uint64_t *taken;        /* [n_inputs] rows in earlier row groups */
    uint64_t *here;         /* [n_inputs] rows in this one */
    struct feed **feeds;    /* [n_inputs][n_leaves] */
    struct stage_map *maps; /* [n_inputs] */
    struct lane *lanes;     /* [n_inputs] of the column being written */
    struct lane_head *heads; /* [n_inputs] of these */
    uint64_t *wanted;       /* [n_inputs] rows of this row group still to come from it */
    size_t *ready_at;       /* [n_inputs] level at which its lane was made ready */
    struct move move;
    struct move_slot **slots; /* [n_inputs][n_leaves] */
    int64_t *leaves;        /* [n_inputs] of the column being written, as struct move_column has them */
    bool no_copy;           /* decode and encode everything */
    uint64_t longest;       /* stretch of the row group */
    uint64_t moved_bytes;   /* of pages and column chunks that moved as they were */
    uint64_t *first_kept;   /* [n_inputs] rows that come before an input's first dropped ones in `runs` */
    uint64_t *drop;         /* [n_inputs] number of its latest ones, from 1; 0 = none yet */
    uint64_t *gone;         /* [n_inputs] rows in `runs` and before it, of this row group */
    struct buf drops;       /* struct body_drop, in the order of `runs` */
    size_t n_met;           /* of them, while a column is written */
    size_t most_runs;
    struct lane_run *runs;  /* [n_runs, at most most_runs] stretches of the row group, or of a part of it */
    size_t n_runs;
    bool ended;             /* `runs` are the row group's last ones */
    bool whole;             /* `runs` are all of the row group's */
    struct body_chunk *chunks; /* [n_inputs][n_leaves] */
    struct stage stage;
    struct plan_walk walk;
};

/* Look at the inputs' footers for what their columns will take; before body_write, or a crew. */
INLAY_CHECKED inlay_status body_reckon(struct body *body);
/* Zeroed, then env to progress_ctx set by the caller. Writes all row groups. */
INLAY_CHECKED inlay_status body_write(struct body *body, const char *scratch_folder,
                                      size_t dictionary_bytes);
/* Before a row group is written: if it begins another output, that one's writer takes over. */
INLAY_CHECKED inlay_status body_turn(struct body *body, size_t group);
/* What body_write would move, into moved_bytes; nothing is written. */
INLAY_CHECKED inlay_status body_estimate(struct body *body, const char *scratch_folder, size_t dictionary_bytes);
/* The same by hand: open, then every row group in its order, written to some writer or passed over. */
INLAY_CHECKED inlay_status body_open(struct body *body, const char *scratch_folder, size_t dictionary_bytes);
INLAY_CHECKED inlay_status body_write_group(struct body *body, size_t group, inlay_writer *writer);
INLAY_CHECKED inlay_status body_pass_group(struct body *body, size_t group);
void body_free(struct body *body);

#endif

#endif
