/* Shortest text of doubles: expected texts are what Rust's serde_json writes, by its rules of layout, with the
 * digits that Python's repr gives. */
#include "base/shortest.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "../test.h"

static void shortest_is(double v, const char *want)
{
    char text[SHORTEST_BYTES];
    size_t n = shortest_double(v, text);
    CHECK_BYTES(text, n, want, strlen(want));
}

static void shortest_plain(void)
{
    shortest_is(0.0, "0.0");
    shortest_is(-0.0, "-0.0");
    shortest_is(1.0, "1.0");
    shortest_is(-42.5, "-42.5");
    shortest_is(0.1, "0.1");
    shortest_is(0.30000000000000004, "0.30000000000000004");
    shortest_is(1700000000.0, "1700000000.0");
    shortest_is(123456789012345.6, "123456789012345.6");
}

static void shortest_where_the_exponent_begins(void)
{
    shortest_is(1e15, "1000000000000000.0");
    shortest_is(1e16, "1e16");
    shortest_is(1.5e16, "1.5e16");
    shortest_is(0.00001, "0.00001");
    shortest_is(0.000001, "1e-6");
    shortest_is(0.0000015, "1.5e-6");
}

static void shortest_edges(void)
{
    shortest_is(DBL_MAX, "1.7976931348623157e308");
    shortest_is(-DBL_MIN, "-2.2250738585072014e-308");
    shortest_is(5e-324, "5e-324");
    shortest_is(2.225073858507201e-308, "2.225073858507201e-308"); /* the largest subnormal */
    shortest_is(9007199254740992.0, "9007199254740992.0");         /* 2^53 */
    shortest_is(9007199254740993.0 * 2, "1.8014398509481984e16");  /* a power of two: uneven neighbours */
    shortest_is(5e22, "5e22");
    shortest_is(9.5367431640625e-7, "9.5367431640625e-7"); /* 2^-20 */
}

static void shortest_none(void)
{
    char text[SHORTEST_BYTES];
    CHECK_INT(shortest_double(NAN, text), 0);
    CHECK_INT(shortest_double(INFINITY, text), 0);
    CHECK_INT(shortest_double(-INFINITY, text), 0);
}

/* The text reads back as the number, and with one digit less no text does. */
static void shortest_random(void)
{
    for (int i = 0; i < 2000; i++) {
        uint64_t bits = test_random();
        double v, again;
        char text[SHORTEST_BYTES + 1], shorter[40];
        memcpy(&v, &bits, sizeof v);
        size_t n = shortest_double(v, text), digits = 0, first = 0;
        text[n] = 0;
        if (!isfinite(v) || fabs(v) < DBL_MIN)
            continue;
        again = strtod(text, NULL);
        CHECK(memcmp(&again, &v, sizeof v) == 0);
        for (size_t k = 0; k < n && text[k] != 'e'; k++)
            if (text[k] >= '0' && text[k] <= '9' && (first || text[k] != '0')) {
                digits++;
                first = 1;
            }
        if (digits < 2 || strstr(text, ".0"))
            continue;
        snprintf(shorter, sizeof shorter, "%.*e", (int)digits - 2, v);
        CHECK(strtod(shorter, NULL) != v);
    }
}

TEST_SUITE(base_shortest) = {
    {"shortest: numbers without an exponent", shortest_plain},
    {"shortest: exponents from 1e16 on and below 1e-5", shortest_where_the_exponent_begins},
    {"shortest: the ends of the range, powers of two", shortest_edges},
    {"shortest: none for NaN and infinity", shortest_none},
    {"shortest: reads back, and no digit is too many", shortest_random},
    {0}};
