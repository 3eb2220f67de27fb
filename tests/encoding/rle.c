/* Facts about the RLE / bit-packed hybrid; examples of Encodings.md and by hand. */
#include "encoding/encoding.h"

#include "../test.h"

#include <stdlib.h>

static void values_0_to_7_of_the_specification(void)
{
    /* header: one group, bit-packed; 0x88 0xC6 0xFA is the specification's example */
    static const uint8_t bytes[] = {0x03, 0x88, 0xC6, 0xFA};
    uint32_t out[8];
    struct rle r;
    rle_open(&r, bytes, sizeof bytes, 3);
    CHECK(rle_read_u32(&r, out, 8));
    for (uint32_t i = 0; i < 8; i++)
        CHECK_INT(out[i], i);
}

static void one_run_then_seven_packed_bits(void)
{
    static const uint8_t bytes[] = {0x0A, 0x01, 0x03, 0x55}; /* 5 ones; one group 1,0,1,0,1,0,1,0 */
    uint8_t out[12];
    struct rle r;
    rle_open(&r, bytes, sizeof bytes, 1);
    CHECK(rle_read_u8(&r, out, 12));
    static const uint8_t want[12] = {1, 1, 1, 1, 1, 1, 0, 1, 0, 1, 0, 1};
    CHECK_BYTES(out, 12, want, 12);
}

static void run_value_takes_whole_bytes(void)
{
    static const uint8_t bytes[] = {0x06, 0x34, 0x12}; /* 3 times 0x1234 in 13 bits */
    uint32_t out[3];
    struct rle r;
    rle_open(&r, bytes, sizeof bytes, 13);
    CHECK(rle_read_u32(&r, out, 3));
    CHECK_INT(out[2], 0x1234);
}

static void width_zero_needs_no_bytes(void)
{
    uint32_t out[5] = {9, 9, 9, 9, 9};
    struct rle r;
    rle_open(&r, (const uint8_t *)"", 0, 0);
    CHECK(rle_read_u32(&r, out, 5));
    CHECK_INT(out[0] | out[4], 0);
}

static void too_few_values_fail(void)
{
    static const uint8_t bytes[] = {0x04, 0x01}; /* two ones */
    uint32_t out[3];
    struct rle r;
    rle_open(&r, bytes, sizeof bytes, 1);
    CHECK(!rle_read_u32(&r, out, 3));
    CHECK(r.what != NULL);
}

static void empty_runs_do_not_loop(void)
{
    static const uint8_t bytes[] = {0x00, 0x01, 0x01, 0x00, 0x00, 0x01, 0x02, 0x01}; /* 0 runs, then 1 one */
    uint32_t out[1];
    struct rle r;
    rle_open(&r, bytes, sizeof bytes, 1);
    CHECK(rle_read_u32(&r, out, 1));
    CHECK_INT(out[0], 1);
}

static void cut_last_group_reads_as_zeros(void)
{
    static const uint8_t bytes[] = {0x03, 0x88}; /* group of three bytes, one there (old writers) */
    uint32_t out[8];
    struct rle r;
    rle_open(&r, bytes, sizeof bytes, 3);
    CHECK(rle_read_u32(&r, out, 8));
    CHECK_INT(out[1], 1);
    CHECK_INT(out[7], 0);
}

