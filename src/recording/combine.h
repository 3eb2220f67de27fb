/* Recordings joined on time: what the steps share.
 *
 *   combine_load.c    source, node and instance of every input; who is who
 *   combine_grid.c    stamps to buckets, buckets to rows
 *   combine_schema.c  columns, their names and field metadata
 *   combine_meta.c    footer keys
 *   combine_rows.c    column chunks, copied or written
 */
#ifndef INLAY_RECORDING_COMBINE_H
#define INLAY_RECORDING_COMBINE_H

#include "inlay/arrow.h"
#include "inlay/recording.h"

#include "base/buf.h"
#include "recording/field.h"
#include "recording/intern.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

/* The row of an input that stands for a bucket. */
struct combine_pick {
    uint64_t bucket, stamp;
    int64_t row;
};

/* One node or instance of one source. */
struct combine_pair {
    inlay_bytes source, label;
    bool by_node;
};

struct combine_input {
    inlay_reader *reader;
    const inlay_schema *schema;
    inlay_bytes name;
    inlay_bytes *sources;
    uint32_t n_sources, n_fields;
    bool listed;              /* `source` is an array */
    bool rezolus;             /* a source is "rezolus" */
    bool combined;            /* columns carry labels already */
    bool by_node;             /* the label is a node */
    inlay_bytes label;        /* data NULL = none, as of a combined input */
    bool has_instance;        /* the file names it */
    struct field_set fields;
    uint32_t time_node, duration_node; /* schema nodes; 0 = none */
    struct combine_pair *pairs;
    size_t n_pairs, pairs_capacity;
    /* the grid */
    struct combine_pick *picks;
    size_t n_picks, picks_capacity;
    int64_t *rows;            /* [n_rows]; -1 = none */
    bool absent;              /* a row of the grid is missing */
    bool copies;              /* its pages may be copied */
    int64_t *first_rows;      /* [n_groups + 1] of its row groups */
    uint32_t n_groups;
};

/* A top-level column of the result. */
struct combine_column {
    uint32_t input, node, field; /* top-level node of the input's schema, and its number among those */
    inlay_bytes name;
    uint32_t first_leaf, n_leaves; /* of the input */
    bool widened;                  /* REQUIRED there, OPTIONAL here: definition levels are one higher */
    bool time;                     /* the timestamp */
};

struct combine {
    inlay_env *env;
    const inlay_combine_options *options;
    inlay_combine_report *report;
    struct combine_input *inputs;
    uint32_t n, primary;
    struct mem_pool pool;
    uint64_t interval_ns;
    uint64_t *stamps;  /* [n_rows] of the result */
    uint8_t *restamped; /* [n_rows] the primary's own stamp is another one */
    size_t n_rows;
    struct combine_column *columns;
    uint32_t n_columns;
    inlay_schema *schema;
    inlay_writer *writer;
    uint64_t done, total;
    struct buf scratch;
};

/* Fail about an input and a name in it. */
inlay_status combine_fail(struct combine *c, uint32_t input, inlay_status status, const char *what, inlay_bytes name);
/* The label that a field of a combined recording carries in its name and its metadata, and the name without it
 * (and without the source before it); data NULL = none. */
inlay_bytes combine_label(const struct combine_input *in, uint32_t field, bool *by_node, inlay_bytes *bare);
void combine_note(struct combine *c, int32_t input, const char *what);

INLAY_CHECKED inlay_status combine_load(struct combine *c, const inlay_combine_input *inputs);
INLAY_CHECKED inlay_status combine_grid(struct combine *c);
INLAY_CHECKED inlay_status combine_schema(struct combine *c);
/* Footer keys; the last of them, ARROW:schema. */
INLAY_CHECKED inlay_status combine_meta(struct combine *c);
INLAY_CHECKED inlay_status combine_fields(struct combine *c);
INLAY_CHECKED inlay_status combine_rows(struct combine *c);

#endif
#endif
