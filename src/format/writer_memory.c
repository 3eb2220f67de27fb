/* How much memory a writer takes, before it is used: a bound for every buffer, from options, schema and load.
 *
 *   opened      the writer as it stands after open; measured, by opening one
 *   kept        what ended row groups leave for the footer; grows with the file
 *   working     the open row group: a sum over columns, or IN_ORDER, where buffers are handed from column to column,
 *               of the largest column's; and the scratch, which all columns share
 *   finishing   the footer being made, after the working memory is given back
 *
 * Memory is at most opened + kept + max(working, finishing). A column's buffers are in chunk_memory.c.
 */
#include "format/chunk_memory.h"
#include "format/writer.h"

#if INLAY_WRITE

/* Bytes of a number from 0 to n in the footer's form. */
static uint64_t wmem_varint(uint64_t n)
{
    uint64_t bits = bits_of(n) + 1;
    return bits > 63 ? 10 : (bits + 6) / 7;
}

/* ---- what a chunk leaves behind ---- */

/* Path and key-values of a ColumnChunk as they are written, and the blocks of memory behind them. */
static void wmem_names(const inlay_writer *w, uint32_t leaf, uint64_t *bytes, uint64_t *blocks)
{
    const inlay_schema *schema = w->schema;
    const struct thrift_list *keys = &w->column_keys[leaf];
    const struct meta_key_value *kv = keys->items;
    *bytes = *blocks = 0;
    for (uint32_t at = schema->leaves[leaf]; at; at = schema->nodes[at].parent) {
        *bytes = mem_plus(*bytes, mem_plus(schema->nodes[at].name.len, wmem_varint(schema->nodes[at].name.len)));
        *blocks += sizeof(inlay_bytes);
    }
    for (uint32_t i = 0; i < keys->n; i++)
        *bytes = mem_plus(*bytes, mem_plus(14, mem_plus(kv[i].key.len, kv[i].value.len)));
    *blocks = mem_plus(*blocks, mem_times(keys->n, sizeof *kv));
}

/* metas: a ColumnChunk. `n` and `file` are the largest counts and offsets in it. */
static uint64_t wmem_meta(const inlay_writer *w, const struct chunk_memory *m, uint32_t leaf)
{
    uint64_t levels = mem_times(m->rows, m->row_levels), n = wmem_varint(levels), at = wmem_varint(m->file);
    uint64_t names, blocks;
    const struct stats *s = &m->c->chunk_stats;
    wmem_names(w, leaf, &names, &blocks);
    uint64_t sum = 2 + 1 + 1 + 1;                            /* file_offset, meta_data, two ends */
    sum += 2 + (2 + 4) + 2 + 2 + (1 + n) + 2 * (1 + at) + 6; /* type, encodings, path, codec, values, sizes, keys */
    sum += 2 * (1 + at) + (2 + 4 * (6 + n)) + (1 + at + 6);  /* pages at, encoding_stats, bloom filter */
    if (!(m->c->flags & INLAY_WRITE_NO_STATISTICS)) {
        uint64_t bound = mem_plus(m->bound, 1 + wmem_varint(m->bound));
        uint64_t counts = mem_times(chunk_memory_counts(m), n);
        sum += 2 + 2 * (1 + n) + 2; /* statistics, null_count, nan_count, exactness */
        sum = mem_plus(sum, mem_times(bound, type_order_is_signed(s->order) && !s->total ? 4 : 2));
        sum = mem_plus(sum, 2 + (1 + at)); /* size_statistics, unencoded bytes */
        if (m->c->node->max_rep || m->c->node->max_def > 1)
            sum = mem_plus(sum, mem_plus(12, counts));
    }
    return mem_plus(sum, names);
}

/* column_indexes */
static uint64_t wmem_column_index(const struct chunk_memory *m)
{
    uint64_t pages = chunk_memory_index_pages(m), n = wmem_varint(m->page_levels);
    uint64_t bound = mem_plus(m->bound, wmem_varint(m->bound)), page = mem_plus(1 + n, mem_times(bound, 2));
    if (pages == 0 || m->c->flags & INLAY_WRITE_NO_STATISTICS)
        return 0;
    page = stats_counts_nans(&m->c->stats) ? mem_plus(page, n) : page;
    if (m->c->node->max_rep || m->c->node->max_def > 1)
        page = mem_plus(page, chunk_memory_counts(m) * n);
    return mem_plus(7 * 7 + 3, mem_times(pages, page)); /* seven lists, order, end */
}

