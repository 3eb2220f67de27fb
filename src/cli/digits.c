/* Numbers as text; see digits.h.
 *
 * Floats: Raffaello Giulietti, "The Schubfach way to render doubles" (2021). A float v = c * 2^q
 * owns the interval of reals that round to it. With 10^k the largest power of ten not above the
 * interval's width, the interval holds at most one multiple of 10^(k+1) and at least one of 10^k;
 * the first, if there is one, else the multiple of 10^k nearest to v, is the answer. Products with
 * a 128-bit 10^-k that keep a sticky last bit decide all comparisons exactly.
 */
#include "cli/digits.h"

#include "cli/pow10.h"

static const char digits_pairs[200] = "00010203040506070809101112131415161718192021222324"
                                      "25262728293031323334353637383940414243444546474849"
                                      "50515253545556575859606162636465666768697071727374"
                                      "75767778798081828384858687888990919293949596979899";

static const uint64_t digits_power[20] = {
    1u,
    10u,
    100u,
    1000u,
    10000u,
    100000u,
    1000000u,
    10000000u,
    100000000u,
    1000000000u,
    10000000000u,
    100000000000u,
    1000000000000u,
    10000000000000u,
    100000000000000u,
    1000000000000000u,
    10000000000000000u,
    100000000000000000u,
    1000000000000000000u,
    10000000000000000000u,
};

static unsigned digits_count(uint64_t v)
{
    unsigned n = 1;
    while (n < 20 && v >= digits_power[n])
        n++;
    return n;
}

/* Exactly n digits, the lowest ones of v. */
static char *digits_fixed(char *p, uint64_t v, unsigned n)
{
    char *end = p + n, *at = end;
    while (at - p >= 2) {
        at -= 2;
        memcpy(at, digits_pairs + v % 100 * 2, 2);
        v /= 100;
    }
    if (at > p)
        *p = (char)('0' + v % 10);
    return end;
}

char *digits_u64(char *p, uint64_t v)
{
    return digits_fixed(p, v, digits_count(v));
}

char *digits_i64(char *p, int64_t v)
{
    if (v >= 0)
        return digits_u64(p, (uint64_t)v);
    *p++ = '-';
    return digits_u64(p, 0 - (uint64_t)v);
}

char *digits_padded(char *p, uint64_t v, unsigned width)
{
    unsigned n = digits_count(v);
    return digits_fixed(p, v, n > width ? n : width);
}

/* floor(a * m / 2^shift) for a constant m; the bias keeps the shifted number positive. */
static int digits_floor(int a, int m, int add, unsigned shift)
{
    enum { BIAS = 2048 };
    int64_t scaled = (int64_t)a * m + add + ((int64_t)BIAS << shift);
    return (int)((uint64_t)scaled >> shift) - BIAS;
}

static uint64_t digits_multiply(uint64_t a, uint64_t b, uint64_t *upper)
{
    uint64_t al = a & 0xFFFFFFFF, ah = a >> 32, bl = b & 0xFFFFFFFF, bh = b >> 32;
    uint64_t ll = al * bl, lh = al * bh, hl = ah * bl;
    uint64_t middle = (ll >> 32) + (lh & 0xFFFFFFFF) + (hl & 0xFFFFFFFF);
    *upper = ah * bh + (lh >> 32) + (hl >> 32) + (middle >> 32);
    return middle << 32 | (ll & 0xFFFFFFFF);
}

/* floor(g * c / 2^128), its last bit set when anything was cut off ("round to odd"). */
static uint64_t digits_scale(const uint64_t g[2], uint64_t c)
{
    uint64_t low_upper, upper;
    digits_multiply(g[1], c, &low_upper);
    uint64_t middle = digits_multiply(g[0], c, &upper) + low_upper;
    upper += middle < low_upper;
    return upper | (middle > 1);
}

struct digits_decimal_float {
    uint64_t digits; /* value = digits * 10^exponent */
    int exponent;
};

/* Shortest decimal of c * 2^q, c > 0. `half_step`: c is a power of two with a nearer neighbour
 * below (the interval reaches only a quarter of a unit down). */
