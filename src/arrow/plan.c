/* The plan of a stream, made from the Parquet schema, the caller's choice and ARROW:schema; see plan.h.
 *
 * Functions that call each other go one group of the schema deeper with each or every second call, so
 * limits.schema_depth bounds them. */
#include "arrow/plan.h"

#include "base/bytes.h"

struct arrow_planner {
    struct arrow_plan *plan;
    inlay_env *env;
    const inlay_schema *schema;
    const inlay_arrow_options *options;
    inlay_arrow_schema *side; /* NULL: none */
    uint8_t *chosen;          /* [nodes] 1 = read, with what lies between it and the root */
    size_t n_chosen;
};

/* Where a field stands: below which node, and which levels make its slots. */
struct arrow_place {
    uint32_t parent;
    uint8_t slot_def, slot_rep;
};

static inlay_status arrow_plan_field(struct arrow_planner *p, uint32_t parquet, bool element_of,
                                     struct arrow_place place, const struct arrow_entry *entry,
                                     bool *same);

/* ---- what is read ---- */

static inlay_status arrow_plan_choose(struct arrow_planner *p)
{
    const inlay_arrow_options *o = p->options;
    void *block = NULL;
    p->n_chosen = inlay_schema_nodes(p->schema);
    inlay_status status = mem_new(p->env, p->n_chosen, &block);
    p->chosen = block;
    if (status != INLAY_OK) {
        p->n_chosen = 0;
        return status;
    }
    if (!o->nodes) {
        memset(p->chosen, 1, p->n_chosen);
        return INLAY_OK;
    }
    for (size_t i = 0; i < o->n_nodes; i++) {
        const inlay_node *node = inlay_schema_node(p->schema, o->nodes[i]);
        if (!node)
            return err_set(p->env, INLAY_ARG, ERR("no such schema node"));
        memset(p->chosen + o->nodes[i], 1, node->end - o->nodes[i]);
        for (uint32_t up = node->parent; !p->chosen[up]; up = inlay_schema_node(p->schema, up)->parent)
            p->chosen[up] = 1;
    }
    return INLAY_OK;
}

/* Does a chosen column lie in the subtree? */
static bool arrow_plan_has_leaf(const struct arrow_planner *p, uint32_t parquet)
{
    uint32_t end = inlay_schema_node(p->schema, parquet)->end;
    for (uint32_t i = parquet; i < end; i++)
        if (p->chosen[i] && inlay_schema_node(p->schema, i)->type != INLAY_GROUP)
            return true;
    return false;
}

/* ---- nodes ---- */

static inlay_status arrow_plan_add(struct arrow_planner *p, uint32_t parquet,
                                   struct arrow_place place, const char *format, uint8_t kind,
                                   uint32_t *index)
{
    struct arrow_plan *plan = p->plan;
    void *block = plan->nodes, *name = NULL;
    inlay_bytes text = inlay_schema_node(p->schema, parquet)->name;
    TRY(mem_grow(p->env, &block, &plan->capacity, plan->n_nodes + 1, sizeof *plan->nodes));
    plan->nodes = block;
    TRY(mem_pool_take(&plan->pool, text.len + 1, &name));
    if (text.len)
        memcpy(name, text.data, text.len);
    *index = (uint32_t)plan->n_nodes++;
    plan->nodes[*index] = (struct arrow_node){.parquet = parquet,
                                              .parent = place.parent,
                                              .end = *index + 1,
                                              .leaf = ARROW_NO_LEAF,
                                              .kind = kind,
                                              .slot_def = place.slot_def,
                                              .slot_rep = place.slot_rep,
                                              .format = format,
                                              .name = name};
    if (*index)
        plan->nodes[place.parent].n_children++;
    return INLAY_OK;
}

/* The last steps of a field: large formats, ARROW:schema's metadata. *same: the children's on entry, this
 * field's on return. */
static inlay_status arrow_plan_end(struct arrow_planner *p, uint32_t index,
                                   const struct arrow_entry *entry, bool *same)
{
    struct arrow_node *node = &p->plan->nodes[index];
    const inlay_node *parquet = inlay_schema_node(p->schema, node->parquet);
    inlay_node field = *parquet;
    node->end = (uint32_t)p->plan->n_nodes;
    /* the elements of an unannotated repeated column share its node, but not its id */
    if (field.type != INLAY_GROUP && p->plan->nodes[node->parent].parquet == node->parquet)
        field.has_field_id = false;
    if (node->large)
        node->format = node->kind == ARROW_KIND_LIST ? "+L" : node->format[0] == 'u' ? "U" : "Z";
    *same = *same && entry && arrow_type_is(node, entry);
    return arrow_metadata_field(&p->plan->pool, &field, p->side, entry, *same, node);
}

