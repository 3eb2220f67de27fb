"""inlay_write_arrow against pyarrow: streams exported through the C interface are written by us; pyarrow's read of our
file must equal its read of its own file of the same table, schema, metadata and values. DuckDB reads it too, and
`inlay verify --deep` finds nothing. SEED=n repeats a run of the random tables."""
import base64, ctypes, decimal, io, os, random, tempfile
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from arrow_lib import *
from judge import *


class WriteOptions(ctypes.Structure):
    _fields_ = [("profile", ctypes.c_char_p), ("codec", ctypes.c_char_p), ("encoding", ctypes.c_char_p),
                ("page_bytes", ctypes.c_size_t), ("page_rows", ctypes.c_size_t), ("dictionary_bytes", ctypes.c_size_t),
                ("page_version", ctypes.c_uint32), ("row_group_rows", ctypes.c_uint64),
                ("row_group_bytes", ctypes.c_uint64), ("flags", ctypes.c_uint32), ("created_by", ctypes.c_char_p),
                ("columns", ctypes.c_void_p), ("n_columns", ctypes.c_size_t)]


class ArrowOptions(ctypes.Structure):
    _fields_ = [("write", ctypes.POINTER(WriteOptions)), ("sorting", ctypes.c_void_p), ("n_sorting", ctypes.c_size_t),
                ("key_values", ctypes.c_void_p), ("n_key_values", ctypes.c_size_t), ("no_schema", ctypes.c_bool)]


class Refused(Exception):
    pass



class Env(ctypes.Structure):
    """inlay_env, as far as its error is wanted."""
    _fields_ = [("allocator", ctypes.c_void_p * 2), ("limits", ctypes.c_uint64 * 10), ("depths", ctypes.c_uint32 * 3),
                ("used_bytes", ctypes.c_uint64), ("peak_bytes", ctypes.c_uint64), ("status", ctypes.c_int),
                ("what", ctypes.c_char_p), ("at", ctypes.c_int64), ("input", ctypes.c_int32),
                ("row_group", ctypes.c_int32), ("row", ctypes.c_int64), ("page", ctypes.c_int32),
                ("os_error", ctypes.c_int32), ("column", ctypes.c_char * 120)]


ENV = ctypes.c_void_p(CALLOC(1, 4096))
ERROR = Env.from_address(ENV.value)
IN_ORDER, HOLD = 1, 32


def write_stream(stream, path, no_schema=False, **write):
    """Write an exported stream; the stream is released."""
    output, sink = ctypes.c_void_p(), ctypes.create_string_buffer(64)
    w = WriteOptions(**{k: v.encode() if isinstance(v, str) else v for k, v in write.items()})
    o = ArrowOptions(write=ctypes.pointer(w), no_schema=no_schema)
    if LIB.inlay_output_open(ENV, path.encode(), ctypes.byref(output), sink):
        raise RuntimeError("cannot open " + path)
    status = LIB.inlay_write_arrow(ENV, ctypes.byref(stream), sink, ctypes.byref(o))
    ctypes.CFUNCTYPE(None, ctypes.c_void_p)(stream.release)(ctypes.addressof(stream))
    if status:
        LIB.inlay_output_abort(output)
        raise Refused(f"{LIB.inlay_status_name(status).decode()}: {ERROR.what.decode()}: {ERROR.column.decode()}")
    if LIB.inlay_output_commit(output):
        raise RuntimeError("cannot commit " + path)


def write(source, path, **options):
    """Write a table or reader."""
    reader = source if isinstance(source, pa.RecordBatchReader) else source.to_reader()
    stream = Stream()
    reader._export_to_c(ctypes.addressof(stream))
    write_stream(stream, path, **options)


work = tempfile.mkdtemp()
OURS, THEIRS = os.path.join(work, "ours.parquet"), os.path.join(work, "theirs.parquet")


def verify(path):
    r = inlay("verify", "--deep", path, check=False)
    return None if r.returncode == 0 else (r.stdout + r.stderr).decode()[:300]


def read_by(path):
    return pq.ParquetFile(path).read()


def duck(path):
    """DuckDB's read must agree with its read of pyarrow's file."""
    return duckdb.sql(f"from read_parquet('{path}')").fetchall()


def without_names(schema):
    """A schema whose lists have one name for elements: files say "element", other writers "item"."""
    def plain(t):
        if pa.types.is_list(t) or pa.types.is_large_list(t):
            return (pa.list_ if pa.types.is_list(t) else pa.large_list)(
                pa.field("element", plain(t.value_type), t.value_field.nullable, t.value_field.metadata))
        return t
    return pa.schema([pa.field(f.name, plain(f.type), f.nullable, f.metadata) for f in schema], schema.metadata)


