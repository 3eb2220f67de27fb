/* Row groups by several threads; see crew.h. */
#include "merge/crew.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_THREADS

#include <string.h>

#include "inlay/copy.h"

#include "base/thread.h"

struct crew;

struct crew_worker {
    struct crew *crew;
    struct thread thread;
    bool started, full; /* `full`: a row group, or a failure, waits to be taken */
    uint32_t number;
    inlay_env env;
    inlay_status status;
    inlay_reader **readers;
    struct plan plan;   /* the crew's, with this env */
    struct body body;
    inlay_memory_sink made; /* the file of one row group; its memory serves the next one */
    inlay_sink sink;
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
    w->sink = inlay_sink_memory(&w->made, &w->env);
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
    inlay_sink_memory_free(&w->made);
    w->readers = NULL;
}

/* One row group as a file of its own. */
static inlay_status crew_make(struct crew_worker *w, size_t group)
{
    const struct crew *crew = w->crew;
    inlay_writer *writer = NULL;
    w->made.bytes = 0;
    TRY(inlay_writer_open(&w->env, &w->sink, crew->pattern->schema->schema, crew->options, &writer));
    inlay_status status = inlay_writer_sorting(writer, crew->sorting, crew->n_sorting);
    if (status == INLAY_OK)
        status = body_write_group(&w->body, group, writer);
    if (status == INLAY_OK)
        status = inlay_writer_finish(writer);
    inlay_writer_close(writer);
    return status;
}

/* Show what was made and wait until it is taken. False = stop. */
static bool crew_show(struct crew_worker *w, inlay_status status)
{
    struct crew *crew = w->crew;
    thread_gate_enter(&crew->gate);
    w->status = status;
    w->full = true;
    thread_gate_changed(&crew->gate);
    while (w->full && !crew->stop)
        thread_gate_wait(&crew->gate);
    bool go_on = !crew->stop && status == INLAY_OK;
    thread_gate_leave(&crew->gate);
    return go_on;
}

static void crew_work(void *ctx)
{
    struct crew_worker *w = ctx;
    inlay_status status = crew_worker_open(w);
    size_t n = w->crew->pattern->slice->n_groups;
    bool go_on = true;
    for (size_t group = 0; go_on && group < n; group++) {
        bool mine = group % w->crew->n == w->number;
        if (status == INLAY_OK)
            status = mine ? crew_make(w, group) : body_pass_group(&w->body, group);
        if (mine)
            go_on = crew_show(w, status);
    }
}

/* ---- the crew ---- */

/* The row group that its worker has made, into the output. */
static inlay_status crew_take(struct crew *crew, size_t group)
{
    struct crew_worker *w = &crew->workers[group % crew->n];
    inlay_env *env = crew->pattern->env;
    thread_gate_enter(&crew->gate);
    while (!w->full)
        thread_gate_wait(&crew->gate);
    thread_gate_leave(&crew->gate);
    if (w->status != INLAY_OK) {
        env->error = w->env.error;
        return w->status;
    }
    inlay_source source = inlay_source_memory(w->made.data, w->made.bytes);
    inlay_reader *reader = NULL;
    TRY(inlay_reader_open(env, &source, NULL, &reader));
    inlay_status status = inlay_writer_copy_row_group(crew->pattern->writer, reader, 0);
    inlay_error error = env->error;
    inlay_reader_close(reader);
    env->error = error;
    thread_gate_enter(&crew->gate);
    w->full = false;
    thread_gate_changed(&crew->gate);
    thread_gate_leave(&crew->gate);
    return status;
}

static inlay_status crew_run(struct crew *crew)
{
    struct body *p = crew->pattern;
    uint64_t total = p->plan->n_rows * p->schema->n_leaves;
    for (uint32_t i = 0; i < crew->n; i++) {
        struct crew_worker *w = &crew->workers[i];
        int error = thread_start(&w->thread, crew_work, w);
        if (error)
            return err_set_os(p->env, ERR("cannot start a thread"), error);
        w->started = true;
    }
    for (size_t i = 0; i < p->slice->n_groups; i++) {
        TRY(body_turn(p, i));
        TRY(crew_take(crew, i));
        p->done += p->slice->groups[i].rows * p->schema->n_leaves;
        if (p->progress)
            p->progress(p->progress_ctx, p->done, total);
    }
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
