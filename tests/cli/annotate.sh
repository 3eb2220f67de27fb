# annotate, events add/rm/edit/merge, scrub, doctor: what changes a recording's footer. events.parquet: see events.sh.
. tests/cli/lib.sh
made=$PWD/tests/cli/events.parquet
f=$work/a.parquet
size() { wc -c < "$1" | tr -d ' '; }
again() { cp "$made" "$f" && chmod 644 "$f"; }
events() { "$INLAY" events export --jsonl "$1" > "$work/events"; }
key() { # key FILE KEY: its value
    "$INLAY" meta --json "$1" | tr -d '\n' | sed -n "s/.*\"key_values\":\[\([^]]*\)\].*/\1/p" | tr '{' '\n' |
        sed -n "s/^\"key\":\"$2\",\"value\":\"\(.*\)\"}.*/\1/p"
}
unchanged() { same "$1" "$f" "$made"; }
refused() { # refused NAME STATUS ERROR-REGEX OPTION...: one line, and the file is what it was
    name=$1 code=$2 text=$3
    shift 3
    run "$INLAY" annotate "$f" "$@"
    fact "annotate: $name" "$code" '' "$text"
    one_line "annotate: $name, in one line"
    unchanged "annotate: $name leaves the file alone"
}

# ---- events ----
again
run "$INLAY" annotate "$f" -e 'time=start+500ms,desc="hello, world",kind=note,id=n1,label.by=ada'
fact "annotate --event: what was done" 0 'a\.parquet: 1 event added, 4 in all$'
events "$f"
holds "annotate --event: in the file, in its place by time" grep -qx \
    '{"timestamp":1778599380500000000,"description":"hello, world","kind":"note","labels":{"by":"ada"},"id":"n1"}' "$work/events"
holds "annotate: members of other programs stay" grep -q '"color":"#f00"' "$work/events"
cp "$f" "$work/before"
run "$INLAY" annotate "$f" -e 'time=start+500ms,desc="hello, world",kind=note,id=n1,label.by=ada'
fact "annotate: the same event again is nothing to change" 0 'nothing to change \(0 events added, 1 there already, 4 in all\)$'
same "annotate: then nothing is written" "$f" "$work/before"
holds "annotate: not even the time of modification changes" test ! "$f" -nt "$work/before"
run "$INLAY" annotate "$f" -e 'time=start,desc=other,id=n1'
fact "annotate: an id that is there stays, and that is said" 0 '1 not taken' 'event id "n1" is there already and stays as it was'
same "annotate: kept is not written" "$f" "$work/before"
run "$INLAY" annotate "$f" -e 'time=start,desc=other,id=n1' --on-conflict error
fact "annotate --on-conflict error" 2 '' 'event id "n1" is there already and differs$'
run "$INLAY" annotate "$f" -e 'time=start,desc=other,id=n1' --on-conflict replace
fact "annotate --on-conflict replace" 0 '0 events added, 1 replaced, 4 in all'
events "$f"
holds "annotate --on-conflict replace: the new one" grep -q '"description":"other","id":"n1"' "$work/events"
run "$INLAY" annotate "$f" -e 'time=1,desc=early' -e 'time=end+1h,desc=late' -e 'time=1778599380000,desc=ms'
fact "annotate: remarks on times outside the recording" 0 '' '1 event lies behind the recording'
fact "annotate: remarks on times in milliseconds" 0 '' '1 time looks like milliseconds'
run "$INLAY" annotate "$f" --clear-events
fact "annotate --clear-events" 0 'events cleared$'
holds "annotate --clear-events: the key is gone" sh -c '! "$0" meta "$1" | grep -q "events ="' "$INLAY" "$f"
again
run "$INLAY" annotate "$f" --clear-events -e 'time=start,desc=new'
events "$f"
same "annotate --clear-events --event: only the new one" "$work/events" - << END
{"timestamp":1778599380000000000,"description":"new"}
END
sed 's/"timestamp":1778599380500/"timestamp":"778599380500/' "$made" > "$f"
run "$INLAY" annotate "$f" -e 'time=start,desc=x'
fact "annotate: a malformed payload is in the way" 1 '' 'key "events": line 1, column 1[0-9][0-9], event 1'
run "$INLAY" annotate "$f" --clear-events -e 'time=start,desc=x'
fact "annotate --clear-events: repairs it" 0 '1 event added, 1 in all'