/* offset_indexes */
static uint64_t wmem_offset_index(const struct chunk_memory *m)
{
    uint64_t pages = chunk_memory_index_pages(m), page = 4 + wmem_varint(m->file) + 5 + wmem_varint(m->rows);
    if (m->c->node->type == INLAY_BYTE_ARRAY)
        page += wmem_varint(m->page_plain);
    return pages ? mem_plus(2 * 7 + 1, mem_times(pages, page)) : 0;
}

static uint64_t wmem_blocks(uint64_t n, uint64_t width) /* a list of a pool */
{
    return mem_plus(mem_times(n, width), 8);
}

/* The pool of a ColumnChunk's structs, when it is made and when it is parsed back. */
static uint64_t wmem_meta_pool(const inlay_writer *w, const struct chunk_memory *m, uint32_t leaf)
{
    uint64_t names, blocks, encodings = wmem_blocks(2 * ENCODING_N + 1, sizeof(struct meta_encoding_stats));
    uint64_t counts = wmem_blocks(chunk_memory_counts(m), sizeof(int64_t));
    wmem_names(w, leaf, &names, &blocks);
    uint64_t sum = sizeof(struct meta_column) + sizeof(struct meta_statistics) + 24;
    sum += sizeof(struct meta_size_statistics) + wmem_blocks(ENCODING_N, sizeof(int32_t)) + encodings;
    sum = mem_plus(sum, mem_plus(mem_plus(blocks, 16), mem_plus(counts, 8)));
    return mem_pool_most_again(sum, mem_most(encodings, mem_most(counts, blocks)));
}

/* The pools of an index, one after the other. */
static uint64_t wmem_index_pool(const struct chunk_memory *m)
{
    uint64_t n = chunk_memory_index_pages(m), wide = sizeof(int64_t), largest = sizeof(inlay_bytes), sum;
    if (n == 0)
        return 0;
    largest = mem_most(largest, chunk_memory_counts(m) * wide);
    sum = wmem_blocks(n, 1 + 2 * sizeof(inlay_bytes) + 2 * wide + chunk_memory_counts(m) * wide) + 6 * 8;
    uint64_t offsets = mem_pool_most(0, mem_plus(wmem_blocks(n, sizeof(struct meta_page_location) + wide), 8),
                                     wmem_blocks(n, sizeof(struct meta_page_location)));
    return mem_most(offsets, mem_pool_most(0, sum, wmem_blocks(n, largest)));
}

/* ---- all columns ---- */

/* A writer and its load, with what was measured. */
struct wmem {
    const inlay_writer *w;
    const inlay_writer_load *load;
    uint64_t rows, groups, file; /* of the largest row group; row groups; bytes of the file */
    bool by_bytes;               /* row groups may end at their bytes */
    uint64_t opened, head, tail, file_pool; /* open writer; footer before and behind its row groups; its structs */
};

static struct chunk_memory wmem_nth(const struct wmem *x, uint32_t leaf)
{
    struct chunk_memory m = chunk_memory_of(&x->w->columns[leaf], x->load, x->rows);
    m.file = x->file;
    return m;
}

/* A term over all columns: the sum, or the largest. */
static uint64_t wmem_over(const struct wmem *x, chunk_memory_term *term, bool sum)
{
    uint64_t all = 0;
    for (uint32_t i = 0; i < x->w->n_leaves; i++) {
        struct chunk_memory m = wmem_nth(x, i);
        uint64_t one = term(&m);
        all = sum ? mem_plus(all, one) : mem_most(all, one);
    }
    return all;
}

/* What inlay_writer_pending_bytes can say of so many rows. */
static uint64_t wmem_pending(const struct wmem *x, uint64_t rows)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < x->w->n_leaves; i++) {
        struct chunk_memory m = wmem_nth(x, i);
        uint64_t plain = mem_times(mem_times(rows, m.row_levels), mem_most(m.plain, sizeof(uint32_t)));
        sum = mem_plus(sum, mem_plus(chunk_memory_pages(&m, rows), mem_plus(plain, mem_least(plain, m.dictionary))));
    }
    return sum;
}

/* Row groups that end by their bytes: packed pages come to those, and what one more piece of rows adds. */
static uint64_t wmem_pages_by_bytes(const struct wmem *x, uint64_t group_bytes)
{
    uint64_t sum = group_bytes;
    for (uint32_t i = 0; i < x->w->n_leaves; i++) {
        struct chunk_memory m = wmem_nth(x, i);
        sum = mem_plus(sum, chunk_memory_pages(&m, mem_least(m.rows, WRITER_PIECE_ROWS)));
        sum = mem_plus(sum, chunk_memory_page(&m));
    }
    return mem_plus(mem_plus(sum, sum / 2), 16 * (uint64_t)x->w->n_leaves);
}

