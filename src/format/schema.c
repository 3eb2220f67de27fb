/* The schema tree: built node by node in depth-first order, from a footer or by a caller; looked up by
 * path; read as lists and maps. */
#include "format/schema.h"

#include <string.h>

#include "format/type.h"

enum { SCHEMA_MOST_LEVELS = 255 }; /* levels are uint8_t */

static uint32_t schema_depth_limit(const inlay_env *env)
{
    return env->limits.schema_depth ? env->limits.schema_depth : 256;
}
static uint32_t schema_node_limit(const inlay_env *env)
{
    return env->limits.schema_nodes ? env->limits.schema_nodes : 1000000;
}

/* ---- building ---- */

static inlay_status schema_copy_bytes(inlay_schema *schema, inlay_bytes *bytes)
{
    void *block = NULL;
    if (bytes->len == 0) {
        bytes->data = (const uint8_t *)"";
        return INLAY_OK;
    }
    TRY(mem_pool_take(&schema->names, bytes->len, &block));
    memcpy(block, bytes->data, bytes->len);
    bytes->data = block;
    return INLAY_OK;
}

/* Append one node whose kind, name and annotation are decided. */
static inlay_status schema_push(inlay_schema *schema, uint32_t parent, const inlay_node *spec)
{
    inlay_env *env = schema->env;
    if (schema->n_nodes >= schema_node_limit(env))
        return err_set(env, INLAY_LIMIT, ERR("more schema nodes than limits.schema_nodes"));
    void *block = schema->nodes;
    TRY(mem_grow(env, &block, &schema->nodes_capacity, schema->n_nodes + 1, sizeof *schema->nodes));
    schema->nodes = block;
    uint32_t index = (uint32_t)schema->n_nodes;
    inlay_node node = *spec;
    TRY(schema_copy_bytes(schema, &node.name));
    if (node.logical.crs.len)
        TRY(schema_copy_bytes(schema, &node.logical.crs));
    node.parent = parent;
    node.n_children = 0;
    node.end = index + 1;
    node.leaf = -1;
    if (index > 0) {
        const inlay_node *up = &schema->nodes[parent];
        unsigned def = up->max_def + (node.repetition != INLAY_REQUIRED ? 1u : 0u);
        unsigned rep = up->max_rep + (node.repetition == INLAY_REPEATED ? 1u : 0u);
        if (def > SCHEMA_MOST_LEVELS)
            return err_set(env, INLAY_LIMIT, ERR("more than 255 levels of nesting"));
        node.max_def = (uint8_t)def;
        node.max_rep = (uint8_t)rep;
    } else {
        node.max_def = node.max_rep = 0;
        node.repetition = INLAY_REQUIRED;
    }
    if (node.type != INLAY_GROUP) {
        block = schema->leaves;
        TRY(mem_grow(env, &block, &schema->leaves_capacity, schema->n_leaves + 1,
                     sizeof *schema->leaves));
        schema->leaves = block;
        node.leaf = (int32_t)schema->n_leaves;
        schema->leaves[schema->n_leaves++] = index;
    }
    schema->nodes[index] = node;
    schema->n_nodes++;
    schema->last = index;
    return INLAY_OK;
}

/* Fix n_children of the parent and `end` of every ancestor after a push. */
static void schema_pushed(inlay_schema *schema, uint32_t index)
{
    uint32_t up = schema->nodes[index].parent;
    schema->nodes[up].n_children++;
    for (;;) {
        schema->nodes[up].end = index + 1;
        if (up == 0)
            return;
        up = schema->nodes[up].parent;
    }
}

static inlay_status schema_start(inlay_env *env, inlay_bytes root, inlay_schema **schema)
{
    void *block = NULL;
    *schema = NULL;
    TRY(mem_new(env, sizeof **schema, &block));
    inlay_schema *s = block;
    s->env = env;
    mem_pool_init(&s->names, env);
    inlay_node spec = {.name = root, .type = INLAY_GROUP};
    inlay_status status = schema_push(s, 0, &spec);
    if (status != INLAY_OK) {
        inlay_schema_close(s);
        return status;
    }
    *schema = s;
    return INLAY_OK;
}

