/* The plan of a merge: which input the next rows come from; see plan.h. */
#include "merge/plan.h"

#include "base/bytes.h"

#if INLAY_WRITE && INLAY_MERGE

#define PLAN_ROWS ((uint64_t)1 << 60) /* of all inputs: two bits more are wanted for segments */
enum { PLAN_VARINT_BYTES = 10 };

inlay_status plan_init(struct plan *plan, inlay_env *env, const struct keyrows_keys *keys,
                       uint32_t n_inputs, const char *scratch_folder)
{
    *plan = (struct plan){.env = env, .keys = keys, .n_inputs = n_inputs};
    plan->cut_in_order = true;
    while (n_inputs > 1 && plan->input_bits < 32 && (n_inputs - 1) >> plan->input_bits)
        plan->input_bits++;
    plan->head_bits = plan->input_bits;
    io_scratch_init(&plan->stretches, env, scratch_folder, PLAN_MEMORY_BYTES);
    io_scratch_init(&plan->segments, env, scratch_folder, PLAN_MEMORY_BYTES);
    void *block;
    TRY(mem_new(env, keys->n_keys * sizeof *plan->saved, &block));
    plan->saved = block;
    for (uint32_t i = 0; i < keys->n_keys; i++)
        buf_init(&plan->saved[i].buf, env);
    TRY(mem_new(env, n_inputs * sizeof *plan->rows, &block));
    plan->rows = block;
    TRY(mem_new(env, n_inputs * sizeof *plan->heap, &block));
    plan->heap = block;
    return INLAY_OK;
}

inlay_status plan_on_equal(struct plan *plan, int mode)
{
    plan->joined = mode == EQUAL_REDUCE;
    if (mode == EQUAL_FIRST || mode == EQUAL_LAST || plan->joined) {
        plan->drop_mask = (uint32_t)1 << plan->input_bits;
        plan->head_bits = plan->input_bits + 1;
    }
    return equal_init(&plan->equal, plan->env, mode, plan->keys, plan->n_inputs);
}

/* What only the building needs. */
static void plan_free_building(struct plan *plan)
{
    for (uint32_t i = 0; plan->rows && i < plan->n_inputs; i++)
        if (plan->rows[i].env)
            keyrows_close(&plan->rows[i]);
    if (plan->rows)
        mem_free(plan->env, plan->rows, plan->n_inputs * sizeof *plan->rows);
    if (plan->heap)
        mem_free(plan->env, plan->heap, plan->n_inputs * sizeof *plan->heap);
    for (uint32_t i = 0; plan->saved && i < plan->keys->n_keys; i++)
        buf_free(&plan->saved[i].buf);
    if (plan->saved)
        mem_free(plan->env, plan->saved, plan->keys->n_keys * sizeof *plan->saved);
    plan->saved = NULL;
    equal_free(&plan->equal);
    plan->rows = NULL;
    plan->heap = NULL;
}

void plan_free(struct plan *plan)
{
    if (!plan->env)
        return;
    plan_free_building(plan);
    io_scratch_free(&plan->stretches);
    io_scratch_free(&plan->segments);
    plan->env = NULL;
}

/* ---- writing stretches ---- */

static inlay_status plan_flush(struct plan *plan)
{
    size_t n = plan->n_piece;
    plan->n_piece = 0;
    return io_scratch_append(&plan->stretches, plan->piece, n);
}

INLAY_INLINE inlay_status plan_put(struct plan *plan, uint32_t head, uint64_t rows)
{
    if (plan->n_piece > PLAN_PIECE_BYTES - PLAN_VARINT_BYTES)
        TRY(plan_flush(plan));
    plan->n_piece += put_varint(plan->piece + plan->n_piece, head | (rows - 1) << plan->head_bits);
    return INLAY_OK;
}

inlay_status plan_put_dropped(struct plan *plan, uint32_t input, uint64_t rows)
{
    return plan_put(plan, input | plan->drop_mask, rows);
}

inlay_status plan_end_stretch(struct plan *plan)
{
    if (plan->open_rows == 0)
        return INLAY_OK;
    TRY(plan_put(plan, plan->input, plan->open_rows));
    plan->n_stretches++;
    plan->open_rows = 0;
    return INLAY_OK;
}

