/* Pages out of a column chunk being written: the open page becomes levels, values, header, and bytes for the sink; see
 * chunk_write.h. Source: parquet-format README "Data Pages"; Compression.md; Encodings.md. */
#include "format/chunk_write.h"

#if INLAY_WRITE

#include "base/hash.h"

/* Append the RLE form of the page's levels. */
static void chunkp_put_levels(const struct chunk_levels *l, uint8_t max, bool prefix, struct buf *out)
{
    uint32_t width = bits_of(max);
    size_t start = out->bytes, room = (l->array.bytes ? rle_bound(l->n, width) : 16) + 4;
    uint8_t *dst = max ? buf_reserve(out, room) : NULL;
    if (!dst)
        return;
    uint8_t *at = dst + (prefix ? 4 : 0);
    if (l->array.bytes)
        at += rle_write_u8(at, l->array.data, l->n, width);
    else if (l->n)
        at += rle_write_run(at, l->value, l->n, width);
    if (prefix)
        store_le32(dst, (uint32_t)(at - dst - 4));
    out->bytes = start + (size_t)(at - dst);
}

inlay_status chunk_writer_emit(struct chunk_writer *c, const void *data, size_t bytes)
{
    if (!c->streaming) {
        buf_append(&c->pages, data, bytes);
        return c->pages.status;
    }
    TRY(io_append(c->env, c->sink, data, bytes));
    *c->written += bytes;
    return INLAY_OK;
}

/* The page as it goes out. */
static inlay_bytes chunkp_bytes(const struct chunk_writer *c, bool compressed)
{
    const struct buf *b = compressed ? &c->scratch->packed : &c->scratch->body;
    return (inlay_bytes){b->data, b->bytes};
}

static inlay_status chunkp_fits(struct chunk_writer *c, size_t bytes)
{
    return bytes <= INT32_MAX ? INLAY_OK
                              : err_set(c->env, INLAY_ARG, ERR("a page larger than 2 GiB"));
}

/* Compress [from, end) of body into `packed`, after the bytes before `from` as they are. */
static inlay_status chunkp_compress(struct chunk_writer *c, size_t from, bool *compressed)
{
    size_t n = c->scratch->body.bytes - from;
    *compressed = false;
    buf_clear(&c->scratch->packed);
    if (c->codec->codec->id == CODEC_NONE || (n == 0 && from > 0))
        return INLAY_OK; /* an empty dictionary (only nulls so far) is compressed, as others do */
    buf_append(&c->scratch->packed, c->scratch->body.data, from);
    size_t room = c->codec->codec->bound(n);
    uint8_t *dst = buf_reserve(&c->scratch->packed, room);
    if (!dst)
        return c->scratch->packed.status;
    size_t used = c->codec->codec->compress(c->codec, c->scratch->body.data + from, n, dst, room);
    if (used == 0)
        return err_set(c->env, INLAY_NOMEM, c->codec->what ? c->codec->what : ERR("cannot compress"));
    c->scratch->packed.bytes += used;
    *compressed = true;
    return INLAY_OK;
}

inlay_status chunk_writer_page(struct chunk_writer *c, struct meta_page_header *h, inlay_bytes body,
                               size_t raw_bytes, size_t *bytes)
{
    TRY(chunkp_fits(c, body.len));
    TRY(chunkp_fits(c, raw_bytes));
    h->has |= 1u << META_PG_TYPE | 1u << META_PG_UNCOMPRESSED | 1u << META_PG_COMPRESSED;
    h->compressed_bytes = (int32_t)body.len;
    h->uncompressed_bytes = (int32_t)raw_bytes;
    if (!(c->flags & INLAY_WRITE_NO_CRC)) {
        META_SET(h, META_PG_CRC);
        h->crc = (int32_t)hash_crc32(0, body.data, body.len);
    }
    buf_clear(&c->scratch->slice);
    thrift_write(&c->scratch->slice, &meta_page_header_table, h);
    TRY(c->scratch->slice.status);
    TRY(chunk_writer_emit(c, c->scratch->slice.data, c->scratch->slice.bytes));
    TRY(chunk_writer_emit(c, body.data, body.len));
    *bytes = c->scratch->slice.bytes + body.len;
    return INLAY_OK;
}

