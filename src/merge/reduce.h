/* One column of groups of rows with equal keys, through the caller's reducer and on to the stage.
 *
 * Rows are gathered in the order of the output with the sizes of their groups; a full block goes to the reducer, and
 * what it makes of the groups that are complete is staged. Whether the last group is complete is known only when the
 * next one begins, so at the end of a block it goes on.
 */
#ifndef INLAY_MERGE_REDUCE_H
#define INLAY_MERGE_REDUCE_H

#include "inlay/merge.h"

#include "merge/stage.h"

#if INLAY_WRITE && INLAY_MERGE

struct reduce {
    inlay_env *env;
    const inlay_reducer *reducer; /* its `reduce` may be NULL: there are no columns to reduce */
    const inlay_schema *schema;
    struct stage *stage;
    const inlay_node *node;
    uint32_t leaf;
    size_t width, n_levels, n_values, n_groups;
    uint32_t *group_rows; /* [REDUCE_LEVELS + 1] */
    uint8_t *def;         /* [REDUCE_LEVELS] */
    struct buf values;
    struct stage_map map; /* what stage_take wants */
};

INLAY_CHECKED inlay_status reduce_init(struct reduce *reduce, inlay_env *env, const inlay_reducer *reducer,
                                       const inlay_schema *schema, struct stage *stage);
void reduce_free(struct reduce *reduce);
/* Begin a column, for which the stage has begun. */
INLAY_CHECKED inlay_status reduce_begin(struct reduce *reduce, uint32_t leaf);
/* Take n rows of a feed without codes, and add `shift` to their definition levels. They are all of the group of the row
 * before them (joined), or begin a group each. */
INLAY_CHECKED inlay_status reduce_take(struct reduce *reduce, struct feed *feed, size_t n, uint8_t shift, bool joined);
INLAY_CHECKED inlay_status reduce_nulls(struct reduce *reduce, uint64_t rows, bool joined);
/* Call before a feed is filled anew: what is gathered may hold views into it. */
INLAY_CHECKED inlay_status reduce_settle(struct reduce *reduce);
/* The last group is complete. */
INLAY_CHECKED inlay_status reduce_end(struct reduce *reduce);

#endif

#endif
