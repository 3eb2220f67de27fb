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

/* One chunk's pages while its failures are placed, found once however many there are. All rows are counted within the
 * row group. */
struct salvage_page {
    int64_t at, from, to;
};
struct salvage_map {
    const inlay_node *node;
    uint32_t leaf, row_group;
    int64_t group_rows;
    bool begun, walked, no_memory;
    inlay_page_index *index;    /* NULL = none that can be read */
    struct salvage_page *pages; /* [n] by their headers, ascending; a dictionary page stands for all rows */
    size_t n, capacity;
    bool contradicted;          /* rows of pages and row group: none of them is believed */
};

static void salvage_map_free(struct salvage *s, struct salvage_map *m)
{
    inlay_page_index_close(s->in->env, m->index);
    free(m->pages);
}

/* By the offset index, which also knows pages behind a damaged header. */
static bool salvage_by_index(const struct salvage_map *m, int64_t at, struct salvage_range *rows)
{
    const inlay_page_index *index = m->index;
    uint32_t low = 0, high = index && index->locations ? index->n_pages : 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (index->locations[middle].at < at)
            low = middle + 1;
        else
            high = middle;
    }
    if (!index || !index->locations || low == index->n_pages || index->locations[low].at != at)
        return false;
    const inlay_page_location *l = &index->locations[low];
    *rows = (struct salvage_range){l->first_row, low + 1 < index->n_pages ? l[1].first_row : m->group_rows};
    return rows->to > rows->from;
}

static void salvage_map_add(struct salvage_map *m, int64_t at, int64_t from, int64_t to)
{
    if (m->n == m->capacity) {
        size_t capacity = m->capacity + m->capacity / 2 + 64;
        struct salvage_page *pages = realloc(m->pages, capacity * sizeof *pages);
        if (!pages) {
            m->no_memory = true;
            return;
        }
        m->pages = pages;
        m->capacity = capacity;
    }
    m->pages[m->n++] = (struct salvage_page){at, from, to};
}

/* By page headers. Their rows must add up to the row group's, or none of them is believed. */
static void salvage_walk(struct salvage *s, struct salvage_map *m)
{
    inlay_pages *pages = NULL;
    inlay_page page;
    int64_t row = 0;
    bool known = true;
    inlay_status status = inlay_pages_open(s->in->reader, m->row_group, m->leaf, &pages);
    while (status == INLAY_OK && !m->no_memory && (status = inlay_pages_next(pages, &page)) == INLAY_OK) {
        if (page.type == 2)
            salvage_map_add(m, page.at, 0, m->group_rows);
        if (page.type != 0 && page.type != 3)
            continue;
        int64_t rows = page.n_rows >= 0 ? page.n_rows : m->node->max_rep == 0 ? page.n_levels : -1;
        known = known && rows >= 0 && rows <= m->group_rows - row;
        if (known && rows > 0)
            salvage_map_add(m, page.at, row, row + rows);
        row += known ? rows : 0;
    }
    inlay_pages_close(pages);
    m->contradicted = status == INLAY_END && known && row != m->group_rows;
    m->walked = true;
}

static bool salvage_by_headers(const struct salvage_map *m, int64_t at, struct salvage_range *rows)
{
    size_t low = 0, high = m->n;
    *rows = (struct salvage_range){0, m->group_rows};
    if (m->contradicted)
        return true;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (m->pages[middle].at < at)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == m->n || m->pages[low].at != at)
        return false;
    *rows = (struct salvage_range){m->pages[low].from, m->pages[low].to};
    return true;
}

/* Rows of the page that failed; false = nobody says. The failure stays in the env. */
static bool salvage_place(struct salvage *s, struct salvage_map *m, struct salvage_range *rows)
{
    inlay_error error = s->in->env->error;
    if (!m->begun && inlay_reader_page_index(s->in->reader, m->row_group, m->leaf, &m->index) != INLAY_OK)
        m->index = NULL;
    m->begun = true;
    bool found = salvage_by_index(m, error.at, rows);
    if (!found && !m->walked)
        salvage_walk(s, m);
    s->in->env->error = error;
    return found || salvage_by_headers(m, error.at, rows);
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

/* Rows of the group from `row` on that are lost with the page that failed; *row goes behind them. */
static int salvage_page_lost(struct salvage *s, struct salvage_map *m, int64_t first, struct salvage_range rows,
                             int64_t *row)
{
    struct salvage_range lost;
    bool found = salvage_place(s, m, &lost);
    if (m->no_memory)
        return report_memory();
    if (!found || lost.to <= *row) { /* the row that was begun last may go on in the damage */
        lost.from = *row > 0 && m->node->max_rep > 0 ? *row - 1 : *row;
        lost.to = m->group_rows;
    }
    *row = lost.to;
    lost.from = lost.from > rows.from ? lost.from : rows.from;
    lost.to = lost.to < rows.to ? lost.to : rows.to;
    if (lost.from >= lost.to)
        return REPORT_DONE;
    int code = salvage_tell(s, first + lost.from, first + lost.to);
    if (code > REPORT_BAD)
        return code;
    return salvage_add(s, first + lost.from, first + lost.to) ? REPORT_DONE : report_memory();
}

/* One column: rows [from, to) of the group whose first row in the file is `first`. */
static int salvage_column(struct salvage *s, struct rows_leaf *leaf, uint32_t group, int64_t first,
                          struct salvage_range rows, int64_t group_rows)
{
    const inlay_error *error = &s->in->env->error;
    struct salvage_map map = {.node = leaf->node, .leaf = leaf->number, .row_group = group, .group_rows = group_rows};
    int64_t row = rows.from;
    int code = REPORT_DONE;
    while (row < rows.to && code == REPORT_DONE) {
        inlay_status status = inlay_column_seek(leaf->column, first + row);
        if (status == INLAY_OK)
            status = salvage_read(leaf, group, &row, rows.to);
        if (status == INLAY_OK || status == INLAY_END ||
            (error->row_group >= 0 && (uint32_t)error->row_group != group))
            break; /* another row group's damage is found with that one */
        code = report_code(status) != REPORT_BAD ? report_failure(s->in->path, error)
                                                 : salvage_page_lost(s, &map, first, rows, &row);
    }
    salvage_map_free(s, &map);
    return code;
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
