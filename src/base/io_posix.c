/* Files: positional reads, publishing by temporary name, scratch files without a name. */
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1 /* mkostemp, O_TMPFILE */
#endif
#include "base/io.h"

#if INLAY_POSIX

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* ---- reading ---- */

struct inlay_file {
    inlay_env *env;
    int fd;
    uint8_t *map; /* NULL = not mapped */
    uint64_t size_bytes;
};

static int posix_pread(int fd, uint64_t at, void *dst, size_t bytes)
{
    uint8_t *p = dst;
    while (bytes) {
        ssize_t n = pread(fd, p, bytes, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        if (n == 0)
            return EIO; /* the file became shorter under us */
        p += n;
        at += (uint64_t)n;
        bytes -= (size_t)n;
    }
    return 0;
}

static int posix_write(int fd, const void *data, size_t bytes)
{
    const uint8_t *p = data;
    while (bytes) {
        ssize_t n = write(fd, p, bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        p += n;
        bytes -= (size_t)n;
    }
    return 0;
}

/* Both, one behind the other, in as few calls as may be. */
static int posix_write_both(int fd, const void *first, size_t first_bytes, const void *second, size_t second_bytes)
{
    ssize_t n = 0;
    if (first_bytes) {
        union {
            const void *in;
            void *out;
        } a = {first}, b = {second}; /* writev reads only */
        struct iovec parts[] = {{a.out, first_bytes}, {b.out, second_bytes}};
        do
            n = writev(fd, parts, 2);
        while (n < 0 && errno == EINTR);
        if (n < 0)
            return errno;
    }
    size_t done = (size_t)n, from = done > first_bytes ? done - first_bytes : 0;
    int e = done < first_bytes ? posix_write(fd, (const uint8_t *)first + done, first_bytes - done) : 0;
    return e ? e : posix_write(fd, (const uint8_t *)second + from, second_bytes - from);
}

static int posix_file_read(void *ctx, uint64_t at, void *dst, size_t bytes)
{
    return posix_pread(((const inlay_file *)ctx)->fd, at, dst, bytes);
}
static const uint8_t *posix_file_view(void *ctx, uint64_t at, size_t bytes)
{
    (void)bytes;
    return ((const inlay_file *)ctx)->map + at;
}

inlay_status inlay_file_open(inlay_env *env, const char *path, bool map, inlay_file **file,
                             inlay_source *source)
{
    *file = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe without a writer must not hang */
    if (fd < 0)
        return err_set_os(env, ERR("cannot open the file"), errno);
    struct stat st;
    void *block = NULL;
    inlay_status status = INLAY_OK;
    if (fstat(fd, &st) != 0)
        status = err_set_os(env, ERR("cannot read the file's size"), errno);
    else if (S_ISDIR(st.st_mode))
        status = err_set_os(env, ERR("is a folder, not a file"), EISDIR);
    else if (!S_ISREG(st.st_mode))
        status = err_set_os(env, ERR("is not a regular file: Parquet needs random access"), ESPIPE);
    else
        status = mem_new(env, sizeof **file, &block);
    if (status != INLAY_OK) {
        close(fd);
        return status;
    }
    inlay_file *f = block;
    *f = (inlay_file){.env = env, .fd = fd, .size_bytes = (uint64_t)st.st_size};
    if (map && st.st_size > 0 && (uint64_t)st.st_size <= SIZE_MAX) {
        void *at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
        f->map = at == MAP_FAILED ? NULL : at; /* reading then serves as well */
    }
    *file = f;
    *source = (inlay_source){f, f->size_bytes, posix_file_read, f->map ? posix_file_view : NULL};
    return INLAY_OK;
}

void inlay_file_close(inlay_file *file)
{
    if (!file)
        return;
    if (file->map)
        munmap(file->map, (size_t)file->size_bytes);
    close(file->fd);
    mem_free(file->env, file, sizeof *file);
}

/* ---- publishing ---- */

enum {
    POSIX_OUTPUT_BUFFER = 256 * 1024,
    POSIX_OUTPUT_DIRECT = 64 * 1024, /* bytes from which on a piece is not gathered with others */
    POSIX_OUTPUT_START = 8 * 1024 * 1024
};

struct inlay_output {
    inlay_env *env;
    int fd;
    bool created; /* the temporary file stands in the folder */
    char *path, *temporary; /* one block each, bytes below */
    size_t path_bytes, temporary_bytes;
    struct buf pending;
    uint64_t written, started; /* bytes in the file; of them on their way to the disk */
};

/* What is written begins its way to the disk, so that the last sync has less to wait for. A hint: where it fails, that
 * sync says what is wrong. */
static void posix_output_start_disk(inlay_output *o)
{
#ifdef SYNC_FILE_RANGE_WRITE
    if (o->written - o->started >= POSIX_OUTPUT_START) {
        (void)!sync_file_range(o->fd, (off_t)o->started, (off_t)(o->written - o->started), SYNC_FILE_RANGE_WRITE);
        o->started = o->written;
    }
#else
    (void)o;
#endif
}

/* Large pieces go out as they are, with what is pending before them. */
static int posix_output_append(void *ctx, const void *data, size_t bytes)
{
    inlay_output *o = ctx;
    if (bytes >= POSIX_OUTPUT_DIRECT || o->pending.bytes + bytes > POSIX_OUTPUT_BUFFER) {
        bool direct = bytes >= POSIX_OUTPUT_DIRECT;
        int e = posix_write_both(o->fd, o->pending.data, o->pending.bytes, data, direct ? bytes : 0);
        if (e)
            return e;
        o->written += o->pending.bytes + (direct ? bytes : 0);
        buf_clear(&o->pending);
        posix_output_start_disk(o);
        if (direct)
            return 0;
    }
    buf_append(&o->pending, data, bytes);
    return o->pending.status == INLAY_OK ? 0 : ENOMEM;
}

/* "folder/.name.XXXXXX.tmp" beside "folder/name". */
static inlay_status posix_temporary_name(inlay_output *o)
{
    const char *slash = strrchr(o->path, '/');
    size_t folder = slash ? (size_t)(slash - o->path) + 1 : 0, name = strlen(o->path) - folder;
    if (name > 200) /* NAME_MAX is 255; the temporary name is a hint, not the name */
        name = 200;
    void *block = NULL;
    o->temporary_bytes = folder + name + sizeof "..XXXXXX.tmp";
    TRY(mem_new(o->env, o->temporary_bytes, &block));
    o->temporary = block;
    memcpy(o->temporary, o->path, folder);
    o->temporary[folder] = '.';
    memcpy(o->temporary + folder + 1, o->path + folder, name);
    memcpy(o->temporary + folder + 1 + name, ".XXXXXX.tmp", sizeof ".XXXXXX.tmp");
    return INLAY_OK;
}

/* The mode that the published file gets: the old file's, else what open() would give. */
static mode_t posix_output_mode(const char *path)
{
    struct stat st;
    if (stat(path, &st) == 0)
        return st.st_mode & 07777;
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

static inlay_status posix_output_start(inlay_output *o, const char *path)
{
    struct stat st;
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return err_set_os(o->env, ERR("the output exists and is not a regular file"),
                          S_ISDIR(st.st_mode) ? EISDIR : EINVAL);
    char *real = realpath(path, NULL); /* through a symbolic link to the file itself */
    const char *target = real ? real : path;
    o->path_bytes = strlen(target) + 1;
    void *block = NULL;
    inlay_status status = mem_new(o->env, o->path_bytes, &block);
    if (status == INLAY_OK) {
        o->path = block;
        memcpy(o->path, target, o->path_bytes);
        status = posix_temporary_name(o);
    }
    free(real);
    TRY(status);
    o->fd = mkostemps(o->temporary, 4, O_CLOEXEC);
    if (o->fd < 0)
        return err_set_os(o->env, ERR("cannot create a file in the output's folder"), errno);
    o->created = true;
    if (fchmod(o->fd, posix_output_mode(o->path)) != 0 && errno != EPERM)
        return err_set_os(o->env, ERR("cannot set the output's mode"), errno);
    return INLAY_OK;
}

static void posix_output_free(inlay_output *o)
{
    inlay_env *env = o->env;
    if (o->fd >= 0)
        close(o->fd);
    mem_free(env, o->path, o->path ? o->path_bytes : 0);
    mem_free(env, o->temporary, o->temporary ? o->temporary_bytes : 0);
    buf_free(&o->pending);
    mem_free(env, o, sizeof *o);
}

inlay_status inlay_output_open(inlay_env *env, const char *path, inlay_output **output,
                               inlay_sink *sink)
{
    void *block = NULL;
    *output = NULL;
    TRY(mem_new(env, sizeof **output, &block));
    inlay_output *o = block;
    o->env = env;
    o->fd = -1;
    buf_init(&o->pending, env);
    inlay_status status = posix_output_start(o, path);
    if (status != INLAY_OK) {
        inlay_error error = env->error;
        inlay_output_abort(o);
        env->error = error;
        return status;
    }
    *output = o;
    *sink = (inlay_sink){o, posix_output_append};
    return INLAY_OK;
}

const char *inlay_output_temporary(const inlay_output *output)
{
    return output->temporary;
}

/* A rename is lasting only once the folder that holds the name is on disk. */
static int posix_sync_folder(char *path)
{
    char *slash = strrchr(path, '/');
    int fd;
    if (!slash) {
        fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    } else {
        char kept = slash[1];
        slash[1] = 0;
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        slash[1] = kept;
    }
    if (fd < 0)
        return errno == EACCES ? 0 : errno; /* a folder we may write but not read */
    int e = fsync(fd) != 0 && errno != EINVAL ? errno : 0;
    close(fd);
    return e;
}

inlay_status inlay_output_commit(inlay_output *output)
{
    inlay_output *o = output;
    int e = posix_write(o->fd, o->pending.data, o->pending.bytes);
    if (!e && fsync(o->fd) != 0)
        e = errno;
    if (!e && close(o->fd) != 0)
        e = errno;
    if (!e)
        o->fd = -1;
    if (!e && rename(o->temporary, o->path) != 0)
        e = errno;
    if (e) {
        inlay_env *env = o->env;
        inlay_output_abort(o);
        return err_set_os(env, ERR("cannot finish the output"), e);
    }
    e = posix_sync_folder(o->path);
    inlay_status status = e ? err_set_os(o->env, ERR("cannot sync the output's folder"), e) : INLAY_OK;
    posix_output_free(o);
    return status;
}

void inlay_output_abort(inlay_output *output)
{
    if (!output)
        return;
    if (output->created)
        unlink(output->temporary);
    posix_output_free(output);
}

/* ---- scratch ---- */

void io_scratch_free(struct io_scratch *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
    s->file_bytes = 0;
    buf_free(&s->memory);
}

static inlay_status posix_scratch_open(struct io_scratch *s)
{
    const char *folder = s->folder ? s->folder : getenv("TMPDIR");
    if (!folder || !*folder)
        folder = "/var/tmp"; /* on disk; /tmp often is memory */
#ifdef O_TMPFILE
    s->fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (s->fd >= 0)
        return INLAY_OK;
#endif
    static const char name[] = "/.inlay.XXXXXX.tmp";
    size_t n = strlen(folder);
    void *block = NULL;
    TRY(mem_new(s->env, n + sizeof name, &block));
    char *path = block;
    memcpy(path, folder, n);
    memcpy(path + n, name, sizeof name);
    s->fd = mkostemps(path, 4, O_CLOEXEC);
    int e = errno;
    if (s->fd >= 0)
        unlink(path);
    mem_free(s->env, block, n + sizeof name);
    return s->fd < 0 ? err_set_os(s->env, ERR("cannot create a scratch file"), e) : INLAY_OK;
}

static inlay_status posix_scratch_flush(struct io_scratch *s)
{
    if (s->fd < 0)
        TRY(posix_scratch_open(s));
    int e = posix_write(s->fd, s->memory.data, s->memory.bytes);
    if (e)
        return err_set_os(s->env, ERR("cannot write the scratch file"), e);
    s->file_bytes += s->memory.bytes;
    buf_clear(&s->memory);
    return INLAY_OK;
}

inlay_status io_scratch_append(struct io_scratch *s, const void *data, size_t bytes)
{
    buf_append(&s->memory, data, bytes);
    TRY(s->memory.status);
    return s->memory.bytes > s->memory_bytes ? posix_scratch_flush(s) : INLAY_OK;
}

inlay_status io_scratch_read(struct io_scratch *s, uint64_t at, void *dst, size_t bytes)
{
    uint64_t all = io_scratch_bytes(s);
    if (at > all || bytes > all - at)
        return err_set(s->env, INLAY_ARG, ERR("scratch read beyond its end"));
    size_t from_file = 0;
    if (at < s->file_bytes) {
        from_file = bytes < s->file_bytes - at ? bytes : (size_t)(s->file_bytes - at);
        int e = posix_pread(s->fd, at, dst, from_file);
        if (e)
            return err_set_os(s->env, ERR("cannot read the scratch file"), e);
    }
    if (bytes > from_file)
        memcpy((uint8_t *)dst + from_file, s->memory.data + (at + from_file - s->file_bytes),
               bytes - from_file);
    return INLAY_OK;
}

#endif
