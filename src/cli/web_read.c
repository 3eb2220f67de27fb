/* Values row by row, and the clock; see web.h. */
#include "cli/web.h"

#include "cli/report.h"

/* ---- one column ---- */

int web_walk_open(struct web *w, uint32_t leaf, struct web_walk *walk)
{
    const inlay_node *node = inlay_schema_leaf(w->schema, leaf);
    *walk = (struct web_walk){.max_def = node->max_def, .width = inlay_node_width(node)};
    if (inlay_column_open(w->in.reader, leaf, 0, &walk->column) != INLAY_OK)
        return report_failure(w->in.path, &w->env.error);
    return REPORT_DONE;
}

void web_walk_close(struct web_walk *walk)
{
    inlay_column_close(walk->column);
    walk->column = NULL;
}

inlay_status web_walk_next(struct web_walk *walk, bool *present, uint64_t *bits)
{
    while (walk->level == walk->batch.n_levels) {
        inlay_status status = inlay_column_read(walk->column, 0, &walk->batch);
        if (status != INLAY_OK) {
            walk->batch.n_levels = walk->level = 0;
            return status;
        }
        walk->level = walk->value = 0;
    }
    *present = !walk->batch.def || walk->batch.def[walk->level] == walk->max_def;
    walk->level++;
    if (!*present)
        return INLAY_OK;
    const char *at = (const char *)walk->batch.values + walk->value++ * walk->width;
    uint32_t word;
    if (walk->width == sizeof *bits) {
        memcpy(bits, at, sizeof *bits);
    } else {
        memcpy(&word, at, sizeof word);
        *bits = word;
    }
    return INLAY_OK;
}

/* ---- numbers ---- */

double web_number(const struct web_column *column, uint64_t bits)
{
    uint32_t word = (uint32_t)bits;
    float single;
    double real;
    switch (column->number) {
    case WEB_I32:
        return (double)(int32_t)word;
    case WEB_U32:
        return (double)word;
    case WEB_I64:
        return (double)(int64_t)bits;
    case WEB_F32:
        memcpy(&single, &word, sizeof single);
        return (double)single;
    case WEB_F64:
        memcpy(&real, &bits, sizeof real);
        return real;
    default:
        return (double)bits;
    }
}

bool web_number_kind(const inlay_node *node, uint8_t *number)
{
    bool is_integer = node->logical.kind == INLAY_INTEGER;
    bool is_unsigned = is_integer && !node->logical.is_signed;
    if (!is_integer && node->logical.kind != INLAY_LOGICAL_NONE)
        return false;
    switch (node->type) {
    case INLAY_INT32:
        *number = is_unsigned ? WEB_U32 : WEB_I32;
        return true;
    case INLAY_INT64:
        *number = is_unsigned ? WEB_U64 : WEB_I64;
        return true;
    case INLAY_FLOAT:
        *number = WEB_F32;
        return true;
    case INLAY_DOUBLE:
        *number = WEB_F64;
        return true;
    default:
        return false;
    }
}

/* ---- the clock ---- */

/* Nanoseconds in one unit of the column; 0 = to be told from the first value. */
/* The column of times: "timestamp", which makes the file a recording; else the first that is annotated so. */
static bool web_clock_find(struct web *w)
{
    uint32_t n = inlay_schema_node(w->schema, 0)->n_children;
    bool found = false;
    for (uint32_t i = 0; i < n; i++) {
        const inlay_node *node = web_field(w, i);
        bool named = web_is(node->name, "timestamp"), stamp = node->logical.kind == INLAY_TIMESTAMP;
        if ((!named && (!stamp || found)) || !inlay_time_unit(node, (inlay_bytes){NULL, 0}, 0))
            continue;
        w->clock.leaf = (uint32_t)node->leaf;
        w->clock.node = node;
        w->clock.unit = web_metadata(w, i, "unit");
        found = true;
        if (named) {
            w->recording = true;
            break;
        }
    }
    return found;
}

struct web_steps {
    uint64_t first, last, n;
    uint64_t by_power[64]; /* steps from 2^i on */
    const char *fault;     /* why these are no times to draw by */
};

static void web_steps_add(struct web_steps *s, struct web_clock *clock, uint64_t bits)
{
    if (clock->unit_ns == 0)
        clock->unit_ns = inlay_time_unit(clock->node, clock->unit, bits);
    uint64_t ns = bits * clock->unit_ns, step = ns - s->last;
    if (bits > INT64_MAX / clock->unit_ns)
        s->fault = "its times are before 1970 or beyond 2262";
    else if (s->n && ns < s->last)
        s->fault = "its times do not ascend";
    if (s->n && step) {
        unsigned power = 0;
        while (step >>= 1)
            power++;
        s->by_power[power]++;
    }
    if (!s->n)
        s->first = ns;
    s->last = ns;
    s->n++;
}

static int web_clock_scan(struct web *w, struct web_steps *s)
{
    struct web_walk walk;
    inlay_status status = INLAY_OK;
    bool present;
    uint64_t bits = 0;
    int code = web_walk_open(w, w->clock.leaf, &walk);
    while (code == REPORT_DONE && !s->fault && (status = web_walk_next(&walk, &present, &bits)) == INLAY_OK)
        if (present)
            web_steps_add(s, &w->clock, bits);
    if (status != INLAY_OK && status != INLAY_END)
        code = report_failure(w->in.path, &w->env.error);
    web_walk_close(&walk);
    return code;
}

int web_clock_open(struct web *w)
{
    struct web_clock *clock = &w->clock;
    struct web_steps steps = {0};
    clock->rows = inlay_reader_rows(w->in.reader);
    clock->typical = 1;
    clock->to = clock->rows > 0 ? (uint64_t)clock->rows - 1 : 0;
    if (!web_clock_find(w))
        return REPORT_DONE;
    int code = web_clock_scan(w, &steps);
    clock->note = steps.fault;
    if (code != REPORT_DONE || steps.fault || steps.n == 0)
        return code;
    clock->timed = true;
    clock->from = steps.first;
    clock->to = steps.last;
    unsigned best = 0;
    for (unsigned i = 1; i < 64; i++)
        if (steps.by_power[i] > steps.by_power[best])
            best = i;
    clock->typical = (uint64_t)1 << best;
    return code;
}

double web_place(const struct web_clock *clock, uint64_t time)
{
    if (clock->to == clock->from)
        return 0.5;
    if (time <= clock->from)
        return 0;
    return time >= clock->to ? 1 : (double)(time - clock->from) / (double)(clock->to - clock->from);
}

/* The typical step is known to a factor of two: more than three steps at least is a gap. */
bool web_is_gap(const struct web_clock *clock, uint64_t before, uint64_t time)
{
    return clock->timed && (time - before) / 6 > clock->typical;
}

int web_ticks_open(struct web *w, struct web_ticks *ticks)
{
    *ticks = (struct web_ticks){.clock = &w->clock};
    return w->clock.timed ? web_walk_open(w, w->clock.leaf, &ticks->walk) : REPORT_DONE;
}

void web_ticks_close(struct web_ticks *ticks)
{
    web_walk_close(&ticks->walk);
}

inlay_status web_ticks_next(struct web_ticks *ticks, bool *present, uint64_t *time)
{
    uint64_t bits = 0;
    if (!ticks->clock->timed) {
        *present = true;
        *time = ticks->row++;
        return ticks->row <= (uint64_t)ticks->clock->rows ? INLAY_OK : INLAY_END;
    }
    inlay_status status = web_walk_next(&ticks->walk, present, &bits);
    *time = bits * ticks->clock->unit_ns;
    return status;
}
