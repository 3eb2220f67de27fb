/* Signals of the process; see signals.h. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "cli/signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/report.h"

enum { SIGNALS_PATH = 8192 }; /* twice PATH_MAX: a longer name cannot be opened anyway */

/* Written only while the signals are held, so the handler always sees a whole path. */
static char signals_temporary[SIGNALS_PATH];
static volatile sig_atomic_t signals_deferred, signals_seen;
static struct signals_more { /* the same for this list */
    struct signals_more *next;
    char path[];
} *signals_list;

static const int signals_numbers[] = {SIGINT, SIGTERM, SIGHUP};
enum { SIGNALS_N = sizeof signals_numbers / sizeof *signals_numbers };

static void signals_unlink(void)
{
    if (signals_temporary[0])
        unlink(signals_temporary);
    for (const struct signals_more *more = signals_list; more; more = more->next)
        unlink(more->path);
}

static void signals_handler(int number)
{
    (void)number;
    if (signals_deferred && !signals_seen) {
        signals_seen = 1;
        return;
    }
    signals_unlink();
    _exit(REPORT_INTERRUPTED);
}

static void signals_bus(int number)
{
    static const char text[] =
        "inlay: a file was cut short by another program while it was being read\n";
    (void)number;
    signals_unlink();
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written;
    _exit(REPORT_IO);
}

static sigset_t signals_set(void)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < SIGNALS_N; i++)
        sigaddset(&set, signals_numbers[i]);
    return set;
}

void signals_install(void)
{
    struct sigaction action = {.sa_handler = signals_handler, .sa_mask = signals_set()}, before;
    for (size_t i = 0; i < SIGNALS_N; i++) {
        /* nohup and background jobs ignore signals for a reason */
        if (sigaction(signals_numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(signals_numbers[i], &action, NULL);
    }
    action.sa_handler = signals_bus;
    sigaction(SIGBUS, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file at its limit is then a failing write, told like a full disk */
}

void signals_hold(void)
{
    sigset_t set = signals_set();
    sigprocmask(SIG_BLOCK, &set, NULL);
}

void signals_release(void)
{
    sigset_t set = signals_set();
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

void signals_guard(const char *temporary)
{
    size_t len = temporary ? strlen(temporary) : 0;
    sigset_t set = signals_set(), before;
    sigprocmask(SIG_BLOCK, &set, &before);
    if (len >= SIGNALS_PATH)
        len = 0;
    if (len > 0)
        memcpy(signals_temporary, temporary, len);
    signals_temporary[len] = '\0';
    while (!temporary && signals_list) {
        struct signals_more *next = signals_list->next;
        free(signals_list);
        signals_list = next;
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
}

void signals_guard_also(const char *temporary)
{
    size_t len = strlen(temporary) + 1;
    struct signals_more *more = malloc(sizeof *more + len);
    sigset_t set = signals_set(), before;
    if (!more)
        return;
    memcpy(more->path, temporary, len);
    sigprocmask(SIG_BLOCK, &set, &before);
    more->next = signals_list;
    signals_list = more;
    sigprocmask(SIG_SETMASK, &before, NULL);
}

void signals_defer(bool on)
{
    signals_deferred = on;
}

bool signals_stopped(void)
{
    return signals_seen != 0;
}
