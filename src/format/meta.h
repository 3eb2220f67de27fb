/* parquet.thrift as structs in memory; their tables are in meta.c.
 *
 * Each struct begins with `has`: bit i = row i of its table, named by the enum in front of it. Strings
 * are views into the bytes that were parsed. Row groups and column chunks are kept as spans of the
 * footer and decoded when touched: a file of 2,000 columns must not cost 2,000 columns to open.
 * Source: apache/parquet-format src/main/thrift/parquet.thrift, release 2.14.0.
 */
#ifndef INLAY_FORMAT_META_H
#define INLAY_FORMAT_META_H

#include "thrift/record.h"

#define META_HAS(record, bit) (((record)->has >> (bit)) & 1)
#define META_SET(record, bit) ((record)->has |= (uint64_t)1 << (bit))

enum { META_PAGE_DATA = 0, META_PAGE_INDEX = 1, META_PAGE_DICTIONARY = 2, META_PAGE_DATA_V2 = 3 };
enum { META_UNORDERED = 0, META_ASCENDING = 1, META_DESCENDING = 2 };

/* ---- statistics ---- */

enum {
    META_ST_MAX,
    META_ST_MIN,
    META_ST_NULL_COUNT,
    META_ST_DISTINCT_COUNT,
    META_ST_MAX_VALUE,
    META_ST_MIN_VALUE,
    META_ST_MAX_EXACT,
    META_ST_MIN_EXACT,
    META_ST_NAN_COUNT
};
struct meta_statistics {
    uint64_t has;
    inlay_bytes max, min; /* deprecated: signed order whatever the type */
    int64_t null_count, distinct_count;
    inlay_bytes max_value, min_value;
    bool max_exact, min_exact;
    int64_t nan_count;
};

enum { META_SZ_BYTES, META_SZ_REP, META_SZ_DEF };
struct meta_size_statistics {
    uint64_t has;
    int64_t unencoded_bytes;           /* unencoded_byte_array_data_bytes */
    struct thrift_list rep_histogram;  /* int64_t */
    struct thrift_list def_histogram;  /* int64_t */
};

struct meta_bounding_box {
    uint64_t has; /* bits in field order: xmin xmax ymin ymax zmin zmax mmin mmax */
    double xmin, xmax, ymin, ymax, zmin, zmax, mmin, mmax;
};
enum { META_GEO_BOX, META_GEO_TYPES };
struct meta_geospatial_statistics {
    uint64_t has;
    struct meta_bounding_box *box;
    struct thrift_list types; /* int32_t */
};

/* ---- schema ---- */

enum { META_DEC_SCALE, META_DEC_PRECISION };
struct meta_decimal {
    uint64_t has;
    int32_t scale, precision;
};
enum { META_UNIT_MILLIS, META_UNIT_MICROS, META_UNIT_NANOS };
struct meta_time_unit {
    uint64_t has;
};
enum { META_TIME_UTC, META_TIME_UNIT };
struct meta_time {
    uint64_t has;
    bool utc;
    struct meta_time_unit *unit;
};
enum { META_INT_BITS, META_INT_SIGNED };
struct meta_int {
    uint64_t has;
    int8_t bits;
    bool is_signed;
};
struct meta_variant {
    uint64_t has; /* bit 0: version */
    int8_t version;
};
enum { META_GEOG_CRS, META_GEOG_EDGES };
struct meta_geography { /* GEOMETRY too, which has only crs */
    uint64_t has;
    inlay_bytes crs;
    int32_t edges;
};
/* Union: one bit; rows in field order, ids 1-8, 10-19. */
enum {
    META_LT_STRING,
    META_LT_MAP,
    META_LT_LIST,
    META_LT_ENUM,
    META_LT_DECIMAL,
    META_LT_DATE,
    META_LT_TIME,
    META_LT_TIMESTAMP,
    META_LT_INTEGER,
    META_LT_UNKNOWN,
    META_LT_JSON,
    META_LT_BSON,
    META_LT_UUID,
    META_LT_FLOAT16,
    META_LT_VARIANT,
    META_LT_GEOMETRY,
    META_LT_GEOGRAPHY,
    META_LT_FILE
};
struct meta_logical_type {
    uint64_t has;
    struct meta_decimal *decimal;
    struct meta_time *time, *timestamp;
    struct meta_int *integer;
    struct meta_variant *variant;
    struct meta_geography *geometry, *geography;
};
enum {
    META_SE_TYPE,
    META_SE_TYPE_LENGTH,
    META_SE_REPETITION,
    META_SE_NAME,
    META_SE_CHILDREN,
    META_SE_CONVERTED,
    META_SE_SCALE,
    META_SE_PRECISION,
    META_SE_FIELD_ID,
    META_SE_LOGICAL
};
struct meta_schema_element {
    uint64_t has;
    int32_t type, type_length, repetition;
    inlay_bytes name;
    int32_t num_children, converted, scale, precision, field_id;
    struct meta_logical_type *logical;
};

