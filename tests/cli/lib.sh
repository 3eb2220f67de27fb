# For tests/cli/*.sh: named facts about the command line. Each script sources this file, states its facts,
# and ends with `finish`. $INLAY is the command, $work a folder of the script's own.
passed=0 failed=0 skipped=0
INLAY=${INLAY:-build/inlay}
CORPUS=${CORPUS:-../shared}
case $INLAY in /*) ;; *) INLAY=$PWD/$INLAY ;; esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

ok() { passed=$((passed + 1)); }
bad() { # bad NAME: what went wrong is in $work/out and $work/err
    failed=$((failed + 1))
    echo "  FAILED   $1"
    head -n 5 "$work/out" "$work/err" 2> /dev/null | sed 's/^/    /'
}
run() { # run COMMAND...: status in $status, output in $work/out and $work/err
    "$@" > "$work/out" 2> "$work/err" < /dev/null
    status=$?
}
# fact NAME STATUS [OUTPUT-REGEX [ERROR-REGEX]]: about the last run
fact() {
    if [ "$status" = "$2" ] && { [ -z "${3:-}" ] || grep -Eq -- "$3" "$work/out"; } &&
        { [ -z "${4:-}" ] || grep -Eq -- "$4" "$work/err"; }; then
        ok
    else
        echo "    exit $status, want $2"
        bad "$1"
    fi
}
# one_line NAME: standard error of the last run is one line
one_line() { if [ "$(wc -l < "$work/err")" = 1 ]; then ok; else bad "$1"; fi; }
same() { # same NAME FILE FILE
    if cmp -s "$2" "$3"; then ok; else
        diff "$2" "$3" | head -n 5 > "$work/out"
        : > "$work/err"
        bad "$1"
    fi
}
holds() { # holds NAME COMMAND...: the command succeeds
    name=$1
    shift
    # not into $work/out: the command may read that
    if "$@" > "$work/held" 2>&1; then ok; else
        cat "$work/held" >> "$work/err"
        bad "$name"
    fi
}
need() { # need PATH-IN-CORPUS: skip the rest of the script where it is absent
    if [ ! -e "$CORPUS/$1" ]; then
        skipped=$((skipped + 1))
        echo "  skipped  the corpus is absent (set CORPUS)"
        finish
    fi
}
finish() {
    echo "counted $passed $failed $skipped"
    exit 0
}
