/* Which bounds may be believed; see trust.h. */
#include "format/trust.h"

#include <string.h>

inlay_order inlay_reader_order(const inlay_reader *reader, uint32_t leaf)
{
    const struct thrift_list *orders = &reader->footer.meta.column_orders;
    if (leaf >= orders->n || orders->n != inlay_schema_leaves(reader->schema))
        return INLAY_ORDER_NONE;
    const struct meta_column_order *o = (const struct meta_column_order *)orders->items + leaf;
    return META_HAS(o, META_ORDER_TYPE)       ? INLAY_ORDER_TYPE
           : META_HAS(o, META_ORDER_IEEE_754) ? INLAY_ORDER_IEEE_754
           : META_HAS(o, META_ORDER_INT96)    ? INLAY_ORDER_INT96
                                              : INLAY_ORDER_UNKNOWN;
}

uint32_t inlay_reader_orders(const inlay_reader *reader)
{
    return reader->footer.meta.column_orders.n;
}

static const char *trust_no_type_order(const inlay_node *leaf)
{
    return leaf->ignored_annotation ? ERR("the column's annotation is unknown or illegal")
                                    : ERR("values of the column's type have no order");
}

enum type_order trust_order(const inlay_reader *r, uint32_t leaf, const char **why)
{
    const inlay_node *node = inlay_schema_leaf(r->schema, leaf);
    enum type_order order = type_order_of(node);
    *why = "";
    switch (inlay_reader_order(r, leaf)) {
    case INLAY_ORDER_NONE:
        *why = ERR("the file has no column_orders");
        return TYPE_ORDER_NONE;
    case INLAY_ORDER_TYPE:
        if (order == TYPE_ORDER_NONE)
            *why = trust_no_type_order(node);
        return order;
    case INLAY_ORDER_IEEE_754:
        if (type_order_is_float(order))
            return order;
        *why = ERR("IEEE 754 order on a column that is not floating point");
        return TYPE_ORDER_NONE;
    case INLAY_ORDER_INT96:
        if (node->type == INLAY_INT96 && !node->ignored_annotation)
            return TYPE_ORDER_INT96;
        *why = ERR("INT96 order on a column that is not INT96");
        return TYPE_ORDER_NONE;
    case INLAY_ORDER_UNKNOWN:
        break;
    }
    *why = ERR("the column's order is unknown");
    return TYPE_ORDER_NONE;
}

/* ---- bounds ---- */

/* A float of any width, widened without change of order: NaN stays NaN. */
static double trust_float(enum type_order order, const void *value)
{
    uint32_t half = order == TYPE_ORDER_F16 ? load_le16(value) : 0;
    float narrow;
    double wide;
    if (order == TYPE_ORDER_F64) {
        memcpy(&wide, value, sizeof wide);
        return wide;
    }
    if (order == TYPE_ORDER_F16) { /* as the float with the same bits in the same places */
        half = (half & 0x8000) << 16 | (half & 0x7FFF) << 13;
        if ((half & 0x0F800000) == 0x0F800000)
            half |= 0x70000000;
        memcpy(&narrow, &half, sizeof narrow);
        return (double)narrow;
    }
    memcpy(&narrow, value, sizeof narrow);
    return (double)narrow;
}

/* Nanoseconds outside a day make INT96 order disagree with time: such bounds say nothing. */
static bool trust_is_day(const uint8_t *int96)
{
    return load_le64(int96) < (uint64_t)86400 * 1000000000;
}

static const char *trust_bound(const inlay_node *leaf, enum type_order order, const inlay_bytes *bound,
                               inlay_value *room, const void **value)
{
    *value = bound ? inlay_bound_value(leaf, *bound, room) : NULL;
    if (bound && !*value)
        return ERR("a bound is not a value of the column's type");
    if (*value && type_order_is_float(order)) {
        double v = trust_float(order, *value);
        if (v != v)
            return ERR("a bound is NaN");
    }
    if (*value && order == TYPE_ORDER_INT96 && !trust_is_day(*value))
        return ERR("a bound has nanoseconds outside the day");
    return NULL;
}

/* Are the bounds the wrong way round? Zeros count as one: writers differ in their sign. */
static bool trust_reversed(const inlay_node *leaf, enum type_order order, const void *min,
                           const void *max)
{
    if (type_compare(order, (uint32_t)inlay_node_width(leaf), min, max) <= 0)
        return false;
    return !type_order_is_float(order) || trust_float(order, min) > trust_float(order, max);
}

const char *trust_bounds(const inlay_node *leaf, enum type_order order, const inlay_bytes *min,
                         const inlay_bytes *max)
{
    inlay_value min_room, max_room;
    const void *lo = NULL, *hi = NULL;
    const char *why = trust_bound(leaf, order, min, &min_room, &lo);
    if (!why)
        why = trust_bound(leaf, order, max, &max_room, &hi);
    if (!why && lo && hi && trust_reversed(leaf, order, lo, hi))
        why = ERR("the minimum lies above the maximum");
    return why;
}

