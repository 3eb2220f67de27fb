# merge: layouts, several outputs, dry runs, options of columns.
. "$(dirname "$0")/lib.sh"

# rows FIRST LAST ROWS: CSV of metrics FIRST..LAST, ROWS rows each, two hosts, time falling.
rows() {
    echo metric_name,host,timestamp_secs,value
    awk -v a="$1" -v b="$2" -v n="$3" 'BEGIN {
        for (m = a; m <= b; m++) for (i = 0; i < n; i++)
            printf "m%03d,h%d,%d,%d.5\n", m, int(2 * i / n), n - i, (m * 7 + i) % 13 }'
}
rows 0 9 20 > "$work/a.csv"
rows 5 14 20 > "$work/b.csv"
for f in a b; do "$INLAY" import "$work/$f.csv" -o "$work/$f.parquet" --quiet; done
a=$work/a.parquet b=$work/b.parquet
sort='--sort=metric_name|host|-timestamp_secs'
groups() { "$INLAY" info --json "$1" | grep -o '"row_groups":[0-9]*' | head -n 1 | cut -d: -f2; }

run "$INLAY" merge "$a" "$b" -o "$work/o.parquet" "$sort" -g 100
fact "merge: packed row groups" 0 'row groups cut at metric_name'
holds "merge: of at most 100 rows: 5 x 20, 2 x 40 + ..." test "$(groups "$work/o.parquet")" = 5
"$INLAY" cat "$work/o.parquet" > "$work/want"

run "$INLAY" merge "$a" "$b" -o "$work/p.parquet" "$sort" --layout per-value
fact "merge: --layout per-value" 0 '15 row groups cut at metric_name'
run "$INLAY" merge "$a" "$b" -o "$work/p.parquet" "$sort/V2" --layout per-value:2
fact "merge: --layout per-value:2" 0 '30 row groups cut at metric_name'
run "$INLAY" meta "$work/p.parquet"
fact "merge: and claims it" 0 'qh.rg_partition_prefix_len = 2'
run "$INLAY" merge "$a" "$b" -o "$work/p.parquet" "$sort" --layout none
fact "merge: --layout none" 0 ' 1 row group, '
run "$INLAY" merge "$a" "$b" -o "$work/p.parquet" "$sort" -g 15 --oversize split
fact "merge: --oversize split" 0 'row groups, '
"$INLAY" cat "$work/p.parquet" > "$work/got"
same "merge: the same rows in any layout" "$work/got" "$work/want"
run "$INLAY" merge "$a" "$b" -o "$work/p.parquet" "$sort" --layout per-value:4
fact "merge: more columns than the sort key has" 2 '' 'more columns than the sort key'
for wrong in --layout=rows --layout=per-value:0 --layout=per-value:x --oversize=maybe --target-bytes=0 \
    --row-group-bytes=much --page-version=3; do
    run "$INLAY" merge "$a" -o "$work/q.parquet" "$wrong"
    fact "merge: $wrong is refused" 2 '' 'merge: '
done
holds "merge: and nothing is left of it" test "$(find "$work" -name '*q.parquet*' | wc -l)" = 0

