/* Decimal text as exact numbers of any size: big-endian two's complement. */
#ifndef INLAY_BASE_NUMBER_H
#define INLAY_BASE_NUMBER_H

#include "inlay/base.h"

enum { NUMBER_BYTES = 512 }; /* more than 1,200 digits; what is larger counts as beyond every value */

struct number {
    uint8_t bytes[NUMBER_BYTES]; /* magnitude, big-endian, right-aligned */
    bool negative;
    bool fraction; /* something was cut off: the number lies beside its value, away from zero */
    bool huge;
};

/* text x 10^scale, cut to an integer. False: no number (the parser lets none through). */
bool number_read(struct number *n, inlay_bytes text, bool negative, int32_t scale);
/* A whole number of any kind. */
void number_whole(struct number *n, uint64_t magnitude, bool negative);
void number_times(struct number *n, uint32_t factor);
void number_plus(struct number *n, uint64_t add);
/* As n_bytes of big-endian two's complement, at floor: *beside 1 where the number lies above it. Beyond what
 * fits: the largest with beside 1, or the smallest with beside -1. */
void number_fixed(const struct number *n, uint8_t *out, size_t n_bytes, int8_t *beside);
/* The same, unsigned. */
void number_unsigned(const struct number *n, uint64_t most, uint64_t *out, int8_t *beside);

#endif
