/* Reading the footer; see footer.h. */
#include "format/footer.h"

#include <string.h>

#include "base/io.h"

enum { FOOTER_TAIL = 8, FOOTER_LEAST = 12, FOOTER_DEFAULT_LIMIT = 256 * 1024 * 1024 };

static inlay_status footer_not_parquet(inlay_env *env, const inlay_source *source)
{
    return source->size_bytes == 0
               ? err_set(env, INLAY_CORRUPT, ERR("the file is empty: its writer never finished"))
               : err_set_at(env, INLAY_CORRUPT,
                            ERR("not a Parquet file, or cut short: it does not end with PAR1"),
                            source->size_bytes < 4 ? 0 : source->size_bytes - 4);
}

/* Length of the metadata, from the last eight bytes. */
static inlay_status footer_length(struct footer *f, inlay_env *env, const inlay_source *source,
                                  uint32_t *length)
{
    const uint8_t *tail = NULL;
    if (source->size_bytes < FOOTER_LEAST)
        return footer_not_parquet(env, source);
    TRY(io_read(env, source, source->size_bytes - FOOTER_TAIL, FOOTER_TAIL, &f->buffer, &tail));
    if (memcmp(tail + 4, "PARE", 4) == 0)
        return err_set_at(env, INLAY_UNSUPPORTED,
                          ERR("the footer is encrypted, and this build cannot decrypt"),
                          source->size_bytes - 4);
    if (memcmp(tail + 4, "PAR1", 4) != 0)
        return footer_not_parquet(env, source);
    *length = load_le32(tail);
    if (*length > source->size_bytes - FOOTER_LEAST)
        return err_set_at(env, INLAY_CORRUPT, ERR("the footer's length is larger than the file"),
                          source->size_bytes - FOOTER_TAIL);
    uint64_t limit = env->limits.footer_bytes ? env->limits.footer_bytes : FOOTER_DEFAULT_LIMIT;
    if (*length > limit)
        return err_set_at(env, INLAY_LIMIT, ERR("footer larger than limits.footer_bytes"),
                          source->size_bytes - FOOTER_TAIL);
    return INLAY_OK;
}

inlay_status footer_open(struct footer *f, inlay_env *env, const inlay_source *source)
{
    *f = (struct footer){0};
    buf_init(&f->buffer, env);
    mem_pool_init(&f->pool, env);
    uint32_t length = 0;
    TRY(footer_length(f, env, source, &length));
    const uint8_t *magic = NULL;
    TRY(io_read(env, source, 0, 4, &f->buffer, &magic));
    if (memcmp(magic, "PAR1", 4) != 0)
        return err_set_at(env, INLAY_CORRUPT, ERR("the file does not begin with PAR1"), 0);
    f->at = source->size_bytes - FOOTER_TAIL - length;
    f->bytes = length;
    TRY(io_read(env, source, f->at, length, &f->buffer, &f->data));
    TRY(meta_read_file(env, &f->pool, f->data, f->bytes, f->at, &f->meta, &f->marks));
    if (f->meta.num_rows < 0)
        return err_set_at(env, INLAY_CORRUPT, ERR("the footer counts less than zero rows"), f->at);
    return INLAY_OK;
}

void footer_free(struct footer *f)
{
    buf_free(&f->buffer);
    mem_pool_free(&f->pool);
}
