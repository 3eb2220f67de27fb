/* The schema tree: built node by node in depth-first order; looked up by path; read as lists and maps.
 * Its form in the footer is in schema_meta.c. */
#include "format/schema.h"

#include <string.h>

#include "format/type.h"

enum { SCHEMA_MOST_LEVELS = 255 }; /* levels are uint8_t */

uint32_t schema_depth_limit(const inlay_env *env)
{
    return env->limits.schema_depth ? env->limits.schema_depth : 256;
}
uint32_t schema_node_limit(const inlay_env *env)
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
inlay_status schema_push(inlay_schema *schema, uint32_t parent, const inlay_node *spec)
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
void schema_pushed(inlay_schema *schema, uint32_t index)
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

inlay_status schema_start(inlay_env *env, inlay_bytes root, inlay_schema **schema)
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
