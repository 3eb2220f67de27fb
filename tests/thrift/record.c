/* Facts about Thrift records, bytes by hand. */
#include "thrift/record.h"

#include "../test.h"
#include "thrift/compact.h"

struct record_inner {
    uint64_t has;
    int32_t id;
    inlay_bytes name;
    char pad[80]; /* wide enough that lists of it are counted before memory is taken */
};
struct record_outer {
    uint64_t has;
    bool yes, no;
    int64_t big;
    inlay_bytes text;
    struct thrift_list flags; /* bool */
    struct thrift_list inner; /* struct record_inner */
    struct record_inner *one;
    double number;
};

static const struct thrift_field record_inner_rows[] = {
    {.id = 1, .kind = THRIFT_I32, .required = true, .offset = offsetof(struct record_inner, id)},
    {.id = 20, .kind = THRIFT_BINARY, .offset = offsetof(struct record_inner, name)},
};
static const struct thrift_table record_inner_table = {"Inner", sizeof(struct record_inner), 2,
                                                       record_inner_rows};
static const struct thrift_field record_outer_rows[] = {
    {.id = 1, .kind = THRIFT_BOOL, .offset = offsetof(struct record_outer, yes)},
    {.id = 2, .kind = THRIFT_BOOL, .offset = offsetof(struct record_outer, no)},
    {.id = 3, .kind = THRIFT_I64, .offset = offsetof(struct record_outer, big)},
    {.id = 4, .kind = THRIFT_BINARY, .offset = offsetof(struct record_outer, text)},
    {.id = 5, .kind = THRIFT_LIST, .element = THRIFT_BOOL, .offset = offsetof(struct record_outer, flags)},
    {.id = 6, .kind = THRIFT_LIST, .element = THRIFT_STRUCT, .offset = offsetof(struct record_outer, inner),
     .table = &record_inner_table},
    {.id = 7, .kind = THRIFT_STRUCT, .offset = offsetof(struct record_outer, one), .table = &record_inner_table},
    {.id = 8, .kind = THRIFT_DOUBLE, .offset = offsetof(struct record_outer, number)},
};
static const struct thrift_table record_outer_table = {"Outer", sizeof(struct record_outer), 8,
                                                       record_outer_rows};
static const struct thrift_limits record_limits = {1000, 1000, 8};

static const uint8_t record_golden[] = {
    0x11,                         /* 1: true */
    0x12,                         /* 2: false */
    0x16, 0x03,                   /* 3: -2 */
    0x18, 0x02, 'h', 'i',         /* 4: "hi" */
    0x19, 0x31, 0x01, 0x02, 0x01, /* 5: true false true */
    0x19, 0x1C,                   /* 6: one struct */
    0x15, 0x0E, 0x08, 0x28, 0x01, 'n', 0x00, /*  1: 7; 20 (long form): "n" */
    0x1C, 0x15, 0x02, 0x00,       /* 7: {1: 1} */
    0x17, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, /* 8: 1.0 */
    0x00};

static inlay_status record_read(const void *bytes, size_t n, struct record_outer *out, struct mem_pool *pool)
{
    struct cursor in = cursor_over(bytes, n);
    mem_pool_init(pool, test_env());
    return thrift_read(&in, &record_outer_table, &record_limits, pool, out);
}

static inlay_status record_try(const void *bytes, size_t n)
{
    struct record_outer out;
    struct mem_pool pool;
    inlay_status status = record_read(bytes, n, &out, &pool);
    mem_pool_free(&pool);
    return status;
}

static void golden_struct_both_ways(void)
{
    struct record_outer out;
    struct mem_pool pool;
    struct buf again;
    CHECK_INT(record_read(record_golden, sizeof record_golden, &out, &pool), INLAY_OK);
    CHECK_INT(out.has, 255);
    CHECK(out.yes && !out.no);
    CHECK_INT(out.big, -2);
    CHECK_BYTES(out.text.data, out.text.len, "hi", 2);
    CHECK_INT(out.flags.n, 3);
    CHECK(((bool *)out.flags.items)[0] && !((bool *)out.flags.items)[1]);
    CHECK_INT(((struct record_inner *)out.inner.items)->id, 7);
    CHECK_INT(out.one->id, 1);
    CHECK(out.number > 0.99 && out.number < 1.01);
    buf_init(&again, test_env());
    thrift_write(&again, &record_outer_table, &out);
    CHECK_BYTES(again.data, again.bytes, record_golden, sizeof record_golden);
    buf_free(&again);
    mem_pool_free(&pool);
}

