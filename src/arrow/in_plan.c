/* The plan of an import: entries to Parquet's schema and to nodes; see in.h.
 *
 * Lists and maps get the three levels and names of LogicalTypes.md. Functions that call each other go one entry
 * deeper with each or every second call; the depth of entries is limited where they are made. */
#include "arrow/in.h"

#include "base/bytes.h"

#if INLAY_WRITE

struct arrow_in_planner {
    struct arrow_in_plan *plan;
    const inlay_arrow_schema *fields;
};

/* Where a field goes. */
struct arrow_in_place {
    uint32_t parquet; /* the group above */
    uint32_t parent;  /* the node above; for top-level fields UINT32_MAX */
    uint32_t child;
    uint8_t base, rep;
    uint32_t steps;   /* above it */
};

/* How it is called there, where that is not its own name, and whether it may be null. */
struct arrow_in_name {
    const char *text; /* NULL: the entry's */
    const struct arrow_entry *entry; /* whose name and id it has */
    bool optional;
};

static inlay_status arrow_in_field(struct arrow_in_planner *p, const struct arrow_entry *entry,
                                   struct arrow_in_place place, struct arrow_in_name name);

static const struct arrow_entry *arrow_in_child(const struct arrow_in_planner *p, const struct arrow_entry *entry,
                                                uint32_t i)
{
    return p->fields->entries + entry->first_child + i;
}

/* ---- adding ---- */

static inlay_status arrow_in_add(struct arrow_in_planner *p, const struct arrow_in_place *place, uint8_t step,
                                 bool optional, uint32_t *index)
{
    struct arrow_in_plan *plan = p->plan;
    void *block = plan->nodes;
    TRY(mem_grow(plan->env, &block, &plan->capacity, plan->n_nodes + 1, sizeof *plan->nodes));
    plan->nodes = block;
    *index = (uint32_t)plan->n_nodes++;
    plan->nodes[*index] = (struct arrow_in_node){.parent = place->parent,
                                                 .end = *index + 1,
                                                 .child = place->child,
                                                 .step = step,
                                                 .optional = optional,
                                                 .def = (uint8_t)(place->base + optional),
                                                 .rep = place->rep};
    if (plan->most_steps < place->steps + 1)
        plan->most_steps = place->steps + 1;
    return INLAY_OK;
}

/* A node of Parquet with the field's name and id. */
static inlay_status arrow_in_parquet(struct arrow_in_planner *p, uint32_t parent, const struct arrow_in_name *name,
                                     inlay_node *spec, uint32_t *index)
{
    const struct arrow_entry *entry = name->entry;
    spec->name = name->text ? (inlay_bytes){(const uint8_t *)name->text, strlen(name->text)} : entry->name;
    spec->repetition = name->optional ? INLAY_OPTIONAL : INLAY_REQUIRED;
    arrow_in_field_id(p->fields, entry, spec);
    return inlay_schema_add(p->plan->schema, parent, spec, index);
}

/* The place of a child that stands below the node. */
static struct arrow_in_place arrow_in_below_node(const struct arrow_in_planner *p, struct arrow_in_place place,
                                                 uint32_t index, uint32_t parquet, bool repeated)
{
    const struct arrow_in_node *node = &p->plan->nodes[index];
    return (struct arrow_in_place){.parquet = parquet,
                                   .parent = index,
                                   .base = (uint8_t)(node->def + repeated),
                                   .rep = (uint8_t)(place.rep + repeated),
                                   .steps = place.steps + 1};
}

/* ---- fields ---- */

