/* Facts about PLAIN, BYTE_STREAM_SPLIT, boolean RLE and dictionaries. */
#include "encoding/encoding.h"

#include "../test.h"

static void plain_values_by_hand(void)
{
    static const uint8_t ints[] = {0x01, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF};
    static const uint8_t texts[] = {2, 0, 0, 0, 'h', 'i', 0, 0, 0, 0, 1, 0, 0, 0, '!'};
    static const uint8_t bits[] = {0x0D}; /* 1 0 1 1 */
    int32_t i32[2];
    inlay_bytes text[3];
    uint8_t flag[4];
    struct decoder d;
    CHECK_INT(decoder_open(&d, ENCODING_PLAIN, INLAY_INT32, 4, ints, sizeof ints, 2), INLAY_OK);
    CHECK(decoder_read(&d, i32, 2));
    CHECK_INT(i32[0], 1);
    CHECK_INT(i32[1], -1);
    CHECK_INT(decoder_open(&d, ENCODING_PLAIN, INLAY_BYTE_ARRAY, sizeof text[0], texts, sizeof texts, 3),
              INLAY_OK);
    CHECK(decoder_read(&d, text, 3));
    CHECK_BYTES(text[0].data, text[0].len, "hi", 2);
    CHECK_INT(text[1].len, 0);
    CHECK_BYTES(text[2].data, text[2].len, "!", 1);
    CHECK_INT(decoder_open(&d, ENCODING_PLAIN, INLAY_BOOLEAN, 1, bits, 1, 4), INLAY_OK);
    CHECK(decoder_read(&d, flag, 4));
    CHECK_BYTES(flag, 4, "\1\0\1\1", 4);
}

static void plain_bodies_too_short_fail(void)
{
    static const uint8_t bytes[] = {5, 0, 0, 0, 'a', 'b'};
    static const uint8_t wrap[] = {0xFF, 0xFF, 0xFF, 0xFF, 'a'};
    inlay_bytes text;
    int64_t wide;
    struct decoder d;
    CHECK_INT(decoder_open(&d, ENCODING_PLAIN, INLAY_BYTE_ARRAY, sizeof text, bytes, sizeof bytes, 1), INLAY_OK);
    CHECK(!decoder_read(&d, &text, 1));
    CHECK_INT(decoder_open(&d, ENCODING_PLAIN, INLAY_BYTE_ARRAY, sizeof text, wrap, sizeof wrap, 1), INLAY_OK);
    CHECK(!decoder_read(&d, &text, 1));
    CHECK_INT(decoder_open(&d, ENCODING_PLAIN, INLAY_INT64, 8, bytes, sizeof bytes, 1), INLAY_OK);
    CHECK(!decoder_read(&d, &wide, 1));
    CHECK(d.what != NULL);
}

static void more_than_the_page_has_is_refused(void)
{
    static const uint8_t bytes[16];
    int64_t out[2];
    struct decoder d;
    CHECK_INT(decoder_open(&d, ENCODING_PLAIN, INLAY_INT64, 8, bytes, sizeof bytes, 1), INLAY_OK);
    CHECK(!decoder_read(&d, out, 2));
}

static void split_example_by_hand(void)
{
    /* Encodings.md: bytes AA BB CC DD, 00 11 22 33, A3 B4 C5 D6 */
    static const uint8_t bytes[] = {0xAA, 0x00, 0xA3, 0xBB, 0x11, 0xB4, 0xCC, 0x22, 0xC5, 0xDD, 0x33, 0xD6};
    static const uint8_t want[] = {0xAA, 0xBB, 0xCC, 0xDD, 0x00, 0x11, 0x22, 0x33, 0xA3, 0xB4, 0xC5, 0xD6};
    uint8_t out[12], back[12];
    struct decoder d;
    CHECK_INT(decoder_open(&d, ENCODING_BYTE_STREAM_SPLIT, INLAY_FIXED_LEN_BYTE_ARRAY, 4, bytes, 12, 3),
              INLAY_OK);
    CHECK(decoder_read(&d, out, 1));
    CHECK(decoder_read(&d, out + 4, 2));
    CHECK_BYTES(out, 12, want, 12);
    const struct encoding *e = encoding_by_id(ENCODING_BYTE_STREAM_SPLIT);
    CHECK_BYTES(back, e->write(back, want, 3, INLAY_FIXED_LEN_BYTE_ARRAY, 4), bytes, 12);
    CHECK_INT(decoder_open(&d, ENCODING_BYTE_STREAM_SPLIT, INLAY_FLOAT, 4, bytes, 11, 3), INLAY_CORRUPT);
}

