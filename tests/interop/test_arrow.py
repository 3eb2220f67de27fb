"""inlay_read_arrow against pyarrow: the stream is imported through the C interface and compared with pyarrow's own
read of the same file: types, nullability, metadata, values. SEED=n repeats a run of the random files."""
import ctypes, os, random, tempfile
import pyarrow as pa
import pyarrow.parquet as pq
from arrow_lib import *
from judge import *

# Files that one of the two does not read.
FILES = {
    "incorrect_map_schema.parquet": "nullable keys: pyarrow refuses, ours is a list of structs",
    "int96_from_spark.parquet": "INT96 beyond 64-bit nanoseconds: pyarrow wraps, we refuse and read milliseconds",
    "large_string_map.brotli.parquet": "one value of 1 GiB: beyond the default page limit",
}


class File:
    """An open file. The env is the caller's and may be all zeros; 4 KiB are room enough."""

    def __init__(self, path, map=True):
        self.env = ctypes.c_void_p(CALLOC(1, 4096))  # never freed: arrays may outlive everything else
        self.file, self.reader = ctypes.c_void_p(), ctypes.c_void_p()
        source = ctypes.create_string_buffer(256)
        self.check(LIB.inlay_file_open(self.env, path.encode(), map, ctypes.byref(self.file), source))
        self.check(LIB.inlay_reader_open(self.env, source, None, ctypes.byref(self.reader)))

    def check(self, status):
        if status:
            raise RuntimeError(LIB.inlay_status_name(status).decode())

    def node(self, path):
        schema = ctypes.c_void_p(LIB.inlay_reader_schema(self.reader))
        node = LIB.inlay_schema_find(schema, path.encode(), 0)
        if not node:
            raise KeyError(path)
        return node

    def stream(self, columns=None, **options):
        stream, o = Stream(), Options(**options)
        if columns is not None:
            nodes = [self.node(c) if isinstance(c, str) else c for c in columns]
            o.nodes, o.n_nodes = (ctypes.c_uint32 * max(1, len(nodes)))(*nodes), len(nodes)
        self.check(LIB.inlay_read_arrow(self.env, self.reader, ctypes.byref(o), ctypes.byref(stream)))
        return pa.RecordBatchReader._import_from_c(ctypes.addressof(stream))

    def close(self):
        LIB.inlay_reader_close(self.reader)
        LIB.inlay_file_close(self.file)


def read(path, columns=None, map=True, **options):
    f = File(path, map)
    reader = f.stream(columns, **options)
    try:
        table = reader.read_all()
    finally:
        reader.close()
        f.close()  # arrays outlive the reader
    table.validate(full=True)
    return table


def compare(path, theirs=None, **options):
    theirs = theirs if theirs is not None else pq.ParquetFile(path).read()
    return differs(theirs, read(path, **options))


# ---- corpus, recordings ----

for path in files("data/recordings/*.parquet"):
    name = os.path.basename(path)
    for options in ({}, {"batch_bytes": 1 << 20, "batch_rows": 37, "map": False, "memory_bytes": 1}):
        if options and os.path.getsize(path) > 1300000:
            continue
        why = compare(path, **options)
        fact(f"arrow equals pyarrow: {name} {options or ''}", why is None, why)
    keys = {k: v for k, v in pq.ParquetFile(path).metadata.metadata.items() if k != b"ARROW:schema"}
    f = File(path)
    r = f.stream([])
    fact(f"footer keys are the schema's metadata: {name}", (r.schema.metadata or {}) == keys)
    rows = sum(b.num_rows for b in r)
    fact(f"no columns still count rows: {name}", rows == pq.ParquetFile(path).metadata.num_rows)
    r.close()
    f.close()
if not files("data/recordings/*.parquet"):
    skip("recordings", "the corpus is absent (set CORPUS)")

