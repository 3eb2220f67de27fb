"""rewrite: the values stay, whatever the options; verify --deep is content; the judges read and skip by it; and a
process that is killed leaves the old file or the new one."""
import glob, os, random, signal, struct, subprocess, tempfile, time

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from judge import BUILD, INLAY, fact, files, finish, skip

SEED = int(os.environ.get("SEED", random.randrange(10**6)))
KILLS = int(os.environ.get("KILLS", 60))
R = random.Random(SEED)
print(f"SEED={SEED}")

# Files whose text changes with the schema, or that cannot be what they are any more.
DIFFERS = {
    "int96_from_spark.parquet": "beyond 64-bit nanoseconds",
    "unknown-logical-type.parquet": "bytes of an annotation that is not there any more",
}
OPTIONS = [
    [], ["--codec", "snappy"], ["--codec", "none", "--encoding", "plain", "--page-version", "2"],
    ["--codec", "gzip:1", "--encoding", "delta_binary_packed", "--page-rows", "100"],
    ["--codec", "lz4_raw", "--encoding", "byte_stream_split", "--page-bytes", "4096"],
    ["--codec", "brotli:1", "--encoding", "delta_byte_array", "--page-version", "2"],
    ["--profile", "balanced"], ["--profile", "smallest", "--page-rows", "500"], ["--profile", "newest"],
    ["--encoding", "delta_length_byte_array", "-g", "777"], ["-g", "50", "--page-rows", "7"],
]


def text(path):
    r = subprocess.run([INLAY, "cat", path], capture_output=True)
    return r.stdout if r.returncode == 0 else None


def deep(path):
    r = subprocess.run([INLAY, "verify", "--deep", "--quiet", path], capture_output=True, text=True)
    return r.stdout + r.stderr


def judge(path, out, options):
    name = f"{os.path.basename(path)} {' '.join(options)}"
    r = subprocess.run([INLAY, "rewrite", path, "-o", out, "--keep-int96", "--quiet", *options],
                       capture_output=True, text=True)
    if not fact(f"rewrite: {name}", r.returncode == 0, r.stderr):
        return
    fact(f"rewrite: {name}: the values stay", text(out) == text(path))
    said = deep(out)
    fact(f"rewrite: {name}: nothing for verify --deep", "bad" not in said, said)
    try:
        n = pq.read_metadata(path).num_rows
        pq.ParquetFile(path).read()
    except Exception:
        return # beyond pyarrow before, too
    if "newest" in options:
        return # ALP and newer orders: judge_newest
    try:
        got = pq.ParquetFile(out).read().num_rows
    except Exception as e:
        got = e
    if "Not yet implemented: DecodeArrow of DictAccumulator" in str(got):
        return # pyarrow does not decode these strings into the dictionaries that ARROW:schema asks for
    fact(f"rewrite: {name}: pyarrow reads it", got == n or n == 0, got)


def judge_corpus(folder):
    out = f"{folder}/out.parquet"
    for i, path in enumerate(files("corpus/parquet-testing/data/*.parquet", "data/recordings/demo.parquet")):
        if os.path.basename(path) in DIFFERS or "large_string_map" in path or text(path) is None:
            continue
        judge(path, out, OPTIONS[i % len(OPTIONS)])
        judge(path, out, R.choice(OPTIONS))
    for program in ("rust-judge", "java-judge"):
        program = os.path.join(BUILD, "judges", program)
        if not os.path.exists(program):
            skip(f"files of {os.path.basename(program)}", "it is not built")
            continue
        there = f"{folder}/{os.path.basename(program)}"
        subprocess.run([program, "write", there, str(SEED)], check=True, capture_output=True)
        for path in sorted(glob.glob(f"{there}/*.parquet")):
            judge(path, out, R.choice(OPTIONS))


