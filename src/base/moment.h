/* Dates and times of day from text. */
#ifndef INLAY_BASE_MOMENT_H
#define INLAY_BASE_MOMENT_H

#include "inlay/base.h"

struct moment {
    int64_t days;          /* since 1970-01-01, proleptic Gregorian */
    int64_t seconds;       /* of the day, 0..86399, after any offset */
    inlay_bytes fraction;  /* digits behind the point of the seconds */
    bool has_time;
    bool has_zone;         /* "Z" or an offset stood behind the time */
    int32_t offset;        /* seconds that the offset took off; 0 for "Z" */
};

/* "[+-]YYYY-MM-DD", with `time` also "THH:MM[:SS[.digits]]" (or a space for T) and "Z" or "+HH:MM". Years have
 * four digits, or up to nine with a sign. */
bool moment_read(struct moment *m, inlay_bytes text, bool time);
/* "HH:MM[:SS[.digits]]" */
bool moment_read_time(struct moment *m, inlay_bytes text);
/* The first `digits` (0..9) digits of the fraction as a number; *more: others follow that are not 0. */
uint32_t moment_fraction(const struct moment *m, unsigned digits, bool *more);

#endif
