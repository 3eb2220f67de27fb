/* annotate: say in a recording's footer what happened, where it is from, and what was measured.
 *
 * Everything is parsed and checked before anything is written; then one commit a file.
 */
#include "cli/events_input.h"

#if INLAY_EVENTS && INLAY_WRITE && INLAY_POSIX && INLAY_RECORDING

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inlay/annotate.h"

#include "cli/commands.h"
#include "cli/report.h"
#include "cli/utf8.h"

struct annotate_settings {
    struct change_settings change;
    struct options_list add_events, events, set, unset;
    const char *node, *source, *systeminfo, *on_conflict;
    bool clear_events, overwrite, auto_id, undo, log;
};

struct annotate_job {
    const struct annotate_settings *settings;
    struct events_input input;
    struct events_input_text systeminfo;
};

static inlay_bytes annotate_text(const struct events_input_text *t)
{
    return (inlay_bytes){(const uint8_t *)(t->data ? t->data : ""), t->bytes};
}

/* Does the first key-value called so have just this value? Nothing is said of it then. */
static bool annotate_has(const struct change *c, const char *key, inlay_bytes value)
{
    const inlay_key_value *kv = inlay_reader_find_key(c->file.in.reader, key);
    return kv && kv->has_value && change_same(kv->value, value);
}

/* ---- source ---- */

/* What per_source_metadata says of the old source is the new one's. */
static int annotate_rename(struct change *c, inlay_bytes old, inlay_bytes name)
{
    static const char key[] = "per_source_metadata";
    const inlay_key_value *kv = inlay_reader_find_key(c->file.in.reader, key);
    inlay_sink sink;
    if (!kv || !kv->has_value)
        return REPORT_DONE;
    inlay_memory_sink *text = change_text(c, &sink);
    inlay_status status = inlay_sources_rename(&c->file.env, kv->value, old, name, &sink);
    if (status == INLAY_OK)
        change_set(c, key, (inlay_bytes){text->data, text->bytes});
    if (status != INLAY_ARG)
        return status == INLAY_OK || status == INLAY_END ? REPORT_DONE : report_failure(c->path, &c->file.env.error);
    events_file_fault(c->path, "key \"per_source_metadata\"", kv->value, &c->file.env.error);
    return REPORT_BAD;
}

static int annotate_source(const struct annotate_settings *s, struct change *c)
{
    inlay_bytes name = change_bytes(s->source);
    const inlay_key_value *kv = inlay_reader_find_key(c->file.in.reader, "source");
    char old[200];
    int code = REPORT_DONE;
    if (annotate_has(c, "source", name))
        return REPORT_DONE;
    if (kv && kv->has_value && !s->overwrite)
        return report_usage("%s: has source \"%s\" already; --overwrite makes it \"%s\"", c->path,
                            report_safe(old, sizeof old, kv->value), s->source);
    if (kv && kv->has_value)
        code = annotate_rename(c, kv->value, name);
    change_set(c, "source", name);
    change_say(c, "source set");
    return code;
}

/* ---- other keys ---- */

static int annotate_systeminfo(const struct annotate_job *job, struct change *c)
{
    inlay_bytes text = annotate_text(&job->systeminfo);
    if (annotate_has(c, "systeminfo", text))
        return REPORT_DONE;
    change_set(c, "systeminfo", text);
    change_say(c, "systeminfo set (%zu bytes)", text.len);
    return REPORT_DONE;
}

static inlay_bytes annotate_key(const char *text)
{
    return (inlay_bytes){(const uint8_t *)text, strcspn(text, "=")};
}

static int annotate_keys(const struct annotate_settings *s, struct change *c)
{
    char shown[200], name[200];
    for (size_t i = 0; i < s->set.n; i++) {
        inlay_bytes key = annotate_key(s->set.items[i]), value = change_bytes(s->set.items[i] + key.len + 1);
        snprintf(name, sizeof name, "%.*s", key.len < 190 ? (int)key.len : 190, s->set.items[i]);
        if (key.len < sizeof name && annotate_has(c, name, value))
            continue;
        change_set_key(c, key, value);
        change_say(c, "%s set", report_safe(shown, sizeof shown, key));
    }
    for (size_t i = 0; i < s->unset.n; i++) {
        inlay_bytes key = change_bytes(s->unset.items[i]);
        if (!inlay_reader_find_key(c->file.in.reader, s->unset.items[i]))
            continue;
        change_remove(c, key);
        change_say(c, "%s removed", report_safe(shown, sizeof shown, key));
    }
    return REPORT_DONE;
}

static bool annotate_events_asked(const struct annotate_settings *s)
{
    return s->add_events.n || s->events.n || s->clear_events;
}

