/* Command-line options by table; see options.h. */
#include "cli/options.h"

#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/report.h"

bool options_number(const char *text, size_t len, uint64_t *value)
{
    uint64_t v = 0;
    bool digit = false; /* the last character was one */
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '_' && digit && i + 1 < len) {
            digit = false;
            continue;
        }
        if (text[i] < '0' || text[i] > '9')
            return false;
        uint64_t d = (uint64_t)(text[i] - '0');
        if (v > (UINT64_MAX - d) / 10)
            return false;
        v = v * 10 + d;
        digit = true;
    }
    *value = v;
    return digit;
}

bool options_size(const char *text, uint64_t *bytes)
{
    static const char letters[] = "KMGT";
    size_t len = strspn(text, "0123456789_");
    const char *unit = text + len, *letter = *unit ? strchr(letters, *unit & ~32) : NULL;
    unsigned shift = letter ? 10 * (unsigned)(letter - letters + 1) : 0;
    if (!options_number(text, len, bytes) || *bytes > UINT64_MAX >> shift)
        return false;
    *bytes <<= shift;
    unit += letter != NULL;
    return !*unit || strcmp(unit, "B") == 0 || (letter && strcmp(unit, "iB") == 0);
}

/* Edit distance of two short words (insert, delete, replace one, swap two neighbours). */
static size_t options_distance(const char *a, const char *b)
{
    enum { LONGEST = 40 };
    size_t row[3][LONGEST + 1], n = strlen(a), m = strlen(b);
    if (n > LONGEST || m > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= m; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *now = row[i % 3], *before = row[(i + 2) % 3], *two = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = before[j - 1] + (a[i - 1] != b[j - 1]);
            if (before[j] + 1 < best)
                best = before[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                two[j - 2] + 1 < best)
                best = two[j - 2] + 1;
            now[j] = best;
        }
    }
    return row[n % 3][m];
}

const char *options_nearest(const char *text, const char *const *names, size_t n)
{
    const char *best = NULL;
    size_t best_distance = strlen(text) / 3 + 2; /* farther than that is a guess, not a hint */
    for (size_t i = 0; i < n; i++) {
        size_t distance = options_distance(text, names[i]);
        if (distance < best_distance) {
            best_distance = distance;
            best = names[i];
        }
    }
    return best;
}

static enum options_result options_unknown(const struct command *command, const char *name)
{
    enum { MOST = 32 };
    const char *names[MOST];
    size_t n = 0;
    names[n++] = "help";
    for (const struct options_row *row = command->options; row->name && n < MOST; row++)
        names[n++] = row->name;
    const char *hint = options_nearest(name, names, n);
    if (hint)
        report_usage("%s: no option --%s; did you mean --%s?", command->name, name, hint);
    else
        report_usage("%s: no option --%s; see 'inlay %s --help'", command->name, name,
                     command->name);
    return OPTIONS_BAD;
}

static const struct options_row *options_find(const struct command *command, const char *name,
                                              size_t len, char letter)
{
    for (const struct options_row *row = command->options; row->name; row++) {
        if (letter ? row->letter == letter
                   : strlen(row->name) == len && memcmp(row->name, name, len) == 0)
            return row;
    }
    return NULL;
}

static enum options_result options_store(const struct command *command, void *settings,
                                         const struct options_row *row, const char *value, int most)
{
    char *field = (char *)settings + row->offset;
    if (row->kind == OPTIONS_FLAG) {
        *(bool *)(void *)field = true;
    } else if (row->kind == OPTIONS_TEXT) {
        *(const char **)(void *)field = value;
    } else if (row->kind == OPTIONS_UINT) {
        if (!options_number(value, strlen(value), (uint64_t *)(void *)field)) {
            report_usage("%s: --%s wants a whole number, not '%s'", command->name, row->name,
                         value);
            return OPTIONS_BAD;
        }
    } else if (row->kind == OPTIONS_SIZE) {
        uint64_t *size = (uint64_t *)(void *)field;
        if (!options_size(value, size) || *size < (uint64_t)8 << 20) { /* less is no room to work in */
            report_usage("%s: --%s wants a size such as 64M or 1G, 8M at least, not '%s'",
                         command->name, row->name, value);
            return OPTIONS_BAD;
        }
    } else {
        struct options_list *list = (struct options_list *)(void *)field;
        if (!list->items) /* an option takes at least one argument, so argc is enough */
            list->items = calloc((size_t)most, sizeof *list->items);
        if (!list->items) {
            report_memory();
            return OPTIONS_BAD;
        }
        list->items[list->n++] = value;
    }
    return OPTIONS_OK;
}

