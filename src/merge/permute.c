/* Rows of one column in another order; see permute.h. */
#include "merge/permute.h"

#include "base/bytes.h"

#if INLAY_WRITE && INLAY_MERGE

enum {
    PERMUTE_ROWS = 4096, /* of a batch to the writer, as far as neither of the following is passed */
    PERMUTE_LEVELS = 16384,
    PERMUTE_VALUE_BYTES = 1024 * 1024,
    PERMUTE_DICTIONARY_BYTES = 1024 * 1024
};
static const uint32_t PERMUTE_UNMAPPED = UINT32_MAX;

void permute_init(struct permute *p, inlay_env *env)
{
    *p = (struct permute){.env = env};
    buf_init(&p->def, env);
    buf_init(&p->rep, env);
    buf_init(&p->values, env);
    buf_init(&p->ends, env);
    buf_init(&p->out_def, env);
    buf_init(&p->out_rep, env);
    buf_init(&p->out_values, env);
    buf_init(&p->out_index, env);
    distinct_init(&p->distinct, env);
}

/* What grows with the rows. */
static void permute_drop(struct permute *p)
{
    buf_free(&p->def);
    buf_free(&p->rep);
    buf_free(&p->values);
    buf_free(&p->ends);
    if (p->rows)
        mem_free(p->env, p->rows, ((size_t)p->n + 1) * sizeof *p->rows);
    p->rows = NULL;
    p->n_levels = p->n_values = 0;
}

inlay_status permute_reader(struct permute *p, inlay_reader *reader)
{
    void *block = NULL;
    for (uint32_t i = 0; p->columns && i < p->n_columns; i++)
        inlay_column_close(p->columns[i]);
    if (p->columns)
        mem_free(p->env, p->columns, p->n_columns * sizeof *p->columns);
    p->columns = NULL;
    p->reader = reader;
    if (!reader)
        return INLAY_OK;
    p->n_columns = inlay_schema_leaves(inlay_reader_schema(reader));
    TRY(mem_new(p->env, p->n_columns * sizeof *p->columns, &block));
    p->columns = block;
    return INLAY_OK;
}

void permute_free(struct permute *p)
{
    if (!p->env || permute_reader(p, NULL) != INLAY_OK)
        return;
    permute_drop(p);
    buf_free(&p->out_def);
    buf_free(&p->out_rep);
    buf_free(&p->out_values);
    buf_free(&p->out_index);
    distinct_free(&p->distinct);
    mem_free(p->env, p->map, p->map_capacity * sizeof *p->map);
    p->env = NULL;
}

/* ---- in ---- */

/* END where the batch has no codes, or its values do not fit into the dictionary: the column is to be plain. */
static inlay_status permute_add_codes(struct permute *p, const inlay_column *column, const inlay_batch *b)
{
    inlay_dictionary d = inlay_column_dictionary(column);
    if (b->n_values == 0)
        return INLAY_OK;
    if (!b->codes)
        return INLAY_END;
    if (d.serial != p->serial) {
        void *block = p->map;
        TRY(mem_grow(p->env, &block, &p->map_capacity, d.n_values, sizeof *p->map));
        p->map = block;
        memset(p->map, 0xFF, d.n_values * sizeof *p->map);
        p->serial = d.serial;
    }
    uint32_t *out = (uint32_t *)(void *)buf_reserve(&p->values, b->n_values * sizeof *out);
    if (!out)
        return p->values.status;
    for (size_t i = 0; i < b->n_values; i++) {
        uint32_t *known = &p->map[b->codes[i]];
        if (*known == PERMUTE_UNMAPPED)
            TRY(distinct_number(&p->distinct, (const uint8_t *)d.values + b->codes[i] * p->width, known));
        out[i] = *known;
    }
    p->values.bytes += b->n_values * sizeof *out;
    return INLAY_OK;
}

/* Plain values, also of codes. */
static inlay_status permute_add_values(struct permute *p, const inlay_column *column, const inlay_batch *b)
{
    const uint8_t *values = b->codes ? inlay_column_dictionary(column).values : b->values;
    bool bytes = p->node->type == INLAY_BYTE_ARRAY;
    if (!bytes && !b->codes)
        buf_append(&p->values, values, b->n_values * p->width);
    for (size_t i = 0; i < b->n_values && (bytes || b->codes); i++) {
        const uint8_t *value = values + (b->codes ? b->codes[i] : i) * p->width;
        inlay_bytes v = {value, p->width};
        if (bytes)
            memcpy(&v, value, sizeof v);
        buf_append(&p->values, v.data, v.len);
        if (!bytes)
            continue;
        uint64_t end = p->values.bytes;
        buf_append(&p->ends, &end, sizeof end);
    }
    return p->values.status == INLAY_OK ? p->ends.status : p->values.status;
}

