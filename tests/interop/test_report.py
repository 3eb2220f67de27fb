"""The pages of `inlay report` in a real browser: no error, no overlap, events in their places, light, dark and narrow.

Measures come from a script that is put behind the page's own and leaves JSON in the document; pictures are headless
screenshots, judged by their pixels. Skipped where there is no Chromium.
"""
import html, json, os, re, shutil, struct, subprocess, sys, tempfile, zlib
from judge import *

try:
    import pyarrow.parquet as pq
except ImportError:
    pq = None
chromium = next((c for c in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if c), None)
recordings = [f for f in files("data/recordings/*.parquet")
              if os.path.basename(f) in ("demo.parquet", "vllm.parquet", "AB_base.parquet")]
if not chromium:
    skip("report in a browser", "there is no Chromium")
if not recordings:
    skip("report in a browser", "the corpus is absent (set CORPUS)")
if not pq:
    skip("report in a browser", "there is no pyarrow")
if not chromium or not recordings or not pq:
    finish("report")
work = tempfile.mkdtemp()
NASTY = "</title></p><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"

MEASURE = """<script>addEventListener('load',()=>{
const box=e=>{const r=e.getBoundingClientRect();return[r.left,r.top,r.right,r.bottom]};
const plots=[...document.querySelectorAll('.c .a,.strip .a')];
const inside=(i,o,by)=>i[0]>=o[0]-by&&i[1]>=o[1]-by&&i[2]<=o[2]+by&&i[3]<=o[3]+by;
const apart=s=>{let bad=0;for(const g of document.querySelectorAll(s)){const b=[...g.children].map(box);
for(let i=0;i<b.length;i++)for(let k=0;k<i;k++)
if(b[i][0]<b[k][2]&&b[k][0]<b[i][2]&&b[i][1]<b[k][3]-1&&b[k][1]<b[i][3]-1)bad++}return bad};
const hover=(e,f)=>{const r=e.getBoundingClientRect();e.dispatchEvent(new PointerEvent('pointermove',
{bubbles:true,clientX:r.left+r.width*f,clientY:r.top+9}));return document.getElementById('tip').textContent};
const out={title:document.title,width:innerWidth,scroll:document.documentElement.scrollWidth,plots:plots.length,
figures:document.querySelectorAll('figure').length,uses:document.querySelectorAll('use').length,
marks:document.querySelectorAll('#ev>*').length,
outside:[...document.querySelectorAll('use')].filter(u=>!inside(box(u),box(u.closest('.a')),1)).length,
flat:[...document.querySelectorAll('use')].filter(u=>box(u)[2]-box(u)[0]<20||box(u)[3]-box(u)[1]<20).length,
lines:[...document.querySelectorAll('.c .a path.s')].filter(p=>!inside(box(p),box(p.closest('.a')),1)).length,
xlabels:apart('.x'),ylabels:apart('.y'),flags:apart('.n'),legends:apart('.l'),
events:document.querySelector('.events')?document.querySelector('.events').innerText:'',
tip:hover(plots[1],0.5),shown:getComputedStyle(document.getElementById('tip')).display,
small:Math.min(...[...document.querySelectorAll('i,b,em,small,p,td')].map(e=>parseFloat(getComputedStyle(e).fontSize)))};
const target=window.parent!==window?window.parent.document:document;
const pre=target.createElement('pre');pre.id='measured';pre.textContent=JSON.stringify(out);target.body.append(pre)});
</script>"""


def browse(path, *args):
    r = subprocess.run([chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                        "--enable-logging=stderr", "--virtual-time-budget=3000",
                        f"--user-data-dir={work}/profile", *args, "file://" + path],
                       capture_output=True, timeout=120)
    return r.stdout.decode("utf-8", "replace"), r.stderr.decode("utf-8", "replace")


