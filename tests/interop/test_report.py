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


def shoot(page, name, width, height, dark):
    shot = os.path.join(os.environ.get("SHOTS", work), name + ".png")
    browse(page, f"--blink-settings=preferredColorScheme={0 if dark else 1}", f"--window-size={width},{height}",
           f"--screenshot={shot}")
    rows = picture(shot)
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
shoot(page, f"{name}-phone", 500, 1600, True)
shutil.rmtree(work, ignore_errors=True)
finish("report")
