#!/bin/sh
# Speed as ratios against other implementations, in one run: needs the virtual environment of `make interop`.
set -u
BUILD=${BUILD:-build}
[ -x "$BUILD/venv/bin/python" ] || { python3 -m venv "$BUILD/venv" && "$BUILD/venv/bin/pip" -q install pyarrow duckdb numpy polars; } || exit 1
"$BUILD/venv/bin/python" bench/write.py "$BUILD/inlay" || exit 1
"$BUILD/venv/bin/python" bench/annotate.py "$BUILD/inlay" || exit 1
"$BUILD/venv/bin/python" bench/merge.py "$BUILD/inlay" || exit 1
"$BUILD/venv/bin/python" bench/bench.py "$BUILD/inlay" || exit 1
exec "$BUILD/venv/bin/python" bench/recordings.py "$BUILD/inlay"
