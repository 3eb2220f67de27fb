/* Writing FlatBuffers; see flat_build.h. */
#include "arrow/flat_build.h"

#if INLAY_WRITE

#include "base/bytes.h"
#include "base/hash.h"

enum { FLAT_PROBES = 32 }; /* places that a string is looked for at; who makes strings collide only gets them twice */

struct flat_text {
    inlay_bytes text;
    uint64_t hash;
    size_t last; /* the last offset to it; the offset holds the one before, 0 = none */
};

void flat_open(struct flat_build *f, struct buf *out)
{
    *f = (struct flat_build){.out = out};
    buf_init(&f->texts, out->env);
    buf_init(&f->places, out->env);
}

void flat_close(struct flat_build *f)
{
    buf_free(&f->texts);
    buf_free(&f->places);
}

inlay_status flat_status(const struct flat_build *f)
{
    return f->out->status != INLAY_OK     ? f->out->status
           : f->texts.status != INLAY_OK ? f->texts.status
                                          : f->places.status;
}

void flat_pad(struct flat_build *f, size_t align)
{
    while (f->out->status == INLAY_OK && f->out->bytes % align)
        buf_u8(f->out, 0);
}

/* ---- tables ---- */

/* Places inside the table, widest first, so that none needs padding; the table begins with the offset to its
 * vtable and is aligned to 8 if anything in it is 8 wide, which then goes to 8. Returns the table's bytes. */
static size_t flat_lay_out(const struct flat_field *slots, size_t n, uint16_t *places, size_t *align)
{
    *align = 4;
    for (size_t i = 0; i < n; i++)
        if (slots[i].width == 8)
            *align = 8;
    size_t next = *align;
    for (uint8_t width = 8; width; width /= 2)
        for (size_t i = 0; i < n; i++)
            if (slots[i].width == width) {
                places[i] = (uint16_t)next;
                next += width;
            }
    return next;
}

/* Where the vtable begins, new or old. */
static size_t flat_put_vtable(struct flat_build *f, const uint16_t *places, size_t n, size_t table_bytes)
{
    uint8_t vtable[4 + 2 * FLAT_MOST_SLOTS];
    size_t bytes = 4 + 2 * n;
    store_le16(vtable, (uint16_t)bytes);
    store_le16(vtable + 2, (uint16_t)table_bytes);
    for (size_t i = 0; i < n; i++)
        store_le16(vtable + 4 + 2 * i, places[i]);
    for (size_t i = 0; i < f->n_vtables && f->out->status == INLAY_OK; i++)
        if (f->out->bytes - f->vtables[i] >= bytes && memcmp(f->out->data + f->vtables[i], vtable, bytes) == 0)
            return f->vtables[i]; /* as long, too: the first number of a vtable is its length */
    flat_pad(f, 2);
    size_t at = f->out->bytes;
    buf_append(f->out, vtable, bytes);
    if (f->n_vtables < FLAT_MOST_VTABLES)
        f->vtables[f->n_vtables++] = at;
    return at;
}

size_t flat_put_table(struct flat_build *f, const struct flat_field *slots, size_t n, struct flat_table *table)
{
    uint16_t places[FLAT_MOST_SLOTS] = {0};
    size_t align = 0;
    while (n && slots[n - 1].width == 0)
        n--;
    size_t bytes = flat_lay_out(slots, n, places, &align), vtable = flat_put_vtable(f, places, n, bytes);
    flat_pad(f, align);
    size_t at = f->out->bytes;
    uint8_t *dst = buf_reserve(f->out, bytes);
    if (!dst)
        return 0;
    memset(dst, 0, bytes);
    store_le32(dst, (uint32_t)(at - vtable));
    for (size_t i = 0; i < n; i++) {
        for (uint8_t k = 0; k < slots[i].width; k++)
            dst[places[i] + k] = (uint8_t)((uint64_t)slots[i].value >> 8 * k);
        table->at[i] = at + places[i];
    }
    f->out->bytes += bytes;
    return at;
}

