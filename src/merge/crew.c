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
    uint64_t parts; /* of CREW_PARTS of the memory */
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
    uint32_t block; /* row groups of a file; worker w makes every file whose number % n is w, or his columns of all */
    uint32_t n;
    struct crew_worker *workers;  /* [n] */
    const uint32_t *owner;        /* [n_leaves] worker of each column; NULL = they take turns */
    inlay_reader **readers;       /* [n] over what is being taken */
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

/* Workers with columns of their own: together they open what one would, but each has readers, and files that it makes. */
static uint64_t crew_beside(const struct body *body)
{
    uint64_t own = mem_plus(mem_plus(body->env->used_bytes, body->need.extra), CREW_OWN), all = body->need.all;
    return (body->memory_bytes > all ? body->memory_bytes - all : 0) / own;
}

/* ---- columns or row groups? ---- */

/* What a row of a column takes, in instructions, by the first row groups of a few inputs: so much for a value, so much
 * for a byte that is unpacked and packed again. */
static inlay_status crew_weigh(const struct body *body, uint32_t leaf, uint64_t *weight)
{
    uint64_t seen = 0, sum = 0;
    for (uint32_t i = 0; i < body->schema->n_inputs && seen < CREW_LOOKS; i++) {
        struct union_leaf from = union_leaf_of(body->schema, i, leaf);
        inlay_row_group group;
        inlay_chunk chunk;
        if (from.leaf == UNION_NONE || inlay_reader_row_groups(body->inputs[i]) == 0)
            continue;
        TRY(inlay_reader_row_group(body->inputs[i], 0, &group));
        if (group.n_rows <= 0)
            continue;
        TRY(inlay_reader_chunk(body->inputs[i], 0, (uint32_t)from.leaf, &chunk));
        uint64_t bytes = chunk.compressed_bytes > 0 ? (uint64_t)chunk.compressed_bytes : 0;
        uint64_t each = bytes / (uint64_t)group.n_rows;
        sum += each < CREW_MOST_BYTES ? each : CREW_MOST_BYTES;
        seen++;
    }
    *weight = CREW_VALUE + (seen ? CREW_BYTE * sum / seen : 0);
    return INLAY_OK;
}

/* Columns to n workers, heavy ones first, each to the one that has least. *even: no one has much more than his share. */
static inlay_status crew_deal(const struct body *body, uint32_t n, uint32_t *owner, uint64_t *weights, bool *even)
{
    uint64_t loads[CREW_MOST] = {0}, all = 0, most = 0;
    uint32_t n_leaves = body->schema->n_leaves;
    for (uint32_t leaf = 0; leaf < n_leaves; leaf++) {
        TRY(crew_weigh(body, leaf, &weights[leaf]));
        all += weights[leaf];
    }
    for (uint32_t k = 0; k < n_leaves; k++) {
        uint32_t heavy = 0, to = 0;
        for (uint32_t leaf = 1; leaf < n_leaves; leaf++)
            heavy = weights[leaf] > weights[heavy] ? leaf : heavy;
        for (uint32_t i = 1; i < n; i++)
            to = loads[i] < loads[to] ? i : to;
        owner[heavy] = to;
        loads[to] += weights[heavy];
        most = loads[to] > most ? loads[to] : most;
        weights[heavy] = 0;
    }
    *even = most <= all / n + all / n / CREW_UNEVEN;
    return INLAY_OK;
}

/* Pages of inputs that interleave hold rows of several row groups, and each worker would unpack all of them; so there
 * everyone has columns of his own, if they can be dealt evenly. */
static inlay_status crew_columns(const struct body *body, uint32_t n, uint32_t *owner, bool *columns)
{
    uint32_t n_leaves = body->schema->n_leaves;
    void *block;
    *columns = false;
    if (n < 2 || n > n_leaves || n_leaves > CREW_MOST_LEAVES ||
        body->plan->n_stretches < body->plan->n_rows / MOVE_LEAST_ROWS)
        return INLAY_OK;
    TRY(mem_new(body->env, n_leaves * sizeof(uint64_t), &block));
    inlay_status status = crew_deal(body, n, owner, block, columns);
    mem_free(body->env, block, n_leaves * sizeof(uint64_t));
    return status;
}

