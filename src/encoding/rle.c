/* RLE / bit-packed hybrid; legacy BIT_PACKED levels.
 *
 *   run      = header value | header groups
 *   header   = ULEB128: n << 1 (a run of n equal values), or groups << 1 | 1 (8 values a group)
 *   value    = ceil(width / 8) bytes LE;  group = width bytes, LSB first
 *
 * Source: Encodings.md "Run Length Encoding / Bit-Packing Hybrid", "Bit-packed (Deprecated)".
 */
#include "encoding/encoding.h"

#include "base/mem.h"
#include "encoding/rows.h"

void rle_open(struct rle *r, const uint8_t *data, size_t bytes, uint32_t bit_width)
{
    *r = (struct rle){.at = data, .end = data + bytes, .bit_width = bit_width};
}

static bool rle_fail(struct rle *r, const char *what)
{
    r->what = what;
    r->run_left = r->packed_left = 0;
    return false;
}

/* Open the next run that is not empty. */
static bool rle_next(struct rle *r)
{
    if (r->bit_width > 32)
        return rle_fail(r, ERR("bit width above 32"));
    while (r->run_left == 0 && r->packed_left == 0) {
        struct cursor in = cursor_over(r->at, (size_t)(r->end - r->at));
        uint64_t header = cursor_varint(&in);
        if (in.failed)
            return rle_fail(r, ERR("run-length data ends too early"));
        size_t left = cursor_left(&in);
        if (header & 1) {
            uint64_t groups = header >> 1;
            if (groups > UINT64_MAX / 8)
                return rle_fail(r, ERR("run longer than 64 bits can count"));
            uint64_t need = groups > left && r->bit_width ? left : groups * r->bit_width;
            r->packed = in.at;
            r->packed_end = in.at + (need < left ? need : left);
            r->packed_bit = 0;
            r->packed_left = groups * 8;
            if (r->bit_width) { /* cut short: what there are bits for, to the end of the last group */
                uint64_t bits = (uint64_t)(r->packed_end - r->packed) * 8;
                uint64_t most = ((bits + r->bit_width - 1) / r->bit_width + 7) / 8 * 8;
                r->packed_left = r->packed_left < most ? r->packed_left : most;
            }
            r->at = r->packed_end;
        } else {
            size_t width = (r->bit_width + 7) / 8;
            uint32_t value = 0;
            if (width > left)
                return rle_fail(r, ERR("run-length data ends too early"));
            for (size_t i = 0; i < width; i++)
                value |= (uint32_t)in.at[i] << 8 * i;
            if (r->bit_width < 32 && value >> r->bit_width)
                return rle_fail(r, ERR("run value wider than its bit width"));
            r->value = value;
            r->run_left = header >> 1;
            r->at = in.at + width;
        }
    }
    return true;
}

/* Groups of eight from a byte on; `width`, 1 to 16, is a constant where this is inlined. Eight values of up to 8 bits lie
 * in one load, four of up to 16 in another. Returns how many values; 16 bytes can be read behind the last group's begin. */
INLAY_INLINE size_t rle_unpack_eights(const uint8_t *packed, const uint8_t *end, uint32_t *out, size_t n, uint32_t width)
{
    uint64_t mask = ((uint64_t)1 << width) - 1;
    size_t i = 0;
    for (; n - i >= 8 && end - packed >= 16; i += 8, packed += width) {
        uint64_t low = load_le64(packed), high = load_le64(packed + (4 * width >> 3)) >> (4 * width & 7);
        if (width <= 8)
            high = low >> 4 * width % 64;
        for (uint32_t k = 0; k < 4; k++) {
            out[i + k] = (uint32_t)(low >> k * width & mask);
            out[i + k + 4] = (uint32_t)(high >> k * width & mask);
        }
    }
    return i;
}

#define RLE_UNPACK(width) \
    case width:           \
        return rle_unpack_eights(packed, end, out, n, width)

static size_t rle_unpack_groups(const uint8_t *packed, const uint8_t *end, uint32_t width, uint32_t *out, size_t n)
{
    switch (width) {
        RLE_UNPACK(1);
        RLE_UNPACK(2);
        RLE_UNPACK(3);
        RLE_UNPACK(4);
        RLE_UNPACK(5);
        RLE_UNPACK(6);
        RLE_UNPACK(7);
        RLE_UNPACK(8);
        RLE_UNPACK(9);
        RLE_UNPACK(10);
        RLE_UNPACK(11);
        RLE_UNPACK(12);
        RLE_UNPACK(13);
        RLE_UNPACK(14);
        RLE_UNPACK(15);
        RLE_UNPACK(16);
    default:
        return 0;
    }
}

