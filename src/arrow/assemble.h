/* Levels and values of one Parquet batch to the slots of Arrow arrays. */
#ifndef INLAY_ARROW_ASSEMBLE_H
#define INLAY_ARROW_ASSEMBLE_H

#include "arrow/array.h"

enum { ARROW_MOST_BATCH = 16384 }; /* levels that one call takes */

/* Levels of one batch. Columns without repetition: rep NULL, and def NULL where nothing is null. */
struct arrow_levels {
    const uint8_t *def, *rep;
    size_t n;
};

/* The levels of slots: those with d >= slot_def and r <= slot_rep, into out. Returns their number. */
size_t arrow_select(const struct arrow_levels *levels, uint8_t slot_def, uint8_t slot_rep, uint8_t *out);

/* Append the slots of a struct or list. `scratch` has room for the levels. Errors: NOMEM; LIMIT: offsets
 * beyond 32 bits. */
INLAY_CHECKED inlay_status arrow_assemble_group(const struct arrow_node *node, struct arrow_build *b,
                                                const struct arrow_levels *levels, uint8_t *scratch);

/* Values of a batch for their slots. */
struct arrow_slots {
    const uint8_t *def; /* [n] levels; NULL = every slot has a value */
    size_t n;
    const void *values; /* [n_values], or ... */
    const uint32_t *codes; /* ... [n_values] into `dictionary` */
    inlay_dictionary dictionary;
    size_t n_values;
};
/* Errors: NOMEM; LIMIT: offsets beyond 32 bits, a timestamp beyond 64; CORRUPT: a decimal that does not
 * fit its type. */
INLAY_CHECKED inlay_status arrow_assemble_values(const struct arrow_node *node, struct arrow_build *b,
                                                 const struct arrow_slots *slots);

#endif
