"""Writing whole tables that are in memory: inlay and pyarrow in turn, medians of the ratio of processor time, one
thread each, bytes only counted; then file sizes against pyarrow, DuckDB and polars at the same codec and level.

    write.py INLAY [SHARE]     SHARE of the full tables (default 1: 10 M and 6 M rows), seeds fixed
"""
import os, shutil, statistics, subprocess, sys, tempfile, time
import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

inlay = os.path.abspath(sys.argv[1])
share = float(sys.argv[2]) if len(sys.argv) > 2 else 1.0
rounds = int(os.environ.get("ROUNDS", "5"))
GROUP, PAGE_ROWS = 1 << 20, 20000
pa.set_cpu_count(1)
pa.set_io_thread_count(1)


def take(words, codes):
    """Strings, not dictionary codes: both sides are to find out by themselves."""
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), words).dictionary_decode()


def long_metrics(n):
    """As `inlay melt` writes it: sorted by name, then series, newest first; 2,000 names, five series each."""
    r, samples = np.random.default_rng(1), 1000
    k = max(1, n // samples)  # series
    row = np.arange(k * samples)
    series, sample = row // samples, row % samples
    name = series * 2000 // k
    words = pa.array(["%s_%s_%04d" % (("cgroup", "cpu", "blockio", "network", "scheduler", "task", "tcp", "syscall")[i * 8 // 2000],
                                      ("bytes", "operations_total", "usage", "runqueue_wait", "errors")[i % 5], i) for i in range(2000)])
    ids = r.integers(-2**63, 2**63 - 1, k)
    keys = pa.array([b"\0" + words[s * 2000 // k].as_py().encode() + b"\0\6" + int(ids[s]).to_bytes(8, "big", signed=True)
                     for s in range(k)])
    rare = lambda p: pa.array(r.random(k)[series] > p)
    label = lambda stem, m, p: pa.compute.if_else(rare(p), pa.scalar(None, pa.string()),
                                                 take(pa.array([stem % i for i in range(m)]), (series * 7 % m).astype(np.int32)))
    counter = np.cumsum(r.integers(0, 2000, k * samples).reshape(k, samples), axis=1)[:, ::-1].reshape(-1) * 1.0
    idle = r.integers(0, 10**12, k)[series] * 1.0
    gauge = r.random(k * samples) * 100
    kind = series % 10
    value = np.where(kind < 4, counter, np.where(kind < 8, idle, gauge))
    required = lambda f, t: pa.field(f, t, nullable=False)
    return pa.table([take(words, name.astype(np.int32)), pa.array(ids[series]), pa.array((1774942455 - sample).astype(np.uint64)),
                     take(keys, series.astype(np.int32)), label("/system.slice/unit-%d.service", 300, .5), label("%d", 64, .3),
                     label("nvme%dn1", 8, .1), pa.array((kind >= 4).astype(np.uint8)), label("op%d", 18, .4),
                     take(pa.array(["rezolus", "vllm", "node"]), (series % 3).astype(np.int32)), pa.array(value)],
                    schema=pa.schema([required("metric_name", pa.string()), required("timeseries_id", pa.int64()),
                                      required("timestamp_secs", pa.uint64()), required("sorted_series", pa.binary()),
                                      ("cgroup", pa.string()), ("id", pa.string()), ("device", pa.string()), ("metric_type", pa.uint8()),
                                      ("op", pa.string()), ("source", pa.string()), required("value", pa.float64())]))


def lineitem(n):
    """The columns and the distributions of TPC-H's table, near enough; sorted by order, as dbgen gives it."""
    r = np.random.default_rng(2)
    per = r.integers(1, 8, n // 3 + 16)
    per = per[:int(np.searchsorted(np.cumsum(per), n)) + 1]
    order = np.repeat(np.arange(len(per)), per)[:n]
    line = (np.arange(n) - np.repeat(np.cumsum(per) - per, per)[:n] + 1).astype(np.int32)
    orderkey = order // 8 * 32 + order % 8 + 1
    partkey, quantity = r.integers(1, max(2, n // 30), n), r.integers(1, 51, n)
    suppkey = (partkey + r.integers(0, 4, n) * 2501) % max(1, n // 600) + 1
    price = quantity * (90000 + partkey // 10 % 20001 + 100 * (partkey % 1000))
    day = r.integers(8035, 8035 + 2406, len(per))[order]
    ship = day + r.integers(1, 122, n)
    receipt = ship + r.integers(1, 31, n)
    words = ("furiously sleep carefully quickly deposits requests accounts final ironic express packages foxes pending blithely "
             "according to the slyly regular theodolites even special bold pinto beans instructions about platelets dependencies "
             "silent unusual ideas asymptotes above across haggle wake are nag use cajole boost detect after against along "
             "among dolphins excuses courts sheaves braids dugouts waters tithes somas sauternes").split()
    text = " ".join(np.array(words)[r.integers(0, len(words), 200000)])
    blob, at = text.encode(), r.integers(0, len(text) - 64, n)
    offsets = np.concatenate([[0], np.cumsum(r.integers(10, 44, n))]).astype(np.int32)
    source = np.repeat(at - offsets[:-1], np.diff(offsets)) + np.arange(offsets[-1])
    comment = pa.StringArray.from_buffers(n, pa.py_buffer(offsets), pa.py_buffer(np.frombuffer(blob, np.uint8)[source]))
    money = lambda v: pa.Array.from_buffers(pa.decimal128(15, 2), n, [None, pa.py_buffer(np.stack([v, v >> 63], axis=1).astype(np.int64))])
    date = lambda v: pa.array(v.astype(np.int32)).cast(pa.date32())
    flag = np.where(receipt <= 9298, r.integers(0, 2, n), 2)
    return pa.table({
        "l_orderkey": pa.array(orderkey), "l_partkey": pa.array(partkey), "l_suppkey": pa.array(suppkey), "l_linenumber": pa.array(line),
        "l_quantity": money(quantity * 100), "l_extendedprice": money(price), "l_discount": money(r.integers(0, 11, n)),
        "l_tax": money(r.integers(0, 9, n)), "l_returnflag": take(pa.array(["R", "A", "N"]), flag.astype(np.int32)),
        "l_linestatus": take(pa.array(["F", "O"]), (ship > 9298).astype(np.int32)), "l_shipdate": date(ship),
        "l_commitdate": date(day + r.integers(30, 91, n)), "l_receiptdate": date(receipt),
        "l_shipinstruct": take(pa.array(["DELIVER IN PERSON", "COLLECT COD", "NONE", "TAKE BACK RETURN"]), r.integers(0, 4, n).astype(np.int32)),
        "l_shipmode": take(pa.array(["REG AIR", "AIR", "RAIL", "SHIP", "TRUCK", "MAIL", "FOB"]), r.integers(0, 7, n).astype(np.int32)),
        "l_comment": comment})


class Ours:
    """bench/write.c, which holds the table and writes it when told to."""
    def __init__(self, path):
        self.p = subprocess.Popen([os.path.join(os.path.dirname(inlay), "bench", "write"), path], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True)
        self.p.stdout.readline()

    def write(self, codec, out="-", page_rows=PAGE_ROWS):
        self.p.stdin.write(f"{codec} {page_rows} {out}\n")
        self.p.stdin.flush()
        seconds, size, peak = self.p.stdout.readline().split()
        return float(seconds), int(size), int(peak)

    def close(self):
        self.p.stdin.close()
        self.p.wait()


def theirs(table, codec, integers, out=None):
    name, _, level = codec.partition(":")
    start = time.process_time()
    pq.write_table(table, out or pa.MockOutputStream(), compression=name, compression_level=int(level) if level else None,
                   row_group_size=GROUP, data_page_size=1 << 20, max_rows_per_page=PAGE_ROWS, write_page_index=True,
                   write_page_checksum=True, store_decimal_as_integer=integers)
    return time.process_time() - start


def sizes(table, work, codec):
    """Other peers at the same level, with their own defaults for pages and the same rows a row group."""
    name, _, level = codec.partition(":")
    con, out = duckdb.connect(), f"{work}/peer.parquet"
    con.execute("set threads = 1")
    con.register("t", table)
    con.execute(f"copy t to '{out}' (format parquet, compression {name}, row_group_size {GROUP}"
                f"{', compression_level ' + level if level else ''})").fetchall()
    yield "DuckDB", os.path.getsize(out)
    try:
        import polars
        polars.from_arrow(table).write_parquet(out, compression=name, compression_level=int(level) if level else None,
                                               row_group_size=GROUP, statistics="full")
        yield "polars", os.path.getsize(out)
    except ImportError:
        pass


def against(size, peers):
    return f"{size} B" + "".join(f", {name} {theirs} B ({size / theirs:.3f})" for name, theirs in peers.items())


def compare(title, table, integers=True):
    work = tempfile.mkdtemp()
    source = f"{work}/source.parquet"
    pq.write_table(table, source, compression="none", row_group_size=GROUP, store_decimal_as_integer=integers, store_schema=False)
    ours = Ours(source)
    os.unlink(source)
    for codec in ("zstd:3", "snappy"):
        ours.write(codec), theirs(table, codec, integers)
        pairs = [(ours.write(codec)[0], theirs(table, codec, integers)) for _ in range(rounds)]
        a, b = (statistics.median(x) for x in zip(*pairs))
        ratio = statistics.median(y / x for x, y in pairs)
        _, size, peak = ours.write(codec, f"{work}/ours.parquet")
        theirs(table, codec, integers, f"{work}/theirs.parquet")
        print(f"{'write ' + title + ', ' + codec:58s} {a:7.3f} s  pyarrow {b:7.3f} s  {ratio:5.2f} x as fast, peak {peak >> 20} MiB", flush=True)
        usual = ours.write(codec, page_rows=0)[1]
        peers = {"pyarrow": os.path.getsize(f"{work}/theirs.parquet"), **dict(sizes(table, work, codec))}
        print(f"{'  size':58s} " + against(size, {"pyarrow": peers.pop("pyarrow")}), flush=True)
        print(f"{'  size with our own choice of pages':58s} " + against(usual, peers), flush=True)
        if keep := os.environ.get("KEEP"):
            for f in ("ours", "theirs", "peer"):
                shutil.copy(f"{work}/{f}.parquet", f"{keep}/{title.split()[0]}-{codec.split(':')[0]}-{f}.parquet")
    ours.close()
    shutil.rmtree(work)


compare("long metrics", long_metrics(int(10_000_000 * share)))
items = lineitem(int(6_000_000 * share))
compare("lineitem", items)
if os.environ.get("FLBA"):
    compare("lineitem, decimals as FIXED_LEN_BYTE_ARRAY", items, integers=False)
