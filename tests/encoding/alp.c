/* Facts about ALP: the example of the specification, vectors by hand, and two sections that the Rust crate
 * parquet 60.1.0 wrote, with the values that it reads back. */
#include "encoding/alp.h"

#include "encoding/bits.h"

#include "../test.h"
#include "encoding/encoding.h"

static inlay_status alp_of(struct decoder *d, uint32_t width, const uint8_t *bytes, size_t size, size_t n)
{
    return decoder_open(d, ENCODING_ALP, width == 4 ? INLAY_FLOAT : INLAY_DOUBLE, width, bytes, size, n);
}

static void check_doubles(const uint8_t *bytes, size_t size, const uint64_t *want, size_t n)
{
    uint64_t out[64];
    struct decoder d;
    CHECK_INT(alp_of(&d, 8, bytes, size, n), INLAY_OK);
    CHECK(decoder_read(&d, out, n));
    CHECK_BYTES(out, n * 8, want, n * 8);
}

/* AlpEncoding.md "Worked Example": 1500, NaN, 2500, 333.5 by exponent 4 and factor 3; 11665, 11665, 21665, 0
 * in 15 bits */
static const uint8_t alp_example[] = {
    0, 0, 10, 4, 0, 0, 0, 4, 0, 0, 0,
    4, 3, 1, 0, 0x07, 0x0D, 0, 0, 0, 0, 0, 0, 15,
    0x91, 0xAD, 0xC8, 0x56, 0x28, 0x15, 0x00, 0x00,
    1, 0, 0, 0, 0, 0, 0, 0, 0xF8, 0x7F};
static const uint64_t alp_example_values[] = {0x4097700000000000, 0x7FF8000000000000, 0x40A3880000000000,
                                              0x4074D80000000000};

static void example_of_the_specification(void)
{
    check_doubles(alp_example, sizeof alp_example, alp_example_values, 4);
}

