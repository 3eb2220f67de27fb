/* One column of one input, batch by batch; see feed.h. */
#include "merge/feed.h"

#include "base/bytes.h"
#include "merge/keyrows.h"

#if INLAY_WRITE && INLAY_MERGE

enum { FEED_SMALL_ROWS = 1024, FEED_MOST_COPIED = 1024 * 1024 }; /* of a copied batch */

inlay_status feed_open(struct feed *feed, inlay_env *env, inlay_reader *reader, uint32_t leaf,
                       uint32_t flags, int64_t row, const inlay_node *as)
{
    const inlay_node *node = inlay_schema_leaf(inlay_reader_schema(reader), leaf);
    *feed = (struct feed){.env = env, .reader = reader};
    buf_init(&feed->values, env);
    buf_init(&feed->bytes, env);
    buf_init(&feed->levels, env);
    buf_init(&feed->wide, env);
    buf_init(&feed->wide_codes, env);
    if (!node)
        return err_set(env, INLAY_ARG, ERR("no such column"));
    if (as && !widen_find(node, as, &feed->widen))
        return err_set(env, INLAY_ARG, ERR("no way from type to type"));
    feed->node = node;
    feed->width = inlay_node_width(as ? as : node);
    feed->type = as ? as->type : node->type;
    feed->max_def = node->max_def;
    feed->max_rep = node->max_rep;
    feed->seek = feed->next_row = row;
    return inlay_column_open(reader, leaf, flags, &feed->column);
}

void feed_skip_to(struct feed *feed, int64_t row)
{
    feed->seek = feed->next_row = row;
    feed->batch = (inlay_batch){0};
    feed->level = feed->value = 0;
}

void feed_close(struct feed *feed)
{
    inlay_column_close(feed->column);
    feed->column = NULL;
    feed->batch = (inlay_batch){0};
    feed->level = feed->value = 0;
    buf_free(&feed->values);
    buf_free(&feed->bytes);
    buf_free(&feed->levels);
    buf_free(&feed->wide);
    buf_free(&feed->wide_codes);
}

void feed_trim(struct feed *feed)
{
    feed->batch = (inlay_batch){0};
    feed->level = feed->value = 0;
    inlay_column_trim(feed->column);
    buf_free(&feed->values);
    buf_free(&feed->bytes);
    buf_free(&feed->levels);
    buf_free(&feed->wide);
}

size_t feed_present(const struct feed *feed, size_t n)
{
    const uint8_t *def = feed->batch.def;
    if (!def || feed->max_def == 0)
        return n;
    size_t present = 0;
    for (size_t i = feed->level; i < feed->level + n; i++)
        present += def[i] == feed->max_def;
    return present;
}

/* Value i of the batch where it lies: in the batch, or in the dictionary behind its code. */
static const uint8_t *feed_value(const struct feed *feed, const void *values, size_t i)
{
    size_t at = feed->batch.codes ? feed->batch.codes[i] : i;
    return (const uint8_t *)values + at * feed->width;
}

static bool feed_repeats(const struct feed *feed, size_t i)
{
    return i && feed->batch.codes && feed->batch.codes[i] == feed->batch.codes[i - 1];
}

/* Bytes that a copy of the batch's values takes beside their views; equal neighbouring codes share
 * theirs. */
static size_t feed_copy_size(const struct feed *feed, const void *values)
{
    size_t total = 0, n = feed->batch.n_values;
    if (feed->type != INLAY_BYTE_ARRAY)
        return n * feed->width;
    for (size_t i = 0; i < n && total <= FEED_MOST_COPIED; i++)
        if (!feed_repeats(feed, i))
            total += ((const inlay_bytes *)(const void *)feed_value(feed, values, i))->len;
    return total;
}

static inlay_status feed_copy_bytes(struct feed *feed, const void *values, size_t total)
{
    size_t n = feed->batch.n_values;
    uint8_t *to = buf_reserve(&feed->bytes, total + 1);
    inlay_bytes *out = (inlay_bytes *)(void *)buf_reserve(&feed->values, (n + 1) * sizeof *out);
    if (!to || !out)
        return INLAY_NOMEM;
    for (size_t i = 0; i < n; i++) {
        if (feed_repeats(feed, i)) {
            out[i] = out[i - 1];
            continue;
        }
        memcpy(&out[i], feed_value(feed, values, i), sizeof out[i]);
        if (out[i].len)
            memcpy(to, out[i].data, out[i].len);
        out[i].data = to;
        to += out[i].len;
    }
    return INLAY_OK;
}

/* Make the batch our own, as plain values, and park the column; unless the copy would be the larger
 * part (a dictionary of a few huge values says little about the size of a batch). */