static inlay_status arrow_plan_leaf(struct arrow_planner *p, uint32_t parquet,
                                    struct arrow_place place, const struct arrow_entry *entry,
                                    bool *same)
{
    struct arrow_plan *plan = p->plan;
    const inlay_node *leaf = inlay_schema_node(p->schema, parquet);
    uint32_t index;
    void *block = plan->leaves;
    if (leaf->max_def > ARROW_MOST_LEVELS)
        return err_set(p->env, INLAY_UNSUPPORTED, ERR("Arrow arrays of more than 127 levels"));
    TRY(arrow_plan_add(p, parquet, place, "", ARROW_KIND_NULL, &index));
    TRY(mem_grow(p->env, &block, &plan->leaves_capacity, plan->n_leaves + 1, sizeof *plan->leaves));
    plan->leaves = block;
    struct arrow_node *node = &plan->nodes[index];
    node->leaf = (uint32_t)plan->n_leaves;
    plan->leaves[plan->n_leaves++] = index;
    node->own_def = leaf->max_def;
    node->nullable = leaf->repetition == INLAY_OPTIONAL;
    TRY(arrow_type_leaf(&plan->pool, leaf, p->options, node));
    if (entry)
        TRY(arrow_type_hint(&plan->pool, leaf, entry, node));
    if (node->kind == ARROW_KIND_BYTES) {
        bool stored = entry && entry->dictionary && leaf->logical.kind != INLAY_JSON;
        node->dictionary = p->options->dictionary == INLAY_ARROW_DICTIONARY_ALL ||
                           (p->options->dictionary == INLAY_ARROW_DICTIONARY_STORED && stored);
        node->ordered = node->dictionary && stored && entry->ordered;
        node->large = node->large || p->options->large;
    }
    *same = true;
    return arrow_plan_end(p, index, entry, same);
}

/* Fields of a group. ARROW:schema counts where it has as many and they have the same names. */
static inlay_status arrow_plan_fields(struct arrow_planner *p, uint32_t parquet,
                                      struct arrow_place place, const struct arrow_entry *first,
                                      uint32_t n_entries, bool *same)
{
    const inlay_node *group = inlay_schema_node(p->schema, parquet);
    if (n_entries != group->n_children)
        first = NULL;
    *same = first != NULL;
    uint32_t child = parquet + 1;
    for (uint32_t i = 0; i < group->n_children; i++) {
        const inlay_node *node = inlay_schema_node(p->schema, child);
        const struct arrow_entry *entry = first ? first + i : NULL;
        bool child_same = false;
        if (entry && (entry->name.len != node->name.len ||
                      (node->name.len && memcmp(entry->name.data, node->name.data, node->name.len))))
            entry = NULL;
        if (p->chosen[child])
            TRY(arrow_plan_field(p, child, false, place, entry, &child_same));
        *same = *same && child_same;
        child = node->end;
    }
    return INLAY_OK;
}

static const struct arrow_entry *arrow_plan_children(const struct arrow_planner *p,
                                                     const struct arrow_entry *entry, uint8_t type,
                                                     uint32_t *n)
{
    *n = 0;
    if (!entry || entry->type != type || entry->n_children == 0)
        return NULL;
    *n = entry->n_children;
    return p->side->entries + entry->first_child;
}

static inlay_status arrow_plan_struct(struct arrow_planner *p, uint32_t parquet,
                                      struct arrow_place place, const struct arrow_entry *entry,
                                      bool *same)
{
    const inlay_node *group = inlay_schema_node(p->schema, parquet);
    uint32_t index, n;
    TRY(arrow_plan_add(p, parquet, place, "+s", ARROW_KIND_STRUCT, &index));
    p->plan->nodes[index].own_def = group->max_def;
    p->plan->nodes[index].nullable = group->repetition == INLAY_OPTIONAL;
    const struct arrow_entry *first = arrow_plan_children(p, entry, ARROW_TYPE_STRUCT, &n);
    place.parent = index;
    TRY(arrow_plan_fields(p, parquet, place, first, n, same));
    return arrow_plan_end(p, index, entry, same);
}

/* ---- lists and maps ---- */

