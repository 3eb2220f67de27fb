/* How values become text: numbers, dates, strings. Expected texts come from IEEE 754, ISO 8601, the
 * Unicode standard, RFC 4180 and RFC 8259, worked out by hand or by definition.
 *
 * The tool is not part of the library, so its sources are compiled in here. */
#include "test.h"

#include <math.h>
#include <stdlib.h>

#include "cli/dates.c"
#include "cli/digits.c"
#include "cli/out.c"
#include "cli/print.c"
#include "cli/report.c"
#include "cli/utf8.c"

static struct out print_out;

static struct out *print_start(void)
{
    if (!print_out.data)
        CHECK(out_open(&print_out, -1));
    print_out.used = 0;
    print_out.fault = NULL;
    return &print_out;
}

static const char *print_text(struct out *o)
{
    out_char(o, '\0');
    CHECK_INT(o->os_error, 0);
    return o->data;
}

static const char *print_of_double(double v)
{
    static char text[DIGITS_FLOAT + 1];
    *digits_double(text, v) = '\0';
    return text;
}

static const char *print_of_float(float v)
{
    static char text[DIGITS_FLOAT + 1];
    *digits_float(text, v) = '\0';
    return text;
}

static const char *print_of_half(uint16_t v)
{
    static char text[DIGITS_FLOAT + 1];
    *digits_half(text, v) = '\0';
    return text;
}

/* ---- integers ---- */

static void print_integers_at_their_ends(void)
{
    char text[DIGITS_INTEGER + 1];
    *digits_i64(text, INT64_MIN) = '\0';
    CHECK_TEXT(text, "-9223372036854775808");
    *digits_u64(text, UINT64_MAX) = '\0';
    CHECK_TEXT(text, "18446744073709551615");
    *digits_i64(text, 0) = '\0';
    CHECK_TEXT(text, "0");
}

static void print_integers_at_powers_of_ten(void)
{
    uint64_t power = 1;
    for (int n = 1; n <= 19; n++, power *= 10) {
        char got[24], want[24];
        for (uint64_t v = power - 1; v <= power + 1; v++) {
            *digits_u64(got, v) = '\0';
            snprintf(want, sizeof want, "%llu", (unsigned long long)v);
            CHECK_TEXT(got, want);
        }
    }
}

/* ---- floats ---- */

static void print_doubles_that_look_like_themselves(void)
{
    CHECK_TEXT(print_of_double(0.1), "0.1");
    CHECK_TEXT(print_of_double(-2.5), "-2.5");
    CHECK_TEXT(print_of_double(1.0 / 3), "0.3333333333333333");
    CHECK_TEXT(print_of_double(100), "100.0");
    CHECK_TEXT(print_of_double(123.456), "123.456");
}

static void print_doubles_at_the_exponent_borders(void)
{
    CHECK_TEXT(print_of_double(0.0001), "0.0001");
    CHECK_TEXT(print_of_double(0.00001), "1e-05");
    CHECK_TEXT(print_of_double(0.000012), "1.2e-05");
    CHECK_TEXT(print_of_double(9007199254740992.0), "9007199254740992.0");
    CHECK_TEXT(print_of_double(9999999999999998.0), "9999999999999998.0");
    CHECK_TEXT(print_of_double(1e16), "1e+16");
    CHECK_TEXT(print_of_double(123456789012345680.0), "1.2345678901234568e+17");
}

static void print_doubles_at_the_ends(void)
{
    CHECK_TEXT(print_of_double(5e-324), "5e-324");
    CHECK_TEXT(print_of_double(2.2250738585072014e-308), "2.2250738585072014e-308");
    CHECK_TEXT(print_of_double(1.7976931348623157e308), "1.7976931348623157e+308");
    CHECK_TEXT(print_of_double(0.0), "0.0");
    CHECK_TEXT(print_of_double(-0.0), "-0.0");
}

/* 1e23 lies exactly between two doubles; 2^70 has its neighbours at unequal distances. */
static void print_doubles_that_trap_naive_methods(void)
{
    CHECK_TEXT(print_of_double(1e23), "1e+23");
    CHECK_TEXT(print_of_double(1180591620717411303424.0), "1.1805916207174113e+21");
    CHECK_TEXT(print_of_double(9.5367431640625e-07), "9.5367431640625e-07");
}

