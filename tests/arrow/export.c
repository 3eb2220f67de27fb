/* Facts about the arrays that columns become: types, validity, offsets, values. Expected buffers by hand from
 * the Arrow Columnar Format. */
#include "made.h"

/* ---- flat columns ---- */

static void required_integers_are_copied(void)
{
    static const int64_t v[] = {1, -2, INT64_MAX};
    struct made m;
    made_begin(&m, test_env());
    made_leaf(&m, 0, "a", INLAY_INT64, MADE_REQ);
    made_write(&m, 0, NULL, NULL, 3, v, 3);
    made_first(&m, NULL);
    MADE_ARRAY(&m.batch, 3, 0, 1, 1);
    CHECK(m.batch.buffers[0] == NULL);
    const struct ArrowArray *a = m.batch.children[0];
    MADE_ARRAY(a, 3, 0, 2, 0);
    CHECK(a->buffers[0] == NULL);
    MADE_BUFFER(a, 1, v);
    CHECK_TEXT(m.fields.format, "+s");
    CHECK_TEXT(m.fields.children[0]->format, "l");
    CHECK_TEXT(m.fields.children[0]->name, "a");
    CHECK_INT(m.fields.children[0]->flags, 0);
    made_next(&m);
    CHECK(m.batch.release == NULL);
    made_end(&m);
}

static void nulls_have_bits_and_zeros(void)
{
    static const uint8_t def[] = {1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1};
    static const int32_t v[] = {10, 11, 12, 13, 14, 15, 16};
    static const int32_t want[] = {10, 0, 11, 12, 0, 0, 13, 14, 15, 0, 16};
    static const uint8_t bits[] = {0xCD, 0x05}; /* 1 0 1 1 0 0 1 1 | 1 0 1, first slot lowest */
    struct made m;
    made_begin(&m, test_env());
    made_leaf(&m, 0, "a", INLAY_INT32, MADE_OPT);
    made_write(&m, 0, def, NULL, 11, v, 7);
    made_first(&m, NULL);
    const struct ArrowArray *a = m.batch.children[0];
    MADE_ARRAY(a, 11, 4, 2, 0);
    MADE_BUFFER(a, 0, bits);
    MADE_BUFFER(a, 1, want);
    CHECK_INT(m.fields.children[0]->flags, ARROW_FLAG_NULLABLE);
    made_end(&m);
}

/* Pages of one row each, so that bits are appended at every place of a byte. */
static void the_first_null_may_come_late(void)
{
    enum { ROWS = 19, NULL_ROW = 13 };
    inlay_write_options o = {.page_rows = 1};
    struct made m;
    made_begin(&m, test_env());
    made_leaf(&m, 0, "a", INLAY_DOUBLE, MADE_OPT);
    made_writer(&m, &o);
    for (int i = 0; i < ROWS; i++) {
        uint8_t def = i != NULL_ROW;
        double v = i;
        made_write(&m, 0, &def, NULL, 1, &v, def);
    }
    made_first(&m, NULL);
    static const uint8_t bits[] = {0xFF, 0xDF, 0x07};
    const struct ArrowArray *a = m.batch.children[0];
    MADE_ARRAY(a, ROWS, 1, 2, 0);
    MADE_BUFFER(a, 0, bits);
    for (int i = 0; i < ROWS; i++)
        CHECK(((const double *)a->buffers[1])[i] == (i == NULL_ROW ? 0 : i));
    made_end(&m);
}

static void booleans_are_bits(void)
{
    static const uint8_t v[] = {1, 0, 1, 1, 0, 1, 0, 0, 1, 1};
    static const uint8_t def[] = {1, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1};
    static const uint8_t plain[] = {0x2D, 0x03}, spread[] = {0x99, 0x0C}, valid[] = {0xDB, 0x0F};
    struct made m;
    made_begin(&m, test_env());
    made_leaf(&m, 0, "r", INLAY_BOOLEAN, MADE_REQ);
    made_leaf(&m, 0, "o", INLAY_BOOLEAN, MADE_OPT);
    uint8_t twelve[12] = {1, 0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 0};
    made_write(&m, 0, NULL, NULL, 12, twelve, 12);
    made_write(&m, 1, def, NULL, 12, v, 10);
    made_first(&m, NULL);
    MADE_ARRAY(m.batch.children[0], 12, 0, 2, 0);
    MADE_BUFFER(m.batch.children[0], 1, plain);
    MADE_ARRAY(m.batch.children[1], 12, 2, 2, 0);
    MADE_BUFFER(m.batch.children[1], 0, valid);
    MADE_BUFFER(m.batch.children[1], 1, spread);
    CHECK_TEXT(m.fields.children[0]->format, "b");
    made_end(&m);
}

