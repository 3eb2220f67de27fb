/* Snappy, raw block format, ours.
 *
 *   block   = varint: length of the output | elements
 *   literal = tag 00: n - 1 in 6 bits (60..63: in 1..4 bytes LE) | n bytes
 *   copy    = tag 01: n - 4 in 3 bits, offset in 3 + 8 bits
 *             tag 10: n - 1 in 6 bits, offset in 16 bits LE
 *             tag 11: n - 1 in 6 bits, offset in 32 bits LE
 *
 * Source: google/snappy format_description.txt; parquet-format Compression.md (no framing).
 */
#include "codec/codec.h"

#if INLAY_SNAPPY

#include "base/bytes.h"
#include "codec/rows.h"

enum {
    SNAPPY_SLOP = 16,         /* bytes that a fast copy may touch behind its end, inside the buffers */
    SNAPPY_BLOCK = 65536,     /* matches reach no farther back */
    SNAPPY_HASH_BITS = 15,
    SNAPPY_HASH_BITS_LEAST = 8, /* for the shortest inputs: a table twice as large as they are */
    SNAPPY_TAIL = 15          /* bytes at the end of a block that are only literals */
};

/* ---- decompress ---- */

/* Copy n bytes from `offset` bytes back. Naive: byte by byte, so that an overlap repeats its pattern. Wide:
 * with an offset of 8 or more, eight at a time are the same; a shorter pattern is doubled until it is. */
static uint8_t *snappy_copy_back(uint8_t *dst, const uint8_t *end, size_t offset, size_t n)
{
    const uint8_t *src = dst - offset;
    uint8_t *stop = dst + n;
    if ((size_t)(end - dst) < n + SNAPPY_SLOP) {
        while (dst < stop)
            *dst++ = *src++;
        return stop;
    }
    if (offset >= 16) {
        do {
            memcpy(dst, src, 16);
            dst += 16;
            src += 16;
        } while (dst < stop);
        return stop;
    }
    while (offset < 8) { /* pattern shorter than a word: write it once more, then it is twice as long */
        uint64_t word;
        memcpy(&word, src, 8); /* through a register: the two places overlap */
        memcpy(dst, &word, 8);
        if (n <= offset)
            return stop;
        n -= offset;
        dst += offset;
        offset *= 2;
    }
    src = dst - offset;
    do {
        memcpy(dst, src, 8);
        dst += 8;
        src += 8;
    } while (dst < stop);
    return stop;
}

/* Length of a literal from its tag; *src moves over length bytes. SIZE_MAX = bytes missing. */
static size_t snappy_literal(uint8_t tag, const uint8_t **src, const uint8_t *end)
{
    size_t n = tag >> 2;
    if (n < 60)
        return n + 1;
    size_t extra = n - 59, value = 0;
    if ((size_t)(end - *src) < extra)
        return SIZE_MAX;
    for (size_t i = 0; i < extra; i++)
        value |= (size_t)(*src)[i] << 8 * i;
    *src += extra;
    return value == SIZE_MAX ? SIZE_MAX : value + 1;
}

/* Length and offset of a copy; false = bytes missing. */
static bool snappy_reference(uint8_t tag, const uint8_t **src, const uint8_t *end, size_t *offset,
                             size_t *n)
{
    static const uint8_t extra_bytes[4] = {0, 1, 2, 4};
    size_t extra = extra_bytes[tag & 3], left = (size_t)(end - *src);
    const uint8_t *p = *src;
    if (left < extra)
        return false;
    *src += extra;
    if (extra == 1) {
        *n = 4 + (tag >> 2 & 7u);
        *offset = (size_t)(tag >> 5) << 8 | p[0];
    } else {
        *n = 1 + (size_t)(tag >> 2);
        *offset = extra == 2 ? load_le16(p) : load_le32(p);
    }
    return true;
}

