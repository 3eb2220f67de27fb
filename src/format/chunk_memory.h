/* How much memory a column chunk takes while it is written: a bound for every buffer of struct chunk_writer and its
 * scratch. Buffers grow by mem_grow's rule, so that a buffer's bound is mem_grown(most that is ever asked of it).
 * Numbers stay at UINT64_MAX instead of overflowing. */
#ifndef INLAY_FORMAT_CHUNK_MEMORY_H
#define INLAY_FORMAT_CHUNK_MEMORY_H

#include "format/chunk_write.h"

#if INLAY_WRITE

enum {
    CHUNK_MEMORY_HEADER = 64, /* most bytes of a page header: 7 numbers of 5 bytes at most, and their fields */
    CHUNK_MEMORY_VARINT = 10, /* room that is asked for a number, however short it is */
    CHUNK_MEMORY_N_HELD = 10,
    CHUNK_MEMORY_N_SHARED = 4
};

/* One column, in its largest row group. */
struct chunk_memory {
    const struct chunk_writer *c;
    uint64_t rows, row_levels, longest; /* of the row group; of a row; of a value in memory, BYTE_ARRAY: its bytes */
    uint64_t plain;                     /* most PLAIN bytes of a value, as chunk_write.c counts them */
    bool coded, given;                  /* may have a dictionary of its own, one from the caller */
    uint64_t entries, dictionary;       /* most entries and PLAIN bytes of either */
    uint64_t page_levels, page_values, page_codes, page_plain, page_rows; /* most of a page; but page_rows: least */
    uint64_t bound;                     /* most bytes of a stored minimum or maximum */
    uint64_t file;                      /* bytes of the file, for the length of offsets; 0 = not yet known */
};

struct chunk_memory chunk_memory_of(const struct chunk_writer *c, const inlay_writer_load *load, uint64_t rows);
/* Finished data pages of so many rows; the open page, packed. */
uint64_t chunk_memory_pages(const struct chunk_memory *m, uint64_t rows);
uint64_t chunk_memory_page(const struct chunk_memory *m);
/* Entries of the page index, 0 = none is made; histogram entries of each. */
uint64_t chunk_memory_index_pages(const struct chunk_memory *m);
uint64_t chunk_memory_counts(const struct chunk_memory *m);

/* Buffers, one term each: of each column (IN_ORDER of one at a time), of the scratch that columns share; and the
 * finished pages, which are a column's, too. */
typedef uint64_t chunk_memory_term(const struct chunk_memory *m);
extern chunk_memory_term *const chunk_memory_held[CHUNK_MEMORY_N_HELD];
extern chunk_memory_term *const chunk_memory_shared[CHUNK_MEMORY_N_SHARED];
uint64_t chunk_memory_finished(const struct chunk_memory *m);

#endif

#endif
