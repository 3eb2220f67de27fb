/* Head and foot of the page: style for light and dark, wide and narrow, paper too; the script, which shows values
 * under the pointer and which nothing else needs; what the file is. See web.h. */
#include "cli/web.h"

#include "cli/print.h"

static const char web_style[] =
    ":root{color-scheme:light dark;--bg:#f4f6f8;--card:#fff;--ink:#17202b;--soft:#566270;--line:#d9dfe6;"
    "--grid:#e8ecf0;"
    "--s0:#1f6feb;--s1:#c2410c;--s2:#0a7d55;--s3:#a21caf;--s4:#8a6a00;--s5:#4b5a6b;"
    "--k0:#c81e1e;--k1:#6d28d9;--k2:#0f6e75;--on:#fff;"
    "--h1:#dce9fa;--h2:#b5d1f4;--h3:#88b4ec;--h4:#5a92de;--h5:#3671c8;--h6:#20509e;--h7:#122f66}\n"
    "@media(prefers-color-scheme:dark){:root{--bg:#0f141a;--card:#171e26;--ink:#e6ebf1;--soft:#9aa7b5;--line:#2b3643;"
    "--grid:#222c37;--s0:#6aa9ff;--s1:#ff9d66;--s2:#4fd1a1;--s3:#e38af5;--s4:#e0c04d;--s5:#aab7c6;"
    "--k0:#ff7b72;--k1:#b99bff;--k2:#4fc9d1;--on:#0f141a;"
    "--h1:#14304f;--h2:#1a4a74;--h3:#1e6894;--h4:#2b8cae;--h5:#4cb3b3;--h6:#93d8b0;--h7:#f0f8b6}}\n"
    "*{box-sizing:border-box}html{-webkit-text-size-adjust:100%}"
    "body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.45 system-ui,-apple-system,\"Segoe UI\",Roboto,"
    "\"DejaVu Sans\",sans-serif}"
    "main{max-width:1680px;margin:0 auto;padding:20px 20px 40px}"
    "h1{font-size:1.45rem;line-height:1.25;margin:0 0 2px;overflow-wrap:anywhere}"
    "h2{font-size:1.12rem;margin:28px 0 10px}h2 small{color:var(--soft);font-weight:400;margin-left:4px}"
    "h3{font-size:.95rem;margin:0;overflow-wrap:anywhere}"
    "p,figure,dl,dd,ul,ol{margin:0;padding:0}ul,ol{list-style:none}"
    "header>p{color:var(--soft)}"
    "dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:10px;margin-top:14px}"
    "dl div{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:8px 12px;min-width:0}"
    "dt{font-size:.75rem;color:var(--soft)}dd{font-weight:600;overflow-wrap:anywhere}\n"
    ".charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,430px),1fr));gap:14px}"
    ".c,.events,.layout{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px 14px;"
    "min-width:0}.events,.layout{margin-top:28px}.events h2,.layout h2{margin-top:2px}"
    ".layout h3{margin:16px 0 6px}"
    "figcaption p,.key,.empty{color:var(--soft);font-size:.8rem;overflow-wrap:anywhere}figcaption{min-height:2.6rem}"
    "figcaption .d{color:var(--ink);opacity:.82;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;"
    "overflow:hidden;line-height:1.35;margin-top:2px}"
    ".c .l{min-height:1.4rem}\n"
    /* captions, plots and legends of neighbours on one height each */
    "@supports(grid-template-rows:subgrid){.charts .c{display:grid;grid-row:span 3;grid-template-rows:subgrid;row-gap:0}"
    ".c>*{min-width:0}}\n";

