/* Times and durations as text; what is accepted stands in inlay/events.h. */
#ifndef INLAY_EVENTS_TIMETEXT_H
#define INLAY_EVENTS_TIMETEXT_H

#include "inlay/events.h"

#if INLAY_EVENTS

/* NULL, or a constant text that says why it is none. */
const char *timetext_point(inlay_bytes text, const inlay_event_clock *clock, uint64_t *ns);
const char *timetext_duration(inlay_bytes text, uint64_t *ns);

/* Bytes of the white space character at p (Unicode White_Space); 0 = it is none. n > 0. */
size_t timetext_space(const uint8_t *p, size_t n);
inlay_bytes timetext_trim(inlay_bytes text);
/* Digits with an optional plus before them; false where it is something else or does not fit. */
bool timetext_number(inlay_bytes text, uint64_t *v);

#endif

#endif
