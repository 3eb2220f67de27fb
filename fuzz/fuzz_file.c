/* A whole file: open, look at all metadata, read every column in both forms, seek about. */
#include <stddef.h>
#include <stdint.h>

#include "inlay/inlay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_column(inlay_reader *reader, uint32_t leaf, uint32_t flags)
{
    inlay_column *column = NULL;
    inlay_batch batch;
    size_t batches = 0;
    if (inlay_column_open(reader, leaf, flags, &column) != INLAY_OK)
        return;
    while (batches++ < 64 && inlay_column_read(column, 0, &batch) == INLAY_OK) {
        volatile uint8_t sink = 0; /* touch what was promised */
        for (size_t i = 0; batch.def && i < batch.n_levels; i++)
            sink = (uint8_t)(sink + batch.def[i]);
        if (batch.values && inlay_schema_leaf(inlay_reader_schema(reader), leaf)->type == INLAY_BYTE_ARRAY) {
            const inlay_bytes *v = batch.values;
            for (size_t i = 0; i < batch.n_values; i++)
                if (v[i].len)
                    sink = (uint8_t)(sink + v[i].data[0] + v[i].data[v[i].len - 1]);
        }
    }
    int64_t rows = inlay_reader_rows(reader);
    if (inlay_column_seek(column, rows / 2) == INLAY_OK)
        (void)!inlay_column_read(column, 3, &batch);
    inlay_column_park(column);
    (void)!inlay_column_read(column, 1, &batch);
    inlay_column_close(column);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    inlay_env env = {.limits = {.memory_bytes = 256u << 20}};
    inlay_source source = inlay_source_memory(data, size);
    inlay_reader *reader = NULL;
    inlay_arrow_schema *arrow = NULL;
    if (inlay_reader_open(&env, &source, NULL, &reader) != INLAY_OK)
        return 0;
    if (inlay_arrow_schema_open(&env, reader, &arrow) == INLAY_OK)
        inlay_arrow_schema_close(arrow);
    uint32_t leaves = inlay_schema_leaves(inlay_reader_schema(reader));
    for (uint32_t leaf = 0; leaf < leaves && leaf < 32; leaf++) {
        inlay_chunk chunk;
        for (uint32_t rg = 0; rg < inlay_reader_row_groups(reader) && rg < 4; rg++)
            (void)!inlay_reader_chunk(reader, rg, leaf, &chunk);
        fuzz_column(reader, leaf, 0);
        fuzz_column(reader, leaf, INLAY_COLUMN_CODES);
    }
    inlay_reader_close(reader);
    if (env.used_bytes)
        __builtin_trap();
    return 0;
}
