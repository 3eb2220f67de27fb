/* Levels and values of one output column on their way to the writer.
 *
 * Short stretches are gathered into batches; long ones go through as views. A column that may
 * become dictionary-encoded is first kept as codes, since its dictionary must be given before its
 * first value: input codes are mapped to output codes without touching the values, and only values
 * in use enter the dictionary. When the dictionary grows too large or does not pay, the values are
 * written plain. What is kept beyond a few MiB lies in a scratch file.
 */
#ifndef INLAY_MERGE_STAGE_H
#define INLAY_MERGE_STAGE_H

#include "inlay/writer.h"

#include "base/io.h"
#include "merge/distinct.h"
#include "merge/feed.h"
#include "merge/lane.h"

#if INLAY_WRITE && INLAY_MERGE

struct stage_map { /* codes of one input chunk's dictionary to output codes; one an input */
    uint32_t *codes;
    size_t capacity;
    struct buf own;  /* codes that are ready */
    uint64_t serial; /* of that dictionary */
    uint64_t column; /* which column chunk of the output it was made for */
};

struct move_step;

struct stage {
    inlay_env *env;
    /* Write a page that moves; called when its place in the column has come. */
    inlay_status (*page)(void *ctx, const struct move_step *step);
    void *page_ctx;
    inlay_writer *writer;
    uint32_t leaf;
    uint8_t type, max_def, max_rep;
    size_t width;
    bool coded; /* kept as codes for now */
    bool lent;   /* the writer has the dictionary of an input, and takes the codes that its rows have */
    bool hosted; /* the dictionary begins with that of an input, and pages with its codes move: it stays coded */
    size_t dictionary_bytes;
    uint64_t column; /* number of the output column chunk, from 1 */
    size_t n_levels, n_values, most_values;
    uint8_t *def, *rep; /* [STAGE_LEVELS] */
    uint32_t *codes;    /* [STAGE_LEVELS] */
    uint32_t *mapped;   /* [STAGE_LEVELS] of the block, when it is complete */
    struct buf values;  /* most_values of `width` bytes */
    struct distinct distinct;
    /* Numbers of `distinct` to codes, in the order in which rows need them, whatever order batches came in: so the
     * output does not depend on how its inputs were read. */
    struct buf code_of; /* uint32_t [distinct.n at most] STAGE_UNMAPPED = not needed yet */
    struct buf order;   /* uint32_t: number behind each code */
    bool tried;         /* the first block was looked at: do its values repeat? */
    bool gives_up;      /* they do not: stage_plain is to be called */
    size_t far;         /* codes of a lane that are made ready at once */
    size_t ahead;       /* levels of a lane that are made ready at once before that */
    struct buf ordered; /* values by code */
    struct mem_pool own; /* bytes of BYTE_ARRAY values of the block whose batch went */
    size_t n_own;
    struct io_scratch kept;    /* batches as codes */
    uint64_t kept_at, n_coded; /* read so far; values kept */
};

INLAY_CHECKED inlay_status stage_init(struct stage *stage, inlay_env *env, inlay_writer *writer,
                                      const char *scratch_folder, size_t dictionary_bytes);
void stage_free(struct stage *stage);
void stage_free_map(struct stage *stage, struct stage_map *map);

/* Begin a column chunk. `coded`: it may become dictionary-encoded. */
INLAY_CHECKED inlay_status stage_begin(struct stage *stage, uint32_t leaf, const inlay_node *node,
                                       bool coded);
/* Begin with the values of an input's dictionary, in their order. END: they are not distinct; nothing has happened. */
INLAY_CHECKED inlay_status stage_host(struct stage *stage, const void *values, size_t n);
/* Begin with codes of a dictionary that the writer has: all that follows is pages that move, and lanes of batches with
 * such codes. */
void stage_lent(struct stage *stage);
/* A page that moves, behind what was taken so far. */
INLAY_CHECKED inlay_status stage_page(struct stage *stage, const struct move_step *step);
/* Take n levels from a feed's batch, and add `shift` to their definition levels. */
INLAY_CHECKED inlay_status stage_take(struct stage *stage, struct feed *feed, struct stage_map *map,
                                      size_t n, uint8_t shift);
/* The same for columns without repetition, by lanes, n of them: */
void stage_lanes(struct stage *stage, size_t n);
/* What the lane has at hand is made ready for its next `rows` rows,
 * or for a part of them. END: the column cannot stay coded, and every lane must be made ready anew. */
INLAY_CHECKED inlay_status stage_lane(struct stage *stage, struct stage_map *map, struct lane *lane, uint64_t rows);
/* The column stays plain from here on; what is kept goes out. */
INLAY_CHECKED inlay_status stage_plain(struct stage *stage);
/* The block that is being filled; and its rows taken in, so that it is empty again. */
struct lane_out stage_block(struct stage *stage);
INLAY_CHECKED inlay_status stage_took(struct stage *stage, struct lane_out *out);
/* Rows that are null at the top. */
INLAY_CHECKED inlay_status stage_nulls(struct stage *stage, uint64_t rows);
/* Call before a feed is filled anew: the block may hold views into its batch. */
INLAY_CHECKED inlay_status stage_own(struct stage *stage, size_t n_values);
/* Everything to the writer, and the column chunk ended. */
INLAY_CHECKED inlay_status stage_end(struct stage *stage);

#endif

#endif
