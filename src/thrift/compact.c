/* Wire primitives; see compact.h. */
#include "thrift/compact.h"

static void compact_limit(struct compact *c, const char *what)
{
    c->limit = true;
    cursor_fail(c->in, what);
}

/* ---- reading ---- */

bool compact_field(struct compact *c, int32_t *id, uint8_t *type)
{
    uint8_t head = cursor_u8(c->in);
    if (c->in->failed || head == COMPACT_STOP)
        return false;
    *type = head & 15;
    *id = head >> 4 ? *id + (head >> 4) : (int32_t)compact_int(c, 16);
    if (*id > INT16_MAX)
        cursor_fail(c->in, ERR("field number above 16 bits"));
    return !c->in->failed;
}

bool compact_enter(struct compact *c)
{
    if (++c->depth <= c->limits->depth)
        return true;
    compact_limit(c, ERR("structures nested deeper than limits.thrift_depth"));
    return false;
}

void compact_leave(struct compact *c)
{
    c->depth--;
}

int64_t compact_int(struct compact *c, unsigned bits)
{
    int64_t v = zigzag_decode(cursor_varint(c->in));
    int64_t most = bits == 64 ? INT64_MAX : ((int64_t)1 << (bits - 1)) - 1;
    if (v > most || v < -most - 1) {
        cursor_fail(c->in, ERR("integer wider than its field"));
        return 0;
    }
    return v;
}

inlay_bytes compact_binary(struct compact *c)
{
    uint64_t n = cursor_varint(c->in);
    if (n > cursor_left(c->in))
        cursor_fail(c->in, ERR("string longer than the bytes left"));
    else if (n > c->limits->bytes)
        compact_limit(c, ERR("string longer than limits.thrift_bytes"));
    const uint8_t *p = c->in->failed ? NULL : cursor_take(c->in, (size_t)n);
    return p ? (inlay_bytes){p, (size_t)n} : (inlay_bytes){(const uint8_t *)"", 0};
}

uint32_t compact_list(struct compact *c, uint8_t *type)
{
    uint8_t head = cursor_u8(c->in);
    uint64_t n = head >> 4;
    *type = head & 15;
    if (n == 15)
        n = cursor_varint(c->in);
    if (n > cursor_left(c->in)) /* every element takes a byte at least */
        cursor_fail(c->in, ERR("list longer than the bytes left"));
    else if (n > c->limits->elements || n > UINT32_MAX)
        compact_limit(c, ERR("list longer than limits.thrift_elements"));
    return c->in->failed ? 0 : (uint32_t)n;
}

static void compact_skip_many(struct compact *c, uint64_t n, uint8_t key, uint8_t value, bool map)
{
    if (!compact_enter(c))
        return;
    for (; n && !c->in->failed; n--) {
        if (map)
            compact_skip(c, key, true);
        compact_skip(c, value, true);
    }
    compact_leave(c);
}

static void compact_skip_map(struct compact *c)
{
    uint64_t n = cursor_varint(c->in);
    if (n == 0)
        return;
    uint8_t types = cursor_u8(c->in);
    if (n > cursor_left(c->in) / 2)
        cursor_fail(c->in, ERR("map longer than the bytes left"));
    else
        compact_skip_many(c, n, types >> 4, types & 15, true);
}

void compact_skip(struct compact *c, uint8_t type, bool in_list)
{
    uint8_t element = 0;
    uint32_t n;
    switch (type) {
    case COMPACT_TRUE:
    case COMPACT_FALSE:
        if (in_list)
            cursor_u8(c->in);
        return;
    case COMPACT_I8:
        cursor_u8(c->in);
        return;
    case COMPACT_I16:
    case COMPACT_I32:
    case COMPACT_I64:
        cursor_varint(c->in);
        return;
    case COMPACT_DOUBLE:
        cursor_take(c->in, 8);
        return;
    case COMPACT_BINARY:
        compact_binary(c);
        return;
    case COMPACT_LIST:
    case COMPACT_SET:
        n = compact_list(c, &element);
        compact_skip_many(c, n, 0, element, false);
        return;
    case COMPACT_MAP:
        compact_skip_map(c);
        return;
    case COMPACT_STRUCT:
        compact_skip_fields(c);
        return;
    case COMPACT_UUID:
        cursor_take(c->in, 16);
        return;
    default:
        cursor_fail(c->in, ERR("unknown wire type"));
    }
}

/* Most fields of a footer are small integers and strings: those are passed over here, without a call. */
void compact_skip_fields(struct compact *c)
{
    struct cursor *in = c->in;
    if (!compact_enter(c))
        return;
    for (;;) {
        uint8_t head = cursor_u8(in);
        if (in->failed || head == COMPACT_STOP)
            break;
        if (!(head >> 4))
            compact_int(c, 16);
        uint8_t type = head & 15;
        if (type >= COMPACT_I16 && type <= COMPACT_I64 && in->at < in->end && *in->at < 0x80)
            in->at++;
        else
            compact_skip(c, type, false);
    }
    compact_leave(c);
}

/* ---- writing ---- */

void compact_put_field(struct buf *out, int32_t last, int32_t id, uint8_t type)
{
    int32_t delta = id - last;
    if (delta > 0 && delta < 16) {
        buf_u8(out, (uint8_t)(delta << 4 | type));
        return;
    }
    buf_u8(out, type);
    compact_put_int(out, id);
}

void compact_put_int(struct buf *out, int64_t v)
{
    buf_varint(out, zigzag_encode(v));
}

void compact_put_binary(struct buf *out, inlay_bytes v)
{
    buf_varint(out, v.len);
    buf_append(out, v.data, v.len);
}

void compact_put_double(struct buf *out, double v)
{
    uint64_t bits;
    uint8_t le[8];
    memcpy(&bits, &v, sizeof bits);
    store_le64(le, bits);
    buf_append(out, le, sizeof le);
}

void compact_put_list(struct buf *out, uint32_t n, uint8_t type)
{
    if (n < 15) {
        buf_u8(out, (uint8_t)(n << 4 | type));
        return;
    }
    buf_u8(out, (uint8_t)(0xF0 | type));
    buf_varint(out, n);
}
