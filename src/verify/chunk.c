/* Examining one column chunk: page headers in file order, and the values that the reader gives for each. */
#include "verify/chunk.h"

#if INLAY_VERIFY

#include <string.h>

#include "base/hash.h"

void chunk_check_init(struct chunk_check *k, struct verify *v, uint32_t leaf)
{
    *k = (struct chunk_check){.v = v, .leaf = leaf, .node = inlay_schema_leaf(v->schema, leaf)};
    tally_init(&k->page, v->env, k->node);
    tally_init(&k->all, v->env, k->node);
    buf_init(&k->seen, v->env);
    buf_init(&k->page_min, v->env);
    buf_init(&k->page_max, v->env);
}

void chunk_check_free(struct chunk_check *k)
{
    inlay_column_close(k->column);
    tally_free(&k->page);
    tally_free(&k->all);
    buf_free(&k->seen);
    buf_free(&k->page_min);
    buf_free(&k->page_max);
}

/* ---- values ---- */

static bool chunk_check_utf8(inlay_bytes text)
{
    size_t i = 0;
    while (i < text.len) {
        uint8_t c = text.data[i++];
        size_t more = c < 0x80 ? 0 : c < 0xC2 ? 4 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : c < 0xF5 ? 3 : 4;
        if (more == 4 || more > text.len - i)
            return false;
        if (more && ((text.data[i] & 0xC0) != 0x80 || (c == 0xE0 && text.data[i] < 0xA0) ||
                     (c == 0xED && text.data[i] > 0x9F) || (c == 0xF0 && text.data[i] < 0x90) ||
                     (c == 0xF4 && text.data[i] > 0x8F)))
            return false;
        for (size_t n = 1; n < more; n++)
            if ((text.data[i + n] & 0xC0) != 0x80)
                return false;
        i += more;
    }
    return true;
}

/* What each distinct value must fulfil; told once a chunk. */
static void chunk_check_value(struct chunk_check *k, const void *value)
{
    inlay_bytes b = {value, k->all.width};
    if (k->node->type == INLAY_BYTE_ARRAY)
        memcpy(&b, value, sizeof b);
    if (k->bloom && !k->bloom_told && k->node->type != INLAY_BOOLEAN && !inlay_bloom_may_hold(k->bloom, k->node, value)) {
        k->bloom_told = true;
        rule_values(k->v, RULE_BLOOM_MEMBER, (inlay_bytes){NULL, 0}, b);
    }
    if (k->node->logical.kind == INLAY_STRING && !k->utf8_told && !chunk_check_utf8(b)) {
        k->utf8_told = true;
        rule_values(k->v, RULE_VALUE_UTF8, (inlay_bytes){NULL, 0}, b);
    }
}

/* Values by dictionary code: each entry is looked at once a page. */
static inlay_status chunk_check_codes(struct chunk_check *k)
{
    inlay_dictionary d = inlay_column_dictionary(k->column);
    const uint8_t *values = d.values;
    if (k->dictionary != d.serial) {
        buf_clear(&k->seen);
        uint8_t *seen = buf_reserve(&k->seen, d.n_values * sizeof(uint32_t) + 1);
        if (!seen)
            return k->seen.status;
        memset(seen, 0, d.n_values * sizeof(uint32_t));
        k->dictionary = d.serial;
        k->page_serial = 1;
        k->distinct = 0;
        TRY(values_unique(k, &d));
    }
    uint32_t *seen = (uint32_t *)(void *)k->seen.data;
    for (size_t i = 0; i < k->batch.n_values; i++) {
        uint32_t code = k->batch.codes[i];
        const uint8_t *value = values + (size_t)code * k->all.width;
        tally_count(&k->page, value);
        if (seen[code] == k->page_serial)
            continue;
        k->distinct += seen[code] == 0;
        seen[code] = k->page_serial;
        tally_bound(&k->page, value);
        chunk_check_value(k, value);
    }
    return tally_status(&k->page);
}

