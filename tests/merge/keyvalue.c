/* Footer keys of metric files, in and out. */
#include "merge/keyvalue.h"

#include "table.h"

static struct table in[3], out;
static inlay_writer *writer;
static inlay_schema *schema;
static inlay_sink sink;

static void make(uint32_t i, const char *sort, const char *keys)
{
    struct table_options o = {.sort_fields = sort, .keys = keys};
    table_make(&in[i], "metric_name:s", "a\n", &o);
}

static void begin(void)
{
    table_parse_columns(&out, "metric_name:s");
    schema = table_schema(&out);
    sink = inlay_sink_memory(&out.memory, test_env());
    table_ok(inlay_writer_open(test_env(), &sink, schema, NULL, &writer), "writer");
}

static void finish(void)
{
    table_ok(inlay_writer_finish(writer), "finish");
    inlay_writer_close(writer);
    inlay_schema_close(schema);
    table_open(&out);
}

/* "key=value key=value" of the output, in its order; a key without a value as "key". */
static void keys_are(const char *want)
{
    char got[2048] = "";
    for (uint32_t i = 0; i < inlay_reader_key_values(out.reader); i++) {
        const inlay_key_value *kv = inlay_reader_key_value(out.reader, i);
        size_t n = strlen(got);
        snprintf(got + n, sizeof got - n, "%s%.*s%s%.*s", n ? " " : "", (int)kv->key.len,
                 (const char *)kv->key.data, kv->has_value ? "=" : "", (int)kv->value.len,
                 (const char *)kv->value.data);
    }
    CHECK_TEXT(got, want);
    table_close(&out);
}

static struct keyvalue_set read_of(const char *sort, const char *keys)
{
    struct keyvalue_set set;
    make(0, sort, keys);
    CHECK_INT(keyvalue_read(&set, test_env(), in[0].reader), INLAY_OK);
    table_close(&in[0]);
    return set;
}

static void absent_keys(void)
{
    struct keyvalue_set set = read_of(NULL, NULL);
    CHECK(!set.has_sort && !set.has_window);
    CHECK_INT(set.window_secs, 0);
    CHECK_INT(set.merge_ops, 0);
    CHECK_INT(set.prefix_len, 0);
    begin();
    CHECK_INT(keyvalue_write(&set, writer), INLAY_OK);
    finish();
    keys_are("");
}

#define ALL_KEYS                                                                                \
    "qh.window_start=-9223372036854775808 qh.window_duration_secs=900 qh.num_merge_ops=4294967295 " \
    "qh.rg_partition_prefix_len=2"

static void all_keys_come_back(void)
{
    struct keyvalue_set set;
    make(0, INLAY_METRICS_SORT, ALL_KEYS);
    CHECK_INT(keyvalue_read(&set, test_env(), in[0].reader), INLAY_OK);
    CHECK_INT(set.window_start, INT64_MIN);
    CHECK_INT(set.window_secs, 900);
    CHECK_INT(set.merge_ops, UINT32_MAX);
    CHECK_INT(set.prefix_len, 2);
    begin();
    CHECK_INT(keyvalue_write(&set, writer), INLAY_OK);
    finish();
    table_close(&in[0]);
    keys_are("qh.sort_fields=" INLAY_METRICS_SORT " " ALL_KEYS);
}

static void zeros_are_absent(void)
{
    struct keyvalue_set set =
        read_of(NULL, "qh.window_start=0 qh.window_duration_secs=0 qh.num_merge_ops=0 "
                      "qh.rg_partition_prefix_len=0");
    CHECK(set.has_window);
    begin();
    CHECK_INT(keyvalue_write(&set, writer), INLAY_OK);
    finish();
    keys_are("qh.window_start=0");
}

static void first_of_a_key_wins(void)
{
    CHECK_INT(read_of(NULL, "qh.num_merge_ops=1 qh.num_merge_ops=7").merge_ops, 1);
}

