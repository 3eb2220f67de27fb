/* The stretches of a row group, at hand as a whole or part by part, and the rows that are dropped between them; see
 * body_parts.h. */
#include "merge/body_parts.h"

#if INLAY_WRITE && INLAY_MERGE

enum { BODY_COUNT = 1024 /* stretches that are counted while they are in the cache */ };

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

inlay_status body_part(struct body *body, uint64_t *left)
{
    body->ended = body->whole;
    if (body->whole)
        return INLAY_OK;
    body_forget_runs(body);
    if (!body->plan->drop_mask) {
        TRY(plan_walk_many(&body->walk, left, body->runs, body->most_runs, &body->n_runs));
        body->ended = *left == 0;
        return INLAY_OK;
    }
    while (body->n_runs < body->most_runs) {
        uint64_t rows;
        uint32_t input;
        inlay_status status = plan_walk_group(&body->walk, left, &input, &rows);
        body->ended = status == INLAY_END;
        if (status != INLAY_OK)
            return body->ended ? INLAY_OK : status;
        body->runs[body->n_runs++] = (struct lane_run){input, (uint32_t)rows};
        TRY(body_note(body));
    }
    return INLAY_OK;
}

inlay_status body_walk(struct body *body, const struct slice_group *group)
{
    memset(body->gone, 0, body->schema->n_inputs * sizeof *body->gone);
    return plan_walk_start(&body->walk, body->plan, group);
}

/* A plan that drops no rows. */
static inlay_status body_count_kept(struct body *body, uint64_t left)
{
    while (left) {
        if (body->n_runs == body->most_runs) { /* what is at hand makes room: it will be walked over again */
            body->whole = false;
            body->n_runs = 0;
        }
        struct lane_run *runs = body->runs + body->n_runs;
        size_t n = 0, room = body->most_runs - body->n_runs;
        TRY(plan_walk_many(&body->walk, &left, runs, room < BODY_COUNT ? room : BODY_COUNT, &n));
        uint32_t longest = 0;
        for (size_t i = 0; i < n; i++) {
            body->here[runs[i].input] += runs[i].rows;
            longest = runs[i].rows > longest ? runs[i].rows : longest;
        }
        body->longest = longest > body->longest ? longest : body->longest;
        body->n_runs += n;
    }
    return INLAY_OK;
}

static inlay_status body_count_dropped(struct body *body, uint64_t left)
{
    uint64_t rows;
    uint32_t input;
    inlay_status status;
    while ((status = plan_walk_group(&body->walk, &left, &input, &rows)) == INLAY_OK) {
        body->here[input] += rows;
        body->whole = body->whole && body->n_runs < body->most_runs;
        if (body->whole) {
            body->runs[body->n_runs++] = (struct lane_run){input, (uint32_t)rows};
            TRY(body_note(body));
        }
        if (!body->walk.dropped)
            body->longest = rows > body->longest ? rows : body->longest;
    }
    return status == INLAY_END ? INLAY_OK : status;
}

inlay_status body_count(struct body *body, const struct slice_group *group)
{
    memset(body->here, 0, body->schema->n_inputs * sizeof *body->here);
    TRY(body_walk(body, group));
    body_forget_runs(body);
    body->longest = 0;
    body->whole = true;
    return body->plan->drop_mask ? body_count_dropped(body, group->rows) : body_count_kept(body, group->rows);
}

#endif
