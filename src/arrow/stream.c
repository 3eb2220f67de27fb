/* An open file as an ArrowArrayStream: batches of rows, column by column.
 *
 * A batch ends at a row group or before. Each column reads its rows in pieces, which go to the arrays
 * straight away; lists and structs above it are told by their witness (plan.h). When a column's
 * offsets would not fit 32 bits, the columns go back to the batch's first row and try fewer rows.
 */
#include "arrow/assemble.h"
#include "base/bytes.h"

enum {
    ARROW_BATCH_ROWS = 65536,
    ARROW_BATCH_BYTES = 16 << 20,
    ARROW_OPEN_BYTES = 256 << 20,
    ARROW_RESERVE_MOST = 1 << 22, /* slots that are believed from the footer */
    ARROW_TEXT_BYTES = 400
};

/* errno values: the same numbers on Linux, macOS and Windows, but for ENOSYS, which is Linux's. */
enum {
    ARROW_EIO = 5,
    ARROW_ENOMEM = 12,
    ARROW_EINVAL = 22,
    ARROW_ERANGE = 34,
    ARROW_ENOSYS = 38
};

struct arrow_column {
    inlay_column *column; /* NULL: not open */
    uint64_t held;        /* bytes that it keeps */
    uint64_t group_slots; /* of this row group, as the footer says */
};

struct arrow_stream {
    inlay_env *env;
    inlay_reader *reader;
    inlay_arrow_options options; /* with the defaults; nodes is not kept */
    struct arrow_plan plan;
    struct arrow_depot *depot;
    struct arrow_build *builds;   /* [plan.n_nodes] */
    struct arrow_column *columns; /* [plan.n_leaves] */
    uint64_t held;                /* by all columns */

    uint32_t row_group;
    bool in_group;
    int64_t group_rows, row, first_row; /* row: next one of the group; first_row: of the group in the file */
    int64_t step;                       /* rows of a batch in this group */

    /* room for the levels of a piece */
    struct buf select, zeros, full;
    uint8_t full_level;

    int failed; /* errno; 0 = not */
    char text[ARROW_TEXT_BYTES];
};

/* ---- errors ---- */

static void arrow_say(struct arrow_stream *s, const char *text)
{
    size_t n = strlen(s->text), more = strlen(text);
    if (more > sizeof s->text - 1 - n)
        more = sizeof s->text - 1 - n;
    memcpy(s->text + n, text, more);
    s->text[n + more] = 0;
}

static void arrow_say_number(struct arrow_stream *s, const char *what, int64_t v)
{
    char digits[24];
    size_t at = sizeof digits - 1;
    if (v < 0)
        return;
    digits[at] = 0;
    do
        digits[--at] = (char)('0' + v % 10);
    while (v /= 10);
    arrow_say(s, what);
    arrow_say(s, digits + at);
}

/* Keep the env's error as text and errno. */
static int arrow_stream_fail(struct arrow_stream *s, inlay_status status)
{
    static const int numbers[] = {
        [INLAY_ARG] = ARROW_EINVAL,     [INLAY_NOMEM] = ARROW_ENOMEM, [INLAY_LIMIT] = ARROW_ERANGE,
        [INLAY_IO] = ARROW_EIO,         [INLAY_CORRUPT] = ARROW_EINVAL,
        [INLAY_UNSUPPORTED] = ARROW_ENOSYS};
    const inlay_error *e = &s->env->error;
    s->text[0] = 0;
    arrow_say(s, inlay_status_name(status));
    if (e->what && e->what[0]) {
        arrow_say(s, ": ");
        arrow_say(s, e->what);
    }
    if (e->column[0]) {
        arrow_say(s, ", column ");
        arrow_say(s, e->column);
    }
    arrow_say_number(s, ", row group ", e->row_group);
    arrow_say_number(s, ", page ", e->page);
    arrow_say_number(s, ", byte ", e->at);
    s->failed = status == INLAY_IO && e->os_error > 0 ? e->os_error : numbers[status];
    return s->failed;
}

/* ---- columns ---- */

static const inlay_node *arrow_leaf_node(const struct arrow_stream *s, uint32_t leaf)
{
    return inlay_schema_node(inlay_reader_schema(s->reader),
                             s->plan.nodes[s->plan.leaves[leaf]].parquet);
}

