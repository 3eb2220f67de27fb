/* melt: a small wide recording by hand, its field metadata made by pyarrow 26; real recordings. */
#include "table.h"

/* timestamp {unit: nanoseconds}; duration; 1 {metric: requests, route: /api, unit: requests};
 * 2 {metric: depth, value: v, node: own}; 3:buckets {metric: latency, grouping_power: 1,
 * max_value_power: 64}; 4; cpu/user: the last two without metadata. */
static const char melt_arrow[] =
    "/////2AEAAAQAAAAAAAKAAwABgAFAAgACgAAAAABBAAMAAAACAAIAAAABAAIAAAABAAAAAcAAACMAwAA2AIAABACAABg"
    "AQAAZAAAADwAAAAEAAAA7P7//wAAAQMQAAAAIAAAAAQAAAAAAAAACAAAAGNwdS91c2VyAAAGAAgABgAGAAAAAAACACD/"
    "//8AAAEFEAAAABQAAAAEAAAAAAAAAAEAAAA0AAAASP///6r9//8AAAEMGAAAAKwAAAAIAAAAHAAAAAEAAACwAAAACQAA"
    "ADM6YnVja2V0cwAAAAMAAABcAAAAMAAAAAQAAADI/P//EAAAAAQAAAACAAAANjQAAA8AAABtYXhfdmFsdWVfcG93ZXIA"
    "8Pz//xAAAAAEAAAAAQAAADEAAAAOAAAAZ3JvdXBpbmdfcG93ZXIAABj9//8UAAAABAAAAAcAAABsYXRlbmN5AAYAAABt"
    "ZXRyaWMAAAQABAAEAAAAEAAUAAgABgAHAAwAAAAQABAAAAAAAAECEAAAABgAAAAEAAAAAAAAAAQAAABpdGVtAAAAAEL9"
    "//9AAAAAov7//wAAAQIUAAAAlAAAAAgAAAAQAAAAAAAAAAEAAAAyAAAAAwAAAEwAAAAoAAAABAAAALT9//8QAAAABAAA"
    "AAMAAABvd24ABAAAAG5vZGUAAAAA1P3//xAAAAAEAAAAAQAAAHYAAAAFAAAAdmFsdWUAAAD0/f//FAAAAAQAAAAFAAAA"
    "ZGVwdGgAAAAGAAAAbWV0cmljAAAIAAwACAAHAAgAAAAAAAABQAAAAE7///8AAAECFAAAAJwAAAAIAAAAEAAAAAAAAAAB"
    "AAAAMQAAAAMAAABYAAAAMAAAAAQAAABg/v//GAAAAAQAAAAIAAAAcmVxdWVzdHMAAAAABAAAAHVuaXQAAAAAiP7//xQA"
    "AAAEAAAABAAAAC9hcGkAAAAABQAAAHJvdXRlAAAArP7//xgAAAAEAAAACAAAAHJlcXVlc3RzAAAAAAYAAABtZXRyaWMA"
    "AFb///9AAAAAAAASABgACAAGAAcADAAAABAAFAASAAAAAAABAhQAAACIAAAACAAAABgAAAAAAAAACAAAAGR1cmF0aW9u"
    "AAAAAAIAAAAwAAAABAAAACj///8YAAAABAAAAAsAAABuYW5vc2Vjb25kcwAEAAAAdW5pdAAAAABQ////GAAAAAQAAAAI"
    "AAAAZHVyYXRpb24AAAAACwAAAG1ldHJpY190eXBlAAAABgAKAAQABgAAAEAAAAAAABIAGAAIAAAABwAMAAAAEAAUABIA"
    "AAAAAAACFAAAAJAAAAAIAAAAGAAAAAAAAAAJAAAAdGltZXN0YW1wAAAAAgAAADgAAAAEAAAA2P///xgAAAAEAAAACwAA"
    "AG5hbm9zZWNvbmRzAAQAAAB1bml0AAAAAAgADAAEAAgACAAAABgAAAAEAAAACQAAAHRpbWVzdGFtcAAAAAsAAABtZXRy"
    "aWNfdHlwZQAAAAYACAAEAAYAAABAAAAA";

