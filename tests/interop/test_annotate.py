"""annotate: only key-values of the footer change; pyarrow and DuckDB read data and keys; a process that is killed leaves
the old file or the new one; annotating at once loses nothing; a full disk leaves what was there.

    KILLS=200 random kills of each way
"""
import glob, json, os, random, shutil, signal, subprocess, tempfile, time

import duckdb
import pyarrow.parquet as pq

from judge import INLAY, fact, files, finish, inlay, skip
from parquet_edit import File, get

SEED = int(os.environ.get("SEED", random.randrange(10**6)))
KILLS = int(os.environ.get("KILLS", 200))
R = random.Random(SEED)
print(f"SEED={SEED}")
work = tempfile.mkdtemp()
KEYS = 5 # FileMetaData.key_value_metadata


def raw(path):
    with open(path, "rb") as f:
        return f.read()


def copy(path, name="a.parquet"):
    to = f"{work}/{name}"
    shutil.copyfile(path, to)
    os.chmod(to, 0o644)
    return to


def pairs(path):
    """Key-values in file order."""
    return [(bytes(get(kv, 1)), get(kv, 2)) for kv in (get(File(path).footer, KEYS) or (0, []))[1]]


def others(path):
    return [f for f in File(path).footer if f[0] != KEYS]


def values(path):
    """All columns, by position: names may repeat."""
    return pq.ParquetFile(path).read()


def judge_recording(path):
    name = os.path.basename(path)
    f, before, keys = copy(path), raw(path), dict(pairs(path))
    body = File(path).body
    inlay("annotate", f, "--clear-events", "--unset", "no such key")
    fact(f"{name}: an edit without effect leaves the file as it is", raw(f) == before)
    inlay("annotate", f, "-e", "time=start+1s,desc=restart,kind=restart,id=e1", "--node", "web\u00e9", "--set", "k=v w")
    fact(f"{name}: fields other than key-values are equal", others(f) == others(path))
    fact(f"{name}: the bytes before the footer are equal", File(f).body == body)
    want = {**keys, b"node": "web\u00e9".encode(), b"k": b"v w"}
    got = dict(pairs(f))
    event = json.loads(got.pop(b"events"))
    fact(f"{name}: other key-values are equal", got == want)
    fact(f"{name}: the event's members, in order", list(event["events"][0]) == ["timestamp", "description", "kind", "id"])
    fact(f"{name}: pyarrow finds the keys", pq.read_metadata(f).metadata[b"k"] == b"v w")
    fact(f"{name}: pyarrow reads the same values", values(f).equals(values(path)))
    rows = duckdb.sql(f"select key, value from parquet_kv_metadata('{f}')").fetchall()
    fact(f"{name}: DuckDB finds the keys", (b"node", "web\u00e9".encode()) in rows and (b"k", b"v w") in rows)
    sums = "select count(*), sum(timestamp), sum(duration) from read_parquet('{}')"
    fact(f"{name}: DuckDB reads the same values", duckdb.sql(sums.format(f)).fetchall() == duckdb.sql(sums.format(path)).fetchall())
    once = raw(f)
    inlay("annotate", "--in-place", f, "--set", "k=w", "--unset", "node")
    fact(f"{name}: in place, the old file stands in front", raw(f)[: len(once)] == once)
    fact(f"{name}: in place, fields other than key-values are equal", others(f) == others(path))
    fact(f"{name}: in place, pyarrow reads the same values", values(f).equals(values(path)))
    fact(f"{name}: in place, DuckDB reads the same values", duckdb.sql(sums.format(f)).fetchall() == duckdb.sql(sums.format(path)).fetchall())
    inlay("annotate", "--undo", f)
    fact(f"{name}: undo gives the file before, byte for byte", raw(f) == once)
    said = subprocess.run([INLAY, "verify", "--deep", "-q", f], capture_output=True, text=True)
    was = subprocess.run([INLAY, "verify", "--deep", "-q", path], capture_output=True, text=True)
    fact(f"{name}: verify --deep says what it said before", said.stdout == was.stdout.replace(path, f), said.stdout)
    schema = len(pq.read_metadata(f).metadata[b"ARROW:schema"])
    inlay("scrub", f)
    now = len(pq.read_metadata(f).metadata[b"ARROW:schema"])
    fact(f"{name}: scrub does not make ARROW:schema longer", now <= schema, (schema, now))
    fact(f"{name}: scrub keeps every field and its metadata",
         [(x.name, x.type, x.nullable, x.metadata) for x in pq.ParquetFile(f).schema_arrow]
         == [(x.name, x.type, x.nullable, x.metadata) for x in pq.ParquetFile(path).schema_arrow])
    fact(f"{name}: scrub keeps the values", values(f).equals(values(path)))
    inlay("annotate", f, "-q", "--set", "x=" + "y" * 100000)
    fact(f"{name}: after scrub, too, only key-values differ", others(f) == others(path) and File(f).body == body)


