/* The rules, their sections of the specification, and the telling; see rule.h. */
#include "verify/rule.h"

#if INLAY_VERIFY

static const struct rule_row {
    const char *rule, *what, *section;
} rule_rows[RULE_N] = {
    [RULE_FILE_ROWS] = {"file.rows", "the footer's number of rows is not the sum of its row groups",
                        "parquet.thrift FileMetaData.num_rows"},
    [RULE_FILE_ORDERS] = {"file.column-orders", "column_orders has not one entry for each column",
                          "parquet.thrift FileMetaData.column_orders"},
    [RULE_GROUP_FORM] = {"row-group.form", "the row group's metadata is damaged",
                         "parquet.thrift RowGroup"},
    [RULE_GROUP_BYTES] = {"row-group.bytes", "total_byte_size is not the sum of the columns' raw sizes",
                          "parquet.thrift RowGroup.total_byte_size"},
    [RULE_SORTING_FORM] = {"sorting.form", "a sorting column is not a column without repetition",
                           "parquet.thrift SortingColumn.column_idx"},
    [RULE_SORTING_ORDER] = {"sorting.order", "rows are not in the order that sorting_columns claim",
                            "parquet.thrift RowGroup.sorting_columns"},
    [RULE_CHUNK_FORM] = {"chunk.form", "the column chunk's metadata is damaged",
                         "parquet.thrift ColumnChunk"},
    [RULE_CHUNK_OVERLAP] = {"chunk.overlap", "the column chunk lies on another one",
                            "parquet-format README, File format"},
    [RULE_CHUNK_LEVELS] = {"chunk.levels", "the column has another number of values than num_values says",
                           "parquet.thrift ColumnMetaData.num_values"},
    [RULE_CHUNK_ROWS] = {"chunk.rows", "the column's rows are not the row group's",
                         "parquet.thrift RowGroup.num_rows"},
    [RULE_CHUNK_PACKED] = {"chunk.packed-bytes", "total_compressed_size is not the size of the pages",
                           "parquet.thrift ColumnMetaData.total_compressed_size"},
    [RULE_CHUNK_RAW] = {"chunk.raw-bytes", "total_uncompressed_size is not the raw size of the pages",
                        "parquet.thrift ColumnMetaData.total_uncompressed_size"},
    [RULE_CHUNK_ENCODINGS] = {"chunk.encodings", "an encoding is used that the column chunk does not list",
                              "parquet.thrift ColumnMetaData.encodings"},
    [RULE_CHUNK_ENCODING_COUNTS] = {"chunk.encoding-stats", "encoding_stats do not count the pages there are",
                                    "parquet.thrift ColumnMetaData.encoding_stats"},
    [RULE_CHUNK_DATA_PAGE] = {"chunk.data-page", "data_page_offset is not where the first data page is",
                              "parquet.thrift ColumnMetaData.data_page_offset"},
    [RULE_CHUNK_DICTIONARY_PAGE] = {"chunk.dictionary-page",
                                    "dictionary_page_offset is not where the dictionary page is",
                                    "parquet.thrift ColumnMetaData.dictionary_page_offset"},
    [RULE_PAGE_FORM] = {"page.form", "the page header is damaged", "parquet.thrift PageHeader"},
    [RULE_PAGE_CRC] = {"page.crc", "page checksum (CRC) is wrong: the bytes changed",
                       "parquet.thrift PageHeader.crc"},
    [RULE_PAGE_DATA] = {"page.data", "the page cannot be decoded", "parquet-format README, Data pages"},
    [RULE_PAGE_ROWS] = {"page.rows", "the page has another number of rows than its header says",
                        "parquet.thrift DataPageHeaderV2.num_rows"},
    [RULE_PAGE_NULLS] = {"page.nulls", "the page has another number of nulls than its header says",
                         "parquet.thrift DataPageHeaderV2.num_nulls"},
    [RULE_PAGE_ROW_BORDER] = {"page.row-border", "a page does not begin with a row, as v2 or an offset index ask",
                              "parquet.thrift OffsetIndex; DataPageHeaderV2.num_rows"},
    [RULE_STAT_FORM] = {"statistics.form", "the bounds are not usable values",
                        "parquet.thrift Statistics, ColumnOrder"},
    [RULE_STAT_MIN] = {"statistics.min", "a value lies below the minimum",
                       "parquet.thrift Statistics.min_value"},
    [RULE_STAT_MAX] = {"statistics.max", "a value lies above the maximum",
                       "parquet.thrift Statistics.max_value"},
    [RULE_STAT_MIN_EXACT] = {"statistics.min-exact", "the minimum is said to be exact and no value has it",
                             "parquet.thrift Statistics.is_min_value_exact"},
    [RULE_STAT_MAX_EXACT] = {"statistics.max-exact", "the maximum is said to be exact and no value has it",
                             "parquet.thrift Statistics.is_max_value_exact"},
    [RULE_STAT_NULLS] = {"statistics.null-count", "null_count is wrong",
                         "parquet.thrift Statistics.null_count"},
    [RULE_STAT_NANS] = {"statistics.nan-count", "nan_count is wrong", "parquet.thrift Statistics.nan_count"},
    [RULE_STAT_DISTINCT] = {"statistics.distinct-count", "distinct_count is wrong",
                            "parquet.thrift Statistics.distinct_count"},
    [RULE_SIZE_BYTES] = {"size.bytes", "unencoded_byte_array_data_bytes is wrong",
                         "parquet.thrift SizeStatistics.unencoded_byte_array_data_bytes"},
    [RULE_SIZE_REP] = {"size.repetition-levels", "repetition_level_histogram is wrong",
                       "parquet.thrift SizeStatistics.repetition_level_histogram"},
    [RULE_SIZE_DEF] = {"size.definition-levels", "definition_level_histogram is wrong",
                       "parquet.thrift SizeStatistics.definition_level_histogram"},
    [RULE_INDEX_FORM] = {"index.form", "the page index is damaged", "PageIndex.md"},
    [RULE_INDEX_PAGES] = {"index.pages", "the page index has another number of pages than the column chunk",
                          "parquet.thrift OffsetIndex.page_locations"},
    [RULE_INDEX_PLACE] = {"index.location", "the offset index has a page in another place",
                          "parquet.thrift PageLocation"},
    [RULE_INDEX_FIRST_ROW] = {"index.first-row", "the offset index has another first row for a page",
                              "parquet.thrift PageLocation.first_row_index"},
    [RULE_INDEX_NULL_PAGE] = {"index.null-page", "null_pages is wrong about a page",
                              "parquet.thrift ColumnIndex.null_pages"},
    [RULE_INDEX_BOUNDS] = {"index.bounds", "the bounds of the column index are not usable values",
                           "parquet.thrift ColumnIndex.min_values, ColumnOrder"},
    [RULE_INDEX_MIN] = {"index.min", "a value lies below its page's minimum",
                        "parquet.thrift ColumnIndex.min_values"},
    [RULE_INDEX_MAX] = {"index.max", "a value lies above its page's maximum",
                        "parquet.thrift ColumnIndex.max_values"},
    [RULE_INDEX_ORDER] = {"index.boundary-order", "bounds are not in the order that boundary_order claims",
                          "parquet.thrift ColumnIndex.boundary_order"},
    [RULE_INDEX_NULLS] = {"index.null-count", "null_counts are wrong about a page",
                          "parquet.thrift ColumnIndex.null_counts"},
    [RULE_INDEX_NANS] = {"index.nan-count", "nan_counts are wrong about a page",
                         "parquet.thrift ColumnIndex.nan_counts"},
    [RULE_INDEX_REP] = {"index.repetition-levels", "repetition_level_histograms are wrong about a page",
                        "parquet.thrift ColumnIndex.repetition_level_histograms"},
    [RULE_INDEX_DEF] = {"index.definition-levels", "definition_level_histograms are wrong about a page",
                        "parquet.thrift ColumnIndex.definition_level_histograms"},
    [RULE_INDEX_BYTES] = {"index.bytes", "unencoded_byte_array_data_bytes is wrong about a page",
                          "parquet.thrift OffsetIndex.unencoded_byte_array_data_bytes"},
    [RULE_BLOOM_FORM] = {"bloom.form", "the bloom filter is damaged", "BloomFilter.md"},
    [RULE_BLOOM_MEMBER] = {"bloom.member", "the bloom filter does not hold a value of the column chunk",
                           "BloomFilter.md, Algorithm"},
    [RULE_VALUE_UTF8] = {"value.utf8", "a STRING is not UTF-8", "LogicalTypes.md, STRING"},
    [RULE_VALUE_PRECISION] = {"value.decimal-precision", "a DECIMAL has more digits than its precision",
                              "LogicalTypes.md, DECIMAL"},
};

