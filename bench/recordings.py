"""Combining and filtering recordings: peak memory over a day, time against pyarrow over an hour. From seeds.

    recordings.py INLAY [SECONDS]     two recordings of SECONDS (86,400) at 1 s, 30 histogram columns each
"""
import json, os, statistics, subprocess, sys, tempfile, time
import numpy
import pyarrow as pa
import pyarrow.parquet as pq

inlay = os.path.abspath(sys.argv[1])
seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 86400
BUCKETS, COLUMNS, GROUP, START = 496, 30, 1800, 1_700_000_000
pa.set_cpu_count(1)


def recording(path, node, seed, seconds, start, lost):
    """Histograms as Rezolus keeps them: cumulative counts, of which few buckets move. `lost`: share of rows missing."""
    r = numpy.random.default_rng(seed)
    meta = lambda **k: {a: str(b) for a, b in k.items()}
    fields = [pa.field("timestamp", pa.uint64(), False, meta(metric_type="timestamp", unit="nanoseconds")),
              pa.field("duration", pa.uint64(), True, meta(metric_type="duration", unit="nanoseconds"))]
    fields += [pa.field(f"h{i}:buckets", pa.list_(pa.uint64()), True,
                        meta(metric=f"h{i}", metric_type="histogram", grouping_power=3, max_value_power=64))
               for i in range(COLUMNS)]
    schema = pa.schema(fields, metadata={"source": "rezolus", "node": node, "sampling_interval_ms": "1000"})
    state = numpy.zeros((COLUMNS, BUCKETS), numpy.uint64)
    moving = [r.choice(numpy.arange(60, 300), 24, replace=False) for _ in range(COLUMNS)]
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=3) as w:
        for at in range(0, seconds, GROUP):
            n = min(GROUP, seconds - at)
            stamps = (start + at + numpy.arange(n, dtype=numpy.uint64)) * 10**9 + r.integers(0, 5_000_000, n).astype(numpy.uint64)
            arrays = [pa.array(stamps, pa.uint64()), pa.array(r.integers(1_000_000, 9_000_000, n), pa.uint64())]
            for c in range(COLUMNS):
                grow = numpy.zeros((n, BUCKETS), numpy.uint64)
                grow[:, moving[c]] = r.poisson(0.4, (n, 24))
                rows = numpy.cumsum(grow, axis=0, dtype=numpy.uint64) + state[c]
                state[c] = rows[-1]
                arrays.append(pa.ListArray.from_arrays(numpy.arange(0, (n + 1) * BUCKETS, BUCKETS, dtype=numpy.int32),
                                                       pa.array(rows.reshape(-1))))
            batch = pa.record_batch(arrays, schema=schema)
            if lost:
                batch = batch.filter(pa.array(r.random(n) >= lost))
            w.write_table(pa.Table.from_batches([batch]), row_group_size=GROUP)


# A process inherits the peak of the one that starts it: a small one in between keeps ours out of the count.
WATCH = """import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:])
_, status, usage = os.wait4(child.pid, 0)
print(usage.ru_maxrss)
sys.exit(status != 0)"""


def measured(*args):
    """Seconds, peak resident bytes, and the summary."""
    r = subprocess.run([sys.executable, "-S", "-c", WATCH, inlay, *args, "--json", "--quiet"], capture_output=True)
    if r.returncode:
        sys.exit(r.stderr.decode())
    summary, peak = r.stdout.splitlines()
    said = json.loads(summary)
    return said["seconds"], int(peak) * 1024, said


def theirs(files, out):
    """The same inner join, all in memory, as pyarrow can do it."""
    tables = [pq.read_table(f, use_threads=False) for f in files]
    buckets = [[(t + 500_000_000) // 10**9 for t in table.column(0).to_pylist()] for table in tables]
    common = sorted(set(buckets[0]) & set(buckets[1]))
    columns = {}
    for i, (table, own) in enumerate(zip(tables, buckets)):
        row = {b: k for k, b in enumerate(own)}
        taken = table.take(pa.array([row[b] for b in common]))
        for name in taken.column_names[0 if i == 0 else 2:]:
            columns[name if name in ("timestamp", "duration") else f"{i}::{name}"] = taken.column(name)
    columns["timestamp"] = pa.array([b * 10**9 for b in common], pa.uint64())
    pq.write_table(pa.table(columns), out, compression="zstd", row_group_size=GROUP)


def against(title, files, out):
    pairs = []
    for _ in range(3):
        ours = measured("combine", *files, "-o", out)[0]
        start = time.perf_counter()
        theirs(files, out + ".theirs")
        pairs.append((ours, time.perf_counter() - start))
    a, b = (statistics.median(x) for x in zip(*pairs))
    print(f"{title:58s} {a:7.3f} s  pyarrow {b:7.3f} s  {statistics.median(y / x for x, y in pairs):5.2f} x as fast")


with tempfile.TemporaryDirectory() as work:
    files = [f"{work}/a.parquet", f"{work}/b.parquet"]
    out = f"{work}/out.parquet"
    hour = min(seconds, 3600)
    for title, lost, shift in (("an hour each, row groups that meet", 0, 0), ("an hour each, row groups across each other", 0, 700),
                               ("an hour each, 1 % of the rows lost", 0.01, 700)):
        recording(files[0], "a", 1, hour, START, 0)
        recording(files[1], "b", 2, hour, START - shift, lost)
        against(f"combine, {title}", files, out)
    recording(files[0], "a", 1, seconds, START, 0)
    recording(files[1], "b", 2, seconds, START - 700, 0.0005)
    took, peak, said = measured("combine", *files, "-o", out)
    print(f"combine, {seconds} rows each: {took:.1f} s, peak {peak / 2**20:.1f} MiB (at most 256), "
          f"{said['chunks_copied']} of {said['chunks']} chunks copied")
    if peak > 256 << 20:
        sys.exit("combine took more than 256 MiB")
    took, peak, said = measured("filter", out, "-o", out + ".filtered", "--keep", "h1?")
    print(f"filter, {said['columns_kept']} of {said['columns']} columns: {took:.2f} s, peak {peak / 2**20:.1f} MiB")
