"""melt and merge, judged by pyarrow and DuckDB: rows kept, order, row groups at metric transitions."""
import collections, glob, itertools, json, os, random, re, resource, struct, subprocess, tempfile
import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from judge import *

work = tempfile.mkdtemp()
seed = int(os.environ.get("SEED", random.SystemRandom().randrange(10**6)))
random.seed(seed)
print(f"  SEED={seed}")


def out(name):
    return os.path.join(work, name)


def counted(path):
    """Multiset of rows without the columns that are null in all of them."""
    t = pq.ParquetFile(path).read()
    names = t.schema.names
    return collections.Counter(
        tuple((n, repr(v)) for n, v in zip(names, row) if v is not None)
        for row in zip(*[c.to_pylist() for c in t.columns]))


def metrics_by_group(path):
    f = pq.ParquetFile(path)
    return [f.read_row_group(g, columns=["metric_name"])["metric_name"].to_pylist()
            for g in range(f.num_row_groups)]


# ---- recordings: melt each, merge all ----

longs = []
for path in files("data/recordings/*.parquet"):
    name = os.path.basename(path)
    target = out("long-" + name)
    inlay("melt", path, "-o", target, "--quiet")
    longs.append(target)
    wide = pq.ParquetFile(path).read()
    present = sum(len(c) - c.null_count for n, c in zip(wide.schema.names, wide.columns)
                  if (pa.types.is_integer(c.type) or pa.types.is_floating(c.type))
                  and n not in ("timestamp", "duration"))
    fact(f"melt: one row a present value: {name}", pq.ParquetFile(target).metadata.num_rows == present,
         f"{pq.ParquetFile(target).metadata.num_rows}, want {present}")

if longs:
    merged = out("merged.parquet")
    inlay("merge", *longs, "-o", merged, "--quiet")
    want = sum((counted(p) for p in longs), collections.Counter())
    fact("merge: the multiset of rows is kept", counted(merged) == want)

    def plain(path):
        t = pq.read_table(path)
        return pa.table({n: c.cast(c.type.value_type) if pa.types.is_dictionary(c.type) else c
                         for n, c in zip(t.schema.names, t.columns)})

    together = pa.concat_tables([plain(p) for p in longs], promote_options="default")
    together = together.append_column("row", pa.array(range(len(together)), pa.int64()))
    order = pc.sort_indices(together, sort_keys=[("sorted_series", "ascending"), ("timestamp_secs", "descending"), ("row", "ascending")])
    sorted_rows, got = together.take(order).drop_columns(["row"]), plain(merged)
    fact("merge: row by row the stable sort by series and time", set(got.schema.names) == set(sorted_rows.schema.names)
         and all(got[n].cast(sorted_rows[n].type).equals(sorted_rows[n]) for n in got.schema.names))
    groups = metrics_by_group(merged)
    fact("merge: every row-group border is a metric_name transition",
         all(a[-1] != b[0] for a, b in zip(groups, groups[1:])))
    fact("merge: no row group beyond the cap but a single run",
         all(len(g) <= 131072 or len(set(g)) == 1 for g in groups))
    n = duckdb.sql(f"select count(*), count(distinct metric_name) from '{merged}'").fetchall()[0]
    fact("merge: DuckDB counts the same", n[0] == sum(want.values()))
    small = out("small.parquet")
    inlay("merge", *longs, "-o", small, "--row-group-rows", "500", "--quiet")
    groups = metrics_by_group(small)
    fact("merge: a run larger than the cap stays whole, alone",
         all(len(g) <= 500 or len(set(g)) == 1 for g in groups)
         and all(a[-1] != b[0] for a, b in zip(groups, groups[1:])) and any(len(g) > 500 for g in groups))
else:
    skip("recordings", "the corpus is absent (set CORPUS)")

# ---- random sorted inputs written by pyarrow, against a stable sort ----

TYPES = [pa.int32(), pa.uint64(), pa.float64(), pa.string(), pa.date32(), pa.timestamp("us", "UTC"),
         pa.decimal128(20, 3), pa.bool_(), pa.list_(pa.int64()), pa.binary(5), pa.float32(),
         pa.struct([("x", pa.int32()), ("y", pa.list_(pa.string()))])]


