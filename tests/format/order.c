/* Facts about sorting claims that the writer checks. */
#include "format/file.h"

#define ORDER_NAME(text) {(const uint8_t *)(text), sizeof(text) - 1}
enum { ORDER_ROWS = 6 };

/* Two columns, a DOUBLE (null where NULL) and s STRING; claims by name and sign: "a", "-s,a". */
static inlay_status order_write(const double *const *a, const char *const *s, const char *claims, bool nulls_first,
                                int64_t *row)
{
    inlay_env *env = test_env();
    inlay_memory_sink memory;
    inlay_sink sink = inlay_sink_memory(&memory, env);
    inlay_node nodes[] = {{.name = ORDER_NAME("a"), .type = INLAY_DOUBLE, .repetition = INLAY_OPTIONAL},
                          {.name = ORDER_NAME("s"), .type = INLAY_BYTE_ARRAY, .logical = {.kind = INLAY_STRING}}};
    inlay_schema *schema = NULL;
    inlay_writer *w = NULL;
    inlay_sorting sorting[4];
    size_t n = 0;
    CHECK_INT(inlay_schema_new(env, &schema), INLAY_OK);
    for (int i = 0; i < 2; i++)
        CHECK_INT(inlay_schema_add(schema, 0, &nodes[i], NULL), INLAY_OK);
    for (const char *p = claims; *p; p++)
        if (*p == 'a' || *p == 's')
            sorting[n++] = (inlay_sorting){*p == 's', p > claims && p[-1] == '-', nulls_first};
    CHECK_INT(inlay_writer_open(env, &sink, schema, NULL, &w), INLAY_OK);
    CHECK_INT(inlay_writer_sorting(w, sorting, n), INLAY_OK);
    inlay_status status = INLAY_OK;
    for (int i = 0; i < ORDER_ROWS && status == INLAY_OK; i++) {
        uint8_t def = a[i] != NULL;
        inlay_bytes text = {(const uint8_t *)s[i], strlen(s[i])};
        inlay_batch one = {.n_levels = 1, .n_values = def, .def = &def, .values = a[i]};
        inlay_batch two = {.n_levels = 1, .n_values = 1, .values = &text};
        CHECK_INT(inlay_writer_write(w, 0, &one), INLAY_OK);
        CHECK_INT(inlay_writer_write(w, 1, &two), INLAY_OK);
    }
    status = inlay_writer_finish(w);
    *row = status == INLAY_OK ? -1 : env->error.row;
    inlay_writer_close(w);
    inlay_schema_close(schema);
    inlay_sink_memory_free(&memory);
    return status;
}

static const double order_one = 1, order_two = 2, order_minus = -0.0, order_zero = 0.0;

static void order_holds(void)
{
    int64_t row;
    const double *a[] = {&order_one, &order_one, &order_one, &order_two, &order_two, NULL};
    const char *s[] = {"", "b", "b", "a", "z", "a"};
    CHECK_INT(order_write(a, s, "a", false, &row), INLAY_OK);
    CHECK_INT(order_write(a, s, "a,s", false, &row), INLAY_OK);
    CHECK_INT(order_write(a, s, "a", true, &row), INLAY_ARG); /* the null stands last */
    CHECK_INT(row, 5);
    CHECK_INT(order_write(a, s, "-a", false, &row), INLAY_ARG);
    CHECK_INT(row, 3);
    CHECK_INT(order_write(a, s, "s", false, &row), INLAY_ARG);
    CHECK_INT(row, 3);
    CHECK_INT(order_write(a, s, "a,-s", false, &row), INLAY_ARG);
    CHECK_INT(row, 1);
}

static void order_descending(void)
{
    int64_t row;
    const double *a[] = {NULL, NULL, &order_two, &order_one, &order_zero, &order_minus};
    const char *s[] = {"c", "b", "a", "b", "a", "b"};
    CHECK_INT(order_write(a, s, "-a", true, &row), INLAY_OK);
    CHECK_INT(order_write(a, s, "-a,-s", true, &row), INLAY_ARG); /* the zeros are one value */
    CHECK_INT(row, 5);
    CHECK_INT(order_write(a, s, "-a", false, &row), INLAY_ARG);
    CHECK_INT(row, 2);
}

static void order_repeated(void)
{
    inlay_env *env = test_env();
    inlay_memory_sink memory;
    inlay_sink sink = inlay_sink_memory(&memory, env);
    inlay_schema *schema = file_schema(env);
    inlay_sorting claims[] = {{.leaf = FILE_TAGS}, {.leaf = FILE_ID}};
    inlay_writer *w = NULL;
    CHECK_INT(inlay_writer_open(env, &sink, schema, NULL, &w), INLAY_OK);
    CHECK_INT(inlay_writer_sorting(w, claims, 1), INLAY_ARG);
    CHECK_INT(inlay_writer_sorting(w, claims + 1, 1), INLAY_OK);
    int64_t same = 7;
    for (uint32_t leaf = 0; leaf < FILE_LEAVES; leaf++)
        CHECK_INT(leaf == FILE_ID ? inlay_writer_repeat(w, leaf, 100, &same) : file_rows(w, leaf, 0, 100, 30, 7),
                  INLAY_OK);
    CHECK_INT(inlay_writer_end_row_group(w), INLAY_OK);
    for (uint32_t leaf = 0; leaf < FILE_LEAVES; leaf++) /* another row group begins anew, and rises */
        CHECK_INT(file_rows(w, leaf, 0, 100, 30, 7), INLAY_OK);
    CHECK_INT(inlay_writer_finish(w), INLAY_OK);
    inlay_writer_close(w);
    inlay_schema_close(schema);
    inlay_sink_memory_free(&memory);
}

TEST_SUITE(format_order) = {
    {"sorting: claims that hold, and the first row of those that do not", order_holds},
    {"sorting: descending, nulls first, zeros of both signs", order_descending},
    {"sorting: not inside lists; each row group by itself; one value many times", order_repeated},
    {0}};
