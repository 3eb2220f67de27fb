/* Footer keys that are made from an output's rows; see outkeys.h. */
#include "merge/outkeys.h"

#include <string.h>

#if INLAY_WRITE && INLAY_MERGE

inlay_status outkeys_init(struct outkeys *o)
{
    size_t n = o->schema->n_inputs, columns = o->sort->n_columns;
    void *block;
    buf_init(&o->seen, o->env);
    TRY(mem_new(o->env, 2 * n * sizeof *o->from, &block));
    o->from = block;
    o->to = o->from + n;
    TRY(mem_new(o->env, columns * sizeof *o->leaves, &block));
    o->leaves = block;
    TRY(mem_new(o->env, columns * sizeof *o->numbers, &block));
    o->numbers = block;
    for (uint32_t c = 0; c < columns; c++) {
        int64_t field = union_find_sort(o->schema, o->sort, c);
        const struct union_field *f = field == UNION_NONE ? NULL : &o->schema->fields[field];
        const inlay_node *leaf = f && f->n_leaves == 1 ? inlay_schema_leaf(o->schema->schema, f->first_leaf) : NULL;
        o->leaves[c] = leaf && leaf->parent == 0 && leaf->max_rep == 0 ? leaf : NULL;
        o->numbers[c] = f ? f->first_leaf : 0;
    }
    return describe_init(&o->describe, o->env, o->sort, o->leaves);
}

void outkeys_free(struct outkeys *o)
{
    if (!o->env)
        return;
    describe_free(&o->describe);
    buf_free(&o->seen);
    mem_free(o->env, o->from, 2 * o->schema->n_inputs * sizeof *o->from);
    mem_free(o->env, o->leaves, o->sort->n_columns * sizeof *o->leaves);
    mem_free(o->env, o->numbers, o->sort->n_columns * sizeof *o->numbers);
    o->env = NULL;
}

/* The ranges of the next output, and which inputs its first and last row come from. False = it has no rows. */
static inlay_status outkeys_ranges(struct outkeys *o, uint32_t *first, uint32_t *last, bool *any)
{
    uint32_t output = o->group < o->slice->n_groups ? o->slice->groups[o->group].output : 0;
    memcpy(o->from, o->to, o->schema->n_inputs * sizeof *o->from);
    *any = false;
    for (; o->group < o->slice->n_groups && o->slice->groups[o->group].output == output; o->group++) {
        const struct slice_group *group = &o->slice->groups[o->group];
        TRY(plan_walk_start(&o->walk, o->plan, group));
        uint64_t left = group->rows, rows;
        uint32_t input;
        inlay_status status;
        while ((status = plan_walk_group(&o->walk, &left, &input, &rows)) == INLAY_OK) {
            o->to[input] += rows;
            if (o->walk.dropped)
                continue;
            if (!*any) {
                *first = input;
                o->first_row = o->to[input] - rows;
            }
            *any = true;
            *last = input;
            o->last_row = o->to[input] - 1;
        }
        if (status != INLAY_END)
            return status;
    }
    return INLAY_OK;
}

static inlay_status outkeys_open(struct outkeys *o, uint32_t column, uint32_t input, uint64_t row, struct feed *feed)
{
    int64_t leaf = union_leaf_of(o->schema, input, o->numbers[column]).leaf;
    *feed = (struct feed){0};
    if (leaf == UNION_NONE)
        return INLAY_END;
    inlay_status status = feed_open(feed, o->env, o->inputs[input], (uint32_t)leaf, INLAY_COLUMN_CODES, (int64_t)row,
                                    o->leaves[column]);
    if (status == INLAY_OK)
        status = feed_fill(feed, UINT64_MAX);
    if (status == INLAY_END)
        status = err_set(o->env, INLAY_CORRUPT, ERR("column ends before the last row"));
    if (status != INLAY_OK)
        o->env->error.input = (int32_t)input;
    return status;
}

