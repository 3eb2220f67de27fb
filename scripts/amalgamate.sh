#!/bin/sh
# amalgamate.sh header FILE | source FILE...: one file to standard output, each of our headers inlined once
# where it is first included.
set -eu
kind=$1
shift
if [ "$kind" = source ]; then
    echo '/* inlay, one source file: made from src/ by make amalgamation. Apache-2.0. */'
    echo '#if !defined(_GNU_SOURCE)'
    echo '#define _GNU_SOURCE 1'
    echo '#endif'
    echo '#include "inlay.h"'
else
    echo '/* inlay, one header: made from include/ by make amalgamation. Apache-2.0. */'
fi
awk -v kind="$kind" '
function put(path,   line, target, candidate) {
    if (path in seen)
        return
    seen[path] = 1
    while ((getline line < path) > 0) {
        if (line ~ /^#include "/) {
            target = line
            sub(/^#include "/, "", target)
            sub(/".*/, "", target)
            candidate = target ~ /^inlay\// ? "include/" target : "src/" target
            if (kind == "source" && target ~ /^inlay\//)
                continue
            put(candidate)
        } else {
            print line
        }
    }
    close(path)
}
BEGIN {
    for (i = 1; i < ARGC; i++)
        put(ARGV[i])
}' "$@"
