/* metadata: a recording's footer as Rezolus shows it: keys, geometry, columns with their labels. The data is not read.
 *
 * Order is the same from run to run: keys and labels by their bytes, columns as in the file.
 */
#include "inlay/annotate.h"
#include "inlay/arrow.h"

#if INLAY_RECORDING

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/report.h"
#include "cli/schema_text.h"

enum { METADATA_VALUE = 120, METADATA_LABEL = 60, METADATA_TYPE = 18, METADATA_INDENT = 2 };

struct metadata_settings {
    struct files_settings files;
    const char *field;
    bool file, schema, geometry, json, raw;
};

struct metadata {
    const struct metadata_settings *settings;
    struct files_input *in;
    struct out *o;
    struct json json;
    inlay_arrow_schema *arrow; /* NULL = none, or damaged */
};

static int metadata_order(const void *a, const void *b)
{
    const inlay_key_value *x = a, *y = b;
    size_t n = x->key.len < y->key.len ? x->key.len : y->key.len;
    int c = n ? memcmp(x->key.data, y->key.data, n) : 0;
    if (c == 0 && x->key.len == y->key.len) /* which of equal keys stood first: values are views of the footer */
        return x->value.data < y->value.data ? -1 : x->value.data > y->value.data;
    return c ? c : x->key.len < y->key.len ? -1 : 1;
}

static bool metadata_is(inlay_bytes a, const char *text)
{
    size_t n = strlen(text);
    return a.len == n && memcmp(a.data, text, n) == 0;
}

static int metadata_append(void *ctx, const void *data, size_t bytes)
{
    struct out *o = ctx;
    out_bytes(o, data, bytes);
    return o->os_error;
}

/* At most `most` bytes, not through a character. */
static bool metadata_cut(inlay_bytes *value, size_t most)
{
    size_t n = value->len;
    if (n <= most)
        return false;
    for (n = most; n > 0 && (value->data[n] & 0xC0) == 0x80;)
        n--;
    value->len = n;
    return true;
}

/* ---- keys ---- */

/* Sorted, each once (the first counts), without ARROW:schema and keys without a value. Free it. NULL: no memory. */
static inlay_key_value *metadata_keys(const struct metadata *m, size_t *n)
{
    uint32_t all = inlay_reader_key_values(m->in->reader);
    inlay_key_value *keys = calloc(all + 1u, sizeof *keys);
    size_t used = 0, kept = 0;
    for (uint32_t i = 0; keys && i < all; i++) {
        const inlay_key_value *kv = inlay_reader_key_value(m->in->reader, i);
        if (kv->has_value && !metadata_is(kv->key, "ARROW:schema"))
            keys[used++] = *kv;
    }
    if (keys)
        qsort(keys, used, sizeof *keys, metadata_order);
    for (size_t i = 0; i < used; i++)
        if (kept == 0 || keys[i].key.len != keys[kept - 1].key.len ||
            (keys[i].key.len && memcmp(keys[i].key.data, keys[kept - 1].key.data, keys[i].key.len) != 0))
            keys[kept++] = keys[i];
    *n = kept;
    return keys;
}

/* As JSON where it is JSON and --raw does not ask for the text. */
static void metadata_json_value(struct metadata *m, inlay_bytes key, inlay_bytes value)
{
    inlay_sink sink = {m->o, metadata_append};
    json_next(&m->json, NULL);
    print_json(m->o, key);
    out_char(m->o, ':');
    if (m->settings->raw || inlay_json_format(m->in->env, value, 0, &sink) != INLAY_OK)
        print_json(m->o, value);
}

static int metadata_file(struct metadata *m)
{
    size_t n = 0;
    inlay_key_value *keys = metadata_keys(m, &n);
    if (!keys)
        return report_memory();
    if (m->settings->json)
        json_open(&m->json, "file_metadata", '{');
    else
        out_text(m->o, "File Metadata:\n");
    for (size_t i = 0; i < n; i++) {
        inlay_bytes value = keys[i].value;
        if (m->settings->json) {
            metadata_json_value(m, keys[i].key, value);
            continue;
        }
        bool more = metadata_cut(&value, METADATA_VALUE);
        out_text(m->o, "  ");
        print_safe(m->o, keys[i].key);
        out_text(m->o, ": ");
        print_safe(m->o, value);
        out_text(m->o, more ? "...\n" : "\n");
    }
    if (m->settings->json)
        json_close(&m->json, '}');
    free(keys);
    return REPORT_DONE;
}

/* One key's value: JSON spread over lines, anything else as it stands. */
static int metadata_field(struct metadata *m, const char *path)
{
    static const inlay_error none = {.status = INLAY_CORRUPT, .at = -1, .row = -1, .row_group = -1, .page = -1};
    const inlay_key_value *kv = inlay_reader_find_key(m->in->reader, m->settings->field);
    inlay_sink sink = {m->o, metadata_append};
    if (!kv || !kv->has_value) {
        inlay_error error = none;
        char shown[200];
        error.what = "no file-level metadata key of that name";
        return report_failure_with(path, &error, report_safe(shown, sizeof shown,
                                   (inlay_bytes){(const uint8_t *)m->settings->field, strlen(m->settings->field)}));
    }
    if (m->settings->raw || inlay_json_format(m->in->env, kv->value, METADATA_INDENT, &sink) != INLAY_OK)
        out_bytes(m->o, kv->value.data, kv->value.len);
    out_char(m->o, '\n');
    return REPORT_DONE;
}

