/* The rest of a column chunk's metadata, and its pages by their headers. */
#include "inlay/inspect.h"

#include "base/hash.h"
#include "format/chunk_read.h"
#include "format/trust.h"
#include "format/type.h"

/* ---- values ---- */

const void *inlay_bound_value(const inlay_node *leaf, inlay_bytes bound, inlay_value *room)
{
    size_t plain = type_plain_bytes(leaf->type, leaf->type_length);
    if (leaf->type == INLAY_BYTE_ARRAY) {
        room->bytes = bound;
        return room;
    }
    if (leaf->type == INLAY_BOOLEAN) {
        room->boolean = bound.len ? bound.data[0] & 1 : 0;
        return bound.len == 1 ? room : NULL;
    }
    if (bound.len != plain || plain == 0)
        return NULL;
    if (leaf->type == INLAY_INT96 || leaf->type == INLAY_FIXED_LEN_BYTE_ARRAY)
        return bound.data;
    if (plain == 4)
        room->i32 = (int32_t)load_le32(bound.data);
    else
        room->i64 = (int64_t)load_le64(bound.data);
    return room;
}

static enum type_order inspect_order(const inlay_node *leaf)
{
    return leaf->type == INLAY_INT96 && !leaf->ignored_annotation ? TYPE_ORDER_INT96
                                                                  : type_order_of(leaf);
}

bool inlay_leaf_ordered(const inlay_node *leaf)
{
    return inspect_order(leaf) != TYPE_ORDER_NONE;
}

int inlay_value_compare(const inlay_node *leaf, const void *a, const void *b)
{
    return type_compare(inspect_order(leaf), (uint32_t)inlay_node_width(leaf), a, b);
}

uint32_t inlay_crc32(uint32_t crc, const void *data, size_t bytes)
{
    return hash_crc32(crc, data, bytes);
}

/* ---- column chunk ---- */

static void inspect_sizes(const struct meta_size_statistics *z, inlay_size_statistics *out)
{
    *out = (inlay_size_statistics){.unencoded_bytes = -1};
    if (!z)
        return;
    out->present = true;
    if (META_HAS(z, META_SZ_BYTES))
        out->unencoded_bytes = z->unencoded_bytes;
    out->rep = z->rep_histogram.n ? z->rep_histogram.items : NULL;
    out->n_rep = z->rep_histogram.n;
    out->def = z->def_histogram.n ? z->def_histogram.items : NULL;
    out->n_def = z->def_histogram.n;
}

static void inspect_geospatial(const struct meta_geospatial_statistics *g, inlay_geospatial *out)
{
    *out = (inlay_geospatial){0};
    if (!g)
        return;
    const struct meta_bounding_box *b = g->box;
    out->present = true;
    out->types = g->types.items;
    out->n_types = g->types.n;
    if (!b || (b->has & 15) != 15) /* X and Y are required */
        return;
    out->has_box = true;
    out->x_min = b->xmin;
    out->x_max = b->xmax;
    out->y_min = b->ymin;
    out->y_max = b->ymax;
    out->has_z = (b->has >> 4 & 3) == 3;
    out->has_m = (b->has >> 6 & 3) == 3;
    out->z_min = out->has_z ? b->zmin : 0;
    out->z_max = out->has_z ? b->zmax : 0;
    out->m_min = out->has_m ? b->mmin : 0;
    out->m_max = out->has_m ? b->mmax : 0;
}

inlay_status inlay_reader_chunk_details(inlay_reader *reader, uint32_t row_group, uint32_t leaf,
                                        inlay_chunk_details *out)
{
    struct meta_chunk chunk;
    uint64_t start = 0, end = 0;
    void *block = NULL;
    *out = (inlay_chunk_details){0};
    mem_pool_reset(&reader->scratch);
    TRY(reader_chunk(reader, row_group, leaf, &reader->scratch, &chunk, &start, &end));
    const struct meta_column *m = chunk.meta;
    const struct meta_encoding_stats *s = m->encoding_stats.items;
    TRY(mem_pool_take(&reader->scratch, m->encoding_stats.n * sizeof *out->encoding_counts + 1, &block));
    inlay_encoding_count *counts = block;
    for (uint32_t i = 0; i < m->encoding_stats.n; i++)
        counts[i] = (inlay_encoding_count){s[i].page_type, s[i].encoding, s[i].count};
    out->encoding_counts = counts;
    out->n_encoding_counts = m->encoding_stats.n;
    inspect_sizes(m->size_statistics, &out->sizes);
    inspect_geospatial(m->geospatial, &out->geospatial);
    return INLAY_OK;
}

