/* Unsorted inputs of a merge, sorted with bounded memory; see resort.h. */
#include "merge/resort.h"

#include "base/bytes.h"
#include "base/sort.h"

#if INLAY_WRITE && INLAY_MERGE

enum {
    RESORT_LEAST_BYTES = 1024 * 1024,
    RESORT_SCRATCH_BYTES = 256 * 1024, /* of the scratch file, in memory */
    RESORT_PAGE_BYTES = 128 * 1024,    /* of a run: of many runs a page each is open */
    RESORT_LEAST_ROWS = 256            /* runs that short are not halved for want of memory */
};

static inlay_status resort_failed(const struct resort *r, inlay_status status)
{
    if (status != INLAY_OK && status != INLAY_END)
        r->env->error.input = (int32_t)r->input;
    return status;
}

/* ---- is it sorted? ---- */

static inlay_status resort_look(struct resort *r, const struct keyrows_keys *keys, bool *sorted)
{
    struct keyrows k;
    inlay_status status = keyrows_open(&k, r->env, r->reader, r->input, keys);
    while (status == INLAY_OK)
        status = keyrows_fill(&k, r->memory_bytes);
    *sorted = !k.unsorted;
    keyrows_close(&k);
    return status == INLAY_END || k.unsorted ? INLAY_OK : status;
}

/* ---- how many rows ---- */

/* Bytes that the values and levels of a column take in memory, by the footer, which nobody has to believe. */
static inlay_status resort_leaf_bytes(struct resort *r, uint32_t leaf, uint64_t *bytes)
{
    const inlay_node *node = inlay_schema_leaf(inlay_reader_schema(r->reader), leaf);
    uint32_t n = inlay_reader_row_groups(r->reader);
    bool any_length = node->type == INLAY_BYTE_ARRAY;
    uint64_t most = UINT64_C(1) << 40, each = (any_length ? sizeof(uint64_t) : inlay_node_width(node)) + 2;
    *bytes = 0;
    for (uint32_t g = 0; g < n && *bytes < most; g++) {
        inlay_chunk chunk;
        TRY(inlay_reader_chunk(r->reader, g, leaf, &chunk));
        if (chunk.n_levels > 0)
            *bytes += (uint64_t)chunk.n_levels < most / each ? (uint64_t)chunk.n_levels * each : most;
        if (any_length && chunk.uncompressed_bytes > 0)
            *bytes += (uint64_t)chunk.uncompressed_bytes;
    }
    return INLAY_OK;
}

/* Bytes of a run a row: of the keys while they are sorted, or of the widest column. */
static inlay_status resort_row_bytes(struct resort *r, uint64_t rows, uint64_t *row_bytes)
{
    uint32_t n = inlay_schema_leaves(inlay_reader_schema(r->reader));
    uint64_t keys = 2 * sizeof *r->order, widest = 0, bytes;
    for (uint32_t i = 0; i < n; i++) {
        TRY(resort_leaf_bytes(r, i, &bytes));
        widest = bytes > widest ? bytes : widest;
    }
    for (uint32_t i = 0; i < r->n_keys; i++) {
        keys += sizeof(uint64_t) + 1;
        if (r->keys[i].leaf == KEYROWS_NO_LEAF || keyrows_exact(&r->specs[i]))
            continue;
        TRY(resort_leaf_bytes(r, (uint32_t)r->keys[i].leaf, &bytes));
        keys += r->specs[i].width + bytes / rows;
    }
    widest = widest / rows + sizeof *r->order + sizeof(struct permute_row);
    *row_bytes = keys > widest ? keys : widest;
    return INLAY_OK;
}

static inlay_status resort_rows(struct resort *r, uint32_t *most)
{
    uint64_t rows = (uint64_t)inlay_reader_rows(r->reader), used = r->env->used_bytes, each, fit;
    uint64_t left = used < r->memory_bytes ? (r->memory_bytes - used) / 2 : 0;
    left = left < RESORT_LEAST_BYTES ? RESORT_LEAST_BYTES : left;
    r->most_bytes = left;
    TRY(resort_row_bytes(r, rows, &each));
    fit = left / each;
    fit = fit < 1 ? 1 : fit;
    *most = (uint32_t)(fit < INT32_MAX ? fit : INT32_MAX);
    return INLAY_OK;
}

