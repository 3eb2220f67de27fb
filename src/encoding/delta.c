/* DELTA_BINARY_PACKED.
 *
 *   header = block size | miniblocks a block | count of values | zigzag first value      (varints)
 *   block  = zigzag least delta | one width byte a miniblock | miniblocks, bit-packed LSB first
 *
 * A value is the one before it + least delta + its packed number, modulo 2^32 or 2^64. Miniblocks behind
 * the last value have no body, and their widths may be garbage.
 * Source: Encodings.md "Delta Encoding".
 */
#include "encoding/delta.h"

#include "base/mem.h"
#include "encoding/bits.h"
#include "encoding/rows.h"

static bool delta_fail(struct delta *d, const char *what)
{
    cursor_fail(&d->in, what);
    d->left = 0;
    return false;
}

bool delta_open(struct delta *d, const uint8_t *data, size_t bytes, uint32_t type_bits)
{
    *d = (struct delta){.in = cursor_over(data, bytes), .type_bits = type_bits};
    uint64_t block = cursor_varint(&d->in), miniblocks = cursor_varint(&d->in);
    d->total = d->left = cursor_varint(&d->in);
    d->last = (uint64_t)zigzag_decode(cursor_varint(&d->in));
    if (d->in.failed)
        return delta_fail(d, ERR("delta header ends too early"));
    if (block == 0 || block % 128 || block > INT32_MAX || miniblocks == 0 || block % miniblocks ||
        block / miniblocks % 32)
        return delta_fail(d, ERR("delta header with an impossible block size"));
    d->block_values = (uint32_t)block;
    d->miniblocks = d->miniblock = (uint32_t)miniblocks;
    d->miniblock_values = (uint32_t)(block / miniblocks);
    d->first = d->total > 0;
    return true;
}

/* The next miniblock, opening a block where needed. */
static bool delta_next(struct delta *d)
{
    if (d->miniblock == d->miniblocks) {
        d->min_delta = (uint64_t)zigzag_decode(cursor_varint(&d->in));
        d->widths = cursor_take(&d->in, d->miniblocks);
        if (!d->widths)
            return delta_fail(d, ERR("delta block ends too early"));
        d->miniblock = 0;
    }
    d->bit_width = d->widths[d->miniblock++];
    if (d->bit_width > d->type_bits)
        return delta_fail(d, ERR("delta miniblock wider than its type"));
    size_t left = cursor_left(&d->in);
    uint64_t bytes = (uint64_t)d->miniblock_values * d->bit_width / 8;
    uint64_t used = d->left < d->miniblock_values ? d->left : d->miniblock_values;
    if (left < bytes) { /* only the padding of the last miniblock may be missing */
        if (left < (used * d->bit_width + 7) / 8)
            return delta_fail(d, ERR("delta miniblock ends too early"));
        bytes = left;
    }
    d->packed = cursor_take(&d->in, (size_t)bytes);
    d->bit = 0;
    d->miniblock_left = d->miniblock_values;
    return true;
}

static void delta_store(const struct delta *d, void *out, size_t i, uint64_t v)
{
    if (!out)
        return;
    if (d->type_bits == 32)
        ((uint32_t *)out)[i] = (uint32_t)v;
    else
        ((uint64_t *)out)[i] = v;
}

bool delta_read(struct delta *d, void *out, size_t n)
{
    size_t i = 0;
    if (n > d->left)
        return delta_fail(d, ERR("delta stream has fewer values than the page"));
    if (n && d->first) {
        delta_store(d, out, i++, d->last);
        d->first = false;
        d->left--;
    }
    while (i < n) {
        if (d->miniblock_left == 0 && !delta_next(d))
            return false;
        size_t take = n - i < d->miniblock_left ? n - i : d->miniblock_left;
        const uint8_t *end = d->in.at;
        uint64_t bit = d->bit;
        uint32_t width = d->bit_width;
        uint64_t last = d->last, least = d->min_delta;
        size_t k = 0;
        if (!width && !out) { /* nothing to unpack or to keep */
            last += least * take;
            k = take;
        }
        for (; k < take; k++, bit += width) {
            last += least + (width ? bits_unpack(d->packed, end, bit, width) : 0);
            delta_store(d, out, i + k, last);
        }
        d->bit = bit;
        d->last = last;
        d->miniblock_left -= (uint32_t)take;
        d->left -= take;
        i += take;
    }
    return true;
}

bool delta_finish(struct delta *d)
{
    if (d->left && d->first) {
        d->first = false;
        d->left--;
    }
    while (d->left) {
        if (d->miniblock_left == 0 && !delta_next(d))
            return false;
        uint64_t take = d->left < d->miniblock_left ? d->left : d->miniblock_left;
        d->miniblock_left -= (uint32_t)take;
        d->left -= take;
    }
    return true;
}

/* ---- as an encoding of INT32 and INT64 ---- */

