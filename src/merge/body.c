/* The body of a merge; see body.h. */
#include "merge/body_parts.h"

#if INLAY_WRITE && INLAY_MERGE

static inlay_status body_leaf(struct body *body, const struct slice_group *group, uint32_t leaf)
{
    const inlay_node *node = inlay_schema_leaf(body->schema->schema, leaf);
    bool codes = false, moved = false, host = false;
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
    TRY(body_host_lends(body, leaf, &host));
    TRY(stage_begin(&body->stage, leaf, node, codes && body->move.mode != MOVE_PLAIN));
    if (host)
        TRY(body_host_lend(body, leaf));
    else if (body->move.mode == MOVE_CODES)
        TRY(body_host(body));
    TRY(node->max_rep ? body_nested_leaf(body, group, leaf) : body_flat_leaf(body, group, leaf));
    return stage_end(&body->stage);
}

static inlay_status body_group(struct body *body, const struct slice_group *group)
{
    TRY(body_count(body, group));
    for (uint32_t leaf = 0; leaf < body->schema->n_leaves; leaf++) {
        if (!body_owns(body, leaf))
            continue;
        body->leaf = leaf;
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
    TRY(mem_new(body->env, n * sizeof *body->heads, &block));
    body->heads = block;
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
    body->most_runs = body->memory_bytes < BODY_RUNS_MEMORY ? BODY_RUNS : BODY_RUNS_MOST;
    TRY(mem_new(body->env, body->most_runs * sizeof *body->runs, &block));
    body->runs = block;
    body_share(body);
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
    mem_free(body->env, body->heads, n * sizeof *body->heads);
    mem_free(body->env, body->wanted, n * sizeof *body->wanted);
    mem_free(body->env, body->ready_at, n * sizeof *body->ready_at);
    mem_free(body->env, body->leaves, n * sizeof *body->leaves);
    for (size_t i = 0; body->slots && i < n * leaves; i++)
        move_slot_free(body->slots[i]);
    mem_free(body->env, body->slots, n * leaves * sizeof *body->slots);
    move_free(&body->move);
    mem_free(body->env, body->runs, body->most_runs * sizeof *body->runs);
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
    body->group = group;
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