def picture(path):
    """Rows of (r, g, b) of a PNG of 8-bit RGB or RGBA (PNG specification, filters 0 to 4)."""
    data, at, packed = open(path, "rb").read(), 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
        packed += body if kind == b"IDAT" else b""
        at += size + 12
    step, raw, rows = {2: 3, 6: 4}[colour], zlib.decompress(packed), []
    before = bytearray(width * step)
    for y in range(height):
        how, line = raw[y * (width * step + 1)], bytearray(raw[y * (width * step + 1) + 1:(y + 1) * (width * step + 1)])
        for i in range(len(line)):
            left, up = line[i - step] if i >= step else 0, before[i]
            if how == 1:
                line[i] = (line[i] + left) & 255
            elif how == 2:
                line[i] = (line[i] + up) & 255
            elif how == 3:
                line[i] = (line[i] + (left + up) // 2) & 255
            elif how == 4:
                corner = before[i - step] if i >= step else 0
                p = left + up - corner
                pa, pb, pc = abs(p - left), abs(p - up), abs(p - corner)
                line[i] = (line[i] + (left if pa <= pb and pa <= pc else up if pb <= pc else corner)) & 255
        rows.append([tuple(line[i:i + 3]) for i in range(0, len(line), step)])
        before = line
    return rows


def with_events(path, name):
    table = pq.read_table(path)
    times = table.column("timestamp").to_pylist()
    start, span = times[0], times[-1] - times[0]
    events = [{"timestamp": start, "description": "begin", "kind": "marker"},
              {"timestamp": start + span // 3, "description": "restart " + NASTY, "kind": "restart", "details": NASTY,
               "labels": {NASTY: NASTY}},
              {"timestamp": start + span // 2, "description": "load test", "duration_ns": span, "kind": "note"},
              {"timestamp": start + span, "description": "the end", "kind": "deploy"}]
    keys = dict(table.schema.metadata or {})
    keys[b"events"] = json.dumps({"events": events}).encode()
    out = os.path.join(work, name + ".parquet")
    pq.write_table(table.replace_schema_metadata(keys), out, compression="zstd", row_group_size=120)
    return out


def scoped(path, name):
    """Events of one chart, of one source, of a chart that is not there, and one without a scope; descriptions."""
    table = pq.read_table(path)
    times = table.column("timestamp").to_pylist()
    span = times[-1] - times[0]
    fields = {f.name: f.metadata or {} for f in pq.ParquetFile(path).schema_arrow}
    metrics = {m[b"metric"] for m in fields.values() if b"metric" in m}
    sources = {m.get(b"source", b"").decode() for m in fields.values()} - {""}
    tied = "softirq" if b"softirq" in metrics else sorted(metrics)[0].decode()
    of_source = sorted(sources)[0] if sources else "rezolus"
    at = lambda i: times[0] + span * i // 6
    events = [{"timestamp": at(1), "description": "everywhere"}, {"timestamp": at(2), "description": "one chart", "chart_id": tied},
              {"timestamp": at(3), "description": "none of these", "chart_id": "plugin 7"},
              {"timestamp": at(4), "description": "one source", "source": of_source},
              {"timestamp": at(5), "description": "a source that is not there", "source": "nobody"}]
    keys = dict(table.schema.metadata or {})
    keys[b"events"] = json.dumps({"events": events}).encode()
    keys[b"descriptions"] = json.dumps({m.decode(): f"what {m.decode()} is, {NASTY}" for m in metrics}).encode()
    keys[b"per_source_metadata"] = json.dumps({s: {"descriptions": {tied: "of its source"}} for s in sources}).encode()
    keys.setdefault(b"source", b"rezolus")
    out = os.path.join(work, name + "-scoped.parquet")
    pq.write_table(table.replace_schema_metadata(keys), out, compression="zstd")
    own = {m.get(b"metric", n.split("/")[0].encode()).decode() for n, m in fields.items() if b"description" in m}
    return out, tied, of_source, bool(sources), own


def judge_scopes(path, name):
    source, tied, of_source, has_sources, own = scoped(path, name)
    page = os.path.join(work, name + "-scoped.html")
    inlay("report", source, "-o", page)
    text = open(page, encoding="utf-8").read()
    charts = dict(re.findall(r'<figure class="?c[ "h>].*?<h3>(.*?)</h3>(.*?)</figure>', text, re.S))
    fact(f"{name}: charts are found in the page", len(charts) >= 15, len(charts))
    uses = {c: re.findall(r'<use href="#(\w+)"', body) for c, body in charts.items()}
    flags = {c: re.findall(r"<b class=k\d[^>]*>(\d+)</b>", body) for c, body in charts.items()}
    fact(f"{name}: the chart that an event names is there", tied in charts, list(charts))
    fact(f"{name}: an event without scope is in all charts", all("ev" in u for u in uses.values()))
    fact(f"{name}: an event with a chart_id is in its chart alone", [c for c, u in uses.items() if "e2" in u] == [tied])
    fact(f"{name}: and its number above it", [c for c, f in flags.items() if "2" in f] == [tied])
    fact(f"{name}: an event of another page is in none", not any("e3" in u for u in uses.values()))
    fact(f"{name}: which the list says", "chart=plugin 7</span> <span>(not on this page)" in text)
    have = [c for c, u in uses.items() if "e4" in u]
    fact(f"{name}: an event of a source is in charts of it", have and (len(have) < len(charts) or len({of_source}) == 1), have)
    fact(f"{name}: an event of no source here is in no chart that has one", not any("e5" in u for u in uses.values()))
    strip = text[text.index('<div class="p strip">'):text.index("<ol>")]
    fact(f"{name}: all of them are in the strip", re.findall(r'<use href="#(\w+)"', strip) == ["ev", "e2", "e3", "e4", "e5"], strip[:200])
    escaped = html.escape(NASTY, quote=False)
    said = {c: re.search(r'<p class=d title="[^"]*">(.*?)</p>', body, re.S) for c, body in charts.items()}
    fact(f"{name}: each chart has its metric's description", all(said.values()), [c for c in said if not said[c]])
    plain = {c: html.unescape(m.group(1)) for c, m in said.items() if m}
    fact(f"{name}: that of its source first", plain.get(tied) == ("of its source" if has_sources else f"what {tied} is, {NASTY}"), plain.get(tied))
    fact(f"{name}: others that of the file, as text", all(t == f"what {html.unescape(c)} is, {NASTY}" for c, t in plain.items()
                                                           if c != tied and c not in own),
         [i for i in plain.items() if NASTY not in i[1]])
    dom, log = browse(page, "--dump-dom", "--window-size=1400,1000")
    fact(f"{name}: no word on the console, scopes", not [l for l in log.splitlines() if "CONSOLE" in l])
    fact(f"{name}: no markup from descriptions", "owned" not in re.search("<title>.*?</title>", dom).group(0))


def measured(page, name, frame=None):
    """The page with the measuring script, as it stands or in a frame of that width."""
    text = open(page, encoding="utf-8").read().replace("</body>", MEASURE + "</body>")
    path = os.path.join(work, "measured.html")
    if frame:
        text = (f'<!DOCTYPE html><meta charset=utf-8><link rel=icon href="data:,"><body style="margin:0"><iframe '
                f'width={frame} height=2400 style="border:0" srcdoc="{html.escape(text)}"></iframe></body>')
    open(path, "w", encoding="utf-8").write(text)
    dom, log = browse(path, "--dump-dom", "--window-size=1400,1000")
    found = re.search(r'<pre id="measured">(.*?)</pre>', dom, re.S)
    errors = [l for l in log.splitlines() if "CONSOLE" in l]
    fact(f"{name}: no word on the console", not errors, errors[:1])
    return json.loads(html.unescape(found.group(1))) if fact(f"{name}: the page ran", found) else None


def hold(name, m, width):
    fact(f"{name}: nothing is wider than the screen", m["scroll"] <= m["width"], m)
    fact(f"{name}: as wide as asked for", m["width"] == width, m["width"])
    fact(f"{name}: twenty figures", m["figures"] == 20, m["figures"])
    fact(f"{name}: lines stay in their plots", m["lines"] == 0, m["lines"])
    fact(f"{name}: four events are drawn", m["marks"] == 4, m["marks"])
    fact(f"{name}: in each plot", m["uses"] == m["plots"] == 21, (m["uses"], m["plots"]))
    fact(f"{name}: within it", m["outside"] == 0 and m["flat"] == 0, (m["outside"], m["flat"]))
    for what in ("xlabels", "ylabels", "flags", "legends"):
        fact(f"{name}: no {what} over each other", m[what] == 0, m[what])
    fact(f"{name}: texts of events are text", m["events"].count(NASTY) >= 2 and "load test" in m["events"], m["events"])
    fact(f"{name}: and no markup", m["title"] == "a day & <night>", m["title"])
    fact(f"{name}: no text below 9 pixels", m["small"] >= 9, m["small"])
    fact(f"{name}: values under the pointer", m["shown"] == "block" and re.match(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d", m["tip"])
         and ": " in m["tip"], m["tip"])


# The colours of events' marks on a card (--k0, --k1), a mark being a dashed line of them: light, dark.
MARKS = {False: ((0xC8, 0x1E, 0x1E), (0x6D, 0x28, 0xD9)), True: ((0xFF, 0x7B, 0x72), (0xB9, 0x9B, 0xFF))}


def shoot(page, name, width, height, dark):
    shot = os.path.join(os.environ.get("SHOTS", work), name + ".png")
    _, log = browse(page, f"--blink-settings=preferredColorScheme={0 if dark else 1}", f"--window-size={width},{height}",
           f"--screenshot={shot}")
    errors = [l for l in log.splitlines() if "CONSOLE" in l]
    fact(f"{name}: no word on the console", not errors, errors[:1])
    rows = picture(shot)
    for colour in MARKS[dark]:
        columns = {}
        for row in rows:
            for x, pixel in enumerate(row):
                if sum(abs(a - b) for a, b in zip(pixel, colour)) < 24:
                    columns[x] = columns.get(x, 0) + 1
        fact(f"{name}: events are to be seen, a line of at least 25 points in their colour", max(columns.values(), default=0) >= 25,
             (colour, max(columns.values(), default=0)))
    ground = sum(rows[3][3]) / 3
    fact(f"{name}: the ground is {'dark' if dark else 'light'}", ground < 60 if dark else ground > 200, rows[3][3])
    colours = {}
    for row in rows[::3]:
        for pixel in row[::3]:
            colours[pixel] = colours.get(pixel, 0) + 1
    most = max(colours.values()) / sum(colours.values())
    fact(f"{name}: not blank", len(colours) > 200 and most < 0.9, (len(colours), most))
    vivid = sum(n for c, n in colours.items() if max(c) - min(c) > 60) / sum(colours.values())
    fact(f"{name}: something is drawn in colour", vivid > 0.002, vivid)


for recording in recordings:
    name = os.path.basename(recording)[:-8]
    page = os.path.join(work, name + ".html")
    inlay("report", with_events(recording, name), "-o", page, "--title", "a day & <night>")
    fact(f"{name}: a page below 250 KB", os.path.getsize(page) < 250000, os.path.getsize(page))
    for width in (None, 360):
        m = measured(page, f"{name} {width or 'wide'}", width)
        if m:
            hold(f"{name} {width or 'wide'}", m, width or 1400)
    for dark in (False, True):
        shoot(page, f"{name}-{'dark' if dark else 'light'}", 1400, 1600, dark)
    judge_scopes(recording, name)
shoot(page, f"{name}-phone", 500, 1600, True)
shutil.rmtree(work, ignore_errors=True)
finish("report")
