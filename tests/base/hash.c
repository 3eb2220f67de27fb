/* Published check values of the hashes. */
#include "base/hash.h"

#include "../test.h"

static void crc32_check_value(void)
{
    CHECK_INT(hash_crc32(0, "123456789", 9), 0xCBF43926); /* the CRC catalogue's check value */
    CHECK_INT(hash_crc32(0, "", 0), 0);
}

static void crc32_equals_bit_by_bit(void)
{
    uint8_t bytes[100];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)test_random();
    for (size_t n = 0; n <= sizeof bytes; n++) {
        uint32_t c = 0xFFFFFFFFu;
        for (size_t i = 0; i < n; i++) {
            c ^= bytes[i];
            for (int k = 0; k < 8; k++)
                c = c & 1 ? 0xEDB88320u ^ c >> 1 : c >> 1;
        }
        CHECK_INT(hash_crc32(0, bytes, n), ~c);
        CHECK_INT(hash_crc32(hash_crc32(0, bytes, n / 3), bytes + n / 3, n - n / 3), ~c);
    }
}

static void crc32_of_long_data_equals_the_plain_one(void)
{
    static uint8_t bytes[1500];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)test_random();
    for (size_t n = 0; n < sizeof bytes - 16; n++) {
        uint32_t start = (uint32_t)test_random();
        CHECK_INT(hash_crc32(start, bytes + n % 16, n), hash_crc32_plain(start, bytes + n % 16, n));
    }
}

static void xxh64_published_values(void)
{
    CHECK(hash_xxh64("", 0, 0) == 0xEF46DB3751D8E999u);
    CHECK(hash_xxh64("a", 1, 0) == 0xD24EC4F1A98C6E5Bu);
    CHECK(hash_xxh64("abc", 3, 0) == 0x44BC2CF5AD770999u);
    CHECK(hash_xxh64("Nobody inspects the spammish repetition", 39, 0) == 0xFBCEA83C8A378BF1u);
}

static void siphash_reference_of_the_zero_key(void)
{
    /* SipHash-2-4, key 0, of the empty message (value of Rust's SipHasher::new().finish()). */
    struct hash_sip s;
    hash_sip_init(&s);
    CHECK(hash_sip_end(&s) == 0x1E924B9D737700D7u);
}

static void siphash_pieces_equal_the_whole(void)
{
    uint8_t bytes[64];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    for (size_t n = 0; n <= sizeof bytes; n++) {
        struct hash_sip whole, pieces;
        hash_sip_init(&whole);
        hash_sip_init(&pieces);
        hash_sip_add(&whole, bytes, n);
        for (size_t i = 0; i < n; i++)
            hash_sip_add(&pieces, bytes + i, 1);
        CHECK(hash_sip_end(&whole) == hash_sip_end(&pieces));
    }
}

TEST_SUITE(base_hash) = {
    {"crc32: the catalogue's check value", crc32_check_value},
    {"crc32: eight bytes a step equals bit by bit, at every length", crc32_equals_bit_by_bit},
    {"crc32: long data gives what the plain tables give", crc32_of_long_data_equals_the_plain_one},
    {"xxh64: published values", xxh64_published_values},
    {"siphash: empty message under the zero key", siphash_reference_of_the_zero_key},
    {"siphash: fed in pieces equals fed at once", siphash_pieces_equal_the_whole},
    {0}};
