/* Memory through the caller's allocator, counted in the env; errors into the env; the stock arena. */
#include "base/mem.h"

#include <string.h>

#if INLAY_MALLOC
#include <stdlib.h>

static void *mem_malloc_resize(void *ctx, void *old, size_t old_bytes, size_t new_bytes)
{
    (void)ctx;
    (void)old_bytes;
    if (new_bytes == 0) {
        free(old);
        return NULL;
    }
    return realloc(old, new_bytes);
}
#endif

static void *mem_call(inlay_env *env, void *old, size_t old_bytes, size_t new_bytes)
{
    if (env->allocator.resize)
        return env->allocator.resize(env->allocator.ctx, old, old_bytes, new_bytes);
#if INLAY_MALLOC
    return mem_malloc_resize(NULL, old, old_bytes, new_bytes);
#else
    return NULL;
#endif
}

inlay_status mem_resize(inlay_env *env, void **block, size_t old_bytes, size_t new_bytes)
{
    uint64_t limit = env->limits.memory_bytes;
    if (new_bytes > old_bytes && limit &&
        (env->used_bytes > limit || new_bytes - old_bytes > limit - env->used_bytes))
        return err_set(env, INLAY_NOMEM, ERR("the memory limit is reached"));
    if (old_bytes == 0)
        *block = NULL;
    if (old_bytes == 0 && new_bytes == 0)
        return INLAY_OK;
    void *fresh = mem_call(env, *block, old_bytes, new_bytes);
    if (!fresh && new_bytes)
        return err_set(env, INLAY_NOMEM, ERR("out of memory"));
    *block = fresh;
    env->used_bytes = env->used_bytes - old_bytes + new_bytes;
    if (env->used_bytes > env->peak_bytes)
        env->peak_bytes = env->used_bytes;
    return INLAY_OK;
}

inlay_status mem_new(inlay_env *env, size_t bytes, void **block)
{
    *block = NULL;
    TRY(mem_resize(env, block, 0, bytes));
    if (bytes)
        memset(*block, 0, bytes);
    return INLAY_OK;
}

void mem_free(inlay_env *env, void *block, size_t bytes)
{
    if (!block || bytes == 0)
        return;
    mem_call(env, block, bytes, 0);
    env->used_bytes -= bytes;
}

inlay_status mem_grow(inlay_env *env, void **block, size_t *capacity, size_t need, size_t width)
{
    if (need <= *capacity)
        return INLAY_OK;
    size_t most = SIZE_MAX / (width ? width : 1);
    if (need > most)
        return err_set(env, INLAY_NOMEM, ERR("out of memory"));
    size_t target = *capacity + *capacity / 2;
    if (target < need || target > most)
        target = need;
    if (target < 16 && most >= 16)
        target = 16;
    TRY(mem_resize(env, block, *capacity * width, target * width));
    *capacity = target;
    return INLAY_OK;
}

uint64_t mem_grown(uint64_t need)
{
    /* half more than what was enough before, which is less than need; at least 16 */
    uint64_t most = mem_plus(need, need / 2);
    return most < 16 ? 16 : most;
}

/* ---- pool ---- */

struct mem_slab {
    struct mem_slab *next;
    size_t bytes; /* of the whole slab, this header included */
};
enum { MEM_SLAB_HEAD = 16, MEM_SLAB_FIRST = 1024, MEM_SLAB_MOST = 256 * 1024 };

void mem_pool_init(struct mem_pool *pool, inlay_env *env)
{
    *pool = (struct mem_pool){.env = env};
}

inlay_status mem_pool_take(struct mem_pool *pool, size_t bytes, void **block)
{
    if (bytes > SIZE_MAX - MEM_SLAB_HEAD - 8)
        return err_set(pool->env, INLAY_NOMEM, ERR("out of memory"));
    bytes = (bytes + 7) & ~(size_t)7;
    if (!pool->slabs || bytes > pool->capacity - pool->used) {
        size_t size = pool->slabs ? pool->slabs->bytes * 2 : MEM_SLAB_FIRST;
        if (size > MEM_SLAB_MOST)
            size = MEM_SLAB_MOST;
        if (size < bytes + MEM_SLAB_HEAD)
            size = bytes + MEM_SLAB_HEAD;
        void *fresh = NULL;
        TRY(mem_resize(pool->env, &fresh, 0, size));
        struct mem_slab *slab = fresh;
        slab->next = pool->slabs;
        slab->bytes = size;
        pool->slabs = slab;
        pool->used = MEM_SLAB_HEAD;
        pool->capacity = size;
    }
    *block = (uint8_t *)pool->slabs + pool->used;
    memset(*block, 0, bytes);
    pool->used += bytes;
    return INLAY_OK;
}

