/* What metric files say in their footers, by the last byte (modulo 8):
 *   0 a sort schema     what is read is written in both forms and read again as the same
 *   1 row keys          what is read and has all lists is written and read again as the same
 *   2 a sorted_series key of the default schema
 *   3 values by line    for a zonemap cut to few transitions
 *   4 base64            what is read is written and read again as the same */
#include "inlay/recording.h"

#include "base/base64.h"
#include "input.h"
#include "merge/rowkeys.h"
#include "merge/seriesrow.h"
#include "merge/sorttext.h"
#include "merge/zonemap.h"

static struct sortkey_schema fuzz_schema, fuzz_again;
static struct rowkeys fuzz_keys, fuzz_keys_again;

static void fuzz_sort_again(void (*write)(const struct sortkey_schema *, struct buf *), inlay_env *env)
{
    struct buf text;
    buf_init(&text, env);
    write(&fuzz_schema, &text);
    FUZZ_FACT(text.status == INLAY_OK);
    FUZZ_FACT(!sortkey_parse((inlay_bytes){text.data, text.bytes}, &fuzz_again));
    FUZZ_FACT(sortkey_equivalent(&fuzz_schema, &fuzz_again));
    FUZZ_FACT(fuzz_schema.cutoff == fuzz_again.cutoff);
    FUZZ_FACT(sortkey_bytes_equal(fuzz_schema.name, fuzz_again.name));
    buf_free(&text);
}

static void fuzz_sort(inlay_bytes data, inlay_env *env)
{
    (void)sortkey_parse_any(data, &fuzz_schema);
    if (sortkey_parse(data, &fuzz_schema))
        return;
    fuzz_sort_again(sorttext_short, env);
    fuzz_sort_again(sorttext_full, env);
}

static void fuzz_rowkeys(inlay_bytes data, inlay_env *env)
{
    struct buf text;
    if (rowkeys_read(&fuzz_keys, data))
        return;
    uint32_t n = fuzz_keys.n[ROWKEYS_MIN];
    if (n != fuzz_keys.n[ROWKEYS_MAX] || n != fuzz_keys.n[ROWKEYS_ALL_MAX])
        return;
    const struct cell *first = fuzz_keys.cells[ROWKEYS_MIN], *last = fuzz_keys.cells[ROWKEYS_MAX];
    buf_init(&text, env);
    rowkeys_write(first, last, n, &text);
    FUZZ_FACT(text.status == INLAY_OK);
    FUZZ_FACT(!rowkeys_read(&fuzz_keys_again, (inlay_bytes){text.data, text.bytes}));
    for (uint32_t i = 0; i < n; i++) {
        const struct cell *a = &fuzz_keys_again.cells[ROWKEYS_MIN][i];
        FUZZ_FACT(a->kind == first[i].kind);
        FUZZ_FACT(a->kind != CELL_INT || a->integer == first[i].integer);
        FUZZ_FACT(a->kind != CELL_BYTES || sortkey_bytes_equal(a->bytes, first[i].bytes));
    }
    buf_clear(&text);
    rowkeys_write_json(first, last, n, &text);
    FUZZ_FACT(text.status == INLAY_OK);
    buf_free(&text);
}

static void fuzz_series(inlay_bytes data, inlay_env *env)
{
    static const char schema[] = INLAY_METRICS_SORT;
    (void)env;
    FUZZ_FACT(!sortkey_parse((inlay_bytes){(const uint8_t *)schema, sizeof schema - 1}, &fuzz_schema));
    (void)seriesrow_bad(&fuzz_schema, data);
}

static void fuzz_zonemap(inlay_bytes data, inlay_env *env)
{
    struct zonemap zone;
    struct buf regex;
    zonemap_init(&zone, env, (struct zonemap_limits){7, 14, 3, 28});
    buf_init(&regex, env);
    while (data.len) {
        const uint8_t *end = memchr(data.data, '\n', data.len);
        size_t n = end ? (size_t)(end - data.data) : data.len;
        FUZZ_FACT(zonemap_add(&zone, (inlay_bytes){data.data, n}, 1 + n % 4) == INLAY_OK);
        n += end != NULL;
        data = (inlay_bytes){data.data + n, data.len - n};
    }
    FUZZ_FACT(zonemap_build(&zone, &regex) == INLAY_OK);
    FUZZ_FACT(regex.bytes >= 2 && regex.bytes <= 13 * 7 * 4 + 16);
    buf_free(&regex);
    zonemap_free(&zone);
}

static void fuzz_base64(inlay_bytes data, inlay_env *env)
{
    uint8_t *bytes = malloc(data.len / 4 * 3 + 3), *again = malloc(data.len / 4 * 3 + 3);
    struct buf text;
    size_t n, n_again;
    buf_init(&text, env);
    if (bytes && again && base64_decode(data, bytes, &n)) {
        base64_encode(&text, (inlay_bytes){bytes, n});
        FUZZ_FACT(base64_decode((inlay_bytes){text.data, text.bytes}, again, &n_again));
        FUZZ_FACT(n == n_again && (n == 0 || memcmp(bytes, again, n) == 0));
    }
    buf_free(&text);
    free(again);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const targets[8])(inlay_bytes, inlay_env *) = {fuzz_sort, fuzz_rowkeys, fuzz_series, fuzz_zonemap,
                                                                 fuzz_base64};
    struct fuzz_input in = {data, size};
    inlay_env env = {0};
    uint8_t target = fuzz_u8(&in) % 8;
    uint8_t *copy = fuzz_copy(in.data, in.size);
    if (copy && targets[target])
        targets[target]((inlay_bytes){copy, in.size}, &env);
    free(copy);
    FUZZ_FACT(env.used_bytes == 0);
    return 0;
}
