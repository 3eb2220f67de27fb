/* Pages and column chunks of the inputs that go to the output as they are; see body_parts.h. */
#include "merge/body_parts.h"

#if INLAY_WRITE && INLAY_MERGE

enum { /* Encoding of parquet.thrift */
    BODY_PLAIN_DICTIONARY = 2,
    BODY_RLE_DICTIONARY = 8
};

/* Has the chunk that an input's next row lies in given up its dictionary? Then most of its values are distinct. */
static inlay_status body_mixed(struct body *body, uint32_t input, uint32_t leaf, bool *mixed)
{
    struct body_chunk *c = &body->chunks[(size_t)input * body->schema->n_leaves + leaf];
    uint32_t n = inlay_reader_row_groups(body->inputs[input]), g = c->row_group ? c->row_group - 1 : 0;
    inlay_row_group group;
    inlay_chunk_details details;
    for (; g < n; g++) {
        TRY(inlay_reader_row_group(body->inputs[input], g, &group));
        if ((uint64_t)group.first_row + (uint64_t)group.n_rows > body->taken[input])
            break;
    }
    if (g < n && c->row_group != g + 1) {
        bool codes = false, plain = false;
        TRY(inlay_reader_chunk_details(body->inputs[input], g, (uint32_t)union_leaf_of(body->schema, input, leaf).leaf,
                                       &details));
        for (uint32_t i = 0; i < details.n_encoding_counts; i++) {
            const inlay_encoding_count *e = &details.encoding_counts[i];
            bool data = e->page_type == BODY_DATA_PAGE || e->page_type == BODY_DATA_PAGE_V2;
            bool code = e->encoding == BODY_PLAIN_DICTIONARY || e->encoding == BODY_RLE_DICTIONARY;
            codes = codes || (data && code);
            plain = plain || (data && !code);
        }
        *c = (struct body_chunk){g + 1, codes && plain};
    }
    *mixed = c->mixed;
    return INLAY_OK;
}

inlay_status body_page(void *ctx, const struct move_step *step)
{
    struct body *body = ctx;
    struct inpages *p = NULL;
    TRY(move_pages(body_pages(body, step->input, body->stage.leaf), body->env, body->inputs[step->input],
                   (uint32_t)body->leaves[step->input], step->row, &p));
    inlay_raw_page raw = inpages_at(p, step->page)->raw;
    inlay_status status = inpages_body(p, step->page, &raw.body);
    if (status != INLAY_OK)
        return body_failed(body, step->input, status);
    body->moved_bytes += raw.body.len;
    return inlay_writer_raw_page(body->writer, body->stage.leaf, &raw);
}

void body_leaves(struct body *body, uint32_t leaf)
{
    const inlay_node *out = inlay_schema_leaf(body->schema->schema, leaf);
    for (uint32_t i = 0; i < body->schema->n_inputs; i++) {
        struct union_leaf from = union_leaf_of(body->schema, i, leaf);
        const inlay_node *node =
            from.leaf == UNION_NONE ? NULL : inlay_schema_leaf(inlay_reader_schema(body->inputs[i]), (uint32_t)from.leaf);
        bool same = node && node->max_def == out->max_def && widen_same(node, out) && inlay_reader_copyable(body->inputs[i]);
        body->leaves[i] = same ? from.leaf : -1;
    }
}

inlay_status body_plan_moves(struct body *body, uint32_t leaf, bool codes)
{
    struct move_column c = {.inputs = body->inputs,
                            .slots = body->slots + leaf,
                            .stride = body->schema->n_leaves,
                            .taken = body->taken,
                            .leaves = body->leaves,
                            .runs = body->runs,
                            .n_runs = body->n_runs,
                            .codec = inlay_writer_codec(body->writer, leaf),
                            .codes = codes,
                            .no_plain = (body->how[leaf] & BODY_BLOOM) != 0};
    body->move.mode = MOVE_NOTHING;
    if (body->no_copy || (body->how[leaf] & BODY_NO_MOVE) || !body->whole || body->n_runs > BODY_RUNS ||
        body->longest < MOVE_LEAST_ROWS)
        return INLAY_OK;
    return move_plan(&body->move, &c);
}

