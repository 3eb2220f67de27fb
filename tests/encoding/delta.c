/* Facts about DELTA_BINARY_PACKED and the delta strings; examples of Encodings.md and by hand. */
#include "encoding/delta.h"

#include "../test.h"

/* header 128, 4, n, first; then blocks */
static void example_of_the_specification(void)
{
    /* 7, 5, 3, 1, 2, 3, 4, 5: deltas -2 -2 -2 1 1 1 1, least -2, packed 0 0 0 3 3 3 3 in two bits */
    static const uint8_t bytes[] = {0x80, 0x01, 0x04, 0x08, 0x0E, 0x03, 0x02, 0x00, 0x00, 0x00,
                                    0xC0, 0x3F, 0,    0,    0,    0,    0,    0};
    static const int64_t want[] = {7, 5, 3, 1, 2, 3, 4, 5};
    int64_t out[8];
    struct decoder d;
    CHECK_INT(decoder_open(&d, ENCODING_DELTA_BINARY_PACKED, INLAY_INT64, 8, bytes, sizeof bytes, 8),
              INLAY_OK);
    CHECK(decoder_read(&d, out, 8));
    CHECK_BYTES(out, sizeof out, want, sizeof want);
}

static void constant_deltas_take_no_bits(void)
{
    /* 1, 2, 3, 4, 5: least delta 1, all widths 0 */
    static const uint8_t bytes[] = {0x80, 0x01, 0x04, 0x05, 0x02, 0x02, 0, 0, 0, 0};
    int32_t out[5];
    struct decoder d;
    CHECK_INT(decoder_open(&d, ENCODING_DELTA_BINARY_PACKED, INLAY_INT32, 4, bytes, sizeof bytes, 5),
              INLAY_OK);
    CHECK(decoder_read(&d, out, 5));
    CHECK_INT(out[4], 5);
}

static void garbage_width_in_an_unused_miniblock(void)
{
    static const uint8_t bytes[] = {0x80, 0x01, 0x04, 0x05, 0x02, 0x02, 0, 0xFF, 0xEE, 0x7F};
    int32_t out[5];
    struct decoder d;
    CHECK_INT(decoder_open(&d, ENCODING_DELTA_BINARY_PACKED, INLAY_INT32, 4, bytes, sizeof bytes, 5),
              INLAY_OK);
    CHECK(decoder_read(&d, out, 5));
    CHECK_INT(out[4], 5);
}

static void missing_padding_of_the_last_miniblock(void)
{
    static const uint8_t bytes[] = {0x80, 0x01, 0x04, 0x08, 0x0E, 0x03, 0x02, 0, 0, 0, 0xC0, 0x3F};
    int64_t out[8];
    struct decoder d;
    CHECK_INT(decoder_open(&d, ENCODING_DELTA_BINARY_PACKED, INLAY_INT64, 8, bytes, sizeof bytes, 8),
              INLAY_OK);
    CHECK(decoder_read(&d, out, 8));
    CHECK_INT(out[7], 5);
    CHECK_INT(decoder_open(&d, ENCODING_DELTA_BINARY_PACKED, INLAY_INT64, 8, bytes, sizeof bytes - 1, 8),
              INLAY_OK);
    CHECK(!decoder_read(&d, out, 8));
}

static void one_value_needs_no_block(void)
{
    static const uint8_t bytes[] = {0x80, 0x01, 0x04, 0x01, 0x53};
    int64_t out = 0;
    struct decoder d;
    CHECK_INT(decoder_open(&d, ENCODING_DELTA_BINARY_PACKED, INLAY_INT64, 8, bytes, sizeof bytes, 1),
              INLAY_OK);
    CHECK(decoder_read(&d, &out, 1));
    CHECK_INT(out, -42);
}

static void impossible_geometry_is_refused(void)
{
    static const uint8_t bad[][6] = {
        {0x00, 0x04, 0x01, 0x00},       /* block of 0 */
        {0x80, 0x01, 0x00, 0x01, 0x00}, /* no miniblocks */
        {0x80, 0x01, 0x03, 0x01, 0x00}, /* 128 / 3 */
        {0x40, 0x01, 0x01, 0x00},       /* block of 64 */
        {0x80, 0x01, 0x08, 0x01, 0x00}, /* miniblocks of 16 */
    };
    struct decoder d;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK_INT(decoder_open(&d, ENCODING_DELTA_BINARY_PACKED, INLAY_INT64, 8, bad[i], 6, 1),
                  INLAY_CORRUPT);
}

