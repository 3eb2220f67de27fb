#compdef inlay
# zsh completion for inlay: commands, their options, and files.

_inlay() {
    local -a commands files rows
    local curcontext="$curcontext" state line
    commands=(
        'info:say what files are: rows, row groups, size, metrics'
        'schema:print the columns and their types'
        'meta:print all metadata: footer, row groups, columns, statistics'
        'pages:print every page, and where the bytes of a file go'
        'cat:print rows as JSON lines, CSV or a table'
        'head:print the first rows'
        'tail:print the last rows'
        'verify:read everything and check it against what the file says'
        'events:what happened while a recording was made'
        'annotate:mark events and set keys in the footer'
        'metadata:keys, row groups, columns with their labels'
        'scrub:take stale copies of footer keys out of ARROW:schema'
        'doctor:say what is odd in a recording'
        'report:a picture of a recording, one page of HTML'
        'record:sample this machine into a sorted metrics file'
        'melt:turn wide recordings into one long, sorted table'
        'combine:join recordings of several machines or services on time'
        'filter:keep some columns of a recording, without decoding'
        'merge:merge sorted files into one'
        'concat:row groups of several files in one'
        'rewrite:decode and encode anew'
        'import:rows of CSV or JSON lines into a file'
        'help:tell about a command'
    )
    files=(
        '--no-limits[trust the files: no bounds on the sizes that they ask for]'
        '--max-memory[most memory to take]:size: '
        '--no-crc[do not compare page checksums]'
        '(-h --help)'{-h,--help}'[print help]'
        '*:file:_files -g "*.parquet"'
    )
    rows=(
        '*'{-c,--columns}'[only these columns]:names: '
        '(-r --rows)'{-r,--rows}'[rows from A up to before B]:A\:B: '
        '(-n --count)'{-n,--count}'[so many rows]:rows: '
        '(-f --format)'{-f,--format}'[output format]:format:(jsonl csv table)'
    )
    _arguments -C '(- *)--version[print the version]' '(- *)--help[print help]' \
        '1:command:->command' '*::argument:->argument'
    case $state in
    command)
        _describe command commands
        ;;
    argument)
        local -a json quiet output change event
        change=('(-i --in-place)'{-i,--in-place}'[append a footer]' '--dry-run[write nothing]')
        event=('*'{-e,--event}'[an event]:key=value,...: ' '--on-conflict[an id that is there]:how:(keep replace error)' \
            '--auto-id[give events an id]')
        json=('(-j --json)'{-j,--json}'[JSON instead of text]')
        quiet=('(-q --quiet)'{-q,--quiet}'[say less]')
        output=(
            '(-o --output)'{-o,--output}'[where the result goes]:file:_files -g "*.parquet"'
            '(-s --sort)'{-s,--sort}'[order of the rows]:columns: '
            '(-g --row-group-rows)'{-g,--row-group-rows}'[most rows of a row group]:rows: '
            '--codec[compression]:codec:(zstd snappy gzip lz4_raw brotli none)'
            '--threads[threads that make row groups]:number: '
            '--scratch[folder of scratch files]:folder:_files -/'
        )
        case $line[1] in
        info) _arguments $json '(-a --all)'{-a,--all}'[everything, not only the first]' $files ;;
        schema) _arguments '(-a --as)'{-a,--as}'[form]:form:(message json arrow sql c)' $files ;;
        meta) _arguments $json $files ;;
        pages) _arguments '*'{-c,--columns}'[only these columns]:names: ' \
            '(-g --row-group)'{-g,--row-group}'[only this row group]:number: ' \
            '--check[compare checksums]' '(-s --summary)'{-s,--summary}'[only where the bytes go]' \
            $json $files ;;
        cat | head | tail) _arguments $rows $quiet '(-w --where)'{-w,--where}'[only rows that fulfil a predicate]:predicate: ' \
            '--explain[tell what --where skipped]' '--skip-bad-pages[read around damaged pages]' $files ;;
        verify) _arguments '(-d --deep)'{-d,--deep}'[recompute every claim]' $json $quiet $files ;;
        events) _arguments '1:action:(list export add rm edit merge)' '--from[at this time or later]:time: ' \
            '--to[at this time or earlier]:time: ' '(-k --kind)'{-k,--kind}'[of this kind]:kind: ' \
            '(-n --node)'{-n,--node}'[of this node]:name: ' '--source[of this source]:name: ' \
            '--instance[of this instance]:name: ' '--id[with this id]:id: ' \
            '(-m --match)'{-m,--match}'[with this text]:text: ' '--jsonl[an object an event and line]' \
            '--csv[a line an event]' '--all[all that are chosen, or there]' $change $event $json $quiet $files ;;
        annotate) _arguments $change $event $quiet '*'{-a,--add-events}'[file of events]:file:_files' \
            '--clear-events[without the events that are there]' '(-n --node)'{-n,--node}'[name of the machine]:name: ' \
            '--source[what was measured]:name: ' '--overwrite[though there is another source]' \
            '--systeminfo[JSON, as it stands]:file:_files' '*'{-s,--set}'[any key]:key=value: ' \
            '*'{-u,--unset}'[take a key away]:key: ' '--undo[take the last change in place back]' \
            '--log[footers that changes in place left]' $files ;;
        metadata) _arguments $json '--file[keys of the footer]' '--geometry[row groups and their sizes]' \
            '--schema[columns with their labels]' '--field[the value of one key]:key: ' '--raw[values as they stand]' $files ;;
        scrub) _arguments $change $quiet $files ;;
        doctor) _arguments $json $files ;;
        report) _arguments '(-o --output)'{-o,--output}'[the page]:file:_files -g "*.html"' $quiet \
            '*'{-m,--metric}'[show metrics like this]:glob: ' '(-n --charts)'{-n,--charts}'[most charts]:number: ' \
            '--lines[most lines in a chart]:number: ' '--title[heading]:text: ' $files ;;
        melt) _arguments $output $json $quiet '--histograms[one row per bucket]' \
            '(-v --verbose)'{-v,--verbose}'[name all columns left out]' $files ;;
        combine) _arguments '(-o --output)'{-o,--output}'[where the result goes]:file:_files -g "*.parquet"' \
            '--join[rows that all have, or any]:kind:(inner outer)' '--keep-raw-timestamps[stamps as they are]' \
            '--bypass-time-check[join however badly aligned]' '--prefix[names with their source]' \
            '--pinned[node shown first]:node: ' '(-g --row-group-rows)'{-g,--row-group-rows}'[rows of a row group]:rows: ' \
            '--codec[compression]:codec:(zstd snappy gzip lz4_raw brotli none)' $json $quiet $files ;;
        filter) _arguments '(-o --output)'{-o,--output}'[where the result goes]:file:_files -g "*.parquet"' \
            '*'{-k,--keep}'[names that match]:glob: ' '*'{-m,--metrics}'[metrics, with commas]:names: ' \
            '--queries[metrics of these queries]:file:_files' $json $quiet $files ;;
        concat) _arguments $output $json $quiet $files ;;
        rewrite) _arguments $output $json $quiet '(-p --profile)'{-p,--profile}'[how to choose encodings]:name:(compat balanced smallest newest)' \
            '*--codec[compression]:codec: ' '*--encoding[encoding]:encoding: ' \
            '*--bloom[bloom filter]:column: ' '--page-rows[rows of a page]:number: ' \
            '--page-bytes[raw bytes of a page]:number: ' '--page-version[page version]:version:(1 2)' \
            '(-g --row-group-rows)'{-g,--row-group-rows}'[rows of a row group]:number: ' \
            '--int96[unit of times]:unit:(ns us ms)' '--keep-int96[INT96 stays]' '--strict[misfits are errors]' $files ;;
        import) _arguments $json $quiet '(-o --output)'{-o,--output}'[where the rows go]:file:_files -g "*.parquet"' \
            '(-f --format)'{-f,--format}'[format of the input]:format:(csv jsonl)' \
            '(-s --schema)'{-s,--schema}'[the columns]:file:_files' \
            '*'{-t,--type}'[type of one column]:name=type: ' '--decimals[decimals, not doubles]' \
            '--sample-rows[rows that types come from]:number: ' \
            '(-d --delimiter)'{-d,--delimiter}'[between fields]:character: ' \
            '--header[does the first line name the columns?]:answer:(yes no)' '*--null[a field that is null]:text: ' \
            '--ignore-unknown[pass over what the schema has not]' '--rejects[where bad rows go]:file:_files' \
            '--max-rejects[more bad rows end it]:number: ' '--row-bytes[bytes of the longest row]:number: ' \
            '(-p --profile)'{-p,--profile}'[how to choose encodings]:name:(compat balanced smallest newest)' \
            '*--codec[compression]:codec: ' '*--encoding[encoding]:encoding: ' '*--bloom[bloom filter]:column: ' \
            '--page-rows[rows of a page]:number: ' '--page-bytes[raw bytes of a page]:number: ' \
            '--page-version[page version]:version:(1 2)' \
            '(-g --row-group-rows)'{-g,--row-group-rows}'[rows of a row group]:number: ' \
            '--row-group-bytes[packed bytes of a row group]:number: ' \
            '--no-limits[no bounds on memory]' '--max-memory[most memory to take]:size: ' \
            '(-h --help)'{-h,--help}'[print help]' '*:file:_files' ;;
        merge) _arguments $output $json $quiet '(-l --layout)'{-l,--layout}'[row groups]:layout:(pack per-value\: none)' \
            '--oversize[a value above the cap]:what:(keep split)' '--row-group-bytes[bytes of a row group]:size: ' \
            '(-k --outputs)'{-k,--outputs}'[so many files]:number: ' '--target-bytes[bytes of a file]:size: ' \
            '(-n --dry-run)'{-n,--dry-run}'[only tell what would be done]' '--keep-kv[keep other footer keys]' \
            '(-p --profile)'{-p,--profile}'[how to choose encodings]:name:(compat balanced smallest newest)' \
            '*--encoding[encoding]:encoding: ' '*--bloom[bloom filter]:column: ' '--page-rows[rows of a page]:number: ' \
            '--page-bytes[raw bytes of a page]:number: ' '--page-version[page version]:version:(1 2)' \
            '--on-equal[rows of equal keys]:what:(keep first last error)' \
            '(-m --memory)'{-m,--memory}'[memory to aim for]:MiB: ' \
            '--resort[sort unsorted inputs first]' '--widen[unite types where one holds all values]' $files ;;
        record) _arguments \
            '(-o --output)'{-o,--output}'[where the result goes]:file:_files -g "*.parquet"' \
            '--interval[time between samples]:time: ' '--duration[when to stop]:time: ' \
            '--node[name of this machine]:name: ' '*--tag[a label of every row]:key=value: ' \
            '--proc[read this instead of /proc]:folder:_files -/' \
            $quiet '(-h --help)'{-h,--help}'[print help]' ;;
        help) _describe command commands ;;
        esac
        ;;
    esac
}

_inlay "$@"
