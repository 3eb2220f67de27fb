/* The footer keys of Quickwit's metric files that concern a merge: qh.sort_fields, qh.window_start,
 * qh.window_duration_secs, qh.num_merge_ops, qh.rg_partition_prefix_len.
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
INLAY_CHECKED inlay_status keyvalue_write(const struct keyvalue_set *set, inlay_writer *writer);

#endif

#endif
