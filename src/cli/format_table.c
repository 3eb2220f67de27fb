/* A table for eyes: aligned columns under their names.
 *
 * Widths come from the first rows, at most FORMAT_TABLE_ROWS of them or FORMAT_TABLE_BYTES of text,
 * which are held back; later rows are printed as they come. On a terminal wide cells are cut, and
 * columns that do not fit are left out and counted; elsewhere nothing is cut.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/format.h"
#include "cli/utf8.h"

enum {
    FORMAT_TABLE_ROWS = 1000,
    FORMAT_TABLE_BYTES = 1 << 20,
    FORMAT_TABLE_CELLS = 200000,
    FORMAT_TABLE_CUT = 40, /* widest cell on a terminal when the table is too wide */
    FORMAT_TABLE_GAP = 2   /* spaces between columns */
};

struct format_grid {
    uint32_t n_columns, n_shown;
    uint32_t *widths;
    bool *right;
    size_t *ends; /* end of each held cell in `cells`; names first */
    size_t n_cells;
    struct out cells;
    bool holding; /* widths not yet known */
};

/* Columns that text takes, and how many bytes of it fit into `most`. */
static uint32_t format_table_width(const char *text, size_t len, uint32_t most, size_t *fits)
{
    const uint8_t *s = (const uint8_t *)text;
    uint32_t width = 0;
    size_t i = 0;
    while (i < len) {
        size_t step = utf8_step(s + i, len - i);
        uint32_t wide = step > 0 ? utf8_columns(s + i, step) : 1;
        if (wide > most - width)
            break;
        width += wide;
        i += step > 0 ? step : 1;
    }
    *fits = i;
    return width;
}

static void format_table_cell(struct format_run *run, uint32_t column, const char *text, size_t len)
{
    const struct format_grid *t = run->grid;
    struct out *o = run->out;
    uint32_t room = t->widths[column];
    size_t fits;
    if (column >= t->n_shown)
        return;
    if (column > 0)
        out_repeat(o, ' ', FORMAT_TABLE_GAP);
    uint32_t width = format_table_width(text, len, UINT32_MAX, &fits);
    bool cut = run->terminal_columns > 0 && width > room;
    if (cut) {
        width = format_table_width(text, len, room - 1, &fits) + 1; /* one for the ellipsis */
        len = fits;
    }
    uint32_t pad = width < room ? room - width : 0;
    if (t->right[column])
        out_repeat(o, ' ', pad);
    out_bytes(o, text, len);
    if (cut)
        out_text(o, "\xE2\x80\xA6");
    if (!t->right[column] && column + 1 < t->n_shown)
        out_repeat(o, ' ', pad);
}

/* Decide the widths, then print what was held. */
static void format_table_release(struct format_run *run)
{
    struct format_grid *t = run->grid;
    uint32_t n = t->n_columns;
    size_t start = 0, fits;
    uint64_t total = 0;
    for (size_t i = 0; i < t->n_cells; i++) {
        uint32_t width =
            format_table_width(t->cells.data + start, t->ends[i] - start, UINT32_MAX, &fits);
        if (width > t->widths[i % n])
            t->widths[i % n] = width;
        start = t->ends[i];
    }
    for (uint32_t c = 0; c < n; c++)
        total += t->widths[c] + FORMAT_TABLE_GAP;
    t->n_shown = n;
    if (run->terminal_columns > 0 && total > run->terminal_columns + FORMAT_TABLE_GAP) {
        uint32_t most = run->terminal_columns, used = 0;
        t->n_shown = 0;
        for (uint32_t c = 0; c < n; c++) {
            if (t->widths[c] > FORMAT_TABLE_CUT)
                t->widths[c] = FORMAT_TABLE_CUT;
            used += t->widths[c] + (c > 0 ? FORMAT_TABLE_GAP : 0);
            if (used <= most && t->n_shown == c)
                t->n_shown = c + 1;
        }
        if (t->n_shown == 0) { /* one column, cut, is better than none */
            t->n_shown = 1;
            t->widths[0] = most;
        }
    }
    t->holding = false;
    start = 0;
    for (size_t i = 0; i < t->n_cells; i++) {
        uint32_t column = (uint32_t)(i % n);
        format_table_cell(run, column, t->cells.data + start, t->ends[i] - start);
        start = t->ends[i];
        if (column + 1 < n)
            continue;
        out_char(run->out, '\n');
        for (uint32_t c = 0; c < t->n_shown && i < n; c++) { /* a rule under the names */
            out_repeat(run->out, ' ', c > 0 ? FORMAT_TABLE_GAP : 0);
            out_repeat(run->out, '-', t->widths[c]);
        }
        if (i < n)
            out_char(run->out, '\n');
    }
}