inlay_status crew_size(const struct body *body, uint32_t n, uint32_t *owner, uint32_t *size)
{
    const struct slice *slice = body->slice;
    const inlay_env *env = body->env;
    uint64_t limit = env->limits.memory_bytes, most = n < CREW_MOST ? n : CREW_MOST;
    bool columns;
    if (most > body->memory_bytes / CREW_MEMORY)
        most = body->memory_bytes / CREW_MEMORY;
    if (limit && most > limit / CREW_MEMORY)
        most = limit / CREW_MEMORY;
    for (size_t i = 0; most > 1 && i < slice->n_groups; i++)
        if (slice->groups[i].rows > CREW_GROUP_ROWS)
            most = 1;
    uint64_t beside = crew_beside(body);
    *size = (uint32_t)(slice->n_groups == 0 ? 0 : most < beside ? most : beside);
    TRY(crew_columns(body, *size, owner, &columns));
    if (columns)
        return INLAY_OK;
    owner[0] = CREW_NOBODY;
    if (most > slice->n_groups)
        most = slice->n_groups;
    *size = (uint32_t)crew_fit(body, most);
    return INLAY_OK;
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
    inlay_write_options options = *crew->options;
    options.flags |= crew->owner ? INLAY_WRITE_SOME_COLUMNS : 0;
    made->file.bytes = 0;
    TRY(inlay_writer_open(&w->env, &made->sink, crew->pattern->schema->schema, &options, &writer));
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
        if (!w->crew->owner && file % w->crew->n != w->body.number) {
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

/* The first that a worker has made, when it is there. */
static const struct crew_made *crew_wait(struct crew *crew, struct crew_worker *w)
{
    thread_gate_enter(&crew->gate);
    while (!w->n_made)
        thread_gate_wait(&crew->gate);
    thread_gate_leave(&crew->gate);
    return &w->made[w->first];
}

/* It is taken. */
static void crew_taken(struct crew *crew, struct crew_worker *w)
{
    thread_gate_enter(&crew->gate);
    w->first = (w->first + 1) % CREW_QUEUE;
    w->n_made--;
    thread_gate_changed(&crew->gate);
    thread_gate_leave(&crew->gate);
}

/* Row group number `at` of the files: as it is, or each column from its worker's. */
static inlay_status crew_copy_group(struct crew *crew, uint32_t at)
{
    struct body *p = crew->pattern;
    if (!crew->owner)
        return inlay_writer_copy_row_group(p->writer, crew->readers[0], at);
    for (uint32_t leaf = 0; leaf < p->schema->n_leaves; leaf++)
        TRY(inlay_writer_copy_chunk(p->writer, leaf, crew->readers[crew->owner[leaf]], at, leaf));
    return inlay_writer_end_row_group(p->writer);
}

/* The row groups of a file into the outputs. */
static inlay_status crew_copy(struct crew *crew, size_t file)
{
    struct body *p = crew->pattern;
    uint64_t total = p->plan->n_rows * p->schema->n_leaves;
    size_t from = file * crew->block, end = crew_file_end(crew, from);
    for (size_t group = from; group < end; group++) {
        TRY(body_turn(p, group));
        TRY(crew_copy_group(crew, (uint32_t)(group - from)));
        p->done += p->slice->groups[group].rows * p->schema->n_leaves;
        if (p->progress)
            p->progress(p->progress_ctx, p->done, total);
    }
    return INLAY_OK;
}

/* Those who have made the file, or parts of it: n of them from number `from` on. */
static uint32_t crew_makers(const struct crew *crew, size_t file, uint32_t *from)
{
    *from = crew->owner ? 0 : (uint32_t)(file % crew->n);
    return crew->owner ? crew->n : 1;
}

/* Of workers that failed the one who came least far is as if there were no others. */
static inlay_status crew_ready(struct crew *crew, size_t file)
{
    uint32_t from, n = crew_makers(crew, file, &from);
    const struct crew_worker *failed = NULL;
    inlay_status status = INLAY_OK;
    for (uint32_t i = from; i < from + n; i++) {
        struct crew_worker *w = &crew->workers[i];
        const struct crew_made *made = crew_wait(crew, w);
        if (made->status == INLAY_OK || (failed && (w->body.group > failed->body.group ||
                                                    (w->body.group == failed->body.group && w->body.leaf > failed->body.leaf))))
            continue;
        failed = w;
        status = made->status;
    }
    if (failed)
        crew->pattern->env->error = failed->env.error;
    return status;
}

/* The file, when it is there. */
static inlay_status crew_take(struct crew *crew, size_t file)
{
    inlay_env *env = crew->pattern->env;
    uint32_t from, n = crew_makers(crew, file, &from);
    TRY(crew_ready(crew, file));
    inlay_status status = INLAY_OK;
    for (uint32_t i = 0; i < n && status == INLAY_OK; i++) {
        const struct crew_worker *w = &crew->workers[from + i];
        inlay_source source = inlay_source_memory(w->made[w->first].file.data, w->made[w->first].file.bytes);
        status = inlay_reader_open(env, &source, NULL, &crew->readers[i]);
    }
    if (status == INLAY_OK)
        status = crew_copy(crew, file);
    inlay_error error = env->error;
    for (uint32_t i = 0; i < n; i++) {
        inlay_reader_close(crew->readers[i]);
        crew->readers[i] = NULL;
        crew_taken(crew, &crew->workers[from + i]);
    }
    env->error = error;
    return status;
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
    uint64_t peak = env->used_bytes;
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
        peak += w->env.peak_bytes;
    }
    if (env->peak_bytes < peak)
        env->peak_bytes = peak; /* all of them at once, at most */
}

/* Of the memory, in CREW_PARTS: workers with columns of their own want it as these do, beside what each wants in any
 * case. */
static inlay_status crew_share(struct crew *crew)
{
    uint64_t all = 0;
    for (uint32_t i = 0; i < crew->n; i++) {
        struct crew_worker *w = &crew->workers[i];
        if (crew->owner)
            TRY(body_reckon(&w->body));
        w->parts = crew->owner ? mem_plus(w->body.need.all, w->body.need.extra) : CREW_ALIKE;
        all = mem_plus(all, w->parts);
    }
    for (uint32_t i = 0; i < crew->n; i++) {
        uint64_t even = CREW_PARTS / CREW_EVEN, by_need = CREW_PARTS - even;
        crew->workers[i].parts = even / crew->n + crew->workers[i].parts / (all / by_need + 1);
    }
    return INLAY_OK;
}

static inlay_status crew_open(struct crew *crew)
{
    struct body *p = crew->pattern;
    void *block;
    TRY(mem_new(p->env, crew->n * sizeof *crew->readers, &block));
    crew->readers = block;
    TRY(mem_new(p->env, crew->n * sizeof *crew->workers, &block));
    crew->workers = block;
    crew->block = crew_block(crew);
    for (uint32_t i = 0; i < crew->n; i++) {
        struct crew_worker *w = &crew->workers[i];
        w->crew = crew;
        w->body = *p; /* now: its writer changes while others begin */
        w->body.owner = crew->owner;
        w->body.number = i;
    }
    inlay_status status = crew_share(crew);
    uint64_t memory = p->memory_bytes, used = p->env->used_bytes;
    memory -= used < memory / 2 ? used : memory / 2;
    for (uint32_t i = 0; i < crew->n; i++) {
        struct crew_worker *w = &crew->workers[i];
        uint64_t limit = p->env->limits.memory_bytes;
        w->body.env = NULL;
        w->body.memory_bytes = memory / CREW_PARTS * w->parts;
        w->env = (inlay_env){.allocator = p->env->allocator, .limits = p->env->limits};
        w->env.limits.memory_bytes = (limit - limit / (crew->n + 1)) / CREW_PARTS * w->parts;
    }
    TRY(status);
    return INLAY_OK;
}

inlay_status crew_write(struct body *body, uint32_t n, uint32_t *owner, const inlay_write_options *options,
                        const inlay_sorting *sorting, size_t n_sorting, const char *scratch_folder, size_t dictionary_bytes)
{
    struct crew crew = {.pattern = body, .n = n, .owner = owner[0] == CREW_NOBODY ? NULL : owner, .options = options,
                        .sorting = sorting, .n_sorting = n_sorting, .scratch_folder = scratch_folder,
                        .dictionary_bytes = dictionary_bytes};
    inlay_env *env = body->env;
    inlay_status status = crew_open(&crew);
    int error = status == INLAY_OK ? thread_gate_init(&crew.gate) : 0;
    if (status == INLAY_OK && !error) {
        status = crew_run(&crew);
        crew_end(&crew);
        thread_gate_free(&crew.gate);
    }
    if (error)
        status = err_set_os(env, ERR("cannot make a lock"), error);
    if (crew.readers)
        mem_free(env, crew.readers, n * sizeof *crew.readers);
    if (crew.workers)
        mem_free(env, crew.workers, n * sizeof *crew.workers);
    return status;
}

#endif
