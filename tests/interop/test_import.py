"""import: text that comes in is the text that goes out again; other readers of CSV and JSON lines find the same
values; RFC 4180 by hand; and a process that is killed, or a full disk, leaves the old file or the new one.
IMPORT_ROWS=1000000 and KILLS=200 for more."""
import datetime, decimal, json, os, random, resource, signal, subprocess, tempfile, time

import duckdb
import pyarrow as pa
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet as pq

from judge import INLAY, fact, finish

SEED = int(os.environ.get("SEED", random.randrange(10**6)))
ROWS = int(os.environ.get("IMPORT_ROWS", 100_000))
KILLS = int(os.environ.get("KILLS", 60))
R = random.Random(SEED)
print(f"SEED={SEED}")


def run(*args, data=None):
    return subprocess.run([INLAY, *args], capture_output=True, input=data)


def take(folder, data, *options):
    """Import bytes; (exit code, rows as a list of dicts or the error's text)."""
    out = os.path.join(folder, "taken.parquet")
    r = run("import", "-", "-o", out, *options, data=data)
    if r.returncode:
        return r.returncode, r.stderr.decode()
    return 0, pq.read_table(out).to_pylist()


# ---- the same text back ----

WORDS = ["", "a", "plain text", 'say "yes"', "a,b", "two\nlines", "tab\there", "back\\slash", "é", "日本語", "😀",
         "\x7f", "007", "true", "null", "NaN", "1e5", "2024-01-01", " spaces ", "'", "[]", "{}"]


def real():
    kind = R.randrange(6)
    return (R.gauss(0, 1000) if kind else R.choice([-0.0, 0.0, 1e-320, 5e-324, 1.7976931348623157e308, 1e16, 0.1]))


def row(i):
    none = R.random() < 0.05
    return {
        "n": R.choice([i, -i, 2**63 - 1, -2**63, R.randrange(-2**63, 2**63)]),
        "u": R.randrange(2**64),
        "x": None if none else real(),
        "s": None if none else R.choice(WORDS) + R.choice(WORDS),
        "b": R.random() < 0.5,
        "d": R.choice(["1970-01-01", "0001-01-01", "9999-12-31", "2024-02-29"]),
        "t": f"20{R.randrange(100):02}-12-31T23:59:{R.randrange(60):02}.{R.randrange(10**6):06}Z",
        "ns": f"2024-01-01T00:00:00.{R.randrange(10**9):09}",
        "e": None,
    }


def cell(v):
    if v is None:
        return ""
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, (int, float)):
        return repr(v)
    return '"' + v.replace('"', '""') + '"' if v == "" or any(c in v for c in '",\r\n') else v


