/* What a metrics file says about its own rows in the footer, gathered while an output file is written:
 * qh.row_keys, qh.row_keys_json and qh.zonemap_regexes.
 *
 *   describe_init(&d, env, &sort, leaves);
 *   for each sort column c, in any order, as often as the column is met:
 *       if (describe_wants_values(&d, c))
 *           describe_value(&d, c, value, times);   values of the file
 *       describe_first(&d, c, cell);               of the file's first row
 *       describe_last(&d, c, cell);                of its last row
 *   describe_write(&d, writer);
 *   describe_reset(&d);                            the next file of the same columns
 *   describe_free(&d);
 *
 * Values: each entry in use of a dictionary once, in the order of the dictionary; without a dictionary every row's
 * value, in order (runs by `times`). So Quickwit has it. The expressions hold however often a value comes; only
 * which branches are cut first depends on it.
 * Memory: a tree for each text column before the cutoff (see zonemap.h), the values of two rows.
 * Source: quickwit-parquet-engine/src/row_keys/mod.rs, zonemap/mod.rs, merge/writer.rs.
 */
#ifndef INLAY_MERGE_DESCRIBE_H
#define INLAY_MERGE_DESCRIBE_H

#include "inlay/writer.h"

#include "base/buf.h"
#include "merge/cell.h"
#include "merge/sortkey.h"
#include "merge/zonemap.h"

#if INLAY_WRITE && INLAY_MERGE

struct describe_column {
    const inlay_node *leaf;         /* NULL: no such column, all null */
    struct cell first, last;        /* bytes: in the bufs below */
    struct buf first_text, last_text;
    struct zonemap zone;
};

struct describe {
    inlay_env *env;
    const struct sortkey_schema *sort;
    struct describe_column *columns; /* [n] */
    uint32_t n;
    bool has_rows;
};

/* leaves[sort->n_columns]: the output's leaf for each sort column ("timestamp" is "timestamp_secs"), NULL where it
 * has none or a nested one. `sort` and the leaves must live as long. */
INLAY_CHECKED inlay_status describe_init(struct describe *d, inlay_env *env,
                                         const struct sortkey_schema *sort,
                                         const inlay_node *const *leaves);
void describe_free(struct describe *d); /* also after a failed init, and of {0} */
void describe_reset(struct describe *d);

/* Does the column get an expression: text, and before the cutoff? */
bool describe_wants_values(const struct describe *d, uint32_t column);
INLAY_CHECKED inlay_status describe_value(struct describe *d, uint32_t column, inlay_bytes value,
                                          uint64_t times);
/* Both are copied; the last call counts. A column never told is null. */
INLAY_CHECKED inlay_status describe_first(struct describe *d, uint32_t column, struct cell cell);
INLAY_CHECKED inlay_status describe_last(struct describe *d, uint32_t column, struct cell cell);

/* Append qh.zonemap_regexes' JSON: columns in the order of their names; "{}" where there is none. */
INLAY_CHECKED inlay_status describe_zonemaps(struct describe *d, struct buf *json);
/* Write the keys; nothing for a file without rows (no describe_first). */
INLAY_CHECKED inlay_status describe_write(struct describe *d, inlay_writer *writer);

#endif

#endif
