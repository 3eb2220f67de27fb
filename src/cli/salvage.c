/* Reading around damaged pages; see salvage.h. */
#include "cli/salvage.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/report.h"

enum { SALVAGE_LINES = 20 /* losses told one by one */ };

void salvage_open(struct salvage *s, const struct files_input *in, struct rows *rows)
{
    *s = (struct salvage){.in = in, .rows = rows};
}

void salvage_close(struct salvage *s)
{
    free(s->lost);
    *s = (struct salvage){0};
}

/* ---- what is lost ---- */

static int salvage_tell(struct salvage *s, int64_t from, int64_t to)
{
    const inlay_error *error = &s->in->env->error;
    char advice[100];
    if (s->pages++ >= SALVAGE_LINES)
        return REPORT_BAD;
    if (to - from == 1)
        snprintf(advice, sizeof advice, "row %" PRId64 " of the file is left out", from);
    else
        snprintf(advice, sizeof advice, "rows %" PRId64 " to %" PRId64 " of the file are left out",
                 from, to - 1);
    return report_failure_with(s->in->path, error, advice);
}

/* Add a range; ranges that touch become one. */
static bool salvage_add(struct salvage *s, int64_t from, int64_t to)
{
    size_t at = 0, end;
    if (s->n_lost == s->capacity) {
        size_t capacity = s->capacity + s->capacity / 2 + 16;
        struct salvage_range *lost = realloc(s->lost, capacity * sizeof *lost);
        if (!lost)
            return false;
        s->lost = lost;
        s->capacity = capacity;
    }
    while (at < s->n_lost && s->lost[at].to < from)
        at++;
    for (end = at; end < s->n_lost && s->lost[end].from <= to; end++) {
        from = s->lost[end].from < from ? s->lost[end].from : from;
        to = s->lost[end].to > to ? s->lost[end].to : to;
    }
    memmove(s->lost + at + 1, s->lost + end, (s->n_lost - end) * sizeof *s->lost);
    s->n_lost = s->n_lost - (end - at) + 1;
    s->lost[at] = (struct salvage_range){from, to};
    return true;
}

int salvage_lose(struct salvage *s, int64_t from, int64_t to)
{
    int code = salvage_tell(s, from, to);
    if (code > REPORT_BAD)
        return code;
    s->lost_rows += (uint64_t)(to - from);
    return REPORT_DONE;
}

/* ---- which rows a page has ---- */

/* One chunk's pages while a failure is placed. All rows are counted within the row group. */
struct salvage_place {
    int64_t at;         /* of the page that failed; -1 = not said */
    int64_t group_rows;
    int64_t from, to;   /* out */
    bool found;
};

/* By the offset index, which also knows pages behind a damaged header. */
static void salvage_by_index(const inlay_page_index *index, struct salvage_place *p)
{
    for (uint32_t i = 0; index && index->locations && i < index->n_pages; i++) {
        const inlay_page_location *l = &index->locations[i];
        if (l->at != p->at)
            continue;
        p->from = l->first_row;
        p->to = i + 1 < index->n_pages ? l[1].first_row : p->group_rows;
        p->found = p->to > p->from;
        return;
    }
}

/* By page headers. Their rows must add up to the row group's, or none of them is believed. */
static void salvage_by_headers(struct salvage *s, uint32_t group, const inlay_node *node,
                               uint32_t leaf, struct salvage_place *p)
{
    inlay_pages *pages = NULL;
    inlay_page page;
    int64_t row = 0;
    bool known = true, dictionary = false;
    inlay_error error = s->in->env->error;
    inlay_status status = inlay_pages_open(s->in->reader, group, leaf, &pages);
    while (status == INLAY_OK && (status = inlay_pages_next(pages, &page)) == INLAY_OK) {
        if (page.type == 2 && page.at == p->at)
            dictionary = true;
        if (page.type != 0 && page.type != 3)
            continue;
        int64_t rows = page.n_rows >= 0 ? page.n_rows : node->max_rep == 0 ? page.n_levels : -1;
        known = known && rows >= 0 && rows <= p->group_rows - row;
        if (known && page.at == p->at) {
            p->from = row;
            p->to = row + rows;
            p->found = rows > 0;
        }
        row += known ? rows : 0;
    }
    inlay_pages_close(pages);
    s->in->env->error = error;
    bool whole = status == INLAY_END && known;
    if (dictionary || (whole && row != p->group_rows)) {
        p->from = 0;
        p->to = p->group_rows;
        p->found = true;
    }
}