static void mem_pool_drop(struct mem_pool *pool, struct mem_slab *slab)
{
    while (slab) {
        struct mem_slab *next = slab->next;
        mem_free(pool->env, slab, slab->bytes);
        slab = next;
    }
}

void mem_pool_free(struct mem_pool *pool)
{
    mem_pool_drop(pool, pool->slabs);
    *pool = (struct mem_pool){.env = pool->env};
}

void mem_pool_reset(struct mem_pool *pool)
{
    if (!pool->slabs)
        return;
    mem_pool_drop(pool, pool->slabs->next);
    pool->slabs->next = NULL;
    pool->used = MEM_SLAB_HEAD;
}

/* A slab is left when the next block does not fit, so all of it but `own` is in use then. Slabs double up to
 * MEM_SLAB_MOST, so that those before the last come to no more than it. */
uint64_t mem_pool_most(uint64_t newest, uint64_t total, uint64_t largest)
{
    const uint64_t most = MEM_SLAB_MOST, head = MEM_SLAB_HEAD;
    uint64_t size = newest ? (newest < most / 2 ? newest * 2 : most) : (uint64_t)MEM_SLAB_FIRST, sum = 0;
    uint64_t own = mem_plus(largest < total ? largest : total, head + 7); /* enough for any one block */
    if (total == 0)
        return 0;
    if (own > most / 2) /* two slabs in a row hold more than the first one's size */
        return mem_plus(mem_plus(mem_times(total, 3), own), most + 64);
    if (own > size) { /* slabs of single blocks' sizes: the last is opened when what came before filled its half */
        uint64_t doubled = mem_plus(2 * own, mem_times(mem_plus(total, head), 4));
        uint64_t level = mem_plus(2 * own + 2 * most, mem_times(mem_plus(total / (most - own + 1), 1), most));
        return doubled < level ? doubled : level;
    }
    for (; total > size - head && size < most; size *= 2) {
        sum += size;
        total -= size - own + 1;
    }
    size = size < most ? size : most;
    if (total > size - head)
        sum = mem_plus(sum, mem_times((total - (size - head)) / (size - own + 1) + 1, size));
    return mem_plus(sum, size);
}

uint64_t mem_pool_most_again(uint64_t total, uint64_t largest)
{
    const uint64_t slab = MEM_SLAB_MOST;
    uint64_t most = mem_pool_most(0, total, largest);
    uint64_t own = mem_plus(largest < total ? largest : total, MEM_SLAB_HEAD + 7);
    uint64_t last = mem_times(mem_plus(total, own), 2); /* the largest slab that is opened, below MEM_SLAB_MOST */
    if (own > MEM_SLAB_FIRST) { /* any slab may be the one that is kept */
        uint64_t kept = last < slab ? last : slab;
        return mem_plus(kept > own ? kept : own, mem_plus(most, mem_times(own, 2)));
    }
    for (uint64_t kept = MEM_SLAB_FIRST; kept <= slab; kept *= 2) {
        uint64_t used = kept - own;
        uint64_t sum = total > used ? mem_plus(kept, mem_pool_most(kept, total - used, largest)) : kept;
        most = sum > most ? sum : most;
        if (total <= used)
            break;
    }
    return most;
}

/* ---- errors ---- */

inlay_status err_set(inlay_env *env, inlay_status status, const char *what)
{
    env->error = (inlay_error){.status = status,
                               .what = what ? what : "",
                               .at = -1,
                               .input = -1,
                               .row_group = -1,
                               .row = -1,
                               .page = -1};
    return status;
}

inlay_status err_set_at(inlay_env *env, inlay_status status, const char *what, uint64_t at)
{
    err_set(env, status, what);
    env->error.at = at > INT64_MAX ? INT64_MAX : (int64_t)at;
    return status;
}

inlay_status err_set_os(inlay_env *env, const char *what, int os_error)
{
    err_set(env, INLAY_IO, what);
    env->error.os_error = os_error;
    return INLAY_IO;
}

const char *inlay_status_name(inlay_status status)
{
    static const char *const names[] = {"ok", "end",     "bad argument", "out of memory", "limit",
                                        "io", "corrupt", "unsupported"};
    return (unsigned)status < sizeof names / sizeof names[0] ? names[status] : "?";
}

