/* The rows of a combination: stamps to buckets, one row a bucket and input, then the join; see combine.h. */
#include "recording/combine.h"

#include <string.h>

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

/* ---- the stamps of one input ---- */

/* floor((stamp + I/2) / I) * I without overflow on the way; false = the bucket lies beyond 64 bits. */
static bool grid_bucket(uint64_t stamp, uint64_t interval, uint64_t *bucket)
{
    uint64_t rest = stamp % interval, base = stamp - rest;
    bool up = rest >= interval - interval / 2;
    *bucket = up ? base + interval : base;
    return !up || base <= UINT64_MAX - interval;
}

static uint64_t grid_distance(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

/* Of two rows of a bucket: is `b`, which comes later in the file, the better one? */
static bool grid_better(const struct combine_pick *a, const struct combine_pick *b)
{
    return grid_distance(b->stamp, b->bucket) < grid_distance(a->stamp, a->bucket);
}

/* Most rows come in order: a bucket's rows then follow each other, and the best one replaces the last. */
static inlay_status grid_take(struct combine *c, struct combine_input *in, struct combine_pick pick, bool *sorted)
{
    struct combine_pick *last = in->n_picks ? &in->picks[in->n_picks - 1] : NULL;
    if (last && last->bucket == pick.bucket) {
        if (grid_better(last, &pick))
            *last = pick;
        return INLAY_OK;
    }
    *sorted = *sorted && (!last || last->bucket < pick.bucket);
    void *block = in->picks;
    TRY(mem_grow(c->env, &block, &in->picks_capacity, in->n_picks + 1, sizeof *in->picks));
    in->picks = block;
    in->picks[in->n_picks++] = pick;
    return INLAY_OK;
}

static inlay_status grid_batch(struct combine *c, struct combine_input *in, const inlay_batch *batch, int64_t row,
                               uint8_t max_def, bool *sorted)
{
    const int64_t *values = batch->values; /* UINT_64: the same bits */
    size_t next = 0;
    for (size_t i = 0; i < batch->n_levels; i++) {
        struct combine_pick pick = {.row = row + (int64_t)i};
        if (batch->def && batch->def[i] != max_def)
            continue; /* a row without a time is in no bucket */
        pick.stamp = (uint64_t)values[next++];
        if (!grid_bucket(pick.stamp, c->interval_ns, &pick.bucket))
            return err_set(c->env, INLAY_CORRUPT, ERR("a timestamp at the end of what 64 bits hold"));
        TRY(grid_take(c, in, pick, sorted));
    }
    return INLAY_OK;
}

static inlay_status grid_read(struct combine *c, struct combine_input *in, bool *sorted)
{
    const inlay_node *node = inlay_schema_node(in->schema, in->time_node);
    inlay_column *column = NULL;
    inlay_batch batch;
    int64_t row = 0;
    inlay_status status = inlay_column_open(in->reader, (uint32_t)node->leaf, 0, &column);
    while (status == INLAY_OK) {
        status = inlay_column_read(column, 0, &batch);
        if (status == INLAY_OK)
            status = grid_batch(c, in, &batch, row, node->max_def, sorted);
        row += (int64_t)batch.n_rows;
    }
    inlay_column_close(column);
    return status == INLAY_END ? INLAY_OK : status;
}

/* ---- stamps that go back ---- */

static bool grid_before(const struct combine_pick *a, const struct combine_pick *b)
{
    return a->bucket != b->bucket ? a->bucket < b->bucket : a->row < b->row;
}

/* A bottom-up merge sort: by bucket, then by row. */
static void grid_sort(struct combine_pick *a, struct combine_pick *scratch, size_t n)
{
    for (size_t width = 1; width < n; width = width > n / 2 ? n : 2 * width) {
        for (size_t at = 0; at < n; at = n - at > 2 * width ? at + 2 * width : n) {
            size_t mid = n - at > width ? at + width : n, end = n - at > 2 * width ? at + 2 * width : n;
            size_t left = at, right = mid;
            for (size_t out = at; out < end; out++) {
                bool take_left = left < mid && (right == end || !grid_before(&a[right], &a[left]));
                scratch[out] = take_left ? a[left++] : a[right++];
            }
        }
        memcpy(a, scratch, n * sizeof *a);
    }
}

static inlay_status grid_order(struct combine *c, struct combine_input *in)
{
    void *block = NULL;
    size_t bytes = in->n_picks * sizeof *in->picks, n = 0;
    TRY(mem_new(c->env, bytes, &block));
    grid_sort(in->picks, block, in->n_picks);
    mem_free(c->env, block, bytes);
    for (size_t i = 0; i < in->n_picks; i++) {
        struct combine_pick pick = in->picks[i];
        if (n == 0 || in->picks[n - 1].bucket != pick.bucket)
            in->picks[n++] = pick;
        else if (grid_better(&in->picks[n - 1], &pick))
            in->picks[n - 1] = pick;
    }
    in->n_picks = n;
    return INLAY_OK;
}

static inlay_status grid_input(struct combine *c, uint32_t i)
{
    struct combine_input *in = &c->inputs[i];
    bool sorted = true;
    inlay_status status = grid_read(c, in, &sorted);
    if (status == INLAY_OK && !sorted) {
        combine_note(c, (int32_t)i, "timestamps go back in it: its rows were brought into order");
        status = grid_order(c, in);
    }
    if (status != INLAY_OK) {
        c->env->error.input = (int32_t)i;
        return status;
    }
    return in->n_picks ? INLAY_OK : combine_fail(c, i, INLAY_CORRUPT, ERR("the recording has no rows"), field_text(""));
}

/* ---- the join ---- */

/* The next bucket of the result: at[] stands at it where the input has it. False = the end. */
static bool grid_next(struct combine *c, size_t *at, uint64_t *bucket)
{
    bool outer = c->options->join == INLAY_JOIN_OUTER;
    for (;;) {
        uint64_t least = UINT64_MAX, most = 0;
        bool any = false;
        for (uint32_t i = 0; i < c->n; i++) {
            const struct combine_input *in = &c->inputs[i];
            if (at[i] == in->n_picks) {
                if (!outer)
                    return false;
                continue;
            }
            uint64_t here = in->picks[at[i]].bucket;
            least = here < least ? here : least;
            most = here > most ? here : most;
            any = true;
        }
        *bucket = least;
        if (!any || outer || least == most)
            return any;
        for (uint32_t i = 0; i < c->n; i++) /* up to the largest: the buckets between are not in all */
            while (at[i] < c->inputs[i].n_picks && c->inputs[i].picks[at[i]].bucket < most)
                at[i]++;
    }
}

static size_t grid_count(struct combine *c, size_t *at)
{
    size_t n = 0;
    uint64_t bucket;
    memset(at, 0, c->n * sizeof *at);
    for (; grid_next(c, at, &bucket); n++)
        for (uint32_t i = 0; i < c->n; i++)
            at[i] += at[i] < c->inputs[i].n_picks && c->inputs[i].picks[at[i]].bucket == bucket;
    return n;
}

/* One row of the result. */
static void grid_row(struct combine *c, size_t *at, size_t row, uint64_t bucket)
{
    uint64_t least = UINT64_MAX, most = 0, raw = 0, own = 0;
    uint32_t present = 0;
    bool primary = false;
    for (uint32_t i = 0; i < c->n; i++) {
        struct combine_input *in = &c->inputs[i];
        const struct combine_pick *p = at[i] < in->n_picks ? &in->picks[at[i]] : NULL;
        bool here = p && p->bucket == bucket;
        in->rows[row] = here ? p->row : -1;
        in->absent = in->absent || !here;
        if (!here)
            continue;
        at[i]++;
        least = p->stamp < least ? p->stamp : least;
        most = p->stamp > most ? p->stamp : most;
        if (i == c->primary) {
            own = p->stamp;
            primary = true;
        }
        if (present++ == 0 || i == c->primary)
            raw = p->stamp;
    }
    c->stamps[row] = c->options->keep_raw_timestamps ? raw : bucket;
    c->restamped[row] = !primary || own != c->stamps[row];
    c->report->n_compared += present > 1;
    c->report->n_aligned += present > 1 && most - least <= c->interval_ns / 10;
}

static inlay_status grid_rooms(struct combine *c)
{
    void *block = NULL;
    if (c->n_rows > SIZE_MAX / 16)
        return err_set(c->env, INLAY_NOMEM, ERR("out of memory"));
    TRY(mem_new(c->env, c->n_rows * sizeof *c->stamps, &block));
    c->stamps = block;
    TRY(mem_new(c->env, c->n_rows, &block));
    c->restamped = block;
    for (uint32_t i = 0; i < c->n; i++) {
        TRY(mem_new(c->env, c->n_rows * sizeof *c->inputs[i].rows, &block));
        c->inputs[i].rows = block;
    }
    return INLAY_OK;
}

static void grid_free_picks(struct combine *c)
{
    for (uint32_t i = 0; i < c->n; i++) {
        struct combine_input *in = &c->inputs[i];
        mem_free(c->env, in->picks, in->picks_capacity * sizeof *in->picks);
        in->picks = NULL;
        in->picks_capacity = in->n_picks = 0;
    }
}

/* ---- do they belong together? ---- */

static inlay_status grid_overlap(struct combine *c)
{
    uint64_t from = 0, to = UINT64_MAX;
    uint32_t at = 0;
    for (uint32_t i = 0; i < c->n; i++) {
        const struct combine_input *in = &c->inputs[i];
        if (in->picks[0].bucket > from) {
            from = in->picks[0].bucket;
            at = i;
        }
        if (in->picks[in->n_picks - 1].bucket < to) {
            to = in->picks[in->n_picks - 1].bucket;
            at = from > to ? i : at;
        }
    }
    return from > to ? combine_fail(c, at, INLAY_CORRUPT, ERR("timestamp ranges do not overlap"), field_text(""))
                     : INLAY_OK;
}

static inlay_status grid_quality(struct combine *c)
{
    const inlay_combine_report *r = c->report;
    if (c->options->bypass_time_check || r->n_aligned == r->n_compared)
        return INLAY_OK;
    uint64_t bad = r->n_compared - r->n_aligned; /* aligned < 95 % without a product that overflows */
    if (bad > r->n_compared / 20) {
        err_set(c->env, INLAY_CORRUPT,
                ERR("timestamp alignment too poor: in more than 5% of the rows the stamps differ by more than a tenth of "
                    "the interval"));
        return INLAY_CORRUPT;
    }
    combine_note(c, -1, "some rows are made of stamps that differ by more than a tenth of the interval");
    return INLAY_OK;
}

static inlay_status grid_join(struct combine *c, size_t *at)
{
    uint64_t bucket;
    c->n_rows = grid_count(c, at);
    if (c->n_rows == 0)
        return err_set(c->env, INLAY_CORRUPT, ERR("no common timestamps across all inputs"));
    TRY(grid_rooms(c));
    memset(at, 0, c->n * sizeof *at);
    for (size_t row = 0; grid_next(c, at, &bucket); row++)
        grid_row(c, at, row, bucket);
    grid_free_picks(c);
    return grid_quality(c);
}

inlay_status combine_grid(struct combine *c)
{
    void *at = NULL;
    for (uint32_t i = 0; i < c->n; i++)
        TRY(grid_input(c, i));
    if (c->options->join == INLAY_JOIN_INNER)
        TRY(grid_overlap(c));
    TRY(mem_pool_take(&c->pool, c->n * sizeof(size_t), &at));
    return grid_join(c, at);
}

#endif
