/* Arrow: a file's columns as Arrow arrays, Arrow arrays as a file, and the footer key ARROW:schema.
 *
 * The value of ARROW:schema is base64 of an encapsulated IPC Schema message (FlatBuffers). It is untrusted text of
 * the file's writer and parsed as such: every offset is checked, nothing is followed out of bounds.
 * Source: Arrow Columnar Format "Encapsulated message format", Schema.fbs; recordings keep metric
 * names and labels there (iopsystems/metriken, metriken-exposition/src/parquet.rs).
 */
#ifndef INLAY_ARROW_H
#define INLAY_ARROW_H

#include "inlay/writer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct inlay_arrow_schema inlay_arrow_schema;

typedef struct inlay_arrow_field {
    inlay_bytes name;
    bool nullable;
    uint8_t type; /* Type union of Schema.fbs: 2 Int, 3 FloatingPoint, 5 Utf8, 12 List, ... */
    uint32_t n_metadata;
} inlay_arrow_field;

/* Parse ARROW:schema of an open file. END when the file has no such key. The handle owns its bytes.
 * Errors: CORRUPT (bad base64, bad FlatBuffer), NOMEM, LIMIT. */
INLAY_API INLAY_CHECKED inlay_status inlay_arrow_schema_open(inlay_env *env,
                                                             const inlay_reader *reader,
                                                             inlay_arrow_schema **schema);
/* The same from the key's value. */
INLAY_API INLAY_CHECKED inlay_status inlay_arrow_schema_parse(inlay_env *env, inlay_bytes base64,
                                                              inlay_arrow_schema **schema);
INLAY_API void inlay_arrow_schema_close(inlay_arrow_schema *schema);
/* Top-level fields, in the order of the schema's top-level columns. Views, valid until close. */
INLAY_API uint32_t inlay_arrow_schema_fields(const inlay_arrow_schema *schema);
INLAY_API inlay_arrow_field inlay_arrow_schema_field(const inlay_arrow_schema *schema,
                                                     uint32_t field);
INLAY_API inlay_key_value inlay_arrow_schema_metadata(const inlay_arrow_schema *schema,
                                                      uint32_t field, uint32_t i);

/* The schema's own metadata. Views, valid until close. */
INLAY_API uint32_t inlay_arrow_schema_key_values(const inlay_arrow_schema *schema);
INLAY_API inlay_key_value inlay_arrow_schema_key_value(const inlay_arrow_schema *schema, uint32_t i);

/* ---- Arrow arrays ---- */

/* The Arrow C data and C stream interfaces, as their specifications give them; the guards let other
 * headers define the same. Source: Arrow "C data interface", "C stream interface". */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

#endif

/* Which text and binary columns (BYTE_ARRAY, but not decimals) become dictionary<int32, ...>. */
typedef enum inlay_arrow_dictionary {
    INLAY_ARROW_DICTIONARY_STORED = 0, /* those that ARROW:schema says were dictionaries */
    INLAY_ARROW_DICTIONARY_ALL,
    INLAY_ARROW_DICTIONARY_NONE
} inlay_arrow_dictionary;

typedef struct inlay_arrow_options {
    const uint32_t *nodes;  /* schema nodes to read, each with its subtree; NULL = all */
    size_t n_nodes;         /* 0 with nodes != NULL: rows without columns */
    size_t batch_rows;      /* most rows of a batch; 65,536 */
    size_t batch_bytes;     /* about this many bytes a batch, but always a row; 16 MiB */
    size_t memory_bytes;    /* soft bound for what open columns keep between batches; 256 MiB */
    uint8_t dictionary;     /* inlay_arrow_dictionary */
    uint8_t int96_unit;     /* inlay_unit of INT96 columns; INLAY_NANOS. Finer digits are cut off */
    bool large;             /* large_utf8, large_binary, large_list: offsets of 64 bits */
    bool ignore_schema;     /* do not look at ARROW:schema */
} inlay_arrow_options;

