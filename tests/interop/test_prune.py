"""Other engines skip data by what our files say of themselves: statistics, page index, bloom filters.

Each says so by its own counters: DuckDB's profile and metadata functions, pyarrow's fragments and statistics, arrow-rs'
row selection, parquet-java's filtered record count. A twin without statistics, page index or filters skips nothing.
"""
import decimal, json, os, random, struct, subprocess, tempfile

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

import cases
from handmade import FIXED, OPTIONAL, REQUIRED
from judge import BUILD, civil, fact, finish, moment, skip

WRITE_CASE = os.path.abspath(os.path.join(BUILD, "write_case"))
N, GROUP, PAGE = 40000, 10000, 1000
GROUPS = N // GROUP
KIND = {k.name: k for k in cases.KINDS}
CENTS = cases.decimal(FIXED, 20, 2, 9)
START = 1_700_000_000_000_000
con = duckdb.connect()
con.execute("set timezone = 'UTC'")

# Rising columns: name, kind, the value of row i as stored, and as a literal of SQL. Null where null(i).
HALF = N // 2
null = lambda i: i % 10 == 3
RISING = {
    "id": (KIND["INT64"], lambda i: i, lambda i: str(i)),
    "i32": (KIND["INT32"], lambda i: i - HALF, lambda i: str(i - HALF)),
    "u64": (KIND["INTEGER(64,unsigned)"], lambda i: i - HALF + (-2**63 if i >= HALF else 2**63),
            lambda i: f"{2**63 - HALF + i}::UBIGINT"),
    "u32": (KIND["INTEGER(32,unsigned)"], lambda i: i - HALF + (-2**31 if i >= HALF else 2**31),
            lambda i: f"{2**31 - HALF + i}::UINTEGER"),
    "f32": (KIND["FLOAT"], lambda i: struct.pack("<f", (i - HALF) / 8), lambda i: f"{(i - HALF) / 8}::FLOAT"),
    "f64": (KIND["DOUBLE"], lambda i: struct.pack("<d", (i - HALF) / 8), lambda i: f"{(i - HALF) / 8}::DOUBLE"),
    "name": (KIND["STRING"], lambda i: b"name%06d" % i, lambda i: f"'name{i:06d}'"),
    "long": (KIND["STRING"], lambda i: b"%06d" % i + "\u00e4".encode() * 60, lambda i: f"'{i:06d}{'ä' * 60}'"),
    "day": (KIND["DATE"], lambda i: i - HALF, lambda i: f"DATE '{civil(i - HALF)}'"),
    "ts": (KIND["TIMESTAMP(us,True)"], lambda i: START + i * 1000,
           lambda i: f"TIMESTAMPTZ '{moment(START + i * 1000, 'us')}+00'"),
    "dec": (CENTS, lambda i: cases.bytes_of(i - HALF, 9), lambda i: f"{(i - HALF) / 100:.2f}::DECIMAL(20,2)"),
}


def absent(k):
    return f"no{k:06d}"


def write(path, blooms=True, nulls=True, **options):
    """Rising columns with nulls, but `id`; and two that statistics do not help with: `key` by integers, `word` by text."""
    bloom = 10000 if blooms else 0
    columns = {name: (kind, REQUIRED if name == "id" else OPTIONAL, {}) for name, (kind, _, _) in RISING.items()}
    columns["key"] = KIND["INT64"], REQUIRED, {"bloom": bloom}
    columns["word"] = KIND["STRING"], OPTIONAL, {"bloom": bloom, "encoding": "plain"}
    shuffled = list(range(N))
    random.Random(1).shuffle(shuffled)
    rows = []
    for i in range(N):
        row = {name: None if nulls and null(i) and name != "id" else stored(i) for name, (_, stored, _) in RISING.items()}
        row["key"], row["word"] = shuffled[i] * 2, b"no%06dx" % shuffled[i]
        rows.append(row)
    case = cases.Given(columns, rows, GROUP, page_rows=PAGE, **options)
    r = subprocess.run([WRITE_CASE], input=cases.description(case, path), capture_output=True)
    fact("prune: a file is written", r.stdout.startswith(b"ok"), r.stdout + r.stderr)
    return rows