def table_differs(want, got):
    if not want.schema.equals(got.schema, check_metadata=True):
        return f"schema\n{want.schema}\nours\n{got.schema}"
    if not want.equals(got):
        for name, a, b in zip(want.schema.names, want.columns, got.columns):
            if not a.equals(b) and values(a) != values(b):
                return f"column {name!r}: {a.to_pylist()[:5]}, ours {b.to_pylist()[:5]}"
    return None


def same_as_pyarrow(table, with_duck=False, source=None, **options):
    """None, or the first difference between our file and pyarrow's."""
    pq.write_table(table, THEIRS)
    want = read_by(THEIRS)
    source = source or (lambda: table)
    write(source(), OURS, **options)
    try:
        why = verify(OURS) or table_differs(want, read_by(OURS))
    except (pa.ArrowNotImplementedError, OSError) as e:
        # it does not put dictionaries together that lie in structs and lists, or that other encodings follow
        if "implemented" not in str(e):
            raise
        write(source(), OURS, no_schema=True, **options)
        why = verify(OURS) or (None if all(values(a) == values(b) for a, b in zip(want.columns, read_by(OURS).columns))
                               else "values differ")
    if why is None and with_duck:
        try:
            want = duck(THEIRS)
        except duckdb.Error:
            return None  # types that it does not know
        got = duck(OURS)
        why = None if repr(got) == repr(want) else f"DuckDB: {got[:3]}, want {want[:3]}"
    return why


def check(name, table, **options):
    try:
        why = same_as_pyarrow(table, True, **options)
    except (Refused, pa.ArrowException, RuntimeError) as e:
        why = f"{type(e).__name__}: {e}"
    fact(name, why is None, why)


def refused(name, table, status, column="c", **options):
    """Refused with this status and column, and the file that was there before still stands."""
    write(pa.table({"before": [1]}), OURS)
    try:
        write(table, OURS, **options)
        fact(name, False, "written")
    except Refused as e:
        fact(name, str(e).startswith(status) and str(e).endswith(": " + column) and
             read_by(OURS).column_names == ["before"], str(e))


# ---- every type ----

D = decimal.Decimal
TYPES = [
    (pa.null(), [None, None, None]), (pa.bool_(), [True, None, False]),
    (pa.int8(), [-128, None, 127]), (pa.uint8(), [0, None, 255]), (pa.int16(), [-32768, None, 32767]),
    (pa.uint16(), [0, None, 65535]), (pa.int32(), [-2**31, None, 2**31 - 1]), (pa.uint32(), [0, None, 2**32 - 1]),
    (pa.int64(), [-2**63, None, 2**63 - 1]), (pa.uint64(), [0, None, 2**64 - 1]),
    (pa.float16(), [1.5, None, -2.0]), (pa.float32(), [1.5, None, -0.0]), (pa.float64(), [1e300, None, -0.0]),
    (pa.string(), ["", None, "é"]), (pa.large_string(), ["a", None, "x" * 50]), (pa.string_view(), ["short", None, "longer than twelve"]),
    (pa.binary(), [b"", None, b"\0\xff"]), (pa.large_binary(), [b"a", None, b"b" * 50]),
    (pa.binary_view(), [b"short", None, b"longer than twelve"]), (pa.binary(3), [b"abc", None, b"\0\0\0"]),
    (pa.decimal32(9, 2), [D("1234567.89"), None, D("-9999999.99")]), (pa.decimal64(18, 0), [10**18 - 1, None, -(10**18) + 1]),
    (pa.decimal128(5, 2), [D("123.45"), None, D("-999.99")]), (pa.decimal128(18, 3), [D("1.5"), None, D("-1.5")]),
    (pa.decimal128(38, 10), [D(10)**27, None, -D(10)**27]), (pa.decimal256(5, 2), [D("123.45"), None, D("-999.99")]),
    (pa.decimal256(76, 0), [10**76 - 1, None, -(10**76) + 1]),
    (pa.date32(), [0, None, -1]), (pa.date64(), [86400000, None, -86400000]),
    (pa.time32("s"), [0, None, 86399]), (pa.time32("ms"), [0, None, 86399999]),
    (pa.time64("us"), [0, None, 86399999999]), (pa.time64("ns"), [0, None, 86399999999999]),
    *[(pa.timestamp(u, z), [0, None, -1500]) for u in ("s", "ms", "us", "ns") for z in (None, "UTC", "Europe/Berlin", "+02:00")],
    *[(pa.duration(u), [0, None, -5]) for u in ("s", "ms", "us", "ns")],
    (pa.uuid(), [b"0123456789abcdef", None, b"\xff" * 16]), (pa.json_(), ['{"a":1}', None, "[]"]),
    (pa.json_(pa.large_string()), ['{"a":1}', None, "[]"]), (pa.bool8(), [1, None, 0]),
    (pa.list_(pa.int32()), [[1, None], None, []]), (pa.large_list(pa.string()), [["a"], None, []]),
    (pa.list_(pa.int32(), 2), [[1, 2], None, [None, 3]]), (pa.list_view(pa.int32()), [[1, None], None, []]),
    (pa.large_list_view(pa.int32()), [[1, None], None, []]),
    (pa.struct([pa.field("a", pa.int32()), pa.field("b", pa.string(), False)]), [{"a": 1, "b": "x"}, None, {"a": None, "b": ""}]),
    (pa.map_(pa.string(), pa.int32()), [[("a", 1), ("b", None)], None, []]),
    (pa.map_(pa.int32(), pa.list_(pa.string()), keys_sorted=True), [[(1, ["x"]), (2, None)], None, []]),
    *[(pa.dictionary(i, pa.string()), ["a", None, "b"]) for i in
      (pa.int8(), pa.uint8(), pa.int16(), pa.uint16(), pa.int32(), pa.uint32(), pa.int64(), pa.uint64())],
    (pa.dictionary(pa.int8(), pa.string(), True), ["a", None, "b"]), (pa.dictionary(pa.int8(), pa.large_string()), ["a", None, "b"]),
    (pa.dictionary(pa.int16(), pa.int64()), [5, None, 7]), (pa.dictionary(pa.int8(), pa.float64()), [5.0, None, 7.5]),
    (pa.dictionary(pa.int8(), pa.bool_()), [True, None, False]), (pa.dictionary(pa.int8(), pa.binary(3)), [b"abc", None, b"def"]),
]
for t, v in TYPES:
    fields = pa.schema([pa.field("c", t)])
    check(f"type {t}", pa.table([pa.array(v, t)], schema=fields))
    if not pa.types.is_null(t):
        required = pa.schema([pa.field("c", t, False)])
        check(f"type {t}, not nullable", pa.table([pa.array([v[0], v[2]], t)], schema=required))
    check(f"type {t}, no rows", pa.table([pa.array([], t)], schema=fields))
    many = pa.concat_arrays([pa.array(v, t)] * 40) if not isinstance(t, pa.BaseExtensionType) else pa.array(v * 40, t)
    check(f"type {t}, a slice", pa.table([many.slice(7, 101)], schema=fields), row_group_rows=30)