/* ---- statistics ---- */

/* PARQUET-251: parquet-mr before 1.8.0, save the builds of CDH 5.5.0 and later of 1.5.0, where it was fixed. */
bool trust_binary_quirk(const struct writer_id *writer)
{
    static const char cdh[] = "-cdh";
    const inlay_bytes *s = &writer->suffix;
    size_t n = sizeof cdh - 1;
    if (writer->application.len == 0)
        return true;
    if (!writer_id_before(writer, "parquet-mr", 1, 8, 0))
        return false;
    if (!writer->has_numbers || writer->major != 1 || writer->minor != 5 || writer->patch != 0 ||
        s->len < n + 3 || memcmp(s->data, cdh, n) != 0)
        return true;
    const uint8_t *v = s->data + n; /* one digit, a point, a digit: CDH 5.5 to 5.16 were all there were */
    bool two_digits = s->len > n + 3 && v[3] >= '0' && v[3] <= '9';
    return !(v[0] == '5' && v[1] == '.' && ((v[2] >= '5' && v[2] <= '9') || two_digits));
}

/* min and max, deprecated, were compared as signed bytes whatever the type; and parquet-mr before 1.8.0
 * wrote wrong ones for binary types. */
static const char *trust_old(const inlay_reader *r, const inlay_node *leaf, enum type_order order,
                             const struct meta_statistics *s)
{
    bool binary = leaf->type == INLAY_BYTE_ARRAY || leaf->type == INLAY_FIXED_LEN_BYTE_ARRAY;
    if (order == TYPE_ORDER_NONE)
        return trust_no_type_order(leaf);
    if (binary && r->binary_bounds_quirk)
        return ERR("written by parquet-mr before 1.8.0 or by an unknown program (PARQUET-251)");
    if (type_order_is_signed(order))
        return NULL;
    bool equal = META_HAS(s, META_ST_MIN) && META_HAS(s, META_ST_MAX) && s->min.len == s->max.len &&
                 (s->min.len == 0 || memcmp(s->min.data, s->max.data, s->min.len) == 0);
    return equal ? NULL : ERR("deprecated bounds in signed order");
}

/* Counts as they stand; false where one cannot be, and nothing then is to be believed. */
static bool trust_counts(const struct meta_statistics *s, int64_t n_levels, inlay_statistics *out)
{
    out->has_null_count = META_HAS(s, META_ST_NULL_COUNT);
    out->null_count = s->null_count;
    out->has_distinct_count = META_HAS(s, META_ST_DISTINCT_COUNT);
    out->distinct_count = s->distinct_count;
    out->has_nan_count = META_HAS(s, META_ST_NAN_COUNT);
    out->nan_count = s->nan_count;
    return !(out->has_null_count && (s->null_count < 0 || s->null_count > n_levels)) &&
           !(out->has_nan_count && (s->nan_count < 0 || s->nan_count > n_levels));
}

void trust_statistics(const inlay_reader *r, uint32_t leaf, const struct meta_statistics *s,
                      int64_t n_levels, inlay_statistics *out)
{
    const inlay_node *node = inlay_schema_leaf(r->schema, leaf);
    const char *why = NULL;
    *out = (inlay_statistics){.min_exact = -1, .max_exact = -1, .why = ""};
    if (!s)
        return;
    bool fresh = META_HAS(s, META_ST_MIN_VALUE) || META_HAS(s, META_ST_MAX_VALUE);
    out->has_min = fresh ? META_HAS(s, META_ST_MIN_VALUE) : META_HAS(s, META_ST_MIN);
    out->has_max = fresh ? META_HAS(s, META_ST_MAX_VALUE) : META_HAS(s, META_ST_MAX);
    out->min = fresh ? s->min_value : s->min;
    out->max = fresh ? s->max_value : s->max;
    out->counts_usable = trust_counts(s, n_levels, out);
    if (META_HAS(s, META_ST_MIN_EXACT))
        out->min_exact = s->min_exact;
    if (META_HAS(s, META_ST_MAX_EXACT))
        out->max_exact = s->max_exact;
    if (!out->has_min && !out->has_max)
        return;
    enum type_order order = fresh ? trust_order(r, leaf, &why) : type_order_of(node);
    if (fresh)
        why = order == TYPE_ORDER_NONE ? why : NULL;
    else
        why = trust_old(r, node, order, s);
    if (!why)
        why = trust_bounds(node, order, out->has_min ? &out->min : NULL,
                           out->has_max ? &out->max : NULL);
    out->usable = why == NULL;
    out->why = why ? why : "";
}
