/* UTF-8; see text.h. */
#include "base/text.h"

#include "base/bytes.h"

/* Table 3-7 of the Unicode Standard: only the second byte has ranges of its own. */
size_t text_utf8_step(const uint8_t *p, size_t left)
{
    uint8_t a = p[0];
    if (a < 0x80)
        return 1;
    if (a < 0xC2 || a > 0xF4)
        return 0;
    size_t n = a < 0xE0 ? 2 : a < 0xF0 ? 3 : 4;
    if (left < n)
        return 0;
    uint8_t low = a == 0xE0 ? 0xA0 : a == 0xF0 ? 0x90 : 0x80;
    uint8_t high = a == 0xED ? 0x9F : a == 0xF4 ? 0x8F : 0xBF;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    return n;
}

size_t text_utf8_span(const uint8_t *data, size_t bytes)
{
    size_t i = 0;
    while (i < bytes) {
        if (bytes - i >= 8 && (load_le64(data + i) & 0x8080808080808080u) == 0) {
            i += 8; /* ASCII, eight at a time */
            continue;
        }
        size_t n = text_utf8_step(data + i, bytes - i);
        if (n == 0)
            return i;
        i += n;
    }
    return bytes;
}

bool text_is_utf8(const uint8_t *data, size_t bytes)
{
    return text_utf8_span(data, bytes) == bytes;
}

size_t text_utf8_put(uint8_t *dst, uint32_t code)
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
