/* Unsorted inputs of a merge, sorted with bounded memory.
 *
 * An input whose rows are out of order is cut into runs of as many rows as memory allows. Of a run the key columns are
 * read and its row numbers sorted, stably; then its columns are written in that order, one at a time, as a Parquet file
 * into a scratch file that all runs share. The runs stand where the input stood, in its order, so that equal keys keep
 * the order of its rows.
 *
 * Memory: half of what is left of memory_bytes, at least 1 MiB, or what one row takes: while keys are read, 9 bytes a
 * row and key, the values of keys that 64 bits do not decide (none where all of them are dictionary codes), and 8 bytes
 * a row; then 4 bytes a row and one column's rows. How many rows that is, the footer says; where it understates, runs
 * are halved. Besides, the pages and dictionaries of the columns being read, and the footers of the runs.
 * Scratch: the unsorted inputs, unpacked.
 */
#ifndef INLAY_MERGE_RESORT_H
#define INLAY_MERGE_RESORT_H

#include "base/io.h"
#include "merge/keyrows.h"
#include "merge/permute.h"

#if INLAY_WRITE && INLAY_MERGE

struct resort_key { /* one key of the rows being sorted */
    struct buf prefix; /* uint64_t [n] */
    struct buf null;   /* uint8_t [n] */
    struct buf values; /* [n] in memory form, where prefixes do not say everything */
    int64_t leaf;
};

struct resort_run {
    struct io_scratch *scratch;
    uint64_t at, bytes;
    inlay_reader *reader;
    uint32_t origin; /* number of the input */
};

struct resort {
    inlay_env *env;
    uint64_t memory_bytes, most_bytes; /* most_bytes: of keys, or of a column's rows, at a time */
    struct io_scratch scratch;
    struct mem_pool pool; /* runs */
    struct resort_run **runs;
    size_t runs_capacity, n_runs;
    inlay_reader **readers; /* [n_inputs] what is to be merged: inputs, and runs in the place of unsorted ones */
    uint32_t *origins;      /* [n_inputs] input that it stands for */
    uint32_t n_inputs, n_resorted;
    /* the input at hand: */
    inlay_reader *reader;
    uint32_t input;
    struct keyrows_keys set;
    struct keyrows_key *specs; /* [n_keys] */
    struct resort_key *keys;   /* [n_keys] */
    struct rank *ranks;        /* [n_keys] */
    uint32_t n_keys;
    struct keyrows rows;   /* the key columns, in any order */
    struct mem_pool bytes; /* of key values */
    size_t n_bytes;        /* taken of it */
    uint32_t *order;       /* [2 * order_rows]: row numbers, room to sort them */
    uint32_t order_rows;
    struct permute permute;
};

/* Zeroed. Look at every input, and sort those that need it. `keys` are the merge's. With n_resorted > 0 `readers` take
 * the place of `inputs`, as long as `r` lives. Errors: those of reading (with input, row group and row), IO, NOMEM,
 * LIMIT. */
INLAY_CHECKED inlay_status resort_inputs(struct resort *r, inlay_env *env, inlay_reader *const *inputs,
                                         uint32_t n_inputs, const struct keyrows_keys *keys, uint64_t memory_bytes,
                                         const char *scratch_folder);
void resort_free(struct resort *r);

#endif

#endif