def value(t):
    r = random.random
    if r() < 0.2:
        return None
    if pa.types.is_struct(t):
        return {"x": value(t["x"].type), "y": value(t["y"].type)}
    if pa.types.is_list(t):
        return [value(t.value_type) for _ in range(random.randrange(4))]
    if pa.types.is_string(t):
        return "v%d" % random.randrange(30)
    if pa.types.is_fixed_size_binary(t):
        return b"%05d" % random.randrange(99)
    if pa.types.is_boolean(t):
        return r() < 0.5
    if pa.types.is_decimal(t):
        return decimal.Decimal(random.randrange(-10**15, 10**15)).scaleb(-3)
    if pa.types.is_date(t):
        return datetime.date.fromordinal(random.randrange(700000, 740000))
    if pa.types.is_timestamp(t):
        return datetime.datetime.fromtimestamp(random.randrange(2 * 10**9), datetime.timezone.utc)
    if pa.types.is_floating(t):
        return random.choice([0.5, -1.25, 2.0**40, float("inf")])
    return random.randrange(1000)


def key(row):
    """Ascending a, descending b, nulls last."""
    a, b = row["a"], row["b"]
    return (a is None, a or "", b is None, -(b or 0))


for case in range(40):
    types = random.sample(TYPES, random.randrange(1, 5))
    fields = [pa.field("a", pa.string()), pa.field("b", pa.int64())]
    fields += [pa.field("c%d" % i, t) for i, t in enumerate(types)]
    inputs, everything = [], []
    for i in range(random.randrange(1, 8)):
        mine = fields[:2] + [f for f in fields[2:] if random.random() < 0.8]
        rows = [{"a": None if random.random() < 0.05 else random.choice("xyz") * random.randrange(1, 3),
                 "b": None if random.random() < 0.05 else random.randrange(20),
                 **{f.name: value(f.type) for f in mine[2:]}} for _ in range(random.choice([0, 1, 10, 300]))]
        rows.sort(key=key)
        everything += rows
        path = out(f"in{case}-{i}.parquet")
        pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(mine)), path,
                       row_group_size=random.choice([7, 100, 1000]), use_dictionary=random.random() < 0.7,
                       compression=random.choice(["zstd", "snappy", "gzip", "lz4", "brotli", "none"]),
                       data_page_version=random.choice(["1.0", "2.0"]), data_page_size=random.choice([64, 1 << 20]))
        inputs.append(path)
    target = out(f"out{case}.parquet")
    try:
        inlay("merge", *inputs, "-o", target, "--sort", "a|-b", "--row-group-rows", "200", "--quiet",
              "--codec", random.choice(["zstd", "zstd:9", "snappy", "gzip", "lz4_raw", "brotli", "none"]))
        got = pq.ParquetFile(target).read().to_pylist()
        names = set(n for p in inputs for n in pq.ParquetFile(p).schema_arrow.names)
        want = [{n: row.get(n) for n in names} for row in sorted(everything, key=key)]
        odd = next(((i, {n: g.get(n) for n in names}, w) for i, (g, w) in enumerate(zip(got, want))
                    if {n: g.get(n) for n in names} != w), None)
        fact(f"merge: equals a stable sort, case {case} (SEED={seed})", len(got) == len(want) and not odd,
             f"{len(got)} rows, want {len(want)}; first odd one {odd}")
        duck = duckdb.sql(f"select count(*) from '{target}'").fetchall()[0][0]
        fact(f"merge: DuckDB reads case {case}", duck == len(want))
    except Exception as e:
        fact(f"merge: case {case} (SEED={seed})", False, str(e))

# ---- what Quickwit's streaming engine refuses (metrics of its own layout, sorted_series and all) ----

SORT = "metric_name|host|timestamp_secs/V2"
HUSKY = ["metric_name", "host", "timestamp_secs", "sorted_series", "metric_type", "value"]


