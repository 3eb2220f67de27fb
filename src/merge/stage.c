/* Levels and values of one output column on their way to the writer; see stage.h.
 *
 * A kept batch, in memory order (it never leaves the process):
 *
 *   uint32_t n_levels, n_values · def [n_levels] · rep [n_levels] · codes uint32_t [n_values]
 *
 * def only where some are null, rep only where the column's maximum is not 0.
 */
#include "merge/stage.h"

#include "merge/move.h"

#include "base/bytes.h"

#if INLAY_WRITE && INLAY_MERGE

enum {
    STAGE_LEVELS = 8192,
    STAGE_LEVEL_BYTES = 2 * sizeof(uint32_t) + 2, /* two codes, two levels */
    STAGE_CODES = 262144, /* that all lanes have ready */
    STAGE_FAR = 4096,     /* that one has */
    STAGE_VALUE_BYTES = 1024 * 1024,
    STAGE_KEPT_BYTES = 4 * 1024 * 1024, /* in memory */
    STAGE_DIRECT = 256,                 /* levels from which on views go to the writer */
    STAGE_TRIAL = 1024,                 /* values after which they must repeat to stay coded */
    STAGE_LEAST = 64,                   /* levels that a lane is made ready for at once, when it has them */
    STAGE_MAP_RATIO = 8                 /* values of a dictionary a row that is wanted, up to which it is mapped */
};
static const uint32_t STAGE_UNMAPPED = UINT32_MAX;

/* ---- open, close ---- */

inlay_status stage_init(struct stage *stage, inlay_env *env, inlay_writer *writer,
                        const char *scratch_folder, size_t dictionary_bytes)
{
    void *block;
    *stage = (struct stage){.env = env, .writer = writer, .dictionary_bytes = dictionary_bytes};
    buf_init(&stage->values, env);
    buf_init(&stage->code_of, env);
    buf_init(&stage->order, env);
    buf_init(&stage->ordered, env);
    mem_pool_init(&stage->own, env);
    distinct_init(&stage->distinct, env);
    io_scratch_init(&stage->kept, env, scratch_folder, STAGE_KEPT_BYTES);
    TRY(mem_new(env, STAGE_LEVELS * STAGE_LEVEL_BYTES, &block));
    stage->codes = block;
    stage->mapped = stage->codes + STAGE_LEVELS;
    stage->def = (uint8_t *)(stage->mapped + STAGE_LEVELS);
    stage->rep = stage->def + STAGE_LEVELS;
    return INLAY_OK;
}

void stage_free(struct stage *stage)
{
    if (!stage->env)
        return;
    mem_free(stage->env, stage->codes, STAGE_LEVELS * STAGE_LEVEL_BYTES);
    buf_free(&stage->values);
    buf_free(&stage->code_of);
    buf_free(&stage->order);
    buf_free(&stage->ordered);
    mem_pool_free(&stage->own);
    distinct_free(&stage->distinct);
    io_scratch_free(&stage->kept);
    stage->env = NULL;
}

void stage_free_map(struct stage *stage, struct stage_map *map)
{
    mem_free(stage->env, map->codes, map->capacity * sizeof *map->codes);
    if (map->own.env)
        buf_free(&map->own);
    *map = (struct stage_map){0};
}

static void stage_forget_kept(struct stage *stage)
{
    struct io_scratch *kept = &stage->kept;
    const char *folder = kept->folder;
    if (kept->fd < 0) { /* all in memory, which is kept for the next column */
        buf_clear(&kept->memory);
    } else {
        io_scratch_free(kept);
        io_scratch_init(kept, stage->env, folder, STAGE_KEPT_BYTES);
    }
    stage->kept_at = stage->n_coded = 0;
}

static inlay_status stage_value_room(struct stage *stage)
{
    return buf_reserve(&stage->values, stage->most_values * stage->width + 1)
               ? INLAY_OK
               : stage->values.status;
}

