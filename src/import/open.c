/* Opening an import: defaults, the sample, and how fields and members find their columns. */
#include "import/import.h"

#if INLAY_WRITE && INLAY_IMPORT

#include <string.h>

enum {
    OPEN_BATCH_ROWS = 8192,
    OPEN_BATCH_LEVELS = 1 << 20, /* of all leaves: bounds what rows without values cost */
    OPEN_ROW_BYTES = 64 << 20,
    OPEN_BUFFER_BYTES = 256 * 1024,
    OPEN_SAMPLE_ROWS = 10000,
    OPEN_SAMPLE_BYTES = 16 << 20
};

/* ---- nodes and leaves ---- */

static void open_node(inlay_import *import, uint32_t i)
{
    const inlay_node *node = inlay_schema_node(import->schema, i);
    struct import_node *n = &import->nodes[i];
    if (i > 0) {
        n->shape = inlay_schema_shape(import->schema, i, false);
        n->element = inlay_schema_shape(import->schema, i, true);
    }
    n->first_leaf = UINT32_MAX;
    for (uint32_t k = i; k < node->end; k++) {
        int32_t leaf = inlay_schema_node(import->schema, k)->leaf;
        if (leaf >= 0 && n->first_leaf == UINT32_MAX)
            n->first_leaf = (uint32_t)leaf;
        if (leaf >= 0)
            n->end_leaf = (uint32_t)leaf + 1;
    }
}

/* What each node and leaf of the settled schema needs. */
inlay_status import_bind(inlay_import *import)
{
    inlay_env *env = import->env;
    void *block = NULL;
    TRY(mem_pool_take(&import->kept, import->n_nodes * sizeof *import->nodes, &block));
    import->nodes = block;
    for (uint32_t i = 0; i < import->n_nodes; i++) {
        const inlay_node *node = inlay_schema_node(import->schema, i);
        open_node(import, i);
        if (i > 0 && import_member(import, node->parent, node->name) == 0)
            TRY(nameindex_add(&import->index, env, node->parent, node->name, i));
    }
    TRY(mem_pool_take(&import->kept, (import->n_leaves + 1) * sizeof *import->leaves, &block));
    struct leaf *leaves = block;
    TRY(mem_pool_take(&import->kept, (import->n_leaves + 1) * sizeof *import->batches, &block));
    import->batches = block;
    for (uint32_t i = 0; i < import->n_leaves; i++) {
        leaves[i].node = inlay_schema_leaf(import->schema, i);
        leaves[i].pool = &import->texts;
        leaves[i].strict = i < import->flags.bytes && (import->flags.data[i] & IMPORT_STRICT);
        leaves[i].mixed = i < import->flags.bytes && (import->flags.data[i] & IMPORT_MIXED);
        inlay_status status = value_choose(&leaves[i], env);
        if (status != INLAY_OK) {
            inlay_schema_path(import->schema, inlay_schema_leaf_node(import->schema, i), env->error.column,
                              sizeof env->error.column);
            return status;
        }
    }
    import->leaves = leaves;
    size_t rows = import->n_leaves ? OPEN_BATCH_LEVELS / import->n_leaves : 1;
    import->batch_rows = rows < 1 ? 1 : rows < OPEN_BATCH_ROWS ? rows : OPEN_BATCH_ROWS;
    return INLAY_OK;
}

/* ---- fields of CSV ---- */

static inlay_status open_no_column(inlay_import *import, inlay_bytes name, const char *what)
{
    inlay_error *e = &import->env->error;
    err_set(import->env, INLAY_CORRUPT, what);
    size_t len = name.len < sizeof e->column ? name.len : sizeof e->column - 1;
    memcpy(e->column, name.data, len);
    e->column[len] = '\0';
    return INLAY_CORRUPT;
}

/* The first top-level node with that name that no field has yet; 0 = none. */
static uint32_t open_find(const inlay_import *import, inlay_bytes name, const bool *taken)
{
    uint32_t node = import_member(import, 0, name);
    while (node != 0 && node < import->n_nodes) {
        const inlay_node *n = inlay_schema_node(import->schema, node);
        if (!taken[node] && n->name.len == name.len && memcmp(n->name.data, name.data, name.len) == 0)
            return node;
        node = n->end;
    }
    return 0;
}

static inlay_status open_field(inlay_import *import, size_t i, uint32_t *next, bool *taken)
{
    bool by_place = import->own || import->options.no_header;
    uint32_t node = by_place ? (*next < import->n_nodes ? *next : 0) : open_find(import, import->names[i], taken);
    import->fields[i] = node;
    if (node == 0 && import->options.ignore_unknown)
        return INLAY_OK;
    if (node == 0)
        return open_no_column(import, import->names[i], ERR("a column that the schema has not"));
    taken[node] = true;
    *next = inlay_schema_node(import->schema, node)->end;
    return INLAY_OK;
}

