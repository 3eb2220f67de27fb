/* JSON values into levels and values, by the shapes of the schema. Source: parquet-format README "Nested
 * Encoding"; LogicalTypes.md "Nested Types". Recursion goes as deep as the schema, and as JSON_DEPTH. */
#include "import/import.h"

#if INLAY_WRITE && INLAY_IMPORT

#include <string.h>

static const inlay_bytes shred_nothing = {NULL, 0};

/* A value in the sense of the schema, in the place of a field or of a list's element. */
struct shred_place {
    uint32_t node;
    const inlay_shape *shape;
    bool nullable;
    uint8_t null_def, def; /* levels of null, and of a value that is there */
    uint8_t rep;
};

static inlay_status shred_any(inlay_import *import, struct json_reader *r, const struct shred_place *at);

static inlay_status shred_syntax(inlay_import *import, const struct json_reader *r)
{
    return import_fault(import, 0, r->failed, (inlay_bytes){r->start + r->failed_at, 0}, false);
}

/* One level for each leaf below a node. */
static inlay_status shred_levels(inlay_import *import, uint32_t node, uint8_t def, uint8_t rep)
{
    const struct import_node *n = &import->nodes[node];
    for (uint32_t leaf = n->first_leaf; leaf < n->end_leaf; leaf++)
        TRY(leaf_level(&import->leaves[leaf], import->env, def, rep));
    return INLAY_OK;
}

inlay_status shred_null(inlay_import *import, uint32_t node, uint8_t def, uint8_t rep)
{
    if (inlay_schema_node(import->schema, node)->repetition == INLAY_REQUIRED)
        return import_fault(import, node, ERR("a required value is missing"), shred_nothing, false);
    return shred_levels(import, node, def, rep);
}

/* ---- leaves ---- */

/* The text of a scalar that was read; strings without escapes. */
static inlay_status shred_text(inlay_import *import, const struct json_value *v, inlay_bytes *text)
{
    static const uint8_t words[] = "truefalse";
    *text = v->text;
    if (v->kind == JSON_TRUE || v->kind == JSON_FALSE)
        *text = v->kind == JSON_TRUE ? (inlay_bytes){words, 4} : (inlay_bytes){words + 4, 5};
    if (v->kind == JSON_STRING && v->escapes) {
        void *block = NULL;
        TRY(mem_pool_take(&import->texts, v->text.len + 1, &block));
        *text = (inlay_bytes){block, json_decode(v, block)};
    }
    return INLAY_OK;
}

/* Where the type was inferred: is this kind of value one of that type? Dates and times are strings anyway. */
static bool shred_fits(const inlay_node *node, const struct json_value *v)
{
    double special;
    switch (node->logical.kind) {
    case INLAY_STRING:
    case INLAY_DATE:
    case INLAY_TIMESTAMP:
        return v->kind == JSON_STRING;
    default:
        break;
    }
    if (node->type == INLAY_BOOLEAN)
        return v->kind == JSON_TRUE || v->kind == JSON_FALSE;
    return v->kind == JSON_NUMBER || (node->type == INLAY_DOUBLE && v->kind == JSON_STRING &&
                                      value_is_special(v->text.data, v->text.len, &special));
}

static inlay_status shred_leaf(inlay_import *import, struct json_reader *r, const struct shred_place *at)
{
    const inlay_node *node = inlay_schema_node(import->schema, at->node);
    const struct leaf *leaf = &import->leaves[node->leaf];
    struct json_reader before = *r;
    struct json_value v;
    inlay_bytes text, stands;
    enum json_kind kind = json_read(r, &v);
    if (kind == JSON_NONE)
        return shred_syntax(import, r);
    if (kind == JSON_NULL && at->nullable)
        return leaf_level(&import->leaves[node->leaf], import->env, at->null_def, at->rep);
    if (kind == JSON_NULL)
        return import_fault(import, at->node, ERR("a required value is null"), shred_nothing, false);
    bool json = node->logical.kind == INLAY_JSON;
    if (json && (leaf->mixed || kind != JSON_STRING)) {
        *r = before;
        stands = json_span(r);
        return r->failed ? shred_syntax(import, r) : import_value(import, at->node, stands, stands, at->rep);
    }
    if (kind == JSON_OBJECT || kind == JSON_ARRAY)
        return import_fault(import, at->node, ERR("an object or array where one value is wanted"),
                            (inlay_bytes){r->at - 1, 1}, true);
    TRY(shred_text(import, &v, &text));
    stands = v.kind == JSON_TRUE || v.kind == JSON_FALSE ? (inlay_bytes){r->at - text.len, text.len} : v.text;
    if (leaf->strict && !shred_fits(node, &v))
        return import_fault(import, at->node, ERR("a value of another kind than the sample's"), stands, true);
    return import_value(import, at->node, text, stands, at->rep);
}

