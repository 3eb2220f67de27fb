"""`inlay cat --skip-bad-pages`: pyarrow writes files of known pages, one byte of one page is changed, and exactly
that page's rows must be missing."""
import itertools, json, os, random, shutil, tempfile
from judge import *
import pyarrow as pa
import pyarrow.parquet as pq

PAGE, GROUP, ROWS = 50, 200, 500
work = tempfile.mkdtemp()
path, bad = os.path.join(work, "good.parquet"), os.path.join(work, "bad.parquet")
table = pa.table({
    "id": pa.array(range(ROWS)),
    "text": pa.array([None if i % 7 == 0 else f"text {i % 30}" for i in range(ROWS)]),
    "list": pa.array([None if i % 5 == 0 else [i + k for k in range(i % 4)] for i in range(ROWS)], pa.list_(pa.int32())),
    "struct": pa.array([{"x": i / 4, "y": [f"{i}"] * (i % 3)} for i in range(ROWS)]),
})


def damage(at):
    data = bytearray(open(path, "rb").read())
    data[at] ^= 0x41
    open(bad, "wb").write(data)


def saved(*args):
    r = inlay("cat", "--skip-bad-pages", *args, bad, check=False)
    return r, [json.loads(line) for line in r.stdout.splitlines()]


def try_page(title, good, page, lost, nested_unknown):
    damage(page["at"] + page["header_bytes"] + page["packed_bytes"] // 2)
    r, rows = saved()
    want = [row for i, row in enumerate(good) if i not in lost]
    if nested_unknown:  # the rest of the row group goes with it; the last row begun may be cut
        ok = rows == want or (lost and rows == [row for i, row in enumerate(good) if i not in lost and i != lost[0] - 1])
    else:
        ok = rows == want
    where = f"column {page['column']}".encode() in r.stderr and f"byte {page['at']}".encode() in r.stderr
    return fact(title, ok and r.returncode == 1 and where,
                f"{len(rows)} rows, want {len(want)}, exit {r.returncode}, {r.stderr[:300]}")


def try_anywhere(title, good, pages):
    """Rows that are printed are rows of the file, and less than all of them is said by exit code 1."""
    by_id, wrong = {row["id"]: row for row in good}, []
    places = [p["at"] + random.randrange(p["header_bytes"]) for p in random.sample(pages, 15)]
    for at in places + [random.randrange(4, pages[-1]["at"]) for _ in range(15)]:
        damage(at)
        r, rows = saved()
        if r.returncode not in (0, 1) or (r.returncode == 0 and (len(rows) != ROWS or r.stderr)):
            wrong.append((at, r.returncode, len(rows), r.stderr[:200]))
        elif rows != [by_id.get(row["id"]) for row in rows]:
            wrong.append((at, "rows that are not the file's"))
    fact(title, not wrong, wrong[:3])


random.seed(20261121)
for version, index, codec, dictionary in itertools.product(("1.0", "2.0"), (True, False), ("none", "zstd"), (True, False)):
    pq.write_table(table, path, data_page_version=version, write_page_index=index, compression=codec,
                   use_dictionary=dictionary, row_group_size=GROUP, max_rows_per_page=PAGE, write_batch_size=PAGE,
                   write_page_checksum=True)
    name = f"v{version} {codec}{' dictionary' if dictionary else ''}{' index' if index else ''}"
    good = [json.loads(line) for line in inlay("cat", path).stdout.splitlines()]
    pages = [json.loads(line) for line in inlay("pages", "--json", path).stdout.splitlines()]
    fact(f"skip: the file has the pages that it should: {name}",
         sum(p["column"] == "id" and p["type"] != "DICTIONARY_PAGE" for p in pages) == 10)
    for page in pages:
        first = page["row_group"] * GROUP
        end = min(first + GROUP, ROWS)
        unknown = False
        if page["type"] == "DICTIONARY_PAGE":
            lost = range(first, end)
        else:
            lost = range(first + page["page"] * PAGE, min(first + (page["page"] + 1) * PAGE, end))
            unknown = version == "1.0" and not index and "list" in page["column"]
            if unknown:
                lost = range(lost[0], end)
        if page["packed_bytes"] > 4:
            try_page(f"skip: {name}: {page['column']} row group {page['row_group']} page {page['page']}", good, page,
                     lost, unknown)
    try_anywhere(f"skip: {name}: a byte changed anywhere", good, pages)

# head and tail take what is left of theirs; several pages at once
damage(pages[0]["at"] + pages[0]["header_bytes"] + 9)
if pages[0]["type"] != "DICTIONARY_PAGE":
    r, rows = saved("--rows", "40:60")
    fact("skip: a range loses only what lies in it", rows == good[50:60] and r.returncode == 1, len(rows))
    r, rows = saved("--rows", "60:70")
    fact("skip: damage outside of the range does not matter", rows == good[60:70] and r.returncode == 0, r.stderr[:200])
    r = inlay("tail", "-n", "3", "--skip-bad-pages", bad)
    fact("skip: tail", [json.loads(line) for line in r.stdout.splitlines()] == good[-3:])
    r = inlay("head", "-n", "60", "--skip-bad-pages", "--format", "csv", "-c", "id", bad, check=False)
    fact("skip: head as CSV", r.stdout.split() == [b"id"] + [b"%d" % i for i in range(50, 60)] and r.returncode == 1)

# as many damaged pages as there are: no page is looked for by walking over all before it
PAGES = 20000
for version, index in itertools.product(("1.0", "2.0"), (True, False)):
    pq.write_table(pa.table({"id": pa.array([None if i % 9 == 0 else i for i in range(PAGES * 10)])}), path,
                   data_page_version=version, write_page_index=index, use_dictionary=False, compression="none",
                   row_group_size=PAGES * 10, max_rows_per_page=10, write_batch_size=10, write_page_checksum=True)
    data = bytearray(open(path, "rb").read())
    pages = [json.loads(line) for line in inlay("pages", "--json", path).stdout.splitlines()]
    for p in pages:
        data[p["at"] + p["header_bytes"] + p["packed_bytes"] - 1] ^= p["page"] % 1000 != 7
    open(bad, "wb").write(data)
    try:
        r = subprocess.run([INLAY, "cat", "--skip-bad-pages", bad], capture_output=True, timeout=20)
        rows = [json.loads(line)["id"] for line in r.stdout.splitlines()]
    except subprocess.TimeoutExpired:
        rows = "more than 20 s"
    fact(f"skip: {PAGES} damaged pages, v{version}{' index' if index else ''}", len(pages) == PAGES and
         rows == [None if k % 9 == 0 else k for i in range(7, PAGES, 1000) for k in range(i * 10, i * 10 + 10)], rows)

shutil.rmtree(work)
finish("skip")
