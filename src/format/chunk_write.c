/* Writing one column chunk; see chunk_write.h. */
#include "format/chunk_write.h"

#if INLAY_WRITE

#include <string.h>

#include "format/levels.h"

/* ---- open, reset, close ---- */

void chunk_scratch_init(struct chunk_scratch *s, inlay_env *env)
{
    buf_init(&s->body, env);
    buf_init(&s->packed, env);
    buf_init(&s->slice, env);
    buf_init(&s->wide, env);
}

void chunk_scratch_free(struct chunk_scratch *s)
{
    buf_free(&s->body);
    buf_free(&s->packed);
    buf_free(&s->slice);
    buf_free(&s->wide);
}

static void chunkw_bufs(struct chunk_writer *c, void (*f)(struct buf *))
{
    f(&c->def.array);
    f(&c->rep.array);
    f(&c->values);
    f(&c->codes);
    f(&c->seen);
    f(&c->pages);
}

inlay_status chunk_writer_init(struct chunk_writer *c, inlay_env *env, const inlay_node *node,
                               const struct chunk_options *o, struct chunk_scratch *scratch,
                               const inlay_sink *sink, uint64_t *written)
{
    size_t counts = 2 * ((size_t)node->max_rep + node->max_def + 2);
    void *block = NULL;
    *c = (struct chunk_writer){.env = env,
                               .node = node,
                               .width = (uint32_t)inlay_node_width(node),
                               .flags = o->flags,
                               .version = o->version,
                               .page_bytes = o->page_bytes,
                               .page_rows = o->page_rows,
                               .page_most_rows = o->page_rows,
                               .dictionary_bytes = o->dictionary_bytes,
                               .codec = o->codec,
                               .encoding = o->encoding,
                               .usual = o->encoding,
                               .choices = o->choices,
                               .streaming = (o->flags & INLAY_WRITE_IN_ORDER) && !(o->flags & INLAY_WRITE_HOLD_COLUMN),
                               .wants_dictionary = o->dictionary,
                               .scratch = scratch,
                               .sink = sink,
                               .written = written};
    if (o->stretch && node->max_rep == 0 && !(o->flags & INLAY_WRITE_NO_STATISTICS))
        c->page_most_rows = o->page_rows * CHUNKW_STRETCH;
    struct buf *bufs[] = {&c->def.array, &c->rep.array, &c->values, &c->codes, &c->seen, &c->pages};
    for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++)
        buf_init(bufs[i], env);
    if (!(o->flags & INLAY_WRITE_AS_IS))
        fit_init(&c->fit, node, o->flags & INLAY_WRITE_STRICT);
    stats_init(&c->stats, env, node, o->new_orders);
    stats_init(&c->chunk_stats, env, node, o->new_orders);
    index_init(&c->index, env, node, o->new_orders);
    if (o->bloom_fpp > 0)
        TRY(bloom_builder_init(&c->bloom, env, o->bloom_fpp, o->bloom_bytes));
    TRY(mem_new(env, counts * sizeof(int64_t), &block));
    c->counts_block = block;
    c->rep.counts = c->counts_block;
    c->def.counts = c->rep.counts + node->max_rep + 1;
    c->rep_counts = c->def.counts + node->max_def + 1;
    c->def_counts = c->rep_counts + node->max_rep + 1;
    chunk_writer_reset(c);
    return INLAY_OK;
}

void chunk_writer_release(struct chunk_writer *c)
{
    chunkw_bufs(c, buf_free);
    stats_free(&c->stats);
    stats_free(&c->chunk_stats);
    index_free(&c->index);
    bloom_builder_free(&c->bloom);
    dict_builder_free(c->dictionary);
    c->dictionary = NULL;
}

void chunk_writer_free(struct chunk_writer *c)
{
    if (!c->env)
        return;
    chunk_writer_release(c);
    if (c->counts_block)
        mem_free(c->env, c->counts_block,
                 2 * ((size_t)c->node->max_rep + c->node->max_def + 2) * sizeof(int64_t));
    c->env = NULL;
}

