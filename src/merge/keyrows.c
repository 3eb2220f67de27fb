/* The key columns of one sorted input, row by row; see keyrows.h. */
#include "merge/keyrows.h"

#include "base/bytes.h"

#if INLAY_WRITE && INLAY_MERGE

/* ---- one value ---- */

bool keyrows_exact(const struct keyrows_key *key)
{
    return !key->order->compare || (key->rank && key->rank->usable);
}

INLAY_INLINE struct keyrows_cell keyrows_cell(const struct keyrows *k, uint32_t key, size_t row)
{
    const struct keyrows_cells *c = &k->cells[key];
    if (!c->feed.column)
        return (struct keyrows_cell){.prefix = UINT64_MAX, .null = true};
    if (keyrows_exact(&k->keys->keys[key]))
        return (struct keyrows_cell){.prefix = c->prefix[row], .null = c->null[row] != 0};
    return (struct keyrows_cell){c->prefix[row], c->base + c->index[row] * c->feed.width,
                                 c->null[row] != 0};
}

struct keyrows_cell keyrows_at(const struct keyrows *k, uint32_t key, size_t row)
{
    return keyrows_cell(k, key, row);
}

int keyrows_compare(const struct keyrows_key *key, const struct keyrows_cell *a,
                    const struct keyrows_cell *b)
{
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    if (a->null || b->null) /* last, in both directions; their prefix is the highest */
        return (int)a->null - (int)b->null;
    if (keyrows_exact(key))
        return 0;
    int c = key->order->compare(a->value, b->value, key->width);
    return key->descending ? (c < 0) - (c > 0) : c;
}

inlay_status keyrows_save(struct keyrows_saved *saved, const struct keyrows_key *key,
                          const struct keyrows_cell *cell)
{
    saved->prefix = cell->prefix;
    saved->null = cell->null;
    buf_clear(&saved->buf);
    if (cell->null || keyrows_exact(key))
        return INLAY_OK;
    if (key->type == INLAY_BYTE_ARRAY) {
        const inlay_bytes *value = cell->value;
        buf_append(&saved->buf, value->data, value->len);
        saved->bytes = (inlay_bytes){saved->buf.data, value->len};
    } else {
        buf_append(&saved->buf, cell->value, key->width);
    }
    return saved->buf.status;
}

struct keyrows_cell keyrows_saved_cell(const struct keyrows_saved *saved,
                                       const struct keyrows_key *key)
{
    const void *value = saved->buf.data;
    if (key->type == INLAY_BYTE_ARRAY)
        value = &saved->bytes;
    return (struct keyrows_cell){saved->prefix, value, saved->null};
}

/* ---- errors ---- */

inlay_status keyrows_error_column(inlay_env *env, inlay_bytes name)
{
    char *text = env->error.column;
    size_t most = sizeof env->error.column - 1, dots = name.len > most ? 2 : 0;
    size_t n = dots ? most - dots : name.len;
    memcpy(text, "..", dots);
    if (n)
        memcpy(text + dots, name.data + (name.len - n), n);
    text[dots + n] = 0;
    return env->error.status;
}

inlay_status keyrows_locate(const struct keyrows *k, uint64_t row, int32_t *row_group, int64_t *in_group)
{
    uint32_t n = inlay_reader_row_groups(k->reader);
    *row_group = -1;
    *in_group = (int64_t)row;
    for (uint32_t g = 0; g < n; g++) {
        inlay_row_group group;
        TRY(inlay_reader_row_group(k->reader, g, &group));
        if ((int64_t)row < group.first_row)
            break;
        *row_group = (int32_t)g;
        *in_group = (int64_t)row - group.first_row;
    }
    return INLAY_OK;
}

static inlay_status keyrows_bad(const struct keyrows *k, uint64_t row, uint32_t key,
                                const char *what)
{
    inlay_error *e = &k->env->error;
    int32_t row_group;
    int64_t in_group;
    TRY(keyrows_locate(k, row, &row_group, &in_group));
    err_set(k->env, INLAY_CORRUPT, what);
    e->input = (int32_t)k->input;
    e->row_group = row_group;
    e->row = in_group;
    return keyrows_error_column(k->env, k->keys->keys[key].name);
}

