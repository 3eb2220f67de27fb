/* The body of a merge; see body.h. */
#include "merge/body.h"

#include "inlay/inspect.h"

#include "base/bytes.h"

#if INLAY_WRITE && INLAY_MERGE

enum {
    BODY_TELL = 65536,  /* values between two calls of progress */
    BODY_RUNS = 131072, /* stretches held at once: a row group of the default size in the worst case */
    BODY_FAR = 65536,   /* rows to be dropped, from which on a nested column goes to a row instead of reading on */
    BODY_DATA_PAGE = 0, /* PageType and Encoding of parquet.thrift */
    BODY_DATA_PAGE_V2 = 3,
    BODY_PLAIN_DICTIONARY = 2,
    BODY_RLE_DICTIONARY = 8
};

/* ---- feeds ---- */

static struct feed **body_slot(struct body *body, uint32_t input, uint32_t leaf)
{
    return &body->feeds[(size_t)input * body->schema->n_leaves + leaf];
}

static struct move_slot **body_pages(struct body *body, uint32_t input, uint32_t leaf)
{
    return &body->slots[(size_t)input * body->schema->n_leaves + leaf];
}

static void body_close(struct body *body, struct feed **slot)
{
    if (!*slot)
        return;
    feed_close(*slot);
    mem_free(body->env, *slot, sizeof **slot);
    *slot = NULL;
}

static inlay_status body_failed(const struct body *body, uint32_t input, inlay_status status)
{
    body->env->error.input = (int32_t)input;
    return status;
}

static inlay_status body_feed(struct body *body, uint32_t input, uint32_t leaf, bool codes,
                              struct feed **feed)
{
    struct feed **slot = body_slot(body, input, leaf);
    if (!*slot) {
        void *block;
        TRY(mem_new(body->env, sizeof **slot, &block));
        *slot = block;
        inlay_status status =
            feed_open(*slot, body->env, body->inputs[input],
                      (uint32_t)union_leaf_of(body->schema, input, leaf).leaf,
                      codes ? INLAY_COLUMN_CODES : 0, (int64_t)body->taken[input],
                      inlay_schema_leaf(body->schema->schema, leaf));
        if (status != INLAY_OK)
            return body_failed(body, input, status);
    }
    *feed = *slot;
    return INLAY_OK;
}

/* The next batch; END after the last row of the input. */
static inlay_status body_fill(struct body *body, uint32_t input, struct feed *feed)
{
    TRY(stage_own(&body->stage, body->stage.n_values));
    inlay_status status = feed_fill(feed, body->memory_bytes);
    return status == INLAY_OK || status == INLAY_END ? status : body_failed(body, input, status);
}

static inlay_status body_ends_early(const struct body *body, uint32_t input)
{
    return body_failed(body, input,
                       err_set(body->env, INLAY_CORRUPT, ERR("column ends before the last row")));
}

/* ---- rows ---- */

/* Levels of the batch that belong to the rows still to begin and to the one that is open. */
static size_t body_row_levels(const struct feed *feed, uint64_t *to_begin)
{
    const uint8_t *rep = feed->batch.rep;
    size_t i = feed->level, n = feed->batch.n_levels;
    for (; i < n; i++) {
        if (rep && rep[i])
            continue;
        if (*to_begin == 0)
            break;
        --*to_begin;
    }
    return i - feed->level;
}

/* A row ends where the next one begins, which may be in a later batch. */
static inlay_status body_nested_rows(struct body *body, uint32_t input, struct feed *feed,
                                     uint8_t shift, uint64_t rows)
{
    for (;;) {
        if (feed_empty(feed)) {
            inlay_status status = body_fill(body, input, feed);
            if (status == INLAY_END)
                return rows ? body_ends_early(body, input) : INLAY_OK;
            if (status != INLAY_OK)
                return status;
        }
        size_t n = body_row_levels(feed, &rows);
        TRY(stage_take(&body->stage, feed, &body->maps[input], n, shift));
        if (!feed_empty(feed))
            return INLAY_OK;
    }
}

/* Rows that are dropped; `row` is the one behind them. A few are read over, since going to a row of a nested column
 * may mean to begin its chunk anew. */
static inlay_status body_nested_drop(struct body *body, uint32_t input, struct feed *feed, uint64_t rows, uint64_t row)
{
    for (;;) {
        if (feed_empty(feed) && rows >= BODY_FAR) {
            feed_skip_to(feed, (int64_t)row);
            return INLAY_OK;
        }
        if (feed_empty(feed)) {
            inlay_status status = body_fill(body, input, feed);
            if (status != INLAY_OK)
                return status == INLAY_END ? rows ? body_ends_early(body, input) : INLAY_OK : status;
        }
        size_t n = body_row_levels(feed, &rows);
        feed->value += feed_present(feed, n);
        feed->level += n;
        if (!feed_empty(feed))
            return INLAY_OK;
    }
}

