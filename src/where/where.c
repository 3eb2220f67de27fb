/* The rows that fulfil a predicate: row groups, then pages, are judged by what is claimed of them; the rest is read
 * in steps and tested. */
#include "inlay/where.h"

#if INLAY_WHERE

#include <string.h>

#include "where/column.h"

struct where_range {
    int64_t first, end; /* rows of the file */
};

struct inlay_where {
    inlay_env *env;
    inlay_reader *reader;
    inlay_where_options options;
    inlay_where_counts counts;
    struct mem_pool pool;
    struct tree_node *root;
    struct where_column *columns;
    uint32_t n_columns;

    uint32_t row_group;   /* the next to enter */
    int64_t from;         /* rows before it are of no interest */
    struct buf ranges;    /* struct where_range: rows of the row group to be tested */
    size_t range;
    int64_t row;          /* in that range, the next to be tested */
    int64_t step_first;   /* the step at hand: root->truth */
    size_t step_at, step_n;

    int64_t found, n_found; /* a stretch that may grow; n_found 0 = none */
    uint32_t found_group;
    inlay_status failed;    /* to be told after it */
    inlay_error error;
};

/* ---- open and close ---- */

static inlay_status where_rooms(struct inlay_where *w, struct tree_node *node)
{
    void *block = NULL;
    TRY(mem_pool_take(&w->pool, COLUMN_STEP, &block));
    node->truth = block;
    if (node->left)
        TRY(where_rooms(w, node->left));
    return node->right ? where_rooms(w, node->right) : INLAY_OK;
}

inlay_status inlay_where_open(inlay_env *env, inlay_reader *reader, const char *text,
                              const inlay_where_options *options, inlay_where **where)
{
    void *block = NULL;
    const inlay_schema *schema = inlay_reader_schema(reader);
    *where = NULL;
    TRY(mem_new(env, sizeof **where, &block));
    struct inlay_where *w = block;
    w->env = env;
    w->reader = reader;
    w->step_first = -1;
    if (options)
        w->options = *options;
    mem_pool_init(&w->pool, env);
    buf_init(&w->ranges, env);
    inlay_status status = parse_where(env, &w->pool, schema, text, &w->root);
    if (status == INLAY_OK)
        status = bind_where(env, &w->pool, schema, w->root);
    if (status == INLAY_OK)
        status = where_rooms(w, w->root);
    if (status == INLAY_OK)
        status = column_collect(env, reader, &w->pool, w->root, &w->columns, &w->n_columns);
    if (status != INLAY_OK) {
        inlay_error error = env->error;
        inlay_where_close(w);
        env->error = error;
        return status;
    }
    *where = w;
    return INLAY_OK;
}

void inlay_where_close(inlay_where *where)
{
    if (!where)
        return;
    for (uint32_t i = 0; i < where->n_columns; i++)
        column_close(&where->columns[i]);
    buf_free(&where->ranges);
    mem_pool_free(&where->pool);
    mem_free(where->env, where, sizeof *where);
}

/* ---- skipping ---- */

static void where_skipped(struct inlay_where *w, inlay_skip_reason reason, uint32_t row_group, int64_t leaf,
                          int64_t first, int64_t n)
{
    inlay_skip skip = {reason, row_group, leaf, first, n};
    if (w->options.skipped && n > 0)
        w->options.skipped(w->options.ctx, &skip);
}

/* Judge a whole row group; false = skip it. */
static inlay_status where_judge_group(struct inlay_where *w, uint32_t row_group, const inlay_row_group *group,
                                      bool *keep)
{
    *keep = true;
    if (w->options.no_skipping)
        return INLAY_OK;
    for (uint32_t i = 0; i < w->n_columns; i++) {
        TRY(prune_chunk(&w->columns[i], row_group));
        w->columns[i].claims = w->columns[i].chunk_claims;
    }
    if (!(prune_tree(w->root, false) & TREE_TRUE)) {
        w->counts.row_groups_by_statistics++;
        *keep = false;
        where_skipped(w, INLAY_SKIP_STATISTICS, row_group, prune_blame(w->root, false), group->first_row,
                      group->n_rows);
        return INLAY_OK;
    }
    bool any = false;
    for (uint32_t i = 0; i < w->n_columns; i++) {
        struct where_column *c = &w->columns[i];
        inlay_bloom_close(w->env, c->bloom);
        c->bloom = NULL;
        inlay_status status = c->asks_equal ? inlay_bloom_open(w->reader, row_group, c->leaf, &c->bloom)
                                            : INLAY_END;
        if (status == INLAY_IO || status == INLAY_NOMEM)
            return status;
        any = any || c->bloom; /* one that cannot be read is as none */
    }
    if (any && !(prune_tree(w->root, true) & TREE_TRUE)) {
        w->counts.row_groups_by_bloom++;
        *keep = false;
        where_skipped(w, INLAY_SKIP_BLOOM, row_group, prune_blame(w->root, true), group->first_row,
                      group->n_rows);
    }
    return INLAY_OK;
}