static inlay_status arrow_in_leaf_node(struct arrow_in_planner *p, const struct arrow_entry *entry,
                                       struct arrow_in_place place, struct arrow_in_name name)
{
    struct arrow_in_plan *plan = p->plan;
    inlay_node spec = {.type = INLAY_INT32};
    uint32_t index;
    void *block = plan->leaves;
    name.optional = name.optional || entry->type == ARROW_TYPE_NULL;
    TRY(arrow_in_add(p, &place, ARROW_IN_VALUE, name.optional, &index));
    struct arrow_in_node *node = &plan->nodes[index];
    TRY(arrow_in_type(plan->env, p->fields, entry, node, &spec));
    TRY(arrow_in_parquet(p, place.parquet, &name, &spec, &node->parquet));
    TRY(mem_grow(plan->env, &block, &plan->leaves_capacity, plan->n_leaves + 1, sizeof *plan->leaves));
    plan->leaves = block;
    node->leaf = (uint32_t)plan->n_leaves;
    plan->leaves[plan->n_leaves++] = index;
    if (entry->dictionary) {
        node->coded = true;
        node->index_bytes = (uint8_t)(entry->index_bits / 8);
        node->index_signed = entry->index_signed;
    }
    return INLAY_OK;
}

static inlay_status arrow_in_struct(struct arrow_in_planner *p, const struct arrow_entry *entry,
                                    struct arrow_in_place place, struct arrow_in_name name)
{
    inlay_node spec = {.type = INLAY_GROUP};
    uint32_t index, parquet;
    if (entry->n_children == 0)
        return err_set(p->plan->env, INLAY_UNSUPPORTED, ERR("an Arrow struct without members"));
    TRY(arrow_in_add(p, &place, ARROW_IN_STRUCT, name.optional, &index));
    TRY(arrow_in_parquet(p, place.parquet, &name, &spec, &parquet));
    struct arrow_in_place below = arrow_in_below_node(p, place, index, parquet, false);
    p->plan->nodes[index].n_children = entry->n_children;
    for (uint32_t i = 0; i < entry->n_children; i++) {
        const struct arrow_entry *child = arrow_in_child(p, entry, i);
        below.child = i;
        TRY(arrow_in_field(p, child, below, (struct arrow_in_name){NULL, child, child->nullable}));
    }
    p->plan->nodes[index].end = (uint32_t)p->plan->n_nodes;
    return INLAY_OK;
}

/* The list's node and its two groups; the element's place comes back. */
static inlay_status arrow_in_list_groups(struct arrow_in_planner *p, const struct arrow_entry *entry,
                                         struct arrow_in_place place, const struct arrow_in_name *name,
                                         const char *repeated, uint32_t *index, struct arrow_in_place *below)
{
    static const uint8_t steps[ARROW_N_TYPES] = {
        [ARROW_TYPE_LIST] = ARROW_IN_LIST,           [ARROW_TYPE_LARGE_LIST] = ARROW_IN_LIST,
        [ARROW_TYPE_MAP] = ARROW_IN_LIST,            [ARROW_TYPE_FIXED_LIST] = ARROW_IN_FIXED_LIST,
        [ARROW_TYPE_LIST_VIEW] = ARROW_IN_LIST_VIEW, [ARROW_TYPE_LARGE_LIST_VIEW] = ARROW_IN_LIST_VIEW};
    inlay_node list = {.type = INLAY_GROUP,
                       .logical.kind = entry->type == ARROW_TYPE_MAP ? INLAY_MAP : INLAY_LIST};
    inlay_node each = {.name = {(const uint8_t *)repeated, strlen(repeated)},
                       .type = INLAY_GROUP,
                       .repetition = INLAY_REPEATED};
    uint32_t parquet;
    TRY(arrow_in_add(p, &place, steps[entry->type], name->optional, index));
    struct arrow_in_node *node = &p->plan->nodes[*index];
    node->n_children = 1;
    node->size = entry->type == ARROW_TYPE_FIXED_LIST ? entry->a : 0;
    node->large = entry->type == ARROW_TYPE_LARGE_LIST || entry->type == ARROW_TYPE_LARGE_LIST_VIEW;
    TRY(arrow_in_parquet(p, place.parquet, name, &list, &parquet));
    TRY(inlay_schema_add(p->plan->schema, parquet, &each, &parquet));
    *below = arrow_in_below_node(p, place, *index, parquet, true);
    return INLAY_OK;
}