static void body_tell(struct body *body, bool now)
{
    uint64_t total = body->plan->n_rows * body->schema->n_leaves;
    if (!body->progress || body->done == body->told ||
        (!now && body->done - body->told < BODY_TELL))
        return;
    body->told = body->done;
    body->progress(body->progress_ctx, body->done, total);
}

/* ---- columns without repetition, by lanes ---- */

/* Rows that the lane has given since it was made ready are not wanted any more. */
static void body_settle(struct body *body, uint32_t input)
{
    struct lane *l = &body->lanes[input];
    lane_settle(l);
    body->wanted[input] -= l->level - body->ready_at[input];
    body->ready_at[input] = l->level;
    l->feed->level = l->level;
    l->feed->value = l->value;
}

/* The column cannot stay coded: what is kept goes out, and every lane is made ready anew. */
static inlay_status body_plain(struct body *body, struct lane_out *out)
{
    TRY(stage_took(&body->stage, out));
    TRY(stage_plain(&body->stage));
    *out = stage_block(&body->stage);
    for (uint32_t i = 0; i < body->schema->n_inputs; i++) {
        struct lane *l = &body->lanes[i];
        if (!l->feed)
            continue;
        body_settle(body, i);
        TRY(stage_lane(&body->stage, &body->maps[i], l, body->wanted[i]));
        lane_arm(l, out);
    }
    return INLAY_OK;
}

/* What the lane has at hand is made ready. */
static inlay_status body_ready(struct body *body, uint32_t input, struct lane_out *out)
{
    struct lane *l = &body->lanes[input];
    inlay_status status = stage_lane(&body->stage, &body->maps[input], l, body->wanted[input]);
    body->ready_at[input] = l->level;
    lane_arm(l, out);
    return status == INLAY_END ? body_plain(body, out) : status;
}

/* The lane is empty: the rest of its batch, or its input's next one. */
static inlay_status body_refill(struct body *body, uint32_t input, struct lane_out *out)
{
    struct lane *l = &body->lanes[input];
    body_settle(body, input);
    if (feed_empty(l->feed)) {
        TRY(stage_own(&body->stage, out->n_values)); /* the block holds views into the batch */
        inlay_status status = feed_fill(l->feed, body->memory_bytes);
        if (status == INLAY_END)
            return body_ends_early(body, input);
        if (status != INLAY_OK)
            return body_failed(body, input, status);
    }
    return body_ready(body, input, out);
}

static inlay_status body_lanes(struct body *body, uint32_t leaf, struct lane_out *out)
{
    uint8_t max_def = inlay_schema_leaf(body->schema->schema, leaf)->max_def;
    memset(body->lanes, 0, body->schema->n_inputs * sizeof *body->lanes);
    memcpy(body->wanted, body->plan->drop_mask ? body->first_kept : body->here,
           body->schema->n_inputs * sizeof *body->wanted);
    body->n_met = 0;
    if (body->plan->drop_mask && !body->whole) /* body_part_ready does it */
        memset(body->wanted, 0, body->schema->n_inputs * sizeof *body->wanted);
    for (uint32_t i = 0; i < body->schema->n_inputs; i++) {
        struct union_leaf from = union_leaf_of(body->schema, i, leaf);
        if (from.leaf == UNION_NONE || body->here[i] == 0)
            continue;
        struct lane *l = &body->lanes[i];
        TRY(body_feed(body, i, leaf, body->dictionaries && body->stage.type != INLAY_BOOLEAN, &l->feed));
        l->shift = from.shift;
        l->max_def = (uint8_t)(max_def - from.shift);
        l->level = body->ready_at[i] = l->feed->level; /* where it stands, also while other lanes are made ready */
        l->value = l->feed->value;
    }
    for (uint32_t i = 0; i < body->schema->n_inputs; i++)
        if (body->lanes[i].feed)
            TRY(body_ready(body, i, out));
    return INLAY_OK;
}

/* ---- stretches, and rows that are dropped between them ---- */

static void body_forget_runs(struct body *body)
{
    body->n_runs = 0;
    buf_clear(&body->drops);
    if (!body->plan->drop_mask)
        return;
    memset(body->first_kept, 0, body->schema->n_inputs * sizeof *body->first_kept);
    memset(body->drop, 0, body->schema->n_inputs * sizeof *body->drop);
}

/* The latest stretch of a plan that drops rows: how many rows of its input follow each other, so that what is at hand
 * is made ready for them and no others. */