void inlay_schema_close(inlay_schema *schema)
{
    if (!schema)
        return;
    inlay_env *env = schema->env;
    mem_free(env, schema->nodes, schema->nodes_capacity * sizeof *schema->nodes);
    mem_free(env, schema->leaves, schema->leaves_capacity * sizeof *schema->leaves);
    mem_pool_free(&schema->names);
    mem_free(env, schema, sizeof *schema);
}

inlay_status schema_clone(inlay_env *env, const inlay_schema *from, inlay_schema **schema)
{
    TRY(schema_start(env, from->nodes[0].name, schema));
    for (uint32_t i = 1; i < from->n_nodes; i++) {
        inlay_status status = schema_push(*schema, from->nodes[i].parent, &from->nodes[i]);
        if (status != INLAY_OK) {
            inlay_schema_close(*schema);
            *schema = NULL;
            return status;
        }
        schema_pushed(*schema, i);
    }
    return INLAY_OK;
}

#if INLAY_WRITE

inlay_status inlay_schema_new(inlay_env *env, inlay_schema **schema)
{
    return schema_start(env, (inlay_bytes){(const uint8_t *)"schema", 6}, schema);
}

static bool schema_on_path(const inlay_schema *schema, uint32_t node)
{
    for (uint32_t at = schema->last;; at = schema->nodes[at].parent) {
        if (at == node)
            return true;
        if (at == 0)
            return false;
    }
}

inlay_status inlay_schema_add(inlay_schema *schema, uint32_t parent, const inlay_node *spec,
                              uint32_t *node)
{
    inlay_env *env = schema->env;
    if (parent >= schema->n_nodes || schema->nodes[parent].type != INLAY_GROUP ||
        !schema_on_path(schema, parent))
        return err_set(env, INLAY_ARG, ERR("schema nodes must be added in depth-first order"));
    if (spec->type > INLAY_GROUP || spec->repetition > INLAY_REPEATED)
        return err_set(env, INLAY_ARG, ERR("no such type or repetition"));
    if (spec->type == INLAY_FIXED_LEN_BYTE_ARRAY && spec->type_length < 1)
        return err_set(env, INLAY_ARG, ERR("FIXED_LEN_BYTE_ARRAY needs a length of 1 or more"));
    if (!type_may_carry(spec->type, spec->type_length, &spec->logical))
        return err_set(env, INLAY_ARG, ERR("the annotation is not allowed on this type"));
    uint32_t depth = 1;
    for (uint32_t at = parent; at; at = schema->nodes[at].parent)
        depth++;
    if (depth > schema_depth_limit(env))
        return err_set(env, INLAY_LIMIT, ERR("schema deeper than limits.schema_depth"));
    inlay_node copy = *spec;
    copy.ignored_annotation = false;
    if (copy.type != INLAY_FIXED_LEN_BYTE_ARRAY)
        copy.type_length = 0;
    TRY(schema_push(schema, parent, &copy));
    schema_pushed(schema, schema->last);
    if (node)
        *node = schema->last;
    return INLAY_OK;
}

inlay_status inlay_schema_copy(inlay_schema *schema, uint32_t parent, const inlay_schema *from,
                               uint32_t node, uint8_t repetition)
{
    if (node == 0 || node >= from->n_nodes || schema == from)
        return err_set(schema->env, INLAY_ARG, ERR("no such schema node"));
    uint32_t base = (uint32_t)schema->n_nodes;
    for (uint32_t i = node; i < from->nodes[node].end; i++) {
        inlay_node spec = from->nodes[i];
        uint32_t up = i == node ? parent : from->nodes[i].parent - node + base;
        if (i == node)
            spec.repetition = repetition;
        TRY(inlay_schema_add(schema, up, &spec, NULL));
    }
    return INLAY_OK;
}

