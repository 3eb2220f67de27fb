/* Arrow side information of a Parquet file: the footer key ARROW:schema.
 *
 * The value is base64 of an encapsulated IPC Schema message (FlatBuffers). It is untrusted text of
 * the file's writer and parsed as such: every offset is checked, nothing is followed out of bounds.
 * Source: Arrow Columnar Format "Encapsulated message format", Schema.fbs; recordings keep metric
 * names and labels there (iopsystems/metriken, metriken-exposition/src/parquet.rs).
 */
#ifndef INLAY_ARROW_H
#define INLAY_ARROW_H

#include "inlay/reader.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct inlay_arrow_schema inlay_arrow_schema;

typedef struct inlay_arrow_field {
    inlay_bytes name;
    bool nullable;
    uint8_t type; /* Type union of Schema.fbs: 2 Int, 3 FloatingPoint, 5 Utf8, 12 List, ... */
    uint32_t n_metadata;
} inlay_arrow_field;

/* Parse ARROW:schema of an open file. END when the file has no such key. The handle owns its bytes.
 * Errors: CORRUPT (bad base64, bad FlatBuffer), NOMEM, LIMIT. */
INLAY_API INLAY_CHECKED inlay_status inlay_arrow_schema_open(inlay_env *env,
                                                             const inlay_reader *reader,
                                                             inlay_arrow_schema **schema);
/* The same from the key's value. */
INLAY_API INLAY_CHECKED inlay_status inlay_arrow_schema_parse(inlay_env *env, inlay_bytes base64,
                                                              inlay_arrow_schema **schema);
INLAY_API void inlay_arrow_schema_close(inlay_arrow_schema *schema);
/* Top-level fields, in the order of the schema's top-level columns. Views, valid until close. */
INLAY_API uint32_t inlay_arrow_schema_fields(const inlay_arrow_schema *schema);
INLAY_API inlay_arrow_field inlay_arrow_schema_field(const inlay_arrow_schema *schema,
                                                     uint32_t field);
INLAY_API inlay_key_value inlay_arrow_schema_metadata(const inlay_arrow_schema *schema,
                                                      uint32_t field, uint32_t i);

#ifdef __cplusplus
}
#endif
#endif
