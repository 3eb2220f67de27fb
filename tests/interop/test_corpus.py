"""Every file of the public corpus (apache/parquet-testing): one line in a table, and no line unexplained.

    ok                     `inlay cat` prints what every judge reads, line by line
    refused-as-it-should   exit code 1 and the error that the tables below expect
    differs-because        a judge reads other values; the tables below say why ours are right

Judges: pyarrow and DuckDB, and the corpus's own documents (*_expect.csv, *.md, README.md, *.yaml,
*.variant.bin), called "corpus". The table is also written to $BUILD/corpus-table.md.
"""
import csv, io, os
from judge import *

TOP = os.path.join(CORPUS, "corpus/parquet-testing")

# What must be refused, with a piece of the error. README.md of bad_data says what is wrong with each.
REFUSED = {
    "bad_data/ARROW-GH-41317.parquet": ("column chunk ends before its last value", "columns of different length"),
    "bad_data/ARROW-GH-41321.parquet": ("definition levels end too early", "fewer levels than the page header says"),
    "bad_data/ARROW-GH-45185.parquet": ("the first repetition level is not 0", "repetition levels begin with 1"),
    "bad_data/ARROW-GH-47662.parquet": ("values end too early", "nulls in a required column"),
    "bad_data/ARROW-RS-GH-6229-DICTHEADER.parquet":
        ("column chunk lies outside the file's data",
         "negative number of dictionary entries; its chunk reaches beyond the file, which is met first"),
    "bad_data/ARROW-RS-GH-6229-LEVELS.parquet":
        ("definition levels end too early", "fewer levels than the page header says"),
    "bad_data/PARQUET-1481.parquet": ("schema has an unknown physical type", "a damaged type in the schema"),
    "data/datapage_v1-corrupt-checksum.parquet": ("page checksum (CRC) is wrong", "two of four checksums are wrong"),
    "data/rle-dict-uncompressed-corrupt-checksum.parquet":
        ("page checksum (CRC) is wrong", "the checksums of both dictionaries are wrong"),
}
# By pattern: what is encrypted, and what is no Parquet file at all.
REFUSED_LIKE = [
    (".parquet.encrypted", "encrypted", "decryption is not part of this build"),
    (".metadata", "not a Parquet file", "a part of a Variant value, without a file around it"),
    (".value", "not a Parquet file", "a part of a Variant value, without a file around it"),
    ("/bloom_filter.bin", "not a Parquet file", "a bloom filter alone"),
    ("/bloom_filter.xxhash.bin", "not a Parquet file", "a bloom filter alone"),
]
# Read only when asked to.
ARGUMENTS = {
    "data/large_string_map.brotli.parquet": ["--no-limits"],
    "data/datapage_v1-corrupt-checksum.parquet": ["--no-crc"],
    "data/rle-dict-uncompressed-corrupt-checksum.parquet": ["--no-crc"],
}
# A judge that reads other values: (file, judge): why ours are right.
DIFFERS = {
    ("data/int96_from_spark.parquet", "pyarrow"):
        "counts INT96 in 64 bits of nanoseconds, which end in 2262, and wraps; ours is what int96_from_spark.md says",
    ("data/int96_from_spark.parquet", "DuckDB"):
        "wraps row 5, Julian day -105,862,233 (Spark wrapped the year 290000 when it wrote); ours is what is stored",
    ("data/map_no_value.parquet", "pyarrow"):
        "makes a map without values a list of its keys; LogicalTypes.md, Maps, allows that as well as ours, "
        "a map with null values, which keeps it apart from a list",
    ("data/nested_structs.rust.parquet", "DuckDB"):
        "takes a TIMESTAMP_MICROS that stands alone as local time; LogicalTypes.md: ConvertedType alone means "
        "isAdjustedToUTC = true",
}
# A judge that does not read the file: (file, judge): why it should.
CANNOT = {
    ("data/byte_stream_split_extended.gzip.parquet", "DuckDB"):
        "no BYTE_STREAM_SPLIT of FIXED_LEN_BYTE_ARRAY, which Encodings.md has since 2.11",
    ("data/incorrect_map_schema.parquet", "pyarrow"):
        "insists on required keys; Presto wrote optional ones, and LogicalTypes.md has rules to read old maps",
    ("data/map_no_value.parquet", "DuckDB"): "wants two fields in a map; LogicalTypes.md lets the value be omitted",
    ("data/large_string_map.brotli.parquet", "pyarrow"): "not asked: it would take 5 GB",
    ("data/large_string_map.brotli.parquet", "DuckDB"): "not asked: it would take 5 GB",
}
# What `verify` finds in files that can be read.
VERIFY_FINDS = {
    "data/repeated_no_annotation.parquet":
        ("the footer's number of rows is not the sum of its row groups", "the footer says 0 rows, there are 6"),
}
# DuckDB decodes Variant columns, we print the groups that store them, as pyarrow does.
NOT_ASKED = {("shredded_variant/", "DuckDB"): "Variants are compared as the groups that store them"}


