/* Which column a name means: its dotted path, with or without the inner names of lists and maps, or the path
 * of a group that holds one column only. */
#include "where/tree.h"

#if INLAY_WHERE

#include <string.h>

enum { NAMES_DEPTH = 256 };

/* Take `name` off the front of *rest, which is then empty or goes on behind a point. */
static bool names_take(inlay_bytes *rest, inlay_bytes name)
{
    if (rest->len < name.len || (name.len && memcmp(rest->data, name.data, name.len) != 0))
        return false;
    if (rest->len > name.len && rest->data[name.len] != '.')
        return false;
    size_t n = name.len + (rest->len > name.len);
    *rest = (inlay_bytes){rest->data + n, rest->len - n};
    return true;
}

/* Is the node a name that only the nesting needs: the repeated group of a list or map, or its element? */
static bool names_inner(const inlay_schema *schema, uint32_t node)
{
    const inlay_node *n = inlay_schema_node(schema, node);
    for (uint32_t up = n->parent, i = 0; node && i < 2; up = inlay_schema_node(schema, up)->parent, i++) {
        inlay_shape shape = inlay_schema_shape(schema, up, false);
        bool nested = shape.kind == INLAY_SHAPE_LIST || shape.kind == INLAY_SHAPE_MAP;
        if (up && nested && shape.repeated != up &&
            (shape.repeated == node || (shape.kind == INLAY_SHAPE_LIST && shape.element == node)))
            return true;
        if (up == 0)
            break;
    }
    return false;
}

/* Does the path from the root to `leaf` read as `name`? With `inner`, inner names may be left out; with
 * `group`, the name may end before the leaf. */
static bool names_match(const inlay_schema *schema, uint32_t leaf, inlay_bytes name, bool inner, bool group)
{
    uint32_t path[NAMES_DEPTH], n = 0;
    for (uint32_t at = inlay_schema_leaf_node(schema, leaf); at && n < NAMES_DEPTH;
         at = inlay_schema_node(schema, at)->parent)
        path[n++] = at;
    inlay_bytes rest = name;
    bool dotted = false; /* a point was taken, so something must follow */
    while (n > 0) {
        const inlay_node *node = inlay_schema_node(schema, path[--n]);
        size_t before = rest.len;
        if (rest.len == 0 && !dotted && group && before != name.len)
            return true;
        if (names_take(&rest, node->name))
            dotted = before > node->name.len;
        else if (!inner || !names_inner(schema, path[n]))
            return false;
    }
    return rest.len == 0 && !dotted;
}

inlay_status names_find(inlay_env *env, const inlay_schema *schema, inlay_bytes name, uint32_t at,
                        uint32_t *leaf)
{
    static const struct {
        bool inner, group;
    } tries[] = {{false, false}, {true, false}, {true, true}};
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        uint32_t n = 0;
        for (uint32_t k = 0; k < inlay_schema_leaves(schema); k++)
            if (names_match(schema, k, name, tries[i].inner, tries[i].group)) {
                *leaf = k;
                n++;
            }
        if (n == 1)
            return INLAY_OK;
        if (n > 1)
            return err_set_at(env, INLAY_ARG, ERR("several columns have this name: give one by #NUMBER"), at);
    }
    return err_set_at(env, INLAY_ARG, ERR("no column has this name"), at);
}

#endif
