/* Row keys and zonemaps of an output file; facts of quickwit-parquet-engine/src/zonemap and row_keys. */
#include "merge/describe.h"

#include "base/base64.h"
#include "merge/rowkeys.h"
#include "table.h"

static struct describe description;
static struct sortkey_schema sort;
static struct table out;

/* Leaves of "metric_name:s service:s ..." (types as in table.h) for the columns of a sort schema. */
static void begin(const char *sort_text, const char *columns)
{
    static inlay_node nodes[TABLE_COLUMNS];
    const inlay_node *leaves[SORTKEY_MOST_COLUMNS];
    table_parse_columns(&out, columns);
    CHECK(!sortkey_parse(table_bytes(sort_text), &sort));
    for (uint32_t i = 0; i < sort.n_columns; i++) {
        leaves[i] = NULL;
        for (uint32_t k = 0; k < out.n_columns; k++)
            if (sortkey_bytes_are(sort.columns[i].name, out.columns[k].name)) {
                nodes[k] = table_leaf(out.columns[k].name, out.columns[k].type, INLAY_OPTIONAL);
                leaves[i] = &nodes[k];
            }
    }
    CHECK_INT(describe_init(&description, test_env(), &sort, leaves), INLAY_OK);
}

static void value(uint32_t column, const char *text)
{
    CHECK_INT(describe_value(&description, column, table_bytes(text), 1), INLAY_OK);
}

static struct cell cell_text(const char *text)
{
    return (struct cell){.kind = CELL_BYTES, .bytes = table_bytes(text)};
}
static struct cell cell_int(int64_t v)
{
    return (struct cell){.kind = CELL_INT, .integer = v};
}

static void first(uint32_t column, struct cell cell)
{
    CHECK_INT(describe_first(&description, column, cell), INLAY_OK);
}
static void last(uint32_t column, struct cell cell)
{
    CHECK_INT(describe_last(&description, column, cell), INLAY_OK);
}

static void zonemaps_are(const char *want)
{
    struct buf json;
    buf_init(&json, test_env());
    CHECK_INT(describe_zonemaps(&description, &json), INLAY_OK);
    CHECK_BYTES(json.data, json.bytes, want, strlen(want));
    buf_free(&json);
}

#define METRIC_SORT "metric_name|service|env|timeseries_id|timestamp_secs/V2"
#define METRIC_COLUMNS "metric_name:s service:s env:s timeseries_id:i timestamp_secs:u value:d"

static void text_columns_only(void)
{
    begin(METRIC_SORT, METRIC_COLUMNS);
    CHECK(describe_wants_values(&description, 0));
    CHECK(describe_wants_values(&description, 2));
    CHECK(!describe_wants_values(&description, 3));
    CHECK(!describe_wants_values(&description, 4));
    value(0, "cpu.usage");
    value(0, "memory.used");
    value(1, "web");
    value(1, "api");
    value(2, "prod");
    value(2, "staging");
    value(3, "ignored");
    zonemaps_are("{\"env\":\"^(prod|staging)$\",\"metric_name\":\"^(cpu\\\\.usage|memory\\\\.used)$\","
                 "\"service\":\"^(api|web)$\"}");
    describe_free(&description);
}

static void absent_columns_have_none(void)
{
    begin("metric_name|service|datacenter|timeseries_id|timestamp_secs/V2", METRIC_COLUMNS);
    CHECK(!describe_wants_values(&description, 2));
    value(0, "m");
    value(1, "web");
    zonemaps_are("{\"metric_name\":\"^m$\",\"service\":\"^web$\"}");
    describe_free(&description);
}

static void all_null_columns_match_nothing(void)
{
    begin("metric_name|service|timestamp_secs/V2", METRIC_COLUMNS);
    value(0, "m");
    zonemaps_are("{\"metric_name\":\"^m$\",\"service\":\"^$\"}");
    describe_free(&description);
}

static void binary_columns_have_none(void)
{
    begin("metric_name|service|timestamp_secs/V2", "metric_name:y service:i timestamp_secs:u");
    zonemaps_are("{}");
    describe_free(&description);
}

