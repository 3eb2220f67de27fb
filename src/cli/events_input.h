/* Events that a command line brings: files, standard input, key=value texts; and their way into a recording. */
#ifndef INLAY_CLI_EVENTS_INPUT_H
#define INLAY_CLI_EVENTS_INPUT_H

#include "cli/change.h"

#if INLAY_EVENTS && INLAY_WRITE && INLAY_POSIX

struct events_input_text {
    const char *path; /* "-" = standard input */
    char *data;       /* malloc */
    size_t bytes;
};
/* Read a whole file or standard input, at most 256 MiB. Returns an exit code; a failure has been reported. */
int events_input_read(struct events_input_text *text, const char *command, const char *path);

struct events_input {
    const char *command;              /* for messages */
    struct events_input_text *files;  /* read once, so that standard input serves all recordings */
    size_t n_files;
    struct options_list inlines;
    const char *on_conflict;          /* as given; NULL = keep */
    bool auto_id, clear;
    inlay_event_conflict conflict;
};
#define EVENTS_INPUT_OPTIONS(settings, conflict, id)                                                    \
    {"on-conflict", 0, OPTIONS_TEXT, offsetof(settings, conflict), "HOW",                               \
     "a new event with an id that is there already:\nkeep what is there (default), replace it, error"}, \
    {"auto-id", 0, OPTIONS_FLAG, offsetof(settings, id), NULL,                                          \
     "events without an id get one from what they say:\nadding them again then changes nothing"}

/* Reads the files and checks the settings. */
int events_input_open(struct events_input *in, const struct options_list *paths);
void events_input_close(struct events_input *in);
/* Plan what comes of the recording's events and these. */
int events_input_plan(const struct events_input *in, struct change *c);
/* Plan that the recording's events are what the list now says; an empty list takes the key away. */
int events_input_store(struct change *c, const inlay_events *events);
/* The other list into the recording's, by `in`'s way with conflicts; remarks on what is odd. */
int events_input_merge(const struct events_input *in, struct change *c, const inlay_events *more);

#endif

#endif
