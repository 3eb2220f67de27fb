/* JSON values as text; see json_write.h. Source: RFC 8259 section 7. */
#include "base/json_write.h"

static void json_write_escape(struct buf *b, uint8_t c)
{
    static const char digits[] = "0123456789abcdef", letters[] = "btn\0fr"; /* from 8 on */
    uint8_t out[6] = {'\\', c, '0', '0', 0, 0};
    size_t n = 2;
    if (c < 0x20 && c >= 8 && c <= 13 && letters[c - 8]) {
        out[1] = (uint8_t)letters[c - 8];
    } else if (c < 0x20) {
        out[1] = 'u';
        out[4] = (uint8_t)digits[c >> 4];
        out[5] = (uint8_t)digits[c & 15];
        n = 6;
    }
    buf_append(b, out, n);
}

void json_write_text(struct buf *b, inlay_bytes text)
{
    size_t done = 0;
    buf_u8(b, '"');
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_append(b, text.data + done, i - done);
        json_write_escape(b, c);
        done = i + 1;
    }
    buf_append(b, text.data + done, text.len - done);
    buf_u8(b, '"');
}

void json_write_uint(struct buf *b, uint64_t v)
{
    uint8_t digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (uint8_t)('0' + v % 10);
        v /= 10;
    } while (v);
    buf_append(b, digits + at, sizeof digits - at);
}
