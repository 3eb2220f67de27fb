"""Every physical type under every annotation, legal and not: values and schema, from files written by hand.

Expected texts are worked out from LogicalTypes.md and inlay(1); pyarrow and DuckDB read the same files, and
where one of them reads something else or nothing, the case says why.
"""
import os, tempfile
from handmade import *
from judge import *

work = tempfile.mkdtemp()
PYARROW, DUCKDB = "pyarrow", "DuckDB"

# Why a judge's values are others, or none.
ILLEGAL = "refuses the file: parquet-format pull 606 says to drop the annotation and read the physical type"
KEEPS = "reads values by an annotation that is illegal here: parquet-format pull 606 says to drop it"
ROUNDS = "keeps INT96 in microseconds"
WRAPS = "wraps in 64 bits"
BEYOND = "has no such moment in 64 bits of microseconds"
NO_FLBA12 = "has no such moment in 64 bits"
NO_ZONE = "has times without zone"
LOCAL = "takes ConvertedType alone as local time, LogicalTypes.md says UTC"
HUGE = "has no decimal so wide"
UNKNOWN_LOST = "lets UNKNOWN win and shows null"


def column(node, values, want, shown, but=None):
    """A file with the optional column x; `want` are JSON texts, `shown` the line of `inlay schema`."""
    return node, values, want, shown, but or {}


def leaf(type, **more):
    return Node("x", type, OPTIONAL, **more)


def both(member, converted, fields=(), **more):
    return dict(logical=union(member, fields), converted=converted, **more)


def q(text):
    return f'"{text}"'


def b64(data):
    return q(base64.b64encode(data).decode())


def signed96(v):
    return v.to_bytes(12, "little", signed=True)


def int96(day, nanos):
    return struct.pack("<qi", nanos, day)


def be(v, n):
    return v.to_bytes(n, "big", signed=True)


def integer(bits, signed):
    return union(10, [(1, "i8", bits), (2, "bool", signed)])


def decimal_type(precision, scale):
    return dict(logical=union(5, [(1, "i32", scale), (2, "i32", precision)]), converted=DECIMAL, scale=scale,
                precision=precision)


