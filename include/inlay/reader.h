/* Reading a file: footer, row groups, column chunks, columns.
 *
 * Memory: the footer as it stands in the file and at most as much again for where its column chunks are (always
 * one row group's), 16 bytes a row group, the schema, and per open column one packed page (none where the source
 * has `view`), one raw page, one dictionary and the batch.
 */
#ifndef INLAY_READER_H
#define INLAY_READER_H

#include "inlay/schema.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Levels and values of one column, as read and as written.
 *
 *   n_rows     rows that begin here (levels with rep == 0)
 *   n_levels   values, nulls and empty lists
 *   n_values   present values: levels at the column's max_def
 *   def        [n_levels] definition levels; NULL = every level is max_def (no nulls)
 *   rep        [n_levels] repetition levels; NULL = every level is 0 (one level a row)
 *   values     [n_values] dense, without nulls, C type by inlay_type; NULL when `codes` is set
 *   codes      [n_values] indices into the column's dictionary; NULL when `values` is set
 */
typedef struct inlay_batch {
    size_t n_rows, n_levels, n_values;
    const uint8_t *def, *rep;
    const void *values;
    const uint32_t *codes;
} inlay_batch;

typedef struct inlay_key_value {
    inlay_bytes key;
    inlay_bytes value;
    bool has_value;
} inlay_key_value;

typedef struct inlay_sorting {
    uint32_t leaf;
    bool descending, nulls_first;
} inlay_sorting;

typedef struct inlay_row_group {
    int64_t n_rows;
    int64_t first_row; /* in the file */
    int64_t total_bytes; /* uncompressed, as the footer says */
    uint32_t n_sorting;
} inlay_row_group;

/* Statistics as the footer has them. Bounds are PLAIN bytes (BYTE_ARRAY without its length).
 * `usable` is false where a bound must not be used to skip data (unknown order, deprecated field on
 * an unsigned type, known writer faults), and `why` says so: parquet.thrift Statistics, ColumnOrder. */
typedef struct inlay_statistics {
    bool has_min, has_max, usable, has_null_count, has_distinct_count, has_nan_count;
    int8_t min_exact, max_exact; /* 1 yes, 0 no, -1 not said */
    inlay_bytes min, max;
    int64_t null_count, distinct_count, nan_count;
    bool counts_usable; /* the counts are possible: not negative, not more than there are values */
    const char *why; /* constant text where `usable` is false and there are bounds; "" otherwise */
} inlay_statistics;

typedef struct inlay_chunk {
    int32_t codec; /* CompressionCodec */
    int64_t n_levels; /* num_values */
    int64_t compressed_bytes, uncompressed_bytes;
    int64_t start_at; /* first page, the dictionary's if there is one */
    int64_t data_page_at;
    int64_t dictionary_page_at;                          /* -1 = not announced */
    int64_t column_index_at, offset_index_at, bloom_at;  /* -1 = absent */
    int32_t column_index_bytes, offset_index_bytes, bloom_bytes;
    uint32_t encodings; /* bit i: Encoding i is listed */
    inlay_statistics statistics;
    uint32_t n_key_values;
} inlay_chunk;

typedef struct inlay_reader inlay_reader;
typedef struct inlay_column inlay_column;

typedef struct inlay_read_options {
    bool no_crc; /* do not verify page checksums */
} inlay_read_options;

/* Open a file. `source` is copied; what it refers to must outlive the reader. `options` may be NULL.
 * Errors: IO, NOMEM, LIMIT, CORRUPT (not Parquet, cut short, bad footer), UNSUPPORTED (encrypted). */
INLAY_API INLAY_CHECKED inlay_status inlay_reader_open(inlay_env *env, const inlay_source *source,
                                                       const inlay_read_options *options,
                                                       inlay_reader **reader);
INLAY_API void inlay_reader_close(inlay_reader *reader); /* columns first; NULL is fine */

/* Decompress with what `with`, a reader of the same env, decompresses with: of many files that are read in turn one
 * context a codec is enough (zstd: 94 kB). Without effect where the envs differ, or `reader` shares already. */
INLAY_API void inlay_reader_share(inlay_reader *reader, inlay_reader *with);

/* Where the file's bytes come from, and the options it was opened with: another thread opens a reader of its own. */
INLAY_API inlay_source inlay_reader_source(const inlay_reader *reader);
INLAY_API inlay_read_options inlay_reader_options(const inlay_reader *reader);

INLAY_API const inlay_schema *inlay_reader_schema(const inlay_reader *reader);
/* Rows of all row groups. (The footer's own count is known to be wrong in the wild; inlay_reader_footer_rows
 * gives it.) Touches every row group once. */
INLAY_API int64_t inlay_reader_rows(inlay_reader *reader);
INLAY_API int64_t inlay_reader_footer_rows(const inlay_reader *reader);
INLAY_API uint32_t inlay_reader_row_groups(const inlay_reader *reader);
INLAY_API int32_t inlay_reader_version(const inlay_reader *reader);
INLAY_API inlay_bytes inlay_reader_created_by(const inlay_reader *reader); /* empty if absent */
INLAY_API uint64_t inlay_reader_footer_bytes(const inlay_reader *reader); /* without length, magic */
/* The footer as it stands in the file; a view, valid until close. See inlay_metadata_visit. */
INLAY_API inlay_bytes inlay_reader_footer(const inlay_reader *reader);

