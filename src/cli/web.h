/* A page about one file: charts of its columns over time, its events, its layout.
 *
 *   web_text     what may stand in HTML                    web_line    charts of counters and gauges
 *   web_scale    units, ticks, times                       web_heat    charts of histograms
 *   web_read     values row by row, the clock              web_events  marks, bands and their list
 *   web_columns  what the columns are, their labels        web_layout  where the bytes are
 *   web_pick     which of them are shown                   web_frame   head, style, script, foot
 *
 * Plots are SVG that stretches with the page; texts beside them are HTML, so that they keep their size on any
 * screen. Every plot is WEB_BINS wide and WEB_HEIGHT high in its own units.
 *
 * Memory: about 120 bytes a column of the file, one chart's bins, two open columns; it does not grow with rows.
 */
#ifndef INLAY_CLI_WEB_H
#define INLAY_CLI_WEB_H

#include "inlay/arrow.h"

#include "cli/files.h"
#include "cli/out.h"

enum {
    WEB_BINS = 400,  /* of the time axis; each keeps its lowest and highest value */
    WEB_HEIGHT = 200,
    WEB_MOST_LINES = 6, /* colours */
    WEB_MARKS = 10,
    WEB_HEAT_LEVELS = 7
};

/* ---- the page ---- */

struct web_settings {
    struct files_settings files;
    const char *output, *title;
    struct options_list metrics;
    uint64_t charts, lines;
    bool quiet;
};

enum web_kind { WEB_COUNTER, WEB_GAUGE, WEB_HISTOGRAM };
enum web_number { WEB_I32, WEB_U32, WEB_I64, WEB_U64, WEB_F32, WEB_F64 };

struct web_column {
    inlay_bytes metric, unit; /* views of the file's metadata, or of `own` */
    char *own;
    double score;             /* how much it varies, 0 = not at all, -1 = nothing to draw */
    uint32_t leaf;
    uint32_t field;           /* top-level column; UINT32_MAX = nested */
    uint8_t kind, number;
    uint8_t entry_def, max_def;                /* a histogram's bucket; a value */
    uint8_t grouping_power, max_value_power;
};

/* Columns of one metric, kind and unit: `n` from `first` on. */
struct web_chart {
    size_t first, n;
    double score;
    size_t family, taken; /* first chart whose name begins alike; there: how many of them are chosen */
    bool named;           /* by --metric */
    bool tied;            /* by an event's chart_id */
    bool chosen;
};

struct web_clock {
    bool timed;         /* false: the axis counts rows */
    const char *note;   /* why it is not; constant text, NULL = no time column */
    uint32_t leaf;
    const inlay_node *node;
    inlay_bytes unit;   /* as its metadata says */
    uint64_t unit_ns;   /* 0 = to be told when the first value is there */
    int64_t rows;
    uint64_t from, to;  /* nanoseconds since 1970, or rows */
    uint64_t typical;   /* step between rows, a power of two at or below it */
};

struct web_marks {
    unsigned n;
    struct web_mark {
        double at; /* 0 to 1 */
        char text[24];
    } mark[WEB_MARKS];
};

struct web {
    const struct web_settings *settings;
    inlay_env env;
    struct files_input in;
    const inlay_schema *schema;
    uint32_t *fields;          /* [n] nodes of the top-level columns: to look for them by number takes as long as the number */
    inlay_arrow_schema *arrow; /* NULL = none, or damaged */
    struct web_clock clock;
    struct web_marks marks; /* of the time axis */
    struct web_column *columns;
    size_t n_columns;
    struct web_chart *charts; /* by name */
    size_t n_charts, n_lines_shown, n_heats_shown;
    bool recording;
    struct inlay_events *list; /* of the footer */
    struct web_event *events;  /* [n_events] of it, by time */
    size_t n_events;
    const char *events_fault;  /* why there are none; constant text */
    struct out page;
    inlay_sink sink;
    uint64_t page_bytes;
};

/* Give the page so far to the sink. Returns an exit code. */
int web_flush(struct web *w);

/* ---- text ---- */

/* Text of a file as text or attribute value: markup escaped, control and bidirectional characters and bad UTF-8 as
 * U+FFFD, at most `most` characters (0 = all), then "…". */
void web_escape(struct out *o, inlay_bytes text, size_t most);
void web_escape_text(struct out *o, const char *text);
bool web_is(inlay_bytes text, const char *other);
int web_compare(inlay_bytes a, inlay_bytes b);
/* '*' any characters, '?' one. */
bool web_glob(const char *glob, inlay_bytes text);