/* ---- geometry ---- */

static int metadata_geometry(struct metadata *m, const char *path)
{
    inlay_reader *reader = m->in->reader;
    uint32_t n = inlay_reader_row_groups(reader), columns = inlay_schema_node(inlay_reader_schema(reader), 0)->n_children;
    int64_t rows = inlay_reader_rows(reader);
    uint64_t total = 0;
    bool json = m->settings->json;
    if (json) {
        json_open(&m->json, "geometry", '{');
        json_uint(&m->json, "num_columns", columns);
        json_int(&m->json, "num_rows", rows);
        json_open(&m->json, "row_groups", '[');
    } else {
        out_format(m->o, "Geometry: %lu columns x %lld rows\n  %-9s  %12s  %12s\n", (unsigned long)columns,
                   (long long)rows, "row group", "rows", "size");
    }
    for (uint32_t i = 0; i < n && !out_failed(m->o); i++) {
        inlay_row_group group;
        if (inlay_reader_row_group(reader, i, &group) != INLAY_OK)
            return report_failure(path, &m->in->env->error);
        total += group.total_bytes > 0 ? (uint64_t)group.total_bytes : 0;
        if (json) {
            json_open(&m->json, NULL, '{');
            json_uint(&m->json, "index", i);
            json_int(&m->json, "num_rows", group.n_rows);
            json_int(&m->json, "total_byte_size", group.total_bytes);
            json_close(&m->json, '}');
        } else {
            out_format(m->o, "  %-9lu  %12lld  %12lld\n", (unsigned long)i, (long long)group.n_rows,
                       (long long)group.total_bytes);
        }
    }
    if (json) {
        json_close(&m->json, ']');
        json_close(&m->json, '}');
    } else {
        out_format(m->o, "  %-9s  %12lld  ", "total", (long long)rows);
        print_size(m->o, total);
        out_char(m->o, '\n');
    }
    return REPORT_DONE;
}

/* ---- columns ---- */

static bool metadata_labels(const struct metadata *m, uint32_t column, inlay_key_value **labels, size_t *n)
{
    bool there = m->arrow && column < inlay_arrow_schema_fields(m->arrow);
    *n = there ? inlay_arrow_schema_field(m->arrow, column).n_metadata : 0;
    *labels = calloc(*n + 1, sizeof **labels);
    for (uint32_t i = 0; *labels && i < *n; i++)
        (*labels)[i] = inlay_arrow_schema_metadata(m->arrow, column, i);
    if (*labels)
        qsort(*labels, *n, sizeof **labels, metadata_order);
    return *labels != NULL;
}

static void metadata_type(struct out *o, const inlay_schema *schema, uint32_t node, bool json)
{
    struct out text;
    if (!out_open(&text, -1))
        return;
    schema_arrow_column(&text, schema, node);
    if (json) {
        print_json(o, (inlay_bytes){(const uint8_t *)text.data, text.used});
    } else {
        out_bytes(o, text.data, text.used);
        out_repeat(o, ' ', text.used < METADATA_TYPE ? METADATA_TYPE - text.used : 0);
    }
    out_close(&text);
}

static void metadata_column_json(struct metadata *m, uint32_t node, const inlay_key_value *labels, size_t n)
{
    const inlay_schema *schema = inlay_reader_schema(m->in->reader);
    const inlay_node *at = inlay_schema_node(schema, node);
    json_open(&m->json, NULL, '{');
    if (n) {
        json_open(&m->json, "metadata", '{');
        for (size_t i = 0; i < n; i++) {
            json_next(&m->json, NULL);
            print_json(m->o, labels[i].key);
            out_char(m->o, ':');
            print_json(m->o, labels[i].value);
        }
        json_close(&m->json, '}');
    }
    json_bytes(&m->json, "name", at->name);
    json_bool(&m->json, "nullable", at->repetition == INLAY_OPTIONAL);
    json_next(&m->json, "type");
    metadata_type(m->o, schema, node, true);
    json_close(&m->json, '}');
}

static void metadata_column_text(struct metadata *m, uint32_t node, const inlay_key_value *labels, size_t n)
{
    const inlay_schema *schema = inlay_reader_schema(m->in->reader);
    inlay_bytes kind = {(const uint8_t *)"-", 1};
    for (size_t i = 0; i < n; i++)
        if (metadata_is(labels[i].key, "metric_type"))
            kind = labels[i].value;
    out_text(m->o, "  ");
    print_safe(m->o, inlay_schema_node(schema, node)->name);
    out_text(m->o, "  ");
    metadata_type(m->o, schema, node, false);
    out_text(m->o, "  ");
    print_safe(m->o, kind);
    for (size_t i = 0; i < n; i++) {
        inlay_bytes value = labels[i].value;
        if (metadata_is(labels[i].key, "metric_type"))
            continue;
        bool more = metadata_cut(&value, METADATA_LABEL);
        out_text(m->o, "  ");
        print_safe(m->o, labels[i].key);
        out_char(m->o, '=');
        print_safe(m->o, value);
        out_text(m->o, more ? "..." : "");
    }
    out_char(m->o, '\n');
}

