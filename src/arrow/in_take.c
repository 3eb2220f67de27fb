/* Values of one Arrow array, dense, as Parquet has them in memory; see in.h.
 *
 * Slots that are null are left out before anything is looked at: what stands in them is anything. */
#include "arrow/in.h"
#include "base/bytes.h"

#if INLAY_WRITE

/* ---- bits ---- */

const uint8_t *arrow_in_validity(const struct ArrowArray *array)
{
    return array->null_count != 0 && array->n_buffers > 0 ? array->buffers[0] : NULL;
}

size_t arrow_in_bits(const uint8_t *bitmap, uint64_t at, size_t n, uint8_t base, uint8_t *out)
{
    size_t ones = 0, i = 0;
    for (; i < n && (at + i) % 8; i++) {
        uint8_t bit = bitmap[(at + i) / 8] >> (at + i) % 8 & 1;
        out[i] = (uint8_t)(base + bit);
        ones += bit;
    }
#if !INLAY_BIG_ENDIAN
    /* a byte eight times, one bit kept in each, then moved to the bottom */
    const uint64_t each = 0x0101010101010101u, diagonal = 0x8040201008040201u;
    for (; n - i >= 8; i += 8) {
        uint64_t bits = ((bitmap[(at + i) / 8] * each & diagonal) + 0x7F * each) >> 7 & each;
        ones += (bits * each) >> 56;
        bits += base * each;
        memcpy(out + i, &bits, sizeof bits);
    }
#endif
    for (; i < n; i++) {
        uint8_t bit = bitmap[(at + i) / 8] >> (at + i) % 8 & 1;
        out[i] = (uint8_t)(base + bit);
        ones += bit;
    }
    return ones;
}

/* ---- dense ---- */

/* Constant widths are one load and one store, and no branch: `out` has room for one more value. */
#define ARROW_IN_PACK(bytes)                                    \
    case bytes:                                                \
        for (size_t i = 0; i < n; i++) {                        \
            memcpy(out + k * (bytes), raw + i * (bytes), bytes); \
            k += mask[i] == full;                               \
        }                                                       \
        return

/* The values whose mask is `full`. */
static void arrow_in_pack(const uint8_t *raw, size_t width, const uint8_t *mask, uint8_t full, size_t n,
                          uint8_t *out)
{
    size_t k = 0;
    switch (width) {
        ARROW_IN_PACK(1);
        ARROW_IN_PACK(2);
        ARROW_IN_PACK(4);
        ARROW_IN_PACK(8);
        ARROW_IN_PACK(16);
    default:
        for (size_t i = 0; i < n; i++)
            if (mask[i] == full)
                memcpy(out + k++ * width, raw + i * width, width);
    }
}

/* Values of `width` bytes at slot `at`, dense: the buffer itself, or scratch. NULL: no memory. */
static const uint8_t *arrow_in_dense(const void *buffer, size_t width, uint64_t at, size_t n, const uint8_t *mask,
                                     uint8_t full, size_t present, struct buf *scratch)
{
    const uint8_t *raw = (const uint8_t *)buffer + at * width;
    if (present == n)
        return raw;
    buf_clear(scratch);
    uint8_t *dst = buf_reserve(scratch, (present + 1) * width);
    if (dst)
        arrow_in_pack(raw, width, mask, full, n, dst);
    return dst;
}

static int64_t arrow_in_offset(const uint8_t *offsets, bool large, uint64_t i)
{
    int64_t wide;
    int32_t narrow;
    if (!large) {
        memcpy(&narrow, offsets + 4 * i, sizeof narrow);
        return narrow;
    }
    memcpy(&wide, offsets + 8 * i, sizeof wide);
    return wide;
}

static inlay_status arrow_in_strings(inlay_env *env, const struct arrow_in_node *node, const struct ArrowArray *array,
                                     uint64_t at, size_t n, const uint8_t *mask, uint8_t full, inlay_bytes *out)
{
    const uint8_t *offsets = array->buffers[1], *data = array->buffers[2];
    int64_t from = arrow_in_offset(offsets, node->large, at);
    bool good = from >= 0;
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t to = arrow_in_offset(offsets, node->large, at + i + 1);
        good = good && to >= from && (uint64_t)(to - from) <= SIZE_MAX && (data || to == from);
        if (!good)
            return err_set(env, INLAY_ARG, ERR("offsets of an Arrow array that decrease"));
        if (!mask || mask[i] == full)
            out[k++] = (inlay_bytes){to > from ? data + from : (const uint8_t *)"", (size_t)(to - from)};
        from = to;
    }
    return INLAY_OK;
}

/* Views: i32 length, then 12 bytes of text, or 4 bytes of it, i32 buffer, i32 offset. The last buffer holds the
 * lengths of the data buffers. */
