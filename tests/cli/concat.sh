# concat: row groups copied byte for byte.
. "$(dirname "$0")/lib.sh"
need corpus/parquet-testing/data/alltypes_plain.parquet
data=$CORPUS/corpus/parquet-testing/data
plain=$data/alltypes_plain.parquet

run "$INLAY" concat "$plain" "$plain" -o "$work/two.parquet"
fact "concat: says what it did" 0 '^copied 2 row groups of 2 files into .*two.parquet: 16 rows, '
"$INLAY" cat "$plain" "$plain" > "$work/want"
"$INLAY" cat "$work/two.parquet" > "$work/got"
same "concat: the rows of both, in their order" "$work/got" "$work/want"
run "$INLAY" concat --json "$work/two.parquet" "$plain" -o "$work/three.parquet"
fact "concat: what it made is input again; --json" 0 '"inputs":2,.*"rows":24,"row_groups":3,'
run "$INLAY" concat "$data/data_index_bloom_encoding_with_length.parquet" \
    "$data/data_index_bloom_encoding_with_length.parquet" -o "$work/bloom.parquet"
fact "concat: bloom filters go along" 0
run "$INLAY" cat --where "String = 'tomorrow'" --explain "$work/bloom.parquet"
fact "concat: and are found at their new places" 0 '' '2 row groups: 0 skipped by statistics, 2 by bloom filters'
run "$INLAY" verify --deep "$work/bloom.parquet"
fact "concat: nothing for verify --deep to find" 0 ': ok, 28 rows'

run "$INLAY" concat "$plain" "$data/alltypes_tiny_pages.parquet" -o "$work/none.parquet"
fact "concat: other schemas are refused, with the place" 1 '' 'alltypes_tiny_pages.parquet: its schema is not that of .*: '
holds "concat: nothing is left" test ! -e "$work/none.parquet"
run "$INLAY" concat "$plain" -o "$plain"
fact "concat: not over an input" 2 '' 'is one of the inputs'
run "$INLAY" concat "$plain"
fact "concat: an output is wanted" 2 '' 'no output named'
run "$INLAY" concat "$plain" "$work/absent" -o "$work/two.parquet"
fact "concat: an input that cannot be read" 3 '' 'absent: cannot open'
"$INLAY" cat "$work/two.parquet" > "$work/got"
same "concat: the result that was there stays" "$work/got" "$work/want"
(ulimit -f 1; run "$INLAY" concat "$data/alltypes_tiny_pages.parquet" -o "$work/full.parquet"; exit "$status") 2> /dev/null
holds "concat: a full disk leaves nothing" test "$(ls -A "$work" | grep -c full)" = 0
finish