#endif

/* ---- SchemaElement to node ---- */

/* ConvertedType of parquet.thrift as a logical type, and back. */
static const struct schema_converted {
    uint8_t kind, unit, bits;
    bool is_signed;
} schema_converted_rows[] = {
    [0] = {INLAY_STRING, 0, 0, false},
    [1] = {INLAY_MAP, 0, 0, false},
    [2] = {INLAY_MAP, 0, 0, false}, /* MAP_KEY_VALUE: see schema_converted_of */
    [3] = {INLAY_LIST, 0, 0, false},
    [4] = {INLAY_ENUM, 0, 0, false},
    [5] = {INLAY_DECIMAL, 0, 0, false},
    [6] = {INLAY_DATE, 0, 0, false},
    [7] = {INLAY_TIME, INLAY_MILLIS, 0, false},
    [8] = {INLAY_TIME, INLAY_MICROS, 0, false},
    [9] = {INLAY_TIMESTAMP, INLAY_MILLIS, 0, false},
    [10] = {INLAY_TIMESTAMP, INLAY_MICROS, 0, false},
    [11] = {INLAY_INTEGER, 0, 8, false},
    [12] = {INLAY_INTEGER, 0, 16, false},
    [13] = {INLAY_INTEGER, 0, 32, false},
    [14] = {INLAY_INTEGER, 0, 64, false},
    [15] = {INLAY_INTEGER, 0, 8, true},
    [16] = {INLAY_INTEGER, 0, 16, true},
    [17] = {INLAY_INTEGER, 0, 32, true},
    [18] = {INLAY_INTEGER, 0, 64, true},
    [19] = {INLAY_JSON, 0, 0, false},
    [20] = {INLAY_BSON, 0, 0, false},
    [21] = {INLAY_INTERVAL, 0, 0, false},
};
enum {
    SCHEMA_N_CONVERTED = sizeof schema_converted_rows / sizeof schema_converted_rows[0],
    SCHEMA_MAP_KEY_VALUE = 2,
    SCHEMA_CONVERTED_INTERVAL = 21
};

/* Annotation from ConvertedType alone; times are then in UTC (LogicalTypes.md). False = unknown. */
static bool schema_from_converted(const struct meta_schema_element *e, inlay_logical *logical)
{
    *logical = (inlay_logical){0};
    if (e->converted < 0 || e->converted >= SCHEMA_N_CONVERTED)
        return false;
    /* MAP_KEY_VALUE names the repeated group inside a map; on an outer group old writers mean MAP. */
    if (e->converted == SCHEMA_MAP_KEY_VALUE && e->repetition == INLAY_REPEATED)
        return true;
    const struct schema_converted *row = &schema_converted_rows[e->converted];
    logical->kind = row->kind;
    logical->unit = row->unit;
    logical->bits = row->bits;
    logical->is_signed = row->is_signed;
    logical->utc = row->unit != 0;
    if (row->kind == INLAY_DECIMAL) {
        logical->precision = META_HAS(e, META_SE_PRECISION) ? e->precision : 0;
        logical->scale = META_HAS(e, META_SE_SCALE) ? e->scale : 0;
    }
    return true;
}

/* Kind of each union member, by row of the LogicalType table. */
static const uint8_t schema_union_kinds[] = {
    INLAY_STRING,    INLAY_MAP,     INLAY_LIST, INLAY_ENUM, INLAY_DECIMAL, INLAY_DATE,
    INLAY_TIME,      INLAY_TIMESTAMP, INLAY_INTEGER, INLAY_NULL, INLAY_JSON,  INLAY_BSON,
    INLAY_UUID,      INLAY_FLOAT16, INLAY_VARIANT, INLAY_GEOMETRY, INLAY_GEOGRAPHY,
    INLAY_FILE_REFERENCE};
enum { SCHEMA_N_UNION = sizeof schema_union_kinds };