/* A call on the input's reader failed: say which input. */
static inlay_status keyrows_failed(const struct keyrows *k, inlay_status status)
{
    k->env->error.input = (int32_t)k->input;
    return status;
}

/* ---- open, close ---- */

/* An input without key columns is planned by its row count alone; make sure that the file has that
 * many rows before nulls are written for them. */
static inlay_status keyrows_witness(const struct keyrows *k)
{
    struct feed feed;
    inlay_status status = INLAY_CORRUPT;
    if (inlay_schema_leaves(inlay_reader_schema(k->reader)) == 0)
        return err_set(k->env, INLAY_CORRUPT, ERR("rows without columns"));
    status = feed_open(&feed, k->env, k->reader, 0, 0, (int64_t)(k->rows - 1), NULL);
    if (status == INLAY_OK)
        status = feed_fill(&feed, UINT64_MAX);
    if (status == INLAY_END)
        status = err_set(k->env, INLAY_CORRUPT, ERR("column ends before the last row"));
    feed_close(&feed);
    return status;
}

static inlay_status keyrows_arrays(struct keyrows *k, uint32_t n_columns)
{
    size_t n = KEYROWS_WINDOW;
    k->block_bytes = n_columns * n * (8 + 4 + 1) + 2 * n;
    TRY(mem_new(k->env, k->block_bytes, &k->block));
    uint64_t *prefix = k->block;
    uint32_t *index = (uint32_t *)(prefix + n_columns * n);
    uint8_t *flags = (uint8_t *)(index + n_columns * n);
    for (uint32_t i = 0; i < k->keys->n_keys; i++) {
        if (!k->cells[i].feed.column)
            continue;
        k->cells[i].prefix = prefix;
        k->cells[i].index = index;
        k->cells[i].null = flags;
        prefix += n;
        index += n;
        flags += n;
    }
    k->prefix0 = k->cells[0].prefix;
    k->prefix1 = k->keys->n_compared > 1 ? k->cells[1].prefix : NULL;
    k->same = flags;
    k->marks = flags + n;
    return INLAY_OK;
}

inlay_status keyrows_open(struct keyrows *k, inlay_env *env, inlay_reader *reader, uint32_t input,
                          const struct keyrows_keys *keys)
{
    uint32_t n_columns = 0;
    void *block;
    *k =
        (struct keyrows){.env = env, .reader = reader, .keys = keys, .input = input, .first = true};
    k->rows = (uint64_t)inlay_reader_rows(reader);
    TRY(mem_new(env, keys->n_keys * sizeof *k->cells, &block));
    k->cells = block;
    for (uint32_t i = 0; i < keys->n_keys; i++) {
        buf_init(&k->cells[i].last.buf, env);
        int64_t leaf = keys->keys[i].leaf[input];
        if (leaf == KEYROWS_NO_LEAF || k->rows == 0)
            continue;
        inlay_status status =
            feed_open(&k->cells[i].feed, env, reader, (uint32_t)leaf, INLAY_COLUMN_CODES, 0, keys->keys[i].as);
        if (status != INLAY_OK)
            return keyrows_failed(k, status);
        n_columns++;
    }
    k->blank = n_columns == 0;
    if (!k->blank)
        return keyrows_arrays(k, n_columns);
    inlay_status status = k->rows ? keyrows_witness(k) : INLAY_OK;
    return status == INLAY_OK ? INLAY_OK : keyrows_failed(k, status);
}

void keyrows_close(struct keyrows *k)
{
    for (uint32_t i = 0; k->cells && i < k->keys->n_keys; i++) {
        struct keyrows_cells *c = &k->cells[i];
        feed_close(&c->feed);
        mem_free(k->env, c->dictionary, c->dictionary_capacity * sizeof *c->dictionary);
        buf_free(&c->last.buf);
    }
    if (k->cells)
        mem_free(k->env, k->cells, k->keys->n_keys * sizeof *k->cells);
    if (k->block)
        mem_free(k->env, k->block, k->block_bytes);
    k->cells = NULL;
    k->block = NULL;
}

/* ---- a window ---- */

