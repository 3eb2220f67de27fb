/* ARROW:schema in memory: all fields, as read from the untrusted message, or from an ArrowSchema. */
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
    ARROW_TYPE_INTERVAL = 11,
    ARROW_TYPE_LIST = 12,
    ARROW_TYPE_STRUCT = 13,
    ARROW_TYPE_UNION = 14,
    ARROW_TYPE_FIXED_BINARY = 15,
    ARROW_TYPE_FIXED_LIST = 16,
    ARROW_TYPE_MAP = 17,
    ARROW_TYPE_DURATION = 18,
    ARROW_TYPE_LARGE_BINARY = 19,
    ARROW_TYPE_LARGE_UTF8 = 20,
    ARROW_TYPE_LARGE_LIST = 21,
    ARROW_TYPE_RUN_END = 22,
    ARROW_TYPE_BINARY_VIEW = 23,
    ARROW_TYPE_UTF8_VIEW = 24,
    ARROW_TYPE_LIST_VIEW = 25,
    ARROW_TYPE_LARGE_LIST_VIEW = 26,
    ARROW_N_TYPES
};

/* Slots of the vtables, in the order of the .fbs files. A union takes two slots: type, value. */
enum {
    ARROW_MESSAGE_VERSION = 0,
    ARROW_MESSAGE_HEADER_TYPE = 1,
    ARROW_MESSAGE_HEADER = 2,
    ARROW_MESSAGE_BODY_LENGTH = 3,
    ARROW_MESSAGE_SLOTS = 5,
    ARROW_SCHEMA_ENDIANNESS = 0,
    ARROW_SCHEMA_FIELDS = 1,
    ARROW_SCHEMA_METADATA = 2,
    ARROW_SCHEMA_SLOTS = 4,
    ARROW_FIELD_NAME = 0,
    ARROW_FIELD_NULLABLE = 1,
    ARROW_FIELD_TYPE = 2,
    ARROW_FIELD_PARAMETERS = 3,
    ARROW_FIELD_DICTIONARY = 4,
    ARROW_FIELD_CHILDREN = 5,
    ARROW_FIELD_METADATA = 6,
    ARROW_FIELD_SLOTS = 7,
    ARROW_PAIR_KEY = 0,
    ARROW_PAIR_VALUE = 1,
    ARROW_PAIR_SLOTS = 2,
    ARROW_DICTIONARY_ID = 0,
    ARROW_DICTIONARY_INDEX = 1,
    ARROW_DICTIONARY_ORDERED = 2,
    ARROW_DICTIONARY_SLOTS = 4,
    ARROW_HEADER_IS_SCHEMA = 1 /* union MessageHeader */
};

/* One field. `a`, `b`, `c` are the type's parameters, zero where it has none:
 *   INT bits, signed · FLOAT precision 0 1 2 · DECIMAL precision, scale, bits · DATE unit ·
 *   TIME unit, bits · TIMESTAMP, DURATION unit (0 s, 1 ms, 2 us, 3 ns) · FIXED_BINARY bytes ·
 *   FIXED_LIST size · MAP keys sorted · INTERVAL unit (0 months, 1 days and ms, 2 months, days and ns) */
struct arrow_entry {
    inlay_bytes name;
    inlay_bytes timezone; /* TIMESTAMP */
    uint32_t metadata_at; /* position of the vector of KeyValue; 0 = none */
    const char *pairs;    /* or, of an ArrowSchema, the metadata there */
    const struct ArrowSchema *from; /* NULL: read from a message */
    uint32_t n_metadata;
    uint32_t first_child, n_children; /* entries, one behind the other */
    uint32_t children_at;             /* position of their vector */
    uint32_t depth;
    int32_t a, b, c;
    uint8_t type;
    bool nullable;
    bool dictionary, ordered; /* a dictionary of `type` */
    bool index_signed;
    uint8_t index_bits; /* of the dictionary's indices; 0 = not said */
    bool unknown;       /* has parts that Schema.fbs did not have when this was written */
};

struct inlay_arrow_schema {
    inlay_env *env;
    uint8_t *block; /* the decoded value */
    size_t block_bytes;
    struct flat flat; /* the FlatBuffer inside it */
    struct arrow_entry *entries; /* level by level: the top-level fields first */
    uint32_t n_top;
    size_t n_entries, capacity;
    struct arrow_entry itself; /* of the whole schema: its metadata */
};

/* The i-th pair of metadata of an entry. */
inlay_key_value arrow_entry_metadata(const inlay_arrow_schema *schema,
                                     const struct arrow_entry *entry, uint32_t i);

/* The pairs of ArrowSchema.metadata, in the machine's byte order (metadata.c): their number; the i-th. */
uint32_t arrow_pairs_count(const char *metadata);
inlay_key_value arrow_pairs_get(const char *metadata, uint32_t i);

/* Room for n more entries, zeroed. Errors: LIMIT, NOMEM. */
INLAY_CHECKED inlay_status arrow_more_entries(inlay_arrow_schema *s, uint32_t n);
/* Slots of the type's own table. */
uint32_t arrow_type_slots(uint8_t type);
/* How deep entries may lie in each other. */
uint32_t arrow_most_depth(const inlay_env *env);

#endif
