/* Widening: values of one type as values of another that holds all of them exactly.
 *
 *   integers    to more bits of the same sign; of at most 32 bits also to DOUBLE
 *   floats      FLOAT16 to FLOAT to DOUBLE
 *   DECIMAL     to more digits at the same scale, between INT32, INT64 and fixed bytes
 *   TIME, TIMESTAMP   milliseconds to microseconds to nanoseconds; a moment that does not fit is an error
 *   ENUM, JSON  to STRING
 *
 * Source: LogicalTypes.md.
 */
#ifndef INLAY_MERGE_WIDEN_H
#define INLAY_MERGE_WIDEN_H

#include "inlay/schema.h"

#include "base/mem.h"

struct widen;
/* n values in memory form; the number converted, less than n where the next one does not fit. */
typedef size_t widen_convert(const struct widen *w, const void *from, size_t n, void *to);

struct widen {
    widen_convert *convert; /* NULL: the values stay as they are */
    size_t from_width, to_width;
    int64_t factor; /* finer units in a unit */
};

/* Do the annotations say the same? */
bool widen_same_logical(const inlay_node *a, const inlay_node *b);
/* Are two leaves of the same type? */
bool widen_same(const inlay_node *a, const inlay_node *b);
/* How values of leaf `from` become those of `to`. False: not without loss. */
bool widen_find(const inlay_node *from, const inlay_node *to, struct widen *w);
/* Make `type` one that also holds the values of `other`, where one of both does, or DOUBLE or STRING; else leave it.
 * Called for all columns in turn, in any order, it ends at the type that holds all of them, if there is one. */
void widen_join(inlay_node *type, const inlay_node *other);

#endif
