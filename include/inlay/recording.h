/* Metric tables: the long layout, and wide recordings turned into it; recordings combined and filtered.
 *
 * Long layout (Quickwit metrics, quickwit-parquet-engine): one row a sample; columns in the order
 *   metric_name STRING · label columns of the sort schema · timeseries_id INT64 · timestamp_secs UINT64
 *   (sort schema order) · sorted_series BYTE_ARRAY · then metric_type UINT_8, value DOUBLE and the
 *   other labels, each a nullable STRING column, by name.
 * Rows are sorted by (sorted_series ascending, timestamp_secs descending).
 */
#ifndef INLAY_RECORDING_H
#define INLAY_RECORDING_H

#include "inlay/writer.h"

#ifdef __cplusplus
extern "C" {
#endif

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

/* metric_type of Quickwit's metrics (quickwit-opentelemetry, otel_metrics.rs). */
typedef enum inlay_metric_type {
    INLAY_METRIC_GAUGE = 0,
    INLAY_METRIC_SUM = 1,
    INLAY_METRIC_HISTOGRAM = 2
} inlay_metric_type;

typedef struct inlay_label {
    inlay_bytes key, value;
} inlay_label;

/* Quickwit's default for metrics. */
#define INLAY_METRICS_SORT \
    "metric_name|service|env|datacenter|region|host|timeseries_id|timestamp_secs/V2"

/* timeseries_id of a series: SipHash-2-4 with key 0 over name, type and the labels, which must be
 * sorted by key (quickwit-parquet-engine/src/timeseries_id.rs). */
INLAY_API int64_t inlay_timeseries_id(inlay_bytes name, uint8_t metric_type,
                                      const inlay_label *labels, size_t n_labels);

/* A long table being written, for agents that sample: bounded memory, any order of samples.
 *
 * The sort schema names metric_name and labels, then timeseries_id and timestamp_secs (descending).
 * Samples are buffered, sorted and written as sorted runs into unnamed scratch files; finish merges
 * the runs into the sink. Samples of the same series and second are all kept, in their order.
 *
 * Memory: 32 bytes a buffered row (the buffer grows as rows come, up to buffer_rows), the series
 * (about 100 bytes each, their sorted_series keys, 8 bytes a label, each different text once), and
 * at most 16 runs' open columns at a time (64 MiB).
 * Status: after a failure only close is allowed. */
typedef struct inlay_long_options {
    const char *sort;           /* INLAY_METRICS_SORT */
    size_t buffer_rows;         /* 131,072 */
    uint64_t row_group_rows;    /* 131,072 */
    const char *scratch_folder; /* NULL = TMPDIR or the system's */
    inlay_write_options write;
    const inlay_key_value *key_values; /* extra footer keys */
    size_t n_key_values;
} inlay_long_options;
typedef struct inlay_long inlay_long;
INLAY_API INLAY_CHECKED inlay_status inlay_long_open(inlay_env *env,
                                                     const inlay_long_options *options,
                                                     inlay_long **table);
/* Declare a series once; its number comes back. Labels are copied, in any order; keys that name a
 * fixed column (or "timestamp", the older name of one), are empty or stand twice are refused (ARG),
 * as is text that is not UTF-8. The same series twice gives the same number. */
INLAY_API INLAY_CHECKED inlay_status inlay_long_series(inlay_long *table, inlay_bytes name,
                                                       uint8_t metric_type,
                                                       const inlay_label *labels, size_t n_labels,
                                                       uint32_t *series);
INLAY_API INLAY_CHECKED inlay_status inlay_long_add(inlay_long *table, uint32_t series,
                                                    uint64_t timestamp_secs, double value);
INLAY_API uint64_t inlay_long_rows(const inlay_long *table);
INLAY_API INLAY_CHECKED inlay_status inlay_long_finish(inlay_long *table, const inlay_sink *sink,
                                                       uint32_t *n_row_groups);
INLAY_API void inlay_long_close(inlay_long *table);

/* Wide recordings (one column a metric) to one long table.
 *
 * Metric name and labels come from the field metadata in ARROW:schema where the file has it
 * ("metric" is the name; metric_type, unit, grouping_power and max_value_power are no labels), else
 * from the column name (up to the first '/' is the metric, the rest the label "name"). A label that
 * is named like a fixed column gets "label_" before it. The footer keys node, instance and source
 * (unless it is a list) become labels of the columns that have no such label of their own, so that
 * recordings of several machines do not fall into one series.
 *
 * Counters (UINT_64) become metric_type 1, gauges (INT_64, DOUBLE, FLOAT, other integers) 0; values
 * are rounded to DOUBLE; nulls give no row. Histograms (lists of UINT_64) are reported and left
 * out, or with `histograms` give one row per non-empty bucket: metric_type 2, value = count,
 * labels bucket_lower and bucket_upper (inclusive).
 *
 * The time is the column "timestamp": a TIMESTAMP, or integers whose field metadata has "unit";
 * without one the unit is told from the first value (10 digits are seconds, 13 milliseconds, ...).
 *
 * Memory: 512 KiB of times, 8 bytes a column, one open column, and that of inlay_long; it does not
 * grow with the rows. Errors: CORRUPT (no time column, damage), LIMIT, IO, NOMEM; error.input says
 * which file. */
typedef struct inlay_melt_options {
    bool histograms;
    inlay_long_options table;
    /* called for each column that gives no rows, with the reason (constant text); also for the time
     * column of a file in which rows have no time */
    void (*left_out)(void *ctx, size_t input, inlay_bytes column, const char *why);
    void *left_out_ctx;
    void (*progress)(void *ctx, uint64_t done, uint64_t total); /* cells of the inputs */
    void *progress_ctx;
} inlay_melt_options;
typedef struct inlay_melt_report {
    uint64_t n_rows;
    uint32_t n_series, n_row_groups, n_left_out;
} inlay_melt_report;
INLAY_API INLAY_CHECKED inlay_status inlay_melt(inlay_env *env, inlay_reader *const *inputs,
                                                size_t n_inputs, const inlay_sink *sink,
                                                const inlay_melt_options *options,
                                                inlay_melt_report *report);

/* ---- recordings: several in one, some columns of one ---- */

/* Join recordings (one row a sample, one column a metric) on time.
 *
 * Time: every stamp t counts for the bucket floor((t + I/2) / I) * I, where I is the inputs' common footer key
 * sampling_interval_ms; of several rows in a bucket the one whose stamp is closest to it stays, the first of
 * equals. Rows of the result are the buckets that all inputs have (inner join), or that any has (outer join:
 * null where an input has none), ascending; their timestamp is the bucket.
 * Quality: a bucket is aligned where the stamps of the inputs differ by at most I/10; less than 95 % aligned
 * buckets are refused.
 * Columns: timestamp and duration of the primary input (the first whose source is "rezolus", else the first),
 * then all others of every input as LABEL::NAME. The label is the recording's node (footer key node, else the
 * name of the file) where its source is "rezolus", else its instance (footer key instance, else "0", or "0",
 * "1", ... where several have the same source and none an instance). Field metadata in ARROW:schema gets
 * source, unless it is there, and node or instance. Columns of inputs that are combined already keep name and
 * metadata. Nulls may be in an outer join's columns, so REQUIRED ones become OPTIONAL where rows are missing.
 * Footer: source (all, as JSON array), sampling_interval_ms, systeminfo, selection (the primary's), events of all
 * (normalised), pinned_node, per_source_metadata (SOURCE.LABEL with version, node, instance, systeminfo,
 * service_queries, first and last sample; SOURCE.descriptions), ARROW:schema. Other keys keep the value of the
 * first input that has them, the primary's first; where inputs differ, each one's own stands beside its version.
 *
 * Column chunks are copied byte for byte where a whole row group of an input is rows of the result one after the
 * other; row groups are cut so that this happens for the input where it saves most. Otherwise the rows that are
 * wanted are decoded and written.
 *
 * Memory: 24 bytes a row and input while the times are read, then 8 bytes a row and input and 9 a row; one open
 * column, one written column chunk, packed; about 2 KiB a column; the footers.
 * Errors: ARG (less than two inputs, pinned is no node), CORRUPT (an input is no recording, inputs do not fit
 * together), IO, NOMEM, LIMIT. env->error has input and, in column, the name that it is about. */
typedef struct inlay_combine_input {
    inlay_reader *reader; /* the caller's, made with the same env */
    const char *name;     /* the node where the file names none: its path without folder and extension */
} inlay_combine_input;

typedef enum inlay_join { INLAY_JOIN_INNER = 0, INLAY_JOIN_OUTER } inlay_join;

typedef struct inlay_combine_options {
    inlay_join join;
    bool keep_raw_timestamps; /* stamps as the primary has them, or the first input with the row, not buckets */
    bool bypass_time_check;   /* take inputs however badly they are aligned, or whose times do not overlap */
    bool prefix;              /* SOURCE.LABEL::NAME */
    const char *pinned;       /* the node that viewers show first: footer key pinned_node */
    uint64_t row_group_rows;  /* cut row groups here and nowhere else; 0 = as the inputs have them */
    inlay_write_options write; /* codec and sizes of what is not copied; `columns` and flags are ignored */
    /* told of what is odd and no failure: constant text, and the input that it is about or -1 */
    void (*note)(void *ctx, int32_t input, const char *what);
    void *note_ctx;
    void (*progress)(void *ctx, uint64_t done, uint64_t total); /* cells of the result */
    void *progress_ctx;
} inlay_combine_options;
typedef struct inlay_combine_report {
    uint64_t n_rows, n_columns;    /* leaf columns */
    uint64_t n_chunks, n_copied;   /* column chunks, and those copied byte for byte */
    uint64_t n_compared, n_aligned; /* buckets of more than one input */
    uint64_t n_events;
    uint32_t n_row_groups;
} inlay_combine_report;
INLAY_API INLAY_CHECKED inlay_status inlay_combine(inlay_env *env, const inlay_combine_input *inputs, size_t n_inputs,
                                                   const inlay_sink *sink, const inlay_combine_options *options,
                                                   inlay_combine_report *report);

/* Keep some columns of a recording, copied byte for byte; timestamp and duration always stay.
 *
 *   globs     * and ? ; matched with the column's name, its name without LABEL:: and ":buckets", its metric
 *   metrics   names, compared with the same
 *   queries   JSON with "kpis", each with a PromQL text "query" (a service extension): the metrics that these name,
 *             and all columns of source "rezolus". data NULL, and neither globs nor metrics: the file's own, from
 *             the footer key service_queries or per_source_metadata
 *
 * ARROW:schema keeps the fields that stay; texts of metrics that went leave descriptions, in
 * per_source_metadata, too; all other keys stay. Sorting columns stay as far as their columns do.
 * Memory: one chunk's metadata; about 2 KiB a column. Errors: ARG (nothing matched; queries that are none), CORRUPT,
 * UNSUPPORTED (chunks that cannot be copied, see copy.h), IO, NOMEM, LIMIT. */
typedef struct inlay_filter_options {
    const char *const *globs;
    size_t n_globs;
    const char *const *metrics;
    size_t n_metrics;
    inlay_bytes queries;
    void (*progress)(void *ctx, uint64_t done, uint64_t total); /* column chunks */
    void *progress_ctx;
} inlay_filter_options;
typedef struct inlay_filter_report {
    uint32_t n_columns, n_kept; /* top-level columns */
    uint32_t n_row_groups;
    uint64_t n_rows;
} inlay_filter_report;
INLAY_API INLAY_CHECKED inlay_status inlay_filter(inlay_env *env, inlay_reader *reader, const inlay_sink *sink,
                                                  const inlay_filter_options *options, inlay_filter_report *report);

#endif

#ifdef __cplusplus
}
#endif
#endif