/* ---- pages ---- */

struct inlay_pages {
    inlay_env *env;
    inlay_column *column; /* used for its bytes and headers only */
    struct page_header header;
    int64_t levels_left;
    bool ended, failed;
};

inlay_status inlay_pages_open(inlay_reader *reader, uint32_t row_group, uint32_t leaf,
                              inlay_pages **pages)
{
    void *block = NULL;
    *pages = NULL;
    if (row_group >= inlay_reader_row_groups(reader))
        return err_set(reader->env, INLAY_ARG, ERR("no such row group"));
    TRY(mem_new(reader->env, sizeof **pages, &block));
    inlay_pages *p = block;
    p->env = reader->env;
    inlay_status status = inlay_column_open(reader, leaf, 0, &p->column);
    if (status == INLAY_OK) {
        p->column->row_group = row_group;
        p->column->budgeted = UINT32_MAX; /* nothing is decoded */
        status = chunk_open(p->column);
        if (status != INLAY_END)
            status = chunk_where(p->column, status);
    }
    if (status != INLAY_OK && status != INLAY_END) {
        inlay_error error = reader->env->error;
        inlay_pages_close(p);
        reader->env->error = error;
        return status;
    }
    /* a row group without rows has no pages that matter, and chunk_open went past it */
    p->ended = status == INLAY_END || p->column->row_group != row_group;
    p->levels_left = p->ended ? 0 : p->column->levels_left;
    *pages = p;
    return INLAY_OK;
}

void inlay_pages_close(inlay_pages *pages)
{
    if (!pages)
        return;
    inlay_column_close(pages->column);
    mem_free(pages->env, pages, sizeof *pages);
}

static void inspect_data_page(const inlay_reader *r, uint32_t leaf, const struct meta_data_page *m,
                              inlay_page *page)
{
    page->encoding = m->encoding;
    page->def_encoding = m->def_encoding;
    page->rep_encoding = m->rep_encoding;
    page->n_levels = m->num_values;
    page->has_statistics = m->statistics != NULL;
    trust_statistics(r, leaf, m->statistics, m->num_values, &page->statistics);
}

static void inspect_data_page_v2(const inlay_reader *r, uint32_t leaf,
                                 const struct meta_data_page_v2 *m, inlay_page *page)
{
    page->encoding = m->encoding;
    page->n_levels = m->num_values;
    page->n_rows = m->num_rows;
    page->n_nulls = m->num_nulls;
    page->def_bytes = m->def_bytes;
    page->rep_bytes = m->rep_bytes;
    page->is_compressed = META_HAS(m, META_V2_COMPRESSED) ? m->is_compressed : -1;
    page->has_statistics = m->statistics != NULL;
    trust_statistics(r, leaf, m->statistics, m->num_values, &page->statistics);
}

