/* Scattering; see lane.h. */
#include "merge/lane.h"

#include <string.h>

#if INLAY_WRITE && INLAY_MERGE

/* Definition levels begin to matter: all rows so far are present. */
static void lane_begin_nulls(struct lane_out *out)
{
    if (!out->nulls)
        memset(out->def, out->max_def, out->n_levels);
    out->nulls = true;
}

/* Values number [at, at + n) of the batch, or their codes, to the block. */
static void lane_values(const struct lane *l, size_t at, size_t n, struct lane_out *out)
{
    size_t bytes = out->coded ? sizeof(uint32_t) : out->width;
    memcpy(out->values + out->n_values * bytes, l->ready + (at - l->ready_from) * bytes, n * bytes);
    out->n_values += n;
}

/* n rows of a lane that has nulls, or whose block has them. */
static void lane_rows(struct lane *l, size_t n, struct lane_out *out)
{
    uint8_t *def = out->def + out->n_levels;
    size_t present = n;
    lane_begin_nulls(out);
    out->n_levels += n;
    if (!l->feed) {
        memset(def, 0, n);
        return;
    }
    if (l->def) {
        const uint8_t *from = l->def + l->level;
        present = 0;
        for (size_t i = 0; i < n; i++) {
            present += from[i] == l->max_def;
            def[i] = (uint8_t)(from[i] + l->shift);
        }
    } else {
        memset(def, out->max_def, n);
    }
    l->level += n;
    if (present)
        lane_values(l, l->value, present, out);
    l->value += present;
}

void lane_arm(struct lane *l, const struct lane_out *out)
{
    size_t left = l->feed && !l->def ? l->n_levels - l->level : 0;
    l->armed = l->head->next = l->head->end = NULL;
    l->bytes = out->coded ? sizeof(uint32_t) : out->width;
    if (left == 0)
        return;
    l->armed = l->ready + (l->value - l->ready_from) * l->bytes;
    l->head->next = l->armed;
    l->head->end = l->armed + left * l->bytes;
}

void lane_settle(struct lane *l)
{
    if (l->head->next == l->armed)
        return;
    size_t went = (size_t)(l->head->next - l->armed) / l->bytes;
    l->level += went;
    l->value += went;
    l->armed = l->head->next;
}

/* Some of the next rows, whatever they are: nulls, a lane without the column, a lane that runs dry (0). */
static size_t lane_step(struct lane *l, size_t n, struct lane_out *out)
{
    lane_settle(l);
    size_t left = l->n_levels - l->level;
    if (l->feed)
        n = n < left ? n : left;
    if (n && (out->nulls || !l->feed || l->def)) {
        lane_rows(l, n, out);
    } else if (n) {
        lane_values(l, l->value, n, out);
        l->value += n;
        l->level += n;
        out->n_levels += n;
    }
    lane_arm(l, out);
    return n;
}

/* Rows that come one by one from changing inputs: as many as there are. Returns how many. */
INLAY_INLINE size_t lane_singles(struct lane_head *heads, const struct lane_run *runs, size_t n, uint8_t *to, size_t bytes)
{
    size_t i = 0;
    for (; i < n && runs[i].rows == 1; i++) {
        struct lane_head *h = &heads[runs[i].input];
        const uint8_t *next = h->next;
        if (next == h->end)
            break;
        memcpy(to + i * bytes, next, bytes);
        h->next = next + bytes;
    }
    return i;
}

/* n values or codes that a lane has at hand: a few without a call. */
INLAY_INLINE void lane_take(struct lane_head *h, size_t n, uint8_t *to, size_t bytes)
{
    enum { LANE_FEW = 8 };
    if (n < LANE_FEW)
        for (size_t i = 0; i < n; i++)
            memcpy(to + i * bytes, h->next + i * bytes, bytes);
    else
        memcpy(to, h->next, n * bytes);
    h->next += n * bytes;
}

/* The loop, once for each width of what is copied. While nothing is null, levels and values are as many, and a stretch
 * that its lane has whole is copied without a look at anything else. */
INLAY_INLINE void lane_loop(struct lane *lanes, struct lane_head *heads, const struct lane_run *runs, size_t n_runs, size_t *at, uint32_t *taken,
                            struct lane_out *out, size_t bytes)
{
    size_t run = *at, levels = out->n_levels, room = out->room;
    uint32_t done = *taken;
    uint8_t *values = out->values;
    while (run < n_runs && levels < room) {
        if (done == 0 && !out->nulls) {
            size_t most = n_runs - run < room - levels ? n_runs - run : room - levels;
            size_t singles = lane_singles(heads, runs + run, most, values + levels * bytes, bytes);
            run += singles;
            levels += singles;
            if (singles == most)
                continue;
        }
        struct lane_head *h = &heads[runs[run].input];
        size_t n = runs[run].rows - done;
        if (lane_dropped(runs[run]))
            break;
        n = n < room - levels ? n : room - levels;
        if (bytes && !out->nulls && n * bytes <= (size_t)(h->end - h->next)) {
            lane_take(h, n, values + levels * bytes, bytes);
            levels += n;
        } else {
            if (!out->nulls)
                out->n_values = levels;
            out->n_levels = levels;
            n = lane_step(&lanes[runs[run].input], n, out);
            levels = out->n_levels;
            if (n == 0)
                break;
        }
        done += (uint32_t)n;
        if (done == runs[run].rows) {
            run++;
            done = 0;
        }
    }
    if (!out->nulls)
        out->n_values = levels;
    out->n_levels = levels;
    *at = run;
    *taken = done;
}

void lane_scatter(struct lane *lanes, struct lane_head *heads, const struct lane_run *runs, size_t n_runs, size_t *at, uint32_t *taken,
                  struct lane_out *out)
{
    size_t bytes = out->coded ? sizeof(uint32_t) : out->width;
    if (bytes == 4)
        lane_loop(lanes, heads, runs, n_runs, at, taken, out, 4);
    else if (bytes == 8)
        lane_loop(lanes, heads, runs, n_runs, at, taken, out, 8);
    else if (bytes == 16)
        lane_loop(lanes, heads, runs, n_runs, at, taken, out, 16);
    else
        lane_loop(lanes, heads, runs, n_runs, at, taken, out, bytes);
}

#endif
