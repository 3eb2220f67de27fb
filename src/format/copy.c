/* Copying row groups and column chunks without decoding; see inlay/copy.h. */
#include "inlay/copy.h"

#if INLAY_WRITE

#include <string.h>

#include "inlay/inspect.h"

#include "format/bloom.h"
#include "format/reader.h"
#include "format/writer.h"

enum { COPY_PIECE = 1024 * 1024 };

/* ---- schemas ---- */

static bool copy_same_logical(const inlay_logical *a, const inlay_logical *b)
{
    return a->kind == b->kind && a->unit == b->unit && a->utc == b->utc && a->bits == b->bits &&
           a->is_signed == b->is_signed && a->precision == b->precision && a->scale == b->scale &&
           a->version == b->version && (a->kind != INLAY_GEOGRAPHY || a->edges == b->edges) && a->crs.len == b->crs.len &&
           (a->crs.len == 0 || memcmp(a->crs.data, b->crs.data, a->crs.len) == 0);
}

static const char *copy_difference(const inlay_node *a, const inlay_node *b, bool root)
{
    if (a->n_children != b->n_children || a->type != b->type)
        return a->type != b->type ? ERR("the types differ") : ERR("the numbers of members differ");
    if (root)
        return NULL; /* its name and repetition mean nothing */
    if (a->name.len != b->name.len || (a->name.len && memcmp(a->name.data, b->name.data, a->name.len) != 0))
        return ERR("the names differ");
    if (a->repetition != b->repetition)
        return ERR("one is OPTIONAL, REQUIRED or REPEATED where the other is not");
    if (a->type == INLAY_FIXED_LEN_BYTE_ARRAY && a->type_length != b->type_length)
        return ERR("the lengths differ");
    if (a->ignored_annotation != b->ignored_annotation || !copy_same_logical(&a->logical, &b->logical))
        return ERR("the annotations differ");
    return NULL;
}

bool inlay_schema_same(const inlay_schema *a, const inlay_schema *b, uint32_t *node, const char **what)
{
    uint32_t n = inlay_schema_nodes(a) < inlay_schema_nodes(b) ? inlay_schema_nodes(a) : inlay_schema_nodes(b);
    for (uint32_t i = 0; i < n; i++) {
        const char *why = copy_difference(inlay_schema_node(a, i), inlay_schema_node(b, i), i == 0);
        if (!why)
            continue;
        if (node)
            *node = i;
        if (what)
            *what = why;
        return false;
    }
    return true; /* the counts of members were the same all the way */
}

/* ---- one column chunk ---- */

struct copy {
    inlay_writer *w;
    inlay_reader *r;
    uint32_t leaf, from; /* column of the writer, of the reader */
    const inlay_node *node;
    struct mem_pool pool;
    struct buf bytes;
    struct meta_chunk chunk;
    uint64_t start, end;
    struct writer_chunk kept;
};

static inlay_status copy_pages(struct copy *c)
{
    for (uint64_t at = c->start; at < c->end;) {
        const uint8_t *data = NULL;
        size_t n = c->end - at < COPY_PIECE ? (size_t)(c->end - at) : COPY_PIECE;
        TRY(io_read(c->w->env, &c->r->source, at, n, &c->bytes, &data));
        TRY(writer_put(c->w, data, n));
        at += n;
    }
    return INLAY_OK;
}

/* Bytes of an index or filter somewhere in the file, into `to`; *n gets how many. */
static inlay_status copy_bytes(struct copy *c, int64_t at, int64_t bytes, struct buf *to, size_t *n)
{
    const uint8_t *data = NULL;
    uint64_t limit = (uint64_t)256 << 20;
    if (at < 4 || bytes <= 0 || (uint64_t)bytes > limit)
        return err_set_at(c->w->env, INLAY_CORRUPT, ERR("an index or filter has no place in the file"),
                          c->r->footer.at);
    TRY(io_read(c->w->env, &c->r->source, (uint64_t)at, (size_t)bytes, &c->bytes, &data));
    buf_append(to, data, (size_t)bytes);
    *n = (size_t)bytes;
    return to->status;
}

/* Bounds that only their writer's name puts right, or that are in another order than the new file's column_orders
 * say, are left behind. */
static bool copy_doubtful(const struct copy *c)
{
    bool binary = c->node->type == INLAY_BYTE_ARRAY || c->node->type == INLAY_FIXED_LEN_BYTE_ARRAY;
    return inlay_reader_order(c->r, c->from) != writer_order(c->w, c->leaf) || (binary && c->r->binary_bounds_quirk) ||
           (c->node->max_rep > 0 && c->r->null_pages_quirk);
}

