/* Files in memory for the tests of format: columns of several shapes, written and read back. */
#ifndef INLAY_TESTS_FORMAT_FILE_H
#define INLAY_TESTS_FORMAT_FILE_H

#include "../test.h"

/* id INT64 required · text STRING optional · x DOUBLE optional · tags list of optional INT32 */
enum { FILE_ID, FILE_TEXT, FILE_X, FILE_TAGS, FILE_LEAVES };

inlay_schema *file_schema(inlay_env *env);
/* Write rows [from, to) of the made-up table into the open row group, in batches of at most `step`. Row r:
 * id = 3 r; text = null if r % 5 == 0 else "text" and r % distinct; x = null if r % 3 == 0 else r / 4;
 * tags by r % 4: null, empty, [r], [r, null, r + 1]. */
inlay_status file_rows(inlay_writer *writer, uint32_t leaf, uint64_t from, uint64_t to, size_t step,
                       uint64_t distinct);
/* A whole file: `rows` rows in row groups of `group`; finish included. */
inlay_status file_write(inlay_env *env, const inlay_sink *sink, const inlay_write_options *options,
                        uint64_t rows, uint64_t group, size_t step, uint64_t distinct);
/* Read one leaf from `column` to its end and check it against the table from row `row` on; returns rows. */
uint64_t file_check(inlay_column *column, uint32_t leaf, uint64_t row, uint64_t distinct, size_t max_rows);

#endif
