/* The sticky cursor and varints. */
#include "base/bytes.h"

#include "base/mem.h"

void cursor_fail(struct cursor *c, const char *what)
{
    if (!c->failed)
        c->failed = what;
    c->at = c->end;
}

uint8_t cursor_u8(struct cursor *c)
{
    if (c->at == c->end) {
        cursor_fail(c, ERR("bytes end too early"));
        return 0;
    }
    return *c->at++;
}

const uint8_t *cursor_take(struct cursor *c, size_t n)
{
    if (n > cursor_left(c)) {
        cursor_fail(c, ERR("bytes end too early"));
        return NULL;
    }
    const uint8_t *p = c->at ? c->at : (const uint8_t *)"";
    if (c->at)
        c->at += n;
    return c->failed ? NULL : p;
}

uint32_t cursor_le32(struct cursor *c)
{
    const uint8_t *p = cursor_take(c, 4);
    return p ? load_le32(p) : 0;
}

uint64_t cursor_le64(struct cursor *c)
{
    const uint8_t *p = cursor_take(c, 8);
    return p ? load_le64(p) : 0;
}

uint64_t cursor_varint(struct cursor *c)
{
    if (c->at < c->end && *c->at < 0x80) /* one byte, by far the most frequent */
        return *c->at++;
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        uint8_t b = cursor_u8(c);
        if (c->failed)
            return 0;
        if (shift == 63 && b > 1)
            break;
        v |= (uint64_t)(b & 0x7F) << shift;
        if (b < 0x80)
            return v;
    }
    cursor_fail(c, ERR("varint longer than 64 bits"));
    return 0;
}

size_t put_varint(uint8_t *dst, uint64_t v)
{
    size_t n = 0;
    while (v >= 0x80) {
        dst[n++] = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    dst[n++] = (uint8_t)v;
    return n;
}
