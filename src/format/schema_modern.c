/* A schema in today's forms; see inlay_schema_modern. An element that a repeated group stood for becomes a REQUIRED
 * field inside one, which adds no level; so only names and annotations change, and levels may be copied. */
#include "format/schema.h"

#if INLAY_WRITE

struct modern {
    const inlay_schema *from;
    inlay_schema *to;
    uint8_t int96_unit;
};

static inlay_bytes modern_name(const char *name, size_t len)
{
    return (inlay_bytes){(const uint8_t *)name, len};
}
#define MODERN_NAME(text) modern_name((text), sizeof(text) - 1)

static inlay_status modern_add(struct modern *m, uint32_t node, uint32_t parent, const inlay_bytes *name,
                               bool element_of);

static inlay_status modern_children(struct modern *m, uint32_t node, uint32_t parent)
{
    const inlay_node *n = inlay_schema_node(m->from, node);
    for (uint32_t i = 0; i < n->n_children; i++)
        TRY(modern_add(m, inlay_schema_child(m->from, node, i), parent, NULL, false));
    return INLAY_OK;
}

/* The repeated group in the middle of a list or map. */
static inlay_status modern_middle(struct modern *m, uint32_t parent, inlay_bytes name, uint32_t *node)
{
    inlay_node middle = {.name = name, .type = INLAY_GROUP, .repetition = INLAY_REPEATED};
    return inlay_schema_add(m->to, parent, &middle, node);
}

static inlay_status modern_list(struct modern *m, const inlay_shape *shape, uint32_t parent)
{
    inlay_bytes element = MODERN_NAME("element");
    uint32_t list = 0;
    TRY(modern_middle(m, parent, MODERN_NAME("list"), &list));
    return modern_add(m, shape->element, list, &element, shape->element == shape->repeated);
}

static inlay_status modern_map(struct modern *m, const inlay_shape *shape, uint32_t parent)
{
    inlay_bytes key = MODERN_NAME("key"), value = MODERN_NAME("value");
    uint32_t entry = 0;
    TRY(modern_middle(m, parent, MODERN_NAME("key_value"), &entry));
    TRY(modern_add(m, shape->key, entry, &key, false));
    return shape->value ? modern_add(m, shape->value, entry, &value, false) : INLAY_OK;
}

static inlay_status modern_add(struct modern *m, uint32_t node, uint32_t parent, const inlay_bytes *name,
                               bool element_of)
{
    const inlay_node *n = inlay_schema_node(m->from, node);
    inlay_shape shape = inlay_schema_shape(m->from, node, element_of);
    bool bare = shape.kind == INLAY_SHAPE_LIST && shape.repeated == node; /* repeated without an annotation */
    inlay_node spec = *n;
    uint32_t at = 0;
    if (name)
        spec.name = *name;
    if (element_of)
        spec.repetition = INLAY_REQUIRED;
    if (n->type == INLAY_INT96 && m->int96_unit) {
        spec.type = INLAY_INT64;
        spec.logical = (inlay_logical){.kind = INLAY_TIMESTAMP, .unit = m->int96_unit};
    }
    TRY(inlay_schema_add(m->to, parent, &spec, &at));
    if (n->type != INLAY_GROUP)
        return INLAY_OK;
    if (shape.kind == INLAY_SHAPE_LIST && !bare)
        return modern_list(m, &shape, at);
    return shape.kind == INLAY_SHAPE_MAP ? modern_map(m, &shape, at) : modern_children(m, node, at);
}

inlay_status inlay_schema_modern(inlay_env *env, const inlay_schema *from, uint8_t int96_unit,
                                 inlay_schema **schema)
{
    struct modern m = {.from = from, .int96_unit = int96_unit};
    *schema = NULL;
    TRY(schema_start(env, inlay_schema_node(from, 0)->name, &m.to));
    inlay_status status = modern_children(&m, 0, 0);
    if (status != INLAY_OK) {
        inlay_schema_close(m.to);
        return status;
    }
    *schema = m.to;
    return INLAY_OK;
}

#endif
