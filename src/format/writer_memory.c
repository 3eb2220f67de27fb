/* How much memory a writer takes, before it is used: a bound for every buffer, from the options, the schema and the load.
 *
 *   opened      the writer as it stands after open; measured, by opening one
 *   kept        what ended row groups leave for the footer; grows with the file
 *   working     the open row group: a sum over columns, or IN_ORDER, where buffers are handed from column to column, of
 *               the largest column's; and the scratch, which all columns share
 *   finishing   the footer being made, after the working memory is given back
 *
 * Memory is at most opened + kept + max(working, finishing). Numbers stay at UINT64_MAX instead of overflowing.
 * Buffers grow by mem_grow's rule; a buffer's bound is mem_grown(most that is ever asked of it).
 */
#include "format/writer.h"

#if INLAY_WRITE

enum {
    WMEM_HEADER = 64, /* most bytes of a page header: 12 numbers of 5 bytes at most, and their fields */
    WMEM_VARINT = 10  /* room that is asked for a number, however short it is */
};

/* One column, in its largest row group. */
struct wmem_column {
    const struct chunk_writer *c;
    uint64_t rows, row_levels, longest; /* of the row group; of a row; of a value in memory, BYTE_ARRAY: its bytes */
    uint64_t plain;                     /* most PLAIN bytes of a value, as chunk_write.c counts them */
    bool coded, given;                  /* may have a dictionary of its own, one from the caller */
    uint64_t entries, dictionary;       /* most entries and PLAIN bytes of either */
    uint64_t page_levels, page_values, page_codes, page_plain, page_rows; /* most of a page; but page_rows: least */
    uint64_t bound;                     /* most bytes of a stored minimum or maximum */
    uint64_t file;                      /* bytes of the file, for the length of offsets; 0 = not yet known */
};

static uint64_t wmem_min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}
static uint64_t wmem_max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Bytes of a number from 0 to n in the footer's form. */
static uint64_t wmem_varint(uint64_t n)
{
    uint64_t bits = bits_of(n) + 1;
    return bits > 63 ? 10 : (bits + 6) / 7;
}

/* ---- one column's numbers ---- */

static void wmem_page(struct wmem_column *m)
{
    const struct chunk_writer *c = m->c;
    bool lists = c->node->max_rep > 0;
    uint64_t over = lists ? mem_times(m->row_levels, 2) : 1; /* levels behind the value that fills a page */
    uint64_t least = c->node->type == INLAY_BYTE_ARRAY ? 4 : c->width ? c->width : 1, rows = wmem_min(c->page_rows, m->rows);
    uint64_t most_codes = mem_plus(c->page_bytes / sizeof(uint32_t) + CHUNKW_SLICE, over);
    uint64_t bytes = m->coded ? mem_times(c->page_bytes, CHUNKW_CODED) : c->page_bytes;
    m->page_levels = mem_times(rows, m->row_levels);
    if (lists)
        m->page_levels = wmem_min(m->page_levels, mem_plus(c->page_bytes + (uint64_t)CHUNKW_SLICE, over));
    m->page_codes = wmem_min(m->page_levels, m->coded || m->given ? most_codes : 0);
    m->page_values = mem_plus(c->page_bytes / least, over);
    if (m->coded) /* codes that became values */
        m->page_values = wmem_max(m->page_values, wmem_min(most_codes, mem_plus(bytes / least, over)));
    m->page_values = wmem_min(m->page_levels, m->page_values);
    m->page_plain = wmem_min(mem_times(m->page_values, m->plain), mem_plus(bytes, mem_times(over, m->plain)));
    /* a page that is not the last has one of these: its rows, its bytes, its codes, its levels */
    uint64_t value = wmem_max(m->plain, m->page_codes ? sizeof(uint32_t) : 1);
    m->page_rows = wmem_max(1, wmem_min(c->page_rows, c->page_bytes / wmem_max(1, mem_times(value, m->row_levels))));
}

