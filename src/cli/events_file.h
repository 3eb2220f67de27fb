/* The events of a recording, and its clock: what the events commands begin with. */
#ifndef INLAY_CLI_EVENTS_FILE_H
#define INLAY_CLI_EVENTS_FILE_H

#include "inlay/events.h"

#include "cli/files.h"

#if INLAY_EVENTS

struct events_file {
    struct files_input in;
    inlay_env env;
    inlay_events *events;    /* of the footer, as they stand there */
    inlay_event_clock clock; /* now; start and end where the file has a column of time stamps */
};

/* Open a file and read its events; no key is no events. Returns an exit code; a failure has been reported. Close in
 * any case. */
int events_file_open(struct events_file *f, const char *path, const struct files_settings *settings);
/* The same of a file that is open: env and `in` are set. `parse` false: an empty list, whatever the footer has. */
int events_file_read(struct events_file *f, bool parse);
void events_file_close(struct events_file *f);

/* Remarks on events that lie outside the recording, or whose times seem to have another unit. */
void events_file_doubts(const char *path, const inlay_events *events, const inlay_event_clock *clock,
                        const inlay_event_filter *filter);

/* Report why a text is none: "PART: line 3, column 14, event 2, timestamp: what". `part` names where the text comes
 * from and may be NULL. Returns the exit code: REPORT_USAGE for bad texts. */
int events_file_fault(const char *path, const char *part, inlay_bytes text, const inlay_error *error);

/* Which events are asked for. */
struct events_choice {
    const char *from, *to, *id, *kind, *source, *node, *instance, *match;
};
#define EVENTS_CHOICE(settings, field)                                                        \
    {"from", 0, OPTIONS_TEXT, offsetof(settings, field.from), "TIME",                         \
     "at this time or later; bands that reach into it"},                                      \
    {"to", 0, OPTIONS_TEXT, offsetof(settings, field.to), "TIME", "at this time or earlier"}, \
    {"kind", 'k', OPTIONS_TEXT, offsetof(settings, field.kind), "KIND", "of this kind"},      \
    {"node", 'n', OPTIONS_TEXT, offsetof(settings, field.node), "NAME", "of this node"},      \
    {"source", 0, OPTIONS_TEXT, offsetof(settings, field.source), "NAME", "of this source"},  \
    {"instance", 0, OPTIONS_TEXT, offsetof(settings, field.instance), "NAME",                 \
     "of this instance"},                                                                     \
    {"id", 0, OPTIONS_TEXT, offsetof(settings, field.id), "ID", "with this id"},              \
    {"match", 'm', OPTIONS_TEXT, offsetof(settings, field.match), "TEXT",                     \
     "with this text in description, details or a label\n(name=value); capitals do not count"}
/* Returns an exit code; a failure has been reported. The filter holds views of the choice. */
int events_file_filter(const struct events_file *f, const struct events_choice *choice,
                       inlay_event_filter *filter);

#endif

#endif
