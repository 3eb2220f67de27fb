/* What a file claims about a page or a column chunk, against what was counted there. */
#include "verify/chunk.h"

#if INLAY_VERIFY

/* ---- bounds ---- */

/* Are these bounds values of the column, not NaN, the right way round? (What makes them unusable beyond
 * that, an order that is not known, breaks no rule.) */
static bool claims_form(const struct tally *t, const inlay_bytes *min, const inlay_bytes *max)
{
    inlay_value lo_room, hi_room;
    const void *lo = min ? inlay_bound_value(t->leaf, *min, &lo_room) : NULL;
    const void *hi = max ? inlay_bound_value(t->leaf, *max, &hi_room) : NULL;
    if ((min && !lo) || (max && !hi))
        return false;
    if (t->floats && ((lo && tally_is_nan(t->leaf, lo)) || (hi && tally_is_nan(t->leaf, hi))))
        return false;
    if (!lo || !hi || !t->ordered)
        return true;
    bool zeros = t->floats && tally_is_zero(t->leaf, lo) && tally_is_zero(t->leaf, hi);
    return zeros || inlay_value_compare(t->leaf, lo, hi) <= 0;
}

/* A bound and the value that it must bound: sign -1 for a minimum, 1 for a maximum. */
static void claims_bound(struct chunk_check *k, enum rule_id broken, enum rule_id inexact,
                         const struct tally *t, inlay_bytes bound, const struct buf *held, int sign,
                         bool exact)
{
    inlay_value room;
    const void *value = inlay_bound_value(t->leaf, bound, &room);
    int order = value ? tally_compare(t, value, held) : 0;
    if (order * sign < 0)
        rule_values(k->v, broken, bound, (inlay_bytes){held->data, held->bytes});
    else if (order != 0 && exact)
        rule_values(k->v, inexact, bound, (inlay_bytes){held->data, held->bytes});
}

/* Null counts: writers agree on columns without repetition. In lists some count every level without a value
 * (parquet-java, arrow-rs), some only the elements that are null (Arrow C++); parquet.thrift says "null value",
 * so both pass. */
static void claims_nulls(struct chunk_check *k, enum rule_id rule, int64_t stated, const struct tally *t)
{
    int64_t found = t->levels - t->values, elements = 0;
    uint32_t node = inlay_schema_leaf_node(k->v->schema, k->leaf);
    const inlay_node *n = inlay_schema_node(k->v->schema, node);
    while (node && n->repetition != INLAY_REPEATED) {
        node = n->parent;
        n = inlay_schema_node(k->v->schema, node);
    }
    for (unsigned d = node ? n->max_def : 0; d < k->node->max_def; d++)
        elements += t->def[d];
    if (stated != elements)
        rule_same(k->v, rule, stated, found);
}

/* IEEE 754 order has NaN bounds where all values are NaN. */
static bool claims_all_nan(const struct chunk_check *k, const struct tally *t)
{
    return t->floats && !t->has && t->nans > 0 &&
           inlay_reader_order(k->v->reader, k->leaf) == INLAY_ORDER_IEEE_754;
}

void claims_statistics(struct chunk_check *k, const inlay_statistics *s, const struct tally *t)
{
    inlay_order order = inlay_reader_order(k->v->reader, k->leaf);
    if (s->has_null_count)
        claims_nulls(k, RULE_STAT_NULLS, s->null_count, t);
    if (s->has_nan_count && t->floats)
        rule_same(k->v, RULE_STAT_NANS, s->nan_count, t->nans);
    if ((!s->has_min && !s->has_max) || !t->ordered || order == INLAY_ORDER_UNKNOWN ||
        claims_all_nan(k, t))
        return;
    if (!s->usable) {
        if (!claims_form(t, s->has_min ? &s->min : NULL, s->has_max ? &s->max : NULL))
            rule_text(k->v, RULE_STAT_FORM, s->why);
        return;
    }
    if (!t->has)
        return; /* bounds of nothing bound everything */
    if (s->has_min)
        claims_bound(k, RULE_STAT_MIN, RULE_STAT_MIN_EXACT, t, s->min, &t->min, -1, s->min_exact == 1);
    if (s->has_max)
        claims_bound(k, RULE_STAT_MAX, RULE_STAT_MAX_EXACT, t, s->max, &t->max, 1, s->max_exact == 1);
}

/* ---- one page ---- */

