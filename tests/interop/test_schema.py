"""`inlay schema --as` and `inlay meta --json` against pyarrow, DuckDB and a C compiler."""
import json, os, shutil, subprocess, tempfile
from judge import *
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

work = tempfile.mkdtemp()


def types_file():
    """Every type that pyarrow writes, nested in each other; Arrow's own schema is not stored beside them."""
    t = pa.table({
        "bool": pa.array([True]), "i8": pa.array([1], pa.int8()), "i16": pa.array([1], pa.int16()),
        "i32": pa.array([1], pa.int32()), "i64": pa.array([1]), "u8": pa.array([1], pa.uint8()),
        "u16": pa.array([1], pa.uint16()), "u32": pa.array([1], pa.uint32()), "u64": pa.array([1], pa.uint64()),
        "half": pa.array([1.0], pa.float16()), "float": pa.array([1.0], pa.float32()), "double": pa.array([1.0]),
        "text": pa.array(["a"]), "bytes": pa.array([b"a"]), "fixed": pa.array([b"12345"], pa.binary(5)),
        "date": pa.array([1], pa.date32()), "time ms": pa.array([1], pa.time32("ms")),
        "time us": pa.array([1], pa.time64("us")), "time ns": pa.array([1], pa.time64("ns")),
        "stamp ms": pa.array([1], pa.timestamp("ms")), "stamp us": pa.array([1], pa.timestamp("us", "UTC")),
        "stamp ns": pa.array([1], pa.timestamp("ns")), "stamp ns utc": pa.array([1], pa.timestamp("ns", "UTC")),
        "d4": pa.array([1], pa.decimal128(4, 2)), "d38": pa.array([1], pa.decimal128(38, 3)),
        "d60": pa.array([1], pa.decimal256(60, 3)), "uuid": pa.array([b"0" * 16], pa.uuid()),
        "json": pa.array(["{}"], pa.json_()),
        "list": pa.array([[1]]), "lists": pa.array([[["a"]]]),
        "map": pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int32())),
        'str"uct': pa.array([{"a b": 1, "l": [{"m": [("k", [1.5])]}]}], pa.struct([
            ("a b", pa.int16()), ("l", pa.list_(pa.struct([("m", pa.map_(pa.string(), pa.list_(pa.float64())))])))])),
        "int": pa.array([1]), "2 */ ??/ x": pa.array([1]), "ünï": pa.array([1]), "_": pa.array([1]), "A": pa.array([1]),
        "a": pa.array([1]), "a_1": pa.array([1]),
    })
    strict = pa.schema([pa.field(f.name, f.type, nullable=i % 3 != 0) for i, f in enumerate(t.schema)])
    path = os.path.join(work, "types.parquet")
    pq.write_table(t.cast(strict), path, store_schema=False)
    return path


def text(form, path):
    return inlay("schema", "--as", form, path).stdout.decode("utf-8", "surrogateescape")


# Where a judge and ours differ on purpose.
SQL_DIFFERS = {
    "map_no_value.parquet": "DuckDB refuses a map without values",
    "null_list.parquet": "a column of DuckDB's type NULL becomes INTEGER in a table",
    "nested_structs.rust.parquet": "DuckDB takes the old TIMESTAMP_MICROS as local time; LogicalTypes.md says UTC",
}


def arrow_fact(path, name):
    metadata = pq.read_metadata(path)
    if b"ARROW:schema" in (metadata.metadata or {}):
        return
    want = [str(f)[len("pyarrow.Field<"):-1] for f in pq.read_schema(path)]
    got = text("arrow", path).splitlines()
    bad = [(g, w) for g, w in zip(got, want) if g != w] or (len(got), len(want)) if got != want else None
    fact(f"schema --as arrow equals pyarrow: {name}", bad is None, bad)


def sql_fact(path, name):
    con = duckdb.connect()
    stem = os.path.basename(path)[: -len(".parquet")]
    read = "read_parquet('" + path.replace("'", "''") + "')"
    want = [r[:2] for r in con.execute(f"DESCRIBE SELECT * FROM {read}").fetchall()]
    con.execute(text("sql", path))
    got = [r[:2] for r in con.execute(f'DESCRIBE "{stem}"').fetchall()]
    # a CRS inside the type is DuckDB's own addition
    want = [(n, "GEOMETRY" if t.startswith("GEOMETRY(") else t) for n, t in want]
    bad = [(g, w) for g, w in zip(got, want) if g != w] or (len(got), len(want)) if got != want else None
    fact(f"schema --as sql: DuckDB makes the same columns: {name}", bad is None, bad)


