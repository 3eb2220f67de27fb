/* The series of a long table: name, type and labels by number, and their order.
 *
 * Memory: a series takes 48 bytes, 8 a label, its sorted_series key, 8 of order, and slots; each
 * different text (names, label keys, label values) is kept once.
 */
#ifndef INLAY_RECORDING_SERIES_H
#define INLAY_RECORDING_SERIES_H

#include "inlay/recording.h"

#include "base/sort.h"
#include "recording/intern.h"
#include "recording/sortspec.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

struct series_label {
    uint32_t key;   /* number in series_table.key_texts */
    uint32_t value; /* number in series_table.texts */
};

struct series_entry {
    int64_t timeseries_id;
    const uint8_t *key; /* sorted_series */
    size_t first_label; /* in series_table.labels, sorted by key text */
    uint32_t key_bytes;
    uint32_t n_labels;
    uint32_t name; /* number in series_table.texts */
    uint32_t rank; /* after series_order: place of the key, equal keys sharing one */
    uint8_t metric_type;
    bool used; /* it has samples; for the caller */
};

struct series_table {
    inlay_env *env;
    const struct sortspec *spec;
    struct intern texts, key_texts; /* names and label values; label keys */
    struct series_entry *entries;
    struct series_label *labels;
    uint32_t *order; /* entries by key; the first n_ordered */
    uint32_t *slots; /* entry + 1 by hash; 0 = free */
    size_t entries_capacity, labels_capacity, order_capacity, n_slots, n_labels;
    uint32_t n, n_ordered, n_ranks;
    struct mem_pool keys;
    struct buf scratch;
    inlay_label *sorted; /* the labels of the call, sorted */
    size_t sorted_capacity;
};

void series_init(struct series_table *t, inlay_env *env, const struct sortspec *spec);
void series_free(struct series_table *t);
/* See inlay_long_series. */
INLAY_CHECKED inlay_status series_declare(struct series_table *t, inlay_bytes name,
                                          uint8_t metric_type, const inlay_label *labels,
                                          size_t n_labels, uint32_t *number);
/* Bring ranks up to date. */
INLAY_CHECKED inlay_status series_order(struct series_table *t);

#endif
#endif
