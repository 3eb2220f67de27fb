/* Stable merge sort, bottom up; see sort.h. */
#include "base/sort.h"

#include <stdbool.h>
#include <string.h>

void sort_merge(uint32_t *a, uint32_t *scratch, size_t mid, size_t n, sort_compare *compare, const void *ctx)
{
    if (mid == 0 || mid == n || compare(ctx, a[mid - 1], a[mid]) <= 0)
        return; /* already in order */
    memcpy(scratch, a, mid * sizeof *a);
    size_t left = 0, right = mid, out = 0;
    while (left < mid && right < n) {
        bool take_left = compare(ctx, scratch[left], a[right]) <= 0;
        a[out++] = take_left ? scratch[left++] : a[right++];
    }
    memcpy(a + out, scratch + left, (mid - left) * sizeof *a);
}

void sort_numbers(uint32_t *numbers, uint32_t *scratch, size_t n, sort_compare *compare, const void *ctx)
{
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t at = 0; n - at > width; at += 2 * width) {
            size_t both = n - at < 2 * width ? n - at : 2 * width;
            sort_merge(numbers + at, scratch, width, both, compare, ctx);
            if (n - at <= 2 * width)
                break;
        }
    }
}
