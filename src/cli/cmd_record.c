/* record: samples of this machine, in the long layout. The proof that a small agent can embed the
 * writer: everything it needs from the library is inlay_long. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "inlay/recording.h"

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/sample_proc.h"
#include "cli/signals.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

enum { RECORD_INTERVAL_LEAST_NS = 1000000, RECORD_HOST_BYTES = 256 };
#define RECORD_SECOND_NS UINT64_C(1000000000)
#define RECORD_MOST_NS   (UINT64_C(366) * 86400 * RECORD_SECOND_NS)

struct record_settings {
    const char *output, *interval, *duration, *node, *proc;
    struct options_list tags;
    bool quiet;
};

struct record {
    const struct record_settings *settings;
    inlay_env env;
    struct files_output out;
    struct sample sample;
    uint64_t interval_ns, duration_ns; /* duration 0 = until a signal */
    uint64_t n_ticks, n_missed;
    char host[RECORD_HOST_BYTES];
};

/* ---- arguments ---- */

/* "10s", "500ms", "1.5m", "2h", and plain seconds, to nanoseconds. */
static bool record_duration(const char *text, uint64_t *ns)
{
    static const struct {
        const char *unit;
        uint64_t ns;
    } units[] = {
        {"", RECORD_SECOND_NS}, {"s", RECORD_SECOND_NS},      {"ms", 1000000},
        {"us", 1000},           {"m", 60 * RECORD_SECOND_NS}, {"h", 3600 * RECORD_SECOND_NS}};
    size_t digits = strspn(text, "0123456789");
    uint64_t whole = 0, scale = 0;
    if (!digits || !options_number(text, digits, &whole))
        return false;
    const char *part = text + digits, *rest = part;
    size_t part_digits = *part == '.' ? strspn(part + 1, "0123456789") : 0;
    if (*part == '.')
        rest = part + 1 + part_digits;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(rest, units[i].unit) == 0)
            scale = units[i].ns;
    if (!scale || (*part == '.' && !part_digits) || whole > RECORD_MOST_NS / scale)
        return false;
    *ns = whole * scale;
    for (size_t i = 1; i <= part_digits; i++) {
        scale /= 10;
        *ns += scale * (uint64_t)(part[i] - '0');
    }
    return *ns > 0 && *ns <= RECORD_MOST_NS;
}

static int record_times(struct record *r)
{
    const struct record_settings *s = r->settings;
    r->interval_ns = RECORD_SECOND_NS;
    if (s->interval && (!record_duration(s->interval, &r->interval_ns) ||
                        r->interval_ns < RECORD_INTERVAL_LEAST_NS))
        return report_usage(
            "record: --interval wants a time from 1ms on, like 1s or 500ms, not '%s'", s->interval);
    if (s->duration && !record_duration(s->duration, &r->duration_ns))
        return report_usage("record: --duration wants a time like 10s or 5m, not '%s'",
                            s->duration);
    return REPORT_DONE;
}

static inlay_bytes record_text(const char *text)
{
    return (inlay_bytes){(const uint8_t *)text, strlen(text)};
}

/* node, then the tags, then room for the samplers' own labels. */
static int record_labels(struct record *r)
{
    const struct record_settings *s = r->settings;
    const char *node = s->node;
    struct sample *sample = &r->sample;
    if (!node) {
        if (gethostname(r->host, sizeof r->host - 1) != 0 || !r->host[0])
            return report_usage("record: this machine has no name: give --node NAME");
        node = r->host;
    }
    sample->labels = calloc(s->tags.n + 1 + SAMPLE_OWN_LABELS, sizeof *sample->labels);
    if (!sample->labels)
        return report_memory();
    sample->labels[sample->n_common++] = (inlay_label){record_text("node"), record_text(node)};
    for (size_t i = 0; i < s->tags.n; i++) {
        const char *tag = s->tags.items[i], *equals = strchr(tag, '=');
        if (!equals || equals == tag)
            return report_usage("record: --tag wants KEY=VALUE, not '%s'", tag);
        sample->labels[sample->n_common++] =
            (inlay_label){{(const uint8_t *)tag, (size_t)(equals - tag)}, record_text(equals + 1)};
    }
    return REPORT_DONE;
}