static void cut_last_group_in_any_pieces(void)
{
    /* two groups of seven bytes, ten there: 12 values begin in them, the rest of the second group is zeros */
    static const uint8_t bytes[] = {0x05, 0x88, 0x0F, 0x00, 0x00, 0x00, 0x86, 0x68, 0x44, 0x34, 0x16};
    uint32_t all[16], out[16];
    struct rle r;
    rle_open(&r, bytes, sizeof bytes, 7);
    CHECK(rle_read_u32(&r, all, 16));
    CHECK_INT(all[15], 0);
    for (size_t piece = 1; piece < 16; piece++) {
        rle_open(&r, bytes, sizeof bytes, 7);
        for (size_t at = 0; at < 16; at += piece)
            CHECK(rle_read_u32(&r, out + at, 16 - at < piece ? 16 - at : piece));
        CHECK_BYTES(out, sizeof out, all, sizeof all);
        CHECK(!rle_read_u32(&r, out, 1));
        rle_open(&r, bytes, sizeof bytes, 7);
        CHECK(rle_skip(&r, piece));
        CHECK(rle_read_u32(&r, out, 16 - piece));
        CHECK_BYTES(out, (16 - piece) * 4, all + piece, (16 - piece) * 4);
    }
}

static void hostile_headers_fail(void)
{
    static const uint8_t huge[] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01};
    static const uint8_t wide[] = {0x04, 0xFF};
    uint32_t out[4];
    struct rle r;
    rle_open(&r, huge, sizeof huge, 8);
    CHECK(!rle_read_u32(&r, out, 4));
    rle_open(&r, wide, sizeof wide, 33);
    CHECK(!rle_read_u32(&r, out, 1));
    rle_open(&r, wide, sizeof wide, 3); /* run value 0xFF in three bits */
    CHECK(!rle_read_u32(&r, out, 1));
}

static void peek_sees_a_run_without_unpacking(void)
{
    static const uint8_t bytes[] = {0x0A, 0x01, 0x03, 0x55};
    uint32_t value = 0;
    struct rle r;
    rle_open(&r, bytes, sizeof bytes, 1);
    CHECK_INT(rle_peek_run(&r, 100, &value), 5);
    CHECK_INT(value, 1);
    CHECK(rle_skip(&r, 5));
    CHECK_INT(rle_peek_run(&r, 100, &value), 0);
}

static void legacy_levels_are_msb_first(void)
{
    /* Encodings.md, Bit-packed (deprecated): 0..7 in three bits are 0x05 0x39 0x77 */
    static const uint8_t bytes[] = {0x05, 0x39, 0x77};
    uint8_t out[8];
    CHECK(bit_packed_read_u8(bytes, sizeof bytes, 3, out, 8));
    for (uint8_t i = 0; i < 8; i++)
        CHECK_INT(out[i], i);
    CHECK(!bit_packed_read_u8(bytes, sizeof bytes, 3, out, 9));
}

