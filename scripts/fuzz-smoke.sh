#!/bin/sh
# A short run of every fuzz target: SECONDS_EACH seconds (default 30), seeds from fuzz/seeds and the corpus.
# A crash leaves its input in $BUILD/crashes.
set -u
BUILD=${BUILD:-build}
each=${SECONDS_EACH:-30}
mkdir -p "$BUILD/crashes"
failed=0 passed=0
for target in "$BUILD"/fuzz/fuzz_*; do
    [ -x "$target" ] || continue
    name=$(basename "$target")
    mkdir -p "$BUILD/found/$name"
    seeds=
    for s in fuzz/seeds "$CORPUS/corpus/parquet-testing/data" "$CORPUS/corpus/parquet-testing/bad_data"; do
        [ -d "$s" ] && seeds="$seeds $s"
    done
    if "$target" -max_total_time="$each" -timeout=20 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
        -artifact_prefix="$BUILD/crashes/$name-" "$BUILD/found/$name" $seeds > "$BUILD/$name.log" 2>&1; then
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
