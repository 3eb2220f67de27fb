/* Groups of rows to one row each; see reduce.h. */
#include "merge/reduce.h"

#include <string.h>

#if INLAY_WRITE && INLAY_MERGE

enum { REDUCE_LEVELS = 4096 };

inlay_status reduce_init(struct reduce *r, inlay_env *env, const inlay_reducer *reducer, const inlay_schema *schema,
                         struct stage *stage)
{
    void *block;
    *r = (struct reduce){.env = env, .reducer = reducer, .schema = schema, .stage = stage};
    buf_init(&r->values, env);
    if (!reducer || !reducer->reduce)
        return INLAY_OK;
    TRY(mem_new(env, (REDUCE_LEVELS + 1) * sizeof *r->group_rows, &block));
    r->group_rows = block;
    TRY(mem_new(env, REDUCE_LEVELS, &block));
    r->def = block;
    return INLAY_OK;
}

void reduce_free(struct reduce *r)
{
    if (!r->env)
        return;
    if (r->group_rows)
        mem_free(r->env, r->group_rows, (REDUCE_LEVELS + 1) * sizeof *r->group_rows);
    if (r->def)
        mem_free(r->env, r->def, REDUCE_LEVELS);
    buf_free(&r->values);
    stage_free_map(r->stage, &r->map);
    r->env = NULL;
}

inlay_status reduce_begin(struct reduce *r, uint32_t leaf)
{
    r->leaf = leaf;
    r->node = inlay_schema_leaf(r->schema, leaf);
    r->width = inlay_node_width(r->node);
    r->n_levels = r->n_values = r->n_groups = 0;
    buf_clear(&r->values);
    return buf_reserve(&r->values, REDUCE_LEVELS * r->width + 1) ? INLAY_OK : r->values.status;
}

/* ---- out ---- */

/* What the reducer gave: as many levels as there are groups, each a null that the column may have, or a value. */
static inlay_status reduce_check(const struct reduce *r, const inlay_batch *out, size_t n_groups)
{
    size_t present = out->def ? 0 : out->n_levels;
    bool good = out->n_levels == n_groups && !out->rep && !out->codes;
    for (size_t i = 0; good && out->def && i < out->n_levels; i++) {
        good = out->def[i] <= r->node->max_def;
        present += out->def[i] == r->node->max_def;
    }
    good = good && present == out->n_values && (out->values || !present);
    return good ? INLAY_OK : err_set(r->env, INLAY_ARG, ERR("the reducer's values do not fit the groups or the column"));
}

static inlay_status reduce_put(struct reduce *r, const inlay_batch *out)
{
    struct feed feed = {.env = r->env, .batch = *out, .width = r->width, .type = r->node->type, .max_def = r->node->max_def};
    if (out->n_levels == 0)
        return INLAY_OK;
    TRY(stage_take(r->stage, &feed, &r->map, out->n_levels, 0));
    return stage_own(r->stage, r->stage->n_values); /* the views die with the next call */
}

/* All that is gathered to the reducer. */
static inlay_status reduce_flush(struct reduce *r, bool goes_on)
{
    inlay_batch out = {0};
    inlay_reduce_batch groups = {.schema = r->schema,
                                 .leaf = r->leaf,
                                 .in = {.n_levels = r->n_levels,
                                        .n_values = r->n_values,
                                        .def = r->n_values < r->n_levels ? r->def : NULL,
                                        .values = r->values.data},
                                 .group_rows = r->group_rows,
                                 .n_groups = r->n_groups,
                                 .goes_on = goes_on};
    if (r->n_groups == 0)
        return INLAY_OK;
    inlay_status status = r->reducer->reduce(r->reducer->ctx, &groups, &out);
    if (status != INLAY_OK)
        return err_set(r->env, status == INLAY_END ? INLAY_ARG : status, ERR("the reducer failed"));
    TRY(reduce_check(r, &out, r->n_groups - goes_on));
    r->n_levels = r->n_values = 0;
    r->n_groups = goes_on;
    r->group_rows[0] = 0;
    return reduce_put(r, &out);
}

inlay_status reduce_settle(struct reduce *r)
{
    return r->node->type == INLAY_BYTE_ARRAY && r->n_levels ? reduce_flush(r, true) : INLAY_OK;
}

inlay_status reduce_end(struct reduce *r)
{
    return reduce_flush(r, false);
}

/* ---- in ---- */

/* n more rows fit: note their groups. */
static void reduce_group(struct reduce *r, size_t n, bool joined)
{
    joined = joined && r->n_groups; /* every row group begins with a row that begins a group */
    if (joined)
        r->group_rows[r->n_groups - 1] += (uint32_t)n;
    for (size_t i = 0; i < n && !joined; i++)
        r->group_rows[r->n_groups++] = 1;
    r->n_levels += n;
}

static inlay_status reduce_room(struct reduce *r, size_t *room)
{
    if (r->n_levels == REDUCE_LEVELS)
        TRY(reduce_flush(r, true));
    *room = REDUCE_LEVELS - r->n_levels;
    return INLAY_OK;
}

static void reduce_take_some(struct reduce *r, struct feed *feed, size_t n, uint8_t shift)
{
    const uint8_t *from = feed->batch.def ? feed->batch.def + feed->level : NULL;
    uint8_t *def = r->def + r->n_levels;
    size_t present = feed_present(feed, n);
    if (!from)
        memset(def, r->node->max_def, n);
    for (size_t i = 0; from && i < n; i++)
        def[i] = (uint8_t)(from[i] + shift);
    if (present)
        memcpy(r->values.data + r->n_values * r->width,
               (const uint8_t *)feed->batch.values + feed->value * r->width, present * r->width);
    r->n_values += present;
    feed->level += n;
    feed->value += present;
}

inlay_status reduce_take(struct reduce *r, struct feed *feed, size_t n, uint8_t shift, bool joined)
{
    while (n) {
        size_t room;
        TRY(reduce_room(r, &room));
        size_t some = n < room ? n : room;
        reduce_take_some(r, feed, some, shift);
        reduce_group(r, some, joined);
        n -= some;
    }
    return INLAY_OK;
}

inlay_status reduce_nulls(struct reduce *r, uint64_t rows, bool joined)
{
    while (rows) {
        size_t room;
        TRY(reduce_room(r, &room));
        size_t some = rows < room ? (size_t)rows : room;
        memset(r->def + r->n_levels, 0, some);
        reduce_group(r, some, joined);
        rows -= some;
    }
    return INLAY_OK;
}

#endif
