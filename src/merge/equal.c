/* Rows with equal keys; see equal.h. */
#include "merge/equal.h"

#include "merge/plan.h"

#include <string.h>

#if INLAY_WRITE && INLAY_MERGE

inlay_status equal_init(struct equal *e, inlay_env *env, int mode, const struct keyrows_keys *keys,
                        uint32_t n_inputs)
{
    void *block;
    *e = (struct equal){
        .env = env, .mode = mode, .n_keys = keys->n_compared, .n_saved = keys->n_keys, .n_inputs = n_inputs};
    e->first_input = e->first_group = -1;
    e->first_row = -1;
    if (mode < 0 || mode > EQUAL_REDUCE)
        return err_set(env, INLAY_ARG, ERR("no such way to treat equal keys"));
    if (mode == EQUAL_KEEP)
        return INLAY_OK;
    TRY(mem_new(env, e->n_saved * sizeof *e->last, &block));
    e->last = block;
    for (uint32_t i = 0; i < e->n_saved; i++)
        buf_init(&e->last[i].buf, env);
    TRY(mem_new(env, n_inputs * sizeof *e->dropped, &block));
    e->dropped = block;
    return INLAY_OK;
}

void equal_free(struct equal *e)
{
    for (uint32_t i = 0; e->last && i < e->n_saved; i++)
        buf_free(&e->last[i].buf);
    if (e->last)
        mem_free(e->env, e->last, e->n_saved * sizeof *e->last);
    if (e->dropped)
        mem_free(e->env, e->dropped, e->n_inputs * sizeof *e->dropped);
    e->last = NULL;
    e->dropped = NULL;
}

/* ---- is it the key of the row before? ---- */

/* Row `row` of the window, of which those before it come next as well. */
static bool equal_to_last(const struct plan *plan, const struct keyrows *k, size_t row)
{
    const struct equal *e = &plan->equal;
    if (!e->any)
        return false;
    if (row > k->at || e->input == k->input)
        return k->blank || k->same[row];
    for (uint32_t key = 0; key < e->n_keys; key++) {
        const struct keyrows_key *spec = &plan->keys->keys[key];
        struct keyrows_cell last = keyrows_saved_cell(&e->last[key], spec), cell = keyrows_at(k, key, row);
        if (keyrows_compare(spec, &last, &cell) != 0)
            return false;
    }
    return true;
}

/* The first row from `row` on that is (is not) equal to the one before it; at most `end`. */
static size_t equal_next(const struct keyrows *k, size_t row, size_t end, bool same)
{
    if (row >= end)
        return end;
    if (k->blank)
        return same ? row : end;
    const uint8_t *at = memchr(k->same + row, same, end - row);
    return at ? (size_t)(at - k->same) : end;
}

/* Rows up to `end` of the window have been taken: remember the last one. */
static inlay_status equal_remember(struct plan *plan, const struct keyrows *k, size_t end)
{
    struct equal *e = &plan->equal;
    for (uint32_t key = 0; key < e->n_saved; key++) {
        struct keyrows_cell cell = keyrows_at(k, key, end - 1);
        TRY(keyrows_save(&e->last[key], &plan->keys->keys[key], &cell));
    }
    e->any = true;
    e->input = k->input;
    e->row = k->row + end - 1;
    return INLAY_OK;
}

/* ---- what stays, and what goes ---- */

static inlay_status equal_drop(struct plan *plan, uint32_t input, uint64_t n)
{
    plan->n_dropped += n;
    if (plan->joined) {
        TRY(plan_end_stretch(plan));
        return plan_put_dropped(plan, input, n); /* of a window: not too many */
    }
    plan->equal.dropped[input] += n;
    return INLAY_OK;
}

/* The next row of the output is from that input; n rows follow each other. */
static inlay_status equal_begin(struct plan *plan, uint32_t input, const struct plan_row *row, size_t n)
{
    uint64_t *dropped = &plan->equal.dropped[input];
    if (plan->input != input || *dropped || plan->open_rows + n > PLAN_MOST_ROWS)
        TRY(plan_end_stretch(plan));
    plan->input = input;
    unsigned changes = plan_changes_at(plan, row);
    if (changes)
        TRY(plan_begin_segment(plan, row, changes));
    while (*dropped) {
        uint64_t rows = *dropped < PLAN_MOST_ROWS ? *dropped : PLAN_MOST_ROWS;
        TRY(plan_put_dropped(plan, input, rows));
        *dropped -= rows;
    }
    return INLAY_OK;
}

