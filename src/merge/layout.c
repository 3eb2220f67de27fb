/* From a plan to row groups and outputs; see layout.h. */
#include "merge/layout.h"

#include "base/bytes.h"

#if INLAY_WRITE && INLAY_MERGE

enum { LAYOUT_VARINT_BYTES = 10, LAYOUT_RUNS = 512 };

/* Where an input stands, for the sizes of its rows. */
struct layout_input {
    uint32_t next;         /* row group behind the one at hand */
    uint64_t rows, bytes;  /* of the one at hand */
    uint64_t taken;        /* rows of it */
};

struct layout {
    struct plan *plan;
    inlay_reader *const *inputs;
    struct layout_input *sizes; /* [n_inputs]; NULL = not wanted */
    struct plan_walk walk;
    uint64_t next_at; /* in the segments, behind what is loaded */
    size_t at, loaded;
    uint8_t piece[PLAN_PIECE_BYTES];
    struct lane_run runs[LAYOUT_RUNS]; /* walked over */
};

static inlay_status layout_segment(struct layout *l, uint64_t *rows, unsigned *changes)
{
    if (l->loaded - l->at < LAYOUT_VARINT_BYTES) {
        uint64_t behind = io_scratch_bytes(&l->plan->segments) - l->next_at;
        size_t kept = l->loaded - l->at, room = sizeof l->piece - kept;
        size_t n = behind < room ? (size_t)behind : room;
        memmove(l->piece, l->piece + l->at, kept);
        l->at = 0;
        l->loaded = kept + n;
        TRY(io_scratch_read(&l->plan->segments, l->next_at, l->piece + kept, n));
        l->next_at += n;
    }
    struct cursor in = cursor_over(l->piece + l->at, l->loaded - l->at);
    uint64_t segment = cursor_varint(&in);
    if (in.failed)
        return err_set(l->plan->env, INLAY_IO, ERR("the scratch file of the plan changed"));
    l->at = (size_t)(in.at - l->piece);
    *rows = segment >> 2;
    *changes = (unsigned)(segment & 3);
    return INLAY_OK;
}

/* The next row group of an input that has rows. */
static inlay_status layout_next_group(struct layout *l, uint32_t input)
{
    struct layout_input *s = &l->sizes[input];
    inlay_reader *reader = l->inputs[input];
    uint32_t n_leaves = inlay_schema_leaves(inlay_reader_schema(reader));
    uint64_t file_bytes = inlay_reader_source(reader).size_bytes;
    inlay_row_group group = {0};
    while (group.n_rows == 0) {
        if (s->next == inlay_reader_row_groups(reader))
            return err_set(l->plan->env, INLAY_IO, ERR("the scratch file of the plan changed"));
        TRY(inlay_reader_row_group(reader, s->next++, &group));
    }
    *s = (struct layout_input){.next = s->next, .rows = (uint64_t)group.n_rows};
    for (uint32_t leaf = 0; leaf < n_leaves; leaf++) {
        inlay_chunk chunk;
        TRY(inlay_reader_chunk(reader, s->next - 1, leaf, &chunk));
        if (chunk.compressed_bytes > 0 && (uint64_t)chunk.compressed_bytes <= file_bytes - s->bytes)
            s->bytes += (uint64_t)chunk.compressed_bytes; /* more than the file has is no size */
    }
    return INLAY_OK;
}

/* What the next rows of an input take in it. */
static inlay_status layout_bytes(struct layout *l, uint32_t input, uint64_t rows, uint64_t *bytes)
{
    struct layout_input *s = &l->sizes[input];
    while (rows) {
        if (s->taken == s->rows) {
            inlay_status status = layout_next_group(l, input);
            if (status != INLAY_OK) {
                l->plan->env->error.input = (int32_t)input;
                return status;
            }
        }
        uint64_t n = rows < s->rows - s->taken ? rows : s->rows - s->taken;
        double a = (double)s->taken / (double)s->rows, b = (double)(s->taken + n) / (double)s->rows;
        *bytes += (uint64_t)((double)s->bytes * b) - (uint64_t)((double)s->bytes * a);
        s->taken += n;
        rows -= n;
    }
    return INLAY_OK;
}

static inlay_status layout_segments(struct layout *l, struct slice *slice)
{
    TRY(plan_walk_start(&l->walk, l->plan, &(struct slice_group){0}));
    for (uint64_t i = 0; i < l->plan->n_segments; i++) {
        uint64_t rows = 0, bytes = 0;
        unsigned changes = 0;
        TRY(layout_segment(l, &rows, &changes));
        for (uint64_t left = l->sizes ? rows : 0, n, none = 0; left;) {
            uint32_t input;
            TRY(plan_walk_next(&l->walk, left, &input, &n));
            TRY(layout_bytes(l, input, n, l->walk.dropped ? &none : &bytes));
            left -= l->walk.dropped ? 0 : n;
        }
        TRY(slice_add(slice, rows, bytes, changes));
    }
    return slice_end(slice);
}

/* Over the rows of a row group, and those that were joined to its last one. */
static inlay_status layout_pass(struct layout *l, uint64_t left)
{
    uint64_t rows;
    uint32_t input;
    inlay_status status = INLAY_OK;
    size_t n;
    while (!l->plan->drop_mask && left)
        TRY(plan_walk_many(&l->walk, &left, l->runs, LAYOUT_RUNS, &n));
    while (status == INLAY_OK)
        status = plan_walk_group(&l->walk, &left, &input, &rows);
    return status == INLAY_END ? INLAY_OK : status;
}

static inlay_status layout_places(struct layout *l, struct slice *slice)
{
    TRY(plan_walk_start(&l->walk, l->plan, &(struct slice_group){0}));
    for (size_t i = 0; i < slice->n_groups; i++) {
        plan_walk_place(&l->walk, &slice->groups[i]);
        TRY(layout_pass(l, slice->groups[i].rows));
    }
    return INLAY_OK;
}

inlay_status layout_build(struct slice *slice, const struct slice_options *options, struct plan *plan,
                          inlay_reader *const *inputs, bool sizes)
{
    struct slice_options all = *options;
    void *block;
    all.n_rows = plan->n_rows;
    all.n_series = plan->n_series;
    slice_init(slice, plan->env, &all);
    TRY(mem_new(plan->env, sizeof(struct layout), &block));
    struct layout *l = block;
    l->plan = plan;
    l->inputs = inputs;
    inlay_status status = INLAY_OK;
    if (sizes || all.cap_bytes || all.output_bytes) {
        status = mem_new(plan->env, plan->n_inputs * sizeof *l->sizes, &block);
        l->sizes = status == INLAY_OK ? block : NULL;
    }
    if (status == INLAY_OK)
        status = layout_segments(l, slice);
    if (status == INLAY_OK)
        status = layout_places(l, slice);
    if (l->sizes)
        mem_free(plan->env, l->sizes, plan->n_inputs * sizeof *l->sizes);
    mem_free(plan->env, l, sizeof *l);
    return status;
}

#endif
