"""melt and merge, judged by pyarrow and DuckDB: rows kept, order, row groups at metric transitions."""
import collections, os, random, resource, subprocess, tempfile
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
