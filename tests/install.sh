#!/bin/sh
# An installed tree serves a program that knows only it: headers, archive and inlay.pc go together; uninstall
# takes all of it away.
set -eu
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
$MAKE -s BUILD="$BUILD" install PREFIX="$prefix/p" > /dev/null
sed 's|"inlay.h"|<inlay/inlay.h>|' tests/amalgamation.c > "$prefix/app.c"
if command -v pkg-config > /dev/null; then
    flags=$(PKG_CONFIG_PATH="$prefix/p/lib/pkgconfig" pkg-config --cflags --libs inlay)
else
    flags="-I$prefix/p/include -L$prefix/p/lib $(sed -n 's/^Libs: -L[^ ]* //p' "$prefix/p/lib/pkgconfig/inlay.pc")"
fi
${CC:-cc} -o "$prefix/app" "$prefix/app.c" $flags
"$prefix/app"
"$prefix/p/bin/inlay" --version > /dev/null
$MAKE -s BUILD="$BUILD" uninstall PREFIX="$prefix/p"
left=$(find "$prefix/p" -type f)
[ -z "$left" ] || { echo "uninstall left: $left"; exit 1; }