static inlay_status chunk_check_batch(struct chunk_check *k)
{
    tally_levels(&k->page, &k->batch);
    k->v->counts->values += k->batch.n_values;
    if (!k->v->options->deep)
        return INLAY_OK;
    if (k->batch.codes)
        return chunk_check_codes(k);
    k->coded = k->coded && k->batch.n_values == 0;
    tally_values(&k->page, k->batch.values, k->batch.n_values);
    if (k->bloom || k->node->logical.kind == INLAY_STRING) {
        const uint8_t *at = k->batch.values;
        for (size_t i = 0; i < k->batch.n_values; i++, at += k->all.width)
            chunk_check_value(k, at);
    }
    return tally_status(&k->page);
}

/* Have a batch of this chunk at hand; false = there is none (any more). */
static bool chunk_check_fill(struct chunk_check *k, inlay_status *status)
{
    *status = INLAY_OK;
    if (!k->pending && !k->ended) {
        inlay_status read = inlay_column_read(k->column, 0, &k->batch);
        k->pending = read == INLAY_OK;
        k->ended = read != INLAY_OK;
        int32_t group = k->v->env->error.row_group;
        /* a failure in the next chunk, read ahead, is told when that one is sought */
        if (k->ended && read != INLAY_END && (group < 0 || (uint32_t)group == k->row_group)) {
            k->broken = true;
            *status = rule_failure(k->v, RULE_PAGE_DATA, read);
        }
    }
    return k->pending && inlay_column_row_group(k->column) == k->row_group;
}

/* All values of data page `page` (counted in the chunk). */
static inlay_status chunk_check_page_values(struct chunk_check *k, uint32_t page)
{
    inlay_status status = INLAY_OK;
    tally_clear(&k->page);
    k->page_serial++;
    while (chunk_check_fill(k, &status) && inlay_column_page(k->column) == page) {
        k->pending = false;
        TRY(chunk_check_batch(k));
    }
    return status;
}

/* ---- pages ---- */

static inlay_status chunk_check_crc(struct chunk_check *k, inlay_pages *pages, const inlay_page *page)
{
    inlay_bytes body;
    if (!page->has_crc || !k->v->options->deep)
        return INLAY_OK;
    inlay_status status = inlay_pages_body(pages, &body);
    if (status != INLAY_OK)
        return rule_failure(k->v, RULE_PAGE_FORM, status);
    uint32_t found = hash_crc32(0, body.data, body.len);
    if (found != page->crc) {
        k->damaged = true;
        rule_numbers(k->v, RULE_PAGE_CRC, page->crc, found);
    }
    return INLAY_OK;
}

/* The header's bounds are views that reading the body ends: keep them. */
static inlay_status chunk_check_keep(struct chunk_check *k, inlay_statistics *s)
{
    buf_clear(&k->page_min);
    buf_clear(&k->page_max);
    if (s->has_min)
        buf_append(&k->page_min, s->min.data, s->min.len);
    if (s->has_max)
        buf_append(&k->page_max, s->max.data, s->max.len);
    s->min = (inlay_bytes){k->page_min.data, k->page_min.bytes};
    s->max = (inlay_bytes){k->page_max.data, k->page_max.bytes};
    TRY(k->page_min.status);
    return k->page_max.status;
}

static inlay_status chunk_check_data_page(struct chunk_check *k, inlay_page *page)
{
    uint32_t i = k->n_pages++;
    bool whole = !k->damaged;
    if (k->first_data_at < 0)
        k->first_data_at = page->at;
    if (page->encoding >= 0 && page->encoding < CHUNK_CHECK_ENCODINGS)
        k->data_pages[page->encoding]++;
    k->v->counts->pages++;
    TRY(chunk_check_page_values(k, i));
    if (k->v->options->deep && whole && !(k->broken && k->page.levels != page->n_levels))
        claims_page(k, page);
    tally_merge(&k->all, &k->page);
    return tally_status(&k->all);
}

static inlay_status chunk_check_page(struct chunk_check *k, inlay_pages *pages, inlay_page *page)
{
    bool data = page->type == 0 || page->type == 3;
    k->packed += page->header_bytes + page->packed_bytes;
    k->raw += page->header_bytes + page->raw_bytes;
    k->v->here.at = page->at;
    k->v->here.page = data ? (int32_t)k->n_pages : -1;
    TRY(chunk_check_keep(k, &page->statistics));
    TRY(chunk_check_crc(k, pages, page));
    if (page->type == 2) {
        k->dictionary_pages++;
        k->dictionary_at = page->at;
    }
    return data ? chunk_check_data_page(k, page) : INLAY_OK;
}

