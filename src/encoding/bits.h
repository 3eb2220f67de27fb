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

#endif
