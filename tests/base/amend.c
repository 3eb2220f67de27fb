/* Facts about changing the end of a file, with faults at every step: the step fails, once or for good, or the process
 * dies there. The file is the old one or the new one. */
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1
#endif
#include "base/amend.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../format/file.h"

#if INLAY_WRITE && INLAY_POSIX

enum amend_fault_kind { AMEND_T_NONE, AMEND_T_ONCE, AMEND_T_FOR_GOOD, AMEND_T_DIE };

/* How the steps go: which are not there at all, how short reads and writes are, and where the fault is. */
struct amend_course {
    const char *name;
    inlay_amend_way way;
    unsigned absent;    /* bits by enum amend_step: fails with EOPNOTSUPP always, as on other file systems */
    size_t most_bytes;  /* of one read or write; 0 = any */
    bool interrupted;   /* every other step is, once */
};

struct amend_script {
    const struct amend_course *course;
    enum amend_fault_kind kind;
    unsigned at;        /* the step, counted from 0 */
    int error;
    unsigned seen;
    bool even;
    enum amend_step failed; /* the last step that was made to fail */
};

static int amend_script_before(void *ctx, enum amend_step step, size_t *bytes)
{
    struct amend_script *s = ctx;
    if (s->course->absent >> step & 1)
        return EOPNOTSUPP;
    if (bytes && s->course->most_bytes && *bytes > s->course->most_bytes)
        *bytes = s->course->most_bytes;
    bool can_wait = step == AMEND_WRITE || step == AMEND_READ || step == AMEND_CUT || step == AMEND_SYNC;
    s->even = !s->even;
    if (s->course->interrupted && can_wait && s->even)
        return EINTR;
    unsigned n = s->seen++;
    if (n < s->at || (n > s->at && s->kind != AMEND_T_FOR_GOOD) || s->kind == AMEND_T_NONE)
        return 0;
    if (s->kind == AMEND_T_DIE)
        raise(SIGKILL);
    s->failed = step;
    return s->error;
}

/* ---- a file, its new end, and what it was and is to be ---- */

struct amend_case {
    char folder[32], path[64];
    uint8_t *old, *new_; /* the file before and after */
    size_t old_bytes, new_bytes, keep;
    inlay_memory_sink file, tail;
    const struct amend_course *course;
};

static void amend_put(const struct amend_case *c)
{
    FILE *f = fopen(c->path, "wb");
    CHECK(f != NULL);
    CHECK_INT(fwrite(c->file.data, 1, c->file.bytes, f), c->file.bytes);
    fclose(f);
    CHECK_INT(chmod(c->path, 0640), 0);
}

static void amend_case_start(struct amend_case *c, const struct amend_course *course)
{
    inlay_env *env = test_env();
    inlay_reader *reader = NULL;
    inlay_edit edit = {INLAY_EDIT_SET, {{(const uint8_t *)"events", 6}, {(const uint8_t *)"{\"events\":[]}", 13}, true}};
    *c = (struct amend_case){.course = course};
    snprintf(c->folder, sizeof c->folder, "%s", "inlay-amend.XXXXXX");
    CHECK(mkdtemp(c->folder) != NULL);
    snprintf(c->path, sizeof c->path, "%s/a.parquet", c->folder);
    inlay_sink sink = inlay_sink_memory(&c->file, env);
    CHECK_INT(file_write(env, &sink, NULL, 50, 50, 50, 7), INLAY_OK);
    inlay_source source = inlay_source_memory(c->file.data, c->file.bytes);
    CHECK_INT(inlay_reader_open(env, &source, NULL, &reader), INLAY_OK);
    sink = inlay_sink_memory(&c->tail, env);
    CHECK_INT(inlay_footer_edit(env, reader, &edit, 1, &sink, NULL), INLAY_OK);
    c->keep = course->way == INLAY_AMEND_ATOMIC ? (size_t)inlay_reader_data_bytes(reader) : c->file.bytes;
    inlay_reader_close(reader);
    c->old_bytes = c->file.bytes;
    c->new_bytes = c->keep + c->tail.bytes;
    c->new_ = malloc(c->new_bytes);
    CHECK(c->new_ != NULL);
    memcpy(c->new_, c->file.data, c->keep);
    memcpy(c->new_ + c->keep, c->tail.data, c->tail.bytes);
}

