/* Shortest text of doubles; see shortest.h.
 *
 * Free-format algorithm with whole numbers of any size: G. Steele, J. White, "How to Print
 * Floating-Point Numbers Accurately" (1990). The value is r/s, half the way to its neighbours above and
 * below is up/s and down/s; digits are taken until what is left is nearer than that. Slow (microseconds)
 * and small; for texts in footers.
 */
#include "base/shortest.h"

#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"

enum {
    SHORTEST_WORDS = 40, /* the largest number, 4 * 2^53 * 10^325, has 1,135 bits */
    SHORTEST_DIGITS = 17
};

struct shortest_big {
    uint32_t words[SHORTEST_WORDS]; /* least first */
};

static void shortest_times(struct shortest_big *a, uint32_t factor)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < SHORTEST_WORDS; i++) {
        carry += (uint64_t)a->words[i] * factor;
        a->words[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

static void shortest_ten_to(struct shortest_big *a, int power)
{
    for (int i = 0; i < power; i++)
        shortest_times(a, 10);
}

static struct shortest_big shortest_shifted(uint64_t v, unsigned bits)
{
    struct shortest_big a = {{0}};
    size_t at = bits / 32;
    unsigned shift = bits % 32;
    a.words[at] = (uint32_t)(v << shift);
    a.words[at + 1] = (uint32_t)(v >> (32 - shift));
    a.words[at + 2] = shift ? (uint32_t)(v >> 32 >> (32 - shift)) : 0;
    return a;
}

/* The sign of a + b - c. */
static int shortest_compare(const struct shortest_big *a, const struct shortest_big *b,
                            const struct shortest_big *c)
{
    struct shortest_big sum;
    uint64_t carry = 0;
    for (size_t i = 0; i < SHORTEST_WORDS; i++) {
        carry += (uint64_t)a->words[i] + b->words[i];
        sum.words[i] = (uint32_t)carry;
        carry >>= 32;
    }
    for (size_t i = SHORTEST_WORDS; i-- > 0;)
        if (sum.words[i] != c->words[i])
            return sum.words[i] < c->words[i] ? -1 : 1;
    return 0;
}

static void shortest_minus(struct shortest_big *a, const struct shortest_big *b)
{
    uint64_t borrow = 0;
    for (size_t i = 0; i < SHORTEST_WORDS; i++) {
        uint64_t v = (uint64_t)a->words[i] - b->words[i] - borrow;
        a->words[i] = (uint32_t)v;
        borrow = v >> 63;
    }
}

/* Digits of fraction * 2^exponent, and where the point stands: 0.d1d2... * 10^*point. */
static size_t shortest_digits(uint64_t fraction, int exponent, bool least, char *digits, int *point)
{
    static const struct shortest_big zero = {{0}};
    unsigned edge = fraction == (uint64_t)1 << 52 && !least; /* below, the neighbour is half as far */
    unsigned up_bits = exponent > 0 ? (unsigned)exponent : 0;
    unsigned low_bits = exponent < 0 ? (unsigned)-exponent : 0;
    struct shortest_big r = shortest_shifted(fraction, up_bits + 1 + edge);
    struct shortest_big s = shortest_shifted(1, low_bits + 1 + edge);
    struct shortest_big up = shortest_shifted(1, up_bits + edge);
    struct shortest_big down = shortest_shifted(1, up_bits);
    int outside = fraction & 1; /* half to even: the limits read back as an even fraction */
    int k = (exponent + (int)bits_of(fraction) - 1) * 1233 / 4096; /* log10(2), within 1 */
    shortest_ten_to(&s, k);
    shortest_ten_to(&r, -k);
    shortest_ten_to(&up, -k);
    shortest_ten_to(&down, -k);
    while (shortest_compare(&r, &up, &s) >= outside) {
        shortest_times(&s, 10);
        k++;
    }
    for (;;) { /* the estimate was too large: r + up < s / 10 */
        struct shortest_big r10 = r, up10 = up;
        shortest_times(&r10, 10);
        shortest_times(&up10, 10);
        if (shortest_compare(&r10, &up10, &s) >= outside)
            break;
        shortest_times(&down, 10);
        r = r10;
        up = up10;
        k--;
    }
    *point = k;
    for (size_t n = 0;;) {
        char digit = '0';
        shortest_times(&r, 10);
        shortest_times(&up, 10);
        shortest_times(&down, 10);
        for (; shortest_compare(&r, &zero, &s) >= 0; digit++)
            shortest_minus(&r, &s);
        bool low = shortest_compare(&r, &zero, &down) <= -outside;
        bool high = shortest_compare(&r, &up, &s) >= outside;
        int half = low && high ? shortest_compare(&r, &r, &s) : high ? 1 : -1;
        bool next = half > 0 || (half == 0 && (digit & 1));
        digits[n++] = (char)(digit + ((low || high) && next));
        if (low || high)
            return n;
    }
}

static size_t shortest_put(char *text, size_t n, const char *from, size_t bytes)
{
    memcpy(text + n, from, bytes);
    return n + bytes;
}

static size_t shortest_exponent(char *text, size_t n, int exponent)
{
    unsigned v = exponent < 0 ? (unsigned)-exponent : (unsigned)exponent;
    text[n++] = 'e';
    if (exponent < 0)
        text[n++] = '-';
    if (v >= 100)
        text[n++] = (char)('0' + v / 100);
    if (v >= 10)
        text[n++] = (char)('0' + v / 10 % 10);
    text[n++] = (char)('0' + v % 10);
    return n;
}

static size_t shortest_layout(char *text, size_t n, const char *digits, size_t n_digits, int point)
{
    static const char zeros[] = "0000000000000000";
    int rest = point - (int)n_digits;
    if (rest >= 0 && point <= 16) { /* whole */
        n = shortest_put(text, n, digits, n_digits);
        n = shortest_put(text, n, zeros, (size_t)rest);
        return shortest_put(text, n, ".0", 2);
    }
    if (point > 0 && point <= 16) {
        n = shortest_put(text, n, digits, (size_t)point);
        text[n++] = '.';
        return shortest_put(text, n, digits + point, n_digits - (size_t)point);
    }
    if (point > -5 && point <= 0) {
        n = shortest_put(text, n, "0.", 2);
        n = shortest_put(text, n, zeros, (size_t)-point);
        return shortest_put(text, n, digits, n_digits);
    }
    text[n++] = digits[0];
    if (n_digits > 1) {
        text[n++] = '.';
        n = shortest_put(text, n, digits + 1, n_digits - 1);
    }
    return shortest_exponent(text, n, point - 1);
}

size_t shortest_double(double v, char *text)
{
    uint64_t bits, fraction;
    char digits[SHORTEST_DIGITS + 1];
    int point;
    memcpy(&bits, &v, sizeof bits);
    int exponent = (int)(bits >> 52 & 0x7FF);
    fraction = bits & (((uint64_t)1 << 52) - 1);
    size_t n = 0;
    if (exponent == 0x7FF)
        return 0;
    if (bits >> 63)
        text[n++] = '-';
    if (exponent == 0 && fraction == 0)
        return shortest_put(text, n, "0.0", 3);
    if (exponent)
        fraction |= (uint64_t)1 << 52;
    size_t n_digits = shortest_digits(fraction, (exponent ? exponent : 1) - 1075, exponent <= 1,
                                      digits, &point);
    return shortest_layout(text, n, digits, n_digits, point);
}
