/* Facts about memory: counting, limits, pools, the arena. */
#include "base/mem.h"

#include "../test.h"

static void mem_counts_bytes_in_use(void)
{
    inlay_env *env = test_env();
    void *a = NULL;
    CHECK_INT(mem_new(env, 100, &a), INLAY_OK);
    CHECK_INT(env->used_bytes, 100);
    CHECK_INT(mem_resize(env, &a, 100, 40), INLAY_OK);
    CHECK_INT(env->used_bytes, 40);
    CHECK_INT(env->peak_bytes, 100);
    mem_free(env, a, 40);
    CHECK_INT(env->used_bytes, 0);
}

static void mem_limit_refuses_before_allocating(void)
{
    inlay_env *env = test_env();
    void *a = NULL, *b = NULL;
    env->limits.memory_bytes = 128;
    CHECK_INT(mem_new(env, 100, &a), INLAY_OK);
    CHECK_INT(mem_new(env, 29, &b), INLAY_NOMEM);
    CHECK(b == NULL);
    CHECK_INT(env->error.status, INLAY_NOMEM);
    CHECK_INT(mem_new(env, 28, &b), INLAY_OK);
    mem_free(env, a, 100);
    mem_free(env, b, 28);
}

static void mem_grow_refuses_overflowing_products(void)
{
    inlay_env *env = test_env();
    void *a = NULL;
    size_t capacity = 0;
    CHECK_INT(mem_grow(env, &a, &capacity, SIZE_MAX / 2, 16), INLAY_NOMEM);
    CHECK_INT(capacity, 0);
}

static void mem_pool_blocks_are_zeroed_and_aligned(void)
{
    struct mem_pool pool;
    mem_pool_init(&pool, test_env());
    for (size_t i = 1; i < 3000; i += 7) {
        void *block = NULL;
        CHECK_INT(mem_pool_take(&pool, i, &block), INLAY_OK);
        CHECK_INT((uintptr_t)block % 8, 0);
        for (size_t k = 0; k < i; k++)
            CHECK(((uint8_t *)block)[k] == 0);
        memset(block, 0xAA, i);
    }
    mem_pool_reset(&pool);
    void *again = NULL;
    CHECK_INT(mem_pool_take(&pool, 64, &again), INLAY_OK);
    CHECK(((uint8_t *)again)[0] == 0 && ((uint8_t *)again)[63] == 0);
    mem_pool_free(&pool);
}

static void arena_serves_without_malloc_and_joins_free_blocks(void)
{
    static uint8_t space[4096];
    inlay_arena arena;
    inlay_env env = {.allocator = inlay_arena_allocator(&arena, space, sizeof space)};
    void *blocks[8] = {0};
    for (int round = 0; round < 50; round++) {
        for (size_t i = 0; i < 8; i++)
            CHECK_INT(mem_new(&env, 64 + 16 * i, &blocks[i]), INLAY_OK);
        for (size_t i = 0; i < 8; i++) /* free in a mixed order, so that joining matters */
            mem_free(&env, blocks[(i * 3) % 8], 64 + 16 * ((i * 3) % 8));
        CHECK_INT(env.used_bytes, 0);
    }
    void *all = NULL;
    CHECK_INT(mem_new(&env, arena.bytes, &all), INLAY_OK);
    mem_free(&env, all, arena.bytes);
}

static void arena_keeps_contents_when_a_block_moves(void)
{
    static uint8_t space[2048];
    inlay_arena arena;
    inlay_env env = {.allocator = inlay_arena_allocator(&arena, space, sizeof space)};
    void *a = NULL, *b = NULL;
    CHECK_INT(mem_new(&env, 32, &a), INLAY_OK);
    memset(a, 7, 32);
    CHECK_INT(mem_new(&env, 32, &b), INLAY_OK);
    CHECK_INT(mem_resize(&env, &a, 32, 500), INLAY_OK);
    for (size_t i = 0; i < 32; i++)
        CHECK(((uint8_t *)a)[i] == 7);
    CHECK_INT(mem_resize(&env, &a, 500, 100000), INLAY_NOMEM);
    CHECK(((uint8_t *)a)[31] == 7);
    mem_free(&env, a, 500);
    mem_free(&env, b, 32);
}

