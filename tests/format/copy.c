/* Facts about copying row groups without decoding. */
#include "format/file.h"

struct copy_files {
    inlay_env *env;
    inlay_memory_sink from, to;
};

static void copy_source(struct copy_files *f, const inlay_write_options *options)
{
    *f = (struct copy_files){.env = test_env()};
    inlay_sink sink = inlay_sink_memory(&f->from, f->env);
    CHECK_INT(file_write(f->env, &sink, options, 1000, 400, 100, 7), INLAY_OK);
}

static inlay_reader *copy_open(struct copy_files *f, const inlay_memory_sink *memory)
{
    inlay_source source = inlay_source_memory(memory->data, memory->bytes);
    inlay_reader *reader = NULL;
    CHECK_INT(inlay_reader_open(f->env, &source, NULL, &reader), INLAY_OK);
    return reader;
}

/* All row groups of `from`, `times` times, into `to`. */
static void copy_all(struct copy_files *f, int times)
{
    inlay_sink sink = inlay_sink_memory(&f->to, f->env);
    inlay_reader *reader = copy_open(f, &f->from);
    inlay_writer *w = NULL;
    CHECK_INT(inlay_writer_open(f->env, &sink, inlay_reader_schema(reader), NULL, &w), INLAY_OK);
    for (int t = 0; t < times; t++)
        for (uint32_t i = 0; i < inlay_reader_row_groups(reader); i++)
            CHECK_INT(inlay_writer_copy_row_group(w, reader, i), INLAY_OK);
    CHECK_INT(inlay_writer_finish(w), INLAY_OK);
    inlay_writer_close(w);
    inlay_reader_close(reader);
}

static void copy_free(struct copy_files *f)
{
    inlay_sink_memory_free(&f->from);
    inlay_sink_memory_free(&f->to);
}

static int copy_no_findings(void *ctx, const inlay_finding *finding)
{
    (void)ctx;
    test_fail(__FILE__, __LINE__, "%s: %s", finding->rule, finding->what);
    return 0;
}

static void copy_twice(void)
{
    for (uint32_t version = 1; version <= 2; version++) {
        struct copy_files f;
        inlay_column_options bloom = {.leaf = FILE_TEXT, .bloom_fpp = 0.01};
        inlay_write_options o = {.page_rows = 150, .page_version = version, .columns = &bloom, .n_columns = 1};
        inlay_verify_options verify = {.deep = true, .finding = copy_no_findings};
        inlay_verify_counts counts;
        copy_source(&f, &o);
        copy_all(&f, 2);
        inlay_reader *a = copy_open(&f, &f.from), *b = copy_open(&f, &f.to);
        CHECK_INT(inlay_reader_row_groups(b), 6);
        CHECK_INT(inlay_reader_rows(b), 2000);
        CHECK_INT(inlay_verify(f.env, b, &verify, &counts), INLAY_OK);
        for (uint32_t i = 0; i < 6; i++)
            for (uint32_t leaf = 0; leaf < FILE_LEAVES; leaf++) {
                inlay_chunk x, y;
                CHECK_INT(inlay_reader_chunk(a, i % 3, leaf, &x), INLAY_OK);
                CHECK_INT(inlay_reader_chunk(b, i, leaf, &y), INLAY_OK);
                CHECK_BYTES(f.to.data + y.start_at, (size_t)y.compressed_bytes, f.from.data + x.start_at,
                            (size_t)x.compressed_bytes);
                CHECK(y.column_index_at > 0 && y.offset_index_at > 0);
                CHECK_INT(y.column_index_bytes, x.column_index_bytes);
                CHECK((y.bloom_at > 0) == (leaf == FILE_TEXT));
            }
        inlay_column *column = NULL;
        CHECK_INT(inlay_column_open(b, FILE_TAGS, 0, &column), INLAY_OK);
        CHECK_INT(inlay_column_seek(column, 1000), INLAY_OK); /* by the moved offset index */
        CHECK_INT(file_check(column, FILE_TAGS, 0, 7, 64), 1000);
        inlay_column_close(column);
        inlay_reader_close(a);
        inlay_reader_close(b);
        copy_free(&f);
    }
}

