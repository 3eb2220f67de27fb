/* Row keys: the golden message derived from the proto file and protobuf's encoding, and the facts of
 * quickwit-parquet-engine/src/row_keys/tests.rs. */
#include <math.h>

#include "test.h"

#include "merge/rowkeys.h"

static struct buf out;
static struct rowkeys keys;

static struct cell text(const char *s)
{
    return (struct cell){.kind = CELL_BYTES, .bytes = {(const uint8_t *)s, strlen(s)}};
}
static struct cell integer(int64_t v)
{
    return (struct cell){.kind = CELL_INT, .integer = v};
}
static struct cell real(double v)
{
    return (struct cell){.kind = CELL_DOUBLE, .real = v};
}
static const struct cell null = {.kind = CELL_NULL};

static void same_cell(struct cell a, struct cell b)
{
    CHECK_INT(a.kind, b.kind);
    if (a.kind == CELL_BYTES)
        CHECK_BYTES(a.bytes.data, a.bytes.len, b.bytes.data, b.bytes.len);
    if (a.kind == CELL_INT)
        CHECK_INT(a.integer, b.integer);
    if (a.kind == CELL_DOUBLE)
        CHECK(memcmp(&a.real, &b.real, sizeof a.real) == 0);
}

static void comes_back(const struct cell *first, const struct cell *last, uint32_t n)
{
    buf_init(&out, test_env());
    rowkeys_write(first, last, n, &out);
    CHECK_INT(out.status, INLAY_OK);
    const char *bad = rowkeys_read(&keys, (inlay_bytes){out.data, out.bytes});
    if (bad)
        test_fail(__FILE__, __LINE__, "refused: %s", bad);
    for (int list = 0; list < ROWKEYS_LISTS; list++) {
        CHECK(keys.has[list]);
        CHECK_INT(keys.n[list], n);
        for (uint32_t i = 0; i < n; i++)
            same_cell(keys.cells[list][i], list == ROWKEYS_MIN ? first[i] : last[i]);
    }
    CHECK(!keys.expired);
    buf_free(&out);
}

static void golden_message(void)
{
    static const uint8_t want[] = {
        0x0a, 0x10, 0x0a, 0x05, 0x0a, 0x03, 0x63, 0x70, 0x75, 0x0a, 0x02, 0x10, 0x2a, 0x0a,
        0x03, 0x10, 0xc8, 0x01, 0x12, 0x0f, 0x0a, 0x05, 0x0a, 0x03, 0x6d, 0x65, 0x6d, 0x0a,
        0x02, 0x10, 0x63, 0x0a, 0x02, 0x10, 0x64, 0x1a, 0x0f, 0x0a, 0x05, 0x0a, 0x03, 0x6d,
        0x65, 0x6d, 0x0a, 0x02, 0x10, 0x63, 0x0a, 0x02, 0x10, 0x64};
    struct cell first[] = {text("cpu"), integer(42), integer(200)};
    struct cell last[] = {text("mem"), integer(99), integer(100)};
    buf_init(&out, test_env());
    rowkeys_write(first, last, 3, &out);
    CHECK_BYTES(out.data, out.bytes, want, sizeof want);
    buf_free(&out);
}

static void nulls_are_empty(void)
{
    static const uint8_t want[] = {0x0a, 2, 0x0a, 0, 0x12, 2, 0x0a, 0, 0x1a, 2, 0x0a, 0};
    buf_init(&out, test_env());
    rowkeys_write(&null, &null, 1, &out);
    CHECK_BYTES(out.data, out.bytes, want, sizeof want);
    buf_free(&out);
}

static void zeros_and_empty_texts_are_said(void)
{
    static const uint8_t want[] = {0x0a, 8, 0x0a, 2, 0x10, 0, 0x0a, 2, 0x0a, 0};
    struct cell cells[] = {integer(0), text("")};
    buf_init(&out, test_env());
    rowkeys_write(cells, cells, 2, &out);
    CHECK_BYTES(out.data, sizeof want, want, sizeof want);
    buf_free(&out);
    comes_back(cells, cells, 2);
}

static void doubles_and_negatives(void)
{
    static const uint8_t want[] = {0x0a, 24,   0x0a, 9,    0x19, 0,    0,    0,    0,   0, 0, 0xF8, 0x3F, 0x0a,
                                   11,   0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01};
    struct cell cells[] = {real(1.5), integer(-1)};
    buf_init(&out, test_env());
    rowkeys_write(cells, cells, 2, &out);
    CHECK_BYTES(out.data, sizeof want, want, sizeof want);
    buf_free(&out);
}

