/* Levels and values into the open page of a column chunk, as codes where it has a dictionary; see chunk_write.h. */
#include "format/chunk_write.h"

#if INLAY_WRITE

#include <string.h>

#include "base/short.h"
#include "format/levels.h"

/* ---- levels of the open page ---- */

inlay_status chunk_writer_take_levels(struct chunk_levels *l, const uint8_t *levels, uint8_t max, uint8_t constant,
                                  size_t n)
{
    bool same = l->n == 0 || (l->array.bytes == 0 && l->value == (levels ? levels[0] : constant));
    if (l->n == 0 && n)
        l->value = levels ? levels[0] : constant;
    if (levels && same)
        same = levels_equal(levels, n, l->value) == n;
    if (!same || l->array.bytes) {
        uint8_t *dst = buf_reserve(&l->array, l->n - l->array.bytes + n);
        if (!dst)
            return l->array.status;
        size_t before = l->n - l->array.bytes; /* the run so far, expanded */
        memset(dst, l->value, before);
        if (levels)
            memcpy(dst + before, levels, n);
        else
            memset(dst + before, constant, n);
        l->array.bytes += before + n;
    }
    if (levels)
        levels_tally(levels, n, max, l->counts);
    else
        l->counts[constant] += (int64_t)n;
    l->n += n;
    return INLAY_OK;
}

/* ---- values of the open page ---- */

/* One value's PLAIN bytes in the page so far counted; BYTE_ARRAY: 4 + length. */
uint64_t chunk_writer_plain_bytes(const struct chunk_writer *c, const void *values, size_t n)
{
    uint64_t sum = (uint64_t)n * (c->node->type == INLAY_BOOLEAN ? 1 : c->width);
    if (c->node->type == INLAY_BYTE_ARRAY) {
        const inlay_bytes *b = values;
        sum = (uint64_t)n * 4;
        for (size_t i = 0; i < n; i++)
            sum += b[i].len;
    }
    return sum;
}

static inlay_status chunkt_store(struct chunk_writer *c, const void *values, size_t n)
{
    if (c->node->type != INLAY_BYTE_ARRAY) {
        buf_append(&c->values, values, n * c->width);
        return c->values.status;
    }
    const inlay_bytes *b = values;
    uint64_t bytes = chunk_writer_plain_bytes(c, values, n);
    uint8_t *dst = bytes <= SIZE_MAX ? buf_reserve(&c->values, (size_t)bytes) : NULL;
    if (!dst)
        return c->values.status != INLAY_OK
                   ? c->values.status
                   : err_set(c->env, INLAY_NOMEM, ERR("out of memory"));
    for (size_t i = 0; i < n; i++) {
        if (b[i].len > INT32_MAX)
            return err_set(c->env, INLAY_ARG, ERR("a value longer than 2 GiB"));
        store_le32(dst, (uint32_t)b[i].len);
        short_copy(dst + 4, b[i].data, b[i].len);
        dst += 4 + b[i].len;
    }
    c->values.bytes += (size_t)bytes;
    return INLAY_OK;
}

/* Values behind codes, gathered into `wide`. */
inlay_status chunk_writer_gather(struct chunk_writer *c, const uint32_t *codes, size_t n)
{
    buf_clear(&c->scratch->wide);
    uint8_t *dst = buf_reserve(&c->scratch->wide, n * c->width + 1);
    if (!dst)
        return c->scratch->wide.status;
    if (!dict_gather(dict_builder_values(c->dictionary), dict_builder_count(c->dictionary), c->width,
                     codes, n, dst))
        return err_set(c->env, INLAY_ARG, ERR("a code beyond the dictionary"));
    return INLAY_OK;
}

/* Entries that the page has not met before, for its statistics. */
static inlay_status chunkt_fresh(struct chunk_writer *c, const uint32_t *codes, size_t n)
{
    TRY(chunk_writer_gather(c, codes, n));
    stats_add(&c->stats, c->scratch->wide.data, n);
    c->n_seen += n;
    return stats_status(&c->stats);
}

/* Statistics from codes: each dictionary entry is looked at once a page, many of them at a time. Floats are counted one by
 * one for their NaNs. */
