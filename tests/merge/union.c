#include "merge/table.h"

#include "merge/union.h"

static struct table tables[2];
static inlay_schema *building;
static struct union_schema all;

static uint32_t add(uint32_t parent, const char *name, inlay_node spec)
{
    uint32_t node;
    spec.name = table_bytes(name);
    table_ok(inlay_schema_add(building, parent, &spec, &node), name);
    return node;
}

static void begin(void)
{
    table_ok(inlay_schema_new(test_env(), &building), "schema");
}

/* The schema that was built becomes that of an empty file. */
static void end(uint32_t input)
{
    inlay_sink sink = inlay_sink_memory(&tables[input].memory, test_env());
    inlay_writer *writer;
    table_ok(inlay_writer_open(test_env(), &sink, building, NULL, &writer), "writer");
    table_ok(inlay_writer_finish(writer), "finish");
    inlay_writer_close(writer);
    inlay_schema_close(building);
    table_open(&tables[input]);
}

static void one_column(uint32_t input, const char *name, inlay_node spec)
{
    begin();
    add(0, name, spec);
    end(input);
}

static inlay_status unite(void)
{
    inlay_reader *readers[] = {tables[0].reader, tables[1].reader};
    return union_init(&all, test_env(), readers, 2, NULL, false);
}

static void done(void)
{
    union_free(&all);
    table_close(&tables[0]);
    table_close(&tables[1]);
}

static void same(uint32_t leaves)
{
    table_ok(unite(), "union");
    CHECK_INT(inlay_schema_leaves(all.schema), leaves);
    done();
}

static void conflict(const char *column)
{
    CHECK_INT(unite(), INLAY_CORRUPT);
    CHECK_TEXT(test_env()->error.what, "type conflict between inputs");
    CHECK_TEXT(test_env()->error.column, column);
    CHECK_INT(test_env()->error.input, 1);
    done();
}

static const inlay_node group = {.type = INLAY_GROUP, .repetition = INLAY_OPTIONAL};
static const inlay_node inner = {.type = INLAY_GROUP, .repetition = INLAY_REPEATED};
static const inlay_node number = {.type = INLAY_INT64, .repetition = INLAY_OPTIONAL};
static const inlay_node key = {.type = INLAY_INT64, .repetition = INLAY_REQUIRED};
static const inlay_node list = {
    .type = INLAY_GROUP, .repetition = INLAY_OPTIONAL, .logical = {.kind = INLAY_LIST}};
static const inlay_node map = {
    .type = INLAY_GROUP, .repetition = INLAY_OPTIONAL, .logical = {.kind = INLAY_MAP}};

static void make_list(uint32_t input, const char *repeated, const char *element)
{
    begin();
    add(add(add(0, "l", list), repeated, inner), element, number);
    end(input);
}

static void inner_names_of_lists_do_not_count(void)
{
    make_list(0, "list", "element");
    make_list(1, "list", "item");
    same(1);
    make_list(0, "list", "element");
    make_list(1, "bag", "array_element");
    same(1);
}

static void inner_names_of_maps_do_not_count(void)
{
    for (uint32_t i = 0; i < 2; i++) {
        begin();
        uint32_t entry = add(add(0, "m", map), i ? "map" : "key_value", inner);
        add(entry, i ? "k" : "key", key);
        add(entry, i ? "v" : "value", number);
        end(i);
    }
    same(2);
}

static void names_in_structs_count(void)
{
    for (uint32_t i = 0; i < 2; i++) {
        begin();
        uint32_t parent = add(0, "s", group);
        add(parent, i ? "b" : "a", number);
        add(parent, i ? "a" : "b", number);
        end(i);
    }
    conflict("s");
}

static void names_in_two_level_lists_count(void)
{
    inlay_node repeated = {.type = INLAY_INT64, .repetition = INLAY_REPEATED};
    for (uint32_t i = 0; i < 2; i++) {
        begin();
        add(add(0, "l", list), i ? "b" : "a", repeated);
        end(i);
    }
    conflict("l");
}

static void inner_repetition_counts(void)
{
    for (uint32_t i = 0; i < 2; i++) {
        begin();
        add(add(0, "s", group), "a", i ? key : number);
        end(i);
    }
    conflict("s");
}

static void an_annotation_that_says_nothing(void)
{
    inlay_node annotated = number;
    annotated.logical = (inlay_logical){.kind = INLAY_INTEGER, .bits = 64, .is_signed = true};
    one_column(0, "a", number);
    one_column(1, "a", annotated);
    same(1);
}

