/* Editing a footer's key-values without touching anything else: not the data, not offsets, not a field that this
 * library does not know.
 *
 * Source: parquet.thrift FileMetaData (key_value_metadata is its field 5), KeyValue.
 */
#ifndef INLAY_EDIT_H
#define INLAY_EDIT_H

#include "inlay/reader.h"

#ifdef __cplusplus
extern "C" {
#endif

#if INLAY_WRITE

typedef enum inlay_edit_kind {
    INLAY_EDIT_SET = 0, /* the first key-value with that key gets the value, in its place, and others with the key go;
                           where there is none it comes last */
    INLAY_EDIT_ADD,     /* one more, last, whatever there is */
    INLAY_EDIT_REMOVE   /* all with that key go; none = no change */
} inlay_edit_kind;

typedef struct inlay_edit {
    inlay_edit_kind kind;
    inlay_key_value key_value; /* REMOVE: only the key counts */
} inlay_edit;

/* The end of the file with its key-values edited, in the order of the edits: footer, its length, PAR1, into `sink`.
 * Put behind the first inlay_reader_data_bytes(reader) bytes of the file (or behind the whole of it) it makes a file
 * with the same data. `changed` (may be NULL): whether anything differs; where nothing does, nothing is written.
 * Bytes of the footer outside the list stay as they are, except one field header beside it when it comes or goes.
 *
 * Memory: the new footer once, and 64 bytes a key-value.
 * Errors: UNSUPPORTED (a signed footer), CORRUPT, LIMIT, NOMEM, IO, ARG (a footer beyond 2 GiB). */
INLAY_API INLAY_CHECKED inlay_status inlay_footer_edit(inlay_env *env, const inlay_reader *reader,
                                                       const inlay_edit *edits, size_t n, const inlay_sink *sink,
                                                       bool *changed);
/* Bytes of the file before its footer. */
INLAY_API uint64_t inlay_reader_data_bytes(const inlay_reader *reader);

#endif

#ifdef __cplusplus
}
#endif
#endif