def metric_rows(names, seed_of, hosts=("a", "b"), times=20):
    r = random.Random(seed_of)
    return sorted(({"metric_name": n, "host": h, "timestamp_secs": t, "metric_type": 0, "value": r.random(),
                    "sorted_series": b"\x00" + (n.encode() + b"\x00\x01" if n is not None else b"\x01") + h.encode() + b"\x00"}
                   for n in names for h in hosts for t in r.sample(range(100), times)),
                  key=lambda x: (x["sorted_series"], -x["timestamp_secs"]))


def metric_table(rows, columns=HUSKY, extra=()):
    types = {"metric_name": pa.string(), "host": pa.string(), "timestamp_secs": pa.uint64(), "metric_type": pa.uint8(),
             "value": pa.float64(), "sorted_series": pa.binary(), **dict(extra)}
    return pa.Table.from_pylist(rows, schema=pa.schema([(c, types[c]) for c in columns]))


def metric_file(name, groups, sort=SORT, claim=0, **how):
    """One row group a table."""
    keys = {"qh.sort_fields": sort, "qh.window_start": "0", "qh.window_duration_secs": "900"}
    if claim:
        keys["qh.rg_partition_prefix_len"] = str(claim)
    path = out(name + ".parquet")
    schema = groups[0].schema.with_metadata(keys)
    with pq.ParquetWriter(path, schema, **how) as w:
        for g in groups:
            w.write_table(g.replace_schema_metadata(keys), row_group_size=1 << 20)
    return path


def merges(name, inputs, rows, *options):
    """The output has exactly these rows, in the order of a stable sort."""
    target = out("refused.parquet")
    try:
        inlay("merge", *inputs, "-o", target, "--quiet", *options)
        got = pq.ParquetFile(target).read().to_pylist()
        # equal keys keep the order of the inputs, which is that of `rows`
        want = sorted(rows, key=lambda x: (x["sorted_series"], -x["timestamp_secs"]))
        return fact(name, got == [{c: w.get(c) for c in got[0]} for w in want], "rows differ")
    except Exception as e:
        return fact(name, False, str(e))


r1, r2 = metric_rows(["cpu", "disk", "mem"], 1), metric_rows(["cpu", "mem", "net"], 2)
t1, t2 = metric_table(r1), metric_table(r2)


def cut(table, n):
    return [table.slice(i, n) for i in range(0, len(table), n)]


merges("merge: legacy_multi_rg_input_rejected there merges here",
       [metric_file("multi1", cut(t1, 7)), metric_file("multi2", cut(t2, 11))], r1 + r2)
big = metric_rows(["m%04d" % i for i in range(700)], 3, times=100)
merges("merge: an ingest split of more than 131,072 rows, two row groups without a claim",
       [metric_file("big", cut(metric_table(big), 131072)), metric_file("one", [t1])], big + r1)
odd = ["metric_name", "host", "timestamp_secs", "sorted_series", "value", "metric_type"]
merges("merge: body columns that are not in Husky order",
       [metric_file("odd1", [metric_table(r1, odd)]), metric_file("odd2", [t2])], r1 + r2)
last = ["value", "metric_type", "sorted_series", "timestamp_secs", "host", "metric_name"]
merges("merge: a non-sort column before all sort columns",
       [metric_file("last1", [metric_table(r1, last)]), metric_file("last2", [metric_table(r2, last)])], r1 + r2)
merges("merge: row groups that are not prefix-aligned though they claim it (min differs from max)",
       [metric_file("claim1", cut(t1, 50), claim=1), metric_file("claim2", cut(t2, 33), claim=1)], r1 + r2)
by_name = [metric_table([r for r in r1 if r["metric_name"] == n]) for n in ("cpu", "disk", "mem")]
merges("merge: a row group that shares its prefix key with an earlier one",
       [metric_file("twice", [g for t in by_name for g in cut(t, 20)], claim=1), metric_file("c2", [t2], claim=1)], r1 + r2)
