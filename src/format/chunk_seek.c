/* Going to a row of a column: by row group, by the offset index, by page headers, and within a page; and the
 * dictionary that a chunk begins with. */
#include "format/chunk_read.h"

/* The chunk's offset index, into the column's pool. OK without one where it cannot be read. */
static inlay_status chunk_jump_read(inlay_column *c)
{
    const struct meta_chunk *m = &c->chunk;
    struct meta_offset_index index;
    struct buf buffer;
    const uint8_t *data = NULL;
    mem_pool_reset(&c->jump_pool);
    c->jump = (struct thrift_list){0};
    c->jump_group = 0;
    buf_init(&buffer, c->env);
    inlay_status status = io_read(c->env, &c->reader->source, (uint64_t)m->offset_index_at,
                                  (size_t)m->offset_index_bytes, &buffer, &data);
    if (status == INLAY_OK)
        status = meta_read(c->env, &c->jump_pool, &meta_offset_index_table, data,
                           (size_t)m->offset_index_bytes, (uint64_t)m->offset_index_at, &index, NULL);
    buf_free(&buffer);
    if (status == INLAY_OK)
        c->jump = index.pages;
    if (status == INLAY_OK && c->damaged == c->row_group + 1)
        c->jump_group = c->row_group + 1;
    return status == INLAY_NOMEM || status == INLAY_IO ? status : INLAY_OK;
}

