/* ALP: floating-point numbers that were decimals, as integers: reading (alp_write.c writes). The encoding is a preview.
 *
 *   section = mode 0 | integer encoding 0 | log2 of vector size, 3..15 | i32 LE count of values
 *           | u32 LE offset of each vector, from this array on | vectors
 *   vector  = u8 exponent | u8 factor | u16 LE exceptions | i32 or i64 LE base | u8 bit width
 *           | ceil(n x width / 8) bytes, packed LSB first | u16 LE position of each exception
 *           | each exception's bits
 *
 *   value   = (base + packed, modulo 2^32 or 2^64) x 10^factor x 10^-exponent
 *
 * rounded after each of the two multiplications, in the column's own precision. There is no addition that
 * could be fused with them, so contraction does not matter; excess precision and -ffast-math (which may join
 * the two constants) do, and then numbers go the slow way below.
 * A vector is decoded in whatever pieces the caller asks for, straight from the page.
 * Source: AlpEncoding.md of parquet-format 2.14.0.
 */
#include "encoding/alp.h"

#include <float.h>

#include "base/mem.h"
#include "encoding/bits.h"
#include "encoding/rows.h"

#if defined(__FAST_MATH__) || (FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 1)
#define ALP_SLOW 1
#else
#define ALP_SLOW 0
#endif

enum {
    ALP_HEAD = 7,
    ALP_LOG_LEAST = 3,
    ALP_LOG_MOST = 15,
    ALP_PIECE = 256 /* values between unpacking and arithmetic */
};

/* Literals, not pow(): they must be the nearest numbers. */
const float alp_tens_float[] = {1e0f, 1e1f, 1e2f, 1e3f, 1e4f, 1e5f, 1e6f, 1e7f, 1e8f, 1e9f, 1e10f};
const float alp_parts_float[] = {1e0f,  1e-1f, 1e-2f, 1e-3f, 1e-4f, 1e-5f,
                                        1e-6f, 1e-7f, 1e-8f, 1e-9f, 1e-10f};