/* All rows of an open file as a stream of record batches, columns in schema order.
 *
 * Types: BOOLEAN bool; INT32, INT64 and INTEGER int8 to uint64 (a value that does not fit its
 * annotation is cut to it); DATE date32; TIME time32, time64; TIMESTAMP timestamp of its unit, "UTC"
 * where adjusted to it; INT96 and 12-byte TIMESTAMP timestamp; FLOAT16, FLOAT, DOUBLE; DECIMAL
 * decimal128, above 38 digits decimal256, above 76 bytes as they stand; STRING, ENUM, JSON utf8 (JSON
 * as extension arrow.json); other BYTE_ARRAY binary; UUID extension arrow.uuid; other
 * FIXED_LEN_BYTE_ARRAY, INTERVAL too, fixed_size_binary; UNKNOWN null. Groups are structs, lists
 * and maps by inlay_schema_shape; a map without values, or of which only keys are asked for, is a
 * list of keys; a map with nullable keys, which Arrow does not have, a list of structs. Part of a
 * map's value brings its keys along. A group that holds no column is a struct without members that
 * is never null, and is left out where only its own levels could tell how many there are (in lists).
 *
 * From ARROW:schema (matched by position and name; a damaged one is not used): 64-bit offsets of
 * strings, binary and lists, dictionaries, decimal256, durations, time zones, and metadata of fields.
 * Metadata: of fields also PARQUET:field_id; of the schema the footer's key-values without
 * ARROW:schema. Names and time zones end at their first zero byte.
 *
 * Batches: end at row groups. Validity bitmaps stand only where there are nulls. Each dictionary holds
 * its row group's dictionary and, behind it, values that were not dictionary-encoded; entries may
 * repeat. When one batch would need offsets beyond 32 bits it is cut to fewer rows.
 *
 * Owner:  out->release, which must come before the reader's close. Schemas and arrays outlive the
 *         stream and the reader, and children may be moved out of them, but all of them must be
 *         released while the env lives, and by the thread that uses the env.
 * Memory: per open column what inlay_column_read keeps, parked beyond memory_bytes; a batch; and, for
 *         reuse until the stream's release, the buffers of one released batch. All counted in the env.
 * Errors: ARG (no such node, no such option), NOMEM, UNSUPPORTED (columns of more than 127 definition
 *         levels). Of the stream's calls, as errno: ARG and CORRUPT EINVAL, NOMEM ENOMEM, LIMIT ERANGE,
 *         IO the source's or EIO, UNSUPPORTED ENOSYS (Linux's number); get_last_error says what and
 *         where, env->error has the parts. CORRUPT also where the columns of one list differ
 *         in length, a decimal does not fit its type; LIMIT where a timestamp does not fit 64
 *         bits, a row does not fit 32-bit offsets. After a failure only release.
 * Source: Arrow "C data interface", "C stream interface"; LogicalTypes.md. */
INLAY_API INLAY_CHECKED inlay_status inlay_read_arrow(inlay_env *env, inlay_reader *reader,
                                                      const inlay_arrow_options *options,
                                                      struct ArrowArrayStream *out);

/* ---- ARROW:schema, made ---- */

/* The fields of an ArrowSchema (of a struct: the columns) as the same handle that a file's ARROW:schema gives.
 *
 * Owner:  inlay_arrow_schema_close. Names and metadata are views of `fields`, which must outlive the handle.
 * Errors: ARG (not a struct, children or dictionary indices that do not fit), UNSUPPORTED (a format that is not known,
 *         a dictionary of dictionaries), LIMIT (schema_depth, schema_nodes), NOMEM. */
INLAY_API INLAY_CHECKED inlay_status inlay_arrow_schema_import(inlay_env *env, const struct ArrowSchema *fields,
                                                               inlay_arrow_schema **schema);

#if INLAY_WRITE

/* One field of an ARROW:schema that is being made: a top-level field of another, with its type and its children as
 * they are. */
typedef struct inlay_arrow_pick {
    const inlay_arrow_schema *from;
    uint32_t field;                  /* of `from` */
    inlay_bytes name;                /* another name; data NULL = its own */
    const inlay_key_value *metadata; /* [n_metadata] other metadata; NULL = its own */
    size_t n_metadata;
    bool nullable; /* nulls are possible, whatever the field itself says */
} inlay_arrow_pick;

enum {
    INLAY_ARROW_DROP_UNKNOWN = 1 /* leave out what Schema.fbs has now and did not have when this was written */
};

/* The value of ARROW:schema for these fields, in this order: columns renamed, dropped, reordered, or brought together
 * from several files. `metadata` [n_metadata] becomes the schema's own; a file need not have any, as its key-values
 * say the same.
 *
 *   sink   gets the base64 text in one append; an inlay_memory_sink gives it as bytes
 *
 * Dictionaries are numbered anew. The list of features and the metadata of the message itself are not kept.
 * Errors: ARG (no such field), UNSUPPORTED (a union, a type that is not known; without INLAY_ARROW_DROP_UNKNOWN also
 *         tables with parts that are not known; env->error.column is the field), LIMIT (limits.footer_bytes), NOMEM, IO.
 * Source: Arrow Columnar Format "Encapsulated message format"; Message.fbs, Schema.fbs; FlatBuffers "Internals". */
