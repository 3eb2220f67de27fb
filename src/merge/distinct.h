/* The distinct values of a column, numbered in order of appearance. Values are the same when their
 * bytes are (so NaNs and zeros keep theirs). */
#ifndef INLAY_MERGE_DISTINCT_H
#define INLAY_MERGE_DISTINCT_H

#include "inlay/schema.h"

#include <string.h>

#include "base/buf.h"

struct distinct {
    inlay_env *env;
    uint8_t type;
    size_t width;       /* of a value in memory, see inlay_type */
    size_t most_bytes;  /* PLAIN size that must not be passed */
    size_t plain_bytes; /* PLAIN size of the values so far */
    uint32_t n;
    uint32_t guess;   /* behind the number that was asked for last: it may be the next one */
    struct buf bytes; /* the values, end to end */
    struct buf ends;  /* BYTE_ARRAY: uint32_t [n], where each ends in `bytes` */
    struct buf views; /* BYTE_ARRAY: inlay_bytes [n], made by distinct_values */
    uint32_t *slots;  /* number + 1; [mask + 1] of them are in use */
    size_t mask, capacity;
};

void distinct_init(struct distinct *d, inlay_env *env);
void distinct_free(struct distinct *d);
/* Begin anew, for values of another type. */
INLAY_CHECKED inlay_status distinct_reset(struct distinct *d, uint8_t type, size_t width,
                                          size_t most_bytes);
/* The number of a value, a new one if need be. END: it is new and there is no room for it. */
INLAY_CHECKED inlay_status distinct_number(struct distinct *d, const void *value, uint32_t *number);
/* A value of 8 bytes that is the one behind that which was asked for last. False: it may be known all the same. */
INLAY_INLINE bool distinct_follows(struct distinct *d, const void *value, uint32_t *number)
{
    uint64_t a, b;
    if (d->guess >= d->n || d->width != sizeof a || d->type == INLAY_BYTE_ARRAY)
        return false;
    memcpy(&a, d->bytes.data + d->guess * sizeof a, sizeof a);
    memcpy(&b, value, sizeof b);
    if (a != b)
        return false;
    *number = d->guess++;
    return true;
}
/* All values, dense, valid until the next call. */
INLAY_CHECKED inlay_status distinct_values(struct distinct *d, const void **values);

#endif