# The tables of what Rezolus takes and refuses, line by line, as chrono 0.4.45 and humantime 2.4.0 were measured.
M = 1778599380 * 10**9 # 2026-05-12T15:23:00Z
TIMES = [("123", 123), ("+123", 123), ("2026-05-12T15:23:00Z", M), ("2026-05-12t15:23:00z", M), ("2026-05-12 15:23:00Z", M),
         ("2026-05-12T15:23:00.5Z", M + 5 * 10**8), ("2026-05-12T15:23:00.1234567899Z", M + 123456789),
         ("2016-12-31T23:59:60Z", 1483228800 * 10**9), ("2026-05-12T15:23:00-00:00", M),
         ("2026-05-12T15:23:00+23:59", M - 86340 * 10**9), ("2026-05-12T15:23Z", M), ("2026-05-12T15:23+02:00", M - 7200 * 10**9),
         ("2026-05-12T15:23:00", M), ("2026-05-12T15:23", M), ("2026-5-2T1:2:3", 1777683723 * 10**9),
         ("  2026-05-12T15:23", M), ("+2026-05-12T15:23:00", M), ("2262-04-11T23:47:16Z", 9223372036 * 10**9)]
NO_TIMES = ["-5", "1e9", "18446744073709551616", "2026-05-12T15:23:00+0200", "2026-05-12T15:23:00+02",
            "2026-05-12T15:23:00+24:00", "2026-05-12T24:00:00Z", "2026-05-12T15:23:00,5Z", "2026-05-12T15:23z",
            "2026-05-12 15:23Z", "2026-05-12T15Z", "2026-05-12T15:23:00.5", "2026-05-12 15:23:00", "2026-05-12",
            "2026-05-12T15:23:00UTC", "2026-05-12T15:23:00 UTC", "", "2026-02-30T00:00:00Z",
            "1969-12-31T23:59:59Z", "1969-12-31T23:59Z", "1969-12-31T23:59", # the last two wrap in Rezolus (B3)
            "2262-04-12T00:00:00Z"]
NO_TIMES_IN_JSON = ["2026-05-12T15:23:00Z ", "2026-05-12T15:23 "] # --event takes blanks at a value's ends away
UNITS = {1: "ns nsec nanos", 10**3: "us usec \u00b5s", 10**6: "ms msec millis", 10**9: "s sec secs second seconds",
         60 * 10**9: "m min mins minute minutes", 3600 * 10**9: "h hr hrs hour hours", 86400 * 10**9: "d day days",
         7 * 86400 * 10**9: "w wk wks week weeks", 2630016 * 10**9: "M month months", 31557600 * 10**9: "y yr yrs year years"}
SPANS = [(f"3{unit}", 3 * ns) for ns, units in UNITS.items() for unit in units.split()] + [
    ("30s", 30 * 10**9), ("1m30s", 90 * 10**9), ("1.5s", 15 * 10**8), ("0.5h", 1800 * 10**9), ("1h 1.5m", 3690 * 10**9),
    ("  30s  ", 30 * 10**9), ("1s1s", 2 * 10**9), ("5", 5), ("0", 0), ("1 0s", 10**10), ("1 . 5s", 15 * 10**8),
    ("584y", 584 * 31557600 * 10**9)]
NO_SPANS = ["-5s", "+5s", "1h30", ".5s", "1.s", "1_000s", "1Y", "30S", "585y", "0.0003h", "1.5ns", "soon", "1\u03bcs",
            "18446744073709551616s"]