/* ---- keys of a run ---- */

static void resort_forget_keys(struct resort *r)
{
    for (uint32_t i = 0; i < r->n_keys; i++) {
        buf_free(&r->keys[i].prefix);
        buf_free(&r->keys[i].null);
        buf_free(&r->keys[i].values);
    }
    mem_pool_free(&r->bytes);
    r->n_bytes = 0;
}

/* The value behind a cell, kept for as long as the run is sorted; a value like the one before shares its bytes. */
static inlay_status resort_keep(struct resort *r, struct resort_key *key, const struct keyrows_key *spec,
                                const struct keyrows_cell *cell)
{
    static const uint64_t none[2] = {0, 0};
    if (spec->type != INLAY_BYTE_ARRAY || cell->null) {
        uint8_t *to = buf_reserve(&key->values, spec->width);
        if (to && cell->null)
            memset(to, 0, spec->width);
        else if (to)
            memcpy(to, cell->value, spec->width);
        key->values.bytes += to ? spec->width : 0;
        return key->values.status;
    }
    inlay_bytes value, last = {(const uint8_t *)none, 0};
    memcpy(&value, cell->value, sizeof value);
    if (key->values.bytes)
        memcpy(&last, key->values.data + key->values.bytes - sizeof last, sizeof last);
    if (value.len != last.len || (value.len && memcmp(value.data, last.data, value.len) != 0)) {
        void *block = NULL;
        TRY(mem_pool_take(&r->bytes, value.len + 1, &block));
        r->n_bytes += value.len + 1;
        if (value.len)
            memcpy(block, value.data, value.len);
        last = (inlay_bytes){block, value.len};
    }
    buf_append(&key->values, &last, sizeof last);
    return key->values.status;
}

/* Rows [k->at, k->at + n) of the window. */
static inlay_status resort_take(struct resort *r, const struct keyrows *k, size_t n)
{
    for (uint32_t i = 0; i < r->n_keys; i++) {
        struct resort_key *key = &r->keys[i];
        if (key->leaf == KEYROWS_NO_LEAF)
            continue;
        buf_append(&key->prefix, k->cells[i].prefix, n * sizeof *k->cells[i].prefix);
        buf_append(&key->null, k->cells[i].null, n);
        TRY(key->prefix.status);
        TRY(key->null.status);
        for (size_t row = 0; row < n && !keyrows_exact(&r->specs[i]); row++) {
            struct keyrows_cell cell = keyrows_at(k, i, row);
            TRY(resort_keep(r, key, &r->specs[i], &cell));
        }
    }
    return INLAY_OK;
}

static size_t resort_held(const struct resort *r, uint32_t rows)
{
    size_t held = r->n_bytes + (size_t)rows * 2 * sizeof *r->order;
    for (uint32_t i = 0; i < r->n_keys; i++)
        held += r->keys[i].prefix.bytes + r->keys[i].null.bytes + r->keys[i].values.bytes;
    return held;
}

/* Turn to a row of the input. */
static inlay_status resort_seek(struct resort *r, uint64_t row)
{
    struct keyrows *k = &r->rows;
    if (row == 0) {
        if (k->env)
            keyrows_close(k); /* once more from the start, with fewer rows */
        TRY(keyrows_open(k, r->env, r->reader, 0, &r->set));
        k->any_order = true;
        return INLAY_OK;
    }
    k->row = row;
    k->n = k->at = 0;
    for (uint32_t i = 0; i < r->n_keys; i++)
        if (k->cells[i].feed.column)
            feed_skip_to(&k->cells[i].feed, (int64_t)row);
    return INLAY_OK;
}

/* Keys of rows first ... first + *n, fewer where memory is at its end. */
static inlay_status resort_read_keys(struct resort *r, uint64_t first, uint32_t *n)
{
    struct keyrows *k = &r->rows;
    uint32_t got = 0;
    inlay_status status = resort_seek(r, first);
    while (status == INLAY_OK && got < *n && !(got && resort_held(r, got) > r->most_bytes)) {
        status = keyrows_fill(k, UINT64_MAX);
        if (status != INLAY_OK)
            break;
        size_t some = k->n < *n - got ? k->n : *n - got;
        status = resort_take(r, k, some);
        got += (uint32_t)some;
    }
    for (uint32_t i = 0; k->cells && i < r->n_keys; i++)
        if (k->cells[i].feed.column)
            inlay_column_park(k->cells[i].feed.column);
    *n = got;
    return resort_failed(r, status);
}

