/* Inputs of a combination: source, node and instance of each, and whether they fit together; see combine.h. */
#include "recording/combine.h"

#include <string.h>

#include "inlay/copy.h"

#include "base/json.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

/* ---- sources ---- */

/* A JSON array of texts; anything else is a name by itself. */
static inlay_status load_list(struct combine *c, struct combine_input *in, inlay_bytes text)
{
    struct json_reader r;
    struct json_value v;
    void *block = NULL;
    size_t room = 0;
    for (size_t i = 0; i < text.len; i++) /* an array of n texts has at least n - 1 commas */
        room += text.data[i] == ',';
    TRY(mem_pool_take(&c->pool, (room + 1) * sizeof *in->sources, &block));
    in->sources = block;
    json_start(&r, text.data, text.len);
    if (json_read(&r, &v) == JSON_ARRAY) {
        in->listed = true;
        while (json_element(&r)) {
            if (json_read(&r, &v) != JSON_STRING || in->n_sources > room) {
                json_fail(&r, ERR("a name was expected"));
                break;
            }
            TRY(mem_pool_take(&c->pool, v.text.len + 1, &block));
            in->sources[in->n_sources++] = (inlay_bytes){block, json_decode(&v, block)};
        }
        in->listed = json_finish(&r) && in->n_sources > 0;
    }
    if (!in->listed) {
        in->sources[0] = text;
        in->n_sources = 1;
    }
    return INLAY_OK;
}

static inlay_status load_sources(struct combine *c, uint32_t i)
{
    struct combine_input *in = &c->inputs[i];
    inlay_bytes source = field_key(in->reader, "source");
    if (source.len == 0)
        return combine_fail(c, i, INLAY_CORRUPT, ERR("missing 'source' metadata: no recording, or annotate it with --source"),
                            field_text(""));
    TRY(load_list(c, in, source));
    for (uint32_t k = 0; k < in->n_sources; k++)
        in->rezolus = in->rezolus || field_is(in->sources[k], "rezolus");
    return INLAY_OK;
}

/* ---- labels ---- */

inlay_bytes combine_label(const struct combine_input *in, uint32_t field, bool *by_node, inlay_bytes *bare)
{
    static const char *const keys[] = {"node", "instance"};
    inlay_bytes name = inlay_arrow_schema_field(in->fields.arrow, field).name;
    inlay_bytes rest = field_bare(name), source = field_get(&in->fields, field, "source");
    size_t prefix = name.len - rest.len;
    for (size_t k = 0; k < 2 && prefix >= 2; k++) {
        inlay_bytes label = field_get(&in->fields, field, keys[k]), head = {name.data, prefix - 2};
        bool longer = source.data && head.len == source.len + 1 + label.len && head.data[source.len] == '.' &&
                      (source.len == 0 || memcmp(head.data, source.data, source.len) == 0);
        if (longer)
            head = (inlay_bytes){head.data + source.len + 1, label.len};
        if (label.data && field_same(head, label)) {
            *by_node = k == 0;
            *bare = rest;
            return label;
        }
    }
    *bare = name;
    return (inlay_bytes){NULL, 0};
}

static inlay_status load_pair(struct combine *c, struct combine_input *in, struct combine_pair pair)
{
    for (size_t i = 0; i < in->n_pairs; i++) {
        const struct combine_pair *have = &in->pairs[i];
        if (field_same(have->source, pair.source) && field_same(have->label, pair.label))
            return INLAY_OK;
    }
    void *block = in->pairs;
    TRY(mem_grow(c->env, &block, &in->pairs_capacity, in->n_pairs + 1, sizeof *in->pairs));
    in->pairs = block;
    in->pairs[in->n_pairs++] = pair;
    return INLAY_OK;
}

/* Who the columns of a combined recording say that they are of. */
static inlay_status load_combined(struct combine *c, struct combine_input *in)
{
    for (uint32_t i = 0; in->listed && i < in->n_fields; i++) {
        struct combine_pair pair;
        inlay_bytes bare;
        pair.label = combine_label(in, i, &pair.by_node, &bare);
        pair.source = field_get(&in->fields, i, "source");
        if (!pair.label.data)
            continue;
        in->combined = true;
        if (!pair.source.data)
            pair.source = in->sources[0];
        TRY(load_pair(c, in, pair));
    }
    return INLAY_OK;
}

