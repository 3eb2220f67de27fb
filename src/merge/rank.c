/* Ranks of dictionary entries; see rank.h. */
#include "merge/rank.h"

#include <string.h>

#include "base/buf.h"
#include "base/bytes.h"

#if INLAY_WRITE && INLAY_MERGE

struct rank_entry {
    uint64_t prefix;
    const void *value; /* memory form, in `held` */
    uint32_t chunk, code;
};

struct rank_build {
    struct rank *r;
    const struct sortkey_order *order;
    size_t width;
    uint8_t type;
    bool descending;
    uint64_t left_bytes;
    struct buf entries;   /* struct rank_entry */
    struct mem_pool held; /* values, while they are sorted */
};

static inlay_status rank_hold(struct rank_build *b, const void *value, const void **held)
{
    inlay_bytes v = {value, b->width};
    void *block = NULL;
    if (b->type == INLAY_BYTE_ARRAY)
        memcpy(&v, value, sizeof v);
    size_t head = b->type == INLAY_BYTE_ARRAY ? sizeof v : 0;
    TRY(mem_pool_take(&b->held, head + v.len + 1, &block));
    uint8_t *bytes = (uint8_t *)block + head;
    if (v.len)
        memcpy(bytes, v.data, v.len);
    if (head)
        *(inlay_bytes *)block = (inlay_bytes){bytes, v.len};
    *held = block;
    return INLAY_OK;
}

/* Entries of one chunk; END = ranks are not worth it. */
static inlay_status rank_chunk_in(struct rank_build *b, inlay_column *column, int64_t first_row, uint32_t chunk)
{
    bool all_codes = false;
    TRY(inlay_column_seek(column, first_row));
    TRY(inlay_column_load_dictionary(column, &all_codes));
    inlay_dictionary d = inlay_column_dictionary(column);
    uint64_t bytes = d.n_values * (sizeof(struct rank_entry) + 16);
    const inlay_bytes *views = d.values;
    void *block = NULL;
    if (!all_codes || d.n_values > UINT32_MAX)
        return INLAY_END;
    for (size_t i = 0; b->type == INLAY_BYTE_ARRAY && i < d.n_values; i++)
        bytes += views[i].len + sizeof *views;
    if (bytes > b->left_bytes)
        return INLAY_END;
    b->left_bytes -= bytes;
    TRY(mem_pool_take(&b->r->pool, d.n_values * sizeof(uint32_t) + 1, &block));
    b->r->chunks[chunk] = (struct rank_chunk){block, (uint32_t)d.n_values};
    for (size_t i = 0; i < d.n_values; i++) {
        const uint8_t *value = (const uint8_t *)d.values + i * b->width;
        struct rank_entry e = {.chunk = chunk, .code = (uint32_t)i};
        TRY(rank_hold(b, value, &e.value));
        b->order->prefix(e.value, 1, b->width, &e.prefix);
        buf_append(&b->entries, &e, sizeof e);
    }
    return b->entries.status;
}

static inlay_status rank_input(struct rank_build *b, inlay_reader *reader, uint32_t input, uint32_t leaf)
{
    inlay_column *column = NULL;
    uint32_t n = inlay_reader_row_groups(reader);
    TRY(inlay_column_open(reader, leaf, INLAY_COLUMN_CODES, &column));
    inlay_status status = INLAY_OK;
    for (uint32_t g = 0; g < n && status == INLAY_OK; g++) {
        inlay_row_group group;
        status = inlay_reader_row_group(reader, g, &group);
        if (status == INLAY_OK && group.n_rows)
            status = rank_chunk_in(b, column, group.first_row, b->r->first[input] + g);
    }
    inlay_column_close(column);
    if (status != INLAY_OK && status != INLAY_END)
        b->r->env->error.input = (int32_t)input;
    return status;
}

/* ---- sorting ---- */

static int rank_compare(const struct rank_build *b, const struct rank_entry *x, const struct rank_entry *y)
{
    if (x->prefix != y->prefix)
        return x->prefix < y->prefix ? -1 : 1;
    return b->order->compare ? b->order->compare(x->value, y->value, b->width) : 0;
}

