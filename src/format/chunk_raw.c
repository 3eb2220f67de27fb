/* Pages and dictionaries that come encoded: a header around bytes that nobody looks into, and the same bookkeeping as
 * for pages made here. See inlay/copy.h. Source: parquet.thrift PageHeader; Encodings.md. */
#include "format/chunk_write.h"

#if INLAY_WRITE

#include "inlay/copy.h"
#include "inlay/inspect.h"

static bool chunk_raw_is_code(int32_t encoding)
{
    return encoding == ENCODING_RLE_DICTIONARY || encoding == ENCODING_PLAIN_DICTIONARY;
}

/* What a page must not contradict. */
static const char *chunk_raw_fault(const struct chunk_writer *c, const inlay_raw_page *p)
{
    const struct encoding *e = encoding_by_id(p->encoding);
    bool code = chunk_raw_is_code(p->encoding);
    if (!code && (!e || !(e->types >> c->node->type & 1)))
        return ERR("a page whose encoding does not suit the column's type");
    if (code && !c->given && !c->raw_dictionary)
        return ERR("codes need a dictionary given before");
    if (p->n_levels == 0 || p->n_nulls > p->n_levels || p->n_rows > p->n_levels)
        return ERR("a page whose numbers of levels, nulls and rows contradict each other");
    if ((c->node->max_rep == 0 && p->n_rows != p->n_levels) || (c->node->max_def == 0 && p->n_nulls))
        return ERR("a page whose numbers of levels, nulls and rows contradict each other");
    if (p->n_rows == 0 || p->n_levels > INT32_MAX || p->body.len > INT32_MAX || p->raw_bytes > INT32_MAX)
        return ERR("a page without rows, or larger than 2 GiB");
    if (p->v2 && (p->rep_bytes > p->body.len || p->def_bytes > p->body.len - p->rep_bytes))
        return ERR("a page whose levels are longer than its body");
    if (c->bloom.bytes && !(code && c->given))
        return ERR("a bloom filter would miss the values of a raw page");
    if (c->order)
        return ERR("a raw page cannot be checked against the sorting columns: say TRUSTED_ORDER");
    return NULL;
}

/* Bounds as values into the page's statistics; what is not known, the chunk as a whole does not know. */
static inlay_status chunk_raw_statistics(struct chunk_writer *c, const inlay_raw_page *p)
{
    inlay_value room;
    const inlay_bytes *bounds[] = {&p->min, &p->max};
    for (size_t i = 0; i < 2 && p->has_bounds; i++) {
        const void *value = inlay_bound_value(c->node, *bounds[i], &room);
        if (!value)
            return err_set(c->env, INLAY_ARG, ERR("a bound that is no value of the column's type"));
        stats_add(&c->stats, value, 1);
    }
    c->inexact = c->inexact || (p->has_bounds && !(p->min_exact && p->max_exact));
    c->no_bounds = c->no_bounds || (!p->has_bounds && p->n_nulls < p->n_levels);
    c->no_nans = c->no_nans || p->nan_count < 0;
    c->stats.nans = p->nan_count > 0 ? p->nan_count : 0;
    return stats_status(&c->stats);
}

static void chunk_raw_sizes(struct chunk_writer *c, const inlay_raw_page *p)
{
    bool flat = c->node->max_rep == 0 && c->node->max_def <= 1;
    for (size_t i = 0; p->rep && i <= c->node->max_rep; i++)
        c->rep.counts[i] = p->rep[i];
    for (size_t i = 0; p->def && i <= c->node->max_def; i++)
        c->def.counts[i] = p->def[i];
    if (flat) {
        c->rep.counts[0] = p->n_levels;
        c->def.counts[0] = c->node->max_def ? (int64_t)p->n_nulls : (int64_t)p->n_levels;
        c->def.counts[c->node->max_def] = (int64_t)p->n_levels - (int64_t)p->n_nulls;
    }
    c->no_sizes = c->no_sizes || (!flat && !(p->rep && p->def)) ||
                  (c->node->type == INLAY_BYTE_ARRAY && p->unencoded_bytes < 0);
}

/* The open page's numbers are those of this one, so that it is noted as if it had been made here. */
static inlay_status chunk_raw_open(struct chunk_writer *c, const inlay_raw_page *p)
{
    size_t n_values = p->n_levels - p->n_nulls;
    TRY(chunk_raw_statistics(c, p));
    chunk_raw_sizes(c, p);
    c->def.n = c->rep.n = p->n_levels;
    c->n_values = n_values;
    c->page_row = p->n_rows;
    c->n_rows += p->n_rows;
    if (c->node->type == INLAY_BYTE_ARRAY && p->unencoded_bytes >= 0)
        c->plain_bytes = (uint64_t)p->unencoded_bytes + 4 * (uint64_t)n_values;
    return INLAY_OK;
}