/* The host's column with its dictionary decoded; NULL where that failed. */
static inlay_status body_host_open(struct body *body, inlay_column **column)
{
    uint32_t host = body->move.host;
    bool all_codes;
    inlay_status status = inlay_column_open(body->inputs[host], (uint32_t)body->leaves[host], INLAY_COLUMN_CODES, column);
    if (status == INLAY_OK)
        status = inlay_column_seek(*column, body->move.host_first_row);
    if (status == INLAY_OK)
        status = inlay_column_load_dictionary(*column, &all_codes);
    return status == INLAY_OK ? INLAY_OK : body_failed(body, host, status);
}

/* The pages of the host's chunk. */
static inlay_status body_host_pages(struct body *body, uint32_t leaf, struct inpages **p)
{
    uint32_t host = body->move.host;
    return move_pages(body_pages(body, host, leaf), body->env, body->inputs[host], (uint32_t)body->leaves[host],
                      body->move.host_first_row, p);
}

inlay_status body_host_lends(struct body *body, uint32_t leaf, bool *lends)
{
    struct inpages *p = NULL;
    *lends = false;
    if (body->move.mode != MOVE_CODES || !body->move.kin)
        return INLAY_OK;
    TRY(body_host_pages(body, leaf, &p));
    *lends = p->dictionary.n_levels > 0 && p->dictionary.n_levels <= INT32_MAX;
    return INLAY_OK;
}

/* Decoded once a chunk. */
static inlay_status body_host_dictionary(struct body *body, struct inpages *p, inlay_dictionary *d)
{
    if (!p->host) {
        inlay_column *column = NULL;
        inlay_status status = body_host_open(body, &column);
        if (status != INLAY_OK) {
            inlay_column_close(column);
            return status;
        }
        inlay_column_trim(column);
        p->host = column;
    }
    *d = inlay_column_dictionary(p->host);
    if (d->n_values == (size_t)p->dictionary.n_levels)
        return INLAY_OK;
    return body_failed(body, body->move.host,
                       err_set(body->env, INLAY_CORRUPT, ERR("a dictionary that changes between two readings")));
}

inlay_status body_host_lend(struct body *body, uint32_t leaf)
{
    struct inpages *p = NULL;
    inlay_dictionary d;
    inlay_bytes bytes;
    TRY(body_host_pages(body, leaf, &p));
    TRY(body_host_dictionary(body, p, &d));
    inlay_status status = inpages_dictionary(p, &bytes);
    if (status != INLAY_OK)
        return body_failed(body, body->move.host, status);
    body->moved_bytes += bytes.len;
    stage_lent(&body->stage);
    return inlay_writer_lend_dictionary(body->writer, leaf, bytes, (size_t)p->dictionary.raw_bytes, d.values,
                                        (uint32_t)d.n_values);
}

inlay_status body_host(struct body *body)
{
    inlay_column *column = NULL;
    inlay_status status = body_host_open(body, &column);
    inlay_dictionary d = column ? inlay_column_dictionary(column) : (inlay_dictionary){0};
    if (status == INLAY_OK)
        status = d.n_values ? stage_host(&body->stage, d.values, d.n_values) : INLAY_END;
    inlay_column_close(column);
    if (status == INLAY_END)
        body->move.mode = MOVE_NOTHING;
    return status == INLAY_END ? INLAY_OK : status;
}

