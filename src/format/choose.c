/* Choosing encodings; see choose.h. Why engines hold back with the newer ones: duckdb.org, "Query Engines:
 * Gatekeepers of the Parquet File Format" (2025-01-22). */
#include "format/choose.h"

#if INLAY_WRITE

#include "base/bytes.h"

#define CHOOSE_BIT(id) ((uint32_t)1 << ENCODING_##id)

static const struct choose_row choose_rows[CHOOSE_N] = {
    [CHOOSE_COMPAT] = {"compat", "zstd:3", 1, 0, false},
    [CHOOSE_BALANCED] = {"balanced", "zstd:3", 1,
                         CHOOSE_BIT(DELTA_BINARY_PACKED) | CHOOSE_BIT(BYTE_STREAM_SPLIT) |
                             CHOOSE_BIT(DELTA_LENGTH_BYTE_ARRAY), false},
    [CHOOSE_SMALLEST] = {"smallest", "zstd:12", 1,
                         CHOOSE_BIT(DELTA_BINARY_PACKED) | CHOOSE_BIT(BYTE_STREAM_SPLIT) |
                             CHOOSE_BIT(DELTA_LENGTH_BYTE_ARRAY) | CHOOSE_BIT(DELTA_BYTE_ARRAY) | CHOOSE_BIT(RLE), false},
    [CHOOSE_NEWEST] = {"newest", "zstd:3", 2,
                       CHOOSE_BIT(DELTA_BINARY_PACKED) | CHOOSE_BIT(BYTE_STREAM_SPLIT) |
                           CHOOSE_BIT(DELTA_LENGTH_BYTE_ARRAY) | CHOOSE_BIT(DELTA_BYTE_ARRAY) | CHOOSE_BIT(RLE) | CHOOSE_BIT(ALP), true},
};

const struct choose_row *choose_profile(const char *name)
{
    for (size_t i = 0; i < CHOOSE_N; i++) {
        const char *a = choose_rows[i].name, *b = name;
        while (*a && *a == *b) {
            a++;
            b++;
        }
        if (*a == *b)
            return &choose_rows[i];
    }
    return NULL;
}

/* What `encoded` comes to behind the codec. */
static inlay_status choose_packed(struct codec_context *codec, const struct buf *encoded, struct buf *packed,
                                  uint64_t *bytes)
{
    *bytes = encoded->bytes;
    if (codec->codec->id == CODEC_NONE || encoded->bytes == 0)
        return INLAY_OK;
    buf_clear(packed);
    size_t room = codec->codec->bound(encoded->bytes);
    uint8_t *dst = buf_reserve(packed, room);
    if (!dst)
        return packed->status;
    *bytes = codec->codec->compress(codec, encoded->data, encoded->bytes, dst, room);
    if (*bytes == 0)
        *bytes = encoded->bytes; /* cannot be compressed: the page itself will say why */
    return INLAY_OK;
}

static inlay_status choose_try(const struct choose_page *p, const struct encoding *e, const void *values, size_t n,
                               struct codec_context *codec, struct buf *encoded, struct buf *packed,
                               uint64_t *bytes)
{
    buf_clear(encoded);
    uint8_t *dst = buf_reserve(encoded, e->bound(values, n, p->type, p->width) + 1);
    if (!dst)
        return encoded->status;
    encoded->bytes = e->write(dst, values, n, p->type, p->width);
    return choose_packed(codec, encoded, packed, bytes);
}

/* Codes of this page, and the page's share of a dictionary that serves others, too: a quarter of it. One whose
 * entries are more than half the values will not hold out. */
static inlay_status choose_codes(const struct choose_page *p, struct codec_context *codec, struct buf *encoded,
                                 struct buf *packed, uint64_t *bytes)
{
    uint64_t entries = 0;
    uint32_t width = bits_of(p->n_entries ? p->n_entries - 1 : 0);
    *bytes = UINT64_MAX;
    if (!p->codes || p->n_entries > p->n / 2 + 1)
        return INLAY_OK;
    TRY(choose_try(p, encoding_by_id(ENCODING_PLAIN), p->entries, p->n_entries, codec, encoded, packed, &entries));
    buf_clear(encoded);
    uint8_t *dst = buf_reserve(encoded, rle_bound(p->n, width));
    if (!dst)
        return encoded->status;
    encoded->bytes = rle_write_u32(dst, p->codes, p->n, width);
    TRY(choose_packed(codec, encoded, packed, bytes));
    *bytes += entries / 4;
    return INLAY_OK;
}

inlay_status choose_encoding(const struct choose_page *page, uint32_t encodings, struct codec_context *codec,
                             struct buf *encoded, struct buf *packed, const struct encoding **encoding,
                             bool *dictionary)
{
    uint64_t least = UINT64_MAX, codes = UINT64_MAX;
    encodings |= CHOOSE_BIT(PLAIN);
    for (int id = 0; id < 32; id++) {
        const struct encoding *e = encodings >> id & 1 ? encoding_by_id(id) : NULL;
        uint64_t bytes = 0;
        if (!e || !e->write || !(e->types >> page->type & 1))
            continue;
        TRY(choose_try(page, e, page->values, page->n, codec, encoded, packed, &bytes));
        if (bytes < least) { /* PLAIN comes first, and stays where nothing is smaller */
            least = bytes;
            *encoding = e;
        }
    }
    TRY(choose_codes(page, codec, encoded, packed, &codes));
    *dictionary = codes <= least;
    return INLAY_OK;
}

#endif
