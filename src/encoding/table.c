/* The encodings, and one page's decoder. */
#include "base/mem.h"
#include "encoding/encoding.h"
#include "encoding/rows.h"

static const struct encoding *const encoding_table[] = {
    [ENCODING_PLAIN] = &encoding_plain,
    [ENCODING_RLE] = &encoding_rle_boolean,
    [ENCODING_DELTA_BINARY_PACKED] = &encoding_delta,
    [ENCODING_DELTA_LENGTH_BYTE_ARRAY] = &encoding_delta_length,
    [ENCODING_DELTA_BYTE_ARRAY] = &encoding_delta_bytes,
    [ENCODING_BYTE_STREAM_SPLIT] = &encoding_split,
    [ENCODING_ALP] = &encoding_alp,
};

const struct encoding *encoding_by_id(int id)
{
    return id >= 0 && id < ENCODING_N ? encoding_table[id] : NULL;
}

static bool encoding_name_is(const char *text, const char *name)
{
    for (; *text && *name; text++, name++) {
        char c = *text >= 'A' && *text <= 'Z' ? (char)(*text - 'A' + 'a') : *text;
        if (c != *name)
            return false;
    }
    return *text == *name;
}

const struct encoding *encoding_by_name(const char *name)
{
    for (int i = 0; i < ENCODING_N; i++)
        if (encoding_table[i] && encoding_table[i]->write && encoding_name_is(name, encoding_table[i]->name))
            return encoding_table[i];
    return NULL;
}

inlay_status decoder_open(struct decoder *d, int id, uint8_t type, uint32_t width,
                          const uint8_t *data, size_t bytes, size_t n)
{
    memset(d, 0, sizeof *d);
    d->type = type;
    d->width = width;
    d->left = n;
    d->encoding = encoding_by_id(id);
    if (!d->encoding) {
        d->what = ERR("an encoding that this build does not know");
        return INLAY_UNSUPPORTED;
    }
    if (!(d->encoding->types >> type & 1)) {
        d->what = ERR("an encoding that is not for this type");
        return INLAY_CORRUPT;
    }
    return d->encoding->open(d, data, bytes) ? INLAY_OK : INLAY_CORRUPT;
}

bool decoder_scratch(const struct decoder *d, size_t n, size_t *bytes)
{
    *bytes = 0;
    return !d->encoding->scratch || d->encoding->scratch(d, n, bytes);
}

static bool decoder_take(struct decoder *d, size_t n)
{
    if (n > d->left) {
        d->what = ERR("more values asked for than the page has");
        return false;
    }
    d->left -= n;
    return true;
}

bool decoder_read(struct decoder *d, void *out, size_t n)
{
    return decoder_take(d, n) && (n == 0 || d->encoding->read(d, out, n));
}

bool decoder_skip(struct decoder *d, size_t n)
{
    return decoder_take(d, n) && (n == 0 || d->encoding->skip(d, n));
}
