/* What a file says about itself besides its values: pages, page index, size statistics, geospatial
 * statistics, bloom filters. Everything here is metadata written by someone: read, checked for form,
 * and shown. What it claims about the values is for the caller to believe or to verify.
 *
 * Source: parquet.thrift; parquet-format PageIndex.md, BloomFilter.md, Geospatial.md.
 */
#ifndef INLAY_INSPECT_H
#define INLAY_INSPECT_H

#include "inlay/reader.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- values and bounds ---- */

/* Room for one value in memory form (see inlay_type), except those wider than 16 bytes. */
typedef union inlay_value {
    uint8_t boolean;
    int32_t i32;
    int64_t i64;
    float f32;
    double f64;
    inlay_bytes bytes;
} inlay_value;

/* A bound (PLAIN bytes, BYTE_ARRAY without its length) as a value in memory form: a pointer to `room`
 * or, for INT96 and FIXED_LEN_BYTE_ARRAY, to the bound's own bytes. NULL when its length is not that
 * of a value. */
INLAY_API const void *inlay_bound_value(const inlay_node *leaf, inlay_bytes bound,
                                        inlay_value *room);

/* How a file says that the bounds of a column are ordered (parquet.thrift ColumnOrder). */
typedef enum inlay_order {
    INLAY_ORDER_NONE = 0, /* not said: min_value and max_value are not used */
    INLAY_ORDER_TYPE,     /* TypeDefinedOrder */
    INLAY_ORDER_IEEE_754, /* IEEE 754 totalOrder, floats only */
    INLAY_ORDER_INT96,    /* INT96 as timestamps: days, then nanoseconds */
    INLAY_ORDER_UNKNOWN   /* a member of the union that we do not know */
} inlay_order;
INLAY_API inlay_order inlay_reader_order(const inlay_reader *reader, uint32_t leaf);
/* Entries of column_orders, 0 = there are none; should be the number of leaves. */
INLAY_API uint32_t inlay_reader_orders(const inlay_reader *reader);
/* Compare two values in memory form: <0, 0, >0. Floats by IEEE 754 totalOrder (-0 before +0, NaN
 * outside the infinities); INT96 by INLAY_ORDER_INT96; 0 where the column has no order
 * (inlay_leaf_ordered is false: INTERVAL, GEOMETRY, what carries an unknown annotation ...). */
INLAY_API bool inlay_leaf_ordered(const inlay_node *leaf);
INLAY_API int inlay_value_compare(const inlay_node *leaf, const void *a, const void *b);

/* ---- the rest of a column chunk's metadata ---- */

typedef struct inlay_encoding_count { /* PageEncodingStats */
    int32_t page_type, encoding, count;
} inlay_encoding_count;

/* SizeStatistics. Absent histograms are NULL with n = 0; unencoded_bytes -1 = not said. */
typedef struct inlay_size_statistics {
    bool present;
    int64_t unencoded_bytes; /* BYTE_ARRAY: bytes of all values, without their lengths */
    const int64_t *rep, *def;
    uint32_t n_rep, n_def;
} inlay_size_statistics;

/* GeospatialStatistics. Z and M are 0 where absent. x_min > x_max: the box goes over the antimeridian. */
typedef struct inlay_geospatial {
    bool present, has_box, has_z, has_m;
    double x_min, x_max, y_min, y_max, z_min, z_max, m_min, m_max;
    const int32_t *types; /* ISO WKB codes; n = 0: not known */
    uint32_t n_types;
} inlay_geospatial;

typedef struct inlay_chunk_details {
    const inlay_encoding_count *encoding_counts;
    uint32_t n_encoding_counts;
    inlay_size_statistics sizes;
    inlay_geospatial geospatial;
} inlay_chunk_details;

/* Views, valid until the next call of inlay_reader_chunk, _chunk_key_value or _chunk_details.
 * Errors: ARG, CORRUPT, UNSUPPORTED (encrypted), NOMEM. */
INLAY_API INLAY_CHECKED inlay_status inlay_reader_chunk_details(inlay_reader *reader,
                                                                uint32_t row_group, uint32_t leaf,
                                                                inlay_chunk_details *out);

/* ---- pages ---- */

/* A page as its header describes it. -1 where the header does not say. */
typedef struct inlay_page {
    int32_t type;       /* PageType; numbers outside parquet.thrift are passed on */
    int64_t at;         /* of the header, in the file */
    uint32_t header_bytes;
    int64_t packed_bytes, raw_bytes; /* the body, compressed and not */
    bool has_crc;
    uint32_t crc;
    int32_t encoding;   /* of the values */
    int32_t def_encoding, rep_encoding; /* DATA_PAGE */
    int64_t n_levels;   /* num_values: nulls and empty lists count; entries of a dictionary page */
    int64_t n_rows, n_nulls;            /* DATA_PAGE_V2 */
    int64_t def_bytes, rep_bytes;       /* DATA_PAGE_V2 */
    int8_t is_compressed;               /* DATA_PAGE_V2 */
    int8_t is_sorted;                   /* DICTIONARY_PAGE */
    bool has_statistics;
    inlay_statistics statistics;
} inlay_page;