static void runs_are_written_as_the_specification_says(void)
{
    uint8_t out[64];
    uint8_t same[10] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    static const uint8_t want_run[] = {0x14, 0x01};
    CHECK_BYTES(out, rle_write_u8(out, same, 10, 1), want_run, 2);
    uint8_t mixed[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    static const uint8_t want_group[] = {0x03, 0x88, 0xC6, 0xFA};
    CHECK_BYTES(out, rle_write_u8(out, mixed, 8, 3), want_group, 4);
}

static void every_width_survives_a_round_trip(void)
{
    static uint32_t values[3000], back[3000];
    static uint8_t bytes[40000];
    for (uint32_t width = 0; width <= 32; width++)
        for (int round = 0; round < 20; round++) {
            size_t n = test_random_below(3000), i = 0;
            uint32_t mask = width == 32 ? UINT32_MAX : ((uint32_t)1 << width) - 1;
            while (i < n) {
                size_t run = test_random_below(3) ? 1 : test_random_below(40);
                uint32_t v = (uint32_t)test_random() & mask;
                while (run-- && i < n)
                    values[i++] = v;
            }
            size_t used = rle_write_u32(bytes, values, n, width);
            CHECK(used <= rle_bound(n, width));
            struct rle r;
            rle_open(&r, bytes, used, width);
            for (i = 0; i < n;) {
                size_t step = 1 + test_random_below(200);
                if (step > n - i)
                    step = n - i;
                if (test_random_below(4) == 0)
                    CHECK(rle_skip(&r, step));
                else {
                    CHECK(rle_read_u32(&r, back, step));
                    CHECK(memcmp(back, values + i, step * 4) == 0);
                }
                i += step;
            }
        }
}

/* Groups as Encodings.md has them: value i in bits [i * width, (i + 1) * width), LSB first. */
static size_t put_bits(uint8_t *bytes, const uint32_t *values, size_t n, uint32_t width)
{
    size_t groups = (n + 7) / 8, head = put_varint(bytes, groups << 1 | 1);
    memset(bytes + head, 0, groups * width);
    for (size_t i = 0; i < n * width; i++) {
        uint32_t bit = values[i / width] >> i % width & 1;
        bytes[head + i / 8] = (uint8_t)(bytes[head + i / 8] | bit << i % 8);
    }
    return head + groups * width;
}

/* Values without eight equal ones in a row, so that none becomes a run; the bytes end where the memory does. */
static void groups_are_bits_one_by_one(void)
{
    uint32_t values[150], back[150];
    for (uint32_t width = 1; width <= 32; width++)
        for (size_t n = 1; n <= 150; n++) {
            for (size_t i = 0; i < n; i++)
                values[i] = (uint32_t)(i % 5 ? test_random() : i / 5 & 1) & (UINT32_MAX >> (32 - width));
            for (size_t i = 8; i <= n; i += 8)
                values[i - 1] = values[i - 2] ^ 1;
            uint8_t want[700], got[2000], *tight = malloc(700);
            size_t bytes = put_bits(want, values, n, width);
            CHECK_BYTES(got, rle_write_u32(got, values, n, width), want, bytes);
            tight = realloc(tight, bytes);
            memcpy(tight, want, bytes);
            struct rle r;
            rle_open(&r, tight, bytes, width);
            size_t first = test_random_below(n);
            CHECK(rle_read_u32(&r, back, first));
            CHECK(rle_read_u32(&r, back + first, n - first));
            free(tight);
            CHECK_BYTES(back, n * 4, values, n * 4);
        }
}

static void long_runs_are_filled(void)
{
    static uint32_t out[5001];
    for (size_t n = 1; n <= 5000; n = n * 3 / 2 + 1) {
        uint8_t bytes[14];
        struct rle r;
        rle_open(&r, bytes, rle_write_run(bytes, 0x1234567, n, 25), 25);
        out[n] = 99;
        CHECK(rle_read_u32(&r, out, n));
        for (size_t i = 0; i < n; i++)
            CHECK_INT(out[i], 0x1234567);
        CHECK_INT(out[n], 99);
    }
}

TEST_SUITE(encoding_rle) = {
    {"rle: 0 to 7 in three bits, the specification's example", values_0_to_7_of_the_specification},
    {"rle: a run of five bits, then packed ones", one_run_then_seven_packed_bits},
    {"rle: a run's value takes whole bytes", run_value_takes_whole_bytes},
    {"rle: bit width 0 needs no bytes, not even a header", width_zero_needs_no_bytes},
    {"rle: fewer values than asked for fail", too_few_values_fail},
    {"rle: empty runs neither loop nor count", empty_runs_do_not_loop},
    {"rle: a last group cut short reads as zeros", cut_last_group_reads_as_zeros},
    {"rle: a last group cut short, in any pieces", cut_last_group_in_any_pieces},
    {"rle: hostile run lengths, widths and values fail", hostile_headers_fail},
    {"rle: a run is seen before anything is unpacked", peek_sees_a_run_without_unpacking},
    {"bit-packed: legacy levels are MSB first", legacy_levels_are_msb_first},
    {"rle: runs and groups are written as specified", runs_are_written_as_the_specification_says},
    {"rle: groups of every width are bits one by one", groups_are_bits_one_by_one},
    {"rle: long runs are filled to their end", long_runs_are_filled},
    {"rle: every width survives a round trip, read and skipped", every_width_survives_a_round_trip},
    {0}};
