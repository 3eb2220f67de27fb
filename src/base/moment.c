/* Dates and times of day as text; see moment.h. Source: ISO 8601; the calendar is proleptic Gregorian. */
#include "base/moment.h"

/* Exactly n digits; -1 = they are not there. */
static int64_t moment_digits(inlay_bytes *text, size_t n)
{
    int64_t v = 0;
    if (text->len < n)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (text->data[i] < '0' || text->data[i] > '9')
            return -1;
        v = v * 10 + (text->data[i] - '0');
    }
    *text = (inlay_bytes){text->data + n, text->len - n};
    return v;
}

static bool moment_char(inlay_bytes *text, char c)
{
    if (!text->len || text->data[0] != (uint8_t)c)
        return false;
    *text = (inlay_bytes){text->data + 1, text->len - 1};
    return true;
}

/* Days from 1970-01-01, any year; years begin in March so that leap days come last (H. Hinnant, "chrono-Compatible
 * Low-Level Date Algorithms"). */
static int64_t moment_days(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool moment_date(struct moment *m, inlay_bytes *text)
{
    static const uint8_t last[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool minus = moment_char(text, '-'), sign = minus || moment_char(text, '+');
    size_t n = 0;
    while (n < text->len && text->data[n] >= '0' && text->data[n] <= '9')
        n++;
    if (n < 4 || n > (sign ? 9u : 4u))
        return false;
    int64_t year = moment_digits(text, n), month, day;
    year = minus ? -year : year;
    if (!moment_char(text, '-') || (month = moment_digits(text, 2)) < 1 || month > 12 ||
        !moment_char(text, '-') || (day = moment_digits(text, 2)) < 1)
        return false;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (day > last[month - 1] + (month == 2 && leap))
        return false;
    m->days = moment_days(year, month, day);
    return true;
}

static bool moment_clock(struct moment *m, inlay_bytes *text)
{
    int64_t hours = moment_digits(text, 2), minutes, seconds = 0;
    if (hours < 0 || hours > 23 || !moment_char(text, ':') || (minutes = moment_digits(text, 2)) < 0 ||
        minutes > 59)
        return false;
    if (moment_char(text, ':') && ((seconds = moment_digits(text, 2)) < 0 || seconds > 59))
        return false;
    m->seconds = (hours * 60 + minutes) * 60 + seconds;
    if (moment_char(text, '.')) {
        size_t n = 0;
        while (n < text->len && text->data[n] >= '0' && text->data[n] <= '9')
            n++;
        m->fraction = (inlay_bytes){text->data, n};
        *text = (inlay_bytes){text->data + n, text->len - n};
        return n > 0;
    }
    return true;
}

/* "Z", "+HH:MM", "-HH:MM" or nothing; taken off the time. */
static bool moment_zone(struct moment *m, inlay_bytes *text)
{
    bool minus = moment_char(text, '-');
    if (!minus && !moment_char(text, '+')) {
        m->has_zone = moment_char(text, 'Z');
        return true;
    }
    int64_t hours = moment_digits(text, 2), minutes;
    if (hours < 0 || hours > 23 || !moment_char(text, ':') || (minutes = moment_digits(text, 2)) < 0 ||
        minutes > 59)
        return false;
    m->has_zone = true;
    m->offset = (int32_t)((hours * 60 + minutes) * (minus ? -60 : 60));
    m->seconds -= m->offset;
    m->days += m->seconds < 0 ? -1 : m->seconds >= 86400;
    m->seconds += m->seconds < 0 ? 86400 : m->seconds >= 86400 ? -86400 : 0;
    return true;
}

bool moment_read(struct moment *m, inlay_bytes text, bool time)
{
    *m = (struct moment){0};
    if (!moment_date(m, &text))
        return false;
    if (time && (moment_char(&text, 'T') || moment_char(&text, ' '))) {
        m->has_time = true;
        if (!moment_clock(m, &text) || !moment_zone(m, &text))
            return false;
    } else if (time) {
        (void)moment_char(&text, 'Z');
    }
    return text.len == 0;
}

bool moment_read_time(struct moment *m, inlay_bytes text)
{
    *m = (struct moment){.has_time = true};
    return moment_clock(m, &text) && text.len == 0;
}

uint32_t moment_fraction(const struct moment *m, unsigned digits, bool *more)
{
    uint32_t v = 0;
    *more = false;
    for (unsigned i = 0; i < digits; i++)
        v = v * 10 + (i < m->fraction.len ? (uint32_t)(m->fraction.data[i] - '0') : 0);
    for (size_t i = digits; i < m->fraction.len; i++)
        *more = *more || m->fraction.data[i] != '0';
    return v;
}