/* All pages of one column chunk in file order, dictionary, index and unknown pages too.
 * Memory: one header; bodies only when asked for. Owner: inlay_pages_close, before the reader. */
typedef struct inlay_pages inlay_pages;
INLAY_API INLAY_CHECKED inlay_status inlay_pages_open(inlay_reader *reader, uint32_t row_group,
                                                      uint32_t leaf, inlay_pages **pages);
/* END after the last page. Strings are views, valid until the next call. Errors: CORRUPT (a header
 * that cannot be read, a body beyond the chunk), IO, LIMIT, NOMEM; then only close. */
INLAY_API INLAY_CHECKED inlay_status inlay_pages_next(inlay_pages *pages, inlay_page *page);
/* The header of the page that the last next gave, as it stands in the file. */
INLAY_API INLAY_CHECKED inlay_status inlay_pages_header(inlay_pages *pages, inlay_bytes *header);
/* The body of that page as stored. No checksum is verified; CRC-32 of it is `crc` if that is there. */
INLAY_API INLAY_CHECKED inlay_status inlay_pages_body(inlay_pages *pages, inlay_bytes *body);
/* The body of any page that next gave before, its checksum verified where it has one. */
INLAY_API INLAY_CHECKED inlay_status inlay_pages_body_of(inlay_pages *pages, const inlay_page *page, inlay_bytes *body);
INLAY_API void inlay_pages_close(inlay_pages *pages); /* NULL is fine */
/* CRC-32 as pages have it (that of gzip), of more bytes behind `crc` (0 to begin). */
INLAY_API uint32_t inlay_crc32(uint32_t crc, const void *data, size_t bytes);

/* ---- page index ---- */

typedef struct inlay_page_location {
    int64_t at;              /* of the page header */
    int32_t bytes;           /* header and body */
    int64_t first_row;       /* in the row group */
    int64_t unencoded_bytes; /* BYTE_ARRAY; -1 = not said */
} inlay_page_location;

typedef struct inlay_page_bounds {
    bool null_page;         /* only nulls: no bounds */
    inlay_bytes min, max;   /* as in inlay_statistics */
    int64_t null_count, nan_count; /* -1 = not said */
    const int64_t *rep, *def;      /* [max_rep + 1], [max_def + 1]; NULL = not said */
} inlay_page_bounds;

/* Both halves of the page index of one column chunk; either may be missing. Data pages only. */
typedef struct inlay_page_index {
    uint32_t n_pages;
    const inlay_page_location *locations; /* [n_pages]; NULL = no offset index */
    const inlay_page_bounds *bounds;      /* [n_pages]; NULL = no column index */
    int32_t boundary_order; /* 0 unordered, 1 ascending, 2 descending */
    bool usable;            /* the bounds may be used to skip pages: their order is known */
    const char *why;        /* constant text where they may not; "" otherwise */
} inlay_page_index;

/* Read and check the form: lists of equal length, locations ascending and inside the chunk, rows
 * ascending from 0, histograms of the right length. END where the chunk has neither half. Errors:
 * CORRUPT (a reader then does without), IO, LIMIT, NOMEM. Owner: inlay_page_index_close. */
INLAY_API INLAY_CHECKED inlay_status inlay_reader_page_index(inlay_reader *reader,
                                                             uint32_t row_group, uint32_t leaf,
                                                             inlay_page_index **index);
INLAY_API void inlay_page_index_close(inlay_env *env, inlay_page_index *index);

/* ---- bloom filters ---- */

typedef struct inlay_bloom inlay_bloom;

/* The filter of a column chunk (split block, XXH64, not compressed). END where there is none. Errors:
 * CORRUPT, UNSUPPORTED (another algorithm), IO, LIMIT (above 128 MiB), NOMEM. */
INLAY_API INLAY_CHECKED inlay_status inlay_bloom_open(inlay_reader *reader, uint32_t row_group,
                                                      uint32_t leaf, inlay_bloom **bloom);
INLAY_API void inlay_bloom_close(inlay_env *env, inlay_bloom *bloom); /* NULL is fine */
INLAY_API uint64_t inlay_bloom_bytes(const inlay_bloom *bloom); /* of the bitset */
/* False: no value of the chunk has these PLAIN bytes. `value` in memory form. Values that have several
 * byte forms (-0.0 and 0.0, NaN, decimals on BYTE_ARRAY) must be asked for in each of them. */
INLAY_API bool inlay_bloom_may_hold(const inlay_bloom *bloom, const inlay_node *leaf,
                                    const void *value);

#ifdef __cplusplus
}
#endif
#endif
