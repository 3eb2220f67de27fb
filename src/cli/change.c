/* Commands that change footers; see change.h. */
#include "cli/change.h"

#if INLAY_EVENTS && INLAY_WRITE && INLAY_POSIX

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/print.h"
#include "cli/report.h"
#include "cli/signals.h"

inlay_bytes change_bytes(const char *text)
{
    return (inlay_bytes){(const uint8_t *)text, text ? strlen(text) : 0};
}

bool change_same(inlay_bytes a, inlay_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* ---- planning ---- */

static void change_edit(struct change *c, inlay_edit_kind kind, inlay_bytes key, inlay_bytes value)
{
    if (c->n == c->capacity) {
        size_t capacity = c->capacity ? 2 * c->capacity : 16;
        inlay_edit *edits = realloc(c->edits, capacity * sizeof *edits);
        c->failed = c->failed || !edits;
        if (!edits)
            return;
        c->edits = edits;
        c->capacity = capacity;
    }
    c->edits[c->n++] = (inlay_edit){kind, {key, value, kind != INLAY_EDIT_REMOVE}};
}

void change_set_key(struct change *c, inlay_bytes key, inlay_bytes value)
{
    change_edit(c, INLAY_EDIT_SET, key, value);
}

void change_set(struct change *c, const char *key, inlay_bytes value)
{
    change_set_key(c, change_bytes(key), value);
}

void change_remove(struct change *c, inlay_bytes key)
{
    change_edit(c, INLAY_EDIT_REMOVE, key, (inlay_bytes){NULL, 0});
}

inlay_memory_sink *change_text(struct change *c, inlay_sink *sink)
{
    inlay_memory_sink *text = &c->texts[c->n_texts < CHANGE_TEXTS ? c->n_texts++ : CHANGE_TEXTS - 1];
    *sink = inlay_sink_memory(text, &c->file.env);
    return text;
}

void change_say(struct change *c, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (c->said.used)
        out_text(&c->said, "; ");
    print_safe(&c->said, change_bytes(text));
}

/* ---- the new end: views of the old footer, which may be megabytes, and copies of what is new ---- */

struct change_tail {
    inlay_bytes footer; /* the old one */
    inlay_bytes *pieces;
    size_t n, capacity;
    bool *own; /* [capacity] pieces that are ours */
};

static bool change_tail_room(struct change_tail *t)
{
    if (t->n < t->capacity)
        return true;
    size_t capacity = t->capacity ? 2 * t->capacity : 16;
    inlay_bytes *pieces = realloc(t->pieces, capacity * sizeof *pieces);
    if (pieces)
        t->pieces = pieces;
    bool *own = pieces ? realloc(t->own, capacity * sizeof *own) : NULL;
    if (own)
        t->own = own;
    t->capacity = own ? capacity : t->capacity;
    return own != NULL;
}

static int change_tail_append(void *ctx, const void *data, size_t bytes)
{
    struct change_tail *t = ctx;
    uintptr_t at = (uintptr_t)data, from = (uintptr_t)t->footer.data;
    bool view = at >= from && at - from < t->footer.len;
    inlay_bytes *last = t->n ? &t->pieces[t->n - 1] : NULL;
    if (view && last && !t->own[t->n - 1] && last->data + last->len == data) {
        last->len += bytes;
        return 0;
    }
    if (!change_tail_room(t))
        return ENOMEM;
    uint8_t *copy = view ? NULL : malloc(bytes);
    if (!view && !copy)
        return ENOMEM;
    if (copy)
        memcpy(copy, data, bytes);
    t->own[t->n] = !view;
    t->pieces[t->n++] = (inlay_bytes){view ? data : copy, bytes};
    return 0;
}

static void change_tail_free(struct change_tail *t)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->own[i])
            free((void *)(uintptr_t)t->pieces[i].data);
    free(t->pieces);
    free(t->own);
}

/* ---- one file ---- */