static inlay_status plan_end_segment(struct plan *plan)
{
    if (plan->segment_rows == 0)
        return INLAY_OK;
    if (plan->n_segment_piece > PLAN_PIECE_BYTES - PLAN_VARINT_BYTES) {
        size_t n = plan->n_segment_piece;
        plan->n_segment_piece = 0;
        TRY(io_scratch_append(&plan->segments, plan->segment_piece, n));
    }
    plan->n_segment_piece +=
        put_varint(plan->segment_piece + plan->n_segment_piece, plan->segment_rows << 2 | plan->changes);
    plan->n_segments++;
    plan->segment_rows = 0;
    return INLAY_OK;
}

INLAY_INLINE struct keyrows_cell plan_cell(const struct plan *plan, const struct plan_row *row, uint32_t key)
{
    return row->k ? keyrows_at(row->k, key, row->row) : keyrows_saved_cell(&row->saved[key], &plan->keys->keys[key]);
}

inlay_status plan_begin_segment(struct plan *plan, const struct plan_row *row, unsigned changes)
{
    const struct keyrows_keys *keys = plan->keys;
    int cut = 0; /* how the cut columns before the row compare with those of it */
    for (uint32_t i = 0; i < keys->n_keys; i++) {
        const struct keyrows_key *key = &keys->keys[i];
        if (!key->marks)
            continue;
        struct keyrows_cell value = plan_cell(plan, row, i);
        if (plan->n_rows && cut == 0 && (key->marks & SLICE_CUT)) {
            struct keyrows_cell old = keyrows_saved_cell(&plan->saved[i], key);
            cut = keyrows_compare(key, &old, &value);
        }
        TRY(keyrows_save(&plan->saved[i], key, &value));
    }
    if (cut > 0)
        plan->cut_in_order = false;
    TRY(plan_end_segment(plan));
    plan->changes = changes;
    plan->n_series += (changes & SLICE_SERIES) != 0;
    return INLAY_OK;
}

unsigned plan_changes_at(const struct plan *plan, const struct plan_row *row)
{
    const struct keyrows_keys *keys = plan->keys;
    unsigned changes = 0;
    if (plan->n_rows == 0)
        return PLAN_FIRST;
    for (uint32_t i = 0; i < keys->n_keys; i++) {
        const struct keyrows_key *key = &keys->keys[i];
        if (!(key->marks & ~changes))
            continue;
        struct keyrows_cell value = plan_cell(plan, row, i);
        struct keyrows_cell old = keyrows_saved_cell(&plan->saved[i], key);
        if (keyrows_compare(key, &old, &value) != 0)
            changes |= key->marks;
    }
    return changes;
}

/* The same before the current row of k. */
INLAY_INLINE unsigned plan_changes(const struct plan *plan, const struct keyrows *k)
{
    if (plan->no_marks)
        return 0;
    if (plan->only_mark >= 0) {
        uint32_t key = (uint32_t)plan->only_mark;
        uint64_t prefix = keyrows_prefix(k, key);
        if (prefix != UINT64_MAX)
            return prefix != plan->saved[key].prefix ? plan->keys->keys[key].marks : 0u;
    }
    return plan_changes_at(plan, &(struct plan_row){.k = k, .row = k->at});
}

/* Take the current row of an input. */
static inlay_status plan_take_one(struct plan *plan, struct keyrows *k)
{
    bool goes_on = plan->open_rows && plan->input == k->input && plan->open_rows < PLAN_MOST_ROWS;
    bool first = plan->n_rows == 0;
    unsigned changes = first ? PLAN_FIRST : goes_on ? (k->blank ? 0u : k->marks[k->at]) : plan_changes(plan, k);
    if (!goes_on)
        TRY(plan_end_stretch(plan));
    plan->input = k->input;
    if (changes)
        TRY(plan_begin_segment(plan, &(struct plan_row){.k = k, .row = k->at}, changes));
    plan->open_rows++;
    plan->segment_rows++;
    plan->n_rows++;
    k->at++;
    return INLAY_OK;
}

