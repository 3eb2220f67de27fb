/* The pages of one column chunk of an input, and which of them may move unchanged.
 *
 * A page may move when what the output says of it can be said without looking inside: its nulls are counted and, where
 * the column has an order, its bounds stand in its header or in the page index and may be believed.
 */
#ifndef INLAY_MERGE_INPAGES_H
#define INLAY_MERGE_INPAGES_H

#include "inlay/copy.h"
#include "inlay/inspect.h"

#include "base/buf.h"

#if INLAY_WRITE && INLAY_MERGE

struct inpages_page {
    inlay_page page;
    inlay_raw_page raw; /* without body */
    int64_t first_row;  /* of the file */
    bool may_move, coded;
};

struct inpages {
    inlay_env *env;
    inlay_pages *walker;
    uint32_t row_group;
    int64_t first_row, end_row; /* of the chunk, in the file */
    int32_t codec;
    bool has_dictionary;
    inlay_page dictionary;      /* its page */
    bool all_coded;             /* all data pages */
    inlay_column *host;         /* set by the caller, closed with this: has the dictionary decoded */
    int64_t chunk_at;           /* of its first page */
    struct buf list;            /* struct inpages_page */
    struct mem_pool pool;       /* bounds */
};

/* Look at the pages of the chunk of column `leaf` (without repetition) in which `row` lies. */
INLAY_CHECKED inlay_status inpages_open(struct inpages *p, inlay_env *env, inlay_reader *reader, uint32_t leaf, int64_t row);
void inpages_close(struct inpages *p);
INLAY_INLINE size_t inpages_count(const struct inpages *p)
{
    return p->list.bytes / sizeof(struct inpages_page);
}
INLAY_INLINE const struct inpages_page *inpages_at(const struct inpages *p, size_t i)
{
    return (const struct inpages_page *)(const void *)p->list.data + i;
}
/* The body of a page, or of the dictionary, checked by its CRC. A view until the next one of this chunk. */
INLAY_CHECKED inlay_status inpages_body(struct inpages *p, size_t i, inlay_bytes *body);
INLAY_CHECKED inlay_status inpages_dictionary(struct inpages *p, inlay_bytes *body);

#endif

#endif
