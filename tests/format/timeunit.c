/* Facts about what a column of times counts in. */
#include "inlay/schema.h"

#include "test.h"

static uint64_t timeunit_of(uint8_t kind, uint8_t unit, const char *text, uint64_t time)
{
    inlay_node node = {.type = INLAY_INT64, .logical = {.kind = kind, .unit = unit, .bits = 64}};
    return inlay_time_unit(&node, (inlay_bytes){(const uint8_t *)text, strlen(text)}, time);
}

static void timeunit_types(void)
{
    CHECK_INT(timeunit_of(INLAY_TIMESTAMP, INLAY_MILLIS, "", 5), 1000000);
    CHECK_INT(timeunit_of(INLAY_TIMESTAMP, INLAY_MICROS, "ns", 1778373348000873794), 1000);
    CHECK_INT(timeunit_of(INLAY_TIMESTAMP, INLAY_NANOS, "s", 0), 1);
}

static void timeunit_texts(void)
{
    static const struct {
        const char *text;
        uint64_t ns;
    } facts[] = {{"nanoseconds", 1}, {"ns", 1}, {"microseconds", 1000}, {"us", 1000}, {"milliseconds", 1000000},
                 {"ms", 1000000}, {"seconds", 1000000000}, {"s", 1000000000}};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        CHECK_INT(timeunit_of(INLAY_INTEGER, 0, facts[i].text, 1778373348000), facts[i].ns);
        CHECK_INT(timeunit_of(INLAY_LOGICAL_NONE, 0, facts[i].text, 0), facts[i].ns);
    }
    CHECK_INT(timeunit_of(INLAY_INTEGER, 0, "fortnights", 1778373348000), 1000000); /* not known: by its size */
}

static void timeunit_sizes(void)
{
    static const struct {
        uint64_t time, ns;
    } facts[] = {{0, 1000000000}, {1778373348, 1000000000}, {99999999999, 1000000000}, {100000000000, 1000000},
                 {1778373348000, 1000000}, {1778373348000873, 1000}, {1778373348000873794, 1}, {UINT64_MAX, 1}};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        CHECK_INT(timeunit_of(INLAY_INTEGER, 0, "", facts[i].time), facts[i].ns);
}

static void timeunit_others(void)
{
    inlay_node node = {.type = INLAY_DOUBLE};
    CHECK_INT(inlay_time_unit(&node, (inlay_bytes){NULL, 0}, 1), 0);
    node = (inlay_node){.type = INLAY_INT64, .max_rep = 1};
    CHECK_INT(inlay_time_unit(&node, (inlay_bytes){NULL, 0}, 1), 0);
    CHECK_INT(timeunit_of(INLAY_TIME, INLAY_NANOS, "ns", 1), 0);
    CHECK_INT(timeunit_of(INLAY_DECIMAL, 0, "ns", 1), 0);
}

TEST_SUITE(format_timeunit) = {
    {"time unit: a TIMESTAMP says its own", timeunit_types},
    {"time unit: of integers, the text beside them", timeunit_texts},
    {"time unit: of integers, their size where there is no text", timeunit_sizes},
    {"time unit: other columns have none", timeunit_others},
    {0}};