static void width_above_the_type_is_refused(void)
{
    static const uint8_t bytes[300] = {0x80, 0x01, 0x04, 0x05, 0x02, 0x02, 33};
    int32_t out[5];
    struct decoder d;
    CHECK_INT(decoder_open(&d, ENCODING_DELTA_BINARY_PACKED, INLAY_INT32, 4, bytes, sizeof bytes, 5),
              INLAY_OK);
    CHECK(!decoder_read(&d, out, 5));
}

static void extremes_wrap_around(void)
{
    static const int64_t wide[] = {INT64_MIN, INT64_MAX, 0, -1, INT64_MIN, INT64_MAX};
    static const int32_t narrow[] = {INT32_MIN, INT32_MAX, 0, -1, INT32_MIN, INT32_MAX};
    uint8_t bytes[2000];
    int64_t back[6];
    struct decoder d;
    size_t n = delta_write(bytes, wide, 6, 64);
    CHECK_INT(decoder_open(&d, ENCODING_DELTA_BINARY_PACKED, INLAY_INT64, 8, bytes, n, 6), INLAY_OK);
    CHECK(decoder_read(&d, back, 6));
    CHECK_BYTES(back, sizeof wide, wide, sizeof wide);
    n = delta_write(bytes, narrow, 6, 32);
    CHECK_INT(decoder_open(&d, ENCODING_DELTA_BINARY_PACKED, INLAY_INT32, 4, bytes, n, 6), INLAY_OK);
    CHECK(decoder_read(&d, back, 6));
    CHECK_BYTES(back, sizeof narrow, narrow, sizeof narrow);
}

static void random_integers_survive_a_round_trip(void)
{
    static int64_t values[1000], back[1000];
    static uint8_t bytes[20000];
    for (int round = 0; round < 300; round++) {
        size_t n = test_random_below(1000);
        unsigned shift = (unsigned)test_random_below(64);
        for (size_t i = 0; i < n; i++)
            values[i] = (int64_t)(test_random() >> shift);
        size_t used = delta_write(bytes, values, n, 64);
        CHECK(used <= delta_bound(n));
        struct decoder d;
        CHECK_INT(decoder_open(&d, ENCODING_DELTA_BINARY_PACKED, INLAY_INT64, 8, bytes, used, n), INLAY_OK);
        size_t skip = test_random_below(n + 1);
        CHECK(decoder_skip(&d, skip));
        CHECK(decoder_read(&d, back, n - skip));
        CHECK(memcmp(back, values + skip, (n - skip) * 8) == 0);
    }
}

/* A plain writer of any geometry, bit by bit: n values as 64-bit integers, `bits` 32 or 64. */
static size_t delta_put(uint8_t *dst, const int64_t *v, size_t n, uint32_t block, uint32_t miniblocks, unsigned bits)
{
    uint64_t mask = bits == 64 ? UINT64_MAX : UINT32_MAX;
    size_t used = put_varint(dst, block), each = block / miniblocks;
    used += put_varint(dst + used, miniblocks);
    used += put_varint(dst + used, n);
    used += put_varint(dst + used, zigzag_encode(n ? v[0] : 0));
    for (size_t at = 1; at < n; at += block) {
        int64_t least = INT64_MAX;
        for (size_t i = at; i < n && i < at + block; i++) {
            int64_t delta = (int64_t)((uint64_t)v[i] - (uint64_t)v[i - 1]);
            if (bits == 32)
                delta = (int32_t)(uint32_t)(uint64_t)delta;
            least = delta < least ? delta : least;
        }
        used += put_varint(dst + used, zigzag_encode(least));
        uint8_t *widths = dst + used;
        used += miniblocks;
        for (size_t m = 0; m < miniblocks; m++) {
            size_t from = at + m * each;
            widths[m] = 0xAA; /* garbage where there is no miniblock */
            if (from >= n)
                continue;
            uint64_t any = 0;
            for (size_t i = from; i < n && i < from + each; i++)
                any |= ((uint64_t)v[i] - (uint64_t)v[i - 1] - (uint64_t)least) & mask;
            widths[m] = (uint8_t)bits_of(any);
            memset(dst + used, 0, each * widths[m] / 8);
            for (size_t i = from, bit = 0; i < from + each; i++)
                for (unsigned k = 0; k < widths[m]; k++, bit++) {
                    uint64_t d = i < n ? ((uint64_t)v[i] - (uint64_t)v[i - 1] - (uint64_t)least) & mask : UINT64_MAX;
                    dst[used + bit / 8] |= (uint8_t)((d >> k & 1) << bit % 8); /* padding of ones */
                }
            used += each * widths[m] / 8;
        }
    }
    return used;
}

