/* --where and --explain: rows of a file that fulfil a predicate, and what was skipped to find them. */
#ifndef INLAY_CLI_FILTER_H
#define INLAY_CLI_FILTER_H

#include "inlay/where.h"

#include "cli/files.h"

struct filter {
    const struct files_input *in;
    inlay_where *where;
    bool explain;
    uint64_t told; /* lines of --explain */
};

/* Returns an exit code; a failure has been reported. The filter must stay where it is. */
int filter_open(struct filter *f, const struct files_input *in, const char *text, bool explain);
/* The next stretch of rows; *n 0 at the end. */
int filter_next(struct filter *f, int64_t *first, int64_t *n);
void filter_close(struct filter *f); /* with --explain, the sums */

#endif
