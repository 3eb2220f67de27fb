/* Dictionaries being built: every value gets the code of its first appearance. */
#include "encoding/encoding.h"

#include "test.h"

/* All codes of `n` values in pieces of `step`; the dictionary is `*b`. */
static void dict_all(struct dict_builder *b, const void *values, size_t n, size_t width, size_t step, uint32_t *codes)
{
    for (size_t at = 0; at < n; at += step) {
        size_t take = n - at < step ? n - at : step, done = 0;
        CHECK_INT(dict_builder_add(b, (const uint8_t *)values + at * width, take, SIZE_MAX, codes + at, &done), INLAY_OK);
        CHECK_INT(done, take);
    }
}

/* Strings that differ in one byte, at each place, and in their length. */
static void strings_of_every_length_differ_in_one_byte(void)
{
    enum { LONGEST = 70 };
    static uint8_t text[(LONGEST + 1) * (LONGEST + 1)][LONGEST];
    static inlay_bytes values[2 * (LONGEST + 1) * (LONGEST + 1)];
    static uint32_t codes[2 * (LONGEST + 1) * (LONGEST + 1)];
    size_t n = 0;
    for (size_t len = 0; len <= LONGEST; len++)
        for (size_t at = 0; at <= len; at++, n++) { /* at == len: all bytes are a */
            memset(text[n], 'a', LONGEST);
            if (at < len)
                text[n][at] = 'b';
            values[n] = (inlay_bytes){text[n], len};
        }
    memcpy(values + n, values, n * sizeof *values);
    struct dict_builder *b = NULL;
    CHECK_INT(dict_builder_new(test_env(), INLAY_BYTE_ARRAY, sizeof *values, &b), INLAY_OK);
    dict_all(b, values, 2 * n, sizeof *values, 1000, codes);
    CHECK_INT(dict_builder_count(b), n);
    for (size_t i = 0; i < n; i++) {
        const inlay_bytes *kept = dict_builder_values(b);
        CHECK_INT(codes[i], i);
        CHECK_INT(codes[n + i], i);
        CHECK_BYTES(kept[i].data, kept[i].len, values[i].data, values[i].len);
    }
    dict_builder_free(b);
}

static void fixed_values_of_every_width(void)
{
    enum { MOST = 1200 };
    static uint8_t values[2 * MOST * 20];
    static uint32_t codes[2 * MOST];
    for (uint32_t width = 1; width <= 20; width++) {
        size_t n = width == 1 ? 200 : MOST;
        memset(values, 7, sizeof values);
        for (size_t i = 0; i < 2 * n; i++) { /* the number i, at the front or at the back */
            uint8_t *v = values + i * width + (i % 2 && width > 1 ? width - 2 : 0);
            v[0] = (uint8_t)(i % n);
            if (width > 1)
                v[1] = (uint8_t)(i % n >> 8);
        }
        struct dict_builder *b = NULL;
        CHECK_INT(dict_builder_new(test_env(), INLAY_FIXED_LEN_BYTE_ARRAY, width, &b), INLAY_OK);
        dict_all(b, values, 2 * n, width, 333, codes);
        CHECK_INT(dict_builder_plain_bytes(b), dict_builder_count(b) * width);
        for (size_t i = 0; i < 2 * n; i++) {
            const uint8_t *kept = dict_builder_values(b);
            CHECK_BYTES(kept + codes[i] * width, width, values + i * width, width);
            CHECK_INT(codes[i], i % n);
        }
        dict_builder_free(b);
    }
}

/* The hash is (v ^ v >> 32) * K, so that v = m ^ m >> 32 with m = i / K has the hash i: all in the first slot. */
static void values_chosen_to_collide_end_a_dictionary_that_may_end(void)
{
    enum { MANY = 5000 };
    static uint64_t values[MANY];
    static uint32_t codes[MANY];
    uint64_t inverse = 1;
    for (int i = 0; i < 6; i++)
        inverse *= 2 - 0x9E3779B97F4A7C15u * inverse;
    for (uint64_t i = 0; i < MANY; i++) {
        uint64_t m = i * inverse;
        values[i] = m ^ m >> 32;
    }
    struct dict_builder *b = NULL;
    size_t done = 0;
    CHECK_INT(dict_builder_new(test_env(), INLAY_INT64, 8, &b), INLAY_OK);
    CHECK_INT(dict_builder_add(b, values, MANY, 1 << 20, codes, &done), INLAY_OK);
    CHECK(done > 1000 && done < 1100);
    CHECK_INT(dict_builder_count(b), done);
    dict_builder_clear(b);
    dict_all(b, values, MANY, 8, MANY, codes); /* one that may not takes them all */
    CHECK_INT(dict_builder_count(b), MANY);
    dict_builder_free(b);
}

TEST_SUITE(encoding_dict_build) = {
    {"dict_build: strings of every length differ in one byte", strings_of_every_length_differ_in_one_byte},
    {"dict_build: fixed values of every width", fixed_values_of_every_width},
    {"dict_build: values chosen to collide end a dictionary that may end",
     values_chosen_to_collide_end_a_dictionary_that_may_end},
    {0},
};
