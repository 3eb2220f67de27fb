/* Reading one column, page by page, across row groups.
 *
 * State: file > row group (chunk) > page > piece. A piece is up to CHUNK_PIECE levels of the open page,
 * expanded when they are not constant; a batch is cut from a piece at row borders. Bytes come through
 * one window over the chunk: a view of the source, or one buffer that holds at least the open page.
 */
#include "format/chunk_read.h"

#include <string.h>

#include "base/hash.h"
#include "format/type.h"

/* ---- failures ---- */

inlay_status chunk_fail(inlay_column *c, inlay_status status, const char *what)
{
    return err_set_at(c->env, status, what, c->page_at);
}

/* Say where, for what a deeper place said without. */
inlay_status chunk_where(inlay_column *c, inlay_status status)
{
    if (status == INLAY_OK || status == INLAY_END)
        return status;
    inlay_error *e = &c->env->error;
    c->failed = true;
    c->damaged = c->row_group + 1;
    if (e->row_group < 0)
        e->row_group = (int32_t)c->row_group;
    if (e->page < 0 && c->open)
        e->page = (int32_t)c->page_no;
    if (e->column[0] == 0)
        schema_error_column(c->env, c->reader->schema, c->leaf);
    return status;
}

/* ---- open, close, park ---- */

inlay_status inlay_column_open(inlay_reader *reader, uint32_t leaf, uint32_t flags,
                               inlay_column **column)
{
    void *block = NULL;
    *column = NULL;
    const inlay_node *node = inlay_schema_leaf(reader->schema, leaf);
    if (!node)
        return err_set(reader->env, INLAY_ARG, ERR("no such column"));
    TRY(mem_new(reader->env, sizeof **column, &block));
    inlay_column *c = block;
    c->reader = reader;
    c->env = reader->env;
    c->leaf = leaf;
    c->flags = flags;
    c->node = node;
    c->width = (uint32_t)inlay_node_width(node);
    c->piece_most = CHUNK_PIECE;
    while (c->piece_most > 8 && c->piece_most > CHUNK_PIECE_BYTES / (c->width ? c->width : 1))
        c->piece_most /= 2;
    mem_pool_init(&c->pool, c->env);
    mem_pool_init(&c->header_pool, c->env);
    mem_pool_init(&c->jump_pool, c->env);
    struct buf *bufs[] = {&c->window, &c->dictionary_raw, &c->dictionary_values, &c->raw,
                          &c->def,    &c->rep,            &c->values,            &c->codes,
                          &c->scratch, &c->carry};
    for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++)
        buf_init(bufs[i], c->env);
    *column = c;
    return INLAY_OK;
}

static void chunk_free_memory(inlay_column *c)
{
    struct buf *bufs[] = {&c->window, &c->dictionary_raw, &c->dictionary_values, &c->raw,
                          &c->def,    &c->rep,            &c->values,            &c->codes,
                          &c->scratch, &c->carry};
    for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++)
        buf_free(bufs[i]);
    mem_pool_free(&c->pool);
    mem_pool_free(&c->header_pool);
    mem_pool_free(&c->jump_pool);
    c->jump_group = 0;
}

void inlay_column_close(inlay_column *column)
{
    if (!column)
        return;
    chunk_free_memory(column);
    mem_free(column->env, column, sizeof *column);
}

void chunk_reset(inlay_column *c)
{
    c->open = false;
    c->page_left = c->piece_at = c->piece_n = 0;
    c->has_dictionary = false;
    c->n_dictionary = 0;
    c->drop_tail = false;
    c->any_level = false;
    c->coded = c->carried = false;
    c->decoder = (struct decoder){0};
    c->n_pages = 0;
    c->window_at = 0;
    buf_clear(&c->window);
}

static void chunk_forget_window(inlay_column *c)
{
    buf_free(&c->window);
    c->window_at = 0;
}

/* Is the next level surely the first of a row? */
bool chunk_at_row_start(const inlay_column *c)
{
    if (c->node->max_rep == 0 || !c->open)
        return true;
    return c->piece_at < c->piece_n && !c->body.rep.constant && c->rep.data[c->piece_at] == 0;
}

