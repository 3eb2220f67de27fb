/* FlatBuffers; see flat.h. */
#include "arrow/flat.h"

#include "base/bytes.h"
#include "base/mem.h"

uint32_t flat_fail(struct flat *f, const char *what)
{
    if (!f->failed)
        f->failed = what;
    return 0;
}

uint32_t flat_follow(struct flat *f, uint32_t at)
{
    uint32_t offset = load_le32(f->data + at);
    if (offset == 0 || offset > f->bytes - at || f->bytes - at - offset < 4)
        return flat_fail(f, ERR("ARROW:schema: an offset points outside"));
    return at + offset;
}

uint32_t flat_slot(struct flat *f, uint32_t table, uint32_t slot, uint32_t width)
{
    /* vtable: u16 own bytes, u16 table bytes, then a u16 offset per slot */
    int64_t vtable_at = (int64_t)table - (int32_t)load_le32(f->data + table);
    if (vtable_at < 0 || vtable_at > (int64_t)f->bytes - 4)
        return flat_fail(f, ERR("ARROW:schema: a table lacks its vtable"));
    uint32_t vtable = (uint32_t)vtable_at;
    uint32_t vtable_bytes = load_le16(f->data + vtable);
    uint32_t table_bytes = load_le16(f->data + vtable + 2);
    if (vtable_bytes < 4 || vtable_bytes > f->bytes - vtable || table_bytes > f->bytes - table)
        return flat_fail(f, ERR("ARROW:schema: a vtable runs over the end"));
    if (vtable_bytes < 6 + 2 * slot)
        return 0;
    uint32_t offset = load_le16(f->data + vtable + 4 + 2 * slot);
    if (offset == 0)
        return 0;
    if (offset < 4 || offset > table_bytes || table_bytes - offset < width)
        return flat_fail(f, ERR("ARROW:schema: a field lies outside its table"));
    return table + offset;
}

uint32_t flat_slots(struct flat *f, uint32_t table)
{
    flat_slot(f, table, 0, 0); /* checks the vtable */
    if (f->failed)
        return 0;
    uint32_t vtable = table - load_le32(f->data + table);
    uint32_t n = (load_le16(f->data + vtable) - 4u) / 2;
    while (n && load_le16(f->data + vtable + 2 + 2 * n) == 0)
        n--;
    return n;
}

uint32_t flat_target(struct flat *f, uint32_t table, uint32_t slot)
{
    uint32_t at = flat_slot(f, table, slot, 4);
    return at ? flat_follow(f, at) : 0;
}

uint8_t flat_u8(struct flat *f, uint32_t table, uint32_t slot)
{
    uint32_t at = flat_slot(f, table, slot, 1);
    return at ? f->data[at] : 0;
}

int16_t flat_i16(struct flat *f, uint32_t table, uint32_t slot, int16_t otherwise)
{
    uint32_t at = flat_slot(f, table, slot, 2);
    return at ? (int16_t)load_le16(f->data + at) : otherwise;
}

int32_t flat_i32(struct flat *f, uint32_t table, uint32_t slot, int32_t otherwise)
{
    uint32_t at = flat_slot(f, table, slot, 4);
    return at ? (int32_t)load_le32(f->data + at) : otherwise;
}

inlay_bytes flat_string(struct flat *f, uint32_t table, uint32_t slot)
{
    uint32_t at = flat_target(f, table, slot);
    if (!at)
        return (inlay_bytes){NULL, 0};
    uint32_t len = load_le32(f->data + at);
    if (len > f->bytes - at - 4) {
        flat_fail(f, ERR("ARROW:schema: a string runs over the end"));
        return (inlay_bytes){NULL, 0};
    }
    return (inlay_bytes){f->data + at + 4, len};
}

uint32_t flat_count(struct flat *f, uint32_t vector)
{
    if (!vector)
        return 0;
    uint32_t n = load_le32(f->data + vector);
    if (n > (f->bytes - vector - 4) / 4)
        return flat_fail(f, ERR("ARROW:schema: a vector runs over the end"));
    return n;
}

uint32_t flat_element(struct flat *f, uint32_t vector, uint32_t i)
{
    return flat_follow(f, vector + 4 + 4 * i);
}
