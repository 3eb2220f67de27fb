/* The schema: a tree of nodes in depth-first order, node 0 is the root.
 *
 * Names are parquet-format's. A leaf is a node with a physical type; leaves are numbered from 0 in
 * depth-first order, and that number is the column's. Source: parquet-format README "Metadata",
 * LogicalTypes.md.
 */
#ifndef INLAY_SCHEMA_H
#define INLAY_SCHEMA_H

#include "inlay/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Physical types, numbered as in parquet.thrift. In memory a value is:
 *   BOOLEAN uint8_t 0/1 · INT32 int32_t · INT64 int64_t · FLOAT float · DOUBLE double ·
 *   INT96 12 bytes · FIXED_LEN_BYTE_ARRAY type_length bytes · BYTE_ARRAY inlay_bytes */
typedef enum inlay_type {
    INLAY_BOOLEAN = 0,
    INLAY_INT32 = 1,
    INLAY_INT64 = 2,
    INLAY_INT96 = 3,
    INLAY_FLOAT = 4,
    INLAY_DOUBLE = 5,
    INLAY_BYTE_ARRAY = 6,
    INLAY_FIXED_LEN_BYTE_ARRAY = 7,
    INLAY_GROUP = 8 /* not a physical type: an inner node */
} inlay_type;

typedef enum inlay_repetition {
    INLAY_REQUIRED = 0,
    INLAY_OPTIONAL = 1,
    INLAY_REPEATED = 2
} inlay_repetition;

/* Logical types, numbered as the union of parquet.thrift; INTERVAL has only a ConvertedType. */
typedef enum inlay_logical_kind {
    INLAY_LOGICAL_NONE = 0,
    INLAY_STRING = 1,
    INLAY_MAP = 2,
    INLAY_LIST = 3,
    INLAY_ENUM = 4,
    INLAY_DECIMAL = 5,
    INLAY_DATE = 6,
    INLAY_TIME = 7,
    INLAY_TIMESTAMP = 8,
    INLAY_INTERVAL = 9,
    INLAY_INTEGER = 10,
    INLAY_NULL = 11, /* UNKNOWN in parquet.thrift: always null */
    INLAY_JSON = 12,
    INLAY_BSON = 13,
    INLAY_UUID = 14,
    INLAY_FLOAT16 = 15,
    INLAY_VARIANT = 16,
    INLAY_GEOMETRY = 17,
    INLAY_GEOGRAPHY = 18,
    INLAY_FILE_REFERENCE = 19
} inlay_logical_kind;

typedef enum inlay_unit { INLAY_MILLIS = 1, INLAY_MICROS = 2, INLAY_NANOS = 3 } inlay_unit;

/* An annotation, from LogicalType or, where that is absent, from ConvertedType. Fields beside `kind`
 * are zero where the kind does not use them. */
typedef struct inlay_logical {
    uint8_t kind;      /* inlay_logical_kind */
    uint8_t unit;      /* TIME, TIMESTAMP: inlay_unit */
    bool utc;          /* TIME, TIMESTAMP: isAdjustedToUTC */
    uint8_t bits;      /* INTEGER: 8, 16, 32, 64 */
    bool is_signed;    /* INTEGER */
    int8_t version;    /* VARIANT: specification_version */
    int8_t edges;      /* GEOGRAPHY: EdgeInterpolationAlgorithm, -1 = absent */
    int32_t precision; /* DECIMAL */
    int32_t scale;     /* DECIMAL */
    inlay_bytes crs;   /* GEOMETRY, GEOGRAPHY; empty = absent */
} inlay_logical;

typedef struct inlay_node {
    inlay_bytes name;    /* not zero-terminated, any bytes */
    uint32_t parent;     /* node index; the root's is 0 */
    uint32_t n_children;
    uint32_t end;        /* first node after this node's subtree */
    int32_t leaf;        /* column number; -1 for a group */
    uint8_t type;        /* inlay_type; INLAY_GROUP for a group */
    uint8_t repetition;  /* inlay_repetition; the root counts as REQUIRED */
    uint8_t max_def;     /* highest definition level at this node */
    uint8_t max_rep;     /* highest repetition level at this node */
    int32_t type_length; /* bytes of a FIXED_LEN_BYTE_ARRAY value */
    bool has_field_id;
    int32_t field_id;
    bool ignored_annotation; /* the file has one that is unknown, or illegal on this type: min and max
                                are not used (parquet-format pull 606) */
    inlay_logical logical;
} inlay_node;

typedef struct inlay_schema inlay_schema;

INLAY_API uint32_t inlay_schema_nodes(const inlay_schema *schema);
INLAY_API uint32_t inlay_schema_leaves(const inlay_schema *schema);
/* Views, valid as long as the schema (and, while one is built, until the next add); NULL where the
 * index is out of range. */
INLAY_API const inlay_node *inlay_schema_node(const inlay_schema *schema, uint32_t node);
INLAY_API const inlay_node *inlay_schema_leaf(const inlay_schema *schema, uint32_t leaf);
/* Node index of a leaf; of the child of `node` at position `child`. */
INLAY_API uint32_t inlay_schema_leaf_node(const inlay_schema *schema, uint32_t leaf);
INLAY_API uint32_t inlay_schema_child(const inlay_schema *schema, uint32_t node, uint32_t child);
/* Dotted path of a node without the root ("a.list.element"), cut to capacity and zero-terminated.
 * Returns the whole length. */
