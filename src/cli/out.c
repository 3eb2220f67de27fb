/* Output in large pieces; see out.h. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "cli/out.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/report.h"

bool out_open(struct out *o, int fd)
{
    *o = (struct out){.fd = fd, .capacity = fd < 0 ? 2 * OUT_ROOM : OUT_BYTES};
    o->data = malloc(o->capacity);
    return o->data != NULL;
}

void out_close(struct out *o)
{
    free(o->data);
    *o = (struct out){.fd = -1};
}

static void out_write(struct out *o, const char *data, size_t n)
{
    while (n > 0 && o->os_error == 0) {
        ssize_t done = write(o->fd, data, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0) {
            o->os_error = errno;
            return;
        }
        data += done;
        n -= (size_t)done;
        o->flushed += (uint64_t)done;
    }
}

void out_flush(struct out *o)
{
    if (o->fd < 0)
        return;
    out_write(o, o->data, o->used);
    o->used = 0;
}

/* After a failure in memory what is there is dropped: capacity never falls under OUT_ROOM, so that
 * out_room always has something to give. */
void out_more(struct out *o, size_t n)
{
    if (o->fd >= 0) {
        out_flush(o);
        return;
    }
    size_t want = o->capacity + o->capacity / 2 + n;
    char *data = o->os_error == 0 && want > o->capacity ? realloc(o->data, want) : NULL;
    if (!data) {
        o->os_error = ENOMEM;
        o->used = 0;
        return;
    }
    o->data = data;
    o->capacity = want;
}

void out_bytes(struct out *o, const void *data, size_t n)
{
    const char *from = data;
    while (n > 0) {
        size_t room = o->capacity - o->used;
        if (room == 0 || (o->fd < 0 && room < n)) {
            out_more(o, n);
            room = o->capacity - o->used;
        }
        size_t piece = n < room ? n : room;
        memcpy(o->data + o->used, from, piece);
        o->used += piece;
        from += piece;
        n -= piece;
    }
}

void out_text(struct out *o, const char *text)
{
    out_bytes(o, text, strlen(text));
}

void out_repeat(struct out *o, char c, size_t n)
{
    while (n > 0) {
        size_t piece = n < OUT_ROOM ? n : OUT_ROOM;
        memset(out_room(o, piece), c, piece);
        o->used += piece;
        n -= piece;
    }
}

void out_format(struct out *o, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(out_room(o, OUT_ROOM), OUT_ROOM, format, args);
    va_end(args);
    if (n > 0)
        o->used += n < OUT_ROOM ? (size_t)n : OUT_ROOM - 1;
}

int out_finish(struct out *o, int code)
{
    out_flush(o);
    /* Some file systems tell of a full disk only at close. */
    if (o->os_error == 0 && close(o->fd) != 0 && errno != EINTR)
        o->os_error = errno;
    int os_error = o->os_error;
    out_close(o);
    if (os_error == 0 || os_error == EPIPE)
        return code;
    if (os_error == ENOMEM)
        return report_memory();
    return report_system("standard output", "cannot write", os_error);
}

int out_summary(bool quiet, bool json, out_print *as_text, out_print *as_json, const void *ctx)
{
    struct out o;
    if (quiet && !json)
        return REPORT_DONE;
    if (!out_open(&o, STDOUT_FILENO))
        return report_memory();
    (json ? as_json : as_text)(&o, ctx);
    return out_finish(&o, REPORT_DONE);
}
