/* Recordings joined on time; see inlay/recording.h and combine.h. */
#include "recording/combine.h"

#include <string.h>

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

inlay_status combine_fail(struct combine *c, uint32_t input, inlay_status status, const char *what, inlay_bytes name)
{
    err_set(c->env, status, what);
    inlay_error *e = &c->env->error;
    size_t n = name.len < sizeof e->column ? name.len : sizeof e->column - 1;
    e->input = (int32_t)input;
    if (n)
        memcpy(e->column, name.data, n);
    e->column[n] = 0;
    return status;
}

void combine_note(struct combine *c, int32_t input, const char *what)
{
    if (c->options->note)
        c->options->note(c->options->note_ctx, input, what);
}

static inlay_status combine_write(struct combine *c, const inlay_sink *sink)
{
    inlay_write_options write = c->options->write;
    write.columns = NULL;
    write.n_columns = 0;
    write.flags = INLAY_WRITE_IN_ORDER | INLAY_WRITE_HOLD_COLUMN | INLAY_WRITE_AS_IS | INLAY_WRITE_INT96;
    TRY(inlay_writer_open(c->env, sink, c->schema, &write, &c->writer));
    TRY(combine_meta(c));
    TRY(combine_fields(c));
    TRY(combine_rows(c));
    return inlay_writer_finish(c->writer);
}

static inlay_status combine_run(struct combine *c, const inlay_combine_input *inputs, const inlay_sink *sink)
{
    void *block = NULL;
    TRY(mem_pool_take(&c->pool, c->n * sizeof *c->inputs, &block));
    c->inputs = block;
    TRY(combine_load(c, inputs));
    TRY(combine_grid(c));
    TRY(combine_schema(c));
    c->report->n_rows = c->n_rows;
    c->report->n_columns = inlay_schema_leaves(c->schema);
    return combine_write(c, sink);
}

static void combine_close(struct combine *c)
{
    inlay_writer_close(c->writer);
    inlay_schema_close(c->schema);
    mem_free(c->env, c->stamps, c->n_rows * sizeof *c->stamps);
    mem_free(c->env, c->restamped, c->n_rows);
    for (uint32_t i = 0; c->inputs && i < c->n; i++) {
        struct combine_input *in = &c->inputs[i];
        field_close(&in->fields);
        mem_free(c->env, in->pairs, in->pairs_capacity * sizeof *in->pairs);
        mem_free(c->env, in->picks, in->picks_capacity * sizeof *in->picks);
        mem_free(c->env, in->rows, c->n_rows * sizeof *in->rows);
    }
    buf_free(&c->scratch);
    mem_pool_free(&c->pool);
}

inlay_status inlay_combine(inlay_env *env, const inlay_combine_input *inputs, size_t n_inputs, const inlay_sink *sink,
                           const inlay_combine_options *options, inlay_combine_report *report)
{
    static const inlay_combine_options defaults = {0};
    inlay_combine_report none;
    struct combine c = {.env = env,
                        .options = options ? options : &defaults,
                        .report = report ? report : &none,
                        .n = (uint32_t)n_inputs};
    *c.report = (inlay_combine_report){0};
    if (n_inputs < 2 || n_inputs > INT32_MAX)
        return err_set(env, INLAY_ARG, ERR("two recordings or more are combined"));
    mem_pool_init(&c.pool, env);
    buf_init(&c.scratch, env);
    inlay_status status = combine_run(&c, inputs, sink);
    inlay_error error = env->error;
    combine_close(&c);
    if (status != INLAY_OK)
        env->error = error;
    return status;
}

#endif
