/* The key columns of one sorted input, row by row.
 *
 * A window of rows is unfolded from the key columns' batches: per row and key a 64-bit prefix (all ones for null), a
 * null flag and, where prefixes do not say everything, where the whole value lies. Order within the input is verified as the window moves,
 * and per row it is remembered whether the key equals that of the row before.
 */
#ifndef INLAY_MERGE_KEYROWS_H
#define INLAY_MERGE_KEYROWS_H

#include "merge/feed.h"
#include "merge/rank.h"
#include "merge/slice.h"
#include "merge/sortkey.h"

enum {
    KEYROWS_WINDOW = 1024,
    KEYROWS_BLANK_WINDOW = 1 << 30, /* where no row is looked at */
    KEYROWS_NO_LEAF = -1
};

struct keyrows_key { /* one key column of the merge */
    const struct sortkey_order *order;
    inlay_bytes name;
    size_t width;
    uint8_t type;
    bool descending;
    bool no_nulls;       /* a null is an error */
    uint8_t marks;       /* SLICE_CUT, SLICE_SERIES: what begins where this key changes */
    const int64_t *leaf; /* [n_inputs] column number, or KEYROWS_NO_LEAF: all null there */
    const inlay_node *as;    /* the merge's leaf, whose type values are given in; NULL = each input's own */
    const struct rank *rank; /* of its dictionary entries; NULL or not usable: values are compared by prefix */
};
/* Are rows with equal prefixes (and neither of them null) equal? */
bool keyrows_exact(const struct keyrows_key *key);

/* The keys of a merge: the first n_compared make the order. Marks stand at keys that are compared, at each no more than
 * at the one before it, or at keys behind them. */
struct keyrows_keys {
    const struct keyrows_key *keys;
    uint32_t n_keys, n_compared;
};

struct keyrows_cell { /* one value of one key */
    uint64_t prefix;
    const void *value;
    bool null;
};

struct keyrows_saved { /* a cell that outlives its window */
    uint64_t prefix;
    inlay_bytes bytes;
    bool null;
    struct buf buf;
};

struct keyrows_cells { /* one key of one input */
    struct feed feed;  /* column NULL: the input has no such column */
    uint64_t serial;   /* of the dictionary behind `dictionary` */
    uint64_t *dictionary;
    size_t dictionary_capacity;
    const uint8_t *base; /* values of the window; with `coded` the dictionary's */
    bool coded;
    uint64_t *prefix; /* [KEYROWS_WINDOW], as are the following */
    uint32_t *index;  /* value number from `base`; not kept where prefixes say everything */
    uint8_t *null;
    bool constant;    /* all rows of the window have the same prefix, and none is null */
    size_t n_constant; /* so many of `prefix` are that of the last window that was constant; 0 = unknown */
    struct keyrows_saved last; /* last row before the window */
};

struct keyrows {
    inlay_env *env;
    inlay_reader *reader;
    const struct keyrows_keys *keys;
    uint32_t input;
    uint64_t rows, row;          /* of the file; first of the window */
    size_t n, at;                /* rows in the window; the current one */
    bool nulls;                  /* some key of the window is null */
    bool blank;                  /* none of the key columns: one long row of nulls */
    bool first;                  /* no row before the window */
    bool any_order;              /* set by the caller: order is not looked at, and between rows nothing is known */
    bool unsorted;               /* filling failed since a row is out of order */
    struct keyrows_cells *cells; /* [n_keys] */
    const uint64_t *prefix0, *prefix1; /* prefixes of the first two keys that are compared; NULL: there is no such column */
    void *block;                 /* window arrays */
    size_t block_bytes;
    uint8_t *same, *marks; /* 1 = key as in the row before; what begins with the row */
};

INLAY_CHECKED inlay_status keyrows_open(struct keyrows *k, inlay_env *env, inlay_reader *reader,
                                        uint32_t input, const struct keyrows_keys *keys);
void keyrows_close(struct keyrows *k);
/* The next window, never empty, the current row its first; END after the last row. CORRUPT where
 * the input is not in order: the error says input, row group, row and column. */
INLAY_CHECKED inlay_status keyrows_fill(struct keyrows *k, uint64_t memory_bytes);

/* Prefix of a key of the current row. */
INLAY_INLINE uint64_t keyrows_prefix(const struct keyrows *k, uint32_t key)
{
    return k->cells[key].feed.column ? k->cells[key].prefix[k->at] : UINT64_MAX;
}
/* Of two inputs' current rows: a comes first in the output (equal keys: by input number). */
bool keyrows_before(const struct keyrows *a, const struct keyrows *b);
/* Rows of a's window, from the current one on, that come before b's current row; at least one. */
size_t keyrows_stretch(const struct keyrows *a, const struct keyrows *b);
/* First row after `row`, before `end`, that has marks; else end. */
size_t keyrows_next_mark(const struct keyrows *k, size_t row, size_t end);

struct keyrows_cell keyrows_at(const struct keyrows *k, uint32_t key, size_t row);
int keyrows_compare(const struct keyrows_key *key, const struct keyrows_cell *a,
                    const struct keyrows_cell *b);
INLAY_CHECKED inlay_status keyrows_save(struct keyrows_saved *saved, const struct keyrows_key *key,
                                        const struct keyrows_cell *cell);
struct keyrows_cell keyrows_saved_cell(const struct keyrows_saved *saved,
                                       const struct keyrows_key *key);

/* Where a row of the file lies. */
INLAY_CHECKED inlay_status keyrows_locate(const struct keyrows *k, uint64_t row, int32_t *row_group, int64_t *in_group);
/* Name a column in the env's error, its front cut if it is too long. Returns the error's status. */
inlay_status keyrows_error_column(inlay_env *env, inlay_bytes name);

#endif
