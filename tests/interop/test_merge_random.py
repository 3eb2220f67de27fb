"""merge: row order equals a stable sort by the key, computed with pyarrow, on random small files: schemas, nulls,
duplicates, codecs, encodings, page and row-group layouts, missing columns, 1 to 64 inputs, some of them unsorted
(--resort), some of narrower types (--widen); and with --on-equal first and last its first or last rows of equal keys.
CASES=n, SEED=n."""
import os, random, subprocess, tempfile

import pyarrow as pa
import pyarrow.parquet as pq

from judge import BUILD, INLAY, fact, finish, skip

SEED = int(os.environ.get("SEED", random.randrange(10**6)))
CASES = int(os.environ.get("CASES", 1000))
ONLY = os.environ.get("CASE")
work = os.environ.get("KEEP") or tempfile.mkdtemp()

KEYS = {
    "name": (pa.string(), lambda r: r.choice(["cpu", "cpu.usage", "mem", "metric.0001", "metric.0002", "z" * 70 + str(r.randrange(3)), ""])),
    "tag": (pa.binary(), lambda r: bytes(r.randrange(256) for _ in range(r.randrange(4)))),
    "at": (pa.int64(), lambda r: r.choice([r.randrange(-50, 50), 2**63 - 1, -2**63])),
    "stamp": (pa.uint64(), lambda r: r.choice([r.randrange(40), 2**64 - 1])),
    "small": (pa.int8(), lambda r: r.randrange(-5, 5)),
    "flag": (pa.bool_(), lambda r: r.random() < 0.5),
    "price": (pa.decimal128(9, 2), lambda r: __import__("decimal").Decimal(r.randrange(-999, 999)) / 100),
}
# Types that a column may have instead, all of whose values its type holds (--widen), and such values.
decimal = __import__("decimal").Decimal
NARROWER = {
    "at": [(pa.int32(), lambda r: r.randrange(-50, 50)), (pa.int8(), lambda r: r.randrange(-50, 50))],
    "stamp": [(pa.uint8(), lambda r: r.randrange(40)), (pa.uint32(), lambda r: r.choice([r.randrange(40), 2**32 - 1]))],
    "price": [(pa.decimal128(5, 2), lambda r: decimal(r.randrange(-999, 999)) / 100)],
    "value": [(pa.float32(), lambda r: r.randrange(999) / 64), (pa.int32(), lambda r: r.randrange(-9, 9)),
              (pa.float16(), lambda r: r.randrange(99) / 64)],
    "cents": [(pa.float16(), lambda r: r.randrange(99) / 64)],
    "id": [(pa.int16(), lambda r: r.randrange(-999, 999)), (pa.int32(), lambda r: r.randrange(10**9))],
    "list": [(pa.list_(pa.int8()), lambda r: [r.randrange(-9, 9) for _ in range(r.randrange(4))])],
}
VALUES = {
    "value": (pa.float64(), lambda r: r.random()),
    "cents": (pa.float32(), lambda r: r.randrange(100) / 64),
    "id": (pa.int64(), lambda r: r.randrange(10**12)),
    "label": (pa.string(), lambda r: "label-%d" % r.randrange(6)),
    "text": (pa.string(), lambda r: "t%d" % r.randrange(10**9)),
    "list": (pa.list_(pa.int32()), lambda r: [r.randrange(9) for _ in range(r.randrange(4))]),
    "pair": (pa.struct([("a", pa.int32()), ("b", pa.string())]), lambda r: {"a": r.randrange(5), "b": None}),
    "raw": (pa.binary(3), lambda r: bytes(3)),
}


def order(v, descending):
    """Nulls last in both directions."""
    if v is None:
        return (1, 0)
    if isinstance(v, str):
        v = v.encode()
    if isinstance(v, bytes):
        return (0, Rev(v) if descending else v)
    return (0, -v if descending else v)


class Rev:
    def __init__(self, v):
        self.v = v

    def __lt__(self, o):
        return o.v < self.v

    def __eq__(self, o):
        return o.v == self.v


def make(r, n, keys, columns):
    rows = []
    for _ in range(n):
        row = {}
        for c, (kind, value, nulls) in columns.items():
            row[c] = None if r.random() < nulls else value(r)
        rows.append(row)
    rows.sort(key=lambda row: tuple(order(row.get(k), d) for k, d in keys))
    return rows


def keep(rows, keys, mode):
    """Of sorted rows, those that --on-equal lets stay."""
    key = [tuple(repr(row.get(k)) for k, _ in keys) for row in rows]
    if mode == "first":
        return [row for i, row in enumerate(rows) if i == 0 or key[i] != key[i - 1]]
    if mode == "last":
        return [row for i, row in enumerate(rows) if i + 1 == len(rows) or key[i] != key[i + 1]]
    return rows