static void salvage_place(struct salvage *s, uint32_t group, const struct rows_leaf *leaf,
                          struct salvage_place *p)
{
    inlay_page_index *index = NULL;
    inlay_error error = s->in->env->error;
    if (inlay_reader_page_index(s->in->reader, group, leaf->number, &index) != INLAY_OK)
        index = NULL;
    s->in->env->error = error;
    salvage_by_index(index, p);
    inlay_page_index_close(s->in->env, index);
    if (!p->found)
        salvage_by_headers(s, group, leaf->node, leaf->number, p);
}

/* ---- scanning ---- */

/* Read on from where the column stands until `to` rows of the group are whole, or it fails. *row counts
 * the rows begun. END = all is well. */
static inlay_status salvage_read(struct rows_leaf *leaf, uint32_t group, int64_t *row, int64_t to)
{
    inlay_batch batch;
    inlay_status status = INLAY_OK;
    bool flat = leaf->node->max_rep == 0;
    while (*row < to || !flat) {
        status = inlay_column_read(leaf->column, 0, &batch);
        if (status != INLAY_OK)
            break;
        if (inlay_column_row_group(leaf->column) != group)
            return INLAY_END; /* the last row ended with its row group */
        *row += (int64_t)batch.n_rows;
        if (*row > to || (batch.n_rows == 0 && batch.n_levels == 0))
            return INLAY_END;
    }
    return status == INLAY_OK ? INLAY_END : status;
}

/* One column: rows [from, to) of the group whose first row in the file is `first`. */
static int salvage_column(struct salvage *s, struct rows_leaf *leaf, uint32_t group, int64_t first,
                          struct salvage_range rows, int64_t group_rows)
{
    const inlay_error *error = &s->in->env->error;
    int64_t row = rows.from;
    while (row < rows.to) {
        inlay_status status = inlay_column_seek(leaf->column, first + row);
        if (status == INLAY_OK)
            status = salvage_read(leaf, group, &row, rows.to);
        if (status == INLAY_OK || status == INLAY_END ||
            (error->row_group >= 0 && (uint32_t)error->row_group != group))
            return REPORT_DONE; /* another row group's damage is found with that one */
        if (report_code(status) != REPORT_BAD)
            return report_failure(s->in->path, error);
        struct salvage_place p = {.at = error->at, .group_rows = group_rows};
        salvage_place(s, group, leaf, &p);
        if (!p.found || p.to <= row) { /* the row that was begun last may go on in the damage */
            p.from = row > 0 && leaf->node->max_rep > 0 ? row - 1 : row;
            p.to = group_rows;
        }
        row = p.to;
        p.from = p.from > rows.from ? p.from : rows.from;
        p.to = p.to < rows.to ? p.to : rows.to;
        if (p.from < p.to) {
            int code = salvage_tell(s, first + p.from, first + p.to);
            if (code > REPORT_BAD)
                return code;
            if (!salvage_add(s, first + p.from, first + p.to))
                return report_memory();
        }
    }
    return REPORT_DONE;
}

int salvage_scan(struct salvage *s, uint32_t row_group, int64_t from, int64_t to)
{
    inlay_row_group group;
    int code = REPORT_DONE;
    s->n_lost = 0;
    if (inlay_reader_row_group(s->in->reader, row_group, &group) != INLAY_OK)
        return report_failure(s->in->path, &s->in->env->error);
    struct salvage_range rows = {from - group.first_row, to - group.first_row};
    for (uint32_t i = 0; i < s->rows->n_leaves && code == REPORT_DONE; i++)
        code = salvage_column(s, &s->rows->leaves[i], row_group, group.first_row, rows, group.n_rows);
    for (size_t i = 0; i < s->n_lost; i++)
        s->lost_rows += (uint64_t)(s->lost[i].to - s->lost[i].from);
    return code;
}

int salvage_finish(const struct salvage *s)
{
    if (s->pages == 0)
        return REPORT_DONE;
    report_note("%s: %" PRIu64 " %s could not be read, %" PRIu64 " %s left out", s->in->path, s->pages,
                s->pages == 1 ? "page" : "pages", s->lost_rows,
                s->lost_rows == 1 ? "row is" : "rows are");
    return REPORT_BAD;
}
