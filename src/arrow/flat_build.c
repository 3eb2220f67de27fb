/* Writing FlatBuffers; see flat_build.h. */
#include "arrow/flat_build.h"

#if INLAY_WRITE

#include "base/bytes.h"

void flat_pad(struct buf *b, size_t align)
{
    while (b->status == INLAY_OK && b->bytes % align)
        buf_u8(b, 0);
}

static void flat_put_le16(struct buf *b, size_t v)
{
    buf_u8(b, (uint8_t)v);
    buf_u8(b, (uint8_t)(v >> 8));
}

/* Places inside the table, widest first, so that none needs padding; the table begins with the offset to its
 * vtable and is aligned to 8, so that what is 8 wide goes to 8. Returns the table's bytes. */
static size_t flat_lay_out(const struct flat_field *slots, size_t n, uint16_t *places)
{
    size_t next = 4;
    for (size_t i = 0; i < n; i++)
        if (slots[i].width == 8)
            next = 8;
    for (uint8_t width = 8; width; width /= 2)
        for (size_t i = 0; i < n; i++)
            if (slots[i].width == width) {
                places[i] = (uint16_t)next;
                next += width;
            }
    return next;
}

size_t flat_put_table(struct buf *b, const struct flat_field *slots, size_t n, struct flat_table *table)
{
    uint16_t places[FLAT_MOST_SLOTS] = {0};
    while (n && slots[n - 1].width == 0)
        n--;
    size_t bytes = flat_lay_out(slots, n, places), vtable_bytes = 4 + 2 * n;
    while (b->status == INLAY_OK && (b->bytes + vtable_bytes) % 8)
        buf_u8(b, 0);
    flat_put_le16(b, vtable_bytes);
    flat_put_le16(b, bytes);
    for (size_t i = 0; i < n; i++)
        flat_put_le16(b, places[i]);
    size_t at = b->bytes;
    uint8_t *dst = buf_reserve(b, bytes);
    if (!dst)
        return 0;
    memset(dst, 0, bytes);
    store_le32(dst, (uint32_t)vtable_bytes);
    for (size_t i = 0; i < n; i++) {
        for (uint8_t k = 0; k < slots[i].width; k++)
            dst[places[i] + k] = (uint8_t)((uint64_t)slots[i].value >> 8 * k);
        table->at[i] = at + places[i];
    }
    b->bytes += bytes;
    return at;
}

void flat_link(struct buf *b, size_t at, size_t target)
{
    if (b->status == INLAY_OK)
        store_le32(b->data + at, (uint32_t)(target - at));
}

size_t flat_put_string(struct buf *b, inlay_bytes text)
{
    flat_pad(b, 4);
    size_t at = b->bytes;
    buf_le32(b, (uint32_t)text.len);
    buf_append(b, text.data, text.len);
    buf_u8(b, 0);
    return at;
}

size_t flat_put_vector(struct buf *b, size_t n)
{
    flat_pad(b, 4);
    size_t at = b->bytes;
    buf_le32(b, (uint32_t)n);
    uint8_t *dst = buf_reserve(b, 4 * n);
    if (!dst)
        return 0;
    memset(dst, 0, 4 * n);
    b->bytes += 4 * n;
    return at;
}

#endif
