/* How much memory a column chunk takes while it is written; see chunk_memory.h. */
#include "format/chunk_memory.h"

#if INLAY_WRITE

/* ---- one column's numbers ---- */

static void cmem_page(struct chunk_memory *m)
{
    const struct chunk_writer *c = m->c;
    bool lists = c->node->max_rep > 0;
    uint64_t over = lists ? mem_times(m->row_levels, 2) : 1; /* levels behind the value that fills a page */
    uint64_t least = c->node->type == INLAY_BYTE_ARRAY ? 4 : c->width ? c->width : 1;
    uint64_t rows = mem_least(m->coded || m->given ? c->page_most_rows : c->page_rows, m->rows);
    uint64_t most_codes = mem_plus(c->page_bytes / sizeof(uint32_t) + CHUNKW_SLICE, over);
    uint64_t bytes = m->coded ? mem_times(c->page_bytes, CHUNKW_CODED) : c->page_bytes;
    m->page_levels = mem_times(rows, m->row_levels);
    if (lists)
        m->page_levels = mem_least(m->page_levels, mem_plus(c->page_bytes + (uint64_t)CHUNKW_SLICE, over));
    m->page_codes = mem_least(m->page_levels, m->coded || m->given ? most_codes : 0);
    m->page_values = mem_plus(c->page_bytes / least, over);
    if (m->coded) /* codes that became values */
        m->page_values = mem_most(m->page_values, mem_least(most_codes, mem_plus(bytes / least, over)));
    m->page_values = mem_least(m->page_levels, m->page_values);
    m->page_plain = mem_least(mem_times(m->page_values, m->plain), mem_plus(bytes, mem_times(over, m->plain)));
    /* a page that is not the last has one of these: its rows, its bytes, its codes, its levels */
    uint64_t value = mem_most(m->plain, m->page_codes ? sizeof(uint32_t) : 1);
    m->page_rows = mem_most(1, mem_least(c->page_rows, c->page_bytes / mem_most(1, mem_times(value, m->row_levels))));
}

struct chunk_memory chunk_memory_of(const struct chunk_writer *c, const inlay_writer_load *load, uint64_t rows)
{
    bool strings = c->node->type == INLAY_BYTE_ARRAY;
    const struct stats *s = &c->index.order;
    struct chunk_memory m = {.c = c, .rows = rows, .longest = strings ? load->value_bytes : c->width};
    uint64_t values = 0, own = 0;
    m.row_levels = c->node->max_rep && load->row_levels ? load->row_levels : 1;
    m.plain = strings ? mem_plus(m.longest, 4) : c->width;
    m.coded = c->wants_dictionary && !c->streaming;
    m.given = load->dictionary_bytes && c->node->type != INLAY_BOOLEAN;
    values = mem_times(rows, m.row_levels);
    own = m.coded ? mem_least(c->dictionary_bytes, mem_times(values, m.plain)) : 0;
    m.dictionary = mem_most(own, m.given ? load->dictionary_bytes : 0);
    m.entries = dict_builder_most_entries(c->node->type, c->width, m.given ? UINT64_MAX : values, m.dictionary);
    m.bound = s->order == TYPE_ORDER_NONE || c->flags & INLAY_WRITE_NO_STATISTICS ? 0
              : s->order == TYPE_ORDER_BYTES ? mem_least(m.longest, STATS_CUT_BYTES)
                                             : m.longest;
    cmem_page(&m);
    return m;
}

/* ---- sizes of what is encoded and packed ---- */

/* RLE hybrid as it comes out, n values on any number of pages: eight values take `width` bytes and a header of their
 * own at worst; a page's end is padded. */
static uint64_t cmem_rle(uint64_t n, uint64_t pages, uint32_t width)
{
    return mem_times(mem_plus(n / 8, pages), width + 1);
}

/* n values of `plain` PLAIN bytes in one encoding, on `pages` pages. The bounds are a rate and a constant, so that
 * the constant counts once a page. Strings' bytes are added here: with FIXED_LEN_BYTE_ARRAY of no width the bound is
 * that of the lengths alone. */
