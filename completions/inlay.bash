# bash completion for inlay: commands, their options, and files.
_inlay() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}
    local files='--no-limits --no-crc --max-memory --help' rows='--columns --rows --count --format --quiet' options=
    local change='--in-place --dry-run --quiet --on-conflict --auto-id'
    if [ "$COMP_CWORD" -eq 1 ] || { [ "$COMP_CWORD" -eq 2 ] && [ "$command" = help ]; }; then
        mapfile -t COMPREPLY < <(compgen -W 'info schema meta pages cat head tail verify events annotate metadata scrub doctor report record melt combine filter merge concat rewrite import help
            --help --version' -- "$word")
        return
    fi
    case $before in
    -f | --format)
        if [ "$command" = import ]; then
            mapfile -t COMPREPLY < <(compgen -W 'csv jsonl' -- "$word")
            return
        fi
        mapfile -t COMPREPLY < <(compgen -W 'jsonl csv table' -- "$word")
        return
        ;;
    -s)
        if [ "$command" != import ]; then
            COMPREPLY=()
            return
        fi
        ;;
    -a | --as)
        if [ "$command" = schema ]; then
            mapfile -t COMPREPLY < <(compgen -W 'message json arrow sql c' -- "$word")
            return
        fi
        ;;
    --on-conflict)
        mapfile -t COMPREPLY < <(compgen -W 'keep replace error' -- "$word")
        return
        ;;
    -a | --add-events | --systeminfo)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
    --codec)
        mapfile -t COMPREPLY < <(compgen -W 'zstd snappy gzip lz4_raw brotli none' -- "$word")
        return
        ;;
    -l | --layout)
        mapfile -t COMPREPLY < <(compgen -W 'pack per-value: none' -- "$word")
        return
        ;;
    --oversize)
        mapfile -t COMPREPLY < <(compgen -W 'keep split' -- "$word")
        return
        ;;
    --on-equal)
        mapfile -t COMPREPLY < <(compgen -W 'keep first last error' -- "$word")
        return
        ;;
    --header)
        mapfile -t COMPREPLY < <(compgen -W 'yes no' -- "$word")
        return
        ;;
    --scratch | --proc)
        mapfile -t COMPREPLY < <(compgen -d -- "$word")
        return
        ;;
    --join)
        mapfile -t COMPREPLY < <(compgen -W 'inner outer' -- "$word")
        return
        ;;
    -k | --keep | --metrics | --pinned | -t | --type | -d | --delimiter | --null | --sample-rows | --max-rejects | --row-bytes | --row-group-bytes | --outputs | --target-bytes | \
        -c | --columns | --column | --row-group | --max-memory | -r | --rows | -n | --count | --sort | -g | --row-group-rows | -m | --memory | \
        --interval | --duration | --node | --tag | --from | --to | --kind | --source | --instance | --id | --match | -e | --event | --set | -u | --unset)
        COMPREPLY=()
        return
        ;;
    esac
    if [ "$command" = events ] && [ "$COMP_CWORD" -eq 2 ]; then
        mapfile -t COMPREPLY < <(compgen -W 'list export add rm edit merge --help' -- "$word")
        return
    fi
    case $command in
    info) options="--json --all $files" ;;
    schema) options="--as $files" ;;
    meta) options="--json $files" ;;
    pages) options="--columns --row-group --check --summary --json $files" ;;
    cat | head | tail) options="$rows --where --explain --skip-bad-pages $files" ;;
    verify) options="--deep --json --quiet $files" ;;
    events) options="--from --to --kind --node --source --instance --id --match --json --jsonl --csv --event --all $change $files" ;;
    annotate) options="--add-events --event --clear-events --node --source --overwrite --systeminfo --set --unset --undo --log $change $files" ;;
    metadata) options="--file --geometry --schema --field --json --raw $files" ;;
    scrub) options="--in-place --dry-run --quiet $files" ;;
    doctor) options="--json $files" ;;
    report) options="--output --metric --charts --lines --title --quiet $files" ;;
    melt) options="--output --histograms --sort --row-group-rows --codec --scratch --verbose --json
        --quiet $files" ;;
    combine) options="--output --join --keep-raw-timestamps --bypass-time-check --prefix --pinned --row-group-rows --codec
        --json --quiet $files" ;;
    filter) options="--output --keep --metrics --queries --json --quiet $files" ;;
    rewrite) options="--output --profile --codec --encoding --bloom --page-rows --page-bytes --page-version --row-group-rows
        --int96 --keep-int96 --strict --json --quiet $files" ;;
    import) options="--output --format --schema --type --decimals --sample-rows --delimiter --header --null
        --ignore-unknown --rejects --max-rejects --row-bytes --profile --codec --encoding --bloom --page-rows
        --page-bytes --page-version --row-group-rows --row-group-bytes --json --quiet --no-limits --max-memory --help" ;;
    concat) options="--output --json --quiet $files" ;;
    merge) options="--output --sort --on-equal --layout --oversize --row-group-rows --row-group-bytes --outputs --target-bytes
        --dry-run --keep-kv --profile --codec --encoding --bloom --page-rows --page-bytes --page-version --memory --threads --scratch --resort --widen --json --quiet $files" ;;
    record) options='--output --interval --duration --node --tag --proc --quiet --help' ;;
    esac
    if [ "$command" = import ] && [[ $word != -* ]]; then
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
    elif [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
    else
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -X '!*.parquet' -- "$word"; compgen -d -- "$word")
    fi
}
complete -F _inlay inlay
