/* The columns of a combination: schema, names, and fields for ARROW:schema; see combine.h. */
#include "recording/combine.h"

#include <string.h>

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

/* ---- names ---- */

/* LABEL::NAME, or SOURCE.LABEL::NAME; as it stands for combined columns that need no source. */
static inlay_status cschema_name(struct combine *c, const struct combine_input *in, uint32_t field, inlay_bytes *out)
{
    inlay_bytes name = inlay_arrow_schema_field(in->fields.arrow, field).name, bare = name;
    inlay_bytes source = field_get(&in->fields, field, "source"), label = in->label;
    bool by_node;
    if (in->combined) {
        label = combine_label(in, field, &by_node, &bare);
        if (!label.data || !c->options->prefix)
            return field_copy(&c->pool, name, out);
    }
    if (!source.data)
        source = in->sources[0];
    buf_clear(&c->scratch);
    if (c->options->prefix) {
        buf_append(&c->scratch, source.data, source.len);
        buf_u8(&c->scratch, '.');
    }
    buf_append(&c->scratch, label.data, label.len);
    buf_append(&c->scratch, "::", 2);
    buf_append(&c->scratch, bare.data, bare.len);
    TRY(c->scratch.status);
    return field_copy(&c->pool, (inlay_bytes){c->scratch.data, c->scratch.bytes}, out);
}

/* Names are addresses: each may stand once. */
static inlay_status cschema_unique(struct combine *c)
{
    struct intern names;
    inlay_status status = INLAY_OK;
    intern_init(&names, c->env);
    for (uint32_t i = 0; i < c->n_columns && status == INLAY_OK; i++) {
        uint32_t before = names.n, number = 0;
        status = intern_text(&names, c->columns[i].name, &number);
        if (status == INLAY_OK && names.n == before)
            status = combine_fail(c, c->columns[i].input, INLAY_CORRUPT,
                                  c->options->prefix ? ERR("two columns would have the same name, even with their source")
                                                     : ERR("two columns would have the same name"),
                                  c->columns[i].name);
    }
    intern_free(&names);
    return status;
}

/* ---- columns ---- */

static void cschema_leaves(const struct combine_input *in, struct combine_column *column)
{
    const inlay_node *top = inlay_schema_node(in->schema, column->node);
    bool any = false;
    for (uint32_t i = column->node; i < top->end; i++) {
        const inlay_node *node = inlay_schema_node(in->schema, i);
        if (node->leaf < 0)
            continue;
        if (!any)
            column->first_leaf = (uint32_t)node->leaf;
        any = true;
        column->n_leaves++;
    }
    column->widened = in->absent && top->repetition == INLAY_REQUIRED;
}

static void cschema_column(struct combine *c, uint32_t input, uint32_t node, uint32_t field, inlay_bytes name)
{
    struct combine_column *column = &c->columns[c->n_columns++];
    *column = (struct combine_column){.input = input, .node = node, .field = field, .name = name};
    cschema_leaves(&c->inputs[input], column);
}

static void cschema_time(struct combine *c, uint32_t node)
{
    const struct combine_input *in = &c->inputs[c->primary];
    uint32_t at = 1;
    for (uint32_t i = 0; i < in->n_fields; i++, at = inlay_schema_node(in->schema, at)->end)
        if (at == node)
            cschema_column(c, c->primary, node, i, inlay_schema_node(in->schema, node)->name);
}

static inlay_status cschema_columns(struct combine *c)
{
    size_t most = 2;
    void *block = NULL;
    for (uint32_t i = 0; i < c->n; i++)
        most += c->inputs[i].n_fields;
    if (most > UINT32_MAX)
        return err_set(c->env, INLAY_LIMIT, ERR("too many columns"));
    TRY(mem_pool_take(&c->pool, most * sizeof *c->columns, &block));
    c->columns = block;
    cschema_time(c, c->inputs[c->primary].time_node);
    c->columns[0].time = true;
    c->columns[0].widened = false; /* every row has a time */
    if (c->inputs[c->primary].duration_node)
        cschema_time(c, c->inputs[c->primary].duration_node);
    for (uint32_t i = 0; i < c->n; i++) {
        const struct combine_input *in = &c->inputs[i];
        uint32_t node = 1;
        for (uint32_t k = 0; k < in->n_fields; k++, node = inlay_schema_node(in->schema, node)->end) {
            inlay_bytes name;
            if (node == in->time_node || node == in->duration_node)
                continue;
            TRY(cschema_name(c, in, k, &name));
            cschema_column(c, i, node, k, name);
        }
    }
    return cschema_unique(c);
}

