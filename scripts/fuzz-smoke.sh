#!/bin/sh
# A short run of every fuzz target, SECONDS_ALL seconds in all (default 120), from its seeds: the tracked ones,
# those that were made, and what earlier runs found. A crash leaves its input in $BUILD/crashes.
set -u
BUILD=${BUILD:-build}
mkdir -p "$BUILD/crashes"
failed=0 passed=0
targets=$(ls fuzz/fuzz_*.c)
each=$((${SECONDS_ALL:-120} / $(echo "$targets" | wc -l)))
for source in $targets; do
    name=$(basename "$source" .c)
    kind=$name
    case $name in fuzz_verify | fuzz_arrow | fuzz_copy | fuzz_edit) kind=fuzz_file ;; esac
    mkdir -p "$BUILD/found/$name"
    seeds=
    own=
    [ "$name" = "$kind" ] || own=fuzz/seeds/$name
    for s in $own "fuzz/seeds/$kind" "$BUILD/seeds/$kind"; do
        [ -d "$s" ] && seeds="$seeds $s"
    done
    if "$BUILD/fuzz/$name" -max_total_time="$each" -timeout=20 -rss_limit_mb=2048 -max_len=5000 -len_control=10 \
        -use_value_profile=1 -print_final_stats=1 -artifact_prefix="$BUILD/crashes/$name-" \
        "$BUILD/found/$name" $seeds > "$BUILD/$name.log" 2>&1; then
        passed=$((passed + 1))
        echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$BUILD/$name.log") executions, no fault"
    else
        failed=$((failed + 1))
        echo "$name: FAULT"
        grep -E 'ERROR|SUMMARY|Test unit' "$BUILD/$name.log" | head -n 5
    fi
done
echo "fuzz-smoke: $passed passed, $failed failed"
[ "$failed" = 0 ]
