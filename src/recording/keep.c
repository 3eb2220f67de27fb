/* Some columns of a recording, copied; see inlay_filter in inlay/recording.h. */
#include <string.h>

#include "inlay/copy.h"

#include "base/json.h"
#include "base/json_write.h"
#include "recording/choice.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

struct keep {
    inlay_env *env;
    inlay_reader *reader;
    const inlay_schema *from;
    const inlay_filter_options *options;
    inlay_filter_report *report;
    struct field_set fields;
    struct choice choice;
    struct mem_pool pool;
    bool *kept;        /* [n_fields] */
    uint32_t n_fields, n_leaves, n_from;
    uint32_t *leaves;  /* [n_leaves] of the input, kept ones */
    uint32_t *numbers; /* [all leaves] its number in the result + 1; 0 = gone */
    struct intern stay, gone; /* metrics and names of columns that stay, that go */
    inlay_schema *schema;
    inlay_writer *writer;
    uint64_t done, total;
};

/* ---- which ---- */

static inlay_status keep_choose(struct keep *k)
{
    const inlay_filter_options *o = k->options;
    uint32_t found = 0;
    k->choice.globs = o->globs;
    k->choice.n_globs = o->n_globs;
    for (size_t i = 0; i < o->n_metrics; i++)
        TRY(choice_metric(&k->choice, field_text(o->metrics[i])));
    if (o->queries.data) {
        k->choice.queries = true;
        TRY(choice_queries(&k->choice, o->queries, &found));
        return found ? INLAY_OK : err_set(k->env, INLAY_ARG, ERR("no query in it: kpis with a query each are wanted"));
    }
    if (o->n_globs || o->n_metrics)
        return INLAY_OK;
    k->choice.queries = true;
    TRY(choice_own(&k->choice, k->reader, &found));
    return found ? INLAY_OK : err_set(k->env, INLAY_ARG, ERR("the recording has no queries of its own"));
}

/* "foo" of "web01::foo:buckets". */
static inlay_bytes keep_metric(inlay_bytes name)
{
    inlay_bytes bare = field_bare(name);
    size_t n = 0;
    while (n < bare.len && bare.data[n] != ':')
        n++;
    return (inlay_bytes){bare.data, n};
}

/* Texts are known by the metric, by the name or by what stands before ":buckets". */
static inlay_status keep_remember(struct keep *k, uint32_t field, struct intern *names)
{
    inlay_bytes name = inlay_arrow_schema_field(k->fields.arrow, field).name;
    inlay_bytes metric = field_get(&k->fields, field, "metric");
    uint32_t number;
    TRY(intern_text(names, name, &number));
    TRY(intern_text(names, field_bare(name), &number));
    TRY(intern_text(names, keep_metric(name), &number));
    return metric.data ? intern_text(names, metric, &number) : INLAY_OK;
}

static inlay_status keep_match(struct keep *k)
{
    uint32_t node = 1, matched = 0;
    for (uint32_t i = 0; i < k->n_fields; i++, node = inlay_schema_node(k->from, node)->end) {
        inlay_bytes name = inlay_schema_node(k->from, node)->name;
        bool rezolus, matches = choice_match(&k->choice, &k->fields, i, &rezolus);
        bool time = field_is(name, "timestamp") || field_is(name, "duration");
        k->kept[i] = time || matches || rezolus;
        matched += matches && !time;
        k->report->n_kept += k->kept[i];
        TRY(keep_remember(k, i, k->kept[i] ? &k->stay : &k->gone));
    }
    return matched ? INLAY_OK : err_set(k->env, INLAY_ARG, ERR("nothing matched: no column would stay but the time"));
}

/* ---- schema ---- */

static inlay_status keep_schema(struct keep *k)
{
    void *block = NULL;
    uint32_t node = 1;
    TRY(mem_pool_take(&k->pool, ((size_t)k->n_from + 1) * sizeof *k->leaves, &block));
    k->leaves = block;
    TRY(mem_pool_take(&k->pool, ((size_t)k->n_from + 1) * sizeof *k->numbers, &block));
    k->numbers = block;
    TRY(inlay_schema_new(k->env, &k->schema));
    for (uint32_t i = 0; i < k->n_fields; i++, node = inlay_schema_node(k->from, node)->end) {
        const inlay_node *top = inlay_schema_node(k->from, node);
        if (!k->kept[i])
            continue;
        TRY(inlay_schema_copy(k->schema, 0, k->from, node, top->repetition));
        for (uint32_t n = node; n < top->end; n++) {
            int32_t leaf = inlay_schema_node(k->from, n)->leaf;
            if (leaf < 0)
                continue;
            k->leaves[k->n_leaves] = (uint32_t)leaf;
            k->numbers[leaf] = ++k->n_leaves;
        }
    }
    return INLAY_OK;
}

