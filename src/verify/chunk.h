/* One column chunk under examination: its pages and its values side by side. */
#ifndef INLAY_VERIFY_CHUNK_H
#define INLAY_VERIFY_CHUNK_H

#include "verify/rule.h"
#include "verify/tally.h"

#if INLAY_VERIFY

enum { CHUNK_CHECK_ENCODINGS = 32 };

struct chunk_check {
    struct verify *v;
    uint32_t row_group, leaf;
    const inlay_node *node;
    int64_t n_rows;        /* of the row group */
    inlay_chunk chunk;
    inlay_chunk_details details;
    inlay_page_index *index;
    inlay_bloom *bloom;

    /* values: one column over all row groups; a batch may be read ahead */
    inlay_column *column;
    inlay_batch batch;
    bool pending;
    bool ended;            /* the column gives no more until it is sought */
    bool broken;           /* values of this chunk cannot be read further */
    bool damaged;          /* a page's checksum is wrong: what follows from it is not told */
    uint64_t dictionary;   /* serial that `seen` is for */
    struct buf seen;       /* uint32_t a dictionary entry: the page it was last met in, plus 1 */
    uint32_t page_serial;
    uint32_t distinct;     /* dictionary entries met in the chunk */
    bool coded, unique;    /* every value so far was a code; no entry of the dictionary is there twice */

    /* the open data page, and the chunk so far */
    struct buf page_min, page_max; /* copies of its header's bounds */
    struct tally page, all;
    uint32_t n_pages;      /* data pages */
    int64_t packed, raw;   /* bytes with headers */
    int64_t first_data_at, dictionary_at;
    int64_t data_pages[CHUNK_CHECK_ENCODINGS]; /* by encoding */
    int64_t dictionary_pages;
    bool utf8_told, bloom_told;
};

void chunk_check_init(struct chunk_check *k, struct verify *v, uint32_t leaf);
void chunk_check_free(struct chunk_check *k);
/* Examine the column's chunk in this row group; row groups come in ascending order. */
INLAY_CHECKED inlay_status chunk_check_run(struct chunk_check *k, uint32_t row_group);

/* claims.c: what the chunk's metadata and indexes say, against what was counted. */
void claims_statistics(struct chunk_check *k, const inlay_statistics *s, const struct tally *t);
void claims_page(struct chunk_check *k, const inlay_page *page); /* header and page index */
void claims_chunk(struct chunk_check *k);

/* values.c: look into a dictionary that is new; what all values of the chunk must be. */
INLAY_CHECKED inlay_status values_unique(struct chunk_check *k, const inlay_dictionary *dictionary);
void values_check(struct chunk_check *k);

#endif

#endif
