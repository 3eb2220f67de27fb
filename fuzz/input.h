/* What all targets share: parameters from the input's end, so that the bytes before it stay what they are
 * while the parameters change; and a way to say that a fact does not hold. */
#ifndef INLAY_FUZZ_INPUT_H
#define INLAY_FUZZ_INPUT_H

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_FACT(fact) ((fact) ? (void)0 : abort())

struct fuzz_input {
    const uint8_t *data;
    size_t size;
};

/* The last byte, or the last two (LE); 0 when there are none. */
INLAY_INLINE uint8_t fuzz_u8(struct fuzz_input *in)
{
    return in->size ? in->data[--in->size] : 0;
}
INLAY_INLINE uint16_t fuzz_u16(struct fuzz_input *in)
{
    uint16_t high = fuzz_u8(in);
    return (uint16_t)(high << 8 | fuzz_u8(in));
}

/* A copy of exactly the bytes, so that a read beyond them is seen. Freed by the caller. */
INLAY_INLINE uint8_t *fuzz_copy(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    if (copy && size)
        memcpy(copy, data, size);
    return copy;
}

#endif
