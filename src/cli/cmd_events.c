/* events: what happened while a recording was made, as its footer says.
 *
 * The first operand names the action; each is a row of a table.
 */
#include "inlay/events.h"

#if INLAY_EVENTS

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/events_file.h"
#include "cli/events_table.h"
#include "cli/report.h"

struct events_settings {
    struct files_settings files;
    struct events_choice choice;
    bool json, jsonl, csv;
};

struct events_action {
    const char *name;
    int min_files, max_files; /* max 0 = any number */
    int (*run)(const struct events_settings *settings, char **paths, int n);
};

/* ---- list and export ---- */

static int events_append(void *ctx, const void *data, size_t bytes)
{
    struct out *o = ctx;
    out_bytes(o, data, bytes);
    return o->os_error;
}

static void events_doubtful(const struct events_file *f, const inlay_event_filter *filter)
{
    static const struct {
        unsigned doubt;
        const char *one, *many;
    } doubts[] = {
        {INLAY_EVENT_BEFORE_START, "event lies before the recording", "events lie before the recording"},
        {INLAY_EVENT_AFTER_END, "event lies behind the recording", "events lie behind the recording"},
        {INLAY_EVENT_LIKE_SECONDS, "time looks like seconds, not nanoseconds",
         "times look like seconds, not nanoseconds"},
        {INLAY_EVENT_LIKE_MILLIS, "time looks like milliseconds, not nanoseconds",
         "times look like milliseconds, not nanoseconds"},
        {INLAY_EVENT_LIKE_MICROS, "time looks like microseconds, not nanoseconds",
         "times look like microseconds, not nanoseconds"},
    };
    for (size_t d = 0; d < sizeof doubts / sizeof *doubts; d++) {
        unsigned long n = 0;
        for (size_t i = 0; i < inlay_events_count(f->events); i++) {
            const inlay_event *e = inlay_events_at(f->events, i);
            n += inlay_event_matches(e, filter) && (inlay_event_doubts(e, &f->clock) & doubts[d].doubt);
        }
        if (n)
            report_note("%s: %lu %s", f->in.path, n, n == 1 ? doubts[d].one : doubts[d].many);
    }
}

/* `form` GUESS: a table. */
static int events_print(const struct events_settings *s, const char *path, enum inlay_events_form form)
{
    struct events_file f;
    struct out o;
    inlay_event_filter filter;
    inlay_sink sink = {&o, events_append};
    if (!out_open(&o, STDOUT_FILENO))
        return report_memory();
    int code = events_file_open(&f, path, &s->files);
    if (code == REPORT_DONE)
        code = events_file_filter(&f, &s->choice, &filter);
    if (code == REPORT_DONE && form == INLAY_EVENTS_GUESS && !events_table(&o, f.events, &filter))
        code = report_memory();
    if (code == REPORT_DONE && form != INLAY_EVENTS_GUESS &&
        inlay_events_write(f.events, form, &filter, &sink) != INLAY_OK && !out_failed(&o))
        code = report_failure(path, &f.env.error);
    if (code == REPORT_DONE && form == INLAY_EVENTS_PAYLOAD)
        out_char(&o, '\n');
    if (code == REPORT_DONE && form == INLAY_EVENTS_GUESS) {
        out_flush(&o);
        events_doubtful(&f, &filter);
    }
    events_file_close(&f);
    return out_finish(&o, code);
}

static int events_form(const struct events_settings *s, enum inlay_events_form otherwise,
                       enum inlay_events_form *form)
{
    if (s->json + s->jsonl + s->csv > 1)
        return report_usage("events: either --json or --jsonl or --csv");
    *form = s->json ? INLAY_EVENTS_PAYLOAD : s->jsonl ? INLAY_EVENTS_LINES : s->csv ? INLAY_EVENTS_CSV : otherwise;
    return REPORT_DONE;
}

static int events_list(const struct events_settings *s, char **paths, int n)
{
    enum inlay_events_form form = INLAY_EVENTS_GUESS;
    int code = events_form(s, INLAY_EVENTS_GUESS, &form);
    (void)n;
    return code == REPORT_DONE ? events_print(s, paths[0], form) : code;
}

static int events_export(const struct events_settings *s, char **paths, int n)
{
    enum inlay_events_form form = INLAY_EVENTS_GUESS;
    int code = events_form(s, INLAY_EVENTS_PAYLOAD, &form);
    (void)n;
    return code == REPORT_DONE ? events_print(s, paths[0], form) : code;
}

/* ---- the command ---- */

static const struct events_action events_actions[] = {
    {"list", 1, 1, events_list},
    {"export", 1, 1, events_export},
};
enum { EVENTS_ACTIONS = sizeof events_actions / sizeof *events_actions };

static int events_command(const void *settings, char **operands, int n)
{
    const char *names[EVENTS_ACTIONS];
    for (size_t i = 0; i < EVENTS_ACTIONS; i++) {
        const struct events_action *a = &events_actions[i];
        names[i] = a->name;
        if (strcmp(a->name, operands[0]) != 0)
            continue;
        if (n - 1 < a->min_files || (a->max_files && n - 1 > a->max_files))
            return report_usage("events %s: wants %s; see 'inlay events --help'", a->name,
                                a->max_files == 1 ? "one FILE" : "FILE...");
        return a->run(settings, operands + 1, n - 1);
    }
    const char *hint = options_nearest(operands[0], names, EVENTS_ACTIONS);
    if (hint)
        return report_usage("events: no action '%s'; did you mean '%s'?", operands[0], hint);
    return report_usage("events: no action '%s'; see 'inlay events --help'", operands[0]);
}

static const struct options_row events_options[] = {
    EVENTS_CHOICE(struct events_settings, choice),
    {"json", 'j', OPTIONS_FLAG, offsetof(struct events_settings, json), NULL,
     "one JSON object, as in the footer"},
    {"jsonl", 0, OPTIONS_FLAG, offsetof(struct events_settings, jsonl), NULL, "a JSON object an event and line"},
    {"csv", 0, OPTIONS_FLAG, offsetof(struct events_settings, csv), NULL, "a heading, then a line an event"},
    FILES_OPTIONS(struct events_settings, files),
    {0},
};

const struct command command_events = {
    .name = "events",
    .summary = "what happened while a recording was made",
    .operands = "ACTION FILE",
    .help = "Events are marks and bands with a text, kept as JSON under the footer key \"events\".\n"
            "\n"
            "  list FILE     a table for eyes, or --json, --jsonl, --csv\n"
            "  export FILE   the same for programs: --json (unless told otherwise)\n"
            "\n"
            "TIME: nanoseconds since 1970 (or 1778599380s, ...ms, ...us); 2026-05-12T15:23:00Z,\n"
            "seconds and zone may be left out (then UTC); now, start or end (of the recording)\n"
            "with +90s or -5m behind it; -5m alone is before now (as --from=-5m).\n"
            "\n"
            "Examples:\n"
            "  inlay events list web01.parquet --kind restart --from start+10m\n"
            "  inlay events list web01.parquet --match oom --from=-2h --csv\n"
            "  inlay events export web01.parquet > events.json\n",
    .options = events_options,
    .settings_bytes = sizeof(struct events_settings),
    .min_operands = 2,
    .run = events_command,
};

#endif
