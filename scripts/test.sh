#!/bin/sh
# All tests of `make test`; ends with one line that adds them up. Steps that count for themselves print
# "NAME: N passed, N failed[, N skipped]" as their last line; the others count as one.
set -u
export BUILD MAKE
passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

counted() { # counted TITLE COMMAND...
    title=$1
    shift
    "$@" > "$log" 2>&1
    status=$?
    line=$(grep -E '^[a-z-]+: [0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
    if [ -z "$line" ]; then
        cat "$log"
        echo "$title: did not finish (exit $status)"
        failed=$((failed + 1))
        return
    fi
    [ "$status" = 0 ] || cat "$log"
    grep -E '^  skipped' "$log" | sort | uniq -c | sort -rn | head -n 3
    echo "$line"
    set -- $(echo "$line" | sed 's/[^0-9 ]//g')
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + ${3:-0}))
    [ "$status" = 0 ] || [ "$2" != 0 ] || failed=$((failed + 1))
}

single() { # single TITLE COMMAND...
    title=$1
    shift
    if "$@" > "$log" 2>&1; then
        passed=$((passed + 1))
        echo "$title: ok"
        grep -E '^  skipped' "$log"
    else
        cat "$log"
        failed=$((failed + 1))
        echo "$title: FAILED"
    fi
}

counted unit "$BUILD/tests/unit"
counted cli env INLAY="$BUILD/inlay" sh tests/cli/run.sh
single layers $MAKE -s layers
if [ "${SAN:-}" != 1 ]; then
    single exports $MAKE -s check-exports
    single amalgamation $MAKE -s amalgamation-test
    single install sh tests/install.sh
fi
single "fuzz seeds" $MAKE -s fuzz-replay
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