/* Bottom-up merge sort: runs of 1, 2, 4 ... from one array into the other. */
static const struct rank_entry *rank_sort(const struct rank_build *b, struct rank_entry *a, struct rank_entry *scratch,
                                          size_t n)
{
    for (size_t run = 1; run < n; run *= 2) {
        for (size_t from = 0; from < n; from += 2 * run) {
            size_t mid = n - from < run ? n : from + run, end = n - from < 2 * run ? n : from + 2 * run;
            for (size_t i = from, j = mid, out = from; out < end; out++)
                scratch[out] = j == end || (i < mid && rank_compare(b, &a[i], &a[j]) <= 0) ? a[i++] : a[j++];
        }
        struct rank_entry *swap = a;
        a = scratch;
        scratch = swap;
    }
    return a;
}

static inlay_status rank_number(struct rank_build *b)
{
    size_t n = b->entries.bytes / sizeof(struct rank_entry);
    void *scratch = NULL;
    uint32_t rank = 0;
    TRY(mem_new(b->r->env, n * sizeof(struct rank_entry) + 1, &scratch));
    const struct rank_entry *e = rank_sort(b, (struct rank_entry *)(void *)b->entries.data, scratch, n);
    for (size_t i = 0; i < n; i++) {
        rank += i > 0 && rank_compare(b, &e[i - 1], &e[i]) != 0;
        b->r->chunks[e[i].chunk].ranks[e[i].code] = rank;
    }
    b->r->n_distinct = n ? rank + 1 : 0;
    for (size_t i = 0; b->descending && i < n; i++) {
        uint32_t *at = &b->r->chunks[e[i].chunk].ranks[e[i].code];
        *at = rank - *at;
    }
    mem_free(b->r->env, scratch, n * sizeof(struct rank_entry) + 1);
    return INLAY_OK;
}

/* ---- building ---- */

static inlay_status rank_all(struct rank_build *b, inlay_reader *const *inputs, const int64_t *leaf)
{
    struct rank *r = b->r;
    void *block = NULL;
    TRY(mem_pool_take(&r->pool, (r->n_inputs + (size_t)1) * sizeof *r->first, &block));
    r->first = block;
    for (uint32_t i = 0; i < r->n_inputs; i++)
        r->first[i + 1] = r->first[i] + (leaf[i] < 0 ? 0 : inlay_reader_row_groups(inputs[i]));
    r->n_chunks = r->first[r->n_inputs];
    TRY(mem_pool_take(&r->pool, r->n_chunks * sizeof *r->chunks + 1, &block));
    r->chunks = block;
    for (uint32_t i = 0; i < r->n_inputs; i++)
        if (leaf[i] >= 0)
            TRY(rank_input(b, inputs[i], i, (uint32_t)leaf[i]));
    return rank_number(b);
}

inlay_status rank_build(struct rank *r, inlay_env *env, inlay_reader *const *inputs, uint32_t n_inputs,
                        const int64_t *leaf, const struct sortkey_order *order, size_t width, uint8_t type,
                        bool descending, uint64_t most_bytes)
{
    struct rank_build b = {.r = r, .order = order, .width = width, .type = type, .descending = descending,
                           .left_bytes = most_bytes};
    *r = (struct rank){.env = env, .n_inputs = n_inputs};
    mem_pool_init(&r->pool, env);
    mem_pool_init(&b.held, env);
    buf_init(&b.entries, env);
    inlay_status status = rank_all(&b, inputs, leaf);
    mem_pool_free(&b.held);
    buf_free(&b.entries);
    r->usable = status == INLAY_OK;
    if (!r->usable)
        mem_pool_free(&r->pool);
    return status == INLAY_END ? INLAY_OK : status;
}

void rank_free(struct rank *r)
{
    if (r->env)
        mem_pool_free(&r->pool);
    r->env = NULL;
    r->usable = false;
}

const uint32_t *rank_of(const struct rank *r, uint32_t input, uint32_t row_group, size_t n)
{
    if (!r->usable || row_group >= r->first[input + 1] - r->first[input])
        return NULL;
    const struct rank_chunk *c = &r->chunks[r->first[input] + row_group];
    return c->n == n ? c->ranks : NULL;
}

#endif