# ---- what pyarrow does not write: values against plain arrays ----


def check_values(name, array, want, **options):
    try:
        write(pa.table({"c": array}), OURS, **options)
        got = read_by(OURS).column(0).to_pylist()
        why = verify(OURS) or (None if got == want else f"{got}, want {want}")
    except (Refused, pa.ArrowException) as e:
        why = f"{type(e).__name__}: {e}"
    fact(name, why is None, why)


ree = pa.RunEndEncodedArray.from_arrays(pa.array([2, 5, 6], pa.int16()), pa.array(["a", None, "b"]))
check_values("run ends: three runs, one of them null", ree, ["a", "a", None, None, None, "b"])
check_values("run ends: a slice that begins and ends within runs", ree.slice(1, 3), ["a", None, None])
check_values("run ends of 64 bits over a list",
             pa.RunEndEncodedArray.from_arrays(pa.array([1, 3], pa.int64()), pa.array([[1, 2], []])), [[1, 2], [], []])
check_values("run ends over a dictionary",
             pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array(["x", "y"]).dictionary_encode()),
             ["x", "x", "y"])
twice = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2, 3, None], pa.int8()), pa.array(["a", "a", None, "b"]))
check_values("a dictionary with an entry twice and a null one", twice, ["a", "a", None, "b", None])
check_values("a dictionary of structs",
             pa.DictionaryArray.from_arrays(pa.array([1, 0, None, 1], pa.int8()), pa.array([{"x": 1}, {"x": None}])),
             [{"x": None}, {"x": 1}, None, {"x": None}])
check_values("a dictionary of lists, sliced",
             pa.DictionaryArray.from_arrays(pa.array([1, 0, None, 1], pa.int8()), pa.array([[1, 2], []])).slice(1),
             [[1, 2], None, []])
check_values("a dictionary of timestamps",
             pa.DictionaryArray.from_arrays(pa.array([1, 0], pa.int8()), pa.array([5, 6], pa.timestamp("us"))).slice(0),
             pa.array([6, 5], pa.timestamp("us")).to_pylist())
gap = pa.ListArray.from_arrays(pa.array([0, 2, 4, 5]), pa.array([1, 2, 8, 9, 3, 77, 77]),
                               mask=pa.array([False, True, False]))
check_values("a null list whose range is not empty, a child longer than used", gap, [[1, 2], None, [3]])
outside = pa.StructArray.from_arrays([pa.array([1, 2, 3]), pa.array(["x", "y", "z"])], ["a", "b"],
                                     mask=pa.array([False, True, False]))
