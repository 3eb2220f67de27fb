/* Rows of CSV. Source: RFC 4180, section 2; line ends may be LF alone.
 *
 *   row    = field *(delimiter field) (LF / CRLF / end)
 *   field  = *any but quote, CR, LF, delimiter
 *          / quote *(any but quote / quote quote) quote
 *
 * A row that is not of this form is given as far as the next line end behind its fault.
 */
#include "import/import.h"

#if INLAY_WRITE && INLAY_IMPORT

#include <string.h>

void csv_init(struct csv *c, inlay_env *env, uint8_t delimiter)
{
    *c = (struct csv){.env = env, .delimiter = delimiter};
    c->stop['\n'] = c->stop['\r'] = c->stop['"'] = c->stop[delimiter] = 1;
}

void csv_row_free(struct csv_row *row, inlay_env *env)
{
    mem_free(env, row->fields, row->capacity * sizeof *row->fields);
    row->fields = NULL;
}

static inlay_status csv_keep(const struct csv *c, struct csv_row *row, const struct csv_field *field)
{
    row->n_fields++;
    if (row->most > 0 && row->n_kept >= row->most)
        return INLAY_OK;
    if (row->n_kept == row->capacity) {
        void *block = row->fields;
        TRY(mem_grow(c->env, &block, &row->capacity, row->n_kept + 1, sizeof *row->fields));
        row->fields = block;
    }
    row->fields[row->n_kept++] = *field;
    return INLAY_OK;
}

/* From the byte behind an opening quote to the one behind the closing quote; NULL: there is none before `end`. */
static const uint8_t *csv_quoted(const uint8_t *p, const uint8_t *end, bool last, struct csv_field *field)
{
    field->quoted = true;
    field->data = p;
    for (;;) {
        p = memchr(p, '"', (size_t)(end - p));
        if (!p || (p + 1 == end && !last))
            return NULL;
        if (p + 1 == end || p[1] != '"') {
            field->len = (size_t)(p - field->data);
            return p + 1;
        }
        field->doubled = true;
        p += 2;
    }
}

static int64_t csv_lines(const uint8_t *p, const uint8_t *end)
{
    int64_t n = 0;
    while ((p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
        n++;
        p++;
    }
    return n;
}

/* The rest of a row that is bad at p; NULL: its end is not here yet. */
static const uint8_t *csv_bad(struct csv_row *row, const uint8_t *from, const uint8_t *p, const uint8_t *end,
                              bool last, const char *what)
{
    const uint8_t *line = memchr(p, '\n', (size_t)(end - p));
    if (!line && !last)
        return NULL;
    row->bad = what;
    row->bad_at = (size_t)(p - from);
    return line ? line + 1 : end;
}

/* Behind a field: is the row over, and well? Answers the byte behind the row's end, or NULL. */
static const uint8_t *csv_end(const struct csv_field *field, struct csv_row *row, const uint8_t *from,
                              const uint8_t *p, const uint8_t *end, bool last)
{
    if (p == end)
        return last ? end : NULL;
    if (*p == '\n')
        return p + 1;
    if (*p == '\r') {
        if (p + 1 == end && !last)
            return NULL;
        if (p + 1 < end && p[1] == '\n')
            return p + 2;
        return csv_bad(row, from, p, end, last, ERR("a carriage return without a line feed"));
    }
    return csv_bad(row, from, p, end, last,
                   field->quoted ? ERR("text behind a closing quote")
                                 : ERR("a quote in a field that does not begin with one"));
}

inlay_status csv_read(const struct csv *c, const uint8_t *from, const uint8_t *end, bool last,
                      struct csv_row *row, bool *whole)
{
    const uint8_t *p = from;
    row->n_fields = row->n_kept = 0;
    row->bad = NULL;
    row->lines = 0;
    *whole = false;
    for (;;) {
        struct csv_field field = {.data = p};
        if (p < end && *p == '"') {
            const uint8_t *open = p;
            p = csv_quoted(p + 1, end, last, &field);
            if (!p && !last)
                return INLAY_OK;
            if (!p) {
                row->bad = ERR("a quoted field without its end");
                row->bad_at = (size_t)(open - from);
                row->lines += csv_lines(open, end);
                p = end;
                break;
            }
            row->lines += csv_lines(field.data, p);
        } else {
            while (!c->stop[*p])
                p++;
            field.len = (size_t)(p - field.data);
        }
        TRY(csv_keep(c, row, &field));
        if (p < end && *p == c->delimiter) {
            p++;
            continue;
        }
        p = csv_end(&field, row, from, p, end, last);
        if (!p)
            return INLAY_OK;
        break;
    }
    row->bytes = (size_t)(p - from);
    row->lines += p > from && p[-1] == '\n';
    *whole = true;
    return INLAY_OK;
}

size_t csv_text(const struct csv_field *field, uint8_t *dst)
{
    const uint8_t *p = field->data, *end = p + field->len;
    uint8_t *q = dst;
    while (p < end) {
        const uint8_t *quote = memchr(p, '"', (size_t)(end - p));
        size_t n = (size_t)((quote ? quote + 1 : end) - p);
        memcpy(q, p, n);
        q += n;
        p += n + (quote != NULL);
    }
    return (size_t)(q - dst);
}

#endif