static void split_of_every_type(void)
{
    static const struct {
        uint8_t type;
        uint32_t width;
    } kinds[] = {{INLAY_INT32, 4},  {INLAY_INT64, 8},
                 {INLAY_FLOAT, 4},  {INLAY_DOUBLE, 8},
                 {INLAY_FIXED_LEN_BYTE_ARRAY, 1},  {INLAY_FIXED_LEN_BYTE_ARRAY, 2},
                 {INLAY_FIXED_LEN_BYTE_ARRAY, 5},  {INLAY_FIXED_LEN_BYTE_ARRAY, 16},
                 {INLAY_FIXED_LEN_BYTE_ARRAY, 300}};
    enum { N = 37 };
    static uint8_t bytes[N * 300], want[N * 300], out[N * 300];
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        uint32_t width = kinds[k].width;
        for (size_t i = 0; i < N; i++)
            for (size_t b = 0; b < width; b++)
                bytes[b * N + i] = want[i * width + b] = (uint8_t)test_random();
        for (size_t step = 1; step < N; step += 5) {
            struct decoder d;
            size_t at = step;
            CHECK_INT(decoder_open(&d, ENCODING_BYTE_STREAM_SPLIT, kinds[k].type, width, bytes, (size_t)N * width, N),
                      INLAY_OK);
            CHECK(decoder_skip(&d, step));
            for (; at < N; at += step)
                CHECK(decoder_read(&d, out + at * width, N - at < step ? N - at : step));
            CHECK(memcmp(out + step * width, want + step * width, (N - step) * width) == 0);
        }
    }
    struct decoder d;
    CHECK_INT(decoder_open(&d, ENCODING_BYTE_STREAM_SPLIT, INLAY_INT96, 12, bytes, 12, 1), INLAY_CORRUPT);
    CHECK_INT(decoder_open(&d, ENCODING_BYTE_STREAM_SPLIT, INLAY_BOOLEAN, 1, bytes, 1, 1), INLAY_CORRUPT);
}

static void bytes_behind_plain_values_are_tolerated(void)
{
    static const uint8_t bytes[] = {1, 0, 0, 0, 2, 0, 0, 0, 9};
    int32_t out[2];
    struct decoder d;
    CHECK_INT(decoder_open(&d, ENCODING_PLAIN, INLAY_INT32, 4, bytes, sizeof bytes, 2), INLAY_OK);
    CHECK(decoder_read(&d, out, 2));
    CHECK_INT(out[1], 2);
}

static void boolean_rle_has_a_length(void)
{
    static const uint8_t bytes[] = {2, 0, 0, 0, 0x06, 0x01}; /* three times true */
    static const uint8_t lies[] = {9, 0, 0, 0, 0x06, 0x01};
    uint8_t out[3];
    struct decoder d;
    CHECK_INT(decoder_open(&d, ENCODING_RLE, INLAY_BOOLEAN, 1, bytes, sizeof bytes, 3), INLAY_OK);
    CHECK(decoder_read(&d, out, 3));
    CHECK_BYTES(out, 3, "\1\1\1", 3);
    CHECK_INT(decoder_open(&d, ENCODING_RLE, INLAY_BOOLEAN, 1, lies, sizeof lies, 3), INLAY_CORRUPT);
}

static void encodings_that_do_not_suit_a_type_are_refused(void)
{
    struct decoder d;
    CHECK_INT(decoder_open(&d, ENCODING_DELTA_BINARY_PACKED, INLAY_DOUBLE, 8, NULL, 0, 0), INLAY_CORRUPT);
    CHECK_INT(decoder_open(&d, ENCODING_RLE, INLAY_INT32, 4, NULL, 0, 0), INLAY_CORRUPT);
    CHECK_INT(decoder_open(&d, 77, INLAY_INT32, 4, NULL, 0, 0), INLAY_UNSUPPORTED);
}