static bool chunk_delta_strings(const inlay_column *c)
{
    return !c->coded && c->decoder.encoding && c->decoder.encoding->id == ENCODING_DELTA_BYTE_ARRAY;
}

void inlay_column_park(inlay_column *column)
{
    inlay_column *c = column;
    if (!chunk_at_row_start(c))
        return; /* in the middle of a row that only reading on can finish */
    if (c->open && c->rows_left == 0) {
        c->row_group++; /* nothing left here: the next read begins the next row group */
        c->open = false;
    }
    int64_t row = c->row;
    bool was_open = c->open;
    chunk_free_memory(c);
    chunk_reset(c);
    c->row = row;
    c->parked = was_open; /* found again by its row; a failure shows at the next read */
}

void inlay_column_trim(inlay_column *column)
{
    inlay_column *c = column;
    c->lean = true;
    bool extends = chunk_delta_strings(c); /* the last value, which the next one extends, may lie anywhere */
    bool page = c->open && (c->page_left > 0 || c->piece_at < c->piece_n);
    if (!c->in_window || !(page || extends))
        chunk_forget_window(c);
    buf_free(&c->values);
    buf_free(&c->codes);
    if (!extends)
        buf_free(&c->scratch);
    if (c->piece_at < c->piece_n)
        return;
    buf_free(&c->def);
    buf_free(&c->rep);
}

/* ---- bytes ---- */

/* The window goes to [at, at + n): what it has of that stays, the rest is read. */
static inlay_status chunk_window(inlay_column *c, uint64_t at, size_t n)
{
    uint64_t end = c->window_at + c->window.bytes;
    size_t kept = at >= c->window_at && at < end && n > end - at ? (size_t)(end - at) : 0;
    if (kept)
        memmove(c->window.data, c->window.data + (c->window.bytes - kept), kept);
    c->window.bytes = kept;
    c->window.status = INLAY_OK;
    c->window_at = at;
    inlay_status status = io_read_behind(c->env, &c->reader->source, at + kept, n - kept, &c->window);
    if (status != INLAY_OK)
        buf_clear(&c->window);
    return status;
}

/* Behind a large page no more is read than it and the next header, since the next one may be passed over. */
inlay_status chunk_bytes(inlay_column *c, uint64_t at, size_t n, const uint8_t **data)
{
    const inlay_source *source = &c->reader->source;
    if (source->view)
        return io_read(c->env, source, at, n, &c->window, data);
    if (at < c->window_at || at - c->window_at > c->window.bytes || n > c->window.bytes - (at - c->window_at) ||
        !c->window.bytes) {
        uint64_t left = c->end - at, want = c->wide ? (uint64_t)n + CHUNK_AHEAD : CHUNK_WINDOW;
        if (want < n)
            want = n;
        TRY(chunk_window(c, at, (size_t)(want < left ? want : left)));
    }
    *data = c->window.data + (at - c->window_at);
    return INLAY_OK;
}

inlay_status chunk_header(inlay_column *c, struct page_header *header)
{
    uint64_t limit = c->env->limits.page_header_bytes ? c->env->limits.page_header_bytes
                                                      : (uint64_t)CHUNK_HEADER_LIMIT;
    uint64_t left = c->end - c->at;
    size_t n = CHUNK_HEADER_FIRST;
    if (left > limit)
        left = limit;
    c->page_at = c->at;
    c->page_no = c->n_pages;
    if (left == 0)
        return chunk_fail(c, INLAY_CORRUPT, ERR("column chunk ends before its last value"));
    for (;;) {
        const uint8_t *data = NULL;
        if (n > left)
            n = (size_t)left;
        TRY(chunk_bytes(c, c->at, n, &data));
        inlay_status status =
            page_header_read(c->env, &c->header_pool, data, n, n == left, c->at, header);
        if (status == INLAY_OK)
            c->wide = header->compressed_bytes > CHUNK_WINDOW / 2;
        if (status != INLAY_END)
            return status;
        n *= 2;
    }
}