static const char melt_sort[] = INLAY_METRICS_SORT;

/* ---- the recording ---- */

struct melt_field {
    const char *name;
    uint8_t type, repetition;
    inlay_logical logical;
};
#define MELT_UINT64                                                                                \
    {                                                                                              \
        .kind = INLAY_INTEGER, .bits = 64                                                          \
    }
#define MELT_PLAIN                                                                                 \
    {                                                                                              \
        .kind = INLAY_LOGICAL_NONE                                                                 \
    }

static uint32_t melt_add(inlay_schema *schema, uint32_t parent, struct melt_field field)
{
    inlay_node spec = {.name = table_text(field.name),
                       .type = field.type,
                       .repetition = field.repetition,
                       .logical = field.logical};
    uint32_t node;
    CHECK_INT(inlay_schema_add(schema, parent, &spec, &node), INLAY_OK);
    return node;
}

static void melt_key(inlay_writer *writer, const char *key, const char *value)
{
    inlay_bytes bytes = table_text(value);
    CHECK_INT(inlay_writer_key_value(writer, table_text(key), &bytes), INLAY_OK);
}

static void melt_write(inlay_writer *writer, uint32_t leaf, size_t n, const char *def,
                       const char *rep, const void *values)
{
    uint8_t defs[16], reps[16];
    inlay_batch batch = {
        .n_levels = n, .values = values, .def = def ? defs : NULL, .rep = rep ? reps : NULL};
    char highest = rep ? '3' : '1';
    for (size_t i = 0; i < n; i++) {
        defs[i] = def ? (uint8_t)(def[i] - '0') : 0;
        reps[i] = rep ? (uint8_t)(rep[i] - '0') : 0;
        batch.n_values += !def || def[i] == highest;
    }
    CHECK_INT(inlay_writer_write(writer, leaf, &batch), INLAY_OK);
}

/* Three rows at 1,700,000,005, 6 and 7 seconds; a row group each when `split`. */
static void melt_rows(inlay_writer *writer, bool split)
{
    static const uint64_t times[] = {1700000005000000001, 1700000006000000000, 1700000007999999999},
                          requests[] = {10, 30};
    static const int64_t depths[] = {-1, -2};
    static const uint64_t first[] = {0, 2, 0, 0, 1}, last[] = {0, 0, 0, 0, 0, 9};
    static const inlay_bytes words[] = {
        {(const uint8_t *)"x", 1}, {(const uint8_t *)"y", 1}, {(const uint8_t *)"z", 1}};
    static const double cpu[] = {0.5, 0.25, 0.125};
    for (size_t row = 0; row < 3; row++) {
        melt_write(writer, 0, 1, NULL, NULL, times + row);
        melt_write(writer, 1, 1, "0", NULL, times);
        melt_write(writer, 2, 1, row == 1 ? "0" : "1", NULL, requests + row / 2);
        melt_write(writer, 3, 1, row == 2 ? "0" : "1", NULL, depths + row % 2);
        if (row == 0)
            melt_write(writer, 4, 5, "33333", "01111", first);
        else if (row == 1)
            melt_write(writer, 4, 1, "0", "0", NULL);
        else
            melt_write(writer, 4, 6, "333333", "011111", last);
        melt_write(writer, 5, 1, "1", NULL, words + row);
        melt_write(writer, 6, 1, "1", NULL, cpu + row);
        if (split)
            CHECK_INT(inlay_writer_end_row_group(writer), INLAY_OK);
    }
}