nulls = metric_rows(["cpu", None], 4)
nulls.sort(key=lambda x: (x["sorted_series"], -x["timestamp_secs"]))
merges("merge: nulls and values of the prefix column in one row group",
       [metric_file("nulls", [metric_table(nulls)], claim=1), metric_file("c1", [t1], claim=1)], nulls + r1)
merges("merge: row groups with a claim and without statistics",
       [metric_file("bare1", by_name, claim=1, write_statistics=False),
        metric_file("bare2", [t2], claim=1, write_statistics=False)], r1 + r2)
binary = [("metric_name", pa.binary())]
raw = [{**r, "metric_name": b"\xff\xfe" + r["metric_name"].encode()} for r in r1]
merges("merge: a prefix column that is not UTF-8",
       [metric_file("raw", [metric_table(raw, extra=binary)], claim=1)], raw)
floats = sorted(({"metric_value": v, "timestamp_secs": t, "value": v * t, "sorted_series": struct.pack(">d", v)}
                 for v in (0.5, 1.5, 2.5) for t in range(10)), key=lambda x: (x["sorted_series"], -x["timestamp_secs"]))
merges("merge: a floating-point prefix column",
       [metric_file("floats", cut(metric_table(floats, ["metric_value", "timestamp_secs", "sorted_series", "value"],
                                               [("metric_value", pa.float64())]), 10), "metric_value|timestamp_secs/V2", 1)],
       floats)
# production sketches: the lists are nullable, because the accumulator makes every field so
LISTS = [("keys", pa.list_(pa.int16())), ("counts", pa.list_(pa.uint64()))]
sketch = ["metric_name", "host", "timestamp_secs", "sorted_series", "counts", "keys", "value"]


def sketches(rows, r):
    for x in rows:
        n = r.randrange(4)
        x["keys"] = None if n == 3 else [r.choice([None, 5, -7]) for _ in range(n)]
        x["counts"] = None if n == 3 else [2**64 - 1] * n
    return rows


s1, s2 = (sketches(metric_rows(["cpu", "mem"], i), random.Random(i)) for i in (5, 6))
merges("merge: production sketch files with nullable lists",
       [metric_file("sketch1", [metric_table(s1, sketch, LISTS)]), metric_file("sketch2", [metric_table(s2, sketch, LISTS)])],
       s1 + s2)
only_sketch = [{c: x[c] for c in sketch} for x in s1] # no metric_type
merges("merge: a list column that only one input has, and then again as input",
       [metric_file("sketch1", [metric_table(s1, sketch, LISTS)]), metric_file("plain2", [t2])], only_sketch + r2)
again = out("again.parquet")
inlay("merge", out("sketch1.parquet"), out("plain2.parquet"), "-o", again, "--quiet")
merges("merge: what has such a list merges again", [again], only_sketch + r2)


# ---- layouts and outputs, judged from outside ----

def partitioned(path, n):
    """PA-1 and PA-3: one value of the first n columns a row group, and no two the same."""
    f = pq.ParquetFile(path)
    seen = []
    for g in range(f.num_row_groups):
        t = f.read_row_group(g, columns=["metric_name", "host"][:n])
        seen.append(set(zip(*[c.to_pylist() for c in t.columns])))
    return all(len(s) == 1 for s in seen) and len(set(map(frozenset, seen))) == len(seen)


def claimed(path):
    return int(pq.ParquetFile(path).metadata.metadata.get(b"qh.rg_partition_prefix_len", b"0"))


long_names = ["n" * k + c for k in (64, 299) for c in "abc"]
l1, l2 = metric_rows(long_names, 7), metric_rows(long_names[1:], 8)
inputs = [metric_file("long1", [metric_table(l1)]), metric_file("long2", [metric_table(l2)])]
for n in (1, 2):
    ok = merges(f"merge: metric names of 65 and 300 bytes, per-value:{n}", inputs, l1 + l2, "--layout", f"per-value:{n}")
    fact(f"merge: the claim of {n} columns holds", claimed(out("refused.parquet")) == n and partitioned(out("refused.parquet"), n))
