/* What a merge would do, told row group by row group: rows, and the key values of the first and the last one.
 *
 * The values are read again from the inputs, one open column an input and key; rows of an input come in order, so every
 * page is read once at most.
 */
#ifndef INLAY_MERGE_OUTLINE_H
#define INLAY_MERGE_OUTLINE_H

#include "inlay/merge.h"

#include "merge/keyrows.h"
#include "merge/plan.h"
#include "merge/slice.h"

#if INLAY_WRITE && INLAY_MERGE

struct outline_key {
    const inlay_node *leaf; /* of the output */
    const struct keyrows_key *key;
};

/* Call options->row_group for every row group. `keys` [n_keys]. */
INLAY_CHECKED inlay_status outline_tell(inlay_env *env, const inlay_merge_options *options, inlay_reader *const *inputs,
                                        struct plan *plan, const struct slice *slice, const struct outline_key *keys,
                                        uint32_t n_keys);

#endif

#endif
