"""Files as pyarrow and DuckDB write them, in the manner of the judges in rust/ and java/.

    python_judge.py write DIR SEED   DIR/NAME.parquet and what was written, DIR/NAME.jsonl

Files called default-* are written with default settings.
"""
import os, random, sys
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from judge import *


def some(rng, n, nulls, make):
    """One in `nulls` is null; 0: none, 1: all."""
    return [make() if nulls == 0 or rng.randrange(nulls) else None for _ in range(n)]


def flat(rng, n, nulls):
    def number(bits):
        return lambda: rng.getrandbits(bits) if rng.random() < 0.1 else rng.randrange(100)

    def signed(bits):
        return lambda: number(bits)() - (1 << bits - 1 if rng.random() < 0.1 else 0)

    word = lambda: rng.choice(["", "cpu_usage", "\u00e4\U0001f680", "a\"b\\c", "long " * 30]) + str(rng.randrange(50))
    day = 86400
    columns = {
        "bool": (pa.bool_(), lambda: rng.random() < 0.5), "i8": (pa.int8(), lambda: rng.randrange(-128, 128)),
        "i16": (pa.int16(), lambda: rng.randrange(-2**15, 2**15)), "i32": (pa.int32(), signed(31)),
        "i64": (pa.int64(), signed(63)), "u8": (pa.uint8(), lambda: rng.randrange(256)),
        "u16": (pa.uint16(), lambda: rng.randrange(2**16)), "u32": (pa.uint32(), number(32)),
        "u64": (pa.uint64(), number(64)), "f32": (pa.float32(), lambda: rng.randrange(1000) / 8),
        "f64": (pa.float64(), lambda: rng.choice([rng.random(), -0.0, 0.0, float("nan"), float("inf"), 1e300])),
        "text": (pa.string(), word), "bytes": (pa.binary(), lambda: bytes(rng.randrange(256) for _ in range(9))),
        "fixed": (pa.binary(5), lambda: bytes(rng.randrange(256) for _ in range(5))),
        "date": (pa.date32(), lambda: datetime.date.fromordinal(rng.randrange(1, 3652059))),
        "time_ms": (pa.time32("ms"), lambda: rng.randrange(day * 10**3)),
        "time_us": (pa.time64("us"), lambda: rng.randrange(day * 10**6)),
        "ms": (pa.timestamp("ms", "UTC"), signed(41)), "us": (pa.timestamp("us"), signed(51)),
        "ns": (pa.timestamp("ns"), signed(61)), "dec9": (pa.decimal128(9, 2), None),
        "dec38": (pa.decimal128(38, 10), None),
    }
    arrays = {}
    for name, (t, make) in columns.items():
        if make is None:
            make = lambda t=t: decimal.Decimal(rng.randrange(-10**9 + 1, 10**9)).scaleb(-t.scale)
        arrays[name] = pa.array(some(rng, n, nulls, make), t)
    return pa.table(arrays)


def nested(rng, n):
    def numbers():
        return some(rng, rng.randrange(4), 4, lambda: rng.randrange(100))

    def labels():
        return [(f"label{k}", rng.choice([None, k])) for k in range(rng.randrange(4))]

    def struct():
        return {"a": rng.randrange(9), "inner": rng.choice([None, {"x": 0.5}]), "list": rng.choice([None, numbers()])}

    struct_type = pa.struct([("a", pa.int32()), ("inner", pa.struct([("x", pa.float64())])),
                             ("list", pa.list_(pa.int64()))])
    return pa.table({
        "numbers": pa.array(some(rng, n, 5, numbers), pa.list_(pa.int64())),
        "lists": pa.array(some(rng, n, 5, lambda: some(rng, rng.randrange(3), 3, numbers)),
                          pa.list_(pa.list_(pa.int64()))),
        "labels": pa.array(some(rng, n, 5, labels), pa.map_(pa.string(), pa.int32())),
        "struct": pa.array(some(rng, n, 5, struct), struct_type),
        "structs": pa.array(some(rng, n, 5, lambda: some(rng, rng.randrange(3), 4, struct)), pa.list_(struct_type)),
    })


def fallback(rng, n):
    return pa.table({"unlike": [f"{rng.getrandbits(128):032x}" * 2 for _ in range(n)],
                     "alike": [f"m{rng.randrange(40)}" for _ in range(n)],
                     "number": [rng.getrandbits(62) for _ in range(n)]})


def write(folder, seed):
    os.makedirs(folder, exist_ok=True)
    rng = random.Random(seed)
    tables = {"flat": flat(rng, 3000, 5), "required": flat(rng, 500, 0), "nulls": flat(rng, 300, 1),
              "empty": flat(rng, 0, 0), "nested": nested(rng, 2000), "fallback": fallback(rng, 30000)}
    for name, table in tables.items():
        lines = table_lines(table)
        arrow, duck = (os.path.join(folder, f"default-{judge}-{name}") for judge in ("pyarrow", "duckdb"))
        pq.write_table(table, arrow + ".parquet")
        others = {f"pyarrow-groups-{name}": dict(row_group_size=700),
                  f"pyarrow-v2-index-{name}": dict(data_page_version="2.0", write_page_index=True,
                                                   write_page_checksum=True, data_page_size=1000)}
        for other, options in others.items():
            pq.write_table(table, os.path.join(folder, other + ".parquet"), **options)
            save(os.path.join(folder, other), lines)
        save(arrow, lines)
        if name in ("flat", "fallback"):
            bloom = os.path.join(folder, f"pyarrow-bloom-{name}")
            pq.write_table(table, bloom + ".parquet",
                           bloom_filter_options={c: True for c in table.column_names if c != "bool"})
            save(bloom, lines)
        write_duck(table, duck)


def write_duck(table, path):
    connection = duckdb.connect()
    connection.register("made_up", table)
    connection.sql("select * from made_up").write_parquet(path + ".parquet")
    save(path, table_lines(connection.sql("select * from made_up").to_arrow_table()))


def save(path, lines):
    with open(path + ".jsonl", "w", encoding="utf-8") as f:
        f.write("".join(line + "\n" for line in lines))


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] != "write":
        sys.exit("usage: python_judge.py write DIR SEED")
    write(sys.argv[2], int(sys.argv[3]))