def judge_newest(folder):
    """ALP and the newer column orders, judged by arrow-rs, which has both."""
    program = os.path.join(BUILD, "judges", "rust-judge")
    out = f"{folder}/newest.parquet"
    if not os.path.exists(program):
        skip("profile newest", "rust-judge is not built")
        return
    for name in ("default-floats", "encoding-alp", "default-nulls", "default-nested", "bloom-flat"):
        path = f"{folder}/rust-judge/{name}.parquet"
        want = open(path.replace(".parquet", ".jsonl")).read()
        for options in (["--profile", "newest"], ["--encoding", "alp", "--codec", "none", "--page-rows", "700"]):
            subprocess.run([INLAY, "rewrite", path, "-o", out, "--quiet", *options], check=True)
            r = subprocess.run([program, "dump", out], capture_output=True, text=True)
            fact(f"rewrite: {name} {' '.join(options)}: arrow-rs reads the same", r.stdout == want, r.stderr)


def judge_modern(folder):
    out = f"{folder}/modern.parquet"
    top = os.path.dirname(files("corpus/parquet-testing/data/alltypes_plain.parquet")[0])
    run = lambda name, *more: subprocess.run([INLAY, "rewrite", f"{top}/{name}", "-o", out, "--quiet", *more],
                                             capture_output=True, text=True)
    types = lambda: {c.name: str(c.type) for c in pq.ParquetFile(out).schema_arrow}
    run("alltypes_plain.parquet")
    want = pq.read_table(f"{top}/alltypes_plain.parquet")
    fact("rewrite: INT96 becomes a TIMESTAMP of the same time",
         pq.read_table(out).column("timestamp_col").to_pylist() == want.column("timestamp_col").to_pylist()
         and "INT96" not in str(pq.ParquetFile(out).schema))
    r = run("int96_from_spark.parquet")
    fact("rewrite: a time beyond nanoseconds is an error that says what to do", r.returncode == 1
         and "--int96 us" in r.stderr and not os.path.exists(out + ".tmp"), r.stderr)
    r = run("int96_from_spark.parquet", "--keep-int96")
    fact("rewrite: or stays", r.returncode == 0 and text(out) == text(f"{top}/int96_from_spark.parquet"), r.stderr)
    path = f"{folder}/unsorted.parquet"
    pq.write_table(pa.table({"a": [3, 1, 2]}), path, sorting_columns=[pq.SortingColumn(0)])
    r = subprocess.run([INLAY, "rewrite", path, "-o", out, "--quiet"], capture_output=True, text=True)
    fact("rewrite: rows that are not sorted as the file says are its fault, and how to go on is said",
         r.returncode == 1 and f"{path}: row group 0, row 1" in r.stderr and "-g N" in r.stderr, r.stderr)
    subprocess.run([INLAY, "rewrite", path, "-o", out, "--quiet", "-g", "10"], check=True)
    fact("rewrite: -g drops the claim", not pq.read_metadata(out).row_group(0).sorting_columns)
    first = -2**63  # 1677-09-21T00:12:43.145224192: what nanoseconds begin with
    day, path = 2333836, f"{folder}/1677.parquet"
    pq.write_table(pa.table({"t": pa.array([0], pa.timestamp("ns"))}), path, use_deprecated_int96_timestamps=True,
                   compression="none", use_dictionary=False)
    plain, there = open(path, "rb").read(), struct.pack("<qi", 0, 2440588)
    for nanos, fits in ((763145224192, True), (763145224191, False), (0, False)):
        open(path, "wb").write(plain.replace(there, struct.pack("<qi", nanos, day)))
        r = subprocess.run([INLAY, "rewrite", path, "-o", out, "--quiet"], capture_output=True, text=True)
        ok = r.returncode == 0 and pq.read_table(out).column(0).cast(pa.int64()).to_pylist() == [first] if fits else \
            r.returncode == 1 and "does not fit" in r.stderr
        fact(f"rewrite: nanosecond {nanos} of the day that nanoseconds begin on", ok, r.stderr)
    run("old_list_structure.parquet")
    fact("rewrite: lists of two levels get three", text(out) == text(f"{top}/old_list_structure.parquet")
         and "list<element: " in types()["a"], types())
    r = run("hadoop_lz4_compressed.parquet")
    fact("rewrite: LZ4 of Hadoop becomes lz4_raw", pq.read_metadata(out).row_group(0).column(0).compression == "LZ4"
         and duckdb.connect().execute(f"select compression from parquet_metadata('{out}')").fetchone()[0] == "LZ4_RAW", r.stderr)
    for name in ("nullable.impala.parquet", "nonnullable.impala.parquet", "repeated_no_annotation.parquet"):
        run(name)
        fact(f"rewrite: {name} says the same in modern form", text(out) == text(f"{top}/{name}"))