static struct wmem_column wmem_column(const inlay_writer *w, uint32_t leaf, const inlay_writer_load *load, uint64_t rows)
{
    const struct chunk_writer *c = &w->columns[leaf];
    bool strings = c->node->type == INLAY_BYTE_ARRAY;
    const struct stats *s = &c->index.order;
    struct wmem_column m = {.c = c, .rows = rows, .longest = strings ? load->value_bytes : c->width};
    uint64_t values = 0, own = 0;
    m.row_levels = c->node->max_rep && load->row_levels ? load->row_levels : 1;
    m.plain = strings ? mem_plus(m.longest, 4) : c->width;
    m.coded = c->wants_dictionary && !c->streaming;
    m.given = load->dictionary_bytes && c->node->type != INLAY_BOOLEAN;
    values = mem_times(rows, m.row_levels);
    own = m.coded ? wmem_min(c->dictionary_bytes, mem_times(values, m.plain)) : 0;
    m.dictionary = wmem_max(own, m.given ? load->dictionary_bytes : 0);
    m.entries = dict_builder_most_entries(c->node->type, c->width, m.given ? UINT64_MAX : values, m.dictionary);
    m.bound = s->order == TYPE_ORDER_NONE || c->flags & INLAY_WRITE_NO_STATISTICS ? 0
              : s->order == TYPE_ORDER_BYTES ? wmem_min(m.longest, STATS_CUT_BYTES)
                                             : m.longest;
    wmem_page(&m);
    return m;
}

/* ---- sizes of what is encoded and packed ---- */

/* RLE hybrid as it comes out, n values on any number of pages: eight values take `width` bytes and a header of their
 * own at worst; a page's end is padded. */
static uint64_t wmem_rle(uint64_t n, uint64_t pages, uint32_t width)
{
    return mem_times(mem_plus(n / 8, pages), width + 1);
}

/* n values of `plain` PLAIN bytes in one encoding, on `pages` pages. The bounds are a rate and a constant, so that the
 * constant counts once a page. Strings' bytes are added here: with FIXED_LEN_BYTE_ARRAY of no width the bound is that of
 * the lengths alone. */
static uint64_t wmem_encoded(const struct wmem_column *m, const struct encoding *e, uint64_t n, uint64_t plain,
                             uint64_t pages)
{
    bool strings = m->c->node->type == INLAY_BYTE_ARRAY;
    uint8_t type = strings ? INLAY_FIXED_LEN_BYTE_ARRAY : m->c->node->type;
    uint32_t width = strings ? 0 : m->c->width;
    if (strings && e->id == ENCODING_PLAIN)
        return plain;
    if (n > SIZE_MAX / 64 / (width + 1))
        return UINT64_MAX;
    uint64_t sum = mem_plus(e->bound(NULL, (size_t)n, type, width), mem_times(pages, e->bound(NULL, 0, type, width)));
    return strings ? mem_plus(sum, plain) : sum;
}

/* The largest over the encodings that the column may choose, codes among them. */
static uint64_t wmem_values_encoded(const struct wmem_column *m, uint64_t n, uint64_t plain, uint64_t pages)
{
    const struct chunk_writer *c = m->c;
    uint64_t most = wmem_encoded(m, c->usual, n, plain, pages);
    for (int id = 0; id < ENCODING_N; id++) {
        const struct encoding *e = c->choices >> id & 1 ? encoding_by_id(id) : NULL;
        if (e && e->write && e->types >> c->node->type & 1)
            most = wmem_max(most, wmem_encoded(m, e, n, plain, pages));
    }
    if (m->coded || m->given) /* some pages may have codes and others not */
        most = mem_plus(wmem_max(most, wmem_rle(n, 0, bits_of(m->entries))), wmem_rle(0, pages, bits_of(m->entries)) + pages);
    return most;
}

static uint64_t wmem_levels_encoded(const struct wmem_column *m, uint64_t n, uint64_t pages)
{
    const inlay_node *node = m->c->node;
    uint64_t sum = mem_times(pages, 40); /* lengths, or runs */
    if (node->max_rep)
        sum = mem_plus(sum, wmem_rle(n, pages, bits_of(node->max_rep)));
    return node->max_def ? mem_plus(sum, wmem_rle(n, pages, bits_of(node->max_def))) : sum;
}

/* A codec's bound for n bytes in so many pieces: a rate and a constant, as above. */
static uint64_t wmem_packed(const struct wmem_column *m, uint64_t n, uint64_t pieces)
{
    const struct codec *codec = m->c->codec->codec;
    const uint64_t part = (uint64_t)1 << 30; /* LZ4 takes no more than 2 GB */
    if (n == UINT64_MAX)
        return n;
    uint64_t sum = mem_times(n / part, codec->bound((size_t)part));
    sum = mem_plus(sum, codec->bound((size_t)(n % part)));
    return mem_plus(sum, mem_times(pieces, codec->bound(0)));
}

