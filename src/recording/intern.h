/* Texts by number: every different run of bytes is kept once and gets the next number from 0.
 *
 * Memory: the bytes, 24 bytes a text, and a hash table of 4-byte slots that is at most 3/4 full.
 */
#ifndef INLAY_RECORDING_INTERN_H
#define INLAY_RECORDING_INTERN_H

#include "base/mem.h"

struct intern {
    inlay_env *env;
    struct mem_pool bytes;
    inlay_bytes *texts;
    size_t capacity; /* of texts */
    uint32_t n;
    uint32_t *slots; /* number + 1; 0 = free */
    size_t n_slots;  /* a power of two, or 0 */
};

void intern_init(struct intern *t, inlay_env *env);
void intern_free(struct intern *t);
/* The number of `text`, which is copied when it is new. */
INLAY_CHECKED inlay_status intern_text(struct intern *t, inlay_bytes text, uint32_t *number);
/* The number of `text` if it has one. */
bool intern_find(const struct intern *t, inlay_bytes text, uint32_t *number);

#endif