def judge_back(folder):
    rows = [row(i) for i in range(ROWS)]
    text = "\n".join([",".join(rows[0])] + [",".join(cell(v) for v in r.values()) for r in rows]) + "\n"
    lines = "\n".join(json.dumps({**r, "l": [r["n"], None], "g": {"x": r["x"], "m": [{"k": r["s"]}]}},
                                 ensure_ascii=False, separators=(",", ":")) for r in rows) + "\n"
    for kind, data in (("csv", text), ("jsonl", lines)):
        path, out = os.path.join(folder, f"back.{kind}"), os.path.join(folder, "back.parquet")
        with open(path, "wb") as f:
            f.write(data.encode())
        r = run("import", path, "-o", out, "-g", str(ROWS // 3))
        if not fact(f"import: {kind}, {ROWS} rows", r.returncode == 0, r.stderr):
            continue
        got = run("cat", "--format", kind, out).stdout.decode()
        differs = next((a + " | " + b for a, b in zip(data.split("\n"), got.split("\n")) if a != b), "length")
        fact(f"import: {kind}, the same text back", got == data, differs)
        said = run("verify", "--deep", "--quiet", out)
        fact(f"import: {kind}, nothing for verify --deep", said.returncode == 0, said.stdout)
        kept = [str(f.type) for f in pq.read_schema(out)][:9]
        fact(f"import: {kind}, the types", kept == [
            "int64", "uint64", "double", "string", "bool", "date32[day]", "timestamp[us, tz=UTC]",
            "timestamp[ns]", "string"], kept)


def judge_every_type(folder):
    """Columns of all types, written by pyarrow: out as text, in by the schema's text, out again."""
    n, d = 500, decimal.Decimal
    some = lambda make: [None if R.random() < 0.2 else make() for _ in range(n)]
    digits = lambda p, s: d(R.randrange(-10**p + 1, 10**p)).scaleb(-s)
    utc = datetime.timezone.utc
    columns = {
        "i8": pa.array(some(lambda: R.randrange(-128, 128)), pa.int8()),
        "u8": pa.array(some(lambda: R.randrange(256)), pa.uint8()),
        "i16": pa.array(some(lambda: R.randrange(-2**15, 2**15)), pa.int16()),
        "u32": pa.array(some(lambda: R.randrange(2**32)), pa.uint32()),
        "u64": pa.array(some(lambda: R.randrange(2**64)), pa.uint64()),
        "f": pa.array(some(lambda: R.choice([R.gauss(0, 1), float("nan"), float("inf"), -0.0])), pa.float32()),
        "x": pa.array(some(lambda: R.choice([R.gauss(0, 1), float("nan"), -float("inf"), 1e-320])), pa.float64()),
        "d9": pa.array(some(lambda: digits(9, 2)), pa.decimal128(9, 2)),
        "d18": pa.array(some(lambda: digits(18, 18)), pa.decimal128(18, 18)),
        "d38": pa.array(some(lambda: digits(38, 10)), pa.decimal128(38, 10)),
        "d76": pa.array(some(lambda: digits(76, 30)), pa.decimal256(76, 30)),
        "s": pa.array(some(lambda: R.choice(WORDS)), pa.string()),
        "bin": pa.array(some(lambda: R.randbytes(R.randrange(9))), pa.binary()),
        "fix": pa.array(some(lambda: R.randbytes(5)), pa.binary(5)),
        "day": pa.array(some(lambda: R.randrange(-10**6, 10**6)), pa.date32()),
        "tm": pa.array(some(lambda: R.randrange(86400000)), pa.time32("ms")),
        "tn": pa.array(some(lambda: R.randrange(86400 * 10**9)), pa.time64("ns")),
        "ms": pa.array(some(lambda: R.randrange(-10**14, 10**14)), pa.timestamp("ms")),
        "us": pa.array(some(lambda: R.randrange(-10**17, 10**17)), pa.timestamp("us", tz="UTC")),
        "ns": pa.array(some(lambda: R.choice([-2**63, 2**63 - 1, R.randrange(10**18)])), pa.timestamp("ns")),
        "l": pa.array(some(lambda: [None, 1, R.randrange(9)][: R.randrange(4)]), pa.list_(pa.int32())),
        "ll": pa.array(some(lambda: [[R.choice(WORDS)], None, []]), pa.list_(pa.list_(pa.string()))),
        "g": pa.array(some(lambda: {"a": R.randrange(9), "b": [{"c": None}, {"c": 1.5}]}),
                      pa.struct([("a", pa.int64()), ("b", pa.list_(pa.struct([("c", pa.float64())])))])),
        "m": pa.array(some(lambda: [(w, i) for i, w in enumerate(WORDS[:3])][: R.randrange(4)]),
                      pa.map_(pa.string(), pa.int64())),
        "r": pa.array([R.randrange(9) for _ in range(n)], pa.int64()),
    }
    fields = [pa.field(k, v.type, nullable=k != "r") for k, v in columns.items()]
    one, two, schema = (os.path.join(folder, f) for f in ("one.parquet", "two.parquet", "schema.txt"))
    pq.write_table(pa.table(list(columns.values()), schema=pa.schema(fields)), one)
    with open(schema, "wb") as f:
        f.write(run("schema", one).stdout)
    for kind in "csv", "jsonl":
        text = run("cat", "--format", kind, one).stdout
        r = run("import", "-", "-o", two, "--format", kind, "--schema", schema, data=text)
        fact(f"import: {kind}, all types by a schema", r.returncode == 0, r.stderr)
        fact(f"import: {kind}, all types give the same text back", run("cat", "--format", kind, two).stdout == text)
        fact(f"import: {kind}, and the same schema", run("schema", two).stdout == run("schema", one).stdout)


# ---- other readers of the same text ----

def judge_readers(folder):
    rows = [row(i) for i in range(3000)]
    for r in rows:
        r["ns"] = r["ns"][:26]
        r["s"] = R.choice(["a", "b, c", 'q"q', "é😀", "line\nline", "x" * 300])
        del r["u"], r["e"]
    path, out = os.path.join(folder, "r.csv"), os.path.join(folder, "r.parquet")
    with open(path, "wb") as f:
        f.write(("\r\n".join([",".join(rows[0])] + [",".join(cell(v) for v in r.values()) for r in rows])).encode())
    fact("import: CRLF and no line end at the end", run("import", path, "-o", out).returncode == 0)
    ours = pq.read_table(out)
    theirs = pyarrow.csv.read_csv(path, parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
                                  convert_options=pyarrow.csv.ConvertOptions(
                                      column_types={f.name: f.type for f in ours.schema}))
    for name in ours.column_names:
        a, b = ours[name].to_pylist(), theirs[name].to_pylist()
        fact(f"import: CSV column {name} as pyarrow reads it", a == b, next(zip(a, b)))
    duck = duckdb.sql(f"select n, x, s, b, d from read_csv('{path}', nullstr='', allow_quoted_nulls=false)").fetchall()
    mine = list(zip(*(ours[k].to_pylist() for k in ("n", "x", "s", "b", "d"))))
    fact("import: CSV as DuckDB reads it", duck == mine, next(((a, b) for a, b in zip(duck, mine) if a != b), ""))
    path = os.path.join(folder, "r.jsonl")
    with open(path, "w") as f:
        for r in rows:
            f.write(json.dumps({"n": r["n"], "x": r["x"], "s": r["s"], "b": r["b"], "l": [1, None, r["n"]],
                                "g": {"y": r["x"], "z": {"w": [r["s"]]}}}) + "\n")
    fact("import: JSON lines with escapes", run("import", path, "-o", out).returncode == 0)
    mine, theirs = pq.read_table(out).to_pylist(), pyarrow.json.read_json(path).to_pylist()
    fact("import: JSON lines as pyarrow reads them", mine == theirs, next(((a, b) for a, b in zip(mine, theirs) if a != b), ""))
    duck = duckdb.sql(f"select n, x, s, b, l, g from read_json('{path}', format='newline_delimited')").fetchall()
    fact("import: JSON lines as DuckDB reads them", [tuple(r.values()) for r in mine] == duck)


# ---- by hand ----

RFC = [ # text, rows of texts as RFC 4180 has them; an error's beginning where it has none
    (b"a,b\r\n1,2\r\n", [("1", "2")]),
    (b"a,b\n1,2", [("1", "2")]),
    (b'a,b\n"1","2"\n', [("1", "2")]),
    (b'a,b\n"x""y",""""\n', [('x"y', '"')]),
    (b'a,b\n"x,y","p\r\nq"\r\n', [("x,y", "p\r\nq")]),
    (b'a,b\n"",\n', [("", None)]),
    (b"a,b\n,\n", [(None, None)]),
    (b"a,b\n x , y \n", [(" x ", " y ")]),
    (b"a,b\n\n\nx,y\n\r\n", [("x", "y")]),
    (b"a\nx\n\ny\n", [("x",), (None,), ("y",)]),
    (b'"a,1","b\n2"\nx,y\n', [("x", "y")]),
    (b"\xef\xbb\xbfa,b\nx,y\n", [("x", "y")]),
    (b"a,b\n", []),
    (b'a,b\n"x"y,z\n', "line 2, byte 4: text behind a closing quote"),
    (b'a,b\nx"y,z\n', "line 2, byte 2: a quote in a field"),
    (b'a,b\nx,y\n"z,\nmore\n', "line 3, byte 1: a quoted field without its end"),
    (b"a,b\nx\n", "line 2, byte 1: a row with fewer fields"),
    (b"a,b\nx,y,z\n", "line 2, byte 1: a row with more fields"),
    (b"a,b\nx\ry,z\n", "line 2, byte 2: a carriage return without a line feed"),
    (b"a,b\nx,\xff\n", "line 2, byte 3, column b: not UTF-8"),
    (b"", "byte 0: the input has no header"),
    (b"\xff\xfea\x00", "byte 0: this is UTF-16"),
]


def judge_rfc(folder):
    for data, want in RFC:
        code, got = take(folder, data)
        if isinstance(want, str):
            fact(f"import: {data!r} is bad", code == 1 and want in got, got)
        else:
            fact(f"import: {data!r}", code == 0 and [tuple(None if v is None else str(v) for v in r.values())
                                                     for r in got] == want, got)


def judge_types(folder):
    """What a column of these texts becomes."""
    cases = [
        (["1", "-5", "9223372036854775807"], "int64"), (["1", "9223372036854775808"], "uint64"),
        (["-1", "9223372036854775808"], "string"), (["18446744073709551616"], "string"), (["007", "1"], "string"),
        (["+1"], "string"), (["-0"], "double"), (["1", "2.5"], "double"), (["0.1", "NaN", "-Infinity"], "double"),
        (["NaN"], "string"), (["0.12345678901234567890"], "string"), (["9007199254740993", "0.5"], "string"),
        (["1e-320", "1.7976931348623157e308"], "double"), (["1e400"], "string"), (["1e-400"], "string"),
        ([".5"], "string"), (["5."], "string"), (["true", "false"], "bool"), (["true", "1"], "string"),
        (["2024-02-29"], "date32[day]"), (["2023-02-29"], "string"), (["2024-01-01", "2024-01-01T00:00:00"], "string"),
        (["2024-01-01T00:00:00"], "timestamp[us]"), (["2024-01-01 00:00:00.123456789Z"], "timestamp[ns, tz=UTC]"),
        (["2024-01-01T00:00:00Z", "2024-01-01T00:00:00"], "string"), (["2024-01-01T00:00:00+01:00"], "string"),
        (["2999-01-01T00:00:00.1", "2024-01-01T00:00:00.1234567"], "string"), ([], "string"),
    ]
    out = os.path.join(folder, "types.parquet")
    for texts, want in cases:
        r = run("import", "-", "-o", out, data=("a,b\n" + "".join(f"{t},\n" for t in texts)).encode())
        got = str(pq.read_schema(out).field("a").type) if r.returncode == 0 else r.stderr.decode()
        fact(f"import: {texts} is {want}", got == want, got)
    D = decimal.Decimal
    for type_, text, want in [
        ("decimal(38,10)", "9999999999999999999999999999.9999999999", D("9999999999999999999999999999.9999999999")),
        ("decimal(38,10)", "-1e-10", D("-0.0000000001")), ("decimal(4,2)", "99.990", D("99.99")),
        ("decimal(4,2)", "100", None), ("decimal(4,2)", "0.001", None), ("decimal(4,2)", "1,0", None),
        ("int8", "-128", -128), ("int8", "128", None), ("uint64", "18446744073709551615", 2**64 - 1),
        ("uint64", "-1", None), ("int64", "+007", 7), ("int64", "1.0", None), ("float", "16777217", 16777216.0),
        ("float", "1e39", None), ("timestamp(us,utc)", "2024-01-01T01:00:00+01:00",
                                  datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)),
        ("timestamp(us)", "2024-01-01T00:00:00.1234567", None), ("timestamp(us)", "2024-01-01T00:00:00Z", None),
        ("timestamp(ns)", "2262-04-11T23:47:16.854775808", None), ("boolean", "1", True), ("boolean", "yes", None),
        ("date", "+5881580-07-11", "far"), ("date", "+5881580-07-12", None), ("binary", "AAE=", b"\0\1"),
        ("binary", "AAE", None), ("json", '{"a": [1]}', '{"a": [1]}'), ("json", "{", None),
    ]:
        quoted = '"' + text.replace('"', '""') + '"'
        r = run("import", "-", "-o", out, "-t", f"a={type_}", data=f"a,b\n{quoted},x\n".encode())
        if want is None:
            fact(f"import: {text} is no {type_}", r.returncode == 1 and b"line 2, byte 2, column a: " in r.stderr, r.stderr)
        elif want == "far": # beyond what Python can say
            got = run("cat", "--format", "csv", out).stdout.decode()
            fact(f"import: {text} as {type_}", text in got, got)
        else:
            got = pq.read_table(out)["a"].to_pylist()[0] if r.returncode == 0 else r.stderr
            fact(f"import: {text} as {type_}", got == want or (isinstance(got, dict) and got), got)


def judge_rejects(folder):
    data = b"a,b\n1,x\nz,y\n2,\"p\nq\"\n3\n4,\xff\n5,w\n"
    aside = os.path.join(folder, "aside.csv")
    code, got = take(folder, data, "-t", "a=int64", "--rejects", aside)
    fact("import: good rows go in", code == 0 and [r["a"] for r in got] == [1, 2, 5], got)
    fact("import: bad rows go aside as they are", open(aside, "rb").read() == b"z,y\n3\n4,\xff\n")
    code, got = take(folder, data, "-t", "a=int64", "--rejects", aside, "--max-rejects", "2")
    fact("import: one more than --max-rejects ends it", code == 1 and "line 7, byte 3, column b: not UTF-8" in got, got)


# ---- ends before the end ----

def judge_kill(folder):
    there = os.path.join(folder, "there")
    os.mkdir(there)
    path, out = os.path.join(folder, "big.csv"), os.path.join(there, "file.parquet")
    with open(path, "w") as f:
        f.write("a,b\n" + "".join(f"{i},{R.random()!r}\n" for i in range(100_000)))
    start = time.time()
    run("import", path, "-o", out)
    took, new = time.time() - start, open(out, "rb").read()
    old, whole, left = b"what was there", 0, 0
    for _ in range(KILLS):
        for f in os.listdir(there):
            os.unlink(os.path.join(there, f))
        with open(out, "wb") as f:
            f.write(old)
        p = subprocess.Popen([INLAY, "import", path, "-o", out, "--quiet"])
        time.sleep(R.random() * took * 1.1)
        p.send_signal(signal.SIGKILL)
        p.wait()
        whole += open(out, "rb").read() in (old, new)
        rest = [f for f in os.listdir(there) if f != "file.parquet"]
        left += len(rest) > 1 or any(not f.endswith(".tmp") for f in rest)
    fact(f"import: killed at {KILLS} moments, the old file or the new one is there", whole == KILLS, whole)
    fact("import: and at most one temporary file", left == 0, left)
    for f in os.listdir(there):
        os.unlink(os.path.join(there, f))
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    r = subprocess.run([INLAY, "import", path, "-o", out], capture_output=True, text=True, preexec_fn=limit)
    fact("import: a full disk is said in one line", r.returncode == 3 and r.stderr.count("\n") == 1 and out in r.stderr, r.stderr)
    fact("import: and leaves nothing", os.listdir(there) == [], os.listdir(there))
    p = subprocess.Popen([INLAY, "import", "-", "-o", out], stdin=subprocess.PIPE)
    p.stdin.write(open(path, "rb").read()[:600_000])
    p.stdin.flush()
    time.sleep(0.3)
    p.send_signal(signal.SIGINT)
    fact("import: Ctrl-C ends it with 130", p.wait(10) == 130)
    fact("import: and leaves nothing either", os.listdir(there) == [], os.listdir(there))


with tempfile.TemporaryDirectory() as folder:
    judge_back(folder)
    judge_every_type(folder)
    judge_readers(folder)
    judge_rfc(folder)
    judge_types(folder)
    judge_rejects(folder)
    judge_kill(folder)
finish("import")
