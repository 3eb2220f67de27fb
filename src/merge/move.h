/* Moving pages: which pages of a row group's stretches go to the output as they are.
 *
 * A page moves when it lies inside one stretch as a whole, its codec is that of the output column and its levels mean
 * the same there. Pages of codes can move from one chunk of the inputs (the host), whose dictionary the output's then
 * begins with, and from chunks whose dictionary is that one, byte for byte; all others of the row group are written as
 * codes of that dictionary, too. Pages of plain values can move from any input, and the rest is then written plain. What
 * moves more rows is done.
 */
#ifndef INLAY_MERGE_MOVE_H
#define INLAY_MERGE_MOVE_H

#include "merge/lane.h"
#include "merge/inpages.h"

#if INLAY_WRITE && INLAY_MERGE

enum { MOVE_CHUNKS = 4, MOVE_LEAST_ROWS = 256 };

/* The pages of one column of one input, of the row groups that are in use. */
struct move_slot {
    inlay_env *env;
    struct inpages chunks[MOVE_CHUNKS]; /* row group g in [g % MOVE_CHUNKS] */
    uint32_t hint;                    /* a row group at or before the one wanted next */
};

/* Moved pages between the stretches that are written anew. */
struct move_step {
    size_t before;  /* so many of `runs` come first */
    uint32_t input, page, rows;
    int64_t row; /* its first one, in the input */
};

enum move_mode { MOVE_NOTHING, MOVE_PLAIN, MOVE_CODES };

struct move {
    inlay_env *env;
    enum move_mode mode;
    struct buf runs, steps;   /* struct lane_run, struct move_step */
    uint64_t *coded_rows;     /* [n_inputs] */
    uint32_t *coded_group;    /* [n_inputs] row group that they lie in */
    bool *hosted;             /* [n_inputs] that chunk has the host's dictionary */
    bool kin;                 /* MOVE_CODES: every row that stays has a code of that dictionary, or moves */
    uint64_t *at;             /* [n_inputs] scratch: rows gone so far */
    uint32_t n_inputs;
    uint32_t host, host_group; /* MOVE_CODES */
    int64_t host_first_row;
};

/* One column of a row group, as move_plan wants it. */
struct move_column {
    inlay_reader *const *inputs;
    struct move_slot **slots;   /* of input i: slots[i * stride] */
    size_t stride;
    const uint64_t *taken;      /* [n_inputs] rows in earlier row groups */
    const int64_t *leaves;      /* [n_inputs] column of the input; < 0: it has none, or levels that mean something else */
    const struct lane_run *runs;
    size_t n_runs;
    int32_t codec;
    bool codes;                 /* the output may have a dictionary */
    bool no_plain;              /* plain pages do not move: their values are wanted for a bloom filter */
};

INLAY_CHECKED inlay_status move_init(struct move *m, inlay_env *env, uint32_t n_inputs);
void move_free(struct move *m);
/* Decide; with a mode other than MOVE_NOTHING `runs` and `steps` are what to do. */
INLAY_CHECKED inlay_status move_plan(struct move *m, const struct move_column *c);
void move_slot_free(struct move_slot *slot);
/* The pages of the chunk in which a row lies. */
INLAY_CHECKED inlay_status move_pages(struct move_slot **slot, inlay_env *env, inlay_reader *reader, uint32_t leaf,
                                      int64_t row, struct inpages **pages);

#endif

#endif