static inlay_schema *melt_schema(void)
{
    static const struct melt_field flat[] = {
        {"timestamp", INLAY_INT64, INLAY_REQUIRED, MELT_UINT64},
        {"duration", INLAY_INT64, INLAY_OPTIONAL, MELT_UINT64},
        {"1", INLAY_INT64, INLAY_OPTIONAL, MELT_UINT64},
        {"2", INLAY_INT64, INLAY_OPTIONAL, MELT_PLAIN}};
    inlay_schema *schema;
    CHECK_INT(inlay_schema_new(test_env(), &schema), INLAY_OK);
    for (size_t i = 0; i < 4; i++)
        melt_add(schema, 0, flat[i]);
    uint32_t list = melt_add(
        schema, 0,
        (struct melt_field){"3:buckets", INLAY_GROUP, INLAY_OPTIONAL, {.kind = INLAY_LIST}});
    list = melt_add(schema, list,
                    (struct melt_field){"list", INLAY_GROUP, INLAY_REPEATED, MELT_PLAIN});
    melt_add(schema, list,
             (struct melt_field){"element", INLAY_INT64, INLAY_OPTIONAL, MELT_UINT64});
    melt_add(schema, 0,
             (struct melt_field){"4", INLAY_BYTE_ARRAY, INLAY_OPTIONAL, {.kind = INLAY_STRING}});
    melt_add(schema, 0, (struct melt_field){"cpu/user", INLAY_DOUBLE, INLAY_OPTIONAL, MELT_PLAIN});
    return schema;
}

static void melt_wide(struct table *t, bool arrow, bool split, const char *node)
{
    inlay_writer *writer;
    inlay_schema *schema = melt_schema();
    *t = (struct table){.reader = NULL};
    t->sink = inlay_sink_memory(&t->memory, test_env());
    CHECK_INT(inlay_writer_open(test_env(), &t->sink, schema, NULL, &writer), INLAY_OK);
    melt_rows(writer, split);
    if (arrow)
        melt_key(writer, "ARROW:schema", melt_arrow);
    if (node)
        melt_key(writer, "node", node);
    melt_key(writer, "source", "[\"a\",\"b\"]");
    melt_key(writer, "instance", "i1");
    CHECK_INT(inlay_writer_finish(writer), INLAY_OK);
    inlay_writer_close(writer);
    inlay_schema_close(schema);
    table_open(t);
}

/* ---- melting ---- */

struct melt_log {
    char text[1024];
};

static void melt_left_out(void *ctx, size_t input, inlay_bytes column, const char *why)
{
    struct melt_log *log = ctx;
    sprintf(log->text + strlen(log->text), "%zu %.*s: %s\n", input, (int)column.len,
            (const char *)column.data, why);
}

static inlay_melt_report melt_run(inlay_reader *const *inputs, size_t n, bool histograms,
                                  struct table *out, struct melt_log *log)
{
    inlay_melt_report report;
    inlay_melt_options options = {
        .histograms = histograms, .left_out = melt_left_out, .left_out_ctx = log};
    *out = (struct table){.reader = NULL};
    *log = (struct melt_log){""};
    out->sink = inlay_sink_memory(&out->memory, test_env());
    CHECK_INT(inlay_melt(test_env(), inputs, n, &out->sink, &options, &report), INLAY_OK);
    table_open(out);
    CHECK_INT(inlay_reader_rows(out->reader), (int64_t)report.n_rows);
    return report;
}

static void melt_counters_and_gauges(void)
{
    struct table in, out;
    struct melt_log log;
    melt_wide(&in, true, false, "n1");
    inlay_melt_report report = melt_run(&in.reader, 1, false, &out, &log);
    CHECK_INT(report.n_rows, 7);
    CHECK_INT(report.n_series, 3);
    CHECK_INT(report.n_row_groups, 1);
    table_check_names(&out, "metric_name timeseries_id timestamp_secs sorted_series instance "
                            "label_value metric_type name node route value ");
    table_check(&out, "metric_name", "cpu cpu cpu depth depth requests requests ");
    table_check(&out, "timestamp_secs",
                "1700000007 1700000006 1700000005 1700000006 1700000005 1700000007 1700000005 ");
    table_check(&out, "value", "0.125 0.25 0.5 -2 -1 30 10 ");
    table_check(&out, "metric_type", "0 0 0 0 0 1 1 ");
    table_check(&out, "name", "user user user - - - - ");
    table_check(&out, "route", "- - - - - /api /api ");
    table_check(&out, "label_value", "- - - v v - - ");
    table_check_key(&out, "qh.sort_fields", melt_sort);
    table_close(&out);
    table_close(&in);
}

