/* Import: what its parts share. bytes > rows > values of leaves > the writer. */
#ifndef INLAY_IMPORT_IMPORT_H
#define INLAY_IMPORT_IMPORT_H

#include "inlay/import.h"

#include "base/buf.h"
#include "base/json.h"

#if INLAY_WRITE && INLAY_IMPORT

/* ---- bytes (input.c) ---- */

struct input {
    inlay_env *env;
    inlay_stream stream;
    uint8_t *data;
    size_t capacity;   /* INPUT_SLACK more are allocated */
    size_t at, end;    /* what is not consumed yet; data[end] is a line feed */
    uint64_t offset;   /* of data[0] in the stream */
    int64_t line;      /* at `at`, from 1 */
    bool last;         /* the stream has ended */
};
enum { INPUT_SLACK = 8 };

INLAY_CHECKED inlay_status input_open(struct input *in, inlay_env *env, const inlay_stream *stream, size_t bytes);
void input_close(struct input *in);
/* More bytes behind `end`; those before `at` go. END: there are none. LIMIT: `most` bytes are waiting already. */
INLAY_CHECKED inlay_status input_more(struct input *in, size_t most);

/* ---- CSV (csv.c) ---- */

struct csv_field {
    const uint8_t *data; /* between the quotes, as it stands */
    size_t len;
    bool quoted, doubled; /* doubled: it has quotes, each written twice */
};
struct csv_row {
    struct csv_field *fields;
    size_t n_fields, n_kept, capacity; /* kept: as many as are in `fields` */
    size_t most;                       /* to be kept; 0 = all */
    size_t bytes;                      /* with the line end */
    int64_t lines;
    const char *bad;                   /* constant text; NULL = by RFC 4180 */
    size_t bad_at;
};
struct csv {
    inlay_env *env;
    uint8_t delimiter;
    uint8_t stop[256]; /* what may end an unquoted field */
};
void csv_init(struct csv *c, inlay_env *env, uint8_t delimiter);
/* The row at `from`; *whole is false where it goes on behind `end` (and there is more to come). *end must be a
 * line feed. */
INLAY_CHECKED inlay_status csv_read(const struct csv *c, const uint8_t *from, const uint8_t *end, bool last,
                                    struct csv_row *row, bool *whole);
void csv_row_free(struct csv_row *row, inlay_env *env);
/* A field's text without doubled quotes into dst (field->len bytes); returns the bytes used. */
size_t csv_text(const struct csv_field *field, uint8_t *dst);

/* ---- values (value.c) ---- */

struct leaf;
/* Text to one value of the leaf's type; NULL, or what is wrong with it. */
typedef const char *value_put(const struct leaf *leaf, const uint8_t *text, size_t n, void *value);

/* Levels and values of one leaf, until they go to the writer. */
struct leaf {
    const inlay_node *node;
    value_put *put;
    struct mem_pool *pool; /* for values that have bytes of their own */
    bool strict;           /* the type was inferred: nothing of the text may be lost */
    bool mixed;            /* JSON: any value, as it stands */
    bool nulls;            /* a level below max_def */
    uint8_t digits;        /* TIME, TIMESTAMP: of the unit */
    int64_t least, most;   /* whole numbers, signed */
    uint64_t most_unsigned;
    size_t width;          /* bytes of a value in memory */
    size_t n_rows, n_levels, n_values;
    uint8_t *def, *rep;
    size_t def_capacity, rep_capacity;
    uint8_t *values;
    size_t values_capacity; /* in values */
};
/* Is this what a value_put says when memory is short? */
bool value_is_no_memory(const char *bad);
/* Which texts the type takes. ARG: none (INT96, INTERVAL). */
INLAY_CHECKED inlay_status value_choose(struct leaf *leaf, inlay_env *env);
/* Does the nearest double tell this number from all others with as many digits? */
bool value_is_kept(const uint8_t *text, size_t n);
/* NaN, Infinity, -Infinity, and how others call them. */
bool value_is_special(const uint8_t *text, size_t n, double *v);
/* By the grammar of JSON: no plus, no zeros in front, digits around the point. */
bool value_is_canonical(const uint8_t *text, size_t n, bool *whole);

INLAY_CHECKED inlay_status leaf_level(struct leaf *leaf, inlay_env *env, uint8_t def, uint8_t rep);
/* Room for one more value; counted once it is in. NULL: no memory. */
void *leaf_room(struct leaf *leaf, inlay_env *env);
void leaf_cut(struct leaf *leaf, size_t rows); /* forget what belongs to later rows */
void leaf_clear(struct leaf *leaf);
void leaf_free(struct leaf *leaf, inlay_env *env);

/* ---- types (typename.c, infer.c) ---- */

/* "decimal(10,2)" into the annotation and type of a node. False: no such type. */
bool typename_parse(const char *text, inlay_node *node);

enum infer_bits {
    INFER_BOOL = 1,
    INFER_INT = 2,      /* a whole number of 64 bits, signed */
    INFER_BIG = 4,      /* a whole number of 64 bits, only unsigned */
    INFER_MINUS = 8,    /* a whole number below 0 */
    INFER_REAL = 16,    /* a number with a point or an exponent that a double keeps */
    INFER_LOSSY = 32,   /* a number that a double does not keep */
    INFER_SPECIAL = 64, /* NaN, Infinity, -Infinity */
    INFER_POWER = 128,  /* a number with an exponent */
    INFER_DATE = 256,
    INFER_LOCAL = 512, /* a date and time without a zone */
    INFER_UTC = 1024,
    INFER_TEXT = 2048,
    INFER_OBJECT = 4096,
    INFER_ARRAY = 8192
};
struct infer {
    uint32_t bits;
    uint32_t fraction;        /* most digits behind the point of a second */
    uint32_t whole, behind;   /* most digits before and behind a number's point */
};
/* Add what a text may be; JSON strings (`number` false) are no numbers and no booleans. */
void infer_text(struct infer *t, const uint8_t *text, size_t n, bool number);
/* Type and annotation of a leaf. `json`: what fits nothing else becomes JSON where values are of several kinds
 * (*mixed). */