static inlay_status body_note(struct body *body)
{
    struct lane_run *run = &body->runs[body->n_runs - 1];
    uint32_t input = run->input, rows = run->rows;
    uint64_t *first = &body->first_kept[input], number = body->drop[input];
    body->gone[input] += rows;
    if (body->walk.dropped) {
        run->rows |= LANE_DROPPED;
        struct body_drop d = {body->taken[input] + body->gone[input], 0};
        buf_append(&body->drops, &d, sizeof d);
        body->drop[input] = body->drops.bytes / sizeof d;
        return body->drops.status;
    }
    if (number)
        ((struct body_drop *)(void *)body->drops.data)[number - 1].kept += rows;
    else
        *first += rows;
    return INLAY_OK;
}

/* The lanes are made ready for the stretches of a new part; those of a whole row group are. */
static inlay_status body_part_ready(struct body *body, struct lane_out *out)
{
    body->n_met = 0;
    for (uint32_t i = 0; i < body->schema->n_inputs && body->plan->drop_mask && !body->whole; i++) {
        if (!body->lanes[i].feed)
            continue;
        body_settle(body, i);
        body->wanted[i] = body->first_kept[i];
        TRY(body_ready(body, i, out));
    }
    return INLAY_OK;
}

/* Rows of a lane that are dropped: it goes on behind them. */
static inlay_status body_drop(struct body *body, struct lane_run run, struct lane_out *out)
{
    struct body_drop d = ((const struct body_drop *)(const void *)body->drops.data)[body->n_met++];
    struct lane *l = &body->lanes[run.input];
    uint32_t rows = lane_run_rows(run);
    if (!l->feed)
        return INLAY_OK;
    body_settle(body, run.input);
    body->wanted[run.input] = d.kept;
    if (rows > l->feed->batch.n_levels - l->feed->level) {
        feed_skip_to(l->feed, (int64_t)d.row);
    } else {
        l->feed->value += feed_present(l->feed, rows);
        l->feed->level += rows;
    }
    return body_ready(body, run.input, out);
}

/* The stretches of the next part of the row group, unless all of them are at hand. */
static inlay_status body_part(struct body *body, uint64_t *left)
{
    body->ended = body->whole;
    if (body->whole)
        return INLAY_OK;
    for (body_forget_runs(body); body->n_runs < BODY_RUNS;) {
        uint64_t rows;
        uint32_t input;
        inlay_status status = plan_walk_group(&body->walk, left, &input, &rows);
        body->ended = status == INLAY_END;
        if (status != INLAY_OK)
            return body->ended ? INLAY_OK : status;
        body->runs[body->n_runs++] = (struct lane_run){input, (uint32_t)rows};
        if (body->plan->drop_mask)
            TRY(body_note(body));
    }
    return INLAY_OK;
}

/* Stretches runs[0 .. n_runs) through the lanes. */
static inlay_status body_scatter(struct body *body, const struct lane_run *runs, size_t n_runs, struct lane_out *out)
{
    size_t at = 0;
    uint32_t taken = 0;
    while (at < n_runs) {
        size_t before = out->n_levels;
        lane_scatter(body->lanes, runs, n_runs, &at, &taken, out);
        body->done += out->n_levels - before;
        if (out->n_levels == out->room)
            TRY(stage_took(&body->stage, out));
        else if (at < n_runs && lane_dropped(runs[at]))
            TRY(body_drop(body, runs[at++], out));
        else if (at < n_runs)
            TRY(body_refill(body, runs[at].input, out));
        if (body->stage.gives_up)
            TRY(body_plain(body, out));
        body_tell(body, false);
    }
    return INLAY_OK;
}

/* Stretches and pages that move, in turn. */
static inlay_status body_moving(struct body *body, struct lane_out *out)
{
    const struct lane_run *runs = (const void *)body->move.runs.data;
    const struct move_step *steps = (const void *)body->move.steps.data;
    size_t at = 0, n_runs = body->move.runs.bytes / sizeof *runs;
    for (size_t i = 0; i < body->move.steps.bytes / sizeof *steps; i++) {
        const struct move_step *step = &steps[i];
        struct lane *l = &body->lanes[step->input];
        TRY(body_scatter(body, runs + at, step->before - at, out));
        at = step->before;
        TRY(stage_took(&body->stage, out));
        TRY(stage_page(&body->stage, step));
        body_settle(body, step->input);
        body->wanted[step->input] -= step->rows;
        body->done += step->rows;
        feed_skip_to(l->feed, step->row + step->rows);
        TRY(body_ready(body, step->input, out));
    }
    return body_scatter(body, runs + at, n_runs - at, out);
}

