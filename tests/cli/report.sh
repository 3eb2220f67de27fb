# report: the page as text. What it looks like is for tests/interop/test_report.py.
. tests/cli/lib.sh
page=$work/page.html
has() { # has NAME TEXT: the page has that text
    if grep -Fq -- "$2" "$page"; then ok; else
        echo "    not there: $2"
        bad "$1"
    fi
}
hasnt() {
    if grep -Fq -- "$2" "$page"; then
        echo "    there: $2"
        bad "$1"
    else ok; fi
}
counts() { # counts NAME TEXT N: N lines of the page have that text
    n=$(grep -Fc -- "$2" "$page")
    if [ "$n" = "$3" ]; then ok; else
        echo "    $n of $2, want $3"
        bad "$1"
    fi
}

# ---- lines: by hand ----
# 5 rows in 4 seconds stand at 0, 100 .. 400 of the plot's width; its height is 200, ground at 200.
# load: 0, 10, null, 20, 20 of an axis to 20. work counts 0, 100, 300, back to 200, 260: 100 and 200 a second, then
# none, then 60 a second of an axis to 200.
cat > "$work/a.csv" <<'CSV'
timestamp,load/<b>one</b>,work
1778599380,0,0
1778599381,10,100
1778599382,,300
1778599383,20,200
1778599384,20,260
CSV
"$INLAY" import -q "$work/a.csv" -o "$work/a.parquet" -t work=uint64
run "$INLAY" report "$work/a.parquet" -o "$page"
fact "report says what it made" 0 '^2 charts of .*a\.parquet in .*page\.html, [0-9.]+ KiB$'
has "a gauge goes through its values, and a null is a gap" 'd="M0 200l100-100M300 0l100 0"'
has "a counter is drawn as its rate, from the second row on" 'd="M100 100l100-100"'
has "a counter that went back is a gap, a value alone a dot" 'class="o1 s0" d="M400 140h0"'
has "a rate says so" '<h3>work</h3><p>per second</p>'
has "the time of the recording" '2026-05-12 15:23:00 to 2026-05-12 15:23:04 UTC, 4'
has "times below the plots" '15:23:02</i>'
has "a name without metadata ends at its slash" '<h3>load</h3>'
has "the columns' table has the whole name, escaped" 'load/&lt;b&gt;one&lt;/b&gt;'
hasnt "no name is markup" '<b>one'
has "narrow screens" 'name=viewport'
has "dark screens" 'prefers-color-scheme:dark'
has "nothing may be loaded" "default-src 'none'"
holds "nothing is loaded" sh -c '! grep -Eq "https?:|src=|@import|url\(" "$1"' - "$page"

cp "$page" "$work/again"
"$INLAY" report -q "$work/a.parquet" -o "$page"
same "the same file gives the same page" "$page" "$work/again"
run "$INLAY" report -q "$work/a.parquet" -o "$page" --title '</title><script>"x"&'
fact "--quiet says nothing" 0
holds "--quiet says nothing at all" test ! -s "$work/out" -a ! -s "$work/err"
has "a title is escaped" '<h1>&lt;/title&gt;&lt;script&gt;&quot;x&quot;&amp;</h1>'
counts "the page has one script, its own" '<script>' 1

# ---- choosing ----
run "$INLAY" report "$work/a.parquet" -o "$page" --metric 'wo*'
fact "--metric chooses by metric" 0 '^1 chart of '
hasnt "and leaves out the rest" '<h3>load'
run "$INLAY" report "$work/a.parquet" -o "$page" -m '*one</b>' -m 'w?rk'
fact "--metric chooses by column, and may be given again" 0 '^2 charts of '
run "$INLAY" report "$work/a.parquet" -o "$page" --charts 1
fact "--charts is the most" 0 '^1 chart of '
has "what is left out is counted" '1 of 2 metrics shown'
rm -f "$page"
run "$INLAY" report "$work/a.parquet" -o "$page" -m 'wrok'
fact "a metric that is not there" 2 '' "no metric of .* is like 'wrok'"
holds "a failure leaves no page" test ! -e "$page"
holds "and no temporary file" sh -c '! ls -A "$1" | grep -q tmp' - "$work"
run "$INLAY" report "$work/a.parquet" -o "$page" --lines 7
fact "more lines than colours" 2 '' '--lines is at most 6'
run "$INLAY" report "$work/a.parquet"
fact "report wants an output" 2 '' 'give -o FILE'
run "$INLAY" report "$work/a.parquet" -o "$work/a.parquet"
fact "the page is not written over the recording" 2 '' 'one of the inputs'
run "$INLAY" report "$work/a.csv" -o "$page"
fact "a file that is not Parquet" 1 '' 'not a Parquet file'
one_line "in one line"
holds "and no page" test ! -e "$page"

