/* Row keys: the sort columns of a file's first and last row, as a protobuf message and as JSON.
 *
 *   RowKeys      1 ColumnValues min_row_values · 2 max_row_values · 3 all_inclusive_max_row_values · 4 bool expired
 *   ColumnValues 1 ColumnValue column, one a sort column
 *   ColumnValue  one of: 1 bytes · 2 int64 · 3 double; none of them = null
 *
 * In the footer: qh.row_keys (base64) and qh.row_keys_json. The third list is the second again.
 * Source: quickwit-proto/protos/event_store_sortschema/event_store_sortschema.proto,
 * quickwit-parquet-engine/src/row_keys/mod.rs; protobuf.dev, "Encoding".
 */
#ifndef INLAY_MERGE_ROWKEYS_H
#define INLAY_MERGE_ROWKEYS_H

#include "base/buf.h"
#include "merge/cell.h"

enum {
    ROWKEYS_MIN,
    ROWKEYS_MAX,
    ROWKEYS_ALL_MAX,
    ROWKEYS_LISTS,
    ROWKEYS_MOST_COLUMNS = 255 /* of a sort schema */
};

/* Append the message; first[n] and last[n] are the cells of the two rows. */
void rowkeys_write(const struct cell *first, const struct cell *last, uint32_t n, struct buf *proto);
/* Append the JSON text: bytes as a list of numbers, doubles in their shortest form (null where not finite). */
void rowkeys_write_json(const struct cell *first, const struct cell *last, uint32_t n,
                        struct buf *json);

struct rowkeys { /* about 18 KB */
    struct cell cells[ROWKEYS_LISTS][ROWKEYS_MOST_COLUMNS];
    uint32_t n[ROWKEYS_LISTS];
    bool has[ROWKEYS_LISTS];
    bool expired;
};

/* Read a message; byte cells are views into it. Strict: no unknown fields, no field twice, nothing cut short.
 * NULL, or what is wrong (constant text). */
const char *rowkeys_read(struct rowkeys *keys, inlay_bytes proto);

#endif