static void load_labels(struct combine_input *in)
{
    inlay_bytes node = field_key(in->reader, "node"), instance = field_key(in->reader, "instance");
    in->by_node = in->rezolus;
    in->has_instance = instance.data != NULL;
    if (in->rezolus)
        in->label = node.data ? node : in->name;
    else
        in->label = instance;
}

/* ---- the columns of time ---- */

static inlay_status load_time(struct combine *c, uint32_t i)
{
    struct combine_input *in = &c->inputs[i];
    uint32_t node = 1;
    for (uint32_t k = 0; k < in->n_fields; k++, node = inlay_schema_node(in->schema, node)->end) {
        inlay_bytes name = inlay_schema_node(in->schema, node)->name;
        if (!in->time_node && field_is(name, "timestamp"))
            in->time_node = node;
        if (!in->duration_node && field_is(name, "duration"))
            in->duration_node = node;
    }
    const inlay_node *time = in->time_node ? inlay_schema_node(in->schema, in->time_node) : NULL;
    if (!time)
        return combine_fail(c, i, INLAY_CORRUPT, ERR("no column timestamp: no recording"), field_text(""));
    if (time->type != INLAY_INT64 || time->max_rep || time->logical.kind != INLAY_INTEGER || time->logical.is_signed)
        return combine_fail(c, i, INLAY_CORRUPT, ERR("the column timestamp is not of type UINT_64"), time->name);
    return INLAY_OK;
}

static inlay_status load_one(struct combine *c, uint32_t i)
{
    struct combine_input *in = &c->inputs[i];
    in->schema = inlay_reader_schema(in->reader);
    in->n_fields = inlay_schema_node(in->schema, 0)->n_children;
    in->copies = inlay_reader_copyable(in->reader);
    TRY(load_sources(c, i));
    inlay_status status = field_open(&in->fields, c->env, in->reader);
    if (status != INLAY_OK) {
        c->env->error.input = (int32_t)i;
        return status;
    }
    TRY(load_combined(c, in));
    if (!in->combined)
        load_labels(in);
    return load_time(c, i);
}

/* ---- together ---- */

static inlay_status load_interval(struct combine *c)
{
    enum { LOAD_NS = 1000000 };
    inlay_bytes first = {NULL, 0};
    for (uint32_t i = 0; i < c->n; i++) {
        inlay_bytes text = field_key(c->inputs[i].reader, "sampling_interval_ms");
        if (!text.data)
            continue;
        if (first.data && !field_same(first, text))
            return combine_fail(c, i, INLAY_CORRUPT, ERR("sampling_interval_ms differs from that of the inputs before"),
                                text);
        first = text;
    }
    if (!first.data)
        return combine_fail(c, 0, INLAY_CORRUPT, ERR("no sampling_interval_ms in any input"), field_text(""));
    struct json_value v = {.kind = JSON_NUMBER, .whole = true, .text = first};
    uint64_t ms = 0;
    bool digits = first.len > 0;
    for (size_t i = 0; i < first.len; i++)
        digits = digits && first.data[i] >= '0' && first.data[i] <= '9';
    if (!digits || !json_uint64(&v, &ms) || ms == 0 || ms > (uint64_t)INT64_MAX / LOAD_NS)
        return combine_fail(c, 0, INLAY_CORRUPT, ERR("sampling_interval_ms is no number of milliseconds"), first);
    c->interval_ns = ms * LOAD_NS;
    return INLAY_OK;
}

static bool load_taken(const struct combine *c, inlay_bytes source, inlay_bytes label)
{
    for (uint32_t i = 0; i < c->n; i++)
        for (size_t k = 0; c->inputs[i].combined && k < c->inputs[i].n_pairs; k++)
            if (field_same(c->inputs[i].pairs[k].source, source) && field_same(c->inputs[i].pairs[k].label, label))
                return true;
    return false;
}

static inlay_bytes load_source_text(const struct combine_input *in)
{
    return field_key(in->reader, "source");
}

