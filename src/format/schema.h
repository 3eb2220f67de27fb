/* The schema tree, and its two forms: nodes in memory, SchemaElement list in the footer. */
#ifndef INLAY_FORMAT_SCHEMA_H
#define INLAY_FORMAT_SCHEMA_H

#include "inlay/schema.h"

#include "format/meta.h"

struct inlay_schema {
    inlay_env *env;
    inlay_node *nodes; /* depth-first, 0 = root */
    size_t n_nodes, nodes_capacity;
    uint32_t *leaves; /* [n_leaves] node indices */
    size_t n_leaves, leaves_capacity;
    struct mem_pool names; /* copies of names and crs texts */
    uint32_t last;         /* newest node, while one is built */
};

/* Building, for schema_meta.c too: a schema of a root alone; one more node under an open group, and then the
 * counts of its ancestors. */
INLAY_CHECKED inlay_status schema_start(inlay_env *env, inlay_bytes root, inlay_schema **schema);
INLAY_CHECKED inlay_status schema_push(inlay_schema *schema, uint32_t parent, const inlay_node *spec);
void schema_pushed(inlay_schema *schema, uint32_t index);
uint32_t schema_depth_limit(const inlay_env *env);
uint32_t schema_node_limit(const inlay_env *env);

/* From a footer's list of struct meta_schema_element. Names are copied. Illegal or unknown annotations
 * are dropped, the column stays (parquet-format pull 606). Errors: CORRUPT, LIMIT, NOMEM. */
INLAY_CHECKED inlay_status schema_from_meta(inlay_env *env, const struct thrift_list *elements,
                                            inlay_schema **schema);
/* To a list of struct meta_schema_element in `pool`, with LogicalType and ConvertedType; names are
 * views into the schema. */
INLAY_CHECKED inlay_status schema_to_meta(const inlay_schema *schema, struct mem_pool *pool,
                                          struct thrift_list *elements);
INLAY_CHECKED inlay_status schema_clone(inlay_env *env, const inlay_schema *from,
                                        inlay_schema **schema);
/* Path of a leaf as path_in_schema wants it: list of inlay_bytes in `pool`. */
INLAY_CHECKED inlay_status schema_leaf_path(const inlay_schema *schema, uint32_t leaf,
                                            struct mem_pool *pool, struct thrift_list *path);
/* Fill env->error.column with the dotted path of a leaf, cut at its front. */
void schema_error_column(inlay_env *env, const inlay_schema *schema, uint32_t leaf);

#endif
