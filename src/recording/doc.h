/* A JSON object that is put together member by member, and written with its members by name.
 *
 * Nodes are numbered; 0 is the object itself. A node is an object, or a value as JSON text. Values are views of the
 * caller's; names are copied. Memory: about 80 bytes a node.
 */
#ifndef INLAY_RECORDING_DOC_H
#define INLAY_RECORDING_DOC_H

#include "inlay/recording.h"

#include "base/buf.h"
#include "recording/intern.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

struct doc_node {
    inlay_bytes value; /* JSON; data NULL = an object */
    uint32_t first, last, next; /* members in the order they came; 0 = none */
    uint32_t n_members;
};

struct doc {
    inlay_env *env;
    struct intern names; /* parent's number, then the member's name; the number is the node's */
    struct doc_node *nodes;
    size_t capacity;
    struct mem_pool pool; /* for values that have to be made */
    struct buf scratch;
};

INLAY_CHECKED inlay_status doc_open(struct doc *t, inlay_env *env);
void doc_close(struct doc *t);
inlay_bytes doc_name(const struct doc *t, uint32_t node);
/* The member `name`, an object; made where there is none. One that is a value becomes an object. */
INLAY_CHECKED inlay_status doc_object(struct doc *t, uint32_t parent, inlay_bytes name, uint32_t *node);
/* The member `name` with this JSON text, unless it is there already. */
INLAY_CHECKED inlay_status doc_value(struct doc *t, uint32_t parent, inlay_bytes name, inlay_bytes json);
/* The same with a text. What is no UTF-8 is left out. */
INLAY_CHECKED inlay_status doc_text(struct doc *t, uint32_t parent, inlay_bytes name, inlay_bytes text);
/* The same with a whole number; of two the smaller one stays, or the larger one. What is no number is left out. */
INLAY_CHECKED inlay_status doc_number(struct doc *t, uint32_t parent, inlay_bytes name, inlay_bytes json,
                                       bool larger);
/* Compact JSON; nodes lie at most a few objects deep, as their maker decides. */
INLAY_CHECKED inlay_status doc_write(struct doc *t, uint32_t node, struct buf *out);

/* The text without white space around it where the whole of it is JSON (`object`: an object); else data NULL. */
inlay_bytes doc_json(inlay_bytes text, bool object);

#endif
#endif