# ---- files of events, as they come ----
again
printf '{"events":[\n{"timestamp":1,"description":"a"}]}' > "$work/wrapped.json"
printf '[{"timestamp":2,"description":"b"},{"timestamp":"2026-05-12T15:23Z","desc":"c","duration":"30s"}]' > "$work/array"
printf '# a comment\n\n{"timestamp":4,"description":"d"}\n# more\n{"time":"start","description":"e"}\n' > "$work/lines.JSONL"
printf '\357\273\277{"timestamp":6,"description":"f"}' > "$work/one"
: > "$work/empty"
run "$INLAY" annotate "$f" --clear-events -a "$work/wrapped.json" -a "$work/array" -a "$work/lines.JSONL" -a "$work/one" -a "$work/empty"
fact "annotate --add-events: object, array, lines, one event with a byte order mark, nothing" 0 '6 events added, 6 in all'
printf '{"timestamp":7,"description":"g"}\n' > "$work/line"
"$INLAY" annotate "$f" -q -a - < "$work/line" 2> /dev/null
events "$f"
same "annotate --add-events: all of them, by time" "$work/events" - << END
{"timestamp":1,"description":"a"}
{"timestamp":2,"description":"b"}
{"timestamp":4,"description":"d"}
{"timestamp":6,"description":"f"}
{"timestamp":7,"description":"g"}
{"timestamp":1778599380000000000,"description":"c","duration_ns":30000000000}
{"timestamp":1778599380000000000,"description":"e"}
END
again
"$INLAY" annotate "$f" -q --auto-id -a "$work/array" 2> /dev/null
run "$INLAY" annotate "$f" --auto-id -a "$work/array"
fact "annotate --auto-id: the same import twice" 0 'nothing to change \(0 events added, 2 there already'

# ---- other keys ----
again
run "$INLAY" annotate "$f" --node web01 --set ticket=OPS-17 --set 'note=a=b "c"'
fact "annotate: node and any key" 0 'node set; ticket set; note set$'
holds "annotate --set: the value behind the first =" sh -c '"$0" meta "$1" | grep -qx "    note = a=b \"c\""' "$INLAY" "$f"
run "$INLAY" annotate "$f" --node web01 --set ticket=OPS-17 --unset nothing
fact "annotate: what is so already" 0 'nothing to change$'
run "$INLAY" annotate "$f" --unset ticket --unset note --node web02
fact "annotate --unset" 0 'node set; ticket removed; note removed$'
holds "annotate: one node" sh -c '[ "$("$0" meta "$1" | grep -c "^    node = web02$")" = 1 ]' "$INLAY" "$f"
printf '{"cpus": 8}\n' > "$work/info"
run "$INLAY" annotate "$f" --systeminfo "$work/info"
fact "annotate --systeminfo: as it stands, its line end too" 0 'systeminfo set \(12 bytes\)$'
run "$INLAY" annotate "$f" --systeminfo "$work/info"
fact "annotate --systeminfo: once" 0 'nothing to change$'
again
"$INLAY" annotate -q "$f" --unset source
run "$INLAY" annotate "$f" --source vllm --set 'per_source_metadata={"vllm":{"0":{}},"rezolus":{}}'
fact "annotate --source: where there is none" 0 'source set'
run "$INLAY" annotate "$f" --source vllm
fact "annotate --source: the same again" 0 'nothing to change$'
run "$INLAY" annotate "$f" --source sglang
fact "annotate --source: another one needs --overwrite" 2 '' 'has source "vllm" already; --overwrite makes it "sglang"$'
run "$INLAY" annotate "$f" --source sglang --overwrite
holds "annotate --overwrite: per_source_metadata goes along" sh -c \
    '"$0" meta "$1" | grep -qxF "    per_source_metadata = {\"sglang\":{\"0\":{}},\"rezolus\":{}}"' "$INLAY" "$f"

