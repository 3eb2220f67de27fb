/* Wide recordings: what a column is; see wide.h. */
#include "recording/wide.h"

#include <string.h>

#include "base/text.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

/* ---- types: what counts as a number, and its way to a double ---- */

#define WIDE_CONVERT(name, type)                                                                   \
    static void name(const void *values, size_t n, double *out)                                    \
    {                                                                                              \
        const type *v = values;                                                                    \
        for (size_t i = 0; i < n; i++)                                                             \
            out[i] = (double)v[i];                                                                 \
    }
WIDE_CONVERT(wide_from_i32, int32_t)
WIDE_CONVERT(wide_from_u32, uint32_t)
WIDE_CONVERT(wide_from_i64, int64_t)
WIDE_CONVERT(wide_from_u64, uint64_t)
WIDE_CONVERT(wide_from_f32, float)
WIDE_CONVERT(wide_from_f64, double)

enum { WIDE_ANY, WIDE_SIGNED, WIDE_UNSIGNED };

static const struct wide_number {
    uint8_t type, sign, metric_type;
    wide_convert *convert;
} wide_numbers[] = {
    {INLAY_INT64, WIDE_UNSIGNED, INLAY_METRIC_SUM, wide_from_u64},
    {INLAY_INT64, WIDE_SIGNED, INLAY_METRIC_GAUGE, wide_from_i64},
    {INLAY_INT32, WIDE_UNSIGNED, INLAY_METRIC_GAUGE, wide_from_u32},
    {INLAY_INT32, WIDE_SIGNED, INLAY_METRIC_GAUGE, wide_from_i32},
    {INLAY_FLOAT, WIDE_ANY, INLAY_METRIC_GAUGE, wide_from_f32},
    {INLAY_DOUBLE, WIDE_ANY, INLAY_METRIC_GAUGE, wide_from_f64},
};

/* NULL where the values are no plain numbers: a date or a decimal is none either. */
static const struct wide_number *wide_number_of(const inlay_node *node)
{
    bool is_integer = node->logical.kind == INLAY_INTEGER;
    if (!is_integer && node->logical.kind != INLAY_LOGICAL_NONE)
        return NULL;
    uint8_t sign = is_integer && !node->logical.is_signed ? WIDE_UNSIGNED : WIDE_SIGNED;
    for (size_t i = 0; i < sizeof wide_numbers / sizeof wide_numbers[0]; i++) {
        const struct wide_number *n = &wide_numbers[i];
        if (n->type == node->type && (n->sign == sign || n->sign == WIDE_ANY))
            return n;
    }
    return NULL;
}

/* ---- field metadata ---- */

inlay_bytes wide_field_name(const struct wide *w, uint32_t field)
{
    return inlay_schema_node(w->schema, inlay_schema_child(w->schema, 0, field))->name;
}

static const inlay_node *wide_node(const struct wide *w, uint32_t field)
{
    return inlay_schema_node(w->schema, inlay_schema_child(w->schema, 0, field));
}

/* Pairs of metadata of a field; none where ARROW:schema does not speak of this column. */
static uint32_t wide_pairs(const struct wide *w, uint32_t field)
{
    if (!w->arrow || inlay_arrow_schema_fields(w->arrow) != w->n_fields)
        return 0;
    inlay_arrow_field f = inlay_arrow_schema_field(w->arrow, field);
    return sortspec_compare(f.name, wide_field_name(w, field)) == 0 ? f.n_metadata : 0;
}

/* The value of the first pair with that key; data NULL = none. */
static inlay_bytes wide_metadata(const struct wide *w, uint32_t field, const char *key)
{
    uint32_t n = wide_pairs(w, field);
    for (uint32_t i = 0; i < n; i++) {
        inlay_key_value pair = inlay_arrow_schema_metadata(w->arrow, field, i);
        if (pair.has_value && sortspec_is(pair.key, key))
            return pair.value;
    }
    return (inlay_bytes){NULL, 0};
}

/* A power as text: 0 to 64; -1 = none. */
static int wide_power(inlay_bytes text)
{
    int v = 0;
    if (!text.data || text.len < 1 || text.len > 2)
        return -1;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return -1;
        v = v * 10 + (text.data[i] - '0');
    }
    return v <= 64 ? v : -1;
}

/* ---- the time column ---- */

