/* Rows out of columns: the projected columns of one file, walked row by row.
 *
 * Schema and projection are compiled once into a list of fields in depth-first order; a row is then
 * one pass over it, in which every field reads its column's levels (Dremel record assembly). Lists
 * and maps follow inlay_schema_shape. Nothing is kept of a row: values go from the page to the
 * text. Columns whose levels contradict each other are CORRUPT.
 */
#ifndef INLAY_CLI_ROWS_H
#define INLAY_CLI_ROWS_H

#include "inlay/reader.h"

#include "cli/print.h"

/* Texts of dictionary entries that were printed before, so that printing one again is a copy. */
struct rows_cache {
    uint64_t serial; /* of the dictionary */
    struct rows_piece {
        uint32_t at, len; /* in `text`; len 0 = not there */
    } *pieces;
    size_t n_pieces;
    char *text;
    size_t used, capacity;
};

struct rows_leaf {
    inlay_column *column;
    const inlay_node *node;
    uint32_t number; /* of the leaf in the schema */
    uint8_t max_def;
    size_t width;
    struct print_type type;
    print_value *put;
    /* the batch, and where in it the next level and value are */
    const uint8_t *def, *rep;
    const char *values;
    const uint32_t *codes;
    size_t level, n_levels, value, n_values;
    const char *dictionary;
    size_t n_dictionary;
    bool ended;
    int64_t next_row; /* of the file: the first that no batch has begun yet */
    struct rows_cache cache;
};

enum rows_kind {
    ROWS_FLAT,  /* a top-level value without repetition */
    ROWS_VALUE,
    ROWS_STRUCT, /* fields up to `end` are its members */
    ROWS_LIST,   /* the next field is its element */
    ROWS_NOTHING /* a group without columns: no values in the file, printed as null */
};

struct rows_field {
    uint8_t kind;
    uint8_t parent_def;       /* levels below it contradict the levels of the field around */
    uint8_t def;              /* null below it */
    uint8_t entry_def;        /* LIST: empty below it */
    uint8_t rep;              /* LIST: repetition level of the second and later entries */
    uint32_t end;             /* the field after this one's subtree */
    uint32_t leaf, leaf_end;  /* its columns among the projected ones; the first leads */
    uint32_t node;
    size_t key_at, key_bytes; /* `,"name":` in `keys` */
};

struct rows {
    inlay_env *env;
    inlay_reader *reader;
    const inlay_schema *schema;
    struct rows_field *fields;
    uint32_t n_fields;
    struct rows_leaf *leaves;
    uint32_t n_leaves;
    struct out keys;
    size_t batch_rows; /* most rows to read from a column at once */
    size_t cache_left; /* bytes that caches may still take */
    bool failed;       /* the env has the error */
    int64_t fence;     /* rows from here on are known to be lost: failing to look past it is no failure */
};

/* Mark in `wanted` (one bool a leaf, zeroed before) the columns that `name` selects: a dotted path
 * of a column or of a group; all of that name. false = there is none. */
bool rows_select(const inlay_schema *schema, const char *name, size_t len, bool *wanted);

/* Open the columns that are `wanted` (NULL = all), before row 0. `flavour` is for columns at the
 * top level without nesting; what is nested is always JSON. The rows are closed on failure, too. */
inlay_status rows_open(struct rows *r, inlay_env *env, inlay_reader *reader, const bool *wanted,
                       enum print_flavour flavour);
void rows_close(struct rows *r);
inlay_status rows_seek(struct rows *r, int64_t row);
/* From row `at`, where the rows stand, to `row` >= at: within the batches at hand where they reach. */
inlay_status rows_forward(struct rows *r, int64_t at, int64_t row);

/* Top-level fields: the first is field 0, the next one stands at its `end`. */
static inline inlay_bytes rows_name(const struct rows *r, const struct rows_field *field)
{
    return inlay_schema_node(r->schema, field->node)->name;
}

/* Print the next row as a JSON object without a line end. false: r->failed. */
bool rows_json(struct rows *r, struct out *o);
/* Print the next cell of a top-level field; nothing for a null. Every field must be asked once a
 * row. false = null, or r->failed. */
bool rows_cell(struct rows *r, const struct rows_field *field, struct out *o);

#endif
