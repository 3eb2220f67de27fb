/* Events that a command line brings; see events_input.h. */
#include "cli/events_input.h"

#if INLAY_EVENTS && INLAY_WRITE && INLAY_POSIX

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cli/report.h"

enum { EVENTS_INPUT_FIRST = 64 * 1024, EVENTS_INPUT_MOST = 256 * 1024 * 1024 };

/* ---- texts ---- */

static int events_input_fill(struct events_input_text *t, int fd)
{
    size_t capacity = 0;
    for (;;) {
        if (t->bytes == capacity) {
            capacity = capacity ? 2 * capacity : EVENTS_INPUT_FIRST;
            char *data = capacity <= EVENTS_INPUT_MOST ? realloc(t->data, capacity) : NULL;
            if (!data)
                return capacity <= EVENTS_INPUT_MOST ? ENOMEM : EFBIG;
            t->data = data;
        }
        ssize_t n = read(fd, t->data + t->bytes, capacity - t->bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? errno : 0;
        t->bytes += (size_t)n;
    }
}

int events_input_read(struct events_input_text *text, const char *command, const char *path)
{
    bool standard = strcmp(path, "-") == 0;
    *text = (struct events_input_text){.path = path};
    if (!*path)
        return report_usage("%s: a file without a name", command);
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return report_system(path, "cannot open the file", errno);
    int e = events_input_fill(text, fd);
    if (!standard)
        close(fd);
    return e ? report_system(standard ? "standard input" : path, "cannot read", e) : REPORT_DONE;
}

/* ---- open and close ---- */

static int events_input_conflict(struct events_input *in)
{
    static const char *const names[] = {"keep", "replace", "error"};
    in->conflict = INLAY_EVENT_KEEP;
    if (!in->on_conflict)
        return REPORT_DONE;
    for (int i = 0; i < 3; i++) {
        if (strcmp(in->on_conflict, names[i]) == 0) {
            in->conflict = (inlay_event_conflict)i;
            return REPORT_DONE;
        }
    }
    return report_usage("%s: --on-conflict wants keep, replace or error, not '%s'", in->command, in->on_conflict);
}

int events_input_open(struct events_input *in, const struct options_list *paths)
{
    bool standard = false;
    in->files = calloc(paths->n + 1, sizeof *in->files);
    if (!in->files)
        return report_memory();
    int code = events_input_conflict(in);
    for (size_t i = 0; i < paths->n && code == REPORT_DONE; i++) {
        bool again = standard && strcmp(paths->items[i], "-") == 0;
        standard = standard || strcmp(paths->items[i], "-") == 0;
        if (again)
            return report_usage("%s: standard input can be read only once", in->command);
        code = events_input_read(&in->files[in->n_files++], in->command, paths->items[i]);
    }
    return code;
}

void events_input_close(struct events_input *in)
{
    for (size_t i = 0; i < in->n_files; i++)
        free(in->files[i].data);
    free(in->files);
    in->files = NULL;
    in->n_files = 0;
}

/* ---- into a list ---- */

static enum inlay_events_form events_input_form(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot && (strcasecmp(dot, ".jsonl") == 0 || strcasecmp(dot, ".ndjson") == 0) ? INLAY_EVENTS_LINES
                                                                                         : INLAY_EVENTS_GUESS;
}

static int events_input_collect(const struct events_input *in, struct change *c, inlay_events *list)
{
    inlay_env *env = &c->file.env;
    for (size_t i = 0; i < in->n_files; i++) {
        const struct events_input_text *t = &in->files[i];
        inlay_bytes text = {(const uint8_t *)(t->data ? t->data : ""), t->bytes};
        if (inlay_events_add_text(list, text, events_input_form(t->path), &c->file.clock) != INLAY_OK)
            return events_file_fault(strcmp(t->path, "-") == 0 ? "standard input" : t->path, NULL, text, &env->error);
    }
    for (size_t i = 0; i < in->inlines.n; i++) {
        char part[32];
        inlay_bytes text = change_bytes(in->inlines.items[i]);
        if (inlay_events_add_inline(list, text, &c->file.clock) == INLAY_OK)
            continue;
        snprintf(part, sizeof part, "--event %zu", i + 1);
        env->error.row = -1;
        return events_file_fault(in->command, part, text, &env->error);
    }
    if (in->auto_id && inlay_events_auto_id(list) != INLAY_OK)
        return report_failure(NULL, &env->error);
    return REPORT_DONE;
}

/* ---- into the recording ---- */

struct events_input_met {
    const struct events_input *in;
    const struct change *change;
};

static void events_input_met(void *ctx, const inlay_event *stays, const inlay_event *goes)
{
    const struct events_input_met *met = ctx;
    char id[200];
    (void)goes;
    if (!met->change->final || met->in->conflict == INLAY_EVENT_ERROR)
        return;
    report_safe(id, sizeof id, stays->id);
    if (met->in->conflict == INLAY_EVENT_KEEP)
        report_note("%s: event id \"%s\" is there already and stays as it was (--on-conflict replace takes the new "
                    "one)", met->change->path, id);
}

int events_input_store(struct change *c, const inlay_events *events)
{
    inlay_sink sink;
    if (inlay_events_count(events) == 0) {
        change_remove(c, change_bytes(INLAY_EVENTS_KEY));
        return REPORT_DONE;
    }
    inlay_memory_sink *payload = change_text(c, &sink);
    if (inlay_events_write(events, INLAY_EVENTS_PAYLOAD, NULL, &sink) != INLAY_OK)
        return report_failure(c->path, &c->file.env.error);
    change_set(c, INLAY_EVENTS_KEY, (inlay_bytes){payload->data, payload->bytes});
    return REPORT_DONE;
}

static void events_input_say(struct change *c, const inlay_event_merge_counts *n)
{
    char more[120] = "";
    size_t used = 0, all = inlay_events_count(c->file.events);
    if (n->replaced)
        used += (size_t)snprintf(more + used, sizeof more - used, ", %zu replaced", n->replaced);
    if (n->same)
        used += (size_t)snprintf(more + used, sizeof more - used, ", %zu there already", n->same);
    if (n->kept)
        snprintf(more + used, sizeof more - used, ", %zu not taken (id)", n->kept);
    change_say(c, "%zu event%s added%s, %zu in all", n->added, n->added == 1 ? "" : "s", more, all);
}

int events_input_merge(const struct events_input *in, struct change *c, const inlay_events *more)
{
    static const inlay_event_filter all = {0};
    struct events_input_met met = {in, c};
    inlay_event_merge_options options = {.on_conflict = in->conflict, .met = events_input_met, .ctx = &met};
    inlay_event_merge_counts counts = {0};
    inlay_env *env = &c->file.env;
    if (inlay_events_merge(c->file.events, more, &options, &counts) != INLAY_OK) {
        char id[200];
        if (env->error.status != INLAY_ARG)
            return report_failure(c->path, &env->error);
        report_safe(id, sizeof id, change_bytes(env->error.column));
        return report_usage("%s: event id \"%s\" is there already and differs", c->path, id);
    }
    if (c->final)
        events_file_doubts(c->path, more, &c->file.clock, &all);
    events_input_say(c, &counts);
    if (!in->clear && counts.added == 0 && counts.replaced == 0)
        return REPORT_DONE; /* what is there stays, in whatever order it is */
    return events_input_store(c, c->file.events);
}

int events_input_plan(const struct events_input *in, struct change *c)
{
    inlay_events *more = NULL;
    int code = events_file_read(&c->file, !in->clear);
    if (code == REPORT_DONE && inlay_events_open(&c->file.env, &more) != INLAY_OK)
        code = report_failure(c->path, &c->file.env.error);
    if (code == REPORT_DONE)
        code = events_input_collect(in, c, more);
    if (code == REPORT_DONE && in->clear)
        change_say(c, "events cleared");
    if (code == REPORT_DONE && in->clear && inlay_events_count(more) == 0)
        change_remove(c, change_bytes(INLAY_EVENTS_KEY));
    else if (code == REPORT_DONE)
        code = events_input_merge(in, c, more);
    inlay_events_close(more);
    return code;
}

#endif
