/* JSON lines: one object a row, no spaces, keys in schema order. Mapping: inlay(1), "JSON LINES".
 * */
#include <string.h>

#include "cli/format.h"

static const char *format_jsonl_begin(struct format_run *run, const struct rows *rows)
{
    (void)run;
    (void)rows;
    return NULL;
}

static bool format_jsonl_row(struct format_run *run, struct rows *rows)
{
    if (!rows_json(rows, run->out))
        return false;
    out_char(run->out, '\n');
    return true;
}

static void format_jsonl_end(struct format_run *run)
{
    (void)run;
}

const struct format format_jsonl = {"jsonl", PRINT_JSON, format_jsonl_begin, format_jsonl_row,
                                    format_jsonl_end};

const struct format *format_by_name(const char *name)
{
    static const struct format *const formats[] = {&format_jsonl, &format_csv, &format_table};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i]->name, name) == 0)
            return formats[i];
    return NULL;
}
