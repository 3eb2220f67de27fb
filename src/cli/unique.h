/* Names that must differ from each other: columns of a table, members of a struct. A name that an earlier
 * one took gets "_1", "_2" ... behind it. */
#ifndef INLAY_CLI_UNIQUE_H
#define INLAY_CLI_UNIQUE_H

#include "cli/out.h"

struct unique {
    struct out text;  /* the names, one after another */
    struct unique_slot {
        uint32_t at, len;
        uint32_t next; /* suffix to try first; 0 = the slot is free */
    } *slots;
    size_t n_slots; /* a power of two */
    size_t used;
    bool fold;        /* ASCII letters of either case are the same */
};

/* false = no memory. */
bool unique_open(struct unique *u, bool fold);
void unique_close(struct unique *u);
/* `name` is in memory (out_open with -1) and gets the suffix that it needs. false = no memory. */
bool unique_name(struct unique *u, struct out *name);

#endif