run "$INLAY" merge "$a" "$b" -o "$work/part.parquet" "$sort" --outputs 3
fact "merge: --outputs names and counts the files" 0 'part-0000.parquet .. .*part-0002.parquet \(3 files\): 400 rows'
"$INLAY" cat "$work/part-0000.parquet" "$work/part-0001.parquet" "$work/part-0002.parquet" > "$work/got"
same "merge: together they are the one" "$work/got" "$work/want"
run "$INLAY" merge "$a" "$b" -o "$work/s-%d.parquet" "$sort" -k 1000 --json
fact "merge: no more files than series; %d is the number" 0 '"outputs":\[\{"output":".*/s-0.parquet","rows":10,'
holds "merge: 30 series, 30 files" test "$(find "$work" -name 's-*.parquet' | wc -l)" = 30
run "$INLAY" merge "$a" "$b" -o "$work/t-%02d.parquet" "$sort" --target-bytes 300
fact "merge: --target-bytes" 0 't-00.parquet .. .*t-0[1-9].parquet'
run "$INLAY" merge "$a" -o "$work/u.parquet" "$sort" --outputs 2 --target-bytes 1K
fact "merge: by number and by size is one too many" 2 '' 'exclude each other'
run "$INLAY" merge "$a" -o "$work/%d-%d.parquet" "$sort" --outputs 2
fact "merge: one number a name" 2 '' 'in one place'
cp "$a" "$work/in-0001.parquet"
run "$INLAY" merge "$work/in-0001.parquet" "$b" -o "$work/in.parquet" "$sort" --outputs 3
fact "merge: none of many outputs may be an input" 2 '' 'in-0001.parquet is one of the inputs'
holds "merge: and then there is none" test "$(find "$work" -name '*in-0*' | wc -l)" = 1
same "merge: the input is untouched" "$work/in-0001.parquet" "$a"
mkdir "$work/dir" "$work/dir/x-0002.parquet"
touch "$work/dir/x-0002.parquet/full"
run "$INLAY" merge "$a" "$b" -o "$work/dir/x.parquet" "$sort" --outputs 4
fact "merge: one name of many is taken by a folder" 3
holds "merge: and none appears" test "$(find "$work/dir" -name '*x-*' | wc -l)" = 1
at=$("$INLAY" meta "$b" | sed -n 's/.* 3 value: .* raw) at \([0-9]*\),.*/\1/p') # its first page
cp "$b" "$work/bad.parquet"
printf XXXX | dd of="$work/bad.parquet" bs=1 seek=$((at + 60)) conv=notrunc 2> "$work/err"
run "$INLAY" merge "$a" "$work/bad.parquet" -o "$work/v.parquet" "$sort" --outputs 4
fact "merge: a bad page in the middle of the work" 1 '' 'bad.parquet: .*column value'
holds "merge: leaves none of the outputs" test "$(find "$work" -name '*v-0*' | wc -l)" = 0

run "$INLAY" merge "$a" "$b" "$sort" --dry-run -g 100
fact "merge: --dry-run wants no output and shows row groups" 0 \
    '^output 0, row group 0: 100 rows, .*, m000\|h0\|20 .. m004\|h1\|1$'
fact "merge: --dry-run sums up" 0 'would merge 2 files .* into 1 file: 400 rows, 4 columns, 5 row groups cut at metric_name, from'
run "$INLAY" merge "$a" "$b" "$sort" -n --json --outputs 2 --layout per-value:2
fact "merge: --dry-run as JSON" 0 \
    '^\{"outputs":\[\{"row_groups":\[\{"rows":10,"bytes":[0-9]+,"first":\{"metric_name":"m000","host":"h0","timestamp_secs":20\},"last":'
fact "merge: with the share that would move" 0 '"runs":[0-9]+,.*"moved_bytes":[0-9]+,"moved_share":[01]\.[0-9]+\}$'
run "$INLAY" merge "$b" "$a" "$sort" -n --layout none
fact "merge: --dry-run of --layout none" 0 '^output 0, row group 0: 400 rows, '
run "$INLAY" merge "$b" "$work/want" "$sort" -n
holds "merge: --dry-run of what is no Parquet says nothing on standard output" test "$status" -ne 0 -a ! -s "$work/out"

run "$INLAY" merge "$a" "$b" -o "$work/o.parquet" "$sort" --bloom metric_name --bloom host=0.1 --codec value=snappy \
    --encoding timestamp_secs=delta_binary_packed --page-rows 50
fact "merge: options of columns" 0
run "$INLAY" meta "$work/o.parquet"
fact "merge: the codec of one" 0 '3 value: double SNAPPY'
fact "merge: the encoding of one" 0 '2 timestamp_secs: int64 ZSTD .*DELTA_BINARY_PACKED'
fact "merge: filters of two" 0 '0 metric_name: .*bloom'
run "$INLAY" cat --where "metric_name = 'm003x'" --explain "$work/o.parquet"
fact "merge: a filter says no" 0 '' '1 by bloom filters'
run "$INLAY" verify --deep "$work/o.parquet"
fact "merge: verify --deep finds nothing wrong" 0 ': ok, 400 rows'
run "$INLAY" merge "$a" "$b" -o "$work/o.parquet" "$sort" --bloom metricname
fact "merge: a column that is not there" 2 '' "no column 'metricname'; did you mean 'metric_name'"
run "$INLAY" merge "$a" "$b" -o "$work/o.parquet" "$sort" --profile newest
fact "merge: --profile" 0
"$INLAY" cat "$work/o.parquet" > "$work/got"
same "merge: the same rows in any profile" "$work/got" "$work/want"
finish
