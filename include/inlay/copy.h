/* Row groups from file to file without decoding: pages move byte for byte, metadata follows.
 *
 * What goes along: statistics, page index (re-based), bloom filters, size and geospatial statistics, encodings,
 * sorting columns, key-values of column chunks. What says nothing any more once another program stands in created_by
 * (bounds in an order that is not the type's, bounds that known faults of their writer make doubtful) stays behind.
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

/* Append one row group of an open file. The writer's schema must be the same, and no row group be open in it.
 * Memory: one column chunk's metadata and page index, and the row group's bloom filters; pages pass through 1 MiB.
 * Errors: ARG (schemas differ, a row group is open), UNSUPPORTED (pages that are right only under their old writer's
 * name: PARQUET-246, PARQUET-816, ARROW-10353; or encrypted: decode and write them anew), CORRUPT, IO, NOMEM. After a
 * failure only close. */
INLAY_API INLAY_CHECKED inlay_status inlay_writer_copy_row_group(inlay_writer *writer, inlay_reader *reader,
                                                                 uint32_t row_group);

#endif

#ifdef __cplusplus
}
#endif
#endif
