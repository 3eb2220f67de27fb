/* Facts about snappy, by hand from the format description. */
#include "codec/codec.h"

#include "../test.h"

static bool snappy_gives(const void *src, size_t n, const char *want)
{
    uint8_t out[256];
    size_t length = strlen(want);
    return snappy_decompress(src, n, out, length) && memcmp(out, want, length) == 0;
}

static void literals_and_copies_by_hand(void)
{
    CHECK(snappy_gives("\x05\x10hello", 7, "hello"));
    CHECK(snappy_gives("\x00", 1, ""));
    CHECK(!snappy_gives("\x05\x10hello", 7, "hella"));
}

static void overlapping_copy_repeats_its_pattern(void)
{
    static const uint8_t one[] = {9, 0x00, 'x', 0x11, 0x01};             /* x, copy 8 from 1 back */
    static const uint8_t two[] = {8, 0x04, 'a', 'b', 0x09, 0x02};        /* ab, copy 6 from 2 back */
    static const uint8_t far[] = {8, 0x0C, 'a', 'b', 'c', 'd', 0x0E, 4, 0}; /* abcd, 2-byte copy 4 from 4 */
    static const uint8_t farther[] = {8, 0x0C, 'a', 'b', 'c', 'd', 0x0F, 4, 0, 0, 0};
    CHECK(snappy_gives(one, sizeof one, "xxxxxxxxx"));
    CHECK(snappy_gives(two, sizeof two, "abababab"));
    CHECK(snappy_gives(far, sizeof far, "abcdabcd"));
    CHECK(snappy_gives(farther, sizeof farther, "abcdabcd"));
}

static void long_literal_lengths(void)
{
    static uint8_t block[70000], out[66000];
    static const struct {
        uint32_t n;
        uint8_t head[4];
        size_t head_bytes;
    } cases[] = {{60, {59 << 2}, 1}, {61, {60 << 2, 60}, 2}, {256, {60 << 2, 255}, 2},
                 {257, {61 << 2, 0, 1}, 3}, {65536, {61 << 2, 0xFF, 0xFF}, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t at = 0;
        for (uint32_t v = cases[i].n; ; v >>= 7) {
            block[at++] = (uint8_t)(v < 0x80 ? v : (v | 0x80));
            if (v < 0x80)
                break;
        }
        memcpy(block + at, cases[i].head, cases[i].head_bytes);
        at += cases[i].head_bytes;
        memset(block + at, 'q', cases[i].n);
        CHECK(snappy_decompress(block, at + cases[i].n, out, cases[i].n));
        CHECK(out[cases[i].n - 1] == 'q');
        CHECK(!snappy_decompress(block, at + cases[i].n - 1, out, cases[i].n));
    }
}

static void bad_references_are_refused(void)
{
    static const uint8_t zero[] = {5, 0x00, 'x', 0x01, 0x00};   /* offset 0 */
    static const uint8_t before[] = {5, 0x00, 'x', 0x01, 0x02}; /* before the start */
    static const uint8_t none[] = {4, 0x01, 0x01};              /* nothing to copy yet */
    uint8_t out[8];
    CHECK(!snappy_decompress(zero, sizeof zero, out, 5));
    CHECK(!snappy_decompress(before, sizeof before, out, 5));
    CHECK(!snappy_decompress(none, sizeof none, out, 4));
}

static void the_promised_size_must_be_met_exactly(void)
{
    static const uint8_t hello[] = "\x05\x10hello";
    uint8_t out[8];
    CHECK(!snappy_decompress(hello, 7, out, 4));
    CHECK(!snappy_decompress(hello, 7, out, 6));
    for (size_t n = 0; n < 7; n++)
        CHECK(!snappy_decompress(hello, n, out, 5));
    CHECK(!snappy_decompress((const uint8_t *)"\x05\x10hello\x00x", 9, out, 5));
}

static void bytes_of_another_implementation(void)
{
    /* google/snappy through pyarrow 26: pa.compress(b"telemetry " * 20, codec="snappy") */
    static const uint8_t packed[] = {0xC8, 0x01, 0x24, 0x74, 0x65, 0x6C, 0x65, 0x6D, 0x65, 0x74, 0x72,
                                     0x79, 0x20, 0xFE, 0x0A, 0x00, 0xFE, 0x0A, 0x00, 0xF6, 0x0A, 0x00};
    uint8_t out[200];
    CHECK(snappy_decompress(packed, sizeof packed, out, 200));
    for (size_t i = 0; i < 200; i++)
        CHECK(out[i] == (uint8_t) "telemetry "[i % 10]);
}

static void any_bytes_survive_a_round_trip(void)
{
    static uint8_t src[200000], packed[240000], back[200000];
    static uint32_t table[SNAPPY_TABLE_BYTES / 4];
    for (int round = 0; round < 200; round++) {
        size_t n = test_random_below(round < 100 ? 300 : sizeof src), kind = test_random_below(4);
        for (size_t i = 0; i < n; i++)
            src[i] = kind == 0   ? (uint8_t)test_random()
                     : kind == 1 ? (uint8_t)test_random_below(3)
                     : kind == 2 ? (uint8_t)(i / 100)
                                 : (uint8_t)(i % 7 ? src[i - 1] : test_random_below(200));
        size_t used = snappy_compress(src, n, packed, table);
        CHECK(used <= snappy_bound(n));
        memset(back, 0xEE, n);
        CHECK(snappy_decompress(packed, used, back, n));
        CHECK(memcmp(src, back, n) == 0);
    }
}

static void damage_never_escapes(void)
{
    static uint8_t src[3000], packed[5000];
    static uint32_t table[SNAPPY_TABLE_BYTES / 4];
    uint8_t out[3000];
    for (size_t i = 0; i < sizeof src; i++)
        src[i] = (uint8_t)test_random_below(4);
    size_t used = snappy_compress(src, sizeof src, packed, table);
    for (int round = 0; round < 20000; round++) {
        size_t at = test_random_below(used);
        uint8_t kept = packed[at];
        packed[at] = (uint8_t)test_random();
        (void)!snappy_decompress(packed, used - test_random_below(3), out, sizeof out);
        packed[at] = kept;
    }
}

TEST_SUITE(codec_snappy) = {
    {"snappy: a literal by hand", literals_and_copies_by_hand},
    {"snappy: an overlapping copy repeats its pattern", overlapping_copy_repeats_its_pattern},
    {"snappy: literal lengths in one, two and three bytes", long_literal_lengths},
    {"snappy: offset 0 and offsets before the start are refused", bad_references_are_refused},
    {"snappy: the promised size must be met exactly", the_promised_size_must_be_met_exactly},
    {"snappy: reads what another implementation wrote", bytes_of_another_implementation},
    {"snappy: any bytes survive a round trip", any_bytes_survive_a_round_trip},
    {"snappy: damaged blocks fail without harm", damage_never_escapes},
    {0}};
