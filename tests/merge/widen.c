#include <math.h>

#include "merge/table.h"

#include "merge/widen.h"

static struct table in[3], out;

/* ---- types ---- */

static inlay_node leaf(uint8_t type, inlay_logical logical)
{
    return (inlay_node){.type = type, .logical = logical};
}
static inlay_node integer(uint8_t bits, bool is_signed)
{
    return leaf(bits == 64 ? INLAY_INT64 : INLAY_INT32,
                (inlay_logical){.kind = INLAY_INTEGER, .bits = bits, .is_signed = is_signed});
}
static inlay_node plain(uint8_t type)
{
    return leaf(type, (inlay_logical){0});
}
static inlay_node half(void)
{
    inlay_node node = leaf(INLAY_FIXED_LEN_BYTE_ARRAY, (inlay_logical){.kind = INLAY_FLOAT16});
    node.type_length = 2;
    return node;
}
static inlay_node decimal(uint8_t type, int32_t bytes, int32_t precision, int32_t scale)
{
    inlay_node node = leaf(type, (inlay_logical){.kind = INLAY_DECIMAL, .precision = precision, .scale = scale});
    node.type_length = bytes;
    return node;
}
static inlay_node moment(uint8_t kind, uint8_t unit, bool utc)
{
    uint8_t type = kind == INLAY_TIME && unit == INLAY_MILLIS ? INLAY_INT32 : INLAY_INT64;
    return leaf(type, (inlay_logical){.kind = kind, .unit = unit, .utc = utc});
}
static inlay_node text(uint8_t kind)
{
    return leaf(INLAY_BYTE_ARRAY, (inlay_logical){.kind = kind});
}

static bool fits(inlay_node from, inlay_node to)
{
    struct widen w;
    return widen_find(&from, &to, &w);
}

static void one_way(inlay_node from, inlay_node to)
{
    CHECK(fits(from, to));
    CHECK(!fits(to, from));
}

static void integers_grow_in_bits(void)
{
    one_way(integer(8, true), integer(16, true));
    one_way(integer(16, true), plain(INLAY_INT32));
    one_way(plain(INLAY_INT32), plain(INLAY_INT64));
    one_way(integer(8, false), integer(16, false));
    one_way(integer(32, false), integer(64, false));
    CHECK(fits(plain(INLAY_INT64), integer(64, true)));
}

static void signs_do_not_mix(void)
{
    CHECK(!fits(integer(8, false), integer(64, true)));
    CHECK(!fits(integer(8, true), integer(64, false)));
}

static void floats_hold_what_they_hold_exactly(void)
{
    one_way(half(), plain(INLAY_FLOAT));
    one_way(half(), plain(INLAY_DOUBLE));
    one_way(plain(INLAY_FLOAT), plain(INLAY_DOUBLE));
    one_way(plain(INLAY_INT32), plain(INLAY_DOUBLE));
    one_way(integer(32, false), plain(INLAY_DOUBLE));
    CHECK(!fits(plain(INLAY_INT64), plain(INLAY_DOUBLE)));
    CHECK(!fits(plain(INLAY_INT32), plain(INLAY_FLOAT)));
}

static void decimals_keep_their_scale(void)
{
    one_way(decimal(INLAY_INT32, 0, 5, 2), decimal(INLAY_INT32, 0, 9, 2));
    one_way(decimal(INLAY_INT32, 0, 9, 2), decimal(INLAY_INT64, 0, 18, 2));
    one_way(decimal(INLAY_INT64, 0, 18, 2), decimal(INLAY_FIXED_LEN_BYTE_ARRAY, 16, 38, 2));
    one_way(decimal(INLAY_FIXED_LEN_BYTE_ARRAY, 4, 9, 2), decimal(INLAY_FIXED_LEN_BYTE_ARRAY, 16, 38, 2));
    one_way(decimal(INLAY_FIXED_LEN_BYTE_ARRAY, 4, 9, 2), decimal(INLAY_INT64, 0, 18, 2));
    CHECK(!fits(decimal(INLAY_INT32, 0, 5, 2), decimal(INLAY_INT32, 0, 9, 3)));
    CHECK(!fits(decimal(INLAY_INT64, 0, 10, 2), decimal(INLAY_FIXED_LEN_BYTE_ARRAY, 5, 11, 2)));
    CHECK(!fits(plain(INLAY_INT32), decimal(INLAY_INT64, 0, 18, 0)));
}

