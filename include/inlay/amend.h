/* Changing the end of a file that stands, and nothing else of it: how an edited footer (inlay/edit.h) is published.
 *
 * Two ways. Atomic: a new file takes the old one's place by rename. In place: the new end is written behind the old one
 * and not a byte of the old file is touched, so that cutting the file back is the way back (inlay_footer_previous).
 *
 * What is guaranteed, whenever the process dies:
 *   atomic     the name stands for the old file or for the new one, whole, and at most one ".NAME.XXXXXX.tmp" is left
 *              in the folder; the same after a power failure, as far as fsync and rename of the file system go
 *   in place   the first bytes, as many as the old file had, are the old file. Behind them stands nothing, or a part
 *              of the new end (inlay_footer_recover then finds where the old file ended), or all of it
 * And whenever a call fails (no space, a limit, no permission, another process changed the file), the file is byte for
 * byte what it was.
 */
#ifndef INLAY_AMEND_H
#define INLAY_AMEND_H

#include "inlay/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#if INLAY_WRITE && INLAY_POSIX

typedef struct inlay_amend inlay_amend;

/* Open a file for changing, and lock it (flock, exclusive) against others that do the same through this call: they
 * wait up to `wait_ms` (0 = 10 seconds), each gets what the one before it left. Symbolic links are followed. A file
 * that nobody may write is refused, whoever asks.
 *
 * `source` reads the file as it was when the lock was taken.
 * Owner: inlay_amend_close, after every handle on `source`. Errors: IO, NOMEM. */
INLAY_API INLAY_CHECKED inlay_status inlay_amend_open(inlay_env *env, const char *path, uint32_t wait_ms,
                                                      inlay_amend **amend, inlay_source *source);

typedef enum inlay_amend_way {
    INLAY_AMEND_ATOMIC = 0, /* a new file of the first keep_bytes and `tail`. The body is shared with the old one where
                               the file system can (FICLONE), else copied (copy_file_range, read and write). Mode, owner
                               and extended attributes go along; where the owner cannot be kept, nothing is changed.
                               Other names of the file (hard links) keep the old one */
    INLAY_AMEND_IN_PLACE    /* keep_bytes = all: append `tail` in one write (of 1,000 pieces
                               at most); less, and no tail: cut the file there */
} inlay_amend_way;

typedef struct inlay_amendment {
    inlay_amend_way way;
    uint64_t keep_bytes;
    const inlay_bytes *tail; /* [n_tail] pieces, one behind the other */
    size_t n_tail;
    inlay_bytes was;  /* bytes that must still stand in the file, at was_at: the footer that the edit began with */
    uint64_t was_at;
} inlay_amendment;

/* Do it, and bring it to the disk. Before the change counts, the file is looked at again: another size, time of
 * modification or inode, or other bytes than `was`, is a failure. Once only; then close.
 * SIGXFSZ must be ignored for a limit on file size to be a failure and not the end.
 * Memory: 1 MiB where the body is copied by read and write.
 * Errors: IO, ARG (in place: neither of the two forms), NOMEM. After "cannot sync the folder" the new file stands. */
INLAY_API INLAY_CHECKED inlay_status inlay_amend_commit(inlay_amend *amend, const inlay_amendment *amendment);
INLAY_API uint32_t inlay_amend_names(const inlay_amend *amend); /* names of the file: more than 1 = hard links */
INLAY_API void inlay_amend_close(inlay_amend *amend); /* gives the lock back; NULL is fine */

#endif

#ifdef __cplusplus
}
#endif
#endif
