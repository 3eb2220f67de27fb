/* The series of a long table; see series.h. */
#include "recording/series.h"

#include <string.h>

#include "base/hash.h"
#include "base/serieskey.h"
#include "base/text.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

int64_t inlay_timeseries_id(inlay_bytes name, uint8_t metric_type, const inlay_label *labels,
                            size_t n_labels)
{
    struct serieskey_id id;
    serieskey_id_begin(&id, name, metric_type);
    for (size_t i = 0; i < n_labels; i++)
        serieskey_id_label(&id, labels[i].key, labels[i].value);
    return serieskey_id_end(&id);
}

/* ---- sorting ---- */

static int series_compare_keys(const void *ctx, uint32_t a, uint32_t b)
{
    const struct series_entry *x = (const struct series_entry *)ctx + a;
    const struct series_entry *y = (const struct series_entry *)ctx + b;
    return sortspec_compare((inlay_bytes){x->key, x->key_bytes},
                            (inlay_bytes){y->key, y->key_bytes});
}

inlay_status series_order(struct series_table *t)
{
    if (t->n_ordered == t->n)
        return INLAY_OK;
    void *block = t->order;
    TRY(mem_grow(t->env, &block, &t->order_capacity, t->n, sizeof *t->order));
    t->order = block;
    TRY(mem_new(t->env, t->n * sizeof *t->order, &block));
    uint32_t *scratch = block;
    for (uint32_t i = t->n_ordered; i < t->n; i++)
        t->order[i] = i;
    sort_numbers(t->order + t->n_ordered, scratch, t->n - t->n_ordered, series_compare_keys,
                t->entries);
    sort_merge(t->order, scratch, t->n_ordered, t->n, series_compare_keys, t->entries);
    t->n_ordered = t->n;
    t->n_ranks = 0;
    for (uint32_t i = 0; i < t->n; i++) {
        if (i > 0 && series_compare_keys(t->entries, t->order[i - 1], t->order[i]) != 0)
            t->n_ranks++;
        t->entries[t->order[i]].rank = t->n_ranks;
    }
    t->n_ranks++;
    mem_free(t->env, scratch, t->n * sizeof *t->order);
    return INLAY_OK;
}

/* ---- table ---- */

void series_init(struct series_table *t, inlay_env *env, const struct sortspec *spec)
{
    *t = (struct series_table){.env = env, .spec = spec};
    intern_init(&t->texts, env);
    intern_init(&t->key_texts, env);
    mem_pool_init(&t->keys, env);
    buf_init(&t->scratch, env);
}

void series_free(struct series_table *t)
{
    if (!t->env)
        return;
    mem_free(t->env, t->entries, t->entries_capacity * sizeof *t->entries);
    mem_free(t->env, t->labels, t->labels_capacity * sizeof *t->labels);
    mem_free(t->env, t->order, t->order_capacity * sizeof *t->order);
    mem_free(t->env, t->slots, t->n_slots * sizeof *t->slots);
    mem_free(t->env, t->sorted, t->sorted_capacity * sizeof *t->sorted);
    intern_free(&t->texts);
    intern_free(&t->key_texts);
    mem_pool_free(&t->keys);
    buf_free(&t->scratch);
}

static int series_compare_label_keys(const void *ctx, uint32_t a, uint32_t b)
{
    const inlay_label *labels = ctx;
    return sortspec_compare(labels[a].key, labels[b].key);
}

/* t->sorted: the labels by key. Label counts come from files, so no quadratic sort. */
static inlay_status series_sort_labels(struct series_table *t, const inlay_label *labels, size_t n)
{
    void *block = t->sorted;
    if (n > UINT32_MAX / 2)
        return err_set(t->env, INLAY_LIMIT, ERR("too many labels"));
    TRY(mem_grow(t->env, &block, &t->sorted_capacity, n, sizeof *t->sorted));
    t->sorted = block;
    if (n == 0)
        return INLAY_OK;
    size_t bytes = 2 * n * sizeof(uint32_t);
    TRY(mem_new(t->env, bytes, &block));
    uint32_t *numbers = block;
    for (uint32_t i = 0; i < n; i++)
        numbers[i] = i;
    sort_numbers(numbers, numbers + n, n, series_compare_label_keys, labels);
    for (size_t i = 0; i < n; i++)
        t->sorted[i] = labels[numbers[i]];
    mem_free(t->env, numbers, bytes);
    for (size_t i = 0; i < n; i++) {
        if (t->sorted[i].key.len == 0)
            return err_set(t->env, INLAY_ARG, ERR("a label needs a key"));
        if (sortspec_is_fixed(t->sorted[i].key))
            return err_set(t->env, INLAY_ARG, ERR("a label key names a fixed column"));
        if (!text_is_utf8(t->sorted[i].key.data, t->sorted[i].key.len) || !text_is_utf8(t->sorted[i].value.data, t->sorted[i].value.len))
            return err_set(t->env, INLAY_ARG, ERR("a label is not UTF-8"));
        if (i > 0 && sortspec_compare(t->sorted[i - 1].key, t->sorted[i].key) == 0)
            return err_set(t->env, INLAY_ARG, ERR("a label key stands twice"));
    }
    return INLAY_OK;
}