static void claims_histogram(struct chunk_check *k, enum rule_id rule, const int64_t *stated,
                             const int64_t *found, uint32_t n)
{
    for (uint32_t i = 0; stated && i < n; i++)
        if (stated[i] != found[i]) {
            rule_numbers(k->v, rule, stated[i], found[i]);
            return;
        }
}

static void claims_page_bounds(struct chunk_check *k, const inlay_page_bounds *b)
{
    const struct tally *t = &k->page;
    if (b->null_page != (t->values == 0)) {
        rule_broken(k->v, RULE_INDEX_NULL_PAGE);
        return;
    }
    if (b->null_count >= 0)
        claims_nulls(k, RULE_INDEX_NULLS, b->null_count, t);
    if (b->nan_count >= 0 && t->floats)
        rule_same(k->v, RULE_INDEX_NANS, b->nan_count, t->nans);
    claims_histogram(k, RULE_INDEX_REP, b->rep, t->rep, k->node->max_rep + 1u);
    claims_histogram(k, RULE_INDEX_DEF, b->def, t->def, k->node->max_def + 1u);
    if (b->null_page || claims_all_nan(k, t) || !t->ordered || !t->has)
        return;
    if (!claims_form(t, &b->min, &b->max)) {
        rule_text(k->v, RULE_INDEX_BOUNDS, k->index->why);
        return;
    }
    if (!k->index->usable)
        return;
    claims_bound(k, RULE_INDEX_MIN, RULE_INDEX_MIN, t, b->min, &t->min, -1, false);
    claims_bound(k, RULE_INDEX_MAX, RULE_INDEX_MAX, t, b->max, &t->max, 1, false);
}

static void claims_page_place(struct chunk_check *k, const inlay_page *page,
                              const inlay_page_location *p)
{
    int64_t before = k->all.rows; /* rows of the pages before this one */
    if (p->at != page->at)
        rule_numbers(k->v, RULE_INDEX_PLACE, p->at, page->at);
    else if (p->bytes != page->header_bytes + page->packed_bytes)
        rule_numbers(k->v, RULE_INDEX_PLACE, p->bytes, page->header_bytes + page->packed_bytes);
    rule_same(k->v, RULE_INDEX_FIRST_ROW, p->first_row, before);
    if (p->unencoded_bytes >= 0 && k->node->type == INLAY_BYTE_ARRAY)
        rule_same(k->v, RULE_INDEX_BYTES, p->unencoded_bytes, k->page.unencoded);
}

void claims_page(struct chunk_check *k, const inlay_page *page)
{
    const struct tally *t = &k->page;
    uint32_t i = k->n_pages - 1;
    bool places = k->index && k->index->locations;
    if (t->levels != page->n_levels)
        return; /* told by the reader */
    if (page->n_rows >= 0)
        rule_same(k->v, RULE_PAGE_ROWS, page->n_rows, t->rows);
    if (page->n_nulls >= 0)
        claims_nulls(k, RULE_PAGE_NULLS, page->n_nulls, t);
    if (t->first_rep != 0 && (page->type == 3 || places))
        rule_broken(k->v, RULE_PAGE_ROW_BORDER);
    if (page->has_statistics)
        claims_statistics(k, &page->statistics, t);
    if (places && i < k->index->n_pages)
        claims_page_place(k, page, &k->index->locations[i]);
    if (k->index && k->index->bounds && i < k->index->n_pages)
        claims_page_bounds(k, &k->index->bounds[i]);
}

/* ---- the chunk ---- */

static void claims_boundary_order(struct chunk_check *k)
{
    const inlay_page_index *x = k->index;
    const inlay_page_bounds *last = NULL;
    inlay_value room[4];
    int sign = x->boundary_order == 1 ? 1 : x->boundary_order == 2 ? -1 : 0;
    for (uint32_t i = 0; sign && x->usable && i < x->n_pages; i++) {
        const inlay_page_bounds *b = &x->bounds[i];
        if (b->null_page)
            continue;
        if (last) {
            const void *a_min = inlay_bound_value(k->node, last->min, &room[0]);
            const void *b_min = inlay_bound_value(k->node, b->min, &room[1]);
            const void *a_max = inlay_bound_value(k->node, last->max, &room[2]);
            const void *b_max = inlay_bound_value(k->node, b->max, &room[3]);
            if (a_min && b_min && a_max && b_max &&
                (inlay_value_compare(k->node, a_min, b_min) * sign > 0 ||
                 inlay_value_compare(k->node, a_max, b_max) * sign > 0)) {
                k->v->here.page = (int32_t)i;
                rule_broken(k->v, RULE_INDEX_ORDER);
                k->v->here.page = -1;
                return;
            }
        }
        last = b;
    }
}