/* Footer key-values, in file order, duplicates kept. find: the first with that key, or NULL.
 * Views into the footer, valid until close. */
INLAY_API uint32_t inlay_reader_key_values(const inlay_reader *reader);
INLAY_API const inlay_key_value *inlay_reader_key_value(const inlay_reader *reader, uint32_t i);
INLAY_API const inlay_key_value *inlay_reader_find_key(const inlay_reader *reader, const char *key);

/* A row group; its columns' metadata is decoded only when asked for. Errors: ARG, CORRUPT, NOMEM.
 * Strings inside are views into the footer, valid until close. */
INLAY_API INLAY_CHECKED inlay_status inlay_reader_row_group(inlay_reader *reader, uint32_t row_group,
                                                            inlay_row_group *out);
INLAY_API INLAY_CHECKED inlay_status inlay_reader_sorting(inlay_reader *reader, uint32_t row_group,
                                                          uint32_t i, inlay_sorting *out);
INLAY_API INLAY_CHECKED inlay_status inlay_reader_chunk(inlay_reader *reader, uint32_t row_group,
                                                        uint32_t leaf, inlay_chunk *out);
INLAY_API INLAY_CHECKED inlay_status inlay_reader_chunk_key_value(inlay_reader *reader,
                                                                  uint32_t row_group, uint32_t leaf,
                                                                  uint32_t i, inlay_key_value *out);

/* One column of the file, from its first row to its last, across row groups.
 *
 *   flags   INLAY_COLUMN_CODES: where a page is dictionary-encoded, give codes instead of values.
 *
 * Owner: inlay_column_close, before the reader. Errors: ARG, NOMEM; the data is touched by reads. */
enum { INLAY_COLUMN_CODES = 1 };
INLAY_API INLAY_CHECKED inlay_status inlay_column_open(inlay_reader *reader, uint32_t leaf,
                                                       uint32_t flags, inlay_column **column);
INLAY_API void inlay_column_close(inlay_column *column);

/* Read the next values of the column.
 *
 *   max_rows   most rows to begin in this batch; 0 = as many as the batch holds
 *   batch      out; never crosses a page or a row group. A row of a repeated column may go on in the
 *              next batch, whose first repetition level is then not 0.
 *
 * Owner:  views, valid until the next call on `column` (dictionary values: until the row group ends).
 * Memory: at most one packed page, one raw page, one dictionary, 16,384 levels and values.
 * Status: OK; END after the last row; IO, CORRUPT, LIMIT, NOMEM, UNSUPPORTED.
 *         After a failure: close, or seek to a row behind the damage.
 * Source: parquet-format README "Data Pages"; Encodings.md. */
INLAY_API INLAY_CHECKED inlay_status inlay_column_read(inlay_column *column, size_t max_rows,
                                                       inlay_batch *batch);
/* Read on in the last row that was begun, and no further: END where the next level begins a row or the
 * row group ends. So a row of a repeated column is whole before the next one is touched. Otherwise as
 * inlay_column_read. */
INLAY_API INLAY_CHECKED inlay_status inlay_column_read_rest(inlay_column *column, inlay_batch *batch);
/* Go to a row of the file, 0 to inlay_reader_rows (then END follows). Pages between are passed over
 * by their headers or the offset index, without decompression, where rows allow it. */
INLAY_API INLAY_CHECKED inlay_status inlay_column_seek(inlay_column *column, int64_t row);
/* The dictionary behind `codes` of the last batch: values as in a batch. `serial` changes when the
 * dictionary does (0 = none yet). Valid until the next read that changes the serial. */
typedef struct inlay_dictionary {
    const void *values;
    size_t n_values;
    uint64_t serial;
} inlay_dictionary;
INLAY_API inlay_dictionary inlay_column_dictionary(const inlay_column *column);
/* Where the last batch came from: row group and data page within its column chunk. */
INLAY_API uint32_t inlay_column_row_group(const inlay_column *column);
INLAY_API uint32_t inlay_column_page(const inlay_column *column);
/* Give back page and dictionary memory; the next read takes up where the last one ended. */
INLAY_API void inlay_column_park(inlay_column *column);
/* Give back what only the last batch needed, whose views end here, and what was read ahead, which from here on is no longer
 * kept. The page and the dictionary stay, so that the next read goes on at little cost: for many columns that are open,
 * and not read, at once. */
INLAY_API void inlay_column_trim(inlay_column *column);

/* Load the dictionary of the chunk that the column stands at (after open or seek), without reading
 * values, so that a merge can plan on codes. `all_codes` is true when the footer's encoding_stats
 * prove that every data page of the chunk uses it. OK with n_values 0 where there is none. */
INLAY_API INLAY_CHECKED inlay_status inlay_column_load_dictionary(inlay_column *column,
                                                                  bool *all_codes);

#ifdef __cplusplus
}
#endif
#endif