static inlay_status open_fields(inlay_import *import)
{
    void *block = NULL;
    uint32_t next = 1;
    TRY(mem_pool_take(&import->kept, import->n_nodes, &block));
    bool *taken = block;
    TRY(mem_pool_take(&import->kept, (import->n_fields + 1) * sizeof *import->fields, &block));
    import->fields = block;
    TRY(mem_pool_take(&import->kept, import->n_nodes * sizeof *import->absent, &block));
    import->absent = block;
    for (size_t i = 0; i < import->n_fields; i++)
        TRY(open_field(import, i, &next, taken));
    for (uint32_t node = 1; node < import->n_nodes; node = inlay_schema_node(import->schema, node)->end) {
        const inlay_node *n = inlay_schema_node(import->schema, node);
        if (!taken[node] && n->repetition == INLAY_REQUIRED)
            return open_no_column(import, n->name, ERR("a required column that the header has not"));
        if (!taken[node])
            import->absent[import->n_absent++] = node;
    }
    return INLAY_OK;
}

/* ---- options ---- */

static inlay_status open_options(inlay_import *import, const inlay_import_options *options)
{
    inlay_import_options *o = &import->options;
    void *block = NULL;
    *o = options ? *options : (inlay_import_options){.format = INLAY_IMPORT_CSV};
    o->delimiter = o->delimiter ? o->delimiter : ',';
    o->sample_rows = o->sample_rows ? o->sample_rows : OPEN_SAMPLE_ROWS;
    o->sample_bytes = o->sample_bytes ? o->sample_bytes : OPEN_SAMPLE_BYTES;
    o->row_bytes = o->row_bytes ? o->row_bytes : OPEN_ROW_BYTES;
    o->buffer_bytes = o->buffer_bytes > 3 ? o->buffer_bytes : o->buffer_bytes ? 4 : OPEN_BUFFER_BYTES;
    if (o->delimiter == '"' || o->delimiter == '\n' || o->delimiter == '\r' || (o->delimiter & 0x80))
        return err_set(import->env, INLAY_ARG, ERR("this delimiter cannot be told from the rest"));
    if (o->schema && o->n_types > 0)
        return err_set(import->env, INLAY_ARG, ERR("types are for columns whose schema is not given"));
    TRY(mem_pool_take(&import->kept, o->n_types + 1, &block));
    import->types_used = block;
    if (o->n_nulls == 0)
        return INLAY_OK;
    TRY(mem_pool_take(&import->kept, o->n_nulls * sizeof *import->nulls, &block));
    import->nulls = block;
    for (size_t i = 0; i < o->n_nulls; i++)
        import->nulls[i] = (inlay_bytes){(const uint8_t *)o->nulls[i], strlen(o->nulls[i])};
    return INLAY_OK;
}

static inlay_status open_schema(inlay_import *import)
{
    bool csv = import->options.format == INLAY_IMPORT_CSV;
    if (csv)
        TRY(sample_header(import));
    if (!import->options.schema) {
        TRY(csv ? sample_csv(import) : sample_json(import));
        for (size_t i = 0; i < import->options.n_types; i++) {
            const char *name = import->options.types[i].column;
            if (!import->types_used[i]) {
                (void)open_no_column(import, (inlay_bytes){(const uint8_t *)name, strlen(name)},
                                     ERR("there is no such column to give a type"));
                return import->env->error.status = INLAY_ARG;
            }
        }
    }
    import->schema = import->own ? import->own : import->options.schema;
    import->n_nodes = inlay_schema_nodes(import->schema);
    import->n_leaves = inlay_schema_leaves(import->schema);
    TRY(import_bind(import));
    return csv ? open_fields(import) : INLAY_OK;
}

inlay_status inlay_import_open(inlay_env *env, const inlay_stream *stream, const inlay_import_options *options,
                               inlay_import **out)
{
    void *block = NULL;
    *out = NULL;
    TRY(mem_new(env, sizeof **out, &block));
    inlay_import *import = block;
    import->env = env;
    mem_pool_init(&import->kept, env);
    mem_pool_init(&import->texts, env);
    buf_init(&import->scratch, env);
    buf_init(&import->flags, env);
    inlay_status status = open_options(import, options);
    if (status == INLAY_OK) {
        csv_init(&import->csv, env, (uint8_t)import->options.delimiter);
        status = input_open(&import->in, env, stream, import->options.buffer_bytes);
    }
    if (status == INLAY_OK)
        status = open_schema(import);
    if (status != INLAY_OK) {
        inlay_import_close(import);
        return status;
    }
    *out = import;
    return INLAY_OK;
}

void inlay_import_close(inlay_import *import)
{
    if (!import)
        return;
    inlay_env *env = import->env;
    for (uint32_t i = 0; import->leaves && i < import->n_leaves; i++)
        leaf_free(&import->leaves[i], env);
    if (import->in.data)
        input_close(&import->in);
    csv_row_free(&import->row, env);
    nameindex_free(&import->index, env);
    buf_free(&import->scratch);
    buf_free(&import->flags);
    mem_pool_free(&import->texts);
    mem_pool_free(&import->kept);
    inlay_schema_close(import->own);
    mem_free(env, import, sizeof *import);
}

#endif