static void units_grow_finer(void)
{
    one_way(moment(INLAY_TIMESTAMP, INLAY_MILLIS, true), moment(INLAY_TIMESTAMP, INLAY_NANOS, true));
    one_way(moment(INLAY_TIME, INLAY_MILLIS, true), moment(INLAY_TIME, INLAY_MICROS, true));
    CHECK(!fits(moment(INLAY_TIMESTAMP, INLAY_MILLIS, true), moment(INLAY_TIMESTAMP, INLAY_MICROS, false)));
    CHECK(!fits(leaf(INLAY_INT32, (inlay_logical){.kind = INLAY_DATE}), moment(INLAY_TIMESTAMP, INLAY_MILLIS, true)));
}

static void texts_become_strings(void)
{
    one_way(text(INLAY_ENUM), text(INLAY_STRING));
    one_way(text(INLAY_JSON), text(INLAY_STRING));
    CHECK(!fits(text(INLAY_ENUM), text(INLAY_JSON)));
    CHECK(!fits(plain(INLAY_BYTE_ARRAY), text(INLAY_STRING)));
}

static void joined(inlay_node a, inlay_node b, inlay_node want)
{
    inlay_node x = a, y = b;
    widen_join(&x, &b);
    widen_join(&y, &a);
    CHECK(widen_same(&x, &want));
    CHECK(widen_same(&y, &want));
}

static void a_join_may_be_neither_of_both(void)
{
    joined(plain(INLAY_INT32), plain(INLAY_FLOAT), plain(INLAY_DOUBLE));
    joined(integer(8, false), half(), plain(INLAY_DOUBLE));
    joined(text(INLAY_ENUM), text(INLAY_JSON), text(INLAY_STRING));
    joined(integer(8, true), plain(INLAY_INT64), plain(INLAY_INT64));
}

/* ---- values ---- */

static size_t convert(inlay_node from, inlay_node to, const void *values, size_t n, void *result)
{
    struct widen w;
    CHECK(widen_find(&from, &to, &w) && w.convert);
    return w.convert(&w, values, n, result);
}

static void integer_values(void)
{
    const int32_t ints[] = {INT32_MIN, -1, 0, INT32_MAX};
    int64_t wide[4];
    double real[4];
    CHECK_INT(convert(plain(INLAY_INT32), plain(INLAY_INT64), ints, 4, wide), 4);
    CHECK_INT(wide[0], -2147483648LL);
    CHECK_INT(wide[1], -1);
    CHECK_INT(convert(integer(32, false), integer(64, false), ints, 4, wide), 4);
    CHECK_INT(wide[0], 2147483648LL);
    CHECK_INT(wide[1], 4294967295LL);
    CHECK_INT(convert(integer(32, false), plain(INLAY_DOUBLE), ints, 4, real), 4);
    CHECK(real[1] == 4294967295.0);
    CHECK_INT(convert(plain(INLAY_INT32), plain(INLAY_DOUBLE), ints, 4, real), 4);
    CHECK(real[0] == -2147483648.0);
}

/* IEEE 754 binary16: 1, -2, 65504 (the greatest), 2^-24 (the least), 2^-14, infinity, -0, 1/3 rounded. */
static void half_values(void)
{
    const uint8_t halves[] = {0x00, 0x3C, 0x00, 0xC0, 0xFF, 0x7B, 0x01, 0x00, 0x00, 0x04, 0x00, 0x7C, 0x00, 0x80, 0x55, 0x35};
    const double want[] = {1, -2, 65504, 0x1p-24, 0x1p-14, (double)INFINITY, 0, 0.333251953125};
    const uint8_t nan[] = {0x01, 0x7E};
    double wide[8];
    float single[8];
    CHECK_INT(convert(half(), plain(INLAY_DOUBLE), halves, 8, wide), 8);
    CHECK_INT(convert(half(), plain(INLAY_FLOAT), halves, 8, single), 8);
    for (int i = 0; i < 8; i++)
        CHECK(wide[i] == want[i] && (double)single[i] == want[i]);
    CHECK(1 / wide[6] < 0);
    CHECK_INT(convert(half(), plain(INLAY_DOUBLE), nan, 1, wide), 1);
    CHECK(wide[0] != wide[0]);
}