/* ---- pages ---- */

enum { META_DP_VALUES, META_DP_ENCODING, META_DP_DEF_ENCODING, META_DP_REP_ENCODING, META_DP_STATISTICS };
struct meta_data_page {
    uint64_t has;
    int32_t num_values, encoding, def_encoding, rep_encoding;
    struct meta_statistics *statistics;
};
enum { META_DICT_VALUES, META_DICT_ENCODING, META_DICT_SORTED };
struct meta_dictionary_page {
    uint64_t has;
    int32_t num_values, encoding;
    bool is_sorted;
};
enum {
    META_V2_VALUES,
    META_V2_NULLS,
    META_V2_ROWS,
    META_V2_ENCODING,
    META_V2_DEF_BYTES,
    META_V2_REP_BYTES,
    META_V2_COMPRESSED,
    META_V2_STATISTICS
};
struct meta_data_page_v2 {
    uint64_t has;
    int32_t num_values, num_nulls, num_rows, encoding, def_bytes, rep_bytes;
    bool is_compressed; /* absent means true */
    struct meta_statistics *statistics;
};
enum {
    META_PG_TYPE,
    META_PG_UNCOMPRESSED,
    META_PG_COMPRESSED,
    META_PG_CRC,
    META_PG_DATA,
    META_PG_INDEX,
    META_PG_DICTIONARY,
    META_PG_DATA_V2
};
struct meta_page_header {
    uint64_t has;
    int32_t type, uncompressed_bytes, compressed_bytes, crc;
    struct meta_data_page *data;
    struct meta_dictionary_page *dictionary;
    struct meta_data_page_v2 *data_v2;
};

/* ---- column chunks and row groups ---- */

enum { META_KV_KEY, META_KV_VALUE };
struct meta_key_value {
    uint64_t has;
    inlay_bytes key, value;
};
enum { META_SORT_COLUMN, META_SORT_DESCENDING, META_SORT_NULLS_FIRST };
struct meta_sorting_column {
    uint64_t has;
    int32_t column;
    bool descending, nulls_first;
};
enum { META_ES_PAGE_TYPE, META_ES_ENCODING, META_ES_COUNT };
struct meta_encoding_stats {
    uint64_t has;
    int32_t page_type, encoding, count;
};
enum {
    META_CM_TYPE,
    META_CM_ENCODINGS,
    META_CM_PATH,
    META_CM_CODEC,
    META_CM_VALUES,
    META_CM_UNCOMPRESSED,
    META_CM_COMPRESSED,
    META_CM_KEY_VALUES,
    META_CM_DATA_PAGE,
    META_CM_INDEX_PAGE,
    META_CM_DICTIONARY_PAGE,
    META_CM_STATISTICS,
    META_CM_ENCODING_STATS,
    META_CM_BLOOM_AT,
    META_CM_BLOOM_BYTES,
    META_CM_SIZE_STATISTICS,
    META_CM_GEOSPATIAL
};
struct meta_column {
    uint64_t has;
    int32_t type;
    struct thrift_list encodings; /* int32_t */
    struct thrift_list path;      /* inlay_bytes */
    int32_t codec;
    int64_t num_values, uncompressed_bytes, compressed_bytes;
    struct thrift_list key_values; /* struct meta_key_value */
    int64_t data_page_at, index_page_at, dictionary_page_at;
    struct meta_statistics *statistics;
    struct thrift_list encoding_stats; /* struct meta_encoding_stats */
    int64_t bloom_at;
    int32_t bloom_bytes;
    struct meta_size_statistics *size_statistics;
    struct meta_geospatial_statistics *geospatial;
};
enum { META_CK_PATH, META_CK_KEY_METADATA };
struct meta_column_key {
    uint64_t has;
    struct thrift_list path; /* inlay_bytes */
    inlay_bytes key_metadata;
};
enum { META_CRYPTO_FOOTER_KEY, META_CRYPTO_COLUMN_KEY };
struct meta_column_crypto {
    uint64_t has;
    struct meta_column_key *column_key;
};
enum {
    META_CC_FILE_PATH,
    META_CC_FILE_OFFSET,
    META_CC_META,
    META_CC_OFFSET_INDEX_AT,
    META_CC_OFFSET_INDEX_BYTES,
    META_CC_COLUMN_INDEX_AT,
    META_CC_COLUMN_INDEX_BYTES,
    META_CC_CRYPTO,
    META_CC_ENCRYPTED
};
struct meta_chunk {
    uint64_t has;
    inlay_bytes file_path;
    int64_t file_offset; /* deprecated and often wrong: written as 0, never read */
    struct meta_column *meta;
    int64_t offset_index_at;
    int32_t offset_index_bytes;
    int64_t column_index_at;
    int32_t column_index_bytes;
    struct meta_column_crypto *crypto;
    inlay_bytes encrypted;
};
enum {
    META_RG_COLUMNS,
    META_RG_BYTES,
    META_RG_ROWS,
    META_RG_SORTING,
    META_RG_FILE_OFFSET,
    META_RG_COMPRESSED,
    META_RG_ORDINAL
};
struct meta_row_group {
    uint64_t has;
    struct thrift_list columns; /* inlay_bytes: spans of struct meta_chunk */
    int64_t total_bytes, num_rows;
    struct thrift_list sorting; /* struct meta_sorting_column */
    int64_t file_offset, compressed_bytes;
    int16_t ordinal;
};

