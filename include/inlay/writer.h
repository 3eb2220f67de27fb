/* Writing a file: columns in batches, row groups, footer.
 *
 * Two ways to fill a row group. By default the columns may be written in any order and in any number
 * of batches; finished pages are kept, packed, until the row group ends. With INLAY_WRITE_IN_ORDER
 * columns come one after another in leaf order and pages go straight to the sink, so that memory does
 * not grow with the row group.
 */
#ifndef INLAY_WRITER_H
#define INLAY_WRITER_H

#include "inlay/reader.h"

#ifdef __cplusplus
extern "C" {
#endif

#if INLAY_WRITE

enum {
    INLAY_WRITE_IN_ORDER = 1,      /* columns one after another, pages straight to the sink */
    INLAY_WRITE_NO_CRC = 2,
    INLAY_WRITE_NO_PAGE_INDEX = 4, /* no column index, no offset index */
    INLAY_WRITE_NO_STATISTICS = 8,
    INLAY_WRITE_TRUSTED_ORDER = 16, /* do not check the claim of inlay_writer_sorting: it is proved already */
    INLAY_WRITE_STRICT = 64, /* text columns (STRING, ENUM, JSON) take UTF-8 only */
    INLAY_WRITE_INT96 = 256, /* the schema may have INT96 columns; they are deprecated, and ARG without this */
    INLAY_WRITE_AS_IS = 128, /* values are not held against their annotation: for what copies other files */
    INLAY_WRITE_SOME_COLUMNS = 512, /* with IN_ORDER: a row group need not have all columns, those that are passed over have
                                       no rows. Such a file is good for inlay_writer_copy_chunk, and no one else's */
    INLAY_WRITE_HOLD_COLUMN = 32 /* with IN_ORDER: hold the packed pages of a column until it ends, so that it gets a
                                    dictionary of its own where that pays */
};

/* Text options: codec "zstd:3", "snappy", "none", "gzip:6", "lz4_raw", "brotli:5"; encoding
 * "dictionary" (with fallback to plain), "plain", "rle" (BOOLEAN), "delta_binary_packed" (INT32, INT64),
 * "delta_length_byte_array", "delta_byte_array", "byte_stream_split", "alp" (FLOAT, DOUBLE). NULL = the default. An encoding for
 * all columns goes to those that can take it; one for a column that cannot is ARG. */
typedef struct inlay_column_options {
    uint32_t leaf;
    const char *codec;
    const char *encoding;
    /* A bloom filter: the share of false positives that is wanted (0.01), 0 = none; and its largest size, 0 = 1 MiB
     * (enough for some 800,000 distinct values a row group at 0.01; more than fit raise the share). It shrinks to
     * what the values need. Memory: the largest size, and at the row group's end what is left of it. Not for
     * BOOLEAN. Source: BloomFilter.md. */
    double bloom_fpp;
    size_t bloom_bytes;
    const inlay_key_value *key_values; /* [n_key_values] of the column, written into each of its chunks; copied */
    size_t n_key_values;
} inlay_column_options;

/* Profiles: "compat" (the default: what every reader of the last ten years takes), "balanced" (delta and byte stream
 * split encodings where they are smaller on the first page of a column chunk), "smallest" (all encodings, zstd:12),
 * "newest" (all encodings, ALP too, v2 pages, IEEE 754 and INT96 column orders: only readers of format 2.14 take it
 * all). A codec, encoding or page version that is given counts more. */
typedef struct inlay_write_options {
    const char *profile;     /* "compat" */
    const char *codec;       /* the profile's: "zstd:3" */
    const char *encoding;    /* the profile's: "dictionary"; BOOLEAN "plain" */
    size_t page_bytes;       /* 1 MiB, uncompressed */
    size_t page_rows;        /* 20,000; and, where it is 0, of codes up to 160,000 while none is new to the page */
    size_t dictionary_bytes; /* 2 MiB; a larger dictionary falls back to plain */
    uint32_t page_version;   /* the profile's: 1; or 2 */
    uint64_t row_group_rows;  /* of inlay_writer_write_rows: 1,048,576 */
    uint64_t row_group_bytes; /* the same, of inlay_writer_pending_bytes: 128 MiB, looked at every 8,192 rows */
    uint32_t flags;
    const char *created_by;  /* "inlay version X" */
    const inlay_column_options *columns;
    size_t n_columns;
} inlay_write_options;

typedef struct inlay_writer inlay_writer;

/* `sink` and `schema` are copied. Writes the file's first four bytes. Errors: IO, ARG, NOMEM,
 * UNSUPPORTED (a codec that this build lacks). */
INLAY_API INLAY_CHECKED inlay_status inlay_writer_open(inlay_env *env, const inlay_sink *sink,
                                                       const inlay_schema *schema,
                                                       const inlay_write_options *options,
                                                       inlay_writer **writer);

/* What a file will hold, at most. Numbers that are not known: 0 as said, or the largest that is possible. */
typedef struct inlay_writer_load {
    uint64_t rows;           /* of the file */
    uint64_t row_group_rows; /* of its largest row group; 0 = the options': rows come by inlay_writer_write_rows */
    uint32_t row_groups;     /* 0 = from these */
    size_t value_bytes;      /* longest BYTE_ARRAY value */
    size_t row_levels;       /* most levels of one row in a column with lists; 0 = 1 */
    size_t key_value_bytes, n_key_values; /* keys and values of inlay_writer_key_value, and how many pairs */
    uint32_t n_sorting;      /* columns given to inlay_writer_sorting, over all calls */
    size_t dictionary_bytes; /* largest dictionary given to inlay_writer_dictionary, in PLAIN; 0 = none is given */
} inlay_writer_load;

/* The most memory that a writer takes for such a file from open to close, beyond what env has in use before: what
 * env.peak_bytes can rise to, whatever the values are. Holds for batches, codes, repeats and rows in pieces of any size;
 * not for raw pages and copies (inlay/copy.h). Numbers too large to say are UINT64_MAX. libdeflate (gzip) takes its
 * context from malloc, outside the env, and is not counted.
 *
 * Memory: what opening a writer takes, given back before the answer; env.peak_bytes is left as it was.
 * Arena:  blocks are rounded up to 16 bytes, and one that grows may stand beside its old self, so give an arena twice
 *         the number.
 * Status: OK; what inlay_writer_open says of these options; UNSUPPORTED for brotli, which takes memory as it likes. */
INLAY_API INLAY_CHECKED inlay_status inlay_writer_memory(inlay_env *env, const inlay_schema *schema,
                                                         const inlay_write_options *options,
                                                         const inlay_writer_load *load, uint64_t *bytes);

/* Append levels and values to one column of the open row group (the first write opens one). The batch
 * is copied. `def` NULL = all present; `rep` NULL = one level a row. `codes` need a dictionary given
 * before. n_rows is ignored on input. Levels are checked, and so are values against DECIMAL precision and INTEGER bits
 * (the error has the row; AS_IS leaves it out). Errors: ARG, IO, NOMEM. */
INLAY_API INLAY_CHECKED inlay_status inlay_writer_write(inlay_writer *writer, uint32_t leaf,
                                                        const inlay_batch *batch);
/* Append the same rows to all columns, columns[n_leaves], and cut row groups: one ends where it has row_group_rows rows
 * or holds row_group_bytes. `n_rows` of the batches is ignored; batches with codes need the column's dictionary in
 * every row group, and so do not go well with this. Not with IN_ORDER. Errors: ARG (batches that differ in rows), IO,
 * NOMEM. */
INLAY_API INLAY_CHECKED inlay_status inlay_writer_write_rows(inlay_writer *writer, const inlay_batch *columns);
/* Append n_rows times the same value, NULL = null, to a column without repetition. */
INLAY_API INLAY_CHECKED inlay_status inlay_writer_repeat(inlay_writer *writer, uint32_t leaf,
                                                         size_t n_rows, const void *value);
/* Before the first value of a column in a row group: its dictionary, copied. Batches may then carry
 * codes. Errors: ARG, NOMEM, IO. */
INLAY_API INLAY_CHECKED inlay_status inlay_writer_dictionary(inlay_writer *writer, uint32_t leaf,
                                                             const void *values, size_t n_values);
/* IN_ORDER: this column chunk is complete. (Otherwise not needed.) */
INLAY_API INLAY_CHECKED inlay_status inlay_writer_end_column(inlay_writer *writer, uint32_t leaf);
/* End the row group: every column must have the same number of rows. No-op when nothing was written
 * since the last one. Errors: ARG (row counts differ), IO, NOMEM. */
INLAY_API INLAY_CHECKED inlay_status inlay_writer_end_row_group(inlay_writer *writer);

/* Footer contents; any time before finish. Copied, order kept, duplicates allowed; value NULL = a key
 * without a value. Sorting columns are written into every row group that begins from now on, and checked as its rows
 * pass: rows that are not in that order are ARG at the row group's end, with the row. (Zeros count as one, rows with
 * NaN are not compared.) Memory: a byte a row of the row group and sorting column. */
INLAY_API INLAY_CHECKED inlay_status inlay_writer_key_value(inlay_writer *writer, inlay_bytes key,
                                                            const inlay_bytes *value);
INLAY_API INLAY_CHECKED inlay_status inlay_writer_sorting(inlay_writer *writer,
                                                          const inlay_sorting *columns, size_t n);

/* End the open row group, write page indexes and footer. After it only the counters and close. */
INLAY_API INLAY_CHECKED inlay_status inlay_writer_finish(inlay_writer *writer);
INLAY_API void inlay_writer_close(inlay_writer *writer); /* without finish the bytes are no file */

/* CompressionCodec of a column, as its options say; -1 = no such column. */
INLAY_API int32_t inlay_writer_codec(const inlay_writer *writer, uint32_t leaf);
INLAY_API int64_t inlay_writer_rows(const inlay_writer *writer);        /* in ended row groups */
INLAY_API uint32_t inlay_writer_row_groups(const inlay_writer *writer); /* ended ones */
INLAY_API uint64_t inlay_writer_bytes(const inlay_writer *writer);      /* sent to the sink */
/* Bytes held for the open row group: packed pages and values not yet in a page. */
INLAY_API uint64_t inlay_writer_pending_bytes(const inlay_writer *writer);

#endif

#ifdef __cplusplus
}
#endif
#endif
