/* One column being read: its state, and the steps that reading and seeking share.
 *
 * State: file > row group (chunk) > page > piece. A piece is up to CHUNK_PIECE levels of the open page,
 * expanded when they are not constant; a batch is cut from a piece at row borders.
 */
#ifndef INLAY_FORMAT_CHUNK_READ_H
#define INLAY_FORMAT_CHUNK_READ_H

#include "inlay/reader.h"

#include "base/io.h"
#include "format/page.h"
#include "format/reader.h"

enum {
    CHUNK_PIECE = 16384,         /* most levels of a piece, values of a batch */
    CHUNK_PIECE_BYTES = 64 * 1024 * 1024, /* most bytes of a batch of very wide values */
    CHUNK_WINDOW = 64 * 1024,    /* least that is read at once */
    CHUNK_AHEAD = 512,           /* that is read behind a large page: the next header */
    CHUNK_WINDOW_KEPT = 2 * CHUNK_WINDOW, /* most of it that a dictionary page leaves behind */
    CHUNK_HEADER_FIRST = 256,    /* bytes tried for a page header, then doubled */
    CHUNK_HEADER_LIMIT = 16 * 1024 * 1024,
    CHUNK_PAGE_LIMIT = 256 * 1024 * 1024,
    CHUNK_RATIO = 4096,          /* most that a page may grow, above ... */
    CHUNK_RATIO_FROM = 16 * 1024 * 1024,
    CHUNK_BUDGET_RATIO = 65536,  /* bytes of values a byte of a chunk may stand for, above ... */
    CHUNK_BUDGET_FROM = 1024 * 1024 * 1024,
    CHUNK_BUDGET_GROWTH = 1024   /* bytes of values a byte of the file may stand for */
};

struct inlay_column {
    inlay_reader *reader;
    inlay_env *env;
    uint32_t leaf, flags;
    const inlay_node *node;
    uint32_t width;    /* bytes of one value in memory */
    size_t piece_most; /* levels of a piece: a multiple of 8 */
    uint32_t budgeted; /* row groups before this one are counted in the reader's decoded_bytes */
    bool failed;       /* only a seek or close may follow */
    uint32_t damaged;  /* row group of the last failure + 1; 0 = none: there a seek goes by the offset index */
    struct mem_pool jump_pool; /* the offset index of a chunk with damage, kept: each damaged page is a seek */
    struct thrift_list jump;
    uint32_t jump_group;       /* its row group + 1; 0 = none is kept */
    struct chunk_mark {
        uint32_t group;  /* row group + 1; 0 = none */
        uint32_t n_pages;
        uint64_t at;
        int64_t row, levels_left;
    } mark;            /* the last data page that was opened where a row begins: a seek past damage in it begins there */
    bool parked;       /* memory was given back; `row` is where to go on */

    /* the chunk */
    uint32_t row_group;   /* open, or the next to open */
    bool open;
    bool levels_known;    /* levels_left is exact; not after a jump through the offset index */
    uint64_t at, end;     /* next page; end of the chunk */
    int64_t levels_left;  /* of the chunk, not yet in an opened page */
    int64_t rows_left;    /* of the row group, not yet begun */
    int64_t row;          /* of the file: the next one to begin */
    struct codec_context *codec; /* the reader's */
    struct mem_pool pool; /* chunk metadata */
    struct meta_chunk chunk;

    /* bytes */
    struct buf window;
    uint64_t window_at;
    bool wide; /* the last page that was met is a large one, and the next likely too */
    struct mem_pool header_pool;

    /* dictionary */
    struct buf dictionary_raw, dictionary_values;
    size_t n_dictionary;
    bool has_dictionary;
    uint64_t serial;

    /* the page */
    uint32_t n_pages; /* data pages opened or passed in this chunk */
    uint32_t page_no; /* of the page at page_at */
    uint64_t page_at;
    struct buf raw;
    struct page_body body;
    bool lean;             /* nothing that was read ahead is kept */
    bool in_window;        /* the body, or a part of it, is the window's, not `raw` */
    bool coded;            /* values are dictionary codes */
    struct rle codes_in;
    struct decoder decoder;
    bool carried;          /* `carry` holds the last value of a DELTA_BYTE_ARRAY page of this chunk */
    size_t page_left;      /* levels not yet in a piece */
    bool any_level;        /* a level of this chunk was delivered */
    bool drop_tail;        /* the rest of a row that was passed over is still to be dropped */

    /* the piece */
    size_t piece_at, piece_n;
    struct buf def, rep, values, codes, scratch, carry;
};

inlay_status chunk_fail(inlay_column *c, inlay_status status, const char *what);
/* Say where, for what a deeper place said without. */
inlay_status chunk_where(inlay_column *c, inlay_status status);
void chunk_reset(inlay_column *c);
/* Is the next level surely the first of a row? */
bool chunk_at_row_start(const inlay_column *c);
/* Open the chunk of the next row group that has rows; END behind the last. */
INLAY_CHECKED inlay_status chunk_open(inlay_column *c);
/* [at, at + n) of the chunk, n at most what is left of it. A view until the next call. */
INLAY_CHECKED inlay_status chunk_bytes(inlay_column *c, uint64_t at, size_t n, const uint8_t **data);
INLAY_CHECKED inlay_status chunk_header(inlay_column *c, struct page_header *header);
INLAY_CHECKED inlay_status chunk_dictionary(inlay_column *c, const struct page_header *header);
/* A piece with levels in it; opens pages and chunks as needed. END behind the last row group; with `skip`,
 * at the end of this one. Up to *skip rows are passed over by page headers, and *skip reduced. */
INLAY_CHECKED inlay_status chunk_ready(inlay_column *c, int64_t *skip);
/* Cut the next batch from the open piece; batch == NULL passes over it. */
INLAY_CHECKED inlay_status chunk_batch(inlay_column *c, size_t max_rows, inlay_batch *batch);

#endif