static void keyrows_complement(uint64_t *prefixes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        prefixes[i] = ~prefixes[i];
}

/* A new batch is at hand: prefixes of its dictionary, if it is a new one. */
static inlay_status keyrows_dictionary(struct keyrows *k, uint32_t key)
{
    struct keyrows_cells *c = &k->cells[key];
    const struct keyrows_key *spec = &k->keys->keys[key];
    c->coded = c->feed.batch.codes != NULL;
    c->base = c->feed.batch.values;
    if (!c->coded && spec->rank && spec->rank->usable && c->feed.batch.n_values)
        return err_set(k->env, INLAY_CORRUPT, ERR("encoding_stats say that all pages have codes, and one has not"));
    if (!c->coded)
        return INLAY_OK;
    inlay_dictionary d = feed_dictionary(&c->feed);
    c->base = d.values;
    if (d.serial == c->serial)
        return INLAY_OK;
    void *block = c->dictionary;
    TRY(mem_grow(k->env, &block, &c->dictionary_capacity, d.n_values, sizeof *c->dictionary));
    c->dictionary = block;
    c->serial = d.serial;
    if (spec->rank && spec->rank->usable) {
        const uint32_t *ranks = rank_of(spec->rank, k->input, inlay_column_row_group(c->feed.column), d.n_values);
        if (!ranks)
            return err_set(k->env, INLAY_CORRUPT, ERR("a dictionary that changes between two readings"));
        for (size_t i = 0; i < d.n_values; i++)
            c->dictionary[i] = ranks[i];
        return INLAY_OK;
    }
    spec->order->prefix(d.values, d.n_values, spec->width, c->dictionary);
    if (spec->descending)
        keyrows_complement(c->dictionary, d.n_values);
    return INLAY_OK;
}

/* All rows of the window have one value: its prefix everywhere, unless it stands there from windows before. */
static void keyrows_fill_constant(struct keyrows_cells *c, uint64_t prefix, size_t n)
{
    if (c->n_constant && c->prefix[0] != prefix)
        c->n_constant = 0;
    for (size_t i = c->n_constant; i < n; i++)
        c->prefix[i] = prefix;
    c->n_constant = n > c->n_constant ? n : c->n_constant;
    c->constant = true;
}

/* n codes, of which none is a null's. A column's long runs come out of its pages as equal codes. */
static void keyrows_unfold_codes(struct keyrows_cells *c, bool exact, size_t n)
{
    const uint32_t *codes = c->feed.batch.codes + c->feed.value;
    if (!exact)
        memcpy(c->index, codes, n * sizeof *codes);
    if (codes[0] == codes[n - 1] && memcmp(codes, codes + 1, (n - 1) * sizeof *codes) == 0) {
        keyrows_fill_constant(c, c->dictionary[codes[0]], n);
        return;
    }
    uint64_t *to = c->prefix;
    const uint64_t *of = c->dictionary;
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        to[i] = of[codes[i]];
        to[i + 1] = of[codes[i + 1]];
        to[i + 2] = of[codes[i + 2]];
        to[i + 3] = of[codes[i + 3]];
    }
    for (; i < n; i++)
        to[i] = of[codes[i]];
    c->n_constant = 0;
}

/* n values, none of them null, from the feed's place on. */
static void keyrows_unfold_values(struct keyrows_cells *c, const struct keyrows_key *spec, size_t n)
{
    const struct feed *f = &c->feed;
    bool exact = keyrows_exact(spec);
    if (n == 0)
        return;
    if (c->coded) {
        keyrows_unfold_codes(c, exact, n);
        return;
    }
    for (size_t i = 0; i < n && !exact; i++)
        c->index[i] = (uint32_t)(f->value + i);
    spec->order->prefix(c->base + f->value * f->width, n, f->width, c->prefix);
    if (spec->descending)
        keyrows_complement(c->prefix, n);
    c->constant = exact && c->prefix[0] == c->prefix[n - 1] &&
                  memcmp(c->prefix, c->prefix + 1, (n - 1) * sizeof *c->prefix) == 0;
    c->n_constant = c->constant ? n : 0;
}