INLAY_API INLAY_CHECKED inlay_status inlay_arrow_schema_compose(inlay_env *env, const inlay_arrow_pick *fields,
                                                                size_t n_fields, const inlay_key_value *metadata,
                                                                size_t n_metadata, uint32_t flags,
                                                                const inlay_sink *sink);
/* All fields and the schema's own metadata. Errors: the same. */
INLAY_API INLAY_CHECKED inlay_status inlay_arrow_schema_encode(const inlay_arrow_schema *schema, uint32_t flags,
                                                               const inlay_sink *sink);

/* ---- Arrow in ---- */

/* The Parquet schema that inlay_write_arrow gives an ArrowSchema: to know the leaves for inlay_column_options and
 * inlay_sorting. Owner: inlay_schema_close. Errors: as inlay_write_arrow. */
INLAY_API INLAY_CHECKED inlay_status inlay_schema_from_arrow(inlay_env *env, const struct ArrowSchema *fields,
                                                             inlay_schema **schema);

typedef struct inlay_arrow_write_options {
    const inlay_write_options *write;  /* codec, encodings, pages, row groups ...; NULL = the defaults */
    const inlay_sorting *sorting;      /* [n_sorting] as inlay_writer_sorting */
    size_t n_sorting;
    const inlay_key_value *key_values; /* [n_key_values] for the footer, behind the schema's metadata */
    size_t n_key_values;
    bool no_schema;                    /* do not write ARROW:schema */
} inlay_arrow_write_options;

/* Write all batches of a stream as a file: schema, rows, footer.
 *
 * Types: bool BOOLEAN; integers INT32 and INT64, annotated where they are unsigned or shorter; half, float, double
 * FLOAT16, FLOAT, DOUBLE; decimals of 32 to 256 bits DECIMAL on INT32 up to 9 digits, INT64 up to 18, else
 * FIXED_LEN_BYTE_ARRAY; utf8 STRING, binary BYTE_ARRAY, also large ones and views; fixed_size_binary
 * FIXED_LEN_BYTE_ARRAY; date32, date64 DATE; time32, time64 TIME and timestamp TIMESTAMP of their unit, seconds in
 * milliseconds, adjusted to UTC where there is a time zone; duration INT64; null UNKNOWN; extensions arrow.uuid UUID,
 * arrow.json JSON. Lists of all kinds and maps have three levels and the standard names (list, element, key_value, key,
 * value). Dictionaries and run ends are what their values are. Fields that are not nullable are REQUIRED. Field ids
 * come from PARQUET:field_id.
 *
 * Metadata: the schema's becomes key-values of the footer; the fields' and the types stand in ARROW:schema, so that
 * inlay_read_arrow, pyarrow and recordings' readers find them again (the schema's is not said twice).
 *
 * Codes of a dictionary are kept as codes (profile "compat", encoding "dictionary") where the entries are not more
 * than the batch's rows in the row group and fit dictionary_bytes; entries may repeat or be null, and may change between
 * batches. Values without nulls that lie as Parquet has them are not copied before they are encoded.
 * Row groups end by row_group_rows, exactly, and by row_group_bytes, looked at every 16,384 rows. With
 * INLAY_WRITE_IN_ORDER every batch begins a row group, and only its rows bound it.
 *
 * Arrays are believed as far as the C interface gives no way to check: the length of a buffer. Counts, offsets of
 * lists and strings, views, run ends and codes are checked.
 *
 * Owner:  `stream` stays the caller's, to be released whatever the status (get_last_error then says its own words).
 *         `sink` gets the file; close or commit it after OK.
 * Memory: the writer's (see inlay_write_options.flags), and one batch of the stream; per column with a dictionary its
 *         entries (16 bytes each for texts) and, where codes are kept, one dictionary; 16,384 levels and values.
 * Errors: UNSUPPORTED (union, interval, a struct without members, fixed_size_binary of no bytes, a decimal of negative
 *         scale, rows without columns), ARG (an array that contradicts itself or its schema, a null where the field
 *         says there is none, decimals of too many digits, seconds that do not fit milliseconds, a date64 within a
 *         day; options, as inlay_writer_open), IO (the sink; the stream, os_error is then what it answered), NOMEM,
 *         LIMIT. env->error has column and row group.
 * Source: Arrow "C stream interface"; LogicalTypes.md; Dremel, section 4. */
INLAY_API INLAY_CHECKED inlay_status inlay_write_arrow(inlay_env *env, struct ArrowArrayStream *stream,
                                                       const inlay_sink *sink,
                                                       const inlay_arrow_write_options *options);

#endif

#ifdef __cplusplus
}
#endif
#endif
