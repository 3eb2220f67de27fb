/* The sort schema of a long table, and the sorted_series key that it defines.
 *
 * Of Quickwit's grammar a long table can keep those schemas that end with timeseries_id and the
 * timestamp, and have metric_name and labels (strings) before:
 *
 *   [name=] *( ["&"] column "|" ) timeseries_id "|" timestamp_secs "/V2"
 *   column = [+|-] name [+|-]  |  name ":" (+|-)  |  name ":dense-string:" (+|-)
 *
 * The key's bytes: base/serieskey.h. Source: quickwit-parquet-engine/src/sort_fields/parser.rs.
 */
#ifndef INLAY_RECORDING_SORTSPEC_H
#define INLAY_RECORDING_SORTSPEC_H

#include "inlay/base.h"

#include "base/buf.h"

enum { SORTSPEC_MOST_COLUMNS = 255 }; /* an ordinal is one byte */

struct sortspec_column {
    inlay_bytes name; /* a view into the text */
    bool descending;
};

struct sortspec {
    struct sortspec_column columns[SORTSPEC_MOST_COLUMNS]; /* before timeseries_id */
    uint32_t n_columns;                                    /* also the ordinal of timeseries_id */
};

/* NULL, or what is wrong (constant text). Version, '&' and the schema's name mean nothing here. */
const char *sortspec_parse(inlay_bytes text, struct sortspec *spec);

/* Append the key; values[i].data NULL = null. */
void sortspec_key(const struct sortspec *spec, const inlay_bytes *values, int64_t timeseries_id,
                  struct buf *key);

/* Does a fixed column of the long layout have that name ("timestamp" is one's old name)? Labels
 * must not. */
bool sortspec_is_fixed(inlay_bytes name);

bool sortspec_is(inlay_bytes a, const char *text);
/* Order of bytes: memcmp, then the shorter first. */
int sortspec_compare(inlay_bytes a, inlay_bytes b);

#endif
