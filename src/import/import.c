/* Import: rows from the input into batches, batches into the writer. */
#include "import/import.h"

#if INLAY_WRITE && INLAY_IMPORT

#include <string.h>

/* ---- faults ---- */

inlay_status import_fault(inlay_import *import, uint32_t node, const char *what, inlay_bytes text, bool type)
{
    inlay_import_bad *bad = &import->bad;
    *bad = (inlay_import_bad){.what = what, .type = type, .text = text};
    size_t len = node ? inlay_schema_path(import->schema, node, import->path, sizeof import->path) : 0;
    bad->name = (inlay_bytes){(const uint8_t *)import->path, len < sizeof import->path ? len : sizeof import->path - 1};
    return INLAY_CORRUPT;
}

/* Line and column of the fault in the row `row`, which begins at line import->in.line; its texts are copied. */
static void import_locate(inlay_import *import, inlay_bytes row, int64_t line)
{
    inlay_import_bad *bad = &import->bad;
    const uint8_t *at = bad->text.data, *p = row.data;
    if (!at || at < row.data || at > row.data + row.len)
        at = row.data;
    for (const uint8_t *feed; (feed = memchr(p, '\n', (size_t)(at - p))) != NULL; p = feed + 1)
        line++;
    bad->line = line;
    bad->column = (uint64_t)(at - p) + 1;
    if (bad->text.len > sizeof import->value)
        bad->text.len = sizeof import->value;
    if (bad->text.len > 0)
        memcpy(import->value, bad->text.data, bad->text.len);
    bad->text.data = import->value;
}

/* A bad row: to the rejects, or the end of the import. */
static inlay_status import_reject(inlay_import *import, inlay_bytes row, int64_t line)
{
    inlay_env *env = import->env;
    const inlay_sink *sink = import->options.rejects;
    import_locate(import, row, line);
    for (uint32_t i = 0; i < import->n_leaves; i++)
        leaf_cut(&import->leaves[i], import->n_rows);
    uint64_t most = import->options.max_rejects;
    if (sink && (most == 0 || import->counts.rejected < most)) {
        import->counts.rejected++;
        int os_error = sink->append(sink->ctx, row.data, row.len);
        return os_error == 0 ? INLAY_OK : err_set_os(env, ERR("the rejects cannot be written"), os_error);
    }
    err_set_at(env, INLAY_CORRUPT, import->bad.what, import->counts.bytes);
    env->error.row = (int64_t)(import->counts.rows + import->counts.rejected);
    memcpy(env->error.column, import->path, import->bad.name.len);
    env->error.column[import->bad.name.len] = '\0';
    return INLAY_CORRUPT;
}

inlay_status import_value(inlay_import *import, uint32_t node, inlay_bytes text, inlay_bytes stands, uint8_t rep)
{
    const inlay_node *n = inlay_schema_node(import->schema, node);
    struct leaf *leaf = &import->leaves[n->leaf];
    void *room = leaf_room(leaf, import->env);
    if (!room)
        return INLAY_NOMEM;
    const char *bad = leaf->put(leaf, text.data, text.len, room);
    if (bad)
        return value_is_no_memory(bad) ? INLAY_NOMEM : import_fault(import, node, bad, stands, true);
    TRY(leaf_level(leaf, import->env, n->max_def, rep));
    leaf->n_values++;
    return INLAY_OK;
}

/* ---- names ---- */

static bool import_same(const void *ctx, uint32_t id, uint32_t parent, inlay_bytes name)
{
    const inlay_node *node = inlay_schema_node(ctx, id);
    return node->parent == parent && node->name.len == name.len &&
           (name.len == 0 || memcmp(node->name.data, name.data, name.len) == 0);
}

uint32_t import_member(const inlay_import *import, uint32_t parent, inlay_bytes name)
{
    return nameindex_find(&import->index, parent, name, import_same, import->schema);
}

/* ---- rows ---- */