check_values("a null struct with members behind it", outside, [{"a": 1, "b": "x"}, None, {"a": 3, "b": "z"}])
views = pa.ListViewArray.from_arrays(pa.array([3, 0, 3]), pa.array([2, 3, 0]), pa.array([1, 2, 3, 4, 5]))
check_values("list views out of order", views, [[4, 5], [1, 2, 3], []])

# ---- refused ----

refused("a union", pa.table({"c": pa.UnionArray.from_dense(pa.array([0], pa.int8()), pa.array([0], pa.int32()), [pa.array([1])])}),
        "unsupported")
refused("an interval", pa.table({"c": pa.array([(1, 2, 3)], pa.month_day_nano_interval())}), "unsupported")
refused("a struct without members", pa.table({"c": pa.array([{}], pa.struct([]))}), "unsupported")
refused("fixed_size_binary of no bytes", pa.table({"c": pa.array([b""], pa.binary(0))}), "unsupported")
refused("a decimal of negative scale", pa.table({"c": pa.array([100], pa.decimal128(5, -2))}), "unsupported")
refused("a null where there is none", pa.table([pa.array([1, None])], schema=pa.schema([pa.field("c", pa.int64(), False)])), "bad argument")
refused("a null element where there is none",
        pa.table({"c": pa.ListArray.from_arrays(pa.array([0, 2], pa.int32()), pa.array([1, None]),
                                                type=pa.list_(pa.field("item", pa.int64(), False)))}), "bad argument",
        column="c.list.element")
refused("seconds beyond milliseconds", pa.table({"c": pa.array([2**62], pa.timestamp("s"))}), "bad argument")
refused("a date64 within a day", pa.table({"c": pa.array([1], pa.int64()).view(pa.date64())}), "bad argument")
raw = pa.py_buffer((10**6).to_bytes(16, "little"))
refused("a decimal of too many digits", pa.table({"c": pa.Array.from_buffers(pa.decimal128(5, 2), 1, [None, raw])}), "bad argument")
refused("an index beyond its dictionary", pa.table({"c":
    pa.DictionaryArray.from_arrays(pa.array([5], pa.int8()), pa.array(["a"]), safe=False)}), "bad argument")
refused("an encoding that is not known", pa.table({"c": [1]}), "bad argument", column="", encoding="nothing")


def breaking():
    yield pa.record_batch({"c": [1, 2]})
    raise OSError("the sensor is gone")


try:
    write(pa.RecordBatchReader.from_batches(pa.schema([("c", pa.int64())]), breaking()), OURS)
    fact("a stream that breaks is an error", False)
except Refused as e:
    fact("a stream that breaks is an error", str(e).startswith("io: the Arrow stream failed"), str(e))

# ---- batches, row groups, dictionaries that change ----

words = pa.chunked_array([pa.array(["a", "b", "a"]).dictionary_encode(), pa.array([], pa.string()).dictionary_encode(),
                          pa.array(["b", "c", None]).dictionary_encode(), pa.array(["a", "b"]).dictionary_encode(),
                          pa.array(["z"] * 100).dictionary_encode()])
for rows in (0, 1, 2, 4, 1000):
    check(f"dictionaries that change between batches, row groups of {rows}", pa.table({"c": words}), row_group_rows=rows)
write(pa.table({"c": pa.array(["a", "b", "a", "b"] * 500).dictionary_encode()}), OURS)
meta = pq.ParquetFile(OURS).metadata.row_group(0).column(0)
fact("codes stay codes", meta.has_dictionary_page and "RLE_DICTIONARY" in meta.encodings, meta)
write(pa.table({"c": pa.DictionaryArray.from_arrays(pa.array([3, 3], pa.int32()), pa.array([str(i) * 50 for i in range(9000)]))}), OURS)
fact("a dictionary of which little is used is not written whole", os.path.getsize(OURS) < 4000, os.path.getsize(OURS))
write(pa.table({"c": pa.array(["a", "b"] * 50).dictionary_encode()}), OURS, encoding="plain")
fact("an encoding that is asked for counts more than codes",
     "RLE_DICTIONARY" not in pq.ParquetFile(OURS).metadata.row_group(0).column(0).encodings)
numbers_table = pa.table({"i": pa.array(range(100000)), "s": pa.array([f"row {i % 977}" for i in range(100000)]),
                          "l": pa.array([list(range(i % 4)) for i in range(100000)])})