static const char web_style_plot[] =
    /* a plot: labels to its left, flags above, times below */
    ".p{position:relative;padding:18px 6px 20px 66px}"
    ".a{position:relative;height:150px;border-left:1px solid var(--line);border-bottom:1px solid var(--line)}"
    ".a svg{display:block;position:absolute;inset:0;width:100%;height:100%;overflow:visible}"
    ".y{position:absolute;left:0;top:18px;bottom:20px;width:57px;font-size:.72rem;color:var(--soft);text-align:right}"
    ".y i{position:absolute;right:0;transform:translateY(-50%);font-style:normal;line-height:1.1;white-space:nowrap;"
    "font-variant-numeric:tabular-nums}"
    ".x{position:absolute;left:66px;right:6px;bottom:0;height:18px;font-size:.72rem;color:var(--soft)}"
    ".x i{position:absolute;transform:translateX(-50%);font-style:normal;white-space:nowrap;"
    "font-variant-numeric:tabular-nums}.x .f{transform:none}.x .t{transform:translateX(-100%)}"
    ".n{position:absolute;left:66px;right:6px;top:2px;height:15px}"
    ".n b{position:absolute;transform:translateX(-50%);font-size:.62rem;line-height:14px;min-width:14px;"
    "padding:0 3px;"
    "text-align:center;border-radius:7px;color:var(--on)}"
    ".g{fill:none;stroke:var(--grid);stroke-width:1;vector-effect:non-scaling-stroke}"
    ".s{fill:none;stroke-width:1.5;stroke-linejoin:round;stroke-linecap:round;vector-effect:non-scaling-stroke}"
    ".e{fill:none;stroke-width:1;stroke-opacity:.3;vector-effect:non-scaling-stroke}"
    ".o1{fill:none;stroke-width:5;stroke-linecap:round;vector-effect:non-scaling-stroke}"
    ".m{fill:none;stroke-width:1.5;stroke-dasharray:4 3;vector-effect:non-scaling-stroke}"
    ".b{fill-opacity:.16;stroke:none}"
    ".t,.heat .h1,.heat .h2,.heat .h3,.heat .h4,.heat .h5,.heat .h6,.heat .h7,.ramp path{fill:none;stroke-width:1}"
    ".heat .a svg,.ramp{shape-rendering:crispEdges}.heat .over{shape-rendering:auto!important}"
    ".h1{stroke:var(--h1)}.h2{stroke:var(--h2)}.h3{stroke:var(--h3)}.h4{stroke:var(--h4)}.h5{stroke:var(--h5)}"
    ".h6{stroke:var(--h6)}.h7{stroke:var(--h7)}"
    "svg .s0{stroke:var(--s0)}svg .s1{stroke:var(--s1)}svg .s2{stroke:var(--s2)}svg .s3{stroke:var(--s3)}"
    "svg .s4{stroke:var(--s4)}svg .s5{stroke:var(--s5)}"
    ".m.k0{stroke:var(--k0)}.m.k1{stroke:var(--k1)}.m.k2{stroke:var(--k2)}"
    ".b.k0{fill:var(--k0)}.b.k1{fill:var(--k1)}.b.k2{fill:var(--k2)}"
    "b.k0{background:var(--k0)}b.k1{background:var(--k1)}b.k2{background:var(--k2)}"
    ".defs{position:absolute;width:0;height:0}"
    ".ramp{display:inline-block;width:84px;height:10px;vertical-align:-1px}"
    ".none{position:absolute;inset:0;display:grid;place-items:center;color:var(--soft);font-size:.85rem}\n"
    ".l{display:flex;flex-wrap:wrap;align-content:flex-start;gap:2px 14px;font-size:.78rem;padding-top:6px}"
    ".l li{min-width:0;overflow-wrap:anywhere}.l li[class^=s]::before{content:\"\";display:inline-block;"
    "width:12px;height:"
    "4px;border-radius:2px;margin-right:6px;vertical-align:middle;background:currentColor}"
    ".l em{font-style:normal;color:var(--soft);white-space:nowrap}.l span{color:var(--ink)}"
    ".l .s0{color:var(--s0)}.l .s1{color:var(--s1)}.l .s2{color:var(--s2)}.l .s3{color:var(--s3)}"
    ".l .s4{color:var(--s4)}.l .s5{color:var(--s5)}\n";