/* The encodings of a chunk's pages are listed. A dictionary page's own PLAIN is implied by the encoding of the
 * data pages (DuckDB leaves it out). */
static void claims_encodings(struct chunk_check *k)
{
    uint32_t listed = k->chunk.encodings, dictionary = 1u << 2 | 1u << 8;
    if (listed & dictionary)
        listed |= dictionary;
    for (int i = 0; i < CHUNK_CHECK_ENCODINGS; i++)
        if (k->data_pages[i] && !(listed >> i & 1)) {
            rule_numbers(k->v, RULE_CHUNK_ENCODINGS, k->chunk.encodings, i);
            return;
        }
}

/* encoding_stats, summed by encoding: Arrow C++ calls v2 pages DATA_PAGE there. */
static void claims_encoding_counts(struct chunk_check *k)
{
    int64_t stated[CHUNK_CHECK_ENCODINGS] = {0}, dictionaries = 0;
    for (uint32_t i = 0; i < k->details.n_encoding_counts; i++) {
        const inlay_encoding_count *c = &k->details.encoding_counts[i];
        bool data = c->page_type == 0 || c->page_type == 3;
        if (data && c->encoding >= 0 && c->encoding < CHUNK_CHECK_ENCODINGS)
            stated[c->encoding] += c->count;
        dictionaries += c->page_type == 2 ? c->count : 0;
    }
    if (k->details.n_encoding_counts == 0)
        return;
    rule_same(k->v, RULE_CHUNK_ENCODING_COUNTS, dictionaries, k->dictionary_pages);
    for (int i = 0; i < CHUNK_CHECK_ENCODINGS; i++)
        rule_same(k->v, RULE_CHUNK_ENCODING_COUNTS, stated[i], k->data_pages[i]);
}

static void claims_places(struct chunk_check *k)
{
    if (k->first_data_at >= 0)
        rule_same(k->v, RULE_CHUNK_DATA_PAGE, k->chunk.data_page_at, k->first_data_at);
    if (k->dictionary_at >= 0 || k->chunk.dictionary_page_at > 0)
        rule_same(k->v, RULE_CHUNK_DICTIONARY_PAGE, k->chunk.dictionary_page_at, k->dictionary_at);
    rule_same(k->v, RULE_CHUNK_PACKED, k->chunk.compressed_bytes, k->packed);
    rule_same(k->v, RULE_CHUNK_RAW, k->chunk.uncompressed_bytes, k->raw);
}

static void claims_sizes(struct chunk_check *k)
{
    const inlay_size_statistics *z = &k->details.sizes;
    const struct tally *t = &k->all;
    uint32_t reps = k->node->max_rep + 1u, defs = k->node->max_def + 1u;
    if (z->unencoded_bytes >= 0)
        rule_same(k->v, RULE_SIZE_BYTES, z->unencoded_bytes, t->unencoded);
    if (z->rep && z->n_rep != reps)
        rule_numbers(k->v, RULE_SIZE_REP, z->n_rep, reps);
    else
        claims_histogram(k, RULE_SIZE_REP, z->rep, t->rep, reps);
    if (z->def && z->n_def != defs)
        rule_numbers(k->v, RULE_SIZE_DEF, z->n_def, defs);
    else
        claims_histogram(k, RULE_SIZE_DEF, z->def, t->def, defs);
}

void claims_chunk(struct chunk_check *k)
{
    bool deep = k->v->options->deep;
    if (deep) {
        claims_places(k);
        claims_encodings(k);
        claims_encoding_counts(k);
        if (k->index)
            rule_same(k->v, RULE_INDEX_PAGES, k->index->n_pages, k->n_pages);
        if (k->index && k->index->bounds)
            claims_boundary_order(k);
    }
    if (k->broken || k->damaged)
        return; /* its values were not all counted, or are not what was written */
    rule_same(k->v, RULE_CHUNK_ROWS, k->n_rows, k->all.rows);
    rule_same(k->v, RULE_CHUNK_LEVELS, k->chunk.n_levels, k->all.levels);
    if (deep) {
        claims_statistics(k, &k->chunk.statistics, &k->all);
        claims_sizes(k);
        values_check(k);
    } else if (k->chunk.statistics.has_null_count) {
        claims_nulls(k, RULE_STAT_NULLS, k->chunk.statistics.null_count, &k->all);
    }
}

#endif