# ---- DuckDB ----

def profiled(path, where):
    """(row groups scanned, of, bytes read, rows given) by DuckDB's own profile."""
    out = path + ".json"
    con.execute("pragma enable_profiling = 'json'")
    con.execute(f"set profiling_output = '{out}'")
    con.execute("set profiling_mode = 'detailed'")
    rows = con.execute(f"select count(*) from read_parquet('{path}') where {where}").fetchall()[0][0]
    con.execute("pragma disable_profiling")
    with open(out) as f:
        profile = json.load(f)
    query = profile["query"]
    return query["total_row_groups_scanned"], query["total_row_groups_to_scan"], profile["io"]["total_bytes_read"], rows


def judge_duckdb(path, bare):
    size = os.path.getsize(path)
    for name, (_, _, sql) in RISING.items():
        middle = HALF + GROUP // 2
        scanned, of, read, rows = profiled(path, f"{name} = {sql(middle)}")
        fact(f"prune: DuckDB scans one row group of {GROUPS}: {name} = a value", (scanned, of, rows) == (1, GROUPS, 1),
             (scanned, of, rows))
        fact(f"prune: DuckDB reads less than a tenth of the file for it: {name}", read < size / 10, f"{read} of {size}")
        scanned, of, _, rows = profiled(path, f"{name} >= {sql(GROUP - 2)} and {name} <= {sql(GROUP + 1)}")
        fact(f"prune: DuckDB scans the two row groups at a border: {name}", (scanned, of, rows) == (2, GROUPS, 4),
             (scanned, of, rows))
        scanned, _, _, rows = profiled(path, f"{name} > {sql(N + 1)}")
        fact(f"prune: DuckDB scans nothing above all values: {name}", (scanned, rows) == (0, 0), (scanned, rows))
        scanned, _, _, rows = profiled(bare, f"{name} = {sql(middle)}")
        fact(f"prune: without statistics DuckDB scans all: {name}", (scanned, rows) == (GROUPS, 1), (scanned, rows))
    scanned, _, _, rows = profiled(path, "id is null")
    fact("prune: DuckDB scans nothing for nulls where null_count is 0", (scanned, rows) == (0, 0), (scanned, rows))


def excluded(path, column, sql):
    """Row groups that DuckDB's bloom filter probe excludes."""
    return [g for _, g, no in con.execute(f"select * from parquet_bloom_probe('{path}', '{column}', {sql})").fetchall()
            if no]