static void one_row(void)
{
    struct cell row[] = {text("cpu.usage"), text("api"), null, null,
                         null,              text("node-1"), integer(42), integer(1000)};
    comes_back(row, row, 8);
}

static void first_and_last(void)
{
    struct cell first[] = {text("cpu"), text("api"), null, integer(INT64_MIN), real(-0.0)};
    struct cell last[] = {text("mem"), null, text("\xFF"), integer(INT64_MAX), real(NAN)};
    comes_back(first, last, 5);
}

static void long_texts_are_kept(void)
{
    static uint8_t bytes[100000];
    struct cell cell = {.kind = CELL_BYTES, .bytes = {bytes, sizeof bytes}};
    memset(bytes, 'x', sizeof bytes);
    comes_back(&cell, &cell, 1);
}

static void as_many_columns_as_a_schema(void)
{
    struct cell cells[ROWKEYS_MOST_COLUMNS + 1];
    for (int i = 0; i <= ROWKEYS_MOST_COLUMNS; i++)
        cells[i] = integer(i);
    comes_back(cells, cells, ROWKEYS_MOST_COLUMNS);
    buf_init(&out, test_env());
    rowkeys_write(cells, cells, ROWKEYS_MOST_COLUMNS + 1, &out);
    CHECK_TEXT(rowkeys_read(&keys, (inlay_bytes){out.data, out.bytes}),
               "row keys have more columns than a sort schema");
    buf_free(&out);
}

static const char *read_bytes(const char *bytes, size_t n)
{
    return rowkeys_read(&keys, (inlay_bytes){(const uint8_t *)bytes, n});
}
#define READ(s) read_bytes(s, sizeof(s) - 1)

static void other_messages(void)
{
    CHECK(READ("") == NULL);
    CHECK(!keys.has[ROWKEYS_MIN] && !keys.expired);
    CHECK(READ("\x20\x01") == NULL);
    CHECK(keys.expired);
    CHECK(READ("\x1a\x00\x0a\x02\x0a\x00") == NULL); /* in any order */
    CHECK(keys.has[ROWKEYS_MIN] && !keys.has[ROWKEYS_MAX] && keys.has[ROWKEYS_ALL_MAX]);
    CHECK_INT(keys.n[ROWKEYS_MIN], 1);
    CHECK_INT(keys.n[ROWKEYS_ALL_MAX], 0);
}

static void broken_messages(void)
{
    static const char *const unknown = "row keys have an unknown field";
    CHECK_TEXT(READ("\x2a\x00"), unknown);                     /* field 5 */
    CHECK_TEXT(READ("\x08\x00"), unknown);                     /* field 1 as a varint */
    CHECK_TEXT(READ("\x00"), unknown);                         /* field 0 */
    CHECK_TEXT(READ("\x0a\x00\x0a\x00"), unknown);             /* a list twice */
    CHECK_TEXT(READ("\x20\x01\x20\x01"), unknown);             /* expired twice */
    CHECK_TEXT(READ("\x0a\x02\x12\x00"), unknown);             /* field 2 in a list */
    CHECK_TEXT(READ("\x0a\x04\x0a\x02\x20\x00"), unknown);     /* field 4 in a value */
    CHECK_TEXT(READ("\x20\x02"), "row keys: expired is neither true nor false");
    CHECK_TEXT(READ("\x0a\x06\x0a\x04\x10\x01\x10\x02"),
               "a value of the row keys is more than one value");
    CHECK_TEXT(READ("\x0a\x05\x0a\x00"), "row keys are cut short");
    CHECK_TEXT(READ("\x0a\x04\x0a\x02\x0a\x01"), "row keys are cut short");
    CHECK_TEXT(READ("\x0a\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"), "row keys are cut short");
    CHECK(READ("\x0a\x06\x0a\x04\x19\x00\x00\x00") != NULL);
    CHECK(READ("\x0a\x80") != NULL);
    CHECK(READ("\x0a") != NULL);
}

/* Any bytes end in an answer; what is accepted has lists within bounds. */
static void random_bytes(void)
{
    static const uint8_t likely[] = {0x0a, 0x12, 0x1a, 0x10, 0x19, 0x20, 0, 1, 2, 3, 4, 9};
    for (int i = 0; i < 20000; i++) {
        uint8_t bytes[24];
        size_t n = test_random_below(sizeof bytes + 1);
        for (size_t k = 0; k < n; k++)
            bytes[k] = test_random_below(8) ? likely[test_random_below(sizeof likely)]
                                            : (uint8_t)test_random();
        if (rowkeys_read(&keys, (inlay_bytes){bytes, n}))
            continue;
        for (int list = 0; list < ROWKEYS_LISTS; list++)
            for (uint32_t k = 0; k < keys.n[list]; k++)
                if (keys.cells[list][k].kind == CELL_BYTES)
                    CHECK(keys.cells[list][k].bytes.len <= n);
    }
}

