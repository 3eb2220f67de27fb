/* The building of a plan: a tree of losers over the inputs' current rows; see plan.h.
 *
 *   tree[0]          the row that comes first
 *   tree[1 .. n)     the row that lost at this match; input i enters at match (n + i) / 2, whose winner goes on to
 *                    match at / 2, and so on until match 1
 *
 * After a step of its input the first row plays the matches on that one way again, one comparison each.
 * Source: Knuth, The Art of Computer Programming, volume 3, 5.4.1.
 */
#include "merge/plan.h"

#include "base/bytes.h"

#if INLAY_WRITE && INLAY_MERGE

#define PLAN_ROWS ((uint64_t)1 << 60) /* of all inputs: two bits more are wanted for segments */

/* ---- taking one row ---- */

/* What changes before the current row of k, which does not go on from the row before. */
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

/* ---- the tree ---- */

/* The same where two keys do not say it: an input that has ended comes last. */
static bool plan_before_all(const struct plan *plan, const struct plan_node *a, const struct plan_node *b)
{
    if (a->input == PLAN_NO_INPUT || b->input == PLAN_NO_INPUT)
        return a->input != PLAN_NO_INPUT;
    return keyrows_before(&plan->rows[a->input], &plan->rows[b->input]);
}

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
    return plan_before_all(plan, a, b);
}

/* The node of an input as its current row is now. */
INLAY_INLINE struct plan_node plan_node(const struct plan *plan, uint32_t input)
{
    const struct keyrows *k = &plan->rows[input];
    return (struct plan_node){keyrows_prefix(k, 0), plan->keys->n_compared > 1 ? keyrows_prefix(k, 1) : 0, input};
}

/* `node` is what has become of the first row, that of `input`: play its matches again. */
INLAY_INLINE void plan_replay(struct plan *plan, uint32_t input, struct plan_node *node)
{
    for (uint32_t at = (plan->n_inputs + input) / 2; at; at /= 2) {
        struct plan_node *other = &plan->tree[at];
        if (plan_before(plan, other, node)) {
            struct plan_node loser = *node;
            *node = *other;
            *other = loser;
        }
    }
}

/* The same where the two keys say everything but for the highest number, which may be null: it is not in `node`, but may
 * be in rows that come before it. */
INLAY_INLINE void plan_replay_exact(struct plan *plan, uint32_t input, struct plan_node *node)
{
    struct plan_node *tree = plan->tree, winner = *node;
    for (uint32_t at = (plan->n_inputs + input) / 2; at; at /= 2) {
        struct plan_node other = tree[at];
        if (other.first > winner.first)
            continue;
        if (other.first == winner.first && (winner.first == UINT64_MAX || winner.second == UINT64_MAX)) {
            if (!plan_before(plan, &other, &winner))
                continue;
        } else if (other.first == winner.first &&
                   (other.second > winner.second || (other.second == winner.second && other.input > winner.input))) {
            continue;
        }
        tree[at] = winner;
        winner = other;
    }
    *node = winner;
}

/* All matches, the last ones first. `winners`: [n_inputs] what goes on from each match. */
static void plan_play(struct plan *plan, const struct plan_node *rows, struct plan_node *winners)
{
    uint32_t n = plan->n_inputs;
    for (uint32_t at = n; at-- > 1;) {
        const struct plan_node *a = 2 * at < n ? &winners[2 * at] : &rows[2 * at - n];
        const struct plan_node *b = 2 * at + 1 < n ? &winners[2 * at + 1] : &rows[2 * at + 1 - n];
        bool first = plan_before(plan, a, b);
        plan->tree[at] = first ? *b : *a;
        winners[at] = first ? *a : *b;
    }
    plan->tree[0] = n > 1 ? winners[1] : rows[0];
}

/* The row that would come next if there were no first one: it lost to it. */
static const struct keyrows *plan_second(const struct plan *plan)
{
    const struct plan_node *second = NULL;
    for (uint32_t at = (plan->n_inputs + plan->tree[0].input) / 2; at; at /= 2)
        if (!second || plan_before(plan, &plan->tree[at], second))
            second = &plan->tree[at];
    return second && second->input != PLAN_NO_INPUT ? &plan->rows[second->input] : NULL;
}

/* ---- open ---- */

static void plan_look_at_keys(struct plan *plan)
{
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
    plan->singles = plan->equal.mode == EQUAL_KEEP && plan->first_exact && plan->final && plan->head_bits <= 7 &&
                    (plan->no_marks || plan->only_mark == 0);
}

