#!/bin/sh
# Runs tests/cli/*.sh and adds up what they counted.
passed=0 failed=0 skipped=0
for script in tests/cli/*.sh; do
    case $script in */lib.sh | */run.sh) continue ;; esac
    out=$(sh "$script" 2>&1)
    counts=$(printf '%s\n' "$out" | sed -n 's/^counted //p')
    printf '%s\n' "$out" | grep -v '^counted '
    if [ -z "$counts" ]; then
        echo "  FAILED   $script did not finish"
        failed=$((failed + 1))
        continue
    fi
    set -- $counts
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
done
echo "cli: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