/* ---- arena: first fit over the caller's buffer, free blocks in address order, joined ----
 *
 * Sizes are rounded up to 16 bytes, which also is the smallest free block that can hold its own links.
 */

struct mem_hole {
    struct mem_hole *next;
    size_t bytes;
};
enum { MEM_ARENA_ALIGN = 16 };

static size_t mem_arena_round(size_t bytes)
{
    return (bytes + MEM_ARENA_ALIGN - 1) & ~(size_t)(MEM_ARENA_ALIGN - 1);
}

static void *mem_arena_take(inlay_arena *arena, size_t bytes)
{
    struct mem_hole *before = NULL, *hole = arena->free_list;
    while (hole && hole->bytes < bytes) {
        before = hole;
        hole = hole->next;
    }
    if (!hole)
        return NULL;
    struct mem_hole *rest = hole->next;
    if (hole->bytes > bytes) {
        struct mem_hole *tail = (struct mem_hole *)(void *)((uint8_t *)hole + bytes);
        tail->bytes = hole->bytes - bytes;
        tail->next = hole->next;
        rest = tail;
    }
    if (before)
        before->next = rest;
    else
        arena->free_list = rest;
    return hole;
}

static void mem_arena_give(inlay_arena *arena, void *block, size_t bytes)
{
    struct mem_hole *fresh = block, *before = NULL, *after = arena->free_list;
    while (after && after < fresh) {
        before = after;
        after = after->next;
    }
    fresh->bytes = bytes;
    fresh->next = after;
    if (after && (uint8_t *)fresh + bytes == (uint8_t *)after) {
        fresh->bytes += after->bytes;
        fresh->next = after->next;
    }
    if (!before) {
        arena->free_list = fresh;
    } else if ((uint8_t *)before + before->bytes == (uint8_t *)fresh) {
        before->bytes += fresh->bytes;
        before->next = fresh->next;
    } else {
        before->next = fresh;
    }
}

/* A free neighbour right behind the block lets it grow in place. */
static bool mem_arena_extend(inlay_arena *arena, uint8_t *block, size_t old_bytes, size_t new_bytes)
{
    struct mem_hole *before = NULL, *hole = arena->free_list;
    while (hole && (uint8_t *)hole < block + old_bytes) {
        before = hole;
        hole = hole->next;
    }
    size_t more = new_bytes - old_bytes;
    if (!hole || (uint8_t *)hole != block + old_bytes || hole->bytes < more)
        return false;
    struct mem_hole *rest = hole->next;
    if (hole->bytes > more) {
        struct mem_hole *tail = (struct mem_hole *)(void *)((uint8_t *)hole + more);
        size_t left = hole->bytes - more;
        tail->bytes = left;
        tail->next = rest;
        rest = tail;
    }
    if (before)
        before->next = rest;
    else
        arena->free_list = rest;
    return true;
}

static void *mem_arena_resize(void *ctx, void *old, size_t old_bytes, size_t new_bytes)
{
    inlay_arena *arena = ctx;
    if (new_bytes > arena->bytes)
        return NULL;
    size_t had = old ? mem_arena_round(old_bytes) : 0, want = mem_arena_round(new_bytes);
    if (had == want && old)
        return old;
    if (!old || had == 0)
        return want ? mem_arena_take(arena, want) : NULL;
    if (want < had) {
        mem_arena_give(arena, (uint8_t *)old + want, had - want);
        return want ? old : NULL;
    }
    if (mem_arena_extend(arena, old, had, want))
        return old;
    void *fresh = mem_arena_take(arena, want);
    if (!fresh)
        return NULL;
    memcpy(fresh, old, old_bytes);
    mem_arena_give(arena, old, had);
    return fresh;
}

inlay_allocator inlay_arena_allocator(inlay_arena *arena, void *buffer, size_t bytes)
{
    size_t skip = (MEM_ARENA_ALIGN - (uintptr_t)buffer % MEM_ARENA_ALIGN) % MEM_ARENA_ALIGN;
    *arena = (inlay_arena){0};
    if (buffer && bytes > skip && bytes - skip >= MEM_ARENA_ALIGN) {
        arena->buffer = (uint8_t *)buffer + skip;
        arena->bytes = (bytes - skip) & ~(size_t)(MEM_ARENA_ALIGN - 1);
        struct mem_hole *all = (struct mem_hole *)(void *)arena->buffer;
        all->next = NULL;
        all->bytes = arena->bytes;
        arena->free_list = all;
    }
    return (inlay_allocator){mem_arena_resize, arena};
}
