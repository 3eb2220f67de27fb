/* Exact decimal text; see number.h. */
#include "base/number.h"

#include <string.h>

void number_whole(struct number *n, uint64_t magnitude, bool negative)
{
    memset(n, 0, sizeof *n);
    n->negative = negative;
    for (size_t i = NUMBER_BYTES; magnitude; magnitude >>= 8)
        n->bytes[--i] = (uint8_t)magnitude;
}

void number_times(struct number *n, uint32_t factor)
{
    uint64_t carry = 0;
    for (size_t i = NUMBER_BYTES; i-- > 0;) {
        carry += (uint64_t)n->bytes[i] * factor;
        n->bytes[i] = (uint8_t)carry;
        carry >>= 8;
    }
    n->huge = n->huge || carry != 0;
}

void number_plus(struct number *n, uint64_t add)
{
    uint64_t carry = add;
    for (size_t i = NUMBER_BYTES; i-- > 0 && carry;) {
        uint64_t sum = n->bytes[i] + (carry & 0xFF);
        n->bytes[i] = (uint8_t)sum;
        carry = (carry >> 8) + (sum >> 8);
    }
    n->huge = n->huge || carry != 0;
}

static int32_t number_exponent(inlay_bytes text, size_t at)
{
    bool minus = at < text.len && text.data[at] == '-';
    int32_t e = 0;
    for (at += at < text.len && (minus || text.data[at] == '+'); at < text.len; at++)
        e = e < 100000 ? e * 10 + (text.data[at] - '0') : e;
    return minus ? -e : e;
}

bool number_read(struct number *n, inlay_bytes text, bool negative, int32_t scale)
{
    size_t digits_end = 0, point;
    number_whole(n, 0, negative);
    while (digits_end < text.len && (text.data[digits_end] | 32) != 'e')
        digits_end++;
    for (point = 0; point < digits_end && text.data[point] != '.';)
        point++;
    int64_t whole = (int64_t)point + scale; /* digits before the cut */
    if (digits_end < text.len)
        whole += number_exponent(text, digits_end + 1);
    int64_t used = 0;
    bool any = false;
    for (size_t i = 0; i < digits_end && !n->huge; i++) {
        uint8_t c = text.data[i];
        if (c == '.' && i == point)
            continue;
        if (c < '0' || c > '9')
            return false;
        any = true;
        if (used++ < whole) {
            number_times(n, 10);
            number_plus(n, (uint64_t)(c - '0'));
        } else if (c != '0') {
            n->fraction = true;
        }
    }
    bool zero = true;
    for (size_t i = 0; i < NUMBER_BYTES && zero; i++)
        zero = n->bytes[i] == 0;
    for (; used < whole && !zero && !n->huge; used++)
        number_times(n, 10);
    return any;
}

/* Two's complement in place of the magnitude. */
static void number_negate(uint8_t *bytes, size_t n)
{
    unsigned carry = 1;
    for (size_t i = n; i-- > 0;) {
        carry += (uint8_t)~bytes[i];
        bytes[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

void number_fixed(const struct number *n, uint8_t *out, size_t n_bytes, int8_t *beside)
{
    struct number m = *n;
    *beside = 0;
    if (m.fraction && m.negative) /* floor lies one below the cut value */
        number_plus(&m, 1);
    bool fits = !m.huge;
    size_t spare = n_bytes < NUMBER_BYTES ? NUMBER_BYTES - n_bytes : 0;
    for (size_t i = 0; i < spare; i++)
        fits = fits && m.bytes[i] == 0;
    memset(out, 0, n_bytes);
    memcpy(out + (n_bytes - (NUMBER_BYTES - spare)), m.bytes + spare, NUMBER_BYTES - spare);
    if (m.negative)
        number_negate(out, n_bytes);
    bool zero = true;
    for (size_t i = 0; i < n_bytes && zero; i++)
        zero = out[i] == 0;
    bool sign = out[0] >> 7;
    if (fits && (zero || sign == m.negative)) {
        *beside = m.fraction ? 1 : 0;
        return;
    }
    memset(out, m.negative ? 0 : 0xFF, n_bytes);
    out[0] = m.negative ? 0x80 : 0x7F;
    *beside = m.negative ? -1 : 1;
}

void number_unsigned(const struct number *n, uint64_t most, uint64_t *out, int8_t *beside)
{
    bool fits = !n->huge, zero = true;
    uint64_t v = 0;
    for (size_t i = 0; i < NUMBER_BYTES; i++) {
        zero = zero && n->bytes[i] == 0;
        fits = fits && (i >= NUMBER_BYTES - 8 || n->bytes[i] == 0);
        v = v << 8 | n->bytes[i];
    }
    *beside = n->fraction ? 1 : 0;
    if (n->negative && (!zero || n->fraction)) {
        *out = 0;
        *beside = -1;
    } else if (!fits || v > most) {
        *out = most;
        *beside = 1;
    } else {
        *out = v;
    }
}