def note_of(table, name, judge):
    return next((why for (start, j), why in table.items() if j == judge and name.startswith(start)), None)


# ---- judges ----

def ask(name, judge, path, got):
    """-> (verdict, note): equal, differs, cannot."""
    why = note_of(NOT_ASKED, name, judge)
    if why:
        return "not asked", None
    try:
        if name == "data/large_string_map.brotli.parquet":
            raise RuntimeError("too large")
        if judge == "pyarrow":
            odd = compare_lines(got, arrow_lines(path))
        else:
            odd = compare_lines(as_duck(got), as_duck(duck_lines(path)))
    except Exception as e:
        why = note_of(CANNOT, name, judge)
        return ("cannot", f"{judge} does not read it: {why}") if why else \
            ("unexplained", f"{judge} does not read it: {str(e).splitlines()[0]}")
    if odd is None:
        return "equal", None
    why = note_of(DIFFERS, name, judge)
    return ("differs", f"{judge} {why}") if why else ("unexplained", f"{judge}: {odd}")


# ---- what the corpus itself says about a file: a function each, which returns the first oddity, None where
# there is none, and NOTHING where it says nothing ----

NOTHING = "nothing"


def text_of(name):
    with open(os.path.join(TOP, name), encoding="utf-8") as f:
        return f.read()


def dicts(lines):
    return [json.loads(line) for line in lines]


def meta(name):
    return json.loads(inlay("meta", "--json", os.path.join(TOP, name)).stdout)


def expect(got, want):
    return None if got == want else next(
        (f"row {i}: {g!r}, want {w!r}" for i, (g, w) in enumerate(zip(got, want)) if g != w),
        f"{len(got)} rows, want {len(want)}")


def own_csv(name, lines):
    want = list(csv.reader(io.StringIO(text_of(name.replace(".parquet", "_expect.csv")))))
    got = [[k for k in json.loads(lines[0])]]
    got += [["" if v is None else str(v) for v in row.values()] for row in dicts(lines)]
    want[0] = [k.strip() for k in want[0]]
    return expect([[k.strip(":") for k in got[0]]] + got[1:], want)


def own_int96(name, lines):
    """Spark counts from the Julian epoch in 64 bits of microseconds, so late values are stored wrapped."""
    text = text_of("data/int96_from_spark.md").split("microseconds since the epoch, they correspond to:")[1]
    want = [None if v == "null" else int(v) for v in text.split("```")[1].strip().split(", ")]
    want = [None if v is None else moment(v - (v + 2440588 * 86400 * 10**6 >= 1 << 63) * (1 << 64), "us") + "000"
            for v in want]
    return expect([row["a"] for row in dicts(lines)], want)


def own_pairs(name, lines):
    """README.md: each X_byte_stream_split equals X_plain."""
    for row in dicts(lines):
        for key in row:
            if key.endswith("_plain") and row[key] != row[key[:-6] + "_byte_stream_split"]:
                return f"{key}: {row[key]!r}, want {row[key[:-6] + '_byte_stream_split']!r}"


