/* Sources and sinks: checked ranges, memory on both sides, scratch. */
#include "base/io.h"

#include <string.h>

static inlay_status io_within(inlay_env *env, const inlay_source *source, uint64_t at, size_t bytes)
{
    if (at > source->size_bytes || bytes > source->size_bytes - at)
        return err_set_at(env, INLAY_CORRUPT, ERR("points beyond the end of the file"), at);
    return INLAY_OK;
}

inlay_status io_read_behind(inlay_env *env, const inlay_source *source, uint64_t at, size_t bytes,
                            struct buf *buffer)
{
    TRY(io_within(env, source, at, bytes));
    uint8_t *dst = buf_reserve(buffer, bytes ? bytes : 1);
    if (!dst)
        return buffer->status;
    int os_error = bytes ? source->read_at(source->ctx, at, dst, bytes) : 0;
    if (os_error) {
        err_set_os(env, ERR("cannot read the file"), os_error);
        env->error.at = (int64_t)at;
        return INLAY_IO;
    }
    buffer->bytes += bytes;
    return INLAY_OK;
}

inlay_status io_read(inlay_env *env, const inlay_source *source, uint64_t at, size_t bytes,
                     struct buf *buffer, const uint8_t **data)
{
    *data = NULL;
    TRY(io_within(env, source, at, bytes));
    if (source->view && (*data = source->view(source->ctx, at, bytes)) != NULL)
        return INLAY_OK;
    buf_clear(buffer);
    TRY(io_read_behind(env, source, at, bytes, buffer));
    *data = buffer->data;
    return INLAY_OK;
}

inlay_status io_append(inlay_env *env, const inlay_sink *sink, const void *data, size_t bytes)
{
    int os_error = bytes ? sink->append(sink->ctx, data, bytes) : 0;
    return os_error ? err_set_os(env, ERR("cannot write the output"), os_error) : INLAY_OK;
}

/* ---- memory ---- */

static int io_memory_read(void *ctx, uint64_t at, void *dst, size_t bytes)
{
    memcpy(dst, (const uint8_t *)ctx + at, bytes);
    return 0;
}
static const uint8_t *io_memory_view(void *ctx, uint64_t at, size_t bytes)
{
    (void)bytes;
    return (const uint8_t *)ctx + at;
}

inlay_source inlay_source_memory(const void *data, size_t bytes)
{
    union {
        const void *in;
        void *out;
    } ctx = {data}; /* read only: the context is never written through */
    return (inlay_source){ctx.out, bytes, io_memory_read, io_memory_view};
}

enum { IO_ENOSPC = 28 }; /* what a memory sink says when it may not grow */

static int io_memory_append(void *ctx, const void *data, size_t bytes)
{
    inlay_memory_sink *m = ctx;
    void *block = m->data;
    if (bytes > SIZE_MAX - m->bytes ||
        mem_grow(m->env, &block, &m->capacity, m->bytes + bytes, 1) != INLAY_OK)
        return IO_ENOSPC;
    m->data = block;
    memcpy(m->data + m->bytes, data, bytes);
    m->bytes += bytes;
    return 0;
}

inlay_sink inlay_sink_memory(inlay_memory_sink *memory, inlay_env *env)
{
    *memory = (inlay_memory_sink){.env = env};
    return (inlay_sink){memory, io_memory_append};
}

void inlay_sink_memory_free(inlay_memory_sink *memory)
{
    if (!memory || !memory->env)
        return;
    mem_free(memory->env, memory->data, memory->capacity);
    *memory = (inlay_memory_sink){.env = memory->env};
}

/* ---- scratch: the file part is in io_posix.c ---- */

static int io_scratch_sink_append(void *ctx, const void *data, size_t bytes)
{
    struct io_scratch *s = ctx;
    if (io_scratch_append(s, data, bytes) == INLAY_OK)
        return 0;
    return s->env->error.os_error ? s->env->error.os_error : IO_ENOSPC;
}
static int io_scratch_source_read(void *ctx, uint64_t at, void *dst, size_t bytes)
{
    struct io_scratch *s = ctx;
    if (io_scratch_read(s, at, dst, bytes) == INLAY_OK)
        return 0;
    return s->env->error.os_error ? s->env->error.os_error : 5;
}

inlay_sink io_scratch_sink(struct io_scratch *s)
{
    return (inlay_sink){s, io_scratch_sink_append};
}
inlay_source io_scratch_source(struct io_scratch *s)
{
    return (inlay_source){s, io_scratch_bytes(s), io_scratch_source_read, NULL};
}

uint64_t io_scratch_bytes(const struct io_scratch *s)
{
    return s->file_bytes + s->memory.bytes;
}

void io_scratch_init(struct io_scratch *s, inlay_env *env, const char *folder, size_t memory_bytes)
{
    *s = (struct io_scratch){.env = env, .folder = folder, .memory_bytes = memory_bytes, .fd = -1};
    buf_init(&s->memory, env);
}

#if !INLAY_POSIX
void io_scratch_free(struct io_scratch *s)
{
    buf_free(&s->memory);
}
inlay_status io_scratch_append(struct io_scratch *s, const void *data, size_t bytes)
{
    buf_append(&s->memory, data, bytes);
    return s->memory.status;
}
inlay_status io_scratch_read(struct io_scratch *s, uint64_t at, void *dst, size_t bytes)
{
    if (at > s->memory.bytes || bytes > s->memory.bytes - at)
        return err_set(s->env, INLAY_ARG, ERR("scratch read beyond its end"));
    if (bytes)
        memcpy(dst, s->memory.data + at, bytes);
    return INLAY_OK;
}
#endif
