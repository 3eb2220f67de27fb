/* Members of groups by name: open addressing, at most half full. */
#include "import/import.h"

#if INLAY_WRITE && INLAY_IMPORT

#include "base/hash.h"

static uint32_t nameindex_hash(uint32_t parent, inlay_bytes name)
{
    return (uint32_t)hash_xxh64(name.data, name.len, parent);
}

uint32_t nameindex_find(const struct nameindex *x, uint32_t parent, inlay_bytes name, nameindex_same *same,
                        const void *ctx)
{
    uint32_t hash = nameindex_hash(parent, name);
    if (x->capacity == 0)
        return 0;
    for (size_t i = hash & (x->capacity - 1); x->slots[i].id != 0; i = (i + 1) & (x->capacity - 1))
        if (x->slots[i].hash == hash && same(ctx, x->slots[i].id, parent, name))
            return x->slots[i].id;
    return 0;
}

static void nameindex_put(struct nameindex_slot *slots, size_t capacity, struct nameindex_slot slot)
{
    size_t i = slot.hash & (capacity - 1);
    while (slots[i].id != 0)
        i = (i + 1) & (capacity - 1);
    slots[i] = slot;
}

inlay_status nameindex_add(struct nameindex *x, inlay_env *env, uint32_t parent, inlay_bytes name, uint32_t id)
{
    if (x->used >= x->capacity / 2) {
        size_t capacity = x->capacity ? x->capacity * 2 : 64;
        void *block = NULL;
        TRY(mem_new(env, capacity * sizeof *x->slots, &block));
        for (size_t i = 0; i < x->capacity; i++)
            if (x->slots[i].id != 0)
                nameindex_put(block, capacity, x->slots[i]);
        mem_free(env, x->slots, x->capacity * sizeof *x->slots);
        x->slots = block;
        x->capacity = capacity;
    }
    nameindex_put(x->slots, x->capacity, (struct nameindex_slot){id, nameindex_hash(parent, name)});
    x->used++;
    return INLAY_OK;
}

void nameindex_free(struct nameindex *x, inlay_env *env)
{
    mem_free(env, x->slots, x->capacity * sizeof *x->slots);
    *x = (struct nameindex){NULL, 0, 0};
}

#endif