inlay_status stage_begin(struct stage *stage, uint32_t leaf, const inlay_node *node, bool coded)
{
    stage->leaf = leaf;
    stage->type = node->type;
    stage->max_def = node->max_def;
    stage->max_rep = node->max_rep;
    stage->width = inlay_node_width(node);
    stage->coded = coded;
    stage->lent = stage->hosted = stage->tried = stage->gives_up = false;
    buf_clear(&stage->code_of);
    buf_clear(&stage->order);
    mem_pool_reset(&stage->own);
    stage->n_own = 0;
    stage->column++;
    stage->n_levels = stage->n_values = 0;
    stage->most_values = stage->width ? STAGE_VALUE_BYTES / stage->width : STAGE_LEVELS;
    if (stage->most_values > STAGE_LEVELS)
        stage->most_values = STAGE_LEVELS;
    if (stage->most_values == 0)
        stage->most_values = 1;
    stage_forget_kept(stage);
    if (coded)
        return distinct_reset(&stage->distinct, stage->type, stage->width, stage->dictionary_bytes);
    return stage_value_room(stage);
}

/* ---- batches out ---- */

static void *stage_value(struct stage *stage, size_t i)
{
    return stage->values.data + i * stage->width;
}

/* The staged levels, with values or codes, to the writer. */
static inlay_status stage_write(struct stage *stage, const uint32_t *codes)
{
    inlay_batch batch = {.n_levels = stage->n_levels, .n_values = stage->n_values};
    if (stage->max_def && stage->n_values < stage->n_levels)
        batch.def = stage->def;
    if (stage->max_rep)
        batch.rep = stage->rep;
    batch.codes = codes;
    if (!codes)
        batch.values = stage->values.data;
    stage->n_levels = stage->n_values = 0;
    return inlay_writer_write(stage->writer, stage->leaf, &batch);
}

/* Room for the codes of all values known so far. */
static inlay_status stage_code_room(struct stage *stage)
{
    size_t known = stage->code_of.bytes, all = stage->distinct.n * sizeof(uint32_t);
    if (all <= known)
        return INLAY_OK;
    uint8_t *more = buf_reserve(&stage->code_of, all - known);
    if (!more)
        return stage->code_of.status;
    memset(more, 0xFF, all - known);
    stage->code_of.bytes = all;
    return INLAY_OK;
}

/* Values not needed before get codes, in the order of the rows [from, to). */
static void stage_new_codes(struct stage *stage, size_t from, size_t to)
{
    uint32_t *code_of = (uint32_t *)(void *)stage->code_of.data, n = (uint32_t)(stage->order.bytes / sizeof *code_of);
    uint32_t *more = (uint32_t *)(void *)buf_reserve(&stage->order, (to - from) * sizeof *more), *next = more;
    if (!more)
        return;
    for (size_t i = from; i < to; i++) {
        uint32_t number = stage->codes[i], code = code_of[number];
        if (code == STAGE_UNMAPPED) {
            *next++ = number;
            code_of[number] = code = n++;
        }
        stage->mapped[i] = code;
    }
    stage->order.bytes += (size_t)(next - more) * sizeof *more;
}

/* The block's numbers become codes: mostly known ones, without a branch a value. */
static inlay_status stage_number_to_code(struct stage *stage)
{
    enum { STAGE_PIECE = 256 };
    TRY(stage_code_room(stage));
    const uint32_t *code_of = (const uint32_t *)(const void *)stage->code_of.data;
    size_t before = stage->order.bytes / sizeof *code_of;
    for (size_t at = 0, end; at < stage->n_values; at = end) {
        uint32_t all = 0; /* codes are below 2^31, a value has a byte at least or is the empty one */
        end = stage->n_values - at < STAGE_PIECE ? stage->n_values : at + STAGE_PIECE;
        for (size_t i = at; i < end; i++)
            all |= stage->mapped[i] = code_of[stage->codes[i]];
        if (all >> 31)
            stage_new_codes(stage, at, end);
    }
    if (!stage->tried && !stage->hosted && stage->n_values >= STAGE_TRIAL)
        stage->gives_up = stage->order.bytes / sizeof *code_of - before > stage->n_values / 2;
    stage->tried = true;
    return stage->order.status;
}