static void equal_add(struct plan *plan, uint64_t n)
{
    plan->open_rows += n;
    plan->segment_rows += n;
    plan->n_rows += n;
}

/* Rows [row, end) of the window stay. */
static inlay_status equal_keep(struct plan *plan, const struct keyrows *k, size_t row, size_t end)
{
    TRY(equal_begin(plan, k->input, &(struct plan_row){.k = k, .row = row}, end - row));
    for (;;) {
        size_t next = keyrows_next_mark(k, row, end);
        equal_add(plan, next - row);
        row = next;
        if (row == end)
            return INLAY_OK;
        TRY(plan_begin_segment(plan, &(struct plan_row){.k = k, .row = row}, k->marks[row]));
    }
}

/* The row that was held back stays. */
static inlay_status equal_keep_held(struct plan *plan)
{
    struct equal *e = &plan->equal;
    e->held = false;
    TRY(equal_begin(plan, e->input, &(struct plan_row){.saved = e->last}, 1));
    equal_add(plan, 1);
    return INLAY_OK;
}

/* A row goes if it equals the one before it. */
static inlay_status equal_first(struct plan *plan, struct keyrows *k, size_t end)
{
    bool same = equal_to_last(plan, k, k->at);
    for (size_t row = k->at, next; row < end; row = next, same = !same) {
        next = equal_next(k, row + 1, end, !same);
        if (same)
            TRY(equal_drop(plan, k->input, next - row));
        else
            TRY(equal_keep(plan, k, row, next));
    }
    return INLAY_OK;
}

/* A row goes if the one behind it equals it; so the last of them is held back. */
static inlay_status equal_last(struct plan *plan, struct keyrows *k, size_t end)
{
    struct equal *e = &plan->equal;
    if (e->held && equal_to_last(plan, k, k->at))
        TRY(equal_drop(plan, e->input, 1));
    else if (e->held)
        TRY(equal_keep_held(plan));
    for (size_t row = k->at, next; row + 1 < end; row = next) {
        bool same = equal_next(k, row + 1, row + 2, true) == row + 1;
        next = equal_next(k, row + 2, end, !same) - 1; /* the first one of which the row behind it tells otherwise */
        if (same)
            TRY(equal_drop(plan, k->input, next - row));
        else
            TRY(equal_keep(plan, k, row, next));
    }
    e->held = true; /* equal_remember keeps its keys */
    return INLAY_OK;
}

/* No two rows may be equal. */
static inlay_status equal_error(struct plan *plan, struct keyrows *k, size_t n)
{
    struct equal *e = &plan->equal;
    size_t row = k->at, end = k->at + n;
    if (!equal_to_last(plan, k, row))
        row = equal_next(k, row + 1, end, true);
    if (row == end)
        return plan_take(plan, k, n);
    bool across = row == k->at;
    const struct keyrows *other = across ? &plan->rows[e->input] : k;
    int32_t row_group;
    int64_t in_group;
    TRY(keyrows_locate(other, across ? e->row : k->row + row - 1, &e->first_group, &e->first_row));
    TRY(keyrows_locate(k, k->row + row, &row_group, &in_group));
    err_set(e->env, INLAY_CORRUPT, ERR("two rows have the same key"));
    e->first_input = (int32_t)other->input;
    e->env->error.input = (int32_t)k->input;
    e->env->error.row_group = row_group;
    e->env->error.row = in_group;
    return INLAY_CORRUPT;
}

inlay_status equal_take(struct plan *plan, struct keyrows *k, size_t n)
{
    size_t end = k->at + n;
    if (plan->equal.mode == EQUAL_ERROR)
        TRY(equal_error(plan, k, n));
    else if (plan->equal.mode == EQUAL_LAST)
        TRY(equal_last(plan, k, end));
    else
        TRY(equal_first(plan, k, end));
    k->at = end;
    return equal_remember(plan, k, end);
}

inlay_status equal_end(struct plan *plan)
{
    return plan->equal.held ? equal_keep_held(plan) : INLAY_OK;
}

#endif