static int change_open_reader(struct change *c)
{
    struct files_input *in = &c->file.in;
    inlay_env *env = &c->file.env;
    uint64_t end = 0;
    inlay_status status = inlay_reader_open(env, &in->source, NULL, &in->reader);
    if (status == INLAY_OK)
        return REPORT_DONE;
    inlay_error error = env->error;
    const char *advice = report_advice(status);
    if (status == INLAY_CORRUPT && inlay_footer_recover(env, &in->source, &end) == INLAY_OK)
        advice = "a change in place was cut short: 'inlay annotate --undo' takes it back";
    return report_failure_with(c->path, &error, advice);
}

/* What comes of a footer in memory is little more than the footer. Its length is only a hint here. */
static void change_memory(struct change *c)
{
    const inlay_source *source = &c->file.in.source;
    uint8_t tail[8];
    if (source->size_bytes < sizeof tail || source->read_at(source->ctx, source->size_bytes - 8, tail, 8) != 0)
        return;
    uint64_t footer = tail[0] | (uint64_t)tail[1] << 8 | (uint64_t)tail[2] << 16 | (uint64_t)tail[3] << 24;
    if (footer < source->size_bytes)
        c->file.env.allocator = huge_open(&c->memory, footer + footer / 2);
}

static int change_open(struct change *c, const char *path, const struct change_settings *s, bool lock, bool final)
{
    *c = (struct change){.path = path, .final = final};
    c->file.env = files_env(&s->files);
    c->file.in = (struct files_input){.env = &c->file.env, .path = path};
    if (!out_open(&c->said, -1))
        return report_memory();
    inlay_status status = lock ? inlay_amend_open(&c->file.env, path, 0, &c->amend, &c->file.in.source)
                               : inlay_file_open(&c->file.env, path, false, &c->file.in.file, &c->file.in.source);
    if (status != INLAY_OK)
        return report_failure(path, &c->file.env.error);
    change_memory(c);
    return REPORT_DONE;
}

static void change_close(struct change *c)
{
    for (size_t i = 0; i < c->n_texts; i++)
        inlay_sink_memory_free(&c->texts[i]);
    free(c->edits);
    events_file_close(&c->file);
    inlay_amend_close(c->amend);
    huge_close(&c->memory);
    out_close(&c->said);
}

/* Where data ends, in front of all footers that changes in place left behind: a new file does without them. Unless
 * something reaches into them, as only a file could have it that was made to. */
static inlay_status change_data_end(struct change *c, uint64_t *end)
{
    inlay_reader *reader = c->file.in.reader;
    const inlay_source *source = &c->file.in.source;
    uint64_t oldest = source->size_bytes, previous = 0;
    inlay_status status;
    *end = inlay_reader_data_bytes(reader);
    while ((status = inlay_footer_previous(&c->file.env, source, oldest, &previous)) == INLAY_OK)
        oldest = previous;
    if (status != INLAY_END || oldest == source->size_bytes)
        return status == INLAY_END ? INLAY_OK : status;
    uint64_t begin = previous; /* of the oldest footer */
    for (uint32_t g = 0; g < inlay_reader_row_groups(reader); g++) {
        for (uint32_t leaf = 0; leaf < inlay_schema_leaves(inlay_reader_schema(reader)); leaf++) {
            inlay_chunk chunk;
            status = inlay_reader_chunk(reader, g, leaf, &chunk);
            if (status != INLAY_OK)
                return status;
            int64_t last = chunk.start_at + chunk.compressed_bytes;
            const int64_t others[] = {chunk.column_index_at, chunk.offset_index_at, chunk.bloom_at};
            for (size_t i = 0; i < sizeof others / sizeof *others; i++)
                last = others[i] >= last ? others[i] + 1 : last;
            if (last < 0 || (uint64_t)last > begin)
                return INLAY_OK;
        }
    }
    *end = begin;
    return INLAY_OK;
}

