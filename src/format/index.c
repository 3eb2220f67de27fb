/* The page index, written; see index.h. */
#include "format/index.h"

#include <string.h>

void index_init(struct index *x, inlay_env *env, const inlay_node *leaf, bool new_orders)
{
    *x = (struct index){.env = env, .leaf = leaf, .complete = true};
    stats_init(&x->order, env, leaf, new_orders);
    buf_init(&x->pages, env);
    buf_init(&x->bounds, env);
    buf_init(&x->histograms, env);
    buf_init(&x->min.bytes, env);
    buf_init(&x->max.bytes, env);
}

void index_free(struct index *x)
{
    stats_free(&x->order);
    buf_free(&x->pages);
    buf_free(&x->bounds);
    buf_free(&x->histograms);
    buf_free(&x->min.bytes);
    buf_free(&x->max.bytes);
}

void index_clear(struct index *x)
{
    buf_clear(&x->pages);
    buf_clear(&x->bounds);
    buf_clear(&x->histograms);
    x->complete = true;
    x->no_nans = x->no_sizes = false;
}

size_t index_count(const struct index *x)
{
    return x->pages.bytes / sizeof(struct index_page);
}

inlay_status index_add(struct index *x, const struct index_page *page, const struct stats *stats,
                       const int64_t *rep, const int64_t *def)
{
    struct index_page p = *page;
    buf_clear(&x->min.bytes);
    buf_clear(&x->max.bytes);
    p.nulls = stats->nulls;
    p.nans = stats->nans;
    p.has_bounds = stats_bounds(stats, &x->min, &x->max);
    if (p.has_bounds) {
        p.min_bytes = (uint32_t)x->min.bytes.bytes;
        p.max_bytes = (uint32_t)x->max.bytes.bytes;
        buf_append(&x->bounds, x->min.bytes.data, p.min_bytes);
        buf_append(&x->bounds, x->max.bytes.data, p.max_bytes);
    } else if (!p.null_page) {
        x->complete = false; /* no order, only NaN, or a bound that cannot be cut */
    }
    buf_append(&x->histograms, rep, ((size_t)x->leaf->max_rep + 1) * sizeof *rep);
    buf_append(&x->histograms, def, ((size_t)x->leaf->max_def + 1) * sizeof *def);
    buf_append(&x->pages, &p, sizeof p);
    TRY(x->min.bytes.status);
    TRY(x->max.bytes.status);
    TRY(x->bounds.status);
    TRY(x->histograms.status);
    return x->pages.status;
}

/* Order of two bounds in the column's order, from their stored form. */
static int index_compare(const struct index *x, inlay_bytes a, inlay_bytes b)
{
    return type_compare(x->order.order, x->order.width,
                        x->leaf->type == INLAY_BYTE_ARRAY ? (const void *)&a : a.data,
                        x->leaf->type == INLAY_BYTE_ARRAY ? (const void *)&b : b.data);
}

/* BoundaryOrder over the pages that are not all null. (Numbers are compared in their stored form, which
 * is the memory form on little-endian machines; elsewhere the order is not claimed.) */
static int32_t index_order(const struct index *x, const bool *null_pages, const inlay_bytes *min,
                           const inlay_bytes *max, size_t n)
{
    bool up = true, down = true;
    size_t last = SIZE_MAX;
    if (INLAY_BIG_ENDIAN)
        return META_UNORDERED;
    for (size_t i = 0; i < n; i++) {
        if (null_pages[i])
            continue;
        if (last != SIZE_MAX) {
            int a = index_compare(x, min[last], min[i]), b = index_compare(x, max[last], max[i]);
            up = up && a <= 0 && b <= 0;
            down = down && a >= 0 && b >= 0;
        }
        last = i;
    }
    return up ? META_ASCENDING : down ? META_DESCENDING : META_UNORDERED;
}

static inlay_status index_list(struct mem_pool *pool, struct thrift_list *list, size_t n, size_t width)
{
    list->n = (uint32_t)n;
    return mem_pool_take(pool, n * width + 1, &list->items);
}