static inlay_status arrow_in_list(struct arrow_in_planner *p, const struct arrow_entry *entry,
                                  struct arrow_in_place place, struct arrow_in_name name)
{
    uint32_t index;
    const struct arrow_entry *element = arrow_in_child(p, entry, 0);
    TRY(arrow_in_list_groups(p, entry, place, &name, "list", &index, &place));
    TRY(arrow_in_field(p, element, place, (struct arrow_in_name){"element", element, element->nullable}));
    p->plan->nodes[index].end = (uint32_t)p->plan->n_nodes;
    return INLAY_OK;
}

/* map: a list of entries, which have a node in Arrow, while Parquet's is the repeated group. */
static inlay_status arrow_in_map(struct arrow_in_planner *p, const struct arrow_entry *entry,
                                 struct arrow_in_place place, struct arrow_in_name name)
{
    static const char *const names[] = {"key", "value"};
    uint32_t index, entries;
    const struct arrow_entry *pair = arrow_in_child(p, entry, 0);
    if (pair->type != ARROW_TYPE_STRUCT || pair->n_children != 2 || pair->dictionary)
        return err_set(p->plan->env, INLAY_ARG, ERR("the entries of an Arrow map are not structs of two"));
    TRY(arrow_in_list_groups(p, entry, place, &name, "key_value", &index, &place));
    TRY(arrow_in_add(p, &place, ARROW_IN_STRUCT, false, &entries));
    struct arrow_in_place below = arrow_in_below_node(p, place, entries, place.parquet, false);
    p->plan->nodes[entries].n_children = 2;
    for (uint32_t i = 0; i < 2; i++) {
        const struct arrow_entry *child = arrow_in_child(p, pair, i);
        below.child = i;
        TRY(arrow_in_field(p, child, below, (struct arrow_in_name){names[i], child, i == 1 && child->nullable}));
    }
    p->plan->nodes[entries].end = p->plan->nodes[index].end = (uint32_t)p->plan->n_nodes;
    return INLAY_OK;
}

/* A node that only says where the value stands. */
static inlay_status arrow_in_detour(struct arrow_in_planner *p, struct arrow_in_place *place, uint8_t step,
                                    bool optional, uint8_t index_bytes, bool index_signed, uint32_t *index)
{
    TRY(arrow_in_add(p, place, step, optional, index));
    struct arrow_in_node *node = &p->plan->nodes[*index];
    node->def = place->base; /* the level is the value's to add */
    node->n_children = step == ARROW_IN_RUNS ? 2 : 0;
    node->index_bytes = index_bytes;
    node->index_signed = index_signed;
    *place = (struct arrow_in_place){.parquet = place->parquet,
                                     .parent = *index,
                                     .child = step == ARROW_IN_RUNS ? 1 : ARROW_IN_DICTIONARY,
                                     .base = place->base,
                                     .rep = place->rep,
                                     .steps = place->steps + 1};
    return INLAY_OK;
}

static inlay_status arrow_in_runs(struct arrow_in_planner *p, const struct arrow_entry *entry,
                                  struct arrow_in_place place, struct arrow_in_name name)
{
    uint32_t index;
    const struct arrow_entry *ends = arrow_in_child(p, entry, 0), *values = arrow_in_child(p, entry, 1);
    if (ends->type != ARROW_TYPE_INT || ends->a == 8 || !ends->b || ends->dictionary)
        return err_set(p->plan->env, INLAY_ARG, ERR("run ends are integers of 16, 32 or 64 bits"));
    name.optional = name.optional || values->nullable;
    TRY(arrow_in_detour(p, &place, ARROW_IN_RUNS, name.optional, (uint8_t)(ends->a / 8), true, &index));
    TRY(arrow_in_field(p, values, place, name));
    p->plan->nodes[index].end = (uint32_t)p->plan->n_nodes;
    return INLAY_OK;
}