# ---- small and other files ----
head -n 2 "$work/a.csv" > "$work/one.csv"
"$INLAY" import -q "$work/one.csv" -o "$work/one.parquet" -t work=uint64
run "$INLAY" report "$work/one.parquet" -o "$page"
fact "one row: a gauge, but no rate" 0 '^1 chart of '
has "one row is a dot in the middle" 'd="M200 200h0"'
head -n 1 "$work/a.csv" > "$work/none.csv"
"$INLAY" import -q "$work/none.csv" -o "$work/none.parquet" -t work=uint64 -t timestamp=int64
run "$INLAY" report "$work/none.parquet" -o "$page"
fact "no rows" 0 '^0 charts of '
has "no rows: the page says so" 'The file has no rows.'
printf 'name,size\na,1\nb,2\nc,4\n' > "$work/plain.csv"
"$INLAY" import -q "$work/plain.csv" -o "$work/plain.parquet"
run "$INLAY" report "$work/plain.parquet" -o "$page"
fact "a file that is no recording: a chart a column of numbers" 0 '^1 chart of '
has "drawn by row number" 'Drawn by row number'
has "its layout has every column" '<td class=name>name'
printf 'timestamp,v\n1778599382,1\n1778599380,2\n' > "$work/back.csv"
"$INLAY" import -q "$work/back.csv" -o "$work/back.parquet"
"$INLAY" report -q "$work/back.parquet" -o "$page"
has "times that go back are not drawn by" 'as its times do not ascend'

printf 'timestamp,v\n1778599380,1e300\n1778599381,1e-310\n1778599382,NaN\n1778599383,-inf\n1778599384,3\n' > "$work/far.csv"
"$INLAY" import -q "$work/far.csv" -o "$work/far.parquet" -t v=double
"$INLAY" report -q "$work/far.parquet" -o "$page"
has "what no axis can hold is a gap" 'class="o1 s0" d="M100 200h0M400 0h0"'

# ---- events: events.parquet has three, see events.sh ----
run "$INLAY" report tests/cli/events.parquet -o "$page"
fact "a recording with events" 0
has "an event's text" 'vllm restart</p>'
has "with its quotes escaped" 'load, &quot;high&quot;</p>'
has "its details" 'two'
has "its kind and time" '<time>2026-05-12 15:23:01</time> <i class=k0>restart</i>'
has "its labels" 'reason=OOM'
has "its length" 'for 1'
has "a point is a mark at its time, in the middle of two seconds" 'd="M200.00 0v200"><title>3: vllm restart'
has "a band is as wide as it is long" 'x="100.00" width="300.00" height="200"><title>2: load'
has "an event outside is listed" 'outside the recording'
hasnt "and not drawn" '<title>1:'

# ---- real recordings ----
need data/recordings/vllm.parquet
run "$INLAY" report "$CORPUS/data/recordings/vllm.parquet" -o "$page"
fact "2,000 columns give twenty charts" 0 '^20 charts of '
counts "a figure each" '<figure class=' 20
holds "and a page below 250 KB" test "$(wc -c < "$page")" -lt 250000
counts "a quarter are histograms" '<figure class="c heat"' 5
has "with quantiles" 'p99 ≤'
has "what is left out is counted there, too" 'of 97 metrics shown'
run "$INLAY" report "$CORPUS/data/recordings/demo.parquet" -o "$page" -m tcp_srtt -m 'blockio_bytes'
fact "a metric and a histogram by name" 0 '^2 charts of '
has "the four columns of a metric are one chart's lines" 'class="s s3"'
has "the layout's words" 'dictionary</span>'
run "$INLAY" report --max-memory 16M "$CORPUS/data/recordings/c16.parquet" -o "$page"
fact "2,112 columns in 16 MiB" 0 '^20 charts of '
finish
