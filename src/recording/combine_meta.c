/* Footer keys of a combination; see combine.h.
 *
 * per_source_metadata stands in files in two shapes: flat {"SOURCE":{"first_sample_ns":..}}, as recorders write it,
 * and nested {"SOURCE":{"LABEL":{..}}}, with the flat members beside the labels. It is written nested; what a
 * recording of one node says about its source goes under the node, and beside it for readers of the flat shape.
 */
#include "recording/combine.h"

#include <string.h>

#include "inlay/events.h"

#include "base/json.h"
#include "base/json_write.h"
#include "base/sort.h"
#include "recording/series.h"
#include "recording/doc.h"
#include "recording/sources.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

struct cmeta {
    struct combine *c;
    struct doc psm;
    struct intern known; /* "SOURCE\0METRIC" of the fields of one input */
    struct intern said;  /* "KEY\0VALUE" of the user's keys */
    uint32_t *n_said;    /* how many inputs say it */
    uint32_t *last_said; /* the last of them + 1 */
    struct buf scratch;
};

/* Keys that a combination has a rule for; all others are the user's. */
static const char *const cmeta_keys[] = {"source",       "version", "sampling_interval_ms", "systeminfo",
                                         "descriptions", "selection", "service_queries", "per_source_metadata",
                                         "node",         "instance", "pinned_node",          "events",
                                         "ARROW:schema"};

static bool cmeta_is_known(inlay_bytes key)
{
    for (size_t i = 0; i < sizeof cmeta_keys / sizeof *cmeta_keys; i++)
        if (field_is(key, cmeta_keys[i]))
            return true;
    return false;
}

static inlay_status cmeta_key(struct cmeta *m, const char *key, inlay_bytes value)
{
    return inlay_writer_key_value(m->c->writer, field_text(key), &value);
}

/* ---- objects of the inputs ---- */

struct cmeta_object {
    struct json_reader r;
    inlay_bytes name, value; /* of the member at hand: without escapes; as it stands */
    bool open;
};

static struct cmeta_object cmeta_open(inlay_bytes text)
{
    struct cmeta_object o = {.open = false};
    struct json_value v;
    json_start(&o.r, text.data, text.len);
    o.open = text.data && json_read(&o.r, &v) == JSON_OBJECT;
    return o;
}

/* The object that a footer key holds; anything else is told and is none. */
static struct cmeta_object cmeta_open_key(struct cmeta *m, uint32_t i, const char *key, const char *note)
{
    inlay_bytes text = field_key(m->c->inputs[i].reader, key), json = doc_json(text, true);
    if (text.data && !json.data)
        combine_note(m->c, (int32_t)i, note);
    return cmeta_open(json);
}

/* The next member; false at the end, and after a failure, which *status has. */
static bool cmeta_next(struct cmeta *m, struct cmeta_object *o, inlay_status *status)
{
    struct json_value key;
    void *block = NULL;
    if (*status != INLAY_OK || !o->open || !json_member(&o->r, &key))
        return false;
    o->value = json_span(&o->r);
    o->name = key.text;
    if (key.escapes && o->value.data) {
        *status = mem_pool_take(&m->psm.pool, key.text.len + 1, &block);
        if (*status == INLAY_OK)
            o->name = (inlay_bytes){block, json_decode(&key, block)};
    }
    return *status == INLAY_OK && o->value.data;
}

/* ---- per_source_metadata: what inputs have of it ---- */

/* The members of an object under a node; those that are there stay. */
static inlay_status cmeta_members(struct cmeta *m, uint32_t node, inlay_bytes object)
{
    struct cmeta_object o = cmeta_open(object);
    inlay_status status = INLAY_OK;
    while (cmeta_next(m, &o, &status))
        status = doc_value(&m->psm, node, o.name, o.value);
    return status;
}

