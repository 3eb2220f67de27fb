"""Files of pyarrow, DuckDB, arrow-rs and parquet-java, and our files read by the two that are not Python.

Each judge writes NAME.parquet and says in NAME.jsonl what it wrote (python_judge.py here; rust-judge and
java-judge are built by scripts/judges.sh). Floats may be written differently, so lines are compared as JSON.
What `verify --deep` says about the same files is in test_verify.py.
"""
import os, random, tempfile
import pyarrow as pa
import pyarrow.parquet as pq
from judge import *

work = tempfile.mkdtemp()
seed = int(os.environ.get("SEED", random.SystemRandom().randrange(10**6)))
print(f"  SEED={seed}")
HERE = os.path.dirname(os.path.abspath(__file__))
JUDGES = {"python-judge": [sys.executable, os.path.join(HERE, "python_judge.py")]}
for name in ("rust-judge", "java-judge"):
    path = os.path.abspath(os.path.join(BUILD, "judges", name))
    if os.path.exists(path):
        JUDGES[name] = [path]
    else:
        skip(name, "it is not built (scripts/judges.sh)")


def call(judge, *args):
    r = subprocess.run(JUDGES[judge] + list(args), capture_output=True)
    if r.returncode:
        raise RuntimeError(f"{judge} {args[0]}: {r.stderr.decode('utf-8', 'replace')[-300:]}")
    return r.stdout.decode("utf-8").split("\n")[:-1]


def difference(got, want):
    """First difference of two lists of JSON lines, numbers compared as numbers."""
    for n, (a, b) in enumerate(zip(got, want)):
        if a != b and repr(parsed(a)) != repr(parsed(b)):
            return cell_difference(n, a, b)
    return None if len(got) == len(want) else f"{len(got)} rows, want {len(want)}"


def check(judge, name, path):
    with open(path[:-len(".parquet")] + ".jsonl", encoding="utf-8") as f:
        want = f.read().split("\n")[:-1]
    r = inlay("cat", path, check=False)
    why = r.stderr.decode("utf-8", "replace").strip() if r.returncode else \
        difference(r.stdout.decode("utf-8").split("\n")[:-1], want)
    fact(f"judges: cat is what {judge} wrote: {name} (SEED={seed})", why is None, why)
    r = inlay("verify", path, check=False)
    fact(f"judges: verify finds nothing in {name} of {judge} (SEED={seed})", r.returncode == 0, r.stdout)


def filtered(judge, path, where, keep):
    """Rows that `cat --where` gives, and those of all rows that `keep` keeps: pruning loses none."""
    name = os.path.basename(path)
    got, everything = cat_lines(path, "--where", where), cat_lines(path)
    want = [line for line in everything if keep(json.loads(line))]
    fact(f"judges: no row of {judge}'s {name} is lost by {where} (SEED={seed})", got == want,
         f"{len(got)} rows, want {len(want)}")


def words(lists):
    return [word for inner in lists or [] for word in inner or []]


def pruned(judge, folder):
    for path in sorted(glob.glob(os.path.join(folder, "*bloom-flat.parquet"))):
        for value in ("true", "false"):
            filtered(judge, path, f"bool = {value}", lambda row: row["bool"] is (value == "true"))
    if judge == "rust-judge":
        for name in ("small-pages", "default-nested", "bloom-nested"):
            path = os.path.join(folder, name + ".parquet")
            filtered(judge, path, "lists.list.item.list.item LIKE 'x%'",
                     lambda row: any(w and w.startswith("x") for w in words(row["lists"])))
            filtered(judge, path, "lists.list.item.list.item IN ('x', 'cpu_usage')",
                     lambda row: any(w in ("x", "cpu_usage") for w in words(row["lists"])))


for judge in JUDGES:
    folder = os.path.join(work, judge)
    try:
        call(judge, "write", folder, str(seed))
    except RuntimeError as e:
        fact(f"judges: {judge} writes (SEED={seed})", False, str(e))
        continue
    for path in sorted(glob.glob(os.path.join(folder, "*.parquet"))):
        check(judge, os.path.basename(path)[:-len(".parquet")], path)
    pruned(judge, folder)

# ---- what `merge` writes, in every codec ----

rng = random.Random(seed)
rows = [{"metric": f"m{i // 300}", "at": i * 7 % 1000, "value": rng.choice([None, 0.5, -0.0, 1e300]),
         "labels": rng.choice([None, [], [("host", "a\u00e4"), ("pod", None)]]),
         "tags": rng.choice([None, [], ["x", None]]), "price": rng.choice([None, decimal.Decimal("-1.05")])}
        for i in range(1500)]
rows.sort(key=lambda row: (row["metric"], row["at"]))
schema = pa.schema([("metric", pa.string()), ("at", pa.int64()), ("value", pa.float64()),
                    ("labels", pa.map_(pa.string(), pa.string())), ("tags", pa.list_(pa.string())),
                    ("price", pa.decimal128(20, 2))])
halves = [os.path.join(work, f"half{i}.parquet") for i in range(2)]
for i, half in enumerate(halves):
    pq.write_table(pa.Table.from_pylist(rows[i::2], schema=schema), half)
for codec in ("none", "snappy", "gzip", "zstd", "lz4_raw", "brotli"):
    target = os.path.join(work, f"merged-{codec}.parquet")
    inlay("merge", *halves, "-o", target, "--sort", "metric|at", "--codec", codec, "--row-group-rows", "500",
          "--quiet")
    mine = cat_lines(target)
    for judge in JUDGES:
        if judge == "python-judge" or (judge == "java-judge" and codec == "brotli"):
            continue  # pyarrow judges merges in test_merge.py; parquet-java has no brotli of its own
        try:
            why = difference(call(judge, "dump", target), mine)
        except RuntimeError as e:
            why = str(e)
        fact(f"judges: {judge} reads what merge writes: {codec} (SEED={seed})", why is None and len(mine) == 1500,
             why)
finish("judges")