/* Say where, for what assembling and converting said without. */
static inlay_status arrow_column_fault(struct arrow_stream *s, uint32_t leaf, inlay_status status)
{
    inlay_error *e = &s->env->error;
    inlay_schema_path(inlay_reader_schema(s->reader), s->plan.nodes[s->plan.leaves[leaf]].parquet,
                      e->column, sizeof e->column);
    e->row_group = (int32_t)s->row_group;
    e->page = (int32_t)inlay_column_page(s->columns[leaf].column);
    return status;
}

/* What a call on a column took or gave back, by the env's count. */
static void arrow_column_held(struct arrow_stream *s, struct arrow_column *c, uint64_t before)
{
    uint64_t now = s->env->used_bytes;
    uint64_t less = now < before ? before - now : 0;
    if (less > c->held)
        less = c->held;
    c->held = now < before ? c->held - less : c->held + (now - before);
    s->held = now < before ? s->held - less : s->held + (now - before);
}

static void arrow_column_close(struct arrow_stream *s, uint32_t leaf)
{
    struct arrow_column *c = &s->columns[leaf];
    inlay_column_close(c->column);
    s->held -= c->held;
    *c = (struct arrow_column){.group_slots = c->group_slots};
}

static inlay_status arrow_column_open(struct arrow_stream *s, uint32_t leaf)
{
    struct arrow_column *c = &s->columns[leaf];
    const struct arrow_node *node = &s->plan.nodes[s->plan.leaves[leaf]];
    int64_t row = s->first_row + s->row;
    if (c->column)
        return INLAY_OK;
    TRY(inlay_column_open(s->reader, (uint32_t)arrow_leaf_node(s, leaf)->leaf,
                          node->dictionary ? INLAY_COLUMN_CODES : 0, &c->column));
    return row ? inlay_column_seek(c->column, row) : INLAY_OK;
}

/* Room for the levels of a piece: zeros, and the column's highest level. */
static inlay_status arrow_level_room(struct arrow_stream *s, size_t n, uint8_t full_level)
{
    if (n > s->select.capacity || s->full_level != full_level) {
        size_t most = n > ARROW_MOST_BATCH ? n : ARROW_MOST_BATCH;
        uint8_t *select = buf_reserve(&s->select, most + 8);
        uint8_t *zeros = buf_reserve(&s->zeros, most + 8), *full = buf_reserve(&s->full, most + 8);
        if (!select || !zeros || !full)
            return INLAY_NOMEM;
        memset(zeros, 0, most);
        memset(full, full_level, most);
        s->full_level = full_level;
    }
    return INLAY_OK;
}

/* A batch of a column without repetition: a slot a level, for it and the structs above. */
static inlay_status arrow_take_flat(struct arrow_stream *s, uint32_t leaf, const inlay_batch *batch,
                                    struct arrow_slots *slots)
{
    const struct arrow_node *nodes = s->plan.nodes;
    struct arrow_levels levels = {batch->def, NULL, batch->n_levels};
    for (uint32_t up = nodes[s->plan.leaves[leaf]].parent; up; up = nodes[up].parent)
        if (nodes[up].leaf == leaf)
            TRY(arrow_assemble_group(&nodes[up], &s->builds[up], &levels, NULL));
    slots->def = batch->def;
    slots->n = batch->n_levels;
    return INLAY_OK;
}

static inlay_status arrow_take_repeated(struct arrow_stream *s, uint32_t leaf,
                                        const inlay_batch *batch, struct arrow_slots *slots)
{
    const struct arrow_node *nodes = s->plan.nodes, *node = &nodes[s->plan.leaves[leaf]];
    TRY(arrow_level_room(s, batch->n_levels, arrow_leaf_node(s, leaf)->max_def));
    struct arrow_levels levels = {batch->def ? batch->def : s->full.data,
                                  batch->rep ? batch->rep : s->zeros.data, batch->n_levels};
    for (uint32_t up = node->parent; up; up = nodes[up].parent)
        if (nodes[up].leaf == leaf)
            TRY(arrow_assemble_group(&nodes[up], &s->builds[up], &levels, s->select.data));
    slots->n = batch->n_values;
    if (batch->def && node->own_def > node->slot_def) {
        slots->def = s->select.data;
        slots->n = arrow_select(&levels, node->slot_def, node->slot_rep, s->select.data);
    }
    return INLAY_OK;
}

