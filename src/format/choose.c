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

/* ---- does a dictionary pay? ---- */

enum {
    CHOOSE_OFTEN = 8,     /* values an entry, from which on codes always pay */
    CHOOSE_PAGES = 50,    /* pages of a chunk, where nothing says how many will come: a million rows in 20,000 each */
    CHOOSE_ENOUGH = 1024  /* values from which on a page says something about those behind it */
};

/* How many different values there are where all are equally likely: new ones then become fewer at a steady rate, by
 * (n / 2) / entries from one half of the page to the other. False where they do not: sorted or clustered values. */
static bool choose_guess_entries(const struct choose_page *p, uint64_t *entries)
{
    uint64_t fresh[4], met = 0, quarter = p->n / 4;
    if (p->n < CHOOSE_ENOUGH)
        return false;
    for (size_t k = 0; k < 4; k++) {
        uint64_t before = met;
        for (size_t i = k * quarter; i < (k + 1) * quarter; i++)
            met = p->codes[i] >= met ? p->codes[i] + (uint64_t)1 : met; /* codes are in order of appearance */
        fresh[k] = met - before;
    }
    if (fresh[0] + fresh[1] <= fresh[2] + fresh[3])
        return false;
    uint64_t fewer = fresh[0] + fresh[1] - fresh[2] - fresh[3];
    for (size_t k = 0; k < 3; k++) { /* a quarter of it from each quarter to the next, give or take as much */
        uint64_t step = fresh[k] > fresh[k + 1] ? fresh[k] - fresh[k + 1] : 0;
        if (step * 32 < fewer || step * 16 > fewer * 9)
            return false;
    }
    *entries = p->n * met / (4 * fewer); /* ln(a / b) is 2 (a - b) / (a + b), nearly */
    return true;
}

/* Will a dictionary of `entries` hold all values, and be small against what a whole chunk saves? `plain` is what a
 * page comes to without it, `share` of `entry_bytes` what the codec leaves of the dictionary so far. */
static bool choose_pays_later(const struct choose_page *p, uint64_t limit, uint64_t plain, uint64_t share)
{
    uint64_t entries = 0;
    if (!choose_guess_entries(p, &entries) || entries > limit / ((p->entry_bytes - 1) / p->n_entries + 1))
        return false;
    uint64_t codes = p->n * bits_of(entries) / 8, dictionary = share * entries / p->n_entries;
    return dictionary + CHOOSE_PAGES * codes < CHOOSE_PAGES * plain;
}

static uint64_t choose_codes_bytes(const struct choose_page *p)
{
    return ((uint64_t)p->n * bits_of(p->n_entries ? p->n_entries - 1 : 0) + 7) / 8;
}

enum choose_verdict choose_glance(const struct choose_page *p, uint64_t limit, bool last)
{
    if (p->entry_bytes + choose_codes_bytes(p) < p->plain_bytes)
        return p->n_entries <= p->n / CHOOSE_OFTEN || p->n < CHOOSE_ENOUGH ? CHOOSE_CODES : CHOOSE_WEIGH;
    return !last && choose_pays_later(p, limit, p->plain_bytes, p->entry_bytes) ? CHOOSE_WEIGH : CHOOSE_PLAIN;
}

inlay_status choose_weigh(const struct choose_page *p, uint64_t limit, bool last, struct codec_context *codec,
                          struct buf *encoded, struct buf *packed, bool *dictionary)
{
    const struct encoding *plain = encoding_by_id(ENCODING_PLAIN);
    uint64_t values = 0, entries = 0, codes = 0;
    uint32_t width = bits_of(p->n_entries ? p->n_entries - 1 : 0);
    TRY(choose_try(p, plain, p->values, p->n, codec, encoded, packed, &values));
    TRY(choose_try(p, plain, p->entries, p->n_entries, codec, encoded, packed, &entries));
    buf_clear(encoded);
    uint8_t *dst = buf_reserve(encoded, rle_bound(p->n, width));
    if (!dst)
        return encoded->status;
    encoded->bytes = rle_write_u32(dst, p->codes, p->n, width);
    TRY(choose_packed(codec, encoded, packed, &codes));
    *dictionary = codes + entries < values || (!last && choose_pays_later(p, limit, values, entries));
    return INLAY_OK;
}

#endif