/* ARROW:schema of the fields that stay. */
static inlay_status keep_arrow(struct keep *k)
{
    void *block = NULL;
    inlay_memory_sink memory;
    size_t n = 0;
    TRY(mem_pool_take(&k->pool, k->n_fields * sizeof(inlay_arrow_pick) + 1, &block));
    inlay_arrow_pick *picks = block;
    for (uint32_t i = 0; i < k->n_fields; i++)
        if (k->kept[i])
            picks[n++] = (inlay_arrow_pick){.from = k->fields.arrow, .field = i};
    inlay_sink sink = inlay_sink_memory(&memory, k->env);
    inlay_status status = field_memory(
        k->env, inlay_arrow_schema_compose(k->env, picks, n, NULL, 0, INLAY_ARROW_DROP_UNKNOWN, &sink));
    inlay_bytes value = {memory.data, memory.bytes};
    if (status == INLAY_OK)
        status = inlay_writer_key_value(k->writer, field_text("ARROW:schema"), &value);
    inlay_sink_memory_free(&memory);
    return status;
}

/* ---- texts of metrics ---- */

/* A text goes with the last column of its metric; one that no column has stays. */
static inlay_status keep_goes(struct keep *k, const struct json_value *key, bool *goes)
{
    void *block = NULL;
    uint32_t number;
    TRY(mem_new(k->env, key->text.len + 1, &block));
    inlay_bytes name = {block, json_decode(key, block)};
    *goes = intern_find(&k->gone, name, &number) && !intern_find(&k->stay, name, &number);
    mem_free(k->env, block, key->text.len + 1);
    return INLAY_OK;
}

enum keep_place { KEEP_TEXTS, KEEP_PLAIN, KEEP_SOURCES, KEEP_SOURCE };

/* The object with the texts left out: at KEEP_TEXTS members themselves, at KEEP_SOURCE in "descriptions", at
 * KEEP_SOURCES one deeper. Goes at most three deep. */
static inlay_status keep_prune(struct keep *k, inlay_bytes object, enum keep_place place, struct buf *out)
{
    struct json_reader r;
    struct json_value key;
    bool first = true;
    json_start(&r, object.data, object.len);
    if (place == KEEP_PLAIN || json_read(&r, &key) != JSON_OBJECT) {
        buf_append(out, object.data, object.len);
        return out->status;
    }
    buf_u8(out, '{');
    while (json_member(&r, &key)) {
        bool goes = false;
        enum keep_place inner = place == KEEP_SOURCES ? KEEP_SOURCE : KEEP_PLAIN;
        if (place == KEEP_TEXTS)
            TRY(keep_goes(k, &key, &goes));
        if (place == KEEP_SOURCE && json_is(&key, "descriptions"))
            inner = KEEP_TEXTS;
        inlay_bytes value = json_span(&r);
        if (goes || !value.data)
            continue;
        if (!first)
            buf_u8(out, ',');
        first = false;
        buf_u8(out, '"');
        buf_append(out, key.text.data, key.text.len);
        buf_append(out, "\":", 2);
        TRY(keep_prune(k, value, inner, out));
    }
    buf_u8(out, '}');
    return out->status;
}

/* The value with the texts pruned; as it stands where nothing goes, or where it is no JSON. */
static inlay_status keep_pruned(struct keep *k, const inlay_key_value *kv, enum keep_place place)
{
    struct buf out;
    struct json_reader r;
    json_start(&r, kv->value.data, kv->value.len);
    inlay_bytes json = json_span(&r);
    if (!json_finish(&r))
        return inlay_writer_key_value(k->writer, kv->key, &kv->value);
    buf_init(&out, k->env);
    inlay_status status = keep_prune(k, json, place, &out);
    inlay_bytes value = {out.data, out.bytes};
    if (status == INLAY_OK)
        status = inlay_writer_key_value(k->writer, kv->key, &value);
    buf_free(&out);
    return status;
}