static void made_texts(struct made *m, uint8_t kind)
{
    static const inlay_bytes v[] = {{(const uint8_t *)"ab", 2},
                                    {(const uint8_t *)"", 0},
                                    {(const uint8_t *)"0123456789abcdefghi", 19},
                                    {(const uint8_t *)"cde", 3}};
    static const uint8_t def[] = {1, 0, 1, 1, 1};
    made_begin(m, test_env());
    made_node(m, 0, "s", INLAY_BYTE_ARRAY, MADE_OPT, (inlay_logical){.kind = kind}, 0);
    made_write(m, 0, def, NULL, 5, v, 4);
}

static void text_has_offsets(void)
{
    static const int32_t offsets[] = {0, 2, 2, 2, 21, 24};
    static const uint8_t bits[] = {0x1D};
    struct made m;
    made_texts(&m, INLAY_STRING);
    made_first(&m, NULL);
    const struct ArrowArray *a = m.batch.children[0];
    MADE_ARRAY(a, 5, 1, 3, 0);
    MADE_BUFFER(a, 0, bits);
    MADE_BUFFER(a, 1, offsets);
    CHECK_BYTES(a->buffers[2], 24, "ab0123456789abcdefghicde", 24);
    CHECK_TEXT(m.fields.children[0]->format, "u");
    made_end(&m);
}

static void large_text_has_wide_offsets(void)
{
    static const int64_t offsets[] = {0, 2, 2, 2, 21, 24};
    inlay_arrow_options o = {.large = true};
    struct made m;
    made_texts(&m, INLAY_LOGICAL_NONE);
    made_first(&m, &o);
    MADE_BUFFER(m.batch.children[0], 1, offsets);
    CHECK_TEXT(m.fields.children[0]->format, "Z");
    made_end(&m);
}

static void small_integers_are_narrow(void)
{
    static const int32_t v[] = {-1, 127, 300};
    static const int8_t narrow[] = {-1, 127, 44}; /* 300 does not fit: cut to 8 bits */
    static const uint16_t middle[] = {65535, 127, 300};
    struct made m;
    made_begin(&m, test_env());
    inlay_logical eight = {.kind = INLAY_INTEGER, .bits = 8, .is_signed = true};
    inlay_logical sixteen = {.kind = INLAY_INTEGER, .bits = 16};
    made_node(&m, 0, "a", INLAY_INT32, MADE_REQ, eight, 0);
    made_node(&m, 0, "b", INLAY_INT32, MADE_REQ, sixteen, 0);
    made_write(&m, 0, NULL, NULL, 3, v, 3);
    made_write(&m, 1, NULL, NULL, 3, v, 3);
    made_first(&m, NULL);
    MADE_BUFFER(m.batch.children[0], 1, narrow);
    MADE_BUFFER(m.batch.children[1], 1, middle);
    made_end(&m);
}

static void an_unknown_column_is_null(void)
{
    static const uint8_t def[] = {0, 0};
    struct made m;
    made_begin(&m, test_env());
    made_node(&m, 0, "n", INLAY_INT32, MADE_OPT, (inlay_logical){.kind = INLAY_NULL}, 0);
    made_write(&m, 0, def, NULL, 2, NULL, 0);
    made_first(&m, NULL);
    MADE_ARRAY(m.batch.children[0], 2, 2, 0, 0);
    CHECK_TEXT(m.fields.children[0]->format, "n");
    made_end(&m);
}

/* ---- formats ---- */

