/* inlay: the command line. Finds the command, parses its options by its table, runs it. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inlay/inlay.h"

#include "cli/commands.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/signals.h"

static const struct command *const main_commands[] = {
    &command_info, &command_schema, &command_meta, &command_pages,
    &command_cat,  &command_head,   &command_tail, &command_verify,
#if INLAY_EVENTS
    &command_events,
#endif
#if INLAY_RECORDING
    &command_metadata,
#endif
#if INLAY_EVENTS && INLAY_WRITE && INLAY_POSIX && INLAY_RECORDING
    &command_annotate, &command_scrub, &command_doctor,
#endif
#if INLAY_POSIX
    &command_report,
#endif
#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING
    &command_record, &command_melt, &command_combine, &command_filter,
#endif
#if INLAY_WRITE && INLAY_MERGE
    &command_merge,
#endif
#if INLAY_WRITE
    &command_concat, &command_rewrite,
#endif
#if INLAY_WRITE && INLAY_IMPORT
    &command_import,
#endif
};
enum { MAIN_COMMANDS = sizeof main_commands / sizeof *main_commands, MAIN_COLUMN = 28 };

static const char main_exit_codes[] =
    "Exit codes: 0 done, 1 bad file or failed check, 2 usage, 3 input/output or memory.\n";

static const struct command *main_find(const char *name)
{
    for (size_t i = 0; i < MAIN_COMMANDS; i++)
        if (strcmp(main_commands[i]->name, name) == 0)
            return main_commands[i];
    return NULL;
}

static int main_unknown(const char *name)
{
    const char *names[MAIN_COMMANDS];
    for (size_t i = 0; i < MAIN_COMMANDS; i++)
        names[i] = main_commands[i]->name;
    const char *hint = options_nearest(name, names, MAIN_COMMANDS);
    if (hint)
        return report_usage("no command '%s'; did you mean '%s'?", name, hint);
    return report_usage("no command '%s'; see 'inlay --help'", name);
}

static void main_overview(struct out *o)
{
    out_text(o, "inlay reads, checks, merges and records Parquet files of telemetry.\n\n"
                "Usage: inlay COMMAND [OPTION]... FILE...\n\nCommands:\n");
    for (size_t i = 0; i < MAIN_COMMANDS; i++)
        out_format(o, "  %-8s  %s\n", main_commands[i]->name, main_commands[i]->summary);
    out_text(o, "\n'inlay COMMAND --help' tells more about a command.\n");
    out_text(o, main_exit_codes);
}

/* "  -o, --output FILE      text", the text's later lines aligned under its first. */
static void main_option(struct out *o, const struct options_row *row)
{
    size_t start = o->used, column;
    if (row->letter)
        out_format(o, "  -%c, ", row->letter);
    else
        out_text(o, "      ");
    out_format(o, "--%s%s%s", row->name, row->argument ? " " : "",
               row->argument ? row->argument : "");
    column = o->used - start;
    for (const char *line = row->help;;) {
        size_t len = strcspn(line, "\n");
        out_repeat(o, ' ', column < MAIN_COLUMN ? MAIN_COLUMN - column : 2);
        out_bytes(o, line, len);
        out_char(o, '\n');
        if (!line[len])
            return;
        line += len + 1;
        column = 0;
    }
}

static void main_command_help(struct out *o, const struct command *command)
{
    out_format(o, "inlay %s: %s\n\nUsage: inlay %s [OPTION]... %s\n\n", command->name,
               command->summary, command->name, command->operands);
    out_text(o, command->help);
    out_text(o, "\nOptions:\n");
    for (const struct options_row *row = command->options; row->name; row++)
        main_option(o, row);
    main_option(o, &(struct options_row){"help", 'h', OPTIONS_FLAG, 0, NULL, "this text"});
    out_char(o, '\n');
    out_text(o, main_exit_codes);
}

static int main_help(const struct command *command)
{
    struct out o;
    if (!out_open(&o, STDOUT_FILENO))
        return report_memory();
    if (command)
        main_command_help(&o, command);
    else
        main_overview(&o);
    return out_finish(&o, REPORT_DONE);
}

static int main_version(void)
{
    struct out o;
    if (!out_open(&o, STDOUT_FILENO))
        return report_memory();
    out_text(&o, "inlay " INLAY_VERSION "\n");
    return out_finish(&o, REPORT_DONE);
}

static int main_run(const struct command *command, int argc, char **argv)
{
    int n_operands = 0, code = REPORT_USAGE;
    void *settings = calloc(1, command->settings_bytes + 1);
    if (!settings)
        return report_memory();
    switch (options_parse(command, settings, argc, argv, &n_operands)) {
    case OPTIONS_OK:
        code = command->run(settings, argv, n_operands);
        break;
    case OPTIONS_HELP:
        code = main_help(command);
        break;
    case OPTIONS_BAD:
        break;
    }
    options_free(command, settings);
    free(settings);
    return code;
}

/* A file opened while 0, 1 or 2 is closed would become a standard stream. Read-only, so that output
 * to a closed stream fails instead of vanishing. */
static void main_standard_streams(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDONLY);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO)
        close(fd);
}

int main(int argc, char **argv)
{
    main_standard_streams();
    signals_install();
    if (argc < 2)
        return report_usage("no command given; see 'inlay --help'");
    const char *name = argv[1];
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        return main_version();
    bool help = strcmp(name, "help") == 0;
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || (help && argc == 2))
        return main_help(NULL);
    const struct command *command = main_find(help ? argv[2] : name);
    if (!command)
        return main_unknown(help ? argv[2] : name);
    return help ? main_help(command) : main_run(command, argc - 2, argv + 2);
}
