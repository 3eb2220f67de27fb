/* Values against their annotation; see fit.h. */
#include "format/fit.h"

#if INLAY_WRITE

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* 10^precision - 1 in `limit`; false = wider than that. */
static bool fit_decimal_limit(struct fit *f, int32_t precision)
{
    memset(f->limit, 0, sizeof f->limit);
    for (int32_t i = 0; i < precision; i++) {
        uint32_t carry = 9; /* 99 = 9 x 10 + 9 */
        for (size_t k = FIT_DECIMAL_BYTES; k-- > 0;) {
            carry += f->limit[k] * 10u;
            f->limit[k] = (uint8_t)carry;
            carry >>= 8;
        }
        if (carry)
            return false;
    }
    return true;
}

static void fit_decimal(struct fit *f, const inlay_node *leaf)
{
    int32_t precision = leaf->logical.precision;
    if (leaf->type == INLAY_INT32 || leaf->type == INLAY_INT64) {
        int32_t digits = leaf->type == INLAY_INT32 ? 9 : 18;
        int64_t most = 1;
        for (int32_t i = 0; i < precision && i < digits; i++)
            most *= 10;
        f->kind = precision > digits ? FIT_ANY : leaf->type == INLAY_INT32 ? FIT_I32 : FIT_I64;
        f->least = 1 - most;
        f->most = most - 1;
    } else if (fit_decimal_limit(f, precision)) {
        f->kind = FIT_DECIMAL;
    }
}

void fit_init(struct fit *f, const inlay_node *leaf, bool strict)
{
    const inlay_logical *l = &leaf->logical;
    memset(f, 0, sizeof *f);
    if (l->kind == INLAY_DECIMAL) {
        fit_decimal(f, leaf);
    } else if (l->kind == INLAY_INTEGER && l->bits < 32) {
        f->kind = FIT_I32;
        f->least = l->is_signed ? -((int64_t)1 << (l->bits - 1)) : 0;
        f->most = l->is_signed ? ((int64_t)1 << (l->bits - 1)) - 1 : ((int64_t)1 << l->bits) - 1;
    } else if (strict && (l->kind == INLAY_STRING || l->kind == INLAY_ENUM || l->kind == INLAY_JSON)) {
        f->kind = FIT_TEXT;
    }
}

/* Is a big-endian two's complement number at most `limit` in magnitude? */
static bool fit_within(const struct fit *f, const uint8_t *data, size_t len)
{
    bool negative = len && data[0] & 0x80;
    uint8_t magnitude[FIT_DECIMAL_BYTES] = {0};
    while (len > FIT_DECIMAL_BYTES) { /* copies of the sign say nothing */
        if (data[0] != (negative ? 0xFF : 0))
            return false;
        data++;
        len--;
    }
    if (len && negative != (data[0] >> 7 == 1))
        return false;
    uint32_t carry = negative;
    for (size_t i = 0; i < len; i++) {
        uint8_t byte = data[len - 1 - i];
        carry += negative ? (uint8_t)~byte : byte;
        magnitude[FIT_DECIMAL_BYTES - 1 - i] = (uint8_t)carry;
        carry >>= 8;
    }
    return memcmp(magnitude, f->limit, sizeof magnitude) <= 0;
}

/* First integer outside [least, most]; most arrays have none, and then no branch a value is taken. */
#define FIT_INTEGERS(ctype)                                     \
    do {                                                        \
        const ctype *v = values;                                \
        bool bad = false;                                       \
        for (i = 0; i < n; i++)                                 \
            bad |= v[i] < f->least || v[i] > f->most;           \
        for (i = bad ? 0 : n; i < n; i++)                       \
            if (v[i] < f->least || v[i] > f->most)              \
                break;                                          \
    } while (0)

size_t fit_check(const struct fit *f, const inlay_node *leaf, const void *values, size_t n, const char **what)
{
    const uint8_t *fixed = values;
    const inlay_bytes *bytes = values;
    size_t i = n;
    *what = leaf->logical.kind == INLAY_DECIMAL ? ERR("a decimal with more digits than its precision")
                                                : ERR("an integer beyond the bits of its column");
    switch (f->kind) {
    case FIT_ANY:
        break;
    case FIT_I32:
        FIT_INTEGERS(int32_t);
        break;
    case FIT_I64:
        FIT_INTEGERS(int64_t);
        break;
    case FIT_DECIMAL:
        for (i = 0; i < n; i++)
            if (leaf->type == INLAY_BYTE_ARRAY
                    ? !fit_within(f, bytes[i].data, bytes[i].len)
                    : !fit_within(f, fixed + i * (size_t)leaf->type_length, (size_t)leaf->type_length))
                break;
        break;
    case FIT_TEXT:
        *what = ERR("text that is not UTF-8");
        for (i = 0; i < n; i++)
            if (!text_is_utf8(bytes[i].data, bytes[i].len))
                break;
        break;
    }
    return i;
}

#endif
