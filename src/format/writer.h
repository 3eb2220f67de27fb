/* A file being written: its state, and the steps that its parts share (writer.c, writer_footer.c, copy.c).
 *
 * Ended column chunks are kept serialised (ColumnChunk without index offsets, ColumnIndex, OffsetIndex);
 * at the end the indexes go out behind the data, and each ColumnChunk is parsed back, given its offsets,
 * and written into the footer. So memory grows by what the footer will hold, and by no structs.
 */
#ifndef INLAY_FORMAT_WRITER_H
#define INLAY_FORMAT_WRITER_H

#include "inlay/inspect.h"
#include "inlay/writer.h"

#include "format/chunk_write.h"
#include "format/schema.h"

#if INLAY_WRITE

enum { /* of inlay_writer_write_rows */
    WRITER_PIECE_ROWS = 8192, /* rows a column between looks at the row group's bytes */
    WRITER_GROUP_BYTES = 128 * 1024 * 1024,
    WRITER_GROUP_ROWS = 1024 * 1024
};
struct writer_place { /* in one column's batch */
    size_t level, value;
};

/* What is kept of an ended column chunk; its bytes follow one another in three buffers. */
struct writer_chunk {
    size_t meta_bytes, column_index_bytes, offset_index_bytes, bloom_bytes;
    uint64_t bloom_at; /* in the row group's filters, then in the file */
};
struct writer_group {
    int64_t n_rows, raw_bytes, packed_bytes, at;
    size_t sorting_at, n_sorting; /* in `sorting` */
};

struct inlay_writer {
    inlay_env *env;
    inlay_sink sink;
    inlay_schema *schema;
    uint64_t written;
    uint32_t flags, version, n_leaves;
    uint64_t row_group_rows, row_group_bytes;
    const struct choose_row *profile;
    struct chunk_writer *columns; /* [n_leaves] */
    struct chunk_scratch scratch; /* of all of them */
    struct thrift_list *column_keys; /* [n_leaves] struct meta_key_value, in `pool` */
    struct codec_context **codecs; /* [n_codecs] one a codec and level that some column asks for */
    size_t n_codecs, codecs_capacity;
    inlay_status failed;          /* sticky; the error it left is `error` */
    inlay_error error;
    bool finished;

    bool open;           /* a row group is */
    uint32_t next_leaf;  /* IN_ORDER: columns before it are complete */
    struct writer_group group;
    size_t current_sorting_at, n_current_sorting;
    struct order_check *orders; /* [n_orders] of the sorting columns, unless they are trusted */
    size_t n_orders, orders_at; /* the current sorting that they are for */

    struct buf chunks, groups; /* struct writer_chunk, struct writer_group */
    struct buf metas, column_indexes, offset_indexes;
    struct buf blooms;         /* of the open row group */
    struct buf sorting;        /* struct meta_sorting_column */
    struct buf key_values;     /* struct writer_key_value */
    struct mem_pool pool;      /* key-values' bytes, created_by */
    inlay_bytes created_by;
    int64_t n_rows;
};

/* What column_orders say of a column. */
inlay_order writer_order(const inlay_writer *w, uint32_t leaf);
/* Append to the sink. */
INLAY_CHECKED inlay_status writer_put(inlay_writer *w, const void *data, size_t bytes);
/* May the writer be used? The failure that it had before, or ARG when it is finished. */
INLAY_CHECKED inlay_status writer_usable(inlay_writer *w);
/* Note a failure, with its column; returns it. No footer is ever written over a hole. */
inlay_status writer_done(inlay_writer *w, uint32_t leaf, inlay_status status);
/* Open a row group unless one is. */
INLAY_CHECKED inlay_status writer_begin(inlay_writer *w);
/* Does that column exist, and, IN_ORDER, is it the one being written? */
INLAY_CHECKED inlay_status writer_turn(inlay_writer *w, uint32_t leaf);
/* End the open row group. */
INLAY_CHECKED inlay_status writer_end_group(inlay_writer *w);
/* The footer but for its row groups, in `pool`; key-values are the writer's. */
INLAY_CHECKED inlay_status writer_file_meta(inlay_writer *w, struct mem_pool *pool, struct meta_file *m);
/* Send the row group's bloom filters, behind its column chunks. */
INLAY_CHECKED inlay_status writer_put_blooms(inlay_writer *w);

#endif

#endif