static uint64_t cmem_encoded(const struct chunk_memory *m, const struct encoding *e, uint64_t n, uint64_t plain,
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
static uint64_t cmem_values_encoded(const struct chunk_memory *m, uint64_t n, uint64_t plain, uint64_t pages)
{
    const struct chunk_writer *c = m->c;
    uint64_t most = cmem_encoded(m, c->usual, n, plain, pages);
    for (int id = 0; id < ENCODING_N; id++) {
        const struct encoding *e = c->choices >> id & 1 ? encoding_by_id(id) : NULL;
        if (e && e->write && e->types >> c->node->type & 1)
            most = mem_most(most, cmem_encoded(m, e, n, plain, pages));
    }
    if (m->coded || m->given) /* some pages may have codes and others not */
        most = mem_plus(mem_most(most, cmem_rle(n, 0, bits_of(m->entries))),
                        mem_plus(cmem_rle(0, pages, bits_of(m->entries)), pages));
    return most;
}

static uint64_t cmem_levels_encoded(const struct chunk_memory *m, uint64_t n, uint64_t pages)
{
    const inlay_node *node = m->c->node;
    uint64_t sum = mem_times(pages, 40); /* lengths, or runs */
    if (node->max_rep)
        sum = mem_plus(sum, cmem_rle(n, pages, bits_of(node->max_rep)));
    return node->max_def ? mem_plus(sum, cmem_rle(n, pages, bits_of(node->max_def))) : sum;
}

/* A codec's bound for n bytes in so many pieces: a rate and a constant, as above. */
static uint64_t cmem_packed(const struct chunk_memory *m, uint64_t n, uint64_t pieces)
{
    const struct codec *codec = m->c->codec->codec;
    const uint64_t part = (uint64_t)1 << 30; /* LZ4 takes no more than 2 GB */
    if (n == UINT64_MAX)
        return n;
    uint64_t sum = mem_times(n / part, codec->bound((size_t)part));
    sum = mem_plus(sum, codec->bound((size_t)(n % part)));
    return mem_plus(sum, mem_times(pieces, codec->bound(0)));
}

static uint64_t cmem_n_pages(const struct chunk_memory *m, uint64_t rows)
{
    return rows / m->page_rows + (rows % m->page_rows != 0);
}

/* Finished data pages of so many rows. */
uint64_t chunk_memory_pages(const struct chunk_memory *m, uint64_t rows)
{
    uint64_t levels = mem_times(rows, m->row_levels), pages = cmem_n_pages(m, rows);
    uint64_t raw = mem_plus(cmem_values_encoded(m, levels, mem_times(levels, m->plain), pages),
                            cmem_levels_encoded(m, levels, pages));
    return mem_plus(cmem_packed(m, raw, pages), mem_times(pages, CHUNK_MEMORY_HEADER));
}

/* One page's bytes before the codec. */
static uint64_t cmem_page_raw(const struct chunk_memory *m)
{
    uint64_t n = mem_most(m->page_values, m->page_codes);
    return mem_plus(cmem_values_encoded(m, n, m->page_plain, 1), cmem_levels_encoded(m, m->page_levels, 1));
}

/* ---- buffers of a column ---- */

static uint64_t cmem_def(const struct chunk_memory *m) /* def.array */
{
    return m->c->node->max_def ? mem_grown(m->page_levels) : 0;
}
static uint64_t cmem_rep(const struct chunk_memory *m) /* rep.array */
{
    return m->c->node->max_rep ? mem_grown(m->page_levels) : 0;
}
static uint64_t cmem_values(const struct chunk_memory *m) /* values */
{
    return mem_grown(m->page_plain);
}
static uint64_t cmem_codes(const struct chunk_memory *m) /* codes */
{
    return m->page_codes ? mem_grown(mem_times(m->page_codes, sizeof(uint32_t))) : 0;
}
static uint64_t cmem_seen(const struct chunk_memory *m) /* seen: a byte an entry, but for floats */
{
    bool used = m->page_codes && !(m->c->flags & INLAY_WRITE_NO_STATISTICS) && !stats_counts_nans(&m->c->stats);
    return used ? mem_grown(m->entries) : 0;
}
static uint64_t cmem_dictionary(const struct chunk_memory *m) /* dictionary */
{
    return m->coded || m->given
               ? dict_builder_most(m->c->node->type, m->c->width, m->entries, m->dictionary, m->longest)
               : 0;
}
uint64_t chunk_memory_index_pages(const struct chunk_memory *m)
{
    return m->c->flags & INLAY_WRITE_NO_PAGE_INDEX ? 0 : cmem_n_pages(m, m->rows);
}
uint64_t chunk_memory_counts(const struct chunk_memory *m) /* histogram entries of a page */
{
    return m->c->node->max_rep + m->c->node->max_def + 2u;
}
static uint64_t cmem_index(const struct chunk_memory *m) /* index.pages */
{
    uint64_t n = chunk_memory_index_pages(m);
    return n ? mem_grown(mem_times(n, sizeof(struct index_page))) : 0;
}
static uint64_t cmem_index_bounds(const struct chunk_memory *m) /* index.bounds */
{
    uint64_t n = chunk_memory_index_pages(m);
    return n ? mem_grown(mem_times(n, mem_times(m->bound, 2))) : 0;
}
static uint64_t cmem_index_histograms(const struct chunk_memory *m) /* index.histograms */
{
    uint64_t n = chunk_memory_index_pages(m);
    return n ? mem_grown(mem_times(n, chunk_memory_counts(m) * sizeof(int64_t))) : 0;
}
/* stats and chunk_stats; index.min and index.max, cut where they may be */
static uint64_t cmem_bounds(const struct chunk_memory *m)
{
    enum type_order order = m->c->index.order.order;
    uint64_t stored = order == TYPE_ORDER_BYTES ? mem_least(m->longest, STATS_CUT_BYTES + 1) : m->longest;
    if (m->c->flags & INLAY_WRITE_NO_STATISTICS || order == TYPE_ORDER_NONE)
        return 0;
    return mem_plus(mem_times(mem_grown(m->longest), 4), mem_times(mem_grown(stored), 2));
}

/* ---- the scratch ---- */

/* body: what is asked for before a page, or a dictionary, is made */
static uint64_t cmem_body(const struct chunk_memory *m)
{
    const inlay_node *node = m->c->node;
    uint64_t n = mem_most(m->page_values, m->page_codes), levels = m->page_levels;
    uint64_t room = cmem_values_encoded(m, n, m->page_plain, 1);
    if (n > SIZE_MAX / 64 || levels > SIZE_MAX / 64)
        return UINT64_MAX;
    if (m->page_codes)
        room = mem_most(room, rle_bound((size_t)m->page_codes, bits_of(m->entries)));
    if (node->max_rep)
        room = mem_plus(room, rle_bound((size_t)levels, bits_of(node->max_rep)) + 4);
    if (node->max_def)
        room = mem_plus(room, rle_bound((size_t)levels, bits_of(node->max_def)) + 4);
    return mem_grown(mem_plus(mem_most(room, m->dictionary), 1));
}
static uint64_t cmem_packed_body(const struct chunk_memory *m) /* packed */
{
    if (m->c->codec->codec->id == CODEC_NONE)
        return 0;
    return mem_grown(cmem_packed(m, mem_most(cmem_page_raw(m), m->dictionary), 0));
}
static uint64_t cmem_slice(const struct chunk_memory *m) /* slice: codes while a dictionary is given, or a page header */
{
    bool looked_up = m->coded && m->c->page_most_rows > m->c->page_rows; /* is a value new to the page? */
    uint64_t codes = m->given || looked_up ? CHUNKW_SLICE * sizeof(uint32_t) : 0;
    return mem_grown(mem_most(codes, CHUNK_MEMORY_HEADER + CHUNK_MEMORY_VARINT));
}
/* wide: values behind codes, a slice or a page; views of strings */
static uint64_t cmem_wide(const struct chunk_memory *m)
{
    const struct chunk_writer *c = m->c;
    uint64_t n = m->coded ? m->page_codes : mem_least(mem_plus(CHUNKW_SLICE, m->row_levels), m->page_codes);
    if (c->node->type == INLAY_BYTE_ARRAY && (c->choices || c->usual->id != ENCODING_PLAIN))
        n = mem_most(n, m->page_values);
    return n ? mem_grown(mem_plus(mem_times(n, c->width), 1)) : 0;
}

chunk_memory_term *const chunk_memory_held[CHUNK_MEMORY_N_HELD] = {
    cmem_def, cmem_rep, cmem_values, cmem_codes, cmem_seen, cmem_dictionary, cmem_index, cmem_index_bounds,
    cmem_index_histograms, cmem_bounds};
chunk_memory_term *const chunk_memory_shared[CHUNK_MEMORY_N_SHARED] = {
    cmem_body, cmem_packed_body, cmem_slice, cmem_wide};

uint64_t chunk_memory_finished(const struct chunk_memory *m) /* pages: the packed ones of the row group */
{
    return m->c->streaming ? 0 : mem_grown(chunk_memory_pages(m, m->rows));
}

uint64_t chunk_memory_page(const struct chunk_memory *m)
{
    return mem_plus(cmem_packed(m, cmem_page_raw(m), 1), 2 * CHUNK_MEMORY_HEADER);
}

#endif
