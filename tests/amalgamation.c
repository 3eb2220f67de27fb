/* The amalgamation serves a program that knows nothing else: build a file in memory, read it back. */
#include "inlay.h"

#include <stdio.h>

static int amalgamation_write(inlay_env *env, inlay_memory_sink *file)
{
    static const uint8_t name[] = {'n'};
    const int64_t values[3] = {1, 2, 3};
    inlay_node spec = {.name = {name, 1}, .type = INLAY_INT64};
    inlay_batch batch = {.n_levels = 3, .n_values = 3, .values = values};
    inlay_sink sink = inlay_sink_memory(file, env);
    inlay_schema *schema = NULL;
    inlay_writer *writer = NULL;
    int bad = inlay_schema_new(env, &schema) || inlay_schema_add(schema, 0, &spec, NULL) ||
              inlay_writer_open(env, &sink, schema, NULL, &writer) ||
              inlay_writer_write(writer, 0, &batch) || inlay_writer_finish(writer);
    inlay_writer_close(writer);
    inlay_schema_close(schema);
    return bad;
}

int main(void)
{
    inlay_env env = {0};
    inlay_memory_sink file;
    inlay_reader *reader = NULL;
    int bad = amalgamation_write(&env, &file);
    inlay_source source = inlay_source_memory(file.data, file.bytes);
    bad = bad || inlay_reader_open(&env, &source, NULL, &reader) || inlay_reader_rows(reader) != 3;
    inlay_reader_close(reader);
    inlay_sink_memory_free(&file);
    if (bad || env.used_bytes) {
        printf("amalgamation: %s\n", env.error.what ? env.error.what : "leaks");
        return 1;
    }
    return 0;
}
