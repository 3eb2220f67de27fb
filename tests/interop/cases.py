"""Random files for test_property.py: a schema, rows for it, and how the writer is to write them.

Case `index` of `seed` is always the same. Rows have the file's own structure (handmade.py), are cut into levels by
handmade.shred, and become JSON by the mapping of inlay(1): nothing here knows how inlay does either.
"""
import base64, json, random, struct

import numpy

from handmade import (BOOLEAN, BYTE_ARRAY, DOUBLE, FIXED, FLOAT, INT32, INT64, INT96, OPTIONAL, REPEATED, REQUIRED, Node,
                      leaves, shred)
from judge import civil, clock, float_text, half_text, moment, not_finite, quoted

DEPTH = 6
IN_ORDER, NO_CRC, NO_PAGE_INDEX, NO_STATISTICS, HOLD_COLUMN, STRICT, INT96_TOO = 1, 2, 4, 8, 32, 64, 256  # writer.h
CODECS = ["none", "snappy", "gzip", "brotli", "zstd", "lz4_raw"]
ENCODINGS = {  # Encodings.md: what each physical type can take
    BOOLEAN: ["plain", "rle"],
    INT32: ["dictionary", "plain", "delta_binary_packed", "byte_stream_split"],
    INT64: ["dictionary", "plain", "delta_binary_packed", "byte_stream_split"],
    INT96: ["dictionary", "plain"],
    FLOAT: ["dictionary", "plain", "byte_stream_split", "alp"],
    DOUBLE: ["dictionary", "plain", "byte_stream_split", "alp"],
    BYTE_ARRAY: ["dictionary", "plain", "delta_length_byte_array", "delta_byte_array"],
    FIXED: ["dictionary", "plain", "delta_byte_array", "byte_stream_split"],
}
STRING, MAP, LIST, ENUM, DECIMAL, DATE, TIME, TIMESTAMP, INTERVAL, INTEGER, NULL, JSON, BSON, UUID, FLOAT16 = range(1, 16)
GEOMETRY, GEOGRAPHY = 17, 18
DAY = 86400


# ---- types: values are numbers for BOOLEAN, INT32 and INT64, otherwise the bytes of one value ----

class Kind:
    """`edges` are values that break things, `some(rng)` makes one, `text(value)` is its JSON. `logical` are fields of
    inlay_logical. `texts` are other texts that a judge gives, by judge."""

    def __init__(self, name, type, edges, some, text, length=0, texts=None, **logical):
        self.name, self.type, self.edges, self.some, self.text = name, type, edges, some, text
        self.length, self.texts, self.logical = length, texts or {}, logical


def q(text):
    return f'"{text}"'


def b64(v):
    return q(base64.b64encode(v).decode())


def utf8_text(v):
    return quoted(v.decode("utf-8"))


def single_text(v):
    x, = struct.unpack("<f", v)
    return repr(float(str(numpy.float32(x)))) if x - x == 0 else not_finite(x)


def some_bits(bits):
    """Numbers of every magnitude."""
    return lambda r: r.getrandbits(bits) >> r.choice([0, 0, bits - 4, r.randrange(bits)])


def signed(bits):
    low = -(1 << bits - 1)
    return lambda r: r.choice([low, 0, 0]) + (r.getrandbits(bits - 1) >> r.choice([0, bits - 5]))


def limits(bits):
    return [-(1 << bits - 1), (1 << bits - 1) - 1, 0, 1, -1]


def integer(bits, is_signed):
    """INTEGER: kept as its physical type's signed number."""
    type = INT64 if bits == 64 else INT32
    wide, mask = 64 if bits == 64 else 32, (1 << bits) - 1
    stored = (lambda v: v) if is_signed else lambda v: (v & mask) - (1 << wide if v >> wide - 1 & 1 else 0)
    edges = limits(bits) if is_signed else [stored(v) for v in (0, mask, 1 << bits - 1, (1 << bits - 1) - 1)]
    some = signed(bits) if is_signed else lambda r: stored(some_bits(bits)(r))
    return Kind(f"INTEGER({bits},{'' if is_signed else 'un'}signed)", type, edges, some,
                str if is_signed else lambda v: str(v & mask), kind=INTEGER, bits=bits, is_signed=is_signed)


