/* The footer keys of Quickwit's metric files that a merge carries over: qh.sort_fields, qh.window_start,
 * qh.window_duration_secs, qh.num_merge_ops, qh.rg_partition_prefix_len; and keys of others. What is made from the
 * rows (qh.row_keys, qh.row_keys_json, qh.zonemap_regexes) stands in describe.h.
 * Source: quickwit-parquet-engine/src/merge/mod.rs. */
#ifndef INLAY_MERGE_KEYVALUE_H
#define INLAY_MERGE_KEYVALUE_H

#include "inlay/writer.h"

#include "base/mem.h"

#if INLAY_WRITE && INLAY_MERGE

struct keyvalue_set {
    bool has_sort, has_window;
    inlay_bytes sort;     /* qh.sort_fields, as written; a view into the footer */
    int64_t window_start; /* with has_window; absent is a value of its own */
    uint32_t window_secs; /* 0 = absent, as in the following */
    uint32_t merge_ops;
    uint32_t prefix_len;
};

INLAY_CHECKED inlay_status keyvalue_read(struct keyvalue_set *set, inlay_env *env,
                                         const inlay_reader *reader);
/* NULL, or which of window and prefix length differ (constant text). */
const char *keyvalue_mismatch(const struct keyvalue_set *a, const struct keyvalue_set *b);
/* NULL, or what is wrong with a file's window: see window.h. A file without one, or without its length, has
 * nothing to be wrong. */
const char *keyvalue_bad_window(const struct keyvalue_set *set);
INLAY_CHECKED inlay_status keyvalue_write(const struct keyvalue_set *set, inlay_writer *writer);

/* Write the inputs' other keys: each key once, with the value that it has first, in the order in which they are
 * met, input by input. Left out are the keys above and those made from the rows, and ARROW:schema, which describes
 * the columns of its own file. Memory: 20 to 40 bytes a key, freed at the end. */
INLAY_CHECKED inlay_status keyvalue_keep(inlay_env *env, inlay_reader *const *inputs, size_t n_inputs,
                                         inlay_writer *writer);

#endif

#endif