static inlay_status where_indexes(struct inlay_where *w, uint32_t row_group, bool *any)
{
    *any = false;
    for (uint32_t i = 0; i < w->n_columns; i++) {
        struct where_column *c = &w->columns[i];
        inlay_page_index_close(w->env, c->index);
        c->index = NULL;
        c->page = 0;
        if (w->options.no_skipping)
            continue;
        inlay_status status = inlay_reader_page_index(w->reader, row_group, c->leaf, &c->index);
        if (status == INLAY_IO || status == INLAY_NOMEM)
            return status;
        if (c->index && (!c->index->locations || !c->index->bounds || c->index->n_pages < 2)) {
            inlay_page_index_close(w->env, c->index);
            c->index = NULL;
        }
        *any = *any || c->index;
    }
    return INLAY_OK;
}

/* First row of the page after the open one (in the row group). */
static int64_t where_page_end(const struct where_column *c, int64_t n_rows)
{
    return c->page + 1 < c->index->n_pages ? c->index->locations[c->page + 1].first_row : n_rows;
}

static inlay_status where_add_range(struct inlay_where *w, int64_t first, int64_t end)
{
    size_t n = w->ranges.bytes / sizeof(struct where_range);
    struct where_range *last = n ? (struct where_range *)(void *)w->ranges.data + (n - 1) : NULL;
    struct where_range range = {first < w->from ? w->from : first, end};
    if (range.first >= range.end)
        return INLAY_OK;
    if (last && last->end == range.first)
        last->end = range.end;
    else
        buf_append(&w->ranges, &range, sizeof range);
    return w->ranges.status;
}

/* Rows between the borders of any column's pages are judged together. */
static inlay_status where_judge_pages(struct inlay_where *w, uint32_t row_group, const inlay_row_group *group)
{
    int64_t at = 0, skipped_from = -1, n = group->n_rows;
    while (at < n) {
        int64_t end = n;
        for (uint32_t i = 0; i < w->n_columns; i++) {
            struct where_column *c = &w->columns[i];
            if (!c->index)
                continue;
            while (where_page_end(c, n) <= at)
                c->page++;
            int64_t page_end = where_page_end(c, n);
            prune_page(c, page_end - c->index->locations[c->page].first_row);
            end = page_end < end ? page_end : end;
        }
        bool keep = prune_tree(w->root, false) & TREE_TRUE;
        if (keep)
            TRY(where_add_range(w, group->first_row + at, group->first_row + end));
        else
            w->counts.rows_by_pages += (uint64_t)(end - at);
        if (!keep && skipped_from < 0)
            skipped_from = at;
        if (skipped_from >= 0 && (keep || end == n)) {
            int64_t to = keep ? at : end;
            where_skipped(w, INLAY_SKIP_PAGES, row_group, w->n_columns == 1 ? (int64_t)w->columns[0].leaf : -1,
                          group->first_row + skipped_from, to - skipped_from);
            skipped_from = -1;
        }
        at = end;
    }
    return INLAY_OK;
}

/* Go into the next row group: its rows that are to be tested. END behind the last. */
static inlay_status where_enter(struct inlay_where *w)
{
    inlay_row_group group;
    bool keep = true, pages = false;
    buf_clear(&w->ranges);
    w->range = 0;
    if (w->row_group >= inlay_reader_row_groups(w->reader))
        return INLAY_END;
    uint32_t i = w->row_group++;
    TRY(inlay_reader_row_group(w->reader, i, &group));
    if (group.n_rows == 0 || group.first_row + group.n_rows <= w->from)
        return INLAY_OK;
    w->counts.row_groups++;
    TRY(where_judge_group(w, i, &group, &keep));
    if (!keep)
        return INLAY_OK;
    w->counts.rows += (uint64_t)group.n_rows;
    TRY(where_indexes(w, i, &pages));
    TRY(pages ? where_judge_pages(w, i, &group)
              : where_add_range(w, group.first_row, group.first_row + group.n_rows));
    if (w->ranges.bytes)
        w->row = ((const struct where_range *)(const void *)w->ranges.data)->first;
    return INLAY_OK;
}

/* ---- testing ---- */

static bool where_all(const uint8_t *truth, size_t n, uint8_t what)
{
    for (size_t i = 0; i < n; i++)
        if (truth[i] != what)
            return false;
    return true;
}

/* AND and OR of three-valued truths: FALSE and TRUE decide, else UNKNOWN does. */
static void where_combine(struct tree_node *node, size_t n)
{
    const uint8_t *a = node->left->truth, *b = node->right->truth;
    uint8_t strong = node->op == TREE_AND ? TREE_FALSE : TREE_TRUE;
    uint8_t weak = node->op == TREE_AND ? TREE_TRUE : TREE_FALSE;
    uint8_t met[8]; /* by the bits of both */
    for (uint8_t bits = 0; bits < 8; bits++)
        met[bits] = bits & strong ? strong : bits & TREE_UNKNOWN ? TREE_UNKNOWN : weak;
    for (size_t i = 0; i < n; i++)
        node->truth[i] = met[a[i] | b[i]];
}