/* The staged levels with their codes to the kept ones. */
static inlay_status stage_keep(struct stage *stage)
{
    TRY(stage_number_to_code(stage));
    uint32_t head[2] = {(uint32_t)stage->n_levels, (uint32_t)stage->n_values};
    TRY(io_scratch_append(&stage->kept, head, sizeof head));
    if (stage->n_values < stage->n_levels) /* else all of them are present */
        TRY(io_scratch_append(&stage->kept, stage->def, stage->n_levels));
    if (stage->max_rep)
        TRY(io_scratch_append(&stage->kept, stage->rep, stage->n_levels));
    TRY(io_scratch_append(&stage->kept, stage->mapped, stage->n_values * sizeof *stage->mapped));
    stage->n_coded += stage->n_values;
    stage->n_levels = stage->n_values = 0;
    return INLAY_OK;
}

static inlay_status stage_flush(struct stage *stage)
{
    inlay_status status = INLAY_OK;
    if (stage->n_levels && stage->coded && !stage->lent)
        status = stage_keep(stage);
    else if (stage->n_levels)
        status = stage_write(stage, stage->lent ? stage->codes : NULL);
    mem_pool_reset(&stage->own);
    stage->n_own = 0;
    return status;
}

/* (A block of codes holds no views.) */
inlay_status stage_own(struct stage *stage, size_t n_values)
{
    inlay_bytes *v = (inlay_bytes *)(void *)stage->values.data;
    if (stage->type != INLAY_BYTE_ARRAY || stage->coded)
        return INLAY_OK;
    for (; stage->n_own < n_values; stage->n_own++) {
        void *bytes = NULL;
        TRY(mem_pool_take(&stage->own, v[stage->n_own].len + 1, &bytes));
        if (v[stage->n_own].len)
            memcpy(bytes, v[stage->n_own].data, v[stage->n_own].len);
        v[stage->n_own].data = bytes;
    }
    return INLAY_OK;
}

/* ---- pages that move ---- */

inlay_status stage_host(struct stage *stage, const void *values, size_t n)
{
    TRY(distinct_reset(&stage->distinct, stage->type, stage->width, SIZE_MAX));
    for (size_t i = 0; i < n; i++) {
        uint32_t number = 0;
        TRY(distinct_number(&stage->distinct, (const uint8_t *)values + i * stage->width, &number));
        if (number != i) {
            TRY(distinct_reset(&stage->distinct, stage->type, stage->width, stage->dictionary_bytes));
            return INLAY_END;
        }
    }
    TRY(stage_code_room(stage));
    uint32_t *code_of = (uint32_t *)(void *)stage->code_of.data;
    for (uint32_t i = 0; i < n; i++) {
        code_of[i] = i;
        buf_append(&stage->order, &i, sizeof i);
    }
    stage->hosted = true;
    return stage->order.status;
}

void stage_lent(struct stage *stage)
{
    stage->lent = true;
}

/* Among kept batches it is one without levels, with what is to move behind it. */
inlay_status stage_page(struct stage *stage, const struct move_step *step)
{
    uint32_t head[2] = {0, 0};
    TRY(stage_flush(stage));
    if (!stage->coded || stage->lent)
        return stage->page(stage->page_ctx, step);
    TRY(io_scratch_append(&stage->kept, head, sizeof head));
    return io_scratch_append(&stage->kept, step, sizeof *step);
}

static inlay_status stage_load(struct stage *stage, void *to, size_t bytes)
{
    TRY(io_scratch_read(&stage->kept, stage->kept_at, to, bytes));
    stage->kept_at += bytes;
    return INLAY_OK;
}

