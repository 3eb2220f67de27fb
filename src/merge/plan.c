/* The plan of a merge: which input the next rows come from; see plan.h. */
#include "merge/plan.h"

#include "base/bytes.h"

#if INLAY_WRITE && INLAY_MERGE

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
    TRY(mem_new(env, n_inputs * sizeof *plan->tree, &block));
    plan->tree = block;
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

void plan_free_building(struct plan *plan)
{
    for (uint32_t i = 0; plan->rows && i < plan->n_inputs; i++)
        if (plan->rows[i].env)
            keyrows_close(&plan->rows[i]);
    if (plan->rows)
        mem_free(plan->env, plan->rows, plan->n_inputs * sizeof *plan->rows);
    if (plan->tree)
        mem_free(plan->env, plan->tree, plan->n_inputs * sizeof *plan->tree);
    for (uint32_t i = 0; plan->saved && i < plan->keys->n_keys; i++)
        buf_free(&plan->saved[i].buf);
    if (plan->saved)
        mem_free(plan->env, plan->saved, plan->keys->n_keys * sizeof *plan->saved);
    plan->saved = NULL;
    equal_free(&plan->equal);
    plan->rows = NULL;
    plan->tree = NULL;
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

inlay_status plan_end(struct plan *plan)
{
    TRY(plan_end_stretch(plan));
    TRY(plan_flush(plan));
    TRY(plan_end_segment(plan));
    return io_scratch_append(&plan->segments, plan->segment_piece, plan->n_segment_piece);
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

#define PLAN_EACH(byte) ((byte) * (uint64_t)0x0101010101010101u)

/* Eight stretches at a time while each is one byte, at most n of them. Returns how many; *rows gets their sum, at most
 * 128 each. Where an input is none of the plan's it stops, and plan_walk_head says so. */
static size_t plan_walk_bytes(struct plan_walk *walk, struct lane_run *runs, size_t n, uint64_t *rows)
{
    enum { PLAN_EIGHT = 8 };
    uint32_t bits = walk->plan->head_bits, n_inputs = walk->plan->n_inputs;
    uint32_t mask = bits < 7 ? (1u << bits) - 1 : 127, shift = bits < 7 ? bits : 7, sum = 0;
    uint64_t over = PLAN_EACH(n_inputs < 128 ? 128 - n_inputs : 0); /* takes an input that is too high to bit 7 */
    const uint8_t *at = walk->piece + walk->at, *end = walk->piece + walk->loaded;
    size_t i = 0;
    for (; n - i >= PLAN_EIGHT && (size_t)(end - at) >= PLAN_EIGHT; i += PLAN_EIGHT, at += PLAN_EIGHT) {
        uint64_t eight = load_le64(at);
        if ((eight | ((eight & PLAN_EACH(mask)) + over)) & PLAN_EACH(128))
            break;
        if ((eight & ~PLAN_EACH(mask)) == 0) {
            for (size_t k = 0; k < PLAN_EIGHT; k++)
                runs[i + k] = (struct lane_run){at[k], 1};
            continue;
        }
        for (size_t k = 0; k < PLAN_EIGHT; k++) {
            uint32_t more = (uint32_t)at[k] >> shift;
            runs[i + k] = (struct lane_run){at[k] & mask, more + 1};
            sum += more;
        }
    }
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
