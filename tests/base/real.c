/* Facts about floating-point numbers from text. Expected bits by IEEE 754 and exact arithmetic. */
#include "base/real.h"

#include "../test.h"
#include "base/moment.h"

static uint64_t rl_bits(const char *text, enum real_kind kind)
{
    struct real t;
    CHECK(real_scan(&t, (const uint8_t *)text, strlen(text)));
    return real_bits(&t, kind);
}

static void rl_doubles(void)
{
    static const struct {
        const char *text;
        uint64_t bits;
    } cases[] = {
        {"0", 0},
        {"-0.0", 0x8000000000000000},
        {"1", 0x3FF0000000000000},
        {"0.1", 0x3FB999999999999A},
        {"-1e22", 0xC480F0CF064DD592},
        {"1.7976931348623157e308", 0x7FEFFFFFFFFFFFFF},
        {"1.7976931348623158e308", 0x7FEFFFFFFFFFFFFF},
        {"1.7976931348623159e308", 0x7FF0000000000000},
        {"1e999999999999", 0x7FF0000000000000},
        {"2.2250738585072014e-308", 0x0010000000000000},
        {"2.2250738585072011e-308", 0x000FFFFFFFFFFFFF},
        {"1e-320", 2024},
        {"5e-324", 1},
        {"2.4703282292062327e-324", 0},
        {"2.4703282292062328e-324", 1},
        {"1e-999999999999", 0},
        {"0e999999999999", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK(rl_bits(cases[i].text, REAL_DOUBLE) == cases[i].bits);
}

static void rl_middles(void)
{
    /* 2^53 + 1 lies in the middle of two doubles, 2^53 + 3 too; the even one is nearest */
    CHECK(rl_bits("9007199254740993", REAL_DOUBLE) == 0x4340000000000000);
    CHECK(rl_bits("9007199254740993.0", REAL_DOUBLE) == 0x4340000000000000);
    CHECK(rl_bits("9007199254740993.000000000000000000000000000001", REAL_DOUBLE) == 0x4340000000000001);
    CHECK(rl_bits("9007199254740992.999999999999999999999999999999", REAL_DOUBLE) == 0x4340000000000000);
    CHECK(rl_bits("9007199254740995", REAL_DOUBLE) == 0x4340000000000002);
    CHECK(rl_bits("900719925474099.3e1", REAL_DOUBLE) == 0x4340000000000000);
}

static void rl_long_text(void)
{
    char text[2048];
    memset(text, '0', sizeof text);
    memcpy(text, "9007199254740993.", 17);
    text[2000] = '\0';
    CHECK(rl_bits(text, REAL_DOUBLE) == 0x4340000000000000);
    text[1999] = '1'; /* a digit that no fixed number of bits holds decides */
    CHECK(rl_bits(text, REAL_DOUBLE) == 0x4340000000000001);
}

static void rl_floats_are_rounded_once(void)
{
    /* just above the middle of 1 and 1 + 2^-23: through a double it would become the middle, and then 1 */
    CHECK(rl_bits("1.00000005960464477540", REAL_FLOAT) == 0x3F800001);
    CHECK(rl_bits("1.000000059604644775390625", REAL_FLOAT) == 0x3F800000);
    CHECK(rl_bits("3.4028236e38", REAL_FLOAT) == 0x7F800000);
    CHECK(rl_bits("1e-45", REAL_FLOAT) == 1);
    CHECK(rl_bits("65504", REAL_HALF) == 0x7BFF);
    CHECK(rl_bits("65520", REAL_HALF) == 0x7C00);
    CHECK(rl_bits("-5.9604645e-8", REAL_HALF) == 0x8001);
}

static void rl_no_numbers(void)
{
    static const char *const bad[] = {"", "-", "+", ".", "e5", "1e", "1e+", "1.2.3", " 1", "1 ", "0x10", "nan", "inf", "1,5"};
    struct real t;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!real_scan(&t, (const uint8_t *)bad[i], strlen(bad[i])));
}

static void rl_parts(void)
{
    struct real t;
    CHECK(real_scan(&t, (const uint8_t *)"-0012.50e-3", 11));
    CHECK(t.negative && !t.cut && t.digits == 1250 && t.n_digits == 4 && t.exponent == -5);
    CHECK(real_scan(&t, (const uint8_t *)"1234567890123456789012", 22));
    CHECK(t.cut && t.digits == 1234567890123456789 && t.n_digits == 22 && t.exponent == 3);
}

static void rl_kept(void)
{
    static const char *const kept[] = {"0", "0.000", "0.1", "123456789012345", "0.30000000000000004", "1.50000",
                                       "1.7976931348623157e308", "1e-320", "5e-324", "-221.66742723570823",
                                       "0.10000000000000001", "9007199254740992", "2.2250738585072014e-308",
                                       "1097718834198879.2"};
    static const char *const lost[] = {"0.123456789012345678", "9007199254740993", "1e400", "1e-400", "0.30000000000000005e-300",
                                       "1.2345e-320", "12345678901234567890", "8.41234567890123449", "4e-324",
                                       "1097718834198879.3"};
    struct real t;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        CHECK(real_scan(&t, (const uint8_t *)kept[i], strlen(kept[i])) && real_is_kept(&t, real_bits(&t, REAL_DOUBLE)));
    for (size_t i = 0; i < sizeof lost / sizeof *lost; i++)
        CHECK(real_scan(&t, (const uint8_t *)lost[i], strlen(lost[i])) && !real_is_kept(&t, real_bits(&t, REAL_DOUBLE)));
}

static void mm_zone_is_noted(void)
{
    struct moment m;
    static const char *const texts[] = {"2024-02-29T23:30:00.5", "2024-02-29T23:30:00Z", "2024-03-01 01:30:00+02:00"};
    for (size_t i = 0; i < 3; i++) {
        CHECK(moment_read(&m, (inlay_bytes){(const uint8_t *)texts[i], strlen(texts[i])}, true));
        CHECK_INT(m.days, 19782);
        CHECK_INT(m.seconds, 84600);
        CHECK_INT(m.has_zone, i > 0);
        CHECK_INT(m.offset, i == 2 ? 7200 : 0);
    }
}

TEST_SUITE(base_real) = {
    {"real: doubles, to both ends of their range", rl_doubles},
    {"real: middles between doubles go to the even one", rl_middles},
    {"real: two thousand digits decide exactly", rl_long_text},
    {"real: floats and halves are rounded once", rl_floats_are_rounded_once},
    {"real: what is no number is refused", rl_no_numbers},
    {"real: digits and exponent of a text", rl_parts},
    {"real: which texts a double gives back", rl_kept},
    {"moment: an offset is taken off and noted", mm_zone_is_noted},
    {0}};