/* Those of a kept batch: where they lie, if that is in memory. */
static inlay_status stage_load_codes(struct stage *stage, const uint32_t **codes)
{
    const struct io_scratch *kept = &stage->kept;
    size_t bytes = stage->n_values * sizeof **codes;
    const uint8_t *at = kept->fd < 0 && stage->kept_at <= kept->memory.bytes ? kept->memory.data + stage->kept_at : NULL;
    if (!at || (uintptr_t)at % sizeof **codes || bytes > kept->memory.bytes - stage->kept_at) {
        *codes = stage->codes;
        return stage_load(stage, stage->codes, bytes);
    }
    stage->kept_at += bytes;
    *codes = (const uint32_t *)(const void *)at;
    return INLAY_OK;
}

/* The kept batches to the writer, with codes or with the values behind them. */
static inlay_status stage_replay(struct stage *stage, bool as_codes, const void *values)
{
    while (stage->kept_at < io_scratch_bytes(&stage->kept)) {
        uint32_t head[2];
        TRY(stage_load(stage, head, sizeof head));
        if (head[0] == 0) {
            struct move_step step;
            TRY(stage_load(stage, &step, sizeof step));
            TRY(stage->page(stage->page_ctx, &step));
            continue;
        }
        if (head[0] > STAGE_LEVELS || head[1] > stage->most_values)
            return err_set(stage->env, INLAY_IO, ERR("the scratch file of a column changed"));
        stage->n_levels = head[0];
        stage->n_values = head[1];
        if (head[1] < head[0])
            TRY(stage_load(stage, stage->def, stage->n_levels));
        if (stage->max_rep)
            TRY(stage_load(stage, stage->rep, stage->n_levels));
        const uint32_t *codes = NULL;
        TRY(stage_load_codes(stage, &codes));
        if (!as_codes)
            for (size_t i = 0; i < stage->n_values; i++)
                memcpy(stage_value(stage, i), (const uint8_t *)values + codes[i] * stage->width, stage->width);
        TRY(stage_write(stage, as_codes ? codes : NULL));
    }
    stage_forget_kept(stage);
    return INLAY_OK;
}

/* The values in use, by code. */
static inlay_status stage_ordered(struct stage *stage, const void **values)
{
    const uint32_t *order = (const void *)stage->order.data;
    size_t n = stage->order.bytes / sizeof *order, w = stage->width;
    const void *all;
    TRY(distinct_values(&stage->distinct, &all));
    buf_clear(&stage->ordered);
    uint8_t *to = buf_reserve(&stage->ordered, n * w + 1);
    if (!to)
        return stage->ordered.status;
    for (size_t i = 0; i < n; i++)
        memcpy(to + i * w, (const uint8_t *)all + order[i] * w, w);
    *values = to;
    return INLAY_OK;
}

/* The column will not have a dictionary: what is kept goes out, from now on values are staged. */
static inlay_status stage_fall_back(struct stage *stage)
{
    const void *values;
    TRY(stage_flush(stage));
    TRY(stage_ordered(stage, &values));
    TRY(stage_value_room(stage));
    stage->coded = stage->gives_up = false;
    return stage_replay(stage, false, values);
}

/* PLAIN size against dictionary and codes, by the mean size of the distinct values. */
static bool stage_dictionary_pays(const struct stage *stage)
{
    const struct distinct *d = &stage->distinct;
    uint64_t bits = bits_of(d->n > 1 ? d->n - 1 : 1);
    if (d->n == 0)
        return false;
    return stage->n_coded / 8 * bits + d->plain_bytes < stage->n_coded * (d->plain_bytes / d->n);
}

inlay_status stage_end(struct stage *stage)
{
    TRY(stage_flush(stage));
    if (stage->coded && !stage->lent && !stage->hosted && !stage_dictionary_pays(stage))
        TRY(stage_fall_back(stage));
    if (stage->coded && !stage->lent) {
        const void *values;
        TRY(stage_ordered(stage, &values));
        TRY(inlay_writer_dictionary(stage->writer, stage->leaf, values, stage->order.bytes / sizeof(uint32_t)));
        TRY(stage_replay(stage, true, NULL));
    }
    return inlay_writer_end_column(stage->writer, stage->leaf);
}

