/* The schema as the footer has it: a depth-first list of SchemaElement, to nodes and back.
 * Source: parquet.thrift SchemaElement, LogicalType, ConvertedType; LogicalTypes.md. */
#include "format/schema.h"
#include "format/type.h"

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
    void *nodes = (*schema)->nodes; /* one an element, and the elements are there: none is moved when more come */
    if (status == INLAY_OK && elements->n <= schema_node_limit(env))
        status = mem_grow(env, &nodes, &(*schema)->nodes_capacity, elements->n, sizeof *(*schema)->nodes);
    (*schema)->nodes = nodes;
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