static void every_type_has_its_format(void)
{
    static const struct {
        uint8_t type;
        inlay_logical logical;
        int32_t length;
        const char *format;
    } cases[] = {
        {INLAY_BOOLEAN, {0}, 0, "b"},
        {INLAY_INT32, {0}, 0, "i"},
        {INLAY_INT64, {0}, 0, "l"},
        {INLAY_INT96, {0}, 0, "tsn:"},
        {INLAY_FLOAT, {0}, 0, "f"},
        {INLAY_DOUBLE, {0}, 0, "g"},
        {INLAY_BYTE_ARRAY, {0}, 0, "z"},
        {INLAY_FIXED_LEN_BYTE_ARRAY, {0}, 7, "w:7"},
        {INLAY_INT32, {.kind = INLAY_INTEGER, .bits = 8, .is_signed = true}, 0, "c"},
        {INLAY_INT32, {.kind = INLAY_INTEGER, .bits = 8}, 0, "C"},
        {INLAY_INT32, {.kind = INLAY_INTEGER, .bits = 16, .is_signed = true}, 0, "s"},
        {INLAY_INT32, {.kind = INLAY_INTEGER, .bits = 16}, 0, "S"},
        {INLAY_INT32, {.kind = INLAY_INTEGER, .bits = 32, .is_signed = true}, 0, "i"},
        {INLAY_INT32, {.kind = INLAY_INTEGER, .bits = 32}, 0, "I"},
        {INLAY_INT64, {.kind = INLAY_INTEGER, .bits = 64, .is_signed = true}, 0, "l"},
        {INLAY_INT64, {.kind = INLAY_INTEGER, .bits = 64}, 0, "L"},
        {INLAY_INT32, {.kind = INLAY_DATE}, 0, "tdD"},
        {INLAY_INT32, {.kind = INLAY_TIME, .unit = INLAY_MILLIS}, 0, "ttm"},
        {INLAY_INT64, {.kind = INLAY_TIME, .unit = INLAY_MICROS, .utc = true}, 0, "ttu"},
        {INLAY_INT64, {.kind = INLAY_TIME, .unit = INLAY_NANOS}, 0, "ttn"},
        {INLAY_INT64, {.kind = INLAY_TIMESTAMP, .unit = INLAY_MILLIS}, 0, "tsm:"},
        {INLAY_INT64, {.kind = INLAY_TIMESTAMP, .unit = INLAY_MICROS, .utc = true}, 0, "tsu:UTC"},
        {INLAY_INT64, {.kind = INLAY_TIMESTAMP, .unit = INLAY_NANOS, .utc = true}, 0, "tsn:UTC"},
        {INLAY_FIXED_LEN_BYTE_ARRAY, {.kind = INLAY_TIMESTAMP, .unit = INLAY_MICROS}, 12, "tsu:"},
        {INLAY_INT32, {.kind = INLAY_DECIMAL, .precision = 9, .scale = 2}, 0, "d:9,2"},
        {INLAY_INT64, {.kind = INLAY_DECIMAL, .precision = 18, .scale = 18}, 0, "d:18,18"},
        {INLAY_BYTE_ARRAY, {.kind = INLAY_DECIMAL, .precision = 38, .scale = 0}, 0, "d:38,0"},
        {INLAY_BYTE_ARRAY, {.kind = INLAY_DECIMAL, .precision = 39, .scale = 1}, 0, "d:39,1,256"},
        {INLAY_BYTE_ARRAY, {.kind = INLAY_DECIMAL, .precision = 76, .scale = 1}, 0, "d:76,1,256"},
        {INLAY_BYTE_ARRAY, {.kind = INLAY_DECIMAL, .precision = 77, .scale = 1}, 0, "z"},
        {INLAY_FIXED_LEN_BYTE_ARRAY, {.kind = INLAY_DECIMAL, .precision = 90, .scale = 1}, 40, "w:40"},
        {INLAY_BYTE_ARRAY, {.kind = INLAY_STRING}, 0, "u"},
        {INLAY_BYTE_ARRAY, {.kind = INLAY_ENUM}, 0, "u"},
        {INLAY_BYTE_ARRAY, {.kind = INLAY_JSON}, 0, "u"},
        {INLAY_BYTE_ARRAY, {.kind = INLAY_BSON}, 0, "z"},
        {INLAY_FIXED_LEN_BYTE_ARRAY, {.kind = INLAY_UUID}, 16, "w:16"},
        {INLAY_FIXED_LEN_BYTE_ARRAY, {.kind = INLAY_INTERVAL}, 12, "w:12"},
        {INLAY_FIXED_LEN_BYTE_ARRAY, {.kind = INLAY_FLOAT16}, 2, "e"},
        {INLAY_BYTE_ARRAY, {.kind = INLAY_GEOMETRY}, 0, "z"},
        {INLAY_DOUBLE, {.kind = INLAY_NULL}, 0, "n"},
    };
    struct made m;
    made_begin(&m, test_env());
    for (size_t i = 0; i < MADE_N(cases); i++)
        made_node(&m, 0, "x", cases[i].type, MADE_OPT, cases[i].logical, cases[i].length);
    made_writer(&m, NULL);
    made_stream(&m, NULL);
    CHECK_INT(m.fields.n_children, MADE_N(cases));
    for (size_t i = 0; i < MADE_N(cases); i++)
        CHECK_TEXT(m.fields.children[i]->format, cases[i].format);
    made_next(&m);
    CHECK(m.batch.release == NULL); /* no rows, no batch */
    made_end(&m);
}

