/* Every field of a file's metadata as it stands there, named as in parquet.thrift: for tools that show
 * metadata, and for what a reader passes over (unknown fields, extensions).
 *
 * The bytes are untrusted: every length is compared with the bytes left, nesting and counts with the
 * env's limits. Nothing is checked for meaning, and required fields may be missing.
 *
 * Source: parquet.thrift of parquet-format 2.14; thrift-compact-protocol.md;
 * BinaryProtocolExtensions.md (field 32767).
 */
#ifndef INLAY_VISIT_H
#define INLAY_VISIT_H

#include "inlay/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the bytes are a record of. */
typedef enum inlay_record {
    INLAY_RECORD_FOOTER = 0,   /* FileMetaData */
    INLAY_RECORD_PAGE_HEADER,  /* PageHeader */
    INLAY_RECORD_COLUMN_INDEX, /* ColumnIndex */
    INLAY_RECORD_OFFSET_INDEX, /* OffsetIndex */
    INLAY_RECORD_BLOOM_HEADER  /* BloomFilterHeader */
} inlay_record;

/* Types on the wire, numbered as in the compact protocol (BOOL: as TRUE there). */
typedef enum inlay_wire {
    INLAY_WIRE_BOOL = 1,
    INLAY_WIRE_I8 = 3,
    INLAY_WIRE_I16 = 4,
    INLAY_WIRE_I32 = 5,
    INLAY_WIRE_I64 = 6,
    INLAY_WIRE_DOUBLE = 7,
    INLAY_WIRE_BINARY = 8,
    INLAY_WIRE_LIST = 9,
    INLAY_WIRE_SET = 10,
    INLAY_WIRE_MAP = 11,
    INLAY_WIRE_STRUCT = 12,
    INLAY_WIRE_UUID = 13
} inlay_wire;

/* A field of a struct, or an element of a list, set or map.
 *
 *   id     number of the field; -1 for an element
 *   name   as in parquet.thrift; NULL for an element, and for a field whose number and type on the wire
 *          are not in parquet.thrift
 *   type   STRUCT: its name in parquet.thrift, else "" (elements have it, too)
 *   text   BINARY: a string by parquet.thrift, not just bytes
 *   at     where the value begins in the bytes */
typedef struct inlay_visited {
    int32_t id;
    inlay_wire wire;
    const char *name, *type;
    bool text;
    size_t at;
} inlay_visited;

/* Called in the order of the bytes. A function may be NULL; one that returns false ends the visit. The
 * record itself is not announced: the first call is its first field.
 *
 *   begin    of STRUCT (n = 0), LIST and SET (n elements), MAP (n pairs: key, value, key, value ...)
 *   integer  I8 to I64; `label` is the enum's name for the value ("ZSTD"), NULL where there is none
 *   binary   BINARY, UUID: a view of the bytes */
typedef struct inlay_visitor {
    void *ctx;
    bool (*begin)(void *ctx, const inlay_visited *field, uint32_t n);
    bool (*end)(void *ctx, const inlay_visited *field);
    bool (*boolean)(void *ctx, const inlay_visited *field, bool value);
    bool (*integer)(void *ctx, const inlay_visited *field, int64_t value, const char *label);
    bool (*real)(void *ctx, const inlay_visited *field, double value);
    bool (*binary)(void *ctx, const inlay_visited *field, inlay_bytes value);
} inlay_visitor;

/* Visit one record at the beginning of `raw`. `used` (may be NULL) gets the bytes that it takes.
 * Memory: none; the stack, limits.thrift_depth frames deep.
 * Status: OK; END when the visitor ended it; CORRUPT, LIMIT (what came before has been visited); ARG. */
INLAY_API INLAY_CHECKED inlay_status inlay_metadata_visit(inlay_env *env, inlay_record record,
                                                          inlay_bytes raw,
                                                          const inlay_visitor *visitor,
                                                          size_t *used);
/* "i32", "binary", "struct" ...; "?" for other numbers. */
INLAY_API const char *inlay_wire_name(int wire);

#ifdef __cplusplus
}
#endif
#endif
