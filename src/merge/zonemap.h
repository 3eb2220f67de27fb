/* A short regular expression that matches every value of a text column, exact in the prefixes that matter.
 *
 * The values make a tree of characters. Where it has too many transitions the lightest branches are cut, and a
 * cut node matches whatever follows: {prod, production, staging} is ^(prod(|uction)|staging)$, and with fewer
 * transitions allowed ^(prod[\s\S]*|staging)$. A query planner skips files whose expression does not match.
 *
 * Values come one by one and are not kept. Memory: 20 bytes a character of the tree, which is cut back to 128
 * transitions after every 1,000 values and has at most 256 levels: at most 8 MiB, usually some KiB.
 * Source: quickwit-parquet-engine/src/zonemap (automaton.rs, regex_builder.rs).
 */
#ifndef INLAY_MERGE_ZONEMAP_H
#define INLAY_MERGE_ZONEMAP_H

#include "base/buf.h"

struct zonemap_limits {
    uint32_t transitions; /* of the expression; UINT32_MAX = any number */
    uint32_t between;     /* of the tree, after every prune_every values */
    uint32_t prune_every; /* 0 = not before the end */
    uint32_t depth;       /* characters; 0 = any number */
};

/* Limits as Quickwit sets them for that many transitions: depth four times as many, twice as many every 1,000
 * values. Its own number is 64. */
enum { ZONEMAP_TRANSITIONS = 64 };
struct zonemap_limits zonemap_limits_of(uint32_t transitions);

struct zonemap {
    inlay_env *env;
    struct zonemap_limits limits;
    struct zonemap_node *nodes; /* 0 is the root */
    size_t n, capacity;
    uint32_t free;  /* list of nodes cut off; 0 = none */
    uint64_t count; /* values so far */
    bool exact;     /* nothing was cut: the expression matches no other text */
};

void zonemap_init(struct zonemap *z, inlay_env *env, struct zonemap_limits limits);
void zonemap_free(struct zonemap *z);
/* Forget all values, keep the memory. */
void zonemap_reset(struct zonemap *z);
/* Register a value `times` > 0 times in a row. Bytes that are not UTF-8 cut the tree where they stand. */
INLAY_CHECKED inlay_status zonemap_add(struct zonemap *z, inlay_bytes value, uint64_t times);
/* Cut to limits.transitions and append the expression. More values may follow. */
INLAY_CHECKED inlay_status zonemap_build(struct zonemap *z, struct buf *regex);

#endif
