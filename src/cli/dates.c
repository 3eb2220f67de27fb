/* Dates and times as ISO 8601 text; see dates.h.
 *
 * Calendar: 400 years are 146,097 days. Counting years from 1 March puts the leap day last, so that
 * the day of a year needs no table: months from March have 31 30 31 30 31 | 31 30 31 30 31 | 31
 * (28) days, which is (153 m + 2) / 5 days before month m.
 */
#include "cli/dates.h"

#include <string.h>

#include "cli/digits.h"

enum { DATES_CYCLE_DAYS = 146097, DATES_MARCH_0000 = 719468 /* days from 0000-03-01 to 1970 */ };

static const uint64_t dates_per_second[10] = {[3] = 1000, [6] = 1000000, [9] = 1000000000};

/* Floor division: remainder never negative. d > 0. */
static int64_t dates_floor(int64_t v, int64_t d, int64_t *rest)
{
    int64_t q = v / d, r = v % d;
    if (r < 0) {
        r += d;
        q--;
    }
    *rest = r;
    return q;
}

static char *dates_year(char *p, int64_t year)
{
    if (year < 0 || year > 9999)
        *p++ = year < 0 ? '-' : '+';
    return digits_padded(p, year < 0 ? 0 - (uint64_t)year : (uint64_t)year, 4);
}

/* `cycles` of 400 years after the year 0, and days since 1 March of that year, 0 to 146,096. */
static char *dates_civil(char *p, int64_t cycles, uint32_t day)
{
    /* years of 365 days, corrected by the leap days of 4, 100 and 400 years that lie before */
    uint32_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    uint32_t in_year = day - (365 * year + year / 4 - year / 100);
    uint32_t month = (5 * in_year + 2) / 153; /* 0 = March */
    uint32_t in_month = in_year - (153 * month + 2) / 5 + 1;
    bool next_year = month >= 10; /* January, February */
    p = dates_year(p, cycles * 400 + (int64_t)year + next_year);
    *p++ = '-';
    p = digits_padded(p, next_year ? month - 9 : month + 3, 2);
    *p++ = '-';
    return digits_padded(p, in_month, 2);
}

char *dates_day(char *p, int64_t days)
{
    int64_t day, cycles = dates_floor(days, DATES_CYCLE_DAYS, &day);
    day += DATES_MARCH_0000 % DATES_CYCLE_DAYS;
    cycles += DATES_MARCH_0000 / DATES_CYCLE_DAYS;
    if (day >= DATES_CYCLE_DAYS) {
        day -= DATES_CYCLE_DAYS;
        cycles++;
    }
    return dates_civil(p, cycles, (uint32_t)day);
}

static char *dates_clock(char *p, uint64_t units, unsigned digits, bool utc)
{
    uint64_t per_second = dates_per_second[digits], seconds = units / per_second;
    p = digits_padded(p, seconds / 3600, 2);
    *p++ = ':';
    p = digits_padded(p, seconds / 60 % 60, 2);
    *p++ = ':';
    p = digits_padded(p, seconds % 60, 2);
    *p++ = '.';
    p = digits_padded(p, units % per_second, digits);
    if (utc)
        *p++ = 'Z';
    return p;
}

char *dates_time(char *p, int64_t units, unsigned digits, bool utc)
{
    if (units < 0)
        *p++ = '-';
    return dates_clock(p, units < 0 ? 0 - (uint64_t)units : (uint64_t)units, digits, utc);
}

char *dates_timestamp(char *p, int64_t units, unsigned digits, bool utc)
{
    int64_t per_day = (int64_t)(dates_per_second[digits] * 86400), rest;
    int64_t days = dates_floor(units, per_day, &rest);
    p = dates_day(p, days);
    *p++ = 'T';
    return dates_clock(p, (uint64_t)rest, digits, utc);
}

static uint64_t dates_load(const uint8_t *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = n; i-- > 0;)
        v = v << 8 | p[i];
    return v;
}

char *dates_int96(char *p, const uint8_t *value)
{
    int64_t rest;
    int64_t extra = dates_floor((int64_t)dates_load(value, 8), 86400000000000, &rest);
    int32_t julian = (int32_t)(uint32_t)dates_load(value + 8, 4);
    p = dates_day(p, (int64_t)julian - 2440588 + extra);
    *p++ = 'T';
    return dates_clock(p, (uint64_t)rest, 9, false);
}

/* 96 bits by 400 years of units (at most 1.26e19 < 2^64), bit by bit: rare, so short before fast.
 * */
char *dates_timestamp96(char *p, const uint8_t *value, unsigned digits, bool utc)
{
    uint64_t low = dates_load(value, 8), high = dates_load(value + 8, 4);
    uint64_t per_day = dates_per_second[digits] * 86400, cycle = per_day * DATES_CYCLE_DAYS;
    bool negative = high >> 31;
    if (negative) { /* ~v = -v - 1 >= 0: floor(v / d) = -1 - floor(~v / d) */
        low = ~low;
        high = ~high & 0xFFFFFFFF;
    }
    uint64_t quotient = 0, rest = 0;
    for (unsigned bit = 96; bit-- > 0;) {
        uint64_t next = bit >= 64 ? high >> (bit - 64) & 1 : low >> bit & 1;
        bool carry = rest >> 63;
        rest = rest << 1 | next;
        quotient <<= 1; /* 2^95 / cycle < 2^63 even for milliseconds */
        if (carry || rest >= cycle) {
            rest -= cycle;
            quotient++;
        }
    }
    if (negative)
        rest = cycle - 1 - rest;
    int64_t cycles = negative ? -1 - (int64_t)quotient : (int64_t)quotient;
    uint64_t day = rest / per_day + DATES_MARCH_0000 % DATES_CYCLE_DAYS;
    cycles += DATES_MARCH_0000 / DATES_CYCLE_DAYS + (int64_t)(day / DATES_CYCLE_DAYS);
    p = dates_civil(p, cycles, (uint32_t)(day % DATES_CYCLE_DAYS));
    *p++ = 'T';
    return dates_clock(p, rest % per_day, digits, utc);
}

char *dates_interval(char *p, const uint8_t *value)
{
    uint64_t ms = dates_load(value + 8, 4);
    *p++ = 'P';
    p = digits_u64(p, dates_load(value, 4));
    *p++ = 'M';
    p = digits_u64(p, dates_load(value + 4, 4));
    memcpy(p, "DT", 2);
    p = digits_u64(p + 2, ms / 1000);
    *p++ = '.';
    p = digits_padded(p, ms % 1000, 3);
    *p++ = 'S';
    return p;
}
