/* Facts about schemas: levels, paths, annotations, the shapes of lists and maps. */
#include "format/schema.h"

#include "../test.h"

#define SCHEMA_NAME(text) {(const uint8_t *)(text), sizeof(text) - 1}

static inlay_schema *schema_fresh(void)
{
    inlay_schema *s = NULL;
    CHECK_INT(inlay_schema_new(test_env(), &s), INLAY_OK);
    return s;
}

static uint32_t schema_add(inlay_schema *s, uint32_t parent, const char *name, uint8_t type,
                           uint8_t repetition, uint8_t kind)
{
    uint32_t node = 0;
    inlay_node spec = {.name = {(const uint8_t *)name, strlen(name)},
                       .type = type,
                       .repetition = repetition,
                       .logical = {.kind = kind}};
    CHECK_INT(inlay_schema_add(s, parent, &spec, &node), INLAY_OK);
    return node;
}

static void levels_count_optional_and_repeated(void)
{
    inlay_schema *s = schema_fresh();
    uint32_t a = schema_add(s, 0, "a", INLAY_GROUP, INLAY_OPTIONAL, 0);
    uint32_t b = schema_add(s, a, "b", INLAY_GROUP, INLAY_REPEATED, 0);
    schema_add(s, b, "c", INLAY_INT32, INLAY_REQUIRED, 0);
    schema_add(s, b, "d", INLAY_INT32, INLAY_OPTIONAL, 0);
    schema_add(s, 0, "e", INLAY_INT32, INLAY_REQUIRED, 0);
    CHECK_INT(inlay_schema_leaves(s), 3);
    CHECK_INT(inlay_schema_leaf(s, 0)->max_def, 2);
    CHECK_INT(inlay_schema_leaf(s, 0)->max_rep, 1);
    CHECK_INT(inlay_schema_leaf(s, 1)->max_def, 3);
    CHECK_INT(inlay_schema_leaf(s, 2)->max_def, 0);
    CHECK_INT(inlay_schema_node(s, a)->end, 5);
    inlay_schema_close(s);
}

static void paths_are_found_and_duplicates_one_by_one(void)
{
    inlay_schema *s = schema_fresh();
    char text[16];
    uint32_t g = schema_add(s, 0, "g", INLAY_GROUP, INLAY_REQUIRED, 0);
    uint32_t x = schema_add(s, g, "x", INLAY_INT32, INLAY_REQUIRED, 0);
    uint32_t first = schema_add(s, 0, "dup.name", INLAY_INT32, INLAY_REQUIRED, 0);
    uint32_t second = schema_add(s, 0, "dup.name", INLAY_INT64, INLAY_REQUIRED, 0);
    CHECK_INT(inlay_schema_find(s, "g.x", 0), x);
    CHECK_INT(inlay_schema_find(s, "x", 0), 0);
    CHECK_INT(inlay_schema_find(s, "dup.name", 0), first);
    CHECK_INT(inlay_schema_find(s, "dup.name", first), second);
    CHECK_INT(inlay_schema_find(s, "dup.name", second), 0);
    CHECK_INT(inlay_schema_path(s, x, text, sizeof text), 3);
    CHECK_TEXT(text, "g.x");
    CHECK_INT(inlay_schema_path(s, first, text, 4), 8);
    CHECK_TEXT(text, "dup");
    inlay_schema_close(s);
}

static void adding_out_of_order_is_refused(void)
{
    inlay_schema *s = schema_fresh();
    uint32_t g = schema_add(s, 0, "g", INLAY_GROUP, INLAY_REQUIRED, 0);
    schema_add(s, 0, "x", INLAY_INT32, INLAY_REQUIRED, 0);
    inlay_node late = {.name = SCHEMA_NAME("late"), .type = INLAY_INT32};
    CHECK_INT(inlay_schema_add(s, g, &late, NULL), INLAY_ARG);
    inlay_schema_close(s);
}

static void illegal_annotations_are_refused_when_building(void)
{
    inlay_schema *s = schema_fresh();
    inlay_node bad = {.name = SCHEMA_NAME("s"), .type = INLAY_INT32, .logical = {.kind = INLAY_STRING}};
    CHECK_INT(inlay_schema_add(s, 0, &bad, NULL), INLAY_ARG);
    bad = (inlay_node){.name = SCHEMA_NAME("d"),
                       .type = INLAY_INT32,
                       .logical = {.kind = INLAY_DECIMAL, .precision = 10, .scale = 2}};
    CHECK_INT(inlay_schema_add(s, 0, &bad, NULL), INLAY_ARG);
    bad.logical.precision = 9;
    CHECK_INT(inlay_schema_add(s, 0, &bad, NULL), INLAY_OK);
    inlay_schema_close(s);
}

