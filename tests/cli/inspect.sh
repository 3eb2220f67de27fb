# info, schema, meta, verify: what files say about themselves, and whether it is true.
. tests/cli/lib.sh
need corpus/parquet-testing/data/alltypes_plain.parquet
data=$CORPUS/corpus/parquet-testing/data
plain=$data/alltypes_plain.parquet
recordings=$CORPUS/data/recordings

run "$INLAY" info "$plain"
fact "info: rows and row groups" 0 '^  rows +8 rows in 1 row group$'
run "$INLAY" info "$plain" "$data/binary.parquet"
fact "info: a sum of several files" 0 '^2 files: 20 rows, 2 row groups, '
run "$INLAY" info --json "$plain"
fact "info --json: one object" 0 '^\{"file":".*alltypes_plain.parquet","bytes":1851,"rows":8,"row_groups":1,"columns":11,"leaves":11,.*"codecs":\["UNCOMPRESSED"\],.*\}$'
run "$INLAY" info "$data/none.parquet" "$plain"
fact "info: a bad file does not hide the next one" 3 '8 rows in 1' 'none.parquet: cannot open'

cat > "$work/want" << 'END'
message arrow_schema {
  optional group emptylist (LIST) {
    repeated group list {
      optional int32 item (UNKNOWN);
    }
  }
}
END
run "$INLAY" schema "$data/null_list.parquet"
same "schema: groups in each other" "$work/out" "$work/want"
run "$INLAY" schema "$data/int32_decimal.parquet"
fact "schema: an annotation with its numbers" 0 '^  optional int32 value \(DECIMAL\(4,2\)\);$'
run "$INLAY" schema "$data/float16_zeros_and_nans.parquet"
fact "schema: a fixed length" 0 '^  optional fixed_len_byte_array\(2\) x \(FLOAT16\);$'
run "$INLAY" schema "$data/nullable.impala.parquet"
holds "schema: every bracket closes" awk '/\{$/ {n++} /^ *\}$/ {n--} n < 0 {exit 1} END {exit n != 0}' "$work/out"
run "$INLAY" schema "$plain" "$data/binary.parquet"
fact "schema: several files are told apart" 0 '^# .*binary.parquet$'

run "$INLAY" meta "$data/data_index_bloom_encoding_with_length.parquet"
fact "meta: indexes and bloom filters are named" 0 'column index, offset index, bloom filter'
run "$INLAY" meta --json "$data/sort_columns.parquet"
fact "meta --json: sorting columns" 0 '"sorting":\[\{"leaf":0,"column":"a","descending":true,"nulls_first":true\},\{"leaf":1,"column":"b","descending":false,"nulls_first":false\}\]'
run "$INLAY" meta --json "$data/column_chunk_key_value_metadata.parquet"
fact "meta --json: key-values of a chunk" 0 '"key_values":\[\{"key":"foo","value":"bar"\},\{"key":"thisiskeywithoutvalue","value":null\}\]'
run "$INLAY" meta --json "$data/int32_decimal.parquet"
fact "meta --json: bounds as the column's values" 0 '"min":"1.00","max":"24.00"'
run "$INLAY" meta "$data/encrypt_columns_and_footer.parquet.encrypted"
fact "meta: an encrypted footer" 1 '' 'encrypted'

run "$INLAY" verify "$plain" "$data/alltypes_tiny_pages.parquet"
fact "verify: good files, a line each" 0 '^.*alltypes_plain.parquet: ok, 8 rows, 1 row group, 11 columns, 11 pages, 88 values$'
run "$INLAY" verify -q "$plain"
fact "verify --quiet: silence is good" 0
holds "verify --quiet: no output" test ! -s "$work/out"
run "$INLAY" verify "$data/rle-dict-uncompressed-corrupt-checksum.parquet" "$plain"
fact "verify: a wrong checksum" 1 'column long_field, page 0, byte [0-9]+: .*checksum'
fact "verify: the columns after it are checked, too" 1 'column binary_field, page 0'
fact "verify: and the next file" 1 'alltypes_plain.parquet: ok'
run "$INLAY" verify --json "$data/rle-dict-uncompressed-corrupt-checksum.parquet"
fact "verify --json: the faults as data" 1 '"faults":\[\{"rule":"page.data","section":"[^"]*","error":\{"status":"corrupt","what":"[^"]*","column":"long_field","row_group":0,"page":0,"at":[0-9]+\}\},.*"ok":false,"fault_count":2,"rows":1000,'
run "$INLAY" verify "$work/none" "$plain"
fact "verify: a file that cannot be read is exit 3" 3 'alltypes_plain.parquet: ok' 'none: cannot open'
for file in "$CORPUS"/corpus/parquet-testing/bad_data/*.parquet; do
    name=${file##*/}
    [ "$name" = ARROW-GH-43605.parquet ] && continue # readable: codes of width 0, all of them zero
    run "$INLAY" verify "$file"
    fact "verify: bad_data/$name is bad" 1 ': bad: '
done
run "$INLAY" verify "$data/encrypt_columns_and_footer.parquet.encrypted"
fact "verify: an encrypted file is not bad, but not checked" 1 ': not checked: .*encrypted'
head -c 1000 "$plain" > "$work/cut"
run "$INLAY" verify "$work/cut"
fact "verify: a file cut short" 1 'cut: bad: .*cut short'

if [ -d "$recordings" ]; then
    run "$INLAY" verify "$recordings"/*.parquet
    fact "verify: the recordings are whole" 0
    run "$INLAY" info "$recordings/demo.parquet"
    fact "info: the keys of a recording" 0 '^  key-values +sampling_interval_ms, version, source, ARROW:schema$'
fi
finish