/* "0", "1", ... for the recordings of one source that have no instance; none that a combined input has. */
static inlay_status load_number(struct combine *c, struct combine_input *in, uint32_t *next)
{
    for (;; (*next)++) {
        char text[12];
        size_t n = sizeof text;
        uint32_t v = *next;
        do
            text[--n] = (char)('0' + v % 10);
        while (v /= 10);
        inlay_bytes label = {(const uint8_t *)text + n, sizeof text - n};
        if (load_taken(c, in->sources[0], label))
            continue;
        (*next)++;
        return field_copy(&c->pool, label, &in->label);
    }
}

/* Recordings of one source that is not rezolus: all have an instance, or none has. */
static inlay_status load_instances(struct combine *c, uint32_t first)
{
    struct combine_input *in = &c->inputs[first];
    uint32_t with = 0, without = 0, next = 0;
    for (uint32_t i = first; i < c->n; i++) {
        const struct combine_input *other = &c->inputs[i];
        if (other->combined || other->rezolus || !field_same(load_source_text(other), load_source_text(in)))
            continue;
        with += other->has_instance;
        without += !other->has_instance;
        if (with && without)
            return combine_fail(c, i, INLAY_CORRUPT,
                                ERR("mixed instance metadata: some recordings of a source name their instance, others do not"),
                                load_source_text(other));
    }
    for (uint32_t i = first; i < c->n && without; i++) {
        struct combine_input *other = &c->inputs[i];
        if (!other->combined && !other->rezolus && !other->label.data &&
            field_same(load_source_text(other), load_source_text(in)))
            TRY(load_number(c, other, &next));
    }
    return INLAY_OK;
}

static inlay_status load_pairs(struct combine *c)
{
    for (uint32_t i = 0; i < c->n; i++) {
        struct combine_input *in = &c->inputs[i];
        for (uint32_t k = 0; !in->combined && k < in->n_sources; k++)
            TRY(load_pair(c, in, (struct combine_pair){in->sources[k], in->label, in->by_node}));
    }
    for (uint32_t i = 1; i < c->n; i++)
        for (uint32_t j = 0; j < i; j++)
            for (size_t a = 0; a < c->inputs[i].n_pairs; a++)
                for (size_t b = 0; b < c->inputs[j].n_pairs; b++) {
                    const struct combine_pair *x = &c->inputs[i].pairs[a], *y = &c->inputs[j].pairs[b];
                    if (field_same(x->source, y->source) && field_same(x->label, y->label))
                        return combine_fail(c, i, INLAY_CORRUPT,
                                            x->by_node ? ERR("duplicate node: another input has it")
                                                       : ERR("duplicate instance: another input has it"),
                                            x->label);
                }
    return INLAY_OK;
}

static inlay_status load_pinned(struct combine *c)
{
    const char *pinned = c->options->pinned;
    for (uint32_t i = 0; pinned && i < c->n; i++)
        for (size_t k = 0; k < c->inputs[i].n_pairs; k++)
            if (c->inputs[i].pairs[k].by_node && field_is(c->inputs[i].pairs[k].label, pinned))
                return INLAY_OK;
    if (!pinned)
        return INLAY_OK;
    combine_fail(c, 0, INLAY_ARG, ERR("no input is the node that shall be pinned"), field_text(pinned));
    c->env->error.input = -1;
    return INLAY_ARG;
}

inlay_status combine_load(struct combine *c, const inlay_combine_input *inputs)
{
    for (uint32_t i = 0; i < c->n; i++) {
        c->inputs[i].reader = inputs[i].reader;
        c->inputs[i].name = field_text(inputs[i].name ? inputs[i].name : "");
        TRY(load_one(c, i));
    }
    while (c->primary < c->n && !c->inputs[c->primary].rezolus)
        c->primary++;
    if (c->primary == c->n)
        c->primary = 0;
    TRY(load_interval(c));
    for (uint32_t i = 0; i < c->n; i++)
        if (!c->inputs[i].combined && !c->inputs[i].rezolus)
            TRY(load_instances(c, i));
    TRY(load_pairs(c));
    return load_pinned(c);
}

#endif
