# The command line itself: what is said to those who mistype, and who ask.
. tests/cli/lib.sh

run "$INLAY"
fact "no command is a mistake that points to the help" 2 '' '^inlay: no command given; see .inlay --help.$'
one_line "it takes one line"
run "$INLAY" mrege
fact "a mistyped command gets a hint" 2 '' "did you mean 'merge'"
run "$INLAY" frobnicate
fact "a strange command gets the help's name" 2 '' "see 'inlay --help'"
run "$INLAY" --help
fact "the help lists the commands" 0 '^  verify +read everything'
run "$INLAY" --version
fact "the version" 0 '^inlay [0-9]+\.[0-9]+\.[0-9]+$'
for command in info schema meta pages cat head tail verify events report record melt combine filter merge concat rewrite import; do
    run "$INLAY" $command --help
    fact "$command --help" 0 "^Usage: inlay $command "
    cp "$work/out" "$work/long"
    run "$INLAY" help $command
    same "help $command is the same text" "$work/out" "$work/long"
    holds "$command --help fits 100 columns" awk 'length > 100 {exit 1}' "$work/out"
done
run "$INLAY" help nothing
fact "help about nothing" 2 '' "no command 'nothing'"

run "$INLAY" cat
fact "cat wants a file" 2 '' '^inlay: cat: wants FILE'
run "$INLAY" cat --colums a x.parquet
fact "a mistyped option gets a hint" 2 '' 'did you mean --columns'
run "$INLAY" cat -Z x.parquet
fact "an unknown letter" 2 '' '^inlay: cat: no option -Z;'
run "$INLAY" cat --columns
fact "an option without its value" 2 '' '^inlay: cat: --columns wants '
run "$INLAY" verify --quiet=yes x.parquet
fact "a flag with a value" 2 '' '^inlay: verify: --quiet takes no value$'
run "$INLAY" merge -g many a -o b
fact "a number that is none" 2 '' "wants a whole number, not 'many'"
run "$INLAY" merge -g 99999999999999999999 a -o b
fact "a number beyond 64 bits" 2 '' 'wants a whole number'
run "$INLAY" cat --format xml x.parquet
fact "a format that is none" 2 '' "no format 'xml': jsonl, csv or table"
run "$INLAY" cat --rows 1-2 x.parquet
fact "a range that is none" 2 '' "not '1-2'"
run "$INLAY" head --rows 1:2 -n 3 x.parquet
fact "two ranges" 2 '' 'either --rows or -n'
run "$INLAY" merge a.parquet
fact "merge wants an output" 2 '' 'give -o FILE'
run "$INLAY" melt a.parquet
fact "melt wants an output" 2 '' 'give -o FILE'

run "$INLAY" cat "$work/none.parquet"
fact "a file that is not there" 3 '' 'none.parquet: cannot open the file: No such file'
one_line "a file that is not there takes one line"
run "$INLAY" cat "$work"
fact "a folder" 3 '' 'folder'
: > "$work/-dash.parquet"
cd "$work" || exit 1
run "$INLAY" cat -- -dash.parquet
fact "after -- everything is a file" 1 '' '^inlay: -dash.parquet: '
cd "$OLDPWD" || exit 1
: > "$work/empty"
run "$INLAY" info "$work/empty"
fact "an empty file" 1 '' 'empty: the file is empty'
one_line "an empty file takes one line"
echo "this is not a Parquet file" > "$work/text"
run "$INLAY" cat "$work/text"
fact "a file of another kind" 1 '' 'text: .*not a Parquet file'
printf 'PAR1\0\0\0\0PAR1' > "$work/hollow"
run "$INLAY" cat "$work/hollow"
fact "a footer of no bytes" 1 '' 'hollow: '
run "$INLAY" cat "$(printf "$work/a\033[31mb")"
fact "control characters of a name never reach the terminal" 3 '' 'a\\x1B\[31mb'
finish
