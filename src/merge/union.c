/* The union of schemas; see union.h. */
#include "merge/union.h"

#include "base/bytes.h"
#include "base/hash.h"
#include "merge/keyrows.h"

#if INLAY_WRITE && INLAY_MERGE

/* ---- fields by name and occurrence ---- */

static size_t union_slot(const struct union_schema *u, inlay_bytes name, uint32_t occurrence)
{
    size_t at = (size_t)hash_xxh64(name.data, name.len, occurrence) & (u->n_slots - 1);
    while (u->slots[at]) {
        const struct union_field *f = &u->fields[u->slots[at] - 1];
        if (f->occurrence == occurrence && sortkey_bytes_equal(f->name, name))
            break;
        at = (at + 1) & (u->n_slots - 1);
    }
    return at;
}

static inlay_status union_rehash(struct union_schema *u)
{
    size_t n = u->n_slots ? 2 * u->n_slots : 64;
    void *block;
    TRY(mem_new(u->env, n * sizeof *u->slots, &block));
    mem_free(u->env, u->slots, u->n_slots * sizeof *u->slots);
    u->slots = block;
    u->n_slots = n;
    for (uint32_t i = 0; i < u->n_fields; i++)
        u->slots[union_slot(u, u->fields[i].name, u->fields[i].occurrence)] = i + 1;
    return INLAY_OK;
}

int64_t union_find(const struct union_schema *u, inlay_bytes name)
{
    return u->n_slots ? (int64_t)u->slots[union_slot(u, name, 0)] - 1 : UNION_NONE;
}

int64_t union_find_sort(const struct union_schema *u, const struct sortkey_schema *sort,
                        uint32_t column)
{
    static const uint8_t secs[] = "timestamp_secs";
    inlay_bytes name = sort->columns[column].name;
    inlay_bytes alias = {secs, sizeof secs - 1};
    if (!sortkey_bytes_are(name, "timestamp"))
        return union_find(u, name);
    int64_t first = union_find(u, sort->version ? alias : name);
    return first != UNION_NONE ? first : union_find(u, sort->version ? name : alias);
}

/* The field that the next column of that name in the input of this pass belongs to; `occurrence`
 * tells what to add where there is none. Passes are numbered from 1. */
static int64_t union_next(struct union_schema *u, inlay_bytes name, uint32_t pass,
                          uint32_t *occurrence)
{
    *occurrence = 0;
    int64_t head = union_find(u, name);
    if (head == UNION_NONE)
        return UNION_NONE;
    struct union_field *f = &u->fields[head];
    if (f->pass != pass)
        f->n_in_pass = 0;
    f->pass = pass;
    *occurrence = f->n_in_pass++;
    return (int64_t)u->slots[union_slot(u, name, *occurrence)] - 1;
}

/* ---- types ---- */

/* The inner names of lists and maps carry no meaning (LogicalTypes.md, "Lists", "Maps"): "item" and
 * "element" are the same list. Two-level lists are left alone, since there names do count. */
static bool union_name_is_free(const inlay_schema *schema, uint32_t node)
{
    uint32_t above = node;
    for (int level = 0; level < 2; level++) {
        above = inlay_schema_node(schema, above)->parent;
        if (above == 0)
            return false;
        bool inside = inlay_schema_node(schema, above)->repetition == INLAY_REPEATED;
        inlay_shape shape = inlay_schema_shape(schema, above, inside);
        if (shape.kind == INLAY_SHAPE_LIST && shape.element != shape.repeated &&
            (node == shape.repeated || node == shape.element))
            return true;
        if (shape.kind == INLAY_SHAPE_MAP &&
            (node == shape.repeated || node == shape.key || node == shape.value))
            return true;
    }
    return false;
}

/* Two columns with everything below them, which stands in the same depth-first order in both. `any_type`: the types of
 * leaves do not count. */