static uint64_t wmem_n_pages(const struct wmem_column *m, uint64_t rows)
{
    return rows / m->page_rows + (rows % m->page_rows != 0);
}

/* Finished data pages of so many rows. */
static uint64_t wmem_pages_of(const struct wmem_column *m, uint64_t rows)
{
    uint64_t levels = mem_times(rows, m->row_levels), pages = wmem_n_pages(m, rows);
    uint64_t raw = mem_plus(wmem_values_encoded(m, levels, mem_times(levels, m->plain), pages),
                            wmem_levels_encoded(m, levels, pages));
    return mem_plus(wmem_packed(m, raw, pages), mem_times(pages, WMEM_HEADER));
}

/* One page's bytes before the codec. */
static uint64_t wmem_page_raw(const struct wmem_column *m)
{
    uint64_t n = wmem_max(m->page_values, m->page_codes);
    return mem_plus(wmem_values_encoded(m, n, m->page_plain, 1), wmem_levels_encoded(m, m->page_levels, 1));
}

/* ---- buffers of a column ---- */

static uint64_t wmem_def(const struct wmem_column *m) /* def.array */
{
    return m->c->node->max_def ? mem_grown(m->page_levels) : 0;
}
static uint64_t wmem_rep(const struct wmem_column *m) /* rep.array */
{
    return m->c->node->max_rep ? mem_grown(m->page_levels) : 0;
}
static uint64_t wmem_values(const struct wmem_column *m) /* values */
{
    return mem_grown(m->page_plain);
}
static uint64_t wmem_codes(const struct wmem_column *m) /* codes */
{
    return m->page_codes ? mem_grown(mem_times(m->page_codes, sizeof(uint32_t))) : 0;
}
static uint64_t wmem_seen(const struct wmem_column *m) /* seen: a byte an entry, but for floats */
{
    bool used = m->page_codes && !(m->c->flags & INLAY_WRITE_NO_STATISTICS) && !stats_counts_nans(&m->c->stats);
    return used ? mem_grown(m->entries) : 0;
}
static uint64_t wmem_dictionary(const struct wmem_column *m) /* dictionary */
{
    return m->coded || m->given
               ? dict_builder_most(m->c->node->type, m->c->width, m->entries, m->dictionary, m->longest)
               : 0;
}
static uint64_t wmem_pages(const struct wmem_column *m) /* pages: the packed ones of the row group */
{
    return m->c->streaming ? 0 : mem_grown(wmem_pages_of(m, m->rows));
}
static uint64_t wmem_index_n(const struct wmem_column *m)
{
    return m->c->flags & INLAY_WRITE_NO_PAGE_INDEX ? 0 : wmem_n_pages(m, m->rows);
}
static uint64_t wmem_counts(const struct wmem_column *m) /* histogram entries of a page */
{
    return m->c->node->max_rep + m->c->node->max_def + 2u;
}
static uint64_t wmem_index_pages(const struct wmem_column *m) /* index.pages */
{
    uint64_t n = wmem_index_n(m);
    return n ? mem_grown(mem_times(n, sizeof(struct index_page))) : 0;
}
static uint64_t wmem_index_bounds(const struct wmem_column *m) /* index.bounds */
{
    uint64_t n = wmem_index_n(m);
    return n ? mem_grown(mem_times(n, mem_times(m->bound, 2))) : 0;
}
static uint64_t wmem_index_histograms(const struct wmem_column *m) /* index.histograms */
{
    uint64_t n = wmem_index_n(m);
    return n ? mem_grown(mem_times(n, wmem_counts(m) * sizeof(int64_t))) : 0;
}
static uint64_t wmem_bounds(const struct wmem_column *m) /* stats and chunk_stats; index.min, index.max: cut where they may be */
{
    enum type_order order = m->c->index.order.order;
    uint64_t stored = order == TYPE_ORDER_BYTES ? wmem_min(m->longest, STATS_CUT_BYTES + 1) : m->longest;
    if (m->c->flags & INLAY_WRITE_NO_STATISTICS || order == TYPE_ORDER_NONE)
        return 0;
    return mem_plus(mem_times(mem_grown(m->longest), 4), mem_times(mem_grown(stored), 2));
}

/* ---- the scratch ---- */

