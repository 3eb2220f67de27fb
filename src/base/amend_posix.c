/* Changing the end of a file that stands; see inlay/amend.h. */
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1 /* O_TMPFILE, copy_file_range, mkostemps */
#endif
#include "base/amend.h"

#if INLAY_WRITE && INLAY_POSIX

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#if defined(__linux__)
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/xattr.h>
#endif

#include "base/buf.h"

enum {
    AMEND_WAIT_MS = 10000,
    AMEND_POLL_MS = 5,
    AMEND_REOPENS = 10000,      /* files that others renamed away while we waited for their lock */
    AMEND_PIECE = 1024 * 1024,  /* of a body that goes through memory */
    AMEND_COPY_MOST = 1 << 30,  /* of one copy_file_range */
    AMEND_NAMES = 100,          /* temporary names tried */
    AMEND_PIECES = 1000,        /* of one write; IOV_MAX is 1024 */
    AMEND_ATTRIBUTES = 64 * 1024
};

struct inlay_amend {
    inlay_env *env;
    const struct amend_faults *faults;
    int fd;
    int new_fd;                             /* atomic: the file that will take its place; -1 = none */
    char *path, *temporary;                 /* the file itself, not a link to it */
    size_t path_bytes, temporary_bytes;
    bool created;                           /* `temporary` stands in the folder */
    struct stat was;
};

/* ---- steps: each may be made to fail ---- */

static bool amend_fails(const inlay_amend *a, enum amend_step step, size_t *bytes)
{
    int e = a->faults ? a->faults->before(a->faults->ctx, step, bytes) : 0;
    if (e)
        errno = e;
    return e != 0;
}

/* Pieces as far as `most` bytes, from byte `from` of the first one on. */
static int amend_gather(const inlay_bytes *pieces, size_t n, size_t from, size_t most, struct iovec *iov)
{
    int used = 0;
    for (size_t i = 0; i < n && most && used < AMEND_PIECES; i++, from = 0) {
        size_t len = pieces[i].len - from;
        if (len > most)
            len = most;
        if (len)
            iov[used++] = (struct iovec){(void *)(uintptr_t)(pieces[i].data + from), len};
        most -= len;
    }
    return used;
}