/* Row groups of these rows, when each but the last has its rows or its bytes. */
static void wmem_groups(struct wmem *x)
{
    const inlay_writer *w = x->w;
    uint64_t most = w->row_group_rows ? w->row_group_rows : (uint64_t)WRITER_GROUP_ROWS, least;
    uint64_t bytes = w->row_group_bytes ? w->row_group_bytes : (uint64_t)WRITER_GROUP_BYTES;
    x->by_bytes = !x->load->row_group_rows && !(w->flags & INLAY_WRITE_IN_ORDER);
    most = x->load->row_group_rows ? x->load->row_group_rows : most;
    x->rows = least = mem_least(most, x->load->rows);
    if (x->by_bytes && wmem_pending(x, least) >= bytes) { /* the fewest rows that can hold so many bytes */
        uint64_t low = 0;
        while (least - low > 1) {
            uint64_t middle = low + (least - low) / 2;
            if (wmem_pending(x, middle) >= bytes)
                least = middle;
            else
                low = middle;
        }
    }
    x->groups = least ? x->load->rows / least + (x->load->rows % least != 0) : 0;
    x->groups = x->load->row_groups ? x->load->row_groups : x->groups;
    for (uint32_t i = 0; i < w->n_leaves; i++) { /* 8 for the footer and the indexes */
        struct chunk_memory m = wmem_nth(x, i);
        uint64_t chunk = mem_plus(chunk_memory_pages(&m, m.rows), mem_plus(m.dictionary, m.c->bloom.bytes));
        x->file = mem_plus(x->file, mem_times(chunk, mem_times(x->groups, 8)));
    }
    x->file = mem_plus(x->file, 1 << 20);
}

/* ---- the four parts ---- */

static uint64_t wmem_orders(const struct wmem *x) /* orders, with their marks and last values */
{
    uint64_t longest = 0, one = 0;
    if (x->w->flags & INLAY_WRITE_TRUSTED_ORDER)
        return 0;
    for (uint32_t i = 0; i < x->w->n_leaves; i++)
        longest = mem_most(longest, wmem_nth(x, i).longest);
    one = mem_plus(sizeof(struct order_check), mem_plus(mem_grown(longest), mem_grown(mem_plus(x->rows, 1))));
    return mem_times(one, x->load->n_sorting);
}

static uint64_t wmem_kept(const struct wmem *x)
{
    const inlay_writer *w = x->w;
    const inlay_writer_load *load = x->load;
    uint64_t metas = 0, columns = 0, offsets = 0, blooms = 0, pairs = load->n_key_values, sum = 0;
    for (uint32_t i = 0; i < w->n_leaves; i++) {
        struct chunk_memory m = wmem_nth(x, i);
        metas = mem_plus(metas, wmem_meta(w, &m, i));
        columns = mem_plus(columns, wmem_column_index(&m));
        offsets = mem_plus(offsets, wmem_offset_index(&m));
        blooms = mem_plus(blooms, m.c->bloom.bits ? m.c->bloom.bytes + CHUNK_MEMORY_HEADER : 0);
    }
    const uint64_t parts[] = {/* the writer's buffers, in the order of writer.h */
                              mem_times(x->groups, mem_times(w->n_leaves, sizeof(struct writer_chunk))),
                              mem_times(x->groups, sizeof(struct writer_group)),
                              mem_times(x->groups, metas),
                              mem_times(x->groups, columns),
                              mem_times(x->groups, offsets),
                              blooms,
                              mem_times(load->n_sorting, sizeof(struct meta_sorting_column)),
                              mem_times(pairs, sizeof(struct meta_key_value))};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        sum = parts[i] ? mem_plus(sum, mem_grown(mem_plus(parts[i], CHUNK_MEMORY_VARINT))) : sum;
    uint64_t texts = pairs ? mem_plus(load->key_value_bytes, mem_times(pairs, 16)) : 0; /* in the writer's pool */
    sum = mem_plus(sum, mem_pool_most(w->pool.capacity, texts, mem_plus(load->key_value_bytes, 1)));
    return mem_plus(sum, wmem_orders(x));
}

static uint64_t wmem_working(const struct wmem *x)
{
    const inlay_writer *w = x->w;
    bool in_order = w->flags & INLAY_WRITE_IN_ORDER;
    uint64_t sum = 0, pools = 0, pages = 0;
    uint64_t group_bytes = w->row_group_bytes ? w->row_group_bytes : (uint64_t)WRITER_GROUP_BYTES;
    for (size_t i = 0; i < CHUNK_MEMORY_N_HELD; i++)
        sum = mem_plus(sum, wmem_over(x, chunk_memory_held[i], !in_order));
    for (size_t i = 0; i < CHUNK_MEMORY_N_SHARED; i++)
        sum = mem_plus(sum, wmem_over(x, chunk_memory_shared[i], false));
    pages = wmem_over(x, chunk_memory_finished, !in_order);
    if (x->by_bytes)
        pages = mem_least(pages, wmem_pages_by_bytes(x, group_bytes));
    for (uint32_t i = 0; i < w->n_leaves; i++) { /* while a chunk ends */
        struct chunk_memory m = wmem_nth(x, i);
        pools = mem_most(pools, mem_plus(wmem_meta_pool(w, &m, i), wmem_index_pool(&m)));
    }
    sum = mem_plus(sum, mem_plus(pages, pools));
    return in_order ? sum : mem_plus(sum, (uint64_t)w->n_leaves * sizeof(struct writer_place)); /* write_rows */
}