static void amend_case_end(struct amend_case *c)
{
    unlink(c->path);
    CHECK_INT(rmdir(c->folder), 0);
    free(c->new_);
    inlay_sink_memory_free(&c->file);
    inlay_sink_memory_free(&c->tail);
}

/* Removes temporary files; returns how many there were. */
static unsigned amend_sweep(const struct amend_case *c)
{
    unsigned n = 0;
    DIR *d = opendir(c->folder);
    CHECK(d != NULL);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        char path[400];
        size_t len = strlen(e->d_name);
        if (len < 4 || strcmp(e->d_name + len - 4, ".tmp") != 0)
            continue;
        n++;
        snprintf(path, sizeof path, "%s/%s", c->folder, e->d_name);
        unlink(path);
    }
    closedir(d);
    return n;
}

enum amend_state { AMEND_T_OLD, AMEND_T_NEW, AMEND_T_TORN };

/* What the file is now; anything that it may never be fails the test. */
static enum amend_state amend_look(const struct amend_case *c)
{
    static uint8_t got[65536];
    FILE *f = fopen(c->path, "rb");
    CHECK(f != NULL);
    size_t n = fread(got, 1, sizeof got, f);
    fclose(f);
    if (n == c->old_bytes && memcmp(got, c->file.data, n) == 0)
        return AMEND_T_OLD;
    if (n == c->new_bytes && memcmp(got, c->new_, n) == 0)
        return AMEND_T_NEW;
    CHECK_INT(c->course->way, INLAY_AMEND_IN_PLACE);
    CHECK(n > c->old_bytes && n < c->new_bytes && memcmp(got, c->new_, n) == 0);
    inlay_source source = inlay_source_memory(got, n);
    uint64_t end = 0;
    CHECK_INT(inlay_footer_recover(test_env(), &source, &end), INLAY_OK);
    CHECK_INT(end, c->old_bytes);
    return AMEND_T_TORN;
}

static inlay_status amend_do(const struct amend_case *c, inlay_env *env, struct amend_script *script)
{
    struct amend_faults faults = {script, amend_script_before};
    inlay_amend *amend = NULL;
    inlay_source source;
    inlay_status status = amend_open(env, c->path, 50, &faults, &amend, &source);
    if (status == INLAY_OK) {
        size_t was_at = c->old_bytes - 8;
        inlay_bytes tail[] = {{c->tail.data, 5}, {NULL, 0}, {c->tail.data + 5, c->tail.bytes - 5}};
        inlay_amendment m = {c->course->way, c->keep, tail, 3, {c->file.data + was_at, 8}, was_at};
        status = inlay_amend_commit(amend, &m);
    }
    inlay_amend_close(amend);
    return status;
}

/* ---- facts ---- */

#define AMEND_T(step) (1u << AMEND_##step)
static const struct amend_course amend_courses[] = {
    {"atomic", INLAY_AMEND_ATOMIC, 0, 0, false},
    {"atomic, interrupted", INLAY_AMEND_ATOMIC, 0, 0, true},
    {"atomic, a name from the start", INLAY_AMEND_ATOMIC, AMEND_T(CREATE), 0, false},
    {"atomic, no clone", INLAY_AMEND_ATOMIC, AMEND_T(CLONE), 500, false},
    {"atomic, read and write", INLAY_AMEND_ATOMIC, AMEND_T(CLONE) | AMEND_T(COPY), 300, true},
    {"in place", INLAY_AMEND_IN_PLACE, 0, 0, false},
    {"in place, short writes", INLAY_AMEND_IN_PLACE, 0, 11, true},
};
enum { AMEND_COURSES = sizeof amend_courses / sizeof *amend_courses, AMEND_MOST_STEPS = 5000 };

static void amend_dies_anywhere(void)
{
    for (size_t i = 0; i < AMEND_COURSES; i++) {
        struct amend_case c;
        unsigned torn = 0, at = 0;
        enum amend_state state = AMEND_T_OLD;
        amend_case_start(&c, &amend_courses[i]);
        for (bool died = true; died; at++) {
            int how = 0;
            amend_put(&c);
            pid_t child = fork();
            CHECK(child >= 0);
            if (child == 0) {
                struct amend_script script = {.course = c.course, .kind = AMEND_T_DIE, .at = at};
                inlay_env env = {0};
                _exit(amend_do(&c, &env, &script) == INLAY_OK ? 0 : 1);
            }
            CHECK_INT(waitpid(child, &how, 0), child);
            died = WIFSIGNALED(how);
            CHECK(died || WEXITSTATUS(how) == 0);
            state = amend_look(&c);
            torn += state == AMEND_T_TORN;
            CHECK(amend_sweep(&c) <= 1);
            CHECK(at < AMEND_MOST_STEPS);
        }
        CHECK_INT(state, AMEND_T_NEW); /* with no step left to die at */
        CHECK(at > 3);
        CHECK_INT(torn > 0, c.course->way == INLAY_AMEND_IN_PLACE && c.course->most_bytes > 0);
        amend_case_end(&c);
    }
}

