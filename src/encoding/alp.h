/* What reading and writing ALP share: the powers of ten and the arithmetic, whose roundings are part of the format;
 * see alp.c. */
#ifndef INLAY_ENCODING_ALP_H
#define INLAY_ENCODING_ALP_H

#include <stddef.h>
#include <stdint.h>

/* a x b rounded once to nearest, ties to even, by integers. Both are zero or normal, and so is the result:
 * true for ALP, whose factors lie between 1e-18 and 2^63. */
double alp_multiply(double a, double b);

enum { ALP_EXPONENT_FLOAT = 10, ALP_EXPONENT_DOUBLE = 18 };
extern const float alp_tens_float[ALP_EXPONENT_FLOAT + 1], alp_parts_float[ALP_EXPONENT_FLOAT + 1];
extern const double alp_tens_double[ALP_EXPONENT_DOUBLE + 1], alp_parts_double[ALP_EXPONENT_DOUBLE + 1];
/* The value that a reader makes of an integer. */
float alp_value_float(int32_t integer, uint8_t exponent, uint8_t factor);
double alp_value_double(int64_t integer, uint8_t exponent, uint8_t factor);

/* Writing (alp_write.c), as struct encoding wants it. */
size_t alp_bound(const void *values, size_t n, uint8_t type, uint32_t width);
size_t alp_write(uint8_t *dst, const void *values, size_t n, uint8_t type, uint32_t width);

#endif
