/* What the rooms of the body share; see body.h. Only body*.c include it. */
#ifndef INLAY_MERGE_BODY_PARTS_H
#define INLAY_MERGE_BODY_PARTS_H

#include "inlay/inspect.h"

#include "base/bytes.h"
#include "merge/body.h"

#if INLAY_WRITE && INLAY_MERGE

enum { /* stretches held at once */
    BODY_RUNS = 131072,     /* a row group of the default size in the worst case; of more of them nothing moves */
    BODY_RUNS_MOST = 524288 /* where there is memory */
};
#define BODY_RUNS_MEMORY ((uint64_t)64 * 1024 * 1024)
enum { BODY_DATA_PAGE = 0, BODY_DATA_PAGE_V2 = 3 /* PageType of parquet.thrift */ };

INLAY_INLINE struct feed **body_slot(struct body *body, uint32_t input, uint32_t leaf)
{
    return &body->feeds[(size_t)input * body->schema->n_leaves + leaf];
}

INLAY_INLINE struct move_slot **body_pages(struct body *body, uint32_t input, uint32_t leaf)
{
    return &body->slots[(size_t)input * body->schema->n_leaves + leaf];
}

INLAY_INLINE bool body_owns(const struct body *body, uint32_t leaf)
{
    return !body->owner || body->owner[leaf] == body->number;
}

/* The failure is that of an input. */
INLAY_INLINE inlay_status body_failed(const struct body *body, uint32_t input, inlay_status status)
{
    body->env->error.input = (int32_t)input;
    return status;
}

/* What is left of the memory, shared out (body_memory.c). */
void body_share(struct body *body);

/* Feeds (body_feeds.c). */
INLAY_CHECKED inlay_status body_feed(struct body *body, uint32_t input, uint32_t leaf, bool codes, struct feed **feed);
void body_close(struct body *body, struct feed **slot);
/* The next batch; END after the last row of the input. */
INLAY_CHECKED inlay_status body_fill(struct body *body, uint32_t input, struct feed *feed);
INLAY_CHECKED inlay_status body_ends_early(const struct body *body, uint32_t input);
/* After a column of a row group. */
void body_release(struct body *body, uint32_t leaf);
void body_tell(struct body *body, bool now);

/* Stretches (body_runs.c): those of a row group counted, and at hand if they fit. */
INLAY_CHECKED inlay_status body_count(struct body *body, const struct slice_group *group);
/* From the row group's first stretch on. */
INLAY_CHECKED inlay_status body_walk(struct body *body, const struct slice_group *group);
/* The stretches of the next part of the row group, unless all of them are at hand. */
INLAY_CHECKED inlay_status body_part(struct body *body, uint64_t *left);

/* A column of a row group: by lanes (body_lanes.c), or stretch by stretch (body_rows.c). */
INLAY_CHECKED inlay_status body_flat_leaf(struct body *body, const struct slice_group *group, uint32_t leaf);
INLAY_CHECKED inlay_status body_nested_leaf(struct body *body, const struct slice_group *group, uint32_t leaf);
INLAY_CHECKED inlay_status body_reduced_leaf(struct body *body, const struct slice_group *group, uint32_t leaf);

/* What moves (body_moves.c). Columns of the inputs whose levels and values mean what they mean in the output: */
void body_leaves(struct body *body, uint32_t leaf);
/* May the column be written as codes, and do the inputs' chunks not speak against it? */
INLAY_CHECKED inlay_status body_coded(struct body *body, uint32_t leaf, bool *coded);
INLAY_CHECKED inlay_status body_whole_chunk(struct body *body, uint32_t leaf, bool *moved);
INLAY_CHECKED inlay_status body_plan_moves(struct body *body, uint32_t leaf, bool codes);
/* The host's dictionary becomes the beginning of the column's. */
INLAY_CHECKED inlay_status body_host(struct body *body);
/* May the dictionary move as it stands, since nothing is to be added to it? If so, that is done behind stage_begin. */
INLAY_CHECKED inlay_status body_host_lends(struct body *body, uint32_t leaf, bool *lends);
INLAY_CHECKED inlay_status body_host_lend(struct body *body, uint32_t leaf);
/* A moved page to the writer; called by the stage. */
INLAY_CHECKED inlay_status body_page(void *ctx, const struct move_step *step);
/* What would move, into moved_bytes. */
INLAY_CHECKED inlay_status body_leaf_moves(struct body *body, uint32_t leaf);

#endif

#endif
