#!/bin/sh
# Compiles the library in every combination of build switches that matters, warnings as errors; with the
# codecs varied the command line too, and reads one file with it.
set -u
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0 failed=0
try() { # try TARGET SWITCHES...
    target=$1
    shift
    if $MAKE -s BUILD="$folder/b" WERROR=1 CFLAGS=-O1 "$@" "$target" > "$folder/log" 2>&1; then
        passed=$((passed + 1))
        echo "ok      $*"
    else
        failed=$((failed + 1))
        echo "FAILED  $*"
        grep -E 'error|undefined' "$folder/log" | head -n 5
    fi
    rm -rf "$folder/b"
}
try all SNAPPY=0 ZSTD=0 GZIP=0 LZ4=0 BROTLI=0
for codec in SNAPPY ZSTD GZIP LZ4 BROTLI; do try lib "$codec=0"; done
try lib WRITE=0
try lib MERGE=0
try lib RECORDING=0
try lib VERIFY=0
try lib WHERE=0
try lib EVENTS=0
try lib IMPORT=0
try lib POSIX=0
try lib MALLOC=0
try lib ERROR_TEXT=0
try lib SIMD=0
try lib POSIX=0 MALLOC=0 ERROR_TEXT=0 WRITE=0 ZSTD=0 GZIP=0 LZ4=0 BROTLI=0
try all CC=clang
if printf 'int main(void) { return 0; }\n' | ${CC:-cc} -m32 -x c - -o /dev/null 2> /dev/null; then
    try lib CC="${CC:-cc} -m32" ZSTD=0 GZIP=0 LZ4=0 BROTLI=0
else
    echo "skipped 32 bit: the compiler has no -m32 here"
fi
echo "configs: $passed passed, $failed failed"
[ "$failed" = 0 ]
