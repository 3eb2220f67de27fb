"""--where gives the rows that DuckDB's WHERE gives, on files with every kind of statistics, and does skip."""
import os, random, re, subprocess, tempfile

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from judge import INLAY, fact, finish, inlay
from parquet_edit import I64, File, get, put

SEED = int(os.environ.get("SEED", random.randrange(10**6)))
ROUNDS = int(os.environ.get("ROUNDS", 60))
R = random.Random(SEED)
print(f"SEED={SEED}")
N = 12000

con = duckdb.connect()
con.execute("set timezone = 'UTC'")


def table():
    some = lambda make: [None if R.random() < 0.1 else make() for _ in range(N)]
    real = lambda: R.choice([float("nan"), 0.0, -0.0, float("inf"), float("-inf")] + [R.randrange(-40, 40) / 4] * 9)
    run = sorted(R.randrange(-500, 500) for _ in range(N))
    return pa.table({
        "id": pa.array(range(N), pa.int64()),
        "run": pa.array(run, pa.int32()),  # sorted: statistics bite
        "i32": pa.array(some(lambda: R.randrange(-100, 100)), pa.int32()),
        "u32": pa.array(some(lambda: R.choice([0, 1, 2**31 - 1, 2**31, 2**32 - 1])), pa.uint32()),
        "i64": pa.array(some(lambda: R.choice([-2**63, 2**63 - 1, 0, R.randrange(-10**18, 10**18)])), pa.int64()),
        "u64": pa.array(some(lambda: R.choice([0, 2**64 - 1, 2**63, R.randrange(100)])), pa.uint64()),
        "f32": pa.array(some(real), pa.float32()),
        "f64": pa.array(some(real)),
        "calm": pa.array([x / 8 for x in run]),  # sorted, no NaN
        "flag": pa.array(some(lambda: R.random() < 0.5)),
        "word": pa.array(some(lambda: R.choice(["", "a", "ab", "abc", "b", "ba", "z\u00e9", "it's", "\U0001f600"]))),
        "name": pa.array([f"name{x // 20:03d}" for x in range(N)]),
        "dec": pa.array(some(lambda: R.randrange(-500, 500)), pa.int64()).cast(pa.decimal128(21, 2)),
        "big": pa.array(some(lambda: R.randrange(-500, 500)), pa.int64()).cast(pa.decimal128(30, 1)),
        "day": pa.array(some(lambda: R.randrange(-400, 400)), pa.date32()),
        "ts": pa.array([x * 10**6 + 500000 for x in run], pa.timestamp("us", "UTC")),
        "s": pa.array(some(lambda: {"a": R.choice([None, 1, 2, 3])}), pa.struct([("a", pa.int32())])),
        "d9": pa.array(some(lambda: R.randrange(-500, 500)), pa.int64()).cast(pa.decimal128(21, 2)).cast(
            pa.decimal128(9, 2)),
        "ms": pa.array(some(lambda: R.randrange(-10**6, 10**6)), pa.timestamp("ms")),
        "ns": pa.array(some(lambda: R.randrange(-10**12, 10**12)), pa.timestamp("ns")),
        "clock": pa.array(some(lambda: R.randrange(86400) * 10**6 + R.choice([0, 500000])), pa.time64("us")),
        "fix": pa.array(some(lambda: R.choice([b"ab\0\0", b"abc\0", b"\xff\0\0\0", b"b   "])), pa.binary(4)),
        "f16": pa.array(np.array([R.choice([np.nan, 0.0, -0.0, np.inf, R.randrange(-40, 40) / 4]) for _ in range(N)],
                                 np.float16)),
        "gone": pa.array([None] * N, pa.int32()),
        "long": pa.array([f"{'x' * R.choice([0, 63, 64, 65, 90])}{R.choice('abz')}" for _ in range(N)]),
    })


# ---- predicates: the text for inlay and the text for DuckDB ----