static inlay_status cmeta_flat(struct cmeta *m, uint32_t node, inlay_bytes name, inlay_bytes value)
{
    uint32_t texts;
    if (field_is(name, "first_sample_ns") || field_is(name, "last_sample_ns"))
        return doc_number(&m->psm, node, name, value, field_is(name, "last_sample_ns"));
    if (!field_is(name, "descriptions") || value.data[0] != '{')
        return doc_value(&m->psm, node, name, value);
    TRY(doc_object(&m->psm, node, name, &texts));
    return cmeta_members(m, texts, value);
}

/* One member of a source's object. */
static inlay_status cmeta_member(struct cmeta *m, const struct combine_input *in, uint32_t source, inlay_bytes name,
                                 inlay_bytes value)
{
    uint32_t label;
    if (value.data[0] == '{' && !sources_beside(name)) {
        TRY(doc_object(&m->psm, source, name, &label));
        return cmeta_members(m, label, value);
    }
    if (!in->combined && !field_is(name, "descriptions")) {
        TRY(doc_object(&m->psm, source, in->label, &label));
        TRY(doc_value(&m->psm, label, name, value));
    }
    return cmeta_flat(m, source, name, value);
}

static inlay_status cmeta_source(struct cmeta *m, const struct combine_input *in, inlay_bytes name, inlay_bytes object)
{
    struct cmeta_object o = cmeta_open(object);
    uint32_t source;
    inlay_status status = doc_object(&m->psm, 0, name, &source);
    while (cmeta_next(m, &o, &status))
        status = cmeta_member(m, in, source, o.name, o.value);
    return status;
}

static inlay_status cmeta_have(struct cmeta *m, uint32_t i)
{
    struct cmeta_object o = cmeta_open_key(m, i, "per_source_metadata",
                                           "its per_source_metadata is no JSON object and was left out");
    inlay_status status = INLAY_OK;
    while (cmeta_next(m, &o, &status))
        if (o.value.data[0] == '{')
            status = cmeta_source(m, &m->c->inputs[i], o.name, o.value);
    return status;
}

/* ---- the user's keys ---- */

/* The next key-value of the user's from *k on, which goes behind it; NULL: no more. */
static const inlay_key_value *cmeta_next_own(const inlay_reader *reader, uint32_t *k)
{
    while (*k < inlay_reader_key_values(reader)) {
        const inlay_key_value *kv = inlay_reader_key_value(reader, (*k)++);
        if (kv->has_value && !cmeta_is_known(kv->key))
            return kv;
    }
    return NULL;
}

/* ---- per_source_metadata: what was said about the whole file ---- */

/* JSON as it stands, anything else as a text. */
static inlay_status cmeta_put(struct cmeta *m, uint32_t node, const char *name, inlay_bytes value)
{
    inlay_bytes json = doc_json(value, true);
    if (!value.data)
        return INLAY_OK;
    return json.data ? doc_value(&m->psm, node, field_text(name), json)
                     : doc_text(&m->psm, node, field_text(name), value);
}

/* The number of two texts together. */
static inlay_status cmeta_number(struct cmeta *m, struct intern *t, inlay_bytes a, inlay_bytes b, uint32_t *number)
{
    buf_clear(&m->scratch);
    buf_append(&m->scratch, a.data, a.len);
    buf_u8(&m->scratch, 0);
    buf_append(&m->scratch, b.data, b.len);
    TRY(m->scratch.status);
    return intern_text(t, (inlay_bytes){m->scratch.data, m->scratch.bytes}, number);
}

/* Count how many inputs say the same under the user's keys. */
static inlay_status cmeta_count(struct cmeta *m)
{
    size_t most = 0;
    void *block = NULL, *more = NULL;
    for (uint32_t i = 0; i < m->c->n; i++)
        most += inlay_reader_key_values(m->c->inputs[i].reader);
    TRY(mem_pool_take(&m->psm.pool, most * sizeof(uint32_t) + 1, &block));
    TRY(mem_pool_take(&m->psm.pool, most * sizeof(uint32_t) + 1, &more));
    m->n_said = block;
    m->last_said = more;
    const inlay_key_value *kv;
    for (uint32_t i = 0; i < m->c->n; i++)
        for (uint32_t k = 0, number; (kv = cmeta_next_own(m->c->inputs[i].reader, &k)) != NULL;) {
            TRY(cmeta_number(m, &m->said, kv->key, kv->value, &number));
            m->n_said[number] += m->last_said[number] != i + 1;
            m->last_said[number] = i + 1;
        }
    return INLAY_OK;
}

