# cat, head, tail: which rows and columns, in which format. Expected texts are the corpus's own notes
# and the values that other implementations read.
. tests/cli/lib.sh
need corpus/parquet-testing/data/alltypes_plain.parquet
data=$CORPUS/corpus/parquet-testing/data
plain=$data/alltypes_plain.parquet
want() { printf '%s\n' "$@" > "$work/want"; }

# ids of the eight rows: 4 5 6 7 2 3 0 1
ids() { # ids NAME WANTED OPTIONS...
    name=$1 wanted=$2
    shift 2
    run "$INLAY" "$@"
    tr -cd '0-9\n' < "$work/out" | tr '\n' ' ' | sed 's/ $//' > "$work/ids"
    if [ "$status" = 0 ] && [ "$(cat "$work/ids")" = "$wanted" ]; then ok; else bad "$name"; fi
}
ids "cat: all rows" '4 5 6 7 2 3 0 1' cat -c id "$plain"
ids "--rows A:B" '6 7' cat -c id --rows 2:4 "$plain"
ids "--rows A:" '0 1' cat -c id --rows=6: "$plain"
ids "--rows :B" '4 5' cat -c id -r:2 "$plain"
ids "--rows : is everything" '4 5 6 7 2 3 0 1' cat -c id -r : "$plain"
ids "--rows from the end" '3 0' cat -c id --rows -3:-1 "$plain"
ids "--rows of one row" '7' cat -c id --rows 3 "$plain"
ids "--rows of the last row" '1' cat -c id --rows -1 "$plain"
ids "--rows beyond the end" '' cat -c id --rows 8:99 "$plain"
ids "--rows that end before they begin" '' cat -c id --rows 5:2 "$plain"
ids "--rows from far before the start" '4' cat -c id --rows -99:1 "$plain"
ids "cat -n" '4 5 6' cat -c id -n 3 "$plain"
ids "head -n" '4 5' head -c id -n2 "$plain"
ids "head -n 0" '' head -c id -n 0 "$plain"
ids "tail -n" '0 1' tail -c id -n 2 "$plain"
ids "tail -n of more than there are" '4 5 6 7 2 3 0 1' tail -c id -n 9 "$plain"
ids "rows count through all files" '1 4' cat -c id --rows 7:9 "$plain" "$plain"
ids "tail counts back through all files" '1 4 5 6 7 2 3 0 1' tail -c id -n 9 "$plain" "$plain"
ids "rows in the second file alone" '5' cat -c id --rows 9 "$plain" "$plain"

want '{"id":4,"bool_col":true}'
run "$INLAY" head -n 1 -c bool_col,id "$plain"
same "columns come in the file's order" "$work/out" "$work/want"
run "$INLAY" head -n 1 -c bool_col -c id "$plain"
same "--columns may be given again" "$work/out" "$work/want"
run "$INLAY" head -c idd "$plain"
fact "a column that is not there gets a hint" 2 '' "no column 'idd'; did you mean 'id'"
want '{"nested_Struct":{"c":{"D":[[{"e":-1}]]}}}'
run "$INLAY" cat -c nested_Struct.c.D.list.element.list.element.e "$data/nonnullable.impala.parquet"
same "a dotted path takes a part of a column" "$work/out" "$work/want"

want '{"id":4,"bool_col":true,"tinyint_col":0,"smallint_col":0,"int_col":0,"bigint_col":0,"float_col":0.0,"double_col":0.0,"date_string_col":"MDMvMDEvMDk=","string_col":"MA==","timestamp_col":"2009-03-01T00:00:00.000000000"}' \
    '{"id":5,"bool_col":false,"tinyint_col":1,"smallint_col":1,"int_col":1,"bigint_col":10,"float_col":1.1,"double_col":10.1,"date_string_col":"MDMvMDEvMDk=","string_col":"MQ==","timestamp_col":"2009-03-01T00:01:00.000000000"}'
run "$INLAY" head -n 2 "$plain"
same "JSON: the plain types" "$work/out" "$work/want"

# int96_from_spark.md; the last value is stored as Julian day -105862232, -32509551616000 ns
want '{"a":"2024-01-01T20:34:56.123456000"}' '{"a":"2024-01-01T01:00:00.000000000"}' \
    '{"a":"9999-12-31T03:00:00.000000000"}' '{"a":"2024-12-30T23:00:00.000000000"}' '{"a":null}' \
    '{"a":"-294554-12-13T14:58:10.448384000"}'
run "$INLAY" cat "$data/int96_from_spark.parquet"
same "JSON: INT96 beyond 64 bits of nanoseconds" "$work/out" "$work/want"

want '{"x":null}' '{"x":1.0}' '{"x":-2.0}' '{"x":"NaN"}' '{"x":0.0}' '{"x":-1.0}' '{"x":-0.0}' '{"x":2.0}'
run "$INLAY" cat "$data/float16_nonzeros_and_nans.parquet"
same "JSON: FLOAT16, NaN, minus zero" "$work/out" "$work/want"

want '{"value":"1.00"}' '{"value":"2.00"}' '{"value":"3.00"}'
for file in int32_decimal int64_decimal fixed_length_decimal fixed_length_decimal_legacy byte_array_decimal; do
    run "$INLAY" head -n 3 "$data/$file.parquet"
    same "JSON: $file keeps its scale" "$work/out" "$work/want"