static void json_shape(void)
{
    static const char want[] =
        "{\"min_row_values\":{\"column\":[{\"value\":{\"TypeString\":[99,112,117]}},"
        "{\"value\":{\"TypeInt\":42}},{\"value\":null}]},"
        "\"max_row_values\":{\"column\":[{\"value\":{\"TypeString\":[]}},"
        "{\"value\":{\"TypeInt\":-9223372036854775808}},{\"value\":{\"TypeFloat\":1.5}}]},"
        "\"all_inclusive_max_row_values\":{\"column\":[{\"value\":{\"TypeString\":[]}},"
        "{\"value\":{\"TypeInt\":-9223372036854775808}},{\"value\":{\"TypeFloat\":1.5}}]},"
        "\"expired\":false}";
    struct cell first[] = {text("cpu"), integer(42), null};
    struct cell last[] = {text(""), integer(INT64_MIN), real(1.5)};
    buf_init(&out, test_env());
    rowkeys_write_json(first, last, 3, &out);
    CHECK_BYTES(out.data, out.bytes, want, sizeof want - 1);
    buf_free(&out);
}

static void json_doubles(void)
{
    static const char want[] = "{\"min_row_values\":{\"column\":[{\"value\":{\"TypeFloat\":100.0}},"
                               "{\"value\":{\"TypeFloat\":null}},{\"value\":{\"TypeFloat\":1e16}}]}";
    struct cell cells[] = {real(100), real(NAN), real(1e16)};
    buf_init(&out, test_env());
    rowkeys_write_json(cells, cells, 3, &out);
    CHECK_BYTES(out.data, sizeof want - 1, want, sizeof want - 1);
    buf_free(&out);
}

/* ---- cells ---- */

static void cells_by_type(void)
{
    const inlay_bytes b = {(const uint8_t *)"x", 1};
    const int64_t i = -1;
    const double d = 2.5;
    const inlay_node string = {.type = INLAY_BYTE_ARRAY, .logical = {.kind = INLAY_STRING}};
    const inlay_node u64 = {.type = INLAY_INT64, .logical = {.kind = INLAY_INTEGER, .bits = 64}};
    const inlay_node time = {.type = INLAY_INT64, .logical = {.kind = INLAY_TIMESTAMP}};
    same_cell(cell_of(&string, &b, 0), text("x"));
    same_cell(cell_of(&(inlay_node){.type = INLAY_INT64}, &i, 0), integer(-1));
    same_cell(cell_of(&u64, &i, 0), integer(-1)); /* 2^64 - 1, reinterpreted */
    same_cell(cell_of(&(inlay_node){.type = INLAY_DOUBLE}, &d, 0), real(2.5));
    same_cell(cell_of(&time, &i, 0), null);
    same_cell(cell_of(&(inlay_node){.type = INLAY_BYTE_ARRAY}, &b, 0), null);
    same_cell(cell_of(&(inlay_node){.type = INLAY_INT32}, &i, 0), null);
    same_cell(cell_of(NULL, NULL, 0), null);
}

TEST_SUITE(merge_rowkeys) = {
    {"rowkeys: the golden message", golden_message},
    {"rowkeys: null is an empty value", nulls_are_empty},
    {"rowkeys: zero and the empty text are values", zeros_and_empty_texts_are_said},
    {"rowkeys: doubles take eight bytes, negative integers ten", doubles_and_negatives},
    {"rowkeys: of one row, all three lists are equal", one_row},
    {"rowkeys: of many rows, the first and twice the last", first_and_last},
    {"rowkeys: long texts are not trimmed", long_texts_are_kept},
    {"rowkeys: 255 columns, not 256", as_many_columns_as_a_schema},
    {"rowkeys: fields in any order, or missing", other_messages},
    {"rowkeys: broken messages are refused", broken_messages},
    {"rowkeys: random bytes are read or refused", random_bytes},
    {"rowkeys: JSON has serde's shape", json_shape},
    {"rowkeys: doubles in JSON", json_doubles},
    {"cell: text, INT64 and DOUBLE have values, other types are null", cells_by_type},
    {0},
};
