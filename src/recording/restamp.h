/* Copy a flat table row group by row group, under another footer.
 *
 * A merge writes the footer of a merge (qh.num_merge_ops, and only the keys that concern it); a
 * fresh table has its own. Dictionary codes are copied as codes. Memory: one open column, one open
 * column of the writer.
 */
#ifndef INLAY_RECORDING_RESTAMP_H
#define INLAY_RECORDING_RESTAMP_H

#include "inlay/writer.h"

#include "base/mem.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

INLAY_CHECKED inlay_status restamp(inlay_env *env, inlay_reader *from, const inlay_sink *sink,
                                   const inlay_write_options *write,
                                   const inlay_key_value *key_values, size_t n_key_values);

#endif
#endif
