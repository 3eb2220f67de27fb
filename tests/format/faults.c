/* Facts about faults that come at any moment: memory, reads and writes that fail once, or from then on. What is
 * done is done whole, or the failure is said; nothing is swallowed, nothing leaks. */
#include "format/file.h"

#include <stdlib.h>

/* One kind of call counts down to its failure. */
struct faults_clock {
    uint64_t left; /* calls that go well before it */
    bool once;     /* calls behind it go well again */
    bool struck;   /* it has failed */
};
struct faults {
    struct faults_clock memory, reads, writes;
    const inlay_memory_sink *file;
    inlay_env env;
    uint8_t *out;
    size_t n_out, room;
};
enum { FAULTS_NEVER = 1 << 30 };

static bool faults_now(struct faults_clock *c)
{
    if (c->left > 0) {
        c->left--;
        return false;
    }
    c->left = c->once ? FAULTS_NEVER : 0;
    c->struck = true;
    return true;
}

static void *faults_resize(void *ctx, void *old, size_t old_bytes, size_t new_bytes)
{
    struct faults *f = ctx;
    if (new_bytes == 0) {
        free(old);
        return NULL;
    }
    if (new_bytes > old_bytes && faults_now(&f->memory))
        return NULL;
    return realloc(old, new_bytes);
}

static int faults_read(void *ctx, uint64_t at, void *dst, size_t bytes)
{
    struct faults *f = ctx;
    if (faults_now(&f->reads))
        return 5;
    memcpy(dst, f->file->data + at, bytes);
    return 0;
}

static int faults_append(void *ctx, const void *data, size_t bytes)
{
    struct faults *f = ctx;
    if (faults_now(&f->writes) || bytes > f->room - f->n_out)
        return 28;
    memcpy(f->out + f->n_out, data, bytes);
    f->n_out += bytes;
    return 0;
}

/* ---- what is tried ---- */

static inlay_status faults_copy(struct faults *f, inlay_reader *reader, int64_t *result)
{
    inlay_sink sink = {f, faults_append};
    inlay_writer *w = NULL;
    inlay_status status = inlay_writer_open(&f->env, &sink, inlay_reader_schema(reader), NULL, &w);
    for (uint32_t i = 0; i < inlay_reader_row_groups(reader) && status == INLAY_OK; i++)
        status = inlay_writer_copy_row_group(w, reader, i);
    if (status == INLAY_OK)
        status = inlay_writer_finish(w);
    inlay_writer_close(w);
    *result = inlay_crc32(0, f->out, f->n_out);
    return status;
}

static inlay_status faults_rewrite_column(inlay_reader *reader, inlay_writer *w, uint32_t leaf)
{
    inlay_column *column = NULL;
    inlay_batch batch;
    inlay_status status = inlay_column_open(reader, leaf, 0, &column);
    while (status == INLAY_OK && (status = inlay_column_read(column, 0, &batch)) == INLAY_OK)
        status = inlay_writer_write(w, leaf, &batch);
    inlay_column_close(column);
    return status == INLAY_END ? INLAY_OK : status;
}

static inlay_status faults_rewrite(struct faults *f, inlay_reader *reader, int64_t *result)
{
    inlay_sink sink = {f, faults_append};
    inlay_column_options bloom = {.leaf = FILE_X, .bloom_fpp = 0.1, .bloom_bytes = 256};
    inlay_write_options o = {.profile = "smallest", .codec = "snappy", .columns = &bloom, .n_columns = 1};
    inlay_writer *w = NULL;
    inlay_status status = inlay_writer_open(&f->env, &sink, inlay_reader_schema(reader), &o, &w);
    for (uint32_t leaf = 0; leaf < FILE_LEAVES && status == INLAY_OK; leaf++)
        status = faults_rewrite_column(reader, w, leaf);
    if (status == INLAY_OK)
        status = inlay_writer_finish(w);
    inlay_writer_close(w);
    *result = inlay_crc32(0, f->out, f->n_out);
    return status;
}

static inlay_status faults_where(struct faults *f, inlay_reader *reader, int64_t *result)
{
    static const char text[] = "text IN ('text3', 'text5', 'no') AND (tags > 20 OR NOT x < 30) OR text = 'text1'";
    inlay_where *w = NULL;
    int64_t first = 0, n = 0;
    *result = 0;
    inlay_status status = inlay_where_open(&f->env, reader, text, NULL, &w);
    while (status == INLAY_OK && (status = inlay_where_next(w, &first, &n)) == INLAY_OK)
        *result = (int64_t)((uint64_t)*result * 31 + (uint64_t)(first * 7 + n));
    inlay_where_close(w);
    return status == INLAY_END ? INLAY_OK : status;
}