/* The list itself; its element's place comes back. */
static inlay_status arrow_plan_list_node(struct arrow_planner *p, uint32_t parquet,
                                         uint32_t repeated, const char *format,
                                         struct arrow_place *place, uint32_t *index)
{
    const inlay_node *field = inlay_schema_node(p->schema, parquet);
    const inlay_node *each = inlay_schema_node(p->schema, repeated);
    TRY(arrow_plan_add(p, parquet, *place, format, ARROW_KIND_LIST, index));
    struct arrow_node *list = &p->plan->nodes[*index];
    list->nullable = field->repetition == INLAY_OPTIONAL;
    /* an unannotated repeated field is present wherever its parent is */
    list->own_def = repeated == parquet ? (uint8_t)(field->max_def - 1) : field->max_def;
    list->elem_def = each->max_def;
    list->elem_rep = each->max_rep;
    *place = (struct arrow_place){*index, each->max_def, each->max_rep};
    return INLAY_OK;
}

static inlay_status arrow_plan_list(struct arrow_planner *p, uint32_t parquet, uint32_t repeated,
                                    uint32_t element, struct arrow_place place,
                                    const struct arrow_entry *entry, bool *same)
{
    uint32_t index, n;
    TRY(arrow_plan_list_node(p, parquet, repeated, "+l", &place, &index));
    if (entry)
        TRY(arrow_type_hint(&p->plan->pool, inlay_schema_node(p->schema, parquet), entry,
                            &p->plan->nodes[index]));
    if (p->options->large)
        p->plan->nodes[index].large = true;
    static const uint8_t types[] = {ARROW_TYPE_LIST, ARROW_TYPE_LARGE_LIST, ARROW_TYPE_FIXED_LIST};
    const struct arrow_entry *child = NULL;
    for (size_t i = 0; !child && i < sizeof types; i++) {
        child = arrow_plan_children(p, entry, types[i], &n);
        if (n != 1)
            child = NULL;
    }
    TRY(arrow_plan_field(p, element, element == repeated, place, child, same));
    return arrow_plan_end(p, index, entry, same);
}

/* map<key, value>: a list of entries, structs of the two. */
static inlay_status arrow_plan_map(struct arrow_planner *p, uint32_t parquet,
                                   const inlay_shape *shape, struct arrow_place place,
                                   const struct arrow_entry *entry, bool *same)
{
    uint32_t index, entries, n;
    bool key_same = false, value_same = false;
    const struct arrow_entry *each = arrow_plan_children(p, entry, ARROW_TYPE_MAP, &n);
    const struct arrow_entry *pair = arrow_plan_children(p, each, ARROW_TYPE_STRUCT, &n);
    if (n != 2)
        each = pair = NULL;
    TRY(arrow_plan_list_node(p, parquet, shape->repeated, "+m", &place, &index));
    p->plan->nodes[index].sorted = each && entry->a;
    TRY(arrow_plan_add(p, shape->repeated, place, "+s", ARROW_KIND_STRUCT, &entries));
    p->plan->nodes[entries].own_def = p->plan->nodes[entries].slot_def;
    p->plan->nodes[entries].name = "entries";
    place.parent = entries;
    TRY(arrow_plan_field(p, shape->key, false, place, pair, &key_same));
    TRY(arrow_plan_field(p, shape->value, false, place, pair ? pair + 1 : NULL, &value_same));
    *same = key_same && value_same;
    TRY(arrow_plan_end(p, entries, each, same));
    return arrow_plan_end(p, index, entry, same);
}

/* Will the field have a node? */
static bool arrow_plan_made(const struct arrow_planner *p, uint32_t parquet)
{
    return arrow_plan_has_leaf(p, parquet) ||
           inlay_schema_shape(p->schema, parquet, false).kind == INLAY_SHAPE_STRUCT;
}

static inlay_status arrow_plan_any_map(struct arrow_planner *p, uint32_t parquet,
                                       const inlay_shape *shape, struct arrow_place place,
                                       const struct arrow_entry *entry, bool *same)
{
    const inlay_node *key = inlay_schema_node(p->schema, shape->key);
    memset(p->chosen + shape->key, 1, key->end - shape->key);
    if (!shape->value || !p->chosen[shape->value] || !arrow_plan_made(p, shape->value))
        return arrow_plan_list(p, parquet, shape->repeated, shape->key, place, entry, same);
    if (key->repetition != INLAY_REQUIRED || !arrow_plan_made(p, shape->key))
        return arrow_plan_list(p, parquet, shape->repeated, shape->repeated, place, entry, same);
    return arrow_plan_map(p, parquet, shape, place, entry, same);
}

