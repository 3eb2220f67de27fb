/* Arrow arrays to Parquet levels and values.
 *
 * The plan is a tree of nodes in depth-first order, made with the Parquet schema. A column's path leads from its
 * top-level node to its value; a batch's arrays are checked along the path and then walked: runs of slots come in
 * at the top, levels and dense values come out at the bottom, in pieces of bounded size.
 *
 *   base    the definition level that a slot's parents give it
 *   def     base + 1 where the node is OPTIONAL and the slot is not null; elements of a list: def + 1
 *   rep     the repetition level of every slot but the first of a list
 *
 * Dictionaries and run ends have no node in Parquet: they only say where a slot's value stands.
 */
#ifndef INLAY_ARROW_IN_H
#define INLAY_ARROW_IN_H

#include "inlay/writer.h"

#include "arrow/schema.h"
#include "base/buf.h"

#if INLAY_WRITE

enum arrow_in_step {
    ARROW_IN_VALUE,
    ARROW_IN_STRUCT,
    ARROW_IN_LIST, /* by offsets; maps, too */
    ARROW_IN_FIXED_LIST,
    ARROW_IN_LIST_VIEW, /* by offsets and sizes */
    ARROW_IN_CODES,     /* of a dictionary whose values are not plain ones */
    ARROW_IN_RUNS
};

enum arrow_in_form { /* how values lie in their buffers */
    ARROW_IN_NOTHING, /* type null */
    ARROW_IN_BITS,
    ARROW_IN_FIXED,
    ARROW_IN_OFFSETS, /* 32 or 64 bits */
    ARROW_IN_VIEWS
};

struct arrow_in_node;
/* n dense Arrow values to n Parquet values. NULL, or the text of the failure. */
typedef const char *arrow_in_convert(const struct arrow_in_node *node, const uint8_t *raw, size_t n, uint8_t *out);

#define ARROW_IN_DICTIONARY UINT32_MAX /* which child: the dictionary */

struct arrow_in_node {
    uint32_t parent, end;
    uint32_t child;      /* which of its parent's children; ARROW_IN_DICTIONARY */
    uint32_t n_children; /* of the Arrow array */
    uint8_t step, form;
    bool optional, large;
    uint8_t def, rep;    /* def: of a slot that is not null */
    int32_t size;        /* FIXED_LIST */
    uint8_t index_bytes; /* CODES, coded VALUE: of an index; RUNS: of a run's end */
    bool index_signed;
    bool coded;          /* VALUE: a dictionary of values */
    uint32_t leaf;       /* VALUE: column of Parquet */
    uint32_t parquet;    /* and its node */
    uint32_t raw_bytes, out_bytes; /* of an Arrow value, of a Parquet value in memory */
    uint64_t bound[4];   /* decimals: values lie strictly between -bound and bound; least significant first */
    arrow_in_convert *convert; /* NULL: as they stand */
};

struct arrow_in_plan {
    inlay_env *env;
    inlay_schema *schema; /* of Parquet */
    struct arrow_in_node *nodes;
    size_t n_nodes, capacity;
    uint32_t *leaves; /* nodes of the columns */
    size_t n_leaves, leaves_capacity;
    uint32_t n_top;
    uint32_t most_steps; /* of a path */
};

/* Errors: UNSUPPORTED (a type that Parquet does not have), ARG, LIMIT, NOMEM. env->error.column is the field. */
INLAY_CHECKED inlay_status arrow_in_plan_make(struct arrow_in_plan *plan, inlay_env *env,
                                              const inlay_arrow_schema *fields);
void arrow_in_plan_free(struct arrow_in_plan *plan);

/* ---- in_type.c ---- */

/* A value's Parquet type and its conversion. Errors: UNSUPPORTED. */
INLAY_CHECKED inlay_status arrow_in_type(inlay_env *env, const inlay_arrow_schema *fields,
                                         const struct arrow_entry *entry, struct arrow_in_node *node,
                                         inlay_node *spec);