static void numbers_that_are_none(void)
{
    static const struct {
        const char *keys, *what;
    } bad[] = {
        {"qh.window_start=", "parsing qh.window_start"},
        {"qh.window_start=9223372036854775808", "parsing qh.window_start"},
        {"qh.window_start=1.5", "parsing qh.window_start"},
        {"qh.window_duration_secs=-1", "parsing qh.window_duration_secs"},
        {"qh.window_duration_secs=4294967296", "parsing qh.window_duration_secs"},
        {"qh.num_merge_ops=one", "parsing qh.num_merge_ops"},
        {"qh.rg_partition_prefix_len=-", "parsing qh.rg_partition_prefix_len"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct keyvalue_set set;
        make(0, NULL, bad[i].keys);
        CHECK_INT(keyvalue_read(&set, test_env(), in[0].reader), INLAY_CORRUPT);
        CHECK_TEXT(test_env()->error.what, bad[i].what);
        table_close(&in[0]);
    }
}

static void mismatches(void)
{
    struct keyvalue_set a = {.has_window = true, .window_start = 900, .window_secs = 900}, b = a;
    CHECK(keyvalue_mismatch(&a, &b) == NULL);
    b.merge_ops = 3;
    CHECK(keyvalue_mismatch(&a, &b) == NULL);
    b.prefix_len = 1;
    CHECK_TEXT(keyvalue_mismatch(&a, &b), "rg_partition_prefix_len mismatch");
    b.window_secs = 60;
    CHECK_TEXT(keyvalue_mismatch(&a, &b), "window_duration_secs mismatch");
    b.window_start = 0;
    CHECK_TEXT(keyvalue_mismatch(&a, &b), "window_start mismatch");
    a.window_start = 0; /* absent is a value of its own */
    b.has_window = false;
    CHECK_TEXT(keyvalue_mismatch(&a, &b), "window_start mismatch");
}

static void windows(void)
{
    struct keyvalue_set set = {0};
    CHECK(keyvalue_bad_window(&set) == NULL);
    set = (struct keyvalue_set){.has_window = true, .window_start = 7};
    CHECK(keyvalue_bad_window(&set) == NULL);
    set.window_secs = 900;
    CHECK_TEXT(keyvalue_bad_window(&set),
               "window_start is not a multiple of window_duration_secs");
    set.window_start = 1700000100;
    CHECK(keyvalue_bad_window(&set) == NULL);
    set = (struct keyvalue_set){.window_secs = 7};
    CHECK_TEXT(keyvalue_bad_window(&set), "window_duration_secs must evenly divide 3600 (one hour)");
}

static void keep(uint32_t n)
{
    inlay_reader *readers[3];
    for (uint32_t i = 0; i < n; i++)
        readers[i] = in[i].reader;
    begin();
    CHECK_INT(keyvalue_keep(test_env(), readers, n, writer), INLAY_OK);
    finish();
    for (uint32_t i = 0; i < n; i++)
        table_close(&in[i]);
}

static void keys_of_others(void)
{
    make(0, NULL, "b=1 a=2 b=3");
    make(1, NULL, "c=4 a=5");
    make(2, NULL, "a=6 b=7 d=8 c=9");
    keep(3);
    keys_are("b=1 a=2 c=4 d=8");
}

static void own_keys_are_not_kept(void)
{
    make(0, INLAY_METRICS_SORT,
         ALL_KEYS " qh.row_keys=CgA= qh.row_keys_json={} qh.zonemap_regexes={} ARROW:schema=x "
                  "qh.other=y ARROW=z");
    keep(1);
    keys_are("qh.other=y ARROW=z");
}

static void keys_without_values(void)
{
    inlay_schema *s;
    inlay_writer *w;
    inlay_sink to = inlay_sink_memory(&in[0].memory, test_env());
    table_parse_columns(&in[0], "metric_name:s");
    s = table_schema(&in[0]);
    table_ok(inlay_writer_open(test_env(), &to, s, NULL, &w), "writer");
    table_ok(inlay_writer_key_value(w, table_bytes("none"), NULL), "key");
    table_ok(inlay_writer_key_value(w, (inlay_bytes){NULL, 0}, NULL), "key");
    table_ok(inlay_writer_finish(w), "finish");
    inlay_writer_close(w);
    inlay_schema_close(s);
    table_open(&in[0]);
    make(1, NULL, "none=1 empty=");
    keep(2);
    keys_are("none  empty=");
}

static void many_keys(void)
{
    enum { MANY = 300 };
    static char keys[2][MANY * 16], want[MANY * 32];
    size_t n[2] = {0, 0}, n_want = 0;
    for (int i = 0; i < MANY; i++) {
        n[0] += (size_t)sprintf(keys[0] + n[0], "k%d=%d ", i, i);
        n[1] += (size_t)sprintf(keys[1] + n[1], "k%d=x ", MANY + 50 - i);
    }
    make(0, NULL, keys[0]);
    make(1, NULL, keys[1]);
    inlay_reader *readers[2] = {in[0].reader, in[1].reader};
    begin();
    CHECK_INT(keyvalue_keep(test_env(), readers, 2, writer), INLAY_OK);
    finish();
    CHECK_INT(inlay_reader_key_values(out.reader), MANY + 51);
    for (uint32_t i = 0; i < MANY + 51; i++) {
        n_want = (size_t)sprintf(want, "k%u", i < MANY ? i : 2 * MANY + 50 - i);
        inlay_bytes key = inlay_reader_key_value(out.reader, i)->key;
        CHECK_BYTES(key.data, key.len, want, n_want);
    }
    table_close(&out);
    table_close(&in[0]);
    table_close(&in[1]);
}

TEST_SUITE(merge_keyvalue) = {
    {"keyvalue: absent keys are zeros, and are not written", absent_keys},
    {"keyvalue: all keys come back", all_keys_come_back},
    {"keyvalue: zero is absent, but not for the window's start", zeros_are_absent},
    {"keyvalue: the first of a key wins", first_of_a_key_wins},
    {"keyvalue: numbers that are none are refused by key", numbers_that_are_none},
    {"keyvalue: window and prefix length must agree, merge operations need not", mismatches},
    {"keyvalue: a window is checked where its length is known", windows},
    {"keyvalue: keys of others, each once, the first wins", keys_of_others},
    {"keyvalue: keys that a merge makes itself are not kept", own_keys_are_not_kept},
    {"keyvalue: a key may have no value, or no name", keys_without_values},
    {"keyvalue: hundreds of keys", many_keys},
    {0},
};