def one_event(path, member):
    events = json.loads(dict(pairs(path)).get(b"events", b'{"events":[]}'))["events"]
    return events[0].get(member) if len(events) == 1 else f"{len(events)} events"


def judge_table():
    """Times and durations as --event and as JSON, through the command; what is refused leaves the file as it is."""
    path, made, given = f"{work}/t.parquet", "tests/cli/events.parquet", f"{work}/event.json"

    def run(time, span, by_json):
        shutil.copyfile(made, path)
        if not by_json:
            more = "" if span is None else f",duration={span}"
            return inlay("annotate", "-q", path, "--clear-events", "-e", f"time={time},desc=x{more}", check=False)
        with open(given, "w", encoding="utf-8") as f:
            json.dump([{"timestamp": time, "description": "x", **({} if span is None else {"duration": span})}], f)
        return inlay("annotate", "-q", path, "--clear-events", "-a", given, check=False)

    for by_json in (False, True):
        way = "in JSON" if by_json else "inline"
        for text, ns in TIMES:
            r = run(text, None, by_json)
            fact(f"time {text!r} {way}", r.returncode == 0 and one_event(path, "timestamp") == ns, r.stderr)
        for text in NO_TIMES + NO_TIMES_IN_JSON * by_json:
            r = run(text, None, by_json)
            fact(f"time {text!r} {way} is refused, and the file stays",
                 r.returncode == 2 and r.stderr.count(b"\n") == 1 and raw(path) == raw(made), r.stderr)
        for text, ns in SPANS:
            r = run("1", text, by_json)
            fact(f"duration {text!r} {way}", r.returncode == 0 and one_event(path, "duration_ns") == ns, r.stderr)
        for text in NO_SPANS:
            r = run("1", text, by_json)
            fact(f"duration {text!r} {way} is refused, and the file stays",
                 r.returncode == 2 and r.stderr.count(b"\n") == 1 and raw(path) == raw(made), r.stderr)
    for time in (7, 2**64 - 1):
        fact(f"the number {time} in JSON", run(time, 5, True).returncode == 0 and one_event(path, "timestamp") == time)
    fact("no duration in JSON", run(7, None, True).returncode == 0 and one_event(path, "duration_ns") is None)
    for time in (1.5, -1, 2**64, None, True, [1], {"a": 1}):
        r = run(time, None, True)
        fact(f"time {time!r} in JSON is refused by place", r.returncode == 2 and b"event 0, timestamp" in r.stderr and raw(path) == raw(made),
             r.stderr)
    for text, member, want in [('time=1,desc="a, b"', "description", "a, b"), ("time=1,desc=a=b", "description", "a=b"), (",, time=1 ,description= x ", "description", "x"),
                               (r'time=1,desc="a\"b\n"', "description", 'a"bn'), ("time=1,desc=a,desc=b", "description", "b"),
                               ("timestamp=1,desc=a,label.=x", "labels", {"": "x"}), ('time=1,desc= "a"', "description", '"a"'),
                               ('time=1,desc="  a  "', "description", "a"), ('desc="a"time=1', "timestamp", 1), ("time=1,desc=", "description", ""),
                               ('time=1,desc=a"b', "description", 'a"b'), ("time=1,desc=a,label.b=1,label.a=2", "labels", {"a": "2", "b": "1"}),
                               *((f"time=1,desc=x,{key}=v", key, "v") for key in ("kind", "details", "source", "node", "instance", "id")),
                               ("time=1,desc=x,duration_ns=9", "duration_ns", 9)]:
        shutil.copyfile(made, path)
        r = inlay("annotate", "-q", path, "--clear-events", "-e", text, check=False)
        fact(f"--event {text}", r.returncode == 0 and one_event(path, member) == want, r.stderr)
    for text in ["", "=1", "time", "time=1", "desc=x", 'time=1,desc="x', 'time=1,desc="x\\', 'time=1,desc="x"y', "time=1,desc=x,colour=red",
                 "time=1,desc=x,chart_id=c", "time=1,Desc=x"]:
        r = inlay("annotate", "-q", path, "-e", text, check=False)
        fact(f"--event {text} is refused", r.returncode == 2 and r.stderr.count(b"\n") == 1, r.stderr)


