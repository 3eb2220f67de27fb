/* A whole file: its key-values edited in place, twice; the footers lead back, and a cut anywhere is recovered from. */
#include "inlay/inlay.h"
#include "input.h"

/* Append the footer with a key set; false: this file cannot be edited. */
static bool fuzz_append(inlay_env *env, inlay_memory_sink *file, const char *value)
{
    inlay_source source = inlay_source_memory(file->data, file->bytes);
    inlay_reader *reader = NULL;
    inlay_memory_sink tail;
    inlay_sink sink = inlay_sink_memory(&tail, env), whole = {file, sink.append};
    inlay_edit edit = {INLAY_EDIT_SET,
                       {{(const uint8_t *)"k", 1}, {(const uint8_t *)value, strlen(value)}, true}};
    bool changed = false;
    bool good = inlay_reader_open(env, &source, NULL, &reader) == INLAY_OK &&
                inlay_footer_edit(env, reader, &edit, 1, &sink, &changed) == INLAY_OK && changed;
    inlay_reader_close(reader);
    good = good && whole.append(whole.ctx, tail.data, tail.bytes) == 0;
    inlay_sink_memory_free(&tail);
    return good;
}

static void fuzz_sources(inlay_env *env, const inlay_source *source)
{
    inlay_reader *reader = NULL;
    if (inlay_reader_open(env, source, NULL, &reader) != INLAY_OK)
        return;
    for (uint32_t i = 0; i < inlay_reader_key_values(reader) && i < 8; i++) {
        inlay_bytes text = inlay_reader_key_value(reader, i)->value;
        inlay_memory_sink out;
        inlay_sink sink = inlay_sink_memory(&out, env);
        inlay_sources_shape shape;
        if (inlay_sources_rename(env, text, (inlay_bytes){(const uint8_t *)"a", 1}, (inlay_bytes){(const uint8_t *)"b", 1},
                                 &sink) == INLAY_OK)
            FUZZ_FACT(inlay_json_check(env, (inlay_bytes){out.data, out.bytes}) == INLAY_OK);
        FUZZ_FACT(inlay_sources_look(env, text, &shape) != INLAY_OK || inlay_json_check(env, text) == INLAY_OK);
        inlay_sink_memory_free(&out);
    }
    inlay_reader_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    inlay_env env = {.limits = {.memory_bytes = 256u << 20}};
    uint8_t *copy = size ? fuzz_copy(data, size) : NULL;
    if (!copy)
        return 0;
    inlay_source source = inlay_source_memory(copy, size);
    inlay_memory_sink file;
    inlay_sink sink = inlay_sink_memory(&file, &env);
    uint64_t end = 0;
    fuzz_sources(&env, &source);
    inlay_status status = inlay_footer_recover(&env, &source, &end);
    FUZZ_FACT(status != INLAY_OK || end <= size);
    if (inlay_footer_previous(&env, &source, size, &end) == INLAY_OK)
        FUZZ_FACT(end < size);
    if (sink.append(sink.ctx, copy, size) == 0 && fuzz_append(&env, &file, "1")) {
        size_t once = file.bytes, cut = size + (size_t)(data[size / 2] * (once - size) / 256);
        source = inlay_source_memory(file.data, once);
        FUZZ_FACT(inlay_footer_previous(&env, &source, once, &end) == INLAY_OK && end == size);
        source.size_bytes = cut;
        status = inlay_footer_recover(&env, &source, &end);
        FUZZ_FACT(status != INLAY_OK || end <= cut);
        if (fuzz_append(&env, &file, "22")) {
            source = inlay_source_memory(file.data, file.bytes);
            FUZZ_FACT(inlay_footer_previous(&env, &source, file.bytes, &end) == INLAY_OK && end == once);
        }
    }
    inlay_sink_memory_free(&file);
    free(copy);
    if (env.used_bytes)
        abort();
    return 0;
}