void chunk_writer_hand_over(struct chunk_writer *from, struct chunk_writer *to)
{
    struct buf *a[] = {&from->def.array, &from->rep.array, &from->values, &from->codes,
                       &from->seen,      &from->pages,     &from->index.pages, &from->index.bounds, &from->index.histograms,
                       &from->stats.min, &from->stats.max, &from->chunk_stats.min, &from->chunk_stats.max,
                       &from->index.min.bytes, &from->index.max.bytes};
    struct buf *b[] = {&to->def.array, &to->rep.array, &to->values, &to->codes,
                       &to->seen,      &to->pages,     &to->index.pages, &to->index.bounds, &to->index.histograms,
                       &to->stats.min, &to->stats.max, &to->chunk_stats.min, &to->chunk_stats.max,
                       &to->index.min.bytes, &to->index.max.bytes};
    dict_builder_free(from->dictionary);
    from->dictionary = NULL;
    for (size_t i = 0; from != to && i < sizeof a / sizeof a[0]; i++) {
        struct buf kept = *b[i];
        *b[i] = *a[i];
        *a[i] = kept;
        buf_clear(a[i]);
        buf_clear(b[i]);
    }
}

void chunk_writer_page_reset(struct chunk_writer *c)
{
    buf_clear(&c->def.array);
    buf_clear(&c->rep.array);
    buf_clear(&c->values);
    buf_clear(&c->codes);
    c->def.n = c->rep.n = 0;
    c->n_values = c->page_row = 0;
    c->plain_bytes = 0;
    stats_clear(&c->stats);
    memset(c->rep.counts, 0, ((size_t)c->node->max_rep + 1) * sizeof(int64_t));
    memset(c->def.counts, 0, ((size_t)c->node->max_def + 1) * sizeof(int64_t));
    if (c->seen.bytes)
        memset(c->seen.data, 0, c->seen.bytes);
    c->n_seen = 0;
}

void chunk_writer_reset(struct chunk_writer *c)
{
    chunk_writer_page_reset(c);
    buf_clear(&c->pages);
    buf_clear(&c->seen);
    if (c->dictionary)
        dict_builder_clear(c->dictionary);
    c->coded = c->wants_dictionary && !c->streaming; /* streaming: only where the caller gives one */
    c->given = c->lent = c->dictionary_out = c->judged = false;
    c->encoding = c->usual;
    c->dictionary_at = c->dictionary_page_bytes = c->dictionary_raw_bytes = c->first_page_at = 0;
    c->page_bytes_done = c->raw_bytes_done = 0;
    c->n_levels = c->n_rows = c->unencoded = 0;
    memset(c->n_pages, 0, sizeof c->n_pages);
    c->raw_dictionary = c->inexact = c->no_bounds = c->no_nans = c->no_sizes = false;
    stats_clear(&c->chunk_stats);
    memset(c->rep_counts, 0, ((size_t)c->node->max_rep + 1) * sizeof(int64_t));
    memset(c->def_counts, 0, ((size_t)c->node->max_def + 1) * sizeof(int64_t));
    index_clear(&c->index);
    bloom_builder_clear(&c->bloom);
}

uint64_t chunk_writer_pending(const struct chunk_writer *c)
{
    return c->pages.bytes + c->values.bytes + c->codes.bytes +
           (c->dictionary ? dict_builder_plain_bytes(c->dictionary) : 0);
}

/* ---- batches in ---- */

/* Bytes of PLAIN values at which a page ends. Codes may stand for more, but may yet have to become values. */
static uint64_t chunkw_most_plain(const struct chunk_writer *c)
{
    uint64_t bytes = c->page_bytes;
    return !c->coded ? bytes : c->given || bytes > UINT64_MAX / CHUNKW_CODED ? UINT64_MAX : bytes * CHUNKW_CODED;
}

