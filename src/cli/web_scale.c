/* Units, ticks and times; see web.h. */
#include "cli/web.h"

#include <stdio.h>

#include "cli/dates.h"

struct web_prefix {
    double factor;
    const char *suffix;
};

static const struct web_prefix web_plain[] = {
    {1e-9, "n"}, {1e-6, "µ"}, {1e-3, "m"}, {1, ""},     {1e3, "k"}, {1e6, "M"},
    {1e9, "G"},  {1e12, "T"}, {1e15, "P"}, {1e18, "E"}, {0, ""}};
static const struct web_prefix web_bytes[] = {{1, "B"},
                                              {1024.0, "KiB"},
                                              {1048576.0, "MiB"},
                                              {1073741824.0, "GiB"},
                                              {1099511627776.0, "TiB"},
                                              {1125899906842624.0, "PiB"},
                                              {0, ""}};
/* Time in a second of time is best in seconds at most: 64 busy processors are 64 s, not 1.07 min. */
static const struct web_prefix web_busy[] = {{1, "ns"}, {1e3, "µs"}, {1e6, "ms"}, {1e9, "s"}, {0, ""}};
static const struct web_prefix web_durations[] = {{1, "ns"},     {1e3, "µs"},   {1e6, "ms"}, {1e9, "s"},
                                                  {6e10, "min"}, {36e11, "h"}, {864e11, "d"}, {0, ""}};

struct web_unit web_unit_of(inlay_bytes unit, bool rate)
{
    static const struct {
        const char *name;
        double ns;
    } times[] = {{"nanoseconds", 1}, {"ns", 1},  {"microseconds", 1e3}, {"us", 1e3}, {"milliseconds", 1e6},
                 {"ms", 1e6},        {"seconds", 1e9}, {"s", 1e9}};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (web_is(unit, times[i].name))
            return (struct web_unit){rate ? web_busy : web_durations, times[i].ns};
    if (web_is(unit, "bytes") || web_is(unit, "bytes/second"))
        return (struct web_unit){web_bytes, 1};
    return (struct web_unit){web_plain, 1};
}

static const struct web_prefix *web_prefix_for(struct web_unit unit, double most)
{
    const struct web_prefix *p = unit.prefixes;
    if (most <= 0)
        while (p->factor < 1)
            p++;
    while (p[1].factor > 0 && most * unit.per >= p[1].factor)
        p++;
    return p;
}

/* ---- values ---- */

static double web_size(double v)
{
    return v < 0 ? -v : v;
}

/* 1, 2 or 5 times a power of ten, at or above x. */
static double web_nice(double x)
{
    double power = 1;
    while (power > x && power > 1e-300)
        power /= 10;
    while (power * 10 <= x && power < 1e300)
        power *= 10;
    return x <= power ? power : x <= 2 * power ? 2 * power : x <= 5 * power ? 5 * power : 10 * power;
}

/* Floor of a quotient that is known to be below 2^62. */
static double web_floor(double x)
{
    double whole = (double)(int64_t)x;
    return whole > x ? whole - 1 : whole;
}

void web_axis_make(struct web_axis *axis, double low, double high, struct web_unit unit)
{
    double most = web_size(high) > web_size(low) ? web_size(high) : web_size(low);
    if (low > 0 && high - low > high / 4)
        low = 0;
    if (!(high - low > most * 1e-9)) { /* a flat line stands in the middle, zero on the ground */
        high = high > 0 ? high + most / 10 : high < 0 ? high + most / 10 : 1;
        low = low > 0 ? low - most / 10 : low < 0 ? low - most / 10 : 0;
    }
    most = web_size(high) > web_size(low) ? web_size(high) : web_size(low);
    const struct web_prefix *p = web_prefix_for(unit, most);
    double factor = p->factor / unit.per, step = web_nice((high - low) / factor / 4);
    unsigned decimals = 0;
    for (double s = step; s < 0.999 && decimals < 6; s *= 10)
        decimals++;
    double from = web_floor(low / factor / step) * step * factor, first = from;
    double to = -web_floor(-(high / factor / step)) * step * factor, most_waste = (high - low) / 8;
    if (low - from > most_waste) {
        from = low - most_waste / 2;
        first += step * factor;
    }
    if (to - high > 2 * most_waste)
        to = high + most_waste / 2;
    *axis = (struct web_axis){.from = from,
                              .to = to,
                              .first = first,
                              .step = step * factor,
                              .factor = factor,
                              .suffix = p->suffix,
                              .decimals = decimals};
}

void web_axis_value(struct out *o, const struct web_axis *axis, double value)
{
    double v = value / axis->factor;
    if (web_size(v) < axis->step / axis->factor * 1e-6) {
        out_char(o, '0');
        return;
    }
    out_format(o, web_size(v) < 1e6 ? "%.*f" : "%.*g", web_size(v) < 1e6 ? (int)axis->decimals : 4, v);
    if (axis->suffix[0]) {
        out_text(o, "\xC2\xA0"); /* no line end here */
        out_text(o, axis->suffix);
    }
}

