/* DELTA_LENGTH_BYTE_ARRAY: delta-packed lengths, then all bytes.
 * DELTA_BYTE_ARRAY: delta-packed prefix lengths, then the suffixes as DELTA_LENGTH_BYTE_ARRAY; a value is
 * that many bytes of the value before it, and its suffix.
 * Source: Encodings.md "Delta-length byte array", "Delta Strings".
 */
#include "base/mem.h"
#include "encoding/delta.h"
#include "encoding/rows.h"

enum { DELTAB_PIECE = 256 };

static bool deltab_fail(struct decoder *d, const char *what)
{
    d->what = what ? what : ERR("damaged delta strings");
    return false;
}

/* Open a lengths stream of at least d->left values at *in, and move *in behind it. */
static bool deltab_lengths(struct decoder *d, struct delta *s, struct cursor *in)
{
    if (!delta_open(s, in->at, cursor_left(in), 32) || s->total < d->left)
        return deltab_fail(d, s->in.failed ? s->in.failed
                                           : ERR("delta stream has fewer values than the page"));
    struct delta end = *s;
    if (!delta_finish(&end))
        return deltab_fail(d, end.in.failed);
    in->at = end.in.at;
    return true;
}

static bool deltab_length_open(struct decoder *d, const uint8_t *data, size_t bytes)
{
    struct cursor in = cursor_over(data, bytes);
    if (d->left && !deltab_lengths(d, &d->u.strings.lengths, &in))
        return false;
    d->u.strings.data = in;
    return true;
}

static bool deltab_length_read(struct decoder *d, void *out, size_t n)
{
    inlay_bytes *to = out;
    uint32_t lengths[DELTAB_PIECE];
    for (size_t at = 0; at < n; at += DELTAB_PIECE) {
        size_t k = n - at < DELTAB_PIECE ? n - at : DELTAB_PIECE;
        if (!delta_read(&d->u.strings.lengths, lengths, k))
            return deltab_fail(d, d->u.strings.lengths.in.failed);
        for (size_t i = 0; i < k; i++) {
            const uint8_t *p = lengths[i] <= INT32_MAX ? cursor_take(&d->u.strings.data, lengths[i]) : NULL;
            if (!p)
                return deltab_fail(d, ERR("string lengths run beyond the page"));
            if (to)
                to[at + i] = (inlay_bytes){p, lengths[i]};
        }
    }
    return true;
}

static bool deltab_length_skip(struct decoder *d, size_t n)
{
    return deltab_length_read(d, NULL, n);
}

/* ---- DELTA_BYTE_ARRAY ---- */

static bool deltab_open(struct decoder *d, const uint8_t *data, size_t bytes)
{
    struct cursor in = cursor_over(data, bytes);
    if (d->left && (!deltab_lengths(d, &d->u.strings.prefixes, &in) ||
                    !deltab_lengths(d, &d->u.strings.lengths, &in)))
        return false;
    d->u.strings.data = in;
    d->previous = (inlay_bytes){(const uint8_t *)"", 0};
    return true;
}

/* Scratch: the bytes of values that have a prefix, and for FIXED one more to keep the last. */
static bool deltab_scratch(const struct decoder *d, size_t n, size_t *bytes)
{
    struct delta prefixes = d->u.strings.prefixes, lengths = d->u.strings.lengths;
    uint32_t p[DELTAB_PIECE], l[DELTAB_PIECE];
    uint64_t sum = 1;
    *bytes = 0;
    if (n > d->left)
        return false;
    if (d->type == INLAY_FIXED_LEN_BYTE_ARRAY) {
        *bytes = d->width;
        return true;
    }
    for (size_t at = 0; at < n; at += DELTAB_PIECE) {
        size_t k = n - at < DELTAB_PIECE ? n - at : DELTAB_PIECE;
        if (!delta_read(&prefixes, p, k) || !delta_read(&lengths, l, k))
            return false;
        for (size_t i = 0; i < k; i++)
            sum += p[i] ? (uint64_t)p[i] + l[i] : 0;
    }
    if (sum > SIZE_MAX / 2)
        return false;
    *bytes = (size_t)sum;
    return true;
}

/* One value: its bytes assembled at `to` (room checked by the caller), or left in the page. */
static bool deltab_value(struct decoder *d, uint32_t prefix, uint32_t length, uint8_t *to, size_t room,
                         inlay_bytes *value)
{
    const uint8_t *suffix = length <= INT32_MAX ? cursor_take(&d->u.strings.data, length) : NULL;
    if (!suffix)
        return deltab_fail(d, ERR("string lengths run beyond the page"));
    if (prefix > d->previous.len)
        return deltab_fail(d, ERR("a prefix longer than the value before it"));
    if (prefix == 0 && d->type == INLAY_BYTE_ARRAY) {
        *value = (inlay_bytes){suffix, length};
        return true;
    }
    if (room < prefix || room - prefix < length)
        return deltab_fail(d, ERR("a value longer than its column allows"));
    if (prefix)
        memmove(to, d->previous.data, prefix);
    memcpy(to + prefix, suffix, length);
    *value = (inlay_bytes){to, (size_t)prefix + length};
    return true;
}

