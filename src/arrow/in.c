/* A stream of record batches as a file; see inlay/arrow.h.
 *
 * Batches are cut into slices of rows; every column of a slice is walked and written before the next slice, and row
 * groups end between slices. */
#include "arrow/in.h"
#include "base/bytes.h"
#include "encoding/encoding.h"
#include "format/schema.h"

#if INLAY_WRITE

enum {
    ARROW_IN_SLICE_ROWS = 16384,
    ARROW_IN_GROUP_ROWS = 1048576,
    ARROW_IN_GROUP_BYTES = 128 << 20,
    ARROW_IN_DICTIONARY_BYTES = 1 << 20 /* the writer's own default */
};

struct arrow_in_stream {
    struct arrow_in in;
    struct ArrowArrayStream *stream;
    struct ArrowSchema fields;
    inlay_arrow_write_options options;
    inlay_write_options write; /* with the defaults of row groups */
    int64_t group_rows;        /* in the open row group */
};

/* ---- errors ---- */

/* What the stream answered. */
static inlay_status arrow_in_stream_fault(inlay_env *env, int answer)
{
    enum { ENOMEM_OF_ALL = 12 };
    if (answer == ENOMEM_OF_ALL)
        return err_set(env, INLAY_NOMEM, ERR("the Arrow stream is out of memory"));
    return err_set_os(env, ERR("the Arrow stream failed"), answer);
}

/* Say where, for what was said without. */
static inlay_status arrow_in_column_fault(struct arrow_in_stream *s, uint32_t leaf, inlay_status status)
{
    inlay_error *e = &s->in.env->error;
    if (status == INLAY_OK)
        return status;
    if (e->column[0] == 0)
        schema_error_column(s->in.env, s->in.plan.schema, leaf);
    e->row_group = (int32_t)inlay_writer_row_groups(s->in.writer);
    return status;
}

/* ---- opening ---- */

/* Are codes welcome? Not where another encoding is asked for, or chosen by trying. */
static bool arrow_in_may_code(const inlay_write_options *o, uint32_t leaf)
{
    static const char word[] = "dictionary", profile[] = "compat";
    const char *encoding = o->encoding;
    for (size_t i = 0; i < o->n_columns; i++)
        if (o->columns[i].leaf == leaf && o->columns[i].encoding)
            encoding = o->columns[i].encoding;
    if (encoding)
        return strlen(encoding) == sizeof word - 1 && memcmp(encoding, word, sizeof word) == 0;
    return !o->profile ||
           (strlen(o->profile) == sizeof profile - 1 && memcmp(o->profile, profile, sizeof profile) == 0);
}

static inlay_status arrow_in_paths(struct arrow_in *in, const inlay_write_options *options)
{
    void *block = NULL;
    TRY(mem_new(in->env, in->plan.n_leaves * sizeof *in->columns, &block));
    in->columns = block;
    for (uint32_t leaf = 0; leaf < in->plan.n_leaves; leaf++) {
        struct arrow_in_column *column = &in->columns[leaf];
        uint32_t n = 0;
        buf_init(&column->values, in->env);
        buf_init(&column->remap, in->env);
        column->may_code = arrow_in_may_code(options, leaf);
        for (uint32_t at = in->plan.leaves[leaf]; at != UINT32_MAX; at = in->plan.nodes[at].parent)
            n++;
        TRY(mem_new(in->env, n * sizeof *column->path, &block));
        column->path = block;
        column->n_steps = n;
        for (uint32_t at = in->plan.leaves[leaf]; at != UINT32_MAX; at = in->plan.nodes[at].parent)
            column->path[--n] = at;
    }
    TRY(mem_new(in->env, in->plan.most_steps * sizeof *in->arrays, &block));
    in->arrays = block;
    return INLAY_OK;
}

static bool arrow_in_key_is(inlay_bytes key, const char *text)
{
    size_t n = strlen(text);
    return key.len == n && memcmp(key.data, text, n) == 0;
}