static void melt_footer_labels(void)
{
    struct table in, out;
    struct melt_log log;
    melt_wide(&in, true, false, "n1");
    melt_run(&in.reader, 1, false, &out, &log);
    table_check(&out, "node", "n1 n1 n1 own own n1 n1 ");
    table_check(&out, "instance", "i1 i1 i1 i1 i1 i1 i1 ");
    table_close(&out);
    table_close(&in);
}

static void melt_reasons(void)
{
    struct table in, out;
    struct melt_log log;
    melt_wide(&in, true, false, NULL);
    inlay_melt_report report = melt_run(&in.reader, 1, false, &out, &log);
    CHECK_INT(report.n_left_out, 3);
    CHECK_TEXT(log.text, "0 duration: about the snapshot, not a metric\n"
                         "0 3:buckets: a histogram\n"
                         "0 4: not a number\n");
    table_close(&out);
    table_close(&in);
}

static void melt_histograms(void)
{
    struct table in, out;
    struct melt_log log;
    melt_wide(&in, true, false, NULL);
    inlay_melt_report report = melt_run(&in.reader, 1, true, &out, &log);
    CHECK_INT(report.n_rows, 10);
    CHECK_INT(report.n_series, 6);
    CHECK_INT(report.n_left_out, 2);
    table_check(&out, "metric_name",
                "cpu cpu cpu depth depth latency latency latency requests requests ");
    table_check(&out, "metric_type", "0 0 0 0 0 2 2 2 1 1 ");
    static const char *const columns[] = {"bucket_lower", "bucket_upper", "timestamp_secs",
                                          "value"};
    static const char *const want[] = {"1 1 1700000005 2 ", "4 5 1700000005 1 ",
                                       "6 7 1700000007 9 "};
    char rows[3][40] = {""};
    for (size_t c = 0; c < 4; c++) { /* the order of the three series is that of their hashes */
        char *text = table_column(&out, columns[c]), *word = strtok(text, " ");
        for (int row = 0; word; row++, word = strtok(NULL, " "))
            if (row >= 5 && row < 8)
                sprintf(rows[row - 5] + strlen(rows[row - 5]), "%s ", word);
        free(text);
    }
    for (size_t i = 0; i < 3; i++)
        CHECK(!strcmp(rows[0], want[i]) + !strcmp(rows[1], want[i]) + !strcmp(rows[2], want[i]) ==
              1);
    table_close(&out);
    table_close(&in);
}

static void melt_row_groups(void)
{
    for (int histograms = 0; histograms < 2; histograms++) {
        struct table whole, split, a, b;
        struct melt_log log;
        melt_wide(&whole, true, false, "n1");
        melt_wide(&split, true, true, "n1");
        melt_run(&whole.reader, 1, histograms, &a, &log);
        melt_run(&split.reader, 1, histograms, &b, &log);
        CHECK_BYTES(b.memory.data, b.memory.bytes, a.memory.data, a.memory.bytes);
        table_close(&a);
        table_close(&b);
        table_close(&split);
        table_close(&whole);
    }
}