/* From the row group's first stretch on. */
static inlay_status body_walk(struct body *body, const struct slice_group *group)
{
    memset(body->gone, 0, body->schema->n_inputs * sizeof *body->gone);
    return plan_walk_start(&body->walk, body->plan, group);
}

static inlay_status body_flat_leaf(struct body *body, const struct slice_group *group, uint32_t leaf)
{
    struct lane_out out = stage_block(&body->stage);
    TRY(body_lanes(body, leaf, &out));
    if (body->move.mode != MOVE_NOTHING) {
        TRY(body_moving(body, &out));
    } else {
        if (!body->whole)
            TRY(body_walk(body, group));
        uint64_t left = group->rows;
        do {
            TRY(body_part(body, &left));
            TRY(body_part_ready(body, &out));
            TRY(body_scatter(body, body->runs, body->n_runs, &out));
        } while (!body->ended);
    }
    TRY(stage_took(&body->stage, &out));
    for (uint32_t i = 0; i < body->schema->n_inputs; i++)
        if (body->lanes[i].feed)
            body_settle(body, i);
    return INLAY_OK;
}

static inlay_status body_nested_leaf(struct body *body, const struct slice_group *group, uint32_t leaf)
{
    uint64_t left = group->rows, rows;
    uint32_t input;
    inlay_status status;
    TRY(body_walk(body, group));
    while ((status = plan_walk_group(&body->walk, &left, &input, &rows)) == INLAY_OK) {
        struct union_leaf from = union_leaf_of(body->schema, input, leaf);
        struct feed *feed = NULL;
        body->gone[input] += rows;
        if (from.leaf != UNION_NONE)
            TRY(body_feed(body, input, leaf, body->dictionaries && body->stage.type != INLAY_BOOLEAN, &feed));
        if (body->walk.dropped && feed)
            TRY(body_nested_drop(body, input, feed, rows, body->taken[input] + body->gone[input]));
        if (body->walk.dropped)
            continue;
        if (feed)
            TRY(body_nested_rows(body, input, feed, from.shift, rows));
        else
            TRY(stage_nulls(&body->stage, rows));
        body->done += rows;
        body_tell(body, false);
    }
    return status == INLAY_END ? INLAY_OK : status;
}

/* ---- columns that are reduced ---- */

static inlay_status body_reduce_rows(struct body *body, uint32_t input, struct feed *feed, uint8_t shift, uint64_t rows)
{
    while (rows) {
        if (feed_empty(feed)) {
            TRY(reduce_settle(&body->reduce));
            inlay_status status = body_fill(body, input, feed);
            if (status != INLAY_OK)
                return status == INLAY_END ? body_ends_early(body, input) : status;
        }
        size_t left = feed->batch.n_levels - feed->level, n = rows < left ? (size_t)rows : left;
        TRY(reduce_take(&body->reduce, feed, n, shift, body->walk.dropped));
        rows -= n;
    }
    return INLAY_OK;
}

static inlay_status body_reduced_leaf(struct body *body, const struct slice_group *group, uint32_t leaf)
{
    uint64_t left = group->rows, rows;
    uint32_t input;
    inlay_status status;
    TRY(reduce_begin(&body->reduce, leaf));
    TRY(body_walk(body, group));
    while ((status = plan_walk_group(&body->walk, &left, &input, &rows)) == INLAY_OK) {
        struct union_leaf from = union_leaf_of(body->schema, input, leaf);
        struct feed *feed = NULL;
        if (from.leaf == UNION_NONE) {
            TRY(reduce_nulls(&body->reduce, rows, body->walk.dropped));
        } else {
            TRY(body_feed(body, input, leaf, false, &feed));
            TRY(body_reduce_rows(body, input, feed, from.shift, rows));
        }
        body->done += body->walk.dropped ? 0 : rows;
        body_tell(body, false);
    }
    return status == INLAY_END ? reduce_end(&body->reduce) : status;
}

/* Has the chunk that an input's next row lies in given up its dictionary? Then most of its values are distinct. */
static inlay_status body_mixed(struct body *body, uint32_t input, uint32_t leaf, bool *mixed)
{
    struct body_chunk *c = &body->chunks[(size_t)input * body->schema->n_leaves + leaf];
    uint32_t n = inlay_reader_row_groups(body->inputs[input]), g = c->row_group ? c->row_group - 1 : 0;
    inlay_row_group group;
    inlay_chunk_details details;
    for (; g < n; g++) {
        TRY(inlay_reader_row_group(body->inputs[input], g, &group));
        if ((uint64_t)group.first_row + (uint64_t)group.n_rows > body->taken[input])
            break;
    }
    if (g < n && c->row_group != g + 1) {
        bool codes = false, plain = false;
        TRY(inlay_reader_chunk_details(body->inputs[input], g, (uint32_t)union_leaf_of(body->schema, input, leaf).leaf,
                                       &details));
        for (uint32_t i = 0; i < details.n_encoding_counts; i++) {
            const inlay_encoding_count *e = &details.encoding_counts[i];
            bool data = e->page_type == BODY_DATA_PAGE || e->page_type == BODY_DATA_PAGE_V2;
            bool code = e->encoding == BODY_PLAIN_DICTIONARY || e->encoding == BODY_RLE_DICTIONARY;
            codes = codes || (data && code);
            plain = plain || (data && !code);
        }
        *c = (struct body_chunk){g + 1, codes && plain};
    }
    *mixed = c->mixed;
    return INLAY_OK;
}

