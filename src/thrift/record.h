/* Thrift compact protocol: any struct described by a table, both ways.
 *
 * A struct in memory begins with `uint64_t has`, one bit per row of its table: bit i = field i was
 * present (read) or is to be written. Strings are views into the input. Nested structs and lists come
 * from the caller's pool. Unknown fields are skipped; unknown enum values are kept as numbers.
 *
 *   field header: delta << 4 | type, or type and zigzag id when the delta is not 1..15; 0x00 = stop
 *   list header:  n << 4 | type, n = 15: varint follows; a bool's value is its type in a field header
 *
 * Source: Thrift "compact protocol" specification; parquet-format 1.2 hazards: bool list elements 1/2
 * and 0/2, empty list written as 0x00.
 */
#ifndef INLAY_THRIFT_RECORD_H
#define INLAY_THRIFT_RECORD_H

#include "base/buf.h"
#include "base/bytes.h"

enum thrift_kind {
    THRIFT_BOOL,   /* bool */
    THRIFT_I8,     /* int8_t */
    THRIFT_I16,    /* int16_t */
    THRIFT_I32,    /* int32_t, enums too */
    THRIFT_I64,    /* int64_t */
    THRIFT_DOUBLE, /* double */
    THRIFT_BINARY, /* inlay_bytes */
    THRIFT_STRUCT, /* pointer to struct, from the pool */
    THRIFT_EMPTY,  /* struct without fields that we know: presence only */
    THRIFT_LIST,   /* struct thrift_list of `element` kind */
    THRIFT_SPANS   /* struct thrift_list of inlay_bytes: list of structs kept as raw bytes */
};

struct thrift_list {
    void *items; /* bool, int8_t ... by element kind; STRUCT: an array of structs, not of pointers */
    uint32_t n;
};

struct thrift_field {
    int16_t id;
    uint8_t kind;
    uint8_t element;   /* LIST: kind of an element; not LIST, not EMPTY */
    bool required;     /* missing = failure */
    uint16_t offset;   /* in the struct */
    const struct thrift_table *table; /* STRUCT, LIST of STRUCT */
};

struct thrift_table {
    const char *name;
    uint16_t bytes;    /* sizeof the struct */
    uint16_t n_fields; /* at most 64 */
    const struct thrift_field *fields; /* ascending ids */
};

struct thrift_limits {
    uint64_t elements, bytes;
    uint32_t depth;
};

/* Read one struct at the cursor into *record (zeroed first). Failure: cursor->failed, or NOMEM in the
 * env when the pool says so. CORRUPT/LIMIT are for the caller to say: returns OK, CORRUPT, LIMIT or
 * NOMEM without touching the env's error except NOMEM. *missing (may be NULL) names the required
 * field that was absent ("FileMetaData.schema" as table and id): see thrift_missing. */
INLAY_CHECKED inlay_status thrift_read(struct cursor *in, const struct thrift_table *table,
                                       const struct thrift_limits *limits, struct mem_pool *pool,
                                       void *record);

/* Where the fields of one struct stand, in bytes from the cursor's start: what an editor of its bytes needs to know,
 * noted in passing so that megabytes are not walked again for it. The last mark is that of the stop byte, with id 0. */
enum { THRIFT_MARKS = 32 };
struct thrift_marks {
    struct thrift_mark {
        size_t at, value_at; /* the field's header, and what is behind it */
        int32_t id;
        uint8_t type;        /* as on the wire; see compact.h */
    } marks[THRIFT_MARKS];
    uint32_t n;              /* above THRIFT_MARKS: there were more */
};
/* thrift_read, and the marks of the struct itself (not of those inside it). */
INLAY_CHECKED inlay_status thrift_read_marked(struct cursor *in, const struct thrift_table *table,
                                              const struct thrift_limits *limits, struct mem_pool *pool,
                                              void *record, struct thrift_marks *marks);
/* Pass over one struct (fields up to and with its stop byte). */
INLAY_CHECKED inlay_status thrift_skip_struct(struct cursor *in, const struct thrift_limits *limits);
/* Append one struct: the fields whose `has` bit is set, ascending. */
void thrift_write(struct buf *out, const struct thrift_table *table, const void *record);
/* Pieces of one, for structs with a list too long to be held: the fields with last < id < before (`last` being the
 * id of the field that stands before them), without the stop; and the header of a list of n structs. */
void thrift_write_fields(struct buf *out, const struct thrift_table *table, const void *record, int32_t last,
                         int32_t before);
void thrift_write_list_head(struct buf *out, int32_t last, int32_t id, uint32_t n);

#endif
