/* Schemas in other tongues: JSON, Arrow types, SQL, C. (Parquet's own message format: types_message.) */
#ifndef INLAY_CLI_SCHEMA_TEXT_H
#define INLAY_CLI_SCHEMA_TEXT_H

#include "inlay/schema.h"

#include "cli/json.h"

/* One node with every attribute, without its children: an element of an array. */
void schema_json_node(struct json *j, const inlay_schema *schema, uint32_t node);

/* The whole schema. `path` names the file: SQL calls the table after it. */
void schema_as_json(struct out *o, const inlay_schema *schema, const char *path);
/* Top-level columns as pyarrow prints fields: "a: list<element: int64> not null". */
void schema_as_arrow(struct out *o, const inlay_schema *schema, const char *path);
/* One column's type: "list<element: int64>". */
void schema_arrow_column(struct out *o, const inlay_schema *schema, uint32_t node);
/* CREATE TABLE with DuckDB's types. */
void schema_as_sql(struct out *o, const inlay_schema *schema, const char *path);
/* A C struct a row; names are made valid and unique. */
void schema_as_c(struct out *o, const inlay_schema *schema, const char *path);

#endif