merges("merge: packed", inputs, l1 + l2)
fact("merge: packed row groups claim nothing", claimed(out("refused.parquet")) == 0)
merges("merge: per value, oversize ones split", inputs, l1 + l2, "--layout", "per-value:1", "--oversize", "split", "-g", "30")
fact("merge: split row groups claim nothing", claimed(out("refused.parquet")) == 0)

for case in range(25):
    files_in, rows = [], []
    for i in range(random.randrange(1, 5)):
        mine = metric_rows(random.sample(["m%02d" % i for i in range(12)], random.randrange(0, 9)), random.random(),
                           times=random.choice([1, 3, 40]))
        rows += mine
        files_in.append(metric_file(f"case{case}-{i}", cut(metric_table(mine), random.choice([5, 1000])) or [metric_table([])],
                                    use_dictionary=random.random() < 0.7))
    series = len({r["sorted_series"] for r in rows})
    k, n = random.randrange(2, 30), random.choice([1, 2])
    layout = random.choice(["pack", "none", f"per-value:{n}"])
    told = json.loads(inlay("merge", *files_in, "-o", out(f"k{case}.parquet"), "--outputs", str(k), "--json", "--layout", layout,
                            "-g", str(random.choice([10, 100, 1000])), "--threads", random.choice("13")).stdout)
    paths = [o["output"] for o in told["outputs"]]
    tables = [pq.ParquetFile(p).read() for p in paths]
    name = f"case {case} (SEED={seed})"
    fact(f"outputs: exactly min(series, k) files, {name}", len(paths) == max(1, min(series, k)), f"{len(paths)} of {series}, {k}")
    sets = [set(t["sorted_series"].to_pylist()) for t in tables]
    fact(f"outputs: disjoint and ascending series, {name}",
         all(max(a) < min(b) for a, b in zip(sets, sets[1:])) and all(sets[1:]))
    got = [r for t in tables for r in t.to_pylist()]
    want = sorted(rows, key=lambda x: (x["sorted_series"], -x["timestamp_secs"]))
    fact(f"outputs: together they are the stable sort, {name}", got == [{c: w[c] for c in HUSKY} for w in want])
    fact(f"outputs: row counts are told, {name}", [o["rows"] for o in told["outputs"]] == [len(t) for t in tables])
    if layout.startswith("per-value"):
        fact(f"outputs: claims hold in each, {name}",
             all(claimed(p) == n and partitioned(p, n) for p, t in zip(paths, tables) if len(t)))
    # the rule of the in-memory engine: cut at a series when there are rows enough, or when the rest is needed
    sizes = [len(list(g)) for _, g in itertools.groupby(want, key=lambda x: x["sorted_series"])]
    files_left, target, ends, rows_in = min(series, k), len(want) // max(1, min(series, k)), [], 0
    for i, size in enumerate(sizes):
        if i and files_left > 1 and (rows_in >= target or len(sizes) - i <= files_left - 1):
            ends.append(rows_in)
            rows_in, files_left = 0, files_left - 1
        rows_in += size
    fact(f"outputs: cut where the in-memory engine cuts, {name}", [len(t) for t in tables] == ends + [rows_in])

# ---- what a metrics file says of its own rows ----

def described(path):
    """qh.row_keys_json against first and last row, qh.zonemap_regexes against every value."""
    f = pq.ParquetFile(path)
    keys = {k.decode(): v.decode() for k, v in f.metadata.metadata.items()}
    rows = f.read().to_pylist()
    said = json.loads(keys["qh.row_keys_json"])
    value = lambda v: {"value": None if v is None else {"TypeString": list(v.encode())} if isinstance(v, str) else {"TypeInt": v}}
    want = lambda row: {"column": [value(row[c]) for c in ("metric_name", "host", "timestamp_secs")]}
    zones = json.loads(keys["qh.zonemap_regexes"])
    good = {c: all(re.fullmatch(zones[c], r[c]) for r in rows if r[c] is not None) for c in ("metric_name", "host")}
    return ("qh.row_keys" in keys and said["min_row_values"] == want(rows[0]) and said["max_row_values"] == want(rows[-1])
            and all(good.values())), f"{keys} {rows[0]} {rows[-1]} {good}"