/* list (LIST) > repeated > ...: which node is the element? LogicalTypes.md, rules 1 to 5 */
static uint32_t schema_element(const char *repeated, bool group, unsigned fields, uint8_t inner)
{
    inlay_schema *s = schema_fresh();
    uint32_t list = schema_add(s, 0, "my", INLAY_GROUP, INLAY_OPTIONAL, INLAY_LIST);
    uint32_t r = schema_add(s, list, repeated, group ? INLAY_GROUP : INLAY_INT32, INLAY_REPEATED, 0);
    for (unsigned i = 0; i < fields; i++)
        schema_add(s, r, "f", INLAY_INT32, inner, 0);
    inlay_shape shape = inlay_schema_shape(s, list, false);
    CHECK_INT(shape.kind, INLAY_SHAPE_LIST);
    CHECK_INT(shape.repeated, r);
    inlay_schema_close(s);
    return shape.element - r; /* 0: the repeated node itself, 1: its child */
}

static void list_rules_find_the_element(void)
{
    CHECK_INT(schema_element("element", false, 0, 0), 0);             /* repeated value */
    CHECK_INT(schema_element("list", true, 2, INLAY_OPTIONAL), 0);    /* several fields */
    CHECK_INT(schema_element("list", true, 1, INLAY_REPEATED), 0);    /* child is repeated */
    CHECK_INT(schema_element("array", true, 1, INLAY_OPTIONAL), 0);   /* named array */
    CHECK_INT(schema_element("my_tuple", true, 1, INLAY_OPTIONAL), 0);
    CHECK_INT(schema_element("list", true, 1, INLAY_OPTIONAL), 1);    /* standard */
    CHECK_INT(schema_element("bag", true, 1, INLAY_REQUIRED), 1);     /* names do not matter */
}

static void maps_go_by_position(void)
{
    inlay_schema *s = schema_fresh();
    uint32_t map = schema_add(s, 0, "m", INLAY_GROUP, INLAY_OPTIONAL, INLAY_MAP);
    uint32_t kv = schema_add(s, map, "entries", INLAY_GROUP, INLAY_REPEATED, 0);
    uint32_t k = schema_add(s, kv, "value", INLAY_INT32, INLAY_OPTIONAL, 0); /* named to mislead */
    uint32_t v = schema_add(s, kv, "key", INLAY_INT32, INLAY_OPTIONAL, 0);
    inlay_shape shape = inlay_schema_shape(s, map, false);
    CHECK_INT(shape.kind, INLAY_SHAPE_MAP);
    CHECK_INT(shape.key, k);
    CHECK_INT(shape.value, v);
    uint32_t bare = schema_add(s, 0, "set", INLAY_GROUP, INLAY_OPTIONAL, INLAY_MAP);
    kv = schema_add(s, bare, "key_value", INLAY_GROUP, INLAY_REPEATED, 0);
    schema_add(s, kv, "key", INLAY_INT32, INLAY_REQUIRED, 0);
    CHECK_INT(inlay_schema_shape(s, bare, false).value, 0);
    inlay_schema_close(s);
}

static void unannotated_repeated_field_is_a_list_of_itself(void)
{
    inlay_schema *s = schema_fresh();
    uint32_t r = schema_add(s, 0, "r", INLAY_INT32, INLAY_REPEATED, 0);
    inlay_shape shape = inlay_schema_shape(s, r, false);
    CHECK_INT(shape.kind, INLAY_SHAPE_LIST);
    CHECK_INT(shape.element, r);
    CHECK_INT(inlay_schema_shape(s, r, true).kind, INLAY_SHAPE_VALUE);
    inlay_schema_close(s);
}

/* SchemaElements of a footer: root and one leaf. */
static inlay_status schema_one_leaf(struct meta_schema_element *leaf, inlay_node *out)
{
    struct meta_schema_element list[2] = {
        {.has = 1u << META_SE_NAME | 1u << META_SE_CHILDREN, .name = SCHEMA_NAME("root"), .num_children = 1}};
    inlay_schema *s = NULL;
    leaf->has |= 1u << META_SE_NAME | 1u << META_SE_REPETITION;
    leaf->name = (inlay_bytes)SCHEMA_NAME("x");
    list[1] = *leaf;
    inlay_status status =
        schema_from_meta(test_env(), &(struct thrift_list){list, 2}, &s);
    if (status == INLAY_OK) {
        *out = *inlay_schema_leaf(s, 0);
        out->name = (inlay_bytes){0};
    }
    inlay_schema_close(s);
    return status;
}

static void old_timestamps_are_in_utc(void)
{
    inlay_node node;
    struct meta_schema_element e = {.has = 1u << META_SE_TYPE | 1u << META_SE_CONVERTED,
                                    .type = INLAY_INT64, .converted = 10};
    CHECK_INT(schema_one_leaf(&e, &node), INLAY_OK);
    CHECK_INT(node.logical.kind, INLAY_TIMESTAMP);
    CHECK_INT(node.logical.unit, INLAY_MICROS);
    CHECK(node.logical.utc);
}

