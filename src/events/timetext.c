/* Times and durations as text; see timetext.h.
 *
 * What is accepted is what Rezolus 5.17 accepts (its parse_timestamp_str over chrono 0.4.45, its
 * parse_duration_str over humantime 2.4.0), tried in its order, and then more: numbers with a unit, and times
 * relative to now, start and end. Dates without seconds or zone that lie before 1970 are refused like all others
 * (Rezolus wraps them into the year 2554).
 */
#include "events/timetext.h"

#if INLAY_EVENTS

#include <string.h>

#include "base/mem.h"

enum { TIMETEXT_SECOND = 1000000000 };

/* ---- characters ---- */

size_t timetext_space(const uint8_t *p, size_t n)
{
    if (p[0] == ' ' || (p[0] >= 9 && p[0] <= 13))
        return 1;
    if (n >= 2 && p[0] == 0xC2 && (p[1] == 0x85 || p[1] == 0xA0))
        return 2;
    if (n < 3 || p[0] < 0xE1 || p[0] > 0xE3)
        return 0;
    unsigned c = (unsigned)(p[0] & 15) << 12 | (unsigned)(p[1] & 63) << 6 | (unsigned)(p[2] & 63);
    bool space = c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
                 c == 0x202F || c == 0x205F || c == 0x3000;
    return space && p[1] >= 0x80 && p[2] >= 0x80 ? 3 : 0;
}

static void timetext_blanks(inlay_bytes *text)
{
    size_t step;
    while (text->len && (step = timetext_space(text->data, text->len)) > 0)
        *text = (inlay_bytes){text->data + step, text->len - step};
}

inlay_bytes timetext_trim(inlay_bytes text)
{
    timetext_blanks(&text);
    for (size_t n = 1; n <= 3 && n <= text.len; n++) {
        const uint8_t *last = text.data + text.len - n;
        if (timetext_space(last, n) == n) {
            text.len -= n;
            n = 0;
        }
    }
    return text;
}

static bool timetext_digit(const inlay_bytes *text)
{
    return text->len && text->data[0] >= '0' && text->data[0] <= '9';
}

static bool timetext_take(inlay_bytes *text, const char *any, uint8_t *taken)
{
    if (!text->len || !text->data[0] || !strchr(any, text->data[0]))
        return false;
    if (taken)
        *taken = text->data[0];
    *text = (inlay_bytes){text->data + 1, text->len - 1};
    return true;
}

/* From `least` to `most` digits, as many as there are; -1 = fewer, or too many for 62 bits. */
static int64_t timetext_digits(inlay_bytes *text, size_t least, size_t most)
{
    int64_t v = 0;
    size_t n = 0;
    while (n < most && timetext_digit(text)) {
        if (v > INT64_MAX / 20)
            return -1;
        v = v * 10 + (text->data[0] - '0');
        *text = (inlay_bytes){text->data + 1, text->len - 1};
        n++;
    }
    return n < least ? -1 : v;
}

bool timetext_number(inlay_bytes text, uint64_t *v)
{
    (void)timetext_take(&text, "+", NULL);
    if (!text.len)
        return false;
    for (*v = 0; text.len; text = (inlay_bytes){text.data + 1, text.len - 1}) {
        unsigned d = (unsigned)text.data[0] - '0';
        if (d > 9 || *v > (UINT64_MAX - d) / 10)
            return false;
        *v = *v * 10 + d;
    }
    return true;
}

/* ---- dates ---- */

struct timetext_moment {
    int64_t seconds; /* since 1970 */
    uint32_t ns;
};