more = metric_rows(["cpu", "net.in", "net.out", "\u00e9t\u00e9"], 9, hosts=("a", "b", "c1"))
parts = [metric_file("told1", cut(t1, 30)), metric_file("told2", [t2]), metric_file("told3", [metric_table(more)])]
for options in (["--threads", "1"], ["--threads", "2", "-g", "40"], ["--layout", "per-value:1"]):
    inlay("merge", *parts, "-o", out("told.parquet"), "--quiet", *options)
    fact(f"merge: row keys and zonemaps are those of the rows, {options}", *described(out("told.parquet")))
inlay("merge", *parts, "-o", out("told-%d.parquet"), "--quiet", "--outputs", "3")
for i, path in enumerate(sorted(glob.glob(out("told-*.parquet")))):
    fact(f"merge: row keys and zonemaps of output {i}", *described(path))

# ---- a dry run ----

for how in ({"data_page_size": 1000}, {"data_page_size": 1000, "use_dictionary": False}, {"row_group_size": 2000}):
    inputs, at = [], 0
    for i in range(4):
        m = metric_rows(["d%03d" % j for j in range(at, at + 60)], i, times=50)
        at += 60 if i != 1 else 30
        path = out(f"dry{i}.parquet")
        t = metric_table(m).replace_schema_metadata({"qh.sort_fields": SORT})
        pq.write_table(t, path, compression="zstd", write_page_index=True, **how)
        inputs.append(path)
    for options in ([], ["-g", "2000"], ["--layout", "per-value:1"], ["--outputs", "3"]):
        plan = json.loads(inlay("merge", *inputs, "--dry-run", "--json", *options).stdout)
        done = json.loads(inlay("merge", *inputs, "-o", out("dry.parquet"), "--json", *options).stdout)
        near = abs(plan["moved_bytes"] - done["moved_bytes"]) <= 0.03 * max(plan["moved_bytes"], done["moved_bytes"])
        fact(f"dry run: the bytes that then move, {how} {options}", near, f"{plan['moved_bytes']} {done['moved_bytes']}")
        if not options:
            groups = plan["outputs"][0]["row_groups"]
            f = pq.ParquetFile(out("dry.parquet"))
            fact(f"dry run: the row groups that are then written, {how}",
                 [g["rows"] for g in groups] == [f.metadata.row_group(g).num_rows for g in range(f.num_row_groups)])
            ends = [(t["metric_name"][0].as_py(), t["timestamp_secs"][0].as_py(), t["metric_name"][-1].as_py(),
                     t["timestamp_secs"][-1].as_py()) for t in map(f.read_row_group, range(f.num_row_groups))]
            fact(f"dry run: their first and last keys, {how}",
                 ends == [(g["first"]["metric_name"], g["first"]["timestamp_secs"], g["last"]["metric_name"],
                           g["last"]["timestamp_secs"]) for g in groups])

# ---- a thousand inputs, as compaction has them: few open files, little address space ----