/* The body behind a header, size-checked, with its checksum verified. */
static inlay_status chunk_page(inlay_column *c, const struct page_header *header, uint64_t limit,
                               const uint8_t **data)
{
    uint64_t left = c->end - c->at - header->bytes;
    if (header->compressed_bytes > left)
        return chunk_fail(c, INLAY_CORRUPT, ERR("page runs beyond its column chunk"));
    if (header->uncompressed_bytes > limit)
        return chunk_fail(c, INLAY_LIMIT, ERR("page larger than limits allow"));
    if (c->env->limits.page_bytes == 0 && header->uncompressed_bytes > CHUNK_RATIO_FROM &&
        header->uncompressed_bytes / CHUNK_RATIO > header->compressed_bytes)
        return chunk_fail(c, INLAY_LIMIT, ERR("page grows more than 4096 times: a bomb?"));
    TRY(chunk_bytes(c, c->at + header->bytes, header->compressed_bytes, data));
    if (header->has_crc && !c->reader->no_crc &&
        hash_crc32(0, *data, header->compressed_bytes) != header->crc)
        return chunk_fail(c, INLAY_CORRUPT, ERR("page checksum (CRC) is wrong: the bytes changed"));
    return INLAY_OK;
}

/* ---- chunk ---- */

/* What this chunk will cost is known from the footer. A file of 42 kB may state, validly, more than 4 PB of
 * values (runs, shared dictionaries, chunks that lie on each other: "42.parquet"), so the work is refused
 * before it begins. Values are counted in memory form: what a dictionary shares counts each time. */
static inlay_status chunk_budget(inlay_column *c)
{
    const inlay_limits *l = &c->env->limits;
    const struct meta_column *m = c->chunk.meta;
    uint64_t packed = (uint64_t)m->compressed_bytes, levels = (uint64_t)m->num_values;
    uint64_t most = l->decoded_bytes, ratio = l->chunk_ratio ? l->chunk_ratio : CHUNK_BUDGET_RATIO;
    if (!most) {
        uint64_t size = c->reader->source.size_bytes;
        most = size < UINT64_MAX / CHUNK_BUDGET_GROWTH ? size * CHUNK_BUDGET_GROWTH : UINT64_MAX;
        most = most > (uint64_t)64 << 30 ? most : (uint64_t)64 << 30;
    }
    uint64_t bytes = levels < UINT64_MAX / c->width ? levels * c->width : UINT64_MAX;
    if (bytes > CHUNK_BUDGET_FROM && bytes / ratio > packed)
        return chunk_fail(c, INLAY_LIMIT,
                          ERR("column chunk states more values than its bytes make likely: a bomb?"));
    if (c->row_group < c->budgeted)
        return INLAY_OK; /* parked or sought back: counted before */
    if (bytes > most || c->reader->decoded_bytes > most - bytes)
        return chunk_fail(c, INLAY_LIMIT, ERR("the file's values are larger than limits allow"));
    c->reader->decoded_bytes += bytes;
    c->budgeted = c->row_group + 1;
    return INLAY_OK;
}

/* Open the chunk of the next row group that has rows; END behind the last. */
inlay_status chunk_open(inlay_column *c)
{
    const struct meta_row_group *group = NULL;
    uint32_t n = inlay_reader_row_groups(c->reader);
    for (;; c->row_group++) {
        if (c->row_group >= n)
            return INLAY_END;
        TRY(reader_touch(c->reader, c->row_group, &group));
        if (group->num_rows > 0)
            break;
    }
    chunk_reset(c);
    mem_pool_reset(&c->pool);
    c->rows_left = group->num_rows;
    TRY(reader_first_row(c->reader, c->row_group + 1, &c->row)); /* counts this one's rows too */
    TRY(reader_first_row(c->reader, c->row_group, &c->row));
    TRY(reader_chunk(c->reader, c->row_group, c->leaf, &c->pool, &c->chunk, &c->at, &c->end));
    c->page_at = c->at;
    c->levels_left = c->chunk.meta->num_values;
    c->levels_known = true;
    TRY(chunk_budget(c));
    TRY(reader_codec(c->reader, c->chunk.meta->codec, &c->codec));
    c->open = true;
    return INLAY_OK;
}

