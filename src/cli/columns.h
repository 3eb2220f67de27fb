/* Columns named on the command line: paths, several with commas between them. */
#ifndef INLAY_CLI_COLUMNS_H
#define INLAY_CLI_COLUMNS_H

#include "cli/files.h"

/* Mark the columns that one --columns argument names. A name may hold commas itself, so the whole
 * text is tried first. `wanted`: one bool a leaf, zeroed before. Returns an exit code; a name that is none
 * has been reported. */
int columns_want(const struct files_input *in, const char *item, bool *wanted);
/* The same of a schema; `path` names the file in errors. */
int columns_want_in(const inlay_schema *schema, const char *path, const char *item, bool *wanted);

#endif
