/* What a sample says: rows at the front of the input that are not consumed, and the schema of CSV. */
#include "import/import.h"

#if INLAY_WRITE && INLAY_IMPORT

#include <string.h>

#include "base/text.h"

inlay_status sample_next(inlay_import *import, size_t *skip, size_t n_rows, inlay_bytes *text)
{
    const inlay_import_options *o = &import->options;
    if (n_rows >= o->sample_rows)
        return INLAY_END;
    for (;;) {
        size_t bytes = 0;
        int64_t lines = 0;
        inlay_status status = import_scan(import, *skip, text, &bytes, &lines);
        if (status == INLAY_OK)
            *skip += bytes;
        if (status != INLAY_UNSUPPORTED)
            return status;
        status = input_more(&import->in, n_rows > 0 ? o->sample_bytes : o->row_bytes);
        if (status == INLAY_LIMIT && n_rows > 0)
            return INLAY_END;
        if (status == INLAY_LIMIT)
            return err_set_at(import->env, status, ERR("a row is longer than the limit; a quote may be open"), 0);
        if (status != INLAY_OK && status != INLAY_END)
            return status;
    }
}

/* ---- types ---- */

const char *sample_type(inlay_import *import, uint32_t parent, inlay_bytes name)
{
    char path[256];
    size_t n = parent ? inlay_schema_path(import->own, parent, path, sizeof path) : 0;
    for (size_t i = 0; i < import->options.n_types; i++) {
        const inlay_import_type *t = &import->options.types[i];
        size_t len = strlen(t->column);
        if (n >= sizeof path || len != n + (n > 0) + name.len || memcmp(t->column, path, n) != 0 ||
            (n > 0 && t->column[n] != '.') || memcmp(t->column + len - name.len, name.data, name.len) != 0)
            continue;
        import->types_used[i] = true;
        return t->type;
    }
    return NULL;
}

inlay_status sample_leaf(inlay_import *import, uint32_t parent, inlay_bytes name, const struct infer *infer)
{
    inlay_node node = {.name = name, .repetition = INLAY_OPTIONAL};
    bool mixed = false, json = import->options.format == INLAY_IMPORT_JSONL;
    uint32_t index = 0;
    const char *type = sample_type(import, parent, name);
    if (!type) {
        infer_leaf(infer, import->options.decimals, json, &node, &mixed);
    } else if (!typename_parse(type, &node)) {
        inlay_error *e = &import->env->error;
        err_set(import->env, INLAY_ARG, ERR("there is no such type"));
        size_t len = name.len < sizeof e->column ? name.len : sizeof e->column - 1;
        memcpy(e->column, name.data, len);
        e->column[len] = '\0';
        return INLAY_ARG;
    }
    TRY(inlay_schema_add(import->own, parent, &node, &index));
    buf_u8(&import->flags, (uint8_t)((type ? 0 : IMPORT_STRICT) | (mixed ? IMPORT_MIXED : 0)));
    return import->flags.status;
}

/* ---- CSV ---- */

static inlay_status sample_bad_header(inlay_import *import, const char *what, size_t at)
{
    err_set_at(import->env, INLAY_CORRUPT, what, import->in.offset + import->in.at + at);
    return INLAY_CORRUPT;
}

/* "column_7" */
static inlay_status sample_number_name(inlay_import *import, size_t i, inlay_bytes *name)
{
    static const char prefix[] = "column_";
    char digits[24];
    size_t n = sizeof digits;
    void *block = NULL;
    i++;
    do {
        digits[--n] = (char)('0' + i % 10);
        i /= 10;
    } while (i > 0);
    size_t len = sizeof prefix - 1 + sizeof digits - n;
    TRY(mem_pool_take(&import->kept, len, &block));
    memcpy(block, prefix, sizeof prefix - 1);
    memcpy((char *)block + sizeof prefix - 1, digits + n, sizeof digits - n);
    *name = (inlay_bytes){block, len};
    return INLAY_OK;
}

static inlay_status sample_name(inlay_import *import, size_t i, const struct csv_field *f)
{
    void *block = NULL;
    if (import->options.no_header || f->len == 0)
        return sample_number_name(import, i, &import->names[i]);
    if (!text_is_utf8(f->data, f->len))
        return sample_bad_header(import, ERR("a column's name is not UTF-8"), 0);
    TRY(mem_pool_take(&import->kept, f->len + 1, &block));
    import->names[i] = (inlay_bytes){block, csv_text(f, block)};
    return INLAY_OK;
}

inlay_status sample_header(inlay_import *import)
{
    inlay_bytes text = {NULL, 0};
    struct input *in = &import->in;
    const struct csv_row *row = &import->row;
    size_t skip = 0, at;
    void *block = NULL;
    inlay_status status = sample_next(import, &skip, 0, &text);
    if (status == INLAY_END)
        return sample_bad_header(import, import->options.no_header ? ERR("the input has no rows")
                                                                   : ERR("the input has no header"), 0);
    TRY(status);
    at = (size_t)(text.data - (in->data + in->at));
    if (row->bad)
        return sample_bad_header(import, row->bad, at + row->bad_at);
    uint32_t most = import->env->limits.schema_nodes ? import->env->limits.schema_nodes : 1000000;
    if (row->n_fields >= most)
        return err_set(import->env, INLAY_LIMIT, ERR("more columns than the limit allows"));
    TRY(mem_pool_take(&import->kept, row->n_fields * sizeof *import->names, &block));
    import->names = block;
    for (size_t i = 0; i < row->n_fields; i++)
        TRY(sample_name(import, i, &row->fields[i]));
    import->n_fields = import->row.most = row->n_fields;
    if (import->options.no_header)
        return INLAY_OK;
    for (const uint8_t *p = in->data + in->at, *end = p + skip; (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++)
        in->line++;
    in->at += skip;
    return INLAY_OK;
}

static void sample_row(const inlay_import *import, struct infer *infer)
{
    for (size_t i = 0; i < import->n_fields; i++) {
        const struct csv_field *f = &import->row.fields[i];
        if (import_is_null(import, f))
            continue;
        if (f->doubled || f->len == 0)
            infer[i].bits |= INFER_TEXT;
        else
            infer_text(&infer[i], f->data, f->len, true);
    }
}

inlay_status sample_csv(inlay_import *import)
{
    void *block = NULL;
    size_t skip = 0;
    inlay_bytes text;
    inlay_status status;
    TRY(mem_pool_take(&import->kept, import->n_fields * sizeof(struct infer), &block));
    struct infer *infer = block;
    for (size_t rows = 0; (status = sample_next(import, &skip, rows, &text)) == INLAY_OK; rows++)
        if (!import->row.bad && import->row.n_fields == import->n_fields)
            sample_row(import, infer);
    if (status != INLAY_END)
        return status;
    TRY(inlay_schema_new(import->env, &import->own));
    for (size_t i = 0; i < import->n_fields; i++)
        TRY(sample_leaf(import, 0, import->names[i], &infer[i]));
    return INLAY_OK;
}

#endif