/* ---- dictionary ---- */

static uint64_t chunk_dictionary_limit(const inlay_env *env)
{
    return env->limits.dictionary_bytes ? env->limits.dictionary_bytes : (uint64_t)CHUNK_PAGE_LIMIT;
}

/* Every value takes at least this many bits in PLAIN. */
static bool chunk_dictionary_fits(const inlay_column *c, size_t n, size_t bytes)
{
    size_t each = c->node->type == INLAY_BYTE_ARRAY
                      ? 4
                      : type_plain_bytes(c->node->type, c->node->type_length);
    return each ? n <= bytes / each : n / 8 <= bytes;
}

inlay_status chunk_dictionary(inlay_column *c, const struct page_header *header)
{
    const struct meta_dictionary_page *m = header->meta.dictionary;
    const uint8_t *data = NULL;
    const char *what = NULL;
    inlay_bytes body;
    if (c->has_dictionary || c->n_pages > 0)
        return chunk_fail(c, INLAY_CORRUPT, ERR("a second dictionary page, or one after data"));
    TRY(chunk_page(c, header, chunk_dictionary_limit(c->env), &data));
    inlay_status status = page_unpack(header, data, c->codec, &c->dictionary_raw, &body, &what);
    if (status != INLAY_OK)
        return status == INLAY_NOMEM ? status : chunk_fail(c, status, what);
    if (m->num_values < 0 || !chunk_dictionary_fits(c, (size_t)m->num_values, body.len))
        return chunk_fail(c, INLAY_CORRUPT, ERR("dictionary counts more values than its page holds"));
    if (m->encoding != ENCODING_PLAIN && m->encoding != ENCODING_PLAIN_DICTIONARY)
        return chunk_fail(c, INLAY_UNSUPPORTED, ERR("dictionary page that is not PLAIN"));
    bool views = c->node->type == INLAY_BYTE_ARRAY; /* into the page; other values are copied out of it */
    if (views && c->codec->codec->id == CODEC_NONE && !c->reader->source.view) {
        /* the window moves on, the dictionary stays */
        buf_clear(&c->dictionary_raw);
        buf_append(&c->dictionary_raw, body.data, body.len);
        TRY(c->dictionary_raw.status);
        body.data = c->dictionary_raw.data;
    }
    size_t n = (size_t)m->num_values;
    buf_clear(&c->dictionary_values);
    uint8_t *values = buf_reserve(&c->dictionary_values, n * c->width + 1);
    if (!values)
        return c->dictionary_values.status;
    struct decoder d;
    status = decoder_open(&d, ENCODING_PLAIN, c->node->type, c->width, body.data, body.len, n);
    if (status != INLAY_OK || !decoder_read(&d, values, n))
        return chunk_fail(c, INLAY_CORRUPT, d.what ? d.what : ERR("damaged dictionary"));
    if (!views)
        buf_free(&c->dictionary_raw);
    if (c->window.capacity > CHUNK_WINDOW_KEPT) /* it grew for this page; those behind it are small as a rule */
        chunk_forget_window(c);
    c->n_dictionary = n;
    c->has_dictionary = true;
    c->serial++;
    return INLAY_OK;
}

/* ---- pages ---- */

/* The last value read, which the next may extend, moves out of the way of pages and scratch. */
static inlay_status chunk_carry(inlay_column *c)
{
    struct decoder *d = &c->decoder;
    if (d->previous.data != c->carry.data) {
        buf_clear(&c->carry);
        buf_append(&c->carry, d->previous.data, d->previous.len);
        TRY(c->carry.status);
        d->previous.data = c->carry.data;
    }
    return INLAY_OK;
}

