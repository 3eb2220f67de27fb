"""concat: files put behind themselves, of every writer at hand, hold their rows twice, for us and for the judges."""
import glob, os, subprocess, tempfile

import duckdb
import pyarrow.parquet as pq

from judge import BUILD, INLAY, fact, files, finish, skip
from parquet_edit import BINARY, File, I32, LIST, STRUCT, get, put

OLD = "pages of this old writer cannot be copied"  # inlay/copy.h
REFUSED = {"nation.dict-malformed.parquet": "lies outside"}  # never whole


def rows(path, *more):
    r = subprocess.run([INLAY, "cat", path, *more], capture_output=True)
    return r.stdout if r.returncode == 0 else None


def rules(path):
    r = subprocess.run([INLAY, "verify", "--deep", path], capture_output=True, text=True)
    return {line.rsplit("[", 1)[1] for line in r.stdout.splitlines() if "[" in line}


def judged(path):
    try:
        return pq.ParquetFile(path).read().num_rows
    except Exception:
        return None


def judge(path, out):
    name = os.path.basename(path)
    once = rows(path)
    if once is None:
        return # bad, encrypted, or beyond the limits: test_corpus.py has them
    r = subprocess.run([INLAY, "concat", path, path, "-o", out, "--quiet"], capture_output=True, text=True)
    if r.returncode and OLD in r.stderr:
        return fact(f"concat: {name} is of an old writer", True)
    if not fact(f"concat: {name} with itself", r.returncode == 0, r.stderr):
        return
    fact(f"concat: {name}: every row twice", rows(out) == once + once)
    had = judged(path)
    fact(f"concat: {name}: pyarrow reads it", had is None or judged(out) == 2 * had)
    fresh = rules(out) - rules(path)
    fact(f"concat: {name}: no fault that was not there before", not fresh, fresh)


with tempfile.TemporaryDirectory() as folder:
    out = os.path.join(folder, "out.parquet")
    for path in files("corpus/parquet-testing/data/*.parquet", "corpus/parquet-testing/data/geospatial/*.parquet",
                      "data/recordings/demo.parquet"):
        if os.path.basename(path) != "large_string_map.brotli.parquet":
            judge(path, out)
    for name in ("rust-judge", "java-judge"):
        program = os.path.join(BUILD, "judges", name)
        if not os.path.exists(program):
            skip(f"files of {name}", "it is not built")
            continue
        subprocess.run([program, "write", os.path.join(folder, name), "5"], check=True, capture_output=True)
        for path in sorted(glob.glob(f"{folder}/{name}/*.parquet")):
            judge(path, out)
    path = os.path.join(folder, "duck.parquet")
    con = duckdb.connect()
    con.execute(f"copy (select i as id, 'name' || (i % 50) as name from range(9000) t(i)) to '{path}' "
                "(format parquet, row_group_size 2048)")
    judge(path, out)
    fact("concat: DuckDB reads both and skips by the moved filters",
         con.execute(f"select count(*), count(distinct id) from '{out}' where name = 'name7'").fetchone() == (360, 180))
    wrong = os.path.join(folder, "wrong.parquet")
    f = File(path)
    for g in range(len(get(f.footer, 4)[1])):
        put(f.footer, (4, g, 1, 1, 3, 15), 40, I32)  # bloom_filter_length: too short
    f.write(wrong)
    subprocess.run([INLAY, "concat", wrong, "-o", out, "--quiet"], check=True)
    found = [len(rows(out, "--where", f"name = 'name{i}'").splitlines()) for i in range(50)]
    fact("concat: a filter whose stated length is too short is copied whole", found == [180] * 50, found)
    f = File(path)
    f.footer[:] = [x for x in f.footer if x[0] != 5] + [[5, LIST, (STRUCT, [[[1, BINARY, b"k%d" % (i % 3)], [2, BINARY, b"v"]]
                                                                          for i in range(200000)])]]
    f.write(wrong)
    r = subprocess.run([INLAY, "concat", path, wrong, wrong, "-o", out], capture_output=True, text=True, timeout=60)
    fact("concat: key-values that the first file has not are counted, be there ever so many",
         "left out 400,000 key-values" in r.stdout, r.stdout + r.stderr)
    r = subprocess.run([INLAY, "concat", wrong, wrong, "-o", out], capture_output=True, text=True, timeout=60)
    fact("concat: 200,000 key-values that both have", r.returncode == 0 and "left out" not in r.stdout, r.stdout + r.stderr)
    f = File(path)
    for c in range(2):
        put(f.footer, (4, 0, 1, c, 3, 5), 0)       # num_values
        put(f.footer, (4, 0, 1, c, 3, 7), 2**62 + 5)  # total_compressed_size
    put(f.footer, (4, 0, 3), 0)
    f.write(wrong)
    r = subprocess.run([INLAY, "concat", wrong, "-o", out], capture_output=True, text=True)
    fact("concat: sizes of chunks without values mean nothing", r.returncode == 0 and rules(out) <= {"file.rows"}
         and b"k" not in (rows(out) or b""), r.stderr + str(rules(out)))
    f = File(path)
    put(f.footer, (4, 0, 1, 0), get(f.footer, 4, 0, 1, 0))
    for c in range(2):
        put(f.footer, (4, 0, 1, c, 3, 7), len(f.body) - 200)
        put(f.footer, (4, 0, 1, c, 3, 9), 4)
        put(f.footer, (4, 0, 1, c, 3, 11), None)
    f.write(wrong)
    r = subprocess.run([INLAY, "concat", wrong, "-o", out], capture_output=True, text=True)
    fact("concat: chunks that lie on each other are refused", r.returncode == 1 and "larger than the file" in r.stderr,
         r.stderr)
finish("concat")