static void decimal_values(void)
{
    const int32_t ints[] = {-2, 258};
    const uint8_t want[] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFE, 0, 0, 0, 1, 2};
    const uint8_t fixed[] = {0xFF, 0xFE, 0x01, 0x02};
    const int64_t low = INT64_MIN;
    uint8_t bytes[16];
    int64_t wide[2];
    CHECK_INT(convert(decimal(INLAY_INT32, 0, 9, 0), decimal(INLAY_FIXED_LEN_BYTE_ARRAY, 5, 11, 0), ints, 2, bytes), 2);
    CHECK_BYTES(bytes, 10, want, 10);
    CHECK_INT(convert(decimal(INLAY_FIXED_LEN_BYTE_ARRAY, 2, 4, 0), decimal(INLAY_FIXED_LEN_BYTE_ARRAY, 5, 11, 0), fixed, 2,
                      bytes), 2);
    CHECK_BYTES(bytes, 10, want, 10);
    CHECK_INT(convert(decimal(INLAY_FIXED_LEN_BYTE_ARRAY, 2, 4, 0), decimal(INLAY_INT64, 0, 18, 0), fixed, 2, wide), 2);
    CHECK_INT(wide[0], -2);
    CHECK_INT(wide[1], 258);
    CHECK_INT(convert(decimal(INLAY_INT64, 0, 18, 0), decimal(INLAY_FIXED_LEN_BYTE_ARRAY, 9, 20, 0), &low, 1, bytes), 1);
    CHECK_BYTES(bytes, 9, "\xFF\x80\0\0\0\0\0\0\0", 9);
}

static void moments_that_do_not_fit(void)
{
    const int64_t millis[] = {-1, INT64_MAX / 1000000, INT64_MAX / 1000000 + 1};
    int64_t nanos[3];
    CHECK_INT(convert(moment(INLAY_TIMESTAMP, INLAY_MILLIS, true), moment(INLAY_TIMESTAMP, INLAY_NANOS, true), millis, 3,
                      nanos), 2);
    CHECK_INT(nanos[0], -1000000);
    CHECK_INT(nanos[1], INT64_MAX / 1000000 * 1000000);
}

/* ---- merges ---- */

/* One column "v" of n values. */
static void make_leaf(uint32_t i, inlay_node spec, const void *values, size_t n, const char *encoding)
{
    inlay_sink sink = inlay_sink_memory(&in[i].memory, test_env());
    inlay_schema *schema;
    inlay_writer *writer;
    uint32_t node;
    spec.name = table_bytes("v");
    table_ok(inlay_schema_new(test_env(), &schema), "schema");
    table_ok(inlay_schema_add(schema, 0, &spec, &node), "schema");
    table_ok(inlay_writer_open(test_env(), &sink, schema, &(inlay_write_options){.encoding = encoding}, &writer), "writer");
    table_ok(inlay_writer_write(writer, 0, &(inlay_batch){.n_levels = n, .n_values = n, .values = values}), "write");
    table_ok(inlay_writer_finish(writer), "finish");
    inlay_writer_close(writer);
    inlay_schema_close(schema);
    table_open(&in[i]);
}

static inlay_status merge(uint32_t n, const char *sort, bool widen, bool resort)
{
    inlay_reader *readers[3];
    inlay_sink sink = inlay_sink_memory(&out.memory, test_env());
    for (uint32_t i = 0; i < n; i++)
        readers[i] = in[i].reader;
    inlay_merge_options options = {.sort = sort, .widen = widen, .resort = resort};
    return inlay_merge(test_env(), readers, n, &sink, &options, NULL);
}

static void close_inputs(uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        table_close(&in[i]);
}

static void becomes(uint32_t n, const char *sort, const char *columns, const char *rows)
{
    table_ok(merge(n, sort, true, true), "merge");
    table_open(&out);
    char *got = table_rows(out.reader);
    CHECK_TEXT(table_columns(out.reader), columns);
    CHECK_TEXT(got, rows);
    free(got);
    table_close(&out);
    close_inputs(n);
}

static void a_key_of_two_widths(void)
{
    table_make(&in[0], "k:w v:i", "-3 0\n1 1\n2147483647 2\n- 3\n", NULL);
    table_make(&in[1], "k:i v:w", "-9000000000 10\n1 11\n9000000000 12\n", NULL);
    becomes(2, "k", "k:i v:i", "-9000000000 10\n-3 0\n1 1\n1 11\n2147483647 2\n9000000000 12\n- 3\n");
}

static void a_key_of_integers_and_doubles(void)
{
    table_make(&in[0], "k:W", "-1\n0\n7\n", NULL);
    table_make(&in[1], "k:D", "-1.5\n-0\n6.5\n7.5\n", &(struct table_options){.write = {.encoding = "plain"}});
    becomes(2, "k", "k:D", "-1.5\n-1\n0\n-0\n6.5\n7\n7.5\n");
}

static void unsorted_and_of_two_widths(void)
{
    table_make(&in[0], "k:w l:l", "5 [1]\n-1 -\n", NULL);
    table_make(&in[1], "k:i l:l", "4 []\n6 [2,-]\n", NULL);
    becomes(2, "-k", "k:i l:l", "6 [2,-]\n5 [1]\n4 []\n-1 -\n");
}