static int amend_write(const inlay_amend *a, int fd, uint64_t at, const inlay_bytes *pieces, size_t n)
{
    struct iovec iov[AMEND_PIECES];
    size_t from = 0; /* in the first piece */
    while (n) {
        size_t step = SIZE_MAX;
        if (from == pieces->len) {
            pieces++;
            n--;
            from = 0;
            continue;
        }
        ssize_t done = amend_fails(a, AMEND_WRITE, &step)
                           ? -1
                           : pwritev(fd, iov, amend_gather(pieces, n, from, step, iov), (off_t)at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return done < 0 ? errno : EIO;
        at += (uint64_t)done;
        for (size_t left = (size_t)done, room; left; left -= room) {
            room = pieces->len - from < left ? pieces->len - from : left;
            from += room;
            if (from == pieces->len && left > room) {
                pieces++;
                n--;
                from = 0;
            }
        }
    }
    return 0;
}

static int amend_read(const inlay_amend *a, uint64_t at, void *data, size_t bytes)
{
    uint8_t *p = data;
    while (bytes) {
        size_t step = bytes;
        ssize_t n = amend_fails(a, AMEND_READ, &step) ? -1 : pread(a->fd, p, step, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? errno : EIO; /* 0: the file became shorter under us */
        p += n;
        at += (uint64_t)n;
        bytes -= (size_t)n;
    }
    return 0;
}

static int amend_cut(const inlay_amend *a, int fd, uint64_t bytes)
{
    int r;
    do {
        r = amend_fails(a, AMEND_CUT, NULL) ? -1 : ftruncate(fd, (off_t)bytes);
    } while (r != 0 && errno == EINTR);
    return r != 0 ? errno : 0;
}

static int amend_sync(const inlay_amend *a, int fd, bool data_only)
{
    int r;
    do {
        r = amend_fails(a, AMEND_SYNC, NULL) ? -1 : data_only ? fdatasync(fd) : fsync(fd);
    } while (r != 0 && errno == EINTR);
    return r != 0 ? errno : 0;
}

/* ---- open and lock ---- */

static int amend_source_read(void *ctx, uint64_t at, void *dst, size_t bytes)
{
    return amend_read(ctx, at, dst, bytes);
}

static inlay_status amend_lock(const inlay_amend *a, uint32_t wait_ms)
{
    static const struct timespec pause = {0, AMEND_POLL_MS * 1000000};
    uint32_t left = (wait_ms ? wait_ms : AMEND_WAIT_MS) / AMEND_POLL_MS + 1;
    for (;;) {
        int r = amend_fails(a, AMEND_LOCK, NULL) ? -1 : flock(a->fd, LOCK_EX | LOCK_NB);
        if (r == 0)
            return INLAY_OK;
        if (errno == EINTR)
            continue;
        if (errno != EWOULDBLOCK)
            return err_set_os(a->env, ERR("cannot lock the file"), errno);
        if (--left == 0)
            return err_set(a->env, INLAY_IO, ERR("another process is changing the file"));
        nanosleep(&pause, NULL);
    }
}

static inlay_status amend_copy_path(inlay_amend *a, const char *path)
{
    char *real = realpath(path, NULL);
    void *block = NULL;
    if (!real)
        return err_set_os(a->env, ERR("cannot open the file"), errno);
    a->path_bytes = strlen(real) + 1;
    inlay_status status = mem_new(a->env, a->path_bytes, &block);
    if (status == INLAY_OK) {
        a->path = block;
        memcpy(a->path, real, a->path_bytes);
    }
    free(real);
    return status;
}

/* The file under our path, locked. *moved: it was renamed away while we waited; again, then. */
static inlay_status amend_open_once(inlay_amend *a, uint32_t wait_ms, bool *moved)
{
    struct stat now;
    *moved = false;
    a->fd = open(a->path, O_RDWR | O_CLOEXEC | O_NONBLOCK); /* a pipe without a reader must not hang */
    if (a->fd < 0)
        return err_set_os(a->env, ERR("cannot open the file for changing"), errno);
    if (fstat(a->fd, &a->was) != 0)
        return err_set_os(a->env, ERR("cannot read the file's size"), errno);
    if (!S_ISREG(a->was.st_mode))
        return err_set_os(a->env, ERR("is not a regular file"), EINVAL);
    if (!(a->was.st_mode & (S_IWUSR | S_IWGRP | S_IWOTH)))
        return err_set_os(a->env, ERR("the file is read-only"), EACCES);
    TRY(amend_lock(a, wait_ms));
    if (fstat(a->fd, &a->was) != 0)
        return err_set_os(a->env, ERR("cannot read the file's size"), errno);
    if (stat(a->path, &now) != 0)
        return err_set_os(a->env, ERR("cannot open the file"), errno);
    *moved = now.st_ino != a->was.st_ino || now.st_dev != a->was.st_dev;
    return INLAY_OK;
}

static inlay_status amend_start(inlay_amend *a, const char *path, uint32_t wait_ms)
{
    bool moved = true;
    TRY(amend_copy_path(a, path));
    for (unsigned tries = 0; moved && tries < AMEND_REOPENS; tries++) {
        if (a->fd >= 0)
            close(a->fd);
        TRY(amend_open_once(a, wait_ms, &moved));
    }
    return moved ? err_set(a->env, INLAY_IO, ERR("another process is changing the file")) : INLAY_OK;
}

inlay_status amend_open(inlay_env *env, const char *path, uint32_t wait_ms, const struct amend_faults *faults,
                        inlay_amend **amend, inlay_source *source)
{
    void *block = NULL;
    *amend = NULL;
    TRY(mem_new(env, sizeof **amend, &block));
    inlay_amend *a = block;
    *a = (inlay_amend){.env = env, .faults = faults, .fd = -1, .new_fd = -1};
    inlay_status status = amend_start(a, path, wait_ms);
    if (status != INLAY_OK) {
        inlay_error error = env->error;
        inlay_amend_close(a);
        env->error = error;
        return status;
    }
    *amend = a;
    *source = (inlay_source){a, (uint64_t)a->was.st_size, amend_source_read, NULL};
    return INLAY_OK;
}

inlay_status inlay_amend_open(inlay_env *env, const char *path, uint32_t wait_ms, inlay_amend **amend,
                              inlay_source *source)
{
    return amend_open(env, path, wait_ms, NULL, amend, source);
}

uint32_t inlay_amend_names(const inlay_amend *amend)
{
    return (uint32_t)amend->was.st_nlink;
}

/* ---- is it still the file that we opened ---- */

static bool amend_same_stat(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static inlay_status amend_recheck(const inlay_amend *a, const inlay_amendment *m)
{
    struct stat open_file, named;
    uint8_t piece[32 * 1024];
    bool same = fstat(a->fd, &open_file) == 0 && stat(a->path, &named) == 0 && amend_same_stat(&open_file, &a->was) &&
                amend_same_stat(&named, &a->was);
    for (size_t at = 0; same && at < m->was.len; at += sizeof piece) {
        size_t n = m->was.len - at < sizeof piece ? m->was.len - at : sizeof piece;
        int e = amend_read(a, m->was_at + at, piece, n);
        if (e)
            return err_set_os(a->env, ERR("cannot read the file again"), e);
        same = memcmp(piece, m->was.data + at, n) == 0;
    }
    return same ? INLAY_OK : err_set(a->env, INLAY_IO, ERR("another process changed the file meanwhile: nothing done"));
}

/* ---- in place ---- */

static inlay_status amend_in_place(inlay_amend *a, const inlay_amendment *m)
{
    uint64_t size = (uint64_t)a->was.st_size;
    bool append = m->keep_bytes == size;
    if (m->keep_bytes > size || (!append && m->n_tail))
        return err_set(a->env, INLAY_ARG, ERR("in place a file is either appended to or cut"));
    TRY(amend_recheck(a, m));
    int e = append ? amend_write(a, a->fd, size, m->tail, m->n_tail) : amend_cut(a, a->fd, m->keep_bytes);
    if (!e)
        e = amend_sync(a, a->fd, append);
    if (!e)
        return INLAY_OK;
    if (!append)
        return err_set_os(a->env, ERR("cannot cut the file"), e);
    if (amend_cut(a, a->fd, size) != 0)
        return err_set_os(a->env, ERR("cannot append to the file, and what was written of it cannot be cut off"), e);
    (void)amend_sync(a, a->fd, true); /* the file is what it was; there is a failure to tell already */
    return err_set_os(a->env, ERR("cannot append to the file"), e);
}

/* ---- atomic ---- */

/* "folder/.name.XXXXXX.tmp" beside "folder/name"; *unique: where the X begin. */
static inlay_status amend_temporary(inlay_amend *a, size_t *unique)
{
    const char *slash = strrchr(a->path, '/');
    size_t folder = (size_t)(slash - a->path) + 1, name = strlen(a->path) - folder; /* the path begins with a slash */
    void *block = NULL;
    if (name > 200) /* NAME_MAX is 255; the temporary name is a hint, not the name */
        name = 200;
    a->temporary_bytes = folder + name + sizeof "..XXXXXX.tmp";
    TRY(mem_new(a->env, a->temporary_bytes, &block));
    a->temporary = block;
    memcpy(a->temporary, a->path, folder);
    a->temporary[folder] = '.';
    memcpy(a->temporary + folder + 1, a->path + folder, name);
    memcpy(a->temporary + folder + 1 + name, ".XXXXXX.tmp", sizeof ".XXXXXX.tmp");
    *unique = folder + name + 2;
    return INLAY_OK;
}

/* A file without a name, which nobody has to clear away; where that cannot be, one with a name. */
static int amend_create(inlay_amend *a)
{
#if defined(O_TMPFILE)
    char *slash = strrchr(a->path, '/');
    char first = slash[1];
    if (access("/proc/self/fd", X_OK) == 0 && !amend_fails(a, AMEND_CREATE, NULL)) { /* it gets its name through there */
        slash[1] = '\0';
        a->new_fd = open(a->path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        slash[1] = first;
        if (a->new_fd >= 0)
            return 0;
    }
#endif
    a->new_fd = amend_fails(a, AMEND_CREATE_NAMED, NULL) ? -1 : mkostemps(a->temporary, 4, O_CLOEXEC);
    a->created = a->new_fd >= 0;
    return a->created ? 0 : errno;
}

/* By read and write, from byte `at` on. */
static int amend_body_slowly(inlay_amend *a, uint64_t at, uint64_t bytes)
{
    void *piece = NULL;
    int e = mem_resize(a->env, &piece, 0, AMEND_PIECE) == INLAY_OK ? 0 : ENOMEM;
    while (!e && at < bytes) {
        size_t n = bytes - at < AMEND_PIECE ? (size_t)(bytes - at) : AMEND_PIECE;
        e = amend_read(a, at, piece, n);
        if (!e)
            e = amend_write(a, a->new_fd, at, &(inlay_bytes){piece, n}, 1);
        at += n;
    }
    mem_free(a->env, piece, piece ? AMEND_PIECE : 0);
    return e;
}

static int amend_body(inlay_amend *a, uint64_t bytes)
{
    uint64_t at = 0;
#if defined(__linux__)
    if (!amend_fails(a, AMEND_CLONE, NULL) && ioctl(a->new_fd, FICLONE, a->fd) == 0)
        return amend_cut(a, a->new_fd, bytes);
    loff_t from = 0, to = 0;
    while (at < bytes) {
        size_t n = bytes - at < AMEND_COPY_MOST ? (size_t)(bytes - at) : AMEND_COPY_MOST;
        ssize_t done = amend_fails(a, AMEND_COPY, &n) ? -1 : copy_file_range(a->fd, &from, a->new_fd, &to, n, 0);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            break; /* cannot be done here, or has failed: reading and writing will say which */
        at += (uint64_t)done;
    }
#endif
    return amend_body_slowly(a, at, bytes);
}

#if defined(__linux__)
/* Extended attributes, access lists among them. What the file system does not keep is passed over. */
static int amend_attributes(const inlay_amend *a, char *names, size_t capacity)
{
    ssize_t all = flistxattr(a->fd, names, capacity / 2);
    char *value = names + capacity / 2;
    if (all < 0)
        return errno == ENOTSUP || errno == ENOSYS ? 0 : errno;
    for (const char *name = names; name < names + all; name += strlen(name) + 1) {
        ssize_t n = fgetxattr(a->fd, name, value, capacity / 2);
        if (n < 0 && errno == ENODATA)
            continue;
        if (n < 0)
            return errno;
        if (fsetxattr(a->new_fd, name, value, (size_t)n, 0) == 0 || errno == ENOTSUP)
            continue;
        if (errno != EPERM || strncmp(name, "user.", 5) == 0) /* security.*, trusted.*: the system's own affair */
            return errno;
    }
    return 0;
}
#endif

/* Owner before mode: a change of owner takes the set-id bits away. */
static int amend_own(const inlay_amend *a)
{
    struct stat mine;
    int e = 0;
    if (amend_fails(a, AMEND_OWN, NULL) || fstat(a->new_fd, &mine) != 0)
        return errno;
    if ((mine.st_uid != a->was.st_uid || mine.st_gid != a->was.st_gid) &&
        fchown(a->new_fd, a->was.st_uid, a->was.st_gid) != 0)
        return errno;
    if (fchmod(a->new_fd, a->was.st_mode & 07777) != 0)
        return errno;
#if defined(__linux__)
    void *names = NULL;
    if (mem_resize(a->env, &names, 0, 2 * AMEND_ATTRIBUTES) != INLAY_OK)
        return ENOMEM;
    e = amend_attributes(a, names, 2 * AMEND_ATTRIBUTES);
    mem_free(a->env, names, 2 * AMEND_ATTRIBUTES);
#endif
    return e;
}

/* Give the file without a name the temporary one; rename can then put it in the other's place. */
static int amend_link(inlay_amend *a, size_t unique)
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    char self[32];
    struct timespec now = {0, 0};
    if (a->created)
        return 0;
    snprintf(self, sizeof self, "/proc/self/fd/%d", a->new_fd);
    (void)clock_gettime(CLOCK_REALTIME, &now);
    uint64_t seed = (uint64_t)now.tv_nsec ^ (uint64_t)getpid() << 20;
    for (unsigned tries = 0; tries < AMEND_NAMES; tries++) {
        for (uint64_t i = 0, x = (seed + tries) * UINT64_C(0x9E3779B97F4A7C15) >> 8; i < 6; i++, x /= 36)
            a->temporary[unique + i] = digits[x % 36];
        int r = amend_fails(a, AMEND_LINK, NULL) ? -1 : linkat(AT_FDCWD, self, AT_FDCWD, a->temporary, AT_SYMLINK_FOLLOW);
        a->created = r == 0;
        if (a->created)
            return 0;
        if (errno != EEXIST && errno != EINTR)
            break;
    }
    return errno;
}

/* A rename is lasting only once the folder that holds the name is on disk. */
static int amend_sync_folder(inlay_amend *a)
{
    char *slash = strrchr(a->path, '/'), first = slash[1];
    if (amend_fails(a, AMEND_SYNC_FOLDER, NULL))
        return errno;
    slash[1] = '\0';
    int fd = open(a->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    slash[1] = first;
    if (fd < 0)
        return errno == EACCES ? 0 : errno; /* a folder that we may write but not read */
    int e = fsync(fd) != 0 && errno != EINVAL ? errno : 0;
    close(fd);
    return e;
}

static inlay_status amend_atomic(inlay_amend *a, const inlay_amendment *m)
{
    size_t unique = 0;
    int e;
    if (m->keep_bytes > (uint64_t)a->was.st_size)
        return err_set(a->env, INLAY_ARG, ERR("more bytes to keep than the file has"));
    TRY(amend_recheck(a, m));
    TRY(amend_temporary(a, &unique));
    if ((e = amend_create(a)) != 0)
        return err_set_os(a->env, ERR("cannot create a file in the file's folder"), e);
    if ((e = amend_body(a, m->keep_bytes)) != 0 ||
        (e = amend_write(a, a->new_fd, m->keep_bytes, m->tail, m->n_tail)) != 0)
        return err_set_os(a->env, ERR("cannot write the new file"), e);
    if ((e = amend_own(a)) != 0)
        return err_set_os(a->env, ERR("cannot keep the file's owner, mode and attributes"), e);
    if ((e = amend_sync(a, a->new_fd, false)) != 0)
        return err_set_os(a->env, ERR("cannot write the new file"), e);
    TRY(amend_recheck(a, m));
    if ((e = amend_link(a, unique)) != 0)
        return err_set_os(a->env, ERR("cannot name the new file"), e);
    if (amend_fails(a, AMEND_RENAME, NULL) || rename(a->temporary, a->path) != 0)
        return err_set_os(a->env, ERR("cannot put the new file in the old one's place"), errno);
    a->created = false;
    e = amend_sync_folder(a);
    return e ? err_set_os(a->env, ERR("cannot sync the file's folder"), e) : INLAY_OK;
}

inlay_status inlay_amend_commit(inlay_amend *amend, const inlay_amendment *amendment)
{
    if (amend->new_fd >= 0)
        return err_set(amend->env, INLAY_ARG, ERR("a file is amended once"));
    return amendment->way == INLAY_AMEND_IN_PLACE ? amend_in_place(amend, amendment) : amend_atomic(amend, amendment);
}

void inlay_amend_close(inlay_amend *amend)
{
    if (!amend)
        return;
    inlay_env *env = amend->env;
    if (amend->created)
        unlink(amend->temporary);
    if (amend->new_fd >= 0)
        close(amend->new_fd);
    if (amend->fd >= 0)
        close(amend->fd); /* and with it goes the lock */
    mem_free(env, amend->path, amend->path ? amend->path_bytes : 0);
    mem_free(env, amend->temporary, amend->temporary ? amend->temporary_bytes : 0);
    mem_free(env, amend, sizeof *amend);
}

#endif
