/* From a plan to row groups and outputs: its segments go through a slice, and every row group gets its place in
 * the plan.
 *
 * Where sizes matter (cap_bytes, output_bytes, or asked for) a segment's size is estimated by the bytes that its rows
 * take in the inputs: the packed column chunks of the row groups that they lie in, evenly over their rows.
 */
#ifndef INLAY_MERGE_LAYOUT_H
#define INLAY_MERGE_LAYOUT_H

#include "merge/plan.h"
#include "merge/slice.h"

/* Initialises `slice`; n_rows and n_series of the options are taken from the plan. Errors: those of reading footers and
 * the scratch files. */
INLAY_CHECKED inlay_status layout_build(struct slice *slice, const struct slice_options *options, struct plan *plan,
                                        inlay_reader *const *inputs, bool sizes);

#endif