static inlay_status chunk_raw_out(struct chunk_writer *c, const inlay_raw_page *p)
{
    int32_t encoding = chunk_raw_is_code(p->encoding) ? ENCODING_RLE_DICTIONARY : p->encoding;
    struct meta_data_page d1 = {.has = 15, .num_values = (int32_t)p->n_levels, .encoding = encoding,
                                .def_encoding = ENCODING_RLE, .rep_encoding = ENCODING_RLE};
    struct meta_data_page_v2 d2 = {.has = 127,
                                   .num_values = (int32_t)p->n_levels,
                                   .num_nulls = (int32_t)p->n_nulls,
                                   .num_rows = (int32_t)p->n_rows,
                                   .encoding = encoding,
                                   .rep_bytes = (int32_t)p->rep_bytes,
                                   .def_bytes = (int32_t)p->def_bytes,
                                   .is_compressed = p->is_compressed};
    struct meta_page_header h = {.has = p->v2 ? 1u << META_PG_DATA_V2 : 1u << META_PG_DATA,
                                 .type = p->v2 ? META_PAGE_DATA_V2 : META_PAGE_DATA,
                                 .data = p->v2 ? NULL : &d1,
                                 .data_v2 = p->v2 ? &d2 : NULL};
    size_t bytes = 0;
    if (c->page_bytes_done == 0)
        c->first_page_at = *c->written;
    TRY(chunk_writer_page(c, &h, p->body, p->raw_bytes, &bytes));
    return chunk_writer_note_page(c, bytes, p->raw_bytes + (bytes - p->body.len), encoding, p->v2);
}

inlay_status chunk_writer_raw(struct chunk_writer *c, const inlay_raw_page *page)
{
    const char *what = chunk_raw_fault(c, page);
    if (what)
        return err_set(c->env, INLAY_ARG, what);
    TRY(chunk_writer_flush(c));
    if (c->streaming && c->given && !c->dictionary_out)
        TRY(chunk_writer_dictionary_page(c));
    TRY(chunk_raw_open(c, page));
    TRY(chunk_raw_out(c, page));
    chunk_writer_page_reset(c);
    return INLAY_OK;
}

inlay_status chunk_writer_raw_dictionary(struct chunk_writer *c, inlay_bytes body, size_t raw_bytes, uint32_t n)
{
    struct meta_dictionary_page d = {.has = 1u << META_DICT_VALUES | 1u << META_DICT_ENCODING,
                                     .num_values = (int32_t)n,
                                     .encoding = ENCODING_PLAIN};
    struct meta_page_header h = {.has = 1u << META_PG_DICTIONARY, .type = META_PAGE_DICTIONARY, .dictionary = &d};
    size_t bytes = 0;
    if (c->n_rows || c->given || c->raw_dictionary)
        return err_set(c->env, INLAY_ARG, ERR("a dictionary comes before the first value"));
    if (n > INT32_MAX || body.len > INT32_MAX || raw_bytes > INT32_MAX || c->node->type == INLAY_BOOLEAN)
        return err_set(c->env, INLAY_ARG, ERR("a dictionary larger than 2 GiB, or of BOOLEAN"));
    c->dictionary_at = *c->written;
    TRY(chunk_writer_page(c, &h, body, raw_bytes, &bytes));
    c->dictionary_page_bytes = bytes;
    c->dictionary_raw_bytes = raw_bytes + (bytes - body.len);
    c->raw_dictionary = true;
    c->coded = false;
    return INLAY_OK;
}

inlay_status chunk_writer_lend_dictionary(struct chunk_writer *c, inlay_bytes body, size_t raw_bytes,
                                          const void *values, uint32_t n)
{
    TRY(chunk_writer_raw_dictionary(c, body, raw_bytes, n));
    if (!c->dictionary)
        TRY(dict_builder_new(c->env, c->node->type, c->width, &c->dictionary));
    dict_builder_clear(c->dictionary);
    dict_builder_lend(c->dictionary, values, n, raw_bytes);
    c->given = c->lent = c->coded = c->dictionary_out = true;
    return INLAY_OK;
}

#endif
