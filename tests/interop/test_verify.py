"""verify --deep: silent about files that other writers make, and finds each fault that is seeded into one."""
import glob, json, os, random, struct, subprocess, tempfile, zlib

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from judge import BUILD, INLAY, fact, finish, skip
from parquet_edit import BINARY, I32, I64, LIST, STRUCT, TRUE, File, get, pack, put

SEED = int(os.environ.get("SEED", random.randrange(10**6)))
R = random.Random(SEED)
print(f"SEED={SEED}")


def findings(path):
    r = subprocess.run([INLAY, "verify", "--deep", "--json", path], capture_output=True)
    report = json.loads(r.stdout)
    assert (r.returncode == 0) == report["ok"], r
    return report["faults"]


def rules(path):
    return {f.get("rule", f.get("what")) for f in findings(path)}


# ---- what others write ----


def table(n):
    some = lambda make, nulls=0.1: [None if R.random() < nulls else make() for _ in range(n)]
    special = [float("nan"), 0.0, -0.0, float("inf"), float("-inf")]
    return pa.table({
        "i8": pa.array(some(lambda: R.randrange(-128, 128)), pa.int8()),
        "i32": pa.array(some(lambda: R.randrange(-1000, 1000)), pa.int32()),
        "i64": pa.array(some(lambda: R.randrange(-2**63, 2**63)), pa.int64()),
        "u16": pa.array(some(lambda: R.randrange(2**16)), pa.uint16()),
        "u64": pa.array(some(lambda: R.randrange(2**64)), pa.uint64()),
        "f32": pa.array(some(lambda: R.choice(special + [R.gauss(0, 1)] * 9)), pa.float32()),
        "f64": pa.array(some(lambda: R.choice(special + [R.gauss(0, 1)] * 9))),
        "flag": pa.array(some(lambda: R.random() < 0.5)),
        "few": pa.array(some(lambda: f"s{R.randrange(20)}")),
        "text": pa.array(some(lambda: "".join(R.choice("a\u00e9\u4e2d\U0001f600") for _ in range(R.randrange(99))))),
        "bin": pa.array(some(lambda: R.randbytes(R.randrange(9)))),
        "fixed": pa.array(some(lambda: R.randbytes(5)), pa.binary(5)),
        "dec": pa.array(some(lambda: R.randrange(-10**9, 10**9)), pa.int64()).cast(pa.decimal128(25, 3)),
        "ts": pa.array(some(lambda: R.randrange(10**15)), pa.timestamp("us", "UTC")),
        "day": pa.array(some(lambda: R.randrange(-9999, 20000)), pa.date32()),
        "list": pa.array(some(lambda: some2(lambda: R.randrange(50))), pa.list_(pa.int64())),
        "struct": pa.array(some(lambda: {"a": R.randrange(5), "b": some2(lambda: str(R.randrange(9)))}),
                           pa.struct([("a", pa.int32()), ("b", pa.list_(pa.string()))])),
        "map": pa.array(some(lambda: [(f"k{i}", R.random()) for i in range(R.randrange(3))]),
                        pa.map_(pa.string(), pa.float64())),
        "none": pa.nulls(n, pa.int32()),
    })


def some2(make):
    return [None if R.random() < 0.2 else make() for _ in range(R.randrange(4))]


def silent(name, path):
    found = findings(path)
    fact(f"verify --deep: nothing in {name}", not found, found[:2])


def judge_writers(folder):
    t = table(20000)
    path = os.path.join(folder, "x.parquet")
    arrow = {
        "defaults": {},
        "page index, checksums, small pages": dict(write_page_index=True, write_page_checksum=True,
                                                   data_page_size=2048, row_group_size=7000),
        "v2 pages": dict(data_page_version="2.0", write_page_index=True, data_page_size=2048, compression="zstd"),
        "no dictionary": dict(use_dictionary=False, compression="gzip", version="1.0", write_page_index=True),
        "delta and split encodings": dict(use_dictionary=False, write_page_index=True, column_encoding={
            # not DELTA_BYTE_ARRAY: pyarrow then counts the bytes of suffixes as unencoded bytes
            "i32": "DELTA_BINARY_PACKED", "bin": "DELTA_LENGTH_BYTE_ARRAY",
            "f64": "BYTE_STREAM_SPLIT", "fixed": "BYTE_STREAM_SPLIT"}),
    }
    for name, options in arrow.items():
        pq.write_table(t, path, **options)
        silent(f"pyarrow, {name}", path)
    pq.write_table(t.slice(0, 0), path)
    silent("pyarrow, no rows", path)
    pq.write_table(t.sort_by([("few", "ascending"), ("i64", "descending")]), path, row_group_size=3000,
                   sorting_columns=[pq.SortingColumn(8), pq.SortingColumn(2, descending=True)])
    silent("pyarrow, sorting columns that hold", path)
    con = duckdb.connect()
    con.register("t", t)
    for name, options in {"defaults": "", "v2, small row groups": ", parquet_version 'v2', row_group_size 2048",
                          "zstd": ", codec 'zstd'"}.items():
        con.execute(f"copy t to '{path}' (format parquet{options})")
        silent(f"DuckDB, {name}", path)
    try:
        import polars
    except ImportError:
        return
    polars.from_arrow(t.drop_columns(["map"])).write_parquet(path)
    silent("polars, defaults", path)


