"""Take a Parquet file apart and put it together again with something changed: for seeding faults.

Thrift compact structs become [(field id, type, value), ...]; lists (type, [values]); the rest numbers and
bytes. Nothing is known of parquet.thrift here but the numbers that the callers use.
"""
import struct

TRUE, FALSE, I8, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)


class Reader:
    def __init__(self, data, at=0):
        self.data, self.at = data, at

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def varint(self):
        shift = value = 0
        while True:
            b = self.byte()
            value |= (b & 127) << shift
            shift += 7
            if b < 128:
                return value

    def zigzag(self):
        v = self.varint()
        return v >> 1 ^ -(v & 1)

    def value(self, kind, in_list=False):
        if kind in (TRUE, FALSE):
            return self.byte() == 1 if in_list else kind == TRUE
        if kind == I8:
            return struct.unpack("b", bytes([self.byte()]))[0]
        if kind in (I16, I32, I64):
            return self.zigzag()
        if kind == DOUBLE:
            self.at += 8
            return struct.unpack("<d", self.data[self.at - 8 : self.at])[0]
        if kind == BINARY:
            n = self.varint()
            self.at += n
            return bytes(self.data[self.at - n : self.at])
        if kind in (LIST, SET):
            head = self.byte()
            n = head >> 4
            n = self.varint() if n == 15 else n
            return (head & 15, [self.value(head & 15, True) for _ in range(n)])
        if kind == STRUCT:
            return self.struct()
        raise ValueError(f"type {kind}")

    def struct(self):
        fields, last = [], 0
        while True:
            head = self.byte()
            if head == 0:
                return fields
            last = last + (head >> 4) if head >> 4 else self.zigzag()
            fields.append([last, head & 15, self.value(head & 15)])


def varint(v):
    out = bytearray()
    while v > 127:
        out.append(v & 127 | 128)
        v >>= 7
    return bytes(out + bytes([v]))


def zigzag(v):
    return varint((v << 1 ^ v >> 63) & (1 << 64) - 1)


def pack(kind, v, in_list=False):
    if kind in (TRUE, FALSE):
        return bytes([1 if v else 2]) if in_list else b""
    if kind == I8:
        return struct.pack("b", v)
    if kind in (I16, I32, I64):
        return zigzag(v)
    if kind == DOUBLE:
        return struct.pack("<d", v)
    if kind == BINARY:
        return varint(len(v)) + v
    if kind in (LIST, SET):
        n = len(v[1])
        head = bytes([n << 4 | v[0]]) if n < 15 else bytes([0xF0 | v[0]]) + varint(n)
        return head + b"".join(pack(v[0], x, True) for x in v[1])
    out, last = b"", 0
    for number, t, x in sorted(v, key=lambda f: f[0]):
        if t in (TRUE, FALSE):
            t = TRUE if x else FALSE
        delta = number - last
        out += bytes([delta << 4 | t]) if 0 < delta < 16 else bytes([t]) + zigzag(number)
        out += pack(t, x)
        last = number
    return out + b"\0"


def get(fields, *path):
    """The value at a path of field ids and list indices; None where it is absent."""
    for step in path:
        if isinstance(fields, tuple):
            fields = fields[1][step]
        else:
            fields = next((f[2] for f in fields if f[0] == step), None)
        if fields is None:
            return None
    return fields


def put(fields, path, value, kind=None):
    """Change (or with `kind` add) the value at a path; value None removes it."""
    *way, last = path
    at = get(fields, *way)
    if isinstance(at, tuple):
        at[1][last] = value
        return
    for f in list(at):
        if f[0] == last:
            if value is None:
                at.remove(f)
            else:
                f[2] = value
            return
    if value is not None:
        at.append([last, kind, value])


class File:
    """A file's bytes and its footer as a tree."""

    def __init__(self, path):
        with open(path, "rb") as f:
            self.data = bytearray(f.read())
        n = struct.unpack("<I", self.data[-8:-4])[0]
        self.body = self.data[: -8 - n]
        self.footer = Reader(self.data, len(self.body)).struct()

    def chunk(self, column, group=0):
        return get(self.footer, 4, group, 1, column)

    def meta(self, column, group=0):
        return get(self.chunk(column, group), 3)

    def struct_at(self, at):
        r = Reader(self.body, at)
        return r.struct(), r.at - at

    def pages(self, column, group=0):
        """(offset, header tree, header bytes, body offset, body bytes) of each page."""
        m = self.meta(column, group)
        at = min(x for x in (get(m, 11), get(m, 9)) if x)
        end = at + get(m, 7)
        while at < end:
            header, n = self.struct_at(at)
            yield at, header, n, at + n, get(header, 3)
            at += n + get(header, 3)

    def replace(self, at, old_bytes, new):
        """Put a struct where another stood; shorter or longer ones go to the end of the body: the caller then
        states the new place."""
        if len(new) <= old_bytes:
            self.body[at : at + len(new)] = new
            return at
        self.body += new
        return len(self.body) - len(new)

    def index(self, column, which, group=0):
        """which: 'offset' or 'column'. Returns the tree and a function that writes a changed one back."""
        at_field, bytes_field = (4, 5) if which == "offset" else (6, 7)
        c = self.chunk(column, group)
        at, n = get(c, at_field), get(c, bytes_field)
        tree, _ = self.struct_at(at)

        def store():
            new = pack(STRUCT, tree)
            put(c, (at_field,), self.replace(at, n, new))
            put(c, (bytes_field,), len(new))

        return tree, store

    def write(self, path):
        footer = pack(STRUCT, self.footer)
        with open(path, "wb") as f:
            f.write(bytes(self.body) + footer + struct.pack("<I", len(footer)) + b"PAR1")
