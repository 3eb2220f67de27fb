/* SIGINT, SIGTERM, SIGHUP: an unfinished output disappears, exit code 130. SIGBUS (a mapped file
 * was cut short by another process): the same with a message, exit code 3. SIGPIPE is ignored; a
 * closed pipe shows as EPIPE at the write, which ends the command quietly.
 *
 * Signal handlers need state of the process: signals.c holds the only mutable globals of the tool.
 */
#ifndef INLAY_CLI_SIGNALS_H
#define INLAY_CLI_SIGNALS_H

#include <stdbool.h>

void signals_install(void);

/* Between hold and release no signal is handled: for making a file and guarding it in one step. */
void signals_hold(void);
void signals_release(void);

/* Path to unlink when a signal ends the process (copied); NULL = nothing any more. */
void signals_guard(const char *temporary);
/* One more, beside the others; they all end with the next signals_guard(NULL). Without memory it is not guarded. */
void signals_guard_also(const char *temporary);

/* For commands that end well when asked to stop: the first signal only raises the flag (and
 * interrupts sleeps and reads), the second one ends the process as above. */
void signals_defer(bool on);
bool signals_stopped(void);

#endif