/* Years begin in March so that leap days come last (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
static int64_t timetext_days(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* Seconds since 1970, or false where there is no such date or time; second 60 is the next one. */
static bool timetext_join(const int64_t f[6], struct timetext_moment *m)
{
    static const uint8_t last[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    enum { TIMETEXT_YEARS = 262142 }; /* chrono's calendar */
    bool leap = f[0] % 4 == 0 && (f[0] % 100 != 0 || f[0] % 400 == 0);
    if (f[0] > TIMETEXT_YEARS || f[0] < -TIMETEXT_YEARS - 1 || f[1] < 1 || f[1] > 12 || f[2] < 1 ||
        f[2] > last[f[1] - 1] + (f[1] == 2 && leap))
        return false;
    if (f[3] < 0 || f[3] > 23 || f[4] < 0 || f[4] > 59 || f[5] < 0 || f[5] > 60)
        return false;
    m->seconds = timetext_days(f[0], f[1], f[2]) * 86400 + f[3] * 3600 + f[4] * 60 + f[5];
    return true;
}

/* ".5" and longer; digits beyond the ninth are dropped. */
static bool timetext_fraction(inlay_bytes *text, uint32_t *ns)
{
    uint32_t unit = TIMETEXT_SECOND / 10;
    *ns = 0;
    if (!timetext_take(text, ".", NULL))
        return true;
    if (!timetext_digit(text))
        return false;
    for (; timetext_digit(text); *text = (inlay_bytes){text->data + 1, text->len - 1}) {
        *ns += unit * (uint32_t)(text->data[0] - '0');
        unit /= 10;
    }
    return true;
}

/* RFC 3339, section 5.6; with `short_form` the same without seconds, and then only with capital letters. */
static bool timetext_rfc(inlay_bytes text, bool short_form, struct timetext_moment *m)
{
    int64_t f[6] = {0}, hours, minutes;
    uint8_t sign;
    m->ns = 0;
    if ((f[0] = timetext_digits(&text, 4, 4)) < 0 || !timetext_take(&text, "-", NULL) ||
        (f[1] = timetext_digits(&text, 2, 2)) < 0 || !timetext_take(&text, "-", NULL) ||
        (f[2] = timetext_digits(&text, 2, 2)) < 0 || !timetext_take(&text, short_form ? "T" : "Tt ", NULL) ||
        (f[3] = timetext_digits(&text, 2, 2)) < 0 || !timetext_take(&text, ":", NULL) ||
        (f[4] = timetext_digits(&text, 2, 2)) < 0)
        return false;
    if (!short_form && (!timetext_take(&text, ":", NULL) || (f[5] = timetext_digits(&text, 2, 2)) < 0 ||
                        !timetext_fraction(&text, &m->ns)))
        return false;
    if (!timetext_join(f, m))
        return false;
    if (timetext_take(&text, short_form ? "Z" : "Zz", NULL))
        return text.len == 0;
    if (!timetext_take(&text, "+-", &sign) || (hours = timetext_digits(&text, 2, 2)) < 0 || hours > 23 ||
        !timetext_take(&text, ":", NULL) || (minutes = timetext_digits(&text, 2, 2)) < 0 || minutes > 59)
        return false;
    m->seconds += (hours * 60 + minutes) * (sign == '-' ? 60 : -60);
    return text.len == 0;
}

/* Numbers of any width, blanks before each; the year with a sign may have more than four digits. */
static bool timetext_naive(inlay_bytes text, struct timetext_moment *m)
{
    static const char between[] = "--T:";
    int64_t f[6] = {0};
    uint8_t sign = 0;
    m->ns = 0;
    timetext_blanks(&text);
    (void)timetext_take(&text, "+-", &sign);
    f[0] = timetext_digits(&text, 1, sign ? SIZE_MAX : 4);
    if (f[0] < 0)
        return false;
    f[0] = sign == '-' ? -f[0] : f[0];
    for (int i = 1; i < 5; i++) {
        const char one[2] = {between[i - 1], 0};
        if (!timetext_take(&text, one, NULL))
            return false;
        timetext_blanks(&text);
        if ((f[i] = timetext_digits(&text, 1, 2)) < 0)
            return false;
    }
    if (timetext_take(&text, ":", NULL)) {
        timetext_blanks(&text);
        if ((f[5] = timetext_digits(&text, 1, 2)) < 0)
            return false;
    }
    return text.len == 0 && timetext_join(f, m);
}

/* ---- relative times, numbers with a unit ---- */

#define TIMETEXT_NONE ERR("neither RFC 3339, nor nanoseconds, nor a relative time")
#define TIMETEXT_EARLY ERR("a time before 1970")
#define TIMETEXT_LATE ERR("a time beyond what 64 bits of nanoseconds hold")

static const char *timetext_span(inlay_bytes text, uint64_t *ns);

static bool timetext_word(inlay_bytes *text, const char *word)
{
    size_t n = strlen(word);
    if (text->len < n || memcmp(text->data, word, n) != 0)
        return false;
    *text = (inlay_bytes){text->data + n, text->len - n};
    return true;
}

/* "1778599380.5s" and the like: digits, then one of four units. */
static bool timetext_counted(inlay_bytes text)
{
    static const char *const units[] = {"s", "ms", "us", "ns"};
    inlay_bytes rest = text;
    while (timetext_digit(&rest) || (rest.len < text.len && rest.len && rest.data[0] == '.'))
        rest = (inlay_bytes){rest.data + 1, rest.len - 1};
    for (size_t i = 0; i < sizeof units / sizeof units[0] && rest.len < text.len; i++) {
        inlay_bytes unit = rest;
        if (timetext_word(&unit, units[i]) && unit.len == 0)
            return true;
    }
    return false;
}

static const char *timetext_relative(inlay_bytes text, const inlay_event_clock *clock, uint64_t *ns)
{
    static const inlay_event_clock nothing;
    const inlay_event_clock *c = clock ? clock : &nothing;
    bool known = c->has_now;
    uint64_t from = c->now_ns, span = 0;
    uint8_t sign = 0;
    bool word = timetext_word(&text, "now");
    if (!word && timetext_word(&text, "start")) {
        word = true;
        known = c->has_start;
        from = c->start_ns;
    } else if (!word && timetext_word(&text, "end")) {
        word = true;
        known = c->has_end;
        from = c->end_ns;
    }
    if (word)
        timetext_blanks(&text);
    if (timetext_take(&text, "+-", &sign)) {
        if (timetext_span(text, &span))
            return TIMETEXT_NONE;
    } else if (!word || text.len) {
        return TIMETEXT_NONE;
    }
    if (!known)
        return ERR("a relative time, and it is not known what to count from");
    if (sign == '-' && span > from)
        return TIMETEXT_EARLY;
    if (sign != '-' && span > UINT64_MAX - from)
        return TIMETEXT_LATE;
    *ns = sign == '-' ? from - span : from + span;
    return NULL;
}

const char *timetext_point(inlay_bytes text, const inlay_event_clock *clock, uint64_t *ns)
{
    struct timetext_moment m;
    if (timetext_number(text, ns))
        return NULL;
    if (!timetext_rfc(text, false, &m) && !timetext_rfc(text, true, &m) && !timetext_naive(text, &m)) {
        if (timetext_counted(text))
            return timetext_span(text, ns);
        return timetext_relative(text, clock, ns);
    }
    if (m.seconds < 0)
        return TIMETEXT_EARLY;
    /* 64 bits with a sign, as chrono counts */
    if (m.seconds > INT64_MAX / TIMETEXT_SECOND ||
        (m.seconds == INT64_MAX / TIMETEXT_SECOND && m.ns > INT64_MAX % TIMETEXT_SECOND))
        return TIMETEXT_LATE;
    *ns = (uint64_t)m.seconds * TIMETEXT_SECOND + m.ns;
    return NULL;
}

/* ---- durations ---- */

struct timetext_unit {
    const char *names;  /* between bars */
    uint64_t ns;        /* of units below the hour */
    uint64_t seconds;   /* of whole seconds; 0 below */
};
static const struct timetext_unit timetext_units[] = {
    {"|nanos|nsec|ns|", 1, 0},
    {"|usec|us|\xC2\xB5s|", 1000, 0},
    {"|millis|msec|ms|", 1000000, 0},
    {"|seconds|second|secs|sec|s|", TIMETEXT_SECOND, 1},
    {"|minutes|minute|min|mins|m|", 60ull * TIMETEXT_SECOND, 60},
    {"|hours|hour|hr|hrs|h|", 0, 3600},
    {"|days|day|d|", 0, 86400},
    {"|weeks|week|wk|wks|w|", 0, 7 * 86400},
    {"|months|month|M|", 0, 2630016},
    {"|years|year|yr|yrs|y|", 0, 31557600},
};

static const struct timetext_unit *timetext_find_unit(inlay_bytes name)
{
    char bars[16];
    if (name.len > sizeof bars - 3)
        return NULL;
    bars[0] = '|';
    memcpy(bars + 1, name.data, name.len);
    memcpy(bars + 1 + name.len, "|", 2);
    for (size_t i = 0; i < sizeof timetext_units / sizeof timetext_units[0]; i++)
        if (strstr(timetext_units[i].names, bars))
            return &timetext_units[i];
    return NULL;
}

struct timetext_sum {
    uint64_t seconds, ns; /* ns below a second */
};

static bool timetext_sum_add(struct timetext_sum *sum, uint64_t seconds, uint64_t ns)
{
    ns += sum->ns; /* both below 2^37 */
    seconds += ns / TIMETEXT_SECOND;
    if (seconds < ns / TIMETEXT_SECOND || seconds > UINT64_MAX - sum->seconds)
        return false;
    sum->seconds += seconds;
    sum->ns = ns % TIMETEXT_SECOND;
    return true;
}

#define TIMETEXT_LARGE ERR("a number of a duration that is too large")

/* value + numerator / denominator units */
static const char *timetext_add(struct timetext_sum *sum, const struct timetext_unit *u, uint64_t value,
                                uint64_t numerator, uint64_t denominator)
{
    uint64_t a = numerator, b = denominator, whole = u->ns ? u->ns : u->seconds;
    if (u->seconds) {
        if (value > UINT64_MAX / u->seconds || !timetext_sum_add(sum, value * u->seconds, 0))
            return TIMETEXT_LARGE;
    } else {
        uint64_t in_second = TIMETEXT_SECOND / u->ns;
        if (!timetext_sum_add(sum, value / in_second, value % in_second * u->ns))
            return TIMETEXT_LARGE;
    }
    if (denominator == 1)
        return NULL;
    while (b) { /* greatest common divisor */
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    numerator /= a;
    denominator /= a;
    if (u->ns == 1 || whole % denominator != 0)
        return ERR("a fraction of a duration that is not whole in nanoseconds, or from hours on in seconds");
    uint64_t part = numerator * (whole / denominator); /* less than `whole` */
    return timetext_sum_add(sum, u->ns ? 0 : part, u->ns ? part : 0) ? NULL : TIMETEXT_LARGE;
}

/* Digits with blanks between them; *n counts the digits. */
static const char *timetext_integer(inlay_bytes *text, uint64_t *v, uint64_t *power, size_t *n)
{
    *v = 0;
    *power = 1;
    for (*n = 0;; timetext_blanks(text)) {
        if (!timetext_digit(text))
            return NULL;
        unsigned d = (unsigned)(text->data[0] - '0');
        if (*v > (UINT64_MAX - d) / 10)
            return TIMETEXT_LARGE;
        *v = *v * 10 + d;
        *power = *power <= UINT64_MAX / 10 ? *power * 10 : 0;
        *text = (inlay_bytes){text->data + 1, text->len - 1};
        ++*n;
    }
}

static bool timetext_letter(inlay_bytes text, size_t *step)
{
    *step = 1;
    if (!text.len)
        return false;
    uint8_t c = text.data[0] | 0x20;
    if (c >= 'a' && c <= 'z')
        return true;
    *step = 2;
    return text.len >= 2 && text.data[0] == 0xC2 && text.data[1] == 0xB5;
}

/* (span blank*)*, span = digits [. digits] unit; blanks may stand anywhere before the unit. */
static const char *timetext_spans(inlay_bytes text, struct timetext_sum *sum)
{
    timetext_blanks(&text);
    if (!text.len)
        return ERR("an empty duration");
    while (text.len) {
        uint64_t value, numerator = 0, denominator = 1, power;
        size_t n, step;
        const char *why = timetext_integer(&text, &value, &power, &n);
        if (why || n == 0)
            return why ? why : ERR("a number of a duration is missing");
        if (timetext_take(&text, ".", NULL)) {
            timetext_blanks(&text);
            why = timetext_integer(&text, &numerator, &denominator, &n);
            if (!why && n == 0)
                why = ERR("a duration's digits behind the point are missing");
            if (why || denominator == 0)
                return why ? why : TIMETEXT_LARGE;
        }
        inlay_bytes unit = text;
        while (timetext_letter(text, &step))
            text = (inlay_bytes){text.data + step, text.len - step};
        unit.len -= text.len;
        const struct timetext_unit *u = timetext_find_unit(unit);
        if (!u)
            return unit.len ? ERR("a duration's unit that is none") : ERR("a duration's unit is missing");
        if ((why = timetext_add(sum, u, value, numerator, denominator)) != NULL)
            return why;
        timetext_blanks(&text);
    }
    return NULL;
}

static const char *timetext_span(inlay_bytes text, uint64_t *ns)
{
    struct timetext_sum sum = {0};
    const char *why = timetext_spans(text, &sum);
    if (why)
        return why;
    if (sum.seconds > UINT64_MAX / TIMETEXT_SECOND ||
        sum.ns > UINT64_MAX - sum.seconds * TIMETEXT_SECOND)
        return ERR("a duration beyond what 64 bits of nanoseconds hold");
    *ns = sum.seconds * TIMETEXT_SECOND + sum.ns;
    return NULL;
}

const char *timetext_duration(inlay_bytes text, uint64_t *ns)
{
    return timetext_number(text, ns) ? NULL : timetext_span(text, ns);
}

/* ---- the public doors ---- */

static inlay_status timetext_answer(inlay_env *env, const char *why)
{
    return why ? err_set_at(env, INLAY_ARG, why, 0) : INLAY_OK;
}

inlay_status inlay_event_time(inlay_env *env, inlay_bytes text, const inlay_event_clock *clock,
                              uint64_t *ns)
{
    return timetext_answer(env, timetext_point(text, clock, ns));
}

inlay_status inlay_event_duration(inlay_env *env, inlay_bytes text, uint64_t *ns)
{
    return timetext_answer(env, timetext_duration(text, ns));
}

static char *timetext_put(char *p, uint64_t v, unsigned digits)
{
    for (unsigned i = digits; i-- > 0; v /= 10)
        p[i] = (char)('0' + v % 10);
    return p + digits;
}

size_t inlay_event_time_text(uint64_t ns, char text[INLAY_EVENT_TIME_TEXT])
{
    uint64_t seconds = ns / TIMETEXT_SECOND, fraction = ns % TIMETEXT_SECOND, of_day = seconds % 86400;
    uint64_t days = seconds / 86400 + 719468, era = days / 146097, of_era = days % 146097;
    uint64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint64_t of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
    const uint64_t fields[] = {year + era * 400 + (month >= 10), month < 10 ? month + 3 : month - 9,
                               of_year - (153 * month + 2) / 5 + 1, of_day / 3600, of_day / 60 % 60,
                               of_day % 60};
    char *p = text;
    for (unsigned i = 0; i < 6; i++) {
        p = timetext_put(p, fields[i], i ? 2 : 4);
        *p++ = "--T::."[i];
    }
    if (fraction) {
        p = timetext_put(p, fraction, 9);
        while (p[-1] == '0')
            p--;
    } else {
        p--;
    }
    *p++ = 'Z';
    *p = '\0';
    return (size_t)(p - text);
}

#endif
