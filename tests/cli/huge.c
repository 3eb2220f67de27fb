/* Facts about the memory of commands that change footers: blocks keep what is in them wherever they lie. The tool is not
 * part of the library, so its source is compiled in here. */
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1
#endif
#include "test.h"

#include <stdlib.h>

#include "cli/huge.c"

static void huge_fill(uint8_t *block, size_t bytes, unsigned seed)
{
    for (size_t i = 0; i < bytes; i++)
        block[i] = (uint8_t)(i * 7 + seed);
}

static bool huge_holds(const uint8_t *block, size_t bytes, unsigned seed)
{
    for (size_t i = 0; i < bytes; i++)
        if (block[i] != (uint8_t)(i * 7 + seed))
            return false;
    return true;
}

/* Blocks made, grown, shrunk and freed at random; some outgrow the region. */
static void huge_random(uint64_t bytes)
{
    enum { HUGE_BLOCKS = 24, HUGE_LARGEST = 3000000 };
    struct huge h;
    uint8_t *blocks[HUGE_BLOCKS] = {0};
    size_t sizes[HUGE_BLOCKS] = {0};
    inlay_allocator a = huge_open(&h, bytes);
    for (int round = 0; round < 300; round++) {
        size_t i = (size_t)test_random_below(HUGE_BLOCKS);
        size_t most = round % 10 == 0 ? HUGE_LARGEST : 5000, want = (size_t)test_random_below(most);
        uint8_t *fresh = a.resize(a.ctx, blocks[i], sizes[i], want);
        CHECK_INT(fresh != NULL, want != 0);
        CHECK((uintptr_t)fresh % 16 == 0);
        CHECK(huge_holds(fresh, sizes[i] < want ? sizes[i] : want, (unsigned)i));
        blocks[i] = fresh;
        sizes[i] = want;
        huge_fill(fresh, want, (unsigned)i);
    }
    for (size_t i = 0; i < HUGE_BLOCKS; i++) {
        CHECK(huge_holds(blocks[i], sizes[i], (unsigned)i));
        if (blocks[i])
            a.resize(a.ctx, blocks[i], sizes[i], 0);
    }
    huge_close(&h);
}

static void huge_in_a_region(void)
{
    huge_random(2 * 1024 * 1024);
}

static void huge_by_malloc_alone(void)
{
    huge_random(1000);
}

static void huge_frees_what_malloc_gave(void)
{
    struct huge h;
    void *before = malloc(100);
    inlay_allocator a = huge_open(&h, 4 * 1024 * 1024);
    before = a.resize(a.ctx, before, 100, 200);
    CHECK(before != NULL);
    CHECK(a.resize(a.ctx, before, 200, 0) == NULL);
    huge_close(&h);
}

TEST_SUITE(cli_huge) = {
    {"huge: blocks at random, in a region and beyond it", huge_in_a_region},
    {"huge: little memory is malloc's alone", huge_by_malloc_alone},
    {"huge: blocks from before it was opened go back to malloc", huge_frees_what_malloc_gave},
    {0}};