/* The dictionary page, with its size noted. */
inlay_status chunk_writer_dictionary_page(struct chunk_writer *c)
{
    size_t n = dict_builder_count(c->dictionary), bytes = 0;
    struct meta_dictionary_page d = {.has = 1u << META_DICT_VALUES | 1u << META_DICT_ENCODING,
                                     .num_values = (int32_t)n,
                                     .encoding = ENCODING_PLAIN};
    struct meta_page_header h = {.has = 1u << META_PG_DICTIONARY,
                                 .type = META_PAGE_DICTIONARY,
                                 .dictionary = &d};
    const struct encoding *plain = encoding_by_id(ENCODING_PLAIN);
    const void *values = dict_builder_values(c->dictionary);
    bool compressed = false;
    TRY(chunkp_fits(c, n));
    buf_clear(&c->scratch->body);
    uint8_t *dst = buf_reserve(&c->scratch->body, plain->bound(values, n, c->node->type, c->width) + 1);
    if (!dst)
        return c->scratch->body.status;
    c->scratch->body.bytes = plain->write(dst, values, n, c->node->type, c->width);
    TRY(chunkp_compress(c, 0, &compressed));
    c->dictionary_raw_bytes = c->scratch->body.bytes;
    c->dictionary_at = *c->written;
    TRY(chunk_writer_page(c, &h, chunkp_bytes(c, compressed), c->scratch->body.bytes, &bytes));
    c->dictionary_page_bytes = bytes;
    c->dictionary_raw_bytes += bytes - (size_t)h.compressed_bytes;
    c->dictionary_out = true;
    return INLAY_OK;
}

/* The page's stored BYTE_ARRAY values as views, in `wide`. */
static inlay_status chunkp_views(struct chunk_writer *c)
{
    size_t n = c->n_values;
    buf_clear(&c->scratch->wide);
    inlay_bytes *views = (inlay_bytes *)(void *)buf_reserve(&c->scratch->wide, n * sizeof *views + 1);
    if (!views)
        return c->scratch->wide.status;
    const uint8_t *at = c->values.data;
    for (size_t i = 0; i < n; i++, at += views[i - 1].len)
        views[i] = (inlay_bytes){at + 4, load_le32(at)}, at += 4;
    return INLAY_OK;
}

/* Append the page's values in their encoding. */
static inlay_status chunkp_put_values(struct chunk_writer *c)
{
    size_t n = c->n_values;
    if (c->coded) {
        size_t entries = dict_builder_count(c->dictionary);
        uint32_t width = bits_of(entries ? entries - 1 : 0);
        uint8_t *dst = buf_reserve(&c->scratch->body, rle_bound(n, width) + 1);
        if (!dst)
            return c->scratch->body.status;
        dst[0] = (uint8_t)width;
        c->scratch->body.bytes += 1 + rle_write_u32(dst + 1, (const void *)c->codes.data, n, width);
        return INLAY_OK;
    }
    const void *values = c->values.data;
    if (c->node->type == INLAY_BYTE_ARRAY) {
        if (c->encoding->id == ENCODING_PLAIN) { /* already in that form */
            buf_append(&c->scratch->body, c->values.data, c->values.bytes);
            return c->scratch->body.status;
        }
        TRY(chunkp_views(c));
        values = c->scratch->wide.data;
    }
    uint8_t *dst = buf_reserve(&c->scratch->body,
                               c->encoding->bound(values, n, c->node->type, c->width) + 1);
    if (!dst)
        return c->scratch->body.status;
    c->scratch->body.bytes += c->encoding->write(dst, values, n, c->node->type, c->width);
    return INLAY_OK;
}

/* Does the dictionary pay? Asked once, when the first page with values ends: full, or the last one. */
static inlay_status chunkp_judge(struct chunk_writer *c)
{
    struct choose_page page = {.n = c->n_values,
                               .type = c->node->type,
                               .width = c->width,
                               .codes = (const uint32_t *)(const void *)c->codes.data,
                               .entries = dict_builder_values(c->dictionary),
                               .n_entries = dict_builder_count(c->dictionary),
                               .plain_bytes = c->plain_bytes,
                               .entry_bytes = dict_builder_plain_bytes(c->dictionary)};
    bool last = !chunk_writer_full(c), pays = false;
    enum choose_verdict verdict = choose_glance(&page, c->dictionary_bytes, last);
    if (verdict == CHOOSE_WEIGH) {
        TRY(chunk_writer_gather(c, page.codes, page.n));
        page.values = c->scratch->wide.data;
        TRY(choose_weigh(&page, c->dictionary_bytes, last, c->codec, &c->scratch->body, &c->scratch->packed,
                         &pays));
    }
    return verdict == CHOOSE_CODES || pays ? INLAY_OK : chunk_writer_leave_dictionary(c);
}

/* A profile: try what it allows on the first page that has values, and go on with the smallest. */
static inlay_status chunkp_choose(struct chunk_writer *c)
{
    struct choose_page page = {.n = c->n_values, .type = c->node->type, .width = c->width, .values = c->values.data};
    bool dictionary = false;
    if (c->coded) {
        page.codes = (const uint32_t *)(const void *)c->codes.data;
        page.entries = dict_builder_values(c->dictionary);
        page.n_entries = dict_builder_count(c->dictionary);
        TRY(chunk_writer_gather(c, page.codes, page.n));
        page.values = c->scratch->wide.data;
    } else if (c->node->type == INLAY_BYTE_ARRAY) {
        TRY(chunkp_views(c));
        page.values = c->scratch->wide.data;
    }
    TRY(choose_encoding(&page, c->choices, c->codec, &c->scratch->body, &c->scratch->packed, &c->encoding,
                        &dictionary));
    return c->coded && !dictionary ? chunk_writer_leave_dictionary(c) : INLAY_OK;
}