static inlay_status feed_copy(struct feed *feed)
{
    inlay_batch *b = &feed->batch;
    const void *values = b->codes ? feed_dictionary(feed).values : b->values;
    size_t n = b->n_values, total = feed_copy_size(feed, values);
    if (total > FEED_MOST_COPIED)
        return INLAY_OK;
    buf_clear(&feed->values);
    buf_clear(&feed->bytes);
    buf_clear(&feed->levels);
    if (feed->type == INLAY_BYTE_ARRAY) {
        TRY(feed_copy_bytes(feed, values, total));
    } else if (n) {
        uint8_t *to = buf_reserve(&feed->values, total);
        if (!to)
            return INLAY_NOMEM;
        for (size_t i = 0; i < n; i++)
            memcpy(to + i * feed->width, feed_value(feed, values, i), feed->width);
    }
    uint8_t *levels = buf_reserve(&feed->levels, 2 * b->n_levels + 1);
    if (!levels)
        return INLAY_NOMEM;
    if (b->def)
        b->def = memcpy(levels, b->def, b->n_levels);
    if (b->rep)
        b->rep = memcpy(levels + b->n_levels, b->rep, b->n_levels);
    b->values = feed->values.data;
    b->codes = NULL;
    inlay_column_park(feed->column);
    return INLAY_OK;
}

/* ---- other types ---- */

inlay_dictionary feed_dictionary(const struct feed *feed)
{
    inlay_dictionary d = inlay_column_dictionary(feed->column);
    if (feed->widen.convert)
        d.values = feed->wide_codes.data;
    return d;
}

/* Present value i of the batch does not fit: name its row. */
static inlay_status feed_too_large(struct feed *feed, size_t i)
{
    const inlay_batch *b = &feed->batch;
    int64_t row = feed->next_row - (int64_t)b->n_rows - 1; /* before the batch, which may begin within it */
    uint32_t n = inlay_reader_row_groups(feed->reader);
    for (size_t level = 0, value = 0; level < b->n_levels && value <= i; level++) {
        row += !b->rep || b->rep[level] == 0;
        value += !b->def || b->def[level] == feed->max_def;
    }
    int64_t in_group = row, group_at = -1;
    for (uint32_t g = 0; g < n; g++) {
        inlay_row_group group;
        TRY(inlay_reader_row_group(feed->reader, g, &group));
        if (row < group.first_row || row - group.first_row >= group.n_rows)
            continue;
        group_at = g;
        in_group = row - group.first_row;
    }
    err_set(feed->env, INLAY_CORRUPT, ERR("a value does not fit into the wider type"));
    feed->env->error.row_group = (int32_t)group_at;
    feed->env->error.row = in_group;
    return keyrows_error_column(feed->env, feed->node->name);
}

static inlay_status feed_convert(struct feed *feed, struct buf *to, const void *values, size_t n, size_t *done)
{
    buf_clear(to);
    void *out = buf_reserve(to, n * feed->width + 1);
    if (!out)
        return to->status;
    *done = feed->widen.convert(&feed->widen, values, n, out);
    return INLAY_OK;
}

/* A dictionary is converted as a whole, once. Where it has an entry that does not fit, which no row need have, its codes
 * are given up for their values. */
static inlay_status feed_widen_codes(struct feed *feed)
{
    inlay_dictionary d = inlay_column_dictionary(feed->column);
    inlay_batch *b = &feed->batch;
    size_t done = 0, w = feed->widen.from_width;
    if (d.serial == feed->wide_serial)
        return INLAY_OK;
    TRY(feed_convert(feed, &feed->wide_codes, d.values, d.n_values, &done));
    feed->wide_serial = done == d.n_values ? d.serial : 0;
    if (feed->wide_serial)
        return INLAY_OK;
    buf_clear(&feed->wide_codes);
    for (size_t i = 0; i < b->n_values; i++)
        buf_append(&feed->wide_codes, (const uint8_t *)d.values + b->codes[i] * w, w);
    b->codes = NULL;
    b->values = feed->wide_codes.data;
    return feed->wide_codes.status;
}

static inlay_status feed_widen(struct feed *feed)
{
    inlay_batch *b = &feed->batch;
    size_t done = 0;
    if (!feed->widen.convert)
        return INLAY_OK;
    if (b->codes)
        TRY(feed_widen_codes(feed));
    if (b->codes)
        return INLAY_OK;
    TRY(feed_convert(feed, &feed->wide, b->values, b->n_values, &done));
    if (done < b->n_values)
        return feed_too_large(feed, done);
    b->values = feed->wide.data;
    return INLAY_OK;
}

/* ---- batches ---- */

inlay_status feed_fill(struct feed *feed, uint64_t memory_bytes)
{
    bool small = feed->env->used_bytes > memory_bytes;
    uint64_t most = feed->most ? feed->most : SIZE_MAX;
    if (small && most > FEED_SMALL_ROWS)
        most = FEED_SMALL_ROWS;
    feed->level = feed->value = 0;
    if (feed->seek) {
        TRY(inlay_column_seek(feed->column, feed->seek));
        feed->seek = 0;
    }
    do {
        inlay_status status =
            inlay_column_read(feed->column, most < SIZE_MAX ? (size_t)most : SIZE_MAX, &feed->batch);
        if (status != INLAY_OK) {
            feed->batch = (inlay_batch){0};
            return status;
        }
        feed->next_row += (int64_t)feed->batch.n_rows;
    } while (feed->batch.n_levels == 0);
    TRY(feed_widen(feed));
    return small ? feed_copy(feed) : INLAY_OK;
}

#endif