check("a large table in one row group", numbers_table)
check("row groups by rows", numbers_table, row_group_rows=33333)
fact("row groups by rows: four of them", pq.ParquetFile(OURS).metadata.num_row_groups == 4)
check("row groups by bytes", numbers_table, row_group_bytes=100000, codec="none")
fact("row groups by bytes: some of them", 3 < pq.ParquetFile(OURS).metadata.num_row_groups < 30)
for flags in (IN_ORDER, IN_ORDER | HOLD):
    check(f"columns in order, flags {flags}", numbers_table, flags=flags, codec="snappy",
          source=lambda: pa.RecordBatchReader.from_batches(numbers_table.schema, numbers_table.to_batches(max_chunksize=30000)))
    fact("columns in order: a row group a batch", pq.ParquetFile(OURS).metadata.num_row_groups == 4)
    check(f"dictionaries that change, in order, flags {flags}", pa.table({"c": words}), flags=flags)
for profile in ("balanced", "smallest"):  # others do not read all of "newest" yet
    check(f"profile {profile}", numbers_table.append_column("d", numbers_table["s"].dictionary_encode()), profile=profile,
          codec="zstd:1")
check("long lists that cross pieces", pa.table({"l": pa.array([list(range(50000)), None, [], list(range(70001))])}))
check("wide values", pa.table({"w": pa.array([bytes([i]) * 300000 for i in range(9)], pa.binary(300000))}))

# ---- schema and metadata ----

rezolus = pa.schema([
    pa.field("timestamp", pa.uint64(), False, {"metric_type": "timestamp", "unit": "nanoseconds"}),
    pa.field("cpu_usage", pa.uint64(), True, {"metric": "cpu_usage", "metric_type": "counter", "state": "user", "id": "0"}),
    pa.field("latency", pa.list_(pa.field("item", pa.uint64(), True, {"inner": "yes"})), True,
             {"metric": "latency", "metric_type": "histogram", "grouping_power": "5", "max_value_power": "64"}),
    pa.field("weird é", pa.struct([pa.field("m", pa.dictionary(pa.int16(), pa.large_string(), True), True,
                                            {"PARQUET:field_id": "42", "": ""})]), True, {"PARQUET:field_id": "7"}),
], {"source": "rezolus", "sampling_interval_ms": "1000", "binary": b"\xc3\xa9", "empty": ""})
metrics = pa.table([pa.array([1, 2], pa.uint64()), pa.array([5, None], pa.uint64()), pa.array([[1, 2], None], pa.list_(pa.uint64())),
                    pa.array([{"m": "x"}, {"m": None}], rezolus.field(3).type)], schema=rezolus)
check("metadata of fields and of the schema, field ids", metrics)
fact("field ids stand in the schema", "field_id=42" in str(pq.ParquetFile(OURS).schema) and
     "field_id=7 weird" in str(pq.ParquetFile(OURS).schema), pq.ParquetFile(OURS).schema)
kv = pq.ParquetFile(OURS).metadata.metadata
fact("the schema's metadata are the footer's key-values", kv[b"source"] == b"rezolus" and kv[b"empty"] == b"", list(kv))
told = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(kv[b"ARROW:schema"])))
fact("ARROW:schema says all but the schema's metadata", told.equals(rezolus.remove_metadata(), check_metadata=False) and
     told.metadata is None and all(a.equals(b, check_metadata=True) for a, b in zip(told, rezolus)), told)
write(metrics, OURS, no_schema=True)
fact("without ARROW:schema", b"ARROW:schema" not in pq.ParquetFile(OURS).metadata.metadata)
wide = pa.schema([pa.field(f"metric_{i}", pa.uint64(), True, {f"label{k}": f"value {i * k}" for k in range(i % 7)}) for i in range(3000)])
check("three thousand columns", pa.table([pa.array([i], pa.uint64()) for i in range(3000)], schema=wide))
everything = pa.schema([pa.field(f"c{i}", t, i % 3 > 0 or t == pa.null(), {"i": str(i)}) for i, (t, v) in enumerate(TYPES)], {"k": "v"})
nothing = pa.schema([pa.field("ree", pa.run_end_encoded(pa.int16(), pa.string()), True, {"x": "y"})])


def encoded(schema):
    """What we say of a schema, through a file without rows, read by pyarrow's own reader."""
    write(schema.empty_table(), OURS)
    return pa.ipc.read_schema(pa.py_buffer(base64.b64decode(pq.ParquetFile(OURS).metadata.metadata[b"ARROW:schema"])))


told = encoded(everything)
fact("ARROW:schema of every type comes back the same",
     all(a.equals(b, check_metadata=True) for a, b in zip(told, everything)),
     [(a, b) for a, b in zip(told, everything) if not a.equals(b, check_metadata=True)][:2])
fact("ARROW:schema keeps run ends", encoded(nothing).field(0).equals(nothing.field(0), check_metadata=True))
duplicate = pa.table([pa.array([1]), pa.array(["x"])], names=["same", "same"])
write(duplicate, OURS)
fact("duplicate names", read_by(OURS).columns[1].to_pylist() == ["x"])



