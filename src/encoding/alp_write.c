/* ALP, writing: for every vector of 1,024 values the power of ten that makes integers of most of them.
 *
 * A value v is tried as i = round(v x 10^exponent x 10^-factor) and kept as i only if the reader's own arithmetic
 * (alp_value_double, alp_value_float) gives its very bits back; else it is an exception and stands in full. The pair
 * (exponent, factor) is found in two steps, as in the paper (Afroozeh, Kuffo, Boncz, "ALP: Adaptive Lossless
 * floating-Point Compression", 2023, 3.2): all pairs on a sample of the page, then on each vector's own sample the few
 * that were best. Source: AlpEncoding.md of parquet-format 2.14.0.
 */
#include "encoding/alp.h"

#include "encoding/bits.h"
#include "encoding/encoding.h"

enum {
    ALPW_LOG = 10,
    ALPW_VECTOR = 1 << ALPW_LOG,
    ALPW_SAMPLE = 32, /* values of a vector, and of a page, that pairs are judged by */
    ALPW_BEST = 5,
    ALPW_HEAD = 7
};

struct alpw_pair {
    uint8_t exponent, factor;
    uint64_t cost;
};

/* A page's values of one width, and what a vector of them is being made into. */
struct alpw {
    const uint8_t *values;
    uint32_t width;
    int64_t integers[ALPW_VECTOR];
    uint16_t positions[ALPW_VECTOR];
    size_t n_exceptions;
    int64_t least, most; /* of the integers that are no exceptions */
};

static uint64_t alpw_bits(const struct alpw *a, size_t i)
{
    uint64_t wide = 0;
    uint32_t narrow = 0;
    if (a->width == 8) {
        memcpy(&wide, a->values + i * 8, 8);
        return wide;
    }
    memcpy(&narrow, a->values + i * 4, 4);
    return narrow;
}

static bool alpw_double(uint64_t bits, struct alpw_pair p, int64_t *integer)
{
    double v, x;
    uint64_t back;
    memcpy(&v, &bits, sizeof v);
    x = v * alp_tens_double[p.exponent] * alp_parts_double[p.factor];
    if (!(x > -9.2e18 && x < 9.2e18))
        return false; /* NaN and infinities, too */
    *integer = (int64_t)(x < 0 ? x - 0.5 : x + 0.5);
    v = alp_value_double(*integer, p.exponent, p.factor);
    memcpy(&back, &v, sizeof back);
    return back == bits;
}

static bool alpw_float(uint64_t bits, struct alpw_pair p, int64_t *integer)
{
    float v, x;
    uint32_t in = (uint32_t)bits, back;
    memcpy(&v, &in, sizeof v);
    x = v * alp_tens_float[p.exponent] * alp_parts_float[p.factor];
    if (!(x > -2.1e9f && x < 2.1e9f))
        return false;
    *integer = (int32_t)(x < 0 ? x - 0.5f : x + 0.5f);
    v = alp_value_float((int32_t)*integer, p.exponent, p.factor);
    memcpy(&back, &v, sizeof back);
    return back == in;
}

static bool alpw_integer(const struct alpw *a, size_t i, struct alpw_pair p, int64_t *integer)
{
    return a->width == 8 ? alpw_double(alpw_bits(a, i), p, integer) : alpw_float(alpw_bits(a, i), p, integer);
}

/* Bits that `n` values, every `step`th from `from` on, would take. */
static uint64_t alpw_cost(const struct alpw *a, size_t from, size_t step, size_t n, struct alpw_pair p)
{
    int64_t least = INT64_MAX, most = INT64_MIN, integer = 0;
    uint64_t exceptions = 0;
    for (size_t i = 0; i < n; i++) {
        if (!alpw_integer(a, from + i * step, p, &integer)) {
            exceptions++;
            continue;
        }
        least = integer < least ? integer : least;
        most = integer > most ? integer : most;
    }
    uint32_t width = 0;
    for (uint64_t range = most > least ? (uint64_t)most - (uint64_t)least : 0; range; range >>= 1)
        width++;
    return n * width + exceptions * (16 + 8 * (uint64_t)a->width);
}

/* The best pairs of the page, by a sample of all of it; cheapest first, larger exponents first among equals. */
static size_t alpw_best(const struct alpw *a, size_t n, struct alpw_pair *best)
{
    int most = a->width == 8 ? ALP_EXPONENT_DOUBLE : ALP_EXPONENT_FLOAT;
    size_t count = n < ALPW_SAMPLE ? n : ALPW_SAMPLE, step = n / count, found = 0;
    for (int e = most; e >= 0; e--)
        for (int f = e; f >= 0; f--) {
            struct alpw_pair p = {(uint8_t)e, (uint8_t)f, 0};
            p.cost = alpw_cost(a, 0, step, count, p);
            size_t at = found;
            while (at > 0 && best[at - 1].cost > p.cost)
                at--;
            if (at == ALPW_BEST)
                continue;
            found += found < ALPW_BEST;
            for (size_t k = found - 1; k > at; k--)
                best[k] = best[k - 1];
            best[at] = p;
        }
    return found;
}

