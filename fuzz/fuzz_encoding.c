/* One value section. Reading in pieces, and skipping a part first, give the same values; what is decoded comes
 * back from our own encoder.
 *
 *   input = section | u8 step | u8 width of FIXED_LEN_BYTE_ARRAY | u16 LE values | u8 type | u8 encoding
 */
#include "encoding/encoding.h"
#include "input.h"

enum { FUZZ_MOST = 4096, FUZZ_SCRATCH = 1 << 22 };

struct fuzz_section {
    int id;
    uint8_t type;
    uint32_t width;
    const uint8_t *data;
    size_t size, n, step;
};

static uint64_t fuzz_hash(uint64_t h, const void *data, size_t n)
{
    const uint8_t *p = data;
    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 0x100000001B3u;
    return h;
}

static uint64_t fuzz_value(const struct fuzz_section *s, const uint8_t *values, size_t i)
{
    if (s->type != INLAY_BYTE_ARRAY)
        return fuzz_hash(7, values + i * s->width, s->width);
    inlay_bytes b;
    memcpy(&b, values + i * sizeof b, sizeof b);
    return fuzz_hash(fuzz_hash(7, &b.len, sizeof b.len), b.data, b.len);
}

/* Hashes of the values from `from` on; false = failed. `all` (NULL or room for n values) keeps them. */
static bool fuzz_decode(const struct fuzz_section *s, size_t from, size_t step, uint64_t *hashes)
{
    struct decoder d;
    if (decoder_open(&d, s->id, s->type, s->width, s->data, s->size, s->n) != INLAY_OK)
        return false;
    uint8_t *out = malloc(step * s->width + 1), *scratch[2] = {NULL, NULL};
    bool ok = out != NULL;
    for (size_t at = 0, turn = 0; ok && at < s->n; turn ^= 1) {
        size_t left = at < from ? from - at : s->n - at, take = left < step ? left : step, bytes = 0;
        ok = decoder_scratch(&d, take, &bytes) && bytes <= FUZZ_SCRATCH;
        if (ok && at < from && !bytes) { /* what needs scratch cannot be skipped without reading */
            ok = decoder_skip(&d, take);
            at += take;
            continue;
        }
        free(scratch[turn]); /* the last value may still lie in the other one */
        scratch[turn] = ok ? malloc(bytes + 1) : NULL;
        d.scratch = scratch[turn];
        d.scratch_bytes = bytes;
        ok = ok && d.scratch && decoder_read(&d, out, take);
        for (size_t i = 0; ok && i < take; i++)
            hashes[at + i] = fuzz_value(s, out, i);
        at += take;
    }
    free(out);
    free(scratch[0]);
    free(scratch[1]);
    return ok;
}

/* All values at once, through our encoder and back. */
static void fuzz_again(const struct fuzz_section *s, const uint64_t *hashes)
{
    const struct encoding *e = encoding_by_id(s->id);
    struct decoder d;
    size_t bytes = 0;
    if (!e->write || decoder_open(&d, s->id, s->type, s->width, s->data, s->size, s->n) != INLAY_OK ||
        !decoder_scratch(&d, s->n, &bytes) || bytes > FUZZ_SCRATCH)
        return;
    uint8_t *out = malloc(s->n * s->width + 1);
    d.scratch = malloc(bytes + 1);
    d.scratch_bytes = bytes;
    FUZZ_FACT(out && d.scratch && decoder_read(&d, out, s->n));
    size_t bound = e->bound(out, s->n, s->type, s->width);
    uint8_t *packed = malloc(bound + 1), *exact = NULL;
    FUZZ_FACT(packed != NULL);
    size_t used = e->write(packed, out, s->n, s->type, s->width);
    FUZZ_FACT(used <= bound);
    uint64_t *again = calloc(s->n + 1, sizeof *again);
    exact = fuzz_copy(packed, used);
    struct fuzz_section back = *s;
    back.data = exact;
    back.size = used;
    FUZZ_FACT(again && exact && fuzz_decode(&back, 0, s->n ? s->n : 1, again));
    FUZZ_FACT(memcmp(hashes, again, s->n * sizeof *again) == 0);
    free(d.scratch);
    free(out);
    free(packed);
    free(exact);
    free(again);
}

static void fuzz_values(const struct fuzz_section *s)
{
    uint64_t *hashes = calloc(s->n + 1, sizeof *hashes), *later = calloc(s->n + 1, sizeof *later);
    if (hashes && later && fuzz_decode(s, 0, s->step, hashes)) {
        size_t from = s->n / 2;
        FUZZ_FACT(fuzz_decode(s, from, s->step + 3, later));
        FUZZ_FACT(memcmp(hashes + from, later + from, (s->n - from) * sizeof *later) == 0);
        fuzz_again(s, hashes);
    }
    free(hashes);
    free(later);
}

/* Levels and codes: 32-bit and 8-bit reads and skips agree. */
static void fuzz_runs(const uint8_t *data, size_t size, uint32_t width, size_t n)
{
    uint32_t *wide = calloc(n + 1, sizeof *wide);
    uint8_t *narrow = calloc(n + 1, 1);
    struct rle r;
    rle_open(&r, data, size, width);
    if (wide && narrow && rle_read_u32(&r, wide, n)) {
        uint32_t last = 0, value;
        rle_open(&r, data, size, width);
        FUZZ_FACT(n == 0 || (rle_skip(&r, n - 1) && rle_read_u32(&r, &last, 1) && last == wide[n - 1]));
        rle_open(&r, data, size, width);
        size_t run = rle_peek_run(&r, n, &value);
        for (size_t i = 0; i < run; i++)
            FUZZ_FACT(wide[i] == value);
        rle_open(&r, data, size, width);
        if (rle_read_u8(&r, narrow, n))
            for (size_t i = 0; i < n; i++)
                FUZZ_FACT(narrow[i] == wide[i]);
        else
            FUZZ_FACT(width > 8);
    }
    if (narrow)
        (void)!bit_packed_read_u8(data, size, width % 9, narrow, n);
    free(wide);
    free(narrow);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t widths[] = {1, 4, 8, 12, 4, 8, sizeof(inlay_bytes), 1};
    struct fuzz_input input = {data, size};
    struct fuzz_section s = {.id = fuzz_u8(&input), .type = fuzz_u8(&input) & 7};
    s.n = fuzz_u16(&input) % FUZZ_MOST;
    s.width = fuzz_u8(&input);
    uint32_t bit_width = s.width % 40;
    s.width = s.type == INLAY_FIXED_LEN_BYTE_ARRAY ? s.width + 1 : widths[s.type];
    s.step = (size_t)fuzz_u8(&input) + 1;
    uint8_t *copy = fuzz_copy(input.data, input.size);
    s.data = copy;
    s.size = input.size;
    if (copy && encoding_by_id(s.id))
        fuzz_values(&s);
    else if (copy)
        fuzz_runs(copy, input.size, bit_width, s.n);
    free(copy);
    return 0;
}