static void melt_without_arrow(void)
{
    struct table in, out;
    struct melt_log log;
    melt_wide(&in, false, false, NULL);
    melt_run(&in.reader, 1, true, &out, &log);
    table_check(&out, "metric_name", "1 1 2 2 cpu cpu cpu ");
    table_check(&out, "name", "- - - - user user user ");
    table_check(&out, "timestamp_secs",
                "1700000007 1700000005 1700000006 1700000005 1700000007 1700000006 1700000005 ");
    CHECK_TEXT(log.text, "0 duration: about the snapshot, not a metric\n"
                         "0 3:buckets: a histogram without its grouping_power and max_value_power\n"
                         "0 4: not a number\n");
    table_close(&out);
    table_close(&in);
}

static void melt_three_nodes(void)
{
    struct table in[3], out;
    struct melt_log log;
    inlay_reader *readers[3];
    static const char *const nodes[] = {"n3", "n1", "n2"};
    for (int i = 0; i < 3; i++) {
        melt_wide(&in[i], true, false, nodes[i]);
        readers[i] = in[i].reader;
    }
    inlay_melt_report report = melt_run(readers, 3, false, &out, &log);
    CHECK_INT(report.n_rows, 21);
    CHECK_INT(report.n_series, 7); /* depth has a node of its own: one series from three files */
    CHECK_INT(report.n_left_out, 9);
    table_close(&out);
    for (int i = 0; i < 3; i++)
        table_close(&in[i]);
}

static void melt_no_recording(void)
{
    inlay_schema *schema;
    inlay_writer *writer;
    inlay_melt_report report;
    struct table in = {.reader = NULL}, out = {.reader = NULL};
    CHECK_INT(inlay_schema_new(test_env(), &schema), INLAY_OK);
    melt_add(
        schema, 0,
        (struct melt_field){"timestamp", INLAY_BYTE_ARRAY, INLAY_REQUIRED, {.kind = INLAY_STRING}});
    in.sink = inlay_sink_memory(&in.memory, test_env());
    CHECK_INT(inlay_writer_open(test_env(), &in.sink, schema, NULL, &writer), INLAY_OK);
    CHECK_INT(inlay_writer_finish(writer), INLAY_OK);
    inlay_writer_close(writer);
    inlay_schema_close(schema);
    table_open(&in);
    out.sink = inlay_sink_memory(&out.memory, test_env());
    CHECK_INT(inlay_melt(test_env(), &in.reader, 1, &out.sink, NULL, &report), INLAY_CORRUPT);
    CHECK_INT(test_env()->error.input, 0);
    CHECK_INT(out.memory.bytes, 0);
    CHECK_INT(inlay_melt(test_env(), NULL, 0, &out.sink, NULL, &report), INLAY_ARG);
    table_close(&out);
    table_close(&in);
}