static inlay_status chunk_values_open(inlay_column *c)
{
    const struct page_body *b = &c->body;
    c->coded = b->encoding == ENCODING_RLE_DICTIONARY || b->encoding == ENCODING_PLAIN_DICTIONARY;
    if (!c->coded) {
        inlay_status status = decoder_open(&c->decoder, b->encoding, c->node->type, c->width,
                                           b->values, b->values_bytes, b->n_values);
        if (status != INLAY_OK)
            return chunk_fail(c, status, c->decoder.what);
        if (c->carried && chunk_delta_strings(c))
            c->decoder.previous = (inlay_bytes){c->carry.data, c->carry.bytes};
        return INLAY_OK;
    }
    if (!c->has_dictionary && b->n_values)
        return chunk_fail(c, INLAY_CORRUPT, ERR("dictionary codes without a dictionary page"));
    /* A page of nulls may have the width byte alone, or nothing at all. A width of 0 says that every code is 0,
     * whatever the number of entries: the format ties the width to the codes of the page, not to the
     * dictionary (parquet-testing ARROW-GH-43605; pyarrow and DuckDB read it so). */
    uint32_t bit_width = b->values_bytes ? b->values[0] : 0;
    if (bit_width > 32)
        return chunk_fail(c, INLAY_CORRUPT, ERR("dictionary codes wider than 32 bits"));
    size_t skip = b->values_bytes ? 1 : 0;
    if (b->n_values && !skip)
        return chunk_fail(c, INLAY_CORRUPT, ERR("dictionary codes without their bit width"));
    rle_open(&c->codes_in, b->values + skip, b->values_bytes - skip, bit_width);
    return INLAY_OK;
}

/* Does what is still to be read of the page lie in the window, in part at least? */
static bool chunk_in_window(const inlay_column *c, const struct page_header *header)
{
    if (header->meta.type == META_PAGE_DATA)
        return c->codec->codec->id == CODEC_NONE;
    return !c->body.rep.constant || !c->body.def.constant || c->body.values != c->raw.data;
}

static inlay_status chunk_data_page(inlay_column *c, const struct page_header *header)
{
    const uint8_t *data = NULL;
    const char *what = NULL;
    if (c->levels_known && (c->node->max_rep == 0 || header->meta.data_v2))
        c->mark = (struct chunk_mark){c->row_group + 1, c->n_pages, c->at, c->row, c->levels_left};
    uint64_t limit = c->env->limits.page_bytes ? c->env->limits.page_bytes : (uint64_t)CHUNK_PAGE_LIMIT;
    c->n_pages++;
    TRY(chunk_page(c, header, limit, &data));
    if (c->reader->v2_quirk && header->meta.data_v2)
        header->meta.data_v2->is_compressed = true;
    inlay_status status = page_body_open(header, data, c->codec, c->node, &c->raw, &c->body, &what);
    if (status != INLAY_OK)
        return status == INLAY_NOMEM ? status : chunk_fail(c, status, what);
    c->in_window = chunk_in_window(c, header);
    if (c->lean && !c->in_window)
        chunk_forget_window(c);
    if (c->levels_known && (int64_t)c->body.n_levels > c->levels_left)
        return chunk_fail(c, INLAY_CORRUPT, ERR("pages hold more values than the column chunk says"));
    c->levels_left -= (int64_t)c->body.n_levels;
    c->page_left = c->body.n_levels;
    c->piece_at = c->piece_n = 0;
    return chunk_values_open(c);
}

/* Rows of a data page, where its header tells: without repetition a row is a level, whatever v2 says of rows;
 * with it only v2 says. -1 = it does not. */
static int64_t chunk_page_rows(const inlay_column *c, const struct page_header *header)
{
    const struct meta_page_header *m = &header->meta;
    int64_t rows = -1;
    if (m->type == META_PAGE_DATA_V2)
        rows = c->node->max_rep ? m->data_v2->num_rows : m->data_v2->num_values;
    else if (c->node->max_rep == 0)
        rows = m->data->num_values;
    return rows < 0 ? -1 : rows;
}

