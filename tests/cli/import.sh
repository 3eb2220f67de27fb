# import: CSV and JSON lines into files.
. "$(dirname "$0")/lib.sh"
cat > "$work/a.csv" << 'END'
id,name,v,at
1,"a ""q"", b",1.5,2024-01-01T00:00:00.123456Z
2,"two
lines",-0.0,
-9223372036854775808,"",1e-320,2024-01-01T00:00:01.000000Z
,,,
END
run "$INLAY" import "$work/a.csv" -o "$work/a.parquet"
fact "import: quiet in a pipe" 0
holds "import: says nothing at all there" test ! -s "$work/out" -a ! -s "$work/err"
run "$INLAY" schema "$work/a.parquet"
fact "import: types from the sample" 0 'optional int64 at \(TIMESTAMP\(MICROS,true\)\);'
"$INLAY" cat --format csv "$work/a.parquet" > "$work/back.csv"
same "import: the same CSV back" "$work/a.csv" "$work/back.csv"
run "$INLAY" verify --deep "$work/a.parquet"
fact "import: nothing for verify --deep" 0 'ok, 4 rows'
"$INLAY" cat "$work/a.parquet" > "$work/a.jsonl"
run "$INLAY" import "$work/a.jsonl" -o "$work/b.parquet" --json -g 3 --codec snappy --codec name=none --bloom name
fact "import: --json counts rows read, written and rejected" 0 '"rows_read":4,"rows":4,"rows_rejected":0,.*"row_groups":2,'
"$INLAY" cat "$work/b.parquet" > "$work/back.jsonl"
same "import: the same JSON lines back" "$work/a.jsonl" "$work/back.jsonl"
run "$INLAY" meta "$work/b.parquet"
fact "import: codecs and filters by column" 0 ' 1 name: .*UNCOMPRESSED .*bloom filter'
"$INLAY" schema "$work/a.parquet" > "$work/schema"
"$INLAY" import - -o "$work/c.parquet" --schema "$work/schema" < "$work/a.csv"
"$INLAY" cat --format csv "$work/c.parquet" > "$work/back.csv"
same "import: standard input, with the schema's text" "$work/a.csv" "$work/back.csv"
printf '1\t2024-02-29\tx\n' > "$work/t.tsv"
run "$INLAY" import "$work/t.tsv" -o "$work/t.parquet" --header no -t 'column_1=decimal(9,2)'
fact "import: tabs, no header, a type" 0
run "$INLAY" cat "$work/t.parquet"
fact "import: columns without names are numbered" 0 '^."column_1":"1.00","column_2":"2024-02-29","column_3":"x".$'

printf 'a,b\n1,x\nz,y\n2,"p\nq"\n3\n5,w\n' > "$work/bad.csv"
run "$INLAY" import "$work/bad.csv" -o "$work/bad.parquet" -t a=int64
fact "import: a bad value with line, byte, column and advice" 1 '' \
    "bad.csv: line 3, byte 1, column a: not a whole number: 'z' \(name a type with --type, or put bad rows aside"
one_line "import: in one line"
holds "import: and nothing is left" test "$(ls -A "$work" | grep -c 'bad.parquet')" = 0
run "$INLAY" import "$work/bad.csv" -o "$work/bad.parquet" -t a=int64 --rejects "$work/aside" --json
fact "import: bad rows go aside" 0 '"rows_read":5,"rows":3,"rows_rejected":2,'
printf 'z,y\n3\n' > "$work/want"
same "import: as they are" "$work/want" "$work/aside"
run "$INLAY" import "$work/bad.csv" -o "$work/bad.parquet" -t a=int64 --rejects "$work/aside" --max-rejects 1
fact "import: more than --max-rejects" 1 '' 'line 6, byte 1: a row with fewer fields .*more bad rows than --max-rejects'
run "$INLAY" import "$work/bad.csv" -o "$work/x.parquet" --max-rejects 1
fact "import: --max-rejects alone" 2 '' 'wants --rejects FILE'
run "$INLAY" import "$work/bad.csv" -o "$work/x.parquet" --rejects "$work/bad.csv"
fact "import: the rejects over the input" 2 '' 'a file of their own'
holds "import: which is still there" test "$(wc -c < "$work/bad.csv")" = 26
run "$INLAY" import "$work/bad.csv" -o "$work/bad.csv"
fact "import: the output over the input" 2 '' 'one of the inputs'
run "$INLAY" import "$work/bad.csv" -o "$work/x.parquet" -t a=int65
fact "import: a type that is none" 2 '' 'column a: there is no such type'
run "$INLAY" import "$work/bad.csv" -o "$work/x.parquet" -t c=int64
fact "import: a type for no column" 2 '' 'column c: there is no such column'
sed 's/int64 id/int65 id/' "$work/schema" > "$work/wrong"
run "$INLAY" import "$work/a.csv" -o "$work/x.parquet" -s "$work/wrong"
fact "import: a schema that is none, with line and byte" 2 '' 'wrong: line 2, byte 12: no such type'
run "$INLAY" import "$work/a.csv" -o "$work/x.parquet" --format xml
fact "import: a format that is none" 2 '' 'csv or jsonl'
run "$INLAY" import "$work/none.csv" -o "$work/x.parquet"
fact "import: a file that is not there" 3 '' 'none.csv: cannot open'
run "$INLAY" import "$work" -o "$work/x.parquet"
fact "import: a folder" 3 '' 'directory'
: > "$work/empty.csv"
run "$INLAY" import "$work/empty.csv" -o "$work/x.parquet"
fact "import: an empty file has no header" 1 '' 'the input has no header'
i=0
while [ $i -lt 2000 ]; do echo "$i,$i.$i,text$i"; i=$((i + 1)); done > "$work/long.csv"
(ulimit -f 4; run "$INLAY" import "$work/long.csv" -o "$work/full.parquet" --codec none --encoding plain; exit "$status") 2> /dev/null
holds "import: a full disk leaves nothing" test "$(ls -A "$work" | grep -c full)" = 0
holds "import: and nothing at all was left behind" test "$(ls -A "$work" | grep -c 'tmp$')" = 0
finish
