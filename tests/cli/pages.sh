# pages, meta --json, schema --as, --skip-bad-pages, --max-memory: the tools that look inside.
. tests/cli/lib.sh
need corpus/parquet-testing/data/alltypes_plain.parquet
data=$CORPUS/corpus/parquet-testing/data
plain=$data/alltypes_plain.parquet
tiny=$data/alltypes_tiny_pages.parquet
recordings=$CORPUS/data/recordings

want() { printf '%s\n' "$@" > "$work/want"; }
line() { sed -n "$1p" "$work/out" > "$work/line"; }

# pages. The file's README: v2 pages, a 5 rows, e is a list
v2=$data/datapage_v2.snappy.parquet
run "$INLAY" pages "$v2"
fact "pages: a chunk has a line of its own" 0 '^row group 0, column 4 e\.list\.element: int32 SNAPPY, 10 levels, 78 bytes$'
fact "pages: the dictionary, then the data" 0 '^  dict DICTIONARY_PAGE PLAIN +4 +13 +9 +7 '
fact "pages: v2 headers know rows and nulls" 0 '^     0 DATA_PAGE_V2 +RLE_DICTIONARY .* 10 +5 +2 +- +1 \.\. 3$'
fact "pages: where the bytes go" 0 '^  footer and magic +[0-9]+ +[0-9.]+ %$'
run "$INLAY" pages --column e --row-group 0 "$v2"
holds "pages --column: only that one" sh -c '[ "$(grep -c "^row group" "$1")" = 1 ]' - "$work/out"
fact "pages --column: the summary is of a part" 0 'where the bytes of this part go'
run "$INLAY" pages --column none "$v2"
fact "pages: a column that is none" 2 '' "no column 'none'"
run "$INLAY" pages --row-group 1 "$v2"
fact "pages: a row group that is none" 2 '' "no row group '1': there are 1"
run "$INLAY" pages --json -c id "$tiny"
line 2
want '{"file":"'"$tiny"'","row_group":0,"leaf":0,"column":"id","page":1,"type":"DATA_PAGE","encoding":"PLAIN","def_encoding":"RLE","rep_encoding":"BIT_PACKED","at":113,"header_bytes":19,"packed_bytes":90,"raw_bytes":90,"levels":21,"first_row":21,"rows":21,"nulls":0,"crc":null,"min":98,"max":145,"bounds_from":"column index","bounds_usable":true}'
same "pages --json: bounds and nulls of the page index" "$work/line" "$work/want"
holds "pages --json: a line a page" sh -c '[ "$(wc -l < "$1")" = 325 ]' - "$work/out"
run "$INLAY" pages --json "$data/nested_lists.snappy.parquet"
fact "pages: rows of v1 lists are not known without an index" 0 '"type":"DATA_PAGE".*"first_row":0,"rows":null'
run "$INLAY" pages --summary "$tiny"
fact "pages --summary: bloom filters only where they are" 0 '^  column index +70728 +15\.6 %$'
holds "pages --summary: no pages" sh -c '! grep -q "^row group" "$1"' - "$work/out"
run "$INLAY" pages --summary --json "$data/data_index_bloom_encoding_stats.parquet"
want '{"file":"'"$data"'/data_index_bloom_encoding_stats.parquet","file_bytes":1643,"footer":415,"gaps":0,"total":{"bytes":1228,"pages":1,"data":127,"v2_levels":0,"dictionary":0,"other_pages":0,"page_headers":25,"raw":138,"column_index":25,"offset_index":11,"bloom_filters":1040},"columns":[{"leaf":0,"column":"String","bytes":1228,"pages":1,"data":127,"v2_levels":0,"dictionary":0,"other_pages":0,"page_headers":25,"raw":138,"column_index":25,"offset_index":11,"bloom_filters":1040}]}'
same "pages --summary --json: every byte is somewhere" "$work/out" "$work/want"
run "$INLAY" pages --summary "$plain"
fact "pages --summary: gaps of old writers" 0 '^  gaps +438 '
crc=$data/datapage_v1-corrupt-checksum.parquet
run "$INLAY" pages "$crc"
fact "pages: a checksum as it is stored" 0 ' bbce3b9d$'
run "$INLAY" pages --check "$crc"
fact "pages --check: the wrong ones are marked" 1 ' WRONG$' 'pages with a wrong checksum: 2$'
one_line "pages --check: one line says so"
fact "pages --check: the others are ok" 1 ' ok$'
run "$INLAY" pages --check "$data/datapage_v1-uncompressed-checksum.parquet"
fact "pages --check: good ones" 0 ' ok$'
run "$INLAY" pages "$CORPUS/corpus/parquet-testing/bad_data/ARROW-RS-GH-6229-DICTHEADER.parquet"
fact "pages: a header that cannot be read" 1 'where the bytes go' 'column nation_key, .*required field'
one_line "pages: that is one line"
run sh -c '{ "$0" pages "$1"; echo $? >&2; } | head -n 1' "$INLAY" "$tiny"
fact "pages: a pipe that closes early is quiet" 0 '^row group 0' '^0$'

