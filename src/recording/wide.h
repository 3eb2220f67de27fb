/* A wide recording: one top-level column a metric, one row a snapshot.
 *
 * What a column is comes from its type, its name and labels from the field metadata in
 * ARROW:schema:
 *
 *   UINT_64 counter · INT_64, other integers, floats gauge · list of UINT_64 histogram
 *   name = metadata "metric", else the column's name without ":buckets", cut at its first '/'
 *   labels = the other metadata, but for metric_type, unit, grouping_power, max_value_power
 *
 * To these come the footer keys node, instance and source (unless that lists several), where the
 * column has no such label of its own: else two machines' recordings would melt into one series.
 * Source: metriken-query, parquet.rs (parse_schema); rezolus docs/parquet_metadata.md.
 */
#ifndef INLAY_RECORDING_WIDE_H
#define INLAY_RECORDING_WIDE_H

#include "inlay/arrow.h"
#include "inlay/recording.h"

#include "recording/series.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

enum { WIDE_FOOTER_LABELS = 3, WIDE_MOST_GROUPING = 16 };

typedef void wide_convert(const void *values, size_t n, double *out);

struct wide_column {
    const char *why;       /* constant text: why it gives no rows; NULL = it may */
    wide_convert *convert; /* of a plain metric; NULL = a histogram */
    uint32_t leaf;
    uint8_t metric_type;
    uint8_t entry_def; /* histogram: a bucket exists at this definition level */
    uint8_t grouping_power, max_value_power;
};

struct wide {
    inlay_env *env;
    const inlay_schema *schema;
    inlay_arrow_schema *arrow; /* NULL = the file has none */
    uint32_t n_fields;         /* top-level columns */
    inlay_label footer[WIDE_FOOTER_LABELS];
    size_t n_footer;
    /* the time column: */
    uint32_t time_field, time_leaf;
    bool time_signed;
    const inlay_node *time_node;
    inlay_bytes time_unit;    /* as its metadata says; see inlay_time_unit */
    uint64_t time_per_second; /* 0 = to be told when the first value is there */
    /* the last column asked about: */
    inlay_bytes name;
    inlay_label *labels;
    size_t n_labels, capacity;
    struct mem_pool pool; /* renamed labels */
};

/* CORRUPT where there is no time column: then it is no wide recording. */
INLAY_CHECKED inlay_status wide_open(struct wide *w, inlay_env *env, const inlay_reader *reader);
void wide_close(struct wide *w);
inlay_bytes wide_field_name(const struct wide *w, uint32_t field);
/* What the column is. */
struct wide_column wide_classify(const struct wide *w, uint32_t field, bool histograms);
/* Name and labels into w->name, w->labels, with room for two more labels. Keys that name fixed
 * columns (in histograms also bucket_lower, bucket_upper) get "label_" before them. */
INLAY_CHECKED inlay_status wide_labels(struct wide *w, uint32_t field, bool histogram);

/* Bounds of bucket i, both inclusive; i is below wide_buckets (H2 histogram). */
uint64_t wide_buckets(unsigned grouping_power, unsigned max_value_power);
void wide_bucket(unsigned grouping_power, uint64_t i, uint64_t *lower, uint64_t *upper);

#endif
#endif