/* Is the row group one whole row group of an input, so that its chunk of this column can move as it is? Which? */
static inlay_status body_is_whole(struct body *body, uint32_t leaf, bool *is, uint32_t *row_group, inlay_chunk *chunk)
{
    uint32_t input = body->n_runs ? body->runs[0].input : 0, g = 0, n = inlay_reader_row_groups(body->inputs[input]);
    bool behind = body->n_runs == 2 && lane_dropped(body->runs[0]); /* that same input's rows */
    uint64_t dropped = behind ? lane_run_rows(body->runs[0]) : 0, from = body->taken[input] + dropped;
    inlay_row_group group = {0};
    *is = false;
    if (body->no_copy || (body->how[leaf] & (BODY_NO_MOVE | BODY_NO_CHUNK)) || !body->whole ||
        (body->n_runs != 1 && !behind) || body->leaves[input] < 0)
        return INLAY_OK;
    for (; g < n; g++) {
        TRY(inlay_reader_row_group(body->inputs[input], g, &group));
        if ((uint64_t)group.first_row >= from && group.n_rows)
            break;
    }
    if (g == n || (uint64_t)group.first_row != from || (uint64_t)group.n_rows != body->here[input] - dropped)
        return INLAY_OK;
    TRY(inlay_reader_chunk(body->inputs[input], g, (uint32_t)body->leaves[input], chunk));
    *row_group = g;
    *is = chunk->codec == inlay_writer_codec(body->writer, leaf) &&
          (!(body->how[leaf] & BODY_BLOOM) || chunk->bloom_at >= 0);
    return INLAY_OK;
}

inlay_status body_whole_chunk(struct body *body, uint32_t leaf, bool *moved)
{
    uint32_t input = body->n_runs ? body->runs[0].input : 0, g = 0;
    inlay_chunk chunk = {0};
    TRY(body_is_whole(body, leaf, moved, &g, &chunk));
    if (!*moved)
        return INLAY_OK;
    TRY(inlay_writer_copy_chunk(body->writer, leaf, body->inputs[input], g, (uint32_t)body->leaves[input]));
    struct feed *feed = *body_slot(body, input, leaf);
    if (feed)
        feed_skip_to(feed, (int64_t)(body->taken[input] + body->here[input]));
    body->moved_bytes += (uint64_t)chunk.compressed_bytes;
    body->done += body->n_runs == 2 ? lane_run_rows(body->runs[1]) : body->here[input];
    body_tell(body, false);
    return INLAY_OK;
}

inlay_status body_coded(struct body *body, uint32_t leaf, bool *coded)
{
    bool mixed = false;
    *coded = body->dictionaries && inlay_schema_leaf(body->schema->schema, leaf)->type != INLAY_BOOLEAN;
    for (uint32_t i = 0; i < body->schema->n_inputs && *coded; i++)
        if (body->here[i] && union_leaf_of(body->schema, i, leaf).leaf != UNION_NONE) {
            inlay_status status = body_mixed(body, i, leaf, &mixed);
            if (status != INLAY_OK)
                return body_failed(body, i, status);
            *coded = !mixed;
        }
    return INLAY_OK;
}

inlay_status body_leaf_moves(struct body *body, uint32_t leaf)
{
    bool codes = false, moved = false;
    uint32_t g;
    inlay_chunk chunk = {0};
    if (body->reduced && body->reduced[leaf])
        return INLAY_OK;
    body->dictionaries = !(body->how[leaf] & BODY_NO_CODES);
    body_leaves(body, leaf);
    TRY(body_is_whole(body, leaf, &moved, &g, &chunk));
    if (moved)
        body->moved_bytes += (uint64_t)chunk.compressed_bytes;
    if (moved || inlay_schema_leaf(body->schema->schema, leaf)->max_rep)
        return INLAY_OK;
    TRY(body_coded(body, leaf, &codes));
    TRY(body_plan_moves(body, leaf, codes));
    TRY(body_host_lends(body, leaf, &moved));
    if (moved) {
        struct inpages *p = NULL;
        TRY(body_host_pages(body, leaf, &p));
        body->moved_bytes += (uint64_t)p->dictionary.packed_bytes;
    }
    const struct move_step *steps = (const void *)body->move.steps.data;
    size_t n = body->move.mode == MOVE_NOTHING ? 0 : body->move.steps.bytes / sizeof *steps;
    for (size_t i = 0; i < n; i++) {
        struct inpages *p = NULL;
        TRY(move_pages(body_pages(body, steps[i].input, leaf), body->env, body->inputs[steps[i].input],
                       (uint32_t)body->leaves[steps[i].input], steps[i].row, &p));
        body->moved_bytes += (uint64_t)inpages_at(p, steps[i].page)->page.packed_bytes;
    }
    return INLAY_OK;
}

#endif
