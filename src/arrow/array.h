/* Arrays being built, and ArrowArray, which owns its buffers.
 *
 * The depot keeps the buffers that consumers release, one of each kind a plan node, so that the next
 * batch finds them: memory that was touched before costs a fifth of fresh memory. It lives as long as the
 * stream or any array does, and gives everything back once the stream is released.
 */
#ifndef INLAY_ARROW_ARRAY_H
#define INLAY_ARROW_ARRAY_H

#include "arrow/plan.h"

enum { /* buffers of a node */
    ARROW_VALIDITY,
    ARROW_OFFSETS,
    ARROW_DATA,
    ARROW_DICTIONARY_OFFSETS,
    ARROW_DICTIONARY_DATA,
    ARROW_N_BUFFERS
};

struct arrow_buffer {
    uint8_t *data;
    size_t bytes, capacity;
};

struct arrow_depot {
    inlay_env *env;
    uint64_t refs; /* the stream, and each array that is not released */
    bool open;     /* the stream is there: buffers are kept */
    uint32_t n_nodes;
    struct arrow_buffer *spares; /* [n_nodes][ARROW_N_BUFFERS] */
};

INLAY_CHECKED inlay_status arrow_depot_new(inlay_env *env, uint32_t n_nodes,
                                           struct arrow_depot **depot);
void arrow_depot_close(struct arrow_depot *depot); /* the stream's part; NULL is fine */

/* The array of a plan node while it is filled. */
struct arrow_build {
    struct arrow_depot *depot;
    uint32_t node;
    struct arrow_buffer buffers[ARROW_N_BUFFERS];
    size_t n;          /* slots */
    size_t n_null;     /* of them; while 0 there is no bitmap */
    uint64_t elements; /* LIST: of all slots; BYTES: bytes of all slots */
    bool too_large;    /* the last failure: offsets beyond 32 bits */
    size_t n_dictionary;
    uint64_t dictionary_bytes;
    uint64_t serial;        /* of the Parquet dictionary that begins at ... */
    size_t dictionary_base; /* ... this entry; 0 = none yet */
};

/* Room for n more bytes; at data + bytes. NULL: no memory, the env says so. */
uint8_t *arrow_reserve(struct arrow_build *b, unsigned which, size_t n);
/* Empty again; the buffers go to the depot. */
void arrow_build_drop(struct arrow_build *b);

/* The finished arrays of the plan's node and all below it, builds by plan node. Builds are empty after it,
 * also after a failure. */
INLAY_CHECKED inlay_status arrow_array_make(const struct arrow_plan *plan, uint32_t node,
                                            struct arrow_build *builds, struct ArrowArray *out);

/* The plan's node and all below it as ArrowSchema. Errors: NOMEM. */
INLAY_CHECKED inlay_status arrow_field_make(const struct arrow_plan *plan, uint32_t node,
                                            struct ArrowSchema *out);

#endif