/* ---- batches in ---- */

/* The map of the input's dictionary as it is now; emptied when either side has changed. */
static inlay_status stage_map_ready(struct stage *stage, const inlay_dictionary *d,
                                    struct stage_map *map)
{
    if (map->serial == d->serial && map->column == stage->column)
        return INLAY_OK;
    void *block = map->codes;
    TRY(mem_grow(stage->env, &block, &map->capacity, d->n_values, sizeof *map->codes));
    map->codes = block;
    if (d->n_values)
        memset(map->codes, 0xFF, d->n_values * sizeof *map->codes);
    map->serial = d->serial;
    map->column = stage->column;
    return INLAY_OK;
}

/* Output codes for n of the feed's codes; END when the dictionary is full. */
static inlay_status stage_map_codes(struct stage *stage, const struct feed *feed,
                                    struct stage_map *map, size_t n)
{
    inlay_dictionary d = feed_dictionary(feed);
    const uint32_t *in = feed->batch.codes + feed->value;
    uint32_t *out = stage->codes + stage->n_values;
    TRY(stage_map_ready(stage, &d, map));
    for (size_t i = 0; i < n; i++) {
        uint32_t code = map->codes[in[i]];
        if (code == STAGE_UNMAPPED) {
            TRY(distinct_number(&stage->distinct, (const uint8_t *)d.values + in[i] * stage->width,
                                &code));
            map->codes[in[i]] = code;
        }
        out[i] = code;
    }
    return INLAY_OK;
}

/* Numbers for n of the feed's values; END when the dictionary is full. */
static inlay_status stage_number_values(struct stage *stage, const struct feed *feed, size_t n)
{
    const uint8_t *in = (const uint8_t *)feed->batch.values + feed->value * stage->width;
    uint32_t *out = stage->codes + stage->n_values;
    for (size_t i = 0; i < n; i++)
        TRY(distinct_number(&stage->distinct, in + i * stage->width, &out[i]));
    return INLAY_OK;
}

static inlay_status stage_code(struct stage *stage, const struct feed *feed, struct stage_map *map,
                               size_t n)
{
    if (n == 0)
        return INLAY_OK;
    return feed->batch.codes ? stage_map_codes(stage, feed, map, n)
                             : stage_number_values(stage, feed, n);
}

static inlay_status stage_copy_values(struct stage *stage, const struct feed *feed, size_t n)
{
    size_t w = stage->width;
    if (n == 0)
        return INLAY_OK;
    TRY(stage_value_room(stage));
    uint8_t *out = stage_value(stage, stage->n_values);
    if (!feed->batch.codes) {
        memcpy(out, (const uint8_t *)feed->batch.values + feed->value * w, n * w);
        return INLAY_OK;
    }
    const uint8_t *values = feed_dictionary(feed).values;
    for (size_t i = 0; i < n; i++)
        memcpy(out + i * w, values + feed->batch.codes[feed->value + i] * w, w);
    return INLAY_OK;
}

static void stage_copy_levels(struct stage *stage, const struct feed *feed, size_t n, uint8_t shift)
{
    uint8_t *def = stage->def + stage->n_levels;
    if (stage->max_def && !feed->batch.def)
        memset(def, stage->max_def, n);
    else if (stage->max_def)
        for (size_t i = 0; i < n; i++)
            def[i] = (uint8_t)(feed->batch.def[feed->level + i] + shift);
    if (stage->max_rep && !feed->batch.rep)
        memset(stage->rep + stage->n_levels, 0, n);
    else if (stage->max_rep)
        memcpy(stage->rep + stage->n_levels, feed->batch.rep + feed->level, n);
}

