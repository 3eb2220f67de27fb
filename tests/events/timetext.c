/* Facts about times and durations as text. The tables are those that were measured with chrono 0.4.45 and humantime
 * 2.4.0, which Rezolus 5.17 uses. (1778599380 s = 2026-05-12T15:23:00Z by Python's datetime.) */
#include "events/timetext.h"

#include "list.h"

#if INLAY_EVENTS

static const uint64_t tt_minute = 1778599380000000000u; /* 2026-05-12T15:23:00Z */

struct tt_fact {
    const char *text;
    uint64_t ns;
};

static void tt_check(const struct tt_fact *facts, size_t n, const inlay_event_clock *clock)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t ns = 0;
        inlay_status status = inlay_event_time(test_env(), list_bytes(facts[i].text), clock, &ns);
        if (status != INLAY_OK || ns != facts[i].ns)
            test_fail(__FILE__, __LINE__, "%s: %d, %llu", facts[i].text, (int)status, (unsigned long long)ns);
    }
}

static void tt_refuse(const char *const *texts, size_t n, const char *what)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t ns = 0;
        inlay_status status = inlay_event_time(test_env(), list_bytes(texts[i]), NULL, &ns);
        if (status != INLAY_ARG || !strstr(test_env()->error.what, what))
            test_fail(__FILE__, __LINE__, "%s: %d, %s", texts[i], (int)status, test_env()->error.what);
    }
}

static void tt_numbers(void)
{
    static const struct tt_fact facts[] = {
        {"123", 123}, {"+123", 123}, {"0", 0}, {"007", 7}, {"18446744073709551615", UINT64_MAX}};
    tt_check(facts, sizeof facts / sizeof *facts, NULL);
}

static void tt_rfc3339(void)
{
    const struct tt_fact facts[] = {
        {"2026-05-12T15:23:00Z", tt_minute},
        {"2026-05-12t15:23:00z", tt_minute},
        {"2026-05-12 15:23:00Z", tt_minute},
        {"2026-05-12T15:23:00.5Z", tt_minute + 500000000},
        {"2026-05-12T15:23:00.1234567899Z", tt_minute + 123456789},
        {"2026-05-12T15:23:60Z", tt_minute + 60000000000},
        {"2026-05-12T15:23:60.25Z", tt_minute + 60250000000},
        {"2026-05-12T15:23:00-00:00", tt_minute},
        {"2026-05-12T15:23:00+02:00", tt_minute - 7200000000000},
        {"2026-05-12T15:23:00+23:59", 1778513040000000000u},
        {"2024-02-29T00:00:00Z", 1709164800000000000u},
        {"1970-01-01T00:00:00Z", 0},
        {"2262-04-11T23:47:16Z", 9223372036000000000u},
        {"2262-04-11T23:47:16.854775807Z", INT64_MAX},
    };
    tt_check(facts, sizeof facts / sizeof *facts, NULL);
}

static void tt_without_seconds(void)
{
    const struct tt_fact facts[] = {{"2026-05-12T15:23Z", tt_minute},
                                    {"2026-05-12T15:23+02:00", tt_minute - 7200000000000},
                                    {"2026-05-12T15:23-00:30", tt_minute + 1800000000000}};
    tt_check(facts, sizeof facts / sizeof *facts, NULL);
}

static void tt_naive(void)
{
    const struct tt_fact facts[] = {
        {"2026-05-12T15:23:00", tt_minute},   {"2026-05-12T15:23", tt_minute},
        {"2026-5-2T1:2:3", 1777683723000000000u}, {"  2026-05-12T15:23", tt_minute},
        {"+2026-05-12T15:23:00", tt_minute},  {" +2026-05-12T15:23", tt_minute},
        {"2026-05-12T15:23:60", tt_minute + 60000000000},
        {"2026- 5-12T 15: 23", tt_minute},
    };
    tt_check(facts, sizeof facts / sizeof *facts, NULL);
}

static void tt_rejected(void)
{
    static const char *const texts[] = {
        "-5", "1e9", "18446744073709551616", "2026-05-12T15:23:00+0200", "2026-05-12T15:23:00+02",
        "2026-05-12T15:23:00+24:00", "2026-05-12T24:00:00Z", "2026-05-12T15:23:00,5Z",
        "2026-05-12T15:23:00.Z", "2026-05-12T15:23z", "2026-05-12 15:23Z", "2026-05-12T15Z",
        "2026-05-12T15:23:00.5", "2026-05-12 15:23:00", "2026-05-12", "2026-05-12T15:23:00Z ",
        "2026-05-12T15:23:00 ", "2026-05-12T15:23:00UTC", "", "2026-02-30T00:00:00Z", "2023-02-29T00:00:00Z",
        "2026-13-01T00:00Z", "2026-05-12T15:60:00Z", "2026-05-12T15:23:61Z", "2026-5-12T15:23:00Z",
        "not a date", "12:00", "nowhere", "+", "1.5", "300000-01-01T00:00", "+300000-01-01T00:00", "5m", "1 s",
    };
    tt_refuse(texts, sizeof texts / sizeof *texts, "neither RFC 3339");
}