bool snappy_decompress(const uint8_t *src, size_t src_bytes, uint8_t *dst, size_t dst_bytes)
{
    struct cursor in = cursor_over(src, src_bytes);
    uint64_t length = cursor_varint(&in);
    if (in.failed || length != dst_bytes)
        return false;
    const uint8_t *p = in.at, *p_end = in.end;
    uint8_t *d = dst, *d_end = dst + dst_bytes;
    while (p < p_end) {
        uint8_t tag = *p++;
        if ((tag & 3) == 0) {
            size_t n = (size_t)(tag >> 2) + 1;
            /* short literals with room on both sides: one wide copy, no length loop */
            if (n <= 16 && p_end - p >= SNAPPY_SLOP && d_end - d >= SNAPPY_SLOP) {
                memcpy(d, p, 16);
                p += n;
                d += n;
                continue;
            }
            n = snappy_literal(tag, &p, p_end);
            if (n > (size_t)(p_end - p) || n > (size_t)(d_end - d))
                return false;
            memcpy(d, p, n);
            p += n;
            d += n;
            continue;
        }
        size_t offset = 0, n = 0;
        if (!snappy_reference(tag, &p, p_end, &offset, &n) || offset == 0 ||
            offset > (size_t)(d - dst) || n > (size_t)(d_end - d))
            return false;
        d = snappy_copy_back(d, d_end, offset, n);
    }
    return d == d_end;
}

/* ---- compress ---- */

size_t snappy_bound(size_t src_bytes)
{
    return 32 + src_bytes + src_bytes / 6;
}

static uint8_t *snappy_put_literal(uint8_t *dst, const uint8_t *src, size_t n)
{
    size_t m = n - 1;
    if (m < 60) {
        *dst++ = (uint8_t)(m << 2);
    } else {
        unsigned extra = m < 1u << 8 ? 1 : m < 1u << 16 ? 2 : m < 1u << 24 ? 3 : 4;
        *dst++ = (uint8_t)((59 + extra) << 2);
        for (unsigned i = 0; i < extra; i++)
            *dst++ = (uint8_t)(m >> 8 * i);
    }
    memcpy(dst, src, n);
    return dst + n;
}

/* A copy of 4 to 64 bytes: whichever form is shorter, chosen without a branch. Writes a byte or two behind it. */
INLAY_INLINE uint8_t *snappy_put_one_copy(uint8_t *dst, size_t offset, size_t n)
{
    uint32_t near = n < 12 && offset < 2048;
    uint32_t two = (uint32_t)((offset >> 8) << 5 | (n - 4) << 2 | 1 | (offset & 255) << 8);
    uint32_t three = (uint32_t)((n - 1) << 2 | 2 | offset << 8);
    store_le32(dst, near ? two : three);
    return dst + 3 - near;
}

INLAY_INLINE uint8_t *snappy_put_copy(uint8_t *dst, size_t offset, size_t n)
{
    while (INLAY_UNLIKELY(n > 64)) { /* leaves at least 4 for the last one */
        size_t part = n >= 68 ? 64 : 60;
        dst = snappy_put_one_copy(dst, offset, part);
        n -= part;
    }
    return snappy_put_one_copy(dst, offset, n);
}

/* How many bytes are equal, at most to `end` (of b). */
INLAY_INLINE size_t snappy_match(const uint8_t *a, const uint8_t *b, const uint8_t *end)
{
    const uint8_t *start = b;
    for (; end - b >= 8; a += 8, b += 8) {
        uint64_t x = load_le64(a) ^ load_le64(b);
        if (x)
            return (size_t)(b - start) + (INLAY_ZEROS(x) >> 3);
    }
    while (b < end && *a == *b) {
        a++;
        b++;
    }
    return (size_t)(b - start);
}

INLAY_INLINE uint32_t snappy_hash(uint32_t four, uint32_t bits)
{
    return four * 0x1E35A7BDu >> (32 - bits);
}

/* One block of at most 64 KiB: greedy matches found through a table of the last place of each hash. The longer nothing
 * matches, the larger the steps. Up to SNAPPY_TAIL bytes before the end there is room for wide loads, and, since output
 * never grows faster than snappy_bound says, for wide stores. */