/* The last page that begins at `row` or before it. */
static uint32_t chunk_jump_page(const struct thrift_list *pages, int64_t row)
{
    const struct meta_page_location *p = pages->items;
    uint32_t low = 0, high = pages->n;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (p[middle].first_row <= row)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Jump to the data page that holds `row` (of the row group) by the offset index. Anything odd in the
 * index means not to use it: page headers then lead the way. */
static inlay_status chunk_jump(inlay_column *c, int64_t row)
{
    const struct meta_chunk *m = &c->chunk;
    if (c->reader->delta_quirk)
        return INLAY_OK; /* pages may build on each other; such old writers made no index anyway */
    if (!META_HAS(m, META_CC_OFFSET_INDEX_AT) || m->offset_index_at < 4 || m->offset_index_bytes <= 0)
        return INLAY_OK;
    if (c->jump_group != c->row_group + 1)
        TRY(chunk_jump_read(c));
    uint32_t i = chunk_jump_page(&c->jump, row);
    const struct meta_page_location *pages = c->jump.items, *p = i ? &pages[i] : NULL;
    if (p && p->at > (int64_t)c->at && (uint64_t)p->at < c->end && p->first_row <= row && p->first_row > 0 &&
        p->first_row < c->rows_left && (c->node->max_rep > 0 || p->first_row < c->levels_left)) {
        c->at = (uint64_t)p->at;
        c->n_pages = i;
        c->rows_left -= p->first_row;
        c->row += p->first_row;
        c->levels_known = c->node->max_rep == 0;
        c->levels_left -= p->first_row;
    }
    if (!c->jump_group) {
        mem_pool_free(&c->jump_pool);
        mem_pool_init(&c->jump_pool, c->env);
        c->jump = (struct thrift_list){0};
    }
    return INLAY_OK;
}

/* Read the dictionary page if the chunk begins with one. */
static inlay_status chunk_load_first(inlay_column *c)
{
    struct page_header header;
    if (c->has_dictionary || c->n_pages > 0 || c->levels_left == 0)
        return INLAY_OK;
    TRY(chunk_header(c, &header));
    if (header.meta.type != META_PAGE_DICTIONARY)
        return INLAY_OK;
    TRY(chunk_dictionary(c, &header));
    c->at += header.bytes + header.compressed_bytes;
    return INLAY_OK;
}

/* Go on at the page that a failure was in, instead of walking over all pages before it again. `row` is of the file. */
static void chunk_resume(inlay_column *c, int64_t row)
{
    const struct chunk_mark *m = &c->mark;
    if (c->damaged != c->row_group + 1 || m->group != c->damaged || m->row <= c->row || m->row > row ||
        c->reader->delta_quirk)
        return;
    c->at = m->at;
    c->n_pages = m->n_pages;
    c->levels_left = m->levels_left;
    c->rows_left -= m->row - c->row;
    c->row = m->row;
    c->any_level = true;
}

static inlay_status chunk_skip_rows(inlay_column *c, int64_t rows)
{
    enum { CHUNK_JUMP_FROM = 2 * CHUNK_PIECE }; /* nearer rows are reached by reading on */
    bool far = rows >= CHUNK_JUMP_FROM || c->damaged == c->row_group + 1;
    if (far && c->piece_at == c->piece_n && c->page_left == 0 && c->n_pages == 0) {
        TRY(chunk_load_first(c));
        int64_t before = c->row;
        TRY(chunk_jump(c, rows));
        chunk_resume(c, before + rows);
        rows -= c->row - before;
    }
    while (rows > 0) {
        int64_t before = c->row, by_header = rows;
        inlay_status status = chunk_ready(c, &by_header);
        if (status == INLAY_END)
            return chunk_fail(c, INLAY_CORRUPT, ERR("pages hold fewer rows than the row group says"));
        TRY(status);
        rows -= c->row - before;
        if (rows <= 0)
            break;
        before = c->row;
        TRY(chunk_batch(c, (uint64_t)rows < SIZE_MAX ? (size_t)rows : SIZE_MAX, NULL));
        rows -= c->row - before;
    }
    c->drop_tail = c->node->max_rep > 0;
    return INLAY_OK;
}

inlay_status inlay_column_seek(inlay_column *column, int64_t row)
{
    inlay_column *c = column;
    uint32_t group = 0, n = inlay_reader_row_groups(c->reader);
    int64_t first = 0, next = 0;
    if (row < 0)
        return err_set(c->env, INLAY_ARG, ERR("no such row"));
    if (c->row_group <= c->reader->known && c->reader->first_rows[c->row_group] <= row) {
        group = c->row_group; /* forward: a file may have 100,000 row groups */
        first = c->reader->first_rows[group];
    }
    for (; group < n; group++, first = next) {
        inlay_status status = reader_first_row(c->reader, group + 1, &next);
        if (status != INLAY_OK)
            return chunk_where(c, status);
        if (row < next)
            break;
    }
    if (group == n && row > first)
        return err_set(c->env, INLAY_ARG, ERR("no such row"));
    bool forward = !c->failed && c->open && c->row_group == group && c->row <= row &&
                   chunk_at_row_start(c) && c->damaged != group + 1;
    c->failed = c->parked = false;
    if (!forward) {
        chunk_reset(c);
        c->row_group = group;
        c->row = first;
        if (group == n)
            return INLAY_OK;
        inlay_status status = chunk_open(c);
        if (status != INLAY_OK)
            return chunk_where(c, status);
    }
    return c->row == row ? INLAY_OK : chunk_where(c, chunk_skip_rows(c, row - c->row));
}

/* ---- dictionary, position ---- */

inlay_dictionary inlay_column_dictionary(const inlay_column *column)
{
    return (inlay_dictionary){column->has_dictionary ? column->dictionary_values.data : NULL,
                              column->has_dictionary ? column->n_dictionary : 0,
                              column->has_dictionary ? column->serial : 0};
}
uint32_t inlay_column_row_group(const inlay_column *column)
{
    return column->row_group;
}
uint32_t inlay_column_page(const inlay_column *column)
{
    return column->n_pages ? column->n_pages - 1 : 0;
}

/* encoding_stats are the only proof that no page of the chunk fell back to another encoding. */
static bool chunk_all_codes(const struct meta_column *m)
{
    const struct meta_encoding_stats *s = m->encoding_stats.items;
    bool any = false;
    for (uint32_t i = 0; i < m->encoding_stats.n; i++) {
        if (s[i].page_type != META_PAGE_DATA && s[i].page_type != META_PAGE_DATA_V2)
            continue;
        if (s[i].count && s[i].encoding != ENCODING_RLE_DICTIONARY &&
            s[i].encoding != ENCODING_PLAIN_DICTIONARY)
            return false;
        any = any || s[i].count > 0;
    }
    return any;
}

inlay_status inlay_column_load_dictionary(inlay_column *column, bool *all_codes)
{
    inlay_column *c = column;
    *all_codes = false;
    inlay_status status = c->open ? INLAY_OK : chunk_open(c);
    if (status == INLAY_END)
        return INLAY_OK;
    if (status == INLAY_OK)
        status = chunk_load_first(c);
    if (status == INLAY_OK)
        *all_codes = c->has_dictionary && chunk_all_codes(c->chunk.meta);
    return chunk_where(c, status);
}
