/* The tables of parquet.thrift: one row a field, in the order of the ids. See meta.h. */
#include "format/meta.h"

#define META_F(st, num, k, member) \
    {.id = (num), .kind = THRIFT_##k, .offset = offsetof(struct st, member)}
#define META_R(st, num, k, member) \
    {.id = (num), .kind = THRIFT_##k, .required = true, .offset = offsetof(struct st, member)}
#define META_E(num) {.id = (num), .kind = THRIFT_EMPTY}
#define META_S(st, num, member, tab) \
    {.id = (num), .kind = THRIFT_STRUCT, .offset = offsetof(struct st, member), .table = &(tab)}
#define META_L(st, num, el, member, tab) \
    {.id = (num), .kind = THRIFT_LIST, .element = THRIFT_##el, \
     .offset = offsetof(struct st, member), .table = (tab)}
#define META_LR(st, num, el, member, tab) \
    {.id = (num), .kind = THRIFT_LIST, .element = THRIFT_##el, .required = true, \
     .offset = offsetof(struct st, member), .table = (tab)}
#define META_TABLE(label, st, rows) \
    {.name = label, .bytes = sizeof(struct st), .n_fields = sizeof rows / sizeof rows[0], .fields = rows}

static const struct thrift_field meta_statistics_rows[] = {
    META_F(meta_statistics, 1, BINARY, max),
    META_F(meta_statistics, 2, BINARY, min),
    META_F(meta_statistics, 3, I64, null_count),
    META_F(meta_statistics, 4, I64, distinct_count),
    META_F(meta_statistics, 5, BINARY, max_value),
    META_F(meta_statistics, 6, BINARY, min_value),
    META_F(meta_statistics, 7, BOOL, max_exact),
    META_F(meta_statistics, 8, BOOL, min_exact),
    META_F(meta_statistics, 9, I64, nan_count),
};
static const struct thrift_table meta_statistics_table =
    META_TABLE("Statistics", meta_statistics, meta_statistics_rows);

static const struct thrift_field meta_size_statistics_rows[] = {
    META_F(meta_size_statistics, 1, I64, unencoded_bytes),
    META_L(meta_size_statistics, 2, I64, rep_histogram, NULL),
    META_L(meta_size_statistics, 3, I64, def_histogram, NULL),
};
static const struct thrift_table meta_size_statistics_table =
    META_TABLE("SizeStatistics", meta_size_statistics, meta_size_statistics_rows);

static const struct thrift_field meta_bounding_box_rows[] = {
    META_F(meta_bounding_box, 1, DOUBLE, xmin), META_F(meta_bounding_box, 2, DOUBLE, xmax),
    META_F(meta_bounding_box, 3, DOUBLE, ymin), META_F(meta_bounding_box, 4, DOUBLE, ymax),
    META_F(meta_bounding_box, 5, DOUBLE, zmin), META_F(meta_bounding_box, 6, DOUBLE, zmax),
    META_F(meta_bounding_box, 7, DOUBLE, mmin), META_F(meta_bounding_box, 8, DOUBLE, mmax),
};
static const struct thrift_table meta_bounding_box_table =
    META_TABLE("BoundingBox", meta_bounding_box, meta_bounding_box_rows);

static const struct thrift_field meta_geospatial_rows[] = {
    META_S(meta_geospatial_statistics, 1, box, meta_bounding_box_table),
    META_L(meta_geospatial_statistics, 2, I32, types, NULL),
};
static const struct thrift_table meta_geospatial_table =
    META_TABLE("GeospatialStatistics", meta_geospatial_statistics, meta_geospatial_rows);

static const struct thrift_field meta_decimal_rows[] = {
    META_R(meta_decimal, 1, I32, scale),
    META_R(meta_decimal, 2, I32, precision),
};
static const struct thrift_table meta_decimal_table =
    META_TABLE("DecimalType", meta_decimal, meta_decimal_rows);

static const struct thrift_field meta_time_unit_rows[] = {META_E(1), META_E(2), META_E(3)};
static const struct thrift_table meta_time_unit_table =
    META_TABLE("TimeUnit", meta_time_unit, meta_time_unit_rows);

static const struct thrift_field meta_time_rows[] = {
    META_F(meta_time, 1, BOOL, utc),
    META_S(meta_time, 2, unit, meta_time_unit_table),
};
static const struct thrift_table meta_time_table = META_TABLE("TimeType", meta_time, meta_time_rows);

static const struct thrift_field meta_int_rows[] = {
    META_F(meta_int, 1, I8, bits),
    META_F(meta_int, 2, BOOL, is_signed),
};
static const struct thrift_table meta_int_table = META_TABLE("IntType", meta_int, meta_int_rows);

static const struct thrift_field meta_variant_rows[] = {META_F(meta_variant, 1, I8, version)};
static const struct thrift_table meta_variant_table =
    META_TABLE("VariantType", meta_variant, meta_variant_rows);

static const struct thrift_field meta_geometry_rows[] = {META_F(meta_geography, 1, BINARY, crs)};
static const struct thrift_table meta_geometry_table =
    META_TABLE("GeometryType", meta_geography, meta_geometry_rows);

static const struct thrift_field meta_geography_rows[] = {
    META_F(meta_geography, 1, BINARY, crs),
    META_F(meta_geography, 2, I32, edges),
};
static const struct thrift_table meta_geography_table =
    META_TABLE("GeographyType", meta_geography, meta_geography_rows);

static const struct thrift_field meta_logical_rows[] = {
    META_E(1),
    META_E(2),
    META_E(3),
    META_E(4),
    META_S(meta_logical_type, 5, decimal, meta_decimal_table),
    META_E(6),
    META_S(meta_logical_type, 7, time, meta_time_table),
    META_S(meta_logical_type, 8, timestamp, meta_time_table),
    META_S(meta_logical_type, 10, integer, meta_int_table),
    META_E(11),
    META_E(12),
    META_E(13),
    META_E(14),
    META_E(15),
    META_S(meta_logical_type, 16, variant, meta_variant_table),
    META_S(meta_logical_type, 17, geometry, meta_geometry_table),
    META_S(meta_logical_type, 18, geography, meta_geography_table),
    META_E(19),
};
static const struct thrift_table meta_logical_table =
    META_TABLE("LogicalType", meta_logical_type, meta_logical_rows);

static const struct thrift_field meta_schema_element_rows[] = {
    META_F(meta_schema_element, 1, I32, type),
    META_F(meta_schema_element, 2, I32, type_length),
    META_F(meta_schema_element, 3, I32, repetition),
    META_R(meta_schema_element, 4, BINARY, name),
    META_F(meta_schema_element, 5, I32, num_children),
    META_F(meta_schema_element, 6, I32, converted),
    META_F(meta_schema_element, 7, I32, scale),
    META_F(meta_schema_element, 8, I32, precision),
    META_F(meta_schema_element, 9, I32, field_id),
    META_S(meta_schema_element, 10, logical, meta_logical_table),
};
static const struct thrift_table meta_schema_element_table =
    META_TABLE("SchemaElement", meta_schema_element, meta_schema_element_rows);

static const struct thrift_field meta_data_page_rows[] = {
    META_R(meta_data_page, 1, I32, num_values),
    META_R(meta_data_page, 2, I32, encoding),
    META_R(meta_data_page, 3, I32, def_encoding),
    META_R(meta_data_page, 4, I32, rep_encoding),
    META_S(meta_data_page, 5, statistics, meta_statistics_table),
};
static const struct thrift_table meta_data_page_table =
    META_TABLE("DataPageHeader", meta_data_page, meta_data_page_rows);

static const struct thrift_field meta_dictionary_page_rows[] = {
    META_R(meta_dictionary_page, 1, I32, num_values),
    META_R(meta_dictionary_page, 2, I32, encoding),
    META_F(meta_dictionary_page, 3, BOOL, is_sorted),
};
static const struct thrift_table meta_dictionary_page_table =
    META_TABLE("DictionaryPageHeader", meta_dictionary_page, meta_dictionary_page_rows);

static const struct thrift_field meta_data_page_v2_rows[] = {
    META_R(meta_data_page_v2, 1, I32, num_values),
    META_R(meta_data_page_v2, 2, I32, num_nulls),
    META_R(meta_data_page_v2, 3, I32, num_rows),
    META_R(meta_data_page_v2, 4, I32, encoding),
    META_R(meta_data_page_v2, 5, I32, def_bytes),
    META_R(meta_data_page_v2, 6, I32, rep_bytes),
    META_F(meta_data_page_v2, 7, BOOL, is_compressed),
    META_S(meta_data_page_v2, 8, statistics, meta_statistics_table),
};
static const struct thrift_table meta_data_page_v2_table =
    META_TABLE("DataPageHeaderV2", meta_data_page_v2, meta_data_page_v2_rows);

static const struct thrift_field meta_page_header_rows[] = {
    META_R(meta_page_header, 1, I32, type),
    META_R(meta_page_header, 2, I32, uncompressed_bytes),
    META_R(meta_page_header, 3, I32, compressed_bytes),
    META_F(meta_page_header, 4, I32, crc),
    META_S(meta_page_header, 5, data, meta_data_page_table),
    META_E(6),
    META_S(meta_page_header, 7, dictionary, meta_dictionary_page_table),
    META_S(meta_page_header, 8, data_v2, meta_data_page_v2_table),
};
const struct thrift_table meta_page_header_table =
    META_TABLE("PageHeader", meta_page_header, meta_page_header_rows);

static const struct thrift_field meta_key_value_rows[] = {
    META_R(meta_key_value, 1, BINARY, key),
    META_F(meta_key_value, 2, BINARY, value),
};
const struct thrift_table meta_key_value_table =
    META_TABLE("KeyValue", meta_key_value, meta_key_value_rows);

static const struct thrift_field meta_sorting_column_rows[] = {
    META_R(meta_sorting_column, 1, I32, column),
    META_R(meta_sorting_column, 2, BOOL, descending),
    META_R(meta_sorting_column, 3, BOOL, nulls_first),
};
static const struct thrift_table meta_sorting_column_table =
    META_TABLE("SortingColumn", meta_sorting_column, meta_sorting_column_rows);

static const struct thrift_field meta_encoding_stats_rows[] = {
    META_R(meta_encoding_stats, 1, I32, page_type),
    META_R(meta_encoding_stats, 2, I32, encoding),
    META_R(meta_encoding_stats, 3, I32, count),
};
static const struct thrift_table meta_encoding_stats_table =
    META_TABLE("PageEncodingStats", meta_encoding_stats, meta_encoding_stats_rows);

/* path_in_schema is required by the specification, but about to become optional (parquet-format
 * issues 563, 564) and derivable from the leaf's order; encodings are only a hint. */
static const struct thrift_field meta_column_rows[] = {
    META_R(meta_column, 1, I32, type),
    META_L(meta_column, 2, I32, encodings, NULL),
    META_L(meta_column, 3, BINARY, path, NULL),
    META_R(meta_column, 4, I32, codec),
    META_R(meta_column, 5, I64, num_values),
    META_R(meta_column, 6, I64, uncompressed_bytes),
    META_R(meta_column, 7, I64, compressed_bytes),
    META_L(meta_column, 8, STRUCT, key_values, &meta_key_value_table),
    META_R(meta_column, 9, I64, data_page_at),
    META_F(meta_column, 10, I64, index_page_at),
    META_F(meta_column, 11, I64, dictionary_page_at),
    META_S(meta_column, 12, statistics, meta_statistics_table),
    META_L(meta_column, 13, STRUCT, encoding_stats, &meta_encoding_stats_table),
    META_F(meta_column, 14, I64, bloom_at),
    META_F(meta_column, 15, I32, bloom_bytes),
    META_S(meta_column, 16, size_statistics, meta_size_statistics_table),
    META_S(meta_column, 17, geospatial, meta_geospatial_table),
};
static const struct thrift_table meta_column_table =
    META_TABLE("ColumnMetaData", meta_column, meta_column_rows);

static const struct thrift_field meta_column_key_rows[] = {
    META_L(meta_column_key, 1, BINARY, path, NULL),
    META_F(meta_column_key, 2, BINARY, key_metadata),
};
static const struct thrift_table meta_column_key_table =
    META_TABLE("EncryptionWithColumnKey", meta_column_key, meta_column_key_rows);

static const struct thrift_field meta_column_crypto_rows[] = {
    META_E(1),
    META_S(meta_column_crypto, 2, column_key, meta_column_key_table),
};
static const struct thrift_table meta_column_crypto_table =
    META_TABLE("ColumnCryptoMetaData", meta_column_crypto, meta_column_crypto_rows);

static const struct thrift_field meta_chunk_rows[] = {
    META_F(meta_chunk, 1, BINARY, file_path),
    META_F(meta_chunk, 2, I64, file_offset),
    META_S(meta_chunk, 3, meta, meta_column_table),
    META_F(meta_chunk, 4, I64, offset_index_at),
    META_F(meta_chunk, 5, I32, offset_index_bytes),
    META_F(meta_chunk, 6, I64, column_index_at),
    META_F(meta_chunk, 7, I32, column_index_bytes),
    META_S(meta_chunk, 8, crypto, meta_column_crypto_table),
    META_F(meta_chunk, 9, BINARY, encrypted),
};
const struct thrift_table meta_chunk_table = META_TABLE("ColumnChunk", meta_chunk, meta_chunk_rows);

static const struct thrift_field meta_row_group_rows[] = {
    {.id = 1, .kind = THRIFT_SPANS, .required = true,
     .offset = offsetof(struct meta_row_group, columns)},
    META_R(meta_row_group, 2, I64, total_bytes),
    META_R(meta_row_group, 3, I64, num_rows),
    META_L(meta_row_group, 4, STRUCT, sorting, &meta_sorting_column_table),
    META_F(meta_row_group, 5, I64, file_offset),
    META_F(meta_row_group, 6, I64, compressed_bytes),
    META_F(meta_row_group, 7, I16, ordinal),
};
const struct thrift_table meta_row_group_table =
    META_TABLE("RowGroup", meta_row_group, meta_row_group_rows);

static const struct thrift_field meta_column_order_rows[] = {META_E(1), META_E(2), META_E(3)};
static const struct thrift_table meta_column_order_table =
    META_TABLE("ColumnOrder", meta_column_order, meta_column_order_rows);

static const struct thrift_field meta_file_rows[] = {
    META_R(meta_file, 1, I32, version),
    META_LR(meta_file, 2, STRUCT, schema, &meta_schema_element_table),
    META_R(meta_file, 3, I64, num_rows),
    {.id = 4, .kind = THRIFT_SPANS, .required = true,
     .offset = offsetof(struct meta_file, row_groups)},
    META_L(meta_file, 5, STRUCT, key_values, &meta_key_value_table),
    META_F(meta_file, 6, BINARY, created_by),
    META_L(meta_file, 7, STRUCT, column_orders, &meta_column_order_table),
    META_E(8),
    META_F(meta_file, 9, BINARY, signing_key),
};
const struct thrift_table meta_file_table = META_TABLE("FileMetaData", meta_file, meta_file_rows);

static const struct thrift_field meta_page_location_rows[] = {
    META_R(meta_page_location, 1, I64, at),
    META_R(meta_page_location, 2, I32, bytes),
    META_R(meta_page_location, 3, I64, first_row),
};
static const struct thrift_table meta_page_location_table =
    META_TABLE("PageLocation", meta_page_location, meta_page_location_rows);

static const struct thrift_field meta_offset_index_rows[] = {
    META_LR(meta_offset_index, 1, STRUCT, pages, &meta_page_location_table),
    META_L(meta_offset_index, 2, I64, unencoded, NULL),
};
const struct thrift_table meta_offset_index_table =
    META_TABLE("OffsetIndex", meta_offset_index, meta_offset_index_rows);

static const struct thrift_field meta_column_index_rows[] = {
    META_LR(meta_column_index, 1, BOOL, null_pages, NULL),
    META_LR(meta_column_index, 2, BINARY, min, NULL),
    META_LR(meta_column_index, 3, BINARY, max, NULL),
    META_R(meta_column_index, 4, I32, order),
    META_L(meta_column_index, 5, I64, null_counts, NULL),
    META_L(meta_column_index, 6, I64, rep_histograms, NULL),
    META_L(meta_column_index, 7, I64, def_histograms, NULL),
    META_L(meta_column_index, 8, I64, nan_counts, NULL),
};
const struct thrift_table meta_column_index_table =
    META_TABLE("ColumnIndex", meta_column_index, meta_column_index_rows);

static const struct thrift_field meta_bloom_choice_rows[] = {META_E(1)};
static const struct thrift_table meta_bloom_choice_table =
    META_TABLE("BloomFilterChoice", meta_bloom_choice, meta_bloom_choice_rows);

static const struct thrift_field meta_bloom_header_rows[] = {
    META_R(meta_bloom_header, 1, I32, bytes),
    META_S(meta_bloom_header, 2, algorithm, meta_bloom_choice_table),
    META_S(meta_bloom_header, 3, hash, meta_bloom_choice_table),
    META_S(meta_bloom_header, 4, compression, meta_bloom_choice_table),
};
const struct thrift_table meta_bloom_header_table =
    META_TABLE("BloomFilterHeader", meta_bloom_header, meta_bloom_header_rows);

struct thrift_limits meta_limits(const inlay_env *env)
{
    const inlay_limits *l = &env->limits;
    return (struct thrift_limits){
        .elements = l->thrift_elements ? l->thrift_elements : 1000000,
        .bytes = l->thrift_bytes ? l->thrift_bytes : 100u * 1000 * 1000,
        .depth = l->thrift_depth ? l->thrift_depth : 32,
    };
}

static inlay_status meta_status(inlay_env *env, inlay_status status, const struct cursor *in, uint64_t at)
{
    if (status == INLAY_OK || status == INLAY_NOMEM)
        return status;
    return err_set_at(env, status, in->failed ? in->failed : ERR("damaged metadata"), at);
}

inlay_status meta_read(inlay_env *env, struct mem_pool *pool, const struct thrift_table *table,
                       const uint8_t *data, size_t bytes, uint64_t at, void *record, size_t *used)
{
    struct thrift_limits limits = meta_limits(env);
    struct cursor in = cursor_over(data, bytes);
    TRY(meta_status(env, thrift_read(&in, table, &limits, pool, record), &in, at));
    if (used)
        *used = (size_t)(in.at - in.start);
    return INLAY_OK;
}

inlay_status meta_read_file(inlay_env *env, struct mem_pool *pool, const uint8_t *data, size_t bytes, uint64_t at,
                            struct meta_file *file, struct thrift_marks *marks)
{
    struct thrift_limits limits = meta_limits(env);
    struct cursor in = cursor_over(data, bytes);
    return meta_status(env, thrift_read_marked(&in, &meta_file_table, &limits, pool, file, marks), &in, at);
}
