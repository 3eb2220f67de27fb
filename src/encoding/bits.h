/* Bit-packed values of up to 64 bits, least significant bit first. */
#ifndef INLAY_ENCODING_BITS_H
#define INLAY_ENCODING_BITS_H

#include "base/bytes.h"

/* The value of `width` bits (1..64) at bit `bit`; reads no byte at or behind `end`, which reads as zeros.
 * bit / 8 <= end - packed. */
INLAY_INLINE uint64_t bits_unpack(const uint8_t *packed, const uint8_t *end, uint64_t bit, uint32_t width)
{
    const uint8_t *p = packed + (size_t)(bit >> 3);
    uint32_t shift = bit & 7;
    uint64_t v = 0;
    if (end - p >= 9) {
        v = load_le64(p) >> shift;
        if (shift + width > 64)
            v |= (uint64_t)p[8] << (64 - shift);
    } else {
        for (uint32_t k = 0; k * 8 < shift + width && p + k < end; k++)
            v |= k == 0 ? (uint64_t)p[0] >> shift : (uint64_t)p[k] << (8 * k - shift);
    }
    return width == 64 ? v : v & (((uint64_t)1 << width) - 1);
}

/* Pack n values of `width` bits (0..64); what lies above is ignored. Returns the bytes: ceil(n x width / 8). */
INLAY_INLINE size_t bits_pack(uint8_t *dst, const uint64_t *v, size_t n, uint32_t width)
{
    uint8_t *at = dst;
    uint64_t held = 0, mask = width == 64 ? UINT64_MAX : ((uint64_t)1 << width) - 1;
    uint32_t used = 0; /* bits in `held`, below 64 */
    for (size_t i = 0; i < n && width; i++) {
        uint64_t x = v[i] & mask;
        held |= x << used;
        used += width;
        if (used >= 64) {
            store_le64(at, held);
            at += 8;
            used -= 64;
            held = used ? x >> (width - used) : 0;
        }
    }
    for (; used; used = used > 8 ? used - 8 : 0, held >>= 8)
        *at++ = (uint8_t)held;
    return (size_t)(at - dst);
}

#endif
