/* The schema of JSON lines: a tree of everything that the sample's objects hold. */
#include "import/import.h"

#if INLAY_WRITE && INLAY_IMPORT

#include <string.h>

enum { SAMPLE_DEPTH = 32 /* what nests deeper is kept as JSON */ };

/* Numbers of nodes; 0 = none, which is the root's. */
struct sample_node {
    struct infer infer;
    inlay_bytes name;
    uint32_t parent, first, last, next; /* children in the order of their first appearance; an array's: one */
};
struct sample_tree {
    inlay_import *import;
    struct sample_node *nodes;
    size_t n, capacity;
    struct nameindex index;
};

static bool sample_same(const void *ctx, uint32_t id, uint32_t parent, inlay_bytes name)
{
    const struct sample_tree *t = ctx;
    const struct sample_node *n = &t->nodes[id];
    return n->parent == parent && n->name.len == name.len &&
           (name.len == 0 || memcmp(n->name.data, name.data, name.len) == 0);
}

static inlay_status sample_child(struct sample_tree *t, uint32_t parent, inlay_bytes name, uint32_t *child)
{
    inlay_env *env = t->import->env;
    void *block = t->nodes, *copy = NULL;
    uint32_t most = env->limits.schema_nodes ? env->limits.schema_nodes : 1000000;
    *child = nameindex_find(&t->index, parent, name, sample_same, t);
    if (*child != 0)
        return INLAY_OK;
    if (t->n >= most)
        return err_set(env, INLAY_LIMIT, ERR("more members than the limit allows"));
    TRY(mem_grow(env, &block, &t->capacity, t->n + 1, sizeof *t->nodes));
    t->nodes = block;
    TRY(mem_pool_take(&t->import->kept, name.len + 1, &copy));
    if (name.len > 0)
        memcpy(copy, name.data, name.len);
    *child = (uint32_t)t->n++;
    t->nodes[*child] = (struct sample_node){.name = {copy, name.len}, .parent = parent};
    struct sample_node *p = &t->nodes[parent];
    if (p->last)
        t->nodes[p->last].next = *child;
    else
        p->first = *child;
    p->last = *child;
    return nameindex_add(&t->index, env, parent, t->nodes[*child].name, *child);
}

static inlay_status sample_name_of(struct sample_tree *t, const struct json_value *key, inlay_bytes *name)
{
    struct buf *scratch = &t->import->scratch;
    *name = key->text;
    if (!key->escapes)
        return INLAY_OK;
    buf_clear(scratch);
    uint8_t *to = buf_reserve(scratch, key->text.len + 1);
    if (!to)
        return scratch->status;
    *name = (inlay_bytes){to, json_decode(key, to)};
    return INLAY_OK;
}

static inlay_status sample_value(struct sample_tree *t, struct json_reader *r, uint32_t node, unsigned depth);

static inlay_status sample_members(struct sample_tree *t, struct json_reader *r, uint32_t node, unsigned depth)
{
    struct json_value key;
    inlay_bytes name;
    uint32_t child;
    while (json_member(r, &key)) {
        TRY(sample_name_of(t, &key, &name));
        TRY(sample_child(t, node, name, &child));
        TRY(sample_value(t, r, child, depth + 1));
    }
    return INLAY_OK;
}

static inlay_status sample_elements(struct sample_tree *t, struct json_reader *r, uint32_t node, unsigned depth)
{
    static const inlay_bytes element = {(const uint8_t *)"\0element", 8}; /* no member of an object beside it */
    uint32_t child;
    while (json_element(r)) {
        TRY(sample_child(t, node, element, &child));
        TRY(sample_value(t, r, child, depth + 1));
    }
    return INLAY_OK;
}

static inlay_status sample_value(struct sample_tree *t, struct json_reader *r, uint32_t node, unsigned depth)
{
    struct json_value v;
    struct infer *infer = &t->nodes[node].infer;
    enum json_kind kind = json_read(r, &v);
    if (kind == JSON_OBJECT || kind == JSON_ARRAY) {
        infer->bits |= kind == JSON_OBJECT ? INFER_OBJECT : INFER_ARRAY;
        if (depth >= SAMPLE_DEPTH) {
            infer->bits |= INFER_OBJECT | INFER_ARRAY;
            json_leave(r);
            return INLAY_OK;
        }
        return kind == JSON_OBJECT ? sample_members(t, r, node, depth) : sample_elements(t, r, node, depth);
    }
    if (kind == JSON_TRUE || kind == JSON_FALSE)
        infer->bits |= INFER_BOOL;
    else if (kind == JSON_NUMBER)
        infer_text(infer, v.text.data, v.text.len, true);
    else if (kind == JSON_STRING && v.escapes)
        infer->bits |= INFER_TEXT;
    else if (kind == JSON_STRING)
        infer_text(infer, v.text.data, v.text.len, false);
    return INLAY_OK;
}

