/* Writing one column chunk: values and levels in any batches, out come pages.
 *
 * The open page keeps its levels (as one run as long as they are equal) and its values: dictionary codes,
 * or PLAIN bytes in memory form. A page ends only where a row ends. Finished pages wait in `pages` until
 * the row group ends, or go to the sink at once.
 */
#ifndef INLAY_FORMAT_CHUNK_WRITE_H
#define INLAY_FORMAT_CHUNK_WRITE_H

#include "inlay/writer.h"

#include "base/io.h"
#include "codec/codec.h"
#include "encoding/encoding.h"
#include "format/bloom.h"
#include "format/choose.h"
#include "format/fit.h"
#include "format/index.h"
#include "format/order.h"

enum {
    CHUNKW_SLICE = 1024, /* levels that are taken between looks at the page's size, more only to end a row */
    CHUNKW_FRESH = 128,  /* entries new to a page that are looked at together */
    CHUNKW_CODED = 4,    /* values that have codes may come to this many times the page's bytes */
    CHUNKW_STRETCH = 8   /* a page whose bounds hold what comes may have this many times its rows */
};

/* Levels of the open page. */
struct chunk_levels {
    struct buf array;  /* uint8_t each; empty while all are `value` */
    uint8_t value;
    size_t n;
    int64_t *counts;   /* [max + 1] in this page */
};

/* What only the column that is being added to needs, and only until the call returns: one for all columns of a
 * writer. */
struct chunk_scratch {
    struct buf body, packed; /* of a page */
    struct buf slice;        /* codes of a dictionary that is given; a page header */
    struct buf wide;         /* values behind codes, or views of strings */
};
void chunk_scratch_init(struct chunk_scratch *s, inlay_env *env);
void chunk_scratch_free(struct chunk_scratch *s);

struct chunk_writer {
    inlay_env *env;
    const inlay_node *node;
    uint32_t width, flags, version;
    size_t page_bytes, page_rows, dictionary_bytes;
    size_t page_most_rows; /* page_rows, or of codes so many while they bring nothing new */
    struct codec_context *codec; /* the writer's */
    const struct encoding *encoding; /* of values that are not codes */
    const struct encoding *usual;    /* what it is before a choice is made */
    uint32_t choices;                /* Encoding bits to choose from; 0 = no choice */
    bool wants_dictionary, coded;    /* by option; for the open page */
    bool given;                      /* the caller gave the dictionary */
    bool lent;                       /* and keeps its values: only codes of it are taken */
    bool judged;                     /* whether the dictionary pays was asked */
    bool streaming;                  /* pages go straight to `sink` */
    const inlay_sink *sink;
    uint64_t *written;               /* file offset of the sink */

    /* the open page */
    struct chunk_levels def, rep;
    struct buf values; /* memory form; BYTE_ARRAY: u32 length and bytes each */
    struct buf codes;  /* uint32_t */
    size_t n_values, page_row;
    uint64_t plain_bytes; /* of the page's values in PLAIN */
    struct stats stats;   /* of the page */
    struct buf seen;      /* coded: dictionary entries met in this page */
    size_t n_seen;        /* so many of them */

    /* the chunk */
    struct dict_builder *dictionary;
    struct buf pages;     /* finished ones, with headers */
    bool dictionary_out;  /* streaming: its page is written */
    uint64_t dictionary_at, dictionary_page_bytes, dictionary_raw_bytes, first_page_at;
    uint64_t page_bytes_done, raw_bytes_done; /* of data pages, with headers */
    int64_t n_levels, n_rows, unencoded;
    uint32_t n_pages[2][ENCODING_N]; /* data pages by version - 1 and encoding */
    bool raw_dictionary;             /* its page came encoded */
    bool inexact, no_bounds, no_nans, no_sizes; /* what raw pages did not say */
    struct stats chunk_stats;
    int64_t *rep_counts, *def_counts;
    struct index index;
    struct bloom_builder bloom;
    struct fit fit;
    struct order_check *order; /* of the writer's; NULL = no claim about this column */

    struct chunk_scratch *scratch;   /* the writer's */
    int64_t *counts_block; /* 2 x (max_rep + 1 + max_def + 1) */
};

/* What the options say about one column, parsed. */
struct chunk_options {
    struct codec_context *codec; /* open, shared by all columns with the same codec and level */
    const struct encoding *encoding;
    uint32_t choices; /* as in struct choose_row */
    bool dictionary;
    size_t page_bytes, page_rows, dictionary_bytes, bloom_bytes;
    bool stretch;     /* page_rows is no wish of the caller's */
    double bloom_fpp; /* 0 = no filter */
    uint32_t version, flags;
    bool new_orders; /* as in stats.h */
};