static uint8_t schema_unit(const struct meta_time *t)
{
    return !t->unit                                ? 0
           : META_HAS(t->unit, META_UNIT_MILLIS)   ? INLAY_MILLIS
           : META_HAS(t->unit, META_UNIT_MICROS)   ? INLAY_MICROS
           : META_HAS(t->unit, META_UNIT_NANOS)    ? INLAY_NANOS
                                                   : 0;
}

/* Annotation from the LogicalType union. False = unknown member, or several. */
static bool schema_from_union(const struct meta_logical_type *lt, inlay_logical *logical)
{
    *logical = (inlay_logical){.edges = -1};
    unsigned row = 0;
    while (row < SCHEMA_N_UNION && !META_HAS(lt, row))
        row++;
    if (row == SCHEMA_N_UNION || lt->has != (uint64_t)1 << row)
        return false;
    logical->kind = schema_union_kinds[row];
    const struct meta_time *t = row == META_LT_TIME ? lt->time : lt->timestamp;
    const struct meta_geography *g = row == META_LT_GEOMETRY ? lt->geometry : lt->geography;
    switch (row) {
    case META_LT_DECIMAL:
        logical->precision = lt->decimal->precision;
        logical->scale = lt->decimal->scale;
        break;
    case META_LT_TIME:
    case META_LT_TIMESTAMP:
        logical->unit = schema_unit(t);
        logical->utc = t->utc;
        break;
    case META_LT_INTEGER:
        logical->bits = (uint8_t)lt->integer->bits;
        logical->is_signed = lt->integer->is_signed;
        break;
    case META_LT_VARIANT:
        logical->version = lt->variant->version;
        break;
    case META_LT_GEOMETRY:
    case META_LT_GEOGRAPHY:
        logical->crs = g->crs;
        if (META_HAS(g, META_GEOG_EDGES))
            logical->edges = (int8_t)(g->edges >= 0 && g->edges < 127 ? g->edges : 127);
        break;
    default:
        break;
    }
    return true;
}

/* LogicalType wins over ConvertedType, except INTERVAL, which parquet-java marks UNKNOWN beside its
 * ConvertedType. What is unknown or illegal is dropped, never the file (parquet-format pull 606). */
static void schema_annotate(const struct meta_schema_element *e, inlay_node *node)
{
    inlay_logical logical = {0};
    bool has_logical = META_HAS(e, META_SE_LOGICAL), has_converted = META_HAS(e, META_SE_CONVERTED);
    bool known = true;
    if (has_converted && e->converted == SCHEMA_CONVERTED_INTERVAL)
        known = schema_from_converted(e, &logical);
    else if (has_logical)
        known = schema_from_union(e->logical, &logical);
    else if (has_converted)
        known = schema_from_converted(e, &logical);
    if (known && type_may_carry(node->type, node->type_length, &logical))
        node->logical = logical;
    else
        node->ignored_annotation = true;
}

static inlay_status schema_element_node(inlay_env *env, const struct meta_schema_element *e,
                                        inlay_node *node)
{
    *node = (inlay_node){.name = e->name, .type = INLAY_GROUP};
    if (META_HAS(e, META_SE_TYPE)) {
        if (e->type < 0 || e->type >= INLAY_GROUP)
            return err_set(env, INLAY_CORRUPT, ERR("schema has an unknown physical type"));
        if (META_HAS(e, META_SE_CHILDREN) && e->num_children > 0)
            return err_set(env, INLAY_CORRUPT, ERR("schema node has a type and children"));
        node->type = (uint8_t)e->type;
        if (e->type == INLAY_FIXED_LEN_BYTE_ARRAY) {
            node->type_length = e->type_length;
            if (e->type_length < 1)
                return err_set(env, INLAY_CORRUPT, ERR("FIXED_LEN_BYTE_ARRAY without a length"));
        }
    } else if (META_HAS(e, META_SE_CHILDREN) && e->num_children < 0) {
        return err_set(env, INLAY_CORRUPT, ERR("schema node has a negative number of children"));
    }
    if (META_HAS(e, META_SE_REPETITION)) {
        if (e->repetition < 0 || e->repetition > INLAY_REPEATED)
            return err_set(env, INLAY_CORRUPT, ERR("schema node has an unknown repetition"));
        node->repetition = (uint8_t)e->repetition;
    }
    node->has_field_id = META_HAS(e, META_SE_FIELD_ID);
    node->field_id = e->field_id;
    schema_annotate(e, node);
    return INLAY_OK;
}

