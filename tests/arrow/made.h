/* Small files in memory, and the first batch of their Arrow stream, for the tests of arrow. */
#ifndef INLAY_TESTS_ARROW_MADE_H
#define INLAY_TESTS_ARROW_MADE_H

#include "inlay/arrow.h"
#include "inlay/writer.h"

#include "test.h"

#define MADE_FN static inline
#define MADE_INIT(text) {(const uint8_t *)(text), sizeof(text) - 1} /* in an initializer */
#define MADE_TEXT(text) ((inlay_bytes)MADE_INIT(text))
#define MADE_N(array) (sizeof(array) / sizeof *(array))

enum { MADE_REQ = INLAY_REQUIRED, MADE_OPT = INLAY_OPTIONAL, MADE_REP = INLAY_REPEATED };

struct made {
    inlay_env *env;
    inlay_schema *schema;
    inlay_writer *writer;
    inlay_memory_sink memory;
    inlay_sink sink;
    inlay_source source;
    inlay_reader *reader;
    struct ArrowArrayStream stream;
    struct ArrowSchema fields;
    struct ArrowArray batch;
};

MADE_FN void made_begin(struct made *m, inlay_env *env)
{
    *m = (struct made){.env = env};
    m->sink = inlay_sink_memory(&m->memory, env);
    CHECK_INT(inlay_schema_new(env, &m->schema), INLAY_OK);
}

/* One more node; its index. */
MADE_FN uint32_t made_node(struct made *m, uint32_t parent, const char *name, uint8_t type,
                           uint8_t repetition, inlay_logical logical, int32_t length)
{
    uint32_t index = 0;
    inlay_node node = {.name = {(const uint8_t *)name, strlen(name)},
                       .type = type,
                       .repetition = repetition,
                       .type_length = length,
                       .logical = logical};
    CHECK_INT(inlay_schema_add(m->schema, parent, &node, &index), INLAY_OK);
    return index;
}
MADE_FN uint32_t made_leaf(struct made *m, uint32_t parent, const char *name, uint8_t type,
                           uint8_t repetition)
{
    return made_node(m, parent, name, type, repetition, (inlay_logical){0}, 0);
}
MADE_FN uint32_t made_group(struct made *m, uint32_t parent, const char *name, uint8_t repetition,
                            uint8_t kind)
{
    return made_node(m, parent, name, INLAY_GROUP, repetition, (inlay_logical){.kind = kind}, 0);
}

MADE_FN void made_writer(struct made *m, const inlay_write_options *options)
{
    inlay_write_options o = options ? *options : (inlay_write_options){0};
    o.flags |= INLAY_WRITE_AS_IS | INLAY_WRITE_INT96; /* values that break their annotation are part of the tests */
    CHECK_INT(inlay_writer_open(m->env, &m->sink, m->schema, &o, &m->writer), INLAY_OK);
}
/* Levels and values of one column; def, rep NULL as in inlay_batch. */
MADE_FN void made_write(struct made *m, uint32_t leaf, const uint8_t *def, const uint8_t *rep,
                        size_t n_levels, const void *values, size_t n_values)
{
    inlay_batch b = {
        .n_levels = n_levels, .n_values = n_values, .def = def, .rep = rep, .values = values};
    if (!m->writer)
        made_writer(m, NULL);
    CHECK_INT(inlay_writer_write(m->writer, leaf, &b), INLAY_OK);
}

MADE_FN void made_read(struct made *m)
{
    CHECK_INT(inlay_writer_finish(m->writer), INLAY_OK);
    m->source = inlay_source_memory(m->memory.data, m->memory.bytes);
    CHECK_INT(inlay_reader_open(m->env, &m->source, NULL, &m->reader), INLAY_OK);
}
MADE_FN void made_stream(struct made *m, const inlay_arrow_options *options)
{
    made_read(m);
    CHECK_INT(inlay_read_arrow(m->env, m->reader, options, &m->stream), INLAY_OK);
    CHECK_INT(m->stream.get_schema(&m->stream, &m->fields), 0);
}
/* Release the batch at hand and get the next. */
MADE_FN void made_next(struct made *m)
{
    if (m->batch.release)
        m->batch.release(&m->batch);
    CHECK_INT(m->stream.get_next(&m->stream, &m->batch), 0);
}
MADE_FN void made_first(struct made *m, const inlay_arrow_options *options)
{
    made_stream(m, options);
    made_next(m);
    CHECK(m->batch.release != NULL);
}

MADE_FN void made_end(struct made *m)
{
    if (m->batch.release)
        m->batch.release(&m->batch);
    if (m->fields.release)
        m->fields.release(&m->fields);
    if (m->stream.release)
        m->stream.release(&m->stream);
    inlay_reader_close(m->reader);
    inlay_writer_close(m->writer);
    inlay_schema_close(m->schema);
    inlay_sink_memory_free(&m->memory);
}

/* One array: its counts. */
#define MADE_ARRAY(array, want_length, want_nulls, want_buffers, want_children) \
    do {                                                                     \
        const struct ArrowArray *made_a = (array);                           \
        CHECK_INT(made_a->length, want_length);                              \
        CHECK_INT(made_a->null_count, want_nulls);                           \
        CHECK_INT(made_a->offset, 0);                                        \
        CHECK_INT(made_a->n_buffers, want_buffers);                          \
        CHECK_INT(made_a->n_children, want_children);                        \
    } while (0)
/* A buffer of an array against an array of the test's. */
#define MADE_BUFFER(array, which, want) CHECK_BYTES((array)->buffers[which], sizeof(want), want, sizeof(want))

#endif