void infer_leaf(const struct infer *t, bool decimals, bool json, inlay_node *node, bool *mixed);

/* ---- names (nameindex.c): parent and name to a number above 0 ---- */

struct nameindex_slot {
    uint32_t id, hash; /* id 0 = free */
};
struct nameindex {
    struct nameindex_slot *slots;
    size_t capacity, used; /* capacity: a power of two, or 0 */
};
typedef bool nameindex_same(const void *ctx, uint32_t id, uint32_t parent, inlay_bytes name);
uint32_t nameindex_find(const struct nameindex *x, uint32_t parent, inlay_bytes name, nameindex_same *same,
                        const void *ctx);
INLAY_CHECKED inlay_status nameindex_add(struct nameindex *x, inlay_env *env, uint32_t parent, inlay_bytes name,
                                         uint32_t id);
void nameindex_free(struct nameindex *x, inlay_env *env);

/* ---- the whole ---- */

struct import_node {
    inlay_shape shape, element; /* as a field, and as the element of a list */
    uint32_t first_leaf, end_leaf;
    uint32_t next;              /* STRUCT: the member that is expected next */
    uint64_t seen;              /* the object that had this member */
};

enum import_flags { IMPORT_STRICT = 1, IMPORT_MIXED = 2 };

struct inlay_import {
    inlay_env *env;
    inlay_import_options options;
    struct input in;
    struct csv csv;
    struct csv_row row;
    inlay_schema *own;          /* inferred */
    const inlay_schema *schema;
    struct import_node *nodes;  /* [inlay_schema_nodes] */
    struct leaf *leaves;        /* [inlay_schema_leaves] */
    uint32_t n_nodes, n_leaves;
    inlay_bytes *names;         /* [n_fields] CSV */
    uint32_t *fields;           /* [n_fields] CSV: the node of a field, 0 = passed over */
    size_t n_fields;
    uint32_t *absent;           /* [n_absent] CSV: top-level nodes that no field has */
    size_t n_absent;
    inlay_bytes *nulls;         /* [n_nulls] of options; NULL = the empty text */
    inlay_batch *batches;       /* [n_leaves] */
    bool *types_used;           /* [n_types] of options */
    struct buf flags;           /* [n_leaves] of `own`: enum import_flags */
    struct nameindex index;     /* nodes */
    uint64_t objects;           /* seen so far */
    struct mem_pool kept;       /* until close */
    struct mem_pool texts;      /* of the rows at hand */
    struct buf scratch;
    size_t n_rows;              /* at hand */
    size_t batch_rows;          /* most */
    inlay_import_counts counts;
    inlay_import_bad bad;       /* of the last bad row; its texts are views of path and value */
    char path[120];
    uint8_t value[64];
    inlay_status failed;
};

/* One row's fault: remembered, and answered as CORRUPT. `node` 0: the row's own. `text`: the value as it stands
 * in the row. */
inlay_status import_fault(inlay_import *import, uint32_t node, const char *what, inlay_bytes text, bool type);
/* A value that is there into a leaf; `stands`: the text in the row. */
inlay_status import_value(inlay_import *import, uint32_t node, inlay_bytes text, inlay_bytes stands, uint8_t rep);
/* The member `name` of a group; 0 = there is none. */
uint32_t import_member(const inlay_import *import, uint32_t parent, inlay_bytes name);
/* What the next row is: OK and its text in *text (CSV: and its fields in import->row; JSON: without the line end
 * and never blank), behind `skip` bytes; END; or UNSUPPORTED: more input is wanted first. *bytes, *lines: with what
 * lies before it. */
inlay_status import_scan(inlay_import *import, size_t skip, inlay_bytes *text, size_t *bytes, int64_t *lines);

/* Levels for a node that is not there, or null (shred.c). */
inlay_status shred_null(inlay_import *import, uint32_t node, uint8_t def, uint8_t rep);
/* The next JSON value into a node and all below it. */
inlay_status shred_value(inlay_import *import, struct json_reader *r, uint32_t node, uint8_t def, uint8_t rep);
/* A line of JSON into the root's members; a nested CSV field into its node. */
inlay_status shred_row(inlay_import *import, inlay_bytes line);
inlay_status shred_field(inlay_import *import, inlay_bytes text, inlay_bytes stands, uint32_t node);

/* The names of the fields, and the input behind the header (sample.c). */
inlay_status sample_header(inlay_import *import);
/* A schema from a sample at the front of the input, into `own` (sample.c, sample_json.c). */
inlay_status sample_csv(inlay_import *import);
inlay_status sample_json(inlay_import *import);
/* The next row of the sample, *skip bytes behind the first; more input is read as long as the sample may grow.
 * END: the sample ends. */
inlay_status sample_next(inlay_import *import, size_t *skip, size_t n_rows, inlay_bytes *text);
/* Add a leaf to `own`: its type by options.types, or by what the sample says. */
inlay_status sample_leaf(inlay_import *import, uint32_t parent, inlay_bytes name, const struct infer *infer);
/* What options.types says about the member `name` of `parent`; NULL = nothing. */
const char *sample_type(inlay_import *import, uint32_t parent, inlay_bytes name);
/* Is this field null? */
bool import_is_null(const inlay_import *import, const struct csv_field *f);
/* Nodes and leaves of the settled schema made ready. */
inlay_status import_bind(inlay_import *import);

#endif

#endif
