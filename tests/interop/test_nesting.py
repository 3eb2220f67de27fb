"""Nested columns: random ones that pyarrow writes, the shapes of old writers made by hand, and the deepest.

Random: `inlay cat` prints what was handed to pyarrow, whatever the page version, codec, page size and row
groups. By hand: the record as it is stored, and the value that LogicalTypes.md, "Lists" and "Maps", makes of it.
"""
import os, random, tempfile
import pyarrow as pa
import pyarrow.parquet as pq
from handmade import *
from judge import *

work = tempfile.mkdtemp()
seed = int(os.environ.get("SEED", random.SystemRandom().randrange(10**6)))
rng = random.Random(seed)
print(f"  SEED={seed}")
PATH = os.path.join(work, "nested.parquet")

# ---- random schemas, written by pyarrow ----

FLAT = [pa.int32(), pa.uint64(), pa.float64(), pa.string(), pa.bool_(), pa.date32(), pa.binary(3),
        pa.decimal128(12, 2), pa.timestamp("us", "UTC"), pa.binary(), pa.float32()]


def random_type(depth):
    """`depth` is how deep it must at least go on somewhere; below that it may be flat."""
    kind = rng.choice(["list", "map", "struct"]) if depth > 0 else rng.choice(["flat", "flat", "flat", "list"])
    if kind == "flat":
        return rng.choice(FLAT)
    if kind == "list":
        return pa.list_(pa.field("element", random_type(depth - 1), rng.random() < 0.7))
    if kind == "map":
        return pa.map_(rng.choice([pa.string(), pa.int32()]),
                       pa.field("value", random_type(depth - 1), rng.random() < 0.7))
    fields = [random_type(depth - 1)] + [random_type(rng.randrange(0, 2)) for _ in range(rng.randrange(0, 3))]
    rng.shuffle(fields)
    return pa.struct([pa.field(f"f{i}", t, rng.random() < 0.7) for i, t in enumerate(fields)])


def random_flat(t):
    if pa.types.is_string(t):
        return rng.choice(["", "x", "\u00e9\"\\", "long " * rng.randrange(9)])
    if pa.types.is_boolean(t):
        return rng.random() < 0.5
    if pa.types.is_date(t):
        return datetime.date.fromordinal(rng.randrange(1, 3652059))
    if pa.types.is_fixed_size_binary(t):
        return bytes(rng.randrange(256) for _ in range(3))
    if pa.types.is_binary(t):
        return bytes(rng.randrange(256) for _ in range(rng.randrange(5)))
    if pa.types.is_decimal(t):
        return decimal.Decimal(rng.randrange(-10**12 + 1, 10**12)).scaleb(-2)
    if pa.types.is_timestamp(t):
        return datetime.datetime.fromtimestamp(rng.randrange(2 * 10**9), datetime.timezone.utc)
    if pa.types.is_floating(t):
        return rng.choice([0.0, -0.0, 1.5, -2.25e10, float("inf"), float("nan")])
    return rng.randrange(2**31)


def random_value(field):
    t = field.type
    if field.nullable and rng.random() < 0.25:
        return None
    if pa.types.is_struct(t):
        return {f.name: random_value(f) for f in t}
    if pa.types.is_map(t):
        return [(random_flat(t.key_type), random_value(t.item_field)) for _ in range(rng.choice([0, 0, 1, 2, 3]))]
    if pa.types.is_list(t):
        return [random_value(t.value_field) for _ in range(rng.choice([0, 0, 1, 2, 5]))]
    return random_flat(t)


for case in range(int(os.environ.get("CASES", 200))):
    fields = [pa.field(f"c{i}", random_type(rng.randrange(0, 8)), rng.random() < 0.8)
              for i in range(rng.randrange(1, 4))]
    n = rng.choice([1, 3, 50, 200])
    table = pa.table([pa.array([random_value(f) for _ in range(n)], f.type) for f in fields],
                     schema=pa.schema(fields))
    options = dict(data_page_version=rng.choice(["1.0", "2.0"]),
                   compression=rng.choice(["none", "snappy", "zstd", "gzip", "brotli", "lz4"]),
                   data_page_size=rng.choice([1, 100, 4096, 1 << 20]), write_batch_size=rng.choice([1, 7, 1024]),
                   row_group_size=rng.choice([1, 13, 1 << 20]), use_dictionary=rng.random() < 0.5,
                   dictionary_pagesize_limit=rng.choice([1, 1 << 20]), store_schema=rng.random() < 0.5,
                   use_compliant_nested_type=rng.random() < 0.7)
    try:
        pq.write_table(table, PATH, **options)
        why = compare_lines(cat_lines(PATH), table_lines(table))
        why = why or csv_oddity(PATH, cat_lines(PATH))
        if why is None:
            a, b = sorted(rng.randrange(n + 1) for _ in range(2))
            why = compare_lines(cat_lines(PATH, "--rows", f"{a}:{b}"), table_lines(table)[a:b])
            why = why or compare_lines(cat_lines(PATH, "--columns", "c0"), table_lines(table.select(["c0"])))
        if inlay("verify", PATH, check=False).returncode:
            why = why or "verify finds something"
    except Exception as e:
        why = str(e)
    fact(f"nesting: random case {case} (SEED={seed})", why is None, f"{why}; {options}; {table.schema}")