/* Histograms of all pages, split from (rep, def) pairs into two flat lists. */
static inlay_status index_histograms(const struct index *x, struct mem_pool *pool,
                                     struct meta_column_index *ci)
{
    size_t n = index_count(x), reps = (size_t)x->leaf->max_rep + 1, defs = (size_t)x->leaf->max_def + 1;
    const uint8_t *from = x->histograms.data;
    TRY(index_list(pool, &ci->rep_histograms, n * reps, sizeof(int64_t)));
    TRY(index_list(pool, &ci->def_histograms, n * defs, sizeof(int64_t)));
    for (size_t i = 0; i < n; i++) {
        memcpy((int64_t *)ci->rep_histograms.items + i * reps, from, reps * sizeof(int64_t));
        from += reps * sizeof(int64_t);
        memcpy((int64_t *)ci->def_histograms.items + i * defs, from, defs * sizeof(int64_t));
        from += defs * sizeof(int64_t);
    }
    if (x->leaf->max_rep > 0)
        META_SET(ci, META_CI_REP);
    if (x->leaf->max_def > 1)
        META_SET(ci, META_CI_DEF);
    return INLAY_OK;
}

static inlay_status index_fill(struct index *x, struct mem_pool *pool, struct meta_column_index *ci)
{
    size_t n = index_count(x);
    const struct index_page *p = (const void *)x->pages.data;
    const uint8_t *bounds = x->bounds.data;
    TRY(index_list(pool, &ci->null_pages, n, sizeof(bool)));
    TRY(index_list(pool, &ci->min, n, sizeof(inlay_bytes)));
    TRY(index_list(pool, &ci->max, n, sizeof(inlay_bytes)));
    TRY(index_list(pool, &ci->null_counts, n, sizeof(int64_t)));
    TRY(index_list(pool, &ci->nan_counts, n, sizeof(int64_t)));
    inlay_bytes *min = ci->min.items, *max = ci->max.items;
    for (size_t i = 0; i < n; i++, p++) {
        ((bool *)ci->null_pages.items)[i] = p->null_page;
        ((int64_t *)ci->null_counts.items)[i] = p->nulls;
        ((int64_t *)ci->nan_counts.items)[i] = p->nans;
        min[i] = (inlay_bytes){bounds, p->min_bytes};
        max[i] = (inlay_bytes){bounds ? bounds + p->min_bytes : bounds, p->max_bytes};
        if (bounds)
            bounds += p->min_bytes + p->max_bytes;
    }
    ci->order = index_order(x, ci->null_pages.items, min, max, n);
    ci->has = 1u << META_CI_NULL_PAGES | 1u << META_CI_MIN | 1u << META_CI_MAX | 1u << META_CI_ORDER |
              1u << META_CI_NULL_COUNTS;
    if (stats_counts_nans(&x->order) && !x->no_nans)
        META_SET(ci, META_CI_NAN_COUNTS);
    return x->no_sizes ? INLAY_OK : index_histograms(x, pool, ci);
}

inlay_status index_write_columns(struct index *x, struct buf *out, size_t *bytes)
{
    struct meta_column_index ci = {0};
    struct mem_pool pool;
    size_t before = out->bytes;
    *bytes = 0;
    if (!x->complete)
        return INLAY_OK;
    mem_pool_init(&pool, x->env);
    inlay_status status = index_fill(x, &pool, &ci);
    if (status == INLAY_OK) {
        thrift_write(out, &meta_column_index_table, &ci);
        status = out->status;
    }
    mem_pool_free(&pool);
    *bytes = out->bytes - before;
    return status;
}

inlay_status index_write_offsets(struct index *x, uint64_t first_at, struct buf *out, size_t *bytes)
{
    struct meta_offset_index oi = {.has = 1u << META_OI_PAGES};
    struct mem_pool pool;
    size_t n = index_count(x), before = out->bytes;
    const struct index_page *p = (const void *)x->pages.data;
    mem_pool_init(&pool, x->env);
    inlay_status status = index_list(&pool, &oi.pages, n, sizeof(struct meta_page_location));
    if (status == INLAY_OK)
        status = index_list(&pool, &oi.unencoded, n, sizeof(int64_t));
    for (size_t i = 0; status == INLAY_OK && i < n; i++) {
        ((struct meta_page_location *)oi.pages.items)[i] = (struct meta_page_location){
            7, (int64_t)(first_at + p[i].at), (int32_t)p[i].bytes, p[i].first_row};
        ((int64_t *)oi.unencoded.items)[i] = p[i].unencoded;
    }
    if (x->leaf->type == INLAY_BYTE_ARRAY && !x->no_sizes)
        META_SET(&oi, META_OI_UNENCODED);
    if (status == INLAY_OK) {
        thrift_write(out, &meta_offset_index_table, &oi);
        status = out->status;
    }
    mem_pool_free(&pool);
    *bytes = out->bytes - before;
    return status;
}