/* Take rows [k->at, k->at + n) of an input's window. */
inlay_status plan_take(struct plan *plan, struct keyrows *k, size_t n)
{
    bool goes_on = plan->open_rows && plan->input == k->input;
    if (!goes_on || plan->open_rows + n > PLAN_MOST_ROWS)
        TRY(plan_end_stretch(plan));
    plan->input = k->input;
    size_t row = k->at, end = k->at + n;
    bool first = plan->n_rows == 0;
    unsigned changes = first     ? PLAN_FIRST
                       : goes_on ? (k->blank ? 0u : k->marks[row])
                                 : plan_changes_at(plan, &(struct plan_row){.k = k, .row = row});
    while (row < end) {
        if (changes)
            TRY(plan_begin_segment(plan, &(struct plan_row){.k = k, .row = row}, changes));
        size_t next = keyrows_next_mark(k, row, end);
        plan->open_rows += next - row;
        plan->segment_rows += next - row;
        plan->n_rows += next - row;
        row = next;
        changes = row < end ? k->marks[row] : 0;
    }
    k->at = end;
    return INLAY_OK;
}

/* ---- the heap ---- */

/* Does the current row of a come before that of b? Mostly their first two keys know. */
INLAY_INLINE bool plan_before(const struct plan *plan, const struct plan_node *a, const struct plan_node *b)
{
    if (a->first != b->first)
        return a->first < b->first;
    if (plan->first_exact && a->first != UINT64_MAX) {
        if (a->second != b->second)
            return a->second < b->second;
        if (plan->final && a->second != UINT64_MAX)
            return a->input < b->input;
    }
    return keyrows_before(&plan->rows[a->input], &plan->rows[b->input]);
}

/* The node of an input as its current row is now. */
static struct plan_node plan_node(const struct plan *plan, uint32_t input)
{
    const struct keyrows *k = &plan->rows[input];
    return (struct plan_node){keyrows_prefix(k, 0), plan->keys->n_compared > 1 ? keyrows_prefix(k, 1) : 0, input};
}

static void plan_sift(struct plan *plan, uint32_t at)
{
    struct plan_node *heap = plan->heap, moved = heap[at];
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= plan->n_heap)
            break;
        if (child + 1 < plan->n_heap && plan_before(plan, &heap[child + 1], &heap[child]))
            child++;
        if (plan_before(plan, &moved, &heap[child]))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moved;
}

static inlay_status plan_open(struct plan *plan, inlay_reader *const *inputs, uint64_t memory_bytes)
{
    uint64_t total = 0;
    const struct keyrows_keys *keys = plan->keys;
    plan->first_exact = keyrows_exact(&keys->keys[0]);
    plan->no_marks = true;
    plan->only_mark = -1;
    for (uint32_t i = 0; i < keys->n_keys; i++) {
        if (!keys->keys[i].marks)
            continue;
        plan->only_mark = plan->no_marks && keyrows_exact(&keys->keys[i]) ? (int32_t)i : -1;
        plan->no_marks = false;
    }
    plan->final = keys->n_compared == 1 || (keys->n_compared == 2 && keyrows_exact(&keys->keys[1]));
    for (uint32_t i = 0; i < plan->n_inputs; i++) {
        struct keyrows *k = &plan->rows[i];
        TRY(keyrows_open(k, plan->env, inputs[i], i, plan->keys));
        if (k->rows > PLAN_ROWS - total)
            return err_set(plan->env, INLAY_LIMIT, ERR("more than 2^60 rows"));
        total += k->rows;
        inlay_status status = keyrows_fill(k, memory_bytes);
        if (status == INLAY_OK)
            plan->heap[plan->n_heap++] = plan_node(plan, i);
        else if (status != INLAY_END)
            return status;
    }
    for (uint32_t i = plan->n_heap / 2; i-- > 0;)
        plan_sift(plan, i);
    return INLAY_OK;
}

/* The input that would come next if there were no first one. */
static const struct keyrows *plan_second(const struct plan *plan)
{
    if (plan->n_heap < 2)
        return NULL;
    uint32_t second = plan->n_heap > 2 && plan_before(plan, &plan->heap[2], &plan->heap[1]) ? 2 : 1;
    return &plan->rows[plan->heap[second].input];
}