static void tt_before_1970(void)
{
    static const char *const texts[] = {"1969-12-31T23:59:59Z", "1969-12-31T23:59:59.999999999Z",
                                        "1970-01-01T00:00:00+00:01", "1969-12-31T23:59Z",
                                        "1969-12-31T23:59:59",  "1969-12-31T23:59", "26-5-12T15:23",
                                        "-2026-05-12T15:23"};
    tt_refuse(texts, sizeof texts / sizeof *texts, "before 1970");
}

static void tt_too_late(void)
{
    static const char *const texts[] = {"2262-04-11T23:47:17Z", "2262-04-11T23:47:16.854775808Z",
                                        "9999-12-31T23:59:59Z", "2300-01-01T00:00Z", "2300-01-01T00:00",
                                        "+12026-05-12T15:23"};
    tt_refuse(texts, sizeof texts / sizeof *texts, "64 bits");
}

static void tt_with_unit(void)
{
    static const struct tt_fact facts[] = {{"1778599380s", 1778599380000000000u},
                                           {"1778599380.25s", 1778599380250000000u},
                                           {"1778599380000ms", 1778599380000000000u},
                                           {"1778599380000000us", 1778599380000000000u},
                                           {"1778599380000000001ns", 1778599380000000001u}};
    tt_check(facts, sizeof facts / sizeof *facts, NULL);
}

static void tt_relative(void)
{
    const inlay_event_clock clock = {.has_now = true, .has_start = true, .has_end = true,
                                     .now_ns = tt_minute, .start_ns = 1000000000000, .end_ns = 2000000000000};
    const struct tt_fact facts[] = {
        {"now", tt_minute},
        {"-5m", tt_minute - 300000000000},
        {"+1h 30m", tt_minute + 5400000000000},
        {"now-1.5s", tt_minute - 1500000000},
        {"now + 2d", tt_minute + 172800000000000},
        {"start", 1000000000000},
        {"start+90s", 1090000000000},
        {"end", 2000000000000},
        {"end-1ms", 1999999000000},
    };
    static const char *const bad[] = {"now 5m", "start*2", "end-", "-5", "now-5", "start+90", "+m", "--5s"};
    tt_check(facts, sizeof facts / sizeof *facts, &clock);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint64_t ns = 0;
        CHECK_INT(inlay_event_time(test_env(), list_bytes(bad[i]), &clock, &ns), INLAY_ARG);
        CHECK(strstr(test_env()->error.what, "neither"));
    }
}

static void tt_relative_to_nothing(void)
{
    static const char *const texts[] = {"now", "-5m", "+5m", "start+90s", "end"};
    tt_refuse(texts, sizeof texts / sizeof *texts, "not known what to count from");
}

static void tt_relative_beyond(void)
{
    const inlay_event_clock clock = {.has_now = true, .now_ns = 1000};
    uint64_t ns = 0;
    CHECK_INT(inlay_event_time(test_env(), list_bytes("-1us"), &clock, &ns), INLAY_OK);
    CHECK_INT(ns, 0);
    CHECK_INT(inlay_event_time(test_env(), list_bytes("-1001ns"), &clock, &ns), INLAY_ARG);
    CHECK(strstr(test_env()->error.what, "before 1970"));
    CHECK_INT(inlay_event_time(test_env(), list_bytes("+584y"), &clock, &ns), INLAY_OK);
    CHECK_INT(inlay_event_time(test_env(), list_bytes("+18446744073709550616ns"), &clock, &ns), INLAY_ARG);
    CHECK(strstr(test_env()->error.what, "64 bits"));
}

static void tt_durations(void)
{
    static const struct tt_fact facts[] = {
        {"30s", 30000000000}, {"1m30s", 90000000000}, {"1.5s", 1500000000}, {"0.5h", 1800000000000},
        {"1h 1.5m", 3690000000000}, {"  30s  ", 30000000000}, {"1s1s", 2000000000}, {"5", 5}, {"0", 0}, {"+5", 5},
        {"1 0s", 10000000000}, {"1 . 5s", 1500000000}, {"10 ms", 10000000}, {"1 h", 3600000000000},
        {"1ns", 1}, {"1nsec", 1}, {"1nanos", 1}, {"1us", 1000}, {"1usec", 1000}, {"1\xC2\xB5s", 1000},
        {"1ms", 1000000}, {"1msec", 1000000}, {"1millis", 1000000},
        {"1s", 1000000000}, {"1sec", 1000000000}, {"1secs", 1000000000}, {"1second", 1000000000},
        {"1seconds", 1000000000}, {"1m", 60000000000}, {"1min", 60000000000}, {"1mins", 60000000000},
        {"1minute", 60000000000}, {"1minutes", 60000000000}, {"1h", 3600000000000}, {"1hr", 3600000000000},
        {"1hrs", 3600000000000}, {"1hour", 3600000000000}, {"1hours", 3600000000000}, {"1d", 86400000000000},
        {"1day", 86400000000000}, {"1days", 86400000000000}, {"1w", 604800000000000}, {"1wk", 604800000000000},
        {"1wks", 604800000000000}, {"1week", 604800000000000}, {"1weeks", 604800000000000},
        {"1M", 2630016000000000}, {"1month", 2630016000000000}, {"1months", 2630016000000000},
        {"1y", 31557600000000000}, {"1yr", 31557600000000000}, {"1yrs", 31557600000000000},
        {"1year", 31557600000000000}, {"1years", 31557600000000000},
        {"0.000000001s", 1}, {"0.5us", 500}, {"1.0s", 1000000000}, {"0.25m", 15000000000},
        {"584y", 18429638400000000000u}, {"18446744073709551615", UINT64_MAX},
        {"18446744073709551615ns", UINT64_MAX}, {"0.01h", 36000000000},
    };
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        uint64_t ns = 0;
        inlay_status status = inlay_event_duration(test_env(), list_bytes(facts[i].text), &ns);
        if (status != INLAY_OK || ns != facts[i].ns)
            test_fail(__FILE__, __LINE__, "%s: %d, %llu", facts[i].text, (int)status, (unsigned long long)ns);
    }
}