static int metadata_schema(struct metadata *m)
{
    const inlay_schema *schema = inlay_reader_schema(m->in->reader);
    uint32_t n = inlay_schema_node(schema, 0)->n_children;
    if (m->settings->json)
        json_open(&m->json, "schema", '[');
    else
        out_format(m->o, "Schema (%lu fields): name, type, metric type, labels\n", (unsigned long)n);
    for (uint32_t i = 0, node = 1; i < n && !out_failed(m->o); i++, node = inlay_schema_node(schema, node)->end) {
        inlay_key_value *labels = NULL;
        size_t n_labels = 0;
        if (!metadata_labels(m, i, &labels, &n_labels))
            return report_memory();
        (m->settings->json ? metadata_column_json : metadata_column_text)(m, node, labels, n_labels);
        free(labels);
    }
    if (m->settings->json)
        json_close(&m->json, ']');
    return REPORT_DONE;
}

/* ---- the command ---- */

static int metadata_sections(struct metadata *m, const char *path)
{
    const struct metadata_settings *s = m->settings;
    bool all = !s->file && !s->schema && !s->geometry;
    int code = REPORT_DONE;
    if (s->json)
        json_open(&m->json, NULL, '{');
    if (all || s->file)
        code = metadata_file(m);
    if (code == REPORT_DONE && (all || s->geometry))
        code = metadata_geometry(m, path);
    if (code == REPORT_DONE && (all || s->schema))
        code = metadata_schema(m);
    if (s->json) {
        json_close(&m->json, '}');
        json_line(&m->json);
    }
    return code;
}

static int metadata_command(const void *settings, char **paths, int n)
{
    const struct metadata_settings *s = settings;
    struct files_input in;
    struct out o;
    inlay_env env = files_env(&s->files);
    (void)n;
    if (s->field && (s->file || s->schema || s->geometry || s->json))
        return report_usage("metadata: --field goes with no section and not with --json");
    if (!out_open(&o, STDOUT_FILENO))
        return report_memory();
    int code = files_open(&in, &env, paths[0], &s->files, 0);
    if (code == REPORT_DONE) {
        struct metadata m = {.settings = s, .in = &in, .o = &o, .json = {&o, false}};
        if (!s->field && inlay_arrow_schema_open(&env, in.reader, &m.arrow) == INLAY_CORRUPT)
            report_note("%s: ARROW:schema is damaged: columns are shown without labels", paths[0]);
        code = s->field ? metadata_field(&m, paths[0]) : metadata_sections(&m, paths[0]);
        inlay_arrow_schema_close(m.arrow);
        files_close(&in);
    }
    return out_finish(&o, code);
}

#define METADATA_AT(field) offsetof(struct metadata_settings, field)
static const struct options_row metadata_options[] = {
    {"file", 0, OPTIONS_FLAG, METADATA_AT(file), NULL, "the footer's keys"},
    {"geometry", 0, OPTIONS_FLAG, METADATA_AT(geometry), NULL, "columns, rows, row groups and their sizes"},
    {"schema", 0, OPTIONS_FLAG, METADATA_AT(schema), NULL, "columns with their types and labels"},
    {"field", 0, OPTIONS_TEXT, METADATA_AT(field), "KEY", "the value of one key, JSON spread over lines"},
    {"json", 'j', OPTIONS_FLAG, METADATA_AT(json), NULL, "one JSON object; values that are JSON as JSON"},
    {"raw", 0, OPTIONS_FLAG, METADATA_AT(raw), NULL, "values as they stand, also where they are JSON"},
    FILES_OPTIONS(struct metadata_settings, files),
    {0},
};

const struct command command_metadata = {
    .name = "metadata",
    .summary = "a recording's keys, row groups, and columns with their labels",
    .operands = "FILE",
    .help = "Shows what a recording's footer says of it: all three sections, or those that are\n"
            "asked for. Labels of columns are those of ARROW:schema. No data is read.\n"
            "'inlay meta' shows every field of any Parquet footer.\n"
            "\n"
            "With --json: file_metadata, geometry and schema. A value such as \"1000\" is a number\n"
            "there, as it is JSON; --raw leaves it a text.\n"
            "\n"
            "Examples:\n"
            "  inlay metadata --schema web01.parquet | grep metric=cpu_usage\n"
            "  inlay metadata --field systeminfo web01.parquet | jq .memory\n"
            "  inlay metadata --json --file web01.parquet | jq .file_metadata.node\n",
    .options = metadata_options,
    .settings_bytes = sizeof(struct metadata_settings),
    .min_operands = 1,
    .max_operands = 1,
    .run = metadata_command,
};

#endif