/* The window of the first input is used up: the next one, or the input is done. END: it is. */
static inlay_status plan_refill(struct plan *plan, struct keyrows *first, uint64_t memory_bytes)
{
    inlay_status status = keyrows_fill(first, memory_bytes);
    if (status != INLAY_END)
        return status;
    keyrows_close(first);
    plan->heap[0] = plan->heap[--plan->n_heap]; /* the last one's row is as it was */
    if (plan->n_heap)
        plan_sift(plan, 0);
    return INLAY_END;
}

/* Take rows of the first input as long as it stays first: one, and where it is first again, as many as there are. */
INLAY_INLINE inlay_status plan_advance(struct plan *plan, uint64_t memory_bytes, bool equal)
{
    uint32_t input = plan->heap[0].input;
    struct keyrows *first = &plan->rows[input];
    inlay_status status = equal ? equal_take(plan, first, 1) : plan_take_one(plan, first);
    while (status == INLAY_OK) {
        if (first->at == first->n)
            status = plan_refill(plan, first, memory_bytes);
        if (status != INLAY_OK)
            break;
        plan->heap[0] = plan_node(plan, input);
        plan_sift(plan, 0);
        if (plan->heap[0].input != input)
            return INLAY_OK;
        const struct keyrows *second = plan_second(plan);
        size_t n = second ? keyrows_stretch(first, second) : first->n - first->at;
        status = equal ? equal_take(plan, first, n) : plan_take(plan, first, n);
    }
    return status == INLAY_END ? INLAY_OK : status;
}

inlay_status plan_build(struct plan *plan, inlay_reader *const *inputs, uint64_t memory_bytes)
{
    TRY(plan_open(plan, inputs, memory_bytes));
    if (plan->equal.mode == EQUAL_KEEP)
        while (plan->n_heap)
            TRY(plan_advance(plan, memory_bytes, false));
    while (plan->n_heap)
        TRY(plan_advance(plan, memory_bytes, true));
    TRY(equal_end(plan));
    TRY(plan_end_stretch(plan));
    TRY(plan_flush(plan));
    TRY(plan_end_segment(plan));
    TRY(io_scratch_append(&plan->segments, plan->segment_piece, plan->n_segment_piece));
    plan_free_building(plan);
    return INLAY_OK;
}

/* ---- reading it back ---- */

inlay_status plan_walk_start(struct plan_walk *walk, struct plan *plan,
                             const struct slice_group *group)
{
    walk->plan = plan;
    walk->next_at = group->plan_at;
    walk->at = walk->loaded = 0;
    walk->left = 0;
    for (uint64_t skip = group->skip; skip;) {
        uint32_t input;
        uint64_t rows;
        TRY(plan_walk_next(walk, skip, &input, &rows));
        skip -= walk->dropped ? 0 : rows;
    }
    return INLAY_OK;
}

/* Load what follows in the plan, keeping what has not been read. */
static inlay_status plan_walk_load(struct plan_walk *walk)
{
    uint64_t behind = io_scratch_bytes(&walk->plan->stretches) - walk->next_at;
    size_t kept = walk->loaded - walk->at, room = PLAN_PIECE_BYTES - kept;
    size_t n = behind < room ? (size_t)behind : room;
    memmove(walk->piece, walk->piece + walk->at, kept);
    walk->at = 0;
    walk->loaded = kept + n;
    TRY(io_scratch_read(&walk->plan->stretches, walk->next_at, walk->piece + kept, n));
    walk->next_at += n;
    return INLAY_OK;
}

static inlay_status plan_walk_changed(const struct plan_walk *walk)
{
    return err_set(walk->plan->env, INLAY_IO, ERR("the scratch file of the plan changed"));
}