static int change_commit(struct change *c, const struct change_settings *s, const struct change_tail *tail)
{
    inlay_reader *reader = c->file.in.reader;
    inlay_amendment m = {.way = s->in_place ? INLAY_AMEND_IN_PLACE : INLAY_AMEND_ATOMIC,
                         .keep_bytes = c->file.in.source.size_bytes,
                         .tail = tail->pieces,
                         .n_tail = tail->n,
                         .was = inlay_reader_footer(reader),
                         .was_at = inlay_reader_data_bytes(reader)};
    if (!s->in_place && change_data_end(c, &m.keep_bytes) != INLAY_OK)
        return report_failure(c->path, &c->file.env.error);
    signals_hold();
    inlay_status status = inlay_amend_commit(c->amend, &m);
    if (status == INLAY_OK && !s->in_place && inlay_amend_names(c->amend) > 1)
        report_note("%s: other names of this file (hard links) keep the old one; --in-place changes all", c->path);
    inlay_amend_close(c->amend); /* a temporary file goes while no signal can stop it */
    c->amend = NULL;
    signals_release();
    return status == INLAY_OK ? REPORT_DONE : report_failure(c->path, &c->file.env.error);
}

/* One line: what is done, or would be. */
static int change_summary(struct change *c, const struct change_settings *s, bool changed)
{
    struct out o;
    if (s->quiet)
        return REPORT_DONE;
    if (!out_open(&o, STDOUT_FILENO))
        return report_memory();
    print_safe_text(&o, c->path);
    out_text(&o, !changed ? ": nothing to change" : s->dry_run ? ": would do: " : ": ");
    if (changed)
        out_bytes(&o, c->said.data, c->said.used);
    else if (c->said.used) {
        out_text(&o, " (");
        out_bytes(&o, c->said.data, c->said.used);
        out_char(&o, ')');
    }
    out_char(&o, '\n');
    out_flush(&o);
    int code = out_failed(&o) ? report_system("standard output", "cannot write", o.os_error) : REPORT_DONE;
    out_close(&o);
    return code;
}

static int change_one(const char *path, const struct change_settings *s, bool commit, bool final, change_plan *plan,
                      void *ctx)
{
    struct change c;
    struct change_tail tail = {.n = 0};
    bool changed = false;
    int code = change_open(&c, path, s, commit, final);
    if (code == REPORT_DONE)
        code = change_open_reader(&c);
    if (code == REPORT_DONE)
        code = plan(ctx, &c);
    if (code == REPORT_DONE && c.failed)
        code = report_memory();
    inlay_sink sink = {&tail, change_tail_append};
    if (code == REPORT_DONE)
        tail.footer = inlay_reader_footer(c.file.in.reader);
    if (code == REPORT_DONE &&
        inlay_footer_edit(&c.file.env, c.file.in.reader, c.edits, c.n, &sink, &changed) != INLAY_OK)
        code = report_failure(path, &c.file.env.error);
    if (code == REPORT_DONE && commit && changed)
        code = change_commit(&c, s, &tail);
    if (code == REPORT_DONE && final)
        code = change_summary(&c, s, changed);
    change_tail_free(&tail);
    change_close(&c);
    return code;
}

int change_files(char **paths, int n, const struct change_settings *settings, change_plan *plan, void *ctx)
{
    int code = REPORT_DONE;
    for (int i = 0; i < n && n > 1 && !settings->dry_run && code == REPORT_DONE; i++)
        code = change_one(paths[i], settings, false, false, plan, ctx);
    for (int i = 0; i < n && code == REPORT_DONE; i++)
        code = change_one(paths[i], settings, !settings->dry_run, true, plan, ctx);
    return code;
}

/* ---- undo ---- */

static int change_nothing_to_undo(const struct change *c)
{
    static const inlay_error error = {.status = INLAY_CORRUPT, .at = -1, .row = -1, .row_group = -1, .page = -1,
                                      .what = "nothing to undo"};
    return report_failure_with(c->path, &error, "only changes made with --in-place leave the footer before them");
}