def judge_bloom(path, without, rows):
    where = {row["key"]: i // GROUP for i, row in enumerate(rows)}
    words = {row["word"].decode(): i // GROUP for i, row in enumerate(rows)}
    sample = random.Random(2).sample(range(N), 200)
    for column, groups, there, literal in (("key", where, lambda k: k * 2, str),
                                           ("word", words, lambda k: absent(k) + "x", lambda v: f"'{v}'")):
        not_there = (lambda k: k * 2 + 1) if column == "key" else (lambda k: absent(k) + "y")
        lost = [there(k) for k in sample if groups[there(k)] in excluded(path, column, literal(there(k)))]
        fact(f"prune: no value of {column} is excluded where it is", not lost, lost[:5])
        hits = sum(GROUPS - len(excluded(path, column, literal(not_there(k)))) for k in sample)
        fact(f"prune: DuckDB's probe passes 1 % of what is not there, by {column}", hits <= 24, f"{hits} of 800")
        fact(f"prune: and nothing is excluded without filters, by {column}",
             excluded(without, column, literal(not_there(sample[0]))) == [])
        for k in sample[:20]:
            left = GROUPS - len(excluded(path, column, literal(not_there(k))))
            scanned, of, _, n = profiled(path, f"{column} = {literal(not_there(k))}")
            fact(f"prune: DuckDB scans the row groups that the filters leave: {column} = {not_there(k)}",
                 (scanned, of, n) == (left, GROUPS, 0), (scanned, of, n, left))
            scanned, _, _, n = profiled(without, f"{column} = {literal(not_there(k))}")
            fact(f"prune: and all without filters: {column} = {not_there(k)}", (scanned, n) == (GROUPS, 0), (scanned, n))
        k = sample[0]
        scanned, _, _, n = profiled(path, f"{column} = {literal(there(k))}")
        fact(f"prune: what is there is found: {column}", n == 1 and scanned <= 2, (scanned, n))


# ---- pyarrow ----

def arrow_value(name, i):
    kind, stored, _ = RISING[name]
    v = stored(i)
    known = {"u64": lambda: v & 2**64 - 1, "u32": lambda: v & 2**32 - 1, "f32": lambda: (i - HALF) / 8,
             "f64": lambda: (i - HALF) / 8, "name": lambda: v.decode(), "long": lambda: v.decode(),
             "dec": lambda: decimal.Decimal(i - HALF).scaleb(-2)}
    return known.get(name, lambda: v)()


def arrow_scalar(schema, name, i):
    t, v = schema.field(name).type, arrow_value(name, i)
    if pa.types.is_temporal(t):
        return pa.scalar(v, pa.int32() if t.bit_width == 32 else pa.int64()).cast(t)
    return pa.scalar(v, t)


def judge_pyarrow(path, bare):
    """In a file without nulls: Arrow never leaves out a row group that has nulls in the column, nor in its own files."""
    schema = pq.read_schema(path)
    fragment, = ds.dataset(path).get_fragments()
    plain, = ds.dataset(bare).get_fragments()
    kept = lambda fragment, test: [g.id for g in fragment.subset(test).row_groups]
    for name in RISING:
        at = lambda i: arrow_scalar(schema, name, i)
        one = pc.field(name) == at(HALF + 5)
        fact(f"prune: pyarrow keeps one row group: {name} = a value", kept(fragment, one) == [2], kept(fragment, one))
        border = (pc.field(name) >= at(GROUP - 1)) & (pc.field(name) <= at(GROUP))
        fact(f"prune: pyarrow keeps the two at a border: {name}", kept(fragment, border) == [0, 1], kept(fragment, border))
        fact(f"prune: pyarrow keeps none above all values: {name}", kept(fragment, pc.field(name) > at(N + 1)) == [])
        fact(f"prune: without statistics pyarrow keeps all: {name}", kept(plain, one) == list(range(GROUPS)))
        fact(f"prune: pyarrow finds the row: {name}", ds.dataset(path).count_rows(filter=one) == 1)
    fact("prune: pyarrow keeps none for nulls where there are none", kept(fragment, pc.field("id").is_null()) == [])


def cut(text, up):
    """Bounds of more than 64 bytes are cut at a character; the maximum is raised (parquet.thrift, Statistics)."""
    v = text.encode()[:64].decode("utf-8", "ignore")
    return v[:-1] + chr(ord(v[-1]) + 1) if up else v


def judge_statistics(path):
    meta, schema = pq.read_metadata(path), pq.read_schema(path)
    for g in range(GROUPS):
        for n, name in enumerate(RISING):
            column = meta.row_group(g).column(n)
            s = column.statistics
            first, last = g * GROUP, g * GROUP + GROUP - 1
            want = [arrow_scalar(schema, name, i).as_py() for i in (first, last)]
            if name == "long":
                want = [cut(want[0], False), cut(want[1], True)]
            fact(f"prune: pyarrow's bounds of {name}, row group {g}", s and [s.min, s.max] == want,
                 s and f"{s.min!r} {s.max!r}, want {want}")
            exact = con.execute(f"select min_is_exact, max_is_exact from parquet_metadata('{path}') where "
                                f"row_group_id = {g} and column_id = {n}").fetchall()
            fact(f"prune: and DuckDB's word whether they are exact: {name}, row group {g}",
                 exact == [(name != "long",) * 2], exact)
            fact(f"prune: null_count of {name}, row group {g}", s and s.null_count == (0 if name == "id" else GROUP // 10))
            fact(f"prune: pyarrow finds the page index of {name}, row group {g}",
                 column.has_column_index and column.has_offset_index)
        for n in (len(RISING), len(RISING) + 1):
            column = meta.row_group(g).column(n)
            fact(f"prune: pyarrow finds the bloom filter, row group {g}",
                 column.bloom_filter_offset and column.bloom_filter_length)


# ---- arrow-rs and parquet-java ----

def program(name, *args):
    r = subprocess.run([os.path.join(BUILD, "judges", name), "prune", *map(str, args)], capture_output=True, text=True)
    return [[int(x) for x in line.split()] for line in r.stdout.splitlines()] or r.stderr[-300:]


def built(name):
    there = os.path.exists(os.path.join(BUILD, "judges", name))
    return there or skip(name, "it is not built (scripts/judges.sh)") or False


def judge_rust(path):
    for column, value in (("id", HALF + 5), ("name", f"name{HALF + 5:06d}"), ("long", f"{HALF + 5:06d}" + "ä" * 60)):
        got = program("rust-judge", path, column, value)
        fact(f"prune: arrow-rs: statistics leave a row group, the page index a page: {column}",
             got == [[1, GROUPS, PAGE, PAGE]], got)
    for column, there, not_there in (("key", 2468, 2469), ("word", absent(77) + "x", absent(78) + "y")):
        left = {v: GROUPS - len(excluded(path, column, f"'{v}'" if column == "word" else v)) for v in (there, not_there)}
        for value, n in left.items():
            got = program("rust-judge", path, column, value)
            fact(f"prune: arrow-rs' bloom filters say what DuckDB's say: {column} = {value}", got[0][1] == n, (got, left))
        fact(f"prune: the filters leave more for what is there: {column}", left[there] >= 1 > left[not_there], left)


def judge_java(path):
    for column, value in (("id", HALF + 5), ("name", f"name{HALF + 5:06d}"), ("long", f"{HALF + 5:06d}" + "ä" * 60)):
        got = program("java-judge", path, column, value)
        fact(f"prune: parquet-java: statistics leave a row group: {column}", got[0] == [1, GROUP], got)
        fact(f"prune: parquet-java: the page index leaves a page: {column}", got[2] == [GROUPS, PAGE], got)
    for column, there, not_there in (("key", 2468, 2469), ("word", absent(77) + "x", absent(78) + "y")):
        literal = (lambda v: f"'{v}'") if column == "word" else str
        for value in (there, not_there):
            n = GROUPS - len(excluded(path, column, literal(value)))
            got = program("java-judge", path, column, value)
            fact(f"prune: parquet-java's bloom filters say what DuckDB's say: {column} = {value}",
                 got[1] == [n, n * GROUP], (got, n))


with tempfile.TemporaryDirectory() as folder:
    for version in (1, 2):
        path, bare, without, whole = (os.path.join(folder, f"{name}{version}.parquet")
                                      for name in ("full", "bare", "without", "whole"))
        rows = write(path, version=version)
        write(bare, version=version, blooms=False, flags=cases.NO_STATISTICS | cases.NO_PAGE_INDEX)
        write(without, version=version, blooms=False)
        judge_duckdb(path, bare)
        judge_bloom(path, without, rows)
        write(whole, version=version, nulls=False)
        judge_pyarrow(whole, bare)
        judge_statistics(path)
        if built("rust-judge"):
            judge_rust(path)
        if built("java-judge"):
            judge_java(path)
finish("prune")
