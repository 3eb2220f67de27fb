/* Checking that rows are in the order that a row group's sorting_columns claim, while columns are written in any
 * order: each sorting column notes how every row compares with the one before, and at the end of the row group the
 * first column that does not find them equal decides. Source: parquet.thrift SortingColumn. */
#ifndef INLAY_FORMAT_ORDER_H
#define INLAY_FORMAT_ORDER_H

#include "inlay/reader.h"

#include "base/buf.h"
#include "format/type.h"

struct order_check {
    const inlay_node *leaf;
    enum type_order order; /* NONE: cannot be compared, the claim stands unchecked */
    uint32_t width;
    inlay_sorting claim;
    bool any, last_null;
    struct buf last;  /* memory form; BYTE_ARRAY: the bytes */
    struct buf marks; /* a byte a row: ORDER_EQUAL ... against the row before */
};
enum { ORDER_EQUAL, ORDER_AFTER, ORDER_BEFORE }; /* BEFORE breaks the claim if nothing decided earlier */

void order_check_init(struct order_check *o, inlay_env *env, const inlay_node *leaf, const inlay_sorting *claim);
void order_check_free(struct order_check *o);
void order_check_clear(struct order_check *o); /* another row group */
/* Levels and values of a column without repetition, as in a batch; `values` [n_values] dense, or with `codes`
 * the dictionary behind them. NOMEM. */
INLAY_CHECKED inlay_status order_check_add(struct order_check *o, const uint8_t *def, size_t n_levels,
                                           const void *values, const uint32_t *codes);
/* n more rows that are as the last one. */
INLAY_CHECKED inlay_status order_check_same(struct order_check *o, size_t n_rows);
/* The first row of n that is out of order by these columns, in the order of their importance; -1 = none. */
int64_t order_check_end(const struct order_check *columns, size_t n_columns, int64_t n_rows);

#endif
