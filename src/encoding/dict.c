/* Dictionary: codes to values. Source: Encodings.md "Dictionary Encoding". */
#include "base/mem.h"
#include "encoding/encoding.h"

/* Two codes at once. */
INLAY_INLINE uint64_t dict_two(const uint32_t *codes)
{
    uint64_t v;
    memcpy(&v, codes, sizeof v);
    return v;
}

/* Is any of them not below n, which is at most 2^31? All are: with bit 31 set, less n, it stays set where a code is not
 * below, and no half borrows from the other. */
static bool dict_beyond(const uint32_t *codes, size_t n_codes, uint32_t n)
{
    uint64_t high = 0x8000000080000000u, less = (uint64_t)n << 32 | n, bad = 0, odd = 0;
    size_t i = 0;
    for (; i + 2 <= n_codes; i += 2) {
        uint64_t two = dict_two(codes + i);
        odd |= two;
        bad |= (two | high) - less;
    }
    for (; i < n_codes; i++)
        bad |= codes[i] < n ? 0 : high;
    return (bad | odd) & high;
}

bool dict_check(const uint32_t *codes, size_t n, size_t n_dictionary)
{
    uint64_t two = 0;
    uint32_t all = 0;
    size_t eight = n - n % 8;
    for (size_t i = 0; i < eight; i += 8) /* no code is above all of them OR-ed, which is quicker to have */
        two |= (dict_two(codes + i) | dict_two(codes + i + 2)) | (dict_two(codes + i + 4) | dict_two(codes + i + 6));
    for (size_t i = eight; i < n; i++)
        all |= codes[i];
    all |= (uint32_t)two | (uint32_t)(two >> 32);
    if (n == 0 || all < n_dictionary)
        return true;
    return n_dictionary <= (uint32_t)1 << 31 && !dict_beyond(codes, n, (uint32_t)n_dictionary);
}

/* A copy of constant size is one load and one store; by width, not by type. */
#define DICT_GATHER(bytes)                                                           \
    case bytes:                                                                      \
        for (size_t i = 0; i < n; i++)                                               \
            memcpy(to + i * (bytes), from + (size_t)codes[i] * (bytes), bytes);      \
        return true

bool dict_gather(const void *dictionary, size_t n_dictionary, uint32_t width, const uint32_t *codes,
                 size_t n, void *out)
{
    const uint8_t *from = dictionary;
    uint8_t *to = out;
    if (!dict_check(codes, n, n_dictionary))
        return false;
    switch (width) {
        DICT_GATHER(4);
        DICT_GATHER(8);
        DICT_GATHER(12);
        DICT_GATHER(16);
    default:
        for (size_t i = 0; i < n; i++)
            memcpy(to + i * width, from + (size_t)codes[i] * width, width);
        return true;
    }
}

/* n copies of one value: a block that doubles. */
static void dict_fill(uint8_t *to, const uint8_t *value, size_t width, size_t n)
{
    memcpy(to, value, width);
    for (size_t done = 1; done < n;) {
        size_t more = done < n - done ? done : n - done;
        memcpy(to + done * width, to, more * width);
        done += more;
    }
}

bool dict_read(const void *dictionary, size_t n_dictionary, uint32_t width, struct rle *codes,
               size_t n, void *out)
{
    enum { DICT_PIECE = 1024, DICT_RUN = 8 };
    uint32_t piece[DICT_PIECE];
    uint8_t *to = out;
    for (size_t take; n; n -= take, to += take * width) {
        uint32_t code = 0;
        take = rle_peek_run(codes, n, &code);
        if (take >= DICT_RUN && code < n_dictionary) {
            dict_fill(to, (const uint8_t *)dictionary + (size_t)code * width, width, take);
            (void)rle_skip(codes, take);
            continue;
        }
        if (take == 0) /* packed, or the end */
            take = codes->packed_left && codes->packed_left < n ? (size_t)codes->packed_left : n;
        take = take < DICT_PIECE ? take : DICT_PIECE;
        if (!rle_read_u32(codes, piece, take))
            return false;
        if (!dict_gather(dictionary, n_dictionary, width, piece, take, to)) {
            codes->what = ERR("dictionary code beyond the dictionary");
            return false;
        }
    }
    return true;
}
