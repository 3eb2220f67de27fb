/* A growing output buffer.
 *
 * Appends remember their first failure (no memory), and then do nothing; the owner checks
 * buf_status once after a stretch of appends.
 */
#ifndef INLAY_BASE_BUF_H
#define INLAY_BASE_BUF_H

#include "base/mem.h"

struct buf {
    inlay_env *env;
    uint8_t *data;
    size_t bytes, capacity;
    inlay_status status; /* OK, or the first failure */
};

void buf_init(struct buf *b, inlay_env *env);
void buf_free(struct buf *b);               /* may be used again after it */
INLAY_INLINE void buf_clear(struct buf *b)  /* keeps the memory */
{
    b->bytes = 0;
    b->status = INLAY_OK;
}
/* Room for n more bytes at data + bytes; the caller then adds to `bytes` what it used. NULL = failed. */
uint8_t *buf_reserve(struct buf *b, size_t n);
void buf_append(struct buf *b, const void *data, size_t n);
void buf_u8(struct buf *b, uint8_t v);
void buf_le32(struct buf *b, uint32_t v);
void buf_varint(struct buf *b, uint64_t v);

#endif