/* The footer's key-values: the schema's metadata, the caller's, ARROW:schema. */
static inlay_status arrow_in_key_values(struct arrow_in_stream *s, const inlay_arrow_schema *fields)
{
    static const char key[] = "ARROW:schema";
    inlay_writer *writer = s->in.writer;
    inlay_memory_sink text;
    inlay_sink sink = inlay_sink_memory(&text, s->in.env);
    for (uint32_t i = 0; i < inlay_arrow_schema_key_values(fields); i++) {
        inlay_key_value pair = inlay_arrow_schema_key_value(fields, i);
        if (!arrow_in_key_is(pair.key, key))
            TRY(inlay_writer_key_value(writer, pair.key, &pair.value));
    }
    for (size_t i = 0; i < s->options.n_key_values; i++) {
        const inlay_key_value *pair = &s->options.key_values[i];
        TRY(inlay_writer_key_value(writer, pair->key, pair->has_value ? &pair->value : NULL));
    }
    if (s->options.no_schema)
        return INLAY_OK;
    struct inlay_arrow_schema bare = *fields;
    bare.itself.n_metadata = 0; /* the key-values say it */
    inlay_status status = inlay_arrow_schema_encode(&bare, 0, &sink);
    inlay_bytes value = {text.data, text.bytes};
    if (status == INLAY_OK)
        status = inlay_writer_key_value(writer, (inlay_bytes){(const uint8_t *)key, sizeof key - 1}, &value);
    inlay_sink_memory_free(&text);
    return status;
}

static inlay_status arrow_in_open_with(struct arrow_in_stream *s, const inlay_sink *sink,
                                       const inlay_arrow_schema *fields)
{
    struct arrow_in *in = &s->in;
    const inlay_write_options *w = &s->write;
    TRY(arrow_in_plan_make(&in->plan, in->env, fields));
    in->dictionary_bytes = w->dictionary_bytes ? w->dictionary_bytes : (size_t)ARROW_IN_DICTIONARY_BYTES;
    TRY(arrow_in_paths(in, w));
    TRY(inlay_writer_open(in->env, sink, in->plan.schema, w, &in->writer));
    if (s->options.n_sorting)
        TRY(inlay_writer_sorting(in->writer, s->options.sorting, s->options.n_sorting));
    return arrow_in_key_values(s, fields);
}

static inlay_status arrow_in_open(struct arrow_in_stream *s, const inlay_sink *sink)
{
    inlay_arrow_schema *fields = NULL;
    int answer = s->stream->get_schema(s->stream, &s->fields);
    if (answer) {
        s->fields.release = NULL;
        return arrow_in_stream_fault(s->in.env, answer);
    }
    TRY(inlay_arrow_schema_import(s->in.env, &s->fields, &fields));
    inlay_status status = arrow_in_open_with(s, sink, fields);
    inlay_arrow_schema_close(fields);
    return status;
}

/* ---- rows ---- */

static inlay_status arrow_in_end_group(struct arrow_in_stream *s)
{
    s->group_rows = 0;
    s->in.group++;
    return inlay_writer_end_row_group(s->in.writer);
}

/* Rows [row, row + n) of all columns. */
static inlay_status arrow_in_slice(struct arrow_in_stream *s, const struct ArrowArray *batch, int64_t row, int64_t n,
                                   int64_t rows_left)
{
    bool in_order = s->write.flags & INLAY_WRITE_IN_ORDER;
    for (uint32_t leaf = 0; leaf < s->in.plan.n_leaves; leaf++) {
        TRY(arrow_in_column_fault(s, leaf, arrow_in_rows(&s->in, leaf, batch, row, n, rows_left)));
        if (in_order)
            TRY(inlay_writer_end_column(s->in.writer, leaf));
    }
    s->group_rows += n;
    return INLAY_OK;
}

static inlay_status arrow_in_batch_rows(struct arrow_in_stream *s, const struct ArrowArray *batch)
{
    bool in_order = s->write.flags & INLAY_WRITE_IN_ORDER;
    for (int64_t row = 0, n; row < batch->length; row += n) {
        int64_t room = (int64_t)s->write.row_group_rows - s->group_rows, left = batch->length - row;
        left = left < room ? left : room;
        n = in_order || left < ARROW_IN_SLICE_ROWS ? left : ARROW_IN_SLICE_ROWS;
        TRY(arrow_in_slice(s, batch, row, n, left));
        if (in_order || s->group_rows >= (int64_t)s->write.row_group_rows ||
            inlay_writer_pending_bytes(s->in.writer) >= s->write.row_group_bytes)
            TRY(arrow_in_end_group(s));
    }
    return INLAY_OK;
}