static inlay_status permute_add_levels(struct buf *to, const uint8_t *levels, uint8_t otherwise, size_t n)
{
    uint8_t *at = n ? buf_reserve(to, n) : NULL;
    if (!at)
        return to->status;
    if (levels)
        memcpy(at, levels, n);
    else
        memset(at, otherwise, n);
    to->bytes += n;
    return INLAY_OK;
}

static inlay_status permute_add(struct permute *p, const inlay_column *column, const inlay_batch *b)
{
    size_t held = p->def.bytes + p->rep.bytes + p->values.bytes + p->ends.bytes;
    if (held > p->most_bytes && p->n > 1)
        return INLAY_END;
    if (p->node->max_def)
        TRY(permute_add_levels(&p->def, b->def, p->node->max_def, b->n_levels));
    if (p->node->max_rep)
        TRY(permute_add_levels(&p->rep, b->rep, 0, b->n_levels));
    p->n_levels += b->n_levels;
    p->n_values += b->n_values;
    if (p->coded)
        return permute_add_codes(p, column, b);
    return permute_add_values(p, column, b);
}

static inlay_status permute_read(struct permute *p, inlay_column *column)
{
    inlay_batch b;
    inlay_status status = INLAY_OK;
    size_t each = p->coded ? sizeof(uint32_t) : p->width;
    bool known = p->node->max_def == 0 && (p->coded || p->node->type != INLAY_BYTE_ARRAY);
    if (known && !buf_reserve(&p->values, p->n * each)) /* as many as they will be; else it grows */
        return p->values.status;
    TRY(inlay_column_seek(column, p->first_row));
    for (size_t rows = 0; rows < p->n; rows += b.n_rows) {
        status = inlay_column_read(column, p->n - rows, &b);
        if (status == INLAY_END)
            return err_set(p->env, INLAY_CORRUPT, ERR("column ends before the last row"));
        if (status != INLAY_OK)
            return status;
        TRY(permute_add(p, column, &b));
    }
    while (p->node->max_rep && (status = inlay_column_read_rest(column, &b)) == INLAY_OK)
        TRY(permute_add(p, column, &b));
    return status == INLAY_END ? INLAY_OK : status;
}

/* Where rows begin, unless that is plain to see. */
static inlay_status permute_index(struct permute *p)
{
    const uint8_t *def = p->def.data, *rep = p->rep.data;
    void *block = NULL;
    uint32_t row = 0, value = 0;
    if (!p->node->max_rep && p->n_values == p->n_levels)
        return INLAY_OK;
    if (p->n_levels >= UINT32_MAX)
        return p->n > 1 ? INLAY_END : err_set(p->env, INLAY_LIMIT, ERR("a row of more than 2^32 values"));
    TRY(mem_new(p->env, ((size_t)p->n + 1) * sizeof *p->rows, &block));
    p->rows = block;
    for (size_t i = 0; i < p->n_levels; i++) {
        if ((!p->node->max_rep || rep[i] == 0) && row < p->n)
            p->rows[row++] = (struct permute_row){(uint32_t)i, value};
        value += !p->node->max_def || def[i] == p->node->max_def;
    }
    p->rows[p->n] = (struct permute_row){(uint32_t)p->n_levels, value};
    return INLAY_OK;
}

/* ---- out ---- */

/* Bytes of a value of a BYTE_ARRAY. */
static inlay_bytes permute_bytes(const struct permute *p, size_t i)
{
    const uint64_t *ends = (const uint64_t *)(const void *)p->ends.data;
    size_t from = i ? (size_t)ends[i - 1] : 0;
    return (inlay_bytes){p->values.data ? p->values.data + from : (const uint8_t *)"", (size_t)ends[i] - from};
}

/* Values, or codes, by number. */
static inlay_status permute_gather(struct permute *p, const uint32_t *index, size_t n)
{
    bool bytes = p->node->type == INLAY_BYTE_ARRAY && !p->coded;
    size_t w = p->coded ? sizeof(uint32_t) : p->width;
    const uint8_t *in = p->values.data;
    buf_clear(&p->out_values);
    uint8_t *out = buf_reserve(&p->out_values, n * w + 1);
    if (!out)
        return p->out_values.status;
    for (size_t i = 0; bytes && i < n; i++)
        ((inlay_bytes *)(void *)out)[i] = permute_bytes(p, index[i]);
    for (size_t i = 0; !bytes && w == 4 && i < n; i++)
        memcpy(out + 4 * i, in + (size_t)4 * index[i], 4);
    for (size_t i = 0; !bytes && w == 8 && i < n; i++)
        memcpy(out + 8 * i, in + (size_t)8 * index[i], 8);
    for (size_t i = 0; !bytes && w != 4 && w != 8 && i < n; i++)
        memcpy(out + w * i, in + w * index[i], w);
    return INLAY_OK;
}

