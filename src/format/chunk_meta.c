/* What the footer says of a finished column chunk: encodings, sizes, statistics. */
#include "format/chunk_write.h"

#if INLAY_WRITE

static inlay_status chunk_list(struct mem_pool *pool, struct thrift_list *list, size_t n,
                                size_t width)
{
    list->n = (uint32_t)n;
    return mem_pool_take(pool, n * width + 1, &list->items);
}

static inlay_status chunk_meta_statistics(struct chunk_writer *c, struct mem_pool *pool,
                                           struct meta_column *m)
{
    void *block = NULL;
    struct stats *s = &c->chunk_stats;
    struct stats_bound *min = &c->index.min, *max = &c->index.max; /* free scratch by now */
    if (c->flags & INLAY_WRITE_NO_STATISTICS)
        return INLAY_OK;
    TRY(mem_pool_take(pool, sizeof *m->statistics, &block));
    struct meta_statistics *st = m->statistics = block;
    META_SET(m, META_CM_STATISTICS);
    META_SET(st, META_ST_NULL_COUNT);
    st->null_count = s->nulls;
    if (stats_counts_nans(s) && !c->no_nans) {
        META_SET(st, META_ST_NAN_COUNT);
        st->nan_count = s->nans;
    }
    buf_clear(&min->bytes);
    buf_clear(&max->bytes);
    if (c->no_bounds || !stats_bounds(s, min, max))
        return min->bytes.status != INLAY_OK ? min->bytes.status : max->bytes.status;
    st->min_value = st->min = (inlay_bytes){min->bytes.data, min->bytes.bytes};
    st->max_value = st->max = (inlay_bytes){max->bytes.data, max->bytes.bytes};
    st->min_exact = min->exact && !c->inexact;
    st->max_exact = max->exact && !c->inexact;
    st->has |= 1u << META_ST_MIN_VALUE | 1u << META_ST_MAX_VALUE | 1u << META_ST_MIN_EXACT |
               1u << META_ST_MAX_EXACT;
    if (type_order_is_signed(s->order) && !s->total)
        st->has |= 1u << META_ST_MIN | 1u << META_ST_MAX; /* old readers, signed order only */
    return INLAY_OK;
}

static inlay_status chunk_meta_sizes(struct chunk_writer *c, struct mem_pool *pool,
                                      struct meta_column *m)
{
    void *block = NULL;
    bool strings = c->node->type == INLAY_BYTE_ARRAY;
    if ((!strings && c->node->max_rep == 0 && c->node->max_def <= 1) ||
        c->flags & INLAY_WRITE_NO_STATISTICS || c->no_sizes)
        return INLAY_OK;
    TRY(mem_pool_take(pool, sizeof *m->size_statistics, &block));
    struct meta_size_statistics *z = m->size_statistics = block;
    META_SET(m, META_CM_SIZE_STATISTICS);
    if (strings) {
        META_SET(z, META_SZ_BYTES);
        z->unencoded_bytes = c->unencoded;
    }
    if (c->node->max_rep > 0) {
        META_SET(z, META_SZ_REP);
        z->rep_histogram = (struct thrift_list){c->rep_counts, c->node->max_rep + 1u};
    }
    if (c->node->max_def > 1) {
        META_SET(z, META_SZ_DEF);
        z->def_histogram = (struct thrift_list){c->def_counts, c->node->max_def + 1u};
    }
    return INLAY_OK;
}

/* Every encoding once, that of the levels among them; and how many pages have which. */
static inlay_status chunk_meta_encodings(struct chunk_writer *c, struct mem_pool *pool,
                                          struct meta_column *m)
{
    static const int32_t types[2] = {META_PAGE_DATA, META_PAGE_DATA_V2};
    TRY(chunk_list(pool, &m->encodings, ENCODING_N, sizeof(int32_t)));
    TRY(chunk_list(pool, &m->encoding_stats, 2 * ENCODING_N + 1, sizeof(struct meta_encoding_stats)));
    int32_t *e = m->encodings.items;
    struct meta_encoding_stats *s = m->encoding_stats.items;
    bool dictionary = c->dictionary_page_bytes > 0;
    uint32_t n = 0, k = 0;
    if (dictionary)
        s[k++] = (struct meta_encoding_stats){7, META_PAGE_DICTIONARY, ENCODING_PLAIN, 1};
    for (int32_t i = 0; i < ENCODING_N; i++) {
        if (c->n_pages[0][i] || c->n_pages[1][i] || i == ENCODING_RLE || (i == ENCODING_PLAIN && dictionary))
            e[n++] = i;
        for (size_t v = 0; v < 2; v++)
            if (c->n_pages[v][i])
                s[k++] = (struct meta_encoding_stats){7, types[v], i, (int32_t)c->n_pages[v][i]};
    }
    m->encodings.n = n;
    m->encoding_stats.n = k;
    if (k)
        META_SET(m, META_CM_ENCODING_STATS);
    return INLAY_OK;
}

inlay_status chunk_meta_fill(struct chunk_writer *c, struct mem_pool *pool, struct meta_column *m)
{
    TRY(chunk_meta_encodings(c, pool, m));
    TRY(chunk_meta_sizes(c, pool, m));
    return chunk_meta_statistics(c, pool, m);
}

#endif
