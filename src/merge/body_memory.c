/* The memory that a merge's open columns want, guessed from footers, and how much of it they may keep between row
 * groups; see body_parts.h.
 *
 * An open column keeps its dictionary and its page. While it is written it has a batch and what was read ahead beside
 * them. Where all of that fits for all columns, none is ever opened twice.
 */
#include "merge/body_parts.h"

#if INLAY_WRITE && INLAY_MERGE

enum {
    BODY_LOOSE = 16,              /* a part of the memory, up to which columns read as much as they like */
    BODY_SLACK = 8 * 1024 * 1024, /* for the column of the output, of memory that is not short */
    BODY_COLUMN = 4096,           /* an open column by itself */
    BODY_PAGE = 1024 * 1024       /* bytes of a page at most, where nobody says how many there are */
};
#define BODY_CHUNK_MOST ((int64_t)1 << 40) /* no chunk is taken to be larger */

static uint64_t body_least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Data pages of a chunk; 0 = unknown. */
static uint64_t body_pages_of(const inlay_chunk_details *d)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < d->n_encoding_counts; i++) {
        const inlay_encoding_count *e = &d->encoding_counts[i];
        if ((e->page_type == BODY_DATA_PAGE || e->page_type == BODY_DATA_PAGE_V2) && e->count > 0)
            n += (uint64_t)e->count;
    }
    return n;
}

/* The dictionary is as much smaller in the file as the whole chunk is; texts have a view each beside their bytes. */
static uint64_t body_dictionary_of(const inlay_chunk *c, uint64_t packed, uint64_t raw, uint8_t type)
{
    if (c->dictionary_page_at < 0 || c->data_page_at <= c->dictionary_page_at)
        return 0;
    uint64_t bytes = body_least((uint64_t)(c->data_page_at - c->dictionary_page_at), packed);
    bytes = body_least(bytes * (raw * 16 / packed + 1) / 16, raw);
    return type == INLAY_BYTE_ARRAY ? 2 * bytes : bytes;
}

/* One input's column, by its first row group that has rows. */
static inlay_status body_reckon_leaf(struct body *body, uint32_t input, uint32_t leaf, uint64_t *keeps)
{
    inlay_reader *reader = body->inputs[input];
    uint32_t from = (uint32_t)union_leaf_of(body->schema, input, leaf).leaf, n = inlay_reader_row_groups(reader);
    inlay_row_group group = {0};
    inlay_chunk chunk;
    inlay_chunk_details details;
    uint32_t g = 0;
    for (; g < n; g++) {
        TRY(inlay_reader_row_group(reader, g, &group));
        if (group.n_rows > 0)
            break;
    }
    if (g == n)
        return INLAY_OK;
    TRY(inlay_reader_chunk(reader, g, from, &chunk));
    if (chunk.compressed_bytes <= 0 || chunk.compressed_bytes > BODY_CHUNK_MOST || chunk.uncompressed_bytes <= 0 ||
        chunk.uncompressed_bytes > BODY_CHUNK_MOST)
        return INLAY_OK;
    TRY(inlay_reader_chunk_details(reader, g, from, &details));
    const inlay_node *node = inlay_schema_leaf(body->schema->schema, leaf);
    uint64_t packed = (uint64_t)chunk.compressed_bytes, raw = (uint64_t)chunk.uncompressed_bytes;
    uint64_t dictionary = body_dictionary_of(&chunk, packed, raw, node->type), pages = body_pages_of(&details);
    uint64_t rest = raw - body_least(dictionary, raw);
    *keeps += BODY_COLUMN + dictionary + (pages ? rest / pages : body_least(rest, BODY_PAGE));
    return INLAY_OK;
}

/* Batches hold the rows of a row group, all inputs together. */
static uint64_t body_batches(const struct body *body, uint32_t leaf)
{
    const inlay_node *node = inlay_schema_leaf(body->schema->schema, leaf);
    uint64_t rows = 0;
    for (size_t g = 0; g < body->slice->n_groups; g++)
        rows = body->slice->groups[g].rows > rows ? body->slice->groups[g].rows : rows;
    return mem_times(rows, inlay_node_width(node) + 2);
}

inlay_status body_reckon(struct body *body)
{
    struct body_need *need = &body->need;
    *need = (struct body_need){0};
    for (uint32_t leaf = 0; leaf < body->schema->n_leaves; leaf++) {
        uint64_t keeps = 0, extra = body_batches(body, leaf);
        if (!body_owns(body, leaf))
            continue;
        for (uint32_t i = 0; i < body->schema->n_inputs; i++) {
            if (union_leaf_of(body->schema, i, leaf).leaf == UNION_NONE)
                continue;
            inlay_status status = body_reckon_leaf(body, i, leaf, &keeps);
            if (status != INLAY_OK)
                return body_failed(body, i, status);
        }
        need->all = mem_plus(need->all, keeps);
        need->extra = extra > need->extra ? extra : need->extra;
        need->widest = mem_plus(keeps, extra) > need->widest ? mem_plus(keeps, extra) : need->widest;
    }
    return INLAY_OK;
}

/* Columns may keep all but what the one being written takes beside: if all fit, its batches; else it may have to be
 * opened whole. Half of the memory is theirs in any case. */
void body_share(struct body *body)
{
    const struct body_need *need = &body->need;
    uint64_t used = body->env->used_bytes, left = used < body->memory_bytes ? body->memory_bytes - used : 0;
    uint64_t loose = left / BODY_LOOSE, room = left - body_least(BODY_SLACK, left / 4);
    uint64_t aside = mem_plus(need->all, need->extra) <= room ? need->extra : need->widest;
    uint64_t hold = room - body_least(aside, room);
    body->hold_bytes = used + (hold > left / 2 ? hold : left / 2);
    body->tight_bytes = used + loose;
}

#endif
