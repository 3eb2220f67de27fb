/* doctor: what is odd in a recording, from its footer and its first and last time stamp.
 *
 * Each check is a row of a table; its name stays the same from release to release.
 */
#include "inlay/annotate.h"
#include "inlay/arrow.h"

#include "cli/change.h"

#if INLAY_EVENTS && INLAY_WRITE && INLAY_POSIX && INLAY_RECORDING

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/json.h"
#include "cli/report.h"

enum { DOCTOR_NAMES = 3 /* named in a finding; the rest is counted */ };

struct doctor_settings {
    struct files_settings files;
    bool json;
};

struct doctor {
    const char *path;
    struct files_input *in;
    struct out *out;
    struct json *json;        /* NULL = text */
    inlay_arrow_schema *arrow; /* NULL = none, or damaged */
    unsigned long found;
    int code;                 /* a failure that is not a finding */
};

static void doctor_says(struct doctor *d, const char *check, const char *format, ...)
{
    char text[600], safe[700];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    report_safe(safe, sizeof safe, change_bytes(text));
    d->found++;
    if (d->json) {
        json_open(d->json, NULL, '{');
        json_text(d->json, "check", check);
        json_text(d->json, "what", safe);
        json_close(d->json, '}');
        return;
    }
    print_safe_text(d->out, d->path);
    out_format(d->out, ": %s: ", check);
    out_text(d->out, safe);
    out_char(d->out, '\n');
}

/* Names, the first of them, as "a, b, c and 12 more". */
struct doctor_names {
    char text[300];
    size_t used;
    unsigned long n;
};

static void doctor_name(struct doctor_names *names, inlay_bytes name)
{
    if (names->n++ < DOCTOR_NAMES)
        names->used += (size_t)snprintf(names->text + names->used, sizeof names->text - names->used, "%s%.*s",
                                        names->used ? ", " : "", name.len < 80 ? (int)name.len : 80,
                                        (const char *)name.data);
}

static const char *doctor_list(struct doctor_names *names)
{
    if (names->n > DOCTOR_NAMES)
        snprintf(names->text + names->used, sizeof names->text - names->used, " and %lu more",
                 names->n - DOCTOR_NAMES);
    return names->text;
}

static const inlay_key_value *doctor_key(const struct doctor *d, const char *key)
{
    const inlay_key_value *kv = inlay_reader_find_key(d->in->reader, key);
    return kv && kv->has_value ? kv : NULL;
}

/* ---- keys of the footer ---- */

static void doctor_stale(struct doctor *d)
{
    uint32_t n = d->arrow ? inlay_arrow_schema_key_values(d->arrow) : 0, other = 0, gone = 0;
    struct doctor_names names = {.n = 0};
    for (uint32_t i = 0; i < n; i++) {
        inlay_key_value copy = inlay_arrow_schema_key_value(d->arrow, i);
        const inlay_key_value *kv = NULL;
        for (uint32_t k = 0; k < inlay_reader_key_values(d->in->reader) && !kv && n <= 4096; k++)
            if (change_same(inlay_reader_key_value(d->in->reader, k)->key, copy.key))
                kv = inlay_reader_key_value(d->in->reader, k);
        gone += !kv;
        other += kv && !change_same(kv->value, copy.value);
        if (!kv || !change_same(kv->value, copy.value))
            doctor_name(&names, copy.key);
    }
    if (other + gone)
        doctor_says(d, "stale-copy", "ARROW:schema has old values of %lu footer keys (%s): 'inlay scrub' removes them",
                    (unsigned long)other + gone, doctor_list(&names));
    else if (n)
        doctor_says(d, "copy", "ARROW:schema has copies of %lu footer keys: 'inlay scrub' removes them", (unsigned long)n);
}

static int doctor_order(const void *a, const void *b)
{
    const inlay_bytes *x = a, *y = b;
    size_t n = x->len < y->len ? x->len : y->len;
    int c = n ? memcmp(x->data, y->data, n) : 0;
    return c ? c : x->len < y->len ? -1 : x->len > y->len;
}

/* Say which of n names stand there more than once. */
static void doctor_twice(struct doctor *d, inlay_bytes *all, size_t n, const char *check, const char *what)
{
    struct doctor_names names = {.n = 0};
    qsort(all, n, sizeof *all, doctor_order);
    for (size_t i = 1; i < n; i++)
        if (change_same(all[i], all[i - 1]) && (i == 1 || !change_same(all[i - 1], all[i - 2])))
            doctor_name(&names, all[i]);
    if (names.n)
        doctor_says(d, check, "%s: %s", what, doctor_list(&names));
}

