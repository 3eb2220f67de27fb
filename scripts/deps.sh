#!/bin/sh
# Make sure that what the build needs is there: a C compiler, binutils, and the libraries of the codecs
# named as arguments (ZSTD GZIP LZ4 BROTLI). Missing packages are installed where the user may do that;
# otherwise the line to run is printed, and nothing is built.
set -u
CC=${CC:-cc}

has_library() { # has_library HEADER ARCHIVE
    command -v "$CC" > /dev/null 2>&1 || return 1
    printf '#include <%s>\nint main(void) { return 0; }\n' "$1" |
        "$CC" -x c - -x none -Wl,-Bstatic -l"$2" -Wl,-Bdynamic -o /dev/null > /dev/null 2>&1
}

missing=
need() { missing="$missing $1"; }
command -v "$CC" > /dev/null 2>&1 || need compiler
command -v objcopy > /dev/null 2>&1 || need binutils
for codec in "$@"; do
    case $codec in
    ZSTD) has_library zstd.h zstd || need zstd ;;
    GZIP) has_library libdeflate.h deflate || need deflate ;;
    LZ4) has_library lz4.h lz4 || need lz4 ;;
    BROTLI) has_library brotli/decode.h brotlicommon || need brotli ;;
    esac
done
[ -n "$missing" ] || exit 0

# name of what is missing, by package manager
package() { # package MANAGER NAME
    case $1:$2 in
    apt-get:compiler) echo gcc libc6-dev ;;
    apt-get:deflate) echo libdeflate-dev ;;
    apt-get:zstd | apt-get:lz4 | apt-get:brotli) echo "lib$2-dev" ;;
    dnf:compiler) echo gcc glibc-static ;;
    dnf:zstd) echo libzstd-static libzstd-devel ;;
    dnf:deflate) echo libdeflate-devel ;;
    dnf:*) echo "$2-devel" ;;
    apk:compiler) echo gcc musl-dev ;;
    apk:deflate) echo libdeflate-dev libdeflate-static ;;
    apk:binutils) echo binutils ;;
    apk:*) echo "$2-dev $2-static" ;;
    pacman:compiler) echo gcc ;;
    pacman:deflate) echo libdeflate ;;
    *) echo "$2" ;;
    esac
}

for manager in apt-get dnf apk pacman; do
    command -v $manager > /dev/null 2>&1 || continue
    packages=$(for m in $missing; do package $manager "$m"; done | tr '\n' ' ')
    case $manager in
    apt-get) install="apt-get update -qq && apt-get install -y -qq $packages" ;;
    dnf) install="dnf install -y -q $packages" ;;
    apk) install="apk add -q $packages" ;;
    pacman) install="pacman -Sy --noconfirm $packages" ;;
    esac
    if [ "$(id -u)" = 0 ]; then
        as=
    elif command -v sudo > /dev/null 2>&1 && sudo -n true 2> /dev/null; then
        as="sudo -n"
    else
        echo "inlay needs packages that are not installed. Run this, then make again:" >&2
        echo "    sudo sh -c '$install'" >&2
        exit 1
    fi
    echo "installing:$(printf ' %s' $packages)"
    log=$(mktemp)
    if DEBIAN_FRONTEND=noninteractive $as sh -c "$install" > "$log" 2>&1 < /dev/null; then
        rm -f "$log"
        exit 0
    fi
    tail -n 5 "$log" >&2
    rm -f "$log"
    echo "could not install them; this was the line: $install" >&2
    exit 1
done
echo "inlay needs:$missing (headers and static archives); no package manager that we know is here" >&2
exit 1