/* Times of other units and types; a null and a time before 1970 give no row. */
static void melt_units(void)
{
    static const struct {
        uint8_t kind, unit;
        int64_t times[4];
    } cases[] = {{INLAY_LOGICAL_NONE, 0, {1778373348, 1778373349, -1, 0}},
                 {INLAY_LOGICAL_NONE, 0, {1778373348999, 1778373349000, -1, 0}},
                 {INLAY_TIMESTAMP, INLAY_MILLIS, {1778373348999, 1778373349000, -1000, 0}},
                 {INLAY_TIMESTAMP, INLAY_MICROS, {1778373348999999, 1778373349000000, -1, 0}},
                 {INLAY_TIMESTAMP, INLAY_NANOS, {1778373348000000000, 1778373349999999999, -1, 0}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        inlay_schema *schema;
        inlay_writer *writer;
        struct melt_log log;
        struct table in = {.reader = NULL}, out;
        static const float values[] = {1, 2, 3, 4};
        CHECK_INT(inlay_schema_new(test_env(), &schema), INLAY_OK);
        melt_add(schema, 0, (struct melt_field){"x", INLAY_FLOAT, INLAY_REQUIRED, MELT_PLAIN});
        melt_add(schema, 0,
                 (struct melt_field){"timestamp",
                                     INLAY_INT64,
                                     INLAY_OPTIONAL,
                                     {.kind = cases[i].kind, .unit = cases[i].unit, .utc = true}});
        in.sink = inlay_sink_memory(&in.memory, test_env());
        CHECK_INT(inlay_writer_open(test_env(), &in.sink, schema, NULL, &writer), INLAY_OK);
        melt_write(writer, 0, 4, NULL, NULL, values);
        melt_write(writer, 1, 4, "1110", NULL, cases[i].times);
        CHECK_INT(inlay_writer_finish(writer), INLAY_OK);
        inlay_writer_close(writer);
        inlay_schema_close(schema);
        table_open(&in);
        melt_run(&in.reader, 1, false, &out, &log);
        table_check(&out, "timestamp_secs", "1778373349 1778373348 ");
        table_check(&out, "value", "2 1 ");
        CHECK_TEXT(log.text, "0 timestamp: rows without a time since 1970 give nothing\n");
        table_close(&out);
        table_close(&in);
    }
}

static void melt_progress(void *ctx, uint64_t done, uint64_t total)
{
    uint64_t *seen = ctx;
    CHECK(done >= seen[0]);
    seen[0] = done;
    seen[1] = total;
}

static void melt_progress_ends(void)
{
    struct table in, out = {.reader = NULL};
    uint64_t seen[2] = {0, 0};
    inlay_melt_report report;
    inlay_melt_options options = {.progress = melt_progress, .progress_ctx = seen};
    melt_wide(&in, true, true, NULL);
    out.sink = inlay_sink_memory(&out.memory, test_env());
    CHECK_INT(inlay_melt(test_env(), &in.reader, 1, &out.sink, &options, &report), INLAY_OK);
    CHECK_INT(seen[0], 21);
    CHECK_INT(seen[1], 21);
    table_close(&out);
    table_close(&in);
}

/* Rows, series and columns left out, counted with pyarrow over the same files. */
static void melt_recording(const char *name, uint64_t rows, uint64_t with_histograms)
{
    char path[128];
    inlay_file *file;
    inlay_source source;
    inlay_reader *reader;
    sprintf(path, "data/recordings/%s.parquet", name);
    CHECK_INT(inlay_file_open(test_env(), test_corpus(path), true, &file, &source), INLAY_OK);
    CHECK_INT(inlay_reader_open(test_env(), &source, NULL, &reader), INLAY_OK);
    for (int histograms = 0; histograms < 2; histograms++) {
        struct table out = {.reader = NULL};
        inlay_melt_report report;
        inlay_melt_options options = {.histograms = histograms == 1};
        out.sink = inlay_sink_memory(&out.memory, test_env());
        CHECK_INT(inlay_melt(test_env(), &reader, 1, &out.sink, &options, &report), INLAY_OK);
        CHECK_INT(report.n_rows, histograms ? with_histograms : rows);
        table_close(&out);
    }
    inlay_reader_close(reader);
    inlay_file_close(file);
}

static void melt_simple_capture(void)
{
    melt_recording("simple_capture", 15, 15);
}
static void melt_mr2_report(void)
{
    melt_recording("mr2-report", 5278, 27223);
}

TEST_SUITE(recording_melt) = {
    {"melt: counters and gauges, nulls left out", melt_counters_and_gauges},
    {"melt: node and instance of the footer where a column has none", melt_footer_labels},
    {"melt: what gives no rows is told with its reason", melt_reasons},
    {"melt: a histogram gives a row for each non-empty bucket", melt_histograms},
    {"melt: row groups make no difference", melt_row_groups},
    {"melt: without ARROW:schema names come from the columns", melt_without_arrow},
    {"melt: three machines stay three series", melt_three_nodes},
    {"melt: a file without times is no recording", melt_no_recording},
    {"melt: units of time, told or guessed", melt_units},
    {"melt: progress ends where it said", melt_progress_ends},
    {"melt: a Prometheus capture of two endpoints", melt_simple_capture},
    {"melt: a trimmed report", melt_mr2_report},
    {0}};