static inlay_status arrow_take(struct arrow_stream *s, uint32_t leaf, const inlay_batch *batch)
{
    uint32_t index = s->plan.leaves[leaf];
    struct arrow_slots slots = {
        .values = batch->values, .codes = batch->codes, .n_values = batch->n_values};
    if (batch->codes)
        slots.dictionary = inlay_column_dictionary(s->columns[leaf].column);
    if (arrow_leaf_node(s, leaf)->max_rep)
        TRY(arrow_take_repeated(s, leaf, batch, &slots));
    else
        TRY(arrow_take_flat(s, leaf, batch, &slots));
    return arrow_assemble_values(&s->plan.nodes[index], &s->builds[index], &slots);
}

/* Memory for what the batch will likely hold, so that arrays need not grow. A wrong guess costs time. */
static inlay_status arrow_column_reserve(struct arrow_stream *s, uint32_t leaf, int64_t rows)
{
    uint32_t index = s->plan.leaves[leaf];
    const struct arrow_node *node = &s->plan.nodes[index];
    bool repeated = arrow_leaf_node(s, leaf)->max_rep != 0;
    uint64_t slots = (uint64_t)rows, most = s->columns[leaf].group_slots;
    if (repeated && rows != s->group_rows) /* one more for the part of a row */
        slots = most / (uint64_t)s->group_rows < ARROW_RESERVE_MOST / (uint64_t)rows
                    ? (most / (uint64_t)s->group_rows + 1) * (uint64_t)rows
                    : ARROW_RESERVE_MOST;
    else if (repeated)
        slots = most;
    if (repeated && slots > ARROW_RESERVE_MOST)
        slots = ARROW_RESERVE_MOST;
    size_t n = (size_t)slots, width = node->dictionary ? 4 : node->width;
    bool bytes = node->kind == ARROW_KIND_BYTES && !node->dictionary;
    if (bytes && !arrow_reserve(&s->builds[index], ARROW_OFFSETS, (n + 1) * (node->large ? 8 : 4)))
        return INLAY_NOMEM;
    if (!bytes && width && !arrow_reserve(&s->builds[index], ARROW_DATA, n * width))
        return INLAY_NOMEM;
    return INLAY_OK;
}

/* `rows` whole rows of one column. */
static inlay_status arrow_column_rows(struct arrow_stream *s, uint32_t leaf, int64_t rows)
{
    struct arrow_column *c = &s->columns[leaf];
    bool rest = false;
    uint64_t before = s->env->used_bytes;
    inlay_status status = arrow_column_open(s, leaf);
    arrow_column_held(s, c, before);
    TRY(status);
    TRY(arrow_column_reserve(s, leaf, rows));
    for (int64_t left = rows; left > 0 || rest;) {
        inlay_batch batch;
        before = s->env->used_bytes;
        status = left > 0 ? inlay_column_read(c->column, (size_t)left, &batch)
                          : inlay_column_read_rest(c->column, &batch);
        arrow_column_held(s, c, before);
        if (status == INLAY_END && left == 0)
            break;
        if (status == INLAY_END)
            return arrow_column_fault(
                s, leaf,
                err_set(s->env, INLAY_CORRUPT, ERR("a column has fewer rows than its row group")));
        TRY(status);
        status = arrow_take(s, leaf, &batch);
        if (status != INLAY_OK)
            return arrow_column_fault(s, leaf, status);
        left -= (int64_t)batch.n_rows;
        rest = arrow_leaf_node(s, leaf)->max_rep != 0;
    }
    return INLAY_OK;
}

/* Columns that are done, or for which there is no room, give their memory back. */
static void arrow_column_rest(struct arrow_stream *s, uint32_t leaf, bool group_ends)
{
    struct arrow_column *c = &s->columns[leaf];
    uint64_t before = s->env->used_bytes;
    if (group_ends && s->row_group + 1 == inlay_reader_row_groups(s->reader))
        arrow_column_close(s, leaf);
    else if (s->held > s->options.memory_bytes) {
        inlay_column_park(c->column);
        arrow_column_held(s, c, before);
    }
}

/* ---- row groups ---- */

