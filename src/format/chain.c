/* Footers behind footers: the one before an edit in place, and the last whole one of a file whose edit was cut short.
 *
 *   data | footer | length | PAR1 | footer | length | PAR1 | part of a footer
 *          <--- file of then ---->
 *          <------------ file of now --------------------->
 */
#include "format/edit.h"

#if INLAY_WRITE

#include <string.h>

#include "base/bytes.h"
#include "base/io.h"
#include "format/footer.h"

enum {
    CHAIN_TAIL = 8,
    CHAIN_LEAST = 12,            /* the first PAR1, and a tail */
    CHAIN_WINDOW = 64 * 1024,
    CHAIN_CANDIDATES = 64        /* ends tried before a file is given up: parsing each costs its length */
};
static const uint64_t chain_footer_limit = (uint64_t)256 << 20; /* as limits.footer_bytes has it by default */

/* ---- the footer before ---- */

/* Where the footer begins that ends at `end`; false: none ends there, by the look of its last bytes. */
static inlay_status chain_place(inlay_env *env, const inlay_source *source, uint64_t end, struct buf *buffer,
                                bool *found, uint64_t *at)
{
    const uint8_t *tail = NULL;
    *found = false;
    if (end < CHAIN_LEAST || end > source->size_bytes)
        return INLAY_OK;
    TRY(io_read(env, source, end - CHAIN_TAIL, CHAIN_TAIL, buffer, &tail));
    uint32_t bytes = load_le32(tail);
    *found = memcmp(tail + 4, "PAR1", 4) == 0 && bytes <= end - CHAIN_LEAST;
    *at = end - CHAIN_TAIL - bytes;
    return INLAY_OK;
}

/* Is this failure only a sign that no footer ends there? */
static bool chain_is_none(inlay_status status)
{
    return status == INLAY_CORRUPT || status == INLAY_UNSUPPORTED || status == INLAY_LIMIT;
}

static inlay_status chain_open(struct footer *f, inlay_env *env, const inlay_source *source, uint64_t end)
{
    inlay_source then = *source;
    then.size_bytes = end;
    return footer_open(f, env, &then);
}

/* Do two footers say the same but for key-values? */
static inlay_status chain_same(inlay_env *env, const struct footer *a, const struct footer *b, bool *same)
{
    inlay_memory_sink left, right = {0};
    size_t list_at = 0;
    inlay_status status = edit_strip(env, a, &left, &list_at);
    if (status == INLAY_OK)
        status = edit_strip(env, b, &right, &list_at);
    *same = status == INLAY_OK && left.bytes == right.bytes && memcmp(left.data, right.data, left.bytes) == 0;
    inlay_sink_memory_free(&left);
    inlay_sink_memory_free(&right);
    return status;
}

static inlay_status chain_compare(inlay_env *env, const inlay_source *source, uint64_t end, uint64_t at, bool *same)
{
    struct footer now, before;
    inlay_status status = chain_open(&now, env, source, end);
    if (status == INLAY_OK) {
        status = chain_open(&before, env, source, at);
        if (status == INLAY_OK)
            status = chain_same(env, &now, &before, same);
        status = chain_is_none(status) ? INLAY_OK : status;
        footer_free(&before);
    }
    footer_free(&now);
    return status;
}

inlay_status inlay_footer_previous(inlay_env *env, const inlay_source *source, uint64_t end, uint64_t *previous_end)
{
    struct buf buffer;
    uint64_t at = 0, before = 0;
    bool found = false, same = false;
    buf_init(&buffer, env);
    inlay_status status = chain_place(env, source, end, &buffer, &found, &at);
    if (status == INLAY_OK && !found)
        status = err_set(env, INLAY_CORRUPT, ERR("no footer ends there"));
    if (status == INLAY_OK)
        status = chain_place(env, source, at, &buffer, &found, &before);
    buf_free(&buffer);
    TRY(status);
    if (found)
        TRY(chain_compare(env, source, end, at, &same));
    *previous_end = at;
    return same ? INLAY_OK : INLAY_END;
}

/* ---- the last whole one ---- */

/* Is what stands behind `end` the beginning of an edited footer, bytes that never reached the disk being zeros? */
static inlay_status chain_is_torn(inlay_env *env, const inlay_source *source, const struct footer *f, uint64_t end,
                                  struct buf *buffer, bool *torn)
{
    inlay_memory_sink stripped;
    size_t fixed = 0;
    const uint8_t *data = NULL;
    inlay_status status = edit_strip(env, f, &stripped, &fixed);
    inlay_sink_memory_free(&stripped);
    uint64_t left = source->size_bytes - end;
    size_t n = left < fixed ? (size_t)left : fixed;
    if (status == INLAY_OK)
        status = io_read(env, source, end, n, buffer, &data);
    *torn = status == INLAY_OK;
    for (size_t i = 0; *torn && i < n; i++)
        *torn = data[i] == f->data[i] || data[i] == 0;
    return status;
}

static inlay_status chain_try(inlay_env *env, const inlay_source *source, uint64_t end, struct buf *buffer, bool *good)
{
    struct footer f;
    inlay_status status = chain_open(&f, env, source, end);
    *good = false;
    if (status == INLAY_OK)
        status = chain_is_torn(env, source, &f, end, buffer, good);
    footer_free(&f);
    return chain_is_none(status) ? INLAY_OK : status;
}

/* From the end back, window by window; windows overlap by three bytes, so that no PAR1 is cut. */
static inlay_status chain_search(inlay_env *env, const inlay_source *source, struct buf *window, struct buf *other,
                                 uint64_t *end)
{
    uint64_t most = env->limits.footer_bytes ? env->limits.footer_bytes : chain_footer_limit, to = source->size_bytes;
    uint64_t stop = to > most && to - most > CHAIN_LEAST ? to - most : CHAIN_LEAST;
    unsigned tried = 0;
    while (to >= stop) {
        uint64_t from = to > CHAIN_WINDOW ? to - CHAIN_WINDOW : 0;
        const uint8_t *data = NULL;
        TRY(io_read(env, source, from, (size_t)(to - from), window, &data));
        for (uint64_t e = to; e >= from + 4 && e >= stop; e--) {
            bool found = false;
            uint64_t at = 0;
            if (memcmp(data + (e - 4 - from), "PAR1", 4) != 0)
                continue;
            TRY(chain_place(env, source, e, other, &found, &at));
            if (!found || tried++ >= CHAIN_CANDIDATES)
                continue;
            TRY(chain_try(env, source, e, other, &found));
            if (found) {
                *end = e;
                return INLAY_OK;
            }
        }
        if (from == 0)
            break;
        to = from + 3;
    }
    return err_set(env, INLAY_CORRUPT, ERR("no whole footer from before an edit is in the file"));
}

inlay_status inlay_footer_recover(inlay_env *env, const inlay_source *source, uint64_t *end)
{
    struct buf window, other;
    struct footer f;
    inlay_status status = footer_open(&f, env, source);
    footer_free(&f);
    *end = source->size_bytes;
    if (status != INLAY_CORRUPT)
        return status;
    buf_init(&window, env);
    buf_init(&other, env);
    status = chain_search(env, source, &window, &other, end);
    buf_free(&window);
    buf_free(&other);
    return status;
}

#endif
