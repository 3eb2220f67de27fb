/* schema: the columns of files in parquet's message format. */
#include <unistd.h>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/print.h"
#include "cli/report.h"
#include "cli/types.h"

struct schema_settings {
    struct files_settings files;
};

static int schema_command(const void *settings, char **paths, int n)
{
    const struct schema_settings *s = settings;
    struct out o;
    int worst = REPORT_DONE;
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
        if (n > 1) {
            out_text(&o, i > 0 ? "\n# " : "# ");
            print_safe_text(&o, paths[i]);
            out_char(&o, '\n');
        }
        types_message(&o, inlay_reader_schema(in.reader));
        files_close(&in);
    }
    return out_finish(&o, worst);
}

static const struct options_row schema_options[] = {
    FILES_OPTIONS(struct schema_settings, files),
    {0},
};

const struct command command_schema = {
    .name = "schema",
    .summary = "print the columns and their types",
    .operands = "FILE...",
    .help = "Prints the schema in parquet's message format, one column or group a line:\n"
            "repetition, type, name, annotation, field id.\n"
            "\n"
            "Example:\n"
            "  inlay schema metrics.parquet\n",
    .options = schema_options,
    .settings_bytes = sizeof(struct schema_settings),
    .min_operands = 1,
    .run = schema_command,
};
