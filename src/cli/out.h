/* Output in large pieces: to a file descriptor, or into memory that grows.
 *
 * Writing never fails at the call: the first failure is remembered, later output is dropped, and
 * the owner checks once a row. out_room gives space without a check per byte.
 */
#ifndef INLAY_CLI_OUT_H
#define INLAY_CLI_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "inlay/base.h"

enum { OUT_BYTES = 256 * 1024, OUT_ROOM = 16 * 1024 /* most that out_room may be asked for */ };

struct out {
    char *data;
    size_t used, capacity;
    int fd;             /* -1 = memory */
    int os_error;       /* first failure: errno of the write, or ENOMEM */
    uint64_t flushed;   /* bytes given to the descriptor */
    const char *fault;  /* a value that has no text within bounds; constant text */
};

/* false = no memory. fd -1 = into memory. */
bool out_open(struct out *o, int fd);
void out_close(struct out *o); /* drops what is not flushed */
void out_flush(struct out *o);
/* End of standard output: flush, close the descriptor, report a failure. Gives `code`, or REPORT_IO
 * if output failed; a closed pipe is quiet and counts as done. */
int out_finish(struct out *o, int code);
/* What a command did, on standard output, when all of it is done: as JSON if asked for, else as text unless quiet.
 * Returns an exit code; a failure has been reported. */
typedef void out_print(struct out *o, const void *ctx);
int out_summary(bool quiet, bool json, out_print *as_text, out_print *as_json, const void *ctx);

void out_more(struct out *o, size_t n);

/* Room for n <= OUT_ROOM bytes; the caller adds what it used to o->used. Never NULL. */
static inline char *out_room(struct out *o, size_t n)
{
    if (o->capacity - o->used < n)
        out_more(o, n);
    return o->data + o->used;
}
static inline void out_char(struct out *o, char c)
{
    *out_room(o, 1) = c;
    o->used++;
}
void out_bytes(struct out *o, const void *data, size_t n);
void out_text(struct out *o, const char *text);
void out_repeat(struct out *o, char c, size_t n);
/* At most OUT_ROOM bytes, printf's format. */
void out_format(struct out *o, const char *format, ...);

/* Has output failed in a way that ends the work? */
static inline bool out_failed(const struct out *o)
{
    return o->os_error != 0 || o->fault != NULL;
}

#endif
