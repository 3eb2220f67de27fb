/* Sorting claims, checked; see order.h. */
#include "format/order.h"

#if INLAY_WRITE

#include <string.h>

#include "base/bytes.h"

void order_check_init(struct order_check *o, inlay_env *env, const inlay_node *leaf, const inlay_sorting *claim)
{
    *o = (struct order_check){.leaf = leaf,
                              .order = type_order_of(leaf),
                              .width = (uint32_t)inlay_node_width(leaf),
                              .claim = *claim};
    buf_init(&o->last, env);
    buf_init(&o->marks, env);
}

void order_check_free(struct order_check *o)
{
    buf_free(&o->last);
    buf_free(&o->marks);
}

void order_check_clear(struct order_check *o)
{
    o->any = false;
    buf_clear(&o->last);
    buf_clear(&o->marks);
}

/* 0 for zeros of either sign, 2 for NaN, 1 for other values and types. */
static int order_kind(const struct order_check *o, const uint8_t *value)
{
    uint64_t raw = 0, infinity = 0x7FF0000000000000;
    uint32_t narrow;
    memcpy(&raw, value, o->order == TYPE_ORDER_F64 ? sizeof raw : 0);
    if (o->order == TYPE_ORDER_F32) {
        memcpy(&narrow, value, sizeof narrow);
        raw = (uint64_t)(narrow & 0x7FFFFFFF) << 32;
        infinity = (uint64_t)0x7F800000 << 32;
    } else if (o->order == TYPE_ORDER_F16) {
        raw = load_le16(value) & 0x7FFFu;
        infinity = 0x7C00;
    }
    raw &= INT64_MAX;
    return raw > infinity ? 2 : raw != 0;
}

/* This value against the last one, as the claim has it. NaN has no agreed place: rows with one are not compared. */
static uint8_t order_mark(const struct order_check *o, const uint8_t *value)
{
    inlay_bytes held = {o->last.data, o->last.bytes};
    bool strings = o->leaf->type == INLAY_BYTE_ARRAY;
    if (!strings && type_order_is_float(o->order)) {
        int a = order_kind(o, o->last.data), b = order_kind(o, value);
        if (a == 2 || b == 2)
            return ORDER_AFTER;
        if (a == 0 && b == 0)
            return ORDER_EQUAL;
    }
    int c = type_compare(o->order, o->width, strings ? (const void *)&held : o->last.data, value);
    c = o->claim.descending ? -c : c;
    return c < 0 ? ORDER_AFTER : c > 0 ? ORDER_BEFORE : ORDER_EQUAL;
}

static void order_row(struct order_check *o, const uint8_t *value, uint8_t *mark)
{
    *mark = ORDER_AFTER;
    if (o->any && o->last_null != (value == NULL))
        *mark = o->last_null == o->claim.nulls_first ? ORDER_AFTER : ORDER_BEFORE;
    else if (o->any)
        *mark = value ? order_mark(o, value) : ORDER_EQUAL;
    if (value && !(o->any && !o->last_null && *mark == ORDER_EQUAL)) {
        inlay_bytes b = {value, o->width};
        if (o->leaf->type == INLAY_BYTE_ARRAY)
            memcpy(&b, value, sizeof b);
        buf_clear(&o->last);
        buf_append(&o->last, b.data, b.len);
    }
    o->any = true;
    o->last_null = value == NULL;
}

inlay_status order_check_add(struct order_check *o, const uint8_t *def, size_t n_levels, const void *values,
                             const uint32_t *codes)
{
    const uint8_t *base = values;
    size_t at = 0;
    if (o->order == TYPE_ORDER_NONE)
        return INLAY_OK;
    uint8_t *marks = buf_reserve(&o->marks, n_levels + 1);
    if (!marks)
        return o->marks.status;
    for (size_t i = 0; i < n_levels; i++) {
        bool there = !def || def[i] == o->leaf->max_def;
        const uint8_t *value = there ? base + (size_t)o->width * (codes ? codes[at] : at) : NULL;
        at += there;
        order_row(o, value, &marks[i]);
    }
    o->marks.bytes += n_levels;
    return o->last.status;
}

inlay_status order_check_same(struct order_check *o, size_t n_rows)
{
    uint8_t *marks = o->order == TYPE_ORDER_NONE ? NULL : buf_reserve(&o->marks, n_rows + 1);
    if (o->order == TYPE_ORDER_NONE)
        return INLAY_OK;
    if (!marks)
        return o->marks.status;
    memset(marks, ORDER_EQUAL, n_rows);
    o->marks.bytes += n_rows;
    return INLAY_OK;
}

int64_t order_check_end(const struct order_check *columns, size_t n_columns, int64_t n_rows)
{
    for (int64_t row = 1; row < n_rows && n_columns; row++)
        for (size_t i = 0; i < n_columns; i++) {
            const struct order_check *o = &columns[i];
            if (o->order == TYPE_ORDER_NONE || o->marks.bytes != (size_t)n_rows)
                break; /* columns behind one that cannot be compared say nothing */
            if (o->marks.data[row] == ORDER_BEFORE)
                return row;
            if (o->marks.data[row] == ORDER_AFTER)
                break;
        }
    return -1;
}

#endif
