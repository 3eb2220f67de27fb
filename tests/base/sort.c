#include "base/sort.h"

#include "test.h"

static int sort_by_tens(const void *ctx, uint32_t a, uint32_t b)
{
    (void)ctx;
    return (a / 10 > b / 10) - (a / 10 < b / 10);
}

static void sort_is_stable(void)
{
    uint32_t numbers[300], scratch[300];
    for (size_t n = 0; n <= 300; n += 1 + n / 8) {
        for (size_t i = 0; i < n; i++) /* the last digit counts how often the ten came before */
            numbers[i] = (uint32_t)test_random_below(20) * 1000;
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < i; k++)
                numbers[i] += numbers[k] / 1000 == numbers[i] / 1000;
        uint64_t sum = 0, after = 0;
        for (size_t i = 0; i < n; i++)
            sum += numbers[i];
        sort_numbers(numbers, scratch, n, sort_by_tens, NULL);
        for (size_t i = 0; i < n; i++)
            after += numbers[i];
        CHECK_INT(after, sum);
        for (size_t i = 1; i < n; i++)
            CHECK(numbers[i - 1] < numbers[i]);
    }
}

TEST_SUITE(base_sort) = {
    {"sort: equal numbers keep their order", sort_is_stable},
    {0},
};
