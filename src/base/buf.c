/* A growing output buffer; see buf.h. */
#include "base/buf.h"

#include <string.h>

#include "base/bytes.h"

void buf_init(struct buf *b, inlay_env *env)
{
    *b = (struct buf){.env = env};
}

void buf_free(struct buf *b)
{
    if (b->env)
        mem_free(b->env, b->data, b->capacity);
    *b = (struct buf){.env = b->env};
}

uint8_t *buf_reserve(struct buf *b, size_t n)
{
    if (b->status != INLAY_OK)
        return NULL;
    if (n > b->capacity - b->bytes) {
        void *block = b->data;
        if (n > SIZE_MAX - b->bytes)
            b->status = err_set(b->env, INLAY_NOMEM, ERR("out of memory"));
        else
            b->status = mem_grow(b->env, &block, &b->capacity, b->bytes + n, 1);
        if (b->status != INLAY_OK)
            return NULL;
        b->data = block;
    }
    return b->data + b->bytes;
}

void buf_append(struct buf *b, const void *data, size_t n)
{
    uint8_t *dst = n ? buf_reserve(b, n) : NULL;
    if (!dst)
        return;
    memcpy(dst, data, n);
    b->bytes += n;
}

void buf_u8(struct buf *b, uint8_t v)
{
    uint8_t *dst = buf_reserve(b, 1);
    if (dst) {
        *dst = v;
        b->bytes++;
    }
}

void buf_le32(struct buf *b, uint32_t v)
{
    uint8_t *dst = buf_reserve(b, 4);
    if (dst) {
        store_le32(dst, v);
        b->bytes += 4;
    }
}

void buf_varint(struct buf *b, uint64_t v)
{
    uint8_t *dst = buf_reserve(b, 10);
    if (dst)
        b->bytes += put_varint(dst, v);
}