void web_value(struct out *o, struct web_unit unit, double value)
{
    const struct web_prefix *p = web_prefix_for(unit, web_size(value));
    double v = value * unit.per / p->factor, tenths = v * 10;
    bool whole = web_size(v) >= 100 || (web_size(v) < 1e15 && web_size(v - (double)(int64_t)v) < 0.05);
    out_format(o, web_size(v) >= 1e6 ? "%.4g" : whole || web_size(tenths) < 0.5 ? "%.0f" : "%.1f", v);
    if (p->suffix[0] && web_size(value) > 0) {
        out_text(o, "\xC2\xA0");
        out_text(o, p->suffix);
    }
}

double web_log2(double x)
{
    double whole = 0;
    while (x >= 2) {
        x /= 2;
        whole++;
    }
    return whole + (x - 1);
}

/* ---- times ---- */

#define WEB_SECOND_NS UINT64_C(1000000000)
#define WEB_DAY_NS    (86400 * WEB_SECOND_NS)

/* A step of at least `least` that people count in. */
static uint64_t web_time_step(uint64_t least)
{
    static const uint32_t seconds[] = {1,    2,    5,     10,    15,    30,    60,    120,   300,    600,    900,
                                       1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 432000, 864000};
    uint64_t step = 1;
    if (least < WEB_SECOND_NS) {
        while (step < least)
            step *= 10;
        return step / 5 >= least ? step / 5 : step / 2 >= least ? step / 2 : step;
    }
    for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++)
        if (seconds[i] * WEB_SECOND_NS >= least)
            return seconds[i] * WEB_SECOND_NS;
    step = 20 * WEB_DAY_NS;
    while (step < least && step <= UINT64_MAX / 10)
        step *= step % (50 * WEB_DAY_NS) == 0 ? 2 : 5;
    return step;
}

/* "2026-05-12T15:23:00.000000000": the part that the step and the span call for. */
static void web_time_mark(char text[24], uint64_t ns, uint64_t step, uint64_t span)
{
    char whole[DATES_MOST];
    size_t from = 11, to = 16;
    *dates_timestamp(whole, (int64_t)ns, 9, false) = 0;
    if (step < WEB_SECOND_NS) {
        from = 14;
        to = step >= 1000000 ? 23 : step >= 1000 ? 26 : 29;
    } else if (step % 60000000000u) {
        to = 19;
    } else if (step >= WEB_DAY_NS) {
        from = span > 300 * WEB_DAY_NS ? 0 : 5;
        to = 10;
    } else if (span > WEB_DAY_NS) {
        from = 5;
    }
    memcpy(text, whole + from, to - from);
    text[to - from] = 0;
    if (from == 5 && to == 16)
        text[5] = ' ';
}

void web_time_marks(struct web_marks *marks, const struct web_clock *clock, unsigned most)
{
    uint64_t span = clock->to - clock->from, step = 1;
    marks->n = 0;
    if (clock->rows == 0)
        return;
    if (clock->timed && span == 0) {
        marks->n = 1;
        marks->mark[0].at = 0.5;
        web_time_mark(marks->mark[0].text, clock->from, WEB_SECOND_NS, 0);
        return;
    }
    if (clock->timed && span > WEB_DAY_NS && span < 4 * WEB_DAY_NS)
        most = 3; /* date and time: texts are long */
    if (clock->timed && web_time_step(span / most + 1) % (60 * WEB_SECOND_NS) != 0)
        most--; /* so are seconds */
    step = clock->timed ? web_time_step(span / most + 1) : (uint64_t)web_nice((double)(span / most + 1));
    for (uint64_t t = (clock->from + step - 1) / step * step; t <= clock->to && marks->n < WEB_MARKS; t += step) {
        struct web_mark *mark = &marks->mark[marks->n++];
        mark->at = web_place(clock, t);
        if (clock->timed)
            web_time_mark(mark->text, t, step, span);
        else
            snprintf(mark->text, sizeof mark->text, "%llu", (unsigned long long)t);
        if (t > UINT64_MAX - step)
            break;
    }
}

void web_time(struct out *o, uint64_t ns)
{
    char *p = out_room(o, DATES_MOST);
    dates_timestamp(p, (int64_t)ns, 9, false);
    p[10] = ' ';
    o->used += 19;
}

void web_length(struct out *o, uint64_t ns)
{
    static const struct {
        uint64_t ns;
        const char *name;
    } units[] = {{WEB_DAY_NS, "d"}, {3600 * WEB_SECOND_NS, "h"}, {60 * WEB_SECOND_NS, "min"}, {WEB_SECOND_NS, "s"},
                 {1000000, "ms"},   {1000, "µs"},                {1, "ns"}};
    size_t i = 0;
    while (i < 6 && ns < units[i].ns)
        i++;
    out_format(o, "%llu\xC2\xA0%s", (unsigned long long)(ns / units[i].ns), units[i].name);
    uint64_t rest = ns % units[i].ns;
    if (i < 6 && rest / units[i + 1].ns)
        out_format(o, "\xC2\xA0%llu\xC2\xA0%s", (unsigned long long)(rest / units[i + 1].ns), units[i + 1].name);
}

void web_x_labels(struct out *o, const struct web_marks *marks)
{
    out_text(o, "<div class=x>");
    for (unsigned i = 0; i < marks->n; i++) {
        double at = marks->mark[i].at;
        out_format(o, "<i%s style=\"left:%.2f%%\">%s</i>", at < 0.035 ? " class=f" : at > 0.965 ? " class=t" : "",
                   100 * at, marks->mark[i].text);
    }
    out_text(o, "</div>");
}