/* Digits of a text without point, exponent, and zeros at either end. */
static size_t print_significant(const char *text)
{
    char digits[40];
    size_t n = 0;
    for (; *text && *text != 'e'; text++)
        if (*text >= '0' && *text <= '9' && (n > 0 || *text != '0'))
            digits[n++] = *text;
    while (n > 0 && digits[n - 1] == '0')
        n--;
    return n;
}

static void print_doubles_read_back_and_no_shorter_text_does(void)
{
    for (int i = 0; i < 3000; i++) {
        uint64_t bits = test_random();
        double v;
        char shorter[40];
        memcpy(&v, &bits, sizeof v);
        if (!isfinite(v))
            continue;
        const char *text = print_of_double(v);
        CHECK(strtod(text, NULL) == v);
        size_t n = print_significant(text);
        snprintf(shorter, sizeof shorter, "%.*e", n > 1 ? (int)n - 2 : 0, v);
        CHECK(n == 1 || strtod(shorter, NULL) != v);
    }
}

static void print_floats_are_shortest_among_floats(void)
{
    CHECK_TEXT(print_of_float(0.1f), "0.1");
    CHECK_TEXT(print_of_float(16777216.0f), "16777216.0");
    CHECK_TEXT(print_of_float(3.4028234663852886e38f), "3.4028235e+38");
    CHECK_TEXT(print_of_float(1.401298464324817e-45f), "1e-45");
    CHECK_TEXT(print_of_float(-0.0f), "-0.0");
    for (int i = 0; i < 3000; i++) {
        uint32_t bits = (uint32_t)test_random();
        float v;
        memcpy(&v, &bits, sizeof v);
        if (isfinite(v))
            CHECK(strtof(print_of_float(v), NULL) == v);
    }
}

/* binary16: 11 significant bits; 65504 is the largest, its neighbour 65472. */
static void print_halves_are_shortest_among_halves(void)
{
    CHECK_TEXT(print_of_half(0x3C00), "1.0");
    CHECK_TEXT(print_of_half(0x3555), "0.3333");
    CHECK_TEXT(print_of_half(0x7BFF), "65500.0");
    CHECK_TEXT(print_of_half(0x0001), "6e-08");
    CHECK_TEXT(print_of_half(0x8000), "-0.0");
    CHECK(!digits_half_finite(0x7C00));
    CHECK(!digits_half_finite(0xFE00));
}

/* The table of powers from its definition, with schoolbook numbers of 48 limbs. */
struct print_big {
    uint32_t limb[48];
};

static struct print_big print_big_power(int ten, int two)
{
    struct print_big b = {{1}};
    for (int i = 0; i < ten + two; i++) {
        uint64_t carry = 0;
        for (size_t k = 0; k < 48; k++) {
            carry += (uint64_t)b.limb[k] * (i < ten ? 10 : 2);
            b.limb[k] = (uint32_t)carry;
            carry >>= 32;
        }
    }
    return b;
}

/* b * {upper, lower} */
static struct print_big print_big_times(const struct print_big *b, uint64_t upper, uint64_t lower)
{
    uint32_t g[4] = {(uint32_t)lower, (uint32_t)(lower >> 32), (uint32_t)upper,
                     (uint32_t)(upper >> 32)};
    struct print_big r = {{0}};
    for (size_t i = 0; i < 4; i++) {
        uint64_t carry = 0;
        for (size_t k = 0; k + i < 48; k++) {
            carry += (uint64_t)b->limb[k] * g[i] + r.limb[k + i];
            r.limb[k + i] = (uint32_t)carry;
            carry >>= 32;
        }
    }
    return r;
}

static int print_big_compare(const struct print_big *a, const struct print_big *b)
{
    for (size_t k = 48; k-- > 0;)
        if (a->limb[k] != b->limb[k])
            return a->limb[k] < b->limb[k] ? -1 : 1;
    return 0;
}

/* g is the ceiling of 10^e * 2^s: with everything on its positive side, (g - 1) * right < left and
 * left <= g * right. */
