/* Rows in, for all columns at once: row groups are cut where their number of rows or their bytes are reached. */
#include "format/writer.h"

#if INLAY_WRITE

#include <string.h>

#include "format/levels.h"

/* The next n rows of a batch, as a batch. */
static inlay_batch writer_piece(const inlay_node *leaf, const inlay_batch *b, struct writer_place *at, size_t n)
{
    inlay_batch piece = *b;
    size_t levels = n, rows = 0;
    if (b->rep)
        for (levels = 0; at->level + levels < b->n_levels; levels++)
            if (b->rep[at->level + levels] == 0 && rows++ == n)
                break;
    piece.n_rows = n;
    piece.n_levels = levels;
    piece.def = b->def ? b->def + at->level : NULL;
    piece.rep = b->rep ? b->rep + at->level : NULL;
    piece.n_values = b->def ? levels_equal(piece.def, levels, leaf->max_def) : levels;
    piece.codes = b->codes ? b->codes + at->value : NULL;
    piece.values = b->values ? (const uint8_t *)b->values + at->value * inlay_node_width(leaf) : NULL;
    at->level += levels;
    at->value += piece.n_values;
    return piece;
}

/* Every batch must hold the same rows, and as many values as its levels say. */
static inlay_status writer_same_rows(inlay_writer *w, const inlay_batch *columns, size_t *n_rows)
{
    for (uint32_t i = 0; i < w->n_leaves; i++) {
        const inlay_batch *b = &columns[i];
        const inlay_node *leaf = inlay_schema_leaf(w->schema, i);
        size_t rows = b->rep ? levels_equal(b->rep, b->n_levels, 0) : b->n_levels;
        size_t values = b->def ? levels_equal(b->def, b->n_levels, leaf->max_def) : b->n_levels;
        const char *what = values != b->n_values ? ERR("definition levels and number of values disagree") : NULL;
        if (i == 0)
            *n_rows = rows;
        if (rows != *n_rows)
            what = ERR("batches with different numbers of rows");
        else if (b->rep && b->n_levels && b->rep[0])
            what = ERR("rows that begin inside a row");
        if (what) {
            err_set(w->env, INLAY_ARG, what);
            schema_error_column(w->env, w->schema, i);
            return INLAY_ARG;
        }
    }
    return INLAY_OK;
}

static inlay_status writer_rows_in(inlay_writer *w, const inlay_batch *columns, size_t n_rows,
                                   struct writer_place *places)
{
    uint64_t most = w->row_group_rows ? w->row_group_rows : (uint64_t)WRITER_GROUP_ROWS;
    uint64_t most_bytes = w->row_group_bytes ? w->row_group_bytes : (uint64_t)WRITER_GROUP_BYTES;
    while (n_rows) {
        uint64_t have = w->open ? (uint64_t)w->columns[0].n_rows : 0;
        if (w->open && (have >= most || inlay_writer_pending_bytes(w) >= most_bytes)) {
            TRY(writer_end_group(w));
            continue;
        }
        TRY(writer_begin(w));
        uint64_t room = most - have;
        size_t n = n_rows < WRITER_PIECE_ROWS ? n_rows : WRITER_PIECE_ROWS;
        n = n < room ? n : (size_t)room;
        for (uint32_t i = 0; i < w->n_leaves; i++) {
            inlay_batch piece = writer_piece(inlay_schema_leaf(w->schema, i), &columns[i], &places[i], n);
            inlay_status status = chunk_writer_add(&w->columns[i], &piece);
            if (status != INLAY_OK)
                return writer_done(w, i, status);
        }
        n_rows -= n;
    }
    return INLAY_OK;
}

inlay_status inlay_writer_write_rows(inlay_writer *writer, const inlay_batch *columns)
{
    inlay_writer *w = writer;
    void *places = NULL;
    size_t n_rows = 0;
    TRY(writer_usable(w));
    if (w->flags & INLAY_WRITE_IN_ORDER)
        return err_set(w->env, INLAY_ARG, ERR("rows of all columns cannot be written column by column"));
    TRY(writer_same_rows(w, columns, &n_rows));
    TRY(mem_new(w->env, w->n_leaves * sizeof(struct writer_place), &places));
    inlay_status status = writer_rows_in(w, columns, n_rows, places);
    mem_free(w->env, places, w->n_leaves * sizeof(struct writer_place));
    return writer_done(w, UINT32_MAX, status);
}

#endif
