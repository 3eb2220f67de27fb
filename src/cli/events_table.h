/* Events as a table for eyes. */
#ifndef INLAY_CLI_EVENTS_TABLE_H
#define INLAY_CLI_EVENTS_TABLE_H

#include "inlay/events.h"

#include "cli/out.h"

#if INLAY_EVENTS

/* Time, duration, kind, id, where, and description with labels; columns that no event has are left out. False = no
 * memory. */
bool events_table(struct out *o, const inlay_events *events, const inlay_event_filter *filter);

#endif

#endif
