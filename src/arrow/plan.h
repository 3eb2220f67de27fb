/* The plan of a stream: the Arrow types that the chosen part of a Parquet schema becomes.
 *
 * A tree of nodes in depth-first order, node 0 being the struct of all columns. Each node knows from
 * which levels its slots, its nulls and, for lists, its elements are told:
 *
 *   a level (d, r) is a slot of the node's array   iff d >= slot_def and r <= slot_rep
 *   that slot is not null                          iff d >= own_def
 *   and an element of a list begins                iff d >= elem_def and r <= elem_rep
 *
 * Structs and lists are told from one leaf below them, their witness: the one with the fewest levels
 * of repetition.
 */
#ifndef INLAY_ARROW_PLAN_H
#define INLAY_ARROW_PLAN_H

#include "base/buf.h"

#include "arrow/schema.h"

enum arrow_kind {
    ARROW_KIND_STRUCT,
    ARROW_KIND_LIST, /* and maps: a list of entries */
    ARROW_KIND_NULL,
    ARROW_KIND_BITS,  /* booleans */
    ARROW_KIND_FIXED, /* values of `width` bytes */
    ARROW_KIND_BYTES  /* text and binary */
};

struct arrow_node;
/* Values of a Parquet batch to the node's Arrow values, dense. NULL, or the text of the failure. */
typedef const char *arrow_convert(const struct arrow_node *node, const void *values, size_t n,
                                  uint8_t *out);

struct arrow_node {
    uint32_t parquet;     /* schema node whose name this has */
    uint32_t parent, end; /* end: first node after this one's subtree */
    uint32_t n_children;
    uint32_t leaf;        /* index into plan.leaves: a value's own, otherwise the witness */
    uint8_t kind;
    uint8_t slot_def, slot_rep, own_def, elem_def, elem_rep;
    bool nullable;
    bool large;       /* offsets of 64 bits */
    bool dictionary, ordered;
    bool sorted;      /* a map whose keys are */
    uint8_t unit;     /* INT96: inlay_unit that is wanted */
    uint32_t width;   /* FIXED: bytes of an Arrow value */
    uint32_t in_width; /* bytes of a Parquet value */
    arrow_convert *convert; /* NULL: as they stand */
    const char *format; /* of the values, where it is a dictionary */
    const char *name;
    const uint8_t *metadata; /* in the form of ArrowSchema.metadata; NULL = none */
    size_t metadata_bytes;
};

#define ARROW_NO_LEAF UINT32_MAX
enum { ARROW_MOST_LEVELS = 127 }; /* the kernels over levels want a free bit */

struct arrow_plan {
    inlay_env *env;
    struct mem_pool pool; /* texts */
    struct arrow_node *nodes;
    size_t n_nodes, capacity;
    uint32_t *leaves; /* plan nodes of the columns, in schema order */
    size_t n_leaves, leaves_capacity;
};

/* Errors: ARG, NOMEM, UNSUPPORTED. */
INLAY_CHECKED inlay_status arrow_plan_make(struct arrow_plan *plan, inlay_env *env,
                                           const inlay_reader *reader,
                                           const inlay_arrow_options *options);
void arrow_plan_free(struct arrow_plan *plan);

/* ---- type.c ---- */

/* Kind, format, width and conversion of a leaf. */
INLAY_CHECKED inlay_status arrow_type_leaf(struct mem_pool *pool, const inlay_node *leaf,
                                           const inlay_arrow_options *options,
                                           struct arrow_node *node);
/* What ARROW:schema changes about the node, whose own type is decided. */
INLAY_CHECKED inlay_status arrow_type_hint(struct mem_pool *pool, const inlay_node *parquet,
                                           const struct arrow_entry *entry, struct arrow_node *node);
/* Is the node's type what the entry says? Children are not looked at. */
bool arrow_type_is(const struct arrow_node *node, const struct arrow_entry *entry);

/* ---- metadata.c ---- */

/* Metadata of a field: its own id, and what ARROW:schema has for it (entry may be NULL). An extension's
 * keys are kept only for `same` types. */
INLAY_CHECKED inlay_status arrow_metadata_field(struct mem_pool *pool, const inlay_node *parquet,
                                                const inlay_arrow_schema *schema,
                                                const struct arrow_entry *entry, bool same,
                                                struct arrow_node *node);
INLAY_CHECKED inlay_status arrow_metadata_file(struct mem_pool *pool, const inlay_reader *reader,
                                               struct arrow_node *root);

#endif