/* Slots and bytes of a column in this row group, from the footer. */
static inlay_status arrow_group_column(struct arrow_stream *s, uint32_t leaf, uint64_t *bytes)
{
    const struct arrow_node *node = &s->plan.nodes[s->plan.leaves[leaf]];
    const inlay_node *parquet = arrow_leaf_node(s, leaf);
    uint64_t slots = (uint64_t)s->group_rows, packed = 0;
    if (parquet->max_rep || (node->kind == ARROW_KIND_BYTES && !node->dictionary)) {
        inlay_chunk chunk;
        TRY(inlay_reader_chunk(s->reader, s->row_group, (uint32_t)parquet->leaf, &chunk));
        slots = (uint64_t)chunk.n_levels;
        packed = node->kind == ARROW_KIND_BYTES ? (uint64_t)chunk.uncompressed_bytes : 0;
    }
    s->columns[leaf].group_slots = slots;
    uint64_t width = node->kind == ARROW_KIND_FIXED ? node->width : 4;
    uint64_t here = slots < UINT64_MAX / 2 / width ? slots * width : UINT64_MAX / 2;
    here = packed < UINT64_MAX / 2 ? here + packed : UINT64_MAX / 2;
    *bytes = *bytes < UINT64_MAX - here ? *bytes + here : UINT64_MAX;
    return INLAY_OK;
}

/* How many rows a batch of this row group has: by rows, by bytes; all batches about the same. */
static inlay_status arrow_group_step(struct arrow_stream *s)
{
    uint64_t bytes = 0, rows = (uint64_t)s->group_rows, batches, by_bytes;
    for (uint32_t leaf = 0; leaf < s->plan.n_leaves; leaf++)
        TRY(arrow_group_column(s, leaf, &bytes));
    batches = (rows - 1) / s->options.batch_rows + 1;
    by_bytes = bytes / s->options.batch_bytes + 1;
    if (batches < by_bytes)
        batches = by_bytes;
    s->step = batches >= rows ? 1 : (int64_t)((rows - 1) / batches + 1);
    return INLAY_OK;
}

/* Go to the next row; END behind the last. */
static inlay_status arrow_group_next(struct arrow_stream *s)
{
    while (!s->in_group || s->row == s->group_rows) {
        inlay_row_group group;
        if (s->in_group) {
            s->first_row += s->group_rows;
            s->row_group++;
        }
        s->row = s->group_rows = 0;
        s->in_group = true;
        if (s->row_group >= inlay_reader_row_groups(s->reader)) {
            s->in_group = false;
            return INLAY_END;
        }
        TRY(inlay_reader_row_group(s->reader, s->row_group, &group));
        s->group_rows = group.n_rows;
        if (group.n_rows)
            TRY(arrow_group_step(s));
    }
    return INLAY_OK;
}

/* ---- batches ---- */

static void arrow_batch_drop(struct arrow_stream *s)
{
    for (size_t i = 0; i < s->plan.n_nodes; i++)
        arrow_build_drop(&s->builds[i]);
}

/* Arrays without a column are as long as their parents want; the others must be. */
static inlay_status arrow_batch_check(struct arrow_stream *s)
{
    for (size_t i = 1; i < s->plan.n_nodes; i++) {
        const struct arrow_node *node = &s->plan.nodes[i], *up = &s->plan.nodes[node->parent];
        const struct arrow_build *over = &s->builds[node->parent];
        uint64_t want = up->kind == ARROW_KIND_LIST ? over->elements : over->n;
        if (node->leaf == ARROW_NO_LEAF)
            s->builds[i].n = (size_t)want;
        if (s->builds[i].n == want)
            continue;
        err_set(s->env, INLAY_CORRUPT, ERR("columns of one list differ in its length"));
        inlay_schema_path(inlay_reader_schema(s->reader), node->parquet, s->env->error.column,
                          sizeof s->env->error.column);
        s->env->error.row_group = (int32_t)s->row_group;
        return INLAY_CORRUPT;
    }
    return INLAY_OK;
}

static inlay_status arrow_batch_fill(struct arrow_stream *s, int64_t rows)
{
    bool ends = rows == s->group_rows - s->row;
    for (uint32_t leaf = 0; leaf < s->plan.n_leaves; leaf++) {
        TRY(arrow_column_rows(s, leaf, rows));
        arrow_column_rest(s, leaf, ends);
    }
    s->builds[0].n = (size_t)rows;
    return arrow_batch_check(s);
}

static bool arrow_batch_too_large(struct arrow_stream *s)
{
    for (size_t i = 0; i < s->plan.n_nodes; i++)
        if (s->builds[i].too_large)
            return true;
    return false;
}

