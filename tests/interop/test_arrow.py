"""inlay_read_arrow against pyarrow: the stream is imported through the C interface and compared with pyarrow's own
read of the same file: types, nullability, metadata, values. SEED=n repeats a run of the random files."""
import ctypes, io, os, random, struct, subprocess, sys, tempfile
import pyarrow as pa
import pyarrow.parquet as pq
from judge import *

# Where the types differ on purpose: (pyarrow's, ours), each with its reason; DESIGN.md says more.
DIFFERS = {
    ("binary", "string"): "ENUM is text",
    ("string_view", "string"): "views are not made",
    ("binary_view", "binary"): "views are not made",
    ("fixed_size_list", "list"): "lists have the lengths that the file says",
    ("list_view", "list"): "views are not made",
    ("large_list_view", "list"): "views are not made",
}
# Files that one of the two does not read.
FILES = {
    "incorrect_map_schema.parquet": "nullable keys: pyarrow refuses, ours is a list of structs",
    "int96_from_spark.parquet": "INT96 beyond 64-bit nanoseconds: pyarrow wraps, we refuse and read microseconds",
    "large_string_map.brotli.parquet": "one value of 1 GiB: beyond the default page limit",
}


class Options(ctypes.Structure):
    _fields_ = [("nodes", ctypes.POINTER(ctypes.c_uint32)), ("n_nodes", ctypes.c_size_t),
                ("batch_rows", ctypes.c_size_t), ("batch_bytes", ctypes.c_size_t), ("memory_bytes", ctypes.c_size_t),
                ("dictionary", ctypes.c_uint8), ("int96_unit", ctypes.c_uint8),
                ("large", ctypes.c_bool), ("ignore_schema", ctypes.c_bool)]


class Stream(ctypes.Structure):
    _fields_ = [(n, ctypes.c_void_p) for n in ("schema", "next", "error", "release", "private")]


def load():
    so = os.path.join(BUILD, "libinlay-interop.so")
    subprocess.run([os.environ.get("MAKE", "make"), "-s", f"BUILD={BUILD}", "amalgamation"], check=True)
    if not os.path.exists(so) or os.path.getmtime(so) < os.path.getmtime(os.path.join(BUILD, "inlay.c")):
        subprocess.run(["cc", "-std=c11", "-O2", "-fPIC", "-shared", "-ffp-contract=off", f"-I{BUILD}", "-o", so,
                        os.path.join(BUILD, "inlay.c"), "-lzstd", "-ldeflate", "-llz4", "-lbrotlienc", "-lbrotlidec"],
                       check=True)
    lib = ctypes.CDLL(os.path.abspath(so))
    lib.inlay_status_name.restype = ctypes.c_char_p
    lib.inlay_reader_schema.restype = ctypes.c_void_p
    return lib


LIB = load()


CALLOC = ctypes.CDLL(None).calloc
CALLOC.restype = ctypes.c_void_p


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


# ---- comparison ----

def plain(t):
    return t.storage_type if isinstance(t, pa.BaseExtensionType) else t


def type_differs(a, b):
    """None, or why pyarrow's type a is not our b."""
    if a == b:
        return None
    if str(a) == str(b):
        return None
    kinds = tuple(str(t).split("<")[0].split("[")[0] for t in (a, b))
    if kinds in DIFFERS and a.num_fields == b.num_fields:
        kinds = (kinds[1], kinds[1])
    if kinds[0] != kinds[1] or a.num_fields != b.num_fields or (a.num_fields == 0 and plain(a) != plain(b)
                                                               and str(a).split("<")[0] == str(b).split("<")[0]):
        return f"{a}, ours {b}"
    for i in range(a.num_fields):
        why = field_differs(a.field(i), b.field(i), pa.types.is_map(a))
        if why:
            return why
    return None


def field_differs(a, b, entries=False):
    if a.name != b.name and not entries:
        return f"name {a.name!r}, ours {b.name!r}"
    if a.nullable != b.nullable:
        return f"{a.name}: nullable {a.nullable}, ours {b.nullable}"
    if (a.metadata or {}) != (b.metadata or {}):
        return f"{a.name}: metadata {a.metadata}, ours {b.metadata}"
    why = type_differs(a.type, b.type)
    return f"{a.name}: {why}" if why else None


def floats(t):
    return pa.types.is_floating(t) or any(floats(t.field(i).type) for i in range(t.num_fields)) \
        or (isinstance(t, pa.BaseExtensionType) and floats(t.storage_type))


def dictionaries(t):
    return pa.types.is_dictionary(t) or any(dictionaries(t.field(i).type) for i in range(t.num_fields))


def same_values(a, b):
    if a.type == b.type and a.equals(b):
        return True
    if a.type == b.type and not floats(a.type) and not dictionaries(a.type):
        return False
    return texts(a) == texts(b)  # NaN, types that differ on purpose


