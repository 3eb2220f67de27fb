/* One column of one input, batch by batch; see feed.h. */
#include "merge/feed.h"

#include "base/bytes.h"

#if INLAY_WRITE && INLAY_MERGE

enum { FEED_SMALL_ROWS = 1024, FEED_MOST_COPIED = 1024 * 1024 }; /* of a copied batch */

inlay_status feed_open(struct feed *feed, inlay_env *env, inlay_reader *reader, uint32_t leaf,
                       uint32_t flags, int64_t row)
{
    const inlay_node *node = inlay_schema_leaf(inlay_reader_schema(reader), leaf);
    *feed = (struct feed){.env = env};
    buf_init(&feed->values, env);
    buf_init(&feed->bytes, env);
    buf_init(&feed->levels, env);
    if (!node)
        return err_set(env, INLAY_ARG, ERR("no such column"));
    feed->width = inlay_node_width(node);
    feed->type = node->type;
    feed->max_def = node->max_def;
    feed->max_rep = node->max_rep;
    feed->seek = row;
    return inlay_column_open(reader, leaf, flags, &feed->column);
}

void feed_skip_to(struct feed *feed, int64_t row)
{
    feed->seek = row;
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
    const void *values = b->codes ? inlay_column_dictionary(feed->column).values : b->values;
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

inlay_status feed_fill(struct feed *feed, uint64_t memory_bytes)
{
    bool small = feed->env->used_bytes > memory_bytes;
    feed->level = feed->value = 0;
    if (feed->seek) {
        TRY(inlay_column_seek(feed->column, feed->seek));
        feed->seek = 0;
    }
    do {
        inlay_status status =
            inlay_column_read(feed->column, small ? FEED_SMALL_ROWS : 0, &feed->batch);
        if (status != INLAY_OK) {
            feed->batch = (inlay_batch){0};
            return status;
        }
    } while (feed->batch.n_levels == 0);
    return small ? feed_copy(feed) : INLAY_OK;
}

#endif
