/* Footer keys of recordings that are JSON; see inlay/annotate.h. */
#include "recording/sources.h"

#if INLAY_RECORDING

#include <string.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/json.h"
#include "base/json_write.h"

static inlay_status sources_bad(inlay_env *env, const struct json_reader *r, const char *what)
{
    return r->failed ? err_set_at(env, INLAY_ARG, r->failed, r->failed_at)
                     : err_set_at(env, INLAY_ARG, what, (uint64_t)(r->at - r->start));
}

inlay_status inlay_json_check(inlay_env *env, inlay_bytes text)
{
    struct json_reader r;
    json_start(&r, text.data, text.len);
    json_skip(&r);
    return json_finish(&r) ? INLAY_OK : sources_bad(env, &r, ERR("one JSON value is expected"));
}

/* Is this key, its escapes resolved, equal to `name`? `scratch` holds the key meanwhile. */
static bool sources_is(const struct json_value *key, inlay_bytes name, struct buf *scratch)
{
    buf_clear(scratch);
    uint8_t *text = buf_reserve(scratch, key->text.len + 1);
    if (!text || key->text.len < name.len)
        return false;
    size_t n = key->escapes ? json_decode(key, text) : key->text.len;
    return n == name.len && (n == 0 || memcmp(key->escapes ? text : key->text.data, name.data, n) == 0);
}

/* ---- one text ---- */

/* The value of the member `name`, to be read next; false: there is none. */
static bool sources_enter(struct json_reader *r, inlay_bytes name, struct buf *scratch)
{
    struct json_value v, key;
    if (json_read(r, &v) != JSON_OBJECT)
        return false;
    while (json_member(r, &key)) {
        if (sources_is(&key, name, scratch))
            return true;
        json_skip(r);
    }
    return false;
}

inlay_status inlay_json_text(inlay_env *env, inlay_bytes text, const inlay_bytes *path, size_t n, const inlay_sink *sink)
{
    struct json_reader r;
    struct json_value v = {.kind = JSON_NONE};
    struct buf scratch;
    bool found = true;
    buf_init(&scratch, env);
    json_start(&r, text.data, text.len);
    for (size_t i = 0; i < n && found; i++)
        found = sources_enter(&r, path[i], &scratch);
    found = found && json_read(&r, &v) == JSON_STRING;
    buf_clear(&scratch);
    uint8_t *plain = found ? buf_reserve(&scratch, v.text.len + 1) : NULL;
    inlay_status status = scratch.status;
    if (status == INLAY_OK && r.failed)
        status = sources_bad(env, &r, "");
    else if (status == INLAY_OK && !found)
        status = INLAY_END;
    if (status == INLAY_OK && plain)
        status = io_append(env, sink, plain, json_decode(&v, plain));
    buf_free(&scratch);
    return status;
}

/* ---- rename ---- */

struct sources_rename {
    inlay_bytes from, to;
    struct buf out, scratch;
    bool found;
};

static void sources_put(struct buf *out, inlay_bytes key, bool raw, inlay_bytes value)
{
    if (out->bytes > 1)
        buf_u8(out, ',');
    if (raw) {
        buf_u8(out, '"');
        buf_append(out, key.data, key.len);
        buf_u8(out, '"');
    } else {
        json_write_text(out, key);
    }
    buf_u8(out, ':');
    buf_append(out, value.data, value.len);
}

static inlay_status sources_walk(inlay_env *env, inlay_bytes text, struct sources_rename *s)
{
    struct json_reader r;
    struct json_value v, key;
    json_start(&r, text.data, text.len);
    if (json_read(&r, &v) != JSON_OBJECT)
        return sources_bad(env, &r, ERR("an object by source is expected"));
    buf_u8(&s->out, '{');
    while (json_member(&r, &key)) {
        bool is_from = sources_is(&key, s->from, &s->scratch), is_to = sources_is(&key, s->to, &s->scratch);
        inlay_bytes value = json_span(&r);
        if (is_from)
            sources_put(&s->out, s->to, false, value);
        else if (!is_to)
            sources_put(&s->out, key.text, true, value);
        s->found = s->found || is_from;
    }
    buf_u8(&s->out, '}');
    if (!json_finish(&r))
        return sources_bad(env, &r, ERR("an object by source is expected"));
    return s->scratch.status == INLAY_OK ? s->out.status : s->scratch.status;
}

inlay_status inlay_sources_rename(inlay_env *env, inlay_bytes text, inlay_bytes from, inlay_bytes to,
                                  const inlay_sink *sink)
{
    struct sources_rename s = {.from = from, .to = to};
    buf_init(&s.out, env);
    buf_init(&s.scratch, env);
    inlay_status status = sources_walk(env, text, &s);
    if (status == INLAY_OK && !s.found)
        status = INLAY_END;
    if (status == INLAY_OK) {
        int e = sink->append(sink->ctx, s.out.data, s.out.bytes);
        if (e)
            status = err_set_os(env, ERR("cannot write"), e);
    }
    buf_free(&s.out);
    buf_free(&s.scratch);
    return status;
}

/* ---- shape ---- */

bool sources_beside(inlay_bytes name)
{
    static const char *const names[] = {"first_sample_ns", "last_sample_ns", "role", "sampler_status", "descriptions",
                                        "service_queries"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (name.len == strlen(names[i]) && memcmp(name.data, names[i], name.len) == 0)
            return true;
    return false;
}

static bool sources_is_beside(const struct json_value *key)
{
    uint8_t plain[6 * 16]; /* the longest of them, every letter as an escape */
    if (!key->escapes || key->text.len > sizeof plain)
        return !key->escapes && sources_beside(key->text);
    return sources_beside((inlay_bytes){plain, json_decode(key, plain)});
}

static void sources_look_at(struct json_reader *r, inlay_sources_shape *shape)
{
    struct json_value key, v;
    bool flat = false, nested = false;
    if (json_read(r, &v) != JSON_OBJECT) {
        shape->odd++;
        if (v.kind == JSON_ARRAY)
            json_leave(r);
        return;
    }
    while (json_member(r, &key)) {
        bool reserved = sources_is_beside(&key);
        flat = flat || (reserved && !json_is(&key, "descriptions") && !json_is(&key, "service_queries"));
        inlay_bytes value = json_span(r);
        nested = nested || (!reserved && value.len && value.data[0] == '{');
    }
    shape->flat += flat;
    shape->nested += nested;
}

inlay_status inlay_sources_look(inlay_env *env, inlay_bytes text, inlay_sources_shape *shape)
{
    struct json_reader r;
    struct json_value key, v;
    *shape = (inlay_sources_shape){0};
    json_start(&r, text.data, text.len);
    if (json_read(&r, &v) != JSON_OBJECT)
        return sources_bad(env, &r, ERR("an object by source is expected"));
    while (json_member(&r, &key)) {
        sources_look_at(&r, shape);
        shape->sources++;
    }
    return json_finish(&r) ? INLAY_OK : sources_bad(env, &r, ERR("an object by source is expected"));
}

#endif
