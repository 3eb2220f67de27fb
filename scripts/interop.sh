#!/bin/sh
# Other implementations judge ours: pyarrow and DuckDB, from pip in a virtual environment in $BUILD/venv, and
# those that scripts/judges.sh can build.
set -u
BUILD=${BUILD:-build}
venv=$BUILD/venv
if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c 'import numpy, pyarrow, duckdb' 2> /dev/null; then
    echo "installing numpy, pyarrow and duckdb into $venv"
    python3 -m venv "$venv" > /dev/null 2>&1 && "$venv/bin/pip" -q install numpy pyarrow duckdb > /dev/null 2>&1 || {
        echo "interop: python3 with venv and pip is needed" >&2
        exit 1
    }
fi
BUILD=$BUILD sh scripts/judges.sh
passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for test in tests/interop/test_*.py; do
    "$venv/bin/python" "$test" > "$log" 2>&1
    line=$(grep -E '^[a-z_]+: [0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
    grep -vE '^[a-z_]+: [0-9]+ passed' "$log"
    if [ -z "$line" ]; then
        failed=$((failed + 1))
        echo "$test did not finish"
        continue
    fi
    echo "$line"
    set -- $(echo "$line" | sed 's/[^0-9 ]//g')
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + ${3:-0}))
done
echo "interop: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