/* Up to n packed values from bit offset `bit`; bytes beyond `end` read as zeros. Naive: bit by bit.
 * Here: whole groups first, then one 64-bit load per value, the last ones byte by byte. */
static void rle_unpack(const uint8_t *packed, const uint8_t *end, uint64_t bit, uint32_t width,
                       uint32_t *out, size_t n)
{
    uint64_t mask = width == 32 ? 0xFFFFFFFFu : ((uint64_t)1 << width) - 1;
    size_t bytes = (size_t)(end - packed), i = 0;
    if ((bit & 7) == 0 && bit >> 3 <= bytes)
        i = rle_unpack_groups(packed + (bit >> 3), end, width, out, n);
    bit += (uint64_t)i * width;
    for (; i < n && (bit >> 3) + 8 <= bytes; i++, bit += width)
        out[i] = (uint32_t)(load_le64(packed + (bit >> 3)) >> (bit & 7) & mask);
    for (; i < n; i++, bit += width) {
        uint64_t v = 0;
        for (size_t at = (size_t)(bit >> 3), k = 0; k < 5 && at + k < bytes; k++)
            v |= (uint64_t)packed[at + k] << 8 * k;
        out[i] = (uint32_t)(v >> (bit & 7) & mask);
    }
}

/* Take up to n packed values; at least one is left. */
static size_t rle_take_packed(struct rle *r, uint32_t *out, size_t n)
{
    size_t take = n < r->packed_left ? n : (size_t)r->packed_left;
    size_t bytes = (size_t)(r->packed_end - r->packed);
    if (out)
        rle_unpack(r->packed, r->packed_end, r->packed_bit, r->bit_width, out, take);
    uint64_t bit = r->packed_bit + (uint64_t)take * r->bit_width;
    size_t move = (size_t)(bit >> 3) < bytes ? (size_t)(bit >> 3) : bytes;
    r->packed += move;
    r->packed_bit = (uint32_t)(bit - (uint64_t)move * 8);
    r->packed_left -= take;
    return take;
}

size_t rle_peek_run(struct rle *r, size_t n, uint32_t *value)
{
    *value = 0;
    if (r->bit_width == 0 && r->at == r->end && !r->run_left && !r->packed_left)
        return n; /* a width of 0 needs no bytes: some writers omit the run header */
    if (r->run_left == 0 && r->packed_left == 0) {
        struct rle copy = *r;
        if (n == 0 || !rle_next(&copy))
            return 0; /* the read will say why */
        *r = copy;
    }
    uint64_t left = r->run_left ? r->run_left : r->bit_width == 0 ? r->packed_left : 0;
    *value = r->run_left ? r->value : 0;
    return left < n ? (size_t)left : n;
}

/* Pass over n values of a known run. */
static void rle_pass(struct rle *r, size_t n)
{
    if (r->run_left)
        r->run_left -= n;
    else if (r->packed_left)
        r->packed_left -= n;
}

/* n >= 1 copies: a block that doubles as long as it stays in the cache. */
static void rle_fill(uint32_t *out, uint32_t value, size_t n)
{
    enum { RLE_BLOCK = 1024 };
    out[0] = value;
    for (size_t done = 1, more; done < n; done += more) {
        more = done < RLE_BLOCK ? done : RLE_BLOCK;
        more = more < n - done ? more : n - done;
        memcpy(out + done, out, more * sizeof *out);
    }
}

bool rle_read_u32(struct rle *r, uint32_t *out, size_t n)
{
    while (n) {
        uint32_t value;
        size_t run = rle_peek_run(r, n, &value), got = run;
        if (run) {
            rle_fill(out, value, run);
            rle_pass(r, run);
        } else if (r->packed_left || rle_next(r)) {
            got = rle_take_packed(r, out, n);
        } else {
            return false;
        }
        out += got;
        n -= got;
    }
    return true;
}

bool rle_read_u8(struct rle *r, uint8_t *out, size_t n)
{
    uint32_t piece[256];
    while (n) {
        uint32_t value;
        size_t run = rle_peek_run(r, n, &value), got = run;
        if (run) {
            if (value > 255)
                return rle_fail(r, ERR("level above 255"));
            memset(out, (int)value, run);
            rle_pass(r, run);
        } else {
            size_t want = n < 256 ? n : 256;
            if (!(r->packed_left || rle_next(r)))
                return false;
            got = rle_take_packed(r, piece, want);
            uint32_t any = 0;
            for (size_t i = 0; i < got; i++) {
                any |= piece[i];
                out[i] = (uint8_t)piece[i];
            }
            if (any > 255)
                return rle_fail(r, ERR("level above 255"));
        }
        out += got;
        n -= got;
    }
    return true;
}

