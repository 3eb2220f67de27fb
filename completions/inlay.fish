# fish completion for inlay: commands, their options, and files.
set -l commands info schema meta cat head tail verify record melt merge help
set -l none "not __fish_seen_subcommand_from $commands"

complete -c inlay -f -n $none -a info -d 'say what files are: rows, row groups, size, metrics'
complete -c inlay -f -n $none -a schema -d 'print the columns and their types'
complete -c inlay -f -n $none -a meta -d 'print all metadata'
complete -c inlay -f -n $none -a cat -d 'print rows as JSON lines, CSV or a table'
complete -c inlay -f -n $none -a head -d 'print the first rows'
complete -c inlay -f -n $none -a tail -d 'print the last rows'
complete -c inlay -f -n $none -a verify -d 'read everything and check it'
complete -c inlay -f -n $none -a record -d 'sample this machine into a sorted metrics file'
complete -c inlay -f -n $none -a melt -d 'turn wide recordings into one long table'
complete -c inlay -f -n $none -a merge -d 'merge sorted files into one'
complete -c inlay -f -n $none -a help -d 'tell about a command'
complete -c inlay -f -n '__fish_seen_subcommand_from help' -a "$commands"
complete -c inlay -f -n $none -l version -d 'print the version'
complete -c inlay -s h -l help -d 'print help'

function __inlay_in
    __fish_seen_subcommand_from $argv
end
complete -c inlay -n '__inlay_in info schema meta cat head tail verify melt merge' -l no-limits -d 'trust the files'
complete -c inlay -n '__inlay_in info schema meta cat head tail verify melt merge' -l no-crc -d 'do not compare page checksums'
complete -c inlay -n '__inlay_in info meta verify melt merge' -s j -l json -d 'JSON instead of text'
complete -c inlay -n '__inlay_in cat head tail verify melt merge record' -s q -l quiet -d 'say less'
complete -c inlay -n '__inlay_in info' -s a -l all -d 'everything, not only the first'
complete -c inlay -n '__inlay_in cat head tail' -x -s c -l columns -d 'only these columns'
complete -c inlay -n '__inlay_in cat head tail' -x -s r -l rows -d 'rows from A up to before B'
complete -c inlay -n '__inlay_in cat head tail' -x -s n -l count -d 'so many rows'
complete -c inlay -n '__inlay_in cat head tail' -x -s f -l format -a 'jsonl csv table' -d 'output format'
complete -c inlay -n '__inlay_in melt merge record' -r -s o -l output -d 'where the result goes'
complete -c inlay -n '__inlay_in melt merge' -x -s s -l sort -d 'order of the rows'
complete -c inlay -n '__inlay_in melt merge' -x -s g -l row-group-rows -d 'most rows of a row group'
complete -c inlay -n '__inlay_in melt merge' -x -l codec -a 'zstd snappy gzip lz4_raw brotli none' -d 'compression'
complete -c inlay -n '__inlay_in melt merge' -r -l scratch -d 'folder of scratch files'
complete -c inlay -n '__inlay_in merge' -x -s m -l memory -d 'memory to aim for, MiB'
complete -c inlay -n '__inlay_in melt' -l histograms -d 'one row per bucket'
complete -c inlay -n '__inlay_in melt' -s v -l verbose -d 'name all columns left out'
complete -c inlay -n '__inlay_in record' -x -l interval -d 'time between samples'
complete -c inlay -n '__inlay_in record' -x -l duration -d 'when to stop'
complete -c inlay -n '__inlay_in record' -x -l node -d 'name of this machine'
complete -c inlay -n '__inlay_in record' -r -l proc -d 'read this instead of /proc'
complete -c inlay -n '__inlay_in record' -x -l tag -d 'a label of every row, key=value'