/* The pairs of metadata as "key=value;". */
static const char *made_metadata(const char *metadata)
{
    static char text[512];
    size_t n = 0;
    int32_t pairs = 0, len = 0;
    text[0] = 0;
    if (!metadata)
        return text;
    memcpy(&pairs, metadata, 4);
    metadata += 4;
    for (int32_t i = 0; i < 2 * pairs; i++) {
        memcpy(&len, metadata, 4);
        n += (size_t)snprintf(text + n, sizeof text - n, "%.*s%s", (int)len, metadata + 4,
                              i % 2 ? ";" : "=");
        metadata += 4 + len;
    }
    return text;
}

static void fields_have_their_ids_and_extensions(void)
{
    struct made m;
    uint32_t ignored;
    made_begin(&m, test_env());
    inlay_node node = {.name = MADE_TEXT("a"), .type = INLAY_INT32, .has_field_id = true, .field_id = -7};
    CHECK_INT(inlay_schema_add(m.schema, 0, &node, &ignored), INLAY_OK);
    made_node(&m, 0, "u", INLAY_FIXED_LEN_BYTE_ARRAY, MADE_REQ, (inlay_logical){.kind = INLAY_UUID}, 16);
    made_node(&m, 0, "j", INLAY_BYTE_ARRAY, MADE_REQ, (inlay_logical){.kind = INLAY_JSON}, 0);
    made_writer(&m, NULL);
    inlay_bytes value = MADE_TEXT("host");
    CHECK_INT(inlay_writer_key_value(m.writer, MADE_TEXT("source"), &value), INLAY_OK);
    CHECK_INT(inlay_writer_key_value(m.writer, MADE_TEXT("bare"), NULL), INLAY_OK);
    CHECK_INT(inlay_writer_key_value(m.writer, MADE_TEXT("ARROW:schema"), &value), INLAY_OK);
    made_stream(&m, NULL); /* "host" is no schema: as if it were not there */
    CHECK_TEXT(made_metadata(m.fields.metadata), "source=host;bare=;");
    CHECK_TEXT(made_metadata(m.fields.children[0]->metadata), "PARQUET:field_id=-7;");
    CHECK_TEXT(made_metadata(m.fields.children[1]->metadata),
               "ARROW:extension:name=arrow.uuid;ARROW:extension:metadata=;");
    CHECK_TEXT(made_metadata(m.fields.children[2]->metadata),
               "ARROW:extension:name=arrow.json;ARROW:extension:metadata=;");
    made_end(&m);
}

/* ---- decimals, timestamps ---- */

static void decimals_of_every_home(void)
{
    static const int32_t narrow[] = {-2, 7};
    static const int64_t wide[] = {-2, 7};
    static const uint8_t fixed[] = {0xFF, 0xFF, 0xFE, 0x00, 0x00, 0x07};
    /* -2 with more sign bytes than 16 hold, and 7 as it is shortest */
    static const uint8_t minus_two[] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE};
    static const inlay_bytes bytes[] = {{minus_two, sizeof minus_two}, {(const uint8_t *)"\7", 1}};
    static const void *const values[] = {narrow, wide, fixed, bytes};
    static const uint8_t types[] = {INLAY_INT32, INLAY_INT64, INLAY_FIXED_LEN_BYTE_ARRAY,
                                    INLAY_BYTE_ARRAY};
    static const uint8_t want[] = {0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                   0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                   7,    0,    0,    0,    0,    0,    0,    0,
                                   0,    0,    0,    0,    0,    0,    0,    0};
    struct made m;
    made_begin(&m, test_env());
    for (size_t i = 0; i < 4; i++)
        made_node(&m, 0, "d", types[i], MADE_REQ,
                  (inlay_logical){.kind = INLAY_DECIMAL, .precision = 5, .scale = 2}, 3);
    for (uint32_t i = 0; i < 4; i++)
        made_write(&m, i, NULL, NULL, 2, values[i], 2);
    made_first(&m, NULL);
    for (size_t i = 0; i < 4; i++)
        MADE_BUFFER(m.batch.children[i], 1, want);
    made_end(&m);
}

static void an_empty_decimal_is_zero(void)
{
    static const inlay_bytes v[] = {{(const uint8_t *)"", 0}, {(const uint8_t *)"\x80", 1}};
    uint8_t want[64] = {0};
    memset(want + 32, 0xFF, 32);
    want[32] = 0x80; /* -128 */
    struct made m;
    made_begin(&m, test_env());
    made_node(&m, 0, "d", INLAY_BYTE_ARRAY, MADE_REQ,
              (inlay_logical){.kind = INLAY_DECIMAL, .precision = 50}, 0);
    made_write(&m, 0, NULL, NULL, 2, v, 2);
    made_first(&m, NULL);
    MADE_BUFFER(m.batch.children[0], 1, want);
    made_end(&m);
}