static void any_legal_geometry(void)
{
    static const uint32_t geometry[][2] = {{128, 1},  {128, 4},   {256, 1},   {256, 8}, {2048, 8},
                                           {1024, 2}, {4096, 128}, {131072, 4}};
    static int64_t values[3000], back[3000];
    static int32_t narrow[3000];
    static uint8_t bytes[2000000];
    for (size_t g = 0; g < sizeof geometry / sizeof geometry[0]; g++)
        for (size_t round = 0; round < 40; round++) {
            size_t n = round < 4 ? round : test_random_below(3000), skip = test_random_below(n + 1);
            unsigned shift = (unsigned)test_random_below(64);
            struct decoder d;
            for (size_t i = 0; i < n; i++)
                values[i] = (int64_t)(test_random() >> shift) - (int64_t)(round << 20);
            size_t used = delta_put(bytes, values, n, geometry[g][0], geometry[g][1], 64);
            CHECK_INT(decoder_open(&d, ENCODING_DELTA_BINARY_PACKED, INLAY_INT64, 8, bytes, used, n), INLAY_OK);
            CHECK(decoder_skip(&d, skip));
            CHECK(decoder_read(&d, back, n - skip));
            CHECK_BYTES(back, (n - skip) * 8, values + skip, (n - skip) * 8);
            struct delta end;
            CHECK(delta_open(&end, bytes, used, 64) && delta_finish(&end));
            CHECK_INT(end.in.at - bytes, used);
            for (size_t i = 0; i < n; i++)
                values[i] = narrow[i] = (int32_t)(uint32_t)(uint64_t)values[i];
            used = delta_put(bytes, values, n, geometry[g][0], geometry[g][1], 32);
            CHECK_INT(decoder_open(&d, ENCODING_DELTA_BINARY_PACKED, INLAY_INT32, 4, bytes, used, n), INLAY_OK);
            CHECK(decoder_read(&d, back, n));
            CHECK_BYTES(back, n * 4, narrow, n * 4);
        }
}

static void least_delta_of_int32_in_either_width(void)
{
    /* 2^31 - 1, then -2^31: the delta is 1 modulo 2^32, or -4294967295 as a wide number */
    static const uint8_t narrow[] = {0x80, 0x01, 0x04, 0x02, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F, 0x02, 0, 0, 0, 0};
    static const uint8_t wide[] = {0x80, 0x01, 0x04, 0x02, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F,
                                   0xFD, 0xFF, 0xFF, 0xFF, 0x1F, 0,    0,    0,    0};
    static const int32_t want[] = {INT32_MAX, INT32_MIN};
    int32_t out[2];
    struct decoder d;
    CHECK_INT(decoder_open(&d, ENCODING_DELTA_BINARY_PACKED, INLAY_INT32, 4, narrow, sizeof narrow, 2), INLAY_OK);
    CHECK(decoder_read(&d, out, 2));
    CHECK_BYTES(out, 8, want, 8);
    CHECK_INT(decoder_open(&d, ENCODING_DELTA_BINARY_PACKED, INLAY_INT32, 4, wide, sizeof wide, 2), INLAY_OK);
    CHECK(decoder_read(&d, out, 2));
    CHECK_BYTES(out, 8, want, 8);
}

static void no_values_are_four_varints_or_nothing(void)
{
    static const uint8_t bytes[] = {0x80, 0x01, 0x04, 0x00, 0x00};
    struct decoder d;
    for (size_t n = 0; n <= sizeof bytes; n += sizeof bytes) {
        CHECK_INT(decoder_open(&d, ENCODING_DELTA_BINARY_PACKED, INLAY_INT64, 8, bytes, n, 0), INLAY_OK);
        CHECK_INT(decoder_open(&d, ENCODING_DELTA_LENGTH_BYTE_ARRAY, INLAY_BYTE_ARRAY, sizeof(inlay_bytes), bytes, n,
                               0),
                  INLAY_OK);
        CHECK_INT(decoder_open(&d, ENCODING_DELTA_BYTE_ARRAY, INLAY_BYTE_ARRAY, sizeof(inlay_bytes), bytes, n, 0),
                  INLAY_OK);
    }
}

static void counts_without_bytes_cost_nothing(void)
{
    /* 2^62 lengths of zero bits in blocks of 2^30, 20,000 of them: passed over by miniblocks, not by values */
    static uint8_t bytes[40100] = {0x80, 0x80, 0x80, 0x80, 0x04, 0x01, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
                                   0x80, 0x80, 0x40, 0x00};
    inlay_bytes out;
    struct decoder d;
    CHECK_INT(decoder_open(&d, ENCODING_DELTA_LENGTH_BYTE_ARRAY, INLAY_BYTE_ARRAY, sizeof out, bytes, sizeof bytes,
                           1),
              INLAY_CORRUPT);
}