/* Keys of the user's where inputs differ: each one's own. */
static inlay_status cmeta_own(struct cmeta *m, const struct combine_input *in, uint32_t node)
{
    const inlay_key_value *kv;
    for (uint32_t k = 0, number; (kv = cmeta_next_own(in->reader, &k)) != NULL;) {
        TRY(cmeta_number(m, &m->said, kv->key, kv->value, &number));
        if (m->n_said[number] < m->c->n)
            TRY(doc_text(&m->psm, node, kv->key, kv->value));
    }
    return INLAY_OK;
}

/* Queries of a combined recording belong to the source that they name, if it has that. */
static bool cmeta_serves(const struct combine_input *in, inlay_bytes source, inlay_bytes queries)
{
    struct json_reader r;
    struct json_value key, v = {0};
    bool named = false, ours = false, any = false;
    json_start(&r, queries.data, queries.len);
    if (in->n_sources < 2 || !queries.data || json_read(&r, &key) != JSON_OBJECT)
        return true;
    while (json_member(&r, &key))
        if (json_is(&key, "service_name") && json_read(&r, &v) == JSON_STRING) {
            named = true;
            ours = field_same(v.text, source);
            for (uint32_t i = 0; i < in->n_sources; i++)
                any = any || field_same(v.text, in->sources[i]);
        } else if (!json_is(&key, "service_name")) {
            json_skip(&r);
        }
    return !named || !any || ours;
}

static inlay_status cmeta_pair(struct cmeta *m, const struct combine_input *in, const struct combine_pair *pair)
{
    uint32_t source, label;
    inlay_bytes queries = field_key(in->reader, "service_queries");
    TRY(doc_object(&m->psm, 0, pair->source, &source));
    TRY(doc_object(&m->psm, source, pair->label, &label));
    inlay_bytes version = field_key(in->reader, "version");
    if (version.data)
        TRY(doc_text(&m->psm, label, field_text("version"), version));
    TRY(doc_text(&m->psm, label, field_text(pair->by_node ? "node" : "instance"), pair->label));
    inlay_bytes other = in->combined ? (inlay_bytes){NULL, 0}
                                     : field_key(in->reader, pair->by_node ? "instance" : "node");
    if (other.data)
        TRY(doc_text(&m->psm, label, field_text(pair->by_node ? "instance" : "node"), other));
    if (pair->by_node && !in->combined)
        TRY(cmeta_put(m, label, "systeminfo", field_key(in->reader, "systeminfo")));
    if (cmeta_serves(in, pair->source, queries))
        TRY(cmeta_put(m, label, "service_queries", queries));
    return cmeta_own(m, in, label);
}

/* ---- descriptions: texts by metric, under the sources that have the metric ---- */

static inlay_status cmeta_metrics(struct cmeta *m, const struct combine_input *in)
{
    uint32_t number;
    for (uint32_t i = 0; i < in->n_fields; i++) {
        inlay_bytes source = field_get(&in->fields, i, "source"), metric = field_get(&in->fields, i, "metric");
        if (source.data && metric.data)
            TRY(cmeta_number(m, &m->known, source, metric, &number));
    }
    return INLAY_OK;
}