static void print_powers_of_ten_by_definition(void)
{
    for (int e = POW10_FIRST; e <= POW10_LAST; e++) {
        const uint64_t *g = pow10_table[e - POW10_FIRST];
        int s = 127 - digits_floor(e, 1741647, 0, 19);
        struct print_big left = print_big_power(e > 0 ? e : 0, s > 0 ? s : 0);
        struct print_big right = print_big_power(e < 0 ? -e : 0, s < 0 ? -s : 0);
        struct print_big high = print_big_times(&right, g[0], g[1]);
        struct print_big low = print_big_times(&right, g[1] == 0 ? g[0] - 1 : g[0], g[1] - 1);
        CHECK(g[0] >> 63 == 1);
        CHECK(print_big_compare(&left, &high) <= 0);
        CHECK(print_big_compare(&low, &left) < 0);
    }
}

/* ---- decimals ---- */

static const char *print_of_decimal(const char *bytes, size_t n, int32_t scale)
{
    struct out *o = print_start();
    digits_decimal(o, (const uint8_t *)bytes, n, scale);
    return print_text(o);
}

static void print_decimals_small(void)
{
    CHECK_TEXT(print_of_decimal("\x30\x39", 2, 2), "123.45");
    CHECK_TEXT(print_of_decimal("\xFB", 1, 3), "-0.005");
    CHECK_TEXT(print_of_decimal("\x00", 1, 2), "0.00");
    CHECK_TEXT(print_of_decimal("\x0C", 1, 0), "12");
    CHECK_TEXT(print_of_decimal("\x0C", 1, -2), "1200");
    CHECK_TEXT(print_of_decimal("", 0, 1), "0.0");
}