/* ---- groups ---- */

static inlay_status shred_name(inlay_import *import, const struct json_value *key, inlay_bytes *name)
{
    *name = key->text;
    if (!key->escapes)
        return INLAY_OK;
    buf_clear(&import->scratch);
    uint8_t *to = buf_reserve(&import->scratch, key->text.len + 1);
    if (!to)
        return import->scratch.status;
    *name = (inlay_bytes){to, json_decode(key, to)};
    return INLAY_OK;
}

static bool shred_is_named(const inlay_import *import, uint32_t node, inlay_bytes name)
{
    const inlay_node *n = inlay_schema_node(import->schema, node);
    return n->name.len == name.len && memcmp(n->name.data, name.data, name.len) == 0;
}

/* One member whose name was read. */
static inlay_status shred_member(inlay_import *import, struct json_reader *r, uint32_t group, uint64_t object,
                                 const struct json_value *key, uint8_t def, uint8_t rep)
{
    struct import_node *g = &import->nodes[group];
    inlay_bytes name;
    TRY(shred_name(import, key, &name));
    uint32_t end = inlay_schema_node(import->schema, group)->end;
    uint32_t child = g->next > group && g->next < end && shred_is_named(import, g->next, name)
                         ? g->next
                         : import_member(import, group, name);
    if (child == 0 && import->options.ignore_unknown) {
        json_skip(r);
        return r->failed ? shred_syntax(import, r) : INLAY_OK;
    }
    if (child == 0)
        return import_fault(import, group, ERR("a member that the schema has not"), key->text, false);
    if (import->nodes[child].seen == object)
        return import_fault(import, child, ERR("a member twice"), key->text, false);
    import->nodes[child].seen = object;
    g->next = inlay_schema_node(import->schema, child)->end;
    return shred_value(import, r, child, def, rep);
}

/* The members of an object that was opened. */
static inlay_status shred_members(inlay_import *import, struct json_reader *r, uint32_t group, uint8_t def,
                                  uint8_t rep)
{
    struct json_value key;
    uint64_t object = ++import->objects;
    uint32_t end = inlay_schema_node(import->schema, group)->end;
    import->nodes[group].next = group + 1;
    while (json_member(r, &key))
        TRY(shred_member(import, r, group, object, &key, def, rep));
    if (r->failed)
        return shred_syntax(import, r);
    for (uint32_t child = group + 1; child < end; child = inlay_schema_node(import->schema, child)->end)
        if (import->nodes[child].seen != object)
            TRY(shred_null(import, child, def, rep));
    return INLAY_OK;
}

/* ---- lists and maps ---- */

static inlay_status shred_list(inlay_import *import, struct json_reader *r, const struct shred_place *at)
{
    const inlay_node *repeated = inlay_schema_node(import->schema, at->shape->repeated);
    uint8_t rep = at->rep;
    bool any = false;
    while (json_element(r)) {
        uint32_t element = at->shape->element;
        struct shred_place place = {.node = element, .shape = &import->nodes[element].element,
                                    .null_def = repeated->max_def, .def = repeated->max_def, .rep = rep};
        TRY(element == at->shape->repeated ? shred_any(import, r, &place)
                                           : shred_value(import, r, element, repeated->max_def, rep));
        rep = repeated->max_rep;
        any = true;
    }
    if (r->failed)
        return shred_syntax(import, r);
    return any ? INLAY_OK : shred_levels(import, at->shape->repeated, at->def, at->rep);
}

/* {"key":k,"value":v}, opened. */
static inlay_status shred_pair(inlay_import *import, struct json_reader *r, const inlay_shape *shape, uint8_t rep)
{
    uint8_t def = inlay_schema_node(import->schema, shape->repeated)->max_def;
    struct json_value name;
    bool has_key = false, has_value = false;
    while (json_member(r, &name)) {
        bool key = json_is(&name, "key");
        if ((!key && !json_is(&name, "value")) || (key ? has_key : has_value))
            return import_fault(import, shape->repeated, ERR("an entry is {\"key\":k,\"value\":v}"), name.text, false);
        has_key = has_key || key;
        has_value = has_value || !key;
        if (key || shape->value != 0) {
            TRY(shred_value(import, r, key ? shape->key : shape->value, def, rep));
        } else {
            json_skip(r);
        }
    }
    if (r->failed)
        return shred_syntax(import, r);
    if (!has_key)
        TRY(shred_null(import, shape->key, def, rep));
    return has_value || shape->value == 0 ? INLAY_OK : shred_null(import, shape->value, def, rep);
}

