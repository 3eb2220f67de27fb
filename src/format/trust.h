/* Which bounds of a file may be believed: column orders, deprecated fields, known writer faults.
 * Source: parquet.thrift Statistics, ColumnOrder; parquet-java CorruptStatistics (PARQUET-251, PARQUET-297);
 * apache/arrow cpp/src/parquet/metadata.cc, HasCorrectStatistics.
 */
#ifndef INLAY_FORMAT_TRUST_H
#define INLAY_FORMAT_TRUST_H

#include "inlay/inspect.h"

#include "format/reader.h"
#include "format/type.h"
#include "format/writer_id.h"

/* How bounds of this column compare in this file; TYPE_ORDER_NONE with the reason in *why. */
enum type_order trust_order(const inlay_reader *r, uint32_t leaf, const char **why);
/* NULL where both bounds (either may be absent: NULL) are values of the column, in order and not NaN; else
 * what is wrong with them. */
const char *trust_bounds(const inlay_node *leaf, enum type_order order, const inlay_bytes *min,
                         const inlay_bytes *max);
/* Did this program write wrong deprecated bounds for binary columns? Unknown ones count as such. */
bool trust_binary_quirk(const struct writer_id *writer);
/* Statistics as the API shows them; `s` may be NULL. n_levels: what they describe. */
void trust_statistics(const inlay_reader *r, uint32_t leaf, const struct meta_statistics *s,
                      int64_t n_levels, inlay_statistics *out);

#endif