# ---- in place, undo, log ----
again
run "$INLAY" annotate --in-place "$f" --set a=1
cp "$f" "$work/one-more"
holds "annotate --in-place: the old file stands in front" cmp -n "$(size "$made")" "$f" "$made"
run "$INLAY" annotate --in-place "$f" --set a=2 --unset node
run "$INLAY" annotate --log "$f"
fact "annotate --log: what changed, newest first" 0 '^  [0-9]+ bytes: ~a \(1 bytes\)'
fact "annotate --log: back to the first" 0 "^  $(size "$made") bytes: the first footer"
run "$INLAY" annotate --undo --dry-run "$f"
fact "annotate --undo --dry-run" 0 'would do: undone: [0-9]+ bytes of the last change cut off'
run "$INLAY" annotate --undo "$f"
same "annotate --undo: the file before, byte for byte" "$f" "$work/one-more"
run "$INLAY" annotate --undo "$f"
unchanged "annotate --undo: and the one before that"
run "$INLAY" annotate --undo "$f"
fact "annotate --undo: nothing left" 1 '' 'nothing to undo \(only changes made with --in-place'
one_line "that is one line"
unchanged "annotate --undo: and nothing done"
"$INLAY" annotate -q -i "$f" --set a=1 && "$INLAY" annotate -q -i "$f" --set a=2
run "$INLAY" annotate "$f" --unset a
unchanged "annotate: a new file does without old footers"
"$INLAY" annotate -q -i "$f" --set a=1
for cut in 1 8 9 100 300; do
    head -c $(($(size "$work/one-more") - cut)) "$work/one-more" > "$f"
    run "$INLAY" annotate "$f" --set b=1
    fact "annotate: $cut bytes of a change are missing: what to do" 1 '' "a change in place was cut short: 'inlay annotate --undo'"
    run "$INLAY" annotate --undo "$f"
    fact "annotate --undo: recovers from $cut missing bytes" 0 'recovered:'
    unchanged "annotate --undo: all of it, $cut bytes missing"
done
head -c 500 "$made" > "$f"
run "$INLAY" annotate --undo "$f"
fact "annotate --undo: a file cut short is not ours to mend" 1 '' 'no whole footer from before an edit'
holds "annotate --undo: and stays" cmp -n 500 "$f" "$made"

# ---- several files: all are checked first ----
again
cp "$made" "$work/b.parquet"
head -c 100 "$made" > "$work/c.parquet"
run "$INLAY" annotate "$f" "$work/b.parquet" "$work/c.parquet" --set x=y
fact "annotate: one of three files is bad" 1 '' 'c\.parquet: .*not a Parquet file'
unchanged "annotate: then none is changed"
run "$INLAY" annotate "$f" "$work/b.parquet" --dry-run --set x=y
fact "annotate --dry-run: says it for each" 0 'b\.parquet: would do: x set$'
unchanged "annotate --dry-run: writes nothing"

# ---- what is refused ----
refused "nothing to say" 2 'nothing to say; give --event'
refused "an event without a time" 2 '^inlay: annotate: --event 1: .*time' -e desc=x
refused "an event key that does not exist" 2 '--event 2: line 1, column 12, colour: ' -e 'time=1,desc=x' -e 'time=start,colour=red'
refused "a time that is none" 2 'line 1, column 6.*RFC 3339' -e 'time=soon,desc=x'
refused "JSON with a fault, by line and column" 2 'bad\.json: line 2, column 30, event 1' -a "$(
    printf '{"timestamp":1,"description":"a"}\n{"timestamp":2,"description":3}\n' > "$work/bad.json"
    echo "$work/bad.json")"
refused "a file of events that is not there" 3 'none\.json: cannot open' -a "$work/none.json"
refused "systeminfo that is not JSON" 2 'bad\.json: line 2, column 1' --systeminfo "$work/bad.json"
refused "--set without =" 2 'an = is missing' --set abc
refused "ARROW:schema" 2 "inlay scrub" --set ARROW:schema=x
refused "ARROW:schema taken away" 2 "inlay scrub" --unset ARROW:schema
refused "--set events" 2 'use --event' --set 'events={}'
refused "set and unset" 2 'both set and unset' --set a=1 --unset a
refused "--undo with a change" 2 'goes with no other change' --undo --node x
refused "--overwrite alone" 2 '--overwrite is about --source' --overwrite --node x
refused "a way with conflicts that does not exist" 2 'wants keep, replace or error' --on-conflict maybe -e time=1,desc=x
refused "standard input twice" 2 'only once' -a - --systeminfo -
run "$INLAY" annotate "$work/none.parquet" --node x
fact "annotate: a file that is not there" 3 '' 'none\.parquet: cannot open the file'
chmod 444 "$f"
refused "a read-only file" 3 'read-only' --node x
chmod 644 "$f"
# a limit on file sizes stands for a full disk: nothing is left of either way
for way in '' --in-place; do
    run sh -c 'ulimit -f 4; exec "$0" annotate "$1" $2 --set "big=$(head -c 9000 /dev/zero | tr "\0" x)"' "$INLAY" "$f" "$way"
    fact "annotate $way: no space" 3 '' 'cannot (write the new file|append to the file): File too large'
    unchanged "annotate $way: no space, and the file is what it was"
done
holds "annotate: no temporary file is left" sh -c '! ls -A "$0" | grep -q "\.tmp$"' "$work"

