/* Facts about schemas from text. */
#include "inlay/schema.h"

#include "../test.h"

#if INLAY_WRITE

static void sp_all_parts(void)
{
    static const char text[] = "# a comment\nmessage spark_schema {\n  required int64 id = 7;\n"
                               "  OPTIONAL binary my name (UTF8);\n  optional group l (LIST) {\n"
                               "    repeated group list {\n      optional fixed_len_byte_array(5) element (DECIMAL(9,2));\n"
                               "    }\n  }\n  optional int64 t (TIMESTAMP(NANOS,false)) = -1;\n"
                               "  required int32 i (INTEGER(8,true));\n}\n";
    inlay_schema *s = NULL;
    inlay_env *env = test_env();
    CHECK_INT(inlay_schema_parse(env, text, sizeof text - 1, &s), INLAY_OK);
    CHECK_INT(inlay_schema_nodes(s), 8);
    CHECK_INT(inlay_schema_leaves(s), 5);
    const inlay_node *n = inlay_schema_leaf(s, 0);
    CHECK(n->type == INLAY_INT64 && n->repetition == INLAY_REQUIRED && n->has_field_id && n->field_id == 7);
    n = inlay_schema_leaf(s, 1);
    CHECK_BYTES(n->name.data, n->name.len, "my name", 7);
    CHECK(n->type == INLAY_BYTE_ARRAY && n->logical.kind == INLAY_STRING && n->repetition == INLAY_OPTIONAL);
    n = inlay_schema_leaf(s, 2);
    CHECK(n->type_length == 5 && n->logical.precision == 9 && n->logical.scale == 2 && n->max_def == 3 && n->max_rep == 1);
    n = inlay_schema_leaf(s, 3);
    CHECK(n->logical.kind == INLAY_TIMESTAMP && n->logical.unit == INLAY_NANOS && !n->logical.utc && n->field_id == -1);
    n = inlay_schema_leaf(s, 4);
    CHECK(n->logical.kind == INLAY_INTEGER && n->logical.bits == 8 && n->logical.is_signed);
    inlay_schema_close(s);
}

static void sp_faults_have_a_place(void)
{
    static const struct {
        const char *text;
        int64_t at;
    } cases[] = {
        {"", 0},
        {"message m {", 11},
        {"message m { required int65 a; }", 21},
        {"message m { requird int64 a; }", 12},
        {"message m { required int64 ; }", 27},
        {"message m { required int64 a }", 29},
        {"message m { required int64 a (WAT); }", 30},
        {"message m { required int64 a (TIMESTAMP); }", 39},
        {"message m { required int64 a (INTEGER(9,true)); }", 39},
        {"message m { required binary a (DATE); }", 12},
        {"message m { required fixed_len_byte_array a; }", 42},
        {"message m { required int64 a; } x", 32},
        {"message m { }", 13},
        {"message m { required int64 a = x; }", 31},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        inlay_env *env = test_env();
        inlay_schema *s = NULL;
        CHECK_INT(inlay_schema_parse(env, cases[i].text, strlen(cases[i].text), &s), INLAY_ARG);
        CHECK(!s);
        CHECK_INT(env->error.at, cases[i].at);
    }
}

static void sp_depth_is_bounded(void)
{
    static char text[300 * 24];
    size_t n = (size_t)snprintf(text, sizeof text, "message m {");
    for (int i = 0; i < 256; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "optional group g {");
    inlay_schema *s = NULL;
    inlay_status status = inlay_schema_parse(test_env(), text, n, &s);
    CHECK(status == INLAY_ARG || status == INLAY_LIMIT);
    CHECK(!s);
}

TEST_SUITE(format_schema_parse) = {
    {"schema text: names, ids, annotations and groups", sp_all_parts},
    {"schema text: a fault says at which byte", sp_faults_have_a_place},
    {"schema text: groups nest so deep and no deeper", sp_depth_is_bounded},
    {0}};

#else

TEST_SUITE(format_schema_parse) = {{0}};

#endif
