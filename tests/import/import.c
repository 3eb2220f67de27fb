/* Facts about rows of text that become files: CSV, JSON lines, types, bad rows, memory. */
#include "inlay/import.h"

#include "../test.h"

#if INLAY_WRITE && INLAY_IMPORT

struct im_text {
    const char *text;
    size_t bytes, at, piece;
};

static int im_read(void *ctx, void *dst, size_t bytes, size_t *n)
{
    struct im_text *t = ctx;
    *n = t->bytes - t->at < bytes ? t->bytes - t->at : bytes;
    if (t->piece && *n > t->piece)
        *n = t->piece;
    memcpy(dst, t->text + t->at, *n);
    t->at += *n;
    return 0;
}

struct im_result {
    inlay_env *env;
    inlay_status status;
    inlay_import_counts counts;
    inlay_import_bad bad; /* its views are gone, but not `what` */
    char value[80], name[80], rejects[200];
    inlay_memory_sink file;
};

static void im_keep(struct im_result *r, const inlay_import *import)
{
    r->counts = inlay_import_counted(import);
    r->bad = inlay_import_last(import);
    snprintf(r->value, sizeof r->value, "%.*s", (int)r->bad.text.len, (const char *)r->bad.text.data);
    snprintf(r->name, sizeof r->name, "%.*s", (int)r->bad.name.len, (const char *)r->bad.name.data);
}

static void im_run(struct im_result *r, struct im_text text, inlay_import_options options, bool aside)
{
    inlay_import *import = NULL;
    inlay_writer *writer = NULL;
    inlay_memory_sink rejects = {0};
    *r = (struct im_result){.env = test_env()};
    inlay_stream stream = {&text, im_read};
    inlay_sink sink = inlay_sink_memory(&r->file, r->env), bad = inlay_sink_memory(&rejects, r->env);
    options.rejects = aside ? &bad : NULL;
    r->status = inlay_import_open(r->env, &stream, &options, &import);
    if (r->status == INLAY_OK)
        r->status = inlay_writer_open(r->env, &sink, inlay_import_schema(import), NULL, &writer);
    while (r->status == INLAY_OK)
        r->status = inlay_import_rows(import, writer, 0);
    if (import)
        im_keep(r, import);
    if (r->status == INLAY_END)
        r->status = inlay_writer_finish(writer);
    snprintf(r->rejects, sizeof r->rejects, "%.*s", (int)rejects.bytes, rejects.data ? (const char *)rejects.data : "");
    inlay_writer_close(writer);
    inlay_import_close(import);
    inlay_sink_memory_free(&rejects);
}

static struct im_text im_all(const char *text)
{
    return (struct im_text){text, strlen(text), 0, 0};
}

/* One column of the file, up to 16 levels, as text: values by type, "-" for what is not there. */
static void im_column(struct im_result *r, uint32_t leaf, char *out, size_t capacity)
{
    inlay_source source = inlay_source_memory(r->file.data, r->file.bytes);
    inlay_reader *reader = NULL;
    inlay_column *column = NULL;
    inlay_batch b;
    size_t used = 0;
    CHECK_INT(r->status, INLAY_OK);
    CHECK_INT(inlay_reader_open(r->env, &source, NULL, &reader), INLAY_OK);
    const inlay_node *node = inlay_schema_leaf(inlay_reader_schema(reader), leaf);
    CHECK_INT(inlay_column_open(reader, leaf, 0, &column), INLAY_OK);
    out[0] = '\0';
    while (inlay_column_read(column, 0, &b) == INLAY_OK)
        for (size_t i = 0, v = 0; i < b.n_levels; i++) {
            bool there = !b.def || b.def[i] == node->max_def;
            const char *comma = used ? " " : "";
            if (b.rep && b.rep[i] == 0)
                comma = used ? "|" : "";
            if (!there)
                used += (size_t)snprintf(out + used, capacity - used, "%s-%d", comma, b.def[i]);
            else if (node->type == INLAY_INT64)
                used += (size_t)snprintf(out + used, capacity - used, "%s%lld", comma, (long long)((const int64_t *)b.values)[v]);
            else if (node->type == INLAY_INT32)
                used += (size_t)snprintf(out + used, capacity - used, "%s%ld", comma, (long)((const int32_t *)b.values)[v]);
            else if (node->type == INLAY_DOUBLE)
                used += (size_t)snprintf(out + used, capacity - used, "%s%.17g", comma, ((const double *)b.values)[v]);
            else if (node->type == INLAY_BOOLEAN)
                used += (size_t)snprintf(out + used, capacity - used, "%s%d", comma, ((const uint8_t *)b.values)[v]);
            else
                used += (size_t)snprintf(out + used, capacity - used, "%s<%.*s>", comma,
                                         (int)((const inlay_bytes *)b.values)[v].len,
                                         (const char *)((const inlay_bytes *)b.values)[v].data);
            v += there;
        }
    inlay_column_close(column);
    inlay_reader_close(reader);
}