/* A field whose dictionary is dealt with. */
static inlay_status arrow_in_field_of_type(struct arrow_in_planner *p, const struct arrow_entry *entry,
                                           struct arrow_in_place place, struct arrow_in_name name)
{
    switch (entry->type) {
    case ARROW_TYPE_STRUCT:
        return arrow_in_struct(p, entry, place, name);
    case ARROW_TYPE_MAP:
        return arrow_in_map(p, entry, place, name);
    case ARROW_TYPE_RUN_END:
        return arrow_in_runs(p, entry, place, name);
    case ARROW_TYPE_LIST:
    case ARROW_TYPE_LARGE_LIST:
    case ARROW_TYPE_FIXED_LIST:
    case ARROW_TYPE_LIST_VIEW:
    case ARROW_TYPE_LARGE_LIST_VIEW:
        return arrow_in_list(p, entry, place, name);
    case ARROW_TYPE_UNION:
        return err_set(p->plan->env, INLAY_UNSUPPORTED, ERR("Arrow unions"));
    default:
        return arrow_in_leaf_node(p, entry, place, name);
    }
}

static inlay_status arrow_in_field(struct arrow_in_planner *p, const struct arrow_entry *entry,
                                   struct arrow_in_place place, struct arrow_in_name name)
{
    /* plain values keep their codes; BOOLEAN and null have no dictionary in Parquet */
    bool plain = entry->n_children == 0 && entry->type != ARROW_TYPE_BOOL && entry->type != ARROW_TYPE_NULL;
    uint32_t index;
    if (!entry->dictionary || plain)
        return arrow_in_field_of_type(p, entry, place, name);
    struct arrow_entry values = *entry;
    values.dictionary = false;
    TRY(arrow_in_detour(p, &place, ARROW_IN_CODES, name.optional, (uint8_t)(entry->index_bits / 8),
                        entry->index_signed, &index));
    TRY(arrow_in_field_of_type(p, &values, place, name));
    p->plan->nodes[index].end = (uint32_t)p->plan->n_nodes;
    return INLAY_OK;
}

/* ---- the whole ---- */

static void arrow_in_say_field(inlay_env *env, const struct arrow_entry *entry)
{
    char *text = env->error.column;
    size_t n = entry->name.len < sizeof env->error.column ? entry->name.len : sizeof env->error.column - 1;
    if (text[0])
        return;
    if (n)
        memcpy(text, entry->name.data, n);
    text[n] = 0;
}

inlay_status arrow_in_plan_make(struct arrow_in_plan *plan, inlay_env *env, const inlay_arrow_schema *fields)
{
    struct arrow_in_planner p = {plan, fields};
    struct arrow_in_place place = {.parent = UINT32_MAX};
    *plan = (struct arrow_in_plan){.env = env, .n_top = fields->n_top};
    TRY(inlay_schema_new(env, &plan->schema));
    for (uint32_t i = 0; i < fields->n_top; i++) {
        const struct arrow_entry *entry = fields->entries + i;
        place.child = i;
        inlay_status status =
            arrow_in_field(&p, entry, place, (struct arrow_in_name){NULL, entry, entry->nullable});
        if (status != INLAY_OK) {
            arrow_in_say_field(env, entry);
            return status;
        }
    }
    return INLAY_OK;
}

void arrow_in_plan_free(struct arrow_in_plan *plan)
{
    if (!plan->env)
        return;
    mem_free(plan->env, plan->nodes, plan->capacity * sizeof *plan->nodes);
    mem_free(plan->env, plan->leaves, plan->leaves_capacity * sizeof *plan->leaves);
    inlay_schema_close(plan->schema);
    *plan = (struct arrow_in_plan){.env = NULL};
}

#endif