static const uint8_t alp_rust_doubles[] = {
    0x00, 0x00, 0x0A, 0x28, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x0E, 0x0D, 0x05, 0x00, 0x18,
    0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x0B, 0x4F, 0xDE, 0x72, 0x72, 0x9E, 0x2C, 0xC6, 0x1C,
    0x95, 0x3E, 0x4B, 0x7A, 0xE0, 0x01, 0xA6, 0x00, 0xC0, 0x01, 0x38, 0x29, 0xE2, 0xC9, 0x94, 0x32,
    0xDA, 0x93, 0xF3, 0x71, 0xDD, 0x44, 0x16, 0xF1, 0xC9, 0x21, 0xE7, 0xD9, 0x45, 0x9E, 0x72, 0xDD,
    0x5C, 0xEE, 0xBD, 0xCA, 0x46, 0x1F, 0xCC, 0x6F, 0x90, 0x19, 0xB3, 0x27, 0x3B, 0xC7, 0x6C, 0x03,
    0x00, 0x0F, 0x00, 0x12, 0x00, 0x17, 0x00, 0x25, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xF8,
    0x7F, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xF8, 0x7F, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xF8,
    0x7F, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xF8,
    0x7F,
};
static const uint64_t alp_rust_double_values[] = {
    0x404EC00000000000, 0x404F59999999999A, 0xC04B266666666666, 0x7FF8000000000000,
    0x4028666666666666, 0xC0458CCCCCCCCCCD, 0x4057ECCCCCCCCCCD, 0xC043F33333333333,
    0xC055F33333333333, 0xC057800000000000, 0xC040CCCCCCCCCCCD, 0xC059000000000000,
    0xC0584CCCCCCCCCCD, 0xC042CCCCCCCCCCCD, 0xC0558CCCCCCCCCCD, 0x7FF8000000000000,
    0xC041000000000000, 0xC030333333333333, 0x7FF8000000000000, 0xC052C66666666666,
    0x4048C00000000000, 0x403019999999999A, 0x402299999999999A, 0x8000000000000000,
    0x4054A00000000000, 0xC031333333333333, 0xC052066666666666, 0xC050A00000000000,
    0x4048C00000000000, 0x4034E66666666666, 0x4056E00000000000, 0x404F0CCCCCCCCCCD,
    0x40558CCCCCCCCCCD, 0xC04EA66666666666, 0xC04BA66666666666, 0x4036666666666666,
    0xC0324CCCCCCCCCCD, 0x7FF8000000000000, 0xC04AE66666666666, 0xC02A000000000000,
};
static const uint8_t alp_rust_floats[] = {
    0x00, 0x00, 0x0A, 0x20, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x06, 0x05, 0x02, 0x00, 0x18,
    0xFC, 0xFF, 0xFF, 0x0B, 0x4F, 0xDE, 0x72, 0x72, 0xC4, 0x98, 0xA3, 0xD2, 0x67, 0x89, 0x07, 0x98,
    0x02, 0x00, 0x07, 0x14, 0xF1, 0x64, 0x4A, 0x19, 0x2D, 0x1F, 0xD7, 0x4D, 0x64, 0x11, 0x43, 0xCE,
    0xB3, 0x8B, 0x3C, 0x25, 0x97, 0x7B, 0xAF, 0xB2, 0xD1, 0x7F, 0x83, 0xCC, 0x98, 0x3D, 0xD9, 0x6C,
    0x0C, 0x00, 0x1E, 0x00, 0x00, 0x00, 0xC0, 0x7F, 0x00, 0x00, 0xC0, 0x7F,
};
static const uint32_t alp_rust_float_values[] = {
    0x42760000, 0x427ACCCD, 0xC2593333, 0x41433333, 0xC22C6666, 0x42BF6666,
    0xC21F999A, 0xC2BC0000, 0xC2066666, 0xC2C80000, 0xC2C26666, 0xC2AC6666,
    0x7FC00000, 0xC2080000, 0xC181999A, 0xC2963333, 0x42460000, 0x4180CCCD,
    0x4114CCCD, 0x42A50000, 0xC189999A, 0xC2903333, 0xC2850000, 0x41A73333,
    0x42B70000, 0x42786666, 0x42AC6666, 0xC25D3333, 0x41B33333, 0xC1926666,
    0x7FC00000, 0xC1500000,
};

static void sections_of_another_writer(void)
{
    uint32_t out[32];
    struct decoder d;
    check_doubles(alp_rust_doubles, sizeof alp_rust_doubles, alp_rust_double_values, 40);
    CHECK_INT(alp_of(&d, 4, alp_rust_floats, sizeof alp_rust_floats, 32), INLAY_OK);
    CHECK(decoder_read(&d, out, 32));
    CHECK_BYTES(out, sizeof out, alp_rust_float_values, sizeof alp_rust_float_values);
}

static void any_pieces_and_skips_give_the_same_values(void)
{
    for (size_t piece = 1; piece <= 40; piece++)
        for (size_t skip = 0; skip < 40; skip += 3) {
            struct decoder d;
            uint64_t out[40];
            CHECK_INT(alp_of(&d, 8, alp_rust_doubles, sizeof alp_rust_doubles, 40), INLAY_OK);
            for (size_t at = 0; at < 40;) {
                size_t n = 40 - at < piece ? 40 - at : piece;
                CHECK(decoder_read(&d, out, n));
                CHECK_BYTES(out, n * 8, alp_rust_double_values + at, n * 8);
                at += n;
                n = 40 - at < skip ? 40 - at : skip;
                CHECK(decoder_skip(&d, n));
                at += n;
            }
        }
}

/* Vectors of 8, by hand: eight times 5 (no bits), then 7, 8, 7 in one bit, as floats. */
static const uint8_t alp_two_vectors[] = {0, 0, 3, 11, 0, 0, 0, 8, 0, 0, 0, 17, 0, 0, 0,
                                          0, 0, 0, 0, 5, 0, 0, 0, 0,
                                          0, 0, 0, 0, 7, 0, 0, 0, 1, 0x02};