/* Pass over a data page by its header. False = it must be opened. */
static bool chunk_pass(inlay_column *c, const struct page_header *header, int64_t rows)
{
    const struct meta_page_header *m = &header->meta;
    int64_t here = chunk_page_rows(c, header);
    int32_t encoding = m->type == META_PAGE_DATA_V2 ? m->data_v2->encoding : m->data->encoding;
    if (c->reader->delta_quirk && encoding == ENCODING_DELTA_BYTE_ARRAY)
        return false; /* the next page may build on this one's last value */
    int64_t levels = m->type == META_PAGE_DATA_V2 ? m->data_v2->num_values : m->data->num_values;
    if (here < 0 || here > rows || here > c->rows_left || levels < 0 || levels > c->levels_left ||
        header->compressed_bytes > c->end - c->at - header->bytes)
        return false;
    c->n_pages++;
    c->levels_left -= levels;
    c->rows_left -= here;
    c->row += here;
    c->any_level = true;
    c->drop_tail = false; /* v2 pages and flat columns begin on rows */
    return true;
}

/* Go to the next data page that must be opened, passing over `skip` rows where headers allow it.
 * Leaves page_left > 0, or END when the chunk is used up. *skip is reduced by what was passed. */
static inlay_status chunk_next_page(inlay_column *c, int64_t *skip)
{
    if (c->reader->delta_quirk && chunk_delta_strings(c)) {
        TRY(chunk_carry(c));
        c->carried = true;
    }
    while (c->page_left == 0) {
        if (c->levels_known ? c->levels_left == 0 : c->at >= c->end)
            return INLAY_END;
        struct page_header header;
        TRY(chunk_header(c, &header));
        int32_t type = header.meta.type;
        bool is_data = type == META_PAGE_DATA || type == META_PAGE_DATA_V2;
        int64_t before = c->row;
        if (type == META_PAGE_DICTIONARY)
            TRY(chunk_dictionary(c, &header));
        else if (is_data && !(skip && *skip > 0 && chunk_pass(c, &header, *skip)))
            TRY(chunk_data_page(c, &header));
        else if (header.compressed_bytes > c->end - c->at - header.bytes)
            return chunk_fail(c, INLAY_CORRUPT, ERR("page runs beyond its column chunk"));
        if (skip)
            *skip -= c->row - before;
        c->at += header.bytes + header.compressed_bytes; /* index and unknown pages too */
    }
    return INLAY_OK;
}

/* ---- pieces and batches ---- */

static inlay_status chunk_levels_piece(inlay_column *c, struct levels *levels, struct buf *out,
                                       size_t n)
{
    if (levels->constant) {
        levels->left -= n;
        return INLAY_OK;
    }
    buf_clear(out);
    uint8_t *dst = buf_reserve(out, n);
    if (!dst)
        return out->status;
    return levels_read(levels, dst, n) ? INLAY_OK : chunk_fail(c, INLAY_CORRUPT, levels->what);
}

static inlay_status chunk_piece(inlay_column *c)
{
    size_t n = c->page_left < c->piece_most ? c->page_left : c->piece_most;
    TRY(chunk_levels_piece(c, &c->body.rep, &c->rep, n));
    TRY(chunk_levels_piece(c, &c->body.def, &c->def, n));
    uint8_t first = c->body.rep.constant ? c->body.rep.value : c->rep.data[0];
    if (!c->any_level && first != 0)
        return chunk_fail(c, INLAY_CORRUPT, ERR("the first repetition level is not 0"));
    c->any_level = true;
    c->page_left -= n;
    c->piece_at = 0;
    c->piece_n = n;
    return INLAY_OK;
}

/* How many levels of the piece belong to at most max_rows new rows (and the rest of an old one). */
static size_t chunk_cut(const inlay_column *c, size_t max_rows, size_t *n_rows)
{
    size_t left = c->piece_n - c->piece_at;
    if (c->body.rep.constant) {
        if (c->body.rep.value != 0) {
            *n_rows = 0;
            return left;
        }
        *n_rows = left < max_rows ? left : max_rows;
        return *n_rows;
    }
    const uint8_t *rep = c->rep.data + c->piece_at;
    size_t rows = 0, i = 0;
    for (; left - i >= 64; i += 64) { /* by blocks, while all their rows are wanted */
        size_t more = levels_equal(rep + i, 64, 0);
        if (more > max_rows - rows)
            break;
        rows += more;
    }
    for (; i < left; i++)
        if (rep[i] == 0 && rows++ == max_rows) {
            rows--;
            break;
        }
    *n_rows = rows;
    return i;
}