static void amend_fails_anywhere(void)
{
    static const int errors[] = {EIO, ENOSPC, EFBIG};
    for (size_t i = 0; i < AMEND_COURSES; i++) {
        struct amend_case c;
        bool all = false;
        amend_case_start(&c, &amend_courses[i]);
        for (unsigned at = 0; !all; at++) {
            struct amend_script script = {.course = c.course, .kind = AMEND_T_ONCE, .at = at, .error = errors[at % 3],
                                          .failed = AMEND_STEPS};
            amend_put(&c);
            inlay_status status = amend_do(&c, test_env(), &script);
            enum amend_state state = amend_look(&c);
            all = script.failed == AMEND_STEPS;
            CHECK(status == INLAY_OK || status == INLAY_IO);
            CHECK(status == INLAY_OK || test_env()->error.what[0]);
            CHECK_INT(state == AMEND_T_NEW, status == INLAY_OK || script.failed == AMEND_SYNC_FOLDER);
            CHECK(state != AMEND_T_TORN);
            CHECK_INT(amend_sweep(&c), 0);
            CHECK(at < AMEND_MOST_STEPS);
        }
        amend_case_end(&c);
    }
}

/* The disk is gone from some step on: what was written in place cannot be cut off, and recover finds its end. */
static void amend_fails_for_good(void)
{
    for (size_t i = 0; i < AMEND_COURSES; i++) {
        struct amend_case c;
        bool all = false;
        unsigned torn = 0;
        amend_case_start(&c, &amend_courses[i]);
        for (unsigned at = 0; !all; at++) {
            struct amend_script script = {.course = c.course, .kind = AMEND_T_FOR_GOOD, .at = at, .error = EIO,
                                          .failed = AMEND_STEPS};
            amend_put(&c);
            inlay_status status = amend_do(&c, test_env(), &script);
            enum amend_state state = amend_look(&c);
            all = script.failed == AMEND_STEPS;
            torn += state == AMEND_T_TORN;
            CHECK(status == INLAY_OK || status == INLAY_IO);
            CHECK(state == AMEND_T_NEW || status != INLAY_OK);
            CHECK_INT(amend_sweep(&c), 0);
        }
        CHECK_INT(torn > 0, c.course->way == INLAY_AMEND_IN_PLACE && c.course->most_bytes > 0);
        amend_case_end(&c);
    }
}

static void amend_keeps_mode_and_links(void)
{
    struct amend_case c;
    struct amend_script none = {.course = &amend_courses[0]};
    struct stat st;
    char link_path[64];
    amend_case_start(&c, &amend_courses[0]);
    amend_put(&c);
    snprintf(link_path, sizeof link_path, "%.30s/link", c.folder);
    CHECK_INT(symlink("a.parquet", link_path), 0);
    struct amend_case by_link = c;
    memcpy(by_link.path, link_path, sizeof link_path);
    CHECK_INT(amend_do(&by_link, test_env(), &none), INLAY_OK);
    CHECK_INT(lstat(link_path, &st), 0);
    CHECK(S_ISLNK(st.st_mode));
    CHECK_INT(amend_look(&c), AMEND_T_NEW);
    CHECK_INT(stat(c.path, &st), 0);
    CHECK_INT(st.st_mode & 07777, 0640);
    unlink(link_path);
    amend_case_end(&c);
}

