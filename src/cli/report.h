/* Failures in words: one line on stderr that says what, where, and what to do. Exit codes.
 *
 *   inlay: FILE: row group 2, column a.b, page 7, byte 4711: text (what to do)
 *
 * Names from files are untrusted: control characters and invalid UTF-8 never reach the terminal.
 */
#ifndef INLAY_CLI_REPORT_H
#define INLAY_CLI_REPORT_H

#include "inlay/base.h"

enum {
    REPORT_DONE = 0,
    REPORT_BAD = 1,         /* the file is bad, or a check failed */
    REPORT_USAGE = 2,       /* the command line */
    REPORT_IO = 3,          /* input, output or memory */
    REPORT_INTERRUPTED = 130
};

/* Every line goes to stderr; the exit code that fits comes back. `path` may be NULL. */
int report_failure(const char *path, const inlay_error *error);
/* With advice for the case at hand instead of the status's own; NULL = none. */
int report_failure_with(const char *path, const inlay_error *error, const char *advice);
int report_system(const char *path, const char *doing, int os_error); /* "cannot open": REPORT_IO */
int report_usage(const char *format, ...);                            /* REPORT_USAGE */
int report_memory(void);                                              /* REPORT_IO */
void report_note(const char *format, ...); /* a remark that is not a failure */

/* The exit code that stands for a status. */
int report_code(inlay_status status);

/* The text of report_failure without "inlay: ", in `text`, zero-terminated, cut to capacity. */
void report_text(char *text, size_t capacity, const char *path, const inlay_error *error,
                 const char *advice);
/* What to do about a status in general; NULL = nothing to say. */
const char *report_advice(inlay_status status);

/* A name fit for a terminal: control characters as \xNN, invalid UTF-8 as U+FFFD, cut with "..".
 * Returns `text`. */
const char *report_safe(char *text, size_t capacity, inlay_bytes name);

#endif
