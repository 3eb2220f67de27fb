/* Row groups by several threads; see crew.h. */
#include "merge/crew.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_THREADS

#include <string.h>

#include "inlay/copy.h"

#include "base/thread.h"

struct crew;

enum {
    CREW_BLOCK = 4, /* most row groups of a file: what lies on the border of two files is read twice */
    CREW_QUEUE = 2, /* files that wait to be taken, at most */
    CREW_QUEUE_BYTES = 12 * 1024 * 1024
};

struct crew_made { /* the file of a few row groups; its memory serves a later one */
    inlay_memory_sink file;
    inlay_sink sink;
    inlay_status status;
};

struct crew_worker {
    struct crew *crew;
    struct thread thread;
    bool started;
    uint32_t number;
    inlay_env env;
    inlay_reader **readers;
    struct plan plan;   /* the crew's, with this env */
    struct body body;
    struct crew_made made[CREW_QUEUE]; /* a ring */
    uint32_t first, n_made;            /* those that wait to be taken; under the gate */
};

struct crew {
    struct body *pattern;
    const inlay_write_options *options;
    const inlay_sorting *sorting;
    size_t n_sorting;
    const char *scratch_folder;
    size_t dictionary_bytes;
    struct thread_gate gate;
    bool stop;
    uint32_t block; /* row groups of a file; worker w makes every file whose number % n is w */
    uint32_t n;
    struct crew_worker *workers; /* [n] */
};

/* Would workers with a share of the memory open the same columns again and again? Not where inputs mostly follow each
 * other, since few are open at once then. */
static uint64_t crew_fit(const struct body *body, uint64_t most)
{
    uint64_t each = mem_plus(mem_plus(body->need.all, body->need.extra), CREW_OWN);
    uint64_t fit = body->memory_bytes / each;
    if (body->plan->n_stretches / CREW_STRETCHES < body->schema->n_inputs)
        return most;
    return most < fit ? most : fit;
}

uint32_t crew_size(const struct body *body, uint32_t n)
{
    const struct slice *slice = body->slice;
    const inlay_env *env = body->env;
    uint64_t memory_bytes = body->memory_bytes;
    uint64_t limit = env->limits.memory_bytes, most = n < CREW_MOST ? n : CREW_MOST;
    if (most > memory_bytes / CREW_MEMORY)
        most = memory_bytes / CREW_MEMORY;
    if (limit && most > limit / CREW_MEMORY)
        most = limit / CREW_MEMORY;
    if (most > slice->n_groups)
        most = slice->n_groups;
    most = crew_fit(body, most);
    for (size_t i = 0; most > 1 && i < slice->n_groups; i++)
        if (slice->groups[i].rows > CREW_GROUP_ROWS)
            most = 1;
    return (uint32_t)most;
}

/* ---- a worker ---- */

static inlay_status crew_worker_open(struct crew_worker *w)
{
    const struct body *p = w->crew->pattern;
    void *block;
    for (size_t i = 0; i < CREW_QUEUE; i++)
        w->made[i].sink = inlay_sink_memory(&w->made[i].file, &w->env);
    TRY(mem_new(&w->env, p->schema->n_inputs * sizeof *w->readers, &block));
    w->readers = block;
    for (uint32_t i = 0; i < p->schema->n_inputs; i++) {
        inlay_source source = inlay_reader_source(p->inputs[i]);
        inlay_read_options options = inlay_reader_options(p->inputs[i]);
        inlay_status status = inlay_reader_open(&w->env, &source, &options, &w->readers[i]);
        if (status != INLAY_OK) {
            w->env.error.input = (int32_t)i;
            return status;
        }
        inlay_reader_share(w->readers[i], w->readers[0]);
    }
    w->plan = *p->plan;
    w->plan.env = w->plan.stretches.env = &w->env;
    w->body.env = &w->env;
    w->body.inputs = w->readers;
    w->body.plan = &w->plan;
    w->body.writer = NULL;
    w->body.memory_bytes = p->memory_bytes / w->crew->n;
    w->body.progress = NULL;
    return body_open(&w->body, w->crew->scratch_folder, w->crew->dictionary_bytes);
}

static void crew_worker_close(struct crew_worker *w)
{
    body_free(&w->body);
    for (uint32_t i = 0; w->readers && i < w->crew->pattern->schema->n_inputs; i++)
        inlay_reader_close(w->readers[i]);
    if (w->readers)
        mem_free(&w->env, w->readers, w->crew->pattern->schema->n_inputs * sizeof *w->readers);
    for (size_t i = 0; i < CREW_QUEUE; i++)
        inlay_sink_memory_free(&w->made[i].file);
    w->readers = NULL;
}

