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

/* Passing over a struct without looking back: opening a file means passing over all of its column chunks, and
 * most of their bytes are small integers, short strings and short lists. Anything else, a limit, or the last bytes
 * of the input: NULL, and the careful way below says what it is. Takes at most COMPACT_SPARE bytes a step before it
 * looks at the end again. */
enum { COMPACT_SPARE = 32 };

struct compact_fast {
    const uint8_t *end; /* COMPACT_SPARE before the end of the input */
    uint64_t bytes, elements;
    uint32_t depth;     /* levels that are left */
};

/* Eight bytes at once: the length of an integer is what a loop over its bytes cannot foretell. */
static const uint8_t *compact_fast_varint(const uint8_t *p)
{
    uint64_t ends = ~load_le64(p) & 0x8080808080808080u; /* bytes without a continuation bit */
    if (INLAY_LIKELY(ends != 0))
        return p + INLAY_ZEROS(ends) / 8 + 1;
    return p[8] < 0x80 ? p + 9 : NULL;
}

static const uint8_t *compact_fast_binary(const struct compact_fast *f, const uint8_t *p)
{
    uint64_t n = *p++;
    if (n >= 0x80) {
        n = (n & 0x7F) | (uint64_t)*p << 7;
        if (*p++ >= 0x80)
            return NULL;
    }
    return n <= f->bytes && p < f->end && n <= (size_t)(f->end - p) ? p + n : NULL;
}

static const uint8_t *compact_fast_struct(struct compact_fast *f, const uint8_t *p);

static const uint8_t *compact_fast_list(struct compact_fast *f, const uint8_t *p)
{
    uint8_t head = *p++, type = head & 15;
    uint32_t n = head >> 4;
    if (n == 15 || n > f->elements || f->depth == 0)
        return NULL;
    f->depth--;
    for (; n && p; n--) {
        if (p >= f->end)
            return NULL;
        p = type >= COMPACT_I16 && type <= COMPACT_I64 ? compact_fast_varint(p)
            : type == COMPACT_BINARY                   ? compact_fast_binary(f, p)
            : type == COMPACT_STRUCT                   ? compact_fast_struct(f, p)
                                                       : NULL;
    }
    f->depth++;
    return p;
}

static const uint8_t *compact_fast_struct(struct compact_fast *f, const uint8_t *p)
{
    if (f->depth == 0)
        return NULL;
    f->depth--;
    while (p && p < f->end) {
        uint8_t head = *p++, type = head & 15;
        if (head == COMPACT_STOP) {
            f->depth++;
            return p;
        }
        if (head < 16) /* a long field number */
            return NULL;
        if (type >= COMPACT_I16 && type <= COMPACT_I64)
            p = compact_fast_varint(p);
        else if (type == COMPACT_BINARY)
            p = compact_fast_binary(f, p);
        else if (type == COMPACT_STRUCT)
            p = compact_fast_struct(f, p);
        else if (type == COMPACT_LIST)
            p = compact_fast_list(f, p);
        else if (type != COMPACT_TRUE && type != COMPACT_FALSE)
            return NULL;
    }
    return NULL;
}

void compact_skip_fields(struct compact *c)
{
    struct cursor *in = c->in;
    if (!in->failed && cursor_left(in) > COMPACT_SPARE && c->depth < c->limits->depth) {
        struct compact_fast f = {in->end - COMPACT_SPARE, c->limits->bytes, c->limits->elements,
                                 c->limits->depth - c->depth};
        const uint8_t *behind = compact_fast_struct(&f, in->at);
        if (behind) {
            in->at = behind;
            return;
        }
    }
    if (!compact_enter(c))
        return;
    int32_t id = 0;
    uint8_t type = 0;
    while (compact_field(c, &id, &type))
        compact_skip(c, type, false);
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