done

# map_no_value.md: keys 1 2 3, 4 5 6, 7 8 9
want '{"my_map":[{"key":1,"value":null},{"key":2,"value":null},{"key":3,"value":null}],"my_map_no_v":[{"key":1,"value":null},{"key":2,"value":null},{"key":3,"value":null}],"my_list":[1,2,3]}'
run "$INLAY" head -n 1 "$data/map_no_value.parquet"
same "JSON: maps, and maps without values" "$work/out" "$work/want"

# old_list_structure.md: [[1, 2], [3, 4]]
want '{"a":[[1,2],[3,4]]}'
run "$INLAY" cat "$data/old_list_structure.parquet"
same "JSON: lists of two levels" "$work/out" "$work/want"

want '{"id":1,"int_array":[1,2,3],"int_array_Array":[[1,2],[3,4]],"int_map":[{"key":"k1","value":1},{"key":"k2","value":100}],"int_Map_Array":[[{"key":"k1","value":1}]],"nested_struct":{"A":1,"b":[1],"C":{"d":[[{"E":10,"F":"aaa"},{"E":-10,"F":"bbb"}],[{"E":11,"F":"c"}]]},"g":[{"key":"foo","value":{"H":{"i":[1.1]}}}]}}' \
    '{"id":2,"int_array":[null,1,2,null,3,null],"int_array_Array":[[null,1,2,null],[3,null,4],[],null],"int_map":[{"key":"k1","value":2},{"key":"k2","value":null}],"int_Map_Array":[[{"key":"k3","value":null},{"key":"k1","value":1}],null,[]],"nested_struct":{"A":null,"b":[null],"C":{"d":[[{"E":null,"F":null},{"E":10,"F":"aaa"},{"E":null,"F":null},{"E":-10,"F":"bbb"},{"E":null,"F":null}],[{"E":11,"F":"c"},null],[],null]},"g":[{"key":"g1","value":{"H":{"i":[2.2,null]}}},{"key":"g2","value":{"H":{"i":[]}}},{"key":"g3","value":null},{"key":"g4","value":{"H":{"i":null}}},{"key":"g5","value":{"H":null}}]}}'
run "$INLAY" head -n 2 "$data/nullable.impala.parquet"
same "JSON: nulls and empty lists at every depth" "$work/out" "$work/want"

want '{"Int32_list":[0,1,2,3],"String_list":["foo","zero","one","two"],"group_of_lists":{"Int32_list_in_group":[0,1,2,3],"String_list_in_group":["foo","zero","one","two"]}}'
run "$INLAY" head -n 1 "$data/repeated_primitive_no_list.parquet"
same "JSON: repeated columns without annotation" "$work/out" "$work/want"

want 'id,int_array,int_map' '1,"[1,2,3]","[{""key"":""k1"",""value"":1},{""key"":""k2"",""value"":100}]"'
run "$INLAY" head -n 1 -f csv -c id,int_array,int_map "$data/nullable.impala.parquet"
same "CSV: nested values as JSON text" "$work/out" "$work/want"
want id,int_map 6,
run "$INLAY" cat -f csv -c id,int_map --rows 5 "$data/nullable.impala.parquet"
same "CSV: null is nothing" "$work/out" "$work/want"
run "$INLAY" cat -f csv "$plain" "$data/binary.parquet"
fact "CSV: files of other columns do not follow" 2 '' 'columns are not those of the first file'

want 'id  bool_col' '--  --------' ' 4  true' ' 5  false'
run "$INLAY" head -n 2 -f table -c id,bool_col "$plain"
same "a table has its columns aligned" "$work/out" "$work/want"

# bad input: whole rows or none, one line
run "$INLAY" cat "$data/datapage_v1-corrupt-checksum.parquet"
fact "a wrong checksum says where it is" 1 '' 'row group 0, column a, page 0, byte 4: .*checksum'
one_line "a wrong checksum takes one line"
holds "no half row is printed" awk '!/^\{.*\}$/ {exit 1}' "$work/out"
run "$INLAY" cat --no-crc -n 1 "$data/datapage_v1-corrupt-checksum.parquet"
fact "--no-crc reads on" 0 '^\{"a":'
run "$INLAY" cat "$CORPUS/corpus/parquet-testing/bad_data/ARROW-GH-41317.parquet"
fact "a column with fewer rows than the others" 1 '' 'column timestamp_us_no_tz'
run "$INLAY" cat "$data/encrypt_columns_and_footer.parquet.encrypted"
fact "an encrypted file" 1 '' 'encrypted'

# output
run sh -c '"$0" cat "$1" >&-' "$INLAY" "$plain"
fact "a closed standard output is a failure" 3 '' 'standard output: cannot write'
if [ -e /dev/full ]; then
    run sh -c '"$0" cat "$1" > /dev/full' "$INLAY" "$plain"
    fact "a full disk is a failure" 3 '' 'standard output: cannot write: No space'
fi
run sh -c '{ "$0" cat "$1"; echo $? >&2; } | head -n 1' "$INLAY" "$data/alltypes_tiny_pages.parquet"
fact "a pipe that closes early is quiet" 0 '^\{' '^0$'
one_line "a pipe that closes early says nothing"
finish
