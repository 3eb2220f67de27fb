/* Short runs of bytes: compared, copied and hashed in place, since most strings are shorter than what a call of
 * memcmp or memcpy is worth. Naive: byte by byte. Here: words, the last one overlapping the one before. No byte
 * outside the run is touched. */
#ifndef INLAY_BASE_SHORT_H
#define INLAY_BASE_SHORT_H

#include "base/bytes.h"

INLAY_INLINE bool short_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
    if (n >= 8) {
        for (size_t i = 0; i + 8 < n; i += 8)
            if (load_le64(a + i) != load_le64(b + i))
                return false;
        return load_le64(a + n - 8) == load_le64(b + n - 8);
    }
    if (n >= 4)
        return load_le32(a) == load_le32(b) && load_le32(a + n - 4) == load_le32(b + n - 4);
    return n == 0 || (a[0] == b[0] && a[n / 2] == b[n / 2] && a[n - 1] == b[n - 1]);
}

INLAY_INLINE void short_copy(uint8_t *dst, const uint8_t *src, size_t n)
{
    if (n > 64) {
        memcpy(dst, src, n);
    } else if (n >= 16) {
        for (size_t i = 0; i + 16 < n; i += 16)
            memcpy(dst + i, src + i, 16);
        memcpy(dst + n - 16, src + n - 16, 16);
    } else if (n >= 8) {
        memcpy(dst, src, 8);
        memcpy(dst + n - 8, src + n - 8, 8);
    } else if (n >= 4) {
        memcpy(dst, src, 4);
        memcpy(dst + n - 4, src + n - 4, 4);
    } else if (n) {
        dst[0] = src[0];
        dst[n / 2] = src[n / 2];
        dst[n - 1] = src[n - 1];
    }
}

/* The first eight bytes as a number that compares as they do; a shorter run goes on with zeros. */
INLAY_INLINE uint64_t short_head(const uint8_t *p, size_t n)
{
    if (n >= 8)
        return load_be64(p);
    if (n >= 4)
        return (uint64_t)load_be32(p) << 32 | ((uint64_t)load_be32(p + n - 4) << 8 * (8 - n) & UINT32_MAX);
    uint64_t head = 0;
    for (size_t i = 0; i < n; i++)
        head |= (uint64_t)p[i] << (56 - 8 * i);
    return head;
}

/* For tables in memory only: neither the same on all machines nor safe against an opponent. */
INLAY_INLINE uint64_t short_mix(uint64_t h)
{
    h *= 0x9E3779B97F4A7C15u;
    return h ^ h >> 32;
}
INLAY_INLINE uint64_t short_hash(const uint8_t *p, size_t n)
{
    uint64_t h = n, last = 0;
    if (n >= 8) {
        for (size_t i = 0; i + 8 < n; i += 8)
            h = short_mix(h ^ load_le64(p + i));
        last = load_le64(p + n - 8);
    } else if (n >= 4) {
        last = load_le32(p) | (uint64_t)load_le32(p + n - 4) << 32;
    } else if (n) {
        last = p[0] | (uint64_t)p[n / 2] << 8 | (uint64_t)p[n - 1] << 16;
    }
    return short_mix(short_mix(h ^ last));
}

#endif
