# cat --where: rows by predicate, what is skipped, what is refused.
. "$(dirname "$0")/lib.sh"
need corpus/parquet-testing/data/alltypes_plain.parquet
data=$CORPUS/corpus/parquet-testing/data
plain=$data/alltypes_plain.parquet # ids 4 5 6 7 2 3 0 1; no statistics
pages=$data/alltypes_tiny_pages.parquet

run "$INLAY" cat --where 'id > 5' -c id "$plain"
fact "where: rows that pass, in the file's order" 0 '^\{"id":6\}$'
holds "where: and no others" test "$(cat "$work/out")" = '{"id":6}
{"id":7}'
run "$INLAY" cat --where "timestamp_col = '2009-02-01T00:01:00Z' AND NOT bool_col" -c id "$plain"
fact "where: INT96 as a time, a boolean by itself" 0 '^\{"id":3\}$'
run "$INLAY" head -n 1 --where 'bigint_col = 10' -c id "$plain"
fact "where: -n counts rows that pass" 0 '^\{"id":5\}$'
run "$INLAY" tail -n 1 --where 'bigint_col = 10' -c id "$plain" "$plain"
fact "where: so does tail, through all files" 0 '^\{"id":1\}$'
run "$INLAY" cat --rows 1:2 --where 'bigint_col = 10' -c id "$plain"
fact "where: and --rows" 0 '^\{"id":7\}$'
run "$INLAY" cat --where 'id < 0 OR id >= 7300' "$pages"
fact "where: nothing passes, which is no failure" 0
holds "where: nothing is printed" test ! -s "$work/out"
run "$INLAY" cat --where 'id = 3' --explain -c id "$pages"
fact "where: --explain has the sums" 0 '^\{"id":3\}$' '1 row groups: .* tested, 1 given$'

run "$INLAY" cat --where 'id >' "$plain"
fact "where: a fault names itself and its place" 2 '' '^inlay: .*: --where: a value is expected here, at its end$'
one_line "where: in one line"
run "$INLAY" cat --where 'idd = 1' "$plain"
fact "where: no such column" 2 '' "no column has this name, at 'idd = 1'"
run "$INLAY" cat --where "id = 'x'" "$plain"
fact "where: a value of another type names the column" 2 '' "a number is wanted for this column: id, at ''x''"
run "$INLAY" cat --explain "$plain"
fact "where: --explain alone is refused" 2 '' 'explain is about --where'
run "$INLAY" cat --where 'id = 1' --skip-bad-pages "$plain"
fact "where: not with --skip-bad-pages" 2 '' 'either --where or --skip-bad-pages'
finish
