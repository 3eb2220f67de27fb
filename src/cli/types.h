/* Types and annotations in the words of parquet's message format: "fixed_len_byte_array(16)",
 * "DECIMAL(9,2)", "TIMESTAMP(MICROS,true)". */
#ifndef INLAY_CLI_TYPES_H
#define INLAY_CLI_TYPES_H

#include "inlay/schema.h"

#include "cli/print.h"

void types_physical(struct out *o, const inlay_node *node);
/* Nothing for a node without annotation. */
void types_logical(struct out *o, const inlay_logical *logical);
/* The whole schema, one node a line. */
void types_message(struct out *o, const inlay_schema *schema);
/* Dotted path of a node, whole, as JSON string or as text for a terminal. */
void types_path(struct out *o, const inlay_schema *schema, uint32_t node,
                enum print_flavour flavour);
/* Lower case of a constant ASCII name. */
void types_lower(struct out *o, const char *name);
const char *types_edges(int8_t edges); /* EdgeInterpolationAlgorithm */

#endif
