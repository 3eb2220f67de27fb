# events: what a recording's footer says happened. events.parquet (by pyarrow): time stamps 2026-05-12T15:23:00Z, :01
# and :02, and three events: at :01, a band from :00.5 on for 1.5 s with a member of its own, one given in seconds.
. tests/cli/lib.sh
file=$PWD/tests/cli/events.parquet
want() { printf '%s\n' "$@" > "$work/want"; }
restart='{"timestamp":1778599381000000000,"description":"vllm restart","kind":"restart","node":"web01","labels":{"reason":"OOM"},"id":"r1"}'
load='{"timestamp":1778599380500000000,"description":"load, \"high\"","details":"two\nlines","duration_ns":1500000000,"color":"#f00"}'
note='{"timestamp":1778599380,"description":"in seconds","kind":"note"}'

run "$INLAY" events list "$file"
fact "events list: a table" 0 '^2026-05-12T15:23:01Z +restart +r1 +web01 +vllm restart \[reason=OOM\]$'
fact "events list: bands have a duration, line ends are shown" 0 '^2026-05-12T15:23:00\.5Z +1\.5s +load, "high": two\\nlines$'
fact "events list: what lies outside the recording" 0 '' '1 event lies before the recording$'
fact "events list: what has another unit" 0 '' '1 time looks like seconds, not nanoseconds$'
run "$INLAY" events list --json "$file"
printf '%s\n' "{\"events\":[$restart,$load,$note]}" > "$work/want"
same "events list --json: the footer's value, byte for byte" "$work/out" "$work/want"
holds "events list --json: nothing but JSON" test ! -s "$work/err"
run "$INLAY" events export "$file"
same "events export: the same" "$work/out" "$work/want"
run "$INLAY" events export --jsonl "$file"
printf '%s\n' "$restart" "$load" "$note" > "$work/want"
same "events export --jsonl: an event a line" "$work/out" "$work/want"
run "$INLAY" events list --csv "$file" --kind note
want 'timestamp,time,description,kind,details,source,node,instance,labels,duration_ns,id,chart_id,further' \
    '1778599380,1970-01-01T00:00:01.77859938Z,in seconds,note,,,,,,,,,'
same "events list --csv" "$work/out" "$work/want"

chosen() { # chosen NAME WANT OPTION...: the events that are left
    name=$1
    printf '%s\n' "$2" > "$work/want"
    shift 2
    run "$INLAY" events export --jsonl "$file" "$@"
    same "$name" "$work/out" "$work/want"
}
chosen "events --from: relative to the recording's start" "$restart
$load" --from start
chosen "events --from: a band that ends later" "$load" --from start+1500ms
chosen "events --from, --to" "$load" --from 2026-05-12T15:23Z --to 1778599380.75s
chosen "events --to end" "$restart
$load
$note" --to end
chosen "events --to: a time with a zone" "$note" --to=2026-05-12T15:22:59+00:00
chosen "events --kind" "$restart" --kind restart
chosen "events --node" "$restart" -n web01
chosen "events --id" "$restart" --id r1
chosen "events --match: a label" "$restart" --match 'reason=oom'
chosen "events --match: details" "$load" -m TWO

run "$INLAY" events list --from soon "$file"
fact "events --from: what is no time" 2 '' "^inlay: events: --from 'soon': neither RFC 3339"
one_line "that is one line"
run "$INLAY" events lsit "$file"
fact "events: a mistyped action gets a hint" 2 '' "did you mean 'list'"
run "$INLAY" events list "$file" "$file"
fact "events list: one file" 2 '' 'wants one FILE'
run "$INLAY" events list --json --csv "$file"
fact "events: two forms" 2 '' 'either --json or --jsonl or --csv'
run "$INLAY" events list "$work/none"
fact "events: a file that is not there" 3 '' 'none: cannot open the file'
sed 's/"timestamp":1778599380500/"timestamp":"77859938050"/' "$file" > "$work/bad.parquet"
run "$INLAY" events list "$work/bad.parquet"
fact "events: a malformed payload, with event and column" 1 '' \
    'bad.parquet: key "events": line 1, column 1[0-9][0-9], event 1, timestamp: a number of nanoseconds is expected$'
one_line "that is one line, too"
# Times that are integers without a word about their unit: what it is shows in their size.
for digits in '' 000 000000 000000000; do
    printf '{"timestamp":1778599380%s,"cpu":1}\n{"timestamp":1778599390%s,"cpu":2}\n' $digits $digits > "$work/t.jsonl"
    "$INLAY" import "$work/t.jsonl" -o "$work/t.parquet" > "$work/made" 2>&1
    run "$INLAY" events add "$work/t.parquet" -e 'time=end-4s,desc=x'
    run "$INLAY" events list --csv "$work/t.parquet"
    fact "events: time stamps of $((10 + ${#digits})) digits" 0 '^1778599386000000000,2026-05-12T15:23:06Z,x,'
    holds "that lie in the recording" test ! -s "$work/err"
done
run sh -c '"$0" events list "$1" | head -n 0; "$0" events export "$1" > /dev/full' "$INLAY" "$file"
fact "events: a full disk" 3
need data/recordings/demo.parquet
run "$INLAY" events list "$CORPUS/data/recordings/demo.parquet"
fact "events list: no key, no events" 0
holds "events list: nothing to say" sh -c '[ ! -s "$1" ] && [ ! -s "$2" ]' - "$work/out" "$work/err"
run "$INLAY" events export "$CORPUS/data/recordings/demo.parquet"
fact "events export: an empty list" 0 '^\{"events":\[\]\}$'
finish
