#!/bin/sh
# fuzz-replay.sh SOURCE...: each fuzz target, as a plain program, over its seeds: the tracked ones, those that
# were made, and for whole files the corpus.
set -u
BUILD=${BUILD:-build}
failed=0
for source in "$@"; do
    name=$(basename "$source" .c)
    kind=$name
    case $name in fuzz_verify | fuzz_arrow | fuzz_copy | fuzz_edit) kind=fuzz_file ;; esac
    set -- "fuzz/seeds/$kind" "$BUILD/seeds/$kind"
    [ "$name" = "$kind" ] || set -- "fuzz/seeds/$name" "$@"
    if [ "$kind" = fuzz_file ]; then
        for folder in data bad_data; do
            [ -d "$CORPUS/corpus/parquet-testing/$folder" ] && set -- "$@" "$CORPUS/corpus/parquet-testing/$folder"
        done
    fi
    "$BUILD/replay/$name" "$@" || { echo "$name: FAULT" && failed=1; }
done
exit $failed
