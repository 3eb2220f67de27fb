# metadata: keys, geometry and columns of a recording's footer. events.parquet: see events.sh.
. tests/cli/lib.sh
file=$work/a.parquet
cp tests/cli/events.parquet "$file" && chmod 644 "$file"
long=$(printf 'x%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30)
"$INLAY" annotate -q "$file" --clear-events --set 'zz=[1, {"a":"b"}]' --set "name=$long$long$long${long%x}é$long" --set sampling_interval_ms=1000

run "$INLAY" metadata "$file"
fact "metadata: all sections" 0 '^File Metadata:$'
fact "metadata: geometry" 0 '^Geometry: [0-9]+ columns x 3 rows$'
fact "metadata: columns" 0 '^Schema \([0-9]+ fields\)'
fact "metadata: long values are cut, and not through a character" 0 "^  name: $long$long$long${long%x}\\.\\.\\.\$"
holds "metadata: ARROW:schema is not shown" sh -c '! grep -q ARROW "$0"' "$work/out"
holds "metadata: keys in the order of their bytes" sh -c 'sed -n "2,/^Geo/p" "$0" | grep "^  " | LC_ALL=C sort -c' "$work/out"
run "$INLAY" metadata --geometry "$file"
fact "metadata --geometry: the others stay away" 0 '^Geometry'
holds "metadata --geometry: no keys, no columns" sh -c '! grep -Eq "^(File|Schema)" "$0"' "$work/out"
run "$INLAY" metadata --field zz "$file"
printf '[\n  1,\n  {\n    "a": "b"\n  }\n]\n' > "$work/want"
same "metadata --field: JSON over lines" "$work/out" "$work/want"
run "$INLAY" metadata --field zz --raw "$file"
printf '[1, {"a":"b"}]\n' > "$work/want"
same "metadata --field --raw: as it stands" "$work/out" "$work/want"
run "$INLAY" metadata --field source "$file"
printf 'rezolus\n' > "$work/want"
same "metadata --field: a text" "$work/out" "$work/want"
run "$INLAY" metadata --field none "$file"
fact "metadata --field: a key that is not there" 1 '' 'no file-level metadata key of that name \(none\)$'
run "$INLAY" metadata --field zz --json "$file"
fact "metadata --field with a section" 2 '' 'goes with no section'
run "$INLAY" metadata --json --file "$file"
fact "metadata --json: JSON inside JSON, numbers as numbers" 0 '"sampling_interval_ms":1000,"source":"rezolus","zz":\[1,\{"a":"b"\}\]\}\}$'
run "$INLAY" metadata --json --file --raw "$file"
fact "metadata --json --raw: texts" 0 '"sampling_interval_ms":"1000",.*"zz":"\[1, \{\\"a\\":\\"b\\"\}\]"\}\}$'
run "$INLAY" metadata "$work/none"
fact "metadata: a file that is not there" 3 '' 'cannot open the file'
need data/recordings/simple_capture.parquet
run "$INLAY" metadata --schema "$CORPUS/data/recordings/simple_capture.parquet"
fact "metadata --schema: type, metric type, labels by name" 0 \
    '^  0  uint64 +counter  endpoint=[^ ]+  method=get  metric=http_requests_total  route=/  source='
run "$INLAY" metadata --json --geometry "$CORPUS/data/recordings/simple_capture.parquet"
fact "metadata --json --geometry" 0 \
    '^\{"geometry":\{"num_columns":5,"num_rows":5,"row_groups":\[\{"index":0,"num_rows":5,"total_byte_size":264\}\]\}\}$'
finish
