/* One column of one input, batch by batch, within a memory bound.
 *
 * A feed normally holds its column's page and hands out the column's own views. While the env has
 * more in use than the bound, it takes small batches, copies them, and gives page and dictionary
 * back (inlay_column_park): slower, but the memory of many inputs stays bounded.
 * Values of a column whose type is wider in the output are converted here, dictionaries once.
 */
#ifndef INLAY_MERGE_FEED_H
#define INLAY_MERGE_FEED_H

#include "inlay/reader.h"

#include "base/buf.h"
#include "merge/widen.h"

struct feed {
    inlay_env *env;
    inlay_column *column; /* NULL: closed */
    inlay_batch batch;    /* at hand; values, or codes where the feed was opened for them */
    size_t level, value;  /* taken from it so far */
    uint64_t most;        /* rows of the next batch; 0 = as many as the column gives */
    int64_t seek;         /* row to go to before the next batch; 0 = go on */
    size_t width;         /* bytes of a value */
    uint8_t type, max_def, max_rep;
    struct buf values, bytes, levels; /* a copied batch */
    inlay_reader *reader;
    const inlay_node *node;     /* of the reader */
    struct widen widen;         /* convert NULL: values are as they stand */
    int64_t next_row;           /* of the file, behind the batch */
    struct buf wide, wide_codes; /* converted values of the batch; of the dictionary of that serial */
    uint64_t wide_serial;
};

/* Open a column and stand before `row` of the file. Values are given as those of leaf `as`, to which there is a way
 * (widen_find); NULL = as they are. */
INLAY_CHECKED inlay_status feed_open(struct feed *feed, inlay_env *env, inlay_reader *reader,
                                     uint32_t leaf, uint32_t flags, int64_t row, const inlay_node *as);
/* The dictionary behind the batch's codes. */
inlay_dictionary feed_dictionary(const struct feed *feed);
void feed_close(struct feed *feed);
/* Nothing is at hand: give back what batches need, not the page nor the dictionary. */
void feed_trim(struct feed *feed);
/* Drop what is at hand and go on at another row of the input. */
void feed_skip_to(struct feed *feed, int64_t row);
/* The next batch, never empty; what was left of the last one is dropped, and its views die. */
INLAY_CHECKED inlay_status feed_fill(struct feed *feed, uint64_t memory_bytes);
INLAY_INLINE bool feed_empty(const struct feed *feed)
{
    return feed->level == feed->batch.n_levels;
}
/* Present values among the next n levels. */
size_t feed_present(const struct feed *feed, size_t n);

#endif