static bool deltab_read(struct decoder *d, void *out, size_t n)
{
    uint32_t p[DELTAB_PIECE], l[DELTAB_PIECE];
    bool fixed = d->type == INLAY_FIXED_LEN_BYTE_ARRAY;
    uint8_t *to = fixed ? out : d->scratch;
    size_t room = fixed ? d->width : d->scratch_bytes;
    for (size_t at = 0; at < n; at += DELTAB_PIECE) {
        size_t k = n - at < DELTAB_PIECE ? n - at : DELTAB_PIECE;
        if (!delta_read(&d->u.strings.prefixes, p, k))
            return deltab_fail(d, d->u.strings.prefixes.in.failed);
        if (!delta_read(&d->u.strings.lengths, l, k))
            return deltab_fail(d, d->u.strings.lengths.in.failed);
        for (size_t i = 0; i < k; i++) {
            inlay_bytes value;
            if (!deltab_value(d, p[i], l[i], to, room, &value))
                return false;
            if (fixed && value.len != d->width)
                return deltab_fail(d, ERR("a value of another length than its column's"));
            if (fixed) {
                to += d->width;
            } else {
                ((inlay_bytes *)out)[at + i] = value;
                if (value.data == to) {
                    to += value.len;
                    room -= value.len;
                }
            }
            d->previous = value;
        }
    }
    if (fixed && n) { /* `out` is the caller's; the last value must outlive it */
        memcpy(d->scratch, d->previous.data, d->width);
        d->previous.data = d->scratch;
    }
    return true;
}

static bool deltab_skip(struct decoder *d, size_t n)
{
    (void)n; /* every value builds on the one before: callers read and drop */
    return deltab_fail(d, ERR("delta strings cannot be skipped without reading"));
}

/* ---- writing ---- */

static size_t deltab_length_bound(const void *values, size_t n, uint8_t type, uint32_t width)
{
    const inlay_bytes *b = values;
    size_t sum = delta_bound(n) + 4 * n + 8; /* room for the lengths as integers at the end */
    for (size_t i = 0; i < n && type == INLAY_BYTE_ARRAY; i++)
        sum += b[i].len;
    return type == INLAY_BYTE_ARRAY ? sum : sum + n * width;
}

/* Integers are staged where the strings will stand; they are packed before those are copied. */
static uint32_t *deltab_stage(uint8_t *dst, size_t n)
{
    uintptr_t at = (uintptr_t)(dst + delta_bound(n));
    return (uint32_t *)(void *)(dst + delta_bound(n) + (4 - at % 4) % 4);
}

static size_t deltab_length_write(uint8_t *dst, const void *values, size_t n, uint8_t type,
                                  uint32_t width)
{
    const inlay_bytes *b = values;
    (void)type;
    (void)width;
    uint32_t *lengths = deltab_stage(dst, n);
    for (size_t i = 0; i < n; i++)
        lengths[i] = (uint32_t)b[i].len;
    size_t used = delta_write(dst, lengths, n, 32);
    for (size_t i = 0; i < n; i++) {
        if (b[i].len)
            memcpy(dst + used, b[i].data, b[i].len);
        used += b[i].len;
    }
    return used;
}

static inlay_bytes deltab_nth(const void *values, size_t i, uint8_t type, uint32_t width)
{
    return type == INLAY_BYTE_ARRAY ? ((const inlay_bytes *)values)[i]
                                    : (inlay_bytes){(const uint8_t *)values + i * width, width};
}

static size_t deltab_common(inlay_bytes a, inlay_bytes b)
{
    size_t n = a.len < b.len ? a.len : b.len, i = 0;
    while (i < n && a.data[i] == b.data[i])
        i++;
    return i;
}

static size_t deltab_bound(const void *values, size_t n, uint8_t type, uint32_t width)
{
    return delta_bound(n) + 8 + deltab_length_bound(values, n, type, width);
}

static size_t deltab_write(uint8_t *dst, const void *values, size_t n, uint8_t type, uint32_t width)
{
    inlay_bytes last = {(const uint8_t *)"", 0};
    uint32_t *staged = deltab_stage(dst, n);
    for (size_t i = 0; i < n; i++) {
        inlay_bytes v = deltab_nth(values, i, type, width);
        staged[i] = (uint32_t)deltab_common(last, v);
        last = v;
    }
    size_t used = delta_write(dst, staged, n, 32);
    uint8_t *suffixes = dst + used;
    staged = deltab_stage(suffixes, n);
    last.len = 0;
    for (size_t i = 0; i < n; i++) {
        inlay_bytes v = deltab_nth(values, i, type, width);
        staged[i] = (uint32_t)(v.len - deltab_common(last, v));
        last = v;
    }
    used += delta_write(suffixes, staged, n, 32);
    last.len = 0;
    for (size_t i = 0; i < n; i++) {
        inlay_bytes v = deltab_nth(values, i, type, width);
        size_t common = deltab_common(last, v);
        if (v.len > common)
            memcpy(dst + used, v.data + common, v.len - common);
        used += v.len - common;
        last = v;
    }
    return used;
}

const struct encoding encoding_delta_length = {
    .name = "delta_length_byte_array",
    .id = ENCODING_DELTA_LENGTH_BYTE_ARRAY,
    .types = 1 << INLAY_BYTE_ARRAY,
    .open = deltab_length_open,
    .read = deltab_length_read,
    .skip = deltab_length_skip,
    .bound = deltab_length_bound,
    .write = deltab_length_write,
};
const struct encoding encoding_delta_bytes = {
    .name = "delta_byte_array",
    .id = ENCODING_DELTA_BYTE_ARRAY,
    .types = 1 << INLAY_BYTE_ARRAY | 1 << INLAY_FIXED_LEN_BYTE_ARRAY,
    .open = deltab_open,
    .read = deltab_read,
    .skip = deltab_skip,
    .scratch = deltab_scratch,
    .bound = deltab_bound,
    .write = deltab_write,
};