static void type_conflicts_remain(void)
{
    table_make(&in[0], "v:I", "1\n", NULL);
    table_make(&in[1], "v:D", "1\n", NULL);
    CHECK_INT(merge(2, "v", true, false), INLAY_CORRUPT);
    CHECK_TEXT(test_env()->error.what, "type conflict between inputs");
    CHECK_INT(test_env()->error.input, 1);
    CHECK_TEXT(test_env()->error.column, "v");
    close_inputs(2);
    table_make(&in[0], "v:W", "1\n", NULL);
    table_make(&in[1], "v:I", "1\n", NULL);
    CHECK_INT(merge(2, "v", false, false), INLAY_CORRUPT);
    CHECK_TEXT(test_env()->error.what, "type conflict between inputs");
    close_inputs(2);
    inlay_sink_memory_free(&out.memory);
}

static void decimals_of_other_sizes_as_key(void)
{
    const int32_t few[] = {-100, 5, 250};
    const uint8_t many[] = {0xFF, 0xFF, 0xFF, 0xFF, 0x9B, 0, 0, 0, 0, 0x06, 0x17, 0, 0, 0, 0}; /* -101, 6, 23 * 2^32 */
    make_leaf(0, decimal(INLAY_INT32, 0, 9, 2), few, 3, NULL);
    make_leaf(1, decimal(INLAY_FIXED_LEN_BYTE_ARRAY, 5, 11, 2), many, 3, NULL);
    table_ok(merge(2, "v", true, false), "merge");
    table_open(&out);
    inlay_column *column;
    inlay_batch b;
    table_ok(inlay_column_open(out.reader, 0, 0, &column), "column");
    table_ok(inlay_column_read(column, 0, &b), "read");
    CHECK_BYTES(b.values, 30,
                "\xFF\xFF\xFF\xFF\x9B\xFF\xFF\xFF\xFF\x9C\0\0\0\0\5\0\0\0\0\6\0\0\0\0\xFA\x17\0\0\0\0", 30);
    inlay_column_close(column);
    table_close(&out);
    close_inputs(2);
}

/* The fifth row, of a plain and of a dictionary-encoded column. */
static void an_overflow_names_its_row(void)
{
    static const char *const encodings[] = {"plain", "dictionary"};
    const int64_t nanos[] = {INT64_MAX};
    const int64_t millis[] = {-5, -5, 3, 3, INT64_MAX / 1000, INT64_MAX / 1000};
    for (int i = 0; i < 2; i++) {
        make_leaf(0, moment(INLAY_TIMESTAMP, INLAY_NANOS, true), nanos, 1, NULL);
        make_leaf(1, moment(INLAY_TIMESTAMP, INLAY_MILLIS, true), millis, 6, encodings[i]);
        CHECK_INT(merge(2, "v", true, false), INLAY_CORRUPT);
        CHECK_TEXT(test_env()->error.what, "a value does not fit into the wider type");
        CHECK_INT(test_env()->error.input, 1);
        CHECK_INT(test_env()->error.row_group, 0);
        CHECK_INT(test_env()->error.row, 4);
        CHECK_TEXT(test_env()->error.column, "v");
        inlay_sink_memory_free(&out.memory);
        close_inputs(2);
    }
}

TEST_SUITE(merge_widen) = {
    {"widen: integers grow in bits, and keep their sign", integers_grow_in_bits},
    {"widen: signed and unsigned do not mix", signs_do_not_mix},
    {"widen: floats, and integers of up to 32 bits, grow into DOUBLE", floats_hold_what_they_hold_exactly},
    {"widen: decimals grow in digits at the same scale", decimals_keep_their_scale},
    {"widen: units of time grow finer, in the same kind of time", units_grow_finer},
    {"widen: ENUM and JSON become STRING, plain bytes do not", texts_become_strings},
    {"widen: two types may meet in a third, in any order", a_join_may_be_neither_of_both},
    {"widen: integer values, signed and unsigned", integer_values},
    {"widen: FLOAT16 values, subnormal, infinite and NaN too", half_values},
    {"widen: decimal values are sign-extended", decimal_values},
    {"widen: a moment beyond 64 bits of nanoseconds does not fit", moments_that_do_not_fit},
    {"widen: a key of two widths is compared by value", a_key_of_two_widths},
    {"widen: a key of integers and doubles", a_key_of_integers_and_doubles},
    {"widen: unsorted inputs of two widths", unsorted_and_of_two_widths},
    {"widen: what loses bits stays a type conflict, and so does all without it", type_conflicts_remain},
    {"widen: decimals of other sizes as a key", decimals_of_other_sizes_as_key},
    {"widen: an overflow names input, row and column", an_overflow_names_its_row},
    {0},
};
