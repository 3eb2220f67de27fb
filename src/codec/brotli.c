/* BROTLI through libbrotli. The library wants one object a stream; its memory comes from the env by way of
 * blocks that remember their size, and is given back when the page is done.
 * Source: parquet-format Compression.md: RFC 7932. */
#include "codec/codec.h"

#if INLAY_BROTLI

#include <brotli/decode.h>
#include <brotli/encode.h>

#include "codec/rows.h"

enum { BROTLI_HEAD = 16 }; /* size of the block, kept aligned */

static void *brotli_alloc(void *opaque, size_t bytes)
{
    void *block = NULL;
    if (bytes > SIZE_MAX - BROTLI_HEAD || mem_resize(opaque, &block, 0, bytes + BROTLI_HEAD) != INLAY_OK)
        return NULL;
    *(size_t *)block = bytes + BROTLI_HEAD;
    return (uint8_t *)block + BROTLI_HEAD;
}

static void brotli_free(void *opaque, void *address)
{
    if (address) {
        void *block = (uint8_t *)address - BROTLI_HEAD;
        mem_free(opaque, block, *(size_t *)block);
    }
}

static bool brotli_decompress(struct codec_context *c, const uint8_t *src, size_t src_bytes,
                              uint8_t *dst, size_t dst_bytes)
{
    BrotliDecoderState *s = BrotliDecoderCreateInstance(brotli_alloc, brotli_free, c->env);
    c->what = ERR("page is not valid brotli of the promised size");
    if (!s)
        return false;
    size_t in = src_bytes, out = dst_bytes;
    bool ok = BrotliDecoderDecompressStream(s, &in, &src, &out, &dst, NULL) ==
                  BROTLI_DECODER_RESULT_SUCCESS &&
              out == 0 && in == 0;
    BrotliDecoderDestroyInstance(s);
    return ok;
}

static size_t brotli_bound(size_t src_bytes)
{
    return BrotliEncoderMaxCompressedSize(src_bytes);
}

static size_t brotli_compress(struct codec_context *c, const uint8_t *src, size_t src_bytes,
                              uint8_t *dst, size_t dst_capacity)
{
    BrotliEncoderState *s = BrotliEncoderCreateInstance(brotli_alloc, brotli_free, c->env);
    if (!s)
        return 0;
    size_t in = src_bytes, out = dst_capacity;
    BrotliEncoderSetParameter(s, BROTLI_PARAM_QUALITY, (uint32_t)c->level);
    bool ok = BrotliEncoderCompressStream(s, BROTLI_OPERATION_FINISH, &in, &src, &out, &dst, NULL) &&
              BrotliEncoderIsFinished(s);
    BrotliEncoderDestroyInstance(s);
    return ok ? dst_capacity - out : 0;
}

static void brotli_close(struct codec_context *c)
{
    (void)c; /* nothing is kept between pages */
}

const struct codec codec_brotli = {
    .name = "brotli",
    .id = CODEC_BROTLI,
    .level_min = 0,
    .level_max = 11,
    .level_default = 5,
    .takes_memory = true,
    .close = brotli_close,
    .decompress = brotli_decompress,
    .bound = brotli_bound,
    .compress = brotli_compress,
};

#endif
