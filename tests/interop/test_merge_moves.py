"""merge of inputs that follow each other in long stretches, so that pages and dictionaries move: random page sizes, row
groups, caps, codecs, nulls, dictionaries that inputs share or do not, pages that row groups cut, --on-equal first. Rows
equal a stable sort by pyarrow, `verify` finds every claim true, and two threads write the same bytes. CASES=n, SEED=n."""
import json, os, random, subprocess, tempfile

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from judge import BUILD, INLAY, fact, finish

SEED = int(os.environ.get("SEED", random.randrange(10**6)))
CASES = int(os.environ.get("CASES", 40))
work = tempfile.mkdtemp()
path = lambda name: os.path.join(work, name)


def column(r, n, kind, salt):
    """Values of one column; those of a dictionary in the order of its entries first, so that inputs may share it."""
    g = np.random.default_rng(r.randrange(10**6))
    if kind == "random":
        values = pa.array(g.random(n))
    elif kind == "words":
        values = pa.array(["%s-%d" % (salt, k) for k in np.arange(n) % r.choice([1, 3, 7, 200])])
    elif kind == "times":
        values = pa.array(10**9 - np.arange(n) % r.choice([50, 1000, 3000]))
    else:
        values = pa.array((np.arange(n) // r.choice([1, 90, 700]) % 40).astype(np.int32))
    if r.random() < 0.3:
        values = pc.if_else(pa.array(g.random(n) < r.choice([0.02, 0.5])), pa.scalar(None, values.type), values)
    return values


def make(r, file, first, kinds, codec):
    names, per = r.randrange(1, 6), r.randrange(200, 2500)
    n = names * per
    same = r.random() < 0.5
    table = {"name": pa.array(["m.%05d" % (first + k // per) for k in range(n)]), "at": pa.array(np.arange(n) % per)}
    seed = r.randrange(10**6)
    for i, kind in enumerate(kinds):
        table["c%d" % i] = column(random.Random(7 if same else seed + i), n, kind, "x" if same else "y%d" % r.randrange(9))
    table = pa.table(table)
    pq.write_table(table, file, compression=codec, row_group_size=r.choice([n, n, 1000, 4000]), data_page_size=r.choice([2000, 20000, 10**6]),
                   write_batch_size=r.choice([64, 500, 1024]), data_page_version=r.choice(["1.0", "2.0"]), write_page_index=r.random() < 0.5,
                   dictionary_pagesize_limit=r.choice([2000, 10**6]))
    return table, names


moved = 0
for case in range(CASES):
    r = random.Random(SEED * 1000 + case)
    codec, kinds = r.choice(["zstd", "snappy", "none"]), r.choices(["random", "words", "times", "steps"], k=r.randrange(1, 5))
    tables, files, first = [], [], 0
    for i in range(r.randrange(1, 7)):
        files.append(path("%d.parquet" % i))
        table, names = make(r, files[-1], first, kinds, codec)
        tables.append(table)
        first += names if r.random() < 0.8 else names - 1  # some share a name, and there they interleave
    all_rows = pa.concat_tables(tables)
    all_rows = all_rows.append_column("order", pa.array(np.arange(len(all_rows))))
    want = all_rows.take(pc.sort_indices(all_rows, sort_keys=[(k, "ascending") for k in ("name", "at", "order")])).drop(["order"])
    options = ["--sort", "name|at", "--codec", codec, "--row-group-rows", str(r.choice([500, 1500, 6000, 10**6])), "--json"]
    if r.random() < 0.3:
        options += ["--oversize", "split"]
    if r.random() < 0.2:
        options += ["--bloom", "name"]
    if r.random() < 0.2:
        options += ["--on-equal", "first"]
        keep = [i for i in range(len(want)) if i == 0 or want["name"][i] != want["name"][i - 1] or want["at"][i] != want["at"][i - 1]]
        want = want.take(keep)
    outs = []
    for threads in ("1", "2"):
        outs.append(path("out-%s.parquet" % threads))
        p = subprocess.run([INLAY, "merge", *files, "-o", outs[-1], *options, "--threads", threads], capture_output=True, text=True)
        if p.returncode:
            break
    if p.returncode:
        fact("moves: case %d" % case, False, "SEED=%d %s: %s" % (SEED, options, p.stderr))
        continue
    moved += json.loads(p.stdout)["moved_bytes"]
    checked = subprocess.run([INLAY, "verify", outs[0]], capture_output=True, text=True)
    good = [pq.ParquetFile(outs[0]).read().equals(want), checked.returncode == 0, open(outs[0], "rb").read() == open(outs[1], "rb").read()]
    fact("moves: case %d: rows, claims, two threads" % case, all(good), "SEED=%d %s %s %s" % (SEED, good, options, checked.stdout[-300:]))
fact("moves: pages did move", moved > 0)
print(f"  SEED={SEED}")
finish("moves")