/* In the order of Rezolus; keys that are set by hand last. */
static int annotate_plan(void *ctx, struct change *c)
{
    const struct annotate_job *job = ctx;
    const struct annotate_settings *s = job->settings;
    int code = REPORT_DONE;
    if (s->node && !annotate_has(c, "node", change_bytes(s->node))) {
        change_set(c, "node", change_bytes(s->node));
        change_say(c, "node set");
    }
    if (s->systeminfo)
        code = annotate_systeminfo(job, c);
    if (code == REPORT_DONE && s->source)
        code = annotate_source(s, c);
    if (code == REPORT_DONE && annotate_events_asked(s))
        code = events_input_plan(&job->input, c);
    return code == REPORT_DONE ? annotate_keys(s, c) : code;
}

/* ---- the command line ---- */

static bool annotate_is_utf8(inlay_bytes text)
{
    for (size_t i = 0, step; i < text.len; i += step)
        if ((step = utf8_step(text.data + i, text.len - i)) == 0)
            return false;
    return true;
}

/* Keys that have an option of their own, and a form that --set would not know of. */
static int annotate_check_key(const char *option, inlay_bytes key)
{
    static const struct {
        const char *key, *instead;
    } own[] = {
        {"ARROW:schema", "it holds the columns' types; 'inlay scrub' cleans it"},
        {INLAY_EVENTS_KEY, "use --event, --add-events or --clear-events"},
        {"systeminfo", "use --systeminfo"},
        {"source", "use --source"},
    };
    bool set = strcmp(option, "set") == 0;
    char shown[200];
    if (key.len == 0)
        return report_usage("annotate: --%s wants %s", option, set ? "KEY=VALUE" : "KEY");
    for (size_t i = 0; i < sizeof own / sizeof *own && (set || i < 1); i++)
        if (change_same(key, change_bytes(own[i].key)))
            return report_usage("annotate: --%s %s: %s", option, own[i].key, own[i].instead);
    if (!annotate_is_utf8(key))
        return report_usage("annotate: --%s %s: a key is UTF-8", option, report_safe(shown, sizeof shown, key));
    return REPORT_DONE;
}

static int annotate_check_keys(const struct annotate_settings *s)
{
    for (size_t i = 0; i < s->set.n; i++) {
        inlay_bytes key = annotate_key(s->set.items[i]);
        int code = annotate_check_key("set", key);
        if (code != REPORT_DONE)
            return code;
        if (s->set.items[i][key.len] != '=')
            return report_usage("annotate: --set %s: an = is missing: KEY=VALUE", s->set.items[i]);
        if (!annotate_is_utf8(change_bytes(s->set.items[i])))
            return report_usage("annotate: --set %s: a value is UTF-8", s->set.items[i]);
        for (size_t k = 0; k < s->unset.n; k++)
            if (change_same(key, change_bytes(s->unset.items[k])))
                return report_usage("annotate: %s both set and unset", s->unset.items[k]);
    }
    for (size_t k = 0; k < s->unset.n; k++) {
        int code = annotate_check_key("unset", change_bytes(s->unset.items[k]));
        if (code != REPORT_DONE)
            return code;
    }
    return REPORT_DONE;
}

static int annotate_check(const struct annotate_settings *s)
{
    bool edits = s->node || s->source || s->systeminfo || s->set.n || s->unset.n || annotate_events_asked(s);
    if (s->undo && s->log)
        return report_usage("annotate: either --undo or --log");
    if ((s->undo || s->log) && edits)
        return report_usage("annotate: --%s goes with no other change", s->undo ? "undo" : "log");
    if (s->overwrite && !s->source)
        return report_usage("annotate: --overwrite is about --source");
    if (!edits && !s->undo && !s->log)
        return report_usage("annotate: nothing to say; give --event, --add-events, --node, --source, --set, ...");
    if ((s->node && !annotate_is_utf8(change_bytes(s->node))) ||
        (s->source && !annotate_is_utf8(change_bytes(s->source))))
        return report_usage("annotate: --node and --source are UTF-8");
    for (size_t i = 0; s->systeminfo && strcmp(s->systeminfo, "-") == 0 && i < s->add_events.n; i++)
        if (strcmp(s->add_events.items[i], "-") == 0)
            return report_usage("annotate: standard input can be read only once");
    return annotate_check_keys(s);
}

