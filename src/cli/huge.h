/* Memory on huge pages for a command that runs a few milliseconds. The first touch of a page costs the kernel about a
 * microsecond: a third of what a change of a footer of 1.5 MB takes, as it would touch 600 of them. Blocks come from
 * one region that asks for huge pages, and from malloc where it is full or where there are no such pages. */
#ifndef INLAY_CLI_HUGE_H
#define INLAY_CLI_HUGE_H

#include "inlay/base.h"

struct huge {
    inlay_arena arena;
    inlay_allocator inner;
    uint8_t *map; /* NULL: malloc alone */
    size_t map_bytes;
};

/* `bytes`: about what will be needed; little of it, and malloc does it all. It frees what malloc gave before it, too, and
 * is one thread's. */
inlay_allocator huge_open(struct huge *h, uint64_t bytes);
void huge_close(struct huge *h); /* after every block */

#endif
