/* Texts by number; see intern.h. Open addressing, linear probing. */
#include "recording/intern.h"

#include <string.h>

#include "base/hash.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

void intern_init(struct intern *t, inlay_env *env)
{
    *t = (struct intern){.env = env};
    mem_pool_init(&t->bytes, env);
}

void intern_free(struct intern *t)
{
    mem_pool_free(&t->bytes);
    mem_free(t->env, t->texts, t->capacity * sizeof *t->texts);
    mem_free(t->env, t->slots, t->n_slots * sizeof *t->slots);
    intern_init(t, t->env);
}

/* The seed is this table's address, so that a file cannot bring texts that all collide. It changes
 * where texts lie, never their numbers. */
static size_t intern_hash(const struct intern *t, inlay_bytes text)
{
    return (size_t)hash_xxh64(text.data, text.len, (uintptr_t)t);
}

static void intern_place(struct intern *t, uint32_t number)
{
    size_t at = intern_hash(t, t->texts[number]) & (t->n_slots - 1);
    while (t->slots[at])
        at = (at + 1) & (t->n_slots - 1);
    t->slots[at] = number + 1;
}

static inlay_status intern_widen(struct intern *t)
{
    void *block;
    size_t n_slots = t->n_slots ? t->n_slots * 2 : 64;
    if (n_slots > SIZE_MAX / 2 / sizeof *t->slots)
        return err_set(t->env, INLAY_NOMEM, ERR("out of memory"));
    TRY(mem_new(t->env, n_slots * sizeof *t->slots, &block));
    mem_free(t->env, t->slots, t->n_slots * sizeof *t->slots);
    t->slots = block;
    t->n_slots = n_slots;
    for (uint32_t i = 0; i < t->n; i++)
        intern_place(t, i);
    return INLAY_OK;
}

static inlay_status intern_add(struct intern *t, inlay_bytes text, uint32_t *number)
{
    if (t->n >= UINT32_MAX - 1)
        return err_set(t->env, INLAY_LIMIT, ERR("too many different texts"));
    if (t->n >= t->n_slots / 4 * 3)
        TRY(intern_widen(t));
    void *block = t->texts;
    TRY(mem_grow(t->env, &block, &t->capacity, (size_t)t->n + 1, sizeof *t->texts));
    t->texts = block;
    TRY(mem_pool_take(&t->bytes, text.len ? text.len : 1, &block));
    if (text.len)
        memcpy(block, text.data, text.len);
    t->texts[t->n] = (inlay_bytes){block, text.len};
    *number = t->n++;
    intern_place(t, *number);
    return INLAY_OK;
}

bool intern_find(const struct intern *t, inlay_bytes text, uint32_t *number)
{
    size_t at = t->n_slots ? intern_hash(t, text) & (t->n_slots - 1) : 0;
    for (; t->n_slots && t->slots[at]; at = (at + 1) & (t->n_slots - 1)) {
        inlay_bytes known = t->texts[t->slots[at] - 1];
        if (known.len == text.len &&
            (text.len == 0 || memcmp(known.data, text.data, text.len) == 0)) {
            *number = t->slots[at] - 1;
            return true;
        }
    }
    return false;
}

inlay_status intern_text(struct intern *t, inlay_bytes text, uint32_t *number)
{
    return intern_find(t, text, number) ? INLAY_OK : intern_add(t, text, number);
}

#endif
