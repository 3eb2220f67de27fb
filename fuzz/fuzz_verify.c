/* A whole file, verified deeply: everything that it claims is looked at, nothing is believed. */
#include <stddef.h>
#include <stdint.h>

#include "inlay/inlay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int fuzz_finding(void *ctx, const inlay_finding *finding)
{
    volatile size_t sink = 0; /* touch what was promised */
    for (const char *p = finding->rule; *p; p++)
        sink = sink + (size_t)*p;
    for (size_t i = 0; finding->has_values && i < finding->found_value.len; i++)
        sink = sink + finding->found_value.data[i];
    for (size_t i = 0; finding->has_values && i < finding->stated_value.len; i++)
        sink = sink + finding->stated_value.data[i];
    return ++*(int *)ctx > 200;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    inlay_env env = {.limits = {.memory_bytes = 256u << 20, .decoded_bytes = 64u << 20}};
    inlay_source source = inlay_source_memory(data, size);
    inlay_reader *reader = NULL;
    inlay_read_options read = {.no_crc = true};
    int findings = 0;
    inlay_verify_options options = {.deep = true, .finding = fuzz_finding, .ctx = &findings};
    inlay_verify_counts counts;
    if (inlay_reader_open(&env, &source, &read, &reader) == INLAY_OK)
        (void)!inlay_verify(&env, reader, &options, &counts);
    inlay_reader_close(reader);
    if (env.used_bytes)
        __builtin_trap();
    return 0;
}
