/* Text into a file: CSV or JSON lines in pieces of any size, with a schema from the sample, or a schema's text.
 *
 *   input   text · piece (1 byte) · sample rows (1) · flags (1)
 *   flags   1 JSON lines · 2 no header · 4 decimals · 8 ignore what is unknown · 16 a semicolon between fields
 *           · 32 the text is a schema
 *
 * Facts: rows and rejects are the same whatever the pieces; it opens, with as many rows as were counted;
 * all memory is given back.
 */
#include "inlay/inlay.h"

#include "input.h"

enum { FUZZ_MEMORY = 64 << 20 };

struct fuzz_text {
    const uint8_t *data;
    size_t size, at, piece;
};

static int fuzz_read(void *ctx, void *dst, size_t bytes, size_t *n)
{
    struct fuzz_text *t = ctx;
    *n = t->size - t->at < bytes ? t->size - t->at : bytes;
    if (t->piece && *n > t->piece)
        *n = t->piece;
    memcpy(dst, t->data + t->at, *n);
    t->at += *n;
    return 0;
}

struct fuzz_result {
    inlay_status status;
    inlay_import_counts counts;
    inlay_memory_sink file;
};

static inlay_status fuzz_run(inlay_env *env, const inlay_stream *stream, const inlay_import_options *options,
                             struct fuzz_result *r)
{
    static const inlay_write_options plain = {.codec = "none"};
    inlay_import *import = NULL;
    inlay_writer *writer = NULL;
    inlay_sink sink = inlay_sink_memory(&r->file, env);
    inlay_status status = inlay_import_open(env, stream, options, &import);
    if (status == INLAY_OK)
        status = inlay_writer_open(env, &sink, inlay_import_schema(import), &plain, &writer);
    while (status == INLAY_OK)
        status = inlay_import_rows(import, writer, 0);
    if (import)
        r->counts = inlay_import_counted(import);
    if (status == INLAY_END)
        status = inlay_writer_finish(writer);
    inlay_writer_close(writer);
    inlay_import_close(import);
    return status;
}

static void fuzz_open(inlay_env *env, const struct fuzz_result *r)
{
    inlay_source source = inlay_source_memory(r->file.data, r->file.bytes);
    inlay_reader *reader = NULL;
    inlay_status status = inlay_reader_open(env, &source, NULL, &reader);
    FUZZ_FACT(status == INLAY_OK || status == INLAY_NOMEM || status == INLAY_LIMIT);
    if (status == INLAY_OK)
        FUZZ_FACT((uint64_t)inlay_reader_rows(reader) == r->counts.rows);
    inlay_reader_close(reader);
}

static void fuzz_schema(const uint8_t *data, size_t size)
{
    inlay_env env = {.limits = {.memory_bytes = FUZZ_MEMORY}};
    inlay_schema *schema = NULL;
    if (inlay_schema_parse(&env, (const char *)data, size, &schema) == INLAY_OK)
        FUZZ_FACT(inlay_schema_leaves(schema) > 0);
    inlay_schema_close(schema);
    FUZZ_FACT(env.used_bytes == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    uint8_t flags = fuzz_u8(&in), rows = fuzz_u8(&in), piece = fuzz_u8(&in);
    uint8_t *copy = fuzz_copy(in.data, in.size);
    inlay_env env = {.limits = {.memory_bytes = FUZZ_MEMORY}};
    if (!copy)
        return 0;
    if (flags & 32) {
        fuzz_schema(copy, in.size);
        free(copy);
        return 0;
    }
    inlay_memory_sink rejects = {0}, rejects_again = {0};
    inlay_sink aside = inlay_sink_memory(&rejects, &env), aside_again = inlay_sink_memory(&rejects_again, &env);
    inlay_import_options options = {.format = flags & 1 ? INLAY_IMPORT_JSONL : INLAY_IMPORT_CSV,
                                    .delimiter = flags & 16 ? ';' : ',', .no_header = flags & 2,
                                    .decimals = flags & 4, .ignore_unknown = flags & 8, .sample_rows = rows,
                                    .rejects = &aside};
    struct fuzz_text whole = {copy, in.size, 0, 0}, pieces = {copy, in.size, 0, piece};
    struct fuzz_result one = {0}, two = {0};
    one.status = fuzz_run(&env, &(inlay_stream){&whole, fuzz_read}, &options, &one);
    options.buffer_bytes = 4;
    options.rejects = &aside_again;
    two.status = fuzz_run(&env, &(inlay_stream){&pieces, fuzz_read}, &options, &two);
    if (one.status != INLAY_NOMEM && two.status != INLAY_NOMEM) {
        FUZZ_FACT(one.status == two.status && one.counts.rows == two.counts.rows);
        FUZZ_FACT(rejects.bytes == rejects_again.bytes &&
                  (rejects.bytes == 0 || memcmp(rejects.data, rejects_again.data, rejects.bytes) == 0));
    }
    if (one.status == INLAY_OK)
        fuzz_open(&env, &one);
    inlay_sink_memory_free(&one.file);
    inlay_sink_memory_free(&two.file);
    inlay_sink_memory_free(&rejects);
    inlay_sink_memory_free(&rejects_again);
    FUZZ_FACT(env.used_bytes == 0);
    free(copy);
    return 0;
}
