"""Shared by the interop tests: run the command, compare its JSON lines with pyarrow's values, count."""
import base64, datetime, decimal, glob, json, math, os, struct, subprocess, sys

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


def rows_of(path, *args):
    """Rows as lists of (name, value) pairs, so that duplicate names survive."""
    for line in inlay("cat", path, *args).stdout.splitlines():
        yield json.loads(line, object_pairs_hook=lambda pairs: ("object", pairs), parse_float=float)


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


def shortest(v, code, most):
    """The shortest decimal that reads back as the same float of that size."""
    for p in range(1, most + 1):
        try:
            if struct.unpack(code, struct.pack(code, float("%.*g" % (p, v))))[0] == v:
                return float("%.*g" % (p, v))
        except OverflowError:
            pass
    return v


def values(a):
    """An arrow array as the JSON mapping has it. Times go through integers, which lose nothing."""
    import pyarrow as pa

    t = a.type
    if isinstance(a, pa.ChunkedArray):
        return [v for c in a.chunks for v in values(c)]
    if isinstance(t, pa.BaseExtensionType):
        if "uuid" in str(t):
            return [None if v is None else str(v) for v in a.to_pylist()]
        return values(a.storage)
    if pa.types.is_dictionary(t):
        return values(a.dictionary_decode())
    if pa.types.is_null(t):
        return [None] * len(a)
    if pa.types.is_struct(t):
        children = [values(c) for c in a.flatten()]
        return [("object", [(t.field(k).name, children[k][i]) for k in range(t.num_fields)])
                if a[i].is_valid else None for i in range(len(a))]
    if pa.types.is_map(t):
        keys, items = values(a.keys), values(a.items)
        o = a.offsets.to_pylist()
        return [[("object", [("key", keys[k]), ("value", items[k])]) for k in range(o[i], o[i + 1])]
                if a[i].is_valid else None for i in range(len(a))]
    if pa.types.is_list(t) or pa.types.is_large_list(t):
        child, o = values(a.values), a.offsets.to_pylist()
        return [child[o[i]:o[i + 1]] if a[i].is_valid else None for i in range(len(a))]
    return [None if v is None else scalar(t, v) for v in integers(a)]


def integers(a):
    import pyarrow as pa

    t = a.type
    if pa.types.is_timestamp(t) or pa.types.is_time64(t):
        return a.cast(pa.int64()).to_pylist()
    return (a.cast(pa.int32()) if pa.types.is_date32(t) or pa.types.is_time32(t) else a).to_pylist()


def scalar(t, v):
    import pyarrow as pa

    if pa.types.is_floating(t):
        if v != v:
            return "NaN"
        if math.isinf(v):
            return "Infinity" if v > 0 else "-Infinity"
        return shortest(v, "f", 9) if t == pa.float32() else shortest(v, "e", 5) if t == pa.float16() else v
    if pa.types.is_decimal(t):
        return format(v, "f")
    if pa.types.is_binary(t) or pa.types.is_large_binary(t) or pa.types.is_fixed_size_binary(t):
        return base64.b64encode(v).decode()
    if pa.types.is_date32(t):
        return civil(v)
    if pa.types.is_timestamp(t):
        days, ns = divmod(v * SCALE[t.unit], 86400 * 10**9)
        return f"{civil(days)}T{clock(ns, DIGITS[t.unit])}" + ("Z" if t.tz else "")
    if pa.types.is_time(t):
        return clock(v * SCALE[t.unit], DIGITS[t.unit])
    return v


def equal(a, b):
    if isinstance(a, float) or isinstance(b, float):
        return type(a) in (int, float) and type(b) in (int, float) and float(a) == float(b) \
            and math.copysign(1, a) == math.copysign(1, b)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(equal(x, y) for x, y in zip(a, b))
    return a == b and (isinstance(a, bool) == isinstance(b, bool))


def compare_file(path):
    """First difference between `inlay cat` and pyarrow, or None."""
    import pyarrow.parquet as pq

    table = pq.ParquetFile(path).read()
    want = [values(c) for c in table.columns]
    n = 0
    for row in rows_of(path):
        pairs = row[1]
        if len(pairs) != table.num_columns:
            return f"{len(pairs)} columns, want {table.num_columns}"
        for i, (name, value) in enumerate(pairs):
            if name != table.schema.names[i]:
                return f"column {i} is {name!r}, want {table.schema.names[i]!r}"
            if not equal(value, want[i][n]):
                return f"row {n} column {i} {name!r}: {value!r}, want {want[i][n]!r}"
        n += 1
    return None if n == table.num_rows else f"{n} rows, want {table.num_rows}"


def files(*patterns):
    return [f for p in patterns for f in sorted(glob.glob(os.path.join(CORPUS, p)))]
