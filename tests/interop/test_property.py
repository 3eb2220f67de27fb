"""Random schemas and rows, written in every encoding, codec and page version, read back by everyone.

Each case is a file (cases.py) written by $BUILD/write_case through the public writer. write_case itself compares what
it reads back, byte for byte; `inlay cat`, pyarrow, DuckDB, arrow-rs and parquet-java must give the rows that were made,
and `inlay verify --deep` must be silent.

    SEED=5 CASES=400 test_property.py       so many files; CASE=17 with it: that one alone, kept in $KEEP
"""
import collections, multiprocessing, os, random, subprocess, sys, tempfile, time

import cases
from cases import BOOLEAN, DECIMAL, FIXED
from judge import (BUILD, arrow_lines, as_duck, cat_lines, counts, duck_lines, fact, finish, inlay,
                   parsed, skip)

SEED = int(os.environ.get("SEED", random.SystemRandom().randrange(10**6)))
CASES = int(os.environ.get("CASES", 1200))
ENOUGH = 1200  # files that have every combination among their columns
WORKERS, SHARE = 2, 20
WRITE_CASE = os.path.abspath(os.path.join(BUILD, "write_case"))
PLAIN, DELTA_LENGTH, DICTIONARY, SPLIT, ALP, RLE = 1 << 0, 1 << 6, 1 << 8, 1 << 9, 1 << 10, 3  # parquet.thrift; as bits, but RLE
ENCODING_NUMBERS = {"plain": 0, "rle": 3, "delta_binary_packed": 5, "delta_length_byte_array": 6, "delta_byte_array": 7,
                    "dictionary": 8, "byte_stream_split": 9, "alp": 10}  # parquet.thrift
CODEC_NUMBERS = {"none": 0, "snappy": 1, "gzip": 2, "brotli": 4, "zstd": 6, "lz4_raw": 7}
SERVED = {"arrow-rs": "rust-judge", "parquet-java": "java-judge"}

def kind(name):
    return lambda c: c.kind.name.startswith(name)


def decimal(digits):
    return lambda c: c.kind.logical.get("kind") == DECIMAL and c.kind.logical["precision"] > digits


# Columns that a judge cannot read, and where that is said. Their files are not put before that judge.
PULL_601 = "https://github.com/apache/parquet-format/pull/601, which it does not know yet"
NEW = "https://github.com/apache/parquet-format/pull/557, which it does not know yet"
REFUSES = [
    ("DuckDB", "BYTE_STREAM_SPLIT of FIXED_LEN_BYTE_ARRAY", lambda c: c.type == FIXED and c.encodings & SPLIT,
     "https://github.com/duckdb/duckdb/issues/17114"),
    ("DuckDB", "DELTA_LENGTH_BYTE_ARRAY of DECIMAL",
     lambda c: c.kind.logical.get("kind") == DECIMAL and c.encodings & DELTA_LENGTH,
     "duckdb, extension/parquet/decoder/delta_length_byte_array_decoder.cpp: strings and blobs only"),
    ("pyarrow", "ALP", lambda c: c.encodings & ALP, NEW),
    ("DuckDB", "ALP", lambda c: c.encodings & ALP, NEW),
    ("parquet-java", "ALP", lambda c: c.encodings & ALP, NEW),
    ("DuckDB", "BSON", kind("BSON"), "duckdb, extension/parquet/parquet_reader.cpp: Unsupported converted type"),
    ("DuckDB", "INTERVAL beyond 31 bits", kind("INTERVAL, all"), "duckdb, interval_t: months and days are int32_t"),
    ("DuckDB", "TIMESTAMP(MILLIS) beyond 64 bits of microseconds", kind("TIMESTAMP(ms, all"),
     "duckdb, timestamp_t is in microseconds"),
    ("DuckDB", "repeated GEOMETRY or GEOGRAPHY", lambda c: c.kind.name in ("GEOMETRY", "GEOGRAPHY") and c.max_rep > 0,
     "duckdb, extension/parquet/parquet_reader.cpp, ParseSchemaRecursive: only the first value of each list is shown"),
    ("DuckDB", "a group of UNKNOWN columns", lambda c: c.kind.name == "UNKNOWN" and getattr(c, "alone", False),
     "beside a list it shows a null group as one of nulls, in pyarrow's files (struct<b: struct<x: null>, l: list>), too"),
    ("DuckDB", "DECIMAL of more than 38 digits", decimal(38),
     "https://duckdb.org/docs/stable/sql/data_types/numeric: up to 38 digits"),
    ("pyarrow", "DECIMAL of more than 76 digits", decimal(76), "Arrow columnar format, Decimal256"),
    ("arrow-rs", "DECIMAL of more than 76 digits", decimal(76), "Arrow columnar format, Decimal256"),
    ("DuckDB", "TIMESTAMP on 12 bytes", kind("TIMESTAMP on 12"), PULL_601),
    ("arrow-rs", "TIMESTAMP on 12 bytes", kind("TIMESTAMP on 12"), PULL_601),
    ("parquet-java", "TIMESTAMP on 12 bytes", kind("TIMESTAMP on 12"), PULL_601),
]