static bool union_same(const inlay_schema *s, uint32_t a, const inlay_schema *t, uint32_t b, bool any_type)
{
    uint32_t n = inlay_schema_node(s, a)->end - a;
    if (inlay_schema_node(t, b)->end - b != n)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        const inlay_node *x = inlay_schema_node(s, a + i), *y = inlay_schema_node(t, b + i);
        bool leaves = x->leaf >= 0 && y->leaf >= 0;
        if (x->n_children != y->n_children || (!(leaves && any_type) && !widen_same(x, y)))
            return false;
        if (x->repetition != y->repetition &&
            (i || x->repetition == INLAY_REPEATED || y->repetition == INLAY_REPEATED))
            return false;
        if (!sortkey_bytes_equal(x->name, y->name) &&
            !(union_name_is_free(s, a + i) && union_name_is_free(t, b + i)))
            return false;
    }
    return true;
}

static uint32_t union_count_leaves(const inlay_schema *schema, uint32_t node)
{
    uint32_t n = 0, end = inlay_schema_node(schema, node)->end;
    for (uint32_t i = node; i < end; i++)
        n += inlay_schema_node(schema, i)->leaf >= 0;
    return n;
}

static int64_t union_first_leaf(const inlay_schema *schema, uint32_t node)
{
    uint32_t end = inlay_schema_node(schema, node)->end;
    for (uint32_t i = node; i < end; i++)
        if (inlay_schema_node(schema, i)->leaf >= 0)
            return inlay_schema_node(schema, i)->leaf;
    return UNION_NONE;
}

/* ---- building ---- */

static inlay_status union_conflict(const struct union_schema *u, uint32_t input, inlay_bytes name)
{
    err_set(u->env, INLAY_CORRUPT, ERR("type conflict between inputs"));
    u->env->error.input = (int32_t)input;
    return keyrows_error_column(u->env, name);
}

/* Types of the leaves of a new field, as long as no other input asks for more. */
static inlay_status union_add_types(struct union_schema *u, struct union_field *f, const inlay_schema *schema)
{
    void *block = u->types;
    int64_t leaf = union_first_leaf(schema, f->node);
    f->first_type = u->n_types;
    TRY(mem_grow(u->env, &block, &u->types_capacity, (size_t)u->n_types + f->n_leaves, sizeof *u->types));
    u->types = block;
    for (uint32_t i = 0; i < f->n_leaves; i++)
        u->types[u->n_types++] = *inlay_schema_leaf(schema, (uint32_t)leaf + i);
    return INLAY_OK;
}

static void union_join(struct union_schema *u, const struct union_field *f, const inlay_schema *schema, uint32_t node)
{
    int64_t leaf = union_first_leaf(schema, node);
    for (uint32_t i = 0; i < f->n_leaves; i++)
        widen_join(&u->types[f->first_type + i], inlay_schema_leaf(schema, (uint32_t)leaf + i));
}

static inlay_status union_add(struct union_schema *u, uint32_t input, uint32_t node,
                              uint32_t occurrence)
{
    const inlay_schema *schema = inlay_reader_schema(u->inputs[input]);
    const inlay_node *n = inlay_schema_node(schema, node);
    void *block = u->fields;
    if (2 * ((size_t)u->n_fields + 1) > u->n_slots)
        TRY(union_rehash(u));
    TRY(mem_grow(u->env, &block, &u->capacity, (size_t)u->n_fields + 1, sizeof *u->fields));
    u->fields = block;
    u->fields[u->n_fields] = (struct union_field){.name = n->name,
                                                  .occurrence = occurrence,
                                                  .input = input,
                                                  .node = node,
                                                  .n_leaves = union_count_leaves(schema, node),
                                                  .n_inputs = 1,
                                                  .optional = n->repetition == INLAY_OPTIONAL,
                                                  .pass = input + 1,
                                                  .n_in_pass = 1};
    u->slots[union_slot(u, n->name, occurrence)] = ++u->n_fields;
    return u->widen ? union_add_types(u, &u->fields[u->n_fields - 1], schema) : INLAY_OK;
}

