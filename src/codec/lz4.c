/* LZ4 through liblz4: LZ4_RAW, one block; and what stands under the number of LZ4, read only.
 *
 *   Hadoop     frames of  u32 BE bytes of output | { u32 BE bytes of input | block }...
 *              one frame holds as many blocks as it takes to give its output
 *   raw        one block: parquet-cpp of Arrow before 0.15
 *   LZ4 frame  magic | flags | sizes | { u32 LE bytes, top bit = stored | block }... 0: older parquet-cpp
 *
 * None of the three can be taken for another one: a raw block cannot begin with the magic number (its first
 * match would lie before the output), and sizes must be met exactly.
 * Source: parquet-format Compression.md "LZ4", "LZ4_RAW"; apache/arrow issue 43745; lz4_Frame_format.md 1.6.
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

/* ---- LZ4 frames ---- */

enum {
    LZ4F_MAGIC = 0x184D2204,
    LZ4F_SKIPPABLE = 0x184D2A50, /* to ..5F */
    LZ4F_WINDOW = 65536
};
enum { /* of the flag byte */
    LZ4F_VERSION = 0xC0,
    LZ4F_INDEPENDENT = 0x20,
    LZ4F_BLOCK_CHECKSUM = 0x10,
    LZ4F_CONTENT_SIZE = 0x08,
    LZ4F_CONTENT_CHECKSUM = 0x04,
    LZ4F_DICTIONARY = 0x01
};

/* The blocks of one frame behind its header; `start` is where its output begins, *done moves. Checksums are
 * passed over: the page's CRC and the exact size have to do. */
static bool lz4f_blocks(struct cursor *in, uint8_t flags, uint8_t *dst, size_t dst_bytes, size_t *done)
{
    size_t start = *done;
    for (;;) {
        uint32_t size = cursor_le32(in);
        const uint8_t *block = cursor_take(in, size & INT32_MAX);
        if (in->failed)
            return false;
        if (size == 0)
            return !(flags & LZ4F_CONTENT_CHECKSUM) || cursor_take(in, 4);
        size_t left = dst_bytes - *done;
        uint8_t *to = dst + *done;
        if (size >> 31) {
            size &= INT32_MAX;
            if (size > left)
                return false;
            memcpy(to, block, size);
            *done += size;
        } else {
            size_t back = flags & LZ4F_INDEPENDENT ? 0 : *done - start;
            if (back > LZ4F_WINDOW)
                back = LZ4F_WINDOW;
            int n = left > INT32_MAX ? -1
                                     : LZ4_decompress_safe_usingDict((const char *)block, (char *)to, (int)size,
                                                                     (int)left, (const char *)to - back, (int)back);
            if (n < 0)
                return false;
            *done += (size_t)n;
        }
        if (flags & LZ4F_BLOCK_CHECKSUM)
            cursor_take(in, 4);
    }
}

static bool lz4f_decompress(struct cursor in, uint8_t *dst, size_t dst_bytes)
{
    size_t done = 0;
    while (cursor_left(&in)) {
        uint32_t magic = cursor_le32(&in);
        if ((magic & ~15u) == LZ4F_SKIPPABLE) {
            cursor_take(&in, cursor_le32(&in));
            continue;
        }
        const uint8_t *head = cursor_take(&in, 2);
        if (magic != LZ4F_MAGIC || !head || (head[0] & LZ4F_VERSION) != 0x40 || head[0] & LZ4F_DICTIONARY)
            return false;
        cursor_take(&in, (head[0] & LZ4F_CONTENT_SIZE ? 8 : 0) + 1); /* and the header's checksum */
        if (in.failed || !lz4f_blocks(&in, head[0], dst, dst_bytes, &done))
            return false;
    }
    return !in.failed && done == dst_bytes;
}

static bool lz4_hadoop_decompress(struct codec_context *c, const uint8_t *src, size_t src_bytes,
                                  uint8_t *dst, size_t dst_bytes)
{
    struct cursor in = cursor_over(src, src_bytes);
    return lz4_hadoop_frames(in, dst, dst_bytes) || lz4f_decompress(in, dst, dst_bytes) ||
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