/* ---- order of a run ---- */

static struct keyrows_cell resort_cell(const struct resort *r, uint32_t key, uint32_t row)
{
    const struct resort_key *k = &r->keys[key];
    const uint8_t *values = k->values.data;
    return (struct keyrows_cell){((const uint64_t *)(const void *)k->prefix.data)[row],
                                 values ? values + row * r->specs[key].width : NULL, k->null.data[row] != 0};
}

static int resort_compare(const void *ctx, uint32_t a, uint32_t b)
{
    const struct resort *r = ctx;
    for (uint32_t i = 0; i < r->n_keys; i++) {
        if (r->keys[i].leaf == KEYROWS_NO_LEAF)
            continue;
        const uint64_t *prefix = (const uint64_t *)(const void *)r->keys[i].prefix.data;
        if (prefix[a] != prefix[b])
            return prefix[a] < prefix[b] ? -1 : 1;
        struct keyrows_cell x = resort_cell(r, i, a), y = resort_cell(r, i, b);
        int c = keyrows_compare(&r->specs[i], &x, &y);
        if (c != 0)
            return c;
    }
    return 0;
}

static void resort_forget_order(struct resort *r)
{
    if (r->order)
        mem_free(r->env, r->order, (size_t)r->order_rows * 2 * sizeof *r->order);
    r->order = NULL;
}

static inlay_status resort_sort(struct resort *r, uint32_t n)
{
    void *block = NULL;
    TRY(mem_new(r->env, (size_t)n * 2 * sizeof *r->order, &block));
    r->order = block;
    r->order_rows = n;
    for (uint32_t i = 0; i < n; i++)
        r->order[i] = i;
    sort_numbers(r->order, r->order + n, n, resort_compare, r);
    return INLAY_OK;
}

/* ---- a run as a file ---- */

static int resort_read_at(void *ctx, uint64_t at, void *dst, size_t bytes)
{
    const struct resort_run *run = ctx;
    inlay_env env = {.limits = {0}};
    struct io_scratch scratch = *run->scratch; /* errors into an env of its own: several threads may read */
    scratch.env = &env;
    inlay_source whole = io_scratch_source(&scratch);
    return whole.read_at(whole.ctx, run->at + at, dst, bytes);
}

static inlay_status resort_schema(struct resort *r, inlay_schema **schema)
{
    const inlay_schema *from = inlay_reader_schema(r->reader);
    TRY(inlay_schema_new(r->env, schema));
    for (uint32_t node = 1; node < inlay_schema_nodes(from); node = inlay_schema_node(from, node)->end)
        TRY(inlay_schema_copy(*schema, 0, from, node, inlay_schema_node(from, node)->repetition));
    return INLAY_OK;
}

static inlay_status resort_columns(struct resort *r, inlay_writer *writer, uint64_t first, uint32_t n)
{
    uint32_t n_leaves = inlay_schema_leaves(inlay_reader_schema(r->reader));
    r->permute.most_bytes = r->most_bytes;
    r->permute.first_row = (int64_t)first;
    r->permute.order = r->order;
    r->permute.n = n;
    for (uint32_t leaf = 0; leaf < n_leaves; leaf++) {
        inlay_status status = permute_column(&r->permute, leaf, writer);
        if (status != INLAY_OK)
            return resort_failed(r, status);
    }
    return inlay_writer_finish(writer);
}

static inlay_status resort_write(struct resort *r, uint64_t first, uint32_t n)
{
    inlay_write_options options = {.codec = "none",
                                   .page_bytes = RESORT_PAGE_BYTES,
                                   .flags = INLAY_WRITE_IN_ORDER | INLAY_WRITE_TRUSTED_ORDER | INLAY_WRITE_AS_IS |
                                            INLAY_WRITE_INT96};
    inlay_sink sink = io_scratch_sink(&r->scratch);
    inlay_schema *schema = NULL;
    inlay_writer *writer = NULL;
    inlay_status status = resort_schema(r, &schema);
    if (status == INLAY_OK)
        status = inlay_writer_open(r->env, &sink, schema, &options, &writer);
    if (status == INLAY_OK)
        status = resort_columns(r, writer, first, n);
    inlay_writer_close(writer);
    inlay_schema_close(schema);
    return status;
}