def differs(theirs, ours):
    """The first difference between two tables, or None."""
    if theirs.num_columns != ours.num_columns:
        return f"{theirs.num_columns} columns, ours {ours.num_columns}"
    if theirs.num_rows != ours.num_rows:
        return f"{theirs.num_rows} rows, ours {ours.num_rows}"
    for i in range(theirs.num_columns):
        why = field_differs(theirs.schema.field(i), ours.schema.field(i))
        if why:
            return why
        if not same_values(theirs.column(i), ours.column(i)):
            return f"column {theirs.schema.names[i]!r}: values differ"
    return None


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

# ---- random nested files ----

SEED = int(os.environ.get("SEED", "20261121"))
LEAVES = [pa.bool_(), pa.int8(), pa.uint8(), pa.int16(), pa.uint16(), pa.int32(), pa.uint32(), pa.int64(), pa.uint64(),
          pa.float32(), pa.float64(), pa.string(), pa.large_string(), pa.binary(), pa.large_binary(), pa.binary(5),
          pa.decimal128(7, 2), pa.decimal128(16, 3), pa.decimal128(38, 10), pa.decimal256(60, 5), pa.date32(),
          pa.time32("ms"), pa.time64("us"), pa.time64("ns"), pa.timestamp("ms"), pa.timestamp("us", "UTC"),
          pa.timestamp("ns", "Europe/Berlin"), pa.duration("us"), pa.null(), pa.dictionary(pa.int32(), pa.string())]


def random_type(r, depth):
    kind = r.choice(["leaf", "leaf", "list", "large_list", "struct", "struct", "map"]) if depth else "leaf"
    field = lambda name: random_field(r, name, depth - 1)
    if kind == "list":
        return pa.list_(field("element"))
    if kind == "large_list":
        return pa.large_list(field("element"))
    if kind == "struct":
        return pa.struct([field(f"m{i}") for i in range(r.randint(1, 3))])
    if kind == "map":
        return pa.map_(r.choice([pa.string(), pa.int32()]), random_type(r, depth - 1))
    return r.choice(LEAVES)


def random_field(r, name, depth, metadata=None):
    t = random_type(r, depth)
    return pa.field(name, t, pa.types.is_null(t) or r.random() < 0.7, metadata)


def random_value(r, t, nullable):
    if pa.types.is_null(t) or (nullable and r.random() < 0.2):
        return None
    if pa.types.is_dictionary(t):
        return random_value(r, t.value_type, False)
    if pa.types.is_struct(t):
        return {t.field(i).name: random_value(r, t.field(i).type, t.field(i).nullable) for i in range(t.num_fields)}
    if pa.types.is_map(t):
        return [(random_value(r, t.key_type, False), random_value(r, t.item_type, True)) for _ in range(r.choice([0, 1, 3]))]
    if pa.types.is_list(t) or pa.types.is_large_list(t):
        return [random_value(r, t.value_type, t.value_field.nullable) for _ in range(r.choice([0, 0, 1, 2, 7]))]
    if pa.types.is_boolean(t):
        return r.random() < 0.5
    if pa.types.is_floating(t):
        return float(r.randint(-1000, 1000)) / 8
    if pa.types.is_decimal(t):
        bound = 10 ** r.randint(1, t.precision) - 1
        return decimal.Decimal(r.randint(-bound, bound)).scaleb(-t.scale, decimal.Context(prec=80))
    if pa.types.is_fixed_size_binary(t):
        return r.randbytes(t.byte_width)
    if pa.types.is_binary(t) or pa.types.is_large_binary(t):
        return r.randbytes(r.choice([0, 1, 3, 4, 8, 15, 16, 17, 40]))
    if pa.types.is_string(t) or pa.types.is_large_string(t):
        return r.choice(["", "a", "bcd", "efgh", "0123456789abcdef", "x" * 33, "\u00e9" * r.randint(0, 12)])
    if pa.types.is_time(t) or pa.types.is_date(t):
        return pa.scalar(r.randint(0, 86399), pa.int32() if t.bit_width == 32 else pa.int64()).cast(t)
    if pa.types.is_timestamp(t) or pa.types.is_duration(t):
        return pa.scalar(r.randint(-10**15, 10**15), pa.int64()).cast(t)
    signed = pa.types.is_signed_integer(t)
    return r.randint(-(1 << t.bit_width - 1) if signed else 0, (1 << t.bit_width - signed) - 1)


def plain_value(v):
    """pa.array takes scalars only where they are not inside dicts and lists."""
    if isinstance(v, dict):
        return {k: plain_value(x) for k, x in v.items()}
    if isinstance(v, (list, tuple)):
        return type(v)(plain_value(x) for x in v)
    return v.value if isinstance(v, pa.Scalar) else v


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
            why = None if all(texts(a) == texts(b) for a, b in zip(theirs.columns, other.columns)) \
                else "dictionaries and large types have other values"
    except Exception as e:
        why = f"{type(e).__name__}: {e}"
    fact(f"random file SEED={SEED} number {k}", why is None, why)
    os.unlink(path)
fact(f"most random files can be made ({refused} refused)", made > 5 * refused)

finish("arrow")