static struct alpw_pair alpw_choose(const struct alpw *a, size_t from, size_t n, const struct alpw_pair *best,
                                    size_t n_best)
{
    size_t count = n < ALPW_SAMPLE ? n : ALPW_SAMPLE, step = n / count, least = 0;
    uint64_t cost = UINT64_MAX;
    for (size_t i = 0; i < n_best; i++) {
        uint64_t here = alpw_cost(a, from, step, count, best[i]);
        if (here < cost) {
            cost = here;
            least = i;
        }
    }
    return best[least];
}

/* Integers of a vector; exceptions take the least integer, which costs nothing. */
static void alpw_vector(struct alpw *a, size_t from, size_t n, struct alpw_pair p)
{
    a->n_exceptions = 0;
    a->least = INT64_MAX;
    a->most = INT64_MIN;
    for (size_t i = 0; i < n; i++) {
        int64_t integer = 0;
        if (!alpw_integer(a, from + i, p, &integer)) {
            a->positions[a->n_exceptions++] = (uint16_t)i;
            continue;
        }
        a->integers[i] = integer;
        a->least = integer < a->least ? integer : a->least;
        a->most = integer > a->most ? integer : a->most;
    }
    if (a->n_exceptions == n)
        a->least = a->most = 0;
    for (size_t i = 0; i < a->n_exceptions; i++)
        a->integers[a->positions[i]] = a->least;
}

static size_t alpw_put(struct alpw *a, size_t from, size_t n, struct alpw_pair p, uint8_t *dst)
{
    uint8_t *at = dst;
    uint64_t offsets[ALPW_VECTOR], range = (uint64_t)a->most - (uint64_t)a->least;
    uint8_t width = 0;
    for (; range; range >>= 1)
        width++;
    *at++ = p.exponent;
    *at++ = p.factor;
    store_le16(at, (uint16_t)a->n_exceptions);
    at += 2;
    if (a->width == 8)
        store_le64(at, (uint64_t)a->least);
    else
        store_le32(at, (uint32_t)a->least);
    at += a->width;
    *at++ = width;
    for (size_t i = 0; i < n; i++)
        offsets[i] = (uint64_t)a->integers[i] - (uint64_t)a->least;
    at += bits_pack(at, offsets, n, width);
    for (size_t i = 0; i < a->n_exceptions; i++, at += 2)
        store_le16(at, a->positions[i]);
    for (size_t i = 0; i < a->n_exceptions; i++, at += a->width) {
        uint64_t bits = alpw_bits(a, from + a->positions[i]);
        if (a->width == 8)
            store_le64(at, bits);
        else
            store_le32(at, (uint32_t)bits);
    }
    return (size_t)(at - dst);
}

size_t alp_bound(const void *values, size_t n, uint8_t type, uint32_t width)
{
    (void)values;
    (void)type;
    return ALPW_HEAD + (n / ALPW_VECTOR + 1) * (4 + 4 + 8 + 1) + n * (2 * (size_t)width + 2) + 8;
}

size_t alp_write(uint8_t *dst, const void *values, size_t n, uint8_t type, uint32_t width)
{
    struct alpw a = {.values = values, .width = width};
    struct alpw_pair best[ALPW_BEST];
    size_t vectors = (n + ALPW_VECTOR - 1) / ALPW_VECTOR, used = vectors * 4;
    uint8_t *offsets = dst + ALPW_HEAD;
    (void)type;
    dst[0] = dst[1] = 0;
    dst[2] = ALPW_LOG;
    store_le32(dst + 3, (uint32_t)n);
    if (n == 0)
        return ALPW_HEAD;
    size_t n_best = alpw_best(&a, n, best);
    for (size_t v = 0; v < vectors; v++) {
        size_t from = v * ALPW_VECTOR, take = n - from < ALPW_VECTOR ? n - from : ALPW_VECTOR;
        struct alpw_pair p = alpw_choose(&a, from, take, best, n_best);
        alpw_vector(&a, from, take, p);
        store_le32(offsets + v * 4, (uint32_t)used);
        used += alpw_put(&a, from, take, p, offsets + used);
    }
    return ALPW_HEAD + used;
}
