/* ARROW:schema in memory: all fields, as read from the untrusted message. */
#ifndef INLAY_ARROW_SCHEMA_H
#define INLAY_ARROW_SCHEMA_H

#include "inlay/arrow.h"

#include "arrow/flat.h"

/* Union Type of Schema.fbs. */
enum {
    ARROW_TYPE_NULL = 1,
    ARROW_TYPE_INT = 2,
    ARROW_TYPE_FLOAT = 3,
    ARROW_TYPE_BINARY = 4,
    ARROW_TYPE_UTF8 = 5,
    ARROW_TYPE_BOOL = 6,
    ARROW_TYPE_DECIMAL = 7,
    ARROW_TYPE_DATE = 8,
    ARROW_TYPE_TIME = 9,
    ARROW_TYPE_TIMESTAMP = 10,
    ARROW_TYPE_LIST = 12,
    ARROW_TYPE_STRUCT = 13,
    ARROW_TYPE_FIXED_BINARY = 15,
    ARROW_TYPE_FIXED_LIST = 16,
    ARROW_TYPE_MAP = 17,
    ARROW_TYPE_DURATION = 18,
    ARROW_TYPE_LARGE_BINARY = 19,
    ARROW_TYPE_LARGE_UTF8 = 20,
    ARROW_TYPE_LARGE_LIST = 21
};

/* One field. `a`, `b`, `c` are the type's parameters, zero where it has none:
 *   INT bits, signed · FLOAT precision 0 1 2 · DECIMAL precision, scale, bits · DATE unit ·
 *   TIME unit, bits · TIMESTAMP, DURATION unit (0 s, 1 ms, 2 us, 3 ns) · FIXED_BINARY bytes ·
 *   FIXED_LIST size · MAP keys sorted */
struct arrow_entry {
    inlay_bytes name;
    inlay_bytes timezone; /* TIMESTAMP */
    uint32_t metadata_at; /* position of the vector of KeyValue; 0 = none */
    uint32_t n_metadata;
    uint32_t first_child, n_children; /* entries, one behind the other */
    uint32_t children_at;             /* position of their vector */
    uint32_t depth;
    int32_t a, b, c;
    uint8_t type;
    bool nullable;
    bool dictionary, ordered; /* a dictionary of `type` */
};

struct inlay_arrow_schema {
    inlay_env *env;
    uint8_t *block; /* the decoded value */
    size_t block_bytes;
    struct flat flat; /* the FlatBuffer inside it */
    struct arrow_entry *entries; /* level by level: the top-level fields first */
    uint32_t n_top;
    size_t n_entries, capacity;
};

/* The i-th pair of metadata of an entry. */
inlay_key_value arrow_entry_metadata(const inlay_arrow_schema *schema,
                                     const struct arrow_entry *entry, uint32_t i);

#endif