/* Unfold n rows of one key: its dense values, then from the back to their rows, in place. */
static void keyrows_unfold(struct keyrows *k, uint32_t key, size_t n)
{
    struct keyrows_cells *c = &k->cells[key];
    struct feed *f = &c->feed;
    const uint8_t *def = f->batch.def ? f->batch.def + f->level : NULL;
    size_t present = feed_present(f, n), from = present;
    c->constant = false;
    keyrows_unfold_values(c, &k->keys->keys[key], present);
    if (present < n) {
        c->constant = false;
        c->n_constant = 0;
    }
    memset(c->null, 0, n);
    for (size_t row = n; row-- > from;) { /* rows before that are in place: none of them is null */
        if (def[row] == f->max_def) {
            from--;
            c->index[row] = c->index[from];
            c->prefix[row] = c->prefix[from];
        } else {
            c->null[row] = 1;
            c->prefix[row] = UINT64_MAX;
            c->index[row] = 0;
        }
    }
    k->nulls = k->nulls || present < n;
    f->level += n;
    f->value += present;
}

/* How a row's key compares with that of the row before. */
static int keyrows_step(const struct keyrows *k, uint32_t key, size_t row)
{
    const struct keyrows_cells *c = &k->cells[key];
    struct keyrows_cell b = keyrows_cell(k, key, row), a;
    if (row == 0)
        a = keyrows_saved_cell(&c->last, &k->keys->keys[key]);
    else if (c->coded && !keyrows_exact(&k->keys->keys[key]) && c->index[row] == c->index[row - 1] &&
             !c->null[row] && !c->null[row - 1])
        return 0;
    else
        a = keyrows_cell(k, key, row - 1);
    return keyrows_compare(&k->keys->keys[key], &a, &b);
}

/* Where the rows [from, n) of one key that are equal so far go on to be; `bad` is lowered to the
 * first row that is less than its predecessor. */
static void keyrows_order(struct keyrows *k, uint32_t key, size_t from, size_t *bad,
                          uint32_t *bad_key)
{
    if (!k->cells[key].feed.column)
        return;
    for (size_t row = from; row < *bad; row++) {
        if (!k->same[row])
            continue;
        int c = keyrows_step(k, key, row);
        k->same[row] = c == 0;
        if (c > 0) {
            *bad = row;
            *bad_key = key;
        }
    }
}

/* Is every row of the window, from the second on, above the one before it? */
static bool keyrows_ascends(const uint64_t *p, size_t n)
{
    size_t row = 1, down = 0;
    if (n < 2 || p[0] >= p[1] || p[n - 2] >= p[n - 1])
        return n < 2;
    for (; row + 4 <= n; row += 4)
        down += ((size_t)(p[row] <= p[row - 1]) + (p[row + 1] <= p[row])) +
                ((size_t)(p[row + 2] <= p[row + 1]) + (p[row + 3] <= p[row + 2]));
    for (; row < n; row++)
        down += p[row] <= p[row - 1];
    return down == 0;
}

/* What is known of the rows of a window from its second one on: equal to the row before in all keys so far, or in none. */
enum keyrows_sameness { KEYROWS_ALL_SAME, KEYROWS_NONE_SAME, KEYROWS_SOME_SAME };

/* The same where prefixes say everything and nothing is null: whole windows at once where one key stays and another
 * ascends, else no branch a row. False = some row is out of order. */
static bool keyrows_order_exact(struct keyrows *k, uint32_t key, enum keyrows_sameness *known)
{
    const struct keyrows_cells *c = &k->cells[key];
    const uint64_t *p = c->prefix;
    uint8_t bad = 0;
    if (!c->feed.column || c->constant || *known == KEYROWS_NONE_SAME)
        return true;
    if (*known == KEYROWS_ALL_SAME && keyrows_ascends(p, k->n)) {
        memset(k->same + 1, 0, k->n - 1);
        *known = KEYROWS_NONE_SAME;
        return true;
    }
    *known = KEYROWS_SOME_SAME;
    for (size_t row = 1; row < k->n; row++) {
        bad |= (uint8_t)(k->same[row] & (p[row] < p[row - 1]));
        k->same[row] &= (uint8_t)(p[row] == p[row - 1]);
    }
    return !bad;
}

