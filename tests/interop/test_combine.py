"""combine and filter against a reference in Python: real recordings and random ones, cell by cell; pyarrow and DuckDB
read data and keys; filtered column chunks are the source's bytes. SEED=n repeats the random part."""
import json, os, random, subprocess, tempfile

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from judge import CORPUS, fact, finish, inlay, skip

SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**9))
NEVER_COPIED = {"source", "version", "sampling_interval_ms", "systeminfo", "descriptions", "selection",
                "service_queries", "per_source_metadata", "node", "instance", "pinned_node", "events", "ARROW:schema"}


# ---- the reference: what a combination is, the plain way ----

class Input:
    def __init__(self, path):
        f = pq.ParquetFile(path)
        self.table, self.fields = f.read(), list(f.schema_arrow)
        self.keys = {k.decode(): v.decode() for k, v in (f.metadata.metadata or {}).items()}
        source = self.keys["source"]
        self.sources = json.loads(source) if source.startswith("[") else [source]
        self.listed = source.startswith("[")
        self.rezolus = "rezolus" in self.sources
        self.stem = os.path.splitext(os.path.basename(path))[0]
        self.combined = self.listed and any(self.own_label(i)[0] for i in range(len(self.fields)))
        self.label = self.keys.get("node", self.stem) if self.rezolus else self.keys.get("instance")
        self.names = [f.name for f in self.fields]

    def meta(self, i):
        return {k.decode(): v.decode() for k, v in (self.fields[i].metadata or {}).items()}

    def own_label(self, i):
        """The label that a combined file's column carries, and its name without it."""
        meta, (head, cut, rest) = self.meta(i), self.fields[i].name.partition("::")
        for key in ("node", "instance"):
            if cut and key in meta and head in (meta[key], f"{meta.get('source')}.{meta[key]}"):
                return meta[key], rest
        return None, self.fields[i].name

    def picks(self, interval):
        """bucket -> (stamp, row): the row whose stamp is closest to the bucket, the first of equals."""
        best = {}
        for row, stamp in enumerate(self.table.column(self.names.index("timestamp")).to_pylist()):
            if stamp is None:
                continue
            bucket = (stamp + interval // 2) // interval * interval
            if bucket not in best or abs(stamp - bucket) < abs(best[bucket][0] - bucket):
                best[bucket] = (stamp, row)
        return best


def instances(inputs):
    for source in {i.keys["source"] for i in inputs if not i.rezolus and not i.combined}:
        group = [i for i in inputs if i.keys["source"] == source and not i.combined]
        taken = {i.own_label(k)[0] for i in inputs if i.combined for k in range(len(i.fields))
                 if i.meta(k).get("source") == source}
        free = (str(n) for n in range(10**6) if str(n) not in taken)
        for i in group:
            i.label = i.label if i.label is not None else next(free)


def reference(paths, join="inner", raw=False, prefix=False):
    inputs = [Input(p) for p in paths]
    instances(inputs)
    primary = next((i for i in inputs if i.rezolus), inputs[0])
    interval = int(inputs[0].keys["sampling_interval_ms"]) * 10**6
    picks = [i.picks(interval) for i in inputs]
    buckets = sorted((set.union if join == "outer" else set.intersection)(*map(set, picks)))
    stamps = []
    for b in buckets:
        own = picks[inputs.index(primary)]
        stamps.append(b if not raw else own[b][0] if b in own else next(p[b][0] for p in picks if b in p))
    columns = [("timestamp", pa.array(stamps, pa.uint64()), None)]
    rows = [pa.array([p[b][1] if b in p else None for b in buckets], pa.int64()) for p in picks]
    for name in ("duration",):
        if name in primary.names:
            at = primary.names.index(name)
            columns.append((name, primary.table.column(at).take(rows[inputs.index(primary)]), None))
    for i, row in zip(inputs, rows):
        seen = set()
        for k, name in enumerate(i.names):
            if name in ("timestamp", "duration") and name not in seen:
                seen.add(name)
                continue
            meta, label = i.meta(k), i.label
            if i.combined:
                label, bare = i.own_label(k)
                if not prefix or label is None:
                    label, bare = None, name
            else:
                bare = name
                meta.setdefault("source", i.sources[0])
                meta["node" if i.rezolus else "instance"] = label
            head = "" if label is None else (f"{i.meta(k).get('source', i.sources[0])}." if prefix else "") + label + "::"
            columns.append((head + bare, i.table.column(k).take(row), meta))
    return inputs, columns


def same(a, b):
    a = a.combine_chunks() if isinstance(a, pa.ChunkedArray) else a
    b = b.combine_chunks() if isinstance(b, pa.ChunkedArray) else b
    if a.type == b.type:
        return a.equals(b)
    return a.to_pylist() == b.to_pylist()  # list<item> and list<element>, int8 and what had no ARROW:schema


def compare(name, paths, out, **options):
    """The file against the reference: columns, order, cells, field metadata, keys."""
    inputs, want = reference(paths, **options)
    f = pq.ParquetFile(out)
    got = f.read()
    names = [f.name for f in f.schema_arrow]
    if not fact(f"{name}: columns in order", names == [c[0] for c in want], [x for x in zip(names, (c[0] for c in want)) if x[0] != x[1]][:3]):
        return
    wrong = [c[0] for i, c in enumerate(want) if not same(got.column(i), c[1])]
    fact(f"{name}: every cell of {len(want)} columns x {len(want[0][1])} rows", not wrong, wrong[:5])
    if options.get("fields", True):
        fields = [{k.decode(): v.decode() for k, v in (x.metadata or {}).items() if not k.startswith(b"PARQUET:")} for x in f.schema_arrow]
        wrong = [(c[0], fields[i]) for i, c in enumerate(want)
                 if c[2] is not None and fields[i] != {k: v for k, v in c[2].items() if not k.startswith("PARQUET:")}]
        fact(f"{name}: field metadata", not wrong, wrong[:2])
    keys = {k.decode(): v.decode() for k, v in f.metadata.metadata.items()}
    fact(f"{name}: source", json.loads(keys["source"]) == sorted({s for i in inputs for s in i.sources}), keys["source"])
    users = {k for i in inputs for k in i.keys} - NEVER_COPIED
    fact(f"{name}: the user's keys survive", users <= set(keys), users - set(keys))
    lines = sum(len(json.loads(i.keys["events"])["events"]) for i in inputs if "events" in i.keys)
    fact(f"{name}: events", ("events" in keys) == (lines > 0), lines)
    verify = inlay("verify", "--deep", out, check=False)
    fact(f"{name}: verify --deep", verify.returncode == 0, verify.stdout)
    n, total = duckdb.sql(f"select count(*), sum(timestamp::hugeint) from read_parquet('{out}')").fetchall()[0]
    fact(f"{name}: DuckDB reads it", n == len(want[0][1]) and int(total or 0) == sum(want[0][1].to_pylist()), (n, total))
    have = {bytes(k).decode(): bytes(v).decode() for k, v in
            duckdb.sql(f"select key, value from parquet_kv_metadata('{out}')").fetchall()}
    fact(f"{name}: DuckDB reads its keys", have == keys, set(have) ^ set(keys))


def combined(name, paths, out, *flags, **options):
    r = inlay("combine", *paths, "-o", out, "--json", "--quiet", "--bypass-time-check", *flags, check=False)
    if fact(f"{name}: combines", r.returncode == 0, r.stderr):
        compare(name, paths, out, **options)
        return json.loads(r.stdout)


# ---- real recordings ----

def moved(path, out, start, node=None, source=None, every=1, jitter=None, rows=10**9):
    """A real recording at another time, perhaps of another node; everything else as it stands."""
    f = pq.ParquetFile(path)
    t = f.read()
    stamps = t.column(0).to_pylist()
    stamps = [start + s - stamps[0] + (jitter.randrange(-20, 21) * 10**6 if jitter else 0) for s in stamps]
    t = t.set_column(0, t.schema.field(0), pa.array(stamps, pa.uint64()))
    t = t.take(pa.array([i for i in range(t.num_rows) if every == 1 or i % every]))
    keys = {k: v for k, v in f.metadata.metadata.items() if k != b"ARROW:schema"}
    keys.update({k: v.encode() for k, v in (("node", node), ("source", source)) if v})
    pq.write_table(t.replace_schema_metadata(keys), out, compression="zstd", row_group_size=rows)
    return out


def real(folder):
    r = random.Random(5)
    data = lambda n: os.path.join(CORPUS, "data/recordings", n + ".parquet")
    path = lambda n: os.path.join(folder, n + ".parquet")
    if not os.path.exists(data("demo")):
        return skip("combine: real recordings", "the corpus is absent (set CORPUS)")
    out = path("out")
    # as they are: their times do not meet, so an outer join puts them behind each other
    for a, b in (("demo", "mr2-report"), ("simple_capture", "demo"), ("c16", "AB_base"), ("vllm", "AB_base")):
        combined(f"combine: {a}, {b}, outer", [data(a), data(b)], out, "--join", "outer", "--prefix",
                 join="outer", prefix=True)
    start = pq.read_table(data("demo"), columns=["timestamp"])[0][0].as_py()
    vllm = moved(data("vllm"), path("vllm"), start + 31 * 10**9, every=7, jitter=r, rows=50)
    mr2 = moved(data("mr2-report"), path("mr2"), start + 10**10, jitter=r)
    twin = moved(data("demo"), path("demo2"), start - 5 * 10**9, node="web02", jitter=r, rows=100)
    for join in ("inner", "outer"):
        for raw in (False, True):
            flags = ["--join", join] + ["--keep-raw-timestamps"] * raw
            say = f"{join}{', raw stamps' * raw}"
            combined(f"combine: demo and vllm at its time, {say}", [data("demo"), vllm], out, *flags, join=join, raw=raw)
            combined(f"combine: three recordings, {say}", [mr2, data("demo"), twin], out, *flags, join=join, raw=raw)
    # a combination, combined again
    both = path("both")
    combined("combine: two nodes", [data("demo"), twin], both)
    combined("combine: a combination with a third", [both, mr2], out)
    combined("combine: a combination with a third, prefixed", [mr2, both], out, "--prefix", prefix=True)
    filtered(data("demo"), out, "--keep", "tcp*", "--keep", "cpu_usage*")
    filtered(data("c16"), out, "--metrics", "tcp_bytes,ttft")
    filtered(both, out, "--keep", "web02::*")
    filtered(data("AB_base"), out, "--keep", "*")


# ---- filter: bytes ----

def chunks(path, names=None):
    """The bytes of every column chunk, by row group and position of the column."""
    f = pq.ParquetFile(path)
    with open(path, "rb") as raw:
        data = raw.read()
    found = []
    for g in range(f.metadata.num_row_groups):
        for i in range(f.metadata.num_columns):
            c = f.metadata.row_group(g).column(i)
            start = min(x for x in (c.dictionary_page_offset, c.data_page_offset) if x)
            found.append((c.path_in_schema, data[start : start + c.total_compressed_size]))
    return found


def filtered(path, out, *flags):
    name = f"filter: {os.path.basename(path)} {' '.join(flags)}"
    r = inlay("filter", path, "-o", out, "--json", *flags, check=False)
    if not fact(f"{name}: runs", r.returncode == 0, r.stderr):
        return
    source, kept = pq.ParquetFile(path), pq.ParquetFile(out)
    names = [f.name for f in kept.schema_arrow]
    whole = [f for f in source.schema_arrow if f.name in set(names)]
    fact(f"{name}: fields as they were", [(f.name, f.type, f.nullable, f.metadata) for f in kept.schema_arrow] ==
         [(f.name, f.type, f.nullable, f.metadata) for f in whole])
    mine, theirs = chunks(out), [c for c in chunks(path) if c[0].split(".list.")[0] in set(names)]
    fact(f"{name}: {len(mine)} chunks byte for byte", mine == theirs)
    fact(f"{name}: the time stays", names[:2] == ["timestamp", "duration"])
    fact(f"{name}: pyarrow reads it", kept.read().num_rows == source.metadata.num_rows)
    fact(f"{name}: DuckDB reads it", duckdb.sql(f"select count(*) from read_parquet('{out}')").fetchall()[0][0] == source.metadata.num_rows)
    have, had = kept.metadata.metadata, source.metadata.metadata
    fact(f"{name}: other keys stay", all(have.get(k) == v for k, v in had.items()
                                         if k not in (b"ARROW:schema", b"descriptions", b"per_source_metadata")))
    verify = inlay("verify", "--deep", out, check=False)
    fact(f"{name}: verify --deep", verify.returncode == 0, verify.stdout)


# ---- random recordings ----

KINDS = {
    "counter": (pa.uint64(), lambda r: r.randrange(2**64)),
    "small": (pa.uint64(), lambda r: r.randrange(4)),
    "gauge": (pa.int64(), lambda r: r.randrange(-(2**63), 2**63)),
    "histogram": (pa.list_(pa.uint64()), lambda r: [r.randrange(3) for _ in range(r.choice([0, 1, 16]))]),
    "texts": (pa.list_(pa.string()), lambda r: [r.choice(["a", "bb", None]) for _ in range(r.randrange(3))]),
    "text": (pa.string(), lambda r: r.choice(["x", "yy", "", "zzz"])),
    "double": (pa.float64(), lambda r: r.random()),
    "pair": (pa.struct([("a", pa.int32()), ("b", pa.bool_())]),
             lambda r: {"a": r.choice([None, 7]), "b": r.choice([None, True, False])}),
}


def recording(r, path, interval_ms, start, number):
    interval, stamps, at = interval_ms * 10**6, [], start
    for _ in range(r.choice([1, 3, 40, 400])):
        at += interval * r.choice([1, 1, 1, 1, 1, 1, 1, 2, 30 if r.random() < 0.05 else 1])
        for _ in range(2 if r.random() < 0.05 else 1):  # several rows in a bucket
            stamps.append(at + r.choice([0, 1, -1, interval // 2, -interval // 2, r.randrange(-interval // 3, interval // 3)]))
    if r.random() < 0.8:
        stamps.sort()
    n = len(stamps)
    kinds = [r.choice(list(KINDS)) for _ in range(r.randrange(5))]
    nullable = [r.random() < 0.7 for _ in kinds]
    fields = [pa.field("timestamp", pa.uint64(), False, {"unit": "nanoseconds"})]
    arrays = [pa.array(stamps, pa.uint64())]
    if r.random() < 0.8:
        fields.append(pa.field("duration", pa.uint64()))
        arrays.append(pa.array([r.choice([None, 5]) for _ in stamps], pa.uint64()))
    for i, (kind, null) in enumerate(zip(kinds, nullable)):
        t, make = KINDS[kind]
        values = [None if null and r.random() < 0.2 else make(r) for _ in stamps]
        fields.append(pa.field(f"{kind}/{i}", t, null, {"metric": kind, **({"source": "other"} if r.random() < 0.1 else {})}))
        arrays.append(pa.array(values, t))
    if r.random() < 0.2:  # the time need not come first
        fields, arrays = fields[::-1], arrays[::-1]
    keys = {"source": r.choice(["rezolus", "rezolus", "vllm", "a\"b"]), "sampling_interval_ms": str(interval_ms),
            "node": f"n{number}", "user": r.choice(["same", f"own{number}"])}
    if keys["source"] != "rezolus" and r.random() < 0.3:
        del keys["node"]
    if r.random() < 0.3:
        keys["events"] = json.dumps({"events": [{"timestamp": start, "description": "x", "id": r.choice(["", "one"])}]})
    t = pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=keys))
    pq.write_table(t, path, row_group_size=r.choice([7, 50, 10**6]), compression=r.choice(["zstd", "snappy", "none"]),
                   use_dictionary=r.random() < 0.7, data_page_version=r.choice(["1.0", "2.0"]),
                   data_page_size=r.choice([64, 10**6]), write_page_index=r.random() < 0.5)
    return path


def random_case(folder, case):
    r = random.Random(SEED * 1000 + case)
    interval = r.choice([1, 10, 1000])
    start = r.choice([0, 10**9, 1_700_000_000_000_000_000]) + interval * 10**6 * 100
    paths = [recording(r, os.path.join(folder, f"r{i}.parquet"), interval, start, i) for i in range(r.choice([2, 2, 3, 5]))]
    out = os.path.join(folder, "out.parquet")
    join, raw, prefix = r.choice(["inner", "outer"]), r.random() < 0.3, r.random() < 0.5
    flags = ["--join", join] + ["--keep-raw-timestamps"] * raw + ["--prefix"] * prefix
    if r.random() < 0.3:
        flags += ["-g", str(r.choice([1, 5, 64]))]
    name = f"combine: random case {case} (SEED={SEED})"
    try:
        _, want = reference(paths, join=join, raw=raw, prefix=prefix)
        names = [c[0] for c in want]
        refused = (not want[0][1] and "no common timestamps|do not overlap") or \
                  (len(set(names)) < len(names) and "same name")
    except IndexError:
        return
    if not refused:
        combined(name, paths, out, *flags, join=join, raw=raw, prefix=prefix)
        return
    run = inlay("combine", *paths, "-o", out, "--quiet", "--bypass-time-check", *flags, check=False)
    said = run.stderr.decode()
    fact(f"{name}: refused", run.returncode == 1 and any(w in said for w in refused.split("|")), said)


with tempfile.TemporaryDirectory() as folder:
    real(folder)
    for case in range(60):
        random_case(folder, case)
finish("combine")
