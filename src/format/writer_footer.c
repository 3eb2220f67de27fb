/* Ending a file: page indexes, then the footer. See writer.h. */
#include "format/writer.h"

#if INLAY_WRITE

/* One row group for the footer: each kept ColumnChunk parsed back and given its index offsets. Cursors
 * over the kept bytes move on. */
struct writer_walk {
    const struct writer_chunk *chunk;
    const uint8_t *meta;
    uint64_t column_index_at, offset_index_at;
};

static inlay_status writer_footer_chunk(inlay_writer *w, struct writer_walk *walk, struct mem_pool *pool,
                                        struct buf *out)
{
    struct meta_chunk chunk;
    const struct writer_chunk *kept = walk->chunk++;
    TRY(meta_read(w->env, pool, &meta_chunk_table, walk->meta, kept->meta_bytes, 0, &chunk, NULL));
    walk->meta += kept->meta_bytes;
    if (kept->column_index_bytes) {
        chunk.column_index_at = (int64_t)walk->column_index_at;
        chunk.column_index_bytes = (int32_t)kept->column_index_bytes;
        chunk.has |= 1u << META_CC_COLUMN_INDEX_AT | 1u << META_CC_COLUMN_INDEX_BYTES;
    }
    if (kept->offset_index_bytes) {
        chunk.offset_index_at = (int64_t)walk->offset_index_at;
        chunk.offset_index_bytes = (int32_t)kept->offset_index_bytes;
        chunk.has |= 1u << META_CC_OFFSET_INDEX_AT | 1u << META_CC_OFFSET_INDEX_BYTES;
    }
    if (kept->bloom_bytes) {
        chunk.meta->bloom_at = (int64_t)kept->bloom_at;
        chunk.meta->bloom_bytes = (int32_t)kept->bloom_bytes;
        chunk.meta->has |= (uint64_t)1 << META_CM_BLOOM_AT | (uint64_t)1 << META_CM_BLOOM_BYTES;
    }
    walk->column_index_at += kept->column_index_bytes;
    walk->offset_index_at += kept->offset_index_bytes;
    thrift_write(out, &meta_chunk_table, &chunk);
    return out->status;
}

/* The row group's ColumnChunks into `out`; *spans [n_leaves] says where. */
static inlay_status writer_footer_chunks(inlay_writer *w, struct writer_walk *walk, struct buf *out,
                                         inlay_bytes *spans)
{
    inlay_status status = INLAY_OK;
    struct mem_pool pool;
    mem_pool_init(&pool, w->env);
    for (uint32_t i = 0; i < w->n_leaves && status == INLAY_OK; i++) {
        size_t before = out->bytes;
        mem_pool_reset(&pool);
        status = writer_footer_chunk(w, walk, &pool, out);
        spans[i].len = out->bytes - before;
    }
    mem_pool_free(&pool);
    TRY(status);
    const uint8_t *at = out->data; /* stable now */
    for (uint32_t i = 0; i < w->n_leaves; i++) {
        spans[i].data = at;
        at += spans[i].len;
    }
    return INLAY_OK;
}

static inlay_status writer_footer_group(inlay_writer *w, const struct writer_group *g, uint32_t ordinal,
                                        struct writer_walk *walk, struct buf *chunks,
                                        struct buf *groups)
{
    void *block = NULL;
    buf_clear(chunks);
    TRY(mem_new(w->env, w->n_leaves * sizeof(inlay_bytes), &block));
    inlay_status status = writer_footer_chunks(w, walk, chunks, block);
    if (status == INLAY_OK) {
        const struct meta_sorting_column *sorting = (const void *)w->sorting.data;
        struct meta_row_group rg = {
            .has = 1u << META_RG_COLUMNS | 1u << META_RG_BYTES | 1u << META_RG_ROWS |
                   1u << META_RG_FILE_OFFSET | 1u << META_RG_COMPRESSED,
            .columns = {block, w->n_leaves},
            .total_bytes = g->raw_bytes,
            .num_rows = g->n_rows,
            .file_offset = g->at,
            .compressed_bytes = g->packed_bytes,
        };
        if (g->n_sorting) {
            union { /* the list is only read from here on */
                const void *in;
                void *out;
            } items = {sorting + g->sorting_at / sizeof *sorting};
            rg.sorting = (struct thrift_list){items.out, (uint32_t)g->n_sorting};
            META_SET(&rg, META_RG_SORTING);
        }
        if (ordinal <= INT16_MAX) {
            rg.ordinal = (int16_t)ordinal;
            META_SET(&rg, META_RG_ORDINAL);
        }
        thrift_write(groups, &meta_row_group_table, &rg);
        status = groups->status;
    }
    mem_free(w->env, block, w->n_leaves * sizeof(inlay_bytes));
    return status;
}

