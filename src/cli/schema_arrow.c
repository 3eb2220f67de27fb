/* Schemas as Arrow types, as pyarrow prints them: see schema_text.h.
 *
 * The types follow from Parquet's alone, by the rules of Arrow C++ (parquet/arrow/schema_internal.cc and
 * schema.cc); what an ARROW:schema in the footer would change (dictionaries, large strings, durations) is
 * not applied.
 */
#include "cli/schema_text.h"

struct schema_arrow {
    struct out *o;
    const inlay_schema *schema;
};

static void schema_arrow_field(struct schema_arrow *a, uint32_t node, bool element_of);

static void schema_arrow_time(struct out *o, const inlay_node *node)
{
    static const char *const units[] = {"?", "ms", "us", "ns"};
    const inlay_logical *l = &node->logical;
    const char *unit = units[l->unit <= INLAY_NANOS ? l->unit : 0];
    if (l->kind == INLAY_TIME)
        out_format(o, "time%d[%s]", l->unit == INLAY_MILLIS ? 32 : 64, unit);
    else if (node->type == INLAY_FIXED_LEN_BYTE_ARRAY) /* wider than Arrow's timestamps */
        out_format(o, "fixed_size_binary[%ld]", (long)node->type_length);
    else
        out_format(o, l->utc ? "timestamp[%s, tz=UTC]" : "timestamp[%s]", unit);
}

static void schema_arrow_physical(struct out *o, const inlay_node *node)
{
    static const char *const names[] = {[INLAY_BOOLEAN] = "bool",
                                        [INLAY_INT32] = "int32",
                                        [INLAY_INT64] = "int64",
                                        [INLAY_INT96] = "timestamp[ns]",
                                        [INLAY_FLOAT] = "float",
                                        [INLAY_DOUBLE] = "double",
                                        [INLAY_BYTE_ARRAY] = "binary"};
    if (node->type == INLAY_FIXED_LEN_BYTE_ARRAY)
        out_format(o, "fixed_size_binary[%ld]", (long)node->type_length);
    else
        out_text(o, names[node->type]);
}

static void schema_arrow_value(struct out *o, const inlay_node *node)
{
    const inlay_logical *l = &node->logical;
    switch (l->kind) {
    case INLAY_STRING:
        out_text(o, "string");
        return;
    case INLAY_JSON:
        out_text(o, "extension<arrow.json>");
        return;
    case INLAY_UUID:
        out_text(o, "extension<arrow.uuid>");
        return;
    case INLAY_DATE:
        out_text(o, "date32[day]");
        return;
    case INLAY_FLOAT16:
        out_text(o, "halffloat");
        return;
    case INLAY_NULL:
        out_text(o, "null");
        return;
    case INLAY_DECIMAL:
        out_format(o, "decimal%d(%ld, %ld)", l->precision <= 38 ? 128 : 256, (long)l->precision,
                   (long)l->scale);
        return;
    case INLAY_INTEGER:
        out_format(o, "%sint%u", l->is_signed ? "" : "u", (unsigned)l->bits);
        return;
    case INLAY_TIME:
    case INLAY_TIMESTAMP:
        schema_arrow_time(o, node);
        return;
    default:
        schema_arrow_physical(o, node);
    }
}

static void schema_arrow_struct(struct schema_arrow *a, uint32_t node)
{
    const inlay_node *n = inlay_schema_node(a->schema, node);
    out_text(a->o, "struct<");
    for (uint32_t i = 0; i < n->n_children; i++) {
        if (i > 0)
            out_text(a->o, ", ");
        schema_arrow_field(a, inlay_schema_child(a->schema, node, i), false);
    }
    out_char(a->o, '>');
}

static void schema_arrow_type(struct schema_arrow *a, uint32_t node, bool element_of);

/* pyarrow names the parts of a map where they are not called as Arrow's own. */
static void schema_arrow_part(struct schema_arrow *a, uint32_t node, const char *usual)
{
    inlay_bytes name = inlay_schema_node(a->schema, node)->name;
    if (name.len == strlen(usual) && memcmp(name.data, usual, name.len) == 0)
        return;
    out_text(a->o, " ('");
    print_safe(a->o, name);
    out_text(a->o, "')");
}

static void schema_arrow_type(struct schema_arrow *a, uint32_t node, bool element_of)
{
    inlay_shape shape = inlay_schema_shape(a->schema, node, element_of);
    if (shape.kind == INLAY_SHAPE_VALUE) {
        schema_arrow_value(a->o, inlay_schema_node(a->schema, node));
    } else if (shape.kind == INLAY_SHAPE_STRUCT) {
        schema_arrow_struct(a, node);
    } else if (shape.kind == INLAY_SHAPE_MAP && shape.value) {
        out_text(a->o, "map<");
        schema_arrow_type(a, shape.key, false);
        schema_arrow_part(a, shape.key, "key");
        out_text(a->o, ", ");
        schema_arrow_type(a, shape.value, false);
        schema_arrow_part(a, shape.value, "value");
        schema_arrow_part(a, node, "entries");
        out_char(a->o, '>');
    } else {
        uint32_t element = shape.kind == INLAY_SHAPE_MAP ? shape.key : shape.element;
        out_text(a->o, "list<");
        schema_arrow_field(a, element, element == shape.repeated);
        out_char(a->o, '>');
    }
}

static void schema_arrow_field(struct schema_arrow *a, uint32_t node, bool element_of)
{
    const inlay_node *n = inlay_schema_node(a->schema, node);
    print_safe(a->o, n->name);
    out_text(a->o, ": ");
    schema_arrow_type(a, node, element_of);
    if (n->repetition != INLAY_OPTIONAL)
        out_text(a->o, " not null");
}

void schema_arrow_column(struct out *o, const inlay_schema *schema, uint32_t node)
{
    struct schema_arrow a = {o, schema};
    schema_arrow_type(&a, node, false);
}

void schema_as_arrow(struct out *o, const inlay_schema *schema, const char *path)
{
    struct schema_arrow a = {o, schema};
    uint32_t n = inlay_schema_node(schema, 0)->n_children;
    (void)path;
    for (uint32_t i = 0; i < n && !out_failed(o); i++) {
        schema_arrow_field(&a, inlay_schema_child(schema, 0, i), false);
        out_char(o, '\n');
    }
}