static void doctor_keys(struct doctor *d)
{
    uint32_t n = inlay_reader_key_values(d->in->reader);
    inlay_bytes *all = calloc(n + 1u, sizeof *all);
    if (!all) {
        d->code = report_memory();
        return;
    }
    for (uint32_t i = 0; i < n; i++)
        all[i] = inlay_reader_key_value(d->in->reader, i)->key;
    doctor_twice(d, all, n, "duplicate-key", "footer keys that stand there more than once (the first counts)");
    free(all);
    const inlay_key_value *interval = doctor_key(d, "sampling_interval_ms");
    if (!doctor_key(d, "source"))
        doctor_says(d, "no-source", "no footer key source: 'inlay annotate --source' sets it");
    if (interval && (interval->value.len == 0 || interval->value.len > 12 ||
                     strspn((const char *)interval->value.data, "0123456789") < interval->value.len))
        doctor_says(d, "interval", "sampling_interval_ms is no number of milliseconds");
    const inlay_key_value *info = doctor_key(d, "systeminfo");
    if (info && inlay_json_check(d->in->env, info->value) != INLAY_OK)
        doctor_says(d, "systeminfo", "systeminfo is not JSON: %s", d->in->env->error.what);
}

static void doctor_sources(struct doctor *d)
{
    inlay_sources_shape shape;
    const inlay_key_value *kv = doctor_key(d, "per_source_metadata");
    if (!kv)
        return;
    if (inlay_sources_look(d->in->env, kv->value, &shape) != INLAY_OK)
        doctor_says(d, "sources", "per_source_metadata is not an object by source: %s", d->in->env->error.what);
    else if (shape.odd)
        doctor_says(d, "sources", "per_source_metadata has %lu sources that are no object", (unsigned long)shape.odd);
    else if (shape.flat && shape.nested)
        doctor_says(d, "mixed-sources", "per_source_metadata mixes members by node or instance with members of the "
                                        "source itself");
}

/* ---- columns ---- */

static bool doctor_metadata(const struct doctor *d, uint32_t field, const char *key, inlay_bytes *value)
{
    inlay_arrow_field f = inlay_arrow_schema_field(d->arrow, field);
    for (uint32_t i = 0; i < f.n_metadata; i++) {
        inlay_key_value kv = inlay_arrow_schema_metadata(d->arrow, field, i);
        *value = kv.value;
        if (change_same(kv.key, change_bytes(key)))
            return true;
    }
    return false;
}

/* A number of 0 to 255, as Rezolus' reader parses it. */
static bool doctor_is_power(const struct doctor *d, uint32_t field, const char *key)
{
    inlay_bytes v;
    unsigned n = 0;
    if (!doctor_metadata(d, field, key, &v) || v.len == 0 || v.len > 3)
        return false;
    for (size_t i = 0; i < v.len; i++) {
        if (v.data[i] < '0' || v.data[i] > '9')
            return false;
        n = 10 * n + (unsigned)(v.data[i] - '0');
    }
    return n <= 255;
}

static void doctor_columns(struct doctor *d)
{
    const inlay_schema *schema = inlay_reader_schema(d->in->reader);
    size_t n = 0, most = inlay_schema_nodes(schema);
    uint32_t top = 0;
    struct doctor_names powers = {.n = 0};
    inlay_bytes *all = calloc(most + 1, sizeof *all);
    if (!all) {
        d->code = report_memory();
        return;
    }
    for (uint32_t node = 1; node < most; node = inlay_schema_node(schema, node)->end, top++) {
        const inlay_node *at = inlay_schema_node(schema, node);
        all[n++] = at->name;
        if (d->arrow && top < inlay_arrow_schema_fields(d->arrow) && at->leaf < 0 &&
            !(doctor_is_power(d, top, "grouping_power") && doctor_is_power(d, top, "max_value_power")))
            doctor_name(&powers, at->name);
    }
    doctor_twice(d, all, n, "duplicate-column", "columns of the same name (readers by name find one of them)");
    free(all);
    if (powers.n)
        doctor_says(d, "histogram-powers", "lists without grouping_power and max_value_power, which readers leave out: %s",
                    doctor_list(&powers));
    if (d->arrow && inlay_arrow_schema_fields(d->arrow) != top)
        doctor_says(d, "arrow-schema", "ARROW:schema has %lu columns, the file %lu",
                    (unsigned long)inlay_arrow_schema_fields(d->arrow), (unsigned long)top);
    if (!inlay_schema_find(schema, "timestamp", 0))
        doctor_says(d, "no-timestamp", "no column timestamp");
}

/* ---- events and footers ---- */

