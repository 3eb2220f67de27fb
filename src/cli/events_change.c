/* events add, rm, edit, merge: see events.h. */
#include "cli/events.h"

#if INLAY_EVENTS && INLAY_WRITE && INLAY_POSIX

#include <string.h>

#include "cli/events_input.h"
#include "cli/report.h"

struct events_job {
    const struct events_settings *settings;
    struct events_input input;
    char **from; /* recordings to merge from */
    int n_from;
};

static void events_job_start(struct events_job *job, const struct events_settings *s)
{
    *job = (struct events_job){.settings = s};
    job->input = (struct events_input){.command = "events", .inlines = s->events, .on_conflict = s->on_conflict,
                                       .auto_id = s->auto_id};
}

/* ---- add ---- */

static int events_add_plan(void *ctx, struct change *c)
{
    const struct events_job *job = ctx;
    return events_input_plan(&job->input, c);
}

int events_add(const struct events_settings *s, char **paths, int n)
{
    struct events_job job;
    const char *first[1] = {0};
    struct options_list from = {.items = n > 1 ? (const char **)(void *)(paths + 1) : first, .n = (size_t)n - 1};
    events_job_start(&job, s);
    if (n == 1 && s->events.n == 0)
        return report_usage("events add: no events named; give --event K=V,... or a file of events, or -");
    int code = events_input_open(&job.input, &from);
    if (code == REPORT_DONE)
        code = change_files(paths, 1, &s->change, events_add_plan, &job);
    events_input_close(&job.input);
    return code;
}

/* ---- rm ---- */

static bool events_is_chosen(const struct events_choice *c)
{
    return c->from || c->to || c->id || c->kind || c->source || c->node || c->instance || c->match;
}

static int events_rm_plan(void *ctx, struct change *c)
{
    const struct events_job *job = ctx;
    inlay_event_filter filter;
    int code = events_file_read(&c->file, true);
    if (code == REPORT_DONE)
        code = events_file_filter(&c->file, &job->settings->choice, &filter);
    if (code != REPORT_DONE)
        return code;
    size_t gone = inlay_events_remove_matching(c->file.events, &filter);
    change_say(c, "%zu event%s removed, %zu left", gone, gone == 1 ? "" : "s", inlay_events_count(c->file.events));
    return gone ? events_input_store(c, c->file.events) : REPORT_DONE;
}

int events_rm(const struct events_settings *s, char **paths, int n)
{
    struct events_job job;
    events_job_start(&job, s);
    if (events_is_chosen(&s->choice) == s->all)
        return report_usage("events rm: which? give --id, --kind, --match, --from, ..., or --all");
    return change_files(paths, n, &s->change, events_rm_plan, &job);
}

/* ---- edit ---- */

static int events_edit_one(const struct events_job *job, struct change *c, size_t i)
{
    for (size_t k = 0; k < job->settings->events.n; k++) {
        inlay_bytes text = change_bytes(job->settings->events.items[k]);
        if (inlay_events_edit(c->file.events, i, text, &c->file.clock) == INLAY_OK)
            continue;
        c->file.env.error.row = -1;
        return events_file_fault("events edit", "--event", text, &c->file.env.error);
    }
    return REPORT_DONE;
}

static int events_edit_plan(void *ctx, struct change *c)
{
    const struct events_job *job = ctx;
    inlay_event_filter filter;
    size_t found = 0, dropped = 0;
    int code = events_file_read(&c->file, true);
    if (code == REPORT_DONE)
        code = events_file_filter(&c->file, &job->settings->choice, &filter);
    for (size_t i = 0; code == REPORT_DONE && i < inlay_events_count(c->file.events); i++)
        found += inlay_event_matches(inlay_events_at(c->file.events, i), &filter);
    if (code == REPORT_DONE && found == 0)
        return report_usage("%s: no such event", c->path);
    if (code == REPORT_DONE && found > 1 && !job->settings->all)
        return report_usage("%s: %zu events are meant; give --all to change all of them", c->path, found);
    for (size_t i = 0, left = found; code == REPORT_DONE && left > 0; i++) {
        if (!inlay_event_matches(inlay_events_at(c->file.events, i), &filter))
            continue;
        left--;
        code = events_edit_one(job, c, i);
    }
    if (code != REPORT_DONE)
        return code;
    if (inlay_events_normalise(c->file.events, &dropped) != INLAY_OK)
        return report_failure(c->path, &c->file.env.error);
    if (dropped)
        return report_usage("%s: two events would have the same id", c->path);
    change_say(c, "%zu event%s changed", found, found == 1 ? "" : "s");
    return events_input_store(c, c->file.events);
}

int events_edit(const struct events_settings *s, char **paths, int n)
{
    struct events_job job;
    events_job_start(&job, s);
    if (s->events.n == 0)
        return report_usage("events edit: change what? give --event K=V,...");
    if (!events_is_chosen(&s->choice) && !s->all)
        return report_usage("events edit: which? give --id, --kind, --match, --from, ..., or --all");
    return change_files(paths, n, &s->change, events_edit_plan, &job);
}

/* ---- merge ---- */

static int events_collect(const struct events_job *job, struct change *c, const char *path, inlay_events *list)
{
    struct events_file from;
    inlay_event_filter filter;
    int code = events_file_open(&from, path, &job->settings->change.files);
    if (code == REPORT_DONE)
        code = events_file_filter(&from, &job->settings->choice, &filter);
    for (size_t i = 0; code == REPORT_DONE && i < inlay_events_count(from.events); i++)
        if (inlay_event_matches(inlay_events_at(from.events, i), &filter) &&
            inlay_events_add(list, inlay_events_at(from.events, i)) != INLAY_OK)
            code = report_failure(path, &c->file.env.error);
    events_file_close(&from);
    return code;
}

static int events_merge_plan(void *ctx, struct change *c)
{
    const struct events_job *job = ctx;
    inlay_events *more = NULL;
    int code = events_file_read(&c->file, true);
    if (code == REPORT_DONE && inlay_events_open(&c->file.env, &more) != INLAY_OK)
        code = report_failure(c->path, &c->file.env.error);
    for (int i = 0; code == REPORT_DONE && i < job->n_from; i++)
        code = events_collect(job, c, job->from[i], more);
    if (code == REPORT_DONE && job->settings->auto_id && inlay_events_auto_id(more) != INLAY_OK)
        code = report_failure(c->path, &c->file.env.error);
    if (code == REPORT_DONE)
        code = events_input_merge(&job->input, c, more);
    inlay_events_close(more);
    return code;
}

int events_merge(const struct events_settings *s, char **paths, int n)
{
    static const struct options_list none = {0};
    struct events_job job;
    events_job_start(&job, s);
    job.from = paths + 1;
    job.n_from = n - 1;
    if (s->events.n)
        return report_usage("events merge: takes recordings; 'inlay events add' takes --event");
    int code = events_input_open(&job.input, &none);
    if (code == REPORT_DONE)
        code = change_files(paths, 1, &s->change, events_merge_plan, &job);
    events_input_close(&job.input);
    return code;
}

#endif
