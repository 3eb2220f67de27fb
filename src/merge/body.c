/* The body of a merge; see body.h. */
#include "merge/body.h"

#include "base/bytes.h"

#if INLAY_WRITE && INLAY_MERGE

enum { BODY_TELL = 65536 }; /* values between two calls of progress */

/* ---- feeds ---- */

static struct feed **body_slot(struct body *body, uint32_t input, uint32_t leaf)
{
    return &body->feeds[(size_t)input * body->schema->n_leaves + leaf];
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

static inlay_status body_open(struct body *body, uint32_t input, uint32_t leaf, bool codes,
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
                      codes ? INLAY_COLUMN_CODES : 0, (int64_t)body->taken[input]);
        if (status != INLAY_OK)
            return body_failed(body, input, status);
    }
    *feed = *slot;
    return INLAY_OK;
}

/* The next batch; END after the last row of the input. */
static inlay_status body_fill(struct body *body, uint32_t input, struct feed *feed)
{
    TRY(stage_settle(&body->stage));
    inlay_status status = feed_fill(feed, body->memory_bytes);
    return status == INLAY_OK || status == INLAY_END ? status : body_failed(body, input, status);
}

static inlay_status body_ends_early(const struct body *body, uint32_t input)
{
    return body_failed(body, input,
                       err_set(body->env, INLAY_CORRUPT, ERR("column ends before the last row")));
}

/* ---- rows ---- */

static inlay_status body_flat_rows(struct body *body, uint32_t input, struct feed *feed,
                                   uint8_t shift, uint64_t rows)
{
    while (rows) {
        if (feed_empty(feed)) {
            inlay_status status = body_fill(body, input, feed);
            if (status != INLAY_OK)
                return status == INLAY_END ? body_ends_early(body, input) : status;
        }
        size_t left = feed->batch.n_levels - feed->level, n = rows < left ? (size_t)rows : left;
        TRY(stage_take(&body->stage, feed, &body->maps[input], n, shift));
        rows -= n;
    }
    return INLAY_OK;
}

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

static void body_tell(struct body *body, bool now)
{
    uint64_t total = body->plan->n_rows * body->schema->n_leaves;
    if (!body->progress || body->done == body->told ||
        (!now && body->done - body->told < BODY_TELL))
        return;
    body->told = body->done;
    body->progress(body->progress_ctx, body->done, total);
}

static inlay_status body_leaf(struct body *body, const struct slice_group *group, uint32_t leaf)
{
    const inlay_node *node = inlay_schema_leaf(body->schema->schema, leaf);
    bool codes = body->dictionaries && node->type != INLAY_BOOLEAN;
    TRY(stage_begin(&body->stage, leaf, node, codes));
    TRY(plan_walk_start(&body->walk, body->plan, group));
    for (uint64_t left = group->rows; left;) {
        uint32_t input;
        uint64_t rows;
        TRY(plan_walk_next(&body->walk, left, &input, &rows));
        struct union_leaf from = union_leaf_of(body->schema, input, leaf);
        if (from.leaf == UNION_NONE) {
            TRY(stage_nulls(&body->stage, rows));
        } else {
            struct feed *feed;
            TRY(body_open(body, input, leaf, codes, &feed));
            TRY(node->max_rep ? body_nested_rows(body, input, feed, from.shift, rows)
                              : body_flat_rows(body, input, feed, from.shift, rows));
        }
        left -= rows;
        body->done += rows;
        body_tell(body, false);
    }
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
        if (*slot &&
            (body->taken[i] + body->here[i] == rows || body->env->used_bytes > body->hold_bytes))
            body_close(body, slot);
    }
}

static inlay_status body_count(struct body *body, const struct slice_group *group)
{
    memset(body->here, 0, body->schema->n_inputs * sizeof *body->here);
    TRY(plan_walk_start(&body->walk, body->plan, group));
    for (uint64_t left = group->rows; left;) {
        uint32_t input;
        uint64_t rows;
        TRY(plan_walk_next(&body->walk, left, &input, &rows));
        body->here[input] += rows;
        left -= rows;
    }
    return INLAY_OK;
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

static inlay_status body_init(struct body *body, const char *scratch_folder,
                              size_t dictionary_bytes)
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
    TRY(mem_new(body->env, n * sizeof *body->maps, &block));
    body->maps = block;
    TRY(mem_new(body->env, n * leaves * sizeof *body->feeds, &block));
    body->feeds = block;
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
    mem_free(body->env, body->taken, n * sizeof *body->taken);
    mem_free(body->env, body->here, n * sizeof *body->here);
    stage_free(&body->stage);
    body->env = NULL;
}

inlay_status body_write(struct body *body, const char *scratch_folder, size_t dictionary_bytes)
{
    TRY(body_init(body, scratch_folder, dictionary_bytes));
    for (size_t i = 0; i < body->slice->n_groups; i++)
        TRY(body_group(body, &body->slice->groups[i]));
    body_tell(body, true);
    return INLAY_OK;
}

#endif
