/* Numbers as text: integers, the shortest form of floats, decimals with every digit.
 *
 * Writers of bounded text take a pointer with room and return the end of what they wrote.
 */
#ifndef INLAY_CLI_DIGITS_H
#define INLAY_CLI_DIGITS_H

#include "cli/out.h"

enum { DIGITS_INTEGER = 20, DIGITS_FLOAT = 32 }; /* most bytes of an integer, of a float */

char *digits_u64(char *p, uint64_t v);
char *digits_i64(char *p, int64_t v);
/* At least `width` digits, zeros in front. Width at most DIGITS_INTEGER. */
char *digits_padded(char *p, uint64_t v, unsigned width);

/* The decimal with the fewest digits that reads back as the same value in the value's own type, and
 * of those the nearest: "0.1", "-0.0", "1e-07", "1.5e+300". Plain digits from 1e-4 up to below
 * 1e16, an exponent of at least two digits outside; integral values end in ".0". Finite values
 * only. */
char *digits_double(char *p, double v);
char *digits_float(char *p, float v);
/* IEEE 754 binary16, its bits. */
char *digits_half(char *p, uint16_t bits);
/* false for infinities and NaN. */
bool digits_half_finite(uint16_t bits);

/* unscaled * 10^-scale with exactly `scale` digits after the point (none and no point when scale is
 * 0; zeros at the end when it is negative). */
void digits_decimal64(struct out *o, int64_t unscaled, int32_t scale);
/* The same from big-endian two's complement bytes; no bytes are 0. Values of more than
 * DIGITS_DECIMAL_BYTES bytes and scales beyond DIGITS_DECIMAL_SCALE set o->fault. */
enum { DIGITS_DECIMAL_BYTES = 4096, DIGITS_DECIMAL_SCALE = 10000 };
void digits_decimal(struct out *o, const uint8_t *data, size_t n, int32_t scale);

#endif