static const char web_style_parts[] =
    ".strip .a{height:46px}.strip{margin-bottom:12px}"
    ".events li{display:grid;grid-template-columns:28px 1fr;padding:7px 0;border-top:1px solid var(--line)}"
    ".events li>b{justify-self:start;font-size:.7rem;line-height:18px;height:18px;min-width:18px;padding:0 4px;"
    "text-align:center;border-radius:9px;color:var(--on);margin-top:2px}"
    ".events p{font-size:.82rem;color:var(--soft);overflow-wrap:anywhere}.events .what{font-size:.95rem;"
    "color:var(--ink);"
    "white-space:pre-line}.events .d{white-space:pre-line}.events time{font-variant-numeric:tabular-nums}"
    ".events li i{font-style:normal;font-weight:600}i.k0{color:var(--k0)}i.k1{color:var(--k1)}i.k2{color:var(--k2)}"
    ".w:empty{display:none}.w span{margin-right:8px}"
    ".map .a{height:clamp(28px,calc(var(--n)*16px),384px);margin-top:4px}.map{padding:0 6px 4px 66px}"
    ".map .y{top:4px;bottom:4px}.o{stroke-opacity:.72}.t{shape-rendering:crispEdges}.bar{padding:0 6px 0 0}"
    ".bar .a{height:22px;border:0}"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.82rem}"
    "th{text-align:left;color:var(--soft);font-weight:500}th,td{padding:4px 10px 4px 0;"
    "border-bottom:1px solid var(--line);"
    "white-space:nowrap}.num{text-align:right;font-variant-numeric:tabular-nums}.name small{color:var(--soft);"
    "margin-left:"
    "6px}.name{white-space:normal;overflow-wrap:anywhere;min-width:140px}td.share{width:22%;min-width:120px}"
    ".share s{display:inline-block;height:8px;background:var(--s0);border-radius:2px;margin-right:6px;width:"
    "calc(var(--w)*(100% - 62px));vertical-align:middle}"
    "footer{margin-top:28px;color:var(--soft);font-size:.78rem}"
    "#tip{position:fixed;z-index:9;pointer-events:none;background:var(--card);border:1px solid var(--line);"
    "border-radius:"
    "8px;padding:6px 10px;font-size:.78rem;box-shadow:0 4px 16px #0004;display:none;max-width:min(360px,80vw);"
    "white-space:pre-line;overflow-wrap:anywhere}"
    ".hover #tip{display:block}.hover .c .a::after,.hover .strip .a::after{content:\"\";position:absolute;top:0;"
    "bottom:0;"
    "left:calc(var(--x)*100%);width:1px;background:var(--ink);opacity:.45}"
    "@media(max-width:600px){main{padding:14px 10px 30px}.c,.events,.layout{padding:10px}.p{padding-left:56px}"
    ".y{width:47px}.x,.n{left:56px}.map{padding-left:56px}.bar{padding-left:0}"
    ".name small{display:block;margin-left:0}.layout td:nth-child(2),.layout th:nth-child(2),"
    ".layout td:nth-child(4),.layout th:nth-child(4){display:none}td.share{min-width:96px}"
    ".charts{gap:10px}dl{grid-template-columns:repeat(2,1fr);gap:8px}}"
    "@media print{body{background:none}.c,.events li{break-inside:avoid}}";

