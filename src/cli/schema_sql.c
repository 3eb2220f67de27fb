/* Schemas as CREATE TABLE with DuckDB's types: see schema_text.h. The types are those that DuckDB's
 * read_parquet gives the columns. */
#include <errno.h>

#include "cli/schema_text.h"
#include "cli/unique.h"

struct schema_sql {
    struct out *o;
    const inlay_schema *schema;
};

static void schema_sql_type(struct schema_sql *q, uint32_t node, bool element_of);

/* Groups without columns have no values: SQL has no type for them. */
static bool schema_sql_has_leaf(const inlay_schema *schema, uint32_t node)
{
    uint32_t end = inlay_schema_node(schema, node)->end;
    for (; node < end; node++)
        if (inlay_schema_node(schema, node)->leaf >= 0)
            return true;
    return false;
}

static void schema_sql_quoted(struct out *o, const char *text, size_t len)
{
    out_char(o, '"');
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"')
            out_char(o, '"');
        out_char(o, text[i]);
    }
    out_char(o, '"');
}

static const char *schema_sql_integer(const inlay_logical *l)
{
    switch (l->bits) {
    case 8:
        return l->is_signed ? "TINYINT" : "UTINYINT";
    case 16:
        return l->is_signed ? "SMALLINT" : "USMALLINT";
    case 32:
        return l->is_signed ? "INTEGER" : "UINTEGER";
    default:
        return l->is_signed ? "BIGINT" : "UBIGINT";
    }
}

/* NULL = by the physical type. */
static const char *schema_sql_logical(const inlay_node *node)
{
    const inlay_logical *l = &node->logical;
    switch (l->kind) {
    case INLAY_STRING:
    case INLAY_ENUM:
        return "VARCHAR";
    case INLAY_JSON:
        return "JSON";
    case INLAY_UUID:
        return "UUID";
    case INLAY_DATE:
        return "DATE";
    case INLAY_FLOAT16:
        return "FLOAT";
    case INLAY_INTERVAL:
        return "INTERVAL";
    case INLAY_NULL:
        return "\"NULL\"";
    case INLAY_GEOMETRY:
    case INLAY_GEOGRAPHY:
        return "GEOMETRY";
    case INLAY_INTEGER:
        return schema_sql_integer(l);
    case INLAY_TIME:
        return l->utc ? "TIME WITH TIME ZONE" : l->unit == INLAY_NANOS ? "TIME_NS" : "TIME";
    case INLAY_TIMESTAMP:
        if (node->type != INLAY_INT64)
            return NULL;
        if (l->unit == INLAY_NANOS)
            return l->utc ? "TIMESTAMPTZ_NS" : "TIMESTAMP_NS";
        return l->utc ? "TIMESTAMP WITH TIME ZONE" : "TIMESTAMP";
    default:
        return NULL;
    }
}

static void schema_sql_value(struct out *o, const inlay_node *node)
{
    static const char *const physical[] = {[INLAY_BOOLEAN] = "BOOLEAN",
                                           [INLAY_INT32] = "INTEGER",
                                           [INLAY_INT64] = "BIGINT",
                                           [INLAY_INT96] = "TIMESTAMP",
                                           [INLAY_FLOAT] = "FLOAT",
                                           [INLAY_DOUBLE] = "DOUBLE",
                                           [INLAY_BYTE_ARRAY] = "BLOB",
                                           [INLAY_FIXED_LEN_BYTE_ARRAY] = "BLOB"};
    const char *logical = schema_sql_logical(node);
    if (node->logical.kind != INLAY_DECIMAL)
        out_text(o, logical ? logical : physical[node->type]);
    else if (node->logical.precision <= 38)
        out_format(o, "DECIMAL(%ld,%ld)", (long)node->logical.precision, (long)node->logical.scale);
    else
        out_text(o, "DOUBLE");
}

/* `"name" TYPE` for every child that has columns, `between` in front of all but the first. */
static void schema_sql_children(struct schema_sql *q, uint32_t node, const char *between)
{
    struct unique names;
    struct out name;
    const inlay_node *n = inlay_schema_node(q->schema, node);
    bool first = true, memory = unique_open(&names, true);
    if (!out_open(&name, -1) || !memory)
        q->o->os_error = ENOMEM;
    for (uint32_t i = 0; i < n->n_children && !out_failed(q->o); i++) {
        uint32_t child = inlay_schema_child(q->schema, node, i);
        if (!schema_sql_has_leaf(q->schema, child))
            continue;
        name.used = 0;
        print_safe(&name, inlay_schema_node(q->schema, child)->name);
        if (!unique_name(&names, &name))
            q->o->os_error = ENOMEM;
        if (!first)
            out_text(q->o, between);
        first = false;
        schema_sql_quoted(q->o, name.data, name.used);
        out_char(q->o, ' ');
        schema_sql_type(q, child, false);
        if (node == 0 && inlay_schema_node(q->schema, child)->repetition == INLAY_REQUIRED)
            out_text(q->o, " NOT NULL");
    }
    out_close(&name);
    unique_close(&names);
}

static void schema_sql_type(struct schema_sql *q, uint32_t node, bool element_of)
{
    const inlay_node *n = inlay_schema_node(q->schema, node);
    inlay_shape shape = inlay_schema_shape(q->schema, node, element_of);
    if (shape.kind == INLAY_SHAPE_VALUE) {
        schema_sql_value(q->o, n);
    } else if (n->logical.kind == INLAY_VARIANT && shape.kind == INLAY_SHAPE_STRUCT) {
        out_text(q->o, "VARIANT");
    } else if (shape.kind == INLAY_SHAPE_STRUCT) {
        out_text(q->o, "STRUCT(");
        schema_sql_children(q, node, ", ");
        out_char(q->o, ')');
    } else if (shape.kind == INLAY_SHAPE_MAP && shape.value &&
               schema_sql_has_leaf(q->schema, shape.value)) {
        out_text(q->o, "MAP(");
        schema_sql_type(q, shape.key, false);
        out_text(q->o, ", ");
        schema_sql_type(q, shape.value, false);
        out_char(q->o, ')');
    } else {
        uint32_t element = shape.kind == INLAY_SHAPE_MAP ? shape.key : shape.element;
        schema_sql_type(q, element, element == shape.repeated);
        out_text(q->o, "[]");
    }
}

void schema_as_sql(struct out *o, const inlay_schema *schema, const char *path)
{
    struct schema_sql q = {o, schema};
    struct out stem;
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    size_t len = strlen(base);
    if (len > 8 && strcmp(base + len - 8, ".parquet") == 0)
        len -= 8;
    if (!out_open(&stem, -1)) {
        o->os_error = ENOMEM;
        return;
    }
    print_safe(&stem, (inlay_bytes){(const uint8_t *)base, len});
    out_text(o, "CREATE TABLE ");
    schema_sql_quoted(o, stem.data, stem.used);
    out_text(o, " (\n    ");
    schema_sql_children(&q, 0, ",\n    ");
    out_text(o, "\n);\n");
    out_close(&stem);
}