static size_t chunk_present(const inlay_column *c, size_t n)
{
    uint8_t max = c->node->max_def;
    if (c->body.def.constant)
        return c->body.def.value == max ? n : 0;
    return levels_equal(c->def.data + c->piece_at, n, max);
}

static inlay_status chunk_decode(inlay_column *c, size_t n, void *out)
{
    size_t scratch = 0;
    struct decoder *d = &c->decoder;
    if (!decoder_scratch(d, n, &scratch))
        return chunk_fail(c, INLAY_CORRUPT, d->what ? d->what : ERR("damaged values"));
    if (scratch) {
        uint64_t limit = c->env->limits.page_bytes ? c->env->limits.page_bytes
                                                   : (uint64_t)CHUNK_PAGE_LIMIT;
        if (scratch > limit)
            return chunk_fail(c, INLAY_LIMIT, ERR("assembled values larger than limits allow"));
        TRY(chunk_carry(c));
        buf_clear(&c->scratch);
        d->scratch = buf_reserve(&c->scratch, scratch);
        d->scratch_bytes = scratch;
        if (!d->scratch)
            return c->scratch.status;
    }
    return decoder_read(d, out, n) ? INLAY_OK : chunk_fail(c, INLAY_CORRUPT, d->what);
}

static inlay_status chunk_codes(inlay_column *c, size_t n, inlay_batch *batch)
{
    buf_clear(&c->codes);
    uint32_t *codes = (uint32_t *)(void *)buf_reserve(&c->codes, n * sizeof *codes + 1);
    if (!codes)
        return c->codes.status;
    if (!rle_read_u32(&c->codes_in, codes, n))
        return chunk_fail(c, INLAY_CORRUPT, c->codes_in.what);
    batch->codes = codes;
    return dict_check(codes, n, c->n_dictionary)
               ? INLAY_OK
               : chunk_fail(c, INLAY_CORRUPT, ERR("dictionary code beyond the dictionary"));
}

static inlay_status chunk_values(inlay_column *c, size_t n, inlay_batch *batch)
{
    buf_clear(&c->values);
    if (c->coded && c->flags & INLAY_COLUMN_CODES)
        return chunk_codes(c, n, batch);
    if (n > SIZE_MAX / c->width - 1 || !buf_reserve(&c->values, n * c->width + 1))
        return c->values.status != INLAY_OK ? c->values.status
                                            : err_set(c->env, INLAY_NOMEM, ERR("out of memory"));
    if (!c->coded)
        TRY(chunk_decode(c, n, c->values.data));
    else if (!dict_read(c->dictionary_values.data, c->n_dictionary, c->width, &c->codes_in, n,
                        c->values.data))
        return chunk_fail(c, INLAY_CORRUPT, c->codes_in.what);
    batch->values = c->values.data;
    return INLAY_OK;
}

static inlay_status chunk_values_skip(inlay_column *c, size_t n)
{
    if (c->coded)
        return rle_skip(&c->codes_in, n) ? INLAY_OK
                                         : chunk_fail(c, INLAY_CORRUPT, c->codes_in.what);
    size_t scratch = 0;
    if (decoder_scratch(&c->decoder, n, &scratch) && scratch) { /* later values build on these */
        inlay_batch ignored = {0};
        return chunk_values(c, n, &ignored);
    }
    return decoder_skip(&c->decoder, n) ? INLAY_OK
                                        : chunk_fail(c, INLAY_CORRUPT, c->decoder.what);
}

