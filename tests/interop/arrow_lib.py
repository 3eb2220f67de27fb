"""Shared by the Arrow tests: the library as a shared object, random nested types and values, comparison."""
import ctypes, decimal, os, random, struct, subprocess
import pyarrow as pa
import pyarrow.compute
from judge import BUILD

# Where the types differ on purpose: (pyarrow's, ours), each with its reason; DESIGN.md says more.
DIFFERS = {
    ("binary", "string"): "ENUM is text",
    ("string_view", "string"): "views are not made",
    ("binary_view", "binary"): "views are not made",
    ("fixed_size_list", "list"): "lists have the lengths that the file says",
    ("list_view", "list"): "views are not made",
    ("large_list_view", "list"): "views are not made",
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


def values(a):
    """Python values that can be compared: times as integers, floats as their bits, whatever holds them."""
    t = a.type
    if isinstance(a, pa.ChunkedArray):
        return [v for c in a.chunks for v in values(c)]
    if isinstance(t, pa.BaseExtensionType):
        return values(a.storage)
    if pa.types.is_dictionary(t):
        return values(a.dictionary_decode())
    if pa.types.is_struct(t):
        members = [values(c) for c in a.flatten()]
        whole = zip(*members) if members else [()] * len(a)
        return [m if ok else None for ok, m in zip(a.is_valid().to_pylist(), whole)]
    if t.num_fields:  # lists and maps
        entries = list(zip(values(a.keys), values(a.items))) if pa.types.is_map(t) else values(a.flatten())
        at, out = 0, []
        if pa.types.is_map(t):
            o = a.offsets.to_pylist()
            return [entries[o[i]:o[i + 1]] if a[i].is_valid else None for i in range(len(a))]
        for n in pa.compute.list_value_length(a).to_pylist():
            out.append(None if n is None else entries[at:at + n])
            at += n or 0
        return out
    if pa.types.is_floating(t):
        return [None if v is None else struct.pack("d", v) for v in a.to_pylist()]
    if pa.types.is_temporal(t):
        return a.view(pa.int32() if t.bit_width == 32 else pa.int64()).to_pylist()
    return a.to_pylist()


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
    return values(a) == values(b)  # NaN, types that differ on purpose


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


# ---- random types and values ----

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