static void copy_statistics(struct copy *c)
{
    struct meta_statistics *s = c->chunk.meta->statistics;
    bool binary = c->node->type == INLAY_BYTE_ARRAY || c->node->type == INLAY_FIXED_LEN_BYTE_ARRAY;
    if (!s)
        return;
    inlay_order order = inlay_reader_order(c->r, c->from);
    if (order != writer_order(c->w, c->leaf))
        s->has &= ~((uint64_t)1 << META_ST_MIN_VALUE | (uint64_t)1 << META_ST_MAX_VALUE |
                    (uint64_t)1 << META_ST_MIN_EXACT | (uint64_t)1 << META_ST_MAX_EXACT);
    if ((binary && c->r->binary_bounds_quirk) || order == INLAY_ORDER_IEEE_754)
        s->has &= ~((uint64_t)1 << META_ST_MIN | (uint64_t)1 << META_ST_MAX);
}

static inlay_status copy_offset_index(struct copy *c, int64_t shift)
{
    struct meta_offset_index oi;
    const uint8_t *data = NULL;
    const struct meta_chunk *m = &c->chunk;
    if (m->offset_index_at < 4 || m->offset_index_bytes <= 0)
        return err_set_at(c->w->env, INLAY_CORRUPT, ERR("the page index has no place in the file"),
                          c->r->footer.at);
    TRY(io_read(c->w->env, &c->r->source, (uint64_t)m->offset_index_at, (size_t)m->offset_index_bytes,
                &c->bytes, &data));
    TRY(meta_read(c->w->env, &c->pool, &meta_offset_index_table, data, (size_t)m->offset_index_bytes,
                  (uint64_t)m->offset_index_at, &oi, NULL));
    struct meta_page_location *p = oi.pages.items;
    for (uint32_t i = 0; i < oi.pages.n; i++) {
        if (p[i].at < (int64_t)c->start || p[i].at > (int64_t)c->end)
            return err_set_at(c->w->env, INLAY_CORRUPT, ERR("offset index: a page lies outside its column chunk"),
                              (uint64_t)m->offset_index_at);
        p[i].at += shift;
    }
    size_t before = c->w->offset_indexes.bytes;
    thrift_write(&c->w->offset_indexes, &meta_offset_index_table, &oi);
    c->kept.offset_index_bytes = c->w->offset_indexes.bytes - before;
    return c->w->offset_indexes.status;
}

/* An index or filter that cannot be read is left behind: the pages are what counts. */
static inlay_status copy_optional(inlay_status status)
{
    return status == INLAY_IO || status == INLAY_NOMEM ? status : INLAY_OK;
}

static inlay_status copy_indexes(struct copy *c, int64_t shift)
{
    const struct meta_chunk *m = &c->chunk;
    if (META_HAS(m, META_CC_COLUMN_INDEX_AT) && !copy_doubtful(c))
        TRY(copy_optional(copy_bytes(c, m->column_index_at, m->column_index_bytes, &c->w->column_indexes,
                                     &c->kept.column_index_bytes)));
    return META_HAS(m, META_CC_OFFSET_INDEX_AT) ? copy_optional(copy_offset_index(c, shift)) : INLAY_OK;
}

/* The filter is opened: bloom_filter_length may be missing (before format 2.10) or wrong, and one that is cut short
 * would deny values that are there. */
static inlay_status copy_bloom(struct copy *c, uint32_t row_group)
{
    const struct meta_column *m = c->chunk.meta;
    inlay_bloom *bloom = NULL;
    if (!META_HAS(m, META_CM_BLOOM_AT))
        return INLAY_OK;
    TRY(inlay_bloom_open(c->r, row_group, c->from, &bloom));
    int64_t bytes = (int64_t)bloom_stored_bytes(bloom);
    inlay_bloom_close(c->w->env, bloom);
    c->kept.bloom_at = c->w->blooms.bytes;
    return copy_bytes(c, m->bloom_at, bytes, &c->w->blooms, &c->kept.bloom_bytes);
}