static size_t crew_files(const struct crew *crew)
{
    size_t n = crew->pattern->slice->n_groups;
    return n / crew->block + (n % crew->block != 0);
}

/* The row groups of a file: [from, the result). */
static size_t crew_file_end(const struct crew *crew, size_t from)
{
    size_t n = crew->pattern->slice->n_groups;
    return n - from < crew->block ? n : from + crew->block;
}

static inlay_status crew_make(struct crew_worker *w, size_t file, struct crew_made *made)
{
    const struct crew *crew = w->crew;
    size_t group = file * crew->block, end = crew_file_end(crew, group);
    inlay_writer *writer = NULL;
    made->file.bytes = 0;
    TRY(inlay_writer_open(&w->env, &made->sink, crew->pattern->schema->schema, crew->options, &writer));
    inlay_status status = inlay_writer_sorting(writer, crew->sorting, crew->n_sorting);
    for (; status == INLAY_OK && group < end; group++)
        status = body_write_group(&w->body, group, writer);
    if (status == INLAY_OK)
        status = inlay_writer_finish(writer);
    inlay_writer_close(writer);
    return status;
}

/* The row groups of somebody else's file. */
static inlay_status crew_pass(struct crew_worker *w, size_t file)
{
    size_t group = file * w->crew->block, end = crew_file_end(w->crew, group);
    for (; group < end; group++)
        TRY(body_pass_group(&w->body, group));
    return INLAY_OK;
}

static size_t crew_held(const struct crew_worker *w)
{
    size_t bytes = 0;
    for (size_t i = 0; i < CREW_QUEUE; i++)
        bytes += w->made[i].file.capacity;
    return bytes;
}

/* A place for the next file, when there is one: large ones wait for those before them to be taken, and do not leave
 * their memory in every place. NULL = stop. */
static struct crew_made *crew_place(struct crew_worker *w)
{
    struct crew *crew = w->crew;
    thread_gate_enter(&crew->gate);
    while (!crew->stop && w->n_made && (w->n_made == CREW_QUEUE || crew_held(w) > CREW_QUEUE_BYTES))
        thread_gate_wait(&crew->gate);
    struct crew_made *made = crew->stop ? NULL : &w->made[(w->first + w->n_made) % CREW_QUEUE];
    bool alone = w->n_made == 0;
    thread_gate_leave(&crew->gate);
    for (size_t i = 0; made && alone && crew_held(w) > CREW_QUEUE_BYTES && i < CREW_QUEUE; i++)
        if (&w->made[i] != made)
            inlay_sink_memory_free(&w->made[i].file);
    return made;
}

/* Show what was made, or a failure. */
static void crew_show(struct crew_worker *w, struct crew_made *made, inlay_status status)
{
    struct crew *crew = w->crew;
    thread_gate_enter(&crew->gate);
    made->status = status;
    w->n_made++;
    thread_gate_changed(&crew->gate);
    thread_gate_leave(&crew->gate);
}

static void crew_work(void *ctx)
{
    struct crew_worker *w = ctx;
    inlay_status status = crew_worker_open(w);
    size_t n = crew_files(w->crew);
    for (size_t file = 0; file < n; file++) {
        if (file % w->crew->n != w->number) {
            status = status == INLAY_OK ? crew_pass(w, file) : status;
            continue;
        }
        struct crew_made *made = crew_place(w);
        if (!made)
            return;
        if (status == INLAY_OK)
            status = crew_make(w, file, made);
        crew_show(w, made, status);
        if (status != INLAY_OK)
            return;
    }
}

/* ---- the crew ---- */

/* The row groups of a file into the outputs. */
static inlay_status crew_copy(struct crew *crew, size_t file, const struct crew_made *made)
{
    struct body *p = crew->pattern;
    uint64_t total = p->plan->n_rows * p->schema->n_leaves;
    size_t from = file * crew->block, end = crew_file_end(crew, from);
    inlay_source source = inlay_source_memory(made->file.data, made->file.bytes);
    inlay_reader *reader = NULL;
    inlay_status status = inlay_reader_open(p->env, &source, NULL, &reader);
    for (size_t group = from; status == INLAY_OK && group < end; group++) {
        status = body_turn(p, group);
        if (status == INLAY_OK)
            status = inlay_writer_copy_row_group(p->writer, reader, (uint32_t)(group - from));
        p->done += p->slice->groups[group].rows * p->schema->n_leaves;
        if (p->progress && status == INLAY_OK)
            p->progress(p->progress_ctx, p->done, total);
    }
    inlay_error error = p->env->error;
    inlay_reader_close(reader);
    p->env->error = error;
    return status;
}

