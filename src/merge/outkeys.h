/* qh.row_keys, qh.row_keys_json and qh.zonemap_regexes of a merge's outputs.
 *
 * Rows of an input are taken in order, so an output has one range of rows of each input, which the plan tells. The sort
 * columns of those ranges are read once more, by codes where they are dictionary-encoded: an entry in use is
 * registered once a dictionary, other values one by one. So it does not matter how and by whom the output was written.
 * Rows of equal keys that were dropped in between count among the values (an expression may match more than there is),
 * not as first and last row.
 */
#ifndef INLAY_MERGE_OUTKEYS_H
#define INLAY_MERGE_OUTKEYS_H

#include "merge/describe.h"
#include "merge/plan.h"
#include "merge/union.h"

#if INLAY_WRITE && INLAY_MERGE

struct outkeys {
    inlay_env *env;
    inlay_reader *const *inputs;
    const struct union_schema *schema;
    const struct sortkey_schema *sort;
    struct plan *plan;
    const struct slice *slice;
    uint64_t *from, *to; /* [n_inputs] rows of the output */
    uint64_t first_row, last_row; /* of the output, in their inputs */
    size_t group;        /* the output's first row group, then the next one's */
    struct describe describe;
    const inlay_node **leaves; /* [sort->n_columns] of the output */
    uint32_t *numbers;         /* their columns */
    struct buf seen;
    struct plan_walk walk;
};

/* Zeroed, then env to slice set by the caller. */
INLAY_CHECKED inlay_status outkeys_init(struct outkeys *o);
void outkeys_free(struct outkeys *o);
/* The keys of the next output, into its writer. */
INLAY_CHECKED inlay_status outkeys_write(struct outkeys *o, inlay_writer *writer);

#endif

#endif