static inlay_status chunkp_page_v1(struct chunk_writer *c, size_t *bytes, size_t *raw)
{
    struct meta_data_page d = {
        .has = 15,
        .num_values = (int32_t)c->def.n,
        .encoding = c->coded ? ENCODING_RLE_DICTIONARY : c->encoding->id,
        .def_encoding = ENCODING_RLE,
        .rep_encoding = ENCODING_RLE,
    };
    struct meta_page_header h = {.has = 1u << META_PG_DATA, .type = META_PAGE_DATA, .data = &d};
    bool compressed = false;
    chunkp_put_levels(&c->rep, c->node->max_rep, true, &c->scratch->body);
    chunkp_put_levels(&c->def, c->node->max_def, true, &c->scratch->body);
    TRY(c->scratch->body.status);
    TRY(chunkp_put_values(c));
    *raw = c->scratch->body.bytes;
    TRY(chunkp_compress(c, 0, &compressed));
    return chunk_writer_page(c, &h, chunkp_bytes(c, compressed), *raw, bytes);
}

static inlay_status chunkp_page_v2(struct chunk_writer *c, size_t *bytes, size_t *raw)
{
    struct meta_data_page_v2 d = {
        .has = 127,
        .num_values = (int32_t)c->def.n,
        .num_nulls = (int32_t)(c->def.n - c->n_values),
        .num_rows = (int32_t)c->page_row,
        .encoding = c->coded ? ENCODING_RLE_DICTIONARY : c->encoding->id,
    };
    struct meta_page_header h = {
        .has = 1u << META_PG_DATA_V2, .type = META_PAGE_DATA_V2, .data_v2 = &d};
    bool compressed = false;
    chunkp_put_levels(&c->rep, c->node->max_rep, false, &c->scratch->body);
    d.rep_bytes = (int32_t)c->scratch->body.bytes;
    chunkp_put_levels(&c->def, c->node->max_def, false, &c->scratch->body);
    TRY(c->scratch->body.status);
    d.def_bytes = (int32_t)c->scratch->body.bytes - d.rep_bytes;
    size_t levels = c->scratch->body.bytes;
    TRY(chunkp_put_values(c));
    *raw = c->scratch->body.bytes;
    TRY(chunkp_compress(c, levels, &compressed));
    d.is_compressed = compressed && c->scratch->packed.bytes < c->scratch->body.bytes;
    return chunk_writer_page(c, &h, chunkp_bytes(c, d.is_compressed), *raw, bytes);
}

inlay_status chunk_writer_note_page(struct chunk_writer *c, size_t bytes, size_t raw, int32_t encoding, bool v2)
{
    struct index_page page = {.at = c->page_bytes_done,
                              .bytes = (uint32_t)bytes,
                              .null_page = c->n_values == 0,
                              .first_row = c->n_rows - (int64_t)c->page_row};
    if (c->node->type == INLAY_BYTE_ARRAY)
        page.unencoded = (int64_t)(c->plain_bytes - (uint64_t)c->n_values * 4);
    c->unencoded += page.unencoded;
    c->stats.nulls = (int64_t)(c->def.n - c->n_values);
    if (!(c->flags & INLAY_WRITE_NO_PAGE_INDEX))
        TRY(index_add(&c->index, &page, &c->stats, c->rep.counts, c->def.counts));
    c->index.no_nans = c->no_nans;
    c->index.no_sizes = c->no_sizes;
    stats_merge(&c->chunk_stats, &c->stats);
    for (size_t i = 0; i <= c->node->max_rep; i++)
        c->rep_counts[i] += c->rep.counts[i];
    for (size_t i = 0; i <= c->node->max_def; i++)
        c->def_counts[i] += c->def.counts[i];
    c->page_bytes_done += bytes;
    c->raw_bytes_done += raw;
    c->n_levels += (int64_t)c->def.n;
    c->n_pages[v2][encoding]++;
    return stats_status(&c->chunk_stats);
}

inlay_status chunk_writer_flush(struct chunk_writer *c)
{
    size_t bytes = 0, raw = 0;
    if (c->def.n == 0)
        return INLAY_OK;
    if (!c->judged && c->n_values) {
        c->judged = true;
        if (c->choices && !c->given)
            TRY(chunkp_choose(c));
        else if (c->coded && !c->given)
            TRY(chunkp_judge(c));
    }
    if (c->streaming && c->coded && !c->dictionary_out)
        TRY(chunk_writer_dictionary_page(c));
    if (c->page_bytes_done == 0)
        c->first_page_at = *c->written;
    buf_clear(&c->scratch->body);
    TRY(c->version == 2 ? chunkp_page_v2(c, &bytes, &raw) : chunkp_page_v1(c, &bytes, &raw));
    raw += c->scratch->slice.bytes; /* chunk sizes count headers */
    TRY(chunk_writer_note_page(c, bytes, raw, c->coded ? ENCODING_RLE_DICTIONARY : c->encoding->id, c->version == 2));
    chunk_writer_page_reset(c);
    return INLAY_OK;
}

#endif