static uint8_t *snappy_block(const uint8_t *src, size_t n, uint8_t *dst, uint16_t *table)
{
    const uint8_t *p = src, *end = src + n, *literal = src;
    const uint8_t *limit = n > SNAPPY_TAIL ? end - SNAPPY_TAIL : src;
    uint32_t bits = SNAPPY_HASH_BITS_LEAST;
    while (bits < SNAPPY_HASH_BITS && (size_t)1 << bits < 2 * n)
        bits++;
    memset(table, 0, sizeof *table << bits);
    for (p++; p < limit;) {
        const uint8_t *candidate, *next = p;
        uint32_t misses = 32, slot = snappy_hash(load_le32(p), bits), slot_next = slot;
        do { /* look for four bytes that were there before; the next place is prepared meanwhile */
            p = next;
            slot = slot_next;
            next = p + (misses++ >> 5);
            if (INLAY_UNLIKELY(next >= limit))
                goto out;
            slot_next = snappy_hash(load_le32(next), bits);
            candidate = src + table[slot];
            table[slot] = (uint16_t)(p - src);
        } while (load_le32(candidate) != load_le32(p));
        size_t run = (size_t)(p - literal);
        if (INLAY_LIKELY(run <= 16)) {
            *dst = (uint8_t)((run - 1) << 2);
            memcpy(dst + 1, literal, 16);
            dst += 1 + run;
        } else {
            dst = snappy_put_literal(dst, literal, run);
        }
        do {
            size_t length = 4 + snappy_match(candidate + 4, p + 4, end);
            dst = snappy_put_copy(dst, (size_t)(p - candidate), length);
            p += length;
            literal = p;
            if (p >= limit)
                goto out;
            uint64_t around = load_le64(p - 1); /* the place before also is worth finding again */
            table[snappy_hash((uint32_t)around, bits)] = (uint16_t)(p - 1 - src);
            slot = snappy_hash((uint32_t)(around >> 8), bits);
            candidate = src + table[slot];
            table[slot] = (uint16_t)(p - src);
        } while (load_le32(candidate) == load_le32(p));
        p++;
    }
out:
    return end > literal ? snappy_put_literal(dst, literal, (size_t)(end - literal)) : dst;
}

size_t snappy_compress(const uint8_t *src, size_t src_bytes, uint8_t *dst, void *table)
{
    uint8_t *d = dst + put_varint(dst, src_bytes);
    for (size_t at = 0; at < src_bytes; at += SNAPPY_BLOCK) {
        size_t n = src_bytes - at < SNAPPY_BLOCK ? src_bytes - at : SNAPPY_BLOCK;
        d = snappy_block(src + at, n, d, table);
    }
    return (size_t)(d - dst);
}

/* ---- as a codec ---- */

static inlay_status snappy_open_compress(struct codec_context *c)
{
    c->state_bytes = SNAPPY_TABLE_BYTES;
    return mem_new(c->env, c->state_bytes, &c->state);
}

static void snappy_close(struct codec_context *c)
{
    mem_free(c->env, c->state, c->state_bytes);
}

static bool snappy_codec_decompress(struct codec_context *c, const uint8_t *src, size_t src_bytes,
                                    uint8_t *dst, size_t dst_bytes)
{
    if (snappy_decompress(src, src_bytes, dst, dst_bytes))
        return true;
    c->what = ERR("page is not valid snappy of the promised size");
    return false;
}

static size_t snappy_codec_compress(struct codec_context *c, const uint8_t *src, size_t src_bytes,
                                    uint8_t *dst, size_t dst_capacity)
{
    return dst_capacity < snappy_bound(src_bytes) ? 0
                                                  : snappy_compress(src, src_bytes, dst, c->state);
}

const struct codec codec_snappy = {
    .name = "snappy",
    .id = CODEC_SNAPPY,
    .open_compress = snappy_open_compress,
    .close = snappy_close,
    .decompress = snappy_codec_decompress,
    .bound = snappy_bound,
    .compress = snappy_codec_compress,
};

#endif