/* In lists levels count, too: there may be many without a value. */
bool chunk_writer_full(const struct chunk_writer *c)
{
    return c->page_row >= c->page_rows || c->codes.bytes >= c->page_bytes || c->plain_bytes >= chunkw_most_plain(c) ||
           (c->node->max_rep && c->def.n >= c->page_bytes);
}

static inlay_status chunkw_check(const struct chunk_writer *c, const inlay_batch *b)
{
    const char *what = NULL;
    size_t present = b->def ? levels_equal(b->def, b->n_levels, c->node->max_def) : b->n_levels;
    if (present != b->n_values)
        what = ERR("definition levels and number of values disagree");
    if (b->n_values && !b->values && !b->codes)
        what = ERR("a batch without values");
    if (!b->codes && b->n_values && c->lent)
        what = ERR("values beside a dictionary that is lent: give their codes");
    if (b->codes && !c->given)
        what = ERR("codes need a dictionary given before");
    if (b->codes && c->given && !dict_check(b->codes, b->n_values, dict_builder_count(c->dictionary)))
        what = ERR("a code beyond the dictionary");
    if (b->def && !levels_within(b->def, b->n_levels, c->node->max_def))
        what = ERR("a definition level above the column's maximum");
    if (b->rep && !levels_within(b->rep, b->n_levels, c->node->max_rep))
        what = ERR("a repetition level above the column's maximum");
    if (b->rep && b->n_levels && b->rep[0] && c->n_rows == 0)
        what = ERR("a row group that begins inside a row");
    return what ? err_set(c->env, INLAY_ARG, what) : INLAY_OK;
}

/* Levels from `at` that make the next slice: whole rows where the batch lets us see them. In the middle of a row of a
 * full page only that row is ended. */
static size_t chunkw_slice(const struct chunk_writer *c, const inlay_batch *b, size_t at)
{
    size_t left = b->n_levels - at, room = c->page_rows > c->page_row ? c->page_rows - c->page_row : 0;
    size_t most = room < CHUNKW_SLICE ? room : CHUNKW_SLICE;
    if (!b->rep)
        return left < most ? left : most;
    size_t rows = 0, i = 0;
    most = chunk_writer_full(c) ? 0 : most;
    for (; i < left; i++)
        if (b->rep[at + i] == 0 && (i >= CHUNKW_SLICE || rows++ == most))
            break;
    return i;
}

/* Bytes of PLAIN values until the page is full. */
static uint64_t chunkw_room(const struct chunk_writer *c)
{
    uint64_t most = chunkw_most_plain(c);
    return most > c->plain_bytes ? most - c->plain_bytes : 0;
}

/* The slice is cut behind the row that fills the page. */
static size_t chunkw_shorten(const struct chunk_writer *c, const inlay_batch *b, size_t at, size_t n,
                             size_t value_at)
{
    const inlay_bytes *v = c->node->type == INLAY_BYTE_ARRAY ? b->values : NULL;
    uint64_t bytes = 0, room = chunkw_room(c);
    if (b->codes || !b->values || (!v && n <= room / (c->width + 1)))
        return n;
    size_t present = b->n_values - value_at < n ? b->n_values - value_at : n; /* at most so many */
    if (v && chunk_writer_plain_bytes(c, v + value_at, present) < room)
        return n;
    for (size_t i = 0, k = value_at; i < n; i++) {
        if (bytes >= room && i > 0 && (!b->rep || b->rep[at + i] == 0))
            return i;
        if (!b->def || b->def[at + i] == c->node->max_def)
            bytes += v ? 4 + v[k++].len : c->width;
    }
    return n;
}

/* ---- a page that goes on ----
 *
 * Rows end a page so that a reader who looks at bounds has little to read. Where the next values lie within the bounds
 * of the page it gains nothing from a new one, which costs a header, a place in both indexes and what the codec has
 * learned. So a page of codes that has its rows goes on until a value is new to it. That value begins the next page:
 * in a sorted column pages then end where a value ends. */