static void every_truncation_fails(void)
{
    for (size_t n = 0; n < sizeof record_golden; n++)
        CHECK_INT(record_try(record_golden, n), INLAY_CORRUPT);
}

static void unknown_fields_of_all_types_are_passed_over(void)
{
    static const uint8_t bytes[] = {
        0x94, 0x05,             /* 9: i16 */
        0x13, 0x7F,             /* 10: i8 */
        0x1A, 0x25, 0x02, 0x04, /* 11: set of i32 */
        0x1B, 0x01, 0x8A, 0x01, 'k', 0x15, 0x02, /* 12: map binary -> set */
        0x1D, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, /* 13: uuid */
        0x08, 0xFE, 0xFF, 0x03, 0x02, 'x', 'y', /* 32767: extension */
        0x06, 0x06, 0x08,       /* 3 again, long form: 4 */
        0x00};
    struct record_outer out;
    struct mem_pool pool;
    CHECK_INT(record_read(bytes, sizeof bytes, &out, &pool), INLAY_OK);
    CHECK_INT(out.has, 4);
    CHECK_INT(out.big, 4);
    mem_pool_free(&pool);
}

static void bool_elements_of_both_dialects(void)
{
    static const uint8_t bytes[] = {0x59, 0x32, 0x01, 0x00, 0x02, 0x00}; /* type 2; true, 0 and 2 false */
    struct record_outer out;
    struct mem_pool pool;
    CHECK_INT(record_read(bytes, sizeof bytes, &out, &pool), INLAY_OK);
    const bool *b = out.flags.items;
    CHECK(b[0] && !b[1] && !b[2]);
    mem_pool_free(&pool);
}

static void empty_list_of_no_type(void)
{
    static const uint8_t bytes[] = {0x69, 0x00, 0x00};
    CHECK_INT(record_try(bytes, sizeof bytes), INLAY_OK);
}

static void missing_required_field_fails(void)
{
    static const uint8_t bytes[] = {0x7C, 0x00, 0x00};
    CHECK_INT(record_try(bytes, sizeof bytes), INLAY_CORRUPT);
}

static void wrong_wire_type_counts_as_absent(void)
{
    static const uint8_t bytes[] = {0x38, 0x01, 'x', 0x00}; /* 3 as a string */
    struct record_outer out;
    struct mem_pool pool;
    CHECK_INT(record_read(bytes, sizeof bytes, &out, &pool), INLAY_OK);
    CHECK_INT(out.has, 0);
    mem_pool_free(&pool);
}

static void hostile_counts_take_no_memory(void)
{
    static const uint8_t list[] = {0x69, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x00};
    static const uint8_t text[] = {0x48, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x00};
    static uint8_t many[600] = {0x69, 0xFC, 0xC8, 0x04}; /* 584 structs, all of them a lone stop byte: 70 KB in memory */
    CHECK_INT(record_try(list, sizeof list), INLAY_CORRUPT);
    CHECK_INT(record_try(text, sizeof text), INLAY_CORRUPT);
    CHECK(test_env()->peak_bytes < 4096);
    CHECK_INT(record_try(many, sizeof many), INLAY_CORRUPT); /* each lacks its required field */
}

static void limits_are_told_from_damage(void)
{
    static uint8_t list[1200] = {0x59, 0xF1, 0xE9, 0x07}; /* 1001 booleans, limit 1000 */
    CHECK_INT(record_try(list, sizeof list), INLAY_LIMIT);
}

static void depth_is_bounded_for_all_containers(void)
{
    static uint8_t deep[3][1000];
    for (size_t i = 0; i < 998; i += 2) {
        deep[0][i] = i ? 0x1C : 0x9C; /* structs in field 9, 1, 1 ... */
        deep[0][i + 1] = 0x1C;
    }
    memset(deep[1], 0x19, sizeof deep[1]); /* list of one list of one list ... */
    deep[1][0] = 0x99;
    for (size_t i = 0; i < 999; i += 3) { /* map of one: i8 -> map */
        deep[2][i] = 0x01;
        deep[2][i + 1] = 0x3B;
        deep[2][i + 2] = 0x05;
    }
    memmove(deep[2] + 1, deep[2], 999);
    deep[2][0] = 0x9B;
    for (size_t i = 0; i < 3; i++)
        CHECK_INT(record_try(deep[i], sizeof deep[i]), INLAY_LIMIT);
}

