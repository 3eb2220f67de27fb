/* Sources and sinks as the library uses them: checked ranges, errors into the env, scratch files. */
#ifndef INLAY_BASE_IO_H
#define INLAY_BASE_IO_H

#include "base/buf.h"

/* Bytes [at, at + bytes) of a source: a view if it has one, else read into *buffer (grown as needed).
 * Ranges outside the source are CORRUPT. */
INLAY_CHECKED inlay_status io_read(inlay_env *env, const inlay_source *source, uint64_t at,
                                   size_t bytes, struct buf *buffer, const uint8_t **data);
/* The same, behind what *buffer holds; never a view. */
INLAY_CHECKED inlay_status io_read_behind(inlay_env *env, const inlay_source *source, uint64_t at, size_t bytes,
                                          struct buf *buffer);
INLAY_CHECKED inlay_status io_append(inlay_env *env, const inlay_sink *sink, const void *data,
                                     size_t bytes);

/* A scratch file: appended to, then read back; gone when closed, or when the process dies. Held in
 * memory up to `memory_bytes`, beyond that in an unlinked file in `folder` (NULL = TMPDIR, else the
 * system's). Without POSIX it stays in memory. */
struct io_scratch {
    inlay_env *env;
    const char *folder;
    size_t memory_bytes;
    struct buf memory;   /* bytes not yet in the file */
    uint64_t file_bytes; /* bytes in the file */
    int fd;              /* -1 = none yet */
};
void io_scratch_init(struct io_scratch *s, inlay_env *env, const char *folder, size_t memory_bytes);
void io_scratch_free(struct io_scratch *s);
INLAY_CHECKED inlay_status io_scratch_append(struct io_scratch *s, const void *data, size_t bytes);
uint64_t io_scratch_bytes(const struct io_scratch *s);
/* Fill dst with exactly `bytes` from `at`. */
INLAY_CHECKED inlay_status io_scratch_read(struct io_scratch *s, uint64_t at, void *dst,
                                           size_t bytes);
/* As a sink and a source, so that whole Parquet files may live in one. */
inlay_sink io_scratch_sink(struct io_scratch *s);
inlay_source io_scratch_source(struct io_scratch *s);

#endif