static void inspect_page(const inlay_column *c, const struct page_header *header, inlay_page *page)
{
    const struct meta_page_header *m = &header->meta;
    *page = (inlay_page){.type = m->type,
                         .at = (int64_t)c->at,
                         .header_bytes = (uint32_t)header->bytes,
                         .packed_bytes = (int64_t)header->compressed_bytes,
                         .raw_bytes = (int64_t)header->uncompressed_bytes,
                         .has_crc = header->has_crc,
                         .crc = header->crc,
                         .encoding = -1, .def_encoding = -1, .rep_encoding = -1,
                         .n_levels = -1, .n_rows = -1, .n_nulls = -1,
                         .def_bytes = -1, .rep_bytes = -1,
                         .is_compressed = -1, .is_sorted = -1};
    trust_statistics(c->reader, c->leaf, NULL, 0, &page->statistics);
    if (m->type == META_PAGE_DATA) {
        inspect_data_page(c->reader, c->leaf, m->data, page);
    } else if (m->type == META_PAGE_DATA_V2) {
        inspect_data_page_v2(c->reader, c->leaf, m->data_v2, page);
    } else if (m->type == META_PAGE_DICTIONARY) {
        page->encoding = m->dictionary->encoding;
        page->n_levels = m->dictionary->num_values;
        if (META_HAS(m->dictionary, META_DICT_SORTED))
            page->is_sorted = m->dictionary->is_sorted;
    }
}

inlay_status inlay_pages_next(inlay_pages *pages, inlay_page *page)
{
    inlay_column *c = pages->column;
    if (pages->failed)
        return err_set(c->env, INLAY_ARG, ERR("the pages failed before"));
    if (pages->header.bytes)
        c->at += pages->header.bytes + pages->header.compressed_bytes;
    pages->header = (struct page_header){0};
    /* where the chunk's length is in doubt, the levels say when it ends */
    bool doubt = c->reader->page_quirk && pages->levels_left <= 0;
    if (pages->ended || c->at >= c->end || doubt)
        return INLAY_END;
    pages->failed = true;
    inlay_status status = chunk_header(c, &pages->header);
    if (status == INLAY_OK && pages->header.compressed_bytes > c->end - c->at - pages->header.bytes)
        status = chunk_fail(c, INLAY_CORRUPT, ERR("page runs beyond its column chunk"));
    if (status != INLAY_OK)
        return chunk_where(c, status);
    pages->failed = false;
    inspect_page(c, &pages->header, page);
    if (page->type == META_PAGE_DATA || page->type == META_PAGE_DATA_V2) {
        c->n_pages++;
        pages->levels_left -= page->n_levels;
    }
    return INLAY_OK;
}

static inlay_status inspect_bytes(inlay_pages *pages, uint64_t from, size_t n, inlay_bytes *out)
{
    inlay_column *c = pages->column;
    const uint8_t *data = NULL;
    *out = (inlay_bytes){NULL, 0};
    if (pages->failed || !pages->header.bytes)
        return err_set(c->env, INLAY_ARG, ERR("there is no page here"));
    inlay_status status = chunk_bytes(c, c->at + from, n, &data);
    if (status != INLAY_OK)
        return chunk_where(c, status);
    *out = (inlay_bytes){data, n};
    return INLAY_OK;
}

inlay_status inlay_pages_header(inlay_pages *pages, inlay_bytes *header)
{
    return inspect_bytes(pages, 0, pages->header.bytes, header);
}

inlay_status inlay_pages_body_of(inlay_pages *pages, const inlay_page *page, inlay_bytes *body)
{
    inlay_column *c = pages->column;
    const uint8_t *data = NULL;
    uint64_t at = (uint64_t)page->at + page->header_bytes, n = (uint64_t)page->packed_bytes;
    *body = (inlay_bytes){NULL, 0};
    if (page->at < 4 || page->packed_bytes < 0 || at > c->end || n > c->end - at)
        return err_set(c->env, INLAY_ARG, ERR("no page of this column chunk"));
    inlay_status status = chunk_bytes(c, at, (size_t)n, &data);
    if (status == INLAY_OK && page->has_crc && hash_crc32(0, data, (size_t)n) != page->crc) {
        c->page_at = (uint64_t)page->at;
        status = chunk_fail(c, INLAY_CORRUPT, ERR("page checksum (CRC) is wrong: the bytes changed"));
    }
    if (status != INLAY_OK)
        return chunk_where(c, status);
    *body = (inlay_bytes){data, (size_t)n};
    return INLAY_OK;
}

inlay_status inlay_pages_body(inlay_pages *pages, inlay_bytes *body)
{
    return inspect_bytes(pages, pages->header.bytes, pages->header.compressed_bytes, body);
}
