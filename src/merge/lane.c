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

/* Values number [at, at + n) of the batch to the block; WIDTH is constant where it matters. */
#define LANE_COPY(WIDTH)                                                                         \
    do {                                                                                         \
        uint8_t *to = out->values + out->n_values * (WIDTH);                                     \
        if (l->codes)                                                                            \
            for (size_t i = 0; i < n; i++)                                                       \
                memcpy(to + i * (WIDTH), l->values + l->codes[at + i] * (size_t)(WIDTH), WIDTH); \
        else if (n == 1)                                                                         \
            memcpy(to, l->values + at * (WIDTH), WIDTH);                                         \
        else                                                                                     \
            memcpy(to, l->values + at * (WIDTH), n * (WIDTH));                                   \
    } while (0)

INLAY_INLINE void lane_codes(const struct lane *l, size_t at, size_t n, struct lane_out *out)
{
    uint32_t *to = (uint32_t *)(void *)out->values + out->n_values;
    const uint32_t *from = l->codes + at;
    if (!l->map)
        memcpy(to, from, n * sizeof *to);
    else if (n == 1)
        *to = l->map[*from];
    else
        for (size_t i = 0; i < n; i++)
            to[i] = l->map[from[i]];
}

/* `width` 0: codes. Given as a constant it leaves one way. */
INLAY_INLINE void lane_values(const struct lane *l, size_t at, size_t n, struct lane_out *out, size_t width)
{
    if (width == 0)
        lane_codes(l, at, n, out);
    else
        LANE_COPY(width);
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
        lane_values(l, l->value, present, out, out->coded ? 0 : out->width);
    l->value += present;
}

void lane_arm(struct lane *l, const struct lane_out *out)
{
    size_t width = out->coded ? sizeof *l->codes : out->width;
    bool plain = l->feed && !l->def && !(l->codes && !out->coded);
    const uint8_t *from = out->coded ? (const uint8_t *)l->codes : l->values;
    l->left = plain ? l->n_levels - l->level : 0;
    l->next = l->left ? from + l->value * width : NULL;
}

void lane_settle(struct lane *l)
{
    if (!l->next)
        return;
    size_t went = l->n_levels - l->left - l->level;
    l->level += went;
    l->value += went;
    l->next = NULL;
    l->left = 0;
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
        lane_values(l, l->value, n, out, out->coded ? 0 : out->width);
        l->value += n;
        l->level += n;
        out->n_levels += n;
    }
    lane_arm(l, out);
    return n;
}

/* n values or codes that a lane has at hand. */
INLAY_INLINE void lane_take(struct lane *l, size_t n, uint8_t *to, size_t width)
{
    if (width == 0) {
        const uint32_t *codes = (const uint32_t *)(const void *)l->next;
        uint32_t *out = (uint32_t *)(void *)to;
        if (n == 1)
            *out = l->map ? l->map[*codes] : *codes;
        else if (l->map)
            for (size_t i = 0; i < n; i++)
                out[i] = l->map[codes[i]];
        else
            memcpy(out, codes, n * sizeof *out);
    } else if (n == 1) {
        memcpy(to, l->next, width);
    } else {
        memcpy(to, l->next, n * width);
    }
    l->next += n * (width ? width : sizeof(uint32_t));
    l->left -= n;
}

/* Rows that come one by one from changing inputs: as many as there are. Returns how many. */
INLAY_INLINE size_t lane_singles(struct lane *lanes, const struct lane_run *runs, size_t n, uint8_t *to, size_t width)
{
    size_t i = 0, bytes = width ? width : sizeof(uint32_t);
    for (; i < n && runs[i].rows == 1; i++) {
        struct lane *l = &lanes[runs[i].input];
        if (l->left == 0)
            break;
        if (width == 0) {
            uint32_t code;
            memcpy(&code, l->next, sizeof code);
            ((uint32_t *)(void *)to)[i] = l->map ? l->map[code] : code;
        } else {
            memcpy(to + i * bytes, l->next, bytes);
        }
        l->next += bytes;
        l->left--;
    }
    return i;
}

/* The loop, once for each way to copy; width 0: codes. While nothing is null, levels and values are as many, and a
 * stretch that its lane has whole is copied without a look at anything else. */
INLAY_INLINE void lane_loop(struct lane *lanes, const struct lane_run *runs, size_t n_runs, size_t *at, uint32_t *taken,
                            struct lane_out *out, size_t width)
{
    size_t run = *at, levels = out->n_levels, room = out->room, bytes = width ? width : sizeof(uint32_t);
    uint32_t done = *taken;
    uint8_t *values = out->values;
    while (run < n_runs && levels < room) {
        if (done == 0 && !out->nulls) {
            size_t most = n_runs - run < room - levels ? n_runs - run : room - levels;
            size_t singles = lane_singles(lanes, runs + run, most, values + levels * bytes, width);
            run += singles;
            levels += singles;
            if (singles == most)
                continue;
        }
        struct lane *l = &lanes[runs[run].input];
        size_t n = runs[run].rows - done;
        if (lane_dropped(runs[run]))
            break;
        n = n < room - levels ? n : room - levels;
        if (n <= l->left && !out->nulls) {
            lane_take(l, n, values + levels * bytes, width);
            levels += n;
        } else {
            if (!out->nulls)
                out->n_values = levels;
            out->n_levels = levels;
            n = lane_step(l, n, out);
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

void lane_scatter(struct lane *lanes, const struct lane_run *runs, size_t n_runs, size_t *at, uint32_t *taken,
                  struct lane_out *out)
{
    if (out->coded)
        lane_loop(lanes, runs, n_runs, at, taken, out, 0);
    else if (out->width == 8)
        lane_loop(lanes, runs, n_runs, at, taken, out, 8);
    else if (out->width == 4)
        lane_loop(lanes, runs, n_runs, at, taken, out, 4);
    else if (out->width == 16)
        lane_loop(lanes, runs, n_runs, at, taken, out, 16);
    else
        lane_loop(lanes, runs, n_runs, at, taken, out, out->width);
}

#endif