/* Cut the next batch from the open piece; batch == NULL passes over it. */
inlay_status chunk_batch(inlay_column *c, size_t max_rows, inlay_batch *batch)
{
    size_t n_rows = 0, n = chunk_cut(c, max_rows, &n_rows), present = chunk_present(c, n);
    if ((int64_t)n_rows > c->rows_left)
        return chunk_fail(c, INLAY_CORRUPT, ERR("pages hold more rows than the row group says"));
    if (!batch) {
        TRY(chunk_values_skip(c, present));
    } else {
        *batch = (inlay_batch){.n_rows = n_rows, .n_levels = n, .n_values = present};
        if (!c->body.def.constant)
            batch->def = c->def.data + c->piece_at;
        else if (c->body.def.value != c->node->max_def) { /* all null: an array that says so */
            buf_clear(&c->def);
            uint8_t *def = buf_reserve(&c->def, n);
            if (!def)
                return c->def.status;
            memset(def, c->body.def.value, n);
            batch->def = def;
        }
        if (!c->body.rep.constant)
            batch->rep = c->rep.data + c->piece_at;
        else if (c->body.rep.value != 0) {
            buf_clear(&c->rep);
            uint8_t *rep = buf_reserve(&c->rep, n);
            if (!rep)
                return c->rep.status;
            memset(rep, c->body.rep.value, n);
            batch->rep = rep;
        }
        TRY(chunk_values(c, present, batch));
    }
    c->piece_at += n;
    c->rows_left -= (int64_t)n_rows;
    c->row += (int64_t)n_rows;
    return INLAY_OK;
}

/* Drop the levels of a row whose beginning was passed over. */
static inlay_status chunk_drop_tail(inlay_column *c)
{
    TRY(chunk_batch(c, 0, NULL));
    if (c->piece_at < c->piece_n)
        c->drop_tail = false;
    return INLAY_OK;
}

/* A piece with levels in it; opens pages and chunks as needed. END behind the last row group. */
inlay_status chunk_ready(inlay_column *c, int64_t *skip)
{
    for (;;) {
        if (c->piece_at < c->piece_n && c->drop_tail)
            TRY(chunk_drop_tail(c));
        if (c->piece_at < c->piece_n)
            return INLAY_OK;
        if (!c->open)
            TRY(chunk_open(c));
        inlay_status status = INLAY_OK;
        if (c->page_left == 0)
            status = chunk_next_page(c, skip);
        if (status == INLAY_OK)
            TRY(chunk_piece(c));
        else if (status != INLAY_END)
            return status;
        else if (c->rows_left > 0)
            return chunk_fail(c, INLAY_CORRUPT,
                              ERR("pages hold fewer rows than the row group says"));
        else {
            c->open = false;
            c->row_group++;
            if (skip)
                return INLAY_END; /* a seek stays inside its row group */
        }
    }
}

inlay_status inlay_column_read(inlay_column *column, size_t max_rows, inlay_batch *batch)
{
    inlay_column *c = column;
    *batch = (inlay_batch){0};
    if (c->failed)
        return err_set(c->env, INLAY_ARG, ERR("the column failed before: seek or close"));
    if (c->parked) {
        inlay_status status = inlay_column_seek(c, c->row);
        if (status != INLAY_OK)
            return chunk_where(c, status);
    }
    inlay_status status = chunk_ready(c, NULL);
    if (status == INLAY_OK)
        status = chunk_batch(c, max_rows ? max_rows : SIZE_MAX, batch);
    return chunk_where(c, status);
}

inlay_status inlay_column_read_rest(inlay_column *column, inlay_batch *batch)
{
    inlay_column *c = column;
    int64_t none = 0; /* rows to pass over; not NULL: the next row group is not opened */
    size_t n_rows = 0;
    *batch = (inlay_batch){0};
    if (c->failed)
        return err_set(c->env, INLAY_ARG, ERR("the column failed before: seek or close"));
    if (c->node->max_rep == 0 || !c->open || c->parked)
        return INLAY_END; /* parked ones stand at a row's beginning */
    inlay_status status = chunk_ready(c, &none);
    if (status == INLAY_OK)
        status = chunk_cut(c, 0, &n_rows) ? chunk_batch(c, 0, batch) : INLAY_END;
    return chunk_where(c, status);
}
