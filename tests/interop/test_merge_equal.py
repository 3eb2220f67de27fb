"""merge with a reducer: sums, maxima and counts by $BUILD/merge_reduce equal DuckDB's GROUP BY, on random files; and
--on-equal first and last equal its QUALIFY row_number() on files whose plan and row groups are large. CASES=n, SEED=n."""
import os, random, subprocess, tempfile

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from judge import BUILD, INLAY, fact, finish, inlay

SEED = int(os.environ.get("SEED", random.randrange(10**6)))
CASES = int(os.environ.get("CASES", 60))
ONLY = os.environ.get("CASE")
REDUCE = os.path.abspath(os.path.join(BUILD, "merge_reduce"))
work = os.environ.get("KEEP") or tempfile.mkdtemp()
db = duckdb.connect()


def write(r, path, rows, types):
    schema = pa.schema([(c, t) for c, t in types.items()])
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, row_group_size=r.choice([100, 3000, 10**6]),
                   max_rows_per_page=r.choice([50, 1000, 20000]), use_dictionary=r.random() < 0.6)


def order(row):
    return tuple((row[k] is None, row[k]) if row[k] is not None else (True, 0) for k in ("name", "t"))


def reduced(seed):
    r = random.Random(seed)
    nulls, names, times = r.choice([0, 0, 0.2]), r.choice([1, 3, 40]), r.choice([1, 10, 2000])
    types = {"name": pa.string(), "t": pa.int64(), "sum_a": pa.float64(), "max_b": pa.int64(), "count_c": pa.int64(),
             "last_d": pa.string(), "list": pa.list_(pa.int64()), "other": pa.int32()}
    paths = [f"{work}/{i}.parquet" for i in range(r.choice([1, 2, 5, 12]))]
    every = []
    for i, path in enumerate(paths):
        have = {c: t for c, t in types.items() if c in ("name", "t", "list", "other") or r.random() < 0.9 or i == 0}
        rows = [{"name": None if r.random() < nulls else f"metric-{r.randrange(names)}",
                 "t": None if r.random() < nulls / 2 else r.randrange(times),
                 "sum_a": None if r.random() < nulls else r.randrange(-2**30, 2**30) / 8, # sums of them are exact
                 "max_b": None if r.random() < nulls else r.randrange(-2**63, 2**63 - 1),
                 "count_c": None if r.random() < nulls else 1,
                 "last_d": None if r.random() < nulls else f"text {r.randrange(50)}" * r.randrange(3)}
                for _ in range(r.choice([0, 1, 50, 3000, 9000]))]
        rows.sort(key=order)
        rows = [{**{c: row.get(c) for c in have}, "list": [i, k], "other": k} for k, row in enumerate(rows)]
        write(r, path, rows, have)
        every += [{"input": i, "row": k, **{c: row.get(c) for c in types}} for k, row in enumerate(rows)]
    out = f"{work}/out.parquet"
    command = [REDUCE, out, "name|+t", str(r.choice([100, 5000, 131072])), str(r.choice([0, 1, 0])), *paths]
    p = subprocess.run(command, capture_output=True, text=True)
    name = f"seed {seed}, {len(paths)} inputs, {names} names, {times} times"
    if p.returncode:
        return fact(f"reducer: {name}", False, p.stderr)
    rows = pa.Table.from_pylist(every, schema=pa.schema([("input", pa.int32()), ("row", pa.int32()), *types.items()]))
    db.register("rows", rows)
    first = ", ".join(f"arg_min(struct_pack(v := {c}), (input, row)).v" for c in ("list", "other"))
    want = db.execute(f"""SELECT name, t, sum(sum_a), max(max_b), count(*), max(last_d), {first} FROM rows
                          GROUP BY name, t ORDER BY name NULLS LAST, t NULLS LAST""").fetchall()
    got = db.execute(f"SELECT {', '.join(types)} FROM '{out}'").fetchall()
    bad = next((i for i, (g, w) in enumerate(zip(got, want)) if g != w), min(len(got), len(want)))
    said = inlay("verify", "--deep", "--quiet", out, check=False)
    good = got == want and not said.returncode
    return fact(f"reducer: {name}", good, f"row {bad} of {len(got)}, want {len(want)}: {got[bad:bad+1]}, want "
                f"{want[bad:bad+1]} {said.stderr.decode()} {' '.join(command)}")


def large(seed, mode, rows):
    """Row groups of more stretches than the merge holds at once, since inputs change with every row."""
    r = random.Random(seed)
    paths = [f"{work}/{i}.parquet" for i in range(3)]
    for i, path in enumerate(paths):
        db.execute(f"SELECT setseed({r.random()})")
        db.execute(f"""COPY (SELECT 'all' AS name, k AS t, {i} AS input, (random() * 1e9)::BIGINT AS v,
                       CASE WHEN k % 7 = 0 THEN NULL ELSE 'label-' || (k % 5 + {i}) END AS label,
                       [k, {i}]::BIGINT[] AS list
                       FROM (SELECT (range * 3 + (random() * 4)::BIGINT) // 2 AS k FROM range({rows})) ORDER BY k)
                       TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE {r.choice([20000, 122880])})""")
    out = f"{work}/out.parquet"
    inlay("merge", *paths, "-o", out, "--sort", "name|t", "--quiet", "--on-equal", mode, "--threads", "2")
    direction = "ASC" if mode == "first" else "DESC"
    db.execute("CREATE OR REPLACE TABLE input AS " + " UNION ALL ".join(
        f"SELECT *, file_row_number AS row FROM read_parquet('{p}', file_row_number = true)" for p in paths))
    want = db.execute(f"""SELECT t, input, v, label, list FROM input QUALIFY row_number()
                          OVER (PARTITION BY name, t ORDER BY input {direction}, row {direction}) = 1 ORDER BY t""").fetchall()
    got = db.execute(f"SELECT t, input, v, label, list FROM '{out}'").fetchall()
    bad = next((i for i, (g, w) in enumerate(zip(got, want)) if g != w), min(len(got), len(want)))
    said = inlay("verify", "--deep", "--quiet", out, check=False)
    fact(f"merge --on-equal {mode}: {rows} rows an input, seed {seed}", got == want and not said.returncode,
         f"row {bad} of {len(got)}, want {len(want)}: {got[bad:bad+1]}, want {want[bad:bad+1]} {said.stderr.decode()}")


def errors():
    a, b, out = f"{work}/a.parquet", f"{work}/b.parquet", f"{work}/none.parquet"
    pq.write_table(pa.table({"t": [1, 3, 5]}), a)
    pq.write_table(pa.table({"t": [2, 4, 5]}), b, row_group_size=2)
    p = inlay("merge", a, b, "-o", out, "--sort", "+t", "--on-equal", "error", check=False)
    want = f"inlay: {b}: row group 1, row 0: two rows have the same key (the other one is row 2 of row group 0 of {a})\n"
    fact("merge --on-equal error names both rows", p.returncode and p.stderr.decode() == want, p.stderr.decode())
    fact("merge --on-equal error leaves no output", not os.path.exists(out))
    p = inlay("merge", a, "-o", out, "--sort", "+t", "--on-equal", "any", check=False)
    fact("merge --on-equal is one of four words", p.returncode and b"keep, first, last or error" in p.stderr)


print(f"SEED={SEED}")
for i in range(1 if ONLY else CASES):
    reduced(int(ONLY) if ONLY else SEED * 10000 + i)
if not ONLY:
    errors()
    large(SEED, "first", 200000)
    large(SEED + 1, "last", 200000)
finish("equal")
