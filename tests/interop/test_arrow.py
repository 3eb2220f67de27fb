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


def same_values(a, b):
    if a.type == b.type and a.equals(b):
        return True
    if a.type == b.type and not floats(a.type) and not pa.types.is_dictionary(a.type):
        return False
    return equal(values(a), values(b))  # NaN, types that differ on purpose


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

finish("arrow")
