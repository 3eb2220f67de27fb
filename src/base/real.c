/* Decimal text as floating-point numbers, correctly rounded; see real.h.
 *
 * The first 19 digits w are multiplied by 10^e, cut to 128 bits: 10^(27 k) from a table times an exact 5^j. What
 * was cut off is bounded, and where the bound does not reach the middle between two floats, the product decides
 * (as in D. Lemire, "Number Parsing at a Gigabyte per Second", 2021). The rest, one number in some 10^15 of usual
 * length, is decided by comparing whole numbers of any size (W. Clinger, "How to Read Floating Point Numbers
 * Accurately", 1990). Whole-number arithmetic only, so that no machine's excess precision counts.
 */
#include "base/real.h"

#include <string.h>

#include "base/mem.h"

enum {
    REAL_STEP = 27, /* 5^27 is the largest power of five below 2^63 */
    REAL_LEAST = -13 * REAL_STEP,
    REAL_SMALL = -345, /* any 64-bit number times 10^-345 is below half of the smallest double */
    REAL_LARGE = 309
};

/* floor(10^n * 2^(127 - floor(log2(10^n)))), n a multiple of REAL_STEP. Numbers by definition. */
static const uint64_t real_powers[][2] = {
    {0x8049A4AC0C5811AE, 0x205B896D777D6278}, /* -351 */
    {0xCF42894A5DCE35EA, 0x52064CAC828675B9}, /* -324 */
    {0xA76C582338ED2621, 0xAF2AF2B80AF6F24E}, /* -297 */
    {0x873E4F75E2224E68, 0x5A7744A6E804A291}, /* -270 */
    {0xDA7F5BF590966848, 0xAF39A475506A899E}, /* -243 */
    {0xB080392CC4349DEC, 0xBD8D794D96AACFB3}, /* -216 */
    {0x8E938662882AF53E, 0x547EB47B7282EE9C}, /* -189 */
    {0xE65829B3046B0AFA, 0x0CB4A5A3112A5112}, /* -162 */
    {0xBA121A4650E4DDEB, 0x92F34D62616CE413}, /* -135 */
    {0x964E858C91BA2655, 0x3A6A07F8D510F86F}, /* -108 */
    {0xF2D56790AB41C2A2, 0xFAE27299423FB9C3}, /* -81 */
    {0xC428D05AA4751E4C, 0xAA97E14C3C26B886}, /* -54 */
    {0x9E74D1B791E07E48, 0x775EA264CF55347D}, /* -27 */
    {0x8000000000000000, 0x0000000000000000}, /* 0 */
    {0xCECB8F27F4200F3A, 0x0000000000000000}, /* 27 */
    {0xA70C3C40A64E6C51, 0x999090B65F67D924}, /* 54 */
    {0x86F0AC99B4E8DAFD, 0x69A028BB3DED71A3}, /* 81 */
    {0xDA01EE641A708DE9, 0xE80E6F4820CC9495}, /* 108 */
    {0xB01AE745B101E9E4, 0x5EC05DCFF72E7F8F}, /* 135 */
    {0x8E41ADE9FBEBC27D, 0x14588F13BE847307}, /* 162 */
    {0xE5D3EF282A242E81, 0x8F1668C8A86DA5FA}, /* 189 */
    {0xB9A74A0637CE2EE1, 0x6D953E2BD7173692}, /* 216 */
    {0x95F83D0A1FB69CD9, 0x4ABDAF101564F98E}, /* 243 */
    {0xF24A01A73CF2DCCF, 0xBC633B39673C8CEC}, /* 270 */
    {0xC3B8358109E84F07, 0x0A862F80EC4700C8}, /* 297 */
};
static const uint64_t real_fives[REAL_STEP] = {
    1u, 5u, 25u, 125u, 625u, 3125u, 15625u, 78125u, 390625u, 1953125u, 9765625u, 48828125u,
    244140625u, 1220703125u, 6103515625u, 30517578125u, 152587890625u, 762939453125u,
    3814697265625u, 19073486328125u, 95367431640625u, 476837158203125u, 2384185791015625u,
    11920928955078125u, 59604644775390625u, 298023223876953125u, 1490116119384765625u,
};

/* ---- text ---- */