/* Another process writes between open and commit: by size, by bytes at the same size, by another file of that name. */
static void amend_sees_others(void)
{
    for (unsigned how = 0; how < 3; how++) {
        struct amend_case c;
        inlay_amend *amend = NULL;
        inlay_source source;
        struct stat st;
        amend_case_start(&c, &amend_courses[how % 2 ? 5 : 0]);
        amend_put(&c);
        CHECK_INT(inlay_amend_open(test_env(), c.path, 0, &amend, &source), INLAY_OK);
        CHECK_INT(stat(c.path, &st), 0);
        if (how == 2)
            CHECK_INT(unlink(c.path), 0);
        int fd = open(c.path, O_WRONLY | O_CREAT, 0640);
        CHECK(fd >= 0);
        CHECK_INT(pwrite(fd, "x", 1, how == 0 ? st.st_size : st.st_size - 9), 1);
        if (how == 1) {
            const struct timespec times[2] = {st.st_atim, st.st_mtim}; /* as in one tick of the clock */
            CHECK_INT(futimens(fd, times), 0);
        }
        close(fd);
        inlay_bytes tail = {c.tail.data, c.tail.bytes};
        inlay_amendment m = {c.course->way, c.keep, &tail, 1, {c.file.data + c.old_bytes - 20, 20}, c.old_bytes - 20};
        CHECK_INT(inlay_amend_commit(amend, &m), INLAY_IO);
        CHECK(strstr(test_env()->error.what, "another process changed the file") != NULL);
        inlay_amend_close(amend);
        CHECK_INT(amend_sweep(&c), 0);
        amend_case_end(&c);
    }
}

/* ... or while the new file is being made: the step before it gets its name. */
static int amend_meddle(void *ctx, enum amend_step step, size_t *bytes)
{
    const char *path = ctx;
    (void)bytes;
    if (step == AMEND_SYNC) {
        int fd = open(path, O_WRONLY | O_APPEND);
        CHECK(fd >= 0);
        CHECK_INT(write(fd, "x", 1), 1);
        close(fd);
    }
    return 0;
}

static void amend_sees_others_late(void)
{
    struct amend_case c;
    inlay_amend *amend = NULL;
    inlay_source source;
    struct stat st;
    amend_case_start(&c, &amend_courses[0]);
    amend_put(&c);
    struct amend_faults faults = {c.path, amend_meddle};
    CHECK_INT(amend_open(test_env(), c.path, 0, &faults, &amend, &source), INLAY_OK);
    inlay_bytes tail = {c.tail.data, c.tail.bytes};
    inlay_amendment m = {.way = INLAY_AMEND_ATOMIC, .keep_bytes = c.keep, .tail = &tail, .n_tail = 1};
    CHECK_INT(inlay_amend_commit(amend, &m), INLAY_IO);
    inlay_amend_close(amend);
    CHECK_INT(stat(c.path, &st), 0);
    CHECK_INT(st.st_size, c.old_bytes + 1); /* theirs stays */
    CHECK_INT(amend_sweep(&c), 0);
    amend_case_end(&c);
}

/* Who waits gets the file that stands there then, and not the one that was renamed over. */
static void amend_waits_for_the_new_file(void)
{
    struct amend_case c;
    inlay_amend *first = NULL;
    inlay_source source;
    int how = 0;
    amend_case_start(&c, &amend_courses[0]);
    amend_put(&c);
    int go[2];
    char x = 'x';
    CHECK_INT(pipe(go), 0);
    pid_t child = fork(); /* before the lock: a child would have it, too */
    CHECK(child >= 0);
    if (child == 0) {
        inlay_env env = {0};
        inlay_amend *second = NULL;
        inlay_source now;
        if (read(go[0], &x, 1) != 1 || inlay_amend_open(&env, c.path, 5000, &second, &now) != INLAY_OK)
            _exit(1);
        _exit(now.size_bytes == c.new_bytes ? 0 : 2);
    }
    CHECK_INT(inlay_amend_open(test_env(), c.path, 0, &first, &source), INLAY_OK);
    CHECK_INT(write(go[1], &x, 1), 1);
    close(go[0]);
    close(go[1]);
    usleep(20000); /* it has opened the old file by then, or will open the new one: both must end well */
    inlay_bytes tail = {c.tail.data, c.tail.bytes};
    inlay_amendment m = {.way = INLAY_AMEND_ATOMIC, .keep_bytes = c.keep, .tail = &tail, .n_tail = 1};
    CHECK_INT(inlay_amend_commit(first, &m), INLAY_OK);
    inlay_amend_close(first);
    CHECK_INT(waitpid(child, &how, 0), child);
    CHECK_INT(WIFEXITED(how) ? WEXITSTATUS(how) : -1, 0);
    amend_case_end(&c);
}