static void copy_refused(void)
{
    struct copy_files f;
    inlay_node other = {.name = {(const uint8_t *)"id", 2}, .type = INLAY_INT32};
    inlay_schema *schema = NULL;
    inlay_writer *w = NULL;
    copy_source(&f, NULL);
    inlay_reader *reader = copy_open(&f, &f.from);
    inlay_sink sink = inlay_sink_memory(&f.to, f.env);
    CHECK_INT(inlay_schema_new(f.env, &schema), INLAY_OK);
    CHECK_INT(inlay_schema_add(schema, 0, &other, NULL), INLAY_OK);
    CHECK_INT(inlay_writer_open(f.env, &sink, schema, NULL, &w), INLAY_OK);
    CHECK_INT(inlay_writer_copy_row_group(w, reader, 0), INLAY_ARG);
    inlay_writer_close(w);
    inlay_schema_close(schema);
    CHECK_INT(inlay_writer_open(f.env, &sink, inlay_reader_schema(reader), NULL, &w), INLAY_OK);
    int64_t one = 1;
    CHECK_INT(inlay_writer_repeat(w, FILE_ID, 1, &one), INLAY_OK);
    CHECK_INT(inlay_writer_copy_row_group(w, reader, 0), INLAY_ARG);
    CHECK_TEXT(f.env->error.what, "a row group is open");
    CHECK_INT(inlay_writer_finish(w), INLAY_ARG); /* failures stay */
    inlay_writer_close(w);
    inlay_reader_close(reader);
    copy_free(&f);
}

static void copy_schemas(void)
{
    inlay_env *env = test_env();
    inlay_schema *a = file_schema(env), *b = file_schema(env), *c = NULL;
    inlay_node text = {.name = {(const uint8_t *)"id", 2}, .type = INLAY_INT64, .repetition = INLAY_OPTIONAL};
    uint32_t node = 99;
    const char *what = "";
    CHECK(inlay_schema_same(a, b, &node, &what));
    CHECK_INT(inlay_schema_new(env, &c), INLAY_OK);
    CHECK_INT(inlay_schema_add(c, 0, &text, NULL), INLAY_OK);
    CHECK(!inlay_schema_same(a, c, &node, &what));
    CHECK_INT(node, 0);
    CHECK_TEXT(what, "the numbers of members differ");
    inlay_schema_close(a);
    inlay_schema_close(b);
    inlay_schema_close(c);
}

/* ConvertedType UTF8 and LogicalType STRING say the same; a reader has no edges for the one and the default for the
 * other. */
static void copy_same_strings(void)
{
    inlay_env *env = test_env();
    inlay_schema *of[2] = {NULL, NULL};
    for (int i = 0; i < 2; i++) {
        inlay_node text = {.name = {(const uint8_t *)"text", 4}, .type = INLAY_BYTE_ARRAY,
                           .logical = {.kind = INLAY_STRING, .edges = (int8_t)-i}};
        CHECK_INT(inlay_schema_new(env, &of[i]), INLAY_OK);
        CHECK_INT(inlay_schema_add(of[i], 0, &text, NULL), INLAY_OK);
    }
    CHECK(inlay_schema_same(of[0], of[1], NULL, NULL));
    inlay_schema_close(of[0]);
    inlay_schema_close(of[1]);
}

/* Leaves `some` of two row groups. */
static void copy_write_some(struct copy_files *f, inlay_memory_sink *to, uint32_t some)
{
    inlay_schema *schema = file_schema(f->env);
    inlay_write_options o = {.flags = INLAY_WRITE_IN_ORDER | INLAY_WRITE_SOME_COLUMNS};
    inlay_sink sink = inlay_sink_memory(to, f->env);
    inlay_writer *w = NULL;
    CHECK_INT(inlay_writer_open(f->env, &sink, schema, &o, &w), INLAY_OK);
    for (uint64_t group = 0; group < 2; group++) {
        for (uint32_t leaf = 0; leaf < FILE_LEAVES; leaf++)
            if (some >> leaf & 1) {
                CHECK_INT(file_rows(w, leaf, group * 300, group * 300 + 300, 100, 7), INLAY_OK);
                CHECK_INT(inlay_writer_end_column(w, leaf), INLAY_OK);
            }
        CHECK_INT(inlay_writer_end_row_group(w), INLAY_OK);
    }
    CHECK_INT(inlay_writer_finish(w), INLAY_OK);
    inlay_writer_close(w);
    inlay_schema_close(schema);
}

