/* PLAIN: fixed-width values back to back, BYTE_ARRAY with u32 LE lengths, BOOLEAN bits LSB first. */
#include "encoding/encoding.h"

#include "base/mem.h"
#include "base/short.h"
#include "encoding/rows.h"

static bool plain_fail(struct decoder *d)
{
    d->what = ERR("values end too early");
    return false;
}

static bool plain_open(struct decoder *d, const uint8_t *data, size_t bytes)
{
    d->u.plain = cursor_over(data, bytes);
    if (d->type == INLAY_BOOLEAN) {
        d->u.bits.data = data;
        d->u.bits.bytes = bytes;
        d->u.bits.bit = 0;
    }
    return true;
}

static bool plain_read_bits(struct decoder *d, uint8_t *out, size_t n)
{
    size_t bit = d->u.bits.bit, bits = d->u.bits.bytes * 8;
    if (n > bits - bit)
        return plain_fail(d);
    for (size_t i = 0; out && i < n; i++)
        out[i] = d->u.bits.data[(bit + i) >> 3] >> ((bit + i) & 7) & 1;
    d->u.bits.bit = bit + n;
    return true;
}

static bool plain_read_strings(struct decoder *d, inlay_bytes *out, size_t n)
{
    struct cursor *in = &d->u.plain;
    for (size_t i = 0; i < n; i++) {
        size_t left = cursor_left(in);
        uint32_t len = left >= 4 ? load_le32(in->at) : 0;
        if (left < 4 || len > left - 4)
            return plain_fail(d);
        if (out)
            out[i] = (inlay_bytes){in->at + 4, len};
        in->at += 4 + (size_t)len;
    }
    return true;
}

#if INLAY_BIG_ENDIAN
static void plain_swap(uint8_t *p, size_t n, size_t width)
{
    for (size_t i = 0; i < n; i++, p += width)
        for (size_t a = 0, b = width - 1; a < b; a++, b--) {
            uint8_t t = p[a];
            p[a] = p[b];
            p[b] = t;
        }
}
#endif

static bool plain_read(struct decoder *d, void *out, size_t n)
{
    if (d->type == INLAY_BOOLEAN)
        return plain_read_bits(d, out, n);
    if (d->type == INLAY_BYTE_ARRAY)
        return plain_read_strings(d, out, n);
    struct cursor *in = &d->u.plain;
    if (d->width && n > cursor_left(in) / d->width)
        return plain_fail(d);
    if (out && n)
        memcpy(out, in->at, n * d->width);
    if (n)
        in->at += n * d->width;
#if INLAY_BIG_ENDIAN
    if (out && (d->type == INLAY_INT32 || d->type == INLAY_INT64 || d->type == INLAY_FLOAT ||
                d->type == INLAY_DOUBLE))
        plain_swap(out, n, d->width);
#endif
    return true;
}

static bool plain_skip(struct decoder *d, size_t n)
{
    return plain_read(d, NULL, n);
}

/* ---- writing ---- */

static size_t plain_bound(const void *values, size_t n, uint8_t type, uint32_t width)
{
    if (type == INLAY_BOOLEAN)
        return n / 8 + 1;
    if (type != INLAY_BYTE_ARRAY)
        return n * width;
    const inlay_bytes *b = values;
    size_t sum = 4 * n;
    for (size_t i = 0; i < n; i++)
        sum += b[i].len;
    return sum;
}

static size_t plain_write_bits(uint8_t *dst, const uint8_t *values, size_t n)
{
    size_t bytes = (n + 7) / 8;
    memset(dst, 0, bytes);
    for (size_t i = 0; i < n; i++)
        dst[i >> 3] = (uint8_t)(dst[i >> 3] | (values[i] & 1) << (i & 7));
    return bytes;
}

static size_t plain_write(uint8_t *dst, const void *values, size_t n, uint8_t type, uint32_t width)
{
    if (type == INLAY_BOOLEAN)
        return plain_write_bits(dst, values, n);
    if (type == INLAY_BYTE_ARRAY) {
        const inlay_bytes *b = values;
        uint8_t *at = dst;
        for (size_t i = 0; i < n; i++) {
            store_le32(at, (uint32_t)b[i].len);
            short_copy(at + 4, b[i].data, b[i].len);
            at += 4 + b[i].len;
        }
        return (size_t)(at - dst);
    }
    if (n)
        memcpy(dst, values, n * width);
#if INLAY_BIG_ENDIAN
    if (type == INLAY_INT32 || type == INLAY_INT64 || type == INLAY_FLOAT || type == INLAY_DOUBLE)
        plain_swap(dst, n, width);
#endif
    return n * width;
}

const struct encoding encoding_plain = {
    .name = "plain",
    .id = ENCODING_PLAIN,
    .types = 0xFF,
    .open = plain_open,
    .read = plain_read,
    .skip = plain_skip,
    .bound = plain_bound,
    .write = plain_write,
};
