/* Reading a column of the predicate, and what its tests say about each row. */
#include "where/column.h"

#if INLAY_WHERE

#include <string.h>

/* ---- collecting ---- */

static void column_count(const struct tree_node *node, uint32_t leaf, uint32_t *tests)
{
    if (node->op == TREE_TEST) {
        *tests += node->leaf == leaf;
        return;
    }
    column_count(node->left, leaf, tests);
    if (node->right)
        column_count(node->right, leaf, tests);
}

static void column_tests(struct tree_node *node, struct where_column *c)
{
    if (node->op != TREE_TEST) {
        column_tests(node->left, c);
        if (node->right)
            column_tests(node->right, c);
    } else if (node->leaf == c->leaf) {
        node->column = c;
        c->tests[c->n_tests++] = node;
        c->asks_equal = c->asks_equal || node->kind == TREE_IN ||
                        (node->kind == TREE_COMPARE && node->mask == TREE_EQUAL);
    }
}

/* Below max_def a level is a null at the deepest node there is, or a list without entries. */
static void column_gaps(struct where_column *c, const inlay_schema *schema)
{
    for (uint32_t at = inlay_schema_leaf_node(schema, c->leaf); at;
         at = inlay_schema_node(schema, at)->parent) {
        const inlay_node *n = inlay_schema_node(schema, at);
        if (n->repetition != INLAY_REQUIRED)
            c->gap[n->max_def - 1] = n->repetition == INLAY_REPEATED ? 0 : TREE_UNKNOWN;
    }
}

inlay_status column_collect(inlay_env *env, inlay_reader *reader, struct mem_pool *pool,
                            struct tree_node *root, struct where_column **columns, uint32_t *n)
{
    const inlay_schema *schema = inlay_reader_schema(reader);
    uint32_t leaves = inlay_schema_leaves(schema), found = 0;
    void *block = NULL;
    *n = 0;
    for (uint32_t leaf = 0; leaf < leaves; leaf++) {
        uint32_t tests = 0;
        column_count(root, leaf, &tests);
        found += tests > 0;
    }
    TRY(mem_pool_take(pool, found * sizeof **columns + 1, &block));
    *columns = block;
    for (uint32_t leaf = 0; leaf < leaves && *n < found; leaf++) {
        struct where_column *c = *columns + *n;
        uint32_t tests = 0;
        column_count(root, leaf, &tests);
        if (tests == 0)
            continue;
        *c = (struct where_column){.env = env, .reader = reader, .leaf = leaf, .next_row = -1, .loaded = -1};
        c->node = inlay_schema_leaf(schema, leaf);
        c->width = inlay_node_width(c->node);
        c->compare = compare_for(c->node);
        buf_init(&c->memo, env);
        buf_init(&c->results, env);
        column_gaps(c, schema);
        ++*n;
        TRY(mem_pool_take(pool, tests * sizeof *c->tests, &block));
        c->tests = block;
        column_tests(root, c);
        TRY(inlay_column_open(reader, leaf, INLAY_COLUMN_CODES, &c->column));
    }
    return INLAY_OK;
}

void column_close(struct where_column *c)
{
    inlay_column_close(c->column);
    inlay_page_index_close(c->env, c->index);
    inlay_bloom_close(c->env, c->bloom);
    buf_free(&c->memo);
    buf_free(&c->results);
}

/* ---- one value ---- */