static inlay_status where_test(struct inlay_where *w, struct tree_node *node, int64_t first, size_t n)
{
    if (node->op == TREE_TEST)
        return column_load(node->column, first, n);
    TRY(where_test(w, node->left, first, n));
    if (node->op == TREE_NOT) {
        static const uint8_t turned[] = {0, TREE_FALSE, TREE_TRUE, 0, TREE_UNKNOWN};
        for (size_t i = 0; i < n; i++)
            node->truth[i] = turned[node->left->truth[i]];
        return INLAY_OK;
    }
    uint8_t decides = node->op == TREE_AND ? TREE_FALSE : TREE_TRUE;
    if (where_all(node->left->truth, n, decides)) { /* the other side need not be read */
        memset(node->truth, decides, n);
        return INLAY_OK;
    }
    TRY(where_test(w, node->right, first, n));
    where_combine(node, n);
    return INLAY_OK;
}

/* Test the next step of the open range. */
static inlay_status where_step(struct inlay_where *w, const struct where_range *range)
{
    int64_t left = range->end - w->row;
    size_t n = left < COLUMN_STEP ? (size_t)left : COLUMN_STEP;
    w->step_n = w->step_at = 0;
    TRY(where_test(w, w->root, w->row, n));
    w->step_first = w->row;
    w->step_n = n;
    w->row += (int64_t)n;
    w->counts.rows_tested += n;
    return INLAY_OK;
}

/* The next run of rows that pass within a step. */
static inlay_status where_run(struct inlay_where *w, int64_t *first, int64_t *n)
{
    for (;;) {
        const uint8_t *truth = w->root->truth;
        while (w->step_at < w->step_n && truth[w->step_at] != TREE_TRUE)
            w->step_at++;
        if (w->step_at < w->step_n) {
            size_t from = w->step_at;
            while (w->step_at < w->step_n && truth[w->step_at] == TREE_TRUE)
                w->step_at++;
            *first = w->step_first + (int64_t)from;
            *n = (int64_t)(w->step_at - from);
            return INLAY_OK;
        }
        const struct where_range *ranges = (const struct where_range *)(const void *)w->ranges.data;
        size_t n_ranges = w->ranges.bytes / sizeof *ranges;
        if (w->range < n_ranges && w->row < ranges[w->range].end)
            TRY(where_step(w, &ranges[w->range]));
        else if (w->range + 1 < n_ranges)
            w->row = ranges[++w->range].first;
        else
            TRY(where_enter(w));
    }
}

inlay_status inlay_where_next(inlay_where *where, int64_t *first_row, int64_t *n_rows)
{
    struct inlay_where *w = where;
    int64_t first = 0, n = 0;
    for (;;) {
        inlay_status status = w->failed;
        if (status == INLAY_OK) {
            status = where_run(w, &first, &n);
            w->failed = status;
            w->error = w->env->error;
        }
        uint32_t group = w->row_group;
        if (status == INLAY_OK && w->n_found && first == w->found + w->n_found && group == w->found_group) {
            w->n_found += n;
            continue;
        }
        *first_row = w->found;
        *n_rows = w->n_found;
        w->found = first;
        w->found_group = group;
        w->n_found = status == INLAY_OK ? n : 0;
        if (*n_rows) {
            w->counts.rows_given += (uint64_t)*n_rows;
            return INLAY_OK;
        }
        if (status != INLAY_OK) {
            if (status != INLAY_END)
                w->env->error = w->error;
            return status;
        }
    }
}

void inlay_where_skip_to(inlay_where *where, int64_t row)
{
    struct inlay_where *w = where;
    inlay_row_group group;
    w->from = row;
    w->failed = INLAY_OK;
    w->n_found = 0;
    w->step_at = w->step_n = 0;
    w->range = 0;
    buf_clear(&w->ranges);
    for (uint32_t i = 0; i < w->n_columns; i++)
        w->columns[i].next_row = w->columns[i].loaded = -1;
    for (w->row_group = 0; w->row_group < inlay_reader_row_groups(w->reader); w->row_group++)
        if (inlay_reader_row_group(w->reader, w->row_group, &group) != INLAY_OK ||
            group.first_row + group.n_rows > row)
            return;
}

inlay_where_counts inlay_where_counted(const inlay_where *where)
{
    return where->counts;
}
uint32_t inlay_where_leaves(const inlay_where *where)
{
    return where->n_columns;
}
uint32_t inlay_where_leaf(const inlay_where *where, uint32_t i)
{
    return where->columns[i].leaf;
}

#endif