/* ---- pages and chunks that move ---- */

/* A moved page to the writer; called by the stage. */
static inlay_status body_page(void *ctx, const struct move_step *step)
{
    struct body *body = ctx;
    struct inpages *p = NULL;
    TRY(move_pages(body_pages(body, step->input, body->stage.leaf), body->env, body->inputs[step->input],
                   (uint32_t)body->leaves[step->input], step->row, &p));
    inlay_raw_page raw = inpages_at(p, step->page)->raw;
    inlay_status status = inpages_body(p, step->page, &raw.body);
    if (status != INLAY_OK)
        return body_failed(body, step->input, status);
    body->moved_bytes += raw.body.len;
    return inlay_writer_raw_page(body->writer, body->stage.leaf, &raw);
}

/* Columns of the inputs whose levels and values mean what they mean in the output. */
static void body_leaves(struct body *body, uint32_t leaf)
{
    const inlay_node *out = inlay_schema_leaf(body->schema->schema, leaf);
    for (uint32_t i = 0; i < body->schema->n_inputs; i++) {
        struct union_leaf from = union_leaf_of(body->schema, i, leaf);
        const inlay_node *node =
            from.leaf == UNION_NONE ? NULL : inlay_schema_leaf(inlay_reader_schema(body->inputs[i]), (uint32_t)from.leaf);
        bool same = node && node->max_def == out->max_def && widen_same(node, out) && inlay_reader_copyable(body->inputs[i]);
        body->leaves[i] = same ? from.leaf : -1;
    }
}

static inlay_status body_plan_moves(struct body *body, uint32_t leaf, bool codes)
{
    struct move_column c = {.inputs = body->inputs,
                            .slots = body->slots + leaf,
                            .stride = body->schema->n_leaves,
                            .taken = body->taken,
                            .leaves = body->leaves,
                            .runs = body->runs,
                            .n_runs = body->n_runs,
                            .codec = inlay_writer_codec(body->writer, leaf),
                            .codes = codes,
                            .no_plain = (body->how[leaf] & BODY_BLOOM) != 0};
    body->move.mode = MOVE_NOTHING;
    if (body->no_copy || (body->how[leaf] & BODY_NO_MOVE) || !body->whole || body->longest < MOVE_LEAST_ROWS)
        return INLAY_OK;
    return move_plan(&body->move, &c);
}

/* The host's dictionary becomes the beginning of the column's. */
static inlay_status body_host(struct body *body, uint32_t leaf)
{
    uint32_t host = body->move.host;
    inlay_column *column = NULL;
    bool all_codes;
    inlay_status status =
        inlay_column_open(body->inputs[host], (uint32_t)body->leaves[host], INLAY_COLUMN_CODES, &column);
    (void)leaf;
    if (status == INLAY_OK)
        status = inlay_column_seek(column, body->move.host_first_row);
    if (status == INLAY_OK)
        status = inlay_column_load_dictionary(column, &all_codes);
    if (status != INLAY_OK)
        status = body_failed(body, host, status);
    inlay_dictionary d = column ? inlay_column_dictionary(column) : (inlay_dictionary){0};
    if (status == INLAY_OK)
        status = d.n_values ? stage_host(&body->stage, d.values, d.n_values) : INLAY_END;
    inlay_column_close(column);
    if (status == INLAY_END)
        body->move.mode = MOVE_NOTHING;
    return status == INLAY_END ? INLAY_OK : status;
}