/* Go to the next stretch of the plan. */
INLAY_INLINE inlay_status plan_walk_head(struct plan_walk *walk)
{
    if (walk->left == 0) {
        if (walk->loaded - walk->at < PLAN_VARINT_BYTES)
            TRY(plan_walk_load(walk));
        const uint8_t *at = walk->piece + walk->at;
        uint64_t stretch = 0;
        walk->stretch_at = walk->next_at - (walk->loaded - walk->at);
        if (walk->loaded - walk->at >= 2 && !(at[0] & at[1] & 128)) { /* of one or two bytes, as most are */
            bool two = at[0] & 128;
            stretch = (at[0] & 127u) | (two ? (uint64_t)at[1] << 7 : 0);
            walk->at += two ? 2 : 1;
        } else {
            struct cursor in = cursor_over(at, walk->loaded - walk->at);
            stretch = cursor_varint(&in);
            if (in.failed)
                return plan_walk_changed(walk);
            walk->at = (size_t)(in.at - walk->piece);
        }
        walk->input = (uint32_t)(stretch & (((uint64_t)1 << walk->plan->input_bits) - 1));
        walk->dropped = stretch & walk->plan->drop_mask;
        walk->left = walk->stretch_rows = (stretch >> walk->plan->head_bits) + 1;
        if (walk->input >= walk->plan->n_inputs || walk->left > PLAN_MOST_ROWS)
            return plan_walk_changed(walk);
    }
    return INLAY_OK;
}

inlay_status plan_walk_next(struct plan_walk *walk, uint64_t most, uint32_t *input, uint64_t *rows)
{
    TRY(plan_walk_head(walk));
    *input = walk->input;
    *rows = walk->left <= most || walk->dropped ? walk->left : most;
    walk->left -= *rows;
    return INLAY_OK;
}

/* Eight stretches at a time while each is one byte, at most n of them. Returns how many; *rows gets their sum, at most
 * 128 each. */
static size_t plan_walk_bytes(struct plan_walk *walk, struct lane_run *runs, size_t n, uint64_t *rows)
{
    enum { PLAN_EIGHT = 8 };
    uint32_t bits = walk->plan->head_bits, most = 0;
    uint32_t mask = bits < 7 ? (1u << bits) - 1 : 127, shift = bits < 7 ? bits : 7;
    const uint8_t *at = walk->piece + walk->at, *end = walk->piece + walk->loaded;
    size_t i = 0;
    uint32_t sum = 0;
    for (; n - i >= PLAN_EIGHT && (size_t)(end - at) >= PLAN_EIGHT; i += PLAN_EIGHT, at += PLAN_EIGHT) {
        if (load_le64(at) & 0x8080808080808080u)
            break;
        for (size_t k = 0; k < PLAN_EIGHT; k++) {
            uint32_t input = at[k] & mask, more = (uint32_t)at[k] >> shift;
            runs[i + k] = (struct lane_run){input, more + 1};
            most = input > most ? input : most;
            sum += more;
        }
    }
    if (most >= walk->plan->n_inputs)
        return 0; /* plan_walk_head says what is wrong */
    walk->at = (size_t)(at - walk->piece);
    *rows = sum + i;
    return i;
}

inlay_status plan_walk_many(struct plan_walk *walk, uint64_t *left, struct lane_run *runs, size_t n, size_t *got)
{
    for (*got = 0; *got < n && *left;) {
        uint64_t rows, most = *left / 128 < n - *got ? *left / 128 : n - *got;
        size_t some = walk->left || walk->plan->drop_mask ? 0 : plan_walk_bytes(walk, runs + *got, (size_t)most, &rows);
        if (some == 0) {
            uint32_t input;
            TRY(plan_walk_next(walk, *left < PLAN_MOST_ROWS ? *left : PLAN_MOST_ROWS, &input, &rows));
            runs[*got] = (struct lane_run){input, (uint32_t)rows};
            some = 1;
        }
        *got += some;
        *left -= rows;
    }
    return INLAY_OK;
}

void plan_walk_place(const struct plan_walk *walk, struct slice_group *group)
{
    bool inside = walk->left > 0;
    group->plan_at = inside ? walk->stretch_at : walk->next_at - (walk->loaded - walk->at);
    group->skip = inside ? walk->stretch_rows - walk->left : 0;
}

inlay_status plan_walk_joined(struct plan_walk *walk, uint32_t *input, uint64_t *rows)
{
    bool more = walk->left || walk->at < walk->loaded || walk->next_at < io_scratch_bytes(&walk->plan->stretches);
    if (!walk->plan->joined || !more)
        return INLAY_END;
    TRY(plan_walk_head(walk));
    return walk->dropped ? plan_walk_next(walk, PLAN_MOST_ROWS, input, rows) : INLAY_END;
}

#endif