static void short_last_vector_and_no_bits(void)
{
    static const float want[] = {5, 5, 5, 5, 5, 5, 5, 5, 7, 8, 7};
    float out[11];
    struct decoder d;
    CHECK_INT(alp_of(&d, 4, alp_two_vectors, sizeof alp_two_vectors, 11), INLAY_OK);
    CHECK(decoder_read(&d, out, 11));
    CHECK_BYTES(out, sizeof out, want, sizeof want);
    CHECK_INT(alp_of(&d, 4, alp_two_vectors, sizeof alp_two_vectors, 11), INLAY_OK);
    CHECK(decoder_skip(&d, 9));
    CHECK(decoder_read(&d, out, 2));
    CHECK_BYTES(out, 8, want + 9, 8);
}

static void base_and_packed_number_wrap_around(void)
{
    /* 2^63 - 1 and 2^64 - 1: 2^63 - 2 modulo 2^64, which rounds to 2^63; 2^31 - 1 and 2: -2^31 + 1 */
    static const uint8_t wide[] = {0, 0, 3, 1, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0,
                                   0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 64,
                                   0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    static const uint8_t narrow[] = {0, 0, 3, 1, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0,
                                     0xFF, 0xFF, 0xFF, 0x7F, 32, 2, 0, 0, 0};
    static const uint64_t want[] = {0x43E0000000000000};
    struct decoder d;
    uint32_t out = 0;
    check_doubles(wide, sizeof wide, want, 1);
    CHECK_INT(alp_of(&d, 4, narrow, sizeof narrow, 1), INLAY_OK);
    CHECK(decoder_read(&d, &out, 1));
    CHECK_INT(out, 0xCF000000);
}

static void two_roundings_in_the_columns_precision(void)
{
    /* 16777228 x 10^2 x 10^-5 is 0x46831274 by two multiplications of floats, and 0x46831275 by one rounding
     * of the exact product or by doubles in between */
    static const uint8_t narrow[] = {0, 0, 3, 1, 0, 0, 0, 4, 0, 0, 0, 5, 2, 0, 0, 0x0C, 0, 0, 1, 0};
    /* 3 x 10^2 x 10^-4 is 0x3F9EB851EB851EB9, and ...B8 by 3 / 100, 3 x 10^-2 or 3 x (10^2 x 10^-4) */
    static const uint8_t wide[] = {0, 0, 3, 1, 0, 0, 0, 4, 0, 0, 0, 4, 2, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0};
    static const uint64_t want[] = {0x3F9EB851EB851EB9};
    uint32_t out = 0;
    struct decoder d;
    CHECK_INT(alp_of(&d, 4, narrow, sizeof narrow, 1), INLAY_OK);
    CHECK(decoder_read(&d, &out, 1));
    CHECK_INT(out, 0x46831274);
    check_doubles(wide, sizeof wide, want, 1);
}

static void exceptions_in_any_order_the_last_one_counts(void)
{
    /* eight zeros; positions 6, 1, 6 as floats 1.0, 2.0, 4.0 */
    static const uint8_t bytes[] = {0, 0, 3, 8, 0, 0, 0, 4, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0,
                                    6, 0, 1, 0, 6, 0, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 0, 0, 0x80, 0x40};
    static const float want[] = {0, 2, 0, 0, 0, 0, 4, 0};
    for (size_t piece = 1; piece <= 8; piece++) {
        float out[8];
        struct decoder d;
        CHECK_INT(alp_of(&d, 4, bytes, sizeof bytes, 8), INLAY_OK);
        for (size_t at = 0; at < 8; at += piece)
            CHECK(decoder_read(&d, out + at, 8 - at < piece ? 8 - at : piece));
        CHECK_BYTES(out, sizeof out, want, sizeof want);
    }
}

static void page_of_nulls_needs_nothing(void)
{
    struct decoder d;
    CHECK_INT(alp_of(&d, 8, NULL, 0, 0), INLAY_OK);
    CHECK_INT(alp_of(&d, 8, (const uint8_t *)"\0\0\12\0\0\0\0", 7, 0), INLAY_OK);
}

static void every_truncation_is_refused(void)
{
    for (size_t size = 0; size < sizeof alp_example; size++) {
        uint64_t out[4];
        struct decoder d;
        CHECK(alp_of(&d, 8, alp_example, size, 4) != INLAY_OK || !decoder_read(&d, out, 4));
    }
}

static void impossible_headers_are_refused(void)
{
    static const struct {
        uint8_t at, value;
    } bad[] = {
        {0, 1},    /* mode */
        {1, 1},    /* integer encoding */
        {2, 2},    /* log2 of vector size below 3 */
        {2, 16},   /* above 15 */
        {3, 5},    /* count of values */
        {6, 0x80}, /* negative count */
        {7, 5},    /* first offset */
        {10, 1},   /* first offset far outside */
        {11, 19},  /* exponent */
        {12, 5},   /* factor above exponent */
        {13, 2},   /* more exceptions than bytes */
        {23, 65},  /* bit width above the type's */
        {32, 4},   /* exception outside the vector */
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint8_t copy[sizeof alp_example];
        uint64_t out[4];
        struct decoder d;
        memcpy(copy, alp_example, sizeof copy);
        copy[bad[i].at] = bad[i].value;
        CHECK(alp_of(&d, 8, copy, sizeof copy, 4) != INLAY_OK || !decoder_read(&d, out, 4));
    }
}

static void offsets_must_meet(void)
{
    /* the second vector begins at 17; one byte more or less leaves a gap or an overlap */
    for (uint8_t at = 16; at <= 18; at++) {
        uint8_t copy[sizeof alp_two_vectors];
        float out[11];
        struct decoder d;
        memcpy(copy, alp_two_vectors, sizeof copy);
        copy[11] = at;
        CHECK_INT(alp_of(&d, 4, copy, sizeof copy, 11), INLAY_OK);
        CHECK_INT(decoder_read(&d, out, 11), at == 17);
    }
}

static void other_types_cannot_carry_it(void)
{
    struct decoder d;
    CHECK_INT(decoder_open(&d, ENCODING_ALP, INLAY_INT64, 8, alp_example, sizeof alp_example, 4),
              INLAY_CORRUPT);
    CHECK(encoding_by_name("alp") == encoding_by_id(ENCODING_ALP));
    CHECK_TEXT(inlay_encoding_name(ENCODING_ALP), "ALP");
}

static void multiplication_by_integers_equals_the_machines(void)
{
    for (int i = 0; i < 200000; i++) {
        int64_t integer = (int64_t)(test_random() >> 1 >> test_random_below(63));
        double a = (double)(i & 1 ? -integer : integer), b = 1;
        for (uint64_t k = test_random_below(19); k; k--)
            b *= 10;
        if (i & 2)
            b = 1 / b;
        double want = a * b, got = alp_multiply(a, b);
        CHECK_BYTES(&got, sizeof got, &want, sizeof want);
    }
}

/* ---- writing ---- */

static size_t alp_round(const void *values, size_t n, uint32_t width)
{
    static uint8_t packed[100000], out[40000];
    const struct encoding *e = encoding_by_id(ENCODING_ALP);
    uint8_t type = width == 4 ? INLAY_FLOAT : INLAY_DOUBLE;
    struct decoder d;
    size_t bytes = e->write(packed, values, n, type, width);
    CHECK(bytes <= e->bound(values, n, type, width) && bytes <= sizeof packed && n * width <= sizeof out);
    CHECK_INT(alp_of(&d, width, packed, bytes, n), INLAY_OK);
    CHECK(decoder_read(&d, out, n));
    CHECK_BYTES(out, n * width, values, n * width);
    return bytes;
}

static void alp_cents(void)
{
    double cents[1024];
    for (int i = 0; i < 1024; i++)
        cents[i] = (double)i / 100;
    /* header 7, one offset 4, vector header 4 + 8 + 1, and 1,024 integers of 10 bits */
    CHECK_INT(alp_round(cents, 1024, 8), 7 + 4 + 13 + 1280);
}

static void alp_any_bits(void)
{
    static uint64_t doubles[4000];
    static uint32_t floats[4000];
    for (int round = 0; round < 60; round++) {
        size_t n = round < 4 ? (size_t)round : (size_t)test_random_below(4000);
        double scale = round % 3 ? 1e4 : 1e-3;
        for (size_t i = 0; i < n; i++) {
            double v = (double)(int64_t)test_random_below(100000) / scale - 3;
            float f = (float)v;
            memcpy(&doubles[i], &v, 8);
            memcpy(&floats[i], &f, 4);
            if (test_random_below(10) < (uint64_t)(round % 11)) { /* NaNs, infinities, denormals, zeros */
                doubles[i] = test_random() & (test_random() | 0x7FF0000000000000u);
                floats[i] = (uint32_t)doubles[i];
            }
        }
        alp_round(doubles, n, 8);
        alp_round(floats, n, 4);
    }
}

static void alp_extremes(void)
{
    static const double doubles[] = {0.0, -0.0, 1e308, -1e308, 5e-324, 9.3e18, -9.3e18, 9.2e18, 0.1, 123456789.125};
    static const float floats[] = {0.0f, -0.0f, 3.4e38f, 1e-45f, 2147483647.0f, -2147483648.0f, 0.1f};
    alp_round(doubles, sizeof doubles / sizeof *doubles, 8);
    alp_round(floats, sizeof floats / sizeof *floats, 4);
}

static void alp_bits_of_every_width(void)
{
    uint64_t values[67];
    uint8_t packed[67 * 8];
    for (uint32_t width = 1; width <= 64; width++) {
        uint64_t mask = width == 64 ? UINT64_MAX : ((uint64_t)1 << width) - 1;
        for (size_t i = 0; i < 67; i++)
            values[i] = test_random();
        CHECK_INT(bits_pack(packed, values, 67, width), (67 * width + 7) / 8);
        for (size_t i = 0; i < 67; i++)
            CHECK(bits_unpack(packed, packed + (67 * width + 7) / 8, i * width, width) == (values[i] & mask));
    }
}

TEST_SUITE(encoding_alp) = {
    {"alp: cents take the bits of their integers", alp_cents},
    {"alp: any bits come back as they were", alp_any_bits},
    {"alp: zeros, the largest, the smallest", alp_extremes},
    {"bits: packed and unpacked at every width", alp_bits_of_every_width},
    {"alp: the specification's example, with an exception", example_of_the_specification},
    {"alp: sections of another writer, bit for bit", sections_of_another_writer},
    {"alp: any pieces and skips give the same values", any_pieces_and_skips_give_the_same_values},
    {"alp: vectors of eight, a short last one, and no bits at all", short_last_vector_and_no_bits},
    {"alp: base and packed number wrap around", base_and_packed_number_wrap_around},
    {"alp: two roundings, in the column's precision", two_roundings_in_the_columns_precision},
    {"alp: exceptions in any order, the last one counts", exceptions_in_any_order_the_last_one_counts},
    {"alp: a page of nulls needs nothing", page_of_nulls_needs_nothing},
    {"alp: every truncation is refused", every_truncation_is_refused},
    {"alp: impossible headers are refused", impossible_headers_are_refused},
    {"alp: a vector ends where the next begins", offsets_must_meet},
    {"alp: only for FLOAT and DOUBLE, and only read", other_types_cannot_carry_it},
    {"alp: multiplication by integers equals the machine's", multiplication_by_integers_equals_the_machines},
    {0}};
