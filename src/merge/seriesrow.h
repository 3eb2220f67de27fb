/* The sorted_series key of a row, by a sort schema (bytes: base/serieskey.h).
 *
 * Columns before timeseries_id that are not null, each under its place in the schema, then timeseries_id. Where
 * one is null the next place stands in the key instead, so that nulls sort last in both directions.
 * Source: quickwit-parquet-engine/src/sorted_series/mod.rs.
 */
#ifndef INLAY_MERGE_SERIESROW_H
#define INLAY_MERGE_SERIESROW_H

#include "base/buf.h"
#include "merge/cell.h"
#include "merge/sortkey.h"

/* Append the key of a row; cells[schema->n_columns], null where the row or the file has no value. NULL, or what
 * is wrong (constant text), and then the key is not complete. */
const char *seriesrow_key(const struct sortkey_schema *schema, const struct cell *cells,
                          struct buf *key);
/* Is `key` made by this schema's rules? NULL, or what is wrong (constant text). */
const char *seriesrow_bad(const struct sortkey_schema *schema, inlay_bytes key);

#endif
