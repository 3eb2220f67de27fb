#!/bin/sh
# Judges beyond Python: $BUILD/judges/rust-judge (arrow-rs' parquet crate) and java-judge (parquet-java). Each
# writes files and says what is in them (write DIR SEED), and reads files of others (dump FILE). Their libraries
# come from the languages' own registries; a judge whose tools are absent is skipped with a word.
set -u
BUILD=${BUILD:-build}
mkdir -p "$BUILD/judges"
out=$(cd "$BUILD/judges" && pwd)
log=$out/build.log
PATH=$PATH:$HOME/.cargo/bin

newer() { # newer TARGET FOLDER: is there nothing in the folder younger than the target?
    [ -x "$1" ] && [ -z "$(find "$2" -newer "$1" -type f)" ]
}
failed() { # failed JUDGE: its last words
    echo "  skipped  the judge $1 could not be built:"
    tail -n 3 "$log" | sed 's/^/    /'
    rm -f "$out/$1"
}

if newer "$out/rust-judge" tests/interop/rust; then
    :
elif ! command -v cargo > /dev/null; then
    echo "  skipped  the judge rust-judge: cargo is absent"
elif rm -rf "$out/rust-source" && cp -R tests/interop/rust "$out/rust-source" &&
    CARGO_TARGET_DIR=$out/rust cargo build --manifest-path "$out/rust-source/Cargo.toml" > "$log" 2>&1; then
    cp "$out/rust/debug/rust-judge" "$out/rust-judge"
else
    failed rust-judge
fi

if newer "$out/java-judge" tests/interop/java; then
    :
elif ! command -v mvn > /dev/null || ! command -v javac > /dev/null; then
    echo "  skipped  the judge java-judge: Maven or a JDK is absent"
elif mvn -q -B -f tests/interop/java/pom.xml dependency:copy-dependencies -DincludeScope=runtime \
    -DoutputDirectory="$out/java/lib" > "$log" 2>&1 &&
    javac -nowarn -cp "$out/java/lib/*" -d "$out/java/classes" tests/interop/java/*.java > "$log" 2>&1; then
    # slower compilers are of no use to programs that run for a second
    printf '#!/bin/sh\nexec java -XX:TieredStopAtLevel=1 -Xshare:auto -cp "%s/java/classes:%s/java/lib/*" Judge "$@"\n' \
        "$out" "$out" > "$out/java-judge"
    chmod +x "$out/java-judge"
else
    failed java-judge
fi