static void integers_wider_than_their_field_fail(void)
{
    static const uint8_t bytes[] = {0x7C, 0x15, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0x00, 0x00};
    CHECK_INT(record_try(bytes, sizeof bytes), INLAY_CORRUPT);
}

static void random_damage_never_escapes(void)
{
    for (int round = 0; round < 50000; round++) {
        uint8_t bytes[sizeof record_golden];
        memcpy(bytes, record_golden, sizeof bytes);
        for (uint64_t k = 1 + test_random_below(4); k; k--)
            bytes[test_random_below(sizeof bytes)] = (uint8_t)test_random();
        (void)record_try(bytes, sizeof bytes);
    }
}

static inlay_status record_marked(const void *bytes, size_t n, struct thrift_marks *marks)
{
    struct cursor in = cursor_over(bytes, n);
    struct record_outer out;
    struct mem_pool pool;
    mem_pool_init(&pool, test_env());
    inlay_status status = thrift_read_marked(&in, &record_outer_table, &record_limits, &pool, &out, marks);
    mem_pool_free(&pool);
    return status;
}

static void marks_say_where_fields_stand(void)
{
    static const size_t at[] = {0, 1, 2, 4, 8, 13, 22, 26, 35}; /* counted in record_golden */
    struct thrift_marks marks;
    CHECK_INT(record_marked(record_golden, sizeof record_golden, &marks), INLAY_OK);
    CHECK_INT(marks.n, 9);
    for (uint32_t i = 0; i < 9 && i < marks.n; i++) {
        CHECK_INT(marks.marks[i].at, at[i]);
        CHECK_INT(marks.marks[i].value_at, at[i] + 1);
        CHECK_INT(marks.marks[i].id, i < 8 ? (int)i + 1 : 0);
    }
    CHECK_INT(marks.marks[4].type, COMPACT_LIST);
    CHECK_INT(marks.marks[8].type, COMPACT_STOP);
}

static void marks_beyond_their_room_are_only_counted(void)
{
    uint8_t bytes[100];
    struct thrift_marks marks;
    memset(bytes, 0x11, sizeof bytes); /* fields 1, 2, 3 ..., all of them true */
    bytes[THRIFT_MARKS - 1] = 0;
    CHECK_INT(record_marked(bytes, THRIFT_MARKS, &marks), INLAY_OK);
    CHECK_INT(marks.n, THRIFT_MARKS);
    bytes[THRIFT_MARKS - 1] = 0x11;
    bytes[99] = 0;
    CHECK_INT(record_marked(bytes, sizeof bytes, &marks), INLAY_OK);
    CHECK_INT(marks.n, THRIFT_MARKS + 1);
}

TEST_SUITE(thrift_record) = {
    {"thrift: a struct of every kind, both ways, byte for byte", golden_struct_both_ways},
    {"thrift: every truncation fails", every_truncation_fails},
    {"thrift: unknown fields of all types are passed over", unknown_fields_of_all_types_are_passed_over},
    {"thrift: bool elements of both dialects", bool_elements_of_both_dialects},
    {"thrift: an empty list may have no type", empty_list_of_no_type},
    {"thrift: a missing required field fails", missing_required_field_fails},
    {"thrift: a known field of another type counts as absent", wrong_wire_type_counts_as_absent},
    {"thrift: hostile counts take no memory", hostile_counts_take_no_memory},
    {"thrift: a limit is told from damage", limits_are_told_from_damage},
    {"thrift: depth is bounded for structs, lists and maps", depth_is_bounded_for_all_containers},
    {"thrift: an integer wider than its field fails", integers_wider_than_their_field_fail},
    {"thrift: marks say where the fields of the outermost struct stand", marks_say_where_fields_stand},
    {"thrift: marks beyond their room are only counted", marks_beyond_their_room_are_only_counted},
    {"thrift: random damage fails without harm", random_damage_never_escapes},
    {0}};