# ---- shapes by hand ----

R = REPEATED


def i32(name, repetition=OPTIONAL):
    return Node(name, INT32, repetition)


def s(name, repetition=REQUIRED):
    return Node(name, BYTE_ARRAY, repetition, converted=UTF8)


PYARROW, DUCKDB = "pyarrow", "DuckDB"
SETS = "makes a map without values a list of its keys (LogicalTypes.md allows both)"
KEYS = "refuses optional keys"
SHAPES = {
    "3-level list: null, empty, of null": (
        group("l", group("list", i32("element"), repetition=R), converted=LIST),
        [None, {"list": []}, {"list": [{"element": None}]}, {"list": [{"element": 1}, {"element": None}]}],
        ["null", "[]", "[null]", "[1,null]"], {}),
    "3-level list of required elements in a required list": (
        group("l", group("list", i32("element", REQUIRED), repetition=R), converted=LIST, repetition=REQUIRED),
        [{"list": []}, {"list": [{"element": 1}, {"element": 2}]}], ["[]", "[1,2]"], {}),
    "names do not matter: bag and array_element, as Hive writes": (
        group("l", group("bag", i32("array_element"), repetition=R), converted=LIST),
        [{"bag": [{"array_element": None}, {"array_element": 7}]}], ["[null,7]"], {}),
    "rule 1: a repeated value is a required element": (
        group("l", i32("element", R), converted=LIST), [None, {}, {"element": [1, 2]}], ["null", "[]", "[1,2]"], {}),
    "rule 2: a repeated group of two fields is the element": (
        group("l", group("element", s("str"), i32("num", REQUIRED), repetition=R), converted=LIST),
        [None, {"element": []}, {"element": [{"str": "a", "num": 1}, {"str": "b", "num": 2}]}],
        ["null", "[]", '[{"str":"a","num":1},{"str":"b","num":2}]'], {}),
    "rule 3: nested 2-level lists": (
        group("l", group("array", i32("array", R), repetition=R, converted=LIST), converted=LIST),
        [None, {"array": []}, {"array": [{}]}, {"array": [{"array": [1, 2]}, {}, {"array": [3]}]}],
        ["null", "[]", "[[]]", "[[1,2],[],[3]]"], {}),
    "rule 3: a repeated group whose one field repeats is the element, whatever it is called": (
        group("l", group("list", i32("x", R), repetition=R), converted=LIST),
        [{"list": [{"x": [1]}, {}]}], ['[{"x":[1]},{"x":[]}]'], {DUCKDB: "knows no rule 3"}),
    "rule 3: three 2-level lists in each other": (
        group("l", group("array", group("array", i32("array", R), repetition=R, converted=LIST), repetition=R,
                         converted=LIST), converted=LIST),
        [{"array": [{"array": [{"array": [1]}, {}]}, {}]}], ["[[[1],[]],[]]"], {}),
    "rule 4: array": (
        group("l", group("array", s("str"), repetition=R), converted=LIST),
        [{"array": [{"str": "a"}, {"str": "b"}]}], ['[{"str":"a"},{"str":"b"}]'], {DUCKDB: "knows no rule 4"}),
    "rule 4: the list's name and _tuple": (
        group("my_list", group("my_list_tuple", s("str"), repetition=R), converted=LIST),
        [{"my_list_tuple": [{"str": "a"}]}], ['[{"str":"a"}]'], {DUCKDB: "knows no rule 4"}),
    "rule 4: another list's name and _tuple is rule 5": (
        group("my_list", group("other_tuple", s("str"), repetition=R), converted=LIST),
        [{"other_tuple": [{"str": "a"}]}], ['["a"]'], {}),
    "rule 5: element of any name": (
        group("l", group("element", s("str", OPTIONAL), repetition=R), converted=LIST),
        [{"element": [{"str": None}, {"str": "a"}]}], ['[null,"a"]'], {}),
    "a list of lists of 3 levels": (
        group("l", group("list", group("element", group("list", i32("element"), repetition=R), converted=LIST),
                         repetition=R), converted=LIST),
        [{"list": [{"element": None}, {"element": {"list": []}}, {"element": {"list": [{"element": None}]}}]}],
        ["[null,[],[null]]"], {}),
    "LIST by LogicalType alone": (
        group("l", group("list", i32("element"), repetition=R), logical=union(3)),
        [{"list": [{"element": 1}]}], ["[1]"], {DUCKDB: "looks at ConvertedType only"}),
    "a repeated value without annotation": (i32("x", R), [[], [1], [1, 2]], ["[]", "[1]", "[1,2]"], {}),
    "a repeated group without annotation": (
        group("g", i32("a"), s("b"), repetition=R), [[], [{"a": 1, "b": "x"}, {"a": None, "b": "y"}]],
        ["[]", '[{"a":1,"b":"x"},{"a":null,"b":"y"}]'], {}),
    "a repeated group in a repeated group without annotation": (
        group("g", group("h", i32("a", REQUIRED), repetition=R), repetition=R),
        [[{"h": [{"a": 1}, {"a": 2}]}, {"h": []}]], ['[{"h":[{"a":1},{"a":2}]},{"h":[]}]'],
        {DUCKDB: "leaves out groups of one field, as if they were lists"}),
    "a LIST whose field does not repeat is a struct": (
        group("l", i32("element"), converted=LIST), [{"element": 1}, None], ['{"element":1}', "null"],
        {PYARROW: "refuses the file", DUCKDB: "leaves out the group"}),
    "a map": (
        group("m", group("key_value", s("key"), i32("value"), repetition=R), converted=MAP),
        [None, {"key_value": []}, {"key_value": [{"key": "a", "value": 1}, {"key": "b", "value": None}]}],
        ["null", "[]", '[{"key":"a","value":1},{"key":"b","value":null}]'], {}),
    "a map with a key twice": (
        group("m", group("key_value", s("key"), i32("value"), repetition=R), converted=MAP),
        [{"key_value": [{"key": "a", "value": 1}, {"key": "a", "value": 2}]}],
        ['[{"key":"a","value":1},{"key":"a","value":2}]'], {}),
    "a map with names of its own: by position": (
        group("m", group("map", s("str"), i32("num", REQUIRED), repetition=R), converted=MAP),
        [{"map": [{"str": "a", "num": 1}]}], ['[{"key":"a","value":1}]'], {}),
    "MAP_KEY_VALUE on the outer group is MAP": (
        group("m", group("map", s("key"), i32("value"), repetition=R), converted=MAP_KEY_VALUE),
        [{"map": [{"key": "a", "value": None}]}], ['[{"key":"a","value":null}]'],
        {DUCKDB: "refuses it"}),
    "MAP_KEY_VALUE on the repeated group as well": (
        group("m", group("map", s("key"), i32("value"), repetition=R, converted=MAP_KEY_VALUE), converted=MAP),
        [{"map": [{"key": "a", "value": 1}]}], ['[{"key":"a","value":1}]'], {}),
    "optional keys, as Presto wrote": (
        group("m", group("map", s("key", OPTIONAL), i32("value"), repetition=R), converted=MAP),
        [{"map": [{"key": None, "value": 1}, {"key": "a", "value": 2}]}],
        ['[{"key":null,"value":1},{"key":"a","value":2}]'], {PYARROW: KEYS, DUCKDB: "refuses null keys"}),
    "a map without values": (
        group("m", group("key_value", s("key"), repetition=R), converted=MAP),
        [{"key_value": [{"key": "a"}]}, None], ['[{"key":"a","value":null}]', "null"],
        {PYARROW: SETS, DUCKDB: "refuses it"}),
    "a map of maps": (
        group("m", group("key_value", s("key"), group("value", group("key_value", i32("key", REQUIRED), i32("value"),
                                                                     repetition=R), converted=MAP),
                         repetition=R), converted=MAP),
        [{"key_value": [{"key": "a", "value": None},
                        {"key": "b", "value": {"key_value": [{"key": 1, "value": 2}]}}]}],
        ['[{"key":"a","value":null},{"key":"b","value":[{"key":1,"value":2}]}]'], {}),
    "a map whose keys are groups": (
        group("m", group("key_value", group("key", i32("x"), repetition=REQUIRED), i32("value"), repetition=R),
              converted=MAP),
        [{"key_value": [{"key": {"x": 1}, "value": 2}]}], ['[{"key":{"x":1},"value":2}]'], {}),
    "a 2-level list of maps": (
        group("l", group("array", group("key_value", s("key"), i32("value"), repetition=R), repetition=R,
                         converted=MAP), converted=LIST),
        [{"array": [{"key_value": [{"key": "a", "value": 1}]}, {"key_value": []}]}],
        ['[[{"key":"a","value":1}],[]]'], {}),
    "a repeated LIST group outside of a list": (
        group("l", group("list", i32("element"), repetition=R), repetition=R, converted=LIST),
        [[], [{"list": [{"element": 1}, {"element": None}]}, {"list": []}]], ["[]", "[[1,null],[]]"],
        {PYARROW: "refuses the file"}),
    "a MAP of three fields is a group": (
        group("m", group("key_value", s("key"), i32("value"), i32("more"), repetition=R), converted=MAP),
        [{"key_value": [{"key": "a", "value": 1, "more": 2}]}],
        ['{"key_value":[{"key":"a","value":1,"more":2}]}'], {PYARROW: "refuses the file", DUCKDB: "refuses the file"}),
    "a MAP of repeated values is a group": (
        group("m", i32("key", R), converted=MAP), [{"key": [1, 2]}, None], ['{"key":[1,2]}', "null"],
        {PYARROW: "refuses the file", DUCKDB: "leaves out the group"}),
    "a group that is null, and one whose fields are": (
        group("g", i32("a"), group("h", i32("b"))), [None, {}, {"h": {}}, {"a": 1, "h": {"b": 2}}],
        ["null", '{"a":null,"h":null}', '{"a":null,"h":{"b":null}}', '{"a":1,"h":{"b":2}}'], {}),
    "a group without fields": (
        group("g", i32("a"), Node("empty", None, OPTIONAL)), [{"a": 1}, None], ['{"a":1,"empty":null}', "null"],
        {PYARROW: "refuses the file", DUCKDB: "refuses the file"}),
}
for name, (node, values, want, but) in SHAPES.items():
    write(PATH, [node, i32("after")], [{node.name: v, "after": i} for i, v in enumerate(values)])
    want = [f'{{"{node.name}":{w},"after":{i}}}' for i, w in enumerate(want)]
    try:
        lines = cat_lines(PATH)
        verify = inlay("verify", PATH, check=False)
        fact(f"nesting: verify finds nothing: {name}", verify.returncode == 0, verify.stdout)
    except RuntimeError as e:
        lines = [str(e)]
    fact(f"nesting: {name}", lines == want, f"{lines}, want {want}")
    for judge, read in ((PYARROW, arrow_lines), (DUCKDB, duck_lines)):
        try:
            odd = compare_lines(lines, read(PATH))
        except Exception as e:
            odd = "does not read it: " + str(e).splitlines()[0]
        if judge not in but:
            fact(f"nesting: {judge} says the same: {name}", odd is None, odd)
        elif os.environ.get("SHOW"):
            print(f"  {name}: {judge} {but[judge]}: {odd}")