bool rle_skip(struct rle *r, size_t n)
{
    while (n) {
        uint32_t value;
        size_t run = rle_peek_run(r, n, &value), got = run;
        if (run)
            rle_pass(r, run);
        else if (r->packed_left || rle_next(r))
            got = rle_take_packed(r, NULL, n);
        else
            return false;
        n -= got;
    }
    return true;
}

/* ---- writing: runs of 8 and more as RLE, the rest in groups of 8 ---- */

size_t rle_bound(size_t n, uint32_t bit_width)
{
    /* worst: single groups between short runs; a group is bit_width bytes, a header at most 5; the last group
     * is written as whole words */
    return (n / 8 + 1) * (bit_width + 5) + (n / 8 + 1) * 10 + 16;
}

size_t rle_write_run(uint8_t *dst, uint32_t value, uint64_t n, uint32_t bit_width)
{
    size_t used = put_varint(dst, n << 1);
    for (uint32_t i = 0; i < (bit_width + 7) / 8; i++)
        dst[used++] = (uint8_t)(value >> 8 * i);
    return used;
}

/* `wide`: uint32_t values, otherwise uint8_t; a constant wherever these are inlined. */
INLAY_INLINE uint32_t rle_value(const void *values, size_t i, bool wide)
{
    return wide ? ((const uint32_t *)values)[i] : ((const uint8_t *)values)[i];
}

/* Are the eight values at i equal? */
INLAY_INLINE bool rle_eight_equal(const void *values, size_t i, bool wide)
{
    const uint8_t *p = (const uint8_t *)values + i * (wide ? 4 : 1);
    uint64_t a = load_le64(p);
    if (!wide)
        return a == (a & 255) * 0x0101010101010101u;
    return ((a ^ load_le64(p + 8)) | (a ^ load_le64(p + 16)) | (a ^ load_le64(p + 24)) | (a ^ (a << 32 | a >> 32))) == 0;
}

/* The eight values at i as one group, its bit_width bytes at dst and up to seven zeros behind them. Naive: bit by
 * bit. Here: as many values as fill at most 64 bits are joined first, 8 or 4 or 2. */
INLAY_INLINE void rle_pack_eight(uint8_t *dst, const void *values, size_t i, bool wide, uint32_t bit_width)
{
    uint32_t many = bit_width <= 8 ? 8 : bit_width <= 16 ? 4 : 2, bits = many * bit_width, have = 0;
    uint64_t out = 0;
    for (uint32_t k = 0; k < 8; k += many) {
        uint64_t part = rle_value(values, i + k, wide) | (uint64_t)rle_value(values, i + k + 1, wide) << bit_width;
        if (many >= 4)
            part |= ((uint64_t)rle_value(values, i + k + 2, wide) |
                     (uint64_t)rle_value(values, i + k + 3, wide) << bit_width) << 2 * bit_width;
        if (many == 8)
            part |= ((uint64_t)rle_value(values, i + 4, wide) | (uint64_t)rle_value(values, i + 5, wide) << bit_width |
                     ((uint64_t)rle_value(values, i + 6, wide) | (uint64_t)rle_value(values, i + 7, wide) << bit_width)
                         << 2 * bit_width) << 4 * bit_width;
        out |= part << have;
        have += bits;
        if (have >= 64) {
            store_le64(dst, out);
            dst += 8;
            have -= 64;
            out = have ? part >> (bits - have) : 0;
        }
    }
    if (have)
        store_le64(dst, out);
}

/* Values [from, to) as bit-packed groups; to - from is a multiple of 8 except at the very end. */
INLAY_INLINE size_t rle_write_groups(uint8_t *dst, const void *values, size_t from, size_t to, bool wide,
                                     uint32_t bit_width)
{
    size_t groups = (to - from + 7) / 8, used = put_varint(dst, (uint64_t)groups << 1 | 1);
    for (; from + 8 <= to; from += 8, used += bit_width)
        rle_pack_eight(dst + used, values, from, wide, bit_width);
    if (from < to) {
        uint32_t last[8] = {0};
        for (size_t i = from; i < to; i++)
            last[i - from] = rle_value(values, i, wide);
        rle_pack_eight(dst + used, last, 0, true, bit_width);
        used += bit_width;
    }
    return used;
}

#define RLE_GROUPS(width) \
    case width:           \
        return rle_write_groups(dst, values, from, to, true, width)

