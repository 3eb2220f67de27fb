/* Several threads write row groups of one merge, each into memory; they go into the output in their order, as they are.
 *
 * A worker has an env of its own, readers of its own over the inputs' sources, and every n-th few row groups, or some
 * columns of all. What it makes is a file of these, whose column chunks are then copied, so that the output is the same,
 * byte for byte, for any number of workers.
 */
#ifndef INLAY_MERGE_CREW_H
#define INLAY_MERGE_CREW_H

#include "merge/body.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_THREADS

enum {
    CREW_MOST = 64,
    CREW_MEMORY = 64 * 1024 * 1024, /* a worker has this much at least, of what is aimed for and of a limit */
    CREW_GROUP_ROWS = 4 * 1024 * 1024, /* a larger row group is not held in memory */
    CREW_PARTS = 1024, CREW_EVEN = 4, /* of memory; one in so many goes to all workers alike */
    CREW_ALIKE = 1 << 20, /* what each wants who takes turns at row groups */
    CREW_OWN = 16 * 1024 * 1024, /* beside columns: the row group that it makes, stretches */
    CREW_STRETCHES = 4, /* of an input, up to which inputs follow each other */
    CREW_VALUE = 90, CREW_BYTE = 32, /* instructions a value, a packed byte: measured */
    CREW_LOOKS = 16,    /* inputs that are asked for the weight of a column */
    CREW_MOST_BYTES = 1 << 20,  /* of a value, for its weight */
    CREW_MOST_LEAVES = 4096,
    CREW_UNEVEN = 4     /* a part of a share that one may have above it */
};
#define CREW_NOBODY UINT32_MAX

/* How many of n workers the body's row groups and memory are enough for; below 2: none. owner: [n_leaves, at least 1]
 * gets the worker of each column, or owner[0] CREW_NOBODY where they are to take turns at row groups. */
INLAY_CHECKED inlay_status crew_size(const struct body *body, uint32_t n, uint32_t *owner, uint32_t *size);
/* Write all row groups to body->writer. `body` is a pattern for the workers' own, zeroed but for what its caller sets;
 * `owner` is that of crew_size, `sorting` are the output's sorting columns. On return body->moved_bytes is the sum. */
INLAY_CHECKED inlay_status crew_write(struct body *body, uint32_t n, uint32_t *owner, const inlay_write_options *options,
                                      const inlay_sorting *sorting, size_t n_sorting, const char *scratch_folder,
                                      size_t dictionary_bytes);

#endif

#endif