def with_limits(files, space):
    """The process may have `files` open files, and `space` bytes of addresses."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    resource.setrlimit(resource.RLIMIT_AS, (space, space))


many, n_many, each = [], 1000, 300
for i in range(n_many):
    many.append(out("many-%d.parquet" % i))
    names = sorted(random.choices(["cpu.%02d" % k for k in range(40)], k=each))
    pq.write_table(pa.table({"name": names, "at": pa.array(range(each), pa.int64()), "host": ["host-%d" % i] * each,
                             "value": [random.random() for _ in range(each)]}), many[-1], compression="zstd")
target = out("of-many.parquet")
command = [INLAY, "merge", *many, "-o", target, "--sort", "name", "--quiet"]
p = subprocess.run(command, preexec_fn=lambda: with_limits(1024, 128 << 20), capture_output=True, text=True)
fact("1,000 inputs: merged with 1,024 open files and 128 MiB of address space", p.returncode == 0, p.stderr)
if p.returncode == 0:
    together = pa.concat_tables([pq.ParquetFile(f).read() for f in many])
    together = together.append_column("order", pa.array(range(len(together)), pa.int64()))
    want = together.take(pc.sort_indices(together, sort_keys=[("name", "ascending"), ("order", "ascending")])).drop(["order"])
    got = pq.ParquetFile(target).read()
    fact("1,000 inputs: the rows are those of a stable sort", got.equals(want.cast(got.schema)))
    os.unlink(target)
p = subprocess.run(command, preexec_fn=lambda: with_limits(100, 128 << 20), capture_output=True, text=True)
fact("1,000 inputs: with 100 open files it says so, and names the file",
     p.returncode == 3 and "Too many open files" in p.stderr and "many-" in p.stderr, p.stderr)
fact("1,000 inputs: and leaves nothing", not glob.glob(out("of-many*")))

# ---- inputs that change with almost every row: more stretches in a row group than little memory holds ----

each, taking_turns, picks = 100_000, [], random.Random(seed)
for i in range(3):
    taking_turns.append(out(f"turns-{i}.parquet"))
    at = sorted(picks.choices(range(2 * each), k=each))
    pq.write_table(pa.table({"name": ["all"] * each, "at": pa.array(at, pa.int64()), "input": pa.array([i] * each, pa.int32()),
                             "label": [None if t % 5 == i else "label-%d" % (t % 11 + i) for t in at],
                             "id": pa.array([t * 31 for t in at], pa.int64()), "flag": [t % 3 == 0 for t in at],
                             "value": [picks.random() for _ in at]}), taking_turns[-1], compression="zstd", row_group_size=70_000)
together = pa.concat_tables([pq.ParquetFile(f).read() for f in taking_turns])
together = together.append_column("order", pa.array(range(len(together)), pa.int64()))
want = together.take(pc.sort_indices(together, sort_keys=[("at", "ascending"), ("order", "ascending")])).drop(["order"])
first = None
for options in (["--threads", "1"], ["--threads", "2"], ["--threads", "3"], ["--threads", "5"], ["--max-memory", "24M"]):
    target = out("of-turns.parquet")
    told = json.loads(inlay("merge", *taking_turns, "-o", target, "--sort", "name|at", "--json", *options).stdout)
    made = open(target, "rb").read()
    first = first or made
    fact(f"inputs that take turns: the same bytes, {options}", made == first)
fact("inputs that take turns: more stretches than are held", told["runs"] > 131072 and told["row_groups"] == 1, str(told))
got = pq.ParquetFile(target).read()
fact("inputs that take turns: the rows are those of a stable sort", got.equals(want.cast(got.schema)))

# ---- --resort: a file larger than the memory that the process may have ----

rows = 1_200_000
picks = random.Random(seed)
big = pa.table({"name": ["metric.%04d" % picks.randrange(2000) for _ in range(rows)], "row": pa.array(range(rows), pa.int64()),
                **{c: pa.Array.from_buffers(pa.int64(), rows, [None, pa.py_buffer(picks.randbytes(8 * rows))]) for c in "vwxyz"}})
source, target, space = out("unsorted.parquet"), out("resorted.parquet"), 40 << 20
pq.write_table(big, source, use_dictionary=["name"])
p = subprocess.run([INLAY, "merge", source, "-o", target, "--sort", "name", "--resort", "--quiet", "--max-memory", "40M"],
                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (space, space)), capture_output=True, text=True)
fact("resort: the file is larger than the address space", os.path.getsize(source) > space, str(os.path.getsize(source)))
fact("resort: sorts it in 40 MiB of address space", p.returncode == 0, p.stderr)
if p.returncode == 0:
    want = big.take(pc.sort_indices(big, sort_keys=[("name", "ascending"), ("row", "ascending")]))
    got = pq.ParquetFile(target).read()
    fact("resort: equal keys keep the order of the rows", got["row"].combine_chunks().equals(want["row"].combine_chunks()))
    fact("resort: all columns follow", got.equals(want.cast(got.schema)))
finish("merge")