static void im_done(struct im_result *r)
{
    inlay_sink_memory_free(&r->file);
}

static void im_csv_values(void)
{
    struct im_result r;
    char text[200];
    im_run(&r, im_all("n,x,s,b,d\r\n9223372036854775807,-0.0,\"a \"\"b\"\"\",true,1970-01-02\r\n"
                      "-9223372036854775808,0.1,\"\",false,1969-12-31\r\n,,,,\r\n"),
           (inlay_import_options){0}, false);
    im_column(&r, 0, text, sizeof text);
    CHECK_TEXT(text, "9223372036854775807 -9223372036854775808 -0");
    im_column(&r, 1, text, sizeof text);
    CHECK_TEXT(text, "-0 0.10000000000000001 -0");
    im_column(&r, 2, text, sizeof text);
    CHECK_TEXT(text, "<a \"b\"> <> -0");
    im_column(&r, 3, text, sizeof text);
    CHECK_TEXT(text, "1 0 -0");
    im_column(&r, 4, text, sizeof text);
    CHECK_TEXT(text, "1 -1 -0");
    im_done(&r);
}

static void im_pieces(void)
{
    /* every way to cut the input: quotes, CRLF and doubled quotes at all edges of a buffer that is too small */
    static const char text[] = "n,s\r\n1,\"a\"\"\r\nb\"\r\n22,plain\r\n333,\"\"\r\n";
    for (size_t piece = 1; piece < sizeof text; piece++) {
        struct im_result r;
        char got[200];
        im_run(&r, (struct im_text){text, sizeof text - 1, 0, piece}, (inlay_import_options){.buffer_bytes = 4}, false);
        im_column(&r, 0, got, sizeof got);
        CHECK_TEXT(got, "1 22 333");
        im_column(&r, 1, got, sizeof got);
        CHECK_TEXT(got, "<a\"\r\nb> <plain> <>");
        im_done(&r);
    }
}

static void im_nulls_by_name(void)
{
    static const char *const nulls[] = {"NA", ""};
    struct im_result r;
    char text[100];
    im_run(&r, im_all("n,s\n1,NA\nNA,\"NA\"\n,x\n"), (inlay_import_options){.nulls = nulls, .n_nulls = 2}, false);
    im_column(&r, 0, text, sizeof text);
    CHECK_TEXT(text, "1 -0 -0");
    im_column(&r, 1, text, sizeof text);
    CHECK_TEXT(text, "-0 <NA> <x>");
    im_done(&r);
}

static void im_json_levels(void)
{
    struct im_result r;
    char text[200];
    im_run(&r, im_all("{\"l\":[1,null,3],\"g\":{\"a\":1,\"m\":[{\"k\":\"x\"},{}]}}\n{\"l\":[],\"g\":null}\n\n{\"l\":null}\n"
                      "{\"g\":{\"m\":[]},\"l\":[4]}"),
           (inlay_import_options){.format = INLAY_IMPORT_JSONL}, false);
    im_column(&r, 0, text, sizeof text); /* l.list.element: 0 null, 1 empty, 2 null element */
    CHECK_TEXT(text, "1 -2 3|-1|-0|4");
    im_column(&r, 1, text, sizeof text); /* g.a: 0 no group, 1 no member */
    CHECK_TEXT(text, "1 -0 -0 -1");
    im_column(&r, 2, text, sizeof text); /* g.m.list.element.k: 1 null list, 2 empty, 4 no member */
    CHECK_TEXT(text, "<x> -4|-0|-0|-2");
    im_done(&r);
}

static void im_json_kinds_that_differ(void)
{
    struct im_result r;
    char text[200];
    im_run(&r, im_all("{\"a\":1,\"b\":\"\\u0041\\n\"}\n{\"a\":\"x\",\"b\":null}\n{\"a\":[1, 2]}\n"),
           (inlay_import_options){.format = INLAY_IMPORT_JSONL}, false);
    im_column(&r, 0, text, sizeof text);
    CHECK_TEXT(text, "<1> <\"x\"> <[1, 2]>");
    im_column(&r, 1, text, sizeof text);
    CHECK_TEXT(text, "<A\n> -0 -0");
    im_done(&r);
}

static inlay_schema *im_schema(inlay_env *env, const char *text)
{
    inlay_schema *schema = NULL;
    CHECK_INT(inlay_schema_parse(env, text, strlen(text), &schema), INLAY_OK);
    return schema;
}