static struct digits_decimal_float digits_shortest(uint64_t c, int q, bool half_step)
{
    int k = digits_floor(q, 1262611, half_step ? -524031 : 0, 22); /* log10(2), log10(3/4) */
    int h = q + digits_floor(-k, 1741647, 0, 19) + 1;              /* log2(10) */
    const uint64_t *g = pow10_table[-k - POW10_FIRST];
    uint64_t odd = c & 1; /* the ends belong to the interval of an even c only */
    uint64_t lower = digits_scale(g, (4 * c - (half_step ? 1 : 2)) << h) + odd;
    uint64_t value = digits_scale(g, (4 * c) << h);
    uint64_t upper = digits_scale(g, (4 * c + 2) << h) - odd;
    uint64_t s = value / 4;
    if (s >= 10) {
        uint64_t ten = s / 10;
        bool down = lower <= 40 * ten, up = 40 * ten + 40 <= upper;
        if (down != up)
            return (struct digits_decimal_float){ten + up, k + 1};
    }
    bool down = lower <= 4 * s, up = 4 * s + 4 <= upper;
    if (down != up)
        return (struct digits_decimal_float){s + up, k};
    uint64_t middle = 4 * s + 2;
    bool round_up = value > middle || (value == middle && (s & 1));
    return (struct digits_decimal_float){s + round_up, k};
}

static char *digits_exponent(char *p, int e)
{
    *p++ = 'e';
    *p++ = e < 0 ? '-' : '+';
    return digits_padded(p, (uint64_t)(e < 0 ? -e : e), 2);
}

/* The digits with a point or an exponent; at most 17 digits, so at most 25 bytes. */
static char *digits_layout(char *p, struct digits_decimal_float f)
{
    while (f.digits % 10 == 0) {
        f.digits /= 10;
        f.exponent++;
    }
    int n = (int)digits_count(f.digits), point = n + f.exponent; /* digits before the point */
    if (point > 16 || point < -3) {
        char *first = p;
        p = digits_fixed(p + 1, f.digits, (unsigned)n);
        first[0] = first[1]; /* one digit before the point */
        first[1] = '.';
        if (n == 1)
            p = first + 1;
        return digits_exponent(p, point - 1);
    }
    if (point <= 0) {
        *p++ = '0';
        *p++ = '.';
        memset(p, '0', (size_t)-point);
        return digits_fixed(p - point, f.digits, (unsigned)n);
    }
    if (point >= n) {
        p = digits_fixed(p, f.digits, (unsigned)n);
        memset(p, '0', (size_t)(point - n));
        p += point - n;
        *p++ = '.';
        *p++ = '0';
        return p;
    }
    char *end = digits_fixed(p + 1, f.digits, (unsigned)n);
    memmove(p, p + 1, (size_t)point);
    p[point] = '.';
    return end;
}

/* A finite float from its parts: `bits` without the sign, of which `fraction` belong to the
 * significand; the exponent of its last bit is (exponent field) - bias. */
static char *digits_parts(char *p, uint64_t bits, unsigned fraction, int bias)
{
    uint64_t c = bits & (((uint64_t)1 << fraction) - 1);
    int field = (int)(bits >> fraction);
    bool half_step = c == 0 && field > 1;
    if (field > 0)
        c |= (uint64_t)1 << fraction;
    else
        field = 1;
    return digits_layout(p, digits_shortest(c, field - bias, half_step));
}

static char *digits_zero(char *p)
{
    memcpy(p, "0.0", 3);
    return p + 3;
}

char *digits_double(char *p, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    if (bits >> 63) {
        *p++ = '-';
        v = -v;
        bits &= UINT64_MAX >> 1;
    }
    if (bits == 0)
        return digits_zero(p);
    if (v < 9007199254740992.0) { /* 2^53: integers below it are their own shortest form */
        uint64_t whole = (uint64_t)v;
        if ((double)whole == v) {
            p = digits_u64(p, whole);
            *p++ = '.';
            *p++ = '0';
            return p;
        }
    }
    return digits_parts(p, bits, 52, 1075);
}

char *digits_float(char *p, float v)
{
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    if (bits >> 31) {
        *p++ = '-';
        bits &= UINT32_MAX >> 1;
    }
    return bits == 0 ? digits_zero(p) : digits_parts(p, bits, 23, 150);
}

