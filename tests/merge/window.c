/* Time windows: the cases of quickwit-parquet-engine/src/sort_fields/window.rs. */
#include "test.h"

#include "merge/window.h"

static int64_t start_of(int64_t time, uint32_t secs)
{
    int64_t start;
    CHECK(window_start_of(time, secs, &start));
    return start;
}

static void borders(void)
{
    CHECK_INT(start_of(0, 900), 0);
    CHECK_INT(start_of(900, 900), 900);
    CHECK_INT(start_of(899, 900), 0);
    CHECK_INT(start_of(1700000042, 60), 1700000040);
    CHECK_INT(start_of(1700000100, 900), 1700000100);
}

static void before_1970(void)
{
    CHECK_INT(start_of(-1, 900), -900);
    CHECK_INT(start_of(-900, 900), -900);
    CHECK_INT(start_of(-901, 900), -1800);
    CHECK_INT(start_of(-3601, 3600), -7200);
}

static void below_the_smallest_number(void)
{
    int64_t start;
    CHECK_INT(start_of(INT64_MAX, 1), INT64_MAX);
    CHECK_INT(start_of(INT64_MIN, 1), INT64_MIN);
    CHECK_INT(start_of(INT64_MIN, 64), INT64_MIN); /* 2^63 is a multiple of 64 */
    CHECK(!window_start_of(INT64_MIN, 3600, &start));
    CHECK_INT(start_of(INT64_MIN + 3600, 3600) % 3600, 0);
}

static const uint32_t lengths[] = {1,   2,   3,   4,   5,   6,   8,   9,   10,  12,  15,  16,
                                   18,  20,  24,  25,  30,  36,  40,  45,  48,  50,  60,  120,
                                   180, 240, 300, 360, 600, 720, 900, 1200, 1800, 3600};
enum { N_LENGTHS = sizeof lengths / sizeof lengths[0] };

static void aligned_and_around_its_time(void)
{
    for (int i = 0; i < 5000; i++) {
        uint32_t secs = lengths[test_random_below(N_LENGTHS)];
        int64_t time = (int64_t)test_random_below(3000000000) - 1000000000;
        int64_t start = start_of(time, secs);
        CHECK_INT(start % secs, 0);
        CHECK(start <= time && time < start + secs);
        CHECK_INT(start_of(start, secs), start);
    }
}

static void neighbours_do_not_overlap(void)
{
    for (int i = 0; i < 5000; i++) {
        uint32_t secs = lengths[test_random_below(N_LENGTHS)];
        int64_t start = start_of((int64_t)test_random_below(1000000000), secs);
        CHECK_INT(start_of(start + secs, secs), start + secs);
        CHECK_INT(start_of(start + secs - 1, secs), start);
    }
}

static void divisors_of_an_hour(void)
{
    for (size_t i = 0; i < N_LENGTHS; i++)
        CHECK(window_bad_duration(lengths[i]) == NULL);
}

static void other_lengths(void)
{
    static const int64_t bad[] = {7, 11, 13, 17, 700, 1000, 1500, 2000, 2400, 7200};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK_TEXT(window_bad_duration(bad[i]),
                   "window_duration_secs must evenly divide 3600 (one hour)");
    CHECK_TEXT(window_bad_duration(0), "window_duration_secs must be positive");
    CHECK_TEXT(window_bad_duration(-60), "window_duration_secs must be positive");
}

static void pairs(void)
{
    CHECK(window_bad(1700000100, 900) == NULL);
    CHECK(window_bad(-900, 900) == NULL);
    CHECK_TEXT(window_bad(1700000101, 900),
               "window_start is not a multiple of window_duration_secs");
    CHECK_TEXT(window_bad(-1, 900), "window_start is not a multiple of window_duration_secs");
    CHECK_TEXT(window_bad(0, 7), "window_duration_secs must evenly divide 3600 (one hour)");
}

TEST_SUITE(merge_window) = {
    {"window: on a border, before it, in between", borders},
    {"window: times before 1970 belong to the window below", before_1970},
    {"window: a start that no int64 can hold", below_the_smallest_number},
    {"window: a start is aligned and at most one length before its time", aligned_and_around_its_time},
    {"window: neighbours do not overlap", neighbours_do_not_overlap},
    {"window: a length divides an hour", divisors_of_an_hour},
    {"window: other lengths are refused, with the reason", other_lengths},
    {"window: a start that is no multiple of its length is refused", pairs},
    {0},
};