# ---- names ----
ln -s a.parquet "$work/link.parquet"
run "$INLAY" annotate "$work/link.parquet" --set l=1
holds "annotate: through a symbolic link, which stays one" sh -c '[ -L "$0/link.parquet" ] && "$1" meta "$0/a.parquet" | grep -q "l = 1"' "$work" "$INLAY"
again
chmod 600 "$f"
ln "$f" "$work/hard.parquet"
run "$INLAY" annotate "$f" --set l=1
fact "annotate: a hard link keeps the old file, and that is said" 0 '' 'hard links\) keep the old one'
same "annotate: a hard link" "$work/hard.parquet" "$made"
holds "annotate: the mode stays" sh -c '[ "$(stat -c %a "$0")" = 600 ]' "$f"

# ---- many at once ----
again
for i in 1 2 3 4 5 6 7 8 9 10; do
    "$INLAY" annotate -q "$f" -e "time=start+${i}ms,desc=d$i,id=i$i" $([ $((i % 2)) = 0 ] && echo --in-place) 2>> "$work/many" &
done
wait
events "$f"
holds "annotate: ten at once, and no event is lost" sh -c '[ "$(grep -c "\"id\":\"i" "$0")" = 10 ]' "$work/events"

# ---- events add, rm, edit, merge ----
again
run "$INLAY" events add "$f" "$work/array" -e 'time=now-1s,desc=later'
fact "events add: from a file and the line" 0 '3 events added, 6 in all'
run "$INLAY" events rm "$f" --kind restart
fact "events rm" 0 '1 event removed, 5 left'
run "$INLAY" events rm "$f"
fact "events rm: all of them only when told" 2 '' 'or --all'
run "$INLAY" events rm "$f" --id nobody
fact "events rm: none" 0 'nothing to change \(0 events removed, 5 left\)'
run "$INLAY" events edit "$f" --match later -e 'desc=latest,id=z,duration=5s'
fact "events edit" 0 '1 event changed$'
run "$INLAY" events edit "$f" --id z -e 'duration='
events "$f"
holds "events edit: a member taken away" sh -c 'grep -q "\"description\":\"latest\",\"id\":\"z\"}$" "$0"' "$work/events"
run "$INLAY" events edit "$f" --id nobody -e kind=x
fact "events edit: no such event" 2 '' 'no such event'
run "$INLAY" events edit "$f" --from 0 -e kind=x
fact "events edit: more than one" 2 '' '5 events are meant; give --all'
run "$INLAY" events edit "$f" --all -e id=same
fact "events edit: two of one id" 2 '' 'would have the same id'
run "$INLAY" events merge "$f" "$made" --kind restart
fact "events merge: chosen events of another recording" 0 '1 event added, 6 in all'
run "$INLAY" events merge "$f"
fact "events merge: from where" 2 '' 'wants FILE FROM'
run "$INLAY" events rm "$f" --all -i
fact "events rm --all" 0 '6 events removed, 0 left'
run "$INLAY" annotate --undo "$f"
run "$INLAY" events list --json "$f"
fact "events rm --in-place can be undone" 0 '"description":"latest"'

# ---- the recordings ----
need data/recordings/demo.parquet
for r in demo AB_base vllm c16 mr2-report simple_capture; do
    from=$CORPUS/data/recordings/$r.parquet
    cp "$from" "$f" && chmod 644 "$f"
    "$INLAY" annotate -q "$f" -e 'time=start,desc=x,id=y' --set k=v
    "$INLAY" annotate -q --in-place "$f" --unset k
    "$INLAY" events rm -q "$f" --id y
    same "annotate: $r, an event and a key there and back" "$f" "$from"
done
cp "$CORPUS/data/recordings/mr2-report.parquet" "$f" && chmod 644 "$f"
run "$INLAY" doctor "$f"
fact "doctor: an old value in ARROW:schema" 1 'stale-copy: .*\(selection\): .inlay scrub'
run "$INLAY" scrub "$f"
fact "scrub" 0 '8 keys taken out of ARROW:schema, 18052 bytes less$'
run "$INLAY" scrub "$f"
fact "scrub: once is enough" 0 'nothing to change$'
run "$INLAY" doctor "$f"
fact "doctor: nothing odd any more" 0
holds "doctor: and nothing to say" test ! -s "$work/out"
run "$INLAY" doctor --json "$CORPUS/data/recordings/c16.parquet"
fact "doctor: columns of the same name" 1 '"check":"duplicate-column","what":"[^"]*0::4, 0::9"'
run "$INLAY" doctor "$made"
fact "doctor: events in another unit" 1 'events-unit: 1 events'
finish
