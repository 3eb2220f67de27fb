/* Command-line options by table: --name=value, --name value, -o value, -ovalue, -ab, and "--".
 *
 * Options and operands may be mixed. A row says where in the command's settings struct its value
 * goes, so a command needs no parsing code. Text values are views of argv.
 */
#ifndef INLAY_CLI_OPTIONS_H
#define INLAY_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct command;

enum options_kind {
    OPTIONS_FLAG, /* bool */
    OPTIONS_TEXT, /* const char *; NULL = not given; the last one wins */
    OPTIONS_UINT, /* uint64_t; decimal digits, '_' between them is passed over */
    OPTIONS_SIZE, /* uint64_t, bytes; decimal digits, then K, M, G or T (of 1024), or KiB ...; 8M or more */
    OPTIONS_LIST  /* struct options_list: may be given several times */
};

struct options_list {
    const char **items;
    size_t n;
};

struct options_row {
    const char *name;     /* long name without dashes; NULL ends a table */
    char letter;          /* short form; 0 = none */
    uint8_t kind;         /* enum options_kind */
    size_t offset;        /* of the field in the settings */
    const char *argument; /* its name in the help; NULL for a flag */
    const char *help;     /* "\n" goes on in the next line, aligned */
};

enum options_result { OPTIONS_OK, OPTIONS_HELP, OPTIONS_BAD };

/* Fill `settings`; operands are moved to the front of argv, in order. On OPTIONS_BAD the message
 * has been written and the exit code is REPORT_USAGE. */
enum options_result options_parse(const struct command *command, void *settings, int argc,
                                  char **argv, int *n_operands);
/* Frees the lists in `settings`. */
void options_free(const struct command *command, void *settings);

/* The candidate (of n names) nearest to `text`, or NULL when none is near: for hints. */
const char *options_nearest(const char *text, const char *const *names, size_t n);

/* Decimal digits to a number, '_' allowed between; false when it is no number or too large. */
bool options_number(const char *text, size_t len, uint64_t *value);

/* "64M", "1GiB", "4096" to bytes; false when it is no size or too large. */
bool options_size(const char *text, uint64_t *bytes);

#endif