/* The list is a depth-first walk; `open` is a stack of groups that still want children. */
struct schema_open {
    uint32_t node, left;
};

static inlay_status schema_walk(inlay_schema *s, const struct thrift_list *elements,
                                struct schema_open *open, uint32_t depth_limit)
{
    const struct meta_schema_element *e = elements->items;
    inlay_env *env = s->env;
    uint32_t depth = 0;
    open[0] = (struct schema_open){0, (uint32_t)e[0].num_children};
    for (uint32_t i = 1; i < elements->n; i++) {
        while (depth > 0 && open[depth].left == 0)
            depth--;
        if (open[depth].left == 0)
            return err_set(env, INLAY_CORRUPT, ERR("schema has nodes beyond the root's children"));
        open[depth].left--;
        inlay_node node;
        TRY(schema_element_node(env, &e[i], &node));
        TRY(schema_push(s, open[depth].node, &node));
        schema_pushed(s, s->last);
        if (node.type == INLAY_GROUP && META_HAS(&e[i], META_SE_CHILDREN) && e[i].num_children > 0) {
            if (depth + 1 >= depth_limit)
                return err_set(env, INLAY_LIMIT, ERR("schema deeper than limits.schema_depth"));
            open[++depth] = (struct schema_open){s->last, (uint32_t)e[i].num_children};
        }
    }
    for (uint32_t d = 0; d <= depth; d++)
        if (open[d].left)
            return err_set(env, INLAY_CORRUPT, ERR("schema ends before its groups are full"));
    return INLAY_OK;
}

inlay_status schema_from_meta(inlay_env *env, const struct thrift_list *elements,
                              inlay_schema **schema)
{
    const struct meta_schema_element *e = elements->items;
    *schema = NULL;
    if (elements->n == 0)
        return err_set(env, INLAY_CORRUPT, ERR("schema is empty"));
    if (META_HAS(&e[0], META_SE_TYPE) || e[0].num_children < 0)
        return err_set(env, INLAY_CORRUPT, ERR("schema's root is not a group"));
    uint32_t depth_limit = schema_depth_limit(env);
    size_t open_bytes = ((size_t)depth_limit + 1) * sizeof(struct schema_open);
    void *open = NULL;
    TRY(schema_start(env, e[0].name, schema));
    inlay_status status = mem_new(env, open_bytes, &open);
    if (status == INLAY_OK)
        status = schema_walk(*schema, elements, open, depth_limit);
    mem_free(env, open, open_bytes);
    if (status != INLAY_OK) {
        inlay_schema_close(*schema);
        *schema = NULL;
    }
    return status;
}

/* ---- node to SchemaElement ---- */

/* ConvertedType to write beside a logical type; -1 = none. */
static int32_t schema_converted_of(const inlay_logical *l)
{
    for (int32_t i = 0; i < SCHEMA_N_CONVERTED; i++) {
        const struct schema_converted *row = &schema_converted_rows[i];
        if (row->kind == l->kind && row->unit == l->unit && row->bits == l->bits &&
            row->is_signed == l->is_signed && i != SCHEMA_MAP_KEY_VALUE)
            return i;
    }
    return -1;
}

