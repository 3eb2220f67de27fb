/* Facts about values that do not fit their column, rows for all columns at once, and key-values of columns. */
#include "format/file.h"

struct fit_file {
    inlay_env *env;
    inlay_memory_sink memory;
    inlay_sink sink;
    inlay_schema *schema;
    inlay_writer *writer;
};

static void fit_start(struct fit_file *f, const inlay_node *node, uint32_t flags)
{
    inlay_write_options o = {.flags = flags};
    *f = (struct fit_file){.env = test_env()};
    f->sink = inlay_sink_memory(&f->memory, f->env);
    CHECK_INT(inlay_schema_new(f->env, &f->schema), INLAY_OK);
    CHECK_INT(inlay_schema_add(f->schema, 0, node, NULL), INLAY_OK);
    CHECK_INT(inlay_writer_open(f->env, &f->sink, f->schema, &o, &f->writer), INLAY_OK);
}

static void fit_end(struct fit_file *f)
{
    inlay_writer_close(f->writer);
    inlay_schema_close(f->schema);
    inlay_sink_memory_free(&f->memory);
}

/* Write values, then see what became of them. */
static inlay_status fit_write(const inlay_node *node, uint32_t flags, const void *values, size_t n, int64_t *row)
{
    struct fit_file f;
    inlay_batch batch = {.n_levels = n, .n_values = n, .values = values};
    fit_start(&f, node, flags);
    inlay_status status = inlay_writer_write(f.writer, 0, &batch);
    if (row)
        *row = f.env->error.row;
    fit_end(&f);
    return status;
}

static inlay_node fit_node(uint8_t type, int32_t length, inlay_logical logical)
{
    return (inlay_node){.name = {(const uint8_t *)"v", 1}, .type = type, .type_length = length,
                        .repetition = INLAY_REQUIRED, .logical = logical};
}

static void fit_decimals(void)
{
    inlay_logical d = {.kind = INLAY_DECIMAL, .precision = 4, .scale = 2};
    inlay_node i32 = fit_node(INLAY_INT32, 0, d), i64 = fit_node(INLAY_INT64, 0, d);
    inlay_node fixed = fit_node(INLAY_FIXED_LEN_BYTE_ARRAY, 3, d), bytes = fit_node(INLAY_BYTE_ARRAY, 0, d);
    int64_t row = 0;
    CHECK_INT(fit_write(&i32, 0, (const int32_t[]){9999, -9999, 0}, 3, NULL), INLAY_OK);
    CHECK_INT(fit_write(&i32, 0, (const int32_t[]){9999, 10000}, 2, &row), INLAY_ARG);
    CHECK_INT(row, 1);
    CHECK_INT(fit_write(&i64, 0, (const int64_t[]){-9999, 1, -10000}, 3, &row), INLAY_ARG);
    CHECK_INT(row, 2);
    CHECK_INT(fit_write(&fixed, 0, "\x00\x27\x0F\xFF\xD8\xF1", 2, NULL), INLAY_OK); /* 9999, -9999 */
    CHECK_INT(fit_write(&fixed, 0, "\x00\x27\x10", 1, NULL), INLAY_ARG);            /* 10000 */
    CHECK_INT(fit_write(&fixed, 0, "\xFF\xD8\xF0", 1, NULL), INLAY_ARG);            /* -10000 */
    inlay_bytes short_one = {(const uint8_t *)"\x7F", 1}, long_one = {(const uint8_t *)"\x00\x00\x00\x27\x10", 5};
    inlay_bytes negative = {(const uint8_t *)"\xFF\xFF\xFF\xFF\xFF\xFF\xD8\xF1", 8};
    CHECK_INT(fit_write(&bytes, 0, &short_one, 1, NULL), INLAY_OK);
    CHECK_INT(fit_write(&bytes, 0, &negative, 1, NULL), INLAY_OK);
    CHECK_INT(fit_write(&bytes, 0, &long_one, 1, NULL), INLAY_ARG);
    CHECK_INT(fit_write(&bytes, INLAY_WRITE_AS_IS, &long_one, 1, NULL), INLAY_OK);
}

