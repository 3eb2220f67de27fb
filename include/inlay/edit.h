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
 * Bytes of the footer outside the list stay as they are, except one field header beside it when it comes or goes. What
 * stays is given to the sink as views of inlay_reader_footer, so that a sink may keep them instead of a copy.
 *
 * Memory: what is new in the footer, and 80 bytes a key-value; the sink gets the old bytes from where they are.
 * Errors: UNSUPPORTED (a signed footer; one of more than 31 fields), CORRUPT, LIMIT, NOMEM, IO, ARG (a footer beyond 2 GiB). */
INLAY_API INLAY_CHECKED inlay_status inlay_footer_edit(inlay_env *env, const inlay_reader *reader,
                                                       const inlay_edit *edits, size_t n, const inlay_sink *sink,
                                                       bool *changed);
/* Bytes of the file before its footer. */
INLAY_API uint64_t inlay_reader_data_bytes(const inlay_reader *reader);

/* ---- footers behind footers ----
 *
 * An end that is put behind the whole of a file leaves the footer before it where it was: directly in front of the new
 * one, with its length and PAR1. So each footer leads to the one before it, and cutting the file there takes the edit
 * back, byte for byte. (A source of which size_bytes is lowered to one of these ends opens as the file of then.)
 *
 * previous: the file, as far as `end`, ends with a footer; *previous_end: where it ended before that footer came. END:
 * no footer stands in front of it, or one that differs in more than its key-values, which is then no earlier edit.
 *
 * recover: where the last whole footer ends. That is the file's size where nothing is wrong. Less: an end was put
 * behind it and not finished; what stands there agrees with that footer as far as key-values, or is zeros as power
 * failures leave them. Any other file without a valid end is CORRUPT: it was cut short, or is none of ours.
 *
 * Memory: two footers, packed and as structs. Errors: as inlay_reader_open; IO, NOMEM. */
INLAY_API INLAY_CHECKED inlay_status inlay_footer_previous(inlay_env *env, const inlay_source *source, uint64_t end,
                                                           uint64_t *previous_end);
INLAY_API INLAY_CHECKED inlay_status inlay_footer_recover(inlay_env *env, const inlay_source *source, uint64_t *end);

#endif

#ifdef __cplusplus
}
#endif
#endif