static inlay_status plan_open(struct plan *plan, inlay_reader *const *inputs, uint64_t memory_bytes,
                              struct plan_node *rows)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < plan->n_inputs; i++) {
        struct keyrows *k = &plan->rows[i];
        TRY(keyrows_open(k, plan->env, inputs[i], i, plan->keys));
        if (k->rows > PLAN_ROWS - total)
            return err_set(plan->env, INLAY_LIMIT, ERR("more than 2^60 rows"));
        total += k->rows;
        inlay_status status = keyrows_fill(k, memory_bytes);
        if (status != INLAY_OK && status != INLAY_END)
            return status;
        rows[i] = status == INLAY_OK ? plan_node(plan, i) : (struct plan_node){UINT64_MAX, UINT64_MAX, PLAN_NO_INPUT};
        plan->n_open += status == INLAY_OK;
    }
    return INLAY_OK;
}

/* The inputs' first rows, and the tree over them. */
static inlay_status plan_begin(struct plan *plan, inlay_reader *const *inputs, uint64_t memory_bytes)
{
    void *block;
    size_t n = plan->n_inputs, bytes = 2 * n * sizeof *plan->tree;
    plan_look_at_keys(plan);
    TRY(mem_new(plan->env, bytes, &block));
    struct plan_node *rows = block;
    inlay_status status = plan_open(plan, inputs, memory_bytes, rows);
    if (status == INLAY_OK)
        plan_play(plan, rows, rows + n);
    mem_free(plan->env, block, bytes);
    return status;
}

/* ---- rows ---- */

/* The window of the first input is used up: the next one, or the input is done. END: it is. */
static inlay_status plan_refill(struct plan *plan, struct keyrows *first, uint64_t memory_bytes)
{
    inlay_status status = keyrows_fill(first, memory_bytes);
    if (status != INLAY_END)
        return status;
    struct plan_node none = {UINT64_MAX, UINT64_MAX, PLAN_NO_INPUT};
    keyrows_close(first);
    plan->n_open--;
    plan_replay(plan, first->input, &none);
    plan->tree[0] = none;
    return INLAY_END;
}

/* Take rows of the first input as long as it stays first: one, and where it is first again, as many as there are. */
INLAY_INLINE inlay_status plan_advance(struct plan *plan, uint64_t memory_bytes, bool equal)
{
    uint32_t input = plan->tree[0].input;
    struct keyrows *first = &plan->rows[input];
    inlay_status status = equal ? equal_take(plan, first, 1) : plan_take_one(plan, first);
    while (status == INLAY_OK) {
        if (first->at == first->n)
            status = plan_refill(plan, first, memory_bytes);
        if (status != INLAY_OK)
            break;
        struct plan_node node = plan_node(plan, input);
        plan_replay(plan, input, &node);
        plan->tree[0] = node;
        if (node.input != input)
            return INLAY_OK;
        const struct keyrows *second = plan_second(plan);
        size_t n = second ? keyrows_stretch(first, second) : first->n - first->at;
        status = equal ? equal_take(plan, first, n) : plan_take(plan, first, n);
    }
    return status == INLAY_END ? INLAY_OK : status;
}

/* Rows that come one by one from changing inputs, as long as nothing else is to be done. The two keys say everything. */
static void plan_singles(struct plan *plan)
{
    struct plan_node node = plan->tree[0];
    uint32_t open = plan->input;
    uint64_t mark = plan->no_marks ? UINT64_MAX : plan->saved[0].prefix;
    size_t room = PLAN_PIECE_BYTES - plan->n_piece, n = 0;
    uint8_t *piece = plan->piece + plan->n_piece;
    bool two = plan->keys->n_compared > 1, marks = !plan->no_marks;
    if (plan->open_rows != 1 || plan->n_rows == 0 || (marks && mark == UINT64_MAX)) /* null, or the highest value? */
        return;
    for (; n < room; n++) {
        struct keyrows *k = &plan->rows[node.input];
        size_t row = k->at + 1;
        if (node.input == open || row >= k->n || (marks && node.first != mark) || !k->prefix0 || (two && !k->prefix1))
            break;
        struct plan_node next = {k->prefix0[row], two ? k->prefix1[row] : 0, node.input};
        if (next.first == UINT64_MAX || next.second == UINT64_MAX)
            break;
        piece[n] = (uint8_t)open; /* one row: nothing above its input */
        open = node.input;
        k->at = row;
        node = next;
        plan_replay_exact(plan, open, &node);
    }
    plan->tree[0] = node;
    plan->input = open;
    plan->n_piece += n;
    plan->n_stretches += n;
    plan->n_rows += n;
    plan->segment_rows += n;
}

inlay_status plan_build(struct plan *plan, inlay_reader *const *inputs, uint64_t memory_bytes)
{
    TRY(plan_begin(plan, inputs, memory_bytes));
    while (plan->n_open && plan->equal.mode == EQUAL_KEEP) {
        TRY(plan_advance(plan, memory_bytes, false));
        if (plan->singles && plan->n_open)
            plan_singles(plan);
    }
    while (plan->n_open)
        TRY(plan_advance(plan, memory_bytes, true));
    TRY(equal_end(plan));
    TRY(plan_end(plan));
    plan_free_building(plan);
    return INLAY_OK;
}

#endif
