/* Little-endian loads and stores, and a cursor over untrusted bytes.
 *
 * The cursor remembers its first failure and then yields zeros: straight parsing reads on, and the
 * caller checks once. After a failure nothing is left (at == end).
 */
#ifndef INLAY_BASE_BYTES_H
#define INLAY_BASE_BYTES_H

#include <string.h>

#include "inlay/base.h"

#include "base/compiler.h"

INLAY_INLINE uint16_t load_le16(const void *p)
{
    const uint8_t *b = p;
    return (uint16_t)(b[0] | (uint16_t)(b[1] << 8));
}
INLAY_INLINE uint32_t load_le32(const void *p)
{
#if INLAY_BIG_ENDIAN
    const uint8_t *b = p;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
#else
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
#endif
}
INLAY_INLINE uint64_t load_le64(const void *p)
{
#if INLAY_BIG_ENDIAN
    return load_le32(p) | (uint64_t)load_le32((const uint8_t *)p + 4) << 32;
#else
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
#endif
}
INLAY_INLINE void store_le16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}
INLAY_INLINE void store_le32(void *p, uint32_t v)
{
    uint8_t *b = p;
    b[0] = (uint8_t)v;
    b[1] = (uint8_t)(v >> 8);
    b[2] = (uint8_t)(v >> 16);
    b[3] = (uint8_t)(v >> 24);
}
INLAY_INLINE void store_le64(void *p, uint64_t v)
{
    store_le32(p, (uint32_t)v);
    store_le32((uint8_t *)p + 4, (uint32_t)(v >> 32));
}
INLAY_INLINE uint32_t load_be32(const void *p)
{
    const uint8_t *b = p;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | (uint32_t)b[3];
}

INLAY_INLINE uint64_t load_be64(const void *p)
{
    return (uint64_t)load_be32(p) << 32 | load_be32((const uint8_t *)p + 4);
}

/* zigzag: 0, -1, 1, -2 ... as 0, 1, 2, 3 (Thrift compact protocol, Encodings.md). */
INLAY_INLINE int64_t zigzag_decode(uint64_t v)
{
    return (int64_t)((v >> 1) ^ (0 - (v & 1)));
}
INLAY_INLINE uint64_t zigzag_encode(int64_t v)
{
    return ((uint64_t)v << 1) ^ (uint64_t)(v >> 63);
}

/* Number of bits that hold v: 0 for 0, 1 for 1, 2 for 2 and 3. */
INLAY_INLINE unsigned bits_of(uint64_t v)
{
    unsigned n = 0;
    while (v) {
        n++;
        v >>= 1;
    }
    return n;
}

struct cursor {
    const uint8_t *start, *at, *end;
    const char *failed; /* constant text of the first failure; NULL = none */
};

INLAY_INLINE struct cursor cursor_over(const void *data, size_t bytes)
{
    const uint8_t *p = data;
    return (struct cursor){p, p, p ? p + bytes : p, NULL};
}
INLAY_INLINE size_t cursor_left(const struct cursor *c)
{
    return (size_t)(c->end - c->at);
}
/* Fail once; later failures do not replace the first. */
void cursor_fail(struct cursor *c, const char *what);
uint8_t cursor_u8(struct cursor *c);
uint32_t cursor_le32(struct cursor *c);
uint64_t cursor_le64(struct cursor *c);
/* ULEB128 of at most 64 bits in at most 10 bytes; overlong or overflowing ones fail. */
uint64_t cursor_varint(struct cursor *c);
/* The next n bytes, or NULL (and failed) when fewer are left. n == 0 gives a valid pointer. */
const uint8_t *cursor_take(struct cursor *c, size_t n);

/* ULEB128 into at most 10 bytes; returns the bytes used. */
size_t put_varint(uint8_t *dst, uint64_t v);

#endif
