/* Levels to validity, offsets and slots; see assemble.h and plan.h.
 *
 * Naive: for each level ask whether it is a slot, whether that is null, whether an element begins. Here:
 * eight levels at a time where all eight give the same answers.
 * Source: parquet-format README "Nested Encoding"; Arrow Columnar Format.
 */
#include "arrow/assemble.h"

#include "arrow/convert.h"
#include "base/bytes.h"

static inlay_status arrow_limit(struct arrow_build *b)
{
    b->too_large = true;
    return err_set(b->depot->env, INLAY_LIMIT,
                   ERR("a row is larger than offsets of 32 bits can tell: ask for large types"));
}

/* ---- slots ---- */

size_t arrow_select(const struct arrow_levels *levels, uint8_t slot_def, uint8_t slot_rep, uint8_t *out)
{
    const uint8_t *def = levels->def, *rep = levels->rep;
    size_t n = 0;
    for (size_t i = 0; i < levels->n;) {
        size_t stop = levels->n - i >= 8 ? i + 8 : levels->n;
        if (stop - i == 8) {
            uint64_t r = load_le64(rep + i), d = load_le64(def + i), slots;
            slots = arrow_at_least(d, slot_def) & ~arrow_at_least(r, (uint8_t)(slot_rep + 1));
            if (slots == 0 || slots == ARROW_BYTES_01) {
                memcpy(out + n, def + i, slots ? 8 : 0);
                n += slots ? 8 : 0;
                i = stop;
                continue;
            }
        }
        for (; i < stop; i++) {
            out[n] = def[i];
            n += (size_t)(def[i] >= slot_def) & (size_t)(rep[i] <= slot_rep);
        }
    }
    return n;
}

/* ---- validity ---- */

static size_t arrow_count_below(const uint8_t *def, size_t n, uint8_t level)
{
    size_t i = 0, below = 0;
    for (; i + 8 <= n; i += 8)
        below += 8 - (size_t)(arrow_at_least(load_le64(def + i), level) * ARROW_BYTES_01 >> 56);
    for (; i < n; i++)
        below += def[i] < level;
    return below;
}

static void arrow_set_ones(uint8_t *bits, size_t from, size_t n)
{
    for (; n && from % 8; n--, from++)
        bits[from / 8] = (uint8_t)(bits[from / 8] | 1u << from % 8);
    memset(bits + from / 8, 0xFF, n / 8);
    from += n / 8 * 8;
    if (n % 8)
        bits[from / 8] = (uint8_t)((1u << n % 8) - 1);
}

/* Bits [at, at + n): 1 where the level is at least `level`. Bits behind `at` in its byte are zero. */
static void arrow_set_bits(uint8_t *bits, size_t at, const uint8_t *def, size_t n, uint8_t level)
{
    size_t i = 0;
    if (at % 8 == 0) /* byte i of the product's top byte gathers the eight low bits */
        for (; i + 8 <= n; i += 8)
            bits[(at + i) / 8] =
                (uint8_t)(arrow_at_least(load_le64(def + i), level) * 0x0102040810204080u >> 56);
    for (; i < n; i++) {
        size_t bit = at + i;
        unsigned one = def[i] >= level;
        bits[bit / 8] = (uint8_t)(bit % 8 ? bits[bit / 8] | one << bit % 8 : one);
    }
}

/* Append n slots to the bitmap and to b->n; def NULL: none is null. The bitmap begins with the first
 * null. */
static inlay_status arrow_validity(struct arrow_build *b, const uint8_t *def, size_t n, uint8_t level)
{
    size_t nulls = def ? arrow_count_below(def, n, level) : 0;
    if (nulls || b->n_null) {
        struct arrow_buffer *bits = &b->buffers[ARROW_VALIDITY];
        bool fresh = b->n_null == 0;
        bits->bytes = fresh ? 0 : (b->n + 7) / 8;
        if (!arrow_reserve(b, ARROW_VALIDITY, (fresh ? b->n / 8 : 0) + n / 8 + 2))
            return INLAY_NOMEM;
        if (fresh)
            arrow_set_ones(bits->data, 0, b->n);
        if (nulls)
            arrow_set_bits(bits->data, b->n, def, n, level);
        else
            arrow_set_ones(bits->data, b->n, n);
    }
    b->n += n;
    b->n_null += nulls;
    return INLAY_OK;
}

/* ---- structs and lists ---- */