UUID_BYTES = bytes.fromhex("00112233445566778899aabbccddeeff")
DAY = 86400
CASES = {
    # ---- physical types without annotation ----
    "BOOLEAN": column(leaf(BOOLEAN), [True, False, None], ["true", "false", "null"], "boolean x"),
    "INT32": column(leaf(INT32), [-2**31, 2**31 - 1], ["-2147483648", "2147483647"], "int32 x"),
    "INT64": column(leaf(INT64), [-2**63, 2**63 - 1], ["-9223372036854775808", "9223372036854775807"], "int64 x"),
    "INT96: epoch, a day before it, nanoseconds": column(
        leaf(INT96), [int96(2440588, 0), int96(2440587, 86399999999999), int96(2440589, 1)],
        [q("1970-01-01T00:00:00.000000000"), q("1969-12-31T23:59:59.999999999"), q("1970-01-02T00:00:00.000000001")],
        "int96 x", {DUCKDB: ROUNDS}),
    "INT96: first and last day": column(
        leaf(INT96), [int96(-2**31, 0), int96(2**31 - 1, 86399999999999)],
        [q(civil(-2**31 - 2440588) + "T00:00:00.000000000"), q(civil(2**31 - 1 - 2440588) + "T23:59:59.999999999")],
        "int96 x", {PYARROW: WRAPS, DUCKDB: WRAPS}),
    "INT96: nanoseconds beyond a day and below none": column(
        leaf(INT96), [int96(2440588, DAY * 10**9), int96(2440588, -1)],
        [q("1970-01-02T00:00:00.000000000"), q("1969-12-31T23:59:59.999999999")], "int96 x", {DUCKDB: ROUNDS}),
    "FLOAT": column(leaf(FLOAT), [0.5, float("-inf"), float("nan"), -0.0, 2.0**-149],
                    ["0.5", q("-Infinity"), q("NaN"), "-0.0", "1e-45"], "float x"),
    "DOUBLE": column(leaf(DOUBLE), [0.1, float("inf"), 5e-324], ["0.1", q("Infinity"), "5e-324"], "double x"),
    "BYTE_ARRAY": column(leaf(BYTE_ARRAY), [b"", b"\0\xff", b"abc"], [q(""), q("AP8="), q("YWJj")], "binary x"),
    "FIXED_LEN_BYTE_ARRAY": column(leaf(FIXED, length=3), [b"abc"], [q("YWJj")], "fixed_len_byte_array(3) x"),
    # ---- ConvertedType alone, as writers before 2.4 have it ----
    "UTF8": column(leaf(BYTE_ARRAY, converted=UTF8), ["a\"\n", "\u00e4\U0001f680", ""],
                   [q("a\\\"\\n"), q("\u00e4\U0001f680"), q("")], "binary x (STRING)"),
    "ENUM": column(leaf(BYTE_ARRAY, converted=ENUM), ["RED"], [q("RED")], "binary x (ENUM)",
                   {PYARROW: "shows ENUM as bytes"}),
    "JSON": column(leaf(BYTE_ARRAY, converted=JSON), ['{"a":1}'], [q('{\\"a\\":1}')], "binary x (JSON)"),
    "BSON": column(leaf(BYTE_ARRAY, converted=BSON), [b"\5\0\0\0\0"], [q("BQAAAAA=")], "binary x (BSON)",
                   {DUCKDB: "refuses BSON"}),
    "DATE": column(leaf(INT32, converted=DATE), [0, -1, -719529, 2932897, -2**31],
                   [q("1970-01-01"), q("1969-12-31"), q("-0001-12-31"), q("+10000-01-01"), q(civil(-2**31))],
                   "int32 x (DATE)"),
    "TIME_MILLIS": column(leaf(INT32, converted=TIME_MILLIS), [0, 45296789, 86399999],
                          [q("00:00:00.000Z"), q("12:34:56.789Z"), q("23:59:59.999Z")],
                          "int32 x (TIME(MILLIS,true))", {PYARROW: NO_ZONE, DUCKDB: LOCAL}),
    "TIME_MICROS": column(leaf(INT64, converted=TIME_MICROS), [45296789012], [q("12:34:56.789012Z")],
                          "int64 x (TIME(MICROS,true))", {PYARROW: NO_ZONE, DUCKDB: LOCAL}),
    "TIMESTAMP_MILLIS": column(leaf(INT64, converted=TIMESTAMP_MILLIS), [-1, 1700000000123],
                               [q("1969-12-31T23:59:59.999Z"), q("2023-11-14T22:13:20.123Z")],
                               "int64 x (TIMESTAMP(MILLIS,true))", {DUCKDB: LOCAL}),
    "TIMESTAMP_MICROS": column(leaf(INT64, converted=TIMESTAMP_MICROS), [1700000000123456],
                               [q("2023-11-14T22:13:20.123456Z")], "int64 x (TIMESTAMP(MICROS,true))",
                               {DUCKDB: LOCAL}),
    "UINT_8, and what is stored beyond it": column(
        leaf(INT32, converted=UINT_8), [255, 256, -1, 300], ["255", "0", "255", "44"],
        "int32 x (INTEGER(8,false))"),
    "UINT_16, and what is stored beyond it": column(
        leaf(INT32, converted=UINT_16), [65535, 65543, -1], ["65535", "7", "65535"],
        "int32 x (INTEGER(16,false))"),
    "UINT_32": column(leaf(INT32, converted=UINT_32), [-1, 7], ["4294967295", "7"], "int32 x (INTEGER(32,false))"),
    "UINT_64": column(leaf(INT64, converted=UINT_64), [-1, 7], ["18446744073709551615", "7"],
                      "int64 x (INTEGER(64,false))"),
    "INT_8, and what is stored beyond it": column(
        leaf(INT32, converted=INT_8), [-128, 128, 200, -129], ["-128", "-128", "-56", "127"],
        "int32 x (INTEGER(8,true))"),
    "INT_16, and what is stored beyond it": column(
        leaf(INT32, converted=INT_16), [-32768, 40000], ["-32768", "-25536"], "int32 x (INTEGER(16,true))"),
    "INT_32": column(leaf(INT32, converted=INT_32), [-5], ["-5"], "int32 x (INTEGER(32,true))"),
    "INT_64": column(leaf(INT64, converted=INT_64), [-5], ["-5"], "int64 x (INTEGER(64,true))"),
    "INTERVAL": column(leaf(FIXED, length=12, converted=INTERVAL),
                       [struct.pack("<III", 14, 3, 52), struct.pack("<III", 2**32 - 1, 0, 2**32 - 1)],
                       [q("P14M3DT0.052S"), q("P4294967295M0DT4294967.295S")],
                       "fixed_len_byte_array(12) x (INTERVAL)",
                       {PYARROW: "shows INTERVAL as bytes", DUCKDB: "has signed months and days"}),
    "INTERVAL with LogicalType UNKNOWN beside it, as parquet-java writes it": column(
        leaf(FIXED, length=12, converted=INTERVAL, logical=union(11)), [struct.pack("<III", 1, 2, 3000)],
        [q("P1M2DT3.000S")], "fixed_len_byte_array(12) x (INTERVAL)",
        {PYARROW: UNKNOWN_LOST, DUCKDB: UNKNOWN_LOST}),
    "DECIMAL without a scale has none": column(leaf(INT32, converted=DECIMAL, precision=4), [1234], [q("1234")],
                                               "int32 x (DECIMAL(4,0))",
                                               {DUCKDB: "wants a scale; LogicalTypes.md: a missing one is 0"}),
    # ---- LogicalType, with its ConvertedType where it has one ----
    "STRING": column(leaf(BYTE_ARRAY, **both(1, UTF8)), ["x"], [q("x")], "binary x (STRING)"),
    "LogicalType alone": column(leaf(BYTE_ARRAY, logical=union(1)), ["x"], [q("x")], "binary x (STRING)",
                                {DUCKDB: "looks at ConvertedType only and shows bytes"}),
    "TIME(MILLIS, local)": column(leaf(INT32, logical=time_type(7, 1, False)), [1], [q("00:00:00.001")],
                                  "int32 x (TIME(MILLIS,false))"),
    "TIME(MICROS, UTC)": column(leaf(INT64, logical=time_type(7, 2, True)), [1], [q("00:00:00.000001Z")],
                                "int64 x (TIME(MICROS,true))",
                                {PYARROW: NO_ZONE, DUCKDB: NO_ZONE}),
    "TIME(NANOS, local)": column(leaf(INT64, logical=time_type(7, 3, False)), [DAY * 10**9 - 1],
                                 [q("23:59:59.999999999")], "int64 x (TIME(NANOS,false))"),
    "TIME outside a day": column(leaf(INT32, logical=time_type(7, 1, False)), [-1, DAY * 1000],
                                 [q("-00:00:00.001"), q("24:00:00.000")], "int32 x (TIME(MILLIS,false))",
                                 {PYARROW: "keeps it, but as text it cannot be compared", DUCKDB: "refuses it"}),
    "TIMESTAMP(MILLIS, local)": column(
        leaf(INT64, logical=time_type(8, 1, False)), [0, -62167219200001, 253402300800000],
        [q("1970-01-01T00:00:00.000"), q("-0001-12-31T23:59:59.999"), q("+10000-01-01T00:00:00.000")],
        "int64 x (TIMESTAMP(MILLIS,false))"),
    "TIMESTAMP(MILLIS, UTC), all of 64 bits": column(
        leaf(INT64, logical=time_type(8, 1, True)), [-2**63, 2**63 - 1],
        [q(moment(-2**63, "ms", True)), q(moment(2**63 - 1, "ms", True))],
        "int64 x (TIMESTAMP(MILLIS,true))", {DUCKDB: BEYOND}),
    "TIMESTAMP(MICROS, local) wins over its ConvertedType": column(
        leaf(INT64, logical=time_type(8, 2, False), converted=TIMESTAMP_MICROS), [1],
        [q("1970-01-01T00:00:00.000001")],
        "int64 x (TIMESTAMP(MICROS,false))"),
    "TIMESTAMP(NANOS, UTC)": column(
        leaf(INT64, logical=time_type(8, 3, True)), [-2**63, 2**63 - 1],
        [q("1677-09-21T00:12:43.145224192Z"), q("2262-04-11T23:47:16.854775807Z")],
        "int64 x (TIMESTAMP(NANOS,true))"),
    "TIMESTAMP on 12 bytes that 8 would hold": column(
        leaf(FIXED, length=12, logical=time_type(8, 2, True)), [signed96(1700000000123456), signed96(-1)],
        [q("2023-11-14T22:13:20.123456Z"), q("1969-12-31T23:59:59.999999Z")],
        "fixed_len_byte_array(12) x (TIMESTAMP(MICROS,true))",
        {DUCKDB: "is wrong below zero; parquet-format pull 601: two's complement, little-endian"}),
    "TIMESTAMP on 12 bytes, milliseconds": column(
        leaf(FIXED, length=12, logical=time_type(8, 1, True)),
        [signed96(0), signed96(-1), signed96(253402300800000), signed96(-2**95), signed96(2**95 - 1)],
        [q("1970-01-01T00:00:00.000Z"), q("1969-12-31T23:59:59.999Z"), q("+10000-01-01T00:00:00.000Z"),
         q(moment(-2**95, "ms", True)), q(moment(2**95 - 1, "ms", True))],
        "fixed_len_byte_array(12) x (TIMESTAMP(MILLIS,true))", {PYARROW: NO_FLBA12, DUCKDB: NO_FLBA12}),
    "TIMESTAMP on 12 bytes, microseconds": column(
        leaf(FIXED, length=12, logical=time_type(8, 2, False)),
        [signed96(-62167219200000001), signed96(2**64), signed96(-2**64), signed96(-2**95)],
        [q("-0001-12-31T23:59:59.999999"), q(moment(2**64, "us")), q(moment(-2**64, "us")), q(moment(-2**95, "us"))],
        "fixed_len_byte_array(12) x (TIMESTAMP(MICROS,false))", {PYARROW: NO_FLBA12, DUCKDB: NO_FLBA12}),
    "TIMESTAMP on 12 bytes, nanoseconds": column(
        leaf(FIXED, length=12, logical=time_type(8, 3, True)),
        [signed96(253402300800 * 10**9), signed96(-62167219200 * 10**9 - 1), signed96(2**95 - 1)],
        [q("+10000-01-01T00:00:00.000000000Z"), q("-0001-12-31T23:59:59.999999999Z"),
         q(moment(2**95 - 1, "ns", True))],
        "fixed_len_byte_array(12) x (TIMESTAMP(NANOS,true))", {PYARROW: NO_FLBA12, DUCKDB: NO_FLBA12}),
    "INTEGER(8, signed)": column(leaf(INT32, logical=integer(8, True), converted=INT_8), [-1], ["-1"],
                                 "int32 x (INTEGER(8,true))"),
    "LogicalType wins over a ConvertedType that says otherwise": column(
        leaf(INT32, logical=integer(16, True), converted=UINT_8), [-1], ["-1"], "int32 x (INTEGER(16,true))",
        {DUCKDB: "lets ConvertedType win; parquet.thrift: LogicalType replaces it"}),
    "UUID": column(leaf(FIXED, length=16, logical=union(14)), [UUID_BYTES],
                   [q("00112233-4455-6677-8899-aabbccddeeff")], "fixed_len_byte_array(16) x (UUID)"),
    "FLOAT16": column(
        leaf(FIXED, length=2, logical=union(15)),
        [struct.pack("<e", 1.5), struct.pack("<H", 1), struct.pack("<H", 0x7BFF), b"\0\xfc", b"\1\x7c", b"\0\x80"],
        ["1.5", "6e-08", "65500.0", q("-Infinity"), q("NaN"), "-0.0"], "fixed_len_byte_array(2) x (FLOAT16)",
        {DUCKDB: "shows halves as floats"}),
    "UNKNOWN: always null": column(leaf(INT32, logical=union(11)), [None, None], ["null", "null"],
                                   "int32 x (UNKNOWN)"),
    "GEOMETRY with a crs": column(
        leaf(BYTE_ARRAY, logical=union(17, [(1, "bin", "EPSG:5070")])), [bytes.fromhex("0101000000") + bytes(16)],
        [b64(bytes.fromhex("0101000000") + bytes(16))], "binary x (GEOMETRY(EPSG:5070))"),
    "GEOGRAPHY with edges": column(
        leaf(BYTE_ARRAY, logical=union(18, [(1, "bin", "OGC:CRS84"), (2, "i32", 4)])),
        [bytes.fromhex("0101000000") + bytes(16)], [b64(bytes.fromhex("0101000000") + bytes(16))],
        "binary x (GEOGRAPHY(OGC:CRS84,KARNEY))"),
    # ---- DECIMAL in its four homes ----
    "DECIMAL on INT32": column(leaf(INT32, **decimal_type(9, 2)), [-5, 0, 123456789],
                               [q("-0.05"), q("0.00"), q("1234567.89")], "int32 x (DECIMAL(9,2))"),
    "DECIMAL on INT64": column(leaf(INT64, **decimal_type(18, 18)), [-10**18 + 1],
                               [q("-0.999999999999999999")], "int64 x (DECIMAL(18,18))"),
    "DECIMAL on INT64 that INT32 would hold": column(leaf(INT64, **decimal_type(5, 1)), [-123], [q("-12.3")],
                                                     "int64 x (DECIMAL(5,1))"),
    "DECIMAL on FIXED_LEN_BYTE_ARRAY": column(
        leaf(FIXED, length=9, **decimal_type(20, 3)), [be(-1, 9), be(10**20 - 1, 9)],
        [q("-0.001"), q("99999999999999999.999")], "fixed_len_byte_array(9) x (DECIMAL(20,3))"),
    "DECIMAL on a wider FIXED_LEN_BYTE_ARRAY than needed": column(
        leaf(FIXED, length=16, **decimal_type(3, 1)), [be(-999, 16)], [q("-99.9")],
        "fixed_len_byte_array(16) x (DECIMAL(3,1))"),
    "DECIMAL of 40 bytes": column(
        leaf(FIXED, length=40, **decimal_type(95, 0)), [be(-10**95 + 1, 40), be(2**319 - 1, 40)],
        [q(str(-10**95 + 1)), q(str(2**319 - 1))], "fixed_len_byte_array(40) x (DECIMAL(95,0))",
        {PYARROW: HUGE, DUCKDB: HUGE}),
    "DECIMAL on BYTE_ARRAY: minimal, not minimal": column(
        leaf(BYTE_ARRAY, **decimal_type(20, 2)), [b"\x80", b"\xff" * 12 + b"\x80", b"\0" * 5 + b"\1\0"],
        [q("-1.28"), q("-1.28"), q("2.56")], "binary x (DECIMAL(20,2))"),
    "DECIMAL on BYTE_ARRAY: no bytes are 0": column(
        leaf(BYTE_ARRAY, **decimal_type(9, 2)), [b"", b"\1"], [q("0.00"), q("0.01")], "binary x (DECIMAL(9,2))",
        {PYARROW: "refuses a decimal of no bytes"}),
    "DECIMAL(60) on BYTE_ARRAY": column(
        leaf(BYTE_ARRAY, **decimal_type(60, 30)), [be(-10**60 + 1, 26)],
        [q("-" + "9" * 30 + "." + "9" * 30)], "binary x (DECIMAL(60,30))", {DUCKDB: HUGE}),
    # ---- illegal or unknown annotations: dropped, the physical value is shown ----
    "LogicalType of a later version": column(leaf(INT32, logical=union(99)), [7], ["7"], "int32 x"),
    "LogicalType without a member": column(leaf(INT32, logical=[]), [7], ["7"], "int32 x"),
    "ConvertedType of a later version": column(leaf(INT32, converted=99), [7], ["7"], "int32 x",
                                               {PYARROW: ILLEGAL, DUCKDB: ILLEGAL}),
    "UUID on INT32": column(leaf(INT32, logical=union(14)), [7], ["7"], "int32 x"),
    "UUID on 15 bytes": column(leaf(FIXED, length=15, logical=union(14)), [b"\0" * 15], [b64(b"\0" * 15)],
                               "fixed_len_byte_array(15) x", {DUCKDB: KEEPS}),
    "STRING on INT64": column(leaf(INT64, converted=UTF8), [7], ["7"], "int64 x",
                              {PYARROW: ILLEGAL, DUCKDB: ILLEGAL}),
    "DATE on INT64": column(leaf(INT64, converted=DATE), [7], ["7"], "int64 x", {PYARROW: ILLEGAL, DUCKDB: ILLEGAL}),
    "TIME in a unit of a later version": column(leaf(INT64, logical=time_type(7, 9, True)), [7], ["7"], "int64 x",
                                                {PYARROW: ILLEGAL, DUCKDB: ILLEGAL}),
    "TIMESTAMP(MILLIS) on INT32": column(leaf(INT32, logical=time_type(8, 1, True)), [7], ["7"], "int32 x",
                                         {DUCKDB: KEEPS}),
    "INTEGER of 24 bits": column(leaf(INT32, logical=integer(24, True)), [7], ["7"], "int32 x",
                                 {PYARROW: ILLEGAL}),
    "FLOAT16 on 4 bytes": column(leaf(FIXED, length=4, logical=union(15)), [b"abcd"], [b64(b"abcd")],
                                 "fixed_len_byte_array(4) x"),
    "INTERVAL on 11 bytes": column(leaf(FIXED, length=11, converted=INTERVAL), [b"abcdefghijk"],
                                   [b64(b"abcdefghijk")], "fixed_len_byte_array(11) x",
                                   {PYARROW: ILLEGAL, DUCKDB: ILLEGAL}),
    "MAP on a leaf": column(leaf(INT32, converted=MAP), [7], ["7"], "int32 x", {PYARROW: ILLEGAL, DUCKDB: ILLEGAL}),
    "DECIMAL with a negative scale": column(leaf(INT32, **decimal_type(5, -2)), [7], ["7"], "int32 x",
                                            {PYARROW: ILLEGAL, DUCKDB: ILLEGAL}),
    "DECIMAL with more scale than precision": column(leaf(INT32, **decimal_type(2, 3)), [7], ["7"], "int32 x",
                                                     {PYARROW: ILLEGAL, DUCKDB: ILLEGAL}),
    "DECIMAL without precision": column(leaf(INT32, converted=DECIMAL, scale=0), [7], ["7"], "int32 x",
                                        {PYARROW: ILLEGAL, DUCKDB: ILLEGAL}),
    "DECIMAL(10) on INT32": column(leaf(INT32, **decimal_type(10, 0)), [7], ["7"], "int32 x",
                                   {DUCKDB: KEEPS}),
    "DECIMAL(5) on 2 bytes": column(leaf(FIXED, length=2, **decimal_type(5, 0)), [b"\0\7"], [b64(b"\0\7")],
                                    "fixed_len_byte_array(2) x", {DUCKDB: KEEPS}),
}