static inlay_status keep_key(struct keep *k, const inlay_key_value *kv)
{
    if (field_is(kv->key, "ARROW:schema"))
        return INLAY_OK; /* comes last */
    if (kv->has_value && field_is(kv->key, "descriptions"))
        return keep_pruned(k, kv, KEEP_TEXTS);
    if (kv->has_value && field_is(kv->key, "per_source_metadata"))
        return keep_pruned(k, kv, KEEP_SOURCES);
    return inlay_writer_key_value(k->writer, kv->key, kv->has_value ? &kv->value : NULL);
}

static inlay_status keep_keys(struct keep *k)
{
    for (uint32_t i = 0; i < inlay_reader_key_values(k->reader); i++)
        TRY(keep_key(k, inlay_reader_key_value(k->reader, i)));
    return k->fields.stored ? keep_arrow(k) : INLAY_OK;
}

/* ---- rows ---- */

/* Rows are in the order of the first sorting columns as long as these are there. */
static inlay_status keep_sorting(struct keep *k, uint32_t row_group, uint32_t n)
{
    void *block = NULL;
    uint32_t kept = 0;
    TRY(mem_new(k->env, n * sizeof(inlay_sorting) + 1, &block));
    inlay_sorting *columns = block;
    for (; kept < n; kept++) {
        if (inlay_reader_sorting(k->reader, row_group, kept, &columns[kept]) != INLAY_OK ||
            k->numbers[columns[kept].leaf] == 0)
            break;
        columns[kept].leaf = k->numbers[columns[kept].leaf] - 1;
    }
    inlay_status status = inlay_writer_sorting(k->writer, columns, kept);
    mem_free(k->env, block, n * sizeof(inlay_sorting) + 1);
    return status;
}

static inlay_status keep_group(struct keep *k, uint32_t row_group)
{
    inlay_row_group group;
    TRY(inlay_reader_row_group(k->reader, row_group, &group));
    TRY(keep_sorting(k, row_group, group.n_sorting));
    for (uint32_t i = 0; i < k->n_leaves; i++) {
        TRY(inlay_writer_copy_chunk(k->writer, i, k->reader, row_group, k->leaves[i]));
        if (k->options->progress)
            k->options->progress(k->options->progress_ctx, ++k->done, k->total);
    }
    k->report->n_rows += (uint64_t)group.n_rows;
    k->report->n_row_groups++;
    return inlay_writer_end_row_group(k->writer);
}

static inlay_status keep_run(struct keep *k, const inlay_sink *sink)
{
    void *block = NULL;
    const inlay_write_options write = {
        .flags = INLAY_WRITE_IN_ORDER | INLAY_WRITE_TRUSTED_ORDER | INLAY_WRITE_AS_IS | INLAY_WRITE_INT96};
    TRY(field_open(&k->fields, k->env, k->reader));
    TRY(mem_pool_take(&k->pool, k->n_fields * sizeof *k->kept + 1, &block));
    k->kept = block;
    TRY(keep_choose(k));
    TRY(keep_match(k));
    TRY(keep_schema(k));
    TRY(inlay_writer_open(k->env, sink, k->schema, &write, &k->writer));
    TRY(keep_keys(k));
    k->total = (uint64_t)k->n_leaves * inlay_reader_row_groups(k->reader);
    for (uint32_t i = 0; i < inlay_reader_row_groups(k->reader); i++)
        TRY(keep_group(k, i));
    return inlay_writer_finish(k->writer);
}

inlay_status inlay_filter(inlay_env *env, inlay_reader *reader, const inlay_sink *sink,
                          const inlay_filter_options *options, inlay_filter_report *report)
{
    static const inlay_filter_options defaults = {0};
    inlay_filter_report none;
    struct keep k = {.env = env,
                     .reader = reader,
                     .from = inlay_reader_schema(reader),
                     .options = options ? options : &defaults,
                     .report = report ? report : &none};
    *k.report = (inlay_filter_report){0};
    k.n_fields = k.report->n_columns = inlay_schema_node(k.from, 0)->n_children;
    k.n_from = inlay_schema_leaves(k.from);
    mem_pool_init(&k.pool, env);
    choice_init(&k.choice, env);
    intern_init(&k.stay, env);
    intern_init(&k.gone, env);
    inlay_status status = keep_run(&k, sink);
    inlay_error error = env->error;
    inlay_writer_close(k.writer);
    inlay_schema_close(k.schema);
    field_close(&k.fields);
    choice_free(&k.choice);
    intern_free(&k.stay);
    intern_free(&k.gone);
    mem_pool_free(&k.pool);
    if (status != INLAY_OK)
        env->error = error;
    return status;
}

#endif