void flat_link(struct flat_build *f, size_t at, size_t target)
{
    if (f->out->status == INLAY_OK)
        store_le32(f->out->data + at, (uint32_t)(target - at));
}

size_t flat_put_vector(struct flat_build *f, size_t n)
{
    flat_pad(f, 4);
    size_t at = f->out->bytes;
    buf_le32(f->out, (uint32_t)n);
    uint8_t *dst = buf_reserve(f->out, 4 * n);
    if (!dst)
        return 0;
    memset(dst, 0, 4 * n);
    f->out->bytes += 4 * n;
    return at;
}

/* ---- strings ---- */

/* The place of the string, or a free one where it may go; NULL: neither near enough. */
static uint32_t *flat_find(const struct flat_build *f, uint64_t hash, inlay_bytes text)
{
    uint32_t *places = (uint32_t *)(void *)f->places.data;
    const struct flat_text *texts = (const void *)f->texts.data;
    size_t mask = f->places.bytes / sizeof *places - 1;
    for (size_t i = 0; i < FLAT_PROBES; i++) {
        uint32_t *place = &places[(hash + i) & mask];
        const struct flat_text *t = *place ? &texts[*place - 1] : NULL;
        if (!t || (t->hash == hash && t->text.len == text.len &&
                   (text.len == 0 || memcmp(t->text.data, text.data, text.len) == 0)))
            return place;
    }
    return NULL;
}

/* Twice the places, at least two for each string. */
static bool flat_grow(struct flat_build *f)
{
    const struct flat_text *texts = (const void *)f->texts.data;
    size_t n = f->texts.bytes / sizeof *texts, bytes = f->places.bytes ? 2 * f->places.bytes : 1024 * sizeof(uint32_t);
    if (f->places.bytes && f->places.bytes / sizeof(uint32_t) >= 2 * (n + 1))
        return true;
    buf_clear(&f->places);
    uint8_t *places = buf_reserve(&f->places, bytes);
    if (!places)
        return false;
    memset(places, 0, bytes);
    f->places.bytes = bytes;
    for (size_t i = 0; i < n; i++) {
        uint32_t *place = flat_find(f, texts[i].hash, texts[i].text);
        if (place)
            *place = (uint32_t)i + 1;
    }
    return true;
}

void flat_link_text(struct flat_build *f, size_t at, inlay_bytes text)
{
    struct flat_text fresh = {.text = text, .hash = hash_xxh64(text.data, text.len, 0)};
    if (flat_status(f) != INLAY_OK || !flat_grow(f))
        return;
    uint32_t *place = flat_find(f, fresh.hash, text);
    size_t number = place && *place ? *place - 1 : f->texts.bytes / sizeof fresh;
    if (!place || !*place)
        buf_append(&f->texts, &fresh, sizeof fresh);
    if (f->texts.status != INLAY_OK)
        return;
    if (place)
        *place = (uint32_t)number + 1;
    struct flat_text *t = (struct flat_text *)(void *)f->texts.data + number;
    store_le32(f->out->data + at, (uint32_t)t->last);
    t->last = at;
}

void flat_put_texts(struct flat_build *f)
{
    const struct flat_text *texts = (const void *)f->texts.data;
    for (size_t i = 0; i < f->texts.bytes / sizeof *texts && flat_status(f) == INLAY_OK; i++) {
        flat_pad(f, 4);
        size_t target = f->out->bytes, before;
        buf_le32(f->out, (uint32_t)texts[i].text.len);
        buf_append(f->out, texts[i].text.data, texts[i].text.len);
        buf_u8(f->out, 0);
        for (size_t at = texts[i].last; at && f->out->status == INLAY_OK; at = before) {
            before = load_le32(f->out->data + at);
            flat_link(f, at, target);
        }
    }
    buf_clear(&f->texts);
    buf_clear(&f->places);
}

#endif