/* Is the row group one whole row group of an input, so that its chunk of this column can move as it is? Which? */
static inlay_status body_is_whole(struct body *body, uint32_t leaf, bool *is, uint32_t *row_group, inlay_chunk *chunk)
{
    uint32_t input = body->n_runs ? body->runs[0].input : 0, g = 0, n = inlay_reader_row_groups(body->inputs[input]);
    bool behind = body->n_runs == 2 && lane_dropped(body->runs[0]); /* that same input's rows */
    uint64_t dropped = behind ? lane_run_rows(body->runs[0]) : 0, from = body->taken[input] + dropped;
    inlay_row_group group = {0};
    *is = false;
    if (body->no_copy || (body->how[leaf] & (BODY_NO_MOVE | BODY_NO_CHUNK)) || !body->whole ||
        (body->n_runs != 1 && !behind) || body->leaves[input] < 0)
        return INLAY_OK;
    for (; g < n; g++) {
        TRY(inlay_reader_row_group(body->inputs[input], g, &group));
        if ((uint64_t)group.first_row >= from && group.n_rows)
            break;
    }
    if (g == n || (uint64_t)group.first_row != from || (uint64_t)group.n_rows != body->here[input] - dropped)
        return INLAY_OK;
    TRY(inlay_reader_chunk(body->inputs[input], g, (uint32_t)body->leaves[input], chunk));
    *row_group = g;
    *is = chunk->codec == inlay_writer_codec(body->writer, leaf) &&
          (!(body->how[leaf] & BODY_BLOOM) || chunk->bloom_at >= 0);
    return INLAY_OK;
}

static inlay_status body_whole_chunk(struct body *body, uint32_t leaf, bool *moved)
{
    uint32_t input = body->n_runs ? body->runs[0].input : 0, g = 0;
    inlay_chunk chunk = {0};
    TRY(body_is_whole(body, leaf, moved, &g, &chunk));
    if (!*moved)
        return INLAY_OK;
    TRY(inlay_writer_copy_chunk(body->writer, leaf, body->inputs[input], g, (uint32_t)body->leaves[input]));
    struct feed *feed = *body_slot(body, input, leaf);
    if (feed)
        feed_skip_to(feed, (int64_t)(body->taken[input] + body->here[input]));
    body->moved_bytes += (uint64_t)chunk.compressed_bytes;
    body->done += body->n_runs == 2 ? lane_run_rows(body->runs[1]) : body->here[input];
    body_tell(body, false);
    return INLAY_OK;
}

/* May the column be written as codes, and do the inputs' chunks not speak against it? */
static inlay_status body_coded(struct body *body, uint32_t leaf, bool *coded)
{
    bool mixed = false;
    *coded = body->dictionaries && inlay_schema_leaf(body->schema->schema, leaf)->type != INLAY_BOOLEAN;
    for (uint32_t i = 0; i < body->schema->n_inputs && *coded; i++)
        if (body->here[i] && union_leaf_of(body->schema, i, leaf).leaf != UNION_NONE) {
            inlay_status status = body_mixed(body, i, leaf, &mixed);
            if (status != INLAY_OK)
                return body_failed(body, i, status);
            *coded = !mixed;
        }
    return INLAY_OK;
}

static inlay_status body_leaf(struct body *body, const struct slice_group *group, uint32_t leaf)
{
    const inlay_node *node = inlay_schema_leaf(body->schema->schema, leaf);
    bool codes = false, moved = false;
    body->dictionaries = !(body->how[leaf] & BODY_NO_CODES);
    if (body->reduced && body->reduced[leaf]) {
        TRY(stage_begin(&body->stage, leaf, node, body->dictionaries && node->type != INLAY_BOOLEAN));
        TRY(body_reduced_leaf(body, group, leaf));
        return stage_end(&body->stage);
    }
    body_leaves(body, leaf);
    TRY(body_whole_chunk(body, leaf, &moved));
    if (moved)
        return INLAY_OK;
    TRY(body_coded(body, leaf, &codes));
    body->move.mode = MOVE_NOTHING;
    if (node->max_rep == 0)
        TRY(body_plan_moves(body, leaf, codes));
    TRY(stage_begin(&body->stage, leaf, node, codes && body->move.mode != MOVE_PLAIN));
    if (body->move.mode == MOVE_CODES)
        TRY(body_host(body, leaf));
    TRY(node->max_rep ? body_nested_leaf(body, group, leaf) : body_flat_leaf(body, group, leaf));
    return stage_end(&body->stage);
}

/* ---- row groups ---- */

/* After a column of a row group: close what has ended, and everything while memory is short. Of
 * columns that come round in a circle the latest is the one to let go. Half of the memory is left
 * to the column being written. */
static void body_release(struct body *body, uint32_t leaf)
{
    for (uint32_t i = 0; i < body->schema->n_inputs; i++) {
        struct feed **slot = body_slot(body, i, leaf);
        uint64_t rows = (uint64_t)inlay_reader_rows(body->inputs[i]);
        if (body->taken[i] + body->here[i] < rows && body->env->used_bytes <= body->hold_bytes)
            continue;
        body_close(body, slot);
        move_slot_free(*body_pages(body, i, leaf));
        *body_pages(body, i, leaf) = NULL;
    }
}