def decimal_text(unscaled, scale):
    digits = str(abs(unscaled)).rjust(scale + 1, "0")
    return q(("-" if unscaled < 0 else "") + (f"{digits[:-scale]}.{digits[-scale:]}" if scale else digits))


def bytes_of(v, n=None):
    """Big-endian two's complement, in n bytes or as few as do."""
    return v.to_bytes(n or (v + (v < 0)).bit_length() // 8 + 1, "big", signed=True)


def decimal(type, precision, scale, length=0):
    most = 10**precision - 1
    stored = {FIXED: lambda v: bytes_of(v, length), BYTE_ARRAY: bytes_of}.get(type, lambda v: v)
    edges = [stored(v) for v in (most, -most, 0, 1, -1)]
    if type == BYTE_ARRAY:
        edges.append(bytes_of(-1, 9))  # more bytes than needed
    number = (lambda v: int.from_bytes(v, "big", signed=True)) if type in (FIXED, BYTE_ARRAY) else lambda v: v
    return Kind(f"DECIMAL({precision},{scale}) on {type}", type, edges,
                lambda r: stored(r.randint(-most, most) // 10**r.choice([0, 0, precision // 2])),
                lambda v: decimal_text(number(v), scale), length, kind=DECIMAL, precision=precision, scale=scale)


UNITS = {1: ("ms", 3), 2: ("us", 6), 3: ("ns", 9)}


def clock_time(unit, utc):
    name, digits = UNITS[unit]
    text = lambda v: q(clock(v * 10 ** (9 - digits), digits))
    zoned = lambda v: text(v)[:-1] + 'Z"'
    micros = lambda v: q(clock(v // 1000 * 1000, 6))
    last = DAY * 10**digits - 1
    texts = {j: text for j in ("pyarrow", "DuckDB", "arrow-rs")}  # they have times without a zone
    if unit == 3 and utc:
        texts["DuckDB"] = micros  # TIMETZ, which is in microseconds
    return Kind(f"TIME({name},{utc})", INT32 if unit == 1 else INT64, [0, last, 1],
                lambda r: r.randint(0, last) // 10**r.choice([0, digits]) * 1, zoned if utc else text,
                texts=texts, kind=TIME, unit=unit, utc=utc)


def timestamp(unit, utc, edges, name="", **more):
    short = UNITS[unit][0]
    return Kind(f"TIMESTAMP({short}{name},{utc})", INT64, edges,
                lambda r: r.choice([r.choice(edges), 10**(3 * unit) * r.randrange(2 * 10**9), r.randrange(10**12)]),
                lambda v: q(moment(v, short, utc)), kind=TIMESTAMP, unit=unit, utc=utc, **more)


def text_value(r):
    words = ["", "a", "cpu_usage", "\u00e4\U0001f680", "a\"b\\c\n\t\x01", "x" * 70, "\uffff\U0010ffff", "long " * 80]
    word = r.choice(words)
    return (word + (str(r.randrange(10**6)) if r.random() < 0.5 else "")).encode()


def blob(r):
    return r.randbytes(r.choice([0, 1, 3, 20, r.randrange(100)]))


def fixed(n):
    return Kind(f"FIXED_LEN_BYTE_ARRAY({n})", FIXED, [bytes(n), b"\xff" * n], lambda r: r.randbytes(n), b64, n)


def real(code, bits, text, **more):
    odd = [float("nan"), -0.0, 0.0, float("inf"), float("-inf"), 1.5, -1.5]
    edges = [struct.pack(code, v) for v in odd]
    top = {16: 0x7C00, 32: 0x7F800000, 64: 0x7FF0 << 48}[bits]
    for raw in (top | 1, top | 1 << bits - 1 | 5, 1, top - 1, top - 1 | 1 << bits - 1):  # NaN with payloads, smallest,
        edges.append(raw.to_bytes(bits // 8, "little"))  # largest
    some = lambda r: r.choice([r.randbytes(bits // 8), struct.pack(code, r.randrange(-999, 999) / 8), r.choice(edges)])
    return edges, some, text, more


def uuid_text(v):
    h = v.hex()
    return q(f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}")


def interval_text(v):
    months, days, ms = struct.unpack("<III", v)
    return q(f"P{months}M{days}DT{ms // 1000}.{ms % 1000:03d}S")


def without_months(v):
    return interval_text(bytes(4) + v[4:])


def some_interval(most):
    return lambda r: struct.pack("<III", *(r.randrange(most) for _ in range(3)))


def int96(ns):
    day, rest = divmod(ns, DAY * 10**9)
    return struct.pack("<qi", rest, day + 2440588)


def int96_ns(v):
    rest, day = struct.unpack("<qi", v)
    return (day - 2440588) * DAY * 10**9 + rest


def point(r):
    return struct.pack("<BIdd", 1, 1, r.randrange(-180, 180), r.randrange(-90, 90))


def kinds():
    big, micros = 2**63, 2**63 // 1000
    single = real("<f", 32, single_text)
    double = real("<d", 64, lambda v: float_text(struct.unpack("<d", v)[0]))
    half = real("<e", 16, lambda v: half_text(struct.unpack("<e", v)[0]))
    as_single = lambda v: single_text(struct.pack("<f", struct.unpack("<e", v)[0]))
    json_value = lambda r: json.dumps({"a": r.randrange(99), "b": [None, "\u00e4"]}).encode()
    return [
        Kind("BOOLEAN", BOOLEAN, [0, 1], lambda r: r.randrange(2), lambda v: "true" if v else "false"),
        Kind("INT32", INT32, limits(32), signed(32), str),
        Kind("INT64", INT64, limits(64), signed(64), str),
        Kind("INT96", INT96, [int96(0), int96(-1000)], lambda r: int96(r.randrange(-10**15, 10**15) * 1000),
             lambda v: q(moment(int96_ns(v), "ns")), texts={"DuckDB": lambda v: q(moment(int96_ns(v) // 1000, "us"))}),
        Kind("FLOAT", FLOAT, *single[:3]),
        Kind("DOUBLE", DOUBLE, *double[:3]),
        Kind("BYTE_ARRAY", BYTE_ARRAY, [b"", b"\0", b"\xff" * 64, b"\xff" * 65, bytes(300)], blob, b64),
        fixed(1), fixed(3), fixed(16), fixed(70),
        *(integer(bits, s) for bits in (8, 16, 32, 64) for s in (True, False)),
        Kind("STRING", BYTE_ARRAY, [b"", "\U0010ffff".encode() * 20, b"a" * 5000], text_value, utf8_text, kind=STRING),
        Kind("STRING", BYTE_ARRAY, [b"", b"a"], text_value, utf8_text, kind=STRING),
        Kind("ENUM", BYTE_ARRAY, [b"", b"RED"], text_value, utf8_text, kind=ENUM,
             texts={"pyarrow": b64, "arrow-rs": b64}),
        Kind("JSON", BYTE_ARRAY, [b"{}", b"null"], json_value, utf8_text, kind=JSON),
        decimal(INT32, 9, 2), decimal(INT32, 1, 1), decimal(INT64, 18, 18), decimal(INT64, 10, 0),
        decimal(BYTE_ARRAY, 20, 3), decimal(BYTE_ARRAY, 38, 38), decimal(FIXED, 2, 0, 1), decimal(FIXED, 9, 4, 4),
        decimal(FIXED, 20, 10, 9), decimal(FIXED, 38, 0, 16), decimal(FIXED, 3, 1, 16),
        Kind("DATE", INT32, [0, -1, -719529, 2932897, -2**31 + 2, 2**31 - 2], lambda r: r.randrange(-10**5, 10**5),
             lambda v: q(civil(v)), kind=DATE),
        *(clock_time(unit, utc) for unit in (1, 2, 3) for utc in (True, False)),
        timestamp(1, True, [0, -1, micros - 1, -micros + 1]), timestamp(1, False, [0, -62167219200001]),
        timestamp(2, True, [0, -1, big - 2, -big + 2]), timestamp(2, False, [0, big - 2, -big + 2]),
        timestamp(3, True, [0, -1, big - 2, -big + 2]), timestamp(3, False, [0, big - 2, -big + 2]),
        Kind("UUID", FIXED, [bytes(16), b"\xff" * 16], lambda r: r.randbytes(16), uuid_text, 16, kind=UUID,
             texts={"arrow-rs": b64}),
        Kind("FLOAT16", FIXED, *half[:3], 2, kind=FLOAT16, texts={"DuckDB": as_single}),
        Kind("INTERVAL", FIXED, [bytes(12)], some_interval(2**31), interval_text, 12, kind=INTERVAL,
             texts={"pyarrow": b64, "arrow-rs": without_months}),
        Kind("UNKNOWN", INT32, [], None, None, kind=NULL),
    ]


def odd_kinds():
    """Legal values that some judge refuses together with the whole file (test_property.REFUSES)."""
    big = 2**63
    return [
        Kind("BSON", BYTE_ARRAY, [b"\5\0\0\0\0"], blob, b64, kind=BSON),
        Kind("INTERVAL, all of it", FIXED, [b"\xff" * 12], some_interval(2**32), interval_text, 12, kind=INTERVAL,
             texts={"pyarrow": b64, "arrow-rs": without_months}),
        timestamp(1, True, [big - 1, -big], ", all of it"), timestamp(1, False, [big - 1, -big], ", all of it"),
        decimal(BYTE_ARRAY, 76, 0), decimal(FIXED, 60, 30, 26), decimal(FIXED, 95, 0, 40),
        Kind("GEOMETRY", BYTE_ARRAY, [point(random.Random(0))], point, b64, kind=GEOMETRY, crs="OGC:CRS84"),
        Kind("GEOGRAPHY", BYTE_ARRAY, [point(random.Random(0))], point, b64, kind=GEOGRAPHY, crs="OGC:CRS84",
             algorithm=2),
        Kind("TIMESTAMP on 12 bytes", FIXED, [bytes(12), b"\xff" * 12],
             lambda r: r.randrange(10**18).to_bytes(12, "little", signed=True),
             lambda v: q(moment(int.from_bytes(v, "little", signed=True), "us", True)), 12, kind=TIMESTAMP, unit=2,
             utc=True),
    ]


KINDS, ODD = kinds(), odd_kinds()
BY_TYPE = {t: [k for k in KINDS if k.type == t] for t in ENCODINGS}
COMBINATIONS = [(t, e, c, v) for t, es in ENCODINGS.items() for e in es for c in CODECS for v in (1, 2)]
HARD = [(FIXED, "byte_stream_split"), (DECIMAL, "delta_length_byte_array")]  # test_property.REFUSES says why
KEYS = [k for k in KINDS if k.name in ("STRING", "INT32", "INT64", "DATE", "UUID", "INTEGER(8,unsigned)")]


# ---- a schema ----

NAMES = ["id", "value", "key", "list", "element", "key_value", "a.b", "a.b.c", ".", "\u00fcn\u00ef", "\u540d\u524d",
         "two words", "quo\"te", "back\\slash", "\U0001f680", "tab\t", "select", "`tick`", "a,b", "[0]", "x" * 150, "schema"]


class Case:
    """One file. After construction: nodes, rows, columns (leaf nodes in order with .max_def, .max_rep, .levels a row
    group), and description(path) for write_case."""

    def __init__(self, seed, index):
        self.seed, self.index = seed, index
        self.r = r = random.Random(f"{seed}:{index}")
        self.version = 1 + index % 2
        self.deck = [x for x in COMBINATIONS if x[3] == self.version]
        random.Random(f"{seed}:deck:{self.version}").shuffle(self.deck)
        # what a judge cannot read at all is kept to some of the files, so that it sees the others
        self.hard, self.alp = index // 2 % 12 in (3, 9, 11), index // 2 % 12 == 7
        self.brotli = index // 2 % 24 in (5, 11, 17, 23, 19)
        self.deck = [x for x in self.deck if (x[2] == "brotli") == self.brotli and (self.hard or x[:2] not in HARD) and
                     (self.alp or x[1] != "alp")] * (1 + 2 * self.alp)
        self.deck = [x for n, x in enumerate(self.deck) if not self.alp or n % 3 == 0 or x[1] == "alp"]
        self.next = r.randrange(len(self.deck))
        if self.alp:  # few files have it: they begin with the cards of ALP, each where the one before it ended
            cards, turn = sorted({x for x in self.deck if x[1] == "alp"}), index // 48 * 3
            turn %= len(cards)
            self.deck, self.next = cards[turn:] + cards[:turn] + self.deck, 0
        self.odd = r.random() < 0.1
        self.null_rate = r.choice([0, 0.1, 0.5])
        self.n_rows = r.choice([0, 1, 2, r.randrange(10), r.randrange(100), r.randrange(100), r.randrange(400)])
        self.budget = 0
        used = set()
        self.nodes = [self.top(used) for _ in range(r.randrange(3, 9))]
        self.root = Node("schema", children=self.nodes)
        self.columns = [self.finish(*leaf) for leaf in leaves(self.root)]
        if all(n.type is not None for n in self.nodes) and r.random() < 0.4:
            self.n_rows = r.choice([1500, 1500, 21000])  # more than a page of the default size
        self.rows = [self.row() for _ in range(self.n_rows)]
        self.cuts = sorted(r.randrange(self.n_rows + 1) for _ in range(r.choice([0, 0, 1, 3])))
        self.shredded()
        self.options()

    def name(self, used):
        while True:
            name = self.r.choice(NAMES) if self.r.random() < 0.4 else self.r.choice("abcdefghij") * 2
            name += str(self.r.randrange(100)) if name.lower() in used else ""
            if name.lower() not in used:  # DuckDB knows no case
                used.add(name.lower())
                return name

    def repetition(self, repeated=True):
        return self.r.choice([REQUIRED, OPTIONAL, OPTIONAL] + [REPEATED] * (repeated and self.r.random() < 0.4))

    def top(self, used):
        return self.tree(self.name(used), self.r.choice([1, 1, 1, 2, 3, 4, DEPTH]), self.repetition())

    def leaf(self, name, repetition, kind=None):
        if not kind:
            type, encoding, codec, _ = self.deck[self.next % len(self.deck)]
            self.next += 1
            kind = self.r.choice([k for k in BY_TYPE[type] if self.hard or (k.logical.get("kind"), encoding) not in HARD])
            if self.odd and self.r.random() < 0.3:
                kind = self.r.choice(ODD)
                encoding = self.r.choice(ENCODINGS[kind.type])
        else:
            encoding, codec = self.r.choice(ENCODINGS[kind.type][:3]), self.deck[self.next % len(self.deck)][2]
        if kind.some is None and repetition != REPEATED:
            repetition = OPTIONAL
        node = Node(name, kind.type, repetition, length=kind.length or None)
        node.kind, node.encoding, node.codec = kind, encoding, codec
        node.draw = self.draw(kind)
        node.null_rate = 1 if kind.some is None else self.r.choice([0, self.null_rate, self.null_rate, 0.9, 1])
        return node

    def tree(self, name, depth, repetition):
        r = self.r
        if depth <= 1:
            return self.leaf(name, repetition)
        shape = "struct" if repetition == REPEATED else r.choice(["struct", "struct", "list", "list", "map"])
        if shape == "list":
            children = [Node("list", None, REPEATED, [self.tree("element", depth - 1, self.repetition(False))])]
        elif shape == "map":
            key = self.leaf("key", REQUIRED, r.choice(KEYS))
            children = [Node("key_value", None, REPEATED, [key, self.tree("value", depth - 1, self.repetition(False))])]
        else:
            used = set()
            children = [self.tree(self.name(used), r.randrange(1, depth), self.repetition())
                        for _ in range(r.randrange(3))]
            children.append(self.tree(self.name(used), depth - 1, self.repetition()))
            for child in children:
                child.alone = all(c.type is not None and c.kind.some is None for c in children)
        node = Node(name, None, repetition, children)
        node.shape, node.null_rate = shape, r.choice([0, self.null_rate, 0.9])
        return node

    # ---- rows ----

    def draw(self, kind):
        """How the values of a column come: all alike, runs, few, ascending, edges, anything."""
        r, manner = self.r, self.r.randrange(7)
        if kind.some is None:
            return None
        pool = [kind.some(r) for _ in range(r.choice([1, 2, 40]))]
        last, step = [pool[0]], r.randrange(3)
        if manner == 0:
            return lambda: pool[0]
        if manner == 1:
            def run():
                if r.random() < 0.05:
                    last[0] = r.choice(pool)
                return last[0]
            return run
        if manner == 2:
            return lambda: r.choice(pool)
        if manner == 3 and kind.type in (INT32, INT64) and not kind.logical:
            last[0] = r.randrange(-1000, 1000)

            def rise():
                last[0] += step
                return last[0]
            return rise
        if manner == 4:
            return lambda: r.choice(kind.edges)
        return lambda: kind.some(r) if r.random() < 0.9 else r.choice(kind.edges)

    def row(self):
        self.budget = 400
        return {n.name: self.value(n) for n in self.nodes}

    def value(self, node):
        r = self.r
        if node.repetition == REPEATED:
            if node.type is not None and node.kind.some is None:
                return []  # an entry of a repeated field would be a value
            n = r.choice([0, 0, 1, 1, 2, 3, r.randrange(40)]) if self.budget > 0 else 0
            n = 3000 if node.type is not None and r.random() < 0.0005 else n
            return [self.one(node) for _ in range(n)]
        if node.repetition == OPTIONAL and r.random() < node.null_rate:
            return None
        return self.one(node)

    def one(self, node):
        self.budget -= 1
        if node.type is not None:
            return node.draw()
        value = {c.name: self.value(c) for c in node.children}
        if getattr(node, "shape", None) == "map":  # keys are unique
            entries = {e["key"]: e for e in value["key_value"]}
            value["key_value"] = list(entries.values())
        return value

    def finish(self, node, max_def, max_rep, path):
        node.max_def, node.max_rep, node.path = max_def, max_rep, path
        return node

    def shredded(self):
        """Levels and values of every column, a row group each."""
        for c in self.columns:
            c.groups = []
        bounds = [0] + self.cuts + [self.n_rows]  # two alike: a row group without rows
        for low, high in zip(bounds, bounds[1:]):
            columns = {id(c): [] for c in self.columns}
            for row in self.rows[low:high]:
                shred(self.root, row, 0, 0, 0, columns)
            for c in self.columns:
                c.groups.append(columns[id(c)])

    # ---- rows as JSON ----

    def lines(self, judge=None):
        return ["{" + ",".join(quoted(n.name) + ":" + field_text(n, row[n.name], judge) for n in self.nodes) + "}"
                for row in self.rows]

    # ---- how it is written ----

    def options(self):
        r = self.r
        self.profile = r.choice(["", "", "compat", "balanced", "smallest", "newest"])
        if r.random() < 0.3:  # let the profile choose; what would be HARD is chosen here
            for c in self.columns:
                if (self.hard or c.type != FIXED and c.kind.logical.get("kind") != DECIMAL) and \
                        (self.alp or self.profile != "newest" or c.type not in (FLOAT, DOUBLE)):
                    c.encoding = ""
        self.encoding = r.choice(["", "", "delta_binary_packed", "delta_byte_array", "plain"])
        self.page_bytes = r.choice([0, 0, 1, 64, 1000])
        self.page_rows = r.choice([0, 0, 1, 2, 7, 100])
        self.dictionary_bytes = r.choice([0, 0, 1, 40, 300])
        self.flags = r.choice([0, 0, IN_ORDER, IN_ORDER | HOLD_COLUMN])
        self.flags |= INT96_TOO if any(c.type == INT96 for c in self.columns) else 0
        for flag in (NO_CRC, NO_PAGE_INDEX, NO_STATISTICS, STRICT):
            self.flags |= flag if r.random() < 0.1 else 0
        self.key_values = [(quoted("k\u00e4y") * n, [None, "", "v\u00e4lue"][n % 3]) for n in range(r.choice([0, 0, 1, 5]))]
        for c in self.columns:
            c.bloom = r.choice([10000, 500000]) if c.type != BOOLEAN and r.random() < 0.2 else 0
            c.bloom_bytes = r.choice([0, 32, 1024])
        flat = [i for i, c in enumerate(self.columns) if c.max_rep == 0 and c.kind.name == "INT64"]
        self.sorting = []
        if flat and r.random() < 0.5:  # claimed only where it is so
            leaf = self.columns[flat[0]]
            if all(l[1] == leaf.max_def and (k == 0 or g[k - 1][2] <= l[2]) for g in leaf.groups for k, l in enumerate(g)):
                self.sorting = [flat[0]]

    def label(self):
        return f"case {self.index} of SEED={self.seed}"


def field_text(node, value, judge):
    if node.repetition == REPEATED:
        return "[" + ",".join(text(node, v, judge) for v in value) + "]"
    return "null" if value is None else text(node, value, judge)


def text(node, value, judge):
    if node.type is not None:
        return node.kind.texts.get(judge, node.kind.text)(value)
    if node.shape == "list":
        element = node.children[0].children[0]
        return "[" + ",".join(field_text(element, e[element.name], judge) for e in value["list"]) + "]"
    if node.shape == "map":
        key, of = node.children[0].children
        return "[" + ",".join('{"key":' + text(key, e["key"], judge) + ',"value":' + field_text(of, e["value"], judge) +
                              "}" for e in value["key_value"]) + "]"
    if judge == "DuckDB" and node.repetition == REPEATED and len(node.children) == 1:
        # "if we have a struct with only a single type, pull up": duckdb, extension/parquet/parquet_reader.cpp
        return field_text(node.children[0], value[node.children[0].name], judge)
    return "{" + ",".join(quoted(c.name) + ":" + field_text(c, value[c.name], judge) for c in node.children) + "}"


# ---- the description that write_case reads ----

def u32(*numbers):
    return struct.pack(f"<{len(numbers)}I", *(n & 0xFFFFFFFF for n in numbers))


def named(v):
    v = v.encode() if isinstance(v, str) else v
    return u32(len(v)) + v


def raw(c, v):
    if c.type == BYTE_ARRAY:
        return named(v)
    return struct.pack({BOOLEAN: "<B", INT32: "<i", INT64: "<q"}[c.type], v) if isinstance(v, int) else v


def node_bytes(node, parent):
    shape = getattr(node, "shape", None)
    logical = node.kind.logical if node.type is not None else {"kind": {"list": LIST, "map": MAP}.get(shape, 0)}
    get = lambda name: int(logical.get(name, 0))
    has_id = len(node.name) % 3 == 0
    return u32(parent) + named(node.name) + bytes([8 if node.type is None else node.type, node.repetition]) + \
        u32(node.length or 0) + bytes([has_id]) + u32(len(node.name) - 7) + \
        bytes([get("kind"), get("unit"), get("utc"), get("bits"), get("is_signed")]) + \
        u32(get("precision"), get("scale"), get("version"), logical.get("algorithm", -1)) + named(logical.get("crs", ""))


def schema_bytes(root):
    out = []

    def add(node, parent):
        out.append(node_bytes(node, parent))
        at = len(out)
        for child in node.children:
            add(child, at)
    for child in root.children:
        add(child, 0)
    return u32(len(out)) + b"".join(out)


def batch(leaf, c, levels, codes, r):
    values = [l[2] for l in levels if l[1] == c.max_def]
    whole = all(l[1] == c.max_def for l in levels)
    def_ = bytes(l[1] for l in levels) if not whole or r.random() < 0.5 else None
    rep = bytes(l[0] for l in levels) if any(l[0] for l in levels) or r.random() < 0.5 else None
    return b"w" + u32(leaf, len(levels), len(values)) + bytes([def_ is not None, rep is not None, codes is not None]) + \
        (def_ or b"") + (rep or b"") + b"".join(u32(codes[raw(c, v)]) if codes is not None else raw(c, v) for v in values)


def column_steps(case, leaf, c, levels):
    """The batches of one column in one row group."""
    r, out, codes = case.r, [], None
    alike = c.max_rep == 0 and levels and len({(l[1], None if l[2] is None else raw(c, l[2])) for l in levels}) == 1
    if alike and levels[0][1] in (0, c.max_def) and r.random() < 0.5:
        has = levels[0][1] == c.max_def
        return [b"r" + u32(leaf, len(levels)) + bytes([has]) + (raw(c, levels[0][2]) if has else b"")]
    if c.type != BOOLEAN and r.random() < (0.3 if c.encoding == "dictionary" else 0.05):
        entries = list(dict.fromkeys(raw(c, l[2]) for l in levels if l[1] == c.max_def))
        spare = raw(c, c.draw()) if c.draw and r.random() < 0.5 else None
        entries += [spare] if spare is not None and spare not in entries else []
        r.shuffle(entries)
        codes = {v: i for i, v in enumerate(entries)}
        out.append(b"d" + u32(leaf, len(entries)) + b"".join(entries))
    if not levels:  # a row group without rows has a batch without levels
        out.append(batch(leaf, c, [], None, r))
    at, most = 0, r.choice([1 << 30, 1 << 30, 50, 7, 1]) if len(levels) < 300 else 1 << 30
    while at < len(levels):
        n = min(len(levels) - at, r.randint(1, most))
        out.append(batch(leaf, c, levels[at:at + n], codes if r.random() < 0.8 else None, r))
        at += n
    return out


def group_steps(case, g):
    """Columns in order, or their batches mixed."""
    queues = [column_steps(case, i, c, c.groups[g]) for i, c in enumerate(case.columns)]
    if case.flags & IN_ORDER:
        return [s for i, queue in enumerate(queues) for s in queue + [b"c" + u32(i)]] + [b"g"]
    out, order = [], [i for i, queue in enumerate(queues) for _ in queue]
    case.r.shuffle(order)
    for i in order:
        out.append(queues[i].pop(0))
    return out + [b"g"]


def description(case, path):
    steps = [s for g in range(len(case.cuts) + 1) for s in group_steps(case, g)]
    columns = [u32(i) + named(c.codec) + named(c.encoding) + u32(c.bloom, c.bloom_bytes)
               for i, c in enumerate(case.columns)]
    body = named(path) + named(case.profile) + named("") + named(case.encoding) + \
        u32(case.page_bytes, case.page_rows, case.dictionary_bytes, case.version, case.flags, case.r.choice([0, 1, 5])) + \
        schema_bytes(case.root) + u32(len(columns)) + b"".join(columns) + \
        u32(len(case.sorting)) + b"".join(u32(i) + bytes(2) for i in case.sorting) + \
        u32(len(case.key_values)) + b"".join(named(k) + bytes([v is not None]) + named(v or "")
                                             for k, v in case.key_values) + \
        u32(len(steps)) + b"".join(steps)
    return u32(len(body)) + body


def refused(case, path):
    """The same file without the word that allows INT96."""
    flags, case.flags = case.flags, case.flags & ~INT96_TOO
    data = description(case, path)
    case.flags = flags
    return data


class Given(Case):
    """A file of given rows: {name: (kind, repetition, {"codec": .., "encoding": .., "bloom": ..})}, rows, rows a row
    group, and options of the writer."""

    def __init__(self, columns, rows, group_rows, page_rows=0, page_bytes=0, version=1, flags=0, profile="", sorting=()):
        self.r = random.Random(0)
        self.nodes = []
        for name, (kind, repetition, how) in columns.items():
            node = Node(name, kind.type, repetition, length=kind.length or None)
            node.kind, node.draw, node.codec, node.encoding = kind, None, how.get("codec", ""), how.get("encoding", "")
            node.bloom, node.bloom_bytes = how.get("bloom", 0), 0
            self.nodes.append(node)
        self.root = Node("schema", children=self.nodes)
        self.columns = [self.finish(*leaf) for leaf in leaves(self.root)]
        self.rows, self.n_rows, self.cuts = rows, len(rows), list(range(group_rows, len(rows), group_rows))
        self.shredded()
        self.page_rows, self.page_bytes, self.dictionary_bytes = page_rows, page_bytes, 0
        self.version, self.flags, self.profile, self.encoding = version, flags, profile, ""
        self.sorting, self.key_values = list(sorting), []