void rule_place(struct verify *v, int32_t row_group, int64_t leaf)
{
    v->here = (inlay_finding){.status = INLAY_CORRUPT,
                              .row_group = row_group,
                              .leaf = leaf,
                              .page = -1,
                              .at = -1,
                              .row = -1};
}

static void rule_tell(struct verify *v, enum rule_id id, inlay_finding *f)
{
    if (v->stopped)
        return;
    f->rule = rule_rows[id].rule;
    f->section = rule_rows[id].section;
    if (!f->what)
        f->what = rule_rows[id].what;
    v->counts->findings++;
    if (v->options->finding && v->options->finding(v->options->ctx, f) != 0)
        v->stopped = true;
}

void rule_broken(struct verify *v, enum rule_id id)
{
    inlay_finding f = v->here;
    rule_tell(v, id, &f);
}

void rule_text(struct verify *v, enum rule_id id, const char *what)
{
    inlay_finding f = v->here;
    f.what = what;
    rule_tell(v, id, &f);
}

void rule_numbers(struct verify *v, enum rule_id id, int64_t stated, int64_t found)
{
    inlay_finding f = v->here;
    f.has_numbers = true;
    f.stated = stated;
    f.found = found;
    rule_tell(v, id, &f);
}

void rule_same(struct verify *v, enum rule_id id, int64_t stated, int64_t found)
{
    if (stated != found)
        rule_numbers(v, id, stated, found);
}

void rule_values(struct verify *v, enum rule_id id, inlay_bytes stated, inlay_bytes found)
{
    inlay_finding f = v->here;
    f.has_values = true;
    f.stated_value = stated;
    f.found_value = found;
    rule_tell(v, id, &f);
}

inlay_status rule_failure(struct verify *v, enum rule_id id, inlay_status status)
{
    const inlay_error *e = &v->env->error;
    if (status == INLAY_OK || status == INLAY_END || status == INLAY_IO || status == INLAY_NOMEM)
        return status;
    inlay_finding f = v->here;
    f.status = status;
    f.what = e->what;
    f.at = e->at >= 0 ? e->at : f.at;
    f.page = e->page >= 0 ? e->page : f.page;
    rule_tell(v, id, &f);
    return INLAY_OK;
}

#endif