static void print_decimals_with_sign_bytes_in_front(void)
{
    CHECK_TEXT(print_of_decimal("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 12, 1), "-0.1");
    CHECK_TEXT(print_of_decimal("\0\0\0\0\0\0\0\0\0\0\0\x7B", 12, 1), "12.3");
}

static void print_decimals_of_128_bits(void)
{
    CHECK_TEXT(print_of_decimal("\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, 0),
               "-170141183460469231731687303715884105728");
    CHECK_TEXT(print_of_decimal("\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
                                16, 38),
               "1.70141183460469231731687303715884105727");
}

static void print_decimals_beyond_the_bound_are_refused(void)
{
    static const char wide[DIGITS_DECIMAL_BYTES + 1] = {1};
    struct out *o = print_start();
    digits_decimal(o, (const uint8_t *)wide, sizeof wide, 0);
    CHECK(o->fault != NULL);
    o = print_start();
    digits_decimal64(o, 1, INT32_MIN);
    CHECK(o->fault != NULL);
}

/* 2^32767 - 1 has floor(32767 * log10(2)) + 1 digits; powers of two end in 2, 4, 8, 6 in turn. */
static void print_decimals_of_the_widest_kind(void)
{
    char wide[DIGITS_DECIMAL_BYTES];
    memset(wide, 0xFF, sizeof wide);
    wide[0] = 0x7F;
    const char *text = print_of_decimal(wide, sizeof wide, 0);
    CHECK_INT(strlen(text), 9864);
    CHECK(text[strlen(text) - 1] == '7');
}

/* ---- dates ---- */

static const char *print_of_day(int64_t days)
{
    static char text[DATES_MOST];
    *dates_day(text, days) = '\0';
    return text;
}

static void print_days_around_leap_years(void)
{
    CHECK_TEXT(print_of_day(0), "1970-01-01");
    CHECK_TEXT(print_of_day(-1), "1969-12-31");
    CHECK_TEXT(print_of_day(11016), "2000-02-29");
    CHECK_TEXT(print_of_day(11017), "2000-03-01");
    CHECK_TEXT(print_of_day(-25509), "1900-02-28");
    CHECK_TEXT(print_of_day(-25508), "1900-03-01");
}

static void print_days_outside_four_digit_years(void)
{
    CHECK_TEXT(print_of_day(-719528), "0000-01-01");
    CHECK_TEXT(print_of_day(-719529), "-0001-12-31");
    CHECK_TEXT(print_of_day(2932896), "9999-12-31");
    CHECK_TEXT(print_of_day(2932897), "+10000-01-01");
    CHECK_TEXT(print_of_day(INT32_MAX), "+5881580-07-11");
    CHECK_TEXT(print_of_day(INT32_MIN), "-5877641-06-23");
}

/* Every day of 800 years, against counting. */
static void print_days_by_counting(void)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = 1600, month = 1, day = 1;
    for (int64_t days = -135140; days < 156000; days++) {
        char want[40];
        snprintf(want, sizeof want, "%04d-%02d-%02d", year, month, day);
        CHECK_TEXT(print_of_day(days), want);
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        if (++day > lengths[month - 1] + (month == 2 && leap)) {
            day = 1;
            month = month % 12 + 1;
            year += month == 1;
        }
    }
}

static const char *print_of_timestamp(int64_t v, unsigned digits, bool utc)
{
    static char text[DATES_MOST];
    *dates_timestamp(text, v, digits, utc) = '\0';
    return text;
}

static void print_timestamps_keep_the_units_digits(void)
{
    CHECK_TEXT(print_of_timestamp(0, 3, true), "1970-01-01T00:00:00.000Z");
    CHECK_TEXT(print_of_timestamp(0, 6, false), "1970-01-01T00:00:00.000000");
    CHECK_TEXT(print_of_timestamp(-1, 9, true), "1969-12-31T23:59:59.999999999Z");
}

static void print_timestamps_of_64_bits_at_their_ends(void)
{
    CHECK_TEXT(print_of_timestamp(INT64_MAX, 9, false), "2262-04-11T23:47:16.854775807");
    CHECK_TEXT(print_of_timestamp(INT64_MIN, 9, false), "1677-09-21T00:12:43.145224192");
    CHECK_TEXT(print_of_timestamp(INT64_MAX, 3, true), "+292278994-08-17T07:12:55.807Z");
    CHECK_TEXT(print_of_timestamp(INT64_MIN, 3, true), "-292275055-05-16T16:47:04.192Z");
}

static void print_times_outside_a_day_keep_their_size(void)
{
    char text[DATES_MOST];
    *dates_time(text, 45296789, 3, false) = '\0';
    CHECK_TEXT(text, "12:34:56.789");
    *dates_time(text, 90000000000, 6, true) = '\0';
    CHECK_TEXT(text, "25:00:00.000000Z");
    *dates_time(text, -1, 9, false) = '\0';
    CHECK_TEXT(text, "-00:00:00.000000001");
}

static void print_int96_moves_the_day(void)
{
    char text[DATES_MOST];
    const uint8_t epoch[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0x8C, 0x3D, 0x25, 0};
    const uint8_t before[12] = {255, 255, 255, 255, 255, 255, 255, 255, 0x8C, 0x3D, 0x25, 0};
    const uint8_t origin[12] = {0};
    *dates_int96(text, epoch) = '\0';
    CHECK_TEXT(text, "1970-01-01T00:00:00.000000000");
    *dates_int96(text, before) = '\0';
    CHECK_TEXT(text, "1969-12-31T23:59:59.999999999");
    *dates_int96(text, origin) = '\0'; /* Julian day 0: 24 November 4714 BC, year -4713 */
    CHECK_TEXT(text, "-4713-11-24T00:00:00.000000000");
}

static void print_timestamps_of_96_bits_equal_those_of_64(void)
{
    for (int i = 0; i < 2000; i++) {
        uint64_t bits = test_random() >> test_random_below(40);
        int64_t v = test_random_below(2) ? (int64_t)bits : -(int64_t)(bits >> 1);
        uint8_t wide[12];
        char text[DATES_MOST];
        for (unsigned k = 0; k < 12; k++)
            wide[k] = (uint8_t)(k < 8 ? (uint64_t)v >> (8 * k) : v < 0 ? 255u : 0u);
        *dates_timestamp96(text, wide, 6, true) = '\0';
        CHECK_TEXT(text, print_of_timestamp(v, 6, true));
    }
}

/* 2^95 - 1 milliseconds: 39,614,081,257,132,168,796,771,975 / 1000 s after the epoch. */
static void print_timestamps_of_96_bits_at_their_ends(void)
{
    uint8_t wide[12];
    char text[DATES_MOST];
    memset(wide, 255, sizeof wide);
    wide[11] = 0x7F;
    *dates_timestamp96(text, wide, 3, true) = '\0';
    CHECK_TEXT(text, "+1255320262144843106-08-25T12:39:35.167Z");
}

static void print_intervals_as_durations(void)
{
    char text[DATES_MOST];
    const uint8_t v[12] = {14, 0, 0, 0, 3, 0, 0, 0, 0xEC, 0x0B, 0, 0};
    *dates_interval(text, v) = '\0';
    CHECK_TEXT(text, "P14M3DT3.052S");
}

/* ---- strings ---- */

static const char *print_of_json(const char *text, size_t n)
{
    struct out *o = print_start();
    print_json(o, (inlay_bytes){(const uint8_t *)text, n});
    return print_text(o);
}

static void print_json_escapes(void)
{
    CHECK_TEXT(print_of_json("plain", 5), "\"plain\"");
    CHECK_TEXT(print_of_json("a\"b\\c/", 6), "\"a\\\"b\\\\c/\"");
    CHECK_TEXT(print_of_json("\b\f\n\r\t\x01\x1F\x7F", 8), "\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7F\"");
    CHECK_TEXT(print_of_json("a\0b", 3), "\"a\\u0000b\"");
    CHECK_TEXT(print_of_json("", 0), "\"\"");
}

static void print_json_escapes_at_every_place_of_a_word(void)
{
    for (size_t at = 0; at < 24; at++) {
        char text[24], want[64];
        memset(text, 'x', sizeof text);
        text[at] = '"';
        snprintf(want, sizeof want, "\"%.*s\\\"%.*s\"", (int)at, "xxxxxxxxxxxxxxxxxxxxxxxx",
                 (int)(23 - at), "xxxxxxxxxxxxxxxxxxxxxxxx");
        CHECK_TEXT(print_of_json(text, sizeof text), want);
    }
}

static void print_json_keeps_utf8(void)
{
    CHECK_TEXT(print_of_json("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", 9),
               "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"");
}

/* Unicode, chapter 3, table 3-8: 61 F1 80 80 E1 80 C2 62 80 63 80 BF 64. */
static void print_json_replaces_maximal_subparts(void)
{
    CHECK_TEXT(print_of_json("\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64", 13),
               "\"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
               "b\xEF\xBF\xBD"
               "c\xEF\xBF\xBD\xEF\xBF\xBD"
               "d\"");
}

static void print_json_refuses_surrogates_and_overlong_forms(void)
{
    CHECK_TEXT(print_of_json("\xED\xA0\x80", 3), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
    CHECK_TEXT(print_of_json("\xC0\xAF", 2), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
    CHECK_TEXT(print_of_json("\xE2\x82", 2), "\"\xEF\xBF\xBD\"");
}

static void print_json_of_long_text_is_whole(void)
{
    enum { N = 100000 };
    char *text = malloc(N);
    CHECK(text != NULL);
    memset(text, '\n', N);
    struct out *o = print_start();
    print_json(o, (inlay_bytes){(const uint8_t *)text, N});
    free(text);
    CHECK_INT(o->used, 2 * N + 2);
    CHECK_BYTES(o->data + 2 * N - 3, 5, "\\n\\n\"", 5);
}

static const char *print_of_csv(const char *text, size_t n)
{
    struct out *o = print_start();
    print_csv(o, (inlay_bytes){(const uint8_t *)text, n});
    return print_text(o);
}

static void print_csv_quotes_where_it_must(void)
{
    CHECK_TEXT(print_of_csv("plain text", 10), "plain text");
    CHECK_TEXT(print_of_csv("a,b", 3), "\"a,b\"");
    CHECK_TEXT(print_of_csv("say \"hi\"", 8), "\"say \"\"hi\"\"\"");
    CHECK_TEXT(print_of_csv("two\nlines", 9), "\"two\nlines\"");
    CHECK_TEXT(print_of_csv("", 0), "\"\"");
    CHECK_TEXT(print_of_csv("caf\xC3\xA9", 5), "caf\xC3\xA9");
}

static void print_base64_pads(void)
{
    static const char *const want[] = {
        "", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"}; /* RFC 4648, section 10 */
    for (size_t n = 0; n <= 6; n++) {
        struct out *o = print_start();
        print_base64(o, (inlay_bytes){(const uint8_t *)"foobar", n});
        CHECK_TEXT(print_text(o), want[n]);
    }
}

static void print_safe_shows_no_control_characters(void)
{
    struct out *o = print_start();
    print_safe(o, (inlay_bytes){(const uint8_t *)"a\x1B[31m\n\xC2\x9B", 9});
    CHECK_TEXT(print_text(o), "a\\x1B[31m\\n\\xC2\\x9B");
}

/* ---- types ---- */

static const char *print_of_value(const inlay_node *node, enum print_flavour how, const void *value)
{
    struct print_type type = print_type_of(node);
    struct out *o = print_start();
    type.put[how](o, &type, value);
    return print_text(o);
}

static void print_narrow_integers_take_their_low_bits(void)
{
    int32_t v = 0x1FF;
    inlay_node node = {.type = INLAY_INT32,
                       .logical = {.kind = INLAY_INTEGER, .bits = 8, .is_signed = true}};
    CHECK_TEXT(print_of_value(&node, PRINT_JSON, &v), "-1");
    node.logical.is_signed = false;
    CHECK_TEXT(print_of_value(&node, PRINT_JSON, &v), "255");
    node.logical.bits = 16;
    CHECK_TEXT(print_of_value(&node, PRINT_JSON, &v), "511");
    node.logical.bits = 32;
    v = -1;
    CHECK_TEXT(print_of_value(&node, PRINT_JSON, &v), "4294967295");
}

static void print_unsigned_64_bits(void)
{
    int64_t v = -1;
    inlay_node node = {.type = INLAY_INT64,
                       .logical = {.kind = INLAY_INTEGER, .bits = 64, .is_signed = false}};
    CHECK_TEXT(print_of_value(&node, PRINT_JSON, &v), "18446744073709551615");
    node.logical.kind = INLAY_LOGICAL_NONE;
    CHECK_TEXT(print_of_value(&node, PRINT_JSON, &v), "-1");
}

static void print_numbers_that_are_none_as_text(void)
{
    double v = (double)INFINITY;
    inlay_node node = {.type = INLAY_DOUBLE};
    CHECK_TEXT(print_of_value(&node, PRINT_JSON, &v), "\"Infinity\"");
    CHECK_TEXT(print_of_value(&node, PRINT_CSV, &v), "Infinity");
    v = -v;
    CHECK_TEXT(print_of_value(&node, PRINT_JSON, &v), "\"-Infinity\"");
    v = (double)NAN;
    CHECK_TEXT(print_of_value(&node, PRINT_JSON, &v), "\"NaN\"");
}

static void print_uuids(void)
{
    inlay_node node = {
        .type = INLAY_FIXED_LEN_BYTE_ARRAY, .type_length = 16, .logical = {.kind = INLAY_UUID}};
    const uint8_t v[16] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                           0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF};
    CHECK_TEXT(print_of_value(&node, PRINT_JSON, v), "\"00112233-4455-6677-8899-aabbccddeeff\"");
}

static void print_annotations_that_do_not_fit_fall_back(void)
{
    inlay_node node = {
        .type = INLAY_FIXED_LEN_BYTE_ARRAY, .type_length = 3, .logical = {.kind = INLAY_UUID}};
    CHECK_TEXT(print_of_value(&node, PRINT_JSON, "foo"), "\"Zm9v\"");
    inlay_node time = {.type = INLAY_INT64, .logical = {.kind = INLAY_TIMESTAMP, .unit = 9}};
    int64_t v = 7;
    CHECK_TEXT(print_of_value(&time, PRINT_JSON, &v), "7");
}

static void print_sizes_for_people(void)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } sizes[] = {
        {0, "0 B"},          {999, "999 B"},       {1000, "1.0 KiB"},       {1536, "1.5 KiB"},
        {300000, "293 KiB"}, {3500000, "3.3 MiB"}, {UINT64_MAX, "16.0 EiB"}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct out *o = print_start();
        print_size(o, sizes[i].bytes);
        CHECK_TEXT(print_text(o), sizes[i].text);
    }
}

static void print_counts_with_commas(void)
{
    struct out *o = print_start();
    print_count(o, 1234567);
    out_char(o, ' ');
    print_count(o, 999);
    CHECK_TEXT(print_text(o), "1,234,567 999");
}

/* ---- failures in words ---- */

static void print_failures_say_what_and_where(void)
{
    char text[400];
    inlay_error e = {.status = INLAY_CORRUPT,
                     .what = "the checksum differs",
                     .at = 4711,
                     .input = -1,
                     .row_group = 2,
                     .row = -1,
                     .page = 7,
                     .column = "a.b"};
    report_text(text, sizeof text, "x\n.parquet", &e, "copy it again");
    CHECK_TEXT(text, "x\\x0A.parquet: row group 2, column a.b, page 7, byte 4711: "
                     "the checksum differs (copy it again)");
}

TEST_SUITE(cli_print) = {
    {"print: integers at their ends", print_integers_at_their_ends},
    {"print: integers around powers of ten", print_integers_at_powers_of_ten},
    {"print: doubles that look like themselves", print_doubles_that_look_like_themselves},
    {"print: doubles at the borders of the exponent form", print_doubles_at_the_exponent_borders},
    {"print: the smallest and largest doubles, both zeros", print_doubles_at_the_ends},
    {"print: 1e23, powers of two", print_doubles_that_trap_naive_methods},
    {"print: a double's text reads back, and no shorter one does",
     print_doubles_read_back_and_no_shorter_text_does},
    {"print: floats are shortest among floats", print_floats_are_shortest_among_floats},
    {"print: halves are shortest among halves", print_halves_are_shortest_among_halves},
    {"print: the powers of ten by definition", print_powers_of_ten_by_definition},
    {"print: small decimals, scales of either sign, no bytes", print_decimals_small},
    {"print: decimals with sign bytes in front", print_decimals_with_sign_bytes_in_front},
    {"print: decimals of 128 bits with every digit", print_decimals_of_128_bits},
    {"print: a decimal of 4,096 bytes", print_decimals_of_the_widest_kind},
    {"print: decimals beyond the bound are refused", print_decimals_beyond_the_bound_are_refused},
    {"print: days around leap years", print_days_around_leap_years},
    {"print: days outside four-digit years", print_days_outside_four_digit_years},
    {"print: every day of 800 years by counting", print_days_by_counting},
    {"print: timestamps keep the unit's digits", print_timestamps_keep_the_units_digits},
    {"print: timestamps of 64 bits at their ends", print_timestamps_of_64_bits_at_their_ends},
    {"print: times outside a day keep their size", print_times_outside_a_day_keep_their_size},
    {"print: INT96 nanoseconds outside a day move the day", print_int96_moves_the_day},
    {"print: timestamps of 96 bits equal those of 64",
     print_timestamps_of_96_bits_equal_those_of_64},
    {"print: timestamps of 96 bits at their end", print_timestamps_of_96_bits_at_their_ends},
    {"print: intervals as durations", print_intervals_as_durations},
    {"print: JSON escapes", print_json_escapes},
    {"print: a JSON escape at every place of a word", print_json_escapes_at_every_place_of_a_word},
    {"print: JSON keeps UTF-8", print_json_keeps_utf8},
    {"print: U+FFFD once a maximal subpart", print_json_replaces_maximal_subparts},
    {"print: surrogates and overlong forms are no characters",
     print_json_refuses_surrogates_and_overlong_forms},
    {"print: a long JSON string is whole", print_json_of_long_text_is_whole},
    {"print: CSV quotes commas, quotes, line ends and nothing", print_csv_quotes_where_it_must},
    {"print: base64 pads", print_base64_pads},
    {"print: no control characters for a terminal", print_safe_shows_no_control_characters},
    {"print: narrow integers take their low bits", print_narrow_integers_take_their_low_bits},
    {"print: unsigned integers of 64 bits", print_unsigned_64_bits},
    {"print: NaN and infinities as text", print_numbers_that_are_none_as_text},
    {"print: UUIDs", print_uuids},
    {"print: annotations that do not fit fall back to the physical type",
     print_annotations_that_do_not_fit_fall_back},
    {"print: sizes for people", print_sizes_for_people},
    {"print: counts with commas", print_counts_with_commas},
    {"print: failures say what and where", print_failures_say_what_and_where},
    {0},
};