/* ---- the schema ---- */

static inlay_status cschema_add(struct combine *c, const struct combine_column *column)
{
    const inlay_schema *from = c->inputs[column->input].schema;
    inlay_node spec = *inlay_schema_node(from, column->node);
    uint32_t node = 0, end = spec.end;
    spec.name = column->name;
    if (column->widened)
        spec.repetition = INLAY_OPTIONAL;
    TRY(inlay_schema_add(c->schema, 0, &spec, &node));
    for (uint32_t i = column->node + 1; i < end; i = inlay_schema_node(from, i)->end)
        TRY(inlay_schema_copy(c->schema, node, from, i, inlay_schema_node(from, i)->repetition));
    return INLAY_OK;
}

inlay_status combine_schema(struct combine *c)
{
    TRY(cschema_columns(c));
    TRY(inlay_schema_new(c->env, &c->schema));
    for (uint32_t i = 0; i < c->n_columns; i++) {
        inlay_status status = cschema_add(c, &c->columns[i]);
        if (status != INLAY_OK) {
            c->env->error.input = (int32_t)c->columns[i].input;
            return status;
        }
    }
    return INLAY_OK;
}

/* ---- ARROW:schema ---- */

/* The field's metadata with one more pair in its place by key; `replace`: instead of one with that key. */
static size_t cschema_put(inlay_key_value *pairs, size_t n, const char *key, inlay_bytes value, bool replace)
{
    inlay_key_value pair = {field_text(key), value, true};
    size_t at = n;
    for (size_t i = 0; i < n; i++)
        if (field_is(pairs[i].key, key)) {
            if (replace)
                pairs[i] = pair;
            return n;
        }
    for (size_t i = n; i > 0; i--) { /* keys are sorted as arrow-rs writes them: stay so */
        size_t least = pairs[i - 1].key.len < pair.key.len ? pairs[i - 1].key.len : pair.key.len;
        int order = least ? memcmp(pairs[i - 1].key.data, pair.key.data, least) : 0;
        if (order < 0 || (order == 0 && pairs[i - 1].key.len <= pair.key.len))
            break;
        at = i - 1;
    }
    memmove(pairs + at + 1, pairs + at, (n - at) * sizeof *pairs);
    pairs[at] = pair;
    return n + 1;
}

static inlay_status cschema_pick(struct combine *c, const struct combine_column *column, inlay_arrow_pick *pick)
{
    const struct combine_input *in = &c->inputs[column->input];
    *pick = (inlay_arrow_pick){
        .from = in->fields.arrow, .field = column->field, .name = column->name, .nullable = column->widened};
    if (in->combined || column->node == in->time_node || column->node == in->duration_node)
        return INLAY_OK;
    void *block = NULL;
    size_t n = inlay_arrow_schema_field(in->fields.arrow, column->field).n_metadata;
    TRY(mem_pool_take(&c->pool, (n + 2) * sizeof(inlay_key_value), &block));
    inlay_key_value *pairs = block;
    for (uint32_t i = 0; i < n; i++)
        pairs[i] = inlay_arrow_schema_metadata(in->fields.arrow, column->field, i);
    n = cschema_put(pairs, n, "source", in->sources[0], false);
    n = cschema_put(pairs, n, in->by_node ? "node" : "instance", in->label, true);
    pick->metadata = pairs;
    pick->n_metadata = n;
    return INLAY_OK;
}

inlay_status combine_fields(struct combine *c)
{
    static const char key[] = "ARROW:schema";
    void *block = NULL;
    inlay_memory_sink memory;
    TRY(mem_pool_take(&c->pool, c->n_columns * sizeof(inlay_arrow_pick), &block));
    inlay_arrow_pick *picks = block;
    for (uint32_t i = 0; i < c->n_columns; i++)
        TRY(cschema_pick(c, &c->columns[i], &picks[i]));
    inlay_sink sink = inlay_sink_memory(&memory, c->env);
    inlay_status status = field_memory(
        c->env, inlay_arrow_schema_compose(c->env, picks, c->n_columns, NULL, 0, INLAY_ARROW_DROP_UNKNOWN, &sink));
    inlay_bytes value = {memory.data, memory.bytes};
    if (status == INLAY_OK)
        status = inlay_writer_key_value(c->writer, field_text(key), &value);
    inlay_sink_memory_free(&memory);
    return status;
}

#endif