static void tt_durations_rejected(void)
{
    static const struct {
        const char *text, *what;
    } facts[] = {
        {"-5s", "number"}, {"+5s", "number"}, {"1h30", "unit is missing"}, {".5s", "number"},
        {"1.s", "behind the point"}, {"1_000s", "unit"}, {"1Y", "unit that is none"}, {"30S", "unit that is none"},
        {"", "empty"}, {"  ", "empty"}, {"soon", "number"}, {"1 2", "unit is missing"}, {"1m s", "number"},
        {"0.0003h", "not whole"}, {"1.5ns", "not whole"}, {"1.0ns", "not whole"}, {"0.0000000001s", "not whole"},
        {"0.1234us", "not whole"}, {"585y", "64 bits"}, {"18446744073709551616ns", "too large"},
        {"18446744073709551615y", "too large"}, {"18446744073709551615s1s", "too large"},
        {"1.50000000000000000000s", "too large"}, {"1\xCE\xBCs", "unit"}, {"1e3s", "unit"},
        {"1MS", "unit that is none"}, {"1,5s", "unit"},
    };
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        uint64_t ns = 0;
        inlay_status status = inlay_event_duration(test_env(), list_bytes(facts[i].text), &ns);
        if (status != INLAY_ARG || !strstr(test_env()->error.what, facts[i].what))
            test_fail(__FILE__, __LINE__, "%s: %d, %s", facts[i].text, (int)status, test_env()->error.what);
    }
}

static void tt_text(void)
{
    static const struct tt_fact facts[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-05-12T15:23:00Z", 1778599380000000000},
        {"2026-05-12T15:23:00.5Z", 1778599380500000000},
        {"2024-02-29T00:00:00.000000001Z", 1709164800000000001},
        {"2554-07-21T23:34:33.709551615Z", UINT64_MAX},
    };
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        char text[INLAY_EVENT_TIME_TEXT];
        size_t n = inlay_event_time_text(facts[i].ns, text);
        CHECK_TEXT(text, facts[i].text);
        CHECK_INT(n, strlen(text));
    }
}

static void tt_there_and_back(void)
{
    for (int i = 0; i < 20000; i++) {
        char text[INLAY_EVENT_TIME_TEXT];
        uint64_t ns = test_random() >> 1 >> test_random_below(40), back = 0;
        inlay_event_time_text(ns, text);
        CHECK_INT(inlay_event_time(test_env(), list_bytes(text), NULL, &back), INLAY_OK);
        CHECK(back == ns);
    }
}

static void tt_blanks(void)
{
    inlay_bytes t = timetext_trim(list_bytes("\xC2\xA0\t x\xE3\x80\x80y \xE2\x80\xA8"));
    CHECK_BYTES(t.data, t.len, "x\xE3\x80\x80y", 5);
    t = timetext_trim(list_bytes(" \xE2\x80\xAF"));
    CHECK_INT(t.len, 0);
    t = timetext_trim(list_bytes("\xE2\x82\xAC")); /* the euro sign is none */
    CHECK_INT(t.len, 3);
}

TEST_SUITE(events_timetext) = {
    {"times: digits are nanoseconds, with a plus or without", tt_numbers},
    {"times: RFC 3339", tt_rfc3339},
    {"times: RFC 3339 without seconds", tt_without_seconds},
    {"times: without a zone they are UTC", tt_naive},
    {"times: what is rejected", tt_rejected},
    {"times: before 1970 all forms are rejected", tt_before_1970},
    {"times: beyond 64 bits with a sign", tt_too_late},
    {"times: numbers with a unit", tt_with_unit},
    {"times: relative to now, start and end", tt_relative},
    {"times: relative to what is not known", tt_relative_to_nothing},
    {"times: relative and beyond the ends", tt_relative_beyond},
    {"durations: all units, fractions, blanks", tt_durations},
    {"durations: what is rejected", tt_durations_rejected},
    {"times: as text", tt_text},
    {"times: random ones come back from their text", tt_there_and_back},
    {"times: Unicode's white space is trimmed", tt_blanks},
    {0},
};

#else
TEST_SUITE(events_timetext) = {{0}};
#endif
