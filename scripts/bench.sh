#!/bin/sh
# Speed as ratios against other implementations, in one run: needs the virtual environment of `make interop`.
set -u
BUILD=${BUILD:-build}
[ -x "$BUILD/venv/bin/python" ] || { python3 -m venv "$BUILD/venv" && "$BUILD/venv/bin/pip" -q install pyarrow duckdb numpy; } || exit 1
"$BUILD/venv/bin/python" bench/bench.py "$BUILD/inlay" && exec "$BUILD/venv/bin/python" bench/recordings.py "$BUILD/inlay"