/* Under the sources whose columns are of this metric; under all where no column says so. */
static inlay_status cmeta_text(struct cmeta *m, const struct combine_input *in, inlay_bytes metric, inlay_bytes text)
{
    uint32_t source, texts, number, n_known = 0;
    for (int pass = 0; pass < 2 && n_known == 0; pass++)
        for (uint32_t i = 0; i < in->n_sources; i++) {
            uint32_t before = m->known.n;
            if (pass == 0 && in->n_sources > 1)
                TRY(cmeta_number(m, &m->known, in->sources[i], metric, &number));
            if (m->known.n != before)
                continue; /* not among the columns */
            n_known++;
            TRY(doc_object(&m->psm, 0, in->sources[i], &source));
            TRY(doc_object(&m->psm, source, field_text("descriptions"), &texts));
            TRY(doc_value(&m->psm, texts, metric, text));
        }
    return INLAY_OK;
}

static inlay_status cmeta_descriptions(struct cmeta *m, uint32_t i)
{
    const struct combine_input *in = &m->c->inputs[i];
    struct cmeta_object o = cmeta_open_key(m, i, "descriptions", "its descriptions are no JSON object and were left out");
    intern_free(&m->known);
    intern_init(&m->known, m->c->env);
    inlay_status status = o.open ? cmeta_metrics(m, in) : INLAY_OK;
    while (cmeta_next(m, &o, &status))
        status = cmeta_text(m, in, o.name, o.value);
    return status;
}

static inlay_status cmeta_sources(struct cmeta *m)
{
    struct buf text;
    for (uint32_t i = 0; i < m->c->n; i++) {
        const struct combine_input *in = &m->c->inputs[i];
        TRY(cmeta_have(m, i));
        for (size_t k = 0; k < in->n_pairs; k++)
            TRY(cmeta_pair(m, in, &in->pairs[k]));
        TRY(cmeta_descriptions(m, i));
    }
    buf_init(&text, m->c->env);
    inlay_status status = doc_write(&m->psm, 0, &text);
    if (status == INLAY_OK)
        status = cmeta_key(m, "per_source_metadata", (inlay_bytes){text.data, text.bytes});
    buf_free(&text);
    return status;
}

/* ---- keys of the whole ---- */

static int cmeta_compare(const void *ctx, uint32_t a, uint32_t b)
{
    const inlay_bytes *names = ctx;
    return sortspec_compare(names[a], names[b]);
}

/* All sources, sorted, each once. */
static inlay_status cmeta_source_list(struct cmeta *m)
{
    struct intern names;
    uint32_t number;
    void *block = NULL;
    inlay_status status = INLAY_OK;
    intern_init(&names, m->c->env);
    for (uint32_t i = 0; i < m->c->n && status == INLAY_OK; i++)
        for (uint32_t k = 0; k < m->c->inputs[i].n_sources && status == INLAY_OK; k++)
            status = intern_text(&names, m->c->inputs[i].sources[k], &number);
    if (status == INLAY_OK)
        status = mem_pool_take(&m->psm.pool, 2 * (size_t)names.n * sizeof number, &block);
    if (status == INLAY_OK) {
        uint32_t *order = block;
        for (uint32_t i = 0; i < names.n; i++)
            order[i] = i;
        sort_numbers(order, order + names.n, names.n, cmeta_compare, names.texts);
        buf_clear(&m->scratch);
        for (uint32_t i = 0; i < names.n; i++) {
            buf_u8(&m->scratch, i ? ',' : '[');
            json_write_text(&m->scratch, names.texts[order[i]]);
        }
        buf_u8(&m->scratch, ']');
        status = m->scratch.status;
    }
    if (status == INLAY_OK)
        status = cmeta_key(m, "source", (inlay_bytes){m->scratch.data, m->scratch.bytes});
    intern_free(&names);
    return status;
}

/* The first input's that has the key: those of rezolus first, where that is asked for. */
static inlay_bytes cmeta_first(const struct combine *c, const char *key, bool rezolus)
{
    for (int pass = rezolus ? 0 : 1; pass < 2; pass++)
        for (uint32_t i = 0; i < c->n; i++) {
            inlay_bytes value = field_key(c->inputs[i].reader, key);
            if (value.data && (pass || c->inputs[i].rezolus))
                return value;
        }
    return (inlay_bytes){NULL, 0};
}

