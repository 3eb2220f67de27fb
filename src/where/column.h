/* A column that the predicate reads: its tests, where it stands, and what the file claims about it. */
#ifndef INLAY_WHERE_COLUMN_H
#define INLAY_WHERE_COLUMN_H

#include "where/tree.h"

#include "base/buf.h"

#if INLAY_WHERE

enum { COLUMN_STEP = 4096 /* most rows that are tested at once */ };

/* What is claimed about a stretch of rows: all that is not ruled out is possible. */
struct column_claims {
    bool values, nulls, nans;     /* there may be any */
    const void *min, *max;        /* of values that are not NaN; NULL = not known */
    inlay_value min_room, max_room;
};

struct where_column {
    inlay_env *env;
    inlay_reader *reader;
    uint32_t leaf;
    const inlay_node *node;
    size_t width;
    compare_values *compare;
    struct tree_node **tests;
    uint32_t n_tests;
    bool asks_equal;              /* a test that a bloom filter can answer */
    uint8_t gap[256];             /* by definition level below max_def: TREE_UNKNOWN, or 0 for an empty list */

    /* values */
    inlay_column *column;
    inlay_batch batch;
    size_t level, value;          /* of the batch, not yet taken */
    int64_t next_row;             /* of the file: where the next level belongs; -1 = to be sought */
    int64_t loaded;               /* first row of the step that the tests' truths are for; -1 = none */
    struct buf memo;              /* [n_tests][n_dictionary]: truths of codes */
    size_t memo_entries;
    uint64_t memo_serial;
    struct buf results;           /* truths of the values taken */

    /* claims */
    struct column_claims chunk_claims, claims; /* of the row group; of the rows being judged */
    inlay_page_index *index;
    uint32_t page;
    inlay_bloom *bloom;
};

/* Collect the columns of a bound tree: an array in the pool. */
INLAY_CHECKED inlay_status column_collect(inlay_env *env, inlay_reader *reader, struct mem_pool *pool,
                                          struct tree_node *root, struct where_column **columns,
                                          uint32_t *n);
void column_close(struct where_column *c);
/* Fill the truths of all tests on the column for rows [first, first + n) of the file, n <= COLUMN_STEP. */
INLAY_CHECKED inlay_status column_load(struct where_column *c, int64_t first, size_t n);
/* TREE_TRUE or TREE_FALSE for a value that is there. */
uint8_t column_test(const struct tree_node *test, const void *value);

/* prune.c: what a tree may be under the claims of its columns, as bits TREE_TRUE ...; `bloom`: ask the filters. */
uint8_t prune_tree(const struct tree_node *node, bool bloom);
/* The column that alone rules out that the tree is true; -1 = none. */
int64_t prune_blame(const struct tree_node *node, bool bloom);
/* Claims of a whole column chunk, and of the open page of its index (which holds n_rows rows). */
INLAY_CHECKED inlay_status prune_chunk(struct where_column *c, uint32_t row_group);
void prune_page(struct where_column *c, int64_t n_rows);

#endif

#endif
