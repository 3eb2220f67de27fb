"""The merge against DuckDB, pyarrow and cp, alternating in one run, medians of the ratios; then how time and memory
grow with rows and inputs.

    merge.py INLAY [ROWS]     ten sorted metric files of ROWS rows (default 1,000,000), eight columns, zstd, seed fixed
"""
import json, os, statistics, subprocess, sys, tempfile, time

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

inlay = os.path.abspath(sys.argv[1])
rows = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
rounds = int(os.environ.get("ROUNDS", 3))
work = tempfile.mkdtemp()
pa.set_cpu_count(1)
SORT = "metric_name|-timestamp_secs"


def make(path, seed, names, per):
    """`per` samples of each name, newest first."""
    n = len(names) * per
    m, i = np.repeat(np.arange(len(names)), per), np.arange(n)
    words = lambda index, values: pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int32)), pa.array(values)).cast(pa.string())
    pq.write_table(pa.table({
        "metric_name": words(m, names),
        "timestamp_secs": pa.array((10**9 + per - np.tile(np.arange(per), len(names))).astype(np.uint64)),
        "host": words(np.zeros(n), ["host-%d" % seed]),
        "service": words(i % 7, ["svc%d" % x for x in range(7)]),
        "region": words(i % 4, ["r%d" % x for x in range(4)]),
        "timeseries_id": pa.array((m * 31 + seed).astype(np.int64)),
        "metric_type": pa.array((m % 3).astype(np.uint8)),
        "value": pa.array(np.random.default_rng(seed).random(n))}), path, compression="zstd")
    return path


def inputs(kind, n=10, each=None, metrics=50):
    """interleaved: all have the same metrics and times; disjoint: each has metrics of its own; mixed: half of each.
    `metrics`, interleaved: how many; ten times the rows of ten times as many have the same dictionaries."""
    each = each or rows
    files = []
    for k in range(n):
        own = ["metric.%04d" % (1000 + 100 * k + m) for m in range(50)]
        shared = ["metric.%04d" % m for m in range(metrics)]
        names = {"interleaved": shared, "disjoint": own, "mixed": shared[:25] + own[:25]}[kind]
        files.append(make(f"{work}/{kind}-{n}-{each}-{k}.parquet", k, names, each // len(names)))
    return files


def merge(files, *more):
    out = f"{work}/a.parquet"
    r = subprocess.run([inlay, "merge", *files, "-o", out, "--sort", SORT, "--json", *more], check=True, capture_output=True)
    return json.loads(r.stdout)


def duck(files):
    con = duckdb.connect()
    con.execute("set threads = 1")
    con.execute(f"copy (select * from read_parquet({files}) order by metric_name, timestamp_secs desc) "
                f"to '{work}/b.parquet' (format parquet, compression zstd)")


def arrow(files):
    t = pa.concat_tables([pq.read_table(f, use_threads=False) for f in files])
    t = t.sort_by([("metric_name", "ascending"), ("timestamp_secs", "descending")])
    pq.write_table(t, f"{work}/c.parquet", compression="zstd")


def copy(files):
    """cp of all inputs into one file, and fsync."""
    with open(f"{work}/d.bin", "wb") as to:
        for f in files:
            with open(f, "rb") as of:
                while os.sendfile(to.fileno(), of.fileno(), None, 1 << 24):
                    pass
        os.fsync(to.fileno())


def clock(f):
    start = time.perf_counter()
    f()
    return time.perf_counter() - start


def against(title, ours, theirs):
    ours(), theirs()
    pairs = [(clock(ours), clock(theirs)) for _ in range(rounds)]
    a, b = (statistics.median(x) for x in zip(*pairs))
    print(f"{title:58s} {a:7.3f} s  theirs {b:7.3f} s  {statistics.median(y / x for x, y in pairs):5.2f} x as fast", flush=True)


def peak(files, *more):
    """Most resident memory of one merge, MiB."""
    out = subprocess.run(["/bin/sh", "-c", '"$@" > /dev/null; exec python3 -c "import resource; '
                          'print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"', "sh", inlay, "merge", *files, "-o",
                          f"{work}/a.parquet", "--sort", SORT, "--quiet", *more], check=True, capture_output=True, text=True)
    return int(out.stdout) / 1024


for kind in ("disjoint", "mixed", "interleaved"):
    files = inputs(kind)
    for threads in ("1", "2"):
        run = lambda: merge(files, "--threads", threads)
        label = f"merge 10 x {rows} rows, {kind}, {threads} thread" + ("s" if threads == "2" else "")
        against(f"{label}, DuckDB", run, lambda: duck(files))
        against(f"{label}, pyarrow", run, lambda: arrow(files))
        against(f"{label}, cp + fsync", run, lambda: copy(files))
    said = merge(files, "--threads", "1")
    one = open(f"{work}/a.parquet", "rb").read()
    merge(files, "--threads", "2")
    print(f"  {said['runs']} runs, {said['row_groups']} row groups, plan {said['plan_bytes']} B, moved as it was "
          f"{100 * said['moved_bytes'] / said['output_bytes']:.1f} % of {said['output_bytes']} B, peak {peak(files, '--threads', '1'):.0f} MiB, "
          f"two threads the same bytes: {one == open(f'{work}/a.parquet', 'rb').read()}; DuckDB {os.path.getsize(f'{work}/b.parquet')} B, "
          f"pyarrow {os.path.getsize(f'{work}/c.parquet')} B", flush=True)

half, whole = inputs("interleaved", each=rows // 2), inputs("interleaved")
against("twice the rows: time (ratio is how much longer)", lambda: merge(half, "--threads", "1"), lambda: merge(whole, "--threads", "1"))
many = inputs("interleaved", 100, rows // 10)
against("100 inputs of the same rows: time (how much longer)", lambda: merge(whole, "--threads", "1"), lambda: merge(many, "--threads", "1"))
print(f"  peak of 100 inputs: {peak(many, '--threads', '1'):.0f} MiB, two threads {peak(many, '--threads', '2'):.0f} MiB")
splits, fifth = inputs("interleaved", 1000, rows // 500), inputs("interleaved", 10, rows // 5)
against("1,000 inputs of the same rows: time (how much longer)", lambda: merge(fifth, "--threads", "1"), lambda: merge(splits, "--threads", "1"))
print(f"  peak of 1,000 inputs: {peak(splits, '--threads', '1'):.0f} MiB")
long = inputs("interleaved", each=10 * rows, metrics=500)
for how in ("1", "2"):
    few, large = peak(whole, "--threads", how), peak(long, "--threads", how)
    print(f"peak memory at equal dictionaries, {how} thread(s): {few:.0f} MiB at {rows} rows an input, {large:.0f} MiB at {10 * rows}: "
          f"{100 * (large / few - 1):+.1f} %", flush=True)
