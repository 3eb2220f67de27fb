/* One page through each codec: the first byte chooses, the next two are the promised size. What our own
 * snappy writes must come back. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "codec/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_round_trip(const uint8_t *data, size_t size)
{
    uint8_t *packed = malloc(snappy_bound(size)), *back = malloc(size + 1);
    void *table = malloc(SNAPPY_TABLE_BYTES);
    if (packed && back && table) {
        size_t n = snappy_compress(data, size, packed, table);
        if (n > snappy_bound(size) || !snappy_decompress(packed, n, back, size) ||
            memcmp(back, data, size) != 0)
            __builtin_trap();
    }
    free(packed);
    free(back);
    free(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    inlay_env env = {0};
    struct codec_context c;
    if (size < 3)
        return 0;
    size_t want = load_le16(data + 1);
    uint8_t *out = malloc(want + 1);
    if (out && codec_open_decompress(&c, &env, data[0] % 8) == INLAY_OK) {
        (void)!c.codec->decompress(&c, data + 3, size - 3, out, want);
        codec_close(&c);
    }
    free(out);
    fuzz_round_trip(data + 3, size - 3);
    return 0;
}
