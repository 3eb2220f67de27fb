/* Columns that go stretch by stretch, straight from the feeds to the stage: nested ones, whose rows end where the next
 * one begins, and those that a reducer makes; see body_parts.h. */
#include "merge/body_parts.h"

#if INLAY_WRITE && INLAY_MERGE

enum { BODY_FAR = 65536 /* rows to be dropped, from which on a nested column goes to a row instead of reading on */ };

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

inlay_status body_nested_leaf(struct body *body, const struct slice_group *group, uint32_t leaf)
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

inlay_status body_reduced_leaf(struct body *body, const struct slice_group *group, uint32_t leaf)
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

#endif
