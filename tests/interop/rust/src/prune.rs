//! What `column = value` leaves of a file, by its statistics, its page index and its bloom filters.
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef};
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection, RowSelector};
use parquet::file::metadata::PageIndexPolicy;
use std::error::Error;
use std::fs::File;

/// May a value of INT64 or text lie between the bounds at `i`? Without bounds: it may.
fn between(low: &ArrayRef, high: &ArrayRef, i: usize, value: &str) -> Result<bool, Box<dyn Error>> {
    if low.is_null(i) || high.is_null(i) {
        return Ok(true);
    }
    if let (Some(l), Some(h)) = (low.as_string_opt::<i32>(), high.as_string_opt::<i32>()) {
        return Ok(l.value(i) <= value && value <= h.value(i));
    }
    let (v, l, h) = (value.parse::<i64>()?, low.as_primitive::<Int64Type>(), high.as_primitive::<Int64Type>());
    Ok(l.value(i) <= v && v <= h.value(i))
}

/// "GROUPS BLOOM SELECTED READ": row groups left by statistics, row groups left by bloom filters, rows in the pages that
/// are left by the page index, rows that a reader with that selection gives.
pub fn prune(path: &str, column: &str, value: &str) -> Result<String, Box<dyn Error>> {
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(File::open(path)?, options)?;
    let (schema, metadata) = (builder.schema().clone(), builder.metadata().clone());
    let converter = StatisticsConverter::try_new(column, &schema, builder.parquet_schema())?;
    let leaf = converter.parquet_column_index().ok_or("no such column")?;
    let integer = value.parse::<i64>().ok().filter(|_| schema.field_with_name(column).is_ok_and(|f| f.data_type().is_integer()));
    let (low, high) = (converter.row_group_mins(metadata.row_groups())?, converter.row_group_maxes(metadata.row_groups())?);
    let index = metadata.page_index().ok_or("no page index")?;
    let (mut groups, mut blooms, mut selectors) = (0, 0, Vec::new());
    for g in 0..metadata.num_row_groups() {
        groups += usize::from(between(&low, &high, g, value)?);
        let filter = builder.get_row_group_column_bloom_filter(g, leaf)?;
        blooms += usize::from(filter.is_none_or(|f| integer.map_or_else(|| f.check(value), |v| f.check(&v))));
        let (low, high) = (converter.data_page_mins(index.as_ref(), [&g])?, converter.data_page_maxes(index.as_ref(), [&g])?);
        let rows = converter.data_page_row_counts(index.as_ref(), metadata.row_groups(), [&g])?.ok_or("no pages")?;
        for page in 0..rows.len() {
            let n = rows.value(page) as usize;
            let keep = between(&low, &high, page, value)?;
            selectors.push(if keep { RowSelector::select(n) } else { RowSelector::skip(n) });
        }
    }
    let selection = RowSelection::from(selectors);
    let selected = selection.row_count();
    let mut read = 0;
    for batch in builder.with_row_selection(selection).build()? {
        read += batch?.num_rows();
    }
    Ok(format!("{groups} {blooms} {selected} {read}"))
}