static inlay_status schema_union_time(struct mem_pool *pool, const inlay_logical *l,
                                      struct meta_time **out)
{
    void *block = NULL;
    TRY(mem_pool_take(pool, sizeof(struct meta_time), &block));
    struct meta_time *t = block;
    TRY(mem_pool_take(pool, sizeof(struct meta_time_unit), &block));
    t->unit = block;
    META_SET(t->unit, l->unit - INLAY_MILLIS);
    t->utc = l->utc;
    t->has = 1u << META_TIME_UTC | 1u << META_TIME_UNIT;
    *out = t;
    return INLAY_OK;
}

/* The members with fields; the others are their bit alone. */
static inlay_status schema_union_fields(struct mem_pool *pool, const inlay_logical *l,
                                        struct meta_logical_type *lt)
{
    void *block = NULL;
    switch (l->kind) {
    case INLAY_TIME:
        return schema_union_time(pool, l, &lt->time);
    case INLAY_TIMESTAMP:
        return schema_union_time(pool, l, &lt->timestamp);
    case INLAY_DECIMAL:
        TRY(mem_pool_take(pool, sizeof *lt->decimal, &block));
        lt->decimal = block;
        *lt->decimal = (struct meta_decimal){3, l->scale, l->precision};
        return INLAY_OK;
    case INLAY_INTEGER:
        TRY(mem_pool_take(pool, sizeof *lt->integer, &block));
        lt->integer = block;
        *lt->integer = (struct meta_int){3, (int8_t)l->bits, l->is_signed};
        return INLAY_OK;
    case INLAY_VARIANT:
        TRY(mem_pool_take(pool, sizeof *lt->variant, &block));
        lt->variant = block;
        *lt->variant = (struct meta_variant){l->version != 0, l->version};
        return INLAY_OK;
    case INLAY_GEOMETRY:
    case INLAY_GEOGRAPHY:
        TRY(mem_pool_take(pool, sizeof *lt->geometry, &block));
        lt->geometry = lt->geography = block;
        *lt->geometry = (struct meta_geography){.crs = l->crs, .edges = l->edges};
        if (l->crs.len)
            META_SET(lt->geometry, META_GEOG_CRS);
        if (l->kind == INLAY_GEOGRAPHY && l->edges >= 0)
            META_SET(lt->geometry, META_GEOG_EDGES);
        return INLAY_OK;
    default:
        return INLAY_OK;
    }
}

static inlay_status schema_node_logical(const inlay_node *node, struct mem_pool *pool,
                                        struct meta_schema_element *e)
{
    const inlay_logical *l = &node->logical;
    if (l->kind == INLAY_LOGICAL_NONE)
        return INLAY_OK;
    int32_t converted = schema_converted_of(l);
    if (l->kind == INLAY_TIMESTAMP && node->type != INLAY_INT64)
        converted = -1;
    if (converted >= 0) {
        META_SET(e, META_SE_CONVERTED);
        e->converted = converted;
    }
    if (l->kind == INLAY_DECIMAL) {
        META_SET(e, META_SE_SCALE);
        META_SET(e, META_SE_PRECISION);
        e->scale = l->scale;
        e->precision = l->precision;
    }
    void *block = NULL;
    unsigned row = 0;
    while (row < SCHEMA_N_UNION && schema_union_kinds[row] != l->kind)
        row++;
    if (row == SCHEMA_N_UNION)
        return INLAY_OK; /* INTERVAL has no LogicalType */
    TRY(mem_pool_take(pool, sizeof *e->logical, &block));
    e->logical = block;
    META_SET(e->logical, row);
    META_SET(e, META_SE_LOGICAL);
    return schema_union_fields(pool, l, e->logical);
}