static void fit_wide_decimal(void)
{
    inlay_logical d = {.kind = INLAY_DECIMAL, .precision = 38};
    inlay_node fixed = fit_node(INLAY_FIXED_LEN_BYTE_ARRAY, 16, d);
    /* 10^38 = 0x4B3B4CA85A86C47A098A224000000000 */
    CHECK_INT(fit_write(&fixed, 0, "\x4B\x3B\x4C\xA8\x5A\x86\xC4\x7A\x09\x8A\x22\x3F\xFF\xFF\xFF\xFF", 1, NULL), INLAY_OK);
    CHECK_INT(fit_write(&fixed, 0, "\x4B\x3B\x4C\xA8\x5A\x86\xC4\x7A\x09\x8A\x22\x40\x00\x00\x00\x00", 1, NULL), INLAY_ARG);
}

static void fit_integers(void)
{
    inlay_node i8 = fit_node(INLAY_INT32, 0, (inlay_logical){.kind = INLAY_INTEGER, .bits = 8, .is_signed = true});
    inlay_node u16 = fit_node(INLAY_INT32, 0, (inlay_logical){.kind = INLAY_INTEGER, .bits = 16});
    CHECK_INT(fit_write(&i8, 0, (const int32_t[]){127, -128}, 2, NULL), INLAY_OK);
    CHECK_INT(fit_write(&i8, 0, (const int32_t[]){128}, 1, NULL), INLAY_ARG);
    CHECK_INT(fit_write(&u16, 0, (const int32_t[]){0, 65535}, 2, NULL), INLAY_OK);
    CHECK_INT(fit_write(&u16, 0, (const int32_t[]){-1}, 1, NULL), INLAY_ARG);
}

static void fit_text(void)
{
    inlay_node text = fit_node(INLAY_BYTE_ARRAY, 0, (inlay_logical){.kind = INLAY_STRING});
    inlay_bytes good = {(const uint8_t *)"gr\xC3\xBC\xC3\x9F", 6}, bad = {(const uint8_t *)"gr\xFC\xDF", 4};
    CHECK_INT(fit_write(&text, INLAY_WRITE_STRICT, &good, 1, NULL), INLAY_OK);
    CHECK_INT(fit_write(&text, INLAY_WRITE_STRICT, &bad, 1, NULL), INLAY_ARG);
    CHECK_INT(fit_write(&text, 0, &bad, 1, NULL), INLAY_OK);
}

static void fit_row_behind_nulls(void)
{
    inlay_node node = fit_node(INLAY_INT32, 0, (inlay_logical){.kind = INLAY_INTEGER, .bits = 8, .is_signed = true});
    struct fit_file f;
    node.repetition = INLAY_OPTIONAL;
    fit_start(&f, &node, 0);
    CHECK_INT(inlay_writer_repeat(f.writer, 0, 10, NULL), INLAY_OK);
    inlay_batch batch = {.n_levels = 5, .n_values = 2, .def = (const uint8_t[]){0, 1, 0, 0, 1},
                         .values = (const int32_t[]){1, 300}};
    CHECK_INT(inlay_writer_write(f.writer, 0, &batch), INLAY_ARG);
    CHECK_INT(f.env->error.row, 14);
    fit_end(&f);
}

/* ---- rows of all columns ---- */

static void rows_cut(void)
{
    static const int32_t numbers[1000];
    static uint8_t def[1000], rep[1000];
    inlay_env *env = test_env();
    inlay_memory_sink memory = {0};
    inlay_sink sink = inlay_sink_memory(&memory, env);
    inlay_schema *schema = NULL;
    inlay_writer *w = NULL;
    inlay_node a = {.name = {(const uint8_t *)"a", 1}, .type = INLAY_INT32, .repetition = INLAY_REQUIRED};
    inlay_node b = {.name = {(const uint8_t *)"b", 1}, .type = INLAY_INT32, .repetition = INLAY_REPEATED};
    CHECK_INT(inlay_schema_new(env, &schema), INLAY_OK);
    CHECK_INT(inlay_schema_add(schema, 0, &a, NULL), INLAY_OK);
    CHECK_INT(inlay_schema_add(schema, 0, &b, NULL), INLAY_OK);
    inlay_write_options o = {.row_group_rows = 300};
    CHECK_INT(inlay_writer_open(env, &sink, schema, &o, &w), INLAY_OK);
    for (size_t i = 0; i < 1000; i++) { /* lists of two: 500 rows */
        def[i] = 1;
        rep[i] = i % 2;
    }
    inlay_batch columns[2] = {{.n_levels = 500, .n_values = 500, .values = numbers},
                              {.n_levels = 1000, .n_values = 1000, .def = def, .rep = rep, .values = numbers}};
    for (int i = 0; i < 2; i++)
        CHECK_INT(inlay_writer_write_rows(w, columns), INLAY_OK);
    CHECK_INT(inlay_writer_finish(w), INLAY_OK);
    CHECK_INT(inlay_writer_rows(w), 1000);
    CHECK_INT(inlay_writer_row_groups(w), 4); /* 300, 300, 300, 100 */
    columns[1].n_levels = columns[1].n_values = 999;
    inlay_writer_close(w);
    CHECK_INT(inlay_writer_open(env, &sink, schema, &o, &w), INLAY_OK);
    columns[1].n_levels = columns[1].n_values = 998;
    CHECK_INT(inlay_writer_write_rows(w, columns), INLAY_ARG);
    CHECK_TEXT(env->error.what, "batches with different numbers of rows");
    inlay_writer_close(w);
    inlay_schema_close(schema);
    inlay_sink_memory_free(&memory);
}

