/* Which columns of a recording; see choice.h. */
#include "recording/choice.h"

#include <string.h>

#include "base/json.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

void choice_init(struct choice *s, inlay_env *env)
{
    *s = (struct choice){.env = env};
    intern_init(&s->names, env);
}

void choice_free(struct choice *s)
{
    if (s->env)
        intern_free(&s->names);
    s->env = NULL;
}

inlay_status choice_metric(struct choice *s, inlay_bytes name)
{
    uint32_t number;
    return name.len ? intern_text(&s->names, name, &number) : INLAY_OK;
}

/* ---- queries ---- */

static bool choice_word(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9');
}

/* Behind a text in quotes or braces that begins at i; the end where it is not closed. */
static size_t choice_behind(inlay_bytes q, size_t i)
{
    uint8_t open = q.data[i], close = open == '{' ? '}' : open;
    for (i++; i < q.len && q.data[i] != close; i++) {
        if (open != '{' && q.data[i] == '\\' && i + 1 < q.len)
            i++;
        else if (open == '{' && (q.data[i] == '"' || q.data[i] == '\''))
            i = choice_behind(q, i) - 1; /* one deep: a quote holds no braces */
    }
    return i < q.len ? i + 1 : q.len;
}

inlay_status choice_promql(struct choice *s, inlay_bytes q)
{
    for (size_t i = 0; i < q.len;) {
        uint8_t c = q.data[i];
        if (c == '{' || c == '"' || c == '\'') {
            i = choice_behind(q, i);
            continue;
        }
        if (!choice_word(c)) {
            i++;
            continue;
        }
        size_t from = i;
        while (i < q.len && choice_word(q.data[i]))
            i++;
        size_t next = i;
        while (next < q.len && (q.data[next] == ' ' || q.data[next] == '\t'))
            next++;
        bool call = next < q.len && q.data[next] == '(';
        bool number = q.data[from] >= '0' && q.data[from] <= '9'; /* or a duration */
        if (!number && !call)
            TRY(choice_metric(s, (inlay_bytes){q.data + from, i - from}));
    }
    return INLAY_OK;
}

static inlay_status choice_text(struct choice *s, const struct json_value *v, uint32_t *found)
{
    void *block = NULL;
    if (v->kind != JSON_STRING)
        return INLAY_OK;
    TRY(mem_new(s->env, v->text.len + 1, &block));
    inlay_status status = choice_promql(s, (inlay_bytes){block, json_decode(v, block)});
    mem_free(s->env, block, v->text.len + 1);
    *found += 1;
    return status;
}

/* One KPI: its member "query". */
static inlay_status choice_kpi(struct choice *s, struct json_reader *r, uint32_t *found)
{
    struct json_value key, v;
    enum json_kind kind = json_read(r, &v);
    if (kind == JSON_ARRAY)
        json_leave(r);
    while (kind == JSON_OBJECT && json_member(r, &key))
        if (!json_is(&key, "query"))
            json_skip(r);
        else if (json_read(r, &v) == JSON_OBJECT || v.kind == JSON_ARRAY)
            json_leave(r);
        else
            TRY(choice_text(s, &v, found));
    return INLAY_OK;
}

inlay_status choice_queries(struct choice *s, inlay_bytes json, uint32_t *found)
{
    struct json_reader r;
    struct json_value key, v;
    json_start(&r, json.data, json.len);
    if (json_read(&r, &v) != JSON_OBJECT)
        json_fail(&r, ERR("queries are a JSON object with kpis"));
    while (json_member(&r, &key))
        if (!json_is(&key, "kpis"))
            json_skip(&r);
        else if (json_read(&r, &v) == JSON_OBJECT)
            json_leave(&r);
        else
            while (v.kind == JSON_ARRAY && json_element(&r))
                TRY(choice_kpi(s, &r, found));
    return json_finish(&r) ? INLAY_OK : err_set_at(s->env, INLAY_ARG, r.failed, r.failed_at);
}

/* service_queries under a source, or under one of its labels. */
static inlay_status choice_under(struct choice *s, inlay_bytes object, uint32_t depth, uint32_t *found)
{
    struct json_reader r;
    struct json_value key;
    json_start(&r, object.data, object.len);
    if (json_read(&r, &key) != JSON_OBJECT)
        return INLAY_OK;
    while (json_member(&r, &key)) {
        bool queries = json_is(&key, "service_queries");
        inlay_bytes value = json_span(&r);
        if (!value.data)
            break;
        if (value.data[0] == '{' && queries && depth > 0)
            TRY(choice_queries(s, value, found));
        else if (value.data[0] == '{' && depth < 2)
            TRY(choice_under(s, value, depth + 1, found));
    }
    return INLAY_OK;
}

inlay_status choice_own(struct choice *s, const inlay_reader *reader, uint32_t *found)
{
    inlay_bytes top = field_key(reader, "service_queries"), psm = field_key(reader, "per_source_metadata");
    inlay_status status = top.data ? choice_queries(s, top, found) : INLAY_OK;
    if (status != INLAY_OK && status != INLAY_ARG)
        return status; /* what is no JSON is as if it were not there */
    if (*found == 0 && psm.data)
        status = choice_under(s, psm, 0, found);
    return status == INLAY_ARG ? INLAY_OK : status;
}

/* ---- columns ---- */

/* * any bytes, ? one character's bytes; one star back at a time, so that it takes at most glob x text steps. */
bool choice_glob(const char *glob, inlay_bytes text)
{
    size_t i = 0, star_text = 0;
    const char *star = NULL;
    while (i < text.len) {
        if (*glob == '*') {
            star = ++glob;
            star_text = i;
        } else if (*glob == '?') {
            glob++;
            for (i++; i < text.len && (text.data[i] & 0xC0) == 0x80; i++)
                ;
        } else if (*glob && (uint8_t)*glob == text.data[i]) {
            glob++;
            i++;
        } else if (star) {
            glob = star;
            i = ++star_text;
        } else {
            return false;
        }
    }
    while (*glob == '*')
        glob++;
    return *glob == 0;
}

static bool choice_is_metric(const struct choice *s, inlay_bytes text)
{
    uint32_t number;
    return text.data && intern_find(&s->names, text, &number);
}

/* The name up to its first colon. */
static inlay_bytes choice_head(inlay_bytes name)
{
    size_t n = 0;
    while (n < name.len && name.data[n] != ':')
        n++;
    return (inlay_bytes){name.data, n};
}

bool choice_match(const struct choice *s, const struct field_set *fields, uint32_t field, bool *rezolus)
{
    inlay_bytes name = inlay_arrow_schema_field(fields->arrow, field).name, bare = field_bare(name);
    inlay_bytes texts[] = {name, bare, choice_head(bare), field_get(fields, field, "metric")};
    bool matches = false;
    for (size_t i = 0; i < sizeof texts / sizeof *texts && !matches; i++) {
        matches = choice_is_metric(s, texts[i]);
        for (size_t k = 0; k < s->n_globs && texts[i].data && !matches; k++)
            matches = choice_glob(s->globs[k], texts[i]);
    }
    *rezolus = !matches && s->queries && field_is(field_get(fields, field, "source"), "rezolus");
    return matches;
}

#endif