def judge_strict(folder):
    path, out = f"{folder}/bad.parquet", f"{folder}/strict.parquet"
    bad = pa.Array.from_buffers(pa.string(), 3, pa.array([b"ok", b"fine", b"\xff\xfe"], pa.binary()).buffers())
    pq.write_table(pa.table({"id": [1, 2, 3], "text": bad}), path)
    r = subprocess.run([INLAY, "rewrite", path, "-o", out, "--strict"], capture_output=True, text=True)
    fact("rewrite: --strict names the row of text that is not UTF-8", r.returncode == 1 and "column text" in r.stderr
         and "row 2" in r.stderr and "not UTF-8" in r.stderr and not os.path.exists(out), r.stderr)
    r = subprocess.run([INLAY, "rewrite", path, "-o", out, "--quiet"], capture_output=True, text=True)
    fact("rewrite: without it the text stays as it is", r.returncode == 0 and text(out) == text(path), r.stderr)


def judge_filters(folder):
    path, out = f"{folder}/plain.parquet", f"{folder}/filters.parquet"
    n = 20000
    pq.write_table(pa.table({"id": [(i * 7919) % n for i in range(n)], "tag": [f"tag{i % 300}" for i in range(n)]}),
                   path, row_group_size=5000, write_statistics=False)
    subprocess.run([INLAY, "rewrite", path, "-o", out, "--bloom", "id", "--bloom", "tag=0.001", "--quiet"], check=True)
    con = duckdb.connect()
    found = con.execute(f"select count(bloom_filter_offset) from parquet_metadata('{out}')").fetchone()[0]
    fact("rewrite: DuckDB sees a filter for each column and row group", found == 8, found)
    gone = con.execute(f"select bool_and(bloom_filter_excludes) from parquet_bloom_probe('{out}', 'tag', 'nowhere')").fetchone()
    fact("rewrite: DuckDB's probe says that a value is not there", gone[0] is True, gone)
    there = con.execute(f"select bool_or(bloom_filter_excludes) from parquet_bloom_probe('{out}', 'tag', 'tag7')").fetchone()
    fact("rewrite: and not so of one that is", there[0] is False, there)
    fact("rewrite: nothing for verify --deep in the filters", deep(out) == "", deep(out))
    r = subprocess.run([INLAY, "cat", "--where", "id = 20001", "--explain", out], capture_output=True, text=True)
    fact("rewrite: new statistics skip what the old file could not", "4 skipped by statistics" in r.stderr, r.stderr)


def judge_kill(folder):
    there = f"{folder}/kill"
    os.mkdir(there)
    path = f"{there}/file.parquet"
    t = pa.table({"a": [R.random() for _ in range(200000)], "b": [str(i) for i in range(200000)]})
    pq.write_table(t, path)
    old = open(path, "rb").read()
    start = time.monotonic()
    subprocess.run([INLAY, "rewrite", path, "-o", path, "--quiet", "--codec", "zstd:9"], check=True)
    took, new = time.monotonic() - start, open(path, "rb").read()
    whole = left = 0
    for _ in range(KILLS):
        for f in os.listdir(there):
            os.unlink(f"{there}/{f}")
        with open(path, "wb") as f:
            f.write(old)
        p = subprocess.Popen([INLAY, "rewrite", path, "-o", path, "--quiet", "--codec", "zstd:9"])
        time.sleep(R.random() * took * 1.1)
        p.send_signal(signal.SIGKILL)
        p.wait()
        whole += open(path, "rb").read() in (old, new)
        rest = [f for f in os.listdir(there) if f != "file.parquet"]
        left += len(rest) > 1 or any(not f.endswith(".tmp") for f in rest)
    fact(f"rewrite: killed at {KILLS} moments, the old file or the new one is there", whole == KILLS, whole)
    fact("rewrite: and at most one temporary file", left == 0, left)


with tempfile.TemporaryDirectory() as folder:
    judge_corpus(folder)
    judge_newest(folder)
    judge_modern(folder)
    judge_strict(folder)
    judge_filters(folder)
    judge_kill(folder)
finish("rewrite")