def literal(column):
    if column in ("i32", "run", "id"):
        v = R.choice([R.randrange(-120, 120), R.randrange(-600, 600), R.randrange(N)])
        return (str(v),) * 2 if R.random() < 0.8 else (f"{v}.5",) * 2
    if column in ("u32", "u64", "i64"):
        v = str(R.choice([-1, 0, 1, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1, -2**63, 10**25, R.randrange(100)]))
        return v, f"{v}::HUGEINT"
    if column in ("f32", "f64", "calm"):
        v = R.choice(["nan", "inf", "-inf", 0, "-0.0"] + [R.randrange(-300, 300) / 8] * 4)
        return str(v), f"'{v}'::DOUBLE"
    if column in ("word", "name"):
        v = R.choice(["", "a", "ab", "abd", "c", "z\u00e9", "it''s", f"name{R.randrange(700):03d}"])
        return (f"'{v}'",) * 2
    if column in ("dec", "big", "d9"):
        v = R.choice([f"{R.randrange(-600, 600)}", f"{R.randrange(-600, 600)}.{R.randrange(1000):03d}"])
        return v, f"{v}::DECIMAL(38,5)"
    if column == "day":
        v = f"19{R.randrange(68, 73)}-{R.randrange(1, 13):02d}-{R.randrange(1, 29):02d}"
        return f"'{v}'", f"DATE '{v}'"
    if column == "ts":
        s = R.randrange(-600, 600)
        f = R.choice(["", ".5", ".500001"])
        v = f"19{'69-12-31' if s < 0 else '70-01-01'} {s % 86400 // 3600:02d}:{s % 3600 // 60:02d}:{s % 60:02d}{f}"
        return f"'{v}Z'".replace(" ", R.choice("T ")), f"TIMESTAMPTZ '{v}+00'"
    if column in ("s.a", "gone"):
        return (str(R.randrange(0, 5)),) * 2
    if column == "f16":
        v = R.choice(["nan", "inf", "-inf", 0, "-0.0"] + [R.randrange(-50, 50) / 4] * 4)
        return str(v), f"'{v}'::FLOAT"
    if column in ("ms", "ns"):
        s, f = R.randrange(-1500, 1500), R.choice(["", ".5", ".123", ".1234567", ".999999999"])
        v = f"19{'69-12-31' if s < 0 else '70-01-01'} {s % 86400 // 3600:02d}:{s % 3600 // 60:02d}:{s % 60:02d}{f}"
        return f"'{v}'".replace(" ", R.choice("T ")), f"TIMESTAMP_NS '{v}'"
    if column == "clock":
        v = f"{R.randrange(24):02d}:{R.randrange(60):02d}:{R.randrange(60):02d}{R.choice(['', '.5', '.25'])}"
        return f"'{v}'", f"TIME '{v}'"
    if column == "fix":
        v = R.choice([b"ab", b"ab\0\0", b"ab\0\0\0", b"abc", b"abc\0", b"b   ", b"\xff", b"", b"\xff\0\0\0"])
        return f"X'{v.hex()}'", "'" + "".join(f"\\x{b:02x}" for b in v) + "'::BLOB"
    if column == "long":
        v = "x" * R.choice([0, 1, 63, 64, 65, 90]) + R.choice(["", "a", "b", "y"])
        return (f"'{v}'",) * 2
    raise ValueError(column)


COLUMNS = ["run", "i32", "u32", "i64", "u64", "f32", "f64", "calm", "word", "name", "dec", "big", "day", "ts", "s.a",
           "d9", "ms", "ns", "clock", "fix", "f16", "gone", "long"]


