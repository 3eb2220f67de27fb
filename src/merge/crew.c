/* Row groups by several threads; see crew.h. */
#include "merge/crew.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_THREADS

#include <string.h>

#include "inlay/copy.h"

#include "base/thread.h"

struct crew;

/* The file of a few row groups, or of the columns of one that a worker has; its memory serves a later one. */
struct crew_made {
    inlay_memory_sink file;
    inlay_sink sink;
    bool full; /* it, or a failure, waits to be taken */
    inlay_status status;
};

struct crew_worker {
    struct crew *crew;
    struct thread thread;
    bool started;
    inlay_env env;
    inlay_reader **readers;
    struct plan plan;   /* the crew's, with this env */
    struct body body;
    uint64_t n_made;
    struct crew_made made[CREW_AHEAD];
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
    uint32_t n, block; /* row groups of a file; of columns, 1 */
    struct crew_worker *workers; /* [n] */
    uint32_t *owner;        /* [n_leaves] worker of each column; NULL = they take turns at row groups */
    inlay_reader **readers; /* [n] over what is being taken */
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
    *size = (uint32_t)(slice->n_groups ? most : 0);
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
    for (uint32_t i = 0; i < CREW_AHEAD; i++)
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
    w->body.owner = w->crew->owner;
    if (w->body.owner)
        TRY(body_reckon(&w->body));
    return body_open(&w->body, w->crew->scratch_folder, w->crew->dictionary_bytes);
}

static void crew_worker_close(struct crew_worker *w)
{
    body_free(&w->body);
    for (uint32_t i = 0; w->readers && i < w->crew->pattern->schema->n_inputs; i++)
        inlay_reader_close(w->readers[i]);
    if (w->readers)
        mem_free(&w->env, w->readers, w->crew->pattern->schema->n_inputs * sizeof *w->readers);
    for (uint32_t i = 0; i < CREW_AHEAD; i++)
        inlay_sink_memory_free(&w->made[i].file);
    w->readers = NULL;
}

static size_t crew_files(const struct crew *crew)
{
    size_t n = crew->pattern->slice->n_groups;
    return n / crew->block + (n % crew->block != 0);
}