/* A long stretch of plain values goes through as it stands. */
static inlay_status stage_pass(struct stage *stage, struct feed *feed, size_t n, size_t present)
{
    const inlay_batch *b = &feed->batch;
    inlay_batch batch = {.n_levels = n, .n_values = present};
    TRY(stage_flush(stage));
    if (stage->max_def && b->def)
        batch.def = b->def + feed->level;
    if (stage->max_rep && b->rep)
        batch.rep = b->rep + feed->level;
    if (present)
        batch.values = (const uint8_t *)b->values + feed->value * stage->width;
    feed->level += n;
    feed->value += present;
    return inlay_writer_write(stage->writer, stage->leaf, &batch);
}

/* Take n levels that fit. */
static inlay_status stage_take_some(struct stage *stage, struct feed *feed, struct stage_map *map,
                                    size_t n, uint8_t shift)
{
    size_t present = feed_present(feed, n);
    if (stage->coded) {
        inlay_status status = stage_code(stage, feed, map, present);
        if (status == INLAY_END)
            status = stage_fall_back(stage);
        if (status != INLAY_OK)
            return status;
    }
    if (!stage->coded)
        TRY(stage_copy_values(stage, feed, present));
    stage_copy_levels(stage, feed, n, shift);
    stage->n_levels += n;
    stage->n_values += present;
    feed->level += n;
    feed->value += present;
    return INLAY_OK;
}

inlay_status stage_take(struct stage *stage, struct feed *feed, struct stage_map *map, size_t n,
                        uint8_t shift)
{
    if (n >= STAGE_DIRECT && !stage->coded && !feed->batch.codes && !(shift && feed->batch.def))
        return stage_pass(stage, feed, n, feed_present(feed, n));
    while (n) {
        if (stage->n_levels == STAGE_LEVELS || stage->n_values == stage->most_values)
            TRY(stage_flush(stage));
        if (stage->gives_up)
            TRY(stage_fall_back(stage));
        size_t room = STAGE_LEVELS - stage->n_levels, values = stage->most_values - stage->n_values;
        if (room > values)
            room = values;
        size_t some = n < room ? n : room;
        TRY(stage_take_some(stage, feed, map, some, shift));
        n -= some;
    }
    return INLAY_OK;
}

/* ---- lanes ---- */

/* Numbers of values [from, from + n) of a batch into `to`, through the map of their codes. END when the dictionary is
 * full. */
static inlay_status stage_map_batch(struct stage *stage, struct stage_map *map, const inlay_dictionary *d,
                                    const uint32_t *codes, size_t n, uint32_t *to)
{
    TRY(stage_map_ready(stage, d, map));
    uint32_t *numbers = map->codes;
    for (size_t i = 0; i < n; i++) {
        uint32_t code = codes[i], number = numbers[code];
        if (number == STAGE_UNMAPPED) {
            const uint8_t *value = (const uint8_t *)d->values + code * stage->width;
            if (!distinct_follows(&stage->distinct, value, &number))
                TRY(distinct_number(&stage->distinct, value, &number));
            numbers[code] = number;
        }
        to[i] = number;
    }
    return INLAY_OK;
}

/* The same without a map; with `codes` the values stand in a dictionary. */
static inlay_status stage_number_batch(struct stage *stage, const uint8_t *values, const uint32_t *codes, size_t from,
                                       size_t n, uint32_t *to)
{
    for (size_t i = 0; i < n; i++)
        TRY(distinct_number(&stage->distinct, values + (codes ? codes[from + i] : from + i) * stage->width, &to[i]));
    return INLAY_OK;
}

/* Numbering is work: not far ahead of the first block's trial, and never far for values without codes. */
static size_t stage_far(const struct stage *stage, const inlay_batch *b)
{
    if (!stage->tried && !stage->hosted)
        return stage->ahead;
    return b->codes || stage->far < STAGE_TRIAL ? stage->far : STAGE_TRIAL;
}