/* Levels and value numbers of one row. */
static void permute_row(struct permute *p, uint32_t row)
{
    const struct permute_row at = p->rows[row], end = p->rows[row + 1];
    buf_append(&p->out_def, p->def.data + at.level, p->node->max_def ? end.level - at.level : 0);
    buf_append(&p->out_rep, p->rep.data + at.level, p->node->max_rep ? end.level - at.level : 0);
    for (uint32_t i = at.value; i < end.value; i++)
        buf_append(&p->out_index, &i, sizeof i);
}

static inlay_status permute_write(struct permute *p, inlay_writer *writer, uint32_t leaf, const inlay_batch *levels,
                                  const uint32_t *index)
{
    inlay_batch batch = *levels;
    TRY(permute_gather(p, index, batch.n_values));
    if (p->coded && batch.n_values)
        batch.codes = (const uint32_t *)(const void *)p->out_values.data;
    else
        batch.values = p->out_values.data;
    return inlay_writer_write(writer, leaf, &batch);
}

/* Rows order[*at] and following: as many as make a batch. */
static inlay_status permute_batch(struct permute *p, inlay_writer *writer, uint32_t leaf, uint32_t *at)
{
    size_t most_values = p->width ? PERMUTE_VALUE_BYTES / p->width + 1 : PERMUTE_ROWS;
    uint32_t most = p->n - *at < PERMUTE_ROWS ? p->n - *at : PERMUTE_ROWS, n = 0;
    most = most < most_values ? most : (uint32_t)most_values;
    if (!p->rows) {
        inlay_batch b = {.n_levels = most, .n_values = most};
        *at += most;
        return permute_write(p, writer, leaf, &b, p->order + *at - most);
    }
    buf_clear(&p->out_def);
    buf_clear(&p->out_rep);
    buf_clear(&p->out_index);
    while (n < most && p->out_def.bytes < PERMUTE_LEVELS && p->out_rep.bytes < PERMUTE_LEVELS)
        permute_row(p, p->order[*at + n++]);
    *at += n;
    TRY(p->out_def.status);
    TRY(p->out_rep.status);
    TRY(p->out_index.status);
    inlay_batch b = {.n_levels = p->node->max_def ? p->out_def.bytes : p->out_rep.bytes,
                     .n_values = p->out_index.bytes / sizeof(uint32_t),
                     .def = p->node->max_def ? p->out_def.data : NULL,
                     .rep = p->node->max_rep ? p->out_rep.data : NULL};
    return permute_write(p, writer, leaf, &b, (const uint32_t *)(const void *)p->out_index.data);
}

static inlay_status permute_out(struct permute *p, inlay_writer *writer, uint32_t leaf)
{
    if (p->coded && p->distinct.n) {
        const void *values;
        TRY(distinct_values(&p->distinct, &values));
        TRY(inlay_writer_dictionary(writer, leaf, values, p->distinct.n));
    }
    for (uint32_t at = 0; at < p->n;)
        TRY(permute_batch(p, writer, leaf, &at));
    return inlay_writer_end_column(writer, leaf);
}

/* ---- a column ---- */

static inlay_status permute_load(struct permute *p, uint32_t leaf, bool coded)
{
    inlay_column **column = &p->columns[leaf];
    p->coded = coded;
    p->serial = 0;
    if (coded)
        TRY(distinct_reset(&p->distinct, p->node->type, p->width, PERMUTE_DICTIONARY_BYTES));
    if (!*column)
        TRY(inlay_column_open(p->reader, leaf, INLAY_COLUMN_CODES, column));
    inlay_status status = permute_read(p, *column);
    if (status == INLAY_OK) {
        inlay_column_park(*column);
    } else {
        inlay_column_close(*column);
        *column = NULL;
    }
    return status;
}

inlay_status permute_column(struct permute *p, uint32_t leaf, inlay_writer *writer)
{
    p->node = inlay_schema_leaf(inlay_reader_schema(p->reader), leaf);
    p->width = inlay_node_width(p->node);
    inlay_status status = permute_load(p, leaf, p->node->type != INLAY_BOOLEAN);
    if (status == INLAY_END) { /* not all of it has codes, or memory is short, which will show again */
        permute_drop(p);
        status = permute_load(p, leaf, false);
    }
    if (status == INLAY_OK)
        status = permute_index(p);
    if (status == INLAY_OK)
        status = permute_out(p, writer, leaf);
    permute_drop(p);
    return status;
}

#endif
