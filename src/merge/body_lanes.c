/* Flat columns: the stretches of a row group through one lane an input, and pages that move in between; see
 * body_parts.h. */
#include "merge/body_parts.h"

#if INLAY_WRITE && INLAY_MERGE

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
        l->feed->most = body->env->used_bytes > body->tight_bytes ? body->wanted[input] : 0;
        inlay_status status = feed_fill(l->feed, body->stage.lent ? UINT64_MAX : body->memory_bytes);
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
    size_t n = 0;
    memset(body->lanes, 0, body->schema->n_inputs * sizeof *body->lanes);
    memset(body->heads, 0, body->schema->n_inputs * sizeof *body->heads);
    memcpy(body->wanted, body->plan->drop_mask ? body->first_kept : body->here,
           body->schema->n_inputs * sizeof *body->wanted);
    body->n_met = 0;
    if (body->plan->drop_mask && !body->whole) /* body_part_ready does it */
        memset(body->wanted, 0, body->schema->n_inputs * sizeof *body->wanted);
    for (uint32_t i = 0; i < body->schema->n_inputs; i++) {
        struct union_leaf from = union_leaf_of(body->schema, i, leaf);
        struct lane *l = &body->lanes[i];
        l->head = &body->heads[i];
        if (from.leaf == UNION_NONE || body->here[i] == 0)
            continue;
        TRY(body_feed(body, i, leaf, body->dictionaries && body->stage.type != INLAY_BOOLEAN, &l->feed));
        n++;
        if (body->stage.lent && !feed_empty(l->feed) && !l->feed->batch.codes)
            feed_skip_to(l->feed, (int64_t)body->taken[i]); /* a copy without codes, made while memory was short */
        l->shift = from.shift;
        l->max_def = (uint8_t)(max_def - from.shift);
        l->level = body->ready_at[i] = l->feed->level; /* where it stands, also while other lanes are made ready */
        l->value = l->feed->value;
    }
    stage_lanes(&body->stage, n);
    for (uint32_t i = 0; i < body->schema->n_inputs; i++)
        if (body->lanes[i].feed)
            TRY(body_ready(body, i, out));
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

/* Stretches runs[0 .. n_runs) through the lanes. */
static inlay_status body_scatter(struct body *body, const struct lane_run *runs, size_t n_runs, struct lane_out *out)
{
    size_t at = 0;
    uint32_t taken = 0;
    while (at < n_runs) {
        size_t before = out->n_levels;
        lane_scatter(body->lanes, body->heads, runs, n_runs, &at, &taken, out);
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

inlay_status body_flat_leaf(struct body *body, const struct slice_group *group, uint32_t leaf)
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

#endif