static inlay_status union_add_input(struct union_schema *u, uint32_t input)
{
    const inlay_schema *schema = inlay_reader_schema(u->inputs[input]);
    uint32_t n_nodes = inlay_schema_nodes(schema), end;
    for (uint32_t node = 1; node < n_nodes; node = end) {
        const inlay_node *n = inlay_schema_node(schema, node);
        uint32_t occurrence;
        end = n->end;
        int64_t at = union_next(u, n->name, input + 1, &occurrence);
        if (at == UNION_NONE) {
            TRY(union_add(u, input, node, occurrence));
            continue;
        }
        struct union_field *f = &u->fields[at];
        if (!union_same(inlay_reader_schema(u->inputs[f->input]), f->node, schema, node, u->widen))
            return union_conflict(u, input, n->name);
        if (u->widen)
            union_join(u, f, schema, node);
        f->n_inputs++;
        f->optional = f->optional || n->repetition == INLAY_OPTIONAL;
    }
    return INLAY_OK;
}

static bool union_less(const struct union_schema *u, uint32_t a, uint32_t b)
{
    const struct union_field *x = &u->fields[a], *y = &u->fields[b];
    if (x->rank != y->rank)
        return x->rank < y->rank;
    size_t n = x->name.len < y->name.len ? x->name.len : y->name.len;
    int c = n ? memcmp(x->name.data, y->name.data, n) : 0;
    if (c != 0)
        return c < 0;
    if (x->name.len != y->name.len)
        return x->name.len < y->name.len;
    return x->occurrence < y->occurrence;
}

static void union_sift(const struct union_schema *u, uint32_t *order, uint32_t at, uint32_t n)
{
    for (;;) {
        uint32_t child = 2 * at + 1, moved = order[at];
        if (child >= n)
            return;
        if (child + 1 < n && union_less(u, order[child], order[child + 1]))
            child++;
        if (!union_less(u, moved, order[child]))
            return;
        order[at] = order[child];
        order[child] = moved;
        at = child;
    }
}

/* Husky order (quickwit-parquet-engine/src/storage/writer.rs): ranks, then a heap sort. */
static void union_sort(struct union_schema *u, const struct sortkey_schema *sort, uint32_t *order)
{
    static const uint8_t series[] = "sorted_series";
    for (uint32_t i = 0; i < u->n_fields; i++)
        u->fields[i].rank = SORTKEY_MOST_COLUMNS + 1;
    int64_t at = union_find(u, (inlay_bytes){series, sizeof series - 1});
    if (at != UNION_NONE)
        u->fields[at].rank = SORTKEY_MOST_COLUMNS;
    for (uint32_t i = sort->n_columns; i-- > 0;) {
        at = union_find_sort(u, sort, i);
        if (at != UNION_NONE)
            u->fields[at].rank = i;
    }
    for (uint32_t i = u->n_fields / 2; i-- > 0;)
        union_sift(u, order, i, u->n_fields);
    for (uint32_t n = u->n_fields; n > 1; n--) {
        uint32_t last = order[0];
        order[0] = order[n - 1];
        order[n - 1] = last;
        union_sift(u, order, 0, n - 1);
    }
}

static uint8_t union_repetition(const struct union_schema *u, const struct union_field *f)
{
    const inlay_schema *schema = inlay_reader_schema(u->inputs[f->input]);
    if (inlay_schema_node(schema, f->node)->repetition == INLAY_REPEATED)
        return INLAY_REPEATED;
    return f->optional || f->n_inputs < u->n_inputs ? INLAY_OPTIONAL : INLAY_REQUIRED;
}

/* A column with its leaves in the types that hold those of all inputs. */
static inlay_status union_copy(struct union_schema *u, const struct union_field *f)
{
    const inlay_schema *from = inlay_reader_schema(u->inputs[f->input]);
    uint32_t end = inlay_schema_node(from, f->node)->end, first = 0, made, type = f->first_type;
    if (!u->widen)
        return inlay_schema_copy(u->schema, 0, from, f->node, union_repetition(u, f));
    for (uint32_t node = f->node; node < end; node++) {
        inlay_node spec = *inlay_schema_node(from, node);
        uint32_t parent = node == f->node ? 0 : first + (spec.parent - f->node);
        if (node == f->node)
            spec.repetition = union_repetition(u, f);
        if (spec.leaf >= 0) {
            const inlay_node *as = &u->types[type++];
            spec.type = as->type;
            spec.type_length = as->type_length;
            spec.logical = as->logical;
        }
        TRY(inlay_schema_add(u->schema, parent, &spec, &made));
        first = node == f->node ? made : first;
    }
    return INLAY_OK;
}

