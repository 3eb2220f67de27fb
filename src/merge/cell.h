/* One value of a sort column, as row keys and series keys know values: bytes, int64, double, or null. */
#ifndef INLAY_MERGE_CELL_H
#define INLAY_MERGE_CELL_H

#include "inlay/schema.h"

enum cell_kind { CELL_NULL, CELL_BYTES, CELL_INT, CELL_DOUBLE };

struct cell {
    uint8_t kind; /* enum cell_kind; 0 = null */
    union {
        inlay_bytes bytes;
        int64_t integer;
        double real;
    };
};

/* Text by its annotation: what Arrow reads as Utf8. */
bool cell_is_text(const inlay_node *leaf);
/* The i-th of dense values (in memory as inlay_type says) of a column. Text is bytes, INT64 an integer
 * (unsigned ones reinterpreted), DOUBLE a double; other types, and leaf NULL (no such column), give null, as
 * Quickwit's row keys have it (row_keys/mod.rs). */
struct cell cell_of(const inlay_node *leaf, const void *values, size_t i);

#endif