static bool real_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* Digits from *at on: into t, as long as there is room, each moving the point by `step` (-1 behind it). */
static size_t real_digits(struct real *t, const uint8_t *p, size_t n, size_t at, int step)
{
    size_t from = at;
    for (; at < n && real_digit(p[at]); at++) {
        if (t->n_digits == 0 && p[at] == '0') {
            t->exponent += step; /* zeros in front */
        } else if (t->n_digits < REAL_DIGITS) {
            t->digits = t->digits * 10 + (uint64_t)(p[at] - '0');
            t->n_digits++;
            t->exponent += step;
        } else {
            t->cut = t->cut || p[at] != '0';
            t->n_digits += t->n_digits < UINT32_MAX;
            t->exponent += step + 1;
        }
    }
    return at - from;
}

bool real_scan(struct real *t, const uint8_t *p, size_t n)
{
    size_t at = n > 0 && (p[0] == '-' || p[0] == '+');
    *t = (struct real){.negative = n > 0 && p[0] == '-', .text = {p, n}};
    size_t whole = real_digits(t, p, n, at, 0), behind = 0;
    at += whole;
    if (at < n && p[at] == '.') {
        behind = real_digits(t, p, n, at + 1, -1);
        at += 1 + behind;
    }
    if (whole + behind == 0)
        return false;
    t->text.len = at; /* the digits alone */
    if (at < n && (p[at] | 0x20) == 'e') {
        at++;
        bool minus = at < n && p[at] == '-';
        at += at < n && (minus || p[at] == '+');
        int64_t e = 0;
        size_t from = at;
        for (; at < n && real_digit(p[at]); at++)
            e = e < 1000000000 ? e * 10 + (p[at] - '0') : e;
        if (at == from)
            return false;
        t->exponent += minus ? -e : e;
    }
    return at == n;
}

/* ---- 128 bits ---- */

struct real_wide {
    uint64_t high, low;
};

static struct real_wide real_times(uint64_t a, uint64_t b)
{
    uint64_t al = a & 0xFFFFFFFF, ah = a >> 32, bl = b & 0xFFFFFFFF, bh = b >> 32;
    uint64_t ll = al * bl, lh = al * bh, hl = ah * bl;
    uint64_t middle = (ll >> 32) + (lh & 0xFFFFFFFF) + (hl & 0xFFFFFFFF);
    return (struct real_wide){ah * bh + (lh >> 32) + (hl >> 32) + (middle >> 32),
                              middle << 32 | (ll & 0xFFFFFFFF)};
}

/* floor(a * b / 2^64) */
static struct real_wide real_scale(struct real_wide a, uint64_t b)
{
    struct real_wide high = real_times(a.high, b), low = real_times(a.low, b);
    uint64_t sum = high.low + low.high;
    return (struct real_wide){high.high + (sum < low.high), sum};
}

static struct real_wide real_add(struct real_wide a, struct real_wide b)
{
    uint64_t low = a.low + b.low;
    return (struct real_wide){a.high + b.high + (low < a.low), low};
}

static bool real_below(struct real_wide a, struct real_wide b)
{
    return a.high < b.high || (a.high == b.high && a.low < b.low);
}

/* 2^bit, 0 <= bit < 128 */
static struct real_wide real_bit(int bit)
{
    return bit >= 64 ? (struct real_wide){(uint64_t)1 << (bit - 64), 0}
                     : (struct real_wide){0, (uint64_t)1 << bit};
}

/* Zero bits above v's highest one; v > 0. */
static int real_lift(uint64_t v)
{
    int n = 0;
    for (int step = 32; step > 0; step /= 2)
        if (v >> (64 - step) == 0) {
            v <<= step;
            n += step;
        }
    return n;
}

/* ---- whole numbers of any size, for the rest ---- */

enum {
    REAL_MOST_DIGITS = 800, /* the middle between two doubles has at most 767 digits */
    REAL_WORDS = 160        /* 5,120 bits: 801 digits times 2^1125, or 54 bits times 10^1146 */
};
struct real_big {
    uint32_t words[REAL_WORDS]; /* least first */
    size_t n;
};

