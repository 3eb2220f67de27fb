/* The fields of a recording: what ARROW:schema says about its top-level columns, or would say.
 *
 * Where a file has no ARROW:schema, or one of other columns, the fields are made from the Parquet schema.
 */
#ifndef INLAY_RECORDING_FIELD_H
#define INLAY_RECORDING_FIELD_H

#include "inlay/arrow.h"
#include "inlay/recording.h"

#include "base/mem.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

struct field_set {
    inlay_arrow_schema *arrow;
    struct ArrowSchema made; /* the one that `arrow` was made from; release NULL = none */
    bool stored;             /* the file has them */
};

INLAY_CHECKED inlay_status field_open(struct field_set *set, inlay_env *env, inlay_reader *reader);
void field_close(struct field_set *set);
/* Metadata of a field; data NULL = absent. */
inlay_bytes field_get(const struct field_set *set, uint32_t field, const char *key);

/* ---- texts ---- */

bool field_is(inlay_bytes text, const char *word);
bool field_same(inlay_bytes a, inlay_bytes b);
/* "web01::cpu" without what stands before and with "::"; the whole where there is none. */
inlay_bytes field_bare(inlay_bytes name);
/* The copy of a text in a pool. */
INLAY_CHECKED inlay_status field_copy(struct mem_pool *pool, inlay_bytes text, inlay_bytes *copy);
inlay_bytes field_text(const char *text);
/* The status of writing to an inlay_memory_sink: what it fails for is memory. */
inlay_status field_memory(inlay_env *env, inlay_status status);
/* A footer key's value; data NULL = absent or without a value. */
inlay_bytes field_key(const inlay_reader *reader, const char *key);

#endif
#endif
