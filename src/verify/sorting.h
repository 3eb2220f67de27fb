/* Are the rows of a row group in the order that its sorting_columns claim? */
#ifndef INLAY_VERIFY_SORTING_H
#define INLAY_VERIFY_SORTING_H

#include "verify/rule.h"

#if INLAY_VERIFY

/* One row group; tells the first row that is out of order. Columns that cannot be compared (no order) or read
 * (told elsewhere) end the comparison before them. */
INLAY_CHECKED inlay_status sorting_check(struct verify *v, uint32_t row_group, const inlay_row_group *group);

#endif

#endif
