/* Rows with equal keys: which of them stay.
 *
 * Rows come in the order of the output, so those with equal keys follow each other. Within an input keyrows knows that
 * a row equals the one before it; where the input changes, the row is compared with the key that the last one had.
 * Rows that go have no place in the output: they are counted per input, and the plan tells of them when a row of that
 * input stays again. So what stays of another input is one stretch, however many rows are dropped in between, and of
 * two inputs with the same rows one moves page by page.
 */
#ifndef INLAY_MERGE_EQUAL_H
#define INLAY_MERGE_EQUAL_H

#include "merge/keyrows.h"

enum equal_mode { /* the first four are inlay_on_equal */
    EQUAL_KEEP,
    EQUAL_FIRST,
    EQUAL_LAST,
    EQUAL_ERROR,
    EQUAL_REDUCE /* the first row stays; those that go are told of in their place */
};

struct plan;

struct equal {
    inlay_env *env;
    int mode; /* enum equal_mode */
    uint32_t n_keys, n_saved, n_inputs; /* keys that are compared; all of them */
    struct keyrows_saved *last; /* [n_saved] keys of the last row */
    uint64_t *dropped;          /* [n_inputs] rows that went since the last one that stayed */
    bool any;                   /* there is a last row */
    uint32_t input;             /* of the last row */
    uint64_t row;
    bool held;                  /* it is not known yet whether the last row stays */
    int32_t first_input, first_group; /* of two rows that are equal, for the error; -1 = there are none */
    int64_t first_row;
};

INLAY_CHECKED inlay_status equal_init(struct equal *equal, inlay_env *env, int mode,
                                      const struct keyrows_keys *keys, uint32_t n_inputs);
void equal_free(struct equal *equal);
/* Take the next n rows of an input, which come next in the output. CORRUPT where equal keys are an error. */
INLAY_CHECKED inlay_status equal_take(struct plan *plan, struct keyrows *k, size_t n);
/* Behind the last row. */
INLAY_CHECKED inlay_status equal_end(struct plan *plan);

#endif
