/* Files of the command line: inputs that are opened, limited and named in errors; an output that
 * appears whole or not at all, whatever ends the process. */
#ifndef INLAY_CLI_FILES_H
#define INLAY_CLI_FILES_H

#include <stdbool.h>

#include "inlay/reader.h"

#include "cli/options.h"

/* Options of every command that reads Parquet. */
struct files_settings {
    bool no_limits;
    bool no_crc;
    uint64_t max_memory; /* bytes; 0 = FILES_MEMORY_BYTES */
};
#define FILES_OPTIONS(settings, field)                                                \
    {"no-limits", 0, OPTIONS_FLAG, offsetof(settings, field.no_limits), NULL,         \
     "trust the files: no bounds on the sizes that they ask for"},                    \
    {"max-memory", 0, OPTIONS_SIZE, offsetof(settings, field.max_memory), "SIZE",     \
     "most memory to take, 8M or more (4G)"},                                          \
    {"no-crc", 0, OPTIONS_FLAG, offsetof(settings, field.no_crc), NULL,               \
     "do not compare page checksums"}

struct files_input {
    inlay_env *env;
    const char *path;
    inlay_file *file;
    inlay_source source;
    inlay_reader *reader;
};

/* An env for reading, limits as asked for. */
inlay_env files_env(const struct files_settings *settings);

enum { FILES_QUIET = 1 /* the failure stays in the env */ };
/* Open a file as Parquet, by reading: a mapped file that another process cuts short would kill us, and
 * mapping is not faster here. Returns an exit code; a failure has been reported. */
int files_open(struct files_input *in, inlay_env *env, const char *path,
               const struct files_settings *settings, unsigned flags);
void files_close(struct files_input *in);

/* Let this process hold `n` inputs open at once, as far as the system allows. */
void files_allow(size_t n);

/* Are these one and the same file? */
bool files_same(const char *a, const char *b);

/* The output of a command. `path` "" is refused; so is a path that is one of the inputs. */
struct files_output {
    inlay_env *env;
    const char *path;
    inlay_output *output;
    inlay_sink sink;
};
int files_create(struct files_output *out, inlay_env *env, const char *path, char *const *inputs,
                 int n_inputs);
int files_commit(struct files_output *out); /* publish; a failure has been reported */
void files_abort(struct files_output *out); /* after a failure or when never made: leaves nothing */

#endif