static inlay_status arrow_batch(struct arrow_stream *s, struct ArrowArray *out)
{
    TRY(arrow_group_next(s));
    int64_t left = s->group_rows - s->row, rows = s->step < left ? s->step : left;
    for (;;) {
        inlay_status status = arrow_batch_fill(s, rows);
        if (status == INLAY_OK)
            break;
        bool fewer = rows > 1 && arrow_batch_too_large(s);
        arrow_batch_drop(s);
        if (!fewer)
            return status;
        rows /= 2;
        for (uint32_t leaf = 0; leaf < s->plan.n_leaves; leaf++)
            arrow_column_close(s, leaf); /* opened again at this batch's first row */
    }
    TRY(arrow_array_make(&s->plan, 0, s->builds, out));
    s->row += rows;
    return INLAY_OK;
}

/* ---- the stream's calls ---- */

static int arrow_stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    struct arrow_stream *s = stream->private_data;
    inlay_status status = arrow_field_make(&s->plan, 0, out);
    if (status == INLAY_OK)
        return 0;
    out->release = NULL;
    return arrow_stream_fail(s, status);
}

static int arrow_stream_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    struct arrow_stream *s = stream->private_data;
    memset(out, 0, sizeof *out);
    if (s->failed)
        return s->failed;
    inlay_status status = arrow_batch(s, out);
    if (status == INLAY_OK || status == INLAY_END)
        return 0;
    out->release = NULL;
    return arrow_stream_fail(s, status);
}

static const char *arrow_stream_error(struct ArrowArrayStream *stream)
{
    struct arrow_stream *s = stream->private_data;
    return s->failed ? s->text : NULL;
}

static void arrow_stream_free(struct arrow_stream *s)
{
    inlay_env *env = s->env;
    for (uint32_t leaf = 0; s->columns && leaf < s->plan.n_leaves; leaf++)
        arrow_column_close(s, leaf);
    if (s->builds && s->depot)
        arrow_batch_drop(s);
    if (s->columns)
        mem_free(env, s->columns, s->plan.n_leaves * sizeof *s->columns);
    if (s->builds)
        mem_free(env, s->builds, s->plan.n_nodes * sizeof *s->builds);
    arrow_depot_close(s->depot);
    arrow_plan_free(&s->plan);
    buf_free(&s->select);
    buf_free(&s->zeros);
    buf_free(&s->full);
    mem_free(env, s, sizeof *s);
}

static void arrow_stream_release(struct ArrowArrayStream *stream)
{
    arrow_stream_free(stream->private_data);
    stream->release = NULL;
}

/* ---- opening ---- */

static inlay_status arrow_stream_open(struct arrow_stream *s, const inlay_arrow_options *options)
{
    void *block = NULL;
    inlay_arrow_options *o = &s->options;
    if (options)
        *o = *options;
    if (o->dictionary > INLAY_ARROW_DICTIONARY_NONE || o->int96_unit > INLAY_NANOS)
        return err_set(s->env, INLAY_ARG, ERR("no such dictionary or unit option"));
    o->batch_rows = o->batch_rows ? o->batch_rows : ARROW_BATCH_ROWS;
    o->batch_bytes = o->batch_bytes ? o->batch_bytes : ARROW_BATCH_BYTES;
    o->memory_bytes = o->memory_bytes ? o->memory_bytes : ARROW_OPEN_BYTES;
    TRY(arrow_plan_make(&s->plan, s->env, s->reader, o));
    o->nodes = NULL;
    TRY(arrow_depot_new(s->env, (uint32_t)s->plan.n_nodes, &s->depot));
    TRY(mem_new(s->env, s->plan.n_nodes * sizeof *s->builds, &block));
    s->builds = block;
    for (uint32_t i = 0; i < s->plan.n_nodes; i++)
        s->builds[i] = (struct arrow_build){.depot = s->depot, .node = i};
    TRY(mem_new(s->env, s->plan.n_leaves * sizeof *s->columns, &block));
    s->columns = block;
    return INLAY_OK;
}

inlay_status inlay_read_arrow(inlay_env *env, inlay_reader *reader,
                              const inlay_arrow_options *options, struct ArrowArrayStream *out)
{
    void *block = NULL;
    memset(out, 0, sizeof *out);
    TRY(mem_new(env, sizeof(struct arrow_stream), &block));
    struct arrow_stream *s = block;
    s->env = env;
    s->reader = reader;
    buf_init(&s->select, env);
    buf_init(&s->zeros, env);
    buf_init(&s->full, env);
    inlay_status status = arrow_stream_open(s, options);
    if (status != INLAY_OK) {
        arrow_stream_free(s);
        return status;
    }
    *out = (struct ArrowArrayStream){arrow_stream_schema, arrow_stream_next, arrow_stream_error,
                                     arrow_stream_release, s};
    return INLAY_OK;
}