static void amend_is_locked(void)
{
    struct amend_case c;
    inlay_amend *first = NULL, *second = NULL;
    inlay_source source;
    amend_case_start(&c, &amend_courses[0]);
    amend_put(&c);
    CHECK_INT(inlay_amend_open(test_env(), c.path, 0, &first, &source), INLAY_OK);
    CHECK_INT(inlay_amend_open(test_env(), c.path, 30, &second, &source), INLAY_IO);
    CHECK_TEXT(test_env()->error.what, "another process is changing the file");
    inlay_amend_close(first);
    CHECK_INT(inlay_amend_open(test_env(), c.path, 30, &second, &source), INLAY_OK);
    inlay_amend_close(second);
    amend_case_end(&c);
}

static void amend_refuses(void)
{
    struct amend_case c;
    inlay_amend *amend = NULL;
    inlay_source source;
    amend_case_start(&c, &amend_courses[5]);
    amend_put(&c);
    CHECK_INT(inlay_amend_open(test_env(), c.folder, 0, &amend, &source), INLAY_IO);
    CHECK_INT(inlay_amend_open(test_env(), "inlay-amend-none", 0, &amend, &source), INLAY_IO);
    CHECK_INT(test_env()->error.os_error, ENOENT);
    CHECK_INT(chmod(c.path, 0440), 0);
    CHECK_INT(inlay_amend_open(test_env(), c.path, 0, &amend, &source), INLAY_IO);
    CHECK_INT(test_env()->error.os_error, EACCES);
    CHECK_INT(chmod(c.path, 0640), 0);
    CHECK_INT(inlay_amend_open(test_env(), c.path, 0, &amend, &source), INLAY_OK);
    inlay_bytes tail = {c.tail.data, c.tail.bytes};
    inlay_amendment m = {INLAY_AMEND_IN_PLACE, c.old_bytes - 1, &tail, 1, {NULL, 0}, 0};
    CHECK_INT(inlay_amend_commit(amend, &m), INLAY_ARG);
    m.way = INLAY_AMEND_ATOMIC;
    m.keep_bytes = c.old_bytes + 1;
    CHECK_INT(inlay_amend_commit(amend, &m), INLAY_ARG);
    inlay_amend_close(amend);
    CHECK_INT(amend_look(&c), AMEND_T_OLD);
    amend_case_end(&c);
}

static void amend_cuts(void)
{
    struct amend_case c;
    struct amend_script none = {.course = &amend_courses[5]};
    inlay_amend *amend = NULL;
    inlay_source source;
    uint64_t end = 0;
    amend_case_start(&c, &amend_courses[5]);
    amend_put(&c);
    CHECK_INT(amend_do(&c, test_env(), &none), INLAY_OK);
    CHECK_INT(amend_look(&c), AMEND_T_NEW);
    CHECK_INT(inlay_amend_open(test_env(), c.path, 0, &amend, &source), INLAY_OK);
    CHECK_INT(inlay_footer_previous(test_env(), &source, source.size_bytes, &end), INLAY_OK);
    inlay_amendment m = {.way = INLAY_AMEND_IN_PLACE, .keep_bytes = end};
    CHECK_INT(inlay_amend_commit(amend, &m), INLAY_OK);
    inlay_amend_close(amend);
    CHECK_INT(amend_look(&c), AMEND_T_OLD);
    amend_case_end(&c);
}

TEST_SUITE(base_amend) = {
    {"amend: killed before any step, the file is the old or the new one, or ends where recover says", amend_dies_anywhere},
    {"amend: any step fails, the file is what it was and nothing else is left", amend_fails_anywhere},
    {"amend: all steps fail from one on, no byte of the old file is touched", amend_fails_for_good},
    {"amend: symbolic links are followed, the mode is kept", amend_keeps_mode_and_links},
    {"amend: a file that another process changed meanwhile is left alone", amend_sees_others},
    {"amend: nor is one that changed while the new one was made", amend_sees_others_late},
    {"amend: one at a time", amend_is_locked},
    {"amend: who waited gets the file that took the other's place", amend_waits_for_the_new_file},
    {"amend: folders, absent and read-only files, and what is neither append nor cut", amend_refuses},
    {"amend: cutting back gives the old file byte for byte", amend_cuts},
    {0}};

#else
TEST_SUITE(base_amend) = {{0}};
#endif