def judge_inputs():
    path, made, events = f"{work}/t.parquet", "tests/cli/events.parquet", f"{work}/events"
    one = '{"timestamp":1,"description":"x"}'
    for name, text, n in [("wrapper", f'{{"events":[{one}]}}', 1), ("bare array", f"[{one},{one}]", 2), ("one object (B4)", one, 1),
                          ("one line (B4)", one + "\n", 1), ("wrapper over lines (B4)", '{"events":[\n' + one + "]}", 1),
                          ("comment in the second line (B4)", one + "\n# c\n" + one + "\n", 2), ("byte order mark (B4)", "\ufeff" + one, 1),
                          ("empty", "", 0), ("blanks", " \n", 0), ("no events", '{"events":[]}', 0), ("unknown members", one[:-1] + ',"z":[1]}', 1),
                          ("duration beside duration_ns", one[:-1] + ',"duration_ns":null,"duration":"bad"}', 1)]:
        shutil.copyfile(made, path)
        with open(events, "w", encoding="utf-8") as f:
            f.write(text)
        r = inlay("annotate", "-q", path, "--clear-events", "-a", events, check=False)
        got = len(json.loads(dict(pairs(path)).get(b"events", b'{"events":[]}'))["events"])
        fact(f"--add-events: {name}", r.returncode == 0 and got == n, f"{got} {r.stderr}")
    for name, text, n in [("e.jsonl", one + "\n# c\n\n" + one, 2), ("e.NDJSON", one + "\n", 1), ("e.json", f"[{one}]", 1), ("-", one + "\n" + one, 2)]:
        shutil.copyfile(made, path)
        if name != "-":
            with open(f"{work}/{name}", "w") as f:
                f.write(text)
        r = subprocess.run([INLAY, "annotate", "-q", path, "--clear-events", "-a", name if name == "-" else f"{work}/{name}"],
                           input=text.encode() if name == "-" else b"", capture_output=True)
        got = len(json.loads(dict(pairs(path)).get(b"events", b'{"events":[]}'))["events"])
        fact(f"--add-events {name}", r.returncode == 0 and got == n, f"{got} {r.stderr}")
    with open(f"{work}/e.Jsonl", "w") as f:
        f.write(f'{{"events":[{one}]}}')
    r = inlay("annotate", "-q", path, "-a", f"{work}/e.Jsonl", check=False)
    fact("--add-events e.Jsonl: a wrapper is no event a line", r.returncode == 2 and b"line 1" in r.stderr, r.stderr)
    for name, text, where in [("no array", "{\"events\":1}", "events"), ("null time", '[{"timestamp":null,"description":""}]', "event 0"),
                              ("negative time", '[{"timestamp":-1,"description":""}]', "event 0"), ("a fraction", '[{"timestamp":1.5,"description":""}]', "event 0"),
                              ("no description", '[{"timestamp":1}]', "description"), ("labels that are no texts", '[{"timestamp":1,"description":"","labels":{"a":1}}]', "event 0"),
                              ("no object", "[1]", "event 0"), ("cut short", '[{"timestamp":1,"description":"x"', "line 1"), ("the second line", one + "\n" + "{}\n", "line 2")]:
        shutil.copyfile(made, path)
        with open(events, "w") as f:
            f.write(text)
        r = inlay("annotate", "-q", path, "-a", events, check=False)
        fact(f"--add-events: {name} is refused by place", r.returncode == 2 and where in r.stderr.decode() and raw(path) == raw(made), r.stderr)


def judge_kills(path, way):
    """Random moments: each time one of the footers must be there, whole; in place a torn end is recovered."""
    f = copy(path)
    big = f"{work}/big"
    with open(big, "w") as g: # half a megabyte of events: some time to be killed in
        json.dump([{"timestamp": i, "description": "x" * 50} for i in range(5000)], g)
    start = time.perf_counter()
    inlay("annotate", f, "-q", *way, "-a", big)
    long = time.perf_counter() - start
    after, before = raw(f), raw(path)
    fact(f"{way}: only key-values differ", others(f) == others(path))
    seen = {"old": 0, "new": 0, "recovered": 0}
    for i in range(KILLS):
        copy(path)
        p = subprocess.Popen([INLAY, "annotate", f, "-q", *way, "-a", big], stderr=subprocess.DEVNULL)
        time.sleep(R.random() * long * 1.2)
        p.send_signal(signal.SIGKILL)
        p.wait()
        data = raw(f)
        if data == before:
            seen["old"] += 1
        elif data == after:
            seen["new"] += 1
        else:
            ok = way and data[: len(before)] == before
            inlay("annotate", "--undo", f, "-q", check=False)
            fact(f"kill {i} {way}: what is torn is recovered", ok and raw(f) == before)
            seen["recovered"] += 1
        left = glob.glob(f"{work}/.*.tmp")
        fact(f"kill {i} {way}: at most one temporary file", len(left) <= 1)
        for t in left:
            os.unlink(t)
    fact(f"killed {KILLS} times {way}: old or new", sum(seen.values()) == KILLS)
    print(f"  {KILLS} kills {' '.join(way) or 'atomic'}: {seen}")