static inlay_status body_count(struct body *body, const struct slice_group *group)
{
    memset(body->here, 0, body->schema->n_inputs * sizeof *body->here);
    TRY(body_walk(body, group));
    body_forget_runs(body);
    body->longest = 0;
    body->whole = true;
    bool drops = body->plan->drop_mask != 0;
    uint64_t left = group->rows, rows;
    uint32_t input;
    inlay_status status;
    while ((status = plan_walk_group(&body->walk, &left, &input, &rows)) == INLAY_OK) {
        body->here[input] += rows;
        body->whole = body->whole && body->n_runs < BODY_RUNS;
        if (body->whole)
            body->runs[body->n_runs++] = (struct lane_run){input, (uint32_t)rows};
        if (drops && body->whole)
            TRY(body_note(body));
        if (drops && body->walk.dropped)
            continue;
        body->longest = rows > body->longest ? rows : body->longest;
    }
    return status == INLAY_END ? INLAY_OK : status;
}

static inlay_status body_group(struct body *body, const struct slice_group *group)
{
    TRY(body_count(body, group));
    for (uint32_t leaf = 0; leaf < body->schema->n_leaves; leaf++) {
        TRY(body_leaf(body, group, leaf));
        body_release(body, leaf);
    }
    for (uint32_t i = 0; i < body->schema->n_inputs; i++)
        body->taken[i] += body->here[i];
    return inlay_writer_end_row_group(body->writer);
}

inlay_status body_open(struct body *body, const char *scratch_folder, size_t dictionary_bytes)
{
    size_t n = body->schema->n_inputs, leaves = body->schema->n_leaves;
    void *block;
    TRY(stage_init(&body->stage, body->env, body->writer, scratch_folder, dictionary_bytes));
    if (leaves && n > SIZE_MAX / sizeof *body->feeds / leaves)
        return err_set(body->env, INLAY_NOMEM, ERR("out of memory"));
    TRY(mem_new(body->env, n * sizeof *body->taken, &block));
    body->taken = block;
    TRY(mem_new(body->env, n * sizeof *body->here, &block));
    body->here = block;
    TRY(mem_new(body->env, n * sizeof *body->gone, &block));
    body->gone = block;
    TRY(mem_new(body->env, n * sizeof *body->first_kept, &block));
    body->first_kept = block;
    TRY(mem_new(body->env, n * sizeof *body->drop, &block));
    body->drop = block;
    buf_init(&body->drops, body->env);
    TRY(mem_new(body->env, n * sizeof *body->maps, &block));
    body->maps = block;
    TRY(mem_new(body->env, n * leaves * sizeof *body->feeds, &block));
    body->feeds = block;
    TRY(mem_new(body->env, n * leaves * sizeof *body->chunks, &block));
    body->chunks = block;
    TRY(mem_new(body->env, n * sizeof *body->lanes, &block));
    body->lanes = block;
    TRY(mem_new(body->env, n * sizeof *body->wanted, &block));
    body->wanted = block;
    TRY(mem_new(body->env, n * sizeof *body->ready_at, &block));
    body->ready_at = block;
    TRY(mem_new(body->env, n * sizeof *body->leaves, &block));
    body->leaves = block;
    TRY(mem_new(body->env, n * leaves * sizeof *body->slots, &block));
    body->slots = block;
    TRY(move_init(&body->move, body->env, body->schema->n_inputs));
    TRY(reduce_init(&body->reduce, body->env, body->reducer, body->schema->schema, &body->stage));
    body->stage.page = body_page;
    body->stage.page_ctx = body;
    TRY(mem_new(body->env, BODY_RUNS * sizeof *body->runs, &block));
    body->runs = block;
    uint64_t used = body->env->used_bytes;
    body->hold_bytes = used < body->memory_bytes ? used + (body->memory_bytes - used) / 2 : used;
    return INLAY_OK;
}

