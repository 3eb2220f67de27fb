"""Shared by the interop tests: run the command, say what another reader's values are as JSON lines, count.

A judge's table becomes, column by column, the JSON texts that the mapping of inlay(1) promises; a file is
equal when every line that `inlay cat` prints is, byte for byte, the line that the judge's values make.
"""
import base64, csv, datetime, decimal, glob, io, json, math, os, re, struct, subprocess, sys

BUILD = os.environ.get("BUILD", "build")
INLAY = os.path.abspath(os.path.join(BUILD, "inlay"))
CORPUS = os.environ.get("CORPUS", "../shared")
counts = {"passed": 0, "failed": 0, "skipped": 0}


def fact(name, ok, detail=""):
    counts["passed" if ok else "failed"] += 1
    if not ok:
        print(f"  FAILED   {name}: {detail}"[:400])
    return ok


def skip(name, why):
    counts["skipped"] += 1
    print(f"  skipped  {name}: {why}")


def finish(title):
    print("{}: {passed} passed, {failed} failed, {skipped} skipped".format(title, **counts))
    sys.exit(1 if counts["failed"] else 0)


def inlay(*args, check=True):
    r = subprocess.run([INLAY, *args], capture_output=True)
    if check and r.returncode:
        raise RuntimeError(r.stderr.decode("utf-8", "replace").strip())
    return r


def files(*patterns):
    return [f for p in patterns for f in sorted(glob.glob(os.path.join(CORPUS, p)))]


# ---- values of an arrow array as JSON texts ----

SCALE = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
DIGITS = {"s": 0, "ms": 3, "us": 6, "ns": 9}


def civil(days):
    """Proleptic Gregorian date of a day number, for any year (datetime stops at 9999)."""
    z = days + 719468
    era, doe = divmod(z, 146097)
    yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    month = mp + 3 if mp < 10 else mp - 9
    year = yoe + era * 400 + (month <= 2)
    text = f"{year:04d}" if 0 <= year <= 9999 else f"{'-' if year < 0 else '+'}{abs(year):04d}"
    return f"{text}-{month:02d}-{doy - (153 * mp + 2) // 5 + 1:02d}"


def clock(ns, digits):
    s, frac = divmod(ns, 10**9)
    text = f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}"
    return text + (f".{frac:09d}"[: digits + 1] if digits else "")


def moment(units, unit, utc=False):
    days, ns = divmod(units * SCALE[unit], 86400 * 10**9)
    return f"{civil(days)}T{clock(ns, DIGITS[unit])}" + ("Z" if utc else "")


quoted = json.encoder.encode_basestring  # escapes what JSON must and nothing else


def not_finite(v):
    return '"NaN"' if v != v else '"Infinity"' if v > 0 else '"-Infinity"'


def float_text(v):
    """Python and inlay agree on the shortest form of a double."""
    return repr(v) if math.isfinite(v) else not_finite(v)


def half_text(v):
    """The shortest decimal that reads back as the same half."""
    if not math.isfinite(v):
        return not_finite(v)
    for digits in range(1, 6):
        for rounding in (decimal.ROUND_HALF_EVEN, decimal.ROUND_UP, decimal.ROUND_DOWN):
            short = float(decimal.Context(digits, rounding).create_decimal(decimal.Decimal(v)))
            try:
                if struct.unpack("e", struct.pack("e", short))[0] == v:
                    return repr(math.copysign(short, v))
            except OverflowError:
                pass
    return repr(v)


def numbers(a):
    """Python numbers, None where null; through numpy, which is much faster than to_pylist."""
    import pyarrow.compute as pc
    if not a.null_count:
        return a.to_numpy(zero_copy_only=False).tolist()
    valid = a.is_valid().to_numpy(zero_copy_only=False).tolist()
    return [v if ok else None for v, ok in zip(pc.fill_null(a, 0).to_numpy(zero_copy_only=False).tolist(), valid)]


def mapped(values, text):
    return ["null" if v is None else text(v) for v in values]


