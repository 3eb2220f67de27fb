/* What a merge would do, row group by row group; see outline.h. */
#include "merge/outline.h"

#include <string.h>

#if INLAY_WRITE && INLAY_MERGE

struct outline_cell { /* a value that outlives its batch */
    struct buf buf;
    inlay_bytes bytes;
};

struct outline {
    inlay_env *env;
    const inlay_merge_options *options;
    inlay_reader *const *inputs;
    const struct outline_key *keys;
    uint32_t n_inputs, n_keys;
    struct feed *feeds;          /* [n_inputs][n_keys] */
    int64_t *rows;               /* [n_inputs][n_keys] row that a feed stands before */
    uint64_t *taken;             /* [n_inputs] */
    struct outline_cell *cells;  /* [2][n_keys] of the first row, of the last */
    inlay_merge_key *told;       /* [n_keys] */
    struct plan_walk walk;
};

/* The value of a key in a row that is not before any that was asked for; NULL = null. */
static inlay_status outline_value(struct outline *o, uint32_t input, uint32_t key, int64_t row,
                                  struct outline_cell *cell, const void **value)
{
    const struct keyrows_key *k = o->keys[key].key;
    struct feed *f = &o->feeds[(size_t)input * o->n_keys + key];
    int64_t *at = &o->rows[(size_t)input * o->n_keys + key];
    *value = NULL;
    if (k->leaf[input] == KEYROWS_NO_LEAF)
        return INLAY_OK;
    if (!f->env)
        TRY(feed_open(f, o->env, o->inputs[input], (uint32_t)k->leaf[input], 0, 0, k->as));
    for (;;) {
        size_t left = f->batch.n_levels - f->level;
        uint64_t ahead = (uint64_t)(row - *at);
        if (ahead < left)
            break;
        if (ahead > left)
            feed_skip_to(f, row);
        *at = ahead > left ? row : *at + (int64_t)left;
        inlay_status status = feed_fill(f, o->options->memory_bytes);
        if (status == INLAY_END)
            return err_set(o->env, INLAY_CORRUPT, ERR("column ends before the last row"));
        if (status != INLAY_OK)
            return status;
    }
    size_t n = (size_t)(row - *at);
    f->value += feed_present(f, n);
    f->level += n;
    *at = row;
    if (feed_present(f, 1) == 0)
        return INLAY_OK;
    const uint8_t *from = (const uint8_t *)f->batch.values + f->value * f->width;
    const inlay_bytes *view = (const void *)from;
    buf_clear(&cell->buf);
    buf_append(&cell->buf, k->type == INLAY_BYTE_ARRAY ? view->data : from,
               k->type == INLAY_BYTE_ARRAY ? view->len : k->width);
    if (k->type == INLAY_BYTE_ARRAY)
        cell->bytes = (inlay_bytes){cell->buf.data, view->len};
    *value = k->type == INLAY_BYTE_ARRAY ? (const void *)&cell->bytes : cell->buf.data;
    return cell->buf.status;
}

/* The keys of one row of the row group: of the first, or of the last. */
static inlay_status outline_row(struct outline *o, uint32_t input, uint64_t row, bool last)
{
    for (uint32_t key = 0; key < o->n_keys; key++) {
        inlay_merge_key *k = &o->told[key];
        inlay_status status = outline_value(o, input, key, (int64_t)row, &o->cells[last * o->n_keys + key],
                                            last ? &k->last : &k->first);
        if (status != INLAY_OK) {
            o->env->error.input = (int32_t)input;
            return status;
        }
    }
    return INLAY_OK;
}

