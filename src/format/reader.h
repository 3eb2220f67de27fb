/* An open file: the footer, and row groups decoded when touched. */
#ifndef INLAY_FORMAT_READER_H
#define INLAY_FORMAT_READER_H

#include "inlay/reader.h"

#include "codec/codec.h"
#include "format/footer.h"
#include "format/schema.h"

struct reader_codecs { /* opened when first met; shared by all columns, and by readers that agreed to */
    uint32_t n_readers;
    struct codec_context by_id[8]; /* CompressionCodec */
};

struct inlay_reader {
    inlay_env *env;
    inlay_source source;
    bool no_crc;
    struct footer footer;
    inlay_schema *schema;
    inlay_key_value *key_values; /* [meta.key_values.n] */
    int64_t *first_rows;         /* [n_row_groups + 1]; filled up to `known` */
    uint32_t known;              /* first_rows[0..known] are valid */
    /* Records of row groups, kept in at most as many bytes as the footer has (but always one): columns read one
     * after another come back to each row group, and finding its 2,000 chunks again is a walk over all of them. */
    struct meta_row_group **groups; /* [n_row_groups]; NULL = not touched */
    struct mem_pool group_pool;
    uint64_t group_bytes;
    struct mem_pool scratch;     /* of one decoded chunk at a time, for the public calls */
    struct reader_codecs *codecs, *own; /* in use; those that it was opened with, which open columns may use */
    uint64_t decoded_bytes;      /* values of all chunks opened so far; see limits.decoded_bytes */
    bool null_pages_quirk;       /* arrow-rs: null_pages of nested columns compare nulls with rows */
    bool binary_bounds_quirk;    /* deprecated bounds of binary columns are wrong (PARQUET-251) */
    bool delta_quirk;            /* old parquet-mr: delta strings that build on the page before */
    bool v2_quirk;               /* old parquet-cpp: v2 pages are compressed, whatever they say */
    bool page_quirk;             /* old parquet-mr: dictionary headers outside the chunk's length */
};

/* The open decompressor for a codec. UNSUPPORTED when the build lacks it. */
INLAY_CHECKED inlay_status reader_codec(inlay_reader *r, int32_t id, struct codec_context **codec);
/* The row group's record, valid until another one is touched. */
INLAY_CHECKED inlay_status reader_touch(inlay_reader *r, uint32_t row_group,
                                        const struct meta_row_group **group);
/* First row of a row group in the file; row_group == n gives the end. */
INLAY_CHECKED inlay_status reader_first_row(inlay_reader *r, uint32_t row_group, int64_t *row);
/* A column chunk's record, decoded into `pool` and checked against schema and file: `meta` is there,
 * its type is the leaf's, its bytes [*start, *end) lie in the file. */
INLAY_CHECKED inlay_status reader_chunk(inlay_reader *r, uint32_t row_group, uint32_t leaf,
                                        struct mem_pool *pool, struct meta_chunk *chunk,
                                        uint64_t *start, uint64_t *end);

#endif
