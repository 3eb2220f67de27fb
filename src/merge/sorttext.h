/* Sort schemas as text again. Source: quickwit-parquet-engine/src/sort_fields/display.rs. */
#ifndef INLAY_MERGE_SORTTEXT_H
#define INLAY_MERGE_SORTTEXT_H

#include "base/buf.h"
#include "merge/sortkey.h"

/* Append the text.
 *
 *   short  name, "&", names; type suffixes and directions only where they are not the name's own
 *   full   every column as name:type:direction
 *
 * A name that would be read without its end ("a__s" as a string column) gets the suffix even so. A plain list
 * (version 0) has no types, and its directions stand before the names. Parsing the text gives the same schema. */
void sorttext_short(const struct sortkey_schema *schema, struct buf *text);
void sorttext_full(const struct sortkey_schema *schema, struct buf *text);

#endif