void body_free(struct body *body)
{
    if (!body->env)
        return;
    size_t n = body->schema->n_inputs, leaves = body->schema->n_leaves;
    for (size_t i = 0; body->feeds && i < n * leaves; i++)
        body_close(body, &body->feeds[i]);
    for (size_t i = 0; body->maps && i < n; i++)
        stage_free_map(&body->stage, &body->maps[i]);
    mem_free(body->env, body->feeds, n * leaves * sizeof *body->feeds);
    mem_free(body->env, body->maps, n * sizeof *body->maps);
    mem_free(body->env, body->chunks, n * leaves * sizeof *body->chunks);
    mem_free(body->env, body->lanes, n * sizeof *body->lanes);
    mem_free(body->env, body->wanted, n * sizeof *body->wanted);
    mem_free(body->env, body->ready_at, n * sizeof *body->ready_at);
    mem_free(body->env, body->leaves, n * sizeof *body->leaves);
    for (size_t i = 0; body->slots && i < n * leaves; i++)
        move_slot_free(body->slots[i]);
    mem_free(body->env, body->slots, n * leaves * sizeof *body->slots);
    move_free(&body->move);
    mem_free(body->env, body->runs, BODY_RUNS * sizeof *body->runs);
    mem_free(body->env, body->taken, n * sizeof *body->taken);
    mem_free(body->env, body->here, n * sizeof *body->here);
    mem_free(body->env, body->gone, n * sizeof *body->gone);
    mem_free(body->env, body->first_kept, n * sizeof *body->first_kept);
    mem_free(body->env, body->drop, n * sizeof *body->drop);
    if (body->drops.env)
        buf_free(&body->drops);
    reduce_free(&body->reduce);
    stage_free(&body->stage);
    body->env = NULL;
}

inlay_status body_write_group(struct body *body, size_t group, inlay_writer *writer)
{
    body->writer = body->stage.writer = writer;
    return body_group(body, &body->slice->groups[group]);
}

/* Rows of the row group count as taken, and columns that stand before them go on behind them. */
inlay_status body_pass_group(struct body *body, size_t group)
{
    TRY(body_count(body, &body->slice->groups[group]));
    for (uint32_t i = 0; i < body->schema->n_inputs; i++) {
        if (body->here[i] == 0)
            continue;
        body->taken[i] += body->here[i];
        for (uint32_t leaf = 0; leaf < body->schema->n_leaves; leaf++) {
            struct feed *feed = *body_slot(body, i, leaf);
            if (feed)
                feed_skip_to(feed, (int64_t)body->taken[i]);
        }
    }
    return INLAY_OK;
}

inlay_status body_write(struct body *body, const char *scratch_folder, size_t dictionary_bytes)
{
    TRY(body_open(body, scratch_folder, dictionary_bytes));
    for (size_t i = 0; i < body->slice->n_groups; i++) {
        TRY(body_turn(body, i));
        TRY(body_write_group(body, i, body->writer));
    }
    body_tell(body, true);
    return INLAY_OK;
}

inlay_status body_turn(struct body *body, size_t group)
{
    const struct slice_group *groups = body->slice->groups;
    if (group == 0 || groups[group].output == groups[group - 1].output)
        return INLAY_OK;
    TRY(body->turn(body->turn_ctx, groups[group].output, &body->writer));
    body->stage.writer = body->writer;
    return INLAY_OK;
}

/* ---- what would move ---- */

static inlay_status body_leaf_moves(struct body *body, uint32_t leaf)
{
    bool codes = false, moved = false;
    uint32_t g;
    inlay_chunk chunk = {0};
    if (body->reduced && body->reduced[leaf])
        return INLAY_OK;
    body->dictionaries = !(body->how[leaf] & BODY_NO_CODES);
    body_leaves(body, leaf);
    TRY(body_is_whole(body, leaf, &moved, &g, &chunk));
    if (moved)
        body->moved_bytes += (uint64_t)chunk.compressed_bytes;
    if (moved || inlay_schema_leaf(body->schema->schema, leaf)->max_rep)
        return INLAY_OK;
    TRY(body_coded(body, leaf, &codes));
    TRY(body_plan_moves(body, leaf, codes));
    const struct move_step *steps = (const void *)body->move.steps.data;
    size_t n = body->move.mode == MOVE_NOTHING ? 0 : body->move.steps.bytes / sizeof *steps;
    for (size_t i = 0; i < n; i++) {
        struct inpages *p = NULL;
        TRY(move_pages(body_pages(body, steps[i].input, leaf), body->env, body->inputs[steps[i].input],
                       (uint32_t)body->leaves[steps[i].input], steps[i].row, &p));
        body->moved_bytes += (uint64_t)inpages_at(p, steps[i].page)->page.packed_bytes;
    }
    return INLAY_OK;
}

inlay_status body_estimate(struct body *body, const char *scratch_folder, size_t dictionary_bytes)
{
    TRY(body_open(body, scratch_folder, dictionary_bytes));
    for (size_t g = 0; g < body->slice->n_groups; g++) {
        TRY(body_count(body, &body->slice->groups[g]));
        for (uint32_t leaf = 0; leaf < body->schema->n_leaves; leaf++) {
            TRY(body_leaf_moves(body, leaf));
            body_release(body, leaf);
        }
        for (uint32_t i = 0; i < body->schema->n_inputs; i++)
            body->taken[i] += body->here[i];
    }
    return INLAY_OK;
}

#endif