static void real_big_times(struct real_big *b, uint32_t factor, uint32_t add)
{
    uint64_t carry = add;
    for (size_t i = 0; i < b->n; i++) {
        carry += (uint64_t)b->words[i] * factor;
        b->words[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry && b->n < REAL_WORDS)
        b->words[b->n++] = (uint32_t)carry;
}

static void real_big_fives(struct real_big *b, int64_t n)
{
    for (; n >= 13; n -= 13)
        real_big_times(b, 1220703125, 0); /* 5^13 */
    for (; n > 0; n--)
        real_big_times(b, 5, 0);
}

static void real_big_shift(struct real_big *b, int64_t bits)
{
    size_t words = (size_t)(bits / 32);
    real_big_times(b, (uint32_t)1 << bits % 32, 0);
    if (b->n == 0 || words > REAL_WORDS - b->n)
        return; /* cannot be, by the bounds above */
    memmove(b->words + words, b->words, b->n * sizeof b->words[0]);
    memset(b->words, 0, words * sizeof b->words[0]);
    b->n += words;
}

static int real_big_compare(const struct real_big *a, const struct real_big *b)
{
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    for (size_t i = a->n; i-- > 0;)
        if (a->words[i] != b->words[i])
            return a->words[i] < b->words[i] ? -1 : 1;
    return 0;
}

/* The text's digits against middle * 2^power: below 0, 0, above 0. */
static int real_compare(const struct real *t, uint64_t middle, int64_t power)
{
    struct real_big left = {.n = 0}, right = {.n = 0};
    uint32_t used = 0;
    int64_t exponent = t->exponent; /* of the 19th digit; each further one is a step down */
    bool more = false;
    for (size_t i = 0; i < t->text.len; i++) {
        uint8_t c = t->text.data[i];
        if (!real_digit(c) || (used == 0 && c == '0'))
            continue;
        if (used < REAL_MOST_DIGITS) {
            real_big_times(&left, 10, (uint32_t)(c - '0'));
            exponent -= used++ >= REAL_DIGITS;
        } else {
            more = more || c != '0';
        }
    }
    if (more) { /* anything above the digits so far decides alike */
        real_big_times(&left, 10, 1);
        exponent--;
    }
    right.words[0] = (uint32_t)middle;
    right.words[1] = (uint32_t)(middle >> 32);
    right.n = right.words[1] ? 2 : 1;
    real_big_fives(exponent > 0 ? &left : &right, exponent > 0 ? exponent : -exponent);
    int64_t twos = exponent - power;
    real_big_shift(twos > 0 ? &left : &right, twos > 0 ? twos : -twos);
    return real_big_compare(&left, &right);
}

/* ---- rounding ---- */

static const struct real_format {
    int precision; /* bits of the significand, the hidden one too */
    int least;     /* exponent of the smallest normal number */
    int fields;    /* the exponent field of infinity */
} real_formats[] = {[REAL_DOUBLE] = {53, -1022, 2047}, [REAL_FLOAT] = {24, -126, 255}, [REAL_HALF] = {11, -14, 31}};

/* v * 2^power, of which up to `error` was cut off, as bits without a sign. v's highest bit is 126 or 127. */
static uint64_t real_round(const struct real *t, const struct real_format *f, struct real_wide v,
                           struct real_wide error, int64_t power)
{
    int top = v.high >> 63 ? 127 : 126;
    int64_t exponent = power + top;
    bool normal = exponent >= f->least;
    int64_t drop = normal ? top + 1 - f->precision : (int64_t)f->least - f->precision + 1 - power;
    if (drop > 128)
        return 0;
    int cut = (int)drop;
    struct real_wide half = real_bit(cut - 1), rest = v;
    uint64_t m = cut >= 128 ? 0 : v.high >> (cut - 64); /* cut > 64: the precision is below 63 */
    rest.high = cut >= 128 ? v.high : v.high & (((uint64_t)1 << (cut - 64)) - 1);
    struct real_wide above = real_add(rest, error);
    bool exact = error.high == 0 && error.low == 0;
    bool up = real_below(half, rest), even = exact && !real_below(rest, half) && !up;
    if (even) {
        up = m & 1;
    } else if (!exact && !up && !real_below(above, half)) {
        int side = real_compare(t, 2 * m + 1, power + drop - 1);
        up = side > 0 || (side == 0 && (m & 1));
    }
    uint64_t bits = m + up;
    if (normal)
        bits += (uint64_t)(exponent - f->least) << (f->precision - 1);
    uint64_t infinity = (uint64_t)f->fields << (f->precision - 1);
    return bits < infinity ? bits : infinity;
}

/* t's first digits as v * 2^power, with up to `error` cut off. For digits above 0 and exponents that are neither
 * REAL_SMALL nor REAL_LARGE. */
static struct real_wide real_product(const struct real *t, struct real_wide *error, int64_t *power)
{
    int shift = real_lift(t->digits), step = (int)(t->exponent - REAL_LEAST) / REAL_STEP;
    int whole = REAL_LEAST + step * REAL_STEP, j = (int)t->exponent - whole, lift = real_lift(real_fives[j]);
    struct real_wide g = {real_powers[step][0], real_powers[step][1]};
    /* whole * log2(10), rounded down; 217,706 / 65,536 does for all powers in the table */
    *power = (((int64_t)whole * 217706 + ((int64_t)65536 << 12)) >> 16) - 4096 - 127;
    g = real_scale(g, real_fives[j] << lift);
    struct real_wide v = real_scale(g, t->digits << shift);
    *power += 64 + j - lift + 64 - shift;
    *error = (struct real_wide){0, whole == 0 ? 0 : 8};
    if (t->cut)
        *error = (struct real_wide){((uint64_t)1 << shift) + 1, 8};
    for (; !(v.high >> 62); --*power) { /* at most once */
        v = real_add(v, v);
        *error = real_add(*error, *error);
    }
    return v;
}

uint64_t real_bits(const struct real *t, enum real_kind kind)
{
    const struct real_format *f = &real_formats[kind];
    static const uint64_t signs[] = {[REAL_DOUBLE] = (uint64_t)1 << 63, [REAL_FLOAT] = (uint64_t)1 << 31,
                                     [REAL_HALF] = (uint64_t)1 << 15};
    uint64_t sign = t->negative ? signs[kind] : 0;
    struct real_wide error;
    int64_t power;
    if (t->digits == 0 || t->exponent <= REAL_SMALL)
        return sign;
    if (t->exponent >= REAL_LARGE)
        return sign | (uint64_t)f->fields << (f->precision - 1);
    struct real_wide v = real_product(t, &error, &power);
    return sign | real_round(t, f, v, error, power);
}

double real_double(const struct real *t)
{
    uint64_t bits = real_bits(t, REAL_DOUBLE);
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* ---- what a double keeps ---- */

/* digits * 10^exponent against m * 2^power, exactly. */
static int real_compare_digits(uint64_t digits, int64_t exponent, uint64_t m, int64_t power)
{
    uint8_t text[20];
    size_t n = sizeof text;
    for (uint64_t rest = digits; rest > 0; rest /= 10)
        text[--n] = (uint8_t)('0' + rest % 10);
    struct real t = {.digits = digits, .exponent = exponent, .n_digits = (uint32_t)(sizeof text - n),
                     .text = {text + n, sizeof text - n}};
    return real_compare(&t, m, power);
}

static double real_approximate(struct real_wide v)
{
    return (double)v.high * 18446744073709551616.0 + (double)v.low;
}

/* Is m * 2^power not more than half a unit of the last of t's digits away from t? */
static bool real_is_near(const struct real *t, uint64_t m, int64_t power)
{
    struct real_wide error, at, below, above;
    int64_t own;
    struct real_wide v = real_product(t, &error, &own);
    int64_t shift = power - own; /* 0 < shift <= 128, since m * 2^power is v, rounded */
    at = shift >= 128  ? (struct real_wide){0, 0}
         : shift >= 64 ? (struct real_wide){m << (shift - 64), 0}
                       : (struct real_wide){m >> (64 - shift), m << shift};
    below = real_add(v, (struct real_wide){~at.high, ~at.low});
    below = real_add(below, (struct real_wide){0, 1}); /* v - at, and at - v, modulo 2^128: one is small */
    above = real_add((struct real_wide){~below.high, ~below.low}, (struct real_wide){0, 1});
    double apart = real_approximate(real_below(above, below) ? above : below);
    double half = real_approximate(v) / (2.0 * (double)t->digits);
    if (apart < half * (1 - 1e-12) || apart > half * (1 + 1e-12))
        return apart < half;
    int even = t->digits % 2 == 0; /* in the middle of two, the even one is the nearest */
    return real_compare_digits(t->digits * 10 - 5, t->exponent - 1, m, power) < even &&
           real_compare_digits(t->digits * 10 + 5, t->exponent - 1, m, power) > -even;
}

bool real_is_kept(const struct real *text, uint64_t bits)
{
    static const uint64_t certain = 1000000000000000u, never = 100000000000000000u;
    struct real t = *text;
    bits &= ~((uint64_t)1 << 63);
    uint64_t field = bits >> 52;
    while (t.digits != 0 && t.digits % 10 == 0) {
        t.digits /= 10;
        t.exponent++;
    }
    if (t.digits == 0)
        return !t.cut;
    if (t.cut || t.digits >= never || field == 0x7FF || bits == 0)
        return false;
    if (t.digits < certain && field > 0)
        return true;
    uint64_t m = (bits & (((uint64_t)1 << 52) - 1)) | (uint64_t)(field > 0) << 52;
    return real_is_near(&t, m, (int64_t)(field > 0 ? field : 1) - 1075);
}