# ---- the deepest: limits.schema_depth is 256 groups in each other, the root among them ----


def deep_groups(n, repetition):
    node, value, text = i32("x"), 7, "7"
    for i in range(n):
        node, value = group("g", node, repetition=repetition), {node.name: value}
        text = f'{{"{"x" if i == 0 else "g"}":{text}}}'
    return node, value, text


def deep_lists(n):
    node, value, text = i32("element"), 7, "7"
    for i in range(n):
        node = group("element", group("list", node, repetition=R), converted=LIST)
        value = {"list": [{"element": value}]}
        text = f"[{text}]"
    node.name, node.element = "l", [(k, t, "l" if k == 4 else v) for k, t, v in node.element]
    return node, value, text


for name, (node, value, text) in {
    "254 optional groups": deep_groups(254, OPTIONAL),
    "255 required groups": deep_groups(255, REQUIRED),
    "127 lists in each other": deep_lists(127),
}.items():
    write(PATH, [node], [{node.name: value}, {node.name: value if "required" in name else None}])
    want = [f'{{"{node.name}":{text}}}', f'{{"{node.name}":{text if "required" in name else "null"}}}']
    try:
        lines = cat_lines(PATH)
    except RuntimeError as e:
        lines = [str(e)]
    fact(f"nesting: {name}", lines == want, str(lines)[:200])
for name, (node, value, text) in {
    "256 groups below the root": deep_groups(256, REQUIRED),
    "256 levels": deep_groups(255, OPTIONAL),
    "128 lists in each other": deep_lists(128),
    "400 groups": deep_groups(400, REQUIRED),
}.items():
    write(PATH, [node], [{node.name: value}])
    r = inlay("cat", PATH, check=False)
    fact(f"nesting: refused, not crashed: {name}",
         r.returncode == 1 and (b"limits.schema_depth" in r.stderr or b"255 levels" in r.stderr), r.stderr)
finish("nesting")