/* ---- ticks ---- */

static struct timespec record_timespec(uint64_t ns)
{
    return (struct timespec){.tv_sec = (time_t)(ns / RECORD_SECOND_NS),
                             .tv_nsec = (long)(ns % RECORD_SECOND_NS)};
}

/* Sleep until a monotonic time; false when told to stop. The signal may come just before the sleep,
 * so no sleep is longer than a quarter of a second. */
static bool record_sleep(uint64_t until_ns)
{
    while (!signals_stopped()) {
        uint64_t now = progress_now_ns(), most = now + RECORD_SECOND_NS / 4;
        if (now >= until_ns)
            return true;
        struct timespec until = record_timespec(until_ns < most ? until_ns : most);
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    }
    return false;
}

static int record_sample(struct record *r)
{
    struct sample *s = &r->sample;
    struct timespec now;
    uint64_t before = s->n_samples;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0 || now.tv_sec < 0)
        return report_system(NULL, "cannot read the clock", errno);
    s->timestamp_secs = (uint64_t)now.tv_sec;
    sample_take(s);
    if (s->status == INLAY_ARG) /* a tag or the node's name cannot stand as a label */
        return report_usage("record: --node and --tag: %s", r->env.error.what);
    if (s->status != INLAY_OK)
        return report_failure(r->settings->output, &r->env.error);
    if (s->n_samples == before)
        return report_system(s->root, "nothing to sample there", s->os_error);
    r->n_ticks++;
    return REPORT_DONE;
}

/* Ticks stand at start + k * interval, so they do not drift; those that passed while a sample was
 * taken are missed, not made up for. */
static int record_run(struct record *r, struct progress *progress)
{
    uint64_t start = progress_now_ns(), most = r->duration_ns / r->interval_ns, tick = 0;
    if (r->duration_ns % r->interval_ns)
        most++;
    while (record_sleep(start + tick * r->interval_ns)) {
        int code = record_sample(r);
        if (code != REPORT_DONE)
            return code;
        uint64_t next = (progress_now_ns() - start) / r->interval_ns + 1;
        if (next < tick + 1)
            next = tick + 1;
        if (most && next > most)
            next = most;
        r->n_missed += next - tick - 1;
        tick = next;
        progress_update(progress, tick, most);
        if (most && tick >= most)
            break;
    }
    return REPORT_DONE;
}

/* ---- the file ---- */

static int record_summary(const struct record *r, uint32_t n_row_groups, double seconds)
{
    struct stat st;
    struct out o;
    const struct sample *s = &r->sample;
    const char *path = r->settings->output;
    if (r->settings->quiet)
        return REPORT_DONE;
    if (r->n_missed)
        report_note("record: %llu ticks were missed: the interval is too short for this machine",
                    (unsigned long long)r->n_missed);
    if (!out_open(&o, STDOUT_FILENO))
        return report_memory();
    out_text(&o, "recorded ");
    print_count(&o, r->n_ticks);
    out_text(&o, r->n_ticks == 1 ? " sample of " : " samples of ");
    print_count(&o, s->n_series);
    out_text(&o, " series of ");
    print_safe(&o, s->labels[0].value);
    out_text(&o, " into ");
    print_safe_text(&o, path);
    out_text(&o, ": ");
    print_count(&o, s->n_samples);
    out_text(&o, " rows, ");
    print_count(&o, n_row_groups);
    out_text(&o, n_row_groups == 1 ? " row group, " : " row groups, ");
    print_size(&o, stat(path, &st) == 0 ? (uint64_t)st.st_size : 0);
    out_format(&o, ", in %.2f s with ", seconds);
    print_size(&o, r->env.peak_bytes);
    out_text(&o, " of memory\n");
    return out_finish(&o, REPORT_DONE);
}