for path in files("corpus/parquet-testing/data/*.parquet", "corpus/parquet-testing/data/geospatial/*.parquet",
                  "corpus/parquet-testing/shredded_variant/*.parquet"):
    name = os.path.basename(path)
    if name in FILES:
        skip(name, FILES[name])
        continue
    try:
        theirs = pq.ParquetFile(path).read()
    except Exception as e:
        skip(name, f"pyarrow does not read it: {str(e).splitlines()[0][:80]}")
        continue
    try:
        why = compare(path, theirs)
        if why is None:
            why = compare(path, theirs, batch_rows=7, map=False, memory_bytes=1)
    except Exception as e:
        why = str(e)
    if "corrupt-checksum" in name:
        fact(f"wrong checksum is refused: {name}", why and "checksum" in why, why)
        continue
    fact(f"arrow equals pyarrow: {name}", why is None, why)

for path in files("corpus/parquet-testing/data/int96_from_spark.parquet"):
    try:
        read(path)
        fact("INT96 beyond 64-bit nanoseconds is refused", False)
    except pa.ArrowInvalid as e:
        fact("INT96 beyond 64-bit nanoseconds is refused", "column a, row group 0" in str(e), str(e))
    ms = read(path, int96_unit=1).column(0).cast(pa.int64()).to_pylist()
    fact("INT96 in milliseconds keeps the year 9999 and the one before our era",
         ms == [1704141296123, 1704070800000, 253402225200000, 1735599600000, None, -9357363680509552], ms)
for path in files("corpus/parquet-testing/data/incorrect_map_schema.parquet"):
    rows = read(path).column(0).to_pylist()
    fact("a map with nullable keys is a list of structs",
         rows == [[{"key": "parent", "value": "another"}, {"key": "name", "value": "report"}]], rows)

# ---- random nested files ----

SEED = int(os.environ.get("SEED", "20261121"))


def random_file(r, path):
    fields = [random_field(r, f"c{i}", 4, {"unit": f"u{i}"} if i % 2 else None) for i in range(r.randint(1, 5))]
    n = r.choice([0, 1, 9, 60, 300])
    columns = [pa.array([plain_value(random_value(r, f.type, f.nullable)) for _ in range(n)], f.type) for f in fields]
    options = dict(compression=r.choice(["none", "snappy", "zstd"]), data_page_version=r.choice(["1.0", "2.0"]),
                   use_dictionary=r.random() < 0.6, data_page_size=r.choice([64, 1000, 10**6]),
                   dictionary_pagesize_limit=r.choice([60, 10**6]), store_schema=r.random() < 0.6,
                   row_group_size=r.choice([1, 7, 50, 1000]), write_batch_size=r.choice([1, 5, 1024]))
    pq.write_table(pa.Table.from_arrays(columns, schema=pa.schema(fields, {"by": "chance"})), path, **options)
    return options


def leaves(t, path):
    """Paths of nodes that can be asked for: structs' members only, whose names Parquet keeps."""
    yield path
    if pa.types.is_struct(t):
        for i in range(t.num_fields):
            yield from leaves(t.field(i).type, f"{path}.{t.field(i).name}")


work = tempfile.mkdtemp()
made = refused = 0
for k in range(int(os.environ.get("FILES", "150"))):
    r = random.Random(SEED * 1000 + k)
    path = os.path.join(work, f"{k}.parquet")
    try:
        random_file(r, path)
        theirs = pq.ParquetFile(path).read()
    except (pa.ArrowException, NotImplementedError, OverflowError, OSError):
        refused += 1
        continue
    made += 1
    batch = dict(batch_rows=r.choice([0, 1, 13]), map=r.random() < 0.5, memory_bytes=r.choice([0, 1]))
    try:
        why = compare(path, theirs, **batch)
        if why is None:
            paths = [p for f in theirs.schema for p in leaves(f.type, f.name)]
            chosen = [paths[i] for i in sorted(r.sample(range(len(paths)), min(len(paths), 2)))]
            part = pq.ParquetFile(path).read(columns=chosen)
            why = differs(part, read(path, chosen, **batch))
            why = why and f"of columns {chosen}: {why}"
        if why is None:
            other = read(path, dictionary=1, large=True, **batch)
            why = None if all(values(a) == values(b) for a, b in zip(theirs.columns, other.columns)) \
                else "dictionaries and large types have other values"
    except Exception as e:
        why = f"{type(e).__name__}: {e}"
    fact(f"random file SEED={SEED} number {k}", why is None, why)
    os.unlink(path)
fact(f"most random files can be made ({refused} refused)", made > 5 * refused)

finish("arrow")
