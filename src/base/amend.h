/* Faults for tests of inlay/amend.h: asked before every step that touches a file. */
#ifndef INLAY_BASE_AMEND_H
#define INLAY_BASE_AMEND_H

#include "inlay/amend.h"

#if INLAY_WRITE && INLAY_POSIX

enum amend_step {
    AMEND_LOCK,
    AMEND_CREATE,   /* a file without a name */
    AMEND_CREATE_NAMED,
    AMEND_CLONE,
    AMEND_COPY,     /* copy_file_range; `bytes` as for writes */
    AMEND_READ,
    AMEND_WRITE,
    AMEND_CUT,
    AMEND_OWN,      /* owner, mode, attributes */
    AMEND_SYNC,
    AMEND_LINK,
    AMEND_RENAME,
    AMEND_SYNC_FOLDER,
    AMEND_STEPS
};

/* before: 0 = go on, else the errno that the step fails with; it may lower *bytes (reads and writes are then short),
 * and it may not come back. NULL faults = none. */
struct amend_faults {
    void *ctx;
    int (*before)(void *ctx, enum amend_step step, size_t *bytes);
};
INLAY_CHECKED inlay_status amend_open(inlay_env *env, const char *path, uint32_t wait_ms,
                                      const struct amend_faults *faults, inlay_amend **amend, inlay_source *source);

#endif
#endif
