/* What `meta` and its parts share: one file's report. */
#ifndef INLAY_CLI_META_H
#define INLAY_CLI_META_H

#include "inlay/inspect.h"
#include "inlay/visit.h"

#include "cli/files.h"
#include "cli/json.h"

enum { META_ENCODINGS = 32 }; /* bits of inlay_chunk.encodings */

/* The first failure inside is reported; the rest goes on. */
struct meta_job {
    struct out *out;
    struct files_input *in;
    const inlay_schema *schema;
    struct json json;
    int code;
};

void meta_failed(struct meta_job *job); /* the env has the error */
const char *meta_order_name(inlay_order order); /* a ColumnOrder, "none" */
/* The whole file as one JSON object and line. */
void meta_json(struct meta_job *job);
/* Member "footer": FileMetaData field by field, named as in parquet.thrift. */
void meta_footer_json(struct meta_job *job);

#endif
