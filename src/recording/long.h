/* A long table being written: what the buffer and its runs look like inside.
 *
 * Full buffers become sorted runs in scratch files; sixteen runs of one level become one of the
 * next, so of n buffers at most 15 * log16(n) + 16 runs exist, each merged log16(n) times. Runs
 * stay in the order of time, which is what ties are broken by.
 */
#ifndef INLAY_RECORDING_LONG_H
#define INLAY_RECORDING_LONG_H

#include "base/io.h"
#include "recording/run.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

enum {
    LONG_MERGE_RUNS = 16,
    LONG_BUFFER_ROWS = 131072,
    LONG_MOST_ROWS = INT32_MAX / 64,            /* rows are counted in 32 bits, and fill memory */
    LONG_RUN_MEMORY_BYTES = 64 * 1024,          /* of a run that stays out of the file system */
    LONG_MERGE_MEMORY_BYTES = 64 * 1024 * 1024, /* for open columns, see inlay_merge */
    LONG_SORT_BYTES = 4096                      /* longest sort schema */
};

struct long_run {
    struct io_scratch scratch;
    uint32_t level;
};

struct inlay_long {
    inlay_env *env;
    inlay_long_options options;
    char sort[LONG_SORT_BYTES];
    struct sortspec spec; /* views into `sort` */
    struct series_table series;
    struct run_sample *samples; /* the buffer, in order of arrival */
    size_t n, capacity;
    uint32_t *order; /* [2 * n] while a run is made */
    struct long_run **runs;
    size_t n_runs, runs_capacity;
    uint64_t n_rows;
    uint32_t n_used; /* series with samples */
    bool finished;
};

#endif
#endif
