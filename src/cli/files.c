/* Files of the command line; see files.h. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "cli/files.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "cli/report.h"
#include "cli/signals.h"

/* Most memory that a command takes, whatever a file asks for; --no-limits lifts it, and --max-memory sets
 * another, for the whole process: a quarter of it, and FILES_OWN_BYTES, are left to what does not go through
 * the env (output, printed texts, the codecs' own, blocks that free left between others). */
#define FILES_MEMORY_BYTES ((uint64_t)4 << 30)
enum { FILES_OWN_BYTES = 2 << 20 };

static uint64_t files_memory(const struct files_settings *settings)
{
    uint64_t most = settings->max_memory;
    if (!most)
        return settings->no_limits ? 0 : FILES_MEMORY_BYTES;
    return most - most / 4 - FILES_OWN_BYTES;
}

inlay_env files_env(const struct files_settings *settings)
{
    inlay_env env = {0};
    if (settings->no_limits)
        env.limits = (inlay_limits){.footer_bytes = UINT64_MAX,
                                    .page_bytes = UINT64_MAX,
                                    .page_header_bytes = UINT64_MAX,
                                    .dictionary_bytes = UINT64_MAX,
                                    .rows = UINT64_MAX,
                                    .decoded_bytes = UINT64_MAX,
                                    .chunk_ratio = UINT64_MAX,
                                    .thrift_elements = UINT64_MAX,
                                    .thrift_bytes = UINT64_MAX,
                                    .schema_nodes = UINT32_MAX};
    env.limits.memory_bytes = files_memory(settings);
    return env; /* depths stay bounded: they stand for the stack */
}

int files_open(struct files_input *in, inlay_env *env, const char *path,
               const struct files_settings *settings, unsigned flags)
{
    *in = (struct files_input){.env = env, .path = path};
    inlay_read_options options = {.no_crc = settings->no_crc};
    inlay_status status =
        inlay_file_open(env, path, false, &in->file, &in->source);
    if (status == INLAY_OK)
        status = inlay_reader_open(env, &in->source, &options, &in->reader);
    if (status == INLAY_OK)
        return REPORT_DONE;
    inlay_error error = env->error;
    files_close(in);
    env->error = error;
    return flags & FILES_QUIET ? report_code(status) : report_failure(path, &error);
}

void files_close(struct files_input *in)
{
    inlay_reader_close(in->reader);
    inlay_file_close(in->file);
    in->reader = NULL;
    in->file = NULL;
}

void files_allow(size_t n)
{
    struct rlimit limit;
    rlim_t want = (rlim_t)n + 64; /* standard streams, scratch files, the output */
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= want)
        return;
    limit.rlim_cur =
        limit.rlim_max == RLIM_INFINITY || want < limit.rlim_max ? want : limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit); /* where it fails, opening the files will say so */
}

bool files_same(const char *a, const char *b)
{
    struct stat sa, sb;
    return stat(a, &sa) == 0 && stat(b, &sb) == 0 && sa.st_dev == sb.st_dev &&
           sa.st_ino == sb.st_ino;
}

int files_create(struct files_output *out, inlay_env *env, const char *path, char *const *inputs,
                 int n_inputs)
{
    *out = (struct files_output){.env = env, .path = path};
    if (!path || !*path)
        return report_usage("no output named: give -o FILE");
    for (int i = 0; i < n_inputs; i++)
        if (files_same(path, inputs[i]))
            return report_usage("the output %s is one of the inputs: give it another name", path);
    signals_hold();
    inlay_status status = inlay_output_open(env, path, &out->output, &out->sink);
    if (status == INLAY_OK)
        signals_guard(inlay_output_temporary(out->output));
    signals_release();
    return status == INLAY_OK ? REPORT_DONE : report_failure(path, &env->error);
}

int files_commit(struct files_output *out)
{
    inlay_status status = inlay_output_commit(out->output);
    out->output = NULL;
    signals_guard(NULL);
    return status == INLAY_OK ? REPORT_DONE : report_failure(out->path, &out->env->error);
}

void files_abort(struct files_output *out)
{
    inlay_output_abort(out->output);
    out->output = NULL;
    signals_guard(NULL);
}