class Program:
    """A process that is asked on its standard input and answers in lines; started again where it died."""

    def __init__(self, *command):
        self.command, self.process = command, None

    def ask(self, data):
        if not self.process or self.process.poll() is not None:
            self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=subprocess.DEVNULL)
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def line(self):
        line = self.process.stdout.readline().decode("utf-8", "replace").removesuffix("\n")
        if not line:
            self.process.wait()
        return line


class Judge(Program):
    """Answers a path with the rows of that file and a line "ok", or what failed."""

    def __init__(self, name):
        super().__init__(os.path.abspath(os.path.join(BUILD, "judges", name)), "serve")

    def __call__(self, path):
        self.ask(path.encode() + b"\n")
        lines = []
        while (line := self.line()).startswith("{"):
            lines.append(line)
        if line != "ok":
            raise RuntimeError(line or "it died")
        return lines


def unlike(got, want):
    """Where two parsed values differ: the way there, and both."""
    if isinstance(got, (list, tuple)) and isinstance(want, type(got)) and len(got) == len(want):
        for n, (a, b) in enumerate(zip(got, want)):
            if repr(a) != repr(b):
                named = isinstance(a, tuple) and isinstance(b, tuple) and a[0] == b[0]
                return (f" {a[0]!r}" if named else f" [{n}]") + unlike(a, b)
    return f": {got!r}"[:120] + f", want {want!r}"[:120]


def difference(got, want):
    """First difference of two lists of JSON lines, numbers compared as numbers."""
    if got == want:
        return None
    for n, (a, b) in enumerate(zip(got, want)):
        if a != b and repr(parsed(a)) != repr(parsed(b)):
            return f"row {n}" + unlike(parsed(a), parsed(b))
    return None if len(got) == len(want) else f"{len(got)} rows, want {len(want)}"


def reads(judge, read, case, path):
    """What is wrong with what a judge reads, or None."""
    shape = as_duck if judge == "DuckDB" else list
    try:
        return difference(shape(read(path)), shape(case.lines(judge)))
    except Exception as e:
        return "does not read it: " + " ".join(str(e).split())[:300]


def refused(judge, case):
    """Why a file is not put before a judge: (what, where that is said)."""
    if case.brotli and judge == "parquet-java":
        return "brotli", "parquet-hadoop, CompressionCodecName: BROTLI is a class that it does not bring along"
    for name, what, holds, why in REFUSES:
        if name == judge and any(map(holds, case.columns)):
            return what, why
    return None


