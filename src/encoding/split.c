/* BYTE_STREAM_SPLIT: byte k of every value, then byte k + 1 of every value ...
 *
 *   value i = data[i], data[n + i], data[2 n + i] ...     n values, no length; the section is exactly n x width
 *
 * Source: Encodings.md "Byte Stream Split".
 */
#include "base/mem.h"
#include "encoding/rows.h"

static bool split_open(struct decoder *d, const uint8_t *data, size_t bytes)
{
    size_t n = d->left;
    if (d->width == 0 || bytes / d->width != n || bytes % d->width) {
        d->what = ERR("byte streams of another length than the page's values");
        return false;
    }
    d->u.split.data = data;
    d->u.split.n = n;
    d->u.split.next = 0;
    return true;
}

static bool split_read(struct decoder *d, void *out, size_t n)
{
    uint8_t *to = out;
    size_t all = d->u.split.n, width = d->width;
    const uint8_t *from = d->u.split.data + d->u.split.next;
    bool swap = INLAY_BIG_ENDIAN && d->type != INLAY_FIXED_LEN_BYTE_ARRAY;
    for (size_t k = 0; k < width; k++) {
        uint8_t *at = to + (swap ? width - 1 - k : k);
        for (size_t i = 0; i < n; i++)
            at[i * width] = from[k * all + i];
    }
    d->u.split.next += n;
    return true;
}

static bool split_skip(struct decoder *d, size_t n)
{
    d->u.split.next += n;
    return true;
}

static size_t split_bound(const void *values, size_t n, uint8_t type, uint32_t width)
{
    (void)values;
    (void)type;
    return n * width;
}

static size_t split_write(uint8_t *dst, const void *values, size_t n, uint8_t type, uint32_t width)
{
    const uint8_t *from = values;
    bool swap = INLAY_BIG_ENDIAN && type != INLAY_FIXED_LEN_BYTE_ARRAY;
    for (size_t k = 0; k < width; k++)
        for (size_t i = 0; i < n; i++)
            dst[k * n + i] = from[i * width + (swap ? width - 1 - k : k)];
    return n * width;
}

const struct encoding encoding_split = {
    .name = "byte_stream_split",
    .id = ENCODING_BYTE_STREAM_SPLIT,
    .types = 1 << INLAY_INT32 | 1 << INLAY_INT64 | 1 << INLAY_FLOAT | 1 << INLAY_DOUBLE |
             1 << INLAY_FIXED_LEN_BYTE_ARRAY,
    .open = split_open,
    .read = split_read,
    .skip = split_skip,
    .bound = split_bound,
    .write = split_write,
};
