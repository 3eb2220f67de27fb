"""Small files that state, by the rules, more than anyone can read ("42.parquet"): refused before the work begins."""
import os, subprocess, tempfile

import pyarrow as pa
import pyarrow.parquet as pq

from judge import INLAY, fact, finish
from parquet_edit import STRUCT, File, get, pack, put, varint

MOST = 2**31 - 1


def bomb(path, groups):
    """One value, in a page of a single run of 2^31 - 1 codes; and the same column chunk for every row group."""
    t = pa.table({"x": pa.array([7] * 10, pa.int64())}, schema=pa.schema([pa.field("x", pa.int64(), False)]))
    pq.write_table(t, path, compression="none", use_dictionary=True, write_statistics=False)
    f = File(path)
    *_, (at, header, n, body, size) = f.pages(0)
    width = f.body[body]
    run = bytes([width]) + varint(MOST << 1) + bytes((width + 7) // 8)
    put(header, (5, 1), MOST)
    put(header, (2,), len(run))
    put(header, (3,), len(run))
    m = f.meta(0)
    f.body = f.body[:at] + pack(STRUCT, header) + run
    first = min(x for x in (get(m, 9), get(m, 11)) if x)
    put(m, (5,), MOST)
    put(m, (6,), len(f.body) - first)
    put(m, (7,), len(f.body) - first)
    put(f.footer, (4, 0, 3), MOST)
    put(f.footer, (3,), MOST * groups)
    get(f.footer, 4)[1][:] = [get(f.footer, 4, 0)] * groups
    f.write(path)


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "bomb.parquet")
    for groups in (1, 500):
        bomb(path, groups)
        name = f"{os.path.getsize(path)} bytes that state {MOST * groups * 8 >> 40} TiB"
        fact("the bomb is valid: pyarrow counts its rows", pq.read_metadata(path).num_rows == MOST * groups)
        for args in (["cat"], ["tail"], ["cat", "--where", "x = 8"], ["verify"], ["verify", "--deep"]):
            r = subprocess.run([INLAY, *args, path], capture_output=True, text=True, timeout=60)
            said = r.stdout + r.stderr
            fact(f"{' '.join(args)} of {name} is refused", r.returncode == 1 and "bomb" in said, said[:200])
finish("bomb")