class Bytes(ctypes.Structure):
    _fields_ = [("data", ctypes.c_char_p), ("len", ctypes.c_size_t)]


class KeyValue(ctypes.Structure):
    _fields_ = [("key", Bytes), ("value", Bytes), ("has_value", ctypes.c_bool)]


class Pick(ctypes.Structure):
    _fields_ = [("schema", ctypes.c_void_p), ("field", ctypes.c_uint32), ("name", Bytes),
                ("metadata", ctypes.POINTER(KeyValue)), ("n_metadata", ctypes.c_size_t), ("nullable", ctypes.c_bool)]


def composed(sources, picks):
    """ARROW:schema of picks (source, field, new name or None, new metadata or None), as pyarrow reads it."""
    handles = []
    for source in sources:
        text = base64.b64encode(source.serialize().to_pybytes())
        handle = ctypes.c_void_p()
        if LIB.inlay_arrow_schema_parse(ENV, Bytes(text, len(text)), ctypes.byref(handle)):
            raise Refused("parse")
        handles.append(handle)
    made = (Pick * len(picks))()
    for out, (source, field, name, metadata) in zip(made, picks):
        out.schema, out.field = handles[source], field
        if name is not None:
            out.name = Bytes(name.encode(), len(name.encode()))
        if metadata is not None:
            pairs = [KeyValue(Bytes(k.encode(), len(k.encode())), Bytes(v.encode(), len(v.encode())), True)
                     for k, v in metadata.items()]
            out.metadata, out.n_metadata = (KeyValue * max(1, len(pairs)))(*pairs), len(pairs)
    output, sink = ctypes.c_void_p(), ctypes.create_string_buffer(64)
    if LIB.inlay_output_open(ENV, OURS.encode(), ctypes.byref(output), sink) or \
            LIB.inlay_arrow_schema_compose(ENV, made, ctypes.c_size_t(len(picks)), None, ctypes.c_size_t(0), 0, sink) or \
            LIB.inlay_output_commit(output):
        raise Refused(ERROR.what.decode())
    for handle in handles:
        LIB.inlay_arrow_schema_close(handle)
    with open(OURS, "rb") as f:
        return pa.ipc.read_schema(pa.py_buffer(base64.b64decode(f.read(), validate=True)))


other = pa.schema([pa.field("cpu_usage", pa.dictionary(pa.int8(), pa.string()), True, {"state": "system"})])
told = composed([rezolus, everything, other], [(2, 0, "node1::cpu_usage", None), (0, 3, None, None), (0, 1, None, {"node": "web01"}),
                                               (0, 0, "t", {})] + [(1, i, None, None) for i in reversed(range(len(TYPES)))])
want = pa.schema([other.field(0).with_name("node1::cpu_usage"), rezolus.field(3),
                  rezolus.field(1).with_metadata({"node": "web01"}), rezolus.field(0).with_name("t").remove_metadata()] +
                 [everything.field(i) for i in reversed(range(len(TYPES)))])
fact("ARROW:schema of columns renamed, dropped and joined from three schemas", told.equals(want, check_metadata=True), told)

# ---- streams of other producers, pyarrow only reads what came of them ----


def write_capsule(producer, path, **options):
    """Anything with __arrow_c_stream__."""
    capsule = producer.__arrow_c_stream__()
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    write_stream(Stream.from_address(pointer(capsule, b"arrow_array_stream")), path, **options)


DUCK = """select i::tinyint as i8, i::ubigint as u64, i / 7 as d, (i % 5)::varchar as s, i::decimal(7, 2) as d7, i::decimal(30, 2) as d30,
    date '2020-01-01' + i::int as day, timestamp '2020-01-01' + interval (i) second as t, to_timestamp(i) as tz,
    case when i % 3 > 0 then [i, null, i + 1] end as l, {'a': i, 'b': [{'c': 'x' || i}]} as st, map {i: 'v'} as m,
    (case when i % 2 = 0 then 'even' else 'odd' end)::enum('even', 'odd', 'neither') as e, i % 4 = 0 as b,
    uuid '00000000-0000-0000-0000-000000000001' as u, ('x' || i)::blob as bl, array_value(i, i + 1) as a2
    from range(100) r(i)"""
relation = duckdb.sql(DUCK)
try:
    write_capsule(relation, OURS, row_group_rows=30)
    want, got = [duckdb.sql(f"select * replace (epoch_us(tz) as tz, u::varchar as u, a2::int[] as a2) from {source}").fetchall()  # DuckDB gives UUIDs as text
                 for source in (f"({DUCK})", f"'{OURS}'")]
    why = verify(OURS) or next((f"{a}, want {b}" for a, b in zip(got, want) if repr(a) != repr(b)), None)
except (Refused, duckdb.Error) as e:
    why = f"{type(e).__name__}: {e}"
