/* Status, errors, memory, limits, and bytes in and out: what every other header builds on. */
#ifndef INLAY_BASE_H
#define INLAY_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inlay/config.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a call answers. The failures are named by what the caller can do about them. */
typedef enum inlay_status {
    INLAY_OK = 0,
    INLAY_END,        /* nothing more to give; not a failure */
    INLAY_ARG,        /* fix the call */
    INLAY_NOMEM,      /* the allocator or the memory limit said no */
    INLAY_LIMIT,      /* a limit of inlay_limits; raise it if the file is trusted */
    INLAY_IO,         /* the source or the sink said so; inlay_error.os_error has errno */
    INLAY_CORRUPT,    /* the file is bad */
    INLAY_UNSUPPORTED /* valid Parquet that this build does not do */
} inlay_status;

/* A run of bytes that belongs to someone else. */
typedef struct inlay_bytes {
    const uint8_t *data;
    size_t len;
} inlay_bytes;

/* malloc, realloc and free in one function: old == NULL makes, new_bytes == 0 frees (and answers
 * NULL), otherwise resize. The old size is always given, so an arena needs no headers. Blocks are
 * aligned to 16 bytes. NULL on failure, the old block then still stands. */
typedef struct inlay_allocator {
    void *(*resize)(void *ctx, void *old, size_t old_bytes, size_t new_bytes);
    void *ctx;
} inlay_allocator;

/* Bounds on what a file may ask for. 0 means the default that stands behind each. */
typedef struct inlay_limits {
    uint64_t memory_bytes;          /* all memory in use through one env; no limit */
    uint64_t footer_bytes;          /* 256 MiB */
    uint64_t page_bytes;            /* one page, uncompressed; 256 MiB, and not more than 4096 times its
                                       packed size above 16 MiB (a set limit lifts that check) */
    uint64_t page_header_bytes;     /* 16 MiB */
    uint64_t dictionary_bytes;      /* one dictionary page, uncompressed; 256 MiB */
    uint64_t rows;                  /* of the file, as its row groups say; 2^40 */
    uint64_t decoded_bytes;         /* values of all columns opened through one reader, in memory form;
                                       64 GiB or 1024 times the file's size, whichever is more */
    uint64_t chunk_ratio;           /* bytes of values that a byte of a column chunk may stand for, above
                                       1 GiB of values; 65,536 */
    uint64_t thrift_elements;       /* of one list; 1,000,000 */
    uint64_t thrift_bytes;          /* of one string; 100 MB */
    uint32_t thrift_depth;          /* structs and lists in each other; 32 */
    uint32_t schema_depth;          /* groups in each other; 256 */
    uint32_t schema_nodes;          /* 1,000,000 */
} inlay_limits;

/* Where and why the last failing call failed. Numbers are -1 where they do not apply. */
typedef struct inlay_error {
    inlay_status status;
    const char *what;  /* constant text, "" if none */
    int64_t at;        /* byte offset in the file */
    int32_t input;     /* which input, for calls that take several */
    int32_t row_group;
    int64_t row;       /* counted within the row group */
    int32_t page;      /* data page within the column chunk */
    int32_t os_error;  /* errno; 0 if none */
    char column[120];  /* dotted path, cut with ".." at its front; "" if none */
} inlay_error;

/* The caller's: zero it, set what you care about, keep it alive as long as any handle made with it.
 * One env a thread. */
typedef struct inlay_env {
    inlay_allocator allocator; /* zero = malloc, where INLAY_MALLOC */
    inlay_limits limits;
    uint64_t used_bytes; /* now */
    uint64_t peak_bytes; /* most ever; may be reset by the caller */
    inlay_error error;   /* meaningful after a failure */
} inlay_env;

/* The name of a status: "corrupt". */
INLAY_API const char *inlay_status_name(inlay_status status);

/* An allocator over the caller's buffer: no malloc at all. `arena` and `buffer` must outlive every
 * handle. Freed blocks are reused (first fit, neighbours joined). */
typedef struct inlay_arena {
    uint8_t *buffer;
    size_t bytes;
    void *free_list; /* private */
} inlay_arena;
INLAY_API inlay_allocator inlay_arena_allocator(inlay_arena *arena, void *buffer, size_t bytes);

/* Bytes in: random access. The caller's; functions may be called from several threads.
 *
 *   read_at   fill dst with exactly `bytes` from offset `at`; anything else is a failure. Returns 0,
 *             or an errno value.
 *   view      optional: a pointer to those bytes, valid as long as the source; NULL = not at hand.
 * Callers ask only for ranges inside size_bytes. */
typedef struct inlay_source {
    void *ctx;
    uint64_t size_bytes;
    int (*read_at)(void *ctx, uint64_t at, void *dst, size_t bytes);
    const uint8_t *(*view)(void *ctx, uint64_t at, size_t bytes);
} inlay_source;

/* A source over bytes in memory, which stay the caller's. */
INLAY_API inlay_source inlay_source_memory(const void *data, size_t bytes);

/* Bytes out: append only. Returns 0, or an errno value (after which the sink is not called again). */
typedef struct inlay_sink {
    void *ctx;
    int (*append)(void *ctx, const void *data, size_t bytes);
} inlay_sink;

/* A sink into memory. Grows through env; `data` stays valid until the next append or the free. */
typedef struct inlay_memory_sink {
    inlay_env *env;
    uint8_t *data;
    size_t bytes, capacity;
} inlay_memory_sink;
INLAY_API inlay_sink inlay_sink_memory(inlay_memory_sink *memory, inlay_env *env);
INLAY_API void inlay_sink_memory_free(inlay_memory_sink *memory);

#if INLAY_POSIX
/* A file to read. Reads are positional, so threads may share it.
 *   map   true: memory-map it, pages are then decoded in place. A mapped file that another process
 *         cuts short kills the reader (SIGBUS): map only files that nobody truncates.
 * Owner: inlay_file_close, after every handle on `source` is closed. Errors: IO, NOMEM. */
typedef struct inlay_file inlay_file;
INLAY_API INLAY_CHECKED inlay_status inlay_file_open(inlay_env *env, const char *path, bool map,
                                                     inlay_file **file, inlay_source *source);
INLAY_API void inlay_file_close(inlay_file *file);

/* A file to publish: written under a temporary name in the same folder (".NAME.XXXXXX.tmp"), visible
 * under its own name only after commit (flush, fsync, rename, fsync of the folder). A symbolic link
 * is followed; an existing file keeps its mode. abort (or a crash before commit) leaves what was
 * there. abort accepts NULL; after either call the handle is gone. Errors: IO, NOMEM.
 * inlay_output_temporary: the temporary path, for a signal handler that must unlink it. */
typedef struct inlay_output inlay_output;
INLAY_API INLAY_CHECKED inlay_status inlay_output_open(inlay_env *env, const char *path,
                                                       inlay_output **output, inlay_sink *sink);
INLAY_API const char *inlay_output_temporary(const inlay_output *output);
INLAY_API INLAY_CHECKED inlay_status inlay_output_commit(inlay_output *output);
INLAY_API void inlay_output_abort(inlay_output *output);
#endif

#ifdef __cplusplus
}
#endif
#endif