static void annotations_that_differ(void)
{
    inlay_node a = number, b = number;
    a.logical = (inlay_logical){.kind = INLAY_DECIMAL, .precision = 10, .scale = 2};
    b.logical = (inlay_logical){.kind = INLAY_DECIMAL, .precision = 10, .scale = 3};
    one_column(0, "d", a);
    one_column(1, "d", b);
    conflict("d");
    a.logical = (inlay_logical){.kind = INLAY_TIMESTAMP, .unit = INLAY_MICROS, .utc = true};
    b.logical = (inlay_logical){.kind = INLAY_TIMESTAMP, .unit = INLAY_NANOS, .utc = true};
    one_column(0, "t", a);
    one_column(1, "t", b);
    conflict("t");
    b.logical = (inlay_logical){.kind = INLAY_TIMESTAMP, .unit = INLAY_MICROS};
    one_column(0, "t", a);
    one_column(1, "t", b);
    conflict("t");
}

static void lengths_that_differ(void)
{
    inlay_node a = {.type = INLAY_FIXED_LEN_BYTE_ARRAY, .type_length = 4};
    inlay_node b = {.type = INLAY_FIXED_LEN_BYTE_ARRAY, .type_length = 5};
    one_column(0, "f", a);
    one_column(1, "f", b);
    conflict("f");
}

static void a_missing_repeated_column_stays_repeated(void)
{
    inlay_node repeated = {.type = INLAY_INT64, .repetition = INLAY_REPEATED};
    one_column(0, "a", repeated);
    one_column(1, "b", key);
    table_ok(unite(), "union");
    CHECK_INT(inlay_schema_leaf(all.schema, 0)->repetition, INLAY_REPEATED);
    CHECK_INT(inlay_schema_leaf(all.schema, 1)->repetition, INLAY_OPTIONAL);
    CHECK_INT(union_leaf_of(&all, 0, 0).leaf, 0);
    CHECK_INT(union_leaf_of(&all, 0, 1).leaf, UNION_NONE);
    CHECK_INT(union_leaf_of(&all, 1, 1).leaf, 0);
    CHECK_INT(union_leaf_of(&all, 1, 1).shift, 1);
    done();
}

static void long_names_are_cut_at_their_front(void)
{
    char name[201];
    inlay_node real = {.type = INLAY_DOUBLE, .repetition = INLAY_OPTIONAL};
    memset(name, 'x', 200);
    memcpy(name + 197, "end", 4);
    one_column(0, name, number);
    one_column(1, name, real);
    CHECK_INT(unite(), INLAY_CORRUPT);
    CHECK_INT(strlen(test_env()->error.column), 119);
    CHECK(memcmp(test_env()->error.column, "..xx", 4) == 0);
    CHECK_TEXT(test_env()->error.column + 114, "xxend");
    done();
}

/* Both would take minutes if names were compared with each other. */
static void many_columns(void)
{
    enum { MANY = 20000 };
    for (uint32_t i = 0; i < 2; i++) {
        begin();
        for (int c = 0; c < MANY; c++) {
            char name[24];
            snprintf(name, sizeof name, "column%d", i ? MANY - 1 - c : c);
            add(0, name, number);
        }
        end(i);
    }
    table_ok(unite(), "union");
    CHECK_INT(inlay_schema_leaves(all.schema), MANY);
    CHECK_INT(union_leaf_of(&all, 1, 0).leaf, MANY - 1);
    done();
}

static void many_columns_of_one_name(void)
{
    enum { MANY = 20000 };
    for (uint32_t i = 0; i < 2; i++) {
        begin();
        for (uint32_t c = 0; c < MANY + i; c++)
            add(0, "same", number);
        end(i);
    }
    table_ok(unite(), "union");
    CHECK_INT(inlay_schema_leaves(all.schema), MANY + 1);
    CHECK_INT(union_leaf_of(&all, 1, MANY).leaf, MANY);
    CHECK_INT(union_leaf_of(&all, 0, MANY).leaf, UNION_NONE);
    done();
}

TEST_SUITE(merge_union) = {
    {"union: the inner names of lists do not count", inner_names_of_lists_do_not_count},
    {"union: the inner names of maps do not count", inner_names_of_maps_do_not_count},
    {"union: names in structs count", names_in_structs_count},
    {"union: names in two-level lists count", names_in_two_level_lists_count},
    {"union: inner repetition counts", inner_repetition_counts},
    {"union: INTEGER(64, signed) says nothing about INT64", an_annotation_that_says_nothing},
    {"union: annotations that differ are a conflict", annotations_that_differ},
    {"union: lengths that differ are a conflict", lengths_that_differ},
    {"union: REPEATED stays REPEATED, REQUIRED becomes OPTIONAL",
     a_missing_repeated_column_stays_repeated},
    {"union: long names in errors are cut at their front", long_names_are_cut_at_their_front},
    {"union: 20,000 columns", many_columns},
    {"union: 20,000 columns of one name", many_columns_of_one_name},
    {0},
};
