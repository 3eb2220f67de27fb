/* Schemas as JSON: see schema_text.h. */
#include "cli/schema_text.h"

#include "cli/types.h"

static void schema_json_logical(struct json *j, const inlay_logical *l)
{
    static const char *const units[] = {"?", "MILLIS", "MICROS", "NANOS"};
    if (l->kind == INLAY_LOGICAL_NONE) {
        json_null(j, "logical");
        return;
    }
    json_open(j, "logical", '{');
    json_text(j, "kind", inlay_logical_name(l->kind));
    if (l->kind == INLAY_DECIMAL) {
        json_int(j, "precision", l->precision);
        json_int(j, "scale", l->scale);
    } else if (l->kind == INLAY_TIME || l->kind == INLAY_TIMESTAMP) {
        json_text(j, "unit", units[l->unit <= INLAY_NANOS ? l->unit : 0]);
        json_bool(j, "utc", l->utc);
    } else if (l->kind == INLAY_INTEGER) {
        json_int(j, "bits", l->bits);
        json_bool(j, "signed", l->is_signed);
    } else if (l->kind == INLAY_VARIANT) {
        json_int(j, "version", l->version);
    } else if (l->kind == INLAY_GEOMETRY || l->kind == INLAY_GEOGRAPHY) {
        json_bytes(j, "crs", l->crs);
        if (l->kind == INLAY_GEOGRAPHY && l->edges >= 0)
            json_text(j, "edges", types_edges(l->edges));
    }
    json_close(j, '}');
}

static void schema_json_path(struct json *j, const inlay_schema *schema, uint32_t node)
{
    json_next(j, "path");
    types_path(j->out, schema, node, PRINT_JSON);
}

/* The members of a node's object. */
static void schema_json_members(struct json *j, const inlay_schema *schema, uint32_t i)
{
    const inlay_node *node = inlay_schema_node(schema, i);
    json_uint(j, "node", i);
    json_uint(j, "parent", node->parent);
    json_bytes(j, "name", node->name);
    schema_json_path(j, schema, i);
    json_text(j, "repetition", inlay_repetition_name(node->repetition));
    if (node->type == INLAY_GROUP)
        json_null(j, "type");
    else
        json_text(j, "type", inlay_type_name(node->type));
    if (node->type == INLAY_FIXED_LEN_BYTE_ARRAY)
        json_int(j, "type_length", node->type_length);
    schema_json_logical(j, &node->logical);
    if (node->ignored_annotation)
        json_bool(j, "ignored_annotation", true);
    if (node->has_field_id)
        json_int(j, "field_id", node->field_id);
}

static void schema_json_levels(struct json *j, const inlay_node *node)
{
    json_at(j, "leaf", node->leaf);
    json_uint(j, "max_def", node->max_def);
    json_uint(j, "max_rep", node->max_rep);
}

void schema_json_node(struct json *j, const inlay_schema *schema, uint32_t i)
{
    const inlay_node *node = inlay_schema_node(schema, i);
    json_open(j, NULL, '{');
    schema_json_members(j, schema, i);
    json_uint(j, "children", node->n_children);
    schema_json_levels(j, node);
    json_close(j, '}');
}

/* The repeated group inside a list or map is part of its shape and has none of its own. */
static bool schema_json_has_shape(const inlay_schema *schema, uint32_t i)
{
    uint32_t parent = inlay_schema_node(schema, i)->parent;
    if (inlay_schema_node(schema, i)->type != INLAY_GROUP || i == 0)
        return false;
    inlay_shape around = inlay_schema_shape(schema, parent, false);
    return parent == 0 || around.repeated != i ||
           (around.kind != INLAY_SHAPE_LIST && around.kind != INLAY_SHAPE_MAP);
}

/* The tree: a group's object stays open until its last descendant is done. */
void schema_as_json(struct out *o, const inlay_schema *schema, const char *path)
{
    static const char *const shapes[] = {[INLAY_SHAPE_VALUE] = "value",
                                         [INLAY_SHAPE_STRUCT] = "struct",
                                         [INLAY_SHAPE_LIST] = "list",
                                         [INLAY_SHAPE_MAP] = "map"};
    struct json j = {o, false};
    uint32_t n = inlay_schema_nodes(schema);
    for (uint32_t i = 0; i < n && !out_failed(o); i++) {
        const inlay_node *node = inlay_schema_node(schema, i);
        json_open(&j, NULL, '{');
        if (i == 0)
            json_text(&j, "file", path);
        schema_json_members(&j, schema, i);
        if (schema_json_has_shape(schema, i))
            json_text(&j, "shape", shapes[inlay_schema_shape(schema, i, false).kind]);
        schema_json_levels(&j, node);
        if (node->type == INLAY_GROUP)
            json_open(&j, "children", '[');
        for (uint32_t g = i;; g = inlay_schema_node(schema, g)->parent) {
            const inlay_node *group = inlay_schema_node(schema, g);
            if (group->end != i + 1)
                break;
            if (group->type == INLAY_GROUP)
                json_close(&j, ']');
            json_close(&j, '}');
            if (g == 0)
                break;
        }
    }
    json_line(&j);
}