/* A line of JSON that is not blank. */
static inlay_status import_line(inlay_import *import, size_t skip, inlay_bytes *text, size_t *bytes,
                                int64_t *lines)
{
    const struct input *in = &import->in;
    const uint8_t *from = in->data + in->at + skip, *p = from, *end = in->data + in->end;
    *lines = 0;
    while (p < end) {
        const uint8_t *feed = memchr(p, '\n', (size_t)(end - p)), *stop = feed ? feed : end;
        if (!feed && !in->last)
            return INLAY_UNSUPPORTED;
        const uint8_t *first = p;
        while (first < stop && (*first == ' ' || *first == '\t' || *first == '\r'))
            first++;
        *lines += feed != NULL;
        *bytes = (size_t)((feed ? feed + 1 : end) - from);
        if (first < stop) {
            *text = (inlay_bytes){p, (size_t)((feed ? feed + 1 : end) - p)};
            return INLAY_OK;
        }
        p = from + *bytes;
    }
    return in->last ? INLAY_END : INLAY_UNSUPPORTED;
}

/* A row of CSV that is not an empty line among several columns. */
static inlay_status import_fields(inlay_import *import, size_t skip, inlay_bytes *text, size_t *bytes,
                                  int64_t *lines)
{
    const struct input *in = &import->in;
    const uint8_t *from = in->data + in->at + skip, *p = from, *end = in->data + in->end;
    *lines = 0;
    while (p < end) {
        bool whole;
        struct csv_row *row = &import->row;
        TRY(csv_read(&import->csv, p, end, in->last, row, &whole));
        if (!whole)
            return INLAY_UNSUPPORTED;
        *lines += row->lines;
        *text = (inlay_bytes){p, row->bytes};
        p += row->bytes;
        *bytes = (size_t)(p - from);
        if (import->n_fields != 1 && row->n_fields == 1 && !row->bad && row->fields[0].len == 0 &&
            !row->fields[0].quoted)
            continue;
        return INLAY_OK;
    }
    return in->last ? INLAY_END : INLAY_UNSUPPORTED;
}

inlay_status import_scan(inlay_import *import, size_t skip, inlay_bytes *text, size_t *bytes, int64_t *lines)
{
    return import->options.format == INLAY_IMPORT_CSV ? import_fields(import, skip, text, bytes, lines)
                                                      : import_line(import, skip, text, bytes, lines);
}

bool import_is_null(const inlay_import *import, const struct csv_field *f)
{
    if (f->quoted)
        return false;
    if (!import->nulls)
        return f->len == 0;
    for (size_t i = 0; i < import->options.n_nulls; i++)
        if (import->nulls[i].len == f->len && (f->len == 0 || memcmp(import->nulls[i].data, f->data, f->len) == 0))
            return true;
    return false;
}

static inlay_status import_field(inlay_import *import, const struct csv_field *f, uint32_t node)
{
    inlay_bytes stands = {f->data, f->len}, text = stands;
    if (import_is_null(import, f))
        return shred_null(import, node, 0, 0);
    if (f->doubled) {
        void *block = NULL;
        TRY(mem_pool_take(&import->texts, f->len + 1, &block));
        text = (inlay_bytes){block, csv_text(f, block)};
    }
    if (import->nodes[node].shape.kind != INLAY_SHAPE_VALUE)
        return shred_field(import, text, stands, node);
    return import_value(import, node, text, stands, 0);
}

static inlay_status import_csv_row(inlay_import *import, inlay_bytes text)
{
    const struct csv_row *row = &import->row;
    if (row->bad)
        return import_fault(import, 0, row->bad, (inlay_bytes){text.data + row->bad_at, 0}, false);
    if (row->n_fields != import->n_fields)
        return import_fault(import, 0,
                            row->n_fields < import->n_fields ? ERR("a row with fewer fields than there are columns")
                                                             : ERR("a row with more fields than there are columns"),
                            (inlay_bytes){text.data, 0}, false);
    for (size_t i = 0; i < import->n_fields; i++)
        if (import->fields[i] != 0)
            TRY(import_field(import, &row->fields[i], import->fields[i]));
    for (size_t i = 0; i < import->n_absent; i++)
        TRY(shred_null(import, import->absent[i], 0, 0));
    return INLAY_OK;
}