/* One argument that begins with a dash; *i moves on when it takes its value from the next one. */
static enum options_result options_long(const struct command *command, void *settings, int argc,
                                        char **argv, int *i)
{
    const char *name = argv[*i] + 2, *equals = strchr(name, '=');
    size_t len = equals ? (size_t)(equals - name) : strlen(name);
    if (len == 4 && memcmp(name, "help", 4) == 0)
        return OPTIONS_HELP;
    const struct options_row *row = options_find(command, name, len, 0);
    if (!row) {
        char shown[64];
        inlay_bytes unknown = {(const uint8_t *)name, len};
        return options_unknown(command, report_safe(shown, sizeof shown, unknown));
    }
    if (row->kind == OPTIONS_FLAG && equals) {
        report_usage("%s: --%s takes no value", command->name, row->name);
        return OPTIONS_BAD;
    }
    if (row->kind == OPTIONS_FLAG)
        return options_store(command, settings, row, NULL, argc);
    if (!equals && *i + 1 >= argc) {
        report_usage("%s: --%s wants %s", command->name, row->name, row->argument);
        return OPTIONS_BAD;
    }
    return options_store(command, settings, row, equals ? equals + 1 : argv[++*i], argc);
}

static enum options_result options_short(const struct command *command, void *settings, int argc,
                                         char **argv, int *i)
{
    const char *at = argv[*i] + 1;
    while (*at) {
        const struct options_row *row = options_find(command, NULL, 0, *at);
        if (!row && *at == 'h')
            return OPTIONS_HELP;
        if (!row) {
            char shown[8];
            inlay_bytes unknown = {(const uint8_t *)at, 1};
            report_usage("%s: no option -%s; see 'inlay %s --help'", command->name,
                         report_safe(shown, sizeof shown, unknown), command->name);
            return OPTIONS_BAD;
        }
        at++;
        if (row->kind != OPTIONS_FLAG) {
            if (!*at && *i + 1 >= argc) {
                report_usage("%s: -%c wants %s", command->name, row->letter, row->argument);
                return OPTIONS_BAD;
            }
            return options_store(command, settings, row, *at ? at : argv[++*i], argc);
        }
        enum options_result result = options_store(command, settings, row, NULL, argc);
        if (result != OPTIONS_OK)
            return result;
    }
    return OPTIONS_OK;
}

enum options_result options_parse(const struct command *command, void *settings, int argc,
                                  char **argv, int *n_operands)
{
    bool only_operands = false;
    *n_operands = 0;
    for (int i = 0; i < argc; i++) {
        enum options_result result = OPTIONS_OK;
        if (only_operands || argv[i][0] != '-' || argv[i][1] == '\0')
            argv[(*n_operands)++] = argv[i];
        else if (strcmp(argv[i], "--") == 0)
            only_operands = true;
        else if (argv[i][1] == '-')
            result = options_long(command, settings, argc, argv, &i);
        else
            result = options_short(command, settings, argc, argv, &i);
        if (result != OPTIONS_OK)
            return result;
    }
    if (*n_operands < command->min_operands) {
        report_usage("%s: wants %s; see 'inlay %s --help'", command->name, command->operands,
                     command->name);
        return OPTIONS_BAD;
    }
    if (command->max_operands > 0 && *n_operands > command->max_operands) {
        report_usage("%s: one argument too many: '%s'", command->name, argv[command->max_operands]);
        return OPTIONS_BAD;
    }
    return OPTIONS_OK;
}

void options_free(const struct command *command, void *settings)
{
    for (const struct options_row *row = command->options; row->name; row++) {
        if (row->kind != OPTIONS_LIST)
            continue;
        struct options_list *list = (struct options_list *)(void *)((char *)settings + row->offset);
        free(list->items);
        *list = (struct options_list){NULL, 0};
    }
}
