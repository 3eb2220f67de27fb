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
#include "cli/events.h"
#include "cli/events_table.h"
#include "cli/report.h"

/* ---- list and export ---- */

static int events_append(void *ctx, const void *data, size_t bytes)
{
    struct out *o = ctx;
    out_bytes(o, data, bytes);
    return o->os_error;
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
    int code = events_file_open(&f, path, &s->change.files);
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
        events_file_doubts(path, f.events, &f.clock, &filter);
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
#if INLAY_WRITE && INLAY_POSIX
    {"add", 1, 0, events_add},
    {"rm", 1, 0, events_rm},
    {"edit", 1, 0, events_edit},
    {"merge", 2, 0, events_merge},
#endif
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
                                a->max_files == 1 ? "one FILE" : a->min_files > 1 ? "FILE FROM..." : "FILE...");
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
    {"event", 'e', OPTIONS_LIST, offsetof(struct events_settings, events), "K=V,...",
     "add: an event; edit: what changes, a member\nthat is given nothing (K=) goes (may be given several times)"},
    {"all", 0, OPTIONS_FLAG, offsetof(struct events_settings, all), NULL, "rm, edit: all that are chosen, or there"},
#if INLAY_WRITE && INLAY_POSIX
    {"on-conflict", 0, OPTIONS_TEXT, offsetof(struct events_settings, on_conflict), "HOW",
     "add, merge: a new event with an id that is there already:\nkeep what is there (default), replace it, error"},
    {"auto-id", 0, OPTIONS_FLAG, offsetof(struct events_settings, auto_id), NULL,
     "add, merge: events without an id get one from what they\nsay: adding them again then changes nothing"},
    CHANGE_OPTIONS(struct events_settings, change),
#else
    FILES_OPTIONS(struct events_settings, change.files),
#endif
    {0},
};

const struct command command_events = {
    .name = "events",
    .summary = "what happened while a recording was made",
    .operands = "ACTION FILE...",
    .help = "Events are marks and bands with a text, kept as JSON under the footer key \"events\".\n"
            "\n"
            "  list FILE     a table for eyes, or --json, --jsonl, --csv\n"
            "  export FILE   the same for programs: --json (unless told otherwise)\n"
            "  add FILE [FROM]...    events of --event, of files (JSON, or an object a line; - is\n"
            "                        standard input) into FILE\n"
            "  rm FILE...            take away what --id, --kind, --match, --from, ... choose\n"
            "  edit FILE...          change what they choose by --event K=V,...\n"
            "  merge FILE FROM...    events of other recordings into FILE\n"
            "\n"
            "What changes a file does so as 'inlay annotate' does: see there.\n"
            "\n"
            "TIME: nanoseconds since 1970 (or 1778599380s, ...ms, ...us); 2026-05-12T15:23:00Z,\n"
            "seconds and zone may be left out (then UTC); now, start or end (of the recording)\n"
            "with +90s or -5m behind it; -5m alone is before now (as --from=-5m).\n"
            "\n"
            "Examples:\n"
            "  inlay events list web01.parquet --kind restart --from start+10m\n"
            "  inlay events list web01.parquet --match oom --from=-2h --csv\n"
            "  inlay events export web01.parquet > events.json\n"
            "  inlay events add web01.parquet -e 'time=now,desc=\"deploy 4.2\",kind=deploy,id=d42'\n"
            "  inlay events edit web01.parquet --id d42 -e 'duration=30s,label.by=ada'\n"
            "  inlay events rm web01.parquet --kind note --to start\n"
            "  inlay events merge web01.parquet web02.parquet --on-conflict error\n",
    .options = events_options,
    .settings_bytes = sizeof(struct events_settings),
    .min_operands = 2,
    .run = events_command,
};

#endif
