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
    {"delta: random integers survive, read and skipped", random_integers_survive_a_round_trip},
    {"delta length: strings survive in any batches", delta_length_strings_survive},
    {"delta strings: strings survive in any batches", delta_prefix_strings_survive},
    {"delta strings: a prefix longer than the value before is refused",
     prefix_longer_than_the_value_before_is_refused},
    {"delta length: a negative length is refused", negative_length_is_refused},
    {0}};
