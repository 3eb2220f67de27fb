/* Dictionary codes to values. Streams by hand from Encodings.md, RLE / bit-packed hybrid. */
#include "encoding/encoding.h"

#include "test.h"

static const int64_t dict_values[] = {100, 200, 300, 400};
/* width 2: a run of ten 2s; a group of eight 0 1 2 3 3 2 1 0; a run of three 1s */
static const uint8_t dict_codes[] = {20, 2, 3, 0xE4, 0x1B, 6, 1};
static const int64_t dict_want[] = {300, 300, 300, 300, 300, 300, 300, 300, 300, 300, 100,
                                    200, 300, 400, 400, 300, 200, 100, 200, 200, 200};
enum { DICT_WANT = sizeof dict_want / sizeof *dict_want };

static void runs_and_groups_become_values(void)
{
    for (size_t step = 1; step <= DICT_WANT; step++) {
        struct rle codes;
        int64_t out[DICT_WANT] = {0};
        rle_open(&codes, dict_codes, sizeof dict_codes, 2);
        for (size_t at = 0; at < DICT_WANT; at += step)
            CHECK(dict_read(dict_values, 4, 8, &codes, DICT_WANT - at < step ? DICT_WANT - at : step,
                            out + at));
        CHECK_BYTES(out, sizeof out, dict_want, sizeof dict_want);
    }
}

static void values_of_odd_width(void)
{
    static const uint8_t run[] = {40, 1}; /* twenty 1s */
    struct rle codes;
    char out[100], want[100];
    for (int i = 0; i < 20; i++)
        memcpy(want + 5 * i, "fghij", 5);
    rle_open(&codes, run, sizeof run, 1);
    CHECK(dict_read("abcdefghij", 2, 5, &codes, 20, out));
    CHECK_BYTES(out, 100, want, 100);
}

static void a_code_beyond_the_dictionary_fails(void)
{
    static const uint8_t run[] = {40, 3}, group[] = {3, 0xE4, 0x1B};
    struct rle codes;
    int64_t out[20];
    rle_open(&codes, run, sizeof run, 2);
    CHECK(!dict_read(dict_values, 3, 8, &codes, 20, out));
    CHECK_TEXT(codes.what, "dictionary code beyond the dictionary");
    rle_open(&codes, group, sizeof group, 2);
    CHECK(!dict_read(dict_values, 3, 8, &codes, 8, out));
}

static void codes_that_end_too_early_fail(void)
{
    struct rle codes;
    int64_t out[DICT_WANT + 1];
    rle_open(&codes, dict_codes, sizeof dict_codes, 2);
    CHECK(!dict_read(dict_values, 4, 8, &codes, DICT_WANT + 1, out));
    CHECK_TEXT(codes.what, "run-length data ends too early");
}

/* One code of many is the largest that is allowed, or one more, or of the upper half of all numbers. */
static void one_code_beyond_is_found_wherever_it_stands(void)
{
    static const size_t sizes[] = {1, 2, 3, 7, 10, 255, 256, 20000, 0x7FFFFFFF, 0x80000000u};
    uint32_t codes[40];
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (size_t n = 1; n <= 40; n++)
            for (size_t at = 0; at < n; at++) {
                for (size_t i = 0; i < n; i++)
                    codes[i] = (uint32_t)test_random_below(sizes[s]);
                codes[at] = (uint32_t)(sizes[s] - 1);
                CHECK(dict_check(codes, n, sizes[s]));
                codes[at] = (uint32_t)sizes[s];
                CHECK(!dict_check(codes, n, sizes[s]));
                codes[at] = 0xFFFFFFFFu - (uint32_t)test_random_below(1000);
                CHECK(!dict_check(codes, n, sizes[s]));
            }
    CHECK(dict_check(codes, 0, 0));
}

TEST_SUITE(encoding_dict) = {
    {"dict: one code beyond the dictionary is found wherever it stands", one_code_beyond_is_found_wherever_it_stands},
    {"dict: runs and groups become values, however they are cut", runs_and_groups_become_values},
    {"dict: a run of values of five bytes", values_of_odd_width},
    {"dict: a code beyond the dictionary fails, in a run and in a group",
     a_code_beyond_the_dictionary_fails},
    {"dict: codes that end too early fail", codes_that_end_too_early_fail},
    {0}};
