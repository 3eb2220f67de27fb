/* Values of sort columns; see cell.h. */
#include "merge/cell.h"

#if INLAY_WRITE && INLAY_MERGE

bool cell_is_text(const inlay_node *leaf)
{
    return leaf->type == INLAY_BYTE_ARRAY &&
           (leaf->logical.kind == INLAY_STRING || leaf->logical.kind == INLAY_ENUM ||
            leaf->logical.kind == INLAY_JSON);
}

struct cell cell_of(const inlay_node *leaf, const void *values, size_t i)
{
    struct cell c = {.kind = CELL_NULL};
    if (!leaf)
        return c;
    bool plain = leaf->logical.kind == INLAY_LOGICAL_NONE || leaf->logical.kind == INLAY_INTEGER;
    if (cell_is_text(leaf)) {
        c.kind = CELL_BYTES;
        c.bytes = ((const inlay_bytes *)values)[i];
    } else if (leaf->type == INLAY_INT64 && plain) {
        c.kind = CELL_INT;
        c.integer = ((const int64_t *)values)[i];
    } else if (leaf->type == INLAY_DOUBLE) {
        c.kind = CELL_DOUBLE;
        c.real = ((const double *)values)[i];
    }
    return c;
}

#endif
