# rewrite: other codecs, encodings, pages; the values stay.
. "$(dirname "$0")/lib.sh"
need corpus/parquet-testing/data/alltypes_plain.parquet
data=$CORPUS/corpus/parquet-testing/data
plain=$data/alltypes_plain.parquet
"$INLAY" cat "$plain" > "$work/want"

run "$INLAY" rewrite "$plain" -o "$work/new.parquet" --codec zstd:9 --codec id=snappy --bloom id=0.001
fact "rewrite: says what it did" 0 '^rewrote 8 rows into .*new.parquet: .* before, .* now, with a modern schema$'
run "$INLAY" meta "$work/new.parquet"
fact "rewrite: a codec for all columns and one for a column" 0 ' 0 id: int32 SNAPPY .*bloom filter'
fact "rewrite: the others have the first" 0 ' 1 bool_col: boolean ZSTD'
run "$INLAY" rewrite "$plain" -o "$work/same.parquet" --keep-int96 -q
"$INLAY" cat "$work/same.parquet" > "$work/got"
same "rewrite: the values stay" "$work/got" "$work/want"
cp "$plain" "$work/own.parquet"
run "$INLAY" rewrite "$work/own.parquet" -o "$work/own.parquet" --keep-int96 --json -g 3
fact "rewrite: over itself, row groups cut anew; --json" 0 '"rows":8,"row_groups":3,'
"$INLAY" cat "$work/own.parquet" > "$work/got"
same "rewrite: over itself, too" "$work/got" "$work/want"

run "$INLAY" rewrite "$data/int96_from_spark.parquet" -o "$work/spark.parquet"
fact "rewrite: a time that does not fit is an error with advice" 1 '' 'column a, row 0: an INT96 time .* \(try --int96 us'
one_line "rewrite: in one line"
holds "rewrite: and nothing is left" test "$(ls -A "$work" | grep -c spark)" = 0
run "$INLAY" rewrite "$plain" -o "$work/x.parquet" --encoding string_col=delta_binary_packed
fact "rewrite: an encoding that a column cannot take" 2 '' 'column string_col: .*encoding'
run "$INLAY" rewrite "$plain" -o "$work/x.parquet" --codec strong_col=zstd
fact "rewrite: a column that is not there" 2 '' "did you mean 'string_col'"
run "$INLAY" rewrite "$plain" -o "$work/x.parquet" --bloom id=2
fact "rewrite: a share that is none" 2 '' 'between 0 and 1'
run "$INLAY" rewrite "$plain" -o "$work/x.parquet" --codec lzma
fact "rewrite: a codec that is none" 2 '' 'codec'
run "$INLAY" rewrite "$data/rle-dict-uncompressed-corrupt-checksum.parquet" -o "$work/x.parquet"
fact "rewrite: a damaged page ends it, with the place" 1 '' 'column long_field, page 0, .*checksum'
(ulimit -f 1; run "$INLAY" rewrite "$data/alltypes_tiny_pages.parquet" -o "$work/full.parquet"; exit "$status") 2> /dev/null
holds "rewrite: a full disk leaves nothing" test "$(ls -A "$work" | grep -c full)" = 0
holds "rewrite: and nothing at all was left behind" test "$(ls -A "$work" | grep -c 'tmp$')" = 0
finish
