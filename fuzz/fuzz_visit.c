/* Raw metadata, every field visited: the first byte chooses the record, the rest is it. */
#include <stdlib.h>

#include "inlay/visit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every byte that a view claims to have is read; the sum keeps the compiler from dropping that. */
struct fuzz_sum {
    unsigned sum;
    unsigned open;
};

static bool fuzz_begin(void *ctx, const inlay_visited *field, uint32_t n)
{
    struct fuzz_sum *s = ctx;
    s->sum += n + (uint8_t)field->type[0] + (field->name ? (uint8_t)field->name[0] : 0u);
    s->open++;
    return true;
}
static bool fuzz_end(void *ctx, const inlay_visited *field)
{
    struct fuzz_sum *s = ctx;
    (void)field;
    if (s->open-- == 0)
        abort();
    return true;
}
static bool fuzz_integer(void *ctx, const inlay_visited *field, int64_t value, const char *label)
{
    (void)field;
    ((struct fuzz_sum *)ctx)->sum += (unsigned)value + (label ? (unsigned)label[0] : 0);
    return true;
}
static bool fuzz_binary(void *ctx, const inlay_visited *field, inlay_bytes value)
{
    (void)field;
    for (size_t i = 0; i < value.len; i++)
        ((struct fuzz_sum *)ctx)->sum += value.data[i];
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    inlay_env env = {0};
    struct fuzz_sum sum = {0};
    inlay_visitor v = {.ctx = &sum, .begin = fuzz_begin, .end = fuzz_end, .integer = fuzz_integer,
                       .binary = fuzz_binary};
    size_t used = 0;
    if (size == 0)
        return 0;
    inlay_bytes raw = {data + 1, size - 1};
    inlay_status status = inlay_metadata_visit(&env, (inlay_record)(data[0] % 5), raw, &v, &used);
    if (used > raw.len || (status == INLAY_OK && sum.open != 0))
        abort();
    return 0;
}