static uint64_t wmem_body(const struct wmem_column *m) /* body: what is asked for before a page, or a dictionary, is made */
{
    const inlay_node *node = m->c->node;
    uint64_t n = wmem_max(m->page_values, m->page_codes), levels = m->page_levels;
    uint64_t room = wmem_values_encoded(m, n, m->page_plain, 1);
    if (n > SIZE_MAX / 64 || levels > SIZE_MAX / 64)
        return UINT64_MAX;
    if (m->page_codes)
        room = wmem_max(room, rle_bound((size_t)m->page_codes, bits_of(m->entries)));
    if (node->max_rep)
        room = mem_plus(room, rle_bound((size_t)levels, bits_of(node->max_rep)) + 4);
    if (node->max_def)
        room = mem_plus(room, rle_bound((size_t)levels, bits_of(node->max_def)) + 4);
    return mem_grown(mem_plus(wmem_max(room, m->dictionary), 1));
}
static uint64_t wmem_packed_body(const struct wmem_column *m) /* packed */
{
    if (m->c->codec->codec->id == CODEC_NONE)
        return 0;
    return mem_grown(wmem_packed(m, wmem_max(wmem_page_raw(m), m->dictionary), 0));
}
static uint64_t wmem_slice(const struct wmem_column *m) /* slice: codes of one, or a page header */
{
    uint64_t codes = m->page_codes || m->given ? wmem_min(mem_plus(CHUNKW_SLICE, m->row_levels), UINT64_MAX / 4) : 0;
    codes = m->given ? codes : wmem_min(codes, m->page_levels);
    return mem_grown(wmem_max(mem_times(codes, sizeof(uint32_t)), WMEM_HEADER + WMEM_VARINT));
}
static uint64_t wmem_wide(const struct wmem_column *m) /* wide: values behind codes, a slice or a page; views of strings */
{
    const struct chunk_writer *c = m->c;
    uint64_t n = m->page_codes ? wmem_min(mem_plus(CHUNKW_SLICE, m->row_levels), m->page_codes) : 0;
    if (c->choices)
        n = wmem_max(n, m->page_codes);
    if (c->node->type == INLAY_BYTE_ARRAY && (c->choices || c->usual->id != ENCODING_PLAIN))
        n = wmem_max(n, m->page_values);
    return n ? mem_grown(mem_plus(mem_times(n, c->width), 1)) : 0;
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
static uint64_t wmem_meta(const inlay_writer *w, const struct wmem_column *m, uint32_t leaf)
{
    uint64_t levels = mem_times(m->rows, m->row_levels), n = wmem_varint(levels), at = wmem_varint(m->file), names, blocks;
    const struct stats *s = &m->c->chunk_stats;
    wmem_names(w, leaf, &names, &blocks);
    uint64_t sum = 2 + 1 + 1 + 1;                            /* file_offset, meta_data, two ends */
    sum += 2 + (2 + 4) + 2 + 2 + (1 + n) + 2 * (1 + at) + 6; /* type, encodings, path, codec, num_values, sizes, keys */
    sum += 2 * (1 + at) + (2 + 4 * (6 + n)) + (1 + at + 6);  /* pages at, encoding_stats, bloom filter */
    if (!(m->c->flags & INLAY_WRITE_NO_STATISTICS)) {
        uint64_t bound = mem_plus(m->bound, 1 + wmem_varint(m->bound));
        uint64_t counts = mem_times(wmem_counts(m), n);
        sum += 2 + 2 * (1 + n) + 2; /* statistics, null_count, nan_count, exactness */
        sum = mem_plus(sum, mem_times(bound, type_order_is_signed(s->order) && !s->total ? 4 : 2));
        sum = mem_plus(sum, 2 + (1 + at)); /* size_statistics, unencoded bytes */
        if (m->c->node->max_rep || m->c->node->max_def > 1)
            sum = mem_plus(sum, mem_plus(12, counts));
    }
    return mem_plus(sum, names);
}

/* column_indexes */
static uint64_t wmem_column_index(const struct wmem_column *m)
{
    uint64_t pages = wmem_index_n(m), n = wmem_varint(m->page_levels);
    uint64_t bound = mem_plus(m->bound, wmem_varint(m->bound)), page = mem_plus(1 + n, mem_times(bound, 2));
    if (pages == 0 || m->c->flags & INLAY_WRITE_NO_STATISTICS)
        return 0;
    page = stats_counts_nans(&m->c->stats) ? mem_plus(page, n) : page;
    if (m->c->node->max_rep || m->c->node->max_def > 1)
        page = mem_plus(page, wmem_counts(m) * n);
    return mem_plus(7 * 7 + 3, mem_times(pages, page)); /* seven lists, order, end */
}

/* offset_indexes */
static uint64_t wmem_offset_index(const struct wmem_column *m)
{
    uint64_t pages = wmem_index_n(m), page = 4 + wmem_varint(m->file) + 5 + wmem_varint(m->rows);
    if (m->c->node->type == INLAY_BYTE_ARRAY)
        page += wmem_varint(m->page_plain);
    return pages ? mem_plus(2 * 7 + 1, mem_times(pages, page)) : 0;
}

static uint64_t wmem_blocks(uint64_t n, uint64_t width) /* a list of a pool */
{
    return mem_plus(mem_times(n, width), 8);
}

/* The pool of a ColumnChunk's structs, when it is made and when it is parsed back. */
static uint64_t wmem_meta_pool(const inlay_writer *w, const struct wmem_column *m, uint32_t leaf)
{
    uint64_t names, blocks, encodings = wmem_blocks(2 * ENCODING_N + 1, sizeof(struct meta_encoding_stats));
    uint64_t counts = wmem_blocks(wmem_counts(m), sizeof(int64_t));
    wmem_names(w, leaf, &names, &blocks);
    uint64_t sum = sizeof(struct meta_column) + sizeof(struct meta_statistics) + sizeof(struct meta_size_statistics) + 24;
    sum += wmem_blocks(ENCODING_N, sizeof(int32_t)) + encodings;
    sum = mem_plus(sum, mem_plus(mem_plus(blocks, 16), mem_plus(counts, 8)));
    return mem_pool_most_again(sum, wmem_max(encodings, wmem_max(counts, blocks)));
}

/* The pools of an index, one after the other. */
static uint64_t wmem_index_pool(const struct wmem_column *m)
{
    uint64_t n = wmem_index_n(m), wide = sizeof(int64_t), largest = sizeof(inlay_bytes), sum;
    if (n == 0)
        return 0;
    largest = wmem_max(largest, wmem_counts(m) * wide);
    sum = wmem_blocks(n, 1 + 2 * sizeof(inlay_bytes) + 2 * wide + wmem_counts(m) * wide) + 6 * 8;
    uint64_t offsets = mem_pool_most(0, mem_plus(wmem_blocks(n, sizeof(struct meta_page_location) + wide), 8),
                                     wmem_blocks(n, sizeof(struct meta_page_location)));
    return wmem_max(offsets, mem_pool_most(0, sum, wmem_blocks(n, largest)));
}

/* ---- all columns ---- */

typedef uint64_t wmem_term(const struct wmem_column *m);

static wmem_term *const wmem_held[] = { /* by each column; IN_ORDER by one at a time */
    wmem_def,        wmem_rep,          wmem_values, wmem_codes, wmem_seen, wmem_dictionary, wmem_index_pages,
    wmem_index_bounds, wmem_index_histograms, wmem_bounds, wmem_pages};
static wmem_term *const wmem_shared[] = {wmem_body, wmem_packed_body, wmem_slice, wmem_wide};
enum {
    WMEM_N_HELD = sizeof wmem_held / sizeof wmem_held[0],
    WMEM_N_SHARED = sizeof wmem_shared / sizeof wmem_shared[0]
};

/* A writer and its load, with what was measured. */
struct wmem {
    const inlay_writer *w;
    const inlay_writer_load *load;
    uint64_t rows, groups, file; /* of the largest row group; row groups; bytes of the file */
    bool by_bytes;               /* row groups may end at their bytes */
    uint64_t opened, head, tail, file_pool; /* open writer; footer before and behind its row groups; its structs */
};

static struct wmem_column wmem_nth(const struct wmem *x, uint32_t leaf)
{
    struct wmem_column m = wmem_column(x->w, leaf, x->load, x->rows);
    m.file = x->file;
    return m;
}

/* A term over all columns: the sum, or the largest. */
static uint64_t wmem_over(const struct wmem *x, wmem_term *term, bool sum)
{
    uint64_t all = 0;
    for (uint32_t i = 0; i < x->w->n_leaves; i++) {
        struct wmem_column m = wmem_nth(x, i);
        uint64_t one = term(&m);
        all = sum ? mem_plus(all, one) : wmem_max(all, one);
    }
    return all;
}

/* What inlay_writer_pending_bytes can say of so many rows. */
static uint64_t wmem_pending(const struct wmem *x, uint64_t rows)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < x->w->n_leaves; i++) {
        struct wmem_column m = wmem_nth(x, i);
        uint64_t plain = mem_times(mem_times(rows, m.row_levels), wmem_max(m.plain, sizeof(uint32_t)));
        sum = mem_plus(sum, mem_plus(wmem_pages_of(&m, rows), mem_plus(plain, wmem_min(plain, m.dictionary))));
    }
    return sum;
}