static int faults_found(void *ctx, const inlay_finding *finding)
{
    test_fail(__FILE__, __LINE__, "%s: %s", finding->rule, finding->what);
    (void)ctx;
    return 0;
}

static inlay_status faults_verify(struct faults *f, inlay_reader *reader, int64_t *result)
{
    inlay_verify_options o = {.deep = true, .finding = faults_found};
    inlay_verify_counts counts;
    inlay_status status = inlay_verify(&f->env, reader, &o, &counts);
    *result = (int64_t)counts.values;
    return status;
}

/* ---- trying ---- */

typedef inlay_status faults_job(struct faults *f, inlay_reader *reader, int64_t *result);

static inlay_status faults_run(struct faults *f, faults_job *job, int64_t *result)
{
    inlay_source source = {f, f->file->bytes, faults_read, NULL};
    inlay_reader *reader = NULL;
    f->env = (inlay_env){.allocator = {faults_resize, f}};
    f->n_out = 0;
    *result = 0;
    inlay_status status = inlay_reader_open(&f->env, &source, NULL, &reader);
    if (status == INLAY_OK)
        status = job(f, reader, result);
    inlay_reader_close(reader);
    CHECK_INT(f->env.used_bytes, 0);
    return status;
}

/* Fail at every call of one kind in turn, until none is left to fail. What failed once may have been tried again, and
 * then all must be as if nothing had been. */
static void faults_each(struct faults *f, faults_job *job, struct faults_clock *clock, inlay_status wanted)
{
    int64_t want = 0, got = 0;
    f->memory = f->reads = f->writes = (struct faults_clock){.left = FAULTS_NEVER};
    CHECK_INT(faults_run(f, job, &want), INLAY_OK);
    for (int once = 0; once < 2; once++) {
        uint64_t n = 0;
        do {
            *clock = (struct faults_clock){.left = n++, .once = once};
            inlay_status status = faults_run(f, job, &got);
            if (status != (clock->struck ? wanted : INLAY_OK) && (!once || status != INLAY_OK))
                test_fail(__FILE__, __LINE__, "call %d: status %d, %s", (int)n, (int)status, f->env.error.what);
            if (status == INLAY_OK && got != want)
                test_fail(__FILE__, __LINE__, "call %d: its failure was swallowed", (int)n);
        } while (clock->struck);
        CHECK(n > 2);
    }
    f->memory = f->reads = f->writes = (struct faults_clock){.left = FAULTS_NEVER};
}

static void faults_all(faults_job *job, bool writes)
{
    static uint8_t out[1 << 20];
    inlay_memory_sink file;
    inlay_sink sink = inlay_sink_memory(&file, test_env());
    inlay_column_options bloom = {.leaf = FILE_TEXT, .bloom_fpp = 0.1, .bloom_bytes = 256};
    inlay_write_options o = {.page_rows = 40, .codec = "snappy", .columns = &bloom, .n_columns = 1};
    CHECK_INT(file_write(test_env(), &sink, &o, 200, 120, 100, 7), INLAY_OK);
    struct faults f = {.file = &file, .out = out, .room = sizeof out};
    faults_each(&f, job, &f.memory, INLAY_NOMEM);
    faults_each(&f, job, &f.reads, INLAY_IO);
    if (writes)
        faults_each(&f, job, &f.writes, INLAY_IO);
    inlay_sink_memory_free(&file);
}

static void faults_of_copy(void)
{
    faults_all(faults_copy, true);
}
static void faults_of_rewrite(void)
{
    faults_all(faults_rewrite, true);
}
static void faults_of_where(void)
{
    faults_all(faults_where, false);
}
static void faults_of_verify(void)
{
    faults_all(faults_verify, false);
}

TEST_SUITE(format_faults) = {
    {"faults: copying row groups ends whole or says why", faults_of_copy},
    {"faults: reading and writing columns ends whole or says why", faults_of_rewrite},
    {"faults: a predicate gives all of its rows or says why not", faults_of_where},
    {"faults: verify finds nothing in a file whose examination failed", faults_of_verify},
    {0}};