static void cutoff(void)
{
    begin("metric_name|&service|env|timeseries_id|timestamp_secs/V2", METRIC_COLUMNS);
    value(0, "m");
    value(1, "web");
    value(2, "prod");
    zonemaps_are("{\"metric_name\":\"^m$\"}");
    describe_free(&description);
    begin("metric_name|service|env|timeseries_id|&timestamp_secs/V2", METRIC_COLUMNS);
    value(0, "m");
    value(1, "web");
    value(2, "prod");
    zonemaps_are("{\"env\":\"^prod$\",\"metric_name\":\"^m$\",\"service\":\"^web$\"}");
    describe_free(&description);
}

static void texts_in_json(void)
{
    begin("a\"b|\\|timestamp_secs/V2", "a\"b:s \\:s timestamp_secs:u");
    value(0, "\"\n\x01");
    value(1, "\xE6\x97\xA5\\");
    zonemaps_are("{\"\\\\\":\"^\xE6\x97\xA5\\\\\\\\$\",\"a\\\"b\":\"^\\\"\\n\\u0001$\"}");
    describe_free(&description);
}

static void names_that_are_not_utf8(void)
{
    begin("a|\xFF|timestamp_secs/V2", "a:s \xFF:s timestamp_secs:u");
    value(0, "x");
    value(1, "y");
    zonemaps_are("{\"a\":\"^x$\"}");
    describe_free(&description);
}

static void the_next_file(void)
{
    begin(METRIC_SORT, METRIC_COLUMNS);
    value(1, "prod");
    first(1, cell_text("prod"));
    zonemaps_are("{\"env\":\"^$\",\"metric_name\":\"^$\",\"service\":\"^prod$\"}");
    describe_reset(&description);
    value(1, "event-query");
    zonemaps_are("{\"env\":\"^$\",\"metric_name\":\"^$\",\"service\":\"^event-query$\"}");
    CHECK(!description.has_rows);
    CHECK_INT(description.columns[1].first.kind, CELL_NULL);
    describe_free(&description);
}

/* ---- in the footer ---- */

static void write_footer(void)
{
    inlay_writer *writer;
    inlay_schema *schema = table_schema(&out);
    inlay_sink sink = inlay_sink_memory(&out.memory, test_env());
    table_ok(inlay_writer_open(test_env(), &sink, schema, NULL, &writer), "writer");
    table_ok(describe_write(&description, writer), "describe");
    table_ok(inlay_writer_finish(writer), "finish");
    inlay_writer_close(writer);
    inlay_schema_close(schema);
    describe_free(&description);
    table_open(&out);
}

static inlay_bytes footer(const char *key)
{
    const inlay_key_value *kv = inlay_reader_find_key(out.reader, key);
    CHECK(kv && kv->has_value);
    return kv->value;
}

static void golden_footer(void)
{
    static const char row_keys[] =
        "ChAKBQoDY3B1CgIQKgoDEMgBEg8KBQoDbWVtCgIQYwoCEGQaDwoFCgNtZW0KAhBjCgIQZA==";
    static const char json[] =
        "{\"min_row_values\":{\"column\":[{\"value\":{\"TypeString\":[99,112,117]}},"
        "{\"value\":{\"TypeInt\":42}},{\"value\":{\"TypeInt\":200}}]},"
        "\"max_row_values\":{\"column\":[{\"value\":{\"TypeString\":[109,101,109]}},"
        "{\"value\":{\"TypeInt\":99}},{\"value\":{\"TypeInt\":100}}]},"
        "\"all_inclusive_max_row_values\":{\"column\":[{\"value\":{\"TypeString\":[109,101,109]}},"
        "{\"value\":{\"TypeInt\":99}},{\"value\":{\"TypeInt\":100}}]},\"expired\":false}";
    static const char zonemaps[] = "{\"metric_name\":\"^(cpu|mem)$\"}";
    begin("metric_name|timeseries_id|timestamp_secs/V2", METRIC_COLUMNS);
    value(0, "cpu");
    value(0, "mem");
    first(0, cell_text("cpu"));
    first(1, cell_int(42));
    first(2, cell_int(200));
    last(0, cell_text("mem"));
    last(1, cell_int(99));
    last(2, cell_int(100));
    write_footer();
    CHECK_INT(inlay_reader_key_values(out.reader), 3);
    CHECK_BYTES(footer("qh.row_keys").data, footer("qh.row_keys").len, row_keys,
                sizeof row_keys - 1);
    CHECK_BYTES(footer("qh.row_keys_json").data, footer("qh.row_keys_json").len, json,
                sizeof json - 1);
    CHECK_BYTES(footer("qh.zonemap_regexes").data, footer("qh.zonemap_regexes").len, zonemaps,
                sizeof zonemaps - 1);
    table_close(&out);
}

