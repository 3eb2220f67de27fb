/* The names of parquet.thrift 2.14, one row a field; see names.h. */
#include "format/names.h"

#include "inlay/schema.h"

#define NAMES_ONE(num, w, label_) {.id = (num), .wire = INLAY_WIRE_##w, .name = label_}
#define NAMES_TEXT(num, label_) {.id = (num), .wire = INLAY_WIRE_BINARY, .text = true, .name = label_}
#define NAMES_ENUM(num, label_, labels) \
    {.id = (num), .wire = INLAY_WIRE_I32, .name = label_, .label = labels}
#define NAMES_STRUCT(num, label_, of) \
    {.id = (num), .wire = INLAY_WIRE_STRUCT, .name = label_, .type = &(of)}
#define NAMES_LIST(num, el, label_) \
    {.id = (num), .wire = INLAY_WIRE_LIST, .element = INLAY_WIRE_##el, .name = label_}
#define NAMES_TEXTS(num, label_)                                                              \
    {.id = (num), .wire = INLAY_WIRE_LIST, .element = INLAY_WIRE_BINARY, .text = true, .name = label_}
#define NAMES_ENUMS(num, label_, labels)                                                 \
    {.id = (num), .wire = INLAY_WIRE_LIST, .element = INLAY_WIRE_I32, .name = label_, \
     .label = labels}
#define NAMES_STRUCTS(num, label_, of)                                                      \
    {.id = (num), .wire = INLAY_WIRE_LIST, .element = INLAY_WIRE_STRUCT, .name = label_, \
     .type = &(of)}
#define NAMES_TABLE(symbol, label_, rows)                     \
    static const struct names_struct symbol = {               \
        .name = label_, .n_fields = sizeof rows / sizeof rows[0], .fields = rows}
#define NAMES_EMPTY(symbol, label_) static const struct names_struct symbol = {.name = label_}

/* ---- labels that nobody else needs ---- */

static const char *names_converted(int v)
{
    static const char *const labels[] = {
        "UTF8",        "MAP",          "MAP_KEY_VALUE",    "LIST",             "ENUM",   "DECIMAL",
        "DATE",        "TIME_MILLIS",  "TIME_MICROS",      "TIMESTAMP_MILLIS", "TIMESTAMP_MICROS",
        "UINT_8",      "UINT_16",      "UINT_32",          "UINT_64",          "INT_8",  "INT_16",
        "INT_32",      "INT_64",       "JSON",             "BSON",             "INTERVAL"};
    return v >= 0 && (size_t)v < sizeof labels / sizeof *labels ? labels[v] : "?";
}

static const char *names_edges(int v)
{
    static const char *const labels[] = {"SPHERICAL", "VINCENTY", "THOMAS", "ANDOYER", "KARNEY"};
    return v >= 0 && (size_t)v < sizeof labels / sizeof *labels ? labels[v] : "?";
}

static const char *names_boundary_order(int v)
{
    static const char *const labels[] = {"UNORDERED", "ASCENDING", "DESCENDING"};
    return v >= 0 && (size_t)v < sizeof labels / sizeof *labels ? labels[v] : "?";
}

/* ---- statistics ---- */

static const struct names_field names_statistics_rows[] = {
    NAMES_ONE(1, BINARY, "max"),
    NAMES_ONE(2, BINARY, "min"),
    NAMES_ONE(3, I64, "null_count"),
    NAMES_ONE(4, I64, "distinct_count"),
    NAMES_ONE(5, BINARY, "max_value"),
    NAMES_ONE(6, BINARY, "min_value"),
    NAMES_ONE(7, BOOL, "is_max_value_exact"),
    NAMES_ONE(8, BOOL, "is_min_value_exact"),
    NAMES_ONE(9, I64, "nan_count"),
};
NAMES_TABLE(names_statistics, "Statistics", names_statistics_rows);

static const struct names_field names_size_statistics_rows[] = {
    NAMES_ONE(1, I64, "unencoded_byte_array_data_bytes"),
    NAMES_LIST(2, I64, "repetition_level_histogram"),
    NAMES_LIST(3, I64, "definition_level_histogram"),
};
NAMES_TABLE(names_size_statistics, "SizeStatistics", names_size_statistics_rows);

static const struct names_field names_bounding_box_rows[] = {
    NAMES_ONE(1, DOUBLE, "xmin"), NAMES_ONE(2, DOUBLE, "xmax"), NAMES_ONE(3, DOUBLE, "ymin"),
    NAMES_ONE(4, DOUBLE, "ymax"), NAMES_ONE(5, DOUBLE, "zmin"), NAMES_ONE(6, DOUBLE, "zmax"),
    NAMES_ONE(7, DOUBLE, "mmin"), NAMES_ONE(8, DOUBLE, "mmax"),
};
NAMES_TABLE(names_bounding_box, "BoundingBox", names_bounding_box_rows);

static const struct names_field names_geospatial_rows[] = {
    NAMES_STRUCT(1, "bbox", names_bounding_box),
    NAMES_LIST(2, I32, "geospatial_types"),
};
NAMES_TABLE(names_geospatial, "GeospatialStatistics", names_geospatial_rows);

/* ---- schema ---- */

NAMES_EMPTY(names_string, "StringType");
NAMES_EMPTY(names_map, "MapType");
NAMES_EMPTY(names_list, "ListType");
NAMES_EMPTY(names_enum, "EnumType");
NAMES_EMPTY(names_date, "DateType");
NAMES_EMPTY(names_null, "NullType");
NAMES_EMPTY(names_json, "JsonType");
NAMES_EMPTY(names_bson, "BsonType");
NAMES_EMPTY(names_uuid, "UUIDType");
NAMES_EMPTY(names_float16, "Float16Type");
NAMES_EMPTY(names_file, "FileType");
NAMES_EMPTY(names_millis, "MilliSeconds");
NAMES_EMPTY(names_micros, "MicroSeconds");
NAMES_EMPTY(names_nanos, "NanoSeconds");

static const struct names_field names_decimal_rows[] = {
    NAMES_ONE(1, I32, "scale"),
    NAMES_ONE(2, I32, "precision"),
};
NAMES_TABLE(names_decimal, "DecimalType", names_decimal_rows);

static const struct names_field names_time_unit_rows[] = {
    NAMES_STRUCT(1, "MILLIS", names_millis),
    NAMES_STRUCT(2, "MICROS", names_micros),
    NAMES_STRUCT(3, "NANOS", names_nanos),
};
NAMES_TABLE(names_time_unit, "TimeUnit", names_time_unit_rows);

static const struct names_field names_time_rows[] = {
    NAMES_ONE(1, BOOL, "isAdjustedToUTC"),
    NAMES_STRUCT(2, "unit", names_time_unit),
};
NAMES_TABLE(names_time, "TimeType", names_time_rows);
NAMES_TABLE(names_timestamp, "TimestampType", names_time_rows);

static const struct names_field names_integer_rows[] = {
    NAMES_ONE(1, I8, "bitWidth"),
    NAMES_ONE(2, BOOL, "isSigned"),
};
NAMES_TABLE(names_integer, "IntType", names_integer_rows);

static const struct names_field names_variant_rows[] = {NAMES_ONE(1, I8, "specification_version")};
NAMES_TABLE(names_variant, "VariantType", names_variant_rows);

static const struct names_field names_geometry_rows[] = {NAMES_TEXT(1, "crs")};
NAMES_TABLE(names_geometry, "GeometryType", names_geometry_rows);

static const struct names_field names_geography_rows[] = {
    NAMES_TEXT(1, "crs"),
    NAMES_ENUM(2, "algorithm", names_edges),
};
NAMES_TABLE(names_geography, "GeographyType", names_geography_rows);

static const struct names_field names_logical_rows[] = {
    NAMES_STRUCT(1, "STRING", names_string),
    NAMES_STRUCT(2, "MAP", names_map),
    NAMES_STRUCT(3, "LIST", names_list),
    NAMES_STRUCT(4, "ENUM", names_enum),
    NAMES_STRUCT(5, "DECIMAL", names_decimal),
    NAMES_STRUCT(6, "DATE", names_date),
    NAMES_STRUCT(7, "TIME", names_time),
    NAMES_STRUCT(8, "TIMESTAMP", names_timestamp),
    NAMES_STRUCT(10, "INTEGER", names_integer),
    NAMES_STRUCT(11, "UNKNOWN", names_null),
    NAMES_STRUCT(12, "JSON", names_json),
    NAMES_STRUCT(13, "BSON", names_bson),
    NAMES_STRUCT(14, "UUID", names_uuid),
    NAMES_STRUCT(15, "FLOAT16", names_float16),
    NAMES_STRUCT(16, "VARIANT", names_variant),
    NAMES_STRUCT(17, "GEOMETRY", names_geometry),
    NAMES_STRUCT(18, "GEOGRAPHY", names_geography),
    NAMES_STRUCT(19, "FILE", names_file),
};
NAMES_TABLE(names_logical, "LogicalType", names_logical_rows);

static const struct names_field names_schema_element_rows[] = {
    NAMES_ENUM(1, "type", inlay_type_name),
    NAMES_ONE(2, I32, "type_length"),
    NAMES_ENUM(3, "repetition_type", inlay_repetition_name),
    NAMES_TEXT(4, "name"),
    NAMES_ONE(5, I32, "num_children"),
    NAMES_ENUM(6, "converted_type", names_converted),
    NAMES_ONE(7, I32, "scale"),
    NAMES_ONE(8, I32, "precision"),
    NAMES_ONE(9, I32, "field_id"),
    NAMES_STRUCT(10, "logicalType", names_logical),
};
NAMES_TABLE(names_schema_element, "SchemaElement", names_schema_element_rows);

/* ---- pages ---- */

static const struct names_field names_data_page_rows[] = {
    NAMES_ONE(1, I32, "num_values"),
    NAMES_ENUM(2, "encoding", inlay_encoding_name),
    NAMES_ENUM(3, "definition_level_encoding", inlay_encoding_name),
    NAMES_ENUM(4, "repetition_level_encoding", inlay_encoding_name),
    NAMES_STRUCT(5, "statistics", names_statistics),
};
NAMES_TABLE(names_data_page, "DataPageHeader", names_data_page_rows);
NAMES_EMPTY(names_index_page, "IndexPageHeader");

static const struct names_field names_dictionary_page_rows[] = {
    NAMES_ONE(1, I32, "num_values"),
    NAMES_ENUM(2, "encoding", inlay_encoding_name),
    NAMES_ONE(3, BOOL, "is_sorted"),
};
NAMES_TABLE(names_dictionary_page, "DictionaryPageHeader", names_dictionary_page_rows);

static const struct names_field names_data_page_v2_rows[] = {
    NAMES_ONE(1, I32, "num_values"),
    NAMES_ONE(2, I32, "num_nulls"),
    NAMES_ONE(3, I32, "num_rows"),
    NAMES_ENUM(4, "encoding", inlay_encoding_name),
    NAMES_ONE(5, I32, "definition_levels_byte_length"),
    NAMES_ONE(6, I32, "repetition_levels_byte_length"),
    NAMES_ONE(7, BOOL, "is_compressed"),
    NAMES_STRUCT(8, "statistics", names_statistics),
};
NAMES_TABLE(names_data_page_v2, "DataPageHeaderV2", names_data_page_v2_rows);

static const struct names_field names_page_header_rows[] = {
    NAMES_ENUM(1, "type", inlay_page_type_name),
    NAMES_ONE(2, I32, "uncompressed_page_size"),
    NAMES_ONE(3, I32, "compressed_page_size"),
    NAMES_ONE(4, I32, "crc"),
    NAMES_STRUCT(5, "data_page_header", names_data_page),
    NAMES_STRUCT(6, "index_page_header", names_index_page),
    NAMES_STRUCT(7, "dictionary_page_header", names_dictionary_page),
    NAMES_STRUCT(8, "data_page_header_v2", names_data_page_v2),
};
NAMES_TABLE(names_page_header, "PageHeader", names_page_header_rows);

/* ---- column chunks and row groups ---- */

static const struct names_field names_key_value_rows[] = {
    NAMES_TEXT(1, "key"),
    NAMES_TEXT(2, "value"),
};
NAMES_TABLE(names_key_value, "KeyValue", names_key_value_rows);

static const struct names_field names_sorting_column_rows[] = {
    NAMES_ONE(1, I32, "column_idx"),
    NAMES_ONE(2, BOOL, "descending"),
    NAMES_ONE(3, BOOL, "nulls_first"),
};
NAMES_TABLE(names_sorting_column, "SortingColumn", names_sorting_column_rows);

static const struct names_field names_encoding_stats_rows[] = {
    NAMES_ENUM(1, "page_type", inlay_page_type_name),
    NAMES_ENUM(2, "encoding", inlay_encoding_name),
    NAMES_ONE(3, I32, "count"),
};
NAMES_TABLE(names_encoding_stats, "PageEncodingStats", names_encoding_stats_rows);

static const struct names_field names_column_rows[] = {
    NAMES_ENUM(1, "type", inlay_type_name),
    NAMES_ENUMS(2, "encodings", inlay_encoding_name),
    NAMES_TEXTS(3, "path_in_schema"),
    NAMES_ENUM(4, "codec", inlay_codec_name),
    NAMES_ONE(5, I64, "num_values"),
    NAMES_ONE(6, I64, "total_uncompressed_size"),
    NAMES_ONE(7, I64, "total_compressed_size"),
    NAMES_STRUCTS(8, "key_value_metadata", names_key_value),
    NAMES_ONE(9, I64, "data_page_offset"),
    NAMES_ONE(10, I64, "index_page_offset"),
    NAMES_ONE(11, I64, "dictionary_page_offset"),
    NAMES_STRUCT(12, "statistics", names_statistics),
    NAMES_STRUCTS(13, "encoding_stats", names_encoding_stats),
    NAMES_ONE(14, I64, "bloom_filter_offset"),
    NAMES_ONE(15, I32, "bloom_filter_length"),
    NAMES_STRUCT(16, "size_statistics", names_size_statistics),
    NAMES_STRUCT(17, "geospatial_statistics", names_geospatial),
};
NAMES_TABLE(names_column, "ColumnMetaData", names_column_rows);

NAMES_EMPTY(names_footer_key, "EncryptionWithFooterKey");
static const struct names_field names_column_key_rows[] = {
    NAMES_TEXTS(1, "path_in_schema"),
    NAMES_ONE(2, BINARY, "key_metadata"),
};
NAMES_TABLE(names_column_key, "EncryptionWithColumnKey", names_column_key_rows);
static const struct names_field names_column_crypto_rows[] = {
    NAMES_STRUCT(1, "ENCRYPTION_WITH_FOOTER_KEY", names_footer_key),
    NAMES_STRUCT(2, "ENCRYPTION_WITH_COLUMN_KEY", names_column_key),
};
NAMES_TABLE(names_column_crypto, "ColumnCryptoMetaData", names_column_crypto_rows);

static const struct names_field names_chunk_rows[] = {
    NAMES_TEXT(1, "file_path"),
    NAMES_ONE(2, I64, "file_offset"),
    NAMES_STRUCT(3, "meta_data", names_column),
    NAMES_ONE(4, I64, "offset_index_offset"),
    NAMES_ONE(5, I32, "offset_index_length"),
    NAMES_ONE(6, I64, "column_index_offset"),
    NAMES_ONE(7, I32, "column_index_length"),
    NAMES_STRUCT(8, "crypto_metadata", names_column_crypto),
    NAMES_ONE(9, BINARY, "encrypted_column_metadata"),
};
NAMES_TABLE(names_chunk, "ColumnChunk", names_chunk_rows);

static const struct names_field names_row_group_rows[] = {
    NAMES_STRUCTS(1, "columns", names_chunk),
    NAMES_ONE(2, I64, "total_byte_size"),
    NAMES_ONE(3, I64, "num_rows"),
    NAMES_STRUCTS(4, "sorting_columns", names_sorting_column),
    NAMES_ONE(5, I64, "file_offset"),
    NAMES_ONE(6, I64, "total_compressed_size"),
    NAMES_ONE(7, I16, "ordinal"),
};
NAMES_TABLE(names_row_group, "RowGroup", names_row_group_rows);

/* ---- file ---- */

NAMES_EMPTY(names_type_order, "TypeDefinedOrder");
NAMES_EMPTY(names_ieee_order, "IEEE754TotalOrder");
NAMES_EMPTY(names_int96_order, "Int96TimestampOrder");
static const struct names_field names_column_order_rows[] = {
    NAMES_STRUCT(1, "TYPE_ORDER", names_type_order),
    NAMES_STRUCT(2, "IEEE_754_TOTAL_ORDER", names_ieee_order),
    NAMES_STRUCT(3, "INT96_TIMESTAMP_ORDER", names_int96_order),
};
NAMES_TABLE(names_column_order, "ColumnOrder", names_column_order_rows);

static const struct names_field names_aes_rows[] = {
    NAMES_ONE(1, BINARY, "aad_prefix"),
    NAMES_ONE(2, BINARY, "aad_file_unique"),
    NAMES_ONE(3, BOOL, "supply_aad_prefix"),
};
NAMES_TABLE(names_aes_gcm, "AesGcmV1", names_aes_rows);
NAMES_TABLE(names_aes_gcm_ctr, "AesGcmCtrV1", names_aes_rows);
static const struct names_field names_encryption_rows[] = {
    NAMES_STRUCT(1, "AES_GCM_V1", names_aes_gcm),
    NAMES_STRUCT(2, "AES_GCM_CTR_V1", names_aes_gcm_ctr),
};
NAMES_TABLE(names_encryption, "EncryptionAlgorithm", names_encryption_rows);

static const struct names_field names_footer_rows[] = {
    NAMES_ONE(1, I32, "version"),
    NAMES_STRUCTS(2, "schema", names_schema_element),
    NAMES_ONE(3, I64, "num_rows"),
    NAMES_STRUCTS(4, "row_groups", names_row_group),
    NAMES_STRUCTS(5, "key_value_metadata", names_key_value),
    NAMES_TEXT(6, "created_by"),
    NAMES_STRUCTS(7, "column_orders", names_column_order),
    NAMES_STRUCT(8, "encryption_algorithm", names_encryption),
    NAMES_ONE(9, BINARY, "footer_signing_key_metadata"),
};
NAMES_TABLE(names_footer, "FileMetaData", names_footer_rows);

/* ---- page index, bloom filter ---- */

static const struct names_field names_page_location_rows[] = {
    NAMES_ONE(1, I64, "offset"),
    NAMES_ONE(2, I32, "compressed_page_size"),
    NAMES_ONE(3, I64, "first_row_index"),
};
NAMES_TABLE(names_page_location, "PageLocation", names_page_location_rows);
static const struct names_field names_offset_index_rows[] = {
    NAMES_STRUCTS(1, "page_locations", names_page_location),
    NAMES_LIST(2, I64, "unencoded_byte_array_data_bytes"),
};
NAMES_TABLE(names_offset_index, "OffsetIndex", names_offset_index_rows);

static const struct names_field names_column_index_rows[] = {
    NAMES_LIST(1, BOOL, "null_pages"),
    NAMES_LIST(2, BINARY, "min_values"),
    NAMES_LIST(3, BINARY, "max_values"),
    NAMES_ENUM(4, "boundary_order", names_boundary_order),
    NAMES_LIST(5, I64, "null_counts"),
    NAMES_LIST(6, I64, "repetition_level_histograms"),
    NAMES_LIST(7, I64, "definition_level_histograms"),
    NAMES_LIST(8, I64, "nan_counts"),
};
NAMES_TABLE(names_column_index, "ColumnIndex", names_column_index_rows);

NAMES_EMPTY(names_split_block, "SplitBlockAlgorithm");
NAMES_EMPTY(names_xxhash, "XxHash");
NAMES_EMPTY(names_uncompressed, "Uncompressed");
static const struct names_field names_bloom_algorithm_rows[] = {
    NAMES_STRUCT(1, "BLOCK", names_split_block)};
NAMES_TABLE(names_bloom_algorithm, "BloomFilterAlgorithm", names_bloom_algorithm_rows);
static const struct names_field names_bloom_hash_rows[] = {NAMES_STRUCT(1, "XXHASH", names_xxhash)};
NAMES_TABLE(names_bloom_hash, "BloomFilterHash", names_bloom_hash_rows);
static const struct names_field names_bloom_compression_rows[] = {
    NAMES_STRUCT(1, "UNCOMPRESSED", names_uncompressed)};
NAMES_TABLE(names_bloom_compression, "BloomFilterCompression", names_bloom_compression_rows);
static const struct names_field names_bloom_header_rows[] = {
    NAMES_ONE(1, I32, "numBytes"),
    NAMES_STRUCT(2, "algorithm", names_bloom_algorithm),
    NAMES_STRUCT(3, "hash", names_bloom_hash),
    NAMES_STRUCT(4, "compression", names_bloom_compression),
};
NAMES_TABLE(names_bloom_header, "BloomFilterHeader", names_bloom_header_rows);

const struct names_struct *const names_records[5] = {
    [INLAY_RECORD_FOOTER] = &names_footer,
    [INLAY_RECORD_PAGE_HEADER] = &names_page_header,
    [INLAY_RECORD_COLUMN_INDEX] = &names_column_index,
    [INLAY_RECORD_OFFSET_INDEX] = &names_offset_index,
    [INLAY_RECORD_BLOOM_HEADER] = &names_bloom_header,
};
