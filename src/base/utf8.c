/* UTF-8; see utf8.h. Source: RFC 3629 section 4; Unicode, table 3-7 "Well-Formed UTF-8 Byte Sequences". */
#include "base/utf8.h"

#include "base/bytes.h"

#define UTF8_HIGH_BITS 0x8080808080808080u

static int utf8_follows(uint8_t c)
{
    return (c & 0xC0) == 0x80;
}

size_t utf8_char(const uint8_t *p, size_t n)
{
    uint8_t c = p[0];
    if (c < 0x80)
        return 1;
    if (c < 0xC2 || c > 0xF4 || n < 2)
        return 0;
    if (c < 0xE0)
        return utf8_follows(p[1]) ? 2 : 0;
    /* the second byte excludes overlong forms, surrogates and what lies above U+10FFFF */
    uint8_t low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
    uint8_t high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
    if (p[1] < low || p[1] > high || n < 3 || !utf8_follows(p[2]))
        return 0;
    if (c < 0xF0)
        return 3;
    return n >= 4 && utf8_follows(p[3]) ? 4 : 0;
}

size_t utf8_span(const uint8_t *p, size_t n)
{
    size_t i = 0;
    while (i < n) {
        if (n - i >= 8 && (load_le64(p + i) & UTF8_HIGH_BITS) == 0) {
            i += 8;
            continue;
        }
        size_t step = utf8_char(p + i, n - i);
        if (step == 0)
            return i;
        i += step;
    }
    return n;
}

size_t utf8_put(uint8_t *dst, uint32_t code)
{
    if (code < 0x80) {
        dst[0] = (uint8_t)code;
        return 1;
    }
    size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 1; code >>= 6)
        dst[i] = (uint8_t)(0x80 | (code & 0x3F));
    dst[0] = (uint8_t)((0xF00u >> n & 0xFF) | code);
    return n;
}
