/* The actions of the command events: what they are told, and those that change recordings. */
#ifndef INLAY_CLI_EVENTS_H
#define INLAY_CLI_EVENTS_H

#include "cli/change.h"

#if INLAY_EVENTS

struct events_settings {
    struct change_settings change;
    struct events_choice choice;
    bool json, jsonl, csv;
    struct options_list events; /* --event */
    const char *on_conflict;
    bool auto_id, all;
};

struct events_action {
    const char *name;
    int min_files, max_files; /* max 0 = any number */
    int (*run)(const struct events_settings *settings, char **paths, int n);
};

#if INLAY_WRITE && INLAY_POSIX
int events_add(const struct events_settings *settings, char **paths, int n);   /* FILE [FROM...] */
int events_rm(const struct events_settings *settings, char **paths, int n);    /* FILE... */
int events_edit(const struct events_settings *settings, char **paths, int n);  /* FILE... */
int events_merge(const struct events_settings *settings, char **paths, int n); /* FILE FROM... */
#endif

#endif

#endif