/* Row groups that end by their bytes: packed pages come to those, and what one more piece of rows adds. */
static uint64_t wmem_pages_by_bytes(const struct wmem *x, uint64_t group_bytes)
{
    uint64_t sum = group_bytes;
    for (uint32_t i = 0; i < x->w->n_leaves; i++) {
        struct wmem_column m = wmem_nth(x, i);
        uint64_t open = mem_plus(wmem_packed(&m, wmem_page_raw(&m), 1), 2 * WMEM_HEADER);
        sum = mem_plus(sum, mem_plus(open, wmem_pages_of(&m, wmem_min(m.rows, WRITER_PIECE_ROWS))));
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
    x->rows = least = wmem_min(most, x->load->rows);
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
        struct wmem_column m = wmem_nth(x, i);
        uint64_t chunk = mem_plus(wmem_pages_of(&m, m.rows), mem_plus(m.dictionary, m.c->bloom.bytes));
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
        longest = wmem_max(longest, wmem_nth(x, i).longest);
    one = mem_plus(sizeof(struct order_check), mem_plus(mem_grown(longest), mem_grown(mem_plus(x->rows, 1))));
    return mem_times(one, x->load->n_sorting);
}

static uint64_t wmem_kept(const struct wmem *x)
{
    const inlay_writer *w = x->w;
    const inlay_writer_load *load = x->load;
    uint64_t metas = 0, columns = 0, offsets = 0, blooms = 0, pairs = load->n_key_values, sum = 0;
    for (uint32_t i = 0; i < w->n_leaves; i++) {
        struct wmem_column m = wmem_nth(x, i);
        metas = mem_plus(metas, wmem_meta(w, &m, i));
        columns = mem_plus(columns, wmem_column_index(&m));
        offsets = mem_plus(offsets, wmem_offset_index(&m));
        blooms = mem_plus(blooms, m.c->bloom.bits ? m.c->bloom.bytes + WMEM_HEADER : 0);
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
        sum = parts[i] ? mem_plus(sum, mem_grown(mem_plus(parts[i], WMEM_VARINT))) : sum;
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
    for (size_t i = 0; i + 1 < WMEM_N_HELD; i++)
        sum = mem_plus(sum, wmem_over(x, wmem_held[i], !in_order));
    for (size_t i = 0; i < WMEM_N_SHARED; i++)
        sum = mem_plus(sum, wmem_over(x, wmem_shared[i], false));
    pages = wmem_over(x, wmem_pages, !in_order);
    if (x->by_bytes)
        pages = wmem_min(pages, wmem_pages_by_bytes(x, group_bytes));
    for (uint32_t i = 0; i < w->n_leaves; i++) { /* while a chunk ends */
        struct wmem_column m = wmem_nth(x, i);
        pools = wmem_max(pools, mem_plus(wmem_meta_pool(w, &m, i), wmem_index_pool(&m)));
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
        struct wmem_column m = wmem_nth(x, i);
        chunks = mem_plus(chunks, mem_plus(wmem_meta(w, &m, i), 2 * (1 + wmem_varint(m.file) + 6)));
        pool = wmem_max(pool, wmem_meta_pool(w, &m, i));
    }
    group = mem_plus(mem_plus(chunks, 80), mem_times(load->n_sorting, 9));
    tail = mem_plus(x->tail, mem_plus(load->key_value_bytes, mem_plus(mem_times(load->n_key_values, 14), 8)));
    uint64_t out = mem_plus(mem_plus(x->head, wmem_max(group, tail)), 8 + WMEM_VARINT);
    uint64_t sum = mem_plus(x->file_pool, mem_grown(out));
    if (x->groups)
        sum = mem_plus(sum, mem_plus(mem_grown(mem_plus(chunks, WMEM_VARINT)), pool));
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
        uint64_t most = wmem_max(wmem_working(&x), wmem_finishing(&x));
        *bytes = wmem_max(opening, mem_plus(x.opened, mem_plus(wmem_kept(&x), most)));
    }
    inlay_writer_close(w);
    env->peak_bytes = peak;
    return status;
}

#endif
