/* FlatBuffers, written.
 *
 * Tables are written from the front: a table first, what it points to behind it, so that offsets are
 * filled in when the target is known. Each table's vtable stands right before it. Positions are
 * relative to the FlatBuffer's first byte, which is aligned to 8.
 * Source: FlatBuffers "FlatBuffer Internals".
 */
#ifndef INLAY_ARROW_FLAT_BUILD_H
#define INLAY_ARROW_FLAT_BUILD_H

#include "base/buf.h"

enum { FLAT_MOST_SLOTS = 8 };

/* One slot of a table: its width, 0 = absent, and the number in it. Offsets are 4 wide, their number is
 * filled in by flat_link. */
struct flat_field {
    uint8_t width; /* 0, 1, 2, 4, 8 */
    int64_t value;
};

struct flat_table {
    size_t at[FLAT_MOST_SLOTS]; /* positions of the slots' values */
};

/* Append a table with its vtable; where it begins. */
size_t flat_put_table(struct buf *b, const struct flat_field *slots, size_t n, struct flat_table *table);
/* The offset at `at` points to `target`, which lies behind it. */
void flat_link(struct buf *b, size_t at, size_t target);
size_t flat_put_string(struct buf *b, inlay_bytes text);
/* A vector of n offsets; where it begins. The i-th is at + 4 + 4 * i. */
size_t flat_put_vector(struct buf *b, size_t n);
/* Zeros until the length is a multiple of `align`. */
void flat_pad(struct buf *b, size_t align);

#endif
