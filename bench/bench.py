"""Whole jobs against other implementations, alternating, medians of the ratio. One thread each.

    bench.py INLAY [ROWS]     ten sorted metric files of ROWS rows (default 200,000), seed fixed
"""
import os, random, statistics, subprocess, sys, tempfile, time
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

inlay = os.path.abspath(sys.argv[1])
rows = int(sys.argv[2]) if len(sys.argv) > 2 else 200000
work = tempfile.mkdtemp()
pa.set_cpu_count(1)


def make(k, first_metric, metrics):
    rnd, per = random.Random(k), rows // metrics
    n = per * metrics
    t = pa.table({
        "metric_name": ["metric.%04d" % (first_metric + m) for m in range(metrics) for _ in range(per)],
        "timestamp_secs": pa.array([10**9 + per - i for _ in range(metrics) for i in range(per)], pa.uint64()),
        "host": ["host-%d" % k] * n,
        "service": ["svc%d" % (i % 7) for i in range(n)],
        "region": ["r%d" % (i % 4) for i in range(n)],
        "timeseries_id": pa.array([m * 31 + k for m in range(metrics) for _ in range(per)], pa.int64()),
        "metric_type": pa.array([m % 3 for m in range(metrics) for _ in range(per)], pa.uint8()),
        "value": [rnd.random() for _ in range(n)]})
    path = f"{work}/{first_metric}-{k}.parquet"
    pq.write_table(t, path, compression="zstd")
    return path


def clock(f):
    start = time.perf_counter()
    measured = f()
    return measured if isinstance(measured, float) else time.perf_counter() - start


def against(title, ours, theirs, rounds=5):
    ours(), theirs()
    pairs = [(clock(ours), clock(theirs)) for _ in range(rounds)]
    a, b = (statistics.median(x) for x in zip(*pairs))
    ratio = statistics.median(y / x for x, y in pairs)
    print(f"{title:58s} {a:7.3f} s  theirs {b:7.3f} s  {ratio:5.2f} x as fast")


def run(*args):
    subprocess.run([inlay, *args], check=True, stdout=subprocess.DEVNULL)


files = [make(k, 0, 50) for k in range(10)]
run("merge", *files, "-o", f"{work}/a.parquet", "--sort", "metric_name|-timestamp_secs", "--quiet")
against("decode every page (verify, checksums) of the merged file", lambda: run("verify", f"{work}/a.parquet"),
        lambda: pq.read_table(f"{work}/a.parquet", use_threads=False))
against("rows to JSON lines / DuckDB to JSON", lambda: run("cat", f"{work}/a.parquet"),
        lambda: duckdb.connect().execute(f"set threads = 1; copy (select * from '{work}/a.parquet') to '/dev/null' (format json)"))


def long_table(path, blocks=100, n=100000):
    """Ten million samples of a hundred metrics."""
    rnd = random.Random(1)
    block = {"timestamp_secs": pa.array(range(10**9 + n, 10**9, -1), pa.uint64()),
             "host": pa.array(["host-%d" % (i // 500 % 40) for i in range(n)]),
             "service": pa.array(["svc%d" % (i % 7) for i in range(n)]),
             "region": pa.array([None if i % 11 == 0 else "r%d" % (i % 4) for i in range(n)]),
             "timeseries_id": pa.array([i % 1000 * 31 for i in range(n)], pa.int64()),
             "metric_type": pa.array([i % 3 for i in range(n)], pa.uint8()),
             "value": pa.array([rnd.random() for _ in range(n)])}
    writer = None
    for k in range(blocks):
        t = pa.table({"metric_name": pa.repeat("metric.%04d" % k, n), **block})
        writer = writer or pq.ParquetWriter(path, t.schema, compression="zstd")
        writer.write_table(t)
    writer.close()


def drain(path, *how):
    """Seconds as bench/arrow.c measures them itself."""
    r = subprocess.run([os.path.join(os.path.dirname(inlay), "bench", "arrow"), path, *how], check=True, capture_output=True)
    return float(r.stdout.split()[0])


def wide_table(path, columns=2000, groups=500):
    t = pa.table({f"column_{i:04d}": pa.array(range(i, i + 10 * groups), pa.int64()) for i in range(columns)})
    pq.write_table(t, path, row_group_size=10, compression="zstd")


wide = f"{work}/wide.parquet"
wide_table(wide)
one = lambda: run("cat", "--columns", "column_1000", "--format", "csv", wide)
against("one of 2,000 columns, 500 row groups (pyarrow in process)", one,
        lambda: pq.read_table(wide, columns=["column_1000"], use_threads=False))
against("one of 2,000 columns, 500 row groups (DuckDB in process)", one,
        lambda: duckdb.connect().execute(f"set threads = 1; select sum(column_1000) from '{wide}'").fetchall())
os.unlink(wide)
long_table(f"{work}/long.parquet")
recordings = os.path.join(os.environ.get("CORPUS", "../shared"), "data", "recordings")
for name, path in [(n, f"{recordings}/{n}.parquet") for n in ("demo", "c16", "vllm")] + [("10 M rows", f"{work}/long.parquet")]:
    if not os.path.exists(path):
        continue
    theirs = lambda: pq.ParquetFile(path).read(use_threads=False) and None
    against(f"decode to Arrow arrays, {name}, batch by batch", lambda: drain(path), theirs)
    against(f"decode to Arrow arrays, {name}, all kept", lambda: drain(path, "keep"), theirs)
os.unlink(f"{work}/long.parquet")