static void doctor_events(struct doctor *d)
{
    static const struct {
        unsigned doubt;
        const char *check, *what;
    } doubts[] = {
        {INLAY_EVENT_BEFORE_START | INLAY_EVENT_AFTER_END, "events-outside", "outside the recording"},
        {INLAY_EVENT_LIKE_SECONDS | INLAY_EVENT_LIKE_MILLIS | INLAY_EVENT_LIKE_MICROS, "events-unit",
         "with times that do not look like nanoseconds"},
    };
    struct events_file f = {.env = *d->in->env, .in = *d->in};
    const inlay_key_value *kv = doctor_key(d, INLAY_EVENTS_KEY);
    size_t dropped = 0;
    if (events_file_read(&f, false) != REPORT_DONE || !kv) {
        inlay_events_close(f.events);
        return;
    }
    if (inlay_events_add_payload(f.events, kv->value) != INLAY_OK)
        doctor_says(d, "events", "the key events cannot be read: %s", f.env.error.what);
    for (size_t k = 0; k < sizeof doubts / sizeof *doubts; k++) {
        unsigned long n = 0;
        for (size_t i = 0; i < inlay_events_count(f.events); i++)
            n += (inlay_event_doubts(inlay_events_at(f.events, i), &f.clock) & doubts[k].doubt) != 0;
        if (n)
            doctor_says(d, doubts[k].check, "%lu events %s", n, doubts[k].what);
    }
    if (inlay_events_normalise(f.events, &dropped) == INLAY_OK && dropped)
        doctor_says(d, "events-id", "%lu events have the id of another one", (unsigned long)dropped);
    inlay_events_close(f.events);
}

static void doctor_footers(struct doctor *d)
{
    uint64_t end = d->in->source.size_bytes, previous = 0, oldest = end;
    unsigned long n = 0;
    inlay_status status;
    while ((status = inlay_footer_previous(d->in->env, &d->in->source, oldest, &previous)) == INLAY_OK) {
        oldest = previous;
        n++;
    }
    if (status != INLAY_END)
        d->code = report_failure(d->path, &d->in->env->error);
    else if (n)
        doctor_says(d, "old-footers", "%lu footers of before changes in place take %llu bytes ('inlay annotate --log')",
                    n, (unsigned long long)(end - oldest));
}

static void doctor_look(struct doctor *d)
{
    inlay_status status = inlay_arrow_schema_open(d->in->env, d->in->reader, &d->arrow);
    if (status == INLAY_END)
        doctor_says(d, "arrow-schema", "no footer key ARROW:schema: names and labels of metrics are not there");
    else if (status != INLAY_OK)
        doctor_says(d, "arrow-schema", "ARROW:schema is damaged: %s", d->in->env->error.what);
    doctor_stale(d);
    doctor_keys(d);
    doctor_sources(d);
    doctor_columns(d);
    doctor_events(d);
    doctor_footers(d);
    inlay_arrow_schema_close(d->arrow);
}

static int doctor_one(const struct doctor_settings *s, const char *path, struct out *o)
{
    struct files_input in;
    inlay_env env = files_env(&s->files);
    struct json json = {o, false};
    struct doctor d = {.path = path, .in = &in, .out = o, .json = s->json ? &json : NULL};
    int code = files_open(&in, &env, path, &s->files, 0);
    if (code != REPORT_DONE)
        return code;
    if (s->json) {
        json_open(&json, NULL, '{');
        json_text(&json, "file", path);
        json_open(&json, "findings", '[');
    }
    doctor_look(&d);
    if (s->json) {
        json_close(&json, ']');
        json_close(&json, '}');
        json_line(&json);
    }
    files_close(&in);
    return d.code ? d.code : d.found ? REPORT_BAD : REPORT_DONE;
}

static int doctor_command(const void *settings, char **paths, int n)
{
    struct out o;
    int worst = REPORT_DONE;
    if (!out_open(&o, STDOUT_FILENO))
        return report_memory();
    for (int i = 0; i < n && !out_failed(&o); i++) {
        int code = doctor_one(settings, paths[i], &o);
        worst = code > worst ? code : worst;
    }
    return out_finish(&o, worst);
}

static const struct options_row doctor_options[] = {
    {"json", 'j', OPTIONS_FLAG, offsetof(struct doctor_settings, json), NULL, "one JSON object a file and line"},
    FILES_OPTIONS(struct doctor_settings, files),
    {0},
};

const struct command command_doctor = {
    .name = "doctor",
    .summary = "say what is odd in a recording",
    .operands = "FILE...",
    .help = "Looks at a recording's footer: stale copies of keys inside ARROW:schema, keys and\n"
            "columns that stand there twice, histograms that readers leave out, per_source_metadata\n"
            "in mixed shapes, events that cannot be read, lie outside the recording or have times\n"
            "in another unit, footers that changes in place left. Nothing is changed. Says nothing\n"
            "and ends with 0 where nothing is odd, with 1 where something is.\n"
            "'inlay verify' checks the data.\n"
            "\n"
            "Examples:\n"
            "  inlay doctor web01.parquet\n"
            "  inlay doctor --json *.parquet | jq -r '.findings[].check' | sort | uniq -c\n",
    .options = doctor_options,
    .settings_bytes = sizeof(struct doctor_settings),
    .min_operands = 1,
    .run = doctor_command,
};

#endif