def table_text(json_text):
    value = literal(json_text)
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else value


def judged(name, path, lines, but):
    readers = {PYARROW: arrow_lines, DUCKDB: duck_lines}
    for judge, read in readers.items():
        try:
            same = as_duck if judge == DUCKDB else list
            odd = compare_lines(same(lines), same(read(path)))
        except Exception as e:
            odd = "does not read it: " + str(e).splitlines()[0]
        if judge not in but:
            fact(f"types: {judge} says the same: {name}", odd is None, odd)
        elif os.environ.get("SHOW"):
            print(f"  {name}: {judge} {but[judge]}: {odd}")


def text(name, repetition=OPTIONAL):
    return Node(name, BYTE_ARRAY, repetition, converted=UTF8)


# Annotated groups are read as groups, and `schema` shows what they are.
VARIANT = group("v", Node("metadata", BYTE_ARRAY, REQUIRED), Node("value", BYTE_ARRAY, REQUIRED),
                logical=union(16, [(1, "i8", 1)]))
FILE = group("f", text("uri"), Node("offset", INT64), Node("size", INT64), text("content_type"), text("checksum"),
             Node("inline", BYTE_ARRAY), logical=union(19))
GROUPS = {
    "VARIANT": (VARIANT, [{"metadata": b"\1\0\0", "value": b"\0"}, None],
                ['{"v":{"metadata":"AQAA","value":"AA=="}}', '{"v":null}'], "optional group v (VARIANT(1)) {"),
    "FILE": (FILE, [{"uri": "s3://b/k", "offset": 4, "size": 2}, {"inline": b"hi"}],
             ['{"f":{"uri":"s3://b/k","offset":4,"size":2,"content_type":null,"checksum":null,"inline":null}}',
              '{"f":{"uri":null,"offset":null,"size":null,"content_type":null,"checksum":null,"inline":"aGk="}}'],
             "optional group f (FILE) {"),
    "STRING on a group": (group("g", Node("a", INT32), converted=UTF8), [{"a": 1}], ['{"g":{"a":1}}'],
                          "optional group g {"),
    "a group annotation of a later version": (group("g", Node("a", INT32), logical=union(99)), [{"a": 1}],
                                              ['{"g":{"a":1}}'], "optional group g {"),
    "field ids": (Node("x", INT32, field_id=-7), [1], ['{"x":1}'], "optional int32 x = -7;"),
}
for name, (node, values, want, shown) in GROUPS.items():
    path = os.path.join(work, "group.parquet")
    write(path, [node], [{node.name: v} for v in values])
    lines = cat_lines(path)
    fact(f"types: {name}", lines == want, f"{lines}, want {want}")
    line = inlay("schema", path).stdout.decode().splitlines()[1].strip()
    fact(f"types: schema of {name}", line == shown, f"{line}, want {shown}")

for n, (name, (node, values, want, shown, but)) in enumerate(CASES.items()):
    path = os.path.join(work, f"{n}.parquet")
    write(path, [node], [{"x": v} for v in values])
    try:
        lines = cat_lines(path)
    except RuntimeError as e:
        lines = [str(e)]
    fact(f"types: {name}", lines == ['{"x":' + w + "}" for w in want], f"{lines}, want {want}")
    odd = csv_oddity(path, lines)
    fact(f"types: CSV and JSON say the same: {name}", odd is None, odd)
    if "UTF8" not in name:
        cells = [line.strip() for line in inlay("cat", "-f", "table", path).stdout.decode().splitlines()]
        fact(f"types: a table and JSON say the same: {name}",
             [c for c in cells[1:] if c.strip("-")] == [table_text(w) for w in want if w != q("")], cells)
    line = inlay("schema", path).stdout.decode().splitlines()[1].strip()
    fact(f"types: schema of {name}", line == f"optional {shown};", f"{line}, want optional {shown};")
    judged(name, path, lines, but)
finish("types")
