/* Types in the words of parquet's message format; see types.h. */
#include "cli/types.h"

#include <errno.h>
#include <stdlib.h>

void types_lower(struct out *o, const char *name)
{
    for (; *name; name++)
        out_char(o, *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name);
}

void types_physical(struct out *o, const inlay_node *node)
{
    if (node->type == INLAY_GROUP)
        out_text(o, "group");
    else if (node->type == INLAY_BYTE_ARRAY)
        out_text(o, "binary");
    else
        types_lower(o, inlay_type_name(node->type));
    if (node->type == INLAY_FIXED_LEN_BYTE_ARRAY)
        out_format(o, "(%ld)", (long)node->type_length);
}

const char *types_edges(int8_t edges)
{
    static const char *const names[] = {"SPHERICAL", "VINCENTY", "THOMAS", "ANDOYER", "KARNEY"};
    return edges >= 0 && (size_t)edges < sizeof names / sizeof *names ? names[edges] : "?";
}

void types_logical(struct out *o, const inlay_logical *l)
{
    static const char *const units[] = {"?", "MILLIS", "MICROS", "NANOS"};
    if (l->kind == INLAY_LOGICAL_NONE)
        return;
    out_text(o, l->kind == INLAY_NULL ? "UNKNOWN" : inlay_logical_name(l->kind));
    switch (l->kind) {
    case INLAY_DECIMAL:
        out_format(o, "(%ld,%ld)", (long)l->precision, (long)l->scale);
        break;
    case INLAY_TIME:
    case INLAY_TIMESTAMP:
        out_format(o, "(%s,%s)", units[l->unit <= INLAY_NANOS ? l->unit : 0],
                   l->utc ? "true" : "false");
        break;
    case INLAY_INTEGER:
        out_format(o, "(%u,%s)", (unsigned)l->bits, l->is_signed ? "true" : "false");
        break;
    case INLAY_VARIANT:
        out_format(o, "(%d)", (int)l->version);
        break;
    case INLAY_GEOMETRY:
    case INLAY_GEOGRAPHY:
        if (l->crs.len == 0 && l->edges < 0)
            break;
        out_char(o, '(');
        if (l->crs.len == 0)
            out_text(o, "OGC:CRS84"); /* what an absent one means; edges come second */
        print_safe(o, l->crs);
        if (l->kind == INLAY_GEOGRAPHY && l->edges >= 0)
            out_format(o, ",%s", types_edges(l->edges));
        out_char(o, ')');
        break;
    default:
        break;
    }
}

void types_path(struct out *o, const inlay_schema *schema, uint32_t node,
                enum print_flavour flavour)
{
    char usual[256], *path = usual;
    size_t len = inlay_schema_path(schema, node, usual, sizeof usual);
    if (len >= sizeof usual) {
        path = malloc(len + 1);
        if (!path) {
            o->os_error = ENOMEM;
            return;
        }
        inlay_schema_path(schema, node, path, len + 1);
    }
    inlay_bytes text = {(const uint8_t *)path, len};
    if (flavour == PRINT_JSON)
        print_json(o, text);
    else
        print_safe(o, text);
    if (path != usual)
        free(path);
}

static void types_node(struct out *o, const inlay_node *node)
{
    types_lower(o, inlay_repetition_name(node->repetition));
    out_char(o, ' ');
    types_physical(o, node);
    out_char(o, ' ');
    print_safe(o, node->name);
    if (node->logical.kind != INLAY_LOGICAL_NONE) {
        out_text(o, " (");
        types_logical(o, &node->logical);
        out_char(o, ')');
    }
    if (node->has_field_id)
        out_format(o, " = %ld", (long)node->field_id);
}

void types_message(struct out *o, const inlay_schema *schema)
{
    uint32_t n = inlay_schema_nodes(schema);
    size_t depth = 1;
    const inlay_node *root = inlay_schema_node(schema, 0);
    out_text(o, "message ");
    if (root->name.len == 0)
        out_text(o, "schema"); /* the grammar wants a name, which means nothing */
    print_safe(o, root->name);
    out_text(o, " {\n");
    for (uint32_t i = 1; i < n; i++) {
        const inlay_node *node = inlay_schema_node(schema, i);
        out_repeat(o, ' ', 2 * depth);
        types_node(o, node);
        out_text(o, node->type == INLAY_GROUP ? " {\n" : ";\n");
        if (node->type == INLAY_GROUP)
            depth++;
        /* this node may be the last one of several groups, itself included */
        for (uint32_t g = node->type == INLAY_GROUP ? i : node->parent;
             g != 0 && inlay_schema_node(schema, g)->end == i + 1;
             g = inlay_schema_node(schema, g)->parent) {
            depth--;
            out_repeat(o, ' ', 2 * depth);
            out_text(o, "}\n");
        }
    }
    out_text(o, "}\n");
}
