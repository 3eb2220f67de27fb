/* Dates and times as ISO 8601 text, proleptic Gregorian calendar, for every value that the physical
 * types can hold.
 *
 * Years from 0000 to 9999 have four digits; others carry a sign and at least four ("+12345-01-01",
 * "-0001-12-31"; year 0 is 1 BC). Writers return the end of what they wrote.
 */
#ifndef INLAY_CLI_DATES_H
#define INLAY_CLI_DATES_H

#include <stdbool.h>
#include <stdint.h>

enum { DATES_MOST = 64 }; /* most bytes that any of these writes */

/* `digits` of the second's fraction: 3, 6 or 9 for milli-, micro- and nanoseconds. */
char *dates_day(char *p, int64_t days); /* since 1970-01-01 */
/* Time since midnight. A value outside a day keeps its size: hours beyond 23, or a minus sign. */
char *dates_time(char *p, int64_t units, unsigned digits, bool utc);
/* Time since 1970-01-01T00:00. */
char *dates_timestamp(char *p, int64_t units, unsigned digits, bool utc);
/* INT96: 8 bytes of nanoseconds in the day, 4 bytes of Julian day (2,440,588 = 1970-01-01), both
 * little-endian and signed; nanoseconds outside a day move the day. */
char *dates_int96(char *p, const uint8_t *value);
/* TIMESTAMP on 12 bytes: a signed little-endian count of units. */
char *dates_timestamp96(char *p, const uint8_t *value, unsigned digits, bool utc);
/* INTERVAL: little-endian months, days, milliseconds: "P1M2DT3.004S". */
char *dates_interval(char *p, const uint8_t *value);

#endif