/* One row of a sort column. */
static inlay_status outkeys_cell(struct outkeys *o, uint32_t column, uint32_t input, uint64_t row,
                                 inlay_status (*tell)(struct describe *, uint32_t, struct cell))
{
    struct feed feed;
    struct cell cell = {0};
    inlay_status status = outkeys_open(o, column, input, row, &feed);
    if (status == INLAY_OK && feed_present(&feed, 1)) {
        const inlay_batch *b = &feed.batch;
        cell = cell_of(o->leaves[column], b->codes ? feed_dictionary(&feed).values : b->values, b->codes ? b->codes[0] : 0);
    }
    if (status == INLAY_OK || status == INLAY_END)
        status = tell(&o->describe, column, cell);
    if (feed.env)
        feed_close(&feed);
    return status;
}

/* n values of a batch, from its first on: entries in use once, other values in runs of equal ones. */
static inlay_status outkeys_batch(struct outkeys *o, uint32_t column, const struct feed *feed, size_t n, uint64_t *serial)
{
    const inlay_batch *b = &feed->batch;
    if (!b->codes) {
        const inlay_bytes *v = b->values;
        for (size_t i = 0, run; i < n; i += run) {
            for (run = 1; i + run < n && sortkey_bytes_equal(v[i], v[i + run]);)
                run++;
            TRY(describe_value(&o->describe, column, v[i], run));
        }
        return INLAY_OK;
    }
    inlay_dictionary d = feed_dictionary(feed);
    if (*serial != d.serial) {
        buf_clear(&o->seen);
        if (!buf_reserve(&o->seen, d.n_values + 1))
            return o->seen.status;
        memset(o->seen.data, 0, d.n_values);
        *serial = d.serial;
    }
    for (size_t i = 0; i < n; i++)
        if (!o->seen.data[b->codes[i]]) {
            o->seen.data[b->codes[i]] = 1;
            TRY(describe_value(&o->describe, column, ((const inlay_bytes *)d.values)[b->codes[i]], 1));
        }
    return INLAY_OK;
}

static inlay_status outkeys_values(struct outkeys *o, uint32_t column, uint32_t input)
{
    struct feed feed;
    uint64_t left = o->to[input] - o->from[input], serial = 0;
    inlay_status status = outkeys_open(o, column, input, o->from[input], &feed);
    while (status == INLAY_OK) {
        size_t n = left < feed.batch.n_levels ? (size_t)left : feed.batch.n_levels;
        status = outkeys_batch(o, column, &feed, feed_present(&feed, n), &serial);
        left -= n;
        if (status != INLAY_OK || left == 0)
            break;
        status = feed_fill(&feed, UINT64_MAX);
        if (status == INLAY_END)
            status = err_set(o->env, INLAY_CORRUPT, ERR("column ends before the last row"));
    }
    if (feed.env)
        feed_close(&feed);
    return status == INLAY_END ? INLAY_OK : status;
}

inlay_status outkeys_write(struct outkeys *o, inlay_writer *writer)
{
    uint32_t first = 0, last = 0;
    bool any;
    describe_reset(&o->describe);
    TRY(outkeys_ranges(o, &first, &last, &any));
    for (uint32_t c = 0; c < o->sort->n_columns && any; c++) {
        if (!o->leaves[c]) {
            TRY(describe_first(&o->describe, c, (struct cell){0}));
            TRY(describe_last(&o->describe, c, (struct cell){0}));
            continue;
        }
        TRY(outkeys_cell(o, c, first, o->first_row, describe_first));
        TRY(outkeys_cell(o, c, last, o->last_row, describe_last));
        for (uint32_t i = 0; i < o->schema->n_inputs && describe_wants_values(&o->describe, c); i++)
            if (o->to[i] > o->from[i])
                TRY(outkeys_values(o, c, i));
    }
    return describe_write(&o->describe, writer);
}

#endif