def own_map_no_value(name, lines):
    want = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    return expect([[row["my_list"], [e["key"] for e in row["my_map"]], [e["key"] for e in row["my_map_no_v"]],
                    [e["value"] for e in row["my_map"]]] for row in dicts(lines)],
                  [[w, w, w, [None] * 3] for w in want])


def own_truncated(name, lines):
    """README.md has the rows as parquet-cli prints them (bytes as ISO 8859-1), and the bounds."""
    text = text_of("data/README.md")
    want = dicts(re.findall(r'^\{"utf8_full_truncation".*\}$', text, re.M))
    got = [{k: base64.b64decode(v).decode("latin-1") if k.startswith("binary") else v for k, v in row.items()}
           for row in dicts(lines)]
    odd = expect(got, want)
    bounds = {m[0]: m[1:] for m in re.findall(
        r'^\|(\w+) *\|"(.+?)" *\|(true|false) *\|"(.+?)" *\|(true|false) *\|$', text, re.M)}
    for c in meta(name)["row_groups"][0]["columns"]:
        s = c["statistics"]
        of = base64.b64decode if c["column"].startswith("binary") else str.encode
        texts_ = [of(s["min"]), of(s["max"])]
        low, low_exact, high, high_exact = bounds[c["column"]]
        want_ = [bytes.fromhex(v[2:]) if v.startswith("0x") else v.encode() for v in (low, high)]
        exact = [str(s["min_exact"]).lower(), str(s["max_exact"]).lower()]
        odd = odd or expect([texts_, exact], [want_, [low_exact, high_exact]])
    return odd if len(bounds) == 6 else "README.md no longer has the table of bounds"


def own_geospatial(name, lines):
    """geospatial.yaml: a list of WKT texts a group; a text goes on in indented lines."""
    want, group = [], None
    for line in text_of("data/geospatial/geospatial.yaml").splitlines():
        if line.startswith("- "):
            want.append([group, line[2:]])
        elif line.startswith("  ") and want:
            want[-1][1] += " " + line.strip()
        elif line.endswith(":") and not line.startswith("#"):
            group = line[:-1]
    want = [[g, None if w == "null" else w] for g, w in want]
    return expect([[row["group"], row["wkt"]] for row in dicts(lines)], want)


def own_variant(name, lines):
    """Rows that are not shredded: metadata and value, one after the other, are the .variant.bin file."""
    said = NOTHING
    for i, row in enumerate(dicts(lines)):
        path = os.path.join(TOP, name.replace(".parquet", f"_row-{i}.variant.bin"))
        var = row["var"]
        if not os.path.exists(path) or set(var) - {"metadata", "value"}:
            continue
        with open(path, "rb") as f:
            if f.read() != base64.b64decode(var["metadata"]) + base64.b64decode(var["value"]):
                return f"row {i}: not the bytes of {os.path.basename(path)}"
        said = None
    return said


def rows(*want):
    return lambda name, lines: expect([list(row.values()) for row in dicts(lines)], [list(w) for w in want])


def nulls(column, rows_, want):
    def check(name, lines):
        got = dicts(lines)
        return expect([[len(got), sum(row[column] is None for row in got)]], [[rows_, want]])
    return check


def own_crc(*places):
    """README.md, Checksum Files: in which page of which column the checksum is wrong, and in no other."""
    def check(name, lines):
        report = json.loads(inlay("verify", "--json", os.path.join(TOP, name), check=False).stdout)
        return expect([[f["error"]["column"], f["error"]["page"]] for f in report["faults"]], [list(p) for p in places])
    return check


def own_sorting(name, lines):
    want = [["a", True, True], ["b", False, False]]
    return expect([[[s["column"], s["descending"], s["nulls_first"]] for s in g["sorting"]]
                   for g in meta(name)["row_groups"]], [want, want])


def own_chunk_keys(name, lines):
    return expect([c["key_values"] for c in meta(name)["row_groups"][0]["columns"]],
                  [[{"key": "foo", "value": "bar"}, {"key": "thisiskeywithoutvalue", "value": None}], []])