static inlay_status arrow_in_views(inlay_env *env, const struct ArrowArray *array, const uint8_t *views, size_t n,
                                   inlay_bytes *out)
{
    enum { INLINE = 12 };
    int64_t n_buffers = array->n_buffers - 3;
    const uint8_t *lengths = array->buffers[array->n_buffers - 1];
    for (size_t i = 0; i < n; i++, views += 16) {
        int32_t len, which, from;
        int64_t room = 0;
        memcpy(&len, views, 4);
        memcpy(&which, views + 8, 4);
        memcpy(&from, views + 12, 4);
        if (len >= 0 && len <= INLINE) {
            out[i] = (inlay_bytes){views + 4, (size_t)len};
            continue;
        }
        if (len >= 0 && which >= 0 && which < n_buffers && from >= 0 && lengths)
            memcpy(&room, lengths + 8 * (size_t)which, 8);
        if (len < 0 || from > room || len > room - from || !array->buffers[2 + which])
            return err_set(env, INLAY_ARG, ERR("a view of an Arrow array that points outside its buffers"));
        out[i] = (inlay_bytes){(const uint8_t *)array->buffers[2 + which] + from, (size_t)len};
    }
    return INLAY_OK;
}

/* Booleans as bytes. */
static void arrow_in_booleans(const struct ArrowArray *array, uint64_t at, size_t n, const uint8_t *mask,
                              uint8_t full, size_t present, uint8_t *out)
{
    const uint8_t *bits = array->buffers[1];
    size_t k = 0;
    if (present == n) {
        arrow_in_bits(bits, at, n, 0, out);
        return;
    }
    for (size_t i = 0; i < n; i++)
        if (mask[i] == full)
            out[k++] = arrow_in_bit(bits, at + i);
}

inlay_status arrow_in_take(const struct arrow_in_node *node, const struct ArrowArray *array, uint64_t at, size_t n,
                           const uint8_t *mask, uint8_t full, size_t present, struct buf *scratch, void *out)
{
    const uint8_t *dense;
    inlay_env *env = scratch->env;
    if (present == 0)
        return INLAY_OK;
    switch (node->form) {
    case ARROW_IN_BITS:
        arrow_in_booleans(array, at, n, mask, full, present, out);
        return INLAY_OK;
    case ARROW_IN_OFFSETS:
        return arrow_in_strings(env, node, array, at, n, present == n ? NULL : mask, full, out);
    default:
        break;
    }
    dense = arrow_in_dense(array->buffers[1], node->raw_bytes, at, n, mask, full, present, scratch);
    if (!dense)
        return scratch->status;
    if (node->form == ARROW_IN_VIEWS) {
        TRY(arrow_in_views(env, array, dense, present, out));
        if (present < n) /* short texts stand in the scratch: point at the array's own */
            for (size_t i = 0, k = 0; i < n; i++)
                if (mask[i] == full) {
                    inlay_bytes *v = (inlay_bytes *)out + k++;
                    if (v->len <= 12)
                        v->data = (const uint8_t *)array->buffers[1] + 16 * (at + i) + 4;
                }
        return INLAY_OK;
    }
    if (!node->convert) {
        memcpy(out, dense, present * node->out_bytes);
        return INLAY_OK;
    }
    const char *what = node->convert(node, dense, present, out);
    return what ? err_set(env, INLAY_ARG, what) : INLAY_OK;
}

/* ---- codes ---- */

int64_t arrow_in_index(const void *buffer, uint64_t at, uint8_t bytes, bool is_signed)
{
    const uint8_t *p = (const uint8_t *)buffer + at * bytes;
    uint16_t v16;
    uint32_t v32;
    uint64_t v64;
    switch (bytes) {
    case 1:
        return is_signed ? (int8_t)*p : *p;
    case 2:
        memcpy(&v16, p, 2);
        return is_signed ? (int16_t)v16 : v16;
    case 4:
        memcpy(&v32, p, 4);
        return is_signed ? (int32_t)v32 : (int64_t)v32;
    default:
        memcpy(&v64, p, 8);
        return is_signed || v64 <= INT64_MAX ? (int64_t)v64 : INT64_MAX;
    }
}

#define ARROW_IN_CODES_OF(bytes, type)                                 \
    case bytes:                                                        \
        for (size_t i = 0; i < present; i++) {                         \
            type v;                                                    \
            memcpy(&v, dense + i * sizeof v, sizeof v);                \
            out[i] = (uint32_t)v;                                      \
            bad |= (uint64_t)v >= n_dictionary; /* negative ones, too */ \
        }                                                              \
        break

inlay_status arrow_in_take_codes(inlay_env *env, const struct arrow_in_node *node, const struct ArrowArray *array,
                                 uint64_t at, size_t n, const uint8_t *mask, uint8_t full, size_t present,
                                 uint64_t n_dictionary, struct buf *scratch, uint32_t *out)
{
    bool bad = false;
    if (present == 0)
        return INLAY_OK;
    const uint8_t *dense =
        arrow_in_dense(array->buffers[1], node->index_bytes, at, n, mask, full, present, scratch);
    if (!dense)
        return scratch->status;
    switch (node->index_bytes * (node->index_signed ? -1 : 1)) {
        ARROW_IN_CODES_OF(-1, int8_t);
        ARROW_IN_CODES_OF(-2, int16_t);
        ARROW_IN_CODES_OF(-4, int32_t);
        ARROW_IN_CODES_OF(-8, int64_t);
        ARROW_IN_CODES_OF(1, uint8_t);
        ARROW_IN_CODES_OF(2, uint16_t);
        ARROW_IN_CODES_OF(4, uint32_t);
        ARROW_IN_CODES_OF(8, uint64_t);
    default:
        break;
    }
    return bad ? err_set(env, INLAY_ARG, ERR("an index beyond its Arrow dictionary")) : INLAY_OK;
}

#endif
