/* The page index of one column chunk, collected while its pages are written.
 * Source: PageIndex.md; parquet.thrift ColumnIndex, OffsetIndex. */
#ifndef INLAY_FORMAT_INDEX_H
#define INLAY_FORMAT_INDEX_H

#include "format/stats.h"

/* One data page. */
struct index_page {
    uint64_t at;     /* relative to the chunk's first data page */
    uint32_t bytes;  /* with the header */
    bool null_page, has_bounds;
    int64_t first_row, nulls, nans, unencoded;
    uint32_t min_bytes, max_bytes; /* in `bounds`, one behind the other */
};

struct index {
    inlay_env *env;
    const inlay_node *leaf;
    struct stats order; /* only for comparing bounds */
    struct buf pages;      /* struct index_page */
    struct buf bounds;     /* bytes of min, max, min, max ... */
    struct buf histograms; /* int64_t: max_rep + 1 then max_def + 1 counts a page */
    struct stats_bound min, max; /* scratch */
    bool complete;         /* every page can stand in a column index */
    bool no_nans, no_sizes; /* some page's NaNs, or histograms and value bytes, are not known */
};

void index_init(struct index *x, inlay_env *env, const inlay_node *leaf, bool new_orders);
void index_free(struct index *x);
void index_clear(struct index *x);
/* Note a page. `rep`, `def`: counts of each level, [max_rep + 1], [max_def + 1]. */
INLAY_CHECKED inlay_status index_add(struct index *x, const struct index_page *page,
                                     const struct stats *stats, const int64_t *rep,
                                     const int64_t *def);
size_t index_count(const struct index *x);
/* Append the serialised structs; *bytes gets how many, 0 = none (a page without bounds). `first_at`:
 * file offset of the first data page. */
INLAY_CHECKED inlay_status index_write_columns(struct index *x, struct buf *out, size_t *bytes);
INLAY_CHECKED inlay_status index_write_offsets(struct index *x, uint64_t first_at, struct buf *out,
                                               size_t *bytes);

#endif