/* The chunk's metadata with its offsets moved to `to`; indexes and filter get theirs when the file ends. */
static inlay_status copy_meta(struct copy *c, uint64_t to)
{
    struct meta_column *m = c->chunk.meta;
    bool pages = c->start < c->end; /* without any, offsets mean nothing */
    bool dictionary = pages && META_HAS(m, META_CM_DICTIONARY_PAGE) && m->dictionary_page_at > 0 &&
                      m->dictionary_page_at < m->data_page_at;
    if (pages && (m->data_page_at < (int64_t)c->start || m->data_page_at > (int64_t)c->end))
        return err_set_at(c->w->env, INLAY_CORRUPT, ERR("the first data page lies outside its column chunk"),
                          c->r->footer.at);
    m->data_page_at = pages ? (int64_t)to + (m->data_page_at - (int64_t)c->start) : (int64_t)to;
    m->dictionary_page_at = (int64_t)to; /* it is what the chunk begins with */
    m->has &= ~((uint64_t)1 << META_CM_INDEX_PAGE | (uint64_t)1 << META_CM_BLOOM_AT |
                (uint64_t)1 << META_CM_BLOOM_BYTES);
    if (!dictionary)
        m->has &= ~((uint64_t)1 << META_CM_DICTIONARY_PAGE);
    copy_statistics(c);
    TRY(schema_leaf_path(c->w->schema, c->leaf, &c->pool, &m->path));
    META_SET(m, META_CM_PATH);
    c->chunk.has = 1u << META_CC_FILE_OFFSET | 1u << META_CC_META;
    c->chunk.file_offset = 0;
    size_t before = c->w->metas.bytes;
    thrift_write(&c->w->metas, &meta_chunk_table, &c->chunk);
    c->kept.meta_bytes = c->w->metas.bytes - before;
    return c->w->metas.status;
}

/* Add the chunk's sizes to the row group's. */
static inlay_status copy_sizes(struct copy *c)
{
    struct meta_column *m = c->chunk.meta;
    struct writer_group *g = &c->w->group;
    if (c->start == c->end) /* without values: its pages stay behind */
        m->compressed_bytes = m->uncompressed_bytes = 0;
    if (m->uncompressed_bytes > INT64_MAX - g->raw_bytes || m->compressed_bytes > INT64_MAX - g->packed_bytes)
        return err_set_at(c->w->env, INLAY_CORRUPT, ERR("column chunk has an impossible size"), c->r->footer.at);
    g->raw_bytes += m->uncompressed_bytes;
    g->packed_bytes += m->compressed_bytes;
    return INLAY_OK;
}

static inlay_status copy_chunk(struct copy *c, uint32_t row_group)
{
    TRY(reader_chunk(c->r, row_group, c->from, &c->pool, &c->chunk, &c->start, &c->end));
    uint64_t to = c->w->written;
    TRY(copy_sizes(c));
    TRY(copy_pages(c));
    if (c->start < c->end)
        TRY(copy_indexes(c, (int64_t)to - (int64_t)c->start));
    TRY(copy_optional(copy_bloom(c, row_group)));
    TRY(copy_meta(c, to));
    buf_append(&c->w->chunks, &c->kept, sizeof c->kept);
    return c->w->chunks.status;
}

/* ---- the row group ---- */

static inlay_status copy_sorting(inlay_writer *w, const struct meta_row_group *group)
{
    const struct meta_sorting_column *s = group->sorting.items;
    w->group.sorting_at = w->sorting.bytes;
    w->group.n_sorting = 0;
    for (uint32_t i = 0; i < group->sorting.n; i++)
        if (s[i].column < 0 || (uint32_t)s[i].column >= w->n_leaves)
            return INLAY_OK; /* a claim about nothing */
    if (group->sorting.n)
        buf_append(&w->sorting, s, group->sorting.n * sizeof *s);
    w->group.n_sorting = group->sorting.n;
    return w->sorting.status;
}

static inlay_status copy_column(inlay_writer *w, uint32_t leaf, inlay_reader *r, uint32_t row_group, uint32_t from)
{
    struct copy c = {.w = w, .r = r, .leaf = leaf, .from = from, .node = inlay_schema_leaf(w->schema, leaf)};
    mem_pool_init(&c.pool, w->env);
    buf_init(&c.bytes, w->env);
    inlay_status status = copy_chunk(&c, row_group);
    mem_pool_free(&c.pool);
    buf_free(&c.bytes);
    return writer_done(w, leaf, status);
}

bool inlay_reader_copyable(const inlay_reader *r)
{
    return !(r->delta_quirk || r->v2_quirk || r->page_quirk);
}

static inlay_status copy_allowed(inlay_writer *w, const inlay_reader *r)
{
    return !inlay_reader_copyable(r)
               ? err_set(w->env, INLAY_UNSUPPORTED, ERR("pages of this old writer cannot be copied, only rewritten"))
               : INLAY_OK;
}