def c_fact(path, name):
    cc = shutil.which("cc")
    if not cc:
        return
    source = os.path.join(work, "row.c")
    with open(source, "w", encoding="utf-8", errors="surrogateescape") as f:
        f.write(text("c", path))
    r = subprocess.run([cc, "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", source],
                       capture_output=True)
    fact(f"schema --as c compiles: {name}", r.returncode == 0, r.stderr[:300])


def json_fact(path, name):
    tree = json.loads(text("json", path))
    leaves = []

    def walk(node):
        if "children" not in node:
            leaves.append((node["path"], node["type"], node["max_def"], node["max_rep"]))
        for child in node.get("children", []):
            walk(child)

    walk(tree)
    schema = pq.ParquetFile(path).schema
    want = [(c.path, c.physical_type, c.max_definition_level, c.max_repetition_level) for c in
            (schema.column(i) for i in range(len(schema)))]
    fact(f"schema --as json equals pyarrow's columns: {name}", leaves == want, str((leaves, want))[:300])


def meta_fact(path, name):
    """The footer as it stands, against what pyarrow makes of the same bytes."""
    footer = json.loads(inlay("meta", "--json", path).stdout)["footer"]
    m = pq.read_metadata(path)
    bad = []

    def same(what, got, want):
        if got != want:
            bad.append((what, got, want))

    same("rows", footer["num_rows"], m.num_rows)
    same("created_by", footer.get("created_by", ""), m.created_by or "")
    same("row groups", len(footer["row_groups"]), m.num_row_groups)
    for g, group in enumerate(footer["row_groups"]):
        theirs = m.row_group(g)
        same("group rows", group["num_rows"], theirs.num_rows)
        same("group bytes", group["total_byte_size"], theirs.total_byte_size)
        for c, chunk in enumerate(group["columns"]):
            meta, column = chunk["meta_data"], theirs.column(c)
            if "path_in_schema" in meta:
                same("path", ".".join(meta["path_in_schema"]), column.path_in_schema)
            same("type", meta["type"], column.physical_type)
            same("values", meta["num_values"], column.num_values)
            same("compressed", meta["total_compressed_size"], column.total_compressed_size)
            same("uncompressed", meta["total_uncompressed_size"], column.total_uncompressed_size)
            same("data page", meta["data_page_offset"], column.data_page_offset)
            same("dictionary page", meta.get("dictionary_page_offset"), column.dictionary_page_offset)
            if column.compression != "UNKNOWN":  # that is Hadoop's LZ4
                same("codec", {"LZ4_RAW": "LZ4"}.get(meta["codec"], meta["codec"]), column.compression)
            if column.statistics is not None and column.statistics.has_null_count:
                same("nulls", meta["statistics"]["null_count"], column.statistics.null_count)
            same("offset index", "offset_index_offset" in chunk, column.has_offset_index)
            same("column index", "column_index_offset" in chunk, column.has_column_index)
    fact(f"meta --json: the footer equals pyarrow's: {name}", not bad, bad[:3])


paths = [types_file()] + files("data/recordings/demo.parquet", "corpus/parquet-testing/data/*.parquet",
                               "corpus/parquet-testing/data/geospatial/*.parquet",
                               "corpus/parquet-testing/shredded_variant/case-0[0-3]*.parquet")
if len(paths) == 1:
    skip("corpus", "the corpus is absent (set CORPUS)")
for path in paths:
    name = os.path.basename(path)
    try:
        pq.read_schema(path)
    except Exception as e:
        skip(name, f"pyarrow does not read it: {str(e).splitlines()[0][:80]}")
        continue
    arrow_fact(path, name)
    json_fact(path, name)
    meta_fact(path, name)
    c_fact(path, name)
    if name in SQL_DIFFERS:
        skip(name, SQL_DIFFERS[name])
        continue
    try:
        sql_fact(path, name)
    except Exception as e:
        fact(f"schema --as sql runs: {name}", False, str(e))
# names are untrusted: nothing of them may command a terminal, whatever is printed
hostile = os.path.join(work, "hostile.parquet")
pq.write_table(pa.table({"a\x1b[31m\u202eb\x07": pa.array(["\x1b]0;x\x07"]), "n*/\nint x;": pa.array([[1]])}), hostile)
for args in (["schema"], *(["schema", "--as", form] for form in ("json", "arrow", "sql", "c")), ["meta"], ["meta", "--json"],
             ["pages"], ["pages", "--json"], ["pages", "--summary"], ["cat", "--format", "table"]):
    out = inlay(*args, hostile).stdout
    fact(f"{' '.join(args)}: control characters of names and values are escaped",
         not any(b in out for b in (b"\x1b", b"\x07")) and
         ("json" in args or "--json" in args or "\u202e".encode() not in out))
c_fact(hostile, "hostile.parquet")
shutil.rmtree(work)
finish("schema")