static void im_maps_both_ways(void)
{
    inlay_env *env = test_env();
    inlay_schema *schema = im_schema(env, "message m { optional group m (MAP) { repeated group key_value {"
                                          " required binary key (STRING); optional int64 value; } } }");
    struct im_result r;
    char text[200];
    im_run(&r, im_all("{\"m\":{\"a\":1,\"b\":null}}\n{\"m\":[{\"value\":3,\"key\":\"c\"},{\"key\":\"c\"}]}\n{\"m\":{}}\n{}\n"),
           (inlay_import_options){.format = INLAY_IMPORT_JSONL, .schema = schema}, false);
    im_column(&r, 0, text, sizeof text);
    CHECK_TEXT(text, "<a> <b>|<c> <c>|-1|-0");
    im_column(&r, 1, text, sizeof text);
    CHECK_TEXT(text, "1 -2|3 -2|-1|-0");
    im_done(&r);
    inlay_schema_close(schema);
}

static void im_columns_by_name(void)
{
    inlay_env *env = test_env();
    inlay_schema *schema = im_schema(env, "message m { optional int64 a; optional int64 b; optional int64 c; }");
    struct im_result r;
    char text[100];
    im_run(&r, im_all("c,x,a\n3,9,1\n"), (inlay_import_options){.schema = schema, .ignore_unknown = true}, false);
    for (uint32_t i = 0; i < 3; i++) {
        static const char *const want[] = {"1", "-0", "3"};
        im_column(&r, i, text, sizeof text);
        CHECK_TEXT(text, want[i]);
    }
    im_done(&r);
    im_run(&r, im_all("c,x,a\n3,9,1\n"), (inlay_import_options){.schema = schema}, false);
    CHECK_INT(r.status, INLAY_CORRUPT);
    CHECK_TEXT(r.env->error.column, "x");
    im_done(&r);
    inlay_schema_close(schema);
}

static void im_bad_row_has_a_place(void)
{
    struct im_result r;
    im_run(&r, im_all("n,s\n1,\"a\nb\"\n\n2,\"c\nd\"\nx7,z\n"),
           (inlay_import_options){.types = &(inlay_import_type){"n", "int64"}, .n_types = 1}, false);
    CHECK_INT(r.status, INLAY_CORRUPT);
    CHECK_INT(r.bad.line, 7);
    CHECK_INT(r.bad.column, 1);
    CHECK(r.bad.type);
    CHECK_TEXT(r.name, "n");
    CHECK_TEXT(r.value, "x7");
    CHECK_INT(r.env->error.at, 21);
    im_done(&r);
    im_run(&r, im_all("{\"a\":1}\n{\"a\":tru}\n"), (inlay_import_options){.format = INLAY_IMPORT_JSONL}, false);
    CHECK_INT(r.status, INLAY_CORRUPT);
    CHECK_INT(r.bad.line, 2);
    CHECK_INT(r.bad.column, 6);
    CHECK(!r.bad.type);
    im_done(&r);
}

