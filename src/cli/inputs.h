/* Many inputs open at once, for merge and melt. */
#ifndef INLAY_CLI_INPUTS_H
#define INLAY_CLI_INPUTS_H

#include "cli/files.h"
#include "cli/json.h"
#include "cli/progress.h"

struct inputs {
    inlay_env env; /* of all of them and of the work on them */
    size_t n;
    struct files_input *files;
    inlay_reader **readers;
};

/* Open all or none; a failure names the file and has been reported. Close in any case. */
int inputs_open(struct inputs *in, char *const *paths, int n,
                const struct files_settings *settings);
void inputs_close(struct inputs *in);
uint64_t inputs_bytes(const struct inputs *in);
/* Report the env's error, naming the input that it is about, or else the output. `advice` as in
 * report_failure_with. */
int inputs_failed(const struct inputs *in, const char *output, const char *advice);

/* A summary as JSON: what it begins with (output, inputs, input_bytes) and ends with (memory, seconds, the line). */
void inputs_json_open(struct json *j, const struct inputs *in, const char *output);
void inputs_json_close(struct json *j, const struct inputs *in, const struct progress *progress);

#endif