INLAY_CHECKED inlay_status chunk_writer_init(struct chunk_writer *c, inlay_env *env,
                                             const inlay_node *node, const struct chunk_options *o,
                                             struct chunk_scratch *scratch, const inlay_sink *sink,
                                             uint64_t *written);
void chunk_writer_free(struct chunk_writer *c);
/* No more row groups come: give the memory back, all but what the footer needs to know. */
void chunk_writer_release(struct chunk_writer *c);
/* Begin the chunk of another row group. */
void chunk_writer_reset(struct chunk_writer *c);
INLAY_CHECKED inlay_status chunk_writer_add(struct chunk_writer *c, const inlay_batch *batch);
INLAY_CHECKED inlay_status chunk_writer_repeat(struct chunk_writer *c, size_t n_rows,
                                               const void *value);
INLAY_CHECKED inlay_status chunk_writer_dictionary(struct chunk_writer *c, const void *values,
                                                   size_t n);
/* Encoded pages (chunk_raw.c); see inlay/copy.h. */
struct inlay_raw_page;
INLAY_CHECKED inlay_status chunk_writer_raw(struct chunk_writer *c, const struct inlay_raw_page *page);
INLAY_CHECKED inlay_status chunk_writer_raw_dictionary(struct chunk_writer *c, inlay_bytes body, size_t raw_bytes,
                                                       uint32_t n);
INLAY_CHECKED inlay_status chunk_writer_lend_dictionary(struct chunk_writer *c, inlay_bytes body, size_t raw_bytes,
                                                        const void *values, uint32_t n);
/* End the chunk: the last page, and everything that waits, goes to the sink. `meta` (in pool) then
 * describes it, without path. */
INLAY_CHECKED inlay_status chunk_writer_end(struct chunk_writer *c, struct mem_pool *pool,
                                            struct meta_column **meta);
/* Encodings, size statistics and statistics of a chunk whose pages are all done, into `m` (chunk_meta.c). */
INLAY_CHECKED inlay_status chunk_meta_fill(struct chunk_writer *c, struct mem_pool *pool,
                                           struct meta_column *m);
/* The chunk is ended and kept: give its buffers to the column that is written next (streaming: only one is
 * at a time), so that memory does not grow with the number of columns. */
void chunk_writer_hand_over(struct chunk_writer *from, struct chunk_writer *to);
uint64_t chunk_writer_pending(const struct chunk_writer *c);

/* ---- between chunk_write.c (batches in), chunk_take.c (into the open page), chunk_raw.c and chunk_page.c (pages out) ---- */

/* n levels; without `levels` all are `constant`. */
INLAY_CHECKED inlay_status chunk_writer_take_levels(struct chunk_levels *l, const uint8_t *levels, uint8_t max, uint8_t constant,
                                                    size_t n);
/* n values; as codes while the page has them. */
INLAY_CHECKED inlay_status chunk_writer_take_values(struct chunk_writer *c, const void *values, size_t n);
/* n values of the dictionary. */
INLAY_CHECKED inlay_status chunk_writer_take_codes(struct chunk_writer *c, const uint32_t *codes, size_t n);
/* Bytes that n values take in PLAIN. */
uint64_t chunk_writer_plain_bytes(const struct chunk_writer *c, const void *values, size_t n);

/* Does the open page have what a page should? */
bool chunk_writer_full(const struct chunk_writer *c);
/* End the open page: nothing happens when it has no levels. */
INLAY_CHECKED inlay_status chunk_writer_flush(struct chunk_writer *c);
/* Bytes behind what the chunk has: to the sink, or among the finished pages. */
INLAY_CHECKED inlay_status chunk_writer_emit(struct chunk_writer *c, const void *data, size_t bytes);
/* The dictionary page, with its size noted. */
INLAY_CHECKED inlay_status chunk_writer_dictionary_page(struct chunk_writer *c);
/* Values behind codes, gathered into `wide`. */
INLAY_CHECKED inlay_status chunk_writer_gather(struct chunk_writer *c, const uint32_t *codes, size_t n);
/* Leave the dictionary for this and all later pages of the chunk: the page's codes become values. */
INLAY_CHECKED inlay_status chunk_writer_leave_dictionary(struct chunk_writer *c);
void chunk_writer_page_reset(struct chunk_writer *c);
/* Header and body, the CRC made on the way; *bytes gets both. */
INLAY_CHECKED inlay_status chunk_writer_page(struct chunk_writer *c, struct meta_page_header *h, inlay_bytes body,
                                             size_t raw_bytes, size_t *bytes);
/* Note the open page as written: index, statistics, sizes. `raw` and `bytes` with its header. */
INLAY_CHECKED inlay_status chunk_writer_note_page(struct chunk_writer *c, size_t bytes, size_t raw, int32_t encoding,
                                                  bool v2);

#endif
