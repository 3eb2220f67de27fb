/* The union of schemas.
 *
 * Top-level columns of the same name are one column, the second of that name in a file being
 * another than the first. They must have the same type throughout, or with `widen` types of which one holds all values
 * (widen.h), also inside groups; a column is OPTIONAL in the output if it is so in any input, or missing from any.
 * (quickwit-parquet-engine/src/merge/schema.rs.)
 */
#ifndef INLAY_MERGE_UNION_H
#define INLAY_MERGE_UNION_H

#include "inlay/reader.h"

#include "base/mem.h"
#include "merge/sortkey.h"
#include "merge/widen.h"

#if INLAY_WRITE && INLAY_MERGE

enum { UNION_NONE = -1 };

struct union_field { /* a top-level column, in order of appearance */
    inlay_bytes name;
    uint32_t occurrence;           /* columns of that name before it in a file */
    uint32_t input, node;          /* where it was first met */
    uint32_t first_leaf, n_leaves; /* in the output */
    uint32_t n_inputs;             /* that have it */
    bool optional;                 /* in any of them */
    uint32_t rank;                 /* place in Husky order, before names count */
    uint32_t first_type;           /* of its leaves in `types` */
    uint32_t pass, n_in_pass;      /* first of a name: how many of it were met in this pass */
};

struct union_leaf { /* of an input, behind an output column */
    int64_t leaf;   /* UNION_NONE: the input does not have it */
    uint8_t shift;  /* added to its definition levels, where the output has become OPTIONAL */
};

struct union_schema {
    inlay_env *env;
    inlay_reader *const *inputs;
    inlay_schema *schema;
    uint32_t n_inputs, n_fields, n_leaves;
    struct union_field *fields;
    size_t capacity;
    bool widen;
    inlay_node *types; /* with `widen`: of leaves, by field; only type, length and annotation count */
    uint32_t n_types;
    size_t types_capacity;
    uint32_t *slots; /* hash table: field number + 1 */
    size_t n_slots;
    uint32_t *leaves; /* [n_inputs][n_leaves]: 0, or 2 * (leaf + 1) + shift */
};

/* Build the union. With `order` columns stand in Husky order: those of the sort schema, then
 * sorted_series, then the others bytewise by name; without, as in the first input and later ones
 * behind them. Errors: CORRUPT "type conflict" (with input and column), NOMEM, LIMIT. */
INLAY_CHECKED inlay_status union_init(struct union_schema *u, inlay_env *env,
                                      inlay_reader *const *inputs, uint32_t n_inputs,
                                      const struct sortkey_schema *order, bool widen);
void union_free(struct union_schema *u);
/* Field number of the first column of that name, or UNION_NONE. */
int64_t union_find(const struct union_schema *u, inlay_bytes name);
/* The same for a sort column: "timestamp" may also be called "timestamp_secs" (in a versioned
 * schema it is called that first). */
int64_t union_find_sort(const struct union_schema *u, const struct sortkey_schema *sort,
                        uint32_t column);
struct union_leaf union_leaf_of(const struct union_schema *u, uint32_t input, uint32_t leaf);

#endif

#endif
