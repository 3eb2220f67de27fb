/* Row groups, column chunks and pages from file to file without decoding: they move byte for byte, metadata follows.
 *
 * What goes along: statistics, page index (re-based), bloom filters, size and geospatial statistics, encodings,
 * sorting columns, key-values of column chunks. What says nothing any more once another program stands in created_by
 * (bounds in an order that the new file's column_orders do not say, bounds that known faults of their writer make doubtful) stays behind.
 */
#ifndef INLAY_COPY_H
#define INLAY_COPY_H

#include "inlay/writer.h"

#ifdef __cplusplus
extern "C" {
#endif

#if INLAY_WRITE

/* Where two schemas first differ in what decides how values are read: names, types, repetition, annotations, nesting
 * (not field ids). True = nowhere. `node` and `what` (constant text) may be NULL. */
INLAY_API bool inlay_schema_same(const inlay_schema *a, const inlay_schema *b, uint32_t *node, const char **what);

/* May pages of this file be copied at all? Not those of a few old writers, which are read right only beside their
 * name in created_by. */
INLAY_API bool inlay_reader_copyable(const inlay_reader *reader);

/* Append one row group of an open file. The writer's schema must be the same, and no row group be open in it.
 * Memory: one column chunk's metadata and page index, and the row group's bloom filters; pages pass through 1 MiB.
 * Errors: ARG (schemas differ, a row group is open), UNSUPPORTED (pages that are right only under their old writer's
 * name: PARQUET-246, PARQUET-816, ARROW-10353; or encrypted: decode and write them anew), CORRUPT, IO, NOMEM. After a
 * failure only close. */
INLAY_API INLAY_CHECKED inlay_status inlay_writer_copy_row_group(inlay_writer *writer, inlay_reader *reader,
                                                                 uint32_t row_group);

/* The same for one column chunk, as column `leaf` of the open row group (IN_ORDER only; it is ended by this): column
 * `from` of the reader must have the same type, annotation and highest levels; names may differ. Its rows are those of
 * the reader's row group. Other columns of the row group may be written, and must come to as many rows. Errors as
 * above; ARG also where a sorting column's claim would have to be checked (TRUSTED_ORDER lifts that). */
INLAY_API INLAY_CHECKED inlay_status inlay_writer_copy_chunk(inlay_writer *writer, uint32_t leaf, inlay_reader *reader,
                                                             uint32_t row_group, uint32_t from);

/* A page that is encoded already, and compressed if its column is: `body` goes out as it stands, behind a header made
 * from the rest. Nothing in it is looked at, so that whoever calls vouches for it.
 *
 *   encoding   of the values, as in parquet.thrift. Codes need a dictionary: inlay_writer_dictionary (its first entries
 *              those that the codes mean), inlay_writer_raw_dictionary or inlay_writer_lend_dictionary.
 *   v2         DATA_PAGE_V2: repetition levels (rep_bytes), definition levels (def_bytes), then values, compressed
 *              where `is_compressed`; else DATA_PAGE, compressed as a whole by the column's codec, levels RLE.
 *   bounds     of the values, as in inlay_statistics. Without, the chunk gets neither bounds nor a column index.
 *   def, rep   histograms, [max_def + 1], [max_rep + 1]; NULL = not known (then no size statistics), not needed where
 *              there are no lists and max_def is at most 1
 */
typedef struct inlay_raw_page {
    int32_t encoding;
    bool v2, is_compressed;
    uint32_t def_bytes, rep_bytes;       /* v2 */
    inlay_bytes body;
    size_t raw_bytes;                    /* of the body, uncompressed */
    uint32_t n_levels, n_nulls, n_rows;  /* nulls: levels below max_def */
    bool has_bounds, min_exact, max_exact;
    inlay_bytes min, max;
    int64_t nan_count;                   /* -1 = not known */
    int64_t unencoded_bytes;             /* BYTE_ARRAY; -1 = not known */
    const int64_t *def, *rep;
} inlay_raw_page;

/* Append a page to a column, behind what was written to it before; batches may follow. Errors: ARG (levels, rows and
 * sizes that contradict each other, codes without a dictionary, a bloom filter that is asked for and would miss
 * values, a sorting column whose claim would have to be checked), IO, NOMEM. */
INLAY_API INLAY_CHECKED inlay_status inlay_writer_raw_page(inlay_writer *writer, uint32_t leaf,
                                                           const inlay_raw_page *page);
/* Before anything else in a column chunk: a dictionary page's body, PLAIN values compressed by the column's codec. Only
 * raw pages can carry codes then; batches are written in the column's other encoding. */
INLAY_API INLAY_CHECKED inlay_status inlay_writer_raw_dictionary(inlay_writer *writer, uint32_t leaf, inlay_bytes body,
                                                                 size_t raw_bytes, uint32_t n_values);
/* The same with the page's values [n_values] beside it, in memory form, which stay the caller's and stay where they are
 * until the column chunk is ended. Raw pages of codes can follow and batches of codes, but no values. Nothing is looked
 * at: whoever calls vouches that the values are those of the page. */
INLAY_API INLAY_CHECKED inlay_status inlay_writer_lend_dictionary(inlay_writer *writer, uint32_t leaf, inlay_bytes body,
                                                                  size_t raw_bytes, const void *values,
                                                                  uint32_t n_values);

#endif

#ifdef __cplusplus
}
#endif
#endif