/* Codes that stand for values of the open page. */
static size_t chunkw_seen(const struct chunk_writer *c, const uint32_t *codes, size_t n)
{
    size_t i = 0;
    if (c->n_seen && c->n_seen == dict_builder_count(c->dictionary))
        return n;
    while (i < n && codes[i] < c->seen.bytes && c->seen.data[codes[i]])
        i++;
    return i;
}

/* How many of the first n values, or of the values behind `codes`, are not new to the open page. Those of strings get
 * their codes on the way: *codes, in the scratch. */
static inlay_status chunkw_known(struct chunk_writer *c, const void *values, const uint32_t **codes, size_t n, size_t *known)
{
    struct buf *slice = &c->scratch->slice;
    *known = 0;
    if (!*codes && stats_takes_numbers(&c->stats)) {
        *known = stats_within(&c->stats, values, n);
        return INLAY_OK;
    }
    if (stats_counts_nans(&c->stats))
        return INLAY_OK;
    if (!*codes && n) {
        buf_clear(slice);
        uint32_t *coded = (uint32_t *)(void *)buf_reserve(slice, n * sizeof *coded);
        if (!coded)
            return slice->status;
        TRY(dict_builder_add(c->dictionary, values, n, 0, coded, &n)); /* with no room for a new one */
        *codes = coded;
    }
    *known = chunkw_seen(c, *codes, n);
    return INLAY_OK;
}

/* Rows that a page may have beyond its rows; 0 = it is to end. */
static size_t chunkw_more(const struct chunk_writer *c)
{
    bool bytes = c->codes.bytes >= c->page_bytes || c->plain_bytes >= chunkw_most_plain(c);
    size_t more = c->coded && !bytes && c->page_row < c->page_most_rows ? c->page_most_rows - c->page_row : 0;
    return more < CHUNKW_SLICE ? more : CHUNKW_SLICE;
}

/* Levels from `at` that the full page may take; 0 = it is to end. */
static inlay_status chunkw_going_on(struct chunk_writer *c, const inlay_batch *b, size_t at, size_t value_at,
                                    const uint32_t **codes, size_t *n)
{
    size_t left = b->n_levels - at, most = chunkw_more(c), known = 0;
    most = chunkw_shorten(c, b, at, left < most ? left : most, value_at);
    size_t present = b->def ? levels_equal(b->def + at, most, c->node->max_def) : most;
    const void *values = b->values ? (const uint8_t *)b->values + value_at * c->width : NULL;
    TRY(chunkw_known(c, values, codes, present, &known));
    *n = b->def ? 0 : known < most ? known : most;
    for (; b->def && *n < most; ++*n)
        if (b->def[at + *n] == c->node->max_def && known-- == 0)
            break;
    return INLAY_OK;
}

/* A column that wants a dictionary has one from its first value on. */
static inlay_status chunkw_begin(struct chunk_writer *c)
{
    return c->coded && !c->dictionary ? dict_builder_new(c->env, c->node->type, c->width, &c->dictionary) : INLAY_OK;
}

/* Does every value fit? The row of one that does not is known where no lists are. */
static inlay_status chunkw_fit(struct chunk_writer *c, const uint8_t *def, const void *values, size_t n)
{
    const char *what = NULL;
    size_t bad = c->fit.kind == FIT_ANY ? n : fit_check(&c->fit, c->node, values, n, &what);
    if (bad == n)
        return INLAY_OK;
    err_set(c->env, INLAY_ARG, what);
    size_t row = 0;
    for (size_t value = 0; def && (value < bad || def[row] != c->node->max_def); row++)
        value += def[row] == c->node->max_def;
    if (c->node->max_rep == 0)
        c->env->error.row = c->n_rows + (int64_t)(def ? row : bad);
    return INLAY_ARG;
}