static inlay_status outline_group(struct outline *o, const struct slice_group *group, inlay_merge_row_group *told)
{
    uint64_t left = group->rows, rows, last_row = 0;
    uint32_t input, last = 0;
    inlay_status status;
    TRY(plan_walk_start(&o->walk, o->walk.plan, group));
    for (bool first = true; (status = plan_walk_group(&o->walk, &left, &input, &rows)) == INLAY_OK;) {
        o->taken[input] += rows;
        if (o->walk.dropped)
            continue;
        if (first)
            TRY(outline_row(o, input, o->taken[input] - rows, false));
        first = false;
        last = input;
        last_row = o->taken[input] - 1;
    }
    if (status != INLAY_END)
        return status;
    TRY(outline_row(o, last, last_row, true));
    told->output = group->output;
    told->n_rows = group->rows;
    told->bytes = group->bytes;
    if (o->options->row_group(o->options->row_group_ctx, told) != 0)
        return err_set(o->env, INLAY_ARG, ERR("stopped by the caller"));
    return INLAY_OK;
}

static inlay_status outline_groups(struct outline *o, const struct slice *slice)
{
    inlay_merge_row_group told = {.keys = o->told, .n_keys = o->n_keys};
    for (uint32_t key = 0; key < o->n_keys; key++) {
        o->told[key] = (inlay_merge_key){.leaf = o->keys[key].leaf, .descending = o->keys[key].key->descending};
        buf_init(&o->cells[key].buf, o->env);
        buf_init(&o->cells[o->n_keys + key].buf, o->env);
    }
    for (size_t i = 0; i < slice->n_groups; i++) {
        told.row_group = i && slice->groups[i].output == slice->groups[i - 1].output ? told.row_group + 1 : 0;
        TRY(outline_group(o, &slice->groups[i], &told));
    }
    return INLAY_OK;
}

static inlay_status outline_open(struct outline *o)
{
    size_t n = (size_t)o->n_inputs * o->n_keys;
    void *block;
    TRY(mem_new(o->env, n * sizeof *o->feeds, &block));
    o->feeds = block;
    TRY(mem_new(o->env, n * sizeof *o->rows, &block));
    o->rows = block;
    TRY(mem_new(o->env, o->n_inputs * sizeof *o->taken, &block));
    o->taken = block;
    TRY(mem_new(o->env, 2 * (size_t)o->n_keys * sizeof *o->cells, &block));
    o->cells = block;
    TRY(mem_new(o->env, o->n_keys * sizeof *o->told, &block));
    o->told = block;
    return INLAY_OK;
}

static void outline_close(struct outline *o)
{
    size_t n = (size_t)o->n_inputs * o->n_keys;
    for (size_t i = 0; o->feeds && i < n; i++)
        if (o->feeds[i].env)
            feed_close(&o->feeds[i]);
    for (size_t i = 0; o->told && i < 2 * (size_t)o->n_keys; i++)
        if (o->cells[i].buf.env)
            buf_free(&o->cells[i].buf);
    mem_free(o->env, o->feeds, n * sizeof *o->feeds);
    mem_free(o->env, o->rows, n * sizeof *o->rows);
    mem_free(o->env, o->taken, o->n_inputs * sizeof *o->taken);
    mem_free(o->env, o->cells, 2 * (size_t)o->n_keys * sizeof *o->cells);
    mem_free(o->env, o->told, o->n_keys * sizeof *o->told);
    mem_free(o->env, o, sizeof *o);
}

inlay_status outline_tell(inlay_env *env, const inlay_merge_options *options, inlay_reader *const *inputs,
                          struct plan *plan, const struct slice *slice, const struct outline_key *keys, uint32_t n_keys)
{
    void *block;
    TRY(mem_new(env, sizeof(struct outline), &block));
    struct outline *o = block;
    o->env = env;
    o->options = options;
    o->inputs = inputs;
    o->keys = keys;
    o->n_inputs = plan->n_inputs;
    o->n_keys = n_keys;
    o->walk.plan = plan;
    inlay_status status = outline_open(o);
    if (status == INLAY_OK)
        status = outline_groups(o, slice);
    outline_close(o);
    return status;
}

#endif
