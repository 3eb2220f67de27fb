/* Sort keys: the text that names them, and the order of their values.
 *
 * Text: Quickwit's sort schema, "metric_name|-service|timeseries_id|timestamp_secs/V2", or without
 * a version a plain list of columns, "a|-b". Source: quickwit-parquet-engine/src/sort_fields
 * (parser.rs, column_type.rs, validation.rs, equivalence.rs).
 *
 * Order: every value gets a 64-bit prefix such that prefixes compare unsigned as the values do;
 * where equal prefixes leave it open, the values are compared in full.
 */
#ifndef INLAY_MERGE_SORTKEY_H
#define INLAY_MERGE_SORTKEY_H

#include "inlay/schema.h"

/* Column types of the text, numbered as there. */
enum sortkey_type {
    SORTKEY_INT64 = 2,
    SORTKEY_FLOAT64 = 10,
    SORTKEY_STRING = 14,
    SORTKEY_SKETCH = 17,
    SORTKEY_CPC_SKETCH = 20,
    SORTKEY_ITEM_SKETCH = 22
};

enum { SORTKEY_MOST_COLUMNS = 255 }; /* an ordinal is one byte in sorted_series */

struct sortkey_column {
    inlay_bytes name; /* without type suffix; a view into the text */
    uint8_t type;     /* enum sortkey_type */
    bool descending;
};

struct sortkey_schema {
    inlay_bytes name; /* before '='; empty if there is none */
    uint32_t version; /* 2 to 2^31 - 1; 0: a plain list */
    uint32_t cutoff;  /* columns before '&'; 0 = no '&' */
    uint32_t n_columns;
    struct sortkey_column columns[SORTKEY_MOST_COLUMNS];
};

/* Parse a sort schema with its version and every rule on timestamps. The views go into `text`.
 * NULL, or what is wrong (constant text). */
const char *sortkey_parse(inlay_bytes text, struct sortkey_schema *schema);
/* The same where the text ends with a version; else a plain list: names as written with a sign
 * before or after them, no type suffixes, no timestamp needed. */
const char *sortkey_parse_any(inlay_bytes text, struct sortkey_schema *schema);

/* Same version, columns, types and directions; the schema's name and the cutoff do not count. */
bool sortkey_equivalent(const struct sortkey_schema *a, const struct sortkey_schema *b);
/* "timestamp" or "timestamp_secs": the former is an older name of the latter. */
bool sortkey_is_timestamp(inlay_bytes name);
/* Type of a bare name, without suffix. */
uint8_t sortkey_default_type(inlay_bytes name);
/* "dense-int64" ...; the type is one of enum sortkey_type. */
const char *sortkey_type_name(uint8_t type);
/* What the column's name needs behind it to be read as this column: "__i" ..., "" if nothing. */
const char *sortkey_suffix(const struct sortkey_column *column);
bool sortkey_bytes_equal(inlay_bytes a, inlay_bytes b);
bool sortkey_bytes_are(inlay_bytes a, const char *text);
/* memcmp, then the shorter first. */
int sortkey_bytes_compare(inlay_bytes a, inlay_bytes b);

/* How values of one type are ordered (parquet.thrift, ColumnOrder, TypeDefinedOrder): integers
 * signed or unsigned as annotated, booleans false first, DECIMAL by value in all its homes, INT96
 * by day and then nanoseconds, other bytes unsigned with the shorter first. Floats by value: -0
 * equals +0, NaN equals NaN and is greater than all. */
struct sortkey_order {
    /* Prefixes of n values of `width` bytes each (see inlay_type for their form). */
    void (*prefix)(const void *values, size_t n, size_t width, uint64_t *prefixes);
    /* Of two values with equal prefixes; NULL = they are equal. */
    int (*compare)(const void *a, const void *b, size_t width);
};
const struct sortkey_order *sortkey_order_of(const inlay_node *leaf);

#endif
