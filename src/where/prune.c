/* What a predicate may be for rows of which only claims are known. Everything that the claims do not rule out is
 * possible; a stretch is skipped only where TRUE is not.
 * Source: parquet.thrift Statistics, ColumnOrder, ColumnIndex (NaN, signed zeros, null counts). */
#include "where/column.h"

#if INLAY_WHERE

#include <string.h>

enum { PRUNE_ANY = TREE_LESS | TREE_EQUAL | TREE_MORE };

/* Results that comparing the column's values with a literal may have. */
static uint8_t prune_reach(const struct where_column *c, const struct tree_value *literal)
{
    const struct column_claims *k = &c->claims;
    uint8_t low = k->min ? compare_literal(c->compare, c->node, k->min, literal) : TREE_LESS;
    uint8_t high = k->max ? compare_literal(c->compare, c->node, k->max, literal) : TREE_MORE;
    uint8_t reach = 0;
    if (low == TREE_LESS)
        reach |= TREE_LESS;
    if (high == TREE_MORE || k->nans) /* NaN lies above all */
        reach |= TREE_MORE;
    if (low != TREE_MORE && high != TREE_LESS)
        reach |= TREE_EQUAL;
    if (k->nans) /* and equals itself */
        reach |= TREE_EQUAL;
    return literal->beside ? reach & (uint8_t)~TREE_EQUAL : reach;
}

/* May a value begin with the prefix? Only byte order speaks about that. */
static bool prune_prefix(const struct where_column *c, inlay_bytes p)
{
    const void *bounds[] = {c->claims.min, c->claims.max};
    bool ordered = inlay_leaf_ordered(c->node) && c->node->logical.kind != INLAY_DECIMAL &&
                   c->node->logical.kind != INLAY_FLOAT16 && c->node->logical.kind != INLAY_TIMESTAMP;
    for (int i = 0; ordered && i < 2; i++) {
        inlay_bytes b = {bounds[i], c->width};
        if (!bounds[i])
            continue;
        if (c->node->type == INLAY_BYTE_ARRAY)
            memcpy(&b, bounds[i], sizeof b);
        size_t n = b.len < p.len ? b.len : p.len;
        int order = n ? memcmp(b.data, p.data, n) : 0;
        if (i == 0 ? order > 0 : order < 0 || (order == 0 && b.len < p.len))
            return false;
    }
    return true;
}

/* Do the column's filter and this literal agree that it may be there? Zeros have two byte forms, NaN many, and
 * decimals in BYTE_ARRAY any number; how a BOOLEAN is hashed is not said. */
static bool prune_bloom(const struct where_column *c, const struct tree_value *literal)
{
    double wide = 0;
    float narrow = 0;
    bool decimal = c->node->logical.kind == INLAY_DECIMAL && c->node->type == INLAY_BYTE_ARRAY;
    if (!c->bloom || decimal || c->node->type == INLAY_BOOLEAN || c->node->logical.kind == INLAY_FLOAT16 || literal->beside)
        return true;
    if (c->node->type == INLAY_DOUBLE)
        memcpy(&wide, literal->value, sizeof wide);
    if (c->node->type == INLAY_FLOAT) {
        memcpy(&narrow, literal->value, sizeof narrow);
        wide = (double)narrow;
    }
    bool real = c->node->type == INLAY_DOUBLE || c->node->type == INLAY_FLOAT;
    if (real && (wide != wide || !(wide < 0 || wide > 0)))
        return true;
    return inlay_bloom_may_hold(c->bloom, c->node, literal->value);
}

static uint8_t prune_values(const struct tree_node *t, bool bloom)
{
    const struct where_column *c = t->column;
    uint8_t reach, out = 0;
    bool any = false;
    switch (t->kind) {
    case TREE_COMPARE:
        reach = prune_reach(c, &t->values[0]);
        if (bloom && t->mask == TREE_EQUAL && !prune_bloom(c, &t->values[0]))
            reach &= (uint8_t)~TREE_EQUAL;
        out |= reach & t->mask ? TREE_TRUE : 0;
        return out | (reach & ~t->mask & PRUNE_ANY ? TREE_FALSE : 0);
    case TREE_IN:
        for (uint32_t i = 0; i < t->n_literals && !any; i++)
            any = (prune_reach(c, &t->values[i]) & TREE_EQUAL) && (!bloom || prune_bloom(c, &t->values[i]));
        return TREE_FALSE | (any ? TREE_TRUE : 0);
    case TREE_PREFIX:
        return TREE_FALSE | (prune_prefix(c, t->prefix) ? TREE_TRUE : 0);
    case TREE_IS_NULL:
        return TREE_FALSE;
    case TREE_IS_PRESENT:
        return TREE_TRUE;
    }
    return TREE_TRUE | TREE_FALSE | TREE_UNKNOWN;
}