/* Rows first ... first + *n as a run, fewer where they do not fit; a run that did not fit stays behind, unused. */
static inlay_status resort_try(struct resort *r, uint64_t first, uint32_t *n)
{
    inlay_status status = resort_read_keys(r, first, n);
    if (status == INLAY_OK)
        status = resort_sort(r, *n);
    resort_forget_keys(r);
    if (status == INLAY_OK)
        status = resort_write(r, first, *n);
    resort_forget_order(r);
    return status;
}

static inlay_status resort_add(struct resort *r, uint64_t at)
{
    void *block = r->runs;
    TRY(mem_grow(r->env, &block, &r->runs_capacity, r->n_runs + 1, sizeof *r->runs));
    r->runs = block;
    TRY(mem_pool_take(&r->pool, sizeof **r->runs, &block));
    r->runs[r->n_runs] = block;
    *r->runs[r->n_runs++] = (struct resort_run){.scratch = &r->scratch,
                                                .at = at,
                                                .bytes = io_scratch_bytes(&r->scratch) - at,
                                                .origin = r->input};
    return INLAY_OK;
}

static inlay_status resort_cut(struct resort *r)
{
    uint64_t rows = (uint64_t)inlay_reader_rows(r->reader);
    uint32_t most = 1;
    inlay_status status = resort_failed(r, resort_rows(r, &most));
    if (status == INLAY_OK)
        status = permute_reader(&r->permute, r->reader);
    for (uint64_t row = 0; row < rows && status == INLAY_OK;) {
        uint64_t at = io_scratch_bytes(&r->scratch);
        uint32_t n = rows - row < most ? (uint32_t)(rows - row) : most, wanted = n;
        status = resort_try(r, row, &n);
        if (status == INLAY_END || (status == INLAY_NOMEM && wanted > RESORT_LEAST_ROWS)) {
            most = (n < wanted && n ? n : wanted) / 2;
            most = most ? most : 1;
            status = INLAY_OK;
            continue;
        }
        if (status == INLAY_OK)
            status = resort_add(r, at);
        row += n;
    }
    if (r->rows.env)
        keyrows_close(&r->rows);
    r->rows.env = NULL;
    return status;
}

/* ---- an input ---- */

/* The merge's keys as they are in this input alone, with ranks of its own. */
static inlay_status resort_keys(struct resort *r, const struct keyrows_keys *keys)
{
    for (uint32_t i = 0; i < r->n_keys; i++) {
        struct keyrows_key *k = &r->specs[i];
        struct widen way;
        *k = keys->keys[i];
        r->keys[i].leaf = k->leaf[r->input];
        k->leaf = &r->keys[i].leaf;
        k->rank = NULL;
        if (!k->order->compare || r->keys[i].leaf == KEYROWS_NO_LEAF)
            continue;
        const inlay_node *leaf = inlay_schema_leaf(inlay_reader_schema(r->reader), (uint32_t)r->keys[i].leaf);
        if (!widen_find(leaf, k->as, &way) || way.convert)
            continue; /* the dictionary has other values than the merge compares */
        TRY(resort_failed(r, rank_build(&r->ranks[i], r->env, &r->reader, 1, k->leaf, k->order, k->width, k->type,
                                        k->descending, r->memory_bytes / 8)));
        k->rank = &r->ranks[i];
    }
    r->set = (struct keyrows_keys){.keys = r->specs, .n_keys = r->n_keys, .n_compared = r->n_keys};
    return INLAY_OK;
}

static inlay_status resort_input(struct resort *r, const struct keyrows_keys *keys)
{
    inlay_status status = resort_keys(r, keys);
    if (status == INLAY_OK)
        status = resort_cut(r);
    for (uint32_t i = 0; i < r->n_keys; i++)
        rank_free(&r->ranks[i]);
    r->n_resorted++;
    return status;
}

/* ---- all of them ---- */

