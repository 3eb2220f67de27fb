#!/bin/sh
# Are the fuzz targets any good? Plants out-of-bounds reads in a copy of the tree, one parser at a time, and lets
# libFuzzer look for each: from seeds made without the corpus, SECONDS_EACH seconds at most (default 300). Prints
# the seconds that it took.
set -u
BUILD=${BUILD:-build}
MAKE=${MAKE:-make}
each=${SECONDS_EACH:-300}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
folder=$BUILD/plant tree=$BUILD/plant/tree
passed=0 failed=0
rm -rf "$folder"
mkdir -p "$tree"
cp -R Makefile include src fuzz scripts inlay.pc.in "$tree"
build() { # build TARGET
    (cd "$tree" && $MAKE -s BUILD="$folder/build" CORPUS=/nowhere fuzz-seeds "$folder/build/fuzz/$1") > "$folder/log" 2>&1
}

# plant NAME TARGET FILE SED-SCRIPT: the script must change the file
plant() {
    sed "$4" "$3" > "$tree/$3"
    if cmp -s "$3" "$tree/$3"; then
        echo "$1: nothing to plant, the line is not there any more"
        failed=$((failed + 1))
        return
    fi
    build "$2" || {
        cat "$folder/log"
        failed=$((failed + 1))
        return
    }
    rm -rf "$folder/found"
    mkdir -p "$folder/found"
    seeds=$folder/build/seeds/$2
    [ -d "fuzz/seeds/$2" ] && seeds="$seeds fuzz/seeds/$2"
    start=$(date +%s)
    if "$folder/build/fuzz/$2" -max_total_time="$each" -max_len=5000 -len_control=10 -use_value_profile=1 \
        -artifact_prefix="$folder/" "$folder/found" $seeds > "$folder/log" 2>&1; then
        echo "$1: NOT found by $2 in $each s"
        failed=$((failed + 1))
    else
        echo "$1: found by $2 in $(($(date +%s) - start)) s," \
            "$(sed -n 's/^SUMMARY: [A-Za-z]*: \([A-Za-z-]*\).* in \([a-z_0-9]*\).*/\1 in \2/p; s/^SUMMARY: [A-Za-z]*: \([A-Za-z-]*\) *$/\1/p' "$folder/log")"
        passed=$((passed + 1))
    fi
    cp "$3" "$tree/$3" && touch "$tree/$3"
}

plant "plain, a string four bytes longer than the page" fuzz_encoding src/encoding/plain.c \
    's/if (left < 4 || len > left - 4)/if (left < 4 || len > left)/'
plant "alp, a vector behind the page" fuzz_encoding src/encoding/alp.c \
    's/if (at > stop || stop > d->u.alp.bytes)/if (at > stop)/'
plant "thrift, a field behind the end" fuzz_thrift src/thrift/compact.c \
    's/while (p && p < f->end) {/while (p) {/'
plant "snappy, an offset before the output" fuzz_codec src/codec/snappy.c \
    's/offset > (size_t)(d - dst) ||/offset > (size_t)(d - dst) + 1 ||/'
plant "v2 page, levels longer than the page" fuzz_page src/format/page.c \
    's/if (rep > packed || def > packed - rep || rep + def > full)/if (rep > packed || rep + def > full)/'
plant "dictionary, the code behind the last entry" fuzz_page src/encoding/dict.c \
    's/return n == 0 || most < n_dictionary;/return n == 0 || most <= n_dictionary;/'
rm -rf "$tree"
echo "fuzz-plant: $passed passed, $failed failed"
[ "$failed" = 0 ]