# meta --json
run "$INLAY" meta --json "$plain"
fact "meta --json: the footer with parquet.thrift's names" 0 '"footer":\{"version":1,"schema":\[\{"name":"schema","num_children":11\},\{"type":"INT32","repetition_type":"OPTIONAL","name":"id"'
fact "meta --json: enums by name" 0 '"encodings":\["RLE","PLAIN_DICTIONARY","PLAIN"\],"path_in_schema":\["id"\],"codec":"UNCOMPRESSED"'
run "$INLAY" meta --json "$data/int32_decimal.parquet"
fact "meta --json: bounds raw and as the column's values" 0 '"max":\{"base64":"YAkAAA==","value":"24\.00"\}'
run "$INLAY" meta --json "$data/dict-page-offset-zero.parquet"
fact "meta --json: private fields by number and type" 0 '"15":\{"type":"list","value":\[\{"1":\{"type":"struct","value":\{"1":\{"type":"i32","value":0\}'
run "$INLAY" meta --json "$data/unknown-logical-type.parquet"
fact "meta --json: a logical type that nobody knows" 0 '"logicalType":\{"[0-9]+":\{"type":"struct","value":\{\}\}\}'
run "$INLAY" meta --json "$data/data_index_bloom_encoding_with_length.parquet"
fact "meta --json: the bloom filter's place" 0 '"bloom_filter_offset":253,"bloom_filter_length":2064'
run "$INLAY" meta --json "$data/sort_columns.parquet"
fact "meta --json: pages by encoding" 0 '"encoding_stats":\[\{"page_type":"DICTIONARY_PAGE","encoding":"PLAIN","count":1\},\{"page_type":"DATA_PAGE","encoding":"RLE_DICTIONARY","count":1\}\]'
run "$INLAY" meta --json "$data/geospatial/geospatial.parquet"
fact "meta --json: geospatial statistics" 0 '"geospatial_statistics":\{"x":\[[-0-9.]+,[-0-9.]+\],"y":'
run "$INLAY" meta "$data/geospatial/geospatial.parquet"
fact "meta: geospatial statistics" 0 '^      space, x .* to .*WKB types 1 '
run "$INLAY" meta "$data/int96_from_spark.parquet"
fact "meta: why bounds are not used" 0 'row group|not usable' ''

# schema --as
nested=$data/nullable.impala.parquet
run "$INLAY" schema --as message "$plain"
cp "$work/out" "$work/want"
run "$INLAY" schema "$plain"
same "schema: message is the default" "$work/out" "$work/want"
run "$INLAY" schema --as arrow "$nested"
fact "schema --as arrow: lists and maps" 0 '^int_Map_Array: list<element: map<string, int32 \(.element.\)>>$'
run "$INLAY" schema --as sql "$nested"
fact "schema --as sql: the table is called as the file" 0 '^CREATE TABLE "nullable\.impala" \($'
fact "schema --as sql: nested types" 0 '^    "int_Map_Array" MAP\(VARCHAR, INTEGER\)\[\],$'
run "$INLAY" schema --as json "$nested"
fact "schema --as json: a tree with levels" 0 '"name":"element","path":"int_array\.list\.element","repetition":"OPTIONAL","type":"INT32","logical":null,"leaf":1,"max_def":3,"max_rep":1\}\]\}\]\}'
run "$INLAY" schema --as c "$nested"
fact "schema --as c: leaves and levels" 0 '^        int32_t \*\*items; /\* leaf 1: int32 "element", max_def 3, max_rep 1 \*/$'
if command -v cc > /dev/null; then
    for file in nullable.impala nested_structs.rust old_list_structure fixed_length_byte_array int96_from_spark \
        map_no_value unknown-logical-type null_list float16_nonzeros_and_nans; do
        "$INLAY" schema --as c "$data/$file.parquet" > "$work/$file.c"
        holds "schema --as c: $file compiles" cc -std=c11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only "$work/$file.c"
    done
fi
run "$INLAY" schema --as xml "$plain"
fact "schema --as: a form that is none" 2 '' "no form 'xml': message, json, arrow, sql or c"
run "$INLAY" schema --as c "$plain" "$nested"
fact "schema --as c: one file" 2 '' 'name one'

