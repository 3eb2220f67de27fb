/* LZ4 through liblz4: LZ4_RAW, one block; and LZ4 as Hadoop wrote it, read only.
 *
 *   Hadoop: frames of  u32 BE bytes of output | { u32 BE bytes of input | block }...
 *   one frame holds as many blocks as it takes to give its output; older parquet-cpp wrote one raw block
 *   under the same codec number.
 *
 * Source: parquet-format Compression.md "LZ4", "LZ4_RAW"; apache/arrow issue 43745.
 */
#include "codec/codec.h"

#if INLAY_LZ4

#include <lz4.h>

#include "base/bytes.h"
#include "codec/rows.h"

static bool lz4_block(const uint8_t *src, size_t src_bytes, uint8_t *dst, size_t dst_bytes, size_t *out)
{
    if (src_bytes > INT32_MAX || dst_bytes > INT32_MAX)
        return false;
    int n = LZ4_decompress_safe((const char *)src, (char *)dst, (int)src_bytes, (int)dst_bytes);
    *out = n > 0 ? (size_t)n : 0;
    return n >= 0;
}

static bool lz4_raw_decompress(struct codec_context *c, const uint8_t *src, size_t src_bytes,
                               uint8_t *dst, size_t dst_bytes)
{
    size_t out = 0;
    if (lz4_block(src, src_bytes, dst, dst_bytes, &out) && out == dst_bytes)
        return true;
    c->what = ERR("page is not valid lz4 of the promised size");
    return false;
}

static bool lz4_hadoop_frames(struct cursor in, uint8_t *dst, size_t dst_bytes)
{
    size_t done = 0;
    while (cursor_left(&in)) {
        const uint8_t *head = cursor_take(&in, 4);
        size_t frame = head ? load_be32(head) : 0;
        if (!head || frame > dst_bytes - done)
            return false;
        for (size_t end = done + frame; done < end;) {
            size_t out = 0;
            const uint8_t *size = cursor_take(&in, 4);
            const uint8_t *block = size ? cursor_take(&in, load_be32(size)) : NULL;
            if (!block || !lz4_block(block, load_be32(size), dst + done, end - done, &out) || out == 0)
                return false;
            done += out;
        }
    }
    return done == dst_bytes;
}

static bool lz4_hadoop_decompress(struct codec_context *c, const uint8_t *src, size_t src_bytes,
                                  uint8_t *dst, size_t dst_bytes)
{
    return lz4_hadoop_frames(cursor_over(src, src_bytes), dst, dst_bytes) ||
           lz4_raw_decompress(c, src, src_bytes, dst, dst_bytes);
}

static inlay_status lz4_open_compress(struct codec_context *c)
{
    c->state_bytes = (size_t)LZ4_sizeofState();
    return mem_new(c->env, c->state_bytes, &c->state);
}

static void lz4_close(struct codec_context *c)
{
    mem_free(c->env, c->state, c->state_bytes);
}

static size_t lz4_bound(size_t src_bytes)
{
    return src_bytes <= LZ4_MAX_INPUT_SIZE ? (size_t)LZ4_compressBound((int)src_bytes) : 0;
}

static size_t lz4_compress(struct codec_context *c, const uint8_t *src, size_t src_bytes, uint8_t *dst,
                           size_t dst_capacity)
{
    if (src_bytes > LZ4_MAX_INPUT_SIZE || dst_capacity > INT32_MAX)
        return 0;
    int n = LZ4_compress_fast_extState(c->state, (const char *)src, (char *)dst, (int)src_bytes,
                                       (int)dst_capacity, 1);
    return n > 0 ? (size_t)n : 0;
}

const struct codec codec_lz4_raw = {
    .name = "lz4_raw",
    .id = CODEC_LZ4_RAW,
    .open_compress = lz4_open_compress,
    .close = lz4_close,
    .decompress = lz4_raw_decompress,
    .bound = lz4_bound,
    .compress = lz4_compress,
};
const struct codec codec_lz4_hadoop = {
    .name = "lz4",
    .id = CODEC_LZ4_HADOOP,
    .close = lz4_close,
    .decompress = lz4_hadoop_decompress,
};

#endif
