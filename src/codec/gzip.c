/* GZIP through libdeflate: several members in a page, and zlib or raw deflate streams where a writer put
 * those. libdeflate has no allocator for one object, so its contexts come from malloc when opened.
 * Source: parquet-format Compression.md: RFC 1952; parquet-testing concatenated_gzip_members. */
#include "codec/codec.h"

#if INLAY_GZIP

#include <libdeflate.h>

#include "codec/rows.h"

enum { GZIP_EXTRA = 64 }; /* header and trailer of a member, generously */

static inlay_status gzip_open_decompress(struct codec_context *c)
{
    c->state = libdeflate_alloc_decompressor();
    return c->state ? INLAY_OK : err_set(c->env, INLAY_NOMEM, ERR("no memory for gzip"));
}

static void gzip_close_decompress(struct codec_context *c)
{
    libdeflate_free_decompressor(c->state);
}

static inlay_status gzip_open_compress(struct codec_context *c)
{
    c->state = libdeflate_alloc_compressor(c->level);
    return c->state ? INLAY_OK : err_set(c->env, INLAY_NOMEM, ERR("no memory for gzip"));
}

static void gzip_close(struct codec_context *c)
{
    if (c->compressing)
        libdeflate_free_compressor(c->state);
    else
        gzip_close_decompress(c);
}

/* Members one behind the other until the page is full. */
static bool gzip_members(struct codec_context *c, const uint8_t *src, size_t src_bytes, uint8_t *dst,
                         size_t dst_bytes)
{
    size_t done = 0;
    while (src_bytes) {
        size_t in = 0, out = 0;
        if (libdeflate_gzip_decompress_ex(c->state, src, src_bytes, dst + done, dst_bytes - done, &in,
                                          &out) != LIBDEFLATE_SUCCESS)
            return false;
        src += in;
        src_bytes -= in;
        done += out;
    }
    return done == dst_bytes;
}

static bool gzip_decompress(struct codec_context *c, const uint8_t *src, size_t src_bytes, uint8_t *dst,
                            size_t dst_bytes)
{
    bool gzip = src_bytes >= 2 && src[0] == 0x1F && src[1] == 0x8B;
    if (gzip ? gzip_members(c, src, src_bytes, dst, dst_bytes)
             : libdeflate_zlib_decompress(c->state, src, src_bytes, dst, dst_bytes, NULL) ==
                       LIBDEFLATE_SUCCESS ||
                   libdeflate_deflate_decompress(c->state, src, src_bytes, dst, dst_bytes, NULL) ==
                       LIBDEFLATE_SUCCESS)
        return true;
    c->what = ERR("page is not valid gzip of the promised size");
    return false;
}

static size_t gzip_bound(size_t src_bytes)
{
    return libdeflate_gzip_compress_bound(NULL, src_bytes) + GZIP_EXTRA;
}

static size_t gzip_compress(struct codec_context *c, const uint8_t *src, size_t src_bytes, uint8_t *dst,
                            size_t dst_capacity)
{
    return libdeflate_gzip_compress(c->state, src, src_bytes, dst, dst_capacity);
}

const struct codec codec_gzip = {
    .name = "gzip",
    .id = CODEC_GZIP,
    .level_min = 1,
    .level_max = 12,
    .level_default = 6,
    .open_decompress = gzip_open_decompress,
    .open_compress = gzip_open_compress,
    .close = gzip_close,
    .decompress = gzip_decompress,
    .bound = gzip_bound,
    .compress = gzip_compress,
};

#endif