/* The same, with the width as a constant where it is a usual one. */
static size_t rle_write_codes(uint8_t *dst, const void *values, size_t from, size_t to, uint32_t bit_width)
{
    switch (bit_width) {
        RLE_GROUPS(1);
        RLE_GROUPS(2);
        RLE_GROUPS(3);
        RLE_GROUPS(4);
        RLE_GROUPS(5);
        RLE_GROUPS(6);
        RLE_GROUPS(7);
        RLE_GROUPS(8);
        RLE_GROUPS(9);
        RLE_GROUPS(10);
        RLE_GROUPS(11);
        RLE_GROUPS(12);
        RLE_GROUPS(13);
        RLE_GROUPS(14);
        RLE_GROUPS(15);
        RLE_GROUPS(16);
    default:
        return rle_write_groups(dst, values, from, to, true, bit_width);
    }
}

INLAY_INLINE size_t rle_write_some(uint8_t *dst, const void *values, size_t from, size_t to, bool wide, uint32_t bit_width)
{
    return wide ? rle_write_codes(dst, values, from, to, bit_width)
                : rle_write_groups(dst, values, from, to, false, bit_width);
}

/* Runs begin where a group would, so that [from, i), which waits for packing, is a multiple of 8. */
INLAY_INLINE size_t rle_write_any(uint8_t *dst, const void *values, size_t n, bool wide, uint32_t bit_width)
{
    size_t used = 0, from = 0, i = 0;
    while (i + 8 <= n) {
        if (!rle_eight_equal(values, i, wide)) {
            i += 8;
            continue;
        }
        size_t end = i + 8;
        uint32_t v = rle_value(values, i, wide);
        while (end + 8 <= n && rle_value(values, end, wide) == v && rle_eight_equal(values, end, wide))
            end += 8;
        while (end < n && rle_value(values, end, wide) == v)
            end++;
        if (i > from)
            used += rle_write_some(dst + used, values, from, i, wide, bit_width);
        used += rle_write_run(dst + used, v, end - i, bit_width);
        from = i = end;
    }
    if (n > from)
        used += rle_write_some(dst + used, values, from, n, wide, bit_width);
    return used;
}

size_t rle_write_u32(uint8_t *dst, const uint32_t *values, size_t n, uint32_t bit_width)
{
    return rle_write_any(dst, values, n, true, bit_width);
}
size_t rle_write_u8(uint8_t *dst, const uint8_t *values, size_t n, uint32_t bit_width)
{
    return rle_write_any(dst, values, n, false, bit_width);
}

/* ---- legacy BIT_PACKED: MSB first ---- */

bool bit_packed_read_u8(const uint8_t *data, size_t bytes, uint32_t bit_width, uint8_t *out, size_t n)
{
    if (bit_width > 8 || (bit_width && n > bytes * 8 / bit_width))
        return false;
    size_t bit = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned v = 0;
        for (uint32_t k = 0; k < bit_width; k++, bit++)
            v = v << 1 | ((unsigned)data[bit >> 3] >> (7 - (bit & 7)) & 1);
        out[i] = (uint8_t)v;
    }
    return true;
}

/* ---- BOOLEAN values: u32 LE length, then a hybrid of width 1, in v1 and v2 pages ---- */

static bool rle_boolean_open(struct decoder *d, const uint8_t *data, size_t bytes)
{
    struct cursor in = cursor_over(data, bytes);
    uint32_t length = cursor_le32(&in);
    if (d->left == 0)
        length = 0; /* a page of nulls may have nothing here */
    else if (in.failed || length > cursor_left(&in)) {
        d->what = ERR("boolean run-length data longer than the page");
        return false;
    }
    rle_open(&d->u.rle, in.at, length, 1);
    return true;
}

static bool rle_boolean_read(struct decoder *d, void *out, size_t n)
{
    if (!rle_read_u8(&d->u.rle, out, n)) {
        d->what = d->u.rle.what;
        return false;
    }
    return true;
}

static bool rle_boolean_skip(struct decoder *d, size_t n)
{
    if (!rle_skip(&d->u.rle, n)) {
        d->what = d->u.rle.what;
        return false;
    }
    return true;
}

static size_t rle_boolean_bound(const void *values, size_t n, uint8_t type, uint32_t width)
{
    (void)values;
    (void)type;
    (void)width;
    return 4 + rle_bound(n, 1);
}

static size_t rle_boolean_write(uint8_t *dst, const void *values, size_t n, uint8_t type,
                                uint32_t width)
{
    (void)type;
    (void)width;
    size_t used = rle_write_u8(dst + 4, values, n, 1);
    store_le32(dst, (uint32_t)used);
    return 4 + used;
}

const struct encoding encoding_rle_boolean = {
    .name = "rle",
    .id = ENCODING_RLE,
    .types = 1 << INLAY_BOOLEAN,
    .open = rle_boolean_open,
    .read = rle_boolean_read,
    .skip = rle_boolean_skip,
    .bound = rle_boolean_bound,
    .write = rle_boolean_write,
};