static void im_behind_the_sample(void)
{
    /* what the sample's type would lose is bad: zeros in front, a fraction, a number for a string's column */
    static const struct {
        const char *text;
        inlay_import_format format;
    } cases[] = {{"a\n1\n007\n", INLAY_IMPORT_CSV},       {"a\n1\n1.0\n", INLAY_IMPORT_CSV},
                 {"a\n1.5\n0.1234567890123456789\n", INLAY_IMPORT_CSV},
                 {"a\n2024-01-01\n2024-1-1\n", INLAY_IMPORT_CSV},
                 {"a\n2024-01-01T00:00:00\n2024-01-01T00:00:00Z\n", INLAY_IMPORT_CSV},
                 {"a\n2024-01-01T00:00:00\n2024-01-01T00:00:00.1234567\n", INLAY_IMPORT_CSV},
                 {"{\"a\":\"x\"}\n{\"a\":1}\n", INLAY_IMPORT_JSONL},
                 {"{\"a\":1}\n{\"a\":\"1\"}\n", INLAY_IMPORT_JSONL},
                 {"{\"a\":1}\n{\"a\":1,\"b\":2}\n", INLAY_IMPORT_JSONL},
                 {"{\"a\":1}\n{\"a\":1,\"a\":1}\n", INLAY_IMPORT_JSONL},
                 {"{\"a\":[1]}\n{\"a\":1}\n", INLAY_IMPORT_JSONL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct im_result r;
        im_run(&r, im_all(cases[i].text), (inlay_import_options){.format = cases[i].format, .sample_rows = 1}, true);
        CHECK_INT(r.status, INLAY_OK);
        CHECK_INT(r.counts.rows, 1);
        CHECK_INT(r.counts.rejected, 1);
        const char *second = strchr(cases[i].text, '\n') + 1;
        CHECK_TEXT(r.rejects, cases[i].format == INLAY_IMPORT_CSV ? strchr(second, '\n') + 1 : second);
        im_done(&r);
    }
}

static void im_rejected_rows_leave_nothing(void)
{
    struct im_result r;
    char text[200];
    im_run(&r, im_all("{\"l\":[1,2],\"s\":\"a\"}\n{\"l\":[3,4],\"s\":5}\n{\"l\":[6],\"s\":\"b\"}\n"),
           (inlay_import_options){.format = INLAY_IMPORT_JSONL, .sample_rows = 1}, true);
    im_column(&r, 0, text, sizeof text);
    CHECK_TEXT(text, "1 2|6");
    im_column(&r, 1, text, sizeof text);
    CHECK_TEXT(text, "<a> <b>");
    im_done(&r);
}

static void im_most_rejects(void)
{
    struct im_result r;
    im_run(&r, im_all("a,b\n1,1\nx\ny\nz\n"), (inlay_import_options){.max_rejects = 2}, true);
    CHECK_INT(r.status, INLAY_CORRUPT);
    CHECK_INT(r.counts.rejected, 2);
    CHECK_INT(r.bad.line, 5);
    CHECK_TEXT(r.rejects, "x\ny\n");
    im_done(&r);
}

static void im_longest_row(void)
{
    struct im_result r;
    im_run(&r, im_all("a\n1\n\"never closed, and so on and so on\n"),
           (inlay_import_options){.row_bytes = 16, .buffer_bytes = 8, .sample_rows = 1}, false);
    CHECK_INT(r.status, INLAY_LIMIT);
    CHECK_INT(r.env->error.at, 4);
    im_done(&r);
}

static void im_types_that_are_none(void)
{
    static const inlay_import_type bad[] = {{"a", "int65"}, {"a", "decimal(2,3)"}, {"a", "timestamp"}, {"b", "int64"},
                                            {"a", "decimal(10,2"}, {"a", "timestamp(us,UTC)"}, {"a", ""}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct im_result r;
        im_run(&r, im_all("a\n1\n"), (inlay_import_options){.types = &bad[i], .n_types = 1}, false);
        CHECK_INT(r.status, INLAY_ARG);
        im_done(&r);
    }
}

static int im_failing(void *ctx, void *dst, size_t bytes, size_t *n)
{
    (void)dst;
    (void)bytes;
    (void)n;
    return *(int *)ctx;
}

static void im_failing_input(void)
{
    inlay_env *env = test_env();
    inlay_import *import = NULL;
    int number = 5;
    inlay_stream stream = {&number, im_failing};
    CHECK_INT(inlay_import_open(env, &stream, NULL, &import), INLAY_IO);
    CHECK_INT(env->error.os_error, 5);
    CHECK(!import);
}

static void im_no_memory(void)
{
    /* wherever memory ends, it is said and everything is given back (test_env looks) */
    static const char text[] = "{\"a\":[{\"b\":\"x\\ny\",\"c\":1.5}],\"d\":\"2024-01-01\"}\n{\"e\":1}\n";
    for (uint64_t most = 100; most < 600000; most += most / 5) {
        inlay_env *env = test_env();
        env->limits.memory_bytes = most;
        struct im_text t = {text, sizeof text - 1, 0, 0};
        inlay_stream stream = {&t, im_read};
        inlay_import *import = NULL;
        inlay_status status = inlay_import_open(env, &stream, &(inlay_import_options){.format = INLAY_IMPORT_JSONL,
                                                .buffer_bytes = 256}, &import);
        CHECK(status == INLAY_OK || status == INLAY_NOMEM);
        inlay_import_close(import);
    }
}

TEST_SUITE(import_import) = {
    {"import: values of CSV to the ends of their types, null and the empty string", im_csv_values},
    {"import: CSV in pieces of any size", im_pieces},
    {"import: named nulls, but not in quotes", im_nulls_by_name},
    {"import: lists and groups of JSON as levels", im_json_levels},
    {"import: values of several kinds are kept as JSON", im_json_kinds_that_differ},
    {"import: maps from objects and from arrays of entries", im_maps_both_ways},
    {"import: fields find their columns by name", im_columns_by_name},
    {"import: a bad row has line, byte and column", im_bad_row_has_a_place},
    {"import: what the sample's type would lose is bad, and goes aside as it is", im_behind_the_sample},
    {"import: a rejected row leaves nothing in any column", im_rejected_rows_leave_nothing},
    {"import: one reject more than allowed is an error", im_most_rejects},
    {"import: a row longer than the limit", im_longest_row},
    {"import: types and columns that there are not", im_types_that_are_none},
    {"import: an input that fails", im_failing_input},
    {"import: short memory at every step", im_no_memory},
    {0}};

#else

TEST_SUITE(import_import) = {{0}};

#endif
