/* One page: its header, and its body taken apart.
 *
 *   v1 body, compressed as a whole:  [u32 n | repetition levels] [u32 n | definition levels] values
 *   v2 body:  repetition levels, definition levels (never compressed), then values (maybe compressed)
 *
 * Source: parquet-format README "Data Pages"; parquet.thrift PageHeader.
 */
#ifndef INLAY_FORMAT_PAGE_H
#define INLAY_FORMAT_PAGE_H

#include "codec/codec.h"
#include "encoding/encoding.h"
#include "format/levels.h"
#include "format/meta.h"

/* A header with what every page type has in common at hand. */
struct page_header {
    struct meta_page_header meta;
    size_t bytes; /* of the header itself */
    size_t compressed_bytes, uncompressed_bytes;
    bool has_crc;
    uint32_t crc;
};

/* Parse the header in [data, data + bytes), of which more may exist: END = give me more bytes.
 * Sizes are checked to be >= 0 only. Errors: CORRUPT, LIMIT, NOMEM. */
INLAY_CHECKED inlay_status page_header_read(inlay_env *env, struct mem_pool *pool,
                                            const uint8_t *data, size_t bytes, bool all,
                                            uint64_t at, struct page_header *header);

/* A data page's body, decompressed and cut into its three sections. */
struct page_body {
    size_t n_levels;
    struct levels rep, def;
    const uint8_t *values;
    size_t values_bytes, n_values;
    int32_t encoding;
};
/* Decompress and cut. `raw` gets the decompressed bytes (v2: of the values only) unless they can be
 * used where they stand. `codec` is an open context; *what has the text of a failure. */
INLAY_CHECKED inlay_status page_body_open(const struct page_header *header, const uint8_t *data,
                                          struct codec_context *codec, const inlay_node *node,
                                          struct buf *raw, struct page_body *body,
                                          const char **what);
/* Decompress a body as a whole into raw (or point at `data` when it is not compressed). */
INLAY_CHECKED inlay_status page_unpack(const struct page_header *header, const uint8_t *data,
                                       struct codec_context *codec, struct buf *raw,
                                       inlay_bytes *out, const char **what);

#endif
