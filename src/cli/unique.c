/* Names that must differ: a hash table, and a count of suffixes with each name; see unique.h. */
#include "cli/unique.h"

#include <stdlib.h>

enum { UNIQUE_SLOTS = 16 };

bool unique_open(struct unique *u, bool fold)
{
    *u = (struct unique){.n_slots = UNIQUE_SLOTS, .fold = fold};
    u->slots = calloc(UNIQUE_SLOTS, sizeof *u->slots);
    bool text = out_open(&u->text, -1);
    if (u->slots && text)
        return true;
    unique_close(u);
    return false;
}

void unique_close(struct unique *u)
{
    free(u->slots);
    out_close(&u->text);
    *u = (struct unique){0};
}

static unsigned char unique_letter(const struct unique *u, char c)
{
    return (unsigned char)(u->fold && c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* FNV-1a. */
static size_t unique_hash(const struct unique *u, const char *name, size_t len)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < len; i++)
        h = (h ^ unique_letter(u, name[i])) * 1099511628211u;
    return (size_t)(h ^ h >> 32);
}

static bool unique_same(const struct unique *u, const struct unique_slot *slot, const char *name,
                        size_t len)
{
    const char *there = u->text.data + slot->at;
    if (slot->len != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (unique_letter(u, there[i]) != unique_letter(u, name[i]))
            return false;
    return true;
}

/* The slot of the name, or the free one where it would go. */
static struct unique_slot *unique_find(const struct unique *u, const char *name, size_t len)
{
    size_t i = unique_hash(u, name, len) & (u->n_slots - 1);
    while (u->slots[i].next && !unique_same(u, &u->slots[i], name, len))
        i = (i + 1) & (u->n_slots - 1);
    return &u->slots[i];
}

static bool unique_grow(struct unique *u)
{
    struct unique old = *u;
    if (u->used * 2 < u->n_slots)
        return true;
    u->slots = calloc(old.n_slots * 2, sizeof *u->slots);
    if (!u->slots) {
        u->slots = old.slots;
        return false;
    }
    u->n_slots = old.n_slots * 2;
    for (size_t i = 0; i < old.n_slots; i++)
        if (old.slots[i].next)
            *unique_find(u, u->text.data + old.slots[i].at, old.slots[i].len) = old.slots[i];
    free(old.slots);
    return true;
}

bool unique_name(struct unique *u, struct out *name)
{
    size_t len = name->used;
    if (!unique_grow(u))
        return false;
    struct unique_slot *slot = unique_find(u, name->data, len), *base = slot;
    while (slot->next && base->next < UINT32_MAX) {
        name->used = len;
        out_format(name, "_%lu", (unsigned long)base->next++);
        slot = unique_find(u, name->data, name->used);
    }
    *slot = (struct unique_slot){(uint32_t)u->text.used, (uint32_t)name->used, 1};
    out_bytes(&u->text, name->data, name->used);
    u->used++;
    return u->text.os_error == 0 && name->os_error == 0 && u->text.used <= UINT32_MAX;
}
