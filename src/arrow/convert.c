/* Kernels by value; see convert.h. */
#include "arrow/convert.h"

#include "base/bytes.h"

/* ---- integers, floats ---- */

const char *arrow_convert_8(const struct arrow_node *node, const void *values, size_t n, uint8_t *out)
{
    const int32_t *v = values;
    (void)node;
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)v[i];
    return NULL;
}

const char *arrow_convert_16(const struct arrow_node *node, const void *values, size_t n, uint8_t *out)
{
    const int32_t *v = values;
    (void)node;
    for (size_t i = 0; i < n; i++) {
        uint16_t cut = (uint16_t)v[i];
        memcpy(out + 2 * i, &cut, sizeof cut);
    }
    return NULL;
}

const char *arrow_convert_half(const struct arrow_node *node, const void *values, size_t n,
                               uint8_t *out)
{
    const uint8_t *v = values;
    (void)node;
    for (size_t i = 0; i < n; i++) {
        uint16_t half = load_le16(v + 2 * i);
        memcpy(out + 2 * i, &half, sizeof half);
    }
    return NULL;
}

/* ---- timestamps of 96 bits ---- */

/* INT96: u64 LE nanoseconds of the day, i32 LE Julian day; 2440588 is 1970-01-01. What does not fit 64
 * bits is a failure, never another time. */
const char *arrow_convert_int96(const struct arrow_node *node, const void *values, size_t n,
                                uint8_t *out)
{
    enum { JULIAN_OF_EPOCH = 2440588 };
    static const int64_t per_unit[] = {1, 1000000, 1000, 1}; /* nanoseconds; by inlay_unit */
    const uint8_t *v = values;
    int64_t ns = per_unit[node->unit], day_units = 86400 * (1000000000 / ns);
    for (size_t i = 0; i < n; i++, v += 12) {
        int64_t of_day = (int64_t)load_le64(v);
        int64_t day = (int64_t)(int32_t)load_le32(v + 8) - JULIAN_OF_EPOCH;
        int64_t rest = of_day / ns - (of_day % ns < 0);
        if (day > INT64_MAX / day_units || day < INT64_MIN / day_units)
            return ERR("an INT96 timestamp does not fit 64 bits of its unit: ask for a coarser one");
        int64_t at = day * day_units;
        if (rest > 0 ? at > INT64_MAX - rest : at < INT64_MIN - rest)
            return ERR("an INT96 timestamp does not fit 64 bits of its unit: ask for a coarser one");
        at += rest;
        memcpy(out + 8 * i, &at, sizeof at);
    }
    return NULL;
}

/* FIXED(12) TIMESTAMP: little-endian two's complement of 96 bits. */
const char *arrow_convert_time96(const struct arrow_node *node, const void *values, size_t n,
                                 uint8_t *out)
{
    const uint8_t *v = values;
    (void)node;
    for (size_t i = 0; i < n; i++, v += 12) {
        int64_t low = (int64_t)load_le64(v);
        if (load_le32(v + 8) != (low < 0 ? UINT32_MAX : 0))
            return ERR("a 96-bit timestamp does not fit 64 bits");
        memcpy(out + 8 * i, &low, sizeof low);
    }
    return NULL;
}

/* ---- decimals ---- */

/* Big-endian two's complement of any length, none is 0, to `width` bytes in the machine's order. */
static bool arrow_decimal(const uint8_t *in, size_t len, uint8_t *out, size_t width)
{
    uint8_t fill = len && in[0] & 0x80 ? 0xFF : 0;
    while (len > width) { /* longer than it need be: sign bytes only */
        if (*in != fill)
            return false;
        in++;
        len--;
    }
    if (len && (in[0] & 0x80) != (fill & 0x80))
        return false;
#if INLAY_BIG_ENDIAN
    memset(out, fill, width - len);
    if (len)
        memcpy(out + width - len, in, len);
#else
    for (size_t i = 0; i < len; i++)
        out[i] = in[len - 1 - i];
    memset(out + len, fill, width - len);
#endif
    return true;
}

static void arrow_decimal_of(int64_t v, uint8_t *out, size_t width)
{
#if INLAY_BIG_ENDIAN
    memset(out, v < 0 ? 0xFF : 0, width - 8);
    memcpy(out + width - 8, &v, 8);
#else
    memcpy(out, &v, 8);
    memset(out + 8, v < 0 ? 0xFF : 0, width - 8);
#endif
}

const char *arrow_convert_decimal_i32(const struct arrow_node *node, const void *values, size_t n,
                                      uint8_t *out)
{
    const int32_t *v = values;
    for (size_t i = 0; i < n; i++, out += node->width)
        arrow_decimal_of(v[i], out, node->width);
    return NULL;
}

const char *arrow_convert_decimal_i64(const struct arrow_node *node, const void *values, size_t n,
                                      uint8_t *out)
{
    const int64_t *v = values;
    for (size_t i = 0; i < n; i++, out += node->width)
        arrow_decimal_of(v[i], out, node->width);
    return NULL;
}

static const char *arrow_decimal_text(void)
{
    return ERR("a decimal is larger than its precision allows");
}

const char *arrow_convert_decimal_bytes(const struct arrow_node *node, const void *values, size_t n,
                                        uint8_t *out)
{
    const inlay_bytes *v = values;
    for (size_t i = 0; i < n; i++, out += node->width)
        if (!arrow_decimal(v[i].data, v[i].len, out, node->width))
            return arrow_decimal_text();
    return NULL;
}

const char *arrow_convert_decimal_fixed(const struct arrow_node *node, const void *values, size_t n,
                                        uint8_t *out)
{
    const uint8_t *v = values;
    for (size_t i = 0; i < n; i++, out += node->width, v += node->in_width)
        if (!arrow_decimal(v, node->in_width, out, node->width))
            return arrow_decimal_text();
    return NULL;
}

/* ---- slots ---- */

/* From the back, so that no value is overwritten before it moved. Constant widths are one load and one
 * store; every value lies at or before its slot. */
#define ARROW_SPREAD(bytes)                                                   \
    case bytes:                                                               \
        while (n > k) {                                                       \
            n--;                                                              \
            if (def[n] >= level) {                                            \
                k--;                                                          \
                memmove(data + n * (bytes), data + k * (bytes), bytes);       \
            } else {                                                          \
                memset(data + n * (bytes), 0, bytes);                         \
            }                                                                 \
        }                                                                     \
        return

void arrow_spread(uint8_t *data, size_t width, const uint8_t *def, size_t n, uint8_t level,
                  size_t n_values)
{
    size_t k = n_values;
    switch (width) {
        ARROW_SPREAD(4);
        ARROW_SPREAD(8);
        ARROW_SPREAD(16);
    default:
        while (n > k) {
            n--;
            if (def[n] >= level) {
                k--;
                memmove(data + n * width, data + k * width, width);
            } else {
                memset(data + n * width, 0, width);
            }
        }
    }
}
