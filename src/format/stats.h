/* Statistics of a page or a column chunk while it is written: bounds, nulls, NaNs.
 *
 * Bounds follow the column's TypeDefinedOrder, or one of the orders that came later. NaN is counted and never a bound; a zero bound is
 * written as -0.0 (min) or +0.0 (max); BYTE_ARRAY bounds are cut at 64 bytes, max then incremented.
 * Source: parquet.thrift Statistics, ColumnOrder TYPE_ORDER; PageIndex.md.
 */
#ifndef INLAY_FORMAT_STATS_H
#define INLAY_FORMAT_STATS_H

#include "format/meta.h"
#include "format/type.h"

enum { STATS_CUT_BYTES = 64, STATS_SMALL = 16 };

struct stats_bound {
    struct buf bytes; /* value in PLAIN form without length, as min_value wants it */
    bool exact;
};

struct stats {
    enum type_order order;
    uint8_t type;
    uint32_t width;
    bool text;          /* cut at code points, not at bytes */
    bool has;           /* min and max stand */
    bool total;         /* IEEE 754 order: NaNs are bounds where there is nothing else, zeros keep their sign */
    bool only_nans;     /* total: min and max are NaNs, until another value comes */
    int64_t nulls, nans;
    uint64_t min_head, max_head; /* binary: what of min and max short_head compares */
    struct buf min, max; /* value bytes as in memory; BYTE_ARRAY: the bytes themselves */
};

/* `new_orders`: IEEE 754 order for floats, INT96 as timestamps; else TypeDefinedOrder. */
void stats_init(struct stats *s, inlay_env *env, const inlay_node *leaf, bool new_orders);
void stats_free(struct stats *s);
void stats_clear(struct stats *s); /* keeps memory */
/* n present values, in memory form. */
void stats_add(struct stats *s, const void *values, size_t n);
/* How many of the first of n values lie within the bounds that stand: of numbers only (stats_takes_numbers). */
size_t stats_within(const struct stats *s, const void *values, size_t n);
/* Fold a page's statistics into the chunk's. */
void stats_merge(struct stats *into, const struct stats *from);
/* Status of the buffers: NOMEM after a failed add. */
inlay_status stats_status(const struct stats *s);
/* The bounds as they are to be written, into two cleared buffers. False = none (no values, an undefined
 * order, or a bound that cannot be cut). */
bool stats_bounds(const struct stats *s, struct stats_bound *min, struct stats_bound *max);
bool stats_counts_nans(const struct stats *s); /* a floating-point column */
bool stats_takes_numbers(const struct stats *s); /* looking at a value costs less than finding out whether it is new */

#endif