static bool column_in(const struct tree_node *t, const void *value)
{
    uint32_t low = 0, high = t->n_literals;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint8_t c = t->column->compare(t->column->node, value, t->values[middle].value);
        if (c == TREE_EQUAL)
            return true;
        if (c == TREE_MORE)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

uint8_t column_test(const struct tree_node *t, const void *value)
{
    const struct where_column *c = t->column;
    inlay_bytes b = {value, c->width};
    bool yes = false;
    switch (t->kind) {
    case TREE_COMPARE:
        yes = compare_literal(c->compare, c->node, value, &t->values[0]) & t->mask;
        break;
    case TREE_IN:
        yes = column_in(t, value);
        break;
    case TREE_PREFIX:
        if (c->node->type == INLAY_BYTE_ARRAY)
            memcpy(&b, value, sizeof b);
        yes = b.len >= t->prefix.len &&
              (t->prefix.len == 0 || memcmp(b.data, t->prefix.data, t->prefix.len) == 0);
        break;
    case TREE_IS_NULL:
        break;
    case TREE_IS_PRESENT:
        yes = true;
        break;
    }
    return yes ? TREE_TRUE : TREE_FALSE;
}

/* ---- many values ---- */

/* v[i] against a literal without a branch a value; `more` where v is NaN. */
#define COLUMN_KERNEL(ctype)                                                                     \
    do {                                                                                         \
        const ctype *v = (const ctype *)values;                                                  \
        ctype x;                                                                                 \
        memcpy(&x, t->values[0].value, sizeof x);                                                \
        for (size_t i = 0; i < n; i++)                                                           \
            out[i] = pick[v[i] < x ? 0 : v[i] == x ? 1 : 2];                                     \
    } while (0)

/* A comparison of the common kinds; false = take the general way. */
static bool column_kernel(const struct tree_node *t, const void *values, size_t n, uint8_t *out)
{
    const inlay_node *leaf = t->column->node;
    bool is_unsigned = leaf->logical.kind == INLAY_INTEGER && !leaf->logical.is_signed;
    uint8_t pick[3];
    if (t->kind != TREE_COMPARE || t->values[0].beside)
        return false;
    for (int i = 0; i < 3; i++)
        pick[i] = t->mask >> i & 1 ? TREE_TRUE : TREE_FALSE;
    if (leaf->type == INLAY_INT64 && is_unsigned)
        COLUMN_KERNEL(uint64_t);
    else if (leaf->type == INLAY_INT64)
        COLUMN_KERNEL(int64_t);
    else if (leaf->type == INLAY_INT32 && is_unsigned)
        COLUMN_KERNEL(uint32_t);
    else if (leaf->type == INLAY_INT32)
        COLUMN_KERNEL(int32_t);
    else if (leaf->type == INLAY_DOUBLE) {
        double literal;
        memcpy(&literal, t->values[0].value, sizeof literal);
        if (literal != literal)
            return false;
        COLUMN_KERNEL(double);
    } else
        return false;
    return true;
}

/* Truths of dictionary entries, once a dictionary and test. */
static inlay_status column_memo(struct where_column *c)
{
    inlay_dictionary d = inlay_column_dictionary(c->column);
    if (c->memo_serial == d.serial)
        return INLAY_OK;
    buf_clear(&c->memo);
    c->memo_serial = 0;
    uint8_t *memo = buf_reserve(&c->memo, (size_t)c->n_tests * d.n_values + 1);
    if (!memo)
        return c->memo.status;
    c->memo_entries = d.n_values;
    for (uint32_t k = 0; k < c->n_tests; k++, memo += d.n_values)
        if (!column_kernel(c->tests[k], d.values, d.n_values, memo))
            for (size_t i = 0; i < d.n_values; i++)
                memo[i] = column_test(c->tests[k], (const uint8_t *)d.values + i * c->width);
    c->memo_serial = d.serial;
    return INLAY_OK;
}

/* Truths of n values of the batch from c->value on, for test k, into c->results. */
static inlay_status column_results(struct where_column *c, uint32_t k, size_t n)
{
    const struct tree_node *t = c->tests[k];
    buf_clear(&c->results);
    uint8_t *out = buf_reserve(&c->results, n + 1);
    if (!out || n == 0)
        return c->results.status;
    if (c->batch.codes) {
        const uint8_t *memo = c->memo.data + (size_t)k * c->memo_entries;
        const uint32_t *codes = c->batch.codes + c->value;
        for (size_t i = 0; i < n; i++)
            out[i] = memo[codes[i]];
        return INLAY_OK;
    }
    const uint8_t *values = (const uint8_t *)c->batch.values + c->value * c->width;
    if (!column_kernel(t, values, n, out))
        for (size_t i = 0; i < n; i++)
            out[i] = column_test(t, values + i * c->width);
    return INLAY_OK;
}

/* ---- rows ---- */

static uint8_t column_gap(const struct tree_node *t, uint8_t gap)
{
    if (t->kind == TREE_IS_PRESENT)
        return TREE_FALSE;
    if (t->kind == TREE_IS_NULL)
        return gap ? TREE_TRUE : TREE_FALSE;
    return gap;
}

/* Spread the results over levels [level, level + n) of the batch; the first level belongs to row `row` of the
 * step (or begins the one after it). Values of a row meet as bits. */
static void column_spread(const struct where_column *c, struct tree_node *t, size_t n, int64_t row)
{
    const uint8_t *def = c->batch.def ? c->batch.def + c->level : NULL;
    const uint8_t *rep = c->batch.rep ? c->batch.rep + c->level : NULL;
    const uint8_t *result = c->results.data;
    uint8_t *truth = t->truth;
    if (!def && !rep) {
        memcpy(truth + row + 1, result, n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        row += !rep || rep[i] == 0;
        truth[row] |= !def || def[i] == c->node->max_def ? *result++ : column_gap(t, c->gap[def[i]]);
    }
}

/* Levels of the batch that belong to at most `rows` more rows; *begun gets how many begin. */
static size_t column_levels(const struct where_column *c, size_t rows, size_t *begun)
{
    size_t left = c->batch.n_levels - c->level, i = 0;
    const uint8_t *rep = c->batch.rep ? c->batch.rep + c->level : NULL;
    *begun = 0;
    if (!rep) {
        *begun = left < rows ? left : rows;
        return *begun;
    }
    for (; i < left; i++) {
        if (rep[i] == 0 && *begun == rows)
            break;
        *begun += rep[i] == 0;
    }
    return i;
}

static inlay_status column_take(struct where_column *c, size_t levels, int64_t row)
{
    size_t values = levels;
    if (c->batch.def) {
        values = 0;
        for (size_t i = 0; i < levels; i++)
            values += c->batch.def[c->level + i] == c->node->max_def;
    }
    if (c->batch.codes)
        TRY(column_memo(c));
    for (uint32_t k = 0; k < c->n_tests; k++) {
        TRY(column_results(c, k, values));
        column_spread(c, c->tests[k], levels, row);
    }
    c->level += levels;
    c->value += values;
    return INLAY_OK;
}

/* What the bits of a row's values come to. */
static void column_settle(struct where_column *c, size_t n)
{
    static const uint8_t settled[8] = {TREE_FALSE,   TREE_TRUE, TREE_FALSE,   TREE_TRUE,
                                       TREE_UNKNOWN, TREE_TRUE, TREE_UNKNOWN, TREE_TRUE};
    for (uint32_t k = 0; k < c->n_tests; k++)
        for (size_t i = 0; i < n; i++)
            c->tests[k]->truth[i] = settled[c->tests[k]->truth[i]];
}

inlay_status column_load(struct where_column *c, int64_t first, size_t n)
{
    size_t done = 0;
    if (c->loaded == first)
        return INLAY_OK;
    c->loaded = -1;
    if (c->next_row != first) {
        c->next_row = -1;
        c->batch.n_levels = c->level = c->value = 0;
        TRY(inlay_column_seek(c->column, first));
    }
    for (uint32_t k = 0; k < c->n_tests; k++)
        memset(c->tests[k]->truth, 0, n);
    while (done < n || c->node->max_rep > 0) {
        size_t begun = 0;
        if (c->level == c->batch.n_levels) {
            /* the last row of a list may go on in the next batch; what lies behind it is not touched */
            inlay_status status = done < n ? inlay_column_read(c->column, COLUMN_STEP, &c->batch)
                                           : inlay_column_read_rest(c->column, &c->batch);
            c->level = c->value = 0;
            if (status != INLAY_OK)
                c->batch.n_levels = 0;
            if (status == INLAY_END && done == n)
                break;
            if (status != INLAY_OK) {
                c->next_row = -1;
                return status == INLAY_END ? err_set(c->env, INLAY_CORRUPT, ERR("a column ends too early"))
                                           : status;
            }
        }
        size_t levels = column_levels(c, n - done, &begun);
        if (levels == 0)
            break; /* the next row begins here */
        TRY(column_take(c, levels, (int64_t)done - 1));
        done += begun;
    }
    column_settle(c, n);
    c->next_row = first + (int64_t)n;
    c->loaded = first;
    return INLAY_OK;
}

#endif