/* ---- scales ---- */

struct web_unit {
    const struct web_prefix *prefixes; /* ascending, ends with factor 0 */
    double per; /* what one of the file's unit is in theirs */
};
struct web_axis {
    double from, to, first, step; /* the plot's ground and top, the lowest tick; in the file's unit */
    double factor;
    const char *suffix;
    unsigned decimals;
};
struct web_unit web_unit_of(inlay_bytes unit, bool rate);
void web_axis_make(struct web_axis *axis, double low, double high, struct web_unit unit);
void web_axis_value(struct out *o, const struct web_axis *axis, double value);
/* One value by itself: "1.5 MiB". */
void web_value(struct out *o, struct web_unit unit, double value);
double web_log2(double x); /* of x >= 1, within 0.09 */
/* At most `most` <= WEB_MARKS ticks of the time axis. */
void web_time_marks(struct web_marks *marks, const struct web_clock *clock, unsigned most);
void web_time(struct out *o, uint64_t ns); /* "2026-05-12 15:23:00" */
void web_length(struct out *o, uint64_t ns); /* "1 h 20 min" */
void web_x_labels(struct out *o, const struct web_marks *marks);

/* ---- reading ---- */

struct web_walk {
    inlay_column *column;
    inlay_batch batch;
    size_t level, value, width;
    uint8_t max_def;
};
int web_walk_open(struct web *w, uint32_t leaf, struct web_walk *walk);
void web_walk_close(struct web_walk *walk);
/* The next row's value, as it lies in memory, in the low bytes. OK, END or a failure. */
inlay_status web_walk_next(struct web_walk *walk, bool *present, uint64_t *bits);

/* Times of rows. */
struct web_ticks {
    const struct web_clock *clock;
    struct web_walk walk;
    uint64_t row;
};
int web_clock_open(struct web *w);
int web_ticks_open(struct web *w, struct web_ticks *ticks);
void web_ticks_close(struct web_ticks *ticks);
inlay_status web_ticks_next(struct web_ticks *ticks, bool *present, uint64_t *time);
double web_place(const struct web_clock *clock, uint64_t time); /* 0 to 1 */
bool web_is_gap(const struct web_clock *clock, uint64_t before, uint64_t time);

double web_number(const struct web_column *column, uint64_t bits);
/* Neither infinite nor NaN nor so large that sums would be. */
static inline bool web_drawable(double x)
{
    return x >= -1e150 && x <= 1e150;
}
/* What counts as a number; false = no chart of it. */
bool web_number_kind(const inlay_node *node, uint8_t *number);

/* ---- columns ---- */

int web_fields_open(struct web *w);
const inlay_node *web_field(const struct web *w, uint32_t field);
int web_columns_open(struct web *w);
void web_columns_close(struct web *w);
inlay_bytes web_metadata(const struct web *w, uint32_t field, const char *key);
/* What the file says of the column's metric: a paragraph, or nothing. */
void web_description(struct web *w, const struct web_column *column);
/* What tells this line from the others of its chart: labels, else the column's name. Returns how many labels. */
unsigned web_labels(struct web *w, const struct web_column *column, const struct web_column *const *lines, unsigned n);
void web_column_name(struct web *w, uint32_t leaf, size_t most);

/* Events, as far as they are shown. */
int web_events_open(struct web *w);
void web_events_close(struct web *w);
/* Does an event's chart_id name this chart, by its metric or by one of its columns? */
bool web_is_tied(const struct web *w, const struct web_chart *chart);

/* Score the columns and choose charts. */
int web_pick(struct web *w);

/* ---- parts of the page; each returns an exit code ---- */

void web_head(struct web *w);
void web_foot(struct web *w);
int web_events(struct web *w);
/* In a chart of `n` lines: the numbers above the plot, and the marks in it. An event is in charts that it names by
 * chart_id (in all, if it has none), where source, node and instance, as far as event and a line have them, are the
 * same. `chart` NULL: all events. */
void web_event_flags(struct web *w, const struct web_chart *chart, const struct web_column *const *lines, unsigned n);
void web_event_uses(struct web *w, const struct web_chart *chart, const struct web_column *const *lines, unsigned n);
int web_charts(struct web *w);
int web_line(struct web *w, const struct web_chart *chart);
int web_heat(struct web *w, const struct web_chart *chart);
int web_layout(struct web *w);

#endif
