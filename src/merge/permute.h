/* Rows of one column in another order.
 *
 * The column's rows are read once and held: levels as they are, values as codes of one dictionary where all of them have
 * one, else plain. Then they go to a writer in the order asked for. Any type, also nested columns. Columns stay open from
 * one call to the next, so that limits.decoded_bytes counts their values once.
 */
#ifndef INLAY_MERGE_PERMUTE_H
#define INLAY_MERGE_PERMUTE_H

#include "inlay/writer.h"

#include "base/buf.h"
#include "merge/distinct.h"

#if INLAY_WRITE && INLAY_MERGE

struct permute_row { /* where a row begins */
    uint32_t level, value;
};

struct permute {
    inlay_env *env;
    inlay_reader *reader;
    inlay_column **columns; /* [n_columns] opened when first asked for, parked in between */
    uint32_t n_columns;
    uint64_t most_bytes;   /* that the rows of a column may take here */
    int64_t first_row;     /* row i of the result is row first_row + order[i] of the reader */
    const uint32_t *order; /* [n] */
    uint32_t n;
    /* of the column at hand: */
    const inlay_node *node;
    size_t width;
    bool coded;
    struct buf def, rep; /* [n_levels] where the column has such levels */
    struct buf values;   /* values, codes, or the bytes of a BYTE_ARRAY */
    struct buf ends;     /* uint64_t [n_values], where they end */
    size_t n_levels, n_values;
    struct permute_row *rows; /* [n + 1]; NULL: row i is level i and value i */
    struct distinct distinct;
    uint32_t *map; /* codes of the column's dictionary to those of `distinct` */
    size_t map_capacity;
    uint64_t serial;
    struct buf out_def, out_rep, out_values, out_index; /* a batch on its way */
};

void permute_init(struct permute *p, inlay_env *env);
void permute_free(struct permute *p);
/* Turn to the columns of a reader; NULL = of none. */
INLAY_CHECKED inlay_status permute_reader(struct permute *p, inlay_reader *reader);
/* Rows of column `leaf` as a whole column chunk of the writer, whose schema is the reader's. END: they do not fit into
 * most_bytes (never said of a single row). */
INLAY_CHECKED inlay_status permute_column(struct permute *p, uint32_t leaf, inlay_writer *writer);

#endif

#endif
