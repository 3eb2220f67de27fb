/* The outputs of a merge: one file, or several that are numbered and appear together. */
#ifndef INLAY_CLI_MERGE_FILES_H
#define INLAY_CLI_MERGE_FILES_H

#include "inlay/merge.h"

#include "cli/files.h"

#if INLAY_WRITE && INLAY_MERGE

struct merge_files {
    inlay_env *env;
    const char *name; /* as given: of one file, or a pattern */
    bool several;
    char *const *inputs;
    int n_inputs;
    struct merge_file *list; /* [n], room for `capacity` */
    size_t n, capacity;
    int code; /* of a failure that has been reported */
};

struct merge_file {
    struct files_output file;
    char *path;
    inlay_merge_output told;
};

/* A name for several files has %d, or %04d, where the number goes; one without gets -0000 before ".parquet", or at its
 * end. Returns an exit code; a failure has been reported. */
int merge_files_name(struct merge_files *files);
/* Make the first one now, so that a name that cannot be made is told before the work. */
int merge_files_first(struct merge_files *files);
/* The callbacks of inlay_merge_options; ctx is the merge_files. */
int merge_files_next(void *ctx, uint32_t number, inlay_sink *sink);
int merge_files_end(void *ctx, const inlay_merge_output *output);
/* Publish all of them, or none; an exit code. */
int merge_files_commit(struct merge_files *files);
void merge_files_close(struct merge_files *files); /* leaves nothing of what was not published */

#endif

#endif
