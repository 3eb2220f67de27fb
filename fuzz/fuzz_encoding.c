/* One value section: the first bytes choose encoding, type, width and count; the rest is the page. */
#include <stdlib.h>

#include "encoding/encoding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_MOST = 4096 };

static void fuzz_decode(int id, uint8_t type, uint32_t width, const uint8_t *data, size_t size, size_t n)
{
    struct decoder d;
    if (decoder_open(&d, id, type, width, data, size, n) != INLAY_OK)
        return;
    uint8_t *out = malloc(FUZZ_MOST * width + 1), *scratch = NULL, *carry = NULL;
    while (out && d.left) {
        size_t take = d.left < 100 ? d.left : 100, bytes = 0;
        if (!decoder_scratch(&d, take, &bytes) || bytes > 1u << 24)
            break;
        uint8_t *fresh = malloc(bytes + 1);
        free(carry);
        carry = scratch; /* the previous value may still lie in the last scratch */
        scratch = fresh;
        d.scratch = scratch;
        d.scratch_bytes = bytes;
        if (!fresh || !decoder_read(&d, out, take))
            break;
    }
    free(out);
    free(scratch);
    free(carry);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t widths[] = {1, 4, 8, 12, 4, 8, sizeof(inlay_bytes), 5};
    if (size < 4)
        return 0;
    uint8_t type = data[1] & 7;
    size_t n = load_le16(data + 2) % FUZZ_MOST;
    uint32_t out[256];
    uint8_t levels[256];
    struct rle r;
    fuzz_decode(data[0] % 11, type, widths[type], data + 4, size - 4, n);
    rle_open(&r, data + 4, size - 4, data[0] & 63);
    while (n >= 256 && rle_read_u32(&r, out, 256))
        n -= 256;
    rle_open(&r, data + 4, size - 4, data[0] & 7);
    (void)!rle_read_u8(&r, levels, 256);
    rle_open(&r, data + 4, size - 4, data[0] & 63);
    (void)!rle_skip(&r, 5000);
    (void)!bit_packed_read_u8(data + 4, size - 4, data[0] & 7, levels, 256);
    return 0;
}
