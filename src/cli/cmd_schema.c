/* schema: the columns of files in parquet's message format, or in another tongue. */
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/print.h"
#include "cli/report.h"
#include "cli/schema_text.h"
#include "cli/types.h"

struct schema_settings {
    struct files_settings files;
    const char *as;
};

static void schema_as_message(struct out *o, const inlay_schema *schema, const char *path)
{
    (void)path;
    types_message(o, schema);
}

/* `mark` begins a comment line in front of each of several files; NULL = the form names its file. */
static const struct schema_form {
    const char *name;
    void (*print)(struct out *o, const inlay_schema *schema, const char *path);
    const char *mark;
} schema_forms[] = {
    {"message", schema_as_message, "# "}, {"json", schema_as_json, NULL},
    {"arrow", schema_as_arrow, "# "},     {"sql", schema_as_sql, NULL},
    {"c", schema_as_c, NULL},
};

static const struct schema_form *schema_form(const char *name)
{
    for (size_t i = 0; i < sizeof schema_forms / sizeof *schema_forms; i++)
        if (!name || strcmp(schema_forms[i].name, name) == 0)
            return &schema_forms[i];
    return NULL;
}

static int schema_command(const void *settings, char **paths, int n)
{
    const struct schema_settings *s = settings;
    const struct schema_form *form = schema_form(s->as);
    struct out o;
    int worst = REPORT_DONE;
    if (!form)
        return report_usage("no form '%s': message, json, arrow, sql or c", s->as);
    if (form->print == schema_as_c && n > 1)
        return report_usage("schema: --as c makes one file a header: name one");
    if (!out_open(&o, STDOUT_FILENO))
        return report_memory();
    for (int i = 0; i < n && !out_failed(&o); i++) {
        struct files_input in;
        inlay_env env = files_env(&s->files);
        int code = files_open(&in, &env, paths[i], &s->files, 0);
        if (code > worst)
            worst = code;
        if (code != REPORT_DONE)
            continue;
        if (n > 1 && form->mark) {
            out_text(&o, i > 0 ? "\n" : "");
            out_text(&o, form->mark);
            print_safe_text(&o, paths[i]);
            out_char(&o, '\n');
        }
        form->print(&o, inlay_reader_schema(in.reader), paths[i]);
        files_close(&in);
    }
    return out_finish(&o, worst);
}

static const struct options_row schema_options[] = {
    {"as", 'a', OPTIONS_TEXT, offsetof(struct schema_settings, as), "FORM",
     "message (the default), json, arrow, sql or c"},
    FILES_OPTIONS(struct schema_settings, files),
    {0},
};

const struct command command_schema = {
    .name = "schema",
    .summary = "print the columns and their types",
    .operands = "FILE...",
    .help = "Prints the schema in parquet's message format, one column or group a line:\n"
            "repetition, type, name, annotation, field id. Other forms:\n"
            "\n"
            "  json    a tree with every attribute, levels and leaf numbers\n"
            "  arrow   Arrow types as pyarrow prints them, from the Parquet types alone\n"
            "  sql     CREATE TABLE with DuckDB's types\n"
            "  c       a C struct a row; names are made valid and unique\n"
            "\n"
            "Examples:\n"
            "  inlay schema metrics.parquet\n"
            "  inlay schema --as sql metrics.parquet | duckdb metrics.db\n"
            "  inlay schema --as json metrics.parquet | jq '.children[].name'\n",
    .options = schema_options,
    .settings_bytes = sizeof(struct schema_settings),
    .min_operands = 1,
    .run = schema_command,
};
