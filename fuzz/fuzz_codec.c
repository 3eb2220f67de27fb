/* One page through each codec: exactly the promised size, twice the same; and what our own snappy writes comes
 * back.
 *
 *   input = page | u16 LE bytes of output | u8 codec
 */
#include "codec/codec.h"
#include "input.h"

#if INLAY_SNAPPY
static void fuzz_round_trip(const uint8_t *data, size_t size)
{
    uint8_t *packed = malloc(snappy_bound(size)), *back = malloc(size + 1);
    void *table = malloc(SNAPPY_TABLE_BYTES);
    if (packed && back && table) {
        size_t n = snappy_compress(data, size, packed, table);
        FUZZ_FACT(n <= snappy_bound(size) && snappy_decompress(packed, n, back, size));
        FUZZ_FACT(memcmp(back, data, size) == 0);
    }
    free(packed);
    free(back);
    free(table);
}
#else
static void fuzz_round_trip(const uint8_t *data, size_t size)
{
    (void)data;
    (void)size;
}
#endif

static void fuzz_unpack(int id, const uint8_t *data, size_t size, size_t want)
{
    inlay_env env = {0};
    struct codec_context c;
    uint8_t *out = malloc(want + 1), *again = malloc(want + 1);
    if (out && again && codec_open_decompress(&c, &env, id) == INLAY_OK) {
        memset(out, 1, want);
        memset(again, 2, want);
        if (c.codec->decompress(&c, data, size, out, want)) {
            FUZZ_FACT(c.codec->decompress(&c, data, size, again, want));
            FUZZ_FACT(memcmp(out, again, want) == 0);
        } else {
            FUZZ_FACT(c.what != NULL);
        }
        codec_close(&c);
    }
    free(out);
    free(again);
    FUZZ_FACT(env.used_bytes == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    int id = fuzz_u8(&input) % 8;
    size_t want = fuzz_u16(&input);
    uint8_t *copy = fuzz_copy(input.data, input.size);
    if (copy) {
        fuzz_unpack(id, copy, input.size, want);
        if (id == CODEC_SNAPPY)
            fuzz_round_trip(copy, input.size);
    }
    free(copy);
    return 0;
}