/* Offsets of the slots' first elements, and the slots' levels into `slots`. Returns their number. */
INLAY_INLINE size_t arrow_lists(const struct arrow_node *node, const struct arrow_levels *levels,
                                uint8_t *offsets, uint8_t *slots, uint64_t *elements, bool large)
{
    const uint8_t *def = levels->def, *rep = levels->rep;
    const uint8_t slot_def = node->slot_def, slot_rep = node->slot_rep, elem_def = node->elem_def,
                  elem_rep = node->elem_rep;
    uint64_t count = *elements;
    size_t n = 0;
    for (size_t i = 0; i < levels->n;) {
        size_t stop = levels->n - i >= 8 ? i + 8 : levels->n;
        if (stop - i == 8) {
            uint64_t r = load_le64(rep + i), d = load_le64(def + i);
            if (arrow_at_least(r, (uint8_t)(slot_rep + 1)) == ARROW_BYTES_01) { /* no slot begins */
                uint64_t begin = arrow_at_least(d, elem_def) &
                                 ~arrow_at_least(r, (uint8_t)(elem_rep + 1));
                count += begin * ARROW_BYTES_01 >> 56;
                i = stop;
                continue;
            }
        }
        for (; i < stop; i++) {
            int64_t wide = (int64_t)count;
            int32_t narrow = (int32_t)count;
            if (large)
                memcpy(offsets + n * 8, &wide, 8);
            else
                memcpy(offsets + n * 4, &narrow, 4);
            slots[n] = def[i];
            n += (size_t)(def[i] >= slot_def) & (size_t)(rep[i] <= slot_rep);
            count += (uint64_t)(def[i] >= elem_def) & (uint64_t)(rep[i] <= elem_rep);
        }
    }
    *elements = count;
    return n;
}

static inlay_status arrow_assemble_list(const struct arrow_node *node, struct arrow_build *b,
                                        const struct arrow_levels *levels, uint8_t *scratch)
{
    size_t width = node->large ? 8 : 4;
    uint8_t *offsets = arrow_reserve(b, ARROW_OFFSETS, (levels->n + 1) * width);
    if (!offsets)
        return INLAY_NOMEM;
    size_t n = node->large ? arrow_lists(node, levels, offsets, scratch, &b->elements, true)
                           : arrow_lists(node, levels, offsets, scratch, &b->elements, false);
    b->buffers[ARROW_OFFSETS].bytes += n * width;
    if (!node->large && b->elements > INT32_MAX)
        return arrow_limit(b);
    return arrow_validity(b, node->own_def > node->slot_def ? scratch : NULL, n, node->own_def);
}

inlay_status arrow_assemble_group(const struct arrow_node *node, struct arrow_build *b,
                                  const struct arrow_levels *levels, uint8_t *scratch)
{
    if (node->kind == ARROW_KIND_LIST)
        return arrow_assemble_list(node, b, levels, scratch);
    if (!levels->rep)
        return arrow_validity(b, node->own_def ? levels->def : NULL, levels->n, node->own_def);
    size_t n = arrow_select(levels, node->slot_def, node->slot_rep, scratch);
    return arrow_validity(b, node->own_def > node->slot_def ? scratch : NULL, n, node->own_def);
}

/* ---- values ---- */

static inlay_status arrow_values_fixed(const struct arrow_node *node, struct arrow_build *b,
                                       const struct arrow_slots *s)
{
    size_t width = node->width;
    const char *what = NULL;
    uint8_t *to = arrow_reserve(b, ARROW_DATA, s->n * width);
    if (!to)
        return INLAY_NOMEM;
    if (node->convert)
        what = node->convert(node, s->values, s->n_values, to);
    else if (s->n_values)
        memcpy(to, s->values, s->n_values * width);
    if (what)
        return err_set(b->depot->env, node->format[0] == 'd' ? INLAY_CORRUPT : INLAY_LIMIT, what);
    if (s->def)
        arrow_spread(to, width, s->def, s->n, node->own_def, s->n_values);
    b->buffers[ARROW_DATA].bytes += s->n * width;
    return INLAY_OK;
}

static inlay_status arrow_values_bits(const struct arrow_node *node, struct arrow_build *b,
                                      const struct arrow_slots *s)
{
    const uint8_t *v = s->values;
    b->buffers[ARROW_DATA].bytes = (b->n + 7) / 8;
    if (!arrow_reserve(b, ARROW_DATA, s->n / 8 + 2))
        return INLAY_NOMEM;
    uint8_t *bits = b->buffers[ARROW_DATA].data;
    if (!s->def) {
        arrow_set_bits(bits, b->n, v, s->n, 1);
        return INLAY_OK;
    }
    for (size_t i = 0, k = 0; i < s->n; i++) {
        size_t bit = b->n + i;
        unsigned one = s->def[i] >= node->own_def ? v[k++] : 0;
        bits[bit / 8] = (uint8_t)(bit % 8 ? bits[bit / 8] | one << bit % 8 : one);
    }
    return INLAY_OK;
}

/* Short copies without a call; nothing is read or written outside [0, n). */
INLAY_INLINE void arrow_copy(uint8_t *to, const uint8_t *from, size_t n)
{
    if (n > 16) {
        memcpy(to, from, n);
    } else if (n >= 8) {
        uint64_t head, tail;
        memcpy(&head, from, 8);
        memcpy(&tail, from + n - 8, 8);
        memcpy(to, &head, 8);
        memcpy(to + n - 8, &tail, 8);
    } else if (n >= 4) {
        uint32_t head, tail;
        memcpy(&head, from, 4);
        memcpy(&tail, from + n - 4, 4);
        memcpy(to, &head, 4);
        memcpy(to + n - 4, &tail, 4);
    } else {
        for (size_t i = 0; i < n; i++)
            to[i] = from[i];
    }
}

