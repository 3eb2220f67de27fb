/* Feeds of the inputs' columns: opened when a row group first wants them, closed when the memory is wanted; see
 * body_parts.h. */
#include "merge/body_parts.h"

#if INLAY_WRITE && INLAY_MERGE

enum { BODY_TELL = 65536 /* values between two calls of progress */ };

void body_close(struct body *body, struct feed **slot)
{
    if (!*slot)
        return;
    feed_close(*slot);
    mem_free(body->env, *slot, sizeof **slot);
    *slot = NULL;
}

inlay_status body_feed(struct body *body, uint32_t input, uint32_t leaf, bool codes,
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
        if (body->env->used_bytes > body->tight_bytes)
            feed_trim(*slot);
    }
    *feed = *slot;
    return INLAY_OK;
}

inlay_status body_fill(struct body *body, uint32_t input, struct feed *feed)
{
    TRY(stage_own(&body->stage, body->stage.n_values));
    inlay_status status = feed_fill(feed, body->memory_bytes);
    return status == INLAY_OK || status == INLAY_END ? status : body_failed(body, input, status);
}

inlay_status body_ends_early(const struct body *body, uint32_t input)
{
    return body_failed(body, input,
                       err_set(body->env, INLAY_CORRUPT, ERR("column ends before the last row")));
}

void body_tell(struct body *body, bool now)
{
    uint64_t total = body->plan->n_rows * body->schema->n_leaves;
    if (!body->progress || body->done == body->told ||
        (!now && body->done - body->told < BODY_TELL))
        return;
    body->told = body->done;
    body->progress(body->progress_ctx, body->done, total);
}

static void body_let_go(struct body *body, uint32_t input, uint32_t leaf)
{
    body_close(body, body_slot(body, input, leaf));
    move_slot_free(*body_pages(body, input, leaf));
    *body_pages(body, input, leaf) = NULL;
}

/* After a column of a row group: close what has ended. While memory is short, what stays open is left with its page and
 * dictionary; where that is too much, it is closed. Of columns that come round in a circle the latest is the one to let
 * go. Half of the memory is left to the column being written. */
void body_release(struct body *body, uint32_t leaf)
{
    for (uint32_t i = 0; i < body->schema->n_inputs; i++) {
        struct feed *feed = *body_slot(body, i, leaf);
        if (body->taken[i] + body->here[i] == (uint64_t)inlay_reader_rows(body->inputs[i]))
            body_let_go(body, i, leaf);
        else if (feed && feed_empty(feed) && body->env->used_bytes > body->tight_bytes)
            feed_trim(feed);
    }
    for (uint32_t i = 0; i < body->schema->n_inputs && body->env->used_bytes > body->hold_bytes; i++)
        body_let_go(body, i, leaf);
}

#endif
