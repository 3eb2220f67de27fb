/* Rows of text into a file: CSV by RFC 4180 and JSON lines.
 *
 *   inlay_import_open(&env, &stream, &options, &import);     reads the sample, knows the schema
 *   inlay_writer_open(&env, &sink, inlay_import_schema(import), &write_options, &writer);
 *   while ((status = inlay_import_rows(import, writer, 0)) == INLAY_OK)
 *       ...                                                  progress
 *   if (status == INLAY_END) ... inlay_writer_finish(writer)
 *
 * CSV: fields may be quoted, and then hold delimiters, line ends and quotes (written twice); lines end in LF or
 * CRLF; a byte order mark is passed over. An unquoted field that is one of `nulls` is null, a quoted one never.
 * Lines without any character are no rows where there are several columns. Columns are found by the header's
 * names, or without a header by their place. A nested column's field is its JSON text.
 *
 * JSON lines: one object a line. A missing member and null are null; a member that the schema has not is a bad
 * row unless `ignore_unknown`. Groups are objects; lists arrays; maps arrays of {"key":k,"value":v} or objects.
 *
 * Texts are those of inlay(1), "JSON LINES", both ways: integers and decimals exactly or not at all, floating point
 * to the nearest, NaN, Infinity and -Infinity by name, dates and times by ISO 8601, bytes in base64.
 *
 * Without a schema the types come from a sample of the first rows, and never lose anything: BOOLEAN, INT64,
 * UINT64, DOUBLE (where no digit is lost; or DECIMAL, if asked), DATE, TIMESTAMP in micro- or nanoseconds, lists
 * and groups, else STRING ("007", 20 digits, a time with an offset); JSON for values of several kinds. A value
 * behind the sample that its column's type cannot hold exactly is a bad row.
 */
#ifndef INLAY_IMPORT_H
#define INLAY_IMPORT_H

#include "inlay/writer.h"

#ifdef __cplusplus
extern "C" {
#endif

#if INLAY_WRITE && INLAY_IMPORT

/* Bytes in, one after another. The caller's.
 *   read   up to `bytes` into dst, *n of them; 0 only at the end. Returns 0, or an errno value. */
typedef struct inlay_stream {
    void *ctx;
    int (*read)(void *ctx, void *dst, size_t bytes, size_t *n);
} inlay_stream;

typedef enum inlay_import_format { INLAY_IMPORT_CSV = 0, INLAY_IMPORT_JSONL = 1 } inlay_import_format;

/* The type of one column, by its dotted path: "boolean", "int8" to "int64", "uint8" to "uint64", "float16",
 * "float", "double", "string", "binary", "json", "enum", "uuid", "date", "time(us)", "timestamp(us)",
 * "timestamp(ns,utc)", "decimal(p,s)". Values of such a column may be written in any way that has one exact
 * meaning ("+07" for an integer). */
typedef struct inlay_import_type {
    const char *column, *type;
} inlay_import_type;

typedef struct inlay_import_options {
    inlay_import_format format;
    char delimiter;             /* CSV; ',' */
    bool no_header;             /* CSV: the first line is a row; columns are column_1, column_2, ... */
    bool ignore_unknown;        /* members and columns that the schema has not are passed over */
    bool decimals;              /* numbers with a point become DECIMAL where all of the sample can */
    const inlay_schema *schema; /* NULL = from the sample; else borrowed until close */
    const inlay_import_type *types;
    size_t n_types;
    const char *const *nulls;   /* CSV; one text, the empty one */
    size_t n_nulls;
    size_t sample_rows;         /* 10,000 */
    size_t sample_bytes;        /* 16 MiB */
    size_t row_bytes;           /* of the longest row; 64 MiB */
    size_t buffer_bytes;        /* of text at hand, to begin with; 256 KiB */
    const inlay_sink *rejects;  /* bad rows go there as they are; NULL = the first one is an error */
    uint64_t max_rejects;       /* one more is an error; 0 = no limit */
} inlay_import_options;

typedef struct inlay_import inlay_import;

/* What was wrong with the last bad row. Views, valid until the next call. */
typedef struct inlay_import_bad {
    const char *what;    /* constant text; NULL = there was none */
    int64_t line;        /* of the value, from 1 */
    uint64_t column;     /* byte in that line where the value begins, from 1 */
    inlay_bytes name;    /* dotted path of the column; empty = the row itself is bad */
    inlay_bytes text;    /* the value; empty if there is none */
    bool type;           /* the value is none of the column's type (name it with a type) */
} inlay_import_bad;

typedef struct inlay_import_counts {
    uint64_t rows, rejected; /* written, and bad */
    uint64_t bytes;          /* of text behind which the next row begins */
} inlay_import_counts;

/* Read the sample, settle the schema. `stream` and `options` are copied, what they refer to (but the types and
 * nulls) must outlive the import. Errors: ARG (an unknown type or column), CORRUPT (no header, a bad row in the
 * sample without `rejects`), LIMIT (a row longer than row_bytes), IO, NOMEM.
 * Memory: the sample; then buffer_bytes of text, or twice the longest row; up to 8,192 rows of values. */
INLAY_API INLAY_CHECKED inlay_status inlay_import_open(inlay_env *env, const inlay_stream *stream,
                                                       const inlay_import_options *options,
                                                       inlay_import **import);
INLAY_API void inlay_import_close(inlay_import *import); /* NULL is fine */
INLAY_API const inlay_schema *inlay_import_schema(const inlay_import *import);

/* Write the next rows, at most `max_rows` (0 = as many as are at hand, some thousand), by inlay_writer_write_rows,
 * which cuts row groups. The writer's schema must be inlay_import_schema's. END when there are no more. Errors: CORRUPT (a bad row: inlay_import_last
 * says which; inlay_error has column and byte), LIMIT, IO, NOMEM, the writer's. Then only close. */
INLAY_API INLAY_CHECKED inlay_status inlay_import_rows(inlay_import *import, inlay_writer *writer,
                                                       size_t max_rows);
INLAY_API inlay_import_counts inlay_import_counted(const inlay_import *import);
INLAY_API inlay_import_bad inlay_import_last(const inlay_import *import);

#endif

#ifdef __cplusplus
}
#endif
#endif