static bool wide_is_time(struct wide *w, uint32_t field)
{
    const inlay_node *node = wide_node(w, field);
    if (!sortspec_is(node->name, "timestamp") || !inlay_time_unit(node, (inlay_bytes){NULL, 0}, 0))
        return false;
    w->time_signed = node->logical.kind != INLAY_INTEGER || node->logical.is_signed;
    w->time_node = node;
    w->time_unit = wide_metadata(w, field, "unit");
    return true;
}

/* ---- open ---- */

/* Labels of the whole file. "source" of a combined recording is a JSON list, and no label. */
static void wide_footer_labels(struct wide *w, const inlay_reader *reader)
{
    static const char *const keys[WIDE_FOOTER_LABELS] = {"node", "instance", "source"};
    for (size_t i = 0; i < WIDE_FOOTER_LABELS; i++) {
        const inlay_key_value *kv = inlay_reader_find_key(reader, keys[i]);
        if (!kv || !kv->has_value || kv->value.len == 0 || kv->value.data[0] == '[' ||
            !text_is_utf8(kv->value.data, kv->value.len))
            continue;
        inlay_bytes key = {(const uint8_t *)keys[i], strlen(keys[i])};
        w->footer[w->n_footer++] = (inlay_label){key, kv->value};
    }
}

inlay_status wide_open(struct wide *w, inlay_env *env, const inlay_reader *reader)
{
    *w = (struct wide){.env = env, .schema = inlay_reader_schema(reader)};
    w->n_fields = inlay_schema_node(w->schema, 0)->n_children;
    mem_pool_init(&w->pool, env);
    inlay_status status = inlay_arrow_schema_open(env, reader, &w->arrow);
    if (status != INLAY_OK && status != INLAY_END)
        return status;
    wide_footer_labels(w, reader);
    for (uint32_t i = 0; i < w->n_fields; i++) {
        if (!wide_is_time(w, i))
            continue;
        w->time_field = i;
        w->time_leaf = (uint32_t)wide_node(w, i)->leaf;
        return INLAY_OK;
    }
    return err_set(env, INLAY_CORRUPT,
                   ERR("not a wide recording: no column \"timestamp\" of 64-bit times"));
}

void wide_close(struct wide *w)
{
    inlay_arrow_schema_close(w->arrow);
    if (!w->env)
        return;
    mem_free(w->env, w->labels, w->capacity * sizeof *w->labels);
    mem_pool_free(&w->pool);
}

/* ---- columns ---- */

static void wide_classify_list(const struct wide *w, uint32_t field, bool histograms,
                               struct wide_column *column)
{
    uint32_t node = inlay_schema_child(w->schema, 0, field);
    inlay_shape shape = inlay_schema_shape(w->schema, node, false);
    const inlay_node *element =
        shape.kind == INLAY_SHAPE_LIST ? inlay_schema_node(w->schema, shape.element) : NULL;
    const struct wide_number *number =
        element && element->leaf >= 0 && element->max_rep == 1 ? wide_number_of(element) : NULL;
    if (!number || number->metric_type != INLAY_METRIC_SUM) {
        column->why = ERR("neither a number nor a histogram");
        return;
    }
    if (!histograms) {
        column->why = ERR("a histogram");
        return;
    }
    int grouping = wide_power(wide_metadata(w, field, "grouping_power"));
    int max_value = wide_power(wide_metadata(w, field, "max_value_power"));
    if (grouping < 0 || max_value <= grouping || grouping > WIDE_MOST_GROUPING) {
        column->why = ERR("a histogram without its grouping_power and max_value_power");
        return;
    }
    column->metric_type = INLAY_METRIC_HISTOGRAM;
    column->leaf = (uint32_t)element->leaf;
    column->entry_def = inlay_schema_node(w->schema, shape.repeated)->max_def;
    column->grouping_power = (uint8_t)grouping;
    column->max_value_power = (uint8_t)max_value;
}

struct wide_column wide_classify(const struct wide *w, uint32_t field, bool histograms)
{
    struct wide_column column = {.why = NULL};
    const inlay_node *node = wide_node(w, field);
    inlay_bytes kind = wide_metadata(w, field, "metric_type");
    bool named = wide_metadata(w, field, "metric").data != NULL;
    if (field == w->time_field) {
        column.why = ERR("the time");
    } else if (sortspec_is(kind, "timestamp") || sortspec_is(kind, "duration") ||
               (!named && sortspec_is(node->name, "duration"))) {
        column.why = ERR("about the snapshot, not a metric");
    } else if (node->leaf < 0 || node->max_rep) {
        wide_classify_list(w, field, histograms, &column);
    } else {
        const struct wide_number *number = wide_number_of(node);
        if (!number) {
            column.why = ERR("not a number");
            return column;
        }
        column.leaf = (uint32_t)node->leaf;
        column.convert = number->convert;
        column.metric_type = number->metric_type;
    }
    return column;
}