/* Strings through an encoding and back, in batches. */
static void delta_strings(int id)
{
    enum { N = 500 };
    static inlay_bytes values[N], back[N];
    static char texts[N][40];
    static uint8_t bytes[100000], scratch[2][100000];
    const struct encoding *e = encoding_by_id(id);
    for (size_t i = 0; i < N; i++) {
        int n = snprintf(texts[i], sizeof texts[i], "%.*s%llu", (int)test_random_below(12), "common/prefix",
                         (unsigned long long)test_random_below(1000));
        values[i] = (inlay_bytes){(uint8_t *)texts[i], test_random_below(9) ? (size_t)n : 0};
    }
    CHECK(e->bound(values, N, INLAY_BYTE_ARRAY, sizeof(inlay_bytes)) <= sizeof bytes);
    size_t used = e->write(bytes, values, N, INLAY_BYTE_ARRAY, sizeof(inlay_bytes));
    struct decoder d;
    CHECK_INT(decoder_open(&d, id, INLAY_BYTE_ARRAY, sizeof(inlay_bytes), bytes, used, N), INLAY_OK);
    for (size_t i = 0, turn = 0; i < N; turn++) {
        size_t step = 1 + test_random_below(60), need = 0;
        if (step > N - i)
            step = N - i;
        CHECK(decoder_scratch(&d, step, &need) && need <= sizeof scratch[0]);
        d.scratch = scratch[turn % 2]; /* the last value of the batch before stays where it is */
        d.scratch_bytes = need;
        CHECK(decoder_read(&d, back, step));
        for (size_t k = 0; k < step; k++)
            CHECK_BYTES(back[k].data, back[k].len, values[i + k].data, values[i + k].len);
        i += step;
    }
}

static void delta_length_strings_survive(void)
{
    delta_strings(ENCODING_DELTA_LENGTH_BYTE_ARRAY);
}
static void delta_prefix_strings_survive(void)
{
    delta_strings(ENCODING_DELTA_BYTE_ARRAY);
}

static void prefix_longer_than_the_value_before_is_refused(void)
{
    /* one value, prefix 3, suffix length 0 */
    static const uint8_t bytes[] = {0x80, 0x01, 0x04, 0x01, 0x06, 0x80, 0x01, 0x04, 0x01, 0x00};
    inlay_bytes out;
    uint8_t scratch[16];
    struct decoder d;
    CHECK_INT(decoder_open(&d, ENCODING_DELTA_BYTE_ARRAY, INLAY_BYTE_ARRAY, sizeof out, bytes, sizeof bytes, 1),
              INLAY_OK);
    d.scratch = scratch;
    d.scratch_bytes = sizeof scratch;
    CHECK(!decoder_read(&d, &out, 1));
}

static void negative_length_is_refused(void)
{
    static const uint8_t bytes[] = {0x80, 0x01, 0x04, 0x01, 0x01, 'x'}; /* length -1 */
    inlay_bytes out;
    struct decoder d;
    CHECK_INT(decoder_open(&d, ENCODING_DELTA_LENGTH_BYTE_ARRAY, INLAY_BYTE_ARRAY, sizeof out, bytes,
                           sizeof bytes, 1),
              INLAY_OK);
    CHECK(!decoder_read(&d, &out, 1));
}

TEST_SUITE(encoding_delta) = {
    {"delta: the specification's example", example_of_the_specification},
    {"delta: constant deltas take no bits", constant_deltas_take_no_bits},
    {"delta: garbage width in an unused miniblock", garbage_width_in_an_unused_miniblock},
    {"delta: only the padding of the last miniblock may be missing", missing_padding_of_the_last_miniblock},
    {"delta: one value needs no block", one_value_needs_no_block},
    {"delta: impossible block sizes are refused", impossible_geometry_is_refused},
    {"delta: a width above the type's is refused", width_above_the_type_is_refused},
    {"delta: extremes wrap around", extremes_wrap_around},
    {"delta: any legal geometry, garbage in unused widths and padding", any_legal_geometry},
    {"delta: a least delta of INT32 in either width", least_delta_of_int32_in_either_width},
    {"delta: no values are four varints, or nothing", no_values_are_four_varints_or_nothing},
    {"delta: counts without bytes cost nothing", counts_without_bytes_cost_nothing},
    {"delta: random integers survive, read and skipped", random_integers_survive_a_round_trip},
    {"delta length: strings survive in any batches", delta_length_strings_survive},
    {"delta strings: strings survive in any batches", delta_prefix_strings_survive},
    {"delta strings: a prefix longer than the value before is refused",
     prefix_longer_than_the_value_before_is_refused},
    {"delta length: a negative length is refused", negative_length_is_refused},
    {0}};