/* ---- the schema ---- */

static inlay_status sample_emit(struct sample_tree *t, uint32_t node, uint32_t parent, inlay_bytes name);

static inlay_status sample_group(struct sample_tree *t, uint32_t node, uint32_t parent, inlay_bytes name)
{
    inlay_node group = {.name = name, .type = INLAY_GROUP, .repetition = INLAY_OPTIONAL};
    uint32_t index;
    TRY(inlay_schema_add(t->import->own, parent, &group, &index));
    for (uint32_t child = t->nodes[node].first; child != 0; child = t->nodes[child].next)
        TRY(sample_emit(t, child, index, t->nodes[child].name));
    return INLAY_OK;
}

/* The three levels of LogicalTypes.md, "Lists". */
static inlay_status sample_list(struct sample_tree *t, uint32_t node, uint32_t parent, inlay_bytes name)
{
    static const inlay_bytes element = {(const uint8_t *)"element", 7};
    inlay_node list = {.name = name, .type = INLAY_GROUP, .repetition = INLAY_OPTIONAL,
                       .logical = {.kind = INLAY_LIST}};
    inlay_node repeated = {.name = {(const uint8_t *)"list", 4}, .type = INLAY_GROUP, .repetition = INLAY_REPEATED};
    uint32_t outer, inner, child = t->nodes[node].first;
    struct infer nothing = {0};
    TRY(inlay_schema_add(t->import->own, parent, &list, &outer));
    TRY(inlay_schema_add(t->import->own, outer, &repeated, &inner));
    return child ? sample_emit(t, child, inner, element) : sample_leaf(t->import, inner, element, &nothing);
}

static inlay_status sample_emit(struct sample_tree *t, uint32_t node, uint32_t parent, inlay_bytes name)
{
    const struct sample_node *n = &t->nodes[node];
    bool typed = sample_type(t->import, parent, name) != NULL;
    if (!typed && n->infer.bits == INFER_OBJECT && n->first != 0)
        return sample_group(t, node, parent, name);
    if (!typed && n->infer.bits == INFER_ARRAY)
        return sample_list(t, node, parent, name);
    return sample_leaf(t->import, parent, name, &n->infer);
}

static inlay_status sample_lines(struct sample_tree *t)
{
    size_t skip = 0;
    inlay_bytes text;
    inlay_status status;
    for (size_t rows = 0; (status = sample_next(t->import, &skip, rows, &text)) == INLAY_OK; rows++) {
        struct json_reader r;
        struct json_value v;
        json_start(&r, text.data, text.len);
        json_skip(&r);
        if (!json_finish(&r))
            continue; /* a bad row says nothing */
        json_start(&r, text.data, text.len);
        if (json_read(&r, &v) == JSON_OBJECT)
            TRY(sample_members(t, &r, 0, 0));
    }
    if (status != INLAY_END)
        return status;
    if (t->nodes[0].first == 0)
        return err_set(t->import->env, INLAY_CORRUPT, ERR("no member of an object to take a schema from"));
    TRY(inlay_schema_new(t->import->env, &t->import->own));
    for (uint32_t child = t->nodes[0].first; child != 0; child = t->nodes[child].next)
        TRY(sample_emit(t, child, 0, t->nodes[child].name));
    return INLAY_OK;
}

inlay_status sample_json(inlay_import *import)
{
    struct sample_tree t = {.import = import};
    inlay_env *env = import->env;
    void *block = NULL;
    inlay_status status = mem_grow(env, &block, &t.capacity, 1, sizeof *t.nodes);
    if (status == INLAY_OK) {
        t.nodes = block;
        t.nodes[t.n++] = (struct sample_node){.parent = UINT32_MAX};
        status = sample_lines(&t);
    }
    nameindex_free(&t.index, env);
    mem_free(env, t.nodes, t.capacity * sizeof *t.nodes);
    return status;
}

#endif