def test():
    c = R.choice(COLUMNS)
    kind = R.random()
    if kind < 0.08:
        return ("flag",) * 2 if R.random() < 0.5 else ("flag = FALSE",) * 2
    if kind < 0.55:
        a, b = literal(c)
        op = R.choice(["=", "<>", "<", "<=", ">", ">="])
        return f"{c} {op} {a}", f"{c} {op} {b}"
    if kind < 0.7:
        pairs = [literal(c) for _ in range(R.randrange(1, 5))]
        word = R.choice(["IN", "NOT IN"])
        return tuple(f"{c} {word} ({', '.join(p[i] for p in pairs)})" for i in (0, 1))
    if kind < 0.82:
        low, high = literal(c), literal(c)
        return tuple(f"{c} BETWEEN {low[i]} AND {high[i]}" for i in (0, 1))
    if kind < 0.92:
        return (f"{c} IS {R.choice(['', 'NOT '])}NULL",) * 2
    c = R.choice(["word", "name", "long"])
    prefix = R.choice(["", "a", "ab", "name0", "name59", "z", "it''", "x" * R.choice([63, 64, 65, 90])])
    return (f"{c} LIKE '{prefix}%'",) * 2


def tree(depth):
    if depth == 0 or R.random() < 0.3:
        return test()
    if R.random() < 0.2:
        return tuple(f"NOT ({x})" for x in tree(depth - 1))
    word = R.choice(["AND", "OR"])
    a, b = tree(depth - 1), tree(depth - 1)
    return tuple(f"({a[i]}) {word} ({b[i]})" for i in (0, 1))


def ids(path, text, *more):
    r = subprocess.run([INLAY, "cat", "--where", text, "-c", "id", "--format", "csv", *more, path],
                       capture_output=True, text=True)
    if r.returncode:
        return r.stderr
    return [int(x) for x in r.stdout.split("\n")[1:] if x]


def rewritten(path, source):
    """The same rows with other pages, encodings, filters: what `inlay rewrite` writes, and concat copies."""
    more = ["--profile", R.choice(["compat", "balanced", "smallest", "newest"]), "--page-version", R.choice("12")]
    more += ["--page-rows", str(R.choice([50, 333, 5000]))]
    if R.random() < 0.5:
        more += ["-g", str(R.choice([500, 1777, 100000]))]
    for c in R.sample([c for c in COLUMNS if c != "s.a"], 8):
        more += ["--bloom", f"{c}={R.choice(['0.001', '0.1'])}"]
    inlay("rewrite", source, "-o", path, "-q", *more)
    halves = [path]
    if R.random() < 0.5:
        inlay("concat", path, "-o", path + ".2", "-q")
        os.replace(path + ".2", path)
    return halves[0]


def judge_random(folder):
    t = table()
    con.register("t", t.set_column(t.schema.get_field_index("f16"), "f16", t["f16"].cast(pa.float32())))
    files = []
    for name, options in {
        "pages": dict(write_page_index=True, data_page_size=700, row_group_size=3000),
        "v2": dict(write_page_index=True, data_page_size=700, data_page_version="2.0", row_group_size=5000,
                   use_dictionary=False, store_decimal_as_integer=True),
        "plain": dict(row_group_size=1000, compression="zstd"),
    }.items():
        files.append(f"{folder}/{name}.parquet")
        pq.write_table(t, files[-1], **options)
    files.append(f"{folder}/duck.parquet")
    con.execute(f"copy t to '{files[-1]}' (format parquet, row_group_size 2048)")
    files += [rewritten(f"{folder}/again{i}.parquet", R.choice(files[:4])) for i in range(3)]
    for _ in range(ROUNDS):
        ours, theirs = tree(R.randrange(0, 4))
        want = [r[0] for r in con.execute(f"select id from t where {theirs} order by id").fetchall()]
        for f in files:
            got = ids(f, ours)
            ok = got == want
            fact(f"where: {ours}", ok, f"{os.path.basename(f)}: {got[:200] if isinstance(got, str) else ''} "
                 f"{len(got)} rows, want {len(want)}")


# ---- lists: any value ----


def any_value(values, holds):
    if values is None:
        return None
    found = [holds(v) for v in values if v is not None]
    return True if any(found) else None if None in values else False


