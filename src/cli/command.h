/* Commands as data: main parses the options by the command's table, then runs it.
 *
 * Adding a command is a file cmd_NAME.c and a line in main.c. The CLI sees include/inlay and the C
 * and POSIX libraries, nothing else of the library.
 */
#ifndef INLAY_CLI_COMMAND_H
#define INLAY_CLI_COMMAND_H

#include <stddef.h>

#include "cli/options.h"

struct command {
    const char *name;
    const char *summary;               /* one line for the list of commands */
    const char *operands;              /* as in the usage line: "FILE..." */
    const char *help;                  /* what it does, then examples; at most 80 columns */
    const struct options_row *options; /* ends with a row without a name */
    size_t settings_bytes;             /* of the struct that the options fill, zeroed before */
    int min_operands, max_operands;    /* max 0 = any number */
    /* Returns the exit code, see report.h. `operands` are views of argv. */
    int (*run)(const void *settings, char **operands, int n_operands);
};

#endif
