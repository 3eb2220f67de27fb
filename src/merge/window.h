/* The time window of a metrics file: whole seconds, windows of one length that divides an hour, so that their
 * borders are the same from whatever hour one counts. Source: quickwit-parquet-engine/src/sort_fields/window.rs.
 */
#ifndef INLAY_MERGE_WINDOW_H
#define INLAY_MERGE_WINDOW_H

#include "inlay/base.h"

/* NULL, or what is wrong with the length (constant text). */
const char *window_bad_duration(int64_t secs);
/* Where the window of that time begins, also before 1970. False: below the smallest int64. `secs` > 0. */
bool window_start_of(int64_t time, uint32_t secs, int64_t *start);
/* NULL, or what is wrong with a file's pair of qh.window_start and qh.window_duration_secs (constant text). */
const char *window_bad(int64_t start, int64_t secs);

#endif
