/* Facts about little-endian bytes, the sticky cursor, varints and growing buffers. */
#include "base/bytes.h"

#include "../test.h"
#include "base/buf.h"

static void bytes_load_little_endian(void)
{
    static const uint8_t b[8] = {1, 2, 3, 4, 5, 6, 7, 0x88};
    CHECK_INT(load_le16(b), 0x0201);
    CHECK_INT(load_le32(b), 0x04030201);
    CHECK(load_le64(b) == 0x8807060504030201u);
    CHECK_INT(load_be32(b), 0x01020304);
}

static void cursor_keeps_its_first_failure(void)
{
    static const uint8_t b[3] = {1, 2, 3};
    struct cursor c = cursor_over(b, 3);
    CHECK_INT(cursor_u8(&c), 1);
    CHECK_INT(cursor_le32(&c), 0);
    const char *first = c.failed;
    CHECK(first != NULL);
    CHECK_INT(cursor_left(&c), 0);
    cursor_fail(&c, "another");
    CHECK(c.failed == first);
    CHECK_INT(cursor_varint(&c), 0);
    CHECK(cursor_take(&c, 0) == NULL);
}

static void cursor_takes_nothing_from_nothing(void)
{
    struct cursor c = cursor_over(NULL, 0);
    CHECK(cursor_take(&c, 0) != NULL);
    CHECK(!c.failed);
    CHECK(cursor_take(&c, 1) == NULL);
}

static void varint_golden_values(void)
{
    static const struct {
        uint64_t value;
        uint8_t bytes[10];
        size_t n;
    } golden[] = {
        {0, {0}, 1},
        {127, {0x7F}, 1},
        {128, {0x80, 0x01}, 2},
        {300, {0xAC, 0x02}, 2},
        {UINT64_MAX, {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01}, 10},
    };
    for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        uint8_t out[10];
        size_t n = put_varint(out, golden[i].value);
        CHECK_BYTES(out, n, golden[i].bytes, golden[i].n);
        struct cursor c = cursor_over(out, n);
        CHECK(cursor_varint(&c) == golden[i].value);
        CHECK(!c.failed && cursor_left(&c) == 0);
    }
}

static void varint_beyond_64_bits_fails(void)
{
    static const uint8_t too_big[10] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02};
    static const uint8_t too_long[11] = {0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
                                         0x80, 0x80, 0x80, 0x80, 0x01};
    struct cursor c = cursor_over(too_big, 10);
    cursor_varint(&c);
    CHECK(c.failed);
    c = cursor_over(too_long, 11);
    cursor_varint(&c);
    CHECK(c.failed);
}

static void zigzag_golden_values(void)
{
    CHECK_INT(zigzag_encode(0), 0);
    CHECK_INT(zigzag_encode(-1), 1);
    CHECK_INT(zigzag_encode(1), 2);
    CHECK(zigzag_encode(INT64_MIN) == UINT64_MAX);
    CHECK(zigzag_decode(UINT64_MAX) == INT64_MIN);
    CHECK_INT(zigzag_decode(3), -2);
}

static void bits_of_values(void)
{
    CHECK_INT(bits_of(0), 0);
    CHECK_INT(bits_of(1), 1);
    CHECK_INT(bits_of(3), 2);
    CHECK_INT(bits_of(4), 3);
    CHECK_INT(bits_of(255), 8);
}

static void buf_remembers_a_failed_append(void)
{
    inlay_env *env = test_env();
    struct buf b;
    buf_init(&b, env);
    buf_append(&b, "abc", 3);
    env->limits.memory_bytes = env->used_bytes;
    static const uint8_t big[4096];
    buf_append(&b, big, sizeof big);
    CHECK_INT(b.status, INLAY_NOMEM);
    buf_u8(&b, 1);
    CHECK_INT(b.bytes, 3);
    buf_free(&b);
}

TEST_SUITE(base_bytes) = {
    {"bytes: loads are little endian", bytes_load_little_endian},
    {"cursor: remembers its first failure and yields zeros", cursor_keeps_its_first_failure},
    {"cursor: taking nothing from nothing is no failure", cursor_takes_nothing_from_nothing},
    {"varint: golden values both ways", varint_golden_values},
    {"varint: beyond 64 bits or 10 bytes fails", varint_beyond_64_bits_fails},
    {"zigzag: golden values both ways", zigzag_golden_values},
    {"bits_of: the width that holds a value", bits_of_values},
    {"buf: a failed append is remembered and stops the next", buf_remembers_a_failed_append},
    {0}};
