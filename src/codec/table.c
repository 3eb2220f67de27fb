/* The codecs, by number and by name. */
#include <string.h>

#include "codec/codec.h"
#include "codec/rows.h"

static bool none_decompress(struct codec_context *c, const uint8_t *src, size_t src_bytes, uint8_t *dst,
                            size_t dst_bytes)
{
    if (src_bytes != dst_bytes) {
        c->what = ERR("uncompressed page with two sizes");
        return false;
    }
    if (dst_bytes)
        memcpy(dst, src, dst_bytes);
    return true;
}

static size_t none_bound(size_t src_bytes)
{
    return src_bytes;
}

static size_t none_compress(struct codec_context *c, const uint8_t *src, size_t src_bytes, uint8_t *dst,
                            size_t dst_capacity)
{
    return none_decompress(c, src, src_bytes, dst, src_bytes) && dst_capacity >= src_bytes ? src_bytes
                                                                                           : 0;
}

static const struct codec codec_none = {
    .name = "none",
    .id = CODEC_NONE,
    .decompress = none_decompress,
    .bound = none_bound,
    .compress = none_compress,
};

#if INLAY_SNAPPY
#define CODEC_ROW_SNAPPY &codec_snappy
#else
#define CODEC_ROW_SNAPPY NULL
#endif
#if INLAY_GZIP
#define CODEC_ROW_GZIP &codec_gzip
#else
#define CODEC_ROW_GZIP NULL
#endif
#if INLAY_BROTLI
#define CODEC_ROW_BROTLI &codec_brotli
#else
#define CODEC_ROW_BROTLI NULL
#endif
#if INLAY_LZ4
#define CODEC_ROW_LZ4 &codec_lz4_hadoop
#define CODEC_ROW_LZ4_RAW &codec_lz4_raw
#else
#define CODEC_ROW_LZ4 NULL
#define CODEC_ROW_LZ4_RAW NULL
#endif
#if INLAY_ZSTD
#define CODEC_ROW_ZSTD &codec_zstd
#else
#define CODEC_ROW_ZSTD NULL
#endif

/* Index: CompressionCodec of parquet.thrift. Names stand here too, so that a codec that was left out is
 * still known by name. */
static const struct codec_row {
    const char *name;
    const struct codec *codec;
} codec_rows[] = {
    [CODEC_NONE] = {"none", &codec_none},
    [CODEC_SNAPPY] = {"snappy", CODEC_ROW_SNAPPY},
    [CODEC_GZIP] = {"gzip", CODEC_ROW_GZIP},
    [CODEC_LZO] = {"lzo", NULL},
    [CODEC_BROTLI] = {"brotli", CODEC_ROW_BROTLI},
    [CODEC_LZ4_HADOOP] = {"lz4", CODEC_ROW_LZ4},
    [CODEC_ZSTD] = {"zstd", CODEC_ROW_ZSTD},
    [CODEC_LZ4_RAW] = {"lz4_raw", CODEC_ROW_LZ4_RAW},
};
enum { CODEC_N = sizeof codec_rows / sizeof codec_rows[0] };

const struct codec *codec_by_id(int id)
{
    return id >= 0 && id < CODEC_N ? codec_rows[id].codec : NULL;
}

/* A level behind the name; false = not a number from min to max. */
static bool codec_level(const char *text, const struct codec *codec, int *level)
{
    int value = 0;
    if (*text == 0 || codec->level_min == codec->level_max)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || value > 1000)
            return false;
        value = value * 10 + (*text - '0');
    }
    *level = value;
    return value >= codec->level_min && value <= codec->level_max;
}

inlay_status codec_parse(const char *text, const struct codec **codec, int *level, const char **what)
{
    size_t n = 0;
    *codec = NULL;
    *level = 0;
    while (text[n] && text[n] != ':')
        n++;
    for (int i = 0; i < CODEC_N; i++) {
        const struct codec_row *row = &codec_rows[i];
        if (strlen(row->name) != n || memcmp(row->name, text, n) != 0)
            continue;
        *what = ERR("the codec is not in this build");
        if (!row->codec)
            return INLAY_UNSUPPORTED;
        *what = ERR("this codec is only read; write lz4_raw");
        if (!row->codec->compress)
            return INLAY_ARG;
        *level = row->codec->level_default;
        *codec = row->codec;
        *what = ERR("no such compression level for this codec");
        return text[n] == 0 || codec_level(text + n + 1, row->codec, level) ? INLAY_OK : INLAY_ARG;
    }
    *what = ERR("unknown codec: none, snappy, gzip, brotli, zstd and lz4_raw are known");
    return INLAY_ARG;
}

static inlay_status codec_opened(struct codec_context *c, inlay_status status)
{
    if (status != INLAY_OK)
        codec_close(c);
    return status;
}

inlay_status codec_open_decompress(struct codec_context *c, inlay_env *env, int id)
{
    *c = (struct codec_context){.codec = codec_by_id(id), .env = env};
    if (!c->codec)
        return INLAY_UNSUPPORTED;
    return codec_opened(c, c->codec->open_decompress ? c->codec->open_decompress(c) : INLAY_OK);
}

inlay_status codec_open_compress(struct codec_context *c, inlay_env *env, const struct codec *codec,
                                 int level)
{
    *c = (struct codec_context){.codec = codec, .env = env, .level = level, .compressing = true};
    return codec_opened(c, codec->open_compress ? codec->open_compress(c) : INLAY_OK);
}

void codec_close(struct codec_context *c)
{
    if (c->codec && c->codec->close && c->state)
        c->codec->close(c);
    *c = (struct codec_context){0};
}
