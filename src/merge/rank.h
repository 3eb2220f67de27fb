/* Ranks of dictionary entries: where every chunk of a key column is dictionary-encoded in every input, all entries are
 * sorted once, and rows are then compared by one number instead of by their bytes.
 */
#ifndef INLAY_MERGE_RANK_H
#define INLAY_MERGE_RANK_H

#include "inlay/reader.h"

#include "base/mem.h"
#include "merge/sortkey.h"

struct rank_chunk { /* the dictionary of one column chunk */
    uint32_t *ranks; /* [n] equal values have equal ranks */
    uint32_t n;
};

struct rank {
    inlay_env *env;
    bool usable;
    uint32_t n_inputs, n_distinct;
    uint32_t *first;           /* [n_inputs + 1] of an input's row groups in `chunks` */
    struct rank_chunk *chunks; /* one a row group */
    size_t n_chunks;
    struct mem_pool pool;
};

/* Look at column leaf[i] of every input i (< 0: it has none). Not usable, and nothing kept, where a chunk has values
 * outside its dictionary, or where the entries would take more than `most_bytes`. Errors: those of reading. */
INLAY_CHECKED inlay_status rank_build(struct rank *r, inlay_env *env, inlay_reader *const *inputs, uint32_t n_inputs,
                                      const int64_t *leaf, const struct sortkey_order *order, size_t width, uint8_t type,
                                      bool descending, uint64_t most_bytes);
void rank_free(struct rank *r);
/* Ranks of the entries of that chunk's dictionary of n values; NULL where it is not the one that was seen. */
const uint32_t *rank_of(const struct rank *r, uint32_t input, uint32_t row_group, size_t n);

#endif