fact("a relation of DuckDB", why is None, why)
try:
    import polars
except ImportError:
    polars = None
    skip("a frame of polars", "polars is not installed")
if polars:
    frame = polars.DataFrame({"s": ["a", None, "longer than twelve bytes"], "i": [1, None, 3], "l": [[1, 2], None, []],
                              "f": [1.5, None, 2.5], "b": [True, None, False], "o": [{"x": 1, "y": "q"}, None, {"x": None, "y": "r"}],
                              "y": [b"raw", None, b""]}).with_columns(c=polars.col("s").cast(polars.Categorical), n=polars.lit(None))
    write_capsule(frame, OURS)
    fact("a frame of polars", verify(OURS) is None and read_by(OURS).to_pylist() == frame.to_dicts(), read_by(OURS).to_pylist())
    write_capsule(frame.slice(1, 2), OURS)
    fact("a slice of a frame of polars", read_by(OURS).to_pylist() == frame.to_dicts()[1:], read_by(OURS).to_pylist())

# ---- random tables ----

SEED = int(os.environ.get("SEED", "20261121"))
MORE = LEAVES + [pa.string_view(), pa.binary_view(), pa.decimal32(7, 1), pa.decimal64(15, 5), pa.float16(), pa.timestamp("s"),
                 pa.dictionary(pa.int8(), pa.int64()), pa.dictionary(pa.uint16(), pa.large_string())]


def deep_type(r, depth):
    """As random_type, with the kinds of lists that files do not have."""
    kind = r.choice(["leaf", "list", "list", "large_list", "struct", "struct", "map", "fixed", "view"]) if depth else "leaf"
    item = lambda: deep_field(r, "element", depth - 1)
    if kind == "leaf":
        return r.choice(MORE)
    if kind == "struct":
        return pa.struct([deep_field(r, f"m{i}", depth - 1) for i in range(r.randint(1, 3))])
    if kind == "map":
        return pa.map_(r.choice([pa.string(), pa.int32()]), deep_type(r, depth - 1))
    return {"list": pa.list_, "large_list": pa.large_list, "view": pa.list_view,
            "fixed": lambda f: pa.list_(f, r.randint(1, 3))}[kind](item())


def deep_field(r, name, depth):
    t = deep_type(r, depth)
    return pa.field(name, t, pa.types.is_null(t) or r.random() < 0.7)


def deep_value(r, t, nullable):
    if nullable and r.random() < 0.2:
        return None
    if pa.types.is_fixed_size_list(t):
        return [deep_value(r, t.value_type, t.value_field.nullable) for _ in range(t.list_size)]
    if pa.types.is_list(t) or pa.types.is_large_list(t) or pa.types.is_list_view(t):
        return [deep_value(r, t.value_type, t.value_field.nullable) for _ in range(r.choice([0, 0, 1, 2, 5]))]
    if pa.types.is_struct(t):
        return {t.field(i).name: deep_value(r, t.field(i).type, t.field(i).nullable) for i in range(t.num_fields)}
    if pa.types.is_map(t):
        return [(deep_value(r, t.key_type, False), deep_value(r, t.item_type, True)) for _ in range(r.choice([0, 1, 3]))]
    if pa.types.is_dictionary(t) and t.index_type == pa.int8():  # pyarrow makes indices beyond 8 bits, too
        return r.randint(-50, 50)
    if pa.types.is_dictionary(t) and not pa.types.is_large_string(t.value_type):
        return deep_value(r, t.value_type, False)
    if t in (pa.string_view(), pa.large_string()) or pa.types.is_dictionary(t):
        return r.choice(["", "a", "0123456789ab", "0123456789abc", "é" * 9])
    if t == pa.binary_view():
        return r.randbytes(r.choice([0, 5, 12, 13, 30]))
    if t == pa.float16():
        return r.randint(-100, 100) / 4
    return random_value(r, t, nullable)


def random_table(r):
    depth = r.choice([0, 1, 2, 3, 4, 5, 6])
    fields = [deep_field(r, f"c{i}", depth).with_metadata({"unit": f"u{i}"} if i % 2 else None)
              for i in range(r.randint(1, 4))]
    n = r.choice([0, 1, 9, 60, 200 if depth < 4 else 60])
    columns = [pa.array([plain_value(deep_value(r, f.type, f.nullable)) for _ in range(n)], f.type) for f in fields]
    table = pa.Table.from_arrays(columns, schema=pa.schema(fields, {"by": "chance"} if r.random() < 0.5 else None))
    if n and r.random() < 0.5:  # offsets at every level
        first = r.randrange(n)
        table = table.slice(first, r.randint(0, n - first))
    return table