const double alp_tens_double[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                         1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
const double alp_parts_double[] = {1e0,   1e-1,  1e-2,  1e-3,  1e-4,  1e-5,  1e-6,
                                          1e-7,  1e-8,  1e-9,  1e-10, 1e-11, 1e-12, 1e-13,
                                          1e-14, 1e-15, 1e-16, 1e-17, 1e-18};

double alp_multiply(double a, double b)
{
    const uint64_t fraction = ((uint64_t)1 << 52) - 1;
    uint64_t x, y;
    memcpy(&x, &a, sizeof x);
    memcpy(&y, &b, sizeof y);
    uint64_t bits = (x ^ y) & (uint64_t)1 << 63;
    if (x << 1 && y << 1) {
        uint64_t exponent = (x >> 52 & 2047) + (y >> 52 & 2047) - 1023;
        x = (x & fraction) << 11 | (uint64_t)1 << 63; /* 1.fraction, with its point behind the first bit */
        y = (y & fraction) << 11 | (uint64_t)1 << 63;
        uint64_t ll = (x & UINT32_MAX) * (y & UINT32_MAX), lh = (x & UINT32_MAX) * (y >> 32);
        uint64_t hl = (x >> 32) * (y & UINT32_MAX), hh = (x >> 32) * (y >> 32);
        uint64_t middle = (ll >> 32) + (lh & UINT32_MAX) + (hl & UINT32_MAX);
        uint64_t high = hh + (lh >> 32) + (hl >> 32) + (middle >> 32);
        uint64_t low = middle << 32 | (ll & UINT32_MAX);
        if (high >> 63) {
            exponent++;
        } else {
            high = high << 1 | low >> 63;
            low <<= 1;
        }
        uint64_t rest = high & 2047;
        bool up = rest > 1024 || (rest == 1024 && (low || high >> 11 & 1));
        bits |= (exponent << 52) + (high >> 11 & fraction) + up; /* a carry is right: the next exponent */
    }
    memcpy(&a, &bits, sizeof a);
    return a;
}

static bool alp_fail(struct decoder *d, const char *what)
{
    d->what = what;
    return false;
}

static bool alp_open(struct decoder *d, const uint8_t *data, size_t bytes)
{
    if (d->left == 0)
        return true; /* a page of nulls may have nothing here */
    if (bytes < ALP_HEAD)
        return alp_fail(d, ERR("alp header ends too early"));
    if (data[0] != 0 || data[1] != 0)
        return alp_fail(d, ERR("alp of a mode that is not defined"));
    if (data[2] < ALP_LOG_LEAST || data[2] > ALP_LOG_MOST)
        return alp_fail(d, ERR("alp with an impossible vector size"));
    if (load_le32(data + 3) != d->left)
        return alp_fail(d, ERR("alp section and page differ in number of values"));
    size_t vectors = ((d->left - 1) >> data[2]) + 1;
    if (vectors > (bytes - ALP_HEAD) / 4)
        return alp_fail(d, ERR("alp offsets end too early"));
    if (load_le32(data + ALP_HEAD) != vectors * 4)
        return alp_fail(d, ERR("alp vectors do not begin behind their offsets"));
    d->u.alp.offsets = data + ALP_HEAD;
    d->u.alp.bytes = bytes - ALP_HEAD;
    d->u.alp.n = d->left;
    d->u.alp.log_size = data[2];
    return true;
}

/* Positions of the open vector of n values: in range, and is each at or behind the one before? */
static bool alp_positions(struct decoder *d, size_t n)
{
    size_t last = 0;
    d->u.alp.ascending = true;
    for (uint32_t i = 0; i < d->u.alp.n_exceptions; i++) {
        size_t at = load_le16(d->u.alp.positions + 2 * (size_t)i);
        if (at >= n)
            return alp_fail(d, ERR("alp exception outside its vector"));
        d->u.alp.ascending = d->u.alp.ascending && at >= last;
        last = at;
    }
    return true;
}

/* Open the vector of the next value. */
static bool alp_vector(struct decoder *d)
{
    size_t index = d->u.alp.next >> d->u.alp.log_size, first = index << d->u.alp.log_size;
    size_t n = d->u.alp.n - first < (size_t)1 << d->u.alp.log_size ? d->u.alp.n - first
                                                                    : (size_t)1 << d->u.alp.log_size;
    size_t at = load_le32(d->u.alp.offsets + index * 4), stop = d->u.alp.bytes;
    bool last = first + n == d->u.alp.n;
    if (!last)
        stop = load_le32(d->u.alp.offsets + index * 4 + 4);
    if (at > stop || stop > d->u.alp.bytes)
        return alp_fail(d, ERR("alp vector outside the page"));
    struct cursor in = cursor_over(d->u.alp.offsets + at, stop - at);
    const uint8_t *head = cursor_take(&in, 4);
    d->u.alp.base = d->width == 4 ? cursor_le32(&in) : cursor_le64(&in);
    d->u.alp.bit_width = cursor_u8(&in);
    if (in.failed)
        return alp_fail(d, ERR("alp vector ends too early"));
    d->u.alp.exponent = head[0];
    d->u.alp.factor = head[1];
    d->u.alp.n_exceptions = load_le16(head + 2);
    if (head[0] > (d->width == 4 ? ALP_EXPONENT_FLOAT : ALP_EXPONENT_DOUBLE) || head[1] > head[0] ||
        d->u.alp.bit_width > d->width * 8)
        return alp_fail(d, ERR("alp vector with an impossible header"));
    d->u.alp.packed = cursor_take(&in, (n * d->u.alp.bit_width + 7) / 8);
    d->u.alp.positions = cursor_take(&in, (size_t)d->u.alp.n_exceptions * 2);
    d->u.alp.exceptions = cursor_take(&in, (size_t)d->u.alp.n_exceptions * d->width);
    if (in.failed)
        return alp_fail(d, ERR("alp vector ends too early"));
    if (!last && cursor_left(&in))
        return alp_fail(d, ERR("alp vector is shorter than its offsets say"));
    d->u.alp.first = first;
    d->u.alp.end = first + n;
    d->u.alp.exception = 0;
    return alp_positions(d, n);
}

float alp_value_float(int32_t integer, uint8_t exponent, uint8_t factor)
{
#if ALP_SLOW /* a product of two floats is exact in any wider format: one rounding at each store */
    volatile float stored = (float)integer;
    stored = stored * alp_tens_float[factor];
    stored = stored * alp_parts_float[exponent];
    return stored;
#else
    return (float)integer * alp_tens_float[factor] * alp_parts_float[exponent];
#endif
}

double alp_value_double(int64_t integer, uint8_t exponent, uint8_t factor)
{
#if ALP_SLOW
    return alp_multiply(alp_multiply((double)integer, alp_tens_double[factor]), alp_parts_double[exponent]);
#else
    return (double)integer * alp_tens_double[factor] * alp_parts_double[exponent];
#endif
}

static void alp_floats(const struct decoder *d, const uint64_t *packed, size_t n, float *out)
{
    uint32_t base = (uint32_t)d->u.alp.base;
    for (size_t i = 0; i < n; i++)
        out[i] = alp_value_float((int32_t)(base + (uint32_t)packed[i]), d->u.alp.exponent, d->u.alp.factor);
}

static void alp_doubles(const struct decoder *d, const uint64_t *packed, size_t n, double *out)
{
    uint64_t base = d->u.alp.base;
    for (size_t i = 0; i < n; i++)
        out[i] = alp_value_double((int64_t)(base + packed[i]), d->u.alp.exponent, d->u.alp.factor);
}

/* Put the exceptions of values [from, to) of the vector in their places; out is the place of `from`. */
static void alp_patch(struct decoder *d, size_t from, size_t to, void *out)
{
    uint32_t i = d->u.alp.ascending ? d->u.alp.exception : 0;
    for (; i < d->u.alp.n_exceptions; i++) {
        size_t at = load_le16(d->u.alp.positions + 2 * (size_t)i);
        if (at >= to && d->u.alp.ascending)
            break;
        if (at < from || at >= to)
            continue;
        if (d->width == 4)
            ((uint32_t *)out)[at - from] = load_le32(d->u.alp.exceptions + 4 * (size_t)i);
        else
            ((uint64_t *)out)[at - from] = load_le64(d->u.alp.exceptions + 8 * (size_t)i);
    }
    d->u.alp.exception = i;
}

/* Values [from, from + n) of the open vector, n at most ALP_PIECE. */
static void alp_piece(struct decoder *d, size_t from, size_t n, void *out)
{
    uint64_t packed[ALP_PIECE];
    uint32_t width = d->u.alp.bit_width;
    uint64_t bit = (uint64_t)from * width;
    if (width == 0)
        memset(packed, 0, n * sizeof packed[0]);
    for (size_t i = 0; width && i < n; i++, bit += width)
        packed[i] = bits_unpack(d->u.alp.packed, d->u.alp.positions, bit, width);
    if (d->width == 4)
        alp_floats(d, packed, n, out);
    else
        alp_doubles(d, packed, n, out);
    alp_patch(d, from, from + n, out);
}

static bool alp_read(struct decoder *d, void *out, size_t n)
{
    uint8_t *to = out;
    while (n) {
        if (d->u.alp.next >= d->u.alp.end && !alp_vector(d))
            return false;
        size_t left = d->u.alp.end - d->u.alp.next, take = n < left ? n : left;
        if (take > ALP_PIECE)
            take = ALP_PIECE;
        alp_piece(d, d->u.alp.next - d->u.alp.first, take, to);
        d->u.alp.next += take;
        to += take * d->width;
        n -= take;
    }
    return true;
}

/* Vectors in between are not looked at. */
static bool alp_skip(struct decoder *d, size_t n)
{
    d->u.alp.next += n;
    return true;
}

const struct encoding encoding_alp = {
    .name = "alp",
    .id = ENCODING_ALP,
    .types = 1 << INLAY_FLOAT | 1 << INLAY_DOUBLE,
    .open = alp_open,
    .read = alp_read,
    .skip = alp_skip,
    .bound = alp_bound,
    .write = alp_write,
};