inlay_status chunk_writer_add(struct chunk_writer *c, const inlay_batch *b)
{
    TRY(chunkw_check(c, b));
    if (!b->codes)
        TRY(chunkw_fit(c, b->def, b->values, b->n_values));
    TRY(chunkw_begin(c));
    if (c->order)
        TRY(order_check_add(c->order, b->def, b->n_levels,
                            b->codes ? dict_builder_values(c->dictionary) : b->values, b->codes));
    size_t at = 0, value_at = 0;
    while (at < b->n_levels) {
        const uint32_t *given = b->codes ? b->codes + value_at : NULL, *codes = given;
        size_t n = 0;
        if ((!b->rep || b->rep[at] == 0) && chunk_writer_full(c)) {
            TRY(chunkw_going_on(c, b, at, value_at, &codes, &n));
            if (n == 0)
                TRY(chunk_writer_flush(c));
        }
        if (n == 0) {
            codes = given;
            n = chunkw_shorten(c, b, at, chunkw_slice(c, b, at), value_at);
        }
        size_t n_rows = b->rep ? levels_equal(b->rep + at, n, 0) : n;
        size_t present = b->def ? levels_equal(b->def + at, n, c->node->max_def) : n;
        TRY(chunk_writer_take_levels(&c->rep, b->rep ? b->rep + at : NULL, c->node->max_rep, 0, n));
        TRY(chunk_writer_take_levels(&c->def, b->def ? b->def + at : NULL, c->node->max_def, c->node->max_def, n));
        if (codes)
            TRY(chunk_writer_take_codes(c, codes, present));
        else if (present)
            TRY(chunk_writer_take_values(c, (const uint8_t *)b->values + value_at * c->width, present));
        at += n;
        value_at += present;
        c->page_row += n_rows;
        c->n_rows += (int64_t)n_rows;
    }
    return INLAY_OK;
}

inlay_status chunk_writer_repeat(struct chunk_writer *c, size_t n_rows, const void *value)
{
    if (c->node->max_rep)
        return err_set(c->env, INLAY_ARG, ERR("a repeated column cannot take one value many times"));
    if (!value && c->node->max_def == 0)
        return err_set(c->env, INLAY_ARG, ERR("null in a required column"));
    if (value && c->lent)
        return err_set(c->env, INLAY_ARG, ERR("values beside a dictionary that is lent: give their codes"));
    enum { CHUNKW_COPIES = 64 };
    uint8_t level = value ? c->node->max_def : 0;
    TRY(chunkw_begin(c));
    if (value && n_rows)
        TRY(chunkw_fit(c, NULL, value, 1));
    if (c->order && n_rows) {
        TRY(order_check_add(c->order, &level, 1, value, NULL));
        TRY(order_check_same(c->order, n_rows - 1));
    }
    _Alignas(16) uint8_t copies[CHUNKW_COPIES * STATS_SMALL];
    size_t most = c->width <= STATS_SMALL ? CHUNKW_COPIES : 1;
    uint64_t one = value && c->width ? chunk_writer_plain_bytes(c, value, 1) : 1;
    for (size_t i = 0; value && i < most && most > 1; i++)
        memcpy(copies + i * c->width, value, c->width);
    while (n_rows) {
        size_t room = c->page_rows - c->page_row, known = 0;
        if (chunk_writer_full(c)) {
            const uint32_t *codes = NULL;
            room = chunkw_more(c);
            TRY(chunkw_known(c, value, &codes, value && room ? 1 : 0, &known));
            if (room == 0 || (value && !known)) {
                TRY(chunk_writer_flush(c));
                room = c->page_rows;
            }
        }
        size_t n = n_rows < room ? n_rows : room;
        if (value && n > most)
            n = most;
        if (value && n > 1 && n - 1 > chunkw_room(c) / one)
            n = 1 + (size_t)(chunkw_room(c) / one);
        TRY(chunk_writer_take_levels(&c->rep, NULL, c->node->max_rep, 0, n));
        TRY(chunk_writer_take_levels(&c->def, NULL, c->node->max_def, level, n));
        if (value)
            TRY(chunk_writer_take_values(c, most > 1 ? (const void *)copies : value, n));
        c->page_row += n;
        c->n_rows += (int64_t)n;
        n_rows -= n;
    }
    return INLAY_OK;
}