made = not_made = 0
for k in range(int(os.environ.get("FILES", "300"))):
    r = random.Random(SEED * 1000 + k)
    try:
        table = random_table(r)
        table.validate(full=True)
        pq.write_table(table, THEIRS)
        read_by(THEIRS)
    except (pa.ArrowException, NotImplementedError, OverflowError, OSError, TypeError) as e:
        not_made += 1
        continue
    made += 1
    batches = table.to_batches(max_chunksize=r.choice([1, 3, 50, 1000]))
    options = dict(row_group_rows=r.choice([0, 1, 7, 50]), codec=r.choice(["none", "snappy", "zstd:1"]),
                   page_rows=r.choice([0, 3, 20]), page_bytes=r.choice([0, 100]), page_version=r.choice([0, 1, 2]),
                   dictionary_bytes=r.choice([0, 60]), flags=r.choice([0, 0, IN_ORDER, IN_ORDER | HOLD]),
                   profile=r.choice([None, None, "balanced", "smallest"]))
    try:
        why = same_as_pyarrow(table, source=lambda: pa.RecordBatchReader.from_batches(table.schema, batches),
                              **options)
    except (Refused, RuntimeError, pa.ArrowException) as e:
        why = f"{type(e).__name__}: {e}"
    fact(f"random table SEED={SEED} number {k} {options}", why is None, why)
fact(f"most random tables can be made ({not_made} not)", made > 3 * not_made)

# ---- files: from pyarrow's reader, and from ours to ours ----


class File:
    """An open file's stream of ours, which stays in C."""

    def __init__(self, path):
        self.env = ctypes.c_void_p(CALLOC(1, 4096))
        self.file, self.reader = ctypes.c_void_p(), ctypes.c_void_p()
        source = ctypes.create_string_buffer(256)
        if LIB.inlay_file_open(self.env, path.encode(), True, ctypes.byref(self.file), source) or \
                LIB.inlay_reader_open(self.env, source, None, ctypes.byref(self.reader)):
            raise Refused("cannot read")

    def write(self, path, **options):
        stream = Stream()
        if LIB.inlay_read_arrow(self.env, self.reader, None, ctypes.byref(stream)):
            raise Refused("cannot read")
        write_stream(stream, path, **options)

    def close(self):
        LIB.inlay_reader_close(self.reader)
        LIB.inlay_file_close(self.file)


def ours_to_ours(path, **options):
    f = File(path)
    try:
        f.write(OURS, **options)
    finally:
        f.close()


# Where a file of the corpus does not go through, and why.
NOT_THROUGH = {
    "int96_from_spark.parquet": "beyond 64-bit nanoseconds",
    "large_string_map.brotli.parquet": "one value of 1 GiB: beyond the default page limit",
    "datapage_v1-corrupt-checksum.parquet": "wrong checksums",
    "rle-dict-uncompressed-corrupt-checksum.parquet": "wrong checksums",
}

for path in files("data/recordings/*.parquet"):
    name = os.path.basename(path)
    table = read_by(path)
    write(table, OURS, codec="zstd:1")
    want = without_names(table.schema)
    got = read_by(OURS)
    why = verify(OURS) or (None if want.equals(got.schema, check_metadata=True) else "schema") or \
        (None if table.cast(want).equals(got) else "values")
    fact(f"recording through Arrow: {name}", why is None, why)
    ours_to_ours(path, codec="zstd:1")
    got = read_by(OURS)
    why = verify(OURS) or (None if want.equals(got.schema, check_metadata=True) else "schema") or \
        (None if table.cast(want).equals(got) else "values")
    fact(f"recording, ours to ours: {name}", why is None, why)
if not files("data/recordings/*.parquet"):
    skip("recordings", "the corpus is absent (set CORPUS)")

for path in files("corpus/parquet-testing/data/*.parquet", "corpus/parquet-testing/shredded_variant/*.parquet"):
    name = os.path.basename(path)
    if name in NOT_THROUGH:
        skip(name, NOT_THROUGH[name])
        continue
    try:
        table = read_by(path)
        pq.write_table(table, THEIRS)
        want = read_by(THEIRS)
    except Exception as e:
        skip(name, f"pyarrow does not read or write it: {str(e).splitlines()[0][:80]}")
        continue
    try:
        write(table, OURS)
        why = verify(OURS) or differs(want, read_by(OURS))
        fact(f"pyarrow's table through ours: {name}", why is None, why)
        ours_to_ours(path)
        got = read_by(OURS)
        why = verify(OURS) or (None if got.num_rows == table.num_rows and
                               all(same_values(a, b) for a, b in zip(table.columns, got.columns)) else "values differ")
    except (Refused, pa.ArrowException) as e:
        why = f"{type(e).__name__}: {e}"
    fact(f"ours to ours: {name}", why is None, why)

for path in (OURS, THEIRS):
    if os.path.exists(path):
        os.unlink(path)
os.rmdir(work)
finish("arrow_in")