static void error_starts_with_nothing_applying(void)
{
    inlay_env *env = test_env();
    err_set_at(env, INLAY_CORRUPT, "text", 12);
    CHECK_INT(env->error.at, 12);
    CHECK_INT(env->error.row_group, -1);
    CHECK_INT(env->error.page, -1);
    CHECK_INT(env->error.input, -1);
    CHECK_TEXT(env->error.column, "");
    CHECK_TEXT(inlay_status_name(INLAY_CORRUPT), "corrupt");
}

/* Blocks of up to `largest` bytes, `total` in all; reset and filled again, where `times` is more than one. */
static uint64_t mem_pool_peak(uint64_t total, uint64_t largest, int times)
{
    inlay_env *env = test_env();
    struct mem_pool pool;
    uint64_t before = env->used_bytes;
    env->peak_bytes = before;
    mem_pool_init(&pool, env);
    for (int i = 0; i < times; i++) {
        mem_pool_reset(&pool);
        for (uint64_t left = i + 1 < times ? test_random_below(total + 1) : total; left;) {
            void *block = NULL;
            uint64_t take = test_random_below(4) ? 1 + test_random_below(largest) : largest;
            take = take < left ? (take + 7) / 8 * 8 : left;
            take = take < left ? take : left;
            CHECK_INT(mem_pool_take(&pool, (size_t)take, &block), INLAY_OK);
            left -= take;
        }
    }
    mem_pool_free(&pool);
    return env->peak_bytes - before;
}

static void mem_pool_stays_within_its_bound(void)
{
    for (int i = 0; i < 3000; i++) {
        uint64_t total = 8 * (1 + test_random_below((uint64_t)1 << test_random_below(18)));
        uint64_t largest = 8 * (1 + test_random_below((uint64_t)1 << test_random_below(16)));
        CHECK(mem_pool_peak(total, largest, 1) <= mem_pool_most(0, total, largest));
        CHECK(mem_pool_peak(total, largest, 6) <= mem_pool_most_again(total, largest));
    }
    CHECK(mem_pool_most(0, 1000, 500) == 1024 && mem_pool_most(0, 0, 0) == 0);
    CHECK(mem_pool_most(0, UINT64_MAX, 100) == UINT64_MAX && mem_pool_most_again(UINT64_MAX, UINT64_MAX) == UINT64_MAX);
}

static void mem_grown_is_the_most_that_growing_takes(void)
{
    inlay_env *env = test_env();
    for (int i = 0; i < 300; i++) {
        void *block = NULL;
        size_t capacity = 0, most = 1 + (size_t)test_random_below(10000);
        for (size_t need = 1; need <= most; need += 1 + (size_t)test_random_below(50)) {
            CHECK_INT(mem_grow(env, &block, &capacity, need, 1), INLAY_OK);
            CHECK(capacity <= mem_grown(need));
        }
        mem_free(env, block, capacity);
    }
}

TEST_SUITE(base_mem) = {
    {"mem: counts the bytes in use and their peak", mem_counts_bytes_in_use},
    {"mem: the limit refuses before the allocator is asked", mem_limit_refuses_before_allocating},
    {"mem: a product that overflows is refused", mem_grow_refuses_overflowing_products},
    {"mem: pool blocks are zeroed and aligned, also after reset", mem_pool_blocks_are_zeroed_and_aligned},
    {"mem: a pool stays within its bound", mem_pool_stays_within_its_bound},
    {"mem: a block that grows stays within its bound", mem_grown_is_the_most_that_growing_takes},
    {"arena: serves without malloc and joins free blocks", arena_serves_without_malloc_and_joins_free_blocks},
    {"arena: contents survive a move and a refused growth", arena_keeps_contents_when_a_block_moves},
    {"error: a fresh one says where only what it knows", error_starts_with_nothing_applying},
    {0}};
