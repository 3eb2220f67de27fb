/* Facts about decimals from text; expected bytes are two's complement by hand. */
#include "import/decimal.h"

#include "../test.h"

#if INLAY_WRITE && INLAY_IMPORT

static const char *dc_read(const char *text, int32_t precision, int32_t scale, uint8_t *out, size_t n)
{
    return decimal_read((const uint8_t *)text, strlen(text), precision, scale, out, n);
}

static void dc_small(void)
{
    static const struct {
        const char *text;
        int32_t scale;
        uint8_t bytes[2];
    } cases[] = {{"1.5", 2, {0, 150}},   {"-1.5", 2, {0xFF, 0x6A}}, {"0", 2, {0, 0}},     {"-0.00", 2, {0, 0}},
                 {"+3", 0, {0, 3}},      {".5", 1, {0, 5}},         {"5.", 1, {0, 50}},   {"1.500", 1, {0, 15}},
                 {"1e2", 0, {0, 100}},   {"125e-2", 2, {0, 125}},   {"99.99", 2, {39, 15}}, {"00012", 0, {0, 12}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t out[2];
        CHECK(!dc_read(cases[i].text, 4, cases[i].scale, out, 2));
        CHECK_BYTES(out, 2, cases[i].bytes, 2);
    }
}

static void dc_refused(void)
{
    static const char *const bad[] = {"", "-", ".", "1,5", "100", "-100.00", "0.001", "1e9", "1e-9", "1.2.3", "abc",
                                      " 1", "1e999999999999", "1e-999999999999", "NaN", "0x1"};
    uint8_t out[2];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(dc_read(bad[i], 4, 2, out, 2));
    CHECK(!dc_read("0e999999999999", 4, 2, out, 2));
}

static void dc_thirty_eight_digits(void)
{
    /* 10^38 - 1 = 4B3B4CA8 5A86C47A 098A223F FFFFFFFF */
    static const uint8_t most[16] = {0x4B, 0x3B, 0x4C, 0xA8, 0x5A, 0x86, 0xC4, 0x7A,
                                     0x09, 0x8A, 0x22, 0x3F, 0xFF, 0xFF, 0xFF, 0xFF};
    uint8_t out[16], minus[16];
    CHECK(!dc_read("9999999999999999999999999999.9999999999", 38, 10, out, 16));
    CHECK_BYTES(out, 16, most, 16);
    CHECK(!dc_read("-9999999999999999999999999999.9999999999", 38, 10, minus, 16));
    for (int i = 0; i < 16; i++) /* -x = ~x + 1, and x ends in FF */
        CHECK_INT(minus[i], i == 15 ? 1 : (uint8_t)~most[i]);
    CHECK(dc_read("10000000000000000000000000000", 38, 10, out, 16));
}

static void dc_both_ways_agree(void)
{
    /* an exponent of 0 takes the way of any length */
    test_random_seed(3);
    for (int round = 0; round < 2000; round++) {
        char text[64], same[72];
        uint8_t a[17], b[17];
        size_t n = 0, digits = 1 + (size_t)test_random_below(37), point = (size_t)test_random_below(digits + 1);
        if (test_random_below(2))
            text[n++] = '-';
        for (size_t i = 0; i < digits; i++) {
            if (i == point)
                text[n++] = '.';
            text[n++] = (char)('0' + test_random_below(10));
        }
        text[n] = '\0';
        snprintf(same, sizeof same, "%se0", text);
        const char *first = dc_read(text, 38, 15, a, 17), *second = dc_read(same, 38, 15, b, 17);
        CHECK(!first == !second);
        if (!first)
            CHECK_BYTES(a, 17, b, 17);
    }
}

TEST_SUITE(import_decimal) = {
    {"decimal: every usual way to write one", dc_small},
    {"decimal: what has more digits or is none", dc_refused},
    {"decimal: 38 digits, both signs", dc_thirty_eight_digits},
    {"decimal: short and long ways agree", dc_both_ways_agree},
    {0}};

#else

TEST_SUITE(import_decimal) = {{0}};

#endif