/* ---- name and labels ---- */

static bool wide_has_label(const struct wide *w, inlay_bytes key)
{
    for (size_t i = 0; i < w->n_labels; i++)
        if (sortspec_compare(w->labels[i].key, key) == 0)
            return true;
    return false;
}

static inlay_status wide_rename(struct wide *w, inlay_bytes *key)
{
    static const char prefix[] = "label_";
    enum { PREFIX = sizeof prefix - 1 };
    void *block;
    TRY(mem_pool_take(&w->pool, PREFIX + key->len, &block));
    memcpy(block, prefix, PREFIX);
    if (key->len)
        memcpy((uint8_t *)block + PREFIX, key->data, key->len);
    *key = (inlay_bytes){block, PREFIX + key->len};
    return INLAY_OK;
}

static bool wide_is_label(inlay_bytes key)
{
    static const char *const others[] = {"metric", "metric_type", "unit", "grouping_power",
                                         "max_value_power"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (sortspec_is(key, others[i]))
            return false;
    return true;
}

/* The column's own name, "metric/name:buckets" in old recordings. */
static void wide_split_name(struct wide *w, uint32_t field)
{
    static const uint8_t tail[] = ":buckets", key[] = "name";
    inlay_bytes whole = wide_field_name(w, field), label = {key, sizeof key - 1};
    size_t n = sizeof tail - 1;
    if (whole.len > n && memcmp(whole.data + whole.len - n, tail, n) == 0)
        whole.len -= n;
    const uint8_t *slash = whole.len ? memchr(whole.data, '/', whole.len) : NULL;
    w->name = whole;
    if (!slash || slash == whole.data || wide_has_label(w, label))
        return;
    w->name.len = (size_t)(slash - whole.data);
    inlay_bytes rest = {slash + 1, whole.len - w->name.len - 1};
    if (rest.len)
        w->labels[w->n_labels++] = (inlay_label){label, rest};
}

inlay_status wide_labels(struct wide *w, uint32_t field, bool histogram)
{
    enum { MORE = WIDE_FOOTER_LABELS + 1 + 2 }; /* "name", and two buckets' bounds by the caller */
    void *block = w->labels;
    uint32_t n = wide_pairs(w, field);
    TRY(mem_grow(w->env, &block, &w->capacity, (size_t)n + MORE, sizeof *w->labels));
    w->labels = block;
    w->n_labels = 0;
    mem_pool_reset(&w->pool);
    for (uint32_t i = 0; i < n; i++) {
        inlay_key_value pair = inlay_arrow_schema_metadata(w->arrow, field, i);
        if (!pair.has_value || !wide_is_label(pair.key))
            continue;
        if (pair.key.len == 0 || sortspec_is_fixed(pair.key) ||
            (histogram &&
             (sortspec_is(pair.key, "bucket_lower") || sortspec_is(pair.key, "bucket_upper"))))
            TRY(wide_rename(w, &pair.key));
        w->labels[w->n_labels++] = (inlay_label){pair.key, pair.value};
    }
    w->name = wide_metadata(w, field, "metric");
    if (!w->name.data)
        wide_split_name(w, field);
    for (size_t i = 0; i < w->n_footer; i++)
        if (!wide_has_label(w, w->footer[i].key))
            w->labels[w->n_labels++] = w->footer[i];
    return INLAY_OK;
}

/* ---- H2 histograms: exact below 2^(g+1), then 2^g buckets in each power of two ---- */

uint64_t wide_buckets(unsigned grouping_power, unsigned max_value_power)
{
    return (uint64_t)(max_value_power - grouping_power + 1) << grouping_power;
}

void wide_bucket(unsigned grouping_power, uint64_t i, uint64_t *lower, uint64_t *upper)
{
    unsigned g = grouping_power;
    *lower = *upper = i;
    if (i < (uint64_t)2 << g)
        return;
    unsigned power = g + (unsigned)(i >> g) - 1;
    uint64_t width = (uint64_t)1 << (power - g);
    *lower = ((uint64_t)1 << power) + (i & (((uint64_t)1 << g) - 1)) * width;
    *upper = *lower + (width - 1);
}

#endif
