/* Memory on huge pages; see huge.h. */
#include "cli/huge.h"

#include <stdlib.h>
#include <string.h>

#if INLAY_POSIX
#include <sys/mman.h>
#endif

/* Below HUGE_LEAST bytes zeroing a whole huge page costs as much as it saves. */
enum { HUGE_PAGE = 2 * 1024 * 1024, HUGE_LEAST = 512 * 1024, HUGE_MOST = 16 * HUGE_PAGE };

static bool huge_inside(const struct huge *h, const void *block)
{
    uintptr_t at = (uintptr_t)block, from = (uintptr_t)h->map;
    return h->map && at >= from && at - from < h->map_bytes;
}

static void *huge_resize(void *ctx, void *old, size_t old_bytes, size_t new_bytes)
{
    struct huge *h = ctx;
    bool inside = old && huge_inside(h, old);
    if (new_bytes == 0) {
        if (inside)
            h->inner.resize(h->inner.ctx, old, old_bytes, 0);
        else
            free(old);
        return NULL;
    }
    if (old && !inside)
        return realloc(old, new_bytes);
    void *fresh = h->map ? h->inner.resize(h->inner.ctx, old, old_bytes, new_bytes) : NULL;
    if (fresh)
        return fresh;
    fresh = malloc(new_bytes);
    if (fresh && old) {
        memcpy(fresh, old, old_bytes < new_bytes ? old_bytes : new_bytes);
        h->inner.resize(h->inner.ctx, old, old_bytes, 0);
    }
    return fresh;
}

inlay_allocator huge_open(struct huge *h, uint64_t bytes)
{
    *h = (struct huge){.map = NULL};
#if INLAY_POSIX && defined(MADV_HUGEPAGE)
    if (bytes >= HUGE_LEAST) {
        size_t want = bytes > HUGE_MOST ? HUGE_MOST : ((size_t)bytes + HUGE_PAGE - 1) & ~(size_t)(HUGE_PAGE - 1);
        void *map = mmap(NULL, want + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        uint8_t *aligned = (uint8_t *)(((uintptr_t)map + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1));
        if (map != MAP_FAILED && madvise(aligned, want, MADV_HUGEPAGE) == 0) {
            h->map = map;
            h->map_bytes = want + HUGE_PAGE;
            h->inner = inlay_arena_allocator(&h->arena, aligned, want);
        } else if (map != MAP_FAILED) {
            munmap(map, want + HUGE_PAGE);
        }
    }
#else
    (void)bytes;
#endif
    return (inlay_allocator){huge_resize, h};
}

void huge_close(struct huge *h)
{
#if INLAY_POSIX && defined(MADV_HUGEPAGE)
    if (h->map)
        munmap(h->map, h->map_bytes);
#endif
    *h = (struct huge){.map = NULL};
}