static inlay_status union_make_schema(struct union_schema *u, const uint32_t *order)
{
    TRY(inlay_schema_new(u->env, &u->schema));
    for (uint32_t i = 0; i < u->n_fields; i++) {
        struct union_field *f = &u->fields[order[i]];
        TRY(union_copy(u, f));
        f->first_leaf = u->n_leaves;
        u->n_leaves += f->n_leaves;
    }
    return INLAY_OK;
}

static inlay_status union_map_input(struct union_schema *u, uint32_t input)
{
    const inlay_schema *schema = inlay_reader_schema(u->inputs[input]);
    uint32_t n_nodes = inlay_schema_nodes(schema), end;
    uint32_t *leaves = u->leaves + (size_t)input * u->n_leaves;
    for (uint32_t node = 1; node < n_nodes; node = end) {
        const inlay_node *n = inlay_schema_node(schema, node);
        uint32_t occurrence;
        end = n->end;
        const struct union_field *f =
            &u->fields[union_next(u, n->name, u->n_inputs + input + 1, &occurrence)];
        uint32_t shift =
            n->repetition == INLAY_REQUIRED && union_repetition(u, f) == INLAY_OPTIONAL;
        int64_t leaf = union_first_leaf(schema, node);
        for (uint32_t i = 0; i < f->n_leaves; i++) {
            struct widen way;
            const inlay_node *to = inlay_schema_leaf(u->schema, f->first_leaf + i);
            if (u->widen && !widen_find(inlay_schema_leaf(schema, (uint32_t)leaf + i), to, &way))
                return union_conflict(u, input, n->name);
            leaves[f->first_leaf + i] = 2 * ((uint32_t)leaf + i + 1) + shift;
        }
    }
    return INLAY_OK;
}

static inlay_status union_build(struct union_schema *u, const struct sortkey_schema *sort,
                                uint32_t *order)
{
    for (uint32_t i = 0; i < u->n_fields; i++)
        order[i] = i;
    if (sort)
        union_sort(u, sort, order);
    TRY(union_make_schema(u, order));
    if (u->n_leaves && u->n_inputs > SIZE_MAX / sizeof *u->leaves / u->n_leaves)
        return err_set(u->env, INLAY_NOMEM, ERR("out of memory"));
    void *block;
    TRY(mem_new(u->env, (size_t)u->n_inputs * u->n_leaves * sizeof *u->leaves, &block));
    u->leaves = block;
    for (uint32_t i = 0; i < u->n_inputs; i++)
        TRY(union_map_input(u, i));
    return INLAY_OK;
}

inlay_status union_init(struct union_schema *u, inlay_env *env, inlay_reader *const *inputs,
                        uint32_t n_inputs, const struct sortkey_schema *sort, bool widen)
{
    void *order;
    *u = (struct union_schema){.env = env, .inputs = inputs, .n_inputs = n_inputs, .widen = widen};
    for (uint32_t i = 0; i < n_inputs; i++)
        TRY(union_add_input(u, i));
    TRY(mem_new(env, u->n_fields * sizeof(uint32_t), &order));
    inlay_status status = union_build(u, sort, order);
    mem_free(env, order, u->n_fields * sizeof(uint32_t));
    return status;
}

void union_free(struct union_schema *u)
{
    if (!u->env)
        return;
    inlay_schema_close(u->schema);
    mem_free(u->env, u->fields, u->capacity * sizeof *u->fields);
    mem_free(u->env, u->types, u->types_capacity * sizeof *u->types);
    mem_free(u->env, u->slots, u->n_slots * sizeof *u->slots);
    mem_free(u->env, u->leaves, (size_t)u->n_inputs * u->n_leaves * sizeof *u->leaves);
    u->env = NULL;
}

struct union_leaf union_leaf_of(const struct union_schema *u, uint32_t input, uint32_t leaf)
{
    uint32_t v = u->leaves[(size_t)input * u->n_leaves + leaf];
    if (v == 0)
        return (struct union_leaf){UNION_NONE, 0};
    return (struct union_leaf){(int64_t)(v / 2) - 1, (uint8_t)(v % 2)};
}

#endif