static uint64_t wmem_finishing(const struct wmem *x)
{
    const inlay_writer *w = x->w;
    const inlay_writer_load *load = x->load;
    uint64_t chunks = 0, pool = 0, group, tail;
    for (uint32_t i = 0; i < w->n_leaves; i++) {
        struct chunk_memory m = wmem_nth(x, i);
        chunks = mem_plus(chunks, mem_plus(wmem_meta(w, &m, i), 2 * (1 + wmem_varint(m.file) + 6)));
        pool = mem_most(pool, wmem_meta_pool(w, &m, i));
    }
    group = mem_plus(mem_plus(chunks, 80), mem_times(load->n_sorting, 9));
    tail = mem_plus(x->tail, mem_plus(load->key_value_bytes, mem_plus(mem_times(load->n_key_values, 14), 8)));
    uint64_t out = mem_plus(mem_plus(x->head, mem_most(group, tail)), 8 + CHUNK_MEMORY_VARINT);
    uint64_t sum = mem_plus(x->file_pool, mem_grown(out));
    if (x->groups)
        sum = mem_plus(sum, mem_plus(mem_grown(mem_plus(chunks, CHUNK_MEMORY_VARINT)), pool));
    return mem_plus(sum, (uint64_t)w->n_leaves * sizeof(inlay_bytes));
}

/* ---- measured ---- */

static int wmem_append(void *ctx, const void *data, size_t bytes)
{
    (void)ctx;
    (void)data;
    (void)bytes;
    return 0;
}

/* The footer without row groups and key-values. */
static inlay_status wmem_footer(struct wmem *x, inlay_writer *w)
{
    enum { WMEM_ROW_GROUPS_ID = 4 };
    struct mem_pool pool;
    struct meta_file meta = {0};
    struct buf out;
    uint64_t before = w->env->used_bytes;
    mem_pool_init(&pool, w->env);
    buf_init(&out, w->env);
    inlay_status status = writer_file_meta(w, &pool, &meta);
    if (status == INLAY_OK) {
        meta.num_rows = INT64_MAX;
        x->file_pool = w->env->used_bytes - before;
        thrift_write_fields(&out, &meta_file_table, &meta, 0, WMEM_ROW_GROUPS_ID);
        x->head = out.bytes;
        thrift_write_fields(&out, &meta_file_table, &meta, WMEM_ROW_GROUPS_ID, INT16_MAX);
        x->tail = out.bytes - x->head + 1 + 8;
        status = out.status;
    }
    buf_free(&out);
    mem_pool_free(&pool);
    return status;
}

static inlay_status wmem_measure(inlay_env *env, inlay_writer *w, struct wmem *x)
{
    for (size_t i = 0; i < w->n_codecs; i++)
        if (w->codecs[i]->codec->takes_memory)
            return err_set(env, INLAY_UNSUPPORTED, ERR("brotli takes memory as it likes: no bound can be stated"));
    return wmem_footer(x, w);
}

inlay_status inlay_writer_memory(inlay_env *env, const inlay_schema *schema, const inlay_write_options *options,
                                 const inlay_writer_load *load, uint64_t *bytes)
{
    uint64_t before = env->used_bytes, peak = env->peak_bytes, opening;
    inlay_sink sink = {NULL, wmem_append};
    inlay_writer *w = NULL;
    *bytes = 0;
    env->peak_bytes = before;
    inlay_status status = inlay_writer_open(env, &sink, schema, options, &w);
    struct wmem x = {.w = w, .load = load, .opened = env->used_bytes - before};
    opening = env->peak_bytes - before;
    if (status == INLAY_OK)
        status = wmem_measure(env, w, &x);
    if (status == INLAY_OK) {
        wmem_groups(&x);
        uint64_t most = mem_most(wmem_working(&x), wmem_finishing(&x));
        *bytes = mem_most(opening, mem_plus(x.opened, mem_plus(wmem_kept(&x), most)));
    }
    inlay_writer_close(w);
    env->peak_bytes = peak;
    return status;
}

#endif
