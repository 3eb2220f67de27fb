# merge and melt from the command line: outputs that are whole or not there, errors that name the file.
. tests/cli/lib.sh
need data/recordings/demo.parquet
recordings=$CORPUS/data/recordings
rows() { "$INLAY" info --json "$1" | sed 's/.*"bytes":[0-9]*,"rows":\([0-9]*\).*/\1/'; }

run "$INLAY" melt "$recordings/simple_capture.parquet" -o "$work/a.parquet"
fact "melt says what it did" 0 'melted 1 recording into .*a.parquet: 15 rows of 3 series in 1 row group, 1 column left out'
fact "melt says what it left out" 0 '' 'left out 1 column \(about the snapshot, not a metric\): duration in '
run "$INLAY" melt --verbose "$recordings/demo.parquet" -o "$work/b.parquet"
fact "melt --verbose names every column" 0 '' 'demo.parquet: left out tcp_srtt:buckets: a histogram'
run "$INLAY" melt --quiet "$recordings/demo.parquet" -o "$work/b.parquet"
holds "melt --quiet says nothing" test ! -s "$work/out" -a ! -s "$work/err"
run "$INLAY" melt --json -q "$recordings/demo.parquet" -o "$work/b.parquet"
fact "melt --json" 0 '^\{"output":".*","inputs":1,.*"rows":73990,"series":245,.*\}$'
run "$INLAY" melt --histograms -q "$recordings/demo.parquet" -o "$work/h.parquet"
fact "melt --histograms" 0
holds "histograms give rows of their own" test "$(rows "$work/h.parquet")" -gt 73990

run "$INLAY" merge "$work/a.parquet" "$work/b.parquet" -o "$work/all.parquet"
fact "merge says what it did" 0 '^merged 2 files \(.*\) into .*all.parquet: 74,005 rows, .* cut at metric_name, .* of memory$'
run "$INLAY" verify "$work/all.parquet"
fact "the result is whole" 0 ': ok, 74,005 rows'
for file in a b; do
    "$INLAY" cat -c metric_name,timestamp_secs,timeseries_id,value "$work/$file.parquet"
done | sort > "$work/rows-in"
"$INLAY" cat -c metric_name,timestamp_secs,timeseries_id,value "$work/all.parquet" | sort > "$work/rows-out"
same "every row is kept" "$work/rows-in" "$work/rows-out"
run "$INLAY" merge -g 5000 --codec none "$work/all.parquet" -o "$work/small.parquet"
fact "row groups as small as asked for" 0 'merged 1 file'
"$INLAY" info --all --json "$work/small.parquet" | tr '{' '\n' | sed -n 's/^"row_group":[0-9]*,.*"min":"\([^"]*\)","max":"\([^"]*\)".*/\1\n\2/p' | uniq > "$work/metrics"
holds "every row group ends where a metric does" sort -c -u "$work/metrics"
run "$INLAY" info "$work/all.parquet"
fact "info: which metrics lie in which row group" 0 '^    row group 0: [0-9,]+ rows, [a-z_]+ \.\. [a-z_]+$'
run "$INLAY" merge --json "$work/a.parquet" -o "$work/one.parquet"
fact "merge --json" 0 '^\{"output":".*","inputs":1,.*"rows":15,.*"peak_memory_bytes":[0-9]+,"seconds":[0-9.]+\}$'

# failures: one line, the file named, nothing left, nothing damaged
echo "precious" > "$work/old"
cp "$work/old" "$work/kept"
run "$INLAY" merge "$work/a.parquet" "$work/b.parquet" -o "$work/old" --sort timestamp_secs
fact "an input that is not sorted" 1 '' 'a.parquet: row group 0, .*row [0-9]+: .*sort'
one_line "an input that is not sorted takes one line"
same "a failed merge leaves the old output" "$work/old" "$work/kept"
run "$INLAY" merge "$work/a.parquet" "$recordings/demo.parquet" -o "$work/old"
fact "an input without an order" 2 '' 'demo.parquet: .*qh.sort_fields'
run "$INLAY" merge "$work/a.parquet" "$work/none.parquet" -o "$work/old"
fact "an input that is not there" 3 '' 'none.parquet: cannot open'
run "$INLAY" merge "$work/a.parquet" "$work/b.parquet" -o "$work/b.parquet"
fact "an output that is an input" 2 '' 'b.parquet is one of the inputs'
ln -s a.parquet "$work/link.parquet"
run "$INLAY" merge "$work/a.parquet" -o "$work/link.parquet"
fact "an output that is an input by another name" 2 '' 'is one of the inputs'
run "$INLAY" merge "$work/a.parquet" -o "$work/x.parquet" --codec best
fact "a codec that is none" 2 '' 'codec'
run "$INLAY" merge "$work/a.parquet" -o "$work/no/such/folder/x.parquet"
fact "a folder that is not there" 3 '' 'x.parquet: cannot create'
same "failed merges leave the old output" "$work/old" "$work/kept"
head -c 100000 "$work/b.parquet" > "$work/cut.parquet"
run "$INLAY" merge "$work/a.parquet" "$work/cut.parquet" -o "$work/old"
fact "an input that was cut short" 1 '' 'cut.parquet: .*cut short'
holds "no temporary files are left" sh -c '! ls -A "$1" | grep -q "\.tmp$"' sh "$work"

# a signal in the middle
mkfifo "$work/started"
(
    "$INLAY" merge "$work/h.parquet" "$work/h.parquet" "$work/h.parquet" "$work/h.parquet" --codec zstd:19 \
        -o "$work/old" > "$work/out" 2> "$work/err" &
    pid=$!
    echo > "$work/started"
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        ls -A "$work" | grep -q '\.tmp$' && break
        sleep 0.1
    done
    kill -TERM $pid
    wait $pid
    echo $? > "$work/code"
) &
read -r _ < "$work/started"
wait
holds "a signal ends it with exit code 130" grep -qx 130 "$work/code"
same "a signal leaves the old output" "$work/old" "$work/kept"
holds "a signal leaves no temporary file" sh -c '! ls -A "$1" | grep -q "\.tmp$"' sh "$work"
finish