/* The last call counts, and what was told is copied: the texts are overwritten before they are written. */
static void rows_are_copied(void)
{
    static struct rowkeys keys;
    uint8_t proto[256];
    size_t n;
    char text[] = "first";
    begin(METRIC_SORT, METRIC_COLUMNS);
    first(0, cell_text("a longer text that is replaced"));
    first(0, cell_text(text));
    last(0, cell_text(text + 1));
    last(1, cell_text("x"));
    last(1, (struct cell){.kind = CELL_NULL});
    memset(text, '#', 5);
    write_footer();
    CHECK(base64_decode(footer("qh.row_keys"), proto, &n));
    CHECK(rowkeys_read(&keys, (inlay_bytes){proto, n}) == NULL);
    CHECK_INT(keys.n[ROWKEYS_MIN], 5); /* as many as the schema has, told or not */
    CHECK_BYTES(keys.cells[ROWKEYS_MIN][0].bytes.data, keys.cells[ROWKEYS_MIN][0].bytes.len,
                "first", 5);
    CHECK_BYTES(keys.cells[ROWKEYS_MAX][0].bytes.data, keys.cells[ROWKEYS_MAX][0].bytes.len, "irst",
                4);
    CHECK_INT(keys.cells[ROWKEYS_MAX][1].kind, CELL_NULL);
    CHECK_INT(keys.cells[ROWKEYS_ALL_MAX][0].kind, CELL_BYTES);
    table_close(&out);
}

static void no_rows_no_keys(void)
{
    begin(METRIC_SORT, METRIC_COLUMNS);
    write_footer();
    CHECK_INT(inlay_reader_key_values(out.reader), 0);
    table_close(&out);
}

static void no_text_no_zonemaps(void)
{
    begin("metric_name|timestamp_secs/V2", "metric_name:i timestamp_secs:u");
    first(0, cell_int(1));
    write_footer();
    CHECK_INT(inlay_reader_key_values(out.reader), 2);
    CHECK(inlay_reader_find_key(out.reader, "qh.zonemap_regexes") == NULL);
    table_close(&out);
}

static void memory_runs_out(void)
{
    inlay_env *env = test_env();
    uint64_t before = env->limits.memory_bytes;
    begin(METRIC_SORT, METRIC_COLUMNS);
    env->limits.memory_bytes = env->used_bytes + 4096;
    inlay_status status = INLAY_OK;
    for (int i = 0; i < 1000 && status == INLAY_OK; i++) {
        char text[32];
        snprintf(text, sizeof text, "%d-%d-%d", i, 7 * i, 31 * i);
        status = describe_value(&description, 0, table_bytes(text), 1);
    }
    env->limits.memory_bytes = before;
    CHECK(status != INLAY_OK);
    describe_free(&description);
}

TEST_SUITE(merge_describe) = {
    {"describe: text columns of the sort schema get an expression, by name", text_columns_only},
    {"describe: columns that the file lacks have none", absent_columns_have_none},
    {"describe: a column of nulls matches only the empty text", all_null_columns_match_nothing},
    {"describe: numbers and bytes that are not text have none", binary_columns_have_none},
    {"describe: columns from the cutoff on have none", cutoff},
    {"describe: names and expressions as JSON strings", texts_in_json},
    {"describe: a name that is not UTF-8 is left out", names_that_are_not_utf8},
    {"describe: the next file knows nothing of the one before", the_next_file},
    {"describe: three keys with their golden values", golden_footer},
    {"describe: values are copied, one a sort column, the last call counts", rows_are_copied},
    {"describe: a file without rows has no keys", no_rows_no_keys},
    {"describe: no text columns, no zonemaps", no_text_no_zonemaps},
    {"describe: memory that runs out is an error, and nothing leaks", memory_runs_out},
    {0},
};