static uint8_t prune_test(const struct tree_node *t, bool bloom)
{
    const struct column_claims *k = &t->column->claims;
    uint8_t out = k->values ? prune_values(t, bloom) : 0;
    if (k->nulls)
        out |= t->kind == TREE_IS_NULL ? TREE_TRUE : t->kind == TREE_IS_PRESENT ? TREE_FALSE : TREE_UNKNOWN;
    if (t->column->node->max_rep > 0) /* lists may be empty, and one value decides for all */
        out |= TREE_FALSE;
    return out;
}

uint8_t prune_tree(const struct tree_node *node, bool bloom)
{
    if (node->op == TREE_TEST)
        return prune_test(node, bloom);
    uint8_t a = prune_tree(node->left, bloom);
    if (node->op == TREE_NOT)
        return (a & TREE_UNKNOWN) | (a & TREE_TRUE ? TREE_FALSE : 0) | (a & TREE_FALSE ? TREE_TRUE : 0);
    uint8_t b = prune_tree(node->right, bloom);
    uint8_t strong = node->op == TREE_AND ? TREE_FALSE : TREE_TRUE; /* one of it decides */
    uint8_t weak = node->op == TREE_AND ? TREE_TRUE : TREE_FALSE;
    uint8_t out = ((a | b) & strong) | (a & b & weak);
    if ((a & TREE_UNKNOWN && b & (weak | TREE_UNKNOWN)) || (b & TREE_UNKNOWN && a & (weak | TREE_UNKNOWN)))
        out |= TREE_UNKNOWN;
    return out;
}

int64_t prune_blame(const struct tree_node *node, bool bloom)
{
    if (node->op == TREE_TEST)
        return prune_test(node, bloom) & TREE_TRUE ? -1 : (int64_t)node->leaf;
    if (node->op == TREE_NOT)
        return node->left->op == TREE_TEST ? (int64_t)node->left->leaf : -1;
    int64_t left = prune_blame(node->left, bloom), right = prune_blame(node->right, bloom);
    if (node->op == TREE_AND)
        return left >= 0 ? left : right;
    return left == right ? left : -1;
}

/* ---- claims ---- */

static bool prune_floats(const inlay_node *node)
{
    return node->type == INLAY_FLOAT || node->type == INLAY_DOUBLE || node->logical.kind == INLAY_FLOAT16;
}

static void prune_bounds(struct where_column *c, struct column_claims *k, const inlay_bytes *min,
                         const inlay_bytes *max)
{
    k->min = min ? inlay_bound_value(c->node, *min, &k->min_room) : NULL;
    k->max = max ? inlay_bound_value(c->node, *max, &k->max_room) : NULL;
}

/* null_count in lists is counted differently by writers, so that 0 does not mean there are none. */
static void prune_nulls(struct where_column *c, struct column_claims *k, int64_t nulls, int64_t levels)
{
    bool flat = c->node->max_rep == 0;
    k->nulls = c->node->max_def > 0 && !(flat && nulls == 0);
    k->values = !(nulls >= 0 && levels >= 0 && nulls == levels);
}

inlay_status prune_chunk(struct where_column *c, uint32_t row_group)
{
    inlay_chunk chunk;
    struct column_claims *k = &c->chunk_claims;
    const inlay_statistics *s = &chunk.statistics;
    TRY(inlay_reader_chunk(c->reader, row_group, c->leaf, &chunk));
    bool counts = s->counts_usable;
    *k = (struct column_claims){.nans = prune_floats(c->node)};
    if (counts && s->has_nan_count && s->nan_count == 0)
        k->nans = false;
    prune_nulls(c, k, counts && s->has_null_count ? s->null_count : -1, chunk.n_levels);
    if (s->usable)
        prune_bounds(c, k, s->has_min ? &s->min : NULL, s->has_max ? &s->max : NULL);
    return INLAY_OK;
}

void prune_page(struct where_column *c, int64_t n_rows)
{
    const inlay_page_bounds *b = &c->index->bounds[c->page];
    struct column_claims *k = &c->claims;
    int64_t levels = c->node->max_rep == 0 ? n_rows : -1;
    bool counts = b->null_count >= 0 && (levels < 0 || b->null_count <= levels);
    *k = (struct column_claims){.nans = prune_floats(c->node) && b->nan_count != 0};
    prune_nulls(c, k, counts ? b->null_count : -1, levels);
    if (b->null_page && (c->index->usable || c->node->max_rep == 0)) {
        k->values = false;
        k->nulls = true;
    } else if (c->index->usable && !b->null_page) {
        prune_bounds(c, k, &b->min, &b->max);
    }
}

#endif