static void a_decimal_that_does_not_fit_is_an_error(void)
{
    static const uint8_t digits[17] = {1};
    static const inlay_bytes v[] = {{digits, sizeof digits}};
    struct made m;
    made_begin(&m, test_env());
    made_node(&m, 0, "d", INLAY_BYTE_ARRAY, MADE_REQ,
              (inlay_logical){.kind = INLAY_DECIMAL, .precision = 5}, 0);
    made_write(&m, 0, NULL, NULL, 1, v, 1);
    made_stream(&m, NULL);
    CHECK_INT(m.stream.get_next(&m.stream, &m.batch), 22);
    CHECK_TEXT(m.stream.get_last_error(&m.stream),
               "corrupt: a decimal is larger than its precision allows, column d, row group 0, page 0");
    CHECK_INT(test_env()->error.status, INLAY_CORRUPT);
    made_end(&m);
}

/* INT96: nanoseconds of the day, then the Julian day; 2440588 is 1970-01-01. */
static const uint8_t int96_days[] = {
    1, 0, 0, 0, 0, 0, 0, 0, 0x8D, 0x3D, 0x25, 0, /* 1970-01-02 and a nanosecond */
    0, 0, 0, 0, 0, 0, 0, 0, 0x8B, 0x3D, 0x25, 0, /* 1969-12-31 */
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x8C, 0x3D, 0x25, 0}; /* a nanosecond before 1970 */

static void int96_is_a_timestamp(void)
{
    static const int64_t ns[] = {86400000000001, -86400000000000, -1};
    static const int64_t us[] = {86400000000, -86400000000, -1}; /* cut off downwards */
    inlay_arrow_options micros = {.int96_unit = INLAY_MICROS};
    for (int k = 0; k < 2; k++) {
        struct made m;
        made_begin(&m, test_env());
        made_leaf(&m, 0, "t", INLAY_INT96, MADE_REQ);
        made_write(&m, 0, NULL, NULL, 3, int96_days, 3);
        made_first(&m, k ? &micros : NULL);
        CHECK_BYTES(m.batch.children[0]->buffers[1], sizeof ns, k ? us : ns, sizeof ns);
        CHECK_TEXT(m.fields.children[0]->format, k ? "tsu:" : "tsn:");
        made_end(&m);
    }
}

static void a_far_int96_is_an_error_not_another_day(void)
{
    uint8_t far[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x30, 0}; /* year 3901 */
    struct made m;
    made_begin(&m, test_env());
    made_leaf(&m, 0, "t", INLAY_INT96, MADE_REQ);
    made_write(&m, 0, NULL, NULL, 1, far, 1);
    made_stream(&m, NULL);
    CHECK_INT(m.stream.get_next(&m.stream, &m.batch), 34);
    CHECK_INT(test_env()->error.status, INLAY_LIMIT);
    CHECK_TEXT(test_env()->error.column, "t");
    made_end(&m);
}