inlay_order writer_order(const inlay_writer *w, uint32_t leaf)
{
    const struct stats *s = &w->columns[leaf].chunk_stats;
    return s->total ? INLAY_ORDER_IEEE_754 : s->order == TYPE_ORDER_INT96 ? INLAY_ORDER_INT96 : INLAY_ORDER_TYPE;
}

inlay_status writer_file_meta(inlay_writer *w, struct mem_pool *pool, struct meta_file *m)
{
    void *block = NULL;
    m->has = 1u << META_FM_VERSION | 1u << META_FM_SCHEMA | 1u << META_FM_ROWS |
             1u << META_FM_ROW_GROUPS | 1u << META_FM_CREATED_BY | 1u << META_FM_COLUMN_ORDERS;
    m->version = (int32_t)w->version;
    m->num_rows = w->n_rows;
    m->created_by = w->created_by;
    TRY(schema_to_meta(w->schema, pool, &m->schema));
    if (w->key_values.bytes) {
        META_SET(m, META_FM_KEY_VALUES);
        m->key_values = (struct thrift_list){
            w->key_values.data, (uint32_t)(w->key_values.bytes / sizeof(struct meta_key_value))};
    }
    TRY(mem_pool_take(pool, w->n_leaves * sizeof(struct meta_column_order) + 1, &block));
    struct meta_column_order *orders = block;
    for (uint32_t i = 0; i < w->n_leaves; i++) {
        inlay_order order = writer_order(w, i);
        META_SET(&orders[i], order == INLAY_ORDER_IEEE_754 ? META_ORDER_IEEE_754
                             : order == INLAY_ORDER_INT96  ? META_ORDER_INT96
                                                           : META_ORDER_TYPE);
    }
    m->column_orders = (struct thrift_list){orders, w->n_leaves};
    return INLAY_OK;
}

/* Send what is in `out` and begin it anew. */
static inlay_status writer_send(inlay_writer *w, struct buf *out)
{
    TRY(out->status);
    TRY(writer_put(w, out->data, out->bytes));
    buf_clear(out);
    return INLAY_OK;
}

/* The footer goes out piece by piece, a row group at a time: nothing of it needs to be held as a whole. */
static inlay_status writer_footer(inlay_writer *w, uint64_t column_indexes_at, struct mem_pool *pool,
                                  struct buf *chunks, struct buf *out)
{
    enum { WRITER_ROW_GROUPS_ID = 4 };
    struct meta_file m = {0};
    const struct writer_group *g = (const void *)w->groups.data;
    struct writer_walk walk = {(const void *)w->chunks.data, w->metas.data, column_indexes_at,
                               column_indexes_at + w->column_indexes.bytes};
    uint32_t n = (uint32_t)(w->groups.bytes / sizeof *g);
    uint64_t start = w->written;
    TRY(writer_file_meta(w, pool, &m));
    thrift_write_fields(out, &meta_file_table, &m, 0, WRITER_ROW_GROUPS_ID);
    thrift_write_list_head(out, WRITER_ROW_GROUPS_ID - 1, WRITER_ROW_GROUPS_ID, n);
    for (uint32_t i = 0; i < n; i++) {
        TRY(writer_footer_group(w, &g[i], i, &walk, chunks, out));
        TRY(writer_send(w, out));
    }
    thrift_write_fields(out, &meta_file_table, &m, WRITER_ROW_GROUPS_ID, INT16_MAX);
    buf_u8(out, 0);
    uint64_t length = w->written - start + out->bytes;
    if (length > INT32_MAX)
        return err_set(w->env, INLAY_ARG, ERR("a footer larger than 2 GiB"));
    buf_le32(out, (uint32_t)length);
    buf_append(out, "PAR1", 4);
    return writer_send(w, out);
}

static inlay_status writer_finish(inlay_writer *w)
{
    struct mem_pool pool;
    struct buf chunks, out;
    if (w->open)
        TRY(writer_end_group(w));
    for (uint32_t i = 0; i < w->n_leaves; i++)
        chunk_writer_release(&w->columns[i]);
    chunk_scratch_free(&w->scratch);
    uint64_t column_indexes_at = w->written;
    TRY(writer_put(w, w->column_indexes.data, w->column_indexes.bytes));
    TRY(writer_put(w, w->offset_indexes.data, w->offset_indexes.bytes));
    mem_pool_init(&pool, w->env);
    buf_init(&chunks, w->env);
    buf_init(&out, w->env);
    inlay_status status = writer_footer(w, column_indexes_at, &pool, &chunks, &out);
    mem_pool_free(&pool);
    buf_free(&chunks);
    buf_free(&out);
    return status;
}

inlay_status inlay_writer_finish(inlay_writer *writer)
{
    TRY(writer_usable(writer));
    inlay_status status = writer_done(writer, UINT32_MAX, writer_finish(writer));
    writer->finished = status == INLAY_OK;
    return status;
}

#endif