/* One entry of a map: an element of an array, or a member of an object. */
static inlay_status shred_entry(inlay_import *import, struct json_reader *r, const inlay_shape *shape,
                                const struct json_value *name, uint8_t rep)
{
    uint8_t def = inlay_schema_node(import->schema, shape->repeated)->max_def;
    struct json_value v;
    inlay_bytes text;
    if (!name) {
        if (json_read(r, &v) == JSON_OBJECT)
            return shred_pair(import, r, shape, rep);
        return r->failed ? shred_syntax(import, r)
                         : import_fault(import, shape->repeated, ERR("an entry is {\"key\":k,\"value\":v}"),
                                        shred_nothing, false);
    }
    if (inlay_schema_node(import->schema, shape->key)->type == INLAY_GROUP)
        return import_fault(import, shape->key, ERR("keys that are groups are entries of an array"),
                            name->text, false);
    TRY(shred_text(import, name, &text));
    TRY(import_value(import, shape->key, text, name->text, rep));
    if (shape->value != 0)
        return shred_value(import, r, shape->value, def, rep);
    json_skip(r);
    return INLAY_OK;
}

static inlay_status shred_map(inlay_import *import, struct json_reader *r, const struct shred_place *at, bool array)
{
    const inlay_node *repeated = inlay_schema_node(import->schema, at->shape->repeated);
    struct json_value name;
    uint8_t rep = at->rep;
    bool any = false;
    while (array ? json_element(r) : json_member(r, &name)) {
        TRY(shred_entry(import, r, at->shape, array ? NULL : &name, rep));
        rep = repeated->max_rep;
        any = true;
    }
    if (r->failed)
        return shred_syntax(import, r);
    return any ? INLAY_OK : shred_levels(import, at->shape->repeated, at->def, at->rep);
}

/* ---- any value ---- */

static inlay_status shred_any(inlay_import *import, struct json_reader *r, const struct shred_place *at)
{
    struct json_value v;
    if (at->shape->kind == INLAY_SHAPE_VALUE)
        return shred_leaf(import, r, at);
    enum json_kind kind = json_read(r, &v);
    if (kind == JSON_NONE)
        return shred_syntax(import, r);
    if (kind == JSON_NULL && at->nullable)
        return shred_levels(import, at->node, at->null_def, at->rep);
    if (kind == JSON_NULL)
        return import_fault(import, at->node, ERR("a required value is null"), shred_nothing, false);
    if (at->shape->kind == INLAY_SHAPE_STRUCT && kind == JSON_OBJECT)
        return shred_members(import, r, at->node, at->def, at->rep);
    if (at->shape->kind == INLAY_SHAPE_LIST && kind == JSON_ARRAY)
        return shred_list(import, r, at);
    if (at->shape->kind == INLAY_SHAPE_MAP && (kind == JSON_OBJECT || kind == JSON_ARRAY))
        return shred_map(import, r, at, kind == JSON_ARRAY);
    inlay_bytes stands = v.text.data ? v.text : (inlay_bytes){r->at - 1, 1};
    return import_fault(import, at->node,
                        at->shape->kind == INLAY_SHAPE_STRUCT ? ERR("an object is wanted")
                        : at->shape->kind == INLAY_SHAPE_LIST ? ERR("an array is wanted")
                                                              : ERR("an object or array is wanted"),
                        stands, true);
}

inlay_status shred_value(inlay_import *import, struct json_reader *r, uint32_t node, uint8_t def, uint8_t rep)
{
    const inlay_node *n = inlay_schema_node(import->schema, node);
    bool repeated = n->repetition == INLAY_REPEATED; /* by itself a list: null is the empty one */
    struct shred_place at = {.node = node, .shape = &import->nodes[node].shape,
                             .nullable = n->repetition != INLAY_REQUIRED, .null_def = def,
                             .def = repeated ? def : n->max_def, .rep = rep};
    return shred_any(import, r, &at);
}

inlay_status shred_row(inlay_import *import, inlay_bytes line)
{
    struct json_reader r;
    struct json_value v;
    json_start(&r, line.data, line.len);
    enum json_kind kind = json_read(&r, &v);
    if (kind != JSON_NONE && kind != JSON_OBJECT)
        return import_fault(import, 0, ERR("a row is a JSON object"), (inlay_bytes){line.data, 0}, false);
    if (kind == JSON_OBJECT)
        TRY(shred_members(import, &r, 0, 0, 0));
    return json_finish(&r) ? INLAY_OK : shred_syntax(import, &r);
}

inlay_status shred_field(inlay_import *import, inlay_bytes text, inlay_bytes stands, uint32_t node)
{
    struct json_reader r;
    json_start(&r, text.data, text.len);
    inlay_status status = shred_value(import, &r, node, 0, 0);
    if (status == INLAY_OK && !json_finish(&r))
        status = shred_syntax(import, &r);
    if (status == INLAY_CORRUPT) /* positions are the field's: its text may be unquoted elsewhere */
        return import_fault(import, node, import->bad.what, stands, false);
    return status;
}

#endif
