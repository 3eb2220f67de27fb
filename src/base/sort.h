/* Sorting of numbers that stand for something else, by a function that compares what they stand for. */
#ifndef INLAY_BASE_SORT_H
#define INLAY_BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Less than 0, 0, more than 0: a before b, equal, after. */
typedef int sort_compare(const void *ctx, uint32_t a, uint32_t b);
/* Stable merge sort; what is in order already costs one comparison a stretch. `scratch` has room for n. */
void sort_numbers(uint32_t *numbers, uint32_t *scratch, size_t n, sort_compare *compare, const void *ctx);
/* Merge a[0 .. mid) and a[mid .. n), both sorted; `scratch` has room for mid. */
void sort_merge(uint32_t *a, uint32_t *scratch, size_t mid, size_t n, sort_compare *compare, const void *ctx);

#endif