def judge_lists(folder):
    make = lambda: [None if R.random() < 0.2 else R.randrange(20) for _ in range(R.randrange(4))]
    rows = [None if R.random() < 0.1 else make() for _ in range(3000)]
    maps = [None if not r else [(f"k{v}", v) for v in r if v is not None] for r in rows]
    t = pa.table({"id": pa.array(range(3000), pa.int64()), "l": pa.array(rows, pa.list_(pa.int32())),
                  "m": pa.array(maps, pa.map_(pa.string(), pa.int32()))})
    path = f"{folder}/lists.parquet"
    pq.write_table(t, path, write_page_index=True, data_page_size=500, row_group_size=700)
    yes = lambda f: [i for i, r in enumerate(rows) if f(r)]
    for name in ("l", "l.list.element"):
        fact(f"where: {name} = 7 means any value", ids(path, f"{name} = 7") ==
             yes(lambda r: any_value(r, lambda v: v == 7)))
        fact("where: NOT of any value", ids(path, f"NOT ({name} > 5)") ==
             yes(lambda r: any_value(r, lambda v: v > 5) is False))
    fact("where: a list IS NULL", ids(path, "l is null") == yes(lambda r: r is None or None in r))
    fact("where: a list IS NOT NULL", ids(path, "l is not null") ==
         yes(lambda r: r and any(v is not None for v in r)))
    fact("where: a key of a map", ids(path, "m.key = 'k3'") ==
         [i for i, r in enumerate(maps) if r and any(k == "k3" for k, _ in r)])


# ---- lists: random predicates, judged in three-valued logic by hand ----


def any_test(rows):
    """A test on list column `l`: its text, and what it is for each row."""
    v, w = R.randrange(-3, 23), R.randrange(-3, 23)
    text, holds = R.choice([(f"l = {v}", lambda x: x == v), (f"l <> {v}", lambda x: x != v),
                            (f"l < {v}", lambda x: x < v), (f"l >= {v}.5", lambda x: x > v),
                            (f"l IN ({v}, {w})", lambda x: x in (v, w)),
                            (f"#LEAF > {v}".replace("#LEAF", "l.list.element"), lambda x: x > v)])
    return text, [any_value(r, holds) for r in rows]


def null_test(rows):
    if R.random() < 0.5:
        return "l IS NULL", [r is None or None in r for r in rows]
    return "l IS NOT NULL", [bool(r) and any(v is not None for v in r) for r in rows]


def list_tree(rows, depth):
    if depth == 0 or R.random() < 0.2:
        return any_test(rows) if R.random() < 0.8 else null_test(rows)
    text, truth = list_tree(rows, depth - 1)
    if R.random() < 0.3:
        return f"NOT ({text})", [None if x is None else not x for x in truth]
    other, more = list_tree(rows, depth - 1)
    if R.random() < 0.5:
        return f"({text}) AND ({other})", [False if x is False or y is False else None if x is None or y is None else True
                                           for x, y in zip(truth, more)]
    return f"({text}) OR ({other})", [True if x or y else None if x is None or y is None else False
                                      for x, y in zip(truth, more)]


