/* Several threads write row groups of one merge, each into memory; they go into the output in their order, as they are.
 *
 * A worker has an env of its own, readers of its own over the inputs' sources, and every n-th few row groups. What it makes
 * is a file of these row groups, whose column chunks are then copied, so that the output is the same, byte for byte, for
 * any number of workers.
 */
#ifndef INLAY_MERGE_CREW_H
#define INLAY_MERGE_CREW_H

#include "merge/body.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_THREADS

enum {
    CREW_MOST = 64,
    CREW_MEMORY = 64 * 1024 * 1024, /* a worker has this much at least, of what is aimed for and of a limit */
    CREW_GROUP_ROWS = 4 * 1024 * 1024, /* a larger row group is not held in memory */
    CREW_OWN = 16 * 1024 * 1024, /* beside columns: the row group that it makes, stretches */
    CREW_STRETCHES = 4 /* of an input, up to which inputs follow each other */
};

/* How many of n workers the body's row groups and memory are enough for; below 2: none. */
uint32_t crew_size(const struct body *body, uint32_t n);
/* Write all row groups to body->writer. `body` is a pattern for the workers' own, zeroed but for what its caller sets;
 * `sorting` are the output's sorting columns. On return body->moved_bytes is the sum. */
INLAY_CHECKED inlay_status crew_write(struct body *body, uint32_t n, const inlay_write_options *options,
                                      const inlay_sorting *sorting, size_t n_sorting, const char *scratch_folder,
                                      size_t dictionary_bytes);

#endif

#endif
