/* Pages of an input's column chunk; see inpages.h. */
#include "merge/inpages.h"

#include <string.h>

#if INLAY_WRITE && INLAY_MERGE

enum { /* PageType and Encoding of parquet.thrift */
    INPAGES_DATA = 0,
    INPAGES_DICTIONARY = 2,
    INPAGES_DATA_V2 = 3,
    INPAGES_PLAIN_DICTIONARY = 2,
    INPAGES_RLE = 3,
    INPAGES_RLE_DICTIONARY = 8
};

void inpages_close(struct inpages *p)
{
    if (!p->env)
        return;
    inlay_column_close(p->host);
    inlay_pages_close(p->walker);
    buf_free(&p->list);
    mem_pool_free(&p->pool);
    p->env = NULL;
}

static inlay_status inpages_keep(struct inpages *p, inlay_bytes *bytes)
{
    void *block = NULL;
    TRY(mem_pool_take(&p->pool, bytes->len + 1, &block));
    if (bytes->len)
        memcpy(block, bytes->data, bytes->len);
    bytes->data = block;
    return INLAY_OK;
}

/* Bounds from the page's header, else from the page index. */
static inlay_status inpages_bounds(struct inpages *p, struct inpages_page *at, const inlay_node *node,
                                 const inlay_page_bounds *index, bool exact_index)
{
    const inlay_statistics *s = &at->page.statistics;
    inlay_raw_page *raw = &at->raw;
    if (at->page.has_statistics && s->usable && s->has_min && s->has_max) {
        /* a number is what it is; bytes may have been cut by a writer that does not say so */
        bool number = node->type != INLAY_BYTE_ARRAY;
        raw->has_bounds = true;
        raw->min = s->min;
        raw->max = s->max;
        raw->min_exact = s->min_exact < 0 ? number : s->min_exact;
        raw->max_exact = s->max_exact < 0 ? number : s->max_exact;
    } else if (index && !index->null_page) {
        raw->has_bounds = true;
        raw->min = index->min;
        raw->max = index->max;
        raw->min_exact = raw->max_exact = exact_index;
    }
    if (!raw->has_bounds)
        return INLAY_OK;
    TRY(inpages_keep(p, &raw->min));
    return inpages_keep(p, &raw->max);
}

/* Nulls of the page; false = nobody says. */
static bool inpages_nulls(struct inpages_page *at, const inlay_node *node, const inlay_page_bounds *index)
{
    const inlay_statistics *s = &at->page.statistics;
    int64_t nulls = -1;
    if (node->max_def == 0)
        nulls = 0;
    else if (at->page.type == INPAGES_DATA_V2)
        nulls = at->page.n_nulls;
    else if (at->page.has_statistics && s->has_null_count && s->counts_usable)
        nulls = s->null_count;
    else if (index)
        nulls = index->null_count;
    if (nulls < 0 || nulls > at->page.n_levels)
        return false;
    at->raw.n_nulls = (uint32_t)nulls;
    return true;
}

static inlay_status inpages_judge(struct inpages *p, struct inpages_page *at, const inlay_node *node,
                                const inlay_page_index *index, size_t i)
{
    const inlay_page *page = &at->page;
    const inlay_page_bounds *b = index && index->bounds && i < index->n_pages && index->usable ? &index->bounds[i] : NULL;
    bool v2 = page->type == INPAGES_DATA_V2;
    at->coded = page->encoding == INPAGES_RLE_DICTIONARY || page->encoding == INPAGES_PLAIN_DICTIONARY;
    at->raw = (inlay_raw_page){.encoding = page->encoding,
                               .v2 = v2,
                               .is_compressed = v2 && page->is_compressed != 0,
                               .raw_bytes = (size_t)page->raw_bytes,
                               .n_levels = (uint32_t)page->n_levels,
                               .n_rows = (uint32_t)page->n_levels,
                               .nan_count = -1,
                               .unencoded_bytes = -1};
    if (v2 && (page->def_bytes < 0 || page->rep_bytes != 0 || page->def_bytes > page->packed_bytes))
        return INLAY_OK;
    at->raw.def_bytes = v2 ? (uint32_t)page->def_bytes : 0;
    if (page->n_levels <= 0 || page->n_levels > INT32_MAX || page->raw_bytes < 0 || !inpages_nulls(at, node, b))
        return INLAY_OK;
    if (!v2 && node->max_def && page->def_encoding != INPAGES_RLE)
        return INLAY_OK;
    if (index && index->locations && i < index->n_pages)
        at->raw.unencoded_bytes = index->locations[i].unencoded_bytes;
    if (page->has_statistics && page->statistics.has_nan_count && page->statistics.counts_usable)
        at->raw.nan_count = page->statistics.nan_count;
    else if (b)
        at->raw.nan_count = b->nan_count;
    TRY(inpages_bounds(p, at, node, b, node->type != INLAY_BYTE_ARRAY));
    at->may_move = at->raw.has_bounds || at->raw.n_nulls == at->raw.n_levels || !inlay_leaf_ordered(node);
    return INLAY_OK;
}

