/* What rewrite makes of a file: which codec, encoding and filter each column gets. */
#ifndef INLAY_CLI_REWRITE_H
#define INLAY_CLI_REWRITE_H

#include "inlay/writer.h"

#include "cli/files.h"

struct rewrite_settings {
    struct files_settings files;
    struct options_list codecs, encodings, blooms;
    const char *output, *int96, *profile;
    uint64_t page_rows, page_bytes, page_version, row_group_rows;
    bool keep_int96, quiet, json;
};

/* Options for every column of an open file: what its first row group has, then what the settings say for all, then
 * for one ("tag=snappy"). `columns`: one a leaf; `*encoding`: for all columns that can take it, or NULL. Returns an exit code; a failure has been reported. */
int rewrite_columns(const struct rewrite_settings *s, const struct files_input *in,
                    inlay_column_options *columns, const char **encoding);

#endif