def case(seed):
    r = random.Random(seed)
    equal = random.Random(seed + 0.5)
    mode = equal.choice(["keep", "keep", "first", "last"])
    sample = equal.choice([0, 0.5, 1, 1]) if mode != "keep" else 0 # of an earlier input's rows in a later one
    keys = [(k, r.random() < 0.3) for k in r.sample(sorted(KEYS), r.randrange(1, 4))]
    nulls = {c: r.choice([0, 0, 0, 0.2, 1]) for c in {**KEYS, **VALUES}}
    pool = [k for k, _ in keys] + r.sample(sorted(VALUES), r.randrange(1, 5))
    n_inputs = r.choice([1, 2, 2, 3, 5, 10, r.randrange(1, 65)])
    long_runs = r.random() < 0.4 # few distinct keys in wide stretches: pages and chunks that move
    resort, widen = r.random() < 0.3, r.random() < 0.3
    inputs, paths = [], []
    codec = r.choice(["zstd", "snappy", "none", "gzip"])
    for i in range(n_inputs):
        have = [c for c in pool if r.random() < 0.9 or (i == 0 and c in dict(keys))]
        have = have or [pool[0]]
        r.shuffle(have)
        columns = {c: (*({**KEYS, **VALUES}[c]), nulls[c]) for c in have}
        n = r.choice([0, 1, r.randrange(30), r.randrange(400), r.randrange(2000)]) if n_inputs < 12 else r.randrange(60)
        if long_runs and n_inputs < 12:
            n = r.randrange(1000, 6000)
            if "at" in columns:
                columns["at"] = (pa.int64(), lambda q, i=i: i * 1000 + q.randrange(1000), 0)
            if "name" in columns:
                columns["name"] = (pa.string(), lambda q, i=i: "metric.%04d" % (i * 3 + q.randrange(3)), 0)
        for c in columns:
            if widen and c in NARROWER and r.random() < 0.4:
                columns[c] = (*r.choice(NARROWER[c]), nulls[c])
        rows = make(r, n, keys, columns)
        if sample and inputs and not widen and equal.random() < 0.7: # the rows of another input, or some of them
            rows = [dict((c, row.get(c) if row.get(c) is not None or columns[c][2] else columns[c][1](equal)) for c in have)
                    for row in equal.choice(inputs) if sample == 1 or equal.random() < sample]
            rows.sort(key=lambda row: tuple(order(row.get(k), d) for k, d in keys))
        if resort and r.random() < 0.7:
            if r.random() < 0.5:
                r.shuffle(rows)
            elif rows:
                rows.append(rows.pop(r.randrange(len(rows))))
        schema = pa.schema([(c, columns[c][0]) for c in have])
        table = pa.Table.from_pylist(rows, schema=schema)
        path = f"{work}/{i}.parquet"
        pq.write_table(table, path, compression=r.choice([codec, codec, "zstd"]), row_group_size=r.choice([64, 500, 100000]),
                       max_rows_per_page=r.choice([16, 300, 1000, 20000]), use_dictionary=r.random() < 0.7,
                       write_page_index=r.random() < 0.5, write_statistics=r.random() < 0.8,
                       data_page_version=r.choice(["1.0", "2.0"]), write_page_checksum=r.random() < 0.3,
                       dictionary_pagesize_limit=r.choice([64, 1024, 1 << 20]))
        inputs.append(rows)
        paths.append(path)
    want = sorted((row for rows in inputs for row in rows), key=lambda row: tuple(order(row.get(k), d) for k, d in keys))
    sort = "|".join(("-" if d else "") + k for k, d in keys)
    out = f"{work}/out.parquet"
    cap = r.choice([50, 700, 131072])
    command = [INLAY, "merge", *paths, "-o", out, "--sort", sort, "--quiet", "--codec", codec + (":1" if codec in ("zstd", "gzip") else ""),
               "--row-group-rows", str(cap), "--threads", str(r.choice([1, 1, 2, 4])), "--on-equal", mode]
    want = keep(want, keys, mode)
    short, layout = r.random() < 0.2, equal.choice([[], [], ["--layout", "none"], ["--oversize", "split"], ["--layout", "per-value:1"]])
    if short:
        command += ["--max-memory", "24M"]
    command += layout
    command += ["--resort"] * resort + ["--widen"] * widen
    p = subprocess.run(command, capture_output=True, text=True)
    if short and "per-value:1" in layout and p.returncode == 3 and "memory limit" in p.stderr:
        # a footer of 10,000 row groups and more does not fit: then there is no output, and with room for it there is
        values = len({repr(row.get(keys[0][0])) for row in want})
        if values < 10000 or os.path.exists(out) or p.stderr.count("\n") != 1:
            return fact(f"merge: seed {seed}, memory for {values} row groups", False, p.stderr)
        p = subprocess.run(["96M" if c == "24M" else c for c in command], capture_output=True, text=True)
    name = f"seed {seed}, {n_inputs} inputs, {sort}, on equal {mode}"
    if p.returncode:
        return fact(f"merge: {name}", False, p.stderr)
    got = pq.ParquetFile(out).read().to_pylist()
    columns = [c for c in pool if any(c in row for rows in inputs for row in rows)]
    same = len(got) == len(want) and all(all(g.get(c) == w.get(c) for c in columns) for g, w in zip(got, want))
    detail = ""
    if not same:
        bad = next((i for i, (g, w) in enumerate(zip(got, want)) if any(g.get(c) != w.get(c) for c in columns)), len(want))
        detail = f"rows {len(got)}, want {len(want)}; first difference at {bad}: {got[bad:bad+1]} want {want[bad:bad+1]}; {' '.join(command)}"
    said = subprocess.run([INLAY, "verify", "--deep", "--quiet", out], capture_output=True, text=True)
    if said.returncode or said.stdout:
        same, detail = False, detail + said.stdout + said.stderr
    if not same or ONLY:
        fact(f"merge: {name}", same, detail)
    return same


print(f"SEED={SEED}")
good = sum(bool(case(int(ONLY) if ONLY else SEED * 10000 + i)) for i in range(1 if ONLY else CASES))
for _ in range(good if not ONLY else 0):
    fact("merge: a random case is the stable sort of its inputs, and verify --deep finds nothing", True)
finish("merges")
