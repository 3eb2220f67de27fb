/* Page headers and bodies, read; see page.h. */
#include "format/page.h"

#include "format/type.h"

inlay_status page_header_read(inlay_env *env, struct mem_pool *pool, const uint8_t *data,
                              size_t bytes, bool all, uint64_t at, struct page_header *header)
{
    *header = (struct page_header){0};
    mem_pool_reset(pool);
    inlay_status status = meta_read(env, pool, &meta_page_header_table, data, bytes, at,
                                    &header->meta, &header->bytes);
    if (status == INLAY_CORRUPT && !all)
        return INLAY_END;
    TRY(status);
    const struct meta_page_header *m = &header->meta;
    if (m->compressed_bytes < 0 || m->uncompressed_bytes < 0)
        return err_set_at(env, INLAY_CORRUPT, ERR("page header with a negative size"), at);
    header->compressed_bytes = (size_t)m->compressed_bytes;
    header->uncompressed_bytes = (size_t)m->uncompressed_bytes;
    header->has_crc = META_HAS(m, META_PG_CRC);
    header->crc = (uint32_t)m->crc;
    bool complete = m->type == META_PAGE_DATA         ? m->data != NULL
                    : m->type == META_PAGE_DATA_V2    ? m->data_v2 != NULL
                    : m->type == META_PAGE_DICTIONARY ? m->dictionary != NULL
                                                      : true;
    if (!complete)
        return err_set_at(env, INLAY_CORRUPT, ERR("page header lacks the part for its type"), at);
    return INLAY_OK;
}

static inlay_status page_fail(const char **what, inlay_status status, const char *text)
{
    *what = text;
    return status;
}

/* `src` to exactly `n` bytes in raw. */
static inlay_status page_decompress(struct codec_context *codec, const uint8_t *src, size_t src_bytes,
                                    size_t n, struct buf *raw, inlay_bytes *out, const char **what)
{
    buf_clear(raw);
    uint8_t *dst = buf_reserve(raw, n ? n : 1);
    if (!dst)
        return raw->status;
    if (n && !codec->codec->decompress(codec, src, src_bytes, dst, n))
        return page_fail(what, INLAY_CORRUPT,
                         codec->what ? codec->what : ERR("page does not decompress"));
    raw->bytes = n;
    *out = (inlay_bytes){dst, n};
    return INLAY_OK;
}

inlay_status page_unpack(const struct page_header *header, const uint8_t *data,
                         struct codec_context *codec, struct buf *raw, inlay_bytes *out,
                         const char **what)
{
    if (codec->codec->id == CODEC_NONE) {
        *out = (inlay_bytes){data, header->compressed_bytes};
        return header->compressed_bytes == header->uncompressed_bytes
                   ? INLAY_OK
                   : page_fail(what, INLAY_CORRUPT, ERR("uncompressed page with two sizes"));
    }
    return page_decompress(codec, data, header->compressed_bytes, header->uncompressed_bytes, raw, out,
                           what);
}

/* One level stream of a v1 body at the cursor. */
static void page_v1_levels(struct cursor *in, struct levels *levels, uint8_t max, int32_t encoding,
                           size_t n)
{
    size_t bytes = 0;
    if (max > 0)
        bytes = encoding == ENCODING_BIT_PACKED ? levels_legacy_bytes(max, n) : cursor_le32(in);
    const uint8_t *data = cursor_take(in, bytes);
    levels_open(levels, max, encoding, data, data ? bytes : 0, data ? n : 0);
}

static bool page_level_encoding(int32_t encoding)
{
    return encoding == ENCODING_RLE || encoding == ENCODING_BIT_PACKED;
}

static inlay_status page_v1_open(const struct page_header *header, const uint8_t *data,
                                 struct codec_context *codec, const inlay_node *node,
                                 struct buf *raw, struct page_body *body, const char **what)
{
    const struct meta_data_page *m = header->meta.data;
    inlay_bytes all;
    if (m->num_values < 0)
        return page_fail(what, INLAY_CORRUPT, ERR("page counts less than zero values"));
    body->n_levels = (size_t)m->num_values;
    body->encoding = m->encoding;
    if ((node->max_def && !page_level_encoding(m->def_encoding)) ||
        (node->max_rep && !page_level_encoding(m->rep_encoding)))
        return page_fail(what, INLAY_CORRUPT, ERR("levels with an encoding that is not for levels"));
    TRY(page_unpack(header, data, codec, raw, &all, what));
    struct cursor in = cursor_over(all.data, all.len);
    page_v1_levels(&in, &body->rep, node->max_rep, m->rep_encoding, body->n_levels);
    page_v1_levels(&in, &body->def, node->max_def, m->def_encoding, body->n_levels);
    if (in.failed)
        return page_fail(what, INLAY_CORRUPT, ERR("levels run beyond the page"));
    body->values = in.at;
    body->values_bytes = cursor_left(&in);
    return INLAY_OK;
}

static inlay_status page_v2_open(const struct page_header *header, const uint8_t *data,
                                 struct codec_context *codec, const inlay_node *node,
                                 struct buf *raw, struct page_body *body, const char **what)
{
    const struct meta_data_page_v2 *m = header->meta.data_v2;
    if (m->num_values < 0 || m->rep_bytes < 0 || m->def_bytes < 0)
        return page_fail(what, INLAY_CORRUPT, ERR("page header with a negative count"));
    size_t rep = (size_t)m->rep_bytes, def = (size_t)m->def_bytes;
    size_t packed = header->compressed_bytes, full = header->uncompressed_bytes;
    if (rep > packed || def > packed - rep || rep + def > full)
        return page_fail(what, INLAY_CORRUPT, ERR("levels run beyond the page"));
    body->n_levels = (size_t)m->num_values;
    body->encoding = m->encoding;
    levels_open(&body->rep, node->max_rep, ENCODING_RLE, data, rep, body->n_levels);
    levels_open(&body->def, node->max_def, ENCODING_RLE, data + rep, def, body->n_levels);
    const uint8_t *src = data + rep + def;
    packed -= rep + def;
    full -= rep + def;
    /* Absent means true; Arrow before 3.0 wrote false over compressed bytes (ARROW-10353). */
    bool compressed = !META_HAS(m, META_V2_COMPRESSED) || m->is_compressed || packed != full;
    inlay_bytes values = {src, packed};
    if (full == 0)
        values.len = 0; /* an empty section needs no codec, whatever stands there */
    else if (compressed && codec->codec->id != CODEC_NONE)
        TRY(page_decompress(codec, src, packed, full, raw, &values, what));
    else if (packed != full)
        return page_fail(what, INLAY_CORRUPT, ERR("uncompressed page with two sizes"));
    body->values = values.data;
    body->values_bytes = values.len;
    return INLAY_OK;
}

inlay_status page_body_open(const struct page_header *header, const uint8_t *data,
                            struct codec_context *codec, const inlay_node *node, struct buf *raw,
                            struct page_body *body, const char **what)
{
    *body = (struct page_body){0};
    TRY(header->meta.type == META_PAGE_DATA
            ? page_v1_open(header, data, codec, node, raw, body, what)
            : page_v2_open(header, data, codec, node, raw, body, what));
    if (!levels_count(&body->def, node->max_def, &body->n_values))
        return page_fail(what, INLAY_CORRUPT, ERR("definition levels end too early"));
    return INLAY_OK;
}
