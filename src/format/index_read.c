/* The page index of one column chunk, read and checked for form.
 * Source: PageIndex.md; parquet.thrift ColumnIndex, OffsetIndex. */
#include "format/chunk_read.h"
#include "format/trust.h"

struct index_read {
    inlay_page_index index; /* first: what the caller holds */
    inlay_env *env;
    struct mem_pool pool;
    struct buf offset_bytes, column_bytes;
    uint64_t start, end;    /* of the chunk */
    int64_t n_rows;
    const inlay_node *node;
};

static inlay_status index_read_fail(struct index_read *x, uint64_t at, const char *what)
{
    return err_set_at(x->env, INLAY_CORRUPT, what, at);
}

/* Read one serialised half into `buffer` and parse it. */
static inlay_status index_read_struct(struct index_read *x, inlay_reader *r, int64_t at, int32_t bytes,
                                      struct buf *buffer, const struct thrift_table *table, void *record)
{
    const uint8_t *data = NULL;
    uint64_t limit = r->env->limits.footer_bytes ? r->env->limits.footer_bytes : (uint64_t)256 << 20;
    if (at < 4 || bytes <= 0)
        return index_read_fail(x, r->footer.at, ERR("the page index has no place in the file"));
    if ((uint64_t)bytes > limit)
        return err_set_at(x->env, INLAY_LIMIT, ERR("page index larger than limits allow"), (uint64_t)at);
    TRY(io_read(x->env, &r->source, (uint64_t)at, (size_t)bytes, buffer, &data));
    return meta_read(x->env, &x->pool, table, data, (size_t)bytes, (uint64_t)at, record, NULL);
}

/* ---- offset index ---- */

static inlay_status index_read_offsets(struct index_read *x, inlay_reader *r,
                                       const struct meta_chunk *m)
{
    struct meta_offset_index oi;
    void *block = NULL;
    uint64_t at = (uint64_t)m->offset_index_at;
    TRY(index_read_struct(x, r, m->offset_index_at, m->offset_index_bytes, &x->offset_bytes,
                          &meta_offset_index_table, &oi));
    uint32_t n = oi.pages.n;
    const struct meta_page_location *from = oi.pages.items;
    const int64_t *unencoded = META_HAS(&oi, META_OI_UNENCODED) ? oi.unencoded.items : NULL;
    if (unencoded && oi.unencoded.n != n)
        return index_read_fail(x, at, ERR("offset index: lists of different length"));
    TRY(mem_pool_take(&x->pool, n * sizeof(inlay_page_location) + 1, &block));
    inlay_page_location *to = block;
    uint64_t next = x->start;
    int64_t row = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (from[i].at < 0 || (uint64_t)from[i].at < next || (uint64_t)from[i].at > x->end ||
            from[i].bytes <= 0 || (uint64_t)from[i].bytes > x->end - (uint64_t)from[i].at)
            return index_read_fail(x, at, ERR("offset index: a page lies outside its column chunk"));
        if (from[i].first_row < row || (i == 0 && from[i].first_row != 0) ||
            from[i].first_row > x->n_rows)
            return index_read_fail(x, at, ERR("offset index: rows do not ascend from 0"));
        row = from[i].first_row;
        next = (uint64_t)from[i].at + (uint64_t)from[i].bytes;
        to[i] = (inlay_page_location){from[i].at, from[i].bytes, from[i].first_row,
                                      unencoded ? unencoded[i] : -1};
    }
    x->index.n_pages = n;
    x->index.locations = to;
    return INLAY_OK;
}

/* ---- column index ---- */

/* A list with `each` entries a page, or absent. */
static bool index_read_list(const struct thrift_list *list, bool present, uint32_t n, uint32_t each,
                            const int64_t **out)
{
    *out = present && list->n ? list->items : NULL;
    return !*out || list->n == (uint64_t)n * each;
}

static inlay_status index_read_pages(struct index_read *x, const struct meta_column_index *ci,
                                     uint64_t at, inlay_page_bounds *to)
{
    uint32_t n = ci->null_pages.n, reps = x->node->max_rep + 1u, defs = x->node->max_def + 1u;
    const bool *null_pages = ci->null_pages.items;
    const inlay_bytes *min = ci->min.items, *max = ci->max.items;
    const int64_t *nulls, *nans, *rep, *def;
    if (ci->min.n != n || ci->max.n != n ||
        !index_read_list(&ci->null_counts, META_HAS(ci, META_CI_NULL_COUNTS), n, 1, &nulls) ||
        !index_read_list(&ci->nan_counts, META_HAS(ci, META_CI_NAN_COUNTS), n, 1, &nans) ||
        !index_read_list(&ci->rep_histograms, META_HAS(ci, META_CI_REP), n, reps, &rep) ||
        !index_read_list(&ci->def_histograms, META_HAS(ci, META_CI_DEF), n, defs, &def))
        return index_read_fail(x, at, ERR("column index: lists of different length"));
    for (uint32_t i = 0; i < n; i++)
        to[i] = (inlay_page_bounds){
            .null_page = null_pages[i],
            .min = min[i],
            .max = max[i],
            .null_count = nulls ? nulls[i] : -1,
            .nan_count = nans ? nans[i] : -1,
            .rep = rep ? rep + (size_t)i * reps : NULL,
            .def = def ? def + (size_t)i * defs : NULL,
        };
    return INLAY_OK;
}