def judge_many(path):
    f = copy(path)
    runs = [subprocess.Popen([INLAY, "annotate", "-q", f, "-e", f"time=start+{i}ms,desc=d,id=i{i}", *(["-i"] if i % 3 == 0 else [])],
                             stderr=subprocess.PIPE) for i in range(24)]
    errors = [p.communicate()[1] for p in runs]
    ids = {e.get("id") for e in json.loads(dict(pairs(f))[b"events"])["events"]}
    fact("24 at once: none fails", all(p.returncode == 0 for p in runs), errors)
    fact("24 at once: no event is lost", ids == {f"i{i}" for i in range(24)}, sorted(ids))


def judge_full_disk(path):
    """A file system of four megabytes, if we may mount one."""
    folder = f"{work}/disk"
    os.mkdir(folder)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True).returncode:
        skip("a full disk", "mounting a small file system is not allowed; tests/cli/annotate.sh has a limit on file size")
        return
    try:
        f = f"{folder}/a.parquet"
        shutil.copyfile(path, f)
        fill = os.open(f"{folder}/fill", os.O_WRONLY | os.O_CREAT)
        try:
            while os.write(fill, b"x" * 4096):
                pass
        except OSError:
            os.close(fill)
        for way in ([], ["--in-place"]):
            r = inlay("annotate", f, *way, "--set", "k=" + "v" * 60000, check=False)
            fact(f"full disk {way}: one error", r.returncode == 3 and b"No space left" in r.stderr and r.stderr.count(b"\n") == 1, r.stderr)
            fact(f"full disk {way}: the file is what it was", raw(f) == raw(path))
            fact(f"full disk {way}: nothing else is left", sorted(os.listdir(folder)) == ["a.parquet", "fill"])
    finally:
        subprocess.run(["umount", folder])


def judge_refused():
    f = copy("tests/cli/events.parquet")
    data = raw(f)
    with open(f, "wb") as g:
        g.write(data[:-4] + b"PARE")
    before = raw(f)
    r = inlay("annotate", f, "--node", "x", check=False)
    fact("an encrypted footer is refused", r.returncode == 1 and b"encrypted" in r.stderr and raw(f) == before, r.stderr)
    t = File("tests/cli/events.parquet")
    t.footer.append([8, 12, [[1, 12, []]]]) # encryption_algorithm: a plaintext footer with a signature
    t.write(f)
    before = raw(f)
    for way in ([], ["-i"]):
        r = inlay("annotate", f, "--node", "x", *way, check=False)
        fact(f"a signed footer is refused {way}", r.returncode == 1 and b"signed" in r.stderr and raw(f) == before, r.stderr)
    t = File("tests/cli/events.parquet")
    t.footer.append([99, 8, b"of another program"])
    t.write(f)
    inlay("annotate", f, "-q", "--set", "a=b", "--unset", "source")
    fact("fields that nobody knows stay", get(File(f).footer, 99) == b"of another program")


recordings = files("data/recordings/*.parquet")
if not recordings:
    skip("recordings", "the corpus is absent")
try:
    judge_table()
    judge_inputs()
    judge_refused()
    for path in recordings:
        judge_recording(path)
    path = next((p for p in recordings if p.endswith("c16.parquet")), "tests/cli/events.parquet")
    judge_kills(path, [])
    judge_kills(path, ["--in-place"])
    judge_many(path)
    judge_full_disk("tests/cli/events.parquet")
finally:
    shutil.rmtree(work, ignore_errors=True)
finish("annotate")