static void rows_cut_by_bytes(void)
{
    static int64_t numbers[20000];
    struct fit_file f;
    inlay_node node = fit_node(INLAY_INT64, 0, (inlay_logical){0});
    inlay_write_options o = {.row_group_bytes = 100000, .codec = "none", .encoding = "plain"};
    inlay_batch batch = {.n_levels = 20000, .n_values = 20000, .values = numbers};
    fit_start(&f, &node, 0);
    inlay_writer_close(f.writer);
    CHECK_INT(inlay_writer_open(f.env, &f.sink, f.schema, &o, &f.writer), INLAY_OK);
    for (int i = 0; i < 4; i++)
        CHECK_INT(inlay_writer_write_rows(f.writer, &batch), INLAY_OK);
    CHECK_INT(inlay_writer_finish(f.writer), INLAY_OK);
    CHECK_INT(inlay_writer_row_groups(f.writer), 5); /* 80,000 rows, each row group two pieces of 8,192 */
    fit_end(&f);
}

static void keys_of_a_column(void)
{
    struct fit_file f;
    inlay_node node = fit_node(INLAY_INT64, 0, (inlay_logical){0});
    inlay_key_value keys[2] = {{.key = {(const uint8_t *)"unit", 4}, .value = {(const uint8_t *)"ns", 2}, .has_value = true},
                               {.key = {(const uint8_t *)"flag", 4}}};
    inlay_column_options column = {.leaf = 0, .key_values = keys, .n_key_values = 2};
    inlay_write_options o = {.columns = &column, .n_columns = 1};
    inlay_batch batch = {.n_levels = 1, .n_values = 1, .values = (const int64_t[]){5}};
    fit_start(&f, &node, 0);
    inlay_writer_close(f.writer);
    inlay_sink_memory_free(&f.memory);
    f.sink = inlay_sink_memory(&f.memory, f.env);
    CHECK_INT(inlay_writer_open(f.env, &f.sink, f.schema, &o, &f.writer), INLAY_OK);
    CHECK_INT(inlay_writer_write(f.writer, 0, &batch), INLAY_OK);
    CHECK_INT(inlay_writer_finish(f.writer), INLAY_OK);
    inlay_source source = inlay_source_memory(f.memory.data, f.memory.bytes);
    inlay_reader *reader = NULL;
    inlay_chunk chunk;
    inlay_key_value kv;
    CHECK_INT(inlay_reader_open(f.env, &source, NULL, &reader), INLAY_OK);
    CHECK_INT(inlay_reader_chunk(reader, 0, 0, &chunk), INLAY_OK);
    CHECK_INT(chunk.n_key_values, 2);
    CHECK_INT(inlay_reader_chunk_key_value(reader, 0, 0, 0, &kv), INLAY_OK);
    CHECK_BYTES(kv.value.data, kv.value.len, "ns", 2);
    CHECK_INT(inlay_reader_chunk_key_value(reader, 0, 0, 1, &kv), INLAY_OK);
    CHECK(!kv.has_value);
    inlay_reader_close(reader);
    fit_end(&f);
}

TEST_SUITE(format_fit) = {
    {"fit: decimals within their precision, on every type", fit_decimals},
    {"fit: a decimal of 38 digits, and one more", fit_wide_decimal},
    {"fit: small integers within their bits", fit_integers},
    {"fit: text is held to UTF-8 on request", fit_text},
    {"fit: the row of a misfit behind nulls", fit_row_behind_nulls},
    {"rows: row groups are cut at their number of rows, lists too", rows_cut},
    {"rows: row groups are cut by bytes", rows_cut_by_bytes},
    {"keys: of a column, with and without a value", keys_of_a_column},
    {0}};