/* Values are read off the lines: as exact as a pixel. */
static const char web_script[] =
    "(()=>{const root=document.documentElement,tip=document.getElementById('tip'),d=document.body.dataset;\n"
    "const read=p=>{if(p.v)return p.v;const v=p.v=[];let x=0,y=0;\n"
    "for(const m of p.getAttribute('d').matchAll(/([Mlvh])(-?[\\d.]+)(?:[ ]?(-?[\\d.]+))?/g)){"
    "const a=+m[2],b=+m[3];\n"
    "if(m[1]=='M'){x=a;y=b}else if(m[1]=='l'){x+=a;y+=b}else if(m[1]=='v')y+=a;\n"
    "(v[x]=v[x]||[]).push(y)}return v};\n"
    "const near=(v,x)=>{for(let k=0;k<9;k++){if(v[x-k])return v[x-k];if(v[x+k])return v[x+k]}};\n"
    "const time=f=>d.timed?new Date(+d.from+f*(d.to-d.from)).toISOString().replace('T',' ').slice(0,d.to-d.from<6e4?23:19)"
    ":'row '+Math.round(+d.from+f*(d.to-d.from));\n"
    "const lines=(c,f)=>{if(!c||!c.dataset.a)return'';"
    "const[lo,hi,per,dec]=c.dataset.a.split(' ').map(Number),u=c.dataset.u,"
    "names=c.querySelectorAll('.l li span');let t='';\n"
    "const show=y=>((hi-(hi-lo)*y/200)/per).toFixed(dec);\n"
    "names.forEach((n,i)=>{const y=['e','o1','s'].map(k=>c.querySelector('path.'+k+'.s'+i)).filter(p=>p)"
    ".map(p=>near(read(p),Math.round(f*400))).find(v=>v);\n"
    "if(y){const a=show(Math.max(...y)),b=show(Math.min(...y));\n"
    "t+='\\n'+n.textContent+': '+(a==b?a:a+' to '+b)+(u?' '+u:'')}});return t};\n"
    "document.addEventListener('pointermove',e=>{const a=e.target.closest&&e.target.closest('.c .a,.strip .a');\n"
    "if(!a){root.classList.remove('hover');return}\n"
    "const r=a.getBoundingClientRect(),f=Math.min(1,Math.max(0,(e.clientX-r.left)/r.width));\n"
    "root.style.setProperty('--x',f);root.classList.add('hover');\n"
    "tip.textContent=time(f)+lines(a.closest('.c'),f);\n"
    "const w=tip.offsetWidth,h=tip.offsetHeight;\n"
    "tip.style.left=Math.max(4,e.clientX+14+w>innerWidth?e.clientX-14-w:e.clientX+14)+'px';\n"
    "tip.style.top=Math.max(4,Math.min(innerHeight-h-4,e.clientY+14))+'px'});\n"
    "document.addEventListener('pointerleave',()=>root.classList.remove('hover'))})();";

/* ---- what the file is ---- */

static inlay_bytes web_file_name(const struct web *w)
{
    const char *slash = strrchr(w->in.path, '/'), *name = w->settings->title;
    if (!name)
        name = slash && slash[1] ? slash + 1 : w->in.path;
    return (inlay_bytes){(const uint8_t *)name, strlen(name)};
}

static void web_fact(struct web *w, const char *name)
{
    out_format(&w->page, "</dd></div><div><dt>%s</dt><dd>", name);
}

/* "source" of a combined recording is a JSON list of names: without its marks. */
static void web_plain_list(struct out *o, inlay_bytes list)
{
    for (size_t from = 1, at = 1; at < list.len; at++) {
        if (list.data[at] != ',' && list.data[at] != ']')
            continue;
        inlay_bytes name = {list.data + from, at - from};
        if (name.len >= 2 && name.data[0] == '"' && name.data[name.len - 1] == '"')
            name = (inlay_bytes){name.data + 1, name.len - 2};
        out_text(o, from > 1 ? ", " : "");
        web_escape(o, name, 60);
        from = at + 1;
    }
}

static void web_key_fact(struct web *w, const char *key, const char *name)
{
    const inlay_key_value *kv = inlay_reader_find_key(w->in.reader, key);
    if (!kv || !kv->has_value || !kv->value.len)
        return;
    web_fact(w, name);
    if (kv->value.data[0] == '[' && kv->value.data[kv->value.len - 1] == ']' && kv->value.len <= 256)
        web_plain_list(&w->page, kv->value);
    else
        web_escape(&w->page, kv->value, 80);
}