static inlay_status arrow_plan_field(struct arrow_planner *p, uint32_t parquet, bool element_of,
                                     struct arrow_place place, const struct arrow_entry *entry,
                                     bool *same)
{
    inlay_shape shape = inlay_schema_shape(p->schema, parquet, element_of);
    *same = false;
    switch (shape.kind) {
    case INLAY_SHAPE_VALUE:
        return arrow_plan_leaf(p, parquet, place, entry, same);
    case INLAY_SHAPE_LIST:
        return arrow_plan_has_leaf(p, parquet)
                   ? arrow_plan_list(p, parquet, shape.repeated, shape.element, place, entry, same)
                   : INLAY_OK;
    case INLAY_SHAPE_MAP:
        return arrow_plan_has_leaf(p, parquet)
                   ? arrow_plan_any_map(p, parquet, &shape, place, entry, same)
                   : INLAY_OK;
    case INLAY_SHAPE_STRUCT:
        break;
    }
    return arrow_plan_struct(p, parquet, place, entry, same);
}

/* ---- the whole ---- */

/* Every struct and list takes the leaf with the fewest levels of repetition below it. Children stand behind
 * their parents, so going back visits them first. */
static void arrow_plan_witnesses(const struct arrow_planner *p)
{
    struct arrow_plan *plan = p->plan;
    for (size_t i = plan->n_nodes; i-- > 1;) {
        const struct arrow_node *node = &plan->nodes[i];
        struct arrow_node *up = &plan->nodes[node->parent];
        if (node->leaf == ARROW_NO_LEAF)
            continue;
        uint32_t mine = plan->nodes[plan->leaves[node->leaf]].parquet;
        uint32_t theirs = up->leaf == ARROW_NO_LEAF ? 0 : plan->nodes[plan->leaves[up->leaf]].parquet;
        if (!theirs || inlay_schema_node(p->schema, mine)->max_rep <=
                           inlay_schema_node(p->schema, theirs)->max_rep)
            up->leaf = node->leaf;
    }
    plan->nodes[0].leaf = ARROW_NO_LEAF; /* the rows are counted */
}

static inlay_status arrow_plan_all(struct arrow_planner *p, const inlay_reader *reader)
{
    uint32_t root;
    bool same;
    struct arrow_place place = {0, 0, 0};
    const struct arrow_entry *first = p->side ? p->side->entries : NULL;
    TRY(arrow_plan_choose(p));
    TRY(arrow_plan_add(p, 0, place, "+s", ARROW_KIND_STRUCT, &root));
    p->plan->nodes[0].name = "";
    TRY(arrow_plan_fields(p, 0, place, first, p->side ? p->side->n_top : 0, &same));
    p->plan->nodes[0].end = (uint32_t)p->plan->n_nodes;
    arrow_plan_witnesses(p);
    return arrow_metadata_file(&p->plan->pool, reader, &p->plan->nodes[0]);
}

inlay_status arrow_plan_make(struct arrow_plan *plan, inlay_env *env, const inlay_reader *reader,
                             const inlay_arrow_options *options)
{
    struct arrow_planner p = {
        .plan = plan, .env = env, .schema = inlay_reader_schema(reader), .options = options};
    *plan = (struct arrow_plan){.env = env};
    mem_pool_init(&plan->pool, env);
    inlay_status status = INLAY_OK;
    if (!options->ignore_schema) {
        inlay_error before = env->error;
        status = inlay_arrow_schema_open(env, reader, &p.side);
        if (status == INLAY_END || status == INLAY_CORRUPT || status == INLAY_LIMIT) {
            env->error = before; /* the columns can be read without it */
            status = INLAY_OK;
        }
    }
    if (status == INLAY_OK)
        status = arrow_plan_all(&p, reader);
    inlay_arrow_schema_close(p.side);
    mem_free(env, p.chosen, p.n_chosen);
    return status;
}

void arrow_plan_free(struct arrow_plan *plan)
{
    if (!plan->env)
        return;
    mem_free(plan->env, plan->nodes, plan->capacity * sizeof *plan->nodes);
    mem_free(plan->env, plan->leaves, plan->leaves_capacity * sizeof *plan->leaves);
    mem_pool_free(&plan->pool);
    *plan = (struct arrow_plan){.env = NULL};
}