static void format_table_free(struct format_grid *t)
{
    if (!t)
        return;
    free(t->widths);
    free(t->right);
    free(t->ends);
    out_close(&t->cells);
    free(t);
}

static struct format_grid *format_table_new(uint32_t n)
{
    struct format_grid *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->n_columns = n;
    t->holding = true;
    t->widths = calloc(n + 1u, sizeof *t->widths);
    t->right = calloc(n + 1u, sizeof *t->right);
    t->ends = calloc(FORMAT_TABLE_CELLS + 2 * (size_t)n, sizeof *t->ends);
    if (!t->widths || !t->right || !t->ends || !out_open(&t->cells, -1)) {
        format_table_free(t);
        return NULL;
    }
    for (uint32_t c = 0; c < n; c++)
        t->widths[c] = 1; /* an empty name still takes a place */
    return t;
}

static void format_table_hold(struct format_grid *t)
{
    t->ends[t->n_cells++] = t->cells.used;
}

static const char *format_table_begin(struct format_run *run, const struct rows *rows)
{
    struct out *names = &run->scratch;
    names->used = 0;
    uint32_t n = 0;
    for (uint32_t i = 0; i < rows->n_fields; i = rows->fields[i].end, n++) {
        print_json(names, rows_name(rows, &rows->fields[i]));
        out_char(names, '\n');
    }
    if (run->begun)
        return names->used == run->header.used &&
                       memcmp(names->data, run->header.data, names->used) == 0
                   ? NULL
                   : "its columns are not those of the first file; --format jsonl can mix files";
    run->begun = true;
    out_bytes(&run->header, names->data, names->used);
    if (n == 0)
        return NULL;
    run->grid = format_table_new(n);
    if (!run->grid)
        return "out of memory";
    n = 0;
    for (uint32_t i = 0; i < rows->n_fields; i = rows->fields[i].end) {
        const struct rows_field *f = &rows->fields[i];
        run->grid->right[n++] = f->kind == ROWS_FLAT && rows->leaves[f->leaf].type.number;
        print_safe(&run->grid->cells, rows_name(rows, f));
        format_table_hold(run->grid);
    }
    return NULL;
}

/* Into `o`, with "null" written out: an empty cell is an empty string. */
static bool format_table_text(struct rows *rows, const struct rows_field *f, struct out *o)
{
    if (!rows_cell(rows, f, o) && !rows->failed)
        out_text(o, "null");
    return !rows->failed;
}

static bool format_table_row(struct format_run *run, struct rows *rows)
{
    struct format_grid *t = run->grid;
    uint32_t column = 0;
    size_t held = t ? t->n_cells : 0, held_bytes = t ? t->cells.used : 0;
    for (uint32_t i = 0; i < rows->n_fields; i = rows->fields[i].end, column++) {
        struct out *o = t->holding ? &t->cells : &run->scratch;
        if (!t->holding)
            o->used = 0;
        if (!format_table_text(rows, &rows->fields[i], o)) {
            t->n_cells = held;
            t->cells.used = held_bytes;
            return false;
        }
        if (t->holding)
            format_table_hold(t);
        else
            format_table_cell(run, column, o->data, o->used);
    }
    if (!t)
        return true;
    if (!t->holding)
        out_char(run->out, '\n');
    else if (t->n_cells + t->n_columns > FORMAT_TABLE_CELLS || t->cells.used > FORMAT_TABLE_BYTES ||
             t->n_cells / t->n_columns > FORMAT_TABLE_ROWS)
        format_table_release(run);
    if (t->cells.os_error != 0)
        run->out->os_error = t->cells.os_error;
    if (t->cells.fault)
        run->out->fault = t->cells.fault;
    return true;
}

static void format_table_end(struct format_run *run)
{
    struct format_grid *t = run->grid;
    if (!t)
        return;
    if (t->holding)
        format_table_release(run);
    if (t->n_shown < t->n_columns) {
        out_char(run->out, '(');
        print_counted(run->out, t->n_columns - t->n_shown, "more column", "more columns");
        out_text(run->out, "; --columns chooses some, --format jsonl shows all)\n");
    }
    format_table_free(t);
    run->grid = NULL;
}

const struct format format_table = {"table", PRINT_TABLE, format_table_begin, format_table_row,
                                    format_table_end};
