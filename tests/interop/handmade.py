"""Parquet files written by hand, straight from parquet-format: any schema, any annotation, any levels.

One row group, one v1 page a column, PLAIN, uncompressed, no statistics: what is said about a file is in its
schema alone. Records have the file's own structure (a repeated node is a list, a group a dict), so that shapes
which no writer makes any more can be written; Dremel's record shredding does the rest (README.md of
parquet-format, "Nested Encoding").
"""
import itertools, struct

# ---- Thrift compact protocol: a struct is a list of (field id, kind, value), ids ascending ----

KINDS = {"i8": 3, "i32": 5, "i64": 6, "bin": 8, "list": 9, "struct": 12}


def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes(out) + bytes([n])


def thrift_value(kind, value):
    if kind == "i8":
        return struct.pack("b", value)
    if kind in ("i32", "i64"):
        return varint(value << 1 if value >= 0 else (-value << 1) - 1)
    if kind == "bin":
        value = value.encode() if isinstance(value, str) else value
        return varint(len(value)) + value
    if kind == "struct":
        return thrift(value)
    of, items = value  # a list: (kind of its elements, elements)
    head = bytes([len(items) << 4 | KINDS[of]]) if len(items) < 15 else bytes([0xF0 | KINDS[of]]) + varint(len(items))
    return head + b"".join(thrift_value(of, v) for v in items)


def thrift(fields):
    out, last = b"", 0
    for number, kind, value in fields:
        code = (1 if value else 2) if kind == "bool" else KINDS[kind]
        delta = number - last
        out += bytes([delta << 4 | code]) if 0 < delta < 16 else bytes([code]) + varint(number << 1)
        out += b"" if kind == "bool" else thrift_value(kind, value)
        last = number
    return out + b"\0"


# ---- schema: parquet.thrift SchemaElement ----

BOOLEAN, INT32, INT64, INT96, FLOAT, DOUBLE, BYTE_ARRAY, FIXED = range(8)
REQUIRED, OPTIONAL, REPEATED = range(3)
UTF8, MAP, MAP_KEY_VALUE, LIST, ENUM, DECIMAL, DATE, TIME_MILLIS, TIME_MICROS, TIMESTAMP_MILLIS, TIMESTAMP_MICROS, \
    UINT_8, UINT_16, UINT_32, UINT_64, INT_8, INT_16, INT_32, INT_64, JSON, BSON, INTERVAL = range(22)


class Node:
    """`logical` is the LogicalType union as thrift fields; `element` are further fields of SchemaElement."""

    def __init__(self, name, type=None, repetition=OPTIONAL, children=(), length=None, converted=None, logical=None,
                 scale=None, precision=None, field_id=None):
        self.name, self.type, self.repetition, self.children = name, type, repetition, list(children)
        group = type is None
        element = [(1, "i32", type), (2, "i32", length), (3, "i32", repetition), (4, "bin", name),
                   (5, "i32", len(self.children) if group else None), (6, "i32", converted), (7, "i32", scale),
                   (8, "i32", precision), (9, "i32", field_id), (10, "struct", logical)]
        self.element = [f for f in element if f[2] is not None]
        self.length = length


def group(name, *children, repetition=OPTIONAL, **more):
    return Node(name, None, repetition, children, **more)


def union(member, fields=()):
    """LogicalType with one member."""
    return [(member, "struct", list(fields))]


def time_type(member, unit, utc):
    """TIME (7) or TIMESTAMP (8); unit: 1 millis, 2 micros, 3 nanos."""
    return union(member, [(1, "bool", utc), (2, "struct", [(unit, "struct", [])])])


# ---- records to levels ----

def leaves(node, def_=0, rep=0, path=()):
    """(node, max_def, max_rep, path) of every column below."""
    for child in node.children:
        d, r = def_ + (child.repetition != REQUIRED), rep + (child.repetition == REPEATED)
        if child.type is None:
            yield from leaves(child, d, r, path + (child.name,))
        else:
            yield child, d, r, path + (child.name,)


def shred(node, record, rep, def_, max_rep, columns):
    """Append one occurrence of the group `node` to its columns; record None = not there."""
    for child in node.children:
        value = None if record is None else record.get(child.name)
        d, r = def_ + (child.repetition != REQUIRED), max_rep + (child.repetition == REPEATED)
        entries = value if child.repetition == REPEATED else [] if value is None else [value]
        if not entries:
            place(child, None, rep, def_, r, columns)
        for i, entry in enumerate(entries or []):
            place(child, entry, r if i else rep, d, r, columns)


def place(child, value, rep, def_, max_rep, columns):
    if child.type is None:
        shred(child, value, rep, def_, max_rep, columns)
    else:
        columns[id(child)].append((rep, def_, value))


# ---- PLAIN, levels, pages ----

def plain(node, values):
    if node.type == BOOLEAN:
        bits = sum(v << i for i, v in enumerate(values))
        return bits.to_bytes((len(values) + 7) // 8, "little")
    if node.type == BYTE_ARRAY:
        values = [v.encode() if isinstance(v, str) else v for v in values]
        return b"".join(struct.pack("<I", len(v)) + v for v in values)
    code = {INT32: "<i", INT64: "<q", FLOAT: "<f", DOUBLE: "<d"}.get(node.type)
    return b"".join(v if isinstance(v, bytes) else struct.pack(code, v) for v in values)


def level_bytes(levels, most):
    """RLE runs behind their length; nothing where the maximum is 0."""
    if most == 0:
        return b""
    width = (most.bit_length() + 7) // 8
    runs = b"".join(varint(len(list(same)) << 1) + level.to_bytes(width, "little")
                    for level, same in itertools.groupby(levels))
    return struct.pack("<I", len(runs)) + runs


def write(path, nodes, records):
    """A file with the top-level nodes `nodes` and one row a record."""
    root = Node("schema", children=nodes)
    root.element = [(4, "bin", "schema"), (5, "i32", len(nodes))]
    columns = {id(leaf): [] for leaf, *_ in leaves(root)}
    for record in records:
        shred(root, record, 0, 0, 0, columns)
    out, chunks = b"PAR1", []
    for leaf, max_def, max_rep, names in leaves(root):
        levels = columns[id(leaf)]
        body = level_bytes([l[0] for l in levels], max_rep) + level_bytes([l[1] for l in levels], max_def) \
            + plain(leaf, [l[2] for l in levels if l[1] == max_def])
        header = thrift([(1, "i32", 0), (2, "i32", len(body)), (3, "i32", len(body)),
                         (5, "struct", [(1, "i32", len(levels)), (2, "i32", 0), (3, "i32", 3), (4, "i32", 3)])])
        size = len(header) + len(body)
        chunks.append([(2, "i64", 0), (3, "struct", [
            (1, "i32", leaf.type), (2, "list", ("i32", [0, 3])), (3, "list", ("bin", names)), (4, "i32", 0),
            (5, "i64", len(levels)), (6, "i64", size), (7, "i64", size), (9, "i64", len(out))])])
        out += header + body
    footer = thrift([(1, "i32", 1), (2, "list", ("struct", list(elements(root)))), (3, "i64", len(records)),
                     (4, "list", ("struct", [[(1, "list", ("struct", chunks)), (2, "i64", len(out) - 4),
                                              (3, "i64", len(records))]])), (6, "bin", "handmade version 1.0.0")])
    with open(path, "wb") as f:
        f.write(out + footer + struct.pack("<I", len(footer)) + b"PAR1")


def elements(node):
    yield node.element
    for child in node.children:
        yield from elements(child)