def judge_programs(folder):
    """Files of arrow-rs and parquet-java, where scripts/judges.sh could build them."""
    for name in ("rust-judge", "java-judge"):
        judge = os.path.join(BUILD, "judges", name)
        if not os.path.exists(judge):
            skip(f"files of {name}", "it is not built")
            continue
        out = os.path.join(folder, name)
        subprocess.run([judge, "write", out, str(SEED)], check=True, capture_output=True)
        for path in sorted(glob.glob(f"{out}/*.parquet")):
            found = findings(path)
            if name == "rust-judge": # arrow-rs calls pages of lists null when nulls are as many as rows
                found = [f for f in found if f.get("rule") != "index.null-page" or "." not in f["error"]["column"]]
            fact(f"verify --deep: nothing in {name}'s {os.path.basename(path)}", not found, found[:2])


# ---- faults, seeded one at a time ----

N = 3000


def plain_file(path, **options):
    """id 0..N-1 ascending, few strings, floats, lists; several pages; every index there is."""
    t = pa.table({
        "id": pa.array(range(N), pa.int64()),
        "tag": pa.array([None if i % 10 == 0 else f"tag{i % 7}" for i in range(N)]),
        "x": pa.array([i / 8 for i in range(N)]),
        "list": pa.array([[i, None] if i % 3 else [] for i in range(N)], pa.list_(pa.int32())),
        "text": pa.array([f"text{i:05d}" for i in range(N)]),
    })
    pq.write_table(t, path, **{**dict(
        write_page_index=True, write_page_checksum=True, data_page_size=1024, compression="none",
        use_dictionary=["tag"], sorting_columns=[pq.SortingColumn(0)]), **options})


ID, TAG, X, LISTS, TEXT = range(5)
le = struct.Struct("<q").pack


def stat(column, field, value, kind=BINARY):
    return lambda f: put(f.meta(column), (12, field), value, kind)


def edit_index(column, which, change):
    def run(f):
        tree, store = f.index(column, which)
        change(tree)
        store()
    return run