static inlay_status inpages_walk(struct inpages *p, inlay_reader *reader, uint32_t leaf, const inlay_page_index *index)
{
    const inlay_node *node = inlay_schema_leaf(inlay_reader_schema(reader), leaf);
    int64_t row = p->first_row;
    size_t n = 0;
    p->all_coded = true;
    for (;;) {
        struct inpages_page at = {.first_row = row};
        inlay_status status = inlay_pages_next(p->walker, &at.page);
        if (status == INLAY_END)
            break;
        if (status != INLAY_OK)
            return status;
        if (at.page.type == INPAGES_DICTIONARY) {
            p->has_dictionary = true;
            p->dictionary = at.page;
            p->dictionary.statistics = (inlay_statistics){0};
        }
        if (at.page.type != INPAGES_DATA && at.page.type != INPAGES_DATA_V2)
            continue;
        TRY(inpages_judge(p, &at, node, index, n++));
        p->all_coded = p->all_coded && at.coded;
        at.page.statistics = (inlay_statistics){0}; /* its views end here */
        buf_append(&p->list, &at, sizeof at);
        TRY(p->list.status);
        if (at.page.n_levels < 0 || at.page.n_levels > p->end_row - row)
            return err_set_at(p->env, INLAY_CORRUPT, ERR("pages have more values than their chunk"), (uint64_t)at.page.at);
        row += at.page.n_levels;
    }
    if (row != p->end_row) { /* what is missing is found by those who read it */
        buf_clear(&p->list);
        p->all_coded = false;
    }
    return INLAY_OK;
}

static inlay_status inpages_find(struct inpages *p, inlay_reader *reader, int64_t row)
{
    uint32_t n = inlay_reader_row_groups(reader);
    for (uint32_t g = 0; g < n; g++) {
        inlay_row_group group;
        TRY(inlay_reader_row_group(reader, g, &group));
        if (row >= group.first_row + group.n_rows)
            continue;
        p->row_group = g;
        p->first_row = group.first_row;
        p->end_row = group.first_row + group.n_rows;
        return INLAY_OK;
    }
    return err_set(p->env, INLAY_ARG, ERR("a row beyond the file"));
}

inlay_status inpages_open(struct inpages *p, inlay_env *env, inlay_reader *reader, uint32_t leaf, int64_t row)
{
    inlay_page_index *index = NULL;
    inlay_chunk chunk;
    *p = (struct inpages){.env = env};
    buf_init(&p->list, env);
    mem_pool_init(&p->pool, env);
    TRY(inpages_find(p, reader, row));
    TRY(inlay_reader_chunk(reader, p->row_group, leaf, &chunk));
    p->codec = chunk.codec;
    p->chunk_at = chunk.start_at;
    inlay_status status = inlay_reader_page_index(reader, p->row_group, leaf, &index);
    if (status == INLAY_IO || status == INLAY_NOMEM)
        return status;
    status = inlay_pages_open(reader, p->row_group, leaf, &p->walker);
    if (status == INLAY_OK)
        status = inpages_walk(p, reader, leaf, index);
    inlay_page_index_close(env, index);
    return status;
}

inlay_status inpages_body(struct inpages *p, size_t i, inlay_bytes *body)
{
    return inlay_pages_body_of(p->walker, &inpages_at(p, i)->page, body);
}

inlay_status inpages_dictionary(struct inpages *p, inlay_bytes *body)
{
    return inlay_pages_body_of(p->walker, &p->dictionary, body);
}

#endif
