/* A progress line on stderr: only on a terminal, only after one second, gone when done. */
#ifndef INLAY_CLI_PROGRESS_H
#define INLAY_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *what; /* "merging" */
    uint64_t start_ns, last_ns;
    bool on, shown;
};

/* Monotonic time. */
uint64_t progress_now_ns(void);

void progress_start(struct progress *p, const char *what, bool quiet);
/* `progress` is a struct progress; fits the callbacks of merge.h and recording.h. total 0 =
 * unknown. */
void progress_update(void *progress, uint64_t done, uint64_t total);
/* Remove the line. Call it before anything else is written to the terminal. */
void progress_end(struct progress *p);
double progress_seconds(const struct progress *p); /* since the start */

#endif