inlay_status schema_to_meta(const inlay_schema *schema, struct mem_pool *pool,
                            struct thrift_list *elements)
{
    void *block = NULL;
    TRY(mem_pool_take(pool, schema->n_nodes * sizeof(struct meta_schema_element), &block));
    struct meta_schema_element *e = block;
    *elements = (struct thrift_list){e, (uint32_t)schema->n_nodes};
    for (size_t i = 0; i < schema->n_nodes; i++, e++) {
        const inlay_node *node = &schema->nodes[i];
        e->name = node->name;
        META_SET(e, META_SE_NAME);
        if (i > 0) {
            e->repetition = node->repetition;
            META_SET(e, META_SE_REPETITION);
        }
        if (node->type == INLAY_GROUP) {
            e->num_children = (int32_t)node->n_children;
            META_SET(e, META_SE_CHILDREN);
        } else {
            e->type = node->type;
            META_SET(e, META_SE_TYPE);
        }
        if (node->type == INLAY_FIXED_LEN_BYTE_ARRAY) {
            e->type_length = node->type_length;
            META_SET(e, META_SE_TYPE_LENGTH);
        }
        if (node->has_field_id) {
            e->field_id = node->field_id;
            META_SET(e, META_SE_FIELD_ID);
        }
        TRY(schema_node_logical(node, pool, e));
    }
    return INLAY_OK;
}

/* ---- looking up ---- */

uint32_t inlay_schema_nodes(const inlay_schema *schema)
{
    return (uint32_t)schema->n_nodes;
}
uint32_t inlay_schema_leaves(const inlay_schema *schema)
{
    return (uint32_t)schema->n_leaves;
}
const inlay_node *inlay_schema_node(const inlay_schema *schema, uint32_t node)
{
    return node < schema->n_nodes ? &schema->nodes[node] : NULL;
}
const inlay_node *inlay_schema_leaf(const inlay_schema *schema, uint32_t leaf)
{
    return leaf < schema->n_leaves ? &schema->nodes[schema->leaves[leaf]] : NULL;
}
uint32_t inlay_schema_leaf_node(const inlay_schema *schema, uint32_t leaf)
{
    return leaf < schema->n_leaves ? schema->leaves[leaf] : 0;
}

uint32_t inlay_schema_child(const inlay_schema *schema, uint32_t node, uint32_t child)
{
    if (node >= schema->n_nodes || child >= schema->nodes[node].n_children)
        return 0;
    uint32_t at = node + 1;
    while (child--)
        at = schema->nodes[at].end;
    return at;
}

size_t inlay_schema_path(const inlay_schema *schema, uint32_t node, char *text, size_t capacity)
{
    size_t length = 0;
    if (node == 0 || node >= schema->n_nodes) {
        if (capacity)
            text[0] = 0;
        return 0;
    }
    for (uint32_t at = node; at; at = schema->nodes[at].parent)
        length += schema->nodes[at].name.len + 1;
    length--; /* no dot before the first name */
    size_t end = length;
    for (uint32_t at = node; at; at = schema->nodes[at].parent) {
        inlay_bytes name = schema->nodes[at].name;
        size_t start = end - name.len;
        for (size_t i = 0; i < name.len && start + i + 1 < capacity; i++)
            text[start + i] = (char)name.data[i];
        if (start == 0)
            break;
        if (start < capacity)
            text[start - 1] = '.';
        end = start - 1;
    }
    if (capacity)
        text[length < capacity ? length : capacity - 1] = 0;
    return length;
}

static bool schema_path_is(const inlay_schema *schema, uint32_t node, const char *path, size_t length)
{
    for (uint32_t at = node;; at = schema->nodes[at].parent) {
        inlay_bytes name = schema->nodes[at].name;
        if (name.len > length || memcmp(path + length - name.len, name.data, name.len) != 0)
            return false;
        length -= name.len;
        if (schema->nodes[at].parent == 0)
            return length == 0;
        if (length == 0 || path[--length] != '.')
            return false;
    }
}

uint32_t inlay_schema_find(const inlay_schema *schema, const char *path, uint32_t from)
{
    size_t length = strlen(path);
    for (uint32_t i = from + 1; i < schema->n_nodes; i++)
        if (schema_path_is(schema, i, path, length))
            return i;
    return 0;
}