/* What begins, in rows [from, to), where one of the keys so far changes. */
static void keyrows_mark(struct keyrows *k, uint32_t key, size_t from, size_t to)
{
    uint8_t marks = k->keys->keys[key].marks;
    for (size_t row = from; marks && row < to; row++)
        k->marks[row] |= (uint8_t)(k->same[row] ? 0 : marks);
}

/* The same for keys that are not compared. */
static void keyrows_mark_others(struct keyrows *k, size_t from)
{
    for (uint32_t key = k->keys->n_compared; key < k->keys->n_keys; key++) {
        uint8_t marks = k->keys->keys[key].marks;
        if (!k->cells[key].feed.column)
            continue;
        for (size_t row = from; row < k->n; row++)
            if (keyrows_step(k, key, row) != 0)
                k->marks[row] |= marks;
    }
}

/* The same for one whose prefixes say everything. */
static void keyrows_mark_exact(struct keyrows *k, uint32_t key, size_t from)
{
    uint8_t marks = k->keys->keys[key].marks;
    const uint64_t *p = k->cells[key].prefix;
    if (!k->cells[key].feed.column)
        return;
    if (from == 0 && keyrows_step(k, key, 0) != 0)
        k->marks[0] |= marks;
    for (size_t row = 1; row < k->n && !k->cells[key].constant; row++)
        k->marks[row] |= (uint8_t)(p[row] != p[row - 1] ? marks : 0);
}

/* Compare the window's rows by exact keys. False = not all keys are exact, or something is wrong somewhere. */
static bool keyrows_verify_exact(struct keyrows *k, size_t from)
{
    bool good = !k->nulls;
    enum keyrows_sameness known = KEYROWS_ALL_SAME;
    for (uint32_t key = 0; key < k->keys->n_keys && good; key++)
        good = keyrows_exact(&k->keys->keys[key]);
    if (!good)
        return false;
    memset(k->marks, 0, k->n);
    for (uint32_t key = 0; key < k->keys->n_compared && good; key++) {
        if (from == 0 && k->same[0] && k->cells[key].feed.column) {
            int c = keyrows_step(k, key, 0);
            good = c <= 0;
            k->same[0] = c == 0;
        }
        good = good && keyrows_order_exact(k, key, &known);
        keyrows_mark(k, key, from, known == KEYROWS_ALL_SAME ? 1 : k->n);
    }
    for (uint32_t key = k->keys->n_compared; key < k->keys->n_keys && good; key++)
        keyrows_mark_exact(k, key, from);
    return good;
}

static inlay_status keyrows_refuse_nulls(const struct keyrows *k)
{
    for (uint32_t key = 0; key < k->keys->n_compared; key++) {
        const uint8_t *null = k->keys->keys[key].no_nulls && k->cells[key].feed.column
                                  ? memchr(k->cells[key].null, 1, k->n)
                                  : NULL;
        if (null)
            return keyrows_bad(k, k->row + (uint64_t)(null - k->cells[key].null), key,
                               ERR("null in a key column that must not have any"));
    }
    return INLAY_OK;
}

/* Compare every row of the window with the one before it. */
static inlay_status keyrows_verify(struct keyrows *k)
{
    size_t from = k->first ? 1 : 0, bad = k->n;
    uint32_t bad_key = 0;
    memset(k->same, 1, k->n);
    if (!keyrows_verify_exact(k, from)) {
        memset(k->same, 1, k->n);
        memset(k->marks, 0, k->n);
        for (uint32_t key = 0; key < k->keys->n_compared; key++) {
            keyrows_order(k, key, from, &bad, &bad_key);
            keyrows_mark(k, key, from, k->n);
        }
        keyrows_mark_others(k, from);
    }
    if (k->first)
        k->same[0] = 0;
    k->unsorted = bad < k->n;
    if (k->unsorted)
        return keyrows_bad(k, k->row + bad, bad_key, ERR("input is not sorted by the key"));
    return keyrows_refuse_nulls(k);
}

