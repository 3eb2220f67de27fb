/* Choosing the encoding of a column chunk by trying: the first page with values is encoded and compressed in each way
 * that the profile allows, and the smallest wins. */
#ifndef INLAY_FORMAT_CHOOSE_H
#define INLAY_FORMAT_CHOOSE_H

#include "base/buf.h"
#include "codec/codec.h"
#include "encoding/encoding.h"

enum choose_profile { CHOOSE_COMPAT, CHOOSE_BALANCED, CHOOSE_SMALLEST, CHOOSE_NEWEST, CHOOSE_N };
struct choose_row {
    const char *name, *codec; /* as inlay_write_options has them */
    uint8_t page_version;
    uint32_t encodings;       /* bits of Encoding: what is tried beside dictionary and plain */
    bool new_orders;          /* IEEE_754_TOTAL_ORDER, INT96_TIMESTAMP_ORDER */
};
/* By name; NULL = unknown. */
const struct choose_row *choose_profile(const char *name);

/* What there is to choose for: the page's values in memory form, and the dictionary, if the chunk has one. */
struct choose_page {
    const void *values;
    size_t n;
    uint8_t type;
    uint32_t width;
    const uint32_t *codes; /* NULL = no dictionary */
    const void *entries;
    size_t n_entries;
    uint64_t plain_bytes, entry_bytes; /* of the values and of the entries, in PLAIN */
};
/* *encoding: the winner among those that are not codes; *dictionary: whether codes are smaller still. `encoded` and
 * `packed` are scratch. Errors: NOMEM. */
INLAY_CHECKED inlay_status choose_encoding(const struct choose_page *page, uint32_t encodings,
                                           struct codec_context *codec, struct buf *encoded, struct buf *packed,
                                           const struct encoding **encoding, bool *dictionary);

/* Whether codes are worth going on with after the chunk's first page with values, all of which have codes. First at a
 * glance (codes and sizes are enough): by far the most columns are decided there. CHOOSE_WEIGH: the page and its
 * dictionary are to be compressed both ways, and the smaller one is right. `limit` is that of the dictionary; `last`:
 * no more pages follow. */
enum choose_verdict { CHOOSE_CODES, CHOOSE_PLAIN, CHOOSE_WEIGH };
enum choose_verdict choose_glance(const struct choose_page *page, uint64_t limit, bool last);
INLAY_CHECKED inlay_status choose_weigh(const struct choose_page *page, uint64_t limit, bool last,
                                        struct codec_context *codec, struct buf *encoded, struct buf *packed,
                                        bool *dictionary);

#endif