bool digits_half_finite(uint16_t bits)
{
    return (bits & 0x7C00) != 0x7C00;
}

char *digits_half(char *p, uint16_t bits)
{
    if (bits & 0x8000)
        *p++ = '-';
    bits &= 0x7FFF;
    return bits == 0 ? digits_zero(p) : digits_parts(p, bits, 10, 25);
}

/* `n` digits without sign, then the point by scale. */
static void digits_point(struct out *o, bool negative, const char *text, size_t n, int32_t scale)
{
    if (negative)
        out_char(o, '-');
    if (scale <= 0) {
        out_bytes(o, text, n);
        if (!(n == 1 && text[0] == '0'))
            out_repeat(o, '0', (size_t)(0 - (int64_t)scale));
        return;
    }
    size_t after = (size_t)scale;
    if (n > after) {
        out_bytes(o, text, n - after);
        text += n - after;
        n = after;
    } else {
        out_char(o, '0');
    }
    out_char(o, '.');
    out_repeat(o, '0', after - n);
    out_bytes(o, text, n);
}

static bool digits_scale_fits(struct out *o, int32_t scale)
{
    if (scale <= DIGITS_DECIMAL_SCALE && scale >= -DIGITS_DECIMAL_SCALE)
        return true;
    o->fault = "a decimal whose scale is beyond 10,000";
    return false;
}

void digits_decimal64(struct out *o, int64_t unscaled, int32_t scale)
{
    char text[DIGITS_INTEGER];
    if (!digits_scale_fits(o, scale))
        return;
    bool negative = unscaled < 0;
    uint64_t v = negative ? 0 - (uint64_t)unscaled : (uint64_t)unscaled;
    digits_point(o, negative, text, (size_t)(digits_u64(text, v) - text), scale);
}

/* Schoolbook: divide by 10^9 until nothing is left, 9 digits a round. */
static void digits_big(struct out *o, uint32_t *limbs, size_t n, bool negative, int32_t scale)
{
    enum { MOST = DIGITS_DECIMAL_BYTES * 5 / 2 + 16 }; /* log10(256) = 2.41 digits a byte */
    char text[MOST], *at = text + MOST;
    while (n > 0) {
        uint64_t rest = 0;
        for (size_t i = n; i-- > 0;) {
            rest = rest << 32 | limbs[i];
            limbs[i] = (uint32_t)(rest / 1000000000u);
            rest %= 1000000000u;
        }
        while (n > 0 && limbs[n - 1] == 0)
            n--;
        at -= 9;
        digits_fixed(at, rest, 9);
    }
    while (at < text + MOST - 1 && *at == '0')
        at++;
    digits_point(o, negative, at, (size_t)(text + MOST - at), scale);
}

void digits_decimal(struct out *o, const uint8_t *data, size_t n, int32_t scale)
{
    uint32_t limbs[DIGITS_DECIMAL_BYTES / 4];
    bool negative = n > 0 && data[0] >> 7;
    uint8_t fill = negative ? 0xFF : 0;
    while (n > 1 && data[0] == fill && data[1] >> 7 == negative) { /* sign bytes only */
        data++;
        n--;
    }
    if (n <= 8) {
        uint64_t v = negative ? UINT64_MAX : 0;
        for (size_t i = 0; i < n; i++)
            v = v << 8 | data[i];
        digits_decimal64(o, (int64_t)v, scale);
        return;
    }
    if (n > DIGITS_DECIMAL_BYTES) {
        o->fault = "a decimal of more than 4,096 bytes";
        return;
    }
    if (!digits_scale_fits(o, scale))
        return;
    size_t n_limbs = (n + 3) / 4;
    uint32_t carry = negative; /* -v = ~v + 1 */
    for (size_t i = 0; i < n_limbs; i++) {
        uint32_t limb = 0;
        for (size_t k = 0; k < 4; k++) {
            size_t from_end = i * 4 + k;
            uint32_t byte = from_end < n ? data[n - 1 - from_end] : fill;
            limb |= byte << (8 * k);
        }
        limb = (negative ? ~limb : limb) + carry;
        carry = carry && limb == 0;
        limbs[i] = limb;
    }
    digits_big(o, limbs, n_limbs, negative, scale);
}