static inlay_status copy_group(inlay_writer *w, inlay_reader *r, uint32_t row_group)
{
    const struct meta_row_group *group = NULL;
    const char *what = NULL;
    if (w->open)
        return err_set(w->env, INLAY_ARG, ERR("a row group is open"));
    if (!inlay_schema_same(w->schema, r->schema, NULL, &what))
        return err_set(w->env, INLAY_ARG, what);
    TRY(copy_allowed(w, r));
    TRY(reader_touch(r, row_group, &group));
    if (group->num_rows > INT64_MAX - w->n_rows)
        return err_set(w->env, INLAY_ARG, ERR("row counts overflow"));
    w->group = (struct writer_group){.at = (int64_t)w->written, .n_rows = group->num_rows};
    TRY(copy_sorting(w, group));
    for (uint32_t i = 0; i < w->n_leaves; i++) {
        TRY(copy_column(w, i, r, row_group, i));
        if ((uint64_t)w->group.packed_bytes > r->source.size_bytes) /* they would make a small file a large one */
            return err_set_at(w->env, INLAY_CORRUPT, ERR("the row group's column chunks are larger than the file"),
                              r->footer.at);
    }
    TRY(writer_put_blooms(w));
    buf_append(&w->groups, &w->group, sizeof w->group);
    w->n_rows += w->group.n_rows;
    return w->groups.status;
}

inlay_status inlay_writer_copy_row_group(inlay_writer *writer, inlay_reader *reader, uint32_t row_group)
{
    TRY(writer_usable(writer));
    return writer_done(writer, UINT32_MAX, copy_group(writer, reader, row_group));
}

/* ---- one column chunk into an open row group ---- */

static inlay_status copy_one(inlay_writer *w, uint32_t leaf, inlay_reader *r, uint32_t row_group, uint32_t from)
{
    const struct meta_row_group *group = NULL;
    const inlay_node *node = inlay_schema_leaf(r->schema, from);
    if (!(w->flags & INLAY_WRITE_IN_ORDER))
        return err_set(w->env, INLAY_ARG, ERR("column chunks are copied in order only"));
    TRY(writer_turn(w, leaf));
    struct chunk_writer *c = &w->columns[leaf];
    if (!node)
        return err_set(w->env, INLAY_ARG, ERR("no such column"));
    inlay_node other = *node;
    other.name = c->node->name;
    other.repetition = c->node->repetition; /* the levels decide */
    const char *what = copy_difference(c->node, &other, false);
    if (!what && (node->max_def != c->node->max_def || node->max_rep != c->node->max_rep))
        what = ERR("the highest levels differ");
    if (!what && (c->n_rows || c->given))
        what = ERR("a column chunk is copied as a whole");
    if (!what && c->order)
        what = ERR("a copied column cannot be checked against the sorting columns: say TRUSTED_ORDER");
    if (what)
        return err_set(w->env, INLAY_ARG, what);
    TRY(copy_allowed(w, r));
    TRY(reader_touch(r, row_group, &group));
    c->n_rows = group->num_rows;
    TRY(copy_column(w, leaf, r, row_group, from));
    w->next_leaf++;
    chunk_writer_hand_over(c, &w->columns[w->next_leaf % w->n_leaves]); /* buffers pass through, else others grow */
    return INLAY_OK;
}

inlay_status inlay_writer_copy_chunk(inlay_writer *writer, uint32_t leaf, inlay_reader *reader, uint32_t row_group,
                                     uint32_t from)
{
    TRY(writer_usable(writer));
    TRY(writer_begin(writer));
    return writer_done(writer, leaf, copy_one(writer, leaf, reader, row_group, from));
}

/* ---- encoded pages ---- */

inlay_status inlay_writer_raw_page(inlay_writer *writer, uint32_t leaf, const inlay_raw_page *page)
{
    inlay_writer *w = writer;
    TRY(writer_usable(w));
    TRY(writer_begin(w));
    inlay_status status = writer_turn(w, leaf);
    if (status == INLAY_OK)
        status = chunk_writer_raw(&w->columns[leaf], page);
    return writer_done(w, leaf, status);
}

inlay_status inlay_writer_raw_dictionary(inlay_writer *writer, uint32_t leaf, inlay_bytes body, size_t raw_bytes,
                                         uint32_t n_values)
{
    inlay_writer *w = writer;
    TRY(writer_usable(w));
    TRY(writer_begin(w));
    inlay_status status = writer_turn(w, leaf);
    if (status == INLAY_OK)
        status = chunk_writer_raw_dictionary(&w->columns[leaf], body, raw_bytes, n_values);
    return writer_done(w, leaf, status);
}

inlay_status inlay_writer_lend_dictionary(inlay_writer *writer, uint32_t leaf, inlay_bytes body, size_t raw_bytes,
                                          const void *values, uint32_t n_values)
{
    inlay_writer *w = writer;
    TRY(writer_usable(w));
    TRY(writer_begin(w));
    inlay_status status = writer_turn(w, leaf);
    if (status == INLAY_OK)
        status = chunk_writer_lend_dictionary(&w->columns[leaf], body, raw_bytes, values, n_values);
    return writer_done(w, leaf, status);
}

#endif