/* Leave the window: keep its last row, and say how many rows follow. */
static inlay_status keyrows_leave(struct keyrows *k)
{
    for (uint32_t i = 0; k->n && !k->blank && i < k->keys->n_keys; i++) {
        struct keyrows_cell last = keyrows_cell(k, i, k->n - 1);
        TRY(keyrows_save(&k->cells[i].last, &k->keys->keys[i], &last));
    }
    k->first = k->first && k->n == 0;
    k->row += k->n;
    k->n = k->at = 0;
    return INLAY_OK;
}

inlay_status keyrows_fill(struct keyrows *k, uint64_t memory_bytes)
{
    TRY(keyrows_leave(k));
    uint64_t left = k->rows - k->row;
    size_t most = k->blank ? KEYROWS_BLANK_WINDOW : KEYROWS_WINDOW;
    size_t n = left < most ? (size_t)left : most;
    if (n == 0)
        return INLAY_END;
    for (uint32_t i = 0; i < k->keys->n_keys; i++) {
        struct feed *f = &k->cells[i].feed;
        if (!f->column)
            continue;
        if (feed_empty(f)) {
            const struct rank *rank = k->keys->keys[i].rank; /* ranks go by codes, which a copied batch has not */
            inlay_status status = feed_fill(f, rank && rank->usable ? UINT64_MAX : memory_bytes);
            if (status == INLAY_END)
                return keyrows_bad(k, k->row, i, ERR("column ends before the last row"));
            if (status != INLAY_OK)
                return keyrows_failed(k, status);
            TRY(keyrows_dictionary(k, i));
        }
        if (n > f->batch.n_levels - f->level)
            n = f->batch.n_levels - f->level;
    }
    k->n = n;
    k->nulls = false;
    if (k->blank)
        return INLAY_OK;
    for (uint32_t i = 0; i < k->keys->n_keys; i++)
        if (k->cells[i].feed.column)
            keyrows_unfold(k, i, n);
    return k->any_order ? keyrows_refuse_nulls(k) : keyrows_verify(k);
}

/* ---- between inputs ---- */

INLAY_INLINE uint64_t keyrows_prefix_at(const struct keyrows *k, uint32_t key, size_t row)
{
    return k->cells[key].feed.column ? k->cells[key].prefix[row] : UINT64_MAX;
}

static bool keyrows_row_before(const struct keyrows *a, size_t row, const struct keyrows *b)
{
    for (uint32_t key = 0; key < a->keys->n_compared; key++) {
        uint64_t x = keyrows_prefix_at(a, key, row), y = keyrows_prefix_at(b, key, b->at);
        if (x != y)
            return x < y;
        if (x != UINT64_MAX && keyrows_exact(&a->keys->keys[key]))
            continue;
        struct keyrows_cell v = keyrows_cell(a, key, row), w = keyrows_cell(b, key, b->at);
        int c = keyrows_compare(&a->keys->keys[key], &v, &w);
        if (c != 0)
            return c < 0;
    }
    return a->input < b->input;
}

bool keyrows_before(const struct keyrows *a, const struct keyrows *b)
{
    return keyrows_row_before(a, a->at, b);
}

/* Rows are sorted, so the end of the stretch is found by steps that double, and then halve. */
size_t keyrows_stretch(const struct keyrows *a, const struct keyrows *b)
{
    size_t good = a->at, step = 1;
    if (a->blank)
        return a->n - a->at;
    while (good + step < a->n && keyrows_row_before(a, good + step, b)) {
        good += step;
        step *= 2;
    }
    size_t bad = good + step < a->n ? good + step : a->n; /* the first row known to come later, or the window's end */
    while (bad - good > 1) {
        size_t mid = good + (bad - good) / 2;
        if (keyrows_row_before(a, mid, b))
            good = mid;
        else
            bad = mid;
    }
    return bad - a->at;
}

size_t keyrows_next_mark(const struct keyrows *k, size_t row, size_t end)
{
    if (k->blank)
        return end;
    for (row++; row + sizeof(uint64_t) <= end; row += sizeof(uint64_t)) {
        uint64_t eight;
        memcpy(&eight, k->marks + row, sizeof eight);
        if (eight)
            break;
    }
    while (row < end && !k->marks[row])
        row++;
    return row < end ? row : end;
}

#endif
