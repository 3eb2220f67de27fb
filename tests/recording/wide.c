/* Wide recordings: H2 bucket bounds. */
#include "recording/wide.h"

#include "test.h"

/* rezolus: grouping power 3, max value power 64: 496 buckets; 7: 7424. */
static void wide_bucket_counts(void)
{
    CHECK_INT(wide_buckets(3, 64), 496);
    CHECK_INT(wide_buckets(7, 64), 7424);
}

static void wide_check_bucket(unsigned grouping_power, uint64_t i, uint64_t want_lower,
                              uint64_t want_upper)
{
    uint64_t lower, upper;
    wide_bucket(grouping_power, i, &lower, &upper);
    CHECK(lower == want_lower);
    CHECK(upper == want_upper);
}

static void wide_bucket_bounds(void)
{
    wide_check_bucket(3, 0, 0, 0);
    wide_check_bucket(3, 15, 15, 15); /* the last exact one: 2^(3+1) - 1 */
    wide_check_bucket(3, 16, 16, 17); /* 2^4, width 2 */
    wide_check_bucket(3, 23, 30, 31);
    wide_check_bucket(3, 24, 32, 35); /* 2^5, width 4 */
    wide_check_bucket(3, 495, UINT64_C(15) << 60, UINT64_MAX);
    wide_check_bucket(0, 64, UINT64_C(1) << 63, UINT64_MAX);
}

static void wide_buckets_touch(void)
{
    for (unsigned g = 0; g <= 7; g++) {
        uint64_t lower, upper, before = UINT64_MAX;
        for (uint64_t i = 0; i < wide_buckets(g, 64); i++) {
            wide_bucket(g, i, &lower, &upper);
            CHECK(lower == before + 1);
            CHECK(upper >= lower);
            before = upper;
        }
        CHECK(before == UINT64_MAX);
    }
}

TEST_SUITE(recording_wide) = {
    {"wide: H2 histograms of 496 and 7424 buckets", wide_bucket_counts},
    {"wide: H2 bounds where the formula turns", wide_bucket_bounds},
    {"wide: H2 buckets cover all 64 bits without gap or overlap", wide_buckets_touch},
    {0}};