static inlay_status cmeta_one(struct cmeta *m, const char *key, inlay_bytes value)
{
    return value.data ? cmeta_key(m, key, value) : INLAY_OK;
}

#if INLAY_EVENTS
static inlay_status cmeta_events(struct cmeta *m)
{
    inlay_events *events = NULL;
    inlay_memory_sink memory;
    inlay_sink sink = inlay_sink_memory(&memory, m->c->env);
    inlay_status status = inlay_events_open(m->c->env, &events);
    for (uint32_t i = 0; i < m->c->n && status == INLAY_OK; i++) {
        inlay_bytes text = field_key(m->c->inputs[i].reader, INLAY_EVENTS_KEY);
        status = text.data ? inlay_events_add_payload(events, text) : INLAY_OK;
        if (status == INLAY_ARG) {
            combine_note(m->c, (int32_t)i, "its events are malformed and were left out");
            status = INLAY_OK;
        }
    }
    if (status == INLAY_OK)
        status = inlay_events_normalise(events, NULL);
    size_t n = status == INLAY_OK ? inlay_events_count(events) : 0;
    m->c->report->n_events = n;
    if (n)
        status = field_memory(m->c->env, inlay_events_write(events, INLAY_EVENTS_PAYLOAD, NULL, &sink));
    if (n && status == INLAY_OK)
        status = cmeta_key(m, INLAY_EVENTS_KEY, (inlay_bytes){memory.data, memory.bytes});
    inlay_events_close(events);
    inlay_sink_memory_free(&memory);
    return status;
}
#else
static inlay_status cmeta_events(struct cmeta *m)
{
    return cmeta_one(m, "events", cmeta_first(m->c, "events", false));
}
#endif

/* The user's keys of one input that none before it has. */
static inlay_status cmeta_users(struct cmeta *m, struct intern *seen, const inlay_reader *reader)
{
    const inlay_key_value *kv;
    for (uint32_t k = 0, number; (kv = cmeta_next_own(reader, &k)) != NULL;) {
        uint32_t before = seen->n;
        TRY(intern_text(seen, kv->key, &number));
        if (seen->n != before)
            TRY(inlay_writer_key_value(m->c->writer, kv->key, &kv->value));
    }
    return INLAY_OK;
}

static inlay_status cmeta_all_users(struct cmeta *m)
{
    struct combine *c = m->c;
    struct intern seen;
    intern_init(&seen, c->env);
    inlay_status status = cmeta_users(m, &seen, c->inputs[c->primary].reader);
    for (uint32_t i = 0; i < c->n && status == INLAY_OK; i++)
        status = cmeta_users(m, &seen, c->inputs[i].reader);
    intern_free(&seen);
    return status;
}

static inlay_status cmeta_write(struct cmeta *m)
{
    struct combine *c = m->c;
    inlay_bytes pinned = c->options->pinned ? field_text(c->options->pinned) : cmeta_first(c, "pinned_node", false);
    TRY(cmeta_count(m));
    TRY(cmeta_source_list(m));
    TRY(cmeta_one(m, "sampling_interval_ms", cmeta_first(c, "sampling_interval_ms", false)));
    TRY(cmeta_one(m, "systeminfo", cmeta_first(c, "systeminfo", true)));
    TRY(cmeta_sources(m));
    TRY(cmeta_one(m, "selection", field_key(c->inputs[c->primary].reader, "selection")));
    TRY(cmeta_events(m));
    TRY(cmeta_one(m, "pinned_node", pinned));
    return cmeta_all_users(m);
}

inlay_status combine_meta(struct combine *c)
{
    struct cmeta m = {.c = c};
    buf_init(&m.scratch, c->env);
    intern_init(&m.known, c->env);
    intern_init(&m.said, c->env);
    inlay_status status = doc_open(&m.psm, c->env);
    if (status == INLAY_OK)
        status = cmeta_write(&m);
    doc_close(&m.psm);
    intern_free(&m.known);
    intern_free(&m.said);
    buf_free(&m.scratch);
    return status;
}

#endif