/* A page called null that has values. arrow-rs sets null_pages where nulls are as many as rows, which in lists is no
 * sign of anything; the level histograms give it away, and where there are none its word is not taken. */
static bool index_read_null_lie(const struct index_read *x, const inlay_reader *r,
                                const inlay_page_bounds *b)
{
    return b->null_page && x->node->max_rep > 0 &&
           (b->def ? b->def[x->node->max_def] > 0 : r->null_pages_quirk);
}

static inlay_status index_read_columns(struct index_read *x, inlay_reader *r, uint32_t leaf,
                                       const struct meta_chunk *m)
{
    struct meta_column_index ci;
    void *block = NULL;
    const char *why = "";
    uint64_t at = (uint64_t)m->column_index_at;
    TRY(index_read_struct(x, r, m->column_index_at, m->column_index_bytes, &x->column_bytes,
                          &meta_column_index_table, &ci));
    uint32_t n = ci.null_pages.n;
    if (x->index.locations && x->index.n_pages != n)
        return index_read_fail(x, at, ERR("column index and offset index differ in number of pages"));
    TRY(mem_pool_take(&x->pool, n * sizeof(inlay_page_bounds) + 1, &block));
    inlay_page_bounds *bounds = block;
    TRY(index_read_pages(x, &ci, at, bounds));
    enum type_order order = trust_order(r, leaf, &why);
    const char *bad = order == TYPE_ORDER_NONE ? why : NULL;
    for (uint32_t i = 0; i < n && !bad; i++)
        if (index_read_null_lie(x, r, &bounds[i]))
            bad = ERR("null_pages contradict the definition levels");
        else if (!bounds[i].null_page)
            bad = trust_bounds(x->node, order, &bounds[i].min, &bounds[i].max);
    x->index.n_pages = n;
    x->index.bounds = bounds;
    x->index.boundary_order = ci.order;
    x->index.usable = bad == NULL;
    x->index.why = bad ? bad : "";
    return INLAY_OK;
}

/* ---- both ---- */

static inlay_status index_read_all(struct index_read *x, inlay_reader *r, uint32_t row_group,
                                   uint32_t leaf)
{
    struct meta_chunk chunk;
    const struct meta_row_group *group = NULL;
    TRY(reader_chunk(r, row_group, leaf, &x->pool, &chunk, &x->start, &x->end));
    TRY(reader_touch(r, row_group, &group));
    x->n_rows = group->num_rows;
    x->node = inlay_schema_leaf(r->schema, leaf);
    bool offsets = META_HAS(&chunk, META_CC_OFFSET_INDEX_AT);
    bool columns = META_HAS(&chunk, META_CC_COLUMN_INDEX_AT);
    if (!offsets && !columns)
        return INLAY_END;
    if (offsets)
        TRY(index_read_offsets(x, r, &chunk));
    return columns ? index_read_columns(x, r, leaf, &chunk) : INLAY_OK;
}

inlay_status inlay_reader_page_index(inlay_reader *reader, uint32_t row_group, uint32_t leaf,
                                     inlay_page_index **index)
{
    void *block = NULL;
    *index = NULL;
    TRY(mem_new(reader->env, sizeof(struct index_read), &block));
    struct index_read *x = block;
    x->env = reader->env;
    x->index.why = "";
    mem_pool_init(&x->pool, x->env);
    buf_init(&x->offset_bytes, x->env);
    buf_init(&x->column_bytes, x->env);
    inlay_status status = index_read_all(x, reader, row_group, leaf);
    if (status == INLAY_OK) {
        *index = &x->index;
        return INLAY_OK;
    }
    inlay_error error = reader->env->error;
    if (status != INLAY_END && error.row_group < 0)
        error.row_group = (int32_t)row_group;
    inlay_page_index_close(reader->env, &x->index);
    reader->env->error = error;
    if (status != INLAY_END && error.column[0] == 0)
        schema_error_column(reader->env, reader->schema, leaf);
    return status;
}

void inlay_page_index_close(inlay_env *env, inlay_page_index *index)
{
    if (!index)
        return;
    struct index_read *x = (struct index_read *)(void *)index;
    buf_free(&x->offset_bytes);
    buf_free(&x->column_bytes);
    mem_pool_free(&x->pool);
    mem_free(env, x, sizeof *x);
}
