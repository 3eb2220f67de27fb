/* Memory through the caller's allocator, counted in the env; errors into the env.
 *
 * Every block's size is known by whoever holds it (see inlay_allocator). The memory limit is checked
 * before the allocator is asked.
 */
#ifndef INLAY_BASE_MEM_H
#define INLAY_BASE_MEM_H

#include "inlay/base.h"

#include "base/compiler.h"

/* Resize a block; *block stays as it was on failure, and the env then says NOMEM. New bytes are not
 * cleared. */
INLAY_CHECKED inlay_status mem_resize(inlay_env *env, void **block, size_t old_bytes,
                                      size_t new_bytes);
INLAY_CHECKED inlay_status mem_new(inlay_env *env, size_t bytes, void **block); /* zeroed */
void mem_free(inlay_env *env, void *block, size_t bytes);
/* Make room for `need` elements of `width` bytes, growing by half; *capacity counts elements. */
INLAY_CHECKED inlay_status mem_grow(inlay_env *env, void **block, size_t *capacity, size_t need,
                                    size_t width);

/* For bounds of memory: sums and products that stay at UINT64_MAX, the smaller and the larger. */
INLAY_INLINE uint64_t mem_plus(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}
INLAY_INLINE uint64_t mem_times(uint64_t a, uint64_t b)
{
    return b && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}
INLAY_INLINE uint64_t mem_least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}
INLAY_INLINE uint64_t mem_most(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}
/* Most bytes that mem_grow can have taken for a block of which never more than `need` were asked for. */
uint64_t mem_grown(uint64_t need);

/* Many small blocks that live and die together. Blocks are aligned to 8 bytes and zeroed. */
struct mem_pool {
    inlay_env *env;
    struct mem_slab *slabs;
    size_t used, capacity; /* of the newest slab */
};
void mem_pool_init(struct mem_pool *pool, inlay_env *env);
INLAY_CHECKED inlay_status mem_pool_take(struct mem_pool *pool, size_t bytes, void **block);
void mem_pool_free(struct mem_pool *pool);
/* Forget all blocks but keep the newest slab for reuse. */
void mem_pool_reset(struct mem_pool *pool);
/* Most bytes that a pool, whose newest slab has `newest` bytes already (0 = none), can take for blocks of `total`
 * bytes, each rounded up to 8, none larger than `largest`; and one that is reset and filled again and again. */
uint64_t mem_pool_most(uint64_t newest, uint64_t total, uint64_t largest);
uint64_t mem_pool_most_again(uint64_t total, uint64_t largest);

/* Set the env's error: everything but status and text is cleared to "does not apply". Returns status,
 * so that `return err_set(env, INLAY_CORRUPT, "...")` reads well. */
inlay_status err_set(inlay_env *env, inlay_status status, const char *what);
inlay_status err_set_at(inlay_env *env, inlay_status status, const char *what, uint64_t at);
inlay_status err_set_os(inlay_env *env, const char *what, int os_error); /* INLAY_IO */

/* The text of an error, or "" in builds without texts. */
#if INLAY_ERROR_TEXT
#define ERR(text) (text)
#else
#define ERR(text) ""
#endif

/* TRY: leave with the status of a failing call. Also leaves on END. */
#define TRY(call)                         \
    do {                                  \
        inlay_status try_status = (call); \
        if (try_status != INLAY_OK)       \
            return try_status;            \
    } while (0)

#endif