/* One row, good or bad. UNSUPPORTED: more input is wanted first. */
static inlay_status import_row(inlay_import *import)
{
    inlay_bytes text = {NULL, 0};
    size_t bytes = 0;
    int64_t lines = 0, line = import->in.line;
    TRY(import_scan(import, 0, &text, &bytes, &lines));
    if (import->options.format == INLAY_IMPORT_CSV)
        line += lines - import->row.lines;
    else
        line += lines - (text.data[text.len - 1] == '\n');
    inlay_status status = import->options.format == INLAY_IMPORT_CSV ? import_csv_row(import, text)
                                                                     : shred_row(import, text);
    if (status == INLAY_CORRUPT) {
        TRY(import_reject(import, text, line));
    } else {
        TRY(status);
        import->n_rows++;
    }
    import->in.at += bytes;
    import->in.line += lines;
    import->counts.bytes = import->in.offset + import->in.at;
    return INLAY_OK;
}

/* ---- batches ---- */

static inlay_status import_flush(inlay_import *import, inlay_writer *writer)
{
    for (uint32_t i = 0; i < import->n_leaves; i++) {
        const struct leaf *leaf = &import->leaves[i];
        import->batches[i] = (inlay_batch){.n_levels = leaf->n_levels, .n_values = leaf->n_values,
                                           .n_rows = leaf->n_rows, .def = leaf->nulls ? leaf->def : NULL,
                                           .rep = leaf->node->max_rep ? leaf->rep : NULL, .values = leaf->values};
    }
    TRY(inlay_writer_write_rows(writer, import->batches));
    for (uint32_t i = 0; i < import->n_leaves; i++)
        leaf_clear(&import->leaves[i]);
    import->counts.rows += import->n_rows;
    import->n_rows = 0;
    mem_pool_reset(&import->texts);
    return INLAY_OK;
}

static inlay_status import_some(inlay_import *import, inlay_writer *writer, size_t most)
{
    inlay_status status = INLAY_OK;
    size_t row_bytes = import->options.row_bytes;
    while (import->n_rows < most) {
        status = import_row(import);
        if (status == INLAY_UNSUPPORTED && import->n_rows > 0)
            break; /* values are views of the input, which will move */
        if (status == INLAY_UNSUPPORTED) {
            status = input_more(&import->in, row_bytes);
            if (status == INLAY_LIMIT)
                return err_set_at(import->env, INLAY_LIMIT, ERR("a row is longer than the limit; a quote may be open"),
                                  import->in.offset);
            status = status == INLAY_END ? INLAY_OK : status;
        }
        if (status != INLAY_OK)
            break;
    }
    if (status != INLAY_OK && status != INLAY_END && status != INLAY_UNSUPPORTED)
        return status;
    if (import->n_rows == 0)
        return INLAY_END;
    return import_flush(import, writer);
}

inlay_status inlay_import_rows(inlay_import *import, inlay_writer *writer, size_t max_rows)
{
    if (import->failed != INLAY_OK)
        return import->failed;
    size_t most = max_rows > 0 && max_rows < import->batch_rows ? max_rows : import->batch_rows;
    inlay_status status = import_some(import, writer, most);
    import->failed = status;
    return status;
}

inlay_import_counts inlay_import_counted(const inlay_import *import)
{
    return import->counts;
}

inlay_import_bad inlay_import_last(const inlay_import *import)
{
    return import->bad;
}

const inlay_schema *inlay_import_schema(const inlay_import *import)
{
    return import->schema;
}

#endif