static void unknown_annotation_is_dropped_not_the_file(void)
{
    inlay_node node;
    struct meta_logical_type unknown = {0};
    struct meta_schema_element e = {.has = 1u << META_SE_TYPE | 1u << META_SE_LOGICAL,
                                    .type = INLAY_INT64, .logical = &unknown};
    CHECK_INT(schema_one_leaf(&e, &node), INLAY_OK);
    CHECK_INT(node.logical.kind, INLAY_LOGICAL_NONE);
    CHECK(node.ignored_annotation);
}

static void illegal_annotation_is_dropped_not_the_file(void)
{
    inlay_node node;
    struct meta_logical_type uuid = {.has = 1u << META_LT_UUID};
    struct meta_schema_element e = {.has = 1u << META_SE_TYPE | 1u << META_SE_LOGICAL,
                                    .type = INLAY_INT32, .logical = &uuid};
    CHECK_INT(schema_one_leaf(&e, &node), INLAY_OK);
    CHECK_INT(node.logical.kind, INLAY_LOGICAL_NONE);
    CHECK(node.ignored_annotation);
}

static void interval_wins_over_unknown(void)
{
    inlay_node node;
    struct meta_logical_type null_type = {.has = 1u << META_LT_UNKNOWN};
    struct meta_schema_element e = {
        .has = 1u << META_SE_TYPE | 1u << META_SE_TYPE_LENGTH | 1u << META_SE_LOGICAL |
               1u << META_SE_CONVERTED,
        .type = INLAY_FIXED_LEN_BYTE_ARRAY, .type_length = 12, .converted = 21, .logical = &null_type};
    CHECK_INT(schema_one_leaf(&e, &node), INLAY_OK);
    CHECK_INT(node.logical.kind, INLAY_INTERVAL);
}

static void bad_trees_are_refused(void)
{
    struct meta_schema_element list[3] = {
        {.has = 1u << META_SE_NAME | 1u << META_SE_CHILDREN, .num_children = 1},
        {.has = 1u << META_SE_NAME | 1u << META_SE_TYPE, .type = INLAY_INT32},
        {.has = 1u << META_SE_NAME | 1u << META_SE_TYPE, .type = INLAY_INT32}};
    inlay_schema *s = NULL;
    CHECK_INT(schema_from_meta(test_env(), &(struct thrift_list){list, 3}, &s), INLAY_CORRUPT);
    list[0].num_children = 3; /* more than there are */
    CHECK_INT(schema_from_meta(test_env(), &(struct thrift_list){list, 3}, &s), INLAY_CORRUPT);
    list[0].num_children = -1;
    CHECK_INT(schema_from_meta(test_env(), &(struct thrift_list){list, 3}, &s), INLAY_CORRUPT);
    list[0].num_children = 2;
    list[2].type = -7; /* parquet-testing bad_data/PARQUET-1481 */
    CHECK_INT(schema_from_meta(test_env(), &(struct thrift_list){list, 3}, &s), INLAY_CORRUPT);
    CHECK(s == NULL);
}

static void depth_is_bounded(void)
{
    enum { DEEP = 400 };
    static struct meta_schema_element list[DEEP];
    inlay_schema *s = NULL;
    for (size_t i = 0; i < DEEP; i++)
        list[i] = (struct meta_schema_element){
            .has = 1u << META_SE_NAME | 1u << META_SE_CHILDREN | (i ? 1u << META_SE_REPETITION : 0),
            .num_children = i + 1 < DEEP};
    CHECK_INT(schema_from_meta(test_env(), &(struct thrift_list){list, DEEP}, &s), INLAY_LIMIT);
    test_env()->limits.schema_depth = 500;
    CHECK_INT(schema_from_meta(test_env(), &(struct thrift_list){list, DEEP}, &s), INLAY_OK);
    inlay_schema_close(s);
}

TEST_SUITE(format_schema) = {
    {"schema: levels count the optional and repeated nodes of a path", levels_count_optional_and_repeated},
    {"schema: paths are found, duplicates one by one", paths_are_found_and_duplicates_one_by_one},
    {"schema: adding out of depth-first order is refused", adding_out_of_order_is_refused},
    {"schema: illegal annotations are refused when building", illegal_annotations_are_refused_when_building},
    {"schema: the list rules find the element", list_rules_find_the_element},
    {"schema: key and value of a map go by position", maps_go_by_position},
    {"schema: an unannotated repeated field is a list of itself", unannotated_repeated_field_is_a_list_of_itself},
    {"schema: timestamps with only a ConvertedType are in UTC", old_timestamps_are_in_utc},
    {"schema: an unknown annotation is dropped, the column stays", unknown_annotation_is_dropped_not_the_file},
    {"schema: an illegal annotation is dropped, the column stays", illegal_annotation_is_dropped_not_the_file},
    {"schema: INTERVAL wins over LogicalType UNKNOWN", interval_wins_over_unknown},
    {"schema: trees whose counts do not fit are refused", bad_trees_are_refused},
    {"schema: depth is bounded by its limit", depth_is_bounded},
    {0}};
