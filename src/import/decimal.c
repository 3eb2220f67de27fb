/* Decimal text; see decimal.h. Up to 38 digits go through four words, others through a number of 4,096 bits. */
#include "import/decimal.h"

#if INLAY_WRITE && INLAY_IMPORT

#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/real.h"

enum { DECIMAL_WORDS = 4, DECIMAL_DIGITS = 38 /* below 2^127 */ };

static void decimal_step(uint32_t *words, uint32_t factor, uint32_t add)
{
    uint64_t carry = add;
    for (size_t i = 0; i < DECIMAL_WORDS; i++) {
        carry += (uint64_t)words[i] * factor;
        words[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

/* Digits with at most one point among them, in groups of nine. false: something else, or too long. */
static bool decimal_short(const uint8_t *p, size_t len, int32_t scale, uint32_t *words, unsigned *digits,
                          bool *rest)
{
    static const uint32_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};
    uint32_t group = 0;
    unsigned in_group = 0;
    int32_t behind = -1; /* digits behind the point so far */
    bool any = false;
    for (size_t i = 0; i < len || (any && (behind < 0 ? 0 : behind) < scale); i++) {
        unsigned d = i < len ? (unsigned)p[i] - '0' : 0;
        if (i < len && p[i] == '.' && behind < 0) {
            behind = 0;
            continue;
        }
        if (d > 9)
            return false;
        any = true;
        behind += behind >= 0 || i >= len ? 1 + (behind < 0) : 0;
        if (behind > scale) {
            *rest = *rest || d != 0;
            continue;
        }
        if (*digits == 0 && d == 0)
            continue;
        if (++*digits > DECIMAL_DIGITS)
            return false;
        group = group * 10 + d;
        if (++in_group == 9) {
            decimal_step(words, powers[9], group);
            group = in_group = 0;
        }
    }
    decimal_step(words, powers[in_group], group);
    return any;
}

/* The magnitude in words as two's complement; false: n bytes do not hold it. */
static bool decimal_store(const uint32_t *words, bool minus, uint8_t *out, size_t n)
{
    uint64_t carry = 1;
    bool fits = true;
    for (size_t i = 0; i < n || i < 4 * DECIMAL_WORDS; i++) {
        uint8_t byte = (uint8_t)(i < 4 * DECIMAL_WORDS ? words[i / 4] >> 8 * (i % 4) : 0);
        fits = fits && (i < n || byte == 0);
        if (minus) {
            carry += (uint8_t)~byte;
            byte = (uint8_t)carry;
            carry >>= 8;
        }
        if (i < n)
            out[n - 1 - i] = byte;
    }
    bool zero = true;
    for (size_t i = 0; i < DECIMAL_WORDS; i++)
        zero = zero && words[i] == 0;
    return fits && (zero || (out[0] >> 7) == minus);
}

/* |n| < 10^digits? */
static bool decimal_below(const struct number *n, int32_t digits)
{
    struct number power;
    if (n->huge)
        return false;
    number_whole(&power, 1, false);
    for (int32_t i = 0; i < digits && !power.huge; i++)
        number_times(&power, 10);
    return power.huge || memcmp(n->bytes, power.bytes, NUMBER_BYTES) < 0;
}

static const char *decimal_long(const uint8_t *text, size_t len, bool minus, int32_t precision, int32_t scale,
                                uint8_t *out, size_t n)
{
    struct number number;
    struct real t;
    int8_t beside = 0;
    if (!real_scan(&t, text, len))
        return ERR("not a number");
    if (t.digits != 0 && (t.exponent > 2000 || t.exponent < -1000000))
        return t.exponent > 0 ? ERR("a decimal with more digits than its precision")
                              : ERR("a decimal with more digits than its scale");
    if (!number_read(&number, (inlay_bytes){text, len}, minus, scale))
        return ERR("not a number");
    if (number.fraction)
        return ERR("a decimal with more digits than its scale");
    if (!decimal_below(&number, precision))
        return ERR("a decimal with more digits than its precision");
    number_fixed(&number, out, n, &beside);
    return beside == 0 ? NULL : ERR("a decimal with more digits than its precision");
}

const char *decimal_read(const uint8_t *text, size_t len, int32_t precision, int32_t scale, uint8_t *out, size_t n)
{
    bool minus = len > 0 && text[0] == '-', rest = false;
    size_t sign = len > 0 && (minus || text[0] == '+');
    uint32_t words[DECIMAL_WORDS] = {0};
    unsigned digits = 0;
    if (scale < 0 || scale > 1000 ||
        !decimal_short(text + sign, len - sign, scale, words, &digits, &rest))
        return decimal_long(text + sign, len - sign, minus, precision, scale, out, n);
    if (rest)
        return ERR("a decimal with more digits than its scale");
    if ((int64_t)digits > precision || !decimal_store(words, minus, out, n))
        return ERR("a decimal with more digits than its precision");
    return NULL;
}

#endif