/* ---- file ---- */

enum { META_ORDER_TYPE, META_ORDER_IEEE_754, META_ORDER_INT96 };
struct meta_column_order { /* union; no bit = an order that we do not know */
    uint64_t has;
};
struct meta_encryption { /* EncryptionAlgorithm: only that it is there */
    uint64_t has;
};
enum {
    META_FM_VERSION,
    META_FM_SCHEMA,
    META_FM_ROWS,
    META_FM_ROW_GROUPS,
    META_FM_KEY_VALUES,
    META_FM_CREATED_BY,
    META_FM_COLUMN_ORDERS,
    META_FM_ENCRYPTION,
    META_FM_SIGNING_KEY
};
struct meta_file {
    uint64_t has;
    int32_t version;
    struct thrift_list schema; /* struct meta_schema_element */
    int64_t num_rows;
    struct thrift_list row_groups; /* inlay_bytes: spans of struct meta_row_group */
    struct thrift_list key_values; /* struct meta_key_value */
    inlay_bytes created_by;
    struct thrift_list column_orders; /* struct meta_column_order */
    inlay_bytes signing_key;
};

/* ---- page index ---- */

enum { META_PL_AT, META_PL_BYTES, META_PL_FIRST_ROW };
struct meta_page_location {
    uint64_t has;
    int64_t at;
    int32_t bytes; /* with the header */
    int64_t first_row;
};
enum { META_OI_PAGES, META_OI_UNENCODED };
struct meta_offset_index {
    uint64_t has;
    struct thrift_list pages;     /* struct meta_page_location */
    struct thrift_list unencoded; /* int64_t */
};
enum {
    META_CI_NULL_PAGES,
    META_CI_MIN,
    META_CI_MAX,
    META_CI_ORDER,
    META_CI_NULL_COUNTS,
    META_CI_REP,
    META_CI_DEF,
    META_CI_NAN_COUNTS
};
struct meta_column_index {
    uint64_t has;
    struct thrift_list null_pages;     /* bool */
    struct thrift_list min, max;       /* inlay_bytes */
    int32_t order;
    struct thrift_list null_counts;    /* int64_t */
    struct thrift_list rep_histograms; /* int64_t */
    struct thrift_list def_histograms; /* int64_t */
    struct thrift_list nan_counts;     /* int64_t */
};

/* ---- bloom filter ---- */

enum { META_BH_BYTES, META_BH_ALGORITHM, META_BH_HASH, META_BH_COMPRESSION };
struct meta_bloom_choice { /* unions of one known member each: SplitBlock, XxHash, Uncompressed */
    uint64_t has;
};
struct meta_bloom_header {
    uint64_t has;
    int32_t bytes;
    struct meta_bloom_choice *algorithm, *hash, *compression;
};

extern const struct thrift_table meta_file_table;
extern const struct thrift_table meta_row_group_table;
extern const struct thrift_table meta_key_value_table;
extern const struct thrift_table meta_chunk_table;
extern const struct thrift_table meta_page_header_table;
extern const struct thrift_table meta_offset_index_table;
extern const struct thrift_table meta_column_index_table;
extern const struct thrift_table meta_bloom_header_table;

/* The limits of an env as thrift wants them, with defaults filled in. */
struct thrift_limits meta_limits(const inlay_env *env);
/* Read a record that must fill `bytes` exactly or leave a rest that the caller accepts: *used gets the
 * bytes consumed. Failures go to the env with `what` as the text when the parser has none. */
INLAY_CHECKED inlay_status meta_read(inlay_env *env, struct mem_pool *pool,
                                     const struct thrift_table *table, const uint8_t *data,
                                     size_t bytes, uint64_t at, void *record, size_t *used);
/* FileMetaData, and where its fields stand in `data`. */
INLAY_CHECKED inlay_status meta_read_file(inlay_env *env, struct mem_pool *pool, const uint8_t *data, size_t bytes,
                                          uint64_t at, struct meta_file *file, struct thrift_marks *marks);

#endif
