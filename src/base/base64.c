/* Base64; see base64.h. */
#include "base/base64.h"

static int base64_digit(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_decode(inlay_bytes text, uint8_t *dst, size_t *bytes)
{
    size_t len = text.len, n = 0;
    for (int pad = 0; pad < 2 && text.len % 4 == 0 && len && text.data[len - 1] == '='; pad++)
        len--;
    if (len % 4 == 1)
        return false;
    uint32_t bits = 0;
    for (size_t i = 0; i < len; i++) {
        int digit = base64_digit(text.data[i]);
        if (digit < 0)
            return false;
        bits = bits << 6 | (uint32_t)digit;
        if (i % 4 == 0)
            continue;
        /* after 2, 3, 4 digits 4, 2, 0 bits remain */
        dst[n++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
    }
    *bytes = n;
    return true;
}

void base64_encode(struct buf *text, inlay_bytes data)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < data.len; i += 3) {
        size_t n = data.len - i < 3 ? data.len - i : 3;
        uint32_t bits = (uint32_t)data.data[i] << 16;
        bits |= n > 1 ? (uint32_t)data.data[i + 1] << 8 : 0;
        bits |= n > 2 ? (uint32_t)data.data[i + 2] : 0;
        uint8_t out[4] = {(uint8_t)digits[bits >> 18], (uint8_t)digits[bits >> 12 & 63], '=', '='};
        if (n > 1)
            out[2] = (uint8_t)digits[bits >> 6 & 63];
        if (n > 2)
            out[3] = (uint8_t)digits[bits & 63];
        buf_append(text, out, sizeof out);
    }
}