def flip_body(f):
    at, _, _, body, n = list(f.pages(X))[1]
    f.body[body + n // 2] ^= 4


def wrong_crc(f):
    at, header, n, _, _ = list(f.pages(ID))[0]
    put(header, (4,), get(header, 4) ^ 1)
    new = pack(STRUCT, header)
    assert len(new) == n
    f.body[at : at + n] = new


def change_bytes(old, new):
    def run(f):
        assert len(old) == len(new) and f.body.count(old) > 0
        f.body = f.body.replace(old, new)
    return run


def swap_pages(tree):
    low, high = get(tree, 2), get(tree, 3)
    for l in (low, high):
        l[1][1], l[1][2] = l[1][2], l[1][1]


def drop_last_page(tree):
    pages = len(get(tree, 1)[1])
    for _, kind, x in tree:
        if kind == LIST:
            del x[1][-(len(x[1]) // pages):]


FAULTS = {
    "a flipped bit in a page": (flip_body, "page.crc"),
    "a wrong checksum": (wrong_crc, "page.crc"),
    "minimum too high": (stat(ID, 6, le(5)), "statistics.min"),
    "maximum too low": (stat(TEXT, 5, b"text01"), "statistics.max"),
    "bounds the wrong way round": (stat(ID, 6, le(N + 5)), "statistics.form"),
    "a bound of the wrong length": (stat(ID, 5, b"abc"), "statistics.form"),
    "a NaN bound": (stat(X, 5, struct.pack("<d", float("nan"))), "statistics.form"),
    "an exact maximum that no value has": (
        lambda f: (stat(TEXT, 5, b"textz")(f), stat(TEXT, 7, True, TRUE)(f)), "statistics.max-exact"),
    "wrong null count": (stat(TAG, 3, 299, I64), "statistics.null-count"),
    "impossible null count": (stat(TAG, 3, -1, I64), "statistics.null-count"),
    "wrong NaN count": (stat(X, 9, 1, I64), "statistics.nan-count"),
    "wrong size statistics: bytes": (lambda f: put(f.meta(TEXT), (16, 1), 5), "size.bytes"),
    "wrong size statistics: definition levels": (
        lambda f: put(f.meta(LISTS), (16, 3, 0), 7), "size.definition-levels"),
    "wrong size statistics: repetition levels": (
        lambda f: put(f.meta(LISTS), (16, 2, 0), 7), "size.repetition-levels"),
    "column index: a page's minimum too high": (
        edit_index(ID, "column", lambda t: put(t, (2, 1), le(N))), "index.bounds"),
    "column index: a page's maximum too low": (
        edit_index(TEXT, "column", lambda t: put(t, (3, 0), b"text00001")), "index.max"),
    "column index: pages out of the order claimed": (
        edit_index(ID, "column", swap_pages), "index.boundary-order"),
    "column index: a page called null": (
        edit_index(ID, "column", lambda t: put(t, (1, 0), True)), "index.null-page"),
    "column index: wrong null count": (
        edit_index(TAG, "column", lambda t: put(t, (5, 0), 1)), "index.null-count"),
    "column index: one list too short": (
        edit_index(ID, "column", lambda t: get(t, 2)[1].pop()), "index.form"),
    "offset index: wrong first row": (
        edit_index(ID, "offset", lambda t: put(t, (1, 1, 3), get(t, 1, 1, 3) + 1)), "index.first-row"),
    "offset index: wrong place": (
        edit_index(X, "offset", lambda t: (put(t, (1, 1, 1), get(t, 1, 1, 1) + 1),
                                           put(t, (1, 1, 2), get(t, 1, 1, 2) - 1))), "index.location"),
    "offset index: a page missing": (
        lambda f: [edit_index(ID, w, drop_last_page)(f) for w in ("offset", "column")], "index.pages"),
    "a false sorting claim": (
        lambda f: put(f.footer, (4, 0, 4, 0, 1), TAG), "sorting.order"),
    "sorting claimed descending": (
        lambda f: put(f.footer, (4, 0, 4, 0, 2), True), "sorting.order"),
    "the footer's row count": (lambda f: put(f.footer, (3,), N + 1), "file.rows"),
    "number of values": (lambda f: put(f.meta(LISTS), (5,), get(f.meta(LISTS), 5) + 1), "page.data"),
    "compressed size": (lambda f: put(f.meta(TAG), (6,), get(f.meta(TAG), 6) + 9), "chunk.raw-bytes"),
    "total_byte_size": (lambda f: put(f.footer, (4, 0, 2), 1), "row-group.bytes"),
    "an encoding not listed": (lambda f: put(f.meta(ID), (2,), (I32, [3])), "chunk.encodings"),
    "encoding_stats": (
        lambda f: [put(f.meta(ID), (13, i, 3), 77) for i in range(len(get(f.meta(ID), 13)[1]))],
        "chunk.encoding-stats"),
    "dictionary_page_offset missing": (lambda f: (
        put(f.meta(TAG), (9,), get(f.meta(TAG), 11)), put(f.meta(TAG), (11,), None)), "chunk.dictionary-page"),
    "column_orders too short": (lambda f: get(f.footer, 7)[1].pop(), "file.column-orders"),
    "a chunk that lies on another": (
        lambda f: get(f.footer, 4, 0, 1)[1].__setitem__(X, [list(x) for x in f.chunk(ID)]), None),
    "bytes that are no UTF-8": (change_bytes(b"tag3", b"ta\xff3"), "value.utf8"),
}


def bloom_file(path):
    con = duckdb.connect()
    con.execute(f"copy (select i as id, 'name' || (i % 50) as name from range(5000) t(i)) to '{path}' "
                "(format parquet, row_group_size 2048)")


def clear_bloom(f):
    at, n = get(f.meta(1), 14), get(f.meta(1), 15)
    _, head = f.struct_at(at)
    f.body[at + head : at + n] = bytes(n - head)


def break_bloom(f):
    at = get(f.meta(1), 14)
    header, head = f.struct_at(at)
    put(header, (1,), get(header, 1) + 1)
    new = pack(STRUCT, header)
    assert len(new) == head
    f.body[at : at + head] = new


def v2_header(field, delta):
    def run(f):
        at, header, n, body, _ = next(p for p in f.pages(LISTS) if get(p[1], 1) == 3)
        put(header, (8, field), get(header, 8, field) + delta)
        new = pack(STRUCT, header)
        assert len(new) == n
        f.body[at : at + n] = new
    return run


def seeded(folder, name, base, change, rule):
    path = os.path.join(folder, "bad.parquet")
    f = File(base)
    change(f)
    f.write(path)
    found = rules(path)
    fact(f"verify --deep: {name}", rule in found if rule else found, f"want {rule}, found {sorted(found)}")


def decimal_file(path, rows, precision, **options):
    """Values 0..98 in a DECIMAL that says `precision` later on."""
    t = pa.table({"d": pa.array([x % 99 for x in range(rows)], pa.int64()).cast(pa.decimal128(21, 0)).cast(
        pa.decimal128(precision, 0))})
    pq.write_table(t, path, compression="none", **options)


def claim_precision(digits):
    def run(f):
        put(f.footer, (2, 1, 8), digits)         # ConvertedType's
        put(f.footer, (2, 1, 10, 5, 2), digits)  # LogicalType's
    return run


def judge_decimals(folder):
    base = os.path.join(folder, "decimal.parquet")
    for name, precision, options in (("INT32", 9, dict(store_decimal_as_integer=True)),
                                     ("INT64", 18, dict(store_decimal_as_integer=True)), ("FIXED", 30, {}),
                                     ("FIXED, plain", 30, dict(use_dictionary=False))):
        decimal_file(base, 500, precision, **options)
        silent(f"a DECIMAL({precision}) in {name}", base)
        seeded(folder, f"98 as DECIMAL(1) in {name}", base, claim_precision(1), "value.decimal-precision")
        path = os.path.join(folder, "good.parquet")
        f = File(base)
        claim_precision(2)(f)
        f.write(path)
        silent(f"98 as DECIMAL(2) in {name}", path)
    for low, high, ok in ((-10**9 + 1, 10**9 - 1, True), (-10**9, 0, False), (0, 10**9, False)):
        t = pa.table({"d": pa.array([low, 0, high], pa.int64()).cast(pa.decimal128(19, 0))})
        pq.write_table(t, base)
        f = File(base)
        claim_precision(9)(f)
        f.write(base)
        fact(f"verify --deep: {low} to {high} as DECIMAL(9)", ("value.decimal-precision" in rules(base)) != ok)


def judge_distinct(folder):
    base = os.path.join(folder, "distinct.parquet")
    plain_file(base)
    for name, column, stated, ok in (
            ("as many as there are codes", TAG, 7, True), ("one less than there are codes", TAG, 6, False),
            ("one more than there are codes", TAG, 8, False), ("negative", TAG, -1, False),
            ("more than there are values", ID, N + 1, False), ("as many as there are values", ID, N, True),
            ("one, where bounds differ", ID, 1, False), ("none, where there are values", X, 0, False)):
        path = os.path.join(folder, "stated.parquet")
        f = File(base)
        stat(column, 4, stated, I64)(f)
        f.write(path)
        found = rules(path)
        fact(f"verify --deep: distinct_count, {name}", found == (set() if ok else {"statistics.distinct-count"}), found)


def judge_faults(folder):
    base = os.path.join(folder, "base.parquet")
    plain_file(base)
    silent("the file that faults are seeded into", base)
    f = File(base)
    again = os.path.join(folder, "again.parquet")
    f.write(again)
    silent("the same, taken apart and put together", again)
    for name, (change, rule) in FAULTS.items():
        seeded(folder, name, base, change, rule)
    plain_file(base, data_page_version="2.0")
    seeded(folder, "v2 header: wrong number of rows", base, v2_header(3, -1), "page.rows")
    seeded(folder, "v2 header: wrong number of nulls", base, v2_header(2, -1), "page.nulls")
    bloom_file(base)
    silent("DuckDB, bloom filters", base)
    fact("DuckDB wrote a bloom filter", get(File(base).meta(1), 14), "")
    seeded(folder, "a bloom filter without its values", base, clear_bloom, "bloom.member")
    seeded(folder, "a bloom filter of an impossible size", base, break_bloom, "bloom.form")


with tempfile.TemporaryDirectory() as folder:
    judge_writers(folder)
    judge_programs(folder)
    judge_faults(folder)
    judge_decimals(folder)
    judge_distinct(folder)
finish("verify")