static int change_undo_one(struct change *c, const struct change_settings *s)
{
    const inlay_source *source = &c->file.in.source;
    uint64_t end = 0, keep = 0;
    inlay_status status = inlay_footer_recover(&c->file.env, source, &end);
    keep = end;
    bool torn = status == INLAY_OK && end < source->size_bytes;
    if (status == INLAY_OK && !torn)
        status = inlay_footer_previous(&c->file.env, source, end, &keep);
    if (status == INLAY_END)
        return change_nothing_to_undo(c);
    if (status != INLAY_OK)
        return report_failure(c->path, &c->file.env.error);
    change_say(c, "%s %llu bytes of %s cut off", torn ? "recovered:" : "undone:",
               (unsigned long long)(source->size_bytes - keep), torn ? "an unfinished change" : "the last change");
    inlay_amendment m = {.way = INLAY_AMEND_IN_PLACE, .keep_bytes = keep};
    signals_hold();
    if (c->amend)
        status = inlay_amend_commit(c->amend, &m);
    signals_release();
    return status == INLAY_OK ? change_summary(c, s, true) : report_failure(c->path, &c->file.env.error);
}

int change_undo(char **paths, int n, const struct change_settings *settings)
{
    int code = REPORT_DONE;
    for (int i = 0; i < n && code == REPORT_DONE; i++) {
        struct change c;
        code = change_open(&c, paths[i], settings, !settings->dry_run, true);
        if (code == REPORT_DONE)
            code = change_undo_one(&c, settings);
        change_close(&c);
    }
    return code;
}

/* ---- log ---- */

enum { CHANGE_LOG_KEYS = 4096 }; /* each is looked for among all others */

/* Keys of `now` that differ from `before`, and those that went. */
static void change_log_keys(struct out *o, const inlay_reader *now, const inlay_reader *before)
{
    static const char *const words[] = {" +", " -", " ~"};
    if (inlay_reader_key_values(now) > CHANGE_LOG_KEYS || inlay_reader_key_values(before) > CHANGE_LOG_KEYS) {
        out_text(o, " too many keys to compare");
        return;
    }
    for (unsigned pass = 0; pass < 2; pass++) {
        const inlay_reader *left = pass ? before : now, *right = pass ? now : before;
        for (uint32_t i = 0; i < inlay_reader_key_values(left); i++) {
            const inlay_key_value *kv = inlay_reader_key_value(left, i), *other = NULL;
            for (uint32_t k = 0; k < inlay_reader_key_values(right) && !other; k++)
                if (change_same(inlay_reader_key_value(right, k)->key, kv->key))
                    other = inlay_reader_key_value(right, k);
            if (other && (pass || (other->has_value == kv->has_value && change_same(other->value, kv->value))))
                continue;
            out_text(o, words[other ? 2 : pass]);
            print_safe(o, kv->key);
            if (kv->has_value && !pass)
                out_format(o, " (%llu bytes)", (unsigned long long)kv->value.len);
        }
    }
}

static int change_log_one(struct change *c, struct out *o)
{
    inlay_env *env = &c->file.env;
    inlay_source now = c->file.in.source, before = now;
    inlay_reader *reader = c->file.in.reader, *older = NULL;
    inlay_status status;
    print_safe_text(o, c->path);
    out_char(o, '\n');
    c->file.in.reader = NULL;
    while ((status = inlay_footer_previous(env, &c->file.in.source, now.size_bytes, &before.size_bytes)) == INLAY_OK) {
        status = inlay_reader_open(env, &before, NULL, &older);
        if (status != INLAY_OK)
            break;
        out_format(o, "  %llu bytes:", (unsigned long long)now.size_bytes);
        change_log_keys(o, reader, older);
        out_char(o, '\n');
        inlay_reader_close(reader);
        reader = older;
        now = before;
    }
    out_format(o, "  %llu bytes: the first footer, %llu bytes\n", (unsigned long long)now.size_bytes,
               (unsigned long long)inlay_reader_footer_bytes(reader));
    inlay_reader_close(reader);
    return status == INLAY_END ? REPORT_DONE : report_failure(c->path, &env->error);
}

int change_log(char **paths, int n, const struct change_settings *settings)
{
    struct out o;
    int code = REPORT_DONE;
    if (!out_open(&o, STDOUT_FILENO))
        return report_memory();
    for (int i = 0; i < n && code == REPORT_DONE; i++) {
        struct change c;
        code = change_open(&c, paths[i], settings, false, true);
        if (code == REPORT_DONE)
            code = change_open_reader(&c);
        if (code == REPORT_DONE)
            code = change_log_one(&c, &o);
        change_close(&c);
    }
    return out_finish(&o, code);
}

#endif