static bool delta_value_open(struct decoder *d, const uint8_t *data, size_t bytes)
{
    struct delta *s = &d->u.delta.values;
    if (d->left == 0)
        return true; /* a page of nulls: four varints, or nothing at all */
    if (!delta_open(s, data, bytes, d->width * 8) || s->total < d->left) {
        d->what = s->in.failed ? s->in.failed : ERR("delta stream has fewer values than the page");
        return false;
    }
    return true;
}

static bool delta_value_read(struct decoder *d, void *out, size_t n)
{
    if (!delta_read(&d->u.delta.values, out, n)) {
        d->what = d->u.delta.values.in.failed;
        return false;
    }
    return true;
}

static bool delta_value_skip(struct decoder *d, size_t n)
{
    return delta_value_read(d, NULL, n);
}

/* ---- writing: blocks of 128, four miniblocks of 32 ---- */

enum { DELTA_BLOCK = 128, DELTA_MINIBLOCKS = 4, DELTA_MINIBLOCK = 32 };

size_t delta_bound(size_t n)
{
    return 40 + (n / DELTA_BLOCK + 1) * (10 + DELTA_MINIBLOCKS + DELTA_BLOCK * 8);
}

static uint64_t delta_load(const void *values, size_t i, uint32_t type_bits)
{
    return type_bits == 32 ? (uint64_t)(int64_t)((const int32_t *)values)[i]
                           : ((const uint64_t *)values)[i];
}

static size_t delta_pack(uint8_t *dst, const uint64_t *v, size_t n, uint32_t width)
{
    size_t bytes = (size_t)DELTA_MINIBLOCK * width / 8;
    memset(dst, 0, bytes);
    uint32_t bit = 0;
    for (size_t i = 0; i < n; i++)
        for (uint32_t done = 0; done < width;) {
            uint32_t room = 8 - (bit & 7), take = width - done < room ? width - done : room;
            uint64_t part = v[i] >> done & (((uint64_t)1 << take) - 1);
            dst[bit >> 3] = (uint8_t)(dst[bit >> 3] | part << (bit & 7));
            done += take;
            bit += take;
        }
    return bytes;
}

/* One block: deltas of values [from, from + n), n at most 128. */
static size_t delta_write_block(uint8_t *dst, const void *values, size_t from, size_t n,
                                uint32_t type_bits)
{
    uint64_t deltas[DELTA_BLOCK];
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < n; i++) {
        uint64_t v = delta_load(values, from + i, type_bits) - delta_load(values, from + i - 1, type_bits);
        if (type_bits == 32)
            v = (uint64_t)(int64_t)(int32_t)(uint32_t)v;
        deltas[i] = v;
        least = (int64_t)v < least ? (int64_t)v : least;
    }
    size_t used = put_varint(dst, zigzag_encode(least));
    uint8_t *widths = dst + used;
    used += DELTA_MINIBLOCKS;
    for (size_t m = 0; m < DELTA_MINIBLOCKS; m++) {
        size_t at = m * DELTA_MINIBLOCK, k = at < n ? n - at : 0;
        uint64_t any = 0;
        if (k > DELTA_MINIBLOCK)
            k = DELTA_MINIBLOCK;
        for (size_t i = at; i < at + k; i++) {
            deltas[i] -= (uint64_t)least;
            if (type_bits == 32)
                deltas[i] &= 0xFFFFFFFFu;
            any |= deltas[i];
        }
        widths[m] = (uint8_t)bits_of(any);
        if (k)
            used += delta_pack(dst + used, deltas + at, k, widths[m]);
    }
    return used;
}

size_t delta_write(uint8_t *dst, const void *values, size_t n, uint32_t type_bits)
{
    size_t used = put_varint(dst, DELTA_BLOCK);
    used += put_varint(dst + used, DELTA_MINIBLOCKS);
    used += put_varint(dst + used, n);
    used += put_varint(dst + used, n ? zigzag_encode((int64_t)delta_load(values, 0, type_bits)) : 0);
    for (size_t at = 1; at < n; at += DELTA_BLOCK)
        used += delta_write_block(dst + used, values, at, n - at < DELTA_BLOCK ? n - at : DELTA_BLOCK,
                                  type_bits);
    return used;
}

static size_t delta_value_bound(const void *values, size_t n, uint8_t type, uint32_t width)
{
    (void)values;
    (void)type;
    (void)width;
    return delta_bound(n);
}

static size_t delta_value_write(uint8_t *dst, const void *values, size_t n, uint8_t type,
                                uint32_t width)
{
    (void)type;
    return delta_write(dst, values, n, width * 8);
}

const struct encoding encoding_delta = {
    .name = "delta_binary_packed",
    .id = ENCODING_DELTA_BINARY_PACKED,
    .types = 1 << INLAY_INT32 | 1 << INLAY_INT64,
    .open = delta_value_open,
    .read = delta_value_read,
    .skip = delta_value_skip,
    .bound = delta_value_bound,
    .write = delta_value_write,
};