class Worker:
    def __init__(self):
        self.writer = Program(WRITE_CASE)
        self.judges = {"inlay cat": cat_lines, "pyarrow": arrow_lines, "DuckDB": duck_lines}
        self.judges.update((j, Judge(p)) for j, p in SERVED.items()
                           if os.path.exists(os.path.join(BUILD, "judges", p)))

    def case(self, index, folder, out):
        case, path = cases.Case(SEED, index), os.path.join(folder, f"{index}.parquet")
        if case.flags & cases.INT96_TOO and index % 8 == 0:
            self.writer.ask(cases.refused(case, path))
            out["facts"].append(("INT96 on request only", index, None if "on request only" in self.writer.line() else "no"))
        self.writer.ask(cases.description(case, path))
        why = self.writer.line() or "write_case died"
        ok = why == "ok" or why.startswith("ok ")
        out["facts"].append(("writes and reads back", index, None if ok else why))
        if not ok:
            return
        count(case, why.split()[1:], out)
        for judge, read in self.judges.items():
            no = refused(judge, case)
            if no:
                out["refused"][judge, *no] += 1
            else:
                out["facts"].append((judge, index, reads(judge, read, case, path)))
        r = inlay("verify", "--deep", "--quiet", path, check=False)
        out["facts"].append(("verify --deep", index, None if r.returncode == 0 and not r.stdout else
                             (r.stdout + r.stderr).decode("utf-8", "replace")))


def count(case, chunks, out):
    """What the column chunks of the file really are: (type, encoding, codec, page version); the levels' RLE aside."""
    for c in case.columns:
        c.encodings = 0
    for n, chunk in enumerate(chunks):
        type, codec, encodings = map(int, chunk.split("/"))
        case.columns[n % len(case.columns)].encodings |= encodings
        if encodings & DICTIONARY:
            encodings &= ~PLAIN  # the dictionary page's
        out["cases"].update((type, e, codec, case.version) for e in range(32)
                            if encodings >> e & 1 and (e != RLE or type == BOOLEAN))
    out["columns"] += len(case.columns)
    out["rows"] += case.n_rows


state = {}


def share(first, folder):
    """A worker's share of the cases."""
    worker = state.setdefault("worker", None) or state.update(worker=Worker()) or state["worker"]
    out = {"facts": [], "refused": collections.Counter(), "cases": collections.Counter(), "columns": 0, "rows": 0}
    for index in range(first, min(first + SHARE, CASES)):
        worker.case(index, folder, out)
    return out


def all_shares(folder):
    if "CASE" in os.environ:
        out = {"facts": [], "refused": collections.Counter(), "cases": collections.Counter(), "columns": 0, "rows": 0}
        folder = os.environ.get("KEEP", folder)
        os.makedirs(folder, exist_ok=True)
        Worker().case(int(os.environ["CASE"]), folder, out)
        return [out]
    with multiprocessing.Pool(WORKERS) as pool:
        return pool.starmap(share, [(i, folder) for i in range(0, CASES, SHARE)], 1)


def main():
    print(f"  SEED={SEED}")
    started = time.time()
    for judge, program in SERVED.items():
        if not os.path.exists(os.path.join(BUILD, "judges", program)):
            skip(program, "it is not built (scripts/judges.sh)")
    refusals, combinations, columns, rows = collections.Counter(), collections.Counter(), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for out in all_shares(folder):
            for judge, index, why in out["facts"]:
                fact(f"property: {judge}: SEED={SEED} CASE={index}", why is None, why)
            refusals.update(out["refused"])
            combinations.update(out["cases"])
            columns, rows = columns + out["columns"], rows + out["rows"]
    for (judge, what, why), n in sorted(refusals.items()):
        print(f"  {n} files were not put before {judge}: {what} ({why})")
    if CASES >= ENOUGH and "CASE" not in os.environ:
        numbers = {(t, ENCODING_NUMBERS[e], CODEC_NUMBERS[c], v) for t, e, c, v in cases.COMBINATIONS}
        fact(f"property: SEED={SEED} writes every encoding of every type in every codec and page version",
             numbers <= set(combinations), f"missing: {sorted(numbers - set(combinations))}")
    print(f"  {columns} columns with {sum(combinations.values())} cases, {len(combinations)} different ones (type, encoding, "
          f"codec, page version), {rows} rows; {time.time() - started:.0f} s")


if __name__ == "__main__":
    main()
    finish("property")
