/* What Quickwit's metrics call a series: its number (timeseries_id) and its place in the order of rows
 * (sorted_series).
 *
 *   timeseries_id   SipHash-2-4, zero key, of   name FF type (key FF value FF)*   in the order of keys
 *   sorted_series   (ordinal text 00)* ordinal id
 *                   text  bytes with 01 before each 00 and 01; with the 00 behind it inverted where the
 *                         column is descending
 *                   id    big-endian, top bit flipped
 *
 * Source: quickwit-parquet-engine/src/timeseries_id.rs, sorted_series/mod.rs; surrealdb/storekey.
 */
#ifndef INLAY_BASE_SERIESKEY_H
#define INLAY_BASE_SERIESKEY_H

#include "base/buf.h"
#include "base/hash.h"

struct serieskey_id {
    struct hash_sip hash;
};

void serieskey_id_begin(struct serieskey_id *id, inlay_bytes name, uint8_t metric_type);
/* Labels in the order of their keys; those that change from sample to sample (times, sum, value) are passed
 * over. */
void serieskey_id_label(struct serieskey_id *id, inlay_bytes key, inlay_bytes value);
int64_t serieskey_id_end(struct serieskey_id *id);

/* Append one sort column that is not null; columns in the order of their ordinals. */
void serieskey_text(struct buf *key, uint8_t ordinal, inlay_bytes value, bool descending);
/* Append the timeseries_id, always ascending; the key is complete. */
void serieskey_end(struct buf *key, uint8_t ordinal, int64_t timeseries_id);

#endif