/* A file's columns from two that have some of them each. */
static void copy_some_columns(void)
{
    struct copy_files f = {.env = test_env()};
    inlay_memory_sink other = {0};
    inlay_write_options o = {.flags = INLAY_WRITE_IN_ORDER};
    inlay_writer *w = NULL;
    copy_write_some(&f, &f.from, 1u << FILE_ID | 1u << FILE_TAGS);
    copy_write_some(&f, &other, 1u << FILE_TEXT | 1u << FILE_X);
    inlay_reader *a = copy_open(&f, &f.from), *b = copy_open(&f, &other);
    inlay_sink sink = inlay_sink_memory(&f.to, f.env);
    CHECK_INT(inlay_writer_open(f.env, &sink, inlay_reader_schema(a), &o, &w), INLAY_OK);
    for (uint32_t group = 0; group < 2; group++) {
        for (uint32_t leaf = 0; leaf < FILE_LEAVES; leaf++)
            CHECK_INT(inlay_writer_copy_chunk(w, leaf, leaf == FILE_TEXT || leaf == FILE_X ? b : a, group, leaf), INLAY_OK);
        CHECK_INT(inlay_writer_end_row_group(w), INLAY_OK);
    }
    CHECK_INT(inlay_writer_finish(w), INLAY_OK);
    inlay_writer_close(w);
    inlay_reader_close(a);
    inlay_reader_close(b);
    a = copy_open(&f, &f.to);
    for (uint32_t leaf = 0; leaf < FILE_LEAVES; leaf++) {
        inlay_column *column = NULL;
        CHECK_INT(inlay_column_open(a, leaf, 0, &column), INLAY_OK);
        CHECK_INT(file_check(column, leaf, 0, 7, 50), 600);
        inlay_column_close(column);
    }
    inlay_reader_close(a);
    inlay_sink_memory_free(&other);
    copy_free(&f);
}

/* Without the flag a row group has all columns. */
static void copy_all_columns(void)
{
    struct copy_files f = {.env = test_env()};
    inlay_schema *schema = file_schema(f.env);
    inlay_write_options o = {.flags = INLAY_WRITE_IN_ORDER};
    inlay_sink sink = inlay_sink_memory(&f.to, f.env);
    inlay_writer *w = NULL;
    CHECK_INT(inlay_writer_open(f.env, &sink, schema, &o, &w), INLAY_OK);
    CHECK_INT(file_rows(w, FILE_TEXT, 0, 300, 100, 7), INLAY_ARG);
    inlay_writer_close(w);
    inlay_schema_close(schema);
    copy_free(&f);
}

/* Doubles are in the type's order by profile compat, in IEEE 754 order by newest. */
static void copy_orders(void)
{
    static const char *const profiles[] = {"compat", "newest"};
    for (int from = 0; from < 2; from++)
        for (int to = 0; to < 2; to++) {
            struct copy_files f;
            inlay_write_options source = {.profile = profiles[from], .page_rows = 50}, o = {.profile = profiles[to]};
            inlay_writer *w = NULL;
            inlay_chunk chunk;
            copy_source(&f, &source);
            inlay_sink sink = inlay_sink_memory(&f.to, f.env);
            inlay_reader *reader = copy_open(&f, &f.from);
            CHECK_INT(inlay_writer_open(f.env, &sink, inlay_reader_schema(reader), &o, &w), INLAY_OK);
            CHECK_INT(inlay_writer_copy_row_group(w, reader, 0), INLAY_OK);
            CHECK_INT(inlay_writer_finish(w), INLAY_OK);
            inlay_writer_close(w);
            inlay_reader_close(reader);
            reader = copy_open(&f, &f.to);
            CHECK_INT(inlay_reader_order(reader, FILE_X), to ? INLAY_ORDER_IEEE_754 : INLAY_ORDER_TYPE);
            CHECK_INT(inlay_reader_chunk(reader, 0, FILE_X, &chunk), INLAY_OK);
            CHECK_INT(chunk.statistics.has_max, to >= from); /* from compat to newest: the deprecated ones */
            CHECK_INT(chunk.statistics.max_exact, from == to ? 1 : -1);
            CHECK_INT(chunk.column_index_at > 0, from == to);
            CHECK_INT(inlay_reader_chunk(reader, 0, FILE_ID, &chunk), INLAY_OK);
            CHECK(chunk.statistics.usable && chunk.column_index_at > 0);
            inlay_reader_close(reader);
            copy_free(&f);
        }
}

TEST_SUITE(format_copy) = {
    {"copy: pages byte for byte, indexes and filters moved, nothing for verify to find", copy_twice},
    {"copy: another schema, an open row group", copy_refused},
    {"copy: bounds go along where both files order them alike", copy_orders},
    {"copy: where schemas differ", copy_schemas},
    {"copy: a string is one by either annotation", copy_same_strings},
    {"copy: some columns from one file, some from another", copy_some_columns},
    {"copy: columns are passed over only where that is asked for", copy_all_columns},
    {0}};
