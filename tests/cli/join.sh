# combine and filter from the command line: recordings joined on time, columns kept; outputs whole or not there.
. tests/cli/lib.sh
need data/recordings/demo.parquet
recordings=$CORPUS/data/recordings
demo=$recordings/demo.parquet mr2=$recordings/mr2-report.parquet

run "$INLAY" combine "$demo" "$mr2" --join outer -o "$work/both.parquet"
fact "combine says what it did" 0 '^combined 2 recordings into .*both.parquet: 484 rows, 310 columns, 2 row groups; 309 of 620 chunks copied, in .* of memory$'
run "$INLAY" verify --deep "$work/both.parquet"
fact "the result is whole" 0 ': ok, 484 rows, 2 row groups, 310 columns'
run "$INLAY" schema "$work/both.parquet"
fact "names have the node, here the file's" 0 'demo::blockio_bytes/read'
run "$INLAY" combine "$work/both.parquet" "$recordings/simple_capture.parquet" --join outer --prefix --json -q -o "$work/three.parquet"
fact "combine --json, of a combination" 0 '^\{"output":".*","inputs":2,.*"rows":489,.*"columns":313,.*\}$'
run "$INLAY" schema "$work/three.parquet"
fact "--prefix names the source" 0 'rezolus\.demo::blockio_bytes/read'
run "$INLAY" combine "$demo" "$mr2" --join outer --pinned demo -o "$work/pinned.parquet" -q
holds "combine --quiet says nothing" test "$status" = 0 -a ! -s "$work/out" -a ! -s "$work/err"
run "$INLAY" meta --json "$work/pinned.parquet"
fact "--pinned is a footer key" 0 'pinned_node'
cp "$demo" "$work/web02.parquet"
run "$INLAY" combine "$demo" "$work/web02.parquet" -o "$work/twice.parquet"
fact "a recording and its copy: every stamp is in both" 0 ': 302 rows, 558 columns, 1 row group; 557 of 558 chunks copied'
run "$INLAY" combine "$demo" "$work/web02.parquet" --keep-raw-timestamps -o "$work/raw.parquet"
fact "raw stamps are copied, too" 0 '558 of 558 chunks copied'
"$INLAY" cat -c timestamp "$demo" > "$work/stamps-in"
"$INLAY" cat -c timestamp "$work/raw.parquet" > "$work/stamps-out"
same "--keep-raw-timestamps keeps them" "$work/stamps-in" "$work/stamps-out"
run "$INLAY" combine "$demo" "$work/web02.parquet" --bypass-time-check -o "$work/x.parquet"
fact "--bypass-time-check is said" 0 '' 'time check is bypassed'
run "$INLAY" combine "$demo" "$work/web02.parquet" -g 100 --codec none -o "$work/small.parquet"
fact "row groups as asked for" 0 ', 4 row groups; 0 of 2,232 chunks copied'

echo "precious" > "$work/old"
cp "$work/old" "$work/kept"
run "$INLAY" combine "$demo" "$mr2" -o "$work/old"
fact "times that do not meet" 1 '' '^inlay: .*: timestamp ranges do not overlap \(--join outer'
one_line "that takes one line"
run "$INLAY" combine "$recordings/c16.parquet" "$mr2" --join outer -o "$work/old"
fact "names that collide" 1 '' 'c16.parquet: column 0::9: two columns would have the same name \(--prefix'
run "$INLAY" combine "$demo" "$demo" -o "$work/old"
fact "the same node twice" 1 '' 'column demo: duplicate node'
run "$INLAY" combine "$demo" "$mr2" --join outer --pinned nobody -o "$work/old"
fact "a pinned node that is none" 2 '' 'nobody: no input is the node'
run "$INLAY" combine "$demo" "$mr2" --join left -o "$work/old"
fact "a join that is none" 2 '' "inner or outer, not 'left'"
run "$INLAY" combine "$demo" -o "$work/old"
fact "one file" 2 '' 'combine: wants FILE FILE'
run "$INLAY" combine "$demo" "$mr2"
fact "no output" 2 '' 'give -o FILE'
run "$INLAY" combine "$work/web02.parquet" "$demo" -o "$work/web02.parquet"
fact "an output that is an input" 2 '' 'is one of the inputs'
head -c 500000 "$demo" > "$work/cut.parquet"
run "$INLAY" combine "$demo" "$work/cut.parquet" -o "$work/old"
fact "an input that was cut short" 1 '' 'cut.parquet: '
same "failures leave the old output" "$work/old" "$work/kept"

# filter
run "$INLAY" filter "$demo" -o "$work/tcp.parquet" --keep 'tcp_*'
fact "filter says what it did" 0 '^kept 1[0-9] of 280 columns in .*tcp.parquet: 302 rows, 1 row group$'
run "$INLAY" verify --deep "$work/tcp.parquet"
fact "the filtered file is whole" 0 ': ok, 302 rows'
run "$INLAY" filter "$work/both.parquet" -o "$work/few.parquet" -m cpu_usage,tcp_srtt -m 197x53 --json -q
fact "filter --json, metrics with and without node" 0 '"rows":484,"row_groups":2,"columns":310,"columns_kept":[0-9]+,'
printf '{"kpis":[{"query":"rate(tcp_packets{a=\\"b\\"}[1m])"}]}' > "$work/kpis.json"
run "$INLAY" filter "$demo" -o "$work/kpis.parquet" --queries "$work/kpis.json"
fact "filter by queries" 0 '^kept 4 of 280 columns'
run sh -c '"$1" filter "$2" -o "$3" --queries - < "$4"' sh "$INLAY" "$demo" "$work/kpis2.parquet" "$work/kpis.json"
fact "queries from standard input" 0 '^kept 4 of 280 columns'
same "the same queries give the same file" "$work/kpis.parquet" "$work/kpis2.parquet"
run "$INLAY" filter "$demo" -o "$work/old" --keep 'nothing*'
fact "nothing matched" 2 '' 'demo.parquet: nothing matched'
one_line "nothing matched takes one line"
run "$INLAY" filter "$demo" -o "$work/old"
fact "no queries of its own" 2 '' 'no queries of its own \(say --keep'
echo '{"kpis":[' > "$work/bad.json"
run "$INLAY" filter "$demo" -o "$work/old" --queries "$work/bad.json"
fact "queries that are no JSON" 2 '' 'bad.json: byte 10: '
run "$INLAY" filter "$demo" -o "$work/old" --queries "$work/none.json"
fact "queries that are not there" 3 '' 'none.json: cannot open'
run "$INLAY" filter "$work/tcp.parquet" -o "$work/tcp.parquet" --keep '*'
fact "an output that is the input" 2 '' 'is one of the inputs'
same "failed filters leave the old output" "$work/old" "$work/kept"
holds "no temporary files are left" sh -c '! ls -A "$1" | grep -q "\.tmp$"' sh "$work"

# a signal in the middle: row groups of one row take long
mkfifo "$work/started"
(
    "$INLAY" combine "$recordings/c16.parquet" "$recordings/vllm.parquet" --join outer --prefix -g 1 --codec zstd:19 \
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