/* The file that its worker has made, when it is there. */
static inlay_status crew_take(struct crew *crew, size_t file)
{
    struct crew_worker *w = &crew->workers[file % crew->n];
    thread_gate_enter(&crew->gate);
    while (!w->n_made)
        thread_gate_wait(&crew->gate);
    thread_gate_leave(&crew->gate);
    const struct crew_made *made = &w->made[w->first];
    if (made->status != INLAY_OK) {
        crew->pattern->env->error = w->env.error;
        return made->status;
    }
    TRY(crew_copy(crew, file, made));
    thread_gate_enter(&crew->gate);
    w->first = (w->first + 1) % CREW_QUEUE;
    w->n_made--;
    thread_gate_changed(&crew->gate);
    thread_gate_leave(&crew->gate);
    return INLAY_OK;
}

/* How many row groups a file has: what two files of the largest ones take, by the size of the inputs, must not be much, and
 * there must be some for everyone. */
static uint32_t crew_block(const struct crew *crew)
{
    const struct slice *slice = crew->pattern->slice;
    uint64_t bytes = 0, rows = 0, largest = 0, most = slice->n_groups / (4 * (uint64_t)crew->n);
    for (uint32_t i = 0; i < crew->pattern->schema->n_inputs; i++)
        bytes += inlay_reader_source(crew->pattern->inputs[i]).size_bytes;
    for (size_t i = 0; i < slice->n_groups; i++) {
        rows += slice->groups[i].rows;
        largest = slice->groups[i].rows > largest ? slice->groups[i].rows : largest;
    }
    double each = rows ? (double)bytes / (double)rows * (double)largest : 0;
    while (most > 1 && (most > CREW_BLOCK || each * (double)most > (double)CREW_QUEUE_BYTES / CREW_QUEUE))
        most--;
    return most ? (uint32_t)most : 1;
}

static inlay_status crew_run(struct crew *crew)
{
    struct body *p = crew->pattern;
    for (uint32_t i = 0; i < crew->n; i++) {
        struct crew_worker *w = &crew->workers[i];
        int error = thread_start(&w->thread, crew_work, w);
        if (error)
            return err_set_os(p->env, ERR("cannot start a thread"), error);
        w->started = true;
    }
    for (size_t file = 0; file < crew_files(crew); file++)
        TRY(crew_take(crew, file));
    return INLAY_OK;
}

static void crew_end(struct crew *crew)
{
    inlay_env *env = crew->pattern->env;
    thread_gate_enter(&crew->gate);
    crew->stop = true;
    thread_gate_changed(&crew->gate);
    thread_gate_leave(&crew->gate);
    for (uint32_t i = 0; i < crew->n; i++) {
        struct crew_worker *w = &crew->workers[i];
        if (w->started)
            thread_join(&w->thread);
        crew->pattern->moved_bytes += w->body.moved_bytes;
        crew_worker_close(w);
        if (env->peak_bytes < env->used_bytes + w->env.peak_bytes * crew->n)
            env->peak_bytes = env->used_bytes + w->env.peak_bytes * crew->n; /* all of them at once, at most */
    }
}

inlay_status crew_write(struct body *body, uint32_t n, const inlay_write_options *options, const inlay_sorting *sorting,
                        size_t n_sorting, const char *scratch_folder, size_t dictionary_bytes)
{
    struct crew crew = {.pattern = body, .options = options, .sorting = sorting, .n_sorting = n_sorting,
                        .scratch_folder = scratch_folder, .dictionary_bytes = dictionary_bytes};
    inlay_env *env = body->env;
    void *block;
    crew.n = n;
    TRY(mem_new(env, crew.n * sizeof *crew.workers, &block));
    crew.workers = block;
    crew.block = crew_block(&crew);
    for (uint32_t i = 0; i < crew.n; i++) {
        crew.workers[i].crew = &crew;
        crew.workers[i].number = i;
        crew.workers[i].body = *body; /* now: its writer changes while others begin */
        crew.workers[i].body.env = NULL;
        crew.workers[i].env = (inlay_env){.allocator = env->allocator, .limits = env->limits};
        crew.workers[i].env.limits.memory_bytes = env->limits.memory_bytes / (crew.n + 1);
    }
    int error = thread_gate_init(&crew.gate);
    inlay_status status = error ? err_set_os(env, ERR("cannot make a lock"), error) : crew_run(&crew);
    if (!error) {
        crew_end(&crew);
        thread_gate_free(&crew.gate);
    }
    mem_free(env, crew.workers, crew.n * sizeof *crew.workers);
    return status;
}

#endif
