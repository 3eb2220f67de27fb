/* Decimal text as floating-point numbers, correctly rounded (half to even), whatever the length of the text. */
#ifndef INLAY_BASE_REAL_H
#define INLAY_BASE_REAL_H

#include "inlay/base.h"

enum { REAL_DIGITS = 19 }; /* always fit 64 bits */

/* A number's text: digits * 10^exponent, and what lies behind the first 19 digits. */
struct real {
    bool negative;
    bool cut;          /* digits behind the 19th that are not all 0 */
    uint32_t n_digits; /* from the first that is not 0 to the last one */
    uint64_t digits;   /* the first 19 of them */
    int64_t exponent;
    inlay_bytes text;  /* sign, digits and point */
};

/* "[+-]digits[.digits][e[+-]digits]", digits on one side of the point at least; false = it is none. The text
 * must stay as long as t is used. */
bool real_scan(struct real *t, const uint8_t *text, size_t n);

enum real_kind { REAL_DOUBLE, REAL_FLOAT, REAL_HALF };
/* The bits of the nearest number of that IEEE 754 format: infinity where it is too large, 0 where too small. */
uint64_t real_bits(const struct real *t, enum real_kind kind);
double real_double(const struct real *t);
/* Does the nearest double, whose `bits` are given, rounded to as many digits as the text has (17 at most), give the
 * text's number again? */
bool real_is_kept(const struct real *t, uint64_t bits);

#endif
