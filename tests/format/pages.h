/* Files put together page by page, one column "x", for facts about what other writers make. The functions
 * stand in page.c. */
#ifndef INLAY_TESTS_FORMAT_PAGES_H
#define INLAY_TESTS_FORMAT_PAGES_H

#include "../test.h"
#include "format/page.h"
#include "format/reader.h"

struct pages_file {
    struct buf bytes;
    inlay_node leaf;        /* INT32, name "x" */
    int32_t codec;
    int64_t n_values, n_rows;
    int64_t dictionary_at;  /* as the footer says; -1 = not there */
    int64_t data_at;
    const char *created_by; /* NULL = not there */
    int32_t chunk_type;     /* -1 = the leaf's */
    bool no_view;           /* the source has read_at alone */
    inlay_reader *reader;
    inlay_column *column;
};

/* Pages: `n` bytes of body as stored, which are `raw` bytes unpacked. */
void pages_start(struct pages_file *f, uint8_t repetition);
void pages_put(struct pages_file *f, struct meta_page_header *h, const void *body, size_t n, size_t raw);
void pages_put_v1(struct pages_file *f, const void *body, size_t n, int32_t values, int32_t encoding,
                  int32_t def_encoding);
/* compressed: 1 true, 0 false, -1 not said. */
void pages_put_v2(struct pages_file *f, const void *body, size_t n, size_t raw, int32_t values, int32_t nulls,
                  int32_t def_bytes, int compressed);
void pages_put_dictionary(struct pages_file *f, const void *body, size_t n, int32_t values);
/* Write the footer, then open the file and its column. */
void pages_open(struct pages_file *f);
void pages_close(struct pages_file *f);
/* All values of the INT32 column equal want[0..n), nulls being INT32_MIN; returns the status that reading ends
 * with: END, or a failure behind values that were right. Closes. */
inlay_status pages_values(struct pages_file *f, const int32_t *want, size_t n);
/* The same for BYTE_ARRAY, no nulls, in batches of at most `step` rows (0: any). */
inlay_status pages_strings(struct pages_file *f, const char *const *want, size_t n, size_t step);

#endif
