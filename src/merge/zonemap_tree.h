/* The tree of a zonemap; see zonemap.h. */
#ifndef INLAY_MERGE_ZONEMAP_TREE_H
#define INLAY_MERGE_ZONEMAP_TREE_H

#include "merge/zonemap.h"

enum { ZONEMAP_TERMINAL = 1, ZONEMAP_CUT = 2 };

struct zonemap_node {
    uint32_t code : 24, flags : 8; /* character that leads here */
    uint32_t weight;               /* values that passed */
    uint32_t children;             /* first, by code point; 0 = none */
    uint32_t next;                 /* sibling, or in the free list; 0 = the last */
    uint32_t degree;               /* children */
};

/* Keep at most `limit` transitions, the heaviest nodes' first. */
INLAY_CHECKED inlay_status zonemap_prune(struct zonemap *z, uint32_t limit);
/* Append the expression of the tree. */
INLAY_CHECKED inlay_status zonemap_print(const struct zonemap *z, struct buf *regex);

/* Append a code point where one character stands, and in a class "[a-f]". */
void zonemap_put_code(struct buf *text, uint32_t code);
void zonemap_put_class(struct buf *text, const uint32_t *codes, size_t n);

/* Alternatives of an expression, each a text. */
struct zonemap_clause {
    size_t at, bytes; /* in a text of all */
};
/* Append (a|b|c); what all or at least two of them end with, `suffix`, stands once behind the bracket. */
void zonemap_put_clauses(struct buf *text, const uint8_t *all, const struct zonemap_clause *clauses,
                         size_t n, const char *suffix);

#endif