inlay_status chunk_writer_dictionary(struct chunk_writer *c, const void *values, size_t n)
{
    if (c->n_rows || c->given)
        return err_set(c->env, INLAY_ARG, ERR("a dictionary comes before the first value"));
    TRY(chunkw_fit(c, NULL, values, n));
    if (!c->dictionary)
        TRY(dict_builder_new(c->env, c->node->type, c->width, &c->dictionary));
    buf_clear(&c->scratch->slice);
    uint32_t *codes = (uint32_t *)(void *)buf_reserve(&c->scratch->slice, CHUNKW_SLICE * sizeof *codes);
    if (!codes)
        return c->scratch->slice.status;
    for (size_t i = 0; i < n;) {
        size_t take = n - i < CHUNKW_SLICE ? n - i : CHUNKW_SLICE, done = 0;
        TRY(dict_builder_add(c->dictionary, (const uint8_t *)values + i * c->width, take, SIZE_MAX,
                             codes, &done));
        i += take;
    }
    if (dict_builder_count(c->dictionary) != n)
        return err_set(c->env, INLAY_ARG, ERR("a dictionary with the same value twice"));
    c->given = c->coded = true;
    return INLAY_OK;
}

/* ---- end ---- */

inlay_status chunk_writer_end(struct chunk_writer *c, struct mem_pool *pool, struct meta_column **meta)
{
    void *block = NULL;
    TRY(chunk_writer_flush(c));
    if (c->bloom.bits && c->dictionary) /* values that had a code, also where a page fell back later */
        bloom_builder_add(&c->bloom, c->node, dict_builder_values(c->dictionary),
                          dict_builder_count(c->dictionary));
    if (!c->streaming) {
        c->streaming = true; /* from here on everything goes to the sink */
        bool coded = c->n_pages[0][ENCODING_RLE_DICTIONARY] || c->n_pages[1][ENCODING_RLE_DICTIONARY];
        if (c->raw_dictionary)
            c->dictionary_at = *c->written;
        inlay_status status = coded && !c->raw_dictionary ? chunk_writer_dictionary_page(c) : INLAY_OK;
        c->first_page_at = *c->written + (c->raw_dictionary ? c->dictionary_page_bytes : 0);
        if (status == INLAY_OK)
            status = chunk_writer_emit(c, c->pages.data, c->pages.bytes);
        c->streaming = false;
        TRY(status);
    }
    TRY(mem_pool_take(pool, sizeof **meta, &block));
    struct meta_column *m = *meta = block;
    m->has = 1u << META_CM_TYPE | 1u << META_CM_ENCODINGS | 1u << META_CM_CODEC | 1u << META_CM_VALUES |
             1u << META_CM_UNCOMPRESSED | 1u << META_CM_COMPRESSED | 1u << META_CM_DATA_PAGE;
    m->type = c->node->type;
    m->codec = c->codec->codec->id;
    m->num_values = c->n_levels;
    m->compressed_bytes = (int64_t)(c->page_bytes_done + c->dictionary_page_bytes);
    m->uncompressed_bytes = (int64_t)(c->raw_bytes_done + c->dictionary_raw_bytes);
    m->data_page_at = (int64_t)(c->n_levels ? c->first_page_at : *c->written);
    if (c->dictionary_page_bytes) {
        META_SET(m, META_CM_DICTIONARY_PAGE);
        m->dictionary_page_at = (int64_t)c->dictionary_at;
    }
    return chunk_meta_fill(c, pool, m);
}

#endif
