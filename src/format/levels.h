/* Definition and repetition levels of one data page, in pieces.
 *
 * The constant case (no nulls, no lists: one run over the page) is found from the first run, before
 * anything is expanded; such a page needs no level array at all.
 * Source: Encodings.md "RLE", "BIT_PACKED"; parquet-format README "Data Pages".
 */
#ifndef INLAY_FORMAT_LEVELS_H
#define INLAY_FORMAT_LEVELS_H

#include "encoding/encoding.h"

struct levels {
    uint8_t max;      /* highest legal level; 0 = the stream is absent */
    bool constant;    /* every level of the page is `value` */
    uint8_t value;
    bool legacy;      /* BIT_PACKED, MSB first */
    struct rle rle;
    const uint8_t *packed; /* legacy: next byte; pieces are multiples of 8 levels but for the last */
    const uint8_t *packed_end;
    size_t left;      /* levels not yet read */
    const char *what; /* first failure */
};

/* Over the level bytes of a page of n levels. `encoding` is RLE or BIT_PACKED; without a stream
 * (max 0) data is not looked at. */
void levels_open(struct levels *l, uint8_t max, int encoding, const uint8_t *data, size_t bytes,
                 size_t n);
/* The next n levels, each at most max; n a multiple of 8 or all that is left. Not for constant ones. */
bool levels_read(struct levels *l, uint8_t *out, size_t n);
/* How many of all levels left equal `level`; looks ahead, moves nothing. */
bool levels_count(const struct levels *l, uint8_t level, size_t *count);

/* Bytes that n legacy levels take. */
size_t levels_legacy_bytes(uint8_t max, size_t n);
/* How many of n levels equal `level`. */
size_t levels_equal(const uint8_t *levels, size_t n, uint8_t level);
/* Is none of n levels above `max`? */
bool levels_within(const uint8_t *levels, size_t n, uint8_t max);
/* Add to counts[0 .. max] how often each level occurs among n, none of which is above `max`. */
void levels_tally(const uint8_t *levels, size_t n, uint8_t max, int64_t *counts);

#endif