def own_schema(column, want):
    def check(name, lines):
        text = inlay("schema", os.path.join(TOP, name)).stdout.decode()
        return expect([line.strip() for line in text.splitlines() if column in line], [want])
    return check


NAN = "NaN"
OWN = {
    "data/delta_binary_packed.parquet": own_csv,
    "data/delta_byte_array.parquet": own_csv,
    "data/delta_encoding_optional_column.parquet": own_csv,
    "data/delta_encoding_required_column.parquet": own_csv,
    "data/int96_from_spark.parquet": own_int96,
    "data/byte_stream_split_extended.gzip.parquet": own_pairs,
    "data/map_no_value.parquet": own_map_no_value,
    "data/binary_truncated_min_max.parquet": own_truncated,
    "data/geospatial/geospatial.parquet": own_geospatial,
    "data/old_list_structure.parquet": rows([[[1, 2], [3, 4]]]),
    "data/null_list.parquet": rows([[]]),
    "data/nan_in_stats.parquet": rows([1.0], [NAN]),
    "data/float16_zeros_and_nans.parquet": rows([None], [0.0], [NAN]),
    "data/float16_nonzeros_and_nans.parquet": rows([None], [1.0], [-2.0], [NAN], [0.0], [-1.0], [-0.0], [2.0]),
    "data/datapage_v2_empty_datapage.snappy.parquet": rows([None]),
    "data/incorrect_map_schema.parquet":
        rows([[{"key": "parent", "value": "another"}, {"key": "name", "value": "report"}]]),
    "data/page_v2_empty_compressed.parquet": nulls("integer_column", 10, 10),
    "data/fixed_length_byte_array.parquet": nulls("flba_field", 1000, 105),
    "data/int32_with_null_pages.parquet": nulls("int32_field", 1000, 275),
    "data/concatenated_gzip_members.parquet": nulls("long_col", 513, 0),
    "data/datapage_v1-corrupt-checksum.parquet": own_crc(("a", 0), ("b", 1)),
    "data/rle-dict-uncompressed-corrupt-checksum.parquet": own_crc(("long_field", 0), ("binary_field", 0)),
    "data/sort_columns.parquet": own_sorting,
    "data/column_chunk_key_value_metadata.parquet": own_chunk_keys,
    "data/unknown-logical-type.parquet":
        own_schema("column with unknown type", "optional binary column with unknown type;"),
}


def large_string_map(path):
    """README.md: two rows, each a map of one key, 2**30 times "a", to 1. Compared in passing: 2 GiB of text."""
    p = subprocess.Popen([INLAY, "cat", "--no-limits", path], stdout=subprocess.PIPE)
    block, odd = b"a" * (1 << 20), None
    for row in range(2):
        ok = p.stdout.read(16) == b'{"arr":[{"key":"' \
            and all(p.stdout.read(len(block)) == block for _ in range(1024)) \
            and p.stdout.read(15) == b'","value":1}]}\n'
        odd = odd or (None if ok else f"row {row} is not what README.md says")
    odd = odd or (None if p.stdout.read(1) == b"" else "more than two rows")
    p.stdout.close()
    return odd or (None if p.wait() == 0 else "exit code")


# ---- one line a file ----

def refusal(name):
    if name in REFUSED:
        return REFUSED[name]
    return next(((piece, why) for ending, piece, why in REFUSED_LIKE if name.endswith(ending)), None)


def judged(name, path, got):
    """-> (status, judges, details) of what can be read."""
    agree, details, status = [], [], "ok"
    for judge in ("pyarrow", "DuckDB"):
        verdict, note = ask(name, judge, path, got)
        if verdict == "equal":
            agree.append(judge)
        elif verdict == "differs":
            status = "differs-because"
        elif verdict == "unexplained":
            status = "UNEXPLAINED"
        details += [note] if note else []
    own = own_variant if name.startswith("shredded_variant/") else OWN.get(name)
    if own:
        odd = own(name, got)
        if odd is None:
            agree.append("corpus")
        elif odd != NOTHING:
            status, details = "UNEXPLAINED", details + [f"the corpus says otherwise: {odd}"]
    if not agree and status == "ok":
        status, details = "UNEXPLAINED", details + ["no judge has read it"]
    return status, agree, details