/* Behind the last row group of the file that begins with this one. */
static size_t crew_file_end(const struct crew *crew, size_t group)
{
    size_t n = crew->pattern->slice->n_groups;
    return n - group < crew->block ? n : group + crew->block;
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

/* Another worker's file. */
static inlay_status crew_pass(struct crew_worker *w, size_t file)
{
    size_t group = file * w->crew->block, end = crew_file_end(w->crew, group);
    for (; group < end; group++)
        TRY(body_pass_group(&w->body, group));
    return INLAY_OK;
}

/* Where the next file goes, when what was there is taken; and while a large one waits, no other is made. NULL =
 * stop. */
static struct crew_made *crew_room(struct crew_worker *w)
{
    struct crew *crew = w->crew;
    struct crew_made *made = &w->made[w->n_made % CREW_AHEAD];
    const struct crew_made *before = &w->made[(w->n_made + CREW_AHEAD - 1) % CREW_AHEAD];
    bool large = before->file.bytes > w->body.memory_bytes / CREW_WAITING;
    thread_gate_enter(&crew->gate);
    while ((made->full || (large && before->full)) && !crew->stop)
        thread_gate_wait(&crew->gate);
    bool stop = crew->stop;
    thread_gate_leave(&crew->gate);
    w->n_made++;
    return stop ? NULL : made;
}

static void crew_show(struct crew_worker *w, struct crew_made *made, inlay_status status)
{
    struct crew *crew = w->crew;
    thread_gate_enter(&crew->gate);
    made->status = status;
    made->full = true;
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
            if (status == INLAY_OK)
                status = crew_pass(w, file);
            continue;
        }
        struct crew_made *made = crew_room(w);
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

/* What a worker has made as its k-th, when it is there. */
static struct crew_made *crew_wait(struct crew *crew, uint32_t worker, uint64_t k)
{
    struct crew_made *made = &crew->workers[worker].made[k % CREW_AHEAD];
    thread_gate_enter(&crew->gate);
    while (!made->full)
        thread_gate_wait(&crew->gate);
    thread_gate_leave(&crew->gate);
    return made;
}

static inlay_status crew_read(struct crew *crew, const struct crew_made *made, inlay_reader **reader)
{
    inlay_source source = inlay_source_memory(made->file.data, made->file.bytes);
    return inlay_reader_open(crew->pattern->env, &source, NULL, reader);
}

/* The reader is done with; the worker may go on. An error stays. */
static void crew_taken(struct crew *crew, struct crew_made *made, inlay_reader *reader)
{
    inlay_env *env = crew->pattern->env;
    inlay_error error = env->error;
    inlay_reader_close(reader);
    env->error = error;
    thread_gate_enter(&crew->gate);
    made->full = false;
    thread_gate_changed(&crew->gate);
    thread_gate_leave(&crew->gate);
}

static void crew_tell(struct body *p, size_t group)
{
    p->done += p->slice->groups[group].rows * p->schema->n_leaves;
    if (p->progress)
        p->progress(p->progress_ctx, p->done, p->plan->n_rows * p->schema->n_leaves);
}

/* The row groups that their worker has made, into the outputs. */
static inlay_status crew_take(struct crew *crew, size_t file)
{
    struct body *p = crew->pattern;
    uint32_t worker = (uint32_t)(file % crew->n);
    struct crew_made *made = crew_wait(crew, worker, file / crew->n);
    size_t from = file * crew->block, end = crew_file_end(crew, from);
    inlay_reader *reader = NULL;
    if (made->status != INLAY_OK) {
        p->env->error = crew->workers[worker].env.error;
        return made->status;
    }
    inlay_status status = crew_read(crew, made, &reader);
    for (size_t group = from; group < end && status == INLAY_OK; group++) {
        status = body_turn(p, group);
        if (status == INLAY_OK)
            status = inlay_writer_copy_row_group(p->writer, reader, (uint32_t)(group - from));
        if (status == INLAY_OK)
            crew_tell(p, group);
    }
    crew_taken(crew, made, reader);
    return status;
}

/* Of workers that failed at a row group the one whose column comes first, as if there were but one; crew->n: none. */
static uint32_t crew_failed(struct crew *crew, size_t group)
{
    uint32_t failed = crew->n;
    for (uint32_t i = 0; i < crew->n; i++)
        if (crew_wait(crew, i, group)->status != INLAY_OK &&
            (failed == crew->n || crew->workers[i].body.leaf < crew->workers[failed].body.leaf))
            failed = i;
    return failed;
}

/* The columns that the workers have made. */
static inlay_status crew_take_columns(struct crew *crew, size_t group)
{
    struct body *p = crew->pattern;
    uint32_t failed = crew_failed(crew, group);
    inlay_status status = body_turn(p, group);
    if (failed < crew->n) {
        p->env->error = crew->workers[failed].env.error;
        return crew->workers[failed].made[group % CREW_AHEAD].status;
    }
    for (uint32_t i = 0; i < crew->n && status == INLAY_OK; i++)
        status = crew_read(crew, &crew->workers[i].made[group % CREW_AHEAD], &crew->readers[i]);
    for (uint32_t leaf = 0; leaf < p->schema->n_leaves && status == INLAY_OK; leaf++)
        status = inlay_writer_copy_chunk(p->writer, leaf, crew->readers[crew->owner[leaf]], 0, leaf);
    if (status == INLAY_OK)
        status = inlay_writer_end_row_group(p->writer);
    for (uint32_t i = 0; i < crew->n; i++) {
        crew_taken(crew, &crew->workers[i].made[group % CREW_AHEAD], crew->readers[i]);
        crew->readers[i] = NULL;
    }
    if (status == INLAY_OK)
        crew_tell(p, group);
    return status;
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
    for (size_t i = 0; i < crew_files(crew); i++)
        TRY(crew->owner ? crew_take_columns(crew, i) : crew_take(crew, i));
    return INLAY_OK;
}

/* How many row groups a file has: not much by the largest ones, and some files for everyone. */
static uint32_t crew_block(const struct crew *crew)
{
    const struct body *p = crew->pattern;
    const struct slice *slice = p->slice;
    uint64_t bytes = 0, rows = 0, largest = 0, most = slice->n_groups / (4 * (uint64_t)crew->n);
    for (uint32_t i = 0; i < p->schema->n_inputs; i++)
        bytes += inlay_reader_source(p->inputs[i]).size_bytes;
    for (size_t i = 0; i < slice->n_groups; i++) {
        rows += slice->groups[i].rows;
        largest = slice->groups[i].rows > largest ? slice->groups[i].rows : largest;
    }
    double each = rows ? (double)bytes / (double)rows * (double)largest : 0;
    while (most > 1 && (most > CREW_BLOCK || each * (double)most > CREW_BLOCK_BYTES))
        most--;
    return crew->owner || most == 0 ? 1 : (uint32_t)most;
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
        w->body.env = NULL;
        w->body.number = i;
        w->env = (inlay_env){.allocator = p->env->allocator, .limits = p->env->limits};
        w->env.limits.memory_bytes = p->env->limits.memory_bytes / (crew->n + 1);
    }
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
