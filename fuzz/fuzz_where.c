/* A predicate (the input's tail, its length in the last byte) over a file (the head), with skipping and without. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "inlay/inlay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Rows given, and a sum over them; false = it failed somewhere. */
static _Bool fuzz_rows(const uint8_t *data, size_t size, const char *text, _Bool no_skipping, uint64_t *sum)
{
    inlay_env env = {.limits = {.memory_bytes = 256u << 20, .decoded_bytes = 32u << 20}};
    inlay_source source = inlay_source_memory(data, size);
    inlay_where_options options = {.no_skipping = no_skipping};
    inlay_reader *reader = NULL;
    inlay_where *where = NULL;
    int64_t first = 0, n = 0;
    inlay_status status = inlay_reader_open(&env, &source, NULL, &reader);
    *sum = 0;
    if (status == INLAY_OK)
        status = inlay_where_open(&env, reader, text, &options, &where);
    while (status == INLAY_OK && (status = inlay_where_next(where, &first, &n)) == INLAY_OK)
        *sum += (uint64_t)n * 1000003u + (uint64_t)first * (uint64_t)n;
    inlay_where_close(where);
    inlay_reader_close(reader);
    if (env.used_bytes)
        __builtin_trap();
    return status == INLAY_END;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[256];
    uint64_t with = 0, without = 0;
    size_t n = size ? data[size - 1] : 0;
    if (n + 1 > size)
        return 0;
    memcpy(text, data + size - 1 - n, n);
    text[n] = '\0';
    (void)fuzz_rows(data, size - 1 - n, text, 1, &without);
    (void)fuzz_rows(data, size - 1 - n, text, 0, &with); /* may differ: a fuzzed file's claims are lies */
    return 0;
}