static inlay_status chunkt_code_stats(struct chunk_writer *c, const uint32_t *codes, size_t n)
{
    size_t entries = dict_builder_count(c->dictionary);
    if (c->n_seen == entries) /* a few values: the rest of the page has nothing new */
        return INLAY_OK;
    if (stats_counts_nans(&c->stats)) {
        TRY(chunk_writer_gather(c, codes, n));
        stats_add(&c->stats, c->scratch->wide.data, n);
        return stats_status(&c->stats);
    }
    if (c->seen.bytes < entries) {
        size_t more = entries - c->seen.bytes;
        uint8_t *dst = buf_reserve(&c->seen, more);
        if (!dst)
            return c->seen.status;
        memset(dst, 0, more);
        c->seen.bytes = entries;
    }
    uint32_t fresh[CHUNKW_FRESH];
    size_t n_fresh = 0;
    uint8_t *seen = c->seen.data;
    for (size_t i = 0; i < n; i++) {
        fresh[n_fresh] = codes[i];
        n_fresh += !seen[codes[i]];
        seen[codes[i]] = 1;
        if (n_fresh == CHUNKW_FRESH) {
            TRY(chunkt_fresh(c, fresh, n_fresh));
            n_fresh = 0;
        }
    }
    return n_fresh ? chunkt_fresh(c, fresh, n_fresh) : INLAY_OK;
}

inlay_status chunk_writer_take_codes(struct chunk_writer *c, const uint32_t *codes, size_t n)
{
    buf_append(&c->codes, codes, n * sizeof *codes);
    TRY(c->codes.status);
    size_t even = c->node->type == INLAY_BYTE_ARRAY ? dict_builder_even(c->dictionary) : c->width;
    c->plain_bytes += (uint64_t)n * even;
    if (even == 0 && c->node->type == INLAY_BYTE_ARRAY) {
        const inlay_bytes *b = dict_builder_values(c->dictionary);
        c->plain_bytes += (uint64_t)n * 4;
        for (size_t i = 0; i < n; i++)
            c->plain_bytes += b[codes[i]].len;
    }
    c->n_values += n;
    return c->flags & INLAY_WRITE_NO_STATISTICS ? INLAY_OK : chunkt_code_stats(c, codes, n);
}

/* Leave the dictionary for this and all later pages of the chunk: the page's codes become values. */
inlay_status chunk_writer_leave_dictionary(struct chunk_writer *c)
{
    size_t n = c->codes.bytes / sizeof(uint32_t);
    const uint32_t *codes = (const void *)c->codes.data;
    c->coded = false;
    for (size_t i = 0; i < n; i += CHUNKW_SLICE) {
        size_t take = n - i < CHUNKW_SLICE ? n - i : CHUNKW_SLICE;
        TRY(chunk_writer_gather(c, codes + i, take));
        TRY(chunkt_store(c, c->scratch->wide.data, take));
    }
    buf_clear(&c->codes);
    return INLAY_OK;
}

/* Values that get codes, as far as the dictionary takes them. */
static inlay_status chunkt_code_values(struct chunk_writer *c, const void *values, size_t n, size_t *done)
{
    size_t entries = dict_builder_count(c->dictionary), most = c->given ? SIZE_MAX : c->dictionary_bytes;
    uint32_t *codes = (uint32_t *)(void *)buf_reserve(&c->codes, n * sizeof *codes);
    if (!codes)
        return c->codes.status;
    TRY(dict_builder_add(c->dictionary, values, n, most, codes, done));
    if (c->dictionary_out && dict_builder_count(c->dictionary) != entries)
        return err_set(c->env, INLAY_ARG, ERR("a value that the given dictionary lacks"));
    c->codes.bytes += *done * sizeof *codes;
    c->plain_bytes += chunk_writer_plain_bytes(c, values, *done);
    c->n_values += *done;
    if (c->flags & INLAY_WRITE_NO_STATISTICS)
        return INLAY_OK;
    if (!stats_takes_numbers(&c->stats))
        return chunkt_code_stats(c, codes, *done);
    stats_add(&c->stats, values, *done);
    return stats_status(&c->stats);
}

inlay_status chunk_writer_take_values(struct chunk_writer *c, const void *values, size_t n)
{
    if (c->coded && n) {
        size_t done = 0;
        TRY(chunkt_code_values(c, values, n, &done));
        if (done == n)
            return INLAY_OK;
        TRY(chunk_writer_leave_dictionary(c));
        values = (const uint8_t *)values + done * c->width;
        n -= done;
    }
    TRY(chunkt_store(c, values, n));
    if (c->bloom.bits)
        bloom_builder_add(&c->bloom, c->node, values, n);
    c->plain_bytes += chunk_writer_plain_bytes(c, values, n);
    c->n_values += n;
    if (!(c->flags & INLAY_WRITE_NO_STATISTICS))
        stats_add(&c->stats, values, n);
    return stats_status(&c->stats);
}

#endif