INLAY_API size_t inlay_schema_path(const inlay_schema *schema, uint32_t node, char *text,
                                   size_t capacity);
/* First node after `from` (0 = from the start) whose dotted path is `path`; 0 if there is none.
 * Call again with the result to meet duplicate names. */
INLAY_API uint32_t inlay_schema_find(const inlay_schema *schema, const char *path, uint32_t from);

/* Bytes of one value in memory (see inlay_type); 0 for a group. */
INLAY_API size_t inlay_node_width(const inlay_node *node);

/* Nanoseconds of one unit of a column of times: of a TIMESTAMP by its type; of 64-bit integers by `unit`, a text such as
 * "nanoseconds" or "ms" that the file keeps beside the column (empty = none), else by the size of `time`, one of its
 * values (10 digits are seconds, 13 milliseconds, ...). 0: not a column of times. */
INLAY_API uint64_t inlay_time_unit(const inlay_node *node, inlay_bytes unit, uint64_t time);

/* What a field means once the list and map rules of LogicalTypes.md ("Lists", "Maps", with their
 * backward-compatibility rules) are applied. */
typedef enum inlay_shape_kind {
    INLAY_SHAPE_VALUE,  /* a leaf */
    INLAY_SHAPE_STRUCT, /* a group; its children are the members */
    INLAY_SHAPE_LIST,   /* a list of `element` */
    INLAY_SHAPE_MAP     /* a list of (key, value); value == 0: a map without values */
} inlay_shape_kind;
typedef struct inlay_shape {
    inlay_shape_kind kind;
    uint32_t repeated; /* LIST, MAP: the repeated node; an entry exists at its max_def */
    uint32_t element;  /* LIST: the element's node; may be `repeated` itself (2-level lists) */
    uint32_t key, value;
} inlay_shape;
/* `element_of` is true when asking about a node that is itself the repeated element of a list, so
 * that its own repetition is already accounted for. An unannotated REPEATED field is a LIST. */
INLAY_API inlay_shape inlay_schema_shape(const inlay_schema *schema, uint32_t node,
                                         bool element_of);

#if INLAY_WRITE
/* Build a schema: nodes are added in depth-first order, `parent` being the root (0) or a group that
 * still is on the path of the last node added. Names are copied. `spec` uses name, type, repetition,
 * type_length, field_id and logical; the rest is computed. The annotation is checked against the
 * type. Errors: ARG (bad parent, type, annotation), LIMIT, NOMEM. */
INLAY_API INLAY_CHECKED inlay_status inlay_schema_new(inlay_env *env, inlay_schema **schema);
INLAY_API INLAY_CHECKED inlay_status inlay_schema_add(inlay_schema *schema, uint32_t parent,
                                                      const inlay_node *spec, uint32_t *node);
/* A schema from the text of parquet's message format ("message m { required int64 a; optional binary b (STRING);
 * }"), as `inlay schema` prints it; field ids and the older names of annotations too. Names are copied. Errors: ARG
 * with the byte in inlay_error.at, LIMIT, NOMEM. Owner: inlay_schema_close. Source: parquet-java
 * MessageTypeParser. */
INLAY_API INLAY_CHECKED inlay_status inlay_schema_parse(inlay_env *env, const char *text, size_t bytes,
                                                        inlay_schema **schema);
/* Copy `node` of `from` with its whole subtree; `repetition` replaces the top node's own. */
INLAY_API INLAY_CHECKED inlay_status inlay_schema_copy(inlay_schema *schema, uint32_t parent,
                                                       const inlay_schema *from, uint32_t node,
                                                       uint8_t repetition);
/* The same columns in today's forms: annotated lists and maps with three levels and their standard names, and INT96
 * as TIMESTAMP of `int96_unit` (inlay_unit; 0 = leave INT96). Leaves, their order and their levels stay as they are, so
 * that levels may be copied; unannotated repeated fields stay, too. Owner: inlay_schema_close. Source: LogicalTypes.md
 * "Lists", "Maps". */
INLAY_API INLAY_CHECKED inlay_status inlay_schema_modern(inlay_env *env, const inlay_schema *from,
                                                         uint8_t int96_unit, inlay_schema **schema);
#endif
/* Schemas of readers and writers belong to them; close only what inlay_schema_new made. */
INLAY_API void inlay_schema_close(inlay_schema *schema);

/* Names, constant texts; "?" for numbers outside parquet.thrift. */
INLAY_API const char *inlay_type_name(int type);
INLAY_API const char *inlay_repetition_name(int repetition);
INLAY_API const char *inlay_logical_name(int kind);
INLAY_API const char *inlay_codec_name(int codec);       /* CompressionCodec: "ZSTD" */
INLAY_API const char *inlay_encoding_name(int encoding); /* Encoding: "RLE_DICTIONARY" */
INLAY_API const char *inlay_page_type_name(int type);    /* PageType: "DATA_PAGE" */

#ifdef __cplusplus
}
#endif
#endif