/* Parquet's field id, from the field's metadata. */
void arrow_in_field_id(const inlay_arrow_schema *fields, const struct arrow_entry *entry, inlay_node *spec);

/* ---- in_take.c: values of one array ---- */

/* n slots from slot `at` (offset included), of which `present` have a level of `full`; the others are left out.
 * `mask` is not read where present == n. `scratch` grows. Errors: ARG (what does not fit), NOMEM. */
INLAY_CHECKED inlay_status arrow_in_take(const struct arrow_in_node *node, const struct ArrowArray *array,
                                         uint64_t at, size_t n, const uint8_t *mask, uint8_t full, size_t present,
                                         struct buf *scratch, void *out);
/* The same for indices of a dictionary with n_dictionary entries, as uint32_t. */
INLAY_CHECKED inlay_status arrow_in_take_codes(inlay_env *env, const struct arrow_in_node *node,
                                               const struct ArrowArray *array, uint64_t at, size_t n,
                                               const uint8_t *mask, uint8_t full, size_t present,
                                               uint64_t n_dictionary, struct buf *scratch, uint32_t *out);
/* An index or run end, widened; one beyond 63 bits is INT64_MAX. */
int64_t arrow_in_index(const void *buffer, uint64_t at, uint8_t bytes, bool is_signed);
/* out[i] = base + bit `at + i`. Returns the number of ones. */
size_t arrow_in_bits(const uint8_t *bitmap, uint64_t at, size_t n, uint8_t base, uint8_t *out);
/* The validity bitmap, NULL where nothing is null. */
const uint8_t *arrow_in_validity(const struct ArrowArray *array);
INLAY_INLINE bool arrow_in_bit(const uint8_t *bitmap, uint64_t at)
{
    return !bitmap || (bitmap[at / 8] >> at % 8 & 1);
}

/* ---- in_walk.c: a column of a batch ---- */

struct arrow_in_column {
    uint32_t n_steps;
    uint32_t *path; /* [n_steps] nodes */
    bool may_code;  /* codes may be written as they are */
    /* the batch's dictionary, as Parquet values */
    uint64_t batch;    /* of the dictionary here; 0 = none */
    struct buf values; /* [n_dictionary] */
    size_t n_dictionary;
    /* the row group's */
    bool given, any, coding; /* a dictionary was given; something was written; this batch goes as codes */
    struct dict_builder *builder;
    size_t n_given;
    uint64_t judged_batch, judged_group;
    struct buf remap; /* uint32_t: this batch's codes to the writer's */
};

struct arrow_in {
    inlay_env *env;
    struct arrow_in_plan plan;
    inlay_writer *writer;
    struct arrow_in_column *columns; /* [plan.n_leaves] */
    size_t dictionary_bytes;
    uint64_t batch, group; /* counted from 1 */
    /* the piece that is being filled */
    const struct ArrowArray **arrays; /* [plan.most_steps] along the path */
    struct buf def, rep, values, codes, scratch;
    size_t most, n_levels, n_values;
};

/* Check the arrays of a column's path in this batch. Errors: ARG. */
INLAY_CHECKED inlay_status arrow_in_check(struct arrow_in *in, uint32_t leaf, const struct ArrowArray *batch);
/* Write rows [row, row + n) of a batch's column, whose arrays were checked. `rows_left`: of the batch in this row
 * group. Errors: ARG, NOMEM, IO. */
INLAY_CHECKED inlay_status arrow_in_rows(struct arrow_in *in, uint32_t leaf, const struct ArrowArray *batch,
                                         int64_t row, int64_t n, int64_t rows_left);

/* ---- in_dictionary.c ---- */

/* The dictionary of a coded column: its values, and whether its codes are written as codes. */
INLAY_CHECKED inlay_status arrow_in_dictionary(struct arrow_in *in, uint32_t leaf, const struct ArrowArray *array,
                                               int64_t rows_left);

#endif
#endif
