/* Merge sorted files into one or several, row groups cut at transitions of the first sort columns.
 *
 * Order: by the sort key, nulls last, ties by input order and then by row order; every row is kept unless
 * `on_equal` says otherwise.
 * Key: the columns of `sort`; without it the inputs' own footer key qh.sort_fields, whose order is
 * (sorted_series ascending, timestamp column in its direction) where every input has a sorted_series
 * column, and otherwise the listed columns one by one.
 * Pages that lie inside one stretch of an input move without being decoded, and so do whole column chunks, unless
 * `write` says how pages are to be (encoding, profile, page or dictionary sizes, page version).
 * Row groups: as `layout` says. Several outputs: a file ends only where a series does: where sorted_series changes, and
 * without it, where one of the sort columns before the timestamp does (all but the last, if there is none).
 */
#ifndef INLAY_MERGE_H
#define INLAY_MERGE_H

#include "inlay/writer.h"

#ifdef __cplusplus
extern "C" {
#endif

#if INLAY_WRITE && INLAY_MERGE

enum {                     /* layouts */
    INLAY_MERGE_PACK = 0,  /* runs of equal values of the first sort column, packed greedily up to the cap; a run larger
                              than that is a row group of its own. (Quickwit PR 6410, pack_into_metric_aligned_rgs.) */
    INLAY_MERGE_PER_VALUE, /* one row group for every combination of values of the first `layout_columns` sort columns */
    INLAY_MERGE_NONE       /* row groups end at the cap wherever that is; without a cap there is one */
};

/* One value of a sort column: NULL = null; the C type of the column's physical type. */
typedef struct inlay_merge_key {
    const inlay_node *leaf; /* of the output */
    bool descending;
    const void *first, *last; /* in the row group's first and last row */
} inlay_merge_key;

/* A row group as planned. */
typedef struct inlay_merge_row_group {
    uint32_t output, row_group; /* row_group: in that output */
    uint64_t n_rows;
    uint64_t bytes; /* that its rows take in the inputs, about */
    const inlay_merge_key *keys; /* [n_keys] the columns that make the order, then others that cut row groups */
    size_t n_keys;
} inlay_merge_row_group;

/* An output that is complete. */
typedef struct inlay_merge_output {
    uint32_t number;
    uint32_t n_row_groups;
    uint64_t n_rows;
    uint64_t bytes;
} inlay_merge_output;

/* Rows whose keys are equal: in all columns of the order, as they compare (null equals null, -0 equals +0, a NaN
 * every NaN), from one input or from several. FIRST and LAST are by the order of the output: the earlier input, and
 * in it the earlier row. */
typedef enum inlay_on_equal {
    INLAY_EQUAL_KEEP,  /* all stay */
    INLAY_EQUAL_FIRST, /* one stays, the first */
    INLAY_EQUAL_LAST,
    INLAY_EQUAL_ERROR  /* CORRUPT: error says where the second one is, report.equal where the first */
} inlay_on_equal;

typedef struct inlay_merge_row {
    int32_t input, row_group;
    int64_t row; /* counted within the row group */
} inlay_merge_row;

/* Values of one column, of rows with equal keys, to be made one a group. */
typedef struct inlay_reduce_batch {
    const inlay_schema *schema; /* of the output */
    uint32_t leaf;
    inlay_batch in;             /* in the order of the output; no repetition levels, no codes */
    const uint32_t *group_rows; /* [n_groups] levels of `in` that are of one group; together in.n_levels */
    size_t n_groups;
    bool goes_on;               /* the last group is not complete: the first one of the next call is its rest, which
                                 * may be of no rows */
} inlay_reduce_batch;

/* Aggregation: of every group of rows with equal keys one row comes into the output, the group's first one, but with
 * what `reduce` makes of the group in the columns that are not keys. Columns with repetition, and those that are not
 * wanted, have the first row's values.
 *
 *   wants    may be NULL: all columns that can be reduced (no key, no repetition)
 *   reduce   `out`: one level for each group that is complete (n_groups, less one with goes_on); values of the column's
 *            type, dense; def NULL where no value is null, else 0..max_def of the leaf. The arrays are the
 *            callee's and stay valid until the next call. Anything but OK ends the merge.
 *
 * With a reducer one thread makes all row groups. The calls for a column of a row group follow each other, and no group
 * lies in two row groups. A group comes in pieces where a call would have more than 4,096 rows, or views would end; views
 * die with the call. So a reducer keeps the state of one open group, and with that a group may be of any size.
 */
typedef struct inlay_reducer {
    bool (*wants)(void *ctx, const inlay_schema *schema, uint32_t leaf);
    inlay_status (*reduce)(void *ctx, const inlay_reduce_batch *groups, inlay_batch *out);
    void *ctx;
} inlay_reducer;

typedef struct inlay_merge_options {
    const char *sort;           /* "metric_name|-timestamp_secs", with or without "/V2"; NULL = theirs */
    inlay_on_equal on_equal;
    inlay_reducer reducer;      /* `reduce` NULL: none; else on_equal is INLAY_EQUAL_KEEP */
    int layout;                 /* INLAY_MERGE_PACK */
    uint32_t layout_columns;    /* PER_VALUE: 1 */
    uint64_t row_group_rows;    /* the cap; 131,072 with PACK and with split_oversize, else none */
    uint64_t row_group_bytes;   /* a second cap, on what the rows take in the inputs, packed; 0 = none */
    bool split_oversize;        /* a run above the cap is cut at the cap: borders are then not only at transitions */
    uint32_t outputs;           /* exactly min(outputs, series) files; 0 and 1 = one */
    uint64_t output_bytes;      /* or: a file ends at the next series when its rows take that much in the inputs */
    /* Where the outputs go; NULL = all into `sink`. next_output opens the sink of one, end_output hears that it is
     * complete. Return 0, or an errno value, which ends the merge. One is open at a time. */
    int (*next_output)(void *ctx, uint32_t number, inlay_sink *sink);
    int (*end_output)(void *ctx, const inlay_merge_output *output); /* may be NULL */
    void *output_ctx;
    bool dry_run;               /* plan, tell row_group and report, write nothing; `sink` may be NULL */
    int (*row_group)(void *ctx, const inlay_merge_row_group *group); /* hears of every row group that is planned, with
                                   dry_run only; views until it returns; non-zero ends the merge with ARG */
    void *row_group_ctx;
    uint64_t memory_bytes;      /* soft bound for open columns; 256 MiB */
    bool resort;                /* sort unsorted inputs first, within memory_bytes, through a scratch file */
    uint32_t threads;           /* 1; more where the build has them. Row groups are then made side by side, and the
                                   output is the same. Every thread has an env of its own with the caller's
                                   allocator, which must bear that, and its share of memory_bytes and of
                                   limits.memory_bytes; sources are read from all of them at once. */
    bool keep_key_values;       /* footer keys that the merge does not know: each once, with its first value; but
                                   ARROW:schema, which is about the columns of its own file */
    bool widen;                 /* columns may differ in type where one holds all values: see below */
    bool no_copy;               /* decode and encode every page, also those that could move as they are */
    const char *scratch_folder; /* for the plan when it outgrows memory, and for sorted runs; NULL = TMPDIR or
                                   the system's */
    inlay_write_options write;  /* of the output; `columns` go by its leaves */
    /* Called when the output's columns are known, to set `write` by them; what it is made to point to must outlive the
     * merge. Non-zero ends the merge with ARG. */
    int (*configure)(void *ctx, const inlay_schema *schema, inlay_write_options *write);
    void *configure_ctx;
    void (*progress)(void *ctx, uint64_t done, uint64_t total); /* values written, of all */
    void *progress_ctx;
} inlay_merge_options;

typedef struct inlay_merge_report {
    uint64_t n_rows;    /* of the outputs */
    uint64_t n_dropped; /* rows of the inputs that on_equal left out, or that became part of another one */
    uint32_t n_row_groups, n_outputs;
    uint64_t n_columns;
    uint64_t n_runs;      /* stretches of consecutive rows of one input */
    uint64_t plan_bytes;  /* size of the plan */
    uint64_t output_bytes; /* of all outputs; 0 with dry_run */
    uint64_t moved_bytes; /* of pages and column chunks that moved as they were; with dry_run: that would, about */
    uint64_t input_bytes; /* with dry_run: of the inputs' column chunks */
    uint32_t n_resorted;  /* inputs that were not sorted */
    char row_group_column[120]; /* where row groups were cut; "" if nowhere, or not only there */
    inlay_merge_row equal; /* after a failure by INLAY_EQUAL_ERROR: the first of the two rows; else input is -1. Rows of
                              inputs that were sorted anew have no number: row_group and row are -1, as in error */
} inlay_merge_report;

/* Merge `inputs` (readers, the caller's, made with the same env) into `sink`. At least one; all must agree on
 * qh.sort_fields, qh.window_start, qh.window_duration_secs and qh.rg_partition_prefix_len unless
 * `sort` is given; columns of the same name must have the same type.
 * With `widen` the output has the wider type instead: integers of more bits and the same sign, DOUBLE for integers of up to
 * 32 bits and other floats, DECIMAL of more digits at the same scale, TIME and TIMESTAMP of a finer unit (a moment that
 * does not fit is CORRUPT with its row), STRING for ENUM and JSON; nothing that loses a bit.
 * Memory: per open input column one page and one dictionary within memory_bytes; the plan and its segments beyond
 * 8 MiB each go to scratch files.
 * The inputs share their codecs afterwards (inlay_reader_share).
 * `resort` sorts within half of what is left of memory_bytes (at least 1 MiB, or one row); equal keys keep the order of the
 * file's rows.
 * Several outputs: each has the footer keys of a file of its own. qh.rg_partition_prefix_len is written where every row
 * group of every output was planned to hold one value of those columns that no other row group of that output has:
 * with PER_VALUE, and with PACK where the inputs claim 1.
 * Errors: ARG (no inputs, bad sort text, neither `sort` nor qh.sort_fields), CORRUPT (input not sorted: error has input, row group, row;
 * metadata mismatch; type conflict), IO, NOMEM, LIMIT, UNSUPPORTED. */
INLAY_API INLAY_CHECKED inlay_status inlay_merge(inlay_env *env, inlay_reader *const *inputs,
                                                 size_t n_inputs, const inlay_sink *sink,
                                                 const inlay_merge_options *options,
                                                 inlay_merge_report *report);

#endif

#ifdef __cplusplus
}
#endif
#endif