static void web_interval(struct web *w)
{
    const struct web_clock *c = &w->clock;
    if (!c->timed || c->rows < 2 || c->to == c->from)
        return;
    uint64_t step = (c->to - c->from) / (uint64_t)(c->rows - 1), power = 1;
    while (step / power >= 1000)
        power *= 10;
    web_fact(w, "interval, on average");
    web_length(&w->page, (step + power / 2) / power * power); /* three digits: clocks jitter */
}

static void web_facts(struct web *w)
{
    struct out *o = &w->page;
    inlay_bytes by = inlay_reader_created_by(w->in.reader);
    out_text(o, "<dl><div><dt>rows</dt><dd>");
    print_count(o, (uint64_t)w->clock.rows);
    web_fact(w, "columns");
    print_count(o, inlay_schema_leaves(w->schema));
    web_fact(w, "row groups");
    print_count(o, inlay_reader_row_groups(w->in.reader));
    web_fact(w, "size");
    print_size(o, w->in.source.size_bytes);
    web_interval(w);
    web_key_fact(w, "source", "source");
    web_key_fact(w, "node", "node");
    web_key_fact(w, "instance", "instance");
    web_key_fact(w, "version", "version");
    if (by.len) {
        web_fact(w, "written by");
        web_escape(o, by, 60);
    }
    out_text(o, "</dd></div></dl>");
}

static void web_span(struct web *w)
{
    struct out *o = &w->page;
    const struct web_clock *c = &w->clock;
    out_text(o, "<p>");
    if (c->timed) {
        web_time(o, c->from);
        out_text(o, " to ");
        web_time(o, c->to);
        out_text(o, c->to > c->from ? " UTC, " : " UTC");
        if (c->to > c->from)
            web_length(o, c->to - c->from);
    } else {
        out_text(o, c->note ? "Drawn by row number, as " : "Drawn by row number: no column of times");
        out_text(o, c->note ? c->note : "");
    }
    out_text(o, "</p>");
}

void web_head(struct web *w)
{
    struct out *o = &w->page;
    out_text(o, "<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>\n"
                "<meta name=viewport content=\"width=device-width,initial-scale=1\">\n"
                "<meta name=color-scheme content=\"light dark\">\n"
                "<meta http-equiv=Content-Security-Policy content=\"default-src 'none';style-src 'unsafe-inline';"
                "script-src 'unsafe-inline';img-src data:;base-uri 'none';form-action 'none'\">\n"
                "<link rel=icon href=\"data:,\">\n<title>");
    web_escape(o, web_file_name(w), 200);
    out_text(o, "</title>\n<style>");
    out_text(o, web_style);
    out_text(o, web_style_plot);
    out_text(o, web_style_parts);
    out_text(o, "</style></head>\n<body");
    if (w->clock.timed)
        out_format(o, " data-timed=1 data-from=\"%.3f\" data-to=\"%.3f\"", (double)w->clock.from / 1e6,
                   (double)w->clock.to / 1e6);
    else
        out_format(o, " data-from=\"%llu\" data-to=\"%llu\"", (unsigned long long)w->clock.from,
                   (unsigned long long)w->clock.to);
    out_text(o, "><main>\n<header><h1>");
    web_escape(o, web_file_name(w), 200);
    out_text(o, "</h1>");
    web_span(w);
    web_facts(w);
    out_text(o, "</header>\n");
}

void web_foot(struct web *w)
{
    struct out *o = &w->page;
    size_t named = 0, shown = w->n_lines_shown + w->n_heats_shown;
    for (size_t i = 0; i < w->n_charts; i++)
        named += w->settings->metrics.n ? w->charts[i].named : true;
    out_text(o, "<footer>");
    if (shown < named)
        out_format(o, "%zu of %zu %s shown; --metric and --charts choose others. ", shown, named,
                   w->recording ? "metrics" : "columns");
    out_text(o, "Made by inlay " INLAY_VERSION ".</footer></main>\n<div id=tip></div>\n<script>");
    out_text(o, web_script);
    out_text(o, "</script></body></html>\n");
}