static int record_to(struct record *r)
{
    struct progress progress;
    uint32_t n_row_groups = 0;
    progress_start(&progress, r->duration_ns ? "recording" : "recording (Ctrl-C ends it), samples",
                   r->settings->quiet);
    signals_defer(true);
    int code = record_run(r, &progress);
    double seconds = progress_seconds(&progress);
    progress_end(&progress);
    if (code != REPORT_DONE)
        return code;
    if (r->n_ticks == 0) { /* stopped before the first one */
        code = record_sample(r);
        if (code != REPORT_DONE)
            return code;
    }
    if (inlay_long_finish(r->sample.table, &r->out.sink, &n_row_groups) != INLAY_OK)
        return report_failure(r->settings->output, &r->env.error);
    code = files_commit(&r->out);
    signals_defer(false);
    return code == REPORT_DONE ? record_summary(r, n_row_groups, seconds) : code;
}

static int record_main(const void *settings, char **operands, int n_operands)
{
    struct record r = {.settings = settings};
    if (n_operands > 0)
        return report_usage("record: what is '%s' for? The output is named by -o FILE",
                            operands[0]);
    r.sample.root = r.settings->proc ? r.settings->proc : "/proc";
    int code = record_times(&r);
    if (code == REPORT_DONE)
        code = record_labels(&r);
    if (code == REPORT_DONE)
        code = files_create(&r.out, &r.env, r.settings->output, NULL, 0);
    if (code == REPORT_DONE && inlay_long_open(&r.env, NULL, &r.sample.table) != INLAY_OK)
        code = report_failure(r.settings->output, &r.env.error);
    if (code == REPORT_DONE)
        code = record_to(&r);
    inlay_long_close(r.sample.table);
    files_abort(&r.out);
    sample_free(&r.sample);
    free(r.sample.labels);
    return code;
}

static const struct options_row record_options[] = {
    {"output", 'o', OPTIONS_TEXT, offsetof(struct record_settings, output), "FILE",
     "the file to write"},
    {"interval", 0, OPTIONS_TEXT, offsetof(struct record_settings, interval), "TIME",
     "time between samples: 1s (default), 250ms, 1m"},
    {"duration", 0, OPTIONS_TEXT, offsetof(struct record_settings, duration), "TIME",
     "how long; without it until Ctrl-C or SIGTERM"},
    {"node", 0, OPTIONS_TEXT, offsetof(struct record_settings, node), "NAME",
     "label \"node\" of every series; default: the host's name"},
    {"tag", 0, OPTIONS_LIST, offsetof(struct record_settings, tags), "KEY=VALUE",
     "one more label of every series; may be given again"},
    {"proc", 0, OPTIONS_TEXT, offsetof(struct record_settings, proc), "FOLDER",
     "read this instead of /proc: a container's view of its host"},
    {"quiet", 'q', OPTIONS_FLAG, offsetof(struct record_settings, quiet), NULL,
     "no progress, no summary"},
    {0}};

const struct command command_record = {
    .name = "record",
    .summary = "sample this machine into a sorted metrics file",
    .operands = "-o FILE",
    .help = "Samples processors, memory, disks, network, load and pressure of this Linux\n"
            "machine from /proc, and writes them as one sorted table with a row a sample:\n"
            "metric_name, metric_type, timestamp_secs, value, and a column a label.\n"
            "Sums (metric_type 1) are written as the kernel counts them, from its start.\n"
            "Ctrl-C ends the recording and keeps it; a second Ctrl-C throws it away.\n"
            "Memory stays bounded however long it runs; the file appears when it is whole.\n"
            "\n"
            "  inlay record -o web01.parquet --duration 10s\n"
            "  inlay record -o web01.parquet --interval 250ms --node web01 --tag env=prod\n",
    .options = record_options,
    .settings_bytes = sizeof(struct record_settings),
    .min_operands = 0,
    .max_operands = 0,
    .run = record_main,
};

#endif
