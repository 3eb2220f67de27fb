/* Levels of a page, in pieces; see levels.h. */
#include "format/levels.h"

#include "base/mem.h"

enum { LEVELS_PIECE = 1024 };

size_t levels_legacy_bytes(uint8_t max, size_t n)
{
    return (size_t)(((uint64_t)n * bits_of(max) + 7) / 8);
}

size_t levels_equal(const uint8_t *levels, size_t n, uint8_t level)
{
    const uint64_t ones = 0x0101010101010101u, all = ones * level;
    size_t count = 0, i = 0;
    for (; i + 8 <= n; i += 8) { /* a zero byte of v is an equal level; its top bit then stays clear */
        uint64_t v = load_le64(levels + i) ^ all;
        v = ((v & ones * 0x7F) + ones * 0x7F) | v;
        count += 8 - (size_t)((v >> 7 & ones) * ones >> 56);
    }
    for (; i < n; i++)
        count += levels[i] == level;
    return count;
}

bool levels_within(const uint8_t *levels, size_t n, uint8_t max)
{
    const uint64_t ones = 0x0101010101010101u, top = ones << 7;
    uint64_t above = 0, more = ones * (uint64_t)(127 - (max & 127)); /* carries a byte's level above max to its top bit */
    size_t i = 0;
    for (; max < 128 && i + 8 <= n; i += 8) {
        uint64_t v = load_le64(levels + i);
        above |= ((v & ~top) + more) | v;
    }
    for (; i < n; i++)
        above |= levels[i] > max ? top : 0;
    return (above & top) == 0;
}

void levels_tally(const uint8_t *levels, size_t n, uint8_t max, int64_t *counts)
{
    enum { LEVELS_FEW = 3 };
    if (max > LEVELS_FEW) {
        for (size_t i = 0; i < n; i++)
            counts[levels[i]]++;
        return;
    }
    size_t rest = n; /* a pass a level, eight at a time; the lowest is what is left */
    for (uint8_t level = max; level > 0; level--) {
        size_t equal = levels_equal(levels, n, level);
        counts[level] += (int64_t)equal;
        rest -= equal;
    }
    counts[0] += (int64_t)rest;
}

void levels_open(struct levels *l, uint8_t max, int encoding, const uint8_t *data, size_t bytes,
                 size_t n)
{
    *l = (struct levels){.max = max, .left = n};
    if (max == 0 || n == 0) {
        l->constant = true;
        return;
    }
    if (encoding == ENCODING_BIT_PACKED) {
        l->legacy = true;
        l->packed = data;
        l->packed_end = data + bytes;
        return;
    }
    uint32_t value = 0;
    rle_open(&l->rle, data, bytes, bits_of(max));
    if (rle_peek_run(&l->rle, n, &value) == n && value <= max) {
        l->constant = true;
        l->value = (uint8_t)value;
    }
}

static bool levels_fail(struct levels *l, const char *what)
{
    l->what = what;
    return false;
}

bool levels_read(struct levels *l, uint8_t *out, size_t n)
{
    if (l->legacy) {
        size_t bytes = levels_legacy_bytes(l->max, n);
        if (!bit_packed_read_u8(l->packed, (size_t)(l->packed_end - l->packed), bits_of(l->max), out,
                                n))
            return levels_fail(l, ERR("levels end too early"));
        l->packed += bytes;
    } else if (!rle_read_u8(&l->rle, out, n)) {
        return levels_fail(l, l->rle.what ? l->rle.what : ERR("levels end too early"));
    }
    l->left -= n;
    if ((l->max & (l->max + 1)) == 0)
        return true; /* the bit width allows no more */
    uint8_t most = 0;
    for (size_t i = 0; i < n; i++)
        most = out[i] > most ? out[i] : most;
    return most <= l->max || levels_fail(l, ERR("a level is above the column's maximum"));
}

bool levels_count(const struct levels *l, uint8_t level, size_t *count)
{
    uint8_t piece[LEVELS_PIECE];
    struct levels copy = *l;
    *count = 0;
    if (copy.constant) {
        *count = copy.value == level ? copy.left : 0;
        return true;
    }
    while (copy.left) {
        uint32_t value = 0;
        size_t run = copy.legacy ? 0 : rle_peek_run(&copy.rle, copy.left, &value);
        if (run >= 8) {
            if (!rle_skip(&copy.rle, run))
                return false;
            *count += value == level ? run : 0;
            copy.left -= run;
            continue;
        }
        size_t n = copy.left < LEVELS_PIECE ? copy.left : LEVELS_PIECE;
        if (!levels_read(&copy, piece, n))
            return false;
        *count += levels_equal(piece, n, level);
    }
    return true;
}