static inlay_status arrow_in_batch(struct arrow_in_stream *s, const struct ArrowArray *batch)
{
    struct arrow_in *in = &s->in;
    const int64_t most = (int64_t)(SIZE_MAX / 64);
    if (batch->length < 0 || batch->offset < 0 || batch->offset > most || batch->length > most - batch->offset ||
        batch->n_children != in->plan.n_top || (batch->n_children && !batch->children))
        return err_set(in->env, INLAY_ARG, ERR("a record batch has not the columns of its schema"));
    if (batch->length && in->plan.n_leaves == 0)
        return err_set(in->env, INLAY_UNSUPPORTED, ERR("rows without columns"));
    const uint8_t *bitmap = batch->buffers ? arrow_in_validity(batch) : NULL;
    for (int64_t i = 0; bitmap && i < batch->length; i++)
        if (!arrow_in_bit(bitmap, (uint64_t)(batch->offset + i)))
            return err_set(in->env, INLAY_ARG, ERR("a record batch with rows that are null"));
    in->batch++;
    for (uint32_t leaf = 0; leaf < in->plan.n_leaves; leaf++) /* before anything of it is written */
        TRY(arrow_in_column_fault(s, leaf, arrow_in_check(in, leaf, batch)));
    return arrow_in_batch_rows(s, batch);
}

static inlay_status arrow_in_all(struct arrow_in_stream *s)
{
    for (;;) {
        struct ArrowArray batch = {.length = 0};
        int answer = s->stream->get_next(s->stream, &batch);
        if (answer)
            return arrow_in_stream_fault(s->in.env, answer);
        if (!batch.release)
            break;
        inlay_status status = arrow_in_batch(s, &batch);
        if (batch.release)
            batch.release(&batch);
        TRY(status);
    }
    return inlay_writer_finish(s->in.writer);
}

/* ---- public ---- */

static void arrow_in_free(struct arrow_in *in)
{
    for (uint32_t leaf = 0; in->columns && leaf < in->plan.n_leaves; leaf++) {
        struct arrow_in_column *column = &in->columns[leaf];
        mem_free(in->env, column->path, column->n_steps * sizeof *column->path);
        buf_free(&column->values);
        buf_free(&column->remap);
        dict_builder_free(column->builder);
    }
    mem_free(in->env, in->columns, in->plan.n_leaves * sizeof *in->columns);
    mem_free(in->env, in->arrays, in->plan.most_steps * sizeof *in->arrays);
    struct buf *bufs[] = {&in->def, &in->rep, &in->values, &in->codes, &in->scratch};
    for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++)
        buf_free(bufs[i]);
    inlay_writer_close(in->writer);
    arrow_in_plan_free(&in->plan);
}

inlay_status inlay_write_arrow(inlay_env *env, struct ArrowArrayStream *stream, const inlay_sink *sink,
                               const inlay_arrow_write_options *options)
{
    void *block = NULL;
    TRY(mem_new(env, sizeof(struct arrow_in_stream), &block));
    struct arrow_in_stream *s = block;
    struct arrow_in *in = &s->in;
    struct buf *bufs[] = {&in->def, &in->rep, &in->values, &in->codes, &in->scratch};
    for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++)
        buf_init(bufs[i], env);
    in->env = env;
    in->group = 1;
    s->stream = stream;
    if (options)
        s->options = *options;
    if (s->options.write)
        s->write = *s->options.write;
    if (s->write.row_group_rows == 0 || s->write.row_group_rows > INT64_MAX)
        s->write.row_group_rows = s->write.row_group_rows ? INT64_MAX : ARROW_IN_GROUP_ROWS;
    if (s->write.row_group_bytes == 0)
        s->write.row_group_bytes = ARROW_IN_GROUP_BYTES;
    inlay_status status = arrow_in_open(s, sink);
    if (status == INLAY_OK)
        status = arrow_in_all(s);
    inlay_error error = env->error;
    arrow_in_free(in);
    if (s->fields.release)
        s->fields.release(&s->fields);
    mem_free(env, s, sizeof *s);
    env->error = error;
    return status;
}

inlay_status inlay_schema_from_arrow(inlay_env *env, const struct ArrowSchema *fields, inlay_schema **schema)
{
    inlay_arrow_schema *entries;
    struct arrow_in_plan plan;
    *schema = NULL;
    TRY(inlay_arrow_schema_import(env, fields, &entries));
    inlay_status status = arrow_in_plan_make(&plan, env, entries);
    if (status == INLAY_OK) {
        *schema = plan.schema;
        plan.schema = NULL;
    }
    arrow_in_plan_free(&plan);
    inlay_arrow_schema_close(entries);
    return status;
}

#endif
