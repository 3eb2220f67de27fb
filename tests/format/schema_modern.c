/* Facts about schemas in today's forms: the shapes are those of LogicalTypes.md, "Lists" and "Maps". */
#include "format/file.h"

#define MODERN_NODE(text, parent_, type_, repetition_, kind_)                                          \
    {(parent_), {.name = {(const uint8_t *)(text), sizeof(text) - 1}, .type = (type_), .repetition = (repetition_), \
                 .logical = {.kind = (kind_)}}}
struct modern_row {
    uint32_t parent;
    inlay_node node;
};

static inlay_schema *modern_schema(inlay_env *env, const struct modern_row *rows, size_t n)
{
    inlay_schema *s = NULL;
    CHECK_INT(inlay_schema_new(env, &s), INLAY_OK);
    for (size_t i = 0; i < n; i++)
        CHECK_INT(inlay_schema_add(s, rows[i].parent, &rows[i].node, NULL), INLAY_OK);
    return s;
}

static void modern_check(const struct modern_row *old, size_t n_old, const struct modern_row *want, size_t n_want)
{
    inlay_env *env = test_env();
    inlay_schema *from = modern_schema(env, old, n_old), *wanted = modern_schema(env, want, n_want), *to = NULL;
    uint32_t node = 0;
    const char *what = "";
    CHECK_INT(inlay_schema_modern(env, from, INLAY_NANOS, &to), INLAY_OK);
    if (!inlay_schema_same(to, wanted, &node, &what))
        test_fail(__FILE__, __LINE__, "node %d: %s", (int)node, what);
    CHECK_INT(inlay_schema_leaves(to), inlay_schema_leaves(from));
    for (uint32_t i = 0; i < inlay_schema_leaves(to); i++) { /* levels may be copied */
        CHECK_INT(inlay_schema_leaf(to, i)->max_def, inlay_schema_leaf(from, i)->max_def);
        CHECK_INT(inlay_schema_leaf(to, i)->max_rep, inlay_schema_leaf(from, i)->max_rep);
    }
    inlay_schema_close(from);
    inlay_schema_close(wanted);
    inlay_schema_close(to);
}
#define MODERN_CHECK(old, want) modern_check(old, sizeof(old) / sizeof *(old), want, sizeof(want) / sizeof *(want))

static void modern_two_levels(void)
{
    static const struct modern_row old[] = {
        MODERN_NODE("a", 0, INLAY_GROUP, INLAY_OPTIONAL, INLAY_LIST),
        MODERN_NODE("array", 1, INLAY_INT32, INLAY_REPEATED, INLAY_LOGICAL_NONE)};
    static const struct modern_row want[] = {
        MODERN_NODE("a", 0, INLAY_GROUP, INLAY_OPTIONAL, INLAY_LIST),
        MODERN_NODE("list", 1, INLAY_GROUP, INLAY_REPEATED, INLAY_LOGICAL_NONE),
        MODERN_NODE("element", 2, INLAY_INT32, INLAY_REQUIRED, INLAY_LOGICAL_NONE)};
    MODERN_CHECK(old, want);
    MODERN_CHECK(want, want);
}

/* A repeated group with two fields is the element itself. */
static void modern_tuple(void)
{
    static const struct modern_row old[] = {
        MODERN_NODE("a", 0, INLAY_GROUP, INLAY_REQUIRED, INLAY_LIST),
        MODERN_NODE("a_tuple", 1, INLAY_GROUP, INLAY_REPEATED, INLAY_LOGICAL_NONE),
        MODERN_NODE("x", 2, INLAY_INT96, INLAY_OPTIONAL, INLAY_LOGICAL_NONE),
        MODERN_NODE("y", 2, INLAY_DOUBLE, INLAY_REQUIRED, INLAY_LOGICAL_NONE)};
    struct modern_row want[] = {
        MODERN_NODE("a", 0, INLAY_GROUP, INLAY_REQUIRED, INLAY_LIST),
        MODERN_NODE("list", 1, INLAY_GROUP, INLAY_REPEATED, INLAY_LOGICAL_NONE),
        MODERN_NODE("element", 2, INLAY_GROUP, INLAY_REQUIRED, INLAY_LOGICAL_NONE),
        MODERN_NODE("x", 3, INLAY_INT64, INLAY_OPTIONAL, INLAY_TIMESTAMP),
        MODERN_NODE("y", 3, INLAY_DOUBLE, INLAY_REQUIRED, INLAY_LOGICAL_NONE)};
    want[3].node.logical.unit = INLAY_NANOS;
    MODERN_CHECK(old, want);
}

static void modern_map(void)
{
    static const struct modern_row old[] = {
        MODERN_NODE("m", 0, INLAY_GROUP, INLAY_OPTIONAL, INLAY_MAP),
        MODERN_NODE("map", 1, INLAY_GROUP, INLAY_REPEATED, INLAY_LOGICAL_NONE),
        MODERN_NODE("k", 2, INLAY_BYTE_ARRAY, INLAY_REQUIRED, INLAY_STRING),
        MODERN_NODE("v", 2, INLAY_GROUP, INLAY_OPTIONAL, INLAY_LIST),
        MODERN_NODE("bag", 4, INLAY_GROUP, INLAY_REPEATED, INLAY_LOGICAL_NONE),
        MODERN_NODE("array_element", 5, INLAY_INT64, INLAY_OPTIONAL, INLAY_LOGICAL_NONE)};
    static const struct modern_row want[] = {
        MODERN_NODE("m", 0, INLAY_GROUP, INLAY_OPTIONAL, INLAY_MAP),
        MODERN_NODE("key_value", 1, INLAY_GROUP, INLAY_REPEATED, INLAY_LOGICAL_NONE),
        MODERN_NODE("key", 2, INLAY_BYTE_ARRAY, INLAY_REQUIRED, INLAY_STRING),
        MODERN_NODE("value", 2, INLAY_GROUP, INLAY_OPTIONAL, INLAY_LIST),
        MODERN_NODE("list", 4, INLAY_GROUP, INLAY_REPEATED, INLAY_LOGICAL_NONE),
        MODERN_NODE("element", 5, INLAY_INT64, INLAY_OPTIONAL, INLAY_LOGICAL_NONE)};
    MODERN_CHECK(old, want);
}

/* Repetition without an annotation stays: it may be meant so. */
static void modern_bare(void)
{
    static const struct modern_row old[] = {
        MODERN_NODE("a", 0, INLAY_INT32, INLAY_REPEATED, INLAY_LOGICAL_NONE),
        MODERN_NODE("b", 0, INLAY_GROUP, INLAY_REPEATED, INLAY_LOGICAL_NONE),
        MODERN_NODE("c", 2, INLAY_FLOAT, INLAY_OPTIONAL, INLAY_LOGICAL_NONE)};
    MODERN_CHECK(old, old);
}

TEST_SUITE(format_schema_modern) = {
    {"modern: a list of two levels gets three", modern_two_levels},
    {"modern: a repeated group that is the element, and INT96", modern_tuple},
    {"modern: names of maps and of lists inside them", modern_map},
    {"modern: repetition without an annotation stays", modern_bare},
    {0}};
