/* ZSTD through libzstd, over memory taken once from the env (static contexts).
 * Source: parquet-format Compression.md: RFC 8878; several frames and frames without a content size occur. */
#include "codec/codec.h"

#if INLAY_ZSTD

#define ZSTD_STATIC_LINKING_ONLY 1 /* static contexts; the archive is linked statically */
#include <zstd.h>

#include "codec/rows.h"

/* Not cleared: zstd clears what it needs, and a context for writing has a MiB or more. */
static inlay_status zstd_take(struct codec_context *c)
{
    c->state = NULL;
    return mem_resize(c->env, &c->state, 0, c->state_bytes);
}

static inlay_status zstd_open_decompress(struct codec_context *c)
{
    c->state_bytes = ZSTD_estimateDCtxSize();
    TRY(zstd_take(c));
    if (ZSTD_initStaticDCtx(c->state, c->state_bytes))
        return INLAY_OK;
    return err_set(c->env, INLAY_NOMEM, ERR("no memory for zstd"));
}

static inlay_status zstd_open_compress(struct codec_context *c)
{
    c->state_bytes = ZSTD_estimateCCtxSize(c->level);
    TRY(zstd_take(c));
    if (ZSTD_initStaticCCtx(c->state, c->state_bytes))
        return INLAY_OK;
    return err_set(c->env, INLAY_NOMEM, ERR("no memory for zstd"));
}

static void zstd_close(struct codec_context *c)
{
    mem_free(c->env, c->state, c->state_bytes);
}

static bool zstd_decompress(struct codec_context *c, const uint8_t *src, size_t src_bytes,
                            uint8_t *dst, size_t dst_bytes)
{
    size_t n = ZSTD_decompressDCtx(c->state, dst, dst_bytes, src, src_bytes);
    if (n == dst_bytes)
        return true;
    c->what = ERR("page is not valid zstd of the promised size");
    return false;
}

static size_t zstd_bound(size_t src_bytes)
{
    return ZSTD_compressBound(src_bytes);
}

static size_t zstd_compress(struct codec_context *c, const uint8_t *src, size_t src_bytes,
                            uint8_t *dst, size_t dst_capacity)
{
    size_t n = ZSTD_compressCCtx(c->state, dst, dst_capacity, src, src_bytes, c->level);
    return ZSTD_isError(n) ? 0 : n;
}

const struct codec codec_zstd = {
    .name = "zstd",
    .id = CODEC_ZSTD,
    .level_min = 1,
    .level_max = 19,
    .level_default = 3,
    .open_decompress = zstd_open_decompress,
    .open_compress = zstd_open_compress,
    .close = zstd_close,
    .decompress = zstd_decompress,
    .bound = zstd_bound,
    .compress = zstd_compress,
};

#endif
