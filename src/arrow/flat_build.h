/* FlatBuffers, written.
 *
 *   tables and vectors, each before what it points to | strings
 *
 * Offsets go forward and are filled in when the target is known. Strings come last, each once: until then the offsets to
 * one hold the place of the one before, a chain that begins in flat_text. Equal vtables are written once, too, before
 * the first table that has it. Positions are relative to the FlatBuffer's first byte, which is aligned to 8.
 * Source: FlatBuffers "FlatBuffer Internals".
 */
#ifndef INLAY_ARROW_FLAT_BUILD_H
#define INLAY_ARROW_FLAT_BUILD_H

#include "base/buf.h"

enum { FLAT_MOST_SLOTS = 8, FLAT_MOST_VTABLES = 32 };

/* One slot of a table: its width, 0 = absent, and the number in it. Offsets are 4 wide, their number is
 * filled in by flat_link. */
struct flat_field {
    uint8_t width; /* 0, 1, 2, 4, 8 */
    int64_t value;
};

struct flat_table {
    size_t at[FLAT_MOST_SLOTS]; /* positions of the slots' values */
};

struct flat_build {
    struct buf *out;
    size_t vtables[FLAT_MOST_VTABLES]; /* [n_vtables] where they begin; beyond that many they are written again */
    size_t n_vtables;
    struct buf texts;                  /* struct flat_text: strings to be written, each once */
    struct buf places;                 /* uint32_t: a hash table of them, number + 1; 0 = free */
};

void flat_open(struct flat_build *f, struct buf *out);
void flat_close(struct flat_build *f); /* `out` stays */
/* OK, or what failed first. */
inlay_status flat_status(const struct flat_build *f);
/* Append a table, and its vtable unless there is an equal one; where it begins. */
size_t flat_put_table(struct flat_build *f, const struct flat_field *slots, size_t n, struct flat_table *table);
/* The offset at `at` points to `target`, which lies behind it. */
void flat_link(struct flat_build *f, size_t at, size_t target);
/* The offset at `at` will point to this string, which must stay where it is until flat_put_texts. */
void flat_link_text(struct flat_build *f, size_t at, inlay_bytes text);
/* All strings; nothing may be linked to one afterwards. */
void flat_put_texts(struct flat_build *f);
/* A vector of n offsets; where it begins. The i-th is at + 4 + 4 * i. */
size_t flat_put_vector(struct flat_build *f, size_t n);
/* Zeros until the length is a multiple of `align`. */
void flat_pad(struct flat_build *f, size_t align);

#endif