static void wide_timestamps_fit_or_fail(void)
{
    uint8_t v[24] = {5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    static const int64_t want[] = {5, -2};
    memset(v + 12, 0xFF, 12);
    v[12] = 0xFE;
    for (int k = 0; k < 2; k++) {
        struct made m;
        made_begin(&m, test_env());
        made_node(&m, 0, "t", INLAY_FIXED_LEN_BYTE_ARRAY, MADE_REQ,
                  (inlay_logical){.kind = INLAY_TIMESTAMP, .unit = INLAY_NANOS, .utc = true}, 12);
        v[8] = (uint8_t)k; /* the second time: 2 to the 64th, and 5 */
        made_write(&m, 0, NULL, NULL, 2, v, 2);
        made_stream(&m, NULL);
        CHECK_INT(m.stream.get_next(&m.stream, &m.batch), k ? 34 : 0);
        if (!k)
            MADE_BUFFER(m.batch.children[0], 1, want);
        made_end(&m);
    }
}

/* ---- nesting ---- */

/* list<int32>: null, empty, [null], [1, 2], [3] */
static void null_empty_and_null_inside_are_told_apart(void)
{
    static const uint8_t def[] = {0, 1, 2, 3, 3, 3}, rep[] = {0, 0, 0, 0, 1, 0};
    static const int32_t v[] = {1, 2, 3}, offsets[] = {0, 0, 0, 1, 3, 4}, values[] = {0, 1, 2, 3};
    static const uint8_t lists[] = {0x1E}, elements[] = {0x0E};
    struct made m;
    made_begin(&m, test_env());
    uint32_t list = made_group(&m, 0, "l", MADE_OPT, INLAY_LIST);
    uint32_t each = made_group(&m, list, "list", MADE_REP, 0);
    made_leaf(&m, each, "element", INLAY_INT32, MADE_OPT);
    made_write(&m, 0, def, rep, 6, v, 3);
    made_first(&m, NULL);
    const struct ArrowArray *a = m.batch.children[0];
    MADE_ARRAY(a, 5, 1, 2, 1);
    MADE_BUFFER(a, 0, lists);
    MADE_BUFFER(a, 1, offsets);
    MADE_ARRAY(a->children[0], 4, 1, 2, 0);
    MADE_BUFFER(a->children[0], 0, elements);
    MADE_BUFFER(a->children[0], 1, values);
    CHECK_TEXT(m.fields.children[0]->format, "+l");
    CHECK_TEXT(m.fields.children[0]->children[0]->name, "element");
    CHECK_INT(m.fields.children[0]->children[0]->flags, ARROW_FLAG_NULLABLE);
    made_end(&m);
}

/* required list<list<int64 required>>: [[], [1, 2]], [], [[3]] with wide offsets */
static void lists_of_lists(void)
{
    static const uint8_t def[] = {1, 2, 2, 0, 2}, rep[] = {0, 1, 2, 0, 0};
    static const int64_t v[] = {1, 2, 3}, outer[] = {0, 2, 2, 3}, inner[] = {0, 0, 2, 3};
    inlay_arrow_options o = {.large = true};
    struct made m;
    made_begin(&m, test_env());
    uint32_t list = made_group(&m, 0, "l", MADE_REQ, INLAY_LIST);
    uint32_t each = made_group(&m, list, "list", MADE_REP, 0);
    uint32_t in = made_group(&m, each, "element", MADE_REQ, INLAY_LIST);
    made_leaf(&m, made_group(&m, in, "list", MADE_REP, 0), "element", INLAY_INT64, MADE_REQ);
    made_write(&m, 0, def, rep, 5, v, 3);
    made_first(&m, &o);
    const struct ArrowArray *a = m.batch.children[0];
    MADE_ARRAY(a, 3, 0, 2, 1);
    MADE_BUFFER(a, 1, outer);
    MADE_ARRAY(a->children[0], 3, 0, 2, 1);
    MADE_BUFFER(a->children[0], 1, inner);
    MADE_BUFFER(a->children[0]->children[0], 1, v);
    CHECK_TEXT(m.fields.children[0]->format, "+L");
    made_end(&m);
}

/* optional s {required a INT32; optional l list of required INT32}: {1, [5]}, null, {2, null}, {3, []} */
static void a_null_struct_has_slots_in_its_members(void)
{
    static const uint8_t a_def[] = {1, 0, 1, 1}, l_def[] = {3, 0, 1, 2}, l_rep[4] = {0};
    static const int32_t a_values[] = {1, 2, 3}, l_values[] = {5};
    static const int32_t want[] = {1, 0, 2, 3}, offsets[] = {0, 1, 1, 1, 1};
    static const uint8_t valid[] = {0x0D}, l_valid[] = {0x09};
    struct made m;
    made_begin(&m, test_env());
    uint32_t s = made_group(&m, 0, "s", MADE_OPT, 0);
    made_leaf(&m, s, "a", INLAY_INT32, MADE_REQ);
    uint32_t list = made_group(&m, s, "l", MADE_OPT, INLAY_LIST);
    made_leaf(&m, made_group(&m, list, "list", MADE_REP, 0), "element", INLAY_INT32, MADE_REQ);
    made_write(&m, 0, a_def, NULL, 4, a_values, 3);
    made_write(&m, 1, l_def, l_rep, 4, l_values, 1);
    made_first(&m, NULL);
    const struct ArrowArray *st = m.batch.children[0];
    MADE_ARRAY(st, 4, 1, 1, 2);
    MADE_BUFFER(st, 0, valid);
    MADE_ARRAY(st->children[0], 4, 1, 2, 0);
    MADE_BUFFER(st->children[0], 0, valid);
    MADE_BUFFER(st->children[0], 1, want);
    MADE_ARRAY(st->children[1], 4, 2, 2, 1);
    MADE_BUFFER(st->children[1], 0, l_valid);
    MADE_BUFFER(st->children[1], 1, offsets);
    MADE_ARRAY(st->children[1]->children[0], 1, 0, 2, 0);
    CHECK_INT(m.fields.children[0]->children[0]->flags, 0);
    made_end(&m);
}

/* map<text, int32 optional>: {"k": 1, "j": null}, {} */
static void made_map(struct made *m, uint8_t key_repetition, bool value)
{
    static const inlay_bytes keys[] = {{(const uint8_t *)"k", 1}, {(const uint8_t *)"j", 1}};
    static const uint8_t rep[] = {0, 1, 0}, required[] = {1, 1, 0}, optional[] = {2, 2, 0},
                         v_def[] = {2, 1, 0};
    static const int32_t v[] = {1};
    made_begin(m, test_env());
    uint32_t map = made_group(m, 0, "m", MADE_REQ, INLAY_MAP);
    uint32_t each = made_group(m, map, "key_value", MADE_REP, 0);
    made_node(m, each, "key", INLAY_BYTE_ARRAY, key_repetition, (inlay_logical){.kind = INLAY_STRING}, 0);
    if (value)
        made_leaf(m, each, "value", INLAY_INT32, MADE_OPT);
    made_write(m, 0, key_repetition == MADE_REQ ? required : optional, rep, 3, keys, 2);
    if (value)
        made_write(m, 1, v_def, rep, 3, v, 1);
}

static void a_map_has_entries(void)
{
    static const int32_t offsets[] = {0, 2, 2}, values[] = {1, 0};
    static const uint8_t bits[] = {0x01};
    struct made m;
    made_map(&m, MADE_REQ, true);
    made_first(&m, NULL);
    const struct ArrowArray *a = m.batch.children[0];
    MADE_ARRAY(a, 2, 0, 2, 1);
    MADE_BUFFER(a, 1, offsets);
    MADE_ARRAY(a->children[0], 2, 0, 1, 2);
    CHECK_BYTES(a->children[0]->children[0]->buffers[2], 2, "kj", 2);
    MADE_BUFFER(a->children[0]->children[1], 0, bits);
    MADE_BUFFER(a->children[0]->children[1], 1, values);
    const struct ArrowSchema *f = m.fields.children[0];
    CHECK_TEXT(f->format, "+m");
    CHECK_TEXT(f->children[0]->format, "+s");
    CHECK_TEXT(f->children[0]->name, "entries");
    CHECK_INT(f->children[0]->flags, 0);
    CHECK_TEXT(f->children[0]->children[0]->name, "key");
    made_end(&m);
}

static void maps_that_arrow_lacks_are_lists(void)
{
    struct made m;
    made_map(&m, MADE_REQ, false);
    made_first(&m, NULL);
    CHECK_TEXT(m.fields.children[0]->format, "+l");
    CHECK_TEXT(m.fields.children[0]->children[0]->name, "key");
    CHECK_TEXT(m.fields.children[0]->children[0]->format, "u");
    MADE_ARRAY(m.batch.children[0]->children[0], 2, 0, 3, 0);
    made_end(&m);
    made_map(&m, MADE_OPT, true);
    made_first(&m, NULL);
    CHECK_TEXT(m.fields.children[0]->format, "+l");
    CHECK_TEXT(m.fields.children[0]->children[0]->format, "+s");
    MADE_ARRAY(m.batch.children[0]->children[0], 2, 0, 1, 2);
    made_end(&m);
}

/* repeated INT32 without LIST: [1, 2], [] */
static void a_repeated_column_is_a_required_list(void)
{
    static const uint8_t def[] = {1, 1, 0}, rep[] = {0, 1, 0};
    static const int32_t v[] = {1, 2}, offsets[] = {0, 2, 2};
    struct made m;
    made_begin(&m, test_env());
    made_leaf(&m, 0, "r", INLAY_INT32, MADE_REP);
    made_write(&m, 0, def, rep, 3, v, 2);
    made_first(&m, NULL);
    MADE_ARRAY(m.batch.children[0], 2, 0, 2, 1);
    MADE_BUFFER(m.batch.children[0], 1, offsets);
    CHECK_INT(m.fields.children[0]->flags, 0);
    CHECK_TEXT(m.fields.children[0]->children[0]->name, "r");
    made_end(&m);
}

/* Two-level list of pairs: [(1, 4), (2, null)], null */
static void a_two_level_list_of_structs(void)
{
    static const uint8_t a_def[] = {2, 2, 0}, b_def[] = {3, 2, 0}, rep[] = {0, 1, 0};
    static const int32_t a[] = {1, 2}, b[] = {4}, offsets[] = {0, 2, 2}, b_want[] = {4, 0};
    struct made m;
    made_begin(&m, test_env());
    uint32_t list = made_group(&m, 0, "l", MADE_OPT, INLAY_LIST);
    uint32_t each = made_group(&m, list, "pair", MADE_REP, 0);
    made_leaf(&m, each, "a", INLAY_INT32, MADE_REQ);
    made_leaf(&m, each, "b", INLAY_INT32, MADE_OPT);
    made_write(&m, 0, a_def, rep, 3, a, 2);
    made_write(&m, 1, b_def, rep, 3, b, 1);
    made_first(&m, NULL);
    const struct ArrowArray *l = m.batch.children[0];
    MADE_ARRAY(l, 2, 1, 2, 1);
    MADE_BUFFER(l, 1, offsets);
    MADE_ARRAY(l->children[0], 2, 0, 1, 2);
    MADE_BUFFER(l->children[0]->children[0], 1, a);
    MADE_BUFFER(l->children[0]->children[1], 1, b_want);
    CHECK_TEXT(m.fields.children[0]->children[0]->name, "pair");
    made_end(&m);
}

/* list of required INT64, rows of 0, 1, 2, ... elements over many pages: offsets and values by formula. */
static void long_lists_over_many_pages(void)
{
    enum { ROWS = 300 };
    inlay_write_options o = {.page_bytes = 500};
    struct made m;
    made_begin(&m, test_env());
    uint32_t list = made_group(&m, 0, "l", MADE_REQ, INLAY_LIST);
    made_leaf(&m, made_group(&m, list, "list", MADE_REP, 0), "element", INLAY_INT64, MADE_REQ);
    made_writer(&m, &o);
    int64_t next = 0;
    for (unsigned row = 0; row < ROWS; row++) {
        uint8_t def[ROWS], rep[ROWS];
        int64_t v[ROWS];
        memset(def, row != 0, sizeof def);
        memset(rep, 1, sizeof rep);
        rep[0] = 0;
        for (unsigned i = 0; i < row; i++)
            v[i] = next++;
        made_write(&m, 0, def, rep, row ? row : 1, v, row);
    }
    inlay_arrow_options batches = {.batch_rows = 7};
    made_stream(&m, &batches);
    int64_t row = 0, value = 0;
    for (made_next(&m); m.batch.release; made_next(&m)) {
        const struct ArrowArray *a = m.batch.children[0];
        const int32_t *offsets = a->buffers[1];
        const int64_t *v = a->children[0]->buffers[1];
        CHECK(m.batch.length <= 7);
        for (int64_t i = 0; i < a->length; i++, row++) {
            CHECK_INT(offsets[i + 1] - offsets[i], row);
            for (int32_t k = offsets[i]; k < offsets[i + 1]; k++)
                CHECK_INT(v[k], value++);
        }
        CHECK_INT(a->children[0]->length, offsets[a->length]);
    }
    CHECK_INT(row, ROWS);
    CHECK_INT(value, next);
    made_end(&m);
}

TEST_SUITE(arrow_export) = {
    {"arrow export: required integers are copied, without a bitmap", required_integers_are_copied},
    {"arrow export: nulls are zero bits and zero values", nulls_have_bits_and_zeros},
    {"arrow export: a bitmap that begins late is right from the start", the_first_null_may_come_late},
    {"arrow export: booleans are bits", booleans_are_bits},
    {"arrow export: text is offsets and bytes", text_has_offsets},
    {"arrow export: large binary has 64-bit offsets", large_text_has_wide_offsets},
    {"arrow export: INT_8 and UINT_16 are cut to their width", small_integers_are_narrow},
    {"arrow export: UNKNOWN is the null type", an_unknown_column_is_null},
    {"arrow export: the format of every type", every_type_has_its_format},
    {"arrow export: field ids, extensions, footer keys", fields_have_their_ids_and_extensions},
    {"arrow export: decimals from INT32, INT64, FIXED and BYTE_ARRAY", decimals_of_every_home},
    {"arrow export: an empty decimal is 0", an_empty_decimal_is_zero},
    {"arrow export: a decimal wider than its type is an error", a_decimal_that_does_not_fit_is_an_error},
    {"arrow export: INT96 as nanoseconds and microseconds", int96_is_a_timestamp},
    {"arrow export: INT96 beyond 64 bits is an error", a_far_int96_is_an_error_not_another_day},
    {"arrow export: 96-bit timestamps that fit 64 bits", wide_timestamps_fit_or_fail},
    {"arrow export: null, empty, and a list of null", null_empty_and_null_inside_are_told_apart},
    {"arrow export: required lists of lists, 64-bit offsets", lists_of_lists},
    {"arrow export: a null struct has slots in its members", a_null_struct_has_slots_in_its_members},
    {"arrow export: a map and its entries", a_map_has_entries},
    {"arrow export: a map without values, one with nullable keys", maps_that_arrow_lacks_are_lists},
    {"arrow export: an unannotated repeated column", a_repeated_column_is_a_required_list},
    {"arrow export: a two-level list of structs", a_two_level_list_of_structs},
    {"arrow export: lists over many pages in batches of 7", long_lists_over_many_pages},
    {0}};
