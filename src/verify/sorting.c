/* Checking sorting claims: the columns named are read side by side, each row against the one before. */
#include "verify/sorting.h"

#if INLAY_VERIFY

#include <string.h>

#include "verify/tally.h"

enum { SORTING_MOST = 16 }; /* columns compared; more than that decide nothing in practice */

struct sorting_column {
    inlay_sorting claim;
    const inlay_node *node;
    size_t width;
    inlay_column *column;
    inlay_batch batch;
    size_t level, value;  /* of the next row in the batch */
    bool null, last_null; /* this row, and the one before */
    const uint8_t *at;    /* this row's value */
    struct buf last;      /* the value before: memory form; BYTE_ARRAY: the bytes */
};

/* Step to the next row. END: none; failures as reading gives them. */
static inlay_status sorting_step(struct sorting_column *s)
{
    while (s->level == s->batch.n_levels) {
        s->level = s->value = 0;
        s->batch.n_levels = 0;
        TRY(inlay_column_read(s->column, 0, &s->batch));
    }
    s->null = s->batch.def && s->batch.def[s->level] != s->node->max_def;
    s->level++;
    s->at = NULL;
    if (!s->null)
        s->at = (const uint8_t *)s->batch.values + s->width * s->value++;
    return INLAY_OK;
}

/* Order of the row before and this one in one column: <0, 0, >0 as claimed; 0 where it says nothing. */
static int sorting_compare(const struct sorting_column *s)
{
    inlay_bytes held = {s->last.data, s->last.bytes};
    const void *last = s->node->type == INLAY_BYTE_ARRAY ? (const void *)&held : s->last.data;
    if (s->last_null || s->null) {
        int c = (int)s->null - (int)s->last_null; /* nulls last: a null after a value is in order */
        return s->claim.nulls_first ? c : -c;
    }
    if (tally_is_zero(s->node, last) && tally_is_zero(s->node, s->at))
        return 0;
    int c = inlay_value_compare(s->node, last, s->at);
    return s->claim.descending ? -c : c;
}

/* NaN has no agreed place: rows with one are not compared further. */
static bool sorting_unclear(const struct sorting_column *s)
{
    return (!s->null && tally_is_nan(s->node, s->at)) ||
           (!s->last_null && s->last.bytes && s->node->type != INLAY_BYTE_ARRAY &&
            tally_is_nan(s->node, s->last.data));
}

static inlay_status sorting_keep(struct sorting_column *s)
{
    inlay_bytes b = {s->at, s->width};
    s->last_null = s->null;
    if (s->null)
        return INLAY_OK;
    if (s->node->type == INLAY_BYTE_ARRAY)
        memcpy(&b, s->at, sizeof b);
    buf_clear(&s->last);
    buf_append(&s->last, b.data, b.len);
    return s->last.status;
}

static bool sorting_in_order(const struct sorting_column *columns, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        int c = sorting_unclear(&columns[i]) ? -1 : sorting_compare(&columns[i]);
        if (c != 0)
            return c < 0;
    }
    return true;
}

static inlay_status sorting_rows(struct verify *v, struct sorting_column *columns, uint32_t n,
                                 int64_t rows)
{
    for (int64_t row = 0; row < rows; row++) {
        for (uint32_t i = 0; i < n; i++)
            TRY(sorting_step(&columns[i]));
        if (row > 0 && !sorting_in_order(columns, n)) {
            v->here.row = row;
            rule_broken(v, RULE_SORTING_ORDER);
            return INLAY_OK;
        }
        for (uint32_t i = 0; i < n; i++)
            TRY(sorting_keep(&columns[i]));
    }
    return INLAY_OK;
}

/* The columns claimed, opened at the row group's first row. */
static inlay_status sorting_open(struct verify *v, uint32_t row_group, const inlay_row_group *group,
                                 struct sorting_column *columns, uint32_t *n)
{
    for (uint32_t i = 0; i < group->n_sorting && i < SORTING_MOST; i++) {
        struct sorting_column *s = &columns[i];
        inlay_status status = inlay_reader_sorting(v->reader, row_group, i, &s->claim);
        if (status != INLAY_OK)
            return rule_failure(v, RULE_SORTING_FORM, status);
        s->node = inlay_schema_leaf(v->schema, s->claim.leaf);
        s->width = inlay_node_width(s->node);
        if (s->node->max_rep > 0) {
            v->here.leaf = s->claim.leaf;
            rule_broken(v, RULE_SORTING_FORM);
            v->here.leaf = -1;
            return INLAY_OK;
        }
        if (!inlay_leaf_ordered(s->node))
            return INLAY_OK;
        TRY(inlay_column_open(v->reader, s->claim.leaf, 0, &s->column));
        *n = i + 1;
        TRY(inlay_column_seek(s->column, group->first_row));
    }
    return INLAY_OK;
}

inlay_status sorting_check(struct verify *v, uint32_t row_group, const inlay_row_group *group)
{
    struct sorting_column columns[SORTING_MOST];
    uint32_t n = 0;
    memset(columns, 0, sizeof columns);
    for (uint32_t i = 0; i < SORTING_MOST; i++)
        buf_init(&columns[i].last, v->env);
    rule_place(v, (int32_t)row_group, -1);
    inlay_status status = sorting_open(v, row_group, group, columns, &n);
    if (status == INLAY_OK && n > 0)
        status = sorting_rows(v, columns, n, group->n_rows);
    for (uint32_t i = 0; i < SORTING_MOST; i++) {
        inlay_column_close(columns[i].column);
        buf_free(&columns[i].last);
    }
    v->here.row = -1;
    /* a column that cannot be read is told where it is examined */
    return status == INLAY_IO || status == INLAY_NOMEM ? status : INLAY_OK;
}

#endif