def check(name):
    path = os.path.join(TOP, name)
    if name == "data/large_string_map.brotli.parquet":
        refused = inlay("cat", path, check=False)
        odd = large_string_map(path) or (None if b"--no-limits" in refused.stderr else "not stopped by the limits")
        return ("UNEXPLAINED" if odd else "ok"), ["corpus"], [odd or "with --no-limits only: pages of 1 GiB"]
    expected = refusal(name)
    r = inlay("cat", path, check=False)
    if r.returncode and not expected:
        return "UNEXPLAINED", [], ["refused: " + r.stderr.decode("utf-8", "replace").strip()]
    if not expected:
        return readable(name, path, r.stdout)
    piece, why = expected
    error = r.stderr.decode("utf-8", "replace").strip()
    if r.returncode != 1 or piece not in error:
        return "UNEXPLAINED", [], [f"exit code {r.returncode}, want 1 and {piece!r}: {error}"]
    status, judges, details = "refused-as-it-should", [], [f'"{piece}": {why}']
    if name in ARGUMENTS:
        args = ARGUMENTS[name]
        status_, judges, more = judged(name, path, cat_lines(path, *args))
        details += [f"with {args[0]} the values are the judges'"] + more
        status = status if status_ == "ok" else status_
    return status, judges or ["corpus"], details


def readable(name, path, out):
    got = out.decode("utf-8").split("\n")[:-1]
    status, judges, details = judged(name, path, got)
    odd = csv_oddity(path, got)
    piece, why = VERIFY_FINDS.get(name, (": ok", None))
    found = inlay("verify", path, check=False).stdout.decode("utf-8", "replace")
    if piece not in found:
        odd = odd or f"verify, want {piece!r}: {found}"
    details += [f"verify: {why}"] if why else []
    if name in INVALID_VARIANTS:
        details.append(f"the Variant is invalid ({INVALID_VARIANTS[name]}), the columns that store it are not")
    return ("UNEXPLAINED" if odd else status), judges, details + ([odd] if odd else [])


def all_files():
    kinds = (".parquet", ".parquet.encrypted", ".metadata", ".value", "/bloom_filter.bin", "/bloom_filter.xxhash.bin")
    found = [os.path.relpath(os.path.join(d, f), TOP) for d, _, names in os.walk(TOP) for f in names]
    return sorted(f for f in found if f.endswith(kinds)), len(found)


names, everything = all_files()
INVALID_VARIANTS = {}
if not names:
    skip("corpus", "it is absent (set CORPUS)")
    finish("corpus")
for case in json.loads(text_of("shredded_variant/cases.json")):
    if "parquet_file" in case and ("error_message" in case or "INVALID" in case["parquet_file"]):
        INVALID_VARIANTS["shredded_variant/" + case["parquet_file"]] = case.get("error_message", case["test"])

table, tally = ["| file | verdict | judges | detail |", "|---|---|---|---|"], {}
for name in names:
    try:
        status, judges, details = check(name)
    except Exception as e:
        status, judges, details = "UNEXPLAINED", [], [f"{type(e).__name__}: {e}"]
    tally[status] = tally.get(status, 0) + 1
    detail = "; ".join(details)
    table.append("| {} | {} | {} | {} |".format(name, status, ", ".join(judges), detail.replace("|", "\\|")))
    fact(f"corpus: {name}", status != "UNEXPLAINED", detail)
for (name, judge), why in {**DIFFERS, **CANNOT}.items():
    if name not in names:
        fact(f"corpus: {name} is explained and exists", False, why)
table += ["", f"{len(names)} files of {everything} (the others say what is in them): "
          + ", ".join(f"{n} {status}" for status, n in sorted(tally.items()))]
with open(os.path.join(BUILD, "corpus-table.md"), "w", encoding="utf-8") as f:
    f.write("\n".join(table) + "\n")
print(f"  {os.path.join(BUILD, 'corpus-table.md')}: {table[-1]}")
finish("corpus")