static int annotate_read(struct annotate_job *job)
{
    const struct annotate_settings *s = job->settings;
    inlay_env env = {0};
    int code = events_input_open(&job->input, &s->add_events);
    if (code != REPORT_DONE || !s->systeminfo)
        return code;
    code = events_input_read(&job->systeminfo, "annotate", s->systeminfo);
    if (code == REPORT_DONE && inlay_json_check(&env, annotate_text(&job->systeminfo)) != INLAY_OK)
        code = events_file_fault(strcmp(s->systeminfo, "-") == 0 ? "standard input" : s->systeminfo, NULL,
                                 annotate_text(&job->systeminfo), &env.error);
    return code;
}

static int annotate_command(const void *settings, char **paths, int n)
{
    const struct annotate_settings *s = settings;
    struct annotate_job job = {.settings = s};
    job.input = (struct events_input){.command = "annotate", .inlines = s->events, .on_conflict = s->on_conflict,
                                      .auto_id = s->auto_id, .clear = s->clear_events};
    int code = annotate_check(s);
    if (code == REPORT_DONE && s->undo)
        return change_undo(paths, n, &s->change);
    if (code == REPORT_DONE && s->log)
        return change_log(paths, n, &s->change);
    if (code == REPORT_DONE)
        code = annotate_read(&job);
    if (code == REPORT_DONE)
        code = change_files(paths, n, &s->change, annotate_plan, &job);
    events_input_close(&job.input);
    free(job.systeminfo.data);
    return code;
}

#define ANNOTATE_AT(field) offsetof(struct annotate_settings, field)
static const struct options_row annotate_options[] = {
    {"event", 'e', OPTIONS_LIST, ANNOTATE_AT(events), "K=V,...", "one event (may be given several times)"},
    {"add-events", 'a', OPTIONS_LIST, ANNOTATE_AT(add_events), "FILE",
     "events as JSON, or a JSON object a line; - is standard\ninput (may be given several times)"},
    {"clear-events", 0, OPTIONS_FLAG, ANNOTATE_AT(clear_events), NULL,
     "begin without the events that are there"},
    EVENTS_INPUT_OPTIONS(struct annotate_settings, on_conflict, auto_id),
    {"node", 'n', OPTIONS_TEXT, ANNOTATE_AT(node), "NAME", "name of the machine"},
    {"source", 0, OPTIONS_TEXT, ANNOTATE_AT(source), "NAME", "what was measured: rezolus, vllm, ..."},
    {"overwrite", 0, OPTIONS_FLAG, ANNOTATE_AT(overwrite), NULL, "though there is another source"},
    {"systeminfo", 0, OPTIONS_TEXT, ANNOTATE_AT(systeminfo), "FILE", "JSON, stored as it stands; - is standard input"},
    {"set", 's', OPTIONS_LIST, ANNOTATE_AT(set), "KEY=VALUE", "any other key (may be given several times)"},
    {"unset", 'u', OPTIONS_LIST, ANNOTATE_AT(unset), "KEY", "take a key away (may be given several times)"},
    {"undo", 0, OPTIONS_FLAG, ANNOTATE_AT(undo), NULL,
     "take the last change in place back, or what is left of\none that was cut short"},
    {"log", 0, OPTIONS_FLAG, ANNOTATE_AT(log), NULL, "the footers that changes in place left, newest first"},
    CHANGE_OPTIONS(struct annotate_settings, change),
    {0},
};

const struct command command_annotate = {
    .name = "annotate",
    .summary = "mark events and set keys in a recording's footer",
    .operands = "FILE...",
    .help = "Changes key-values of the footer and nothing else: data, statistics and offsets stay\n"
            "as they are, byte for byte. Everything is checked first, for all files; then each\n"
            "file is changed once. Where nothing changes nothing is written.\n"
            "\n"
            "A new file takes the old one's place (a crash leaves one of them, whole), or, with\n"
            "--in-place, a new footer is appended: the old one stays in front of it, for --undo\n"
            "and --log. A later change without --in-place drops such old footers.\n"
            "\n"
            "Keys of an event: time (or timestamp), description (or desc), kind, details, source,\n"
            "node, instance, id, duration, label.NAME. Times as in 'inlay events --help'.\n"
            "\n"
            "Examples:\n"
            "  inlay annotate web01.parquet --event 'time=now,desc=restart,kind=restart'\n"
            "  inlay annotate web01.parquet -e 'time=start+90s,duration=30s,desc=\"load, high\"'\n"
            "  inlay annotate --add-events deploys.jsonl --auto-id --in-place web*.parquet\n"
            "  inlay annotate web01.parquet --node web01 --set ticket=OPS-17 --unset draft\n"
            "  inlay annotate web01.parquet --undo\n",
    .options = annotate_options,
    .settings_bytes = sizeof(struct annotate_settings),
    .min_operands = 1,
    .run = annotate_command,
};

#endif