inlay_status schema_leaf_path(const inlay_schema *schema, uint32_t leaf, struct mem_pool *pool,
                              struct thrift_list *path)
{
    uint32_t node = schema->leaves[leaf], n = 0;
    for (uint32_t at = node; at; at = schema->nodes[at].parent)
        n++;
    void *block = NULL;
    TRY(mem_pool_take(pool, n * sizeof(inlay_bytes), &block));
    inlay_bytes *names = block;
    *path = (struct thrift_list){names, n};
    for (uint32_t at = node; at; at = schema->nodes[at].parent)
        names[--n] = schema->nodes[at].name;
    return INLAY_OK;
}

void schema_error_column(inlay_env *env, const inlay_schema *schema, uint32_t leaf)
{
    char *text = env->error.column;
    const size_t capacity = sizeof env->error.column;
    if (leaf >= schema->n_leaves)
        return;
    /* Fill from the back, then move to the front: the end of a path says more than its start. */
    size_t at = capacity - 1;
    text[at] = 0;
    for (uint32_t node = schema->leaves[leaf]; node; node = schema->nodes[node].parent) {
        inlay_bytes name = schema->nodes[node].name;
        bool cut = name.len + 3 > at;
        size_t take = cut ? (at > 3 ? at - 3 : 0) : name.len;
        memcpy(text + at - take, name.data + name.len - take, take);
        at -= take;
        if (cut) {
            text[--at] = '.';
            text[--at] = '.';
            break;
        }
        if (schema->nodes[node].parent)
            text[--at] = '.';
    }
    memmove(text, text + at, capacity - at);
}

/* ---- lists and maps ---- */

static bool schema_name_is(inlay_bytes name, inlay_bytes prefix, const char *suffix)
{
    size_t n = strlen(suffix);
    return name.len == prefix.len + n &&
           (prefix.len == 0 || memcmp(name.data, prefix.data, prefix.len) == 0) &&
           memcmp(name.data + prefix.len, suffix, n) == 0;
}

/* LogicalTypes.md, "Lists", backward-compatibility rules 1 to 5. */
static uint32_t schema_list_element(const inlay_schema *schema, uint32_t list, uint32_t repeated)
{
    const inlay_node *r = &schema->nodes[repeated];
    if (r->type != INLAY_GROUP || r->n_children != 1)
        return repeated;
    if (schema->nodes[repeated + 1].repetition == INLAY_REPEATED)
        return repeated;
    if (schema_name_is(r->name, (inlay_bytes){0}, "array") ||
        schema_name_is(r->name, schema->nodes[list].name, "_tuple"))
        return repeated;
    return repeated + 1;
}

inlay_shape inlay_schema_shape(const inlay_schema *schema, uint32_t node, bool element_of)
{
    inlay_shape shape = {.kind = INLAY_SHAPE_STRUCT};
    if (node >= schema->n_nodes)
        return shape;
    const inlay_node *n = &schema->nodes[node];
    if (n->repetition == INLAY_REPEATED && !element_of)
        return (inlay_shape){.kind = INLAY_SHAPE_LIST, .repeated = node, .element = node};
    if (n->type != INLAY_GROUP)
        return (inlay_shape){.kind = INLAY_SHAPE_VALUE};
    const inlay_node *r = n->n_children == 1 ? &schema->nodes[node + 1] : NULL;
    if (!r || r->repetition != INLAY_REPEATED)
        return shape;
    if (n->logical.kind == INLAY_LIST)
        return (inlay_shape){.kind = INLAY_SHAPE_LIST,
                             .repeated = node + 1,
                             .element = schema_list_element(schema, node, node + 1)};
    if (n->logical.kind == INLAY_MAP && r->type == INLAY_GROUP && r->n_children >= 1 &&
        r->n_children <= 2)
        return (inlay_shape){.kind = INLAY_SHAPE_MAP,
                             .repeated = node + 1,
                             .key = node + 2,
                             .value = r->n_children == 2 ? schema->nodes[node + 2].end : 0};
    return shape;
}