def judge_random_lists(folder):
    n = 2500
    make = lambda: [None if R.random() < 0.2 else R.randrange(20) for _ in range(R.randrange(4))]
    rows = [None if R.random() < 0.1 else make() for _ in range(n)]
    for i in range(0, n, 500):  # stretches where claims bite: all null, all empty, narrow
        rows[i:i + 100] = [R.choice([None, []])] * 100
        rows[i + 100:i + 200] = [[None] * R.randrange(3) for _ in range(100)]
        rows[i + 200:i + 300] = [[5] * R.randrange(3) for _ in range(100)]
    path, again = f"{folder}/lists2.parquet", f"{folder}/lists3.parquet"
    pq.write_table(pa.table({"id": pa.array(range(n), pa.int64()), "l": pa.array(rows, pa.list_(pa.int32()))}), path,
                   write_page_index=True, data_page_size=R.choice([100, 400]), row_group_size=R.choice([100, 700, n]),
                   data_page_version=R.choice(["1.0", "2.0"]))
    inlay("rewrite", path, "-o", again, "-q", "--page-rows", str(R.choice([30, 100])), "--bloom", "l=0.01",
          "--page-version", R.choice("12"))
    for _ in range(ROUNDS // 2):
        text, truth = list_tree(rows, R.randrange(0, 4))
        for f in (path, again):
            got = ids(f, text)
            fact(f"where: {text}", got == [i for i, x in enumerate(truth) if x], f"{f}: {str(got)[:100]}")


# ---- skipping ----


def explained(path, text):
    r = subprocess.run([INLAY, "cat", "--where", text, "-c", "id", "--explain", path], capture_output=True, text=True)
    m = re.search(r"(\d+) row groups: (\d+) skipped by statistics, (\d+) by bloom filters; of (\d+) rows in the "
                  r"others (\d+) skipped by column indexes, (\d+) tested, (\d+) given", r.stderr)
    return dict(zip(("groups", "statistics", "bloom", "rows", "pages", "tested", "given"), map(int, m.groups())))


def judge_skipping(folder):
    path = f"{folder}/pages.parquet"
    e = explained(path, "id = 4500")
    fact("where: statistics leave one row group of four", (e["groups"], e["statistics"]) == (4, 3), e)
    fact("where: the column index leaves one page", e["pages"] > 1900 and e["given"] == 1, e)
    e = explained(path, "id < 100 OR id >= 11900")
    fact("where: OR keeps both ends", e["statistics"] == 2 and e["given"] == 200 and e["tested"] < 2500, e)
    e = explained(path, "f64 > 1000")
    fact("where: NaN is above all and never skipped", e["given"] > 0 and e["statistics"] == 0, e)
    e = explained(path, "name LIKE 'name05%'")
    fact("where: a prefix skips row groups", e["statistics"] >= 2 and e["given"] == 200, e)
    e = explained(path, "run IS NULL")
    fact("where: null counts skip all", e["statistics"] == 4, e)
    path = f"{folder}/bloom.parquet"
    con.execute(f"copy (select i as id, 'k' || ((i * 7) % 50 + (i // 2048) * 1000) as k from range(8192) t(i)) "
                f"to '{path}' (format parquet, row_group_size 2048)")
    e = explained(path, "k = 'k1003x'")
    fact("where: bloom filters skip what is not there", e["bloom"] >= 1 and e["given"] == 0, e)


# ---- claims that are no help, or lies about themselves ----


def drop_order(f):
    put(f.footer, (7,), None)


def impossible_counts(f):
    for c in range(len(get(f.footer, 4, 0, 1)[1])):
        if get(f.meta(c), 12):
            put(f.meta(c), (12, 3), -1, I64)


def short_index(f):
    tree, store = f.index(0, "column")
    get(tree, 2)[1].pop()
    store()


def reversed_bounds(f):
    m = f.meta(0)
    low, high = get(m, 12, 6), get(m, 12, 5)
    put(m, (12, 6), high)
    put(m, (12, 5), low)


def judge_claims(folder):
    path = f"{folder}/claims.parquet"
    for name, change in {"without column_orders": drop_order, "with impossible counts": impossible_counts,
                         "with a column index cut short": short_index,
                         "with bounds the wrong way round": reversed_bounds}.items():
        f = File(f"{folder}/pages.parquet")
        change(f)
        f.write(path)
        for text, want in {"id = 4500": [4500], "id IN (1, 2999, 3000)": [1, 2999, 3000], "id IS NULL": []}.items():
            got = ids(path, text)
            fact(f"where: {text} in a file {name}", got == want, got)


with tempfile.TemporaryDirectory() as folder:
    judge_random(folder)
    judge_lists(folder)
    judge_random_lists(folder)
    judge_skipping(folder)
    judge_claims(folder)
finish("where")
