/* A whole file, its row groups copied without decoding; what comes out is opened and verified. */
#include <stddef.h>
#include <stdint.h>

#include "inlay/inlay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_again(inlay_env *env, const inlay_memory_sink *memory)
{
    inlay_source source = inlay_source_memory(memory->data, memory->bytes);
    inlay_verify_options options = {.deep = true};
    inlay_verify_counts counts;
    inlay_reader *reader = NULL;
    if (inlay_reader_open(env, &source, NULL, &reader) == INLAY_OK)
        (void)!inlay_verify(env, reader, &options, &counts);
    inlay_reader_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    inlay_env env = {.limits = {.memory_bytes = 256u << 20, .decoded_bytes = 32u << 20}};
    inlay_source source = inlay_source_memory(data, size);
    inlay_memory_sink memory;
    inlay_sink sink = inlay_sink_memory(&memory, &env);
    inlay_reader *reader = NULL;
    inlay_writer *writer = NULL;
    inlay_write_options options = {.codec = "none"};
    inlay_status status = inlay_reader_open(&env, &source, NULL, &reader);
    if (status == INLAY_OK)
        status = inlay_writer_open(&env, &sink, inlay_reader_schema(reader), &options, &writer);
    for (uint32_t i = 0; status == INLAY_OK && i < inlay_reader_row_groups(reader) && i < 16; i++)
        status = inlay_writer_copy_row_group(writer, reader, i);
    if (status == INLAY_OK && inlay_writer_finish(writer) == INLAY_OK)
        fuzz_again(&env, &memory);
    inlay_writer_close(writer);
    inlay_reader_close(reader);
    inlay_sink_memory_free(&memory);
    if (env.used_bytes)
        __builtin_trap();
    return 0;
}