/* Number the labels behind those of the other series; they count once n_labels is raised. */
static inlay_status series_number_labels(struct series_table *t, size_t n)
{
    void *block = t->labels;
    TRY(mem_grow(t->env, &block, &t->labels_capacity, t->n_labels + n, sizeof *t->labels));
    t->labels = block; /* NULL as long as no series has labels */
    for (size_t i = 0; i < n; i++) {
        struct series_label *label = &t->labels[t->n_labels + i];
        TRY(intern_text(&t->key_texts, t->sorted[i].key, &label->key));
        TRY(intern_text(&t->texts, t->sorted[i].value, &label->value));
    }
    return INLAY_OK;
}

static size_t series_hash(const struct series_table *t, const struct series_entry *e)
{
    uint64_t seed = ((uint64_t)e->name << 8 | e->metric_type) ^ (uintptr_t)t;
    const void *labels = e->n_labels ? t->labels + e->first_label : NULL;
    return (size_t)hash_xxh64(labels, e->n_labels * sizeof *t->labels, seed);
}

static bool series_equal(const struct series_table *t, const struct series_entry *a,
                         const struct series_entry *b)
{
    return a->name == b->name && a->metric_type == b->metric_type && a->n_labels == b->n_labels &&
           (a->n_labels == 0 || memcmp(t->labels + a->first_label, t->labels + b->first_label,
                                       a->n_labels * sizeof *t->labels) == 0);
}

/* The slot of `e`, or the free one where it belongs. */
static size_t series_slot(const struct series_table *t, const struct series_entry *e)
{
    size_t at = series_hash(t, e) & (t->n_slots - 1);
    while (t->slots[at] && !series_equal(t, &t->entries[t->slots[at] - 1], e))
        at = (at + 1) & (t->n_slots - 1);
    return at;
}

static inlay_status series_widen(struct series_table *t)
{
    void *block;
    if (t->n < t->n_slots / 4 * 3)
        return INLAY_OK;
    size_t n_slots = t->n_slots ? t->n_slots * 2 : 64;
    if (n_slots > SIZE_MAX / 2 / sizeof *t->slots)
        return err_set(t->env, INLAY_NOMEM, ERR("out of memory"));
    TRY(mem_new(t->env, n_slots * sizeof *t->slots, &block));
    mem_free(t->env, t->slots, t->n_slots * sizeof *t->slots);
    t->slots = block;
    t->n_slots = n_slots;
    for (uint32_t i = 0; i < t->n; i++)
        t->slots[series_slot(t, &t->entries[i])] = i + 1;
    return INLAY_OK;
}

/* The sorted_series key of a new series, whose labels are t->sorted[0..e->n_labels). */
static inlay_status series_make_key(struct series_table *t, struct series_entry *e)
{
    inlay_bytes values[SORTSPEC_MOST_COLUMNS];
    for (uint32_t i = 0; i < t->spec->n_columns; i++) {
        values[i] = (inlay_bytes){NULL, 0};
        if (sortspec_is(t->spec->columns[i].name, "metric_name"))
            values[i] = t->texts.texts[e->name];
        for (uint32_t k = 0; k < e->n_labels; k++)
            if (sortspec_compare(t->sorted[k].key, t->spec->columns[i].name) == 0)
                values[i] = t->texts.texts[t->labels[e->first_label + k].value];
    }
    void *block;
    buf_clear(&t->scratch);
    sortspec_key(t->spec, values, e->timeseries_id, &t->scratch);
    TRY(t->scratch.status);
    if (t->scratch.bytes > UINT32_MAX)
        return err_set(t->env, INLAY_LIMIT, ERR("a series key is too long"));
    TRY(mem_pool_take(&t->keys, t->scratch.bytes, &block));
    memcpy(block, t->scratch.data, t->scratch.bytes);
    e->key = block;
    e->key_bytes = (uint32_t)t->scratch.bytes;
    return INLAY_OK;
}

inlay_status series_declare(struct series_table *t, inlay_bytes name, uint8_t metric_type,
                            const inlay_label *labels, size_t n_labels, uint32_t *number)
{
    struct series_entry e = {.metric_type = metric_type, .first_label = t->n_labels};
    if (!text_is_utf8(name.data, name.len))
        return err_set(t->env, INLAY_ARG, ERR("a metric name is not UTF-8"));
    TRY(series_sort_labels(t, labels, n_labels));
    e.n_labels = (uint32_t)n_labels;
    TRY(intern_text(&t->texts, name, &e.name));
    TRY(series_number_labels(t, n_labels));
    TRY(series_widen(t));
    size_t slot = series_slot(t, &e);
    if (t->slots[slot]) {
        *number = t->slots[slot] - 1;
        return INLAY_OK;
    }
    if (t->n >= UINT32_MAX - 1)
        return err_set(t->env, INLAY_LIMIT, ERR("too many series"));
    void *block = t->entries;
    TRY(mem_grow(t->env, &block, &t->entries_capacity, (size_t)t->n + 1, sizeof *t->entries));
    t->entries = block;
    e.timeseries_id = inlay_timeseries_id(name, metric_type, t->sorted, n_labels);
    TRY(series_make_key(t, &e));
    t->n_labels += n_labels;
    t->entries[t->n] = e;
    *number = t->n;
    t->slots[slot] = ++t->n;
    return INLAY_OK;
}

#endif
