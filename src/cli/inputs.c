/* Many inputs open at once; see inputs.h. */
#include "cli/inputs.h"

#include <stdlib.h>

#include "cli/report.h"

int inputs_open(struct inputs *in, char *const *paths, int n, const struct files_settings *settings)
{
    *in = (struct inputs){.env = files_env(settings)};
    files_allow((size_t)n);
    in->files = calloc((size_t)n + 1, sizeof *in->files);
    in->readers = calloc((size_t)n + 1, sizeof *in->readers);
    if (!in->files || !in->readers)
        return report_memory();
    for (int i = 0; i < n; i++) {
        /* not mapped: pages of a mapped file would count as memory of this process */
        int code = files_open(&in->files[i], &in->env, paths[i], settings, 0);
        if (code != REPORT_DONE)
            return code;
        in->readers[i] = in->files[i].reader;
        in->n++;
    }
    return REPORT_DONE;
}

void inputs_close(struct inputs *in)
{
    for (size_t i = 0; i < in->n; i++)
        files_close(&in->files[i]);
    free(in->files);
    free(in->readers);
    in->files = NULL;
    in->readers = NULL;
    in->n = 0;
}

uint64_t inputs_bytes(const struct inputs *in)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < in->n; i++)
        bytes += in->files[i].source.size_bytes;
    return bytes;
}

int inputs_failed(const struct inputs *in, const char *output, const char *advice)
{
    const inlay_error *e = &in->env.error;
    const char *path = output;
    if (e->input >= 0 && (size_t)e->input < in->n)
        path = in->files[e->input].path;
    else if (e->status == INLAY_ARG)
        path = NULL;
    return report_failure_with(path, e, advice);
}

void inputs_json_open(struct json *j, const struct inputs *in, const char *output)
{
    json_open(j, NULL, '{');
    json_text(j, "output", output);
    json_uint(j, "inputs", in->n);
    json_uint(j, "input_bytes", inputs_bytes(in));
}

void inputs_json_close(struct json *j, const struct inputs *in, const struct progress *progress)
{
    json_uint(j, "peak_memory_bytes", in->env.peak_bytes);
    json_seconds(j, "seconds", progress_seconds(progress));
    json_close(j, '}');
    json_line(j);
}