def scalar_texts(t, a):
    import pyarrow as pa
    is_ = pa.types
    if is_.is_boolean(t):
        return mapped(a.to_pylist(), lambda v: "true" if v else "false")
    if is_.is_integer(t):
        return mapped(numbers(a), str)
    if is_.is_float64(t):
        return mapped(numbers(a), float_text)
    if is_.is_float32(t):
        import numpy
        values = a.to_numpy(zero_copy_only=False)
        valid = a.is_valid().to_numpy(zero_copy_only=False).tolist()
        return [(repr(float(str(v))) if math.isfinite(v) else not_finite(v)) if ok else "null"
                for v, ok in zip(values.astype(numpy.float32), valid)]
    if is_.is_float16(t):
        return mapped(a.to_pylist(), lambda v: half_text(float(v)))
    if is_.is_string(t) or is_.is_large_string(t):
        return mapped(a.to_pylist(), quoted)
    if is_.is_decimal(t):
        return mapped(a.to_pylist(), lambda v: f'"{v:f}"')
    if is_.is_timestamp(t):
        return mapped(numbers(a.cast(pa.int64())), lambda v: f'"{moment(v, t.unit, t.tz)}"')
    if is_.is_date32(t):
        return mapped(numbers(a.cast(pa.int32())), lambda v: f'"{civil(v)}"')
    if is_.is_time32(t) or is_.is_time64(t):
        whole = a.cast(pa.int32() if is_.is_time32(t) else pa.int64())
        return mapped(numbers(whole), lambda v: f'"{clock(v * SCALE[t.unit], DIGITS[t.unit])}"')
    if is_.is_duration(t):
        return mapped(numbers(a.cast(pa.int64())), str)
    if is_.is_interval(t):
        return mapped(a.to_pylist(), lambda v: '"P%dM%dDT%d.%03dS"' % (v[0], v[1], v[2] // 10**9,
                                                                       v[2] // 10**6 % 1000))
    return mapped(a.to_pylist(), lambda v: f'"{base64.b64encode(v).decode()}"')


def list_texts(a, entries):
    o = a.offsets.to_pylist()
    valid = a.is_valid().to_pylist()
    return ["[" + ",".join(entries[o[i]:o[i + 1]]) + "]" if valid[i] else "null" for i in range(len(a))]


def texts(a):
    """JSON texts of an arrow array. Times go through integers, which lose nothing."""
    import pyarrow as pa
    t = a.type
    if isinstance(a, pa.ChunkedArray):
        return [v for c in a.chunks for v in texts(c)]
    if isinstance(t, pa.BaseExtensionType):
        if "uuid" in str(t):
            return mapped(a.to_pylist(), lambda v: f'"{v}"')
        return texts(a.storage)
    if pa.types.is_dictionary(t):
        return texts(a.dictionary_decode())
    if pa.types.is_null(t):
        return ["null"] * len(a)
    if pa.types.is_struct(t):
        members = [[quoted(t.field(k).name) + ":" + v for v in texts(c)] for k, c in enumerate(a.flatten())]
        whole = zip(*members) if members else iter([()] * len(a))
        return ["{" + ",".join(m) + "}" if ok else "null" for ok, m in zip(a.is_valid().to_pylist(), whole)]
    if pa.types.is_map(t):
        return list_texts(a, ['{"key":' + k + ',"value":' + v + "}" for k, v in zip(texts(a.keys), texts(a.items))])
    if pa.types.is_list(t) or pa.types.is_large_list(t):
        return list_texts(a, texts(a.values))
    if pa.types.is_fixed_size_list(t):
        return texts(a.cast(pa.list_(t.value_field)))
    return scalar_texts(t, a)


def table_lines(table):
    """The JSON lines of a table. Names may repeat."""
    keys = [quoted(n) + ":" for n in table.schema.names]
    columns = [[k + v for v in texts(c)] for k, c in zip(keys, table.columns)]
    return ["{" + ",".join(row) + "}" for row in zip(*columns)] if columns else ["{}"] * table.num_rows


# ---- comparing ----

def rows_of(path, *args):
    """Rows as lists of (name, value) pairs, so that duplicate names survive."""
    for line in inlay("cat", path, *args).stdout.splitlines():
        yield parsed(line)[1]


def parsed(line):
    return json.loads(line, object_pairs_hook=lambda pairs: ("object", pairs))


def cell_difference(n, got, want):
    """Where two lines differ, for people."""
    try:
        a, b = parsed(got)[1], parsed(want)[1]
    except ValueError as e:
        return f"row {n} is not JSON ({e}): {got[:200]}"
    if [k for k, v in a] != [k for k, v in b]:
        return f"row {n} has the columns {[k for k, v in a]}, want {[k for k, v in b]}"
    for (name, x), (_, y) in zip(a, b):
        if repr(x) != repr(y):
            return f"row {n} column {name!r}: {x!r}, want {y!r}"
    return f"row {n}: {got[:200]}, want {want[:200]}"


def compare_lines(got, want):
    """First difference between two lists of JSON lines, or None."""
    if got == want:
        return None
    for n, (a, b) in enumerate(zip(got, want)):
        if a != b:
            return cell_difference(n, a, b)
    return f"{len(got)} rows, want {len(want)}"


def cat_lines(path, *args):
    return inlay("cat", path, *args).stdout.decode("utf-8").split("\n")[:-1]


def arrow_lines(path):
    import pyarrow.parquet as pq
    return table_lines(pq.ParquetFile(path).read())


def duck_lines(path):
    import duckdb
    quoted_path = path.replace("'", "''")
    return table_lines(duckdb.sql(f"from read_parquet('{quoted_path}')").to_arrow_table())


def as_duck(lines):
    """DuckDB keeps most times in microseconds: write no zeros behind the thousandths, the millionths."""
    return [re.sub(r"(\d\d:\d\d:\d\d\.\d{3}(?:\d{3})*?)(?:000)+(?=Z?\")", r"\1", line) for line in lines]


def literal(text):
    """JSON with its numbers as they are written, and names that repeat."""
    return json.loads(text, object_pairs_hook=lambda p: ("object", p), parse_int=str, parse_float=str)


def csv_oddity(path, lines):
    """CSV and JSON say the same: a field is the JSON text without quotes, a null is nothing."""
    text = inlay("cat", "-f", "csv", path).stdout.decode("utf-8")
    got = list(csv.reader(io.StringIO(text, newline="")))
    for line, fields in zip(lines, got[1:]):
        pairs = literal(line)[1]
        for (name, value), field in zip(pairs, fields):
            if isinstance(value, (list, tuple)):
                odd = literal(field) != value
            else:
                odd = field != ("" if value is None else str(value).lower() if isinstance(value, bool) else value)
            if odd:
                return f"CSV has {field!r} for {value!r} in {name}"
    return None if len(got) == len(lines) + 1 else f"CSV has {len(got) - 1} rows"


def compare_file(path):
    """First difference between `inlay cat` and pyarrow, or None."""
    return compare_lines(cat_lines(path), arrow_lines(path))