static inlay_status chunk_check_pages(struct chunk_check *k)
{
    inlay_pages *pages = NULL;
    inlay_page page;
    inlay_status status = inlay_pages_open(k->v->reader, k->row_group, k->leaf, &pages);
    while (status == INLAY_OK && !k->v->stopped) {
        status = inlay_pages_next(pages, &page);
        if (status == INLAY_OK)
            status = chunk_check_page(k, pages, &page);
        else if (status == INLAY_END)
            break;
        else
            k->damaged = true; /* pages behind it were not seen */
    }
    inlay_pages_close(pages);
    k->v->here.at = k->v->here.page = -1;
    return status == INLAY_END ? INLAY_OK : rule_failure(k->v, RULE_PAGE_FORM, status);
}

/* ---- the chunk ---- */

/* Stand before the row group's first row: already there when the last chunk ended as it should. */
static inlay_status chunk_check_stand(struct chunk_check *k, int64_t first_row)
{
    k->broken = false;
    if (k->pending && inlay_column_row_group(k->column) == k->row_group)
        return INLAY_OK;
    k->pending = k->ended = false;
    if (!k->column)
        TRY(inlay_column_open(k->v->reader, k->leaf, k->v->options->deep ? INLAY_COLUMN_CODES : 0,
                              &k->column));
    inlay_status status = inlay_column_seek(k->column, first_row);
    k->broken = k->ended = status != INLAY_OK;
    return rule_failure(k->v, RULE_PAGE_DATA, status);
}

static inlay_status chunk_check_open(struct chunk_check *k)
{
    inlay_reader *r = k->v->reader;
    inlay_status status = inlay_bloom_open(r, k->row_group, k->leaf, &k->bloom);
    if (status != INLAY_END)
        TRY(rule_failure(k->v, RULE_BLOOM_FORM, status));
    status = inlay_reader_page_index(r, k->row_group, k->leaf, &k->index);
    if (status != INLAY_END)
        TRY(rule_failure(k->v, RULE_INDEX_FORM, status));
    return inlay_reader_chunk_details(r, k->row_group, k->leaf, &k->details);
}

static void chunk_check_clear(struct chunk_check *k)
{
    tally_clear(&k->all);
    memset(k->data_pages, 0, sizeof k->data_pages);
    k->n_pages = 0;
    k->packed = k->raw = 0;
    k->first_data_at = k->dictionary_at = -1;
    k->dictionary_pages = 0;
    k->distinct = 0;
    k->coded = true;
    k->unique = false;
    k->damaged = k->utf8_told = k->bloom_told = false;
}

/* Without rows there are no pages that a reader looks at; what is claimed about them must be nothing. */
static bool chunk_check_empty(struct chunk_check *k)
{
    if (k->n_rows > 0)
        return false;
    rule_same(k->v, RULE_CHUNK_LEVELS, k->chunk.n_levels, 0);
    return true;
}

inlay_status chunk_check_run(struct chunk_check *k, uint32_t row_group)
{
    inlay_row_group group;
    inlay_status status = inlay_reader_row_group(k->v->reader, row_group, &group);
    rule_place(k->v, (int32_t)row_group, k->leaf);
    k->row_group = row_group;
    if (status != INLAY_OK)
        return status == INLAY_IO || status == INLAY_NOMEM ? status : INLAY_OK; /* told before */
    k->n_rows = group.n_rows;
    status = inlay_reader_chunk(k->v->reader, row_group, k->leaf, &k->chunk);
    if (status != INLAY_OK)
        return rule_failure(k->v, RULE_CHUNK_FORM, status);
    k->v->counts->chunks++;
    if (chunk_check_empty(k))
        return INLAY_OK;
    chunk_check_clear(k);
    if (k->v->options->deep)
        status = chunk_check_open(k);
    if (status == INLAY_OK)
        status = chunk_check_stand(k, group.first_row);
    if (status == INLAY_OK)
        status = chunk_check_pages(k);
    if (status == INLAY_OK && !k->v->stopped)
        claims_chunk(k);
    k->v->counts->bytes += (uint64_t)k->chunk.compressed_bytes;
    inlay_bloom_close(k->v->env, k->bloom);
    inlay_page_index_close(k->v->env, k->index);
    k->bloom = NULL;
    k->index = NULL;
    return status;
}

#endif