/* Is a map worth its memory? Not that of a large dictionary, of which a row group wants few rows. */
static bool stage_maps(const struct stage *stage, const struct stage_map *map, const inlay_dictionary *d, uint64_t rows)
{
    return d->n_values / STAGE_MAP_RATIO <= rows || (map->serial == d->serial && map->column == stage->column);
}

void stage_lanes(struct stage *stage, size_t n)
{
    size_t each = 2 * STAGE_LEVELS / (n ? n : 1), codes = STAGE_CODES / (n ? n : 1);
    stage->far = codes > STAGE_FAR ? STAGE_FAR : (codes < STAGE_LEAST ? STAGE_LEAST : codes);
    stage->ahead = each > STAGE_TRIAL ? STAGE_TRIAL : (each < STAGE_LEAST ? STAGE_LEAST : each);
}

inlay_status stage_lane(struct stage *stage, struct stage_map *map, struct lane *l, uint64_t rows)
{
    const struct feed *f = l->feed;
    const inlay_batch *b = &f->batch;
    inlay_dictionary d = {0};
    l->def = b->def;
    l->level = f->level;
    l->value = f->value;
    l->n_levels = b->n_levels;
    l->codes = b->codes;
    l->values = b->values;
    l->codes_from = 0;
    if (b->codes) {
        d = feed_dictionary(f);
        l->values = d.values;
    }
    size_t left = l->n_levels - l->level, far = stage_far(stage, b);
    if (!stage->coded || left == 0)
        return INLAY_OK;
    if (stage->lent) /* they are the output's */
        return b->codes ? INLAY_OK : err_set(stage->env, INLAY_CORRUPT, ERR("a page of codes that has none"));
    if (left > far) {
        left = far;
        l->n_levels = l->level + left;
    }
    size_t present = feed_present(f, rows < left ? (size_t)rows : left);
    if (!map->own.env)
        buf_init(&map->own, stage->env);
    buf_clear(&map->own);
    uint32_t *to = (uint32_t *)(void *)buf_reserve(&map->own, present * sizeof *to + 1);
    if (!to)
        return map->own.status;
    l->codes = to;
    l->codes_from = f->value;
    if (b->codes && stage_maps(stage, map, &d, rows))
        return stage_map_batch(stage, map, &d, b->codes + f->value, present, to);
    return stage_number_batch(stage, l->values, b->codes, f->value, present, to);
}

struct lane_out stage_block(struct stage *stage)
{
    return (struct lane_out){.def = stage->def,
                             .values = stage->coded ? (uint8_t *)stage->codes : stage->values.data,
                             .width = stage->width,
                             .room = stage->most_values,
                             .max_def = stage->max_def,
                             .coded = stage->coded};
}

inlay_status stage_took(struct stage *stage, struct lane_out *out)
{
    stage->n_levels = out->n_levels;
    stage->n_values = out->n_values;
    if (stage->max_rep)
        memset(stage->rep, 0, stage->n_levels);
    out->n_levels = out->n_values = 0;
    out->nulls = false;
    return stage_flush(stage);
}

inlay_status stage_plain(struct stage *stage)
{
    return stage_fall_back(stage);
}

inlay_status stage_nulls(struct stage *stage, uint64_t rows)
{
    if (rows >= STAGE_DIRECT && !stage->coded && stage->max_rep == 0 && rows <= SIZE_MAX) {
        TRY(stage_flush(stage));
        return inlay_writer_repeat(stage->writer, stage->leaf, (size_t)rows, NULL);
    }
    while (rows) {
        if (stage->n_levels == STAGE_LEVELS)
            TRY(stage_flush(stage));
        size_t room = STAGE_LEVELS - stage->n_levels, n = rows < room ? (size_t)rows : room;
        memset(stage->def + stage->n_levels, 0, n);
        memset(stage->rep + stage->n_levels, 0, n);
        stage->n_levels += n;
        rows -= n;
    }
    return INLAY_OK;
}

#endif
