/* What a page or a column chunk really holds: counted from its levels and values. */
#ifndef INLAY_VERIFY_TALLY_H
#define INLAY_VERIFY_TALLY_H

#include "inlay/inspect.h"

#include "base/buf.h"

#if INLAY_VERIFY

struct tally {
    const inlay_node *leaf;
    size_t width;         /* of a value in memory */
    bool ordered, floats; /* floats: FLOAT, DOUBLE, FLOAT16 */
    int64_t rows, levels, values, nans;
    int64_t unencoded;    /* bytes of BYTE_ARRAY values */
    uint8_t first_rep;    /* of the first level */
    bool has;             /* min and max stand: a value that is not NaN */
    struct buf min, max;  /* memory form; BYTE_ARRAY: the bytes themselves */
    int64_t rep[256], def[256];
};

void tally_init(struct tally *t, inlay_env *env, const inlay_node *leaf);
void tally_free(struct tally *t);
void tally_clear(struct tally *t);
inlay_status tally_status(const struct tally *t); /* NOMEM after a failed copy */

/* Levels of a batch. */
void tally_levels(struct tally *t, const inlay_batch *batch);
/* n values in memory form, for bounds; their count, bytes and NaNs. */
void tally_values(struct tally *t, const void *values, size_t n);
/* One value's share of the counts, and of the bounds. */
void tally_count(struct tally *t, const void *value);
void tally_bound(struct tally *t, const void *value);
/* Fold a page into its chunk. */
void tally_merge(struct tally *into, const struct tally *from);

bool tally_is_nan(const inlay_node *leaf, const void *value);
/* Zeros of either sign. */
bool tally_is_zero(const inlay_node *leaf, const void *value);
/* Order of a bound and a held value (struct buf as in tally), zeros being one: <0, 0, >0. */
int tally_compare(const struct tally *t, const void *bound, const struct buf *held);

#endif

#endif