static inlay_status resort_init(struct resort *r, const char *scratch_folder)
{
    void *block;
    io_scratch_init(&r->scratch, r->env, scratch_folder, RESORT_SCRATCH_BYTES);
    mem_pool_init(&r->pool, r->env);
    mem_pool_init(&r->bytes, r->env);
    permute_init(&r->permute, r->env);
    TRY(mem_new(r->env, r->n_keys * sizeof *r->specs, &block));
    r->specs = block;
    TRY(mem_new(r->env, r->n_keys * sizeof *r->ranks, &block));
    r->ranks = block;
    TRY(mem_new(r->env, r->n_keys * sizeof *r->keys, &block));
    r->keys = block;
    for (uint32_t i = 0; i < r->n_keys; i++) {
        buf_init(&r->keys[i].prefix, r->env);
        buf_init(&r->keys[i].null, r->env);
        buf_init(&r->keys[i].values, r->env);
    }
    return INLAY_OK;
}

/* The sorted inputs, and runs in the place of the others. */
static inlay_status resort_list(struct resort *r, inlay_reader *const *inputs, const uint8_t *unsorted, uint32_t n)
{
    void *block;
    uint64_t total = (uint64_t)n - r->n_resorted + r->n_runs;
    if (total > INT32_MAX)
        return err_set(r->env, INLAY_LIMIT, ERR("too many sorted runs; more memory makes fewer"));
    r->n_inputs = (uint32_t)total;
    TRY(mem_new(r->env, r->n_inputs * sizeof *r->readers, &block));
    r->readers = block;
    TRY(mem_new(r->env, r->n_inputs * sizeof *r->origins, &block));
    r->origins = block;
    size_t run = 0, at = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (!unsorted[i]) {
            r->readers[at] = inputs[i];
            r->origins[at++] = i;
        }
        for (; run < r->n_runs && r->runs[run]->origin == i; run++) {
            inlay_source source = {.ctx = r->runs[run], .size_bytes = r->runs[run]->bytes, .read_at = resort_read_at};
            TRY(inlay_reader_open(r->env, &source, NULL, &r->runs[run]->reader));
            r->readers[at] = r->runs[run]->reader;
            r->origins[at++] = i;
        }
    }
    return INLAY_OK;
}

inlay_status resort_inputs(struct resort *r, inlay_env *env, inlay_reader *const *inputs, uint32_t n_inputs,
                           const struct keyrows_keys *keys, uint64_t memory_bytes, const char *scratch_folder)
{
    void *unsorted;
    *r = (struct resort){.env = env, .memory_bytes = memory_bytes, .n_keys = keys->n_compared};
    TRY(resort_init(r, scratch_folder));
    TRY(mem_new(env, n_inputs, &unsorted));
    inlay_status status = INLAY_OK;
    for (uint32_t i = 0; i < n_inputs && status == INLAY_OK; i++) {
        bool sorted = true;
        r->reader = inputs[i];
        r->input = i;
        status = resort_look(r, keys, &sorted);
        ((uint8_t *)unsorted)[i] = !sorted;
        if (status == INLAY_OK && !sorted)
            status = resort_input(r, keys);
    }
    permute_free(&r->permute);
    if (status == INLAY_OK && r->n_resorted)
        status = resort_list(r, inputs, unsorted, n_inputs);
    mem_free(env, unsorted, n_inputs);
    return status;
}

void resort_free(struct resort *r)
{
    if (!r->env)
        return;
    for (size_t i = 0; i < r->n_runs; i++)
        inlay_reader_close(r->runs[i]->reader);
    mem_free(r->env, r->runs, r->runs_capacity * sizeof *r->runs);
    if (r->readers)
        mem_free(r->env, r->readers, r->n_inputs * sizeof *r->readers);
    if (r->origins)
        mem_free(r->env, r->origins, r->n_inputs * sizeof *r->origins);
    if (r->specs)
        mem_free(r->env, r->specs, r->n_keys * sizeof *r->specs);
    if (r->ranks)
        mem_free(r->env, r->ranks, r->n_keys * sizeof *r->ranks);
    if (r->keys) {
        resort_forget_keys(r);
        mem_free(r->env, r->keys, r->n_keys * sizeof *r->keys);
    }
    resort_forget_order(r);
    permute_free(&r->permute);
    mem_pool_free(&r->pool);
    io_scratch_free(&r->scratch);
    r->env = NULL;
}

#endif