# --skip-bad-pages: column a has a damaged first page of two, column b a damaged second one
"$INLAY" cat -c a --no-crc "$crc" | sed -n '2561,$p' > "$work/want"
run "$INLAY" cat -c a --skip-bad-pages "$crc"
same "--skip-bad-pages: rows of the good page" "$work/out" "$work/want"
fact "--skip-bad-pages: what was lost is told" 1 '' 'row group 0, column a, page 0, byte 4: .*checksum.*\(rows 0 to 2559 of the file are left out\)$'
fact "--skip-bad-pages: and how much" 1 '' '1 page could not be read, 2560 rows are left out$'
run "$INLAY" cat --skip-bad-pages "$crc"
fact "--skip-bad-pages: rows are whole or not there" 1 '' '2 pages could not be read, 5120 rows are left out$'
holds "--skip-bad-pages: here none is whole" test ! -s "$work/out"
run "$INLAY" tail -n 1 -c a --skip-bad-pages "$crc"
tail -n 1 "$work/want" > "$work/last"
fact "tail --skip-bad-pages: damage outside does not matter" 0
same "tail --skip-bad-pages: the row" "$work/out" "$work/last"
run "$INLAY" head -n 2562 -c a -f csv --skip-bad-pages "$crc"
holds "head --skip-bad-pages: row numbers stay" sh -c '[ "$(wc -l < "$1")" = 3 ]' - "$work/out"
run "$INLAY" cat --skip-bad-pages "$plain"
"$INLAY" cat "$plain" > "$work/want"
same "--skip-bad-pages: a good file is printed as ever" "$work/out" "$work/want"
fact "--skip-bad-pages: and that is exit 0" 0
# the length of the levels in page 3 of date_string_col: the page is lost, its neighbours are not
at=$("$INLAY" pages --json -c date_string_col "$tiny" | sed -n 's/.*"page":3,.*"at":\([0-9]*\),"header_bytes":\([0-9]*\),.*/\1 \2/p')
set -- $at
if [ -n "${1:-}" ]; then
    rows=$("$INLAY" pages --json -c date_string_col "$tiny" | sed -n 's/.*"page":3,.*"first_row":\([0-9]*\),"rows":\([0-9]*\),.*/\1 \2/p')
    cp "$tiny" "$work/hurt.parquet"
    chmod u+w "$work/hurt.parquet"
    printf '\377\377\377\377' | dd of="$work/hurt.parquet" bs=1 seek=$(($1 + $2)) conv=notrunc 2> /dev/null
    set -- $rows
    "$INLAY" cat "$tiny" | sed "$(($1 + 1)),$(($1 + $2))d" > "$work/want"
    run "$INLAY" cat --skip-bad-pages "$work/hurt.parquet"
    same "--skip-bad-pages: exactly that page's rows are missing" "$work/out" "$work/want"
    # a page header: without it the pages behind it are found by the offset index
    "$INLAY" cat --skip-bad-pages "$work/hurt.parquet" > "$work/want" 2> /dev/null
    set -- $at
    printf '\377\377\377\377' | dd of="$work/hurt.parquet" bs=1 seek="$1" conv=notrunc 2> /dev/null
    set -- $rows
    run "$INLAY" cat --skip-bad-pages "$work/hurt.parquet"
    same "--skip-bad-pages: a damaged page header loses the same rows" "$work/out" "$work/want"
    fact "--skip-bad-pages: the page is named" 1 '' "column date_string_col, page 3, byte .*rows $1 to $(($1 + $2 - 1)) "
else
    fact "--skip-bad-pages: the test found its page" 9
fi

# --max-memory
run "$INLAY" cat --max-memory 1M "$plain"
fact "--max-memory: too little to work in" 2 '' 'wants a size such as 64M or 1G, 8M at least'
run "$INLAY" cat --max-memory 64Q "$plain"
fact "--max-memory: a size that is none" 2 '' "not '64Q'"
for size in 8M 16MiB 16mb 1G 1_000_000_000; do
    run "$INLAY" cat --max-memory $size "$plain"
    case $size in 16mb) fact "--max-memory $size is none" 2 ;; *) fact "--max-memory $size" 0 ;; esac
done
if [ -d "$recordings" ]; then
    run "$INLAY" cat --max-memory 8M "$recordings/vllm.parquet"
    fact "--max-memory: what does not fit is exit 3" 3 '' 'memory limit is reached \(allow more with --max-memory'
    one_line "--max-memory: in one line"
    holds "--max-memory: and no half row" awk '!/^\{.*\}$/ {exit 1}' "$work/out"
    # the address space of the whole process as the judge: it holds all memory that could ever be resident
    if sh -c '(ulimit -v 65536; exec "$0" --version)' "$INLAY" > /dev/null 2>&1; then
        run sh -c 'ulimit -v 65536; "$0" cat --max-memory 64M "$1" | tail -n 1 | wc -c' "$INLAY" "$recordings/vllm.parquet"
        fact "--max-memory 64M: the process stays within it" 0 '^[0-9]{4,}$'
        holds "--max-memory 64M: and says nothing" test ! -s "$work/err"
        for command in verify "verify --deep" "meta --json" "pages --json --check"; do
            run sh -c 'ulimit -v 8192; "$0" $2 --max-memory 8M "$1" > /dev/null' "$INLAY" "$recordings/vllm.parquet" "$command"
            fact "$command --max-memory 8M: within 8 MiB" 0
        done
    fi
fi
finish