static void gather_refuses_a_code_beyond_the_dictionary(void)
{
    static const int64_t dictionary[2] = {10, 20};
    static const uint32_t good[3] = {1, 0, 1}, bad[3] = {1, 2, 0};
    int64_t out[3];
    CHECK(dict_gather(dictionary, 2, 8, good, 3, out));
    CHECK_INT(out[0], 20);
    CHECK(!dict_gather(dictionary, 2, 8, bad, 3, out));
    CHECK(!dict_check(good, 3, 0));
}

static void dictionary_keeps_nan_payloads_and_zero_signs(void)
{
    static const uint64_t raw[5] = {0x7FF8000000000001u, 0x7FF8000000000002u, 0, 0x8000000000000000u,
                                    0x7FF8000000000001u};
    uint32_t codes[5];
    size_t done = 0;
    struct dict_builder *b = NULL;
    CHECK_INT(dict_builder_new(test_env(), INLAY_DOUBLE, 8, &b), INLAY_OK);
    CHECK_INT(dict_builder_add(b, raw, 5, SIZE_MAX, codes, &done), INLAY_OK);
    CHECK_INT(done, 5);
    CHECK_INT(dict_builder_count(b), 4);
    CHECK_INT(codes[4], codes[0]);
    CHECK_BYTES(dict_builder_values(b), 32, raw, 32);
    dict_builder_free(b);
}

static void dictionary_stops_at_its_size(void)
{
    static const int32_t values[6] = {1, 2, 1, 3, 4, 1};
    uint32_t codes[6];
    size_t done = 0;
    struct dict_builder *b = NULL;
    CHECK_INT(dict_builder_new(test_env(), INLAY_INT32, 4, &b), INLAY_OK);
    CHECK_INT(dict_builder_add(b, values, 6, 12, codes, &done), INLAY_OK);
    CHECK_INT(done, 4); /* 1 2 1 3: the value 4 would make 16 bytes */
    CHECK_INT(dict_builder_plain_bytes(b), 12);
    dict_builder_clear(b);
    CHECK_INT(dict_builder_count(b), 0);
    dict_builder_free(b);
}

/* Any bytes through any decoder: it fails or fills what it was asked for; sanitizers watch. */
static void garbage_never_escapes(void)
{
    static const uint32_t widths[] = {1, 4, 8, 12, 4, 8, sizeof(inlay_bytes), 5};
    static uint8_t out[200 * 16], scratch[1 << 16];
    for (int round = 0; round < 20000; round++) {
        uint8_t bytes[64];
        size_t n = test_random_below(sizeof bytes), need = 0;
        for (size_t i = 0; i < n; i++)
            bytes[i] = test_random_below(3) ? (uint8_t)test_random_below(9) : (uint8_t)test_random();
        uint8_t type = (uint8_t)test_random_below(8);
        struct decoder d;
        if (decoder_open(&d, (int)test_random_below(11), type, widths[type], bytes, n, 200) != INLAY_OK)
            continue;
        if (decoder_scratch(&d, 200, &need) && need <= sizeof scratch) {
            d.scratch = scratch;
            d.scratch_bytes = need;
            bool ok = decoder_read(&d, out, 200);
            CHECK(ok || d.what != NULL);
        }
    }
}

TEST_SUITE(encoding_plain) = {
    {"plain: integers, strings and booleans by hand", plain_values_by_hand},
    {"plain: a body too short fails, a wrapping length too", plain_bodies_too_short_fail},
    {"decoder: more values than the page has are refused", more_than_the_page_has_is_refused},
    {"split: the specification's example both ways", split_example_by_hand},
    {"split: every type that may carry it, read and skipped", split_of_every_type},
    {"plain: bytes behind the values are tolerated", bytes_behind_plain_values_are_tolerated},
    {"rle booleans: have a length prefix, which is checked", boolean_rle_has_a_length},
    {"decoder: encodings that do not suit a type are refused", encodings_that_do_not_suit_a_type_are_refused},
    {"dictionary: a code beyond it is refused", gather_refuses_a_code_beyond_the_dictionary},
    {"dictionary: NaN payloads and signs of zero survive", dictionary_keeps_nan_payloads_and_zero_signs},
    {"dictionary: stops before it grows beyond its size", dictionary_stops_at_its_size},
    {"decoder: garbage fails or fills what was asked for", garbage_never_escapes},
    {0}};
