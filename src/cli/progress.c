/* A progress line on stderr; see progress.h. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "cli/progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PROGRESS_QUIET_NS = 1000000000, PROGRESS_EVERY_NS = 100000000, PROGRESS_BAR = 24 };

uint64_t progress_now_ns(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return 0;
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void progress_start(struct progress *p, const char *what, bool quiet)
{
    *p = (struct progress){.what = what, .start_ns = progress_now_ns()};
    p->on = !quiet && isatty(STDERR_FILENO) == 1;
}

double progress_seconds(const struct progress *p)
{
    return (double)(progress_now_ns() - p->start_ns) / 1e9;
}

void progress_update(void *progress, uint64_t done, uint64_t total)
{
    struct progress *p = progress;
    if (!p->on)
        return;
    uint64_t now = progress_now_ns();
    if (now - p->start_ns < PROGRESS_QUIET_NS || (p->shown && now - p->last_ns < PROGRESS_EVERY_NS))
        return;
    p->last_ns = now;
    p->shown = true;
    if (total == 0) {
        fprintf(stderr, "\r%s: %llu\033[K", p->what, (unsigned long long)done);
    } else {
        if (done > total)
            done = total;
        double part = (double)done / (double)total, seconds = (double)(now - p->start_ns) / 1e9;
        int full = (int)(part * PROGRESS_BAR);
        char bar[PROGRESS_BAR + 1];
        memset(bar, '.', PROGRESS_BAR);
        memset(bar, '#', (size_t)full);
        bar[PROGRESS_BAR] = '\0';
        fprintf(stderr, "\r%s [%s] %3d %%", p->what, bar, (int)(part * 100));
        if (part > 0.02)
            fprintf(stderr, "  %.0f s left", seconds / part - seconds);
        fputs("\033[K", stderr);
    }
    fflush(stderr);
}

void progress_end(struct progress *p)
{
    if (p->shown) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
    p->shown = false;
    p->on = false;
}