/* The slots' first bytes; def NULL: a value each. */
INLAY_INLINE void arrow_byte_offsets(const struct arrow_slots *s, uint8_t own_def, uint64_t at,
                                     uint8_t *offsets, bool large)
{
    const inlay_bytes *v = s->values;
    for (size_t i = 0, k = 0; i < s->n; i++) {
        int64_t wide = (int64_t)at;
        int32_t narrow = (int32_t)at;
        if (large)
            memcpy(offsets + i * 8, &wide, 8);
        else
            memcpy(offsets + i * 4, &narrow, 4);
        if (!s->def || s->def[i] >= own_def)
            at += v[k++].len;
    }
}

/* Append text to offsets `o` and data `d`, of which *total bytes are there. */
static inlay_status arrow_values_bytes(const struct arrow_node *node, struct arrow_build *b,
                                       const struct arrow_slots *s, unsigned o, unsigned d,
                                       uint64_t *total)
{
    const inlay_bytes *v = s->values;
    size_t width = node->large ? 8 : 4, sum = 0;
    for (size_t i = 0; i < s->n_values; i++) {
        if (v[i].len > SIZE_MAX / 2 - sum)
            return arrow_limit(b);
        sum += v[i].len;
    }
    if (!node->large && sum > INT32_MAX - *total)
        return arrow_limit(b);
    uint8_t *offsets = arrow_reserve(b, o, s->n * width), *to = arrow_reserve(b, d, sum);
    if (!offsets || !to)
        return INLAY_NOMEM;
    if (node->large)
        arrow_byte_offsets(s, node->own_def, *total, offsets, true);
    else
        arrow_byte_offsets(s, node->own_def, *total, offsets, false);
    for (size_t i = 0; i < s->n_values; to += v[i++].len)
        arrow_copy(to, v[i].data, v[i].len);
    b->buffers[o].bytes += s->n * width;
    b->buffers[d].bytes += sum;
    *total += sum;
    return INLAY_OK;
}

/* ---- dictionaries ---- */

static inlay_status arrow_more_dictionary(const struct arrow_node *node, struct arrow_build *b,
                                          const void *values, size_t n)
{
    struct arrow_slots all = {.n = n, .values = values, .n_values = n};
    if (n > INT32_MAX - b->n_dictionary)
        return arrow_limit(b);
    TRY(arrow_values_bytes(node, b, &all, ARROW_DICTIONARY_OFFSETS, ARROW_DICTIONARY_DATA,
                           &b->dictionary_bytes));
    b->n_dictionary += n;
    return INLAY_OK;
}

/* Codes move behind what the dictionary already has; values that have no code become entries. */
static inlay_status arrow_values_codes(const struct arrow_node *node, struct arrow_build *b,
                                       const struct arrow_slots *s)
{
    size_t base = b->n_dictionary;
    uint8_t *to = arrow_reserve(b, ARROW_DATA, s->n * 4);
    if (!to)
        return INLAY_NOMEM;
    if (!s->codes) {
        TRY(arrow_more_dictionary(node, b, s->values, s->n_values));
    } else if (s->n_values && b->serial != s->dictionary.serial) {
        TRY(arrow_more_dictionary(node, b, s->dictionary.values, s->dictionary.n_values));
        b->serial = s->dictionary.serial;
        b->dictionary_base = base;
    }
    if (s->codes)
        base = b->dictionary_base;
    for (size_t i = 0; i < s->n_values; i++) {
        int32_t code = (int32_t)(base + (s->codes ? s->codes[i] : i));
        memcpy(to + 4 * i, &code, 4);
    }
    if (s->def)
        arrow_spread(to, 4, s->def, s->n, node->own_def, s->n_values);
    b->buffers[ARROW_DATA].bytes += s->n * 4;
    return INLAY_OK;
}

inlay_status arrow_assemble_values(const struct arrow_node *node, struct arrow_build *b,
                                   const struct arrow_slots *s)
{
    inlay_status status = INLAY_OK;
    if (node->dictionary)
        status = arrow_values_codes(node, b, s);
    else if (node->kind == ARROW_KIND_FIXED)
        status = arrow_values_fixed(node, b, s);
    else if (node->kind == ARROW_KIND_BITS)
        status = arrow_values_bits(node, b, s);
    else if (node->kind == ARROW_KIND_BYTES)
        status = arrow_values_bytes(node, b, s, ARROW_OFFSETS, ARROW_DATA, &b->elements);
    TRY(status);
    if (node->kind == ARROW_KIND_NULL)
        b->n += s->n;
    else
        return arrow_validity(b, s->def, s->n, node->own_def);
    return INLAY_OK;
}
