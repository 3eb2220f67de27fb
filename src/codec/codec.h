/* Codecs: bytes <-> bytes, one page at a time.
 *
 * Contract: decompress fills exactly the size that the page header states, or fails; it never writes
 * beyond it and reads only its input. A codec takes memory when a context is opened, through the env,
 * and none while it works (libdeflate, which offers no hook for one object, uses malloc at open).
 * Source: parquet-format Compression.md.
 */
#ifndef INLAY_CODEC_CODEC_H
#define INLAY_CODEC_CODEC_H

#include "inlay/base.h"

#include "base/mem.h"

/* Ids of CompressionCodec, parquet.thrift. */
enum {
    CODEC_NONE = 0,
    CODEC_SNAPPY = 1,
    CODEC_GZIP = 2,
    CODEC_LZO = 3,
    CODEC_BROTLI = 4,
    CODEC_LZ4_HADOOP = 5,
    CODEC_ZSTD = 6,
    CODEC_LZ4_RAW = 7
};

struct codec;

/* A context for one direction; kept by a reader's column or by a writer, used for many pages. */
struct codec_context {
    const struct codec *codec;
    inlay_env *env;
    int level;
    bool compressing;
    void *state; /* the codec's */
    size_t state_bytes;
    const char *what; /* first failure, constant text */
};

struct codec {
    const char *name; /* lower case, as in options: "lz4_raw" */
    uint8_t id;
    int level_min, level_max, level_default; /* equal = no levels */
    bool takes_memory; /* compress takes memory while it works, nobody can say how much */
    inlay_status (*open_decompress)(struct codec_context *c); /* NULL = nothing to open */
    inlay_status (*open_compress)(struct codec_context *c);
    void (*close)(struct codec_context *c);
    bool (*decompress)(struct codec_context *c, const uint8_t *src, size_t src_bytes, uint8_t *dst,
                       size_t dst_bytes);
    size_t (*bound)(size_t src_bytes);
    /* returns bytes used, 0 = failed; src_bytes > 0 */
    size_t (*compress)(struct codec_context *c, const uint8_t *src, size_t src_bytes, uint8_t *dst,
                       size_t dst_capacity);
};

/* NULL when the id is unknown or the codec is not in this build. */
const struct codec *codec_by_id(int id);
/* Parse "zstd", "zstd:9", "none"; *level gets the given or the default level. ARG when unknown or the
 * level is out of range, UNSUPPORTED when it is known but not in this build; *what has the text. */
INLAY_CHECKED inlay_status codec_parse(const char *text, const struct codec **codec, int *level,
                                       const char **what);

INLAY_CHECKED inlay_status codec_open_decompress(struct codec_context *c, inlay_env *env, int id);
INLAY_CHECKED inlay_status codec_open_compress(struct codec_context *c, inlay_env *env,
                                               const struct codec *codec, int level);
void codec_close(struct codec_context *c); /* a zeroed one is fine */

/* Snappy, ours (snappy.c): raw block format, no framing. */
bool snappy_decompress(const uint8_t *src, size_t src_bytes, uint8_t *dst, size_t dst_bytes);
size_t snappy_bound(size_t src_bytes);
/* `table`: SNAPPY_TABLE_BYTES of scratch, aligned to 4 bytes; contents do not matter. */
#define SNAPPY_TABLE_BYTES 65536
size_t snappy_compress(const uint8_t *src, size_t src_bytes, uint8_t *dst, void *table);

#endif
